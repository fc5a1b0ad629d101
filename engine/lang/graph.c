/* Making the graph: the phases of a file or procedure, one walk over its lists in the order of the file, and
 * the index of the ways. The steps are in graph_step.c, words for people in graph_text.c. */
#include "lang/graph.h"

#include "lang/claim.h"
#include "lang/graph_impl.h"

/* ---- the whole ---- */

static uint32_t
walk_phase(struct rb_build *b, const struct rb_list *list, uint32_t end)
{
	struct rb_list_place top = {NULL, list, b->over[RB_OVER_UNCAUGHT], NULL, RB_NOWHERE, false};

	return rb_build_list(b, list, &top, end);
}

/* A list that always runs to its end, and leads nowhere. Returns where it begins. */
static uint32_t
walk_closing(struct rb_build *b, const struct rb_list *list)
{
	uint32_t end = rb_build_point(b, RB_AT_CLOSED, NULL);
	struct rb_list_place top = {NULL, list, end, NULL, RB_NOWHERE, false};

	return rb_build_list(b, list, &top, end);
}

static void
walk_rungs(struct rb_build *b, const struct rb_unit *u, uint32_t begin)
{
	for (uint32_t i = 0; i < u->nrungs; i++) {
		struct rb_way way = {.kind = RB_WAY_RUNG, .arm = i, .written = true};

		way.from = rb_build_point(b, RB_AT_RUNG, NULL);
		b->g->points[way.from].arm = i;
		if (u->rungs[i].on_failed) {
			rb_build_go(b, b->over[RB_OVER_UNCAUGHT], way.from);
			rb_build_go(b, b->over[RB_OVER_FAILED], way.from);
		} else {
			rb_build_go(b, begin, way.from);
		}
		way.to = walk_closing(b, u->rungs[i].steps);
		rb_build_way(b, way);
	}
}

static void
walk_all(struct rb_build *b)
{
	const struct rb_procedure *proc = b->g->proc;
	const struct rb_unit *u = b->g->unit;
	uint32_t begin = rb_build_point(b, RB_AT_BEGIN, NULL), steps, closing;
	const struct rb_list *finally = proc != NULL ? proc->finally : u->finally;

	for (int i = 0; i < RB_OVERS; i++) {
		b->over[i] = rb_build_point(b, RB_AT_OVER, NULL);
		b->g->points[b->over[i]].over = (enum rb_over)i;
	}
	steps = walk_phase(b, proc != NULL ? proc->steps : u->steps, b->over[RB_OVER_LAST]);
	rb_build_go(b, begin, proc == NULL ? walk_phase(b, u->setup, steps) : steps);
	if (proc == NULL)
		walk_rungs(b, u, begin);
	if (finally == NULL)
		return;
	closing = rb_build_point(b, RB_AT_FINALLY, NULL);
	for (int i = 0; i < RB_OVERS; i++)
		rb_build_go(b, b->over[i], closing);
	rb_build_go(b, closing, walk_closing(b, finally));
}

static size_t
group_of(const struct rb_graph *g, const struct rb_way *w)
{
	return w->step != NULL ? w->step->index - g->base + (size_t)1 : 0;
}

/* Stable, by the steps' order in the file; those of none come first. */
static void
sort_ways(struct rb_graph *g, struct rb_arena *arena)
{
	uint32_t *at = RB_ARRAY(arena, uint32_t, g->nsteps + (size_t)2), *place = g->in; /* not used yet */
	uint32_t sum = 0;

	g->ways_of = RB_ARRAY(arena, uint32_t, g->nsteps + (size_t)2);
	for (size_t i = 0; i < g->nways; i++)
		at[group_of(g, &g->ways[i])]++;
	for (size_t i = 0; i < g->nsteps + (size_t)2; i++) {
		uint32_t n = at[i];

		g->ways_of[i] = at[i] = sum;
		sum += n;
	}
	for (size_t i = 0; i < g->nways; i++)
		place[i] = at[group_of(g, &g->ways[i])]++;
	/* Each exchange brings one way to its place: there are too many of them for a second copy. */
	for (uint32_t i = 0; i < g->nways; i++) {
		while (place[i] != i) {
			uint32_t to = place[i];
			struct rb_way way = g->ways[to];

			g->ways[to] = g->ways[i];
			g->ways[i] = way;
			place[i] = place[to];
			place[to] = to;
		}
	}
}

static void
index_ways(struct rb_graph *g)
{
	uint32_t in = 0, out = 0;

	for (size_t i = 0; i < g->npoints; i++) {
		struct rb_point *p = &g->points[i];

		p->in = in;
		p->out = out;
		in += p->nin;
		out += p->nout;
		p->nin = p->nout = 0;
	}
	for (uint32_t i = 0; i < g->nways; i++) {
		struct rb_point *from = &g->points[g->ways[i].from], *to = &g->points[g->ways[i].to];

		g->out[from->out + from->nout++] = i;
		g->in[to->in + to->nin++] = i;
	}
}

struct rb_graph *
rb_graph_new(struct rb_arena *arena, const struct rb_unit *unit, const struct rb_procedure *proc)
{
	struct rb_graph *g = RB_NEW(arena, struct rb_graph);
	struct rb_build b = {.g = g, .arena = arena};

	g->unit = unit;
	g->proc = proc;
	if (proc != NULL)
		rb_proc_steps(proc, &g->base, &g->nsteps);
	else
		g->nsteps = (unsigned)unit->nsteps;
	g->first = RB_ARRAY(arena, uint32_t, g->nsteps);
	for (unsigned i = 0; i < g->nsteps; i++)
		g->first[i] = RB_NOWHERE;
	walk_all(&b);
	g->in = RB_ARRAY(arena, uint32_t, g->nways);
	g->out = RB_ARRAY(arena, uint32_t, g->nways);
	sort_ways(g, arena);
	index_ways(g);
	return g;
}

/* ---- questions ---- */

uint32_t
rb_graph_begin(const struct rb_graph *g, const struct rb_step *step)
{
	if (step->list == NULL || step->unit != g->unit || step->index < g->base ||
	    step->index - g->base >= g->nsteps)
		return RB_NOWHERE;
	return g->first[step->index - g->base];
}

const struct rb_way *
rb_graph_way(const struct rb_graph *g, const struct rb_step *step, enum rb_way_kind kind, uint32_t arm)
{
	unsigned at = step->index - g->base;

	if (rb_graph_begin(g, step) == RB_NOWHERE)
		return NULL;
	for (uint32_t i = g->ways_of[at + 1]; i < g->ways_of[at + 2]; i++) {
		if (g->ways[i].kind == kind && g->ways[i].arm == arm)
			return &g->ways[i];
	}
	return NULL;
}

/* Whether a condition that is a constant forbids the way. *decided: an arm before it always holds. */
static bool
is_dead(const struct rb_way *w, bool *decided)
{
	const struct rb_step *s = w->step;
	const struct rb_expr *cond;
	int always;

	if (w->kind == RB_WAY_IF || w->kind == RB_WAY_SKIP)
		return rb_expr_constant(s->if_) == (w->kind == RB_WAY_SKIP);
	if ((w->kind != RB_WAY_ARM && w->kind != RB_WAY_NO_ARM) || s->op != RB_OP_BRANCH)
		return false;
	if (w->kind == RB_WAY_NO_ARM || *decided)
		return *decided;
	cond = s->arms[w->arm].cond;
	always = cond != NULL ? rb_expr_constant(cond) : 1;
	*decided = always == 1;
	return always == 0;
}

bool *
rb_graph_reachable(struct rb_arena *arena, const struct rb_graph *g)
{
	bool *reached = RB_ARRAY(arena, bool, g->npoints);
	uint32_t *todo = RB_ARRAY(arena, uint32_t, g->npoints);
	size_t n = 0;

	todo[n++] = 0;
	reached[0] = true;
	while (n > 0) {
		const struct rb_point *p = &g->points[todo[--n]];
		bool decided = false; /* the ways of a branch are in the order of its arms */

		for (uint32_t i = p->out; i < p->out + p->nout; i++) {
			const struct rb_way *w = &g->ways[g->out[i]];

			if (is_dead(w, &decided) || reached[w->to])
				continue;
			reached[w->to] = true;
			todo[n++] = w->to;
		}
	}
	return reached;
}

bool
rb_way_decides(const struct rb_way *w)
{
	return w->kind != RB_WAY_GO && w->kind != RB_WAY_UNWIND;
}
