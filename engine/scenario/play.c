/* One scenario, played: the runbook's graph through the scheduler, with the scenario's results and a clock
 * that jumps to whatever is next. */
#include "scenario/state.h"

#include <string.h>

static bool
has_input(const struct rb_procedure *from, struct rb_str name)
{
	for (size_t i = 0; from != NULL && i < from->ninputs; i++) {
		if (rb_str_eq(from->inputs[i].name, name))
			return true;
	}
	return false;
}

/* ---- before the first step ---- */

static void
note_settled(void *ctx, const struct rb_input *input, struct rb_value value, const char *source)
{
	struct rb_play *p = ctx;
	struct rb_event ev;
	struct rb_buf b;

	rb_buf_init(&b, p->opt->alloc, RB_ENV_MAX);
	rb_value_show(value, &b);
	rb_event_init(&ev, RB_EV_INPUT, NULL);
	rb_event_text(&ev, "name", input->name);
	rb_event_text(&ev, "value", rb_buf_view(&b));
	rb_event_text(&ev, "source", rb_str_c(source));
	rb_bus_emit(p->bus, &ev);
	rb_buf_free(&b);
}

/* What nobody gave and has no default; -1 after a diagnostic for each. */
static int
check_inputs(struct rb_play *p, const struct rb_input *inputs, size_t n)
{
	const struct rb_scenario_inside *in = p->scenario->inside;
	struct rb_diag *diag;
	int r = 0;

	for (size_t i = 0; i < n; i++) {
		bool given = !inputs[i].required;

		for (size_t k = 0; k < in->ninputs; k++)
			given = given || rb_str_eq(in->inputs[k].name, inputs[i].name);
		if (given)
			continue;
		diag = rb_diag_add(p->load.diags, RB_E_SCENARIO, p->scenario->span,
		    "the input `%.*s` has no value here", RB_STR_ARG(inputs[i].name));
		rb_diag_hint(p->load.diags, diag,
		    "write `inputs: {%.*s: …}`, here or at the top for all scenarios",
		    RB_STR_ARG(inputs[i].name));
		r = -1;
	}
	return r;
}

/* Inputs and values into the frame of the file, and what is for the procedure to start at. */
static int
settle(struct rb_play *p, struct rb_flow_options *o)
{
	const struct rb_scenario_inside *in = p->scenario->inside;
	const struct rb_unit *unit = p->file->program->main;
	struct rb_offer *file = RB_ARRAY(p->arena, struct rb_offer, in->ninputs),
			*from = RB_ARRAY(p->arena, struct rb_offer, in->ninputs);
	struct rb_settle s = {.arena = p->arena,
	    .diags = p->load.diags,
	    .offers = file,
	    .wall = p->driver.wall(p),
	    .settled = note_settled,
	    .ctx = p};
	struct rb_frame *trial;
	int r;

	for (size_t i = 0; i < in->ninputs; i++) {
		struct rb_offer offer = {in->inputs[i].name, in->inputs[i].value, "set", in->inputs[i].span};

		if (has_input(o->from, offer.name))
			from[o->nfrom_offers++] = offer;
		else
			file[s.noffers++] = offer;
	}
	o->from_offers = from;
	r = check_inputs(p, unit->inputs, unit->ninputs);
	if (o->from != NULL && check_inputs(p, o->from->inputs, o->from->ninputs) != 0)
		r = -1;
	if (r != 0)
		return r;
	r = rb_settle_inputs(&s, unit->inputs, unit->ninputs, o->frame);
	if (r == 0)
		r = rb_settle_values(&s, unit, o->frame);
	if (r != 0 || o->from == NULL)
		return r;
	/* The flow settles them again; here what is wrong with them has its place in the file. */
	trial = rb_frame_new(p->opt->alloc, o->from->scope, o->frame);
	s.offers = from;
	s.noffers = o->nfrom_offers;
	r = rb_settle_inputs(&s, o->from->inputs, o->from->ninputs, trial);
	rb_frame_free(trial);
	return r;
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

/* The built-in `run`. */
static struct rb_value
run_value(struct rb_play *p)
{
	struct rb_vpair *pairs;
	struct rb_value v = rb_v_map(p->arena, 5, &pairs);

	pairs[0] = (struct rb_vpair){RB_STR("id"), rb_v_text(RB_STR("test"))};
	pairs[1] = (struct rb_vpair){RB_STR("host"), rb_v_text(rb_play_host(p, RB_HOST_NAME))};
	pairs[2] = (struct rb_vpair){RB_STR("operator"), rb_v_text(rb_play_host(p, RB_HOST_USER))};
	pairs[3] = (struct rb_vpair){RB_STR("started"), rb_v_of(RB_V_TIME, RB_PLAY_WALL)};
	pairs[4] = (struct rb_vpair){RB_STR("transcript"), rb_v_text(RB_STR("none, since this is a test"))};
	return v;
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
	if (settle(p, &o) != 0) {
		rb_frame_free(o.frame);
		return;
	}
	o.run = run_value(p);
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
	rb_bus_free(p.bus);
	rb_masker_free(p.masker);
	rb_watch_free(&p.watch);
}
