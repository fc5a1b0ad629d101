/* Where a run has come to: from the outermost file down to the step that comes next. Ownership: all of it is
 * the flow's, frames included: read only, and only for as long as the flow says so (flow.h).
 *
 * A level is a file or procedure that is under way. Within a level the place is the step alone: what encloses
 * it (arms, blocks, lists of edges) is found from step->list and step->parent. What was found so far stands
 * in the slots of the frames; a step whose slot is UNSET was not reached, or found nothing. */
#ifndef RB_LANG_STAND_H
#define RB_LANG_STAND_H

#include "lang/program.h"

enum rb_stand_phase {
	RB_STAND_SETUP,
	RB_STAND_STEPS,
	RB_STAND_RUNGS,   /* the steps are over: ->end; the rungs that this sets off come next */
	RB_STAND_FINALLY, /* the steps are over: ->end; the step stands in the level's `finally` */
};

/* What is decided already of a step around the point: that its body did not pass, where its `finally` is
 * under way, or that an item of its loop failed, which goes on behind that. */
struct rb_stand_left {
	const struct rb_step *step;
	bool loop;
	struct rb_edge edge; /* what led out of the body; NONE: it failed */
};

struct rb_stand_level {
	const struct rb_unit *unit;
	const struct rb_procedure *proc; /* or NULL */
	enum rb_stand_phase phase;       /* of this file or procedure */
	enum rb_end end;                 /* RUNGS, FINALLY: how its steps ended */
	/* The step that leads to the next level: a call, or NULL where the run was started at a procedure
	 * (`--from`: level 0 is the file, level 1 the procedure). In the last level the step that comes next,
	 * with its `if` and `done_if` already decided: it would be done; or NULL in RUNGS: all of them. */
	const struct rb_step *step;
	struct rb_frame *frame; /* loop variables hold the current item */
	size_t nleft;
	struct rb_stand_left *left;
	int64_t item, items; /* innermost loop around the step: which item (0-based), of how many; -1: none */
};

struct rb_stand {
	size_t n; /* at least 1 */
	struct rb_stand_level *levels;
};

#endif
