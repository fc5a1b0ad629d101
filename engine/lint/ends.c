/* A file that says `end resolved` in one place, and in another just stops. That counts as resolved too, and
 * is meant so where a look or a `verify` came last and passed. Where nothing was decided, a failure was only
 * continued over, or a change was not looked at, nobody can tell whether it was meant. Files that name only
 * their bad endings mean the good one by stopping. */
#include "lint/paths.h"

#include "lang/kind.h"

static bool
is_resolved(const struct rb_edge *e)
{
	return e != NULL && e->kind == RB_EDGE_END && e->end == RB_END_RESOLVED;
}

/* The first `end resolved` of the file's steps, or NULL. */
static const struct rb_way *
named_end(const struct rb_paths *p)
{
	for (size_t i = 0; i < p->g->nways; i++) {
		if (is_resolved(p->g->ways[i].edge) && p->reached[p->g->ways[i].from])
			return &p->g->ways[i];
	}
	return NULL;
}

/* Whether the step does nothing that could pass by itself. */
static bool
is_nothing(const struct rb_step *s)
{
	if (s->op == RB_OP_LEAF)
		return (s->kind->traits & (RB_KIND_SAYS | RB_KIND_WAITS)) != 0;
	return s->op == RB_OP_BRANCH || s->op == RB_OP_BLOCK || s->op == RB_OP_SET;
}

static enum rb_last
judge(void *ctx, const struct rb_way *w)
{
	const struct rb_step *s = w->step;

	(void)ctx;
	switch (w->kind) {
	case RB_WAY_PASS:
		if (s->verify == NULL && is_nothing(s))
			return RB_LAST_BEFORE;
		return s->verify != NULL || s->ready != NULL || s->effect == RB_READ ? RB_LAST_NOT
										     : RB_LAST_IT;
	case RB_WAY_NO_ARM:
	case RB_WAY_ARM:
	case RB_WAY_FAIL:
	case RB_WAY_LATE:
		return RB_LAST_IT;
	case RB_WAY_SKIP: /* what would have ended the run is missed; what would have gone on is not */
		return s->op == RB_OP_EDGE && is_resolved(&s->edge) ? RB_LAST_IT : RB_LAST_BEFORE;
	default:
		return RB_LAST_BEFORE;
	}
}

static uint32_t
last_point(const struct rb_graph *g)
{
	uint32_t i = 0;

	while (g->points[i].kind != RB_AT_OVER || g->points[i].over != RB_OVER_LAST)
		i++;
	return i;
}

void
rb_paths_ends(struct rb_paths *p, struct rb_search *s)
{
	const struct rb_list *steps = p->g->unit->steps;
	const struct rb_way *named = p->g->proc == NULL && steps != NULL ? named_end(p) : NULL;
	uint32_t last = last_point(p->g);
	const struct rb_trail *trail;
	struct rb_diag *diag;
	struct rb_str via;

	if (named == NULL || !p->reached[last])
		return;
	trail = rb_search_way(s, last, judge, NULL);
	if (trail == NULL)
		return;
	via = rb_trail_text(p, trail);
	diag = rb_diag_add(p->diags, RB_W_ENDING, steps->steps[steps->len - 1]->span,
	    "the run can come to the end of the file without an `end`%s%.*s: that counts as resolved",
	    via.n > 0 ? ", by " : "", RB_STR_ARG(via));
	rb_diag_hint(p->diags, diag,
	    "line %zu says so by `end`; say here too how it ends, or close with a look that passes only when "
	    "all is well",
	    rb_source_pos(p->g->unit->src, rb_way_span(p->g, named).from).line);
}
