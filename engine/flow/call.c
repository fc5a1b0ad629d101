/* Instances: a file or a procedure that runs, with its frame and its inputs. The run itself, a child runbook,
 * a call, and the use of a library procedure are the same thing here. What each goes through is phase.c. */
#include "flow/state.h"

#include <string.h>

/* ---- making one ---- */

/* The steps of a procedure stand together in its file, so that what is remembered of them is one array. */
static void
make_seen(struct rb_flow *f, struct rb_inst *in)
{
	unsigned n = (unsigned)in->unit->nsteps;

	if (in->proc != NULL)
		rb_proc_steps(in->proc, &in->base, &n);
	in->nseen = n;
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

int
rb_inst_enter(struct rb_inst *in, struct rb_reason *why)
{
	struct rb_flow *f = in->a.strand->flow;
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

/* What stands for the callee, if anything does, gives the visit its end: at once, or when its time is over.
 */
static bool
stood_in(struct rb_visit *v, struct rb_inst *in)
{
	struct rb_flow *f = rb_visit_flow(v);
	const struct rb_driver *d = f->driver;
	struct rb_result res;
	int64_t takes = 0;

	memset(&res, 0, sizeof(res));
	res.facts = rb_v_unset(RB_STR(""));
	if (d->stand_in == NULL ||
	    !d->stand_in(d->ctx, v->step, &v->where, in->frame, &in->arena, &res, &takes))
		return false;
	rb_arena_clear(&v->found);
	v->facts = rb_value_copy(&v->found, res.facts);
	memset(&v->inside, 0, sizeof(v->inside));
	v->inside.how = res.ended == RB_ENDED_OK ? RB_LEFT_PASSED : RB_LEFT_FAILED;
	rb_reason_set(&v->inside.reason, res.reason);
	if (takes > 0) {
		rb_timer_set(f, &v->timer, rb_clock_add(rb_flow_now(f), takes), rb_visit_time_is_due, v);
		rb_timer_first(f, &v->timer);
	}
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
		else if (call->what != RB_CALL_RUNBOOK || rb_inst_enter(in, &v->reason) == 0)
			return 0;
	}
	rb_strand_pop(v->a.strand);
	rb_inst_free(in);
	return r;
}

int
rb_inst_from(struct rb_inst *root, struct rb_reason *why)
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
