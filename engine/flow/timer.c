/* Flow's own deadlines: a binary heap by time, equal times in the order in which they were set. */
#include "flow/state.h"

static bool
before(const struct rb_timer *a, const struct rb_timer *b)
{
	return a->when != b->when ? a->when < b->when : a->seq < b->seq;
}

static void
put(struct rb_timers *h, size_t i, struct rb_timer *t)
{
	h->heap[i] = t;
	t->at = i + 1;
}

static void
sift_up(struct rb_timers *h, size_t i)
{
	struct rb_timer *t = h->heap[i];

	while (i > 0 && before(t, h->heap[(i - 1) / 2])) {
		put(h, i, h->heap[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
	put(h, i, t);
}

static void
sift_down(struct rb_timers *h, size_t i)
{
	struct rb_timer *t = h->heap[i];

	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= h->len)
			break;
		if (child + 1 < h->len && before(h->heap[child + 1], h->heap[child]))
			child++;
		if (!before(h->heap[child], t))
			break;
		put(h, i, h->heap[child]);
		i = child;
	}
	put(h, i, t);
}

void
rb_timer_set(
    struct rb_flow *f, struct rb_timer *t, int64_t when, void (*fire)(struct rb_flow *, void *), void *ctx)
{
	struct rb_timers *h = &f->timers;

	rb_timer_stop(f, t);
	if (when == RB_NEVER)
		return;
	t->when = when;
	t->seq = ++h->seq;
	t->fire = fire;
	t->ctx = ctx;
	h->heap = rb_alloc_grow(f->alloc, h->heap, sizeof(struct rb_timer *), h->len, &h->cap);
	h->heap[h->len++] = t;
	sift_up(h, h->len - 1);
}

void
rb_timer_stop(struct rb_flow *f, struct rb_timer *t)
{
	struct rb_timers *h = &f->timers;
	size_t i = t->at;

	if (i-- == 0)
		return;
	t->at = 0;
	h->len--;
	if (i == h->len)
		return;
	put(h, i, h->heap[h->len]);
	sift_up(h, i);
	sift_down(h, i);
}

void
rb_timer_first(struct rb_flow *f, struct rb_timer *t)
{
	if (t->at == 0)
		return;
	t->seq = 0;
	sift_up(&f->timers, t->at - 1);
}

bool
rb_timer_fire(struct rb_flow *f, int64_t now)
{
	struct rb_timer *t = f->timers.len > 0 ? f->timers.heap[0] : NULL;

	if (t == NULL || t->when > now)
		return false;
	rb_timer_stop(f, t);
	t->fire(f, t->ctx);
	return true;
}

int64_t
rb_timer_next(const struct rb_flow *f)
{
	return f->timers.len > 0 ? f->timers.heap[0]->when : RB_NEVER;
}
