/* Settling: what was offered for inputs, their defaults, and the answers of whoever is asked become values;
 * then `values` are computed. Each when what it depends on is there. */
#include "lang/settle.h"

#include <string.h>

enum { ASKS_MAX = 10 }; /* wrong answers, before an input counts as missing */

/* --- one value against its declaration --- */

static struct rb_str
shown(struct rb_arena *arena, struct rb_value v)
{
	struct rb_buf b;
	struct rb_str s;

	rb_buf_init(&b, arena->alloc, 200);
	rb_value_show(v, &b);
	s = rb_arena_str(arena, rb_buf_view(&b));
	rb_buf_free(&b);
	return s;
}

static int
check_choice(struct rb_arena *arena, const struct rb_input *input, struct rb_value v, struct rb_value *out,
    struct rb_str *why)
{
	struct rb_buf names;

	for (size_t i = 0; i < input->nchoices; i++) {
		struct rb_vpair *pairs;
		size_t n;

		if (!rb_value_eq(input->choices[i], v))
			continue;
		*out = input->choices[i];
		if (input->choice_data == NULL)
			return 0;
		/* A text with members: the first pair is the value itself. */
		n = input->choice_data[i].map->len;
		*out = rb_v_map(arena, n + 1, &pairs);
		pairs[0] = (struct rb_vpair){RB_STR("name"), input->choices[i]};
		memcpy(pairs + 1, input->choice_data[i].map->pairs, n * sizeof(*pairs));
		out->kind = RB_V_MATCH;
		return 0;
	}
	rb_buf_init(&names, arena->alloc, 1000);
	for (size_t i = 0; i < input->nchoices; i++)
		rb_buf_fmt(&names, "%s%.*s", i > 0 ? ", " : "", RB_STR_ARG(shown(arena, input->choices[i])));
	*why = rb_arena_fmt(arena, "`%.*s` is none of %s", RB_STR_ARG(shown(arena, v)), rb_buf_cstr(&names));
	rb_buf_free(&names);
	return -1;
}

static int
check_bounds(struct rb_arena *arena, const struct rb_input *input, struct rb_value v, struct rb_str *why)
{
	bool low = input->min.kind != RB_V_UNSET && rb_value_cmp(v, input->min) < 0;
	bool high = input->max.kind != RB_V_UNSET && rb_value_cmp(v, input->max) > 0;

	if (!low && !high)
		return 0;
	*why = rb_arena_fmt(arena, "`%.*s` is %s than %.*s", RB_STR_ARG(shown(arena, v)),
	    low ? "less" : "more", RB_STR_ARG(shown(arena, low ? input->min : input->max)));
	return -1;
}

static int
check_pattern(struct rb_arena *arena, const struct rb_input *input, struct rb_value v, struct rb_str *why)
{
	const char *limit = "";
	struct rb_found found;
	int r;

	if (input->pattern == NULL || v.kind != RB_V_TEXT)
		return 0;
	r = rb_pattern_find(input->pattern, v.s, 0, &found, &limit);
	if (r == 1)
		return 0;
	*why = r < 0 ? rb_arena_fmt(arena, "the pattern could not be decided: %s", limit)
		     : rb_arena_fmt(arena, "`%.*s` does not match %.*s", RB_STR_ARG(shown(arena, v)),
			   RB_STR_ARG(rb_pattern_text(input->pattern)));
	return -1;
}

int
rb_input_check(struct rb_arena *arena, const struct rb_input *input, struct rb_value in, struct rb_value *out,
    struct rb_str *why)
{
	struct rb_value v = rb_value_as(arena, input->type, in);

	if (v.kind == RB_V_UNSET) {
		*why = rb_arena_fmt(arena, "`%.*s` is unset", RB_STR_ARG(v.s));
		return -1;
	}
	if (v.kind == RB_V_ERROR) {
		*why = v.s;
		return -1;
	}
	*out = v;
	if (v.kind == RB_V_UNKNOWN)
		return 0;
	if (check_pattern(arena, input, v, why) != 0 || check_bounds(arena, input, v, why) != 0)
		return -1;
	return input->nchoices > 0 ? check_choice(arena, input, v, out, why) : 0;
}

/* --- inputs --- */

/* One settling of inputs: `state` by input. */
struct inputs {
	struct rb_settle *s;
	const struct rb_input *all;
	struct rb_frame *frame;
	enum { NEW, OPEN, DONE, BAD } * state;
	struct rb_map offers; /* name → struct rb_offer * */
	size_t *by_slot;      /* of the frame: input + 1 */
};

static int settle_one(struct inputs *in, size_t i);

/* Settles what an expression of a default reads. */
static void
settle_read(void *ctx, const struct rb_decl *decl, unsigned up, struct rb_str path, const struct rb_expr *at)
{
	struct inputs *in = ctx;

	(void)path;
	(void)at;
	if (decl != NULL && up == 0 && decl->kind == RB_DECL_INPUT && in->by_slot[decl->slot] > 0)
		settle_one(in, in->by_slot[decl->slot] - 1);
}

static void
settle_reads(void *ctx, const struct rb_expr *e)
{
	rb_expr_reads(e, settle_read, ctx);
}

static struct rb_span
offer_span(const struct rb_offer *offer, const struct rb_input *input)
{
	return offer != NULL && offer->span.src != NULL ? offer->span
	       : offer == NULL                          ? input->span
							: (struct rb_span){NULL, 0, 0};
}

/* Whether the input says that it may be empty: by its default, by a choice, or since it need not be given. */
static bool
may_be_empty(const struct rb_input *input)
{
	const struct rb_field *d = input->dflt;

	for (size_t i = 0; i < input->nchoices; i++)
		if (input->choices[i].kind == RB_V_TEXT && input->choices[i].s.n == 0)
			return true;
	if (d == NULL)
		return !input->required;
	return d->tmpl != NULL ? rb_tmpl_constant(d->tmpl) && rb_tmpl_source(d->tmpl).n == 0
			       : d->value.kind == RB_V_TEXT && d->value.s.n == 0;
}

/* What somebody gave: an Enter too many is no value, where the author did not say so. */
static int
check_given(const struct rb_input *input, struct rb_value given, struct rb_str *why)
{
	if (given.kind != RB_V_TEXT || given.s.n > 0 || may_be_empty(input))
		return 0;
	*why = RB_STR("it is empty, and takes an empty text only where its `default` is \"\"");
	return -1;
}

struct rb_str
rb_input_variable(struct rb_arena *arena, struct rb_str input)
{
	struct rb_str name = rb_arena_fmt(arena, "RUNBOOK_%.*s", RB_STR_ARG(input));

	for (size_t i = 0; i < name.n; i++) {
		if (name.p[i] >= 'a' && name.p[i] <= 'z')
			((char *)(uintptr_t)name.p)[i] = (char)(name.p[i] - ('a' - 'A'));
	}
	return name;
}

/* Everything that a value must be, also what only the host knows. */
static int
accept(struct inputs *in, const struct rb_input *input, struct rb_value given, struct rb_value *out,
    struct rb_str *why)
{
	const char *missing;

	if (rb_input_check(in->s->arena, input, given, out, why) != 0)
		return -1;
	if (in->s->exists == NULL || out->kind != RB_V_TEXT)
		return 0;
	missing = in->s->exists(in->s->ctx, input, out->s);
	if (missing == NULL)
		return 0;
	*why = rb_arena_fmt(in->s->arena, "`%.*s`: %s", RB_STR_ARG(out->s), missing);
	return -1;
}

static int
ask(struct inputs *in, const struct rb_input *input, struct rb_value *out)
{
	struct rb_str why = RB_STR(""), text;
	struct rb_diag *diag;

	for (int i = 0; in->s->ask != NULL && i < ASKS_MAX; i++) {
		if (in->s->ask(in->s->ctx, input, why, &text) == 0)
			break;
		if (check_given(input, rb_v_text(text), &why) == 0 &&
		    accept(in, input, rb_v_text(text), out, &why) == 0)
			return 0;
	}
	diag = rb_diag_add(in->s->diags, RB_E_INPUT, input->span, "the input `%.*s` has no value%s%.*s",
	    RB_STR_ARG(input->name), input->help.n > 0 ? ": " : "", RB_STR_ARG(input->help));
	rb_diag_hint(in->s->diags, diag, "give it with --set %.*s=%s", RB_STR_ARG(input->name), "VALUE");
	return -1;
}

/* The value of one input: what was offered, its default, or an answer. 1: none is needed. */
static int
find_value(struct inputs *in, const struct rb_input *input, struct rb_value *out, const char **source)
{
	const struct rb_offer *offer = rb_map_get(&in->offers, input->name);
	struct rb_eval ev = {.arena = in->s->arena, .frame = in->frame, .wall = in->s->wall};
	struct rb_value given;
	struct rb_diag *diag;
	struct rb_str why;

	if (offer == NULL && input->dflt == NULL) {
		*source = "asked";
		return input->required ? ask(in, input, out) : 1;
	}
	if (offer == NULL)
		rb_field_exprs(input->dflt, settle_reads, in);
	given = offer != NULL ? offer->value : rb_field_eval(input->dflt, &ev);
	*source = offer != NULL ? offer->source : "default";
	if ((offer == NULL || check_given(input, given, &why) == 0) &&
	    accept(in, input, given, out, &why) == 0)
		return 0;
	/* A default that reads an input which is missing has been told of already. */
	if (offer == NULL && given.kind == RB_V_UNSET && in->s->diags->errors > 0)
		return -1;
	diag = rb_diag_add(in->s->diags, RB_E_INPUT, offer_span(offer, input), "input `%.*s`: %.*s",
	    RB_STR_ARG(input->name), RB_STR_ARG(why));
	if (offer != NULL && strcmp(offer->source, "environment") == 0)
		rb_diag_hint(in->s->diags, diag, "it comes from the environment variable %s",
		    rb_input_variable(in->s->arena, input->name).p);
	return -1;
}

static int
settle_one(struct inputs *in, size_t i)
{
	const struct rb_input *input = &in->all[i];
	struct rb_value v;
	const char *source;
	int r;

	if (in->state[i] != NEW)
		return in->state[i] == BAD ? -1 : 0; /* circles were refused when the file was loaded */
	in->state[i] = OPEN;
	r = find_value(in, input, &v, &source);
	in->state[i] = r < 0 ? BAD : DONE;
	if (r != 0)
		return r < 0 ? -1 : 0;
	rb_frame_set(in->frame, input->decl->slot, v);
	if (in->s->settled != NULL)
		in->s->settled(in->s->ctx, input, v, source);
	return 0;
}

/* Offers that name no input. */
static int
check_offers(struct rb_settle *s, const struct rb_input *inputs, size_t n)
{
	struct rb_str *names = RB_ARRAY(s->arena, struct rb_str, n);
	struct rb_map known;
	int result = 0;

	rb_map_init(&known, s->arena);
	for (size_t i = 0; i < n; i++) {
		names[i] = inputs[i].name;
		rb_map_put(&known, names[i], &names[i]);
	}
	for (size_t i = 0; i < s->noffers; i++) {
		struct rb_diag *diag;

		if (rb_map_get(&known, s->offers[i].name) != NULL)
			continue;
		diag = rb_diag_add(s->diags, RB_E_INPUT, s->offers[i].span, "there is no input `%.*s`",
		    RB_STR_ARG(s->offers[i].name));
		rb_diag_suggest(s->diags, diag, s->offers[i].name, names, n);
		result = -1;
	}
	return result;
}

int
rb_settle_inputs(struct rb_settle *s, const struct rb_input *inputs, size_t n, struct rb_frame *frame)
{
	struct inputs in = {.s = s, .all = inputs, .frame = frame};
	int result = check_offers(s, inputs, n);

	in.state = rb_arena_array(s->arena, n, sizeof(*in.state));
	in.by_slot = RB_ARRAY(s->arena, size_t, frame->scope->slots);
	for (size_t i = 0; i < n; i++)
		in.by_slot[inputs[i].decl->slot] = i + 1;
	/* Of two offers the later one stays: the caller puts them in the order of their weight. */
	rb_map_init(&in.offers, s->arena);
	for (size_t i = 0; i < s->noffers; i++)
		rb_map_put(&in.offers, s->offers[i].name, (void *)(uintptr_t)&s->offers[i]);
	for (size_t i = 0; i < n; i++)
		if (settle_one(&in, i) != 0)
			result = -1;
	return result;
}

/* --- values --- */

struct values {
	struct rb_settle *s;
	const struct rb_unit *unit;
	struct rb_frame *frame;
	bool *done;
	size_t *by_slot; /* of the frame: value + 1 */
	int result;
};

static void compute(struct values *v, size_t i);

static void
compute_read(void *ctx, const struct rb_decl *decl, unsigned up, struct rb_str path, const struct rb_expr *at)
{
	struct values *v = ctx;

	(void)up;
	(void)path;
	(void)at;
	if (decl != NULL && decl->kind == RB_DECL_VALUE && v->by_slot[decl->slot] > 0)
		compute(v, v->by_slot[decl->slot] - 1);
}

static void
compute_reads(void *ctx, const struct rb_expr *e)
{
	rb_expr_reads(e, compute_read, ctx);
}

static void
compute(struct values *v, size_t i)
{
	const struct rb_value_decl *d = &v->unit->values[i];
	struct rb_eval ev = {.arena = v->s->arena, .frame = v->frame, .wall = v->s->wall};
	struct rb_value value;

	if (v->done[i])
		return;
	v->done[i] = true;
	rb_field_exprs(&d->value, compute_reads, v);
	value = rb_field_eval(&d->value, &ev);
	if (value.kind == RB_V_UNSET || value.kind == RB_V_ERROR) {
		rb_diag_add(v->s->diags, RB_E_INPUT, d->value.node->span, "value `%.*s`: %s%.*s%s",
		    RB_STR_ARG(d->decl->name), value.kind == RB_V_UNSET ? "`" : "", RB_STR_ARG(value.s),
		    value.kind == RB_V_UNSET ? "` is unset" : "");
		v->result = -1;
		return;
	}
	rb_frame_set(v->frame, d->decl->slot, value);
}

int
rb_settle_values(struct rb_settle *s, const struct rb_unit *unit, struct rb_frame *frame)
{
	struct values v = {.s = s, .unit = unit, .frame = frame};

	v.done = RB_ARRAY(s->arena, bool, unit->nvalues);
	v.by_slot = RB_ARRAY(s->arena, size_t, frame->scope->slots);
	for (size_t i = 0; i < unit->nvalues; i++)
		v.by_slot[unit->values[i].decl->slot] = i + 1;
	for (size_t i = 0; i < unit->nvalues; i++)
		compute(&v, i);
	return v.result;
}
