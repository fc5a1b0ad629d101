/* What a file asks of the host before its first step: `requires`, and `has`. Ownership: the host is borrowed;
 * values go into the frame. Pure: what only a host can know comes from functions of the caller, so that a run
 * and a test ask the same. */
#ifndef RB_LANG_REQUIRES_H
#define RB_LANG_REQUIRES_H

#include "lang/program.h"

struct rb_requires_host {
	void *ctx;
	bool (*has_program)(void *ctx, const char *name); /* found in PATH, or as a path */
	bool (*has_env)(void *ctx, struct rb_str name);
	struct rb_str name, user, os; /* of the host; who runs this; `uname` */
	int64_t wall;                 /* ns since the epoch, for `that` */
};

/* One more thing that is missing, as a clause: `missing` is a list of them. */
void rb_requires_miss(struct rb_buf *missing, struct rb_str what);
/* Appends what the host lacks; nothing if it has all. The frame has the file's inputs and values. */
void rb_requires_check(const struct rb_unit *unit, const struct rb_requires_host *host,
    struct rb_frame *frame, struct rb_arena *arena, struct rb_buf *missing);
/* Fills the slot of `has`. */
void rb_requires_has(const struct rb_unit *unit, const struct rb_requires_host *host, struct rb_frame *frame,
    struct rb_arena *arena);
/* Who may run the file and on which hosts, to be told where a change is confirmed: "only as user root, on
 * hosts that match /^web-/". Empty where it requires neither. */
struct rb_str rb_requires_told(const struct rb_unit *unit, struct rb_arena *arena);
/* The sentence about all that is missing. */
struct rb_str rb_requires_why(struct rb_arena *arena, const struct rb_buf *missing);

#endif
