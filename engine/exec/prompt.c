/* Asking the operator: the queue of questions, and the terminal while one is out. What the forms of questions
 * mean is prompt_forms.c. */
#include "exec/prompt.h"

#include <string.h>
#include <unistd.h>

#include "base/escape.h"
#include "base/write.h"
#include "event/mask.h"
#include "exec/host.h"
#include "exec/prompt_state.h"

#define FOREGROUND_EVERY                                                                                     \
	(300 * RB_MS) /* how soon a run that was brought to the foreground is seen to be there */

/* ---- writing ---- */

static void
put(struct rb_prompter *p, struct rb_str text)
{
	/* A terminal that is gone is met where it is read. */
	(void)rb_write_all(p->tty.fd, text);
}

void
rb_prompt_put_c(struct rb_prompter *p, const char *text)
{
	put(p, rb_str_c(text));
}

static void
put_escaped(struct rb_prompter *p, struct rb_str text, unsigned flags)
{
	struct rb_buf masked, b;

	rb_buf_init(&masked, p->opt.alloc, RB_PROMPT_LINE);
	rb_buf_init(&b, p->opt.alloc, RB_PROMPT_LINE);
	rb_masker_text(p->opt.masker, text, &masked);
	rb_escape(&b, rb_buf_view(&masked), p->opt.ascii ? flags | RB_ESCAPE_ASCII : flags);
	put(p, rb_buf_view(&b));
	rb_buf_free(&masked);
	rb_buf_free(&b);
}

void
rb_prompt_put_safe(struct rb_prompter *p, struct rb_str text)
{
	put_escaped(p, text, 0);
}

void
rb_prompt_put_lines(struct rb_prompter *p, struct rb_str text)
{
	put_escaped(p, text, RB_ESCAPE_LINES);
}

static void
pause_view(struct rb_prompter *p, bool paused)
{
	if (p->opt.pause != NULL)
		p->opt.pause(p->opt.pause_ctx, paused);
}

/* ---- one question ---- */

const struct rb_question *
rb_prompt_question(const struct rb_prompter *p)
{
	return p->queue->q;
}

static bool
in_background(const struct rb_prompter *p)
{
	return tcgetpgrp(p->tty.fd) >= 0 && !rb_tty_foreground(&p->tty);
}

static void
stop_reading(struct rb_prompter *p)
{
	rb_loop_fd_remove(p->opt.loop, &p->watch);
	rb_tty_restore(&p->tty);
	rb_buf_clear(&p->line);
}

/* The next question has its turn in the loop's next step, after flow has dealt with what came before. */
static void
call_next(struct rb_prompter *p, int64_t delay)
{
	if (p->queue != NULL)
		rb_loop_timer_set(p->opt.loop, &p->turn, rb_clock_add(rb_clock_mono(), delay));
}

static void
take_out(struct rb_prompter *p, uint64_t ticket)
{
	for (struct rb_prompt_turn **t = &p->queue; *t != NULL; t = &(*t)->next) {
		struct rb_prompt_turn *gone = *t;

		if (gone->q->ticket != ticket)
			continue;
		*t = gone->next;
		rb_alloc_free(p->opt.alloc, gone);
		return;
	}
}

void
rb_prompt_answer(struct rb_prompter *p, const struct rb_answer *answer)
{
	uint64_t ticket = p->queue->q->ticket;
	struct rb_answer given = *answer;

	stop_reading(p);
	p->stage = RB_PROMPT_IDLE;
	take_out(p, ticket);
	if (given.by.n == 0)
		given.by = given.what == RB_NOBODY ? RB_STR("none") : RB_STR("terminal");
	pause_view(p, false);
	rb_flow_answer(p->flow, ticket, &given);
	call_next(p, 0);
}

void
rb_prompt_answer_what(struct rb_prompter *p, unsigned what)
{
	struct rb_answer answer = {.value = rb_v_unset(RB_STR("answer"))};

	answer.what = what;
	rb_prompt_answer(p, &answer);
}

/* The terminal has gone: whoever could have answered has gone with it. */
static void
lost(struct rb_prompter *p)
{
	rb_prompt_answer_what(p, RB_NOBODY);
}

void
rb_prompt_enter(struct rb_prompter *p, enum rb_prompt_stage stage)
{
	int modes = stage == RB_PROMPT_KEYS ? rb_tty_keys(&p->tty) : rb_tty_restore(&p->tty);

	p->stage = stage;
	if (modes != 0) {
		lost(p);
		return;
	}
	rb_prompt_invite(p);
}

static void
ended(struct rb_prompter *p)
{
	/* ^D is an answer; a window that was closed is none. */
	if (rb_tty_gone(&p->tty))
		lost(p);
	else
		rb_prompt_eof(p);
}

static void
ready(void *ctx, unsigned events)
{
	struct rb_prompter *p = ctx;
	int32_t key;
	int got;

	(void)events;
	if (p->stage == RB_PROMPT_KEYS) {
		key = rb_tty_key(&p->tty);
		if (key == RB_TTY_EOF)
			ended(p);
		else if (key != RB_TTY_AGAIN)
			rb_prompt_key(p, key);
		return;
	}
	got = rb_tty_line(&p->tty, &p->line);
	if (got < 0) {
		ended(p);
	} else if (got > 0) {
		struct rb_buf line = p->line;

		/* What it leads to begins with an empty line. */
		rb_buf_init(&p->line, p->opt.alloc, RB_PROMPT_LINE);
		rb_prompt_line(p, rb_buf_view(&line));
		rb_buf_free(&line);
	}
}

/* The question as the view shows it, for a terminal that the view does not write to. */
static void
put_question(struct rb_prompter *p)
{
	const struct rb_question *q = rb_prompt_question(p);
	bool confirmation = q->form == RB_ASK_CONFIRM || q->form == RB_ASK_TYPED;
	struct rb_buf b;

	rb_buf_init(&b, p->opt.alloc, RB_PROMPT_LINE);
	rb_buf_fmt(&b, "? %.*s  %s%.*s", RB_STR_ARG(q->where.id),
	    confirmation && q->step->effect == RB_DANGER ? "DANGER: " : "", RB_STR_ARG(q->text));
	if (confirmation) {
		rb_buf_c(&b, " on host ");
		rb_host_name(&b);
	}
	if (q->by.n > 0)
		rb_buf_fmt(&b, " (for %.*s to say)", RB_STR_ARG(q->by));
	if (q->does.n > 0)
		rb_buf_fmt(&b, "\n  %.*s", RB_STR_ARG(q->does));
	if (q->only.n > 0)
		rb_buf_fmt(&b, "\n  %.*s", RB_STR_ARG(q->only));
	for (size_t i = 0; i < q->nchoices; i++)
		rb_buf_fmt(&b, "\n  %zu  %.*s", i + 1, RB_STR_ARG(q->choices[i]));
	rb_buf_c(&b, "\n");
	rb_prompt_put_lines(p, rb_buf_view(&b));
	rb_buf_free(&b);
}

static void
begin(struct rb_prompter *p)
{
	if (p->tty.fd < 0) {
		rb_prompt_answer_what(p, RB_NOBODY);
		return;
	}
	if (in_background(p)) {
		call_next(p, FOREGROUND_EVERY);
		return;
	}
	pause_view(p, true);
	if (p->opt.pause == NULL)
		put_question(p);
	/* What was typed before the question was there is no answer to it. */
	tcflush(p->tty.fd, TCIFLUSH);
	p->watch = (struct rb_loop_fd){.fd = p->tty.fd, .want = RB_LOOP_READ, .ready = ready, .ctx = p};
	rb_loop_fd_add(p->opt.loop, &p->watch);
	rb_prompt_enter(p, rb_prompt_first(p->queue->q));
}

static void
on_turn(void *ctx)
{
	struct rb_prompter *p = ctx;

	if (p->stage == RB_PROMPT_IDLE && p->queue != NULL)
		begin(p);
}

void
rb_prompt_rest(struct rb_prompter *p)
{
	p->before = p->stage;
	stop_reading(p);
}

void
rb_prompt_resume(struct rb_prompter *p)
{
	rb_loop_fd_add(p->opt.loop, &p->watch);
	rb_prompt_put_c(p, p->opt.ascii ? "  ?    " : "  ? ");
	rb_prompt_put_safe(p, rb_prompt_question(p)->where.id);
	rb_prompt_put_c(p, "   ");
	rb_prompt_enter(p, p->before);
}

/* ---- the console ---- */

static enum rb_started
ask(void *ctx, const struct rb_question *q, struct rb_answer *answer)
{
	struct rb_prompter *p = ctx;
	struct rb_prompt_turn *turn, **end = &p->queue;

	if (p->tty.fd < 0) {
		*answer = (struct rb_answer){
		    .what = RB_NOBODY, .value = rb_v_unset(RB_STR("answer")), .by = RB_STR("none")};
		return RB_DONE_NOW;
	}
	turn = rb_alloc_zero(p->opt.alloc, 1, sizeof(*turn));
	turn->q = q;
	while (*end != NULL)
		end = &(*end)->next;
	*end = turn;
	if (p->stage == RB_PROMPT_IDLE)
		call_next(p, 0);
	return RB_WAITS;
}

static void
cancel_ask(void *ctx, uint64_t ticket)
{
	struct rb_prompter *p = ctx;
	bool present = p->queue != NULL && p->queue->q->ticket == ticket && p->stage != RB_PROMPT_IDLE;
	struct rb_answer answer = {
	    .what = RB_DECLINES, .value = rb_v_unset(RB_STR("answer")), .by = RB_STR("none")};

	if (present)
		rb_prompt_shell_free(p);
	if (present && p->stage != RB_PROMPT_AWAY) {
		rb_prompt_put_c(p, "\n");
		rb_prompt_answer(p, &answer);
		return;
	}
	/* It waits for its turn, or for a step that has the terminal. */
	if (present)
		p->before = RB_PROMPT_IDLE;
	take_out(p, ticket);
	rb_flow_answer(p->flow, ticket, &answer);
}

static void
away(void *ctx, bool is_away)
{
	struct rb_prompter *p = ctx;

	if (is_away) {
		if (p->stage == RB_PROMPT_IDLE)
			p->before = RB_PROMPT_IDLE;
		else if (p->stage != RB_PROMPT_SHELL) /* which rests from a stage already */
			rb_prompt_rest(p);
		p->stage = RB_PROMPT_AWAY;
		pause_view(p, true);
	} else if (p->shell) {
		rb_prompt_shell_back(p);
	} else if (p->before != RB_PROMPT_IDLE) {
		rb_prompt_resume(p);
	} else {
		p->stage = RB_PROMPT_IDLE;
		pause_view(p, false);
		call_next(p, 0);
	}
}

struct rb_console
rb_prompter_console(struct rb_prompter *p)
{
	return (struct rb_console){.ctx = p, .ask = ask, .cancel_ask = cancel_ask, .away = away};
}

struct rb_prompter *
rb_prompter_new(const struct rb_prompter_options *options)
{
	struct rb_prompter *p = rb_alloc_zero(options->alloc, 1, sizeof(*p));

	p->opt = *options;
	p->turn = (struct rb_loop_timer){.fire = on_turn, .ctx = p};
	rb_buf_init(&p->line, options->alloc, RB_PROMPT_LINE);
	rb_tty_open(&p->tty, options->fd);
	return p;
}

void
rb_prompter_free(struct rb_prompter *p)
{
	if (p == NULL)
		return;
	rb_prompt_shell_free(p);
	rb_loop_fd_remove(p->opt.loop, &p->watch);
	rb_loop_timer_clear(p->opt.loop, &p->turn);
	rb_tty_close(&p->tty);
	while (p->queue != NULL) {
		struct rb_prompt_turn *turn = p->queue;

		p->queue = turn->next;
		rb_alloc_free(p->opt.alloc, turn);
	}
	rb_buf_free(&p->line);
	rb_alloc_free(p->opt.alloc, p);
}

void
rb_prompter_attach(struct rb_prompter *p, struct rb_flow *flow)
{
	p->flow = flow;
}
