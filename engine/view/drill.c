/* The end of a drill: which way a run would go today and what that stands on, what it would change, and which
 * looks are broken apart from those that only report trouble. It is made of events, so that a drill that is
 * shown again from its record ends with the same words. */
#include "view/state.h"

enum kind { WAY, CHANGE, OPEN, BACK, BARRED, BROKEN, TROUBLE, SILENT };

enum {
	LINES_SHOWN = 10,    /* of a script, and of its values: the plan has all of them */
	MAYBE_SHOWN = 8,     /* changes that may be made, of each sort */
	MAYBE_COLUMNS = 100, /* of one of them, where lines are not wrapped */
};

/* A line of the report. */
struct rb_report_line {
	struct rb_report_line *next;
	enum kind kind;
	enum rb_mark mark;
	struct rb_str path, id, title, text, below;
	struct rb_str whom; /* processes that it would stop */
	bool branch;        /* of a way: it is an arm, not an edge */
	bool kept;          /* of a way: the drill stood in it when it went no further */
	bool left_out;
	bool untitled; /* the title is only a word for what it does */
};

static struct rb_report_line *
add(struct rb_view *v, enum kind kind, const struct rb_event *ev)
{
	struct rb_report_line *line = RB_NEW(&v->arena, struct rb_report_line), **end = &v->report;
	const struct rb_open *o = rb_open_find(v, ev->where.step);

	line->kind = kind;
	line->path = rb_arena_str(&v->arena, ev->where.step);
	line->id = rb_arena_str(&v->arena, rb_open_name(v, &ev->where));
	if (o != NULL)
		line->title = rb_arena_str(&v->arena, rb_open_title(v, o));
	if (v->report_end != NULL)
		end = &v->report_end->next;
	*end = line;
	v->report_end = line;
	return line;
}

static struct rb_str
keep(struct rb_view *v, struct rb_str s)
{
	return rb_arena_str(&v->arena, rb_page_safe(&v->page, s, RB_ESCAPE_LINES));
}

/* ---- what is kept until the end ---- */

void
rb_drilled_branch(struct rb_view *v, const struct rb_event *ev)
{
	struct rb_str cond = rb_event_get_text(ev, "condition");
	struct rb_report_line *line;

	if (!v->drill)
		return;
	line = add(v, WAY, ev);
	line->mark = RB_MARK_WAY;
	line->branch = true;
	line->text = cond.n > 0 ? keep(v, cond) : RB_STR("else");
	if (rb_event_get_num(ev, "arm", 0) < 0)
		line->text = RB_STR("none of its conditions holds");
	line->below = keep(v, rb_event_get_text(ev, "why"));
}

/* A step that is done only if something holds, and did. */
void
rb_drilled_if(struct rb_view *v, const struct rb_event *ev)
{
	struct rb_report_line *line;

	if (!v->drill || rb_event_get_num(ev, "held", 0) == 0)
		return;
	line = add(v, WAY, ev);
	line->mark = RB_MARK_WAY;
	line->branch = true;
	line->text = keep(v, rb_event_get_text(ev, "condition"));
	line->below = keep(v, rb_event_get_text(ev, "why"));
}

/* The steps of an edge are a way too: "on_fail". */
void
rb_drilled_edge(struct rb_view *v, const struct rb_event *ev)
{
	struct rb_str to = rb_event_get_text(ev, "to"), key = rb_event_get_text(ev, "key");
	struct rb_report_line *line;

	if (!v->drill || rb_str_is(to, "continue"))
		return;
	line = add(v, WAY, ev);
	line->mark = RB_MARK_WAY;
	/* An edge that stands as a step has its own word for a key: "end", "goto". */
	line->text = keep(v, to);
	if (rb_str_is(to, "steps"))
		line->text = keep(v, key);
	else if (!rb_str_starts(to, rb_arena_str(&v->page.scratch, key).p))
		line->text =
		    rb_arena_fmt(&v->arena, "%.*s: %.*s", RB_STR_ARG(keep(v, key)), RB_STR_ARG(line->text));
	line->below = keep(v, rb_event_get_text(ev, "reason"));
}

void
rb_drilled_finding(struct rb_view *v, const struct rb_event *ev)
{
	struct rb_str what = rb_event_get_text(ev, "what"), purpose = rb_event_get_text(ev, "purpose");
	static const struct {
		const char *what;
		enum kind kind;
		enum rb_mark mark;
	} rows[] = {{"broken", BROKEN, RB_MARK_BAD}, {"silent", SILENT, RB_MARK_LOOK},
	    {"in_the_way", BARRED, RB_MARK_LOOK}, {"trouble", TROUBLE, RB_MARK_FAINT}};
	struct rb_report_line *line;
	size_t i = 0;

	while (i + 1 < sizeof(rows) / sizeof(rows[0]) && !rb_str_is(what, rows[i].what))
		i++;
	line = add(v, rows[i].kind, ev);
	line->mark = rows[i].mark;
	line->text = keep(v, rb_event_get_text(ev, "text"));
	if (line->kind == BARRED) {
		line->title = line->text;
		line->text = RB_STR("");
	}
	if (purpose.n > 0 && !rb_str_is(purpose, "action"))
		line->text =
		    rb_arena_fmt(&v->arena, "%.*s: %.*s", RB_STR_ARG(purpose), RB_STR_ARG(line->text));
}

void
rb_drilled_would(struct rb_view *v, const struct rb_event *ev)
{
	bool danger = rb_str_is(rb_event_get_text(ev, "effect"), "danger"),
	     open = rb_event_get_num(ev, "open", 0) != 0, back = rb_event_get_num(ev, "back", 0) != 0;
	struct rb_str item = rb_event_get_text(ev, "for"), title = rb_event_get_text(ev, "title");
	struct rb_report_line *line = add(v, back ? BACK : open ? OPEN : CHANGE, ev);
	int64_t more = rb_event_get_num(ev, "more", 0);

	line->mark = danger ? RB_MARK_LOOK : RB_MARK_PART;
	line->untitled = title.n == 0 && item.n == 0;
	if (line->untitled)
		title = rb_event_get_text(ev, "kind");
	line->title = keep(v, title.n > 0 ? title : item);
	if (title.n > 0 && item.n > 0)
		line->title =
		    rb_arena_fmt(&v->arena, "%.*s: %.*s", RB_STR_ARG(line->title), RB_STR_ARG(keep(v, item)));
	if (more > 0)
		line->title =
		    rb_arena_fmt(&v->arena, "%.*s, and %lld more", RB_STR_ARG(line->title), (long long)more);
	if (danger)
		line->title = rb_arena_fmt(&v->arena, "DANGER: %.*s", RB_STR_ARG(line->title));
	line->text = keep(v, rb_event_get_text(ev, "does"));
	line->below = keep(v, rb_event_get_text(ev, "values"));
	line->whom = keep(v, rb_event_get_text(ev, "whom"));
}

/* What is inside of a procedure of the library is its own affair where the procedure passed. */
void
rb_drilled_passed(struct rb_view *v, const struct rb_open *o)
{
	if (!v->drill || o->form != RB_FORM_LIBRARY)
		return;
	for (struct rb_report_line *line = v->report; line != NULL; line = line->next) {
		if ((line->kind == TROUBLE || line->kind == WAY) && line->path.n > o->where.step.n &&
		    line->path.p[o->where.step.n] == '/' &&
		    rb_str_eq(rb_str_cut(line->path, 0, o->where.step.n), o->where.step))
			line->left_out = true;
	}
}

/* Whether a path stands in what is under way, or in no other step. */
static bool
inside_open(struct rb_view *v, struct rb_str path)
{
	while (path.n > 0 && path.p[path.n - 1] != '/')
		path.n--;
	return path.n == 0 || rb_open_find(v, rb_str_cut(path, 0, path.n - 1)) != NULL;
}

/* The ways that it stands in lead to what comes next, and so does the last one that was decided beside it. */
void
rb_drilled_halt(struct rb_view *v, const struct rb_event *ev)
{
	struct rb_report_line *last = NULL;

	(void)ev;
	v->halted = true;
	for (struct rb_report_line *line = v->report; line != NULL; line = line->next) {
		line->kept = line->kind == WAY && rb_open_find(v, line->path) != NULL;
		if (line->kind == WAY && !line->left_out)
			last = line;
	}
	if (last != NULL && inside_open(v, last->path))
		last->kept = true;
}

/* ---- the report ---- */

static void
put_heading(struct rb_view *v, const char *text)
{
	rb_page_c(&v->page, "\n");
	rb_page_wrap(&v->page, RB_INK_STRONG, rb_str_c(text), 0, RB_PAGE_MARGIN, 0);
	rb_page_c(&v->page, "\n");
}

static size_t
lines_of(struct rb_str text)
{
	size_t n = text.n > 0;

	for (size_t at = rb_str_find(text, RB_STR("\n"), 0); at != SIZE_MAX;
	     at = rb_str_find(text, RB_STR("\n"), at + 1))
		n++;
	return n;
}

/* Lines of their own, as they are: a script can be read and copied. */
static void
put_lines(struct rb_view *v, enum rb_ink ink, struct rb_str text, size_t indent)
{
	size_t n = lines_of(text), shown = 0;

	while (text.n > 0) {
		size_t end = rb_str_find(text, RB_STR("\n"), 0);

		rb_page_pad(&v->page, indent);
		rb_page_wrap(&v->page, ink, rb_str_cut(text, 0, end), indent, indent + 2, 0);
		rb_page_c(&v->page, "\n");
		text = rb_str_cut(text, end == SIZE_MAX ? text.n : end + 1, text.n);
		if (++shown == LINES_SHOWN && n > LINES_SHOWN + 1)
			break;
	}
	if (text.n == 0)
		return;
	rb_page_pad(&v->page, indent);
	rb_page_ink(&v->page, RB_INK_DIM,
	    rb_arena_fmt(&v->page.scratch, "%s %zu more lines", v->page.ascii ? "..." : "…", n - shown));
	rb_page_c(&v->page, "\n");
}

static void
put_line(struct rb_view *v, const struct rb_report_line *line)
{
	size_t indent = rb_page_start(&v->page, 0) + 2;
	struct rb_str text = rb_str_chomp(line->text);
	struct rb_page_row row = {.mark = line->mark, .id = line->id, .title = line->title};
	bool apart = rb_str_find(text, RB_STR("\n"), 0) != SIZE_MAX;

	row.text = apart ? RB_STR("") : text;
	rb_page_row(&v->page, &row);
	if (apart)
		put_lines(v, RB_INK_NONE, text, indent);
	put_lines(v, RB_INK_DIM, line->whom, indent);
	put_lines(v, RB_INK_DIM, line->below, indent);
}

static bool
put_all(struct rb_view *v, enum kind kind, const char *heading)
{
	bool any = false;

	for (const struct rb_report_line *line = v->report; line != NULL; line = line->next) {
		if (line->kind != kind || line->left_out)
			continue;
		if (!any)
			put_heading(v, heading);
		any = true;
		put_line(v, line);
	}
	return any;
}

/* Changes that hang on what is not known yet: what they are, each in a line; the plan has the rest. */
static bool
put_maybe(struct rb_view *v, enum kind kind, const char *heading)
{
	size_t width = v->page.width > 0 ? v->page.width : MAYBE_COLUMNS, n = 0;

	for (const struct rb_report_line *line = v->report; line != NULL; line = line->next) {
		size_t indent = rb_page_start(&v->page, 0);
		struct rb_str text;

		if (line->kind != kind)
			continue;
		if (n == 0)
			put_heading(v, heading);
		if (n++ >= MAYBE_SHOWN)
			continue;
		text = line->untitled && line->text.n > 0 ? line->text : line->title;
		text = rb_str_cut(text, 0, rb_str_find(text, RB_STR("\n"), 0));
		if (line->id.n > 0)
			text = rb_arena_fmt(
			    &v->page.scratch, "%.*s  %.*s", RB_STR_ARG(line->id), RB_STR_ARG(text));
		rb_page_pad(&v->page, indent);
		rb_page_ink(
		    &v->page, RB_INK_NONE, rb_page_clip(&v->page, text, width > indent ? width - indent : 1));
		rb_page_c(&v->page, "\n");
		put_lines(v, RB_INK_DIM, line->whom, indent + 2);
	}
	if (n > MAYBE_SHOWN) {
		rb_page_pad(&v->page, rb_page_start(&v->page, 0));
		rb_page_ink(
		    &v->page, RB_INK_NONE, rb_arena_fmt(&v->page.scratch, "and %zu more", n - MAYBE_SHOWN));
		rb_page_c(&v->page, "\n");
	}
	return n > 0;
}

/* Where it did not go further, the ways that it stands in were kept. Where it stands in none, or came to the
 * end: the last branch with the edges behind it. */
static void
keep_last(struct rb_view *v)
{
	struct rb_report_line *from = NULL;

	for (struct rb_report_line *line = v->report; line != NULL; line = line->next) {
		if (line->kind == WAY && !line->left_out && (line->branch || from == NULL || !from->branch))
			from = line;
	}
	for (; from != NULL; from = from->next)
		from->kept = from->kind == WAY && !from->left_out;
}

static void
put_way(struct rb_view *v)
{
	bool any = false;

	for (const struct rb_report_line *line = v->report; line != NULL; line = line->next)
		any = any || line->kept;
	/* It may stand in none of them. */
	if (!any)
		keep_last(v);
	any = false;
	for (const struct rb_report_line *line = v->report; line != NULL; line = line->next) {
		if (!line->kept)
			continue;
		if (!any)
			put_heading(v, "The way that a run would take today");
		any = true;
		put_line(v, line);
	}
}

void
rb_drilled_report(struct rb_view *v)
{
	bool would, might;

	put_way(v);
	would = put_all(v, CHANGE, "What it would change");
	put_all(v, BARRED, "What stands in the way");
	might = put_maybe(v, OPEN, "What it might change, by what is not known yet");
	might = put_maybe(v, BACK, "What it might change if it goes back to an earlier step") || might;
	if (!would && !might && !v->halted)
		put_heading(v, "Nothing would be changed");
	put_all(v, BROKEN, "Broken: looks that cannot do what they are for on this host");
	put_all(v, TROUBLE, "Looks that work, and report trouble");
	put_all(v, SILENT, "Looks that found nothing: do their patterns fit this host?");
	rb_page_c(&v->page, "\n");
}
