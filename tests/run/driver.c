/* Runs one runbook through runbook.h, as any embedder would, and prints what happened as a trace: a line an
 * event, without times. tests/run.tap compares it with the expected one; tests/run/README.md has the form.
 *
 *   driver FILE [--set NAME=VALUE] [--inputs FILE] [--from PROCEDURE] [--yes] [--yes=ID] [--transcript FILE]
 *          [--facts] [--attempts] [--show plain|json] [--answer TEXT]… [--signal SIGNAL@STEP[:output]]…
 * [--terminal]
 *
 * With --answer or --terminal the run has a terminal: a pty, at whose other end a child types the answers,
 * one whenever the program waits behind a prompt. All that came up on it is kept in the file `screen`. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "api/runbook.h"

enum {
	WORDS_MAX = 64,
	TRACE_MAX = 16 << 20,
	QUIET_MS = 250, /* nothing came for so long: a prompt waits */
	READ_SIZE = 4096,
	STEP_MAX = 256,
	BROKEN_MAX = 64, /* steps with attempts at a time */
};

struct planned_signal {
	int number;
	const char *step;
	bool at_output; /* not before the step has said something */
	bool sent;
};

/* Assertions that did not hold in the last attempt of a step: the trace has those that decided, not those of
 * each look of a `verify`, of which nobody knows how many there are. */
struct broken {
	char step[STEP_MAX];
	bool ready; /* of looks whether a program is up, which say nothing: its end or its deadline does */
	struct rb_buf lines;
};

struct driver {
	const char *file;
	struct rb_run_options options;
	const char *sets[WORDS_MAX], *ids[WORDS_MAX], *answers[WORDS_MAX];
	size_t nanswers;
	struct planned_signal signals[WORDS_MAX];
	size_t nsignals;
	bool facts, attempts, terminal;
	struct rb_run *run;
	struct rb_buf trace, *out; /* out: where the line at hand goes */
	struct broken broken[BROKEN_MAX];
	size_t nbroken;
};

static _Noreturn void
die(const char *what)
{
	fprintf(stderr, "driver: %s: %s\n", what, strerror(errno));
	exit(2);
}

/* ---- the trace ---- */

/* A field after a separator, if the event has it. A line break in it is shown as ⏎, so that an event stays a
 * line. */
static void
put(struct driver *d, const char *before, const struct rb_event *ev, const char *name)
{
	struct rb_str s = rb_event_get_text(ev, name);

	if (s.n == 0)
		return;
	rb_buf_c(d->out, before);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\n')
			rb_buf_c(d->out, "⏎");
		else
			rb_buf_char(d->out, s.p[i]);
	}
}

static void
line_input(struct driver *d, const struct rb_event *ev)
{
	put(d, "input ", ev, "name");
	put(d, " = ", ev, "value");
	put(d, " (", ev, "source");
	rb_buf_c(d->out, ")");
}

static void
line_phase(struct driver *d, const struct rb_event *ev)
{
	put(d, "phase ", ev, "name");
	put(d, ": ", ev, "title");
}

static void
line_item(struct driver *d, const struct rb_event *ev)
{
	put(d, "item ", ev, "name");
	put(d, " = ", ev, "value");
}

static void
line_branch(struct driver *d, const struct rb_event *ev)
{
	int64_t arm = rb_event_get_num(ev, "arm", -1);

	if (arm < 0)
		rb_buf_c(d->out, "→ no arm");
	else if (rb_event_get_text(ev, "condition").n == 0)
		rb_buf_c(d->out, "→ else");
	put(d, "→ ", ev, "condition");
	put(d, " (", ev, "why");
	if (rb_event_get_text(ev, "why").n > 0)
		rb_buf_c(d->out, ")");
}

static void
line_edge(struct driver *d, const struct rb_event *ev)
{
	put(d, "edge ", ev, "key");
	put(d, ": ", ev, "to");
	put(d, ": ", ev, "reason");
}

static struct broken *
broken_of(struct driver *d, const struct rb_event *ev)
{
	size_t i = 0;

	while (i < d->nbroken && !rb_str_is(ev->where.step, d->broken[i].step))
		i++;
	if (i < d->nbroken)
		return &d->broken[i];
	if (i == BROKEN_MAX)
		i--; /* too many: the last ones share a place */
	else
		d->nbroken++;
	snprintf(d->broken[i].step, STEP_MAX, "%.*s", RB_STR_ARG(ev->where.step));
	return &d->broken[i];
}

/* What was held back comes before the event that it led to; what led to nothing goes. */
static void
settle_broken(struct driver *d, const struct rb_event *ev)
{
	struct broken *b;
	bool passed = ev->type == RB_EV_STEP_END && (rb_str_is(rb_event_get_text(ev, "outcome"), "passed"));

	if (ev->type != RB_EV_STEP_END && ev->type != RB_EV_RETRY && ev->type != RB_EV_EDGE &&
	    ev->type != RB_EV_ATTEMPT_START)
		return;
	b = broken_of(d, ev);
	if (ev->type != RB_EV_ATTEMPT_START && !passed && !b->ready)
		rb_buf_str(&d->trace, rb_buf_view(&b->lines));
	rb_buf_clear(&b->lines);
	if (ev->type == RB_EV_ATTEMPT_START)
		b->ready = rb_str_is(rb_event_get_text(ev, "purpose"), "ready");
}

static void
line_assertion(struct driver *d, const struct rb_event *ev)
{
	rb_buf_fmt(d->out, "! %lld:%lld: ", (long long)rb_event_get_num(ev, "line", 0),
	    (long long)rb_event_get_num(ev, "column", 0));
	put(d, "", ev, "what");
	put(d, "; expected ", ev, "expected");
	put(d, "; actual ", ev, "actual");
}

static void
line_ask(struct driver *d, const struct rb_event *ev)
{
	put(d, "ask ", ev, "form");
	put(d, ": ", ev, "question");
	put(d, " ", ev, "choices");
	put(d, "; expects ", ev, "expect");
	put(d, "; by ", ev, "by");
}

static void
line_answer(struct driver *d, const struct rb_event *ev)
{
	put(d, "answer ", ev, "outcome");
	put(d, " by ", ev, "by");
	put(d, ": ", ev, "value");
}

static void
line_say(struct driver *d, const struct rb_event *ev)
{
	put(d, "say: ", ev, "text");
}

static void
line_warning(struct driver *d, const struct rb_event *ev)
{
	put(d, "warning ", ev, "code");
	put(d, ": ", ev, "text");
}

static void
line_retry(struct driver *d, const struct rb_event *ev)
{
	put(d, "retry: ", ev, "reason");
}

static void
line_facts(struct driver *d, const struct rb_event *ev)
{
	put(d, "facts ", ev, "facts");
}

static void
line_attempt(struct driver *d, const struct rb_event *ev)
{
	put(d, "attempt ", ev, "purpose");
	put(d, " ", ev, "effect");
	put(d, " ", ev, "request");
}

/* The step by its path, since the id alone does not tell which visit or call it was. */
static void
line_step_end(struct driver *d, const struct rb_event *ev)
{
	int64_t attempts = rb_event_get_num(ev, "attempts", 0);

	rb_buf_str(d->out, ev->where.step);
	put(d, " ", ev, "outcome");
	put(d, ": ", ev, "reason");
	if (attempts > 1)
		rb_buf_fmt(d->out, " (%lld attempts)", (long long)attempts);
	if (ev->where.title.n > 0)
		rb_buf_fmt(d->out, " — %.*s", RB_STR_ARG(ev->where.title));
}

static void (*const lines[RB_EV_TYPES])(struct driver *d, const struct rb_event *ev) = {
    [RB_EV_INPUT] = line_input,
    [RB_EV_PHASE] = line_phase,
    [RB_EV_ATTEMPT_START] = line_attempt,
    [RB_EV_ASSERTION] = line_assertion,
    [RB_EV_FACTS] = line_facts,
    [RB_EV_RETRY] = line_retry,
    [RB_EV_ITEM] = line_item,
    [RB_EV_BRANCH] = line_branch,
    [RB_EV_EDGE] = line_edge,
    [RB_EV_STEP_END] = line_step_end,
    [RB_EV_ASK] = line_ask,
    [RB_EV_ANSWER] = line_answer,
    [RB_EV_SAY] = line_say,
    [RB_EV_WARNING] = line_warning,
};

static void
send_planned(struct driver *d, const struct rb_event *ev)
{
	for (size_t i = 0; i < d->nsignals; i++) {
		struct planned_signal *s = &d->signals[i];

		if (s->sent || s->at_output != (ev->type == RB_EV_PROGRESS) ||
		    !rb_str_is(ev->where.id, s->step))
			continue;
		s->sent = true;
		rb_buf_pad(&d->trace, ' ', (size_t)ev->where.depth * 2);
		rb_buf_fmt(&d->trace, "signal SIG%s\n", sigabbrev_np(s->number));
		rb_run_signal(d->run, s->number);
		return;
	}
}

static void
on_event(void *ctx, const struct rb_event *ev)
{
	struct driver *d = ctx;

	settle_broken(d, ev);
	if ((ev->type == RB_EV_ATTEMPT_START || ev->type == RB_EV_PROGRESS) && d->run != NULL)
		send_planned(d, ev);
	if (lines[ev->type] == NULL || (ev->type == RB_EV_FACTS && !d->facts) ||
	    (ev->type == RB_EV_ATTEMPT_START && !d->attempts))
		return;
	d->out = ev->type == RB_EV_ASSERTION ? &broken_of(d, ev)->lines : &d->trace;
	rb_buf_pad(d->out, ' ', (size_t)ev->where.depth * 2);
	lines[ev->type](d, ev);
	rb_buf_char(d->out, '\n');
}

/* ---- the terminal ---- */

/* Types an answer whenever something stands on the last line and nothing more comes: a prompt. Ends with the
 * terminal, or when no answer is left and the run goes on without one. */
static _Noreturn void
operate(int master, const struct driver *d)
{
	int screen = open("screen", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	struct pollfd p = {.fd = master, .events = POLLIN};
	char bytes[READ_SIZE], last = '\n';
	size_t next = 0;

	for (;;) {
		int ready = poll(&p, 1, QUIET_MS);

		if (ready > 0) {
			ssize_t n = read(master, bytes, sizeof(bytes));

			if (n <= 0)
				_exit(0); /* EIO: nobody has the other side any more */
			last = bytes[n - 1];
			if (write(screen, bytes, (size_t)n) != n)
				_exit(1);
		} else if (last != '\n' && next < d->nanswers) {
			char typed[READ_SIZE];
			struct termios modes;
			/* Where one key answers, a line end would answer the next question. */
			bool line = tcgetattr(master, &modes) == 0 && (modes.c_lflag & ICANON) != 0;
			int n = snprintf(typed, sizeof(typed), "%s%s", d->answers[next++], line ? "\r" : "");

			last = '\n';
			if (write(master, typed, (size_t)n) != n)
				_exit(1);
		}
	}
}

static int
open_terminal(struct driver *d, pid_t *operator_)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), fd;

	if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0)
		die("no pty");
	fd = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		die(ptsname(master));
	*operator_ = fork();
	if (*operator_ < 0)
		die("fork");
	if (*operator_ == 0) {
		close(fd);
		operate(master, d);
	}
	close(master);
	/* A session of its own, of which this is the controlling terminal: interactive steps are handed it.
	 */
	if (setsid() < 0 || ioctl(fd, TIOCSCTTY, 0) < 0)
		die("the terminal could not be made the controlling one");
	return fd;
}

/* ---- arguments ---- */

static const char *
text_after(const char *arg, const char *name, char ***rest)
{
	size_t n = strlen(name);

	if (strncmp(arg, name, n) != 0)
		return NULL;
	if (arg[n] == '=')
		return arg + n + 1;
	if (arg[n] != '\0' || **rest == NULL)
		return NULL;
	return *(*rest)++;
}

/* INT@step, INT@step:output */
static void
plan_signal(struct driver *d, char *text)
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
	char *at = strchr(text, '@'), *colon = strchr(text, ':');

	if (at == NULL)
		return;
	*at = '\0';
	if (colon != NULL)
		*colon = '\0';
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (strcmp(text, sigabbrev_np(numbers[i])) == 0)
			d->signals[d->nsignals++] =
			    (struct planned_signal){numbers[i], at + 1, colon != NULL, false};
	}
}

static bool
take_flag(struct driver *d, const char *arg)
{
	const struct {
		const char *name;
		bool *flag;
	} flags[] = {{"--facts", &d->facts}, {"--attempts", &d->attempts}, {"--terminal", &d->terminal},
	    {"--yes", &d->options.yes}};

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		if (strcmp(arg, flags[i].name) == 0) {
			*flags[i].flag = true;
			return true;
		}
	}
	return false;
}

/* NAME VALUE and NAME=VALUE: a word that is there once. */
static bool
take_one(struct driver *d, const char *arg, char ***rest)
{
	struct rb_run_options *o = &d->options;
	const char *value = text_after(arg, "--inputs", rest);

	if (value != NULL) {
		o->inputs_file = value;
		return true;
	}
	value = text_after(arg, "--from", rest);
	if (value != NULL) {
		o->from = value;
		return true;
	}
	value = text_after(arg, "--transcript", rest);
	if (value != NULL) {
		o->transcript = value;
		return true;
	}
	value = text_after(arg, "--show", rest);
	if (value != NULL)
		o->show = strcmp(value, "json") == 0 ? RB_SHOW_JSON : RB_SHOW_PLAIN;
	return value != NULL;
}

/* And one that may come again. */
static bool
take_more(struct driver *d, const char *arg, char ***rest)
{
	const struct {
		const char *name;
		const char **list;
		size_t *count;
	} words[] = {
	    {"--set", d->sets, &d->options.nsets},
	    {"--yes", d->ids, &d->options.nyes_ids},
	    {"--answer", d->answers, &d->nanswers},
	};
	const char *value;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		value = text_after(arg, words[i].name, rest);
		if (value == NULL || *words[i].count == WORDS_MAX)
			continue;
		words[i].list[*words[i].count] = value;
		*words[i].count += 1;
		return true;
	}
	value = text_after(arg, "--signal", rest);
	if (value == NULL || d->nsignals == WORDS_MAX)
		return false;
	plan_signal(d, (char *)(uintptr_t)value);
	return true;
}

static void
take(struct driver *d, const char *arg, char ***rest)
{
	if (take_flag(d, arg) || take_one(d, arg, rest) || take_more(d, arg, rest))
		return;
	if (arg[0] == '-' || d->file != NULL) {
		fprintf(stderr, "driver: not understood: %s\n", arg);
		exit(2);
	}
	d->file = arg;
}

/* ---- the run ---- */

/* By the calls that do not block, so that these are tested by every test. */
static void
turn(struct driver *d, struct rb_run_result *result)
{
	struct pollfd fds[256];

	while (!rb_run_done(d->run, result)) {
		size_t n = rb_run_fds(d->run, fds, sizeof(fds) / sizeof(fds[0]));
		int64_t due = rb_run_due(d->run), left = due - rb_clock_mono();
		int ms = due == RB_NEVER ? -1 : left <= 0 ? 0 : (int)(left / RB_MS) + 1;

		if (n > sizeof(fds) / sizeof(fds[0]))
			n = sizeof(fds) / sizeof(fds[0]);
		if (poll(fds, n, ms) < 0 && errno != EINTR)
			die("poll");
		rb_run_step(d->run, 0);
	}
}

static void
copy_shown(int fd)
{
	char bytes[READ_SIZE];

	lseek(fd, 0, SEEK_SET);
	for (ssize_t n = read(fd, bytes, sizeof(bytes)); n > 0; n = read(fd, bytes, sizeof(bytes)))
		fwrite(bytes, 1, (size_t)n, stdout);
}

static int
run(struct driver *d, struct rb_book *book)
{
	struct rb_run_result result;
	struct rb_buf problems;

	rb_buf_init(&problems, NULL, TRACE_MAX);
	rb_book_problems(book, false, &problems);
	if (!rb_book_ok(book) || rb_run_new(&d->run, book, &d->options, &problems) < 0) {
		printf("%snot run\n", rb_buf_cstr(&problems));
		rb_buf_free(&problems);
		return RB_EXIT_USAGE;
	}
	fputs(rb_buf_cstr(&problems), stdout);
	rb_buf_free(&problems);
	turn(d, &result);
	fputs(rb_buf_cstr(&d->trace), stdout);
	printf("end %s exit %d%s%.*s\n", result.outcome, result.exit, result.reason.n > 0 ? ": " : "",
	    RB_STR_ARG(result.reason));
	if (d->options.show != RB_SHOW_NOTHING)
		copy_shown(d->options.show_fd);
	rb_run_free(d->run);
	return result.exit;
}

int
main(int argc, char **argv)
{
	struct driver d = {.options = {.environ_ = (const char *const *)environ,
			       .terminal = -1,
			       .show = RB_SHOW_NOTHING,
			       .show_fd = -1,
			       .event = on_event}};
	char **rest = argv + (argc > 0);
	pid_t operator_ = 0;
	struct rb_book *book;
	int status;

	rb_self_prepare(&d.options);
	rb_buf_init(&d.trace, NULL, TRACE_MAX);
	for (size_t i = 0; i < BROKEN_MAX; i++)
		rb_buf_init(&d.broken[i].lines, NULL, TRACE_MAX);
	d.options.event_ctx = &d;
	d.options.sets = d.sets;
	d.options.yes_ids = d.ids;
	while (*rest != NULL) {
		const char *arg = *rest++;

		take(&d, arg, &rest);
	}
	if (d.file == NULL) {
		fprintf(stderr, "usage: driver FILE [OPTION…]\n");
		return 2;
	}
	if (d.options.show != RB_SHOW_NOTHING) {
		d.options.show_fd = memfd_create("shown", MFD_CLOEXEC);
		if (d.options.show_fd < 0)
			die("memfd_create");
	}
	if (d.terminal || d.nanswers > 0)
		d.options.terminal = open_terminal(&d, &operator_);
	book = rb_book_load(d.file, NULL);
	status = run(&d, book);
	rb_book_free(book);
	rb_buf_free(&d.trace);
	for (size_t i = 0; i < BROKEN_MAX; i++)
		rb_buf_free(&d.broken[i].lines);
	if (operator_ != 0) {
		fflush(stdout);
		(void)signal(
		    SIGHUP, SIG_IGN); /* which is how the end of the terminal is told to its session */
		close(d.options.terminal);
		waitpid(operator_, NULL, 0);
	}
	return status;
}
