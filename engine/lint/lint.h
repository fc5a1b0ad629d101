/* What a checked program says about itself that its author may not have meant: the warnings of `runbook
 * check` that need the whole file. A run does not wait for them. Ownership: the program is only read;
 * diagnostics live in their list's arena. */
#ifndef RB_LINT_LINT_H
#define RB_LINT_LINT_H

#include "lang/program.h"

/* All of the below, added to diags. Only for what was loaded without errors. */
void rb_lint(const struct rb_program *program, struct rb_diags *diags);

/* looks.c: steps that are said to look, and commands of secrets, that plainly change something. */
void rb_lint_looks(const struct rb_program *program, struct rb_diags *diags);
/* The same as errors: what is not drilled. Returns how many there are. */
size_t rb_lint_refuse(const struct rb_program *program, struct rb_diags *diags);
/* paths.c: facts that may be unset where they are read, steps that nothing leads to, ways out of the file. */
void rb_lint_paths(const struct rb_program *program, struct rb_diags *diags);

#endif
