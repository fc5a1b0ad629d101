/* What a plan may ask of this host: looked up, never touched. Ownership: an outlook borrows the options; what
 * it answers lives until it is freed. */
#ifndef RB_API_OUTLOOK_H
#define RB_API_OUTLOOK_H

#include "api/runbook.h"
#include "plan/plan.h"

struct rb_outlook {
	const struct rb_run_options *opt;
	struct rb_arena arena;
};

/* Fills `host` with functions that ask this outlook, which must not move meanwhile. */
void rb_outlook_init(struct rb_outlook *o, const struct rb_run_options *opt, struct rb_plan_host *host);
/* For plan.host.processes of a drill: a dry run does not look who runs. */
void rb_outlook_processes(void *ctx, const struct rb_plan_target *target, struct rb_buf *out);
void rb_outlook_free(struct rb_outlook *o);

#endif
