/* librunbook: loads runbooks, checks them, runs them. The command `runbook` is a client of this header and of
 * nothing else.
 *
 * Ownership: books and runs are the caller's until their free; a book must outlive its runs. Texts that are
 * handed to a function are borrowed for the call; options and what they point to must live as long as the
 * run.
 *
 * Nothing here is global, and nothing has process-wide effects (signals, umask, working folder, limits) but
 * for rb_self_prepare, which a program calls if it wants to be a good host for runs. Several books and runs
 * can be used side by side, each by one thread at a time. */
#ifndef RUNBOOK_H
#define RUNBOOK_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "event/event.h"

RB_C_BEGIN

/* Exit codes of runs and of the command (docs/language.md). */
enum rb_exit_code {
	RB_EXIT_RESOLVED = 0,
	RB_EXIT_FAILED = 1,
	RB_EXIT_USAGE = 2, /* or an invalid runbook: nothing was run */
	RB_EXIT_ESCALATED = 3,
	RB_EXIT_DEADLINE = 4,
	RB_EXIT_OPERATOR = 5,    /* declined, or nobody could be asked */
	RB_EXIT_ENVIRONMENT = 6, /* the host lacks something, or no durable record could be written */
	RB_EXIT_BROKEN = 7,      /* of a drill: a look cannot do what it is for on this host */
	RB_EXIT_SIGNAL = 128,    /* + the signal's number */
};

/* What functions that write to a show_fd return where it did not take all of it, with errno. */
enum { RB_UNWRITTEN = 1 };

/* The version of the program: "0.1.0". */
RB_API const char *rb_version(void);

/* ---- books ---- */

struct rb_book;

/* Loads and checks a runbook: a path, or a name that is searched for in ./runbooks, in the folders of
 * $RUNBOOK_PATH and where the program was installed. Never NULL: what is wrong is in its problems. */
RB_API struct rb_book *rb_book_load(const char *path, const struct rb_alloc *alloc);
/* The same to be looked at only, which library procedures can be too: for `check`. */
RB_API struct rb_book *rb_book_inspect(const char *path, const struct rb_alloc *alloc);
/* Looks at the whole of a book without errors for what its author may not have meant: warnings among its
 * problems, for `check` and `drill`. A run does not need it. */
RB_API void rb_book_lint(struct rb_book *book);
RB_API void rb_book_free(struct rb_book *b);
/* True if it can be run. */
RB_API bool rb_book_ok(const struct rb_book *b);
/* Numbers of errors and warnings. */
RB_API size_t rb_book_errors(const struct rb_book *b);
RB_API size_t rb_book_warnings(const struct rb_book *b);
/* All errors and warnings with their source lines, appended. */
RB_API void rb_book_problems(struct rb_book *b, bool colour, struct rb_buf *out);
/* The same as JSON, one object a line: file, line, column, severity, code, message, hint. */
RB_API void rb_book_problems_json(struct rb_book *b, struct rb_buf *out);
/* id, title, owner, severity, …: constant metadata by its key, empty where the file has none. Lives with the
 * book. */
RB_API struct rb_str rb_book_meta(const struct rb_book *b, const char *key);
/* Its steps, those of its procedures too; 0 where it could not be loaded. */
RB_API size_t rb_book_steps(const struct rb_book *b);

/* ---- runs ---- */

enum rb_show { RB_SHOW_NOTHING, RB_SHOW_LIVE, RB_SHOW_PLAIN, RB_SHOW_JSON };

struct rb_run_options {
	const struct rb_alloc *alloc; /* NULL: the C library's */
	const char *from;             /* procedure to start at; NULL: the steps */
	const char *const *sets;      /* "name=value"; inputs, first choice */
	size_t nsets;
	const char *inputs_file; /* YAML map of inputs, second choice; NULL: none */
	const char *const
	    *environ_; /* RUNBOOK_NAME gives inputs, third choice; of the children too. Ends with NULL */
	bool yes;      /* plain confirms are answered */
	const char *const *yes_ids; /* ids of steps whose confirms are answered, whatever they ask */
	size_t nyes_ids;
	bool drill; /* what reads is done; what a run would do from its first change on is told */
	bool plan;  /* of a drill, and of one that is shown: all of that, not only what it comes to */
	bool brief; /* of a dry run: only what must be known at night, as rb_plan_options */
	const char *const *assume; /* of a dry run: "log.port_taken", "not log.missing", "holder.pid=42" */
	size_t nassume;
	const char *transcript; /* file to write the transcript to; NULL: in the run's own folder */
	int terminal;           /* descriptor of a terminal for questions and interactive steps; -1: none */
	enum rb_show show;      /* what is shown on show_fd */
	int show_fd;
	bool problems_colour; /* what is wrong with inputs and the like may be coloured */
	bool colour, ascii;
	unsigned (*width)(void *ctx); /* columns of show_fd, 0: lines are not wrapped; NULL: 80 */
	void *width_ctx;
	/* Told of every event, masked, in order. May be NULL. The texts live for the call. */
	void (*event)(void *ctx, const struct rb_event *ev);
	void *event_ctx;
	bool restore_core; /* rb_self_prepare lowered the core limit: children get it back */
	uint64_t core_soft, core_hard;
};

struct rb_run;

/* The dry run: writes what a run with these options would do to options->show_fd, as text, or as JSON lines
 * (RB_SHOW_JSON), and does none of it: nothing is executed, connected to or written elsewhere. 0;
 * RB_UNWRITTEN; or -1 with what is wrong with the inputs or assumptions appended to `problems`. */
RB_API int rb_run_preview(
    struct rb_book *book, const struct rb_run_options *options, struct rb_buf *problems);

struct rb_run_result {
	int exit;             /* enum rb_exit_code */
	const char *outcome;  /* "resolved", "failed", "escalated", "declined", "cancelled", "deadline",
				 "environment"; "drilled": a drill that goes no further, since there would be a
				 change */
	struct rb_str reason; /* lives with the run */
	int64_t elapsed;      /* ns */
};

/* Settles the inputs (asking at the terminal for what is missing), makes the run's folder and begins. 0; or
 * -1 with what is wrong appended to `problems`, and nothing was run. */
RB_API int rb_run_new(
    struct rb_run **out, struct rb_book *book, const struct rb_run_options *options, struct rb_buf *problems);
RB_API void rb_run_free(struct rb_run *r);
/* Runs to the end. */
RB_API void rb_run_wait(struct rb_run *r, struct rb_run_result *result);

/* The same, without blocking: poll for rb_run_fds until rb_run_due, call rb_run_step(r, 0), until
 * rb_run_done. rb_run_fds writes at most `cap` entries and returns how many there are; they are good until
 * the next call for the run. */
RB_API size_t rb_run_fds(struct rb_run *r, struct pollfd *fds, size_t cap);
/* Monotonic time in ns; RB_NEVER: only a descriptor can move it. */
RB_API int64_t rb_run_due(struct rb_run *r);
/* Waits up to `timeout` ns and does what is due. */
RB_API void rb_run_step(struct rb_run *r, int64_t timeout);
/* Whether it has ended, and how. */
RB_API bool rb_run_done(struct rb_run *r, struct rb_run_result *result);
/* As if the run had got this signal: SIGINT, SIGTERM, SIGHUP. Async-signal-safe. */
RB_API void rb_run_signal(struct rb_run *r, int signo);
/* "20261122-030405-7f3a". Lives with the run. */
RB_API const char *rb_run_id(const struct rb_run *r);
/* Path of its transcript, or "" when none could be written. Lives with the run. */
RB_API const char *rb_run_transcript(const struct rb_run *r);

/* Prepares the calling process for runs: closed standard descriptors are opened on /dev/null, SIGPIPE and
 * SIGXFSZ are ignored, core dumps are switched off (secrets are in memory). Process-wide. Fills the fields of
 * `options` with which children get their core limit back. */
RB_API void rb_self_prepare(struct rb_run_options *options);

/* ---- the record ---- */

/* Which runs are listed: all that hold. Zero: the newest RB_RECORDS. */
enum { RB_RECORDS = 200 };
struct rb_record_filter {
	const char *runbook; /* its id; NULL: any */
	const char *outcome; /* as it ended, or running, died, unreadable; NULL: any */
	int64_t since;       /* ns: began at most so long ago; 0: any time */
	size_t most;         /* so many; 0: RB_RECORDS */
};
/* A table of runs of this host, newest first, appended; `json`: one object a line. 0, or -1 with what is
 * wrong. */
RB_API int rb_record_list(const struct rb_record_filter *filter, bool json, struct rb_buf *out);
/* The words that a filter's outcome may be. Ends with NULL. */
RB_API const char *const *rb_record_outcomes(void);
/* Shows a run from its transcript on options->show_fd as it was shown live (options: show, show_fd, colour,
 * ascii, width). `run` is an id, its last part, or a path. 0; RB_UNWRITTEN; or -1 with what is wrong
 * appended to `why`. */
RB_API int rb_record_show(const char *run, const struct rb_run_options *options, struct rb_buf *why);

/* ---- files ---- */

/* Whether there is a folder at the path, or at what it links to. */
RB_API bool rb_is_folder(const char *path);
/* Calls `each` with every runbook, library procedure and scenario file below a folder, in the order of their
 * names; links to folders are not followed, hidden ones left out. 0; -1 with a sentence appended to
 * `problems`, and nothing was called. */
RB_API int rb_each_below(
    const char *folder, void (*each)(void *ctx, const char *path), void *ctx, struct rb_buf *problems);

/* ---- tests of runbooks ---- */

struct rb_test_options {
	const struct rb_alloc *alloc; /* NULL: the C library's */
	/* Scenario files, runbooks (or names of such) with one beside them, folders with such below; none:
	 * the working folder. */
	const char *const *paths;
	size_t npaths;
	const char *only;  /* the scenario of this name, else those with it in theirs; NULL: all */
	int64_t coverage;  /* percent of its edges that each runbook needs; -1: any will do */
	bool tap;          /* TAP instead of text */
	bool verbose;      /* also shows each play as a run is shown, with what its steps were given */
	const char *junit; /* file to write a JUnit report to; NULL: none */
	int show_fd;       /* where results go */
	bool colour, ascii;
	unsigned (*width)(void *ctx); /* as in rb_run_options, for verbose */
	void *width_ctx;
	/* Lays text out for show_fd, appended: breaks lines that are too wide. NULL: they stay as they are.
	 */
	void (*layout)(struct rb_str text, struct rb_buf *out);
};

struct rb_test_result {
	size_t passed, failed, errors; /* scenarios */
	size_t broken;                 /* files that could not be loaded */
	int exit; /* RB_EXIT_RESOLVED: all passed; _FAILED: some did not; _USAGE: a file is wrong */
};

/* Plays the scenarios of runbooks: executes, connects to and writes nothing but the reports. 0; RB_UNWRITTEN;
 * or -1 with what is wrong with the options appended to `problems`. */
RB_API int rb_test_run(
    const struct rb_test_options *options, struct rb_test_result *result, struct rb_buf *problems);
/* Whether a path is that of a scenario file, by its name. */
RB_API bool rb_test_is_file(const char *path);
/* Loads a scenario file with the runbook that it tests. The number of its scenarios, or -1 if it has errors;
 * these and warnings are appended, `json`: as rb_book_problems_json does. *warnings is how many there are. */
RB_API int64_t rb_test_check(const char *path, bool json, bool colour, size_t *warnings, struct rb_buf *out);
/* Makes a scenario of a run of this host (as in rb_record_show), appended to `out`: what is to be added to
 * the file at `path`, which is a whole scenario file where there is none yet; NULL: one for the working
 * folder. `name` is the scenario's; NULL: made of the run. What the author should know is appended to
 * `notes`. 0; 1 when it does not pass as it is; -1 when none could be made, or the file would not load with
 * it. */
RB_API int rb_test_record(
    const char *run, const char *name, const char *path, struct rb_buf *out, struct rb_buf *notes);

/* ---- what there is ---- */

/* The runbooks that rb_book_load finds by name, in its order, a line each, appended; `json`: one object a
 * line. */
RB_API void rb_catalog_runbooks(bool json, struct rb_buf *out);
/* The procedures of the standard library, in the same way. */
RB_API void rb_catalog_library(bool json, struct rb_buf *out);
/* Explains one of them, or one of lib/ in the working folder, appended. 0, or -1 if there is none of that
 * name.
 */
RB_API int rb_catalog_explain(const char *name, struct rb_buf *out);
/* The same for a runbook, by path or by name: what it is for, takes, needs and may change; or for a procedure
 * by its path. 0; 1 if it has errors, which are appended; -1 if there is no runbook of that name. */
RB_API int rb_catalog_explain_file(const char *name, struct rb_buf *out);
/* Its page of docs/stdlib/ as Markdown; NULL: the page that lists them. 0, or -1 if there is none. */
RB_API int rb_catalog_page(const char *name, struct rb_buf *out);

/* ---- reference ---- */

/* Explains a step kind, key, function, outcome or code (E014), appended. 0, or -1 with near words when there
 * is none. */
RB_API int rb_reference_explain(const char *word, struct rb_buf *out);
/* The whole language reference, docs/language.md. */
RB_API void rb_reference(struct rb_buf *out);
/* The reference of scenario files, the generated part of docs/testing-runbooks.md. */
RB_API void rb_reference_scenario(struct rb_buf *out);
/* The reference of the transcript's records, the generated part of docs/transcript.md. */
RB_API void rb_reference_transcript(struct rb_buf *out);

RB_C_END

#endif
