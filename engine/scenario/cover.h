/* Which steps of a runbook its scenarios perform, and which of the ways that it decides between they take: a
 * sink of the plays. Ownership: a coverage lives in the arena that it was made with, and borrows the program.
 *
 * Of a file with procedures it counts the file and all of them; what it calls elsewhere (libraries, other
 * runbooks) counts where that is tested. Ways that a file only implies count where they say something of it:
 * that a step passes, that no arm holds; not that a step without `on_fail` fails, nor that somebody declines
 * and the run ends, which is the
 * same for every step, nor that a list which the operator gave is empty. */
#ifndef RB_SCENARIO_COVER_H
#define RB_SCENARIO_COVER_H

#include "event/bus.h"
#include "lang/program.h"
#include "scenario/scenario.h"

struct rb_cover;

struct rb_cover_sum {
	size_t steps, steps_done, ways, ways_taken;
};

/* Something that no scenario does. */
struct rb_cover_gap {
	struct rb_span span;
	struct rb_str text; /* "no scenario takes `on_fail` of `freed`" */
};

/* Nothing done yet, of the program's own file; NULL never. */
struct rb_cover *rb_cover_new(struct rb_arena *arena, const struct rb_program *program);
/* A play begins, at a procedure or (NULL) at the steps. */
void rb_cover_begin(struct rb_cover *c, const struct rb_procedure *from);
/* The play is over: which calls it went into. */
void rb_cover_calls(struct rb_cover *c, const struct rb_played *played);
/* To be given to the play. */
const struct rb_sink *rb_cover_sink(const struct rb_cover *c);
/* The sum of all plays so far. */
void rb_cover_count(const struct rb_cover *c, struct rb_cover_sum *sum);
/* The ways that no play took, each of them, in the order of the file. */
void rb_cover_gaps(const struct rb_cover *c, struct rb_arena *arena, struct rb_cover_gap **gaps, size_t *n);
/* What the steps are called that no play performed. */
void rb_cover_undone(const struct rb_cover *c, struct rb_arena *arena, struct rb_str **names, size_t *n);
/* What the calls of other files are called whose result every play gave as a whole: what is called, and
 * whether it can come to that, no play shows. */
void rb_cover_unentered(const struct rb_cover *c, struct rb_arena *arena, struct rb_str **names, size_t *n);

#endif
