/* The smallest useful program around librunbook: checks a runbook, runs it, and tells its own log what
 * happened.
 *
 *   cc embed.c $(pkg-config --cflags --libs runbook) && ./a.out FILE [NAME=VALUE…]
 *
 * It ends with the run's exit code. What a real service would do otherwise: give the run a terminal for
 * questions (options.terminal) or answer them (options.yes_ids), and drive several runs from its own event
 * loop with rb_run_fds, rb_run_due and rb_run_step. */
#include <stdio.h>

#include <runbook.h>

extern char **environ;

enum { PROBLEMS_MAX = 1 << 20 };

/* Every event comes by here, masked: one line for each step that has ended. */
static void
on_event(void *ctx, const struct rb_event *ev)
{
	struct rb_str outcome = rb_event_get_text(ev, "outcome");

	if (ev->type == RB_EV_STEP_END)
		fprintf(ctx, "%.*s: %.*s\n", RB_STR_ARG(ev->where.step), RB_STR_ARG(outcome));
}

static int
run(struct rb_book *book, const struct rb_run_options *options, struct rb_buf *problems)
{
	struct rb_run_result result;
	struct rb_run *r;

	if (rb_run_new(&r, book, options, problems) < 0)
		return RB_EXIT_USAGE;
	rb_run_wait(r, &result);
	printf("%s: %.*s (record: %s)\n", result.outcome, RB_STR_ARG(result.reason), rb_run_transcript(r));
	rb_run_free(r);
	return result.exit;
}

int
main(int argc, char **argv)
{
	struct rb_run_options options = {
	    .terminal = -1,
	    .show = RB_SHOW_NOTHING,
	    .environ_ = (const char *const *)environ,
	    .event = on_event,
	    .event_ctx = stdout,
	};
	struct rb_book *book;
	struct rb_buf problems;
	int exit = RB_EXIT_USAGE;

	if (argc < 2) {
		fprintf(stderr, "usage: embed FILE [NAME=VALUE...]\n");
		return RB_EXIT_USAGE;
	}
	options.sets = (const char *const *)argv + 2;
	options.nsets = (size_t)argc - 2;
	rb_self_prepare(&options);
	rb_buf_init(&problems, NULL, PROBLEMS_MAX);
	book = rb_book_load(argv[1], NULL);
	rb_book_problems(book, false, &problems);
	if (rb_book_ok(book))
		exit = run(book, &options, &problems);
	fputs(rb_buf_cstr(&problems), stderr);
	rb_book_free(book);
	rb_buf_free(&problems);
	return exit;
}
