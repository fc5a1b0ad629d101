/* Inputs of scenarios: what is given for all of them and for one, and how they are settled: when the file is
 * loaded, so that `check` tells what is wrong with them, and again when it is played. */
#include "scenario/state.h"

enum { NAMES_MAX = 100 }; /* that are looked through for a suggestion */

struct rb_given *
rb_given_read(const struct rb_scenario_load *l, const struct rb_field *f, size_t room, size_t *n)
{
	const struct rb_node *node = f->node;
	struct rb_given *given;

	*n = 0;
	if (node != NULL && node->kind != RB_NODE_MAP) {
		rb_diag_add(l->diags, RB_E_TYPE, node->span, "`%s` is a mapping of names to values, not %s",
		    f->key->name, rb_node_form(node));
		node = NULL;
	}
	given = RB_ARRAY(l->arena, struct rb_given, (node != NULL ? node->len : 0) + room);
	for (size_t i = 0; node != NULL && i < node->len; i++) {
		const struct rb_pair *pair = &node->pairs[i];

		given[(*n)++] = (struct rb_given){
		    pair->key->text, rb_scenario_texts(l->arena, pair->value), pair->key->span};
	}
	return given;
}

/* ---- who has an input ---- */

static bool
has_given(const struct rb_given *given, size_t n, struct rb_str name)
{
	for (size_t i = 0; i < n; i++) {
		if (rb_str_eq(given[i].name, name))
			return true;
	}
	return false;
}

static bool
has_input(const struct rb_input *inputs, size_t n, struct rb_str name)
{
	for (size_t i = 0; i < n; i++) {
		if (rb_str_eq(inputs[i].name, name))
			return true;
	}
	return false;
}

/* A scenario's inputs are those of the file, and of the procedure that it starts at (NULL: none). */
static bool
is_for(const struct rb_unit *unit, const struct rb_procedure *from, struct rb_str name)
{
	return has_input(unit->inputs, unit->ninputs, name) ||
	       (from != NULL && has_input(from->inputs, from->ninputs, name));
}

static const struct rb_procedure *
procedure_with(const struct rb_unit *unit, struct rb_str name)
{
	for (size_t i = 0; i < unit->nprocs; i++) {
		if (has_input(unit->procs[i]->inputs, unit->procs[i]->ninputs, name))
			return unit->procs[i];
	}
	return NULL;
}

static void
unknown_input(const struct rb_scenario_load *l, const struct rb_unit *unit, const struct rb_given *g)
{
	const struct rb_procedure *other = procedure_with(unit, g->name);
	struct rb_str names[NAMES_MAX];
	struct rb_diag *diag;
	size_t n = 0;

	diag = rb_diag_add(l->diags, RB_E_INPUT, g->span, "there is no input `%.*s`", RB_STR_ARG(g->name));
	if (other != NULL) {
		rb_diag_hint(l->diags, diag, "the procedure `%.*s` has it: `from: %.*s` starts there",
		    RB_STR_ARG(other->name), RB_STR_ARG(other->name));
		return;
	}
	for (size_t i = 0; i < unit->ninputs && n < NAMES_MAX; i++)
		names[n++] = unit->inputs[i].name;
	for (size_t k = 0; k < unit->nprocs; k++) {
		for (size_t i = 0; i < unit->procs[k]->ninputs && n < NAMES_MAX; i++)
			names[n++] = unit->procs[k]->inputs[i].name;
	}
	rb_diag_suggest(l->diags, diag, g->name, names, n);
}

/* ---- reading ---- */

void
rb_inputs_read_shared(
    const struct rb_scenario_load *l, const struct rb_field *f, struct rb_scenario_shared *shared)
{
	const struct rb_unit *unit = l->file->program->main;

	shared->inputs = rb_given_read(l, f, 0, &shared->ninputs);
	for (size_t i = 0; i < shared->ninputs; i++) {
		const struct rb_given *g = &shared->inputs[i];

		if (!is_for(unit, NULL, g->name) && procedure_with(unit, g->name) == NULL)
			unknown_input(l, unit, g);
	}
}

void
rb_inputs_read(const struct rb_scenario_load *l, const struct rb_field *f, struct rb_scenario *s)
{
	const struct rb_scenario_shared *shared = l->file->shared;
	struct rb_scenario_inside *in = s->inside;
	size_t own;

	in->inputs = rb_given_read(l, f, shared->ninputs, &own);
	in->ninputs = own;
	for (size_t i = 0; i < shared->ninputs; i++) {
		if (!has_given(in->inputs, own, shared->inputs[i].name) &&
		    is_for(l->file->program->main, s->from, shared->inputs[i].name))
			in->inputs[in->ninputs++] = shared->inputs[i];
	}
}

/* ---- settling ---- */

/* What nobody gave and has no default; -1 after a diagnostic for each. */
static int
check_there(
    const struct rb_scenario_load *l, const struct rb_scenario *s, const struct rb_input *inputs, size_t n)
{
	int r = 0;

	for (size_t i = 0; i < n; i++) {
		struct rb_diag *diag;

		if (!inputs[i].required || has_given(s->inside->inputs, s->inside->ninputs, inputs[i].name))
			continue;
		diag = rb_diag_add(l->diags, RB_E_SCENARIO, s->span, "the input `%.*s` has no value here",
		    RB_STR_ARG(inputs[i].name));
		rb_diag_hint(l->diags, diag,
		    "write `inputs: {%.*s: …}`, here or at the top for all scenarios",
		    RB_STR_ARG(inputs[i].name));
		r = -1;
	}
	return r;
}

/* Names that nothing has, and values that are missing. */
static int
check_names(const struct rb_scenario_load *l, const struct rb_unit *unit, const struct rb_scenario *s)
{
	const struct rb_scenario_inside *in = s->inside;
	int r = check_there(l, s, unit->inputs, unit->ninputs);

	if (s->from != NULL && check_there(l, s, s->from->inputs, s->from->ninputs) != 0)
		r = -1;
	for (size_t i = 0; i < in->ninputs; i++) {
		if (is_for(unit, s->from, in->inputs[i].name))
			continue;
		unknown_input(l, unit, &in->inputs[i]);
		r = -1;
	}
	return r;
}

/* What does not come out in the runbook itself (a default, a value) hangs on what the scenario gives. */
static void
tell_whose(const struct rb_scenario_load *l, const struct rb_scenario *s, size_t from)
{
	for (size_t i = from; i < l->diags->len; i++) {
		struct rb_diag *diag = &l->diags->items[i];

		if (diag->span.src != s->span.src)
			rb_diag_hint(
			    l->diags, diag, "with the inputs of the scenario `%.*s`", RB_STR_ARG(s->name));
	}
}

/* Inputs and values into the frame of the file, then the procedure's own, of which the flow makes its own. */
static int
settle_all(struct rb_settle *settle, const struct rb_unit *unit, const struct rb_scenario *s,
    const struct rb_flow_options *o)
{
	struct rb_frame *trial;
	int r = rb_settle_inputs(settle, unit->inputs, unit->ninputs, o->frame);

	if (r == 0)
		r = rb_settle_values(settle, unit, o->frame);
	if (r != 0 || s->from == NULL)
		return r;
	trial = rb_frame_new(o->alloc, s->from->scope, o->frame);
	settle->offers = o->from_offers;
	settle->noffers = o->nfrom_offers;
	r = rb_settle_inputs(settle, s->from->inputs, s->from->ninputs, trial);
	rb_frame_free(trial);
	return r;
}

int
rb_inputs_settle(const struct rb_scenario_load *l, const struct rb_unit *unit, const struct rb_scenario *s,
    struct rb_flow_options *o,
    void (*settled)(void *ctx, const struct rb_input *input, struct rb_value value, const char *source),
    void *ctx)
{
	const struct rb_scenario_inside *in = s->inside;
	struct rb_offer *file = RB_ARRAY(l->arena, struct rb_offer, in->ninputs),
			*from = RB_ARRAY(l->arena, struct rb_offer, in->ninputs);
	struct rb_settle settle = {.arena = l->arena,
	    .diags = l->diags,
	    .offers = file,
	    .wall = RB_PLAY_WALL,
	    .settled = settled,
	    .ctx = ctx};
	size_t before = l->diags->len;
	int r;

	if (check_names(l, unit, s) != 0)
		return -1;
	for (size_t i = 0; i < in->ninputs; i++) {
		struct rb_offer offer = {in->inputs[i].name, in->inputs[i].value, "set", in->inputs[i].span};

		if (s->from != NULL && has_input(s->from->inputs, s->from->ninputs, offer.name))
			from[o->nfrom_offers++] = offer;
		else
			file[settle.noffers++] = offer;
	}
	o->from_offers = from;
	r = settle_all(&settle, unit, s, o);
	tell_whose(l, s, before);
	return r;
}
