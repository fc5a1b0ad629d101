/* The live line: what runs now, for how long, and the last line that it printed. It is redrawn in place, and
 * never wider than the terminal, so that it cannot wrap. */
#include <stdio.h>

#include "view/state.h"

#define EVERY (100 * RB_MS)
#define DELAY (150 * RB_MS) /* what is over sooner needs no live line */

static const char *const frames[] = {"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"};
static const char *const ascii_frames[] = {"|   ", "/   ", "-   ", "\\   "};

static void
take_away(struct rb_view *v)
{
	if (!v->drawn)
		return;
	rb_page_c(&v->page, "\r\033[K");
	v->drawn = false;
}

void
rb_live_clear(struct rb_view *v)
{
	take_away(v);
	rb_skipped_show(v);
}

/* What was begun last and is not only a frame for others; of a table, the table. */
static struct rb_open *
running(const struct rb_view *v)
{
	struct rb_open *found = NULL;

	for (struct rb_open *o = v->open; o != NULL; o = o->next) {
		if (!o->quiet && (!o->group || o->rows != NULL))
			found = o;
	}
	return found;
}

/* "3/5 worker": how many rows of a table are in, and which one is waited for. */
static struct rb_str
table_state(struct rb_view *v, const struct rb_open *table)
{
	unsigned over = 0, n = 0;
	struct rb_str id = {"", 0};

	for (const struct rb_open *o = table->rows; o != NULL; o = o->row) {
		n++;
		over += o->over;
		if (!o->over && id.n == 0)
			id = rb_open_id(v, o);
	}
	return rb_arena_fmt(&v->page.scratch, "%u/%u %.*s", over, n, RB_STR_ARG(id));
}

static struct rb_str
elapsed(struct rb_view *v, const struct rb_open *o, int64_t now)
{
	char took[RB_CLOCK_DURATION], limit[RB_CLOCK_DURATION];
	int64_t ns = now > o->since ? now - o->since : 0;

	/* Tenths of seconds from the start, so that it counts evenly. */
	if (ns < RB_SECOND)
		snprintf(took, sizeof(took), "0.%ds", (int)(ns / (100 * RB_MS)));
	else
		rb_clock_human(ns, took);
	if (o->timeout <= 0)
		return rb_arena_fmt(&v->page.scratch, "%s", took);
	return rb_arena_fmt(&v->page.scratch, "%s/%s", took, rb_clock_exact(o->timeout, limit));
}

/* Puts what fits; returns the column that follows. */
static size_t
put(struct rb_page *p, enum rb_ink ink, struct rb_str s, size_t column, size_t columns)
{
	s = rb_page_clip(p, s, columns > column ? columns - column : 0);
	rb_page_ink(p, ink, s);
	return column + rb_str_width(s);
}

/* Blanks up to a column, one at least, as far as they fit. */
static size_t
blank(struct rb_page *p, size_t to, size_t column, size_t columns)
{
	size_t n = to > column ? to - column : 1;

	if (column + n > columns)
		n = columns > column ? columns - column : 0;
	rb_page_pad(p, n);
	return column + n;
}

static void
draw(struct rb_view *v, const struct rb_open *o, int64_t now)
{
	struct rb_page *p = &v->page;
	/* The last column stays free: a terminal that wraps would wrap there. */
	size_t columns = (p->width == 0 ? RB_VIEW_COLUMNS : p->width) - 1;
	struct rb_str id = rb_open_id(v, o), took = elapsed(v, o, now), text;
	size_t column = rb_page_start(p, o->indent), time = rb_str_width(took) + 1;
	unsigned n =
	    p->ascii ? sizeof(ascii_frames) / sizeof(ascii_frames[0]) : sizeof(frames) / sizeof(frames[0]);

	if (columns <= column)
		return;
	text = o->rows != NULL ? table_state(v, o) : rb_page_safe(p, rb_buf_view(&o->last), 0);
	rb_page_c(p, "\r\033[K");
	rb_page_pad(p, RB_PAGE_MARGIN + o->indent);
	rb_page_ink(p, RB_INK_WAY, rb_str_c((p->ascii ? ascii_frames : frames)[v->frame % n]));
	rb_page_c(p, " ");
	if (id.n > 0) {
		column = put(p, RB_INK_STRONG, id, column, columns);
		column = blank(p, rb_page_title(p, o->indent, id), column, columns);
	}
	/* The title gives way to the time, the last line of output to both. */
	column = put(p, RB_INK_NONE, rb_open_title(v, o), column, columns > time ? columns - time : 0);
	column = blank(p, rb_page_right(p) > time ? rb_page_right(p) - time + 1 : 0, column, columns);
	column = put(p, RB_INK_DIM, took, column, columns);
	if (text.n > 0 && column + RB_PAGE_GAP < columns) {
		column = blank(p, column + RB_PAGE_GAP, column, columns);
		put(p, RB_INK_DIM, text, column, columns);
	}
	v->drawn = true;
	v->drawn_at = now;
	v->frame++;
}

int64_t
rb_live_tick(struct rb_view *v, int64_t now)
{
	struct rb_open *o = running(v);
	int64_t due;

	if (o == NULL) {
		take_away(v);
		return RB_NEVER;
	}
	due = v->drawn ? v->drawn_at + EVERY : o->since + DELAY;
	if (now < due)
		return due;
	draw(v, o, now);
	return now + EVERY;
}
