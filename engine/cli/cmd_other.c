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
	bool colour, json;
	bool strict;   /* warnings count */
	bool wrong;    /* a file has errors */
	bool warned;   /* or warnings */
	int unwritten; /* what the command ends with where its output could not be written; 0: it could */
};

/* What is wrong with a file: for people on stderr; for programs it is what they asked for. */
static void
tell_problems(struct check *c, struct rb_buf *problems)
{
	int r = finish(problems, c->json ? STDOUT_FILENO : STDERR_FILENO, 0);

	if (c->json && c->unwritten == 0)
		c->unwritten = r;
}

static void
tell_fine(struct check *c, const char *file, size_t n, const char *what)
{
	struct rb_buf out;

	if (c->unwritten != 0 || c->json)
		return;
	rb_buf_init(&out, NULL, OUT_MAX);
	rb_buf_fmt(&out, "%s: fine, %zu %s%s\n", file, n, what, n == 1 ? "" : "s");
	c->unwritten = finish(&out, STDOUT_FILENO, 0);
}

static void
check_scenarios(struct check *c, const char *file)
{
	size_t warnings = 0;
	struct rb_buf out;
	int64_t n;

	rb_buf_init(&out, NULL, OUT_MAX);
	n = rb_test_check(file, c->json, c->colour, &warnings, &out);
	tell_problems(c, &out);
	c->warned = c->warned || warnings > 0;
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
	if (c->json)
		rb_book_problems_json(book, &out);
	else
		rb_book_problems(book, c->colour, &out);
	tell_problems(c, &out);
	c->warned = c->warned || rb_book_warnings(book) > 0;
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

/* The options, which hold for all the files, wherever they stand among them. */
static int
check_options(const struct rb_cli *cli, struct check *c)
{
	const struct rb_cli_command *command = rb_cli_command("check");
	struct rb_cli_args args = {.cli = cli, .command = command, .at = 1};
	const char *value;
	int opt, n = 0;

	for (opt = rb_cli_next(&args, &value); opt != RB_ARGS_END; opt = rb_cli_next(&args, &value)) {
		if (opt == RB_ARGS_WRONG)
			return RB_EXIT_USAGE;
		if (opt == RB_ARGS_OPERAND)
			n++;
		else if (strcmp(command->options[opt].name, "--json") == 0)
			c->json = true;
		else
			c->strict = true;
	}
	if (n == 0)
		return rb_cli_complain("check needs a runbook or a folder: runbook check %s", command->usage);
	return 0;
}

int
rb_cli_check(const struct rb_cli *cli)
{
	struct rb_cli_args args = {.cli = cli, .command = rb_cli_command("check"), .at = 1};
	struct check c = {.colour = cli->colour && isatty(STDERR_FILENO) == 1};
	const char *path;
	int opt;

	if (check_options(cli, &c) != 0)
		return RB_EXIT_USAGE;
	for (opt = rb_cli_next(&args, &path); opt != RB_ARGS_END; opt = rb_cli_next(&args, &path)) {
		if (opt != RB_ARGS_OPERAND)
			continue;
		if (rb_is_folder(path))
			check_folder(&c, path);
		else
			check_file(&c, path);
	}
	if (c.unwritten != 0)
		return c.unwritten;
	if (c.wrong)
		return RB_EXIT_USAGE;
	return c.strict && c.warned ? RB_EXIT_FAILED : 0;
}

/* One that is not known is most often mistyped, and would find nothing. */
static int
take_outcome(const char *value, struct rb_record_filter *f)
{
	struct rb_buf words;

	rb_buf_init(&words, NULL, OUT_MAX);
	for (const char *const *w = rb_record_outcomes(); *w != NULL; w++) {
		if (strcmp(*w, value) == 0)
			f->outcome = *w;
		rb_buf_fmt(&words, "%s%s", words.len > 0 ? ", " : "", *w);
	}
	if (f->outcome == NULL)
		rb_cli_complain("--outcome takes one of %s, not `%s`", rb_buf_cstr(&words), value);
	rb_buf_free(&words);
	return f->outcome != NULL ? 0 : RB_EXIT_USAGE;
}

static int
take_filter(const char *option, const char *value, struct rb_record_filter *f, bool *json)
{
	int64_t n;

	if (strcmp(option, "--json") == 0) {
		*json = true;
		return 0;
	}
	if (strcmp(option, "--outcome") == 0)
		return take_outcome(value, f);
	if (strcmp(option, "--since") == 0) {
		if (rb_clock_parse(rb_str_c(value), &f->since) == 0 && f->since > 0)
			return 0;
		return rb_cli_complain("--since takes a duration as 90m, 12h or 7d, not `%s`", value);
	}
	if (rb_str_int(rb_str_c(value), &n) != 0 || n < 1)
		return rb_cli_complain("-n takes a number from 1 on, not `%s`", value);
	f->most = (size_t)n;
	return 0;
}

int
rb_cli_runs(const struct rb_cli *cli)
{
	const struct rb_cli_command *command = rb_cli_command("runs");
	struct rb_cli_args args = {.cli = cli, .command = command, .at = 1};
	struct rb_record_filter filter = {0};
	bool json = false;
	const char *value;
	struct rb_buf out;
	int opt;

	for (opt = rb_cli_next(&args, &value); opt != RB_ARGS_END; opt = rb_cli_next(&args, &value)) {
		if (opt == RB_ARGS_WRONG)
			return RB_EXIT_USAGE;
		if (opt == RB_ARGS_OPERAND && filter.runbook != NULL)
			return rb_cli_complain("runs takes the name of one runbook, not also `%s`", value);
		if (opt == RB_ARGS_OPERAND)
			filter.runbook = value;
		else if (take_filter(command->options[opt].name, value, &filter, &json) != 0)
			return RB_EXIT_USAGE;
	}
	rb_buf_init(&out, NULL, OUT_MAX);
	if (rb_record_list(&filter, json, &out) < 0)
		return finish(&out, STDERR_FILENO, RB_EXIT_ENVIRONMENT);
	return finish(&out, STDOUT_FILENO, 0);
}

/* The operand of show, its --json and --plan. 0, or RB_EXIT_USAGE. */
static int
show_arguments(const struct rb_cli *cli, const char **operand, bool *json, bool *plan)
{
	struct rb_cli_args args = {.cli = cli, .command = rb_cli_command("show"), .at = 1};
	const char *value;
	int opt;

	for (opt = rb_cli_next(&args, &value); opt != RB_ARGS_END; opt = rb_cli_next(&args, &value)) {
		if (opt == RB_ARGS_WRONG)
			return RB_EXIT_USAGE;
		if (opt == 0)
			*json = true;
		else if (opt == 1)
			*plan = true;
		else if (*operand == NULL)
			*operand = value;
		else
			return rb_cli_complain("show does not take `%s`", value);
	}
	return 0;
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

	if (show_arguments(cli, &run, &json, &o.plan) != 0)
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

/* Words come first, so that no runbook hides one; what looks like a file is one. Returns the exit code. */
static int
explain(const char *word, struct rb_buf *out)
{
	bool file = strchr(word, '/') != NULL || rb_str_ends(rb_str_c(word), ".yaml");
	int r = file ? rb_catalog_explain_file(word, out) : -1;
	struct rb_buf said;

	if (r < 0)
		r = rb_catalog_explain(word, out);
	if (r >= 0)
		return r == 0 ? 0 : RB_EXIT_USAGE;
	rb_buf_init(&said, NULL, OUT_MAX);
	r = rb_reference_explain(word, &said);
	if (r < 0 && !file)
		r = rb_catalog_explain_file(word, out);
	if (out->len == 0)
		rb_buf_str(out, rb_buf_view(&said));
	rb_buf_free(&said);
	return r == 0 ? 0 : RB_EXIT_USAGE;
}

/* `runbook explain exit codes` means what `runbook explain "exit codes"` does. */
int
rb_cli_explain(const struct rb_cli *cli)
{
	struct rb_buf out, words;
	int r;

	if (cli->argc < 2)
		return rb_cli_complain("explain needs a word or a runbook: runbook explain %s",
		    rb_cli_command("explain")->usage);
	rb_buf_init(&words, NULL, OUT_MAX);
	for (int i = 1; i < cli->argc; i++)
		rb_buf_fmt(&words, "%s%s", i > 1 ? " " : "", cli->argv[i]);
	rb_buf_init(&out, NULL, OUT_MAX);
	r = explain(rb_buf_cstr(&words), &out);
	rb_buf_free(&words);
	return finish(&out, r == 0 ? STDOUT_FILENO : STDERR_FILENO, r);
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
