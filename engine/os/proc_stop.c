/* Ending a process that is not our child: TERM, a grace, KILL, with its identity checked before each. */
#include "os/proc.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* How often the process is looked at where there is no pidfd to tell of its end. */
#define LOOK_EVERY (20 * RB_MS)

struct rb_proc_stop {
	struct rb_loop *loop;
	struct rb_proc_id id;
	int64_t grace;
	void (*done)(void *ctx, enum rb_proc_stopped how, const char *text);
	void *ctx;
	int sent;              /* the last signal: 0, SIGTERM, SIGKILL */
	int64_t deadline;      /* of that signal */
	struct rb_loop_fd end; /* the pidfd; fd is -1 where there is none */
	struct rb_loop_timer tick;
};

/* Told last: the callback may free the stop. */
static void
finish(struct rb_proc_stop *s, enum rb_proc_stopped how, const char *what)
{
	char text[RB_PROC_TEXT];

	rb_loop_timer_clear(s->loop, &s->tick);
	rb_loop_fd_remove(s->loop, &s->end);
	snprintf(text, sizeof(text), "pid %ld %s", (long)s->id.pid, what);
	s->done(s->ctx, how, text);
}

static void
finish_gone(struct rb_proc_stop *s)
{
	if (s->sent == 0)
		finish(s, RB_PROC_STOPPED_BEFORE, "was gone already");
	else if (s->sent == SIGTERM)
		finish(s, RB_PROC_STOPPED_TERM, "is gone after TERM");
	else
		finish(s, RB_PROC_STOPPED_KILL, "is gone after KILL");
}

static void
finish_unknown(struct rb_proc_stop *s)
{
	char text[RB_PROC_TEXT];

	snprintf(text, sizeof(text), "could not be looked at: %s", strerror(errno));
	finish(s, RB_PROC_STOP_FORBIDDEN, text);
}

/* True if it is this process or one that it descends from: ending it would end the run. */
static bool
is_ours(pid_t pid)
{
	struct rb_proc p;
	pid_t up = getpid();

	while (up > 1 && up != pid)
		up = rb_proc_read(up, &p) == 0 ? p.parent : 0;
	return pid <= 1 || up == pid;
}

/* Sends a signal and waits `bound` ns for its effect. */
static void
signal_it(struct rb_proc_stop *s, int sig, int64_t bound)
{
	int64_t now = rb_clock_mono();
	int64_t next;

	if (rb_proc_signal(s->id, sig) != 0) {
		if (errno == ESRCH)
			finish_gone(s);
		else if (errno == EPERM)
			finish(s, RB_PROC_STOP_FORBIDDEN, "may not be signalled by this user");
		else
			finish(s, RB_PROC_STOP_FORBIDDEN, "could not be signalled");
		return;
	}
	s->sent = sig;
	if (sig == SIGTERM)
		rb_proc_signal(s->id, SIGCONT); /* one that is stopped could not act on it */
	s->deadline = rb_clock_add(now, bound);
	next = s->end.fd >= 0 ? s->deadline : now + LOOK_EVERY;
	rb_loop_timer_set(s->loop, &s->tick, next < s->deadline ? next : s->deadline);
}

static void
begin(struct rb_proc_stop *s)
{
	struct rb_proc p;

	switch (rb_proc_lives(s->id)) {
	case -1:
		finish_unknown(s);
		return;
	case 0:
		if (rb_proc_read(s->id.pid, &p) == 0 && p.id.start != s->id.start)
			finish(s, RB_PROC_STOPPED_BEFORE, "is another process now: nothing was signalled");
		else
			finish(s, RB_PROC_STOPPED_BEFORE, "was gone already");
		return;
	default:
		break;
	}
	if (is_ours(s->id.pid)) {
		finish(s, RB_PROC_STOP_FORBIDDEN, "is what this run depends on: it is not stopped");
		return;
	}
	if (s->end.fd >= 0)
		rb_loop_fd_add(s->loop, &s->end);
	if (s->grace > 0)
		signal_it(s, SIGTERM, s->grace);
	else
		signal_it(s, SIGKILL, RB_PROC_PATIENCE);
}

static void
go_on(struct rb_proc_stop *s)
{
	if (s->sent == 0) {
		begin(s);
		return;
	}
	if (rb_proc_lives(s->id) == 0) {
		finish_gone(s);
		return;
	}
	if (rb_clock_mono() < s->deadline) {
		int64_t next = rb_clock_mono() + LOOK_EVERY;

		rb_loop_timer_set(s->loop, &s->tick, next < s->deadline ? next : s->deadline);
		return;
	}
	if (s->sent == SIGTERM)
		signal_it(s, SIGKILL, RB_PROC_PATIENCE);
	else
		finish(s, RB_PROC_STOP_SURVIVED, "is still there after KILL");
}

static void
tick(void *ctx)
{
	struct rb_proc_stop *s = ctx;
	struct rb_loop *loop = s->loop; /* the stop may be freed by its end */

	/* Before the identity is checked, and not out of what is lent, since it is kept. */
	if (s->sent == 0)
		s->end.fd = rb_proc_pidfd(s->id.pid);
	rb_loop_lend(loop);
	go_on(s);
	rb_loop_keep(loop);
}

static void
ended(void *ctx, unsigned events)
{
	(void)events;
	finish_gone(ctx);
}

struct rb_proc_stop *
rb_proc_stop(struct rb_loop *loop, struct rb_proc_id id, int64_t grace,
    void (*done)(void *ctx, enum rb_proc_stopped how, const char *text), void *ctx)
{
	struct rb_proc_stop *s = rb_alloc_zero(rb_loop_alloc(loop), 1, sizeof(*s));

	s->loop = loop;
	s->id = id;
	s->grace = grace;
	s->done = done;
	s->ctx = ctx;
	s->end = (struct rb_loop_fd){.fd = -1, .want = RB_LOOP_READ, .ready = ended, .ctx = s};
	s->tick.fire = tick;
	s->tick.ctx = s;
	rb_loop_timer_set(loop, &s->tick, rb_clock_mono());
	return s;
}

void
rb_proc_stop_free(struct rb_proc_stop *s)
{
	if (s == NULL)
		return;
	rb_loop_timer_clear(s->loop, &s->tick);
	rb_loop_fd_remove(s->loop, &s->end);
	if (s->end.fd >= 0)
		close(s->end.fd);
	rb_alloc_free(rb_loop_alloc(s->loop), s);
}
