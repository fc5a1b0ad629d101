/* The table of outcomes and edges: what a step can come to, and where that leads. Flow goes by these rows,
 * and the reference prints them. */
#include "flow/flow.h"

const char *const rb_ending_words[RB_ENDINGS] = {[RB_RUN_RESOLVED] = "resolved",
    [RB_RUN_FAILED] = "failed",
    [RB_RUN_ESCALATED] = "escalated",
    [RB_RUN_DECLINED] = "declined",
    [RB_RUN_CANCELLED] = "cancelled",
    [RB_RUN_DEADLINE] = "deadline",
    [RB_RUN_ENVIRONMENT] = "environment",
    [RB_RUN_DRILLED] = "drilled"};

const char *const rb_purpose_words[RB_PURPOSES] = {[RB_FOR_ACTION] = "action",
    [RB_FOR_DONE_IF] = "done_if",
    [RB_FOR_VERIFY] = "verify",
    [RB_FOR_READY] = "ready"};

const struct rb_outcome_row rb_outcome_rows[RB_OUTCOMES] = {
    [RB_PASSED] = {"passed", "all that was asked of it holds", true, false, {"on_pass"}, RB_GO_NEXT, 0,
	"unit/flow/test_outcome.c"},
    [RB_ALREADY_DONE] = {"already done", "its `done_if` held, so nothing was done", true, false, {"on_pass"},
	RB_GO_NEXT, 0, "unit/flow/test_outcome.c"},
    [RB_RECOVERED] = {"recovered", "it did not pass, but the steps of its edge did", true, false, {NULL},
	RB_GO_NEXT, 0, "unit/flow/test_outcome.c"},
    [RB_FAILED] = {"failed",
	"an assertion, an exit code, a refused connection; a step inside that nothing caught", false, true,
	{"on_fail"}, RB_GO_UP, 1, "unit/flow/test_outcome.c"},
    [RB_TIMED_OUT] = {"timed out", "its deadline ended it, whatever it says of itself", false, true,
	{"on_timeout", "on_fail"}, RB_GO_UP, 1, "unit/flow/test_outcome.c"},
    [RB_ERRORED] = {"errored",
	"it could not start, or could not be judged: an unset fact, a limit of a pattern, JSON that is none",
	false, true, {"on_fail"}, RB_GO_UP, 1, "unit/flow/test_outcome.c"},
    [RB_CANCELLED] = {"cancelled",
	"cut by a signal, the operator, the run's timeout or an enclosing deadline", false, false, {NULL},
	RB_GO_UNWIND, 130, "unit/flow/test_outcome.c"},
    [RB_SKIPPED] = {"skipped", "its `if` was false; or it was declined, and is optional", true, false, {NULL},
	RB_GO_NEXT, 0, "unit/flow/test_outcome.c"},
    [RB_DECLINED] = {"declined", "its confirmation was refused, or nobody could be asked", false, false,
	{NULL}, RB_GO_STOP, 5, "unit/flow/test_outcome.c"},
    [RB_NOT_DONE] = {"not done", "only in a drill: it would change something, or stands around what would",
	false, false, {NULL}, RB_GO_STOP, 1, "unit/flow/test_drill.c"},
    [RB_UNKNOWN_OUTCOME] = {"unknown", "only in a transcript: the interpreter died during it", false, false,
	{NULL}, RB_GO_STOP, 5, "unit/flow/test_outcome.c"},
};
