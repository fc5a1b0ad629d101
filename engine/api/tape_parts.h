/* The parts of the writer of recorded scenarios, for each other only. Ownership: as in tape.h; the output is
 * the caller's. */
#ifndef RB_API_TAPE_PARTS_H
#define RB_API_TAPE_PARTS_H

#include "api/tape.h"
#include "kinds/kinds.h"

enum { RB_TAPE_FIELDS = 24 }; /* of one result */

/* One key of a result. */
struct rb_tape_entry {
	const char *key;
	struct rb_str inline_; /* the value as it is written on the line */
	struct rb_str text;    /* p not NULL: a text, which may become a block */
};

struct rb_tape_entries {
	size_t n;
	struct rb_tape_entry items[RB_TAPE_FIELDS];
};

struct rb_tape_writer {
	const struct rb_tape *tape;
	struct rb_str folder;
	struct rb_buf *out;
	struct rb_arena *arena;
	/* what the reader must be told of */
	bool masked, replaced;
	struct rb_tape_name *cut; /* "log: 100 of the 300 bytes of its output": what is not in the scenario */
	size_t filled;            /* bytes of outputs that are */
};

/* Values on one line (tape_value.c): a text that stands for itself; a value as JSON is written in YAML, its
 * texts in quotes, so that none is taken for a number; a duration to the millisecond, the least that a
 * runbook can say.
 */
struct rb_str rb_tape_scalar(struct rb_tape_writer *w, struct rb_str s);
void rb_tape_json(struct rb_tape_writer *w, struct rb_buf *b, struct rb_value v);
struct rb_str rb_tape_value(struct rb_tape_writer *w, struct rb_value v);
struct rb_str rb_tape_duration(struct rb_tape_writer *w, int64_t ns);

/* An output of an attempt, and as much of it as a scenario may hold (tape_output.c). */
struct rb_str rb_tape_output(
    struct rb_tape_writer *w, const struct rb_tape_row *row, const struct rb_tape_output *o);
struct rb_str rb_tape_cut(struct rb_tape_writer *w, const struct rb_tape_row *row, struct rb_str text);

/* An attempt as the result that a scenario gives for it (tape_result.c); one key more of it. */
void rb_tape_result(struct rb_tape_writer *w, const struct rb_tape_row *row, const struct rb_tape_result *r,
    struct rb_tape_entries *out);
void rb_tape_add(struct rb_tape_entries *r, const char *key, struct rb_str inline_);

#endif
