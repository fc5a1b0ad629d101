/* `expect`: each of its keys becomes assertions with a subject, an expression over `this`, and what is wanted
 * of it. What nobody has said is added: exit 0, a 2xx status. */
#include <string.h>

#include "lang/lower.h"

enum { PATH_MAX_BYTES = 1024 };

/* --- making assertions --- */

/* The list grows by doubling in the arena. */
struct rb_assert *
rb_lower_assert(struct rb_part *p, enum rb_assert_op op, struct rb_str name, struct rb_span span)
{
	struct rb_step *s = p->step;
	struct rb_assert *a;

	/* Full at each power of two. */
	if ((s->nasserts & (s->nasserts - 1)) == 0) {
		struct rb_assert *more =
		    RB_ARRAY(p->ctx.arena, struct rb_assert, s->nasserts == 0 ? 1 : s->nasserts * 2);

		if (s->nasserts > 0)
			memcpy(more, s->asserts, s->nasserts * sizeof(*more));
		s->asserts = more;
	}
	a = &s->asserts[s->nasserts++];
	a->op = op;
	a->name = name;
	a->span = span;
	return a;
}

struct rb_expr *
rb_lower_subject(struct rb_part *p, const char *text)
{
	struct rb_expr_ctx ctx = p->ctx;
	struct rb_expr *e;

	ctx.self = p->self;
	e = rb_expr_parse(&ctx, NULL, 0, rb_str_c(text));
	rb_lower_reads(p, e);
	return e;
}

static struct rb_field *
want(struct rb_part *p, const char *name, enum rb_key_type type, const struct rb_node *node)
{
	struct rb_key *key = RB_NEW(p->ctx.arena, struct rb_key);
	struct rb_field *f = RB_NEW(p->ctx.arena, struct rb_field);

	key->name = name;
	key->type = type;
	rb_field_decode(&p->ctx, key, node, NULL, 0, f);
	rb_lower_field_reads(p, f);
	return f->node != NULL ? f : NULL;
}

/* --- texts: stdout, stderr, output, body, header, redirect --- */

/* What a text is compared with. */
struct text_subject {
	struct rb_str name;
	struct rb_expr *subject;
};

/* Whether a text reads like a condition over the step's result. */
static bool
is_condition(struct rb_str s)
{
	return rb_str_starts(s, "this.") || rb_str_starts(s, "not this.") || rb_str_starts(s, "int(this.") ||
	       rb_str_find(s, RB_STR(" this."), 0) != SIZE_MAX;
}

/* How a condition is written where the text stands now. */
static void
hint_that(struct rb_part *p, struct rb_diag *diag, struct rb_str text)
{
	struct rb_buf b;

	rb_buf_init(&b, p->ctx.arena->alloc, RB_EXPR_MAX);
	rb_yaml_quote(rb_str_trim(text), &b);
	rb_diag_hint(
	    p->ctx.diags, diag, "a condition stands in `that`: expect: {that: [%s]}", rb_buf_cstr(&b));
	rb_buf_free(&b);
}

/* One text: contained, or matched if it is written /…/. `op` is RB_ASSERT_CONTAINS or LACKS. */
static void
lower_text(struct rb_part *p, const struct text_subject *t, enum rb_assert_op op, const struct rb_node *node)
{
	struct rb_assert *a;
	struct rb_field *f;

	if (node->kind != RB_NODE_SCALAR || node->text.n == 0) {
		rb_diag_add(p->ctx.diags, node->kind == RB_NODE_SCALAR ? RB_E_EMPTY : RB_E_TYPE, node->span,
		    node->kind == RB_NODE_SCALAR
			? "every text contains the empty one: `%.*s` would always hold"
			: "`%.*s` takes a text or a /regex/ here",
		    RB_STR_ARG(t->name));
		return;
	}
	if (!rb_pattern_is_regex(node->text)) {
		f = want(p, "expect", RB_K_STRING, node);
		if (f == NULL)
			return;
		if (is_condition(node->text))
			hint_that(p,
			    rb_diag_add(p->ctx.diags, RB_W_STYLE, node->span,
				"this is the text that `%.*s` is to contain, and no condition",
				RB_STR_ARG(t->name)),
			    node->text);
		a = rb_lower_assert(p, op, t->name, node->span);
		a->want = f;
	} else {
		f = want(p, "expect", RB_K_PATTERN, node);
		if (f == NULL)
			return;
		a = rb_lower_assert(
		    p, op == RB_ASSERT_LACKS ? RB_ASSERT_LACKS : RB_ASSERT_MATCHES, t->name, node->span);
		a->pattern = f->pattern;
		a->tmpl = f->tmpl;
	}
	a->subject = t->subject;
}

static void
lower_equals(struct rb_part *p, const struct text_subject *t, const struct rb_node *node)
{
	struct rb_field *f = want(p, "equals", RB_K_STRING, node);
	struct rb_assert *a;

	if (f == NULL)
		return;
	a = rb_lower_assert(p, RB_ASSERT_EQUALS, t->name, node->span);
	a->subject = t->subject;
	a->want = f;
}

static void
lower_lacks(struct rb_part *p, const struct text_subject *t, const struct rb_node *node)
{
	if (node->kind != RB_NODE_LIST) {
		lower_text(p, t, RB_ASSERT_LACKS, node);
		return;
	}
	if (node->len == 0)
		rb_diag_add(p->ctx.diags, RB_E_EMPTY, node->span,
		    "the list of `lacks` is empty: it would always hold");
	for (size_t i = 0; i < node->len; i++)
		lower_text(p, t, RB_ASSERT_LACKS, node->items[i]);
}

/* A text, {equals: …}, {lacks: …}, or a list of these, all of which must hold. */
static void
lower_texts(struct rb_part *p, const struct text_subject *t, const struct rb_node *node, bool nested)
{
	struct rb_diag *diag;

	if (node->kind == RB_NODE_SCALAR) {
		lower_text(p, t, RB_ASSERT_CONTAINS, node);
		return;
	}
	if (node->len == 0) {
		rb_diag_add(p->ctx.diags, RB_E_EMPTY, node->span,
		    "`%.*s` expects nothing: it would always hold", RB_STR_ARG(t->name));
		return;
	}
	if (node->kind == RB_NODE_LIST && nested) {
		rb_diag_add(p->ctx.diags, RB_E_TYPE, node->span, "`%.*s` takes a list of texts, not of lists",
		    RB_STR_ARG(t->name));
		return;
	}
	for (size_t i = 0; i < node->len; i++) {
		if (node->kind == RB_NODE_LIST) {
			lower_texts(p, t, node->items[i], true);
		} else if (rb_str_is(node->pairs[i].key->text, "equals")) {
			lower_equals(p, t, node->pairs[i].value);
		} else if (rb_str_is(node->pairs[i].key->text, "lacks")) {
			lower_lacks(p, t, node->pairs[i].value);
		} else {
			diag = rb_diag_add(p->ctx.diags, RB_E_KEY, node->pairs[i].key->span,
			    "`%.*s` has no key `%.*s`", RB_STR_ARG(t->name),
			    RB_STR_ARG(node->pairs[i].key->text));
			rb_diag_hint(p->ctx.diags, diag,
			    "write the text itself (it is contained), /regex/, {equals: …} or {lacks: …}");
		}
	}
}

static void
lower_text_key(struct rb_part *p, int row, const struct rb_node *node)
{
	const char *name = rb_expect_keys[row].name;
	struct text_subject t = {
	    rb_str_c(name), rb_lower_subject(p, rb_arena_fmt(p->ctx.arena, "this.%s", name).p)};

	lower_texts(p, &t, node, false);
}

/* A member that is no plain name stands in brackets. */
static struct rb_str
quoted(struct rb_arena *arena, struct rb_str s)
{
	struct rb_buf b;

	rb_buf_init(&b, arena->alloc, (size_t)PATH_MAX_BYTES * 2);
	rb_buf_c(&b, "[\"");
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"' || s.p[i] == '\\')
			rb_buf_char(&b, '\\');
		rb_buf_char(&b, s.p[i]);
	}
	rb_buf_c(&b, "\"]");
	s = rb_arena_str(arena, rb_buf_view(&b));
	rb_buf_free(&b);
	return s;
}

static bool
is_mapping(struct rb_part *p, const struct rb_node *node, const char *name)
{
	if (node->kind != RB_NODE_MAP)
		rb_diag_add(p->ctx.diags, RB_E_TYPE, node->span, "`%s` takes a mapping, not %s", name,
		    rb_node_form(node));
	else if (node->len == 0)
		rb_diag_add(
		    p->ctx.diags, RB_E_EMPTY, node->span, "`%s` expects nothing: it would always hold", name);
	return node->kind == RB_NODE_MAP;
}

static void
lower_headers(struct rb_part *p, const struct rb_node *node)
{
	if (!is_mapping(p, node, "header"))
		return;
	for (size_t i = 0; i < node->len; i++) {
		struct rb_str name = rb_arena_str(p->ctx.arena, node->pairs[i].key->text);
		struct text_subject t;

		/* Names are compared in lower case (RFC 9110, 5.1), in which the facts have them. */
		for (size_t k = 0; k < name.n; k++)
			if (name.p[k] >= 'A' && name.p[k] <= 'Z')
				((char *)(uintptr_t)name.p)[k] = (char)(name.p[k] - 'A' + 'a');
		t.name = rb_arena_fmt(p->ctx.arena, "header %.*s", RB_STR_ARG(node->pairs[i].key->text));
		t.subject = rb_lower_subject(p,
		    rb_arena_fmt(p->ctx.arena, "this.headers%.*s", RB_STR_ARG(quoted(p->ctx.arena, name))).p);
		lower_texts(p, &t, node->pairs[i].value, false);
	}
}

/* --- json --- */

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* One name of a path: as a member, or in brackets where the expression language could not read it. */
static void
add_member(struct rb_part *p, struct rb_str name, struct rb_buf *out)
{
	bool plain = is_letter(name.p[0]) && rb_name_refused(name, true) == NULL;

	if (plain)
		rb_buf_fmt(out, ".%.*s", RB_STR_ARG(name));
	else
		rb_buf_str(out, quoted(p->ctx.arena, name));
}

/* "items[0].name" → this.json.items[0].name. False if it is no path. */
static bool
json_path(struct rb_part *p, struct rb_str path, struct rb_buf *out)
{
	size_t i = 0;

	rb_buf_c(out, "this.json");
	if (path.n == 0 || path.n > PATH_MAX_BYTES)
		return false;
	while (i < path.n) {
		size_t from = i;

		if (path.p[i] == '[') {
			while (i < path.n && path.p[i] != ']')
				i++;
			if (i >= path.n || i == from + 1)
				return false;
			for (size_t k = from + 1; k < i; k++)
				if (path.p[k] < '0' || path.p[k] > '9')
					return false;
			i++;
			rb_buf_str(out, rb_str_cut(path, from, i));
		} else {
			while (i < path.n && path.p[i] != '.' && path.p[i] != '[')
				i++;
			if (i == from)
				return false;
			add_member(p, rb_str_cut(path, from, i), out);
		}
		if (i < path.n && path.p[i] == '.' && ++i == path.n)
			return false;
	}
	return true;
}

static void
lower_json(struct rb_part *p, const struct rb_node *node)
{
	struct rb_buf path;

	if (!is_mapping(p, node, "json"))
		return;
	rb_buf_init(&path, p->ctx.arena->alloc, (size_t)PATH_MAX_BYTES * 8);
	for (size_t i = 0; i < node->len; i++) {
		struct rb_str name = node->pairs[i].key->text;
		struct rb_field *f = want(p, "json", RB_K_JSON, node->pairs[i].value);
		struct rb_assert *a;

		rb_buf_clear(&path);
		if (!json_path(p, name, &path)) {
			struct rb_diag *diag = rb_diag_add(p->ctx.diags, RB_E_TYPE, node->pairs[i].key->span,
			    "`%.*s` is not a path into JSON", RB_STR_ARG(name));

			rb_diag_hint(p->ctx.diags, diag, "write names and indexes, as in items[0].name");
			continue;
		}
		if (f == NULL)
			continue;
		a = rb_lower_assert(p, RB_ASSERT_EQUALS,
		    rb_arena_fmt(p->ctx.arena, "json.%.*s", RB_STR_ARG(name)), node->pairs[i].value->span);
		a->subject = rb_lower_subject(p, rb_arena_str(p->ctx.arena, rb_buf_view(&path)).p);
		a->want = f;
	}
	rb_buf_free(&path);
}

/* --- the rest --- */

static void
lower_bound(
    struct rb_part *p, enum rb_assert_op op, const char *name, const char *over, const struct rb_field *f)
{
	struct rb_assert *a = rb_lower_assert(p, op, rb_str_c(name), f->node->span);

	a->subject = rb_lower_subject(p, over);
	a->want = RB_NEW(p->ctx.arena, struct rb_field);
	*a->want = *f;
}

static void
lower_that(struct rb_part *p, const struct rb_node *node)
{
	struct rb_expr_ctx ctx = p->ctx;
	struct rb_field f;

	ctx.self = p->self;
	rb_field_decode(&ctx, &rb_expect_keys[RB_EXPECT_THAT], node, NULL, 0, &f);
	for (size_t i = 0; f.node != NULL && i < f.len; i++) {
		struct rb_assert *a =
		    rb_lower_assert(p, RB_ASSERT_TRUE, RB_STR("that"), f.items[i].node->span);

		a->that = f.items[i].expr;
		rb_lower_reads(p, a->that);
	}
}

static void
lower_key(struct rb_part *p, int row, const struct rb_node *node)
{
	struct rb_field f;

	switch (row) {
	case RB_EXPECT_EXIT:
	case RB_EXPECT_SIGNAL:
	case RB_EXPECT_STATUS:
		rb_lower_ranges(p, row, node);
		break;
	case RB_EXPECT_HEADER:
		lower_headers(p, node);
		break;
	case RB_EXPECT_JSON:
		lower_json(p, node);
		break;
	case RB_EXPECT_THAT:
		lower_that(p, node);
		break;
	case RB_EXPECT_WITHIN:
	case RB_EXPECT_CERT:
		rb_field_decode(&p->ctx, &rb_expect_keys[row], node, NULL, 0, &f);
		if (f.node != NULL && row == RB_EXPECT_WITHIN)
			lower_bound(p, RB_ASSERT_AT_MOST, "time", "this.time", &f);
		else if (f.node != NULL && f.fields[0].node != NULL)
			lower_bound(
			    p, RB_ASSERT_AT_LEAST, "cert.valid_for", "this.cert.valid_for", &f.fields[0]);
		break;
	default:
		lower_text_key(p, row, node);
		break;
	}
}

/* Which kind a key of expect is for. */
static void
misplaced(struct rb_part *p, const struct rb_key *row, struct rb_span span)
{
	rb_diag_add(p->ctx.diags, RB_E_KEY, span, "`%s` is for %s, and this step is `%s`", row->name,
	    (row->on & RB_ON_SCRIPT) != 0 ? "`look` and `run`" : "`http`", p->step->action);
}

static void
unknown(struct rb_part *p, const struct rb_node *key)
{
	struct rb_str names[RB_EXPECT_KEYS];
	struct rb_diag *diag = rb_diag_add(
	    p->ctx.diags, RB_E_KEY, key->span, "`expect` has no key `%.*s`", RB_STR_ARG(key->text));

	for (int i = 0; i < RB_EXPECT_KEYS; i++)
		names[i] = rb_str_c(rb_expect_keys[i].name);
	rb_diag_suggest(p->ctx.diags, diag, key->text, names, RB_EXPECT_KEYS);
	if (diag->hint.n == 0)
		rb_diag_hint(p->ctx.diags, diag,
		    "other facts are asked for in `that`: expect: {that: [this.%.*s == …]}",
		    RB_STR_ARG(key->text));
}

/* `expect: 0`, `expect: this.exit == 0`: how it is written. */
static void
no_mapping(struct rb_part *p, const struct rb_node *node)
{
	struct rb_diag *diag = rb_diag_add(
	    p->ctx.diags, RB_E_TYPE, node->span, "`expect` takes a mapping, not %s", rb_node_form(node));
	const char *code = (p->step->kind->traits & RB_KIND_BODY) != 0     ? "status"
			   : (p->step->kind->traits & RB_KIND_OUTPUT) != 0 ? "exit"
									   : NULL;
	int64_t number;

	if (node->kind != RB_NODE_SCALAR || node->text.n == 0)
		rb_diag_hint(p->ctx.diags, diag, "as in expect: {that: [condition]}");
	else if (code != NULL && rb_str_int(node->text, &number) == 0)
		rb_diag_hint(p->ctx.diags, diag, "write expect: {%s: %.*s}", code, RB_STR_ARG(node->text));
	else if (is_condition(node->text))
		hint_that(p, diag, node->text);
	else if (code != NULL)
		rb_diag_hint(p->ctx.diags, diag, "write expect: {%s: …}",
		    (p->step->kind->traits & RB_KIND_BODY) != 0 ? "body" : "stdout");
}

static void
lower_written(struct rb_part *p, const struct rb_node *node, bool *seen)
{
	if (node->kind != RB_NODE_MAP) {
		no_mapping(p, node);
		return;
	}
	if (!is_mapping(p, node, "expect"))
		return;
	for (size_t i = 0; i < node->len; i++) {
		const struct rb_key *row = rb_key_find(rb_expect_keys, node->pairs[i].key->text);

		if (row == NULL) {
			unknown(p, node->pairs[i].key);
			continue;
		}
		seen[row - rb_expect_keys] = true;
		if ((row->on & p->step->kind->on) == 0)
			misplaced(p, row, node->pairs[i].key->span);
		else
			lower_key(p, (int)(row - rb_expect_keys), node->pairs[i].value);
	}
}

/* Nearly every step has it, so that it is made once for each kind. */
static struct rb_expr *
implied_subject(struct rb_part *p, const char *text)
{
	struct rb_load *load = p->lower->load;
	size_t i = 0;

	while (load->program->kinds[i] != p->step->kind)
		i++;
	if (load->implied[i] == NULL)
		load->implied[i] = rb_lower_subject(p, text);
	return load->implied[i];
}

/* What holds without being said. A command that stop_on ends has no exit code of its own. */
static void
add_implied(struct rb_part *p, const bool *seen)
{
	static const struct rb_range exit_ok = {0, 0}, status_ok = {200, 299}, redirects = {300, 399};
	bool exits = (p->step->kind->traits & RB_KIND_OUTPUT) != 0 && p->step->stop_on == NULL;
	bool answers = (p->step->kind->traits & RB_KIND_BODY) != 0;
	const struct rb_range *range = exits ? &exit_ok : seen[RB_EXPECT_REDIRECT] ? &redirects : &status_ok;
	struct rb_assert *a;

	if ((!exits && !answers) || seen[RB_EXPECT_EXIT] || seen[RB_EXPECT_SIGNAL] || seen[RB_EXPECT_STATUS])
		return;
	a = rb_lower_assert(
	    p, RB_ASSERT_ONE_OF, exits ? RB_STR("exit") : RB_STR("status"), p->step->action_span);
	a->subject = implied_subject(p, exits ? "this.exit" : "this.status");
	a->ranges = (struct rb_range *)(uintptr_t)range;
	a->nranges = 1;
}

void
rb_lower_expect(struct rb_part *p)
{
	bool seen[RB_EXPECT_KEYS] = {false};
	const struct rb_node *node = p->nodes[RB_STEP_EXPECT];

	for (size_t i = 0; node != NULL && node->kind == RB_NODE_MAP && i < node->len; i++) {
		const struct rb_key *row = rb_key_find(rb_expect_keys, node->pairs[i].key->text);

		if (row != NULL)
			seen[row - rb_expect_keys] = true;
	}
	add_implied(p, seen);
	if (node != NULL)
		lower_written(p, node, seen);
}
