/* runbook test. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/write.h"
#include "cli/cli.h"

enum { OUT_MAX = 64 << 20, ALL = 100 };

struct request {
	struct rb_test_options options;
	const char **paths;
	const char *record, *name, *append;
};

static int
take_coverage(struct request *req, const char *value)
{
	struct rb_str s = rb_str_c(value);

	if (rb_str_ends(s, "%"))
		s.n--;
	if (rb_str_int(s, &req->options.coverage) == 0 && req->options.coverage >= 0 &&
	    req->options.coverage <= ALL)
		return 0;
	return rb_cli_complain("--coverage takes a number of percent from 0 to 100, not `%s`", value);
}

static int
take(struct request *req, const char *option, const char *value)
{
	if (strcmp(option, "--coverage") == 0)
		return take_coverage(req, value);
	if (strcmp(option, "--only") == 0)
		req->options.only = value;
	else if (strcmp(option, "--tap") == 0)
		req->options.tap = true;
	else if (strcmp(option, "--junit") == 0)
		req->options.junit = value;
	else if (strcmp(option, "--verbose") == 0)
		req->options.verbose = true;
	else if (strcmp(option, "--record") == 0)
		req->record = value;
	else if (strcmp(option, "--name") == 0)
		req->name = value;
	else if (strcmp(option, "--append") == 0)
		req->append = value;
	else
		req->options.colour = false;
	return 0;
}

/* What does not go together. */
static int
check(const struct request *req)
{
	const struct rb_test_options *o = &req->options;

	if (req->record != NULL && (o->npaths > 0 || o->only != NULL || o->coverage >= 0 || o->tap ||
				       o->verbose || o->junit != NULL))
		return rb_cli_complain(
		    "--record prints a scenario and plays none: only --name and --append go with it");
	if (req->record == NULL && req->name != NULL)
		return rb_cli_complain("--name belongs to --record: it names the scenario that is printed");
	if (req->record == NULL && req->append != NULL)
		return rb_cli_complain(
		    "--append belongs to --record: it names the file that the scenario is added to");
	if (o->only != NULL && o->coverage >= 0)
		return rb_cli_complain("--coverage counts what all scenarios do: leave --only away");
	if (o->tap && o->verbose)
		return rb_cli_complain(
		    "--verbose shows plays between the results, which --tap has no place for");
	return 0;
}

static int
read_arguments(const struct rb_cli *cli, struct request *req)
{
	const struct rb_cli_command *command = rb_cli_command("test");
	struct rb_cli_args args = {.cli = cli, .command = command, .at = 1};
	const char *value;
	int opt, r = 0;

	for (opt = rb_cli_next(&args, &value); opt != RB_ARGS_END && r == 0;
	     opt = rb_cli_next(&args, &value)) {
		if (opt == RB_ARGS_OPERAND)
			req->paths[req->options.npaths++] = value;
		else if (opt == RB_ARGS_WRONG)
			r = RB_EXIT_USAGE;
		else
			r = take(req, command->options[opt].name, value);
	}
	return r == 0 ? check(req) : r;
}

static void
print_notes(struct rb_buf *notes)
{
	rb_cli_print(STDERR_FILENO, rb_buf_view(notes), 0);
	rb_buf_free(notes);
}

static int
append(const char *path, const struct rb_buf *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	bool written = fd >= 0 && rb_write_all(fd, rb_buf_view(text)) == 0;

	if (!written)
		rb_cli_complain("%s cannot be written: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return written ? 0 : -1;
}

static int
record(const struct request *req)
{
	struct rb_buf out, notes;
	int r, exit;

	rb_buf_init(&out, NULL, OUT_MAX);
	rb_buf_init(&notes, NULL, OUT_MAX);
	r = rb_test_record(req->record, req->name, req->append, &out, &notes);
	print_notes(&notes);
	/* What is written to a file is not to be wrapped on its way. */
	if (req->append != NULL && r >= 0 && append(req->append, &out) != 0)
		r = -1;
	exit = r == 0 ? RB_EXIT_RESOLVED : r > 0 ? RB_EXIT_FAILED : RB_EXIT_USAGE;
	if (req->append == NULL)
		exit = rb_cli_write(STDOUT_FILENO, rb_buf_view(&out), exit);
	rb_buf_free(&out);
	return exit;
}

static int
test(const struct request *req)
{
	struct rb_test_result result;
	struct rb_buf problems;
	int r;

	rb_buf_init(&problems, NULL, OUT_MAX);
	r = rb_test_run(&req->options, &result, &problems);
	if (r == RB_UNWRITTEN)
		result.exit = rb_cli_unwritten(errno, result.exit);
	if (problems.len > 0)
		rb_cli_complain("%.*s", RB_STR_ARG(rb_str_chomp(rb_buf_view(&problems))));
	rb_buf_free(&problems);
	return result.exit;
}

int
rb_cli_test(const struct rb_cli *cli)
{
	struct request req = {.options = {.coverage = -1,
				  .show_fd = STDOUT_FILENO,
				  .colour = cli->colour,
				  .ascii = cli->ascii,
				  .width = rb_cli_width,
				  .layout = rb_cli_layout}};
	int r;

	req.paths = rb_alloc_zero(NULL, (size_t)cli->argc + 1, sizeof(*req.paths));
	req.options.paths = req.paths;
	r = read_arguments(cli, &req);
	if (r == 0)
		r = req.record != NULL ? record(&req) : test(&req);
	rb_alloc_free(NULL, req.paths);
	return r;
}
