/* What the tests of os/ share. Ownership: nothing outlives a test; each program ends by itself (alarm). */
#ifndef RB_TESTS_OS_SUPPORT_H
#define RB_TESTS_OS_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "os/loop.h"
#include "os/spawn.h"

/* Steps the loop until *flag. Fails the test after a minute: what happens at all has happened by then, on the
 * busiest of machines too. */
static inline void
run_until(struct rb_loop *loop, const bool *flag)
{
	int64_t end = rb_clock_mono() + RB_MINUTE;

	while (!*flag) {
		assert_true(rb_clock_mono() < end);
		assert_true(rb_loop_step(loop, 50 * RB_MS) >= 0);
	}
}

static inline void
run_for(struct rb_loop *loop, int64_t ns)
{
	int64_t end = rb_clock_mono() + ns;

	while (rb_clock_mono() < end)
		assert_true(rb_loop_step(loop, end - rb_clock_mono()) >= 0);
}

static const char *const plain_env[] = {"PATH=/usr/local/bin:/usr/bin:/bin", NULL};

/* A child of its own session, no output. */
static inline struct rb_spawn
request(const char *const *argv)
{
	return (struct rb_spawn){.argv = argv, .env = plain_env, .terminal = -1};
}

struct child {
	struct rb_loop_child watch;
	struct rb_exit how;
	bool ended;
};

static inline void
child_ended(void *ctx, const struct rb_exit *how)
{
	struct child *c = ctx;

	c->how = *how;
	c->ended = true;
}

/* Starts, and watches, a child; the test fails if it does not start. */
static inline struct rb_spawned
start_child(struct rb_loop *loop, struct child *c, const struct rb_spawn *req)
{
	struct rb_spawned s;

	memset(c, 0, sizeof(*c));
	if (rb_spawn(req, &s) != 0)
		fail_msg("%s", s.text);
	c->watch.pid = s.pid;
	c->watch.ended = child_ended;
	c->watch.ctx = c;
	rb_loop_child_add(loop, &c->watch);
	return s;
}

/* Reads a descriptor (non-blocking or not) to its end. */
static inline void
read_all(int fd, struct rb_buf *out)
{
	char chunk[4096];
	struct pollfd p = {.fd = fd, .events = POLLIN};
	ssize_t n = 1;

	while (n > 0 && poll(&p, 1, 60000) == 1) {
		n = read(fd, chunk, sizeof(chunk));
		if (n > 0)
			rb_buf_add(out, chunk, (size_t)n);
	}
	assert_true(n == 0);
}

#endif
