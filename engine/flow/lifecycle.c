/* The life of one visit of a step, as a table of states and signals. A cell names the next state and what is
 * done on the way there; what that returns is the next signal, until one says to wait. */
#include "flow/state.h"

#include <string.h>

/* ---- handlers ---- */

static enum rb_signal
go(struct rb_visit *v)
{
	(void)v;
	return RB_SIG_GO;
}

static enum rb_signal
judge_if(struct rb_visit *v)
{
	struct rb_eval ev = rb_flow_eval(rb_visit_flow(v), v->a.inst, &v->arena);
	const struct rb_expr *cond;
	struct rb_value why;
	struct rb_str cut, stood_on, facts;
	int truth;

	if (v->is_item && rb_cut_at(rb_visit_flow(v), &v->a, &cut) != RB_CUT_NONE) {
		rb_visit_fail(v, RB_CANCELLED, cut);
		return RB_SIG_OUT;
	}
	rb_visit_begin(v);
	cond = rb_visit_if(v);
	if (cond == NULL)
		return RB_SIG_YES;
	truth = rb_expr_truth(cond, &ev, &why);
	if (truth < 0) {
		rb_visit_undecided(v, "if", cond, why);
		return RB_SIG_BAD;
	}
	rb_grounds(&cond, 1, &ev, &stood_on, &facts);
	rb_emit_if(v, rb_expr_text(cond), truth != 0, stood_on, facts);
	return truth ? RB_SIG_YES : RB_SIG_NO;
}

static enum rb_signal
skip(struct rb_visit *v)
{
	v->outcome = RB_SKIPPED;
	return RB_SIG_GO;
}

static enum rb_signal
look_done_if(struct rb_visit *v)
{
	if (v->step->done_if == NULL || v->role == RB_ROLE_LOOP)
		return RB_SIG_NO;
	return rb_poll_begin(v, v->step->done_if, RB_FOR_DONE_IF, RB_NEVER);
}

static enum rb_signal
already_done(struct rb_visit *v)
{
	v->outcome = RB_ALREADY_DONE;
	return RB_SIG_GO;
}

static enum rb_signal
done_if_errored(struct rb_visit *v)
{
	struct rb_reason why;

	rb_reason_fmt(&why, "done_if: %.*s", RB_STR_ARG(rb_reason_str(&v->poll.reason)));
	rb_visit_fail(v, RB_ERRORED, rb_reason_str(&why));
	return RB_SIG_GO;
}

static enum rb_signal
confirm(struct rb_visit *v)
{
	if (rb_drill_halts(v))
		return rb_drill_halt(v, v->step->effect == RB_READ ? RB_HALT_ANSWER : RB_HALT_CHANGE);
	if (v->role == RB_ROLE_ITEM)
		return RB_SIG_YES;
	if (rb_ask_is_alone(v)) {
		rb_ask_alone(v);
		return RB_SIG_NO;
	}
	if (v->role == RB_ROLE_LOOP && rb_loop_prepare(v) != 0)
		return RB_SIG_BAD;
	return rb_drill_unasked(v) ? RB_SIG_YES : rb_confirm_ask(v);
}

static void
stop_is_due(struct rb_flow *f, void *ctx)
{
	struct rb_visit *v = ctx;

	(void)f;
	if (v->main != NULL && !v->main->done && !v->main->cancelled)
		rb_try_cancel(v->main, RB_CANCEL_STOP);
}

void
rb_visit_time_is_due(struct rb_flow *f, void *ctx)
{
	(void)f;
	rb_visit_signal(ctx, RB_SIG_TIME);
}

static int
arm_stop(struct rb_visit *v)
{
	const struct rb_stop_on *stop = v->step->stop_on;
	struct rb_flow *f = rb_visit_flow(v);
	int64_t after;

	if (stop == NULL || stop->after == NULL || stop->after->node == NULL)
		return 0;
	if (rb_flow_duration(f, v->a.inst, stop->after, RB_NEVER, &after, &v->reason) != 0)
		return -1;
	rb_timer_set(f, &v->stop, rb_clock_add(rb_flow_now(f), after), stop_is_due, v);
	return 0;
}

static enum rb_signal
act_leaf(struct rb_visit *v)
{
	const struct rb_step *step = v->step;

	v->early = false;
	v->main = rb_try_start(v, step, RB_FOR_ACTION, v->retry_until);
	if (v->main->done)
		return RB_SIG_ENDED;
	if (v->main->asking != NULL && v->main->asking->done)
		return RB_SIG_ANSWERED;
	rb_timer_set(rb_visit_flow(v), &v->timer, v->main->pub.deadline, rb_visit_time_is_due, v);
	if (arm_stop(v) != 0) {
		rb_visit_fail(v, RB_ERRORED, rb_reason_str(&v->reason));
		return RB_SIG_CUT;
	}
	if (step->ready != NULL && (step->kind->traits & RB_KIND_STAYS) != 0)
		return RB_SIG_STAYS;
	return RB_SIG_NONE;
}

static enum rb_signal
act(struct rb_visit *v)
{
	struct rb_str why;

	if (rb_cut_at(rb_visit_flow(v), &v->a, &why) >= RB_CUT_DEADLINE) {
		rb_visit_fail(v, RB_CANCELLED, why);
		return RB_SIG_BAD;
	}
	if (v->attempts++ == 0 && v->role != RB_ROLE_LOOP && rb_retry_bound(v) != 0) {
		rb_visit_fail(v, RB_ERRORED, rb_reason_str(&v->reason));
		return RB_SIG_BAD;
	}
	if (v->role == RB_ROLE_LOOP)
		return rb_loop_next(v);
	return v->step->op == RB_OP_LEAF ? act_leaf(v) : rb_inside_begin(v);
}

/* What stood for a call has had its time. */
static enum rb_signal
stood_its_time(struct rb_visit *v)
{
	v->a.strand->left = v->inside;
	return RB_SIG_LEFT;
}

static enum rb_signal
time_is_over(struct rb_visit *v)
{
	struct rb_try *t = v->main;

	if (v->step->op == RB_OP_CALL)
		return stood_its_time(v);
	if (t == NULL || t->done || t->cancelled)
		return RB_SIG_NONE;
	if ((v->step->kind->traits & RB_KIND_WAITS) != 0) {
		t->res.ended = RB_ENDED_OK;
		t->done = true;
		return RB_SIG_ENDED;
	}
	rb_try_cancel(t, RB_CANCEL_TIMEOUT);
	return RB_SIG_NONE;
}

static enum rb_signal
judge_action(struct rb_visit *v)
{
	struct rb_flow *f = rb_visit_flow(v);
	struct rb_try *t = v->main;
	struct rb_reason late;

	if (v->look != NULL)
		return RB_SIG_NONE; /* it was told to end as well */
	rb_visit_stop_timers(v);
	v->main = NULL;
	if (v->early && t->res.ended == RB_ENDED_OK) {
		t->res.ended = RB_ENDED_FAILED;
		t->res.reason = RB_STR("it ended before it was ready");
	}
	rb_try_judge(v, t, &v->reason);
	v->outcome = t->outcome;
	v->own_failure = !rb_outcome_rows[t->outcome].passed;
	if (t->outcome == RB_TIMED_OUT && v->poll.purpose == RB_FOR_READY && v->poll.reason.n > 0) {
		late = v->reason;
		rb_reason_fmt(&v->reason, "%.*s; it was not ready: %.*s", RB_STR_ARG(rb_reason_str(&late)),
		    RB_STR_ARG(rb_reason_str(&v->poll.reason)));
	}
	rb_visit_found(v, t);
	rb_try_free(f, t);
	if (v->outcome == RB_PASSED && v->nchosen > 0) {
		rb_settle_facts(v);
		return rb_chosen_next(v);
	}
	if (v->outcome == RB_PASSED)
		return RB_SIG_YES;
	return rb_outcome_rows[v->outcome].catchable ? RB_SIG_NO : RB_SIG_BAD;
}

/* A look that was told to end, since the action came to its end. */
static enum rb_signal
look_is_dropped(struct rb_visit *v)
{
	struct rb_reason reason;

	if (v->look != NULL) {
		rb_try_judge(v, v->look, &reason);
		rb_try_free(rb_visit_flow(v), v->look);
		v->look = NULL;
	}
	return v->main != NULL && v->main->done ? RB_SIG_ENDED : RB_SIG_NONE;
}

static void
drop_look(struct rb_visit *v)
{
	rb_timer_stop(rb_visit_flow(v), &v->tick);
	if (v->look != NULL && !v->look->done && !v->look->cancelled)
		rb_try_cancel(v->look, RB_CANCEL_ABORT);
}

static enum rb_signal
ready_begin(struct rb_visit *v)
{
	return rb_poll_begin(v, v->step->ready, RB_FOR_READY, v->main->pub.deadline);
}

static enum rb_signal
detach(struct rb_visit *v)
{
	rb_timer_stop(rb_visit_flow(v), &v->timer);
	if (!v->main->done)
		rb_try_cancel(v->main, RB_CANCEL_DETACH);
	return RB_SIG_NONE;
}

static enum rb_signal
ready_late(struct rb_visit *v)
{
	drop_look(v);
	return time_is_over(v);
}

static enum rb_signal
ended_early(struct rb_visit *v)
{
	v->early = true;
	drop_look(v);
	return RB_SIG_ENDED;
}

static enum rb_signal
ready_errored(struct rb_visit *v)
{
	rb_visit_fail(v, RB_ERRORED, RB_STR(""));
	rb_reason_fmt(&v->reason, "ready: %.*s", RB_STR_ARG(rb_reason_str(&v->poll.reason)));
	return rb_ending_all(v);
}

static enum rb_signal
inside_left(struct rb_visit *v)
{
	struct rb_strand *s = v->a.strand;
	enum rb_signal sig;

	v->inside = s->left;
	s->left.is = false;
	sig = RB_SIG_OUT;
	if (v->role == RB_ROLE_LOOP)
		sig = rb_loop_left(v);
	else if (v->next_chosen < v->nchosen && v->inside.how == RB_LEFT_PASSED)
		sig = rb_chosen_next(v);
	if (sig != RB_SIG_OUT)
		return sig;
	if (v->a.cut != RB_CUT_NONE && !rb_visit_flow(v)->now) {
		v->timed_out_inside = true;
		v->inside.how = RB_LEFT_FAILED;
		v->inside.jump = RB_JUMP_NONE;
		rb_reason_set(&v->inside.reason, rb_reason_str(v->a.cut_why));
	}
	rb_uncut(rb_visit_flow(v), &v->a);
	return RB_SIG_OUT;
}

/* What stands for a call has neither an attempt nor steps that could be told to end: it is left as they would
 * be, and has found nothing. */
static enum rb_signal
cut_action(struct rb_visit *v)
{
	struct rb_str why = RB_STR("");

	if (v->step->op != RB_OP_CALL)
		return rb_ending_cut(v);
	rb_visit_stop_timers(v);
	v->facts = rb_v_unset(RB_STR(""));
	rb_cut_at(rb_visit_flow(v), &v->a, &why);
	rb_left_jump(v->a.strand, RB_JUMP_CANCEL, why);
	return RB_SIG_LEFT;
}

static enum rb_signal
finally_begin(struct rb_visit *v)
{
	struct rb_flow *f = rb_visit_flow(v);
	const struct rb_list *list = v->step->finally;
	struct rb_list_act *l;

	if (list == NULL || v->role == RB_ROLE_LOOP || f->now || f->halted)
		return RB_SIG_OUT;
	rb_emit_phase(
	    v->a.inst, &v->where, "finally", v->where.title.n > 0 ? v->where.title : v->where.id, 0);
	l = rb_list_push_shielded(v->a.strand, list);
	rb_cut_closing(f, &l->a);
	return RB_SIG_NONE;
}

static enum rb_signal
finally_left(struct rb_visit *v)
{
	struct rb_left *left = &v->a.strand->left;

	left->is = false;
	if (left->how == RB_LEFT_JUMPING) {
		v->inside = *left; /* interrupted twice */
	} else if (left->how == RB_LEFT_FAILED && v->inside.how == RB_LEFT_PASSED) {
		v->inside.how = RB_LEFT_FAILED;
		rb_reason_fmt(
		    &v->inside.reason, "its finally failed: %.*s", RB_STR_ARG(rb_reason_str(&left->reason)));
	}
	return RB_SIG_OUT;
}

/* The outcome of a step that something inside jumped out of. */
static enum rb_outcome
jumped_outcome(const struct rb_left *left)
{
	switch (left->jump) {
	case RB_JUMP_CANCEL:
	case RB_JUMP_DECLINE:
		return RB_CANCELLED;
	case RB_JUMP_HALT:
		return RB_NOT_DONE;
	case RB_JUMP_FAIL:
		return RB_FAILED;
	case RB_JUMP_END:
		return left->end == RB_END_FAILED ? RB_FAILED : RB_PASSED;
	case RB_JUMP_NONE:
	case RB_JUMP_GOTO:
	case RB_JUMP_DONE:
		break;
	}
	return RB_PASSED;
}

static enum rb_signal
judge_inside(struct rb_visit *v)
{
	v->inside.is = false;
	v->reason = v->inside.reason;
	switch (v->inside.how) {
	case RB_LEFT_PASSED:
		v->outcome = RB_PASSED;
		return RB_SIG_YES;
	case RB_LEFT_FAILED:
		v->outcome = v->timed_out_inside ? RB_TIMED_OUT : RB_FAILED;
		v->timed_out_inside = false;
		return RB_SIG_NO;
	case RB_LEFT_JUMPING:
		break;
	}
	v->inside.is = true; /* it goes on from here */
	v->outcome = jumped_outcome(&v->inside);
	if (rb_outcome_rows[v->outcome].passed)
		rb_reason_set(&v->reason, RB_STR(""));
	return RB_SIG_BAD;
}

static enum rb_signal
look_verify(struct rb_visit *v)
{
	struct rb_str why;

	if (v->step->verify == NULL || v->role == RB_ROLE_LOOP)
		return RB_SIG_YES;
	if (rb_cut_at(rb_visit_flow(v), &v->a, &why) >= RB_CUT_DEADLINE) {
		rb_visit_fail(v, RB_CANCELLED, why);
		rb_reason_fmt(&v->reason, "not verified: %.*s", RB_STR_ARG(why));
		return RB_SIG_CUT;
	}
	rb_settle_facts(v);
	return rb_poll_begin(v, v->step->verify, RB_FOR_VERIFY, RB_NEVER);
}

static void
not_verified(struct rb_visit *v, enum rb_outcome outcome)
{
	rb_visit_fail(v, outcome, RB_STR(""));
	rb_reason_fmt(&v->reason, "verify: %.*s", RB_STR_ARG(rb_reason_str(&v->poll.reason)));
}

static enum rb_signal
verify_failed(struct rb_visit *v)
{
	not_verified(v, RB_FAILED);
	return RB_SIG_GO;
}

static enum rb_signal
verify_errored(struct rb_visit *v)
{
	not_verified(v, RB_ERRORED);
	return RB_SIG_GO;
}

/* ---- the table ---- */

struct cell {
	enum rb_state next;
	enum rb_signal (*act)(struct rb_visit *v);
};

/* A signal that has no cell in a state cannot come there, and is let go. */
static const struct cell table[RB_STATES][RB_SIGS] = {
    [RB_S_IF] = {[RB_SIG_GO] = {RB_S_IF, judge_if},
	[RB_SIG_YES] = {RB_S_DONE_IF, go},
	[RB_SIG_NO] = {RB_S_SETTLE, skip},
	[RB_SIG_BAD] = {RB_S_SETTLE, go},
	[RB_SIG_OUT] = {RB_S_OVER, rb_settle_over}},
    [RB_S_DONE_IF] = {[RB_SIG_GO] = {RB_S_DONE_IF, look_done_if},
	[RB_SIG_LOOKED] = {RB_S_DONE_IF, rb_poll_looked},
	[RB_SIG_TICK] = {RB_S_DONE_IF, rb_poll_look},
	[RB_SIG_YES] = {RB_S_SETTLE, already_done},
	[RB_SIG_NO] = {RB_S_CONFIRM, go},
	[RB_SIG_BAD] = {RB_S_SETTLE, done_if_errored},
	[RB_SIG_CUT] = {RB_S_ENDING, rb_ending_cut}},
    [RB_S_CONFIRM] = {[RB_SIG_GO] = {RB_S_CONFIRM, confirm},
	[RB_SIG_ANSWERED] = {RB_S_CONFIRM, rb_confirm_answered},
	[RB_SIG_YES] = {RB_S_ACT, go},
	[RB_SIG_NO] = {RB_S_SETTLE, go},
	[RB_SIG_BAD] = {RB_S_SETTLE, go},
	[RB_SIG_CUT] = {RB_S_ENDING, rb_ending_cut}},
    [RB_S_ACT] = {[RB_SIG_GO] = {RB_S_ACT, act},
	[RB_SIG_STAYS] = {RB_S_READY, ready_begin},
	[RB_SIG_TIME] = {RB_S_ACT, time_is_over},
	[RB_SIG_ANSWERED] = {RB_S_ACT, rb_people_answered},
	[RB_SIG_ENDED] = {RB_S_ACT, judge_action},
	[RB_SIG_LOOKED] = {RB_S_ACT, look_is_dropped},
	[RB_SIG_LEFT] = {RB_S_ACT, inside_left},
	[RB_SIG_OUT] = {RB_S_FINALLY, finally_begin},
	[RB_SIG_YES] = {RB_S_VERIFY, go},
	[RB_SIG_NO] = {RB_S_RETRY, go},
	[RB_SIG_BAD] = {RB_S_SETTLE, go},
	[RB_SIG_CUT] = {RB_S_ENDING, cut_action}},
    [RB_S_READY] = {[RB_SIG_LOOKED] = {RB_S_READY, rb_poll_looked},
	[RB_SIG_TICK] = {RB_S_READY, rb_poll_look},
	[RB_SIG_YES] = {RB_S_DETACH, detach},
	[RB_SIG_NO] = {RB_S_ACT, ready_late},
	[RB_SIG_BAD] = {RB_S_ENDING, ready_errored},
	[RB_SIG_TIME] = {RB_S_ACT, ready_late},
	[RB_SIG_ENDED] = {RB_S_ACT, ended_early},
	[RB_SIG_CUT] = {RB_S_ENDING, rb_ending_cut}},
    [RB_S_DETACH] = {[RB_SIG_ENDED] = {RB_S_ACT, judge_action}, [RB_SIG_CUT] = {RB_S_ENDING, rb_ending_cut}},
    [RB_S_RETRY] = {[RB_SIG_GO] = {RB_S_RETRY, rb_retry_decide},
	[RB_SIG_TIME] = {RB_S_ACT, go},
	[RB_SIG_NO] = {RB_S_SETTLE, go},
	[RB_SIG_CUT] = {RB_S_ENDING, rb_ending_cut}},
    [RB_S_VERIFY] = {[RB_SIG_GO] = {RB_S_VERIFY, look_verify},
	[RB_SIG_LOOKED] = {RB_S_VERIFY, rb_poll_looked},
	[RB_SIG_TICK] = {RB_S_VERIFY, rb_poll_look},
	[RB_SIG_YES] = {RB_S_SETTLE, go},
	[RB_SIG_NO] = {RB_S_SETTLE, verify_failed},
	[RB_SIG_BAD] = {RB_S_SETTLE, verify_errored},
	[RB_SIG_CUT] = {RB_S_ENDING, rb_ending_cut}},
    [RB_S_FINALLY] = {[RB_SIG_LEFT] = {RB_S_FINALLY, finally_left},
	[RB_SIG_OUT] = {RB_S_FINALLY, judge_inside},
	[RB_SIG_YES] = {RB_S_VERIFY, go},
	[RB_SIG_NO] = {RB_S_RETRY, go},
	[RB_SIG_BAD] = {RB_S_SETTLE, go}},
    [RB_S_SETTLE] = {[RB_SIG_GO] = {RB_S_EDGE, rb_settle_step}},
    [RB_S_EDGE] =
	{[RB_SIG_LEFT] = {RB_S_EDGE, rb_settle_edge_left}, [RB_SIG_OUT] = {RB_S_OVER, rb_settle_over}},
    [RB_S_ENDING] = {[RB_SIG_ENDED] = {RB_S_ENDING, rb_ending_drain},
	[RB_SIG_LOOKED] = {RB_S_ENDING, rb_ending_drain},
	[RB_SIG_ANSWERED] = {RB_S_ENDING, rb_ending_drain},
	[RB_SIG_LEFT] = {RB_S_ACT, inside_left},
	[RB_SIG_CUT] = {RB_S_ENDING, rb_ending_all},
	[RB_SIG_YES] = {RB_S_SETTLE, go}},
};

void
rb_visit_signal(struct rb_visit *v, enum rb_signal sig)
{
	while (sig != RB_SIG_NONE) {
		const struct cell *c = &table[v->state][sig];

		if (c->act == NULL)
			return;
		v->state = c->next;
		sig = c->act(v);
	}
}
