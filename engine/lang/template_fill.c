/* Filling in templates: once, when a step is resolved, each value in the way of the place that it is for. */
#include <string.h>

#include "lang/pattern.h"
#include "lang/template_impl.h"
#include "lang/unset.h"
#include "lang/url.h"

struct fill {
	const struct rb_tmpl *t;
	struct rb_arena *arena;
	struct rb_buf out;
	struct rb_url url;
	bool unknown;
};

static const char *
put_text(struct fill *f, const struct rb_tmpl_part *p, struct rb_str text)
{
	(void)p;
	rb_buf_str(&f->out, text);
	return NULL;
}

static const char *
put_url(struct fill *f, const struct rb_tmpl_part *p, struct rb_str text)
{
	return rb_tmpl_is_base(f->t, (size_t)(p - f->t->parts)) ? rb_url_base(&f->url, text)
								: rb_url_value(&f->url, text);
}

static const char *
put_header(struct fill *f, const struct rb_tmpl_part *p, struct rb_str text)
{
	for (size_t i = 0; i < text.n; i++) {
		if (memchr("\r\n", text.p[i], 3) != NULL) /* and NUL */
			return "a header may not hold line ends or NUL";
	}
	return put_text(f, p, text);
}

static const char *
put_regex(struct fill *f, const struct rb_tmpl_part *p, struct rb_str text)
{
	if (!f->t->regex)
		return put_text(f, p, text);
	rb_pattern_quote(text, &f->out);
	return NULL;
}

/* How each place takes a value; NULL, or why it cannot. */
static const char *(*const put_rows[])(struct fill *f, const struct rb_tmpl_part *p, struct rb_str text) = {
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
wrong(struct fill *f, const struct rb_tmpl_part *p, const char *why)
{
	if (p->expr == NULL)
		return rb_v_error(f->arena, "%s", why);
	return rb_v_error(f->arena, "${%.*s}: %s", RB_STR_ARG(rb_tmpl_expr_text(p)), why);
}

/* Adds one part. A TEXT if that went well, else what the template's value is instead. */
static struct rb_value
put_part(struct fill *f, const struct rb_tmpl_part *p, struct rb_eval *ev)
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
