/* A driver with a fake clock, and runs of small runbooks told as text. Header only.
 *
 * What a step does is its script, a comma-separated list with one entry for each time that it is started (the
 * last one stands for all that follow). An entry is words in any order: pass · fail (exit 1) · exit=N · error
 * · retriable (an error before anything was started) · never (until cancelled) stubborn (never; cancelled, it
 * says that all went well 2 s later) · nowhere (failed: its name is not known) · 5s (how long it takes) ·
 * out=TEXT (its output) Of a test, the trace is what matters: one line for each end of a step, edge, phase
 * and so on (see `trace_row`). */
#ifndef RB_TEST_MOCKDRIVER_H
#define RB_TEST_MOCKDRIVER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flow/flow.h"
#include "lang/settle.h"

/* ---- kinds: as few as show every road through flow ---- */

static const struct rb_key mock_script_keys[] = {
    {"script", RB_K_SCRIPT, RB_KEY_MAIN | RB_KEY_REQUIRED, 0, NULL, NULL, NULL, "what to do", NULL, "-"},
    {NULL, RB_K_TEXT, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL}};
static const struct rb_key mock_wait_keys[] = {
    {"duration", RB_K_DURATION, RB_KEY_MAIN | RB_KEY_REQUIRED, 0, NULL, NULL, NULL, "how long", NULL, "-"},
    {NULL, RB_K_TEXT, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL}};
static const struct rb_key mock_say_keys[] = {
    {"text", RB_K_MESSAGE, RB_KEY_MAIN | RB_KEY_REQUIRED, 0, NULL, NULL, NULL, "what", NULL, "-"},
    {NULL, RB_K_TEXT, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL}};
static const struct rb_key mock_ask_keys[] = {
    {"question", RB_K_MESSAGE, RB_KEY_MAIN | RB_KEY_REQUIRED, 0, NULL, NULL, NULL, "what", NULL, "-"},
    {"type", RB_K_WORD, 0, 0, "choice many", NULL, NULL, "of one or of many", NULL, "-"},
    {"choices", RB_K_CHOICES, 0, 0, NULL, NULL, NULL, "of what", NULL, "-"},
    {NULL, RB_K_TEXT, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL}};
static const struct rb_fact_row mock_facts[] = {{"exit", &rb_types[RB_INT], ""},
    {"signal", &rb_types[RB_INT], ""}, {"stdout", &rb_types[RB_TEXT], ""}, {"stderr", &rb_types[RB_TEXT], ""},
    {"output", &rb_types[RB_TEXT], ""}, {NULL, NULL, NULL}};
static const struct rb_fact_row mock_answer_facts[] = {
    {"answer", &rb_types[RB_TEXT], ""}, {NULL, NULL, NULL}};

static inline int
mock_prompt(struct rb_request *req, struct rb_arena *arena, struct rb_prompt *out)
{
	struct rb_value type = req->values[1], choices = req->values[2];

	(void)arena;
	memset(out, 0, sizeof(*out));
	out->form = strcmp(req->kind->name, "manual") == 0 ? RB_ASK_MANUAL : RB_ASK_TEXT;
	out->text = req->values[0].s;
	if (choices.kind != RB_V_LIST)
		return 0;
	out->form = type.kind == RB_V_TEXT && rb_str_is(type.s, "many") ? RB_ASK_MANY : RB_ASK_CHOICE;
	out->nchoices = choices.list->len;
	out->values = choices.list->items;
	out->choices = RB_ARRAY(arena, struct rb_str, out->nchoices);
	for (size_t i = 0; i < out->nchoices; i++)
		out->choices[i] = choices.list->items[i].s;
	return 0;
}

/* The answer "could not" fails. */
static inline void
mock_answered(const struct rb_request *req, struct rb_value answer, struct rb_arena *arena,
    struct rb_result *res, int64_t *arm)
{
	struct rb_vpair *pairs;

	struct rb_value choices = req->values[2];

	*arm = -1;
	for (size_t i = 0; choices.kind == RB_V_LIST && i < choices.list->len; i++) {
		if (rb_value_eq(choices.list->items[i], answer))
			*arm = (int64_t)i;
	}
	res->ended =
	    answer.kind == RB_V_TEXT && rb_str_is(answer.s, "could not") ? RB_ENDED_FAILED : RB_ENDED_OK;
	res->reason = RB_STR("the operator could not do it");
	res->facts = rb_v_map(arena, 1, &pairs);
	pairs[0] = (struct rb_vpair){RB_STR("answer"), answer};
}

static inline void
mock_summary(const struct rb_request *req, struct rb_buf *out)
{
	rb_value_show(req->values[0], out);
}

static const struct rb_kind mock_look = {.name = "look",
    .help = "",
    .on = RB_ON_SCRIPT,
    .traits = RB_KIND_OUTPUT,
    .effect = RB_READ,
    .timeout = 30 * RB_SECOND,
    .keys = mock_script_keys,
    .facts = mock_facts,
    .summary = mock_summary};
static const struct rb_kind mock_run = {.name = "run",
    .help = "",
    .on = RB_ON_SCRIPT,
    .traits = RB_KIND_OUTPUT,
    .effect = RB_CHANGE,
    .timeout = 5 * RB_MINUTE,
    .keys = mock_script_keys,
    .facts = mock_facts,
    .summary = mock_summary};
static const struct rb_kind mock_start = {.name = "start",
    .help = "",
    .on = RB_ON_START,
    .traits = RB_KIND_STAYS | RB_KIND_NO_PROBE,
    .effect = RB_CHANGE,
    .timeout = 60 * RB_SECOND,
    .keys = mock_script_keys,
    .facts = mock_facts,
    .summary = mock_summary};
static const struct rb_kind mock_wait = {.name = "wait",
    .help = "",
    .on = RB_ON_SAY,
    .traits = RB_KIND_NO_PROBE | RB_KIND_WAITS,
    .effect = RB_READ,
    .timeout = RB_NEVER,
    .keys = mock_wait_keys};
static const struct rb_kind mock_say = {.name = "say",
    .help = "",
    .on = RB_ON_SAY,
    .traits = RB_KIND_NO_PROBE | RB_KIND_SAYS,
    .effect = RB_READ,
    .timeout = RB_NEVER,
    .keys = mock_say_keys};
static const struct rb_kind mock_ask = {.name = "ask",
    .help = "",
    .on = RB_ON_PEOPLE,
    .traits = RB_KIND_PEOPLE | RB_KIND_NO_PROBE,
    .effect = RB_READ,
    .timeout = RB_NEVER,
    .keys = mock_ask_keys,
    .facts = mock_answer_facts,
    .prompt = mock_prompt,
    .answered = mock_answered};
static const struct rb_kind mock_manual = {.name = "manual",
    .help = "",
    .on = RB_ON_PEOPLE,
    .traits = RB_KIND_PEOPLE | RB_KIND_NO_PROBE,
    .effect = RB_CHANGE,
    .timeout = RB_NEVER,
    .keys = mock_ask_keys,
    .facts = mock_answer_facts,
    .prompt = mock_prompt,
    .answered = mock_answered};
static const struct rb_kind *const mock_kinds[] = {
    &mock_look, &mock_run, &mock_start, &mock_wait, &mock_say, &mock_ask, &mock_manual, NULL};

/* ---- the driver ---- */

enum { MOCK_JOBS = 256, MOCK_STARTS = 64, MOCK_ANSWERS = 32, MOCK_SIGNALS = 8, MOCK_FILES = 4 };

struct mock_job {
	uint64_t ticket;
	bool used, question, stubborn, cancelled;
	int64_t due; /* RB_NEVER: waits until it is cancelled */
	struct rb_result res;
	struct rb_answer answer;
	struct rb_arena *arena;
};

struct mock_file {
	const char *name, *text;
};

/* What a test may set before it runs; the rest is what came of it. */
struct mock {
	/* in */
	const char
	    *answers[MOCK_ANSWERS]; /* in their order: yes no skip abort nobody, a text; "5s yes" takes 5 s */
	struct {
		int64_t at;
		int signo;
	} signals[MOCK_SIGNALS];
	struct mock_file files[MOCK_FILES]; /* child runbooks and libraries */
	const char *from;                   /* procedure to start at */
	const struct rb_drill *drill;       /* NULL: a run */
	bool alone;                         /* nobody is at a terminal */
	const char *refuse;                 /* `enter` says no for the unit of this id */
	int64_t stays_until;                /* `finish` has something left up to then, unless told `now` */
	bool no_disk;                       /* durable events fail */
	bool all_events;                    /* the trace has attempts, facts, retries, items, branches too */
	/* out */
	char does[4096];          /* what the last question said would be done */
	struct rb_buf trace, log; /* events; what the driver was told */
	struct rb_run_end end;
	struct rb_str reason;
	int64_t now;
	size_t most_running;
	const char *stack_top; /* for tests that look at the C stack */
	ptrdiff_t stack_deep;
	size_t peak; /* of memory that flow's allocator gave out, bytes */
	/* private */
	struct rb_arena arena;
	struct rb_diags diags;
	struct rb_program *program;
	struct rb_frame *frame;
	struct rb_flow *flow;
	struct rb_driver driver;
	struct rb_bus *bus;
	struct rb_sink sink;
	struct mock_job jobs[MOCK_JOBS];
	size_t running, answered, sources;
	struct {
		const struct rb_step *step;
		unsigned n;
	} starts[MOCK_STARTS];
	struct {
		const char *name;
		const struct rb_source *src;
	} opened[MOCK_FILES];
	struct rb_alloc alloc;
	size_t live;
};

static inline int64_t
mock_now(void *ctx)
{
	return ((struct mock *)ctx)->now;
}

static inline int64_t
mock_wall(void *ctx)
{
	return 1795330000 * RB_SECOND + ((struct mock *)ctx)->now;
}

/* Counts what is out, with the size in front of each block. */
static inline void *
mock_resize(void *ctx, void *p, size_t n)
{
	struct mock *m = ctx;
	char *block = p != NULL ? (char *)p - sizeof(max_align_t) : NULL;

	if (block != NULL)
		m->live -= *(size_t *)(void *)block;
	if (n == 0) {
		free(block);
		return NULL;
	}
	block = realloc(block, n + sizeof(max_align_t));
	if (block == NULL)
		return NULL;
	*(size_t *)(void *)block = n;
	m->live += n;
	if (m->live > m->peak)
		m->peak = m->live;
	return block + sizeof(max_align_t);
}

static inline void
mock_exhausted(void *ctx, size_t n)
{
	(void)ctx;
	(void)n;
	abort();
}

static inline struct mock_job *
mock_job_new(struct mock *m, uint64_t ticket, bool question)
{
	for (size_t i = 0; i < MOCK_JOBS; i++) {
		if (!m->jobs[i].used) {
			m->jobs[i] = (struct mock_job){.ticket = ticket, .used = true, .question = question};
			if (++m->running > m->most_running)
				m->most_running = m->running;
			return &m->jobs[i];
		}
	}
	fail_msg("too much runs at once");
	return NULL;
}

static inline struct mock_job *
mock_job_find(struct mock *m, uint64_t ticket)
{
	for (size_t i = 0; i < MOCK_JOBS; i++) {
		if (m->jobs[i].used && m->jobs[i].ticket == ticket)
			return &m->jobs[i];
	}
	fail_msg("a ticket that is not out");
	return NULL;
}

/* The entry of the script for this start. */
static inline struct rb_str
mock_entry(struct mock *m, const struct rb_attempt *at)
{
	struct rb_str text = at->request->values[0].s, entry;
	unsigned n = 0;
	size_t from = 0;

	for (size_t i = 0; i < MOCK_STARTS; i++) {
		if (m->starts[i].step == NULL || m->starts[i].step == at->step) {
			m->starts[i].step = at->step;
			n = m->starts[i].n++;
			break;
		}
	}
	for (;;) {
		size_t comma = rb_str_find(text, RB_STR(","), from);

		entry = rb_str_trim(rb_str_cut(text, from, comma));
		if (comma == SIZE_MAX || n-- == 0)
			return entry;
		from = comma + 1;
	}
}

static inline void
mock_matches(const struct rb_attempt *at, struct rb_str out, struct rb_vpair *pairs, size_t *n)
{
	struct rb_match_row rows[8];
	struct rb_matcher *matcher;

	assert_true(at->step->nmatches <= 8);
	for (size_t i = 0; i < at->step->nmatches; i++)
		rows[i] = (struct rb_match_row){at->step->matches[i].name, at->step->matches[i].pattern};
	matcher = rb_matcher_new(NULL, rows, at->step->nmatches, 2);
	rb_matcher_feed(matcher, 0, out);
	rb_matcher_end(matcher);
	for (size_t i = 0; i < at->step->nmatches; i++) {
		struct rb_match_fact fact;

		rb_matcher_fact(matcher, i, &fact);
		pairs[(*n)++] =
		    (struct rb_vpair){rows[i].name, rb_match_value(at->arena, rows[i].pattern, &fact)};
	}
	rb_matcher_free(matcher);
}

static inline void
mock_word(struct mock_job *job, struct rb_str word, int64_t *exit_, struct rb_str *out)
{
	int64_t ns;

	if (rb_str_is(word, "fail"))
		*exit_ = 1;
	else if (rb_str_starts(word, "exit="))
		assert_int_equal(rb_str_int(rb_str_cut(word, 5, SIZE_MAX), exit_), 0);
	else if (rb_str_starts(word, "out="))
		*out = rb_str_cut(word, 4, SIZE_MAX);
	else if (rb_str_is(word, "nowhere"))
		job->res.ended = RB_ENDED_FAILED;
	else if (rb_str_is(word, "error") || rb_str_is(word, "retriable"))
		job->res.ended = RB_ENDED_ERROR;
	else if (rb_str_is(word, "never") || rb_str_is(word, "stubborn"))
		job->due = RB_NEVER;
	else if (rb_clock_parse(word, &ns) == 0)
		job->due += ns;
	else if (!rb_str_is(word, "pass"))
		fail_msg("what is `%.*s`?", RB_STR_ARG(word));
	if (rb_str_is(word, "retriable"))
		job->res.retriable = true;
	job->res.nowhere = job->res.nowhere || rb_str_is(word, "nowhere");
	if (rb_str_is(word, "stubborn"))
		job->stubborn = true;
	if (job->res.ended == RB_ENDED_ERROR)
		job->res.reason = RB_STR("cannot start");
	else if (job->res.nowhere)
		job->res.reason = RB_STR("nobody knows its name");
}

static inline void
mock_fill(struct mock *m, struct mock_job *job, const struct rb_attempt *at, struct rb_str entry)
{
	struct rb_str out = RB_STR("");
	struct rb_vpair *pairs;
	int64_t exit_ = 0;
	size_t n = 0, from = 0;

	job->due = m->now;
	while (from < entry.n) {
		size_t blank = rb_str_find(entry, RB_STR(" "), from);

		if (blank == SIZE_MAX)
			blank = entry.n;
		/* What names a value is for the scripts' environment, which the log shows. */
		if (blank > from && entry.p[from] != '$')
			mock_word(job, rb_str_cut(entry, from, blank), &exit_, &out);
		from = blank + 1;
	}
	job->res.facts = rb_v_map(at->arena, 4 + at->step->nmatches, &pairs);
	pairs[n++] = (struct rb_vpair){RB_STR("exit"), rb_v_int(exit_)};
	pairs[n++] = (struct rb_vpair){RB_STR("stdout"), rb_v_text(rb_arena_str(at->arena, out))};
	pairs[n++] = (struct rb_vpair){RB_STR("output"), rb_v_text(rb_arena_str(at->arena, out))};
	pairs[n++] = (struct rb_vpair){RB_STR("stderr"), rb_v_text(RB_STR(""))};
	mock_matches(at, out, pairs, &n);
	job->res.record = rb_v_unset(RB_STR(""));
	job->res.lines = out.n > 0;
	job->res.summary = rb_arena_fmt(at->arena, "exit %d", (int)exit_);
	job->arena = at->arena;
}

static inline enum rb_started
mock_begin(void *ctx, const struct rb_attempt *at, struct rb_result *res)
{
	static const char *const purposes[] = {"start", "done_if", "verify", "ready"};
	struct mock *m = ctx;
	struct mock_job *job = mock_job_new(m, at->ticket, false);
	struct rb_value env = at->request->env;

	mock_fill(m, job, at, mock_entry(m, at));
	rb_buf_fmt(&m->log, "%s %.*s", purposes[at->purpose], RB_STR_ARG(at->where.step));
	for (size_t i = 0; env.kind == RB_V_MAP && i < env.map->len; i++)
		rb_buf_fmt(&m->log, " %.*s=%.*s", RB_STR_ARG(env.map->pairs[i].key),
		    RB_STR_ARG(env.map->pairs[i].value.s));
	rb_buf_char(&m->log, '\n');
	if (job->due > m->now)
		return RB_WAITS;
	*res = job->res;
	job->used = false;
	m->running--;
	return RB_DONE_NOW;
}

static inline void
mock_cancel(void *ctx, uint64_t ticket, enum rb_cancel why)
{
	static const char *const whys[] = {"timeout", "abort", "now", "stop", "detach"};
	struct mock *m = ctx;
	struct mock_job *job = mock_job_find(m, ticket);

	rb_buf_fmt(&m->log, "cancel %s\n", whys[why]);
	job->due = m->now;
	if (job->stubborn && why != RB_CANCEL_NOW)
		job->due += 2 * RB_SECOND; /* and then it says that all went well */
	else if (why != RB_CANCEL_DETACH)
		job->res.ended = RB_ENDED_CANCELLED;
	job->cancelled = true;
}

/* "a;b" as a list. */
static inline struct rb_value
mock_many(struct rb_arena *arena, struct rb_str said)
{
	struct rb_value list, *items;
	size_t n = 1, from = 0;

	for (size_t i = 0; i < said.n; i++)
		n += said.p[i] == ';';
	list = rb_v_list(arena, n, &items);
	for (size_t i = 0; i < n; i++) {
		size_t end = rb_str_find(said, RB_STR(";"), from);

		items[i] = rb_v_text(rb_arena_str(arena, rb_str_cut(said, from, end)));
		from = end + 1;
	}
	return list;
}

static inline enum rb_started
mock_put(void *ctx, const struct rb_question *q, struct rb_answer *answer)
{
	static const struct {
		const char *word;
		enum rb_reply what;
	} words[] = {{"yes", RB_ANSWERED}, {"no", RB_DECLINES}, {"skip", RB_SKIPS}, {"abort", RB_ABORTS},
	    {"nobody", RB_NOBODY}, {NULL, RB_ANSWERED}};
	struct mock *m = ctx;
	const char *text = m->answers[m->answered] != NULL ? m->answers[m->answered++] : "nobody";
	struct mock_job *job;
	struct rb_str said = rb_str_c(text);
	size_t blank = rb_str_find(said, RB_STR(" "), 0), w = 0;
	int64_t ns = 0;

	rb_buf_fmt(&m->log, "ask %.*s%s: %.*s\n", RB_STR_ARG(q->where.step), q->needs_id ? " by id" : "",
	    RB_STR_ARG(q->text));
	snprintf(m->does, sizeof(m->does), "%.*s", RB_STR_ARG(q->does));
	if (blank != SIZE_MAX && rb_clock_parse(rb_str_cut(said, 0, blank), &ns) == 0)
		said = rb_str_cut(said, blank + 1, SIZE_MAX);
	while (words[w].word != NULL && !rb_str_is(said, words[w].word))
		w++;
	memset(answer, 0, sizeof(*answer));
	answer->what = words[w].what;
	answer->by = RB_STR("scenario");
	answer->value = rb_v_text(rb_arena_str(q->arena, said));
	if (q->form == RB_ASK_MANY)
		answer->value = mock_many(q->arena, said);
	if (ns == 0)
		return RB_DONE_NOW;
	job = mock_job_new(m, q->ticket, true);
	job->due = m->now + ns;
	job->answer = *answer;
	return RB_WAITS;
}

static inline void
mock_cancel_ask(void *ctx, uint64_t ticket)
{
	struct mock *m = ctx;

	rb_buf_c(&m->log, "cancel ask\n");
	mock_job_find(m, ticket)->due = m->now;
}

static inline int
mock_enter(
    void *ctx, const struct rb_unit *unit, struct rb_frame *frame, struct rb_arena *arena, struct rb_str *why)
{
	struct mock *m = ctx;

	(void)frame;
	(void)arena;
	rb_buf_fmt(&m->log, "enter %.*s\n", RB_STR_ARG(unit->id));
	if (m->refuse == NULL || !rb_str_is(unit->id, m->refuse))
		return 0;
	*why = RB_STR("`docker` is not installed");
	return -1;
}

/* ---- the trace ---- */

static inline void
mock_field(struct mock *m, const struct rb_event *ev, const char *before, const char *name)
{
	struct rb_str s = rb_event_get_text(ev, name);

	if (s.n > 0)
		rb_buf_fmt(&m->trace, "%s%.*s", before, RB_STR_ARG(s));
}

/* Which events make a line, and of which fields. `always` ones are there without all_events. */
static const struct trace_row {
	enum rb_event_type type;
	bool always;
	const char *fields; /* blank-separated */
} trace_rows[] = {{RB_EV_PHASE, true, "name title"}, {RB_EV_STEP_START, false, ""},
    {RB_EV_STEP_END, true, "outcome"}, {RB_EV_EDGE, true, "key to"}, {RB_EV_SAY, true, "text"},
    {RB_EV_WARNING, true, "code"}, {RB_EV_HALT, true, "why does"}, {RB_EV_FINDING, true, "what text"},
    {RB_EV_RUN_END, true, "outcome"}, {RB_EV_ATTEMPT_START, false, "purpose effect"},
    {RB_EV_ATTEMPT_END, false, "purpose outcome"}, {RB_EV_ASSERTION, false, "what"},
    {RB_EV_FACTS, false, "facts"}, {RB_EV_RETRY, false, "reason"}, {RB_EV_ITEM, false, "value"},
    {RB_EV_BRANCH, false, "condition why"}, {RB_EV_ASK, false, "form question"},
    {RB_EV_ANSWER, false, "outcome value"}};

static inline int
mock_event(void *ctx, const struct rb_event *ev)
{
	struct mock *m = ctx;
	const struct trace_row *row = NULL;
	char fields[64];

	for (size_t i = 0; i < sizeof(trace_rows) / sizeof(trace_rows[0]); i++) {
		if (trace_rows[i].type == ev->type)
			row = &trace_rows[i];
	}
	if (ev->durable && m->no_disk)
		return -1;
	if (row == NULL || (!row->always && !m->all_events))
		return 0;
	if (ev->type == RB_EV_PHASE && rb_str_is(rb_event_get_text(ev, "name"), "steps"))
		return 0; /* every run has it */
	if (ev->where.step.n > 0)
		rb_buf_fmt(&m->trace, "%.*s ", RB_STR_ARG(ev->where.step));
	if (ev->type != RB_EV_STEP_END)
		rb_buf_fmt(&m->trace, "%s", rb_event_rows[ev->type].name);
	snprintf(fields, sizeof(fields), "%s", row->fields);
	for (char *save = NULL, *f = strtok_r(fields, " ", &save); f != NULL; f = strtok_r(NULL, " ", &save))
		mock_field(m, ev, ev->type == RB_EV_STEP_END ? "" : " ", f);
	rb_buf_char(&m->trace, '\n');
	return 0;
}

/* ---- running ---- */

static inline const struct rb_source *
mock_open(void *ctx, struct rb_arena *arena, bool library, struct rb_str name, const struct rb_source *from,
    struct rb_str *why)
{
	struct mock *m = ctx;

	(void)library;
	(void)from;
	for (size_t i = 0; i < MOCK_FILES; i++) {
		if (m->files[i].name == NULL || !rb_str_is(name, m->files[i].name))
			continue;
		if (m->opened[i].src == NULL)
			m->opened[i].src = rb_source_new(arena, name, rb_str_c(m->files[i].text));
		return m->opened[i].src;
	}
	*why = RB_STR("there is no such file");
	return NULL;
}

static inline void
mock_init(struct mock *m)
{
	memset(m, 0, sizeof(*m));
	rb_arena_init(&m->arena, NULL);
	rb_diags_init(&m->diags, &m->arena);
	rb_buf_init(&m->trace, NULL, 1 << 20);
	rb_buf_init(&m->log, NULL, 1 << 20);
	m->alloc = (struct rb_alloc){mock_resize, mock_exhausted, m};
}

static inline void
mock_complain(struct mock *m)
{
	struct rb_buf b;

	rb_buf_init(&b, NULL, 1 << 16);
	rb_diags_render(&m->diags, false, &b);
	fprintf(stderr, "%s", rb_buf_cstr(&b));
	rb_buf_free(&b);
	fail_msg("the runbook of the test has errors");
}

/* Loads, with a header put before the text. */
static inline void
mock_load(struct mock *m, const char *text)
{
	struct rb_str all = rb_arena_fmt(&m->arena, "runbook: test\n%s", text);
	struct rb_opener opener = {m, mock_open};
	struct rb_settle settle = {.arena = &m->arena, .diags = &m->diags};

	m->program = rb_program_load(
	    &m->arena, rb_source_new(&m->arena, RB_STR("test.yaml"), all), mock_kinds, &opener, &m->diags);
	if (m->program == NULL) {
		mock_complain(m);
		return;
	}
	m->frame = rb_frame_new(&m->alloc, m->program->main->scope, NULL);
	if (rb_settle_inputs(&settle, m->program->main->inputs, m->program->main->ninputs, m->frame) != 0 ||
	    rb_settle_values(&settle, m->program->main, m->frame) != 0)
		mock_complain(m);
}

/* What is left for the run's end to end: nothing, but for a test that sets stays_until. */
static inline bool
mock_finish(void *ctx, bool now)
{
	struct mock *m = ctx;

	if (now)
		m->stays_until = 0;
	return m->now >= m->stays_until;
}

static inline void
mock_start_flow(struct mock *m)
{
	struct rb_flow_options options = {
	    .alloc = &m->alloc, .frame = m->frame, .alone = m->alone, .drill = m->drill};
	struct rb_vpair *pairs;

	m->driver = (struct rb_driver){.ctx = m,
	    .now = mock_now,
	    .wall = mock_wall,
	    .start = mock_begin,
	    .cancel = mock_cancel,
	    .ask = mock_put,
	    .cancel_ask = mock_cancel_ask,
	    .enter = mock_enter,
	    .finish = mock_finish};
	m->bus = rb_bus_new(NULL, NULL, mock_now, mock_wall, m);
	m->sink = (struct rb_sink){.ctx = m, .event = mock_event};
	rb_bus_add(m->bus, &m->sink);
	options.run = rb_v_map(&m->arena, 2, &pairs);
	pairs[0] = (struct rb_vpair){RB_STR("id"), rb_v_text(RB_STR("7f3a"))};
	pairs[1] = (struct rb_vpair){RB_STR("host"), rb_v_text(RB_STR("web-3"))};
	if (m->from != NULL) {
		options.from = rb_unit_proc(m->program->main, rb_str_c(m->from));
		assert_non_null(options.from);
	}
	m->flow = rb_flow_new(m->program, &m->driver, m->bus, &options);
}

/* Brings what is due now; true if there was anything. */
static inline bool
mock_complete_due(struct mock *m)
{
	bool any = false;

	for (size_t i = MOCK_JOBS; i-- > 0;) {
		struct mock_job *job = &m->jobs[i];

		if (!job->used || job->due > m->now)
			continue;
		any = true;
		job->used = false;
		m->running--;
		if (job->question)
			rb_flow_answer(m->flow, job->ticket, &job->answer);
		else
			rb_flow_complete(m->flow, job->ticket, &job->res);
	}
	for (size_t i = 0; i < MOCK_SIGNALS; i++) {
		if (m->signals[i].signo == 0 || m->signals[i].at > m->now)
			continue;
		any = true;
		rb_flow_signal(m->flow, m->signals[i].signo);
		m->signals[i].signo = 0;
	}
	return any;
}

static inline int64_t
mock_next(const struct mock *m, int64_t wake)
{
	for (size_t i = 0; i < MOCK_JOBS; i++) {
		if (m->jobs[i].used && m->jobs[i].due < wake)
			wake = m->jobs[i].due;
	}
	for (size_t i = 0; i < MOCK_SIGNALS; i++) {
		if (m->signals[i].signo != 0 && m->signals[i].at < wake)
			wake = m->signals[i].at;
	}
	return wake;
}

static inline void
mock_drive(struct mock *m)
{
	for (;;) {
		int64_t wake;

		mock_complete_due(m);
		wake = rb_flow_advance(m->flow);
		if (rb_flow_done(m->flow, &m->end))
			break;
		wake = mock_next(m, wake);
		if (wake == RB_NEVER && m->now < m->stays_until)
			wake = m->stays_until;
		if (wake == RB_NEVER)
			fail_msg("the run waits for nothing:\n%s\n%s", rb_buf_cstr(&m->trace),
			    rb_buf_cstr(&m->log));
		if (wake > m->now)
			m->now = wake;
	}
	m->reason = rb_arena_str(&m->arena, m->end.reason);
	assert_int_equal(m->running, 0);
}

static inline void
mock_run_text(struct mock *m, const char *text)
{
	mock_load(m, text);
	mock_start_flow(m);
	mock_drive(m);
	rb_flow_free(m->flow);
	m->flow = NULL;
	assert_int_equal(m->live, 0);
}

static inline void
mock_free(struct mock *m)
{
	rb_flow_free(m->flow);
	rb_bus_free(m->bus);
	if (m->program != NULL)
		rb_program_free(m->program);
	rb_buf_free(&m->trace);
	rb_buf_free(&m->log);
	rb_arena_free(&m->arena);
}

static inline void
mock_same(const struct rb_buf *have, const char *want, const char *text)
{
	if (strcmp(rb_buf_cstr(have), want) != 0)
		fail_msg("of\n%s\n--- came\n%s--- wanted\n%s", text, rb_buf_cstr(have), want);
}

/* Runs a runbook and compares its trace and its exit. */
static inline void
mock_expect(struct mock *m, const char *text, int exit_, const char *trace)
{
	mock_run_text(m, text);
	mock_same(&m->trace, trace, text);
	assert_int_equal(m->end.exit, exit_);
}

/* The same in one line, where nothing else is asked of the run. */
static inline void
mock_simply(const char *text, int exit_, const char *trace)
{
	struct mock m;

	mock_init(&m);
	mock_expect(&m, text, exit_, trace);
	mock_free(&m);
}

#endif
