/* Values offered for inputs, from the command line, a file and the environment. Ownership: all in the given
 * arena. */
#ifndef RB_API_OFFERS_H
#define RB_API_OFFERS_H

#include "api/runbook.h"
#include "lang/settle.h"

struct rb_offers {
	struct rb_offer *file, *from; /* for the inputs of the file, and of the procedure to start at */
	size_t nfile, nfrom;
};

/* Collects the offers, best first; `from` may be NULL. What names no input is left with those of the file,
 * which complain of it. -1 with diagnostics: a --set without "=", a file that cannot be read. */
int rb_offers_collect(struct rb_arena *arena, struct rb_diags *diags, const struct rb_unit *unit,
    const struct rb_procedure *from, const struct rb_run_options *options, struct rb_offers *out);
/* Looks at what is given for the inputs of the procedure before anything starts, and asks for what has
 * neither a value nor a default; `s` is that of the file, whose frame has its values. Afterwards out->from
 * are the values as they were accepted. -1 with diagnostics. Defaults wait: they may read facts of `setup`.
 */
int rb_offers_from(struct rb_settle *s, const struct rb_procedure *from, struct rb_frame *file,
    const struct rb_alloc *alloc, struct rb_offers *out);

#endif
