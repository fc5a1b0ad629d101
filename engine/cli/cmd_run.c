/* runbook run, and runbook drill: the same but for what is done. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

/* The run that signals go to: the one thing that a signal handler can reach. */
static struct rb_run *volatile current;

static void
on_signal(int signo)
{
	struct rb_run *r = current;

	if (r != NULL)
		rb_run_signal(r, signo);
}

static void
catch_signals(void)
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
	struct sigaction sa;

	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = on_signal;
	sigemptyset(&sa.sa_mask);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		struct sigaction old;

		/* nohup(1): who started us with SIGHUP ignored meant it. */
		if (sigaction(numbers[i], NULL, &old) == 0 && old.sa_handler == SIG_IGN)
			continue;
		sigaction(numbers[i], &sa, NULL);
	}
}

struct request {
	const char *file;
	struct rb_run_options options;
	const char **sets, **ids, **assume;
	bool dry_run;
};

/* What does not go with a dry run, and what goes with nothing else. */
static int
check_dry_run(const struct request *req)
{
	const struct rb_run_options *o = &req->options;

	if (!req->dry_run && o->nassume > 0)
		return rb_cli_complain("--assume belongs to --dry-run: a run finds out by itself");
	if (!req->dry_run)
		return o->brief ? rb_cli_complain("--brief belongs to --dry-run") : 0;
	if (o->brief && o->show == RB_SHOW_JSON)
		return rb_cli_complain("--brief is for people: leave it away, or --json");
	if (o->transcript != NULL)
		return rb_cli_complain("a dry run writes nothing: leave --transcript away");
	if (o->show == RB_SHOW_NOTHING)
		return rb_cli_complain("a dry run is there to be read: leave --quiet away");
	return 0;
}

/* ---- options, by their names in main.c's tables ---- */

static void
take_set(struct request *req, const char *value)
{
	req->sets[req->options.nsets++] = value;
}

static void
take_inputs(struct request *req, const char *value)
{
	req->options.inputs_file = value;
}

static void
take_from(struct request *req, const char *value)
{
	req->options.from = value;
}

static void
take_dry_run(struct request *req, const char *value)
{
	(void)value;
	req->dry_run = true;
}

static void
take_brief(struct request *req, const char *value)
{
	(void)value;
	req->options.brief = true;
}

static void
take_plan(struct request *req, const char *value)
{
	(void)value;
	req->options.plan = true;
}

static void
take_assume(struct request *req, const char *value)
{
	req->assume[req->options.nassume++] = value;
}

static void
take_yes(struct request *req, const char *value)
{
	if (value != NULL)
		req->ids[req->options.nyes_ids++] = value;
	else
		req->options.yes = true;
}

static void
take_transcript(struct request *req, const char *value)
{
	req->options.transcript = value;
}

static void
take_json(struct request *req, const char *value)
{
	(void)value;
	req->options.show = RB_SHOW_JSON;
}

static void
take_quiet(struct request *req, const char *value)
{
	(void)value;
	req->options.show = RB_SHOW_NOTHING;
}

static void
take_no_color(struct request *req, const char *value)
{
	(void)value;
	req->options.colour = req->options.problems_colour = false;
}

static const struct {
	const char *name;
	void (*take)(struct request *req, const char *value);
} takers[] = {{"--set", take_set}, {"--inputs", take_inputs}, {"--from", take_from},
    {"--dry-run", take_dry_run}, {"--brief", take_brief}, {"--plan", take_plan}, {"--assume", take_assume},
    {"--yes", take_yes}, {"--transcript", take_transcript}, {"--json", take_json}, {"--quiet", take_quiet},
    {"--no-color", take_no_color}};

static void
take(struct request *req, const char *name, const char *value)
{
	for (size_t i = 0; i < sizeof(takers) / sizeof(takers[0]); i++) {
		if (strcmp(takers[i].name, name) == 0)
			takers[i].take(req, value);
	}
}

static int
read_arguments(const struct rb_cli *cli, const struct rb_cli_command *command, struct request *req)
{
	struct rb_cli_args args = {.cli = cli, .command = command, .at = 1};
	const char *value;
	int opt;

	for (opt = rb_cli_next(&args, &value); opt != RB_ARGS_END; opt = rb_cli_next(&args, &value)) {
		if (opt == RB_ARGS_WRONG)
			return RB_EXIT_USAGE;
		if (opt != RB_ARGS_OPERAND)
			take(req, command->options[opt].name, value);
		else if (req->file == NULL)
			req->file = value;
		else
			return rb_cli_complain(
			    "%s takes one runbook; `%s` is a second one (inputs are given with --set)",
			    command->name, value);
	}
	if (req->file == NULL)
		return rb_cli_complain(
		    "%s needs a runbook: runbook %s FILE|NAME", command->name, command->name);
	return check_dry_run(req);
}

/* Somebody must be there: what reads a pipe or was told to be quiet answers nothing. Output may go elsewhere
 * (`| tee log`), since questions are asked at the terminal itself. */
static int
terminal_for(enum rb_show show)
{
	if (show == RB_SHOW_JSON || show == RB_SHOW_NOTHING || isatty(STDIN_FILENO) != 1)
		return -1;
	return open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
}

static int
preview(struct rb_book *book, struct request *req, struct rb_buf *problems)
{
	int r = rb_run_preview(book, &req->options, problems);

	if (r == RB_UNWRITTEN)
		return rb_cli_unwritten(errno, RB_EXIT_RESOLVED);
	return r < 0 ? RB_EXIT_USAGE : RB_EXIT_RESOLVED;
}

static int
perform(struct rb_book *book, struct request *req, struct rb_buf *problems)
{
	struct rb_run_result result;
	struct rb_run *r;
	int exit = RB_EXIT_USAGE;

	req->options.terminal = terminal_for(req->options.show);
	if (rb_run_new(&r, book, &req->options, problems) == 0) {
		current = r;
		catch_signals();
		rb_run_wait(r, &result);
		current = NULL;
		exit = result.exit;
		rb_run_free(r);
	}
	if (req->options.terminal >= 0)
		close(req->options.terminal);
	return exit;
}

/* Whoever runs it has no use for them now: they are the author's. */
static void
mention_warnings(struct rb_book *book, const struct request *req, struct rb_buf *out)
{
	size_t n = rb_book_warnings(book);

	if (n > 0)
		rb_buf_fmt(out, "%zu warning%s: runbook check %s\n", n, n == 1 ? "" : "s", req->file);
}

static int
run_book(struct rb_book *book, struct request *req)
{
	struct rb_buf problems;
	int exit = RB_EXIT_USAGE;

	rb_buf_init(&problems, NULL, 1 << 20);
	if (rb_book_ok(book) && !req->dry_run && !req->options.drill)
		mention_warnings(book, req, &problems);
	else
		rb_book_problems(book, req->options.problems_colour, &problems);
	rb_cli_print(STDERR_FILENO, rb_buf_view(&problems), 0);
	rb_buf_clear(&problems);
	if (rb_book_ok(book)) {
		exit = (req->dry_run ? preview : perform)(book, req, &problems);
		rb_cli_print(STDERR_FILENO, rb_buf_view(&problems), 0);
	}
	rb_buf_free(&problems);
	return exit;
}

static int
run_or_drill(const struct rb_cli *cli, const char *command, bool drill)
{
	struct request req = {.options = {.drill = drill,
				  .environ_ = (const char *const *)cli->environ_,
				  .show = cli->live ? RB_SHOW_LIVE : RB_SHOW_PLAIN,
				  .show_fd = STDOUT_FILENO,
				  .problems_colour = cli->colour && isatty(STDERR_FILENO) == 1,
				  .colour = cli->colour,
				  .ascii = cli->ascii,
				  .width = rb_cli_width}};
	struct rb_book *book;
	int r;

	rb_self_prepare(&req.options);
	req.sets = rb_alloc_zero(NULL, (size_t)cli->argc + 1, sizeof(*req.sets));
	req.ids = rb_alloc_zero(NULL, (size_t)cli->argc + 1, sizeof(*req.ids));
	req.assume = rb_alloc_zero(NULL, (size_t)cli->argc + 1, sizeof(*req.assume));
	req.options.sets = req.sets;
	req.options.assume = req.assume;
	req.options.yes_ids = req.ids;
	r = read_arguments(cli, rb_cli_command(command), &req);
	if (r == 0) {
		book = rb_book_load(req.file, NULL);
		r = run_book(book, &req);
		rb_book_free(book);
	}
	rb_alloc_free(NULL, req.sets);
	rb_alloc_free(NULL, req.ids);
	rb_alloc_free(NULL, req.assume);
	return r;
}

int
rb_cli_run(const struct rb_cli *cli)
{
	return run_or_drill(cli, "run", false);
}

int
rb_cli_drill(const struct rb_cli *cli)
{
	return run_or_drill(cli, "drill", true);
}
