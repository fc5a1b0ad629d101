/* Ways back from what is left of a run: what was done before the point that it has come to, and may be done
 * again, is told behind the rest of its list. */
#include "plan/state.h"

void
rb_plan_goes_back(struct rb_plan *p, const struct rb_step *from, const struct rb_step *to)
{
	struct rb_plan_entry *e = p->at.entry;

	while (from != NULL && from->list != to->list)
		from = from->parent;
	for (size_t k = 0; e != NULL && from != NULL && k < e->n; k++) {
		bool itself = k + 1 == e->n && to == e->chain[k];

		if (e->chain[k]->list != to->list || to->at > e->chain[k]->at || itself)
			continue;
		if (e->back[k].to == SIZE_MAX || e->back[k].to > to->at)
			e->back[k].to = to->at;
		if (e->back[k].from < from->at)
			e->back[k].from = from->at;
	}
}

/* restore() gives them back. */
struct rb_value *
rb_plan_forget(struct rb_plan *p, unsigned from, unsigned to)
{
	const struct rb_unit *u = p->at.info->unit;
	struct rb_frame *frame = p->at.frame;
	struct rb_value *kept = RB_ARRAY(&p->arena, struct rb_value, to - from + 1);

	for (unsigned i = from; i <= to; i++) {
		const struct rb_decl *d = u->steps_in_order[i]->decl;

		if (d == NULL || u->steps_in_order[i]->scope != frame->scope)
			continue;
		kept[i - from] = frame->slots[d->slot].value;
		rb_frame_clear(frame, d->slot);
	}
	return kept;
}

static void
restore(struct rb_plan *p, unsigned from, unsigned to, const struct rb_value *kept)
{
	const struct rb_unit *u = p->at.info->unit;

	for (unsigned i = from; i <= to; i++) {
		const struct rb_decl *d = u->steps_in_order[i]->decl;

		if (d != NULL && u->steps_in_order[i]->scope == p->at.frame->scope)
			p->at.frame->slots[d->slot].value = kept[i - from];
	}
}

/* Steps that were done, or are told already, and may be done again: with what is found then. */
static struct rb_plan_way
again(struct rb_plan *p, const struct rb_list *list, size_t to, size_t end, unsigned depth)
{
	const struct rb_step *first = list->steps[to], *last = list->steps[end - 1];
	struct rb_value *kept = rb_plan_forget(p, first->index, last->last_inside);
	struct rb_plan_way way = {true, {0}};

	rb_arena_clear(&p->scratch);
	rb_plan_forget_set(p->at.info, p->at.frame->file);
	rb_plan_tell(p, RB_PLAN_HEADING, depth, RB_STR(""),
	    rb_arena_fmt(&p->scratch, "If it goes back to %.*s", RB_STR_ARG(rb_plan_name(p, first))),
	    RB_STR("what is found then is not known now"));
	p->again++;
	p->anew++;
	p->bound++;
	p->uncertain++;
	p->open++;
	way = rb_plan_part_of(p, list, to, end, way, depth);
	p->again--;
	p->anew--;
	p->bound--;
	p->uncertain--;
	p->open--;
	restore(p, first->index, last->last_inside, kept);
	return way;
}

/* A way back from there may lead back further. */
struct rb_plan_way
rb_plan_again(struct rb_plan *p, size_t k, struct rb_plan_way way, unsigned depth)
{
	struct rb_plan_entry *e = p->at.entry;
	size_t told = SIZE_MAX;

	while (e->back[k].to < told) {
		size_t end = told == SIZE_MAX ? e->back[k].from + 1 : told;

		told = e->back[k].to;
		way.time = rb_time_add(way.time, again(p, e->chain[k]->list, told, end, depth).time);
	}
	return way;
}
