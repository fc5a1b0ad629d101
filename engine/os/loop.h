/* The event loop: descriptors, timers and children, on poll(2). Ownership: watches, timers and child watches
 * are structs of their owners, who keep them in place until they are removed; the loop only links to them.
 *
 * One thread runs a loop. Everything may be added, changed and removed from inside any callback, the running
 * one's own watch included; a callback is never called again after its removal, and may free its watch after
 * it. In one step descriptors and children come before timers, so that at equal times an end comes before a
 * deadline. A timer that is set inside a step fires in the next one at the earliest. */
#ifndef RB_OS_LOOP_H
#define RB_OS_LOOP_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/alloc.h"
#include "base/clock.h"

enum { RB_LOOP_READ = 1, RB_LOOP_WRITE = 2 };

struct rb_loop;

/* A descriptor. The owner sets the first four fields; it owns the descriptor, and removes the watch before it
 * closes it. An error or hang-up on it is told as all that was wanted, so that the owner's read or write
 * meets it. */
struct rb_loop_fd {
	int fd;
	unsigned want; /* RB_LOOP_READ | RB_LOOP_WRITE; 0: rest, deaf to hang-ups too */
	void (*ready)(void *ctx, unsigned events);
	void *ctx;
	size_t place; /* private; 0 while it is not watched, as it must be at first */
};

/* A timer: fires once, at `at` or soon after. The owner sets the first two fields. */
struct rb_loop_timer {
	void (*fire)(void *ctx);
	void *ctx;
	int64_t at;     /* private: monotonic ns */
	uint64_t order; /* private: equal times fire in the order in which they were set */
	size_t place;   /* private; 0 while it is not set, as it must be at first */
};

/* How a child ended. */
struct rb_exit {
	bool lost;  /* the kernel kept no status: this process ignores SIGCHLD, or someone else reaped the
		       child */
	int code;   /* its exit status 0..255, if it exited */
	int signal; /* what ended it, or 0 if it exited */
	bool core;  /* it dumped core */
};

/* A child of this process. The owner sets the first three fields. `ended` is called once, while the child is
 * still a zombie: its pid and its group's number cannot have been given to others before rb_loop_child_reap.
 */
struct rb_loop_child {
	pid_t pid;
	void (*ended)(void *ctx, const struct rb_exit *how);
	void *ctx;
	struct rb_loop *loop;       /* private; NULL while it is not watched, as it must be at first */
	struct rb_loop_fd watch;    /* private: its pidfd, or -1 where there is none */
	struct rb_loop_child *next; /* private: those without a pidfd */
};

/* A loop with its wake-up pipe; NULL with errno if there are no descriptors for it. Free it last: the structs
 * still linked to it are forgotten, nothing is called. */
struct rb_loop *rb_loop_new(const struct rb_alloc *alloc);
void rb_loop_free(struct rb_loop *loop);
const struct rb_alloc *rb_loop_alloc(const struct rb_loop *loop);

/* Begins to watch w->fd for w->want. */
void rb_loop_fd_add(struct rb_loop *loop, struct rb_loop_fd *w);
/* Changes what is waited for. */
void rb_loop_fd_want(struct rb_loop *loop, struct rb_loop_fd *w, unsigned want);
/* Stops; nothing happens if it is not watched. */
void rb_loop_fd_remove(struct rb_loop *loop, struct rb_loop_fd *w);

/* Sets or moves a timer to the monotonic time `at` (ns); RB_NEVER unsets it. */
void rb_loop_timer_set(struct rb_loop *loop, struct rb_loop_timer *t, int64_t at);
/* Unsets; nothing happens if it is not set. */
void rb_loop_timer_clear(struct rb_loop *loop, struct rb_loop_timer *t);

/* Begins to watch the child c->pid: through a pidfd, or, where none can be had (old kernel, seccomp,
 * descriptors exhausted), by looking at each wake-up and every 20 ms. A program with a SIGCHLD handler of its
 * own may call rb_loop_wake in it and so be told at once in that case too. Only this pid is ever waited for.
 */
void rb_loop_child_add(struct rb_loop *loop, struct rb_loop_child *c);
/* Stops watching; the child is not reaped. Nothing happens if it is not watched. */
void rb_loop_child_remove(struct rb_loop *loop, struct rb_loop_child *c);
/* Resumes the child's group if the child has been stopped since the last call: ^Z at a terminal that it was
 * given stops it, and nothing else would resume it. */
void rb_loop_child_resume(const struct rb_loop_child *c);
/* Frees the zombie (and stops watching). 0, or -1 if the child still lives (it is then left alone). After
 * this no signal may be sent to the pid or its group. */
int rb_loop_child_reap(struct rb_loop_child *c);

enum { RB_LOOP_SPARE = 2 };
/* The loop keeps RB_LOOP_SPARE descriptors back, so that processes can be looked at and signalled also when
 * all others are taken, which is when children have to be ended. `lend` gives them up for what is done
 * between the two calls, `keep` takes them again as far as they can be had. */
void rb_loop_lend(struct rb_loop *loop);
void rb_loop_keep(struct rb_loop *loop);

/* Ends a wait of the loop and has `woken` called in the loop's thread. Async-signal-safe, errno kept; from
 * any thread. Many wakes before a step are one. */
void rb_loop_wake(struct rb_loop *loop);
/* One callback for wakes (NULL: none). */
void rb_loop_on_wake(struct rb_loop *loop, void (*woken)(void *ctx), void *ctx);

/* Waits up to `timeout` ns (0: not at all; RB_NEVER: for as long as it takes), then calls what is due.
 * Returns how many callbacks ran, 0 also when a signal cut the wait; -1 with errno if poll itself failed (no
 * memory). */
int rb_loop_step(struct rb_loop *loop, int64_t timeout);

/* For a program with a loop of its own: what to poll for, and until when; then call rb_loop_step(loop, 0).
 * Writes at most `cap` entries to `fds` and returns how many there are. Entries are good until the next call
 * into the loop. */
size_t rb_loop_fds(struct rb_loop *loop, struct pollfd *fds, size_t cap);
/* The monotonic time (ns) at which a step is due even if no descriptor is ready; RB_NEVER: none. */
int64_t rb_loop_due(const struct rb_loop *loop);

#endif
