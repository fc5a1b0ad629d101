/* Drills: what an attempt has shown of the look itself. One that cannot do what it is for (its program is not
 * here, its URL is gone, what it found cannot be read) is broken; one that only says that something is wrong
 * is not. Pure. */
#include "flow/state.h"

enum { NOT_EXECUTABLE = 126, NOT_FOUND = 127, EXCERPT_LINE = 200 };

/* HTTP statuses which say that the question is wrong, rather than that the service is not well. */
static const struct {
	int64_t status;
	const char *means;
} gone[] = {{404, "nothing is at this URL"}, {405, "this URL does not take the method"},
    {410, "what was at this URL is gone"}, {501, "the server does not know the method"}};

/* The last line that it printed: with 126 and 127 it mostly names the program. */
static struct rb_str
last_line(const struct rb_try *t)
{
	struct rb_str s = rb_str_trim(t->res.excerpt);
	size_t n = s.n;

	if (rb_step_keeps_secret(t->pub.step))
		return RB_STR("");
	while (n > 0 && s.p[n - 1] != '\n')
		n--;
	return rb_str_cut(rb_str_cut(s, n, s.n), 0, EXCERPT_LINE);
}

static bool
has_no_program(const struct rb_try *t, struct rb_reason *why)
{
	struct rb_value code = rb_v_get_c(t->res.facts, "exit");
	struct rb_str said = last_line(t);

	if (code.kind != RB_V_INT || (code.i != NOT_FOUND && code.i != NOT_EXECUTABLE))
		return false;
	rb_reason_fmt(why, "exit %lld, a program that it runs %s%s%.*s", (long long)code.i,
	    code.i == NOT_FOUND ? "is not here" : "cannot be executed", said.n > 0 ? ": " : "",
	    RB_STR_ARG(said));
	return true;
}

/* The status itself was not what was asked for. */
static bool
missed_status(const struct rb_try *t)
{
	for (size_t i = 0; i < t->judged.nbroken; i++) {
		if (rb_str_is(t->judged.broken[i].assert->name, "status"))
			return true;
	}
	return false;
}

static bool
has_no_page(const struct rb_try *t, struct rb_reason *why)
{
	struct rb_value status = rb_v_get_c(t->res.facts, "status");

	for (size_t i = 0; status.kind == RB_V_INT && i < sizeof(gone) / sizeof(gone[0]); i++) {
		if (gone[i].status != status.i || !missed_status(t))
			continue;
		rb_reason_fmt(why, "%.*s: %s", RB_STR_ARG(t->res.summary), gone[i].means);
		return true;
	}
	return false;
}

/* There was output, and no pattern found anything in it: that may be well, or the patterns may be for another
 * format. */
static bool
found_nothing(const struct rb_try *t, struct rb_reason *why)
{
	const struct rb_step *step = t->pub.step;

	if (step->nmatches == 0 || t->res.lines == 0 || t->res.facts.kind != RB_V_MAP)
		return false;
	for (size_t i = 0; i < step->nmatches; i++) {
		struct rb_value fact = rb_v_get(t->res.facts, step->matches[i].name);

		if (fact.kind != RB_V_MATCH)
			return false;
		fact = rb_v_get_c(fact, "matched");
		if (fact.kind != RB_V_BOOL || fact.b)
			return false;
	}
	if (step->nmatches == 1)
		rb_reason_fmt(why, "its pattern matched none of %llu line%s",
		    (unsigned long long)t->res.lines, t->res.lines == 1 ? "" : "s");
	else
		rb_reason_fmt(why, "none of its %zu patterns matched any of %llu line%s", step->nmatches,
		    (unsigned long long)t->res.lines, t->res.lines == 1 ? "" : "s");
	return true;
}

enum rb_health
rb_health_of(const struct rb_try *t, const struct rb_reason *reason, struct rb_reason *why)
{
	*why = *reason;
	switch (t->outcome) {
	case RB_ERRORED:
		return RB_HEALTH_BROKEN;
	case RB_FAILED:
		return t->res.nowhere || has_no_program(t, why) || has_no_page(t, why) ? RB_HEALTH_BROKEN
										       : RB_HEALTH_TROUBLE;
	case RB_TIMED_OUT:
		return RB_HEALTH_TROUBLE;
	case RB_PASSED:
		return found_nothing(t, why) ? RB_HEALTH_SILENT : RB_HEALTH_FINE;
	default:
		return RB_HEALTH_FINE;
	}
}
