/* call, use, runbook: what they call, and the values that they give it. */
#include <string.h>

#include "lang/lower.h"
#include "lang/settle.h"

/* What is called, as far as the caller is concerned. */
struct callee {
	struct rb_str name;
	const struct rb_input *inputs;
	size_t ninputs;
	const struct rb_output *outputs;
	size_t noutputs;
	const struct rb_secret *secrets; /* that a library or runbook may be handed */
	size_t nsecrets;
};

/* --- finding it --- */

static void
no_procedure(struct rb_part *p, const struct rb_node *node)
{
	const struct rb_unit *u = p->lower->unit;
	struct rb_diag *diag = rb_diag_add(p->ctx.diags, RB_E_TARGET, node->span,
	    "there is no procedure `%.*s` in this file", RB_STR_ARG(node->text));
	size_t n = rb_diags_near(p->ctx.diags, u->nprocs);
	struct rb_str *names = RB_ARRAY(p->ctx.arena, struct rb_str, n);
	const struct rb_decl *d = rb_scope_find(p->ctx.scope, node->text, NULL);

	if (d != NULL && d->kind == RB_DECL_STEP) {
		rb_diag_hint(
		    p->ctx.diags, diag, "`%.*s` is a step: `goto` goes there", RB_STR_ARG(node->text));
		return;
	}
	if (rb_str_ends(node->text, ".yaml") || rb_str_ends(node->text, ".yml")) {
		rb_diag_hint(
		    p->ctx.diags, diag, "another file is run with `runbook: %.*s`", RB_STR_ARG(node->text));
		return;
	}
	if (rb_str_find(node->text, RB_STR("."), 0) != SIZE_MAX) {
		rb_diag_hint(p->ctx.diags, diag, "a procedure of a library is run with `use: %.*s`",
		    RB_STR_ARG(node->text));
		return;
	}
	for (size_t i = 0; i < n; i++)
		names[i] = u->procs[i]->name;
	rb_diag_suggest(p->ctx.diags, diag, node->text, names, n);
}

static const struct rb_unit *
open_unit(struct rb_part *p, const struct rb_node *node, bool library)
{
	struct rb_load *load = p->lower->load;
	const struct rb_source *src = NULL;
	struct rb_str why = RB_STR("no other files can be opened here");

	if (load->opener != NULL)
		src = load->opener->open(
		    load->opener->ctx, load->arena, library, node->text, p->lower->unit->src, &why);
	if (src == NULL) {
		rb_diag_add(p->ctx.diags, RB_E_TARGET, node->span, "`%.*s`: %.*s", RB_STR_ARG(node->text),
		    RB_STR_ARG(why));
		return NULL;
	}
	return rb_lower_unit(load, src, library ? node->text : RB_STR(""), node->span);
}

/* Fills call and callee; false after a diagnostic. */
static bool
find_callee(struct rb_part *p, const struct rb_node *node, struct rb_call *call, struct callee *to)
{
	const struct rb_procs *side;

	if (strcmp(p->step->action, "call") == 0) {
		side = p->lower->unit->nprocs > 0 ? rb_map_get(&p->lower->proc_names, node->text) : NULL;
		if (side == NULL) {
			no_procedure(p, node);
			return false;
		}
		call->what = RB_CALL_PROCEDURE;
		call->proc = p->lower->unit->procs[side - p->lower->procs];
	} else {
		bool library = strcmp(p->step->action, "use") == 0;
		const struct rb_unit *u = open_unit(p, node, library);

		if (u == NULL || (library && u->nprocs == 0))
			return false;
		if (!library) {
			call->what = RB_CALL_RUNBOOK;
			call->unit = u;
			*to = (struct callee){u->id, u->inputs, u->ninputs, NULL, 0, u->secrets, u->nsecrets};
			return true;
		}
		call->what = RB_CALL_LIBRARY;
		call->proc = u->procs[0];
	}
	*to = (struct callee){call->proc->name, call->proc->inputs, call->proc->ninputs, call->proc->outputs,
	    call->proc->noutputs, NULL, 0};
	if (call->what == RB_CALL_LIBRARY) {
		to->secrets = call->proc->unit->secrets;
		to->nsecrets = call->proc->unit->nsecrets;
	}
	return true;
}

/* --- with --- */

static void
no_input(struct rb_part *p, const struct callee *to, const struct rb_node *key)
{
	size_t n = rb_diags_near(p->ctx.diags, to->ninputs);
	struct rb_str *names = RB_ARRAY(p->ctx.arena, struct rb_str, n);
	struct rb_diag *diag = rb_diag_add(p->ctx.diags, RB_E_KEY, key->span, "`%.*s` has no input `%.*s`",
	    RB_STR_ARG(to->name), RB_STR_ARG(key->text));

	for (size_t i = 0; i < to->nsecrets; i++) {
		if (!rb_str_eq(to->secrets[i].decl->name, key->text))
			continue;
		rb_diag_hint(p->ctx.diags, diag,
		    "it is a secret, which is handed over with secrets: {%.*s: …}", RB_STR_ARG(key->text));
		return;
	}
	for (size_t i = 0; i < n; i++)
		names[i] = to->inputs[i].name;
	rb_diag_suggest(p->ctx.diags, diag, key->text, names, n);
}

static const struct rb_input *
input_named(const struct callee *to, struct rb_str name)
{
	for (size_t i = 0; i < to->ninputs; i++)
		if (rb_str_eq(to->inputs[i].name, name))
			return &to->inputs[i];
	return NULL;
}

/* A value that is known now must be one that the input takes. */
static void
check_constant(struct rb_part *p, const struct rb_binding *b)
{
	bool text =
	    b->value.value.kind == RB_V_UNSET && b->value.tmpl != NULL && rb_tmpl_constant(b->value.tmpl);
	struct rb_value v = text ? rb_v_text(rb_tmpl_source(b->value.tmpl)) : b->value.value;
	struct rb_str why;

	if (v.kind != RB_V_UNSET && rb_input_check(p->ctx.arena, b->input, v, &v, &why) != 0)
		rb_diag_add(p->ctx.diags, RB_E_RANGE, b->value.node->span, "`%.*s`: %.*s",
		    RB_STR_ARG(b->name), RB_STR_ARG(why));
}

static void
lower_with(struct rb_part *p, const struct callee *to, struct rb_call *call)
{
	const struct rb_node *node = p->nodes[RB_STEP_WITH];

	if (node == NULL)
		return;
	if (node->kind != RB_NODE_MAP) {
		rb_diag_add(p->ctx.diags, RB_E_TYPE, node->span,
		    "`with` takes a mapping of inputs to values, not %s", rb_node_form(node));
		return;
	}
	call->with = RB_ARRAY(p->ctx.arena, struct rb_binding, node->len);
	for (size_t i = 0; i < node->len; i++) {
		struct rb_binding *b = &call->with[call->nwith];
		struct rb_str name = rb_arena_str(p->ctx.arena, node->pairs[i].key->text);

		b->name = name;
		b->input = input_named(to, name);
		if (b->input == NULL) {
			no_input(p, to, node->pairs[i].key);
			continue;
		}
		rb_field_typed(&p->ctx, name.p, b->input->type, node->pairs[i].value, &b->value);
		if (b->value.node == NULL)
			continue;
		rb_lower_field_reads(p, &b->value);
		check_constant(p, b);
		call->nwith++;
	}
}

static void
check_missing(struct rb_part *p, const struct callee *to)
{
	const struct rb_node *with = p->nodes[RB_STEP_WITH];

	for (size_t i = 0; i < to->ninputs; i++) {
		const struct rb_input *in = &to->inputs[i];
		struct rb_str name = rb_arena_str(p->ctx.arena, in->name);
		struct rb_diag *diag;

		if (!in->required ||
		    (with != NULL && with->kind == RB_NODE_MAP && rb_node_get(with, name.p) != NULL))
			continue;
		diag = rb_diag_add(p->ctx.diags, RB_E_MISSING, p->step->action_span,
		    "`%.*s` needs the input `%s`%s%.*s", RB_STR_ARG(to->name), name.p,
		    in->help.n > 0 ? ": " : "", RB_STR_ARG(in->help));
		rb_diag_hint(p->ctx.diags, diag, "add with: {%s: …}", name.p);
	}
}

/* --- facts --- */

static void
lower_facts(struct rb_part *p, const struct callee *to)
{
	struct rb_member *more = RB_ARRAY(p->ctx.arena, struct rb_member, to->noutputs);

	for (size_t i = 0; i < to->noutputs; i++) {
		const struct rb_output *out = &to->outputs[i];
		const struct rb_type *type =
		    out->value != NULL ? rb_expr_type(out->value) : &rb_types[RB_ANY];

		if (out->type != NULL)
			type = out->type->base == RB_LIST ? &rb_type_list_any : &rb_types[out->type->base];
		more[i] = (struct rb_member){
		    out->name, type, out->value != NULL && rb_expr_secret(out->value), "an output"};
	}
	p->step->facts = rb_lower_extend(p, rb_lower_kind_facts(p->lower->load, NULL), more, to->noutputs);
}

void
rb_lower_call(struct rb_part *p)
{
	static const struct rb_key row = {
	    "call", RB_K_TARGET, 0, 0, NULL, NULL, NULL, "what is called", NULL, NULL};
	struct rb_key key = row;
	const struct rb_node *node = p->seed->action->value;
	struct rb_call *call = RB_NEW(p->ctx.arena, struct rb_call);
	struct callee to;
	struct rb_field f;

	key.name = p->step->action;
	for (const struct rb_action_row *a = rb_action_rows; a->name != NULL; a++)
		if (strcmp(a->name, key.name) == 0)
			key.type = a->type;
	rb_field_decode(&p->ctx, &key, node, NULL, 0, &f);
	if (f.node == NULL)
		return;
	call->span = node->span;
	call->name = node->text;
	if (!find_callee(p, node, call, &to))
		return;
	lower_with(p, &to, call);
	check_missing(p, &to);
	if (call->what != RB_CALL_PROCEDURE)
		rb_lower_hand_over(p, call->unit != NULL ? call->unit : call->proc->unit, call);
	lower_facts(p, &to);
	p->step->call = call;
}
