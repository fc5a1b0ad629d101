/* The warnings that look at a whole program, one after the other. Called for `runbook check`, after loading.
 */
#include "lint/lint.h"

void
rb_lint(const struct rb_program *program, struct rb_diags *diags)
{
	rb_lint_looks(program, diags);
	rb_lint_paths(program, diags);
}
