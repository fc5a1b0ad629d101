/* The driver of a play: gives each attempt its result from the scenario, when the fake clock comes there. */
#include "kinds/words.h"
#include "scenario/state.h"

#include <signal.h>
#include <string.h>

enum { PATH_SHOWN = 12 };

/* ---- the clock and what is due by it ---- */

static int64_t
now(void *ctx)
{
	const struct rb_play *p = ctx;

	return p->now;
}

static int64_t
wall(void *ctx)
{
	const struct rb_play *p = ctx;

	return RB_PLAY_WALL + (p->now - RB_PLAY_BEGIN);
}

struct rb_due *
rb_play_due(struct rb_play *p, uint64_t ticket, int64_t at)
{
	struct rb_due *due = rb_alloc_zero(p->opt->alloc, 1, sizeof(*due)), **end = &p->due;

	due->ticket = ticket;
	due->at = at;
	while (*end != NULL)
		end = &(*end)->next;
	*end = due;
	return due;
}

int64_t
rb_play_next(const struct rb_play *p)
{
	const struct rb_scenario_inside *in = p->scenario->inside;
	int64_t next = RB_NEVER;

	for (const struct rb_due *due = p->due; due != NULL; due = due->next)
		next = due->at < next ? due->at : next;
	if (p->signals < in->nsignals && RB_PLAY_BEGIN + in->signals[p->signals].at < next)
		next = RB_PLAY_BEGIN + in->signals[p->signals].at;
	return next;
}

/* A signal of the scenario: for what waits for the operator, else for the run. */
static void
take_signal(struct rb_play *p, int signo)
{
	bool taken = false;

	/* As Ctrl-C at a command that is followed until the operator has seen enough. */
	for (struct rb_due *due = p->due; signo == SIGINT && due != NULL; due = due->next) {
		if (!due->by_operator)
			continue;
		due->by_operator = false;
		due->at = p->now;
		rb_supply_cut(p, due);
		due->res.ended = RB_ENDED_OK;
		due->res.reason = RB_STR("");
		due->res.stopped = taken = true;
		due->res.summary = RB_STR(RB_SAYS_STOP_ENOUGH);
	}
	if (!taken)
		rb_flow_signal(p->flow, signo);
}

bool
rb_play_complete(struct rb_play *p)
{
	const struct rb_scenario_inside *in = p->scenario->inside;
	struct rb_due **at = &p->due, *due;
	bool any = false;

	while (*at != NULL) {
		due = *at;
		if (due->at > p->now) {
			at = &due->next;
			continue;
		}
		*at = due->next;
		if (due->question) {
			rb_flow_answer(p->flow, due->ticket, &due->answer);
		} else {
			rb_supply_tell(p, due->attempt, &due->res);
			rb_flow_complete(p->flow, due->ticket, &due->res);
		}
		rb_alloc_free(p->opt->alloc, due);
		any = true;
	}
	for (; p->signals < in->nsignals && RB_PLAY_BEGIN + in->signals[p->signals].at <= p->now;
	     p->signals++) {
		take_signal(p, in->signals[p->signals].signo);
		any = true;
	}
	return any;
}

void
rb_play_drop(struct rb_play *p)
{
	while (p->due != NULL) {
		struct rb_due *due = p->due;

		p->due = due->next;
		rb_alloc_free(p->opt->alloc, due);
	}
}

/* ---- words ---- */

struct rb_str
rb_play_nth(struct rb_arena *arena, unsigned n)
{
	static const char *const ends[] = {"th", "st", "nd", "rd"};
	bool teen = n % 100 >= 11 && n % 100 <= 13;

	return rb_arena_fmt(arena, "%u%s", n, ends[!teen && n % 10 <= 3 ? n % 10 : 0]);
}

struct rb_str
rb_play_path(const struct rb_play *p)
{
	const struct rb_watch *w = &p->watch;
	size_t named = 0, from = 0, n = 0;
	struct rb_str s;
	struct rb_buf b;

	rb_buf_init(&b, p->opt->alloc, RB_LINE_MAX);
	for (size_t i = 0; i < w->nsteps; i++)
		named += w->steps[i].step->has_id && !w->steps[i].skipped;
	from = named > PATH_SHOWN ? named - PATH_SHOWN : 0;
	if (from > 0)
		rb_buf_fmt(&b, "… (%zu steps) → ", from);
	for (size_t i = 0; i < w->nsteps; i++) {
		if (!w->steps[i].step->has_id || w->steps[i].skipped)
			continue;
		if (n++ >= from)
			rb_buf_fmt(&b, "%s%.*s", n > from + 1 ? " → " : "", RB_STR_ARG(w->steps[i].key));
	}
	if (b.len == 0)
		rb_buf_c(&b, "no step with an id");
	s = rb_arena_str(p->arena, rb_buf_view(&b));
	rb_buf_free(&b);
	return s;
}

struct rb_str
rb_play_end(const struct rb_play *p)
{
	const struct rb_run_end *end = &p->out->end;
	struct rb_str by = p->watch.ended_by;

	if (!p->out->ended)
		return RB_STR("");
	return rb_arena_fmt(p->arena, "the run ended %s%s%.*s%s%.*s", rb_ending_words[end->ending],
	    by.n > 0 ? ", by " : "", RB_STR_ARG(by), end->reason.n > 0 ? ": " : "", RB_STR_ARG(end->reason));
}

/* ---- the reply for an attempt ---- */

static const struct rb_mock_replies *
replies_of(const struct rb_play *p, const struct rb_mock_of *m, struct rb_str path)
{
	struct rb_str item;

	if (!m->by_item)
		return m->replies;
	item = rb_watch_item(&p->watch, path);
	for (size_t i = 0; item.p != NULL && i < m->n; i++) {
		if (rb_str_eq(m->replies[i].item, item))
			return &m->replies[i];
	}
	return NULL;
}

static void
hint_path(struct rb_play *p, struct rb_diag *diag)
{
	rb_diag_hint(p->load.diags, diag, "it came here by %.*s", RB_STR_ARG(rb_play_path(p)));
	if (p->watch.because.n > 0)
		rb_diag_hint(p->load.diags, diag, "%.*s", RB_STR_ARG(p->watch.because));
}

/* What is started, for messages: "`start.ready`". */
struct started {
	struct rb_str key;
	const struct rb_step *owner, *step;
	unsigned attempt;
};

static void
no_result(struct rb_play *p, const struct started *s, struct rb_str item)
{
	const struct rb_fact_row *facts = s->step->op == RB_OP_LEAF ? s->step->kind->facts : NULL;
	struct rb_str of_item =
	    item.p != NULL ? rb_arena_fmt(p->arena, " of item `%.*s`", RB_STR_ARG(item)) : RB_STR("");
	struct rb_diag *diag;
	struct rb_buf names;

	diag = rb_diag_add(p->load.diags, RB_E_SCENARIO, p->scenario->span,
	    "there is no result for %.*s (its %.*s attempt%.*s)",
	    RB_STR_ARG(rb_named_show(p->arena, s->key, s->owner)),
	    RB_STR_ARG(rb_play_nth(p->arena, s->attempt)), RB_STR_ARG(of_item));
	rb_buf_init(&names, p->opt->alloc, RB_LINE_MAX);
	for (size_t i = 0; facts != NULL && facts[i].name != NULL; i++)
		rb_buf_fmt(&names, "%s%s", i > 0 ? ", " : "", facts[i].name);
	rb_diag_hint(
	    p->load.diags, diag, "write `%.*s: {}` under `results` for one that passes", RB_STR_ARG(s->key));
	if (names.len > 0)
		rb_diag_hint(
		    p->load.diags, diag, "the facts of `%s` are %s", s->step->action, rb_buf_cstr(&names));
	hint_path(p, diag);
	rb_buf_free(&names);
}

/* The next reply of a mock; NULL after a diagnostic. */
static const struct rb_mock_reply *
next_reply(struct rb_play *p, const struct rb_mock_of *m, unsigned *used, const struct started *s,
    struct rb_str path)
{
	const struct rb_mock_replies *r = replies_of(p, m, path);
	struct rb_diag *diag;
	unsigned nth;

	if (r == NULL) {
		no_result(p, s, rb_watch_item(&p->watch, path));
		return NULL;
	}
	nth = used[r->number]++;
	if (!r->each)
		return &r->items[0];
	if (nth < r->n)
		return &r->items[nth];
	if (r->items[r->n - 1].repeats)
		return &r->items[r->n - 1];
	diag = rb_diag_add(p->load.diags, RB_E_SCENARIO, r->span,
	    "%.*s is started for the %.*s time, and has %zu result%s",
	    RB_STR_ARG(rb_named_show(p->arena, s->key, s->owner)), RB_STR_ARG(rb_play_nth(p->arena, nth + 1)),
	    r->n, r->n == 1 ? "" : "s");
	rb_diag_hint(p->load.diags, diag,
	    "a list has one result for each attempt; with `repeats: true` its last serves all that follow, "
	    "and one that is no list serves them all");
	hint_path(p, diag);
	return NULL;
}

/* Those of the scenario go before those that all share. */
static const struct rb_mock_of *
find_mock(struct rb_play *p, struct rb_str key, unsigned **used)
{
	const struct rb_mock_of *m = rb_map_get(&p->scenario->inside->mocks.by_key, key);

	*used = p->used;
	if (m != NULL)
		return m;
	*used = p->used_shared;
	return rb_map_get(&p->file->shared->mocks.by_key, key);
}

/* ---- attempts ---- */

static enum rb_started
start(void *ctx, const struct rb_attempt *at, struct rb_result *res)
{
	struct rb_play *p = ctx;
	const struct rb_step *owner;
	struct rb_str path = rb_watch_key(&p->watch, at->where.step, &owner);
	struct started s = {
	    .key = rb_arena_fmt(p->arena, "%.*s%s", RB_STR_ARG(path), rb_named_suffix(at->purpose)),
	    .owner = owner,
	    .step = at->step,
	    .attempt = at->where.attempt};
	const struct rb_mock_of *m;
	const struct rb_mock_reply *reply;
	struct rb_due *due;
	unsigned *used;
	bool stays;

	rb_compare_request(p, s.key, at->request);
	m = find_mock(p, s.key, &used);
	if (m == NULL)
		no_result(p, &s, (struct rb_str){NULL, 0});
	reply = m != NULL ? next_reply(p, m, used, &s, at->where.step) : NULL;
	/* What has no result waits: all else that begins at this time may tell what it lacks. */
	if (reply == NULL || rb_supply(p, at, reply, res, &stays) < 0)
		return RB_WAITS;
	if (reply->has_error)
		rb_watch_error(&p->watch, at->where.step);
	if (!stays && reply->takes == 0) {
		rb_supply_tell(p, at, res);
		return RB_DONE_NOW;
	}
	due = rb_play_due(p, at->ticket, stays ? RB_NEVER : rb_clock_add(p->now, reply->takes));
	due->res = *res;
	due->stays = stays;
	due->by_operator = stays && at->stop_by_operator;
	due->attempt = at;
	due->reply = reply;
	due->pid = p->pid;
	return RB_WAITS;
}

static void
cancel(void *ctx, uint64_t ticket, enum rb_cancel why)
{
	struct rb_play *p = ctx;

	for (struct rb_due *due = p->due; due != NULL; due = due->next) {
		if (due->ticket != ticket || due->question)
			continue;
		due->at = p->now;
		due->by_operator = false;
		if (why == RB_CANCEL_DETACH)
			return;
		rb_supply_cut(p, due);
		if (why == RB_CANCEL_STOP)
			due->res.summary = RB_STR(RB_SAYS_STOPPED);
		return;
	}
}

static void
cancel_ask(void *ctx, uint64_t ticket)
{
	struct rb_play *p = ctx;

	for (struct rb_due *due = p->due; due != NULL; due = due->next) {
		if (due->ticket == ticket && due->question)
			due->at = p->now;
	}
}

/* ---- whole calls ---- */

/* A scenario that says what happens inside of a call enters it, whatever all of them share. */
static bool
is_entered(const struct rb_play *p, struct rb_str key)
{
	const struct rb_map *own = &p->scenario->inside->mocks.by_key;

	for (size_t i = 0; i < own->len; i++) {
		struct rb_str other = own->entries[i].key;

		if (other.n > key.n && other.p[key.n] == '/' && rb_str_eq(rb_str_cut(other, 0, key.n), key))
			return true;
	}
	return false;
}

static void
note_call(struct rb_play *p, const struct rb_step *step, bool whole)
{
	struct rb_played *out = p->out;

	out->calls = rb_arena_grow(p->arena, out->calls, sizeof(*out->calls), out->ncalls, &p->cap_calls);
	out->calls[out->ncalls++] = (struct rb_played_call){step, whole};
}

static bool
stand_in(void *ctx, const struct rb_step *step, const struct rb_where *where, const struct rb_frame *frame,
    struct rb_arena *arena, struct rb_result *res, int64_t *takes)
{
	struct rb_play *p = ctx;
	struct rb_str key = rb_arena_str(p->arena, rb_watch_key(&p->watch, where->step, NULL));
	struct started s = {.key = key, .owner = step, .step = step, .attempt = 1};
	const struct rb_mock_of *m;
	const struct rb_mock_reply *reply;
	unsigned *used;
	bool whole;

	(void)arena;
	rb_compare_call(p, key, step->call, frame);
	m = find_mock(p, key, &used);
	whole = m != NULL && (used == p->used || !is_entered(p, key));
	note_call(p, step, whole);
	if (!whole)
		return false;
	reply = next_reply(p, m, used, &s, where->step);
	if (reply == NULL)
		return true; /* the play ends here: a diagnostic says why */
	if (step->effect != RB_READ)
		rb_watch_changed(&p->watch, key, step);
	res->ended = reply->has_failed ? RB_ENDED_FAILED : RB_ENDED_OK;
	res->reason = reply->failed;
	res->facts = reply->facts;
	*takes = reply->takes;
	return true;
}

static void
leave(void *ctx, const struct rb_unit *unit, const struct rb_procedure *proc, const struct rb_frame *frame)
{
	struct rb_play *p = ctx;

	(void)unit;
	if (proc == p->scenario->from)
		rb_compare_values(p, frame);
}

void
rb_play_driver(struct rb_play *p)
{
	p->driver = (struct rb_driver){.ctx = p,
	    .now = now,
	    .wall = wall,
	    .start = start,
	    .cancel = cancel,
	    .ask = rb_play_ask,
	    .cancel_ask = cancel_ask,
	    .enter = rb_play_enter,
	    .stand_in = stand_in,
	    .leave = leave};
}
