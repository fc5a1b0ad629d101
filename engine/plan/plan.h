/* The dry run: walks a program and tells, in the order of reading, what a run would do. Ownership: a plan
 * borrows the program and its options; texts of an item live for the call of the sink.
 *
 * Pure: it makes no system call. What can be known of a host comes from the functions of struct rb_plan_host,
 * and this folder is linked without those that execute (`make check-plan`). */
#ifndef RB_PLAN_PLAN_H
#define RB_PLAN_PLAN_H

#include "lang/kind.h"
#include "lang/settle.h"

/* What an item is; how it is laid out is the sink's business. */
enum rb_plan_part {
	RB_PLAN_BOOK,    /* name: the runbook's id, text: its title, note: its file */
	RB_PLAN_HEADING, /* text: "Inputs", "Steps"; note: more about it */
	RB_PLAN_GROUP,   /* text: which steps of a long list follow; note: what they do */
	RB_PLAN_ROW,     /* of a table: name, text, note */
	RB_PLAN_STEP,    /* name: its id, text: its title, note: its time limit; effect */
	RB_PLAN_COMMAND, /* the same, where text is what it does, exactly */
	RB_PLAN_EXACT,   /* text: a command, a request, a variable: exactly as it would be */
	RB_PLAN_DETAIL,  /* name: what it is about, text, note */
	RB_PLAN_ARM,     /* text: the condition, note: whether it is on the path */
	RB_PLAN_FACT,    /* name: a fact that a condition reads, text: what it stands for */
	RB_PLAN_EDGE,    /* name: "if it passes", text: where it leads */
	RB_PLAN_NOTE,    /* text: a remark */
	RB_PLAN_TROUBLE, /* text: what stands in the way */
	RB_PLAN_PARTS
};

struct rb_plan_item {
	enum rb_plan_part part;
	unsigned depth; /* of nesting, 0 at the top */
	bool has_effect;
	enum rb_effect
	    effect; /* of STEP and COMMAND, if has_effect: groups leave it to what stands inside of them */
	struct rb_str name, text, note; /* may be empty; not escaped: what they hold is not trusted */
};

/* Told of each item, in order. */
struct rb_plan_sink {
	void *ctx;
	void (*item)(void *ctx, const struct rb_plan_item *item);
};

/* What may be looked at on this host. Functions may be NULL, texts empty: then what they would tell is left
 * open. */
struct rb_plan_host {
	void *ctx;
	bool (*has_command)(void *ctx, const char *name); /* found in PATH, or as a path */
	bool (*has_env)(void *ctx, struct rb_str name);
	/* NULL, or why the path does not do as a value of the input ("there is no such folder"). */
	const char *(*lacks_path)(void *ctx, const struct rb_input *input, struct rb_str path);
	struct rb_str name, user, os; /* host, operator, `uname` */
};

struct rb_plan_options {
	const struct rb_alloc *alloc; /* NULL: the C library's */
	const char *from;             /* procedure to start at; NULL: the steps */
	const char *const *assume;    /* "log.port_taken", "not log.missing", "holder.pid=42" */
	size_t nassume;
	const struct rb_offer *offers; /* for the inputs; those that are missing are unknown */
	size_t noffers;
	bool yes; /* as rb_run_options: what would be answered */
	const char *const *yes_ids;
	size_t nyes_ids;
	struct rb_plan_host host;
	int64_t wall; /* ns since the epoch, for now() */
};

enum {
	RB_PLAN_GROUP_STEPS = 100, /* a list longer than this is told in groups of so many */
	RB_PLAN_ITEMS_SHOWN = 20,  /* items of a loop that are listed; the rest are counted */
};

/* Tells what a run of the program would do. 0; or -1 before anything was told: inputs, `from` or assumptions
 * do not fit, which is in diags. */
int rb_plan_run(const struct rb_program *program, const struct rb_plan_options *options,
    const struct rb_plan_sink *sink, struct rb_diags *diags);

#endif
