/* Retries: whether an attempt that did not pass is followed by another, and after what pause. */
#include "flow/state.h"

/* `retry.for` bounds all attempts: counted from the first. */
int
rb_retry_bound(struct rb_visit *v)
{
	const struct rb_retry *retry = v->step->retry;
	struct rb_flow *f = rb_visit_flow(v);
	int64_t within;

	if (retry == NULL)
		return 0;
	if (rb_flow_duration(f, v->a.inst, retry->every, RB_PAUSE_EVERY, &v->pause, &v->reason) != 0)
		return -1;
	if (rb_flow_duration(f, v->a.inst, retry->within, RB_NEVER, &within, &v->reason) != 0)
		return -1;
	/* No time for others: the first one takes its own, and none comes after it. */
	if (within == 0)
		v->pause = within = RB_NEVER;
	v->retry_until = rb_clock_add(rb_flow_now(f), within);
	return 0;
}

static bool
may_retry(struct rb_visit *v)
{
	const struct rb_retry *retry = v->step->retry;
	struct rb_flow *f = rb_visit_flow(v);
	bool change = v->step->effect != RB_READ;
	enum rb_cut cut = rb_cut_at(f, &v->a, NULL);

	if (retry == NULL || v->role == RB_ROLE_LOOP || v->unresolved ||
	    !rb_outcome_rows[v->outcome].catchable)
		return false;
	if (change && !retry->unsafe && !(v->outcome == RB_ERRORED && v->retriable))
		return false;
	if (retry->times > 0 && v->attempts >= (uint64_t)retry->times)
		return false;
	if (cut >= RB_CUT_DEADLINE || (cut == RB_CUT_SOFT && change))
		return false;
	return rb_clock_add(rb_flow_now(f), v->pause) < v->retry_until;
}

/* `retry.if`, over what the attempt found. What cannot be decided is not tried again. */
static bool
retry_wanted(struct rb_visit *v)
{
	struct rb_eval ev = rb_flow_eval(rb_visit_flow(v), v->a.inst, &v->found);
	struct rb_value why;

	if (v->step->retry->cond == NULL)
		return true;
	ev.self = v->facts;
	return rb_expr_truth(v->step->retry->cond, &ev, &why) == 1;
}

enum rb_signal
rb_retry_decide(struct rb_visit *v)
{
	struct rb_flow *f = rb_visit_flow(v);
	double next;

	if (!may_retry(v) || !retry_wanted(v))
		return RB_SIG_NO;
	rb_emit_retry(v, v->pause, v->step->retry->times);
	rb_timer_set(f, &v->timer, rb_clock_add(rb_flow_now(f), v->pause), rb_visit_time_is_due, v);
	next = (double)v->pause * (v->step->retry->backoff > 0 ? v->step->retry->backoff : 1);
	v->pause = next < (double)RB_PAUSE_MOST ? (int64_t)next : RB_PAUSE_MOST;
	return RB_SIG_NONE;
}
