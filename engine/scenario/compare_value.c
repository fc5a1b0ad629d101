/* Facts, values and outputs at the end of what the scenario starts at, against what was expected of them. */
#include "lang/grounds.h"
#include "scenario/state.h"

static bool
is_same(struct rb_value actual, struct rb_value want)
{
	struct rb_buf a, b;
	bool same;

	if (actual.kind == RB_V_PROCESS && want.kind == RB_V_PROCESS)
		return actual.process.pid == want.process.pid;
	if (rb_value_eq(actual, want))
		return true;
	/* Of what has no type of its own when the file is read, the text decides. */
	if (actual.kind == want.kind || !rb_v_known(actual) || actual.kind == RB_V_MAP ||
	    actual.kind == RB_V_LIST || want.kind == RB_V_MAP || want.kind == RB_V_LIST)
		return false;
	rb_buf_init(&a, NULL, RB_ENV_MAX);
	rb_buf_init(&b, NULL, RB_ENV_MAX);
	rb_value_show(actual, &a);
	rb_value_show(want, &b);
	same = rb_str_eq(rb_buf_view(&a), rb_buf_view(&b));
	rb_buf_free(&a);
	rb_buf_free(&b);
	return same;
}

static void
compare_one(struct rb_play *p, const struct rb_want_value *w, struct rb_eval *ev, const char *key)
{
	struct rb_value v = rb_v_plain(rb_expr_eval(w->expr, ev));

	if (w->as != NULL && v.kind == RB_V_TEXT)
		v = rb_value_parse(p->arena, w->as, v.s);
	if (is_same(v, w->value))
		return;
	rb_play_differs(p, w->span, key,
	    rb_arena_fmt(p->arena, "`%.*s` has another value", RB_STR_ARG(w->name)),
	    rb_scenario_show(p->arena, w->value), rb_scenario_show(p->arena, v));
}

/* The names that an expression reads, with what they stand for: why it did not hold. */
struct reads {
	struct rb_play *p;
	struct rb_finding *finding;
};

static void
tell_read(void *ctx, struct rb_str path, struct rb_value v, struct rb_value as_told)
{
	const struct reads *r = ctx;

	(void)as_told; /* what a test makes up is no secret */
	rb_play_line(r->p, r->finding,
	    rb_arena_fmt(r->p->arena, "`%.*s` is %.*s", RB_STR_ARG(path),
		RB_STR_ARG(rb_scenario_show(r->p->arena, v))));
}

static void
compare_that(struct rb_play *p, struct rb_eval *ev)
{
	const struct rb_field *f = rb_play_wanted(p, RB_WANT_THAT);

	for (size_t i = 0; f != NULL && i < f->len; i++) {
		const struct rb_expr *e = f->items[i].expr;
		struct rb_value why;
		struct reads r = {p, NULL};
		int truth = rb_expr_truth(e, ev, &why);

		if (truth == 1)
			continue;
		r.finding = rb_play_finding(p, rb_expr_span(e), "that", "`%.*s` %s",
		    RB_STR_ARG(rb_expr_text(e)), truth == 0 ? "does not hold" : "cannot be decided");
		if (truth < 0)
			r.finding->actual = why.kind == RB_V_UNSET
						? rb_arena_fmt(p->arena, "`%.*s` is unset", RB_STR_ARG(why.s))
						: rb_arena_str(p->arena, why.s);
		rb_grounds_each(e, ev, tell_read, &r);
	}
}

void
rb_compare_values(struct rb_play *p, const struct rb_frame *frame)
{
	const struct rb_wants *w = rb_play_wants(p);
	struct rb_eval ev = {.arena = p->arena,
	    .frame = frame,
	    .self = rb_v_unset(RB_STR("this")),
	    .item = rb_v_unset(RB_STR("item")),
	    .wall = p->driver.wall(p)};

	p->valued = true;
	for (size_t i = 0; i < w->nvalues; i++)
		compare_one(p, &w->values[i], &ev, "values");
	for (size_t i = 0; i < w->noutputs; i++)
		compare_one(p, &w->outputs[i], &ev, "outputs");
	compare_that(p, &ev);
}

/* A procedure that was never entered has no values. */
void
rb_compare_unvalued(struct rb_play *p)
{
	static const int rows[] = {RB_WANT_VALUES, RB_WANT_OUTPUTS, RB_WANT_THAT};

	for (size_t i = 0; !p->valued && i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct rb_field *f = rb_play_wanted(p, rows[i]);

		if (f != NULL)
			rb_play_finding(
			    p, f->node->span, f->key->name, "the run ended before there were any values");
	}
}
