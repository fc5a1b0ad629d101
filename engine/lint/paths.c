/* The paths of a program, one graph after the other: each file, and each procedure. */
#include "lint/lint.h"

#include "lint/paths.h"

struct rb_str
rb_paths_name(struct rb_paths *p, const struct rb_step *step)
{
	struct rb_str called = rb_step_called(p->arena, step);

	return step->has_id ? rb_arena_fmt(p->arena, "`%.*s`", RB_STR_ARG(called)) : called;
}

bool
rb_paths_pay(struct rb_paths *p, size_t price)
{
	if (p->budget < price) {
		p->budget = 0;
		return false;
	}
	p->budget -= price;
	return true;
}

/* Values that some step gives anew: what a condition over them says holds only for a while. */
static void
note_given(struct rb_paths *p, const struct rb_unit *u)
{
	for (size_t i = 0; i < u->nsteps; i++) {
		const struct rb_step *s = u->steps_in_order[i];

		for (size_t k = 0; k < s->nsets; k++)
			rb_map_put(&p->given, s->sets[k].decl->name, p);
	}
}

static void
note_read(void *ctx, const struct rb_decl *decl, unsigned up, struct rb_str path, const struct rb_expr *at)
{
	bool *reads = ctx;

	(void)up;
	(void)path;
	(void)at;
	*reads = *reads || (decl != NULL && decl->kind != RB_DECL_BUILTIN);
}

static void
note_expr(void *ctx, const struct rb_expr *e)
{
	if (e != NULL)
		rb_expr_reads(e, note_read, ctx);
}

/* Values that are made of others: what is said of both may be the same thing twice. */
static void
note_derived(struct rb_paths *p, const struct rb_unit *u)
{
	for (size_t i = 0; i < u->nvalues; i++) {
		const struct rb_field *f = &u->values[i].value;
		bool reads = false;

		note_expr(&reads, f->expr);
		if (f->tmpl != NULL)
			rb_tmpl_exprs(f->tmpl, note_expr, &reads);
		if (reads)
			rb_map_put(&p->derived, u->values[i].decl->name, p);
	}
}

/* Returns what is left of the budget. */
static size_t
look_at(struct rb_arena *arena, struct rb_diags *diags, size_t budget, const struct rb_unit *u,
    const struct rb_procedure *proc)
{
	struct rb_paths p = {.diags = diags, .arena = arena, .budget = budget};
	struct rb_search *s;

	rb_arena_clear(arena);
	p.g = rb_graph_new(arena, u, proc);
	p.reached = rb_graph_reachable(arena, p.g);
	rb_map_init(&p.given, arena);
	note_given(&p, u);
	rb_map_init(&p.derived, arena);
	note_derived(&p, u);
	rb_paths_uses(&p);
	s = rb_search_new(&p);
	rb_paths_unset(&p, s);
	rb_paths_reach(&p);
	rb_paths_circles(&p);
	rb_paths_ends(&p, s);
	rb_paths_bound(&p);
	rb_search_free(s);
	return p.budget;
}

/* A procedure with a title is an entry of its own: `runbook run FILE --from NAME`. */
static void
uncalled(struct rb_arena *arena, struct rb_diags *diags, const struct rb_unit *u)
{
	struct rb_map called;

	rb_arena_clear(arena);
	rb_map_init(&called, arena);
	for (size_t i = 0; i < u->nsteps; i++) {
		const struct rb_call *call = u->steps_in_order[i]->call;

		if (call != NULL && call->what == RB_CALL_PROCEDURE)
			rb_map_put(&called, call->proc->name, &called);
	}
	for (size_t i = 0; i < u->nprocs; i++) {
		const struct rb_procedure *proc = u->procs[i];

		if (proc->title != NULL || rb_map_get(&called, proc->name) != NULL)
			continue;
		rb_diag_hint(diags,
		    rb_diag_add(diags, RB_W_UNREACHED, proc->span, "nothing calls the procedure `%.*s`",
			RB_STR_ARG(proc->name)),
		    "one that is there for `--from %.*s` has a `title`", RB_STR_ARG(proc->name));
	}
}

void
rb_lint_paths(const struct rb_program *program, struct rb_diags *diags)
{
	size_t budget = RB_PATHS_BUDGET;
	struct rb_arena arena;

	rb_arena_init(&arena, program->arena->alloc);
	for (size_t i = 0; i < program->nunits; i++) {
		const struct rb_unit *u = program->units[i];

		if (!u->library) {
			budget = look_at(&arena, diags, budget, u, NULL);
			uncalled(&arena, diags, u);
		}
		for (size_t k = 0; k < u->nprocs; k++)
			budget = look_at(&arena, diags, budget, u, u->procs[k]);
	}
	rb_arena_free(&arena);
}
