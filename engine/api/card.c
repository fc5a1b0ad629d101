/* Laying out what is to be known of a runbook or a procedure. Each list is rows of the same cells; how they
 * look is decided in one place. */
#include "api/card.h"

#include <string.h>

enum { FIELD_MAX = 4096, CELLS = 4 };

/* ---- words ---- */

struct rb_str
rb_card_title(const struct rb_card *c, const struct rb_tmpl *title)
{
	struct rb_str s = title != NULL ? rb_tmpl_source(title) : RB_STR("");
	bool inside = false;
	struct rb_buf b;

	rb_buf_init(&b, c->arena->alloc, FIELD_MAX);
	for (size_t i = 0; i < s.n; i++) {
		if (!inside && s.p[i] == '$' && i + 1 < s.n && s.p[i + 1] == '{') {
			inside = true;
			rb_buf_char(&b, c->markdown ? '*' : '<');
			i++;
		} else if (inside && s.p[i] == '}') {
			inside = false;
			rb_buf_char(&b, c->markdown ? '*' : '>');
		} else {
			rb_buf_char(&b, s.p[i] == '\n' ? ' ' : s.p[i]);
		}
	}
	s = rb_arena_str(c->arena, rb_buf_view(&b));
	rb_buf_free(&b);
	return s;
}

struct rb_str
rb_card_step(const struct rb_card *c, const struct rb_step *step)
{
	if (step->title != NULL)
		return rb_card_title(c, step->title);
	if (step->op == RB_OP_CALL && step->call->proc != NULL && step->call->proc->title != NULL)
		return rb_card_title(c, step->call->proc->title);
	if (step->op == RB_OP_CALL)
		return rb_arena_fmt(c->arena, "%s %.*s", step->action, RB_STR_ARG(step->call->name));
	return rb_arena_fmt(
	    c->arena, "`%s` at line %zu", step->action, rb_source_pos(step->span.src, step->span.from).line);
}

bool
rb_card_must_be_given(const struct rb_input *in)
{
	return in->dflt == NULL && in->required;
}

/* The value of a field as it is written, on one line. */
static struct rb_str
written(const struct rb_field *f)
{
	struct rb_span s = f->node->span;
	struct rb_str text = rb_str_cut(s.src->bytes, s.from, s.to);

	return rb_str_trim(rb_str_cut(text, 0, rb_str_find(text, RB_STR("\n"), 0)));
}

struct rb_str
rb_card_default(struct rb_arena *arena, const struct rb_input *in)
{
	return rb_arena_str(arena, written(in->dflt));
}

static struct rb_str
takes(struct rb_arena *arena, const struct rb_input *in)
{
	struct rb_buf b;
	struct rb_str s;

	rb_buf_init(&b, arena->alloc, FIELD_MAX);
	rb_buf_c(&b, in->type->name);
	for (size_t i = 0; i < in->nchoices; i++) {
		rb_buf_c(&b, i == 0 ? ": " : ", ");
		rb_value_show(in->choices[i], &b);
	}
	if (in->min.kind != RB_V_UNSET) {
		rb_buf_c(&b, ", at least ");
		rb_value_show(in->min, &b);
	}
	if (in->max.kind != RB_V_UNSET) {
		rb_buf_c(&b, ", at most ");
		rb_value_show(in->max, &b);
	}
	s = rb_arena_str(arena, rb_buf_view(&b));
	rb_buf_free(&b);
	return s;
}

/* "from the environment variable PGPASSWORD, optional" */
static struct rb_str
origin(struct rb_arena *arena, const struct rb_secret *s)
{
	static const struct {
		const char *words;
		bool named; /* its source belongs to it */
	} from[] = {[RB_SECRET_ENV] = {"from the environment variable ", true},
	    [RB_SECRET_FILE] = {"from the file ", true},
	    [RB_SECRET_CREDENTIAL] = {"from the credential ", true},
	    [RB_SECRET_COMMAND] = {"from what a command prints", false},
	    [RB_SECRET_PROMPT] = {"asked for", false},
	    [RB_SECRET_CALLER] = {"", false}};
	struct rb_str source = from[s->from].named ? written(&s->source) : RB_STR("");

	return rb_arena_fmt(arena, "%s%.*s%s%s", from[s->from].words, RB_STR_ARG(source),
	    from[s->from].words[0] != '\0' ? ", " : "", s->optional ? "optional" : "required");
}

const char *
rb_card_effect(enum rb_effect effect)
{
	static const char *const words[] = {[RB_READ] = "only looks",
	    [RB_CHANGE] = "changes something",
	    [RB_DANGER] = "changes something, and is dangerous"};

	return words[effect];
}

const char *
rb_card_mark(enum rb_effect effect)
{
	static const char *const words[] = {
	    [RB_READ] = "reads", [RB_CHANGE] = "CHANGES", [RB_DANGER] = "DANGER"};

	return words[effect];
}

const char *
rb_card_type(const struct rb_output *o)
{
	return o->type != NULL ? o->type->name : "any";
}

void
rb_card_usage(const struct rb_card *c, const struct rb_procedure *proc)
{
	const struct rb_unit *u = proc->unit;
	size_t n = 0;

	rb_buf_pad(c->out, ' ', c->indent);
	rb_buf_fmt(c->out, "- use: %.*s\n", RB_STR_ARG(proc->name));
	for (size_t i = 0; i < proc->ninputs; i++) {
		const struct rb_input *in = &proc->inputs[i];

		if (!rb_card_must_be_given(in))
			continue;
		if (n++ == 0) {
			rb_buf_pad(c->out, ' ', c->indent + 2);
			rb_buf_c(c->out, "with: {");
		}
		rb_buf_fmt(c->out, "%s%.*s: \"${%.*s}\"", n > 1 ? ", " : "", RB_STR_ARG(in->name),
		    RB_STR_ARG(in->name));
	}
	if (n > 0)
		rb_buf_c(c->out, "}\n");
	n = 0;
	for (size_t i = 0; i < u->nsecrets; i++) {
		if (u->secrets[i].optional)
			continue;
		if (n++ == 0) {
			rb_buf_pad(c->out, ' ', c->indent + 2);
			rb_buf_c(c->out, "secrets: {");
		}
		rb_buf_fmt(
		    c->out, "%s%.*s: my_secret", n > 1 ? ", " : "", RB_STR_ARG(u->secrets[i].decl->name));
	}
	if (n > 0)
		rb_buf_c(c->out, "}\n");
}

/* ---- rows ---- */

/* The heads of a table's cells but the last, which is the help; all but the first are shown in the brackets
 * of a row. */
struct table {
	const char *name, *heads[CELLS - 1];
	size_t ncells;
};

static void
heading(const struct rb_card *c, const struct table *t)
{
	if (!c->markdown) {
		rb_buf_pad(c->out, ' ', c->indent);
		rb_buf_fmt(c->out, "%s\n", t->name);
		return;
	}
	rb_buf_c(c->out, "\n|");
	for (size_t i = 0; i + 1 < t->ncells; i++)
		rb_buf_fmt(c->out, " %s%s|", t->heads[i], t->heads[i][0] != '\0' ? " " : "");
	rb_buf_c(c->out, " |\n|");
	for (size_t i = 0; i < t->ncells; i++)
		rb_buf_c(c->out, "---|");
	rb_buf_char(c->out, '\n');
}

void
rb_card_cell(struct rb_buf *out, struct rb_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '|')
			rb_buf_c(out, "\\|");
		else
			rb_buf_char(out, s.p[i] == '\n' ? ' ' : s.p[i]);
	}
}

static void
row_markdown(const struct rb_card *c, const struct table *t, const struct rb_str *cells)
{
	rb_buf_c(c->out, "| `");
	rb_card_cell(c->out, cells[0]);
	rb_buf_char(c->out, '`');
	for (size_t i = 1; i < t->ncells; i++) {
		rb_buf_c(c->out, " | ");
		rb_card_cell(c->out, cells[i]);
	}
	rb_buf_c(c->out, " |\n");
}

static void
row(const struct rb_card *c, const struct table *t, const struct rb_str *cells)
{
	struct rb_str help = cells[t->ncells - 1];

	if (c->markdown) {
		row_markdown(c, t, cells);
		return;
	}
	rb_buf_pad(c->out, ' ', c->indent + 2);
	rb_buf_fmt(c->out, "%-14.*s %.*s%s(", RB_STR_ARG(cells[0]), RB_STR_ARG(rb_str_trim(help)),
	    help.n > 0 ? " " : "");
	for (size_t i = 1; i + 1 < t->ncells; i++)
		rb_buf_fmt(c->out, "%s%.*s", i > 1 ? ", " : "", RB_STR_ARG(cells[i]));
	rb_buf_c(c->out, ")\n");
}

void
rb_card_inputs(const struct rb_card *c, const struct rb_input *inputs, size_t n)
{
	static const struct table table = {"inputs", {"input", "takes", "default"}, 4};

	if (n > 0)
		heading(c, &table);
	for (size_t i = 0; i < n; i++) {
		const struct rb_input *in = &inputs[i];
		struct rb_str dflt = rb_card_must_be_given(in) ? RB_STR("required") : RB_STR("optional");

		if (in->dflt != NULL)
			dflt = rb_arena_fmt(c->arena, c->markdown ? "`%.*s`" : "default %.*s",
			    RB_STR_ARG(rb_card_default(c->arena, in)));
		row(c, &table, (struct rb_str[]){in->name, takes(c->arena, in), dflt, in->help});
	}
}

void
rb_card_secrets(const struct rb_card *c, const struct rb_secret *secrets, size_t n)
{
	static const struct table table = {"secrets", {"secret", ""}, 3};

	if (n > 0)
		heading(c, &table);
	for (size_t i = 0; i < n; i++)
		row(c, &table,
		    (struct rb_str[]){secrets[i].decl->name, origin(c->arena, &secrets[i]), secrets[i].help});
}

void
rb_card_outputs(const struct rb_card *c, const struct rb_output *outputs, size_t n)
{
	static const struct table table = {"outputs", {"output", "type"}, 3};

	if (n > 0)
		heading(c, &table);
	for (size_t i = 0; i < n; i++)
		row(c, &table,
		    (struct rb_str[]){outputs[i].name, rb_str_c(rb_card_type(&outputs[i])), outputs[i].help});
}
