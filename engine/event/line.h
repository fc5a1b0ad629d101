/* An event as one line of JSON, as the transcript and `--json` have it. Ownership: appends to the caller's
 * buffer and keeps nothing. */
#ifndef RB_EVENT_LINE_H
#define RB_EVENT_LINE_H

#include "base/buf.h"
#include "event/event.h"

enum {
	RB_RECORD_LINE_MAX = 16 << 20, /* bytes of one line; readers refuse longer ones */
	RB_RECORD_FIELD_MAX = 65536,   /* what a text keeps where the line would be longer */
};

/* Appends the line with its newline. `out` must be empty, with a bound of RB_RECORD_LINE_MAX at least. Where
 * the line would be longer than RB_RECORD_LINE_MAX, its texts are cut to RB_RECORD_FIELD_MAX and say so, and
 * JSON values that are larger become {"left_out_bytes":N}. */
void rb_event_line(const struct rb_event *ev, struct rb_buf *out);

/* The keys that every record has, or can have, before the fields of its type. */
struct rb_record_key_row {
	const char *name;
	const char *type; /* in words, for the reference */
	const char *help;
};
extern const struct rb_record_key_row rb_record_keys[]; /* ends with a NULL name */

/* Durations are written in milliseconds, with a key that ends so. */
#define RB_RECORD_MS "_ms"

/* Appends the reference of all record types as Markdown: the tables of docs/transcript.md. */
void rb_event_reference(struct rb_buf *out);

#endif
