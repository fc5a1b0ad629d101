/* Following an expression as the evaluator would, with claims in place of values: each case is a chain of
 * what holds if it comes out that way. What has more cases than RB_CASES_MAX is taken as one claim, the text
 * of the whole. */
#include "lang/claim.h"

#include "lang/expr_impl.h"

enum want { FALSE, TRUE, ANY };

/* Either side of an operator may be followed twice, and so on downwards. */
enum { TURNS_MAX = 10000 };

/* Where it is read already. */
struct told {
	size_t from;
	const struct told *before;
};

struct follow {
	struct rb_arena *arena;
	const struct rb_expr *e;
	bool over; /* too many cases, or too many turns to find them */
	unsigned turns;
	const struct told *told;
	void (*need)(void *ctx, const struct rb_need *need);
	void *ctx;
};

static void follow(
    struct follow *f, const struct rb_x *x, enum want want, const struct rb_cases *in, struct rb_cases *out);

/* ---- cases ---- */

static void
add_cases(struct follow *f, struct rb_cases *to, const struct rb_cases *more)
{
	for (size_t i = 0; i < more->n; i++) {
		if (to->n == RB_CASES_MAX) {
			f->over = true;
			return;
		}
		to->items[to->n++] = more->items[i];
	}
}

/* The claim holds too, in every case. */
static void
claim(struct follow *f, struct rb_claim c, struct rb_cases *cases)
{
	for (size_t i = 0; i < cases->n; i++) {
		struct rb_claim *own = RB_NEW(f->arena, struct rb_claim);

		*own = c;
		own->before = cases->items[i];
		cases->items[i] = own;
	}
}

/* ---- paths ---- */

/* The name at the beginning of a chain of members; NULL if it is none. */
static const struct rb_x *
root_of(const struct rb_x *x)
{
	while (x->op == RB_X_MEMBER)
		x = x->args[0];
	return x->op == RB_X_NAME && x->decl != NULL ? x : NULL;
}

static struct rb_claim
about(struct follow *f, const struct rb_x *x, enum rb_claim_kind kind, bool holds)
{
	const struct rb_x *root = root_of(x);

	return (struct rb_claim){
	    .kind = kind, .holds = holds, .decl = root->decl, .up = root->up, .path = rb_x_path(f->arena, x)};
}

/* Whether a need was told before: what is followed twice comes from the same cases both times. */
static bool
was_told(struct follow *f, size_t from)
{
	struct told *own;

	for (const struct told *t = f->told; t != NULL; t = t->before) {
		if (t->from == from)
			return true;
	}
	own = RB_NEW(f->arena, struct told);
	*own = (struct told){from, f->told};
	f->told = own;
	return false;
}

/* The path is read, and must have a value. */
static void
read_path(struct follow *f, const struct rb_x *x, struct rb_cases *cases)
{
	struct rb_claim c = about(f, x, RB_CLAIM_SET, true);
	size_t from = (size_t)(x->src.p - f->e->text.p);
	struct rb_need need = {c.decl, c.up, c.path, f->e->span, cases};

	if (c.decl->kind != RB_DECL_STEP || rb_fact_false_before(rb_path_fact(c.path)))
		return;
	/* Quotes and escapes of the scalar move the text against its source: then the whole is pointed at. */
	if (need.span.src != NULL && need.span.to - need.span.from == f->e->text.n) {
		need.span.from += from;
		need.span.to = need.span.from + x->src.n;
	}
	if (f->need != NULL && !f->over && cases->n > 0 && !was_told(f, from))
		f->need(f->ctx, &need);
	claim(f, c, cases);
}

/* ---- comparisons ---- */

static const struct {
	enum rb_xop op;
	enum rb_claim_kind kind;
	bool holds;           /* the claim is that it does, or does not */
	enum rb_xop reversed; /* with its sides changed */
} compares[] = {
    {RB_X_EQ, RB_CLAIM_EQUAL, true, RB_X_EQ},
    {RB_X_NE, RB_CLAIM_EQUAL, false, RB_X_NE},
    {RB_X_LT, RB_CLAIM_BELOW, true, RB_X_GT},
    {RB_X_GT, RB_CLAIM_ABOVE, true, RB_X_LT},
    {RB_X_LE, RB_CLAIM_ABOVE, false, RB_X_GE},
    {RB_X_GE, RB_CLAIM_BELOW, false, RB_X_LE},
};

enum { COMPARES = sizeof(compares) / sizeof(*compares) };

static size_t
compare_row(enum rb_xop op)
{
	size_t i = 0;

	while (i < COMPARES && compares[i].op != op)
		i++;
	return i;
}

/* A path against a constant, on whichever side: as a claim. */
static bool
compare(struct follow *f, const struct rb_x *x, bool holds, struct rb_claim *out)
{
	size_t row = compare_row(x->op);
	const struct rb_x *path, *constant;

	if (row == COMPARES)
		return false;
	path = x->args[0];
	constant = x->args[1];
	if (path->op == RB_X_CONST) {
		path = x->args[1];
		constant = x->args[0];
		row = compare_row(compares[row].reversed);
	}
	if (constant->op != RB_X_CONST || root_of(path) == NULL)
		return false;
	*out = about(f, path, compares[row].kind, holds == compares[row].holds);
	out->value = constant->value;
	return true;
}

/* ---- the operators ---- */

static void
follow_all(struct follow *f, const struct rb_x *x, size_t n, const struct rb_cases *in, struct rb_cases *out)
{
	struct rb_cases next;

	*out = *in;
	for (size_t i = 0; i < n; i++) {
		if (x->args[i]->op == RB_X_REGEX)
			continue;
		follow(f, x->args[i], ANY, out, &next);
		*out = next;
	}
}

static void
follow_both(struct follow *f, const struct rb_x *x, const struct rb_cases *in, struct rb_cases *out)
{
	struct rb_cases more;

	follow(f, x, TRUE, in, out);
	follow(f, x, FALSE, in, &more);
	add_cases(f, out, &more);
}

/* `and`, `or`: the left side decides alone if it comes out as `decides`. */
static void
follow_logic(
    struct follow *f, const struct rb_x *x, enum want want, const struct rb_cases *in, struct rb_cases *out)
{
	enum want decides = x->op == RB_X_OR ? TRUE : FALSE;
	struct rb_cases left, right;

	follow(f, x->args[0], decides == TRUE ? FALSE : TRUE, in, &left);
	follow(f, x->args[1], want, &left, &right);
	out->n = 0;
	if (want == decides)
		follow(f, x->args[0], decides, in, out);
	add_cases(f, out, &right);
}

static void
follow_if(
    struct follow *f, const struct rb_x *x, enum want want, const struct rb_cases *in, struct rb_cases *out)
{
	struct rb_cases cond, other;

	follow(f, x->args[1], TRUE, in, &cond);
	follow(f, x->args[0], want, &cond, out);
	follow(f, x->args[1], FALSE, in, &cond);
	follow(f, x->args[2], want, &cond, &other);
	add_cases(f, out, &other);
}

/* ---- what holds without any value ---- */

static bool
is_undefined(const struct rb_claim *c, struct rb_str path)
{
	while (c != NULL && (c->kind != RB_CLAIM_DEFINED || c->holds || !rb_str_eq(c->path, path)))
		c = c->before;
	return c != NULL;
}

/* Whether none of the paths that x reads has a value in the case. *slots: how many are read, counted up to
 * the last; 0 if there are none. */
static bool
reads_only_undefined(struct follow *f, const struct rb_x *x, const struct rb_claim *c, unsigned *slots)
{
	const struct rb_x *root = root_of(x);

	if (root != NULL) {
		if (root->decl->slot >= *slots)
			*slots = root->decl->slot + 1;
		return is_undefined(c, rb_x_path(f->arena, x));
	}
	for (size_t i = 0; i < x->len; i++) {
		if (!reads_only_undefined(f, x->args[i], c, slots))
			return false;
	}
	return x->op != RB_X_THIS;
}

/* What a condition comes out as where all that it reads is unset: 1, 0, or -1 if that does not decide it. */
static int
without_values(struct follow *f, const struct rb_x *x, const struct rb_claim *c)
{
	struct rb_frame none = {0};
	struct rb_eval ev = {.arena = f->arena, .frame = &none};
	struct rb_value why;
	unsigned slots = 0;

	if (!reads_only_undefined(f, x, c, &slots) || slots == 0)
		return -1;
	none.file = &none;
	none.slots = RB_ARRAY(f->arena, struct rb_slot, slots);
	return rb_x_truth(&ev, x, &why);
}

/* In the cases that decide it, it is decided; in the others it is a claim of its own. */
static void
claim_text(struct follow *f, const struct rb_x *x, bool holds, struct rb_cases *cases)
{
	struct rb_claim c = {.kind = RB_CLAIM_TEXT, .holds = holds, .text = x->src, .of = f->e};
	size_t row = compare_row(x->op), n = 0;

	if (row < COMPARES && !compares[row].holds) {
		c.holds = !holds;
		c.text = rb_arena_fmt(f->arena, "%.*s %s %.*s", RB_STR_ARG(x->args[0]->src),
		    compares[row].kind == RB_CLAIM_EQUAL   ? "=="
		    : compares[row].kind == RB_CLAIM_BELOW ? "<"
							   : ">",
		    RB_STR_ARG(x->args[1]->src));
	}
	for (size_t i = 0; i < cases->n; i++) {
		struct rb_cases one = {.n = 1, .items = {cases->items[i]}};
		int decided = without_values(f, x, one.items[0]);

		if (decided >= 0 && (decided == 1) != holds)
			continue;
		if (decided < 0)
			claim(f, c, &one);
		cases->items[n++] = one.items[0];
	}
	cases->n = n;
}

/* `a ?? b`: an unset `a` is no trouble, whatever it reads. */
static void
follow_default(
    struct follow *f, const struct rb_x *x, enum want want, const struct rb_cases *in, struct rb_cases *out)
{
	const struct rb_x *left = x->args[0];
	struct rb_cases unset = *in, right;

	*out = *in;
	if (root_of(left) == NULL) {
		if (want != ANY)
			claim_text(f, x, want == TRUE, out);
		return;
	}
	claim(f, about(f, left, RB_CLAIM_DEFINED, true), out);
	if (want != ANY)
		claim(f, about(f, left, RB_CLAIM_TRUTH, want == TRUE), out);
	claim(f, about(f, left, RB_CLAIM_DEFINED, false), &unset);
	follow(f, x->args[1], want, &unset, &right);
	add_cases(f, out, &right);
}

static void
follow_call(
    struct follow *f, const struct rb_x *x, enum want want, const struct rb_cases *in, struct rb_cases *out)
{
	if (!rb_str_is(x->name, "defined")) {
		follow_all(f, x, x->len, in, out);
		if (want != ANY)
			claim_text(f, x, want == TRUE, out);
		return;
	}
	*out = *in;
	if (want == ANY)
		return;
	if (root_of(x->args[0]) != NULL)
		claim(f, about(f, x->args[0], RB_CLAIM_DEFINED, want == TRUE), out);
	else
		claim_text(f, x, want == TRUE, out);
}

/* A comparison with `true` or `false` is the condition itself, or its contrary. */
static bool
follow_flag(
    struct follow *f, const struct rb_x *x, enum want want, const struct rb_cases *in, struct rb_cases *out)
{
	for (size_t i = 0; i < 2; i++) {
		const struct rb_x *flag = x->args[i], *other = x->args[1 - i];
		bool same;

		if (flag->op != RB_X_CONST || flag->value.kind != RB_V_BOOL ||
		    rb_sort_of(other->type) != RB_S_BOOL)
			continue;
		same = flag->value.b == (x->op == RB_X_EQ);
		if (want == ANY)
			follow(f, other, ANY, in, out);
		else
			follow(f, other, same == (want == TRUE) ? TRUE : FALSE, in, out);
		return true;
	}
	return false;
}

static void
follow_compare(
    struct follow *f, const struct rb_x *x, enum want want, const struct rb_cases *in, struct rb_cases *out)
{
	struct rb_claim c;

	if ((x->op == RB_X_EQ || x->op == RB_X_NE) && follow_flag(f, x, want, in, out))
		return;
	follow_all(f, x, x->len, in, out);
	if (want == ANY)
		return;
	if (compare(f, x, want == TRUE, &c))
		claim(f, c, out);
	else
		claim_text(f, x, want == TRUE, out);
}

static void
follow_path(
    struct follow *f, const struct rb_x *x, enum want want, const struct rb_cases *in, struct rb_cases *out)
{
	*out = *in;
	if (root_of(x) == NULL) {
		if (x->op == RB_X_MEMBER)
			follow(f, x->args[0], ANY, in, out);
		if (want != ANY)
			claim_text(f, x, want == TRUE, out);
		return;
	}
	read_path(f, x, out);
	if (want != ANY)
		claim(f, about(f, x, RB_CLAIM_TRUTH, want == TRUE), out);
}

/* The recursion is as deep as the tree: RB_EXPR_DEPTH. */
static void
follow(
    struct follow *f, const struct rb_x *x, enum want want, const struct rb_cases *in, struct rb_cases *out)
{
	out->n = 0;
	f->over = f->over || ++f->turns > TURNS_MAX;
	if (in->n == 0 || f->over)
		return;
	switch (x->op) {
	case RB_X_CONST:
		if (want == ANY || x->value.kind != RB_V_BOOL || x->value.b == (want == TRUE))
			*out = *in;
		return;
	case RB_X_NOT:
		follow(f, x->args[0], want == ANY ? ANY : want == TRUE ? FALSE : TRUE, in, out);
		return;
	case RB_X_AND:
	case RB_X_OR:
		if (want == ANY)
			follow_both(f, x, in, out);
		else
			follow_logic(f, x, want, in, out);
		return;
	case RB_X_IF:
		follow_if(f, x, want, in, out);
		return;
	case RB_X_DEFAULT:
		follow_default(f, x, want, in, out);
		return;
	case RB_X_CALL:
		follow_call(f, x, want, in, out);
		return;
	case RB_X_NAME:
	case RB_X_MEMBER:
		follow_path(f, x, want, in, out);
		return;
	case RB_X_EQ:
	case RB_X_NE:
	case RB_X_LT:
	case RB_X_LE:
	case RB_X_GT:
	case RB_X_GE:
		follow_compare(f, x, want, in, out);
		return;
	case RB_X_WHERE: /* its condition is read only for items, of which there may be none */
		follow_all(f, x, 1, in, out);
		return;
	default:
		follow_all(f, x, x->len, in, out);
		if (want != ANY)
			claim_text(f, x, want == TRUE, out);
		return;
	}
}

/* ---- from outside ---- */

int
rb_expr_constant(const struct rb_expr *e)
{
	struct rb_arena arena;
	struct rb_cases yes, no;

	if (e->nreads > 0)
		return -1;
	rb_arena_init(&arena, NULL);
	rb_claims(&arena, e, true, NULL, &yes);
	rb_claims(&arena, e, false, NULL, &no);
	rb_arena_free(&arena);
	if ((yes.n == 0) == (no.n == 0))
		return -1;
	return yes.n > 0;
}

/* What stands where a script's output is used as it came. */
static bool
takes_any(const struct rb_x *x)
{
	static const char *const members[] = {"stdout", "stderr", "output", "exit", NULL};
	static const char *const functions[] = {"trim", "lower", "lines", "split", "len", "count", NULL};
	const char *const *names = x->op == RB_X_MEMBER ? members : functions;
	size_t k = 0;

	switch (x->op) {
	case RB_X_CONST:
	case RB_X_THIS:
	case RB_X_REGEX:
		return true;
	case RB_X_MEMBER:
		if (x->args[0]->op != RB_X_THIS)
			return false;
		if (x->type->base == RB_MATCH)
			return true;
		break;
	case RB_X_CALL:
		break;
	case RB_X_NOT:
	case RB_X_AND:
	case RB_X_OR:
	case RB_X_EQ:
	case RB_X_NE:
	case RB_X_IN:
	case RB_X_CONTAINS:
	case RB_X_MATCHES:
	case RB_X_ADD:
	case RB_X_LIST:
	case RB_X_IF:
	case RB_X_DEFAULT:
		names = NULL;
		break;
	default:
		return false;
	}
	while (names != NULL && names[k] != NULL && !rb_str_is(x->name, names[k]))
		k++;
	if (names != NULL && names[k] == NULL)
		return false;
	for (size_t i = 0; i < x->len; i++) {
		if (!takes_any(x->args[i]))
			return false;
	}
	return true;
}

bool
rb_expr_takes_any(const struct rb_expr *e)
{
	return takes_any(e->root);
}

static void
begin(struct follow *f, enum want want, const struct rb_cases *before, struct rb_cases *out)
{
	struct rb_cases in = {.n = 1, .items = {NULL}};

	if (before != NULL)
		in = *before;
	follow(f, f->e->root, want, &in, out);
	if (!f->over)
		return;
	*out = in;
	if (want != ANY)
		claim_text(f, f->e->root, want == TRUE, out);
}

void
rb_claims(struct rb_arena *arena, const struct rb_expr *e, bool holds, const struct rb_cases *before,
    struct rb_cases *out)
{
	struct follow f = {.arena = arena, .e = e};

	begin(&f, holds ? TRUE : FALSE, before, out);
}

void
rb_claims_read(
    struct rb_arena *arena, const struct rb_expr *e, const struct rb_cases *before, struct rb_cases *out)
{
	struct follow f = {.arena = arena, .e = e};

	begin(&f, ANY, before, out);
}

void
rb_needs(struct rb_arena *arena, const struct rb_expr *e, const struct rb_cases *before,
    void (*fn)(void *ctx, const struct rb_need *need), void *ctx)
{
	struct follow f = {.arena = arena, .e = e, .need = fn, .ctx = ctx};
	struct rb_cases out;

	begin(&f, ANY, before, &out);
}
