/* What `explain` says of a runbook and of a procedure. Ownership: text is appended to the caller's buffer. */
#ifndef RB_API_ABOUT_H
#define RB_API_ABOUT_H

#include "api/card.h"
#include "api/runbook.h"

/* A procedure of a library, with an example of its use. */
void rb_about_procedure(const struct rb_card *c, const struct rb_procedure *proc);
/* A book without errors: what it is for, what it takes and needs, what it may change. `name` is what it was
 * found by. */
void rb_about_book(struct rb_book *b, const char *name, struct rb_buf *out);

#endif
