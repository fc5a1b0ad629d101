/* The runs that are kept on this host. Ownership: every text of a run lives in the arena that is given. */
#ifndef RB_RECORD_PAST_H
#define RB_RECORD_PAST_H

#include "base/arena.h"
#include "base/buf.h"
#include "record/rundir.h"

enum rb_past_state {
	RB_RUN_ENDED,      /* its last record is run_end */
	RB_RUN_RUNNING,    /* somebody still writes to it */
	RB_RUN_DIED,       /* nobody does, and it did not end */
	RB_RUN_UNREADABLE, /* its first record cannot be read: `why` says why */
};

struct rb_past_run {
	struct rb_str id;
	struct rb_str folder;    /* absolute; of its first segment */
	struct rb_str *segments; /* its transcript's files in order, NUL-terminated paths */
	size_t nsegments;
	enum rb_past_state state;
	struct rb_str why;                              /* of RB_RUN_UNREADABLE */
	struct rb_str runbook, title, user, host, mode; /* from run_start; user: who started it */
	int64_t started;                                /* ns since the epoch */
	int64_t pid;
	struct rb_str outcome; /* "" unless it ended */
	struct rb_str reason;
	int64_t elapsed; /* ns, to the last record */
	int64_t exit;    /* -1 unless it ended */
};

/* All runs in the places, newest first (by when they started); where a run has segments in several, it comes
 * once. At most `max`, 0 for all. Reads the ends of each transcript, not the whole. 0, or -1 when there is
 * not enough of something to look
 * (`why` says of what). */
int rb_past_list(struct rb_arena *arena, const struct rb_places *places, size_t max,
    struct rb_past_run **runs, size_t *n, struct rb_buf *why);
/* The run that the text means: an id, the beginning or the end of exactly one, "" or "last" for the newest.
 * -1 with a sentence in `why`, which names the candidates where there are several. */
int rb_past_find(struct rb_arena *arena, const struct rb_places *places, struct rb_str text,
    struct rb_past_run *run, struct rb_buf *why);
/* "resolved", of a drill "drill: resolved" or "drill: `free` would change something", or for a run without an
 * end "still running (pid 42)" or "died (started 3m ago)". `now`: ns since the epoch. */
void rb_past_outcome(const struct rb_past_run *run, int64_t now, struct rb_buf *out);

#endif
