/* for_each: the items one after the other, each a visit of its own within the visit of the loop. */
#include "flow/state.h"

#include <string.h>

static struct rb_value
listed(struct rb_visit *v, struct rb_eval *ev)
{
	const struct rb_loop *loop = v->step->loop;
	struct rb_value list = loop->in != NULL ? rb_expr_eval(loop->in, ev) : rb_field_eval(loop->items, ev);

	if (rb_v_known(list) && list.kind != RB_V_LIST)
		return rb_v_error(ev->arena, "what it goes over is no list");
	return list;
}

/* `where` for one item, whose loop variable is set. 1, 0, or -1 with the visit's reason. */
static int
wanted(struct rb_visit *v, struct rb_value item, struct rb_eval *ev)
{
	const struct rb_loop *loop = v->step->loop;
	struct rb_value why;
	int truth;

	if (loop->where == NULL)
		return 1;
	rb_frame_set(v->a.inst->frame, loop->as->slot, item);
	truth = rb_expr_truth(loop->where, ev, &why);
	if (truth < 0)
		rb_visit_undecided(v, "for_each: where", loop->where, why);
	return truth;
}

int
rb_loop_prepare(struct rb_visit *v)
{
	struct rb_eval ev = rb_flow_eval(rb_visit_flow(v), v->a.inst, &v->arena);
	struct rb_value list = listed(v, &ev);
	struct rb_loop_run *run = RB_NEW(&v->arena, struct rb_loop_run);

	v->loop = run;
	if (!rb_v_known(list)) {
		rb_visit_fail(v, RB_ERRORED, RB_STR(""));
		rb_reason_value(&v->reason, v->a.inst->frame, "for_each", list);
		v->blame = v->step->loop->span;
		return -1;
	}
	/* The step's own slot may hold what the list points into. */
	list = rb_value_copy(&v->arena, list);
	run->items = RB_ARRAY(&v->arena, struct rb_value, list.list->len);
	for (size_t i = 0; i < list.list->len; i++) {
		int truth = wanted(v, list.list->items[i], &ev);

		if (truth < 0) {
			rb_frame_clear(v->a.inst->frame, v->step->loop->as->slot);
			return -1;
		}
		if (truth == 1)
			run->items[run->n++] = list.list->items[i];
	}
	rb_frame_clear(v->a.inst->frame, v->step->loop->as->slot);
	if (run->n == 0)
		v->summary = list.list->len == 0
				 ? RB_STR("nothing to do: the list is empty")
				 : rb_arena_fmt(&v->arena,
				       "nothing to do: `where` wants none of the %zu items", list.list->len);
	if (v->step->decl != NULL && v->step->decl->used)
		run->results = RB_ARRAY(&v->arena, struct rb_value, run->n);
	return 0;
}

static enum rb_signal
loop_over(struct rb_visit *v)
{
	struct rb_loop_run *run = v->loop;
	struct rb_reason first;

	rb_loop_clear(v->a.inst, v->step);
	rb_frame_clear(v->a.inst->frame, v->step->loop->as->slot);
	if (v->inside.how == RB_LEFT_JUMPING)
		return RB_SIG_OUT;
	first = run->first;
	v->inside.how = run->failed > 0 ? RB_LEFT_FAILED : RB_LEFT_PASSED;
	rb_reason_set(&v->inside.reason, RB_STR(""));
	if (run->failed > 0 && run->at < run->n)
		rb_reason_fmt(&v->inside.reason, "%zu of %zu items failed, %zu not done: %.*s", run->failed,
		    run->n, run->n - run->at, RB_STR_ARG(rb_reason_str(&first)));
	else if (run->failed > 0)
		rb_reason_fmt(&v->inside.reason, "%zu of %zu items failed: %.*s", run->failed, run->n,
		    RB_STR_ARG(rb_reason_str(&first)));
	return RB_SIG_OUT;
}

enum rb_signal
rb_loop_next(struct rb_visit *v)
{
	struct rb_loop_run *run = v->loop;
	struct rb_str why;

	if (run->at >= run->n)
		return loop_over(v);
	if (rb_cut_at(rb_visit_flow(v), &v->a, &why) != RB_CUT_NONE) {
		v->inside.how = RB_LEFT_JUMPING;
		v->inside.jump = RB_JUMP_CANCEL;
		rb_reason_set(&v->inside.reason, why);
		return loop_over(v);
	}
	rb_loop_clear(v->a.inst, v->step);
	rb_frame_set(v->a.inst->frame, v->step->loop->as->slot, run->items[run->at]);
	rb_emit_item(v, run->items[run->at], run->at, run->n);
	rb_visit_push(v->a.strand, v->step, RB_ROLE_ITEM, (int64_t)run->at);
	return RB_SIG_NONE;
}

/* The facts of the item, with the item itself. */
static struct rb_value
result_of(struct rb_visit *v, struct rb_value item)
{
	struct rb_value facts = rb_frame_get(v->a.inst->frame, 0, v->step->decl->slot), out;
	size_t n = facts.kind == RB_V_MAP ? facts.map->len : 0;
	struct rb_vpair *pairs;

	out = rb_v_map(&v->arena, n + 1, &pairs);
	pairs[0] = (struct rb_vpair){RB_STR("item"), item};
	if (n == 0)
		return out;
	facts = rb_value_copy(&v->arena, facts);
	memcpy(pairs + 1, facts.map->pairs, n * sizeof(*pairs));
	return out;
}

/* A loop that stops says so: what was not looked at would pass for what is well. */
static void
tell_left_out(struct rb_visit *v)
{
	const struct rb_loop_run *run = v->loop;
	struct rb_reason text;

	if (run->at >= run->n)
		return;
	rb_reason_fmt(&text, "%zu of %zu not done: `stop_on_fail` is true, and %zu/%zu failed",
	    run->n - run->at, run->n, run->at, run->n);
	rb_emit_warning(rb_visit_flow(v), &v->where, "items_left_out", rb_reason_str(&text));
}

enum rb_signal
rb_loop_left(struct rb_visit *v)
{
	struct rb_loop_run *run = v->loop;

	if (run->results != NULL)
		run->results[run->at] = result_of(v, run->items[run->at]);
	run->at++;
	switch (v->inside.how) {
	case RB_LEFT_PASSED:
		run->passed++;
		break;
	case RB_LEFT_FAILED:
		if (run->failed++ == 0)
			run->first = v->inside.reason;
		if (!v->step->loop->stop_on_fail)
			break;
		tell_left_out(v);
		return loop_over(v);
	case RB_LEFT_JUMPING:
		return loop_over(v);
	}
	return rb_loop_next(v);
}

size_t
rb_loop_count_facts(const struct rb_visit *v, struct rb_arena *arena, struct rb_vpair *pairs)
{
	static const struct rb_loop_run none;
	const struct rb_loop_run *run = v->loop != NULL ? v->loop : &none;
	struct rb_value *items;
	size_t n = 0;

	pairs[n++] = (struct rb_vpair){RB_STR("count"), rb_v_int((int64_t)run->n)};
	pairs[n++] = (struct rb_vpair){RB_STR("passed"), rb_v_int((int64_t)run->passed)};
	pairs[n++] = (struct rb_vpair){RB_STR("failed"), rb_v_int((int64_t)run->failed)};
	if (run->results == NULL)
		return n;
	pairs[n].key = RB_STR("results");
	pairs[n++].value = rb_v_list(arena, run->at, &items);
	for (size_t i = 0; i < run->at; i++)
		items[i] = run->results[i];
	return n;
}
