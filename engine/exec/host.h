/* What a runbook asks of this host before its first step: programs, variables, user, secrets. Ownership: a
 * host borrows everything; secrets it has loaded live in the frames and in the masker. */
#ifndef RB_EXEC_HOST_H
#define RB_EXEC_HOST_H

#include "exec/exec.h"

struct rb_host {
	struct rb_exec
	    *x; /* set once the exec exists: variables that held secrets are hidden from its children */
	const struct rb_alloc *alloc;
	const char *const *environ_;
	struct rb_masker *masker;
	/* Asks for a secret without echo; appends it. 0, or -1 if nobody can be asked. May be NULL. */
	int (*hidden)(void *ctx, struct rb_str question, struct rb_buf *out);
	void *hidden_ctx;
	/* True if a signal that asks the run to end has come since the last call. May be NULL. */
	bool (*interrupted)(void *ctx);
	void *interrupted_ctx;
	/* A drill: a secret that cannot be had stops nothing; what reads it errors, and says why. */
	bool drill;
	bool cut; /* it was true since rb_host_enter began */
};

/* As rb_driver.enter, with a struct rb_host as ctx: checks `requires`, then fills the slots of `has` and of
 * the secrets. -1 with everything that is missing in *why. */
int rb_host_enter(void *host, const struct rb_unit *unit, struct rb_frame *frame, struct rb_arena *arena,
    struct rb_str *why);

/* Whether a signal asks the run to end since rb_host_enter began: no secret is loaded or waited for then. */
bool rb_host_interrupted(struct rb_host *h);

/* The name of this host (uname(2)) and of the user that runs this process, appended. */
void rb_host_name(struct rb_buf *out);
void rb_host_user(struct rb_buf *out);

#endif
