/* Judging an attempt: captures first, then assertions, over what it found. Pure, so that a real run, a drill
 * and a scenario cannot judge differently. */
#include "base/clock.h"
#include "lang/grounds.h"
#include "lang/kind.h"
#include "lang/pipe.h"
#include "lang/unset.h"

#include <string.h>

const struct rb_fact_row rb_step_facts[] = {
    {"passed", &rb_types[RB_BOOL], "the step passed; false before it was reached"},
    {"failed", &rb_types[RB_BOOL], "it failed, timed out or errored; false before it was reached"},
    {"timed_out", &rb_types[RB_BOOL], "its deadline ended it; false before it was reached"},
    {"skipped", &rb_types[RB_BOOL], "its `if` was false, or it was declined; false before it was reached"},
    {"error", &rb_types[RB_TEXT], "why it did not pass; unset where it did"},
    {"attempts", &rb_types[RB_INT], "attempts of its action"},
    {"duration", &rb_types[RB_DURATION], "how long it took, all attempts"},
    {"started", &rb_types[RB_TIME], "when it began"},
    {NULL, NULL, NULL},
};

enum {
	SHOWN_MAX = 400,      /* bytes of an expected or actual value in a message */
	LAST_WORDS_MAX = 240, /* bytes of the last line of stderr in a reason */
	ACTUAL_MAX = 80, /* bytes of an actual value in a reason; a longer one stands in the failure alone */
	LINE_WHOLE_MAX = 1024, /* a line that is all of an excerpt, and longer, is not whole */
};

struct rb_value
rb_match_value(struct rb_arena *arena, const struct rb_pattern *p, const struct rb_match_fact *fact)
{
	size_t groups = rb_pattern_groups(p);
	struct rb_value v, *lines;
	struct rb_vpair *pairs;
	size_t n = 0;

	if (fact->error != NULL)
		return rb_v_error(arena, "the pattern %.*s could not be decided: %s",
		    RB_STR_ARG(rb_pattern_text(p)), fact->error);
	v = rb_v_map(arena, 4 + groups, &pairs);
	pairs[n++] = (struct rb_vpair){RB_STR("matched"), rb_v_bool(fact->matched)};
	pairs[n++] = (struct rb_vpair){RB_STR("count"), rb_v_int((int64_t)fact->count)};
	if (fact->matched) {
		pairs[n++] = (struct rb_vpair){RB_STR("line"), rb_v_text(rb_arena_str(arena, fact->line))};
		pairs[n].key = RB_STR("lines");
		pairs[n++].value = rb_v_list(arena, fact->nlines, &lines);
		for (size_t i = 0; i < fact->nlines; i++)
			lines[i] = rb_v_text(rb_arena_str(arena, fact->lines[i]));
		for (size_t i = 0; i < groups; i++) {
			if (fact->groups[i].p != NULL)
				pairs[n++] = (struct rb_vpair){
				    rb_pattern_group(p, i), rb_v_text(rb_arena_str(arena, fact->groups[i]))};
		}
	}
	((struct rb_vmap *)(uintptr_t)v.map)->len = n;
	v.kind = RB_V_MATCH;
	return v;
}

static struct rb_str
shown(struct rb_arena *arena, struct rb_value v)
{
	struct rb_buf b;
	struct rb_str s;

	rb_buf_init(&b, arena->alloc, SHOWN_MAX);
	if (v.kind == RB_V_TEXT || v.kind == RB_V_MAP || v.kind == RB_V_LIST) {
		struct rb_json j;

		rb_json_init(&j, &b);
		rb_value_json(v, &j);
	} else {
		rb_value_show(v, &b);
	}
	if (b.lost > 0)
		s = rb_arena_fmt(arena, "%.*s… (%llu bytes more)", (int)b.len, rb_buf_cstr(&b),
		    (unsigned long long)b.lost);
	else
		s = rb_arena_str(arena, rb_buf_view(&b));
	rb_buf_free(&b);
	return s;
}

/* The pattern of an assertion: constant, or made from its template. NULL with *why when it has none. */
static struct rb_pattern *
assert_pattern(const struct rb_assert *a, struct rb_eval *ev, struct rb_str *why)
{
	return a->pattern != NULL ? a->pattern : rb_tmpl_pattern(a->tmpl, ev, why);
}

struct checked {
	enum { HOLDS, BROKEN, UNDECIDED } is;
	struct rb_str what, expected, actual, hint, why;
};

static void
ranges_text(const struct rb_assert *a, struct rb_buf *out)
{
	for (size_t i = 0; i < a->nranges; i++) {
		const struct rb_range *r = &a->ranges[i];

		if (i > 0)
			rb_buf_c(out, i + 1 == a->nranges ? " or " : ", ");
		if (r->from == r->to)
			rb_buf_fmt(out, "%lld", (long long)r->from);
		else if (r->from % 100 == 0 && r->to == r->from + 99)
			rb_buf_fmt(out, "%lldxx", (long long)(r->from / 100));
		else
			rb_buf_fmt(out, "%lld-%lld", (long long)r->from, (long long)r->to);
	}
}

static void
check_ranges(const struct rb_assert *a, struct rb_value v, struct rb_arena *arena, struct checked *c)
{
	struct rb_buf want;

	if (v.kind != RB_V_INT) {
		c->is = UNDECIDED;
		c->why = rb_arena_fmt(arena, "`%.*s` is not a number", RB_STR_ARG(a->name));
		return;
	}
	for (size_t i = 0; i < a->nranges; i++) {
		if (v.i >= a->ranges[i].from && v.i <= a->ranges[i].to) {
			c->is = HOLDS;
			return;
		}
	}
	rb_buf_init(&want, arena->alloc, SHOWN_MAX);
	ranges_text(a, &want);
	c->is = BROKEN;
	c->expected = rb_arena_str(arena, rb_buf_view(&want));
	c->actual = shown(arena, v);
	c->what = rb_arena_fmt(arena, "%.*s is %.*s, not %.*s", RB_STR_ARG(a->name), RB_STR_ARG(c->actual),
	    RB_STR_ARG(c->expected));
	rb_buf_free(&want);
}

/* Of a program that the end of its pipe has cut off nothing is printed: the status is all. */
static void
name_cut_pipe(const struct rb_step *step, struct rb_arena *arena, struct checked *c)
{
	struct rb_str cut = rb_pipe_cut(step, arena);

	if (cut.n == 0)
		return;
	c->what = rb_arena_fmt(arena, "%.*s: %.*s", RB_STR_ARG(c->what), RB_STR_ARG(cut));
	c->hint = rb_arena_fmt(arena,
	    "`… || test $? = %d` where that is meant, or let the last program of the pipe read to its end",
	    RB_PIPE_CUT);
}

static bool
contains(struct rb_value have, struct rb_value want)
{
	if (have.kind == RB_V_LIST) {
		for (size_t i = 0; i < have.list->len; i++) {
			if (rb_value_eq(have.list->items[i], want) || contains(have.list->items[i], want))
				return true;
		}
		return false;
	}
	return have.kind == RB_V_TEXT && want.kind == RB_V_TEXT && rb_str_find(have.s, want.s, 0) != SIZE_MAX;
}

/* Text for a pattern or a substring: a list (a repeated header) is joined by line. */
static struct rb_value
as_text(struct rb_arena *arena, struct rb_value v)
{
	struct rb_buf b;

	if (v.kind == RB_V_TEXT || v.kind == RB_V_LIST)
		return v;
	rb_buf_init(&b, arena->alloc, RB_ENV_MAX);
	rb_value_show(v, &b);
	v = rb_v_text(rb_arena_str(arena, rb_buf_view(&b)));
	rb_buf_free(&b);
	return v;
}

/* 1 found, 0 not, -1 undecided. */
static int
text_matches(struct rb_pattern *p, struct rb_value v, struct rb_str *why)
{
	const char *limit = NULL;
	struct rb_found found;
	int r = 0;

	if (v.kind == RB_V_LIST) {
		for (size_t i = 0; i < v.list->len && r == 0; i++)
			r = v.list->items[i].kind == RB_V_TEXT ? text_matches(p, v.list->items[i], why) : 0;
		return r;
	}
	r = rb_pattern_find(p, v.s, 0, &found, &limit);
	if (r < 0)
		*why = rb_str_c(limit);
	return r;
}

static void
check_text(const struct rb_assert *a, struct rb_value v, struct rb_eval *ev, struct checked *c)
{
	bool pattern = a->pattern != NULL || a->tmpl != NULL;
	bool lacks = a->op == RB_ASSERT_LACKS;
	struct rb_pattern *p = NULL;
	struct rb_value want;
	int found;

	v = as_text(ev->arena, v);
	if (pattern) {
		p = assert_pattern(a, ev, &c->why);
		if (p == NULL) {
			c->is = UNDECIDED;
			return;
		}
		found = text_matches(p, v, &c->why);
		c->expected = rb_arena_str(ev->arena, rb_pattern_text(p));
		if (p != a->pattern)
			rb_pattern_close(p);
		if (found < 0) {
			c->is = UNDECIDED;
			return;
		}
	} else {
		want = rb_field_eval(a->want, ev);
		if (!rb_v_known(want)) {
			c->is = UNDECIDED;
			c->why =
			    want.kind == RB_V_UNSET ? rb_unset_text(ev->arena, ev->frame, want.s) : want.s;
			return;
		}
		want = as_text(ev->arena, want);
		if (want.kind == RB_V_TEXT && want.s.n == 0) {
			/* Said when the file is loaded where it is written there; here it came as a value. */
			c->is = UNDECIDED;
			c->why =
			    RB_STR("what it is to contain is empty, and every text contains the empty one");
			return;
		}
		found = contains(v, want);
		c->expected = shown(ev->arena, want);
	}
	if ((found == 1) != lacks) {
		c->is = HOLDS;
		return;
	}
	c->is = BROKEN;
	c->actual = shown(ev->arena, v);
	c->what = rb_arena_fmt(ev->arena, "%.*s %s %.*s", RB_STR_ARG(a->name),
	    lacks ? (pattern ? "matches" : "contains") : (pattern ? "does not match" : "does not contain"),
	    RB_STR_ARG(c->expected));
	if (lacks)
		c->expected = rb_arena_fmt(ev->arena, "not %.*s", RB_STR_ARG(c->expected));
}

static bool
about_the_certificate(const struct rb_assert *a)
{
	return rb_str_is(a->name, "cert.valid_for");
}

/* How long a certificate is still good, and until when. */
static struct rb_str
time_left(struct rb_eval *ev, int64_t left)
{
	struct rb_value expires = rb_v_get_c(rb_v_get_c(ev->self, "cert"), "expires");
	char text[RB_CLOCK_DURATION], date[RB_CLOCK_RFC3339];
	const char *over = left < 0 ? "expired " : "", *end = left < 0 ? " ago" : " left";

	rb_clock_human(left < 0 ? -left : left, text);
	if (expires.kind != RB_V_TIME)
		return rb_arena_fmt(ev->arena, "%s%s%s", over, text, end);
	rb_clock_rfc3339(expires.i, date);
	return rb_arena_fmt(ev->arena, "%s%s%s, %s %.16sZ", over, text, end, left < 0 ? "at" : "until", date);
}

static void
check_compare(const struct rb_assert *a, struct rb_value v, struct rb_eval *ev, struct checked *c)
{
	struct rb_value want = rb_field_eval(a->want, ev);
	const char *form = "%.*s is not %.*s";
	int order;

	if (!rb_v_known(want)) {
		c->is = UNDECIDED;
		c->why = want.kind == RB_V_UNSET ? rb_unset_text(ev->arena, ev->frame, want.s) : want.s;
		return;
	}
	if (a->op == RB_ASSERT_EQUALS) {
		c->is = rb_value_eq(v, want) ? HOLDS : BROKEN;
	} else {
		order = rb_value_cmp(v, want);
		if (order == -2) {
			c->is = UNDECIDED;
			c->why = rb_arena_fmt(ev->arena, "`%.*s` cannot be compared with %.*s",
			    RB_STR_ARG(a->name), RB_STR_ARG(shown(ev->arena, want)));
			return;
		}
		c->is = (a->op == RB_ASSERT_AT_MOST ? order <= 0 : order >= 0) ? HOLDS : BROKEN;
		form = a->op == RB_ASSERT_AT_MOST ? "%.*s is more than %.*s" : "%.*s is less than %.*s";
	}
	if (c->is == HOLDS)
		return;
	c->expected = shown(ev->arena, want);
	c->actual =
	    about_the_certificate(a) && v.kind == RB_V_DURATION ? time_left(ev, v.i) : shown(ev->arena, v);
	/* one of two fixed forms, both of the same two arguments */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	c->what = rb_arena_fmt(ev->arena, form, RB_STR_ARG(a->name), RB_STR_ARG(c->expected));
#pragma GCC diagnostic pop
}

static void
check_that(const struct rb_step *step, const struct rb_assert *a, struct rb_eval *ev, struct checked *c)
{
	struct rb_value why;
	int truth = rb_expr_truth(a->that, ev, &why);

	if (truth < 0) {
		c->is = UNDECIDED;
		c->why = why.kind == RB_V_UNSET ? rb_unset_text(ev->arena, ev->frame, why.s) : why.s;
		return;
	}
	c->is = truth == 1 ? HOLDS : BROKEN;
	if (c->is == HOLDS)
		return;
	c->actual = rb_grounds_of_assertion(step, a->that, ev);
	c->what = rb_arena_fmt(ev->arena, "%.*s is false", RB_STR_ARG(rb_expr_text(a->that)));
}

static void
check_assert(const struct rb_step *step, const struct rb_assert *a, struct rb_eval *ev, struct checked *c)
{
	struct rb_value v;

	if (a->op == RB_ASSERT_TRUE) {
		check_that(step, a, ev, c);
		return;
	}
	v = rb_expr_eval(a->subject, ev);
	if (v.kind == RB_V_UNSET) {
		/* What is not there is not equal, does not contain, and lacks. */
		c->is = a->op == RB_ASSERT_LACKS ? HOLDS : BROKEN;
		c->what = rb_arena_fmt(ev->arena, "%.*s is not there", RB_STR_ARG(a->name));
		c->actual = RB_STR("<unset>");
		return;
	}
	if (!rb_v_known(v)) {
		c->is = UNDECIDED;
		c->why = v.s;
		return;
	}
	switch (a->op) {
	case RB_ASSERT_ONE_OF:
		check_ranges(a, v, ev->arena, c);
		if (c->is == BROKEN && rb_str_is(a->name, "exit") && v.i == RB_PIPE_CUT)
			name_cut_pipe(step, ev->arena, c);
		break;
	case RB_ASSERT_EQUALS:
	case RB_ASSERT_AT_MOST:
	case RB_ASSERT_AT_LEAST:
		check_compare(a, v, ev, c);
		break;
	case RB_ASSERT_CONTAINS:
	case RB_ASSERT_MATCHES:
	case RB_ASSERT_LACKS:
		check_text(a, v, ev, c);
		break;
	case RB_ASSERT_TRUE:
		break;
	}
}

/* One capture: its value, or UNSET/ERROR. */
static struct rb_value
capture_value(const struct rb_capture *cap, struct rb_eval *ev)
{
	struct rb_value v = rb_expr_eval(cap->value, ev);

	if (rb_v_known(v) && cap->type != NULL && v.kind == RB_V_TEXT)
		v = rb_value_parse(ev->arena, cap->type, rb_str_chomp(v.s));
	if (!rb_v_known(v) && v.kind != RB_V_UNKNOWN && cap->dflt != NULL && cap->dflt->node != NULL)
		v = rb_field_eval(cap->dflt, ev);
	return v;
}

/* Captures into the facts; the first that cannot be had is told in *missing. */
static void
take_captures(const struct rb_step *step, struct rb_eval *ev, struct rb_vmap *facts, struct rb_str *missing,
    struct rb_span *at)
{
	for (size_t i = 0; i < step->ncaptures; i++) {
		const struct rb_capture *cap = &step->captures[i];
		struct rb_value v = capture_value(cap, ev);

		if (rb_v_known(v) || v.kind == RB_V_UNKNOWN) {
			facts->pairs[facts->len++] = (struct rb_vpair){cap->name, v};
		} else if (missing->n == 0 &&
			   (cap->secret || (v.kind == RB_V_ERROR && rb_step_keeps_secret(step)))) {
			/* Messages about values quote them. */
			*missing = rb_arena_fmt(ev->arena,
			    "capture `%.*s`: it could not be had; what it was made of is secret",
			    RB_STR_ARG(cap->name));
		} else if (missing->n == 0) {
			if (v.kind == RB_V_UNSET)
				v.s = rb_unset_text(ev->arena, ev->frame, v.s);
			*missing = rb_arena_fmt(
			    ev->arena, "capture `%.*s`: %.*s", RB_STR_ARG(cap->name), RB_STR_ARG(v.s));
		}
		if (at->src == NULL && missing->n > 0)
			*at = cap->span;
	}
}

/* The first match fact that could not be decided, or NULL. */
static const struct rb_vpair *
undecided_match(const struct rb_step *step, struct rb_value facts)
{
	if (facts.kind != RB_V_MAP)
		return NULL;
	for (size_t i = 0; i < facts.map->len; i++) {
		for (size_t m = 0; m < step->nmatches; m++) {
			if (facts.map->pairs[i].value.kind == RB_V_ERROR &&
			    rb_str_eq(facts.map->pairs[i].key, step->matches[m].name))
				return &facts.map->pairs[i];
		}
	}
	return NULL;
}

static bool
about_the_end(const struct rb_assert *a)
{
	return rb_str_is(a->name, "exit") || rb_str_is(a->name, "signal");
}

static void
take_asserts(const struct rb_step *step, const struct rb_result *res, struct rb_eval *ev,
    struct rb_judged *out, struct rb_str *undecided, struct rb_span *at)
{
	out->broken = RB_ARRAY(ev->arena, struct rb_broken, step->nasserts);
	for (size_t i = 0; i < step->nasserts; i++) {
		struct checked c = {.is = HOLDS};

		if (res->stopped && about_the_end(&step->asserts[i]))
			continue;
		check_assert(step, &step->asserts[i], ev, &c);
		if (c.is == BROKEN)
			out->broken[out->nbroken++] =
			    (struct rb_broken){&step->asserts[i], c.what, c.expected, c.actual, c.hint};
		if (c.is != UNDECIDED || undecided->n > 0)
			continue;
		if (rb_step_keeps_secret(step))
			c.why = RB_STR("it could not be decided; what it was to be judged by is secret");
		*undecided = rb_arena_fmt(
		    ev->arena, "expect %.*s: %.*s", RB_STR_ARG(step->asserts[i].name), RB_STR_ARG(c.why));
		*at = step->asserts[i].span;
	}
}

/* An exit status says that something was wrong; what it was, a program mostly says last: in `stream`. */
static struct rb_str
with_last_words(const struct rb_step *step, const struct rb_result *res, struct rb_str what,
    const char *stream, struct rb_eval *ev)
{
	bool says = res->excerpt_of != NULL && strcmp(res->excerpt_of, stream) == 0;
	struct rb_str text = rb_str_trim(res->excerpt);
	size_t from = text.n, n;

	if (!says || text.n == 0 || rb_step_keeps_secret(step))
		return what;
	while (from > 0 && text.p[from - 1] != '\n')
		from--;
	/* Its beginning may have been left out, and with it half of a secret. */
	if (from == 0 && text.n > LINE_WHOLE_MAX)
		return what;
	text = rb_str_trim(rb_str_cut(text, from, text.n));
	n = text.n < LAST_WORDS_MAX ? text.n : LAST_WORDS_MAX;
	while (n < text.n && n > 0 && ((unsigned char)text.p[n] & 0xc0) == 0x80)
		n--;
	return rb_arena_fmt(
	    ev->arena, "%.*s: %.*s%s", RB_STR_ARG(what), (int)n, text.p, n < text.n ? "…" : "");
}

/* What did not hold, with what came instead: of a failure that is handled this is all that is shown. */
static struct rb_str
in_one_line(
    const struct rb_step *step, const struct rb_result *res, const struct rb_broken *b, struct rb_eval *ev)
{
	const struct rb_assert *a = b->assert;
	bool says_it = a->op == RB_ASSERT_TRUE || about_the_certificate(a);

	if (rb_step_keeps_secret(step))
		return b->what;
	if (rb_str_is(a->name, "exit"))
		return with_last_words(step, res, b->what, "stderr", ev);
	/* Ranges name it already; what is not there has nothing to name. */
	if (a->op == RB_ASSERT_ONE_OF || b->actual.n == 0 || rb_str_is(b->actual, "<unset>") ||
	    (b->actual.n > ACTUAL_MAX && !says_it))
		return b->what;
	return rb_arena_fmt(
	    ev->arena, "%.*s: %s%.*s", RB_STR_ARG(b->what), says_it ? "" : "it is ", RB_STR_ARG(b->actual));
}

void
rb_step_judge(
    const struct rb_step *step, const struct rb_result *res, struct rb_eval *ev, struct rb_judged *out)
{
	struct rb_str missing = {"", 0}, undecided = {"", 0};
	struct rb_span missing_at = {NULL, 0, 0}, undecided_at = {NULL, 0, 0};
	const struct rb_vpair *match;
	struct rb_vmap *facts = RB_NEW(ev->arena, struct rb_vmap);
	size_t have = res->facts.kind == RB_V_MAP ? res->facts.map->len : 0;

	memset(out, 0, sizeof(*out));
	out->reason = RB_STR("");
	facts->pairs = RB_ARRAY(ev->arena, struct rb_vpair, have + step->ncaptures);
	if (have > 0)
		memcpy(facts->pairs, res->facts.map->pairs, have * sizeof(*facts->pairs));
	facts->len = have;
	out->facts = (struct rb_value){.kind = RB_V_MAP, .map = facts};
	if (res->ended == RB_ENDED_ERROR || res->ended == RB_ENDED_CANCELLED) {
		out->verdict = RB_JUDGED_ERRORED;
		out->reason = res->reason;
		return;
	}
	ev->self = out->facts;
	take_captures(step, ev, facts, &missing, &missing_at);
	if (res->ended == RB_ENDED_FAILED) {
		out->verdict = RB_JUDGED_FAILED;
		out->reason = with_last_words(step, res, res->reason, "log", ev);
		return;
	}
	take_asserts(step, res, ev, out, &undecided, &undecided_at);
	match = undecided_match(step, out->facts);
	if (out->nbroken > 0) {
		out->verdict = RB_JUDGED_FAILED;
		out->reason = in_one_line(step, res, &out->broken[0], ev);
	} else if (match != NULL || undecided.n > 0 || missing.n > 0) {
		out->verdict = RB_JUDGED_ERRORED;
		out->reason = match != NULL ? match->value.s : undecided.n > 0 ? undecided : missing;
		if (match == NULL)
			out->at = undecided.n > 0 ? undecided_at : missing_at;
	}
}
