/* Output of children, and the keeper of pipes that outlive their steps. */
#include "os/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* Reads of one pipe before the next one has its turn. */
enum { READS_A_TURN = 4 };
/* What a pipe is made to hold once it was seen full: a flood then costs a sixteenth of the switches to and
 * fro. */
enum { PIPE_SIZE = 1 << 20 };

struct held {
	struct rb_keeper *keeper;
	struct rb_loop_fd watch; /* fd is -1 where the place is free */
	uint64_t order;
};

struct rb_keeper {
	struct rb_loop *loop;
	struct held held[RB_KEEPER_MAX];
	uint64_t order;
	char buf[RB_STREAMS_READ];
};

struct one {
	struct rb_streams *all;
	unsigned which;
	bool grown;
	struct rb_loop_fd watch; /* fd is -1 when it is closed */
};

struct rb_streams {
	struct rb_keeper *keeper;
	struct rb_streams_handler h;
	struct one one[2];
	struct rb_loop_timer timer; /* the drain's bound; or now, if there was nothing to read at all */
	bool busy;                  /* inside a callback: a free must wait */
	bool dead;                  /* freed meanwhile */
	bool told;
};

/* read(2), or -1 with EAGAIN for "later"; any other failure is the end of that pipe, like 0. */
static ssize_t
read_pipe(struct rb_keeper *k, int fd)
{
	ssize_t n;

	do
		n = read(fd, k->buf, sizeof(k->buf));
	while (n < 0 && errno == EINTR);
	return n < 0 && errno != EAGAIN && errno != EWOULDBLOCK ? 0 : n;
}

static void
held_close(struct held *h)
{
	rb_loop_fd_remove(h->keeper->loop, &h->watch);
	close(h->watch.fd);
	h->watch.fd = -1;
}

static void
held_ready(void *ctx, unsigned events)
{
	struct held *h = ctx;

	(void)events;
	if (read_pipe(h->keeper, h->watch.fd) == 0)
		held_close(h);
}

struct rb_keeper *
rb_keeper_new(struct rb_loop *loop)
{
	struct rb_keeper *k = rb_alloc_zero(rb_loop_alloc(loop), 1, sizeof(*k));

	k->loop = loop;
	for (size_t i = 0; i < RB_KEEPER_MAX; i++) {
		k->held[i].keeper = k;
		k->held[i].watch = (struct rb_loop_fd){
		    .fd = -1, .want = RB_LOOP_READ, .ready = held_ready, .ctx = &k->held[i]};
	}
	return k;
}

void
rb_keeper_free(struct rb_keeper *k)
{
	if (k == NULL)
		return;
	for (size_t i = 0; i < RB_KEEPER_MAX; i++)
		if (k->held[i].watch.fd >= 0)
			held_close(&k->held[i]);
	rb_alloc_free(rb_loop_alloc(k->loop), k);
}

void
rb_keeper_take(struct rb_keeper *k, int fd)
{
	struct held *place = &k->held[0];

	/* A free place, else that of the oldest. */
	for (size_t i = 1; i < RB_KEEPER_MAX && place->watch.fd >= 0; i++)
		if (k->held[i].watch.fd < 0 || k->held[i].order < place->order)
			place = &k->held[i];
	if (place->watch.fd >= 0)
		held_close(place);
	place->watch.fd = fd;
	place->order = k->order++;
	rb_loop_fd_add(k->loop, &place->watch);
}

size_t
rb_keeper_count(const struct rb_keeper *k)
{
	size_t n = 0;

	for (size_t i = 0; i < RB_KEEPER_MAX; i++)
		n += k->held[i].watch.fd >= 0;
	return n;
}

static bool
is_open(const struct rb_streams *s)
{
	return s->one[0].watch.fd >= 0 || s->one[1].watch.fd >= 0;
}

/* Stops reading; what is open goes to the keeper. */
static void
hand_over(struct rb_streams *s)
{
	rb_loop_timer_clear(s->keeper->loop, &s->timer);
	for (int i = 0; i < 2; i++) {
		if (s->one[i].watch.fd < 0)
			continue;
		rb_loop_fd_remove(s->keeper->loop, &s->one[i].watch);
		rb_keeper_take(s->keeper, s->one[i].watch.fd);
		s->one[i].watch.fd = -1;
	}
}

/* Told last: the callback may free the streams. */
static void
finish(void *ctx)
{
	struct rb_streams *s = ctx;
	bool incomplete = is_open(s);

	s->told = true;
	hand_over(s);
	s->h.closed(s->h.ctx, incomplete);
}

static void
shut(struct rb_streams *s, struct one *o)
{
	rb_loop_fd_remove(s->keeper->loop, &o->watch);
	close(o->watch.fd);
	o->watch.fd = -1;
}

/* Best effort: an unprivileged user has a bound on all pipes together. */
static void
grow(struct one *o)
{
	o->grown = true;
	if (fcntl(o->watch.fd, F_SETPIPE_SZ, PIPE_SIZE) < 0)
		errno = 0;
}

static void
ready(void *ctx, unsigned events)
{
	struct one *o = ctx;
	struct rb_streams *s = o->all;
	ssize_t n = 1;

	(void)events;
	s->busy = true;
	for (int i = 0; i < READS_A_TURN && !s->dead && n > 0; i++) {
		n = read_pipe(s->keeper, o->watch.fd);
		if (n > 0)
			s->h.bytes(s->h.ctx, o->which, (struct rb_str){s->keeper->buf, (size_t)n});
		if (s->dead || n != RB_STREAMS_READ)
			break;
		if (!o->grown)
			grow(o);
	}
	s->busy = false;
	if (s->dead) {
		rb_alloc_free(rb_loop_alloc(s->keeper->loop), s);
		return;
	}
	if (n == 0)
		shut(s, o);
	if (!is_open(s) && !s->told)
		finish(s);
}

struct rb_streams *
rb_streams_open(struct rb_keeper *k, int out, int err, const struct rb_streams_handler *h)
{
	struct rb_streams *s = rb_alloc_zero(rb_loop_alloc(k->loop), 1, sizeof(*s));

	s->keeper = k;
	s->h = *h;
	s->timer.fire = finish;
	s->timer.ctx = s;
	for (unsigned i = 0; i < 2; i++) {
		s->one[i].all = s;
		s->one[i].which = i;
		s->one[i].watch = (struct rb_loop_fd){
		    .fd = i == 0 ? out : err, .want = RB_LOOP_READ, .ready = ready, .ctx = &s->one[i]};
		if (s->one[i].watch.fd >= 0)
			rb_loop_fd_add(k->loop, &s->one[i].watch);
	}
	if (!is_open(s))
		rb_loop_timer_set(k->loop, &s->timer, rb_clock_mono());
	return s;
}

void
rb_streams_drain(struct rb_streams *s, int64_t bound)
{
	if (!s->told && is_open(s))
		rb_loop_timer_set(s->keeper->loop, &s->timer, rb_clock_add(rb_clock_mono(), bound));
}

void
rb_streams_free(struct rb_streams *s)
{
	if (s == NULL)
		return;
	s->told = true;
	hand_over(s);
	s->dead = true;
	if (!s->busy)
		rb_alloc_free(rb_loop_alloc(s->keeper->loop), s);
}
