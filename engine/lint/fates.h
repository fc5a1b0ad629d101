/* What may have become of a step, and which of its facts are there after each. Pure: tables and questions
 * over a checked program; nothing here is owned. */
#ifndef RB_LINT_FATES_H
#define RB_LINT_FATES_H

#include "lang/claim.h"
#include "lang/program.h"

/* Bits, so that several may be possible. */
enum rb_fate {
	RB_FATE_NONE = 1 << 0, /* it was not reached */
	RB_FATE_PASSED = 1 << 1,
	RB_FATE_DONE = 1 << 2, /* its `done_if` held, so that nothing was done */
	RB_FATE_SKIPPED = 1 << 3,
	RB_FATE_LOST = 1 << 4,   /* it failed without finding anything: no answer, nobody listens */
	RB_FATE_FAILED = 1 << 5, /* it failed with what it found: a status of 500, exit 1 */
	RB_FATES = (1 << 6) - 1
};

/* How the step may fail: LOST, FAILED or both. */
unsigned rb_fates_failed(const struct rb_step *step);
/* The possible fates after which a fact has no value for sure. Where that hangs on what was found, it is not
 * among them. */
unsigned rb_fates_without(const struct rb_step *step, struct rb_str fact);
/* The fates that go together with a claim about a fact of the step. */
unsigned rb_fates_allowed(const struct rb_step *step, const struct rb_claim *claim);

#endif
