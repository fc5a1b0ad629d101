/* Tests of runbooks: scenario files, loaded, and their scenarios, played. Ownership: a file and all that it
 * leads to live in the arena that it was loaded into, but for its patterns, which rb_scenario_free closes;
 * what a play found lives in the arena that was given for the play.
 *
 * A play takes the runbook's graph through the scheduler (flow/) with a driver whose results come from the
 * scenario and whose clock jumps. This folder is linked without those that execute (`make check-plan`), so
 * that a test cannot start, connect or write anything. */
#ifndef RB_SCENARIO_SCENARIO_H
#define RB_SCENARIO_SCENARIO_H

#include "event/bus.h"
#include "flow/flow.h"
#include "lang/reference.h"

#define RB_SCENARIO_TIME (30 * RB_DAY) /* by the fake clock: a run that takes longer has lost its way */
#define RB_SCENARIO_SUFFIX ".test.yaml"

enum {
	RB_SCENARIO_EVENTS = 1000000, /* events of one play, for the same reason */
	RB_SCENARIOS_MAX = 10000,     /* scenarios of one file */
};

/* The key tables of scenario files, as those of the language: for `explain` and the documentation. The first
 * is the file itself. Ends with a NULL name. */
extern const struct rb_table_row rb_scenario_tables[];

struct rb_scenario_inside; /* what scenario/state.h alone knows */
struct rb_scenario_shared;

/* One scenario, checked. */
struct rb_scenario {
	struct rb_str name, note; /* note may be empty */
	struct rb_span span;
	/* That it starts at; of a library procedure: that one. NULL: the steps. */
	const struct rb_procedure *from;
	struct rb_scenario_inside *inside;
};

struct rb_scenario_file {
	const struct rb_source *src;
	struct rb_program
	    *program;       /* what is tested: a runbook; with `library` that file alone, main->procs[0] */
	struct rb_str test; /* as written: "api-down.yaml", "port.free" */
	bool library;
	size_t n;
	struct rb_scenario *items;
	struct rb_scenario_shared *shared; /* what holds for all of them */
};

/* Loads a scenario file with the runbook that it tests, which `opener` finds: by its path relative to the
 * file, or by the name of a library procedure. NULL if there was any error, in the file or in the runbook:
 * all that were found are in diags. */
struct rb_scenario_file *rb_scenario_load(struct rb_arena *arena, const struct rb_source *src,
    const struct rb_kind *const *kinds, const struct rb_opener *opener, struct rb_diags *diags);
void rb_scenario_free(struct rb_scenario_file *file); /* NULL is allowed */

/* ---- playing ---- */

enum rb_verdict {
	RB_VERDICT_PASSED,
	RB_VERDICT_FAILED, /* it was played, and something expected did not come: ->findings */
	RB_VERDICT_ERROR,  /* it could not be played to its end, or holds what was never used: ->diags */
};

/* One expectation that does not hold. */
struct rb_finding {
	struct rb_span span;            /* of the expectation, in the scenario file */
	struct rb_str key;              /* the key of `expect`: "path", "outcome", "values" */
	struct rb_str what;             /* one sentence without a full stop */
	struct rb_str expected, actual; /* for people; may be empty, when ->lines say it */
	size_t nlines;                  /* further lines: the diff of the path, what a branch stood on */
	struct rb_str *lines;
};

/* A call that the play came to. */
struct rb_played_call {
	const struct rb_step *step;
	bool whole; /* not entered: the scenario gives its result as a whole */
};

struct rb_played {
	enum rb_verdict verdict;
	struct rb_diags diags; /* ERROR: with positions in the scenario file; in the arena of the play */
	size_t nfindings;
	struct rb_finding *findings;
	bool ended;            /* the run came to its end, which ->end says */
	struct rb_run_end end; /* ending, exit, reason; elapsed is the fake time */
	size_t npath;          /* the steps that were begun and not skipped, in order, as mocks and `path` */
	struct rb_str *path;   /* name them: "restart/launch"; those without an id too: "step_4" */
	size_t ncalls;
	struct rb_played_call *calls;
	uint64_t events;
};

struct rb_play_options {
	const struct rb_alloc *alloc; /* NULL: the C library's */
	size_t nsinks;                /* told of every event and output, in order, masked: views, coverage */
	const struct rb_sink *const *sinks;
};

/* Plays scenario i of the file. Everything in *out lives in `arena`. A file can be played any number of
 * times, by one thread at a time. */
void rb_scenario_play(const struct rb_scenario_file *file, size_t i, const struct rb_play_options *options,
    struct rb_arena *arena, struct rb_played *out);

/* ---- names of steps ---- */

/* The step of an event's instance path, and the name that results and `path` have for it, appended: without
 * visits and items, and without the loops of its own file around it, but with the calls that lead to it. Of
 * "restart#2/pods[0]/check" that is "restart/check". NULL if it is no step that can be named (an edge in a
 * list); `from` as in the scenario. */
const struct rb_step *rb_scenario_step(const struct rb_program *program, const struct rb_procedure *from,
    struct rb_str path, struct rb_buf *name);

#endif
