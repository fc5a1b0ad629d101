/* Where paths part and meet: branches, choices, edges, calls, and the phases of a file. */
#include "plan/state.h"

#include "base/clock.h"
#include "kinds/kinds.h"

/* ---- edges ---- */

/* Where an edge leads past what follows, that hangs on whether it is taken. */
static void
part(struct rb_plan *p, const struct rb_step *step, const struct rb_edge *edge)
{
	if (edge->kind == RB_EDGE_END || edge->kind == RB_EDGE_DONE || edge->kind == RB_EDGE_FAIL)
		p->parted.ended = true;
	else if (edge->kind == RB_EDGE_GOTO && edge->target->index > step->last_inside &&
		 edge->target->index > p->parted.upto)
		p->parted.upto = edge->target->index;
}

struct rb_str
rb_plan_edge(struct rb_plan *p, const struct rb_step *step, const struct rb_edge *edge)
{
	struct rb_str reason = rb_plan_tmpl(p, edge->reason);
	const char *colon = reason.n > 0 ? ": " : "";

	part(p, step, edge);
	switch (edge->kind) {
	case RB_EDGE_GOTO:
		rb_plan_want(p, step, edge->target);
		if (edge->target->index > step->last_inside)
			return rb_arena_fmt(&p->scratch, "goes to %.*s", RB_STR_ARG(edge->target->id));
		rb_plan_goes_back(p, step, edge->target);
		p->leak = true; /* once too often, it fails */
		return rb_arena_fmt(&p->scratch, "goes back to %.*s, which is visited at most %lld times",
		    RB_STR_ARG(edge->target->id), (long long)edge->target->max_visits);
	case RB_EDGE_END:
		rb_plan_may_end(p, edge->end);
		p->at.left = p->at.left || edge->end == RB_END_RESOLVED;
		return rb_arena_fmt(&p->scratch, "the run would end %s%s%.*s", rb_end_words[edge->end], colon,
		    RB_STR_ARG(reason));
	case RB_EDGE_DONE:
		p->at.left = true;
		return RB_STR("leaves the procedure, which passes");
	case RB_EDGE_FAIL:
		p->leak = true;
		return rb_arena_fmt(
		    &p->scratch, "leaves the procedure, which fails%s%.*s", colon, RB_STR_ARG(reason));
	case RB_EDGE_STEPS:
		return RB_STR("these steps, and it goes on if they pass");
	case RB_EDGE_NONE:
	case RB_EDGE_CONTINUE:
		break;
	}
	return RB_STR("goes on");
}

/* One edge with the steps that it may lead to. `dflt`: what holds where it is not given. */
static struct rb_plan_way
walk_edge(struct rb_plan *p, const struct rb_step *step, const char *when, const struct rb_edge *edge,
    bool dflt, unsigned depth)
{
	struct rb_plan_way way = {edge->kind == RB_EDGE_NONE ? dflt : edge->kind == RB_EDGE_CONTINUE, {0}};
	struct rb_str where;

	if (edge->kind == RB_EDGE_NONE)
		return way;
	rb_arena_clear(&p->scratch);
	where = rb_plan_edge(p, step, edge);
	if (!p->opt->brief || edge->kind != RB_EDGE_CONTINUE)
		rb_plan_tell(p, RB_PLAN_EDGE, depth, rb_str_c(when), where, RB_STR(""));
	if (edge->kind != RB_EDGE_STEPS)
		return way;
	p->uncertain++;
	p->open++;
	way = rb_plan_list(p, edge->steps, depth + 2);
	p->uncertain--;
	p->open--;
	return way;
}

/* Whether it can fail by itself, rather than by what is inside of it. */
static bool
fails_itself(const struct rb_step *step)
{
	if (step->op == RB_OP_LEAF)
		return (step->kind->traits & (RB_KIND_SAYS | RB_KIND_WAITS)) == 0;
	return step->verify != NULL || step->done_if != NULL || step->timeout != NULL ||
	       (step->op == RB_OP_CALL && step->call->what == RB_CALL_RUNBOOK);
}

struct rb_plan_way
rb_plan_edges(struct rb_plan *p, const struct rb_step *step, struct rb_plan_way way, unsigned depth)
{
	int passed = rb_plan_fact(p, step, "passed"), failed = rb_plan_fact(p, step, "failed"),
	    timed_out = rb_plan_fact(p, step, "timed_out");
	bool may_pass = way.on && passed != 0 && failed != 1, may_fail = passed != 1 && failed != 0;
	bool fails = may_fail && (p->leak || fails_itself(step));
	struct rb_plan_way pass = {false, {0}}, fail = pass, late = pass;
	struct rb_plan_parting parted;

	p->leak = false;
	p->before = rb_time_add(p->before, way.time);
	if (may_pass)
		pass = walk_edge(p, step, "if it passes", &step->on_pass, true, depth);
	parted = p->parted;
	if (may_fail && timed_out != 1)
		fail = walk_edge(p, step, "if it fails", &step->on_fail, false, depth);
	if (may_fail && timed_out != 0 && step->on_timeout.kind != RB_EDGE_NONE)
		late = walk_edge(p, step, "if it takes too long", &step->on_timeout, false, depth);
	else if (may_fail && timed_out == 1)
		late = walk_edge(p, step, "if it fails", &step->on_fail, false, depth);
	/* What follows is told as if nothing failed by the way. */
	if (may_pass)
		p->parted = parted;
	if (fails && step->on_fail.kind == RB_EDGE_NONE)
		p->leak = true;
	/* At the end of the run, what failed and was only continued over is remembered. */
	if (fails && step->on_fail.kind == RB_EDGE_CONTINUE && step->effect != RB_READ)
		rb_plan_may_end(p, RB_END_FAILED);
	way.on = pass.on || fail.on || late.on;
	way.time = rb_time_add(way.time, rb_time_max(pass.time, rb_time_max(fail.time, late.time)));
	return way;
}

/* ---- branches ---- */

/* What stands behind `then` or `else`. */
static struct rb_plan_way
walk_arm(struct rb_plan *p, const struct rb_step *step, const struct rb_arm *arm, unsigned depth)
{
	if (arm->steps != NULL)
		return rb_plan_list(p, arm->steps, depth + 2);
	if (arm->edge.kind == RB_EDGE_NONE)
		return (struct rb_plan_way){true, {0}};
	rb_plan_tell(p, RB_PLAN_EDGE, depth + 2, RB_STR(""), rb_plan_edge(p, step, &arm->edge), RB_STR(""));
	return (struct rb_plan_way){arm->edge.kind == RB_EDGE_CONTINUE, {0}};
}

static void
hide_arm(struct rb_plan *p, const struct rb_arm *arm)
{
	if (arm->steps != NULL && arm->steps->len > 0)
		rb_plan_hide(p, arm->steps->steps[0], arm->steps->steps[arm->steps->len - 1]);
}

void
rb_plan_arm(struct rb_plan *p, const struct rb_arm *arm, const char *note, unsigned depth)
{
	struct rb_str text = RB_STR("else");

	if (arm->cond != NULL)
		text = rb_arena_fmt(&p->scratch, "if %.*s", RB_STR_ARG(rb_expr_text(arm->cond)));
	rb_plan_tell(p, RB_PLAN_ARM, depth, RB_STR(""), text, rb_str_c(note));
	if (arm->cond != NULL)
		rb_plan_words(p, arm->cond, depth);
}

static void
join(struct rb_plan_way *all, struct rb_plan_way one)
{
	all->on = all->on || one.on;
	all->time = rb_time_max(all->time, one.time);
}

struct rb_plan_way
rb_plan_branch(struct rb_plan *p, const struct rb_step *step, unsigned depth)
{
	struct rb_plan_way all = {false, {0}};
	unsigned uncertain = p->uncertain, open = p->open;
	bool decided = false;

	for (size_t i = 0; i < step->narms; i++) {
		const struct rb_arm *arm = &step->arms[i];
		struct rb_eval ev = rb_plan_eval(p);
		struct rb_value why = rb_v_unknown(RB_STR(""));
		int truth;

		rb_arena_clear(&p->scratch);
		p->telling = step;
		if (decided) {
			hide_arm(p, arm);
			continue;
		}
		truth = arm->cond != NULL ? rb_expr_truth(arm->cond, &ev, &why) : 1;
		if (truth != 0 || !p->opt->brief)
			rb_plan_arm(p, arm,
			    truth == 0                        ? "not on this path"
			    : truth == 1 && arm->cond != NULL ? "on this path"
							      : "",
			    depth);
		if (truth < 0 && why.kind != RB_V_UNKNOWN)
			rb_plan_trouble(p, depth + 1, rb_plan_why(p, why));
		if (truth == 0) {
			hide_arm(p, arm);
			continue;
		}
		decided = truth == 1;
		p->uncertain += !decided;
		p->open += !decided;
		join(&all, walk_arm(p, step, arm, depth));
	}
	p->uncertain = uncertain;
	p->open = open;
	all.on = all.on || !decided;
	return all;
}

/* What is known of the answer to a question: 1 it is this choice, or this is among them; 0 it is not; -1. */
static int
is_answer(struct rb_value answer, struct rb_value choice)
{
	bool any_unknown = choice.kind == RB_V_UNKNOWN;

	if (answer.kind == RB_V_TEXT && !any_unknown)
		return rb_value_eq(answer, choice);
	if (answer.kind != RB_V_LIST || any_unknown)
		return -1;
	for (size_t i = 0; i < answer.list->len; i++) {
		if (rb_value_eq(answer.list->items[i], choice))
			return 1;
	}
	return 0;
}

/* The choices of a question, each with where it leads. An answer that is known decides. */
struct rb_plan_way
rb_plan_choices_from(struct rb_plan *p, const struct rb_step *step, size_t from, unsigned depth)
{
	const struct rb_field *choices = &step->args[RB_ARG_ASK_CHOICES];
	struct rb_value facts = rb_v_null(), answer = rb_v_null();
	struct rb_plan_way all = {false, {0}};
	bool any = false;

	if (step->decl != NULL && from == 0)
		facts = rb_plan_assumed(p, step->decl);
	else if (step->decl != NULL)
		facts = p->at.frame->slots[step->decl->slot].value;
	if (facts.kind == RB_V_MAP)
		answer = rb_v_get_c(facts, "answer");
	p->uncertain++;
	for (size_t i = from; i < step->narms; i++) {
		struct rb_eval ev = rb_plan_eval(p);
		struct rb_value choice;
		int is;

		rb_arena_clear(&p->scratch);
		choice = i < choices->len ? rb_field_eval(&choices->items[i], &ev)
					  : rb_v_unknown(RB_STR("<choice>"));
		is = is_answer(answer, choice);
		if (is == 0) {
			hide_arm(p, &step->arms[i]);
			continue;
		}
		any = true;
		rb_plan_tell(p, RB_PLAN_ARM, depth, RB_STR(""),
		    rb_arena_fmt(&p->scratch, "if the answer is %.*s", RB_STR_ARG(rb_plan_show(p, choice))),
		    is > 0 ? RB_STR("on this path") : RB_STR(""));
		p->open += is < 0;
		join(&all, walk_arm(p, step, &step->arms[i], depth));
		p->open -= is < 0;
	}
	p->uncertain--;
	all.on = all.on || !any;
	return all;
}

/* ---- calls ---- */

static struct rb_plan_way
shown_above(struct rb_plan *p, const struct rb_step *step, struct rb_str shown, unsigned depth)
{
	const struct rb_plan_callee *callee = rb_plan_callee_of(p, step->call);

	rb_plan_tell(p, RB_PLAN_NOTE, depth, RB_STR(""),
	    rb_arena_fmt(&p->scratch, "as shown above, under %.*s", RB_STR_ARG(shown)), RB_STR(""));
	rb_plan_tally_call(p, step, &callee->tally);
	p->leak = p->leak || callee->may_fail;
	return (struct rb_plan_way){callee->may_pass, callee->time};
}

struct rb_str
rb_plan_called(struct rb_plan *p, const struct rb_call *call)
{
	static const char *const words[] = {
	    [RB_CALL_PROCEDURE] = "calls", [RB_CALL_LIBRARY] = "uses", [RB_CALL_RUNBOOK] = "runs"};
	struct rb_str title = RB_STR("");

	if (call->what == RB_CALL_RUNBOOK)
		title = rb_unit_meta(call->unit, "title");
	else if (call->proc->title != NULL)
		title = rb_tmpl_source(call->proc->title);
	/* What it would be with these inputs is told where it is gone into. */
	if (rb_str_find(title, RB_STR("${"), 0) != SIZE_MAX)
		title = RB_STR("");
	return rb_arena_fmt(&p->scratch, "%s %.*s%s%.*s", words[call->what], RB_STR_ARG(call->name),
	    title.n > 0 ? ": " : "", RB_STR_ARG(title));
}

struct rb_plan_way
rb_plan_call(struct rb_plan *p, const struct rb_step *step, unsigned depth)
{
	const struct rb_call *call = step->call;
	struct rb_plan_callee *callee = rb_plan_callee_of(p, call);
	struct rb_plan_parting parted = p->parted;
	struct rb_plan_place outer = p->at;
	struct rb_plan_tally tally = p->fold.tally;
	struct rb_plan_way way;
	struct rb_frame *frame;
	struct rb_str shown;

	if (step->title != NULL)
		rb_plan_tell(p, RB_PLAN_NOTE, depth, RB_STR(""), rb_plan_called(p, call), RB_STR(""));
	frame = rb_plan_enter(p, step, &shown, depth);
	if (frame == NULL)
		return shown_above(p, step, shown, depth);
	p->at = (struct rb_plan_place){.info = rb_plan_unit_of(p, callee->unit),
	    .proc = callee->proc,
	    .frame = frame,
	    .called = true,
	    .path = rb_arena_fmt(&p->arena, "%.*s%.*s/", RB_STR_ARG(outer.path), RB_STR_ARG(step->id))};
	if (callee->proc == NULL)
		rb_plan_needs(p, call, depth);
	p->parted = (struct rb_plan_parting){false, 0};
	p->fold.tally = (struct rb_plan_tally){0};
	way = rb_plan_file(p, depth + 1);
	callee->tally = p->fold.tally;
	p->fold.tally = tally;
	rb_plan_tally_call(p, step, &callee->tally);
	p->parted = parted;
	/* By `done`, or by a child's `end: resolved`, it may pass also where its last step is not reached. */
	way.on = way.on || p->at.left;
	if (frame->file != frame && frame->file != outer.frame->file)
		rb_frame_free(frame->file);
	rb_frame_free(frame);
	p->at = outer;
	callee->time = rb_time_max(callee->time, way.time);
	callee->may_fail = callee->may_fail || p->leak;
	callee->may_pass = callee->may_pass || way.on;
	return way;
}

/* ---- phases ---- */

static struct rb_plan_way
walk_phase(struct rb_plan *p, const char *name, const struct rb_list *list, const char *note, unsigned depth)
{
	if (list == NULL)
		return (struct rb_plan_way){true, {0}};
	rb_plan_tell(p, RB_PLAN_HEADING, depth, RB_STR(""), rb_str_c(name), rb_str_c(note));
	return rb_plan_list(p, list, depth);
}

struct rb_plan_way
rb_plan_closing(
    struct rb_plan *p, const char *name, const struct rb_list *list, const char *note, unsigned depth)
{
	struct rb_plan_parting parted = p->parted;
	struct rb_plan_way way;

	p->parted = (struct rb_plan_parting){false, 0};
	p->bound++;
	way = walk_phase(p, name, list, note, depth);
	p->bound--;
	p->parted = parted;
	return way;
}

static void
tell_rung(struct rb_plan *p, const struct rb_rung *r, int end, unsigned depth)
{
	int64_t time = rb_plan_duration(p, r->after, RB_NEVER);
	struct rb_str name = RB_STR("After a time that is not known");
	char after[RB_CLOCK_DURATION];

	rb_arena_clear(&p->scratch);
	if (r->on_failed)
		name = end < 0 ? RB_STR("If it ends failed") : RB_STR("Since it ends failed");
	else if (end >= 0)
		name = RB_STR("Since it ends escalated");
	else if (time != RB_NEVER)
		name = rb_arena_fmt(&p->scratch, "If it is not over after %s, or ends escalated",
		    rb_clock_exact(time, after));
	rb_plan_tell(p, RB_PLAN_HEADING, depth, RB_STR(""), name,
	    r->contact != NULL
		? rb_arena_fmt(&p->scratch, "for %.*s", RB_STR_ARG(rb_plan_tmpl(p, r->contact)))
		: RB_STR(""));
}

/* Rungs come at any time, or at the end: nothing of the path to them is sure, unless the end is there. */
struct rb_plan_time
rb_plan_rungs(struct rb_plan *p, size_t from, int end, unsigned depth)
{
	const struct rb_unit *u = p->at.info->unit;
	struct rb_plan_time t = {0};
	bool leaks = p->leak;

	p->uncertain += end < 0;
	p->open += end < 0;
	p->bound++;
	for (size_t i = from; i < u->nrungs; i++) {
		const struct rb_rung *r = &u->rungs[i];
		struct rb_plan_way way;

		if (end >= 0 && end != (r->on_failed ? RB_END_FAILED : RB_END_ESCALATED))
			continue;
		tell_rung(p, r, end, depth);
		way = rb_plan_list(p, r->steps, depth);
		if (r->on_failed || end >= 0)
			t = rb_time_add(t, way.time);
	}
	p->uncertain -= end < 0;
	p->open -= end < 0;
	p->bound--;
	p->leak = leaks; /* what a rung fails at changes nothing in the run */
	return t;
}

/* The procedure that a run starts at, in a frame of its own. */
static struct rb_plan_way
start_at(struct rb_plan *p, const struct rb_procedure *proc, unsigned depth)
{
	struct rb_frame *file = p->at.frame;
	struct rb_plan_way way;

	rb_arena_clear(&p->scratch);
	p->at.frame = rb_plan_from(p, proc);
	rb_arena_clear(&p->scratch);
	rb_plan_tell(p, RB_PLAN_HEADING, depth, RB_STR(""),
	    rb_arena_fmt(&p->scratch, "Procedure %.*s", RB_STR_ARG(proc->name)),
	    RB_STR("instead of the steps"));
	way = rb_plan_list(p, proc->steps, depth);
	way.time = rb_time_add(rb_time_to_end(p, way.time),
	    rb_plan_closing(p, "Finally", proc->finally, "however the procedure ends", depth).time);
	rb_frame_free(p->at.frame);
	p->at.frame = file;
	return way;
}

struct rb_plan_way
rb_plan_body(struct rb_plan *p, bool on, unsigned depth)
{
	const struct rb_procedure *proc = p->at.proc;
	const struct rb_list *list = proc != NULL ? proc->steps : p->at.info->unit->steps;

	if (!on) {
		rb_plan_tell(p, RB_PLAN_HEADING, depth, RB_STR(""), RB_STR("Steps"), RB_STR(""));
		return rb_plan_part_of(p, list, 0, list->len, (struct rb_plan_way){false, {0}}, depth);
	}
	return proc != NULL ? start_at(p, proc, depth)
			    : walk_phase(p, "Steps", p->at.info->unit->steps, "", depth);
}

struct rb_plan_way
rb_plan_file(struct rb_plan *p, unsigned depth)
{
	const struct rb_unit *u = p->at.info->unit;
	const struct rb_procedure *proc = p->at.proc;
	struct rb_plan_way way, last;

	if (p->at.called && proc != NULL) {
		way = rb_plan_list(p, proc->steps, depth);
		last = rb_plan_closing(p, "finally", proc->finally, "however it ends", depth);
		way.time = rb_time_add(way.time, last.time);
		return way;
	}
	way = walk_phase(p, "Setup", u->setup, "", depth);
	p->before = way.time;
	last = rb_plan_body(p, way.on, depth);
	way = (struct rb_plan_way){last.on, rb_time_to_end(p, rb_time_add(way.time, last.time))};
	if (way.on)
		rb_plan_may_end(p, RB_END_RESOLVED);
	way.time = rb_time_add(way.time, rb_plan_rungs(p, 0, -1, depth));
	last = rb_plan_closing(p, "Finally", u->finally, "however it ends", depth);
	way.time = rb_time_add(way.time, last.time);
	return way;
}
