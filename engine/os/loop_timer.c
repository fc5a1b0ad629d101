/* Timers of the loop: a binary heap of deadlines. */
#include "os/loop_private.h"

static bool
sooner(const struct rb_loop_timer *a, const struct rb_loop_timer *b)
{
	return a->at != b->at ? a->at < b->at : a->order < b->order;
}

/* Puts t where it belongs, from the hole at place i (1-based) on. */
static void
sift(struct rb_loop *loop, struct rb_loop_timer *t, size_t i)
{
	while (i > 1 && sooner(t, loop->heap[i / 2 - 1])) {
		loop->heap[i - 1] = loop->heap[i / 2 - 1];
		loop->heap[i - 1]->place = i;
		i /= 2;
	}
	for (;;) {
		size_t child = 2 * i;

		if (child < loop->ntimers && sooner(loop->heap[child], loop->heap[child - 1]))
			child++;
		if (child > loop->ntimers || !sooner(loop->heap[child - 1], t))
			break;
		loop->heap[i - 1] = loop->heap[child - 1];
		loop->heap[i - 1]->place = i;
		i = child;
	}
	loop->heap[i - 1] = t;
	t->place = i;
}

void
rb_loop_timer_set(struct rb_loop *loop, struct rb_loop_timer *t, int64_t at)
{
	rb_loop_timer_clear(loop, t);
	if (at == RB_NEVER)
		return;
	/* Not before the others that are due in this step, or a timer that sets itself to the past would
	 * starve them. */
	t->at = loop->stepping && at < loop->now ? loop->now : at;
	t->order = loop->order++;
	loop->heap = rb_alloc_grow(
	    loop->alloc, loop->heap, sizeof(struct rb_loop_timer *), loop->ntimers, &loop->heap_cap);
	sift(loop, t, ++loop->ntimers);
}

void
rb_loop_timer_clear(struct rb_loop *loop, struct rb_loop_timer *t)
{
	size_t i = t->place;
	struct rb_loop_timer *last;

	if (i == 0)
		return;
	t->place = 0;
	last = loop->heap[--loop->ntimers];
	if (last != t)
		sift(loop, last, i);
}

int
rb_loop_fire_due(struct rb_loop *loop)
{
	uint64_t mark = loop->order;
	int ran = 0;

	while (loop->ntimers > 0) {
		struct rb_loop_timer *t = loop->heap[0];

		if (t->at > loop->now || t->order >= mark)
			break;
		rb_loop_timer_clear(loop, t);
		t->fire(t->ctx);
		ran++;
	}
	return ran;
}
