/* The writer of a transcript: a sink of the bus, which keeps a run's events as JSON lines
 * (docs/transcript.md). Ownership: a transcript borrows all that its configuration names, for its whole life,
 * and owns its files.
 *
 * It writes to one place at a time: the path that was given, the run's folder, the same run's folder in
 * memory
 * (/run, /dev/shm), and last stderr. Where a place fails it takes the record up in the next, in a new segment
 * file that says so, together with every record that the old place may have lost. */
#ifndef RB_RECORD_TRANSCRIPT_H
#define RB_RECORD_TRANSCRIPT_H

#include "event/bus.h"
#include "record/output.h"
#include "record/rundir.h"

enum {
	RB_TRANSCRIPT_RESERVE = 64 << 10, /* disk kept ready for records, so that output cannot take it */
	RB_TRANSCRIPT_UNSYNCED = 1 << 20, /* bytes of records kept in memory until known to be on disk */
};

struct rb_transcript_config {
	const struct rb_alloc *alloc;
	const struct rb_io *io;         /* NULL: the system's */
	const struct rb_places *places; /* for the fallbacks */
	struct rb_rundir *dir;          /* the run's id and folder, if it has one */
	const char *given;              /* path asked for, or NULL */
	struct rb_outputs *outputs;     /* keeps the steps' output; NULL: nobody does */
	int last_fd;                    /* stderr, for when no place is left; -1: none */
	/* Told of each place that failed, in a sentence; may emit a warning on the bus. NULL: nobody is. */
	void (*trouble)(void *ctx, const char *text);
	void *trouble_ctx;
};

struct rb_transcript;

/* Opens the first place that can be had. -1 with a sentence in `why` when the given path cannot be used by
 * mistake of whoever gave it: there is something already (a file, a link, a FIFO). A host where nothing can
 * be written is no error: then durable events are refused. */
int rb_transcript_open(
    struct rb_transcript **out, const struct rb_transcript_config *config, struct rb_buf *why);
void rb_transcript_close(struct rb_transcript *t);
/* To be added to the bus, and removed before the close. */
const struct rb_sink *rb_transcript_sink(const struct rb_transcript *t);
/* The file that is being written, or "" when none is. */
const char *rb_transcript_path(const struct rb_transcript *t);

enum { RB_SEGMENT_NAME = 40 };
/* "transcript.jsonl", "transcript.2.jsonl", … */
char *rb_segment_name(unsigned number, char name[RB_SEGMENT_NAME]);
/* In the run's folder: the path of a transcript that was written elsewhere. */
#define RB_TRANSCRIPT_POINTER "transcript.at"

#endif
