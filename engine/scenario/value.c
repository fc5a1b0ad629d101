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

	rb_buf_init(&b, NULL, SHOWN_MAX);
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

/* Digits at a place of "2026-11-22T03:04:05Z"; -1 if they are none. */
static int64_t
digits(struct rb_str s, size_t at, size_t n)
{
	int64_t v = 0;

	for (size_t i = at; i < at + n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return -1;
		v = v * 10 + (s.p[i] - '0');
	}
	return v;
}

/* RFC 3339 in UTC and whole seconds. Days are counted as in "days from civil". */
static int
parse_time(struct rb_str s, int64_t *wall)
{
	static const char form[] = "dddd-dd-ddTdd:dd:ddZ";
	int64_t year, month, day, hour, minute, second, era, of_era, of_year;

	if (s.n != sizeof(form) - 1)
		return -1;
	for (size_t i = 0; i < s.n; i++) {
		if (form[i] == 'd' ? s.p[i] < '0' || s.p[i] > '9' : s.p[i] != form[i])
			return -1;
	}
	year = digits(s, 0, 4);
	month = digits(s, 5, 2);
	day = digits(s, 8, 2);
	hour = digits(s, 11, 2);
	minute = digits(s, 14, 2);
	second = digits(s, 17, 2);
	if (year < 1970 || year > 2200 || month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 ||
	    minute > 59 || second > 59)
		return -1;
	year -= month <= 2;
	era = year / 400;
	of_era = year - era * 400;
	of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	*wall =
	    ((era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468) * 24 + hour) * 3600;
	*wall = (*wall + minute * 60 + second) * RB_SECOND;
	return 0;
}

/* A moment, or how long it lies back when the scenario begins. */
static int
time_value(
    const struct rb_scenario_load *l, const char *name, const struct rb_node *node, struct rb_value *out)
{
	int64_t t;

	if (parse_time(node->text, &t) == 0) {
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
	rb_buf_init(&b, NULL, SHOWN_MAX);
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
