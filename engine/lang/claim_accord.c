/* Claims that meet: whether two can hold at one moment, and what they read. */
#include "lang/claim.h"

#include "lang/expr_impl.h"

struct rb_str
rb_path_fact(struct rb_str path)
{
	size_t from = rb_str_find(path, RB_STR("."), 0);

	if (from == SIZE_MAX)
		return RB_STR("");
	return rb_str_cut(path, from + 1, rb_str_find(path, RB_STR("."), from + 1));
}

bool
rb_claim_reads(const struct rb_claim *c,
    bool (*is)(void *ctx, const struct rb_decl *decl, struct rb_str path), void *ctx)
{
	if (c->kind != RB_CLAIM_TEXT)
		return is(ctx, c->decl, c->path);
	for (size_t i = 0; i < c->of->nreads; i++) {
		if (is(ctx, c->of->reads[i].decl, c->of->reads[i].path))
			return true;
	}
	return false;
}

static bool
reads(const struct rb_claim *text, const struct rb_decl *decl)
{
	for (size_t i = 0; i < text->of->nreads; i++) {
		if (text->of->reads[i].decl == decl)
			return true;
	}
	return false;
}

static bool
share_reads(const struct rb_claim *a, const struct rb_claim *b)
{
	for (size_t i = 0; i < a->of->nreads; i++) {
		if (reads(b, a->of->reads[i].decl))
			return true;
	}
	return false;
}

static enum rb_accord
accord_text(const struct rb_claim *a, const struct rb_claim *b)
{
	if (a->kind == RB_CLAIM_TEXT && b->kind == RB_CLAIM_TEXT) {
		if (rb_str_eq(a->text, b->text))
			return a->holds == b->holds ? RB_ACCORD_YES : RB_ACCORD_NO;
		return share_reads(a, b) ? RB_ACCORD_OPEN : RB_ACCORD_YES;
	}
	if (a->kind != RB_CLAIM_TEXT) {
		const struct rb_claim *other = a;

		a = b;
		b = other;
	}
	if (b->kind == RB_CLAIM_SET || rb_fact_false_before(rb_path_fact(b->path)))
		return RB_ACCORD_YES;
	return reads(a, b->decl) ? RB_ACCORD_OPEN : RB_ACCORD_YES;
}

/* Two comparisons of one path with constants. */
static enum rb_accord
accord_compare(const struct rb_claim *a, const struct rb_claim *b)
{
	int order = rb_value_cmp(a->value, b->value);
	bool fits;

	if (a->kind == RB_CLAIM_EQUAL && b->kind == RB_CLAIM_EQUAL) {
		if (rb_value_eq(a->value, b->value))
			return a->holds == b->holds ? RB_ACCORD_YES : RB_ACCORD_NO;
		return a->holds && b->holds ? RB_ACCORD_NO : RB_ACCORD_YES;
	}
	if (order == RB_NO_ORDER)
		return RB_ACCORD_OPEN;
	if (b->kind == RB_CLAIM_EQUAL)
		return accord_compare(b, a);
	if (a->kind == RB_CLAIM_EQUAL) {
		fits = b->kind == RB_CLAIM_BELOW ? order < 0 : order > 0;
		return a->holds && fits != b->holds ? RB_ACCORD_NO : RB_ACCORD_YES;
	}
	if (a->kind == b->kind) {
		if (a->holds == b->holds)
			return RB_ACCORD_YES;
		/* Below the one and not below the other: the first must be the greater. */
		fits = a->holds == (a->kind == RB_CLAIM_BELOW) ? order > 0 : order < 0;
		return fits ? RB_ACCORD_YES : RB_ACCORD_NO;
	}
	if (a->kind == RB_CLAIM_ABOVE)
		return accord_compare(b, a);
	/* Between 2 and 3 there is a number, but no whole one. */
	if (a->holds && b->holds && a->value.kind == RB_V_INT && b->value.kind == RB_V_INT &&
	    a->value.i - 1 == b->value.i)
		return RB_ACCORD_OPEN;
	if (a->holds && b->holds)
		return order > 0 ? RB_ACCORD_YES : RB_ACCORD_NO;
	return !a->holds && !b->holds && order > 0 ? RB_ACCORD_NO : RB_ACCORD_YES;
}

/* Two claims of one path. */
static enum rb_accord
accord_path(const struct rb_claim *a, const struct rb_claim *b)
{
	bool a_says = a->kind >= RB_CLAIM_EQUAL, b_says = b->kind >= RB_CLAIM_EQUAL;

	if (a_says && b_says)
		return accord_compare(a, b);
	if (a->kind == RB_CLAIM_DEFINED && b->kind == RB_CLAIM_DEFINED)
		return a->holds == b->holds ? RB_ACCORD_YES : RB_ACCORD_NO;
	if (a->kind == RB_CLAIM_DEFINED || b->kind == RB_CLAIM_DEFINED)
		return (a->kind == RB_CLAIM_DEFINED ? a : b)->holds ? RB_ACCORD_YES : RB_ACCORD_NO;
	if (a->kind == RB_CLAIM_SET || b->kind == RB_CLAIM_SET)
		return RB_ACCORD_YES;
	if (a->kind == RB_CLAIM_TRUTH && b->kind == RB_CLAIM_TRUTH)
		return a->holds == b->holds ? RB_ACCORD_YES : RB_ACCORD_NO;
	return RB_ACCORD_OPEN;
}

/* The names of `match` are independent of each other; other facts of one step are not. */
static bool
are_apart(const struct rb_claim *a, const struct rb_claim *b)
{
	struct rb_str fa = rb_path_fact(a->path), fb = rb_path_fact(b->path);
	const struct rb_member *ma, *mb;

	if (rb_fact_false_before(fa) || rb_fact_false_before(fb) || a->kind == RB_CLAIM_SET ||
	    b->kind == RB_CLAIM_SET)
		return true;
	if (a->decl->kind != RB_DECL_STEP || rb_str_eq(fa, fb))
		return false;
	ma = rb_type_member(a->decl->type, fa);
	mb = rb_type_member(b->decl->type, fb);
	return ma != NULL && mb != NULL && ma->type != NULL && mb->type != NULL &&
	       ma->type->base == RB_MATCH && mb->type->base == RB_MATCH;
}

enum rb_accord
rb_claims_accord(const struct rb_claim *a, const struct rb_claim *b)
{
	if (a->kind == RB_CLAIM_TEXT || b->kind == RB_CLAIM_TEXT)
		return accord_text(a, b);
	if (a->decl != b->decl)
		return RB_ACCORD_YES;
	if (rb_str_eq(a->path, b->path))
		return accord_path(a, b);
	return are_apart(a, b) ? RB_ACCORD_YES : RB_ACCORD_OPEN;
}
