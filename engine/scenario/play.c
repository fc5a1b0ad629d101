/* One scenario, played: the runbook's graph through the scheduler, with the scenario's results and a clock
 * that jumps to whatever is next. */
#include "scenario/state.h"
#include "lang/run_value.h"

#include <string.h>

/* ---- before the first step ---- */

static void
note_settled(void *ctx, const struct rb_input *input, struct rb_value value, const char *source)
{
	struct rb_play *p = ctx;
	struct rb_event ev;
	struct rb_buf b;

	/* Defaults are the same in each play, and would hide what the scenario is about. */
	if (strcmp(source, "default") == 0)
		return;
	rb_buf_init(&b, p->opt->alloc, RB_ENV_MAX);
	rb_value_show(value, &b);
	rb_event_init(&ev, RB_EV_INPUT, NULL);
	rb_event_text(&ev, "name", input->name);
	rb_event_text(&ev, "value", rb_buf_view(&b));
	rb_event_text(&ev, "source", rb_str_c(source));
	rb_bus_emit(p->bus, &ev);
	rb_buf_free(&b);
}

static void
emit_start(struct rb_play *p)
{
	const struct rb_unit *unit = p->file->program->main;
	struct rb_event ev;

	rb_event_init(&ev, RB_EV_RUN_START, NULL);
	rb_event_num(&ev, "version", RB_TRANSCRIPT_VERSION);
	rb_event_text(&ev, "mode", RB_STR("test"));
	rb_event_text(&ev, "runbook", unit->id);
	rb_event_text(&ev, "title", rb_unit_meta(unit, "title"));
	rb_event_text(&ev, "file", unit->src->path.n > 0 ? unit->src->path : unit->src->name);
	if (p->scenario->from != NULL && !p->file->library)
		rb_event_text(&ev, "from", p->scenario->from->name);
	rb_event_text(&ev, "host", rb_play_host(p, RB_HOST_NAME));
	rb_event_text(&ev, "operator", rb_play_host(p, RB_HOST_USER));
	rb_event_num(&ev, "terminal", 1);
	rb_event_num(&ev, "steps", (int64_t)unit->nsteps);
	if (unit->timeout != NULL && unit->timeout->value.kind == RB_V_DURATION)
		rb_event_num(&ev, "timeout", unit->timeout->value.i);
	rb_bus_emit(p->bus, &ev);
}

/* ---- turning ---- */

static void
error(struct rb_play *p, const char *text)
{
	struct rb_diag *diag = rb_diag_add(p->load.diags, RB_E_SCENARIO, p->scenario->span, "%s", text);

	rb_diag_hint(p->load.diags, diag, "it came here by %.*s", RB_STR_ARG(rb_play_path(p)));
}

/* Jumps to the next thing that is to happen; false if the play ends here. */
static bool
jump(struct rb_play *p, int64_t wake)
{
	int64_t next = rb_play_next(p);

	if (wake < next)
		next = wake;
	if (next <= p->now)
		return true;
	if (p->load.diags->errors > 0)
		return false; /* what was started at this time has told what it lacks */
	if (next == RB_NEVER)
		error(p, "the run waits for ever: what it has started does not end, and has no timeout");
	else if (next - RB_PLAY_BEGIN > RB_SCENARIO_TIME)
		error(p, "the run takes more than 30 days by the fake clock");
	if (p->load.diags->errors > 0)
		return false;
	p->now = next;
	return true;
}

static void
turn(struct rb_play *p)
{
	struct rb_played *out = p->out;
	int64_t wake;

	for (;;) {
		rb_play_complete(p);
		wake = rb_flow_advance(p->flow);
		out->ended = rb_flow_done(p->flow, &out->end);
		if (out->ended || !jump(p, wake))
			return;
		if (p->watch.events > RB_SCENARIO_EVENTS) {
			error(p, "the run goes on and on: there were more than 1,000,000 events");
			return;
		}
	}
}

/* ---- the whole ---- */

static void
open_bus(struct rb_play *p)
{
	p->masker = rb_masker_new(p->opt->alloc);
	p->bus = rb_bus_new(p->opt->alloc, p->masker, p->driver.now, p->driver.wall, p);
	rb_watch_init(&p->watch, p->arena, p->file, p->scenario);
	rb_bus_add(p->bus, &p->watch.sink);
	for (size_t i = 0; i < p->opt->nsinks; i++)
		rb_bus_add(p->bus, p->opt->sinks[i]);
}

static void
keep_path(struct rb_play *p)
{
	struct rb_played *out = p->out;

	out->path = RB_ARRAY(p->arena, struct rb_str, p->watch.nsteps);
	for (size_t i = 0; i < p->watch.nsteps; i++) {
		if (!p->watch.steps[i].skipped)
			out->path[out->npath++] = p->watch.steps[i].key;
	}
	out->events = p->watch.events;
}

static void
mask(const struct rb_play *p, struct rb_str *text)
{
	struct rb_buf b;

	rb_buf_init(&b, p->opt->alloc, RB_SOURCE_MAX);
	rb_masker_text(p->masker, *text, &b);
	*text = rb_arena_str(p->arena, rb_buf_view(&b));
	rb_buf_free(&b);
}

/* What came is told as it is: events were masked on their way, this was not. */
static void
mask_told(struct rb_play *p)
{
	struct rb_played *out = p->out;

	if (!rb_masker_active(p->masker))
		return;
	mask(p, &out->end.reason);
	for (size_t i = 0; i < out->nfindings; i++) {
		struct rb_finding *f = &out->findings[i];

		mask(p, &f->what);
		mask(p, &f->expected);
		mask(p, &f->actual);
		for (size_t k = 0; k < f->nlines; k++)
			mask(p, &f->lines[k]);
	}
	for (size_t i = 0; i < out->diags.len; i++) {
		mask(p, &out->diags.items[i].text);
		mask(p, &out->diags.items[i].hint);
	}
}

/* A test that cannot fail is none. */
static void
check_expects(struct rb_play *p)
{
	struct rb_diag *diag;

	if (rb_play_wants(p)->fields != NULL)
		return;
	diag = rb_diag_add(p->load.diags, RB_E_SCENARIO, p->scenario->span,
	    "nothing is expected: it would pass however the run ends");
	rb_diag_hint(p->load.diags, diag,
	    "this run ended %s, and came by %.*s: write `expect: {outcome: %s, …}`",
	    rb_ending_words[p->out->end.ending], RB_STR_ARG(rb_play_path(p)),
	    rb_ending_words[p->out->end.ending]);
}

static void
run(struct rb_play *p)
{
	struct rb_flow_options o = {.alloc = p->opt->alloc, .from = p->scenario->from};

	o.frame = rb_frame_new(p->opt->alloc, p->file->program->main->scope, NULL);
	emit_start(p);
	if (rb_inputs_settle(&p->load, p->file->program->main, p->scenario, &o, note_settled, p) != 0) {
		rb_frame_free(o.frame);
		return;
	}
	o.run = rb_run_value(p->arena, &(struct rb_run_facts){.id = RB_STR("test"),
					   .host = rb_play_host(p, RB_HOST_NAME),
					   .operator_ = rb_play_host(p, RB_HOST_USER),
					   .started = RB_PLAY_WALL,
					   .transcript = RB_STR("none, since this is a test")});
	p->flow = rb_flow_new(p->file->program, &p->driver, p->bus, &o);
	turn(p);
	p->out->end.reason = rb_arena_str(p->arena, p->out->end.reason);
	rb_flow_free(p->flow);
	rb_play_drop(p);
}

void
rb_scenario_play(const struct rb_scenario_file *file, size_t i, const struct rb_play_options *options,
    struct rb_arena *arena, struct rb_played *out)
{
	const struct rb_scenario *s = &file->items[i];
	const struct rb_scenario_inside *in = s->inside;
	struct rb_play p = {.file = file,
	    .scenario = s,
	    .opt = options,
	    .arena = arena,
	    .out = out,
	    .now = RB_PLAY_BEGIN,
	    .pid = 1000,
	    .used = RB_ARRAY(arena, unsigned, in->mocks.counters),
	    .used_shared = RB_ARRAY(arena, unsigned, file->shared->mocks.counters),
	    .answered = RB_ARRAY(arena, unsigned, in->answers.by_key.len),
	    .in_turn = RB_ARRAY(arena, bool, in->answers.by_key.len),
	    .compared = RB_ARRAY(arena, unsigned, in->wants.nrequests)};

	memset(out, 0, sizeof(*out));
	out->end.reason = RB_STR("");
	rb_diags_init(&out->diags, arena);
	p.load = (struct rb_scenario_load){.arena = arena, .diags = &out->diags};
	rb_play_driver(&p);
	open_bus(&p);
	run(&p);
	keep_path(&p);
	rb_compare_end(&p);
	if (out->ended && out->diags.errors == 0)
		rb_compare_unused(&p);
	if (out->nfindings == 0 && out->diags.errors == 0)
		check_expects(&p);
	out->verdict = !out->ended             ? RB_VERDICT_ERROR
		       : out->nfindings > 0    ? RB_VERDICT_FAILED
		       : out->diags.errors > 0 ? RB_VERDICT_ERROR
					       : RB_VERDICT_PASSED;
	mask_told(&p);
	rb_bus_free(p.bus);
	rb_masker_free(p.masker);
	rb_watch_free(&p.watch);
}
