/* `results`: what each step that is started comes to, as written: checked against the facts of its kind, so
 * that a result which no run could have is told before anything is played. */
#include "scenario/state.h"

#include <string.h>

enum { WORDS_MAX = 64 };

static const char by_item_key[] = "by_item";

/* ---- one reply ---- */

static int
bad(const struct rb_scenario_load *l, enum rb_code code, struct rb_span span, const char *text)
{
	rb_diag_add(l->diags, code, span, "%s", text);
	return -1;
}

/* What the judge makes of a result cannot be given. */
static const char *
judged(const struct rb_step *s, struct rb_str name)
{
	for (size_t i = 0; i < s->nmatches; i++) {
		if (rb_str_eq(s->matches[i].name, name))
			return "is what `match` finds in it: give the text that it looks through";
	}
	for (size_t i = 0; i < s->ncaptures; i++) {
		if (rb_str_eq(s->captures[i].name, name))
			return "is captured from it: give what it is made of";
	}
	for (size_t i = 0; rb_step_facts[i].name != NULL; i++) {
		if (rb_str_is(name, rb_step_facts[i].name))
			return "follows from the rest: give what makes it so";
	}
	return NULL;
}

static void
unknown_fact(const struct rb_scenario_load *l, const struct rb_step *s, const struct rb_node *key)
{
	const struct rb_fact_row *facts = s->kind->facts;
	const char *why = judged(s, key->text);
	struct rb_str names[WORDS_MAX];
	struct rb_diag *diag;
	struct rb_buf all;
	size_t n = 0;

	if (why != NULL) {
		rb_diag_add(l->diags, RB_E_SCENARIO, key->span, "a result has no `%.*s`: it %s",
		    RB_STR_ARG(key->text), why);
		return;
	}
	diag = rb_diag_add(l->diags, RB_E_SCENARIO, key->span, "a result of `%s` has no `%.*s`",
	    s->kind->name, RB_STR_ARG(key->text));
	rb_buf_init(&all, l->arena->alloc, RB_LINE_MAX);
	for (size_t i = 0; facts != NULL && facts[i].name != NULL && n < WORDS_MAX; i++)
		names[n++] = rb_str_c(facts[i].name);
	for (size_t i = 0; i < RB_REPLY_KEYS && n < WORDS_MAX; i++) {
		if (i != RB_REPLY_REFUSED || (s->kind->traits & RB_KIND_CONNECTS) != 0)
			names[n++] = rb_str_c(rb_scenario_reply_keys[i].name);
	}
	for (size_t i = 0; i < n; i++)
		rb_buf_fmt(&all, "%s%.*s", i > 0 ? ", " : "", RB_STR_ARG(names[i]));
	rb_diag_suggest(l->diags, diag, key->text, names, rb_diags_near(l->diags, n));
	if (diag->hint.n == 0)
		rb_diag_hint(l->diags, diag, "it has %s", rb_buf_cstr(&all));
	rb_buf_free(&all);
}

static const struct rb_fact_row *
fact_row(const struct rb_kind *kind, struct rb_str name)
{
	for (size_t i = 0; kind->facts != NULL && kind->facts[i].name != NULL; i++) {
		if (rb_str_is(name, kind->facts[i].name))
			return &kind->facts[i];
	}
	return NULL;
}

/* The rows of all replies, decoded. */
static void
take_fields(const struct rb_field *f, struct rb_mock_reply *out)
{
	out->takes_time = f[RB_REPLY_TAKES].node != NULL;
	out->takes = out->takes_time ? f[RB_REPLY_TAKES].value.i : 0;
	out->hangs = f[RB_REPLY_HANGS].node != NULL && f[RB_REPLY_HANGS].value.b;
	out->refused = f[RB_REPLY_REFUSED].node != NULL && f[RB_REPLY_REFUSED].value.b;
	out->repeats = f[RB_REPLY_REPEATS].node != NULL && f[RB_REPLY_REPEATS].value.b;
	out->has_failed = f[RB_REPLY_FAILED].node != NULL;
	out->has_error = f[RB_REPLY_ERROR].node != NULL;
	if (out->has_failed)
		out->failed = f[RB_REPLY_FAILED].value.s;
	if (out->has_error)
		out->error = f[RB_REPLY_ERROR].value.s;
}

/* What cannot be all at once. */
static int
check_reply(
    const struct rb_scenario_load *l, const struct rb_step *s, const struct rb_mock_reply *r, size_t nfacts)
{
	bool ends = r->has_failed || r->has_error || rb_v_get_c(r->facts, "exit").kind != RB_V_UNSET ||
		    rb_v_get_c(r->facts, "signal").kind != RB_V_UNSET;

	if (r->hangs + r->refused + r->has_failed + r->has_error > 1)
		return bad(l, RB_E_CONFLICT, r->span,
		    "it ends in one way: `hangs`, `refused`, `failed` and `error` exclude each other");
	if (r->hangs && (s->kind->traits & RB_KIND_STAYS) != 0)
		return bad(l, RB_E_CONFLICT, r->span,
		    "a program that stays goes on by itself, so that {} is enough: it is its `.ready` that "
		    "can hang");
	if (r->hangs && nfacts > 0 && (s->kind->traits & RB_KIND_CONNECTS) != 0)
		return bad(l, RB_E_CONFLICT, r->span,
		    "what `hangs` has no facts: of an answer that was not waited for nothing is known");
	if (r->hangs && r->takes_time)
		return bad(l, RB_E_CONFLICT, r->span, "what `hangs` has no end, and so takes no time");
	if (r->refused && (s->kind->traits & RB_KIND_CONNECTS) == 0) {
		rb_diag_add(l->diags, RB_E_SCENARIO, r->span,
		    "`%s` makes no connection that could be refused", s->kind->name);
		return -1;
	}
	if (r->has_error && nfacts > 0)
		return bad(
		    l, RB_E_CONFLICT, r->span, "what cannot be started has no facts beside its `error`");
	if ((s->kind->traits & RB_KIND_STAYS) != 0 && s->ready != NULL && r->takes_time && !ends)
		return bad(l, RB_E_CONFLICT, r->span,
		    "a program that stays has no end, and so takes no time: let its `.ready` take it, or "
		    "give it an "
		    "`exit`");
	return 0;
}

static int
read_reply(const struct rb_scenario_load *l, const struct rb_step *s, const struct rb_node *node,
    struct rb_mock_reply *out)
{
	size_t before = l->diags->errors;
	struct rb_field fields[RB_REPLY_KEYS];
	struct rb_vmap *map = RB_NEW(l->arena, struct rb_vmap);

	*out = (struct rb_mock_reply){.span = node->span};
	out->facts = (struct rb_value){.kind = RB_V_MAP, .map = map};
	if (node->kind != RB_NODE_MAP) {
		rb_diag_add(l->diags, RB_E_TYPE, node->span,
		    "a result is a mapping of facts, or {} for one that passes, not %s", rb_node_form(node));
		return -1;
	}
	memset(fields, 0, sizeof(fields));
	map->pairs = RB_ARRAY(l->arena, struct rb_vpair, node->len);
	for (size_t i = 0; i < node->len; i++) {
		const struct rb_node *key = node->pairs[i].key, *value = node->pairs[i].value;
		const struct rb_key *row = rb_key_find(rb_scenario_reply_keys, key->text);
		const struct rb_fact_row *fact = fact_row(s->kind, key->text);

		if (row != NULL) {
			rb_field_decode(&l->ctx, row, value, NULL, 0, &fields[row - rb_scenario_reply_keys]);
		} else if (fact != NULL) {
			map->pairs[map->len].key = rb_str_c(fact->name);
			rb_scenario_value(l, fact->type, fact->name, value, &map->pairs[map->len++].value);
		} else {
			unknown_fact(l, s, key);
		}
	}
	take_fields(fields, out);
	return l->diags->errors == before ? check_reply(l, s, out, map->len) : -1;
}

/* ---- of a whole call ---- */

static int
read_outputs(const struct rb_scenario_load *l, const struct rb_call *call, const struct rb_node *node,
    struct rb_value *out)
{
	struct rb_vpair *pairs;
	size_t before = l->diags->errors;

	if (call->proc == NULL) {
		rb_diag_add(l->diags, RB_E_SCENARIO, node->span,
		    "a runbook has no outputs: {} passes, {failed: …} fails");
		return -1;
	}
	if (node->kind != RB_NODE_MAP) {
		rb_diag_add(l->diags, RB_E_TYPE, node->span,
		    "`outputs` is a mapping of names to values, not %s", rb_node_form(node));
		return -1;
	}
	*out = rb_v_map(l->arena, node->len, &pairs);
	for (size_t i = 0; i < node->len; i++) {
		const struct rb_node *key = node->pairs[i].key;
		struct rb_str *names = RB_ARRAY(l->arena, struct rb_str, call->proc->noutputs);
		const struct rb_output *o = NULL;

		for (size_t k = 0; k < call->proc->noutputs; k++) {
			names[k] = call->proc->outputs[k].name;
			if (rb_str_eq(names[k], key->text))
				o = &call->proc->outputs[k];
		}
		if (o == NULL) {
			struct rb_diag *diag =
			    rb_diag_add(l->diags, RB_E_SCENARIO, key->span, "`%.*s` has no output `%.*s`",
				RB_STR_ARG(call->proc->name), RB_STR_ARG(key->text));

			rb_diag_suggest(l->diags, diag, key->text, names, call->proc->noutputs);
			continue;
		}
		pairs[i].key = o->name;
		rb_scenario_value(l, o->type != NULL ? &rb_types[o->type->base] : rb_expr_type(o->value),
		    rb_arena_str(l->arena, o->name).p, node->pairs[i].value, &pairs[i].value);
	}
	return l->diags->errors == before ? 0 : -1;
}

/* The first step inside of what is called that has such a fact; NULL: none has, or it has no id. */
static const struct rb_step *
inner_with(const struct rb_call *call, struct rb_str name)
{
	const struct rb_unit *unit = call->proc != NULL ? call->proc->unit : call->unit;

	for (size_t i = 0; i < unit->nsteps; i++) {
		const struct rb_step *s = unit->steps_in_order[i];

		if (s->proc == call->proc && s->has_id && s->op == RB_OP_LEAF &&
		    fact_row(s->kind, name) != NULL)
			return s;
	}
	return NULL;
}

static bool
has_output(const struct rb_call *call, struct rb_str name)
{
	for (size_t i = 0; call->proc != NULL && i < call->proc->noutputs; i++) {
		if (rb_str_eq(call->proc->outputs[i].name, name))
			return true;
	}
	return false;
}

/* Who writes `holder: {listening: false}` means what a step inside saw, or an output. True if it was that. */
static bool
check_inside(const struct rb_scenario_load *l, const struct rb_mock_of *m, const struct rb_node *node)
{
	const struct rb_call *call = m->at.step->call;
	bool any = false;

	for (size_t i = 0; node->kind == RB_NODE_MAP && i < node->len; i++) {
		struct rb_str name = node->pairs[i].key->text;
		const struct rb_step *inner = inner_with(call, name);
		bool output = has_output(call, name);
		struct rb_diag *diag;

		if (rb_key_find(rb_scenario_whole_keys, name) != NULL || (inner == NULL && !output))
			continue;
		any = true;
		diag = rb_diag_add(l->diags, RB_E_KEY, node->pairs[i].key->span,
		    "the result of a whole call has no key `%.*s`", RB_STR_ARG(name));
		if (inner != NULL)
			rb_diag_hint(l->diags, diag, "what a step inside of it saw: `%.*s/%.*s: {%.*s: …}`",
			    RB_STR_ARG(m->at.key), RB_STR_ARG(inner->id), RB_STR_ARG(name));
		if (output)
			rb_diag_hint(l->diags, diag, "an output of the whole: `%.*s: {outputs: {%.*s: …}}`",
			    RB_STR_ARG(m->at.key), RB_STR_ARG(name));
	}
	return any;
}

static int
read_whole(const struct rb_scenario_load *l, const struct rb_mock_of *m, const struct rb_node *node,
    struct rb_mock_reply *out)
{
	struct rb_field f[RB_WHOLE_KEYS];
	size_t before = l->diags->errors;

	*out = (struct rb_mock_reply){.span = node->span, .facts = rb_v_unset(RB_STR("outputs"))};
	if (check_inside(l, m, node))
		return -1;
	rb_keys_decode(&l->ctx, node, rb_scenario_whole_keys, f, "the result of a whole call");
	out->has_failed = f[RB_WHOLE_FAILED].node != NULL;
	if (out->has_failed)
		out->failed = f[RB_WHOLE_FAILED].value.s;
	if (f[RB_WHOLE_TAKES].node != NULL)
		out->takes = f[RB_WHOLE_TAKES].value.i;
	if (f[RB_WHOLE_OUTPUTS].node != NULL)
		read_outputs(l, m->at.step->call, f[RB_WHOLE_OUTPUTS].node, &out->facts);
	return l->diags->errors == before ? 0 : -1;
}

/* ---- all of a step ---- */

static int
read_one(const struct rb_scenario_load *l, const struct rb_mock_of *m, const struct rb_node *node,
    struct rb_mock_reply *out)
{
	return m->whole ? read_whole(l, m, node, out) : read_reply(l, m->at.step, node, out);
}

static void
read_replies(const struct rb_scenario_load *l, const struct rb_mock_of *m, const struct rb_node *node,
    struct rb_mock_replies *out, size_t number)
{
	out->each = node->kind == RB_NODE_LIST;
	out->span = node->span;
	out->number = number;
	out->n = out->each ? node->len : 1;
	if (out->n == 0) {
		rb_diag_add(l->diags, RB_E_EMPTY, node->span, "a list of results has at least one");
		return;
	}
	out->items = RB_ARRAY(l->arena, struct rb_mock_reply, out->n);
	for (size_t i = 0; i < out->n; i++) {
		struct rb_mock_reply *r = &out->items[i];

		read_one(l, m, out->each ? node->items[i] : node, r);
		if (r->repeats && i + 1 < out->n)
			bad(l, RB_E_CONFLICT, r->span,
			    "only the last result of a list repeats: those after it would never be used");
		else if (r->repeats && !out->each)
			bad(l, RB_E_CONFLICT, r->span,
			    "a result that stands alone serves every attempt: `repeats` is for the last of a "
			    "list");
	}
}

static void
read_by_item(
    struct rb_scenario_load *l, struct rb_mock_of *m, const struct rb_node *node, struct rb_mocks *out)
{
	m->by_item = true;
	if (node->kind != RB_NODE_MAP || node->len == 0) {
		rb_diag_add(l->diags, RB_E_TYPE, node->span,
		    "`%s` is a mapping of the items' texts to their results, not %s", by_item_key,
		    rb_node_form(node));
		return;
	}
	m->n = node->len;
	m->replies = RB_ARRAY(l->arena, struct rb_mock_replies, m->n);
	for (size_t i = 0; i < m->n; i++) {
		m->replies[i].item = node->pairs[i].key->text;
		read_replies(l, m, node->pairs[i].value, &m->replies[i], out->counters++);
	}
}

/* Whether a step can have a result; a diagnostic says what it has instead. */
static bool
takes_result(const struct rb_scenario_load *l, const struct rb_named *at)
{
	const struct rb_step *s = at->step;
	struct rb_str key = at->key;

	if (s->op == RB_OP_CALL || (s->op == RB_OP_LEAF && s->kind->mock != NULL))
		return true;
	if (s->op == RB_OP_LEAF && (s->kind->traits & RB_KIND_PEOPLE) != 0)
		rb_diag_add(l->diags, RB_E_SCENARIO, at->span,
		    "`%.*s` asks a person: what is answered stands in `answers`", RB_STR_ARG(key));
	else if (s->op == RB_OP_LEAF)
		rb_diag_add(l->diags, RB_E_SCENARIO, at->span,
		    "`%.*s` needs no result: a test performs `%s` like a run", RB_STR_ARG(key), s->action);
	else
		rb_diag_add(l->diags, RB_E_SCENARIO, at->span,
		    "`%.*s` has no result of its own: it is a `%s`, and goes by what stands in it",
		    RB_STR_ARG(key), s->action);
	return false;
}

static void
read_mock(struct rb_scenario_load *l, const struct rb_pair *pair, struct rb_mocks *out)
{
	const struct rb_node *value = pair->value,
			     *items = value->kind == RB_NODE_MAP ? rb_node_get(value, by_item_key) : NULL;
	struct rb_mock_of *m = RB_NEW(l->arena, struct rb_mock_of);

	if (rb_named_find(l, pair->key, &m->at) < 0 || !takes_result(l, &m->at))
		return;
	m->whole = m->at.step->op == RB_OP_CALL;
	if (items != NULL && value->len > 1) {
		rb_diag_add(l->diags, RB_E_CONFLICT, value->span,
		    "`%s` stands alone: each item has a result of its own", by_item_key);
		return;
	}
	if (items != NULL) {
		read_by_item(l, m, items, out);
	} else {
		m->n = 1;
		m->replies = RB_NEW(l->arena, struct rb_mock_replies);
		read_replies(l, m, value, m->replies, out->counters++);
	}
	rb_map_put(&out->by_key, m->at.key, m);
}

void
rb_mocks_read(struct rb_scenario_load *l, const struct rb_node *node, struct rb_mocks *out)
{
	rb_map_init(&out->by_key, l->arena);
	if (node == NULL)
		return;
	if (node->kind != RB_NODE_MAP) {
		rb_diag_add(l->diags, RB_E_TYPE, node->span,
		    "`results` is a mapping of steps to results, not %s", rb_node_form(node));
		return;
	}
	for (size_t i = 0; i < node->len; i++)
		read_mock(l, &node->pairs[i], out);
}
