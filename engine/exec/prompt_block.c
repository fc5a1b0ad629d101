/* Answers that are waited for: inputs and secrets, before or between steps. Nothing else of the run goes on
 * meanwhile. */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>

#include "exec/prompt_state.h"

enum { LOOK_EVERY = 100 }; /* ms between looks for signals */

static const int held[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};

/* Signals wait while the terminal does not echo, so that none ends or stops us before it does again. */
static void
hold_signals(sigset_t *before)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(held) / sizeof(held[0]); i++)
		sigaddset(&set, held[i]);
	pthread_sigmask(SIG_BLOCK, &set, before);
}

/* One of those that were let through before, or 0. */
static int
signal_waits(const sigset_t *before)
{
	sigset_t waiting;

	sigpending(&waiting);
	for (size_t i = 0; i < sizeof(held) / sizeof(held[0]); i++) {
		if (sigismember(&waiting, held[i]) == 1 && sigismember(before, held[i]) == 0)
			return held[i];
	}
	return 0;
}

/* 0 with the line, -1 at the end of file, or the signal that cut it. */
static int
read_line(struct rb_prompter *p, const sigset_t *before, struct rb_buf *out)
{
	struct pollfd in = {.fd = p->tty.fd, .events = POLLIN};
	int got = 0, signo;

	while (got == 0) {
		signo = signal_waits(before);
		if (signo != 0)
			return signo;
		in.revents = 0;
		if (poll(&in, 1, LOOK_EVERY) < 0 && errno != EINTR)
			return -1;
		if (in.revents != 0)
			got = rb_tty_line(&p->tty, out);
	}
	return got > 0 ? 0 : -1;
}

static int
ask_once(struct rb_prompter *p, struct rb_str question, bool hidden, struct rb_buf *out)
{
	sigset_t before;
	int r = -1;

	hold_signals(&before);
	if (!hidden || rb_tty_hidden(&p->tty) == 0) {
		rb_prompt_put_lines(p, question);
		rb_prompt_put_c(p, ": ");
		r = read_line(p, &before, out);
		if (r != 0)
			rb_prompt_put_c(p, "\n");
	}
	rb_tty_restore(&p->tty);
	pthread_sigmask(SIG_SETMASK, &before, NULL); /* a signal that waited comes here */
	return r;
}

static int
ask_line(struct rb_prompter *p, struct rb_str question, bool hidden, struct rb_buf *out)
{
	size_t from = out->len;
	int r;

	if (p->tty.fd < 0 || p->stage != RB_PROMPT_IDLE)
		return -1;
	if (p->opt.pause != NULL)
		p->opt.pause(p->opt.pause_ctx, true);
	do {
		r = ask_once(p, question, hidden, out);
		/* ^Z stopped us, and now we go on. */
	} while (r == SIGTSTP && out->len == from);
	if (p->opt.pause != NULL)
		p->opt.pause(p->opt.pause_ctx, false);
	return r == 0 ? 0 : -1;
}

int
rb_prompter_hidden(void *prompter, struct rb_str question, struct rb_buf *out)
{
	return ask_line(prompter, question, true, out);
}

int
rb_prompter_line(struct rb_prompter *p, struct rb_str question, struct rb_buf *out)
{
	return ask_line(p, question, false, out);
}
