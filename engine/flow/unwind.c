/* Ways out: cuts (signals, deadlines) that reach down into what runs, and jumps back to an earlier step with
 * what they make forgotten. */
#include "flow/state.h"

#include <string.h>

/* ---- cuts ---- */

enum rb_cut
rb_cut_at(const struct rb_flow *f, const struct rb_act *a, struct rb_str *why)
{
	enum rb_cut most = RB_CUT_NONE;

	if (f->now) {
		if (why != NULL)
			*why = RB_STR("interrupted twice");
		return RB_CUT_HARD;
	}
	for (; a != NULL; a = a->below) {
		if (a->cut > most) {
			most = a->cut;
			if (why != NULL)
				*why = rb_reason_str(a->cut_why);
		}
		if (a->shield)
			break;
	}
	return most;
}

void
rb_cut_tell(struct rb_flow *f)
{
	for (struct rb_strand *s = f->strands; s != NULL; s = s->next_strand) {
		struct rb_visit *v = (struct rb_visit *)s->top;
		enum rb_cut cut;

		if (s->top == NULL || s->top->kind != RB_ACT_VISIT)
			continue;
		cut = rb_cut_at(f, s->top, NULL);
		if (cut != RB_CUT_NONE && rb_visit_cuttable(v, cut))
			rb_visit_signal(v, RB_SIG_CUT);
	}
}

static void
mark_cut(struct rb_flow *f, struct rb_act *a, enum rb_cut cut, struct rb_str why)
{
	if (a->cut >= cut)
		return;
	a->cut = cut;
	if (a->cut_why == NULL)
		a->cut_why = rb_alloc_zero(f->alloc, 1, sizeof(*a->cut_why));
	rb_reason_set(a->cut_why, why);
}

void
rb_cut(struct rb_flow *f, struct rb_act *a, enum rb_cut cut, struct rb_str why)
{
	mark_cut(f, a, cut, why);
	rb_cut_tell(f);
}

static void
limit_is_over(struct rb_flow *f, void *ctx)
{
	struct rb_act *a = ctx;
	char text[RB_CLOCK_DURATION];
	struct rb_reason why;

	rb_reason_fmt(&why, "its limit of %s is over", rb_clock_exact(RB_CLOSING_LIMIT, text));
	rb_cut(f, a, RB_CUT_HARD, rb_reason_str(&why));
}

void
rb_cut_closing(struct rb_flow *f, struct rb_act *a)
{
	rb_timer_set(f, &a->limit, rb_clock_add(rb_flow_now(f), RB_CLOSING_LIMIT), limit_is_over, a);
}

void
rb_uncut(struct rb_flow *f, struct rb_act *a)
{
	rb_timer_stop(f, &a->limit);
	a->cut = RB_CUT_NONE;
	rb_alloc_free(f->alloc, a->cut_why);
	a->cut_why = NULL;
}

/* ---- what was seen, and what a jump back forgets ---- */

struct rb_seen *
rb_seen_of(struct rb_inst *in, const struct rb_step *step)
{
	/* Probes share the index of their owner, so that only steps with a place in a list are counted. */
	if (step->list == NULL || step->probe || step->index < in->base ||
	    step->index - in->base >= in->nseen)
		return NULL;
	return &in->seen[step->index - in->base];
}

void
rb_seen_continued(struct rb_inst *in, const struct rb_step *step, const struct rb_reason *why)
{
	struct rb_seen *seen = rb_seen_of(in, step);

	if (seen == NULL || seen->continued)
		return;
	seen->continued = true;
	in->continued++;
	if (in->over.mark == NULL)
		in->over = (struct rb_continued){step, *why};
}

/* The range of `seen` for steps [from, to] of a file. */
static void
range(const struct rb_inst *in, size_t from, size_t to, size_t *begin, size_t *end)
{
	*begin = from < in->base ? 0 : from - in->base;
	*end = to < in->base ? 0 : to - in->base + 1;
	if (*end > in->nseen)
		*end = in->nseen;
}

static void
clear_slot(struct rb_inst *in, const struct rb_step *step)
{
	if (step->decl != NULL && step->scope == in->frame->scope)
		rb_frame_clear(in->frame, step->decl->slot);
	if (step->op != RB_OP_CHECKS || step->body == NULL)
		return;
	for (size_t i = 0; i < step->body->len; i++) {
		const struct rb_step *item = step->body->steps[i];

		if (item->decl != NULL)
			rb_frame_clear(in->frame, item->decl->slot);
	}
}

/* Forgets what steps [begin, end) of `seen` found. True if a change among them was only continued over. */
static bool
forget(struct rb_inst *in, size_t begin, size_t end, bool visits)
{
	bool continued = false;

	for (size_t i = begin; i < end; i++) {
		const struct rb_step *step = in->unit->steps_in_order[in->base + i];
		struct rb_seen *seen = &in->seen[i];

		clear_slot(in, step);
		if (in->over.mark == step)
			in->over.mark = NULL;
		if (seen->continued) {
			continued = true;
			in->continued--;
		}
		*seen = (struct rb_seen){.visits = visits ? 0 : seen->visits};
	}
	return continued;
}

static bool
was_asked(const struct rb_inst *in, size_t begin, size_t end)
{
	for (size_t i = begin; i < end; i++) {
		if (in->seen[i].asked)
			return true;
	}
	return false;
}

int
rb_goto_allowed(
    struct rb_inst *in, const struct rb_step *from, const struct rb_step *target, struct rb_reason *why)
{
	const struct rb_seen *seen = rb_seen_of(in, target);
	size_t begin, end;

	if (target->index > from->last_inside || seen == NULL || seen->bounded < (uint64_t)target->max_visits)
		return 0;
	range(in, target->index, from->last_inside, &begin, &end);
	if (was_asked(in, begin, end))
		return 0;
	rb_reason_fmt(why,
	    "going back to `%.*s` once more was refused: it was visited %u times, and its max_visits is %lld",
	    RB_STR_ARG(target->id), seen->bounded, (long long)target->max_visits);
	return -1;
}

void
rb_goto_arrive(struct rb_inst *in, const struct rb_step *from, const struct rb_step *target)
{
	struct rb_seen *seen = rb_seen_of(in, target);
	size_t begin, end;
	uint32_t bounded;

	if (target->index > from->last_inside || seen == NULL)
		return;
	range(in, target->index, from->last_inside, &begin, &end);
	bounded = was_asked(in, begin, end) ? 0 : seen->bounded;
	forget(in, begin, end, false);
	seen->bounded = bounded;
}

/* The steps of a list with all that stands in them. */
static bool
forget_list(struct rb_inst *in, const struct rb_list *list)
{
	size_t begin, end;

	if (list == NULL || list->len == 0)
		return false;
	range(in, list->steps[0]->index, list->steps[list->len - 1]->last_inside, &begin, &end);
	return forget(in, begin, end, true);
}

/* Not the steps of its edges: they belong to the loop as a whole, and run after it. */
void
rb_loop_clear(struct rb_inst *in, const struct rb_step *loop)
{
	struct rb_reason why = in->over.why;
	bool continued = forget_list(in, loop->finally);

	if (loop->decl != NULL)
		rb_frame_clear(in->frame, loop->decl->slot);
	if (loop->op == RB_OP_BLOCK && forget_list(in, loop->body))
		continued = true;
	for (size_t i = 0; i < loop->narms; i++) {
		const struct rb_arm *arm = &loop->arms[i];

		if (forget_list(in, arm->steps != NULL ? arm->steps : arm->edge.steps))
			continued = true;
	}
	if (loop->op == RB_OP_CHECKS)
		clear_slot(in, loop);
	if (continued)
		rb_seen_continued(in, loop, &why);
}
