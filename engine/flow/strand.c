/* Strands: stacks of activations, and the lists on them. Every move looks at the top of one stack only, so
 * that the C stack does not grow with the runbook. */
#include "flow/state.h"

#include <string.h>

struct rb_strand *
rb_strand_new(struct rb_flow *f, struct rb_act *starter)
{
	struct rb_strand *s = rb_alloc_zero(f->alloc, 1, sizeof(*s));

	s->flow = f;
	s->starter = starter;
	s->next_strand = f->strands;
	if (f->strands != NULL)
		f->strands->prev = s;
	f->strands = s;
	return s;
}

static void
free_act(struct rb_act *a)
{
	struct rb_flow *f = a->strand->flow;

	rb_uncut(f, a);
	switch (a->kind) {
	case RB_ACT_LIST:
		rb_alloc_free(f->alloc, a);
		break;
	case RB_ACT_VISIT:
		rb_visit_free((struct rb_visit *)a);
		break;
	case RB_ACT_INST:
		rb_inst_free((struct rb_inst *)a);
		break;
	}
}

void
rb_strand_free(struct rb_strand *s)
{
	struct rb_flow *f = s->flow;

	while (s->top != NULL) {
		struct rb_act *a = s->top;

		rb_strand_pop(s);
		free_act(a);
	}
	if (s->prev != NULL)
		s->prev->next_strand = s->next_strand;
	else
		f->strands = s->next_strand;
	if (s->next_strand != NULL)
		s->next_strand->prev = s->prev;
	rb_alloc_free(f->alloc, s);
}

void
rb_strand_wake(struct rb_strand *s)
{
	struct rb_flow *f = s->flow;

	if (s->queued)
		return;
	s->queued = true;
	s->next = NULL;
	*f->queue_end = s;
	f->queue_end = &s->next;
}

void
rb_strand_push(struct rb_strand *s, struct rb_act *act)
{
	const struct rb_act *on = s->top != NULL ? s->top : s->starter;

	act->strand = s;
	act->below = s->top != NULL ? s->top : s->starter;
	act->item = -1;
	if (on != NULL) {
		act->inst = on->inst;
		act->prefix = on->prefix;
		act->depth = on->depth;
		act->item = on->item;
		act->quiet = on->quiet;
	}
	s->top = act;
}

void
rb_strand_pop(struct rb_strand *s)
{
	s->top = s->top->below == s->starter ? NULL : s->top->below;
}

struct rb_list_act *
rb_list_push(struct rb_strand *s, const struct rb_list *list)
{
	struct rb_list_act *l = rb_alloc_zero(s->flow->alloc, 1, sizeof(*l));

	l->a.kind = RB_ACT_LIST;
	l->list = list;
	rb_strand_push(s, &l->a);
	rb_strand_wake(s);
	return l;
}

struct rb_list_act *
rb_list_push_shielded(struct rb_strand *s, const struct rb_list *list)
{
	struct rb_list_act *l = rb_list_push(s, list);

	l->a.shield = true;
	return l;
}

void
rb_left_passed(struct rb_strand *s)
{
	s->left.is = true;
	s->left.how = RB_LEFT_PASSED;
	s->left.jump = RB_JUMP_NONE;
	rb_reason_set(&s->left.reason, RB_STR(""));
	rb_strand_wake(s);
}

void
rb_left_failed(struct rb_strand *s, struct rb_str reason)
{
	rb_left_passed(s);
	s->left.how = RB_LEFT_FAILED;
	rb_reason_set(&s->left.reason, reason);
}

void
rb_left_jump(struct rb_strand *s, enum rb_jump_kind jump, struct rb_str reason)
{
	rb_left_failed(s, reason);
	s->left.how = RB_LEFT_JUMPING;
	s->left.jump = jump;
}

/* A list inside of a shield keeps to itself: whatever leaves it early has failed it, unless nothing is waited
 * for. */
static void
keep_to_itself(const struct rb_list_act *l, struct rb_left *left)
{
	if (left->how != RB_LEFT_JUMPING || l->a.strand->flow->now || left->jump == RB_JUMP_HALT)
		return;
	if (left->jump == RB_JUMP_CANCEL && l->a.cut != RB_CUT_NONE)
		rb_reason_set(&left->reason, rb_reason_str(l->a.cut_why));
	left->how = RB_LEFT_FAILED;
	left->jump = RB_JUMP_NONE;
}

static void
list_over(struct rb_list_act *l)
{
	struct rb_strand *s = l->a.strand;

	if (l->a.shield)
		keep_to_itself(l, &s->left);
	s->left.is = true;
	rb_strand_pop(s);
	free_act(&l->a);
}

/* Whether the list goes on after what was left in it. */
static bool
list_goes_on(struct rb_list_act *l, struct rb_left *left)
{
	if (left->how == RB_LEFT_PASSED) {
		l->at++;
		return true;
	}
	if (left->how == RB_LEFT_JUMPING && left->jump == RB_JUMP_GOTO && left->target->list == l->list) {
		rb_goto_arrive(l->a.inst, left->from, left->target);
		l->at = left->target->at;
		return true;
	}
	return false;
}

static void
list_move(struct rb_list_act *l)
{
	struct rb_strand *s = l->a.strand;
	const struct rb_step *step;
	struct rb_str why;

	if (s->left.is) {
		s->left.is = false;
		if (!list_goes_on(l, &s->left)) {
			list_over(l);
			return;
		}
	}
	if (l->at >= l->list->len) {
		rb_left_passed(s);
		list_over(l);
		return;
	}
	if (rb_cut_at(s->flow, &l->a, &why) != RB_CUT_NONE) {
		rb_left_jump(s, RB_JUMP_CANCEL, why);
		list_over(l);
		return;
	}
	step = l->list->steps[l->at];
	rb_visit_signal(
	    rb_visit_push(s, step, step->loop != NULL ? RB_ROLE_LOOP : RB_ROLE_PLAIN, l->a.item), RB_SIG_GO);
}

/* Its stack is empty: who started it is told. */
static void
strand_over(struct rb_strand *s)
{
	struct rb_visit *checks = s->checks;
	struct rb_rung_run *rung = s->rung;
	struct rb_left left = s->left;

	rb_strand_free(s);
	if (checks != NULL)
		rb_checks_item_over(checks, &left);
	if (rung != NULL)
		rb_rung_over(rung, &left);
}

/* False when it waits. */
static bool
visit_move(struct rb_visit *v)
{
	if (v->a.strand->left.is) {
		rb_visit_signal(v, RB_SIG_LEFT);
		return true;
	}
	if (v->state == RB_S_IF && !v->began) {
		rb_visit_signal(v, RB_SIG_GO);
		return true;
	}
	return false;
}

void
rb_strand_turn(struct rb_strand *s)
{
	for (unsigned i = 0; i < RB_STRAND_STEPS && !rb_flow_signalled(s->flow); i++) {
		struct rb_act *a = s->top;

		if (a == NULL) {
			/* One that was woken in its own turn stands in the queue, and ends when it comes up
			 * there. */
			if (!s->queued)
				strand_over(s);
			return;
		}
		switch (a->kind) {
		case RB_ACT_LIST:
			list_move((struct rb_list_act *)a);
			break;
		case RB_ACT_VISIT:
			if (!visit_move((struct rb_visit *)a))
				return;
			break;
		case RB_ACT_INST:
			if (!rb_inst_move((struct rb_inst *)a))
				return;
			break;
		}
	}
	rb_strand_wake(s);
}
