/* Escalation: rungs that run beside the run after a time, or when it has failed. They change nothing in it: a
 * rung that fails is a warning. */
#include "flow/state.h"

#include <string.h>

static struct rb_str
contact_of(struct rb_rung_run *r)
{
	struct rb_inst *in = r->inst;
	struct rb_flow *f = in->a.strand->flow;
	struct rb_arena arena;
	struct rb_eval ev;
	struct rb_buf b;

	if (r->rung->contact == NULL)
		return RB_STR("");
	rb_arena_init(&arena, f->alloc);
	ev = rb_flow_eval(f, in, &arena);
	rb_buf_init(&b, f->alloc, RB_REASON_MAX);
	rb_value_show(rb_tmpl_eval(r->rung->contact, &ev), &b);
	rb_reason_set(&r->contact, rb_buf_view(&b));
	rb_buf_free(&b);
	rb_arena_free(&arena);
	return rb_reason_str(&r->contact);
}

/* `after`: the time that has brought it about; 0: the outcome of the run has. */
static void
fire(struct rb_rung_run *r, int64_t after)
{
	struct rb_inst *in = r->inst;
	struct rb_flow *f = in->a.strand->flow;
	struct rb_list_act *l;
	struct rb_strand *s;

	rb_timer_stop(f, &r->timer);
	s = rb_strand_new(f, &in->a);
	s->rung = r;
	r->strand = s;
	r->is = RB_RUNG_RUNS;
	in->running++;
	rb_emit_phase(in, in->call != NULL ? &in->call->where : NULL, "escalation", contact_of(r), after);
	l = rb_list_push_shielded(s, r->rung->steps);
	l->a.prefix = rb_arena_fmt(
	    &in->arena, "%.*sescalation[%zu]/", RB_STR_ARG(in->a.prefix), (size_t)(r - in->rungs));
}

static void
fire_when_due(struct rb_flow *f, void *ctx)
{
	struct rb_rung_run *r = ctx;

	(void)f;
	fire(r, r->after);
}

void
rb_rungs_begin(struct rb_inst *in)
{
	struct rb_flow *f = in->a.strand->flow;
	struct rb_reason why, text;

	if (f->options.drill != NULL)
		return;
	in->nrungs = in->unit->nrungs;
	in->rungs = RB_ARRAY(&in->arena, struct rb_rung_run, in->nrungs);
	for (size_t i = 0; i < in->nrungs; i++) {
		struct rb_rung_run *r = &in->rungs[i];

		r->inst = in;
		r->rung = &in->unit->rungs[i];
		if (r->rung->on_failed)
			continue;
		if (rb_flow_duration(f, in, r->rung->after, RB_NEVER, &r->after, &why) != 0) {
			/* Late is worse than early, and loud is better than never. */
			rb_reason_fmt(&text,
			    "escalation %zu fires at once, since its time cannot be had: %.*s", i + 1,
			    RB_STR_ARG(rb_reason_str(&why)));
			rb_emit_warning(f, NULL, "rung_time", rb_reason_str(&text));
			r->after = 0;
		}
		r->is = RB_RUNG_WAITS;
		rb_timer_set(f, &r->timer, rb_clock_add(in->begun, r->after), fire_when_due, r);
	}
}

/* What stands at the bottom of a rung's stack, or NULL when it is just over. */
static struct rb_act *
bottom_of(const struct rb_strand *s)
{
	struct rb_act *a = s->top;

	while (a != NULL && a->below != s->starter)
		a = a->below;
	return a;
}

void
rb_rungs_ended(struct rb_inst *in)
{
	struct rb_flow *f = in->a.strand->flow;
	bool failed = in->ending == RB_RUN_FAILED || in->ending == RB_RUN_DEADLINE;

	for (size_t i = 0; i < in->nrungs; i++) {
		struct rb_rung_run *r = &in->rungs[i];
		struct rb_act *a;

		if (r->is == RB_RUNG_WAITS && in->ending != RB_RUN_ESCALATED) {
			rb_timer_stop(f, &r->timer);
			r->is = RB_RUNG_OVER;
		}
		if (r->is == RB_RUNG_WAITS || (r->rung->on_failed && failed))
			fire(r, 0);
		a = r->is == RB_RUNG_RUNS ? bottom_of(r->strand) : NULL;
		if (a != NULL)
			rb_cut_closing(f, a);
	}
}

void
rb_rungs_cut(struct rb_flow *f, struct rb_str why)
{
	for (struct rb_strand *s = f->strands; s != NULL; s = s->next_strand) {
		struct rb_act *a = s->rung != NULL ? bottom_of(s) : NULL;

		if (a != NULL)
			rb_cut(f, a, RB_CUT_HARD, why);
	}
}

void
rb_rung_over(struct rb_rung_run *r, const struct rb_left *left)
{
	struct rb_inst *in = r->inst;
	struct rb_flow *f = in->a.strand->flow;
	struct rb_reason text;

	r->is = RB_RUNG_OVER;
	r->strand = NULL;
	in->running--;
	if (left->how != RB_LEFT_PASSED) {
		rb_reason_fmt(&text, "escalation %zu%s%.*s failed: %.*s", (size_t)(r - in->rungs) + 1,
		    r->contact.n > 0 ? " to " : "", RB_STR_ARG(rb_reason_str(&r->contact)),
		    RB_STR_ARG(rb_reason_str(&left->reason)));
		rb_emit_warning(f, NULL, "rung_failed", rb_reason_str(&text));
	}
	rb_strand_wake(in->a.strand);
}

void
rb_rungs_stop(struct rb_inst *in)
{
	for (size_t i = 0; i < in->nrungs; i++)
		rb_timer_stop(in->a.strand->flow, &in->rungs[i].timer);
}
