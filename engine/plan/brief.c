/* The plan in brief: steps that are told by one line, with what stands inside of them. All of it is walked as
 * ever, so that what is decided, counted and in the way is the same. */
#include "plan/state.h"

#include "lang/kind.h"

/* ---- what is folded ---- */

static bool
leads_away(const struct rb_edge *edge)
{
	return edge->kind != RB_EDGE_NONE && edge->kind != RB_EDGE_CONTINUE && edge->kind != RB_EDGE_STEPS;
}

/* Whether it asks somebody, or leads elsewhere. */
static bool
matters(const struct rb_step *s)
{
	bool away = s->op == RB_OP_EDGE || leads_away(&s->on_pass) || leads_away(&s->on_fail) ||
		    leads_away(&s->on_timeout);

	for (size_t i = 0; i < s->narms; i++)
		away = away || leads_away(&s->arms[i].edge);
	return away || s->confirm != NULL || (s->kind != NULL && (s->kind->traits & RB_KIND_PEOPLE) != 0);
}

/* A block that only looks, and is left at its end. */
static bool
only_looks(const struct rb_step *block)
{
	if (block->op != RB_OP_BLOCK || block->effect != RB_READ)
		return false;
	for (unsigned i = block->index + 1; i <= block->last_inside; i++) {
		if (matters(block->unit->steps_in_order[i]))
			return false;
	}
	return true;
}

bool
rb_plan_is_dull(const struct rb_plan *p, const struct rb_step *step)
{
	return p->opt->brief && step->op == RB_OP_SET && !matters(step);
}

bool
rb_plan_fold(struct rb_plan *p, const struct rb_step *step)
{
	struct rb_plan_fold *f = &p->fold;

	if (!p->opt->brief || f->of != NULL ||
	    (step->op != RB_OP_CALL && step->op != RB_OP_CHECKS && !only_looks(step)))
		return false;
	*f = (struct rb_plan_fold){.of = step, .cap = f->cap, .kept = f->kept, .silent = f->silent};
	return true;
}

bool
rb_plan_kept(struct rb_plan *p, const struct rb_plan_item *item)
{
	struct rb_plan_fold *f = &p->fold;
	struct rb_plan_item *own;

	if (f->silent > 0 || f->of == NULL)
		return f->silent > 0;
	f->kept = rb_arena_grow(&p->arena, f->kept, sizeof(*f->kept), f->n, &f->cap);
	own = &f->kept[f->n++];
	*own = *item;
	own->name = rb_arena_str(&p->arena, item->name);
	own->text = rb_arena_str(&p->arena, item->text);
	own->note = rb_arena_str(&p->arena, item->note);
	return true;
}

/* "may change: free/stop, start; asks once; 14 looks" */
static struct rb_str
inside_text(struct rb_plan *p, const struct rb_plan_tally *t)
{
	const char *comma = "";

	rb_buf_clear(&p->text);
	for (size_t i = 0; i < t->changes && i < RB_PLAN_NAMED; i++)
		rb_buf_fmt(&p->text, "%s%.*s", i == 0 ? "may change: " : ", ", RB_STR_ARG(t->names[i]));
	if (t->changes > RB_PLAN_NAMED)
		rb_buf_fmt(&p->text, " and %zu more", t->changes - RB_PLAN_NAMED);
	if (p->text.len > 0)
		comma = "; ";
	if (t->asks > 0)
		rb_buf_fmt(&p->text, t->asks == 1 ? "%sasks once" : "%sasks %zu times", comma, t->asks);
	if (p->text.len > 0)
		comma = "; ";
	if (t->looks > 0)
		rb_buf_fmt(&p->text, "%s%zu look%s", comma, t->looks, t->looks == 1 ? "" : "s");
	return rb_arena_str(&p->scratch, rb_buf_view(&p->text));
}

void
rb_plan_unfold(struct rb_plan *p, unsigned depth)
{
	struct rb_plan_fold *f = &p->fold;

	f->of = NULL;
	for (size_t i = 0; i < f->n; i++) {
		if (i == 0) {
			f->kept[i].has_effect = true;
			f->kept[i].effect = f->tally.effect;
		}
		rb_plan_item(p, &f->kept[i]);
	}
	rb_plan_detail(p, depth, f->tally.changes + f->tally.asks > 0 ? "inside" : "looks",
	    inside_text(p, &f->tally), "");
}

/* ---- what stands inside ---- */

static void
add_name(struct rb_plan_tally *t, struct rb_str name)
{
	if (t->changes < RB_PLAN_NAMED)
		t->names[t->changes] = name;
	t->changes++;
}

void
rb_plan_tally_leaf(struct rb_plan *p, const struct rb_step *step)
{
	struct rb_plan_tally *t = &p->fold.tally;

	if (!p->opt->brief)
		return;
	t->asks += (step->kind->traits & RB_KIND_PEOPLE) != 0;
	if (step->effect > t->effect)
		t->effect = step->effect;
	if (step->effect == RB_DANGER)
		add_name(t, rb_arena_fmt(&p->arena, "%.*s (DANGER)", RB_STR_ARG(rb_plan_name(p, step))));
	else if (step->effect == RB_CHANGE)
		add_name(t, rb_plan_name(p, step));
	else if ((step->kind->traits & (RB_KIND_PEOPLE | RB_KIND_SAYS | RB_KIND_WAITS)) == 0)
		t->looks++;
}

void
rb_plan_tally_ask(struct rb_plan *p)
{
	p->fold.tally.asks++;
}

void
rb_plan_tally_call(struct rb_plan *p, const struct rb_step *step, const struct rb_plan_tally *inside)
{
	struct rb_str by = step->has_id ? step->id : step->call->name;
	struct rb_plan_tally *t = &p->fold.tally;
	bool itself = step == p->fold.of; /* its own row says so */

	t->looks += inside->looks;
	t->asks += inside->asks;
	if (inside->effect > t->effect)
		t->effect = inside->effect;
	for (size_t i = 0; i < inside->changes && i < RB_PLAN_NAMED; i++)
		add_name(t, itself ? inside->names[i]
				   : rb_arena_fmt(&p->arena, "%.*s/%.*s", RB_STR_ARG(by),
					 RB_STR_ARG(inside->names[i])));
	if (inside->changes > RB_PLAN_NAMED)
		t->changes += inside->changes - RB_PLAN_NAMED;
}
