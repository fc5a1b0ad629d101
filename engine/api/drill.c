/* The drill: where the flow goes no further, the plan tells what a run would do from there on, with what was
 * found on the way. All of it becomes events, so that the record and every view have it. */
#include "api/drill.h"

#include <string.h>

#include "api/outlook.h"
#include "api/told.h"
#include "lint/lint.h"

static void
put(struct rb_event *ev, const char *name, struct rb_str s)
{
	if (s.n > 0)
		rb_event_text(ev, name, s);
}

static void
emit_would(struct rb_driller *d, const struct rb_plan_change *c)
{
	const struct rb_step *step = c->step;
	struct rb_where where = {.step = c->path, .id = step->id, .visit = 1, .item = -1};
	struct rb_event ev;

	rb_event_init(&ev, RB_EV_WOULD, &where);
	rb_event_text(&ev, "kind", rb_str_c(step->action));
	rb_event_text(&ev, "effect", rb_str_c(rb_effect_words[c->effect]));
	put(&ev, "title", c->title);
	put(&ev, "does", c->request);
	put(&ev, "values", c->values);
	put(&ev, "whom", c->whom);
	put(&ev, "for", c->item);
	if (c->more > 0)
		rb_event_num(&ev, "more", (int64_t)c->more);
	rb_event_num(&ev, "open", c->open);
	rb_event_num(&ev, "back", c->back);
	if (step->span.src != NULL)
		rb_event_num(&ev, "line", (int64_t)rb_source_pos(step->span.src, step->span.from).line);
	rb_bus_emit(d->bus, &ev);
}

static void
emit_in_the_way(struct rb_driller *d, const struct rb_plan_trouble *t)
{
	struct rb_where where = {.step = t->path, .id = t->path, .visit = 1, .item = -1};
	struct rb_event ev;

	rb_event_init(&ev, RB_EV_FINDING, &where);
	rb_event_text(&ev, "what", RB_STR("in_the_way"));
	rb_event_text(&ev, "text", t->text);
	rb_bus_emit(d->bus, &ev);
}

/* What the plan itself found wrong: it told nothing then. */
static void
emit_trouble(struct rb_driller *d, const struct rb_diags *diags)
{
	struct rb_event ev;

	for (size_t i = 0; i < diags->len; i++) {
		rb_event_init(&ev, RB_EV_WARNING, NULL);
		rb_event_text(&ev, "text", diags->items[i].text);
		rb_event_text(&ev, "code", RB_STR("preview_failed"));
		rb_bus_emit(d->bus, &ev);
	}
}

static void
on_halt(void *ctx, const struct rb_stand *stand, enum rb_halt why)
{
	struct rb_driller *d = ctx;
	struct rb_plan_options plan = {.alloc = d->opt->alloc, .stand = stand, .wall = rb_clock_wall()};
	struct rb_plan_sink sink = rb_told_plan(d->bus);
	struct rb_plan_sum sum;
	struct rb_outlook look;
	struct rb_diags diags;

	(void)why; /* stands in the `halt` event */
	rb_outlook_init(&look, d->opt, &plan.host);
	plan.host.processes = rb_outlook_processes;
	rb_diags_init(&diags, &look.arena);
	memset(&sum, 0, sizeof(sum));
	sum.arena = &look.arena;
	if (rb_plan_run(d->program, &plan, &sink, &sum, &diags) < 0)
		emit_trouble(d, &diags);
	for (size_t i = 0; i < sum.nwould; i++)
		emit_would(d, &sum.would[i]);
	for (size_t i = 0; i < sum.ntroubles && i < RB_PLAN_TROUBLES_LISTED; i++)
		emit_in_the_way(d, &sum.troubles[i]);
	rb_outlook_free(&look);
}

void
rb_driller_init(struct rb_driller *d, const struct rb_program *program, const struct rb_run_options *opt,
    struct rb_bus *bus)
{
	*d = (struct rb_driller){
	    .program = program, .opt = opt, .bus = bus, .drill = {.ctx = d, .halted = on_halt}};
}

int
rb_driller_accepts(
    const struct rb_program *program, const struct rb_run_options *opt, struct rb_buf *problems)
{
	struct rb_arena arena;
	struct rb_diags diags;
	size_t found;

	rb_arena_init(&arena, opt->alloc);
	rb_diags_init(&diags, &arena);
	found = rb_lint_refuse(program, &diags);
	if (found > 0) {
		rb_diags_render(&diags, opt->problems_colour, problems);
		rb_buf_c(problems, "A drill does for real what only looks, so nothing was done.\n");
	}
	rb_arena_free(&arena);
	return found == 0 ? 0 : -1;
}
