/* Rows of ids against the expected ones: the path and the changes, as a difference that can be read. */
#include "scenario/state.h"

#include <string.h>

/* ---- ids in order ---- */

static bool
names(const struct rb_want_steps *w, struct rb_str key)
{
	for (size_t i = 0; i < w->n; i++) {
		if (rb_str_eq(w->items[i].key, key))
			return true;
	}
	return false;
}

/* The call that a key stands in: "a/b" of "a/b/c"; empty where it stands in none. */
static struct rb_str
call_of(struct rb_str key)
{
	key = rb_str_folder(key);
	return rb_str_cut(key, 0, key.n > 0 ? key.n - 1 : 0);
}

static bool
names_inside(const struct rb_want_steps *w, struct rb_str call)
{
	for (size_t i = 0; i < w->n; i++) {
		struct rb_str key = w->items[i].key;

		if (key.n > call.n && key.p[call.n] == '/' && rb_str_eq(rb_str_cut(key, 0, call.n), call))
			return true;
	}
	return false;
}

static bool
names_beside(const struct rb_want_steps *w, const struct rb_step *checks)
{
	for (size_t i = 0; i < w->n; i++) {
		if (w->items[i].owner->parent == checks)
			return true;
	}
	return false;
}

/* Whether a step that began counts: what always runs as a whole, the items of `checks` and what is called,
 * may be left out as a whole. */
static bool
counts(const struct rb_want_steps *w, const struct rb_seen_step *s)
{
	const struct rb_step *parent = s->step->parent;
	struct rb_str call = call_of(s->key);

	if (s->skipped)
		return false;
	if (names(w, s->key))
		return true;
	if (!s->step->has_id || (call.n > 0 && !names_inside(w, call)))
		return false;
	return parent == NULL || parent->op != RB_OP_CHECKS || names_beside(w, parent);
}

/* ---- differences of two lists ---- */

enum { DIFF_CELLS = 1 << 22, DIFF_SAME = 3 }; /* lines around a change that are shown */

struct lists {
	size_t n, m; /* expected, actual */
	const struct rb_str *a, *b;
};

/* Lengths of the longest common row of what begins at (i, j): (n + 1) × (m + 1). */
static uint32_t *
common(const struct lists *l)
{
	uint32_t *t = rb_alloc_zero(NULL, (l->n + 1) * (l->m + 1), sizeof(*t));

	for (size_t i = l->n; i-- > 0;) {
		for (size_t j = l->m; j-- > 0;) {
			uint32_t down = t[(i + 1) * (l->m + 1) + j], right = t[i * (l->m + 1) + j + 1];

			if (rb_str_eq(l->a[i], l->b[j]))
				t[i * (l->m + 1) + j] = t[(i + 1) * (l->m + 1) + j + 1] + 1;
			else
				t[i * (l->m + 1) + j] = down > right ? down : right;
		}
	}
	return t;
}

static void
line(struct rb_play *p, struct rb_finding *f, const char *mark, struct rb_str key)
{
	rb_play_line(p, f, rb_arena_fmt(p->arena, "%s%.*s", mark, RB_STR_ARG(key)));
}

/* A row of steps [from, to) that are the same in both: of a long one what is next to a difference. */
static void
same_lines(struct rb_play *p, struct rb_finding *f, const struct lists *l, size_t from, size_t to, bool more)
{
	size_t head = from > 0 ? DIFF_SAME : 0, tail = more ? DIFF_SAME : 0;
	bool cut = to - from > head + tail + 1;

	for (size_t i = from; i < to; i++) {
		if (!cut || i < from + head || i >= to - tail) {
			line(p, f, "  ", l->a[i]);
			continue;
		}
		rb_play_line(
		    p, f, rb_arena_fmt(p->arena, "  … %zu that are the same", to - from - head - tail));
		i = to - tail - 1;
	}
}

static void
diff_lines(struct rb_play *p, struct rb_finding *f, const struct lists *l)
{
	size_t i = 0, j = 0, from;
	uint32_t *t;

	if ((l->n + 1) * (l->m + 1) > DIFF_CELLS)
		return;
	t = common(l);
	while (i < l->n || j < l->m) {
		for (from = i; i < l->n && j < l->m && rb_str_eq(l->a[i], l->b[j]); i++)
			j++;
		same_lines(p, f, l, from, i, i < l->n || j < l->m);
		if (i < l->n && (j == l->m || t[(i + 1) * (l->m + 1) + j] >= t[i * (l->m + 1) + j + 1]))
			line(p, f, "- ", l->a[i++]);
		else if (j < l->m)
			line(p, f, "+ ", l->b[j++]);
	}
	rb_alloc_free(NULL, t);
}

static size_t
first_difference(const struct lists *l)
{
	size_t i = 0;

	while (i < l->n && i < l->m && rb_str_eq(l->a[i], l->b[i]))
		i++;
	return i;
}

struct rb_finding *
rb_compare_lists(struct rb_play *p, const struct rb_want_steps *w, const char *key, const char *what,
    const struct rb_str *actual, size_t n, size_t *at)
{
	struct rb_str *expected = RB_ARRAY(p->arena, struct rb_str, w->n);
	const struct lists l = {w->n, n, expected, actual};
	struct rb_finding *f;

	for (size_t i = 0; i < w->n; i++)
		expected[i] = w->items[i].key;
	*at = first_difference(&l);
	/* Of a run that did not come to its end, only where it went astray. */
	if (*at == n && (*at == w->n || !p->out->ended))
		return NULL;
	if (*at == w->n)
		f = rb_play_finding(p, w->span, key, "%s: nothing more was expected, and `%.*s` came", what,
		    RB_STR_ARG(actual[*at]));
	else if (*at == n)
		f = rb_play_finding(p, w->span, key, "%s: `%.*s` was expected, and nothing more came", what,
		    RB_STR_ARG(expected[*at]));
	else
		f = rb_play_finding(p, w->span, key, "%s: `%.*s` was expected, and `%.*s` came", what,
		    RB_STR_ARG(expected[*at]), RB_STR_ARG(actual[*at]));
	diff_lines(p, f, &l);
	return f;
}

/* ---- the path ---- */

static void
tell_end(struct rb_play *p, struct rb_finding *f)
{
	struct rb_str end = rb_play_end(p);

	if (end.n > 0)
		rb_play_line(p, f, end);
}

/* The step that was expected, where the run came to it after `before` and its `if` did not hold. */
static const struct rb_seen_step *
skipped(const struct rb_play *p, struct rb_str key, const struct rb_seen_step *before)
{
	const struct rb_watch *w = &p->watch;
	size_t from = before != NULL ? (size_t)(before - w->steps) + 1 : 0;

	for (size_t i = from; i < w->nsteps; i++) {
		if (w->steps[i].skipped && w->steps[i].own.n > 0 && rb_str_eq(w->steps[i].key, key))
			return &w->steps[i];
	}
	return NULL;
}

/* Why the step came that was not expected; or, where one did not come, why the run went elsewhere. */
static void
tell_why(struct rb_play *p, struct rb_finding *f, struct rb_str expected, const struct rb_seen_step *s,
    const struct rb_seen_step *before)
{
	struct rb_str because = s != NULL ? s->because : p->watch.because;
	const struct rb_seen_step *left_out = skipped(p, expected, before);

	if (left_out != NULL)
		because = left_out->own;
	else if (s != NULL && s->own.n > 0)
		because = s->own;
	if (before != NULL && before->over && before->reason.n > 0 &&
	    rb_str_find(because, before->reason, 0) == SIZE_MAX)
		rb_play_line(p, f,
		    rb_arena_fmt(p->arena, "before it, `%.*s` %.*s: %.*s", RB_STR_ARG(before->key),
			RB_STR_ARG(before->outcome), RB_STR_ARG(before->reason)));
	if (because.n > 0)
		rb_play_line(p, f, rb_arena_fmt(p->arena, "since %.*s", RB_STR_ARG(because)));
	if (s == NULL)
		tell_end(p, f);
}

void
rb_compare_path(struct rb_play *p)
{
	const struct rb_want_steps *w = &rb_play_wants(p)->path;
	const struct rb_watch *seen = &p->watch;
	const struct rb_seen_step **steps = RB_ARRAY(p->arena, const struct rb_seen_step *, seen->nsteps);
	struct rb_str *actual = RB_ARRAY(p->arena, struct rb_str, seen->nsteps);
	struct rb_finding *f;
	size_t n = 0, at;

	if (!w->given)
		return;
	for (size_t i = 0; i < seen->nsteps; i++) {
		if (!counts(w, &seen->steps[i]))
			continue;
		steps[n] = &seen->steps[i];
		actual[n++] = seen->steps[i].key;
	}
	f = rb_compare_lists(p, w, "path", "the path differs", actual, n, &at);
	if (f != NULL)
		tell_why(p, f, at < w->n ? w->items[at].key : RB_STR(""), at < n ? steps[at] : NULL,
		    at > 0 ? steps[at - 1] : NULL);
}

static bool
was_reached(const struct rb_play *p, struct rb_str key)
{
	for (size_t i = 0; i < p->watch.nsteps; i++) {
		if (!p->watch.steps[i].skipped && rb_str_eq(p->watch.steps[i].key, key))
			return true;
	}
	return false;
}

void
rb_compare_reached(struct rb_play *p, const struct rb_want_steps *w, const char *key, bool reached)
{
	for (size_t i = 0; i < w->n; i++) {
		struct rb_finding *f;

		if (was_reached(p, w->items[i].key) == reached)
			continue;
		f = rb_play_finding(p, w->items[i].span, key, "%.*s was %s",
		    RB_STR_ARG(rb_named_show(p->arena, w->items[i].key, w->items[i].owner)),
		    reached ? "not reached" : "reached");
		rb_play_line(p, f, rb_arena_fmt(p->arena, "the path was %.*s", RB_STR_ARG(rb_play_path(p))));
		if (reached)
			tell_end(p, f);
	}
}

/* ---- changes ---- */

/* The id that stands for a change: its own, or that of the call around it of which nothing inside is named.
 */
static struct rb_str
change_key(const struct rb_want_steps *w, struct rb_str key)
{
	for (struct rb_str call = call_of(key); call.n > 0; call = call_of(call)) {
		if (!names_inside(w, call) && names(w, call))
			return call;
	}
	return key;
}

/* Which visit of the call a change belongs to: the last one that had begun. */
static size_t
visit_of(const struct rb_play *p, struct rb_str call, size_t at)
{
	while (at > 0 && !rb_str_eq(p->watch.steps[at - 1].key, call))
		at--;
	return at;
}

void
rb_compare_changes(struct rb_play *p)
{
	const struct rb_want_steps *w = &rb_play_wants(p)->changes;
	struct rb_str *actual = RB_ARRAY(p->arena, struct rb_str, p->watch.nchanges);
	size_t last_visit = 0, n = 0, at;

	if (!w->given)
		return;
	for (size_t i = 0; i < p->watch.nchanges; i++) {
		const struct rb_seen_change *c = &p->watch.changes[i];
		struct rb_str key = change_key(w, c->key);
		bool whole = key.n < c->key.n;
		size_t visit = whole ? visit_of(p, key, c->at) : 0;

		if (whole && n > 0 && visit == last_visit && rb_str_eq(actual[n - 1], key))
			continue;
		last_visit = visit;
		actual[n++] = key;
	}
	rb_compare_lists(p, w, "changes", "the changes differ", actual, n, &at);
}
