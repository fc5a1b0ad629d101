/* Drills: where one goes no further, the stand that it hands out there (the caller goes on from it with a dry
 * run), and what its looks have shown. Until then a drill is the same flow as a run, so that what it says of
 * the way is what a run would do; from there on it only unwinds. */
#include "flow/state.h"
#include "lang/graph.h"

#include <string.h>

#include "base/secret.h"

/* ---- where it goes no further ---- */

bool
rb_drill_halts(const struct rb_visit *v)
{
	if (rb_visit_flow(v)->options.drill == NULL || v->role == RB_ROLE_LOOP || v->step->op != RB_OP_LEAF)
		return false;
	return v->step->effect != RB_READ || rb_ask_is_alone(v);
}

bool
rb_drill_wants_person(const struct rb_visit *v, const struct rb_asking *a)
{
	return rb_visit_flow(v)->options.drill != NULL && a->answer.what == RB_NOBODY && !v->step->optional;
}

bool
rb_drill_unasked(const struct rb_visit *v)
{
	return rb_visit_flow(v)->options.drill != NULL && v->step->effect != RB_READ;
}

/* ---- the stand ---- */

static enum rb_stand_phase
phase_of(const struct rb_inst *in)
{
	switch (in->phase) {
	case RB_PHASE_SETUP:
		return RB_STAND_SETUP;
	case RB_PHASE_RUNGS:
		return RB_STAND_RUNGS;
	case RB_PHASE_FINALLY:
		return RB_STAND_FINALLY;
	default:
		return RB_STAND_STEPS;
	}
}

/* How its steps have ended, where they have. */
static enum rb_end
end_of(const struct rb_inst *in)
{
	if (in->proc != NULL)
		return in->ended.how == RB_LEFT_PASSED ? RB_END_RESOLVED : RB_END_FAILED;
	return in->ending == RB_RUN_RESOLVED    ? RB_END_RESOLVED
	       : in->ending == RB_RUN_ESCALATED ? RB_END_ESCALATED
						: RB_END_FAILED;
}

/* The innermost loop of the instance that the visit is in. */
static void
add_item(const struct rb_visit *v, struct rb_stand_level *level)
{
	const struct rb_inst *in = v->a.inst;

	for (const struct rb_act *a = &v->a; a != NULL && a != &in->a; a = a->below) {
		const struct rb_visit *at = (const struct rb_visit *)a;
		const struct rb_visit *loop;

		if (a->kind != RB_ACT_VISIT || at->role != RB_ROLE_ITEM)
			continue;
		loop = (const struct rb_visit *)a->below;
		level->item = a->item;
		level->items = (int64_t)loop->loop->n;
		return;
	}
}

/* Whether the step stands in the `finally` of the block, however deep. */
static bool
is_in_finally(const struct rb_step *step, const struct rb_step *block)
{
	while (step != NULL && step->parent != block)
		step = step->parent;
	return step != NULL && step->list == block->finally;
}

static struct rb_edge
edge_of(const struct rb_left *left)
{
	static const enum rb_edge_kind kinds[] = {[RB_JUMP_GOTO] = RB_EDGE_GOTO,
	    [RB_JUMP_END] = RB_EDGE_END,
	    [RB_JUMP_DONE] = RB_EDGE_DONE,
	    [RB_JUMP_FAIL] = RB_EDGE_FAIL,
	    [RB_JUMP_DECLINE] = RB_EDGE_END,
	    [RB_JUMP_CANCEL] = RB_EDGE_END,
	    [RB_JUMP_HALT] = RB_EDGE_NONE};

	if (left->how != RB_LEFT_JUMPING)
		return (struct rb_edge){.kind = RB_EDGE_NONE};
	return (struct rb_edge){.kind = kinds[left->jump],
	    .target = left->target,
	    .end = left->jump == RB_JUMP_END ? left->end : RB_END_FAILED};
}

/* Whether it is decided that the step does not simply pass. */
static bool
is_left(const struct rb_visit *around, const struct rb_visit *v)
{
	if (around->role == RB_ROLE_LOOP)
		return around->loop != NULL && around->loop->failed > 0;
	return around->step->finally != NULL && around->inside.how != RB_LEFT_PASSED &&
	       is_in_finally(v->step, around->step);
}

static void
add_left(const struct rb_visit *v, struct rb_stand_level *level, struct rb_arena *arena)
{
	const struct rb_inst *in = v->a.inst;
	size_t n = 0;

	for (const struct rb_act *a = &v->a; a != NULL && a != &in->a; a = a->below)
		n += a->kind == RB_ACT_VISIT;
	level->left = RB_ARRAY(arena, struct rb_stand_left, n);
	for (const struct rb_act *a = &v->a; a != NULL && a != &in->a; a = a->below) {
		const struct rb_visit *at = (const struct rb_visit *)a;
		struct rb_stand_left *left = &level->left[level->nleft];

		if (a->kind != RB_ACT_VISIT || !is_left(at, v))
			continue;
		left->step = at->step;
		left->loop = at->role == RB_ROLE_LOOP;
		if (!left->loop)
			left->edge = edge_of(&at->inside);
		level->nleft++;
	}
}

/* Levels from the outermost on: the instance, which `v` (may be NULL) is in, and what calls it. */
static struct rb_stand
make_stand(struct rb_inst *in, const struct rb_visit *v, struct rb_arena *arena)
{
	struct rb_stand stand = {0, NULL};

	for (const struct rb_act *a = &in->a; a != NULL; a = a->below)
		stand.n += a->kind == RB_ACT_INST;
	stand.levels = RB_ARRAY(arena, struct rb_stand_level, stand.n);
	for (size_t i = stand.n; i-- > 0;) {
		struct rb_stand_level *level = &stand.levels[i];

		*level = (struct rb_stand_level){.unit = in->unit,
		    .proc = in->proc,
		    .phase = phase_of(in),
		    .end = end_of(in),
		    .step = v != NULL ? v->step : NULL,
		    .frame = in->frame,
		    .item = -1,
		    .items = -1};
		if (v != NULL) {
			add_item(v, level);
			add_left(v, level, arena);
		}
		v = in->call;
		if (in->a.below != NULL)
			in = in->a.below->inst;
	}
	return stand;
}

/* ---- going no further ---- */

/* What the step would do, in one line. */
static struct rb_str
does_of(struct rb_visit *v)
{
	struct rb_eval ev = rb_flow_eval(rb_visit_flow(v), v->a.inst, &v->arena);
	const struct rb_step *step = v->step;
	struct rb_buf b;
	struct rb_str s;

	if (step->op != RB_OP_LEAF || step->kind->summary == NULL)
		return RB_STR("");
	rb_inst_refresh(v->a.inst);
	rb_buf_init(&b, rb_visit_flow(v)->alloc, RB_SUMMARY_MAX);
	step->kind->summary(rb_step_resolve(step, &ev), &b);
	rb_buf_cut(&b, RB_CUT);
	s = rb_arena_str(&v->arena, rb_buf_view(&b));
	rb_buf_free(&b);
	return s;
}

static void
halt(struct rb_flow *f, struct rb_inst *in, const struct rb_visit *v, enum rb_halt why)
{
	struct rb_arena arena;
	struct rb_stand stand;

	rb_arena_init(&arena, f->alloc);
	stand = make_stand(in, v, &arena);
	f->halted = true;
	f->halted_why = why;
	f->options.drill->halted(f->options.drill->ctx, &stand, why);
	rb_arena_free(&arena);
}

static void
reason_of(struct rb_visit *v, enum rb_halt why, struct rb_reason *out)
{
	const char *what =
	    why == RB_HALT_CHANGE ? "would change something" : "wants a person, and none is there";

	rb_reason_fmt(out, "%.*s %s", RB_STR_ARG(rb_step_quoted(&v->arena, v->step)), what);
}

enum rb_signal
rb_drill_halt(struct rb_visit *v, enum rb_halt why)
{
	struct rb_flow *f = rb_visit_flow(v);

	reason_of(v, why, &v->reason);
	rb_emit_halt(f, &v->where, v->step, why == RB_HALT_CHANGE ? "change" : "answer", does_of(v),
	    rb_reason_str(&v->reason));
	halt(f, v->a.inst, v, why);
	v->outcome = RB_NOT_DONE;
	memset(&v->inside, 0, sizeof(v->inside));
	v->inside.is = true;
	v->inside.how = RB_LEFT_JUMPING;
	v->inside.jump = RB_JUMP_HALT;
	v->inside.reason = v->reason;
	return RB_SIG_BAD;
}

/* Whether the end that its steps came to would set off this rung. */
static bool
sets_off(const struct rb_inst *in, const struct rb_rung *rung)
{
	if (rung->on_failed)
		return in->ending == RB_RUN_FAILED || in->ending == RB_RUN_DEADLINE;
	return in->ending == RB_RUN_ESCALATED;
}

bool
rb_drill_ended(struct rb_inst *in)
{
	struct rb_flow *f = in->a.strand->flow;
	struct rb_left *left = &in->ended;
	size_t n = 0;

	if (f->options.drill == NULL)
		return false;
	for (size_t i = 0; i < in->unit->nrungs && !f->halted; i++)
		n += sets_off(in, &in->unit->rungs[i]);
	if (n == 0)
		return true;
	rb_reason_fmt(&left->reason, "it would end %s, which sets off %zu escalation%s%s%.*s",
	    rb_ending_words[in->ending], n, n == 1 ? "" : "s", left->reason.n > 0 ? "; " : "",
	    (int)left->reason.n, left->reason.p);
	rb_emit_halt(f, in->call != NULL ? &in->call->where : NULL, NULL, "escalation", RB_STR(""),
	    rb_reason_str(&left->reason));
	halt(f, in, NULL, RB_HALT_RUNGS);
	left->how = RB_LEFT_JUMPING;
	left->jump = RB_JUMP_HALT;
	in->ending = RB_RUN_DRILLED;
	return true;
}

/* ---- what its looks have shown ---- */

enum rb_health
rb_drill_health(
    const struct rb_flow *f, const struct rb_try *t, const struct rb_reason *reason, struct rb_reason *why)
{
	rb_reason_set(why, RB_STR(""));
	return f->options.drill != NULL ? rb_health_of(t, reason, why) : RB_HEALTH_FINE;
}

static void
tell(struct rb_visit *v, enum rb_health health, enum rb_purpose purpose, struct rb_str why)
{
	if (health == RB_HEALTH_FINE)
		return;
	rb_visit_flow(v)->end.broken += health == RB_HEALTH_BROKEN;
	rb_emit_finding(v, health, purpose, why);
}

void
rb_drill_found(struct rb_visit *v, const struct rb_try *t)
{
	struct rb_reason why;

	v->health = rb_drill_health(rb_visit_flow(v), t, &v->reason, &why);
	v->health_why = rb_arena_str(&v->found, rb_reason_str(&why));
}

void
rb_drill_visited(struct rb_visit *v)
{
	if (rb_visit_flow(v)->options.drill == NULL || v->outcome == RB_NOT_DONE)
		return;
	if (v->outcome == RB_ERRORED && v->own_failure)
		tell(v, RB_HEALTH_BROKEN, RB_FOR_ACTION, rb_reason_str(&v->reason));
	else if (v->step->op == RB_OP_LEAF && v->role != RB_ROLE_LOOP)
		tell(v, v->health, RB_FOR_ACTION, v->health_why);
}

void
rb_drill_looked(struct rb_visit *v, enum rb_health health, const struct rb_reason *why)
{
	enum rb_purpose purpose = v->poll.purpose;

	/* That a `done_if` does not hold is no trouble. */
	if (health == RB_HEALTH_BROKEN || (health == RB_HEALTH_TROUBLE && purpose == RB_FOR_VERIFY))
		tell(v, health, purpose, rb_reason_str(why));
}
