/* A command as a row of the table sees it: its options and operands, and whether what the row speaks of is
 * there. Ownership: a call lives on its caller's stack and borrows the command and the row. */
#ifndef RB_LINT_CALL_H
#define RB_LINT_CALL_H

#include "base/buf.h"
#include "lint/change.h"

enum { RB_CALL_OPERANDS = 8 }; /* that a row can speak of */

struct rb_call {
	const struct rb_shell_command *c;
	const struct rb_change_row *row;
	size_t end; /* words from here on are another command's */
	size_t noperands;
	size_t operands[RB_CALL_OPERANDS]; /* words that are no options; of further ones only their number
					      counts */
};

/* The command up to its word `end`. */
struct rb_call rb_call_new(const struct rb_shell_command *c, const struct rb_change_row *row, size_t end);
/* Whether one of the alternatives holds (see rb_change_row); what gets the words by which it does. */
bool rb_call_holds(const struct rb_call *call, const char *alternatives, struct rb_buf *what);
/* The same of a single one. */
bool rb_call_holds_all(const struct rb_call *call, struct rb_str alternative, struct rb_buf *what);
/* Calls fn with the value of each time that the option is given; returns how often that is. */
size_t rb_call_values(const struct rb_call *call, struct rb_str option,
    void (*fn)(void *ctx, const struct rb_shell_word *at, struct rb_str value), void *ctx);
/* Whether it is only asked what it would do, or how it is called: --help, --dry-run. */
bool rb_call_is_harmless(const struct rb_call *call);
/* Cuts the next part off a list; false at its end. */
bool rb_call_next(struct rb_str *list, char between, struct rb_str *part);
/* Whether the text is the pattern, in which * stands for anything. */
bool rb_call_glob(struct rb_str pattern, struct rb_str text, bool nocase);
/* Whether what is written to is a file: not /dev/null, nor a connection, nor what is open already. */
bool rb_call_is_file(struct rb_str name);
/* Adds a word for a message. */
void rb_call_say(struct rb_buf *out, struct rb_str word);

#endif
