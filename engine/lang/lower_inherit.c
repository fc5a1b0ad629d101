/* What a step takes over from the blocks, the procedure and the file that it stands in: env, secrets, cwd,
 * shell, show. It is resolved here once, so that nothing looks upwards when it runs. */
#include <string.h>

#include "lang/lower.h"

/* --- env --- */

/* Those of `own` win over those of the same name outside. */
static void
add_env(struct rb_inherit *to, struct rb_arena *arena, const struct rb_field *own)
{
	struct rb_env_key *all = RB_ARRAY(arena, struct rb_env_key, to->nenv + own->len);
	size_t n = 0;

	for (size_t i = 0; i < to->nenv; i++) {
		bool hidden = false;

		for (size_t k = 0; k < own->len; k++)
			hidden = hidden || rb_str_eq(own->names[k], to->env[i].name);
		if (!hidden)
			all[n++] = to->env[i];
	}
	for (size_t i = 0; i < own->len; i++)
		all[n++] = (struct rb_env_key){own->names[i], own->items[i]};
	to->env = all;
	to->nenv = n;
}

/* --- secrets --- */

static void
add_secrets(struct rb_inherit *to, const struct rb_expr_ctx *ctx, const struct rb_unit *unit,
    const struct rb_node *node)
{
	size_t n = node->kind == RB_NODE_LIST ? node->len : 1;
	struct rb_decl **all = RB_ARRAY(ctx->arena, struct rb_decl *, to->nsecrets + n);

	if (node->kind == RB_NODE_MAP) {
		rb_diag_add(ctx->diags, RB_E_TYPE, node->span,
		    "`secrets` takes %s here: only `use` and `runbook` have other names for them",
		    rb_key_type_name(RB_K_NAMES));
		return;
	}
	if (to->nsecrets > 0)
		memcpy(all, to->secrets, to->nsecrets * sizeof(*all));
	to->secrets = all;
	for (size_t i = 0; i < n; i++) {
		const struct rb_node *name = node->kind == RB_NODE_LIST ? node->items[i] : node;
		struct rb_decl *d = rb_lower_find_secret(ctx, unit, name);
		bool there = false;

		if (d == NULL)
			continue;
		for (size_t k = 0; k < to->nsecrets; k++)
			there = there || to->secrets[k] == d;
		if (!there)
			to->secrets[to->nsecrets++] = d;
	}
}

/* --- from a file or procedure --- */

static struct rb_field *
field_of(
    const struct rb_expr_ctx *ctx, const struct rb_key *rows, const struct rb_node *map, const char *name)
{
	const struct rb_node *node = map->kind == RB_NODE_MAP ? rb_node_get(map, name) : NULL;
	const struct rb_key *row = rb_key_find(rows, rb_str_c(name));
	struct rb_field *f;

	if (node == NULL || row == NULL)
		return NULL;
	f = RB_NEW(ctx->arena, struct rb_field);
	rb_field_decode(ctx, row, node, NULL, 0, f);
	return f->node != NULL ? f : NULL;
}

/* Reads the keys in the scope of who takes over from it: what a file says is evaluated in a procedure's frame
 * too. */
static void
take_keys(struct rb_lower *l, struct rb_inherit *to, const struct rb_expr_ctx *ctx, const struct rb_node *map,
    const struct rb_key *rows)
{
	struct rb_field *env = field_of(ctx, rows, map, "env"), *cwd = field_of(ctx, rows, map, "cwd");
	struct rb_reader reader = {l, NULL, 0, NULL};

	if (rows == rb_procedure_keys && field_of(ctx, rows, map, "secrets") != NULL)
		add_secrets(to, ctx, l->unit, rb_node_get(map, "secrets"));
	reader.nsecrets = to->nsecrets;
	reader.secrets = to->secrets;
	if (env != NULL) {
		rb_lower_read(&reader, env);
		add_env(to, ctx->arena, env);
	}
	if (cwd != NULL) {
		rb_lower_read(&reader, cwd);
		to->cwd = cwd;
	}
}

static void
take_defaults(struct rb_inherit *to, const struct rb_expr_ctx *ctx, const struct rb_node *root)
{
	const struct rb_node *node = root->kind == RB_NODE_MAP ? rb_node_get(root, "defaults") : NULL;
	struct rb_field *f;

	if (node == NULL || node->kind != RB_NODE_MAP)
		return;
	f = field_of(ctx, rb_defaults_keys, node, "timeout");
	if (f != NULL)
		to->timeout = f;
	f = field_of(ctx, rb_defaults_keys, node, "shell");
	if (f != NULL)
		to->shell = f->value.s;
	f = field_of(ctx, rb_defaults_keys, node, "show");
	if (f != NULL)
		to->show = f->value.s;
}

const struct rb_inherit *
rb_lower_base(struct rb_lower *l, struct rb_scope *scope, const struct rb_node *node)
{
	struct rb_inherit *to = RB_NEW(l->load->arena, struct rb_inherit);
	struct rb_expr_ctx ctx = rb_lower_ctx(l, scope);

	to->shell = RB_STR("bash");
	to->show = RB_STR("line");
	take_keys(l, to, &ctx, l->root, l->unit->library ? rb_library_keys : rb_runbook_keys);
	if (!l->unit->library)
		take_defaults(to, &ctx, l->root);
	if (node != NULL)
		take_keys(l, to, &ctx, node, rb_procedure_keys);
	return to;
}

/* --- by a step --- */

static void
give(struct rb_step *s, const struct rb_inherit *from)
{
	s->nenv = from->nenv;
	s->env = from->env;
	s->nsecrets = from->nsecrets;
	s->secrets = from->secrets;
	s->cwd = from->cwd;
	s->shell = from->shell;
	s->show = from->show;
}

const struct rb_inherit *
rb_lower_inherit(struct rb_part *p, const struct rb_inherit *outer)
{
	static const int rows[] = {RB_STEP_ENV, RB_STEP_SECRETS, RB_STEP_CWD, RB_STEP_SHELL, RB_STEP_SHOW};
	struct rb_inherit *own;
	struct rb_field *f;
	bool any = false;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		any = any || p->nodes[rows[i]] != NULL;
	give(p->step, outer);
	if (!any)
		return outer;
	own = RB_NEW(p->ctx.arena, struct rb_inherit);
	*own = *outer;
	/* Those of a `use` go to the library, and not to what stands here. */
	if (p->step->op != RB_OP_CALL && rb_lower_field(p, &p->ctx, RB_STEP_SECRETS) != NULL)
		add_secrets(own, &p->ctx, p->lower->unit, p->nodes[RB_STEP_SECRETS]);
	give(p->step, own);
	/* The secrets first: what env reads is judged by them. */
	f = rb_lower_field(p, &p->ctx, RB_STEP_ENV);
	if (f != NULL)
		add_env(own, p->ctx.arena, f);
	f = rb_lower_field(p, &p->ctx, RB_STEP_CWD);
	if (f != NULL)
		own->cwd = f;
	f = rb_lower_field(p, &p->ctx, RB_STEP_SHELL);
	if (f != NULL)
		own->shell = f->value.s;
	f = rb_lower_field(p, &p->ctx, RB_STEP_SHOW);
	if (f != NULL)
		own->show = f->value.s;
	give(p->step, own);
	return own;
}
