/* Tokens → tree, by precedence climbing. The first syntax error ends it: what follows would be guesswork. */
#include "lang/expr_impl.h"

enum { SHOWN_MAX = 120 }; /* bytes of an expression that a message quotes */

enum { B_IF = 1, B_OR, B_AND, B_NOT, B_COMPARE, B_WHERE, B_DEFAULT, B_SUM, B_PRODUCT, B_SIGN };

const struct rb_oper_row rb_oper_rows[] = {
    {"if else", B_IF, RB_X_IF, "A if C else B: A when C is true, else B"},
    {"or", B_OR, RB_X_OR, "true if one side is; the right side is read only when the left is false"},
    {"and", B_AND, RB_X_AND, "true if both sides are; the right side is read only when the left is true"},
    {"not", B_NOT, RB_X_NOT, "true if what follows is false"},
    {"==", B_COMPARE, RB_X_EQ, "equal; both sides must be of one sort"},
    {"!=", B_COMPARE, RB_X_NE, "not equal"},
    {"<", B_COMPARE, RB_X_LT,
	"less, of numbers, durations, sizes, times, versions, and texts by their bytes"},
    {"<=", B_COMPARE, RB_X_LE, "less or equal"},
    {">", B_COMPARE, RB_X_GT, "greater"},
    {">=", B_COMPARE, RB_X_GE, "greater or equal"},
    {"in", B_COMPARE, RB_X_IN, "VALUE in LIST: one of its items is equal to the value"},
    {"contains", B_COMPARE, RB_X_CONTAINS, "TEXT contains TEXT, or LIST contains VALUE"},
    {"matches", B_COMPARE, RB_X_MATCHES, "TEXT matches /regex/flags; ^ and $ hold at each line"},
    {"where", B_WHERE, RB_X_WHERE,
	"LIST where COND: the items for which COND is true; .name is the item's member"},
    {"??", B_DEFAULT, RB_X_DEFAULT, "A ?? B: B when A is unset or null"},
    {"+", B_SUM, RB_X_ADD, "adds numbers, durations, sizes; joins texts; moves a time by a duration"},
    {"-", B_SUM, RB_X_SUB, "subtracts; a time minus a time is a duration"},
    {"*", B_PRODUCT, RB_X_MUL, "multiplies numbers, or a duration or size by a number"},
    {"/", B_PRODUCT, RB_X_DIV, "divides; of two ints, durations or sizes the result is a number"},
    {NULL, 0, 0, NULL},
};

struct parser {
	struct rb_checker *c;
	size_t at;
	struct rb_token tok; /* the next one */
	size_t end;          /* of the last one taken */
	unsigned depth;
	bool in_where; /* a further `where` belongs to the list, not to the condition */
};

static bool
is_mark(const struct parser *p, const char *text)
{
	return p->tok.kind == RB_T_MARK && rb_str_is(p->tok.text, text);
}

static bool
is_word(const struct parser *p, const char *text)
{
	return p->tok.kind == RB_T_WORD && rb_str_is(p->tok.text, text);
}

static const char *const constants[] = {"true", "false", "null", "this", "item", NULL};
static const char *const words[] = {
    "and", "or", "not", "in", "contains", "matches", "where", "if", "else", NULL};

static bool
among(struct rb_str text, const char *const *list)
{
	for (size_t i = 0; list[i] != NULL; i++)
		if (rb_str_is(text, list[i]))
			return true;
	return false;
}

/* Takes the token; after a value `/` divides, elsewhere it begins a regex. */
static void
take_as(struct parser *p, bool value)
{
	p->end = p->tok.to;
	p->tok = rb_lex(p->c, &p->at, !value);
}

static void
take(struct parser *p)
{
	take_as(p, p->tok.kind == RB_T_CONST || p->tok.kind == RB_T_REGEX || is_mark(p, ")") ||
		       is_mark(p, "]") || (p->tok.kind == RB_T_WORD && !among(p->tok.text, words)));
}

static bool
take_mark(struct parser *p, const char *text)
{
	if (!is_mark(p, text))
		return false;
	take(p);
	return true;
}

/* What stands here is not what may; NULL, so that parsers can return it. A bad token was told already. */
static struct rb_x *
unexpected(struct parser *p, const char *wanted)
{
	struct rb_diags *d = p->c->ctx->diags;
	const char *instead = rb_lex_slip(p->tok.text);
	struct rb_diag *diag;

	if (p->tok.kind == RB_T_BAD || p->c->failed)
		return NULL;
	if (p->tok.kind == RB_T_END)
		diag = rb_diag_add(d, RB_E_EXPR,
		    rb_check_fail_at(p->c, p->c->text.n > 0 ? p->end : 0, p->c->text.n),
		    "the expression ends where %s is expected", wanted);
	else
		diag = rb_diag_add(d, RB_E_EXPR, rb_check_fail_at(p->c, p->tok.from, p->tok.to),
		    "`%.*s` stands where %s is expected", RB_STR_ARG(p->tok.text), wanted);
	if (p->tok.kind == RB_T_WORD && instead != NULL)
		rb_diag_hint(d, diag, "%s", instead);
	return NULL;
}

static struct rb_x *
too_deep(struct parser *p, size_t from, size_t to)
{
	struct rb_diags *d = p->c->ctx->diags;
	struct rb_diag *diag;

	if (p->c->failed)
		return NULL;
	diag = rb_diag_add(d, RB_E_LIMIT, rb_check_fail_at(p->c, from, to),
	    "the expression is nested deeper than %d levels", RB_EXPR_DEPTH);
	rb_diag_hint(d, diag, "split it, or write a list: `x in [a, b, c]`");
	return NULL;
}

/* What a message quotes: whole characters, and an ellipsis for the rest. */
static struct rb_str
shortened(struct parser *p, struct rb_str src)
{
	size_t n = SHOWN_MAX;

	if (src.n <= SHOWN_MAX)
		return src;
	while (n > 0 && ((unsigned char)src.p[n] & 0xC0) == 0x80)
		n--;
	return rb_arena_fmt(p->c->ctx->arena, "%.*s…", (int)n, src.p);
}

/* A node over `len` children, from a byte of the text to the last token taken. NULL if it is too deep. */
static struct rb_x *
node(struct parser *p, enum rb_xop op, size_t from, size_t len, struct rb_x *const *args)
{
	struct rb_x *x = RB_NEW(p->c->ctx->arena, struct rb_x);

	x->op = op;
	x->src = rb_str_cut(p->c->text, from, p->end);
	x->shown = shortened(p, x->src);
	x->len = len;
	x->args = len > 0 ? RB_ARRAY(p->c->ctx->arena, struct rb_x *, len) : NULL;
	x->type = &rb_types[RB_ANY];
	for (size_t i = 0; i < len; i++) {
		x->args[i] = args[i];
		if (args[i]->depth > x->depth)
			x->depth = args[i]->depth;
	}
	x->depth++;
	return x->depth > RB_EXPR_DEPTH ? too_deep(p, from, p->end) : x;
}

static struct rb_x *parse_if(struct parser *p);
static struct rb_x *parse_level(struct parser *p, unsigned min);

/* An expression within brackets. */
static struct rb_x *
parse_inside(struct parser *p)
{
	bool outer = p->in_where;
	struct rb_x *x;

	p->in_where = false;
	x = parse_if(p);
	p->in_where = outer;
	return x;
}

/* Items up to `close`, into x (whose src then ends there). */
static struct rb_x *
parse_items(struct parser *p, enum rb_xop op, size_t from, const char *close)
{
	struct rb_x **items = NULL;
	size_t len = 0, cap = 0;

	while (!is_mark(p, close)) {
		struct rb_x *item = parse_inside(p);

		if (item == NULL)
			return NULL;
		items = rb_arena_grow(p->c->ctx->arena, items, sizeof(*items), len, &cap);
		items[len++] = item;
		if (!take_mark(p, ","))
			break;
	}
	if (!is_mark(p, close))
		return unexpected(p, close[0] == ')' ? "`,` or `)`" : "`,` or `]`");
	take(p);
	return node(p, op, from, len, items);
}

static struct rb_x *
parse_constant(struct parser *p)
{
	size_t from = p->tok.from;
	struct rb_token t = p->tok;
	struct rb_x *x;

	take(p);
	x = node(p, RB_X_CONST, from, 0, NULL);
	x->value = t.value;
	if (t.kind == RB_T_CONST)
		return x;
	if (rb_str_is(t.text, "this"))
		x->op = RB_X_THIS;
	else if (rb_str_is(t.text, "item"))
		x->op = RB_X_ITEM;
	else
		x->value = rb_str_is(t.text, "null") ? rb_v_null() : rb_v_bool(rb_str_is(t.text, "true"));
	return x;
}

static struct rb_x *
parse_word(struct parser *p)
{
	size_t from = p->tok.from;
	struct rb_str name = p->tok.text;
	struct rb_x *x;

	if (among(name, constants))
		return parse_constant(p);
	if (among(name, words))
		return unexpected(p, "a value");
	take(p);
	if (!take_mark(p, "(")) {
		x = node(p, RB_X_NAME, from, 0, NULL);
		x->name = name;
		return x;
	}
	x = parse_items(p, RB_X_CALL, from, ")");
	if (x != NULL)
		x->name = name;
	return x;
}

/* The name after a dot; any word will do there. */
static struct rb_x *
parse_member(struct parser *p, size_t from, struct rb_x *of)
{
	struct rb_str name = p->tok.text;
	struct rb_x *x;

	if (p->tok.kind != RB_T_WORD)
		return unexpected(p, "the name of a member");
	take_as(p, true);
	x = node(p, RB_X_MEMBER, from, 1, &of);
	if (x != NULL)
		x->name = name;
	return x;
}

/* `.["Use%"]`: to whom a dot means the item, brackets seem to follow it. */
static struct rb_x *
item_index(struct parser *p)
{
	size_t from = p->tok.from, close = rb_str_find(p->c->text, RB_STR("]"), from);
	struct rb_str index = rb_str_cut(p->c->text, from, close == SIZE_MAX ? p->c->text.n : close + 1);
	struct rb_diag *diag = rb_diag_add(p->c->ctx->diags, RB_E_EXPR,
	    rb_check_fail_at(p->c, from, from + 1), "a name follows a dot, and no bracket");

	rb_diag_hint(p->c->ctx->diags, diag, "write item%.*s", RB_STR_ARG(index));
	return NULL;
}

static struct rb_x *
parse_primary(struct parser *p)
{
	size_t from = p->tok.from;
	struct rb_x *x;

	if (p->tok.kind == RB_T_CONST)
		return parse_constant(p);
	if (p->tok.kind == RB_T_WORD)
		return parse_word(p);
	if (p->tok.kind == RB_T_REGEX) {
		take(p);
		return node(p, RB_X_REGEX, from, 0, NULL);
	}
	if (take_mark(p, "["))
		return parse_items(p, RB_X_LIST, from, "]");
	if (take_mark(p, ".")) {
		if (is_mark(p, "["))
			return item_index(p);
		/* `.name` is the member of the item; its text begins at the dot. */
		x = node(p, RB_X_ITEM, from, 0, NULL);
		return parse_member(p, from, x);
	}
	if (!take_mark(p, "("))
		return unexpected(p, "a value");
	x = parse_inside(p);
	if (x == NULL)
		return NULL;
	if (!is_mark(p, ")"))
		return unexpected(p, "`)`");
	take(p);
	return x;
}

static struct rb_x *
parse_postfix(struct parser *p)
{
	size_t from = p->tok.from;
	struct rb_x *x = parse_primary(p);

	while (x != NULL) {
		if (take_mark(p, ".")) {
			x = parse_member(p, from, x);
		} else if (take_mark(p, "[")) {
			struct rb_x *args[2] = {x, parse_inside(p)};

			if (args[1] == NULL)
				return NULL;
			if (!is_mark(p, "]"))
				return unexpected(p, "`]`");
			take(p);
			x = node(p, RB_X_INDEX, from, 2, args);
		} else {
			break;
		}
	}
	return x;
}

/* A value with the signs before it; `not` only where nothing that binds tighter has begun. */
static struct rb_x *
parse_operand(struct parser *p, unsigned min)
{
	size_t from = p->tok.from;
	bool negative = is_mark(p, "-"), not = is_word(p, "not");
	struct rb_diag *diag;
	struct rb_x *x;

	if (p->depth >= RB_EXPR_DEPTH)
		return too_deep(p, from, p->tok.to);
	p->depth++;
	if (not &&min > B_NOT) {
		diag = rb_diag_add(p->c->ctx->diags, RB_E_EXPR, rb_check_fail_at(p->c, from, p->tok.to),
		    "`not` stands where a value is expected");
		rb_diag_hint(p->c->ctx->diags, diag, "put it in parentheses: (not x)");
		return NULL;
	}
	if (negative || not ) {
		take(p);
		x = negative ? parse_operand(p, B_SIGN) : parse_level(p, B_NOT);
		if (x != NULL)
			x = node(p, negative ? RB_X_NEG : RB_X_NOT, from, 1, &x);
	} else {
		x = parse_postfix(p);
	}
	p->depth--;
	return x;
}

static const struct rb_oper_row *
operator_here(const struct parser *p)
{
	if (p->tok.kind != RB_T_MARK && p->tok.kind != RB_T_WORD)
		return NULL;
	for (const struct rb_oper_row *row = rb_oper_rows; row->name != NULL; row++)
		if (row->op != RB_X_NOT && row->op != RB_X_IF && rb_str_is(p->tok.text, row->name))
			return row;
	return NULL;
}

/* The right side of a binary operator. */
static struct rb_x *
parse_right(struct parser *p, const struct rb_oper_row *row)
{
	bool outer = p->in_where;
	struct rb_x *x;

	if (row->op != RB_X_WHERE)
		return parse_level(p, row->binds + 1);
	p->in_where = true;
	x = parse_level(p, B_OR);
	p->in_where = outer;
	return x;
}

/* Comparisons do not chain: `a < b < c` would compare a bool. */
static struct rb_x *
chained(struct parser *p)
{
	struct rb_diag *diag = rb_diag_add(p->c->ctx->diags, RB_E_EXPR,
	    rb_check_fail_at(p->c, p->tok.from, p->tok.to), "comparisons do not chain");

	rb_diag_hint(p->c->ctx->diags, diag, "join two with `and`: a < b and b < c");
	return NULL;
}

static struct rb_x *
parse_level(struct parser *p, unsigned min)
{
	size_t from = p->tok.from;
	struct rb_x *left = parse_operand(p, min);
	bool compared = false;

	while (left != NULL) {
		const struct rb_oper_row *row = operator_here(p);
		struct rb_x *args[2] = {left, NULL};

		if (row == NULL || row->binds < min || (row->op == RB_X_WHERE && p->in_where))
			break;
		if (row->binds == B_COMPARE && compared)
			return chained(p);
		compared = row->binds == B_COMPARE;
		take(p);
		args[1] = parse_right(p, row);
		if (args[1] == NULL)
			return NULL;
		left = node(p, (enum rb_xop)row->op, from, 2, args);
	}
	return left;
}

static struct rb_x *
parse_if(struct parser *p)
{
	size_t from = p->tok.from;
	struct rb_x *args[3] = {NULL};

	if (p->depth >= RB_EXPR_DEPTH)
		return too_deep(p, from, p->tok.to);
	p->depth++;
	args[0] = parse_level(p, B_OR);
	if (args[0] == NULL || !is_word(p, "if")) {
		p->depth--;
		return args[0];
	}
	take(p);
	args[1] = parse_level(p, B_OR);
	if (args[1] == NULL)
		return NULL;
	if (!is_word(p, "else"))
		return unexpected(p, "`else`");
	take(p);
	args[2] = parse_if(p);
	if (args[2] == NULL)
		return NULL;
	p->depth--;
	return node(p, RB_X_IF, from, 3, args);
}

struct rb_x *
rb_parse(struct rb_checker *c)
{
	struct parser p = {.c = c};
	struct rb_diag *diag;
	struct rb_x *x;

	if (c->text.n > RB_EXPR_MAX) {
		rb_diag_add(c->ctx->diags, RB_E_LIMIT, rb_check_fail_at(c, 0, c->text.n),
		    "the expression is longer than %d bytes", RB_EXPR_MAX);
		return NULL;
	}
	p.tok = rb_lex(c, &p.at, true);
	if (p.tok.kind == RB_T_END) {
		rb_diag_add(
		    c->ctx->diags, RB_E_EXPR, rb_check_fail_at(c, 0, c->text.n), "the expression is empty");
		return NULL;
	}
	x = parse_if(&p);
	if (x == NULL || c->failed)
		return NULL;
	if (p.tok.kind == RB_T_END)
		return x;
	if (is_word(&p, "not")) {
		diag = rb_diag_add(c->ctx->diags, RB_E_EXPR, rb_check_fail_at(c, p.tok.from, p.tok.to),
		    "`not` stands where an operator is expected");
		rb_diag_hint(c->ctx->diags, diag, "write `not x in list`");
		return NULL;
	}
	if (p.tok.kind == RB_T_CONST && x->op == RB_X_NAME) {
		diag = rb_diag_add(c->ctx->diags, RB_E_EXPR, rb_check_fail_at(c, p.tok.from, p.tok.to),
		    "`%.*s` stands where an operator is expected", RB_STR_ARG(p.tok.text));
		rb_diag_hint(c->ctx->diags, diag, "a function's arguments stand in parentheses: %.*s(%.*s)",
		    RB_STR_ARG(x->name), RB_STR_ARG(p.tok.text));
		return NULL;
	}
	return unexpected(&p, "an operator or the end");
}
