/* Attempts: from a step to its request, to the driver, and back to a judgement. The one place from which the
 * driver is told to start or to end anything. */
#include "flow/state.h"

#include <string.h>

#include "base/secret.h"

/* ---- beginning ---- */

static void
finish(struct rb_try *t, enum rb_ended ended, struct rb_str reason)
{
	t->res.ended = ended;
	t->res.reason = reason;
	t->done = true;
}

/* It cannot be performed, now or later. */
static void
refuse(struct rb_try *t, struct rb_str reason)
{
	finish(t, RB_ENDED_ERROR, reason);
	t->unresolved = true;
}

/* The value of the kind's main key. */
static struct rb_value
main_value(const struct rb_request *req)
{
	return req->values[rb_key_main(req->kind->keys)];
}

static int64_t
timeout_of(struct rb_flow *f, const struct rb_inst *in, const struct rb_step *step, struct rb_reason *why)
{
	const struct rb_stop_on *stop = step->stop_on;
	int64_t own = step->kind->timeout, limit;

	if (stop != NULL && (stop->operator_ || (stop->after != NULL && stop->after->node != NULL)))
		own = RB_NEVER; /* that is its end */
	return rb_flow_duration(f, in, step->timeout, own, &limit, why) == 0 ? limit : -1;
}

/* What a request borrows from a frame may be cleared while the attempt runs: a rung reads facts of the main
 * line, which may go back meanwhile. */
static const struct rb_request *
own_request(struct rb_try *t, struct rb_request *req)
{
	struct rb_value *const fields[] = {&req->cwd, &req->stdin_, &req->log, &req->pidfile};

	for (size_t i = 0; req->kind->keys[i].name != NULL; i++)
		req->values[i] = rb_value_copy(&t->arena, req->values[i]);
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		*fields[i] = rb_value_copy(&t->arena, *fields[i]);
	return req;
}

static bool
may_start(struct rb_flow *f, struct rb_try *t)
{
	if (t->pub.request->why.kind == RB_V_ERROR) {
		refuse(t, t->pub.request->why.s);
		return false;
	}
	if (t->pub.request->unknown) {
		refuse(t, RB_STR("it needs what cannot be known yet"));
		return false;
	}
	if (t->effect != RB_READ && f->hangup) {
		refuse(t, RB_STR("no change is started any more: the terminal was lost"));
		return false;
	}
	return true;
}

static void
perform(struct rb_visit *v, struct rb_try *t)
{
	struct rb_flow *f = rb_visit_flow(v);
	unsigned traits = t->pub.step->kind->traits;

	t->started = true; /* some sink may have it: it gets its end */
	if (rb_emit_attempt_start(v, t) != 0) {
		f->environment = true;
		rb_reason_set(&f->environment_why, RB_STR("no durable record could be written"));
		refuse(t, RB_STR("no durable record could be written, so nothing was changed"));
		return;
	}
	if ((traits & RB_KIND_PEOPLE) != 0) {
		rb_people_ask(v, t);
		return;
	}
	if (t->pub.purpose == RB_FOR_ACTION && t->effect != RB_READ)
		f->end.changes++;
	rb_flow_list_ticket(f, &t->p);
	if (f->driver->start(f->driver->ctx, &t->pub, &t->res) == RB_DONE_NOW) {
		rb_flow_drop_ticket(f, &t->p);
		t->done = true;
	}
}

/* What flow does by itself. True when it was that. */
static bool
perform_here(struct rb_visit *v, struct rb_try *t)
{
	unsigned traits = t->pub.step->kind->traits;
	struct rb_value value;
	struct rb_buf b;

	if ((traits & (RB_KIND_SAYS | RB_KIND_WAITS)) == 0)
		return false;
	value = main_value(t->pub.request);
	if ((traits & RB_KIND_WAITS) != 0) {
		t->pub.deadline = rb_clock_add(t->begun, value.kind == RB_V_DURATION ? value.i : 0);
		return true;
	}
	rb_buf_init(&b, rb_visit_flow(v)->alloc, RB_QUESTION_MAX);
	rb_value_show(value, &b);
	rb_buf_cut(&b, RB_CUT);
	rb_emit_say(v, rb_buf_view(&b));
	rb_buf_free(&b);
	finish(t, RB_ENDED_OK, RB_STR(""));
	return true;
}

struct rb_try *
rb_try_start(struct rb_visit *v, const struct rb_step *step, enum rb_purpose purpose, int64_t until)
{
	struct rb_flow *f = rb_visit_flow(v);
	struct rb_try *t = rb_alloc_zero(f->alloc, 1, sizeof(*t));
	struct rb_value run_id = rb_v_get_c(f->options.run, "id");
	struct rb_reason why;
	struct rb_eval ev;
	int64_t limit;

	rb_inst_refresh(v->a.inst);
	rb_arena_init(&t->arena, f->alloc);
	t->p.visit = v;
	t->p.ticket = ++f->ticket;
	t->effect = step->effect;
	t->begun = rb_flow_now(f);
	t->res.facts = t->res.record = rb_v_unset(RB_STR(""));
	ev = rb_flow_eval(f, v->a.inst, &t->arena);
	t->pub = (struct rb_attempt){.ticket = t->p.ticket,
	    .purpose = purpose,
	    .step = step,
	    .request = own_request(t, rb_step_resolve(step, &ev)),
	    .frame = v->a.inst->frame,
	    .where = v->where,
	    .arena = &t->arena,
	    .deadline = RB_NEVER,
	    .stop_by_operator = step->stop_on != NULL && step->stop_on->operator_};
	t->pub.where.attempt = purpose == RB_FOR_ACTION ? v->attempts : ++v->poll.looks;
	if (t->effect != RB_READ)
		t->pub.key =
		    rb_arena_fmt(&t->arena, "%.*s/%.*s", run_id.kind == RB_V_TEXT ? (int)run_id.s.n : 0,
			run_id.kind == RB_V_TEXT ? run_id.s.p : "", RB_STR_ARG(v->where.step));
	if (!may_start(f, t) || perform_here(v, t))
		return t;
	limit = timeout_of(f, v->a.inst, step, &why);
	if (limit < 0) {
		refuse(t, rb_arena_str(&t->arena, rb_reason_str(&why)));
		return t;
	}
	t->pub.deadline = rb_clock_add(t->begun, limit);
	if (t->pub.deadline > until)
		t->pub.deadline = until;
	perform(v, t);
	return t;
}

/* ---- ending ---- */

void
rb_try_cancel(struct rb_try *t, enum rb_cancel why)
{
	struct rb_flow *f = rb_visit_flow(t->p.visit);

	/* What the driver has completed already is taken as it came. */
	if (t->done || t->p.queued || (t->asking != NULL && t->asking->p.queued))
		return;
	t->cancelled = true;
	t->why = why;
	if ((t->pub.step->kind->traits & RB_KIND_WAITS) != 0)
		finish(t, RB_ENDED_CANCELLED, RB_STR(""));
	else if (t->asking != NULL)
		rb_asking_cancel(f, t->asking);
	else
		f->driver->cancel(f->driver->ctx, t->p.ticket, why);
}

void
rb_try_free(struct rb_flow *f, struct rb_try *t)
{
	rb_flow_drop_ticket(f, &t->p);
	if (t->asking != NULL)
		rb_asking_free(f, t->asking);
	rb_arena_free(&t->arena);
	rb_alloc_free(f->alloc, t);
}

/* ---- judging ---- */

/* P5: who was ended by its deadline has timed out, whatever it says of itself. */
static void
judge_timed_out(struct rb_try *t, struct rb_reason *reason)
{
	char text[RB_CLOCK_DURATION];
	/* What `retry.for` left of its time is a hair less than what was asked: nobody wants to read 299ms.
	 */
	int64_t had = (t->pub.deadline - t->begun + RB_MS - 1) / RB_MS * RB_MS;
	struct rb_str said = t->res.ended == RB_ENDED_OK ? RB_STR("") : t->res.reason;

	t->outcome = RB_TIMED_OUT;
	rb_reason_fmt(reason, "took longer than %s%s%.*s", rb_clock_exact(had, text), said.n > 0 ? "; " : "",
	    RB_STR_ARG(said));
}

static void
judge_cancelled(struct rb_try *t, struct rb_reason *reason)
{
	t->outcome = RB_CANCELLED;
	rb_reason_set(reason, t->res.reason.n > 0 ? t->res.reason : RB_STR("ended before it was over"));
}

static void
judge_result(struct rb_visit *v, struct rb_try *t, struct rb_reason *reason)
{
	static const enum rb_outcome outcomes[] = {
	    [RB_JUDGED_PASSED] = RB_PASSED, [RB_JUDGED_FAILED] = RB_FAILED, [RB_JUDGED_ERRORED] = RB_ERRORED};
	struct rb_eval ev = rb_flow_eval(rb_visit_flow(v), v->a.inst, &t->arena);

	rb_step_judge(t->pub.step, &t->res, &ev, &t->judged);
	t->outcome = outcomes[t->judged.verdict];
	rb_reason_set(reason, t->judged.reason);
}

static bool
was_cancelled_for(const struct rb_try *t, enum rb_cancel why)
{
	return t->cancelled && t->why == why;
}

static void
judge(struct rb_visit *v, struct rb_try *t, struct rb_reason *reason)
{
	t->judged.facts = t->res.facts;
	rb_reason_set(reason, RB_STR(""));
	if (was_cancelled_for(t, RB_CANCEL_STOP))
		t->res.stopped = true;
	if (t->res.ended == RB_ENDED_CANCELLED &&
	    (was_cancelled_for(t, RB_CANCEL_STOP) || was_cancelled_for(t, RB_CANCEL_DETACH)))
		t->res.ended = RB_ENDED_OK;
	if (was_cancelled_for(t, RB_CANCEL_TIMEOUT)) {
		judge_timed_out(t, reason);
	} else if (t->res.ended == RB_ENDED_CANCELLED || was_cancelled_for(t, RB_CANCEL_ABORT) ||
		   was_cancelled_for(t, RB_CANCEL_NOW)) {
		judge_cancelled(t, reason);
	} else if (t->res.ended == RB_ENDED_ERROR) {
		t->outcome = RB_ERRORED;
		rb_reason_set(reason, t->res.reason);
	} else {
		judge_result(v, t, reason);
	}
}

void
rb_try_judge(struct rb_visit *v, struct rb_try *t, struct rb_reason *reason)
{
	judge(v, t, reason);
	rb_emit_broken(v, t, reason);
	v->blamed = t->outcome == RB_ERRORED;
	if (t->started)
		rb_emit_attempt_end(v, t, reason);
}
