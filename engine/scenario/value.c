/* Values as scenario files write them: by the type of the fact or expression, never by their spelling, and
 * without ${}: what a test gives is constant. */
#include "scenario/state.h"

#include <string.h>

enum { SHOWN_MAX = 300 };

static int
wrong(const struct rb_scenario_load *l, const struct rb_type *type, const char *name,
    const struct rb_node *node)
{
	struct rb_buf b;

	rb_buf_init(&b, l->arena->alloc, SHOWN_MAX);
	rb_type_name(type, &b);
	rb_diag_add(l->diags, RB_E_TYPE, node->span, "`%s` is %s %s, not %s", name,
	    strchr("aeiou", rb_buf_cstr(&b)[0]) != NULL ? "an" : "a", rb_buf_cstr(&b), rb_node_form(node));
	rb_buf_free(&b);
	return -1;
}

/* Any: what JSON would make of it. */
static struct rb_value
any(struct rb_arena *arena, const struct rb_node *node)
{
	struct rb_value v, *items;
	struct rb_vpair *pairs;

	if (node->kind == RB_NODE_SCALAR)
		return rb_decode_json_literal(node, &v) ? v : rb_v_text(node->text);
	if (node->kind == RB_NODE_LIST) {
		v = rb_v_list(arena, node->len, &items);
		for (size_t i = 0; i < node->len; i++)
			items[i] = any(arena, node->items[i]);
		return v;
	}
	v = rb_v_map(arena, node->len, &pairs);
	for (size_t i = 0; i < node->len; i++)
		pairs[i] = (struct rb_vpair){node->pairs[i].key->text, any(arena, node->pairs[i].value)};
	return v;
}

struct rb_value
rb_scenario_texts(struct rb_arena *arena, const struct rb_node *node)
{
	struct rb_value v = rb_v_text(node->text), *items;
	struct rb_vpair *pairs;

	if (node->kind == RB_NODE_LIST) {
		v = rb_v_list(arena, node->len, &items);
		for (size_t i = 0; i < node->len; i++)
			items[i] = rb_scenario_texts(arena, node->items[i]);
	} else if (node->kind == RB_NODE_MAP) {
		v = rb_v_map(arena, node->len, &pairs);
		for (size_t i = 0; i < node->len; i++)
			pairs[i] = (struct rb_vpair){
			    node->pairs[i].key->text, rb_scenario_texts(arena, node->pairs[i].value)};
	}
	return v;
}

/* A moment, or how long it lies back when the scenario begins. */
static int
time_value(
    const struct rb_scenario_load *l, const char *name, const struct rb_node *node, struct rb_value *out)
{
	int64_t t;

	if (rb_time_parse(node->text, &t) == 0) {
		*out = rb_v_of(RB_V_TIME, t);
		return 0;
	}
	if (rb_clock_parse(node->text, &t) == 0) {
		*out = rb_v_of(RB_V_TIME, RB_PLAY_WALL - t);
		return 0;
	}
	rb_diag_add(l->diags, RB_E_TYPE, node->span,
	    "`%s` is a time, as 2026-11-22T03:04:05Z, or how long ago it was, as 2h", name);
	return -1;
}

static int
process_value(
    const struct rb_scenario_load *l, const char *name, const struct rb_node *node, struct rb_value *out)
{
	int64_t pid;

	if (node->kind == RB_NODE_SCALAR && rb_str_int(node->text, &pid) == 0 && pid > 0) {
		*out = rb_v_process(pid, 1);
		return 0;
	}
	rb_diag_add(l->diags, RB_E_TYPE, node->span, "`%s` is a process: write its pid", name);
	return -1;
}

static int
scalar(const struct rb_scenario_load *l, const struct rb_type *type, const char *name,
    const struct rb_node *node, struct rb_value *out)
{
	const struct rb_type_row *row = rb_type_rows;

	if (node->kind != RB_NODE_SCALAR)
		return wrong(l, type, name, node);
	if (node->empty_plain && type->base != RB_TEXT) {
		rb_diag_add(l->diags, RB_E_TYPE, node->span, "`%s` has no value", name);
		return -1;
	}
	if (type->base == RB_TIME)
		return time_value(l, name, node, out);
	if (rb_type_texty(type)) {
		*out = rb_v_text(node->text);
		return 0;
	}
	while (row->name != NULL && row->base != type->base)
		row++;
	if (row->name == NULL)
		return wrong(l, type, name, node);
	/* What is over has been so for a while: a fact may be negative, as no duration that is given may. */
	if (row->base == RB_DURATION && rb_str_starts(node->text, "-")) {
		*out = rb_value_parse(l->arena, row, rb_str_cut(node->text, 1, node->text.n));
		if (out->kind == RB_V_DURATION) {
			out->i = -out->i;
			return 0;
		}
	}
	*out = rb_value_parse(l->arena, row, node->text);
	if (out->kind != RB_V_ERROR)
		return 0;
	rb_diag_add(l->diags, RB_E_TYPE, node->span, "`%s`: %.*s", name, RB_STR_ARG(out->s));
	return -1;
}

static int
list_value(const struct rb_scenario_load *l, const struct rb_type *type, const char *name,
    const struct rb_node *node, struct rb_value *out)
{
	struct rb_value *items;
	int r = 0;

	if (node->kind != RB_NODE_LIST)
		return wrong(l, type, name, node);
	*out = rb_v_list(l->arena, node->len, &items);
	for (size_t i = 0; i < node->len; i++) {
		if (rb_scenario_value(l, rb_type_item(type), name, node->items[i], &items[i]) < 0)
			r = -1;
	}
	return r;
}

static int
unknown_member(
    const struct rb_scenario_load *l, const struct rb_type *type, const char *name, const struct rb_node *key)
{
	struct rb_diag *diag = rb_diag_add(
	    l->diags, RB_E_SCENARIO, key->span, "`%s` has no `%.*s`", name, RB_STR_ARG(key->text));
	struct rb_str *names = RB_ARRAY(l->arena, struct rb_str, type->len);

	for (size_t i = 0; i < type->len; i++)
		names[i] = type->members[i].name;
	rb_diag_suggest(l->diags, diag, key->text, names, rb_diags_near(l->diags, type->len));
	return -1;
}

static int
record_value(const struct rb_scenario_load *l, const struct rb_type *type, const char *name,
    const struct rb_node *node, struct rb_value *out)
{
	struct rb_vpair *pairs;
	int r = 0;

	if (node->kind != RB_NODE_MAP)
		return wrong(l, type, name, node);
	*out = rb_v_map(l->arena, node->len, &pairs);
	for (size_t i = 0; i < node->len; i++) {
		const struct rb_node *key = node->pairs[i].key;
		const struct rb_member *m = rb_type_member(type, key->text);

		pairs[i].key = key->text;
		if (m == NULL)
			r = unknown_member(l, type, name, key);
		else if (rb_scenario_value(l, m->type, rb_arena_str(l->arena, key->text).p,
			     node->pairs[i].value, &pairs[i].value) < 0)
			r = -1;
	}
	return r;
}

int
rb_scenario_value(const struct rb_scenario_load *l, const struct rb_type *type, const char *name,
    const struct rb_node *node, struct rb_value *out)
{
	const struct rb_type *boolean = &rb_types[RB_BOOL];

	switch (type->base) {
	case RB_ANY:
		*out = any(l->arena, node);
		return 0;
	case RB_LIST:
		return list_value(l, type, name, node, out);
	case RB_RECORD:
		if (type->len > 0)
			return record_value(l, type, name, node, out);
		if (node->kind != RB_NODE_MAP)
			return wrong(l, type, name, node);
		*out = any(l->arena, node);
		return 0;
	case RB_MATCH:
		return scalar(l, boolean, name, node, out);
	case RB_PROCESS:
		return process_value(l, name, node, out);
	case RB_STEP:
		return wrong(l, type, name, node);
	default:
		return scalar(l, type, name, node, out);
	}
}

struct rb_str
rb_scenario_show(struct rb_arena *arena, struct rb_value v)
{
	struct rb_json j;
	struct rb_str s;
	struct rb_buf b;

	v = rb_v_plain(v);
	if (v.kind == RB_V_UNSET)
		return RB_STR("unset");
	if (v.kind == RB_V_ERROR)
		return v.s;
	rb_buf_init(&b, arena->alloc, SHOWN_MAX);
	if (v.kind == RB_V_TEXT || v.kind == RB_V_LIST || v.kind == RB_V_MAP) {
		rb_json_init(&j, &b);
		rb_value_json(v, &j);
	} else {
		rb_value_show(v, &b);
	}
	s = b.lost == 0 ? rb_arena_str(arena, rb_buf_view(&b))
			: rb_arena_fmt(arena, "%.*s… (%llu bytes more)", (int)b.len, rb_buf_cstr(&b),
			      (unsigned long long)b.lost);
	rb_buf_free(&b);
	return s;
}
