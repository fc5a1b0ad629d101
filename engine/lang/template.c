/* Templates: texts of a runbook with ${EXPR} in them, cut into parts and checked when the file is loaded.
 * What a value may look like is decided by the place; they are filled in by template_fill.c. */
#include <string.h>

#include "lang/pattern.h"
#include "lang/template_impl.h"
#include "lang/url.h"

/* ---- reading ---- */

struct reader {
	const struct rb_expr_ctx *ctx;
	const struct rb_node *node;
	struct rb_str text;
	size_t cap;
	struct rb_tmpl *t;
	size_t exprs;
	bool warned; /* of $name: once a template */
	bool failed;
};

static void
add_part(struct reader *r, struct rb_tmpl_part part)
{
	struct rb_tmpl *t = r->t;

	t->parts = rb_arena_grow(r->ctx->arena, t->parts, sizeof(*t->parts), t->len, &r->cap);
	t->parts[t->len++] = part;
}

static bool
is_name_start(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool
is_name(char c)
{
	return is_name_start(c) || (c >= '0' && c <= '9');
}

/* Whether a slash at i begins a regex: where the expression language expects an operand. */
static bool
operand_at(struct rb_str s, size_t from, size_t i)
{
	static const char *const words[] = {
	    "matches", "in", "contains", "and", "or", "not", "where", "if", "else"};
	size_t end, start;

	while (i > from && (s.p[i - 1] == ' ' || s.p[i - 1] == '\n' || s.p[i - 1] == '\t'))
		i--;
	for (end = start = i; start > from && is_name(s.p[start - 1]);)
		start--;
	for (size_t k = 0; start < end && k < sizeof(words) / sizeof(words[0]); k++) {
		if (rb_str_is(rb_str_cut(s, start, end), words[k]))
			return true;
	}
	return i == from || (start == end && memchr(")]}\"'", s.p[i - 1], 5) == NULL);
}

/* The offset after the quote or slash that ends what begins at i; s.n if nothing does. */
static size_t
skip_quoted(struct rb_str s, size_t i)
{
	char end = s.p[i];

	for (i++; i < s.n && s.p[i] != end; i++) {
		if (s.p[i] == '\\' && end != '\'')
			i++;
	}
	return i < s.n ? i + 1 : s.n;
}

/* The offset of the brace that closes an expression beginning at `from`; s.n if none does. */
static size_t
closing_brace(struct rb_str s, size_t from)
{
	unsigned depth = 0;
	size_t i = from;

	while (i < s.n) {
		char c = s.p[i];

		if (c == '}' && depth == 0)
			return i;
		if (c == '"' || c == '\'' || (c == '/' && operand_at(s, from, i))) {
			i = skip_quoted(s, i);
			continue;
		}
		if (c == '{')
			depth++;
		else if (c == '}')
			depth--;
		i++;
	}
	return s.n;
}

/* ${x:-y} and its like are the shell's; returns the offset of the colon, 0 if it is none. */
static size_t
shell_default(struct rb_str inside)
{
	size_t i = 0;

	while (i < inside.n && is_name(inside.p[i]))
		i++;
	return i > 0 && i + 1 < inside.n && inside.p[i] == ':' && strchr("-+=?", inside.p[i + 1]) != NULL ? i
													  : 0;
}

/* Reads "${…}" at `from`. Returns where the text goes on. */
static size_t
read_expr(struct reader *r, size_t from)
{
	size_t close = closing_brace(r->text, from + 2), colon;
	struct rb_str inside = rb_str_cut(r->text, from + 2, close);
	struct rb_diags *diags = r->ctx->diags;
	struct rb_tmpl_part part = {.at = from};
	struct rb_diag *d;

	if (++r->exprs > RB_TMPL_EXPRS) {
		r->failed = true;
		rb_diag_add(diags, RB_E_LIMIT, rb_node_span(r->node, from, from + 2),
		    "a text may have %d ${} at most", RB_TMPL_EXPRS);
		return r->text.n;
	}
	if (close == r->text.n) {
		r->failed = true;
		d = rb_diag_add(
		    diags, RB_E_TEMPLATE, rb_node_span(r->node, from, from + 2), "this `${` is never closed");
		rb_diag_hint(diags, d, "close it with }, or write $${ for the characters themselves");
		return close;
	}
	colon = shell_default(inside);
	if (rb_str_trim(inside).n == 0 || colon > 0) {
		r->failed = true;
		d = rb_diag_add(diags, RB_E_TEMPLATE, rb_node_span(r->node, from, close + 1),
		    colon > 0 ? "this is the shell's way to write a default"
			      : "there is nothing in this ${}");
		if (colon > 0)
			rb_diag_hint(diags, d, "here it is ${%.*s ?? \"%.*s\"}", (int)colon, inside.p,
			    RB_STR_ARG(rb_str_cut(inside, colon + 2, inside.n)));
		else
			rb_diag_hint(diags, d, "write $${ for the characters themselves");
		return close + 1;
	}
	part.expr = rb_expr_parse(r->ctx, r->node, from + 2, inside);
	if (part.expr == NULL) {
		r->failed = true;
	} else {
		if (rb_expr_type(part.expr)->base == RB_STEP) {
			r->failed = true;
			d = rb_diag_add(diags, RB_E_TEMPLATE, rb_node_span(r->node, from, close + 1),
			    "`%.*s` is a step, which has no text", RB_STR_ARG(rb_str_trim(inside)));
			rb_diag_hint(diags, d, "name one of its facts, as ${%.*s.passed}",
			    RB_STR_ARG(rb_str_trim(inside)));
		}
		r->t->secret = r->t->secret || rb_expr_secret(part.expr);
		add_part(r, part);
	}
	return close + 1;
}

/* `$port` in a text that is not a script: it stays, which its author hardly means. */
static void
warn_dollar_name(struct reader *r, size_t at)
{
	size_t end = at + 1;
	const struct rb_decl *decl;
	struct rb_diag *d;

	while (end < r->text.n && is_name(r->text.p[end]))
		end++;
	decl = rb_scope_find(r->ctx->scope, rb_str_cut(r->text, at + 1, end), NULL);
	if (decl == NULL || r->warned || decl->kind == RB_DECL_STEP || decl->kind == RB_DECL_BUILTIN ||
	    r->t->place == RB_PLACE_REGEX)
		return;
	r->warned = true;
	d = rb_diag_add(r->ctx->diags, RB_W_STYLE, rb_node_span(r->node, at, end),
	    "`%.*s` stays as it stands here: this is no script", RB_STR_ARG(rb_str_cut(r->text, at, end)));
	rb_diag_hint(r->ctx->diags, d, "the value is written ${%.*s}", RB_STR_ARG(decl->name));
}

static void
read_parts(struct reader *r)
{
	size_t from = 0, i = 0;

	while (i < r->text.n) {
		struct rb_str rest = rb_str_cut(r->text, i, r->text.n);

		if (rb_str_starts(rest, "$${") || rb_str_starts(rest, "${")) {
			bool literal = rest.p[1] == '$';

			/* Of $${ the first dollar is dropped, and what follows it is literal. */
			if (i > from)
				add_part(r,
				    (struct rb_tmpl_part){.text = rb_str_cut(r->text, from, i), .at = from});
			from = literal ? i + 1 : read_expr(r, i);
			i = literal ? i + 3 : from;
			continue;
		}
		if (rest.n > 1 && rest.p[0] == '$' && is_name_start(rest.p[1]))
			warn_dollar_name(r, i);
		i++;
	}
	if (i > from)
		add_part(r, (struct rb_tmpl_part){.text = rb_str_cut(r->text, from, i), .at = from});
}

/* ---- checking by place ---- */

static void
fail_part(struct reader *r, const struct rb_tmpl_part *p, enum rb_code code, const char *why, size_t length)
{
	r->failed = true;
	rb_diag_add(r->ctx->diags, code,
	    rb_node_span(r->node, p->at, p->at + (length > 0 ? length : p->text.n)), "%s", why);
}

/* A sample of what the template makes, so that a wrong regex is told when the file is loaded. "X" stands for
 * each value: no flag is written so, hence no value makes a regex of what its author did not write as one. */
static struct rb_str
sample(const struct rb_tmpl *t, struct rb_arena *arena)
{
	struct rb_buf b;
	struct rb_str s;

	rb_buf_init(&b, arena->alloc, RB_SCALAR_MAX);
	for (size_t i = 0; i < t->len; i++)
		rb_buf_str(&b, t->parts[i].expr != NULL ? RB_STR("X") : t->parts[i].text);
	s = rb_arena_str(arena, rb_buf_view(&b));
	rb_buf_free(&b);
	return s;
}

struct rb_pattern *
rb_tmpl_sample(const struct rb_tmpl *t, struct rb_arena *arena, struct rb_str *why, size_t *at)
{
	return rb_pattern_new(arena, sample(t, arena), why, at);
}

/* How far an escape has come at a place of a regex, and what is wrong with a value that stands there. */
enum escape { NO_ESCAPE, BACKSLASH, OPEN_ESCAPE, QUOTED, QUOTED_BACKSLASH };
static const char *const spoils[] = {
    [BACKSLASH] = "a value in a regex matches itself as it is: leave out the `\\` before it",
    [OPEN_ESCAPE] = "what stands before would take this value in: write (?:${…}), or `\\{` for a brace",
    [QUOTED] = "a value in a regex matches itself as it is: leave out the `\\Q` before it",
    [QUOTED_BACKSLASH] = "a value in a regex matches itself as it is: leave out the `\\Q` before it",
};

static enum escape
escape_after(enum escape at, char c)
{
	switch (at) {
	case BACKSLASH:
		return c == 'Q' ? QUOTED : strchr("cgkopPx0123456789", c) != NULL ? OPEN_ESCAPE : NO_ESCAPE;
	case QUOTED:
	case QUOTED_BACKSLASH:
		return c == '\\' ? QUOTED_BACKSLASH : at == QUOTED_BACKSLASH && c == 'E' ? NO_ESCAPE : QUOTED;
	case OPEN_ESCAPE:
		if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ',')
			return OPEN_ESCAPE;
		break;
	case NO_ESCAPE:
		break;
	}
	return c == '\\' ? BACKSLASH : c == '{' ? OPEN_ESCAPE : NO_ESCAPE;
}

/* A value is quoted: that it matches itself holds only where nothing before it takes a part of it. */
static void
check_values_stand_alone(struct reader *r)
{
	enum escape at = NO_ESCAPE;

	for (size_t i = 0; i < r->t->len && !r->failed; i++) {
		const struct rb_tmpl_part *p = &r->t->parts[i];

		for (size_t k = 0; p->expr == NULL && k < p->text.n; k++)
			at = escape_after(at, p->text.p[k]);
		if (p->expr == NULL)
			continue;
		if (at != NO_ESCAPE)
			fail_part(r, p, RB_E_PATTERN, spoils[at], 2 + rb_expr_text(p->expr).n + 1);
		at = NO_ESCAPE;
	}
}

static void
check_regex(struct reader *r)
{
	struct rb_tmpl *t = r->t;
	struct rb_str why;
	size_t at, seen = 0;
	struct rb_pattern *p;

	t->regex = rb_pattern_is_regex(sample(t, r->ctx->arena));
	if (t->regex)
		check_values_stand_alone(r);
	if (r->failed)
		return;
	p = rb_tmpl_sample(t, r->ctx->arena, &why, &at);
	if (p != NULL) {
		rb_pattern_close(p);
		return;
	}
	r->failed = true;
	for (size_t i = 0; i < t->len; i++) {
		size_t n = t->parts[i].expr != NULL ? 1 : t->parts[i].text.n;

		if (at < seen + n) {
			at = t->parts[i].at + (t->parts[i].expr != NULL ? 0 : at - seen);
			break;
		}
		seen += n;
	}
	at = at < r->text.n ? at : r->text.n;
	rb_diag_add(r->ctx->diags, RB_E_PATTERN, rb_node_span(r->node, at, at < r->text.n ? at + 1 : at),
	    "%.*s", RB_STR_ARG(why));
}

static void
check_header(struct reader *r)
{
	for (size_t i = 0; i < r->t->len; i++) {
		const struct rb_tmpl_part *p = &r->t->parts[i];

		for (size_t k = 0; p->expr == NULL && k < p->text.n; k++) {
			if (p->text.p[k] != '\r' && p->text.p[k] != '\n')
				continue;
			fail_part(r, p, RB_E_TYPE, "a header is one line: it may not hold line ends", 0);
			break;
		}
	}
}

/* The literal parts as far as they can be judged without the values. */
static void
check_url(struct reader *r)
{
	const struct rb_tmpl *t = r->t;
	struct rb_url url;
	struct rb_buf out;

	rb_buf_init(&out, r->ctx->arena->alloc, RB_SCALAR_MAX * 3);
	rb_url_begin(&url, &out);
	for (size_t i = 0; i < t->len && !r->failed; i++) {
		const struct rb_tmpl_part *p = &t->parts[i];
		const char *why = NULL;

		if (rb_tmpl_is_base(t, i) && rb_expr_type(p->expr)->base != RB_URL) {
			struct rb_diag *d;
			struct rb_buf type;

			rb_buf_init(&type, r->ctx->arena->alloc, RB_SCALAR_MAX);
			rb_type_name(rb_expr_type(p->expr), &type);
			r->failed = true;
			d = rb_diag_add(r->ctx->diags, RB_E_URL, rb_expr_span(p->expr),
			    "a URL can only begin with a value of type url; `%.*s` is of type %s",
			    RB_STR_ARG(rb_tmpl_expr_text(p)), rb_buf_cstr(&type));
			rb_diag_hint(r->ctx->diags, d,
			    "declare it with `type: url`, or write the scheme out: http://${…}");
			rb_buf_free(&type);
		} else if (p->expr == NULL) {
			why = rb_url_text(&url, p->text);
		} else if (i > 0 && url.part == RB_URL_SCHEME) {
			why = rb_url_value(&url, RB_STR("x")); /* says that it cannot stand there */
		} else {
			rb_url_marker(&url, RB_STR("x"));
		}
		if (why != NULL)
			fail_part(r, p, RB_E_URL, why, p->expr != NULL ? 2 + rb_expr_text(p->expr).n + 1 : 0);
	}
	if (!r->failed && rb_url_end(&url) != NULL) {
		r->failed = true;
		rb_diag_add(r->ctx->diags, RB_E_URL, r->node->span, "%s", rb_url_end(&url));
	}
	rb_buf_free(&out);
}

struct rb_tmpl *
rb_tmpl_parse(const struct rb_expr_ctx *ctx, const struct rb_node *scalar, enum rb_place place)
{
	struct rb_tmpl *t = RB_NEW(ctx->arena, struct rb_tmpl);
	struct reader r = {.ctx = ctx, .node = scalar, .text = scalar->text, .t = t};

	t->source = scalar->text;
	t->place = place;
	read_parts(&r);
	if (!r.failed && place == RB_PLACE_REGEX && rb_tmpl_whole(t) == NULL)
		check_regex(&r);
	else if (!r.failed && place == RB_PLACE_HEADER)
		check_header(&r);
	else if (!r.failed && place == RB_PLACE_URL)
		check_url(&r);
	return r.failed ? NULL : t;
}

bool
rb_tmpl_constant(const struct rb_tmpl *t)
{
	for (size_t i = 0; i < t->len; i++) {
		if (t->parts[i].expr != NULL)
			return false;
	}
	return true;
}

const struct rb_expr *
rb_tmpl_whole(const struct rb_tmpl *t)
{
	return t->len == 1 ? t->parts[0].expr : NULL;
}

bool
rb_tmpl_secret(const struct rb_tmpl *t)
{
	return t->secret;
}

struct rb_str
rb_tmpl_source(const struct rb_tmpl *t)
{
	return t->source;
}

void
rb_tmpl_exprs(const struct rb_tmpl *t, void (*fn)(void *ctx, const struct rb_expr *e), void *fn_ctx)
{
	for (size_t i = 0; i < t->len; i++) {
		if (t->parts[i].expr != NULL)
			fn(fn_ctx, t->parts[i].expr);
	}
}
