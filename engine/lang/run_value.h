/* The built-in `run`: what a file may know of the run itself. Ownership: a value is made in the arena that is
 * given, its texts are borrowed. */
#ifndef RB_LANG_RUN_VALUE_H
#define RB_LANG_RUN_VALUE_H

#include "lang/type.h"
#include "lang/value.h"

extern const struct rb_type rb_run_type;

struct rb_run_facts {
	struct rb_str id, host, operator_, transcript;
	int64_t started; /* of the wall clock, ns */
};

/* All of it but `elapsed`, which flow adds whenever it is read. */
struct rb_value rb_run_value(struct rb_arena *arena, const struct rb_run_facts *facts);

#endif
