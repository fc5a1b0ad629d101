/* What a confirmation says: its question, what is done when the answer is yes, and what that needs. */
#include "flow/state.h"

#include "event/mask.h"
#include "lang/graph.h"
#include "lang/requires.h"

/* Strictly: what is unset may not be confirmed. */
static int
add_text(struct rb_visit *v, struct rb_arena *arena, const struct rb_tmpl *tmpl, struct rb_buf *out)
{
	struct rb_eval ev = rb_flow_eval(rb_visit_flow(v), v->a.inst, arena);
	struct rb_value text = rb_tmpl_eval(tmpl, &ev);

	if (!rb_v_known(text)) {
		rb_visit_fail(v, RB_ERRORED, RB_STR(""));
		rb_reason_value(&v->reason, v->a.inst->frame, "confirm", text);
		v->blame = v->step->confirm->span;
		return -1;
	}
	rb_value_show(text, out);
	return 0;
}

/* A danger that says nothing of its own: what it is, and what exactly it will do. */
static int
add_made_text(struct rb_visit *v, struct rb_arena *arena, struct rb_buf *out)
{
	struct rb_eval ev = rb_flow_eval(rb_visit_flow(v), v->a.inst, arena);
	const struct rb_step *step = v->step;
	const struct rb_request *req;

	rb_buf_str(out, v->where.title.n > 0 ? v->where.title : step->id);
	if (step->op == RB_OP_LEAF && step->kind->summary != NULL && v->role != RB_ROLE_LOOP) {
		req = rb_step_resolve(step, &ev);
		if (req->why.kind == RB_V_ERROR) {
			rb_visit_fail(v, RB_ERRORED, req->why.s);
			v->blame = req->at;
			return -1;
		}
		rb_buf_c(out, ": ");
		step->kind->summary(req, out);
	}
	rb_buf_char(out, '?');
	return 0;
}

/* Bytes of each of several lines, so that none takes the room of those below it. */
enum { RB_DOES_LINE = 200 };

/* A line alone stands in front of nothing: only the bound of the whole cuts it. */
static void
add_line(struct rb_str line, bool alone, struct rb_buf *out)
{
	size_t n = RB_DOES_LINE;

	if (alone || line.n <= n) {
		rb_buf_str(out, line);
		return;
	}
	while (n > 0 && ((unsigned char)line.p[n] & 0xC0) == 0x80)
		n--;
	rb_buf_str(out, rb_str_cut(line, 0, n));
	rb_buf_c(out, RB_CUT);
}

/* The first lines of a script. */
static void
add_lines(struct rb_str script, struct rb_buf *out)
{
	size_t at = 0, end, lines = 1, shown = 0;

	script = rb_str_trim(script);
	for (size_t i = 0; i < script.n; i++)
		lines += script.p[i] == '\n';
	/* One more line costs no more room than saying that it is there. */
	while (at <= script.n && (shown < RB_DOES_LINES || lines == RB_DOES_LINES + 1)) {
		end = rb_str_find(script, RB_STR("\n"), at);
		if (shown++ > 0)
			rb_buf_char(out, '\n');
		add_line(rb_str_cut(script, at, end), lines == 1, out);
		at = end == SIZE_MAX ? script.n + 1 : end + 1;
	}
	if (shown < lines)
		rb_buf_fmt(out, "\n… %zu lines more", lines - shown);
}

/* ---- what stands inside of a group ---- */

/* Changes that are counted: calls of calls may be more than can be gone through. */
enum { RB_INSIDE_MAX = 1000 };

struct inside {
	struct rb_visit *v;
	struct rb_arena *arena;
	struct rb_buf *out;
	size_t n;
};

/* With its values, as far as they are known before the steps that stand in front of it have run. */
static struct rb_value
title_inside(struct inside *x, const struct rb_step *step)
{
	struct rb_eval ev = rb_flow_eval(rb_visit_flow(x->v), x->v->a.inst, x->arena);
	struct rb_value title = rb_v_text(RB_STR(""));

	if (step->title == NULL)
		return title;
	if (step->scope == x->v->step->scope)
		title = rb_tmpl_eval(step->title, &ev);
	return step->scope == x->v->step->scope && rb_v_known(title) ? title
								     : rb_v_text(rb_tmpl_source(step->title));
}

static void
add_change(struct inside *x, const struct rb_step *step)
{
	struct rb_str called = rb_step_called(x->arena, step);

	if (x->n++ >= RB_DOES_LINES)
		return;
	rb_buf_fmt(
	    x->out, "%s- %.*s%s", x->n > 1 ? "\n" : "", RB_STR_ARG(called), step->title != NULL ? ": " : "");
	rb_value_show(title_inside(x, step), x->out);
	if (step->effect == RB_DANGER)
		rb_buf_c(x->out, " (danger)");
}

/* The changes among steps [from, to) of a file, with those that they call; of one procedure, or of none. The
 * recursion ends: nothing calls itself. */
static void
add_changes(
    struct inside *x, const struct rb_unit *unit, const struct rb_procedure *proc, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		const struct rb_step *step = unit->steps_in_order[i];
		const struct rb_unit *unit_of;

		if (x->n > RB_INSIDE_MAX)
			return;
		if (step->proc != proc)
			continue;
		if (step->op == RB_OP_LEAF && step->effect != RB_READ)
			add_change(x, step);
		if (step->op != RB_OP_CALL || step->effect == RB_READ)
			continue;
		unit_of = step->call->proc != NULL ? step->call->proc->unit : step->call->unit;
		add_changes(x, unit_of, step->call->proc, 0, unit_of->nsteps);
	}
}

static void
add_inside(struct rb_visit *v, struct rb_arena *arena, struct rb_buf *out)
{
	struct inside x = {.v = v, .arena = arena, .out = out};
	const struct rb_step *step = v->step;

	add_changes(&x, step->unit, step->proc, step->index, (size_t)step->last_inside + 1);
	if (x.n > RB_DOES_LINES)
		rb_buf_fmt(out, "\n… and %s%zu more changes", x.n > RB_INSIDE_MAX ? "at least " : "",
		    x.n - RB_DOES_LINES);
}

/* What exactly is done when the answer is yes: nobody should have to confirm a title. */
static void
add_does(struct rb_visit *v, struct rb_arena *arena, struct rb_buf *out)
{
	struct rb_eval ev = rb_flow_eval(rb_visit_flow(v), v->a.inst, arena);
	const struct rb_step *step = v->step;
	const struct rb_request *req;
	size_t row = 0;

	if (step->op != RB_OP_LEAF) {
		add_inside(v, arena, out);
		return;
	}
	if ((step->kind->traits & (RB_KIND_PEOPLE | RB_KIND_SAYS)) != 0)
		return;
	while (step->kind->keys[row].name != NULL && step->kind->keys[row].type != RB_K_SCRIPT)
		row++;
	req = rb_step_resolve(step, &ev);
	if (step->kind->keys[row].name != NULL && req->values[row].kind == RB_V_TEXT)
		add_lines(req->values[row].s, out);
	else if (step->kind->summary != NULL && v->role != RB_ROLE_LOOP && req->why.kind != RB_V_ERROR)
		step->kind->summary(req, out);
}

/* ---- the question ---- */

/* A loop is confirmed once, with all that it goes over. */
static int
add_items(struct rb_visit *v, struct rb_arena *arena, const struct rb_tmpl *tmpl, struct rb_buf *out)
{
	const struct rb_loop *loop = v->step->loop;
	bool each = tmpl != NULL && rb_tmpl_reads_loop(tmpl, loop);
	int r = 0;

	if (tmpl == NULL)
		r = add_made_text(v, arena, out);
	else if (!each)
		r = add_text(v, arena, tmpl, out);
	if (r != 0)
		return -1;
	for (size_t i = 0; i < v->loop->n && r == 0; i++) {
		if (i > 0 || !each)
			rb_buf_char(out, '\n');
		if (!each) {
			rb_buf_c(out, "- ");
			rb_value_show(v->loop->items[i], out);
			continue;
		}
		rb_frame_set(v->a.inst->frame, loop->as->slot, v->loop->items[i]);
		r = add_text(v, arena, tmpl, out);
	}
	rb_frame_clear(v->a.inst->frame, loop->as->slot);
	return r;
}

static int
confirm_text(struct rb_visit *v, struct rb_arena *arena, struct rb_buf *out)
{
	const struct rb_confirm *c = v->step->confirm;
	const struct rb_tmpl *tmpl = c != NULL ? c->text : NULL;

	if (v->role == RB_ROLE_LOOP)
		return add_items(v, arena, tmpl, out);
	if (tmpl != NULL)
		return add_text(v, arena, tmpl, out);
	return add_made_text(v, arena, out);
}

int
rb_confirm_fill(struct rb_visit *v, struct rb_asking *a)
{
	const struct rb_confirm *c = v->step->confirm;
	struct rb_buf b;
	int r;

	rb_buf_init(&b, rb_visit_flow(v)->alloc, RB_QUESTION_MAX);
	r = confirm_text(v, &a->arena, &b);
	/* Cut within a secret, its mark tells the masker so; here and below. */
	rb_buf_cut(&b, RB_CUT);
	a->q.text = rb_arena_str(&a->arena, rb_buf_view(&b));
	rb_buf_clear(&b);
	add_does(v, &a->arena, &b);
	rb_buf_cut(&b, RB_CUT);
	/* The question that is made of the step has it already. */
	if (rb_str_find(a->q.text, rb_buf_view(&b), 0) == SIZE_MAX)
		a->q.does = rb_arena_str(&a->arena, rb_buf_view(&b));
	a->q.only = rb_requires_told(v->step->unit, &a->arena);
	a->q.form = RB_ASK_CONFIRM;
	a->q.needs_id = v->step->effect == RB_DANGER || (c != NULL && c->needs_id);
	if (r == 0 && c != NULL) {
		a->q.by = c->by;
		if (c->type != NULL) {
			a->q.form = RB_ASK_TYPED;
			rb_buf_clear(&b);
			r = add_text(v, &a->arena, c->type, &b);
			rb_buf_cut(&b, RB_CUT);
			a->q.expect = rb_arena_str(&a->arena, rb_buf_view(&b));
		}
	}
	rb_buf_free(&b);
	return r;
}
