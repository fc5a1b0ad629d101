/* Templates: texts of a runbook with ${EXPR} in them. They are cut into parts and checked when the file is
 * loaded, and filled in once, when the step is resolved; what a value may look like there is decided by the
 * place. */
#include "lang/template.h"
#include "lang/unset.h"

#include <string.h>

#include "lang/pattern.h"
#include "lang/url.h"

struct part {
	struct rb_str text;   /* literal, $${ already unescaped; or */
	struct rb_expr *expr; /* ${…} */
	size_t at;            /* where it stands in the scalar's text */
};

struct rb_tmpl {
	struct rb_str source;
	enum rb_place place;
	bool secret;
	bool regex; /* RB_PLACE_REGEX: written as /…/ */
	size_t len;
	struct part *parts;
};

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
add_part(struct reader *r, struct part part)
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
	struct part part = {.at = from};
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
				add_part(r, (struct part){.text = rb_str_cut(r->text, from, i), .at = from});
			from = literal ? i + 1 : read_expr(r, i);
			i = literal ? i + 3 : from;
			continue;
		}
		if (rest.n > 1 && rest.p[0] == '$' && is_name_start(rest.p[1]))
			warn_dollar_name(r, i);
		i++;
	}
	if (i > from)
		add_part(r, (struct part){.text = rb_str_cut(r->text, from, i), .at = from});
}

/* ---- checking by place ---- */

static struct rb_str
expr_text(const struct part *p)
{
	return rb_str_trim(rb_expr_text(p->expr));
}

static void
fail_part(struct reader *r, const struct part *p, enum rb_code code, const char *why, size_t length)
{
	r->failed = true;
	rb_diag_add(r->ctx->diags, code,
	    rb_node_span(r->node, p->at, p->at + (length > 0 ? length : p->text.n)), "%s", why);
}

/* A sample of what the template makes, "x" for each value, so that a wrong regex is told when the file is
 * loaded. */
static struct rb_str
sample(const struct rb_tmpl *t, struct rb_arena *arena)
{
	struct rb_buf b;
	struct rb_str s;

	rb_buf_init(&b, arena->alloc, RB_SCALAR_MAX);
	for (size_t i = 0; i < t->len; i++)
		rb_buf_str(&b, t->parts[i].expr != NULL ? RB_STR("x") : t->parts[i].text);
	s = rb_arena_str(arena, rb_buf_view(&b));
	rb_buf_free(&b);
	return s;
}

struct rb_pattern *
rb_tmpl_sample(const struct rb_tmpl *t, struct rb_arena *arena, struct rb_str *why, size_t *at)
{
	return rb_pattern_new(arena, sample(t, arena), why, at);
}

struct rb_pattern *
rb_tmpl_pattern(const struct rb_tmpl *t, struct rb_eval *ev, struct rb_str *why)
{
	struct rb_value text = rb_tmpl_eval(t, ev);
	size_t at;

	if (text.kind == RB_V_TEXT)
		return rb_pattern_new(ev->arena, text.s, why, &at);
	*why = text.kind == RB_V_UNSET ? rb_unset_text(ev->arena, ev->frame, text.s) : text.s;
	return NULL;
}

static void
check_regex(struct reader *r)
{
	struct rb_tmpl *t = r->t;
	struct rb_str why;
	size_t at, seen = 0;
	struct rb_pattern *p;

	t->regex = rb_pattern_is_regex(sample(t, r->ctx->arena));
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
		const struct part *p = &r->t->parts[i];

		for (size_t k = 0; p->expr == NULL && k < p->text.n; k++) {
			if (p->text.p[k] != '\r' && p->text.p[k] != '\n')
				continue;
			fail_part(r, p, RB_E_TEMPLATE, "a header is one line: it may not hold line ends", 0);
			break;
		}
	}
}

static bool
is_base(const struct rb_tmpl *t, size_t i)
{
	return i == 0 && t->parts[0].expr != NULL;
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
		const struct part *p = &t->parts[i];
		const char *why = NULL;

		if (is_base(t, i) && rb_expr_type(p->expr)->base != RB_URL) {
			struct rb_diag *d;
			struct rb_buf type;

			rb_buf_init(&type, r->ctx->arena->alloc, RB_SCALAR_MAX);
			rb_type_name(rb_expr_type(p->expr), &type);
			r->failed = true;
			d = rb_diag_add(r->ctx->diags, RB_E_TEMPLATE, rb_expr_span(p->expr),
			    "a URL can only begin with a value of type url; `%.*s` is of type %s",
			    RB_STR_ARG(expr_text(p)), rb_buf_cstr(&type));
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
			fail_part(
			    r, p, RB_E_TEMPLATE, why, p->expr != NULL ? 2 + rb_expr_text(p->expr).n + 1 : 0);
	}
	if (!r->failed && rb_url_end(&url) != NULL) {
		r->failed = true;
		rb_diag_add(r->ctx->diags, RB_E_TEMPLATE, r->node->span, "%s", rb_url_end(&url));
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

/* ---- filling in ---- */

struct fill {
	const struct rb_tmpl *t;
	struct rb_arena *arena;
	struct rb_buf out;
	struct rb_url url;
	bool unknown;
};

static const char *
put_text(struct fill *f, const struct part *p, struct rb_str text)
{
	(void)p;
	rb_buf_str(&f->out, text);
	return NULL;
}

static const char *
put_url(struct fill *f, const struct part *p, struct rb_str text)
{
	return is_base(f->t, (size_t)(p - f->t->parts)) ? rb_url_base(&f->url, text)
							: rb_url_value(&f->url, text);
}

static const char *
put_header(struct fill *f, const struct part *p, struct rb_str text)
{
	for (size_t i = 0; i < text.n; i++) {
		if (memchr("\r\n", text.p[i], 3) != NULL) /* and NUL */
			return "a header may not hold line ends or NUL";
	}
	return put_text(f, p, text);
}

static const char *
put_regex(struct fill *f, const struct part *p, struct rb_str text)
{
	if (!f->t->regex)
		return put_text(f, p, text);
	rb_pattern_quote(text, &f->out);
	return NULL;
}

/* How each place takes a value; NULL, or why it cannot. */
static const char *(*const put_rows[])(struct fill *f, const struct part *p, struct rb_str text) = {
    [RB_PLACE_TITLE] = put_text,
    [RB_PLACE_MESSAGE] = put_text,
    [RB_PLACE_TEXT] = put_text,
    [RB_PLACE_URL] = put_url,
    [RB_PLACE_HEADER] = put_header,
    [RB_PLACE_REGEX] = put_regex,
};

/* A value that is not known yet, as people see it. */
static void
put_marker(struct fill *f, struct rb_str marker)
{
	f->unknown = true;
	if (f->t->place == RB_PLACE_URL)
		rb_url_marker(&f->url, marker);
	else
		rb_buf_str(&f->out, marker);
}

static struct rb_value
wrong(struct fill *f, const struct part *p, const char *why)
{
	if (p->expr == NULL)
		return rb_v_error(f->arena, "%s", why);
	return rb_v_error(f->arena, "${%.*s}: %s", RB_STR_ARG(expr_text(p)), why);
}

/* Adds one part. A TEXT if that went well, else what the template's value is instead. */
static struct rb_value
put_part(struct fill *f, const struct part *p, struct rb_eval *ev)
{
	const struct rb_value done = rb_v_text(RB_STR(""));
	bool title = f->t->place == RB_PLACE_TITLE;
	const char *why = NULL;
	struct rb_value v;
	struct rb_buf text;

	if (p->expr == NULL) {
		if (f->t->place == RB_PLACE_URL)
			why = rb_url_text(&f->url, p->text);
		else
			rb_buf_str(&f->out, p->text);
		return why != NULL ? wrong(f, p, why) : done;
	}
	v = rb_expr_eval(p->expr, ev);
	if (title && v.kind == RB_V_ERROR) {
		rb_buf_c(&f->out, "<error>");
		return done;
	}
	if ((v.kind == RB_V_UNSET || v.kind == RB_V_ERROR) && !title)
		return v;
	if (v.kind == RB_V_NULL && !title && f->t->place != RB_PLACE_MESSAGE)
		return wrong(f, p, "null has no text");
	if (v.kind == RB_V_UNKNOWN) {
		put_marker(f, v.s);
		return done;
	}
	rb_buf_init(&text, f->arena->alloc, RB_EXPR_TEXT_MAX);
	rb_value_show(v, &text);
	why = text.lost > 0 ? "the text is over 16 MiB" : put_rows[f->t->place](f, p, rb_buf_view(&text));
	rb_buf_free(&text);
	return why != NULL ? wrong(f, p, why) : done;
}

/* A literal pattern must stay one, also where its values make it look like /…/. */
static struct rb_str
as_literal(struct fill *f, struct rb_str text)
{
	struct rb_buf b;
	struct rb_str s;

	if (f->t->place != RB_PLACE_REGEX || f->t->regex || !rb_str_starts(text, "/"))
		return text;
	rb_buf_init(&b, f->arena->alloc, RB_EXPR_TEXT_MAX);
	rb_buf_char(&b, '/');
	rb_pattern_quote(text, &b);
	rb_buf_char(&b, '/');
	s = rb_arena_str(f->arena, rb_buf_view(&b));
	rb_buf_free(&b);
	return s;
}

static struct rb_value
fill_in(struct fill *f, struct rb_eval *ev)
{
	const char *why;
	struct rb_str text;

	rb_url_begin(&f->url, &f->out);
	for (size_t i = 0; i < f->t->len; i++) {
		struct rb_value v = put_part(f, &f->t->parts[i], ev);

		if (v.kind != RB_V_TEXT)
			return v;
	}
	why = f->t->place == RB_PLACE_URL ? rb_url_end(&f->url) : NULL;
	if (f->out.lost > 0)
		why = "the text is over 16 MiB";
	if (why != NULL)
		return rb_v_error(f->arena, "%s", why);
	text = as_literal(f, rb_arena_str(f->arena, rb_buf_view(&f->out)));
	return f->unknown && f->t->place != RB_PLACE_TITLE ? rb_v_unknown(text) : rb_v_text(text);
}

/* Whether a template that is exactly ${x} gives x itself. A value of type regex is a pattern as it stands. */
static bool
keeps_value(const struct rb_tmpl *t, const struct rb_expr *whole)
{
	return t->place == RB_PLACE_TEXT ||
	       (t->place == RB_PLACE_REGEX && rb_expr_type(whole)->base == RB_REGEX);
}

struct rb_value
rb_tmpl_eval(const struct rb_tmpl *t, struct rb_eval *ev)
{
	const struct rb_expr *whole = rb_tmpl_whole(t);
	struct fill f = {.t = t, .arena = ev->arena};
	struct rb_value v;

	if (whole != NULL && keeps_value(t, whole))
		return rb_expr_eval(whole, ev);
	if (t->len == 0)
		return rb_v_text(RB_STR(""));
	rb_buf_init(&f.out, ev->arena->alloc, RB_EXPR_TEXT_MAX);
	v = fill_in(&f, ev);
	rb_buf_free(&f.out);
	return v;
}
