/* `requires`, `has` and secrets: what must hold on this host before a file's first step. All that is missing
 * is told at once. */
#include "exec/host.h"

#include <limits.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "exec/secret.h"
#include "kinds/kinds.h"
#include "os/proc.h"
#include "os/spawn.h"

struct check {
	struct rb_host *h;
	const struct rb_unit *unit;
	struct rb_frame *frame;
	struct rb_arena *arena;
	struct rb_buf missing; /* sentences, separated by "; " */
};

static void
miss(struct check *c, struct rb_str what)
{
	if (c->missing.len > 0)
		rb_buf_c(&c->missing, "; ");
	rb_buf_str(&c->missing, what);
}

static const struct rb_field *
required(const struct check *c, const char *name)
{
	const struct rb_field *f = c->unit->requires.fields;

	for (size_t i = 0; f != NULL && rb_requires_keys[i].name != NULL; i++) {
		if (strcmp(rb_requires_keys[i].name, name) == 0)
			return f[i].node != NULL ? &f[i] : NULL;
	}
	return NULL;
}

static bool
has_program(struct check *c, const char *name)
{
	char path[PATH_MAX];

	return rb_spawn_find(name, c->h->environ_, NULL, path, sizeof(path)) == RB_SPAWN_OK;
}

static void
check_commands(struct check *c)
{
	const struct rb_field *f = required(c, "commands");

	for (size_t i = 0; f != NULL && f->value.kind == RB_V_LIST && i < f->value.list->len; i++) {
		struct rb_str name = rb_arena_str(c->arena, f->value.list->items[i].s);

		if (!has_program(c, name.p))
			miss(c,
			    rb_arena_fmt(c->arena, "there is no program `%s` in PATH: install it", name.p));
	}
}

/* The shell of the file's scripts is required without being named. */
static void
check_shells(struct check *c)
{
	bool looked = false;

	for (size_t i = 0; i < c->unit->nsteps && !looked; i++) {
		const struct rb_step *s = c->unit->steps_in_order[i];
		bool script = s->op == RB_OP_LEAF && (s->kind->on & (RB_ON_SCRIPT | RB_ON_START)) != 0 &&
			      s->args[RB_ARG_SCRIPT_SCRIPT].script != NULL;

		if (!script || rb_str_is(s->shell, "sh"))
			continue;
		looked = true;
		if (!has_program(c, "bash"))
			miss(c, RB_STR("its scripts need bash, which is not in PATH: install it, or write "
				       "`defaults: {shell: sh}`"));
	}
}

static void
check_env(struct check *c)
{
	const struct rb_field *f = required(c, "env");

	for (size_t i = 0; f != NULL && f->value.kind == RB_V_LIST && i < f->value.list->len; i++) {
		struct rb_str name = f->value.list->items[i].s;
		bool found = false;

		for (size_t k = 0; c->h->environ_[k] != NULL && !found; k++)
			found = strncmp(c->h->environ_[k], name.p, name.n) == 0 &&
				c->h->environ_[k][name.n] == '=';
		if (!found)
			miss(c, rb_arena_fmt(
				    c->arena, "the environment variable %.*s is not set", RB_STR_ARG(name)));
	}
}

void
rb_host_name(struct rb_buf *out)
{
	struct utsname u;

	rb_buf_c(out, uname(&u) == 0 ? u.nodename : "unknown");
}

void
rb_host_user(struct rb_buf *out)
{
	rb_proc_user(getpid(), out);
}

static void
check_who_and_where(struct check *c)
{
	const struct rb_field *user = required(c, "user"), *host = required(c, "host"),
			      *os = required(c, "os");
	struct rb_found found;
	struct rb_buf have;
	struct utsname u;
	const char *limit;
	bool fits = false;

	rb_buf_init(&have, c->h->alloc, RB_LINE_MAX);
	rb_host_user(&have);
	if (user != NULL && !rb_str_eq(user->value.s, rb_buf_view(&have)))
		miss(c, rb_arena_fmt(c->arena, "it must be run as user %.*s, not %s",
			    RB_STR_ARG(user->value.s), rb_buf_cstr(&have)));
	rb_buf_clear(&have);
	rb_host_name(&have);
	if (host != NULL && host->pattern != NULL &&
	    rb_pattern_find(host->pattern, rb_buf_view(&have), 0, &found, &limit) != 1)
		miss(c, rb_arena_fmt(c->arena, "it is for hosts that match %.*s, not for %s",
			    RB_STR_ARG(rb_pattern_text(host->pattern)), rb_buf_cstr(&have)));
	rb_buf_free(&have);
	if (os == NULL || uname(&u) < 0)
		return;
	for (size_t i = 0; i < os->value.list->len; i++)
		fits =
		    fits || strcasecmp(rb_arena_str(c->arena, os->value.list->items[i].s).p, u.sysname) == 0;
	if (!fits)
		miss(c, rb_arena_fmt(c->arena, "it is not for the operating system %s", u.sysname));
}

static void
check_that(struct check *c)
{
	const struct rb_field *f = required(c, "that");
	struct rb_eval ev = {.arena = c->arena, .frame = c->frame, .wall = rb_clock_wall()};

	for (size_t i = 0; f != NULL && i < f->len; i++) {
		const struct rb_expr *e = f->items[i].expr;
		struct rb_value why;
		int truth = rb_expr_truth(e, &ev, &why);

		if (truth == 0)
			miss(c, rb_arena_fmt(c->arena, "`%.*s` does not hold", RB_STR_ARG(rb_expr_text(e))));
		else if (truth < 0)
			miss(c, rb_arena_fmt(c->arena, "`%.*s`: %.*s%s", RB_STR_ARG(rb_expr_text(e)),
				    RB_STR_ARG(why.s), why.kind == RB_V_UNSET ? " is unset" : ""));
	}
}

/* One member for each program that `commands` and `optional` name, in this order: that of the type of `has`.
 */
static void
fill_has(struct check *c)
{
	static const char *const keys[] = {"commands", "optional"};
	const struct rb_type *type = c->unit->has != NULL ? c->unit->has->type : NULL;
	struct rb_vpair *pairs;
	struct rb_value has;
	size_t n = 0;

	if (type == NULL)
		return;
	has = rb_v_map(c->arena, type->len, &pairs);
	for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
		const struct rb_field *f = required(c, keys[k]);

		for (size_t i = 0; f != NULL && i < f->value.list->len && n < type->len; i++, n++) {
			struct rb_str program = rb_arena_str(c->arena, f->value.list->items[i].s);

			pairs[n] =
			    (struct rb_vpair){type->members[n].name, rb_v_bool(has_program(c, program.p))};
		}
	}
	rb_frame_set(c->frame, c->unit->has->slot, has);
}

static void
fill_secret(struct check *c, const struct rb_secret *s)
{
	struct rb_eval ev = {.arena = c->arena, .frame = c->frame, .wall = rb_clock_wall()};
	struct rb_value v = rb_v_unset(s->decl->name);
	struct rb_str why = {"", 0};
	int r = rb_secret_load(c->h, s, &ev, &v, &why);

	if (r < 0)
		miss(c, rb_arena_fmt(
			    c->arena, "secret `%.*s`: %.*s", RB_STR_ARG(s->decl->name), RB_STR_ARG(why)));
	else if (r > 0)
		rb_frame_set(c->frame, s->decl->slot, v);
}

bool
rb_host_interrupted(struct rb_host *h)
{
	h->cut = h->cut || (h->interrupted != NULL && h->interrupted(h->interrupted_ctx));
	return h->cut;
}

static void
fill_secrets(struct check *c)
{
	/* Those of the environment first: the command of another one is not to find them there. */
	for (size_t i = 0; i < c->unit->nsecrets && !rb_host_interrupted(c->h); i++) {
		if (c->unit->secrets[i].from == RB_SECRET_ENV)
			fill_secret(c, &c->unit->secrets[i]);
	}
	for (size_t i = 0; i < c->unit->nsecrets && !rb_host_interrupted(c->h); i++) {
		if (c->unit->secrets[i].from != RB_SECRET_ENV)
			fill_secret(c, &c->unit->secrets[i]);
	}
}

int
rb_host_enter(void *host, const struct rb_unit *unit, struct rb_frame *frame, struct rb_arena *arena,
    struct rb_str *why)
{
	struct check c = {.h = host, .unit = unit, .frame = frame, .arena = arena};
	int r;

	c.h->cut = false; /* what is called finally may be entered after an interrupt */
	rb_buf_init(&c.missing, c.h->alloc, RB_FACT_TEXT_MAX);
	check_commands(&c);
	check_shells(&c);
	check_env(&c);
	check_who_and_where(&c);
	check_that(&c);
	if (c.missing.len == 0) {
		fill_has(&c);
		fill_secrets(&c);
	}
	r = c.missing.len == 0 && !c.h->cut ? 0 : -1;
	if (c.h->cut)
		*why = RB_STR("interrupted while its secrets were loaded");
	else if (r < 0)
		*why = rb_arena_fmt(
		    arena, "this host lacks what the runbook needs: %s", rb_buf_cstr(&c.missing));
	rb_buf_free(&c.missing);
	return r;
}
