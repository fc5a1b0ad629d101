/* The preview of a drill: items of a plan as events, so that the record has them, and events as the text that
 * a dry run would have. */
#include "api/told.h"

#include <string.h>

/* ---- from a plan to events ---- */

static void
put(struct rb_event *ev, const char *name, struct rb_str s)
{
	if (s.n > 0)
		rb_event_text(ev, name, s);
}

static void
on_item(void *ctx, const struct rb_plan_item *item)
{
	struct rb_event ev;

	rb_event_init(&ev, RB_EV_PREVIEW, NULL);
	rb_event_text(&ev, "part", rb_str_c(rb_plan_part_words[item->part]));
	rb_event_num(&ev, "level", item->depth);
	if (item->has_effect)
		rb_event_text(&ev, "effect", rb_str_c(rb_effect_words[item->effect]));
	put(&ev, "name", item->name);
	put(&ev, "text", item->text);
	put(&ev, "note", item->note);
	rb_bus_emit(ctx, &ev);
}

struct rb_plan_sink
rb_told_plan(struct rb_bus *bus)
{
	return (struct rb_plan_sink){.ctx = bus, .item = on_item};
}

/* ---- from events to a view ---- */

static void
on_text(void *ctx, struct rb_str text)
{
	const struct rb_teller *t = ctx;

	rb_view_print(t->view, text);
}

static void
begin(struct rb_teller *t)
{
	const struct rb_run_options *o = t->opt;

	rb_layout_init(&t->layout, o->alloc, on_text, t);
	t->layout.colour = o->colour;
	t->layout.ascii = o->ascii;
	if (o->width != NULL)
		t->layout.width = o->width(o->width_ctx);
	t->lays = true;
}

static void
end(struct rb_teller *t)
{
	if (t->lays)
		rb_layout_end(&t->layout);
	t->lays = false;
}

/* The place of a word in a table; `n` if it is in none, as in a transcript of a later version. */
static size_t
word_of(const char *const *words, size_t n, struct rb_str word)
{
	size_t i = 0;

	while (i < n && !rb_str_is(word, words[i]))
		i++;
	return i;
}

static int
on_event(void *ctx, const struct rb_event *ev)
{
	size_t part = word_of(rb_plan_part_words, RB_PLAN_PARTS, rb_event_get_text(ev, "part"));
	size_t effect = word_of(rb_effect_words, RB_EFFECTS, rb_event_get_text(ev, "effect"));
	int64_t depth = rb_event_get_num(ev, "level", 0);
	struct rb_teller *t = ctx;
	struct rb_plan_sink sink;

	if (ev->type != RB_EV_PREVIEW) {
		end(t);
		return 0;
	}
	if (part == RB_PLAN_PARTS || !t->opt->plan)
		return 0;
	if (!t->lays)
		begin(t);
	sink = rb_layout_sink(&t->layout);
	sink.item(sink.ctx, &(struct rb_plan_item){.part = (enum rb_plan_part)part,
				.depth = depth < 0 || depth > RB_NODE_DEPTH ? 0 : (unsigned)depth,
				.has_effect = effect < RB_EFFECTS,
				.effect = effect == RB_DANGER   ? RB_DANGER
					  : effect == RB_CHANGE ? RB_CHANGE
								: RB_READ,
				.name = rb_event_get_text(ev, "name"),
				.text = rb_event_get_text(ev, "text"),
				.note = rb_event_get_text(ev, "note")});
	return 0;
}

void
rb_teller_init(struct rb_teller *t, const struct rb_run_options *opt, struct rb_view *view)
{
	memset(t, 0, sizeof(*t));
	t->opt = opt;
	t->view = view;
	t->sink = (struct rb_sink){.ctx = t, .event = on_event};
}

void
rb_teller_free(struct rb_teller *t)
{
	end(t);
}
