/* Values offered for inputs, from the command line, a file and the environment. Ownership: all in the given
 * arena. */
#ifndef RB_API_OFFERS_H
#define RB_API_OFFERS_H

#include "api/runbook.h"
#include "lang/settle.h"

/* Collects the offers for the inputs, best first. -1 with diagnostics: a --set without "=", a file that
 * cannot be read. */
int rb_offers_collect(struct rb_arena *arena, struct rb_diags *diags, const struct rb_input *inputs,
    size_t ninputs, const struct rb_run_options *options, struct rb_offer **offers, size_t *n);

#endif
