/* Inside of the plan: what its files share. Ownership: all of it lives in the plan's arena, but for the texts
 * of the items of one step, which live in `scratch` until the next step begins. */
#ifndef RB_PLAN_STATE_H
#define RB_PLAN_STATE_H

#include "plan/plan.h"

#define RB_PLAN_BACK UINT32_MAX

/* Why there is no bound. */
enum rb_plan_unbounded { RB_PLAN_HOW_LONG, RB_PLAN_HOW_OFTEN, RB_PLAN_HOW_MANY };

/* How long something takes at most. */
struct rb_plan_time {
	int64_t most;                  /* ns; RB_NEVER: there is no bound that is known now */
	bool people;                   /* and what people take */
	bool others;                   /* at `who` and at others */
	const struct rb_step *who;     /* where people are waited for first; may be NULL */
	const struct rb_step *endless; /* what has no bound first; may be NULL */
	enum rb_plan_unbounded why;    /* what is not known of it */
};

enum { RB_PLAN_TOLD_STEP = 1, RB_PLAN_TOLD_ASK = 2, RB_PLAN_HIDDEN = 4 };

/* What is known of a file before it is walked; by index of its steps. */
struct rb_plan_unit {
	const struct rb_unit *unit;
	uint32_t *times;  /* how often a step is visited at most, by going back */
	uint32_t *wanted; /* a walked `goto` leads here: 1 more than the first step that does so;
			     RB_PLAN_BACK: one that goes back; 0: none */
	uint32_t *
	    changes; /* of the steps before it: leaves that change, are dangerous, ask; one more at the end */
	uint32_t *dangers, *asks, *leaves;
	unsigned char *told; /* by step: RB_PLAN_TOLD_ bits, so that what is told twice counts once */
	bool revisits;       /* steps may be visited again with other values */
	/* values that were `set` in what was walked, and where last; those that became unknown are gone */
	size_t nset;
	struct rb_plan_set {
		const struct rb_decl *decl;
		unsigned at;
	} * set;
};

enum { RB_PLAN_NAMED = 5 }; /* changing steps that are named of what is folded */

/* What stands inside of a step that is told in one line. */
struct rb_plan_tally {
	size_t looks, asks;
	enum rb_effect effect;              /* the highest */
	size_t changes;                     /* of which RB_PLAN_NAMED have a name here */
	struct rb_str names[RB_PLAN_NAMED]; /* "free/stop" */
};

/* A procedure or runbook that is called. */
struct rb_plan_callee {
	const struct rb_unit *unit;
	const struct rb_procedure *proc; /* NULL: a runbook */
	const struct rb_input *inputs;
	size_t ninputs;
	size_t sites; /* steps that call it */
	bool *given;  /* by input: some of them give it */
	/* It is told with the inputs that the first of them gives; then once more, for all that give others,
	 * with these left open. What follows refers to one of both. */
	struct rb_value *values;   /* by input: what the first gives; NULL before */
	struct rb_str first, open; /* under which step; empty before */
	struct rb_plan_time time;
	struct rb_plan_tally tally;
	bool may_pass, may_fail;
};

/* Where the walk comes into a file or procedure that is under way: the step that comes next there, below
 * those that enclose it. */
struct rb_plan_entry {
	size_t level;                 /* of the stand */
	size_t n;                     /* at least 1 */
	const struct rb_step **chain; /* outermost first */
	/* by step of the chain, in its list: a walked `goto` leads back to `to` at most; SIZE_MAX: none does
	 */
	struct rb_plan_back {
		size_t to, from;
	} * back;
};

/* Where the path has parted: some ways do not come to the steps that follow. */
struct rb_plan_parting {
	bool ended;    /* some leave the list for good */
	unsigned upto; /* some go on only at the step of this index; 0: none */
};

/* A file or procedure that is being walked. */
struct rb_plan_place {
	struct rb_plan_unit *info;
	const struct rb_procedure *proc; /* or NULL */
	struct rb_frame *frame;
	bool called;                 /* not the file of the run itself */
	struct rb_str path;          /* of the steps inside, as in a record: "restart/" */
	struct rb_plan_entry *entry; /* NULL: it is walked from its beginning */
	unsigned ahead; /* index of the furthest step that a walked `goto` leads on to; 0: none */
	bool left;      /* a walked edge leaves it so that it passes: `done`, `end: resolved` */
};

struct rb_plan {
	const struct rb_program *program;
	const struct rb_plan_options *opt;
	const struct rb_plan_sink *sink;
	struct rb_diags *diags;
	struct rb_arena arena, scratch;
	struct rb_plan_unit *units; /* as program->units */
	struct rb_map callees;      /* procedure or unit → struct rb_plan_callee * */
	struct rb_map assumed;      /* decl → struct rb_value *: all of its facts */
	struct rb_map commands;     /* name → "y" or "n" */
	struct rb_buf text;         /* for texts in the making */
	struct rb_plan_place at;
	unsigned uncertain; /* more than 0: it is not sure that this step is reached, or how often */
	unsigned open;      /* more than 0: it hangs on a condition that cannot be decided */
	struct rb_plan_parting parted; /* in the file or procedure, by what was told of it so far */
	unsigned again;                /* more than 0: what is told was told before, or may have been */
	unsigned anew;                 /* more than 0: what was found so far is found anew then */
	struct rb_plan_sum sum;
	size_t cap;                /* of sum.would */
	size_t asks_id;            /* confirmations that --yes does not answer */
	struct rb_buf ids;         /* what to give --yes= */
	struct rb_buf unanswered;  /* steps whose questions the options do not answer */
	bool leak;                 /* a failure of what was walked is taken by nothing yet */
	const struct rb_step *now; /* the step that a run has come to; NULL once it was told */
	/* Ways that end the run take nothing of the time of those that go on. */
	struct rb_plan_time before; /* in the run's own steps: up to the step that is walked */
	struct rb_plan_time over;   /* the longest of the ways that end before the end of the list */
	size_t jumps;               /* edges that were walked and lead to another step */
	unsigned bound; /* more than 0: what is walked may be done several times, or something comes behind
			   its end */
	const struct rb_step *telling;    /* what is told is about it; NULL: about the file */
	struct rb_plan_fold {             /* of a plan in brief */
		const struct rb_step *of; /* its row waits for what stands inside of it; NULL: none does */
		unsigned silent;          /* more than 0: that is walked, and not told */
		size_t n, cap;
		struct rb_plan_item *kept; /* the row, and what is told of it */
		struct rb_plan_tally tally;
	} fold;
};

/* Whether what comes behind can be reached, and how long it takes to come there. */
struct rb_plan_way {
	bool on;
	struct rb_plan_time time;
};

/* ---- plan.c ---- */

/* What is known of a file of the program; of what a call calls, made when it is first asked for. */
struct rb_plan_unit *rb_plan_unit_of(struct rb_plan *p, const struct rb_unit *unit);
struct rb_plan_callee *rb_plan_callee_of(struct rb_plan *p, const struct rb_call *call);
/* A key for maps by pointer; the pointer must live as long as the map. */
struct rb_str rb_plan_key(const void *const *pointer);
/* An evaluation in the frame of p->at; what it makes is in scratch. */
struct rb_eval rb_plan_eval(struct rb_plan *p);
/* Tells an item, or keeps it with the step that is folded: its texts are copied then. `depth` counts the
 * steps around it. The second makes one of texts, without an effect; each may be empty. */
void rb_plan_item(struct rb_plan *p, const struct rb_plan_item *item);
void rb_plan_tell(struct rb_plan *p, enum rb_plan_part part, unsigned depth, struct rb_str name,
    struct rb_str text, struct rb_str note);
/* The value for people, in scratch. */
struct rb_str rb_plan_show(struct rb_plan *p, struct rb_value v);
/* A text with ${} for people, in scratch; empty for NULL. */
struct rb_str rb_plan_tmpl(struct rb_plan *p, const struct rb_tmpl *t);
/* A step in a sentence: its id, "line 12", or "child.yaml:12"; in the plan's arena. */
struct rb_str rb_plan_name(struct rb_plan *p, const struct rb_step *step);
/* Marks a step as told (RB_PLAN_TOLD_). True the first time: then it counts. */
bool rb_plan_first(struct rb_plan *p, const struct rb_step *step, unsigned bit);
/* The run may end so. Within what is called it is only that which ends. */
void rb_plan_may_end(struct rb_plan *p, enum rb_end end);
/* Why a value is none: "`x` would be unset here", or the reason of an ERROR; empty for UNKNOWN. In scratch.
 */
struct rb_str rb_plan_why(struct rb_plan *p, struct rb_value v);

/* ---- trouble.c ---- */

/* Tells what stands in the way of the step that is told; and keeps it for the end. */
void rb_plan_trouble(struct rb_plan *p, unsigned depth, struct rb_str text);
/* All of it, at the end. */
void rb_plan_troubles(struct rb_plan *p);
/* A path as a run takes it: relative ones stand beside the file. In scratch. */
struct rb_str rb_plan_path(struct rb_plan *p, struct rb_str path);
/* A folder that is not there, of a known path; `of_file`: the one that the file stands in. */
void rb_plan_folder(struct rb_plan *p, struct rb_value v, bool of_file, unsigned depth);

/* ---- assume.c ---- */

/* Reads the assumptions of the options into p->assumed. -1 with diagnostics. */
int rb_plan_assume(struct rb_plan *p);
/* What is known of a name that a run would fill in: its assumed facts, or UNKNOWN. */
struct rb_value rb_plan_assumed(const struct rb_plan *p, const struct rb_decl *decl);
/* Whether a step's fact (passed, failed, skipped, timed_out) is assumed: 1, 0, or -1. */
int rb_plan_fact(const struct rb_plan *p, const struct rb_step *step, const char *name);
/* Whether a leaf would pass with the facts that are assumed of it, or `checks` with those of its looks, where
 * they decide that. */
void rb_plan_judge(struct rb_plan *p, const struct rb_step *step, unsigned depth);
/* From here on the step has again only the facts that it had before it was judged. */
void rb_plan_unjudge(struct rb_plan *p, const struct rb_step *step, struct rb_value assumed);
/* The step was walked, or is surely skipped: its slot gets what is known of it then. */
void rb_plan_walked(struct rb_plan *p, const struct rb_step *step);
void rb_plan_skipped(struct rb_plan *p, const struct rb_step *step);

/* ---- enter.c ---- */

/* Inputs, values, secrets, requirements of the file of the run, into a new frame. NULL with diagnostics. */
struct rb_frame *rb_plan_settle(struct rb_plan *p);
/* Tells the inputs of the run's file, and its values unless the plan is in brief; after rb_plan_settle. */
void rb_plan_inputs(struct rb_plan *p);
/* Secrets are not looked at. */
void rb_plan_secrets(struct rb_plan *p, const struct rb_unit *u, struct rb_frame *frame);
/* Secrets of a library that it is not handed are unset in its file. */
void rb_plan_keep_back(const struct rb_call *call, struct rb_frame *file);
/* A frame for what a step calls, with its inputs told as details; or NULL where it was told already, under
 * *shown. */
struct rb_frame *rb_plan_enter(
    struct rb_plan *p, const struct rb_step *step, struct rb_str *shown, unsigned depth);
/* A frame for the procedure that the run starts at, with its inputs told. */
struct rb_frame *rb_plan_from(struct rb_plan *p, const struct rb_procedure *proc);
/* Whether a command is there; true where it cannot be known. */
bool rb_plan_has(struct rb_plan *p, struct rb_str name);

/* ---- needs.c ---- */

/* A key of `requires`, which its table must have; *f may be NULL, and false is returned, if it is not there.
 */
bool rb_plan_required(const struct rb_unit *u, const char *name, const struct rb_field **f);
/* Tells what the file of p->at asks of the host, and as trouble what is lacking. `call` is how the file is
 * called; NULL for that of the run. */
void rb_plan_needs(struct rb_plan *p, const struct rb_call *call, unsigned depth);

/* ---- walk.c ---- */

/* What stands before a step. */
struct rb_plan_lead {
	int truth;            /* of its `if`: 1, or -1 when it is not known */
	struct rb_value why;  /* why it is not */
	bool under_way;       /* its loop is: the loop's variable holds the current item */
	int64_t at;           /* which this is, from 0; -1: not known */
	struct rb_value list; /* of its loop, from the current item on; not LIST: not known */
	int64_t items;        /* how many these are, or -1; 1 without a loop */
};
/* Tells it, and counts the items. */
void rb_plan_lead(struct rb_plan *p, const struct rb_step *step, struct rb_plan_lead *lead, unsigned depth);
/* Walks a list from its first step; NULL is an empty one, which goes on at once. */
struct rb_plan_way rb_plan_list(struct rb_plan *p, const struct rb_list *list, unsigned depth);
/* The steps [from, to) of it, which are come to by `way`. */
struct rb_plan_way rb_plan_part_of(struct rb_plan *p, const struct rb_list *list, size_t from, size_t to,
    struct rb_plan_way way, unsigned depth);
/* A step whose `if` holds. */
struct rb_plan_way rb_plan_step(
    struct rb_plan *p, const struct rb_step *step, struct rb_plan_lead *lead, unsigned depth);
/* The row of a step that is no leaf. `note` is added to what it has to say of itself. */
void rb_plan_group_row(struct rb_plan *p, const struct rb_step *step, struct rb_str note, unsigned depth);
/* What is inside of a step that is no leaf. */
struct rb_plan_way rb_plan_inside(struct rb_plan *p, const struct rb_step *step, unsigned depth);
/* The `finally` of a block, behind `way`. */
struct rb_plan_way rb_plan_block_end(
    struct rb_plan *p, const struct rb_step *step, struct rb_plan_way way, unsigned depth);
/* A `goto` leads from one step to the other. */
void rb_plan_want(struct rb_plan *p, const struct rb_step *from, const struct rb_step *to);
/* A step that the path does not come to. */
void rb_plan_hide(struct rb_plan *p, const struct rb_step *first, const struct rb_step *last);

/* ---- set.c ---- */

/* Tells what the step sets, and keeps it where that is sure. */
void rb_plan_set(struct rb_plan *p, const struct rb_step *step, unsigned depth);
/* At a step that is come to by `goto` too (rb_plan_unit.wanted): whether the path led over what is set
 * between is not sure. */
void rb_plan_forget_values(struct rb_plan *p, uint32_t wanted);
/* Where steps are visited again, a value that is set may be another one by then. */
void rb_plan_forget_set(const struct rb_plan_unit *info, struct rb_frame *frame);

/* ---- group.c ---- */

/* What is inside of a branch: all arms that may be taken; of a call: what it calls, or where that was told.
 */
struct rb_plan_way rb_plan_branch(struct rb_plan *p, const struct rb_step *step, unsigned depth);
struct rb_plan_way rb_plan_call(struct rb_plan *p, const struct rb_step *step, unsigned depth);
/* "calls restart: Start the API". */
struct rb_str rb_plan_called(struct rb_plan *p, const struct rb_call *call);
/* The edges of a step; `way` is how it is left by passing. */
struct rb_plan_way rb_plan_edges(
    struct rb_plan *p, const struct rb_step *step, struct rb_plan_way way, unsigned depth);
/* An edge in words, in scratch: "goes to verify"; notes where it leads, and that the path parts there. */
struct rb_str rb_plan_edge(struct rb_plan *p, const struct rb_step *step, const struct rb_edge *edge);
/* An arm that is told: its condition, with a remark, and the facts in it. */
void rb_plan_arm(struct rb_plan *p, const struct rb_arm *arm, const char *note, unsigned depth);
/* The choices from the given one on. */
struct rb_plan_way rb_plan_choices_from(
    struct rb_plan *p, const struct rb_step *step, size_t from, unsigned depth);
/* A file or procedure, from setup to finally; the place is p->at. */
struct rb_plan_way rb_plan_file(struct rb_plan *p, unsigned depth);
/* A phase that is come to however the ones before it end. */
struct rb_plan_way rb_plan_closing(
    struct rb_plan *p, const char *name, const struct rb_list *list, const char *note, unsigned depth);
/* The steps, or the procedure to start at; not `on`: what comes before never leads there. */
struct rb_plan_way rb_plan_body(struct rb_plan *p, bool on, unsigned depth);
/* Rungs from the given one on; those that the end sets off, if it is known (else -1). */
struct rb_plan_time rb_plan_rungs(struct rb_plan *p, size_t from, int end, unsigned depth);

/* ---- resume.c ---- */

/* What is left of the run that stands at opt->stand; p->at is left as that of its file, with a frame of the
 * caller's to free. */
struct rb_plan_way rb_plan_resume(struct rb_plan *p);

/* ---- again.c ---- */

/* An edge that was told goes back. */
void rb_plan_goes_back(struct rb_plan *p, const struct rb_step *from, const struct rb_step *to);
/* What is come back to in the list of step k of the entry's chain, once the rest of the list was told. */
struct rb_plan_way rb_plan_again(struct rb_plan *p, size_t k, struct rb_plan_way way, unsigned depth);
/* Empties the slots of the steps [from, to] of the file; returns what stood there. */
struct rb_value *rb_plan_forget(struct rb_plan *p, unsigned from, unsigned to);

/* ---- brief.c ---- */

/* From here to rb_plan_unfold (if true) the step is told by one line, which says what stands inside; false:
 * it has its own lines. */
bool rb_plan_fold(struct rb_plan *p, const struct rb_step *step);
void rb_plan_unfold(struct rb_plan *p, unsigned depth);
/* Keeps an item that is told of a folded step, or drops one from inside; false: it is to be told. */
bool rb_plan_kept(struct rb_plan *p, const struct rb_plan_item *item);
/* Says nothing that is worth a line of its own. */
bool rb_plan_is_dull(const struct rb_plan *p, const struct rb_step *step);
/* A leaf is told, or a question; and what was called by a step. */
void rb_plan_tally_leaf(struct rb_plan *p, const struct rb_step *step);
void rb_plan_tally_ask(struct rb_plan *p);
void rb_plan_tally_call(struct rb_plan *p, const struct rb_step *step, const struct rb_plan_tally *inside);

/* ---- words.c ---- */

/* The facts that a condition reads, and what each stands for, as FACT items. */
void rb_plan_words(struct rb_plan *p, const struct rb_expr *cond, unsigned depth);
/* A word as a shell would read it back, appended. */
void rb_plan_quote(struct rb_buf *out, struct rb_value v);

/* ---- leaf.c ---- */

/* The row of a step, its `if` and its loop, and what it does exactly. */
void rb_plan_leaf(struct rb_plan *p, const struct rb_step *step, struct rb_plan_lead *lead, unsigned depth);
/* The look of `done_if`, of a step that may have none; of any probe, which may be NULL, under its key. */
void rb_plan_done_if(struct rb_plan *p, const struct rb_step *step, unsigned depth);
void rb_plan_probe(struct rb_plan *p, const char *label, const struct rb_probe *probe, unsigned depth);
/* A DETAIL item: "asks  Stop old-worker?  --yes answers it". */
void rb_plan_detail(
    struct rb_plan *p, unsigned depth, const char *name, struct rb_str text, const char *note);

/* ---- confirm.c ---- */

/* Nothing answers what the step asks but a person: kept for the end. */
void rb_plan_unanswered(struct rb_plan *p, const struct rb_step *step);
/* The confirmation of a step that may have none, with what would answer it; counts it. */
void rb_plan_confirm(struct rb_plan *p, const struct rb_step *step, unsigned depth);

/* ---- programs.c ---- */

/* Tells that this host lacks a program, if it does. */
void rb_plan_program(struct rb_plan *p, struct rb_str name, unsigned depth);
/* The same of those that the text of a script plainly names, each once; `env` is what its process finds. */
void rb_plan_programs(struct rb_plan *p, struct rb_str text, struct rb_value env, unsigned depth);

/* ---- time.c ---- */

/* One after the other; whichever of both; n times, 0 is none. A sum that overflows has no bound. */
struct rb_plan_time rb_time_add(struct rb_plan_time a, struct rb_plan_time b);
struct rb_plan_time rb_time_max(struct rb_plan_time a, struct rb_plan_time b);
struct rb_plan_time rb_time_by(struct rb_plan_time a, uint64_t n);
/* The value of a duration (ns): RB_NEVER if it is not known; `dflt` where it is NULL or not written. */
int64_t rb_plan_duration(struct rb_plan *p, const struct rb_field *f, int64_t dflt);
/* All of a leaf: looks before and after, attempts, pauses; and one look. */
struct rb_plan_time rb_time_leaf(struct rb_plan *p, const struct rb_step *step);
struct rb_plan_time rb_time_probe(struct rb_plan *p, const struct rb_probe *probe);
/* The same without a bound, because of this step. */
struct rb_plan_time rb_time_endless(
    struct rb_plan_time t, const struct rb_step *step, enum rb_plan_unbounded why);
/* Up to the end, of ways that come there and of those that end before. */
struct rb_plan_time rb_time_to_end(const struct rb_plan *p, struct rb_plan_time t);
/* "up to 5s", "up to 5s, and what people take", "no limit that is known"; empty for no time; in scratch. */
struct rb_str rb_time_text(struct rb_plan *p, struct rb_plan_time t);
/* The same of the whole, with the steps that leave it open. */
struct rb_str rb_time_whole(struct rb_plan *p, struct rb_plan_time t);

#endif
