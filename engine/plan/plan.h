/* The dry run: walks a program and tells, in the order of reading, what a run would do. Ownership: a plan
 * borrows the program and its options; texts of an item live for the call of the sink.
 *
 * Pure: it makes no system call. What can be known of a host comes from the functions of struct rb_plan_host,
 * and this folder is linked without those that execute (`make check-plan`). */
#ifndef RB_PLAN_PLAN_H
#define RB_PLAN_PLAN_H

#include "lang/kind.h"
#include "lang/settle.h"
#include "lang/stand.h"

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
extern const char *const rb_plan_part_words[RB_PLAN_PARTS]; /* "book", "heading", …: as JSON has them */

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

/* Processes that would be stopped: by one of these. */
struct rb_plan_target {
	struct rb_value process;    /* PROCESS, or else */
	struct rb_pattern *pattern; /* or NULL */
	const char *pidfile;        /* or NULL */
};

/* What may be looked at on this host. Functions may be NULL, texts empty: then what they would tell is left
 * open. */
struct rb_plan_host {
	void *ctx;
	bool (*has_command)(void *ctx, const char *name); /* found in PATH, or as a path */
	bool (*has_env)(void *ctx, struct rb_str name);
	bool (*has_folder)(void *ctx, const char *path);
	/* NULL, or why the path does not do as a value of the input ("there is no such folder"). */
	const char *(*lacks_path)(void *ctx, const struct rb_input *input, struct rb_str path);
	/* Appends the processes that are meant, one a line, as they are now. */
	void (*processes)(void *ctx, const struct rb_plan_target *target, struct rb_buf *out);
	struct rb_str name, user, os; /* host, operator, `uname` */
};

struct rb_plan_options {
	const struct rb_alloc *alloc; /* NULL: the C library's */
	const char *from;             /* procedure to start at; NULL: the steps */
	const char *const *assume;    /* "log.port_taken", "not log.missing", "holder.pid=42" */
	size_t nassume;
	const struct rb_offer *offers; /* for the inputs; those that are missing are unknown */
	size_t noffers;
	const struct rb_offer *from_offers; /* the same for those of `from` */
	size_t nfrom_offers;
	/* NULL: all of the run is told. Else what is left of one that has come to this point: the step that
	 * comes next, first, then what follows it, outwards. Facts in its frames are known, and decide; those
	 * of steps that come only now are not. Inputs, values and needs are not told again. */
	const struct rb_stand *stand;
	/* Only what somebody who is called at night must know before it runs: what changes, asks, or decides,
	 * what is in the way, and how long it takes. Calls and looks side by side are told by what they come
	 * to. Goes with a layout that is brief. */
	bool brief;
	bool yes; /* as rb_run_options: what would be answered */
	const char *const *yes_ids;
	size_t nyes_ids;
	struct rb_plan_host host;
	int64_t wall; /* ns since the epoch, for now() */
};

/* Something that would be changed. */
struct rb_plan_change {
	const struct rb_step *step;
	enum rb_effect effect; /* CHANGE or DANGER */
	struct rb_str title;   /* with the values that are known; may be empty */
	struct rb_str path;    /* where it stands, as in a record: "restart/start" */
	struct rb_str
	    request; /* what it would do, exactly: "POST http://…", the words of argv, all of a script */
	struct rb_str values; /* what its process would find: "port=8000", one a line; may be empty */
	struct rb_str whom;   /* processes that it would stop, as they are now, one a line; may be empty */
	struct rb_str item;   /* in a loop of its own: for which item; empty: for all of them, or none */
	size_t more;          /* items of the loop beyond those that have a row each */
	bool open;            /* it hangs on a condition that cannot be decided now */
	bool back;            /* and that only where the run goes back to an earlier step */
};

/* Something that stands in the way. */
struct rb_plan_trouble {
	struct rb_str path; /* of the step, as in a record, or its line; empty: of the run */
	struct rb_str text;
};

/* What a plan comes to. Ownership: all of it lives in the arena, which is the caller's, or in the program. */
struct rb_plan_sum {
	struct rb_arena *arena;
	size_t reads, changes, dangers; /* steps that would be done, each counted once */
	size_t asks, answered;          /* confirmations, and those of them that the options answer */
	size_t people;                  /* questions, and work by hand */
	size_t hidden;                  /* steps that are not on this path */
	size_t nwould;                  /* in the order of the walk */
	struct rb_plan_change *would;
	size_t ntroubles; /* of which RB_PLAN_TROUBLES_LISTED are there */
	struct rb_plan_trouble *troubles;
	unsigned ends; /* 1 << enum rb_end: how it may end, as far as this is known: by reaching the end, by
			  `end`, by a failure that nothing takes */
	bool declines; /* or since something is asked that no option answers, and that is not optional */
	int64_t most;  /* ns at most; RB_NEVER: there is no bound */
	bool waits_for_people; /* and what people take */
};

enum {
	RB_PLAN_GROUP_STEPS = 100,    /* a list longer than this is told in groups of so many */
	RB_PLAN_ITEMS_SHOWN = 20,     /* items of a loop that are listed; the rest are counted */
	RB_PLAN_TROUBLES_LISTED = 20, /* as many stand at the end once more; the rest are counted */
};

/* Tells what a run of the program would do. 0; or -1 before anything was told: inputs, `from` or assumptions
 * do not fit, which is in diags. `sum` may be NULL; else its arena is given. */
int rb_plan_run(const struct rb_program *program, const struct rb_plan_options *options,
    const struct rb_plan_sink *sink, struct rb_plan_sum *sum, struct rb_diags *diags);

#endif
