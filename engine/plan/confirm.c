/* What would be asked before a step, and what would answer it. */
#include "plan/state.h"

static bool
listed(const char *const *ids, size_t n, struct rb_str id)
{
	for (size_t i = 0; i < n; i++) {
		if (rb_str_is(id, ids[i]))
			return true;
	}
	return false;
}

void
rb_plan_unanswered(struct rb_plan *p, const struct rb_step *step)
{
	struct rb_str name = rb_plan_name(p, step);

	rb_buf_fmt(&p->unanswered, "%s%.*s%.*s", p->unanswered.len > 0 ? ", " : "",
	    RB_STR_ARG(step->has_id ? p->at.path : RB_STR("")), RB_STR_ARG(name));
}

/* Whether --yes would answer it, or has; and what the summary says of it. */
static struct rb_str
who_answers(struct rb_plan *p, const struct rb_step *step)
{
	const struct rb_confirm *c = step->confirm;
	bool by_id = listed(p->opt->yes_ids, p->opt->nyes_ids, step->id),
	     first = rb_plan_first(p, step, RB_PLAN_TOLD_ASK);

	rb_plan_tally_ask(p);
	p->sum.asks += first;
	if (by_id || (p->opt->yes && !c->needs_id)) {
		p->sum.answered += first;
		return by_id ? rb_arena_fmt(&p->scratch, "answered by --yes=%.*s", RB_STR_ARG(step->id))
			     : RB_STR("answered by --yes");
	}
	if (first)
		rb_plan_unanswered(p, step);
	p->sum.declines = p->sum.declines || !step->optional;
	if (!c->needs_id)
		return RB_STR("--yes answers it");
	p->asks_id += first;
	if (first)
		rb_buf_fmt(&p->ids, "%s--yes=%.*s", p->ids.len > 0 ? " " : "", RB_STR_ARG(step->id));
	return rb_arena_fmt(&p->scratch, "--yes does not answer it, --yes=%.*s does", RB_STR_ARG(step->id));
}

void
rb_plan_confirm(struct rb_plan *p, const struct rb_step *step, unsigned depth)
{
	const struct rb_confirm *c = step->confirm;
	struct rb_value v = rb_v_unknown(RB_STR(""));
	struct rb_eval ev = rb_plan_eval(p);
	struct rb_str text;

	if (c == NULL)
		return;
	v = c->text != NULL ? rb_tmpl_eval(c->text, &ev) : v;
	text = c->text != NULL ? rb_plan_show(p, v) : RB_STR("whether to do it, since it is dangerous");
	rb_plan_detail(p, depth, "asks", text, who_answers(p, step).p);
	if (v.kind == RB_V_UNSET || v.kind == RB_V_ERROR)
		rb_plan_trouble(p, depth, rb_plan_why(p, v));
	if (c->type != NULL)
		rb_plan_detail(p, depth, "typed", rb_plan_tmpl(p, c->type), "must be typed to confirm");
	if (c->by.n > 0)
		rb_plan_detail(p, depth, "by", c->by, "must confirm it");
	if (step->loop != NULL)
		rb_plan_detail(p, depth, "", RB_STR("once, for all of the items"), "");
	if (step->optional)
		rb_plan_detail(
		    p, depth, "", RB_STR("declined, the step would be skipped and the run would go on"), "");
}
