/* What is known of a run that takes a path: the conditions that were decided on it, and what became of the
 * steps that these speak of. Ownership: notes live in the arena of their search, and are shared by the paths
 * that end alike; claims of ways live as long as the graph. */
#ifndef RB_LINT_NOTES_H
#define RB_LINT_NOTES_H

#include "lint/paths.h"

/* From the end of a path to its beginning: the last one is the earliest. */
struct rb_note {
	const struct rb_claim *claim; /* it holds; or */
	const struct rb_step *step;   /* here this one got its fate */
	const struct rb_note *later;
};

struct rb_notes {
	struct rb_paths *p;
	struct rb_arena *arena;   /* of one search */
	struct rb_cases **claims; /* by way, made when it is first come by */
};

/* What a way claims: the condition of an `if`, of the arms before an arm, the answer to a choice. */
const struct rb_cases *rb_notes_way(struct rb_notes *of, const struct rb_way *w);
/* Whether a claim speaks of a step. */
bool rb_notes_about(const struct rb_claim *c, const struct rb_step *step);
/* Adds a claim. False: it contradicts what is noted, or nobody can tell, or the budget is spent. */
bool rb_notes_claim(struct rb_notes *of, const struct rb_claim *c, const struct rb_note **notes);
/* Here the path comes to where the step got one of these fates: false if what is claimed of it later goes
 * with none of them. */
bool rb_notes_fate(
    struct rb_notes *of, const struct rb_step *step, unsigned fates, const struct rb_note **notes);
/* The same for the steps from `lo` to `hi` (indexes) that the path did not come by: they were not reached. */
bool rb_notes_unreached(struct rb_notes *of, unsigned lo, unsigned hi, const struct rb_note **notes);

#endif
