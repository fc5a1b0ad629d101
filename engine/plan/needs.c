/* What a file asks of the host before its first step: programs, variables, who runs it and where, secrets.
 * What is lacking is told where it is asked for. */
#include "plan/state.h"

#include <string.h>
#include <strings.h>

#include "kinds/kinds.h"

bool
rb_plan_required(const struct rb_unit *u, const char *name, const struct rb_field **f)
{
	const struct rb_key *row = rb_key_find(rb_requires_keys, rb_str_c(name));

	*f = u->requires.fields != NULL ? &u->requires.fields[row - rb_requires_keys] : NULL;
	return *f != NULL && (*f)->node != NULL;
}

struct needs {
	struct rb_plan *p;
	const struct rb_unit *unit;
	unsigned depth;
	const struct rb_call *call; /* of the file; NULL: it is the run's own */
	bool told;                  /* its heading */
	const char *begins;         /* what happens without what is lacking */
};

static void
need_heading(struct needs *n)
{
	if (!n->told && !n->p->at.called)
		rb_plan_tell(n->p, RB_PLAN_HEADING, 0, RB_STR(""), RB_STR("Needs"), RB_STR(""));
	n->told = true;
}

static void
tell_need(struct needs *n, const char *name, struct rb_str text, struct rb_str note)
{
	need_heading(n);
	rb_plan_tell(
	    n->p, n->p->at.called ? RB_PLAN_DETAIL : RB_PLAN_ROW, n->depth, rb_str_c(name), text, note);
}

/* In brief, what is there is no news. */
static void
need(struct needs *n, const char *name, struct rb_str text, struct rb_str note)
{
	if (!n->p->opt->brief)
		tell_need(n, name, text, note);
}

static void __attribute__((format(printf, 2, 3))) lack(struct needs *n, const char *fmt, ...)
{
	struct rb_buf b;
	va_list ap;

	rb_buf_init(&b, n->p->opt->alloc, 4096);
	va_start(ap, fmt);
	if (!n->p->opt->brief)
		need_heading(n);
	rb_buf_fmt(&b, "%s: ", n->begins);
	rb_buf_vfmt(&b, fmt, ap);
	va_end(ap);
	rb_plan_trouble(n->p, n->depth, rb_buf_view(&b));
	rb_buf_free(&b);
}

static void
need_commands(struct needs *n, const char *key)
{
	const struct rb_field *f;
	bool optional = strcmp(key, "optional") == 0;

	if (!rb_plan_required(n->unit, key, &f) || f->value.kind != RB_V_LIST)
		return;
	need(n, optional ? "optional" : "commands", rb_plan_show(n->p, f->value), RB_STR(""));
	for (size_t i = 0; i < f->value.list->len; i++) {
		struct rb_str name = f->value.list->items[i].s;

		if (rb_plan_has(n->p, name))
			continue;
		if (optional)
			rb_plan_tell(n->p, RB_PLAN_NOTE, n->depth, RB_STR(""),
			    rb_arena_fmt(&n->p->scratch,
				"%.*s is not on this host; the runbook can do without", RB_STR_ARG(name)),
			    RB_STR(""));
		else
			lack(n, "there is no program `%.*s` in PATH; install it", RB_STR_ARG(name));
	}
}

/* The shells of a file's scripts are needed without being named. */
static void
need_shells(struct needs *n)
{
	static const char *const shells[] = {"bash", "sh"};
	enum { SHELLS = sizeof(shells) / sizeof(shells[0]) };
	bool used[SHELLS] = {false};

	for (size_t i = 0; i < n->unit->nsteps; i++) {
		const struct rb_step *s = n->unit->steps_in_order[i];
		bool script = s->op == RB_OP_LEAF && (s->kind->on & (RB_ON_SCRIPT | RB_ON_START)) != 0 &&
			      s->args[RB_ARG_SCRIPT_SCRIPT].script != NULL;

		if (script)
			used[rb_str_is(s->shell, "sh")] = true;
	}
	for (size_t i = 0; i < SHELLS; i++) {
		if (used[i] && !rb_plan_has(n->p, rb_str_c(shells[i])))
			lack(n, "its scripts need %s, which is not in PATH; install it", shells[i]);
	}
}

static void
need_env(struct needs *n)
{
	const struct rb_plan_host *host = &n->p->opt->host;
	const struct rb_field *f;

	if (!rb_plan_required(n->unit, "env", &f) || f->value.kind != RB_V_LIST)
		return;
	need(n, "environment", rb_plan_show(n->p, f->value), RB_STR(""));
	for (size_t i = 0; i < f->value.list->len; i++) {
		struct rb_str name = f->value.list->items[i].s;

		if (host->has_env != NULL && !host->has_env(host->ctx, name))
			lack(n, "the environment variable %.*s is not set", RB_STR_ARG(name));
	}
}

static void
need_host(struct needs *n)
{
	const struct rb_plan_host *host = &n->p->opt->host;
	const struct rb_field *f;
	struct rb_found found;
	const char *limit;
	bool fits = false;

	if (rb_plan_required(n->unit, "user", &f)) {
		need(n, "user", f->value.s, RB_STR(""));
		if (host->user.n > 0 && !rb_str_eq(f->value.s, host->user))
			lack(n, "it must be run as user %.*s, not %.*s", RB_STR_ARG(f->value.s),
			    RB_STR_ARG(host->user));
	}
	if (rb_plan_required(n->unit, "host", &f) && f->pattern != NULL) {
		need(n, "host", rb_pattern_text(f->pattern), RB_STR(""));
		if (host->name.n > 0 && rb_pattern_find(f->pattern, host->name, 0, &found, &limit) != 1)
			lack(n, "it is for hosts that match %.*s, not for %.*s",
			    RB_STR_ARG(rb_pattern_text(f->pattern)), RB_STR_ARG(host->name));
	}
	if (!rb_plan_required(n->unit, "os", &f) || f->value.kind != RB_V_LIST)
		return;
	need(n, "system", rb_plan_show(n->p, f->value), RB_STR(""));
	for (size_t i = 0; i < f->value.list->len; i++) {
		struct rb_str os = f->value.list->items[i].s;

		fits = fits || (os.n == host->os.n && strncasecmp(os.p, host->os.p, os.n) == 0);
	}
	if (host->os.n > 0 && !fits)
		lack(n, "it is not for the operating system %.*s", RB_STR_ARG(host->os));
}

static void
need_that(struct needs *n)
{
	const struct rb_field *f;

	if (!rb_plan_required(n->unit, "that", &f))
		return;
	for (size_t i = 0; i < f->len; i++) {
		struct rb_eval ev = rb_plan_eval(n->p);
		struct rb_value why = rb_v_null();
		int truth = rb_expr_truth(f->items[i].expr, &ev, &why);

		need(n, "that", rb_expr_text(f->items[i].expr),
		    truth < 0 && why.kind == RB_V_UNKNOWN ? RB_STR("not known yet") : RB_STR(""));
		if (truth == 0)
			lack(n, "`%.*s` does not hold", RB_STR_ARG(rb_expr_text(f->items[i].expr)));
		else if (truth < 0 && why.kind != RB_V_UNKNOWN)
			lack(n, "%.*s", RB_STR_ARG(rb_plan_why(n->p, why)));
	}
}

/* What the step that calls the file hands over as this secret, or NULL. */
static const struct rb_secret *
handed(const struct needs *n, const struct rb_secret *s)
{
	for (size_t i = 0; n->call != NULL && i < n->call->nsecrets; i++) {
		if (n->call->secrets[i].to == s)
			return n->call->secrets[i].from;
	}
	return NULL;
}

/* A script is told by its first line. */
static struct rb_str
first_line(struct rb_plan *p, struct rb_str s)
{
	size_t end = rb_str_find(s, RB_STR("\n"), 0);

	return end == SIZE_MAX ? s : rb_arena_fmt(&p->scratch, "%.*s …", RB_STR_ARG(rb_str_cut(s, 0, end)));
}

static void
need_secrets(struct needs *n)
{
	static const char *const from[] = {
	    [RB_SECRET_ENV] = "from the environment variable ",
	    [RB_SECRET_FILE] = "from the file ",
	    [RB_SECRET_CREDENTIAL] = "from the credential ",
	    [RB_SECRET_COMMAND] = "from what a command prints: ",
	    [RB_SECRET_PROMPT] = "would be asked for, without echo: ",
	};
	const struct rb_plan_host *host = &n->p->opt->host;

	for (size_t i = 0; i < n->unit->nsecrets; i++) {
		const struct rb_secret *s = &n->unit->secrets[i];
		struct rb_eval ev = rb_plan_eval(n->p);
		struct rb_str source = first_line(n->p, rb_plan_show(n->p, rb_field_eval(&s->source, &ev)));
		const struct rb_secret *given = handed(n, s);

		if (given != NULL && !given->optional)
			continue; /* its own source is not asked, and the step says what it is given */
		(s->from == RB_SECRET_PROMPT ? tell_need : need)(n, "secret", s->decl->name,
		    rb_arena_fmt(&n->p->scratch, "%s%s%.*s", given != NULL ? "if it is handed none: " : "",
			from[s->from], RB_STR_ARG(source)));
		if (given == NULL && s->from == RB_SECRET_ENV && !s->optional && host->has_env != NULL &&
		    !host->has_env(host->ctx, source))
			lack(n, "the environment variable %.*s is not set", RB_STR_ARG(source));
	}
}

void
rb_plan_needs(struct rb_plan *p, const struct rb_call *call, unsigned depth)
{
	struct needs n = {.p = p, .unit = p->at.info->unit, .call = call, .depth = depth};

	n.begins = p->at.called ? "this step would fail" : "the run would not begin";

	rb_arena_clear(&p->scratch);
	need_commands(&n, "commands");
	need_commands(&n, "optional");
	need_shells(&n);
	need_env(&n);
	need_host(&n);
	need_that(&n);
	need_secrets(&n);
}
