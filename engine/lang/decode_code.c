/* Decoding of what is a language of its own: patterns, scripts, expressions, and lists of these. */
#include "lang/decode.h"

/* What stands in a list of conditions has a row of its own, by which rb_field_eval goes. */
static const struct rb_key cond_item = {"", RB_K_COND, 0, 0, NULL, NULL, NULL, "", NULL, NULL};

static bool
pattern_tmpl(const struct rb_decode *d, const struct rb_node *node, struct rb_field *f)
{
	f->tmpl = rb_tmpl_parse(d->ctx, node, RB_PLACE_REGEX);
	return f->tmpl != NULL;
}

bool
rb_decode_pattern(const struct rb_decode *d, const struct rb_node *node, struct rb_field *f)
{
	struct rb_str why;
	size_t at;

	if (!rb_decode_scalar(d, node))
		return false;
	if (rb_decode_fills(node))
		return pattern_tmpl(d, node, f);
	f->pattern = rb_patterns_new(d->ctx->patterns, d->ctx->arena, node->text, &why, &at);
	if (f->pattern == NULL) {
		size_t from = rb_node_offset(node, at > node->text.n ? node->text.n : at);
		struct rb_span span = {
		    node->span.src, from, from + 1 > node->span.to ? node->span.to : from + 1};

		rb_diag_add(d->ctx->diags, RB_E_PATTERN, at == 0 || span.to <= span.from ? node->span : span,
		    "%.*s", RB_STR_ARG(why));
		return false;
	}
	return true;
}

/* The list form: each element stays one argument, so that a secret in it would be seen by every user of the
 * host. */
static bool
decode_argv(const struct rb_decode *d, const struct rb_node *node, struct rb_field *f)
{
	struct rb_expr_ctx ctx = *d->ctx;
	struct rb_decode inner = *d;
	struct rb_diag *diag;
	bool ok;

	if (node->len == 0) {
		rb_diag_add(d->ctx->diags, RB_E_EMPTY, node->span,
		    "the list of `%s` is empty: it is a program and its arguments", d->name);
		return false;
	}
	ctx.secrets = true;
	inner.ctx = &ctx;
	ok = rb_decode_strings(&inner, node, f);
	for (size_t i = 0; i < f->len; i++) {
		if (f->items[i].tmpl == NULL || !rb_tmpl_secret(f->items[i].tmpl))
			continue;
		diag = rb_diag_add(d->ctx->diags, RB_E_SECRET, f->items[i].node->span,
		    "a secret may not stand in an argument: every user of the host can read it there");
		rb_diag_hint(d->ctx->diags, diag, "give it through the environment (`secrets:`) or `stdin`");
		ok = false;
	}
	return ok;
}

bool
rb_decode_script(const struct rb_decode *d, const struct rb_node *node, struct rb_field *f)
{
	struct rb_expr_ctx ctx = *d->ctx;

	if (node->kind == RB_NODE_LIST)
		return decode_argv(d, node, f);
	if (!rb_decode_scalar(d, node))
		return false;
	if (rb_str_trim(node->text).n == 0) {
		rb_diag_add(d->ctx->diags, RB_E_EMPTY, node->span, "the script of `%s` is empty", d->name);
		return false;
	}
	/* The environment may carry them; whether this step named them is judged where its `secrets` are
	 * known. */
	ctx.secrets = true;
	f->script = rb_script_parse(&ctx, node, d->own_env, d->nown_env);
	return f->script != NULL;
}

bool
rb_decode_expr(const struct rb_decode *d, const struct rb_node *node, struct rb_field *f)
{
	if (!rb_decode_scalar(d, node))
		return false;
	f->expr = d->key->type == RB_K_COND ? rb_expr_parse_bool(d->ctx, node, 0, node->text)
					    : rb_expr_parse(d->ctx, node, 0, node->text);
	return f->expr != NULL;
}

bool
rb_decode_conds(const struct rb_decode *d, const struct rb_node *node, struct rb_field *f)
{
	struct rb_decode inner = *d;
	bool list = node->kind == RB_NODE_LIST, ok = true;

	if (list && node->len == 0) {
		rb_diag_add(d->ctx->diags, RB_E_EMPTY, node->span,
		    "the list of `%s` is empty: it would always hold", d->name);
		return false;
	}
	f->len = list ? node->len : 1;
	f->items = RB_ARRAY(d->ctx->arena, struct rb_field, f->len);
	inner.key = &cond_item;
	for (size_t i = 0; i < f->len; i++) {
		f->items[i].key = &cond_item;
		f->items[i].node = list ? node->items[i] : node;
		ok = rb_decode_expr(&inner, f->items[i].node, &f->items[i]) && ok;
	}
	return ok;
}

bool
rb_decode_items(const struct rb_decode *d, const struct rb_node *node, struct rb_field *f)
{
	const struct rb_type *type;
	struct rb_buf name;

	if (node->kind == RB_NODE_LIST) {
		if (node->len == 0)
			rb_diag_add(d->ctx->diags, RB_E_EMPTY, node->span,
			    "the list of `%s` is empty: there is nothing to do", d->name);
		return node->len > 0 && rb_decode_strings(d, node, f);
	}
	if (!rb_decode_scalar(d, node))
		return false;
	f->expr = rb_expr_parse(d->ctx, node, 0, node->text);
	if (f->expr == NULL)
		return false;
	type = rb_expr_type(f->expr);
	if (type->base == RB_LIST || type->base == RB_ANY)
		return true;
	rb_buf_init(&name, d->ctx->arena->alloc, 256);
	rb_type_name(type, &name);
	rb_diag_add(d->ctx->diags, RB_E_EXPR_TYPE, node->span, "`%s` takes a list, and this is %s", d->name,
	    rb_buf_cstr(&name));
	rb_buf_free(&name);
	return false;
}
