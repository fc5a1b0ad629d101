/* Names: declaring and finding them while a runbook is checked, and the frames that hold their values while
 * it runs. */
#include "lang/scope.h"

#include <string.h>

enum { FLAT_MAX = 256 }; /* bytes of a dotted name as a script's variable; longer ones cannot be declared */

void
rb_scope_init(struct rb_scope *scope, struct rb_arena *arena, const struct rb_scope *outer)
{
	memset(scope, 0, sizeof(*scope));
	scope->outer = outer;
	scope->procedure = outer != NULL;
	rb_map_init(&scope->decls, arena);
}

struct rb_decl *
rb_scope_find(const struct rb_scope *scope, struct rb_str name, unsigned *up)
{
	unsigned level = 0;

	for (const struct rb_scope *s = scope; s != NULL; s = s->outer, level++) {
		struct rb_decl *d = rb_map_get(&s->decls, name);

		if (d != NULL) {
			if (up != NULL)
				*up = level;
			return d;
		}
	}
	return NULL;
}

static size_t
line_of(struct rb_span span)
{
	return span.src != NULL ? rb_source_pos(span.src, span.from).line : 0;
}

struct rb_decl *
rb_scope_declare(struct rb_scope *scope, struct rb_arena *arena, enum rb_decl_kind kind, struct rb_str name,
    const struct rb_type *type, struct rb_span span, struct rb_diags *diags)
{
	unsigned up;
	struct rb_decl *d = rb_scope_find(scope, name, &up);

	if (d != NULL) {
		struct rb_diag *diag;

		if (d->kind == RB_DECL_BUILTIN) {
			diag = rb_diag_add(
			    diags, RB_E_NAME, span, "`%.*s` is a built-in name", RB_STR_ARG(name));
			rb_diag_hint(diags, diag, "choose another name");
			return d;
		}
		d->disputed = true;
		diag = rb_diag_add(diags, RB_E_REPEATED, span, "the name `%.*s` is taken (line %zu)",
		    RB_STR_ARG(name), line_of(d->span));
		rb_diag_hint(diags, diag,
		    up > 0 ? "a procedure may not reuse a name of its file"
			   : "inputs, values, secrets, steps and loop variables of a file share one set of "
			     "names");
		return d;
	}
	d = RB_NEW(arena, struct rb_decl);
	d->kind = kind;
	d->name = name;
	d->type = type;
	d->span = span;
	d->slot = scope->slots++;
	rb_map_put(&scope->decls, name, d);
	return d;
}

/* --- names that become variables of a script --- */

/* Shell, loader and interpreter variables whose value decides what a child executes. In any case of letters:
 * some programs read them in both. */
static const char *const steering[] = {"path", "ifs", "env", "bash_env", "shellopts", "bashopts", "cdpath",
    "globignore", "ps4", "prompt_command", "pythonpath", "pythonhome", "pythonstartup", "perl5lib",
    "perl5opt", "perl5db", "perllib", "rubylib", "rubyopt", "node_options", "node_path", "java_tool_options",
    "jdk_java_options", "git_ssh", "git_ssh_command", "git_proxy_command", "git_exec_path",
    "git_external_diff", "git_config", "gconv_path", "locpath", "nlspath", "hostaliases", "localdomain",
    "res_options", "glibc_tunables", "terminfo", "openssl_conf", "openssl_engines", NULL};
static const char *const steering_prefixes[] = {"ld_", "dyld_", "bash_func_", "malloc_", NULL};
static const char steering_suffix[] = "_proxy";

/* What the shell sets by itself: a value given to these would not arrive. */
static const char *const shell_own[] = {"UID", "EUID", "PPID", "BASHPID", "RANDOM", "SECONDS", "LINENO",
    "OPTIND", "OPTARG", "HISTCMD", "PWD", "OLDPWD", "SHLVL", "SHELL", "FUNCNAME", "GROUPS", "DIRSTACK", NULL};

static const char *const words[] = {"and", "or", "not", "in", "contains", "matches", "where", "if", "else",
    "true", "false", "null", "this", "item", NULL};

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Whether s begins with `word`, whatever the case of s. */
static bool
begins(struct rb_str s, const char *word)
{
	for (size_t i = 0; word[i] != '\0'; i++)
		if (i == s.n || lower(s.p[i]) != word[i])
			return false;
	return true;
}

static bool
steers(struct rb_str name)
{
	size_t tail = sizeof(steering_suffix) - 1;
	char first = name.n > 0 ? lower(name.p[0]) : '\0';

	for (size_t i = 0; steering[i] != NULL; i++)
		if (steering[i][0] == first && begins(name, steering[i]) && name.n == strlen(steering[i]))
			return true;
	for (size_t i = 0; steering_prefixes[i] != NULL; i++)
		if (begins(name, steering_prefixes[i]))
			return true;
	return name.n >= tail && begins(rb_str_cut(name, name.n - tail, name.n), steering_suffix);
}

static bool
among(struct rb_str name, const char *const *list)
{
	for (size_t i = 0; list[i] != NULL; i++)
		if (rb_str_is(name, list[i]))
			return true;
	return false;
}

static bool
well_formed(struct rb_str name, bool upper)
{
	for (size_t i = 0; i < name.n; i++) {
		char c = upper ? lower(name.p[i]) : name.p[i];

		if (!(c >= 'a' && c <= 'z') && !(i > 0 && ((c >= '0' && c <= '9') || c == '_')))
			return false;
	}
	return name.n > 0;
}

const char *
rb_name_refused(struct rb_str name, bool upper)
{
	if (!well_formed(name, upper))
		return upper ? "a name is letters, digits and _, and begins with a letter"
			     : "a name is lower-case letters, digits and _, and begins with a letter";
	if (name.n > RB_NAME_MAX)
		return "a name has at most 64 characters";
	if (among(name, words))
		return "this is a word of the expression language";
	if (steers(name))
		return "it is reserved: a variable of this name, in capitals or not, steers what programs "
		       "execute (PATH, ENV, LD_*, *_proxy, …); put a word before it, as in my_env";
	if (among(name, shell_own))
		return "the shell sets this variable itself, so a value given to it would be lost";
	if (begins(name, "runbook_"))
		return "names that begin with runbook_ are the program's own";
	return NULL;
}

/* Whether `flat` is a path of members with `_` for `.`: "missing_module" of a match `missing`. */
static bool
has_flat(const struct rb_type *t, struct rb_str flat)
{
	if (t == NULL)
		return false;
	if (rb_type_member(t, flat) != NULL)
		return true;
	for (size_t i = 0; i < t->len; i++) {
		struct rb_str m = t->members[i].name;

		if (flat.n > m.n + 1 && flat.p[m.n] == '_' && rb_str_eq(rb_str_cut(flat, 0, m.n), m) &&
		    has_flat(t->members[i].type, rb_str_cut(flat, m.n + 1, flat.n)))
			return true;
	}
	return false;
}

struct flat {
	const struct rb_scope *scope;
	const struct rb_decl *decl;
	struct rb_diags *diags;
	char name[FLAT_MAX]; /* the decl's name, then members as they are visited */
};

static void
clash(struct flat *f, size_t n, const struct rb_decl *other)
{
	struct rb_diag *diag = rb_diag_add(f->diags, RB_E_NAME, f->decl->span,
	    "in a script, $%.*s would mean both %s`%.*s` and a fact of `%.*s` (line %zu)", (int)n, f->name,
	    n == f->decl->name.n ? "" : "a fact of ", RB_STR_ARG(f->decl->name), RB_STR_ARG(other->name),
	    line_of(other->span));

	rb_diag_hint(f->diags, diag, "rename one of the two");
}

static void
clash_own(struct flat *f, size_t n, const struct rb_member *m, const struct rb_member *other)
{
	struct rb_diag *diag = rb_diag_add(f->diags, RB_E_NAME, f->decl->span,
	    "in a script, $%.*s would mean both %s`%.*s` and a part of `%.*s`, two facts of `%.*s`", (int)n,
	    f->name, n == f->decl->name.n + 1 + m->name.n ? "" : "a part of ", RB_STR_ARG(m->name),
	    RB_STR_ARG(other->name), RB_STR_ARG(f->decl->name));

	rb_diag_hint(f->diags, diag, "rename one of the two");
}

/* Names shorter than this one by a `_…` whose facts may be written like it or like one of its facts. That the
 * other way round needs no look: then the other is the longer one. */
static void
check_prefixes(struct flat *f, size_t n)
{
	struct rb_str whole = {f->name, n};

	for (size_t i = 1; i + 1 < f->decl->name.n; i++) {
		const struct rb_decl *other;

		if (f->name[i] != '_')
			continue;
		other = rb_scope_find(f->scope, rb_str_cut(whole, 0, i), NULL);
		if (other != NULL && has_flat(other->type, rb_str_cut(whole, i + 1, n)))
			clash(f, n, other);
	}
}

/* Whether `word` begins with s, whatever the case of s. */
static bool
starts_like(const char *word, struct rb_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (lower(s.p[i]) != word[i])
			return false;
	return true;
}

/* True if some refused name begins with this one and `_`, so that its facts need a look. */
static bool
near_steering(struct rb_str name)
{
	for (size_t i = 0; steering[i] != NULL; i++)
		if (starts_like(steering[i], name) && steering[i][name.n] == '_')
			return true;
	for (size_t i = 0; steering_prefixes[i] != NULL; i++)
		if (starts_like(steering_prefixes[i], name))
			return true;
	return false;
}

static void
visit_members(struct flat *f, const struct rb_type *t, size_t n, bool near, bool prefixes)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < t->len; i++) {
		const struct rb_type *of = t->members[i].type;
		struct rb_str m = t->members[i].name;
		size_t end = n + 1 + m.n;
		bool proxy = rb_str_ends(m, "proxy");

		if ((!near && !prefixes && !proxy && (of == NULL || of->len == 0)) || end > FLAT_MAX)
			continue;
		f->name[n] = '_';
		memcpy(f->name + n + 1, m.p, m.n);
		if ((near || proxy) && steers((struct rb_str){f->name, end})) {
			struct rb_diag *diag = rb_diag_add(f->diags, RB_E_NAME, f->decl->span,
			    "a fact of `%.*s` would be $%.*s in a script, which steers what it executes",
			    RB_STR_ARG(f->decl->name), (int)end, f->name);

			rb_diag_hint(f->diags, diag, "rename `%.*s` or its fact", RB_STR_ARG(f->decl->name));
		}
		if (prefixes)
			check_prefixes(f, end);
		visit_members(f, of, end, near, prefixes);
	}
}

/* Facts of one step that a script could not tell apart: `most_bytes`, and the group `bytes` of a match
 * `most`.
 */
static void
check_own(struct flat *f)
{
	const struct rb_type *t = f->decl->type;
	size_t n = f->decl->name.n + 1;

	for (size_t i = 0; t != NULL && i < t->len; i++) {
		const struct rb_member *m = &t->members[i];
		const struct rb_type *of = m->type;

		for (size_t k = 1; k + 1 < m->name.n && n + m->name.n <= FLAT_MAX; k++) {
			const struct rb_member *other =
			    m->name.p[k] == '_' ? rb_type_member(t, rb_str_cut(m->name, 0, k)) : NULL;

			if (other == NULL)
				continue;
			f->name[n - 1] = '_';
			memcpy(f->name + n, m->name.p, m->name.n);
			if (has_flat(other->type, rb_str_cut(m->name, k + 1, m->name.n)))
				clash_own(f, n + m->name.n, m, other);
			for (size_t g = 0; of != NULL && g < of->len; g++) {
				struct rb_str group = of->members[g].name;
				size_t end = n + m->name.n + 1 + group.n;

				if (end > FLAT_MAX)
					continue;
				f->name[n + m->name.n] = '_';
				memcpy(f->name + n + m->name.n + 1, group.p, group.n);
				if (has_flat(
					other->type, (struct rb_str){f->name + n + k + 1, end - n - k - 1}))
					clash_own(f, end, m, other);
			}
		}
	}
}

void
rb_scope_clashes(const struct rb_scope *scope, struct rb_diags *diags)
{
	for (size_t i = 0; i < scope->decls.len; i++) {
		const struct rb_decl *d = scope->decls.entries[i].value;
		struct flat f = {.scope = scope, .decl = d, .diags = diags};
		bool prefixes = memchr(d->name.p, '_', d->name.n) != NULL;

		if (d->name.n >= FLAT_MAX)
			continue;
		memcpy(f.name, d->name.p, d->name.n);
		check_prefixes(&f, d->name.n);
		check_own(&f);
		visit_members(&f, d->type, d->name.n, near_steering(d->name), prefixes);
	}
}

/* --- frames --- */

/* What an unset slot is called in messages. */
static struct rb_str
slot_name(const struct rb_frame *f, unsigned slot)
{
	return slot < f->scope->decls.len ? f->scope->decls.entries[slot].key : RB_STR("");
}

struct rb_frame *
rb_frame_new(const struct rb_alloc *alloc, const struct rb_scope *scope, struct rb_frame *file)
{
	struct rb_frame *f = rb_alloc_zero(alloc, 1, sizeof(*f));

	f->scope = scope;
	f->file = file != NULL ? file : f;
	f->alloc = alloc;
	f->slots = rb_alloc_zero(alloc, scope->slots > 0 ? scope->slots : 1, sizeof(*f->slots));
	for (unsigned i = 0; i < scope->slots; i++) {
		rb_arena_init(&f->slots[i].arena, alloc);
		f->slots[i].value = rb_v_unset(slot_name(f, i));
	}
	return f;
}

void
rb_frame_free(struct rb_frame *f)
{
	if (f == NULL)
		return;
	for (unsigned i = 0; i < f->scope->slots; i++)
		rb_arena_free(&f->slots[i].arena);
	rb_alloc_free(f->alloc, f->slots);
	rb_alloc_free(f->alloc, f);
}

void
rb_frame_set(struct rb_frame *f, unsigned slot, struct rb_value v)
{
	struct rb_slot *s = &f->slots[slot];
	struct rb_arena fresh;

	/* v may borrow from what stands there now, so that goes last. */
	rb_arena_init(&fresh, f->alloc);
	s->value = rb_value_copy(&fresh, v);
	rb_arena_free(&s->arena);
	s->arena = fresh;
}

void
rb_frame_clear(struct rb_frame *f, unsigned slot)
{
	f->slots[slot].value = rb_v_unset(slot_name(f, slot));
	rb_arena_free(&f->slots[slot].arena);
}

struct rb_value
rb_frame_get(const struct rb_frame *f, unsigned up, unsigned slot)
{
	const struct rb_frame *at = up > 0 ? f->file : f;

	return at->slots[slot].value;
}
