/* One step: its keys decoded in the order in which they take effect, its action by what it is. */
#include <stdio.h>
#include <string.h>

#include "lang/lower.h"

/* Decodes a key of the step; false if it is not there or was wrong. */
static bool
decode(struct rb_part *p, const struct rb_expr_ctx *ctx, int row, struct rb_field *f)
{
	if (p->nodes[row] == NULL)
		return false;
	rb_field_decode(ctx, &rb_step_keys[row], p->nodes[row], NULL, 0, f);
	if (f->node == NULL)
		return false;
	rb_lower_field_reads(p, f);
	return true;
}

struct rb_field *
rb_lower_field(struct rb_part *p, const struct rb_expr_ctx *ctx, int row)
{
	struct rb_field f, *kept;

	if (!decode(p, ctx, row, &f))
		return NULL;
	kept = RB_NEW(ctx->arena, struct rb_field);
	*kept = f;
	return kept;
}

/* Of these only what they say is kept. */

static bool
flag(struct rb_part *p, int row, bool dflt)
{
	struct rb_field f;

	return decode(p, &p->ctx, row, &f) ? f.value.b : dflt;
}

/* A number from 1 on. */
static int64_t
count(struct rb_part *p, int row, int64_t dflt)
{
	struct rb_field f;

	if (!decode(p, &p->ctx, row, &f))
		return dflt;
	if (f.value.i < 1)
		rb_diag_add(
		    p->ctx.diags, RB_E_RANGE, f.node->span, "`%s` is at least 1", rb_step_keys[row].name);
	return f.value.i;
}

static struct rb_tmpl *
title(struct rb_part *p, int row)
{
	struct rb_field f;

	return decode(p, &p->ctx, row, &f) ? f.tmpl : NULL;
}

static struct rb_expr *
condition(struct rb_part *p, int row)
{
	struct rb_field f;

	return decode(p, &p->ctx, row, &f) ? f.expr : NULL;
}

void
rb_lower_part(struct rb_part *p, struct rb_lower *l, struct rb_step *s, const struct rb_seed *seed)
{
	const struct rb_step *loop = seed->loop;
	size_t n = 0;

	memset(p, 0, sizeof(*p));
	p->lower = l;
	p->step = s;
	p->seed = seed;
	p->ctx = rb_lower_ctx(l, (struct rb_scope *)(uintptr_t)s->scope);
	for (; loop != NULL && n + 1 < RB_NODE_DEPTH; loop = l->seeds[loop->index].loop)
		p->around[n++] = loop;
	p->ctx.around = p->around;
	p->ctx.step = s;
	p->ctx.naround = n;
	p->outer = p->ctx;
	if (s->loop != NULL) {
		p->around[n] = s;
		p->ctx.naround = n + 1;
	}
}

/* Who writes `on_fail: continue` beside a loop mostly means each item; it takes the loop as a whole. */
static void
warn_loop_stops(struct rb_part *p)
{
	const struct rb_node *edge = p->nodes[RB_STEP_ON_FAIL];
	struct rb_diag *diag;

	if (edge == NULL || edge->kind != RB_NODE_SCALAR || !rb_str_is(edge->text, "continue"))
		return;
	diag = rb_diag_add(p->ctx.diags, RB_W_STYLE, edge->span,
	    "`on_fail: continue` goes on after the loop, which ends with the first item that fails");
	rb_diag_hint(p->ctx.diags, diag,
	    "write stop_on_fail: false in `for_each` to go on with the other items, true if this is meant");
}

/* --- what goes before the action --- */

static void
lower_loop(struct rb_part *p)
{
	enum { IN, AS, WHERE, PARALLEL, STOP_ON_FAIL, ROWS };
	const struct rb_node *node = p->nodes[RB_STEP_FOR_EACH], *over;
	struct rb_loop *loop = p->step->loop;
	struct rb_field *in, f[ROWS];
	const struct rb_type *item = &rb_types[RB_TEXT];

	if (node == NULL || loop == NULL)
		return;
	in = RB_NEW(p->ctx.arena, struct rb_field);
	/* The list first, from outside: from it the item has its type, and it cannot be made of its own
	 * items. */
	over = node->kind == RB_NODE_MAP ? rb_node_get(node, "in") : NULL;
	if (over != NULL)
		rb_field_decode(&p->outer, &rb_for_each_keys[IN], over, NULL, 0, in);
	loop->in = in->expr;
	loop->items = in->node != NULL && in->expr == NULL ? in : NULL;
	if (loop->in != NULL)
		item = rb_expr_type(loop->in)->base == RB_LIST ? rb_type_item(rb_expr_type(loop->in))
							       : &rb_types[RB_ANY];
	if (loop->as != NULL && loop->as->step == p->step)
		loop->as->type = item;
	rb_keys_decode(&p->ctx, node, rb_for_each_keys, f, "`for_each`");
	rb_lower_field_reads(p, in);
	rb_lower_field_reads(p, &f[WHERE]);
	loop->where = f[WHERE].expr;
	loop->stop_on_fail = f[STOP_ON_FAIL].node == NULL || f[STOP_ON_FAIL].value.b;
	if (f[STOP_ON_FAIL].node == NULL)
		warn_loop_stops(p);
	if (f[PARALLEL].node != NULL && f[PARALLEL].value.i != 1)
		rb_key_later(&p->ctx, "for_each.parallel", f[PARALLEL].node->span);
}

static void
lower_confirm(struct rb_part *p)
{
	enum { TEXT, TYPE, BY, ROWS };
	const struct rb_node *node = p->nodes[RB_STEP_CONFIRM];
	struct rb_field f[ROWS];
	struct rb_confirm *c;

	if (node == NULL)
		return;
	if (node->kind == RB_NODE_SCALAR &&
	    (rb_str_is(node->text, "true") || rb_str_is(node->text, "yes") ||
		rb_str_is(node->text, "false") || rb_str_is(node->text, "no"))) {
		rb_diag_add(p->ctx.diags, RB_E_TYPE, node->span,
		    "`confirm` takes the question to ask, not `%.*s`", RB_STR_ARG(node->text));
		return;
	}
	rb_keys_decode(&p->ctx, node, rb_confirm_keys, f, "`confirm`");
	c = RB_NEW(p->ctx.arena, struct rb_confirm);
	*c = (struct rb_confirm){
	    node->span, f[TEXT].tmpl, f[TYPE].tmpl, f[BY].node != NULL ? f[BY].value.s : RB_STR(""), false};
	c->needs_id = c->type != NULL || c->by.n > 0;
	for (size_t i = 0; i < ROWS; i++)
		rb_lower_field_reads(p, &f[i]);
	p->step->confirm = c;
}

/* --- the action of a leaf --- */

/* The names that the environment of a script has for sure: what `env` sets, and what `requires` asks for. */
static struct rb_str *
env_names(struct rb_part *p, size_t *n)
{
	const struct rb_node *requires = rb_lower_top(p->lower, "requires"), *required = NULL;
	const struct rb_step *s = p->step;
	struct rb_str *names;
	size_t more;

	if (requires != NULL && requires->kind == RB_NODE_MAP)
		required = rb_node_get(requires, "env");
	more = required != NULL && required->kind == RB_NODE_LIST ? required->len : 0;
	names = RB_ARRAY(p->ctx.arena, struct rb_str, s->nenv + more);
	for (*n = 0; *n < s->nenv; (*n)++)
		names[*n] = s->env[*n].name;
	for (size_t i = 0; i < more; i++)
		if (required->items[i]->kind == RB_NODE_SCALAR &&
		    rb_scope_find(p->ctx.scope, required->items[i]->text, NULL) == NULL)
			names[(*n)++] = required->items[i]->text;
	return names;
}

static void
lower_args(struct rb_part *p, const struct rb_node *value)
{
	struct rb_step *s = p->step;
	const struct rb_key *keys = s->kind->keys;
	struct rb_expr_ctx ctx = p->ctx;
	size_t n = rb_keys_count(keys), errors = p->ctx.diags->errors, main = rb_key_main(keys), nnames;
	struct rb_str *names;
	char where[RB_WHERE_MAX];

	s->args = RB_ARRAY(ctx.arena, struct rb_field, n);
	for (size_t i = 0; i < n; i++)
		s->args[i].key = &keys[i];
	if (value->kind == RB_NODE_SCALAR && value->empty_plain) {
		rb_diag_add(ctx.diags, RB_E_TYPE, value->span, "`%s` has no value", s->action);
		return;
	}
	if (keys[main].name != NULL && keys[main].type == RB_K_SCRIPT && value->kind != RB_NODE_MAP) {
		names = env_names(p, &nnames);
		rb_field_decode(&ctx, &keys[main], value, names, nnames, &s->args[main]);
	} else {
		snprintf(where, sizeof(where), "`%s`", s->action);
		rb_keys_decode(&ctx, value, keys, s->args, where);
	}
	for (size_t i = 0; i < n; i++)
		rb_lower_field_reads(p, &s->args[i]);
	if (errors == p->ctx.diags->errors && s->kind->check != NULL)
		s->kind->check(&p->ctx, s);
}

/* What is done in a drill must leave the host as it was, whatever the file says. */
static bool
check_acts(struct rb_part *p, const struct rb_node *node, enum rb_effect own, enum rb_effect e)
{
	const struct rb_step *s = p->step;
	bool stays = (s->kind->traits & RB_KIND_STAYS) != 0,
	     writes = p->nodes[RB_STEP_LOG] != NULL || p->nodes[RB_STEP_PIDFILE] != NULL;
	struct rb_diag *d;

	if (e > RB_READ || own == RB_READ || (s->kind->traits & RB_KIND_ACTS) == 0 ||
	    (stays && !s->keep && !writes))
		return true;
	d = rb_diag_add(p->ctx.diags, RB_E_CONFLICT, node->span,
	    "`%s` that %s changes something, whatever the reason", s->action,
	    !stays    ? "stops a process"
	    : s->keep ? "leaves a program behind"
		      : "writes a `log` or `pidfile`");
	if (stays)
		rb_diag_hint(p->ctx.diags, d,
		    s->keep ? "with `keep: false` the program ends with the run"
			    : "without `log` and `pidfile` its output is in the folder of the run");
	return false;
}

/* `effect: danger`, or with the reason, without which a change is not taken for a read. */
static void
lower_effect(struct rb_part *p)
{
	const struct rb_node *node = p->nodes[RB_STEP_EFFECT];
	struct rb_step *s = p->step;
	struct rb_field f[3];
	enum rb_effect e = RB_READ, own;
	bool found = false;

	own = s->kind->effect_of != NULL && s->args != NULL ? s->kind->effect_of(s) : s->kind->effect;
	s->effect = own;
	if (node == NULL)
		return;
	if (node->kind == RB_NODE_MAP) {
		rb_keys_decode(&p->ctx, node, rb_effect_keys, f, "`effect`");
		for (int i = RB_READ; i <= RB_DANGER; i++) {
			if (f[i].node != NULL) {
				found = node->len == 1;
				e = (enum rb_effect)i;
				s->effect_why = f[i].value.s;
			}
		}
	} else if (node->kind == RB_NODE_SCALAR) {
		for (int i = RB_READ; i <= RB_DANGER; i++) {
			if (rb_str_is(node->text, rb_effect_words[i])) {
				found = true;
				e = (enum rb_effect)i;
			}
		}
	}
	if (!found) {
		rb_diag_add(
		    p->ctx.diags, RB_E_TYPE, node->span, "`effect` takes %s", rb_key_type_name(RB_K_EFFECT));
		return;
	}
	if (e < own && s->effect_why.n == 0) {
		struct rb_diag *diag = rb_diag_add(p->ctx.diags, RB_E_UNSAFE, node->span,
		    "`%s` changes something: that this one only reads needs a reason", s->action);

		rb_diag_hint(p->ctx.diags, diag, "write effect: {read: why it only reads}");
		return;
	}
	if (!check_acts(p, node, own, e))
		return;
	if (s->kind->effect == RB_READ && s->kind->effect_of == NULL && e > RB_READ) {
		struct rb_diag *diag =
		    rb_diag_add(p->ctx.diags, RB_E_CONFLICT, node->span, "`%s` only reads", s->action);

		if ((s->kind->traits & RB_KIND_OUTPUT) != 0)
			rb_diag_hint(p->ctx.diags, diag, "a command that changes something is a `run`");
		return;
	}
	s->effect = e;
}

static void
lower_stop_on(struct rb_part *p)
{
	enum { PATTERN, OPERATOR, AFTER, ROWS };
	const struct rb_node *node = p->nodes[RB_STEP_STOP_ON];
	struct rb_field *f;
	struct rb_stop_on *stop;

	if (node == NULL)
		return;
	f = RB_ARRAY(p->ctx.arena, struct rb_field, ROWS);
	rb_keys_decode(&p->ctx, node, rb_stop_on_keys, f, "`stop_on`");
	stop = RB_NEW(p->ctx.arena, struct rb_stop_on);
	*stop = (struct rb_stop_on){node->span, f[PATTERN].pattern, f[PATTERN].tmpl,
	    f[OPERATOR].node != NULL && f[OPERATOR].value.b, f[AFTER].node != NULL ? &f[AFTER] : NULL};
	for (size_t i = 0; i < ROWS; i++)
		rb_lower_field_reads(p, &f[i]);
	if (node->kind == RB_NODE_MAP && rb_node_get(node, "pattern") == NULL &&
	    rb_node_get(node, "after") == NULL && !stop->operator_)
		rb_diag_add(p->ctx.diags, RB_E_MISSING, node->span,
		    "`stop_on` needs a `pattern`, `after`, or `operator: true`");
	p->step->stop_on = stop;
}

static void
lower_retry(struct rb_part *p)
{
	enum { TIMES, EVERY, BACKOFF, FOR, IF, UNSAFE, ROWS };
	const struct rb_node *node = p->nodes[RB_STEP_RETRY];
	struct rb_expr_ctx ctx = p->ctx;
	struct rb_retry *r;
	struct rb_field *f;

	if (node == NULL)
		return;
	ctx.self = p->self;
	f = RB_ARRAY(ctx.arena, struct rb_field, ROWS);
	rb_keys_decode(&ctx, node, rb_retry_keys, f, "`retry`");
	r = RB_NEW(ctx.arena, struct rb_retry);
	r->span = node->span;
	r->times = f[TIMES].node != NULL ? f[TIMES].value.i : 0;
	r->every = f[EVERY].node != NULL ? &f[EVERY] : NULL;
	r->within = f[FOR].node != NULL ? &f[FOR] : NULL;
	r->backoff = f[BACKOFF].node != NULL ? f[BACKOFF].value.d : 1;
	r->cond = f[IF].expr;
	r->unsafe = f[UNSAFE].node != NULL && f[UNSAFE].value.b;
	for (size_t i = 0; i < ROWS; i++)
		rb_lower_field_reads(p, &f[i]);
	if (f[TIMES].node != NULL && r->times < 1)
		rb_diag_add(ctx.diags, RB_E_RANGE, f[TIMES].node->span,
		    "`times` counts the first attempt too: it is at least 1");
	if (f[BACKOFF].node != NULL &&
	    !(f[BACKOFF].value.kind == RB_V_NUMBER && r->backoff >= 1 && r->backoff <= 100))
		rb_diag_add(
		    ctx.diags, RB_E_RANGE, f[BACKOFF].node->span, "`backoff` is a constant from 1 to 100");
	if (node->kind == RB_NODE_MAP && rb_node_get(node, "times") == NULL &&
	    rb_node_get(node, "for") == NULL)
		rb_diag_add(ctx.diags, RB_E_MISSING, node->span, "`retry` needs an end: `times` or `for`");
	p->step->retry = r;
}

/* A step on the terminal has no output that could be read. */
static void
check_interactive(struct rb_part *p)
{
	static const int rows[] = {
	    RB_STEP_MATCH, RB_STEP_CAPTURE, RB_STEP_STDIN, RB_STEP_STOP_ON, RB_STEP_LOG};

	if (!p->step->interactive)
		return;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (p->nodes[rows[i]] != NULL)
			rb_diag_add(p->ctx.diags, RB_E_CONFLICT, p->nodes[rows[i]]->span,
			    "an interactive step has the terminal for itself: `%s` cannot stand beside it",
			    rb_step_keys[rows[i]].name);
}

void
rb_lower_leaf(struct rb_part *p, const struct rb_node *value)
{
	struct rb_step *s = p->step;

	lower_args(p, value);
	s->keep = flag(p, RB_STEP_KEEP, true);
	lower_effect(p);
	s->stdin_ = rb_lower_field(p, &p->ctx, RB_STEP_STDIN);
	s->log = rb_lower_field(p, &p->ctx, RB_STEP_LOG);
	s->pidfile = rb_lower_field(p, &p->ctx, RB_STEP_PIDFILE);
	s->interactive = flag(p, RB_STEP_INTERACTIVE, false);
	check_interactive(p);
	rb_lower_facts(p);
	lower_stop_on(p);
	rb_lower_expect(p);
	s->ready = rb_lower_probe(p, RB_STEP_READY);
	if ((s->kind->traits & RB_KIND_STAYS) != 0 && p->nodes[RB_STEP_READY] == NULL) {
		struct rb_diag *diag = rb_diag_add(p->ctx.diags, RB_W_STYLE, s->action_span,
		    "nothing says when this is up: it counts as started if it is still there after a moment");

		rb_diag_hint(p->ctx.diags, diag, "add `ready: {http: …}` or `ready: {port: …}`");
	}
}

/* --- the whole of a step --- */

static void
lower_action(struct rb_part *p, const struct rb_node *value)
{
	switch (p->step->op) {
	case RB_OP_LEAF:
		rb_lower_leaf(p, value);
		if (p->step->narms > 0)
			rb_lower_choices(p, value);
		break;
	case RB_OP_BRANCH:
		rb_lower_branch(p, value);
		break;
	case RB_OP_CHECKS:
		p->step->max_parallel = count(p, RB_STEP_MAX, 0);
		break;
	case RB_OP_CALL:
		rb_lower_call(p);
		break;
	case RB_OP_SET:
		rb_lower_set(p, value);
		break;
	case RB_OP_EDGE:
		rb_lower_edge_item(p);
		break;
	case RB_OP_BLOCK:
		break;
	}
	/* Of a call that failed nothing is known: that its facts are missing would be a second message. */
	if (p->step->op != RB_OP_LEAF && p->step->facts == NULL)
		p->step->facts =
		    p->step->op == RB_OP_CALL ? &rb_types[RB_ANY] : rb_lower_kind_facts(p->lower->load, NULL);
	p->self = p->self != NULL ? p->self : p->step->facts;
}

static void
lower_timeout(struct rb_part *p, const struct rb_inherit *outer)
{
	struct rb_step *s = p->step;
	struct rb_field *f = rb_lower_field(p, &p->ctx, RB_STEP_TIMEOUT);

	if (f != NULL && f->value.kind == RB_V_DURATION && f->value.i == 0)
		rb_diag_add(p->ctx.diags, RB_E_RANGE, f->node->span,
		    "a time limit of 0 would end the step before it began");
	s->timeout = f;
	if (f == NULL && p->nodes[RB_STEP_TIMEOUT] == NULL && s->op == RB_OP_LEAF &&
	    s->kind->timeout != RB_NEVER)
		s->timeout = outer->timeout;
}

static void
check_probe(struct rb_part *p)
{
	struct rb_step *s = p->step;

	if (s->probe && s->op == RB_OP_LEAF && s->effect > RB_READ)
		rb_diag_add(p->ctx.diags, RB_E_PROBE, p->seed->action->key->span,
		    "an item of `checks` only looks, and this `%s` changes something", s->action);
}

static void
lower_step(struct rb_lower *l, struct rb_step *s, const struct rb_inherit *outer)
{
	struct rb_seed *seed = &l->seeds[s->index];
	const struct rb_inherit *inside;
	struct rb_part p;

	seed->inherit = outer;
	rb_lower_part(&p, l, s, seed);
	if (seed->node->kind != RB_NODE_MAP) {
		if (s->action[0] != '\0')
			rb_lower_edge_item(&p);
		return;
	}
	if (seed->action == NULL) {
		rb_lower_keys(&p, seed->node, seed->words, ~0u, 0, NULL);
		return;
	}
	rb_lower_keys(&p, seed->node, seed->words,
	    s->kind != NULL ? s->kind->on : seed->words[seed->action - seed->node->pairs]->action->on,
	    s->probe ? RB_ON_CHECK : 0, NULL);
	lower_loop(&p);
	s->if_ = condition(&p, RB_STEP_IF);
	inside = rb_lower_inherit(&p, outer);
	if (s->op == RB_OP_BRANCH || s->op == RB_OP_CHECKS || s->op == RB_OP_BLOCK)
		seed->inherit = inside;
	s->title = title(&p, RB_STEP_TITLE);
	s->note = title(&p, RB_STEP_NOTE);
	s->done_if = rb_lower_probe(&p, RB_STEP_DONE_IF);
	lower_confirm(&p);
	lower_timeout(&p, outer);
	lower_action(&p, seed->action->value);
	lower_retry(&p);
	s->verify = rb_lower_probe(&p, RB_STEP_VERIFY);
	s->optional = flag(&p, RB_STEP_OPTIONAL, false);
	s->max_visits = count(&p, RB_STEP_MAX_VISITS, RB_VISITS_DEFAULT);
	check_probe(&p);
	/* Edges are taken by the step as a whole, not by its items. */
	p.ctx.naround = p.outer.naround;
	if (p.nodes[RB_STEP_ON_PASS] != NULL && s->on_pass.kind != RB_EDGE_STEPS)
		rb_lower_edge(&p, p.nodes[RB_STEP_ON_PASS], &s->on_pass);
	if (p.nodes[RB_STEP_ON_FAIL] != NULL && s->on_fail.kind != RB_EDGE_STEPS)
		rb_lower_edge(&p, p.nodes[RB_STEP_ON_FAIL], &s->on_fail);
	if (p.nodes[RB_STEP_ON_TIMEOUT] != NULL && s->on_timeout.kind != RB_EDGE_STEPS)
		rb_lower_edge(&p, p.nodes[RB_STEP_ON_TIMEOUT], &s->on_timeout);
	if (s->decl != NULL && s->decl->step == s)
		s->decl->type = s->loop != NULL ? rb_lower_loop_facts(l->load) : s->facts;
}

void
rb_lower_steps(struct rb_lower *l, unsigned from, unsigned to, const struct rb_inherit *base)
{
	for (unsigned i = from; i < to; i++) {
		struct rb_step *s = l->unit->steps_in_order[i];

		lower_step(l, s, s->parent != NULL ? l->seeds[s->parent->index].inherit : base);
	}
}
