/* What is there after a step, by what became of it: facts of every step, of a loop, of the kinds, matches and
 * captures. */
#include "lint/fates.h"

#include "kinds/kinds.h"

enum {
	BEHIND = RB_FATE_NONE | RB_FATE_DONE | RB_FATE_SKIPPED, /* the action was not done */
	WELL = RB_FATE_PASSED | RB_FATE_DONE | RB_FATE_SKIPPED
};

/* ---- facts of every step, and of loops ---- */

static const struct {
	const char *fact;
	unsigned without, loop; /* `loop`: of a step with for_each */
	unsigned yes;           /* where it is true; 0: it is no bool */
} common[] = {
    {"passed", 0, RB_FATE_NONE, RB_FATE_PASSED | RB_FATE_DONE},
    {"failed", 0, RB_FATE_NONE, RB_FATE_LOST | RB_FATE_FAILED},
    {"timed_out", 0, 0, RB_FATE_LOST | RB_FATE_FAILED},
    {"skipped", 0, 0, RB_FATE_SKIPPED},
    {"error", RB_FATE_NONE | WELL, RB_FATE_NONE | WELL, 0},
    {"attempts", RB_FATE_NONE, RB_FATE_NONE, 0},
    {"duration", RB_FATE_NONE, RB_FATE_NONE, 0},
    {"started", RB_FATE_NONE, RB_FATE_NONE, 0},
    {"count", BEHIND, RB_FATE_NONE, 0},
    {"results", BEHIND, RB_FATE_NONE | RB_FATE_SKIPPED, 0},
};

enum { COMMON = sizeof(common) / sizeof(*common), OF_LOOPS = 2 /* of these, at its end */ };

static size_t
common_row(const struct rb_step *step, struct rb_str fact)
{
	size_t n = step->loop != NULL ? COMMON : COMMON - OF_LOOPS, i = 0;

	while (i < n && !rb_str_is(fact, common[i].fact))
		i++;
	return i < n ? i : COMMON;
}

/* ---- facts of the kinds ---- */

/* Kinds that may fail without finding anything, and what they say all the same. */
static const struct {
	const struct rb_kind *kind;
	const char *fact;         /* NULL: the row of the kind itself */
	enum rb_value_kind value; /* the fact is so; UNSET: there, with a value that is not known */
} lost[] = {
    {&rb_kind_http, NULL, RB_V_UNSET},
    {&rb_kind_http, "time", RB_V_UNSET},
    {&rb_kind_http, "url", RB_V_UNSET},
    {&rb_kind_tcp, NULL, RB_V_UNSET},
    {&rb_kind_tcp, "connected", RB_V_BOOL},
    {&rb_kind_port, NULL, RB_V_UNSET},
    {&rb_kind_port, "listening", RB_V_BOOL},
    {&rb_kind_port, "holders", RB_V_UNSET},
    {&rb_kind_port, "unseen", RB_V_UNSET},
    {&rb_kind_process, NULL, RB_V_UNSET},
    {&rb_kind_process, "count", RB_V_INT},
    {&rb_kind_process, "pids", RB_V_UNSET},
    {&rb_kind_process, "processes", RB_V_UNSET},
    {&rb_kind_process, "rss", RB_V_UNSET},
    {&rb_kind_ask, NULL, RB_V_UNSET},
};

enum { LOST = sizeof(lost) / sizeof(*lost) };

static size_t
lost_row(const struct rb_kind *kind, struct rb_str fact)
{
	size_t i = 0;

	while (i < LOST && (lost[i].kind != kind || lost[i].fact == NULL || !rb_str_is(fact, lost[i].fact)))
		i++;
	return i;
}

static bool
stops(const struct rb_step *step)
{
	return step->kind == &rb_kind_process && step->args[RB_ARG_PROCESS_STOP].node != NULL;
}

static bool
may_be_lost(const struct rb_step *step)
{
	for (size_t i = 0; i < LOST; i++) {
		if (lost[i].kind == step->kind && lost[i].fact == NULL)
			return !stops(step);
	}
	return false;
}

unsigned
rb_fates_failed(const struct rb_step *step)
{
	bool judged;

	if (step->op != RB_OP_LEAF || step->loop != NULL || !may_be_lost(step))
		return RB_FATE_FAILED;
	/* An answer may still not be what was asked for. Who listens, or runs, is judged only if somebody
	 * asks more. */
	judged = step->kind == &rb_kind_http || step->kind == &rb_kind_tcp || step->nasserts > 0 ||
		 step->ncaptures > 0 || step->verify != NULL;
	return RB_FATE_LOST | (judged ? RB_FATE_FAILED : 0U);
}

/* What may become of it, by its keys: without `done_if` it is never done already, without `if` not skipped.
 */
static unsigned
fates_possible(const struct rb_step *step)
{
	unsigned possible = RB_FATE_NONE | RB_FATE_PASSED | rb_fates_failed(step);

	if (step->done_if != NULL && step->loop == NULL)
		possible |= RB_FATE_DONE;
	if (step->if_ != NULL || step->optional)
		possible |= RB_FATE_SKIPPED;
	return possible;
}

/* ---- matches and captures ---- */

static bool
is_match(const struct rb_step *step, struct rb_str fact)
{
	for (size_t i = 0; i < step->nmatches; i++) {
		if (rb_str_eq(step->matches[i].name, fact))
			return true;
	}
	return false;
}

/* Whether the file says more than that the command, or the request, is to end well. */
static bool
is_judged(const struct rb_step *step)
{
	for (size_t i = 0; i < step->nasserts; i++) {
		const struct rb_assert *a = &step->asserts[i];

		if (!rb_str_is(a->name, "exit") && !rb_str_is(a->name, "status"))
			return true;
	}
	return false;
}

/* What is made of output may fail with it: int() of what an error message is. What any text gives is there,
 * and a step that judges what it found has mostly found it when it fails. */
static unsigned
without_capture(const struct rb_step *step, const struct rb_capture *c)
{
	unsigned fates = BEHIND;

	if (c->dflt != NULL && c->dflt->node != NULL)
		return fates;
	if (may_be_lost(step))
		fates |= RB_FATE_LOST;
	if (!is_judged(step) && ((step->kind->traits & RB_KIND_OUTPUT) == 0 || !rb_expr_takes_any(c->value)))
		fates |= RB_FATE_FAILED;
	return fates;
}

static bool
is_output(const struct rb_step *step, struct rb_str fact)
{
	const struct rb_procedure *proc = step->call->proc;

	for (size_t i = 0; proc != NULL && i < proc->noutputs; i++) {
		if (rb_str_eq(proc->outputs[i].name, fact))
			return true;
	}
	return false;
}

static unsigned
without(const struct rb_step *step, struct rb_str fact)
{
	size_t row = common_row(step, fact);
	const struct rb_capture *capture;

	if (row < COMMON)
		return step->loop != NULL ? common[row].loop : common[row].without;
	if (step->loop != NULL || fact.n == 0)
		return 0;
	if (step->op == RB_OP_CALL)
		return is_output(step, fact) ? BEHIND : 0;
	if (step->op != RB_OP_LEAF)
		return 0;
	capture = rb_step_capture(step, fact);
	if (capture != NULL)
		return without_capture(step, capture);
	if (is_match(step, fact) || lost_row(step->kind, fact) < LOST || !may_be_lost(step))
		return BEHIND;
	return BEHIND | RB_FATE_LOST;
}

unsigned
rb_fates_without(const struct rb_step *step, struct rb_str fact)
{
	return without(step, fact) & fates_possible(step);
}

/* ---- claims ---- */

/* Whether a claim fits to what a lost step says: nobody listens, nothing runs. */
static bool
fits_lost(const struct rb_step *step, const struct rb_claim *c)
{
	size_t row = lost_row(step->kind, rb_path_fact(c->path));
	struct rb_claim said = {.kind = RB_CLAIM_EQUAL, .holds = true, .decl = c->decl, .path = c->path};

	if (row == LOST || lost[row].value == RB_V_UNSET)
		return true;
	if (c->kind == RB_CLAIM_TRUTH)
		return !c->holds;
	if (c->kind < RB_CLAIM_EQUAL || c->kind == RB_CLAIM_TEXT)
		return true;
	said.value = lost[row].value == RB_V_BOOL ? rb_v_bool(false) : rb_v_int(0);
	return rb_claims_accord(&said, c) != RB_ACCORD_NO;
}

/* Whether some number of these may be what the claim says. */
static bool
fits_ranges(const struct rb_assert *a, const struct rb_claim *c)
{
	int64_t n = c->value.i;

	for (size_t i = 0; i < a->nranges; i++) {
		int64_t from = a->ranges[i].from, to = a->ranges[i].to;
		bool fits = c->kind == RB_CLAIM_EQUAL
				? (c->holds ? from <= n && n <= to : from != n || to != n)
			    : c->kind == RB_CLAIM_BELOW ? (c->holds ? from < n : to >= n)
							: (c->holds ? to > n : from <= n);

		if (fits)
			return true;
	}
	return false;
}

/* The assertion of numbers that a claim compares: of `exit`, `signal` or `status`. NULL: there is none. */
static const struct rb_assert *
compared(const struct rb_step *step, const struct rb_claim *c)
{
	if (c->kind < RB_CLAIM_EQUAL || c->kind == RB_CLAIM_TEXT || c->value.kind != RB_V_INT)
		return NULL;
	for (size_t i = 0; i < step->nasserts; i++) {
		if (step->asserts[i].nranges > 0 && rb_str_eq(step->asserts[i].name, rb_path_fact(c->path)))
			return &step->asserts[i];
	}
	return NULL;
}

/* Whether a claim fits to what a step says that passed: it exited with 0, somebody listens, something runs.
 */
static bool
fits_passed(const struct rb_step *step, const struct rb_claim *c)
{
	const struct rb_assert *a = compared(step, c);
	size_t row = lost_row(step->kind, rb_path_fact(c->path));
	struct rb_claim said = {.kind = RB_CLAIM_ABOVE, .holds = true, .decl = c->decl, .path = c->path};

	if (a != NULL && !fits_ranges(a, c))
		return false;
	if (row == LOST || lost[row].value == RB_V_UNSET || stops(step) || c->kind == RB_CLAIM_TEXT)
		return true;
	if (lost[row].value == RB_V_BOOL)
		return c->kind != RB_CLAIM_TRUTH || c->holds;
	said.value = rb_v_int(0);
	return c->kind < RB_CLAIM_EQUAL || rb_claims_accord(&said, c) != RB_ACCORD_NO;
}

/* A script of which only the exit is judged, and was as it should be, has not failed. */
static bool
fits_failed(const struct rb_step *step, const struct rb_claim *c)
{
	const struct rb_assert *a = compared(step, c);

	return a == NULL || !rb_str_is(a->name, "exit") || c->kind != RB_CLAIM_EQUAL || !c->holds ||
	       step->nasserts > 1 || step->ncaptures > 0 || step->verify != NULL || step->stop_on != NULL ||
	       !fits_ranges(a, c);
}

unsigned
rb_fates_allowed(const struct rb_step *step, const struct rb_claim *c)
{
	struct rb_str fact = rb_path_fact(c->path);
	size_t row = common_row(step, fact);
	unsigned yes;

	if (c->kind == RB_CLAIM_TEXT || fact.n == 0)
		return RB_FATES;
	/* What every step has is missing only where the table says so. */
	if (c->kind == RB_CLAIM_DEFINED && !c->holds)
		return row < COMMON ? without(step, fact) : (unsigned)RB_FATES;
	if (c->kind == RB_CLAIM_TRUTH && row < COMMON && common[row].yes != 0) {
		yes = common[row].yes;
		if (c->holds)
			return yes;
		/* What has failed need not have timed out. */
		return rb_str_is(fact, "timed_out") ? RB_FATES : RB_FATES & ~yes;
	}
	yes = RB_FATES & ~without(step, fact);
	if (step->op != RB_OP_LEAF || step->loop != NULL)
		return yes;
	if (!fits_lost(step, c))
		yes &= ~(unsigned)RB_FATE_LOST;
	if (!fits_passed(step, c))
		yes &= ~(unsigned)RB_FATE_PASSED;
	if (!fits_failed(step, c))
		yes &= ~(unsigned)RB_FATE_FAILED;
	return yes;
}
