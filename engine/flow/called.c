/* What steps are called that have no title of their own, so that none stands in the record without a word of
 * what it is: by the title of what they call, or the beginning of what they do. Beside it, their notes. */
#include "flow/state.h"

#include "event/mask.h"

static struct rb_str
shown(struct rb_visit *v, const struct rb_tmpl *tmpl, struct rb_eval *ev)
{
	struct rb_str s;
	struct rb_buf b;

	rb_buf_init(&b, rb_visit_flow(v)->alloc, RB_QUESTION_MAX);
	rb_value_show(rb_tmpl_eval(tmpl, ev), &b);
	rb_buf_cut(&b, RB_CUT);
	s = rb_arena_str(&v->arena, rb_buf_view(&b));
	rb_buf_free(&b);
	return s;
}

/* The inputs as the step gives them, or by default; what is not known yet is shown by its name. */
static void
set_inputs(struct rb_visit *v, const struct rb_call *call, struct rb_frame *frame)
{
	struct rb_eval ev = rb_flow_eval(rb_visit_flow(v), v->a.inst, &v->arena), own = ev;

	own.frame = frame;
	for (size_t i = 0; i < call->proc->ninputs; i++) {
		const struct rb_input *input = &call->proc->inputs[i];
		struct rb_value value = rb_v_unset(RB_STR(""));

		if (input->dflt != NULL)
			value = rb_field_eval(input->dflt, &own);
		for (size_t k = 0; k < call->nwith; k++) {
			if (call->with[k].input == input)
				value = rb_field_eval(&call->with[k].value, &ev);
		}
		if (!rb_v_known(value))
			value = rb_v_unknown(input->name);
		rb_frame_set(frame, input->decl->slot, value);
	}
}

/* Its title with the inputs that it will have. */
static struct rb_str
callee_title(struct rb_visit *v, const struct rb_call *call)
{
	struct rb_flow *f = rb_visit_flow(v);
	const struct rb_procedure *proc = call->proc;
	struct rb_frame *file = v->a.inst->frame->file, *own = NULL, *frame;
	struct rb_eval ev = rb_flow_eval(f, v->a.inst, &v->arena);
	struct rb_str title = proc->name;

	if (proc->title == NULL)
		return title;
	if (proc->unit->library && file->scope != proc->unit->scope)
		file = own = rb_frame_new(f->alloc, proc->unit->scope, NULL);
	frame = rb_frame_new(f->alloc, proc->scope, file);
	set_inputs(v, call, frame);
	ev.frame = frame;
	title = shown(v, proc->title, &ev);
	rb_frame_free(frame);
	if (own != NULL)
		rb_frame_free(own);
	return title;
}

/* What a step is that only holds others, where it has no title. */
static struct rb_str
holds(struct rb_visit *v)
{
	const struct rb_step *step = v->step;
	const struct rb_call *call = step->call;
	size_t n = step->body != NULL ? step->body->len : 0;
	struct rb_str title;

	switch (step->op) {
	case RB_OP_CALL:
		if (call->proc != NULL)
			return callee_title(v, call);
		title = rb_unit_meta(call->unit, "title");
		return rb_arena_fmt(&v->arena, "%.*s (%.*s)",
		    RB_STR_ARG(title.n > 0 ? title : call->unit->id), RB_STR_ARG(call->name));
	case RB_OP_BLOCK:
	case RB_OP_CHECKS:
		/* Without an id, too, it would only be a bracket. */
		return !step->has_id ? RB_STR("")
				     : rb_arena_fmt(&v->arena, "%zu %s%s", n,
					   step->op == RB_OP_BLOCK ? "step" : "check", n == 1 ? "" : "s");
	case RB_OP_SET:
		return rb_arena_fmt(&v->arena, "sets %.*s%s", RB_STR_ARG(step->sets[0].decl->name),
		    step->nsets > 1 ? ", …" : "");
	default:
		return RB_STR("");
	}
}

/* The beginning of what a step without a title does: "look" alone would tell nothing. */
struct rb_str
rb_visit_does(struct rb_visit *v)
{
	struct rb_eval ev = rb_flow_eval(rb_visit_flow(v), v->a.inst, &v->arena);
	const struct rb_step *step = v->step;
	const struct rb_key *keys = step->op == RB_OP_LEAF ? step->kind->keys : NULL;
	struct rb_value value;
	struct rb_buf b;
	struct rb_str s;
	size_t row;

	if (step->title != NULL)
		return RB_STR("");
	if (keys == NULL)
		return holds(v);
	row = rb_key_main(keys);
	if (keys[row].name == NULL || step->args[row].node == NULL)
		return RB_STR("");
	value = rb_field_eval(&step->args[row], &ev);
	if (!rb_v_known(value))
		return RB_STR("");
	rb_buf_init(&b, rb_visit_flow(v)->alloc, RB_SUMMARY_MAX);
	if (value.kind != RB_V_TEXT && value.kind != RB_V_LIST)
		rb_buf_fmt(&b, "%s ", step->action);
	for (size_t i = 0; value.kind == RB_V_LIST && i < value.list->len; i++) {
		rb_buf_c(&b, i > 0 ? " " : "");
		rb_value_show(value.list->items[i], &b);
	}
	if (value.kind != RB_V_LIST)
		rb_value_show(value, &b);
	/* Cut within a secret, its mark tells the masker so. */
	rb_buf_cut(&b, RB_CUT);
	s = rb_str_trim(rb_buf_view(&b));
	s = rb_arena_str(&v->arena, rb_str_cut(s, 0, rb_str_find(s, RB_STR("\n"), 0)));
	rb_buf_free(&b);
	return s;
}

struct rb_str
rb_visit_leaves(struct rb_visit *v)
{
	const struct rb_inst *in = v->a.inst;
	struct rb_eval ev = rb_flow_eval(rb_visit_flow(v), in, &v->arena);

	if (in->proc == NULL)
		return RB_STR("");
	if (in->call != NULL && in->call->where.title.n > 0)
		return in->call->where.title;
	return in->proc->title != NULL ? shown(v, in->proc->title, &ev) : in->proc->name;
}

struct rb_str
rb_visit_note(struct rb_visit *v)
{
	struct rb_eval ev = rb_flow_eval(rb_visit_flow(v), v->a.inst, &v->arena);
	const struct rb_step *step = v->step;

	if (step->note == NULL || v->role == RB_ROLE_ITEM)
		return RB_STR("");
	if (v->role == RB_ROLE_LOOP && rb_tmpl_reads_loop(step->note, step->loop))
		return rb_tmpl_source(step->note);
	return shown(v, step->note, &ev);
}
