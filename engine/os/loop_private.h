/* What the three files of the loop share: loop.c (descriptors, steps), loop_timer.c, loop_child.c. Ownership:
 * as loop.h. */
#ifndef RB_OS_LOOP_PRIVATE_H
#define RB_OS_LOOP_PRIVATE_H

#include "os/loop.h"

/* How often children without a pidfd are looked at. */
#define RB_LOOP_LOOK (20 * RB_MS)

struct rb_loop {
	const struct rb_alloc *alloc;
	/* Watches by place; a hole (NULL) is what was removed inside a step. polls[i] belongs to fds[i]. */
	struct rb_loop_fd **fds;
	struct pollfd *polls;
	size_t nfds, fds_cap, polls_cap;
	/* Binary heap by (at, order). */
	struct rb_loop_timer **heap;
	size_t ntimers, heap_cap;
	uint64_t order;
	/* Children without a pidfd, and where the walk over them stands. */
	struct rb_loop_child *plain, *walk;
	bool stepping;
	int64_t now; /* of the current step */
	int wake_out;
	int spare[RB_LOOP_SPARE]; /* copies of wake_out, never written to; -1 where there is none */
	struct rb_loop_fd wake;
	void (*woken)(void *ctx);
	void *woken_ctx;
};

/* Fires what is due at loop->now; returns how many. */
int rb_loop_fire_due(struct rb_loop *loop);
/* Looks at the children without a pidfd; returns how many ended. */
int rb_loop_look(struct rb_loop *loop);
/* The ready callback of pidfds. */
void rb_loop_child_ready(void *ctx, unsigned events);

#endif
