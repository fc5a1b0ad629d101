/* From a step to its request: every ${} filled in, every mentioned name of a script given its value. The one
 * road that the dry run, the drill, the tests and the real run share. */
#include "lang/kind.h"
#include "lang/unset.h"

#include <string.h>

/* The first reason for which the request cannot be performed wins; an UNKNOWN only marks it. */
static void
note_value(struct rb_request *req, struct rb_eval *ev, struct rb_value v, const char *what, struct rb_span at)
{
	if (v.kind == RB_V_UNKNOWN) {
		req->unknown = true;
		return;
	}
	if (v.kind == RB_V_LIST) {
		for (size_t i = 0; i < v.list->len; i++)
			note_value(req, ev, v.list->items[i], what, at);
		return;
	}
	if (v.kind == RB_V_MAP) {
		for (size_t i = 0; i < v.map->len; i++)
			note_value(req, ev, v.map->pairs[i].value, what, at);
		return;
	}
	if (rb_v_known(v) || req->why.kind == RB_V_ERROR)
		return;
	if (v.kind == RB_V_UNSET)
		v.s = rb_unset_text(ev->arena, ev->frame, v.s);
	req->why = rb_v_error(ev->arena, "`%s`: %.*s", what, RB_STR_ARG(v.s));
	req->at = at;
}

/* A field that is there; UNSET when it is not. */
static struct rb_value
field_value(struct rb_request *req, struct rb_eval *ev, const struct rb_field *f, const char *what)
{
	struct rb_value v;

	if (f == NULL || f->node == NULL)
		return rb_v_unset(rb_str_c(what));
	v = rb_field_eval(f, ev);
	note_value(req, ev, v, what, f->node->span);
	return v;
}

/* What a key is called in a message: the main one of `say: …` is never written by its own name. */
static const char *
called(const struct rb_step *step, size_t row)
{
	const struct rb_key *key = &step->kind->keys[row];
	const struct rb_node *node = step->args[row].node;
	bool alone = node != NULL && node->span.from == step->action_span.from;

	return (key->flags & RB_KEY_MAIN) != 0 && alone ? step->kind->name : key->name;
}

struct env_build {
	struct rb_vpair *open, *secret;
	size_t nopen, nsecret;
};

/* Adds one variable, in the form in which a script gets it (language.md, section 4). */
static void
add_variable(struct rb_request *req, struct rb_eval *ev, struct env_build *env, struct rb_str name,
    struct rb_value v, bool secret, struct rb_span at)
{
	struct rb_vpair pair = {name, v};
	const char *why = NULL;
	struct rb_buf text;

	if (rb_v_known(v)) {
		rb_buf_init(&text, ev->arena->alloc, (size_t)RB_ENV_MAX + 1);
		if (rb_value_env(v, &text, &why) == 0) {
			pair.value = rb_v_text(rb_arena_str(ev->arena, rb_buf_view(&text)));
		} else {
			pair.value =
			    rb_v_error(ev->arena, "%s; give it to the step through `stdin` or a file", why);
		}
		rb_buf_free(&text);
	}
	if (!rb_v_known(pair.value)) {
		struct rb_str shown = rb_arena_fmt(ev->arena, "$%.*s", RB_STR_ARG(name));

		note_value(req, ev, pair.value, shown.p, at);
	}
	if (secret)
		env->secret[env->nsecret++] = pair;
	else
		env->open[env->nopen++] = pair;
}

static bool
has_pair(const struct rb_vpair *pairs, size_t n, struct rb_str name)
{
	for (size_t i = 0; i < n; i++) {
		if (rb_str_eq(pairs[i].key, name))
			return true;
	}
	return false;
}

const struct rb_script *
rb_step_script(const struct rb_step *step)
{
	for (size_t i = 0; step->kind->keys[i].name != NULL; i++) {
		if (step->kind->keys[i].type == RB_K_SCRIPT)
			return step->args[i].script;
	}
	return NULL;
}

static void
build_env(struct rb_request *req, struct rb_eval *ev)
{
	const struct rb_step *step = req->step;
	const struct rb_script *script = rb_step_script(step);
	size_t most = step->nenv + step->nsecrets + (script != NULL ? script->nmentions : 0);
	struct env_build env = {
	    RB_ARRAY(ev->arena, struct rb_vpair, most), RB_ARRAY(ev->arena, struct rb_vpair, most), 0, 0};
	struct rb_vmap *maps = RB_ARRAY(ev->arena, struct rb_vmap, 2);

	for (size_t i = 0; i < step->nenv; i++) {
		const struct rb_field *f = &step->env[i].value;
		bool secret = f->tmpl != NULL && rb_tmpl_secret(f->tmpl);

		add_variable(req, ev, &env, step->env[i].name, rb_field_eval(f, ev), secret, f->node->span);
	}
	for (size_t i = 0; i < step->nsecrets; i++) {
		struct rb_value v =
		    rb_frame_get(ev->frame, ev->frame->file == ev->frame ? 0 : 1, step->secrets[i]->slot);

		if (v.kind != RB_V_UNSET && !has_pair(env.secret, env.nsecret, step->secrets[i]->name))
			add_variable(req, ev, &env, step->secrets[i]->name, v, true, step->action_span);
	}
	for (size_t i = 0; script != NULL && i < script->nmentions; i++) {
		const struct rb_mention *m = &script->mentions[i];
		struct rb_value v;

		if (has_pair(env.open, env.nopen, m->name) || has_pair(env.secret, env.nsecret, m->name))
			continue;
		v = rb_expr_eval(m->expr, ev);
		if (v.kind == RB_V_UNSET && m->guarded)
			continue;
		if (v.kind == RB_V_UNSET)
			v = rb_v_error(ev->arena, "%.*s; where that is meant, write ${%.*s:-}",
			    RB_STR_ARG(rb_unset_text(ev->arena, ev->frame, v.s)), RB_STR_ARG(m->name));
		add_variable(req, ev, &env, m->name, v, rb_expr_secret(m->expr), step->action_span);
	}
	maps[0] = (struct rb_vmap){env.nopen, env.open};
	maps[1] = (struct rb_vmap){env.nsecret, env.secret};
	req->env = (struct rb_value){.kind = RB_V_MAP, .map = &maps[0]};
	req->secret_env = (struct rb_value){.kind = RB_V_MAP, .map = &maps[1]};
}

struct rb_request *
rb_step_resolve(const struct rb_step *step, struct rb_eval *ev)
{
	struct rb_request *req = RB_NEW(ev->arena, struct rb_request);
	const struct rb_kind *kind = step->kind;
	size_t n = rb_keys_count(kind->keys);

	req->step = step;
	req->kind = kind;
	req->why = rb_v_unset(RB_STR("why"));
	req->values = RB_ARRAY(ev->arena, struct rb_value, n);
	for (size_t i = 0; i < n; i++)
		req->values[i] = field_value(req, ev, &step->args[i], called(step, i));
	build_env(req, ev);
	req->cwd = field_value(req, ev, step->cwd, "cwd");
	req->stdin_ = field_value(req, ev, step->stdin_, "stdin");
	req->log = field_value(req, ev, step->log, "log");
	req->pidfile = field_value(req, ev, step->pidfile, "pidfile");
	if (kind->resolve != NULL && req->why.kind != RB_V_ERROR)
		kind->resolve(req, ev);
	return req;
}

static void
json_pair(struct rb_json *j, const char *name, struct rb_value v)
{
	if (v.kind == RB_V_UNSET || (v.kind == RB_V_MAP && v.map->len == 0))
		return;
	rb_json_key(j, name);
	rb_value_json(v, j);
}

void
rb_request_json(const struct rb_request *req, struct rb_json *j)
{
	rb_json_open(j, '{');
	for (size_t i = 0; req->kind->keys[i].name != NULL; i++)
		json_pair(j, req->kind->keys[i].name, req->values[i]);
	json_pair(j, "env", req->env);
	if (req->secret_env.kind == RB_V_MAP && req->secret_env.map->len > 0) {
		rb_json_key(j, "secrets");
		rb_json_open(j, '[');
		for (size_t i = 0; i < req->secret_env.map->len; i++)
			rb_json_str(j, req->secret_env.map->pairs[i].key);
		rb_json_close(j, ']');
	}
	json_pair(j, "cwd", req->cwd);
	json_pair(j, "stdin", req->stdin_);
	json_pair(j, "log", req->log);
	json_pair(j, "pidfile", req->pidfile);
	rb_json_close(j, '}');
}
