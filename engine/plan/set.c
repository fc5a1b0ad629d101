/* Values that are `set`: known as long as it is sure which of those steps the path led over. */
#include "plan/state.h"

static void
make_unknown(struct rb_plan *p, const struct rb_decl *decl)
{
	rb_frame_clear(p->at.frame->file, decl->slot);
	p->at.frame->file->slots[decl->slot].value = rb_v_unknown(RB_STR(""));
}

void
rb_plan_forget_values(struct rb_plan *p, uint32_t wanted)
{
	struct rb_plan_unit *u = p->at.info;
	size_t kept = 0;

	for (size_t i = 0; i < u->nset; i++) {
		if (u->set[i].at >= wanted)
			make_unknown(p, u->set[i].decl);
		else
			u->set[kept++] = u->set[i];
	}
	u->nset = kept;
}

static void
note_set(struct rb_plan *p, const struct rb_decl *decl, const struct rb_step *step)
{
	struct rb_plan_unit *u = p->at.info;
	size_t i = 0;

	while (i < u->nset && u->set[i].decl != decl)
		i++;
	u->set[i] = (struct rb_plan_set){decl, step->index};
	if (i == u->nset)
		u->nset++;
}

void
rb_plan_set(struct rb_plan *p, const struct rb_step *step, unsigned depth)
{
	for (size_t i = 0; i < step->nsets; i++) {
		const struct rb_setter *s = &step->sets[i];
		struct rb_eval ev = rb_plan_eval(p);
		struct rb_value v = rb_field_eval(&s->value, &ev);
		bool scalar = s->value.node->kind == RB_NODE_SCALAR;

		rb_plan_tell(p, RB_PLAN_DETAIL, depth, RB_STR("sets"),
		    rb_arena_fmt(&p->scratch, "%.*s = %.*s", RB_STR_ARG(s->decl->name),
			RB_STR_ARG(
			    v.kind == RB_V_UNKNOWN && scalar ? s->value.node->text : rb_plan_show(p, v))),
		    RB_STR(""));
		if (v.kind == RB_V_UNSET || v.kind == RB_V_ERROR)
			rb_plan_trouble(p, depth, rb_plan_why(p, v));
		if (p->uncertain > 0 || p->at.info->revisits || !rb_v_known(v)) {
			make_unknown(p, s->decl);
		} else {
			rb_frame_set(p->at.frame->file, s->decl->slot, v);
			note_set(p, s->decl, step);
		}
	}
}

void
rb_plan_forget_set(const struct rb_plan_unit *info, struct rb_frame *frame)
{
	const struct rb_unit *u = info->unit;

	for (size_t i = 0; i < u->nsteps; i++) {
		const struct rb_step *s = u->steps_in_order[i];

		for (size_t k = 0; k < s->nsets; k++) {
			rb_frame_clear(frame, s->sets[k].decl->slot);
			frame->slots[s->sets[k].decl->slot].value = rb_v_unknown(RB_STR(""));
		}
	}
}
