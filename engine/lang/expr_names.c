/* Names, members and indexes in expressions: what they refer to, who may read it, what was probably meant. */
#include <string.h>

#include "lang/expr_impl.h"
#include "lang/kind.h"

enum { MEMBERS_SHOWN = 12 }; /* a list of what there is helps only while it is short */

static size_t
line_of(const struct rb_decl *d)
{
	return d->span.src != NULL ? rb_source_pos(d->span.src, d->span.from).line : 0;
}

/* Steps without an id are declared too, under names that nobody can write. */
static bool
can_be_written(struct rb_str name)
{
	return name.n > 0 &&
	       ((name.p[0] >= 'a' && name.p[0] <= 'z') || (name.p[0] >= 'A' && name.p[0] <= 'Z'));
}

static void
suggest_name(struct rb_checker *c, struct rb_diag *diag, struct rb_str name)
{
	const struct rb_scope *scopes[2] = {
	    c->ctx->scope, c->ctx->scope != NULL ? c->ctx->scope->outer : NULL};
	struct rb_str *names;
	size_t n = 0, len = 0;

	for (size_t s = 0; s < 2; s++)
		n += scopes[s] != NULL ? scopes[s]->decls.len : 0;
	n = rb_diags_near(c->ctx->diags, n);
	names = RB_ARRAY(c->ctx->arena, struct rb_str, n);
	for (size_t s = 0; s < 2; s++)
		for (size_t i = 0; scopes[s] != NULL && i < scopes[s]->decls.len && len < n; i++)
			if (can_be_written(scopes[s]->decls.entries[i].key))
				names[len++] = scopes[s]->decls.entries[i].key;
	rb_diag_suggest(c->ctx->diags, diag, name, names, len);
}

static bool
is_common_fact(struct rb_str name)
{
	for (const struct rb_fact_row *f = rb_step_facts; f->name != NULL; f++)
		if (rb_str_is(name, f->name))
			return true;
	return false;
}

/* The one step that has a fact of this name, and can be written; NULL: there is none, or more than one. */
static const struct rb_decl *
only_step_with(const struct rb_checker *c, struct rb_str fact)
{
	const struct rb_scope *scopes[2] = {
	    c->ctx->scope, c->ctx->scope != NULL ? c->ctx->scope->outer : NULL};
	const struct rb_decl *found = NULL;

	for (size_t s = 0; s < 2; s++) {
		size_t n = scopes[s] != NULL ? rb_diags_near(c->ctx->diags, scopes[s]->decls.len) : 0;

		for (size_t i = 0; i < n; i++) {
			const struct rb_decl *decl = scopes[s]->decls.entries[i].value;

			if (decl->kind != RB_DECL_STEP || decl->type == NULL || !can_be_written(decl->name) ||
			    rb_type_member(decl->type, fact) == NULL)
				continue;
			if (found != NULL)
				return NULL;
			found = decl;
		}
	}
	return found;
}

/* `has.docker` where `requires` names no programs. */
static void
hint_optional(struct rb_checker *c, struct rb_diag *diag, struct rb_str program)
{
	rb_diag_hint(c->ctx->diags, diag, "name the program in `requires`: requires: {optional: [%.*s]}",
	    RB_STR_ARG(program));
}

/* The name after the dot that follows x in the text, or a stand-in. */
static struct rb_str
member_written(const struct rb_checker *c, const struct rb_x *x)
{
	size_t from = (size_t)(x->src.p - c->text.p) + x->src.n + 1, to = from;

	if (from > c->text.n || c->text.p[from - 1] != '.')
		return RB_STR("docker");
	while (to < c->text.n && ((c->text.p[to] >= 'a' && c->text.p[to] <= 'z') ||
				     (c->text.p[to] >= '0' && c->text.p[to] <= '9') || c->text.p[to] == '_'))
		to++;
	return to > from ? rb_str_cut(c->text, from, to) : RB_STR("docker");
}

/* What a name was probably meant to be. The surer ones first. */
static void
hint_name(struct rb_checker *c, struct rb_diag *diag, const struct rb_x *x)
{
	const struct rb_func_row *func = rb_func_find(x->name);
	const char *instead = rb_lex_slip(x->name);
	struct rb_diags *d = c->ctx->diags;
	const struct rb_decl *step;

	if (c->ctx->self != NULL && rb_type_member(c->ctx->self, x->name) != NULL) {
		rb_diag_hint(
		    d, diag, "the step's own result is `this`: write this.%.*s", RB_STR_ARG(x->name));
		return;
	}
	if (rb_str_is(x->name, "has")) {
		hint_optional(c, diag, member_written(c, x));
		return;
	}
	if (instead != NULL || func != NULL) {
		rb_diag_hint(d, diag, instead != NULL ? "%s" : "the function is called as %s",
		    instead != NULL ? instead : func->signature);
		return;
	}
	step = is_common_fact(x->name) ? NULL : only_step_with(c, x->name);
	if (step != NULL)
		rb_diag_hint(d, diag, "it is a fact of the step `%.*s`: write %.*s.%.*s",
		    RB_STR_ARG(step->name), RB_STR_ARG(step->name), RB_STR_ARG(x->name));
	else
		suggest_name(c, diag, x->name);
}

static void
unknown_name(struct rb_checker *c, const struct rb_x *x)
{
	struct rb_diags *d = c->ctx->diags;
	struct rb_diag *diag = rb_diag_add(
	    d, RB_E_EXPR_NAME, rb_check_fail(c, x), "there is no name `%.*s` here", RB_STR_ARG(x->name));

	hint_name(c, diag, x);
	if (diag->hint.n == 0)
		rb_diag_hint(d, diag, "text stands in quotes: \"%.*s\"", RB_STR_ARG(x->name));
}

static bool
is_around(const struct rb_checker *c, const struct rb_step *loop)
{
	for (size_t i = 0; i < c->ctx->naround; i++)
		if (c->ctx->around[i] == loop)
			return true;
	return false;
}

/* Loop variables, and steps inside of loops, are gone outside of these. */
static bool
within_reach(struct rb_checker *c, const struct rb_x *x, const struct rb_decl *decl)
{
	const struct rb_step *loop = decl->kind == RB_DECL_LOOP ? decl->step : decl->within;
	struct rb_diags *d = c->ctx->diags;
	struct rb_diag *diag;

	if (loop == NULL || is_around(c, loop))
		return true;
	if (decl->kind == RB_DECL_LOOP) {
		diag = rb_diag_add(d, RB_E_EXPR_NAME, rb_check_fail(c, x),
		    "`%.*s` is the variable of a loop (line %zu) and exists only inside of it",
		    RB_STR_ARG(x->name), line_of(decl));
		rb_diag_hint(d, diag, "outside, read the loop's `count`, `passed`, `failed` and `results`");
		return false;
	}
	diag = rb_diag_add(d, RB_E_EXPR_NAME, rb_check_fail(c, x),
	    "`%.*s` is a step inside of a loop (line %zu): there is one for each item, and none outside",
	    RB_STR_ARG(x->name), line_of(decl));
	rb_diag_hint(d, diag, "outside, read the loop's `count`, `passed`, `failed` and `results`");
	return false;
}

/* A procedure may be called from anywhere, so that it can only read what is surely there. */
static bool
open_to_procedure(struct rb_checker *c, const struct rb_x *x, const struct rb_decl *decl)
{
	struct rb_diag *diag;

	if (x->up == 0 || decl->kind == RB_DECL_INPUT || decl->kind == RB_DECL_VALUE ||
	    decl->kind == RB_DECL_SECRET || decl->kind == RB_DECL_BUILTIN || decl->from_setup)
		return true;
	diag = rb_diag_add(c->ctx->diags, RB_E_EXPR_NAME, rb_check_fail(c, x),
	    "`%.*s` (line %zu) is outside of the procedure, which reads only inputs, values, secrets, facts "
	    "of "
	    "`setup`, and its own",
	    RB_STR_ARG(x->name), line_of(decl));
	rb_diag_hint(c->ctx->diags, diag, "give the procedure an input, and pass it with `with:`");
	return false;
}

void
rb_check_name(struct rb_checker *c, struct rb_x *x)
{
	struct rb_decl *decl = c->ctx->scope != NULL ? rb_scope_find(c->ctx->scope, x->name, &x->up) : NULL;
	struct rb_diag *diag;

	if (decl == NULL) {
		unknown_name(c, x);
		return;
	}
	decl->used = true;
	if (!within_reach(c, x, decl) || !open_to_procedure(c, x, decl))
		return;
	if (decl->kind == RB_DECL_SECRET) {
		c->secret = true;
		if (!c->ctx->secrets) {
			diag = rb_diag_add(c->ctx->diags, RB_E_SECRET, rb_check_fail(c, x),
			    "the secret `%.*s` may not be read here", RB_STR_ARG(x->name));
			rb_diag_hint(c->ctx->diags, diag,
			    "name it in the step's `secrets:`, and its command finds it as $%.*s",
			    RB_STR_ARG(x->name));
			return;
		}
	}
	x->decl = decl;
	/* A name that two want is told of where it is declared; what it holds is anybody's guess. */
	if (decl->type != NULL && !decl->disputed)
		x->type = decl->type;
}

/* --- members --- */

static void
suggest_member(struct rb_checker *c, struct rb_diag *diag, const struct rb_type *t, struct rb_str name)
{
	struct rb_str *names = RB_ARRAY(c->ctx->arena, struct rb_str, t->len);
	struct rb_buf b;

	for (size_t i = 0; i < t->len; i++)
		names[i] = t->members[i].name;
	rb_diag_suggest(c->ctx->diags, diag, name, names, t->len);
	if (diag->hint.n > 0 || t->len == 0 || t->len > MEMBERS_SHOWN)
		return;
	rb_buf_init(&b, c->ctx->arena->alloc, 1024);
	for (size_t i = 0; i < t->len; i++)
		rb_buf_fmt(&b, "%s`%.*s`", i > 0 ? ", " : "", RB_STR_ARG(names[i]));
	rb_diag_hint(c->ctx->diags, diag, "there %s %s", t->len == 1 ? "is" : "are", rb_buf_cstr(&b));
	rb_buf_free(&b);
}

/* A type whose members are not known ahead. */
static bool
is_open(const struct rb_type *t)
{
	return t->base == RB_ANY || (t->base == RB_RECORD && t->len == 0);
}

/* `items.count` and the like: what these are called here. */
static void
hint_memberless(struct rb_checker *c, struct rb_diag *diag, const struct rb_x *x)
{
	static const struct {
		const char *member;
		const char *func;
	} rows[] = {{"count", "count"}, {"length", "len"}, {"len", "len"}, {"size", "len"},
	    {"first", "first"}, {"last", "last"}, {"lower", "lower"}, {"trim", "trim"}, {"lines", "lines"},
	    {"split", "split"}, {"json", "json"}, {"table", "table"}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (rb_str_is(x->name, rows[i].member)) {
			rb_diag_hint(c->ctx->diags, diag, "write %s(%.*s)", rows[i].func,
			    RB_STR_ARG(x->args[0]->shown));
			return;
		}
}

/* The loop that x names, or NULL. */
static const struct rb_decl *
named_loop(const struct rb_x *x)
{
	const struct rb_decl *d = x->op == RB_X_NAME ? x->decl : NULL;

	return d != NULL && d->kind == RB_DECL_STEP && d->step != NULL && d->step->loop != NULL ? d : NULL;
}

/* What a member that is missing was probably meant to be. */
static void
hint_member(struct rb_checker *c, struct rb_diag *diag, const struct rb_x *of, const struct rb_type *t,
    struct rb_str name)
{
	const struct rb_decl *loop = named_loop(of);

	if (loop != NULL) {
		rb_diag_hint(c->ctx->diags, diag,
		    "`%.*s` is a loop, and its items have the facts: %.*s.results.%.*s are those of all, "
		    "%.*s.results[0].%.*s that of the first",
		    RB_STR_ARG(loop->name), RB_STR_ARG(loop->name), RB_STR_ARG(name), RB_STR_ARG(loop->name),
		    RB_STR_ARG(name));
		return;
	}
	suggest_member(c, diag, t, name);
	if (of->op == RB_X_NAME && of->decl != NULL && of->decl->kind == RB_DECL_BUILTIN &&
	    rb_str_is(of->name, "has"))
		hint_optional(c, diag, name);
}

/* The type of a member of t, which may be a list of things that have it. Adds what is wrong at `at`. */
static const struct rb_type *
member_type(struct rb_checker *c, const struct rb_x *x, const struct rb_type *t, struct rb_str name,
    const struct rb_x *at)
{
	const struct rb_member *m = rb_type_member(t, name);
	size_t from = (size_t)(at->src.p - c->text.p), to = from + at->src.n;
	struct rb_diags *d = c->ctx->diags;
	struct rb_diag *diag;

	if (m != NULL) {
		c->secret = c->secret || m->secret;
		return m->type != NULL ? m->type : &rb_types[RB_ANY];
	}
	if (is_open(t))
		return rb_type_item(t);
	/* The caret stands under the name alone, which ends where the node does. */
	if (at == x)
		from = to - name.n;
	if (t->base == RB_LIST && (t->item == NULL || is_open(t->item) || t->item->len > 0))
		return rb_type_list(c->ctx->arena, member_type(c, x, rb_type_item(t), name, at));
	if (t->len > 0 || t->base == RB_STEP || t->base == RB_MATCH) {
		diag = rb_diag_add(d, RB_E_EXPR_NAME, rb_check_fail_at(c, from, to),
		    "`%.*s` has no %s `%.*s`", RB_STR_ARG(x->args[0]->shown),
		    t->base == RB_STEP    ? "fact"
		    : t->base == RB_MATCH ? "group or member"
					  : "member",
		    RB_STR_ARG(name));
		hint_member(c, diag, x->args[0], t, name);
		return &rb_types[RB_ANY];
	}
	diag = rb_diag_add(d, RB_E_EXPR_TYPE, rb_check_fail_at(c, from, to),
	    "`%.*s` is %s, which has no member `%.*s`", RB_STR_ARG(x->args[0]->shown),
	    rb_check_type_name(c, t), RB_STR_ARG(name));
	if (at == x)
		hint_memberless(c, diag, x);
	return &rb_types[RB_ANY];
}

void
rb_check_member(struct rb_checker *c, struct rb_x *x)
{
	x->type = member_type(c, x, x->args[0]->type, x->name, x);
}

void
rb_check_index(struct rb_checker *c, struct rb_x *x)
{
	const struct rb_type *t = x->args[0]->type, *index = x->args[1]->type;
	enum rb_sort s = rb_sort_of(index);
	const struct rb_x *key = x->args[1];
	const struct rb_decl *loop;
	struct rb_diag *diag;

	if (t->base == RB_LIST && index->base == RB_INT) {
		x->type = rb_type_item(t);
		return;
	}
	if (s == RB_S_TEXT && key->op == RB_X_CONST) {
		x->type = member_type(c, x, t, key->value.s, key);
		return;
	}
	if (t->base == RB_ANY || (index->base == RB_ANY && (t->base == RB_LIST || t->base == RB_RECORD)) ||
	    (s == RB_S_TEXT && (t->base == RB_LIST || t->base == RB_RECORD))) {
		if (s == RB_S_ANY || s == RB_S_TEXT || index->base == RB_INT)
			return; /* judged when it is read */
	}
	diag = rb_diag_add(c->ctx->diags, RB_E_EXPR_TYPE, rb_check_fail(c, key),
	    "`%.*s` is %s and cannot be indexed by `%.*s`, which is %s", RB_STR_ARG(x->args[0]->shown),
	    rb_check_type_name(c, t), RB_STR_ARG(key->shown), rb_check_type_name(c, index));
	loop = named_loop(x->args[0]);
	if (loop != NULL)
		rb_diag_hint(c->ctx->diags, diag, "`%.*s` is a loop, whose items are in %.*s.results",
		    RB_STR_ARG(loop->name), RB_STR_ARG(loop->name));
}

/* --- reads --- */

struct rb_str
rb_x_path(struct rb_arena *arena, const struct rb_x *x)
{
	const struct rb_x *i;
	size_t n = 0, at;
	char *p;

	if (x->op != RB_X_MEMBER)
		return x->name;
	for (i = x; i->op == RB_X_MEMBER; i = i->args[0])
		n += i->name.n + 1;
	n += i->name.n;
	p = rb_arena_new(arena, n + 1);
	at = n;
	for (i = x;; i = i->args[0]) {
		at -= i->name.n;
		memcpy(p + at, i->name.p, i->name.n);
		if (at == 0)
			return (struct rb_str){p, n};
		p[--at] = '.';
	}
}

void
rb_check_read(struct rb_checker *c, const struct rb_x *x)
{
	const struct rb_x *root = x;
	struct rb_read read;

	while (root->op == RB_X_MEMBER)
		root = root->args[0];
	if (root->op != RB_X_NAME || root->decl == NULL)
		return;
	read = (struct rb_read){root->decl, root->up, rb_x_path(c->ctx->arena, x)};
	for (size_t i = 0; i < c->nreads; i++)
		if (rb_str_eq(c->reads[i].path, read.path))
			return;
	c->reads = rb_arena_grow(c->ctx->arena, c->reads, sizeof(*c->reads), c->nreads, &c->reads_cap);
	c->reads[c->nreads++] = read;
}
