/* Which commands plainly change something. Told from the table alone, never by running anything; what is not
 * plain (a script of its own, a command in a variable) is not told. Ownership: what is found lives in the
 * arena, and borrows the commands.
 *
 *     change.c       the commands of a text, each against the rows of its program; where their output goes
 *     call.c         one command against one row
 *     change_host.c change_systems.c    the table
 *     sql.c awk.c sed.c code.c    the languages of texts that commands are given
 *     wire.c         what is sent to a server without a command */
#ifndef RB_LINT_CHANGE_H
#define RB_LINT_CHANGE_H

#include "lang/shell_words.h"

/* What the texts of a command are written in. */
enum rb_language {
	RB_LANGUAGE_NONE,
	RB_SHELL,
	RB_SQL,
	RB_AWK,
	RB_SED,
	RB_PYTHON,
	RB_PERL,
	RB_RUBY,
	RB_JAVASCRIPT
};

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
	/* Texts that it is given, in ->language: options whose value is one, and behind them the place of
	 * an operand that is one where none of the options is given. With = at the end: a file of it, which
	 * nobody reads here. */
	const char *texts;
	enum rb_language language;
	unsigned flags;
};

enum {
	RB_CHANGE_NOCASE = 1 << 0, /* operands in upper or lower case */
	RB_CHANGE_WHOLE = 1 << 1,  /* -delete is one option, not six */
	RB_CHANGE_BARE = 1 << 2,   /* the first word may be options without a dash: tar xzf */
	RB_CHANGE_EXEC = 1 << 3,   /* -exec COMMAND ; */
	RB_CHANGE_HTTP = 1 << 4,   /* it sends requests, some of which only ask for something: a token */
	RB_CHANGE_SHELL = 1 << 5,  /* with no command behind its operands its input is a shell's: ssh host */
	RB_CHANGE_INPUT = 1 << 6,  /* where it is given no text, its input is one */
	RB_CHANGE_LINES = 1 << 7,  /* where it is given no operands, the lines of its input are such */
	RB_CHANGE_UNSEEN = 1 << 8, /* ->changes tell that it runs what stands elsewhere */
	RB_CHANGE_LEAVES = 1 << 9, /* ->changes tell that it leaves a process behind */
};

#define RB_CHANGE_ALWAYS ""

/* Each ends with a NULL program. */
extern const struct rb_change_row rb_change_host[], rb_change_systems[];

struct rb_change {
	struct rb_str what; /* "systemctl restart", "> report", "DELETE" */
	const char *does;   /* "changes something", "writes a file", "runs what is not in this file" */
	const struct rb_change_row *row; /* NULL: a redirection */
	size_t item, from, to;           /* of the word; see rb_shell_word */
};

/* Calls fn for each change in the commands, and in what they run elsewhere. What cannot be seen, a program
 * that is read from a file or from another program, counts as one, and so does a process that is left behind.
 */
void rb_changes(struct rb_arena *arena, const struct rb_shell_command *commands,
    void (*fn)(void *ctx, const struct rb_change *change), void *ctx);

/* wire.c: calls fn for each change that a text asks for which is sent to a server; ->item is 0, the words
 * stand at their places in the text. */
void rb_wire_changes(struct rb_arena *arena, struct rb_str text,
    void (*fn)(void *ctx, const struct rb_change *change), void *ctx);
/* Whether a request with the method of HTTP is to change something. */
bool rb_method_changes(struct rb_str method);

/* sql.c: the word by which SQL changes something ("DELETE", "pg_terminate_backend"); empty if there is none
 * that is plain. */
struct rb_str rb_sql_change(struct rb_str sql);
/* code.c: the same of a program, by the calls that it makes ("os.remove"). `run` gets texts that it has a
 * shell run. */
struct rb_str rb_code_change(
    enum rb_language language, struct rb_str code, void (*run)(void *ctx, struct rb_str text), void *ctx);

/* What the scripts of awk and sed do beside printing. */
enum rb_script_does {
	RB_SCRIPT_WRITES, /* the file `text`; empty: one whose name is made */
	RB_SCRIPT_RUNS,   /* `text` by a shell */
};
/* awk.c, sed.c: calls fn for each. The texts are slices of the script. */
void rb_awk_does(
    struct rb_str script, void (*fn)(void *ctx, enum rb_script_does does, struct rb_str text), void *ctx);
void rb_sed_does(
    struct rb_str script, void (*fn)(void *ctx, enum rb_script_does does, struct rb_str text), void *ctx);

#endif
