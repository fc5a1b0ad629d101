/* What a call gives when it has failed. Its outputs are looked up however it ends, so that some may be there;
 * an output is told as lost only where that is certain on one way at least: the first thing that the
 * procedure does fails, before anything was decided, and the output is made of what is found there or later.
 */
#include "lint/paths.h"

#include "lang/kind.h"

enum { CALLS_MAX = 8 }; /* calls whose first step is a call */

struct output {
	const struct rb_procedure *proc;
	const struct rb_step *failed;
	bool lost;
};

/* Whether the step does nothing that could fail, or find anything. */
static bool
is_nothing(const struct rb_step *s)
{
	if (s->op == RB_OP_LEAF)
		return (s->kind->traits & (RB_KIND_SAYS | RB_KIND_WAITS)) != 0;
	return s->op == RB_OP_SET;
}

/* The first step that may fail, if its failure ends the procedure; else NULL. */
static const struct rb_step *
first_to_fail(const struct rb_procedure *proc, unsigned calls)
{
	const struct rb_step *s;
	unsigned i = 0;

	while (i < proc->steps->len && is_nothing(proc->steps->steps[i]))
		i++;
	if (i == proc->steps->len)
		return NULL;
	s = proc->steps->steps[i];
	if (s->if_ != NULL || s->loop != NULL || s->optional || s->on_fail.kind != RB_EDGE_NONE)
		return NULL;
	if (s->op == RB_OP_CALL && s->call->proc != NULL && calls < CALLS_MAX)
		return first_to_fail(s->call->proc, calls + 1) != NULL ? s : NULL;
	return s->op == RB_OP_LEAF && (s->kind->traits & RB_KIND_PEOPLE) == 0 ? s : NULL;
}

static void
judge_need(void *ctx, const struct rb_need *need)
{
	struct output *o = ctx;
	const struct rb_step *of = need->decl->kind == RB_DECL_STEP ? need->decl->step : NULL, *top = of;
	unsigned fates;

	if (of == NULL || need->when->n != 1 || need->when->items[0] != NULL)
		return;
	while (top->parent != NULL)
		top = top->parent;
	if (top->list != o->proc->steps || of->index < o->failed->index)
		return;
	fates = of == o->failed ? rb_fates_failed(of) : (unsigned)RB_FATE_NONE;
	if (of != o->failed && of->index <= o->failed->last_inside)
		return;
	o->lost = o->lost || (rb_fates_without(of, rb_path_fact(need->path)) & fates) != 0;
}

static const struct rb_output *
output_of(const struct rb_step *step, struct rb_str fact)
{
	const struct rb_procedure *proc = step->op == RB_OP_CALL ? step->call->proc : NULL;

	for (size_t i = 0; proc != NULL && i < proc->noutputs; i++) {
		if (rb_str_eq(proc->outputs[i].name, fact))
			return &proc->outputs[i];
	}
	return NULL;
}

bool
rb_paths_output_lost(struct rb_paths *p, const struct rb_step *step, struct rb_str fact)
{
	const struct rb_output *output = output_of(step, fact);
	struct output o = {.lost = false};

	if (output == NULL || step->loop != NULL)
		return false;
	o.proc = step->call->proc;
	o.failed = first_to_fail(o.proc, 0);
	if (o.failed != NULL)
		rb_needs(p->arena, output->value, NULL, judge_need, &o);
	return o.lost;
}

bool
rb_paths_gives(const struct rb_step *step, const struct rb_claim *c)
{
	if (c->kind == RB_CLAIM_TEXT || (c->kind == RB_CLAIM_DEFINED && !c->holds))
		return false;
	return output_of(step, rb_path_fact(c->path)) != NULL;
}
