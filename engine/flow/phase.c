/* The phases of an instance: its setup, its steps, its rungs, its finally; and what its end means to who
 * called it, or to the run. */
#include "flow/state.h"
#include "lang/graph.h"

#include <string.h>

static const struct rb_where *
where_of(const struct rb_inst *in)
{
	return in->call != NULL ? &in->call->where : NULL;
}

static void
deadline_is_due(struct rb_flow *f, void *ctx)
{
	struct rb_inst *in = ctx;
	char text[RB_CLOCK_DURATION];
	struct rb_reason why;

	rb_reason_fmt(&why, "the time of the run, %s, is over", rb_clock_exact(in->limit, text));
	rb_cut(f, &in->a, RB_CUT_DEADLINE, rb_reason_str(&why));
}

static void
fail(struct rb_inst *in, const char *what, const struct rb_reason *why)
{
	memset(&in->ended, 0, sizeof(in->ended));
	in->ended.how = RB_LEFT_FAILED;
	rb_reason_fmt(&in->ended.reason, "%s%.*s", what, RB_STR_ARG(rb_reason_str(why)));
}

/* What a file has beside its steps. 0, or -1: it has ended already. */
static int
begin_file(struct rb_inst *in)
{
	struct rb_flow *f = in->a.strand->flow;
	struct rb_reason why;

	if (rb_flow_duration(f, in, in->unit->timeout, RB_NEVER, &in->limit, &why) != 0) {
		fail(in, "timeout: ", &why);
		return -1;
	}
	rb_timer_set(f, &in->a.limit, rb_clock_add(in->begun, in->limit), deadline_is_due, in);
	rb_rungs_begin(in);
	return 0;
}

/* The run itself: what it requires is looked at first, and without it nothing runs at all. */
static bool
may_enter(struct rb_inst *in)
{
	struct rb_flow *f = in->a.strand->flow;

	if (in != f->root || rb_inst_enter(in, &f->environment_why) == 0)
		return true;
	f->environment = true;
	in->ending = RB_RUN_FAILED;
	fail(in, "", &f->environment_why);
	return false;
}

static void
list_begin(struct rb_inst *in, enum rb_phase phase, const struct rb_list *list, const char *name)
{
	in->phase = phase;
	if (in->proc == NULL)
		rb_emit_phase(in, where_of(in), name, RB_STR(""), 0);
	rb_list_push(in->a.strand, list);
}

static void
steps_begin(struct rb_inst *in)
{
	struct rb_flow *f = in->a.strand->flow;
	struct rb_reason why;

	if (in != f->root || f->options.from == NULL) {
		list_begin(in, RB_PHASE_STEPS, in->proc != NULL ? in->proc->steps : in->unit->steps, "steps");
		return;
	}
	in->phase = RB_PHASE_STEPS;
	rb_emit_phase(in, NULL, "steps", f->options.from->name, 0);
	if (rb_inst_from(in, &why) != 0)
		rb_left_failed(in->a.strand, rb_reason_str(&why));
}

/* What leaving the steps of a procedure means to who called it. */
static void
procedure_ended(struct rb_inst *in)
{
	struct rb_left *left = &in->ended;

	if (left->how != RB_LEFT_JUMPING || (left->jump != RB_JUMP_DONE && left->jump != RB_JUMP_FAIL))
		return;
	left->how = left->jump == RB_JUMP_DONE ? RB_LEFT_PASSED : RB_LEFT_FAILED;
	left->jump = RB_JUMP_NONE;
}

static enum rb_ending
ending_of_jump(struct rb_inst *in, const struct rb_left *left)
{
	static const enum rb_ending ends[] = {[RB_END_RESOLVED] = RB_RUN_RESOLVED,
	    [RB_END_FAILED] = RB_RUN_FAILED,
	    [RB_END_ESCALATED] = RB_RUN_ESCALATED};

	if (left->jump == RB_JUMP_END)
		return ends[left->end];
	if (left->jump == RB_JUMP_DECLINE)
		return RB_RUN_DECLINED;
	if (left->jump == RB_JUMP_HALT)
		return RB_RUN_DRILLED;
	/* Its own deadline is caught here, unless something further out ends it as well. */
	if (in->a.cut == RB_CUT_DEADLINE && rb_cut_at(in->a.strand->flow, in->a.below, NULL) == RB_CUT_NONE)
		return RB_RUN_DEADLINE;
	return RB_RUN_CANCELLED;
}

/* Which change failed and was only continued over, with its reason as far as one is known. */
static struct rb_reason
continued_over(struct rb_inst *in)
{
	struct rb_reason why = in->over.why;
	size_t i = 0;

	if (in->over.mark != NULL)
		return why;
	/* The first was forgotten by a jump back, and another is left. */
	while (i + 1 < in->nseen && !in->seen[i].continued)
		i++;
	rb_reason_fmt(&why, "%.*s failed",
	    RB_STR_ARG(rb_step_quoted(&in->arena, in->unit->steps_in_order[in->base + i])));
	return why;
}

static void
file_ended(struct rb_inst *in)
{
	struct rb_left *left = &in->ended;
	struct rb_reason over;

	rb_timer_stop(in->a.strand->flow, &in->a.limit);
	switch (left->how) {
	case RB_LEFT_PASSED:
		in->ending = RB_RUN_RESOLVED;
		if (in->continued > 0) {
			in->ending = RB_RUN_FAILED;
			over = continued_over(in);
			rb_reason_fmt(&left->reason,
			    "%.*s; it changes something, and the run only went on over it",
			    RB_STR_ARG(rb_reason_str(&over)));
		}
		break;
	case RB_LEFT_FAILED:
		in->ending = RB_RUN_FAILED;
		break;
	case RB_LEFT_JUMPING:
		in->ending = ending_of_jump(in, left);
		break;
	}
	if (!rb_drill_ended(in))
		rb_rungs_ended(in);
}

static void
steps_ended(struct rb_inst *in)
{
	in->phase = RB_PHASE_RUNGS;
	if (in->proc != NULL)
		procedure_ended(in);
	else
		file_ended(in);
}

static void
take_ended(struct rb_inst *in)
{
	in->ended = in->a.strand->left;
	in->a.strand->left.is = false;
	steps_ended(in);
}

static void
finally_begin(struct rb_inst *in)
{
	struct rb_flow *f = in->a.strand->flow;
	const struct rb_list *list = in->proc != NULL ? in->proc->finally : in->unit->finally;
	struct rb_list_act *l;

	in->phase = RB_PHASE_FINALLY;
	if (list == NULL || f->now || f->halted) {
		rb_left_passed(in->a.strand);
		return;
	}
	rb_emit_phase(in, where_of(in), "finally", in->proc != NULL ? in->proc->name : RB_STR(""), 0);
	l = rb_list_push_shielded(in->a.strand, list);
	rb_cut_closing(f, &l->a);
}

/* The failure of a `finally` only turns what was good into failed. */
static void
finally_ended(struct rb_inst *in)
{
	struct rb_left *left = &in->a.strand->left;

	left->is = false;
	if (left->how == RB_LEFT_PASSED)
		return;
	if (left->jump == RB_JUMP_HALT) {
		in->ended = *left;
		in->ending = RB_RUN_DRILLED;
		return;
	}
	if (in->proc != NULL ? in->ended.how != RB_LEFT_PASSED : in->ending != RB_RUN_RESOLVED)
		return;
	if (in->proc != NULL)
		in->ended.how = RB_LEFT_FAILED;
	in->ending = RB_RUN_FAILED;
	rb_reason_fmt(&in->ended.reason, "finally failed: %.*s", RB_STR_ARG(rb_reason_str(&left->reason)));
}

/* ---- its end ---- */

/* The outputs of a procedure become facts of the step that called it. */
static void
take_outputs(struct rb_inst *in, struct rb_left *out)
{
	struct rb_visit *v = in->call;
	struct rb_eval ev = rb_flow_eval(rb_visit_flow(v), in, &in->arena);
	struct rb_vmap map = {0, RB_ARRAY(&in->arena, struct rb_vpair, in->proc->noutputs)};

	for (size_t i = 0; i < in->proc->noutputs; i++) {
		const struct rb_output *o = &in->proc->outputs[i];
		struct rb_value value = rb_expr_eval(o->value, &ev);

		if (value.kind == RB_V_TEXT && o->type != NULL)
			value = rb_value_parse(&in->arena, o->type, value.s);
		/* What it is unset for goes along: it is told where the output is read. */
		if (rb_v_known(value) || value.kind == RB_V_UNSET) {
			map.pairs[map.len++] = (struct rb_vpair){o->name, value};
		} else if (value.kind == RB_V_ERROR && out->how == RB_LEFT_PASSED) {
			out->how = RB_LEFT_FAILED;
			rb_reason_value(&out->reason, in->frame,
			    rb_arena_fmt(&in->arena, "output `%.*s`", RB_STR_ARG(o->name)).p, value);
		}
	}
	rb_arena_clear(&v->found);
	v->facts = rb_value_copy(&v->found, (struct rb_value){.kind = RB_V_MAP, .map = &map});
}

/* "the runbook ended …" */
static const char *
ended_how(enum rb_ending ending)
{
	if (ending == RB_RUN_DEADLINE)
		return "at its deadline";
	return ending == RB_RUN_ENVIRONMENT ? "unable to run" : rb_ending_words[ending];
}

/* How a child runbook's ending looks to the step that ran it. */
static void
child_left(const struct rb_inst *in, struct rb_left *out)
{
	*out = in->ended;
	out->how = in->ending == RB_RUN_RESOLVED ? RB_LEFT_PASSED : RB_LEFT_FAILED;
	if (in->ending == RB_RUN_CANCELLED || in->ending == RB_RUN_DECLINED || in->ending == RB_RUN_DRILLED) {
		out->how = RB_LEFT_JUMPING; /* these end the whole run */
		return;
	}
	out->jump = RB_JUMP_NONE;
	if (in->ending != RB_RUN_RESOLVED)
		rb_reason_fmt(&out->reason, "runbook %.*s ended %s%s%.*s", RB_STR_ARG(in->unit->id),
		    ended_how(in->ending), in->ended.reason.n > 0 ? ": " : "",
		    RB_STR_ARG(rb_reason_str(&in->ended.reason)));
}

static void
over(struct rb_inst *in)
{
	struct rb_strand *s = in->a.strand;
	struct rb_flow *f = s->flow;
	struct rb_left out = in->ended;
	struct rb_reason over;

	if (in->proc == NULL)
		child_left(in, &out);
	if (in->proc != NULL && in->call != NULL && !f->halted)
		take_outputs(in, &out);
	if (in->call == NULL && f->driver->leave != NULL) {
		rb_inst_refresh(in);
		f->driver->leave(f->driver->ctx, in->unit, in->proc, in->frame);
	}
	if (in->proc != NULL && in->continued > 0) {
		over = continued_over(in);
		if (in->call != NULL) {
			rb_seen_continued(in->call->a.inst, in->call->step, &over);
		} else {
			f->root->continued++;
			f->root->over = (struct rb_continued){in->unit->steps_in_order[in->base], over};
		}
	}
	if (in == f->root) {
		rb_flow_over(f);
		f->root = NULL;
	}
	s->left = out;
	s->left.is = true;
	rb_strand_pop(s);
	rb_inst_free(in);
}

bool
rb_inst_move(struct rb_inst *in)
{
	struct rb_flow *f = in->a.strand->flow;

	switch (in->phase) {
	case RB_PHASE_BEGIN:
		in->begun = rb_flow_now(f);
		if (!may_enter(in))
			in->phase = RB_PHASE_OVER;
		else if (in->proc == NULL && begin_file(in) != 0)
			steps_ended(in);
		else if (in->proc == NULL && in->unit->setup != NULL)
			list_begin(in, RB_PHASE_SETUP, in->unit->setup, "setup");
		else
			steps_begin(in);
		return true;
	case RB_PHASE_SETUP:
		if (in->a.strand->left.how != RB_LEFT_PASSED) {
			take_ended(in);
			return true;
		}
		in->a.strand->left.is = false;
		steps_begin(in);
		return true;
	case RB_PHASE_STEPS:
		take_ended(in);
		return true;
	case RB_PHASE_RUNGS:
		if (in->running > 0)
			return false;
		finally_begin(in);
		return true;
	case RB_PHASE_FINALLY:
		finally_ended(in);
		in->phase = RB_PHASE_OVER;
		return true;
	case RB_PHASE_OVER:
		over(in);
		return true;
	}
	return false;
}
