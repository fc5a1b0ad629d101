/* Which facts are read where. What a title, a note or the reason of an ending reads may be unset, and is no
 * use. */
#include "lint/paths.h"

#include "lang/kind.h"

/* The points of one step at which something is evaluated. */
struct spots {
	uint32_t begin, items, item, done_if, confirm, action, passed;
};

struct uses {
	struct rb_paths *p;
	struct spots *spots; /* by step, as graph->first */
	size_t cap;
	/* the one that is looked through */
	const struct rb_step *reader;
	uint32_t point;
	bool script;
};

/* ---- where ---- */

static uint32_t *
spot_of(struct spots *s, enum rb_point_kind kind)
{
	switch (kind) {
	case RB_AT_STEP:
		return &s->begin;
	case RB_AT_ITEMS:
		return &s->items;
	case RB_AT_ITEM:
		return &s->item;
	case RB_AT_DONE_IF:
		return &s->done_if;
	case RB_AT_CONFIRM:
		return &s->confirm;
	case RB_AT_ACTION:
		return &s->action;
	case RB_AT_PASSED:
		return &s->passed;
	default:
		return NULL;
	}
}

static void
find_spots(struct uses *u)
{
	const struct rb_graph *g = u->p->g;

	u->spots = RB_ARRAY(u->p->arena, struct spots, g->nsteps);
	for (uint32_t i = 0; i < g->npoints; i++) {
		const struct rb_step *s = g->points[i].step;
		uint32_t *spot = s != NULL ? spot_of(&u->spots[s->index - g->base], g->points[i].kind) : NULL;

		if (spot != NULL)
			*spot = i;
	}
}

/* ---- what ---- */

static void
add_use(struct uses *u, struct rb_use use)
{
	struct rb_paths *p = u->p;

	p->uses = rb_arena_grow(p->arena, p->uses, sizeof(*p->uses), p->nuses, &u->cap);
	p->uses[p->nuses++] = use;
}

/* A step inside of the `finally` of a block that the reader does not stand in: the graph does not lead out of
 * it. */
static bool
is_closing(const struct rb_step *of, const struct rb_step *reader)
{
	for (const struct rb_step *s = of; s->parent != NULL; s = s->parent) {
		const struct rb_step *block = s->parent;

		if (block->finally == s->list &&
		    (reader->index < block->index || reader->index > block->last_inside))
			return true;
	}
	return false;
}

static void
take_need(void *ctx, const struct rb_need *need)
{
	struct uses *u = ctx;
	struct rb_use use = {.point = u->point, .reader = u->reader, .path = need->path, .span = need->span};
	struct rb_cases *when;

	if (need->decl->kind != RB_DECL_STEP || need->decl->step == NULL || need->decl->step == u->reader)
		return;
	use.of = need->decl->step;
	if (rb_graph_begin(u->p->g, use.of) == UINT32_MAX || is_closing(use.of, use.reader))
		return;
	use.without = rb_fates_without(use.of, rb_path_fact(use.path));
	if (rb_paths_output_lost(u->p, use.of, rb_path_fact(use.path)))
		use.without |= RB_FATE_FAILED;
	if (use.without == 0)
		return;
	when = RB_NEW(u->p->arena, struct rb_cases);
	*when = *need->when;
	use.when = when;
	use.script = u->script;
	add_use(u, use);
}

static void
use_expr(void *ctx, const struct rb_expr *e)
{
	struct uses *u = ctx;

	if (e != NULL)
		rb_needs(u->p->arena, e, NULL, take_need, u);
}

static void
use_tmpl(struct uses *u, const struct rb_tmpl *t)
{
	if (t != NULL)
		rb_tmpl_exprs(t, use_expr, u);
}

/* Recursion is bounded by RB_NODE_DEPTH. */
static void
use_field(struct uses *u, const struct rb_field *f)
{
	size_t n;

	if (f == NULL || f->node == NULL || (f->key != NULL && f->key->type == RB_K_TITLE))
		return;
	use_expr(u, f->expr);
	use_tmpl(u, f->tmpl);
	u->script = true;
	for (size_t i = 0; f->script != NULL && i < f->script->nmentions; i++) {
		if (!f->script->mentions[i].guarded)
			use_expr(u, f->script->mentions[i].expr);
	}
	u->script = false;
	for (size_t i = 0; i < f->len; i++)
		use_field(u, &f->items[i]);
	n = f->fields != NULL && f->key != NULL ? rb_keys_count(f->key->sub) : 0;
	for (size_t i = 0; i < n; i++)
		use_field(u, &f->fields[i]);
}

static void
use_asserts(struct uses *u, const struct rb_step *s)
{
	for (size_t i = 0; i < s->nasserts; i++) {
		use_expr(u, s->asserts[i].subject);
		use_expr(u, s->asserts[i].that);
		use_field(u, s->asserts[i].want);
		use_tmpl(u, s->asserts[i].tmpl);
	}
}

/* What a leaf reads when it is done: a step, or a probe of one. */
static void
use_leaf(struct uses *u, const struct rb_step *s)
{
	for (size_t i = 0; s->args != NULL && s->kind->keys[i].name != NULL; i++)
		use_field(u, &s->args[i]);
	for (size_t i = 0; i < s->nenv; i++)
		use_field(u, &s->env[i].value);
	use_field(u, s->cwd);
	use_field(u, s->stdin_);
	use_field(u, s->log);
	use_field(u, s->pidfile);
	use_field(u, s->timeout);
	for (size_t i = 0; i < s->nmatches; i++)
		use_tmpl(u, s->matches[i].tmpl);
	for (size_t i = 0; i < s->ncaptures; i++) {
		if (s->captures[i].dflt == NULL)
			use_expr(u, s->captures[i].value);
	}
	use_asserts(u, s);
	if (s->stop_on != NULL) {
		use_tmpl(u, s->stop_on->tmpl);
		use_field(u, s->stop_on->after);
	}
	if (s->retry != NULL) {
		use_field(u, s->retry->every);
		use_field(u, s->retry->within);
	}
}

static void
use_probe(struct uses *u, const struct rb_probe *probe, uint32_t point)
{
	if (probe == NULL)
		return;
	u->point = point;
	use_leaf(u, probe->step);
	use_field(u, probe->within);
	use_field(u, probe->every);
}

/* ---- a step ---- */

/* Arms are judged one after the other, as long as none holds. */
static void
use_arms(struct uses *u, const struct rb_step *s)
{
	struct rb_cases before = {.n = 1, .items = {NULL}}, next;

	for (size_t i = 0; s->op == RB_OP_BRANCH && i < s->narms; i++) {
		if (s->arms[i].cond == NULL)
			continue;
		if (i % RB_PATHS_ARMS == 0)
			before = (struct rb_cases){.n = 1, .items = {NULL}};
		rb_needs(u->p->arena, s->arms[i].cond, &before, take_need, u);
		rb_claims(u->p->arena, s->arms[i].cond, false, &before, &next);
		if (next.n > 0)
			before = next;
	}
}

static void
use_call(struct uses *u, const struct rb_call *call)
{
	for (size_t i = 0; call != NULL && i < call->nwith; i++)
		use_field(u, &call->with[i].value);
}

static void
use_step(struct uses *u, const struct rb_step *s, const struct spots *at)
{
	u->reader = s;
	u->point = at->item != 0 ? at->item : at->begin;
	use_expr(u, s->if_);
	u->point = at->items;
	if (s->loop != NULL) {
		use_expr(u, s->loop->in);
		use_field(u, s->loop->items);
	}
	use_probe(u, s->done_if, at->done_if);
	u->point = at->confirm;
	if (s->confirm != NULL) {
		use_tmpl(u, s->confirm->text);
		use_tmpl(u, s->confirm->type);
	}
	u->point = at->action;
	if (s->op == RB_OP_LEAF)
		use_leaf(u, s);
	else
		use_field(u, s->timeout);
	use_arms(u, s);
	use_call(u, s->call);
	for (size_t i = 0; i < s->nsets; i++)
		use_field(u, &s->sets[i].value);
	use_probe(u, s->ready, at->action);
	use_probe(u, s->verify, at->passed);
}

/* ---- all ---- */

/* By the step that they are of, so that what was found out about one serves the next; stable. */
static void
sort_uses(struct rb_paths *p)
{
	const struct rb_graph *g = p->g;
	struct rb_use *sorted = RB_ARRAY(p->arena, struct rb_use, p->nuses);
	size_t *at = RB_ARRAY(p->arena, size_t, g->nsteps + (size_t)1), sum = 0;

	for (size_t i = 0; i < p->nuses; i++)
		at[p->uses[i].of->index - g->base]++;
	for (size_t i = 0; i <= g->nsteps; i++) {
		size_t n = at[i];

		at[i] = sum;
		sum += n;
	}
	for (size_t i = 0; i < p->nuses; i++)
		sorted[at[p->uses[i].of->index - g->base]++] = p->uses[i];
	p->uses = sorted;
}

void
rb_paths_uses(struct rb_paths *p)
{
	const struct rb_graph *g = p->g;
	struct uses u = {.p = p};

	find_spots(&u);
	for (unsigned i = 0; i < g->nsteps; i++) {
		if (g->first[i] != UINT32_MAX)
			use_step(&u, g->unit->steps_in_order[g->base + i], &u.spots[i]);
	}
	sort_uses(p);
}
