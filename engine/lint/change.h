/* Which commands plainly change something. Told from the table alone, never by running anything; what is not
 * plain (a script of its own, a command in a variable) is not told. Ownership: what is found lives in the
 * arena, and borrows the commands. */
#ifndef RB_LINT_CHANGE_H
#define RB_LINT_CHANGE_H

#include "lang/shell_words.h"

struct rb_change_row {
	const char *programs; /* one or several; a * at the end stands for anything */
	const char *values;   /* options that take the next word, which is then no operand */
	/* What of it changes: alternatives with |, each a list of words that all must hold. An operand, in
	 * its place ("rollout restart", * for any); an option, wherever it stands ("-i"), with a value
	 * ("-X=POST"); FILE for what is written ("-o=FILE"; alone: any operand), which /dev/null is not. "":
	 * whatever it is given. NULL: nothing by itself. */
	const char *changes;
	const char *unless; /* the same: with these it does not */
	const char *runs;   /* likewise: behind these operands stands a command that is run elsewhere */
	const char *sql; /* options whose value is SQL, or the place of such an operand; its input is too */
	unsigned flags;
};

enum {
	RB_CHANGE_NOCASE = 1 << 0, /* operands in upper or lower case */
	RB_CHANGE_WHOLE = 1 << 1,  /* -delete is one option, not six */
	RB_CHANGE_BARE = 1 << 2,   /* the first word may be options without a dash: tar xzf */
	RB_CHANGE_EXEC = 1 << 3,   /* -exec COMMAND ; */
	RB_CHANGE_HTTP = 1 << 4,   /* it sends requests, some of which only ask for something: a token */
};

extern const struct rb_change_row rb_change_rows[]; /* ends with a NULL program */

struct rb_change {
	struct rb_str what;              /* "systemctl restart", "> report", "DELETE" */
	const char *does;                /* "changes something", "writes a file" */
	const struct rb_change_row *row; /* NULL: a redirection */
	size_t item, from, to;           /* of the word; see rb_shell_word */
};

/* Calls fn for each change in the commands, and in what they run elsewhere. */
void rb_changes(struct rb_arena *arena, const struct rb_shell_command *commands,
    void (*fn)(void *ctx, const struct rb_change *change), void *ctx);

/* The word by which SQL changes something ("DELETE", "pg_terminate_backend"); empty if there is none that is
 * plain. */
struct rb_str rb_sql_change(struct rb_str sql);

#endif
