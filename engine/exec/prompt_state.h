/* What the files of the prompter share, and nobody else. Ownership: the prompter owns its queue; the
 * questions in it are flow's, until they are answered. */
#ifndef RB_EXEC_PROMPT_STATE_H
#define RB_EXEC_PROMPT_STATE_H

#include "exec/prompt.h"

enum { RB_PROMPT_LINE = 65536 }; /* bytes of a typed line; terminals give 4096 */

/* A question that waits for its turn; the first one is being asked, if any is. */
struct rb_prompt_turn {
	struct rb_prompt_turn *next;
	const struct rb_question *q;
};

enum rb_prompt_stage {
	RB_PROMPT_IDLE,  /* nothing is asked */
	RB_PROMPT_KEYS,  /* a key answers */
	RB_PROMPT_TYPES, /* a line answers */
	RB_PROMPT_FIELD, /* manual: a field to record */
	RB_PROMPT_NOTE,  /* manual: a note, or nothing */
	RB_PROMPT_SHELL, /* the operator's shell has the terminal */
	RB_PROMPT_AWAY,  /* a step has the terminal */
};

struct rb_prompter {
	struct rb_prompter_options opt;
	struct rb_tty tty; /* fd -1: there is none */
	struct rb_loop_fd watch;
	struct rb_loop_timer turn; /* the next question, or another look whether we have the foreground */
	struct rb_flow *flow;
	struct rb_prompt_turn *queue;
	enum rb_prompt_stage stage, before; /* before: the stage that shell and step come back to */
	struct rb_buf line;
	/* manual, until it is answered */
	bool done;
	size_t field;
	struct rb_vpair *record;
	/* shell: it may live on while a step has the terminal */
	bool shell;
	struct rb_loop_child child;
	int64_t shell_began;
};

/* ---- prompt.c ---- */
/* Writes a constant of ours to the terminal; what it does not take is lost. */
void rb_prompt_put_c(struct rb_prompter *p, const char *text);
/* Something of the runbook's or the operator's, masked and made safe. */
void rb_prompt_put_safe(struct rb_prompter *p, struct rb_str text);
void rb_prompt_put_lines(struct rb_prompter *p, struct rb_str text); /* the same, of several lines */
/* The question that is being asked; there must be one. */
const struct rb_question *rb_prompt_question(const struct rb_prompter *p);
/* Shows how the present question is answered, and reads. */
void rb_prompt_enter(struct rb_prompter *p, enum rb_prompt_stage stage);
/* Answers the present question, and goes on to the next one; with a value, or with RB_DECLINES, RB_NOBODY and
 * their like, which have none. */
void rb_prompt_answer(struct rb_prompter *p, const struct rb_answer *answer);
void rb_prompt_answer_what(struct rb_prompter *p, unsigned what);
/* Stops reading, with the terminal as it was found; goes on where it was. */
void rb_prompt_rest(struct rb_prompter *p);
void rb_prompt_resume(struct rb_prompter *p);

/* ---- prompt_forms.c ---- */
/* The stage in which the question begins. */
enum rb_prompt_stage rb_prompt_first(const struct rb_question *q);
/* The prompt of the present stage. */
void rb_prompt_invite(struct rb_prompter *p);
/* What was typed at the present stage: a key (rb_tty_key), a line without its newline, the end of file. */
void rb_prompt_key(struct rb_prompter *p, int32_t key);
void rb_prompt_line(struct rb_prompter *p, struct rb_str line);
void rb_prompt_eof(struct rb_prompter *p);

/* ---- prompt_shell.c ---- */
/* Opens the operator's shell, which has the terminal until it ends; then the question is asked again. */
void rb_prompt_shell(struct rb_prompter *p);
/* The shell gets the terminal back from a step. */
void rb_prompt_shell_back(struct rb_prompter *p);
/* The question or the prompter goes while the shell is there: it loses the terminal and is left to itself.
 * Nothing happens if there is none. */
void rb_prompt_shell_free(struct rb_prompter *p);

#endif
