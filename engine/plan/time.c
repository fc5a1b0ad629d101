/* How long a step takes at most: attempts, each with its limit, the pauses between them, and the looks around
 * them. Sums that overflow are no bound. */
#include "plan/state.h"

#include "base/clock.h"

#define PAUSE_DEFAULT RB_SECOND
#define PAUSE_MOST RB_DAY /* where a growing pause stops */

enum {
	PAUSES_COUNTED = 1000
}; /* growing ones, one by one; by then each is the longest, or next to nothing */

struct rb_plan_time
rb_time_add(struct rb_plan_time a, struct rb_plan_time b)
{
	return (struct rb_plan_time){rb_clock_add(a.most, b.most), a.people || b.people};
}

struct rb_plan_time
rb_time_max(struct rb_plan_time a, struct rb_plan_time b)
{
	return (struct rb_plan_time){a.most > b.most ? a.most : b.most, a.people || b.people};
}

struct rb_plan_time
rb_time_by(struct rb_plan_time a, uint64_t n)
{
	if (a.most <= 0 || n == 1)
		return a;
	if (n == 0)
		return (struct rb_plan_time){0, false};
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

static const struct rb_field *
main_field(const struct rb_step *step)
{
	const struct rb_key *keys = step->kind->keys;
	size_t i = 0;

	while (keys[i].name != NULL && (keys[i].flags & RB_KEY_MAIN) == 0)
		i++;
	return &step->args[i];
}

struct rb_plan_time
rb_time_attempt(struct rb_plan *p, const struct rb_step *step)
{
	const struct rb_stop_on *stop = step->stop_on;
	unsigned traits = step->kind->traits;
	struct rb_plan_time t = {step->kind->timeout, false};

	if ((traits & RB_KIND_SAYS) != 0)
		return (struct rb_plan_time){0, false};
	if ((traits & RB_KIND_WAITS) != 0)
		return (struct rb_plan_time){rb_plan_duration(p, main_field(step), 0), false};
	if (stop != NULL && stop->after != NULL && stop->after->node != NULL)
		t.most = rb_plan_duration(p, stop->after, t.most);
	else if (stop != NULL && stop->operator_)
		t.most = RB_NEVER;
	t.most = rb_plan_duration(p, step->timeout, t.most);
	if (t.most == RB_NEVER && ((traits & RB_KIND_PEOPLE) != 0 || (stop != NULL && stop->operator_)))
		t = (struct rb_plan_time){0, true};
	return t;
}

/* The pauses between n attempts. */
static int64_t
pauses(int64_t every, double backoff, int64_t n)
{
	struct rb_plan_time rest;
	double pause = (double)every;
	int64_t sum = 0, i;

	if (every == RB_NEVER)
		return RB_NEVER;
	for (i = 1; i < n && i < PAUSES_COUNTED && backoff != 1; i++) {
		sum = rb_clock_add(sum, (int64_t)pause);
		pause = pause * backoff < (double)PAUSE_MOST ? pause * backoff : (double)PAUSE_MOST;
	}
	rest = rb_time_by((struct rb_plan_time){(int64_t)pause, false}, (uint64_t)(n > i ? n - i : 0));
	return rb_clock_add(sum, rest.most);
}

struct rb_plan_time
rb_time_probe(struct rb_plan *p, const struct rb_probe *probe)
{
	int64_t within = rb_plan_duration(p, probe->within, -1);

	return within >= 0 ? (struct rb_plan_time){within, false} : rb_time_attempt(p, probe->step);
}

static struct rb_plan_time
attempts(struct rb_plan *p, const struct rb_step *step)
{
	const struct rb_retry *retry = step->retry;
	struct rb_plan_time one = rb_time_attempt(p, step), all;
	int64_t within;

	if (retry == NULL)
		return one;
	within = rb_plan_duration(p, retry->within, RB_NEVER);
	if (retry->times > 0) {
		int64_t between =
		    pauses(rb_plan_duration(p, retry->every, PAUSE_DEFAULT), retry->backoff, retry->times);

		all = rb_time_by(one, (uint64_t)retry->times);
		all.most = rb_clock_add(all.most, between);
	} else {
		all = (struct rb_plan_time){RB_NEVER, one.people};
	}
	if (all.most > within)
		all.most = within;
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
	if (step->confirm != NULL)
		t.people = true;
	return t;
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
