/* The interface of the leaf step kinds. Ownership: kinds are constant tables; a request lives in the arena of
 * the rb_eval that it was resolved with.
 *
 * A kind is a row here, in the file of its family in kinds/ (what it is), and mostly a runner in
 * exec/NOUN_run.c (how it is done): docs/architecture.md, "Adding a step kind". */
#ifndef RB_LANG_KIND_H
#define RB_LANG_KIND_H

#include "lang/program.h"

/* A fact that steps of the kind have, beside those of every step (rb_step_facts). */
struct rb_fact_row {
	const char *name;
	const struct rb_type *type;
	const char *help;
};
/* passed failed timed_out skipped error attempts duration started. Ends with a NULL name. */
extern const struct rb_fact_row rb_step_facts[];

enum { RB_EXIT_MAX = 255, RB_SIGNAL_MAX = 64 }; /* the greatest that a command ends with */

enum {
	RB_KIND_PEOPLE = 1 << 1,   /* waits for a person: no timeout of its own */
	RB_KIND_OUTPUT = 1 << 2,   /* has stdout and stderr: match, stop_on, expect exit/stdout/… */
	RB_KIND_BODY = 1 << 3,     /* has a body: match, expect status/body/… */
	RB_KIND_STAYS = 1 << 4,    /* start: ends by being ready, not by ending */
	RB_KIND_NO_PROBE = 1 << 5, /* may not be a probe even where it reads (ask, say, wait) */
	RB_KIND_SAYS = 1 << 6,     /* performed by flow: emits its RB_KEY_MAIN value as a `say` event */
	RB_KIND_WAITS = 1 << 7,    /* performed by flow: passes after its RB_KEY_MAIN value, a duration */
	RB_KIND_CONNECTS = 1 << 8, /* makes a connection, which may be refused */
	RB_KIND_ACTS = 1 << 9,     /* begins or ends processes: no reason makes its change a look */
	RB_KIND_FINDS = 1 << 10,   /* is asked for what it finds, not only for whether it passes */
};

/* What a person is asked; flow hands it to the driver's `ask`. */
enum rb_ask_form {
	RB_ASK_CONFIRM,
	RB_ASK_TYPED,
	RB_ASK_TEXT,
	RB_ASK_NUMBER,
	RB_ASK_YES_NO,
	RB_ASK_CHOICE,
	RB_ASK_MANY,
	RB_ASK_MANUAL
};
struct rb_prompt {
	enum rb_ask_form form;
	struct rb_str text;
	size_t nchoices;
	struct rb_str *choices; /* as shown */
	struct rb_value
	    *values; /* what each stands for; the answer to CHOICE is one of them, to MANY a list of them */
	size_t nrecord; /* MANUAL: names of fields to record */
	struct rb_str *record;
};

/* What a step will do, with its values. The dry run prints it, the drill shows it, a scenario compares it,
 * exec performs it: there is no other road from a step to an effect. */
struct rb_request {
	const struct rb_step *step;
	const struct rb_kind *kind;
	struct rb_value *values;    /* by row of kind->keys */
	struct rb_value env;        /* MAP: what the step adds to the environment of its process */
	struct rb_value secret_env; /* MAP: the same for secrets; never shown */
	struct rb_value cwd;        /* TEXT or UNSET */
	struct rb_value stdin_;     /* TEXT or UNSET */
	struct rb_value log;        /* TEXT or UNSET: file that output is added to */
	struct rb_value pidfile;    /* TEXT or UNSET */
	struct rb_value why;        /* UNSET or ERROR: why it cannot be performed */
	struct rb_span at;          /* where that stands; src NULL: the step as a whole */
	bool unknown;               /* something in it cannot be known yet: it cannot be performed */
};

struct rb_result;

/* What a test gives in place of an attempt. */
struct rb_mock {
	const struct rb_request *request;
	struct rb_arena *arena; /* of the result */
	struct rb_value given;  /* MAP of facts, of the types of their rows */
	bool refused;           /* RB_KIND_CONNECTS: no connection was made */
	int64_t takes, wall;    /* ns; the time at its end */
	int64_t pid;            /* for what has one and was given none */
	bool cut; /* it was ended before its end, by its timeout say: what is known of it then */
};

struct rb_kind {
	const char *name; /* the action's key */
	const char *help; /* one line */
	const char *example;
	const char *verb; /* for a person it "asks", "says"; NULL: what it does is shown as it is */
	unsigned on;      /* its RB_ON_ bit: which step keys apply */
	unsigned traits;
	enum rb_effect effect;
	int64_t timeout;           /* default of one attempt, ns; RB_NEVER for people */
	const struct rb_key *keys; /* ends with a NULL name; the RB_KEY_MAIN row takes a scalar or list */
	const struct rb_fact_row *facts; /* ends with a NULL name; may be NULL */
	const char *test; /* the test that fails when the kind is taken away: path under tests/ */
	/* All below may be NULL. */
	/* Checks what tables cannot say; adds diagnostics. Called after the fields were decoded. */
	void (*check)(const struct rb_expr_ctx *ctx, struct rb_step *step);
	/* The effect of this step, where it depends on the fields (http: method; process: stop). */
	enum rb_effect (*effect_of)(const struct rb_step *step);
	/* Type of the facts that depend on the fields (manual's `record:`, ask's answer); members appended.
	 */
	size_t (*more_facts)(const struct rb_step *step, struct rb_arena *arena, struct rb_member **members);
	/* Completes the request after its fields were evaluated: defaults, the URL with its query. 0, or -1
	 * with req->why set. */
	int (*resolve)(struct rb_request *req, struct rb_eval *ev);
	/* RB_KIND_PEOPLE: what to ask. 0, or -1 with req->why set. */
	int (*prompt)(struct rb_request *req, struct rb_arena *arena, struct rb_prompt *out);
	/* Whether the answer may be several of its choices. NULL: never. */
	bool (*takes_many)(const struct rb_step *step);
	/* RB_KIND_PEOPLE: turns an answer into the result. MANUAL answers are MAP {done: bool, note: text,
	 * record: MAP}; of a CHOICE, *arm is the index of the chosen one (step->arms, where choices have
	 * `then`), else -1. */
	void (*answered)(const struct rb_request *req, struct rb_value answer, struct rb_arena *arena,
	    struct rb_result *res, int64_t *arm);
	/* "GET http://127.0.0.1:8000/health", "port 8000": one line for eyes. */
	void (*summary)(const struct rb_request *req, struct rb_buf *out);
	/* Of a test: completes what it gives to the result that the kind's runner would have had: its ending,
	 * facts, summary, record; not the facts of `match`. 0, or -1 with res->reason where the facts given
	 * contradict each other. NULL: tests give no results for the kind, which asks a person or is
	 * performed by flow. */
	int (*mock)(const struct rb_mock *m, struct rb_result *res);
};

/* Evaluates all fields of a leaf into a request (resolve.c), then lets the kind complete it. Always returns a
 * request; req->why and req->unknown say whether it can be performed. */
struct rb_request *rb_step_resolve(const struct rb_step *step, struct rb_eval *ev);
/* The request as JSON, without secrets: by the kind's rows, then env, cwd. */
void rb_request_json(const struct rb_request *req, struct rb_json *j);

/* How an attempt of a leaf ended, before it is judged. */
enum rb_ended {
	RB_ENDED_OK,        /* it ran to its end: judge it by its facts */
	RB_ENDED_FAILED,    /* it ran, and failed by itself (refused connection, nobody listens): reason */
	RB_ENDED_ERROR,     /* it could not start, or could not be read: reason */
	RB_ENDED_CANCELLED, /* it was ended by rb_driver.cancel */
};

struct rb_result {
	enum rb_ended ended;
	struct rb_str reason;  /* of FAILED and ERROR: one sentence without a full stop */
	struct rb_str summary; /* one line for people: "pid 4242, python3 stale.py, user app" */
	struct rb_value
	    facts; /* MAP: the kind's facts and the match facts; what could not be had is not in it */
	struct rb_value record; /* MAP of what attempt_end records beside (pid, survivors, output_incomplete);
				   may be UNSET */
	struct rb_str excerpt;  /* bounded tail of its output or body, for messages; may be empty */
	const char *excerpt_of; /* "stdout", "stderr", "body", "log", "reply"; NULL when there is none */
	bool stopped;           /* `stop_on` ended it: how the process ended is not judged */
	bool retriable; /* ERROR: nothing was started, so that even a change may be tried again (P6) */
	bool nowhere;   /* FAILED: what it looks at has no address: nobody knows the name */
	uint64_t lines; /* of its output; 0: not counted */
};

/* The script of a leaf's action; NULL where it has none, or is a list. */
const struct rb_script *rb_step_script(const struct rb_step *step);

/* A step's judgement (judge.c): captures, then assertions, over `this` = facts. Pure. */
struct rb_judged {
	enum { RB_JUDGED_PASSED, RB_JUDGED_FAILED, RB_JUDGED_ERRORED } verdict;
	struct rb_str reason;
	struct rb_span at;     /* ERRORED: where what could not be decided stands; src NULL: nowhere in it */
	struct rb_value facts; /* result's facts and the captures */
	size_t nbroken;        /* assertions that did not hold, in the order of the file */
	struct rb_broken {
		const struct rb_assert *assert;
		struct rb_str what, expected, actual; /* for people */
		struct rb_str hint;                   /* what can be written instead; mostly empty */
	} * broken;
};
void rb_step_judge(
    const struct rb_step *step, const struct rb_result *res, struct rb_eval *ev, struct rb_judged *out);

/* The `match` facts of a finished matcher as pairs for a facts MAP. */
struct rb_value rb_match_value(
    struct rb_arena *arena, const struct rb_pattern *p, const struct rb_match_fact *fact);

#endif
