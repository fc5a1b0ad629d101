/* The longest that a duration may come to while not all is known of it: what the dry run adds up. */
#include "lang/func_impl.h"

static struct rb_value bound(struct rb_eval *ev, const struct rb_x *x);

/* Of `min`, one that is known is enough; `max` needs all. `unknown` is what comes where there is no bound. */
static struct rb_value
bound_extreme(
    struct rb_eval *ev, const struct rb_x *const *args, size_t n, bool least, struct rb_value unknown)
{
	struct rb_value best = unknown;

	for (size_t i = 0; i < n; i++) {
		struct rb_value v = bound(ev, args[i]);
		bool known = v.kind == RB_V_DURATION;

		if (!known && !least)
			return unknown;
		if (known && (best.kind != RB_V_DURATION || (least ? v.i < best.i : v.i > best.i)))
			best = v;
	}
	return best;
}

static struct rb_value
bound(struct rb_eval *ev, const struct rb_x *x)
{
	struct rb_value v = rb_v_plain(rb_x_eval(ev, x));
	const struct rb_x *const *args = (const struct rb_x *const *)x->args;

	if (v.kind != RB_V_UNKNOWN)
		return v;
	if (x->op == RB_X_IF)
		return bound_extreme(ev, (const struct rb_x *const[]){x->args[0], x->args[2]}, 2, false, v);
	if (x->op != RB_X_CALL || (x->func->run != rb_run_min && x->func->run != rb_run_max))
		return v;
	if (x->len == 1 && args[0]->op == RB_X_LIST)
		return bound_extreme(ev, (const struct rb_x *const *)args[0]->args, args[0]->len,
		    x->func->run == rb_run_min, v);
	return x->len > 1 ? bound_extreme(ev, args, x->len, x->func->run == rb_run_min, v) : v;
}

struct rb_value
rb_expr_bound(const struct rb_expr *e, struct rb_eval *ev)
{
	return bound(ev, e->root);
}
