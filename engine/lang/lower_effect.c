/* What a step does to the world, and what follows from it. Groups do what is done inside of them, calls what
 * is done by what they call; from the last step to the first, since what stands inside of a step comes after
 * it. */
#include "lang/lower.h"

static enum rb_effect
own_effect(const struct rb_step *s, const struct rb_seed *seed)
{
	switch (s->op) {
	case RB_OP_LEAF:
		return s->effect;
	case RB_OP_CALL:
		if (s->call == NULL)
			return RB_READ;
		return s->call->proc != NULL ? s->call->proc->effect : s->call->unit->effect;
	case RB_OP_BRANCH:
	case RB_OP_CHECKS:
	case RB_OP_BLOCK:
		return seed->inside;
	case RB_OP_SET:
	case RB_OP_EDGE:
		break;
	}
	return RB_READ;
}

/* A danger is always asked about, and not answered by --yes alone. */
static void
confirm_danger(struct rb_lower *l, struct rb_step *s)
{
	if (s->op != RB_OP_LEAF || s->effect != RB_DANGER)
		return;
	if (s->confirm == NULL) {
		s->confirm = RB_NEW(l->load->arena, struct rb_confirm);
		s->confirm->span = s->action_span;
		s->confirm->by = RB_STR("");
	}
	s->confirm->needs_id = true;
}

static void
check_retry(struct rb_lower *l, const struct rb_step *s)
{
	struct rb_diag *diag;

	if (s->retry == NULL || s->retry->unsafe || s->effect == RB_READ)
		return;
	diag = rb_diag_add(l->load->diags, RB_E_UNSAFE, s->retry->span,
	    "`%s` changes something, and what failed may have changed half of it: it is not tried again by "
	    "itself",
	    s->action);
	rb_diag_hint(l->load->diags, diag, "to wait for its success, poll with `verify: {…, within: 30s}`");
	rb_diag_hint(
	    l->load->diags, diag, "if doing it twice does no harm, say so: retry: {times: 3, unsafe: true}");
}

enum rb_effect
rb_lower_effects(struct rb_lower *l, unsigned from, unsigned to)
{
	enum rb_effect highest = RB_READ;

	for (unsigned i = to; i > from; i--) {
		struct rb_step *s = l->unit->steps_in_order[i - 1];
		struct rb_seed *seed = &l->seeds[i - 1];

		s->effect = own_effect(s, seed);
		if (s->effect > seed->inside)
			seed->inside = s->effect;
		if (s->parent != NULL && seed->inside > l->seeds[s->parent->index].inside)
			l->seeds[s->parent->index].inside = seed->inside;
		if (seed->inside > highest)
			highest = seed->inside;
		confirm_danger(l, s);
		check_retry(l, s);
	}
	return highest;
}
