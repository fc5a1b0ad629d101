/* What only a host can say of an input's value. Ownership: texts are constants. */
#ifndef RB_API_INPUTS_H
#define RB_API_INPUTS_H

#include "lang/settle.h"

/* Whether a value of type `file` or `dir` is there: NULL if it is, or the input is of another type; else a
 * sentence that says what it is not. `arena` is for scratch. */
const char *rb_input_lacks(struct rb_arena *arena, const struct rb_input *input, struct rb_str path);

#endif
