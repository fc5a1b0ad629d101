/* Checks: steps side by side, each a strand of its own, all of them always, `max` at a time. */
#include "flow/state.h"

#include <string.h>

static void
start_item(struct rb_visit *v, const struct rb_step *step)
{
	struct rb_strand *s = rb_strand_new(rb_visit_flow(v), &v->a);
	struct rb_visit *item;

	s->checks = v;
	item = rb_visit_push(s, step, RB_ROLE_PLAIN, v->a.item);
	item->is_item = true;
	item->a.quiet = true;
	v->running++;
}

/* Starts what may run now. True when all of them are over. */
static bool
start_items(struct rb_visit *v)
{
	size_t most = v->step->max_parallel > 0 ? (size_t)v->step->max_parallel : v->step->body->len;
	struct rb_str why;

	if (v->next < v->step->body->len && rb_cut_at(rb_visit_flow(v), &v->a, &why) != RB_CUT_NONE) {
		v->next = v->step->body->len;
		v->inside.how = RB_LEFT_JUMPING;
		v->inside.jump = RB_JUMP_CANCEL;
		rb_reason_set(&v->inside.reason, why);
	}
	while (v->next < v->step->body->len && v->running < most)
		start_item(v, v->step->body->steps[v->next++]);
	return v->running == 0;
}

enum rb_signal
rb_checks_begin(struct rb_visit *v)
{
	memset(&v->inside, 0, sizeof(v->inside));
	v->inside.how = RB_LEFT_PASSED;
	v->next = v->running = v->bad = 0;
	return start_items(v) ? RB_SIG_OUT : RB_SIG_NONE;
}

static void
note_failure(struct rb_visit *v, const struct rb_left *left)
{
	struct rb_left *all = &v->inside;
	struct rb_reason before = all->reason;

	v->bad++;
	if (all->how == RB_LEFT_PASSED)
		all->how = RB_LEFT_FAILED;
	rb_reason_fmt(&all->reason, "%.*s%s%.*s", RB_STR_ARG(rb_reason_str(&before)),
	    before.n > 0 ? "; " : "", RB_STR_ARG(rb_reason_str(&left->reason)));
}

void
rb_checks_item_over(struct rb_visit *v, const struct rb_left *left)
{
	struct rb_strand *s = v->a.strand;
	struct rb_reason each;

	v->running--;
	if (left->how == RB_LEFT_FAILED)
		note_failure(v, left);
	else if (left->how == RB_LEFT_JUMPING)
		v->inside = *left;
	if (!start_items(v))
		return;
	if (v->inside.how == RB_LEFT_FAILED && v->bad > 1) {
		each = v->inside.reason;
		rb_reason_fmt(&v->inside.reason, "%zu of %zu failed: %.*s", v->bad, v->step->body->len,
		    RB_STR_ARG(rb_reason_str(&each)));
	}
	s->left = v->inside;
	s->left.is = true;
	rb_strand_wake(s);
}
