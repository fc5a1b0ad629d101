/* What stands before the first step of a file: its inputs and where each comes from, its values, and the
 * names that a run fills in. */
#include "plan/state.h"

#include <string.h>

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
		if (!rb_plan_required(u, keys[k], &f) || f->value.kind != RB_V_LIST)
			continue;
		for (size_t i = 0; i < f->value.list->len && n < u->has->type->len; i++, n++) {
			if (p->opt->host.has_command != NULL && pairs[n].value.kind != RB_V_BOOL)
				pairs[n].value = rb_v_bool(rb_plan_has(p, f->value.list->items[i].s));
		}
	}
	frame->slots[u->has->slot].value = v;
}

void
rb_plan_secrets(struct rb_plan *p, const struct rb_unit *u, struct rb_frame *frame)
{
	for (size_t i = 0; i < u->nsecrets; i++)
		frame->slots[u->secrets[i].decl->slot].value = rb_v_unknown(
		    rb_arena_fmt(&p->arena, "<secret:%.*s>", RB_STR_ARG(u->secrets[i].decl->name)));
}

static void
fill_run(struct rb_plan *p, const struct rb_unit *u, struct rb_frame *frame)
{
	set_run(p, u, frame);
	set_has(p, u, frame);
	rb_plan_secrets(p, u, frame);
}

/* ---- the file of the run ---- */

static const char *const sources[][2] = {
    {"set", "--set"},
    {"file", "from the file of inputs"},
    {"environment", "from the environment"},
    {"default", "default"},
    {"asked", "would be asked for"},
};

static bool
is_default(const struct settled *s)
{
	return s->source == NULL || strcmp(s->source, "default") == 0;
}

static void
tell_input(struct rb_plan *p, const struct rb_input *input, const struct settled *s)
{
	struct rb_str note = RB_STR("it has none, and needs none"), name = input->name,
		      value = RB_STR("unset");
	const char *lacks = NULL;

	rb_arena_clear(&p->scratch);
	for (size_t i = 0; s->source != NULL && i < sizeof(sources) / sizeof(sources[0]); i++) {
		if (strcmp(sources[i][0], s->source) == 0)
			note = rb_str_c(sources[i][1]);
	}
	if (s->source != NULL && strcmp(s->source, "asked") == 0 && input->help.n > 0)
		note = rb_arena_fmt(&p->scratch, "would be asked for: %.*s", RB_STR_ARG(input->help));
	else if (!p->opt->brief && input->help.n > 0)
		note = rb_arena_fmt(&p->scratch, "%.*s (%.*s)", RB_STR_ARG(note), RB_STR_ARG(input->help));
	if (s->source != NULL)
		value = s->value.kind == RB_V_TEXT && s->value.s.n == 0 ? RB_STR("\"\"")
									: rb_plan_show(p, s->value);
	if (!p->opt->brief || !is_default(s))
		rb_plan_tell(p, RB_PLAN_ROW, 0, name, value, note);
	if (s->source != NULL && s->value.kind == RB_V_TEXT && p->opt->host.lacks_path != NULL)
		lacks = p->opt->host.lacks_path(p->opt->host.ctx, input, s->value.s);
	if (lacks == NULL)
		return;
	rb_plan_trouble(p, 0,
	    rb_arena_fmt(&p->scratch, "the run would not begin here: %.*s: %s", RB_STR_ARG(name), lacks));
}

/* All of them; in brief, those that are as ever are only counted. */
static void
tell_inputs(struct rb_plan *p, const struct rb_input *inputs, const struct settled *all, size_t n)
{
	size_t defaults = 0;

	for (size_t i = 0; i < n; i++) {
		tell_input(p, &inputs[i], &all[i]);
		defaults += is_default(&all[i]);
	}
	if (p->opt->brief && defaults > 0)
		rb_plan_tell(p, RB_PLAN_ROW, 0, defaults == n ? RB_STR("all") : RB_STR("others"),
		    rb_arena_fmt(&p->scratch, "%zu as they are by default", defaults), RB_STR(""));
}

/* What is given for the inputs of the procedure to start at must fit before anything is told. Defaults wait:
 * they may read facts of `setup`. */
static void
check_given(struct rb_plan *p, const struct rb_procedure *proc, struct rb_frame *file)
{
	struct rb_input *given = RB_ARRAY(&p->arena, struct rb_input, proc->ninputs);
	struct rb_frame *frame = rb_frame_new(p->opt->alloc, proc->scope, file);
	struct rb_settle how = {.arena = &p->arena,
	    .diags = p->diags,
	    .offers = p->opt->from_offers,
	    .noffers = p->opt->nfrom_offers,
	    .wall = p->opt->wall};
	size_t n = 0;

	for (size_t i = 0; i < proc->ninputs; i++) {
		if (offered(how.offers, how.noffers, proc->inputs[i].name))
			given[n++] = proc->inputs[i];
	}
	rb_settle_inputs(&how, given, n, frame);
	rb_frame_free(frame);
}

struct rb_frame *
rb_plan_settle(struct rb_plan *p)
{
	const struct rb_unit *u = p->program->main;
	struct rb_frame *frame = rb_frame_new(p->opt->alloc, u->scope, NULL);
	struct settling s = {p, u->inputs, NULL};
	size_t before = p->diags->errors;

	fill_run(p, u, frame);
	if (settle(&s, u->ninputs, p->opt->offers, p->opt->noffers, frame, p->diags) == 0)
		settle_values(p, u, frame, p->diags);
	if (p->at.proc != NULL)
		check_given(p, p->at.proc, frame);
	if (p->diags->errors > before) {
		rb_frame_free(frame);
		return NULL;
	}
	if (p->at.info->revisits)
		rb_plan_forget_set(p->at.info, frame);
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
	tell_inputs(p, u->inputs, s.all, u->ninputs);
	if (p->opt->brief)
		return;
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

struct rb_frame *
rb_plan_from(struct rb_plan *p, const struct rb_procedure *proc)
{
	struct rb_frame *frame = rb_frame_new(p->opt->alloc, proc->scope, p->at.frame);
	struct settling s = {p, proc->inputs, RB_ARRAY(&p->arena, struct settled, proc->ninputs)};
	struct rb_diags diags;

	rb_diags_init(&diags, &p->arena);
	if (proc->ninputs > 0)
		rb_plan_tell(p, RB_PLAN_HEADING, 0, RB_STR(""),
		    rb_arena_fmt(&p->scratch, "Inputs of %.*s", RB_STR_ARG(proc->name)), RB_STR(""));
	settle(&s, proc->ninputs, p->opt->from_offers, p->opt->nfrom_offers, frame, &diags);
	tell_inputs(p, proc->inputs, s.all, proc->ninputs);
	for (size_t i = 0; i < diags.len; i++)
		rb_plan_trouble(p, 0, diags.items[i].text);
	return frame;
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
			rb_plan_trouble(p, depth, rb_plan_why(p, v));
			v = rb_v_unknown(rb_arena_fmt(&p->scratch, "<%.*s>", RB_STR_ARG(with->name)));
		}
		offers[i] = (struct rb_offer){with->name, v, "with", {NULL, 0, 0}};
	}
}

/* The secrets that are handed over; what a library may do without, and none of its callers gives, is unset.
 */
static void
tell_handed(struct rb_plan *p, const struct rb_call *call, unsigned depth)
{
	for (size_t i = 0; i < call->nsecrets; i++)
		rb_plan_tell(p, RB_PLAN_DETAIL, depth, RB_STR("secret"),
		    rb_arena_fmt(&p->scratch, "%.*s = <secret:%.*s>",
			RB_STR_ARG(call->secrets[i].to->decl->name),
			RB_STR_ARG(call->secrets[i].from->decl->name)),
		    RB_STR(""));
}

void
rb_plan_keep_back(const struct rb_call *call, struct rb_frame *file)
{
	const struct rb_unit *library = call->proc->unit;

	for (size_t i = 0; i < library->nsecrets; i++) {
		const struct rb_secret *s = &library->secrets[i];
		bool handed = false;

		for (size_t k = 0; k < call->nsecrets; k++)
			handed = handed || call->secrets[k].to == s;
		if (!handed)
			rb_frame_clear(file, s->decl->slot);
	}
}

/* What any of the steps that call it gives is unknown inside. */
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
		fill_run(p, callee->unit, file);
	}
	return callee->proc != NULL ? rb_frame_new(p->opt->alloc, callee->proc->scope, file) : file;
}

/* By input: what is given for it, or UNSET. */
static struct rb_value *
by_input(struct rb_plan *p, const struct rb_plan_callee *callee, const struct rb_call *call,
    const struct rb_offer *offers)
{
	struct rb_value *values = RB_ARRAY(&p->arena, struct rb_value, callee->ninputs);

	for (size_t i = 0; i < call->nwith; i++) {
		if (call->with[i].input != NULL)
			values[call->with[i].input - callee->inputs] =
			    rb_value_copy(&p->arena, offers[i].value);
	}
	return values;
}

/* Whether what was told for some values holds for others: what was not known then was left open. */
static bool
covers(const struct rb_value *told, const struct rb_value *values, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		bool both_unset = told[i].kind == RB_V_UNSET && values[i].kind == RB_V_UNSET;

		if (!both_unset && told[i].kind != RB_V_UNKNOWN && !rb_value_eq(told[i], values[i]))
			return false;
	}
	return true;
}

/* Whether the callee must be told for this step; *noffers are then those to tell it with. */
static bool
to_tell(struct rb_plan *p, const struct rb_step *step, struct rb_plan_callee *callee, struct rb_offer *offers,
    size_t *noffers, struct rb_str *shown)
{
	struct rb_value *values = by_input(p, callee, step->call, offers);

	*shown = callee->first;
	if (callee->values == NULL) {
		callee->values = values;
		callee->first = rb_plan_name(p, step);
		return true;
	}
	if (covers(callee->values, values, callee->ninputs))
		return false;
	*shown = callee->open;
	if (callee->open.n > 0)
		return false;
	callee->open = rb_plan_name(p, step);
	*noffers = leave_open(p, callee, offers);
	return true;
}

struct rb_frame *
rb_plan_enter(struct rb_plan *p, const struct rb_step *step, struct rb_str *shown, unsigned depth)
{
	const struct rb_call *call = step->call;
	struct rb_plan_callee *callee = rb_plan_callee_of(p, call);
	struct settling s = {p, callee->inputs, NULL};
	size_t noffers = call->nwith;
	struct rb_offer *offers = RB_ARRAY(&p->scratch, struct rb_offer, callee->ninputs + noffers);
	struct rb_frame *frame;
	struct rb_diags diags;

	tell_with(p, call, offers, depth);
	tell_handed(p, call, depth);
	if (!to_tell(p, step, callee, offers, &noffers, shown))
		return NULL;
	frame = new_frame(p, callee);
	if (call->what == RB_CALL_LIBRARY && callee->sites == 1)
		rb_plan_keep_back(call, frame->file);
	rb_diags_init(&diags, &p->arena);
	if (settle(&s, callee->ninputs, offers, noffers, frame, &diags) == 0 && callee->proc == NULL)
		settle_values(p, callee->unit, frame, &diags);
	for (size_t i = 0; i < diags.len; i++)
		rb_plan_trouble(p, depth, diags.items[i].text);
	if (callee->proc == NULL && rb_plan_unit_of(p, callee->unit)->revisits)
		rb_plan_forget_set(rb_plan_unit_of(p, callee->unit), frame);
	return frame;
}
