/* Diagnostics: the list, and how one is shown. The codes and what `explain` says of them are codes.c. */
#include "text/diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/escape.h"

enum {
	GUTTER = 5,         /* columns for the line number */
	LINE_MAX = 160,     /* wider source lines are shown in part */
	WINDOW_BEFORE = 60, /* of such a line: characters before the caret */
	WINDOW = 120,       /* and columns in all */
	TAB_STOP = 8,
	TEXT_MAX = 4096, /* bytes of one message */
};

void
rb_diags_init(struct rb_diags *d, struct rb_arena *arena)
{
	memset(d, 0, sizeof(*d));
	d->arena = arena;
}

static struct rb_str
format(struct rb_arena *arena, const char *fmt, va_list ap)
{
	struct rb_buf b;
	struct rb_str s;

	rb_buf_init(&b, arena->alloc, TEXT_MAX);
	rb_buf_vfmt(&b, fmt, ap);
	s = rb_arena_str(arena, rb_buf_view(&b));
	rb_buf_free(&b);
	return s;
}

static bool
known(const struct rb_diags *d, enum rb_code code, struct rb_span span, struct rb_str text)
{
	for (size_t i = 0; i < d->len; i++) {
		const struct rb_diag *diag = &d->items[i];

		if (diag->code == code && diag->span.src == span.src && diag->span.from == span.from &&
		    rb_str_eq(diag->text, text))
			return true;
	}
	return false;
}

struct rb_diag *
rb_diag_add(struct rb_diags *d, enum rb_code code, struct rb_span span, const char *fmt, ...)
{
	struct rb_diag *diag;
	struct rb_str text;
	va_list ap;

	va_start(ap, fmt);
	text = format(d->arena, fmt, ap);
	va_end(ap);
	if (d->items == NULL) {
		/* All at once, so that what was returned stays where it is while others are added. */
		d->cap = RB_DIAGS_MAX;
		d->items = RB_ARRAY(d->arena, struct rb_diag, d->cap);
	}
	if (known(d, code, span, text))
		return RB_NEW(d->arena, struct rb_diag);
	diag = d->len < d->cap ? &d->items[d->len++] : RB_NEW(d->arena, struct rb_diag);
	diag->severity = rb_code_rows[code].code[0] == 'W' ? RB_WARNING : RB_ERROR;
	diag->code = code;
	diag->span = span;
	diag->text = text;
	diag->hint = RB_STR("");
	if (diag->severity == RB_ERROR)
		d->errors++;
	else
		d->warnings++;
	return diag;
}

void
rb_diag_hint(struct rb_diags *d, struct rb_diag *diag, const char *fmt, ...)
{
	struct rb_str line;
	va_list ap;

	va_start(ap, fmt);
	line = format(d->arena, fmt, ap);
	va_end(ap);
	if (diag->hint.n > 0)
		line = rb_arena_fmt(d->arena, "%.*s\n%.*s", RB_STR_ARG(diag->hint), RB_STR_ARG(line));
	diag->hint = line;
}

void
rb_diag_suggest(
    struct rb_diags *d, struct rb_diag *diag, struct rb_str got, const struct rb_str *candidates, size_t n)
{
	unsigned limit = got.n < 4 ? 1 : got.n < 8 ? 2 : 3, least = limit + 1;
	size_t best = n;

	for (size_t i = 0; i < n; i++) {
		unsigned distance = rb_str_distance(got, candidates[i], limit);

		if (distance > 0 && distance < least) {
			least = distance;
			best = i;
		}
	}
	/* An abbreviation is far from its word, but still means it. */
	for (size_t i = 0; i < n && best == n && got.n >= 3; i++) {
		if (candidates[i].n > got.n && rb_str_eq(rb_str_cut(candidates[i], 0, got.n), got))
			best = i;
	}
	if (best < n)
		rb_diag_hint(d, diag, "did you mean `%.*s`?", RB_STR_ARG(candidates[best]));
}

/* The number of the diagnostic's file in the order in which files were first spoken of. */
static size_t
file_rank(const struct rb_source **files, size_t *n, const struct rb_source *src)
{
	for (size_t i = 0; i < *n; i++) {
		if (files[i] == src)
			return i;
	}
	files[(*n)++] = src;
	return *n - 1;
}

size_t
rb_diags_near(const struct rb_diags *d, size_t n)
{
	if (d->len >= RB_DIAGS_MAX)
		return 0;
	return n < RB_NEAR_MAX ? n : RB_NEAR_MAX;
}

void
rb_diags_sort(struct rb_diags *d)
{
	const struct rb_source *files[RB_DIAGS_MAX + 1] = {NULL}; /* what has no position comes first */
	size_t rank[RB_DIAGS_MAX], n = 1;

	for (size_t i = 0; i < d->len; i++)
		rank[i] = file_rank(files, &n, d->items[i].span.src);
	/* By insertion: stable, and the list is short. */
	for (size_t i = 1; i < d->len; i++) {
		struct rb_diag diag = d->items[i];
		size_t r = rank[i], at = i;

		for (; at > 0; at--) {
			if (rank[at - 1] < r ||
			    (rank[at - 1] == r && d->items[at - 1].span.from <= diag.span.from))
				break;
			d->items[at] = d->items[at - 1];
			rank[at] = rank[at - 1];
		}
		d->items[at] = diag;
		rank[at] = r;
	}
}

/* What a character of the file looks like when shown at display column `column`; returns its columns. */
static size_t
cell(struct rb_str rest, size_t column, struct rb_buf *out, size_t *bytes)
{
	char escaped[RB_ESCAPE_CHAR];

	if (rest.p[0] == '\t') {
		size_t width = TAB_STOP - column % TAB_STOP;

		*bytes = 1;
		if (out != NULL)
			rb_buf_pad(out, ' ', width);
		return width;
	}
	*bytes = rb_escape_char(rest, 0, escaped);
	if (escaped[0] == '\0') {
		if (out != NULL)
			rb_buf_add(out, rest.p, *bytes);
		return rb_str_width(rb_str_cut(rest, 0, *bytes));
	}
	if (out != NULL)
		rb_buf_c(out, escaped);
	return strlen(escaped);
}

/* Appends text for a person: the bytes of a message may come from the file. */
static void
add_safe(struct rb_buf *out, struct rb_str s)
{
	size_t bytes;

	for (size_t i = 0; i < s.n; i += bytes)
		cell(rb_str_cut(s, i, s.n), 0, out, &bytes);
}

enum paint { PLACE, ERROR_WORD, WARNING_WORD, NOTE_WORD, DIM, CARET };

static void
painted(struct rb_buf *out, bool colour, enum paint paint, struct rb_str s)
{
	static const char *const sgr[] = {[PLACE] = "\033[1m",
	    [ERROR_WORD] = "\033[1;31m",
	    [WARNING_WORD] = "\033[1;33m",
	    [NOTE_WORD] = "\033[1;36m",
	    [DIM] = "\033[2m",
	    [CARET] = "\033[1;31m"};

	if (colour)
		rb_buf_c(out, sgr[paint]);
	rb_buf_str(out, s);
	if (colour)
		rb_buf_c(out, "\033[0m");
}

/* Which part of a line is shown. */
struct window {
	size_t from; /* offset in the line */
	bool cut;    /* the line is too wide to be shown whole */
};

static struct window
choose_window(struct rb_str line, size_t at)
{
	struct window w = {0, false};
	size_t width = 0, bytes;

	for (size_t i = 0; i < line.n && width <= LINE_MAX; i += bytes)
		width += cell(rb_str_cut(line, i, line.n), width, NULL, &bytes);
	if (width <= LINE_MAX)
		return w;
	w.cut = true;
	w.from = at;
	for (int back = 0; back < WINDOW_BEFORE && w.from > 0; back++) {
		w.from--;
		while (w.from > 0 && ((unsigned char)line.p[w.from] & 0xc0) == 0x80)
			w.from--;
	}
	return w;
}

/* The source line, and the carets below it. */
static void
add_excerpt(struct rb_buf *out, bool colour, const struct rb_diag *diag, struct rb_pos pos)
{
	struct rb_str line = rb_source_line(diag->span.src, pos.line);
	size_t start = diag->span.src->starts[pos.line - 1];
	size_t at = diag->span.from - start,
	       end = diag->span.to > diag->span.from ? diag->span.to - start : at;
	size_t column = 0, caret = SIZE_MAX, caret_end = 0, bytes;
	struct window w;
	struct rb_buf row;
	char number[32];

	if (at > line.n)
		at = line.n;
	if (end > line.n)
		end = line.n;
	w = choose_window(line, at);
	snprintf(number, sizeof(number), "%*zu |", GUTTER, pos.line);
	rb_buf_init(&row, out->alloc, out->max);
	if (w.from > 0)
		column = 1;
	for (size_t i = w.from; i < line.n && (!w.cut || column < WINDOW); i += bytes) {
		if (i >= at && caret == SIZE_MAX)
			caret = column;
		column += cell(rb_str_cut(line, i, line.n), column, &row, &bytes);
		if (i < end)
			caret_end = column;
		if (w.cut && column >= WINDOW && i + bytes < line.n)
			rb_buf_c(&row, "…");
	}
	if (caret == SIZE_MAX)
		caret = column;
	if (caret_end <= caret)
		caret_end = caret + 1;
	painted(out, colour, DIM, rb_str_c(number));
	if (row.len > 0)
		rb_buf_fmt(out, " %s%.*s", w.from > 0 ? "…" : "", RB_STR_ARG(rb_buf_view(&row)));
	rb_buf_char(out, '\n');
	snprintf(number, sizeof(number), "%*s |", (int)strlen(number) - 2, "");
	painted(out, colour, DIM, rb_str_c(number));
	rb_buf_pad(out, ' ', caret + 1);
	rb_buf_clear(&row);
	rb_buf_pad(&row, '^', caret_end - caret);
	painted(out, colour, CARET, rb_buf_view(&row));
	rb_buf_char(out, '\n');
	rb_buf_free(&row);
}

static void
add_hint(struct rb_buf *out, bool colour, struct rb_str hint)
{
	size_t from = 0;

	while (from < hint.n) {
		size_t to = rb_str_find(hint, RB_STR("\n"), from);

		to = to == SIZE_MAX ? hint.n : to;
		rb_buf_pad(out, ' ', GUTTER + 1);
		painted(out, colour, DIM, from == 0 ? RB_STR("= ") : RB_STR("  "));
		add_safe(out, rb_str_cut(hint, from, to));
		rb_buf_char(out, '\n');
		from = to + 1;
	}
}

void
rb_diag_render(const struct rb_diag *diag, bool colour, struct rb_buf *out)
{
	static const struct {
		enum paint paint;
		const char *word;
	} severities[] = {[RB_NOTE] = {NOTE_WORD, "note"},
	    [RB_WARNING] = {WARNING_WORD, "warning"},
	    [RB_ERROR] = {ERROR_WORD, "error"}};
	struct rb_pos pos = {0};
	char place[64];

	if (diag->span.src != NULL) {
		pos = rb_source_pos(diag->span.src, diag->span.from);
		snprintf(place, sizeof(place), ":%zu:%zu:", pos.line, pos.column);
		if (colour)
			rb_buf_c(out, "\033[1m");
		add_safe(out, diag->span.src->name);
		rb_buf_c(out, place);
		if (colour)
			rb_buf_c(out, "\033[0m");
		rb_buf_char(out, ' ');
	}
	painted(out, colour, severities[diag->severity].paint, rb_str_c(severities[diag->severity].word));
	rb_buf_c(out, ": ");
	add_safe(out, diag->text);
	rb_buf_fmt(out, " [%s]\n", rb_code_rows[diag->code].code);
	if (diag->span.src != NULL)
		add_excerpt(out, colour, diag, pos);
	add_hint(out, colour, diag->hint);
}

void
rb_diags_render(struct rb_diags *d, bool colour, struct rb_buf *out)
{
	if (d->errors + d->warnings == 0)
		return;
	rb_diags_sort(d);
	for (size_t i = 0; i < d->len; i++)
		rb_diag_render(&d->items[i], colour, out);
	if (d->errors > 0)
		rb_buf_fmt(out, "%zu error%s", d->errors, d->errors == 1 ? "" : "s");
	if (d->warnings > 0)
		rb_buf_fmt(out, "%s%zu warning%s", d->errors > 0 ? ", " : "", d->warnings,
		    d->warnings == 1 ? "" : "s");
	if (d->errors + d->warnings > d->len)
		rb_buf_fmt(out, "; %zu are shown", d->len);
	rb_buf_char(out, '\n');
}
