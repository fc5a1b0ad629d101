/* What a run's transcript tells that a scenario needs: the results of what was started, the answers, the
 * path. Ownership: all of it lives in the arena that it was read into; the program is borrowed. */
#ifndef RB_API_TAPE_H
#define RB_API_TAPE_H

#include "api/records.h"
#include "event/event.h"
#include "lang/program.h"

#define RB_TAPE_QUICK (100 * RB_MS) /* what is quicker takes no time in a scenario */
#define RB_TAPE_NONE INT64_MIN      /* of a number that the transcript does not have */

/* An output of an attempt. */
struct rb_tape_output {
	struct rb_str file; /* in the run's folder; empty: there was none */
	int64_t left_out;   /* bytes that even the file has not */
};

/* One attempt of a leaf. */
struct rb_tape_result {
	struct rb_str step; /* its instance path */
	const char *purpose;
	struct rb_str url; /* that was asked for; empty: it has none */
	int64_t attempt;
	int64_t begun, wall;   /* mono; by the wall clock, at its end */
	struct rb_str outcome; /* empty: it has no end */
	struct rb_str reason;
	bool judged; /* something was said of an assertion or a capture of it */
	int64_t exit, signal, status, pid, duration;
	struct rb_tape_output out, err; /* out: stdout or body */
	struct rb_value headers;        /* MAP of the answer's headers that the runbook reads; else UNSET */
	struct rb_value facts;          /* MAP of the visit's facts; UNSET where the transcript has none */
	struct rb_tape_result *next;    /* of the same name */
};

/* One question and what came of it. */
struct rb_tape_answer {
	struct rb_str step, form, value, outcome, by;
	struct rb_value facts; /* as above: of `ask` and `manual` */
	struct rb_str ended;   /* how the visit ended */
	int64_t duration;
	struct rb_tape_answer *next;
};

/* A name that mocks use, with its attempts or answers in order. */
struct rb_tape_row {
	struct rb_str name;         /* "log", "start.ready", "restart/launch" */
	const struct rb_step *step; /* whose attempts they are: of "start.ready" the probe itself */
	size_t n;
	struct rb_tape_result *results, **results_tail;
	struct rb_tape_answer *answers, **answers_tail;
};

struct rb_tape_input {
	struct rb_str name, value;
	struct rb_tape_input *next;
};

struct rb_tape_name {
	struct rb_str text;
	struct rb_tape_name *next;
};

/* How the visits of a step ended. */
struct rb_tape_status {
	bool errored;       /* one of them */
	struct rb_str last; /* as `statuses` has it: timed_out */
};

struct rb_tape {
	struct rb_arena *arena;
	const struct rb_program *program;
	const struct rb_procedure *from; /* NULL: the steps */
	/* from run_start and run_end */
	struct rb_str run, mode, file, source, from_name, host, user, day;
	bool ended;
	struct rb_str outcome;
	int64_t exit, elapsed, began; /* began: mono */
	bool by_clock;                /* an escalation began by its time, or the run was over its own */
	struct rb_tape_input *inputs, **inputs_tail; /* those that were given, not their defaults */
	struct rb_map results, answers;         /* name → rb_tape_row, in the order of their beginning */
	struct rb_tape_name *path, **path_tail; /* steps with ids that were begun and not skipped */
	struct rb_tape_name *changes, **changes_tail;
	struct rb_map statuses; /* name → rb_tape_status, in the order of their ends */
	struct rb_map lacks;    /* programs that the host lacked */
	struct rb_map secrets;  /* names of those that a step was given */
	struct rb_str unknown;  /* a step of the run that the runbook does not have (any more) */
	struct rb_map visits;   /* the reader's own: instance path → visit */
};

/* Reads what run_start says, which is enough to find its runbook. 0, or -1 with why. */
int rb_tape_head(
    struct rb_tape *tape, struct rb_arena *arena, const struct rb_record *record, struct rb_buf *why);
/* Reads the rest, by the steps of tape->program. 0, or -1 with why. */
int rb_tape_read(struct rb_tape *tape, const struct rb_record *record, struct rb_buf *why);

/* Appends the scenario. `folder` has the outputs; `name` is the scenario's, NULL: made of the run. `book` is
 * what `test` says of a file of its own; p NULL: the scenario is for the end of a file whose `scenarios` come
 * last, and is without the secrets and the host, which are the file's. 0, or -1 when a file could not hold
 * it. */
int rb_tape_write(const struct rb_tape *tape, struct rb_str folder, const char *name, struct rb_str book,
    struct rb_buf *out);

#endif
