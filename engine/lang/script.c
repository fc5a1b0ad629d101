/* Scripts: what the constant text of `look`, `run` and `start` mentions, found when the file is loaded, so
 * that it gets just these values in its environment. The text itself is never changed. */
#include <string.h>

#include "lang/shell.h"
#include "lang/shell_quote.h"
#include "lang/template.h"

enum {
	SUGGEST_SHORT = 4, /* names shorter than this are near to too many others */
	SUGGEST_LONG = 7,  /* from here on two letters may differ */
	FLAT_BYTES = 256,  /* of a fact's name in a script */
	COMPLAINTS = 50,   /* diagnostics about one script; each has to be found in its source */
};

struct mentioned {
	struct rb_str name;
	size_t at; /* in the text; of the first that is expanded, if there is one */
	bool guarded;
	bool expanded; /* the shell itself reads it somewhere, and fails where it is unset */
};

struct reader {
	const struct rb_expr_ctx *ctx;
	const struct rb_node *node;
	struct rb_map names; /* → struct mentioned * */
	struct rb_map set;   /* names that the script itself sets */
	struct rb_map own;   /* names that the step's env sets */
	struct rb_shell_quote quote;
	bool open; /* it reads commands from elsewhere, which may set anything */
	unsigned complaints;
	bool failed;
};

/* ---- from names of the shell to names of the runbook ---- */

/* Whether a declaration has a value of its own; steps, `run` and `has` only have members. */
static bool
is_value(const struct rb_decl *decl)
{
	return decl->kind != RB_DECL_STEP && decl->kind != RB_DECL_BUILTIN;
}

/* The path of the member of t that is written `flat`, with `_` where the path has dots: ".missing.module" for
 * missing_module. Empty if there is none. *json: it would be below a value whose members are not known
 * before. */
static struct rb_str
find_flat(const struct reader *r, const struct rb_type *t, struct rb_str flat, bool *json)
{
	*json = *json || (t != NULL && (t->base == RB_ANY || (t->base == RB_RECORD && t->len == 0)));
	for (size_t i = 0; t != NULL && i < t->len; i++) {
		const struct rb_member *m = &t->members[i];
		struct rb_str rest;

		if (flat.n < m->name.n || !rb_str_eq(rb_str_cut(flat, 0, m->name.n), m->name))
			continue;
		if (flat.n == m->name.n)
			return rb_arena_fmt(r->ctx->arena, ".%.*s", RB_STR_ARG(m->name));
		if (flat.p[m->name.n] != '_')
			continue;
		rest = find_flat(r, m->type, rb_str_cut(flat, m->name.n + 1, flat.n), json);
		if (rest.n > 0)
			return rb_arena_fmt(
			    r->ctx->arena, ".%.*s%.*s", RB_STR_ARG(m->name), RB_STR_ARG(rest));
	}
	return RB_STR("");
}

/* What $name means: its declaration, and the path of the value (log_missing_module: "log.missing.module").
 * NULL: it is nothing of the runbook; *json gets the declaration below which it would be in JSON. That no
 * name means two things is rb_scope_clashes' care. */
static struct rb_decl *
resolve(const struct reader *r, struct rb_str name, struct rb_str *path, const struct rb_decl **json)
{
	struct rb_decl *decl = rb_scope_find(r->ctx->scope, name, NULL);

	*json = NULL;
	*path = name;
	if (decl != NULL && is_value(decl))
		return decl;
	for (size_t i = name.n; i-- > 1;) {
		bool below_json = false;
		struct rb_str rest;

		decl = name.p[i] == '_' ? rb_scope_find(r->ctx->scope, rb_str_cut(name, 0, i), NULL) : NULL;
		if (decl == NULL)
			continue;
		rest = find_flat(r, decl->type, rb_str_cut(name, i + 1, name.n), &below_json);
		if (rest.n > 0) {
			*path =
			    rb_arena_fmt(r->ctx->arena, "%.*s%.*s", RB_STR_ARG(decl->name), RB_STR_ARG(rest));
			return decl;
		}
		if (below_json)
			*json = decl;
	}
	return NULL;
}

enum known { UNKNOWN_HEAD, KNOWN_HEAD, KNOWN_PATH };

/* How much of a dotted path names something. */
static enum known
known_path(const struct reader *r, struct rb_str path)
{
	size_t end = rb_str_find(path, RB_STR("."), 0);
	const struct rb_decl *decl = rb_scope_find(r->ctx->scope, rb_str_cut(path, 0, end), NULL);
	const struct rb_type *t = decl != NULL ? decl->type : NULL;

	while (end < path.n && t != NULL && t->base != RB_ANY) {
		size_t next = rb_str_find(path, RB_STR("."), end + 1);
		const struct rb_member *m = rb_type_member(t, rb_str_cut(path, end + 1, next));

		if (m == NULL)
			return KNOWN_HEAD;
		t = m->type;
		end = next;
	}
	return decl != NULL ? KNOWN_PATH : UNKNOWN_HEAD;
}

/* ---- reading ---- */

/* "a.b.c" as a script has it: "a_b_c". */
static struct rb_str
flatten(const struct reader *r, struct rb_str path)
{
	char *p = rb_arena_new(r->ctx->arena, path.n + 1);

	for (size_t i = 0; i < path.n; i++)
		p[i] = path.p[i] == '.' ? '_' : path.p[i];
	return (struct rb_str){p, path.n};
}

/* Whether there may be one more diagnostic about this script. */
static bool
may_complain(struct reader *r)
{
	return r->complaints++ < COMPLAINTS;
}

static void
injection(struct reader *r, const struct rb_shell_item *item)
{
	struct rb_str flat = flatten(r, item->text), path;
	const struct rb_decl *json;
	struct rb_diag *d;

	r->failed = true;
	if (!may_complain(r))
		return;
	d = rb_diag_add(r->ctx->diags, RB_E_INJECTION, rb_node_span(r->node, item->from, item->to),
	    "the text of a script is not filled in: `%.*s` would reach the shell as it stands",
	    RB_STR_ARG(rb_str_cut(r->node->text, item->from, item->to)));
	if (resolve(r, flat, &path, &json) != NULL)
		rb_diag_hint(r->ctx->diags, d,
		    "write $%.*s: the value comes as a variable, and stays a value", RB_STR_ARG(flat));
	else
		rb_diag_hint(
		    r->ctx->diags, d, "give it a name with `capture` or `values`, and write that as $name");
}

/* ${name:?why}: that it may be unset was thought of. */
static bool
is_demanded(struct rb_str s, size_t at, size_t end)
{
	end += end < s.n && s.p[end] == ':';
	return at > 0 && s.p[at - 1] == '{' && end < s.n && s.p[end] == '?';
}

/* Whether the shell expands the name at `at`, which awk or a `bash -c` may do with others. */
static bool
is_expanded(struct reader *r, size_t at)
{
	struct rb_str s = r->node->text;
	size_t from = at;

	if (at > 0 && s.p[at - 1] == '$')
		from = at - 1;
	else if (at > 1 && s.p[at - 1] == '{' && s.p[at - 2] == '$')
		from = at - 2;
	for (at = from; at > 0 && s.p[at - 1] == '\\'; at--)
		;
	return (from - at) % 2 == 0 && !rb_shell_quote_inert(&r->quote, from);
}

static void
note_read(struct reader *r, const struct rb_shell_item *item)
{
	struct mentioned *m = rb_map_get(&r->names, item->text);
	bool expanded = !item->guarded && !is_demanded(r->node->text, item->at, item->at + item->text.n) &&
			is_expanded(r, item->at);

	if (m != NULL) {
		m->guarded = m->guarded && item->guarded;
		m->at = expanded && !m->expanded ? item->at : m->at;
		m->expanded = m->expanded || expanded;
		return;
	}
	m = RB_NEW(r->ctx->arena, struct mentioned);
	m->name = rb_arena_str(r->ctx->arena, item->text);
	m->at = item->at;
	m->guarded = item->guarded;
	m->expanded = expanded;
	rb_map_put(&r->names, m->name, m);
}

/* ${a.b} that is not ours may stand in a file that the script writes, for someone else to fill in. */
static void
note_braced(struct reader *r, const struct rb_shell_item *item)
{
	struct rb_diag *d;

	if (known_path(r, item->text) != UNKNOWN_HEAD) {
		injection(r, item);
		return;
	}
	if (!may_complain(r))
		return;
	d = rb_diag_add(r->ctx->diags, RB_W_MISTYPED, rb_node_span(r->node, item->from, item->to),
	    "`%.*s` is no name of the shell: a name has no dots", RB_STR_ARG(item->text));
	rb_diag_hint(r->ctx->diags, d,
	    "the shell refuses this unless it stands in single quotes or a quoted here-document");
}

static void
note(void *reader, const struct rb_shell_item *item)
{
	struct reader *r = reader;
	const struct rb_decl *head;

	switch (item->kind) {
	case RB_SHELL_READ:
		note_read(r, item);
		break;
	case RB_SHELL_SET:
		rb_map_put(&r->set, item->text, r);
		break;
	case RB_SHELL_OPEN:
		r->open = true;
		break;
	case RB_SHELL_DOTTED:
		/* "$host.example.org" is in order; where $host would be a step it can only be meant as its
		 * fact. */
		head = rb_scope_find(
		    r->ctx->scope, rb_str_cut(item->text, 0, rb_str_find(item->text, RB_STR("."), 0)), NULL);
		if (head != NULL && !is_value(head) && known_path(r, item->text) == KNOWN_PATH)
			injection(r, item);
		break;
	case RB_SHELL_BRACED:
		note_braced(r, item);
		break;
	case RB_SHELL_MOUSTACHE:
		if (known_path(r, item->text) == KNOWN_PATH)
			injection(r, item);
		break;
	}
}

/* ---- names that nothing defines ---- */

struct nearest {
	unsigned distance; /* only what is nearer counts */
	char text[FLAT_BYTES];
	size_t n;
};

/* Two neighbours changed places, which is one mistake though it is a distance of two. */
static bool
is_swapped(struct rb_str a, const char *b, size_t n)
{
	size_t i = 0;

	while (i < n && a.n == n && a.p[i] == b[i])
		i++;
	return a.n == n && i + 1 < n && a.p[i] == b[i + 1] && a.p[i + 1] == b[i] &&
	       memcmp(a.p + i + 2, b + i + 2, n - i - 2) == 0;
}

/* Offers text[0..n) as what `name` was meant to be. */
static void
offer(struct nearest *best, struct rb_str name, const char *text, size_t n)
{
	unsigned distance = best->distance;

	if (distance > 1 && is_swapped(name, text, n))
		distance = 1;
	else if (distance > 0)
		distance = rb_str_distance(name, (struct rb_str){text, n}, distance - 1);
	if (distance >= best->distance)
		return;
	best->distance = distance;
	best->n = n;
	memcpy(best->text, text, n);
}

/* Offers a declaration, or with its members and theirs: text[0..n) is the name so far. */
static void
offer_flat(struct nearest *best, struct rb_str name, char text[FLAT_BYTES], size_t n, const struct rb_type *t)
{
	for (size_t i = 0; t != NULL && i < t->len; i++) {
		const struct rb_member *m = &t->members[i];
		size_t end = n + 1 + m->name.n;

		if (end > FLAT_BYTES || end > name.n + best->distance)
			continue;
		text[n] = '_';
		memcpy(text + n + 1, m->name.p, m->name.n);
		offer(best, name, text, end);
		offer_flat(best, name, text, end, m->type);
	}
}

static void
offer_decl(struct nearest *best, struct rb_str name, const struct rb_decl *decl)
{
	char text[FLAT_BYTES];

	if (decl->name.n > sizeof(text) || decl->name.n > name.n + best->distance)
		return;
	memcpy(text, decl->name.p, decl->name.n);
	if (is_value(decl))
		offer(best, name, text, decl->name.n);
	/* A file has thousands of facts: only those of declarations that are near themselves are compared. */
	if (rb_str_distance(rb_str_cut(name, 0, decl->name.n), decl->name, best->distance) <= best->distance)
		offer_flat(best, name, text, decl->name.n, decl->type);
}

/* Whether a name is one of the environment, where the file does not say so: those are upper-case, but for
 * the proxies. */
static bool
is_environments(struct rb_str name)
{
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] >= 'a' && name.p[i] <= 'z')
			return (name.p[0] >= 'A' && name.p[0] <= 'Z') || rb_str_ends(name, "_proxy");
	return true;
}

/* $row_NAME: the members of what is read from a table or from JSON are known only when it runs. */
static void
warn_member(struct reader *r, const struct mentioned *m, const struct rb_decl *of, struct rb_span span)
{
	struct rb_str member = rb_str_cut(m->name, of->name.n + 1, m->name.n);
	struct rb_diag *d;

	if (of->kind == RB_DECL_STEP) {
		d = rb_diag_add(r->ctx->diags, RB_W_MISTYPED, span,
		    "$%.*s would stand in JSON, whose members are no variables", RB_STR_ARG(m->name));
		rb_diag_hint(
		    r->ctx->diags, d, "give it a name with `capture`, from `%.*s`", RB_STR_ARG(of->name));
		return;
	}
	d = rb_diag_add(r->ctx->diags, RB_W_MISTYPED, span,
	    "$%.*s would be a member of `%.*s` that is known only when it runs: these are no variables",
	    RB_STR_ARG(m->name), RB_STR_ARG(of->name));
	rb_diag_hint(r->ctx->diags, d, "write env: {%.*s: \"${%.*s.%.*s}\"}, and $%.*s in the script",
	    RB_STR_ARG(member), RB_STR_ARG(of->name), RB_STR_ARG(member), RB_STR_ARG(member));
}

/* Whether the name would be a fact of something whose own name is disputed, so that nothing is known of it.
 */
static bool
is_disputed(const struct reader *r, struct rb_str name)
{
	for (size_t i = name.n; i > 0; i--) {
		const struct rb_decl *decl = i == name.n || name.p[i] == '_'
						 ? rb_scope_find(r->ctx->scope, rb_str_cut(name, 0, i), NULL)
						 : NULL;

		if (decl != NULL && decl->disputed)
			return true;
	}
	return false;
}

/* Offers all that can be seen from the script. */
static void
offer_all(const struct reader *r, struct nearest *best, struct rb_str name)
{
	for (const struct rb_scope *s = r->ctx->scope; s != NULL; s = s->outer) {
		for (size_t i = 0; i < s->decls.len; i++)
			offer_decl(best, name, s->decls.entries[i].value);
	}
}

/* Whether text[at] stands among the words of a command for which an empty name is another, worse one:
 * `rm -rf "$nn"/`. */
static bool
is_risky(struct rb_str text, size_t at)
{
	static const char *const commands[] = {"rm", "mv", "cp", "chown", "chgrp", "chmod", "ln", "dd",
	    "shred", "truncate", "rsync", "mkfs", "kill"};
	size_t from = at, word;

	while (from > 0 && strchr("\n;|&({`", text.p[from - 1]) == NULL)
		from--;
	for (; from < at; from = word + 1) {
		for (word = from; word < at && text.p[word] != ' ' && text.p[word] != '\t';)
			word++;
		for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
			if (rb_str_is(rb_str_cut(text, from, word), commands[i]))
				return true;
		}
	}
	return false;
}

/* What to do about a name that nothing sets. An empty text in its place is no way out where it would have a
 * command destroy something else. */
static void
hint_unset(struct reader *r, struct rb_diag *d, const struct mentioned *m)
{
	struct nearest near = {.distance = 2};
	struct rb_diags *diags = r->ctx->diags;

	if (m->name.n > 1)
		offer_all(r, &near, m->name);
	if (near.n > 0)
		rb_diag_hint(diags, d, "did you mean $%.*s?", (int)near.n, near.text);
	if (is_risky(r->node->text, m->at))
		rb_diag_hint(diags, d,
		    "declare it as an input, value or `env`; or write ${%.*s:?}, which ends the step where "
		    "it is "
		    "missing or empty",
		    RB_STR_ARG(m->name));
	else
		rb_diag_hint(diags, d,
		    "declare it as an input, value or `env`; if it may be missing, write ${%.*s:-}",
		    RB_STR_ARG(m->name));
}

static void
warn_undefined(struct reader *r, const struct mentioned *m, const struct rb_decl *json)
{
	unsigned most = m->name.n < SUGGEST_SHORT ? 0 : m->name.n < SUGGEST_LONG ? 1 : 2;
	bool facts = rb_scope_find(r->ctx->scope, m->name, NULL) != NULL;
	struct nearest best = {.distance = most + 1};
	struct rb_diags *diags = r->ctx->diags;
	struct rb_span span;
	struct rb_diag *d;

	if (most > 0 && !facts)
		offer_all(r, &best, m->name);
	if (best.distance > most && json == NULL && !facts &&
	    (!m->expanded || r->open || is_environments(m->name) || is_disputed(r, m->name)))
		return;
	if (!may_complain(r))
		return;
	span = rb_node_span(r->node, m->at, m->at + m->name.n);
	if (facts) {
		d = rb_diag_add(diags, RB_W_MISTYPED, span, "`%.*s` has facts, but is no variable itself",
		    RB_STR_ARG(m->name));
		rb_diag_hint(diags, d, "a fact of it is written $%.*s_fact", RB_STR_ARG(m->name));
	} else if (best.distance <= most) {
		d = rb_diag_add(diags, RB_W_MISTYPED, span, "nothing defines $%.*s", RB_STR_ARG(m->name));
		rb_diag_hint(diags, d, "did you mean $%.*s?", (int)best.n, best.text);
	} else if (json != NULL) {
		warn_member(r, m, json, span);
	} else {
		d = rb_diag_add(diags, RB_W_MISTYPED, span, "nothing sets $%.*s", RB_STR_ARG(m->name));
		hint_unset(r, d, m);
	}
}

/* ---- the mentions ---- */

/* Whether the declaration can be seen from here: outside of its loop a name is the shell's own. */
static bool
visible(const struct reader *r, const struct rb_decl *decl)
{
	const struct rb_step *within = decl->kind == RB_DECL_LOOP ? decl->step : decl->within;

	for (size_t i = 0; i < r->ctx->naround; i++) {
		if (r->ctx->around[i] == within)
			return true;
	}
	return within == NULL;
}

static void
add_mention(struct reader *r, struct rb_script *script, const struct mentioned *m)
{
	bool set = rb_map_get(&r->set, m->name) != NULL;
	struct rb_mention *to = &script->mentions[script->nmentions];
	const struct rb_decl *json;
	struct rb_decl *decl;
	struct rb_str path;

	if (rb_map_get(&r->own, m->name) != NULL)
		return;
	decl = resolve(r, m->name, &path, &json);
	if (decl == NULL) {
		if (!set)
			warn_undefined(r, m, json);
		return;
	}
	if (set && !visible(r, decl))
		return;
	if (decl->kind == RB_DECL_STEP && decl->step == r->ctx->step && decl->step != NULL && !m->guarded &&
	    !set && may_complain(r))
		rb_diag_hint(r->ctx->diags,
		    rb_diag_add(r->ctx->diags, RB_W_MISTYPED, rb_node_span(r->node, m->at, m->at + m->name.n),
			"$%.*s is a fact of this very step, which is there only after it ran",
			RB_STR_ARG(m->name)),
		    "read it in a later step; `capture` and `expect` have it as this.%.*s",
		    RB_STR_ARG(rb_str_cut(path, decl->name.n + 1, path.n)));
	to->name = m->name;
	to->decl = decl;
	/* What the script sets by itself need not be there before. */
	to->guarded = m->guarded || set;
	to->expr = rb_expr_parse(r->ctx, r->node, m->at, path);
	if (to->expr == NULL)
		r->failed = true;
	else
		script->nmentions++;
}

struct rb_script *
rb_script_parse(const struct rb_expr_ctx *ctx, const struct rb_node *scalar, const struct rb_str *own_env,
    size_t nown_env)
{
	struct rb_script *script = RB_NEW(ctx->arena, struct rb_script);
	struct reader r = {.ctx = ctx, .node = scalar};

	rb_map_init(&r.names, ctx->arena);
	rb_map_init(&r.set, ctx->arena);
	rb_map_init(&r.own, ctx->arena);
	for (size_t i = 0; i < nown_env; i++)
		rb_map_put(&r.own, own_env[i], &r);
	rb_shell_quote_init(&r.quote, scalar->text);
	rb_shell_read(scalar->text, note, &r);
	script->text = scalar->text;
	script->mentions = RB_ARRAY(ctx->arena, struct rb_mention, r.names.len);
	for (size_t i = 0; i < r.names.len; i++)
		add_mention(&r, script, r.names.entries[i].value);
	return r.failed ? NULL : script;
}
