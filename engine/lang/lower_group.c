/* Branches, the choices of questions, and `set`: the actions that hold more than one value and are no leaf
 * kinds. */
#include "lang/lower.h"

static void
lower_arm(struct rb_part *p, size_t i, const struct rb_node *node, size_t of)
{
	enum { IF, THEN, ELSE, ROWS };
	struct rb_arm *arm = &p->step->arms[i];
	struct rb_diags *diags = p->ctx.diags;
	struct rb_field f[ROWS];
	bool cond, otherwise;

	rb_keys_decode(&p->ctx, node, rb_arm_keys, f, "an arm of `branch`");
	if (node->kind != RB_NODE_MAP)
		return;
	cond = rb_node_get(node, "if") != NULL;
	otherwise = f[ELSE].node != NULL;
	arm->cond = f[IF].expr;
	rb_lower_reads(p, arm->cond);
	if (cond == otherwise || (f[THEN].node != NULL) != cond)
		rb_diag_add(diags, RB_E_CONFLICT, node->span,
		    "an arm of `branch` is `if` with `then`, or `else` alone");
	else if (otherwise && i + 1 < of)
		rb_diag_add(diags, RB_E_CONFLICT, node->span,
		    "`else` is the last arm: what follows it is never reached");
	else if (otherwise && i == 0)
		rb_diag_add(
		    diags, RB_E_EMPTY, node->span, "a branch needs an arm with `if` before its `else`");
	else if (arm->steps == NULL)
		rb_lower_edge(p, f[otherwise ? ELSE : THEN].node, &arm->edge);
}

void
rb_lower_branch(struct rb_part *p, const struct rb_node *value)
{
	if (value->kind != RB_NODE_LIST) {
		rb_diag_add(p->ctx.diags, RB_E_TYPE, value->span, "`branch` takes %s, not %s",
		    rb_key_type_name(RB_K_BRANCH), rb_node_form(value));
		return;
	}
	if (value->len == 0)
		rb_diag_add(p->ctx.diags, RB_E_EMPTY, value->span, "a branch needs at least one arm");
	for (size_t i = 0; i < value->len; i++)
		lower_arm(p, i, value->items[i], value->len);
}

/* The edges of an `ask`'s choices; their steps are lowered already. */
void
rb_lower_choices(struct rb_part *p, const struct rb_node *value)
{
	const struct rb_key *keys = p->step->kind->keys;
	const struct rb_node *list = NULL;

	for (size_t i = 0; value->kind == RB_NODE_MAP && keys[i].name != NULL; i++)
		if (keys[i].type == RB_K_CHOICES)
			list = rb_node_get(value, keys[i].name);
	for (size_t i = 0; list != NULL && i < p->step->narms; i++) {
		const struct rb_node *then =
		    list->items[i]->kind == RB_NODE_MAP ? rb_node_get(list->items[i], "then") : NULL;

		if (then != NULL && p->step->arms[i].steps == NULL)
			rb_lower_edge(p, then, &p->step->arms[i].edge);
	}
}

static void
lower_setter(struct rb_part *p, const struct rb_pair *pair)
{
	const struct rb_unit *u = p->lower->unit;
	struct rb_decl *d = rb_scope_find(p->ctx.scope, pair->key->text, NULL);
	struct rb_setter *set = &p->step->sets[p->step->nsets];
	const struct rb_type_row *type = NULL;
	struct rb_diag *diag;
	struct rb_str *names;
	struct rb_str name;
	size_t n;

	if (d == NULL || d->kind != RB_DECL_VALUE) {
		diag = rb_diag_add(p->ctx.diags, RB_E_EXPR_NAME, pair->key->span,
		    d == NULL ? "there is no value `%.*s`"
			      : "`%.*s` is not a value, so that `set` cannot change it",
		    RB_STR_ARG(pair->key->text));
		n = rb_diags_near(p->ctx.diags, u->nvalues);
		names = RB_ARRAY(p->ctx.arena, struct rb_str, n);
		for (size_t i = 0; i < n; i++)
			names[i] = u->values[i].decl->name;
		rb_diag_suggest(p->ctx.diags, diag, pair->key->text, names, n);
		if (diag->hint.n == 0)
			rb_diag_hint(
			    p->ctx.diags, diag, "values are declared at the top of the file, in `values:`");
		return;
	}
	for (size_t i = 0; i < u->nvalues; i++)
		if (u->values[i].decl == d)
			type = u->values[i].type;
	/* Also without a declared type: what was a pattern stays one, and a text put there does not become
	 * it. */
	if (type == NULL && d->type->base == RB_REGEX)
		type = rb_type_row(RB_STR("regex"));
	name = rb_arena_str(p->ctx.arena, pair->key->text);
	rb_field_typed(&p->ctx, name.p, type, pair->value, &set->value);
	if (set->value.node == NULL)
		return;
	rb_lower_field_reads(p, &set->value);
	set->decl = d;
	p->step->nsets++;
}

void
rb_lower_set(struct rb_part *p, const struct rb_node *value)
{
	if ((p->seed->place & RB_IN_RUNG) != 0) {
		rb_diag_add(p->ctx.diags, RB_E_UNSAFE, p->seed->action->key->span,
		    "a rung of `escalate` runs beside the run and changes nothing in it: `set` cannot stand "
		    "here");
		return;
	}
	if (value->kind != RB_NODE_MAP || value->len == 0) {
		rb_diag_add(p->ctx.diags, value->kind == RB_NODE_MAP ? RB_E_EMPTY : RB_E_TYPE, value->span,
		    "`set` takes a map of values to what they become");
		return;
	}
	p->step->sets = RB_ARRAY(p->ctx.arena, struct rb_setter, value->len);
	for (size_t i = 0; i < value->len; i++)
		lower_setter(p, &value->pairs[i]);
}
