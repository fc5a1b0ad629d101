/* Programs that stay after their step: reaped when they end, ended with the run where the runbook says so. */
#include <string.h>

#include "exec/job.h"
#include "os/tree.h"

struct rb_daemon {
	struct rb_exec *x;
	struct rb_str step; /* which started it */
	struct rb_loop_child child;
	struct rb_tree *tree;
	char cookie[RB_TREE_COOKIE_SIZE];
	bool keep, gone;
	bool over; /* it has ended by itself; its group is still looked at */
	struct rb_daemon *next;
};

static void
on_ended(void *ctx, const struct rb_exit *how)
{
	struct rb_daemon *d = ctx;

	(void)how;
	d->over = d->tree == NULL;
	/* What it has left behind ends with the run too, and is found by its group as long as that has its
	 * number. */
	if (d->tree != NULL || !d->keep)
		return;
	rb_loop_child_reap(&d->child);
	d->gone = true;
}

static void
tell_survivors(const struct rb_daemon *d, const struct rb_tree_result *r)
{
	struct rb_buf text;
	struct rb_event ev;

	rb_buf_init(&text, d->x->opt.alloc, RB_FACT_TEXT_MAX);
	rb_buf_fmt(&text, "%.*s was to end with the run, and this is still alive: ", RB_STR_ARG(d->step));
	rb_tree_survivors_text(r, &text);
	rb_event_init(&ev, RB_EV_WARNING, NULL);
	rb_event_text(&ev, "text", rb_buf_view(&text));
	rb_event_text(&ev, "code", RB_STR("survivors"));
	rb_bus_emit(d->x->opt.bus, &ev);
	rb_buf_free(&text);
}

/* That a program is gone which a step has started is news to whoever goes on with it. */
static void
tell_ended(const struct rb_daemon *d)
{
	struct rb_buf text;
	struct rb_event ev;

	rb_buf_init(&text, d->x->opt.alloc, RB_FACT_TEXT_MAX);
	rb_buf_fmt(&text, "%.*s (pid %ld) was ended with the run: its `keep` is false", RB_STR_ARG(d->step),
	    (long)d->child.pid);
	rb_event_init(&ev, RB_EV_WARNING, NULL);
	rb_event_text(&ev, "text", rb_buf_view(&text));
	rb_event_text(&ev, "code", RB_STR("ended_with_run"));
	rb_bus_emit(d->x->opt.bus, &ev);
	rb_buf_free(&text);
}

static void
on_tree(void *ctx, const struct rb_tree_result *r)
{
	struct rb_daemon *d = ctx;

	if (!r->child_lives)
		rb_loop_child_reap(&d->child);
	if (r->nsurvivors > 0)
		tell_survivors(d, r);
	else if (!d->over)
		tell_ended(d);
	d->gone = true;
}

void
rb_daemon_add(struct rb_exec *x, const struct rb_step *step, pid_t pid, const char *cookie)
{
	struct rb_daemon *d = rb_alloc_zero(x->opt.alloc, 1, sizeof(*d));

	d->x = x;
	d->step = step->id;
	d->keep = step->keep;
	memcpy(d->cookie, cookie, RB_TREE_COOKIE_SIZE);
	d->child = (struct rb_loop_child){.pid = pid, .ended = on_ended, .ctx = d};
	d->next = x->daemons;
	x->daemons = d;
	rb_loop_child_add(x->loop, &d->child);
}

bool
rb_daemons_finish(struct rb_exec *x, bool now)
{
	bool all = true;

	for (struct rb_daemon *d = x->daemons; d != NULL; d = d->next) {
		if (d->keep || d->gone)
			continue;
		if (d->tree == NULL)
			d->tree = rb_tree_end(
			    x->loop, d->child.pid, d->cookie, now ? 0 : RB_TREE_GRACE, on_tree, d);
		else if (now)
			rb_tree_hurry(d->tree);
		all = false;
	}
	return all;
}

void
rb_daemons_free(struct rb_exec *x)
{
	while (x->daemons != NULL) {
		struct rb_daemon *d = x->daemons;

		x->daemons = d->next;
		rb_loop_child_remove(x->loop, &d->child);
		rb_tree_free(d->tree);
		rb_alloc_free(x->opt.alloc, d);
	}
}
