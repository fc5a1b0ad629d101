/* Events: what flow tells of itself. Every field that it fills stands in the table of event/event.c. */
#include "flow/state.h"

#include <string.h>

#include "base/secret.h"

static const char *const forms[] = {[RB_ASK_CONFIRM] = "confirm",
    [RB_ASK_TYPED] = "typed",
    [RB_ASK_TEXT] = "text",
    [RB_ASK_NUMBER] = "number",
    [RB_ASK_YES_NO] = "yes_no",
    [RB_ASK_CHOICE] = "choice",
    [RB_ASK_MANY] = "many",
    [RB_ASK_MANUAL] = "manual"};

static void
text(struct rb_event *ev, const char *name, struct rb_str s)
{
	if (s.n > 0)
		rb_event_text(ev, name, s);
}

static void
word(struct rb_event *ev, const char *name, const char *s)
{
	rb_event_text(ev, name, rb_str_c(s));
}

static bool
is_quiet(const struct rb_visit *v)
{
	return v->a.quiet || v->step->op == RB_OP_EDGE;
}

void
rb_emit_phase(
    struct rb_inst *in, const struct rb_where *where, const char *name, struct rb_str title, int64_t after)
{
	struct rb_event ev;

	rb_event_init(&ev, RB_EV_PHASE, where);
	word(&ev, "name", name);
	text(&ev, "title", title);
	if (after > 0 && after != RB_NEVER)
		rb_event_num(&ev, "after", after);
	rb_bus_emit(in->a.strand->flow->bus, &ev);
}

static enum rb_form
form_of(const struct rb_step *step)
{
	static const enum rb_form groups[] = {[RB_OP_BRANCH] = RB_FORM_BRANCH,
	    [RB_OP_CHECKS] = RB_FORM_TABLE,
	    [RB_OP_BLOCK] = RB_FORM_GROUP,
	    [RB_OP_CALL] = RB_FORM_GROUP,
	    [RB_OP_SET] = RB_FORM_STEP,
	    [RB_OP_EDGE] = RB_FORM_EDGE};
	static const struct {
		unsigned trait;
		enum rb_form form;
	} leaves[] = {{RB_KIND_SAYS, RB_FORM_MESSAGE}, {RB_KIND_PEOPLE, RB_FORM_QUESTION},
	    {RB_KIND_FINDS, RB_FORM_FINDING}};

	if (step->op == RB_OP_CALL && step->call->what == RB_CALL_LIBRARY)
		return RB_FORM_LIBRARY;
	if (step->op != RB_OP_LEAF)
		return groups[step->op];
	for (size_t i = 0; i < sizeof(leaves) / sizeof(leaves[0]); i++) {
		if ((step->kind->traits & leaves[i].trait) != 0)
			return leaves[i].form;
	}
	return RB_FORM_STEP;
}

void
rb_emit_step_start(struct rb_visit *v)
{
	const struct rb_step *step = v->step;
	struct rb_flow *f = rb_visit_flow(v);
	struct rb_reason why;
	struct rb_event ev;
	int64_t limit = step->op == RB_OP_LEAF ? step->kind->timeout : RB_NEVER;

	rb_event_init(&ev, RB_EV_STEP_START, &v->where);
	word(&ev, "kind", step->action);
	if (form_of(step) != RB_FORM_STEP)
		word(&ev, "form", rb_form_words[form_of(step)]);
	text(&ev, "title", v->where.title);
	text(&ev, "note", rb_visit_note(v));
	text(&ev, "does", rb_visit_does(v));
	word(&ev, "effect", rb_effect_words[step->effect]);
	if (step->span.src != NULL)
		rb_event_num(&ev, "line", (int64_t)rb_source_pos(step->span.src, step->span.from).line);
	if (v->role != RB_ROLE_LOOP &&
	    rb_flow_duration(f, v->a.inst, step->timeout, limit, &limit, &why) == 0 && limit != RB_NEVER)
		rb_event_num(&ev, "timeout", limit);
	if (step->op == RB_OP_LEAF && (step->kind->traits & RB_KIND_OUTPUT) != 0 &&
	    !rb_str_is(step->show, "line"))
		text(&ev, "show", step->show);
	if (is_quiet(v))
		rb_event_num(&ev, "quiet", 1);
	rb_bus_emit(f->bus, &ev);
}

void
rb_emit_step_end(struct rb_visit *v)
{
	struct rb_event ev;

	rb_event_init(&ev, RB_EV_STEP_END, &v->where);
	word(&ev, "outcome", rb_outcome_rows[v->outcome].name);
	text(&ev, "reason", rb_reason_str(&v->reason));
	text(&ev, "summary", v->summary);
	word(&ev, "effect", rb_effect_words[v->step->effect]);
	rb_event_num(&ev, "attempts", v->attempts);
	rb_event_num(&ev, "duration", rb_flow_now(rb_visit_flow(v)) - v->begun);
	word(&ev, "kind", v->step->action);
	if (is_quiet(v))
		rb_event_num(&ev, "quiet", 1);
	if (v->continued)
		rb_event_num(&ev, "continued", 1);
	rb_bus_emit(rb_visit_flow(v)->bus, &ev);
}

/* ---- attempts ---- */

static struct rb_str
request_json(struct rb_try *t)
{
	struct rb_json j;
	struct rb_buf b;
	struct rb_str s;

	rb_buf_init(&b, t->arena.alloc, SIZE_MAX);
	rb_json_init(&j, &b);
	rb_request_json(t->pub.request, &j);
	s = rb_arena_str(&t->arena, rb_buf_view(&b));
	rb_buf_free(&b);
	return s;
}

int
rb_emit_attempt_start(struct rb_visit *v, struct rb_try *t)
{
	struct rb_flow *f = rb_visit_flow(v);
	struct rb_event ev;

	rb_event_init(&ev, RB_EV_ATTEMPT_START, &t->pub.where);
	word(&ev, "purpose", rb_purpose_words[t->pub.purpose]);
	word(&ev, "kind", t->pub.step->action);
	word(&ev, "effect", rb_effect_words[t->effect]);
	rb_event_text(&ev, "request", request_json(t));
	if (t->effect != RB_READ) {
		rb_event_text(&ev, "key", t->pub.key);
		ev.durable = true;
	}
	return rb_bus_emit(f->bus, &ev);
}

static struct rb_str
json_of(struct rb_arena *arena, struct rb_value v)
{
	struct rb_json j;
	struct rb_buf b;
	struct rb_str s;

	rb_buf_init(&b, arena->alloc, SIZE_MAX);
	rb_json_init(&j, &b);
	rb_value_json(v, &j);
	s = rb_arena_str(arena, rb_buf_view(&b));
	rb_buf_free(&b);
	return s;
}

/* What the driver and the kind know of the end, by the names that the event has for it. */
static void
copy_record(struct rb_event *ev, struct rb_value from, struct rb_arena *arena)
{
	for (const struct rb_event_field_row *row = rb_event_rows[ev->type].fields; row->name != NULL;
	     row++) {
		struct rb_value v =
		    from.kind == RB_V_MAP ? rb_v_get_c(from, row->name) : rb_v_unset(RB_STR(""));
		bool is_text = row->type == RB_EVF_TEXT || row->type == RB_EVF_WORD;

		if (rb_event_get(ev, row->name) != NULL)
			continue;
		if (v.kind == RB_V_TEXT && is_text)
			rb_event_text(ev, row->name, v.s);
		else if ((v.kind == RB_V_INT && row->type == RB_EVF_INT) ||
			 (v.kind == RB_V_DURATION && row->type == RB_EVF_NS) ||
			 (v.kind == RB_V_SIZE && row->type == RB_EVF_INT))
			rb_event_num(ev, row->name, v.i);
		else if (v.kind == RB_V_BOOL && row->type == RB_EVF_BOOL)
			rb_event_num(ev, row->name, v.b);
		else if (v.kind == RB_V_MAP && row->type == RB_EVF_JSON)
			rb_event_text(ev, row->name, json_of(arena, v));
	}
}

/* What it said last; a step whose output is secret says nothing. */
static void
put_excerpt(struct rb_event *ev, const struct rb_try *t)
{
	if (t->res.excerpt.n == 0 || rb_step_keeps_secret(t->pub.step))
		return;
	rb_event_text(ev, "excerpt", t->res.excerpt);
	if (t->res.excerpt_of != NULL)
		word(ev, "excerpt_of", t->res.excerpt_of);
}

/* A `verify` whose look failed by itself, as a connection that was refused: the place is not the step's. */
static bool
is_verify_in_vain(const struct rb_try *t)
{
	return t->pub.purpose == RB_FOR_VERIFY && t->judged.nbroken == 0 &&
	       (t->outcome == RB_FAILED || t->outcome == RB_TIMED_OUT);
}

void
rb_emit_attempt_end(struct rb_visit *v, struct rb_try *t, const struct rb_reason *reason)
{
	struct rb_event ev;

	rb_event_init(&ev, RB_EV_ATTEMPT_END, &t->pub.where);
	word(&ev, "purpose", rb_purpose_words[t->pub.purpose]);
	word(&ev, "outcome", rb_outcome_rows[t->outcome].name);
	text(&ev, "reason", rb_reason_str(reason));
	text(&ev, "summary", t->res.summary);
	rb_event_num(&ev, "duration", rb_flow_now(rb_visit_flow(v)) - t->begun);
	if (t->outcome != RB_PASSED && t->judged.nbroken == 0 && !is_verify_in_vain(t))
		put_excerpt(&ev, t);
	copy_record(&ev, t->res.record, &t->arena);
	copy_record(&ev, t->res.facts, &t->arena);
	rb_bus_emit(rb_visit_flow(v)->bus, &ev);
}

/* Where the actual value came from: "GET http://… → 200 in 14ms". */
static struct rb_str
evidence(const struct rb_visit *v, struct rb_try *t)
{
	char took[RB_CLOCK_DURATION];
	const struct rb_kind *kind = t->pub.step->kind;
	struct rb_buf b;
	struct rb_str s;

	rb_buf_init(&b, t->arena.alloc, RB_SUMMARY_MAX);
	if (kind->summary != NULL)
		kind->summary(t->pub.request, &b);
	/* Some summaries name the request themselves. */
	if (b.len > 0 && rb_str_starts(t->res.summary, rb_buf_cstr(&b)))
		rb_buf_clear(&b);
	if (t->res.summary.n > 0) {
		rb_buf_c(&b, b.len > 0 ? " → " : "");
		rb_buf_str(&b, t->res.summary);
	}
	if (b.len > 0)
		rb_buf_fmt(&b, " in %s", rb_clock_human(rb_flow_now(rb_visit_flow(v)) - t->begun, took));
	rb_buf_cut(&b, RB_CUT);
	s = rb_arena_str(&t->arena, rb_buf_view(&b));
	rb_buf_free(&b);
	return s;
}

static void
put_place(struct rb_event *ev, struct rb_span span)
{
	struct rb_pos pos, end;

	if (span.src == NULL)
		return;
	pos = rb_source_pos(span.src, span.from);
	end = rb_source_pos(span.src, span.to > span.from ? span.to : span.from + 1);
	rb_event_text(ev, "file", span.src->name);
	rb_event_num(ev, "line", (int64_t)pos.line);
	rb_event_num(ev, "column", (int64_t)pos.column);
	rb_event_num(ev, "width",
	    end.line == pos.line && end.column > pos.column ? (int64_t)(end.column - pos.column) : 1);
	rb_event_text(ev, "source", rb_source_line(span.src, pos.line));
}

static void
emit_place(struct rb_visit *v, const struct rb_where *where, struct rb_span span, struct rb_str reason,
    struct rb_str hint)
{
	struct rb_event ev;

	rb_event_init(&ev, RB_EV_ASSERTION, where);
	put_place(&ev, span);
	text(&ev, "what", reason);
	text(&ev, "hint", hint);
	rb_bus_emit(rb_visit_flow(v)->bus, &ev);
}

void
rb_emit_undecided(struct rb_visit *v)
{
	emit_place(v, &v->where, v->blame.src != NULL ? v->blame : v->step->action_span,
	    rb_reason_str(&v->reason), v->advice);
}

/* What it printed is told with the end of the attempt. */
static void
emit_errored(struct rb_visit *v, struct rb_try *t, const struct rb_reason *reason)
{
	struct rb_span at = t->judged.at;

	if (at.src == NULL)
		at = t->pub.request->at;
	if (at.src == NULL)
		at = t->pub.step->action_span;
	emit_place(v, &t->pub.where, at, rb_reason_str(reason), RB_STR(""));
}

static void
emit_verify_in_vain(struct rb_visit *v, struct rb_try *t, const struct rb_reason *reason)
{
	struct rb_event ev;

	rb_event_init(&ev, RB_EV_ASSERTION, &t->pub.where);
	put_place(&ev, t->pub.step->action_span);
	text(&ev, "what", rb_reason_str(reason));
	put_excerpt(&ev, t);
	rb_bus_emit(rb_visit_flow(v)->bus, &ev);
}

static void
emit_one_broken(struct rb_visit *v, struct rb_try *t, const struct rb_broken *broken)
{
	bool secret = rb_step_keeps_secret(t->pub.step);
	struct rb_event ev;

	rb_event_init(&ev, RB_EV_ASSERTION, &t->pub.where);
	put_place(&ev, broken->assert->span);
	text(&ev, "what", broken->what);
	text(&ev, "expected", broken->expected);
	text(&ev, "actual", secret ? RB_STR("***") : broken->actual);
	text(&ev, "hint", broken->hint);
	text(&ev, "from", evidence(v, t));
	put_excerpt(&ev, t);
	rb_bus_emit(rb_visit_flow(v)->bus, &ev);
}

void
rb_emit_broken(struct rb_visit *v, struct rb_try *t, const struct rb_reason *reason)
{
	if (t->outcome == RB_ERRORED)
		emit_errored(v, t, reason);
	if (is_verify_in_vain(t))
		emit_verify_in_vain(v, t, reason);
	for (size_t i = 0; i < t->judged.nbroken; i++)
		emit_one_broken(v, t, &t->judged.broken[i]);
}

void
rb_emit_facts(struct rb_visit *v, struct rb_value facts)
{
	struct rb_flow *f = rb_visit_flow(v);
	struct rb_str json, line;
	struct rb_arena arena;
	struct rb_event ev;

	rb_arena_init(&arena, f->alloc);
	rb_grounds_found(v->step, facts, &arena, &json, &line);
	if (json.n > 0) {
		rb_event_init(&ev, RB_EV_FACTS, &v->where);
		rb_event_text(&ev, "facts", json);
		text(&ev, "summary", line);
		rb_bus_emit(f->bus, &ev);
	}
	rb_arena_free(&arena);
}

/* ---- the rest ---- */

void
rb_emit_retry(struct rb_visit *v, int64_t pause, int64_t times)
{
	struct rb_event ev;

	rb_event_init(&ev, RB_EV_RETRY, &v->where);
	rb_event_num(&ev, "pause", pause);
	if (times > 0)
		rb_event_num(&ev, "times", times);
	text(&ev, "reason", rb_reason_str(&v->reason));
	rb_bus_emit(rb_visit_flow(v)->bus, &ev);
}

void
rb_emit_item(struct rb_visit *v, struct rb_value item, size_t index, size_t of)
{
	struct rb_flow *f = rb_visit_flow(v);
	struct rb_event ev;
	struct rb_json j;
	struct rb_buf b;

	rb_buf_init(&b, f->alloc, SIZE_MAX);
	rb_json_init(&j, &b);
	rb_value_json(item, &j);
	rb_event_init(&ev, RB_EV_ITEM, &v->where);
	rb_event_text(&ev, "name", v->step->loop->as->name);
	rb_event_text(&ev, "value", rb_buf_view(&b));
	rb_event_num(&ev, "index", (int64_t)index);
	rb_event_num(&ev, "of", (int64_t)of);
	rb_bus_emit(f->bus, &ev);
	rb_buf_free(&b);
}

void
rb_emit_if(struct rb_visit *v, struct rb_str cond, bool held, struct rb_str why, struct rb_str facts)
{
	struct rb_event ev;

	rb_event_init(&ev, RB_EV_IF, &v->where);
	text(&ev, "condition", cond);
	rb_event_num(&ev, "held", held);
	text(&ev, "why", why);
	text(&ev, "facts", facts);
	rb_bus_emit(rb_visit_flow(v)->bus, &ev);
}

void
rb_emit_branch(struct rb_visit *v, struct rb_str cond, int64_t arm, struct rb_str why, struct rb_str facts)
{
	struct rb_event ev;

	rb_event_init(&ev, RB_EV_BRANCH, &v->where);
	text(&ev, "condition", cond);
	rb_event_num(&ev, "arm", arm);
	text(&ev, "why", why);
	text(&ev, "facts", facts);
	rb_bus_emit(rb_visit_flow(v)->bus, &ev);
}

void
rb_emit_edge(struct rb_visit *v, const char *key, struct rb_str to, struct rb_str reason)
{
	struct rb_event ev;

	rb_event_init(&ev, RB_EV_EDGE, &v->where);
	word(&ev, "outcome", rb_outcome_rows[v->outcome].name);
	word(&ev, "key", key);
	rb_event_text(&ev, "to", to);
	if (rb_str_is(to, "done"))
		text(&ev, "leaves", rb_visit_leaves(v));
	text(&ev, "reason", reason);
	rb_bus_emit(rb_visit_flow(v)->bus, &ev);
}

void
rb_emit_ask(struct rb_visit *v, const struct rb_question *q)
{
	struct rb_flow *f = rb_visit_flow(v);
	struct rb_event ev;
	struct rb_json j;
	struct rb_buf b;

	rb_buf_init(&b, f->alloc, SIZE_MAX);
	rb_event_init(&ev, RB_EV_ASK, &q->where);
	word(&ev, "form", forms[q->form]);
	rb_event_text(&ev, "question", q->text);
	if (q->nchoices > 0) {
		rb_json_init(&j, &b);
		rb_json_open(&j, '[');
		for (size_t i = 0; i < q->nchoices; i++)
			rb_json_str(&j, q->choices[i]);
		rb_json_close(&j, ']');
		rb_event_text(&ev, "choices", rb_buf_view(&b));
	}
	word(&ev, "effect", rb_effect_words[q->step->effect]);
	text(&ev, "does", q->does);
	text(&ev, "only", q->only);
	text(&ev, "expect", q->expect);
	text(&ev, "by", q->by);
	rb_bus_emit(f->bus, &ev);
	rb_buf_free(&b);
}

/* An answer as text; what was done by hand is said in words, with its note. */
static void
show_answer(const struct rb_asking *a, struct rb_buf *out)
{
	struct rb_value done, note;

	if (a->q.form != RB_ASK_MANUAL || a->answer.value.kind != RB_V_MAP) {
		rb_value_show(a->answer.value, out);
		return;
	}
	done = rb_v_get_c(a->answer.value, "done");
	note = rb_v_get_c(a->answer.value, "note");
	rb_buf_c(out, done.kind == RB_V_BOOL && done.b ? "done" : "could not");
	if (note.kind == RB_V_TEXT && note.s.n > 0) {
		rb_buf_c(out, ": ");
		rb_buf_str(out, note.s);
	}
}

void
rb_emit_answer(struct rb_visit *v, const struct rb_asking *a)
{
	static const char *const outcomes[] = {[RB_ANSWERED] = "answered",
	    [RB_DECLINES] = "declined",
	    [RB_SKIPS] = "declined",
	    [RB_NOBODY] = "declined",
	    [RB_ABORTS] = "cancelled"};
	struct rb_flow *f = rb_visit_flow(v);
	struct rb_value operator_ = rb_v_get_c(f->options.run, "operator");
	bool nobody = a->answer.what == RB_NOBODY;
	struct rb_event ev;
	struct rb_buf b;

	rb_buf_init(&b, f->alloc, RB_QUESTION_MAX);
	rb_event_init(&ev, RB_EV_ANSWER, &a->q.where);
	if (a->answer.what == RB_ANSWERED && !a->cancelled) {
		show_answer(a, &b);
		rb_buf_cut(&b, RB_CUT);
		rb_event_text(&ev, "value", rb_buf_view(&b));
	}
	rb_event_text(&ev, "by", nobody || a->answer.by.n == 0 ? RB_STR("none") : a->answer.by);
	if (operator_.kind == RB_V_TEXT && !nobody)
		rb_event_text(&ev, "operator", operator_.s);
	word(&ev, "outcome", a->cancelled ? "cancelled" : outcomes[a->answer.what]);
	rb_event_num(&ev, "duration", rb_flow_now(f) - a->begun);
	rb_bus_emit(f->bus, &ev);
	rb_buf_free(&b);
}

void
rb_emit_say(struct rb_visit *v, struct rb_str said)
{
	struct rb_event ev;

	rb_event_init(&ev, RB_EV_SAY, &v->where);
	rb_event_text(&ev, "text", said);
	rb_bus_emit(rb_visit_flow(v)->bus, &ev);
}

void
rb_emit_warning(struct rb_flow *f, const struct rb_where *where, const char *code, struct rb_str said)
{
	struct rb_event ev;

	rb_event_init(&ev, RB_EV_WARNING, where);
	rb_event_text(&ev, "text", said);
	word(&ev, "code", code);
	rb_bus_emit(f->bus, &ev);
}

void
rb_emit_finding(struct rb_visit *v, enum rb_health health, enum rb_purpose purpose, struct rb_str said)
{
	static const char *const words[] = {[RB_HEALTH_FINE] = "fine",
	    [RB_HEALTH_SILENT] = "silent",
	    [RB_HEALTH_TROUBLE] = "trouble",
	    [RB_HEALTH_BROKEN] = "broken"};
	struct rb_event ev;

	rb_event_init(&ev, RB_EV_FINDING, &v->where);
	word(&ev, "what", words[health]);
	word(&ev, "kind", v->step->action);
	word(&ev, "purpose", rb_purpose_words[purpose]);
	rb_event_text(&ev, "text", said);
	rb_bus_emit(rb_visit_flow(v)->bus, &ev);
}

void
rb_emit_halt(struct rb_flow *f, const struct rb_where *where, const struct rb_step *step, const char *why,
    struct rb_str does, struct rb_str said)
{
	struct rb_event ev;

	rb_event_init(&ev, RB_EV_HALT, where);
	word(&ev, "why", why);
	if (step != NULL) {
		word(&ev, "kind", step->action);
		word(&ev, "effect", rb_effect_words[step->effect]);
	}
	text(&ev, "does", does);
	rb_event_text(&ev, "text", said);
	rb_bus_emit(f->bus, &ev);
}

void
rb_emit_run_end(struct rb_flow *f)
{
	const struct rb_run_end *end = &f->end;
	struct rb_event ev;

	rb_event_init(&ev, RB_EV_RUN_END, NULL);
	word(&ev, "outcome", rb_ending_words[end->ending]);
	rb_event_num(&ev, "exit", end->exit);
	text(&ev, "reason", end->reason);
	rb_event_num(&ev, "elapsed", end->elapsed);
	rb_event_num(&ev, "steps", (int64_t)end->steps);
	rb_event_num(&ev, "changes", (int64_t)end->changes);
	rb_event_num(&ev, "confirmed", (int64_t)end->confirmed);
	rb_event_num(&ev, "failed", (int64_t)end->failed);
	if (f->options.drill != NULL)
		rb_event_num(&ev, "broken", (int64_t)end->broken);
	rb_bus_emit(f->bus, &ev);
}
