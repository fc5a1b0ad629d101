/* Probes: the looks of done_if, verify and ready. One grammar: a leaf that reads, without edges, people, or
 * an id. */
#include "lang/lower.h"

/* The action of a probe's map; NULL after a diagnostic. */
static const struct rb_pair *
find_action(struct rb_part *p, const struct rb_node *node, const char *name, const struct rb_word **word)
{
	struct rb_load *load = p->lower->load;
	const struct rb_pair *found = NULL;

	for (size_t i = 0; i < node->len; i++) {
		const struct rb_word *w = rb_map_get(&load->words, node->pairs[i].key->text);

		if (w == NULL || (w->kind == NULL && w->action == NULL))
			continue;
		if (found != NULL) {
			rb_diag_add(load->diags, RB_E_ACTION, node->pairs[i].key->span,
			    "`%s` looks at one thing, and these are two: `%.*s` and `%.*s`", name,
			    RB_STR_ARG(found->key->text), RB_STR_ARG(node->pairs[i].key->text));
			return NULL;
		}
		found = &node->pairs[i];
		*word = w;
	}
	if (found == NULL) {
		rb_diag_add(load->diags, RB_E_ACTION, node->span,
		    "`%s` needs an action that looks, such as `look`, `http` or `port`", name);
		return NULL;
	}
	if ((*word)->kind == NULL || ((*word)->kind->traits & RB_KIND_NO_PROBE) != 0) {
		rb_diag_add(load->diags, RB_E_PROBE, found->key->span, "`%s` only looks: it cannot be `%.*s`",
		    name, RB_STR_ARG(found->key->text));
		return NULL;
	}
	return found;
}

/* within, every: only what polls has them. */
static void
lower_polling(
    struct rb_part *p, const struct rb_node *node, const char *name, struct rb_probe *probe, int row)
{
	for (size_t i = 0; rb_probe_keys[i].name != NULL; i++) {
		const struct rb_node *value = rb_node_get(node, rb_probe_keys[i].name);
		struct rb_field *f;

		if (value == NULL)
			continue;
		if (row == RB_STEP_DONE_IF || (row == RB_STEP_READY && i == 0)) {
			rb_diag_add(p->ctx.diags, RB_E_PROBE, value->span,
			    row == RB_STEP_DONE_IF ? "`%s` looks once: `%s` belongs to `verify`"
						   : "`%s` looks until the step's `timeout`, not `%s`",
			    name, rb_probe_keys[i].name);
			continue;
		}
		f = RB_NEW(p->ctx.arena, struct rb_field);
		rb_field_decode(&p->ctx, &rb_probe_keys[i], value, NULL, 0, f);
		rb_lower_field_reads(p, f);
		if (f->node != NULL && i == 0)
			probe->within = f;
		else if (f->node != NULL)
			probe->every = f;
	}
}

/* The step of a probe takes over from its owner how it runs. */
static struct rb_step *
step_of(struct rb_part *p, const struct rb_node *node, const struct rb_pair *action,
    const struct rb_kind *kind, const char *name)
{
	struct rb_step *s = RB_NEW(p->ctx.arena, struct rb_step);

	s->op = RB_OP_LEAF;
	s->kind = kind;
	s->action = kind->name;
	s->unit = p->step->unit;
	s->proc = p->step->proc;
	s->scope = p->step->scope;
	s->parent = p->step;
	s->index = s->last_inside = p->step->index;
	s->id = rb_str_c(name);
	s->probe = true;
	s->span = node->span;
	s->action_span = action->value->span;
	s->max_visits = RB_VISITS_DEFAULT;
	s->keep = true;
	return s;
}

struct rb_probe *
rb_lower_probe(struct rb_part *p, int row)
{
	const struct rb_node *node = p->nodes[row];
	const char *name = rb_step_keys[row].name;
	const struct rb_word *word = NULL;
	const struct rb_pair *action;
	struct rb_inherit outer;
	struct rb_probe *probe;
	struct rb_part q;

	if (node == NULL)
		return NULL;
	if (node->kind != RB_NODE_MAP) {
		rb_diag_add(p->ctx.diags, RB_E_TYPE, node->span,
		    "`%s` takes a look, such as {http: …}, not %s", name, rb_node_form(node));
		return NULL;
	}
	action = find_action(p, node, name, &word);
	if (action == NULL)
		return NULL;
	probe = RB_NEW(p->ctx.arena, struct rb_probe);
	probe->step = step_of(p, node, action, word->kind, name);
	rb_lower_part(&q, p->lower, probe->step, p->seed);
	q.ctx = q.outer = p->ctx;
	q.ctx.self = q.outer.self = NULL;
	q.ctx.step = q.outer.step = NULL;
	rb_lower_keys(&q, node, NULL, word->kind->on, RB_ON_PROBE, rb_probe_keys);
	outer = (struct rb_inherit){p->step->nenv, p->step->env, p->step->nsecrets, p->step->secrets,
	    p->step->cwd, NULL, p->step->shell, p->step->show};
	rb_lower_inherit(&q, &outer);
	probe->step->timeout = rb_lower_field(&q, &q.ctx, RB_STEP_TIMEOUT);
	rb_lower_leaf(&q, action->value);
	lower_polling(&q, node, name, probe, row);
	if (probe->step->effect > RB_READ) {
		rb_diag_add(p->ctx.diags, RB_E_PROBE, action->key->span,
		    "`%s` only looks, and this `%s` changes something", name, probe->step->action);
		return NULL;
	}
	return probe;
}
