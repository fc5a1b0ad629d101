/* The end of a visit: its facts into their slot, its edge, and what it leaves to the step that encloses it.
 */
#include "flow/state.h"
#include "lang/graph.h"

#include <string.h>

enum { COMMON_FACTS = 8, LOOP_FACTS = 4 };

/* ---- facts ---- */

static void
add(struct rb_vmap *map, const char *name, struct rb_value v)
{
	((struct rb_vpair *)map->pairs)[map->len++] = (struct rb_vpair){rb_str_c(name), v};
}

static void
common_facts(const struct rb_visit *v, struct rb_vmap *map)
{
	const struct rb_outcome_row *row = &rb_outcome_rows[v->outcome];

	if (v->role != RB_ROLE_LOOP) {
		add(map, "passed", rb_v_bool(v->outcome == RB_PASSED || v->outcome == RB_ALREADY_DONE));
		add(map, "failed", rb_v_bool(row->catchable));
	}
	add(map, "timed_out", rb_v_bool(v->outcome == RB_TIMED_OUT));
	add(map, "skipped", rb_v_bool(v->outcome == RB_SKIPPED));
	if (!row->passed && v->reason.n > 0)
		add(map, "error", rb_v_text(rb_reason_str(&v->reason)));
	add(map, "attempts", rb_v_int(v->role == RB_ROLE_LOOP ? 1 : (int64_t)v->attempts));
	add(map, "duration", rb_v_of(RB_V_DURATION, rb_flow_now(rb_visit_flow(v)) - v->begun));
	add(map, "started", rb_v_of(RB_V_TIME, v->begun_wall));
}

void
rb_settle_facts(struct rb_visit *v)
{
	const struct rb_decl *decl = v->step->decl;
	size_t have = v->facts.kind == RB_V_MAP ? v->facts.map->len : 0;
	struct rb_arena arena;
	struct rb_vmap *map;

	if (decl == NULL)
		return;
	rb_arena_init(&arena, rb_visit_flow(v)->alloc);
	map = RB_NEW(&arena, struct rb_vmap);
	map->pairs = RB_ARRAY(&arena, struct rb_vpair, have + COMMON_FACTS + LOOP_FACTS);
	if (have > 0)
		memcpy(map->pairs, v->facts.map->pairs, have * sizeof(*map->pairs));
	map->len = have;
	if (v->role == RB_ROLE_LOOP)
		map->len += rb_loop_count_facts(v, &arena, map->pairs + map->len);
	common_facts(v, map);
	rb_frame_set(v->a.inst->frame, decl->slot, (struct rb_value){.kind = RB_V_MAP, .map = map});
	rb_arena_free(&arena);
}

/* ---- edges ---- */

static const struct rb_edge *
edge_by_key(const struct rb_step *step, const char *key)
{
	if (strcmp(key, "on_pass") == 0)
		return &step->on_pass;
	if (strcmp(key, "on_timeout") == 0)
		return &step->on_timeout;
	return &step->on_fail;
}

/* The edge that takes the outcome, or NULL. */
static const struct rb_edge *
pick_edge(const struct rb_visit *v, const char **key)
{
	const struct rb_outcome_row *row = &rb_outcome_rows[v->outcome];

	if (v->role == RB_ROLE_ITEM)
		return NULL;
	for (size_t i = 0; i < sizeof(row->edges) / sizeof(row->edges[0]) && row->edges[i] != NULL; i++) {
		const struct rb_edge *edge = edge_by_key(v->step, row->edges[i]);

		*key = row->edges[i];
		if (edge->kind != RB_EDGE_NONE)
			return edge;
	}
	return NULL;
}

struct rb_str
rb_edge_to(const struct rb_edge *edge, struct rb_arena *arena)
{
	static const char *const words[] = {[RB_EDGE_NONE] = "next",
	    [RB_EDGE_CONTINUE] = "continue",
	    [RB_EDGE_GOTO] = "goto",
	    [RB_EDGE_END] = "end",
	    [RB_EDGE_DONE] = "done",
	    [RB_EDGE_FAIL] = "fail",
	    [RB_EDGE_STEPS] = "steps"};

	if (edge->kind == RB_EDGE_GOTO)
		return rb_arena_fmt(arena, "goto %.*s", RB_STR_ARG(edge->target->id));
	if (edge->kind == RB_EDGE_END)
		return rb_arena_fmt(arena, "end %s", rb_end_words[edge->end]);
	return rb_str_c(words[edge->kind]);
}

int
rb_edge_jump(struct rb_visit *v, const struct rb_edge *edge, struct rb_left *left, struct rb_reason *why)
{
	static const enum rb_jump_kind jumps[] = {[RB_EDGE_GOTO] = RB_JUMP_GOTO,
	    [RB_EDGE_END] = RB_JUMP_END,
	    [RB_EDGE_DONE] = RB_JUMP_DONE,
	    [RB_EDGE_FAIL] = RB_JUMP_FAIL,
	    [RB_EDGE_STEPS] = RB_JUMP_NONE};
	struct rb_eval ev = rb_flow_eval(rb_visit_flow(v), v->a.inst, &v->arena);
	struct rb_value text;
	struct rb_buf b;

	if (edge->kind == RB_EDGE_GOTO && rb_goto_allowed(v->a.inst, v->step, edge->target, why) != 0)
		return -1;
	memset(left, 0, sizeof(*left));
	left->is = true;
	left->how = RB_LEFT_JUMPING;
	left->jump = jumps[edge->kind];
	left->from = v->step;
	left->target = edge->target;
	left->end = edge->end;
	if (edge->reason == NULL)
		return 0;
	text = rb_tmpl_eval(edge->reason, &ev);
	rb_buf_init(&b, rb_visit_flow(v)->alloc, RB_REASON_MAX);
	rb_value_show(text, &b);
	rb_reason_set(&left->reason, rb_buf_view(&b));
	rb_buf_free(&b);
	return 0;
}

/* ---- what the step leaves to its encloser ---- */

/* The reason as it is told further out: with the step that failed by itself, and the calls that lead to it.
 */
static void
tell_reason(struct rb_visit *v, struct rb_reason *out)
{
	if (!v->own_failure && v->step->op != RB_OP_CALL)
		*out = v->reason;
	else
		rb_reason_fmt(out, "%.*s %s: %.*s", RB_STR_ARG(rb_step_quoted(&v->arena, v->step)),
		    rb_outcome_rows[v->outcome].name, RB_STR_ARG(rb_reason_str(&v->reason)));
}

static enum rb_signal
leave(struct rb_visit *v, enum rb_edge_default way)
{
	struct rb_left *out = &v->inside;

	memset(out, 0, sizeof(*out));
	out->is = true;
	switch (way) {
	case RB_GO_NEXT:
		out->how = RB_LEFT_PASSED;
		break;
	case RB_GO_UP:
		out->how = RB_LEFT_FAILED;
		tell_reason(v, &out->reason);
		break;
	case RB_GO_UNWIND:
	case RB_GO_STOP:
		out->how = RB_LEFT_JUMPING;
		out->jump = way == RB_GO_STOP ? RB_JUMP_DECLINE : RB_JUMP_CANCEL;
		out->reason = v->reason;
		break;
	}
	return RB_SIG_OUT;
}

/* The edge cannot be taken (too many visits): that fails the step, and nothing of its own catches it. */
static enum rb_signal
edge_refused(struct rb_visit *v, const struct rb_reason *why)
{
	struct rb_reason before = v->reason;

	if (rb_outcome_rows[v->outcome].passed) {
		v->outcome = RB_FAILED;
		v->reason = *why;
	} else {
		rb_reason_fmt(&v->reason, "%.*s; %.*s", RB_STR_ARG(rb_reason_str(&before)),
		    RB_STR_ARG(rb_reason_str(why)));
	}
	v->own_failure = true;
	return leave(v, RB_GO_UP);
}

static enum rb_signal
take_edge(struct rb_visit *v, const struct rb_edge *edge, const char *key)
{
	bool passed = rb_outcome_rows[v->outcome].passed;
	struct rb_reason why, told;
	struct rb_left jump;

	switch (edge->kind) {
	case RB_EDGE_NONE:
		break;
	case RB_EDGE_CONTINUE:
		if (passed)
			break;
		v->continued = true;
		if (v->step->effect != RB_READ) {
			told = v->reason;
			tell_reason(v, &told);
			rb_seen_continued(v->a.inst, v->step, &told);
		}
		rb_emit_edge(v, key, RB_STR("continue"), RB_STR(""));
		break;
	case RB_EDGE_STEPS:
		rb_emit_edge(v, key, RB_STR("steps"), RB_STR(""));
		rb_list_push(v->a.strand, edge->steps);
		return RB_SIG_NONE;
	case RB_EDGE_GOTO:
	case RB_EDGE_END:
	case RB_EDGE_DONE:
	case RB_EDGE_FAIL:
		if (rb_edge_jump(v, edge, &jump, &why) != 0)
			return edge_refused(v, &why);
		rb_emit_edge(v, key, rb_edge_to(edge, &v->arena), rb_reason_str(&jump.reason));
		if (!passed && jump.reason.n == 0 &&
		    (edge->kind == RB_EDGE_END || edge->kind == RB_EDGE_FAIL))
			tell_reason(v, &jump.reason);
		v->inside = jump;
		return RB_SIG_OUT;
	}
	return leave(v, RB_GO_NEXT);
}

enum rb_signal
rb_settle_step(struct rb_visit *v)
{
	const struct rb_edge *edge;
	const char *key = "";

	rb_settle_facts(v);
	if (v->role != RB_ROLE_LOOP && v->facts.kind == RB_V_MAP)
		rb_emit_facts(v, v->facts);
	rb_drill_visited(v);
	if (v->inside.is)
		return RB_SIG_OUT; /* a jump that came from inside */
	if (v->outcome == RB_ERRORED && v->own_failure && !v->blamed)
		rb_emit_undecided(v);
	edge = pick_edge(v, &key);
	if (edge == NULL)
		return leave(v, rb_outcome_rows[v->outcome].dflt);
	return take_edge(v, edge, key);
}

enum rb_signal
rb_settle_edge_left(struct rb_visit *v)
{
	struct rb_left *left = &v->a.strand->left;
	bool passed = rb_outcome_rows[v->outcome].passed;
	struct rb_reason before;

	left->is = false;
	switch (left->how) {
	case RB_LEFT_PASSED:
		if (!passed)
			v->outcome = RB_RECOVERED;
		return leave(v, RB_GO_NEXT);
	case RB_LEFT_FAILED:
		if (passed) {
			v->outcome = RB_FAILED;
			v->reason = left->reason;
			v->own_failure = false;
		} else {
			before = v->reason;
			rb_reason_fmt(&v->reason, "%.*s; then %.*s", RB_STR_ARG(rb_reason_str(&before)),
			    RB_STR_ARG(rb_reason_str(&left->reason)));
		}
		return leave(v, RB_GO_UP);
	case RB_LEFT_JUMPING:
		break;
	}
	v->inside = *left;
	v->inside.is = true;
	return RB_SIG_OUT;
}

/* ---- over ---- */

/* What the closing line counts: steps that stand for themselves, neither rows of a table nor what only holds
 * others. */
static bool
counts(const struct rb_visit *v)
{
	return v->began && !v->a.quiet && !v->step->probe && v->role != RB_ROLE_LOOP &&
	       (v->step->op == RB_OP_LEAF || v->step->op == RB_OP_CHECKS || v->step->op == RB_OP_SET);
}

static void
count(const struct rb_visit *v, struct rb_run_end *end)
{
	bool failed = rb_outcome_rows[v->outcome].catchable;
	/* What only holds others counts where it has failed without any of them. */
	bool by_itself = failed && v->began && !v->a.quiet && !v->step->probe && v->own_failure;

	if (v->outcome == RB_SKIPPED || v->outcome == RB_NOT_DONE || (!counts(v) && !by_itself))
		return;
	end->steps++;
	end->failed += failed;
}

enum rb_signal
rb_settle_over(struct rb_visit *v)
{
	struct rb_strand *s = v->a.strand;
	struct rb_flow *f = s->flow;

	if (!v->inside.is)
		leave(v, rb_outcome_rows[v->outcome].dflt);
	if (v->began)
		rb_emit_step_end(v);
	count(v, &f->end);
	s->left = v->inside;
	s->left.is = true;
	rb_strand_pop(s);
	rb_uncut(f, &v->a);
	rb_visit_free(v);
	rb_strand_wake(s);
	return RB_SIG_NONE;
}
