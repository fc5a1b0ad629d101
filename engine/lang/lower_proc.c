/* Procedures: each with a scope of its own, lowered before the steps that call it, so that these know what it
 * gives and what it changes. */
#include <string.h>

#include "lang/lower.h"

/* --- shape --- */

static struct rb_procedure *
new_proc(struct rb_lower *l, struct rb_str name, struct rb_span span, const struct rb_node *node)
{
	struct rb_arena *arena = l->load->arena;
	struct rb_procedure *proc = RB_NEW(arena, struct rb_procedure);
	struct rb_spot spot;
	const struct rb_node *steps = rb_node_get(node, "steps"), *finally = rb_node_get(node, "finally");

	proc->name = name;
	proc->span = span;
	proc->unit = l->unit;
	proc->help = RB_STR("");
	proc->scope = RB_NEW(arena, struct rb_scope);
	rb_scope_init(proc->scope, arena, l->unit->scope);
	rb_lower_declare_inputs(l, rb_node_get(node, "inputs"), proc->scope, &proc->inputs, &proc->ninputs);
	spot = (struct rb_spot){.proc = proc, .scope = proc->scope};
	if (steps != NULL)
		proc->steps = rb_lower_list(l, "steps", steps, spot, true);
	spot.place = RB_IN_FINALLY;
	if (finally != NULL)
		proc->finally = rb_lower_list(l, "finally", finally, spot, true);
	return proc;
}

static void
add_proc(struct rb_lower *l, struct rb_str name, struct rb_span span, const struct rb_node *node)
{
	struct rb_procs *side = &l->procs[l->unit->nprocs];
	struct rb_procedure *proc;

	side->node = node;
	side->from = (unsigned)l->unit->nsteps;
	proc = new_proc(l, name, span, node);
	side->to = (unsigned)l->unit->nsteps;
	rb_map_put(&l->proc_names, name, side);
	l->unit->procs[l->unit->nprocs++] = proc;
}

static void
make_procs(struct rb_lower *l, size_t n)
{
	l->unit->procs = RB_ARRAY(l->load->arena, struct rb_procedure *, n);
	l->procs = RB_ARRAY(l->load->arena, struct rb_procs, n);
	rb_map_init(&l->proc_names, l->load->arena);
}

void
rb_lower_procs(struct rb_lower *l, const struct rb_node *node)
{
	struct rb_diags *diags = l->load->diags;

	if (node->kind != RB_NODE_MAP) {
		rb_diag_add(diags, RB_E_TYPE, node->span, "`procedures` takes a mapping of names, not %s",
		    rb_node_form(node));
		return;
	}
	make_procs(l, node->len);
	for (size_t i = 0; i < node->len; i++) {
		const struct rb_node *key = node->pairs[i].key, *value = node->pairs[i].value;
		const char *why = rb_name_refused(key->text, false);

		if (why != NULL)
			rb_diag_add(diags, RB_E_NAME, key->span,
			    "`%.*s` cannot be the name of a procedure: %s", RB_STR_ARG(key->text), why);
		if (value->kind == RB_NODE_MAP)
			add_proc(l, key->text, key->span, value);
		else
			rb_diag_add(diags, RB_E_TYPE, value->span,
			    "a procedure is a mapping with `steps`, not %s", rb_node_form(value));
	}
}

void
rb_lower_library_proc(struct rb_lower *l, struct rb_str name)
{
	make_procs(l, 1);
	add_proc(l, name, l->root->span, l->root);
}

/* --- what callers must know --- */

static void
lower_outputs(struct rb_lower *l, struct rb_procedure *proc, const struct rb_node *node)
{
	struct rb_diags *diags = l->load->diags;

	if (node->kind != RB_NODE_MAP || node->len > RB_CAPTURES_MAX) {
		rb_diag_add(diags, node->kind != RB_NODE_MAP ? RB_E_TYPE : RB_E_LIMIT, node->span,
		    "`outputs` takes a mapping of at most %d names", RB_CAPTURES_MAX);
		return;
	}
	proc->outputs = RB_ARRAY(l->load->arena, struct rb_output, node->len);
	proc->noutputs = node->len;
	for (size_t i = 0; i < node->len; i++) {
		const struct rb_node *key = node->pairs[i].key, *value = node->pairs[i].value, *type;
		const char *why = rb_name_refused(key->text, false);
		struct rb_output *out = &proc->outputs[i];

		out->name = key->text;
		if (why != NULL)
			rb_diag_add(diags, RB_E_NAME, key->span, "`%.*s` cannot be the name of an output: %s",
			    RB_STR_ARG(key->text), why);
		for (size_t k = 0; rb_step_facts[k].name != NULL; k++)
			if (rb_str_is(key->text, rb_step_facts[k].name))
				rb_diag_add(diags, RB_E_NAME, key->span,
				    "`%.*s` is a fact of every step already", RB_STR_ARG(key->text));
		type = value->kind == RB_NODE_MAP ? rb_node_get(value, "type") : NULL;
		out->type = type != NULL && type->kind == RB_NODE_SCALAR ? rb_type_row(type->text) : NULL;
	}
}

static void
lower_head(struct rb_lower *l, size_t i)
{
	struct rb_procedure *proc = l->unit->procs[i];
	const struct rb_node *node = l->procs[i].node, *outputs = rb_node_get(node, "outputs");
	const struct rb_key *rows = l->unit->library ? rb_library_keys : rb_procedure_keys;
	struct rb_expr_ctx ctx = rb_lower_ctx(l, proc->scope);
	struct rb_field *f = RB_ARRAY(ctx.arena, struct rb_field, rb_keys_count(rows));
	const struct rb_field *text;

	if (proc->ninputs > 0)
		rb_lower_input_fields(
		    l, rb_node_get(node, "inputs"), proc->scope, proc->inputs, proc->ninputs);
	rb_lower_before_steps(l, proc->scope, proc->inputs, proc->ninputs, NULL, 0);
	rb_keys_decode(&ctx, node, rows, f, l->unit->library ? "a library file" : "a procedure");
	if (l->unit->library)
		l->unit->fields = f;
	text = &f[rb_key_find(rows, RB_STR("title")) - rows];
	proc->title = text->tmpl;
	text = &f[rb_key_find(rows, RB_STR("description")) - rows];
	if (text->node != NULL)
		proc->help = text->value.s;
	if (outputs != NULL)
		lower_outputs(l, proc, outputs);
}

void
rb_lower_heads(struct rb_lower *l)
{
	for (size_t i = 0; i < l->unit->nprocs; i++)
		lower_head(l, i);
}

/* --- bodies --- */

static void
outputs_body(struct rb_lower *l, size_t i)
{
	const struct rb_node *node = rb_node_get(l->procs[i].node, "outputs");
	struct rb_procedure *proc = l->unit->procs[i];
	struct rb_expr_ctx ctx = rb_lower_ctx(l, proc->scope);
	const struct rb_inherit *base =
	    rb_lower_base(l, proc->scope, l->unit->library ? NULL : l->procs[i].node);
	struct rb_reader reader = {l, NULL, base->nsecrets, base->secrets};

	ctx.secrets = base->nsecrets > 0;
	for (size_t k = 0; k < proc->noutputs; k++) {
		enum { VALUE, TYPE, HELP, ROWS };
		struct rb_field f[ROWS];

		rb_keys_decode(&ctx, node->pairs[k].value, rb_output_keys, f, "an output");
		rb_lower_read(&reader, &f[VALUE]);
		proc->outputs[k].value = f[VALUE].expr;
		rb_lower_no_pattern(&ctx, proc->outputs[k].type, f[VALUE].expr);
		if (f[HELP].node != NULL)
			proc->outputs[k].help = f[HELP].value.s;
	}
}

/* The procedure that a step calls, or NULL. */
static struct rb_procs *
called(struct rb_lower *l, const struct rb_step *s)
{
	const struct rb_pair *action = l->seeds[s->index].action;

	if (s->op != RB_OP_CALL || action == NULL || strcmp(s->action, "call") != 0 ||
	    action->value->kind != RB_NODE_SCALAR)
		return NULL;
	return rb_map_get(&l->proc_names, action->value->text);
}

static void
cycle(struct rb_lower *l, const struct rb_step *s, size_t from, size_t to)
{
	struct rb_str a = l->unit->procs[from]->name, b = l->unit->procs[to]->name;
	struct rb_diag *diag = rb_diag_add(l->load->diags, RB_E_CYCLE, s->action_span,
	    from == to ? "`%.*s` calls itself"
		       : "`%.*s` calls `%.*s`, which is on the way to this call already",
	    RB_STR_ARG(a), RB_STR_ARG(b));

	rb_diag_hint(l->load->diags, diag, "to do steps again, use `goto`, `retry` or `for_each`");
}

/* As deep as procedures call procedures, which RB_CALLS_DEEP bounds. */
static void
lower_body(struct rb_lower *l, size_t i, unsigned deep)
{
	struct rb_procs *side = &l->procs[i];
	struct rb_procedure *proc = l->unit->procs[i];

	side->state = RB_PROC_OPEN;
	for (unsigned k = side->from; k < side->to; k++) {
		const struct rb_step *s = l->unit->steps_in_order[k];
		struct rb_procs *other = called(l, s);

		if (other == NULL || other->state == RB_PROC_DONE)
			continue;
		if (other->state == RB_PROC_OPEN)
			cycle(l, s, i, (size_t)(other - l->procs));
		else if (deep == RB_CALLS_DEEP)
			rb_diag_add(l->load->diags, RB_E_LIMIT, s->action_span,
			    "procedures call procedures more than %d deep", RB_CALLS_DEEP);
		else
			lower_body(l, (size_t)(other - l->procs), deep + 1);
	}
	rb_lower_steps(
	    l, side->from, side->to, rb_lower_base(l, proc->scope, l->unit->library ? NULL : side->node));
	outputs_body(l, i);
	proc->effect = rb_lower_effects(l, side->from, side->to);
	rb_scope_clashes(proc->scope, l->load->diags);
	side->state = RB_PROC_DONE;
}

void
rb_lower_bodies(struct rb_lower *l)
{
	for (size_t i = 0; i < l->unit->nprocs; i++)
		if (l->procs[i].state == RB_PROC_NEW)
			lower_body(l, i, 1);
}
