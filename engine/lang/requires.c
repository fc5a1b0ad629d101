/* `requires` and `has`: what must hold on a host before a file's first step. All that is missing is told at
 * once. */
#include "lang/requires.h"

#include <string.h>
#include <strings.h>

#include "lang/kind.h"

struct check {
	const struct rb_unit *unit;
	const struct rb_requires_host *host;
	struct rb_frame *frame;
	struct rb_arena *arena;
	struct rb_buf *missing;
};

void
rb_requires_miss(struct rb_buf *missing, struct rb_str what)
{
	if (missing->len > 0)
		rb_buf_c(missing, "; ");
	rb_buf_str(missing, what);
}

struct rb_str
rb_requires_why(struct rb_arena *arena, const struct rb_buf *missing)
{
	return rb_arena_fmt(
	    arena, "this host lacks what the runbook needs: %.*s", RB_STR_ARG(rb_buf_view(missing)));
}

static void
miss(const struct check *c, struct rb_str what)
{
	rb_requires_miss(c->missing, what);
}

static const struct rb_field *
required(const struct rb_unit *unit, const char *name)
{
	const struct rb_field *f = unit->requires.fields;

	for (size_t i = 0; f != NULL && rb_requires_keys[i].name != NULL; i++) {
		if (strcmp(rb_requires_keys[i].name, name) == 0)
			return f[i].node != NULL ? &f[i] : NULL;
	}
	return NULL;
}

static void
check_commands(const struct check *c)
{
	const struct rb_field *f = required(c->unit, "commands");

	for (size_t i = 0; f != NULL && f->value.kind == RB_V_LIST && i < f->value.list->len; i++) {
		struct rb_str name = rb_arena_str(c->arena, f->value.list->items[i].s);

		if (!c->host->has_program(c->host->ctx, name.p))
			miss(c,
			    rb_arena_fmt(c->arena, "there is no program `%s` in PATH: install it", name.p));
	}
}

static bool
is_script(const struct rb_step *s)
{
	if (s->op != RB_OP_LEAF || (s->kind->on & (RB_ON_SCRIPT | RB_ON_START)) == 0)
		return false;
	for (size_t i = 0; s->kind->keys[i].name != NULL; i++) {
		if (s->args[i].script != NULL)
			return true;
	}
	return false;
}

/* The shell of the file's scripts is required without being named. */
static void
check_shells(const struct check *c)
{
	for (size_t i = 0; i < c->unit->nsteps; i++) {
		const struct rb_step *s = c->unit->steps_in_order[i];

		if (!is_script(s) || rb_str_is(s->shell, "sh"))
			continue;
		if (!c->host->has_program(c->host->ctx, "bash"))
			miss(c, RB_STR("its scripts need bash, which is not in PATH: install it, or write "
				       "`defaults: {shell: sh}`"));
		return;
	}
}

static void
check_env(const struct check *c)
{
	const struct rb_field *f = required(c->unit, "env");

	for (size_t i = 0; f != NULL && f->value.kind == RB_V_LIST && i < f->value.list->len; i++) {
		struct rb_str name = f->value.list->items[i].s;

		if (!c->host->has_env(c->host->ctx, name))
			miss(c, rb_arena_fmt(
				    c->arena, "the environment variable %.*s is not set", RB_STR_ARG(name)));
	}
}

static void
check_who_and_where(const struct check *c)
{
	const struct rb_field *user = required(c->unit, "user"), *name = required(c->unit, "host"),
			      *os = required(c->unit, "os");
	const struct rb_requires_host *h = c->host;
	struct rb_found found;
	const char *limit;
	bool fits = os == NULL || h->os.n == 0;

	if (user != NULL && !rb_str_eq(user->value.s, h->user))
		miss(c, rb_arena_fmt(c->arena, "it must be run as user %.*s, not %.*s",
			    RB_STR_ARG(user->value.s), RB_STR_ARG(h->user)));
	if (name != NULL && name->pattern != NULL &&
	    rb_pattern_find(name->pattern, h->name, 0, &found, &limit) != 1)
		miss(c, rb_arena_fmt(c->arena, "it is for hosts that match %.*s, not for %.*s",
			    RB_STR_ARG(rb_pattern_text(name->pattern)), RB_STR_ARG(h->name)));
	for (size_t i = 0; !fits && i < os->value.list->len; i++) {
		struct rb_str want = os->value.list->items[i].s;

		fits = want.n == h->os.n && strncasecmp(want.p, h->os.p, want.n) == 0;
	}
	if (!fits)
		miss(c, rb_arena_fmt(c->arena, "it is not for the operating system %.*s", RB_STR_ARG(h->os)));
}

static void
check_that(const struct check *c)
{
	const struct rb_field *f = required(c->unit, "that");
	struct rb_eval ev = {.arena = c->arena, .frame = c->frame, .wall = c->host->wall};

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

void
rb_requires_check(const struct rb_unit *unit, const struct rb_requires_host *host, struct rb_frame *frame,
    struct rb_arena *arena, struct rb_buf *missing)
{
	const struct check c = {unit, host, frame, arena, missing};

	check_commands(&c);
	check_shells(&c);
	check_env(&c);
	check_who_and_where(&c);
	check_that(&c);
}

/* One member for each program that `commands` and `optional` name, in this order: that of the type of `has`.
 */
void
rb_requires_has(const struct rb_unit *unit, const struct rb_requires_host *host, struct rb_frame *frame,
    struct rb_arena *arena)
{
	static const char *const keys[] = {"commands", "optional"};
	const struct rb_type *type = unit->has != NULL ? unit->has->type : NULL;
	struct rb_vpair *pairs;
	struct rb_value has;
	size_t n = 0;

	if (type == NULL)
		return;
	has = rb_v_map(arena, type->len, &pairs);
	for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
		const struct rb_field *f = required(unit, keys[k]);

		for (size_t i = 0; f != NULL && i < f->value.list->len && n < type->len; i++, n++) {
			struct rb_str program = rb_arena_str(arena, f->value.list->items[i].s);

			pairs[n] = (struct rb_vpair){
			    type->members[n].name, rb_v_bool(host->has_program(host->ctx, program.p))};
		}
	}
	rb_frame_set(frame, unit->has->slot, has);
}

struct rb_str
rb_requires_told(const struct rb_unit *unit, struct rb_arena *arena)
{
	const struct rb_field *user = required(unit, "user"), *name = required(unit, "host");
	bool host = name != NULL && name->pattern != NULL;
	struct rb_str who = {"", 0};

	if (user != NULL)
		who = rb_arena_fmt(arena, "only as user %.*s", RB_STR_ARG(user->value.s));
	if (!host)
		return who;
	return rb_arena_fmt(arena, "%.*s%s on hosts that match %.*s", RB_STR_ARG(who),
	    who.n > 0 ? "," : "only", RB_STR_ARG(rb_pattern_text(name->pattern)));
}
