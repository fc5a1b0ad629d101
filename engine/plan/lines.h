/* A plan as JSON lines, for machines: an item a line, then what it comes to. Ownership: lines own what they
 * have not written yet; the writer borrows for the call. */
#ifndef RB_PLAN_LINES_H
#define RB_PLAN_LINES_H

#include "plan/plan.h"

struct rb_plan_lines {
	struct rb_buf out;
	void (*write)(void *ctx, struct rb_str text);
	void *ctx;
};

/* `write` gets whole lines, some 64 KiB at a time. */
void rb_plan_lines_init(struct rb_plan_lines *l, const struct rb_alloc *alloc,
    void (*write)(void *ctx, struct rb_str text), void *ctx);
struct rb_plan_sink rb_plan_lines_sink(struct rb_plan_lines *l);
/* The last line: {"part":"total", …}. */
void rb_plan_lines_sum(struct rb_plan_lines *l, const struct rb_plan_sum *sum);
/* Writes what is left and frees. */
void rb_plan_lines_end(struct rb_plan_lines *l);

#endif
