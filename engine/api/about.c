/* `runbook explain NAME|FILE`: what one must know of a runbook before it is run, and of a procedure before it
 * is used. */
#include "api/about.h"

#include "api/book.h"

enum { COLUMN = 10 };

/* ---- what both have ---- */

/* "    free          CHANGES  Stop the process" */
static void
step_row(const struct rb_card *c, const struct rb_step *s)
{
	rb_buf_fmt(c->out, "    %-14.*s %-8s %.*s", s->has_id ? (int)s->id.n : 0, s->id.p,
	    rb_card_mark(s->effect), RB_STR_ARG(rb_card_step(c, s)));
	if (s->op == RB_OP_CALL && s->has_id)
		rb_buf_fmt(c->out, " (calls %.*s: results are %.*s/…, for its steps)",
		    RB_STR_ARG(s->call->name), RB_STR_ARG(s->id));
	rb_buf_char(c->out, '\n');
}

void
rb_about_procedure(const struct rb_card *c, const struct rb_procedure *proc)
{
	const struct rb_unit *u = proc->unit;
	struct rb_card rows = *c, example = *c;

	rows.indent = 2;
	example.indent = 4;
	rb_buf_fmt(c->out, "%.*s, a procedure of the library: %.*s\n", RB_STR_ARG(proc->name),
	    RB_STR_ARG(rb_card_title(c, proc->title)));
	if (proc->help.n > 0)
		rb_buf_fmt(c->out, "  %.*s\n", RB_STR_ARG(rb_str_trim(proc->help)));
	rb_buf_fmt(c->out, "  effect   %s\n", rb_card_effect(proc->effect));
	rb_card_inputs(&rows, proc->inputs, proc->ninputs);
	rb_card_secrets(&rows, u->secrets, u->nsecrets);
	rb_card_outputs(&rows, proc->outputs, proc->noutputs);
	rb_buf_c(c->out, "  steps, by the ids that results of tests have for them\n");
	for (size_t i = 0; i < u->nsteps; i++) {
		const struct rb_step *s = u->steps_in_order[i];

		if (s->proc == proc && (s->title != NULL || s->has_id))
			step_row(c, s);
	}
	rb_buf_c(c->out, "  example\n");
	rb_card_usage(&example, proc);
}

/* ---- a runbook ---- */

/* "  owner     Backend Team": a constant of the file, lists with commas. */
static void
tell_value(struct rb_buf *out, const char *name, const struct rb_value *v)
{
	rb_buf_fmt(out, "  %-*s ", COLUMN, name);
	if (v->kind != RB_V_LIST)
		rb_value_show(*v, out);
	for (size_t i = 0; v->kind == RB_V_LIST && i < v->list->len; i++) {
		rb_buf_c(out, i > 0 ? ", " : "");
		rb_value_show(v->list->items[i], out);
	}
	rb_buf_char(out, '\n');
}

/* A field as it was written, for what is known only when it runs. */
static void
tell_field(struct rb_buf *out, const char *name, const struct rb_field *f)
{
	struct rb_value v = f->value;

	if (f->node == NULL)
		return;
	if (v.kind == RB_V_UNSET)
		v = rb_v_text(
		    rb_str_trim(rb_str_cut(f->node->span.src->bytes, f->node->span.from, f->node->span.to)));
	tell_value(out, name, &v);
}

/* What the file says of itself, in the order of its key table. */
static void
tell_meta(const struct rb_unit *u, struct rb_buf *out)
{
	static const char *const keys[] = {"impact", "severity", "service", "owner", "contact", "tags",
	    "symptoms", "alerts", "related", "links", "reviewed", "timeout"};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		tell_field(out, keys[i],
		    &u->fields[rb_key_find(rb_runbook_keys, rb_str_c(keys[i])) - rb_runbook_keys]);
}

static void
tell_requires(const struct rb_unit *u, struct rb_buf *out)
{
	bool any = false;

	for (size_t i = 0; u->requires.fields != NULL && rb_requires_keys[i].name != NULL; i++) {
		const struct rb_field *f = &u->requires.fields[i];

		if (f->node == NULL)
			continue;
		if (!any)
			rb_buf_c(out, "  requires\n");
		any = true;
		rb_buf_c(out, "  ");
		tell_field(out, rb_requires_keys[i].name, f);
	}
}

static void
tell_procedures(const struct rb_card *c, const struct rb_unit *u)
{
	struct rb_card rows = *c;

	rows.indent = 6;
	if (u->nprocs > 0)
		rb_buf_c(c->out, "  procedures, for --from\n");
	for (size_t i = 0; i < u->nprocs; i++) {
		const struct rb_procedure *proc = u->procs[i];

		rb_buf_fmt(c->out, "    %-14.*s %-8s %.*s\n", RB_STR_ARG(proc->name),
		    rb_card_mark(proc->effect), RB_STR_ARG(rb_card_title(c, proc->title)));
		rb_card_inputs(&rows, proc->inputs, proc->ninputs);
	}
}

/* Groups, and calls of the file's own procedures, change nothing but by the steps inside of them. */
static bool
changes_itself(const struct rb_step *s)
{
	return s->effect != RB_READ &&
	       (s->op == RB_OP_LEAF || (s->op == RB_OP_CALL && s->call->what != RB_CALL_PROCEDURE));
}

static void
tell_changes(const struct rb_card *c, const struct rb_unit *u)
{
	size_t n = 0;

	for (size_t i = 0; i < u->nsteps; i++) {
		if (!changes_itself(u->steps_in_order[i]))
			continue;
		if (n++ == 0)
			rb_buf_c(c->out, "  what it may change\n");
		step_row(c, u->steps_in_order[i]);
	}
	if (n == 0)
		rb_buf_c(c->out, "  it changes nothing: it only looks\n");
}

void
rb_about_book(struct rb_book *b, const char *name, struct rb_buf *out)
{
	const struct rb_unit *u = b->program->main;
	struct rb_card c = {.arena = &b->arena, .out = out, .indent = 2};
	struct rb_str text = rb_str_trim(rb_unit_meta(u, "description"));

	if (u->library) {
		rb_about_procedure(&c, u->procs[0]);
		return;
	}
	rb_buf_fmt(out, "%.*s, a runbook: %.*s\n", RB_STR_ARG(u->id), RB_STR_ARG(rb_unit_meta(u, "title")));
	if (text.n > 0)
		rb_buf_fmt(out, "  %.*s\n", RB_STR_ARG(text));
	rb_buf_fmt(out, "  %-*s %.*s\n", COLUMN, "file", RB_STR_ARG(u->src->name));
	tell_meta(u, out);
	tell_requires(u, out);
	rb_card_inputs(&c, u->inputs, u->ninputs);
	rb_card_secrets(&c, u->secrets, u->nsecrets);
	tell_procedures(&c, u);
	tell_changes(&c, u);
	rb_buf_fmt(out, "  what it would do here: runbook run %s --dry-run", name);
	for (size_t i = 0; i < u->ninputs; i++) {
		if (rb_card_must_be_given(&u->inputs[i]))
			rb_buf_fmt(out, " --set %.*s=…", RB_STR_ARG(u->inputs[i].name));
	}
	rb_buf_char(out, '\n');
}
