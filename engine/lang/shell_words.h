/* Shell text as the simple commands in it: which programs it runs, with which words, and where its output
 * goes. Found by reading, without running anything: lists, pipelines, groups, functions, the bodies of if,
 * while, for and case, $(…), `…`, <(…), here-documents, and what `sudo`, `env`, `timeout`, `xargs` and their
 * like are given to run, `bash -c TEXT` and `echo TEXT | sh` included. No full shell: globs, braces and ~
 * stay as written, and what it cannot make out it leaves out. Any bytes may be read, in linear time.
 * Ownership: what is found lives in the arena, and borrows the text that was read. */
#ifndef RB_LANG_SHELL_WORDS_H
#define RB_LANG_SHELL_WORDS_H

#include "base/arena.h"

enum {
	RB_SHELL_DEPTH =
	    32, /* $(…), quotes and compound commands in each other; what is deeper is passed over */
	RB_SHELL_GIVEN = 16,    /* commands that run each other: sudo nice timeout 5 kill 1 */
	RB_SHELL_TEXTS = 8,     /* texts in texts: bash -c "bash -c '…'" */
	RB_SHELL_READERS = 256, /* commands of a text, the first, that may read what it is given to read */
	RB_SHELL_VALUES = 8,    /* of one variable that are followed, and variables in one command */
	RB_SHELL_VALUE_BYTES = 256, /* longer ones are not followed */
	RB_SHELL_COPIES = 64,       /* of the commands of one text, for values beside the first */
};

struct rb_shell_word {
	struct rb_str text; /* without its quotes; what is expanded stands as it is written: "$root/log" */
	bool constant;      /* nothing in it is expanded */
	bool exact;      /* text stands so at [from, to) of what was read, but for quotes around the whole */
	size_t item;     /* which word of rb_shell_argv it stands in; 0 of a text */
	size_t from, to; /* where, with its quotes; of a word in a text that is not exact: all of that text */
};

enum rb_redirect {
	RB_REDIRECT_READ,     /* < */
	RB_REDIRECT_WRITE,    /* > >> >| &> &>> and >& to a file */
	RB_REDIRECT_BOTH,     /* <>: reads and writes, creates the file */
	RB_REDIRECT_COPY,     /* 2>&1, <&3, >&- : a descriptor that is open already */
	RB_REDIRECT_DOCUMENT, /* <<: ->to is the document's text */
	RB_REDIRECT_TEXT,     /* <<< */
};

struct rb_shell_redirect {
	enum rb_redirect how;
	struct rb_shell_word to; /* the file, descriptor or text */
	size_t from;             /* of the operator, with the descriptor before it; it ends where `to` does */
	struct rb_shell_redirect *next;
};

/* What the first word of a command names. */
enum rb_shell_runs {
	RB_RUNS_NOTHING, /* there is none: assignments or redirections alone, and those after `done` or `}` */
	RB_RUNS_PROGRAM, /* looked for in PATH, or a path */
	RB_RUNS_BUILTIN, /* the shell's own */
	RB_RUNS_FUNCTION, /* defined in the text */
	RB_RUNS_UNKNOWN,  /* it is expanded */
};

struct rb_shell_command {
	enum rb_shell_runs runs;
	size_t nwords;
	struct rb_shell_word *words; /* without the assignments before it */
	struct rb_shell_redirect *redirects;
	const struct rb_shell_command
	    *feeds_on; /* what is piped into it, if that is a simple command; or NULL */
	const struct rb_shell_command
	    *given_to; /* sudo, xargs, …, whose words its words are the end of; or NULL */
	const struct rb_shell_command
	    *runner;     /* what runs it, whose input it reads where it has none of its own; or NULL */
	bool background; /* "&" stands behind it */
	bool unseen;     /* a shell whose commands are not in the text: a file's, what a program prints */
	struct rb_shell_command *next;
};

/* The commands of a text; one that runs another (`sudo kill 1`) is followed by it (`kill 1`), and so are the
 * commands within a word by that word's command or before it. NULL if there is none. */
struct rb_shell_command *rb_shell_commands(struct rb_arena *arena, struct rb_str text);
/* The same, followed further: where the text itself gives a variable its value (name=value, for name in …),
 * the command stands there once with each value in its place. `runner`, whose input the commands read where
 * they have none of their own, or NULL. */
struct rb_shell_command *rb_shell_followed(
    struct rb_arena *arena, struct rb_str text, const struct rb_shell_command *runner);
/* rb_shell_followed of n words that no shell reads, with what they are given to run. Their text, constant,
 * and item are the caller's; `exact` from 0 on. Words in the texts of `bash -c` stand at offsets of that
 * word's text. `runner`: the command that runs them somewhere, or NULL. */
struct rb_shell_command *rb_shell_argv(
    struct rb_arena *arena, struct rb_shell_word *words, size_t n, const struct rb_shell_command *runner);
/* What the command reads as its standard input: a here-document, what `echo` or `printf` pipes into it. NULL
 * if the text does not say it. */
const struct rb_shell_word *rb_shell_input(struct rb_arena *arena, const struct rb_shell_command *c);
/* Where its input comes from if the text does not say what that is: the word of a file, or with *piped the
 * name of the program that prints it. NULL where it has none, or rb_shell_input knows it. */
const struct rb_shell_word *rb_shell_source(const struct rb_shell_command *c, bool *piped);
/* How many words the option at words[i] takes: 2 with a value of its own, if it is one of `values` ("-u
 * --user"), else 1; 0 where it is no option, or "-" or "--". */
size_t rb_shell_option(const struct rb_shell_word *words, size_t n, size_t i, const char *values);
/* Whether one of the blank-separated words of a list is `word`. */
bool rb_shell_listed(const char *list, struct rb_str word);

#endif
