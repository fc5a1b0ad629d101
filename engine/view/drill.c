/* The end of a drill: which way a run would go today and what that stands on, what it would change, and which
 * looks are broken apart from those that only report trouble. It is made of events, so that a drill that is
 * shown again from its record ends with the same words. */
#include "view/state.h"

enum kind { WAY, CHANGE, OPEN, BROKEN, TROUBLE, SILENT };

/* A line of the report. */
struct rb_report_line {
	struct rb_report_line *next;
	enum kind kind;
	enum rb_mark mark;
	struct rb_str path, id, title, text, below;
	bool branch; /* of a way: it is an arm, not an edge */
	bool kept;   /* of a way: the drill stood in it when it went no further */
};

/* A step where its line stands alone: by its path, unless ids in it were made. */
static struct rb_str
name_of(struct rb_view *v, const struct rb_where *where)
{
	struct rb_str id = rb_open_id_of(v, where);
	bool made = rb_str_find(where->step, RB_STR("step_"), 0) != SIZE_MAX;

	return id.n > 0 && !made ? rb_page_safe(&v->page, where->step, 0) : id;
}

static struct rb_report_line *
add(struct rb_view *v, enum kind kind, const struct rb_event *ev)
{
	struct rb_report_line *line = RB_NEW(&v->arena, struct rb_report_line), **end = &v->report;
	const struct rb_open *o = rb_open_find(v, ev->where.step);

	line->kind = kind;
	line->path = rb_arena_str(&v->arena, ev->where.step);
	line->id = rb_arena_str(&v->arena, name_of(v, &ev->where));
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
	enum kind kind = rb_str_is(what, "broken") ? BROKEN : rb_str_is(what, "silent") ? SILENT : TROUBLE;
	struct rb_report_line *line = add(v, kind, ev);

	line->mark = kind == BROKEN ? RB_MARK_BAD : kind == SILENT ? RB_MARK_LOOK : RB_MARK_FAINT;
	line->text = keep(v, rb_event_get_text(ev, "text"));
	if (!rb_str_is(purpose, "action"))
		line->text =
		    rb_arena_fmt(&v->arena, "%.*s: %.*s", RB_STR_ARG(purpose), RB_STR_ARG(line->text));
}

void
rb_drilled_would(struct rb_view *v, const struct rb_event *ev)
{
	bool open = rb_event_get_num(ev, "open", 0) != 0;
	struct rb_str item = rb_event_get_text(ev, "for"), title = rb_event_get_text(ev, "title");
	struct rb_report_line *line = add(v, open ? OPEN : CHANGE, ev);
	int64_t more = rb_event_get_num(ev, "more", 0);

	line->mark = rb_str_is(rb_event_get_text(ev, "effect"), "danger") ? RB_MARK_LOOK : RB_MARK_ASK;
	if (title.n == 0 && item.n == 0)
		title = rb_event_get_text(ev, "kind");
	line->title = keep(v, title.n > 0 ? title : item);
	if (title.n > 0 && item.n > 0)
		line->title =
		    rb_arena_fmt(&v->arena, "%.*s: %.*s", RB_STR_ARG(line->title), RB_STR_ARG(keep(v, item)));
	if (more > 0)
		line->title =
		    rb_arena_fmt(&v->arena, "%.*s, and %lld more", RB_STR_ARG(line->title), (long long)more);
	line->text = keep(v, rb_event_get_text(ev, "does"));
	line->below = keep(v, rb_event_get_text(ev, "values"));
}

/* The ways that it stands in lead to what comes next. */
void
rb_drilled_halt(struct rb_view *v, const struct rb_event *ev)
{
	(void)ev;
	v->halted = true;
	for (struct rb_report_line *line = v->report; line != NULL; line = line->next)
		line->kept = line->kind == WAY && rb_open_find(v, line->path) != NULL;
}

/* ---- the report ---- */

static void
put_heading(struct rb_view *v, const char *text)
{
	rb_page_c(&v->page, "\n");
	rb_page_ink(&v->page, RB_INK_STRONG, rb_str_c(text));
	rb_page_c(&v->page, "\n");
}

/* Lines of their own, as they are: a script can be read and copied. */
static void
put_lines(struct rb_view *v, enum rb_ink ink, struct rb_str text, size_t indent)
{
	while (text.n > 0) {
		size_t end = rb_str_find(text, RB_STR("\n"), 0);

		rb_page_pad(&v->page, indent);
		rb_page_wrap(&v->page, ink, rb_str_cut(text, 0, end), indent, indent + 2, 0);
		rb_page_c(&v->page, "\n");
		text = rb_str_cut(text, end == SIZE_MAX ? text.n : end + 1, text.n);
	}
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
	put_lines(v, RB_INK_DIM, line->below, indent);
}

static bool
put_all(struct rb_view *v, enum kind kind, const char *heading)
{
	bool any = false;

	for (const struct rb_report_line *line = v->report; line != NULL; line = line->next) {
		if (line->kind != kind)
			continue;
		if (!any)
			put_heading(v, heading);
		any = true;
		put_line(v, line);
	}
	return any;
}

/* Where it did not go further, the ways that lead there were kept. Where it came to the end: the last branch
 * with the edges behind it. */
static void
keep_last(struct rb_view *v)
{
	struct rb_report_line *from = NULL;

	for (struct rb_report_line *line = v->report; line != NULL; line = line->next) {
		if (line->kind == WAY && (line->branch || from == NULL || !from->branch))
			from = line;
	}
	for (; from != NULL; from = from->next)
		from->kept = from->kind == WAY;
}

static void
put_way(struct rb_view *v)
{
	bool any = false;

	if (!v->halted)
		keep_last(v);
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
	might = put_all(v, OPEN, "What it might change, by what is not known yet");
	if (!would && !might && !v->halted)
		put_heading(v, "Nothing would be changed");
	put_all(v, BROKEN, "Broken: looks that cannot do what they are for on this host");
	put_all(v, TROUBLE, "Looks that work, and report trouble");
	put_all(v, SILENT, "Looks that found nothing: do their patterns fit this host?");
	rb_page_c(&v->page, "\n");
}
