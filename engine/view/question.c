/* Questions and answers. A question that a person is about to answer stands on an open line, which whoever
 * asks continues and ends; any other is shown with its answer. */
#include <string.h>

#include "view/state.h"

enum { KEYS = 46 }; /* columns that the keys of an answer want behind a question */

void
rb_question_ask(struct rb_view *v, const struct rb_event *ev)
{
	struct rb_asked *a = rb_alloc_zero(v->opt.alloc, 1, sizeof(*a)), **end = &v->asked;

	rb_arena_init(&a->arena, v->opt.alloc);
	a->where = ev->where;
	a->where.step = rb_arena_str(&a->arena, ev->where.step);
	a->where.id = rb_arena_str(&a->arena, ev->where.id);
	a->where.title = rb_arena_str(&a->arena, ev->where.title);
	a->form = rb_arena_str(&a->arena, rb_event_get_text(ev, "form"));
	a->text = rb_arena_str(&a->arena, rb_event_get_text(ev, "question"));
	a->does = rb_arena_str(&a->arena, rb_event_get_text(ev, "does"));
	a->danger = rb_str_is(rb_event_get_text(ev, "effect"), "danger");
	a->only = rb_arena_str(&a->arena, rb_event_get_text(ev, "only"));
	a->by = rb_arena_str(&a->arena, rb_event_get_text(ev, "by"));
	a->choices = rb_arena_str(&a->arena, rb_event_get_text(ev, "choices"));
	a->indent = rb_open_indent(a->where.step);
	while (*end != NULL)
		end = &(*end)->next;
	*end = a;
}

static bool
is_confirmation(const struct rb_asked *a)
{
	return rb_str_is(a->form, "confirm") || rb_str_is(a->form, "typed");
}

/* The question up to where the answer stands; returns that column. */
static size_t
put_question(struct rb_view *v, const struct rb_asked *a, size_t *indent)
{
	struct rb_page *p = &v->page;
	struct rb_str id = rb_open_id_of(v, &a->where), text = rb_page_safe(p, a->text, RB_ESCAPE_LINES);
	size_t column;

	if (is_confirmation(a) && v->host.n > 0)
		text = rb_arena_fmt(&p->scratch, "%.*s on host %.*s", RB_STR_ARG(text),
		    RB_STR_ARG(rb_page_safe(p, v->host, 0)));
	if (a->by.n > 0)
		text = rb_arena_fmt(&p->scratch, "%.*s (for %.*s to say)", RB_STR_ARG(text),
		    RB_STR_ARG(rb_page_safe(p, a->by, 0)));
	rb_live_clear(v);
	rb_lines_headings(v, a->where.step);
	column = rb_page_label(p, RB_MARK_ASK, a->indent, id);
	*indent = rb_page_title(p, a->indent, id);
	if (a->danger && is_confirmation(a)) {
		rb_page_ink(p, RB_INK_BAD, RB_STR("DANGER:"));
		rb_page_c(p, " ");
		column += sizeof("DANGER:");
	}
	return rb_page_wrap(p, RB_INK_NONE, text, column, *indent, 0);
}

/* What is done when the answer is yes, below the question. */
static void
put_does(struct rb_view *v, struct rb_str does, size_t indent)
{
	struct rb_page *p = &v->page;

	rb_page_c(p, "\n");
	rb_page_pad(p, indent + 2);
	rb_page_wrap(p, RB_INK_DIM, rb_page_safe(p, does, RB_ESCAPE_LINES), indent + 2, indent + 2, 0);
}

static void
put_choices(struct rb_view *v, struct rb_str choices, size_t indent)
{
	struct rb_page *p = &v->page;
	unsigned n = 0;
	struct rb_buf b;

	rb_buf_init(&b, v->opt.alloc, RB_PAGE_TEXT);
	while (rb_json_next_string(&choices, &b)) {
		struct rb_str number = rb_arena_fmt(&p->scratch, "%3u  ", ++n);

		rb_page_c(p, "\n");
		rb_page_pad(p, indent);
		rb_page_ink(p, RB_INK_ASK, number);
		rb_page_wrap(p, RB_INK_NONE, rb_page_safe(p, rb_buf_view(&b), 0), indent + number.n,
		    indent + number.n, 0);
		rb_buf_clear(&b);
	}
	rb_buf_free(&b);
}

void
rb_question_show(struct rb_view *v)
{
	struct rb_asked *a = v->asked;
	struct rb_open *o;
	size_t column, indent;

	while (a != NULL && a->shown)
		a = a->next;
	if (a == NULL)
		return;
	a->shown = true;
	o = rb_open_find(v, a->where.step);
	if (o != NULL)
		o->asked = true;
	column = put_question(v, a, &indent);
	if (a->does.n > 0)
		put_does(v, a->does, indent);
	if (a->only.n > 0)
		put_does(v, a->only, indent);
	put_choices(v, a->choices, indent);
	if (a->choices.n == 0 && a->does.n == 0 && a->only.n == 0 &&
	    (v->page.width == 0 || column + RB_PAGE_GAP + KEYS <= v->page.width)) {
		rb_page_pad(&v->page, RB_PAGE_GAP);
		return;
	}
	/* The keys stand further left rather than beyond the edge. */
	if (a->choices.n == 0 && v->page.width > 0 && indent + KEYS > v->page.width)
		indent = RB_PAGE_MARGIN;
	rb_page_c(&v->page, "\n");
	rb_page_pad(&v->page, indent);
}

/* The answer in words: "yes (--yes)", "no answer". */
static struct rb_str
answer_of(struct rb_view *v, const struct rb_asked *a, const struct rb_event *ev)
{
	struct rb_str value = rb_event_get_text(ev, "value"), by = rb_event_get_text(ev, "by"),
		      operator_ = rb_page_safe(&v->page, rb_event_get_text(ev, "operator"), 0),
		      outcome = rb_event_get_text(ev, "outcome");
	bool yes_no = is_confirmation(a) || rb_str_is(a->form, "yes_no");

	if (!rb_str_is(outcome, "answered")) {
		value = rb_page_safe(&v->page, outcome, 0);
		if (rb_str_is(by, "none") && rb_str_is(outcome, "declined"))
			return RB_STR("no answer"); /* the closing line says why, and what to do */
	} else if (yes_no && (rb_str_is(value, "true") || rb_str_is(value, "false"))) {
		value = rb_str_is(value, "true") ? RB_STR("yes") : RB_STR("no");
	} else {
		value = rb_page_safe(&v->page, value, 0);
	}
	if (rb_str_is(by, "flag"))
		return rb_arena_fmt(&v->page.scratch, "%.*s (--yes)", RB_STR_ARG(value));
	if (rb_str_is(by, "scenario"))
		return rb_arena_fmt(&v->page.scratch, "%.*s (scenario)", RB_STR_ARG(value));
	if (operator_.n > 0 && !rb_str_is(by, "none"))
		return rb_arena_fmt(
		    &v->page.scratch, "%.*s (%.*s)", RB_STR_ARG(value), RB_STR_ARG(operator_));
	return value;
}

static void
put_answered(struct rb_view *v, const struct rb_asked *a, struct rb_str answer)
{
	size_t indent, column = put_question(v, a, &indent);

	if (v->page.width > 0 && column + RB_PAGE_GAP + rb_str_width(answer) > v->page.width) {
		rb_page_c(&v->page, "\n");
		rb_page_pad(&v->page, indent);
		column = indent;
	} else {
		rb_page_pad(&v->page, RB_PAGE_GAP);
		column += RB_PAGE_GAP;
	}
	rb_page_wrap(&v->page, RB_INK_ASK, answer, column, indent, 0);
	rb_page_c(&v->page, "\n");
}

void
rb_question_answer(struct rb_view *v, const struct rb_event *ev)
{
	struct rb_asked **p = &v->asked, *a;
	struct rb_open *o = rb_open_find(v, ev->where.step);

	while (*p != NULL && !rb_str_eq((*p)->where.step, ev->where.step))
		p = &(*p)->next;
	a = *p;
	if (a == NULL)
		return;
	if (o != NULL && is_confirmation(a))
		o->people += rb_event_get_num(ev, "duration", 0);
	*p = a->next;
	if (!a->shown) {
		put_answered(v, a, answer_of(v, a, ev));
		if (o != NULL)
			o->asked = true;
	}
	rb_arena_free(&a->arena);
	rb_alloc_free(v->opt.alloc, a);
}

void
rb_question_free(struct rb_view *v)
{
	while (v->asked != NULL) {
		struct rb_asked *a = v->asked;

		v->asked = a->next;
		rb_arena_free(&a->arena);
		rb_alloc_free(v->opt.alloc, a);
	}
}
