/* Probes: one look, or looks again and again until one passes or the time is over. `done_if`, `verify` and
 * `ready` are the same thing with other defaults. */
#include "flow/state.h"

#include <string.h>

static void
tick_is_due(struct rb_flow *f, void *ctx)
{
	(void)f;
	rb_visit_signal(ctx, RB_SIG_TICK);
}

enum rb_signal
rb_poll_begin(struct rb_visit *v, const struct rb_probe *probe, enum rb_purpose purpose, int64_t until)
{
	struct rb_flow *f = rb_visit_flow(v);
	int64_t every = purpose == RB_FOR_READY ? RB_READY_EVERY_DEFAULT : RB_PAUSE_EVERY, within;
	struct rb_poll *poll = &v->poll;

	memset(poll, 0, sizeof(*poll));
	poll->probe = probe;
	poll->purpose = purpose;
	if (rb_flow_duration(f, v->a.inst, probe->every, every, &poll->every, &poll->reason) != 0)
		return RB_SIG_BAD;
	if (rb_flow_duration(f, v->a.inst, probe->within, RB_NEVER, &within, &poll->reason) != 0)
		return RB_SIG_BAD;
	if (within == 0) /* as without it: once, with the look's own timeout */
		within = RB_NEVER;
	poll->once = within == RB_NEVER && purpose != RB_FOR_READY;
	poll->until = rb_clock_add(rb_flow_now(f), within);
	if (poll->until > until)
		poll->until = until;
	return rb_poll_look(v);
}

enum rb_signal
rb_poll_look(struct rb_visit *v)
{
	struct rb_flow *f = rb_visit_flow(v);
	struct rb_str why;

	if (v->look != NULL) { /* the tick was its deadline */
		if (!v->look->done && !v->look->cancelled)
			rb_try_cancel(v->look, RB_CANCEL_TIMEOUT);
		return RB_SIG_NONE;
	}
	if (rb_cut_at(f, &v->a, &why) >= RB_CUT_DEADLINE) {
		rb_visit_fail(v, RB_CANCELLED, why);
		return RB_SIG_CUT;
	}
	v->look = rb_try_start(v, v->poll.probe->step, v->poll.purpose, v->poll.until);
	if (v->look->done)
		return RB_SIG_LOOKED;
	rb_timer_set(f, &v->tick, v->look->pub.deadline, tick_is_due, v);
	return RB_SIG_NONE;
}

enum rb_signal
rb_poll_looked(struct rb_visit *v)
{
	struct rb_flow *f = rb_visit_flow(v);
	struct rb_poll *poll = &v->poll;
	struct rb_try *t = v->look;
	enum rb_outcome outcome;
	enum rb_health health;
	struct rb_reason shown;
	bool unresolved;
	int64_t next;

	v->look = NULL;
	rb_timer_stop(f, &v->tick);
	rb_try_judge(v, t, &poll->reason);
	outcome = t->outcome;
	unresolved = t->unresolved;
	health = rb_drill_health(f, t, &poll->reason, &shown);
	rb_try_free(f, t);
	if (outcome == RB_PASSED)
		return RB_SIG_YES;
	if (outcome == RB_CANCELLED) {
		rb_visit_fail(v, RB_CANCELLED, rb_reason_str(&poll->reason));
		return RB_SIG_CUT;
	}
	next = rb_clock_add(rb_flow_now(f), poll->every);
	if (poll->purpose == RB_FOR_READY && !unresolved && next >= poll->until)
		return RB_SIG_NONE; /* the deadline of the action ends it */
	if (poll->once || unresolved || next >= poll->until) {
		if (outcome != RB_ERRORED) /* that errors the step, which tells it */
			rb_drill_looked(v, health, &shown);
		return outcome == RB_ERRORED ? RB_SIG_BAD : RB_SIG_NO;
	}
	rb_timer_set(f, &v->tick, next, tick_is_due, v);
	return RB_SIG_NONE;
}
