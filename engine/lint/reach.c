/* Steps and procedures that nothing leads to, and circles that nothing leads out of. */
#include "lint/paths.h"

#include "base/clock.h"

/* ---- steps ---- */

/* Whether what stands before the step in its list, or around it, is told instead. */
static bool
is_told(const struct rb_paths *p, const struct rb_step *s)
{
	const struct rb_step *before = s->at > 0 ? s->list->steps[s->at - 1] : s->list->owner;

	return before != NULL && !p->reached[p->g->first[before->index - p->g->base]];
}

/* The arm that a list of steps is, or NULL. */
static const struct rb_arm *
arm_of(const struct rb_list *list)
{
	const struct rb_step *owner = list->owner;

	for (size_t i = 0; owner != NULL && i < owner->narms; i++) {
		if (owner->arms[i].steps == list || owner->arms[i].edge.steps == list)
			return &owner->arms[i];
	}
	return NULL;
}

static void
tell_unreached(struct rb_paths *p, const struct rb_step *s)
{
	const struct rb_arm *arm = s->at == 0 ? arm_of(s->list) : NULL;
	struct rb_str called = rb_paths_name(p, s);
	const struct rb_step *before = s->at > 0 ? s->list->steps[s->at - 1] : NULL;

	if (arm != NULL) {
		bool never = arm->cond != NULL && rb_expr_constant(arm->cond) == 0;

		rb_diag_add(p->diags, RB_W_UNREACHED, arm->span, "this arm is never taken: %s",
		    never ? "its condition never holds" : "one before it always holds");
	} else if (before != NULL) {
		rb_diag_add(p->diags, RB_W_UNREACHED, s->span,
		    "%.*s is never reached: %.*s before it always leads elsewhere", RB_STR_ARG(called),
		    RB_STR_ARG(rb_paths_name(p, before)));
	} else {
		rb_diag_add(p->diags, RB_W_UNREACHED, s->span, "%.*s is never reached: nothing leads to it",
		    RB_STR_ARG(called));
	}
}

/* A step whose own condition never holds is reached, and always skipped. */
static void
tell_skipped(struct rb_paths *p, const struct rb_step *s)
{
	if (s->if_ != NULL && rb_expr_constant(s->if_) == 0)
		rb_diag_add(p->diags, RB_W_UNREACHED, rb_expr_span(s->if_),
		    "%.*s is always skipped: its condition never holds", RB_STR_ARG(rb_paths_name(p, s)));
}

/* A rung may be there for what cannot happen yet. */
static bool
is_in_rung(const struct rb_unit *u, const struct rb_step *s)
{
	while (s->parent != NULL)
		s = s->parent;
	for (size_t i = 0; i < u->nrungs; i++) {
		if (u->rungs[i].steps == s->list)
			return true;
	}
	return false;
}

static bool
may_escalate(const struct rb_paths *p)
{
	for (size_t i = 0; i < p->g->nways; i++) {
		const struct rb_way *w = &p->g->ways[i];

		if (p->reached[w->from] && w->edge != NULL && w->edge->kind == RB_EDGE_END &&
		    w->edge->end == RB_END_ESCALATED)
			return true;
	}
	return false;
}

/* Rungs that wait for a time are over with the run, but where it ends escalated: then all come at once. */
static void
tell_late_rungs(struct rb_paths *p)
{
	const struct rb_unit *u = p->g->unit;
	const struct rb_field *limit = p->g->proc == NULL ? u->timeout : NULL;
	char due[RB_CLOCK_DURATION], most[RB_CLOCK_DURATION];

	if (limit == NULL || limit->value.kind != RB_V_DURATION || may_escalate(p))
		return;
	for (size_t i = 0; i < u->nrungs; i++) {
		const struct rb_field *after = u->rungs[i].after;

		if (after != NULL && after->value.kind == RB_V_DURATION && after->value.i >= limit->value.i)
			rb_diag_add(p->diags, RB_W_UNREACHED, u->rungs[i].span,
			    "this escalation never comes: it is due after %s, and the run's timeout is %s",
			    rb_clock_exact(after->value.i, due), rb_clock_exact(limit->value.i, most));
	}
}

void
rb_paths_reach(struct rb_paths *p)
{
	const struct rb_graph *g = p->g;

	tell_late_rungs(p);
	for (unsigned i = 0; i < g->nsteps; i++) {
		const struct rb_step *s = g->unit->steps_in_order[g->base + i];

		if (g->first[i] == UINT32_MAX)
			continue;
		if (p->reached[g->first[i]])
			tell_skipped(p, s);
		else if (!is_told(p, s) && !is_in_rung(g->unit, s))
			tell_unreached(p, s);
	}
}

/* ---- circles ---- */

/* Tarjan's strongly connected components, without recursion: files have 100,000 steps. */
struct circles {
	const struct rb_graph *g;
	uint32_t *number, *low; /* by point; number 0: not seen yet */
	uint32_t *stack, *path; /* points that have no component yet; the way down */
	uint32_t *next;         /* by point: the way that is looked at next */
	uint32_t *part;         /* by point: its component, from 1 */
	size_t nstack, npath;
	uint32_t count, parts;
};

static void
enter(struct circles *c, uint32_t point)
{
	c->number[point] = c->low[point] = ++c->count;
	c->stack[c->nstack++] = point;
	c->path[c->npath++] = point;
}

static void
close_part(struct circles *c, uint32_t point)
{
	uint32_t member;

	c->parts++;
	do {
		member = c->stack[--c->nstack];
		c->part[member] = c->parts;
	} while (member != point);
}

static void
descend(struct circles *c, uint32_t start)
{
	enter(c, start);
	while (c->npath > 0) {
		uint32_t at = c->path[c->npath - 1];
		const struct rb_point *p = &c->g->points[at];

		if (c->next[at] < p->nout) {
			uint32_t to = c->g->ways[c->g->out[p->out + c->next[at]++]].to;

			if (c->number[to] == 0)
				enter(c, to);
			else if (c->part[to] == 0 && c->number[to] < c->low[at])
				c->low[at] = c->number[to];
			continue;
		}
		c->npath--;
		if (c->low[at] == c->number[at])
			close_part(c, at);
		if (c->npath > 0 && c->low[at] < c->low[c->path[c->npath - 1]])
			c->low[c->path[c->npath - 1]] = c->low[at];
	}
}

/* Whether somebody wrote that it leads out: a failure that nothing takes, and a refusal, are no way on. */
static bool
is_exit(const struct rb_graph *g, const struct rb_way *w)
{
	const struct rb_point *to = &g->points[w->to];

	if (w->kind == RB_WAY_UNWIND || w->kind == RB_WAY_DECLINED)
		return false;
	if (to->kind == RB_AT_FAILED)
		return to->step->on_fail.kind != RB_EDGE_NONE;
	return w->kind != RB_WAY_FAIL || w->written;
}

/* "poll → pause → poll": the steps of a circle, from the target of its goto on. */
static struct rb_str
circle_text(struct rb_paths *p, const struct circles *c, const struct rb_way *back)
{
	const struct rb_graph *g = p->g;
	struct rb_str first = rb_step_called(p->arena, g->points[back->to].step), text = first;
	unsigned shown = 1, from = g->points[back->to].step->index, to = back->step->index;

	for (unsigned i = from + 1; i <= to; i++) {
		const struct rb_step *s = g->unit->steps_in_order[i];
		uint32_t begin = g->first[i - g->base];

		if (begin == UINT32_MAX || c->part[begin] != c->part[back->to] || s->op == RB_OP_EDGE)
			continue;
		if (shown++ == RB_PATHS_SHOWN) {
			text = rb_arena_fmt(p->arena, "%.*s → …", RB_STR_ARG(text));
			break;
		}
		text = rb_arena_fmt(
		    p->arena, "%.*s → %.*s", RB_STR_ARG(text), RB_STR_ARG(rb_step_called(p->arena, s)));
	}
	return rb_arena_fmt(p->arena, "%.*s → %.*s", RB_STR_ARG(text), RB_STR_ARG(first));
}

static void
tell_circle(struct rb_paths *p, const struct circles *c, const struct rb_way *back)
{
	const struct rb_step *target = p->g->points[back->to].step;
	struct rb_diag *diag;

	diag = rb_diag_add(p->diags, RB_W_CIRCLE, rb_way_span(p->g, back),
	    "nothing leads out of the circle %.*s but a failure, or the %lld visits that `max_visits` allows",
	    RB_STR_ARG(circle_text(p, c, back)), (long long)target->max_visits);
	rb_diag_hint(p->diags, diag,
	    "go back only under a condition: an `if` beside the `goto`, or on_fail of a look");
}

static struct circles
find_circles(struct rb_paths *p)
{
	size_t n = p->g->npoints;
	struct circles c = {.g = p->g,
	    .number = RB_ARRAY(p->arena, uint32_t, n),
	    .low = RB_ARRAY(p->arena, uint32_t, n),
	    .stack = RB_ARRAY(p->arena, uint32_t, n),
	    .path = RB_ARRAY(p->arena, uint32_t, n),
	    .next = RB_ARRAY(p->arena, uint32_t, n),
	    .part = RB_ARRAY(p->arena, uint32_t, n)};

	for (uint32_t i = 0; i < n; i++) {
		if (c.number[i] == 0 && p->reached[i])
			descend(&c, i);
	}
	return c;
}

void
rb_paths_circles(struct rb_paths *p)
{
	const struct rb_graph *g = p->g;
	struct circles c;
	bool *left, any = false;

	for (size_t i = 0; i < g->nways; i++)
		any = any || (g->ways[i].back && p->reached[g->ways[i].from]);
	if (!any)
		return;
	c = find_circles(p);
	left = RB_ARRAY(p->arena, bool, c.parts + (size_t)1);
	for (size_t i = 0; i < g->nways; i++) {
		const struct rb_way *w = &g->ways[i];

		if (c.part[w->from] != c.part[w->to] && is_exit(g, w))
			left[c.part[w->from]] = true;
	}
	for (size_t i = 0; i < g->nways; i++) {
		const struct rb_way *w = &g->ways[i];

		if (!w->back || !p->reached[w->from] || c.part[w->from] != c.part[w->to] ||
		    left[c.part[w->from]])
			continue;
		left[c.part[w->from]] = true; /* told once */
		tell_circle(p, &c, w);
	}
}
