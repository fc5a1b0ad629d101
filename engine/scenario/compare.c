/* What was expected against what came: one finding for each key of `expect` that does not hold. */
#include "scenario/state.h"

#include <stdlib.h>
#include <string.h>

struct rb_finding *
rb_play_finding(struct rb_play *p, struct rb_span span, const char *key, const char *fmt, ...)
{
	struct rb_played *out = p->out;
	struct rb_finding *f;
	struct rb_buf b;
	va_list ap;

	out->findings =
	    rb_arena_grow(p->arena, out->findings, sizeof(*out->findings), out->nfindings, &p->cap_findings);
	f = &out->findings[out->nfindings++];
	rb_buf_init(&b, p->opt->alloc, RB_LINE_MAX);
	va_start(ap, fmt);
	rb_buf_vfmt(&b, fmt, ap);
	va_end(ap);
	*f = (struct rb_finding){.span = span,
	    .key = rb_str_c(key),
	    .what = rb_arena_str(p->arena, rb_buf_view(&b)),
	    .expected = RB_STR(""),
	    .actual = RB_STR("")};
	rb_buf_free(&b);
	return f;
}

void
rb_play_differs(struct rb_play *p, struct rb_span span, const char *key, struct rb_str what,
    struct rb_str expected, struct rb_str actual)
{
	struct rb_finding *f = rb_play_finding(p, span, key, "%.*s", RB_STR_ARG(what));

	f->expected = expected;
	f->actual = actual;
}

const struct rb_wants *
rb_play_wants(const struct rb_play *p)
{
	return &p->scenario->inside->wants;
}

/* The field of a key that is expected, or NULL. */
const struct rb_field *
rb_play_wanted(const struct rb_play *p, int row)
{
	const struct rb_field *f = rb_play_wants(p)->fields;

	return f != NULL && f[row].node != NULL ? &f[row] : NULL;
}

void
rb_play_line(struct rb_play *p, struct rb_finding *f, struct rb_str line)
{
	struct rb_str *more = RB_ARRAY(p->arena, struct rb_str, f->nlines + 1);

	if (f->nlines > 0)
		memcpy(more, f->lines, f->nlines * sizeof(*more));
	more[f->nlines++] = line;
	f->lines = more;
}

/* ---- statuses ---- */

static void
compare_status(struct rb_play *p, const struct rb_want_status *w)
{
	struct rb_buf expected, actual;
	const struct rb_seen_step *last = NULL;
	size_t n = 0, good = 0;

	rb_buf_init(&expected, p->opt->alloc, RB_LINE_MAX);
	rb_buf_init(&actual, p->opt->alloc, RB_LINE_MAX);
	for (size_t i = 0; i < w->n; i++)
		rb_buf_fmt(&expected, "%s%.*s", i > 0 ? ", " : "",
		    RB_STR_ARG(rb_outcome_word(p->arena, w->outcomes[i])));
	for (size_t i = 0; i < p->watch.nsteps; i++) {
		const struct rb_seen_step *s = &p->watch.steps[i];

		if (!s->over || !rb_str_eq(s->key, w->at.key))
			continue;
		last = s;
		if (w->each && n < w->n)
			good += rb_str_is(s->outcome, rb_outcome_rows[w->outcomes[n]].name);
		rb_buf_fmt(&actual, "%s%.*s", n++ > 0 ? ", " : "", RB_STR_ARG(s->outcome));
	}
	if (last == NULL) {
		rb_play_finding(p, w->at.span, "statuses", "%.*s was not reached",
		    RB_STR_ARG(rb_named_show(p->arena, w->at.key, w->at.owner)));
	} else if (w->each ? n != w->n || good != n
			   : !rb_str_is(last->outcome, rb_outcome_rows[w->outcomes[0]].name)) {
		struct rb_finding *f = rb_play_finding(p, w->at.span, "statuses", "%.*s has another outcome",
		    RB_STR_ARG(rb_named_show(p->arena, w->at.key, w->at.owner)));

		f->expected = rb_arena_str(p->arena, rb_buf_view(&expected));
		f->actual = w->each ? rb_arena_str(p->arena, rb_buf_view(&actual)) : last->outcome;
		if (last->reason.n > 0)
			rb_play_line(p, f, last->reason);
	}
	rb_buf_free(&expected);
	rb_buf_free(&actual);
}

/* ---- what nobody counted with ---- */

/* One of the paths leads to the other: the same, or what stands in it. */
static bool
leads_to(struct rb_str a, struct rb_str b)
{
	struct rb_str shorter = a.n < b.n ? a : b, longer = a.n < b.n ? b : a;

	return rb_str_eq(rb_str_cut(longer, 0, shorter.n), shorter) &&
	       (longer.n == shorter.n || longer.p[shorter.n] == '/' || longer.p[shorter.n] == '[');
}

/* `statuses` has what errored itself, or says that something around or in it errored. */
static bool
has_status(const struct rb_play *p, const struct rb_seen_step *around, const struct rb_seen_step *s)
{
	const struct rb_wants *w = rb_play_wants(p);

	for (size_t i = 0; i < w->nstatuses; i++) {
		if (rb_str_eq(w->statuses[i].at.key, around->key) &&
		    (rb_str_eq(around->key, s->key) || w->statuses[i].outcomes[0] == RB_ERRORED))
			return true;
	}
	return false;
}

/* Whether the scenario says that the step errors: a result of it, its status, or the reason of the run. What
 * holds of what stands in a step holds of the step. */
static bool
is_said_to_error(const struct rb_play *p, const struct rb_seen_step *s)
{
	const struct rb_watch *w = &p->watch;

	for (size_t i = 0; i < w->nerrors; i++) {
		if (leads_to(w->errors[i], s->path))
			return true;
	}
	for (size_t i = 0; i < w->nsteps; i++) {
		if (leads_to(w->steps[i].path, s->path) && has_status(p, &w->steps[i], s))
			return true;
	}
	return rb_play_wanted(p, RB_WANT_REASON) != NULL &&
	       rb_str_find(p->out->end.reason, s->reason, 0) != SIZE_MAX;
}

static bool
has_errored(const struct rb_seen_step *s)
{
	return s->over && rb_str_is(s->outcome, rb_outcome_rows[RB_ERRORED].name);
}

/* What errors is a mistake of the runbook or of this host, and no answer: it is none that a test may come
 * upon unawares, wherever the run goes from there. */
static void
compare_errors(struct rb_play *p)
{
	const struct rb_watch *w = &p->watch;

	for (size_t i = 0; i < w->nsteps; i++) {
		const struct rb_seen_step *s = &w->steps[i];
		bool inner = false; /* something in it is what errored */
		struct rb_finding *f;

		if (!has_errored(s) || is_said_to_error(p, s))
			continue;
		for (size_t k = i + 1; k < w->nsteps && !inner; k++)
			inner = has_errored(&w->steps[k]) && w->steps[k].path.n > s->path.n &&
				leads_to(s->path, w->steps[k].path);
		if (inner)
			continue;
		f = rb_play_finding(p, p->scenario->span, "statuses", "%.*s errored, which nothing here says",
		    RB_STR_ARG(rb_named_show(p->arena, s->key, s->step)));
		rb_play_line(p, f, s->reason);
		rb_play_line(p, f,
		    rb_arena_fmt(p->arena, "where that is meant, expect `statuses: {%.*s: errored}`",
			RB_STR_ARG(s->key)));
	}
}

/* ---- what people saw ---- */

static void
compare_asked(struct rb_play *p)
{
	const struct rb_wants *w = rb_play_wants(p);
	struct rb_str *actual = RB_ARRAY(p->arena, struct rb_str, p->nasked);
	size_t at;

	if (!w->asked.given)
		return;
	for (size_t i = 0; i < p->nasked; i++)
		actual[i] = p->asked[i].key;
	if (rb_compare_lists(p, &w->asked, "asked", "the questions differ", actual, p->nasked, &at) != NULL)
		return;
	for (size_t i = 0; i < w->nquestions; i++) {
		if (!rb_rule_holds(&w->questions[i].rule, p->asked[i].text))
			rb_play_differs(p, w->questions[i].rule.span, "asked",
			    rb_arena_fmt(p->arena, "%.*s asks another question",
				RB_STR_ARG(rb_named_show(
				    p->arena, w->questions[i].at.key, w->questions[i].at.owner))),
			    rb_rule_show(p->arena, &w->questions[i].rule),
			    rb_scenario_show(p->arena, rb_v_text(p->asked[i].text)));
	}
}

static void
compare_said(struct rb_play *p)
{
	const struct rb_wants *w = rb_play_wants(p);
	const struct rb_field *nothing = rb_play_wanted(p, RB_WANT_SAID);
	size_t at = 0;

	if (nothing != NULL && w->nsaid == 0 && p->watch.nsaid > 0)
		rb_play_differs(p, nothing->node->span, "said", RB_STR("something was said"),
		    RB_STR("nothing"), rb_scenario_show(p->arena, rb_v_text(p->watch.said[0])));
	for (size_t i = 0; i < w->nsaid; i++) {
		const struct rb_rule *r = &w->said[i];
		struct rb_finding *f;

		while (at < p->watch.nsaid && !rb_rule_holds(r, p->watch.said[at]))
			at++;
		if (at++ < p->watch.nsaid)
			continue;
		f = rb_play_finding(
		    p, r->span, "said", "this was not said%s", i > 0 ? " after what stands before it" : "");
		f->expected = rb_rule_show(p->arena, r);
		for (size_t k = 0; k < p->watch.nsaid; k++)
			rb_play_line(p, f,
			    rb_arena_fmt(p->arena, "said: %.*s",
				RB_STR_ARG(rb_scenario_show(p->arena, rb_v_text(p->watch.said[k])))));
		return;
	}
}

/* ---- the end of the run ---- */

/* "15m", "at least 15m", "1m to 15m" */
static struct rb_str
elapsed_shown(const struct rb_play *p, const struct rb_wants *w)
{
	char least[RB_CLOCK_DURATION], most[RB_CLOCK_DURATION];

	rb_clock_exact(w->at_least, least);
	rb_clock_exact(w->at_most, most);
	if (w->at_least == w->at_most)
		return rb_arena_fmt(p->arena, "%s", least);
	if (w->at_most == RB_NEVER)
		return rb_arena_fmt(p->arena, "at least %s", least);
	return w->at_least == 0 ? rb_arena_fmt(p->arena, "at most %s", most)
				: rb_arena_fmt(p->arena, "%s to %s", least, most);
}

static void
compare_end(struct rb_play *p)
{
	const struct rb_run_end *end = &p->out->end;
	const struct rb_wants *w = rb_play_wants(p);
	const struct rb_field *f = rb_play_wanted(p, RB_WANT_OUTCOME);
	struct rb_str reason =
	    end->reason.n > 0 ? rb_arena_fmt(p->arena, ": %.*s", RB_STR_ARG(end->reason)) : RB_STR("");
	char took[RB_CLOCK_DURATION];

	if (f != NULL && w->ending != end->ending)
		rb_play_differs(p, f->node->span, "outcome", RB_STR("the run has another outcome"),
		    f->value.s,
		    rb_arena_fmt(p->arena, "%s%.*s", rb_ending_words[end->ending], RB_STR_ARG(reason)));
	f = rb_play_wanted(p, RB_WANT_EXIT);
	if (f != NULL && f->value.i != end->exit)
		rb_play_differs(p, f->node->span, "exit", RB_STR("the run has another exit code"),
		    rb_arena_fmt(p->arena, "%lld", (long long)f->value.i),
		    rb_arena_fmt(p->arena, "%d (%s%.*s)", end->exit, rb_ending_words[end->ending],
			RB_STR_ARG(reason)));
	f = rb_play_wanted(p, RB_WANT_REASON);
	if (f != NULL && !rb_rule_holds(&w->reason, end->reason))
		rb_play_differs(p, f->node->span, "reason", RB_STR("the run gives another reason"),
		    rb_rule_show(p->arena, &w->reason), rb_scenario_show(p->arena, rb_v_text(end->reason)));
	f = rb_play_wanted(p, RB_WANT_ELAPSED);
	if (f != NULL && (end->elapsed < w->at_least || end->elapsed > w->at_most))
		rb_play_differs(p, f->node->span, "elapsed",
		    end->elapsed < w->at_least ? RB_STR("the run takes less time")
					       : RB_STR("the run takes more time"),
		    elapsed_shown(p, w), rb_arena_fmt(p->arena, "%s", rb_clock_exact(end->elapsed, took)));
}

static int
by_place(const void *a, const void *b)
{
	const struct rb_finding *x = a, *y = b;

	return x->span.from < y->span.from ? -1 : x->span.from > y->span.from;
}

void
rb_compare_end(struct rb_play *p)
{
	const struct rb_wants *w = rb_play_wants(p);

	rb_compare_path(p);
	if (p->out->ended) {
		compare_end(p);
		rb_compare_reached(p, &w->reached, "reached", true);
		rb_compare_reached(p, &w->not_reached, "not_reached", false);
		rb_compare_changes(p);
		for (size_t i = 0; i < w->nstatuses; i++)
			compare_status(p, &w->statuses[i]);
		compare_errors(p);
		rb_compare_requests(p);
		compare_asked(p);
		compare_said(p);
		rb_compare_unvalued(p);
	}
	if (p->out->nfindings > 1)
		qsort(p->out->findings, p->out->nfindings, sizeof(*p->out->findings), by_place);
}
