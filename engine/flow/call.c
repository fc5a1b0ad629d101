/* Instances: a file or a procedure that runs, with its frame and its phases. The run itself, a child runbook,
 * a call, and the use of a library procedure are the same thing here. */
#include "flow/state.h"

#include <string.h>

/* "the runbook ended …" */
static const char *
ended_how(enum rb_ending ending)
{
	if (ending == RB_RUN_DEADLINE)
		return "at its deadline";
	return ending == RB_RUN_ENVIRONMENT ? "unable to run" : rb_ending_words[ending];
}

/* ---- making one ---- */

static void
widen(const struct rb_list *list, unsigned *lo, unsigned *hi)
{
	if (list == NULL || list->len == 0)
		return;
	if (list->steps[0]->index < *lo)
		*lo = list->steps[0]->index;
	if (list->steps[list->len - 1]->last_inside > *hi)
		*hi = list->steps[list->len - 1]->last_inside;
}

/* The steps of a procedure stand together in its file, so that what is remembered of them is one array. */
static void
make_seen(struct rb_flow *f, struct rb_inst *in)
{
	unsigned lo = UINT32_MAX, hi = 0;

	if (in->proc == NULL) {
		in->base = 0;
		in->nseen = in->unit->nsteps;
	} else {
		widen(in->proc->steps, &lo, &hi);
		widen(in->proc->finally, &lo, &hi);
		in->base = lo == UINT32_MAX ? 0 : lo;
		in->nseen = lo == UINT32_MAX ? 0 : (size_t)hi - lo + 1;
	}
	in->seen = rb_alloc_zero(f->alloc, in->nseen, sizeof(*in->seen));
}

static struct rb_inst *
inst_new(struct rb_flow *f, const struct rb_unit *unit, const struct rb_procedure *proc)
{
	struct rb_inst *in = rb_alloc_zero(f->alloc, 1, sizeof(*in));

	in->a.kind = RB_ACT_INST;
	in->unit = unit;
	in->proc = proc;
	rb_arena_init(&in->arena, f->alloc);
	make_seen(f, in);
	return in;
}

static void
inst_push(struct rb_strand *s, struct rb_inst *in)
{
	rb_strand_push(s, &in->a);
	in->a.inst = in;
	rb_strand_wake(s);
}

void
rb_inst_free(struct rb_inst *in)
{
	struct rb_flow *f = in->a.strand->flow;

	rb_rungs_stop(in);
	rb_uncut(f, &in->a);
	rb_alloc_free(f->alloc, in->seen);
	if (in->frame != NULL)
		rb_frame_free(in->frame);
	if (in->library != NULL)
		rb_frame_free(in->library);
	rb_arena_free(&in->arena);
	rb_alloc_free(f->alloc, in);
}

static void
set_run(struct rb_flow *f, const struct rb_unit *unit, struct rb_frame *frame)
{
	if (unit->run != NULL)
		rb_frame_set(frame, unit->run->slot, f->options.run);
}

void
rb_inst_refresh(struct rb_inst *in)
{
	struct rb_flow *f = in->a.strand->flow;
	const struct rb_decl *run = in->unit->run;
	struct rb_value map = f->options.run;
	struct rb_vpair *pairs;
	struct rb_arena arena;
	size_t n = map.kind == RB_V_MAP ? map.map->len : 0;

	if (run == NULL || !run->used)
		return;
	rb_arena_init(&arena, f->alloc);
	map = rb_v_map(&arena, n + 1, &pairs);
	if (n > 0)
		memcpy(pairs, f->options.run.map->pairs, n * sizeof(*pairs));
	pairs[n] = (struct rb_vpair){RB_STR("elapsed"), rb_v_of(RB_V_DURATION, rb_flow_now(f) - f->begun)};
	rb_frame_set(in->frame->file, run->slot, map);
	rb_arena_free(&arena);
}

struct rb_inst *
rb_inst_root(struct rb_flow *f, struct rb_strand *s)
{
	struct rb_inst *in = inst_new(f, f->program->main, NULL);

	in->frame = f->options.frame;
	set_run(f, in->unit, in->frame);
	inst_push(s, in);
	return in;
}

/* ---- giving it its inputs ---- */

/* The bindings of `with`, evaluated by the caller. NULL with a reason. */
static struct rb_offer *
make_offers(struct rb_visit *v, struct rb_inst *in, struct rb_reason *why)
{
	struct rb_eval ev = rb_flow_eval(rb_visit_flow(v), v->a.inst, &in->arena);
	const struct rb_call *call = v->step->call;
	struct rb_offer *offers = RB_ARRAY(&in->arena, struct rb_offer, call->nwith + 1);

	for (size_t i = 0; i < call->nwith; i++) {
		const struct rb_binding *with = &call->with[i];

		offers[i].name = with->name;
		offers[i].value = rb_field_eval(&with->value, &ev);
		offers[i].source = "with";
		if (with->value.node != NULL)
			offers[i].span = with->value.node->span;
		if (!rb_v_known(offers[i].value)) {
			rb_reason_value(why, v->a.inst->frame,
			    rb_arena_fmt(&in->arena, "with: %.*s", RB_STR_ARG(with->name)).p,
			    offers[i].value);
			v->blame = offers[i].span;
			return NULL;
		}
	}
	return offers;
}

/* What the callee names as its own is what the caller has: by value, since either file may end first. Where
 * the caller has none, another runbook asks its own source. */
static int
hand_over(struct rb_visit *v, struct rb_inst *in, struct rb_reason *why)
{
	const struct rb_call *call = v->step->call;

	for (size_t i = 0; i < call->nsecrets; i++) {
		const struct rb_hand_over *h = &call->secrets[i];
		struct rb_value value = rb_frame_get(v->a.inst->frame, 1, h->from->decl->slot);

		if (value.kind != RB_V_UNSET) {
			rb_frame_set(in->frame->file, h->to->decl->slot, value);
		} else if (!h->to->optional && h->to->from == RB_SECRET_CALLER) {
			rb_reason_fmt(why, "%.*s needs the secret `%.*s`, and `%.*s` is not there",
			    RB_STR_ARG(call->name), RB_STR_ARG(h->to->decl->name),
			    RB_STR_ARG(h->from->decl->name));
			v->blame = h->span;
			return -1;
		}
	}
	return 0;
}

static void
first_complaint(const struct rb_diags *d, struct rb_reason *why)
{
	rb_reason_set(why, d->len > 0 ? d->items[0].text : RB_STR("its inputs could not be settled"));
}

static int
settle(struct rb_flow *f, struct rb_inst *in, const struct rb_offer *offers, size_t n, struct rb_reason *why)
{
	struct rb_diags diags;
	struct rb_settle s = {.arena = &in->arena,
	    .diags = &diags,
	    .noffers = n,
	    .offers = offers,
	    .wall = f->driver->wall(f->driver->ctx)};
	int r;

	rb_diags_init(&diags, &in->arena);
	if (in->proc != NULL)
		r = rb_settle_inputs(&s, in->proc->inputs, in->proc->ninputs, in->frame);
	else
		r = rb_settle_inputs(&s, in->unit->inputs, in->unit->ninputs, in->frame);
	if (r == 0 && in->proc == NULL)
		r = rb_settle_values(&s, in->unit, in->frame);
	if (r != 0)
		first_complaint(&diags, why);
	return r;
}

static int
enter(struct rb_flow *f, struct rb_inst *in, struct rb_reason *why)
{
	struct rb_str text = RB_STR("its requirements are not met");

	if (f->driver->enter == NULL ||
	    f->driver->enter(f->driver->ctx, in->unit, in->frame, &in->arena, &text) == 0)
		return 0;
	rb_reason_set(why, text);
	return -1;
}

static void
make_frames(struct rb_flow *f, struct rb_inst *in, struct rb_frame *caller_file)
{
	if (in->proc == NULL) {
		in->frame = rb_frame_new(f->alloc, in->unit->scope, NULL);
		set_run(f, in->unit, in->frame);
	} else if (in->unit->library && caller_file->scope != in->unit->scope) {
		in->library = rb_frame_new(f->alloc, in->unit->scope, NULL);
		set_run(f, in->unit, in->library);
		in->frame = rb_frame_new(f->alloc, in->proc->scope, in->library);
	} else {
		in->frame = rb_frame_new(f->alloc, in->proc->scope, caller_file);
	}
}

/* What stands for the callee, if anything does, gives the visit its end. */
static bool
stood_in(struct rb_visit *v, struct rb_inst *in)
{
	const struct rb_driver *d = rb_visit_flow(v)->driver;
	struct rb_result res;

	memset(&res, 0, sizeof(res));
	res.facts = rb_v_unset(RB_STR(""));
	if (d->stand_in == NULL || !d->stand_in(d->ctx, v->step, &v->where, in->frame, &in->arena, &res))
		return false;
	rb_arena_clear(&v->found);
	v->facts = rb_value_copy(&v->found, res.facts);
	memset(&v->inside, 0, sizeof(v->inside));
	v->inside.how = res.ended == RB_ENDED_OK ? RB_LEFT_PASSED : RB_LEFT_FAILED;
	rb_reason_set(&v->inside.reason, res.reason);
	return true;
}

int
rb_call_begin(struct rb_visit *v)
{
	struct rb_flow *f = rb_visit_flow(v);
	const struct rb_call *call = v->step->call;
	struct rb_inst *in = inst_new(f, call->unit != NULL ? call->unit : call->proc->unit, call->proc);
	struct rb_offer *offers;
	int r = -1;

	inst_push(v->a.strand, in);
	in->call = v;
	in->a.item = -1;
	in->a.prefix = rb_arena_fmt(&in->arena, "%.*s/", RB_STR_ARG(v->where.step));
	make_frames(f, in, v->a.inst->frame->file);
	offers = make_offers(v, in, &v->reason);
	if (offers != NULL && hand_over(v, in, &v->reason) == 0 &&
	    settle(f, in, offers, call->nwith, &v->reason) == 0) {
		if (stood_in(v, in))
			r = 1;
		else if (call->what != RB_CALL_RUNBOOK || enter(f, in, &v->reason) == 0)
			return 0;
	}
	rb_strand_pop(v->a.strand);
	rb_inst_free(in);
	return r;
}

/* The procedure that a run was asked to start at. */
static int
begin_from(struct rb_inst *root, struct rb_reason *why)
{
	struct rb_flow *f = root->a.strand->flow;
	struct rb_inst *in = inst_new(f, root->unit, f->options.from);

	inst_push(root->a.strand, in);
	in->is_from = true;
	make_frames(f, in, root->frame);
	if (settle(f, in, f->options.from_offers, f->options.nfrom_offers, why) == 0)
		return 0;
	rb_strand_pop(root->a.strand);
	rb_inst_free(in);
	return -1;
}

/* ---- phases ---- */

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

	if (in != f->root || enter(f, in, &f->environment_why) == 0)
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
	if (begin_from(in, &why) != 0)
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

static void
file_ended(struct rb_inst *in)
{
	struct rb_left *left = &in->ended;

	rb_timer_stop(in->a.strand->flow, &in->a.limit);
	switch (left->how) {
	case RB_LEFT_PASSED:
		in->ending = RB_RUN_RESOLVED;
		if (in->continued > 0) {
			in->ending = RB_RUN_FAILED;
			rb_reason_set(
			    &left->reason, RB_STR("a change failed, and the run only went on over it"));
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
	rb_cut_limit(f, &l->a, rb_clock_add(rb_flow_now(f), RB_CLOSING_LIMIT));
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

	if (in->proc == NULL)
		child_left(in, &out);
	if (in->proc != NULL && in->call != NULL && !f->halted)
		take_outputs(in, &out);
	if (in->call == NULL && f->driver->leave != NULL) {
		rb_inst_refresh(in);
		f->driver->leave(f->driver->ctx, in->unit, in->proc, in->frame);
	}
	if (in->proc != NULL && in->continued > 0) {
		if (in->call != NULL)
			rb_seen_continued(in->call->a.inst, in->call->step);
		else
			f->root->continued++;
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
