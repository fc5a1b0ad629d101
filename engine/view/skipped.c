/* Steps that were skipped, while a run is followed: those in a row are one line, since of a long runbook most
 * are skipped, and what is done must not drown among them. A run that is shown again tells each with why. */
#include "view/state.h"

enum {
	CONDITION = 60, /* columns of the condition of one that stands alone */
	NAMES_MAX = 20, /* that a line tells; of the others it has their number */
};

/* It was skipped by its `if`, which the record has, and by nothing that the operator should know now. */
static bool
is_plain(const struct rb_view *v, const struct rb_open *o)
{
	return !v->opt.replay && rb_str_is(o->outcome, "skipped") && o->reason.n == 0 && o->cond.n > 0;
}

/* How often the last name came in a row, once that is known. */
static void
end_name(struct rb_skipped *s)
{
	if (s->same > 1)
		rb_buf_fmt(&s->names, " (%u)", s->same);
	s->same = 0;
}

static void
add_name(struct rb_skipped *s, struct rb_str name)
{
	if (s->more == 0 && s->nnames > 0 && rb_str_eq(name, s->last)) {
		s->same++;
		return;
	}
	if (s->nnames == NAMES_MAX) {
		s->more++;
		return;
	}
	end_name(s);
	if (s->nnames++ > 0)
		rb_buf_c(&s->names, ", ");
	rb_buf_str(&s->names, name);
	s->last = rb_arena_str(&s->arena, name);
	s->same = 1;
}

bool
rb_skipped_take(struct rb_view *v, const struct rb_open *o, struct rb_str text)
{
	struct rb_skipped *s = &v->skipped;
	struct rb_str id = rb_open_id(v, o), title = rb_open_title(v, o);

	if (!is_plain(v, o))
		return false;
	if (s->n > 0 && (s->indent != o->indent || s->depth != o->where.depth))
		rb_skipped_show(v);
	if (s->n++ == 0) {
		s->indent = o->indent;
		s->depth = o->where.depth;
		s->id = rb_arena_str(&s->arena, id);
		s->title = rb_arena_str(&s->arena, title);
		s->text = rb_arena_str(&s->arena, text);
	}
	add_name(s, id.n > 0 ? id : rb_page_clip(&v->page, title, RB_PAGE_TITLE));
	return true;
}

struct rb_str
rb_skipped_condition(struct rb_view *v, struct rb_str cond)
{
	return v->opt.replay ? cond : rb_page_clip(&v->page, cond, CONDITION);
}

void
rb_skipped_show(struct rb_view *v)
{
	struct rb_skipped *s = &v->skipped;
	struct rb_page_row row = {.mark = RB_MARK_NONE,
	    .indent = s->indent,
	    .id = s->id,
	    .title = s->title,
	    .text = s->text,
	    .ink = RB_INK_DIM};
	size_t column;

	if (s->n == 0)
		return;
	end_name(s);
	if (s->more > 0)
		rb_buf_fmt(&s->names, " … and %u more", s->more);
	if (s->n == 1) {
		rb_page_row(&v->page, &row);
	} else {
		column = rb_page_begin(&v->page, RB_MARK_NONE, s->indent);
		rb_page_wrap(&v->page, RB_INK_DIM,
		    rb_arena_fmt(&v->page.scratch, "skipped: %.*s", RB_STR_ARG(rb_buf_view(&s->names))),
		    column, column, 0);
		rb_page_c(&v->page, "\n");
	}
	rb_arena_clear(&s->arena);
	rb_buf_clear(&s->names);
	s->last = RB_STR("");
	s->n = s->nnames = s->more = 0;
}
