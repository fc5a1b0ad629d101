/* Inside of the plan: what its files share. Ownership: all of it lives in the plan's arena, but for the texts
 * of the items of one step, which live in `scratch` until the next step begins. */
#ifndef RB_PLAN_STATE_H
#define RB_PLAN_STATE_H

#include "plan/plan.h"

#define RB_PLAN_BACK UINT32_MAX

/* How long something takes at most. */
struct rb_plan_time {
	int64_t most; /* ns; RB_NEVER: there is no bound that is known now */
	bool people;  /* and what people take */
};

/* What is known of a file before it is walked; by index of its steps. */
struct rb_plan_unit {
	const struct rb_unit *unit;
	uint32_t *times;  /* how often a step is visited at most, by going back */
	uint32_t *wanted; /* a walked `goto` leads here: 1 more than the first step that does so;
			     RB_PLAN_BACK: one that goes back; 0: none */
	uint32_t *
	    changes; /* of the steps before it: leaves that change, are dangerous, ask; one more at the end */
	uint32_t *dangers, *asks, *leaves;
	bool revisits; /* steps may be visited again with other values */
	/* values that were `set` in what was walked, and where last; those that became unknown are gone */
	size_t nset;
	struct rb_plan_set {
		const struct rb_decl *decl;
		unsigned at;
	} * set;
};

/* A procedure or runbook that is called. */
struct rb_plan_callee {
	const struct rb_unit *unit;
	const struct rb_procedure *proc; /* NULL: a runbook */
	const struct rb_input *inputs;
	size_t ninputs;
	size_t sites; /* steps that call it */
	bool *given;  /* by input: some of them give it */
	bool shown;
	struct rb_str first; /* the id of the step under which it was shown */
	struct rb_plan_time time;
	bool may_pass;
};

/* A file or procedure that is being walked. */
struct rb_plan_place {
	struct rb_plan_unit *info;
	const struct rb_procedure *proc; /* or NULL */
	struct rb_frame *frame;
	bool called; /* not the file of the run itself */
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
	unsigned uncertain; /* more than 0: it is not sure that this step is reached */
	size_t reads, changes, dangers, hidden;
	size_t asks, asks_id, answered, people; /* confirmations; those that --yes does not answer; those that
						   are answered by the options; questions */
	struct rb_buf ids;                      /* what to give --yes= */
	size_t lacks;                           /* what this host lacks before the first step */
};

/* Whether what comes behind can be reached, and how long it takes to come there. */
struct rb_plan_way {
	bool on;
	struct rb_plan_time time;
};

/* ---- plan.c ---- */

struct rb_plan_unit *rb_plan_unit_of(struct rb_plan *p, const struct rb_unit *unit);
struct rb_plan_callee *rb_plan_callee_of(struct rb_plan *p, const struct rb_call *call);
/* A key for maps by pointer; the pointer must live as long as the map. */
struct rb_str rb_plan_key(const void *const *pointer);
struct rb_eval rb_plan_eval(struct rb_plan *p);
void rb_plan_item(struct rb_plan *p, const struct rb_plan_item *item);
void rb_plan_tell(struct rb_plan *p, enum rb_plan_part part, unsigned depth, struct rb_str name,
    struct rb_str text, struct rb_str note);
/* The value for people, in scratch. */
struct rb_str rb_plan_show(struct rb_plan *p, struct rb_value v);
/* A text with ${} for people, in scratch; empty for NULL. */
struct rb_str rb_plan_tmpl(struct rb_plan *p, const struct rb_tmpl *t);
/* "`x` is unset", or the reason of an ERROR, in scratch. */
struct rb_str rb_plan_why(struct rb_plan *p, struct rb_value v);

/* ---- assume.c ---- */

/* Reads the assumptions of the options into p->assumed. -1 with diagnostics. */
int rb_plan_assume(struct rb_plan *p);
/* What is known of a name that a run would fill in: its assumed facts, or UNKNOWN. */
struct rb_value rb_plan_assumed(const struct rb_plan *p, const struct rb_decl *decl);
/* Whether a step's fact (passed, failed, skipped, timed_out) is assumed: 1, 0, or -1. */
int rb_plan_fact(const struct rb_plan *p, const struct rb_step *step, const char *name);
/* The step was walked, or is surely skipped: its slot. */
void rb_plan_walked(struct rb_plan *p, const struct rb_step *step);
void rb_plan_skipped(struct rb_plan *p, const struct rb_step *step);

/* ---- enter.c ---- */

/* Inputs, values, secrets, requirements of the file of the run, into a new frame. NULL with diagnostics. */
struct rb_frame *rb_plan_settle(struct rb_plan *p);
/* Tells them. */
void rb_plan_inputs(struct rb_plan *p);
void rb_plan_needs(struct rb_plan *p, unsigned depth);
/* A frame for what a step calls, with its inputs told as details. */
struct rb_frame *rb_plan_enter(struct rb_plan *p, const struct rb_step *step, unsigned depth);
/* Whether a command is there; true where it cannot be known. */
bool rb_plan_has(struct rb_plan *p, struct rb_str name);

/* ---- walk.c ---- */

/* What stands before a step. */
struct rb_plan_lead {
	int truth;           /* of its `if`: 1, or -1 when it is not known */
	struct rb_value why; /* why it is not */
	int64_t items;       /* of its loop: how many, or -1; 1 without one */
};
/* Tells it, and counts the items. */
void rb_plan_lead(struct rb_plan *p, const struct rb_step *step, struct rb_plan_lead *lead, unsigned depth);
struct rb_plan_way rb_plan_list(struct rb_plan *p, const struct rb_list *list, unsigned depth);
/* A `goto` leads from one step to the other. */
void rb_plan_want(struct rb_plan *p, const struct rb_step *from, const struct rb_step *to);
/* A step that the path does not come to. */
void rb_plan_hide(struct rb_plan *p, const struct rb_step *first, const struct rb_step *last);

/* ---- group.c ---- */

struct rb_plan_way rb_plan_branch(struct rb_plan *p, const struct rb_step *step, unsigned depth);
struct rb_plan_way rb_plan_choices(struct rb_plan *p, const struct rb_step *step, unsigned depth);
struct rb_plan_way rb_plan_call(struct rb_plan *p, const struct rb_step *step, unsigned depth);
/* "calls restart: Start the API". */
struct rb_str rb_plan_called(struct rb_plan *p, const struct rb_call *call);
/* The edges of a step; `way` is how it is left by passing. */
struct rb_plan_way rb_plan_edges(
    struct rb_plan *p, const struct rb_step *step, struct rb_plan_way way, unsigned depth);
/* An edge in words: "goes to verify"; notes where it leads. True if the list goes on behind it. */
struct rb_str rb_plan_edge(struct rb_plan *p, const struct rb_step *step, const struct rb_edge *edge);
/* A file or procedure, from setup to finally; the place is p->at. */
struct rb_plan_way rb_plan_file(struct rb_plan *p, unsigned depth);

/* ---- words.c ---- */

/* The facts that a condition reads, and what each stands for, as FACT items. */
void rb_plan_words(struct rb_plan *p, const struct rb_expr *cond, unsigned depth);
/* A word as a shell would read it back, appended. */
void rb_plan_quote(struct rb_buf *out, struct rb_value v);

/* ---- leaf.c ---- */

/* The row of a step, its `if` and its loop, and what it does exactly. */
void rb_plan_leaf(struct rb_plan *p, const struct rb_step *step, struct rb_plan_lead *lead, unsigned depth);
void rb_plan_confirm(struct rb_plan *p, const struct rb_step *step, unsigned depth);
void rb_plan_probe(struct rb_plan *p, const char *label, const struct rb_probe *probe, unsigned depth);

/* ---- time.c ---- */

struct rb_plan_time rb_time_add(struct rb_plan_time a, struct rb_plan_time b);
struct rb_plan_time rb_time_max(struct rb_plan_time a, struct rb_plan_time b);
struct rb_plan_time rb_time_by(struct rb_plan_time a, uint64_t n);
/* The value of a duration: RB_NEVER if it is not known; `dflt` for an absent one. */
int64_t rb_plan_duration(struct rb_plan *p, const struct rb_field *f, int64_t dflt);
/* One attempt, and all of a leaf: looks before and after, attempts, pauses. */
struct rb_plan_time rb_time_attempt(struct rb_plan *p, const struct rb_step *step);
struct rb_plan_time rb_time_leaf(struct rb_plan *p, const struct rb_step *step);
struct rb_plan_time rb_time_probe(struct rb_plan *p, const struct rb_probe *probe);
/* "up to 5s", "up to 5s and what people take", "no limit that is known"; in scratch. */
struct rb_str rb_time_text(struct rb_plan *p, struct rb_plan_time t);

#endif
