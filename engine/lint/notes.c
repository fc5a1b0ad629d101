/* What must have been so for the run to come by a path: what its ways claim, and whether that goes together.
 * Called by trail.c for each way that it tries. */
#include "lint/notes.h"

#include "kinds/kinds.h"

/* ---- what a way claims ---- */

/* The answer that leads to a choice. Of many, only that there is one: what holds of the list is not judged.
 */
static void
claim_choice(struct rb_notes *of, const struct rb_way *w, struct rb_cases *out)
{
	const struct rb_step *step = w->step;
	const struct rb_field *choices = &step->args[RB_ARG_ASK_CHOICES];
	struct rb_claim *c;

	if (w->arm >= choices->len)
		return;
	c = RB_NEW(of->p->arena, struct rb_claim);
	*c = (struct rb_claim){.kind = RB_CLAIM_EQUAL,
	    .holds = of->p->g->points[w->from].kind == RB_AT_ACTION,
	    .decl = step->decl,
	    .path = rb_arena_fmt(of->p->arena, "%.*s.answer", RB_STR_ARG(step->id)),
	    .value = choices->items[w->arm].value};
	out->items[0] = c;
}

static void
claim_arm(struct rb_notes *of, const struct rb_way *w, struct rb_cases *out)
{
	const struct rb_step *step = w->step;
	size_t end = w->kind == RB_WAY_ARM ? w->arm : step->narms;
	struct rb_cases in = *out;

	if (step->op != RB_OP_BRANCH) {
		claim_choice(of, w, out);
		return;
	}
	for (size_t i = end > RB_PATHS_ARMS ? end - RB_PATHS_ARMS : 0; i < end; i++) {
		if (step->arms[i].cond == NULL)
			continue;
		rb_claims(of->p->arena, step->arms[i].cond, false, &in, out);
		in = *out;
	}
	if (w->kind == RB_WAY_ARM && step->arms[w->arm].cond != NULL)
		rb_claims(of->p->arena, step->arms[w->arm].cond, true, &in, out);
}

const struct rb_cases *
rb_notes_way(struct rb_notes *of, const struct rb_way *w)
{
	struct rb_cases **known = &of->claims[w - of->p->g->ways], *made;

	if (*known != NULL)
		return *known;
	made = *known = RB_NEW(of->p->arena, struct rb_cases);
	made->n = 1;
	switch (w->kind) {
	case RB_WAY_IF:
	case RB_WAY_SKIP:
		rb_claims(of->p->arena, w->step->if_, w->kind == RB_WAY_IF, NULL, made);
		break;
	case RB_WAY_ITEMS:
	case RB_WAY_EMPTY:
		if (w->step->loop->in != NULL)
			rb_claims_read(of->p->arena, w->step->loop->in, NULL, made);
		break;
	case RB_WAY_ARM:
	case RB_WAY_NO_ARM:
		claim_arm(of, w, made);
		break;
	default:
		break;
	}
	return made;
}

/* ---- notes ---- */

/* Whether it changes while the run goes on, and not by a step that finds it. */
static bool
is_moving(void *ctx, const struct rb_decl *decl, struct rb_str path)
{
	const struct rb_notes *of = ctx;

	if (decl->kind == RB_DECL_BUILTIN)
		return rb_str_is(path, "run.elapsed");
	return decl->kind == RB_DECL_VALUE && rb_map_get(&of->p->given, decl->name) != NULL;
}

static bool
is_derived(void *ctx, const struct rb_decl *decl, struct rb_str path)
{
	const struct rb_notes *of = ctx;

	(void)path;
	return decl->kind == RB_DECL_VALUE && rb_map_get(&of->p->derived, decl->name) != NULL;
}

static bool
is_settled(void *ctx, const struct rb_decl *decl, struct rb_str path)
{
	(void)ctx;
	(void)path;
	return decl->kind == RB_DECL_INPUT || decl->kind == RB_DECL_VALUE;
}

/* Whether a claim reads what a loop goes over. */
struct goes_over {
	const struct rb_claim *claim;
	bool found;
};

static bool
is_decl(void *ctx, const struct rb_decl *decl, struct rb_str path)
{
	const struct rb_decl *wanted = ctx;

	(void)path;
	return decl == wanted;
}

static void
note_read(void *ctx, const struct rb_decl *decl, unsigned up, struct rb_str path, const struct rb_expr *at)
{
	struct goes_over *g = ctx;

	(void)up;
	(void)path;
	(void)at;
	g->found = g->found || (decl != NULL && rb_claim_reads(g->claim, is_decl, (void *)(uintptr_t)decl));
}

static void
note_expr(void *ctx, const struct rb_expr *e)
{
	if (e != NULL)
		rb_expr_reads(e, note_read, ctx);
}

/* Called for what one claim reads: whether it is a fact of a loop that goes over what the other reads. */
static bool
is_loop_over(void *ctx, const struct rb_decl *decl, struct rb_str path)
{
	struct goes_over *g = ctx;
	const struct rb_loop *loop =
	    decl->kind == RB_DECL_STEP && decl->step != NULL ? decl->step->loop : NULL;

	(void)path;
	if (loop == NULL)
		return false;
	note_expr(g, loop->in);
	note_expr(g, loop->where);
	for (size_t i = 0; loop->items != NULL && i < loop->items->len; i++) {
		note_expr(g, loop->items->items[i].expr);
		if (loop->items->items[i].tmpl != NULL)
			rb_tmpl_exprs(loop->items->items[i].tmpl, note_expr, g);
	}
	return g->found;
}

/* Whether the one may follow from the other: a value that is made of others, beside one of these; how often a
 * loop went round, beside the list that it goes over. */
static bool
may_follow(struct rb_notes *of, const struct rb_claim *a, const struct rb_claim *b)
{
	struct goes_over over_a = {.claim = a}, over_b = {.claim = b};

	if (a->kind != RB_CLAIM_TEXT && b->kind != RB_CLAIM_TEXT && a->decl == b->decl)
		return false;
	/* That a list is there says nothing of what is in it. */
	if (a->kind >= RB_CLAIM_TRUTH && b->kind >= RB_CLAIM_TRUTH &&
	    (rb_claim_reads(a, is_loop_over, &over_b) || rb_claim_reads(b, is_loop_over, &over_a)))
		return true;
	return (rb_claim_reads(a, is_derived, of) && rb_claim_reads(b, is_settled, of)) ||
	       (rb_claim_reads(b, is_derived, of) && rb_claim_reads(a, is_settled, of));
}

static bool
is_same(const struct rb_claim *a, const struct rb_claim *b)
{
	if (a->kind != b->kind || a->holds != b->holds || a->kind == RB_CLAIM_TEXT || a->decl != b->decl ||
	    !rb_str_eq(a->path, b->path))
		return false;
	return a->kind < RB_CLAIM_EQUAL || rb_value_eq(a->value, b->value);
}

bool
rb_notes_about(const struct rb_claim *c, const struct rb_step *step)
{
	return c->kind != RB_CLAIM_TEXT && c->decl->kind == RB_DECL_STEP && c->decl->step == step;
}

/* What is claimed of a step after it got its fate says nothing of the time before. */
bool
rb_notes_claim(struct rb_notes *of, const struct rb_claim *c, const struct rb_note **notes)
{
	bool earlier = false;
	struct rb_note *n;

	if (rb_claim_reads(c, is_moving, of))
		return false;
	for (const struct rb_note *i = *notes; i != NULL; i = i->later) {
		if (!rb_paths_pay(of->p, 1))
			return false;
		earlier = earlier || (i->step != NULL && rb_notes_about(c, i->step));
		if (i->claim == NULL || (earlier && rb_notes_about(i->claim, c->decl->step)))
			continue;
		if (is_same(i->claim, c))
			return true;
		if (rb_claims_accord(i->claim, c) != RB_ACCORD_YES || may_follow(of, i->claim, c))
			return false;
	}
	n = RB_NEW(of->arena, struct rb_note);
	*n = (struct rb_note){.claim = c, .later = *notes};
	*notes = n;
	return true;
}

bool
rb_notes_fate(struct rb_notes *of, const struct rb_step *step, unsigned fates, const struct rb_note **notes)
{
	bool spoken_of = false;
	struct rb_note *n;

	for (const struct rb_note *i = *notes; i != NULL && i->step != step; i = i->later) {
		if (!rb_paths_pay(of->p, 1))
			return false;
		if (i->claim == NULL || !rb_notes_about(i->claim, step))
			continue;
		spoken_of = true;
		fates &= rb_fates_allowed(step, i->claim);
	}
	if (!spoken_of || fates == 0)
		return fates != 0;
	n = RB_NEW(of->arena, struct rb_note);
	*n = (struct rb_note){.step = step, .later = *notes};
	*notes = n;
	return true;
}

bool
rb_notes_unreached(struct rb_notes *of, unsigned lo, unsigned hi, const struct rb_note **notes)
{
	const struct rb_note *all = *notes;

	for (const struct rb_note *i = all; i != NULL; i = i->later) {
		const struct rb_step *step;

		if (i->claim == NULL || i->claim->kind == RB_CLAIM_TEXT ||
		    i->claim->decl->kind != RB_DECL_STEP)
			continue;
		step = i->claim->decl->step;
		if (step == NULL || step->index < lo || step->index > hi ||
		    rb_graph_begin(of->p->g, step) == UINT32_MAX)
			continue;
		if (!rb_notes_fate(of, step, RB_FATE_NONE, notes))
			return false;
	}
	return true;
}
