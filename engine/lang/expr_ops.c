/* Binary operators, checked: which types they take, and what to write where these do not fit. What comes of
 * the values is expr_calc.c. */
#include "lang/expr_impl.h"

enum rb_sort
rb_sort_of(const struct rb_type *t)
{
	static const enum rb_sort sorts[RB_BASES] = {
	    [RB_ANY] = RB_S_ANY,
	    [RB_BOOL] = RB_S_BOOL,
	    [RB_INT] = RB_S_NUMERIC,
	    [RB_NUMBER] = RB_S_NUMERIC,
	    [RB_TEXT] = RB_S_TEXT,
	    [RB_URL] = RB_S_TEXT,
	    [RB_PATH] = RB_S_TEXT,
	    [RB_REGEX] = RB_S_TEXT,
	    [RB_VERSION] = RB_S_TEXT,
	    [RB_DURATION] = RB_S_DURATION,
	    [RB_SIZE] = RB_S_SIZE,
	    [RB_TIME] = RB_S_TIME,
	    [RB_PROCESS] = RB_S_PROCESS,
	    [RB_LIST] = RB_S_LIST,
	    [RB_RECORD] = RB_S_RECORD,
	    [RB_MATCH] = RB_S_BOOL,
	    [RB_STEP] = RB_S_STEP,
	};

	return sorts[t->base];
}

static bool
is_ordered(enum rb_sort s)
{
	return s == RB_S_NUMERIC || s == RB_S_TEXT || s == RB_S_DURATION || s == RB_S_SIZE || s == RB_S_TIME;
}

/* Text in quotes that reads as a number, duration, size, or bool: what it is without them. */
static bool
misquoted(const struct rb_x *x, enum rb_sort other)
{
	struct rb_str s = x->value.s;
	int64_t i;
	double d;

	if (x->op != RB_X_CONST || x->value.kind != RB_V_TEXT)
		return false;
	if (other == RB_S_NUMERIC)
		return rb_str_int(s, &i) == 0 || rb_str_number(s, &d) == 0;
	if (other == RB_S_DURATION)
		return rb_clock_parse(s, &i) == 0;
	if (other == RB_S_SIZE)
		return rb_size_parse(s, &i) == 0;
	return other == RB_S_BOOL && (rb_str_is(s, "true") || rb_str_is(s, "false"));
}

/* The conversion that makes `from` fit beside the other sort; one row for each that exists. */
static const struct {
	enum rb_sort from, to;
	const char *func;
} conversions[] = {
    {RB_S_TEXT, RB_S_NUMERIC, "int"},
    {RB_S_TEXT, RB_S_DURATION, "duration"},
    {RB_S_TEXT, RB_S_SIZE, "size"},
    {RB_S_NUMERIC, RB_S_DURATION, "duration"},
    {RB_S_NUMERIC, RB_S_SIZE, "size"},
};

static const char *
conversion(enum rb_sort from, enum rb_sort to)
{
	for (size_t i = 0; i < sizeof(conversions) / sizeof(*conversions); i++)
		if (conversions[i].from == from && conversions[i].to == to)
			return conversions[i].func;
	return NULL;
}

/* How to bring `a` to the sort of `b`. True if there was a way to name. */
static bool
hint_conversion(
    struct rb_checker *c, struct rb_diag *diag, const struct rb_x *a, const struct rb_x *b, bool add)
{
	enum rb_sort from = rb_sort_of(a->type), to = rb_sort_of(b->type);
	const char *func = conversion(from, to);
	struct rb_diags *d = c->ctx->diags;

	if (misquoted(a, to)) {
		rb_diag_hint(d, diag, "write %.*s without quotes", RB_STR_ARG(a->value.s));
		return true;
	}
	if (from == RB_S_NUMERIC && a->op == RB_X_CONST && to == RB_S_DURATION) {
		rb_diag_hint(d, diag, "a duration has a unit: %.*ss, %.*sm", RB_STR_ARG(a->shown),
		    RB_STR_ARG(a->shown));
		return true;
	}
	if (from == RB_S_NUMERIC && a->op == RB_X_CONST && to == RB_S_SIZE) {
		rb_diag_hint(d, diag, "a size has a unit: %.*sMB, %.*sGiB", RB_STR_ARG(a->shown),
		    RB_STR_ARG(a->shown));
		return true;
	}
	if (func == NULL)
		return false;
	if (add && from == RB_S_TEXT)
		rb_diag_hint(d, diag, "write text(%.*s) to join, or %s(%.*s) to add", RB_STR_ARG(b->shown),
		    func, RB_STR_ARG(a->shown));
	else
		rb_diag_hint(d, diag, "write %s(%.*s)", func, RB_STR_ARG(a->shown));
	return true;
}

static void
hint_pair(struct rb_checker *c, struct rb_diag *diag, const struct rb_x *x)
{
	const struct rb_x *a = x->args[0], *b = x->args[1];
	struct rb_diags *d = c->ctx->diags;
	const struct rb_x *whole = rb_sort_of(a->type) == RB_S_STEP   ? a
				   : rb_sort_of(b->type) == RB_S_STEP ? b
								      : NULL;
	bool version = a->type->base == RB_VERSION || b->type->base == RB_VERSION;

	if (whole != NULL)
		rb_diag_hint(d, diag, "`%.*s` is a step; read one of its facts: %.*s.passed",
		    RB_STR_ARG(whole->shown), RB_STR_ARG(whole->shown));
	else if (version && (a->op == RB_X_CONST || b->op == RB_X_CONST))
		rb_diag_hint(d, diag, "write version(\"%.*s\")",
		    RB_STR_ARG(a->type->base == RB_VERSION ? b->src : a->shown));
	else if (!hint_conversion(c, diag, a, b, x->op == RB_X_ADD) &&
		 !hint_conversion(c, diag, b, a, x->op == RB_X_ADD) && rb_sort_of(b->type) == RB_S_LIST &&
		 (x->op == RB_X_EQ || x->op == RB_X_NE))
		rb_diag_hint(d, diag, "`in` looks for an item in a list");
}

static const struct rb_type *
check_arith(struct rb_checker *c, const struct rb_x *x)
{
	const struct rb_type *a = x->args[0]->type, *b = x->args[1]->type;
	enum rb_sort left = rb_sort_of(a), right = rb_sort_of(b);
	const struct rb_arith_row *found = NULL;
	struct rb_diag *diag;
	unsigned results = 0;

	for (const struct rb_arith_row *row = rb_arith_rows; row->op != RB_X_CONST; row++) {
		if (row->op != x->op || (left != RB_S_ANY && left != row->left) ||
		    (right != RB_S_ANY && right != row->right))
			continue;
		results += found == NULL || found->result != row->result;
		found = row;
	}
	if (results == 0) {
		diag = rb_diag_add(c->ctx->diags, RB_E_EXPR_TYPE, rb_check_fail(c, x),
		    "`%s` does not take %s and %s: `%.*s` and `%.*s`", rb_x_sign(x->op),
		    rb_check_type_name(c, a), rb_check_type_name(c, b), RB_STR_ARG(x->args[0]->shown),
		    RB_STR_ARG(x->args[1]->shown));
		hint_pair(c, diag, x);
		return &rb_types[RB_ANY];
	}
	if (results > 1)
		return &rb_types[RB_ANY];
	if (found->how != RB_ARITH_NUMBERS)
		return &rb_types[found->result];
	if (a->base == RB_INT && b->base == RB_INT)
		return &rb_types[RB_INT];
	return &rb_types[a->base == RB_ANY || b->base == RB_ANY ? RB_ANY : RB_NUMBER];
}

static bool
comparable(const struct rb_x *x, enum rb_sort a, enum rb_sort b)
{
	bool equality = x->op == RB_X_EQ || x->op == RB_X_NE;

	if (a == RB_S_STEP || b == RB_S_STEP)
		return false;
	if (!equality && ((a != RB_S_ANY && !is_ordered(a)) || (b != RB_S_ANY && !is_ordered(b))))
		return false;
	return a == RB_S_ANY || b == RB_S_ANY || a == b;
}

static void
check_compare(struct rb_checker *c, const struct rb_x *x)
{
	const struct rb_x *a = x->args[0], *b = x->args[1];
	enum rb_sort left = rb_sort_of(a->type), right = rb_sort_of(b->type);
	struct rb_diag *diag;

	if (comparable(x, left, right))
		return;
	if (left == right && left != RB_S_STEP) {
		diag = rb_diag_add(c->ctx->diags, RB_E_EXPR_TYPE, rb_check_fail(c, x),
		    "a %s has no order, so `%s` means nothing", rb_check_type_name(c, a->type),
		    rb_x_sign(x->op));
		rb_diag_hint(c->ctx->diags, diag, "compare with `==` or `!=`");
		return;
	}
	diag = rb_diag_add(c->ctx->diags, RB_E_EXPR_TYPE, rb_check_fail(c, x),
	    "`%s` compares like with like: `%.*s` is %s, `%.*s` is %s", rb_x_sign(x->op),
	    RB_STR_ARG(a->shown), rb_check_type_name(c, a->type), RB_STR_ARG(b->shown),
	    rb_check_type_name(c, b->type));
	hint_pair(c, diag, x);
}

/* x->args: what is looked for and in which list, by their places. */
static void
check_item_of(struct rb_checker *c, const struct rb_x *x, const struct rb_x *item, const struct rb_x *list)
{
	const struct rb_type *of = rb_type_item(list->type);
	enum rb_sort a = rb_sort_of(item->type), b = rb_sort_of(of);
	struct rb_diag *diag;

	if (a == RB_S_ANY || b == RB_S_ANY || a == b)
		return;
	diag = rb_diag_add(c->ctx->diags, RB_E_EXPR_TYPE, rb_check_fail(c, x),
	    "`%.*s` is %s and can never be an item of a %s", RB_STR_ARG(item->shown),
	    rb_check_type_name(c, item->type), rb_check_type_name(c, list->type));
	if (conversion(a, b) != NULL && !misquoted(item, b))
		rb_diag_hint(
		    c->ctx->diags, diag, "write %s(%.*s)", conversion(a, b), RB_STR_ARG(item->shown));
	else if (conversion(b, a) != NULL)
		rb_diag_hint(c->ctx->diags, diag, "write text(%.*s)", RB_STR_ARG(item->shown));
}

static void
check_in(struct rb_checker *c, const struct rb_x *x)
{
	const struct rb_x *a = x->args[0], *b = x->args[1];
	enum rb_sort right = rb_sort_of(b->type);
	struct rb_diag *diag;

	if (right == RB_S_LIST) {
		check_item_of(c, x, a, b);
	} else if (right != RB_S_ANY) {
		diag = rb_diag_add(c->ctx->diags, RB_E_EXPR_TYPE, rb_check_fail(c, b),
		    "`in` looks into a list, and `%.*s` is %s", RB_STR_ARG(b->shown),
		    rb_check_type_name(c, b->type));
		if (right == RB_S_TEXT)
			rb_diag_hint(c->ctx->diags, diag, "write %.*s contains %.*s", RB_STR_ARG(b->shown),
			    RB_STR_ARG(a->shown));
	}
}

static void
check_contains(struct rb_checker *c, const struct rb_x *x)
{
	const struct rb_x *a = x->args[0], *b = x->args[1];
	enum rb_sort left = rb_sort_of(a->type), right = rb_sort_of(b->type);
	struct rb_diag *diag;

	if (left == RB_S_LIST) {
		check_item_of(c, x, b, a);
	} else if (left != RB_S_TEXT && left != RB_S_ANY) {
		rb_diag_add(c->ctx->diags, RB_E_EXPR_TYPE, rb_check_fail(c, a),
		    "`contains` looks into a text or a list, and `%.*s` is %s", RB_STR_ARG(a->shown),
		    rb_check_type_name(c, a->type));
	} else if (left == RB_S_TEXT && right != RB_S_TEXT && right != RB_S_ANY && b->op != RB_X_REGEX) {
		diag = rb_diag_add(c->ctx->diags, RB_E_EXPR_TYPE, rb_check_fail(c, b),
		    "a text contains text, and `%.*s` is %s", RB_STR_ARG(b->shown),
		    rb_check_type_name(c, b->type));
		rb_diag_hint(c->ctx->diags, diag, "write text(%.*s), or \"%.*s\"", RB_STR_ARG(b->shown),
		    RB_STR_ARG(b->shown));
	}
}

static void
check_matches(struct rb_checker *c, const struct rb_x *x)
{
	const struct rb_x *a = x->args[0], *b = x->args[1];
	enum rb_sort left = rb_sort_of(a->type);
	struct rb_diag *diag;

	if (left != RB_S_TEXT && left != RB_S_ANY) {
		diag = rb_diag_add(c->ctx->diags, RB_E_EXPR_TYPE, rb_check_fail(c, a),
		    "`matches` looks into a text, and `%.*s` is %s", RB_STR_ARG(a->shown),
		    rb_check_type_name(c, a->type));
		if (left == RB_S_NUMERIC)
			rb_diag_hint(c->ctx->diags, diag, "write text(%.*s)", RB_STR_ARG(a->shown));
	}
	if (b->op == RB_X_REGEX || b->type->base == RB_REGEX)
		return;
	diag = rb_diag_add(c->ctx->diags, RB_E_EXPR_TYPE, rb_check_fail(c, b),
	    "`matches` needs a regex, and `%.*s` is %s", RB_STR_ARG(b->shown),
	    rb_check_type_name(c, b->type));
	if (b->op == RB_X_CONST && b->value.kind == RB_V_TEXT)
		rb_diag_hint(c->ctx->diags, diag,
		    "write /%.*s/ between slashes, or `contains` for plain text", RB_STR_ARG(b->value.s));
	else
		rb_diag_hint(c->ctx->diags, diag, "write it as /…/, or declare the input with `type: regex`");
}

const struct rb_type *
rb_ops_check(struct rb_checker *c, struct rb_x *x)
{
	switch (x->op) {
	case RB_X_ADD:
	case RB_X_SUB:
	case RB_X_MUL:
	case RB_X_DIV:
		return check_arith(c, x);
	case RB_X_IN:
		check_in(c, x);
		break;
	case RB_X_CONTAINS:
		check_contains(c, x);
		break;
	case RB_X_MATCHES:
		check_matches(c, x);
		break;
	default:
		check_compare(c, x);
		break;
	}
	return &rb_types[RB_BOOL];
}
