/* The ways through a file or a procedure: its steps as points, and between these every way that a run may
 * take. Ownership: a graph lives in the arena that it was made with; it borrows the program and changes
 * nothing in it.
 *
 * One graph covers what runs in one frame: the setup, steps, rungs and `finally` of a file, or the steps and
 * `finally` of a procedure. A call is one step in it; what is called has a graph of its own.
 *
 *     rb_graph_new: points and ways        path analysis of `check` walks them backwards (lint/)
 *                                          coverage of scenario tests ticks off those that decide something
 *
 * A step is a chain of points, of which those that its keys do not ask for are left out:
 *
 *     STEP -if-> DONE_IF -not yet-> CONFIRM -yes-> ACTION -> … -> PASSED | FAILED | LATE -> NEXT
 *
 * and where it loops, STEP -> ITEMS -> CONFIRM -> ITEM -> DONE_IF -> ACTION. What stands inside of it begins
 * behind its ACTION. A loop is gone through once: each item begins with the same facts.
 *
 * The `finally` of a block is entered from every way out of the block, and leads nowhere: the way out itself
 * goes on beside it, so that no path comes in by failing and leaves by passing. */
#ifndef RB_LANG_GRAPH_H
#define RB_LANG_GRAPH_H

#include "lang/program.h"

enum __attribute__((packed)) rb_point_kind {
	RB_AT_BEGIN,   /* of the file or procedure: what leads to the first step, and to the rungs */
	RB_AT_STEP,    /* a step is next: its `if` is judged */
	RB_AT_ITEMS,   /* the items of its loop are looked up */
	RB_AT_ITEM,    /* an item is next: an `if` that reads the loop's variable is judged */
	RB_AT_DONE_IF, /* its `done_if` looks */
	RB_AT_CONFIRM, /* somebody is asked */
	RB_AT_ACTION,  /* it is done */
	RB_AT_CHOICE,  /* an `ask` of many: whether its choice ->arm is among the answers */
	RB_AT_PASSED,  /* it passed, or was done already: on_pass */
	RB_AT_FAILED,  /* on_fail */
	RB_AT_LATE,    /* it timed out, and there is an on_timeout */
	RB_AT_NEXT,    /* it is over, and the list goes on behind it */
	RB_AT_RUNG,    /* rung ->arm of the file may be due */
	RB_AT_OVER,    /* the steps are over: ->over says how */
	RB_AT_FINALLY, /* the `finally` of ->step, or with step NULL of the file or procedure, begins */
	RB_AT_CLOSED,  /* a rung, a `finally`, the body of ->step is at its end */
	RB_POINTS
};

/* How the steps of a file or procedure come to their end. */
enum __attribute__((packed)) rb_over {
	RB_OVER_LAST,      /* the last of them was left: resolved, or the procedure passes */
	RB_OVER_UNCAUGHT,  /* a failure that nothing took */
	RB_OVER_RESOLVED,  /* `end resolved` */
	RB_OVER_FAILED,    /* `end failed` */
	RB_OVER_ESCALATED, /* `end escalated` */
	RB_OVER_DONE,      /* `done` */
	RB_OVER_FAIL,      /* `fail: reason` */
	RB_OVER_DECLINED,  /* a confirmation was refused */
	RB_OVERS
};

enum __attribute__((packed)) rb_way_kind {
	RB_WAY_GO,        /* nothing is decided */
	RB_WAY_IF,        /* its `if` holds */
	RB_WAY_SKIP,      /* it does not: the step is skipped */
	RB_WAY_ITEMS,     /* its loop has items */
	RB_WAY_EMPTY,     /* it has none */
	RB_WAY_NOT_DONE,  /* its `done_if` does not hold */
	RB_WAY_DONE,      /* it does: the step is done already */
	RB_WAY_CONFIRMED, /* the answer is yes */
	RB_WAY_DECLINED,  /* it is no, or nobody can be asked: the run ends, or an `optional` step is skipped
			   */
	RB_WAY_ARM,       /* arm ->arm of a branch, choice ->arm of an ask */
	RB_WAY_NO_ARM,    /* no arm holds; a choice of many was not chosen */
	RB_WAY_PASS,      /* on_pass, or what follows */
	RB_WAY_FAIL,      /* on_fail, or what encloses it fails */
	RB_WAY_LATE,      /* on_timeout */
	RB_WAY_JUMP,      /* a step that is an edge: `- goto: verify`, `- end: resolved` */
	RB_WAY_RUNG,      /* rung ->arm is */
	RB_WAY_UNWIND,    /* the same as the way beside it, as seen by a `finally` that it leads through */
	RB_WAYS
};

struct rb_point {
	enum rb_point_kind kind;
	enum rb_over over;
	uint32_t arm;
	const struct rb_step *step; /* NULL: of the file or procedure */
	uint32_t in, nin;   /* graph->in[in .. in + nin): the ways that lead here, as indexes of ways */
	uint32_t out, nout; /* graph->out[out .. out + nout): those that lead away */
};

struct rb_way {
	enum rb_way_kind kind;
	bool written; /* the file says so: an on_ key, an arm, an `if`, … ; the others are implied */
	bool back;    /* a goto to a step that has been: what was found since then is forgotten */
	uint32_t arm;
	uint32_t from, to;          /* points */
	const struct rb_step *step; /* whose way it is; NULL: of the file or procedure */
	const struct rb_edge *edge; /* the edge by which it goes, where one is written; else NULL */
};

struct rb_graph {
	const struct rb_unit *unit;
	const struct rb_procedure *proc; /* NULL: the file */
	size_t npoints, nways;
	struct rb_point *points; /* the first is RB_AT_BEGIN */
	struct rb_way *ways;     /* in the order of the file */
	uint32_t *in, *out;
	uint32_t *
	    ways_of; /* those of a step are ways[ways_of[i + 1] .. ways_of[i + 2]), i its index less `base` */
	uint32_t *first; /* the RB_AT_STEP of a step, by its index less `base`; UINT32_MAX: it is not in this
			    graph */
	unsigned base, nsteps;
};

/* The graph of a file, or of a procedure of it. Linear in the number of steps. */
struct rb_graph *rb_graph_new(
    struct rb_arena *arena, const struct rb_unit *unit, const struct rb_procedure *proc);
/* The point at which a step begins; UINT32_MAX if it is not in this graph, or a probe. */
uint32_t rb_graph_begin(const struct rb_graph *g, const struct rb_step *step);
/* The way of that kind (and arm, where it has one) that a step takes; NULL if it has none. */
const struct rb_way *rb_graph_way(
    const struct rb_graph *g, const struct rb_step *step, enum rb_way_kind kind, uint32_t arm);
/* Whether something is decided by it, so that a test may take it or not: all but GO and UNWIND. */
bool rb_way_decides(const struct rb_way *w);

/* By point: whether some path leads there. Conditions that are constants are judged, all others go both ways.
 */
bool *rb_graph_reachable(struct rb_arena *arena, const struct rb_graph *g);

/* The reason in words: "on_fail", "it fails", "if log.missing", "no arm holds", "no items", "declined". */
struct rb_str rb_way_why(struct rb_arena *arena, const struct rb_graph *g, const struct rb_way *w);
/* "health → free: on_fail", "the `branch` at line 12 → end resolved: no arm holds". */
struct rb_str rb_way_text(struct rb_arena *arena, const struct rb_graph *g, const struct rb_way *w);
/* Where it is written: the edge, the arm, the `if`; else the step. */
struct rb_span rb_way_span(const struct rb_graph *g, const struct rb_way *w);
/* A step for messages, its id, or "the `run` at line 12". */
struct rb_str rb_step_called(struct rb_arena *arena, const struct rb_step *step);
/* The same within a sentence: "`free`", or "the `run` at line 12". */
struct rb_str rb_step_quoted(struct rb_arena *arena, const struct rb_step *step);

#endif
