/* What stands in the way: told where it stands, and once more at the end, so that it cannot scroll away. */
#include "plan/state.h"

/* Where it stands: the step as in a record, or by its line; empty before the first step. */
static struct rb_str
place_of(struct rb_plan *p)
{
	if (p->telling == NULL)
		return RB_STR("");
	if (!p->telling->has_id)
		return rb_arena_str(p->sum.arena, rb_plan_name(p, p->telling));
	return rb_arena_fmt(p->sum.arena, "%.*s%.*s", RB_STR_ARG(p->at.path), RB_STR_ARG(p->telling->id));
}

/* Steps that are told once more, or by several callers, have the same in their way. */
static bool
is_known(const struct rb_plan *p, struct rb_str path, struct rb_str text)
{
	const struct rb_plan_sum *sum = &p->sum;

	for (size_t i = 0; i < sum->ntroubles && i < RB_PLAN_TROUBLES_LISTED; i++) {
		if (rb_str_eq(sum->troubles[i].path, path) && rb_str_eq(sum->troubles[i].text, text))
			return true;
	}
	return false;
}

void
rb_plan_trouble(struct rb_plan *p, unsigned depth, struct rb_str text)
{
	struct rb_plan_sum *sum = &p->sum;
	struct rb_str path;

	if (!p->opt->brief)
		rb_plan_tell(p, RB_PLAN_TROUBLE, depth, RB_STR(""), text, RB_STR(""));
	path = place_of(p);
	if (is_known(p, path, text))
		return;
	if (sum->troubles == NULL)
		sum->troubles = RB_ARRAY(sum->arena, struct rb_plan_trouble, RB_PLAN_TROUBLES_LISTED);
	if (sum->ntroubles < RB_PLAN_TROUBLES_LISTED)
		sum->troubles[sum->ntroubles] =
		    (struct rb_plan_trouble){path, rb_arena_str(sum->arena, text)};
	sum->ntroubles++;
}

void
rb_plan_troubles(struct rb_plan *p)
{
	const struct rb_plan_sum *sum = &p->sum;
	size_t listed = sum->ntroubles < RB_PLAN_TROUBLES_LISTED ? sum->ntroubles : RB_PLAN_TROUBLES_LISTED;

	if (sum->ntroubles == 0)
		return;
	rb_plan_tell(p, RB_PLAN_ROW, 0, RB_STR("in the way"),
	    rb_arena_fmt(&p->scratch, "%zu thing%s%s", sum->ntroubles, sum->ntroubles == 1 ? "" : "s",
		p->opt->brief ? "" : ", marked with ! above"),
	    RB_STR(""));
	for (size_t i = 0; i < listed; i++) {
		const struct rb_plan_trouble *t = &sum->troubles[i];
		const char *colon = t->path.n > 0 ? ": " : "";

		rb_plan_tell(p, RB_PLAN_TROUBLE, 0, RB_STR(""),
		    rb_arena_fmt(&p->scratch, "%.*s%s%.*s", RB_STR_ARG(t->path), colon, RB_STR_ARG(t->text)),
		    RB_STR(""));
	}
	if (listed < sum->ntroubles)
		rb_plan_tell(p, RB_PLAN_NOTE, 0, RB_STR(""),
		    rb_arena_fmt(&p->scratch, "and %zu more", sum->ntroubles - listed), RB_STR(""));
}

/* ---- folders ---- */

struct rb_str
rb_plan_path(struct rb_plan *p, struct rb_str path)
{
	struct rb_str folder = rb_str_folder(p->at.info->unit->src->path);

	if (path.n > 0 && path.p[0] == '/')
		return rb_arena_str(&p->scratch, path);
	return rb_arena_fmt(&p->scratch, "%.*s%.*s", RB_STR_ARG(folder), RB_STR_ARG(path));
}

void
rb_plan_folder(struct rb_plan *p, struct rb_value v, bool of_file, unsigned depth)
{
	const struct rb_plan_host *host = &p->opt->host;
	struct rb_str path;

	if (v.kind != RB_V_TEXT || v.s.n == 0 || host->has_folder == NULL)
		return;
	path = rb_plan_path(p, v.s);
	if (of_file) {
		path = rb_str_folder(path);
		while (path.n > 1 && path.p[path.n - 1] == '/')
			path.n--;
	}
	if (path.n == 0 || host->has_folder(host->ctx, rb_arena_str(&p->scratch, path).p))
		return;
	rb_plan_trouble(p, depth, rb_arena_fmt(&p->scratch, "there is no folder %.*s now", RB_STR_ARG(path)));
}
