/* Why a name has no value at run time, and what an author writes where that may be. Ownership: texts are made
 * in the given arena. Pure. */
#ifndef RB_LANG_UNSET_H
#define RB_LANG_UNSET_H

#include "lang/expr.h"

/* "`front.status` is unset, since `front` failed: connection refused": what the frame knows of the path with
 * which an UNSET came; without the why where there is none to tell. */
struct rb_str rb_unset_text(struct rb_arena *arena, const struct rb_frame *frame, struct rb_str path);
/* For an expression that was cut short by that path: *at gets where the path stands (its own place, else that
 * of the expression), and the result is how the expression is written where the path may be unset:
 * "(front.status ?? 0) == 502"; empty when nothing short can be advised. */
struct rb_str rb_unset_advice(
    struct rb_arena *arena, const struct rb_expr *e, struct rb_str path, struct rb_span *at);

#endif
