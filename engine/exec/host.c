/* A file begins on this host: the host answers what lang/requires.c asks of it for `requires` and `has`, then
 * the secrets are filled in (secret.c). All that is missing is told at once. */
#include "exec/host.h"

#include <limits.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "exec/job.h"
#include "exec/secret.h"
#include "kinds/kinds.h"
#include "lang/requires.h"
#include "os/proc.h"
#include "os/spawn.h"

struct check {
	struct rb_host *h;
	const struct rb_unit *unit;
	struct rb_frame *frame;
	struct rb_arena *arena;
	struct rb_buf missing; /* sentences, separated by "; " */
	struct rb_buf lacks;   /* programs that were not found, as a JSON list */
	struct rb_json list;
};

static void
miss(struct check *c, struct rb_str what)
{
	rb_requires_miss(&c->missing, what);
}

static bool
has_program(void *ctx, const char *name)
{
	struct check *c = ctx;
	char path[PATH_MAX];

	if (rb_spawn_find(name, c->h->environ_, NULL, path, sizeof(path)) == RB_SPAWN_OK)
		return true;
	rb_json_str(&c->list, rb_str_c(name));
	return false;
}

static bool
has_env(void *ctx, struct rb_str name)
{
	const struct rb_host *h = ((const struct check *)ctx)->h;

	for (size_t k = 0; h->environ_[k] != NULL; k++) {
		if (strncmp(h->environ_[k], name.p, name.n) == 0 && h->environ_[k][name.n] == '=')
			return true;
	}
	return false;
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

/* Copied into the arena. */
static struct rb_str
told_by(struct check *c, void (*tell)(struct rb_buf *out))
{
	struct rb_str s;
	struct rb_buf b;

	rb_buf_init(&b, c->h->alloc, RB_LINE_MAX);
	tell(&b);
	s = rb_arena_str(c->arena, rb_buf_view(&b));
	rb_buf_free(&b);
	return s;
}

/* For the record: which way a run went may hang on what was not there. */
static void
tell_lacks(struct check *c)
{
	struct rb_event ev;

	rb_event_init(&ev, RB_EV_HOST, NULL);
	rb_event_text(&ev, "lacks", rb_buf_view(&c->lacks));
	rb_bus_emit(c->h->x->opt.bus, &ev);
}

static void
check_host(struct check *c)
{
	struct rb_requires_host host = {.ctx = c,
	    .has_program = has_program,
	    .has_env = has_env,
	    .name = told_by(c, rb_host_name),
	    .user = told_by(c, rb_host_user),
	    .wall = rb_clock_wall()};
	struct utsname u;

	if (uname(&u) == 0)
		host.os = rb_arena_str(c->arena, rb_str_c(u.sysname));
	rb_buf_init(&c->lacks, c->h->alloc, RB_FACT_TEXT_MAX);
	rb_json_init(&c->list, &c->lacks);
	rb_json_open(&c->list, '[');
	rb_requires_check(c->unit, &host, c->frame, c->arena, &c->missing);
	if (c->missing.len == 0)
		rb_requires_has(c->unit, &host, c->frame, c->arena);
	rb_json_close(&c->list, ']');
	if (c->lacks.len > strlen("[]") && c->h->x != NULL)
		tell_lacks(c);
	rb_buf_free(&c->lacks);
}

static void
fill_secret(struct check *c, const struct rb_secret *s)
{
	struct rb_eval ev = {.arena = c->arena, .frame = c->frame, .wall = rb_clock_wall()};
	struct rb_value v = rb_v_unset(s->decl->name);
	struct rb_str why = {"", 0}, lack;
	int r;

	/* What the caller handed over is there already. */
	if (rb_frame_get(c->frame, 0, s->decl->slot).kind != RB_V_UNSET) {
		rb_secret_hide(c->h, s, &ev);
		return;
	}
	r = rb_secret_load(c->h, s, &ev, &v, &why);
	if (r > 0)
		rb_frame_set(c->frame, s->decl->slot, v);
	if (r >= 0)
		return;
	lack = rb_arena_fmt(c->arena, "secret `%.*s`: %.*s%s", RB_STR_ARG(s->decl->name), RB_STR_ARG(why),
	    s->optional ? " (it is optional: take it away to run without it)" : "");
	if (c->h->drill)
		rb_frame_set(c->frame, s->decl->slot, rb_v_error(c->arena, "%.*s", RB_STR_ARG(lack)));
	else
		miss(c, lack);
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
	check_host(&c);
	if (c.missing.len == 0)
		fill_secrets(&c);
	r = c.missing.len == 0 && !c.h->cut ? 0 : -1;
	if (c.h->cut)
		*why = RB_STR("interrupted while its secrets were loaded");
	else if (r < 0)
		*why = rb_requires_why(arena, &c.missing);
	rb_buf_free(&c.missing);
	return r;
}
