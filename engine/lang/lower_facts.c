/* The facts of a step: what its kind gives, the names of `match` with the groups of their patterns, and what
 * `capture` makes of them. From these comes the type by which later expressions are checked. */
#include <assert.h>
#include <string.h>

#include "lang/lower.h"
#include "lang/reference.h"

static size_t
rows_count(const struct rb_fact_row *rows)
{
	size_t n = 0;

	while (rows != NULL && rows[n].name != NULL)
		n++;
	return n;
}

static const struct rb_type *
type_of(struct rb_arena *arena, enum rb_base base, struct rb_member *members, size_t n)
{
	struct rb_type *t = RB_NEW(arena, struct rb_type);

	*t = (struct rb_type){base, NULL, n, members};
	return t;
}

static size_t
add_rows(struct rb_member *to, const struct rb_fact_row *rows)
{
	size_t n = 0;

	for (; rows != NULL && rows[n].name != NULL; n++)
		to[n] = (struct rb_member){rb_str_c(rows[n].name), rows[n].type, false, rows[n].help};
	return n;
}

/* The facts of every step, then those of the kind (which may be NULL). */
static const struct rb_type *
make_facts(struct rb_arena *arena, const struct rb_kind *kind)
{
	const struct rb_fact_row *rows = kind != NULL ? kind->facts : NULL;
	struct rb_member *m = RB_ARRAY(arena, struct rb_member, rows_count(rb_step_facts) + rows_count(rows));
	size_t n = add_rows(m, rb_step_facts);

	n += add_rows(m + n, rows);
	return type_of(arena, RB_STEP, m, n);
}

const struct rb_type *
rb_lower_kind_facts(struct rb_load *load, const struct rb_kind *kind)
{
	size_t i = 0;

	if (kind == NULL) {
		if (load->plain_facts == NULL)
			load->plain_facts = make_facts(load->arena, NULL);
		return load->plain_facts;
	}
	while (load->program->kinds[i] != kind)
		i++;
	if (load->kind_facts[i] == NULL)
		load->kind_facts[i] = make_facts(load->arena, kind);
	return load->kind_facts[i];
}

const struct rb_fact_row rb_loop_fact_rows[] = {
    {"count", &rb_types[RB_INT], "how many items there were"},
    {"passed", &rb_types[RB_INT], "how many of them passed: a number"},
    {"failed", &rb_types[RB_INT], "how many of them failed: a number"},
    {"results", &rb_type_list_any,
	"the facts of each item that was done, in order, with the item itself as `item`"},
    {NULL, NULL, NULL},
};

const struct rb_type *
rb_lower_loop_facts(struct rb_load *load)
{
	struct rb_member *m = RB_ARRAY(
	    load->arena, struct rb_member, rows_count(rb_loop_fact_rows) + rows_count(rb_step_facts));
	size_t n = add_rows(m, rb_loop_fact_rows);

	for (size_t i = 0; rb_step_facts[i].name != NULL; i++) {
		struct rb_str name = rb_str_c(rb_step_facts[i].name);

		if (!rb_str_is(name, "passed") && !rb_str_is(name, "failed"))
			m[n++] =
			    (struct rb_member){name, rb_step_facts[i].type, false, rb_step_facts[i].help};
	}
	return type_of(load->arena, RB_STEP, m, n);
}

/* How many names a map of the step gives to facts. */
static const struct rb_node *
names_of(const struct rb_seed *seed, int row)
{
	for (size_t i = 0; seed->words != NULL && i < seed->node->len; i++)
		if (seed->words[i] != NULL && seed->words[i]->key == &rb_step_keys[row] &&
		    seed->node->pairs[i].value->kind == RB_NODE_MAP)
			return seed->node->pairs[i].value;
	return NULL;
}

const struct rb_type *
rb_lower_guess(struct rb_load *load, const struct rb_step *step, const struct rb_seed *seed)
{
	const struct rb_node *maps[2] = {names_of(seed, RB_STEP_MATCH), names_of(seed, RB_STEP_CAPTURE)};
	const struct rb_type *base;
	struct rb_member *m;
	size_t n;

	if (step->loop != NULL)
		return rb_lower_loop_facts(load);
	if (step->op == RB_OP_CALL || (step->kind != NULL && step->kind->more_facts != NULL) ||
	    seed->action == NULL)
		return &rb_types[RB_ANY];
	base = rb_lower_kind_facts(load, step->kind);
	if (maps[0] == NULL && maps[1] == NULL)
		return base;
	n = base->len;
	m = RB_ARRAY(load->arena, struct rb_member,
	    n + (maps[0] != NULL ? maps[0]->len : 0) + (maps[1] != NULL ? maps[1]->len : 0));
	memcpy(m, base->members, n * sizeof(*m));
	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; maps[k] != NULL && i < maps[k]->len; i++)
			m[n++] =
			    (struct rb_member){maps[k]->pairs[i].key->text, &rb_types[RB_ANY], false, NULL};
	return type_of(load->arena, RB_STEP, m, n);
}

/* The facts of a step while names are added to them: each stage is a type of its own over the same members.
 */
struct facts {
	struct rb_member *members;
	size_t len;
	const struct rb_type *type;
};

/* The guess has room for the same members, in the same order: they take the place of what was guessed. */
static struct rb_member *
room_of_guess(const struct rb_step *s, size_t n)
{
	const struct rb_decl *d = s->decl;

	if (s->op != RB_OP_LEAF || s->kind->more_facts != NULL || s->loop != NULL || d == NULL ||
	    d->step != s || d->type->len != n)
		return NULL;
	return (struct rb_member *)(uintptr_t)d->type->members;
}

/* Makes room for n more. */
static void
open_facts(struct rb_part *p, struct facts *f, const struct rb_type *base, size_t n)
{
	*f = (struct facts){NULL, base->len, base};
	if (n == 0)
		return;
	f->members = room_of_guess(p->step, base->len + n);
	if (f->members == NULL)
		f->members = RB_ARRAY(p->ctx.arena, struct rb_member, base->len + n);
	memcpy(f->members, base->members, base->len * sizeof(*f->members));
}

/* One more, which the next stage has. */
static void
add_fact(struct facts *f, struct rb_member m)
{
	assert(f->members != NULL); /* there is room for as many as were told of */
	f->members[f->len++] = m;
}

static void
end_stage(struct rb_part *p, struct facts *f)
{
	if (f->len > f->type->len)
		f->type = type_of(p->ctx.arena, RB_STEP, f->members, f->len);
}

const struct rb_type *
rb_lower_extend(struct rb_part *p, const struct rb_type *base, const struct rb_member *more, size_t n)
{
	struct facts f;

	open_facts(p, &f, base, n);
	for (size_t i = 0; i < n; i++)
		add_fact(&f, more[i]);
	end_stage(p, &f);
	return f.type;
}

/* Whether a name may become a fact of the step, beside those that it has. */
static bool
new_name(struct rb_part *p, const struct rb_type *have, const struct rb_node *key, const char *what)
{
	const char *why = rb_name_refused(key->text, false);
	struct rb_diags *diags = p->ctx.diags;
	struct rb_diag *diag;

	if (why != NULL) {
		rb_diag_add(diags, RB_E_NAME, key->span, "`%.*s` cannot be the name of a %s: %s",
		    RB_STR_ARG(key->text), what, why);
		return false;
	}
	if (rb_type_member(have, key->text) == NULL)
		return true;
	diag = rb_diag_add(
	    diags, RB_E_NAME, key->span, "`%.*s` is a fact of this step already", RB_STR_ARG(key->text));
	rb_diag_hint(diags, diag, "choose another name");
	return false;
}

/* --- match --- */

/* Names of the groups in the text of a regex that is not compiled yet: (?<name>…), (?P<name>…), (?'name'…).
 */
static size_t
written_groups(struct rb_str text, struct rb_str *names, size_t max)
{
	static const char *const opens[] = {"(?<", "(?P<", "(?'"};
	size_t n = 0;

	for (size_t i = 0; i < text.n && n < max; i++) {
		struct rb_str rest = rb_str_cut(text, i, text.n);

		if (text.p[i] == '\\') {
			i++;
			continue;
		}
		for (size_t k = 0; k < 3; k++) {
			size_t from = i + strlen(opens[k]), to = from;

			if (!rb_str_starts(rest, opens[k]))
				continue;
			while (to < text.n && text.p[to] != '>' && text.p[to] != '\'')
				to++;
			if (to < text.n && to > from && text.p[from] != '=' && text.p[from] != '!')
				names[n++] = rb_str_cut(text, from, to);
			break;
		}
	}
	return n;
}

static size_t
groups_of(const struct rb_match_key *m, struct rb_str *names)
{
	size_t n;

	if (m->pattern == NULL)
		return written_groups(rb_tmpl_source(m->tmpl), names, RB_PATTERN_GROUPS);
	n = rb_pattern_groups(m->pattern);
	for (size_t i = 0; i < n; i++)
		names[i] = rb_pattern_group(m->pattern, i);
	return n;
}

/* The type of a match name: true or false, with what is known of its lines, and its groups. */
static const struct rb_type *
match_type(struct rb_part *p, const struct rb_match_key *m)
{
	enum { COMMON = sizeof(rb_match_members) / sizeof(*rb_match_members) };
	struct rb_arena *arena = p->lower->load->arena;
	struct rb_str groups[RB_PATTERN_GROUPS];
	size_t n = groups_of(m, groups), len = COMMON;
	struct rb_member *members;

	if (n == 0)
		return &rb_type_match;
	members = RB_ARRAY(arena, struct rb_member, COMMON + n);
	memcpy(members, rb_match_members, sizeof(rb_match_members));
	for (size_t i = 0; i < n; i++) {
		const char *why = rb_name_refused(groups[i], false);
		bool taken = rb_str_is(groups[i], "matched");

		for (size_t k = 0; k < len; k++)
			taken = taken || rb_str_eq(members[k].name, groups[i]);
		if (why != NULL)
			rb_diag_add(p->ctx.diags, RB_E_NAME, m->span,
			    "the group `%.*s` cannot be the name of a fact: %s", RB_STR_ARG(groups[i]), why);
		else if (taken)
			rb_diag_add(p->ctx.diags, RB_E_NAME, m->span,
			    "the group `%.*s` has the name of a fact that every match has",
			    RB_STR_ARG(groups[i]));
		else
			members[len++] = (struct rb_member){
			    groups[i], &rb_types[RB_TEXT], false, "a group of the last match"};
	}
	return type_of(arena, RB_MATCH, members, len);
}

/* `this`: what the attempt found, without the facts that every step has only once it is over. */
static const struct rb_type *
self_of(struct rb_part *p, const struct rb_type *facts)
{
	size_t common = rows_count(rb_step_facts);

	return type_of(p->ctx.arena, RB_STEP, (struct rb_member *)(uintptr_t)(facts->members + common),
	    facts->len - common);
}

/* A map of names, of which there must be some, and not too many. */
static bool
is_map_of_names(struct rb_part *p, const struct rb_node *node, const char *name, const char *of)
{
	struct rb_diags *diags = p->ctx.diags;

	if (node->kind != RB_NODE_MAP)
		rb_diag_add(diags, RB_E_TYPE, node->span, "`%s` is a map of names to %s, not %s", name, of,
		    rb_node_form(node));
	else if (node->len == 0)
		rb_diag_add(diags, RB_E_EMPTY, node->span, "`%s` is empty", name);
	else if (node->len > RB_CAPTURES_MAX)
		rb_diag_add(
		    diags, RB_E_LIMIT, node->span, "`%s` has at most %d names", name, RB_CAPTURES_MAX);
	else
		return true;
	return false;
}

static void
lower_match(struct rb_part *p, struct facts *facts, const struct rb_node *node)
{
	static const struct rb_key row = {
	    "match", RB_K_PATTERN, 0, 0, NULL, NULL, NULL, "text or /regex/", "/in use/", "run/match.yaml"};
	struct rb_step *s = p->step;

	s->matches = RB_ARRAY(p->ctx.arena, struct rb_match_key, node->len);
	for (size_t i = 0; i < node->len; i++) {
		struct rb_match_key *m = &s->matches[s->nmatches];
		struct rb_field f;

		rb_field_decode(&p->ctx, &row, node->pairs[i].value, NULL, 0, &f);
		if (!new_name(p, facts->type, node->pairs[i].key, "match") || f.node == NULL)
			continue;
		*m = (struct rb_match_key){node->pairs[i].key->text, f.node->span, f.pattern, f.tmpl};
		rb_lower_field_reads(p, &f);
		add_fact(
		    facts, (struct rb_member){m->name, match_type(p, m), false, "whether a line matched"});
		s->nmatches++;
	}
	end_stage(p, facts);
}

/* --- capture --- */

static const struct rb_type *
capture_type(const struct rb_capture *c)
{
	if (c->type == NULL)
		return rb_expr_type(c->value);
	return c->type->base == RB_LIST ? &rb_type_list_any : &rb_types[c->type->base];
}

/* One capture; false after a diagnostic. */
static bool
capture_in(struct rb_part *p, const struct rb_node *value, struct rb_capture *c)
{
	struct rb_field fields[4], *dflt;

	rb_keys_decode(&p->ctx, value, rb_capture_keys, fields, "a capture");
	c->value = fields[0].expr;
	c->type = fields[1].node != NULL ? rb_type_row(fields[1].value.s) : NULL;
	c->secret = fields[2].node != NULL && fields[2].value.b;
	if (fields[3].node != NULL) {
		dflt = RB_NEW(p->ctx.arena, struct rb_field);
		rb_field_typed(&p->ctx, "default", c->type, fields[3].node, dflt);
		rb_lower_field_reads(p, dflt);
		c->dflt = dflt->node != NULL ? dflt : NULL;
	}
	if (fields[0].node == NULL)
		return false;
	rb_lower_no_pattern(&p->ctx, c->type, c->value);
	rb_lower_reads(p, c->value);
	return true;
}

static void
lower_capture(struct rb_part *p, struct facts *facts, const struct rb_node *node)
{
	struct rb_step *s = p->step;

	s->captures = RB_ARRAY(p->ctx.arena, struct rb_capture, node->len);
	for (size_t i = 0; i < node->len; i++) {
		struct rb_capture *c = &s->captures[s->ncaptures];

		*c =
		    (struct rb_capture){.name = node->pairs[i].key->text, .span = node->pairs[i].value->span};
		p->ctx.self = self_of(p, facts->type);
		if (!new_name(p, facts->type, node->pairs[i].key, "capture") ||
		    !capture_in(p, node->pairs[i].value, c))
			continue;
		add_fact(facts, (struct rb_member){c->name, capture_type(c),
				    c->secret || rb_expr_secret(c->value), "a capture"});
		end_stage(p, facts);
		s->ncaptures++;
	}
}

void
rb_lower_facts(struct rb_part *p)
{
	const struct rb_node *match = p->nodes[RB_STEP_MATCH], *capture = p->nodes[RB_STEP_CAPTURE];
	struct rb_step *s = p->step;
	struct rb_member *more = NULL;
	struct facts facts;
	size_t n = 0;

	if (s->kind->more_facts != NULL && s->args != NULL)
		n = s->kind->more_facts(s, p->ctx.arena, &more);
	if (match != NULL && !is_map_of_names(p, match, "match", "patterns"))
		match = NULL;
	if (capture != NULL && !is_map_of_names(p, capture, "capture", "expressions"))
		capture = NULL;
	open_facts(p, &facts, rb_lower_kind_facts(p->lower->load, s->kind),
	    n + (match != NULL ? match->len : 0) + (capture != NULL ? capture->len : 0));
	for (size_t i = 0; i < n; i++)
		add_fact(&facts, more[i]);
	end_stage(p, &facts);
	if (match != NULL)
		lower_match(p, &facts, match);
	if (capture != NULL)
		lower_capture(p, &facts, capture);
	s->facts = facts.type;
	p->self = self_of(p, s->facts);
	p->ctx.self = NULL;
}
