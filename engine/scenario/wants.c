/* `expect`, as written: checked against the runbook, its expressions and patterns compiled. */
#include "scenario/state.h"

#include <string.h>

struct rb_str
rb_outcome_word(struct rb_arena *arena, enum rb_outcome o)
{
	struct rb_str s = rb_arena_str(arena, rb_str_c(rb_outcome_rows[o].name));

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == ' ')
			((char *)(uintptr_t)s.p)[i] = '_';
	}
	return s;
}

static int
no_map(const struct rb_scenario_load *l, const char *key, const struct rb_node *node, const char *of)
{
	rb_diag_add(
	    l->diags, RB_E_TYPE, node->span, "`%s` is a mapping of %s, not %s", key, of, rb_node_form(node));
	return -1;
}

/* ---- lists of steps ---- */

static void
read_steps(const struct rb_scenario_load *l, const struct rb_field *f, struct rb_want_steps *out)
{
	const struct rb_node *node = f->node;
	size_t n;

	if (node == NULL)
		return;
	out->given = true;
	out->span = node->span;
	if (node->kind == RB_NODE_MAP) {
		rb_diag_add(l->diags, RB_E_TYPE, node->span, "`%s` is a list of steps, not %s", f->key->name,
		    rb_node_form(node));
		return;
	}
	n = node->kind == RB_NODE_LIST ? node->len : 1;
	out->items = RB_ARRAY(l->arena, struct rb_named, n);
	for (size_t i = 0; i < n; i++) {
		struct rb_named *item = &out->items[out->n];

		if (rb_named_find(l, node->kind == RB_NODE_LIST ? node->items[i] : node, item) < 0)
			continue;
		if (item->purpose == RB_FOR_ACTION)
			out->n++;
		else
			rb_diag_add(l->diags, RB_E_SCENARIO, item->span,
			    "`%.*s` looks for a step, and is none: name the step", RB_STR_ARG(item->key));
	}
}

/* ---- statuses ---- */

static int
read_outcome(const struct rb_scenario_load *l, const struct rb_node *node, enum rb_outcome *out)
{
	struct rb_str names[RB_OUTCOMES];
	struct rb_diag *diag;

	for (int o = 0; o < RB_NOT_DONE; o++) {
		names[o] = rb_outcome_word(l->arena, (enum rb_outcome)o);
		if (node->kind == RB_NODE_SCALAR && rb_str_eq(node->text, names[o])) {
			*out = (enum rb_outcome)o;
			return 0;
		}
	}
	diag = rb_diag_add(l->diags, RB_E_SCENARIO, node->span,
	    "a step is passed, failed, timed_out, errored, skipped, declined, recovered, already_done or "
	    "cancelled, not "
	    "`%.*s`",
	    RB_STR_ARG(node->kind == RB_NODE_SCALAR ? node->text : rb_str_c(rb_node_form(node))));
	if (node->kind == RB_NODE_SCALAR)
		rb_diag_suggest(l->diags, diag, node->text, names, RB_NOT_DONE);
	return -1;
}

static void
read_statuses(const struct rb_scenario_load *l, const struct rb_field *f, struct rb_wants *out)
{
	const struct rb_node *node = f->node;

	if (node == NULL ||
	    (node->kind != RB_NODE_MAP && no_map(l, "statuses", node, "steps to outcomes") < 0))
		return;
	out->statuses = RB_ARRAY(l->arena, struct rb_want_status, node->len);
	for (size_t i = 0; i < node->len; i++) {
		struct rb_want_status *w = &out->statuses[out->nstatuses];
		const struct rb_node *value = node->pairs[i].value;
		bool ok = rb_named_find(l, node->pairs[i].key, &w->at) == 0;

		w->each = value->kind == RB_NODE_LIST;
		w->n = w->each ? value->len : 1;
		w->outcomes = RB_ARRAY(l->arena, enum rb_outcome, w->n);
		for (size_t k = 0; k < w->n; k++)
			ok = read_outcome(l, w->each ? value->items[k] : value, &w->outcomes[k]) == 0 && ok;
		if (ok && w->at.purpose != RB_FOR_ACTION) {
			rb_diag_add(l->diags, RB_E_SCENARIO, w->at.span,
			    "`%.*s` looks for a step, and is none: name the step", RB_STR_ARG(w->at.key));
			ok = false;
		}
		out->nstatuses += ok;
	}
}

/* ---- values ---- */

static void
read_values(const struct rb_scenario_load *l, const struct rb_field *f, struct rb_wants *out)
{
	const struct rb_node *node = f->node;

	if (node == NULL ||
	    (node->kind != RB_NODE_MAP && no_map(l, "values", node, "expressions to values") < 0))
		return;
	out->values = RB_ARRAY(l->arena, struct rb_want_value, node->len);
	for (size_t i = 0; i < node->len; i++) {
		struct rb_want_value *w = &out->values[out->nvalues];
		const struct rb_node *key = node->pairs[i].key;
		const struct rb_expr *e = rb_expr_parse(&l->ctx, key, 0, key->text);

		if (e == NULL)
			continue;
		*w = (struct rb_want_value){
		    .span = node->pairs[i].value->span, .name = rb_arena_str(l->arena, key->text), .expr = e};
		out->nvalues +=
		    rb_scenario_value(l, rb_expr_type(e), w->name.p, node->pairs[i].value, &w->value) == 0;
	}
}

static void
read_outputs(const struct rb_scenario_load *l, const struct rb_procedure *from, const struct rb_field *f,
    struct rb_wants *out)
{
	const struct rb_node *node = f->node;

	if (node == NULL || (node->kind != RB_NODE_MAP && no_map(l, "outputs", node, "names to values") < 0))
		return;
	if (from == NULL) {
		rb_diag_add(l->diags, RB_E_SCENARIO, node->span,
		    "only a procedure has outputs: the scenario starts at none (`from`); facts are expected "
		    "in `values`");
		return;
	}
	out->outputs = RB_ARRAY(l->arena, struct rb_want_value, node->len);
	for (size_t i = 0; i < node->len; i++) {
		struct rb_str *names = RB_ARRAY(l->arena, struct rb_str, from->noutputs);
		struct rb_want_value *w = &out->outputs[out->noutputs];
		const struct rb_node *key = node->pairs[i].key;
		const struct rb_output *o = NULL;

		for (size_t k = 0; k < from->noutputs; k++) {
			names[k] = from->outputs[k].name;
			if (rb_str_eq(names[k], key->text))
				o = &from->outputs[k];
		}
		if (o == NULL) {
			struct rb_diag *diag = rb_diag_add(l->diags, RB_E_SCENARIO, key->span,
			    "`%.*s` has no output `%.*s`", RB_STR_ARG(from->name), RB_STR_ARG(key->text));

			rb_diag_suggest(l->diags, diag, key->text, names, from->noutputs);
			continue;
		}
		*w = (struct rb_want_value){.span = node->pairs[i].value->span,
		    .name = rb_arena_str(l->arena, o->name),
		    .expr = o->value,
		    .as = o->type};
		out->noutputs +=
		    rb_scenario_value(l, o->type != NULL ? &rb_types[o->type->base] : rb_expr_type(o->value),
			w->name.p, node->pairs[i].value, &w->value) == 0;
	}
}

/* ---- requests ---- */

/* Whether a request of the step has such a key; a call has `with` alone. */
static bool
has_key(const struct rb_step *s, struct rb_str name)
{
	static const char *const common[] = {"env", "cwd", "stdin", "log", "pidfile"};

	if (s->op == RB_OP_CALL)
		return rb_str_is(name, "with");
	for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++) {
		if (rb_str_is(name, common[i]))
			return true;
	}
	return rb_key_find(s->kind->keys, name) != NULL;
}

static void
read_request(const struct rb_scenario_load *l, const struct rb_want_request *w, const struct rb_node *node,
    struct rb_wanted *out)
{
	const struct rb_step *s = w->at.step;

	if (node->kind != RB_NODE_MAP) {
		rb_diag_add(l->diags, RB_E_TYPE, node->span,
		    "what `%.*s` would have done is a mapping of its keys, as {%s: …}, not %s",
		    RB_STR_ARG(w->at.key), s->op == RB_OP_CALL ? "with" : s->kind->keys[0].name,
		    rb_node_form(node));
		return;
	}
	for (size_t i = 0; i < node->len; i++) {
		const struct rb_node *key = node->pairs[i].key;
		struct rb_diag *diag;

		if (has_key(s, key->text))
			continue;
		diag = rb_diag_add(l->diags, RB_E_SCENARIO, key->span, "a request of `%s` has no `%.*s`",
		    s->action, RB_STR_ARG(key->text));
		if (s->op == RB_OP_CALL)
			rb_diag_hint(l->diags, diag, "of a call it is `with`");
		else
			rb_diag_hint(l->diags, diag,
			    "it has the keys of `%s`, and env, cwd, stdin, log, pidfile", s->action);
	}
	if (rb_wanted_read(l, "requests", node, out) == 0)
		out->form = RB_WANTED_MAP;
}

static bool
makes_requests(const struct rb_step *s)
{
	return s->op == RB_OP_CALL || (s->op == RB_OP_LEAF && s->kind->mock != NULL);
}

static void
read_requests(const struct rb_scenario_load *l, const struct rb_field *f, struct rb_wants *out)
{
	const struct rb_node *node = f->node;

	if (node == NULL || (node->kind != RB_NODE_MAP &&
				no_map(l, "requests", node, "steps to what they would have done") < 0))
		return;
	out->requests = RB_ARRAY(l->arena, struct rb_want_request, node->len);
	for (size_t i = 0; i < node->len; i++) {
		struct rb_want_request *w = &out->requests[out->nrequests];
		const struct rb_node *value = node->pairs[i].value;

		if (rb_named_find(l, node->pairs[i].key, &w->at) < 0)
			continue;
		if (!makes_requests(w->at.step)) {
			rb_diag_add(l->diags, RB_E_SCENARIO, w->at.span,
			    "`%.*s` makes no request: it is a `%s`", RB_STR_ARG(w->at.key),
			    w->at.step->action);
			continue;
		}
		w->each = value->kind == RB_NODE_LIST;
		w->n = w->each ? value->len : 1;
		w->items = RB_ARRAY(l->arena, struct rb_wanted, w->n);
		for (size_t k = 0; k < w->n; k++)
			read_request(l, w, w->each ? value->items[k] : value, &w->items[k]);
		out->nrequests++;
	}
}

/* ---- what people see ---- */

static void
read_questions(const struct rb_scenario_load *l, const struct rb_field *f, struct rb_wants *out)
{
	const struct rb_node *node = f->node;

	out->questions = RB_ARRAY(l->arena, struct rb_want_question, node->len);
	out->asked.given = true;
	out->asked.span = node->span;
	out->asked.items = RB_ARRAY(l->arena, struct rb_named, node->len);
	for (size_t i = 0; i < node->len; i++) {
		struct rb_want_question *w = &out->questions[out->nquestions];

		if (rb_named_find(l, node->pairs[i].key, &w->at) < 0 ||
		    rb_rule_read(l, "asked", node->pairs[i].value, RB_RULE_CONTAINS, &w->rule) < 0)
			continue;
		out->asked.items[out->asked.n++] = w->at;
		out->nquestions++;
	}
}

static void
read_said(const struct rb_scenario_load *l, const struct rb_field *f, struct rb_wants *out)
{
	const struct rb_node *node = f->node;
	size_t n;

	if (node == NULL)
		return;
	n = node->kind == RB_NODE_LIST ? node->len : 1;
	out->said = RB_ARRAY(l->arena, struct rb_rule, n);
	for (size_t i = 0; i < n; i++)
		out->nsaid += rb_rule_read(l, "said", node->kind == RB_NODE_LIST ? node->items[i] : node,
				  RB_RULE_CONTAINS, &out->said[out->nsaid]) == 0;
}

static void
read_elapsed(const struct rb_scenario_load *l, const struct rb_field *f, struct rb_wants *out)
{
	struct rb_field bounds[RB_ELAPSED_KEYS];
	int64_t exact;

	out->at_least = 0;
	out->at_most = RB_NEVER;
	if (f->node == NULL)
		return;
	if (f->node->kind == RB_NODE_SCALAR) {
		if (rb_clock_parse(f->node->text, &exact) == 0)
			out->at_least = out->at_most = exact;
		else
			rb_diag_add(l->diags, RB_E_TYPE, f->node->span,
			    "`elapsed` is a duration, as 90s or 15m, or {at_least: …, at_most: …}, not "
			    "`%.*s`",
			    RB_STR_ARG(f->node->text));
		return;
	}
	rb_keys_decode(&l->ctx, f->node, rb_scenario_elapsed_keys, bounds, "`elapsed`");
	if (bounds[RB_ELAPSED_AT_LEAST].node != NULL)
		out->at_least = bounds[RB_ELAPSED_AT_LEAST].value.i;
	if (bounds[RB_ELAPSED_AT_MOST].node != NULL)
		out->at_most = bounds[RB_ELAPSED_AT_MOST].value.i;
}

/* What lists nothing is always as expected; of those that are compared as a whole, nothing is a list too. */
static void
check_empty(const struct rb_scenario_load *l, const struct rb_node *node, const struct rb_field *f)
{
	static const int rows[] = {RB_WANT_REACHED, RB_WANT_NOT_REACHED, RB_WANT_STATUSES, RB_WANT_VALUES,
	    RB_WANT_OUTPUTS, RB_WANT_REQUESTS, RB_WANT_ELAPSED};

	if (node->kind == RB_NODE_MAP && node->len == 0)
		rb_diag_add(l->diags, RB_E_EMPTY, node->span, "`expect` is empty: it would always hold");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct rb_node *own = f[rows[i]].node;

		if (own != NULL && own->kind != RB_NODE_SCALAR && own->len == 0)
			rb_diag_add(l->diags, RB_E_EMPTY, own->span, "`%s` is empty: it would always hold",
			    rb_scenario_expect_keys[rows[i]].name);
	}
}

void
rb_wants_read(
    struct rb_scenario_load *l, const struct rb_scenario *s, const struct rb_node *node, struct rb_wants *out)
{
	struct rb_field *f = RB_ARRAY(l->arena, struct rb_field, RB_WANT_KEYS);

	rb_keys_decode(&l->ctx, node, rb_scenario_expect_keys, f, "`expect`");
	check_empty(l, node, f);
	out->fields = f;
	for (int e = 0; f[RB_WANT_OUTCOME].node != NULL && e < RB_ENDINGS; e++) {
		if (rb_str_is(f[RB_WANT_OUTCOME].value.s, rb_ending_words[e]))
			out->ending = (enum rb_ending)e;
	}
	if (f[RB_WANT_REASON].node != NULL)
		rb_rule_read(l, "reason", f[RB_WANT_REASON].node, RB_RULE_CONTAINS, &out->reason);
	read_steps(l, &f[RB_WANT_PATH], &out->path);
	read_steps(l, &f[RB_WANT_REACHED], &out->reached);
	read_steps(l, &f[RB_WANT_NOT_REACHED], &out->not_reached);
	read_steps(l, &f[RB_WANT_CHANGES], &out->changes);
	read_statuses(l, &f[RB_WANT_STATUSES], out);
	read_values(l, &f[RB_WANT_VALUES], out);
	read_outputs(l, s->from, &f[RB_WANT_OUTPUTS], out);
	read_requests(l, &f[RB_WANT_REQUESTS], out);
	if (f[RB_WANT_ASKED].node != NULL && f[RB_WANT_ASKED].node->kind == RB_NODE_MAP)
		read_questions(l, &f[RB_WANT_ASKED], out);
	else
		read_steps(l, &f[RB_WANT_ASKED], &out->asked);
	read_said(l, &f[RB_WANT_SAID], out);
	read_elapsed(l, &f[RB_WANT_ELAPSED], out);
}
