/* The first pass over a file's steps: which steps there are, in which lists, with which ids, in file order.
 * Nothing is decoded yet, so that whatever is decoded later can name any step of the file. */
#include <string.h>

#include "lang/lower.h"

/* --- the words that can stand in a step's map --- */

static struct rb_word *
word_of(struct rb_load *load, const char *name)
{
	struct rb_word *w = rb_map_get(&load->words, rb_str_c(name));

	if (w == NULL) {
		w = RB_NEW(load->arena, struct rb_word);
		rb_map_put(&load->words, rb_str_c(name), w);
	}
	return w;
}

void
rb_lower_words(struct rb_load *load)
{
	rb_map_init(&load->words, load->arena);
	for (size_t i = 0; rb_step_keys[i].name != NULL; i++)
		word_of(load, rb_step_keys[i].name)->key = &rb_step_keys[i];
	for (size_t i = 0; rb_action_rows[i].name != NULL; i++)
		word_of(load, rb_action_rows[i].name)->action = &rb_action_rows[i];
	for (size_t i = 0; load->program->kinds[i] != NULL; i++)
		word_of(load, load->program->kinds[i]->name)->kind = load->program->kinds[i];
}

static bool
is_action(const struct rb_word *w)
{
	return w != NULL && (w->kind != NULL || w->action != NULL);
}

/* --- what is wrong with a step as a whole --- */

static void
no_action(struct rb_lower *l, const struct rb_node *node)
{
	struct rb_diag *diag =
	    rb_diag_add(l->load->diags, RB_E_ACTION, node->span, "this step has no action");
	const struct rb_node *shell = rb_node_get(node, "shell");
	struct rb_buf names;

	if (shell != NULL && shell->kind == RB_NODE_SCALAR && !rb_str_is(shell->text, "bash") &&
	    !rb_str_is(shell->text, "sh")) {
		rb_diag_hint(l->load->diags, diag,
		    "`shell` chooses the shell; a command is a `look` (it only reads) or a `run` (it changes "
		    "something)");
		return;
	}
	rb_buf_init(&names, l->load->arena->alloc, 1024);
	for (size_t i = 0; l->load->program->kinds[i] != NULL; i++)
		rb_buf_fmt(&names, "%s, ", l->load->program->kinds[i]->name);
	for (size_t i = 0; rb_action_rows[i].name != NULL; i++) {
		if ((rb_action_rows[i].flags & RB_KEY_LATER) == 0)
			rb_buf_fmt(&names, "%s%s", rb_action_rows[i].name,
			    rb_action_rows[i + 1].name != NULL ? ", " : "");
	}
	rb_diag_hint(l->load->diags, diag, "the actions are %.*s",
	    (int)(names.len - (rb_str_ends(rb_buf_view(&names), ", ") ? 2 : 0)), rb_buf_cstr(&names));
	rb_buf_free(&names);
}

static void
two_actions(struct rb_lower *l, const struct rb_pair *first, const struct rb_pair *second, bool edge)
{
	struct rb_diag *diag = rb_diag_add(l->load->diags, RB_E_ACTION, second->key->span,
	    "a step has one action, and this one has two: `%.*s` and `%.*s`", RB_STR_ARG(first->key->text),
	    RB_STR_ARG(second->key->text));

	if (edge)
		rb_diag_hint(l->load->diags, diag,
		    "where to go from a step is said by `on_pass` and `on_fail`: on_pass: %.*s %.*s",
		    RB_STR_ARG(second->key->text), RB_STR_ARG(second->value->text));
	else
		rb_diag_hint(l->load->diags, diag, "make two steps of it, each beginning with `- `");
}

/* The action among the pairs of a step's map; NULL after a diagnostic. */
static const struct rb_pair *
find_action(struct rb_lower *l, const struct rb_node *node, const struct rb_word **words)
{
	const struct rb_pair *found = NULL;
	bool unknown = false;

	for (size_t i = 0; i < node->len; i++) {
		words[i] = rb_map_get(&l->load->words, node->pairs[i].key->text);
		unknown = unknown || words[i] == NULL;
		if (!is_action(words[i]))
			continue;
		if (found != NULL) {
			const struct rb_word *w = words[i];

			two_actions(
			    l, found, &node->pairs[i], w->action != NULL && w->action->type == RB_K_EDGE);
			return NULL;
		}
		found = &node->pairs[i];
	}
	/* An unknown key is probably the action, mistyped; it gets a message of its own. */
	if (found == NULL && !unknown)
		no_action(l, node);
	return found;
}

/* --- making steps --- */

static bool
make_room(struct rb_lower *l)
{
	const struct rb_alloc *alloc = l->load->arena->alloc;
	struct rb_unit *u = l->unit;
	size_t cap = l->cap_steps;

	if (u->nsteps >= RB_STEPS_MAX)
		return false;
	u->steps_in_order =
	    rb_alloc_grow(alloc, u->steps_in_order, sizeof(struct rb_step *), u->nsteps, &cap);
	l->seeds = rb_alloc_grow(alloc, l->seeds, sizeof(*l->seeds), u->nsteps, &l->cap_steps);
	return true;
}

void
rb_lower_settle(struct rb_lower *l)
{
	const struct rb_alloc *alloc = l->load->arena->alloc;
	struct rb_step **grown = l->unit->steps_in_order;
	size_t n = l->unit->nsteps;

	l->unit->steps_in_order = RB_ARRAY(l->load->arena, struct rb_step *, n);
	if (n > 0)
		memcpy(l->unit->steps_in_order, grown, n * sizeof(struct rb_step *));
	rb_alloc_free(alloc, grown);
	rb_alloc_free(alloc, l->seeds);
	rb_arena_free(&l->scratch);
}

static struct rb_step *
new_step(struct rb_lower *l, const struct rb_node *node, struct rb_list *list, size_t at,
    const struct rb_spot *spot)
{
	struct rb_unit *u = l->unit;
	struct rb_step *s;

	if (!make_room(l)) {
		rb_diag_add(
		    l->load->diags, RB_E_LIMIT, node->span, "a file has at most %d steps", RB_STEPS_MAX);
		return NULL;
	}
	s = RB_NEW(l->load->arena, struct rb_step);
	s->unit = u;
	s->proc = spot->proc;
	s->scope = spot->scope;
	s->list = list;
	s->at = at;
	s->parent = spot->parent;
	s->probe = spot->checks;
	s->index = s->last_inside = (unsigned)u->nsteps;
	s->span = node->span;
	s->action_span = node->span;
	s->max_visits = RB_VISITS_DEFAULT;
	s->keep = true;
	l->seeds[u->nsteps] = (struct rb_seed){.node = node, .place = spot->place, .loop = spot->loop};
	u->steps_in_order[u->nsteps++] = s;
	return s;
}

/* "step_3": most steps of many files have no id, so this is not left to printf. */
static struct rb_str
numbered(const struct rb_lower *l, const char *prefix, const struct rb_step *s)
{
	char text[32], *p = text + sizeof(text);
	size_t n = strlen(prefix);

	for (unsigned number = s->index + 1; number > 0; number /= 10)
		*--p = (char)('0' + number % 10);
	p -= n;
	memcpy(p, prefix, n);
	return rb_arena_str(l->load->arena, (struct rb_str){p, (size_t)(text + sizeof(text) - p)});
}

static void
declare(struct rb_lower *l, struct rb_step *s, const struct rb_spot *spot, const struct rb_node *id)
{
	struct rb_diags *diags = l->load->diags;
	struct rb_decl *d;
	bool named = id != NULL && id->kind == RB_NODE_SCALAR && id->text.n > 0 && s->op != RB_OP_EDGE;
	const char *why;

	if (!named)
		s->id = numbered(l, "step_", s);
	if (s->op == RB_OP_EDGE)
		return;
	if (named) {
		why = rb_name_refused(id->text, false);
		if (why != NULL)
			rb_diag_add(diags, RB_E_NAME, id->span, "`%.*s` cannot be the id of a step: %s",
			    RB_STR_ARG(id->text), why);
		/* Declared all the same: that nobody finds it would be a second message for one mistake. */
		d = rb_scope_declare(
		    spot->scope, l->load->arena, RB_DECL_STEP, id->text, NULL, id->span, diags);
		s->id = id->text;
		s->has_id = true;
	} else {
		/* A slot needs a name of its own, which no expression can spell. */
		d = rb_scope_declare(
		    spot->scope, l->load->arena, RB_DECL_STEP, numbered(l, "#", s), NULL, s->span, diags);
	}
	s->decl = d;
	if (d->step != NULL || d->kind != RB_DECL_STEP)
		return; /* taken by another, which was told */
	d->step = s;
	d->within = spot->loop;
	d->from_setup = (spot->place & RB_IN_SETUP) != 0;
}

static void
declare_loop(struct rb_lower *l, struct rb_step *s, const struct rb_spot *spot, const struct rb_node *loop)
{
	const struct rb_node *as = loop->kind == RB_NODE_MAP ? rb_node_get(loop, "as") : NULL;

	s->loop = RB_NEW(l->load->arena, struct rb_loop);
	s->loop->span = loop->span;
	s->loop->stop_on_fail = true;
	if (as == NULL || as->kind != RB_NODE_SCALAR || as->text.n == 0)
		return;
	s->loop->as = rb_scope_declare(
	    spot->scope, l->load->arena, RB_DECL_LOOP, as->text, &rb_types[RB_ANY], as->span, l->load->diags);
	if (s->loop->as->kind != RB_DECL_LOOP || s->loop->as->step != NULL)
		return;
	s->loop->as->step = s;
	s->loop->as->within = spot->loop;
}

/* --- what stands inside of a step --- */

static void
shape_arms(struct rb_lower *l, struct rb_step *s, const struct rb_node *node, struct rb_spot inner)
{
	if (node->kind != RB_NODE_LIST)
		return; /* lower_step.c says so */
	s->narms = node->len;
	s->arms = RB_ARRAY(l->load->arena, struct rb_arm, s->narms);
	for (size_t i = 0; i < node->len; i++) {
		const struct rb_node *arm = node->items[i];

		s->arms[i].span = arm->span;
		for (size_t k = 0; arm->kind == RB_NODE_MAP && k < arm->len; k++) {
			const struct rb_pair *p = &arm->pairs[k];

			if (p->value->kind == RB_NODE_LIST &&
			    (rb_str_is(p->key->text, "then") || rb_str_is(p->key->text, "else")))
				s->arms[i].steps = rb_lower_list(l,
				    rb_str_is(p->key->text, "then") ? "then" : "else", p->value, inner, true);
		}
	}
}

/* The choices of an `ask`: one arm each, if any of them leads somewhere. */
static void
shape_choices(struct rb_lower *l, struct rb_step *s, const struct rb_node *value, struct rb_spot inner)
{
	const struct rb_node *list = NULL;
	bool any = false;

	for (size_t i = 0; value->kind == RB_NODE_MAP && s->kind->keys[i].name != NULL; i++)
		if (s->kind->keys[i].type == RB_K_CHOICES)
			list = rb_node_get(value, s->kind->keys[i].name);
	if (list == NULL || list->kind != RB_NODE_LIST)
		return;
	for (size_t i = 0; i < list->len; i++)
		any = any ||
		      (list->items[i]->kind == RB_NODE_MAP && rb_node_get(list->items[i], "then") != NULL);
	if (!any)
		return;
	s->narms = list->len;
	s->arms = RB_ARRAY(l->load->arena, struct rb_arm, s->narms);
	for (size_t i = 0; i < list->len; i++) {
		const struct rb_node *then =
		    list->items[i]->kind == RB_NODE_MAP ? rb_node_get(list->items[i], "then") : NULL;

		s->arms[i].span = list->items[i]->span;
		if (then != NULL && then->kind == RB_NODE_LIST)
			s->arms[i].steps = rb_lower_list(l, "then", then, inner, true);
	}
}

static void
shape_action(struct rb_lower *l, struct rb_step *s, const struct rb_word *w, const struct rb_node *value,
    struct rb_spot inner)
{
	if (w->kind != NULL) {
		if ((w->kind->traits & RB_KIND_PEOPLE) != 0)
			shape_choices(l, s, value, inner);
		return;
	}
	if (s->op == RB_OP_BRANCH) {
		shape_arms(l, s, value, inner);
	} else if (s->op == RB_OP_BLOCK || s->op == RB_OP_CHECKS) {
		inner.checks = s->op == RB_OP_CHECKS;
		s->body = rb_lower_list(l, s->action, value, inner, s->loop != NULL || inner.checks);
	}
}

static struct rb_edge *
edge_of(struct rb_step *s, const struct rb_key *key)
{
	switch (key - rb_step_keys) {
	case RB_STEP_ON_PASS:
		return &s->on_pass;
	case RB_STEP_ON_FAIL:
		return &s->on_fail;
	case RB_STEP_ON_TIMEOUT:
		return &s->on_timeout;
	default:
		return NULL;
	}
}

/* In the order of the file, which is that of the indexes. */
static void
shape_inside(struct rb_lower *l, struct rb_step *s, const struct rb_seed *seed, const struct rb_spot *spot)
{
	struct rb_spot inner = *spot, after = *spot;
	const struct rb_node *node = seed->node;
	const struct rb_word **words = (const struct rb_word **)(uintptr_t)seed->words;
	const struct rb_pair *action = seed->action;

	inner.parent = after.parent = s;
	inner.checks = after.checks = false;
	if (s->loop != NULL)
		inner.loop = s;
	for (size_t i = 0; i < node->len; i++) {
		const struct rb_pair *p = &node->pairs[i];
		const struct rb_key *key = words[i] != NULL ? words[i]->key : NULL;

		if (p == action && words[i] != NULL) {
			shape_action(l, s, words[i], p->value, inner);
		} else if (key == &rb_step_keys[RB_STEP_FINALLY] && s->op == RB_OP_BLOCK) {
			struct rb_spot closing = inner;

			closing.place |= RB_IN_FINALLY;
			s->finally = rb_lower_list(l, "finally", p->value, closing, true);
		} else if (key != NULL && key->type == RB_K_EDGE && p->value->kind == RB_NODE_LIST &&
			   !s->probe && s->op != RB_OP_EDGE) {
			struct rb_edge *edge = edge_of(s, key);

			edge->steps = rb_lower_list(l, key->name, p->value, after, true);
			edge->kind = RB_EDGE_STEPS;
			edge->span = p->value->span;
		}
	}
	s->last_inside = (unsigned)l->unit->nsteps - 1;
}

static const struct {
	const char *name;
	enum rb_op op;
} ops[] = {{"set", RB_OP_SET}, {"branch", RB_OP_BRANCH}, {"checks", RB_OP_CHECKS}, {"block", RB_OP_BLOCK},
    {"call", RB_OP_CALL}, {"use", RB_OP_CALL}, {"runbook", RB_OP_CALL}, {"goto", RB_OP_EDGE},
    {"end", RB_OP_EDGE}, {"done", RB_OP_EDGE}, {"fail", RB_OP_EDGE}};

static void
take_action(struct rb_step *s, const struct rb_word *w, const struct rb_pair *p)
{
	s->action_span = p->value->span;
	s->kind = w->kind;
	s->action = w->kind != NULL ? w->kind->name : w->action->name;
	s->op = RB_OP_LEAF;
	for (size_t i = 0; w->kind == NULL && i < sizeof(ops) / sizeof(*ops); i++)
		if (strcmp(ops[i].name, s->action) == 0)
			s->op = ops[i].op;
}

/* What is to be a probe must be a leaf; whether it only reads is known later. */
static bool
fits_checks(struct rb_lower *l, const struct rb_step *s, const struct rb_node *key)
{
	if (s->op == RB_OP_LEAF && (s->kind->traits & RB_KIND_NO_PROBE) == 0)
		return true;
	rb_diag_add(l->load->diags, RB_E_PROBE, key->span,
	    "an item of `checks` only looks: it cannot be `%s`", s->action);
	return false;
}

static void
shape_map(struct rb_lower *l, struct rb_step *s, const struct rb_node *node, const struct rb_spot *spot)
{
	struct rb_seed *seed = &l->seeds[s->index];
	const struct rb_word **words = RB_ARRAY(&l->scratch, const struct rb_word *, node->len);
	const struct rb_word *w;
	const struct rb_node *loop = NULL, *id = NULL;

	seed->words = words;
	seed->action = find_action(l, node, words);
	for (size_t i = 0; i < node->len; i++) {
		if (words[i] != NULL && words[i]->key == &rb_step_keys[RB_STEP_FOR_EACH])
			loop = node->pairs[i].value;
		else if (words[i] != NULL && words[i]->key == &rb_step_keys[RB_STEP_ID])
			id = node->pairs[i].value;
	}
	if (seed->action != NULL) {
		w = words[seed->action - node->pairs];
		take_action(s, w, seed->action);
		if (w->action != NULL && (w->action->flags & RB_KEY_LATER) != 0) {
			rb_key_later(&(struct rb_expr_ctx){.diags = l->load->diags}, w->action->name,
			    seed->action->key->span);
			seed->action = NULL;
		} else if (spot->checks && !fits_checks(l, s, seed->action->key)) {
			seed->action = NULL;
		}
	}
	if (seed->action == NULL)
		s->action = "";
	declare(l, s, spot, id);
	if (loop != NULL && s->op != RB_OP_EDGE)
		declare_loop(l, s, spot, loop);
	if (s->decl != NULL && s->decl->step == s)
		s->decl->type = rb_lower_guess(l->load, s, seed);
	if (seed->action != NULL) {
		struct rb_seed copy = *seed; /* the array moves as it grows */

		shape_inside(l, s, &copy, spot);
	}
}

/* `- done`, `- goto verify`: an edge without a map. */
static void
shape_scalar(struct rb_lower *l, struct rb_step *s, const struct rb_node *node, const struct rb_spot *spot)
{
	static const char *const names[] = {"done", "goto", "end", "fail", "continue"};
	size_t end = rb_str_find(node->text, RB_STR(" "), 0);
	struct rb_str first = rb_str_cut(node->text, 0, end);

	s->action = "";
	s->op = RB_OP_EDGE;
	s->id = numbered(l, "step_", s);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (rb_str_is(first, names[i]))
			s->action = names[i];
	if (spot->checks) {
		rb_diag_add(
		    l->load->diags, RB_E_PROBE, node->span, "an item of `checks` is a step that only looks");
		s->action = "";
	} else if (s->action[0] == '\0') {
		rb_diag_add(l->load->diags, RB_E_ACTION, node->span,
		    "a step is a mapping with an action, such as `- run: make`, not %s",
		    node->empty_plain ? "nothing" : "a text");
	}
}

struct rb_list *
rb_lower_list(
    struct rb_lower *l, const char *name, const struct rb_node *node, struct rb_spot spot, bool closed)
{
	struct rb_list *list;
	struct rb_diag *diag;

	if (node->kind != RB_NODE_LIST) {
		diag = rb_diag_add(l->load->diags, RB_E_TYPE, node->span,
		    "`%s` takes a list of steps, not %s", name, rb_node_form(node));
		if (node->kind == RB_NODE_MAP)
			rb_diag_hint(l->load->diags, diag, "begin each step with `- `");
		return NULL;
	}
	if (node->len == 0) {
		rb_diag_add(l->load->diags, RB_E_EMPTY, node->span, "the list of `%s` is empty", name);
		return NULL;
	}
	list = RB_NEW(l->load->arena, struct rb_list);
	list->owner = spot.parent;
	list->closed = closed;
	list->steps = RB_ARRAY(l->load->arena, struct rb_step *, node->len);
	for (size_t i = 0; i < node->len; i++) {
		const struct rb_node *item = node->items[i];
		struct rb_step *s = new_step(l, item, list, list->len, &spot);

		if (s == NULL)
			return list;
		list->steps[list->len++] = s;
		if (item->kind == RB_NODE_MAP) {
			shape_map(l, s, item, &spot);
		} else if (item->kind == RB_NODE_SCALAR) {
			shape_scalar(l, s, item, &spot);
		} else {
			s->op = RB_OP_EDGE;
			s->action = "";
			rb_diag_add(l->load->diags, RB_E_ACTION, item->span,
			    "a step is a mapping with an action, such as `- run: make`, not a list");
		}
	}
	return list;
}
