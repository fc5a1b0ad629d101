/* The preview of a drill on its way: out of a plan into events, and out of events onto a view. Ownership: a
 * teller borrows its view and its options; it is a sink that must be asked before the view is. */
#ifndef RB_API_TOLD_H
#define RB_API_TOLD_H

#include "api/runbook.h"
#include "event/bus.h"
#include "plan/layout.h"
#include "view/view.h"

/* A sink for plans whose items become `preview` events. */
struct rb_plan_sink rb_told_plan(struct rb_bus *bus);

struct rb_teller {
	const struct rb_run_options *opt;
	struct rb_view *view;
	struct rb_sink sink; /* for a bus, or to be called before the view's own */
	struct rb_layout layout;
	bool lays; /* the layout has items */
};

/* t->sink is then ready; t must not move. */
void rb_teller_init(struct rb_teller *t, const struct rb_run_options *opt, struct rb_view *view);
/* Also after events that broke off in the middle of a preview. */
void rb_teller_free(struct rb_teller *t);

#endif
