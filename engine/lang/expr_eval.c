/* Evaluation. UNSET, UNKNOWN and ERROR pass through everything; only `??` and defined() stop an UNSET, and
 * `and`, `or` an UNKNOWN that does not matter. The recursion is as deep as the tree: RB_EXPR_DEPTH. */
#include "lang/expr_impl.h"

/* No value, named as in the expression: "health.status", "<holder.pid>". */
static struct rb_value
unset_as(const struct rb_x *x)
{
	return rb_v_unset(x->shown);
}

static struct rb_value
unknown_as(struct rb_eval *ev, const struct rb_x *x)
{
	return rb_v_unknown(rb_arena_fmt(ev->arena, "<%.*s>", RB_STR_ARG(x->shown)));
}

static struct rb_value
eval_name(struct rb_eval *ev, const struct rb_x *x)
{
	struct rb_value v = rb_frame_get(ev->frame, x->up, x->decl->slot);

	if (v.kind == RB_V_UNSET)
		return unset_as(x);
	return v.kind == RB_V_UNKNOWN && v.s.n == 0 ? unknown_as(ev, x) : v;
}

bool
rb_fact_false_before(struct rb_str fact)
{
	static const char *const facts[] = {"passed", "failed", "skipped", "timed_out", NULL};

	for (size_t i = 0; facts[i] != NULL; i++)
		if (rb_str_is(fact, facts[i]))
			return true;
	return false;
}

static struct rb_value member_of(
    struct rb_eval *ev, const struct rb_x *x, struct rb_value of, struct rb_str name);

static struct rb_value
members_of_items(struct rb_eval *ev, const struct rb_x *x, const struct rb_vlist *list, struct rb_str name)
{
	struct rb_value *items, out = rb_v_list(ev->arena, list->len, &items);

	for (size_t i = 0; i < list->len; i++) {
		/* Of a list in a list no members are taken: what that means would be a guess. */
		if (list->items[i].kind == RB_V_LIST)
			return rb_v_error(ev->arena,
			    "`%.*s`: an item of the list is itself a list, which has no `%.*s`",
			    RB_STR_ARG(x->shown), RB_STR_ARG(name));
		items[i] = member_of(ev, x, list->items[i], name);
		if (!rb_v_known(items[i]))
			return items[i];
	}
	return out;
}

static struct rb_value
member_of(struct rb_eval *ev, const struct rb_x *x, struct rb_value of, struct rb_str name)
{
	struct rb_value v;

	switch (of.kind) {
	case RB_V_MAP:
	case RB_V_MATCH:
		v = rb_v_get(of, name);
		if (v.kind == RB_V_UNSET)
			return unset_as(x);
		return v.kind == RB_V_UNKNOWN && v.s.n == 0 ? unknown_as(ev, x) : v;
	case RB_V_LIST:
		return members_of_items(ev, x, of.list, name);
	case RB_V_UNSET:
		/* What is missing is the innermost; but a step that was not reached misses the fact. */
		return x->args[0]->op == RB_X_NAME || of.s.n == 0 ? unset_as(x) : of;
	case RB_V_NULL:
		return unset_as(x);
	case RB_V_UNKNOWN:
		return unknown_as(ev, x);
	case RB_V_ERROR:
		return of;
	default:
		return rb_v_error(ev->arena, "`%.*s`: there is no member `%.*s` of %s", RB_STR_ARG(x->shown),
		    RB_STR_ARG(name), rb_x_describe(ev->arena, of));
	}
}

static struct rb_value
eval_member(struct rb_eval *ev, const struct rb_x *x)
{
	struct rb_value of = rb_x_eval(ev, x->args[0]);

	if (of.kind == RB_V_UNSET && x->args[0]->type->base == RB_STEP && rb_fact_false_before(x->name))
		return rb_v_bool(false);
	return member_of(ev, x, of, x->name);
}

static struct rb_value
eval_index(struct rb_eval *ev, const struct rb_x *x)
{
	struct rb_value of = rb_x_eval(ev, x->args[0]), key;

	if (of.kind == RB_V_UNKNOWN)
		return unknown_as(ev, x);
	if (!rb_v_known(of))
		return of;
	key = rb_v_plain(rb_x_eval(ev, x->args[1]));
	if (!rb_v_known(key))
		return key;
	if (of.kind == RB_V_LIST && key.kind == RB_V_INT) {
		int64_t len = (int64_t)of.list->len, i = key.i < 0 ? key.i + len : key.i;

		return i >= 0 && i < len ? of.list->items[i] : unset_as(x);
	}
	if (key.kind == RB_V_TEXT || key.kind == RB_V_VERSION)
		return member_of(ev, x, of, key.s);
	return rb_v_error(ev->arena, "`%.*s` indexes %s by %s", RB_STR_ARG(x->shown),
	    rb_x_describe(ev->arena, of), rb_x_describe(ev->arena, key));
}

static struct rb_value
eval_list(struct rb_eval *ev, const struct rb_x *x)
{
	struct rb_value *items, out = rb_v_list(ev->arena, x->len, &items);

	for (size_t i = 0; i < x->len; i++) {
		items[i] = rb_x_eval(ev, x->args[i]);
		if (!rb_v_known(items[i]))
			return items[i];
	}
	return out;
}

static struct rb_value
eval_call(struct rb_eval *ev, const struct rb_x *x)
{
	struct rb_value *args;

	if (x->func->lazy)
		return x->func->run(ev, x, NULL);
	args = RB_ARRAY(ev->arena, struct rb_value, x->len);
	for (size_t i = 0; i < x->len; i++) {
		if (x->args[i]->op == RB_X_REGEX)
			continue; /* read from the node */
		args[i] = rb_v_plain(rb_x_eval(ev, x->args[i]));
		if (!rb_v_known(args[i]))
			return args[i];
	}
	return x->func->run(ev, x, args);
}

/* `or` when `decides` is true, `and` when it is false. */
static struct rb_value
eval_logic(struct rb_eval *ev, const struct rb_x *x, bool decides)
{
	struct rb_value left, right;
	int l = rb_x_truth(ev, x->args[0], &left), r;

	if (l == decides || (l < 0 && left.kind != RB_V_UNKNOWN))
		return l < 0 ? left : rb_v_bool(decides);
	r = rb_x_truth(ev, x->args[1], &right);
	if (r == decides)
		return rb_v_bool(decides);
	if (l < 0)
		return left;
	return r < 0 ? right : rb_v_bool(!decides);
}

static struct rb_value
eval_not(struct rb_eval *ev, const struct rb_x *x)
{
	struct rb_value why;
	int t = rb_x_truth(ev, x->args[0], &why);

	return t < 0 ? why : rb_v_bool(t == 0);
}

int
rb_x_where(struct rb_eval *ev, const struct rb_x *x, struct rb_value *list, bool **hits)
{
	struct rb_value outer = ev->item, why;
	int t = 0;

	*list = rb_x_eval(ev, x->args[0]);
	if (!rb_v_known(*list))
		return -1;
	if (list->kind != RB_V_LIST) {
		*list = rb_v_error(ev->arena, "`where` chooses from a list, and `%.*s` is %s",
		    RB_STR_ARG(x->args[0]->shown), rb_x_describe(ev->arena, *list));
		return -1;
	}
	*hits = RB_ARRAY(ev->arena, bool, list->list->len);
	for (size_t i = 0; i < list->list->len && t >= 0; i++) {
		ev->item = list->list->items[i];
		t = rb_x_truth(ev, x->args[1], &why);
		(*hits)[i] = t > 0;
	}
	ev->item = outer;
	if (t >= 0)
		return 0;
	*list = why;
	return -1;
}

static struct rb_value
eval_where(struct rb_eval *ev, const struct rb_x *x)
{
	struct rb_value list, *items, out;
	bool *hits = NULL;
	size_t n = 0;

	if (rb_x_where(ev, x, &list, &hits) != 0)
		return list;
	for (size_t i = 0; i < list.list->len; i++)
		n += hits[i];
	out = rb_v_list(ev->arena, n, &items);
	n = 0;
	for (size_t i = 0; i < list.list->len; i++)
		if (hits[i])
			items[n++] = list.list->items[i];
	return out;
}

static struct rb_value
eval_default(struct rb_eval *ev, const struct rb_x *x)
{
	struct rb_value v = rb_x_eval(ev, x->args[0]);

	return v.kind == RB_V_UNSET || v.kind == RB_V_NULL ? rb_x_eval(ev, x->args[1]) : v;
}

static struct rb_value
eval_if(struct rb_eval *ev, const struct rb_x *x)
{
	struct rb_value why;
	int t = rb_x_truth(ev, x->args[1], &why);

	if (t < 0)
		return why;
	return rb_x_eval(ev, x->args[t > 0 ? 0 : 2]);
}

static struct rb_value
eval_binary(struct rb_eval *ev, const struct rb_x *x)
{
	struct rb_value a = rb_v_plain(rb_x_eval(ev, x->args[0])), b = rb_v_null();

	if (!rb_v_known(a))
		return a;
	if (x->args[1]->op != RB_X_REGEX)
		b = rb_v_plain(rb_x_eval(ev, x->args[1]));
	return rb_v_known(b) ? rb_ops_eval(ev, x, a, b) : b;
}

struct rb_value
rb_x_eval(struct rb_eval *ev, const struct rb_x *x)
{
	struct rb_value v;

	switch (x->op) {
	case RB_X_CONST:
		return x->value;
	case RB_X_NAME:
		return eval_name(ev, x);
	case RB_X_THIS:
		return ev->self;
	case RB_X_ITEM:
		return ev->item;
	case RB_X_MEMBER:
		return eval_member(ev, x);
	case RB_X_INDEX:
		return eval_index(ev, x);
	case RB_X_LIST:
		return eval_list(ev, x);
	case RB_X_CALL:
		return eval_call(ev, x);
	case RB_X_NOT:
		return eval_not(ev, x);
	case RB_X_NEG:
		v = rb_v_plain(rb_x_eval(ev, x->args[0]));
		return rb_v_known(v) ? rb_ops_negate(ev, x, v) : v;
	case RB_X_OR:
		return eval_logic(ev, x, true);
	case RB_X_AND:
		return eval_logic(ev, x, false);
	case RB_X_WHERE:
		return eval_where(ev, x);
	case RB_X_DEFAULT:
		return eval_default(ev, x);
	case RB_X_IF:
		return eval_if(ev, x);
	default:
		return eval_binary(ev, x);
	}
}

int
rb_x_truth(struct rb_eval *ev, const struct rb_x *x, struct rb_value *why)
{
	struct rb_value v = rb_v_plain(rb_x_eval(ev, x));

	if (v.kind == RB_V_BOOL)
		return v.b;
	*why = rb_v_known(v) ? rb_v_error(ev->arena, "`%.*s` is %s, and true or false is needed",
				   RB_STR_ARG(x->shown), rb_x_describe(ev->arena, v))
			     : v;
	return -1;
}
