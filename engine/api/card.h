/* What inputs, secrets, outputs and procedures are told by, one place for all who tell them: `explain` of a
 * runbook and of a procedure on a terminal, and the pages of docs/stdlib/. Ownership: text is appended to the
 * caller's buffer; what is made on the way lives in the caller's arena. */
#ifndef RB_API_CARD_H
#define RB_API_CARD_H

#include "base/buf.h"
#include "lang/program.h"

struct rb_card {
	struct rb_arena *arena;
	struct rb_buf *out;
	bool markdown;   /* tables of Markdown; else indented rows */
	unsigned indent; /* of rows: blanks before the heading; the rows stand two further in */
};

/* A title on one line, with ${x} in it as <x>; in Markdown, where that would be a tag, as *x*. */
struct rb_str rb_card_title(const struct rb_card *c, const struct rb_tmpl *title);
/* What a step says that it does: its title, else its action and line. */
struct rb_str rb_card_step(const struct rb_card *c, const struct rb_step *step);
/* Whether whoever runs or calls it must give the input. */
bool rb_card_must_be_given(const struct rb_input *in);
/* The default of an input as it is written, on one line. */
struct rb_str rb_card_default(struct rb_arena *arena, const struct rb_input *in);
/* Each a heading with its rows; nothing where there are none. */
void rb_card_inputs(const struct rb_card *c, const struct rb_input *inputs, size_t n);
void rb_card_secrets(const struct rb_card *c, const struct rb_secret *secrets, size_t n);
void rb_card_outputs(const struct rb_card *c, const struct rb_output *outputs, size_t n);
/* How a procedure is used: a step with what it must be given. */
void rb_card_usage(const struct rb_card *c, const struct rb_procedure *proc);
/* A cell of a table of Markdown: one line, bars escaped. */
void rb_card_cell(struct rb_buf *out, struct rb_str s);
/* The type of an output; "any" where it is known only when it runs. */
const char *rb_card_type(const struct rb_output *o);
/* "only looks", for a sentence; "CHANGES", for a column. */
const char *rb_card_effect(enum rb_effect effect);
const char *rb_card_mark(enum rb_effect effect);

#endif
