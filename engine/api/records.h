/* Finding the record of a run by what an operator calls it. Ownership: everything lives in the arena that is
 * given. */
#ifndef RB_API_RECORDS_H
#define RB_API_RECORDS_H

#include "record/past.h"

struct rb_record {
	const char **paths; /* the transcript's segments, in order; at least one */
	size_t npaths;
	struct rb_str folder;    /* with its outputs; may be empty */
	struct rb_past_run past; /* nsegments 0: it was given as a path */
};

/* `run` is an id, the beginning or end of one, `last`, or the path of a transcript or of its folder. 0, or -1
 * with a sentence in `why`. */
int rb_record_find(struct rb_arena *arena, const char *run, struct rb_record *record, struct rb_buf *why);

#endif
