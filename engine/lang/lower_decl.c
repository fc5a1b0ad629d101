/* The other names of a file: what the program itself gives (`run`, `has`), and values; and in which order
 * inputs and values can be computed. */
#include <string.h>

#include "lang/lower.h"
#include "lang/run_value.h"

/* --- built-in names --- */

static struct rb_decl *
builtin(struct rb_lower *l, struct rb_str name, const struct rb_type *type)
{
	struct rb_decl *d = rb_scope_declare(l->unit->scope, l->load->arena, RB_DECL_BUILTIN, name, type,
	    (struct rb_span){l->unit->src, 0, 0}, l->load->diags);

	d->used = true;
	return d;
}

/* The name of a program as a member: what no name can hold becomes `_`. */
static struct rb_str
member_name(struct rb_arena *arena, struct rb_str program)
{
	struct rb_str s = rb_arena_str(arena, program);
	char *p = (char *)(uintptr_t)s.p;

	for (size_t i = 0; i < s.n; i++) {
		if (p[i] >= 'A' && p[i] <= 'Z')
			p[i] = (char)(p[i] - 'A' + 'a');
		else if (!(p[i] >= 'a' && p[i] <= 'z') && !(p[i] >= '0' && p[i] <= '9'))
			p[i] = '_';
	}
	return s;
}

void
rb_lower_builtins(struct rb_lower *l)
{
	static const char *const keys[] = {"commands", "optional"};
	const struct rb_node *requires = rb_lower_top(l, "requires");
	struct rb_type *type = RB_NEW(l->load->arena, struct rb_type);
	struct rb_member *members;
	size_t n = 0, most = 0;

	l->unit->run = builtin(l, RB_STR("run"), &rb_run_type);
	if (requires == NULL || requires->kind != RB_NODE_MAP)
		return;
	for (size_t k = 0; k < 2; k++) {
		const struct rb_node *list = rb_node_get(requires, keys[k]);

		most += list == NULL ? 0 : list->kind == RB_NODE_LIST ? list->len : 1;
	}
	members = RB_ARRAY(l->load->arena, struct rb_member, most);
	for (size_t k = 0; k < 2; k++) {
		const struct rb_node *list = rb_node_get(requires, keys[k]);
		size_t len = list == NULL ? 0 : list->kind == RB_NODE_LIST ? list->len : 1;

		for (size_t i = 0; i < len; i++) {
			const struct rb_node *item = list->kind == RB_NODE_LIST ? list->items[i] : list;

			if (item->kind == RB_NODE_SCALAR && item->text.n > 0)
				members[n++] = (struct rb_member){member_name(l->load->arena, item->text),
				    &rb_types[RB_BOOL], false, "whether the program is there"};
		}
	}
	if (n == 0)
		return;
	*type = (struct rb_type){RB_RECORD, NULL, n, members};
	l->unit->has = builtin(l, RB_STR("has"), type);
}

/* --- values --- */

/* The value itself: a map stands for its rows, all else is the value. */
static const struct rb_node *
value_node(const struct rb_node *node)
{
	return node->kind == RB_NODE_MAP ? rb_node_get(node, "value") : node;
}

void
rb_lower_declare_values(struct rb_lower *l)
{
	const struct rb_node *node = rb_lower_top(l, "values");
	struct rb_diags *diags = l->load->diags;
	struct rb_unit *u = l->unit;

	if (node == NULL)
		return;
	if (node->kind != RB_NODE_MAP) {
		rb_diag_add(diags, RB_E_TYPE, node->span, "`values` takes a mapping of names, not %s",
		    rb_node_form(node));
		return;
	}
	u->values = RB_ARRAY(l->load->arena, struct rb_value_decl, node->len);
	u->nvalues = node->len;
	for (size_t i = 0; i < node->len; i++) {
		const struct rb_node *key = node->pairs[i].key, *value = node->pairs[i].value, *type = NULL;
		const char *why = rb_name_refused(key->text, false);

		if (why != NULL)
			rb_diag_add(diags, RB_E_NAME, key->span, "`%.*s` cannot be the name of a value: %s",
			    RB_STR_ARG(key->text), why);
		if (value->kind == RB_NODE_MAP)
			type = rb_node_get(value, "type");
		u->values[i].type =
		    type != NULL && type->kind == RB_NODE_SCALAR ? rb_type_row(type->text) : NULL;
		/* Until it is decoded, what it is may be anything. */
		u->values[i].decl = rb_scope_declare(
		    u->scope, l->load->arena, RB_DECL_VALUE, key->text, &rb_types[RB_ANY], key->span, diags);
	}
}

void
rb_lower_value_fields(struct rb_lower *l)
{
	const struct rb_node *node = rb_lower_top(l, "values");
	struct rb_expr_ctx ctx = rb_lower_ctx(l, l->unit->scope);

	for (size_t i = 0; i < l->unit->nvalues; i++) {
		struct rb_value_decl *v = &l->unit->values[i];
		struct rb_str name = rb_arena_str(ctx.arena, node->pairs[i].key->text);
		const struct rb_node *value = node->pairs[i].value;
		struct rb_field f[2];

		if (value->kind == RB_NODE_MAP)
			rb_keys_decode(&ctx, value, rb_value_keys, f, "a value");
		value = value_node(value);
		if (value == NULL)
			continue;
		rb_field_typed(&ctx, name.p, v->type, value, &v->value);
		if (v->value.node != NULL && v->decl->kind == RB_DECL_VALUE)
			v->decl->type = rb_field_type(&ctx, &v->value);
	}
}

/* --- what is computed before the first step --- */

/* By slot: the field from which a name of the scope is computed, and how far its look at others has come. */
struct order {
	struct rb_lower *lower;
	const struct rb_field **fields;
	enum { NEW, OPEN, DONE } * state;
	const struct rb_decl *at;
	unsigned deep;
};

static void visit(struct order *o, const struct rb_decl *d);

static void
depends(void *ctx, const struct rb_decl *decl, unsigned up, struct rb_str path, const struct rb_expr *at)
{
	struct order *o = ctx;
	const struct rb_decl *from = o->at;
	struct rb_diag *diag;

	if (decl != NULL && (decl->kind == RB_DECL_STEP || decl->kind == RB_DECL_LOOP)) {
		diag = rb_diag_add(o->lower->load->diags, RB_E_EXPR_NAME, rb_expr_span(at),
		    "`%.*s` is not known yet when `%.*s` is computed: inputs and values come before the "
		    "first step",
		    RB_STR_ARG(path), RB_STR_ARG(from->name));
		rb_diag_hint(
		    o->lower->load->diags, diag, "capture it in the step, or give it to a value with `set`");
		return;
	}
	if (decl == NULL || up > 0 || (decl->kind != RB_DECL_INPUT && decl->kind != RB_DECL_VALUE))
		return;
	if (decl->kind == RB_DECL_VALUE && from->kind == RB_DECL_INPUT) {
		rb_diag_add(o->lower->load->diags, RB_E_EXPR_NAME, rb_expr_span(at),
		    "`%.*s` is a value, and values are computed after the inputs: the default of an input "
		    "may use other inputs only",
		    RB_STR_ARG(decl->name));
		return;
	}
	if (o->state[decl->slot] == OPEN)
		rb_diag_add(o->lower->load->diags, RB_E_CYCLE, rb_expr_span(at),
		    "`%.*s` is computed from itself%s", RB_STR_ARG(decl->name),
		    decl == from ? "" : ", through others");
	else
		visit(o, decl);
	o->at = from;
}

static void
each_expr(void *ctx, const struct rb_expr *e)
{
	rb_expr_reads(e, depends, ctx);
}

static void
visit(struct order *o, const struct rb_decl *d)
{
	if (o->state[d->slot] != NEW)
		return;
	if (o->deep == RB_NAMES_DEEP) {
		rb_diag_add(o->lower->load->diags, RB_E_LIMIT, d->span,
		    "names that are computed from names go more than %d deep: write some of them further up",
		    RB_NAMES_DEEP);
		return;
	}
	o->deep++;
	o->state[d->slot] = OPEN;
	o->at = d;
	if (o->fields[d->slot] != NULL)
		rb_field_exprs(o->fields[d->slot], each_expr, o);
	o->state[d->slot] = DONE;
	o->deep--;
}

/* Whether it was declared in the scope, as that: a name that was taken has the other's declaration, maybe of
 * the file around a procedure. */
static bool
is_own(const struct rb_scope *scope, const struct rb_decl *d, enum rb_decl_kind kind)
{
	return d->kind == kind && rb_map_get(&scope->decls, d->name) == d;
}

void
rb_lower_before_steps(struct rb_lower *l, struct rb_scope *scope, const struct rb_input *inputs,
    size_t ninputs, const struct rb_value_decl *values, size_t nvalues)
{
	struct order o = {.lower = l};

	o.fields = RB_ARRAY(l->load->arena, const struct rb_field *, scope->slots);
	o.state = rb_arena_array(l->load->arena, scope->slots, sizeof(*o.state));
	for (size_t i = 0; i < ninputs; i++)
		if (is_own(scope, inputs[i].decl, RB_DECL_INPUT) && inputs[i].dflt != NULL)
			o.fields[inputs[i].decl->slot] = inputs[i].dflt;
	for (size_t i = 0; i < nvalues; i++)
		if (is_own(scope, values[i].decl, RB_DECL_VALUE) && values[i].value.node != NULL)
			o.fields[values[i].decl->slot] = &values[i].value;
	for (size_t i = 0; i < ninputs; i++)
		if (is_own(scope, inputs[i].decl, RB_DECL_INPUT))
			visit(&o, inputs[i].decl);
	for (size_t i = 0; i < nvalues; i++)
		if (is_own(scope, values[i].decl, RB_DECL_VALUE))
			visit(&o, values[i].decl);
}

struct before {
	struct rb_lower *lower;
	const char *what;
};

static void
read_before(void *ctx, const struct rb_decl *decl, unsigned up, struct rb_str path, const struct rb_expr *at)
{
	const struct before *b = ctx;

	(void)up;
	if (decl != NULL && (decl->kind == RB_DECL_STEP || decl->kind == RB_DECL_LOOP))
		rb_diag_add(b->lower->load->diags, RB_E_EXPR_NAME, rb_expr_span(at),
		    "`%.*s` is not known yet: `%s` is looked at before the first step", RB_STR_ARG(path),
		    b->what);
}

static void
expr_before(void *ctx, const struct rb_expr *e)
{
	rb_expr_reads(e, read_before, ctx);
}

void
rb_lower_no_steps(struct rb_lower *l, const char *what, const struct rb_field *f)
{
	struct before b = {l, what};

	rb_field_exprs(f, expr_before, &b);
}

void
rb_lower_no_pattern(
    const struct rb_expr_ctx *ctx, const struct rb_type_row *type, const struct rb_expr *value)
{
	struct rb_diag *diag;

	if (type == NULL || type->base != RB_REGEX || value == NULL || rb_expr_type(value)->base == RB_REGEX)
		return;
	diag = rb_diag_add(ctx->diags, RB_E_TYPE, rb_expr_span(value),
	    "what was found never becomes a pattern: `type: regex` needs a value that is a regex already");
	rb_diag_hint(ctx->diags, diag, "keep it as text; a pattern may hold it, as in /^${name}$/");
}

/* --- what nobody reads --- */

void
rb_lower_unused(struct rb_lower *l)
{
	const struct rb_unit *u = l->unit;
	struct rb_diags *diags = l->load->diags;

	for (size_t i = 0; i < u->ninputs; i++)
		if (!u->inputs[i].decl->used)
			rb_diag_add(diags, RB_W_UNUSED, u->inputs[i].span, "nothing uses the input `%.*s`",
			    RB_STR_ARG(u->inputs[i].name));
	for (size_t i = 0; i < u->nvalues; i++)
		if (!u->values[i].decl->used)
			rb_diag_add(diags, RB_W_UNUSED, u->values[i].decl->span,
			    "nothing uses the value `%.*s`", RB_STR_ARG(u->values[i].decl->name));
	for (size_t i = 0; i < u->nsecrets; i++)
		if (!u->secrets[i].decl->used)
			rb_diag_add(diags, RB_W_UNUSED, u->secrets[i].span, "no step names the secret `%.*s`",
			    RB_STR_ARG(u->secrets[i].decl->name));
}
