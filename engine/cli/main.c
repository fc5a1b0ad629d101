/* runbook: the command. Its table of commands is the source of its help. */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

/* What run and drill have in common; cmd_run.c takes options by their names. */
#define INPUT_OPTIONS                                                                                        \
	{"--set", "NAME=VALUE", "give an input a value; again for more"},                                    \
	    {"--inputs", "FILE", "take inputs from a YAML mapping"},                                         \
	{                                                                                                    \
		"--from", "PROCEDURE", "start at a procedure instead of the steps"                           \
	}
#define RECORD_OPTIONS                                                                                       \
	{"--transcript", "FILE", "write the transcript to this new file"},                                   \
	    {"--json", NULL, "show events as JSON lines instead of text; nobody is asked"},                  \
	    {"--quiet", NULL, "show nothing, ask nobody; the exit code and the transcript tell"},            \
	{                                                                                                    \
		"--no-color", NULL, "no colours (as NO_COLOR in the environment)"                            \
	}

static const struct rb_cli_option run_options[] = {
    INPUT_OPTIONS,
    {"--dry-run", NULL, "tell what would be done, and do nothing"},
    {"--brief", NULL, "in a dry run: only what changes, asks, decides or is in the way; calls are summed up"},
    {"--assume", "FACT", "in a dry run: follow the path on which this holds; again for more"},
    {"--yes", "[=ID]",
	"answer plain confirmations; =ID also the one of that step, whatever it asks; again for more"},
    RECORD_OPTIONS,
    {NULL, NULL, NULL},
};

static const struct rb_cli_option drill_options[] = {
    INPUT_OPTIONS,
    {"--plan", NULL, "also tell all that a run would do from the first change on"},
    RECORD_OPTIONS,
    {NULL, NULL, NULL},
};

static const struct rb_cli_option test_options[] = {
    {"--only", "TEXT", "play the scenario of this name, or all that have it in theirs"},
    {"--coverage", "PERCENT", "fail where a runbook's scenarios take fewer of its edges"},
    {"--verbose", NULL, "show each play as a run is shown, with what its steps were given"},
    {"--tap", NULL, "results as TAP"},
    {"--junit", "FILE", "also write a JUnit report to this file"},
    {"--record", "RUN", "print a scenario of this run instead"},
    {"--name", "TEXT", "the name of the scenario that is printed"},
    {"--append", "FILE", "add the scenario to this file, which is made where it is not there"},
    {"--no-color", NULL, "no colours (as NO_COLOR in the environment)"},
    {NULL, NULL, NULL},
};

static const struct rb_cli_option check_options[] = {
    {"--strict", NULL, "end with exit code 1 if there are warnings"},
    {"--json", NULL, "one JSON object a line for each error and warning; nothing for what is fine"},
    {NULL, NULL, NULL},
};

static const struct rb_cli_option runs_options[] = {
    {"-n", "N", "only the newest N"},
    {"--outcome", "WORD", "only those that ended so, or are running, died or unreadable"},
    {"--since", "DURATION", "only those that began at most so long ago"},
    {"--json", NULL, "one JSON object a line"},
    {NULL, NULL, NULL},
};

static const struct rb_cli_option list_options[] = {
    {"--lib", NULL, "the procedures of the standard library instead"},
    {"--json", NULL, "one JSON object a line"},
    {NULL, NULL, NULL},
};

static const struct rb_cli_option show_options[] = {
    {"--json", NULL, "one JSON object a line"},
    {"--plan", NULL, "of a drill: also what a run would do from the first change on"},
    {NULL, NULL, NULL},
};

/* Ends with a NULL name. */
static const struct rb_cli_command commands[] = {
    {"run", "FILE|NAME [options]", "run a runbook",
	"  runbook run api-down.yaml --set root=/srv/shop\n"
	"  runbook run api-down --yes                    answers plain confirmations\n"
	"  runbook run api-down --from restart           starts at a procedure\n"
	"  runbook run api-down --dry-run                tells what would be done\n"
	"  runbook run api-down --dry-run --brief        the same in brief: what changes, asks or decides\n"
	"  runbook run api-down --dry-run --assume log.port_taken --assume \"not log.missing\" --assume "
	"holder.pid=42\n\n"
	"Inputs come from --set, then --inputs, then the environment (RUNBOOK_PORT for `port`), then their "
	"defaults;\n"
	"at a terminal the rest is asked for. `runbook explain api-down` lists them.\n",
	run_options, rb_cli_run},
    {"drill", "FILE|NAME [options]", "do what a runbook looks at, and tell what it would change",
	"  runbook drill api-down.yaml --set root=/srv/shop\n"
	"  runbook drill api-down --quiet || runbook show last | mail -s 'api-down: drill' ops\n\n"
	"Steps that read are done for real, and branches are taken by what they find, up to the first\n"
	"step that would change something. It ends with the way that a run would take today, what it\n"
	"would change, what stands in its way, and which looks are broken; --plan tells all that it would\n"
	"do from there on. None of it is done: no process is stopped or started, nobody is told, no log\n"
	"of the runbook is written.\n\n"
	"Exit codes:\n"
	"  0      nothing would be changed, and a run would end resolved\n"
	"  1      something would be changed, or a run would end otherwise\n"
	"  2      usage, an invalid runbook, or a look that plainly changes something\n"
	"  5      it hangs on an answer that nobody was there to give\n"
	"  6      the environment failed\n"
	"  7      a look is broken: it cannot do what it is for on this host\n"
	"  128+n  ended by signal n\n"
	"If several hold, the first of: signal, 6, 7, 5, 1.\n",
	drill_options, rb_cli_drill},
    {"check", "FILE|NAME|FOLDER… [options]", "check runbooks without running them",
	"  runbook check api-down.yaml\n"
	"  runbook check .                all runbooks, library procedures and scenarios below this "
	"folder\n"
	"  runbook check . --strict       for a pipeline: warnings count\n\n"
	"Prints every error and warning with its place.\n\n"
	"Exit codes: 0 no errors; 1 with --strict, warnings; 2 usage, or errors.\n",
	check_options, rb_cli_check},
    {"test", "[FILE|NAME|FOLDER…] [options]", "play the scenarios of runbooks, and run nothing",
	"  runbook test                                  all *.test.yaml below this folder\n"
	"  runbook test api-down                         those of api-down.test.yaml, beside the runbook\n"
	"  runbook test --coverage 100 --junit report.xml\n"
	"  runbook test --record 7f3a --append api-down.test.yaml\n\n"
	"A scenario gives the results that the steps of a runbook would have, and the answers of the "
	"operator, and\n"
	"says what is to come of it. The runbook goes its way by the same rules as in a run, with a clock "
	"that jumps.\n\n"
	"Exit codes: 0 all scenarios passed; 1 some failed, or fewer edges are covered than were asked for; "
	"2 usage, a file\n"
	"that cannot be loaded, or none failed, and one lacks a result or has one that was never used.\n",
	test_options, rb_cli_test},
    {"runs", "[RUNBOOK] [options]", "list the runs kept on this host",
	"  runbook runs                                  the newest 200\n"
	"  runbook runs api-down -n 5\n"
	"  runbook runs --outcome failed --since 7d\n\n"
	"RUNBOOK is the name in the first line of the file.\n",
	runs_options, rb_cli_runs},
    {"show", "RUN [--json] [--plan]", "show a run again from its transcript",
	"  runbook show last\n  runbook show 7f3a\n  runbook show 7f3a --json\n\nRUN is an id, the beginning "
	"or end of one, `last` for the newest, or the path of a "
	"transcript.\n",
	show_options, rb_cli_show},
    {"list", "[--lib] [--json]", "list the runbooks that are found by name, or the standard library",
	"  runbook list\n  runbook list --lib\n\nRunbooks are searched for in ./runbooks, here, in the "
	"folders of "
	"$RUNBOOK_PATH, and where the program was installed.\n",
	list_options, rb_cli_list},
    {"explain", "WORD|NAME|FILE", "explain a runbook, a procedure, a key, a step kind, an error code",
	"  runbook explain api-down       what a runbook is for, takes, needs and may change\n"
	"  runbook explain port.free      a procedure of the library, or of ./lib\n"
	"  runbook explain http\n  runbook explain on_fail\n  runbook explain E021\n"
	"  runbook explain exit codes\n\n"
	"Words of the language come first; a path, as ./http.yaml, is always a file.\n",
	NULL, rb_cli_explain},
    {"reference", "[transcript|scenario|stdlib|PROCEDURE]", "print the language reference as Markdown",
	"  runbook reference > docs/language.md\n  runbook reference transcript\n  runbook reference "
	"scenario\n  runbook reference port.free\n",
	NULL, rb_cli_reference},
    {"help", "[COMMAND]", "show this, or the help of a command", "  runbook help run\n", NULL, rb_cli_help},
    {"version", "", "print the version", "  runbook version\n", NULL, rb_cli_version},
    {NULL, NULL, NULL, NULL, NULL, NULL},
};

const struct rb_cli_command *
rb_cli_command(const char *name)
{
	for (size_t i = 0; commands[i].name != NULL; i++) {
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	}
	return NULL;
}

static void
short_help(struct rb_buf *out)
{
	rb_buf_c(out, "runbook runs operations runbooks written in YAML.\n\n"
		      "  runbook check api-down.yaml                   is it well formed?\n"
		      "  runbook test api-down.yaml                    do its scenarios come out?\n"
		      "  runbook drill api-down.yaml                   what would it do here, today?\n"
		      "  runbook run api-down.yaml --set port=8001     run it\n"
		      "  runbook runs                                  what was run here\n"
		      "  runbook show 7f3a                             what happened in that run\n\n"
		      "Commands:\n");
	for (size_t i = 0; commands[i].name != NULL; i++)
		rb_buf_fmt(out, "  %-10s %s\n", commands[i].name, commands[i].help);
	rb_buf_c(out, "\nExit codes of a run: 0 resolved, 1 failed, 2 usage or invalid runbook, 3 escalated, "
		      "4 deadline,\n"
		      "5 needs an operator, 6 the environment failed, 128+n ended by signal n; of a "
		      "drill:\n"
		      "runbook help drill.\n");
}

static void
command_help(const struct rb_cli_command *c, struct rb_buf *out)
{
	rb_buf_fmt(out, "runbook %s %s\n  %s\n\n%s", c->name, c->usage, c->help, c->more);
	if (c->options != NULL)
		rb_buf_c(out, "\nOptions:\n");
	for (size_t i = 0; c->options != NULL && c->options[i].name != NULL; i++) {
		const char *value = c->options[i].value != NULL ? c->options[i].value : "";
		bool apart = value[0] != '\0' && value[0] != '[';
		size_t n = strlen(c->options[i].name) + strlen(value) + apart;

		rb_buf_fmt(out, "  %s%s%s", c->options[i].name, apart ? " " : "", value);
		rb_buf_pad(out, ' ', n < 24 ? 24 - n : 1);
		rb_buf_fmt(out, "%s\n", c->options[i].help);
	}
}

static int
print_help(const char *name, int fd)
{
	const struct rb_cli_command *c = name != NULL ? rb_cli_command(name) : NULL;
	struct rb_buf out;
	int r;

	if (name != NULL && c == NULL)
		return rb_cli_complain("there is no command `%s`; `runbook help` lists them", name);
	rb_buf_init(&out, NULL, 1 << 20);
	if (c != NULL)
		command_help(c, &out);
	else
		short_help(&out);
	r = rb_cli_print(fd, rb_buf_view(&out), 0);
	rb_buf_free(&out);
	return r;
}

int
rb_cli_help(const struct rb_cli *cli)
{
	if (cli->argc > 2)
		return rb_cli_complain("help takes one command, not also `%s`", cli->argv[2]);
	return print_help(cli->argc > 1 ? cli->argv[1] : NULL, STDOUT_FILENO);
}

int
rb_cli_version(const struct rb_cli *cli)
{
	struct rb_buf out;
	int r;

	(void)cli;
	rb_buf_init(&out, NULL, 256);
	rb_buf_fmt(&out, "runbook %s\n", rb_version());
	r = rb_cli_write(STDOUT_FILENO, rb_buf_view(&out), 0);
	rb_buf_free(&out);
	return r;
}

static int
no_such_command(const char *name)
{
	const char *best = NULL;
	unsigned least = 3;

	for (size_t i = 0; commands[i].name != NULL; i++) {
		unsigned d = rb_str_distance(rb_str_c(name), rb_str_c(commands[i].name), least);

		if (d < least) {
			least = d;
			best = commands[i].name;
		}
	}
	if (best != NULL)
		return rb_cli_complain("there is no command `%s`; did you mean `%s`?", name, best);
	return rb_cli_complain("there is no command `%s`; `runbook help` lists them", name);
}

static bool
set_and_not_empty(const char *name)
{
	const char *v = getenv(name);

	return v != NULL && v[0] != '\0';
}

/* Whether the locale's characters are UTF-8, by the rules of setlocale(3), without its cost. */
static bool
utf8_locale(void)
{
	static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *v = getenv(names[i]);

		if (v != NULL && v[0] != '\0')
			return strcasestr(v, "utf-8") != NULL || strcasestr(v, "utf8") != NULL;
	}
	return false;
}

int
main(int argc, char **argv)
{
	const char *term = getenv("TERM");
	struct rb_cli cli = {.argc = argc - 1, .argv = argv + 1, .environ_ = environ};
	const struct rb_cli_command *c;

	cli.tty = isatty(STDOUT_FILENO) == 1;
	cli.live = cli.tty && term != NULL && strcmp(term, "dumb") != 0;
	cli.colour = cli.live && !set_and_not_empty("NO_COLOR");
	cli.ascii = !utf8_locale();
	if (argc < 2) {
		print_help(NULL, STDERR_FILENO);
		return RB_EXIT_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		return print_help(NULL, STDOUT_FILENO);
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0)
		return rb_cli_version(&cli);
	c = rb_cli_command(argv[1]);
	if (c == NULL)
		return no_such_command(argv[1]);
	for (int i = 2; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			return print_help(c->name, STDOUT_FILENO);
	}
	return c->run(&cli);
}
