/* The search for a path: from the reader of a fact backwards, those with the fewest turns first, with what
 * must have been so for the run to come by there. A path is taken for possible only if nothing on it
 * contradicts: conditions that were decided both ways, a step that failed where a later condition says that
 * it passed. Where two conditions speak of the same thing in ways that are not compared, it is given up: a
 * false alarm would cost more than what is missed. */
#include "lint/notes.h"

enum {
	KNOWN = RB_FATES + 1, /* what became of the step is found; only the way there is looked for */
	ARRIVALS = 32, /* at one point, of one search: by so many paths that differ in what they claim */
};

struct state {
	struct rb_trail trail;
	unsigned fates; /* of the step that is looked for, with which the fact is unset; or KNOWN: */
	unsigned fate;
	const struct rb_note *notes;
	const struct rb_step *passed; /* `checks` that passed, in which the path is */
	const struct rb_step *failed; /* `checks` that failed, of which no item was found that did */
	bool ending;                  /* what comes last on the path was not found yet */
	struct state *below;          /* in its pile */
	struct state *before;         /* of those that were looked at */
};

struct arrival {
	unsigned fates;
	const struct rb_note *notes;
	const struct rb_step *passed, *failed;
	bool ending;
	struct arrival *before;
};

struct visit {
	uint32_t search; /* which one has been here */
	unsigned n;
	struct arrival *last;
	uint32_t safe_for; /* the step, as index plus 1, for which these fates lead nowhere from here */
	unsigned safe;
};

struct rb_search {
	struct rb_paths *p;
	struct rb_arena arena; /* of one search */
	struct rb_notes notes;
	struct visit *visits; /* by point */
	unsigned *clears;     /* by point: who goes on from there has read the fact, so that it had a value */
	uint32_t number;
	/* the one that goes on */
	const struct rb_step *of;  /* NULL: any path will do */
	const struct rb_use *uses; /* of its facts */
	struct state *now, *next;  /* piles: with as many turns as now, with one more */
	struct state *done;        /* those that were looked at */
	enum rb_last (*last)(void *ctx, const struct rb_way *w);
	void *ctx;
	bool pruned; /* what was not followed might lead somewhere for another reader */
};

struct rb_search *
rb_search_new(struct rb_paths *p)
{
	struct rb_search *s = RB_NEW(p->arena, struct rb_search);

	s->p = p;
	rb_arena_init(&s->arena, p->arena->alloc);
	s->notes = (struct rb_notes){
	    .p = p, .arena = &s->arena, .claims = RB_ARRAY(p->arena, struct rb_cases *, p->g->nways)};
	s->visits = RB_ARRAY(p->arena, struct visit, p->g->npoints);
	s->clears = RB_ARRAY(p->arena, unsigned, p->g->npoints);
	return s;
}

void
rb_search_free(struct rb_search *s)
{
	rb_arena_free(&s->arena);
}

/* ---- fates on the way ---- */

/* What became of a step that leaves it by this way; 0: it does not leave it. *step: which one that is. */
static unsigned
fate_by(const struct rb_graph *g, const struct rb_way *w, const struct rb_step **step)
{
	const struct rb_point *from = &g->points[w->from], *to = &g->points[w->to];

	*step = from->step;
	if (from->kind == RB_AT_FAILED || from->kind == RB_AT_LATE)
		return to->kind == RB_AT_PASSED ? 0 : rb_fates_failed(from->step);
	if (w->kind == RB_WAY_SKIP && to->kind == RB_AT_NEXT)
		return RB_FATE_SKIPPED;
	if (w->kind == RB_WAY_DECLINED && to->kind == RB_AT_NEXT)
		return RB_FATE_SKIPPED;
	if (w->kind == RB_WAY_ARM && from->step->op == RB_OP_LEAF)
		return RB_FATE_PASSED;
	if (w->kind == RB_WAY_DONE)
		return from->step->loop != NULL ? (unsigned)RB_FATE_PASSED : (unsigned)RB_FATE_DONE;
	*step = to->step;
	return to->kind == RB_AT_PASSED ? RB_FATE_PASSED : 0;
}

/* Who reads a fact at a point, and goes on from there, has had it. */
static unsigned
cleared(const struct rb_search *s, const struct rb_way *w)
{
	enum rb_point_kind to = s->p->g->points[w->to].kind;

	return to == RB_AT_FAILED || to == RB_AT_LATE ? 0 : s->clears[w->from];
}

/* ---- the search ---- */

/* Whether another reader was led nowhere from here. */
static bool
is_safe(const struct rb_search *s, struct state *st)
{
	const struct visit *v = &s->visits[st->trail.point];

	if (s->of != NULL && v->safe_for == s->of->index + 1)
		st->fates &= ~v->safe;
	return st->fates == 0;
}

/* Whether a path like this one has come here already. */
static bool
seen(struct rb_search *s, const struct state *st)
{
	struct visit *v = &s->visits[st->trail.point];
	struct arrival *own;

	if (v->search != s->number) {
		v->search = s->number;
		v->n = 0;
		v->last = NULL;
	}
	for (const struct arrival *a = v->last; a != NULL; a = a->before) {
		if ((a->fates & st->fates) == st->fates && (a->notes == st->notes || a->notes == NULL) &&
		    (a->passed == st->passed || a->passed == NULL) &&
		    (a->failed == st->failed || a->failed == NULL) && a->ending == st->ending)
			return true;
	}
	if (v->n == ARRIVALS) {
		s->pruned = true;
		return true;
	}
	own = RB_NEW(&s->arena, struct arrival);
	*own = (struct arrival){st->fates, st->notes, st->passed, st->failed, st->ending, v->last};
	v->last = own;
	v->n++;
	return false;
}

/* Whether the run turns here, by something that need not be so. */
static bool
is_turn(const struct rb_graph *g, const struct rb_way *w)
{
	switch (w->kind) {
	case RB_WAY_GO:
	case RB_WAY_IF:
	case RB_WAY_ITEMS:
	case RB_WAY_NOT_DONE:
	case RB_WAY_CONFIRMED:
		return false;
	case RB_WAY_UNWIND:
		return g->points[w->from].kind == RB_AT_FAILED || g->points[w->from].kind == RB_AT_LATE;
	case RB_WAY_PASS:
		return w->written;
	default:
		return true;
	}
}

static void
put(struct rb_search *s, const struct state *st)
{
	struct state **pile = st->trail.way != NULL && is_turn(s->p->g, st->trail.way) ? &s->next : &s->now;
	struct state *own;

	if (st->fates == 0)
		return;
	own = RB_NEW(&s->arena, struct state);
	*own = *st;
	own->below = *pile;
	*pile = own;
}

/* The next one that is worth a look; NULL: there is none. */
static struct state *
take(struct rb_search *s)
{
	struct state *st;

	do {
		if (s->now == NULL) {
			s->now = s->next;
			s->next = NULL;
		}
		st = s->now;
		if (st == NULL)
			return NULL;
		s->now = st->below;
	} while (is_safe(s, st) || seen(s, st));
	st->before = s->done;
	s->done = st;
	return st;
}

/* The claims of one case, of which the last one made is the first in the chain. False: it cannot be. */
static bool
take_case(struct rb_search *s, const struct rb_claim *c, struct state *st)
{
	for (; c != NULL; c = c->before) {
		if (st->fates != KNOWN && s->of != NULL && rb_notes_about(c, s->of)) {
			st->fates &= rb_fates_allowed(s->of, c);
			if (rb_paths_gives(s->of, c))
				st->fates &= ~(unsigned)RB_FATE_FAILED;
		}
		if (st->fates == 0)
			return true;
		if (!rb_notes_claim(&s->notes, c, &st->notes))
			return false;
	}
	return true;
}

/* A goto that went back made the run forget what it had found between its target and itself. */
static bool
forget(struct rb_search *s, const struct rb_way *w, struct state *st)
{
	unsigned lo = s->p->g->points[w->to].step->index, hi = w->step->last_inside;

	if (!rb_notes_unreached(&s->notes, lo, hi, &st->notes))
		return false;
	if (st->fates == KNOWN || s->of->index < lo || s->of->index > hi)
		return true;
	st->fate = st->fates & RB_FATE_NONE;
	st->fates = st->fate != 0 ? KNOWN : 0;
	return true;
}

/* The way is one by which a step is left: what became of it there. */
static bool
leave_step(struct rb_search *s, const struct rb_way *w, struct state *st)
{
	const struct rb_step *left = NULL;
	unsigned fate = fate_by(s->p->g, w, &left);

	if (fate == 0)
		return true;
	if (st->passed != NULL && left->parent == st->passed && left->list == st->passed->body)
		fate &= ~(unsigned)(RB_FATE_LOST | RB_FATE_FAILED);
	if (left->parent == st->failed && (fate & (RB_FATE_LOST | RB_FATE_FAILED)) != 0)
		st->failed = NULL;
	if (!rb_notes_fate(&s->notes, left, fate, &st->notes))
		return false;
	if (left != s->of || st->fates == KNOWN)
		return true;
	st->fate = st->fates & fate;
	st->fates = st->fate != 0 ? KNOWN : 0;
	return true;
}

/* Whether the end of `checks` is left on its good side, or its inside at the beginning. */
static const struct rb_step *
passed_checks(const struct rb_graph *g, const struct rb_way *w, const struct rb_step *before)
{
	const struct rb_point *from = &g->points[w->from];

	if (from->kind == RB_AT_CLOSED && from->step != NULL && from->step->op == RB_OP_CHECKS)
		return g->points[w->to].kind == RB_AT_PASSED ? from->step : NULL;
	return before != NULL && from->step == before && from->kind == RB_AT_ACTION ? NULL : before;
}

/* The same of its bad side, where no time limit of its own can be why. False: the path left its inside at the
 * beginning, and every item had passed. */
static bool
failed_checks(const struct rb_graph *g, const struct rb_way *w, struct state *st)
{
	const struct rb_point *from = &g->points[w->from];
	const struct rb_step *step = from->step;

	if (from->kind == RB_AT_CLOSED && step != NULL && step->op == RB_OP_CHECKS && step->timeout == NULL &&
	    step->loop == NULL && g->points[w->to].kind == RB_AT_FAILED)
		st->failed = step;
	return st->failed == NULL || step != st->failed || from->kind != RB_AT_ACTION;
}

static void
step_back(struct rb_search *s, const struct state *at, const struct rb_way *w)
{
	const struct rb_cases *cases = rb_notes_way(&s->notes, w);
	struct state st = *at, one;

	st.trail = (struct rb_trail){w->from, w, &at->trail};
	if (st.ending) {
		enum rb_last last = s->last(s->ctx, w);

		if (last == RB_LAST_NOT)
			return;
		st.ending = last == RB_LAST_BEFORE;
	}
	if ((w->back && !forget(s, w, &st)) || !leave_step(s, w, &st)) {
		s->pruned = true;
		return;
	}
	st.passed = passed_checks(s->p->g, w, st.passed);
	if (!failed_checks(s->p->g, w, &st)) {
		s->pruned = true;
		return;
	}
	if (st.fates != KNOWN)
		st.fates &= ~cleared(s, w);
	for (size_t i = 0; i < cases->n && st.fates != 0; i++) {
		one = st;
		if (take_case(s, cases->items[i], &one))
			put(s, &one);
		else
			s->pruned = true;
	}
}

/* The beginning: what the path did not come by was not reached. */
static bool
arrive(struct rb_search *s, struct state *st)
{
	if (!rb_notes_unreached(&s->notes, 0, UINT32_MAX, &st->notes)) {
		s->pruned = true;
		return false;
	}
	if (st->fates == KNOWN)
		return true;
	st->fate = st->fates & RB_FATE_NONE;
	return st->fate != 0;
}

static const struct state *
search(struct rb_search *s)
{
	const struct rb_graph *g = s->p->g;

	for (struct state *st = take(s); st != NULL; st = take(s)) {
		const struct rb_point *p = &g->points[st->trail.point];

		if (p->kind == RB_AT_BEGIN && arrive(s, st))
			return st;
		for (uint32_t i = p->in; i < p->in + p->nin; i++) {
			if (!rb_paths_pay(s->p, RB_PATHS_WAY))
				return NULL;
			if (s->p->reached[g->ways[g->in[i]].from])
				step_back(s, st, &g->ways[g->in[i]]);
		}
	}
	return NULL;
}

static void
search_begin(struct rb_search *s)
{
	rb_arena_clear(&s->arena);
	s->number++;
	s->now = s->next = s->done = NULL;
	s->pruned = false;
}

/* Nothing was found, and nothing was left out: nor will another reader find anything from these points on. */
static void
note_safe(struct rb_search *s)
{
	for (const struct state *st = s->done; st != NULL; st = st->before) {
		struct visit *v = &s->visits[st->trail.point];

		if (st->fates == KNOWN)
			continue;
		if (v->safe_for != s->of->index + 1)
			v->safe = 0;
		v->safe_for = s->of->index + 1;
		v->safe |= st->fates;
	}
}

/* Readers that cannot do without a fact of the step, whatever happens. Uses of one step stand together. */
static void
set_clears(struct rb_search *s, const struct rb_use *use)
{
	const struct rb_paths *p = s->p;
	const struct rb_use *end = p->uses + p->nuses;

	for (const struct rb_use *u = s->uses; u != NULL && u < end && u->of == s->of; u++)
		s->clears[u->point] = 0;
	s->of = use != NULL ? use->of : NULL;
	while (use != NULL && use > p->uses && use[-1].of == s->of)
		use--;
	s->uses = use;
	for (const struct rb_use *u = use; u != NULL && u < end && u->of == s->of; u++) {
		if (u->when->n == 1 && u->when->items[0] == NULL &&
		    p->g->points[u->point].kind != RB_AT_PASSED)
			s->clears[u->point] |= u->without;
	}
}

const struct rb_trail *
rb_search_unset(struct rb_search *s, const struct rb_use *use, unsigned *fate)
{
	const struct state *found;

	if (s->of != use->of)
		set_clears(s, use);
	search_begin(s);
	for (size_t i = 0; i < use->when->n; i++) {
		struct state st = {.trail = {use->point, NULL, NULL}, .fates = use->without};

		if (take_case(s, use->when->items[i], &st))
			put(s, &st);
		else
			s->pruned = true;
	}
	found = search(s);
	if (found == NULL && !s->pruned)
		note_safe(s);
	if (found == NULL)
		return NULL;
	*fate = found->fate;
	return &found->trail;
}

const struct rb_trail *
rb_search_way(
    struct rb_search *s, uint32_t point, enum rb_last (*last)(void *ctx, const struct rb_way *w), void *ctx)
{
	const struct state st = {.trail = {point, NULL, NULL}, .fates = KNOWN, .ending = true}, *found;

	set_clears(s, NULL);
	search_begin(s);
	s->last = last;
	s->ctx = ctx;
	put(s, &st);
	found = search(s);
	return found != NULL ? &found->trail : NULL;
}

/* ---- in words ---- */

static struct rb_str
turn_text(struct rb_paths *p, const struct rb_way *w)
{
	struct rb_str name = w->step != NULL ? rb_step_called(p->arena, w->step) : RB_STR("escalate");

	if (w->kind == RB_WAY_JUMP)
		return name;
	return rb_arena_fmt(
	    p->arena, "%.*s (%.*s)", RB_STR_ARG(name), RB_STR_ARG(rb_way_why(p->arena, p->g, w)));
}

struct rb_str
rb_trail_text(struct rb_paths *p, const struct rb_trail *t)
{
	struct rb_str text = RB_STR("");
	size_t turns = 0, at = 0;

	for (const struct rb_trail *i = t; i != NULL; i = i->next)
		turns += i->way != NULL && is_turn(p->g, i->way);
	for (const struct rb_trail *i = t; i != NULL; i = i->next) {
		if (i->way == NULL || !is_turn(p->g, i->way) || ++at + RB_PATHS_SHOWN <= turns)
			continue;
		text = rb_arena_fmt(p->arena, "%.*s%s%.*s", RB_STR_ARG(text),
		    text.n > 0               ? " → "
		    : turns > RB_PATHS_SHOWN ? "… → "
					     : "",
		    RB_STR_ARG(turn_text(p, i->way)));
	}
	return text;
}
