/* Static types of expressions: what each node holds, and what does not fit. A node that failed is RB_ANY,
 * which fits everywhere, so that one mistake is told once. */
#include "lang/expr_impl.h"

struct rb_span
rb_check_fail_at(struct rb_checker *c, size_t from, size_t to)
{
	c->failed = true;
	if (c->node == NULL)
		return (struct rb_span){NULL, from, to};
	return (struct rb_span){c->node->span.src, rb_node_offset(c->node, c->text_at + from),
	    rb_node_offset(c->node, c->text_at + to)};
}

struct rb_span
rb_check_fail(struct rb_checker *c, const struct rb_x *x)
{
	size_t from = (size_t)(x->src.p - c->text.p);

	return rb_check_fail_at(c, from, from + x->src.n);
}

const char *
rb_check_type_name(struct rb_checker *c, const struct rb_type *t)
{
	struct rb_buf b;
	struct rb_str name;

	rb_buf_init(&b, c->ctx->arena->alloc, 256);
	rb_type_name(t, &b);
	name = rb_arena_str(c->ctx->arena, rb_buf_view(&b));
	rb_buf_free(&b);
	return name.p;
}

static bool
numeric(const struct rb_type *t)
{
	return t->base == RB_INT || t->base == RB_NUMBER;
}

const struct rb_type *
rb_check_unify(struct rb_checker *c, const struct rb_type *a, const struct rb_type *b)
{
	const struct rb_type *item;

	if (a == b || b->base == RB_ANY)
		return a->base == RB_ANY || a == b ? a : b;
	if (a->base == RB_ANY)
		return a;
	if (numeric(a) && numeric(b))
		return &rb_types[a->base == b->base ? a->base : RB_NUMBER];
	if (rb_type_texty(a) && rb_type_texty(b))
		return &rb_types[a->base == b->base ? a->base : RB_TEXT];
	if (rb_sort_of(a) == RB_S_BOOL && rb_sort_of(b) == RB_S_BOOL)
		return &rb_types[RB_BOOL];
	if (a->base != b->base)
		return NULL;
	if (a->base == RB_LIST) {
		item = rb_check_unify(c, rb_type_item(a), rb_type_item(b));
		return item != NULL ? rb_type_list(c->ctx->arena, item) : NULL;
	}
	return a->base == RB_STEP || a->len > 0 || b->len > 0 || a->item != b->item ? &rb_types[a->base] : a;
}

/* What to write instead of a value that is no bool. */
static void
hint_bool(struct rb_checker *c, struct rb_diag *diag, const struct rb_x *x)
{
	struct rb_diags *d = c->ctx->diags;

	switch (rb_sort_of(x->type)) {
	case RB_S_NUMERIC:
		rb_diag_hint(d, diag, "compare it: %.*s > 0", RB_STR_ARG(x->shown));
		break;
	case RB_S_TEXT:
		rb_diag_hint(d, diag, "compare it: %.*s != \"\"", RB_STR_ARG(x->shown));
		break;
	case RB_S_LIST:
		rb_diag_hint(d, diag, "count it: count(%.*s) > 0", RB_STR_ARG(x->shown));
		break;
	case RB_S_STEP:
		rb_diag_hint(d, diag, "read one of its facts: %.*s.passed", RB_STR_ARG(x->shown));
		break;
	default:
		rb_diag_hint(d, diag, "compare it, or ask for defined(%.*s)", RB_STR_ARG(x->shown));
		break;
	}
}

static bool
check_bool(struct rb_checker *c, const struct rb_x *x)
{
	enum rb_sort s = rb_sort_of(x->type);
	struct rb_diag *diag;

	if (s == RB_S_ANY || s == RB_S_BOOL)
		return true;
	diag = rb_diag_add(c->ctx->diags, RB_E_EXPR_TYPE, rb_check_fail(c, x),
	    "`%.*s` is %s, and true or false is needed here", RB_STR_ARG(x->shown),
	    rb_check_type_name(c, x->type));
	hint_bool(c, diag, x);
	return false;
}

static void
check_constant(struct rb_x *x)
{
	static const struct {
		enum rb_value_kind kind;
		enum rb_base base;
	} rows[] = {
	    {RB_V_BOOL, RB_BOOL},
	    {RB_V_INT, RB_INT},
	    {RB_V_NUMBER, RB_NUMBER},
	    {RB_V_TEXT, RB_TEXT},
	    {RB_V_DURATION, RB_DURATION},
	    {RB_V_SIZE, RB_SIZE},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (rows[i].kind == x->value.kind)
			x->type = &rb_types[rows[i].base];
}

static void
check_regex(struct rb_checker *c, struct rb_x *x)
{
	struct rb_diags *d = c->ctx->diags;
	size_t from = (size_t)(x->src.p - c->text.p), at = 0;
	struct rb_str why = RB_STR("no regex may stand here");

	x->type = &rb_types[RB_REGEX];
	if (c->ctx->patterns != NULL)
		x->pattern = rb_patterns_new(c->ctx->patterns, c->ctx->arena, x->src, &why, &at);
	if (x->pattern != NULL)
		return;
	if (at > x->src.n)
		at = x->src.n;
	rb_diag_add(d, RB_E_PATTERN, rb_check_fail_at(c, from + at, from + (at < x->src.n ? at + 1 : at)),
	    "%.*s", RB_STR_ARG(why));
}

static void
check_list(struct rb_checker *c, struct rb_x *x)
{
	const struct rb_type *item = x->len > 0 ? x->args[0]->type : &rb_types[RB_ANY];

	for (size_t i = 1; i < x->len; i++) {
		const struct rb_type *both = rb_check_unify(c, item, x->args[i]->type);

		if (both == NULL) {
			rb_diag_add(c->ctx->diags, RB_E_EXPR_TYPE, rb_check_fail(c, x->args[i]),
			    "a list holds one sort of value: `%.*s` is %s after %s",
			    RB_STR_ARG(x->args[i]->shown), rb_check_type_name(c, x->args[i]->type),
			    rb_check_type_name(c, item));
			return;
		}
		item = both;
	}
	x->type = rb_type_list(c->ctx->arena, item);
}

/* A regex is no value: it stands after `matches` and in rows(). */
static void
refuse_regex(struct rb_checker *c, const struct rb_x *x)
{
	struct rb_diag *diag = rb_diag_add(c->ctx->diags, RB_E_EXPR_TYPE, rb_check_fail(c, x),
	    "a regex stands only after `matches` and in rows()");

	rb_diag_hint(c->ctx->diags, diag, "write text in quotes");
}

static bool
takes_regex(const struct rb_x *x, size_t i)
{
	return i == 1 && (x->op == RB_X_MATCHES || (x->op == RB_X_CALL && rb_str_is(x->name, "rows")));
}

static void
check_item(struct rb_checker *c, struct rb_x *x)
{
	struct rb_diag *diag;

	if (c->item != NULL) {
		x->type = c->item;
		return;
	}
	diag = rb_diag_add(c->ctx->diags, RB_E_EXPR, rb_check_fail(c, x),
	    "%s has a meaning only after `where`", rb_str_is(x->src, ".") ? "a leading `.`" : "`item`");
	rb_diag_hint(c->ctx->diags, diag, "as in: list where .name == \"a\"");
}

static void
check_this(struct rb_checker *c, struct rb_x *x)
{
	if (c->ctx->self != NULL)
		x->type = c->ctx->self;
	else
		rb_diag_add(c->ctx->diags, RB_E_EXPR_NAME, rb_check_fail(c, x),
		    "`this` is a step's own result, and there is none here");
}

static void
check_where(struct rb_checker *c, struct rb_x *x)
{
	const struct rb_type *outer = c->item, *list;
	struct rb_diag *diag;

	rb_check(c, x->args[0]);
	list = x->args[0]->type;
	if (list->base != RB_LIST && list->base != RB_ANY) {
		diag = rb_diag_add(c->ctx->diags, RB_E_EXPR_TYPE, rb_check_fail(c, x->args[0]),
		    "`where` chooses from a list, and `%.*s` is %s", RB_STR_ARG(x->args[0]->shown),
		    rb_check_type_name(c, list));
		if (rb_sort_of(list) == RB_S_TEXT)
			rb_diag_hint(
			    c->ctx->diags, diag, "make a list of it: lines(x), table(x), rows(x, /…/)");
		list = &rb_types[RB_ANY];
	}
	c->item = rb_type_item(list);
	rb_check(c, x->args[1]);
	if (x->args[1]->op != RB_X_REGEX)
		check_bool(c, x->args[1]);
	c->item = outer;
	x->type = list->base == RB_ANY ? &rb_type_list_any : list;
}

static void
check_default(struct rb_checker *c, struct rb_x *x)
{
	const struct rb_type *t = rb_check_unify(c, x->args[0]->type, x->args[1]->type);

	if (t != NULL) {
		x->type = t;
		return;
	}
	rb_diag_add(c->ctx->diags, RB_E_EXPR_TYPE, rb_check_fail(c, x),
	    "both sides of `??` must be of one type: `%.*s` is %s, `%.*s` is %s",
	    RB_STR_ARG(x->args[0]->shown), rb_check_type_name(c, x->args[0]->type),
	    RB_STR_ARG(x->args[1]->shown), rb_check_type_name(c, x->args[1]->type));
}

static void
check_if(struct rb_checker *c, struct rb_x *x)
{
	const struct rb_type *t = rb_check_unify(c, x->args[0]->type, x->args[2]->type);

	check_bool(c, x->args[1]);
	if (t != NULL) {
		x->type = t;
		return;
	}
	rb_diag_add(c->ctx->diags, RB_E_EXPR_TYPE, rb_check_fail(c, x),
	    "both values of `if … else` must be of one type: `%.*s` is %s, `%.*s` is %s",
	    RB_STR_ARG(x->args[0]->shown), rb_check_type_name(c, x->args[0]->type),
	    RB_STR_ARG(x->args[2]->shown), rb_check_type_name(c, x->args[2]->type));
}

static void
check_negate(struct rb_checker *c, struct rb_x *x)
{
	enum rb_sort s = rb_sort_of(x->args[0]->type);

	x->type = x->args[0]->type;
	if (s == RB_S_ANY || s == RB_S_NUMERIC || s == RB_S_DURATION)
		return;
	x->type = &rb_types[RB_ANY];
	rb_diag_add(c->ctx->diags, RB_E_EXPR_TYPE, rb_check_fail(c, x),
	    "`-` needs a number or duration, and `%.*s` is %s", RB_STR_ARG(x->args[0]->shown),
	    rb_check_type_name(c, x->args[0]->type));
}

static void check_inner(struct rb_checker *c, struct rb_x *x);

/* All below x first; the base of a member chain is no read of its own. */
static void
check_args(struct rb_checker *c, struct rb_x *x)
{
	for (size_t i = 0; i < x->len; i++)
		if (x->op == RB_X_MEMBER)
			check_inner(c, x->args[i]);
		else
			rb_check(c, x->args[i]);
}

static void
check_inner(struct rb_checker *c, struct rb_x *x)
{
	if (x->op == RB_X_WHERE) {
		check_where(c, x);
	} else if (x->op == RB_X_CALL) {
		rb_func_check(c, x); /* which checks its arguments itself */
	} else {
		check_args(c, x);
	}
	for (size_t i = 0; i < x->len; i++)
		if (x->args[i]->op == RB_X_REGEX && !takes_regex(x, i))
			refuse_regex(c, x->args[i]);
	switch (x->op) {
	case RB_X_CONST:
		check_constant(x);
		break;
	case RB_X_NAME:
		rb_check_name(c, x);
		break;
	case RB_X_THIS:
		check_this(c, x);
		break;
	case RB_X_ITEM:
		check_item(c, x);
		break;
	case RB_X_MEMBER:
		rb_check_member(c, x);
		break;
	case RB_X_INDEX:
		rb_check_index(c, x);
		break;
	case RB_X_LIST:
		check_list(c, x);
		break;
	case RB_X_REGEX:
		check_regex(c, x);
		break;
	case RB_X_NOT:
		x->type = &rb_types[RB_BOOL];
		check_bool(c, x->args[0]);
		break;
	case RB_X_NEG:
		check_negate(c, x);
		break;
	case RB_X_OR:
	case RB_X_AND:
		x->type = &rb_types[RB_BOOL];
		check_bool(c, x->args[0]);
		check_bool(c, x->args[1]);
		break;
	case RB_X_DEFAULT:
		check_default(c, x);
		break;
	case RB_X_IF:
		check_if(c, x);
		break;
	case RB_X_WHERE:
	case RB_X_CALL:
		break;
	default:
		x->type = rb_ops_check(c, x);
		break;
	}
}

void
rb_check(struct rb_checker *c, struct rb_x *x)
{
	check_inner(c, x);
	if (x->op == RB_X_NAME || x->op == RB_X_MEMBER)
		rb_check_read(c, x);
}

void
rb_check_root(struct rb_checker *c, struct rb_x *x, bool condition)
{
	rb_check(c, x);
	if (x->op == RB_X_REGEX)
		refuse_regex(c, x);
	else if (condition && !c->failed)
		check_bool(c, x);
}
