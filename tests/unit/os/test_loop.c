/* The event loop: order, removal inside callbacks, children, wakes. */
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "os/proc.h"

struct note {
	struct rb_loop *loop;
	struct rb_loop_timer timer;
	char name;
	char *log;          /* shared */
	struct note *kills; /* removed by this one's firing */
	bool again;
};

static void
note_fired(void *ctx)
{
	struct note *n = ctx;
	size_t len = strlen(n->log);

	n->log[len] = n->name;
	n->log[len + 1] = '\0';
	if (n->kills != NULL)
		rb_loop_timer_clear(n->loop, &n->kills->timer);
	if (n->again)
		rb_loop_timer_set(n->loop, &n->timer, 0);
}

static struct note
note(struct rb_loop *loop, char name, char *log)
{
	return (struct note){.loop = loop, .name = name, .log = log, .timer = {.fire = note_fired}};
}

static void
timers_fire_in_order_of_time_then_of_setting(void **state)
{
	struct rb_loop *loop = rb_loop_new(NULL);
	int64_t now = rb_clock_mono();
	char log[64] = "";
	struct note n[6];

	(void)state;
	for (int i = 0; i < 6; i++) {
		n[i] = note(loop, (char)('a' + i), log);
		n[i].timer.ctx = &n[i];
	}
	rb_loop_timer_set(loop, &n[0].timer, now - 1);
	rb_loop_timer_set(loop, &n[1].timer, now - 5);
	rb_loop_timer_set(loop, &n[2].timer, now - 5);
	rb_loop_timer_set(loop, &n[3].timer, now - 9);
	rb_loop_timer_set(loop, &n[4].timer, now - 7);
	rb_loop_timer_set(loop, &n[5].timer, RB_NEVER);
	rb_loop_timer_set(loop, &n[4].timer, now - 3); /* moved */
	assert_int_equal(rb_loop_step(loop, 0), 5);
	assert_string_equal(log, "dbcea");
	assert_true(rb_loop_due(loop) == RB_NEVER);
	rb_loop_free(loop);
}

static void
a_timer_can_clear_another_that_is_due_too(void **state)
{
	struct rb_loop *loop = rb_loop_new(NULL);
	char log[64] = "";
	struct note a = note(loop, 'a', log), b = note(loop, 'b', log);

	(void)state;
	a.timer.ctx = &a;
	b.timer.ctx = &b;
	a.kills = &b;
	rb_loop_timer_set(loop, &a.timer, 1);
	rb_loop_timer_set(loop, &b.timer, 2);
	assert_int_equal(rb_loop_step(loop, 0), 1);
	assert_int_equal(rb_loop_step(loop, 0), 0);
	assert_string_equal(log, "a");
	rb_loop_free(loop);
}

static void
a_timer_that_sets_itself_to_the_past_starves_nobody(void **state)
{
	struct rb_loop *loop = rb_loop_new(NULL);
	char log[64] = "";
	struct note a = note(loop, 'a', log), b = note(loop, 'b', log);

	(void)state;
	a.timer.ctx = &a;
	b.timer.ctx = &b;
	a.again = true;
	rb_loop_timer_set(loop, &a.timer, 0);
	rb_loop_timer_set(loop, &b.timer, rb_clock_mono());
	assert_int_equal(rb_loop_step(loop, 0), 2);
	assert_string_equal(log, "ab");
	assert_int_equal(rb_loop_step(loop, 0), 1);
	assert_string_equal(log, "aba");
	rb_loop_free(loop);
}

static void
many_timers_stay_a_heap(void **state)
{
	enum { MANY = 2000 };
	struct rb_loop *loop = rb_loop_new(NULL);
	struct note *n = calloc(MANY, sizeof(*n));
	char *log = calloc(1, MANY + 1);
	int64_t base = rb_clock_mono() + RB_HOUR, last = 0;
	unsigned seed = 7;

	(void)state;
	for (int i = 0; i < MANY; i++) {
		n[i] = note(loop, 'x', log);
		n[i].timer.ctx = &n[i];
		seed = seed * 1103515245U + 12345U;
		rb_loop_timer_set(loop, &n[i].timer, base + (int64_t)(seed % 500));
	}
	for (int i = 0; i < MANY; i += 3)
		rb_loop_timer_clear(loop, &n[i].timer);
	/* Take the soonest away until none is left: never earlier than the one before. */
	while (rb_loop_due(loop) != RB_NEVER) {
		int64_t due = rb_loop_due(loop);

		assert_true(due >= last);
		last = due;
		for (int i = 0; i < MANY; i++) {
			if (n[i].timer.place == 1) {
				rb_loop_timer_clear(loop, &n[i].timer);
				break;
			}
		}
	}
	rb_loop_free(loop);
	free(n);
	free(log);
}

struct pair {
	struct rb_loop *loop;
	struct rb_loop_fd in;
	struct pair *other;
	int ends[2];
	int calls;
	bool free_other, swap;
};

static void
pair_ready(void *ctx, unsigned events)
{
	struct pair *p = ctx;

	assert_int_equal(events, RB_LOOP_READ);
	p->calls++;
	if (p->free_other)
		rb_loop_fd_remove(p->loop, &p->other->in);
	if (p->swap) {
		rb_loop_fd_remove(p->loop, &p->other->in);
		rb_loop_fd_add(p->loop, &p->other->in);
	}
}

static void
make_pair(struct rb_loop *loop, struct pair *p, struct pair *other)
{
	memset(p, 0, sizeof(*p));
	assert_int_equal(pipe2(p->ends, O_CLOEXEC | O_NONBLOCK), 0);
	p->loop = loop;
	p->other = other;
	p->in = (struct rb_loop_fd){.fd = p->ends[0], .want = RB_LOOP_READ, .ready = pair_ready, .ctx = p};
	rb_loop_fd_add(loop, &p->in);
}

static void
a_watch_removed_inside_a_step_is_not_called(void **state)
{
	struct rb_loop *loop = rb_loop_new(NULL);
	struct pair a, b;

	(void)state;
	make_pair(loop, &a, &b);
	make_pair(loop, &b, &a);
	a.free_other = b.free_other = true;
	assert_int_equal(write(a.ends[1], "x", 1), 1);
	assert_int_equal(write(b.ends[1], "x", 1), 1);
	assert_int_equal(rb_loop_step(loop, 0), 1);
	assert_int_equal(a.calls + b.calls, 1);
	/* One that is added again inside the step waits for the next one. */
	a.free_other = false;
	a.swap = true;
	rb_loop_fd_add(loop, &b.in);
	b.free_other = false;
	assert_int_equal(rb_loop_step(loop, 0), 1);
	assert_int_equal(rb_loop_step(loop, 0), 1);
	rb_loop_fd_remove(loop, &a.in);
	assert_int_equal(rb_loop_step(loop, 0), 1);
	assert_int_equal(b.calls, 1);
	rb_loop_fd_remove(loop, &b.in);
	rb_loop_fd_remove(loop, &b.in);
	assert_int_equal(rb_loop_step(loop, 0), 0);
	for (int i = 0; i < 2; i++) {
		close(a.ends[i]);
		close(b.ends[i]);
	}
	rb_loop_free(loop);
}

static void
a_resting_watch_does_not_spin_on_a_hang_up(void **state)
{
	struct rb_loop *loop = rb_loop_new(NULL);
	int64_t before = rb_clock_mono();
	struct pair a;

	(void)state;
	make_pair(loop, &a, NULL);
	close(a.ends[1]);
	rb_loop_fd_want(loop, &a.in, 0);
	assert_int_equal(rb_loop_step(loop, 30 * RB_MS), 0);
	assert_true(rb_clock_mono() - before >= 30 * RB_MS);
	rb_loop_fd_want(loop, &a.in, RB_LOOP_READ);
	assert_int_equal(rb_loop_step(loop, 0), 1);
	rb_loop_fd_remove(loop, &a.in);
	close(a.ends[0]);
	rb_loop_free(loop);
}

static void
nested(void *ctx)
{
	struct rb_loop *loop = ctx;

	assert_int_equal(rb_loop_step(loop, 0), -1);
	assert_int_equal(errno, EBUSY);
}

static void
a_step_inside_a_step_is_refused(void **state)
{
	struct rb_loop *loop = rb_loop_new(NULL);
	struct rb_loop_timer t = {.fire = nested, .ctx = loop};

	(void)state;
	rb_loop_timer_set(loop, &t, 0);
	assert_int_equal(rb_loop_step(loop, 0), 1);
	rb_loop_free(loop);
}

static void
woken(void *ctx)
{
	++*(int *)ctx;
}

static void *
waker(void *ctx)
{
	usleep(20000);
	for (int i = 0; i < 100000; i++)
		rb_loop_wake(ctx); /* more than a pipe holds */
	return NULL;
}

static void
a_wake_from_another_thread_ends_the_wait(void **state)
{
	struct rb_loop *loop = rb_loop_new(NULL);
	int64_t before = rb_clock_mono();
	pthread_t thread;
	int wakes = 0;

	(void)state;
	rb_loop_on_wake(loop, woken, &wakes);
	assert_int_equal(pthread_create(&thread, NULL, waker, loop), 0);
	assert_int_equal(rb_loop_step(loop, 60 * RB_SECOND), 1);
	assert_true(rb_clock_mono() - before < 50 * RB_SECOND);
	assert_int_equal(pthread_join(thread, NULL), 0);
	while (rb_loop_step(loop, 0) > 0)
		continue;
	assert_true(wakes >= 1);
	assert_int_equal(rb_loop_step(loop, 0), 0); /* nothing is left of them */
	rb_loop_free(loop);
}

static void
on_alarm(int sig)
{
	(void)sig;
}

static void
a_signal_that_cuts_the_wait_is_no_error(void **state)
{
	struct rb_loop *loop = rb_loop_new(NULL);
	struct sigaction sa = {.sa_handler = on_alarm}, before;

	(void)state;
	sigaction(SIGALRM, &sa, &before);
	ualarm(10000, 0);
	assert_int_equal(rb_loop_step(loop, 5 * RB_SECOND), 0);
	sigaction(SIGALRM, &before, NULL);
	alarm(500);
	rb_loop_free(loop);
}

static void
an_embedder_can_poll_for_us(void **state)
{
	struct rb_loop *loop = rb_loop_new(NULL);
	struct rb_loop_timer t = {.fire = woken};
	struct pollfd fds[8];
	struct pair a;
	int fired = 0;

	(void)state;
	make_pair(loop, &a, NULL);
	assert_int_equal(rb_loop_fds(loop, fds, 1), 2);
	assert_int_equal(rb_loop_fds(loop, fds, 8), 2);
	assert_int_equal(poll(fds, 2, 0), 0);
	assert_int_equal(write(a.ends[1], "x", 1), 1);
	assert_int_equal(poll(fds, 2, 1000), 1);
	assert_int_equal(rb_loop_step(loop, 0), 1);
	t.ctx = &fired;
	rb_loop_timer_set(loop, &t, 5);
	assert_true(rb_loop_due(loop) == 5);
	rb_loop_fd_remove(loop, &a.in);
	close(a.ends[0]);
	close(a.ends[1]);
	rb_loop_free(loop);
}

static void
a_child_is_told_as_a_zombie_and_reaped_once(void **state)
{
	static const char *const argv[] = {"sh", "-c", "exit 7", NULL};
	struct rb_loop *loop = rb_loop_new(NULL);
	struct rb_spawn req = request(argv);
	struct child c;
	pid_t pid = start_child(loop, &c, &req).pid;

	(void)state;
	run_until(loop, &c.ended);
	assert_int_equal(c.how.code, 7);
	assert_int_equal(c.how.signal, 0);
	assert_false(c.how.lost);
	assert_int_equal(kill(pid, 0), 0); /* still there to be named */
	assert_int_equal(rb_loop_child_reap(&c.watch), 0);
	assert_int_equal(kill(pid, 0), -1);
	rb_loop_free(loop);
}

static void
a_signal_that_ends_a_child_is_told(void **state)
{
	static const char *const argv[] = {"sleep", "30", NULL};
	struct rb_loop *loop = rb_loop_new(NULL);
	struct rb_spawn req = request(argv);
	struct child c;
	pid_t pid = start_child(loop, &c, &req).pid;

	(void)state;
	assert_int_equal(rb_loop_child_reap(&c.watch), -1); /* it lives */
	kill(pid, SIGUSR1);
	run_until(loop, &c.ended);
	assert_int_equal(c.how.signal, SIGUSR1);
	assert_int_equal(rb_loop_child_reap(&c.watch), 0);
	rb_loop_free(loop);
}

static void
a_child_without_a_pidfd_is_looked_at(void **state)
{
	static const char *const argv[] = {"sh", "-c", "exit 3", NULL};
	struct rb_loop *loop = rb_loop_new(NULL);
	struct rlimit limit, few;
	struct rb_spawn req = request(argv);
	struct rb_spawned s;
	struct child c, d;
	int fill[64], n = 0;

	(void)state;
	getrlimit(RLIMIT_NOFILE, &limit);
	memset(&c, 0, sizeof(c));
	assert_int_equal(rb_spawn(&req, &s), 0);
	c.watch = (struct rb_loop_child){.pid = s.pid, .ended = child_ended, .ctx = &c};
	d = c;
	few = limit;
	few.rlim_cur = 32;
	setrlimit(RLIMIT_NOFILE, &few);
	while (n < 64) {
		fill[n] = dup(0);
		if (fill[n] < 0)
			break;
		n++;
	}
	rb_loop_child_add(loop, &c.watch); /* no descriptor is left for it */
	assert_int_equal(c.watch.watch.fd, -1);
	assert_true(rb_loop_due(loop) != RB_NEVER);
	run_until(loop, &c.ended);
	assert_int_equal(c.how.code, 3);
	assert_true(rb_loop_due(loop) == RB_NEVER);
	rb_loop_child_add(loop, &c.watch);
	rb_loop_child_remove(loop, &c.watch);
	rb_loop_child_remove(loop, &c.watch);
	assert_int_equal(rb_loop_child_reap(&d.watch), 0);
	setrlimit(RLIMIT_NOFILE, &limit);
	while (n > 0)
		close(fill[--n]);
	rb_loop_free(loop);
}

static void
a_status_that_was_taken_away_is_lost_and_not_awaited(void **state)
{
	static const char *const argv[] = {"true", NULL};
	struct rb_loop *loop = rb_loop_new(NULL);
	struct rb_spawn req = request(argv);
	struct child c;

	(void)state;
	signal(SIGCHLD, SIG_IGN);
	start_child(loop, &c, &req);
	run_until(loop, &c.ended);
	signal(SIGCHLD, SIG_DFL);
	assert_true(c.how.lost);
	assert_int_equal(rb_loop_child_reap(&c.watch), 0);
	rb_loop_free(loop);
}

static void
no_descriptors_no_loop(void **state)
{
	struct rlimit limit, none;

	(void)state;
	getrlimit(RLIMIT_NOFILE, &limit);
	none = limit;
	none.rlim_cur = 3;
	setrlimit(RLIMIT_NOFILE, &none);
	assert_null(rb_loop_new(NULL));
	setrlimit(RLIMIT_NOFILE, &limit);
}

static void
a_child_that_was_stopped_is_resumed(void **state)
{
	static const char *const argv[] = {"sh", "-c", "kill -STOP $$; exit 7", NULL};
	struct rb_loop *loop = rb_loop_new(NULL);
	struct rb_spawn req = request(argv);
	struct rb_proc p = {0};
	struct child c;

	(void)state;
	start_child(loop, &c, &req);
	for (int i = 0; i < 3000 && p.state != 'T'; i++) {
		run_for(loop, 20 * RB_MS);
		assert_false(c.ended);
		assert_int_equal(rb_proc_read(c.watch.pid, &p), 0);
	}
	rb_loop_child_resume(&c.watch);
	run_until(loop, &c.ended);
	assert_int_equal(c.how.code, 7);
	rb_loop_child_resume(&c.watch); /* one that has ended is left as it is */
	assert_int_equal(rb_loop_child_reap(&c.watch), 0);
	rb_loop_free(loop);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(timers_fire_in_order_of_time_then_of_setting),
	    cmocka_unit_test(a_timer_can_clear_another_that_is_due_too),
	    cmocka_unit_test(a_timer_that_sets_itself_to_the_past_starves_nobody),
	    cmocka_unit_test(many_timers_stay_a_heap),
	    cmocka_unit_test(a_watch_removed_inside_a_step_is_not_called),
	    cmocka_unit_test(a_resting_watch_does_not_spin_on_a_hang_up),
	    cmocka_unit_test(a_step_inside_a_step_is_refused),
	    cmocka_unit_test(a_wake_from_another_thread_ends_the_wait),
	    cmocka_unit_test(a_signal_that_cuts_the_wait_is_no_error),
	    cmocka_unit_test(an_embedder_can_poll_for_us),
	    cmocka_unit_test(a_child_is_told_as_a_zombie_and_reaped_once),
	    cmocka_unit_test(a_signal_that_ends_a_child_is_told),
	    cmocka_unit_test(a_child_without_a_pidfd_is_looked_at),
	    cmocka_unit_test(a_status_that_was_taken_away_is_lost_and_not_awaited),
	    cmocka_unit_test(a_child_that_was_stopped_is_resumed),
	    cmocka_unit_test(no_descriptors_no_loop),
	};

	alarm(500);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
