/* A failure that nobody took: what was asked, what came, and where it stands; or what was printed last. */
#include <stdio.h>
#include <string.h>

#include "view/state.h"

enum { GUTTER = 5, LABEL = 10, LONG_LINE = 400, FEW = 4 };

static struct rb_str
kept(struct rb_open *o, const struct rb_event *ev, const char *name)
{
	return rb_arena_str(&o->attempt, rb_event_get_text(ev, name));
}

void
rb_failure_add(struct rb_view *v, const struct rb_event *ev)
{
	struct rb_open *o = rb_open_find(v, ev->where.step);
	struct rb_failure *f;

	if (o == NULL)
		return;
	f = RB_NEW(&o->attempt, struct rb_failure);
	f->file = kept(o, ev, "file");
	f->source = kept(o, ev, "source");
	f->what = kept(o, ev, "what");
	f->hint = kept(o, ev, "hint");
	f->expected = kept(o, ev, "expected");
	f->actual = kept(o, ev, "actual");
	f->from = kept(o, ev, "from");
	f->excerpt = kept(o, ev, "excerpt");
	f->excerpt_of = kept(o, ev, "excerpt_of");
	f->line = rb_event_get_num(ev, "line", 0);
	f->column = rb_event_get_num(ev, "column", 1);
	f->width = rb_event_get_num(ev, "width", 1);
	*o->failures_tail = f;
	o->failures_tail = &f->next;
}

void
rb_failure_forget(struct rb_open *o)
{
	o->failures = NULL;
	o->failures_tail = &o->failures;
	o->reason = RB_STR("");
	rb_arena_clear(&o->attempt);
}

void
rb_failure_tail(struct rb_open *o, enum rb_stream stream, struct rb_str bytes)
{
	rb_buf_tail(&o->tails[stream], bytes, RB_VIEW_TAIL);
}

/* ---- showing ---- */

static void
indent(struct rb_view *v, const struct rb_open *o, size_t more)
{
	rb_page_pad(&v->page, RB_PAGE_MARGIN + o->indent + more);
}

static size_t
room(const struct rb_view *v, size_t column)
{
	size_t width = v->page.width == 0 ? LONG_LINE : v->page.width;

	return width > column + RB_PAGE_LEAST ? width - column : RB_PAGE_LEAST;
}

/* The part of the source line from the start of the n-th character on (1 is the first). */
static struct rb_str
from_char(struct rb_str s, int64_t n)
{
	size_t i = 0;
	uint32_t cp;

	for (; n > 1 && i < s.n; n--) {
		size_t len = rb_utf8_next(s.p + i, s.n - i, &cp);

		i += len == 0 ? 1 : len;
	}
	return rb_str_cut(s, i, s.n);
}

static void
put_caret_line(struct rb_view *v, const struct rb_open *o, size_t before, size_t carets)
{
	struct rb_page *p = &v->page;
	struct rb_buf b;

	indent(v, o, 0);
	rb_page_pad(p, GUTTER);
	rb_page_ink(p, RB_INK_DIM, RB_STR(" |"));
	rb_page_pad(p, before + 1);
	rb_buf_init(&b, p->scratch.alloc, LONG_LINE);
	rb_buf_pad(&b, '^', carets);
	rb_page_ink(p, RB_INK_BAD, rb_buf_view(&b));
	rb_buf_free(&b);
	rb_page_c(p, "\n");
}

/* The source line with its carets; of a long one the part that they stand under. */
static void
put_source(struct rb_view *v, const struct rb_open *o, const struct rb_failure *f)
{
	struct rb_page *p = &v->page;
	struct rb_str rest = from_char(f->source, f->column), marked = rest, line;
	struct rb_str head = rb_str_cut(f->source, 0, f->source.n - rest.n);
	size_t columns = room(v, RB_PAGE_MARGIN + o->indent + GUTTER + 3), before, carets, leading = 0;
	char number[24];
	bool cut;

	marked.n = rest.n - from_char(rest, f->width + 1).n;
	/* Safe texts are trimmed; where the line begins matters here. */
	while (leading < head.n && (head.p[leading] == ' ' || head.p[leading] == '\t'))
		leading++;
	line = rb_page_safe(p, rb_str_cut(f->source, leading, f->source.n), 0);
	carets = rb_str_width(rb_page_safe(p, marked, 0));
	head = rb_str_cut(head, leading, head.n);
	/* A blank before the caret would be trimmed off: it is measured with a full stop behind. */
	before = rb_str_width(rb_page_safe(p, rb_arena_fmt(&p->scratch, "%.*s.", RB_STR_ARG(head)), 0)) - 1;
	cut = before + carets + leading > columns;
	if (cut && before > columns / 3) {
		size_t from = rb_str_width(line), drop = before - columns / 3;
		struct rb_str tail = line;

		while (tail.n > 0 && from - rb_str_width(tail) < drop)
			tail = from_char(tail, 2);
		before -= from - rb_str_width(tail);
		line = tail;
	}
	leading = cut ? 0 : leading;
	line = rb_page_clip(p, line, columns - leading);
	if (before + leading + carets > columns)
		carets = columns > before + leading ? columns - before - leading : 1;
	snprintf(number, sizeof(number), "%*lld", GUTTER, (long long)f->line);
	indent(v, o, 0);
	rb_page_ink(p, RB_INK_DIM, rb_str_c(number));
	rb_page_ink(p, RB_INK_DIM, RB_STR(" |"));
	rb_page_pad(p, 1 + leading);
	rb_page_ink(p, RB_INK_NONE, line);
	rb_page_c(p, "\n");
	put_caret_line(v, o, before + leading, carets > 0 ? carets : 1);
}

static size_t
put_label(struct rb_view *v, const struct rb_open *o, struct rb_str label)
{
	size_t width = rb_str_width(label);

	indent(v, o, GUTTER + 1);
	rb_page_ink(&v->page, RB_INK_DIM, label);
	rb_page_pad(&v->page, width < LABEL ? LABEL - width : 1);
	return RB_PAGE_MARGIN + o->indent + GUTTER + 1 + (width < LABEL ? LABEL : width + 1);
}

static void
put_value(struct rb_view *v, const struct rb_open *o, const char *label, struct rb_str value)
{
	size_t column;

	value = rb_page_safe(&v->page, value, 0);
	if (value.n == 0)
		return;
	column = put_label(v, o, rb_str_c(label));
	rb_page_wrap(&v->page, RB_INK_NONE, value, column, column, 0);
	rb_page_c(&v->page, "\n");
}

/* The last lines of an excerpt: each on one line, cut where it is longer. */
static void
put_excerpt(struct rb_view *v, const struct rb_open *o, struct rb_str label, struct rb_str text)
{
	size_t lines = 1, skip, column, from = 0;

	text = rb_page_safe(&v->page, text, RB_ESCAPE_LINES);
	if (text.n == 0)
		return;
	for (size_t i = 0; i < text.n; i++)
		lines += text.p[i] == '\n';
	skip = lines > RB_VIEW_EXCERPT ? lines - RB_VIEW_EXCERPT : 0;
	for (size_t i = 0; i < skip; i++)
		from = rb_str_find(text, RB_STR("\n"), from) + 1;
	column = put_label(v, o, rb_page_safe(&v->page, label, 0));
	if (skip > 0) {
		rb_page_ink(&v->page, RB_INK_DIM,
		    rb_arena_fmt(&v->page.scratch, "%s %zu lines before", v->page.ascii ? "..." : "…", skip));
		rb_page_c(&v->page, "\n");
		rb_page_pad(&v->page, column);
	}
	while (from <= text.n) {
		size_t to = rb_str_find(text, RB_STR("\n"), from);

		if (to == SIZE_MAX)
			to = text.n;
		/* Few lines are wrapped, of many each is cut. */
		rb_page_wrap(&v->page, RB_INK_NONE,
		    rb_page_clip(
			&v->page, rb_str_cut(text, from, to), room(v, column) * (lines <= FEW ? FEW : 1)),
		    column, column, 0);
		rb_page_c(&v->page, "\n");
		from = to + 1;
		if (from <= text.n)
			rb_page_pad(&v->page, column);
	}
}

static void
put_assertion(struct rb_view *v, const struct rb_open *o, const struct rb_failure *f)
{
	struct rb_page *p = &v->page;
	struct rb_str what = rb_page_safe(p, f->what, 0), file = rb_page_safe(p, f->file, 0);
	struct rb_str word = rb_str_is(o->outcome, "errored") ? RB_STR("errored:") : RB_STR("failed:");
	size_t column = RB_PAGE_MARGIN + o->indent, further = column + GUTTER + 1;

	indent(v, o, 0);
	if (file.n > 0) {
		file = rb_arena_fmt(&p->scratch, "%.*s:%lld:%lld:", RB_STR_ARG(file), (long long)f->line,
		    (long long)f->column);
		column = rb_page_wrap(p, RB_INK_STRONG, file, column, further, 0) + 1;
		rb_page_c(p, " ");
	}
	column = rb_page_wrap(p, RB_INK_BAD, word, column, further, 0);
	rb_page_wrap(
	    p, RB_INK_NONE, rb_arena_fmt(&p->scratch, " %.*s", RB_STR_ARG(what)), column, further, 0);
	rb_page_c(p, "\n");
	if (f->source.n > 0 && f->line > 0)
		put_source(v, o, f);
	put_value(v, o, "write", f->hint);
	put_value(v, o, "expected", f->expected);
	put_value(v, o, "actual", f->actual);
}

/* What it printed last, and where: stderr before stdout, since that is where most programs complain. */
static struct rb_str
tail_of(const struct rb_open *o, struct rb_str *label)
{
	static const struct {
		enum rb_stream stream;
		const char *label;
	} order[] = {{RB_STDERR, "stderr"}, {RB_STDOUT, "stdout"}, {RB_BODY, "body"}};

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		struct rb_str tail = rb_buf_view(&o->tails[order[i].stream]);

		*label = rb_str_c(order[i].label);
		if (rb_str_trim(tail).n > 0)
			return tail;
	}
	/* In a replay the output itself is not there, and a started program wrote to its log. */
	*label = o->excerpt_of;
	if (rb_str_trim(o->excerpt).n > 0 || o->failures == NULL)
		return o->excerpt;
	*label = o->failures->excerpt_of;
	return o->failures->excerpt;
}

static void
put_tail(struct rb_view *v, const struct rb_open *o)
{
	struct rb_str label, tail = tail_of(o, &label);

	if (rb_str_trim(tail).n > 0)
		put_excerpt(v, o, label, tail);
}

struct rb_str
rb_failure_last_words(struct rb_view *v, const struct rb_open *o)
{
	struct rb_page *p = &v->page;
	struct rb_str label, tail = rb_str_trim(tail_of(o, &label));
	size_t from;

	if (tail.n == 0)
		return tail;
	from = tail.n;
	while (from > 0 && tail.p[from - 1] != '\n')
		from--;
	label = rb_page_safe(p, label, 0);
	tail = rb_page_safe(p, rb_str_cut(tail, from, tail.n), 0);
	/* The reason may end with it. */
	if (rb_str_find(rb_page_safe(p, o->reason, 0), tail, 0) != SIZE_MAX)
		return RB_STR("");
	return rb_arena_fmt(&p->scratch, "%.*s: %.*s", RB_STR_ARG(label), RB_STR_ARG(tail));
}

void
rb_failure_last_line(struct rb_view *v, const struct rb_open *o, unsigned more)
{
	struct rb_page *p = &v->page;
	size_t column = rb_page_title(p, o->indent + more, rb_open_id(v, o));
	struct rb_str tail = rb_failure_last_words(v, o);

	if (tail.n == 0)
		return;
	rb_page_pad(p, column);
	rb_page_ink(p, RB_INK_DIM, rb_page_clip(p, tail, room(v, column)));
	rb_page_c(p, "\n");
}

bool
rb_failure_says(const struct rb_open *o, struct rb_str reason)
{
	struct rb_str what = o->failures != NULL ? o->failures->what : RB_STR("");

	/* The last words of a program stand behind it, and in what is shown of its output. */
	return o->failures != NULL && rb_str_eq(rb_str_cut(reason, 0, what.n), what) &&
	       (reason.n == what.n || rb_str_starts(rb_str_cut(reason, what.n, reason.n), ": "));
}

void
rb_failure_show(struct rb_view *v, const struct rb_open *o)
{
	const struct rb_failure *last = NULL;
	size_t n = 0, left_out = 0;

	for (const struct rb_failure *f = o->failures; f != NULL; f = f->next) {
		if (n++ < RB_VIEW_ASSERTIONS)
			put_assertion(v, o, f);
		else
			left_out++;
		last = f;
	}
	if (left_out > 0) {
		indent(v, o, GUTTER + 1);
		rb_buf_fmt(&v->page.out, "and %zu more that did not hold\n", left_out);
	}
	if (last != NULL)
		put_value(v, o, "from", last->from);
	if (last != NULL && last->excerpt.n > 0)
		put_excerpt(
		    v, o, last->excerpt_of.n > 0 ? last->excerpt_of : RB_STR("output"), last->excerpt);
	else
		put_tail(v, o);
}
