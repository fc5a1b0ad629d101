/* Coverage: reads the events of plays, and ticks off the ways of the graphs (lang/graph.h). */
#include "scenario/cover.h"

#include <stdlib.h>

#include "lang/graph.h"
#include "scenario/state.h"

/* What is known of a visit while it is on the way. A step is on the way once at a time: nothing calls itself.
 */
struct on_the_way {
	bool asked;  /* its confirmation was */
	bool item;   /* its loop had one */
	bool edged;  /* an on_ edge was told of, and ticked */
	bool jumped; /* it was left by a jump from inside of it */
	struct rb_str choices;
};

struct covered {
	const struct rb_graph *graph;
	bool *counts; /* by way: it says something of the file, and something leads to it */
	bool *taken;  /* likewise: a play took it */
};

struct rb_cover {
	const struct rb_program *program;
	const struct rb_unit *unit;
	const struct rb_procedure *from;
	struct rb_sink sink;
	size_t ngraphs;
	struct covered *graphs; /* the file's, then its procedures' */
	bool *done;             /* by index of the step */
	bool *whole, *entered;  /* likewise, of calls: some play gave the result; some went into it */
	struct on_the_way *now; /* likewise */
	struct rb_arena *arena;
};

/* ---- ways ---- */

static struct covered *
graph_of(struct rb_cover *c, const struct rb_step *step)
{
	for (size_t i = 0; i < c->ngraphs; i++) {
		if (c->graphs[i].graph->proc == step->proc)
			return &c->graphs[i];
	}
	return NULL;
}

static void
note_step(void *ctx, const struct rb_decl *decl, unsigned up, struct rb_str path, const struct rb_expr *at)
{
	(void)up;
	(void)path;
	(void)at;
	*(bool *)ctx |= decl != NULL && decl->kind == RB_DECL_STEP;
}

/* What the run finds out may be nothing, and a loop over nothing passes; a list of the operator's, or of the
 * author's, is as long as they wrote it. */
static bool
may_find_nothing(const struct rb_loop *loop)
{
	bool found = loop->where != NULL;

	if (loop->in != NULL)
		rb_expr_reads(loop->in, note_step, &found);
	return found;
}

/* Ways that say something of the file. */
static bool
says_something(const struct rb_graph *g, const struct rb_way *w)
{
	switch (w->kind) {
	case RB_WAY_FAIL:
	case RB_WAY_LATE:
		return w->written;
	case RB_WAY_DECLINED:
		return g->points[w->to].kind != RB_AT_OVER;
	case RB_WAY_NO_ARM: /* of a question for many: that one was not chosen */
		return w->step->op == RB_OP_BRANCH;
	case RB_WAY_EMPTY:
		return may_find_nothing(w->step->loop);
	case RB_WAY_RUNG: /* one that is for failures begins at each end that is one */
		return g->points[w->from].over != RB_OVER_FAILED;
	default:
		return rb_way_decides(w);
	}
}

/* Behind a branch whose every arm ends the run nothing can pass. */
static void
find_counting(struct covered *c, struct rb_arena *arena)
{
	const struct rb_graph *g = c->graph;
	const bool *reached = rb_graph_reachable(arena, g);

	for (size_t i = 0; i < g->nways; i++)
		c->counts[i] = reached[g->ways[i].from] && says_something(g, &g->ways[i]);
}

static bool
tick(struct rb_cover *c, const struct rb_step *step, enum rb_way_kind kind, uint32_t arm)
{
	struct covered *g = graph_of(c, step);
	const struct rb_way *w = g != NULL ? rb_graph_way(g->graph, step, kind, arm) : NULL;

	if (w == NULL)
		return false;
	g->taken[w - g->graph->ways] = true;
	return true;
}

/* ---- events ---- */

static const struct rb_step *
step_of(struct rb_cover *c, const struct rb_event *ev)
{
	const struct rb_step *step;

	struct rb_buf name;

	rb_buf_init(&name, c->arena->alloc, RB_LINE_MAX);
	step = rb_scenario_step(c->program, c->from, ev->where.step, &name);
	rb_buf_free(&name);
	return step != NULL && step->unit == c->unit ? step : NULL;
}

/* A turn of a loop: the loop itself ends after its turns. */
static bool
is_turn(const struct rb_event *ev)
{
	return rb_path_is_item(ev->where.step);
}

static void
on_begin(struct rb_cover *c, const struct rb_step *step, const struct rb_event *ev)
{
	if (is_turn(ev))
		return;
	c->now[step->index] = (struct on_the_way){.asked = false};
	for (size_t i = 0; i < c->unit->nrungs; i++) {
		if (c->unit->rungs[i].steps == step->list) {
			struct covered *g = &c->graphs[0];

			for (size_t w = 0; w < g->graph->nways; w++)
				g->taken[w] |=
				    g->graph->ways[w].kind == RB_WAY_RUNG && g->graph->ways[w].arm == i;
		}
	}
}

static void
on_attempt(struct rb_cover *c, const struct rb_step *step, const struct rb_event *ev)
{
	if (!rb_str_is(rb_event_get_text(ev, "purpose"), "done_if"))
		return;
	if (rb_str_is(rb_event_get_text(ev, "outcome"), "passed"))
		tick(c, step, RB_WAY_DONE, 0);
	else if (rb_str_is(rb_event_get_text(ev, "outcome"), "failed"))
		tick(c, step, RB_WAY_NOT_DONE, 0);
}

static void
on_item(struct rb_cover *c, const struct rb_step *step, const struct rb_event *ev)
{
	(void)ev;
	c->now[step->index].item = true;
	tick(c, step, RB_WAY_ITEMS, 0);
}

static void
on_branch(struct rb_cover *c, const struct rb_step *step, const struct rb_event *ev)
{
	int64_t arm = rb_event_get_num(ev, "arm", -1);

	if (arm >= 0)
		tick(c, step, RB_WAY_ARM, (uint32_t)arm);
	else
		tick(c, step, RB_WAY_NO_ARM, 0);
}

static void
on_ask(struct rb_cover *c, const struct rb_step *step, const struct rb_event *ev)
{
	struct rb_str form = rb_event_get_text(ev, "form");

	c->now[step->index].asked = rb_str_is(form, "confirm") || rb_str_is(form, "typed");
	c->now[step->index].choices = rb_arena_str(c->arena, rb_event_get_text(ev, "choices"));
}

static void
choose(struct rb_cover *c, const struct rb_step *step, struct rb_value choices, struct rb_value chosen)
{
	struct rb_buf shown;

	rb_buf_init(&shown, c->arena->alloc, RB_LINE_MAX);
	rb_value_show(chosen, &shown);
	for (size_t i = 0; i < choices.list->len; i++) {
		if (rb_str_eq(choices.list->items[i].s, rb_buf_view(&shown)))
			tick(c, step, RB_WAY_ARM, (uint32_t)i);
	}
	rb_buf_free(&shown);
}

/* Of an `ask` whose choices lead somewhere: the answer is one of them, or a list of several. */
static void
on_facts(struct rb_cover *c, const struct rb_step *step, const struct rb_event *ev)
{
	struct rb_value choices, facts, answer;

	if (step->op != RB_OP_LEAF || step->narms == 0)
		return;
	choices = rb_value_from_json(c->arena, c->now[step->index].choices);
	facts = rb_value_from_json(c->arena, rb_event_get_text(ev, "facts"));
	if (choices.kind != RB_V_LIST || facts.kind != RB_V_MAP)
		return;
	answer = rb_v_get_c(facts, "answer");
	if (answer.kind != RB_V_LIST) {
		choose(c, step, choices, answer);
		return;
	}
	for (size_t i = 0; i < answer.list->len; i++)
		choose(c, step, choices, answer.list->items[i]);
}

/* What encloses the step of a jump is left by it, and takes no way of its own: up to the list of a goto's
 * target, and with the other jumps all. */
static void
leave_enclosing(struct rb_cover *c, const struct rb_step *step, const struct rb_step *target)
{
	const struct rb_step *until = target != NULL ? target->list->owner : NULL;

	for (const struct rb_step *s = step->parent; s != NULL && s != until; s = s->parent)
		c->now[s->index].jumped = true;
}

/* The written edge of a step that the event tells of, or NULL where it is the edge of an arm. */
static const struct rb_edge *
edge_of(const struct rb_step *step, struct rb_str key, enum rb_way_kind *kind)
{
	const struct {
		const char *key;
		enum rb_way_kind kind;
		const struct rb_edge *edge;
	} rows[] = {{"on_pass", RB_WAY_PASS, &step->on_pass}, {"on_fail", RB_WAY_FAIL, &step->on_fail},
	    {"on_timeout", RB_WAY_LATE, &step->on_timeout}, {step->action, RB_WAY_JUMP, &step->edge}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rb_str_is(key, rows[i].key) && (rows[i].kind != RB_WAY_JUMP || step->op == RB_OP_EDGE)) {
			*kind = rows[i].kind;
			return rows[i].edge;
		}
	}
	return NULL;
}

static void
on_edge(struct rb_cover *c, const struct rb_step *step, const struct rb_event *ev)
{
	struct rb_str to = rb_event_get_text(ev, "to");
	enum rb_way_kind kind;
	const struct rb_edge *edge = edge_of(step, rb_event_get_text(ev, "key"), &kind);
	bool jumps = !rb_str_is(to, "continue") && !rb_str_is(to, "steps");

	if (edge != NULL) {
		tick(c, step, kind, 0);
		c->now[step->index].edged = true;
	} else if (jumps) {
		c->now[step->index].jumped = true;
	}
	if (jumps)
		leave_enclosing(c, step, edge != NULL && edge->kind == RB_EDGE_GOTO ? edge->target : NULL);
}

static bool
judged_by_item(struct rb_cover *c, const struct rb_step *step)
{
	struct covered *g = graph_of(c, step);
	const struct rb_way *w = g != NULL ? rb_graph_way(g->graph, step, RB_WAY_IF, 0) : NULL;

	return w != NULL && g->graph->points[w->from].kind == RB_AT_ITEM;
}

static void
on_end(struct rb_cover *c, const struct rb_step *step, const struct rb_event *ev)
{
	struct rb_str outcome = rb_event_get_text(ev, "outcome");
	struct on_the_way *now = &c->now[step->index];
	bool skipped = rb_str_is(outcome, "skipped"), declined = rb_str_is(outcome, "declined");

	if (skipped && !now->asked) {
		tick(c, step, RB_WAY_SKIP, 0);
		return;
	}
	/* An `if` that is judged for each item is not judged where there is none. */
	if (is_turn(ev) || step->loop == NULL || now->item || !judged_by_item(c, step))
		tick(c, step, RB_WAY_IF, 0);
	if (is_turn(ev))
		return;
	if (now->asked && !rb_str_is(outcome, "cancelled"))
		tick(c, step, skipped || declined ? RB_WAY_DECLINED : RB_WAY_CONFIRMED, 0);
	if (skipped || declined)
		return;
	c->done[step->index] = true;
	if (now->edged || now->jumped)
		return;
	if (rb_str_is(outcome, "passed") || rb_str_is(outcome, "already done")) {
		if (step->loop != NULL && !now->item)
			tick(c, step, RB_WAY_EMPTY, 0);
		tick(c, step, RB_WAY_PASS, 0);
	} else if (!rb_str_is(outcome, "cancelled")) {
		tick(c, step, RB_WAY_FAIL, 0);
	}
}

static int
on_event(void *ctx, const struct rb_event *ev)
{
	static void (*const readers[RB_EV_TYPES])(
	    struct rb_cover *, const struct rb_step *, const struct rb_event *) = {
	    [RB_EV_STEP_START] = on_begin,
	    [RB_EV_ATTEMPT_END] = on_attempt,
	    [RB_EV_ITEM] = on_item,
	    [RB_EV_BRANCH] = on_branch,
	    [RB_EV_ASK] = on_ask,
	    [RB_EV_FACTS] = on_facts,
	    [RB_EV_EDGE] = on_edge,
	    [RB_EV_STEP_END] = on_end,
	};
	struct rb_cover *c = ctx;
	const struct rb_step *step;

	if (readers[ev->type] == NULL)
		return 0;
	step = step_of(c, ev);
	if (step != NULL)
		readers[ev->type](c, step, ev);
	return 0;
}

/* ---- the whole ---- */

struct rb_cover *
rb_cover_new(struct rb_arena *arena, const struct rb_program *program)
{
	struct rb_cover *c = RB_NEW(arena, struct rb_cover);
	const struct rb_unit *unit = program->main;

	c->program = program;
	c->unit = unit;
	c->arena = arena;
	c->sink = (struct rb_sink){c, on_event, NULL};
	c->ngraphs = unit->nprocs + 1;
	c->graphs = RB_ARRAY(arena, struct covered, c->ngraphs);
	for (size_t i = 0; i < c->ngraphs; i++) {
		c->graphs[i].graph = rb_graph_new(arena, unit, i == 0 ? NULL : unit->procs[i - 1]);
		c->graphs[i].counts = RB_ARRAY(arena, bool, c->graphs[i].graph->nways);
		c->graphs[i].taken = RB_ARRAY(arena, bool, c->graphs[i].graph->nways);
		find_counting(&c->graphs[i], arena);
	}
	c->done = RB_ARRAY(arena, bool, unit->nsteps);
	c->whole = RB_ARRAY(arena, bool, unit->nsteps);
	c->entered = RB_ARRAY(arena, bool, unit->nsteps);
	c->now = RB_ARRAY(arena, struct on_the_way, unit->nsteps);
	return c;
}

void
rb_cover_begin(struct rb_cover *c, const struct rb_procedure *from)
{
	c->from = from;
}

void
rb_cover_calls(struct rb_cover *c, const struct rb_played *played)
{
	for (size_t i = 0; i < played->ncalls; i++) {
		const struct rb_step *step = played->calls[i].step;

		if (step->unit == c->unit)
			(played->calls[i].whole ? c->whole : c->entered)[step->index] = true;
	}
}

const struct rb_sink *
rb_cover_sink(const struct rb_cover *c)
{
	return &c->sink;
}

/* Edges that stand in a list are ways, and counted as such. */
static bool
is_counted(const struct rb_step *step)
{
	return step->op != RB_OP_EDGE;
}

void
rb_cover_count(const struct rb_cover *c, struct rb_cover_sum *sum)
{
	*sum = (struct rb_cover_sum){0, 0, 0, 0};
	for (size_t i = 0; i < c->unit->nsteps; i++) {
		sum->steps += is_counted(c->unit->steps_in_order[i]);
		sum->steps_done += is_counted(c->unit->steps_in_order[i]) && c->done[i];
	}
	for (size_t i = 0; i < c->ngraphs; i++) {
		for (size_t w = 0; w < c->graphs[i].graph->nways; w++) {
			sum->ways += c->graphs[i].counts[w];
			sum->ways_taken += c->graphs[i].counts[w] && c->graphs[i].taken[w];
		}
	}
}

/* ---- what is not covered ---- */

/* "`free`", "the `branch` at line 11" */
static struct rb_str
called(struct rb_arena *arena, const struct rb_step *step)
{
	struct rb_str s = rb_step_called(arena, step);

	return step->has_id ? rb_arena_fmt(arena, "`%.*s`", RB_STR_ARG(s)) : s;
}

static struct rb_str
way_text(struct rb_arena *arena, const struct rb_graph *g, const struct rb_way *w)
{
	static const char *const forms[RB_WAYS] = {
	    [RB_WAY_IF] = "in no scenario the `if` of %.*s holds",
	    [RB_WAY_SKIP] = "no scenario skips %.*s by its `if`",
	    [RB_WAY_ITEMS] = "no scenario gives the loop %.*s an item",
	    [RB_WAY_EMPTY] = "no scenario has the loop %.*s without items",
	    [RB_WAY_NOT_DONE] = "no scenario finds %.*s still to be done (`done_if`)",
	    [RB_WAY_DONE] = "no scenario finds %.*s done already (`done_if`)",
	    [RB_WAY_CONFIRMED] = "no scenario confirms %.*s",
	    [RB_WAY_DECLINED] = "no scenario declines %.*s",
	    [RB_WAY_NO_ARM] = "in no scenario none of the arms of %.*s holds",
	    [RB_WAY_PASS] = "in no scenario %.*s passes",
	    [RB_WAY_FAIL] = "no scenario takes `on_fail` of %.*s",
	    [RB_WAY_LATE] = "no scenario takes `on_timeout` of %.*s",
	    [RB_WAY_JUMP] = "no scenario comes to %.*s",
	};
	struct rb_str step = w->step != NULL ? called(arena, w->step) : RB_STR(""),
		      why = rb_way_why(arena, g, w);

	if (w->kind == RB_WAY_RUNG)
		return rb_arena_fmt(arena, "no scenario lets escalation %u begin (%.*s)",
		    (unsigned)w->arm + 1, RB_STR_ARG(why));
	if (w->kind == RB_WAY_ARM)
		return rb_arena_fmt(
		    arena, "no scenario takes `%.*s` of %.*s", RB_STR_ARG(why), RB_STR_ARG(step));
	return rb_arena_fmt(arena, forms[w->kind], RB_STR_ARG(step));
}

static int
by_place(const void *a, const void *b)
{
	const struct rb_cover_gap *x = a, *y = b;

	if (x->span.from != y->span.from)
		return x->span.from < y->span.from ? -1 : 1;
	return rb_str_cmp(x->text, y->text);
}

void
rb_cover_gaps(const struct rb_cover *c, struct rb_arena *arena, struct rb_cover_gap **gaps, size_t *n)
{
	size_t most = 0;
	struct rb_cover_gap *all;

	for (size_t i = 0; i < c->ngraphs; i++)
		most += c->graphs[i].graph->nways;
	all = RB_ARRAY(arena, struct rb_cover_gap, most);
	*gaps = all;
	*n = 0;
	for (size_t i = 0; i < c->ngraphs; i++) {
		const struct covered *g = &c->graphs[i];

		for (size_t w = 0; w < g->graph->nways; w++) {
			const struct rb_way *way = &g->graph->ways[w];

			if (!g->counts[w] || g->taken[w])
				continue;
			all[(*n)++] =
			    (struct rb_cover_gap){rb_way_span(g->graph, way), way_text(arena, g->graph, way)};
		}
	}
	qsort(all, *n, sizeof(*all), by_place);
}

void
rb_cover_undone(const struct rb_cover *c, struct rb_arena *arena, struct rb_str **names, size_t *n)
{
	*names = RB_ARRAY(arena, struct rb_str, c->unit->nsteps);
	*n = 0;
	for (size_t i = 0; i < c->unit->nsteps; i++) {
		const struct rb_step *step = c->unit->steps_in_order[i];

		if (is_counted(step) && !c->done[i])
			(*names)[(*n)++] = rb_step_called(arena, step);
	}
}

/* A procedure of the file itself that is never entered is among what is not covered. */
static bool
leads_out(const struct rb_cover *c, const struct rb_step *step)
{
	return step->call->proc == NULL || step->call->proc->unit != c->unit;
}

static void
add_name(struct rb_str *names, size_t *n, struct rb_str name)
{
	for (size_t i = 0; i < *n; i++) {
		if (rb_str_eq(names[i], name))
			return;
	}
	names[(*n)++] = name;
}

void
rb_cover_unentered(const struct rb_cover *c, struct rb_arena *arena, struct rb_str **names, size_t *n)
{
	*names = RB_ARRAY(arena, struct rb_str, c->unit->nsteps);
	*n = 0;
	for (size_t i = 0; i < c->unit->nsteps; i++) {
		const struct rb_step *step = c->unit->steps_in_order[i];

		if (c->whole[i] && !c->entered[i] && leads_out(c, step))
			add_name(*names, n, rb_step_called(arena, step));
	}
}
