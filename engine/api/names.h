/* Names on the command line that must stand in the runbook. Ownership: nothing is owned; complaints go to the
 * given buffer. */
#ifndef RB_API_NAMES_H
#define RB_API_NAMES_H

#include "api/runbook.h"
#include "lang/program.h"

/* The procedure of --from; NULL in *from when none was asked for. -1 with a line in `problems`. */
int rb_names_from(const struct rb_program *program, const struct rb_run_options *options,
    const struct rb_procedure **from, struct rb_buf *problems);
/* Whether each --yes=ID names a step, of this file or one that it calls. -1 with lines in `problems`. */
int rb_names_yes(
    const struct rb_program *program, const struct rb_run_options *options, struct rb_buf *problems);

#endif
