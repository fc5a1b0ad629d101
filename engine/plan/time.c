/* How long a step takes at most: attempts, each with its limit, the pauses between them, and the looks around
 * them. Sums that overflow are no bound. */
#include "lang/pause.h"
#include "plan/state.h"

/* What both say but for how long: a comes first. */
static struct rb_plan_time
join(struct rb_plan_time a, struct rb_plan_time b, int64_t most)
{
	bool a_ends = a.endless == NULL;

	return (struct rb_plan_time){.most = most,
	    .people = a.people || b.people,
	    .others = a.others || b.others || (a.who != NULL && b.who != NULL && a.who != b.who),
	    .who = a.who != NULL ? a.who : b.who,
	    .endless = a_ends ? b.endless : a.endless,
	    .why = a_ends ? b.why : a.why};
}

struct rb_plan_time
rb_time_add(struct rb_plan_time a, struct rb_plan_time b)
{
	return join(a, b, rb_clock_add(a.most, b.most));
}

struct rb_plan_time
rb_time_max(struct rb_plan_time a, struct rb_plan_time b)
{
	return join(a, b, a.most > b.most ? a.most : b.most);
}

struct rb_plan_time
rb_time_endless(struct rb_plan_time t, const struct rb_step *step, enum rb_plan_unbounded why)
{
	t.most = RB_NEVER;
	if (t.endless == NULL) {
		t.endless = step;
		t.why = why;
	}
	return t;
}

struct rb_plan_time
rb_time_by(struct rb_plan_time a, uint64_t n)
{
	if (a.most <= 0 || n == 1)
		return a;
	if (n == 0)
		return (struct rb_plan_time){0};
	if (a.most == RB_NEVER || (uint64_t)(RB_NEVER / a.most) < n)
		a.most = RB_NEVER;
	else
		a.most *= (int64_t)n;
	return a;
}

int64_t
rb_plan_duration(struct rb_plan *p, const struct rb_field *f, int64_t dflt)
{
	struct rb_eval ev = rb_plan_eval(p);
	struct rb_value v;

	if (f == NULL || f->node == NULL)
		return dflt;
	v = rb_field_eval(f, &ev);
	return v.kind == RB_V_DURATION ? v.i : RB_NEVER;
}

/* The longest that a duration may be, where it is not known yet. */
static int64_t
at_most(struct rb_plan *p, const struct rb_field *f, int64_t dflt)
{
	const struct rb_expr *whole = f != NULL && f->tmpl != NULL ? rb_tmpl_whole(f->tmpl) : NULL;
	int64_t known = rb_plan_duration(p, f, dflt);
	struct rb_eval ev = rb_plan_eval(p);
	struct rb_value v;

	if (known != RB_NEVER || whole == NULL)
		return known;
	v = rb_expr_bound(whole, &ev);
	return v.kind == RB_V_DURATION ? v.i : known;
}

static const struct rb_field *
main_field(const struct rb_step *step)
{
	return &step->args[rb_key_main(step->kind->keys)];
}

static struct rb_plan_time
one_attempt(struct rb_plan *p, const struct rb_step *step)
{
	const struct rb_stop_on *stop = step->stop_on;
	unsigned traits = step->kind->traits;
	struct rb_plan_time t = {.most = step->kind->timeout};

	if ((traits & RB_KIND_SAYS) != 0)
		return (struct rb_plan_time){0};
	if ((traits & RB_KIND_WAITS) != 0) {
		t.most = at_most(p, main_field(step), 0);
		return t.most == RB_NEVER ? rb_time_endless(t, step, RB_PLAN_HOW_LONG) : t;
	}
	if (stop != NULL && stop->after != NULL && stop->after->node != NULL)
		t.most = at_most(p, stop->after, t.most);
	else if (stop != NULL && stop->operator_)
		t.most = RB_NEVER;
	t.most = at_most(p, step->timeout, t.most);
	if (t.most != RB_NEVER)
		return t;
	if ((traits & RB_KIND_PEOPLE) != 0 || (stop != NULL && stop->operator_))
		return (struct rb_plan_time){.people = true, .who = step};
	return rb_time_endless(t, step, RB_PLAN_HOW_LONG);
}

struct rb_plan_time
rb_time_probe(struct rb_plan *p, const struct rb_probe *probe)
{
	int64_t within = at_most(p, probe->within, 0);

	if (within == 0)
		return one_attempt(p, probe->step);
	if (within == RB_NEVER)
		return rb_time_endless((struct rb_plan_time){0}, probe->step, RB_PLAN_HOW_LONG);
	return (struct rb_plan_time){.most = within};
}

static struct rb_plan_time
attempts(struct rb_plan *p, const struct rb_step *step)
{
	const struct rb_retry *retry = step->retry;
	struct rb_plan_time one = one_attempt(p, step), all;
	int64_t within;

	if (retry == NULL)
		return one;
	within = at_most(p, retry->within, RB_NEVER);
	if (within == 0)
		return one;
	if (retry->times > 0) {
		int64_t between = rb_pauses(
		    rb_plan_duration(p, retry->every, RB_PAUSE_EVERY), retry->backoff, retry->times);

		all = rb_time_by(one, (uint64_t)retry->times);
		all.most = rb_clock_add(all.most, between);
	} else {
		all = one;
		all.most = RB_NEVER;
	}
	if (all.most > within)
		return (struct rb_plan_time){.most = within, .people = one.people, .who = one.who};
	if (all.most == RB_NEVER)
		return rb_time_endless(all, step, retry->times > 0 ? RB_PLAN_HOW_LONG : RB_PLAN_HOW_OFTEN);
	return all;
}

struct rb_plan_time
rb_time_leaf(struct rb_plan *p, const struct rb_step *step)
{
	struct rb_plan_time t = attempts(p, step);

	if (step->done_if != NULL)
		t = rb_time_add(t, rb_time_probe(p, step->done_if));
	if (step->verify != NULL)
		t = rb_time_add(t, rb_time_probe(p, step->verify));
	return rb_time_add((struct rb_plan_time){.people = step->confirm != NULL,
			       .who = step->confirm != NULL ? step : NULL},
	    t);
}

struct rb_plan_time
rb_time_to_end(const struct rb_plan *p, struct rb_plan_time t)
{
	return p->at.called ? t : rb_time_max(t, p->over);
}

struct rb_str
rb_time_text(struct rb_plan *p, struct rb_plan_time t)
{
	char text[RB_CLOCK_DURATION];
	const char *more = t.people ? ", and what people take" : "";

	if (t.most == RB_NEVER)
		return rb_arena_fmt(&p->scratch, "no limit that is known%s", more);
	if (t.most == 0)
		return t.people ? RB_STR("as long as people take") : RB_STR("");
	return rb_arena_fmt(&p->scratch, "up to %s%s", rb_clock_exact(t.most, text), more);
}

struct rb_str
rb_time_whole(struct rb_plan *p, struct rb_plan_time t)
{
	static const struct {
		const char *what, *does;
	} words[] = {[RB_PLAN_HOW_LONG] = {"how long", "takes"},
	    [RB_PLAN_HOW_OFTEN] = {"how often", "is tried"},
	    [RB_PLAN_HOW_MANY] = {"how many items", "has"}};
	const char *tick = t.endless != NULL && t.endless->has_id ? "`" : "";
	struct rb_str text = rb_time_text(p, t);

	if (t.people && t.who != NULL)
		text = rb_arena_fmt(&p->scratch, "%.*s (%.*s%s)", RB_STR_ARG(text),
		    RB_STR_ARG(rb_plan_name(p, t.who)), t.others ? " and others" : "");
	if (t.most == RB_NEVER && t.endless != NULL)
		text = rb_arena_fmt(&p->scratch, "%.*s; %s %s%.*s%s %s is not known yet", RB_STR_ARG(text),
		    words[t.why].what, tick, RB_STR_ARG(rb_plan_name(p, t.endless)), tick, words[t.why].does);
	return text;
}
