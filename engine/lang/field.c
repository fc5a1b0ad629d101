/* Fields at run time: the value of a decoded field with its ${} filled in, and texts made into values of a
 * declared type. Pure; what is unset, unknown or wrong comes back as such. */
#include <string.h>

#include "lang/decode.h"

/* As a text. A process stays one: shown as a bare number it would lose its identity. */
static struct rb_value
as_text(struct rb_arena *arena, struct rb_value v)
{
	struct rb_buf b;

	v = rb_v_plain(v);
	if (!rb_v_known(v) || v.kind == RB_V_TEXT || v.kind == RB_V_PROCESS)
		return v;
	rb_buf_init(&b, arena->alloc, RB_EXPR_TEXT_MAX);
	rb_value_show(v, &b);
	v = rb_v_text(rb_arena_str(arena, rb_buf_view(&b)));
	rb_buf_free(&b);
	return v;
}

/* A path that the kernel gets as it is: it would end at a NUL without a word, and an empty one would be taken
 * for the folder that it is relative to. */
static struct rb_value
as_path(struct rb_arena *arena, struct rb_value v)
{
	v = as_text(arena, v);
	if (v.kind != RB_V_TEXT)
		return v;
	if (v.s.n == 0)
		return rb_v_error(arena, "the path is empty");
	if (memchr(v.s.p, '\0', v.s.n) != NULL)
		return rb_v_error(arena, "the path holds a NUL byte");
	return v;
}

/* As a script would get it. */
static struct rb_value
as_lines(struct rb_arena *arena, struct rb_value v)
{
	const char *why = NULL;
	struct rb_buf b;

	if (!rb_v_known(v) || v.kind == RB_V_TEXT)
		return v;
	rb_buf_init(&b, arena->alloc, RB_EXPR_TEXT_MAX);
	if (rb_value_env(v, &b, &why) == 0)
		v = rb_v_text(rb_arena_str(arena, rb_buf_view(&b)));
	else
		v = rb_v_error(arena, "%s", why);
	rb_buf_free(&b);
	return v;
}

static struct rb_value
cannot(struct rb_arena *arena, const struct rb_type_row *type, struct rb_value v)
{
	struct rb_buf b;

	rb_buf_init(&b, arena->alloc, 80);
	rb_value_show(v, &b);
	v = rb_v_error(arena, "`%s%s` is not %s", rb_buf_cstr(&b), b.lost > 0 ? "…" : "", type->help);
	rb_buf_free(&b);
	return v;
}

struct rb_value
rb_value_as(struct rb_arena *arena, const struct rb_type_row *type, struct rb_value v)
{
	static const enum rb_value_kind kinds[RB_BASES] = {
	    [RB_BOOL] = RB_V_BOOL,
	    [RB_INT] = RB_V_INT,
	    [RB_NUMBER] = RB_V_NUMBER,
	    [RB_VERSION] = RB_V_VERSION,
	    [RB_DURATION] = RB_V_DURATION,
	    [RB_SIZE] = RB_V_SIZE,
	    [RB_TIME] = RB_V_TIME,
	    [RB_LIST] = RB_V_LIST,
	    [RB_RECORD] = RB_V_MAP,
	};
	struct rb_type base = {.base = type->base, .item = NULL, .len = 0, .members = NULL};

	v = rb_v_plain(v);
	if (!rb_v_known(v))
		return v;
	if (v.kind == RB_V_NULL)
		return cannot(arena, type, v);
	if (rb_type_texty(&base) && v.kind != RB_V_LIST && v.kind != RB_V_MAP)
		v = as_text(arena, v);
	if (v.kind == RB_V_TEXT)
		return v.s.n == 0 && type->base != RB_TEXT ? cannot(arena, type, v)
							   : rb_value_parse(arena, type, v.s);
	if (v.kind == RB_V_INT && type->base == RB_NUMBER)
		return rb_v_number((double)v.i);
	if (v.kind != kinds[type->base])
		return cannot(arena, type, v);
	if (rb_str_is(rb_str_c(type->name), "port") && (v.i < 1 || v.i > 65535))
		return cannot(arena, type, v);
	return v;
}

/* Items of a list; one that is exactly ${list} gives its items. */
static struct rb_value
eval_strings(const struct rb_field *f, struct rb_eval *ev)
{
	struct rb_value *each = RB_ARRAY(ev->arena, struct rb_value, f->len), list, *items;
	size_t n = 0, at = 0;

	for (size_t i = 0; i < f->len; i++) {
		bool whole = f->items[i].tmpl != NULL && rb_tmpl_whole(f->items[i].tmpl) != NULL;

		each[i] =
		    whole ? rb_v_plain(rb_tmpl_eval(f->items[i].tmpl, ev)) : rb_field_eval(&f->items[i], ev);
		n += each[i].kind == RB_V_LIST ? each[i].list->len : 1;
	}
	list = rb_v_list(ev->arena, n, &items);
	for (size_t i = 0; i < f->len; i++) {
		if (each[i].kind != RB_V_LIST) {
			items[at++] = as_text(ev->arena, each[i]);
			continue;
		}
		for (size_t k = 0; k < each[i].list->len; k++)
			items[at++] = as_text(ev->arena, each[i].list->items[k]);
	}
	return list;
}

/* argv: execve(2) would end an argument at a NUL without a word. */
static struct rb_value
eval_argv(const struct rb_field *f, struct rb_eval *ev)
{
	struct rb_value list = eval_strings(f, ev);

	for (size_t i = 0; i < list.list->len; i++) {
		struct rb_value v = list.list->items[i];

		if (v.kind == RB_V_TEXT && v.s.n > 0 && memchr(v.s.p, '\0', v.s.n) != NULL)
			return rb_v_error(
			    ev->arena, "argument %zu holds a NUL byte, which no program can be given", i);
		if (v.kind == RB_V_PROCESS)
			list.list->items[i] =
			    rb_v_text(rb_arena_fmt(ev->arena, "%lld", (long long)v.process.pid));
	}
	return list;
}

static struct rb_value
eval_items(const struct rb_field *f, struct rb_eval *ev)
{
	struct rb_value list, *items;

	list = rb_v_list(ev->arena, f->len, &items);
	for (size_t i = 0; i < f->len; i++)
		items[i] = rb_field_eval(&f->items[i], ev);
	return list;
}

static struct rb_value
eval_map(const struct rb_field *f, struct rb_eval *ev)
{
	struct rb_vpair *pairs;
	struct rb_value map = rb_v_map(ev->arena, f->len, &pairs);

	for (size_t i = 0; f->names != NULL && i < f->len; i++)
		pairs[i] = (struct rb_vpair){f->names[i], rb_field_eval(&f->items[i], ev)};
	return map;
}

static struct rb_value
eval_table(const struct rb_field *f, struct rb_eval *ev)
{
	size_t n = rb_keys_count(f->key->sub), there = 0;
	struct rb_vpair *pairs;
	struct rb_value map;

	for (size_t i = 0; i < n; i++)
		there += f->fields[i].node != NULL;
	map = rb_v_map(ev->arena, there, &pairs);
	there = 0;
	for (size_t i = 0; i < n; i++)
		if (f->fields[i].node != NULL)
			pairs[there++] = (struct rb_vpair){
			    rb_str_c(f->key->sub[i].name), rb_field_eval(&f->fields[i], ev)};
	return map;
}

/* A template's value, as its row asks for. */
static struct rb_value
eval_tmpl(const struct rb_field *f, struct rb_eval *ev)
{
	struct rb_value v = rb_tmpl_eval(f->tmpl, ev);
	const char *type = rb_decode_type_of(f->key->type);

	switch (f->key->type) {
	case RB_K_TYPED:
		return f->key->choices != NULL
			   ? rb_value_as(ev->arena, rb_type_row(rb_str_c(f->key->choices)), v)
			   : rb_v_plain(v);
	case RB_K_JSON:
	case RB_K_PROCESS:
	case RB_K_STOP:
		return rb_v_plain(v);
	case RB_K_PATH:
		return as_path(ev->arena, v);
	case RB_K_CHOICES:
		if (rb_v_known(v) && v.kind != RB_V_LIST)
			return rb_v_error(ev->arena, "`%s` is not a list", f->key->name);
		return v;
	default:
		if (type != NULL)
			return rb_value_as(ev->arena, rb_type_row(rb_str_c(type)), v);
		if ((f->key->flags & RB_KEY_LINES) != 0)
			return as_lines(ev->arena, v);
		return as_text(ev->arena, v);
	}
}

struct rb_value
rb_field_eval(const struct rb_field *f, struct rb_eval *ev)
{
	if (f == NULL || f->node == NULL)
		return rb_v_unset(f != NULL && f->key != NULL ? rb_str_c(f->key->name) : RB_STR(""));
	if (f->value.kind != RB_V_UNSET)
		return f->value;
	if (f->expr != NULL)
		return rb_expr_eval(f->expr, ev);
	if (f->pattern != NULL)
		return rb_v_text(rb_pattern_text(f->pattern));
	if (f->script != NULL)
		return rb_v_text(f->script->text);
	if (f->tmpl != NULL)
		return eval_tmpl(f, ev);
	if (f->fields != NULL)
		return eval_table(f, ev);
	switch (f->key->type) {
	case RB_K_SCRIPT:
		return eval_argv(f, ev);
	case RB_K_STRINGS:
	case RB_K_ITEMS:
		return eval_strings(f, ev);
	default:
		return f->names != NULL || f->node->kind == RB_NODE_MAP ? eval_map(f, ev) : eval_items(f, ev);
	}
}

/* Recursion is bounded by RB_NODE_DEPTH. */
void
rb_field_exprs(const struct rb_field *f, void (*fn)(void *ctx, const struct rb_expr *e), void *fn_ctx)
{
	size_t n = f->fields != NULL ? rb_keys_count(f->key->sub) : 0;

	if (f->node == NULL)
		return;
	if (f->expr != NULL)
		fn(fn_ctx, f->expr);
	if (f->tmpl != NULL)
		rb_tmpl_exprs(f->tmpl, fn, fn_ctx);
	for (size_t i = 0; f->script != NULL && i < f->script->nmentions; i++)
		fn(fn_ctx, f->script->mentions[i].expr);
	for (size_t i = 0; i < f->len; i++)
		rb_field_exprs(&f->items[i], fn, fn_ctx);
	for (size_t i = 0; i < n; i++)
		rb_field_exprs(&f->fields[i], fn, fn_ctx);
}
