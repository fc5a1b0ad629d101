/* What all runners share: facts, arguments, environments, paths. */
#include "exec/job.h"

#include <string.h>

#include "os/tree.h"

void
rb_facts_init(struct rb_facts *f, struct rb_arena *arena, size_t cap)
{
	f->arena = arena;
	f->len = 0;
	f->cap = cap;
	f->pairs = RB_ARRAY(arena, struct rb_vpair, cap);
}

void
rb_facts_add_str(struct rb_facts *f, struct rb_str name, struct rb_value v)
{
	f->pairs = rb_arena_grow(f->arena, f->pairs, sizeof(*f->pairs), f->len, &f->cap);
	f->pairs[f->len++] = (struct rb_vpair){name, v};
}

void
rb_facts_add(struct rb_facts *f, const char *name, struct rb_value v)
{
	rb_facts_add_str(f, rb_str_c(name), v);
}

struct rb_value
rb_facts_value(const struct rb_facts *f)
{
	struct rb_vmap *map = RB_NEW(f->arena, struct rb_vmap);

	map->len = f->len;
	map->pairs = f->pairs;
	return (struct rb_value){.kind = RB_V_MAP, .map = map};
}

struct rb_value
rb_job_value(const struct rb_job *job, int key)
{
	return job->at->request->values[key];
}

struct rb_str
rb_job_text(const struct rb_job *job, int key)
{
	struct rb_value v = rb_job_value(job, key);

	return v.kind == RB_V_TEXT ? v.s : RB_STR("");
}

struct rb_str
rb_job_cut(const struct rb_job *job, struct rb_str text, size_t most)
{
	if (text.n <= most)
		return rb_arena_str(job->arena, text);
	while (most > 0 && ((unsigned char)text.p[most] & 0xC0) == 0x80)
		most--;
	return rb_arena_fmt(job->arena, "%.*s" RB_CUT, (int)most, text.p);
}

const char *
rb_job_path(const struct rb_job *job, struct rb_str path)
{
	const struct rb_source *src = job->at->step->unit->src;
	struct rb_str folder = rb_str_folder(src->path.n > 0 ? src->path : job->x->opt.home);

	if (path.n > 0 && path.p[0] == '/')
		return rb_arena_str(job->arena, path).p;
	return rb_arena_fmt(job->arena, "%.*s%.*s", RB_STR_ARG(folder), RB_STR_ARG(path)).p;
}

/* NAME=value, from a pair of the request's environment. */
static const char *
assignment(struct rb_arena *arena, const struct rb_vpair *pair)
{
	size_t n = pair->key.n + 1 + pair->value.s.n;
	char *text = rb_arena_new(arena, n + 1);

	memcpy(text, pair->key.p, pair->key.n);
	text[pair->key.n] = '=';
	if (pair->value.s.n > 0)
		memcpy(text + pair->key.n + 1, pair->value.s.p, pair->value.s.n);
	return text;
}

/* True if entry is an assignment to one of the map's names. */
static bool
overridden(const char *entry, struct rb_value map)
{
	for (size_t i = 0; i < map.map->len; i++) {
		struct rb_str name = map.map->pairs[i].key;

		if (strncmp(entry, name.p, name.n) == 0 && entry[name.n] == '=')
			return true;
	}
	return false;
}

const char **
rb_job_environ(const struct rb_job *job, const char *cookie)
{
	const struct rb_request *req = job->at->request;
	struct rb_exec *x = job->x;
	size_t most = x->nbase_env + req->env.map->len + req->secret_env.map->len + 4, n = 0;
	const char **env = RB_ARRAY(job->arena, const char *, most);

	for (size_t i = 0; i < x->nbase_env; i++) {
		if (!overridden(x->base_env[i], req->env) && !overridden(x->base_env[i], req->secret_env))
			env[n++] = x->base_env[i];
	}
	for (size_t i = 0; i < req->env.map->len; i++)
		env[n++] = assignment(job->arena, &req->env.map->pairs[i]);
	for (size_t i = 0; i < req->secret_env.map->len; i++)
		env[n++] = assignment(job->arena, &req->secret_env.map->pairs[i]);
	if (cookie != NULL)
		env[n++] = rb_arena_fmt(job->arena, "%s=%s", RB_TREE_COOKIE, cookie).p;
	if (job->at->key.n > 0)
		env[n++] =
		    rb_arena_fmt(job->arena, "RUNBOOK_IDEMPOTENCY_KEY=%.*s", RB_STR_ARG(job->at->key)).p;
	env[n] = NULL;
	return env;
}

static const char **
shell_argv(const struct rb_job *job, struct rb_str script)
{
	static const char *const bash[] = {"bash", "-eu", "-o", "pipefail", "-c"}, *const sh[] = {
										       "sh", "-eu", "-c"};
	bool plain = rb_str_is(job->at->step->shell, "sh");
	const char *const *prefix = plain ? sh : bash;
	size_t n = plain ? 3 : 5;
	const char **argv = RB_ARRAY(job->arena, const char *, n + 3);

	memcpy(argv, prefix, n * sizeof(*argv));
	argv[n] = script.p;
	argv[n + 1] =
	    rb_arena_str(job->arena, job->at->step->id).p; /* $0, which the shell's own messages name */
	return argv;
}

const char **
rb_job_argv(const struct rb_job *job, struct rb_str *why)
{
	struct rb_value v = rb_job_value(job, RB_ARG_SCRIPT_SCRIPT);
	const char **argv;

	if (v.kind == RB_V_TEXT)
		return shell_argv(job, rb_arena_str(job->arena, v.s));
	if (v.kind != RB_V_LIST || v.list->len == 0) {
		*why = RB_STR("the command is an empty list");
		return NULL;
	}
	argv = RB_ARRAY(job->arena, const char *, v.list->len + 1);
	for (size_t i = 0; i < v.list->len; i++) {
		struct rb_buf text;

		rb_buf_init(&text, job->x->opt.alloc, RB_SOURCE_MAX);
		rb_value_show(v.list->items[i], &text);
		argv[i] = rb_arena_str(job->arena, rb_buf_view(&text)).p;
		if (memchr(rb_buf_cstr(&text), '\0', text.len) != NULL)
			*why = rb_arena_fmt(job->arena, "argument %zu holds a NUL byte", i);
		rb_buf_free(&text);
	}
	return why->n == 0 ? argv : NULL;
}
