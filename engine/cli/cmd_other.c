/* check, runs, show, explain, reference: the commands that only read. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

enum { OUT_MAX = 64 << 20 };

/* r, or what is made of it where the output cannot be written. */
static int
finish(struct rb_buf *out, int fd, int r)
{
	r = rb_cli_print(fd, rb_buf_view(out), r);
	rb_buf_free(out);
	return r;
}

struct check {
	bool colour;
	bool wrong;    /* a file has errors */
	int unwritten; /* what the command ends with where its output could not be written; 0: it could */
};

static void
tell_fine(struct check *c, const char *file, size_t n, const char *what)
{
	struct rb_buf out;

	if (c->unwritten != 0)
		return;
	rb_buf_init(&out, NULL, OUT_MAX);
	rb_buf_fmt(&out, "%s: fine, %zu %s%s\n", file, n, what, n == 1 ? "" : "s");
	c->unwritten = finish(&out, STDOUT_FILENO, 0);
}

static void
check_scenarios(struct check *c, const char *file)
{
	struct rb_buf out;
	int64_t n;

	rb_buf_init(&out, NULL, OUT_MAX);
	n = rb_test_check(file, c->colour, &out);
	finish(&out, STDERR_FILENO, 0);
	if (n >= 0)
		tell_fine(c, file, (size_t)n, "scenario");
	else
		c->wrong = true;
}

static void
check_file(void *ctx, const char *file)
{
	struct check *c = ctx;
	struct rb_book *book;
	struct rb_buf out;

	if (rb_test_is_file(file)) {
		check_scenarios(c, file);
		return;
	}
	book = rb_book_inspect(file, NULL);
	rb_book_lint(book);
	rb_buf_init(&out, NULL, OUT_MAX);
	rb_book_problems(book, c->colour, &out);
	finish(&out, STDERR_FILENO, 0);
	if (rb_book_ok(book))
		tell_fine(c, file, rb_book_steps(book), "step");
	else
		c->wrong = true;
	rb_book_free(book);
}

static void
check_folder(struct check *c, const char *folder)
{
	struct rb_buf why;

	rb_buf_init(&why, NULL, OUT_MAX);
	if (rb_each_below(folder, check_file, c, &why) != 0) {
		rb_cli_complain("%s", rb_buf_cstr(&why));
		c->wrong = true;
	}
	rb_buf_free(&why);
}

int
rb_cli_check(const struct rb_cli *cli)
{
	struct rb_cli_args args = {.cli = cli, .command = rb_cli_command("check"), .at = 1};
	struct check c = {.colour = cli->colour && isatty(STDERR_FILENO) == 1};
	const char *path;
	int opt, n = 0;

	for (opt = rb_cli_next(&args, &path); opt != RB_ARGS_END; opt = rb_cli_next(&args, &path)) {
		if (opt != RB_ARGS_OPERAND)
			return RB_EXIT_USAGE;
		n++;
		if (rb_is_folder(path))
			check_folder(&c, path);
		else
			check_file(&c, path);
	}
	if (n == 0)
		return rb_cli_complain("check needs a file or folder: runbook check FILE|FOLDER…");
	if (c.unwritten != 0)
		return c.unwritten;
	return c.wrong ? RB_EXIT_USAGE : 0;
}

/* The operand and --json of runs and show, and the --plan of show. 0, or RB_EXIT_USAGE. */
static int
one_operand(const struct rb_cli *cli, const char *command, const char **operand, bool *json, bool *plan)
{
	struct rb_cli_args args = {.cli = cli, .command = rb_cli_command(command), .at = 1};
	const char *value;
	int opt;

	for (opt = rb_cli_next(&args, &value); opt != RB_ARGS_END; opt = rb_cli_next(&args, &value)) {
		if (opt == RB_ARGS_WRONG)
			return RB_EXIT_USAGE;
		if (opt == 0)
			*json = true;
		else if (opt == 1)
			*plan = true;
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

	if (one_operand(cli, "runs", NULL, &json, NULL) != 0)
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

	if (one_operand(cli, "show", &run, &json, &o.plan) != 0)
		return RB_EXIT_USAGE;
	if (run == NULL)
		return rb_cli_complain(
		    "show needs a run: runbook show RUN, or `last` (`runbook runs` lists them)");
	if (json)
		o.show = RB_SHOW_JSON;
	rb_buf_init(&why, NULL, OUT_MAX);
	r = rb_record_show(run, &o, &why);
	if (r == RB_UNWRITTEN)
		r = rb_cli_unwritten(errno, 0);
	else if (r < 0)
		r = RB_EXIT_USAGE;
	if (why.len > 0)
		rb_cli_complain("%s", rb_buf_cstr(&why));
	rb_buf_free(&why);
	return r;
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
		rb_cli_complain(
		    "there is no runbook in ./runbooks, here, in $RUNBOOK_PATH or where the program was "
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
		return rb_cli_complain("reference knows `transcript`, `scenario`, `stdlib` and the "
				       "procedures of the library, not `%s`",
		    cli->argv[1]);
	else if (cli->argc < 2)
		rb_reference(&out);
	return finish(&out, STDOUT_FILENO, 0);
}
