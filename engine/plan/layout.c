/* The plan's items as lines: a margin with the effect of each step, so that what changes is seen by running
 * the eye down it, then the tree. Whatever comes from a file or a value is escaped. */
#include "plan/layout.h"

#include <string.h>

#include "base/escape.h"
#include "base/wrap.h"

enum {
	MARGIN = 9, /* columns of the effects */
	MARGIN_NARROW = 3,
	STEP = 2, /* columns of a level */
	TAB = 8,
	LABEL = 9, /* columns of the names of details */
	NAME = 12, /* columns of the names in tables */
	FLUSH = 64 * 1024,
	BOUND = 64 << 20, /* bytes of one item and what waits to be written */
	BEGINNING = 24,   /* columns of a remark in brief that are worth a place on the line */
	BRIEF = 120,      /* columns of a line for a step, where lines are not wrapped */
	LEAST_ROOM = 10,  /* columns of a line that goes on; where there are fewer, it begins further left */
	DEEPEST = 20,     /* levels that are indented further; deeper ones stand below each other */
};

enum ink { NONE, BOLD, DIM, CHANGE, DANGER, TROUBLE, WAY };

static const char *const inks[] = {[NONE] = "",
    [BOLD] = "\033[1m",
    [DIM] = "\033[2m",
    [CHANGE] = "\033[33m",
    [DANGER] = "\033[1;31m",
    [TROUBLE] = "\033[31m",
    [WAY] = "\033[36m"};

void
rb_layout_init(struct rb_layout *l, const struct rb_alloc *alloc,
    void (*write)(void *ctx, struct rb_str text), void *ctx)
{
	memset(l, 0, sizeof(*l));
	rb_buf_init(&l->out, alloc, BOUND);
	l->write = write;
	l->ctx = ctx;
	l->width = 80;
}

static void
flush(struct rb_layout *l)
{
	if (l->out.len > 0)
		l->write(l->ctx, rb_buf_view(&l->out));
	rb_buf_clear(&l->out);
}

void
rb_layout_end(struct rb_layout *l)
{
	if (l->column > 0)
		rb_buf_char(&l->out, '\n');
	flush(l);
	rb_buf_free(&l->out);
}

/* ---- words and lines ---- */

static void
ink(struct rb_layout *l, enum ink i, bool on)
{
	if (l->colour && i != NONE)
		rb_buf_c(&l->out, on ? inks[i] : "\033[0m");
}

static void
end_line(struct rb_layout *l)
{
	rb_buf_char(&l->out, '\n');
}

/* The escaped text, appended to a buffer of its own. */
static void
safe(const struct rb_layout *l, struct rb_str s, struct rb_buf *out)
{
	rb_buf_init(out, l->out.alloc, BOUND);
	rb_escape(out, s, l->ascii ? RB_ESCAPE_ASCII : 0);
}

static void
put(struct rb_layout *l, enum ink i, struct rb_str s)
{
	struct rb_buf b;

	if (s.n == 0)
		return;
	safe(l, s, &b);
	ink(l, i, true);
	rb_buf_str(&l->out, rb_buf_view(&b));
	ink(l, i, false);
	rb_buf_free(&b);
}

static size_t
columns(const struct rb_layout *l, struct rb_str s)
{
	struct rb_buf b;
	size_t n;

	safe(l, s, &b);
	n = rb_str_width(rb_buf_view(&b));
	rb_buf_free(&b);
	return n;
}

static size_t
width_of(const struct rb_layout *l)
{
	return l->width != 0 && l->width < RB_LAYOUT_LEAST ? RB_LAYOUT_LEAST : l->width;
}

/* A safe text from `column` on, continued at `indent`; only a word that is wider than a line is broken.
 * Returns the column that follows. */
static size_t
wrapped(struct rb_layout *l, struct rb_str text, size_t column, size_t indent)
{
	size_t width = width_of(l);

	if (width != 0 && indent + LEAST_ROOM > width)
		indent = STEP;
	while (text.n > 0) {
		size_t room = width == 0 ? SIZE_MAX : width > column ? width - column : 0;
		struct rb_str line = rb_wrap_line(&text, room, column > indent);

		rb_buf_str(&l->out, line);
		column += rb_str_width(line);
		if (text.n > 0) {
			end_line(l);
			rb_buf_pad(&l->out, ' ', indent);
			column = indent;
		}
	}
	return column;
}

static size_t
prose(struct rb_layout *l, enum ink i, struct rb_str s, size_t column, size_t indent)
{
	struct rb_buf b;

	safe(l, s, &b);
	ink(l, i, true);
	column = wrapped(l, rb_buf_view(&b), column, indent);
	ink(l, i, false);
	rb_buf_free(&b);
	return column;
}

/* On this line, as much as there is room for; `before` it, if anything is. Returns its columns. */
static size_t
clipped(struct rb_layout *l, enum ink i, struct rb_str before, struct rb_str s, size_t most)
{
	size_t lead = rb_str_width(before), width = columns(l, s), kept = 0, taken = 0;
	const char *more = l->ascii ? "..." : "…";
	size_t mark = l->ascii ? 3 : 1;
	struct rb_buf b;

	if (s.n == 0 || most <= lead + mark)
		return 0;
	most -= lead;
	safe(l, s, &b);
	s = rb_buf_view(&b);
	ink(l, i, true);
	rb_buf_str(&l->out, before);
	while (width > most && kept < s.n) {
		size_t w, n = rb_wrap_char(rb_str_cut(s, kept, s.n), &w);

		if (taken + w + mark > most)
			break;
		taken += w;
		kept += n;
	}
	rb_buf_str(&l->out, width > most ? rb_str_cut(s, 0, kept) : s);
	if (width > most)
		rb_buf_c(&l->out, more);
	ink(l, i, false);
	rb_buf_free(&b);
	return lead + (width > most ? taken + mark : width);
}

static size_t
margin(const struct rb_layout *l)
{
	return l->width != 0 && l->width < RB_LAYOUT_NARROW ? MARGIN_NARROW : MARGIN;
}

/* The margin and the levels. Returns the column that follows. */
static size_t
begin(struct rb_layout *l, unsigned depth, size_t more)
{
	size_t indent = margin(l) + (size_t)STEP * (depth < DEEPEST ? depth : DEEPEST) + more;

	rb_buf_pad(&l->out, ' ', indent);
	return indent;
}

/* The separator of a remark at the end of a line. */
static struct rb_str
dash(const struct rb_layout *l)
{
	return l->ascii ? RB_STR(" - ") : RB_STR(" · ");
}

/* A remark at the end of a line, or on one of its own where it does not fit. Returns the column that follows.
 */
static size_t
remark(struct rb_layout *l, struct rb_str note, size_t column, size_t indent)
{
	struct rb_str dot = dash(l);
	size_t width = width_of(l);

	if (note.n == 0)
		return column;
	if (width != 0 && column > indent && column + rb_str_width(dot) + columns(l, note) > width) {
		end_line(l);
		rb_buf_pad(&l->out, ' ', indent);
		column = indent;
	} else {
		ink(l, DIM, true);
		rb_buf_str(&l->out, dot);
		ink(l, DIM, false);
		column += rb_str_width(dot);
	}
	return prose(l, DIM, note, column, indent);
}

/* A name in a column of its own. Returns the column that follows. */
static size_t
label(struct rb_layout *l, enum ink i, struct rb_str name, size_t column, size_t wide)
{
	size_t n = columns(l, name), pad = n < wide ? wide - n : 1;

	put(l, i, name);
	rb_buf_pad(&l->out, ' ', pad);
	return column + n + pad;
}

/* ---- items ---- */

static void
lay_book(struct rb_layout *l, const struct rb_plan_item *it)
{
	size_t column = columns(l, it->name);

	put(l, BOLD, it->name);
	if (it->text.n > 0) {
		rb_buf_str(&l->out, dash(l));
		prose(l, NONE, it->text, column + 3, STEP);
	}
	end_line(l);
	prose(l, DIM, it->note, 0, STEP);
	end_line(l);
	prose(l, NONE,
	    RB_STR("A dry run: nothing is run, connected to or written. What only a run can find out stands "
		   "as <name>."),
	    0, 0);
	end_line(l);
	if (margin(l) == MARGIN_NARROW)
		rb_buf_c(&l->out, "!  changes   !! is dangerous\n");
}

static void
lay_heading(struct rb_layout *l, const struct rb_plan_item *it)
{
	size_t column = 0, n = columns(l, it->text);

	if (it->depth == 0)
		end_line(l);
	else
		column = begin(l, it->depth, 0);
	put(l, BOLD, it->text);
	remark(l, it->note, column + n, column + STEP);
	end_line(l);
}

static void
lay_group(struct rb_layout *l, const struct rb_plan_item *it)
{
	size_t column;

	end_line(l);
	column = begin(l, it->depth, 0);
	put(l, BOLD, it->text);
	remark(l, it->note, column + columns(l, it->text), column + STEP);
	end_line(l);
}

static void
lay_row(struct rb_layout *l, const struct rb_plan_item *it)
{
	size_t indent, column;

	column = begin(l, it->depth, 0);
	indent = column + NAME;
	column = label(l, NONE, it->name, column, NAME);
	column = prose(l, NONE, it->text, column, indent);
	remark(l, it->note, column, indent);
	end_line(l);
}

/* The effect in the margin, in words where there is room. */
static void
lay_margin(struct rb_layout *l, const struct rb_plan_item *it)
{
	static const struct {
		const char *word, *sign;
		enum ink ink;
	} rows[] = {[RB_READ] = {"reads", "", DIM},
	    [RB_CHANGE] = {"CHANGES", "!", CHANGE},
	    [RB_DANGER] = {"DANGER", "!!", DANGER}};
	const char *text = margin(l) == MARGIN ? rows[it->effect].word : rows[it->effect].sign;

	if (!it->has_effect)
		text = "";
	label(l, it->has_effect ? rows[it->effect].ink : NONE, rb_str_c(text), 0, margin(l));
	rb_buf_pad(&l->out, ' ', (size_t)STEP * (it->depth < DEEPEST ? it->depth : DEEPEST));
}

static void
lay_step(struct rb_layout *l, const struct rb_plan_item *it)
{
	size_t column = margin(l) + (size_t)STEP * (it->depth < DEEPEST ? it->depth : DEEPEST),
	       indent = column + STEP;

	lay_margin(l, it);
	put(l, BOLD, it->name);
	column += columns(l, it->name);
	if (it->name.n > 0 && it->text.n > 0) {
		rb_buf_c(&l->out, "  ");
		column += 2;
	}
	column = prose(l, NONE, it->text, column, indent + (it->part == RB_PLAN_COMMAND ? STEP : 0));
	remark(l, it->note, column, indent);
	end_line(l);
}

/* A line of a script, a variable, an address: it goes on further in. Tabs stay, as scripts have them, where
 * the line need not be broken. */
static void
lay_exact(struct rb_layout *l, const struct rb_plan_item *it)
{
	bool one_line = rb_str_find(it->text, RB_STR("\n"), 0) == SIZE_MAX;
	size_t column = begin(l, it->depth, STEP), width = width_of(l);
	struct rb_buf b, blanks;
	struct rb_str text;

	rb_buf_init(&b, l->out.alloc, BOUND);
	rb_buf_init(&blanks, l->out.alloc, BOUND);
	rb_escape(&b, it->text, (l->ascii ? RB_ESCAPE_ASCII : 0) | (one_line ? RB_ESCAPE_LINES : 0));
	text = rb_buf_view(&b);
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '\t')
			rb_buf_pad(&blanks, ' ', TAB);
		else
			rb_buf_char(&blanks, text.p[i]);
	}
	if (width == 0 || column + rb_str_width(rb_buf_view(&blanks)) <= width)
		rb_buf_str(&l->out, text);
	else
		wrapped(l, rb_buf_view(&blanks), column, column + 2 * STEP);
	end_line(l);
	rb_buf_free(&blanks);
	rb_buf_free(&b);
}

static void
lay_detail(struct rb_layout *l, const struct rb_plan_item *it)
{
	size_t column = begin(l, it->depth, STEP), indent = column + LABEL;

	column = label(l, DIM, it->name, column, LABEL);
	column = prose(l, NONE, it->text, column, indent);
	remark(l, it->note, column, indent);
	end_line(l);
}

static void
lay_arm(struct rb_layout *l, const struct rb_plan_item *it)
{
	size_t column = begin(l, it->depth, STEP), indent = column + STEP;

	column = prose(l, WAY, it->text, column, indent);
	remark(l, it->note, column, indent);
	end_line(l);
}

static void
lay_fact(struct rb_layout *l, const struct rb_plan_item *it)
{
	size_t column = begin(l, it->depth, (size_t)2 * STEP), indent = column + STEP;

	put(l, DIM, it->name);
	column += columns(l, it->name);
	column = remark(l, it->text, column, indent);
	remark(l, it->note, column, indent);
	end_line(l);
}

static void
lay_edge(struct rb_layout *l, const struct rb_plan_item *it)
{
	struct rb_str arrow = l->ascii ? RB_STR("-> ") : RB_STR("→ ");
	/* Without a name it is an item of its list, and stands where its steps do. */
	size_t column = begin(l, it->depth, it->name.n > 0 ? STEP : 0), indent = column + STEP;

	if (it->name.n > 0) {
		put(l, DIM, it->name);
		rb_buf_char(&l->out, ' ');
		column += columns(l, it->name) + 1;
	}
	ink(l, WAY, true);
	rb_buf_str(&l->out, arrow);
	ink(l, WAY, false);
	prose(l, NONE, it->text, column + rb_str_width(arrow), indent);
	end_line(l);
}

static void
lay_note(struct rb_layout *l, const struct rb_plan_item *it)
{
	size_t column = begin(l, it->depth, STEP);

	prose(l, DIM, it->text, column, column);
	end_line(l);
}

static void
lay_trouble(struct rb_layout *l, const struct rb_plan_item *it)
{
	size_t column = begin(l, it->depth, STEP);

	prose(l, TROUBLE, RB_STR("!"), column, column);
	rb_buf_char(&l->out, ' ');
	prose(l, TROUBLE, it->text, column + 2, column + 2);
	end_line(l);
}

/* ---- brief ---- */

static size_t
room(const struct rb_layout *l, size_t column)
{
	size_t width = l->width == 0 ? BRIEF : width_of(l);

	return width > column ? width - column : 0;
}

static void
brief_end(struct rb_layout *l)
{
	if (l->column > 0)
		end_line(l);
	l->column = 0;
}

/* The line of a step may go on with what it asks and when it is done; on a line of its own, where this one
 * has no room for its beginning. */
static void
brief_more(struct rb_layout *l, const struct rb_plan_item *it)
{
	static const struct {
		const char *name, *before; /* NULL: the name is not told */
		bool droppable;
	} rows[] = {{"if", " ", false}, {"for each", " ", false}, {"asks", ": ", false},
	    {"by hand", ": ", false}, {"says", ": ", true}, {"looks", NULL, true}};
	size_t i = 0, wide, left,
	       indent = margin(l) + (size_t)STEP * ((it->depth < DEEPEST ? it->depth : DEEPEST) + 1);
	struct rb_buf b;

	/* What may be changed is told in full. */
	if (l->column > 0 && rb_str_is(it->name, "inside"))
		l->column = remark(l, it->text, l->column, indent);
	while (i < sizeof(rows) / sizeof(rows[0]) && !rb_str_is(it->name, rows[i].name))
		i++;
	if (l->column == 0 || i == sizeof(rows) / sizeof(rows[0]))
		return;
	rb_buf_init(&b, l->out.alloc, BOUND);
	if (rows[i].before != NULL)
		rb_buf_fmt(&b, "%s%s", rows[i].name, rows[i].before);
	rb_buf_str(&b, it->text);
	wide = rb_str_width(dash(l)) + columns(l, rb_buf_view(&b));
	left = room(l, l->column);
	if (!rows[i].droppable && left < wide && left < BEGINNING) {
		brief_end(l);
		rb_buf_pad(&l->out, ' ', indent);
		l->column = indent + clipped(l, DIM, RB_STR(""), rb_buf_view(&b), room(l, indent));
	} else if (rows[i].before != NULL || left >= wide) {
		l->column += clipped(l, DIM, dash(l), rb_buf_view(&b), left);
	}
	rb_buf_free(&b);
}

static void
brief_step(struct rb_layout *l, const struct rb_plan_item *it)
{
	size_t column;
	struct rb_str gap = it->name.n > 0 && it->text.n > 0 ? RB_STR("  ") : RB_STR("");

	column = margin(l) + (size_t)STEP * (it->depth < DEEPEST ? it->depth : DEEPEST);
	lay_margin(l, it);
	put(l, BOLD, it->name);
	column += columns(l, it->name);
	column += clipped(l, NONE, gap, it->text, room(l, column));
	l->column = column;
}

/* Branches and ways out: a line each. */
static void
brief_way(struct rb_layout *l, const struct rb_plan_item *it)
{
	size_t column;
	struct rb_str sign = it->part == RB_PLAN_ARM ? RB_STR("") : l->ascii ? RB_STR("-> ") : RB_STR("→ ");

	column = begin(l, it->depth, it->part == RB_PLAN_ARM || it->name.n > 0 ? STEP : 0);
	if (it->name.n > 0) {
		put(l, DIM, it->name);
		rb_buf_char(&l->out, ' ');
		column += columns(l, it->name) + 1;
	}
	l->column =
	    column + clipped(l, it->part == RB_PLAN_ARM ? WAY : NONE, sign, it->text, room(l, column));
	l->column += clipped(l, DIM, dash(l), it->note, room(l, l->column));
}

/* False of what is laid out as ever. */
static bool
brief_item(struct rb_layout *l, const struct rb_plan_item *it)
{
	if (it->part == RB_PLAN_DETAIL) {
		brief_more(l, it);
		return true;
	}
	if (it->part == RB_PLAN_EXACT || it->part == RB_PLAN_FACT || it->part == RB_PLAN_NOTE)
		return true;
	brief_end(l);
	if (it->part == RB_PLAN_STEP || it->part == RB_PLAN_COMMAND)
		brief_step(l, it);
	else if (it->part == RB_PLAN_ARM || it->part == RB_PLAN_EDGE)
		brief_way(l, it);
	else
		return false;
	return true;
}

static void
lay(void *ctx, const struct rb_plan_item *it)
{
	static void (*const rows[RB_PLAN_PARTS])(struct rb_layout * l, const struct rb_plan_item *it) = {
	    [RB_PLAN_BOOK] = lay_book,
	    [RB_PLAN_HEADING] = lay_heading,
	    [RB_PLAN_GROUP] = lay_group,
	    [RB_PLAN_ROW] = lay_row,
	    [RB_PLAN_STEP] = lay_step,
	    [RB_PLAN_COMMAND] = lay_step,
	    [RB_PLAN_EXACT] = lay_exact,
	    [RB_PLAN_DETAIL] = lay_detail,
	    [RB_PLAN_ARM] = lay_arm,
	    [RB_PLAN_FACT] = lay_fact,
	    [RB_PLAN_EDGE] = lay_edge,
	    [RB_PLAN_NOTE] = lay_note,
	    [RB_PLAN_TROUBLE] = lay_trouble,
	};
	struct rb_layout *l = ctx;

	if (!l->brief || !brief_item(l, it))
		rows[it->part](l, it);
	if (l->out.len >= FLUSH)
		flush(l);
}

struct rb_plan_sink
rb_layout_sink(struct rb_layout *l)
{
	return (struct rb_plan_sink){l, lay};
}
