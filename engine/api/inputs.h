/* What only a host can say of an input's value. Ownership: texts are constants. */
#ifndef RB_API_INPUTS_H
#define RB_API_INPUTS_H

#include "lang/settle.h"

/* Whether a value of type `file` or `dir` is there: NULL if it is, or the input is of another type; else a
 * sentence that says what it is not. `arena` is for scratch. */
const char *rb_input_lacks(struct rb_arena *arena, const struct rb_input *input, struct rb_str path);

/* What to ask for an input: its help, the form that is wanted, its choices with numbers. `why` is empty, or
 * what was wrong with the answer before. */
struct rb_str rb_input_question(struct rb_arena *arena, const struct rb_input *input, struct rb_str why);
/* What was typed, with the number of a choice turned into the choice. */
struct rb_str rb_input_typed(struct rb_arena *arena, const struct rb_input *input, struct rb_str typed);

#endif
