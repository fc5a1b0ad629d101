/* Reading a transcript for `runbook test --record`. */
#include "api/tape.h"

#include <string.h>

#include "flow/flow.h"
#include "record/reader.h"
#include "scenario/scenario.h"

/* A visit of a step while it is on the way. */
struct visit {
	const struct rb_step *step;
	struct rb_str name;
	struct rb_tape_name *entry; /* its place in the path */

	struct rb_tape_result *action; /* its last attempt of the action itself */
	struct rb_tape_result *open[RB_PURPOSES];
	struct rb_tape_answer *answer;
};

static struct rb_str
text_of(struct rb_tape *t, const struct rb_event *ev, const char *name)
{
	return rb_arena_str(t->arena, rb_event_get_text(ev, name));
}

/* ---- the head ---- */

static void
read_start(struct rb_tape *t, const struct rb_event *ev)
{
	char started[RB_CLOCK_RFC3339];

	t->run = text_of(t, ev, "run");
	t->mode = text_of(t, ev, "mode");
	t->file = text_of(t, ev, "file");
	t->source = text_of(t, ev, "source");
	t->from_name = text_of(t, ev, "from");
	t->host = text_of(t, ev, "host");
	t->user = text_of(t, ev, "operator");
	t->began = ev->mono;
	t->day = rb_arena_str(t->arena, rb_str_cut(rb_str_c(rb_clock_rfc3339(ev->wall, started)), 0, 10));
}

enum { HEAD_READ = 1 };

static int
on_head(void *ctx, const struct rb_event *ev)
{
	if (ev->type != RB_EV_RUN_START)
		return 0;
	read_start(ctx, ev);
	return HEAD_READ;
}

int
rb_tape_head(struct rb_tape *tape, struct rb_arena *arena, const struct rb_record *record, struct rb_buf *why)
{
	struct rb_read read;
	int r;

	memset(tape, 0, sizeof(*tape));
	tape->arena = arena;
	tape->inputs_tail = &tape->inputs;
	tape->path_tail = &tape->path;
	tape->changes_tail = &tape->changes;
	rb_map_init(&tape->results, arena);
	rb_map_init(&tape->answers, arena);
	rb_map_init(&tape->statuses, arena);
	rb_map_init(&tape->lacks, arena);
	rb_map_init(&tape->secrets, arena);
	rb_map_init(&tape->visits, arena);
	r = rb_transcript_read(arena->alloc, record->paths, record->npaths, on_head, tape, &read, why);
	if (r == HEAD_READ)
		return 0;
	if (r == 0)
		rb_buf_fmt(why, "%s: the transcript does not begin with run_start", record->paths[0]);
	return -1;
}

/* ---- steps ---- */

static struct visit *
visit_of(struct rb_tape *t, const struct rb_event *ev)
{
	return rb_map_get(&t->visits, ev->where.step);
}

static struct rb_tape_name *
add_name(struct rb_tape *t, struct rb_tape_name ***tail, struct rb_str text)
{
	struct rb_tape_name *n = RB_NEW(t->arena, struct rb_tape_name);

	n->text = text;
	**tail = n;
	*tail = &n->next;
	return n;
}

static void
begin_step(struct rb_tape *t, const struct rb_event *ev)
{
	struct visit *v = RB_NEW(t->arena, struct visit);
	struct rb_buf name;

	rb_buf_init(&name, t->arena->alloc, SIZE_MAX);
	v->step = rb_scenario_step(t->program, t->from, ev->where.step, &name);
	v->name = rb_arena_str(t->arena, rb_buf_view(&name));
	rb_buf_free(&name);
	if (v->step == NULL) {
		if (t->unknown.n == 0)
			t->unknown = rb_arena_str(t->arena, ev->where.step);
		return;
	}
	rb_map_put(&t->visits, ev->where.step, v);
	/* The turns of a loop are not steps of their own. */
	if (!v->step->has_id || rb_str_ends(ev->where.step, "]"))
		return;

	v->entry = add_name(t, &t->path_tail, v->name);
}

static void
note_status(struct rb_tape *t, struct rb_str name, struct rb_str outcome)
{
	struct rb_tape_status *status = rb_map_get(&t->statuses, name);

	if (status == NULL) {
		status = RB_NEW(t->arena, struct rb_tape_status);
		rb_map_put(&t->statuses, name, status);
	}
	status->errored |= rb_str_is(outcome, "errored");
	status->last = rb_arena_str(t->arena, outcome);
	for (size_t i = 0; i < outcome.n; i++) {
		if (outcome.p[i] == ' ')
			((char *)(uintptr_t)status->last.p)[i] = '_';
	}
}

static void
end_step(struct rb_tape *t, const struct rb_event *ev)
{
	struct visit *v = visit_of(t, ev);
	struct rb_str outcome = rb_event_get_text(ev, "outcome");

	if (v == NULL)
		return;
	if (v->answer != NULL)
		v->answer->ended = rb_arena_str(t->arena, outcome);
	if (v->entry != NULL && rb_str_is(outcome, "skipped"))
		v->entry->text = RB_STR("");
	if (!rb_str_ends(ev->where.step, "]"))
		note_status(t, v->name, outcome);
}

/* ---- attempts ---- */

static struct rb_tape_row *
row_of(struct rb_tape *t, struct rb_map *rows, struct rb_str name, const struct rb_step *step)
{
	struct rb_tape_row *row = rb_map_get(rows, name);

	if (row != NULL)
		return row;
	row = RB_NEW(t->arena, struct rb_tape_row);
	row->name = name;
	row->step = step;
	row->results_tail = &row->results;
	row->answers_tail = &row->answers;
	rb_map_put(rows, name, row);
	return row;
}

static size_t
purpose_of(const struct rb_event *ev)
{
	size_t i = RB_PURPOSES - 1;

	while (i > 0 && !rb_str_is(rb_event_get_text(ev, "purpose"), rb_purpose_words[i]))
		i--;
	return i;
}

/* The step whose attempt it is: a probe of the step, or the step itself. */
static const struct rb_step *
performed(const struct rb_step *step, size_t purpose)
{
	const struct rb_probe *probes[RB_PURPOSES] = {
	    [RB_FOR_DONE_IF] = step->done_if, [RB_FOR_VERIFY] = step->verify, [RB_FOR_READY] = step->ready};

	return probes[purpose] != NULL ? probes[purpose]->step : step;
}

static bool
is_people(const struct rb_step *step)
{
	return step->op == RB_OP_LEAF && (step->kind->traits & RB_KIND_PEOPLE) != 0;
}

/* Of what was asked for: the URL, and the names of the secrets that it was given. */
static void
read_request(struct rb_tape *t, struct rb_tape_result *r, struct rb_str json)
{
	struct rb_value request = rb_value_from_json(t->arena, json), url, secrets;

	if (request.kind != RB_V_MAP)
		return;
	url = rb_v_get_c(request, "url");
	secrets = rb_v_get_c(request, "secrets");
	r->url = url.kind == RB_V_TEXT ? url.s : RB_STR("");
	for (size_t i = 0; secrets.kind == RB_V_LIST && i < secrets.list->len; i++)
		rb_map_put(&t->secrets, secrets.list->items[i].s, t);
}

static void
begin_attempt(struct rb_tape *t, const struct rb_event *ev)
{
	struct visit *v = visit_of(t, ev);
	size_t purpose = purpose_of(ev);
	struct rb_tape_result *r;
	struct rb_tape_row *row;
	struct rb_str name;

	if (v == NULL)
		return;
	if (purpose == RB_FOR_ACTION && !rb_str_is(rb_event_get_text(ev, "effect"), "read") &&
	    ev->where.attempt == 1)
		add_name(t, &t->changes_tail, v->name);
	if (is_people(v->step))
		return;
	name = purpose == RB_FOR_ACTION
		   ? v->name
		   : rb_arena_fmt(t->arena, "%.*s.%s", RB_STR_ARG(v->name), rb_purpose_words[purpose]);
	row = row_of(t, &t->results, name, performed(v->step, purpose));
	r = RB_NEW(t->arena, struct rb_tape_result);
	r->step = rb_arena_str(t->arena, ev->where.step);
	r->purpose = rb_purpose_words[purpose];
	r->attempt = ev->where.attempt;
	r->begun = ev->mono;
	read_request(t, r, text_of(t, ev, "request"));
	r->exit = r->signal = r->status = r->pid = RB_TAPE_NONE;
	r->facts = r->headers = rb_v_unset(RB_STR(""));
	*row->results_tail = r;
	row->results_tail = &r->next;
	row->n++;
	v->open[purpose] = r;
	if (purpose == RB_FOR_ACTION)
		v->action = r;
}

static void
end_attempt(struct rb_tape *t, const struct rb_event *ev)
{
	struct visit *v = visit_of(t, ev);
	struct rb_tape_result *r = v != NULL ? v->open[purpose_of(ev)] : NULL;

	if (r == NULL)
		return;
	v->open[purpose_of(ev)] = NULL;
	r->wall = ev->wall;
	r->outcome = text_of(t, ev, "outcome");
	r->reason = text_of(t, ev, "reason");
	r->exit = rb_event_get_num(ev, "exit", RB_TAPE_NONE);
	r->signal = rb_event_get_num(ev, "signal", RB_TAPE_NONE);
	r->status = rb_event_get_num(ev, "status", RB_TAPE_NONE);
	r->pid = rb_event_get_num(ev, "pid", RB_TAPE_NONE);
	r->duration = rb_event_get_num(ev, "duration", 0);
	r->headers = rb_value_from_json(t->arena, text_of(t, ev, "answer_headers"));
	r->out = (struct rb_tape_output){
	    text_of(t, ev, "stdout_file"), rb_event_get_num(ev, "stdout_left_out", 0)};
	r->err = (struct rb_tape_output){
	    text_of(t, ev, "stderr_file"), rb_event_get_num(ev, "stderr_left_out", 0)};
}

/* It comes before the end of its attempt, which may be that of a probe: both begun at that place are meant.
 */
static void
mark_judged(struct rb_tape *t, const struct rb_event *ev)
{
	struct visit *v = visit_of(t, ev);

	for (size_t i = 0; v != NULL && i < RB_PURPOSES; i++) {
		if (v->open[i] != NULL && v->open[i]->attempt == ev->where.attempt)
			v->open[i]->judged = true;
	}
}

static void
add_facts(struct rb_tape *t, const struct rb_event *ev)
{
	struct visit *v = visit_of(t, ev);
	struct rb_value facts;

	if (v == NULL)
		return;
	facts = rb_value_from_json(t->arena, text_of(t, ev, "facts"));
	if (v->action != NULL && facts.kind == RB_V_MAP)
		v->action->facts = facts;
	if (v->answer != NULL && facts.kind == RB_V_MAP)
		v->answer->facts = facts;
}

/* ---- questions ---- */

static void
begin_question(struct rb_tape *t, const struct rb_event *ev)
{
	struct visit *v = visit_of(t, ev);
	struct rb_tape_answer *a;
	struct rb_tape_row *row;

	if (v == NULL)
		return;
	row = row_of(t, &t->answers, v->name, v->step);
	a = RB_NEW(t->arena, struct rb_tape_answer);
	a->step = rb_arena_str(t->arena, ev->where.step);
	a->form = text_of(t, ev, "form");
	a->facts = rb_v_unset(RB_STR(""));
	*row->answers_tail = a;
	row->answers_tail = &a->next;
	row->n++;
	v->answer = a;
}

static void
end_question(struct rb_tape *t, const struct rb_event *ev)
{
	struct visit *v = visit_of(t, ev);

	if (v == NULL || v->answer == NULL)
		return;
	v->answer->value = text_of(t, ev, "value");
	v->answer->outcome = text_of(t, ev, "outcome");
	v->answer->by = text_of(t, ev, "by");
	v->answer->duration = rb_event_get_num(ev, "duration", 0);
}

/* ---- the run ---- */

static void
add_input(struct rb_tape *t, const struct rb_event *ev)
{
	struct rb_tape_input *in;

	if (rb_str_is(rb_event_get_text(ev, "source"), "default"))
		return;
	in = RB_NEW(t->arena, struct rb_tape_input);
	in->name = text_of(t, ev, "name");
	in->value = text_of(t, ev, "value");
	*t->inputs_tail = in;
	t->inputs_tail = &in->next;
}

static void
note_lacks(struct rb_tape *t, const struct rb_event *ev)
{
	struct rb_value list = rb_value_from_json(t->arena, text_of(t, ev, "lacks"));

	for (size_t i = 0; list.kind == RB_V_LIST && i < list.list->len; i++) {
		if (list.list->items[i].kind == RB_V_TEXT)
			rb_map_put(&t->lacks, list.list->items[i].s, t);
	}
}

static void
read_end(struct rb_tape *t, const struct rb_event *ev)
{
	t->ended = true;
	t->outcome = text_of(t, ev, "outcome");
	t->exit = rb_event_get_num(ev, "exit", 0);
	t->elapsed = rb_event_get_num(ev, "elapsed", 0);
	t->by_clock |= rb_str_is(t->outcome, "deadline");
}

static void
begin_phase(struct rb_tape *t, const struct rb_event *ev)
{
	t->by_clock |= rb_event_get_num(ev, "after", 0) > 0;
}

static int
on_event(void *ctx, const struct rb_event *ev)
{
	static void (*const readers[RB_EV_TYPES])(struct rb_tape *, const struct rb_event *) = {
	    [RB_EV_INPUT] = add_input,
	    [RB_EV_HOST] = note_lacks,
	    [RB_EV_PHASE] = begin_phase,
	    [RB_EV_STEP_START] = begin_step,
	    [RB_EV_ATTEMPT_START] = begin_attempt,
	    [RB_EV_ASSERTION] = mark_judged,
	    [RB_EV_ATTEMPT_END] = end_attempt,
	    [RB_EV_FACTS] = add_facts,
	    [RB_EV_STEP_END] = end_step,
	    [RB_EV_ASK] = begin_question,
	    [RB_EV_ANSWER] = end_question,
	    [RB_EV_RUN_END] = read_end,
	};

	if (readers[ev->type] != NULL)
		readers[ev->type](ctx, ev);
	return 0;
}

int
rb_tape_read(struct rb_tape *tape, const struct rb_record *record, struct rb_buf *why)
{
	struct rb_read read;

	if (rb_transcript_read(
		tape->arena->alloc, record->paths, record->npaths, on_event, tape, &read, why) != 0)
		return -1;
	if (!tape->ended) {
		rb_buf_fmt(why, "run %.*s has no end, so there is nothing to expect of a scenario",
		    RB_STR_ARG(tape->run));
		return -1;
	}
	return 0;
}
