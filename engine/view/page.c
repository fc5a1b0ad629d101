/* Laying out lines: what every form that people read is made of. */
#include "view/page.h"

#include <string.h>

#include "base/wrap.h"

/* What the program itself writes beyond ASCII, and how else it can be written. */
static const struct {
	const char *shown, *ascii;
} glyphs[] = {
    {"✓", "ok"},
    {"✗", "FAIL"},
    {"→", "->"},
    {"…", "..."},
    {"·", "-"},
    {"–", "-"},
    {"—", "-"},
};

static const struct {
	const char *shown, *ascii; /* of one column, and of as many as RB_ASCII_MARK */
	enum rb_ink ink;
} marks[RB_MARKS] = {
    [RB_MARK_GOOD] = {"✓", "ok  ", RB_INK_GOOD},
    [RB_MARK_BAD] = {"✗", "FAIL", RB_INK_BAD},
    [RB_MARK_MENDED] = {"✓", "ok  ", RB_INK_ASK},
    [RB_MARK_FAINT] = {"✗", "fail", RB_INK_DIM},
    [RB_MARK_NONE] = {"–", "-   ", RB_INK_DIM},
    [RB_MARK_WAY] = {"→", "->  ", RB_INK_WAY},
    [RB_MARK_ASK] = {"?", "?   ", RB_INK_ASK},
    [RB_MARK_LOOK] = {"!", "!   ", RB_INK_ASK},
    [RB_MARK_SAY] = {"»", ">>  ", RB_INK_STRONG},
    [RB_MARK_PART] = {"▸", ">   ", RB_INK_STRONG},
    [RB_MARK_AGAIN] = {"↻", "..  ", RB_INK_DIM},
    [RB_MARK_BLANK] = {" ", "    ", RB_INK_NONE},
};

enum { UTF8_MARK = 1, ASCII_MARK = 4 };

void
rb_page_init(struct rb_page *p, const struct rb_alloc *alloc, bool colour, bool ascii)
{
	memset(p, 0, sizeof(*p));
	rb_buf_init(&p->out, alloc, RB_PAGE_MAX);
	rb_arena_init(&p->scratch, alloc);
	p->colour = colour;
	p->ascii = ascii;
	p->width = 80;
	p->id = RB_PAGE_ID;
}

void
rb_page_free(struct rb_page *p)
{
	rb_buf_free(&p->out);
	rb_arena_free(&p->scratch);
}

void
rb_page_forget(struct rb_page *p)
{
	rb_arena_clear(&p->scratch);
}

/* ---- safe texts ---- */

/* A glyph of ours at the head of s: its bytes, or 0. */
static size_t
glyph_at(struct rb_str s, const char **ascii)
{
	for (size_t i = 0; i < sizeof(glyphs) / sizeof(glyphs[0]); i++) {
		if (rb_str_starts(s, glyphs[i].shown)) {
			*ascii = glyphs[i].ascii;
			return strlen(glyphs[i].shown);
		}
	}
	return 0;
}

static void
safe_ascii(struct rb_str s, unsigned flags, struct rb_buf *out)
{
	char shown[RB_ESCAPE_CHAR];
	const char *ascii;

	for (size_t i = 0, n; i < s.n; i += n) {
		struct rb_str rest = rb_str_cut(s, i, s.n);

		n = (unsigned char)s.p[i] < 0x80 ? 0 : glyph_at(rest, &ascii);
		if (n > 0) {
			rb_buf_c(out, ascii);
			continue;
		}
		n = rb_escape_char(rest, flags | RB_ESCAPE_ASCII, shown);
		if (shown[0] != '\0')
			rb_buf_c(out, shown);
		else
			rb_buf_add(out, rest.p, n);
	}
}

/* Tabs as blanks, since columns are counted. */
static struct rb_str
without_tabs(struct rb_page *p, struct rb_str s)
{
	struct rb_buf b;
	struct rb_str made;

	if (s.n == 0 || memchr(s.p, '\t', s.n) == NULL)
		return s;
	rb_buf_init(&b, p->scratch.alloc, SIZE_MAX);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\t')
			rb_buf_c(&b, "    ");
		else
			rb_buf_char(&b, s.p[i]);
	}
	made = rb_arena_str(&p->scratch, rb_buf_view(&b));
	rb_buf_free(&b);
	return made;
}

struct rb_str
rb_page_safe(struct rb_page *p, struct rb_str s, unsigned flags)
{
	struct rb_str kept = rb_str_trim(s), safe;
	size_t left_out;
	struct rb_buf b;

	s = kept;
	if (kept.n > RB_PAGE_TEXT) {
		kept.n = RB_PAGE_TEXT;
		while (kept.n > 0 && ((unsigned char)kept.p[kept.n] & 0xc0) == 0x80)
			kept.n--;
	}
	left_out = s.n - kept.n;
	if ((flags & RB_ESCAPE_LINES) != 0)
		kept = without_tabs(p, kept);
	rb_buf_init(&b, p->scratch.alloc, SIZE_MAX);
	if (p->ascii)
		safe_ascii(kept, flags, &b);
	else
		rb_escape(&b, kept, flags);
	if (left_out > 0)
		rb_buf_fmt(&b, "%s (%zu bytes more)", p->ascii ? "..." : "…", left_out);
	safe = rb_arena_str(&p->scratch, rb_buf_view(&b));
	rb_buf_free(&b);
	return safe;
}

/* Bytes of the beginning of s that has at most so many columns. */
static size_t
bytes_of(struct rb_str s, size_t columns)
{
	size_t i = 0, width = 0;

	while (i < s.n) {
		size_t w, n = rb_wrap_char(rb_str_cut(s, i, s.n), &w);

		if (width + w > columns)
			break;
		width += w;
		i += n;
	}
	return i;
}

struct rb_str
rb_page_clip(struct rb_page *p, struct rb_str s, size_t columns)
{
	const char *mark = p->ascii ? "..." : "…";
	size_t room = p->ascii ? 3 : 1;

	if (rb_str_width(s) <= columns)
		return s;
	if (columns <= room)
		return rb_str_cut(s, 0, bytes_of(s, columns));
	s = rb_str_cut(s, 0, bytes_of(s, columns - room));
	return rb_arena_fmt(&p->scratch, "%.*s%s", RB_STR_ARG(s), mark);
}

/* ---- ink ---- */

struct rb_str
rb_page_mark(const struct rb_page *p, enum rb_mark mark)
{
	return rb_str_c(p->ascii ? marks[mark].ascii : marks[mark].shown);
}

struct rb_str
rb_page_dot(const struct rb_page *p)
{
	return p->ascii ? RB_STR(" - ") : RB_STR(" · ");
}

void
rb_page_ink(struct rb_page *p, enum rb_ink ink, struct rb_str s)
{
	static const char *const sgr[] = {[RB_INK_NONE] = "",
	    [RB_INK_GOOD] = "\033[32m",
	    [RB_INK_BAD] = "\033[31m",
	    [RB_INK_ASK] = "\033[33m",
	    [RB_INK_WAY] = "\033[36m",
	    [RB_INK_STRONG] = "\033[1m",
	    [RB_INK_DIM] = "\033[2m"};
	bool inked = p->colour && ink != RB_INK_NONE && s.n > 0;

	if (inked)
		rb_buf_c(&p->out, sgr[ink]);
	rb_buf_str(&p->out, s);
	if (inked)
		rb_buf_c(&p->out, "\033[0m");
}

void
rb_page_c(struct rb_page *p, const char *s)
{
	rb_buf_c(&p->out, s);
}

void
rb_page_pad(struct rb_page *p, size_t n)
{
	rb_buf_pad(&p->out, ' ', n);
}

/* ---- lines ---- */

static unsigned
width_of(const struct rb_page *p)
{
	return p->width < RB_PAGE_LEAST ? RB_PAGE_LEAST : p->width;
}

static bool
is_narrow(const struct rb_page *p)
{
	return p->width > 0 && p->width < RB_PAGE_NARROW;
}

size_t
rb_page_start(const struct rb_page *p, unsigned indent)
{
	return RB_PAGE_MARGIN + indent + (p->ascii ? ASCII_MARK : UTF8_MARK) + 1;
}

size_t
rb_page_begin(struct rb_page *p, enum rb_mark mark, unsigned indent)
{
	rb_page_pad(p, RB_PAGE_MARGIN + indent);
	rb_page_ink(p, marks[mark].ink, rb_page_mark(p, mark));
	rb_page_c(p, " ");
	return rb_page_start(p, indent);
}

/* Columns of an id with the blanks after it; 0 without one. */
static size_t
id_columns(const struct rb_page *p, struct rb_str id)
{
	size_t width = rb_str_width(id);

	if (width == 0)
		return 0;
	if (is_narrow(p))
		return width + 1;
	/* One that is longer than its column stands apart from what follows. */
	return width > p->id ? width + 2 : p->id + 1;
}

size_t
rb_page_title(const struct rb_page *p, unsigned indent, struct rb_str id)
{
	return rb_page_start(p, indent) + (is_narrow(p) ? 0 : id_columns(p, id));
}

static void
widen(struct rb_page *p, struct rb_str id)
{
	size_t width = rb_str_width(id);

	if (width > p->id)
		p->id = width < RB_PAGE_ID_MOST ? (unsigned)width : RB_PAGE_ID_MOST;
}

size_t
rb_page_label(struct rb_page *p, enum rb_mark mark, unsigned indent, struct rb_str id)
{
	size_t column = rb_page_begin(p, mark, indent), width = rb_str_width(id);

	widen(p, id);
	if (width == 0)
		return column;
	rb_page_ink(p, RB_INK_STRONG, id);
	rb_page_pad(p, id_columns(p, id) - width);
	return column + id_columns(p, id);
}

size_t
rb_page_wrap(struct rb_page *p, enum rb_ink ink, struct rb_str s, size_t column, size_t indent, size_t spare)
{
	size_t limit = p->width == 0 ? SIZE_MAX : width_of(p) > spare ? width_of(p) - spare : 1;
	bool more = s.n > 0;

	if (limit < indent + RB_PAGE_LEAST / 2)
		indent = RB_PAGE_MARGIN;
	while (more) {
		size_t room = limit > column ? limit - column : 0;
		struct rb_str line = rb_wrap_line(&s, room, column > indent);

		rb_page_ink(p, ink, line);
		column += rb_str_width(line);
		more = s.n > 0;
		if (more) {
			rb_page_c(p, "\n");
			rb_page_pad(p, indent);
			column = indent;
		}
	}
	return column;
}

size_t
rb_page_right(const struct rb_page *p)
{
	size_t right = RB_PAGE_MARGIN + UTF8_MARK + 1 + RB_PAGE_ID + 1 + RB_PAGE_TITLE + RB_PAGE_TIME;

	right += p->id - RB_PAGE_ID;
	if (p->ascii)
		right += ASCII_MARK - UTF8_MARK;
	return p->width > 0 && right > width_of(p) ? width_of(p) : right;
}

static void
narrow_row(struct rb_page *p, const struct rb_page_row *row)
{
	size_t start = rb_page_start(p, row->indent);
	size_t column = rb_page_label(p, row->mark, row->indent, row->id);

	if (row->title.n > 0)
		rb_page_wrap(p, RB_INK_NONE, row->title, column, start, RB_PAGE_TIME);
	if (row->time.n > 0) {
		rb_page_pad(p, row->title.n > 0 ? 2 : 1);
		rb_page_ink(p, RB_INK_DIM, row->time);
	}
	if (row->text.n > 0) {
		rb_page_c(p, "\n");
		rb_page_pad(p, start);
		rb_page_wrap(p, row->ink, row->text, start, start, 0);
	}
	rb_page_c(p, "\n");
}

/* Where the text of a row begins behind `column`; 0: it needs lines of its own. */
static size_t
text_column(const struct rb_page *p, const struct rb_page_row *row, size_t column, size_t right)
{
	size_t aligned = (column > right ? column : right) + RB_PAGE_GAP, width = rb_str_width(row->text);
	bool one_line = memchr(row->text.p, '\n', row->text.n) == NULL;

	if (p->width == 0 || (one_line && aligned + width <= p->width))
		return aligned;
	/* Without a time between them the two may stand close. */
	return one_line && row->time.n == 0 && column + RB_PAGE_GAP + width <= p->width ? column + RB_PAGE_GAP
											: 0;
}

/* Where the lines of a row go on: below its title, unless a long id leaves too little room there. */
static size_t
below_id(const struct rb_page *p, const struct rb_page_row *row)
{
	size_t title = rb_page_title(p, row->indent, row->id);

	return p->width == 0 || title + RB_PAGE_TITLE + RB_PAGE_TIME <= width_of(p)
		   ? title
		   : rb_page_start(p, row->indent) + RB_PAGE_MARGIN;
}

void
rb_page_row(struct rb_page *p, const struct rb_page_row *row)
{
	size_t column, from, right, width = rb_str_width(row->time), text, below;

	if (is_narrow(p)) {
		narrow_row(p, row);
		return;
	}
	from = rb_page_label(p, row->mark, row->indent, row->id);
	below = below_id(p, row);
	column =
	    rb_page_wrap(p, RB_INK_NONE, row->title, from, below, row->time.n > 0 ? RB_PAGE_TIME + 2 : 0);
	right = rb_page_right(p);
	if (width > 0) {
		size_t gap = column + 1 + width <= right ? right - width - column : 2;

		rb_page_pad(p, gap);
		rb_page_ink(p, RB_INK_DIM, row->time);
		column += gap + width;
	}
	if (row->text.n > 0) {
		text = text_column(p, row, column, right);
		if (text > 0) {
			rb_page_pad(p, text - column);
		} else {
			text = below;
			rb_page_c(p, "\n");
			rb_page_pad(p, text);
		}
		rb_page_wrap(p, row->ink, row->text, text, text, 0);
	}
	rb_page_c(p, "\n");
}
