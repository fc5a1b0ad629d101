/* Functions over lists: count, judge, order, add up. */
#include <stdlib.h>
#include <string.h>

#include "lang/func_impl.h"

const struct rb_type *
rb_type_of_item(struct rb_checker *c, struct rb_x *call)
{
	const struct rb_type *t = call->args[0]->type;

	return rb_func_fits(t, RB_M(LIST)) ? rb_type_item(t->base == RB_LIST ? t : &rb_type_list_any)
					   : rb_func_refuse(c, call, 0);
}

const struct rb_type *
rb_type_of_count(struct rb_checker *c, struct rb_x *call)
{
	if (!rb_func_fits(call->args[0]->type, RB_M(LIST)))
		rb_func_refuse(c, call, 0);
	return &rb_types[RB_INT];
}

const struct rb_type *
rb_type_of_len(struct rb_checker *c, struct rb_x *call)
{
	if (!rb_func_fits(call->args[0]->type, RB_M_TEXT | RB_M(LIST) | RB_M(RECORD)))
		rb_func_refuse(c, call, 0);
	return &rb_types[RB_INT];
}

/* any() and all(): bools, or a `where`, whose condition they judge for each item. */
const struct rb_type *
rb_type_of_judge(struct rb_checker *c, struct rb_x *call)
{
	const struct rb_x *arg = call->args[0];
	struct rb_diag *diag;

	if (arg->op == RB_X_WHERE || arg->type->base == RB_ANY ||
	    rb_func_is_list_of(arg->type, RB_M(BOOL) | RB_M(MATCH)))
		return &rb_types[RB_BOOL];
	diag = rb_diag_add(c->ctx->diags, RB_E_EXPR_TYPE, rb_check_fail(c, arg),
	    "%.*s() judges a list of bool, and `%.*s` is %s", RB_STR_ARG(call->name), RB_STR_ARG(arg->shown),
	    rb_check_type_name(c, arg->type));
	if (arg->type->base == RB_LIST)
		rb_diag_hint(c->ctx->diags, diag, "give a condition: %.*s(%.*s where …); or count(%.*s) > 0",
		    RB_STR_ARG(call->name), RB_STR_ARG(arg->shown), RB_STR_ARG(arg->shown));
	return &rb_types[RB_BOOL];
}

const struct rb_type *
rb_type_of_extreme(struct rb_checker *c, struct rb_x *call)
{
	const struct rb_type *t = call->args[0]->type;

	if (call->len == 1) {
		if (!rb_func_fits(t, RB_M(LIST)) ||
		    (t->base == RB_LIST && !rb_func_fits(rb_type_item(t), RB_M_ORDERED)))
			return rb_func_refuse(c, call, 0);
		return t->base == RB_LIST ? rb_type_item(t) : t;
	}
	for (size_t i = 0; i < call->len; i++) {
		t = i == 0 ? t : rb_check_unify(c, t, call->args[i]->type);
		if (t == NULL || !rb_func_fits(call->args[i]->type, RB_M_ORDERED))
			return rb_func_refuse(c, call, i);
	}
	return t;
}

const struct rb_type *
rb_type_of_sum(struct rb_checker *c, struct rb_x *call)
{
	const struct rb_type *t = call->args[0]->type;
	struct rb_diag *diag;

	if (t->base == RB_ANY)
		return t;
	if (rb_func_is_list_of(t, RB_M_AMOUNT))
		return rb_type_item(t);
	diag = rb_diag_add(c->ctx->diags, RB_E_EXPR_TYPE, rb_check_fail(c, call->args[0]),
	    "sum() does not take `%.*s`, which is %s", RB_STR_ARG(call->args[0]->shown),
	    rb_check_type_name(c, t));
	if (rb_func_is_list_of(t, RB_M_TEXT))
		rb_diag_hint(c->ctx->diags, diag, "convert its items: sum(number(%.*s))",
		    RB_STR_ARG(call->args[0]->shown));
	else
		rb_diag_hint(c->ctx->diags, diag, "it is %s", call->func->signature);
	return &rb_types[RB_ANY];
}

const struct rb_type *
rb_type_of_sort(struct rb_checker *c, struct rb_x *call)
{
	const struct rb_type *t = call->args[0]->type;

	if (t->base == RB_ANY)
		return &rb_type_list_any;
	return rb_func_is_list_of(t, RB_M_ORDERED) ? t : rb_func_refuse(c, call, 0);
}

const struct rb_type *
rb_type_of_unique(struct rb_checker *c, struct rb_x *call)
{
	const struct rb_type *t = call->args[0]->type;

	if (t->base == RB_ANY)
		return &rb_type_list_any;
	return t->base == RB_LIST ? t : rb_func_refuse(c, call, 0);
}

/* The list of the first argument; what is none is an ERROR. Items that are no values pass through as the
 * result. */
static struct rb_value
list_arg(struct rb_eval *ev, const struct rb_x *call, struct rb_value v, bool whole)
{
	if (v.kind != RB_V_LIST)
		return rb_v_error(ev->arena, "%.*s() takes a list, and `%.*s` is %s", RB_STR_ARG(call->name),
		    RB_STR_ARG(call->args[0]->shown), rb_x_describe(ev->arena, v));
	for (size_t i = 0; whole && i < v.list->len; i++)
		if (!rb_v_known(v.list->items[i]))
			return v.list->items[i];
	return v;
}

struct rb_value
rb_run_first(struct rb_eval *ev, const struct rb_x *call, struct rb_value *args)
{
	struct rb_value v = list_arg(ev, call, args[0], false);

	if (!rb_v_known(v))
		return v;
	return v.list->len > 0 ? v.list->items[0] : rb_v_unset(call->shown);
}

struct rb_value
rb_run_last(struct rb_eval *ev, const struct rb_x *call, struct rb_value *args)
{
	struct rb_value v = list_arg(ev, call, args[0], false);

	if (!rb_v_known(v))
		return v;
	return v.list->len > 0 ? v.list->items[v.list->len - 1] : rb_v_unset(call->shown);
}

struct rb_value
rb_run_count(struct rb_eval *ev, const struct rb_x *call, struct rb_value *args)
{
	struct rb_value v = list_arg(ev, call, args[0], false);

	return rb_v_known(v) ? rb_v_int((int64_t)v.list->len) : v;
}

struct rb_value
rb_run_len(struct rb_eval *ev, const struct rb_x *call, struct rb_value *args)
{
	struct rb_value v = args[0];
	int64_t n = 0;
	uint32_t cp;

	if (v.kind == RB_V_LIST)
		return rb_v_int((int64_t)v.list->len);
	if (v.kind == RB_V_MAP)
		return rb_v_int((int64_t)v.map->len);
	if (v.kind != RB_V_TEXT && v.kind != RB_V_VERSION)
		return rb_v_error(ev->arena, "len() takes a text, list or record, and `%.*s` is %s",
		    RB_STR_ARG(call->args[0]->shown), rb_x_describe(ev->arena, v));
	for (size_t i = 0, step; i < v.s.n; i += step, n++) {
		step = rb_utf8_next(v.s.p + i, v.s.n - i, &cp);
		step = step > 0 ? step : 1;
	}
	return rb_v_int(n);
}

/* Whether item i fits: 1, 0, or -1 with the reason in *why. */
static int
judge_item(struct rb_eval *ev, const struct rb_x *call, struct rb_value list, const bool *hits, size_t i,
    struct rb_value *why)
{
	struct rb_value v;

	if (hits != NULL)
		return hits[i];
	v = rb_v_plain(list.list->items[i]);
	if (v.kind == RB_V_BOOL)
		return v.b;
	*why = rb_v_known(v) ? rb_v_error(ev->arena, "%.*s() judges bools, and an item of `%.*s` is %s",
				   RB_STR_ARG(call->name), RB_STR_ARG(call->args[0]->shown),
				   rb_x_describe(ev->arena, v))
			     : v;
	return -1;
}

/* any() looks for one that is true, all() for one that is false. */
static struct rb_value
judge(struct rb_eval *ev, const struct rb_x *call, bool sought, struct rb_value when_empty)
{
	bool *hits = NULL;
	struct rb_value list, why;

	if (call->args[0]->op == RB_X_WHERE) {
		if (rb_x_where(ev, call->args[0], &list, &hits) != 0)
			return list;
	} else {
		list = rb_x_eval(ev, call->args[0]);
		if (rb_v_known(list))
			list = list_arg(ev, call, list, false);
		if (!rb_v_known(list))
			return list;
	}
	for (size_t i = 0; i < list.list->len; i++) {
		int t = judge_item(ev, call, list, hits, i, &why);

		if (t < 0)
			return why;
		if (t == sought)
			return rb_v_bool(sought);
	}
	return list.list->len > 0 ? rb_v_bool(!sought) : when_empty;
}

struct rb_value
rb_run_any(struct rb_eval *ev, const struct rb_x *call, struct rb_value *args)
{
	(void)args;
	return judge(ev, call, true, rb_v_bool(false));
}

/* Of nothing, all() is unset: "all containers run" where there are none is no success. */
struct rb_value
rb_run_all(struct rb_eval *ev, const struct rb_x *call, struct rb_value *args)
{
	(void)args;
	return judge(ev, call, false, rb_v_unset(call->shown));
}

/* The items that min, max, sum and sort work on; they must have an order among them. */
static struct rb_value
ordered_items(struct rb_eval *ev, const struct rb_x *call, struct rb_value *args)
{
	struct rb_value v = args[0], *items;

	if (call->len > 1) {
		v = rb_v_list(ev->arena, call->len, &items);
		for (size_t i = 0; i < call->len; i++)
			items[i] = args[i];
	}
	v = list_arg(ev, call, v, true);
	for (size_t i = 0; rb_v_known(v) && i < v.list->len; i++) {
		struct rb_value item = v.list->items[i];

		if (rb_value_cmp(v.list->items[0], item) == RB_NO_ORDER)
			return rb_v_error(ev->arena, "`%.*s` puts %s beside %s, which have no order",
			    RB_STR_ARG(call->shown), rb_x_describe(ev->arena, v.list->items[0]),
			    rb_x_describe(ev->arena, item));
	}
	return v;
}

static struct rb_value
extreme(struct rb_eval *ev, const struct rb_x *call, struct rb_value *args, int sign)
{
	struct rb_value v = ordered_items(ev, call, args), best;

	if (!rb_v_known(v))
		return v;
	if (v.list->len == 0)
		return rb_v_unset(call->shown);
	best = v.list->items[0];
	for (size_t i = 1; i < v.list->len; i++)
		if (rb_value_cmp(v.list->items[i], best) == sign)
			best = v.list->items[i];
	return best;
}

struct rb_value
rb_run_min(struct rb_eval *ev, const struct rb_x *call, struct rb_value *args)
{
	return extreme(ev, call, args, -1);
}

struct rb_value
rb_run_max(struct rb_eval *ev, const struct rb_x *call, struct rb_value *args)
{
	return extreme(ev, call, args, 1);
}

/* What an empty list of that type sums up to. */
static struct rb_value
nothing_of(const struct rb_type *t)
{
	if (t->base == RB_DURATION)
		return rb_v_of(RB_V_DURATION, 0);
	if (t->base == RB_SIZE)
		return rb_v_of(RB_V_SIZE, 0);
	return t->base == RB_NUMBER ? rb_v_number(0) : rb_v_int(0);
}

struct rb_value
rb_run_sum(struct rb_eval *ev, const struct rb_x *call, struct rb_value *args)
{
	struct rb_value v = list_arg(ev, call, args[0], true), sum;

	if (!rb_v_known(v))
		return v;
	if (v.list->len == 0)
		return nothing_of(call->type);
	sum = v.list->items[0];
	for (size_t i = 0; i < v.list->len; i++) {
		enum rb_sort s = rb_sort_of_value(v.list->items[i]);

		if (s != RB_S_NUMERIC && s != RB_S_DURATION && s != RB_S_SIZE)
			return rb_v_error(ev->arena,
			    "sum() adds numbers, durations or sizes, and an item of `%.*s` is %s",
			    RB_STR_ARG(call->args[0]->shown), rb_x_describe(ev->arena, v.list->items[i]));
		if (i > 0)
			sum = rb_ops_add(ev, call, sum, v.list->items[i]);
		if (!rb_v_known(sum))
			return sum;
	}
	return sum;
}

static int
by_order(const void *a, const void *b)
{
	return rb_value_cmp(*(const struct rb_value *)a, *(const struct rb_value *)b);
}

struct rb_value
rb_run_sort(struct rb_eval *ev, const struct rb_x *call, struct rb_value *args)
{
	struct rb_value v = ordered_items(ev, call, args), *items, out;

	if (!rb_v_known(v) || v.list->len == 0)
		return v;
	out = rb_v_list(ev->arena, v.list->len, &items);
	memcpy(items, v.list->items, v.list->len * sizeof(*items));
	qsort(items, v.list->len, sizeof(*items), by_order);
	return out;
}

/* By their JSON as key, so that a long list costs no more than its length. */
struct rb_value
rb_run_unique(struct rb_eval *ev, const struct rb_x *call, struct rb_value *args)
{
	struct rb_value v = list_arg(ev, call, args[0], true), *items, out;
	struct rb_arena keys;
	struct rb_map seen;
	struct rb_vlist *list;
	struct rb_buf b;
	size_t n = 0;

	if (!rb_v_known(v))
		return v;
	rb_arena_init(&keys, ev->arena->alloc);
	rb_map_init(&seen, &keys);
	rb_buf_init(&b, ev->arena->alloc, RB_EXPR_TEXT_MAX);
	list = RB_NEW(ev->arena, struct rb_vlist);
	items = RB_ARRAY(ev->arena, struct rb_value, v.list->len);
	for (size_t i = 0; i < v.list->len; i++) {
		struct rb_json j;

		rb_buf_clear(&b);
		rb_json_init(&j, &b);
		rb_value_json(v.list->items[i], &j);
		if (rb_map_put(&seen, rb_buf_view(&b), &seen) == NULL)
			items[n++] = v.list->items[i];
	}
	rb_buf_free(&b);
	rb_arena_free(&keys);
	*list = (struct rb_vlist){n, items};
	out = (struct rb_value){.kind = RB_V_LIST, .list = list};
	return out;
}
