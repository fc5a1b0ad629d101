/* What a run has changed: the list before its closing line, so that nobody has to search for it among the
 * looks. It is made of events, as all that is shown. */
#include "view/state.h"

enum { SHOWN = 10 }; /* changes in the list; the rest is counted */

/* A visit that attempted a change. */
struct rb_change {
	struct rb_change *next;
	enum rb_mark mark;
	bool left_out; /* it came to nothing: nobody did it, or it was declined */
	struct rb_str id, title, text;
};

void
rb_changes_begun(struct rb_view *v, struct rb_open *o, const struct rb_event *ev)
{
	struct rb_str effect = rb_event_get_text(ev, "effect");
	struct rb_change *c;

	if (v->drill || o->change != NULL || o->counted || effect.n == 0 || rb_str_is(effect, "read") ||
	    !rb_str_is(rb_event_get_text(ev, "purpose"), "action"))
		return;
	o->counted = true;
	if (v->nchanges++ >= SHOWN)
		return;
	c = RB_NEW(&v->arena, struct rb_change);
	c->mark = RB_MARK_LOOK;
	c->id = rb_arena_str(&v->arena, rb_open_name(v, &o->where));
	c->title = rb_arena_str(&v->arena, rb_open_title(v, o));
	c->text = RB_STR("unknown how it ended");
	*(v->changes_end != NULL ? &v->changes_end->next : &v->changes) = c;
	v->changes_end = c;
	o->change = c;
}

void
rb_changes_ended(struct rb_view *v, struct rb_open *o, enum rb_mark mark, struct rb_str text)
{
	bool done = !rb_str_is(o->outcome, "skipped") && !rb_str_is(o->outcome, "declined");

	if (o->counted && !done)
		v->nchanges--;
	if (o->change == NULL)
		return;
	o->change->left_out = !done;
	o->change->mark = mark;
	o->change->text = rb_arena_str(&v->arena, text);
}

void
rb_changes_show(struct rb_view *v)
{
	struct rb_page *p = &v->page;
	size_t shown = 0;

	if (v->nchanges == 0)
		return;
	rb_page_c(p, "\n");
	rb_page_ink(p, RB_INK_STRONG, RB_STR("What it changed"));
	rb_page_c(p, "\n");
	for (const struct rb_change *c = v->changes; c != NULL; c = c->next) {
		struct rb_page_row row = {.mark = c->mark, .id = c->id, .title = c->title, .text = c->text};

		if (c->left_out)
			continue;
		shown++;
		rb_page_row(p, &row);
	}
	if (v->nchanges > shown) {
		rb_page_pad(p, rb_page_start(p, 0));
		rb_page_ink(p, RB_INK_NONE, rb_arena_fmt(&p->scratch, "and %zu more", v->nchanges - shown));
		rb_page_c(p, "\n");
	}
	rb_page_c(p, "\n");
}
