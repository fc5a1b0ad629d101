/* Ending a process tree: TERM and CONT, a grace, KILL, and a look at what is left. Ownership: the ending
 * belongs to its caller until rb_tree_free; the direct child stays the caller's, who reaps it after `done`,
 * never before.
 *
 * What counts as the tree: every process in the child's group or session, every process that bears the
 * attempt's mark in its environment (RB_TREE_COOKIE=value), which setsid does not shed, and whatever descends
 * from one of these: sudo with a session of its own, a cleared environment. Not found are those that have
 * left the session, have dropped or hidden their environment, and whose parent had ended before the look.
 * Nothing but members is ever signalled, each through a pidfd after its start time was checked again. To be
 * used after a timeout or an abort only: what a step that ended well has left running, it left on purpose. */
#ifndef RB_OS_TREE_H
#define RB_OS_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "os/loop.h"

#define RB_TREE_COOKIE "RUNBOOK_COOKIE"

enum { RB_TREE_COOKIE_SIZE = 33, RB_TREE_SURVIVORS = 16, RB_TREE_COMM = 16 };

/* How long TERM may take, and how long KILL may (then what lives is told as a survivor): ns. */
#define RB_TREE_GRACE (5 * RB_SECOND)
#define RB_TREE_PATIENCE (2 * RB_SECOND)

struct rb_tree_survivor {
	pid_t pid;
	char state;              /* 'D': in uninterruptible sleep; as in /proc/PID/stat */
	char comm[RB_TREE_COMM]; /* its name, raw bytes */
	bool forbidden;          /* not ours to signal (EPERM) */
};

struct rb_tree_result {
	bool killed;       /* KILL was needed, or asked for */
	unsigned escaped;  /* members that were found outside of the child's group and session */
	bool child_lives;  /* the direct child itself could not be ended ("unkillable") */
	size_t nsurvivors; /* all of them, also those beyond the array */
	struct rb_tree_survivor survivors[RB_TREE_SURVIVORS];
};

/* Appends who survived, for people: "42 sleep, 43 dd (in uninterruptible sleep)". Nothing if nobody did. */
void rb_tree_survivors_text(const struct rb_tree_result *r, struct rb_buf *out);

struct rb_tree;

/* A fresh cookie: 32 random hexadecimal digits. 0, or -1 if the kernel gave no randomness. */
int rb_tree_cookie(char out[RB_TREE_COOKIE_SIZE]);

/* Begins to end the tree of our unreaped child `pid`, a leader of its group (a zombie will do). `cookie` may
 * be NULL; it is copied. `grace` 0 begins with KILL. `done` is called once, from the loop, and may free the
 * ending. */
struct rb_tree *rb_tree_end(struct rb_loop *loop, pid_t pid, const char *cookie, int64_t grace,
    void (*done)(void *ctx, const struct rb_tree_result *r), void *ctx);
/* No more grace: KILL now (a second SIGINT). */
void rb_tree_hurry(struct rb_tree *t);
/* Frees it; before `done`, the ending stops where it is. NULL is allowed. */
void rb_tree_free(struct rb_tree *t);

#endif
