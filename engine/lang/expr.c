/* Expressions, from outside: reading, checking and asking about them. */
#include "lang/expr.h"

#include "lang/expr_impl.h"

static struct rb_expr *
parse(struct rb_checker *c, bool condition)
{
	struct rb_expr *e;
	struct rb_x *x = rb_parse(c);

	if (x == NULL)
		return NULL;
	rb_check_root(c, x, condition);
	if (c->failed)
		return NULL;
	e = RB_NEW(c->ctx->arena, struct rb_expr);
	e->text = c->text;
	e->root = x;
	e->secret = c->secret;
	e->nreads = c->nreads;
	e->reads = c->reads;
	if (c->node != NULL)
		e->span = (struct rb_span){c->node->span.src, rb_node_offset(c->node, c->text_at),
		    rb_node_offset(c->node, c->text_at + c->text.n)};
	return e;
}

struct rb_expr *
rb_expr_parse(const struct rb_expr_ctx *ctx, const struct rb_node *node, size_t text_at, struct rb_str text)
{
	struct rb_checker c = {
	    .ctx = ctx, .node = node, .text_at = text_at, .text = rb_arena_str(ctx->arena, text)};

	return parse(&c, false);
}

struct rb_expr *
rb_expr_parse_bool(
    const struct rb_expr_ctx *ctx, const struct rb_node *node, size_t text_at, struct rb_str text)
{
	struct rb_checker c = {
	    .ctx = ctx, .node = node, .text_at = text_at, .text = rb_arena_str(ctx->arena, text)};

	return parse(&c, true);
}

const struct rb_type *
rb_expr_type(const struct rb_expr *e)
{
	return e->root->type;
}

struct rb_str
rb_expr_text(const struct rb_expr *e)
{
	return e->text;
}

struct rb_span
rb_expr_span(const struct rb_expr *e)
{
	return e->span;
}

bool
rb_expr_secret(const struct rb_expr *e)
{
	return e->secret;
}

struct rb_value
rb_expr_eval(const struct rb_expr *e, struct rb_eval *ev)
{
	return rb_x_eval(ev, e->root);
}

int
rb_expr_truth(const struct rb_expr *e, struct rb_eval *ev, struct rb_value *why)
{
	return rb_x_truth(ev, e->root, why);
}

void
rb_expr_reads(const struct rb_expr *e,
    void (*fn)(
	void *ctx, const struct rb_decl *decl, unsigned up, struct rb_str path, const struct rb_expr *at),
    void *ctx)
{
	for (size_t i = 0; i < e->nreads; i++)
		fn(ctx, e->reads[i].decl, e->reads[i].up, e->reads[i].path, e);
}
