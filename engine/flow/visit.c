/* A visit of a step: how it begins, with its path and its title, which keys of a loop are read once and which
 * by each item, and what it holds. What it then goes through is lifecycle.c; what it is called without a
 * title, called.c. */
#include "flow/state.h"
#include "lang/unset.h"

#include <string.h>

struct rb_flow *
rb_visit_flow(const struct rb_visit *v)
{
	return v->a.strand->flow;
}

void
rb_visit_fail(struct rb_visit *v, enum rb_outcome outcome, struct rb_str reason)
{
	v->outcome = outcome;
	v->own_failure = true;
	rb_reason_set(&v->reason, reason);
}

void
rb_visit_undecided(struct rb_visit *v, const char *what, const struct rb_expr *cond, struct rb_value why)
{
	rb_visit_fail(v, RB_ERRORED, RB_STR(""));
	rb_reason_value(&v->reason, v->a.inst->frame, what, why);
	v->blame = rb_expr_span(cond);
	if (why.kind == RB_V_UNSET)
		v->advice = rb_unset_advice(&v->arena, cond, why.s, &v->blame);
}

/* ---- what a loop's key belongs to: the loop, or each of its items ---- */

struct reads {
	const struct rb_decl *decl;
	bool found;
};

static void
note_read(void *ctx, const struct rb_decl *decl, unsigned up, struct rb_str path, const struct rb_expr *at)
{
	struct reads *r = ctx;

	(void)up;
	(void)path;
	(void)at;
	if (decl == r->decl)
		r->found = true;
}

static void
note_expr(void *ctx, const struct rb_expr *e)
{
	rb_expr_reads(e, note_read, ctx);
}

static bool
expr_reads_loop(const struct rb_expr *e, const struct rb_loop *loop)
{
	struct reads r = {loop != NULL ? loop->as : NULL, false};

	if (e != NULL && r.decl != NULL)
		rb_expr_reads(e, note_read, &r);
	return r.found;
}

bool
rb_tmpl_reads_loop(const struct rb_tmpl *t, const struct rb_loop *loop)
{
	struct reads r = {loop != NULL ? loop->as : NULL, false};

	if (t != NULL && r.decl != NULL)
		rb_tmpl_exprs(t, note_expr, &r);
	return r.found;
}

const struct rb_expr *
rb_visit_if(const struct rb_visit *v)
{
	const struct rb_step *step = v->step;

	if (step->if_ == NULL || v->role == RB_ROLE_PLAIN)
		return step->if_;
	return expr_reads_loop(step->if_, step->loop) == (v->role == RB_ROLE_ITEM) ? step->if_ : NULL;
}

/* ---- beginning ---- */

static struct rb_str
title_of(struct rb_visit *v)
{
	struct rb_eval ev = rb_flow_eval(rb_visit_flow(v), v->a.inst, &v->arena);
	const struct rb_step *step = v->step;
	bool no_item =
	    v->role == RB_ROLE_LOOP && step->title != NULL && rb_tmpl_reads_loop(step->title, step->loop);
	struct rb_buf b;
	struct rb_str s;

	if (step->title == NULL)
		return RB_STR("");
	/* Of the loop as a whole: "Restart <pod.NAME>". */
	if (no_item)
		rb_frame_set(v->a.inst->frame, step->loop->as->slot, rb_v_unknown(RB_STR("")));
	rb_buf_init(&b, rb_visit_flow(v)->alloc, RB_REASON_MAX);
	rb_value_show(rb_tmpl_eval(step->title, &ev), &b);
	if (no_item)
		rb_frame_clear(v->a.inst->frame, step->loop->as->slot);
	s = rb_arena_str(&v->arena, rb_buf_view(&b));
	rb_buf_free(&b);
	return s;
}

/* The instance path, which no other visit of this run has. */
static struct rb_str
path_of(struct rb_visit *v, int64_t item)
{
	const struct rb_visit *loop = (const struct rb_visit *)v->a.below;

	if (v->role == RB_ROLE_ITEM)
		return rb_arena_fmt(&v->arena, "%.*s[%lld]", RB_STR_ARG(loop->where.step), (long long)item);
	if (v->where.visit > 1)
		return rb_arena_fmt(&v->arena, "%.*s%.*s#%u", RB_STR_ARG(v->a.prefix),
		    RB_STR_ARG(v->step->id), v->where.visit);
	return rb_arena_fmt(&v->arena, "%.*s%.*s", RB_STR_ARG(v->a.prefix), RB_STR_ARG(v->step->id));
}

struct rb_visit *
rb_visit_push(struct rb_strand *s, const struct rb_step *step, enum rb_role role, int64_t item)
{
	struct rb_visit *v = rb_alloc_zero(s->flow->alloc, 1, sizeof(*v));

	v->a.kind = RB_ACT_VISIT;
	v->step = step;
	v->role = role;
	v->state = RB_S_IF;
	v->retry_until = RB_NEVER;
	v->facts = rb_v_unset(RB_STR(""));
	rb_arena_init(&v->arena, s->flow->alloc);
	rb_arena_init(&v->found, s->flow->alloc);
	rb_strand_push(s, &v->a);
	v->a.item = item;
	rb_strand_wake(s);
	return v;
}

/* Counts the visit and names it: here and not at its push, since an item of `checks` may wait for its turn.
 */
void
rb_visit_begin(struct rb_visit *v)
{
	struct rb_flow *f = rb_visit_flow(v);
	struct rb_seen *seen = v->role != RB_ROLE_ITEM ? rb_seen_of(v->a.inst, v->step) : NULL;

	rb_inst_refresh(v->a.inst);
	v->where.visit = v->is_item ? v->a.strand->checks->where.visit : 1;
	if (seen != NULL) {
		v->where.visit = ++seen->visits;
		seen->bounded++;
	}
	v->where.id = v->step->id;
	v->where.depth = v->a.depth;
	v->where.item = v->a.item;
	v->where.step = path_of(v, v->a.item);
	v->where.title = title_of(v);
	v->a.depth++;
	if (v->role == RB_ROLE_ITEM)
		v->a.prefix = rb_arena_fmt(&v->arena, "%.*s/", RB_STR_ARG(v->where.step));
	v->begun = rb_flow_now(f);
	v->begun_wall = f->driver->wall(f->driver->ctx);
	v->began = true;
	rb_emit_step_start(v);
}

void
rb_visit_free(struct rb_visit *v)
{
	struct rb_flow *f = rb_visit_flow(v);

	rb_timer_stop(f, &v->timer);
	rb_timer_stop(f, &v->tick);
	rb_timer_stop(f, &v->stop);
	if (v->main != NULL)
		rb_try_free(f, v->main);
	if (v->look != NULL)
		rb_try_free(f, v->look);
	if (v->asking != NULL)
		rb_asking_free(f, v->asking);
	rb_arena_free(&v->found);
	rb_arena_free(&v->arena);
	rb_alloc_free(f->alloc, v);
}

/* Keeps what the attempt found, in place of what the one before found. */
void
rb_visit_found(struct rb_visit *v, struct rb_try *t)
{
	rb_arena_clear(&v->found);
	v->facts = rb_value_copy(&v->found, t->judged.facts);
	v->summary = rb_arena_str(&v->found, t->res.summary);
	rb_drill_found(v, t);
	v->retriable = t->res.ended == RB_ENDED_ERROR && t->res.retriable;
	v->unresolved = t->unresolved;
}

void
rb_visit_stop_timers(struct rb_visit *v)
{
	struct rb_flow *f = rb_visit_flow(v);

	rb_timer_stop(f, &v->timer);
	rb_timer_stop(f, &v->tick);
	rb_timer_stop(f, &v->stop);
}
