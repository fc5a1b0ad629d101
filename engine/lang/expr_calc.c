/* Binary operators on values. One table rules the static check and the evaluation alike, so that JSON, whose
 * types are known only when it is read, obeys the same rules. Nothing here overflows or divides by zero: that
 * is an ERROR. */
#include <math.h>
#include <string.h>

#include "lang/expr_impl.h"

enum { SHOWN_MAX = 60 }; /* bytes of a value that a message quotes */

const struct rb_arith_row rb_arith_rows[] = {
    {RB_X_ADD, RB_S_NUMERIC, RB_S_NUMERIC, RB_NUMBER, RB_V_INT, RB_ARITH_NUMBERS},
    {RB_X_ADD, RB_S_TEXT, RB_S_TEXT, RB_TEXT, RB_V_TEXT, RB_ARITH_JOIN},
    {RB_X_ADD, RB_S_DURATION, RB_S_DURATION, RB_DURATION, RB_V_DURATION, RB_ARITH_INTS},
    {RB_X_ADD, RB_S_SIZE, RB_S_SIZE, RB_SIZE, RB_V_SIZE, RB_ARITH_INTS},
    {RB_X_ADD, RB_S_TIME, RB_S_DURATION, RB_TIME, RB_V_TIME, RB_ARITH_INTS},
    {RB_X_ADD, RB_S_DURATION, RB_S_TIME, RB_TIME, RB_V_TIME, RB_ARITH_INTS},
    {RB_X_SUB, RB_S_NUMERIC, RB_S_NUMERIC, RB_NUMBER, RB_V_INT, RB_ARITH_NUMBERS},
    {RB_X_SUB, RB_S_DURATION, RB_S_DURATION, RB_DURATION, RB_V_DURATION, RB_ARITH_INTS},
    {RB_X_SUB, RB_S_SIZE, RB_S_SIZE, RB_SIZE, RB_V_SIZE, RB_ARITH_INTS},
    {RB_X_SUB, RB_S_TIME, RB_S_DURATION, RB_TIME, RB_V_TIME, RB_ARITH_INTS},
    {RB_X_SUB, RB_S_TIME, RB_S_TIME, RB_DURATION, RB_V_DURATION, RB_ARITH_INTS},
    {RB_X_MUL, RB_S_NUMERIC, RB_S_NUMERIC, RB_NUMBER, RB_V_INT, RB_ARITH_NUMBERS},
    {RB_X_MUL, RB_S_DURATION, RB_S_NUMERIC, RB_DURATION, RB_V_DURATION, RB_ARITH_SCALE},
    {RB_X_MUL, RB_S_NUMERIC, RB_S_DURATION, RB_DURATION, RB_V_DURATION, RB_ARITH_SCALE},
    {RB_X_MUL, RB_S_SIZE, RB_S_NUMERIC, RB_SIZE, RB_V_SIZE, RB_ARITH_SCALE},
    {RB_X_MUL, RB_S_NUMERIC, RB_S_SIZE, RB_SIZE, RB_V_SIZE, RB_ARITH_SCALE},
    {RB_X_DIV, RB_S_NUMERIC, RB_S_NUMERIC, RB_NUMBER, RB_V_NUMBER, RB_ARITH_RATIO},
    {RB_X_DIV, RB_S_DURATION, RB_S_DURATION, RB_NUMBER, RB_V_NUMBER, RB_ARITH_RATIO},
    {RB_X_DIV, RB_S_SIZE, RB_S_SIZE, RB_NUMBER, RB_V_NUMBER, RB_ARITH_RATIO},
    {RB_X_DIV, RB_S_DURATION, RB_S_NUMERIC, RB_DURATION, RB_V_DURATION, RB_ARITH_SCALE},
    {RB_X_DIV, RB_S_SIZE, RB_S_NUMERIC, RB_SIZE, RB_V_SIZE, RB_ARITH_SCALE},
    {RB_X_CONST, RB_S_NULL, RB_S_NULL, RB_ANY, RB_V_NULL, RB_ARITH_INTS},
};

const char *
rb_x_sign(enum rb_xop op)
{
	for (const struct rb_oper_row *row = rb_oper_rows; row->name != NULL; row++)
		if (row->op == (int)op)
			return row->name;
	return "?";
}

enum rb_sort
rb_sort_of_value(struct rb_value v)
{
	switch (rb_v_plain(v).kind) {
	case RB_V_BOOL:
		return RB_S_BOOL;
	case RB_V_INT:
	case RB_V_NUMBER:
		return RB_S_NUMERIC;
	case RB_V_TEXT:
	case RB_V_VERSION:
		return RB_S_TEXT;
	case RB_V_DURATION:
		return RB_S_DURATION;
	case RB_V_SIZE:
		return RB_S_SIZE;
	case RB_V_TIME:
		return RB_S_TIME;
	case RB_V_PROCESS:
		return RB_S_PROCESS;
	case RB_V_LIST:
		return RB_S_LIST;
	case RB_V_MAP:
	case RB_V_MATCH:
		return RB_S_RECORD;
	default:
		return RB_S_NULL;
	}
}

const char *
rb_x_describe(struct rb_arena *arena, struct rb_value v)
{
	static const char *const names[] = {
	    [RB_V_UNSET] = "unset",
	    [RB_V_UNKNOWN] = "unknown",
	    [RB_V_ERROR] = "no value",
	    [RB_V_NULL] = "null",
	    [RB_V_BOOL] = "bool",
	    [RB_V_INT] = "int",
	    [RB_V_NUMBER] = "number",
	    [RB_V_TEXT] = "text",
	    [RB_V_VERSION] = "version",
	    [RB_V_DURATION] = "duration",
	    [RB_V_SIZE] = "size",
	    [RB_V_TIME] = "time",
	    [RB_V_PROCESS] = "process",
	    [RB_V_LIST] = "list",
	    [RB_V_MAP] = "record",
	    [RB_V_MATCH] = "match",
	};
	struct rb_buf b;
	struct rb_json j;
	struct rb_str s;

	if (v.kind == RB_V_LIST)
		return rb_arena_fmt(arena, "a list of %zu", v.list->len).p;
	if (v.kind <= RB_V_NULL || v.kind == RB_V_MAP || v.kind == RB_V_MATCH)
		return names[v.kind];
	rb_buf_init(&b, arena->alloc, SHOWN_MAX);
	rb_buf_fmt(&b, "%s ", names[v.kind]);
	rb_json_init(&j, &b);
	if (v.kind == RB_V_TEXT || v.kind == RB_V_VERSION)
		rb_json_str(&j, v.s);
	else
		rb_value_show(v, &b);
	s = rb_arena_fmt(arena, "%.*s%s", RB_STR_ARG(rb_buf_view(&b)), b.lost > 0 ? "…" : "");
	rb_buf_free(&b);
	return s.p;
}

int
rb_x_whole(double d, int64_t *out)
{
	static const double limit = 9223372036854775808.0; /* 2^63 */

	if (!(d >= -limit) || !(d < limit))
		return -1;
	*out = (int64_t)d;
	return 0;
}

static struct rb_value
out_of_range(struct rb_eval *ev, const struct rb_x *x)
{
	return rb_v_error(ev->arena, "`%.*s` is out of range", RB_STR_ARG(x->shown));
}

static struct rb_value
by_zero(struct rb_eval *ev, const struct rb_x *x)
{
	return rb_v_error(ev->arena, "`%.*s` divides by zero", RB_STR_ARG(x->shown));
}

static double
as_double(struct rb_value v)
{
	return v.kind == RB_V_NUMBER ? v.d : (double)v.i;
}

static struct rb_value
number_or_error(struct rb_eval *ev, const struct rb_x *x, double d)
{
	return isfinite(d) ? rb_v_number(d) : out_of_range(ev, x);
}

static struct rb_value
calc_ints(
    struct rb_eval *ev, const struct rb_x *x, enum rb_xop op, enum rb_value_kind kind, int64_t a, int64_t b)
{
	int64_t r;
	bool over = op == RB_X_ADD   ? __builtin_add_overflow(a, b, &r)
		    : op == RB_X_SUB ? __builtin_sub_overflow(a, b, &r)
				     : __builtin_mul_overflow(a, b, &r);

	return over ? out_of_range(ev, x) : rb_v_of(kind, r);
}

static struct rb_value
calc_numbers(struct rb_eval *ev, const struct rb_x *x, enum rb_xop op, struct rb_value a, struct rb_value b)
{
	double l = as_double(a), r = as_double(b);

	if (a.kind == RB_V_INT && b.kind == RB_V_INT)
		return calc_ints(ev, x, op, RB_V_INT, a.i, b.i);
	return number_or_error(ev, x, op == RB_X_ADD ? l + r : op == RB_X_SUB ? l - r : l * r);
}

/* A duration or size by a number; the result is cut to whole nanoseconds or bytes. */
static struct rb_value
calc_scale(
    struct rb_eval *ev, const struct rb_x *x, enum rb_value_kind kind, struct rb_value a, struct rb_value b)
{
	bool swap = a.kind == RB_V_INT || a.kind == RB_V_NUMBER;
	struct rb_value amount = swap ? b : a, by = swap ? a : b;
	int64_t whole;
	double d;

	if (x->op == RB_X_DIV && as_double(by) == 0)
		return by_zero(ev, x);
	if (by.kind == RB_V_INT && x->op == RB_X_MUL)
		return calc_ints(ev, x, RB_X_MUL, kind, amount.i, by.i);
	if (by.kind == RB_V_INT)
		return amount.i == INT64_MIN && by.i == -1 ? out_of_range(ev, x)
							   : rb_v_of(kind, amount.i / by.i);
	d = x->op == RB_X_MUL ? (double)amount.i * by.d : (double)amount.i / by.d;
	return rb_x_whole(d, &whole) == 0 ? rb_v_of(kind, whole) : out_of_range(ev, x);
}

static struct rb_value
calc_join(struct rb_eval *ev, const struct rb_x *x, struct rb_str a, struct rb_str b)
{
	char *p;

	if (a.n + b.n > RB_EXPR_TEXT_MAX)
		return rb_v_error(
		    ev->arena, "`%.*s` would make a text longer than 16 MiB", RB_STR_ARG(x->shown));
	p = rb_arena_new(ev->arena, a.n + b.n + 1);
	if (a.n > 0)
		memcpy(p, a.p, a.n);
	if (b.n > 0)
		memcpy(p + a.n, b.p, b.n);
	return rb_v_text((struct rb_str){p, a.n + b.n});
}

static struct rb_value
calc_arith(struct rb_eval *ev, const struct rb_x *x, enum rb_xop op, struct rb_value a, struct rb_value b)
{
	enum rb_sort left = rb_sort_of_value(a), right = rb_sort_of_value(b);
	const struct rb_arith_row *row = rb_arith_rows;

	while (row->op != RB_X_CONST && (row->op != op || row->left != left || row->right != right))
		row++;
	if (row->op == RB_X_CONST)
		return rb_v_error(ev->arena, "`%s` does not take %s and %s (`%.*s`)", rb_x_sign(op),
		    rb_x_describe(ev->arena, a), rb_x_describe(ev->arena, b), RB_STR_ARG(x->shown));
	switch (row->how) {
	case RB_ARITH_INTS:
		return calc_ints(ev, x, op, row->kind, a.i, b.i);
	case RB_ARITH_NUMBERS:
		return calc_numbers(ev, x, op, a, b);
	case RB_ARITH_JOIN:
		return calc_join(ev, x, a.s, b.s);
	case RB_ARITH_SCALE:
		return calc_scale(ev, x, row->kind, a, b);
	case RB_ARITH_RATIO:
		break;
	}
	return as_double(b) == 0 ? by_zero(ev, x) : number_or_error(ev, x, as_double(a) / as_double(b));
}

struct rb_value
rb_ops_add(struct rb_eval *ev, const struct rb_x *x, struct rb_value a, struct rb_value b)
{
	return calc_arith(ev, x, RB_X_ADD, a, b);
}

struct rb_value
rb_ops_negate(struct rb_eval *ev, const struct rb_x *x, struct rb_value v)
{
	if (v.kind == RB_V_NUMBER)
		return rb_v_number(-v.d);
	if (v.kind == RB_V_INT || v.kind == RB_V_DURATION)
		return v.i == INT64_MIN ? out_of_range(ev, x) : rb_v_of(v.kind, -v.i);
	return rb_v_error(ev->arena, "`-` needs a number or duration, and `%.*s` is %s",
	    RB_STR_ARG(x->args[0]->shown), rb_x_describe(ev->arena, v));
}

static bool
null_beside(struct rb_value a, struct rb_value b)
{
	return a.kind == RB_V_NULL || b.kind == RB_V_NULL;
}

static struct rb_value
calc_compare(struct rb_eval *ev, const struct rb_x *x, struct rb_value a, struct rb_value b)
{
	bool equality = x->op == RB_X_EQ || x->op == RB_X_NE;
	int order;

	if (equality && (null_beside(a, b) || rb_sort_of_value(a) == rb_sort_of_value(b)))
		return rb_v_bool(rb_value_eq(a, b) == (x->op == RB_X_EQ));
	order = equality ? RB_NO_ORDER : rb_value_cmp(a, b);
	if (order == RB_NO_ORDER)
		return rb_v_error(ev->arena, "`%s` compares like with like: `%.*s` is %s, `%.*s` is %s",
		    rb_x_sign(x->op), RB_STR_ARG(x->args[0]->shown), rb_x_describe(ev->arena, a),
		    RB_STR_ARG(x->args[1]->shown), rb_x_describe(ev->arena, b));
	switch (x->op) {
	case RB_X_LT:
		return rb_v_bool(order < 0);
	case RB_X_LE:
		return rb_v_bool(order <= 0);
	case RB_X_GT:
		return rb_v_bool(order > 0);
	default:
		return rb_v_bool(order >= 0);
	}
}

/* An equal item decides; without one, an item of another sort says that a comparison was meant that cannot
 * be. */
static struct rb_value
calc_in(struct rb_eval *ev, const struct rb_x *x, struct rb_value item, struct rb_value list)
{
	struct rb_value odd = rb_v_null();

	for (size_t i = 0; i < list.list->len; i++) {
		struct rb_value v = rb_v_plain(list.list->items[i]);

		if (rb_v_known(v) && rb_value_eq(item, v))
			return rb_v_bool(true);
		if (!rb_v_known(v) ||
		    (!null_beside(item, v) && rb_sort_of_value(item) != rb_sort_of_value(v)))
			odd = v;
	}
	if (odd.kind == RB_V_NULL)
		return rb_v_bool(false);
	if (!rb_v_known(odd))
		return odd;
	return rb_v_error(ev->arena, "`%.*s` looks for %s in a list that holds %s", RB_STR_ARG(x->shown),
	    rb_x_describe(ev->arena, item), rb_x_describe(ev->arena, odd));
}

static struct rb_value
calc_contains(struct rb_eval *ev, const struct rb_x *x, struct rb_value in, struct rb_value what)
{
	if (in.kind == RB_V_LIST)
		return calc_in(ev, x, what, in);
	if (rb_sort_of_value(in) == RB_S_TEXT && rb_sort_of_value(what) == RB_S_TEXT)
		return rb_v_bool(rb_str_find(in.s, what.s, 0) != SIZE_MAX);
	return rb_v_error(ev->arena,
	    "`contains` looks for text in text, or for an item in a list: `%.*s` is %s, `%.*s` is %s",
	    RB_STR_ARG(x->args[0]->shown), rb_x_describe(ev->arena, in), RB_STR_ARG(x->args[1]->shown),
	    rb_x_describe(ev->arena, what));
}

static struct rb_value
calc_matches(struct rb_eval *ev, const struct rb_x *x, struct rb_value in, struct rb_value regex)
{
	struct rb_pattern *made = NULL;
	const struct rb_pattern *p = x->args[1]->pattern;
	const char *limit = NULL;
	struct rb_found found;
	struct rb_str why;
	size_t at;
	int r;

	if (rb_sort_of_value(in) != RB_S_TEXT)
		return rb_v_error(ev->arena, "`matches` looks into a text, and `%.*s` is %s",
		    RB_STR_ARG(x->args[0]->shown), rb_x_describe(ev->arena, in));
	if (p == NULL) {
		p = made = rb_pattern_new(ev->arena, regex.s, &why, &at);
		if (made == NULL)
			return rb_v_no_pattern(ev->arena, regex.s, why, at);
	}
	r = rb_pattern_find(p, in.s, 0, &found, &limit);
	if (made != NULL)
		rb_pattern_close(made);
	return r >= 0 ? rb_v_bool(r > 0)
		      : rb_v_error(ev->arena, "`%.*s` could not be decided: %s", RB_STR_ARG(x->shown), limit);
}

struct rb_value
rb_ops_eval(struct rb_eval *ev, const struct rb_x *x, struct rb_value a, struct rb_value b)
{
	switch (x->op) {
	case RB_X_ADD:
	case RB_X_SUB:
	case RB_X_MUL:
	case RB_X_DIV:
		return calc_arith(ev, x, x->op, a, b);
	case RB_X_IN:
		if (b.kind == RB_V_LIST)
			return calc_in(ev, x, a, b);
		return rb_v_error(ev->arena, "`in` looks into a list, and `%.*s` is %s",
		    RB_STR_ARG(x->args[1]->shown), rb_x_describe(ev->arena, b));
	case RB_X_CONTAINS:
		return calc_contains(ev, x, a, b);
	case RB_X_MATCHES:
		return calc_matches(ev, x, a, b);
	default:
		return calc_compare(ev, x, a, b);
	}
}
