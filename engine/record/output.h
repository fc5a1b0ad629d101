/* The full output of each attempt, in files of the run's folder. Ownership: outputs borrow the rundir, which
 * must outlive them, and own every file that is open until the attempt ends.
 *
 * A file keeps the first and the last half of its bound; what stood between is counted in a line of its own.
 * What cannot be written is dropped and counted: output never stops a run. */
#ifndef RB_RECORD_OUTPUT_H
#define RB_RECORD_OUTPUT_H

#include "event/bus.h"
#include "record/rundir.h"

enum {
	RB_OUTPUT_NAME = 160,            /* bytes of a file name, with its NUL */
	RB_OUTPUT_FILE = 64 << 20,       /* bytes kept of one stream of an attempt */
	RB_OUTPUT_RUN = 1 << 30,         /* about what all files of a run may take together */
	RB_OUTPUT_FILE_MEMORY = 1 << 20, /* the same where the run's folder takes memory, not disk */
	RB_OUTPUT_RUN_MEMORY = 16 << 20,
	RB_OUTPUT_LEAST = 64 << 10, /* a file may take this much even when the run's share is used up */
};

/* What became of one stream. */
struct rb_output_file {
	char name[RB_OUTPUT_NAME]; /* in the run's folder; "" when there was no output, or no file could be
				      made */
	uint64_t bytes;            /* that came (masked) */
	uint64_t left_out;         /* of these, not in the file */
};

struct rb_outputs;

/* `file_max` and `run_max`: the bounds in bytes, 0 for those above. `trouble` (may be NULL) is told once for
 * each file that could not be written; it must not call the outputs. */
struct rb_outputs *rb_outputs_new(const struct rb_alloc *alloc, const struct rb_rundir *dir,
    uint64_t file_max, uint64_t run_max, void (*trouble)(void *ctx, const char *text), void *trouble_ctx);
/* Ends every attempt that is still open. */
void rb_outputs_free(struct rb_outputs *o);
/* Bytes of an attempt, masked already; its file is made with the first of them. */
void rb_outputs_write(
    struct rb_outputs *o, const struct rb_where *where, enum rb_stream stream, struct rb_str bytes);
/* The attempt is over: its files are finished, and described for each stream. */
void rb_outputs_end(
    struct rb_outputs *o, const struct rb_where *where, struct rb_output_file files[RB_STREAMS]);

#endif
