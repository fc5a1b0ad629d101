/* Inside of the path analysis: what its files share. Ownership: all of it lives in the scratch arena of one
 * graph, which is cleared before the next.
 *
 *     paths.c   one graph after the other; the checks, in order
 *     uses.c    which fact each step reads, at which point of the graph
 *     trail.c   is there a path to a point on which a fact is unset? backwards, from the reader
 *     notes.c   what must have been so for the run to take a path, and whether that goes together
 *     fates.c   what may have become of a step, and which of its facts are there then
 *     outputs.c what a call gives when it has failed
 *     unset.c   facts that may be unset where they are read
 *     reach.c   steps and procedures that nothing leads to, circles that nothing leads out of
 *     ends.c    paths that fall off the end of a file which names its endings
 *     bound.c   the longest path against the run's timeout */
#ifndef RB_LINT_PATHS_H
#define RB_LINT_PATHS_H

#include "lang/graph.h"
#include "lint/fates.h"

enum {
	RB_PATHS_BUDGET = 40000000, /* of the search in one program, in claims that are compared */
	RB_PATHS_WAY = 16,          /* what one way costs of it */
	RB_PATHS_ARMS = 32,         /* arms of a branch before one that are known not to hold */
	RB_PATHS_SHOWN = 5,         /* turns of a path that a message names */
};

/* A step that reads a fact of another, or of itself. */
struct rb_use {
	uint32_t point;
	const struct rb_step *reader;
	const struct rb_step *of;
	struct rb_str path; /* "holder.pid" */
	struct rb_span span;
	const struct rb_cases *when;
	unsigned without; /* the fates after which it is unset; never 0 */
	bool script;      /* it is a variable of a script */
};

struct rb_paths {
	struct rb_diags *diags;
	struct rb_arena *arena;
	const struct rb_graph *g;
	const bool *reached; /* by point */
	size_t nuses;
	struct rb_use *uses; /* by the step that they are of, in the order of the file */
	struct rb_map
	    given; /* names of values that some `set` of the file gives: no condition over them is judged */
	struct rb_map derived; /* names of values that are made of inputs or other values */
	size_t budget;         /* what the search may still cost */
};

/* A path: the way that it begins with, and the rest. */
struct rb_trail {
	uint32_t point;
	const struct rb_way *way; /* from `point`; NULL at the end */
	const struct rb_trail *next;
};

/* paths.c */
/* A step for messages: "`health`", or "the `run` at line 12". */
struct rb_str rb_paths_name(struct rb_paths *p, const struct rb_step *step);
/* False: the budget is spent, and nothing more is found. */
bool rb_paths_pay(struct rb_paths *p, size_t price);

/* uses.c */
/* Fills p->uses: where facts are used that may be unset there. */
void rb_paths_uses(struct rb_paths *p);

/* outputs.c */
/* Whether the call may leave this output of it unset when it has failed. */
bool rb_paths_output_lost(struct rb_paths *p, const struct rb_step *step, struct rb_str fact);
/* Whether a claim says that one of its outputs is set: then the others are taken to be there as well. */
bool rb_paths_gives(const struct rb_step *step, const struct rb_claim *c);

/* trail.c */
struct rb_search;
/* A search for paths, with memory that the next one uses again; p must live as long. */
struct rb_search *rb_search_new(struct rb_paths *p);
void rb_search_free(struct rb_search *s);
/* The shortest path from the beginning to where a fact is used on which it is unset, and what became of its
 * step. NULL if there is none that is known to be possible. */
const struct rb_trail *rb_search_unset(struct rb_search *s, const struct rb_use *use, unsigned *fate);
/* What a way is to who asks for paths by what comes last on them. */
enum rb_last {
	RB_LAST_IT,     /* the last thing on a path that is looked for */
	RB_LAST_NOT,    /* the last thing on one that is not */
	RB_LAST_BEFORE, /* nothing: what stands before it counts */
};
/* The shortest path from the beginning to a point, of those that `last` wants. */
const struct rb_trail *rb_search_way(
    struct rb_search *s, uint32_t point, enum rb_last (*last)(void *ctx, const struct rb_way *w), void *ctx);
/* The turns of a path, those where it does not simply go on: "health (on_fail) → act (if log.missing)". Empty
 * for a path without any. */
struct rb_str rb_trail_text(struct rb_paths *p, const struct rb_trail *t);

/* The checks, which add warnings. In their order: facts that are read where they may be unset (unset.c);
 * steps that nothing leads to, and circles that nothing leads out of (reach.c); ends of which nobody can tell
 * whether they are meant (ends.c); a `timeout` of the file that its own steps may outlast (bound.c). */
void rb_paths_unset(struct rb_paths *p, struct rb_search *s);
void rb_paths_reach(struct rb_paths *p);
void rb_paths_circles(struct rb_paths *p);
void rb_paths_ends(struct rb_paths *p, struct rb_search *s);
void rb_paths_bound(struct rb_paths *p);

#endif
