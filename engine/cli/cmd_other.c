/* check, runs, show, explain, reference: the commands that only read. */
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

enum { OUT_MAX = 64 << 20 };

static int
finish(struct rb_buf *out, int fd, int r)
{
	rb_cli_print(fd, rb_buf_view(out));
	rb_buf_free(out);
	return r;
}

static int
check_scenarios(const char *file, bool colour)
{
	struct rb_buf out;
	int64_t n;

	rb_buf_init(&out, NULL, OUT_MAX);
	n = rb_test_check(file, colour, &out);
	finish(&out, STDERR_FILENO, 0);
	if (n < 0)
		return -1;
	rb_buf_init(&out, NULL, OUT_MAX);
	rb_buf_fmt(&out, "%s: fine, %lld scenario%s\n", file, (long long)n, n == 1 ? "" : "s");
	return finish(&out, STDOUT_FILENO, 0);
}

int
rb_cli_check(const struct rb_cli *cli)
{
	struct rb_cli_args args = {.cli = cli, .command = rb_cli_command("check"), .at = 1};
	bool colour = cli->colour && isatty(STDERR_FILENO) == 1;
	const char *file;
	int opt, n = 0, r = 0;

	for (opt = rb_cli_next(&args, &file); opt != RB_ARGS_END; opt = rb_cli_next(&args, &file)) {
		struct rb_book *book;
		struct rb_buf out;

		if (opt != RB_ARGS_OPERAND)
			return RB_EXIT_USAGE;
		n++;
		if (rb_test_is_file(file)) {
			r = check_scenarios(file, colour) == 0 ? r : RB_EXIT_USAGE;
			continue;
		}
		book = rb_book_inspect(file, NULL);
		rb_book_lint(book);
		rb_buf_init(&out, NULL, OUT_MAX);
		rb_book_problems(book, colour, &out);
		finish(&out, STDERR_FILENO, 0);
		if (rb_book_ok(book)) {
			rb_buf_init(&out, NULL, OUT_MAX);
			rb_buf_fmt(&out, "%s: fine, %zu step%s\n", file, rb_book_steps(book),
			    rb_book_steps(book) == 1 ? "" : "s");
			finish(&out, STDOUT_FILENO, 0);
		} else {
			r = RB_EXIT_USAGE;
		}
		rb_book_free(book);
	}
	return n > 0 ? r : rb_cli_complain("check needs a file: runbook check FILE…");
}

/* The operand and --json of runs and show. 0, or RB_EXIT_USAGE. */
static int
one_operand(const struct rb_cli *cli, const char *command, const char **operand, bool *json)
{
	struct rb_cli_args args = {.cli = cli, .command = rb_cli_command(command), .at = 1};
	const char *value;
	int opt;

	for (opt = rb_cli_next(&args, &value); opt != RB_ARGS_END; opt = rb_cli_next(&args, &value)) {
		if (opt == RB_ARGS_WRONG)
			return RB_EXIT_USAGE;
		if (opt == 0)
			*json = true;
		else if (operand != NULL && *operand == NULL)
			*operand = value;
		else
			return rb_cli_complain("%s does not take `%s`", command, value);
	}
	return 0;
}

int
rb_cli_runs(const struct rb_cli *cli)
{
	bool json = false;
	struct rb_buf out;

	if (one_operand(cli, "runs", NULL, &json) != 0)
		return RB_EXIT_USAGE;
	rb_buf_init(&out, NULL, OUT_MAX);
	if (rb_record_list((const char *const *)cli->environ_, json, &out) < 0)
		return finish(&out, STDERR_FILENO, RB_EXIT_ENVIRONMENT);
	return finish(&out, STDOUT_FILENO, 0);
}

int
rb_cli_show(const struct rb_cli *cli)
{
	struct rb_run_options o = {.show = RB_SHOW_PLAIN,
	    .show_fd = STDOUT_FILENO,
	    .colour = cli->colour,
	    .ascii = cli->ascii,
	    .width = rb_cli_width};
	const char *run = NULL;
	bool json = false;
	struct rb_buf why;
	int r;

	if (one_operand(cli, "show", &run, &json) != 0)
		return RB_EXIT_USAGE;
	if (run == NULL)
		return rb_cli_complain(
		    "show needs a run: runbook show RUN, or `last` (`runbook runs` lists them)");
	if (json)
		o.show = RB_SHOW_JSON;
	rb_buf_init(&why, NULL, OUT_MAX);
	r = rb_record_show(run, &o, &why);
	if (why.len > 0)
		rb_cli_complain("%s", rb_buf_cstr(&why));
	rb_buf_free(&why);
	return r == 0 ? 0 : RB_EXIT_USAGE;
}

int
rb_cli_list(const struct rb_cli *cli)
{
	struct rb_cli_args args = {.cli = cli, .command = rb_cli_command("list"), .at = 1};
	bool library = false, json = false;
	const char *value;
	struct rb_buf out;
	int opt;

	for (opt = rb_cli_next(&args, &value); opt != RB_ARGS_END; opt = rb_cli_next(&args, &value)) {
		if (opt == RB_ARGS_WRONG)
			return RB_EXIT_USAGE;
		if (opt == RB_ARGS_OPERAND)
			return rb_cli_complain("list does not take `%s`", value);
		library = library || opt == 0;
		json = json || opt == 1;
	}
	rb_buf_init(&out, NULL, OUT_MAX);
	(library ? rb_catalog_library : rb_catalog_runbooks)(json, &out);
	if (out.len == 0)
		rb_cli_complain("there is no runbook in ./runbooks, here, in $RUNBOOK_PATH or where the program was "
				"installed");
	return finish(&out, STDOUT_FILENO, 0);
}

int
rb_cli_explain(const struct rb_cli *cli)
{
	struct rb_buf out;

	if (cli->argc != 2)
		return rb_cli_complain("explain needs a word: runbook explain KIND|KEY|CODE");
	rb_buf_init(&out, NULL, OUT_MAX);
	if (rb_catalog_explain(cli->argv[1], &out) < 0 && rb_reference_explain(cli->argv[1], &out) < 0)
		return finish(&out, STDERR_FILENO, RB_EXIT_USAGE);
	return finish(&out, STDOUT_FILENO, 0);
}

int
rb_cli_reference(const struct rb_cli *cli)
{
	struct rb_buf out;

	rb_buf_init(&out, NULL, OUT_MAX);
	if (cli->argc > 1 && strcmp(cli->argv[1], "transcript") == 0)
		rb_reference_transcript(&out);
	else if (cli->argc > 1 && strcmp(cli->argv[1], "scenario") == 0)
		rb_reference_scenario(&out);
	else if (cli->argc > 1 && strcmp(cli->argv[1], "stdlib") == 0)
		rb_catalog_page(NULL, &out);
	else if (cli->argc > 1 && rb_catalog_page(cli->argv[1], &out) < 0)
		return rb_cli_complain(
		    "reference knows `transcript`, `scenario`, `stdlib` and the procedures of the library, not `%s`",
		    cli->argv[1]);
	else if (cli->argc < 2)
		rb_reference(&out);
	return finish(&out, STDOUT_FILENO, 0);
}
