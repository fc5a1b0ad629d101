/* A plan as text for people. Ownership: a layout owns what it has not written yet; the writer borrows for the
 * call. */
#ifndef RB_PLAN_LAYOUT_H
#define RB_PLAN_LAYOUT_H

#include "plan/plan.h"

struct rb_layout {
	struct rb_buf out;
	void (*write)(void *ctx, struct rb_str text);
	void *ctx;
	bool colour, ascii;
	unsigned width; /* columns; 0: prose is not wrapped */
	bool brief;     /* a line for each step: what it does exactly is left out */
	/* of what is brief */
	size_t column; /* of the step's line, which waits for its condition; 0: none does */
};

enum {
	RB_LAYOUT_NARROW = 60, /* below so many columns the effects are signs in a narrow margin */
	RB_LAYOUT_LEAST = 30,  /* fewer columns are taken for so many */
};

/* `write` gets the text in pieces of some 64 KiB, each ending with a line. */
void rb_layout_init(struct rb_layout *l, const struct rb_alloc *alloc,
    void (*write)(void *ctx, struct rb_str text), void *ctx);
struct rb_plan_sink rb_layout_sink(struct rb_layout *l);
/* Writes what is left and frees. */
void rb_layout_end(struct rb_layout *l);

#endif
