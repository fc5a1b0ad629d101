/* The event loop on poll(2): the one place of a run that waits. Process trees, deadlines and the failure of
 * each call are what this program is for, so it has no library between itself and the kernel here. */
#include "os/loop_private.h"

#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

static void
wake_ready(void *ctx, unsigned events)
{
	struct rb_loop *loop = ctx;
	char sink[64];
	ssize_t n;

	(void)events;
	do
		n = read(loop->wake.fd, sink, sizeof(sink));
	while (n == (ssize_t)sizeof(sink) || (n < 0 && errno == EINTR));
	if (loop->woken != NULL)
		loop->woken(loop->woken_ctx);
}

struct rb_loop *
rb_loop_new(const struct rb_alloc *alloc)
{
	struct rb_loop *loop;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
		return NULL;
	loop = rb_alloc_zero(alloc, 1, sizeof(*loop));
	loop->alloc = alloc;
	loop->wake_out = ends[1];
	for (size_t i = 0; i < RB_LOOP_SPARE; i++)
		loop->spare[i] = -1;
	rb_loop_keep(loop);
	loop->wake =
	    (struct rb_loop_fd){.fd = ends[0], .want = RB_LOOP_READ, .ready = wake_ready, .ctx = loop};
	rb_loop_fd_add(loop, &loop->wake);
	return loop;
}

void
rb_loop_free(struct rb_loop *loop)
{
	if (loop == NULL)
		return;
	for (size_t i = 0; i < loop->nfds; i++)
		if (loop->fds[i] != NULL && loop->fds[i]->ready == rb_loop_child_ready)
			close(loop->fds[i]->fd);
	rb_loop_lend(loop);
	close(loop->wake.fd);
	close(loop->wake_out);
	rb_alloc_free(loop->alloc, loop->fds);
	rb_alloc_free(loop->alloc, loop->polls);
	rb_alloc_free(loop->alloc, loop->heap);
	rb_alloc_free(loop->alloc, loop);
}

const struct rb_alloc *
rb_loop_alloc(const struct rb_loop *loop)
{
	return loop->alloc;
}

void
rb_loop_lend(struct rb_loop *loop)
{
	for (size_t i = 0; i < RB_LOOP_SPARE; i++) {
		if (loop->spare[i] >= 0)
			close(loop->spare[i]);
		loop->spare[i] = -1;
	}
}

void
rb_loop_keep(struct rb_loop *loop)
{
	for (size_t i = 0; i < RB_LOOP_SPARE; i++) {
		if (loop->spare[i] < 0)
			loop->spare[i] = fcntl(loop->wake_out, F_DUPFD_CLOEXEC, 0);
	}
}

void
rb_loop_fd_add(struct rb_loop *loop, struct rb_loop_fd *w)
{
	if (w->place != 0)
		return;
	loop->fds =
	    rb_alloc_grow(loop->alloc, loop->fds, sizeof(struct rb_loop_fd *), loop->nfds, &loop->fds_cap);
	/* Always at the end, also when there are holes: what is added inside a step must not meet the events
	 * that poll told of a watch that was there before. */
	loop->fds[loop->nfds++] = w;
	w->place = loop->nfds;
}

void
rb_loop_fd_want(struct rb_loop *loop, struct rb_loop_fd *w, unsigned want)
{
	(void)loop;
	w->want = want;
}

void
rb_loop_fd_remove(struct rb_loop *loop, struct rb_loop_fd *w)
{
	size_t i = w->place;

	if (i == 0)
		return;
	w->place = 0;
	if (loop->stepping) {
		loop->fds[i - 1] = NULL;
		return;
	}
	loop->fds[i - 1] = loop->fds[--loop->nfds];
	loop->fds[i - 1]->place = i;
	w->place = 0; /* it may have been the last itself */
}

/* Closes the holes that removals inside a step have left. */
static void
compact(struct rb_loop *loop)
{
	size_t n = 0;

	for (size_t i = 0; i < loop->nfds; i++) {
		if (loop->fds[i] == NULL)
			continue;
		loop->fds[n] = loop->fds[i];
		loop->fds[n]->place = n + 1;
		n++;
	}
	loop->nfds = n;
}

static void
fill(const struct rb_loop *loop, struct pollfd *polls, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct rb_loop_fd *w = loop->fds[i];

		/* One that rests is passed as -1, or a hang-up on it would end every wait. */
		polls[i].fd = w != NULL && w->want != 0 ? w->fd : -1;
		polls[i].events = 0;
		polls[i].revents = 0;
		if (w != NULL && (w->want & RB_LOOP_READ) != 0)
			polls[i].events |= POLLIN;
		if (w != NULL && (w->want & RB_LOOP_WRITE) != 0)
			polls[i].events |= POLLOUT;
	}
}

static int
dispatch(struct rb_loop *loop, size_t polled)
{
	int ran = 0;

	for (size_t i = 0; i < polled; i++) {
		struct rb_loop_fd *w = loop->fds[i];
		short got = loop->polls[i].revents;
		unsigned events = 0;

		if (w == NULL || got == 0)
			continue;
		if ((got & POLLIN) != 0)
			events |= RB_LOOP_READ;
		if ((got & POLLOUT) != 0)
			events |= RB_LOOP_WRITE;
		if ((got & (POLLERR | POLLHUP | POLLNVAL)) != 0)
			events |= RB_LOOP_READ | RB_LOOP_WRITE;
		events &= w->want; /* which a callback before may have changed */
		if (events == 0)
			continue;
		w->ready(w->ctx, events);
		ran++;
	}
	return ran;
}

void
rb_loop_wake(struct rb_loop *loop)
{
	int saved = errno;
	ssize_t n = write(loop->wake_out, "", 1);

	(void)n; /* a full pipe wakes as well */
	errno = saved;
}

void
rb_loop_on_wake(struct rb_loop *loop, void (*woken)(void *ctx), void *ctx)
{
	loop->woken = woken;
	loop->woken_ctx = ctx;
}

int64_t
rb_loop_due(const struct rb_loop *loop)
{
	int64_t at = loop->ntimers > 0 ? loop->heap[0]->at : RB_NEVER;

	if (loop->plain != NULL && at > rb_clock_mono() + RB_LOOP_LOOK)
		at = rb_clock_mono() + RB_LOOP_LOOK;
	return at;
}

size_t
rb_loop_fds(struct rb_loop *loop, struct pollfd *fds, size_t cap)
{
	fill(loop, fds, cap < loop->nfds ? cap : loop->nfds);
	return loop->nfds;
}

int
rb_loop_step(struct rb_loop *loop, int64_t timeout)
{
	int64_t due, wait;
	struct timespec ts;
	size_t polled;
	int rc, ran;

	if (loop->stepping) {
		errno = EBUSY;
		return -1;
	}
	polled = loop->nfds;
	if (polled > loop->polls_cap) {
		loop->polls = rb_alloc_resize(loop->alloc, loop->polls, loop->fds_cap * sizeof(*loop->polls));
		loop->polls_cap = loop->fds_cap;
	}
	fill(loop, loop->polls, polled);
	due = rb_loop_due(loop);
	wait = timeout;
	if (due != RB_NEVER && timeout > 0) {
		due -= rb_clock_mono();
		if (due < wait)
			wait = due < 0 ? 0 : due;
	}
	ts.tv_sec = (time_t)(wait / RB_SECOND);
	ts.tv_nsec = (long)(wait % RB_SECOND);
	rc = ppoll(loop->polls, (nfds_t)polled, wait == RB_NEVER ? NULL : &ts, NULL);
	if (rc < 0 && errno != EINTR)
		return -1;

	loop->now = rb_clock_mono();
	loop->stepping = true;
	ran = rc > 0 ? dispatch(loop, polled) : 0;
	ran += rb_loop_look(loop);
	ran += rb_loop_fire_due(loop);
	loop->stepping = false;
	compact(loop);
	return ran;
}
