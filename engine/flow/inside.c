/* What the steps that are no leaves do: branch, block, set, the edges that stand as items of a list. Calls
 * and checks have files of their own. */
#include "flow/state.h"

#include <string.h>

/* ---- the deadline of a group: it ends all that is inside ---- */

static void
group_is_late(struct rb_flow *f, void *ctx)
{
	struct rb_visit *v = ctx;
	char text[RB_CLOCK_DURATION];
	struct rb_reason why;

	rb_reason_fmt(&why, "took longer than %s", rb_clock_exact(v->limit, text));
	rb_cut(f, &v->a, RB_CUT_HARD, rb_reason_str(&why));
}

static int
set_deadline(struct rb_visit *v)
{
	struct rb_flow *f = rb_visit_flow(v);
	int64_t limit;

	if (v->step->timeout == NULL || v->step->timeout->node == NULL)
		return 0;
	if (rb_flow_duration(f, v->a.inst, v->step->timeout, RB_NEVER, &limit, &v->reason) != 0)
		return -1;
	v->limit = limit;
	rb_timer_set(f, &v->a.limit, rb_clock_add(rb_flow_now(f), limit), group_is_late, v);
	return 0;
}

static enum rb_signal
all_is_done(struct rb_visit *v)
{
	memset(&v->inside, 0, sizeof(v->inside));
	v->inside.how = RB_LEFT_PASSED;
	return RB_SIG_OUT;
}

static enum rb_signal
errored(struct rb_visit *v)
{
	rb_visit_fail(v, RB_ERRORED, rb_reason_str(&v->reason));
	return RB_SIG_NO;
}

/* Leaves by an edge that is no list of steps. */
static enum rb_signal
leave_by(struct rb_visit *v, const struct rb_edge *edge, const char *key)
{
	struct rb_left jump;
	struct rb_reason why;

	if (rb_edge_jump(v, edge, &jump, &why) != 0) {
		rb_visit_fail(v, RB_FAILED, rb_reason_str(&why));
		all_is_done(v);
		v->inside.how = RB_LEFT_FAILED;
		v->inside.reason = why;
		return RB_SIG_OUT;
	}
	rb_emit_edge(v, key, rb_edge_to(edge, &v->arena), rb_reason_str(&jump.reason));
	v->inside = jump;
	return RB_SIG_OUT;
}

static enum rb_signal
arm_begin(struct rb_visit *v, const struct rb_arm *arm)
{
	const struct rb_list *list = arm->steps != NULL ? arm->steps : arm->edge.steps;

	if (list != NULL) {
		rb_list_push(v->a.strand, list);
		return RB_SIG_NONE;
	}
	if (arm->edge.kind == RB_EDGE_NONE || arm->edge.kind == RB_EDGE_CONTINUE)
		return all_is_done(v);
	return leave_by(v, &arm->edge, "then");
}

enum rb_signal
rb_chosen_next(struct rb_visit *v)
{
	while (v->next_chosen < v->nchosen) {
		enum rb_signal sig = arm_begin(v, &v->step->arms[v->chosen[v->next_chosen++]]);

		if (sig != RB_SIG_OUT || v->inside.how != RB_LEFT_PASSED)
			return sig;
	}
	return all_is_done(v);
}

/* ---- branch ---- */

static enum rb_signal
take_arm(struct rb_visit *v, size_t i, struct rb_eval *ev)
{
	const struct rb_step *step = v->step;
	const struct rb_arm *arm = i < step->narms ? &step->arms[i] : NULL;
	const struct rb_expr **conds = RB_ARRAY(&v->arena, const struct rb_expr *, step->narms);
	struct rb_str why, facts, text = RB_STR("");
	size_t n = 0;

	/* An arm stands on its own condition; `else`, and no arm, on all of them. */
	if (arm != NULL && arm->cond != NULL) {
		conds[n++] = arm->cond;
		text = rb_expr_text(arm->cond);
	} else {
		for (size_t k = 0; k < step->narms; k++) {
			if (step->arms[k].cond != NULL)
				conds[n++] = step->arms[k].cond;
		}
	}
	rb_grounds(conds, n, ev, &why, &facts);
	rb_emit_branch(v, text, arm != NULL ? (int64_t)i : -1, why, facts);
	return arm != NULL ? arm_begin(v, arm) : all_is_done(v);
}

static enum rb_signal
branch(struct rb_visit *v)
{
	struct rb_eval ev = rb_flow_eval(rb_visit_flow(v), v->a.inst, &v->arena);
	const struct rb_step *step = v->step;
	struct rb_value why;
	int truth;

	for (size_t i = 0; i < step->narms; i++) {
		if (step->arms[i].cond == NULL)
			return take_arm(v, i, &ev);
		truth = rb_expr_truth(step->arms[i].cond, &ev, &why);
		if (truth == 1)
			return take_arm(v, i, &ev);
		if (truth < 0) {
			rb_visit_undecided(v, "if", step->arms[i].cond, why);
			return RB_SIG_NO;
		}
	}
	return take_arm(v, step->narms, &ev);
}

/* ---- the others ---- */

static enum rb_signal
block(struct rb_visit *v)
{
	rb_list_push(v->a.strand, v->step->body);
	return RB_SIG_NONE;
}

static enum rb_signal
call(struct rb_visit *v)
{
	int r = rb_call_begin(v);

	if (r > 0)
		return v->timer.at != 0 ? RB_SIG_NONE : RB_SIG_OUT;
	return r == 0 ? RB_SIG_NONE : errored(v);
}

/* All are computed before the first is given, so that they may read one another's old values. */
static enum rb_signal
set(struct rb_visit *v)
{
	struct rb_eval ev = rb_flow_eval(rb_visit_flow(v), v->a.inst, &v->found);
	const struct rb_step *step = v->step;
	struct rb_value *values = RB_ARRAY(&v->found, struct rb_value, step->nsets);

	for (size_t i = 0; i < step->nsets; i++) {
		values[i] = rb_value_copy(&v->found, rb_field_eval(&step->sets[i].value, &ev));
		if (!rb_v_known(values[i])) {
			const char *name =
			    rb_arena_fmt(&v->arena, "%.*s", RB_STR_ARG(step->sets[i].decl->name)).p;

			rb_reason_value(&v->reason, v->a.inst->frame, name, values[i]);
			if (step->sets[i].value.node != NULL)
				v->blame = step->sets[i].value.node->span;
			return errored(v);
		}
	}
	/* Values are the file's, also where a procedure gives them. */
	for (size_t i = 0; i < step->nsets; i++)
		rb_frame_set(v->a.inst->frame->file, step->sets[i].decl->slot, values[i]);
	return all_is_done(v);
}

static enum rb_signal
edge(struct rb_visit *v)
{
	return leave_by(v, &v->step->edge, v->step->action);
}

static enum rb_signal (*const begins[])(struct rb_visit *v) = {
    [RB_OP_LEAF] = NULL,
    [RB_OP_BRANCH] = branch,
    [RB_OP_CHECKS] = rb_checks_begin,
    [RB_OP_BLOCK] = block,
    [RB_OP_CALL] = call,
    [RB_OP_SET] = set,
    [RB_OP_EDGE] = edge,
};

enum rb_signal
rb_inside_begin(struct rb_visit *v)
{
	enum rb_signal sig;

	v->timed_out_inside = false;
	v->own_failure = false;
	if (set_deadline(v) != 0)
		return errored(v);
	sig = begins[v->step->op](v);
	/* What is over already is not ended any more: the deadline is not that of its `verify` and edges. */
	if (sig != RB_SIG_NONE)
		rb_uncut(rb_visit_flow(v), &v->a);
	return sig;
}
