/* Assumptions: facts that a run would find out, given beforehand, so that the plan follows one path. They are
 * read as expressions of the file's own scope, and so checked like those. */
#include "plan/state.h"

#include <string.h>

/* ---- facts as values ---- */

/* All members, unknown: so that one of them can be given. */
static struct rb_value
expand(struct rb_arena *arena, const struct rb_type *type, size_t first)
{
	struct rb_vpair *pairs;
	struct rb_value map = rb_v_map(arena, type->len + first, &pairs);

	for (size_t i = 0; i < type->len; i++)
		pairs[first + i] = (struct rb_vpair){type->members[i].name, rb_v_unknown(RB_STR(""))};
	return map;
}

/* What a name in `match` is when it is said whether it matched: of what did not match there is nothing but
 * that. */
static struct rb_value
match_value(struct rb_arena *arena, const struct rb_type *type, bool matched)
{
	struct rb_value v = expand(arena, type, 1);
	struct rb_vpair *pairs = v.map->pairs;

	pairs[0] = (struct rb_vpair){RB_STR("matched"), rb_v_bool(matched)};
	for (size_t i = 1; !matched && i < v.map->len; i++) {
		if (rb_str_is(pairs[i].key, "count"))
			pairs[i].value = rb_v_int(0);
		else
			pairs[i].value = rb_v_unset(pairs[i].key);
	}
	v.kind = RB_V_MATCH;
	return v;
}

/* `old` with the member at `path` being `leaf`. -1: it was given already, or what holds it has no known
 * members. */
static int
put(struct rb_arena *arena, struct rb_value old, const struct rb_type *type, struct rb_str path,
    struct rb_value leaf, struct rb_value *out)
{
	size_t dot = rb_str_find(path, RB_STR("."), 0);
	struct rb_str name = rb_str_cut(path, 0, dot),
		      rest = dot == SIZE_MAX ? RB_STR("") : rb_str_cut(path, dot + 1, path.n);
	const struct rb_member *member = rb_type_member(type, name);

	if (path.n == 0) {
		*out = type->base == RB_MATCH && leaf.kind == RB_V_BOOL ? match_value(arena, type, leaf.b)
									: leaf;
		return old.kind == RB_V_UNKNOWN ? 0 : -1;
	}
	if (member == NULL)
		return -2;
	*out = old;
	if (old.kind == RB_V_UNKNOWN)
		*out = type->base == RB_MATCH ? match_value(arena, type, true) : expand(arena, type, 0);
	for (size_t i = 0; (out->kind == RB_V_MAP || out->kind == RB_V_MATCH) && i < out->map->len; i++) {
		struct rb_vpair *pair = &out->map->pairs[i];

		if (rb_str_eq(pair->key, name))
			return put(arena, pair->value, member->type, rest, leaf, &pair->value);
	}
	return -1;
}

/* What follows from an outcome: a step that has passed has not failed. */
static void
imply(struct rb_value facts)
{
	static const struct {
		const char *fact;
		bool is;
		const char *then;
		bool value;
	} rows[] = {
	    {"passed", true, "failed", false},
	    {"passed", true, "timed_out", false},
	    {"passed", true, "skipped", false},
	    {"timed_out", true, "failed", true},
	    {"timed_out", true, "passed", false},
	    {"timed_out", true, "skipped", false},
	    {"failed", true, "passed", false},
	    {"failed", true, "skipped", false},
	    {"failed", false, "timed_out", false},
	    {"skipped", true, "passed", false},
	    {"skipped", true, "failed", false},
	    {"skipped", true, "timed_out", false},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rb_value v = rb_v_get_c(facts, rows[i].fact);

		if (v.kind != RB_V_BOOL || v.b != rows[i].is)
			continue;
		for (size_t k = 0; k < facts.map->len; k++) {
			struct rb_vpair *pair = &facts.map->pairs[k];

			if (rb_str_is(pair->key, rows[i].then) && pair->value.kind == RB_V_UNKNOWN)
				pair->value = rb_v_bool(rows[i].value);
		}
	}
}

struct rb_value
rb_plan_assumed(const struct rb_plan *p, const struct rb_decl *decl)
{
	const void *key = decl;
	const struct rb_value *v = rb_map_get(&p->assumed, rb_plan_key(&key));

	return v != NULL ? *v : rb_v_unknown(RB_STR(""));
}

int
rb_plan_fact(const struct rb_plan *p, const struct rb_step *step, const char *name)
{
	struct rb_value facts, v;

	if (step->decl == NULL || p->assumed.len == 0)
		return -1;
	facts = rb_plan_assumed(p, step->decl);
	if (facts.kind != RB_V_MAP)
		return -1;
	v = rb_v_get_c(facts, name);
	return v.kind == RB_V_BOOL ? v.b : -1;
}

static void
keep_assumed(struct rb_plan *p, const struct rb_decl *decl, struct rb_value facts)
{
	struct rb_value *kept = RB_NEW(&p->arena, struct rb_value);
	const void *key = decl;

	*kept = facts;
	rb_map_put(&p->assumed, rb_plan_key(&key), kept);
}

/* A fact of the step that follows from others, until rb_plan_unjudge; with what follows from it. */
static void
conclude(struct rb_plan *p, const struct rb_step *step, const char *name)
{
	struct rb_value facts = rb_plan_assumed(p, step->decl);

	facts =
	    facts.kind == RB_V_MAP ? rb_value_copy(&p->arena, facts) : expand(&p->arena, step->decl->type, 0);
	for (size_t i = 0; i < facts.map->len; i++) {
		struct rb_vpair *pair = &facts.map->pairs[i];

		if (rb_str_is(pair->key, name) && pair->value.kind == RB_V_UNKNOWN)
			pair->value = rb_v_bool(true);
	}
	imply(facts);
	keep_assumed(p, step->decl, facts);
}

/* Whether a look of `checks` has come to this: by an assumption, by what follows from one, by its `if`. */
static bool
came_to(const struct rb_plan *p, const struct rb_step *look, const char *fact)
{
	struct rb_value facts = rb_v_null(), v = rb_v_null();

	if (look->decl != NULL)
		facts = p->at.frame->slots[look->decl->slot].value;
	if (facts.kind == RB_V_MAP)
		v = rb_v_get_c(facts, fact);
	return v.kind == RB_V_BOOL && v.b;
}

/* Looks side by side pass if all of them do, and fail if one does. */
static void
judge_checks(struct rb_plan *p, const struct rb_step *step, unsigned depth)
{
	size_t failed = 0, passed = 0, all = step->body->len;

	for (size_t i = 0; i < all; i++) {
		const struct rb_step *look = step->body->steps[i];

		failed += came_to(p, look, "failed");
		passed += came_to(p, look, "passed") || came_to(p, look, "skipped");
	}
	if (failed == 0 && passed < all)
		return;
	conclude(p, step, failed > 0 ? "failed" : "passed");
	rb_plan_tell(p, RB_PLAN_NOTE, depth, RB_STR(""),
	    failed > 0
		? rb_arena_fmt(&p->scratch, "so it would fail: %zu of its %zu looks would", failed, all)
		: RB_STR("so it would pass: all of its looks would"),
	    RB_STR(""));
}

/* What an attempt that finds the assumed facts comes to, as a run would judge it. A look behind it may still
 * fail; and what has no expectations, or has ways to fail of its own, does not pass by facts alone. */
static void
judge_leaf(struct rb_plan *p, const struct rb_step *step, unsigned depth)
{
	struct rb_value facts = rb_plan_assumed(p, step->decl);
	struct rb_result res = {.ended = RB_ENDED_OK, .facts = facts};
	struct rb_eval ev = rb_plan_eval(p);
	struct rb_judged judged;

	if (facts.kind != RB_V_MAP || step->nasserts == 0)
		return;
	rb_step_judge(step, &res, &ev, &judged);
	if (judged.nbroken > 0) {
		conclude(p, step, "failed");
		rb_plan_tell(p, RB_PLAN_NOTE, depth, RB_STR(""),
		    rb_arena_fmt(&p->scratch, "so it would fail: %.*s", RB_STR_ARG(judged.reason)),
		    RB_STR(""));
	} else if (judged.verdict == RB_JUDGED_PASSED && step->verify == NULL &&
		   (step->kind->traits & (RB_KIND_OUTPUT | RB_KIND_BODY)) != 0) {
		conclude(p, step, "passed");
		rb_plan_tell(p, RB_PLAN_NOTE, depth, RB_STR(""), RB_STR("so it would pass"), RB_STR(""));
	}
}

void
rb_plan_judge(struct rb_plan *p, const struct rb_step *step, unsigned depth)
{
	if (step->decl == NULL || rb_plan_fact(p, step, "passed") >= 0 ||
	    rb_plan_fact(p, step, "failed") >= 0)
		return;
	if (step->op == RB_OP_LEAF)
		judge_leaf(p, step, depth);
	else if (step->op == RB_OP_CHECKS)
		judge_checks(p, step, depth);
}

/* Where the step is told again, with other inputs, it may come to something else. */
void
rb_plan_unjudge(struct rb_plan *p, const struct rb_step *step, struct rb_value assumed)
{
	if (step->decl != NULL && rb_v_known(rb_plan_assumed(p, step->decl)))
		keep_assumed(p, step->decl, assumed);
}

/* The values live as long as the plan, and the slot's own arena is not needed. */
void
rb_plan_walked(struct rb_plan *p, const struct rb_step *step)
{
	if (step->decl != NULL)
		p->at.frame->slots[step->decl->slot].value = rb_plan_assumed(p, step->decl);
}

void
rb_plan_skipped(struct rb_plan *p, const struct rb_step *step)
{
	static const char *const names[] = {"passed", "failed", "timed_out", "skipped"};
	enum { NAMES = sizeof(names) / sizeof(names[0]) };
	struct rb_vpair *pairs;
	struct rb_value v;

	if (step->decl == NULL)
		return;
	v = rb_v_map(&p->arena, NAMES, &pairs);
	for (size_t i = 0; i < NAMES; i++)
		pairs[i] = (struct rb_vpair){rb_str_c(names[i]), rb_v_bool(i + 1 == NAMES)};
	p->at.frame->slots[step->decl->slot].value = v;
}

/* ---- reading them ---- */

struct reading {
	struct rb_plan *p;
	const char *text; /* as given */
	struct rb_str path;
	size_t nreads;
	const struct rb_decl *decl;
	struct rb_str read;
};

static int __attribute__((format(printf, 2, 3))) refuse(const struct reading *r, const char *fmt, ...)
{
	struct rb_buf why;
	struct rb_diag *diag;
	va_list ap;

	rb_buf_init(&why, r->p->arena.alloc, 1000);
	va_start(ap, fmt);
	rb_buf_vfmt(&why, fmt, ap);
	va_end(ap);
	diag = rb_diag_add(r->p->diags, RB_E_INPUT, (struct rb_span){NULL, 0, 0}, "--assume \"%s\": %s",
	    r->text, rb_buf_cstr(&why));
	rb_diag_hint(r->p->diags, diag,
	    "an assumption is a fact of a step: --assume log.missing, --assume \"not log.missing\", "
	    "--assume holder.pid=42");
	rb_buf_free(&why);
	return -1;
}

static void
note_read(void *ctx, const struct rb_decl *decl, unsigned up, struct rb_str path, const struct rb_expr *at)
{
	struct reading *r = ctx;

	(void)up;
	(void)at;
	r->nreads++;
	r->decl = decl;
	r->read = path;
}

/* `restart/start.pid`: the scope in which the rest is read. */
static struct rb_scope *
find_scope(struct reading *r)
{
	const struct rb_unit *u = r->p->program->main;
	struct rb_scope *scope = u->scope;
	size_t slash = rb_str_find(r->path, RB_STR("/"), 0);

	for (; slash != SIZE_MAX; slash = rb_str_find(r->path, RB_STR("/"), 0)) {
		struct rb_str id = rb_str_cut(r->path, 0, slash);
		const struct rb_decl *d = rb_scope_find(scope, id, NULL);
		const struct rb_step *s = d != NULL && d->kind == RB_DECL_STEP ? d->step : NULL;

		if (s == NULL || s->op != RB_OP_CALL) {
			refuse(r, "`%.*s` is no step that calls something", RB_STR_ARG(id));
			return NULL;
		}
		scope = s->call->what == RB_CALL_RUNBOOK ? s->call->unit->scope : s->call->proc->scope;
		r->path = rb_str_cut(r->path, slash + 1, r->path.n);
	}
	return scope;
}

/* The looping steps around a name, outermost first, so that it is visible. */
static void
find_around(const struct reading *r, const struct rb_scope *scope, struct rb_expr_ctx *ctx)
{
	struct rb_str first = rb_str_cut(r->path, 0, rb_str_find(r->path, RB_STR("."), 0));
	const struct rb_decl *d = rb_scope_find(scope, first, NULL);
	const struct rb_step **around;
	size_t n = 0;

	for (const struct rb_decl *at = d; at != NULL && at->within != NULL; at = at->within->decl)
		n++;
	around = RB_ARRAY(ctx->arena, const struct rb_step *, n);
	ctx->around = around;
	ctx->naround = n;
	for (const struct rb_decl *at = d; n > 0; at = at->within->decl)
		around[--n] = at->within;
}

/* The value as text, for a type. -1 after a diagnostic. */
static int
read_value(const struct reading *r, const struct rb_type *type, struct rb_str text, struct rb_value *out)
{
	struct rb_arena *arena = &r->p->arena;
	bool quoted =
	    text.n >= 2 && (text.p[0] == '"' || text.p[0] == '\'') && text.p[text.n - 1] == text.p[0];
	const struct rb_type_row *row = rb_type_rows;
	enum rb_base base = type->base == RB_MATCH ? RB_BOOL : type->base;
	int64_t pid;

	text = rb_arena_str(arena, quoted ? rb_str_cut(text, 1, text.n - 1) : text);
	if (base == RB_ANY) {
		*out = rb_value_from_json(arena, text);
		if (quoted || out->kind == RB_V_ERROR)
			*out = rb_v_text(text);
		return 0;
	}
	if (base == RB_PROCESS && rb_str_int(text, &pid) == 0) {
		*out = rb_v_process(pid, 0);
		return 0;
	}
	while (row->name != NULL && row->base != base)
		row++;
	if (row->name == NULL)
		return refuse(r, "what `%.*s` is cannot be written as text", RB_STR_ARG(r->path));
	*out = rb_value_parse(arena, row, text);
	if (out->kind == RB_V_ERROR)
		return refuse(r, "%.*s", RB_STR_ARG(out->s));
	return 0;
}

/* Splits "not path", "path", "path=value"; *value has p NULL where there is none. */
static int
split(struct reading *r, bool *not_, struct rb_str *value)
{
	struct rb_str s = rb_str_trim(rb_str_c(r->text));
	size_t eq = rb_str_find(s, RB_STR("="), 0);

	*value = (struct rb_str){NULL, 0};
	*not_ = rb_str_starts(s, "not ");
	if (*not_)
		s = rb_str_trim(rb_str_cut(s, 4, s.n));
	else if (eq != SIZE_MAX && eq > 0 && strchr("!<>", s.p[eq - 1]) != NULL)
		return refuse(r, "a fact is given, not compared");
	if (!*not_ && eq != SIZE_MAX) {
		if (eq + 1 < s.n && s.p[eq + 1] == '=')
			return refuse(r, "`==` compares; a fact is given with one `=`");
		*value = rb_str_trim(rb_str_cut(s, eq + 1, s.n));
		if (value->n == 0)
			*value = RB_STR("");
		s = rb_str_trim(rb_str_cut(s, 0, eq));
	}
	r->path = s;
	return s.n > 0 ? 0 : refuse(r, "there is no fact in it");
}

/* The first name must be one of a step. -1 after a diagnostic that names near ones. */
static int
check_name(const struct reading *r, const struct rb_scope *scope)
{
	struct rb_str first = rb_str_cut(r->path, 0, rb_str_find(r->path, RB_STR("."), 0)), *names;
	struct rb_diag *diag;
	size_t n = 0;

	if (rb_scope_find(scope, first, NULL) != NULL)
		return 0;
	names = RB_ARRAY(&r->p->arena, struct rb_str, scope->decls.len);
	for (size_t i = 0; i < scope->decls.len; i++) {
		const struct rb_decl *d = scope->decls.entries[i].value;

		if (d->kind == RB_DECL_STEP && d->step != NULL && d->step->has_id)
			names[n++] = d->name;
	}
	diag = rb_diag_add(r->p->diags, RB_E_INPUT, (struct rb_span){NULL, 0, 0},
	    "--assume \"%s\": there is no step `%.*s`", r->text, RB_STR_ARG(first));
	rb_diag_suggest(r->p->diags, diag, first, names, n);
	return -1;
}

/* What was wrong with the expression, named after the assumption. */
static void
pass_on(const struct reading *r, const struct rb_diags *own)
{
	for (size_t i = 0; i < own->len; i++) {
		struct rb_diag *diag = rb_diag_add(r->p->diags, RB_E_INPUT, (struct rb_span){NULL, 0, 0},
		    "--assume \"%s\": %.*s", r->text, RB_STR_ARG(own->items[i].text));

		if (own->items[i].hint.n > 0)
			rb_diag_hint(r->p->diags, diag, "%.*s", RB_STR_ARG(own->items[i].hint));
	}
}

/* Reads the path as an expression of its scope. Its type, or NULL after a diagnostic. */
static const struct rb_type *
read_path(struct reading *r)
{
	struct rb_scope *scope = find_scope(r);
	struct rb_expr_ctx ctx = {.arena = &r->p->arena, .scope = scope};
	struct rb_diags own;
	struct rb_expr *e;

	rb_diags_init(&own, &r->p->arena);
	ctx.diags = &own;
	if (scope == NULL || check_name(r, scope) < 0)
		return NULL;
	find_around(r, scope, &ctx);
	e = rb_expr_parse(&ctx, NULL, 0, r->path);
	if (e == NULL) {
		pass_on(r, &own);
		return NULL;
	}
	rb_expr_reads(e, note_read, r);
	if (r->nreads != 1 || !rb_str_eq(r->read, r->path) || r->decl == NULL) {
		refuse(r, "it is not one fact alone");
		return NULL;
	}
	if (r->decl->kind == RB_DECL_INPUT || r->decl->kind == RB_DECL_VALUE) {
		refuse(
		    r, "`%.*s` is no fact of a step; inputs are given with --set", RB_STR_ARG(r->decl->name));
		return NULL;
	}
	if (r->decl->kind == RB_DECL_SECRET || r->decl->kind == RB_DECL_LOOP ||
	    rb_str_find(r->path, RB_STR("."), 0) == SIZE_MAX) {
		refuse(r, "`%.*s` is no fact of a step", RB_STR_ARG(r->path));
		return NULL;
	}
	return rb_expr_type(e);
}

static int
assume_one(struct rb_plan *p, const char *text)
{
	struct reading r = {.p = p, .text = text};
	struct rb_value leaf = rb_v_bool(true), all;
	const struct rb_type *type;
	struct rb_str value;
	bool not_;
	size_t at;
	int put_it;

	if (split(&r, &not_, &value) < 0)
		return -1;
	type = read_path(&r);
	if (type == NULL)
		return -1;
	if (value.p != NULL && read_value(&r, type, value, &leaf) < 0)
		return -1;
	if (value.p == NULL && type->base != RB_BOOL && type->base != RB_MATCH && type->base != RB_ANY)
		return refuse(
		    &r, "`%.*s` is neither true nor false: say what it is, with `=`", RB_STR_ARG(r.path));
	if (not_)
		leaf = rb_v_bool(false);
	all = rb_plan_assumed(p, r.decl);
	at = rb_str_find(r.path, RB_STR("."), 0) + 1;
	put_it = put(&p->arena, all, r.decl->type, rb_str_cut(r.path, at, r.path.n), leaf, &all);
	if (put_it == -1)
		return refuse(&r, "it says something else than another assumption");
	if (put_it < 0)
		return refuse(&r,
		    "what holds `%.*s` has no members that are known beforehand: give the whole of it, as "
		    "JSON",
		    RB_STR_ARG(r.path));
	if (all.kind == RB_V_MAP)
		imply(all);
	keep_assumed(p, r.decl, all);
	return 0;
}

int
rb_plan_assume(struct rb_plan *p)
{
	int r = 0;

	for (size_t i = 0; i < p->opt->nassume; i++) {
		if (assume_one(p, p->opt->assume[i]) < 0)
			r = -1;
	}
	return r;
}
