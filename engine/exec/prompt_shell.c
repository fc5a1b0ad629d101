/* A shell for the operator, in the middle of a question: to look around, or to do by hand what the runbook
 * cannot. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "exec/prompt_state.h"
#include "os/spawn.h"

static const char *
variable(const char *const *env, const char *name)
{
	size_t n = strlen(name);

	for (; env != NULL && *env != NULL; env++) {
		if (strncmp(*env, name, n) == 0 && (*env)[n] == '=' && (*env)[n + 1] != '\0')
			return *env + n + 1;
	}
	return NULL;
}

/* The record has it that a shell was opened, though not what was done in it. */
static void
record(struct rb_prompter *p, const struct rb_exit *how)
{
	char took[RB_CLOCK_DURATION], text[128];
	struct rb_event ev;

	if (p->opt.bus == NULL)
		return;
	rb_clock_human(rb_clock_mono() - p->shell_began, took);
	if (how->signal != 0)
		snprintf(
		    text, sizeof(text), "a shell was opened for %s (ended by signal %d)", took, how->signal);
	else
		snprintf(text, sizeof(text), "a shell was opened for %s (exit %d)", took, how->code);
	rb_event_init(&ev, RB_EV_NOTE, &rb_prompt_question(p)->where);
	rb_event_text(&ev, "text", rb_str_c(text));
	rb_bus_emit(p->opt.bus, &ev);
}

static void
ended(void *ctx, const struct rb_exit *how)
{
	struct rb_prompter *p = ctx;
	struct rb_exit copy = *how;

	rb_loop_child_reap(&p->child);
	p->shell = false;
	if (p->stage == RB_PROMPT_AWAY) {
		record(p, &copy); /* the terminal is a step's; the question comes back after it */
		return;
	}
	rb_tty_take(&p->tty);
	record(p, &copy);
	rb_prompt_resume(p);
}

void
rb_prompt_shell(struct rb_prompter *p)
{
	const char *shell = variable(p->opt.environ_, "SHELL"),
		   *argv[] = {shell != NULL ? shell : "/bin/sh", NULL};
	static const char *const empty[] = {NULL};
	struct rb_spawn req = {.argv = argv, .env = p->opt.environ_ != NULL ? p->opt.environ_ : empty};
	struct rb_spawned child;

	rb_prompt_rest(p);
	req.terminal = p->tty.fd;
	req.in = req.out = req.err = (struct rb_spawn_io){.mode = RB_IO_FD, .fd = p->tty.fd};
	rb_prompt_put_c(p, "    a shell; leave it with exit or ^D\n");
	if (rb_spawn(&req, &child) != 0) {
		rb_prompt_put_c(p, "    no shell could be opened: ");
		rb_prompt_put_safe(p, rb_str_c(child.text));
		rb_prompt_put_c(p, "\n");
		rb_prompt_resume(p);
		return;
	}
	p->stage = RB_PROMPT_SHELL;
	p->shell = true;
	p->shell_began = child.started;
	p->child = (struct rb_loop_child){.pid = child.pid, .ended = ended, .ctx = p};
	rb_loop_child_add(p->opt.loop, &p->child);
}

void
rb_prompt_shell_back(struct rb_prompter *p)
{
	p->stage = RB_PROMPT_SHELL;
	rb_tty_give(&p->tty, p->child.pid);
	/* It was stopped if it read meanwhile. */
	kill(-p->child.pid, SIGCONT);
}

void
rb_prompt_shell_free(struct rb_prompter *p)
{
	if (!p->shell)
		return;
	p->shell = false;
	/* As when a terminal is closed; what ignores that stays, without the terminal. */
	kill(-p->child.pid, SIGHUP);
	kill(-p->child.pid, SIGCONT);
	rb_loop_child_remove(p->opt.loop, &p->child);
	if (p->stage != RB_PROMPT_AWAY)
		rb_tty_take(&p->tty);
}
