/* Secrets, from where they are declared to come from. Ownership: the value lives in the caller's arena and in
 * the masker, nowhere else; nothing here writes it anywhere. */
#ifndef RB_EXEC_SECRET_H
#define RB_EXEC_SECRET_H

#include "exec/host.h"

/* Loads one secret: 1 with *value (TEXT, known to the masker); 0 if it is optional and missing; -1 with a
 * sentence in *why that never holds any of it. */
int rb_secret_load(struct rb_host *h, const struct rb_secret *s, struct rb_eval *ev, struct rb_value *value,
    struct rb_str *why);
/* Of one whose source is not asked, since it was handed over: no child finds the variable either. */
void rb_secret_hide(struct rb_host *h, const struct rb_secret *s, struct rb_eval *ev);

#endif
