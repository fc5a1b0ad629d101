/* Questions at a terminal: answers that are waited for, and the shell that the operator opens. */
#include "exec/pty.h"

/* ---- blocking ---- */

/* Types, when the prompt is there, from another process. */
static pid_t
typist(struct stage *s, const char *prompt, const char *typed, pid_t signalled, int signo)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	alarm(120);
	while (strstr(rb_buf_cstr(&s->screen), prompt) == NULL) {
		look(s);
		usleep(1000);
	}
	if (signo != 0)
		kill(signalled, signo);
	else
		type(s, typed);
	usleep(20000);
	look(s);
	_exit(strstr(rb_buf_cstr(&s->screen), "s3cret") != NULL ? 1 : 0);
}

static void
blocking_answers(void **state)
{
	struct stage s;
	struct rb_buf out;
	pid_t pid;
	int status;

	(void)state;
	open_stage(&s);
	rb_buf_init(&out, NULL, 4096);
	pid = typist(&s, "password\\e: ", "s3cret\n", 0, 0);
	assert_int_equal(rb_prompter_hidden(s.p, RB_STR("password\033"), &out), 0);
	assert_string_equal(rb_buf_cstr(&out), "s3cret");
	waitpid(pid, &status, 0);
	assert_int_equal(status, 0); /* nothing of it was echoed */
	modes_are_back(&s);
	assert_int_equal(s.paused, 0);
	rb_buf_clear(&out);
	pid = typist(&s, "port: ", "8001\n", 0, 0);
	assert_int_equal(rb_prompter_line(s.p, RB_STR("why\nport"), &out), 0);
	assert_string_equal(rb_buf_cstr(&out), "8001");
	waitpid(pid, &status, 0);
	rb_buf_clear(&out);
	pid = typist(&s, "port: ", "\x04", 0, 0);
	assert_int_equal(rb_prompter_line(s.p, RB_STR("port"), &out), -1);
	waitpid(pid, &status, 0);
	rb_buf_free(&out);
	close_stage(&s);
}

static volatile sig_atomic_t echo_at_signal = -1;
static int signal_tty = -1;

static void
on_term(int signo)
{
	struct termios now;

	(void)signo;
	echo_at_signal = tcgetattr(signal_tty, &now) == 0 ? (now.c_lflag & ECHO) != 0 : 2;
}

static void
a_signal_finds_the_terminal_as_it_was(void **state)
{
	struct sigaction act = {.sa_handler = on_term}, before;
	struct stage s;
	struct rb_buf out;
	pid_t pid;

	(void)state;
	open_stage(&s);
	signal_tty = s.slave;
	rb_buf_init(&out, NULL, 4096);
	sigaction(SIGTERM, &act, &before);
	pid = typist(&s, "password: ", "", getpid(), SIGTERM);
	assert_int_equal(rb_prompter_hidden(s.p, RB_STR("password"), &out), -1);
	assert_int_equal(echo_at_signal, 1);
	waitpid(pid, NULL, 0);
	sigaction(SIGTERM, &before, NULL);
	rb_buf_free(&out);
	close_stage(&s);
}

/* ---- the shell ---- */

static int
note_event(void *ctx, const struct rb_event *ev)
{
	if (ev->type == RB_EV_NOTE)
		rb_buf_str(ctx, rb_event_get_text(ev, "text"));
	return 0;
}

#define CHECK(condition)                                                                                     \
	do {                                                                                                 \
		if (!(condition))                                                                            \
			_exit(__LINE__ % 250 + 1);                                                           \
	} while (0)

/* The screen shows the text, within the session (where cmocka's longjmp has nobody to jump to). */
static void
wait_for(struct stage *s, const char *text, int line)
{
	int64_t end = rb_clock_mono() + 60 * RB_SECOND;

	while (!seen(s, text)) {
		if (rb_clock_mono() > end)
			_exit(line % 250 + 1);
		rb_loop_step(s->loop, 10 * RB_MS);
	}
}

/* What the step's end does. */
static void
take_back(int tty)
{
	signal(SIGTTOU, SIG_IGN);
	CHECK(tcsetpgrp(tty, getpgrp()) == 0);
	signal(SIGTTOU, SIG_DFL);
}

/* What was on the screen before is not taken for what comes: the kernel hands it over when it finds the time.
 */
static void
settle(struct stage *s)
{
	for (int i = 0; i < 50; i++) {
		usleep(5000);
		look(s);
	}
	rb_buf_clear(&s->screen);
}

static void
open_shell(struct stage *s, const struct rb_question *q)
{
	settle(s);
	ask(s, q);
	wait_for(s, CONFIRM, __LINE__);
	type(s, "!");
	wait_for(s, "here> ", __LINE__);
}

/* An interactive step of another strand, while the operator's shell is open. */
static void
a_step_takes_the_terminal_from_the_shell(struct stage *s, const struct rb_buf *notes)
{
	unsigned told = s->told.n;
	size_t noted;

	/* The shell has it back afterwards, and the question after the shell. */
	open_shell(s, question(s, RB_ASK_CONFIRM));
	s->console.away(s->console.ctx, true);
	take_back(s->slave);
	s->console.away(s->console.ctx, false);
	CHECK(tcgetpgrp(s->slave) != getpgrp());
	type(s, "echo $((50+1)); exit 0\n");
	wait_for(s, "51", __LINE__);
	wait_for(s, "? free   " CONFIRM, __LINE__);
	type(s, "y");
	for (int i = 0; i < 100 && s->told.n == told; i++)
		rb_loop_step(s->loop, 10 * RB_MS);
	CHECK(s->told.n == told + 1 && s->told.answer.value.b);

	/* A shell that ends meanwhile leaves the terminal alone. */
	open_shell(s, question(s, RB_ASK_CONFIRM));
	noted = notes->len;
	s->console.away(s->console.ctx, true);
	type(s, "exit 4\n");
	for (int i = 0; i < 500 && notes->len == noted; i++)
		rb_loop_step(s->loop, 10 * RB_MS);
	CHECK(strstr(rb_buf_cstr((struct rb_buf *)notes) + noted, "(exit 4)") != NULL);
	CHECK(!seen(s, "? free") && tcgetpgrp(s->slave) != getpgrp());
	take_back(s->slave);
	s->console.away(s->console.ctx, false);
	wait_for(s, "? free   " CONFIRM, __LINE__);
	type(s, "n");
	for (int i = 0; i < 100 && s->told.n == told + 1; i++)
		rb_loop_step(s->loop, 10 * RB_MS);
	CHECK(s->told.n == told + 2 && s->told.answer.what == RB_DECLINES);

	/* The question is cancelled meanwhile, and its shell with it. */
	open_shell(s, question(s, RB_ASK_CONFIRM));
	s->console.away(s->console.ctx, true);
	s->console.cancel_ask(s->console.ctx, s->ticket);
	CHECK(s->told.n == told + 3);
	take_back(s->slave);
	s->console.away(s->console.ctx, false);
}

/* A session with the terminal as its controlling one. */
static void
session(void)
{
	static const char *const env[] = {"PATH=/usr/bin:/bin", "SHELL=/bin/sh", "PS1=here> ", NULL};
	static const char *const bad[] = {"SHELL=/no/such/shell", NULL};
	struct rb_buf notes;
	struct rb_sink sink = {&notes, note_event, NULL};
	struct rb_bus *bus = rb_bus_new(NULL, NULL, NULL, NULL, NULL);
	struct stage s;

	alarm(300);
	CHECK(setsid() > 0);
	rb_buf_init(&notes, NULL, 4096);
	rb_bus_add(bus, &sink);
	open_stage_with(&s, env, bus, NULL);
	CHECK(ioctl(s.slave, TIOCSCTTY, 0) == 0);
	ask(&s, question(&s, RB_ASK_CONFIRM));
	wait_for(&s, CONFIRM, __LINE__);
	type(&s, "!");
	wait_for(&s, "here> ", __LINE__);
	type(&s, "echo $((40+2)); kill -INT $$\n");
	wait_for(&s, "42", __LINE__);
	type(&s, "stty -echo; exit 3\n");
	wait_for(&s, "? free   " CONFIRM, __LINE__);
	CHECK(strstr(rb_buf_cstr(&notes), "a shell was opened for ") != NULL);
	CHECK(strstr(rb_buf_cstr(&notes), "(exit 3)") != NULL);
	CHECK(tcgetpgrp(s.slave) == getpgrp());
	type(&s, "y");
	for (int i = 0; i < 6000 && s.told.n == 0; i++)
		rb_loop_step(s.loop, 10 * RB_MS);
	CHECK(s.told.n == 1 && s.told.answer.value.b);

	/* From a question that a line answers; cancelled meanwhile. */
	ask(&s, question(&s, RB_ASK_TEXT));
	wait_for(&s, "> ", __LINE__);
	type(&s, "!\n");
	wait_for(&s, "here> ", __LINE__);
	s.console.cancel_ask(s.console.ctx, s.ticket);
	CHECK(s.told.n == 2 && tcgetpgrp(s.slave) == getpgrp());

	a_step_takes_the_terminal_from_the_shell(&s, &notes);
	rb_prompter_free(s.p);

	/* A shell that is not there is told. */
	struct rb_prompter_options o = {
	    .fd = s.slave, .loop = s.loop, .environ_ = bad, .pause = on_pause, .pause_ctx = &s};
	s.p = rb_prompter_new(&o);
	s.console = rb_prompter_console(s.p);
	rb_prompter_attach(s.p, (struct rb_flow *)&s.told);
	settle(&s);
	ask(&s, question(&s, RB_ASK_CONFIRM));
	wait_for(&s, CONFIRM, __LINE__);
	type(&s, "!");
	wait_for(&s, "no shell could be opened: ", __LINE__);
	wait_for(&s, CONFIRM, __LINE__);

	/* In the background it waits, without being stopped, until it is in the foreground. */
	type(&s, "n");
	for (int i = 0; i < 6000 && s.told.n == 5; i++)
		rb_loop_step(s.loop, 10 * RB_MS);
	CHECK(s.told.n == 6);
	pid_t other = fork();
	if (other == 0) {
		setpgid(0, 0);
		pause();
		_exit(0);
	}
	setpgid(other, other);
	signal(SIGTTOU, SIG_IGN);
	CHECK(tcsetpgrp(s.slave, other) == 0);
	ask(&s, question(&s, RB_ASK_CONFIRM));
	for (int i = 0; i < 20; i++)
		rb_loop_step(s.loop, 10 * RB_MS);
	CHECK(s.told.n == 6);
	CHECK(tcsetpgrp(s.slave, getpgrp()) == 0);
	signal(SIGTTOU, SIG_DFL);
	wait_for(&s, CONFIRM, __LINE__);
	kill(other, SIGKILL);
	waitpid(other, NULL, 0);
	rb_prompter_free(s.p);
	rb_loop_free(s.loop);
	rb_arena_free(&s.arena);
	rb_buf_free(&s.screen);
	rb_bus_free(bus);
	rb_buf_free(&notes);
	_exit(0);
}

static void
a_shell_for_the_operator(void **state)
{
	int status;
	pid_t pid = fork();

	(void)state;
	if (pid == 0)
		session();
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		fail_msg("the session ended with %s %d (line %% 250 + 1)",
		    WIFEXITED(status) ? "status" : "signal",
		    WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(blocking_answers),
	    cmocka_unit_test(a_signal_finds_the_terminal_as_it_was),
	    cmocka_unit_test(a_shell_for_the_operator),
	};

	alarm(500);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
