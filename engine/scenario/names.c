/* Names of steps: as a scenario file writes them, and as the instance paths of events have them. */
#include "scenario/state.h"

#include <string.h>

static const struct {
	const char *suffix;
	enum rb_purpose purpose;
} suffixes[] = {
    {"", RB_FOR_ACTION}, {".done_if", RB_FOR_DONE_IF}, {".verify", RB_FOR_VERIFY}, {".ready", RB_FOR_READY}};
enum { SUFFIXES = sizeof(suffixes) / sizeof(suffixes[0]), NAMES_MAX = 200 };

const char *
rb_named_suffix(enum rb_purpose purpose)
{
	for (size_t i = 0; i < SUFFIXES; i++) {
		if (suffixes[i].purpose == purpose)
			return suffixes[i].suffix;
	}
	return "";
}

bool
rb_path_is_item(struct rb_str path)
{
	return path.n > 0 && path.p[path.n - 1] == ']';
}

/* What a step that calls something calls has its names in. */
static struct rb_scope *
inside_of(const struct rb_step *s)
{
	if (s->op != RB_OP_CALL)
		return NULL;
	return s->call->what == RB_CALL_RUNBOOK ? s->call->unit->scope : s->call->proc->scope;
}

/* A step without an id is called by its number in the file: "step_7". Steps that are edges have no other
 * name. */
static const struct rb_step *
numbered(const struct rb_scope *scope, bool around, struct rb_str id)
{
	const struct rb_unit *unit = NULL;
	const struct rb_step *s;
	int64_t n;

	if (!rb_str_starts(id, "step_") || rb_str_int(rb_str_cut(id, 5, id.n), &n) < 0)
		return NULL;
	for (const struct rb_scope *in = scope; in != NULL && unit == NULL; in = in->outer) {
		for (size_t i = 0; i < in->decls.len && unit == NULL; i++) {
			const struct rb_decl *d = in->decls.entries[i].value;

			unit = d->kind == RB_DECL_STEP && d->step != NULL ? d->step->unit : NULL;
		}
	}
	if (unit == NULL || n < 1 || n > (int64_t)unit->nsteps)
		return NULL;
	s = unit->steps_in_order[n - 1];
	return !s->has_id && (s->scope == scope || (around && s->scope == scope->outer)) ? s : NULL;
}

/* A step of the scope, or with `around` of the file's around a procedure: where a run starts at one, both
 * run. */
static const struct rb_step *
step_of(const struct rb_scope *scope, bool around, struct rb_str id)
{
	const struct rb_decl *d = around ? rb_scope_find(scope, id, NULL) : rb_map_get(&scope->decls, id);

	if (d == NULL)
		return numbered(scope, around, id);
	return d->kind == RB_DECL_STEP ? d->step : NULL;
}

/* ---- instance paths ---- */

/* "pods[2]#3" → "pods". */
static struct rb_str
bare(struct rb_str part)
{
	size_t n = 0;

	while (n < part.n && part.p[n] != '[' && part.p[n] != '#')
		n++;
	return rb_str_cut(part, 0, n);
}

const struct rb_step *
rb_scenario_step(const struct rb_program *program, const struct rb_procedure *from, struct rb_str path,
    struct rb_buf *name)
{
	const struct rb_scope *scope = from != NULL ? from->scope : program->main->scope;
	const struct rb_step *step = NULL;
	bool called = false;
	size_t at = 0;

	while (at <= path.n) {
		size_t slash = rb_str_find(path, RB_STR("/"), at);
		bool last = slash == SIZE_MAX;
		struct rb_str id = bare(rb_str_cut(path, at, slash));

		step = step_of(scope, !called, id);
		/* The steps of an escalation are told as within it. */
		if (step == NULL && !last && rb_str_is(id, "escalation")) {
			at = slash + 1;
			continue;
		}
		if (step == NULL)
			return NULL;
		if (last) {
			rb_buf_str(name, id);
			return step;
		}
		/* A loop in the same file stands in the path, but not in the name. */
		if (step->op == RB_OP_CALL) {
			rb_buf_str(name, id);
			rb_buf_char(name, '/');
			scope = inside_of(step);
			called = true;
		}
		at = slash + 1;
	}
	return NULL;
}

/* ---- as written ---- */

static size_t
ids_of(const struct rb_scope *scope, struct rb_str *names, size_t n)
{
	for (size_t i = 0; scope != NULL && i < scope->decls.len && n < NAMES_MAX; i++) {
		const struct rb_decl *d = scope->decls.entries[i].value;

		if (d->kind == RB_DECL_STEP && d->step != NULL && d->step->has_id)
			names[n++] = d->name;
	}
	return n;
}

/* A step of a procedure is named with the step that calls it. */
static void
hint_call(
    const struct rb_scenario_load *l, const struct rb_scope *scope, struct rb_diag *diag, struct rb_str id)
{
	const struct rb_unit *u = l->file->program->main;

	for (size_t i = 0; scope == u->scope && i < u->nsteps; i++) {
		const struct rb_step *s = u->steps_in_order[i], *inside;

		if (s->op != RB_OP_CALL || s->proc != NULL || s->call->proc == NULL)
			continue;
		inside = step_of(s->call->proc->scope, false, id);
		if (inside == NULL)
			continue;
		rb_diag_hint(l->diags, diag, "it stands in what `%.*s` calls: write `%.*s/%.*s`",
		    RB_STR_ARG(s->id), RB_STR_ARG(s->id), RB_STR_ARG(id));
		return;
	}
}

static int
unknown(const struct rb_scenario_load *l, const struct rb_scope *scope, const struct rb_node *node,
    struct rb_str id, struct rb_str prefix)
{
	const struct rb_unit *u = l->file->program->main;
	struct rb_str names[NAMES_MAX];
	struct rb_diag *diag;
	size_t n;

	diag =
	    prefix.n > 0
		? rb_diag_add(l->diags, RB_E_SCENARIO, node->span,
		      "there is no step `%.*s` in what `%.*s` calls", RB_STR_ARG(id), RB_STR_ARG(prefix))
		: rb_diag_add(l->diags, RB_E_SCENARIO, node->span, "there is no step `%.*s`", RB_STR_ARG(id));
	hint_call(l, scope, diag, id);
	n = ids_of(scope != NULL ? scope : u->scope, names, 0);
	n = ids_of(scope != NULL && prefix.n == 0 ? scope->outer : NULL, names, n);
	for (size_t i = 0; scope == NULL && i < u->nprocs; i++)
		n = ids_of(u->procs[i]->scope, names, n);
	rb_diag_suggest(l->diags, diag, id, names, rb_diags_near(l->diags, n));
	return -1;
}

/* A step by its id, here or with scope NULL in any of the file's scopes; `called`: in the scope alone. */
static const struct rb_step *
find_step(const struct rb_scenario_load *l, const struct rb_scope *scope, bool called, struct rb_str id)
{
	const struct rb_unit *u = l->file->program->main;
	const struct rb_step *s = step_of(scope != NULL ? scope : u->scope, !called, id);

	for (size_t i = 0; s == NULL && scope == NULL && i < u->nprocs; i++)
		s = step_of(u->procs[i]->scope, false, id);
	return s;
}

/* The probe of a purpose, or NULL. */
static const struct rb_step *
probe_of(const struct rb_step *s, enum rb_purpose purpose)
{
	const struct rb_probe *probe = purpose == RB_FOR_DONE_IF  ? s->done_if
				       : purpose == RB_FOR_VERIFY ? s->verify
								  : s->ready;

	return probe != NULL ? probe->step : NULL;
}

/* Cuts ".ready" and the like off the last id. -1 after a diagnostic. */
static int
split_suffix(const struct rb_scenario_load *l, const struct rb_node *node, struct rb_str *id, size_t *suffix)
{
	size_t dot = rb_str_find(*id, RB_STR("."), 0);
	struct rb_str rest = rb_str_cut(*id, dot, id->n), words[SUFFIXES];
	struct rb_diag *diag;

	*suffix = 0;
	if (dot == SIZE_MAX)
		return 0;
	for (size_t i = 1; i < SUFFIXES; i++) {
		words[i - 1] = rb_str_c(suffixes[i].suffix);
		if (!rb_str_is(rest, suffixes[i].suffix))
			continue;
		*suffix = i;
		*id = rb_str_cut(*id, 0, dot);
		return 0;
	}
	diag = rb_diag_add(l->diags, RB_E_SCENARIO, node->span,
	    "`%.*s`: after the id of a step come .ready, .verify or .done_if, for what looks for it",
	    RB_STR_ARG(node->text));
	rb_diag_suggest(l->diags, diag, rest, words, SUFFIXES - 1);
	return -1;
}

int
rb_named_find(const struct rb_scenario_load *l, const struct rb_node *node, struct rb_named *out)
{
	const struct rb_scope *scope = l->ctx.scope;
	struct rb_str text = node->text;
	size_t at = 0, slash, suffix;
	const struct rb_step *s;
	struct rb_str id;

	*out = (struct rb_named){.key = text, .span = node->span};
	if (node->kind == RB_NODE_SCALAR && text.n == 0 && node->style == RB_PLAIN && !node->empty_plain)
		return -1; /* a key that is none, which was told */
	if (node->kind != RB_NODE_SCALAR || text.n == 0) {
		rb_diag_add(l->diags, RB_E_TYPE, node->span, "the id of a step is asked here, not %s",
		    rb_node_form(node));
		return -1;
	}
	for (slash = rb_str_find(text, RB_STR("/"), 0); slash != SIZE_MAX;
	     slash = rb_str_find(text, RB_STR("/"), at)) {
		id = rb_str_cut(text, at, slash);
		s = find_step(l, scope, at > 0, id);
		if (s == NULL)
			return unknown(l, scope, node, id, rb_str_cut(text, 0, at > 0 ? at - 1 : 0));
		scope = inside_of(s);
		if (scope == NULL) {
			rb_diag_add(l->diags, RB_E_SCENARIO, node->span,
			    "`%.*s` calls nothing, so that no step stands in it: the id alone is enough",
			    RB_STR_ARG(id));
			return -1;
		}
		at = slash + 1;
	}
	id = rb_str_cut(text, at, text.n);
	if (split_suffix(l, node, &id, &suffix) < 0)
		return -1;
	out->owner = find_step(l, scope, at > 0, id);
	if (out->owner == NULL)
		return unknown(l, scope, node, id, rb_str_cut(text, 0, at > 0 ? at - 1 : 0));
	out->purpose = suffixes[suffix].purpose;
	out->step = suffix == 0 ? out->owner : probe_of(out->owner, out->purpose);
	if (out->step != NULL)
		return 0;
	rb_diag_add(l->diags, RB_E_SCENARIO, node->span, "`%.*s` has no `%s`", RB_STR_ARG(id),
	    suffixes[suffix].suffix + 1);
	return -1;
}

struct rb_str
rb_named_show(struct rb_arena *arena, struct rb_str key, const struct rb_step *owner)
{
	if (owner == NULL || owner->has_id || owner->span.src == NULL)
		return rb_arena_fmt(arena, "`%.*s`", RB_STR_ARG(key));
	return rb_arena_fmt(arena, "`%.*s` (%.*s:%zu; it has no id: give it one)", RB_STR_ARG(key),
	    RB_STR_ARG(owner->span.src->name), rb_source_pos(owner->span.src, owner->span.from).line);
}
