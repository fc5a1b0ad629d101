/* The drill's part of a run: what is told where it goes no further. Ownership: a driller borrows everything;
 * it must outlive the flow that is made with it. */
#ifndef RB_API_DRILL_H
#define RB_API_DRILL_H

#include "api/runbook.h"
#include "event/bus.h"
#include "flow/flow.h"

struct rb_driller {
	const struct rb_program *program;
	const struct rb_run_options *opt;
	struct rb_bus *bus;
	struct rb_drill drill; /* for rb_flow_options */
};

/* d->drill is then what a flow's options want. d must not move. */
void rb_driller_init(struct rb_driller *d, const struct rb_program *program, const struct rb_run_options *opt,
    struct rb_bus *bus);
/* Whether the program can be drilled: what says that it looks must do no more than that. -1 with what plainly
 * changes something in `problems`. */
int rb_driller_accepts(
    const struct rb_program *program, const struct rb_run_options *opt, struct rb_buf *problems);

#endif
