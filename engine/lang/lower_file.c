/* Loading: a source and all that it names become a checked program. The order of the passes over one file is
 * the comment of lower.h. */
#include <string.h>

#include "lang/lower.h"

struct rb_expr_ctx
rb_lower_ctx(const struct rb_lower *l, struct rb_scope *scope)
{
	return (struct rb_expr_ctx){.arena = l->load->arena,
	    .diags = l->load->diags,
	    .scope = scope,
	    .patterns = &l->load->program->patterns};
}

const struct rb_node *
rb_lower_top(const struct rb_lower *l, const char *name)
{
	return rb_node_get(l->root, name);
}

/* --- rungs --- */

static void
shape_rungs(struct rb_lower *l, const struct rb_node *node)
{
	struct rb_spot spot = {.scope = l->unit->scope, .place = RB_IN_RUNG};
	struct rb_unit *u = l->unit;

	if (node->kind != RB_NODE_LIST || node->len == 0) {
		rb_diag_add(l->load->diags, node->kind == RB_NODE_LIST ? RB_E_EMPTY : RB_E_TYPE, node->span,
		    "`escalate` takes a list of rungs, such as `- after: 15m`");
		return;
	}
	u->rungs = RB_ARRAY(l->load->arena, struct rb_rung, node->len);
	u->nrungs = node->len;
	for (size_t i = 0; i < node->len; i++) {
		const struct rb_node *rung = node->items[i];
		const struct rb_node *steps = rung->kind == RB_NODE_MAP ? rb_node_get(rung, "steps") : NULL;

		u->rungs[i].span = rung->span;
		if (steps != NULL)
			u->rungs[i].steps = rb_lower_list(l, "steps", steps, spot, true);
	}
}

static void
lower_rung(struct rb_lower *l, const struct rb_node *node, struct rb_rung *rung)
{
	enum { AFTER, ON, CONTACT, STEPS, ROWS };
	struct rb_expr_ctx ctx = rb_lower_ctx(l, l->unit->scope);
	struct rb_field *f = RB_ARRAY(ctx.arena, struct rb_field, ROWS);
	struct rb_reader reader = {l, NULL, 0, NULL};
	bool after, on;

	rb_keys_decode(&ctx, node, rb_rung_keys, f, "a rung of `escalate`");
	if (node->kind != RB_NODE_MAP)
		return;
	for (size_t i = 0; i < ROWS; i++)
		rb_lower_read(&reader, &f[i]);
	after = rb_node_get(node, "after") != NULL;
	on = rb_node_get(node, "on") != NULL;
	rung->after = f[AFTER].node != NULL ? &f[AFTER] : NULL;
	rung->on_failed = f[ON].node != NULL;
	rung->contact = f[CONTACT].tmpl;
	if (after == on)
		rb_diag_add(ctx.diags, after ? RB_E_CONFLICT : RB_E_MISSING, node->span,
		    "a rung of `escalate` runs `after` some time, or `on: failed`: one of the two");
	if (rung->contact == NULL && f[CONTACT].node == NULL && f[STEPS].node == NULL)
		rb_diag_add(
		    ctx.diags, RB_E_EMPTY, node->span, "a rung of `escalate` needs a `contact` or `steps`");
}

/* --- one file --- */

/* The steps, in the order of the file, so that their indexes are. */
static void
shape(struct rb_lower *l, unsigned setup[2])
{
	struct rb_unit *u = l->unit;

	for (size_t i = 0; i < l->root->len; i++) {
		struct rb_str key = l->root->pairs[i].key->text;
		const struct rb_node *value = l->root->pairs[i].value;
		struct rb_spot spot = {.scope = u->scope};

		if (rb_str_is(key, "setup")) {
			spot.place = RB_IN_SETUP;
			setup[0] = (unsigned)u->nsteps;
			u->setup = rb_lower_list(l, "setup", value, spot, true);
			setup[1] = (unsigned)u->nsteps;
		} else if (rb_str_is(key, "steps")) {
			u->steps = rb_lower_list(l, "steps", value, spot, false);
		} else if (rb_str_is(key, "finally")) {
			spot.place = RB_IN_FINALLY;
			u->finally = rb_lower_list(l, "finally", value, spot, true);
		} else if (rb_str_is(key, "procedures")) {
			rb_lower_procs(l, value);
		} else if (rb_str_is(key, "escalate")) {
			shape_rungs(l, value);
		}
	}
}

/* What stands at the top: metadata, and what is read before the first step. */
static void
lower_top(struct rb_lower *l)
{
	struct rb_expr_ctx ctx = rb_lower_ctx(l, l->unit->scope);
	struct rb_field *f = RB_ARRAY(ctx.arena, struct rb_field, rb_keys_count(rb_runbook_keys));
	const struct rb_field *id = &f[rb_key_find(rb_runbook_keys, RB_STR("runbook")) - rb_runbook_keys];
	const struct rb_field *requires =
	    &f[rb_key_find(rb_runbook_keys, RB_STR("requires")) - rb_runbook_keys];
	struct rb_field *timeout = &f[rb_key_find(rb_runbook_keys, RB_STR("timeout")) - rb_runbook_keys];

	rb_keys_decode(&ctx, l->root, rb_runbook_keys, f, "a runbook");
	l->unit->fields = f;
	l->unit->id = id->node != NULL ? id->value.s : RB_STR("");
	if (requires->node != NULL) {
		rb_lower_no_steps(l, "requires", requires);
		l->unit->requires = (struct rb_requires){requires->node->span, requires->fields};
	}
	if (timeout->node != NULL) {
		rb_lower_no_steps(l, "timeout", timeout);
		l->unit->timeout = timeout;
	}
}

static void
lower_runbook(struct rb_lower *l)
{
	const struct rb_node *inputs = rb_lower_top(l, "inputs"), *escalate = rb_lower_top(l, "escalate");
	const struct rb_inherit *base;
	struct rb_unit *u = l->unit;
	unsigned setup[2] = {0, 0}, at = 0;

	rb_lower_builtins(l);
	rb_lower_declare_inputs(l, inputs, u->scope, &u->inputs, &u->ninputs);
	rb_lower_declare_values(l);
	rb_lower_declare_secrets(l);
	shape(l, setup);
	rb_lower_input_fields(l, inputs, u->scope, u->inputs, u->ninputs);
	rb_lower_value_fields(l);
	rb_lower_before_steps(l, u->scope, u->inputs, u->ninputs, u->values, u->nvalues);
	rb_lower_secret_fields(l);
	lower_top(l);
	rb_lower_heads(l);
	base = rb_lower_base(l, u->scope, NULL);
	rb_lower_steps(l, setup[0], setup[1], base);
	rb_lower_effects(l, setup[0], setup[1]);
	rb_lower_bodies(l);
	/* What is left between the procedures' ranges and the setup's: steps, rungs, finally. */
	while (at < u->nsteps) {
		unsigned from = at;

		while (at < u->nsteps && u->steps_in_order[at]->proc == NULL &&
		       (l->seeds[at].place & RB_IN_SETUP) == 0)
			at++;
		rb_lower_steps(l, from, at, base);
		rb_lower_effects(l, from, at);
		while (at < u->nsteps &&
		       (u->steps_in_order[at]->proc != NULL || (l->seeds[at].place & RB_IN_SETUP) != 0))
			at++;
	}
	for (size_t i = 0; i < u->nrungs; i++)
		lower_rung(l, escalate->items[i], &u->rungs[i]);
	for (unsigned i = 0; i < u->nsteps; i++)
		if (u->steps_in_order[i]->proc == NULL && l->seeds[i].inside > u->effect)
			u->effect = l->seeds[i].inside;
	rb_scope_clashes(u->scope, l->load->diags);
	if (l->load->diags->errors == l->load->errors)
		rb_lower_unused(l);
}

/* "port.free": names with dots between. */
static bool
dotted(struct rb_str s)
{
	size_t from = 0;

	for (size_t i = 0; i <= s.n; i++) {
		if (i < s.n && s.p[i] != '.')
			continue;
		if (rb_name_refused(rb_str_cut(s, from, i), false) != NULL)
			return false;
		from = i + 1;
	}
	return true;
}

static void
lower_library(struct rb_lower *l, struct rb_str name)
{
	const struct rb_node *node = rb_lower_top(l, "procedure");

	if (node != NULL && node->kind == RB_NODE_SCALAR) {
		if (!dotted(node->text))
			rb_diag_add(l->load->diags, RB_E_NAME, node->span,
			    "`%.*s` cannot be the name of a library procedure: write names with "
			    "dots between, as port.free",
			    RB_STR_ARG(node->text));
		else if (!rb_str_eq(node->text, name))
			rb_diag_add(l->load->diags, RB_E_NAME, node->span,
			    "this file is found as `%.*s`, and says that it is `%.*s`", RB_STR_ARG(name),
			    RB_STR_ARG(node->text));
	}
	rb_lower_builtins(l);
	rb_lower_declare_secrets(l);
	rb_lower_library_proc(l, name);
	rb_lower_secret_fields(l);
	rb_lower_heads(l);
	rb_lower_bodies(l);
	l->unit->id = name;
	l->unit->effect = l->unit->procs[0]->effect;
}

/* --- all files --- */

static struct rb_unit *
add_unit(struct rb_load *load, const struct rb_source *src, bool library)
{
	struct rb_program *p = load->program;
	struct rb_unit *u = RB_NEW(load->arena, struct rb_unit);

	if (p->units == NULL)
		p->units = RB_ARRAY(load->arena, struct rb_unit *, RB_UNITS_MAX);
	u->src = src;
	u->library = library;
	u->scope = RB_NEW(load->arena, struct rb_scope);
	u->id = RB_STR("");
	rb_scope_init(u->scope, load->arena, NULL);
	p->units[p->nunits++] = u;
	return u;
}

static struct rb_unit *
known_unit(const struct rb_load *load, const struct rb_source *src)
{
	for (size_t i = 0; i < load->program->nunits; i++)
		if (load->program->units[i]->src == src)
			return load->program->units[i];
	return NULL;
}

/* Whether the file may be opened now; a diagnostic says why not. */
static bool
may_open(struct rb_load *load, const struct rb_source *src, struct rb_span from)
{
	struct rb_diag *diag;

	for (size_t i = 0; i < load->depth; i++) {
		if (load->open[i] != src)
			continue;
		diag = rb_diag_add(load->diags, RB_E_CYCLE, from,
		    "this runs %.*s, which leads here: it would contain itself", RB_STR_ARG(src->name));
		rb_diag_hint(load->diags, diag, "to do steps again, use `goto` or `retry`");
		return false;
	}
	if (load->depth == RB_UNITS_DEEP) {
		rb_diag_add(load->diags, RB_E_LIMIT, from, "runbooks that run runbooks go more than %d deep",
		    RB_UNITS_DEEP);
		return false;
	}
	if (load->program->nunits == RB_UNITS_MAX) {
		rb_diag_add(
		    load->diags, RB_E_LIMIT, from, "a runbook may lead to at most %d files", RB_UNITS_MAX);
		return false;
	}
	return true;
}

struct rb_unit *
rb_lower_unit(struct rb_load *load, const struct rb_source *src, struct rb_str library, struct rb_span from)
{
	struct rb_lower l = {.load = load};
	struct rb_unit *known;

	if (!may_open(load, src, from))
		return NULL;
	known = known_unit(load, src);
	if (known != NULL)
		return known;
	l.root = rb_yaml_load(load->arena, src, load->diags);
	if (l.root == NULL)
		return NULL;
	if (l.root->kind != RB_NODE_MAP) {
		rb_diag_add(load->diags, RB_E_TYPE, l.root->span,
		    "a runbook is a mapping that begins with `runbook: name`, not %s", rb_node_form(l.root));
		return NULL;
	}
	rb_arena_init(&l.scratch, load->arena->alloc);
	l.unit = add_unit(load, src, library.n > 0);
	load->open[load->depth++] = src;
	if (library.n > 0)
		lower_library(&l, library);
	else
		lower_runbook(&l);
	load->depth--;
	rb_lower_settle(&l);
	return l.unit;
}

static struct rb_program *
load_program(struct rb_arena *arena, const struct rb_source *src, struct rb_str library,
    const struct rb_kind *const *kinds, const struct rb_opener *opener, struct rb_diags *diags)
{
	struct rb_program *p = RB_NEW(arena, struct rb_program);
	struct rb_load load = {.program = p, .arena = arena, .diags = diags, .opener = opener};
	size_t n = 0;

	p->arena = arena;
	p->kinds = kinds;
	while (kinds[n] != NULL)
		n++;
	load.errors = diags->errors;
	load.kind_facts = RB_ARRAY(arena, const struct rb_type *, n);
	load.implied = RB_ARRAY(arena, struct rb_expr *, n);
	rb_lower_words(&load);
	p->main = rb_lower_unit(&load, src, library, (struct rb_span){NULL, 0, 0});
	if (p->main != NULL && diags->errors == load.errors)
		return p;
	rb_program_free(p);
	return NULL;
}

struct rb_program *
rb_program_load(struct rb_arena *arena, const struct rb_source *src, const struct rb_kind *const *kinds,
    const struct rb_opener *opener, struct rb_diags *diags)
{
	return load_program(arena, src, RB_STR(""), kinds, opener, diags);
}

struct rb_program *
rb_program_load_library(struct rb_arena *arena, const struct rb_source *src, struct rb_str name,
    const struct rb_kind *const *kinds, const struct rb_opener *opener, struct rb_diags *diags)
{
	return load_program(arena, src, name, kinds, opener, diags);
}
