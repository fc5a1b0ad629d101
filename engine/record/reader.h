/* Reads a transcript back, record by record. Ownership: an event, with its texts, lives for the length of the
 * callback; nothing else is kept.
 *
 * A last line without its newline was torn by a crash: it is cut, and counted. Everything else that is not as
 * the writer writes it is refused with its file and line: a transcript is evidence. */
#ifndef RB_RECORD_READER_H
#define RB_RECORD_READER_H

#include "base/buf.h"
#include "event/event.h"

struct rb_read {
	uint64_t records; /* handed over, those of seq 0 included */
	uint64_t last;    /* seq of the last one */
	bool ended;       /* the last one is run_end */
	uint64_t torn;    /* bytes of a torn last line */
	uint64_t unknown; /* records of types that are not known here, passed over */
};

/* Reads the segment files in their order. Where a segment takes up again what the one before it may have lost
 * (the writer went on elsewhere after a failure), each record comes once. 0; -1 with "file:line: what" in
 * `why`, after everything before it was handed over; or what the callback returned, if that was not 0. */
int rb_transcript_read(const struct rb_alloc *alloc, const char *const *paths, size_t n,
    int (*event)(void *ctx, const struct rb_event *ev), void *ctx, struct rb_read *read, struct rb_buf *why);

#endif
