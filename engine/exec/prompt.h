/* Questions to the operator at a terminal. Ownership: a prompter owns the modes of its terminal while it
 * reads, and always gives them back; it borrows loop, bus and view functions. Free it before its loop.
 *
 * The view has shown the question (RB_EV_ASK) when `ask` is called, if it shows it to the same terminal; the
 * prompter shows the keys that answer it, reads, and shows what was wrong with an answer. One question at a
 * time; others wait in order. */
#ifndef RB_EXEC_PROMPT_H
#define RB_EXEC_PROMPT_H

#include "exec/exec.h"

struct rb_prompter;

struct rb_prompter_options {
	const struct rb_alloc *alloc;
	struct rb_loop *loop;
	int fd; /* terminal to read from and to write prompts to */
	/* rb_view_pause. NULL: what is shown goes elsewhere (`| tee log`), and the prompter writes the
	 * question, too. */
	void (*pause)(void *ctx, bool paused);
	void *pause_ctx;
	struct rb_masker *masker; /* of all that it writes but for its own words; NULL: as it is */
	bool ascii;
	const char *const *environ_; /* of the shell that "!" opens ($SHELL, else sh); ends with NULL */
	struct rb_bus *bus;          /* gets a note when a shell was opened; may be NULL */
};

/* The options are copied, what they point to is borrowed. */
struct rb_prompter *rb_prompter_new(const struct rb_prompter_options *options);
/* Questions that wait are dropped without an answer. NULL is allowed. */
void rb_prompter_free(struct rb_prompter *p);
/* Answers go to this flow. */
void rb_prompter_attach(struct rb_prompter *p, struct rb_flow *flow);
/* For rb_exec_options.console. */
struct rb_console rb_prompter_console(struct rb_prompter *p);
/* Blocking, before or between steps: a hidden answer appended to out (rb_host.hidden); 0, -1 if there is
 * none. */
int rb_prompter_hidden(void *prompter, struct rb_str question, struct rb_buf *out);
/* Blocking, before the run: an open answer (inputs). 0, -1 at end of file. */
int rb_prompter_line(struct rb_prompter *p, struct rb_str question, struct rb_buf *out);

#endif
