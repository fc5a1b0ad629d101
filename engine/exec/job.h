/* One attempt under way: what the runners of the kinds work on. Ownership: exec owns jobs; a runner owns what
 * it puts into job->state until its `close`. */
#ifndef RB_EXEC_JOB_H
#define RB_EXEC_JOB_H

#include "exec/exec.h"
#include "kinds/kinds.h"

struct rb_job;

/* How a kind is done: the row beside its row in kinds/. */
struct rb_runner {
	const struct rb_kind *kind;
	/* Begins. Either fills job->res and calls rb_job_done before it returns, or leaves it for later. */
	void (*start)(struct rb_job *job);
	/* Ends it early; must lead to rb_job_done, now or later. NULL: it never waits. */
	void (*cancel)(struct rb_job *job, enum rb_cancel why);
	/* Frees job->state. May be NULL. */
	void (*close)(struct rb_job *job);
};
extern const struct rb_runner *const rb_runners[]; /* ends with NULL */

struct rb_job {
	struct rb_exec *x;
	const struct rb_runner *runner;
	const struct rb_attempt *at;
	struct rb_arena *arena; /* the attempt's: results are made here */
	struct rb_result res;
	bool done;    /* res is final */
	bool waiting; /* start has returned WAITS: the end goes to flow */
	bool cancelled;
	enum rb_cancel why; /* when cancelled */
	bool enough;        /* it was the operator who ended it, as `stop_on` lets him */
	void *state;
	struct rb_job *next;
};

/* A program that was started to stay. */
struct rb_daemon;

struct rb_exec {
	struct rb_exec_options opt;
	struct rb_driver driver;
	struct rb_loop *loop;
	struct rb_keeper *keeper;
	struct rb_http_client *http;
	struct rb_flow *flow;
	struct rb_job *jobs;
	struct rb_daemon *daemons;
	const char **base_env; /* opt.environ_ without what children must not inherit */
	size_t nbase_env;
	struct rb_arena arena; /* for the exec's own life */
};

/* The result is final: facts and texts live in job->arena. Called once; the job is gone after the loop's
 * turn. */
void rb_job_done(struct rb_job *job, enum rb_ended ended, struct rb_str reason);
/* res.facts as a growing list of pairs. */
struct rb_facts {
	struct rb_arena *arena;
	size_t len, cap;
	struct rb_vpair *pairs;
};
/* None yet, in the arena, with room for `cap`; more is taken when it is needed. */
void rb_facts_init(struct rb_facts *f, struct rb_arena *arena, size_t cap);
/* Adds one; a name must not come twice. Name and value are borrowed. */
void rb_facts_add(struct rb_facts *f, const char *name, struct rb_value v);
void rb_facts_add_str(struct rb_facts *f, struct rb_str name, struct rb_value v);
/* As a MAP, which borrows the pairs: nothing is added after it. */
struct rb_value rb_facts_value(const struct rb_facts *f);

/* The request's value of a key as text; empty when it is not there. */
struct rb_str rb_job_text(const struct rb_job *job, int key);
/* The same as it is: UNSET when it is not there. `key` is a row of the kind. */
struct rb_value rb_job_value(const struct rb_job *job, int key);
/* A copy for messages of at most `most` bytes: cut at a whole character and marked as cut, so that the masker
 * knows a begun secret. */
struct rb_str rb_job_cut(const struct rb_job *job, struct rb_str text, size_t most);
/* A path of a step, NUL-terminated in the job's arena: relative ones stand in the folder of the runbook. */
const char *rb_job_path(const struct rb_job *job, struct rb_str path);
/* The whole environment of a child of the job, ends with NULL; `cookie` (may be NULL) becomes RUNBOOK_COOKIE.
 */
const char **rb_job_environ(const struct rb_job *job, const char *cookie);
/* Program and arguments, ends with NULL. The shell's for a script, the list's own otherwise; NULL and a
 * reason if an argument cannot be one (NUL, nothing to run). */
const char **rb_job_argv(const struct rb_job *job, struct rb_str *why);

/* Keeps watch over a program that stays after its step; ends it with the run unless the step says `keep`.
 * Takes over the child. */
void rb_daemon_add(struct rb_exec *x, const struct rb_step *step, pid_t pid, const char *cookie);
/* Begins to end those that end with the run, `now` without a grace; true once nothing of them is left. */
bool rb_daemons_finish(struct rb_exec *x, bool now);
/* Lets go of those that are left, without ending them. */
void rb_daemons_free(struct rb_exec *x);

extern const struct rb_runner rb_run_look, rb_run_run, rb_run_start, rb_run_http, rb_run_tcp, rb_run_port,
    rb_run_process;

#endif
