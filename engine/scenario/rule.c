/* What is asked of texts and of the values of requests: read once, with its patterns compiled, and then held
 * against what came. */
#include "scenario/state.h"

#include <string.h>

static int
read_pattern(const struct rb_scenario_load *l, const struct rb_node *node, struct rb_rule *out)
{
	struct rb_str why;
	size_t at;

	out->pattern = rb_pattern_new(l->arena, node->text, &why, &at);
	if (out->pattern == NULL) {
		rb_diag_add(
		    l->diags, RB_E_PATTERN, rb_node_span(node, at, node->text.n), "%.*s", RB_STR_ARG(why));
		return -1;
	}
	rb_patterns_keep(l->ctx.patterns, l->arena, out->pattern);
	return 0;
}

/* The one key of a map that names a rule, or RB_RULE_KEYS. */
static int
named_rule(const struct rb_node *node)
{
	const struct rb_key *row = node->kind == RB_NODE_MAP && node->len == 1
				       ? rb_key_find(rb_scenario_rule_keys, node->pairs[0].key->text)
				       : NULL;

	return row != NULL ? (int)(row - rb_scenario_rule_keys) : RB_RULE_KEYS;
}

int
rb_rule_read(const struct rb_scenario_load *l, const char *name, const struct rb_node *node, int dflt,
    struct rb_rule *out)
{
	int how = named_rule(node);

	*out = (struct rb_rule){.how = how == RB_RULE_KEYS ? dflt : how, .span = node->span};
	if (how != RB_RULE_KEYS)
		node = node->pairs[0].value;
	if (node->kind != RB_NODE_SCALAR) {
		rb_diag_add(l->diags, RB_E_TYPE, node->span,
		    "`%s` is a text, a /pattern/, or one of {contains: …}, {equals: …}, {matches: …}, "
		    "{lacks: …}, "
		    "not %s",
		    name, rb_node_form(node));
		return -1;
	}
	out->text = node->text;
	if (out->how == RB_RULE_MATCHES || (out->how != RB_RULE_EQUALS && rb_pattern_is_regex(node->text)) ||
	    (how == RB_RULE_KEYS && rb_pattern_is_regex(node->text))) {
		if (out->how != RB_RULE_LACKS)
			out->how = RB_RULE_MATCHES;
		return read_pattern(l, node, out);
	}
	if (out->text.n == 0 && (out->how == RB_RULE_CONTAINS || out->how == RB_RULE_LACKS)) {
		rb_diag_add(l->diags, RB_E_EMPTY, node->span,
		    "`%s`: every text contains the empty one: write {equals: \"\"} for an empty text", name);
		return -1;
	}
	return 0;
}

bool
rb_rule_holds(const struct rb_rule *r, struct rb_str text)
{
	const char *limit;
	struct rb_found found;
	bool there;

	if (r->how == RB_RULE_EQUALS)
		return rb_str_eq(rb_str_chomp(r->text), rb_str_chomp(text));
	there = r->pattern != NULL ? rb_pattern_find(r->pattern, text, 0, &found, &limit) == 1
				   : rb_str_find(text, r->text, 0) != SIZE_MAX;
	return there == (r->how != RB_RULE_LACKS);
}

struct rb_str
rb_rule_show(struct rb_arena *arena, const struct rb_rule *r)
{
	struct rb_str text =
	    r->pattern != NULL ? rb_pattern_text(r->pattern) : rb_scenario_show(arena, rb_v_text(r->text));

	switch (r->how) {
	case RB_RULE_EQUALS:
		return text;
	case RB_RULE_LACKS:
		return rb_arena_fmt(arena, "a text without %.*s", RB_STR_ARG(text));
	case RB_RULE_MATCHES:
		return rb_arena_fmt(arena, "a text that matches %.*s", RB_STR_ARG(text));
	default:
		return rb_arena_fmt(arena, "a text with %.*s in it", RB_STR_ARG(text));
	}
}

/* ---- values that hold others ---- */

int
rb_wanted_read(
    const struct rb_scenario_load *l, const char *name, const struct rb_node *node, struct rb_wanted *out)
{
	int r = 0;

	memset(out, 0, sizeof(*out));
	if (node->kind == RB_NODE_SCALAR || named_rule(node) != RB_RULE_KEYS) {
		out->form = RB_WANTED_RULE;
		return rb_rule_read(l, name, node, RB_RULE_EQUALS, &out->rule);
	}
	out->form = node->kind == RB_NODE_LIST ? RB_WANTED_LIST : RB_WANTED_MAP;
	out->n = node->len;
	out->items = RB_ARRAY(l->arena, struct rb_wanted, node->len);
	out->names = RB_ARRAY(l->arena, struct rb_str, node->len);
	for (size_t i = 0; i < node->len; i++) {
		bool list = node->kind == RB_NODE_LIST;
		const struct rb_node *value = list ? node->items[i] : node->pairs[i].value;

		out->names[i] = list ? RB_STR("") : rb_arena_str(l->arena, node->pairs[i].key->text);
		if (rb_wanted_read(l, list ? name : out->names[i].p, value, &out->items[i]) < 0)
			r = -1;
	}
	return r;
}

static bool
differs(struct rb_differs *d, struct rb_str at, struct rb_str expected, struct rb_str actual)
{
	*d = (struct rb_differs){at, expected, actual};
	return false;
}

static bool
rule_of_value(const struct rb_rule *r, struct rb_value v, struct rb_str at, struct rb_arena *arena,
    struct rb_differs *d)
{
	struct rb_buf b;
	bool holds;

	rb_buf_init(&b, arena->alloc, RB_SOURCE_MAX);
	if (v.kind == RB_V_NULL)
		rb_buf_c(&b, "null");
	else
		rb_value_show(v, &b);
	holds = rb_v_known(v) && rb_rule_holds(r, rb_buf_view(&b));
	rb_buf_free(&b);
	return holds || differs(d, at, rb_rule_show(arena, r), rb_scenario_show(arena, v));
}

bool
rb_wanted_holds(const struct rb_wanted *w, struct rb_value v, struct rb_str at, struct rb_arena *arena,
    struct rb_differs *d)
{
	v = rb_v_plain(v);
	if (w->form == RB_WANTED_RULE)
		return rule_of_value(&w->rule, v, at, arena, d);
	if (w->form == RB_WANTED_LIST) {
		if (v.kind != RB_V_LIST || v.list->len != w->n)
			return differs(
			    d, at, rb_arena_fmt(arena, "a list of %zu", w->n), rb_scenario_show(arena, v));
		for (size_t i = 0; i < w->n; i++) {
			if (!rb_wanted_holds(&w->items[i], v.list->items[i],
				rb_arena_fmt(arena, "%.*s[%zu]", RB_STR_ARG(at), i), arena, d))
				return false;
		}
		return true;
	}
	if (v.kind != RB_V_MAP)
		return differs(d, at, RB_STR("a mapping"), rb_scenario_show(arena, v));
	for (size_t i = 0; i < w->n; i++) {
		struct rb_str name =
		    at.n > 0 ? rb_arena_fmt(arena, "%.*s.%.*s", RB_STR_ARG(at), RB_STR_ARG(w->names[i]))
			     : w->names[i];

		if (!rb_wanted_holds(&w->items[i], rb_v_get(v, w->names[i]), name, arena, d))
			return false;
	}
	return true;
}
