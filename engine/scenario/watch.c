/* What happens in a play, collected from its events as far as expectations and messages ask: the steps in
 * order, what decided over each, changes, messages. */
#include "lang/graph.h"
#include "scenario/state.h"

#include <string.h>

enum { BECAUSE_MAX = 400 };

struct rb_str
rb_watch_key(struct rb_watch *w, struct rb_str path, const struct rb_step **step)
{
	const struct rb_step *s;

	rb_buf_clear(&w->name);
	s = rb_scenario_step(w->file->program, w->scenario->from, path, &w->name);
	if (step != NULL)
		*step = s;
	return s != NULL ? rb_buf_view(&w->name) : RB_STR("");
}

struct rb_str
rb_watch_item(const struct rb_watch *w, struct rb_str path)
{
	const struct rb_str *text;

	while (path.n > 0 && !rb_path_is_item(path))
		path.n--;
	text = path.n > 0 ? rb_map_get(&w->items, path) : NULL;
	return text != NULL ? *text : (struct rb_str){NULL, 0};
}

static struct rb_str
cut(struct rb_str s)
{
	return rb_str_cut(s, 0, BECAUSE_MAX);
}

/* ---- steps ---- */

static struct rb_seen_step *
seen(const struct rb_watch *w, struct rb_str path)
{
	const size_t *at = rb_map_get(&w->by_path, path);

	return at != NULL ? &w->steps[*at] : NULL;
}

static void
step_start(struct rb_watch *w, const struct rb_event *ev)
{
	const struct rb_step *step;
	struct rb_str key;
	size_t *at;

	if (rb_path_is_item(ev->where.step))
		return;
	key = rb_watch_key(w, ev->where.step, &step);
	if (step == NULL)
		return;
	w->steps = rb_arena_grow(w->arena, w->steps, sizeof(*w->steps), w->nsteps, &w->cap_steps);
	at = RB_NEW(w->arena, size_t);
	*at = w->nsteps++;
	w->steps[*at] = (struct rb_seen_step){.key = rb_arena_str(w->arena, key),
	    .path = rb_arena_str(w->arena, ev->where.step),
	    .step = step,
	    .because = w->because};
	rb_map_put(&w->by_path, w->steps[*at].path, at);
}

static void
step_end(struct rb_watch *w, const struct rb_event *ev)
{
	struct rb_seen_step *s = seen(w, ev->where.step);

	if (s == NULL)
		return;
	s->over = true;
	s->outcome = rb_arena_str(w->arena, rb_event_get_text(ev, "outcome"));
	s->reason = rb_arena_str(w->arena, rb_event_get_text(ev, "reason"));
	s->skipped = rb_str_is(s->outcome, rb_outcome_rows[RB_SKIPPED].name);
}

static void
attempt_start(struct rb_watch *w, const struct rb_event *ev)
{
	const struct rb_step *step;
	struct rb_str key;

	if (!rb_str_is(rb_event_get_text(ev, "purpose"), "action") || ev->where.attempt > 1 ||
	    rb_str_is(rb_event_get_text(ev, "effect"), "read"))
		return;
	key = rb_watch_key(w, ev->where.step, &step);
	if (step != NULL)
		rb_watch_changed(w, key, step);
}

void
rb_watch_changed(struct rb_watch *w, struct rb_str key, const struct rb_step *step)
{
	w->changes = rb_arena_grow(w->arena, w->changes, sizeof(*w->changes), w->nchanges, &w->cap_changes);
	w->changes[w->nchanges++] = (struct rb_seen_change){rb_arena_str(w->arena, key), step, w->nsteps};
}

void
rb_watch_error(struct rb_watch *w, struct rb_str path)
{
	w->errors = rb_arena_grow(w->arena, w->errors, sizeof(*w->errors), w->nerrors, &w->cap_errors);
	w->errors[w->nerrors++] = rb_arena_str(w->arena, path);
}

static void
attempt_end(struct rb_watch *w, const struct rb_event *ev)
{
	struct rb_str reason = rb_event_get_text(ev, "reason");

	w->failed = reason.n > 0 ? rb_arena_str(w->arena, reason) : RB_STR("");
}

/* ---- decisions ---- */

static void
branch(struct rb_watch *w, const struct rb_event *ev)
{
	struct rb_str cond = rb_event_get_text(ev, "condition"), why = cut(rb_event_get_text(ev, "why"));
	const char *and_so = why.n > 0 ? ": " : "";

	if (rb_event_get_num(ev, "arm", -1) < 0)
		w->because = rb_arena_fmt(
		    w->arena, "no condition of the branch before it held%s%.*s", and_so, RB_STR_ARG(why));
	else if (cond.n > 0)
		w->because =
		    rb_arena_fmt(w->arena, "`%.*s` held%s%.*s", RB_STR_ARG(cond), and_so, RB_STR_ARG(why));
	else
		w->because = rb_arena_fmt(
		    w->arena, "`else` was taken, since no condition held%s%.*s", and_so, RB_STR_ARG(why));
}

/* "`free`", "the `end` at line 9" */
static struct rb_str
name_of(const struct rb_watch *w, struct rb_str key, const struct rb_step *step)
{
	return step->has_id ? rb_arena_fmt(w->arena, "`%.*s`", RB_STR_ARG(key))
			    : rb_step_called(w->arena, step);
}

/* The `if` of a step: what it says of the step itself, and, where the run does not just go on to the action,
 * what led to the steps after it. */
static void
condition(struct rb_watch *w, const struct rb_event *ev)
{
	struct rb_str cond = rb_event_get_text(ev, "condition"), why = cut(rb_event_get_text(ev, "why"));
	bool held = rb_event_get_num(ev, "held", 0) != 0;
	struct rb_seen_step *s = seen(w, ev->where.step);
	const struct rb_step *step;
	struct rb_str key = rb_watch_key(w, ev->where.step, &step), text;

	if (step == NULL)
		return;
	text = rb_arena_fmt(w->arena, "`if: %.*s` of %.*s %s%s%.*s", RB_STR_ARG(cond),
	    RB_STR_ARG(name_of(w, key, step)), held ? "held" : "did not hold", why.n > 0 ? ": " : "",
	    RB_STR_ARG(why));
	if (s != NULL)
		s->own = text;
	if (!held || step->op != RB_OP_LEAF)
		w->because = text;
}

/* What the run ends by, or the procedure: "`on_fail` of `moves`", "the `end` at line 12". */
static void
note_end(
    struct rb_watch *w, const struct rb_step *step, struct rb_str name, struct rb_str key, struct rb_str to)
{
	if (!rb_str_starts(to, "end"))
		return;
	w->ended_by = step->op == RB_OP_EDGE
			  ? name
			  : rb_arena_fmt(w->arena, "`%.*s` of %.*s", RB_STR_ARG(key), RB_STR_ARG(name));
}

static void
edge(struct rb_watch *w, const struct rb_event *ev)
{
	struct rb_str key = rb_event_get_text(ev, "key"), to = rb_event_get_text(ev, "to"),
		      outcome = rb_event_get_text(ev, "outcome"), failed = cut(w->failed);
	const struct rb_step *step;
	struct rb_str name = rb_watch_key(w, ev->where.step, &step);
	bool steps = rb_str_is(to, "steps");

	if (step == NULL)
		return;
	name = name_of(w, name, step);
	note_end(w, step, name, key, to);
	if (!rb_str_starts(key, "on_"))
		return;
	w->because = rb_arena_fmt(w->arena, "%.*s %.*s%s%.*s, and its `%.*s` %s%.*s%s", RB_STR_ARG(name),
	    RB_STR_ARG(outcome), failed.n > 0 ? ": " : "", RB_STR_ARG(failed), RB_STR_ARG(key),
	    steps ? "has " : "is `", RB_STR_ARG(to), steps ? "" : "`");
}

/* ---- the rest ---- */

static void
item(struct rb_watch *w, const struct rb_event *ev)
{
	struct rb_str value = rb_event_get_text(ev, "value"), *text = RB_NEW(w->arena, struct rb_str);
	struct rb_buf b;

	rb_buf_init(&b, w->arena->alloc, RB_LINE_MAX);
	if (value.n >= 2 && value.p[0] == '"')
		rb_json_unescape(rb_str_cut(value, 1, value.n - 1), &b);
	else
		rb_buf_str(&b, value);
	*text = rb_arena_str(w->arena, rb_buf_view(&b));
	rb_buf_free(&b);
	rb_map_put(&w->items,
	    rb_arena_fmt(w->arena, "%.*s[%lld]", RB_STR_ARG(ev->where.step),
		(long long)rb_event_get_num(ev, "index", 0)),
	    text);
}

static void
say(struct rb_watch *w, const struct rb_event *ev)
{
	w->said = rb_arena_grow(w->arena, w->said, sizeof(*w->said), w->nsaid, &w->cap_said);
	w->said[w->nsaid++] = rb_arena_str(w->arena, rb_event_get_text(ev, "text"));
}

static int
on_event(void *ctx, const struct rb_event *ev)
{
	static void (*const takes[RB_EV_TYPES])(struct rb_watch *, const struct rb_event *) = {
	    [RB_EV_STEP_START] = step_start,
	    [RB_EV_STEP_END] = step_end,
	    [RB_EV_ATTEMPT_START] = attempt_start,
	    [RB_EV_ATTEMPT_END] = attempt_end,
	    [RB_EV_IF] = condition,
	    [RB_EV_BRANCH] = branch,
	    [RB_EV_EDGE] = edge,
	    [RB_EV_ITEM] = item,
	    [RB_EV_SAY] = say};
	struct rb_watch *w = ctx;

	w->events++;
	if (takes[ev->type] != NULL)
		takes[ev->type](w, ev);
	return 0;
}

void
rb_watch_init(struct rb_watch *w, struct rb_arena *arena, const struct rb_scenario_file *file,
    const struct rb_scenario *scenario)
{
	memset(w, 0, sizeof(*w));
	w->arena = arena;
	w->file = file;
	w->scenario = scenario;
	w->because = w->failed = w->ended_by = RB_STR("");
	w->sink = (struct rb_sink){.ctx = w, .event = on_event};
	rb_map_init(&w->by_path, arena);
	rb_map_init(&w->items, arena);
	rb_buf_init(&w->name, arena->alloc, RB_LINE_MAX);
}

void
rb_watch_free(struct rb_watch *w)
{
	rb_buf_free(&w->name);
}
