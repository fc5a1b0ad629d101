/* The points of one step, and the ways between and out of them that its keys write or imply. */
#include <string.h>

#include "lang/graph_impl.h"
#include "lang/kind.h"

/* ---- points and ways ---- */

uint32_t
rb_build_point(struct rb_build *b, enum rb_point_kind kind, const struct rb_step *step)
{
	struct rb_graph *g = b->g;

	g->points = rb_arena_grow(b->arena, g->points, sizeof(*g->points), g->npoints, &b->cap_points);
	g->points[g->npoints] = (struct rb_point){.kind = kind, .step = step};
	return (uint32_t)g->npoints++;
}

void
rb_build_way(struct rb_build *b, struct rb_way way)
{
	struct rb_graph *g = b->g;

	g->ways = rb_arena_grow(b->arena, g->ways, sizeof(*g->ways), g->nways, &b->cap_ways);
	g->ways[g->nways++] = way;
	g->points[way.from].nout++;
	g->points[way.to].nin++;
}

void
rb_build_go(struct rb_build *b, uint32_t from, uint32_t to)
{
	rb_build_way(
	    b, (struct rb_way){.kind = RB_WAY_GO, .from = from, .to = to, .step = b->g->points[from].step});
}

/* A way out of `from` as far as `to` (NULL: out of all), which each `finally` between them sees. */
static void
leave(struct rb_build *b, struct rb_way way, const struct rb_list_place *from, const struct rb_list_place *to)
{
	rb_build_way(b, way);
	for (const struct rb_list_place *p = from; p != NULL && p != to; p = p->outer) {
		if (p->finally == RB_NOWHERE)
			continue;
		way.kind = RB_WAY_UNWIND;
		way.to = p->finally;
		way.written = way.back = false;
		rb_build_way(b, way);
	}
}

/* Goto may lead to a step before it is walked. */
static uint32_t
begin_of(struct rb_build *b, const struct rb_step *step)
{
	uint32_t *first = &b->g->first[step->index - b->g->base];

	if (*first == RB_NOWHERE)
		*first = rb_build_point(b, RB_AT_STEP, step);
	return *first;
}

/* ---- edges ---- */

/* The place of the list that a goto of this step reaches. */
static const struct rb_list_place *
place_of(const struct rb_list_place *p, const struct rb_step *target)
{
	while (p != NULL && p->list != target->list)
		p = p->outer;
	return p;
}

static void
follow_goto(struct rb_build *b, struct rb_way way, const struct rb_list_place *at)
{
	const struct rb_step *target = way.edge->target;

	way.to = begin_of(b, target);
	way.back = target->index <= way.step->last_inside;
	leave(b, way, at, place_of(at, target));
}

/* An edge as it is written. `inner`: the place of the steps that it may be, whose `outer` is that of its own
 * step. `on`: where it leads by going on. */
static void
follow(struct rb_build *b, struct rb_way way, const struct rb_edge *edge, const struct rb_list_place *inner,
    uint32_t on)
{
	static const enum rb_over ends[] = {[RB_END_RESOLVED] = RB_OVER_RESOLVED,
	    [RB_END_FAILED] = RB_OVER_FAILED,
	    [RB_END_ESCALATED] = RB_OVER_ESCALATED};

	way.edge = edge->kind != RB_EDGE_NONE ? edge : NULL;
	way.to = on;
	if (inner->list != NULL) {
		way.to = rb_build_list(b, inner->list, inner, on);
		rb_build_way(b, way);
		return;
	}
	switch (edge->kind) {
	case RB_EDGE_NONE:
	case RB_EDGE_CONTINUE:
	case RB_EDGE_STEPS:
		rb_build_way(b, way);
		return;
	case RB_EDGE_GOTO:
		follow_goto(b, way, inner->outer);
		return;
	case RB_EDGE_END:
		way.to = b->over[ends[edge->end]];
		break;
	case RB_EDGE_DONE:
		way.to = b->over[RB_OVER_DONE];
		break;
	case RB_EDGE_FAIL:
		way.to = b->over[RB_OVER_FAIL];
		break;
	}
	leave(b, way, inner->outer, NULL);
}

static void
follow_key(struct rb_build *b, enum rb_way_kind kind, uint32_t from, const struct rb_step *s,
    const struct rb_edge *edge, const struct rb_list_place *at, uint32_t next)
{
	struct rb_way way = {.kind = kind, .from = from, .step = s, .written = edge->kind != RB_EDGE_NONE};
	const struct rb_list_place inner = {at, edge->steps, at->fail, at->fail_place, RB_NOWHERE, false};

	follow(b, way, edge, &inner, next);
}

/* A failure that no edge of the step takes. */
static void
fail_up(
    struct rb_build *b, uint32_t from, const struct rb_step *s, const struct rb_list_place *at, uint32_t next)
{
	struct rb_way way = {.kind = RB_WAY_FAIL, .from = from, .to = at->fail, .step = s};

	if (at->checks) {
		way.to = next;
		rb_build_way(b, way);
		return;
	}
	leave(b, way, at, at->fail_place);
}

/* ---- one step ---- */

struct points {
	uint32_t passed, failed, late, next;
};

/* Whether what the step does by itself may fail. */
static bool
may_fail(const struct rb_step *s)
{
	if (s->op == RB_OP_CALL)
		return true;
	return s->op == RB_OP_LEAF && (s->kind->traits & (RB_KIND_SAYS | RB_KIND_WAITS)) == 0;
}

static void
note_loop(void *ctx, const struct rb_decl *decl, unsigned up, struct rb_str path, const struct rb_expr *at)
{
	const struct rb_decl **loop = ctx;

	(void)up;
	(void)path;
	(void)at;
	if (decl == *loop)
		*loop = NULL;
}

/* An `if` that reads the variable of its own loop is judged for each item. */
static bool
if_of_items(const struct rb_step *s)
{
	const struct rb_decl *as = s->loop != NULL ? s->loop->as : NULL;

	if (as == NULL || s->if_ == NULL)
		return false;
	rb_expr_reads(s->if_, note_loop, &as);
	return as == NULL;
}

/* A question before the action: on with `yes` to a new point, aside with `no`. */
static void
gate(struct rb_build *b, uint32_t *at, enum rb_way_kind yes, enum rb_way_kind no, uint32_t aside)
{
	const struct rb_step *s = b->g->points[*at].step;
	struct rb_way way = {.kind = yes, .from = *at, .step = s, .written = true};

	way.to = rb_build_point(b, RB_AT_ACTION, s);
	rb_build_way(b, way);
	*at = way.to;
	way.kind = no;
	way.to = aside;
	rb_build_way(b, way);
}

static void
decline(struct rb_build *b, uint32_t *at, const struct rb_list_place *place, uint32_t next)
{
	const struct rb_step *s = b->g->points[*at].step;
	struct rb_way way = {.kind = RB_WAY_CONFIRMED, .from = *at, .step = s, .written = true};

	way.to = rb_build_point(b, RB_AT_ACTION, s);
	rb_build_way(b, way);
	*at = way.to;
	way.kind = RB_WAY_DECLINED;
	way.to = s->optional ? next : b->over[RB_OVER_DECLINED];
	leave(b, way, place, s->optional ? place : NULL);
}

/* Makes the point what it is for, or a new one behind it where the step begins. */
static void
stand(struct rb_build *b, uint32_t *at, enum rb_point_kind kind)
{
	uint32_t to;

	if (b->g->points[*at].kind == RB_AT_ACTION) {
		b->g->points[*at].kind = kind;
		return;
	}
	to = rb_build_point(b, kind, b->g->points[*at].step);
	rb_build_go(b, *at, to);
	*at = to;
}

/* From the begin of a step to its action. Each gate leads to what is an ACTION as long as no other follows.
 */
static uint32_t
gates(struct rb_build *b, uint32_t at, const struct rb_step *s, const struct rb_list_place *place,
    struct points *p)
{
	bool each = if_of_items(s);

	if (s->if_ != NULL && !each)
		gate(b, &at, RB_WAY_IF, RB_WAY_SKIP, p->next);
	if (s->loop != NULL) {
		stand(b, &at, RB_AT_ITEMS);
		gate(b, &at, RB_WAY_ITEMS, RB_WAY_EMPTY, p->passed);
	}
	if (s->loop != NULL && s->confirm != NULL) {
		stand(b, &at, RB_AT_CONFIRM);
		decline(b, &at, place, p->next);
	}
	if (each) {
		stand(b, &at, RB_AT_ITEM);
		gate(b, &at, RB_WAY_IF, RB_WAY_SKIP, p->passed);
	}
	if (s->done_if != NULL) {
		stand(b, &at, RB_AT_DONE_IF);
		gate(b, &at, RB_WAY_NOT_DONE, RB_WAY_DONE, p->passed);
	}
	if (s->loop == NULL && s->confirm != NULL) {
		stand(b, &at, RB_AT_CONFIRM);
		decline(b, &at, place, p->next);
	}
	stand(b, &at, RB_AT_ACTION);
	return at;
}

static void
walk_arm(struct rb_build *b, uint32_t from, const struct rb_step *s, uint32_t i,
    const struct rb_list_place *at, const struct points *p, uint32_t on)
{
	const struct rb_arm *arm = &s->arms[i];
	const struct rb_list_place inner = {
	    at, arm->steps != NULL ? arm->steps : arm->edge.steps, p->failed, at, RB_NOWHERE, false};
	struct rb_way way = {.kind = RB_WAY_ARM, .from = from, .step = s, .arm = i, .written = true};

	follow(b, way, &arm->edge, &inner, on);
}

static void
no_arm(struct rb_build *b, uint32_t from, const struct rb_step *s, uint32_t i, uint32_t to)
{
	rb_build_way(
	    b, (struct rb_way){
		   .kind = RB_WAY_NO_ARM, .from = from, .to = to, .step = s, .arm = i, .written = true});
}

static void
walk_branch(struct rb_build *b, uint32_t action, const struct rb_step *s, const struct rb_list_place *at,
    const struct points *p)
{
	bool otherwise = false;

	for (uint32_t i = 0; i < s->narms; i++) {
		walk_arm(b, action, s, i, at, p, p->passed);
		otherwise = otherwise || s->arms[i].cond == NULL;
	}
	if (!otherwise)
		no_arm(b, action, s, 0, p->passed);
}

/* The choices of a question: one of them, or each that is among the answers, in the order of the file. */
static void
walk_choices(struct rb_build *b, uint32_t action, const struct rb_step *s, const struct rb_list_place *at,
    const struct points *p)
{
	uint32_t from = action, to;
	bool many = s->kind->takes_many != NULL && s->kind->takes_many(s);

	for (uint32_t i = 0; i < s->narms; i++) {
		if (!many) {
			walk_arm(b, action, s, i, at, p, p->passed);
			continue;
		}
		if (i == 0) {
			from = rb_build_point(b, RB_AT_CHOICE, s);
			rb_build_go(b, action, from);
		}
		to = i + 1 < s->narms ? rb_build_point(b, RB_AT_CHOICE, s) : p->passed;
		if (to != p->passed)
			b->g->points[to].arm = i + 1;
		walk_arm(b, from, s, i, at, p, to);
		no_arm(b, from, s, i, to);
		from = to;
	}
}

static void
walk_block(struct rb_build *b, uint32_t action, const struct rb_step *s, const struct rb_list_place *at,
    const struct points *p)
{
	struct rb_list_place body = {at, s->body, p->failed, at, RB_NOWHERE, false};
	struct rb_list_place closing = {at, s->finally, RB_NOWHERE, at, RB_NOWHERE, false};
	struct rb_way way = {.kind = RB_WAY_GO, .to = p->passed, .step = s};
	uint32_t end = p->passed;

	if (s->finally != NULL) {
		body.finally = rb_build_point(b, RB_AT_FINALLY, s);
		closing.fail = rb_build_point(b, RB_AT_CLOSED, s);
		end = rb_build_point(b, RB_AT_CLOSED, s);
	}
	rb_build_go(b, action, rb_build_list(b, s->body, &body, end));
	if (s->finally == NULL)
		return;
	way.from = end;
	leave(b, way, &body, at);
	rb_build_go(b, body.finally, rb_build_list(b, s->finally, &closing, closing.fail));
}

static void
walk_checks(struct rb_build *b, uint32_t action, const struct rb_step *s, const struct rb_list_place *at,
    const struct points *p)
{
	struct rb_list_place body = {at, s->body, p->failed, at, RB_NOWHERE, true};
	uint32_t end = rb_build_point(b, RB_AT_CLOSED, s);

	rb_build_go(b, action, rb_build_list(b, s->body, &body, end));
	rb_build_go(b, end, p->passed);
	rb_build_go(b, end, p->failed);
}

static void
walk_action(struct rb_build *b, uint32_t action, const struct rb_step *s, const struct rb_list_place *at,
    const struct points *p)
{
	if (s->op == RB_OP_BRANCH)
		walk_branch(b, action, s, at, p);
	else if (s->op == RB_OP_CHECKS)
		walk_checks(b, action, s, at, p);
	else if (s->op == RB_OP_BLOCK)
		walk_block(b, action, s, at, p);
	else if (s->narms > 0)
		walk_choices(b, action, s, at, p);
	else
		rb_build_go(b, action, p->passed);
	if (may_fail(s))
		rb_build_go(b, action, p->failed);
	else if (s->verify != NULL)
		rb_build_go(b, p->passed, p->failed);
	if (p->late != RB_NOWHERE)
		rb_build_go(b, action, p->late);
	/* An edge is written for what this walk does not know of: a value that cannot be computed. */
	if (s->on_fail.kind != RB_EDGE_NONE && b->g->points[p->failed].nin == 0)
		rb_build_go(b, action, p->failed);
}

static void
walk_edge_item(struct rb_build *b, uint32_t action, const struct rb_step *s, const struct rb_list_place *at,
    uint32_t next)
{
	const struct rb_list_place inner = {at, NULL, at->fail, at->fail_place, RB_NOWHERE, false};
	struct rb_way way = {.kind = RB_WAY_JUMP, .from = action, .step = s, .written = true};

	follow(b, way, &s->edge, &inner, next);
}

/* Walks a step; returns its NEXT. */
static uint32_t
walk_step(struct rb_build *b, const struct rb_step *s, const struct rb_list_place *at)
{
	uint32_t begin = begin_of(b, s), action;
	struct points p = {.late = RB_NOWHERE};

	p.next = rb_build_point(b, RB_AT_NEXT, s);
	if (s->op == RB_OP_EDGE) {
		action = gates(b, begin, s, at, &p);
		walk_edge_item(b, action, s, at, p.next);
		return p.next;
	}
	p.passed = rb_build_point(b, RB_AT_PASSED, s);
	p.failed = rb_build_point(b, RB_AT_FAILED, s);
	if (s->on_timeout.kind != RB_EDGE_NONE)
		p.late = rb_build_point(b, RB_AT_LATE, s);
	action = gates(b, begin, s, at, &p);
	walk_action(b, action, s, at, &p);
	/* Arms may all lead elsewhere. */
	if (s->on_pass.kind != RB_EDGE_NONE || b->g->points[p.passed].nin > 0)
		follow_key(b, RB_WAY_PASS, p.passed, s, &s->on_pass, at, p.next);
	if (s->on_fail.kind != RB_EDGE_NONE)
		follow_key(b, RB_WAY_FAIL, p.failed, s, &s->on_fail, at, p.next);
	else if (b->g->points[p.failed].nin > 0)
		fail_up(b, p.failed, s, at, p.next);
	if (p.late != RB_NOWHERE)
		follow_key(b, RB_WAY_LATE, p.late, s, &s->on_timeout, at, p.next);
	return p.next;
}

/* Walks a list that leads to `end`. Returns where it begins. */
uint32_t
rb_build_list(struct rb_build *b, const struct rb_list *list, const struct rb_list_place *place, uint32_t end)
{
	uint32_t next = RB_NOWHERE;

	if (list == NULL || list->len == 0)
		return end;
	for (size_t i = 0; i < list->len; i++) {
		if (next != RB_NOWHERE)
			rb_build_go(b, next, begin_of(b, list->steps[i]));
		next = walk_step(b, list->steps[i], place);
	}
	rb_build_go(b, next, end);
	return begin_of(b, list->steps[0]);
}
