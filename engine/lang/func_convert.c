/* Functions that turn one sort of value into another; of a list, each item. Texts are read as programs print
 * them: with blanks around, leading zeros, a percent sign. */
#include <string.h>

#include "lang/func_impl.h"

/* What a value cannot be made into. */
static struct rb_value
no_conversion(struct rb_eval *ev, const struct rb_x *call, struct rb_value v, const char *form)
{
	return rb_v_error(
	    ev->arena, "`%.*s`: %s is not a %s", RB_STR_ARG(call->shown), rb_x_describe(ev->arena, v), form);
}

/* A number as programs print it: blanks around, a sign, leading zeros, a percent sign after it. */
static struct rb_str
printed_number(struct rb_str s)
{
	s = rb_str_trim(s);
	return s.n > 1 && s.p[s.n - 1] == '%' ? rb_str_cut(s, 0, s.n - 1) : s;
}

static struct rb_value
to_int(struct rb_eval *ev, const struct rb_x *call, struct rb_value v)
{
	int64_t i;

	switch (v.kind) {
	case RB_V_INT:
		return v;
	case RB_V_NUMBER:
		if (rb_x_whole(v.d, &i) == 0)
			return rb_v_int(i);
		break;
	case RB_V_DURATION:
		return rb_v_int(v.i / RB_SECOND);
	case RB_V_SIZE:
		return rb_v_int(v.i);
	case RB_V_TEXT:
	case RB_V_VERSION:
		if (rb_str_int(printed_number(v.s), &i) == 0)
			return rb_v_int(i);
		break;
	default:
		break;
	}
	return no_conversion(ev, call, v, "whole number");
}

static struct rb_value
to_number(struct rb_eval *ev, const struct rb_x *call, struct rb_value v)
{
	double d;

	switch (v.kind) {
	case RB_V_INT:
	case RB_V_SIZE:
		return rb_v_number((double)v.i);
	case RB_V_NUMBER:
		return v;
	case RB_V_DURATION:
		return rb_v_number((double)v.i / (double)RB_SECOND);
	case RB_V_TEXT:
	case RB_V_VERSION:
		if (rb_str_number(printed_number(v.s), &d) == 0)
			return rb_v_number(d);
		break;
	default:
		break;
	}
	return no_conversion(ev, call, v, "number");
}

/* A number of `unit`s as an amount of whole ones. */
static struct rb_value
scaled(struct rb_eval *ev, const struct rb_x *call, struct rb_value v, enum rb_value_kind kind, int64_t unit)
{
	double d = v.kind == RB_V_INT ? (double)v.i * (double)unit : v.d * (double)unit;
	int64_t i;

	if (v.kind == RB_V_INT && !__builtin_mul_overflow(v.i, unit, &i))
		return rb_v_of(kind, i);
	if (rb_x_whole(d, &i) == 0)
		return rb_v_of(kind, i);
	return rb_v_error(ev->arena, "`%.*s` is out of range", RB_STR_ARG(call->shown));
}

/* Sizes as programs print them: with a blank before the unit, and Ki, Mi, Gi, Ti without their B (kubectl,
 * free). */
static int
printed_size(struct rb_str s, int64_t *bytes)
{
	char text[40];
	size_t n = 0;

	s = rb_str_trim(s);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == ' ')
			continue;
		if (n == sizeof(text) - 1)
			return -1;
		text[n++] = s.p[i];
	}
	if (n > 0 && text[n - 1] == 'i')
		text[n++] = 'B';
	return rb_size_parse((struct rb_str){text, n}, bytes);
}

static struct rb_value
to_size(struct rb_eval *ev, const struct rb_x *call, struct rb_value v)
{
	int64_t bytes;

	if (v.kind == RB_V_SIZE)
		return v;
	if (v.kind == RB_V_INT || v.kind == RB_V_NUMBER)
		return scaled(ev, call, v, RB_V_SIZE, 1);
	if ((v.kind == RB_V_TEXT || v.kind == RB_V_VERSION) && printed_size(v.s, &bytes) == 0)
		return rb_v_of(RB_V_SIZE, bytes);
	return no_conversion(
	    ev, call, v, "size with a unit, as 200MB, 1.5GiB or 64Mi (1K and 1M are ambiguous)");
}

static struct rb_value
to_duration(struct rb_eval *ev, const struct rb_x *call, struct rb_value v)
{
	int64_t ns;

	if (v.kind == RB_V_DURATION)
		return v;
	if (v.kind == RB_V_INT || v.kind == RB_V_NUMBER)
		return scaled(ev, call, v, RB_V_DURATION, RB_SECOND);
	if ((v.kind == RB_V_TEXT || v.kind == RB_V_VERSION) && rb_clock_parse(rb_str_trim(v.s), &ns) == 0)
		return rb_v_of(RB_V_DURATION, ns);
	return no_conversion(ev, call, v, "duration with a unit, as 90s or 1h30m");
}

static struct rb_value
to_version(struct rb_eval *ev, const struct rb_x *call, struct rb_value v)
{
	struct rb_str s;
	size_t digit;

	if (v.kind != RB_V_TEXT && v.kind != RB_V_VERSION)
		return no_conversion(ev, call, v, "version");
	s = rb_str_trim(v.s);
	digit = s.n > 1 && (s.p[0] == 'v' || s.p[0] == 'V');
	if (s.n == 0 || s.p[digit] < '0' || s.p[digit] > '9' || memchr(s.p, '\n', s.n) != NULL)
		return no_conversion(ev, call, v, "version, which begins with a digit, as 9.10");
	return rb_v_version(s);
}

/* The same form as that of an input of this type: with a scheme and a host. */
static struct rb_value
to_url(struct rb_eval *ev, const struct rb_x *call, struct rb_value v)
{
	struct rb_str s = v.kind == RB_V_TEXT || v.kind == RB_V_VERSION ? rb_str_trim(v.s) : RB_STR("");

	if (s.n == 0)
		return no_conversion(ev, call, v, "URL");
	v = rb_value_parse(ev->arena, rb_type_row(RB_STR("url")), s);
	return v.kind != RB_V_ERROR
		   ? v
		   : rb_v_error(ev->arena, "`%.*s`: %.*s", RB_STR_ARG(call->shown), RB_STR_ARG(v.s));
}

static struct rb_value
to_trimmed(struct rb_eval *ev, const struct rb_x *call, struct rb_value v)
{
	if (v.kind != RB_V_TEXT && v.kind != RB_V_VERSION)
		return no_conversion(ev, call, v, "text");
	return rb_v_text(rb_str_trim(v.s));
}

static struct rb_value
to_lower(struct rb_eval *ev, const struct rb_x *call, struct rb_value v)
{
	char *p;

	if (v.kind != RB_V_TEXT && v.kind != RB_V_VERSION)
		return no_conversion(ev, call, v, "text");
	p = rb_arena_new(ev->arena, v.s.n + 1);
	for (size_t i = 0; i < v.s.n; i++)
		p[i] = v.s.p[i] >= 'A' && v.s.p[i] <= 'Z' ? (char)(v.s.p[i] - 'A' + 'a') : v.s.p[i];
	return rb_v_text((struct rb_str){p, v.s.n});
}

static const struct conversion {
	const char *name;
	unsigned takes;
	enum rb_base result;
	struct rb_value (*one)(struct rb_eval *ev, const struct rb_x *call, struct rb_value v);
} conversions[] = {
    {"int", RB_M_TEXT | RB_M_AMOUNT, RB_INT, to_int},
    {"number", RB_M_TEXT | RB_M_AMOUNT, RB_NUMBER, to_number},
    {"size", RB_M_TEXT | RB_M_NUMERIC | RB_M(SIZE), RB_SIZE, to_size},
    {"duration", RB_M_TEXT | RB_M_NUMERIC | RB_M(DURATION), RB_DURATION, to_duration},
    {"version", RB_M_TEXT, RB_VERSION, to_version},
    {"url", RB_M_TEXT, RB_URL, to_url},
    {"trim", RB_M_TEXT, RB_TEXT, to_trimmed},
    {"lower", RB_M_TEXT, RB_TEXT, to_lower},
};

static const struct conversion *
conversion_of(const struct rb_x *call)
{
	size_t i = 0;

	while (!rb_str_is(call->name, conversions[i].name))
		i++;
	return &conversions[i];
}

/* Of JSON, which may be either, the result is taken for one value: a list in it is told when it is read. */
const struct rb_type *
rb_type_of_convert(struct rb_checker *c, struct rb_x *call)
{
	const struct conversion *how = conversion_of(call);
	const struct rb_type *t = call->args[0]->type;

	if (rb_func_is_list_of(t, how->takes))
		return rb_type_list(c->ctx->arena, &rb_types[how->result]);
	return rb_func_fits(t, how->takes) ? &rb_types[how->result] : rb_func_refuse(c, call, 0);
}

struct rb_value
rb_run_convert(struct rb_eval *ev, const struct rb_x *call, struct rb_value *args)
{
	const struct conversion *how = conversion_of(call);
	struct rb_value v = args[0], *items, out;

	if (v.kind != RB_V_LIST || call->type->base != RB_LIST)
		return how->one(ev, call, v);
	out = rb_v_list(ev->arena, v.list->len, &items);
	for (size_t i = 0; i < v.list->len; i++) {
		struct rb_value item = rb_v_plain(v.list->items[i]);

		items[i] = rb_v_known(item) ? how->one(ev, call, item) : item;
		if (!rb_v_known(items[i]))
			return items[i];
	}
	return out;
}

const struct rb_type *
rb_type_of_text(struct rb_checker *c, struct rb_x *call)
{
	return rb_func_fits(call->args[0]->type,
		   RB_M_ORDERED | RB_M(BOOL) | RB_M(MATCH) | RB_M(PROCESS) | RB_M(LIST) | RB_M(RECORD))
		   ? &rb_types[RB_TEXT]
		   : rb_func_refuse(c, call, 0);
}

struct rb_value
rb_run_text(struct rb_eval *ev, const struct rb_x *call, struct rb_value *args)
{
	struct rb_buf b;
	struct rb_value v;

	if (args[0].kind == RB_V_TEXT || args[0].kind == RB_V_VERSION)
		return rb_v_text(args[0].s);
	rb_buf_init(&b, ev->arena->alloc, RB_EXPR_TEXT_MAX);
	rb_value_show(args[0], &b);
	v = b.lost == 0 ? rb_v_text(rb_arena_str(ev->arena, rb_buf_view(&b)))
			: rb_v_error(ev->arena, "`%.*s` would make a text longer than 16 MiB",
			      RB_STR_ARG(call->shown));
	rb_buf_free(&b);
	return v;
}

const struct rb_type *
rb_type_of_json(struct rb_checker *c, struct rb_x *call)
{
	return rb_func_fits(call->args[0]->type, RB_M_TEXT) ? &rb_types[RB_ANY] : rb_func_refuse(c, call, 0);
}

struct rb_value
rb_run_json(struct rb_eval *ev, const struct rb_x *call, struct rb_value *args)
{
	if (args[0].kind != RB_V_TEXT && args[0].kind != RB_V_VERSION)
		return no_conversion(ev, call, args[0], "text");
	return rb_value_from_json(ev->arena, args[0].s);
}
