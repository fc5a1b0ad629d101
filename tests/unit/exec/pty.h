/* A prompter on a pseudo-terminal of the test's own. Ownership: a stage owns all of it; flow is a stub that
 * keeps the answers, defined here: one test program includes this once. */
#ifndef RB_TESTS_EXEC_PTY_H
#define RB_TESTS_EXEC_PTY_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "exec/host.h"
#include "event/mask.h"
#include "exec/prompt.h"

/* What flow was told; it is what the test hands over as the flow. */
struct told {
	unsigned n;
	uint64_t ticket;
	struct rb_answer answer;
};

void
rb_flow_answer(struct rb_flow *f, uint64_t ticket, const struct rb_answer *answer)
{
	struct told *told = (struct told *)f;

	told->n++;
	told->ticket = ticket;
	told->answer = *answer;
}

/* And the name of the host that a question tells: with the driver's own, the flow itself would be linked. */
void
rb_host_name(struct rb_buf *out)
{
	rb_buf_c(out, "web-1");
}

struct stage {
	int master, slave;
	struct rb_loop *loop;
	struct rb_prompter *p;
	struct rb_console console;
	struct rb_arena arena;
	struct told told;
	struct rb_buf screen; /* all that the terminal has shown since it was looked at */
	int paused;
	struct termios found;
	uint64_t ticket;
};

static inline void
on_pause(void *ctx, bool paused)
{
	((struct stage *)ctx)->paused += paused ? 1 : -1;
}

static inline void
open_stage_with(struct stage *s, const char *const *env, struct rb_bus *bus, struct rb_masker *masker)
{
	struct rb_prompter_options o = {
	    .pause = on_pause, .pause_ctx = s, .environ_ = env, .bus = bus, .masker = masker};
	char name[64];

	memset(s, 0, sizeof(*s));
	s->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(s->master >= 0);
	assert_int_equal(grantpt(s->master), 0);
	assert_int_equal(unlockpt(s->master), 0);
	assert_int_equal(ptsname_r(s->master, name, sizeof(name)), 0);
	s->slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(s->slave >= 0);
	fcntl(s->master, F_SETFL, O_NONBLOCK);
	assert_int_equal(tcgetattr(s->slave, &s->found), 0);
	s->loop = rb_loop_new(NULL);
	o.loop = s->loop;
	o.fd = s->slave;
	s->p = rb_prompter_new(&o);
	s->console = rb_prompter_console(s->p);
	rb_prompter_attach(s->p, (struct rb_flow *)&s->told);
	rb_arena_init(&s->arena, NULL);
	rb_buf_init(&s->screen, NULL, 1 << 20);
}

static inline void
open_stage(struct stage *s)
{
	open_stage_with(s, NULL, NULL, NULL);
}

/* The modes are those that were found, whatever happened. */
static inline void
modes_are_back(const struct stage *s)
{
	struct termios now;

	assert_int_equal(tcgetattr(s->slave, &now), 0);
	assert_int_equal(now.c_lflag, s->found.c_lflag);
	assert_int_equal(now.c_iflag, s->found.c_iflag);
}

static inline void
close_stage(struct stage *s)
{
	rb_prompter_free(s->p);
	modes_are_back(s);
	rb_loop_free(s->loop);
	rb_arena_free(&s->arena);
	rb_buf_free(&s->screen);
	close(s->master);
	close(s->slave);
}

static inline void
look(struct stage *s)
{
	char chunk[4096];
	ssize_t n;

	while ((n = read(s->master, chunk, sizeof(chunk))) > 0)
		rb_buf_add(&s->screen, chunk, (size_t)n);
}

/* Forgets what the screen showed, up to and with the text. */
static inline bool
seen(struct stage *s, const char *text)
{
	const char *at;

	look(s);
	at = strstr(rb_buf_cstr(&s->screen), text);
	if (at != NULL)
		rb_buf_shift(&s->screen, (size_t)(at - s->screen.p) + strlen(text));
	return at != NULL;
}

/* Turns the loop until the screen shows the text. */
static inline void
shows(struct stage *s, const char *text)
{
	int64_t end = rb_clock_mono() + 60 * RB_SECOND;

	while (!seen(s, text)) {
		if (rb_clock_mono() > end)
			fail_msg("not shown: %s\nbut: %s", text, rb_buf_cstr(&s->screen));
		rb_loop_step(s->loop, 10 * RB_MS);
	}
}

static inline void
type(struct stage *s, const char *text)
{
	assert_int_equal(write(s->master, text, strlen(text)), strlen(text));
}

static inline const struct rb_answer *
answered(struct stage *s, unsigned n)
{
	int64_t end = rb_clock_mono() + 60 * RB_SECOND;

	while (s->told.n < n) {
		if (rb_clock_mono() > end) {
			look(s);
			fail_msg("no answer; the screen: %s", rb_buf_cstr(&s->screen));
		}
		rb_loop_step(s->loop, 10 * RB_MS);
	}
	assert_int_equal(s->told.n, n);
	return &s->told.answer;
}

static inline struct rb_question *
question(struct stage *s, enum rb_ask_form form)
{
	static const struct rb_str words[] = {
	    RB_STR_INIT("restart"), RB_STR_INIT("wait"), RB_STR_INIT("call"), RB_STR_INIT("leave it")};
	struct rb_question *q = RB_NEW(&s->arena, struct rb_question);

	q->ticket = ++s->ticket;
	q->form = form;
	q->where.id = RB_STR("free");
	q->text = RB_STR("Stop it?");
	q->arena = &s->arena;
	if (form == RB_ASK_CHOICE || form == RB_ASK_MANY) {
		q->nchoices = 4;
		q->choices = RB_ARRAY(&s->arena, struct rb_str, 4);
		q->values = RB_ARRAY(&s->arena, struct rb_value, 4);
		for (size_t i = 0; i < 4; i++) {
			q->choices[i] = words[i];
			q->values[i] = rb_v_int((int64_t)i * 10);
		}
	}
	return q;
}

static inline void
ask(struct stage *s, const struct rb_question *q)
{
	struct rb_answer none;

	look(s);
	rb_buf_clear(&s->screen);
	assert_int_equal(s->console.ask(s->console.ctx, q, &none), RB_WAITS);
}

/* Asks, types when the prompt is there, and takes the answer. */
static inline const struct rb_answer *
exchange(struct stage *s, const struct rb_question *q, const char *prompt, const char *typed)
{
	unsigned n = s->told.n;
	const struct rb_answer *a;

	ask(s, q);
	shows(s, prompt);
	assert_int_equal(s->paused, 1);
	type(s, typed);
	a = answered(s, n + 1);
	assert_int_equal(s->told.ticket, q->ticket);
	assert_int_equal(s->paused, 0);
	modes_are_back(s);
	return a;
}

#define CONFIRM "[y]es [n]o [!]shell [a]bort [?]  "

#endif
