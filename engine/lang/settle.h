/* Settling: inputs get their values in dependency order, then `values` are computed. Ownership: everything is
 * made in the given arena or copied into the frame. Pure: where texts come from is the caller's business. */
#ifndef RB_LANG_SETTLE_H
#define RB_LANG_SETTLE_H

#include "lang/program.h"

/* A value offered for an input, as text from a command line, a file or the environment, or typed from `with`.
 */
struct rb_offer {
	struct rb_str name;
	struct rb_value value; /* TEXT is decoded by the input's type; other kinds are checked against it */
	const char *source;    /* "set", "file", "environment", "asked", "with" */
	struct rb_span span;   /* of a `with` entry or an inputs file; src NULL: none */
};

/* The environment variable that gives this input: "RUNBOOK_LIMIT" for `limit`. */
struct rb_str rb_input_variable(struct rb_arena *arena, struct rb_str input);

struct rb_settle {
	struct rb_arena *arena;
	struct rb_diags *diags;
	size_t noffers;
	const struct rb_offer *offers;
	int64_t wall;
	/* Asks for an input that has neither offer nor default. `why` is empty, or says what was wrong with
	 * the answer before. 1: *text is the answer; 0: nobody can be asked. May be NULL. */
	int (*ask)(void *ctx, const struct rb_input *input, struct rb_str why, struct rb_str *text);
	/* Checks what only a host can know (file, dir exist). NULL, or a sentence. May be NULL. */
	const char *(*exists)(void *ctx, const struct rb_input *input, struct rb_str path);
	/* Told of each settled input, for the record. May be NULL. */
	void (*settled)(void *ctx, const struct rb_input *input, struct rb_value value, const char *source);
	void *ctx;
};

/* Fills the slots of inputs in the frame. -1 if one is missing, does not fit, or an offer names no input
 * (RB_E_INPUT, with suggestion). */
int rb_settle_inputs(struct rb_settle *s, const struct rb_input *inputs, size_t n, struct rb_frame *frame);
/* Fills the slots of a unit's `values`, in the order of their dependencies. */
int rb_settle_values(struct rb_settle *s, const struct rb_unit *unit, struct rb_frame *frame);
/* One value against its declaration: *out decoded, or -1 and a sentence in *why. */
int rb_input_check(struct rb_arena *arena, const struct rb_input *input, struct rb_value in,
    struct rb_value *out, struct rb_str *why);

#endif
