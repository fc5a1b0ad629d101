/* Whether a run may take longer than its `timeout` lets it. Counted is only what the file itself says:
 * written timeouts, waits, retries, within. What a kind allows by default is far more than a step takes, and
 * what people take nobody knows: a sum of those would warn of every ordinary file. */
#include "lint/paths.h"

#include "lang/kind.h"
#include "lang/pause.h"

#define NOWHERE UINT32_MAX

/* The longest way through one graph. */
struct longest {
	int64_t time;
	const struct rb_step *most; /* which takes most of it; NULL: none */
	int64_t its;
};

struct bounds {
	struct rb_arena *arena;
	struct rb_map known; /* procedure or unit → struct longest * */
};

static struct longest measure(struct bounds *b, const struct rb_graph *g);

/* ---- what a file says ---- */

/* A duration that is known when the file is read; 0 if there is none. */
static int64_t
written(const struct rb_field *f)
{
	return f != NULL && f->node != NULL && f->value.kind == RB_V_DURATION ? f->value.i : 0;
}

static int64_t
times(int64_t t, int64_t n)
{
	if (t <= 0 || n <= 0)
		return 0;
	return t > RB_NEVER / n ? RB_NEVER : t * n;
}

static int64_t
attempt(const struct rb_step *s)
{
	if ((s->kind->traits & RB_KIND_PEOPLE) != 0 || (s->stop_on != NULL && s->stop_on->operator_))
		return 0;
	if ((s->kind->traits & RB_KIND_WAITS) != 0)
		return written(&s->args[rb_key_main(s->kind->keys)]);
	if (written(s->timeout) == 0 && s->stop_on != NULL)
		return written(s->stop_on->after);
	return written(s->timeout);
}

static int64_t
attempts(const struct rb_step *s)
{
	const struct rb_retry *r = s->retry;
	int64_t one = attempt(s), within, all, every;

	if (r == NULL)
		return one;
	within = written(r->within);
	if (r->times <= 0)
		return within;
	every = r->every != NULL && r->every->node != NULL ? written(r->every) : RB_PAUSE_EVERY;
	all = rb_clock_add(times(one, r->times), rb_pauses(every, r->backoff, r->times));
	return within > 0 && within < all ? within : all;
}

static int64_t
look(const struct rb_probe *probe)
{
	if (probe == NULL)
		return 0;
	return written(probe->within) > 0 ? written(probe->within) : attempt(probe->step);
}

/* ---- what is called ---- */

static const struct longest *
callee(struct bounds *b, const struct rb_call *call)
{
	const void *key = call->proc != NULL ? (const void *)call->proc : (const void *)call->unit;
	struct rb_str name = {(const char *)&key, sizeof(key)};
	const struct rb_unit *unit = call->proc != NULL ? call->proc->unit : call->unit;
	struct longest *l = rb_map_get(&b->known, name);
	int64_t limit = call->proc == NULL ? written(unit->timeout) : 0;

	if (l != NULL)
		return l;
	l = RB_NEW(b->arena, struct longest);
	rb_map_put(&b->known, name, l);
	*l = measure(b, rb_graph_new(b->arena, unit, call->proc));
	if (limit > 0 && limit < l->time)
		l->time = limit;
	return l;
}

/* ---- what a step takes by itself ---- */

static int64_t own_time(struct bounds *b, const struct rb_step *s);

/* Side by side: the longest, or as many as take turns. */
static int64_t
checks_time(struct bounds *b, const struct rb_step *s)
{
	int64_t sum = 0, longest = 0, turns = s->max_parallel;

	for (size_t i = 0; i < s->body->len; i++) {
		int64_t one = own_time(b, s->body->steps[i]);

		sum = rb_clock_add(sum, one);
		longest = one > longest ? one : longest;
	}
	return turns > 0 && sum / turns > longest ? sum / turns : longest;
}

static int64_t
own_time(struct bounds *b, const struct rb_step *s)
{
	int64_t t = 0;

	switch (s->op) {
	case RB_OP_LEAF:
		t = attempts(s);
		break;
	case RB_OP_CHECKS:
		t = checks_time(b, s);
		break;
	case RB_OP_CALL:
		t = callee(b, s->call)->time;
		break;
	case RB_OP_BRANCH:
	case RB_OP_BLOCK:
	case RB_OP_SET:
	case RB_OP_EDGE:
		break;
	}
	if (s->op != RB_OP_LEAF && written(s->timeout) > 0 && written(s->timeout) < t)
		t = written(s->timeout);
	return rb_clock_add(t, rb_clock_add(look(s->done_if), look(s->verify)));
}

/* ---- how often ---- */

/* Items of loops around it that are written out, and visits by going back over it: those of a target that is
 * gone back to from further on multiply (flow/unwind.c). */
static void
count_times(const struct rb_graph *g, struct rb_arena *arena, int64_t *n)
{
	unsigned *farthest = RB_ARRAY(arena, unsigned, g->nsteps + (size_t)1);
	int64_t *less = RB_ARRAY(arena, int64_t, g->nsteps + (size_t)1), sum = 1;

	for (size_t i = 0; i < g->nways; i++) {
		const struct rb_way *w = &g->ways[i];
		unsigned to, end;

		if (!w->back)
			continue;
		to = g->points[w->to].step->index - g->base;
		end = w->step->last_inside - g->base + 1;
		farthest[to] = end > farthest[to] ? end : farthest[to];
	}
	for (unsigned i = 0; i < g->nsteps; i++) {
		const struct rb_step *s = g->unit->steps_in_order[g->base + i];
		int64_t more;

		sum -= less[i];
		if (farthest[i] > 0 && s->max_visits > 1) {
			more = times(sum, s->max_visits - 1);
			if (more > RB_NEVER / 4 - sum)
				more = 0; /* nobody waits for that */
			sum += more;
			less[farthest[i]] += more;
		}
		n[i] = sum;
	}
	for (unsigned i = 0; i < g->nsteps; i++) {
		const struct rb_step *s = g->unit->steps_in_order[g->base + i];
		const struct rb_loop *loop = s->loop;

		if (g->first[i] == NOWHERE || loop == NULL || loop->items == NULL || loop->where != NULL)
			continue;
		for (unsigned k = i; k <= s->last_inside - g->base; k++)
			n[k] = times(n[k], (int64_t)loop->items->len);
	}
}

/* A group with a limit of its own takes no longer, whatever stands in it. */
static void
cap_groups(const struct rb_graph *g, int64_t *time)
{
	for (unsigned i = g->nsteps; i-- > 0;) {
		const struct rb_step *s = g->unit->steps_in_order[g->base + i];
		int64_t limit = written(s->timeout), sum = 0;

		if (g->first[i] == NOWHERE || limit == 0 || (s->op != RB_OP_BLOCK && s->op != RB_OP_BRANCH))
			continue;
		for (unsigned k = i; k <= s->last_inside - g->base; k++)
			sum = rb_clock_add(sum, time[k]);
		if (sum <= limit)
			continue;
		for (unsigned k = i; k <= s->last_inside - g->base; k++)
			time[k] = 0;
		time[i] = limit;
	}
}

/* ---- the longest path ---- */

/* Points so that each way leads on, but for those that go back. */
static uint32_t *
order_points(const struct rb_graph *g, struct rb_arena *arena, size_t *n)
{
	uint32_t *order = RB_ARRAY(arena, uint32_t, g->npoints),
		 *waits = RB_ARRAY(arena, uint32_t, g->npoints);
	size_t done = 0;

	for (size_t i = 0; i < g->nways; i++)
		waits[g->ways[i].to] += !g->ways[i].back;
	*n = 0;
	for (uint32_t i = 0; i < g->npoints; i++) {
		if (waits[i] == 0)
			order[(*n)++] = i;
	}
	while (done < *n) {
		const struct rb_point *p = &g->points[order[done++]];

		for (uint32_t i = p->out; i < p->out + p->nout; i++) {
			const struct rb_way *w = &g->ways[g->out[i]];

			if (!w->back && --waits[w->to] == 0)
				order[(*n)++] = w->to;
		}
	}
	return order;
}

static void
own_times(struct bounds *b, const struct rb_graph *g, int64_t *time)
{
	int64_t *n = RB_ARRAY(b->arena, int64_t, g->nsteps);

	count_times(g, b->arena, n);
	for (unsigned i = 0; i < g->nsteps; i++) {
		const struct rb_step *s = g->unit->steps_in_order[g->base + i];

		/* Items of checks are counted with the whole. */
		if (g->first[i] != NOWHERE && !s->probe)
			time[i] = times(own_time(b, s), n[i]);
	}
	cap_groups(g, time);
}

static struct longest
measure(struct bounds *b, const struct rb_graph *g)
{
	int64_t *time = RB_ARRAY(b->arena, int64_t, g->nsteps),
		*best = RB_ARRAY(b->arena, int64_t, g->npoints);
	uint32_t *from = RB_ARRAY(b->arena, uint32_t, g->npoints), *order, end = 0;
	const bool *reached = rb_graph_reachable(b->arena, g);
	struct longest l = {0, NULL, 0};
	size_t n;

	own_times(b, g, time);
	order = order_points(g, b->arena, &n);
	for (size_t k = 0; k < n; k++) {
		uint32_t i = order[k];
		const struct rb_point *p = &g->points[i];

		from[i] = NOWHERE;
		for (uint32_t w = p->in; w < p->in + p->nin; w++) {
			const struct rb_way *way = &g->ways[g->in[w]];

			if (!reached[way->from] || way->back || way->kind == RB_WAY_UNWIND)
				continue;
			if (from[i] == NOWHERE || best[way->from] > best[i]) {
				best[i] = best[way->from];
				from[i] = way->from;
			}
		}
		if (p->kind == RB_AT_ACTION)
			best[i] = rb_clock_add(best[i], time[p->step->index - g->base]);
		if (p->kind == RB_AT_OVER && best[i] > best[end])
			end = i;
	}
	l.time = best[end];
	for (uint32_t i = end; i != NOWHERE; i = from[i]) {
		const struct rb_step *s = g->points[i].step;

		if (g->points[i].kind == RB_AT_ACTION && time[s->index - g->base] > l.its) {
			l.most = s;
			l.its = time[s->index - g->base];
		}
	}
	return l;
}

void
rb_paths_bound(struct rb_paths *p)
{
	const struct rb_unit *u = p->g->unit;
	int64_t limit = p->g->proc == NULL ? written(u->timeout) : 0;
	char may[RB_CLOCK_DURATION], let[RB_CLOCK_DURATION], its[RB_CLOCK_DURATION];
	struct bounds b = {.arena = p->arena};
	struct rb_diag *diag;
	struct longest l;

	if (limit == 0)
		return;
	rb_map_init(&b.known, p->arena);
	l = measure(&b, p->g);
	if (l.time <= limit || l.time == RB_NEVER || l.most == NULL)
		return;
	diag = rb_diag_add(p->diags, RB_W_BOUND, u->timeout->node->span,
	    "by the limits that it writes, the run may take up to %s, and its timeout is %s",
	    rb_clock_exact(l.time, may), rb_clock_exact(limit, let));
	rb_diag_hint(p->diags, diag, "most of it is %s, with up to %s", rb_paths_name(p, l.most).p,
	    rb_clock_exact(l.its, its));
}
