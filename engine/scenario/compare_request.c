/* Requests against what was expected of them: compared as each attempt is started, since its request goes
 * with it. */
#include "scenario/state.h"

#include <string.h>

static void
compare_value(struct rb_play *p, struct rb_str key,
    struct rb_value (*of)(const void *ctx, struct rb_str name), const void *ctx)
{
	const struct rb_wants *w = rb_play_wants(p);

	for (size_t i = 0; i < w->nrequests; i++) {
		const struct rb_want_request *r = &w->requests[i];
		unsigned nth;

		if (!rb_str_eq(r->at.key, key))
			continue;
		nth = p->compared[i]++;
		if (r->each && nth >= r->n)
			continue; /* told at the end, by number */
		for (size_t k = 0; k < r->items[r->each ? nth : 0].n; k++) {
			const struct rb_wanted *all = &r->items[r->each ? nth : 0];
			struct rb_differs d;

			if (rb_wanted_holds(
				&all->items[k], of(ctx, all->names[k]), all->names[k], p->arena, &d))
				continue;
			rb_play_differs(p, r->at.span, "requests",
			    rb_arena_fmt(p->arena, "%.*s%s would have had another `%.*s`",
				RB_STR_ARG(rb_named_show(p->arena, key, r->at.owner)),
				nth == 0 ? ""
					 : rb_arena_fmt(p->arena, " (its %.*s attempt)",
					       RB_STR_ARG(rb_play_nth(p->arena, nth + 1)))
					       .p,
				RB_STR_ARG(d.at)),
			    d.expected, d.actual);
		}
	}
}

/* A script's environment is what the step adds and the secrets that are delivered to it. */
static struct rb_value
whole_env(const struct rb_request *req, struct rb_arena *arena)
{
	size_t open = req->env.kind == RB_V_MAP ? req->env.map->len : 0,
	       secret = req->secret_env.kind == RB_V_MAP ? req->secret_env.map->len : 0;
	struct rb_vpair *pairs;
	struct rb_value env = rb_v_map(arena, open + secret, &pairs);

	if (open > 0)
		memcpy(pairs, req->env.map->pairs, open * sizeof(*pairs));
	if (secret > 0)
		memcpy(pairs + open, req->secret_env.map->pairs, secret * sizeof(*pairs));
	return env;
}

struct asked_of {
	const struct rb_request *req;
	struct rb_arena *arena;
};

static struct rb_value
of_request(const void *ctx, struct rb_str name)
{
	const struct asked_of *a = ctx;
	const struct rb_key *row = rb_key_find(a->req->kind->keys, name);
	const struct {
		const char *name;
		struct rb_value value;
	} common[] = {{"cwd", a->req->cwd}, {"stdin", a->req->stdin_}, {"log", a->req->log},
	    {"pidfile", a->req->pidfile}};

	if (rb_str_is(name, "env"))
		return whole_env(a->req, a->arena);
	for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++) {
		if (rb_str_is(name, common[i].name))
			return common[i].value;
	}
	return row != NULL ? a->req->values[row - a->req->kind->keys] : rb_v_unset(name);
}

void
rb_compare_request(struct rb_play *p, struct rb_str key, const struct rb_request *req)
{
	const struct asked_of a = {req, p->arena};

	compare_value(p, key, of_request, &a);
}

struct called {
	const struct rb_call *call;
	const struct rb_frame *frame;
	struct rb_arena *arena;
};

static struct rb_value
of_call(const void *ctx, struct rb_str name)
{
	const struct called *c = ctx;
	const struct rb_input *inputs = c->call->proc != NULL ? c->call->proc->inputs : c->call->unit->inputs;
	size_t n = c->call->proc != NULL ? c->call->proc->ninputs : c->call->unit->ninputs;
	struct rb_vpair *pairs;
	struct rb_value with = rb_v_map(c->arena, n, &pairs);

	(void)name; /* `with`, which was checked */
	for (size_t i = 0; i < n; i++)
		pairs[i] = (struct rb_vpair){inputs[i].name, rb_frame_get(c->frame, 0, inputs[i].decl->slot)};
	return with;
}

void
rb_compare_call(
    struct rb_play *p, struct rb_str key, const struct rb_call *call, const struct rb_frame *frame)
{
	const struct called c = {call, frame, p->arena};

	compare_value(p, key, of_call, &c);
}

void
rb_compare_requests(struct rb_play *p)
{
	const struct rb_wants *w = rb_play_wants(p);

	for (size_t i = 0; i < w->nrequests; i++) {
		const struct rb_want_request *r = &w->requests[i];
		struct rb_str name = rb_named_show(p->arena, r->at.key, r->at.owner);

		if (p->compared[i] == 0)
			rb_play_finding(
			    p, r->at.span, "requests", "%.*s was never started", RB_STR_ARG(name));
		else if (r->each && p->compared[i] != r->n)
			rb_play_differs(p, r->at.span, "requests",
			    rb_arena_fmt(
				p->arena, "%.*s was started another number of times", RB_STR_ARG(name)),
			    rb_arena_fmt(p->arena, "%zu", r->n),
			    rb_arena_fmt(p->arena, "%u", p->compared[i]));
	}
}
