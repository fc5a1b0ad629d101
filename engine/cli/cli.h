/* The command: a client of runbook.h. Ownership: nothing is owned beyond a call; arguments and environment
 * are main's. */
#ifndef RB_CLI_CLI_H
#define RB_CLI_CLI_H

#include "api/runbook.h"

/* What main hands to each command. */
struct rb_cli {
	int argc;
	char **argv; /* argv[0] is the command's own name */
	char **environ_;
	bool colour, ascii; /* what standard output can show */
	bool live;          /* standard output is a terminal whose lines can be redrawn */
	bool tty;           /* standard output is a terminal */
};

/* An option of a command: the source of parsing, of its help, and of the completions. */
struct rb_cli_option {
	const char *name;  /* "--set" */
	const char *value; /* "NAME=VALUE", or NULL for a flag */
	const char *help;
};

/* A command: the source of its help and of the list of commands. `run` returns the exit code. */
struct rb_cli_command {
	const char *name;
	const char *usage;                   /* "FILE|NAME [options]" */
	const char *help;                    /* one line */
	const char *more;                    /* paragraphs with examples, for `runbook help NAME` */
	const struct rb_cli_option *options; /* ends with a NULL name; may be NULL */
	int (*run)(const struct rb_cli *cli);
};
/* The command of that name, or NULL. */
const struct rb_cli_command *rb_cli_command(const char *name);

/* Walks the arguments of a command: returns the index of its next option row with its value in *value, -1 at
 * the end, -2 for an operand (in *value), -3 after a complaint was printed. Both --name value and
 * --name=value are taken. */
struct rb_cli_args {
	const struct rb_cli *cli;
	const struct rb_cli_command *command;
	int at;
	bool operands_only; /* after -- */
};
enum { RB_ARGS_END = -1, RB_ARGS_OPERAND = -2, RB_ARGS_WRONG = -3 };
int rb_cli_next(struct rb_cli_args *args, const char **value);

/* What each command does: rows of the table in main.c. Each tells on its own what went wrong, and returns the
 * exit code (RB_EXIT_). */
int rb_cli_run(const struct rb_cli *cli);
int rb_cli_drill(const struct rb_cli *cli);
int rb_cli_check(const struct rb_cli *cli);
int rb_cli_test(const struct rb_cli *cli);
int rb_cli_runs(const struct rb_cli *cli);
int rb_cli_show(const struct rb_cli *cli);
int rb_cli_list(const struct rb_cli *cli);
int rb_cli_explain(const struct rb_cli *cli);
int rb_cli_reference(const struct rb_cli *cli);
int rb_cli_help(const struct rb_cli *cli);
int rb_cli_version(const struct rb_cli *cli);

/* Writes all of it to a descriptor; `exit` is what the command is to end with. Returns that, or what
 * rb_cli_unwritten makes of it. What stderr does not take is lost. */
int rb_cli_write(int fd, struct rb_str text, int exit);
/* The same, wrapped between words where that is a terminal. */
int rb_cli_print(int fd, struct rb_str text, int exit);
/* The output could not be written: `error` is an errno. Returns RB_EXIT_ENVIRONMENT after a complaint; or
 * `exit`, where whoever read the output has gone: it was enough for them. */
int rb_cli_unwritten(int error, int exit);
/* Text as rb_cli_print would lay it out for standard output, appended. */
void rb_cli_layout(struct rb_str text, struct rb_buf *out);
/* Columns of standard output, for rb_run_options.width; 0 where it is no terminal: lines are not wrapped. */
unsigned rb_cli_width(void *ctx);
/* "runbook: …" on stderr, as printf; returns RB_EXIT_USAGE. */
int rb_cli_complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
