/* Questions: confirmations, and the steps that a person answers (`ask`, `manual`). */
#include "flow/state.h"
#include "lang/graph.h"

#include <signal.h>
#include <string.h>

static struct rb_asking *
asking_new(struct rb_visit *v)
{
	struct rb_flow *f = rb_visit_flow(v);
	struct rb_asking *a = rb_alloc_zero(f->alloc, 1, sizeof(*a));

	rb_arena_init(&a->arena, f->alloc);
	a->p.visit = v;
	a->p.question = true;
	a->p.ticket = ++f->ticket;
	a->begun = rb_flow_now(f);
	a->q.ticket = a->p.ticket;
	a->q.step = v->step;
	a->q.where = v->where;
	a->q.arena = &a->arena;
	a->q.optional = v->step->optional;
	return a;
}

void
rb_asking_free(struct rb_flow *f, struct rb_asking *a)
{
	rb_flow_drop_ticket(f, &a->p);
	rb_arena_free(&a->arena);
	rb_alloc_free(f->alloc, a);
}

void
rb_asking_cancel(struct rb_flow *f, struct rb_asking *a)
{
	if (a->done || a->cancelled || a->p.queued)
		return;
	a->cancelled = true;
	f->driver->cancel_ask(f->driver->ctx, a->p.ticket);
}

static void
put(struct rb_visit *v, struct rb_asking *a)
{
	struct rb_flow *f = rb_visit_flow(v);

	rb_emit_ask(v, &a->q);
	rb_flow_list_ticket(f, &a->p);
	if (f->driver->ask(f->driver->ctx, &a->q, &a->answer) == RB_DONE_NOW) {
		rb_flow_drop_ticket(f, &a->p);
		a->done = true;
	}
}

/* ---- confirmations ---- */

static bool
wants_confirmation(const struct rb_visit *v)
{
	const struct rb_step *step = v->step;

	if (v->role == RB_ROLE_LOOP && v->loop->n == 0)
		return false;
	return step->confirm != NULL || (step->op == RB_OP_LEAF && step->effect == RB_DANGER);
}

enum rb_signal
rb_confirm_ask(struct rb_visit *v)
{
	struct rb_str why;

	if (!wants_confirmation(v))
		return RB_SIG_YES;
	if (rb_cut_at(rb_visit_flow(v), &v->a, &why) != RB_CUT_NONE) {
		rb_visit_fail(v, RB_CANCELLED, why);
		return RB_SIG_BAD;
	}
	v->asking = asking_new(v);
	if (rb_confirm_fill(v, v->asking) != 0) {
		rb_asking_free(rb_visit_flow(v), v->asking);
		v->asking = NULL;
		return RB_SIG_BAD;
	}
	put(v, v->asking);
	return v->asking->done ? RB_SIG_ANSWERED : RB_SIG_NONE;
}

bool
rb_question_by_flag(const struct rb_question *q, bool yes, const struct rb_str *ids, size_t n)
{
	if (q->form != RB_ASK_CONFIRM && q->form != RB_ASK_TYPED)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (rb_str_eq(ids[i], q->step->id))
			return true;
	}
	return yes && !q->needs_id;
}

/* ---- answers ---- */

/* Why there is no answer, and what would have been one. */
static void
nobody(struct rb_visit *v, const struct rb_asking *a)
{
	const struct rb_step *step = v->step;

	if (a->q.form != RB_ASK_CONFIRM && a->q.form != RB_ASK_TYPED)
		rb_reason_fmt(&v->reason, "no terminal to ask at, and --yes answers no `%s`", step->action);
	else if (!a->q.needs_id)
		rb_reason_set(&v->reason, RB_STR("no terminal to ask at; --yes answers it"));
	else if (step->has_id)
		rb_reason_fmt(
		    &v->reason, "no terminal to ask at; --yes=%.*s answers it", RB_STR_ARG(step->id));
	else
		rb_reason_set(&v->reason,
		    RB_STR("no terminal to ask at; give the step an `id`, and --yes=ID answers it"));
}

bool
rb_ask_is_alone(const struct rb_visit *v)
{
	const struct rb_step *step = v->step;
	const struct rb_stop_on *stop = step->stop_on;

	return rb_visit_flow(v)->options.alone && step->op == RB_OP_LEAF &&
	       (step->interactive ||
		   (stop != NULL && stop->operator_ && stop->pattern == NULL && stop->tmpl == NULL &&
		       (stop->after == NULL || stop->after->node == NULL)));
}

void
rb_ask_alone(struct rb_visit *v)
{
	rb_visit_fail(v, v->step->optional ? RB_SKIPPED : RB_DECLINED,
	    v->step->interactive ? RB_STR("it is `interactive`, and there is no terminal")
				 : RB_STR("only the operator ends it (`stop_on`), and there is no terminal"));
}

/* "`free` was declined by root: Stop old-worker?", since a reason stands far from its question. */
static void
declined_by(struct rb_visit *v, const struct rb_asking *a)
{
	struct rb_value who = rb_v_get_c(rb_visit_flow(v)->options.run, "operator");
	struct rb_str question = rb_str_cut(a->q.text, 0, rb_str_find(a->q.text, RB_STR("\n"), 0));

	rb_reason_fmt(&v->reason, "%.*s was declined by %.*s: %.*s",
	    RB_STR_ARG(rb_step_quoted(&v->arena, v->step)),
	    RB_STR_ARG(who.kind == RB_V_TEXT ? who.s : RB_STR("the operator")), RB_STR_ARG(question));
}

/* What an answer that is none makes of the step. */
static void
not_answered(struct rb_visit *v, const struct rb_asking *a)
{
	enum rb_outcome declined = v->step->optional ? RB_SKIPPED : RB_DECLINED;

	switch (a->answer.what) {
	case RB_ANSWERED:
	case RB_DECLINES:
		rb_visit_fail(v, declined, RB_STR(""));
		declined_by(v, a);
		break;
	case RB_NOBODY:
		rb_visit_fail(v, declined, RB_STR(""));
		nobody(v, a);
		break;
	case RB_SKIPS:
		rb_visit_fail(v, RB_SKIPPED, RB_STR("the operator skipped it"));
		break;
	case RB_ABORTS:
		rb_visit_fail(v, RB_CANCELLED, RB_STR("the operator ended the run"));
		rb_visit_flow(v)->aborted = true;
		rb_flow_signal(rb_visit_flow(v), SIGINT);
		break;
	}
}

static bool
is_confirmed(const struct rb_asking *a)
{
	const struct rb_answer *answer = &a->answer;

	if (answer->what != RB_ANSWERED)
		return false;
	if (answer->value.kind == RB_V_BOOL)
		return answer->value.b;
	if (a->q.form == RB_ASK_TYPED && answer->value.kind == RB_V_TEXT)
		return rb_str_eq(rb_str_trim(answer->value.s), rb_str_trim(a->q.expect));
	return true;
}

enum rb_signal
rb_confirm_answered(struct rb_visit *v)
{
	struct rb_flow *f = rb_visit_flow(v);
	struct rb_asking *a = v->asking;
	bool yes = is_confirmed(a), halts = rb_drill_wants_person(v, a);

	rb_emit_answer(v, a);

	if (yes)
		f->end.confirmed++;
	else if (!halts)
		not_answered(v, a);
	v->asking = NULL;
	rb_asking_free(f, a);
	if (halts)
		return rb_drill_halt(v, RB_HALT_ANSWER);
	return yes ? RB_SIG_YES : RB_SIG_NO;
}

/* ---- steps that a person answers ---- */

void
rb_people_ask(struct rb_visit *v, struct rb_try *t)
{
	struct rb_request *req = (struct rb_request *)(uintptr_t)t->pub.request;
	struct rb_asking *a = asking_new(v);
	struct rb_prompt prompt;

	memset(&prompt, 0, sizeof(prompt));
	if (req->kind->prompt == NULL || req->kind->prompt(req, &a->arena, &prompt) != 0) {
		rb_asking_free(rb_visit_flow(v), a);
		t->res.ended = RB_ENDED_ERROR;
		t->res.reason = req->why.kind == RB_V_ERROR ? req->why.s : RB_STR("it cannot be asked");
		t->unresolved = true;
		t->done = true;
		return;
	}
	t->asking = a;
	a->q.where.attempt = t->pub.where.attempt;
	a->q.form = prompt.form;
	a->q.text = prompt.text;
	a->q.nchoices = prompt.nchoices;
	a->q.choices = prompt.choices;
	a->q.values = prompt.values;
	a->q.nrecord = prompt.nrecord;
	a->q.record = prompt.record;
	put(v, a);
}

static void
choose(struct rb_visit *v, size_t arm)
{
	if (arm < v->step->narms)
		v->chosen[v->nchosen++] = arm;
}

/* Which arms of the step the answer leads to: the kind knows of one, of many it is all that are in the list.
 */
static void
choose_arms(struct rb_visit *v, const struct rb_asking *a, int64_t arm)
{
	struct rb_value answer = a->answer.value;

	v->nchosen = v->next_chosen = 0;
	if (v->step->narms == 0)
		return;
	v->chosen = RB_ARRAY(&v->arena, size_t, v->step->narms);
	if (arm >= 0)
		choose(v, (size_t)arm);
	if (a->q.form != RB_ASK_MANY || answer.kind != RB_V_LIST)
		return;
	for (size_t i = 0; i < a->q.nchoices; i++) {
		for (size_t k = 0; k < answer.list->len; k++) {
			if (!rb_value_eq(a->q.values[i], answer.list->items[k]))
				continue;
			choose(v, i);
			break;
		}
	}
}

enum rb_signal
rb_people_answered(struct rb_visit *v)
{
	struct rb_flow *f = rb_visit_flow(v);
	struct rb_try *t = v->main;
	struct rb_asking *a = t->asking;
	struct rb_seen *seen = rb_seen_of(v->a.inst, v->step);
	struct rb_reason reason;
	int64_t arm = -1;
	bool halts;

	rb_emit_answer(v, a);
	t->done = true;
	if (t->cancelled) {
		t->res.ended = RB_ENDED_CANCELLED;
		return RB_SIG_ENDED;
	}
	if (a->answer.what == RB_ANSWERED) {
		/* Work by hand that was skipped has changed nothing. */
		if (t->effect != RB_READ)
			f->end.changes++;
		/* Only a question bounds a way back by itself: each turn of it takes a person. */
		if (seen != NULL && t->effect == RB_READ)
			seen->asked = true;
		t->pub.step->kind->answered(t->pub.request, a->answer.value, &t->arena, &t->res, &arm);
		choose_arms(v, a, arm);
		return RB_SIG_ENDED;
	}
	t->res.ended = RB_ENDED_CANCELLED;
	rb_try_judge(v, t, &reason);
	rb_timer_stop(f, &v->timer);
	halts = rb_drill_wants_person(v, a);
	if (!halts)
		not_answered(v, a);
	v->main = NULL;
	rb_try_free(f, t);
	return halts ? rb_drill_halt(v, RB_HALT_ANSWER) : RB_SIG_BAD;
}
