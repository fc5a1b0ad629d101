/* What stands before the first step of a file: its inputs and where each comes from, its values and secrets,
 * and what it asks of the host. */
#include "plan/state.h"

#include <string.h>
#include <strings.h>

#include "kinds/kinds.h"

/* ---- settling ---- */

/* An input as it was settled. */
struct settled {
	struct rb_value value;
	const char *source; /* NULL: it has no value, and needs none */
};

struct settling {
	struct rb_plan *p;
	const struct rb_input *inputs;
	struct settled *all; /* beside the inputs; NULL: nobody asks */
};

static void
note_settled(void *ctx, const struct rb_input *input, struct rb_value value, const char *source)
{
	struct settling *s = ctx;

	if (s->all != NULL)
		s->all[input - s->inputs] = (struct settled){rb_value_copy(&s->p->arena, value), source};
}

static bool
offered(const struct rb_offer *offers, size_t n, struct rb_str name)
{
	for (size_t i = 0; i < n; i++) {
		if (rb_str_eq(offers[i].name, name))
			return true;
	}
	return false;
}

/* The offers, and an unknown value for each input that must have one and has none. */
static struct rb_offer *
fill_up(struct rb_plan *p, const struct rb_input *inputs, size_t n, const struct rb_offer *offers,
    size_t *noffers)
{
	struct rb_offer *all = RB_ARRAY(&p->arena, struct rb_offer, *noffers + n);
	size_t len = *noffers;

	if (len > 0)
		memcpy(all, offers, len * sizeof(*all));
	for (size_t i = 0; i < n; i++) {
		if (inputs[i].required && inputs[i].dflt == NULL &&
		    !offered(offers, *noffers, inputs[i].name))
			all[len++] = (struct rb_offer){inputs[i].name,
			    rb_v_unknown(rb_arena_fmt(&p->arena, "<%.*s>", RB_STR_ARG(inputs[i].name))),
			    "asked", {NULL, 0, 0}};
	}
	*noffers = len;
	return all;
}

static int
settle(struct settling *s, size_t n, const struct rb_offer *offers, size_t noffers, struct rb_frame *frame,
    struct rb_diags *diags)
{
	struct rb_settle how = {.arena = &s->p->arena,
	    .diags = diags,
	    .noffers = noffers,
	    .wall = s->p->opt->wall,
	    .settled = note_settled,
	    .ctx = s};

	how.offers = fill_up(s->p, s->inputs, n, offers, &how.noffers);
	return rb_settle_inputs(&how, s->inputs, n, frame);
}

static void
settle_values(struct rb_plan *p, const struct rb_unit *u, struct rb_frame *frame, struct rb_diags *diags)
{
	struct rb_settle how = {.arena = &p->arena, .diags = diags, .wall = p->opt->wall};

	rb_settle_values(&how, u, frame);
}

/* ---- names that are filled in by the run ---- */

/* A key of `requires`; false if it is not there. */
static bool
has_field(const struct rb_unit *u, const char *name, const struct rb_field **f)
{
	const struct rb_key *row = rb_key_find(rb_requires_keys, rb_str_c(name));

	*f = u->requires.fields != NULL ? &u->requires.fields[row - rb_requires_keys] : NULL;
	return *f != NULL && (*f)->node != NULL;
}

bool
rb_plan_has(struct rb_plan *p, struct rb_str name)
{
	const struct rb_plan_host *host = &p->opt->host;
	const char *known = rb_map_get(&p->commands, name);

	if (host->has_command == NULL || name.n == 0)
		return true;
	if (known == NULL) {
		known = host->has_command(host->ctx, rb_arena_str(&p->arena, name).p) ? "y" : "n";
		rb_map_put(&p->commands, name, (void *)(uintptr_t)known);
	}
	return known[0] == 'y';
}

static void
set_member(struct rb_value map, const char *name, struct rb_str text)
{
	for (size_t i = 0; i < map.map->len; i++) {
		if (text.n > 0 && rb_str_is(map.map->pairs[i].key, name))
			map.map->pairs[i].value = rb_v_text(text);
	}
}

/* The built-in `run`: what can be known before there is one. */
static void
set_run(struct rb_plan *p, const struct rb_unit *u, struct rb_frame *frame)
{
	const struct rb_type *type;
	struct rb_vpair *pairs;
	struct rb_value v;

	if (u->run == NULL)
		return;
	type = u->run->type;
	v = rb_v_map(&p->arena, type->len, &pairs);
	for (size_t i = 0; i < type->len; i++)
		pairs[i] = (struct rb_vpair){type->members[i].name, rb_v_unknown(RB_STR(""))};
	set_member(v, "host", p->opt->host.name);
	set_member(v, "operator", p->opt->host.user);
	frame->slots[u->run->slot].value = v;
}

/* The built-in `has`: its members stand for the programs of these keys, in this order (lang/lower_decl.c). */
static void
set_has(struct rb_plan *p, const struct rb_unit *u, struct rb_frame *frame)
{
	static const char *const keys[] = {"commands", "optional"};
	struct rb_vpair *pairs;
	struct rb_value v, assumed;
	const struct rb_field *f;
	size_t n = 0;

	if (u->has == NULL)
		return;
	assumed = rb_plan_assumed(p, u->has);
	v = rb_v_map(&p->arena, u->has->type->len, &pairs);
	for (size_t i = 0; i < u->has->type->len; i++)
		pairs[i] = (struct rb_vpair){u->has->type->members[i].name,
		    assumed.kind == RB_V_MAP ? assumed.map->pairs[i].value : rb_v_unknown(RB_STR(""))};
	for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
		if (!has_field(u, keys[k], &f) || f->value.kind != RB_V_LIST)
			continue;
		for (size_t i = 0; i < f->value.list->len && n < u->has->type->len; i++, n++) {
			if (p->opt->host.has_command != NULL && pairs[n].value.kind != RB_V_BOOL)
				pairs[n].value = rb_v_bool(rb_plan_has(p, f->value.list->items[i].s));
		}
	}
	frame->slots[u->has->slot].value = v;
}

static void
set_secrets(struct rb_plan *p, const struct rb_unit *u, struct rb_frame *frame)
{
	for (size_t i = 0; i < u->nsecrets; i++)
		frame->slots[u->secrets[i].decl->slot].value = rb_v_unknown(
		    rb_arena_fmt(&p->arena, "<secret:%.*s>", RB_STR_ARG(u->secrets[i].decl->name)));
}

/* Where steps are visited again, a value that is `set` may be another one by then. */
static void
forget_set_values(const struct rb_plan_unit *info, struct rb_frame *frame)
{
	const struct rb_unit *u = info->unit;

	for (size_t i = 0; info->revisits && i < u->nsteps; i++) {
		const struct rb_step *s = u->steps_in_order[i];

		for (size_t k = 0; k < s->nsets; k++) {
			rb_frame_clear(frame, s->sets[k].decl->slot);
			frame->slots[s->sets[k].decl->slot].value = rb_v_unknown(RB_STR(""));
		}
	}
}

static void
fill_file(struct rb_plan *p, const struct rb_unit *u, struct rb_frame *frame)
{
	set_run(p, u, frame);
	set_has(p, u, frame);
	set_secrets(p, u, frame);
}

/* ---- the file of the run ---- */

static const char *const sources[][2] = {
    {"set", "--set"},
    {"file", "from the file of inputs"},
    {"environment", "from the environment"},
    {"default", "default"},
    {"asked", "would be asked for"},
};

static void
tell_input(struct rb_plan *p, const struct rb_input *input, const struct settled *s)
{
	struct rb_str note = RB_STR("it has none, and needs none"), name = input->name;
	const char *lacks = NULL;

	rb_arena_clear(&p->scratch);
	for (size_t i = 0; s->source != NULL && i < sizeof(sources) / sizeof(sources[0]); i++) {
		if (strcmp(sources[i][0], s->source) == 0)
			note = rb_str_c(sources[i][1]);
	}
	if (s->source != NULL && strcmp(s->source, "asked") == 0 && input->help.n > 0)
		note = rb_arena_fmt(&p->scratch, "would be asked for: %.*s", RB_STR_ARG(input->help));
	rb_plan_tell(
	    p, RB_PLAN_ROW, 0, name, s->source != NULL ? rb_plan_show(p, s->value) : RB_STR("unset"), note);
	if (s->source != NULL && s->value.kind == RB_V_TEXT && p->opt->host.lacks_path != NULL)
		lacks = p->opt->host.lacks_path(p->opt->host.ctx, input, s->value.s);
	if (lacks == NULL)
		return;
	p->lacks++;
	rb_plan_tell(p, RB_PLAN_TROUBLE, 0, RB_STR(""),
	    rb_arena_fmt(&p->scratch, "the run would not begin here: %.*s: %s", RB_STR_ARG(name), lacks),
	    RB_STR(""));
}

struct rb_frame *
rb_plan_settle(struct rb_plan *p)
{
	const struct rb_unit *u = p->program->main;
	struct rb_frame *frame = rb_frame_new(p->opt->alloc, u->scope, NULL);
	struct settling s = {p, u->inputs, NULL};
	size_t before = p->diags->errors;

	fill_file(p, u, frame);
	if (settle(&s, u->ninputs, p->opt->offers, p->opt->noffers, frame, p->diags) == 0)
		settle_values(p, u, frame, p->diags);
	if (p->diags->errors > before) {
		rb_frame_free(frame);
		return NULL;
	}
	forget_set_values(p->at.info, frame);
	return frame;
}

/* Settled once more, to tell where each value comes from. */
void
rb_plan_inputs(struct rb_plan *p)
{
	const struct rb_unit *u = p->program->main;
	struct rb_frame *frame = rb_frame_new(p->opt->alloc, u->scope, NULL);
	struct settling s = {p, u->inputs, RB_ARRAY(&p->arena, struct settled, u->ninputs)};

	settle(&s, u->ninputs, p->opt->offers, p->opt->noffers, frame, p->diags);
	rb_frame_free(frame);
	if (u->ninputs > 0)
		rb_plan_tell(p, RB_PLAN_HEADING, 0, RB_STR(""), RB_STR("Inputs"), RB_STR(""));
	for (size_t i = 0; i < u->ninputs; i++)
		tell_input(p, &u->inputs[i], &s.all[i]);
	if (u->nvalues > 0)
		rb_plan_tell(p, RB_PLAN_HEADING, 0, RB_STR(""), RB_STR("Values"), RB_STR(""));
	for (size_t i = 0; i < u->nvalues; i++) {
		struct rb_eval ev = rb_plan_eval(p);
		struct rb_value v;

		rb_arena_clear(&p->scratch);
		v = p->at.frame->slots[u->values[i].decl->slot].value;
		rb_plan_tell(p, RB_PLAN_ROW, 0, u->values[i].decl->name,
		    rb_plan_show(p,
			v.kind == RB_V_UNKNOWN && v.s.n == 0 ? rb_field_eval(&u->values[i].value, &ev) : v),
		    v.kind == RB_V_UNKNOWN && v.s.n == 0 ? RB_STR("at first; steps change it") : RB_STR(""));
	}
}

/* ---- what it asks of the host ---- */

struct needs {
	struct rb_plan *p;
	const struct rb_unit *unit;
	unsigned depth;
	bool told;          /* its heading */
	const char *begins; /* what happens without what is lacking */
};

static void
need_heading(struct needs *n)
{
	if (!n->told && !n->p->at.called)
		rb_plan_tell(n->p, RB_PLAN_HEADING, 0, RB_STR(""), RB_STR("Needs"), RB_STR(""));
	n->told = true;
}

static void
need(struct needs *n, const char *name, struct rb_str text, struct rb_str note)
{
	if (!n->told && !n->p->at.called)
		rb_plan_tell(n->p, RB_PLAN_HEADING, 0, RB_STR(""), RB_STR("Needs"), RB_STR(""));
	n->told = true;
	rb_plan_tell(
	    n->p, n->p->at.called ? RB_PLAN_DETAIL : RB_PLAN_ROW, n->depth, rb_str_c(name), text, note);
}

static void __attribute__((format(printf, 2, 3))) lack(struct needs *n, const char *fmt, ...)
{
	struct rb_buf b;
	va_list ap;

	rb_buf_init(&b, n->p->opt->alloc, 4096);
	va_start(ap, fmt);
	need_heading(n);
	rb_buf_fmt(&b, "%s: ", n->begins);
	rb_buf_vfmt(&b, fmt, ap);
	va_end(ap);
	n->p->lacks++;
	rb_plan_tell(n->p, RB_PLAN_TROUBLE, n->depth, RB_STR(""), rb_buf_view(&b), RB_STR(""));
	rb_buf_free(&b);
}

static void
need_commands(struct needs *n, const char *key)
{
	const struct rb_field *f;
	bool optional = strcmp(key, "optional") == 0;

	if (!has_field(n->unit, key, &f) || f->value.kind != RB_V_LIST)
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

	if (!has_field(n->unit, "env", &f) || f->value.kind != RB_V_LIST)
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

	if (has_field(n->unit, "user", &f)) {
		need(n, "user", f->value.s, RB_STR(""));
		if (host->user.n > 0 && !rb_str_eq(f->value.s, host->user))
			lack(n, "it must be run as user %.*s, not %.*s", RB_STR_ARG(f->value.s),
			    RB_STR_ARG(host->user));
	}
	if (has_field(n->unit, "host", &f) && f->pattern != NULL) {
		need(n, "host", rb_pattern_text(f->pattern), RB_STR(""));
		if (host->name.n > 0 && rb_pattern_find(f->pattern, host->name, 0, &found, &limit) != 1)
			lack(n, "it is for hosts that match %.*s, not for %.*s",
			    RB_STR_ARG(rb_pattern_text(f->pattern)), RB_STR_ARG(host->name));
	}
	if (!has_field(n->unit, "os", &f) || f->value.kind != RB_V_LIST)
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

	if (!has_field(n->unit, "that", &f))
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

static void
need_secrets(struct needs *n)
{
	static const char *const from[] = {
	    [RB_SECRET_ENV] = "from the environment variable ",
	    [RB_SECRET_FILE] = "from the file ",
	    [RB_SECRET_CREDENTIAL] = "from the credential ",
	    [RB_SECRET_COMMAND] = "from what this prints: ",
	    [RB_SECRET_PROMPT] = "would be asked for, without echo: ",
	};
	const struct rb_plan_host *host = &n->p->opt->host;

	for (size_t i = 0; i < n->unit->nsecrets; i++) {
		const struct rb_secret *s = &n->unit->secrets[i];
		struct rb_eval ev = rb_plan_eval(n->p);
		struct rb_str source = rb_plan_show(n->p, rb_field_eval(&s->source, &ev));

		need(n, "secret", s->decl->name,
		    rb_arena_fmt(&n->p->scratch, "%s%.*s", from[s->from], RB_STR_ARG(source)));
		if (s->from == RB_SECRET_ENV && !s->optional && host->has_env != NULL &&
		    !host->has_env(host->ctx, source))
			lack(n, "the environment variable %.*s is not set", RB_STR_ARG(source));
	}
}

void
rb_plan_needs(struct rb_plan *p, unsigned depth)
{
	struct needs n = {.p = p, .unit = p->at.info->unit, .depth = depth};

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

/* ---- what a step calls ---- */

/* The values of `with`, told as details. Returns the offer of each. */
static void
tell_with(struct rb_plan *p, const struct rb_call *call, struct rb_offer *offers, unsigned depth)
{
	struct rb_eval ev = rb_plan_eval(p);

	for (size_t i = 0; i < call->nwith; i++) {
		const struct rb_binding *with = &call->with[i];
		struct rb_value v = rb_field_eval(&with->value, &ev);

		rb_plan_tell(p, RB_PLAN_DETAIL, depth, RB_STR("with"),
		    rb_arena_fmt(
			&p->scratch, "%.*s = %.*s", RB_STR_ARG(with->name), RB_STR_ARG(rb_plan_show(p, v))),
		    RB_STR(""));
		if (v.kind == RB_V_UNSET || v.kind == RB_V_ERROR) {
			rb_plan_tell(p, RB_PLAN_TROUBLE, depth, RB_STR(""), rb_plan_why(p, v), RB_STR(""));
			v = rb_v_unknown(rb_arena_fmt(&p->scratch, "<%.*s>", RB_STR_ARG(with->name)));
		}
		offers[i] = (struct rb_offer){with->name, v, "with", {NULL, 0, 0}};
	}
}

/* What is called from several steps is told once for all of them: what any of them gives is unknown inside.
 */
static size_t
leave_open(struct rb_plan *p, const struct rb_plan_callee *callee, struct rb_offer *offers)
{
	size_t len = 0;

	for (size_t i = 0; i < callee->ninputs; i++) {
		struct rb_str name = callee->inputs[i].name;

		if (callee->given[i])
			offers[len++] = (struct rb_offer){name,
			    rb_v_unknown(rb_arena_fmt(&p->scratch, "<%.*s>", RB_STR_ARG(name))), "with",
			    {NULL, 0, 0}};
	}
	return len;
}

static struct rb_frame *
new_frame(struct rb_plan *p, const struct rb_plan_callee *callee)
{
	struct rb_frame *file = p->at.frame->file;

	/* A runbook and a library file have names of their own; a procedure stands in the file of its caller.
	 */
	if (callee->proc == NULL || callee->unit->library) {
		file = rb_frame_new(p->opt->alloc, callee->unit->scope, NULL);
		fill_file(p, callee->unit, file);
	}
	return callee->proc != NULL ? rb_frame_new(p->opt->alloc, callee->proc->scope, file) : file;
}

struct rb_frame *
rb_plan_enter(struct rb_plan *p, const struct rb_step *step, unsigned depth)
{
	const struct rb_call *call = step->call;
	struct rb_plan_callee *callee = rb_plan_callee_of(p, call);
	struct settling s = {p, callee->inputs, NULL};
	size_t noffers = call->nwith;
	struct rb_offer *offers = RB_ARRAY(&p->scratch, struct rb_offer, callee->ninputs + noffers);
	struct rb_frame *frame;
	struct rb_diags diags;

	tell_with(p, call, offers, depth);
	if (callee->shown)
		return NULL;
	if (callee->sites > 1)
		noffers = leave_open(p, callee, offers);
	frame = new_frame(p, callee);
	rb_diags_init(&diags, &p->arena);
	if (settle(&s, callee->ninputs, offers, noffers, frame, &diags) == 0 && callee->proc == NULL)
		settle_values(p, callee->unit, frame, &diags);
	for (size_t i = 0; i < diags.len; i++)
		rb_plan_tell(p, RB_PLAN_TROUBLE, depth, RB_STR(""), diags.items[i].text, RB_STR(""));
	if (callee->proc == NULL)
		forget_set_values(rb_plan_unit_of(p, callee->unit), frame);
	return frame;
}
