/* What was under way in a record that has no end: nobody else knows what a run was doing when its program
 * died. */
#include "view/state.h"

/* "13:17:57 UTC" */
static struct rb_str
clock_of(struct rb_view *v, int64_t wall)
{
	char time[RB_CLOCK_RFC3339];

	rb_clock_rfc3339(wall, time);
	return rb_arena_fmt(&v->page.scratch, "%.8s UTC", time + 11);
}

static struct rb_str
how_far(struct rb_view *v, const struct rb_open *o, bool running)
{
	struct rb_str when = clock_of(v, o->since_wall);

	if (running)
		return rb_arena_fmt(&v->page.scratch, "under way since %.*s", RB_STR_ARG(when));
	if (rb_str_is(o->effect, "read"))
		return rb_arena_fmt(&v->page.scratch, "began at %.*s; it only reads", RB_STR_ARG(when));
	return rb_arena_fmt(&v->page.scratch,
	    "unknown: this %.*s began at %.*s, and the record does not say how far it came",
	    RB_STR_ARG(o->effect), RB_STR_ARG(when));
}

static bool
is_asked(const struct rb_view *v, struct rb_str step)
{
	const struct rb_asked *a = v->asked;

	while (a != NULL && !rb_str_eq(a->where.step, step))
		a = a->next;
	return a != NULL;
}

void
rb_unended_show(struct rb_view *v, bool running)
{
	for (struct rb_open *o = v->open; o != NULL; o = o->next) {
		struct rb_page_row row = {.mark = RB_MARK_LOOK, .indent = o->indent};

		if (!o->under_way && !is_asked(v, o->where.step))
			continue;
		rb_live_clear(v);
		rb_lines_headings(v, o->where.step);
		row.id = rb_open_id(v, o);
		row.title = rb_open_title(v, o);
		row.text = o->under_way ? how_far(v, o, running)
					: RB_STR("was asked about, and nobody had answered");
		rb_page_row(&v->page, &row);
	}
}
