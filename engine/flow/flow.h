/* The scheduler: takes a checked program from its first step to its outcome. Ownership: a flow owns its
 * frames and what it knows of attempts; it borrows the program, the driver and the bus, which must outlive
 * it.
 *
 * Sans-I/O: flow makes no system call. It owns every deadline, and is driven from outside:
 *
 *     f = rb_flow_new(…);
 *     for (wake = rb_flow_advance(f); !rb_flow_done(f, &end); wake = rb_flow_advance(f))
 *         wait until `wake`, a completion (rb_flow_complete, rb_flow_answer) or a signal (rb_flow_signal);
 *
 * Each start or ask that answered WAITS gets exactly one completion, even after a cancel; completions are
 * queued and taken up by the next advance, never re-entered; at equal times completions come before
 * deadlines, and signals between the two.
 *
 * Flow emits every event but run_start and input (its caller's, before the first advance), progress (the
 * driver's), note, and preview and would (of who is told where a drill halts). run_end is the last. */
#ifndef RB_FLOW_FLOW_H
#define RB_FLOW_FLOW_H

#include "event/bus.h"
#include "lang/kind.h"
#include "lang/settle.h"
#include "lang/stand.h"

struct rb_flow;

/* ---- outcomes: the table of language.md, section 3 (outcome.c) ---- */

enum rb_outcome {
	RB_PASSED,
	RB_ALREADY_DONE,
	RB_RECOVERED, /* did not pass, but the list of steps of its edge did */
	RB_FAILED,
	RB_TIMED_OUT,
	RB_ERRORED,
	RB_CANCELLED,
	RB_SKIPPED,
	RB_DECLINED,
	RB_NOT_DONE,        /* only in a drill: it would be a change, or stands around one */
	RB_UNKNOWN_OUTCOME, /* only in a transcript: the interpreter died during it */
	RB_OUTCOMES
};

enum rb_edge_default { RB_GO_NEXT, RB_GO_UP, RB_GO_UNWIND, RB_GO_STOP };

struct rb_outcome_row {
	const char *name;          /* "timed out" */
	const char *when;          /* for the reference */
	bool passed;               /* counts as passed for what encloses it */
	bool catchable;            /* an on_fail of an enclosing step may take it */
	const char *edges[3];      /* step keys that may take it, in order; NULL ends */
	enum rb_edge_default dflt; /* without an edge: next; fail the encloser; unwind all; end the run */
	int exit;                  /* of a run that it ends */
	const char *test;
};
extern const struct rb_outcome_row rb_outcome_rows[RB_OUTCOMES];

/* ---- the driver ---- */

enum rb_purpose { RB_FOR_ACTION, RB_FOR_DONE_IF, RB_FOR_VERIFY, RB_FOR_READY, RB_PURPOSES };
extern const char *const rb_purpose_words[RB_PURPOSES]; /* "done_if", as events say it */

/* One attempt of a leaf. Borrowed by the driver until it has completed. */
struct rb_attempt {
	uint64_t ticket;
	enum rb_purpose purpose;
	const struct rb_step *step;
	const struct rb_request *request;
	const struct rb_frame *frame; /* for the driver's own evaluations: none are needed to perform it */
	struct rb_where where;        /* texts valid until completion */
	struct rb_arena *arena;       /* results may be made here: it lives until the result was judged */
	int64_t deadline;             /* mono, for showing; flow cancels by itself */
	bool stop_by_operator;        /* stop_on: {operator: true}: the driver lets the operator end it */
	struct rb_str key;            /* RUNBOOK_IDEMPOTENCY_KEY of the step and visit */
};

enum rb_started {
	RB_DONE_NOW, /* *res is filled */
	RB_WAITS,    /* rb_flow_complete will bring the result */
};

enum rb_cancel {
	RB_CANCEL_TIMEOUT, /* its deadline: the ladder TERM, grace, KILL, sweep */
	RB_CANCEL_ABORT,   /* operator, signal, run's end: the same ladder */
	RB_CANCEL_NOW,     /* second signal: KILL at once */
	RB_CANCEL_STOP,    /* stop_on was met by time: end it, and it has passed */
	RB_CANCEL_DETACH,  /* a `start` is ready: let it go on, complete with OK */
};

struct rb_question {
	uint64_t ticket;
	enum rb_ask_form form;
	const struct rb_step *step;
	struct rb_where where;
	struct rb_str text;   /* the question */
	struct rb_str does;   /* of a confirmation: what is done then, in a few lines; may be empty */
	struct rb_str only;   /* of a confirmation: where the file may be run, as it requires; may be empty */
	struct rb_str expect; /* TYPED: what must be typed */
	struct rb_str by;     /* who must confirm; may be empty */
	bool needs_id;        /* --yes alone does not answer it */
	bool optional;        /* declining skips the step */
	size_t nchoices;
	struct rb_str *choices;  /* as shown */
	struct rb_value *values; /* what each stands for */
	size_t nrecord;          /* MANUAL: fields to record */
	struct rb_str *record;
	struct rb_arena *arena; /* answers may be made here */
};

/* To a confirmation ANSWERED is yes, unless the value is the BOOL false, or the wrong text of a TYPED one. */
enum rb_reply {
	RB_ANSWERED,
	RB_DECLINES,
	RB_SKIPS,  /* leaves the step out */
	RB_NOBODY, /* none could be asked */
	RB_ABORTS, /* as SIGINT */
};

struct rb_answer {
	enum rb_reply what;
	struct rb_value value; /* the answer; MANUAL: MAP {done: bool, note, record: {…}} */
	struct rb_str by;      /* terminal, flag, scenario */
};

struct rb_driver {
	void *ctx;
	int64_t (*now)(void *ctx);  /* monotonic, ns */
	int64_t (*wall)(void *ctx); /* ns since the epoch */
	enum rb_started (*start)(void *ctx, const struct rb_attempt *at, struct rb_result *res);
	void (*cancel)(void *ctx, uint64_t ticket, enum rb_cancel why);
	enum rb_started (*ask)(void *ctx, const struct rb_question *q, struct rb_answer *answer);
	void (*cancel_ask)(void *ctx, uint64_t ticket);
	/* A file begins (the run's own by the first advance, and each child runbook): its frame exists with
	 * inputs and values set; checks `requires` and fills the slots of its secrets and `has`. 0, or -1
	 * with *why in the arena: then nothing of the file runs. May be NULL. */
	int (*enter)(void *ctx, const struct rb_unit *unit, struct rb_frame *frame, struct rb_arena *arena,
	    struct rb_str *why);
	/* All steps are over: ends what was started for the time of the run alone. True once nothing of it is
	 * left; else it is called again by each advance, and run_end waits for it. `now`: the operator does
	 * not wait. May be NULL. */
	bool (*finish)(void *ctx, bool now);
	/* Something may stand for what a step calls, which is then not entered: true, with *res as its end:
	 * OK with its outputs as facts, or FAILED with a reason; that comes once *takes (ns, 0 at first) have
	 * passed. `frame` is the callee's, with its inputs. May be NULL: nothing does. */
	bool (*stand_in)(void *ctx, const struct rb_step *step, const struct rb_where *where,
	    const struct rb_frame *frame, struct rb_arena *arena, struct rb_result *res, int64_t *takes);
	/* The run's own file, or the procedure that it was started at, is over, and its frame goes. May be
	 * NULL. */
	void (*leave)(void *ctx, const struct rb_unit *unit, const struct rb_procedure *proc,
	    const struct rb_frame *frame);
};

/* Whether a question is answered without asking: `yes` answers plain confirmations, an id those of its step
 * whatever they want. */
bool rb_question_by_flag(const struct rb_question *q, bool yes, const struct rb_str *ids, size_t n);

/* ---- a drill ---- */

enum rb_halt {
	RB_HALT_CHANGE, /* the step would change something */
	RB_HALT_ANSWER, /* it wants a person, and none is there */
	RB_HALT_RUNGS,  /* the end of the steps would set off an escalation */
};

/* A drill is a run that goes no further than to the first change on its path: before the confirmation of the
 * step, after its `if` and `done_if`. It ends there: nothing else runs, `finally` neither. Escalations never
 * run in it. What its steps have found out of themselves is told in `finding` events. */
struct rb_drill {
	void *ctx;
	/* It goes no further. The stand lives for the call, in which events may be emitted. */
	void (*halted)(void *ctx, const struct rb_stand *stand, enum rb_halt why);
};

/* ---- a run ---- */

struct rb_flow_options {
	const struct rb_alloc *alloc;
	/* Of the main file, inputs and values settled (lang/settle.h); owned by flow from here. */
	struct rb_frame *frame;
	/* Start at this procedure instead of the steps; NULL: the steps. */
	const struct rb_procedure *from;
	/* What was given for its inputs, checked by whoever asked for it; borrowed. */
	const struct rb_offer *from_offers;
	size_t nfrom_offers;
	/* MAP for the built-in `run`: id, host, operator, started, transcript; copied. elapsed is flow's. */
	struct rb_value run;
	bool alone;                   /* nobody is at a terminal, for what needs a person there */
	const struct rb_drill *drill; /* NULL: a run, not a drill; borrowed */
};

enum rb_ending {
	RB_RUN_RESOLVED,
	RB_RUN_FAILED,
	RB_RUN_ESCALATED,
	RB_RUN_DECLINED,
	RB_RUN_CANCELLED,
	RB_RUN_DEADLINE,
	RB_RUN_ENVIRONMENT,
	RB_RUN_DRILLED, /* a drill that went no further: rb_drill.halted was told */
	RB_ENDINGS
};
extern const char *const rb_ending_words[RB_ENDINGS]; /* "resolved", as events and results say it */

struct rb_run_end {
	enum rb_ending ending;
	int exit; /* language.md, section 5: signal, 6, 5, 4, 3, 1, in that order of precedence; of a drill:
		     signal, 6, 7, 5, 1 */
	struct rb_str reason; /* in flow's memory */
	int64_t elapsed;      /* ns */
	uint64_t steps, changes, confirmed, failed;
	uint64_t broken; /* of a drill: looks that could not do what they are for */
};

/* A run that begins with its first advance. The options are copied; what they point to is borrowed, but for
 * the frame. */
struct rb_flow *rb_flow_new(const struct rb_program *program, const struct rb_driver *driver,
    struct rb_bus *bus, const struct rb_flow_options *options);
/* Ends nothing of what is out: the driver must have nothing left to complete. NULL is allowed. */
void rb_flow_free(struct rb_flow *f);
/* Does what can be done at this time without waiting. Returns the next time (mono) at which it wants to be
 * called without a completion; RB_NEVER if only completions can move it. That time is now where there is
 * more to do: a long row of steps that never wait is cut into pieces, between which the caller can look
 * around. */
int64_t rb_flow_advance(struct rb_flow *f);
/* True when the run has ended and nothing is outstanding; *end is filled. */
bool rb_flow_done(const struct rb_flow *f, struct rb_run_end *end);
/* The completion of an attempt or a question. The result's texts must live in the attempt's (question's)
 * arena. A ticket that is not out, or was completed already, is let go. */
void rb_flow_complete(struct rb_flow *f, uint64_t ticket, const struct rb_result *res);
void rb_flow_answer(struct rb_flow *f, uint64_t ticket, const struct rb_answer *answer);
/* SIGINT, SIGTERM: the step is ended, then finally; a second: at once. SIGHUP: the step may finish, no other
 * change starts (reliability P8). */
void rb_flow_signal(struct rb_flow *f, int signo);

#endif
