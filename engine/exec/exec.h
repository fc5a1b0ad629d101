/* The real driver: performs what flow asks for, on this host. Ownership: an exec owns its loop, its jobs and
 * the processes they started; it borrows the bus, the masker and the environment given to it.
 *
 * It is the only place where a request becomes an effect. */
#ifndef RB_EXEC_EXEC_H
#define RB_EXEC_EXEC_H

#include <sys/resource.h>

#include "flow/flow.h"
#include "os/http.h"
#include "os/loop.h"
#include "os/stream.h"
#include "os/tty.h"

struct rb_exec;

/* Who answers questions. All texts are borrowed for the call. */
struct rb_console {
	void *ctx;
	/* As rb_driver.ask; a WAITS is completed by rb_flow_answer. NULL: nobody can be asked. */
	enum rb_started (*ask)(void *ctx, const struct rb_question *q, struct rb_answer *answer);
	void (*cancel_ask)(void *ctx, uint64_t ticket);
	/* Told before and after a step has the terminal to itself. May be NULL. */
	void (*away)(void *ctx, bool away);
};

struct rb_exec_options {
	const struct rb_alloc *alloc;
	struct rb_bus *bus;
	struct rb_masker *masker;    /* learns what secret captures hold; NULL: nothing is masked */
	const char *const *environ_; /* of the children, before what steps add; ends with NULL */
	struct rb_str home; /* folder for relative paths of procedures that are in no file: the part up to its
			       last slash counts */
	const char *run_dir; /* see rb_exec_set_run_dir; NULL: they go to /dev/null */
	int tty;             /* terminal for `interactive` steps, or -1 */
	bool restore_core;   /* children get this core limit back (rb_self_no_core) */
	struct rlimit core;
	struct rb_console console;
	/* As rb_driver.enter (see exec/host.h); may be NULL. */
	int (*enter)(void *ctx, const struct rb_unit *unit, struct rb_frame *frame, struct rb_arena *arena,
	    struct rb_str *why);
	void *enter_ctx;
	/* Answers without asking: plain confirms; and ids of steps whose confirms are answered whatever they
	 * want. */
	bool yes;
	const struct rb_str *yes_ids;
	size_t nyes_ids;
	/* A drill: a change that came here all the same is refused, a look leaves no `log` behind, and the
	 * lines of output are counted. */
	bool drill;
};

/* NULL with errno when there are no descriptors for its loop. */
struct rb_exec *rb_exec_new(const struct rb_exec_options *options);
/* Ends nothing that runs: that is the driver's `finish`, which flow calls. */
void rb_exec_free(struct rb_exec *x);
/* For rb_flow_new; and what everything waits on. Both are x's. */
const struct rb_driver *rb_exec_driver(struct rb_exec *x);
struct rb_loop *rb_exec_loop(struct rb_exec *x);
/* Who answers questions, from now on. */
void rb_exec_set_console(struct rb_exec *x, const struct rb_console *console);
/* Where the output of started programs goes that name no `log`; borrowed. */
void rb_exec_set_run_dir(struct rb_exec *x, const char *run_dir);
/* Children do not inherit this variable (a secret came from it). */
void rb_exec_hide(struct rb_exec *x, const char *name);
/* The operator's SIGINT: ends the commands whose `stop_on` leaves it to the operator to say when it is
 * enough. False if there is none: then the signal is for the run. */
bool rb_exec_enough(struct rb_exec *x);
/* Completions go to this flow. */
void rb_exec_attach(struct rb_exec *x, struct rb_flow *flow);
#endif
