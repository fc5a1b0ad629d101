/* The host of a play: what `requires`, `has` and secrets find there, which is what the scenario file says. */
#include <string.h>

#include "lang/requires.h"
#include "scenario/state.h"

static const struct rb_field *
of_host(const struct rb_play *p, int row)
{
	const struct rb_field *host = p->file->shared->host;

	return host != NULL && host[row].node != NULL ? &host[row] : NULL;
}

static bool
lists(const struct rb_field *f, struct rb_str name)
{
	for (size_t i = 0; f != NULL && i < f->value.list->len; i++) {
		if (rb_str_eq(f->value.list->items[i].s, name))
			return true;
	}
	return false;
}

static bool
has_program(void *ctx, const char *name)
{
	const struct rb_play *p = ctx;
	const struct rb_field *has = of_host(p, RB_HOST_COMMANDS);

	return (has == NULL || lists(has, rb_str_c(name))) &&
	       !lists(of_host(p, RB_HOST_LACKS), rb_str_c(name));
}

static bool
has_env(void *ctx, struct rb_str name)
{
	const struct rb_play *p = ctx;
	const struct rb_field *env = of_host(p, RB_HOST_ENV);

	for (size_t i = 0; env != NULL && i < env->node->len; i++) {
		if (rb_str_eq(env->node->pairs[i].key->text, name))
			return true;
	}
	return env == NULL;
}

struct rb_str
rb_play_host(const struct rb_play *p, int row)
{
	const struct rb_field *f = of_host(p, row);

	return f != NULL ? f->value.s : rb_str_c(rb_scenario_host_keys[row].dflt);
}

static const struct rb_given *
secret_of(const struct rb_play *p, struct rb_str name)
{
	const struct rb_scenario_shared *shared = p->file->shared;

	for (size_t i = 0; i < shared->nsecrets; i++) {
		if (rb_str_eq(shared->secrets[i].name, name))
			return &shared->secrets[i];
	}
	return NULL;
}

static void
fill_secret(struct rb_play *p, const struct rb_unit *unit, const struct rb_secret *s, struct rb_frame *frame)
{
	const struct rb_given *given = secret_of(p, s->decl->name);
	struct rb_diag *diag;
	struct rb_value v;

	if (rb_frame_get(frame, 0, s->decl->slot).kind != RB_V_UNSET)
		return; /* the caller handed it over */
	if (given != NULL) {
		v = given->value;
		if (s->decl->type->base == RB_URL)
			v = rb_value_parse(p->arena, rb_type_row(RB_STR("url")), v.s);
		if (v.kind == RB_V_ERROR)
			rb_diag_add(p->load.diags, RB_E_SCENARIO, given->span, "`%.*s`: %.*s",
			    RB_STR_ARG(s->decl->name), RB_STR_ARG(v.s));
		rb_masker_add(p->masker, given->value.s);
		rb_frame_set(frame, s->decl->slot, given->value);
		return;
	}
	/* Those of a library come from whoever uses it, but where it is what is tested. */
	if (s->optional || (s->from == RB_SECRET_CALLER && unit != p->file->program->main))
		return;
	diag = rb_diag_add(p->load.diags, RB_E_SCENARIO, p->scenario->span,
	    "the secret `%.*s` has no value here", RB_STR_ARG(s->decl->name));
	rb_diag_hint(p->load.diags, diag,
	    "secrets are never fetched in a test: write `secrets: {%.*s: …}` at the top",
	    RB_STR_ARG(s->decl->name));
}

int
rb_play_enter(
    void *ctx, const struct rb_unit *unit, struct rb_frame *frame, struct rb_arena *arena, struct rb_str *why)
{
	struct rb_play *p = ctx;
	const struct rb_requires_host host = {.ctx = p,
	    .has_program = has_program,
	    .has_env = has_env,
	    .name = rb_play_host(p, RB_HOST_NAME),
	    .user = rb_play_host(p, RB_HOST_USER),
	    .os = rb_play_host(p, RB_HOST_OS),
	    .wall = p->driver.wall(p)};
	struct rb_buf missing;
	bool lacks;

	rb_buf_init(&missing, p->opt->alloc, RB_LINE_MAX);
	rb_requires_check(unit, &host, frame, arena, &missing);
	lacks = missing.len > 0;
	if (lacks) {
		*why = rb_requires_why(arena, &missing);
	} else {
		rb_requires_has(unit, &host, frame, arena);
		for (size_t i = 0; i < unit->nsecrets; i++)
			fill_secret(p, unit, &unit->secrets[i], frame);
	}
	rb_buf_free(&missing);
	return lacks ? -1 : 0;
}
