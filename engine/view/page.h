/* A page: lines on their way to the reader, with inks, columns and wrapping. Ownership: a page owns its bytes
 * until they are written and cleared; safe texts live until rb_page_forget.
 *
 * All text that a page is given has been made safe (rb_page_safe), but for constants of this folder. */
#ifndef RB_VIEW_PAGE_H
#define RB_VIEW_PAGE_H

#include "base/arena.h"
#include "base/escape.h"

enum {
	RB_PAGE_NARROW = 60, /* below so many columns a row's text has lines of its own */
	RB_PAGE_LEAST = 20,  /* fewer columns are taken for so many */
	RB_PAGE_MARGIN = 2,
	RB_PAGE_ID = 8,        /* columns of the ids, at first */
	RB_PAGE_ID_MOST = 14,  /* and at most: longer ones push what follows */
	RB_PAGE_TITLE = 31,    /* columns of the titles */
	RB_PAGE_TIME = 7,      /* columns of the durations */
	RB_PAGE_GAP = 3,       /* blanks before a row's text */
	RB_PAGE_TEXT = 16384,  /* bytes of one text; what is beyond is counted */
	RB_PAGE_MAX = 4 << 20, /* bytes held while somebody else has the terminal */
};

enum rb_ink { RB_INK_NONE, RB_INK_GOOD, RB_INK_BAD, RB_INK_ASK, RB_INK_WAY, RB_INK_STRONG, RB_INK_DIM };

enum rb_mark {
	RB_MARK_GOOD,
	RB_MARK_BAD,
	RB_MARK_MENDED, /* it did not pass, but what followed made it good */
	RB_MARK_FAINT,  /* it did not pass, and the run goes on */
	RB_MARK_NONE,   /* skipped, declined */
	RB_MARK_WAY,
	RB_MARK_ASK,
	RB_MARK_LOOK, /* attention */
	RB_MARK_SAY,
	RB_MARK_PART, /* the heading of what follows */
	RB_MARK_AGAIN,
	RB_MARK_BLANK,
	RB_MARKS
};

struct rb_page {
	struct rb_buf out;
	struct rb_arena scratch;
	bool colour, ascii;
	unsigned width; /* columns; 0: lines are never wrapped */
	unsigned id;    /* columns of the ids by now */
};

struct rb_page_row {
	enum rb_mark mark;
	unsigned indent;
	struct rb_str id, title;
	struct rb_str time; /* a duration in words; may be empty */
	struct rb_str text;
	enum rb_ink ink; /* of the text */
};

/* An empty page, 80 columns wide until `width` is set. ascii: nothing beyond ASCII is written. */
void rb_page_init(struct rb_page *p, const struct rb_alloc *alloc, bool colour, bool ascii);
/* With what was not written, and all safe texts. */
void rb_page_free(struct rb_page *p);
/* Frees the safe texts that were made. */
void rb_page_forget(struct rb_page *p);

/* The text escaped, bounded, and in ASCII if the page is; lines stay lines only with RB_ESCAPE_LINES, blanks
 * around it go. */
struct rb_str rb_page_safe(struct rb_page *p, struct rb_str s, unsigned flags);
/* The text cut to so many columns, with an ellipsis where something was cut. */
struct rb_str rb_page_clip(struct rb_page *p, struct rb_str s, size_t columns);
/* The mark without its ink. */
struct rb_str rb_page_mark(const struct rb_page *p, enum rb_mark mark);
/* " · " */
struct rb_str rb_page_dot(const struct rb_page *p);
/* Where a row's texts begin: after margin, indentation and mark. */
size_t rb_page_start(const struct rb_page *p, unsigned indent);
/* Where a row's title begins: after its id, if it has one. */
size_t rb_page_title(const struct rb_page *p, unsigned indent, struct rb_str id);
/* The column at which the durations end. */
size_t rb_page_right(const struct rb_page *p);

/* Appended as they are, without a line being broken: a safe text in an ink; a constant; n blanks. */
void rb_page_ink(struct rb_page *p, enum rb_ink ink, struct rb_str s);
void rb_page_c(struct rb_page *p, const char *s);
void rb_page_pad(struct rb_page *p, size_t n);
/* Margin, indentation, mark and a blank. Returns the column that follows. */
size_t rb_page_begin(struct rb_page *p, enum rb_mark mark, unsigned indent);
/* The same with the id. */
size_t rb_page_label(struct rb_page *p, enum rb_mark mark, unsigned indent, struct rb_str id);
/* Writes from `column` on, with lines broken at the page's width less `spare` and continued at `indent`.
 * Returns the column that follows. */
size_t rb_page_wrap(
    struct rb_page *p, enum rb_ink ink, struct rb_str s, size_t column, size_t indent, size_t spare);
/* A whole row, with its newline. */
void rb_page_row(struct rb_page *p, const struct rb_page_row *row);

#endif
