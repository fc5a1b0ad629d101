/* Steps that look: whether their command plainly changes something. What a step does is declared; this is
 * where the declaration is compared with the command. */
#include <string.h>
#include <strings.h>

#include "kinds/kinds.h"
#include "lang/kind.h"
#include "lang/shell_words.h"
#include "lint/change.h"
#include "lint/lint.h"

enum { TOLD_MAX = 20 }; /* changes told of one command; each has to be found in its source */

static const size_t INPUT_ITEM = SIZE_MAX; /* stands for no word of the command: `stdin` */

struct look {
	const struct rb_field *field; /* the command */
	const struct rb_field *input; /* `stdin`; or NULL */
	const char *who;              /* "`look`", "the command of a secret" */
	const char *fix;
	enum rb_code code;
	bool asks; /* requests are how it gets at what it is for */
	struct rb_diags *diags;
	size_t found;
};

static void
tell(void *ctx, const struct rb_change *change)
{
	struct look *look = ctx;
	const struct rb_field *f = look->field;
	struct rb_span span = f->node->span;
	struct rb_diag *d;

	if (look->asks && change->row != NULL && (change->row->flags & RB_CHANGE_HTTP) != 0)
		return;
	if (look->found++ >= TOLD_MAX)
		return;
	if (change->item == INPUT_ITEM)
		span = rb_node_span(look->input->node, change->from, change->to);
	else if (f->script != NULL || f->len == 0)
		span = rb_node_span(f->node, change->from, change->to);
	else if (change->item < f->len)
		span = rb_node_span(f->items[change->item].node, change->from, change->to);
	d = rb_diag_add(look->diags, look->code, span, "`%.*s` %s, but %s only reads",
	    RB_STR_ARG(change->what), change->does, look->who);
	rb_diag_hint(look->diags, d, "%s", look->fix);
}

/* The words of a list; those with ${} in them are no constants. */
static struct rb_shell_command *
read_argv(struct rb_arena *arena, const struct rb_field *f, const struct rb_shell_command *runner)
{
	struct rb_shell_word *words = RB_ARRAY(arena, struct rb_shell_word, f->len);

	for (size_t i = 0; i < f->len; i++) {
		const struct rb_tmpl *t = f->items[i].tmpl;

		words[i] = (struct rb_shell_word){.text = f->items[i].node->text,
		    .constant = t != NULL && rb_tmpl_constant(t),
		    .exact = true,
		    .item = i,
		    .to = f->items[i].node->text.n};
	}
	return rb_shell_argv(arena, words, f->len, runner);
}

/* What has `stdin` as a here-document, for the commands to read. */
static const struct rb_shell_command *
read_input(struct rb_arena *arena, const struct rb_field *f)
{
	struct rb_shell_command *c;

	if (f == NULL || f->node == NULL)
		return NULL;
	c = RB_NEW(arena, struct rb_shell_command);
	c->redirects = RB_NEW(arena, struct rb_shell_redirect);
	c->redirects->how = RB_REDIRECT_DOCUMENT;
	c->redirects->to = (struct rb_shell_word){.text = f->node->text,
	    .constant = f->tmpl != NULL && rb_tmpl_constant(f->tmpl),
	    .exact = true,
	    .item = INPUT_ITEM,
	    .to = f->node->text.n};
	return c;
}

static size_t
look_at(struct look *look)
{
	const struct rb_field *f = look->field;
	const struct rb_shell_command *runner;
	struct rb_arena arena;

	if (f->node == NULL)
		return 0;
	rb_arena_init(&arena, look->diags->arena->alloc);
	runner = read_input(&arena, look->input);
	rb_changes(&arena,
	    f->script != NULL ? rb_shell_followed(&arena, f->script->text, runner)
			      : read_argv(&arena, f, runner),
	    tell, look);
	rb_arena_free(&arena);
	return look->found;
}

/* What a `tcp` step sends. */
static size_t
look_at_send(const struct rb_step *s, enum rb_code code, struct rb_diags *diags)
{
	struct look look = {.field = &s->args[RB_ARG_TCP_SEND],
	    .who = "`tcp`",
	    .fix = "let a `run` send it, or say why it is harmless: effect: {read: why}",
	    .code = code,
	    .diags = diags};
	struct rb_arena arena;

	if (look.field->node == NULL)
		return 0;
	rb_arena_init(&arena, diags->arena->alloc);
	rb_wire_changes(&arena, look.field->node->text, tell, &look);
	rb_arena_free(&arena);
	return look.found;
}

/* The header by which a server takes a request for one with another method. */
static const char OVERRIDE[] = "X-HTTP-Method-Override";

static size_t
look_at_headers(const struct rb_step *s, enum rb_code code, struct rb_diags *diags)
{
	const struct rb_field *headers = &s->args[RB_ARG_HTTP_HEADERS];
	size_t found = 0;

	for (size_t i = 0; headers->node != NULL && headers->names != NULL && i < headers->len; i++) {
		const struct rb_node *value = headers->items[i].node;
		struct rb_diag *d;

		if (value == NULL || !rb_method_changes(value->text) ||
		    headers->names[i].n != strlen(OVERRIDE) ||
		    strncasecmp(headers->names[i].p, OVERRIDE, strlen(OVERRIDE)) != 0)
			continue;
		d = rb_diag_add(diags, code, value->span,
		    "`%.*s: %.*s` changes something, but this `http` only reads",
		    RB_STR_ARG(headers->names[i]), RB_STR_ARG(value->text));
		rb_diag_hint(diags, d,
		    "say that it changes something: effect: change; or why it is harmless: effect: {read: "
		    "why}");
		found++;
	}
	return found;
}

/* A step by itself. Where it says why it only reads, it is believed. */
static size_t
look_at_step(const struct rb_step *s, enum rb_code code, struct rb_diags *diags)
{
	struct look look = {.who = s->probe ? "a probe" : "`look`", .code = code, .diags = diags};

	if (s->op != RB_OP_LEAF || s->effect_why.n > 0)
		return 0;
	if (s->kind == &rb_kind_tcp && s->effect == RB_READ)
		return look_at_send(s, code, diags);
	if (s->kind == &rb_kind_http && s->effect == RB_READ)
		return look_at_headers(s, code, diags);
	if (s->kind != &rb_kind_look)
		return 0;
	look.field = &s->args[RB_ARG_SCRIPT_SCRIPT];
	look.input = s->stdin_;
	look.fix = s->probe
		       ? "do that in a `run` step of its own; or say why it is harmless: effect: {read: why}"
		       : "make it a `run`, or say why it is harmless: effect: {read: why}";
	return look_at(&look);
}

/* A step and its probes: told with this code. */
static size_t
look_at_probes(const struct rb_step *step, enum rb_code code, struct rb_diags *diags)
{
	const struct rb_probe *probes[] = {step->done_if, step->verify, step->ready};
	size_t found = look_at_step(step, code, diags);

	for (size_t i = 0; i < sizeof(probes) / sizeof(probes[0]); i++) {
		if (probes[i] != NULL)
			found += look_at_step(probes[i]->step, code, diags);
	}
	return found;
}

/* It runs before the first step, in a drill too. */
static size_t
look_at_secret(const struct rb_secret *secret, enum rb_code code, struct rb_diags *diags)
{
	struct look look = {.field = &secret->source,
	    .who = "the command of a secret",
	    .fix = "let it only print the secret; what has to be done before is a step of `setup`",
	    .code = code,
	    .asks = true,
	    .diags = diags};

	return secret->from == RB_SECRET_COMMAND ? look_at(&look) : 0;
}

static size_t
look_at_all(const struct rb_program *program, enum rb_code code, struct rb_diags *diags)
{
	size_t found = 0;

	for (size_t u = 0; u < program->nunits; u++) {
		const struct rb_unit *unit = program->units[u];

		for (size_t i = 0; i < unit->nsteps; i++)
			found += look_at_probes(unit->steps_in_order[i], code, diags);
		for (size_t i = 0; i < unit->nsecrets; i++)
			found += look_at_secret(&unit->secrets[i], code, diags);
	}
	return found;
}

size_t
rb_lint_refuse(const struct rb_program *program, struct rb_diags *diags)
{
	return look_at_all(program, RB_E_LOOK_CHANGES, diags);
}

void
rb_lint_looks(const struct rb_program *program, struct rb_diags *diags)
{
	look_at_all(program, RB_W_LOOK_CHANGES, diags);
}
