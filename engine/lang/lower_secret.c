/* Secrets: where those of a file come from, and what a step hands over: with `use` to a library, which has no
 * sources of its own, and with `runbook` to another one, whose own source is then not asked. */
#include <string.h>

#include "lang/lower.h"

/* --- declarations --- */

/* What it is must be known before the steps are read. */
static const struct rb_type *
type_of(const struct rb_node *value)
{
	const struct rb_node *type = value->kind == RB_NODE_MAP ? rb_node_get(value, "type") : NULL;
	bool url = type != NULL && type->kind == RB_NODE_SCALAR && rb_str_is(type->text, "url");

	return &rb_types[url ? RB_URL : RB_TEXT];
}

void
rb_lower_declare_secrets(struct rb_lower *l)
{
	const struct rb_node *node = rb_lower_top(l, "secrets");
	struct rb_diags *diags = l->load->diags;
	struct rb_unit *u = l->unit;

	if (node == NULL)
		return;
	if (node->kind != RB_NODE_MAP) {
		rb_diag_add(diags, RB_E_TYPE, node->span,
		    "`secrets` at the top of a file takes a mapping of names to %s, not %s",
		    u->library ? "what each is" : "where each comes from", rb_node_form(node));
		return;
	}
	u->secrets = RB_ARRAY(l->load->arena, struct rb_secret, node->len);
	u->nsecrets = node->len;
	for (size_t i = 0; i < node->len; i++) {
		const struct rb_node *key = node->pairs[i].key;
		const char *why = rb_name_refused(key->text, true);

		if (why != NULL)
			rb_diag_add(diags, RB_E_NAME, key->span, "`%.*s` cannot be the name of a secret: %s",
			    RB_STR_ARG(key->text), why);
		u->secrets[i].span = key->span;
		u->secrets[i].decl = rb_scope_declare(u->scope, l->load->arena, RB_DECL_SECRET, key->text,
		    type_of(node->pairs[i].value), key->span, diags);
	}
}

/* Where it comes from: one row of those from `env` to `prompt`. */
static void
lower_source(struct rb_lower *l, struct rb_secret *s, const struct rb_node *value)
{
	enum { ENV, FILE_, CREDENTIAL, COMMAND, PROMPT, OPTIONAL, HELP, TYPE, ROWS };
	struct rb_expr_ctx ctx = rb_lower_ctx(l, l->unit->scope);
	struct rb_reader reader = {l, NULL, 0, NULL};
	struct rb_field f[ROWS];
	size_t sources = 0;

	rb_keys_decode(&ctx, value, rb_secret_keys, f, "a secret");
	for (size_t k = 0; value->kind == RB_NODE_MAP && k < value->len; k++) {
		const struct rb_key *row = rb_key_find(rb_secret_keys, value->pairs[k].key->text);

		sources += row != NULL && row - rb_secret_keys <= PROMPT;
	}
	if (value->kind == RB_NODE_MAP && sources != 1)
		rb_diag_add(ctx.diags, sources == 0 ? RB_E_MISSING : RB_E_CONFLICT, value->span,
		    "a secret comes from one place: `env`, `file`, `credential`, `command` or `prompt`");
	for (int k = ENV; k <= PROMPT; k++) {
		if (f[k].node == NULL)
			continue;
		s->from = (enum rb_secret_from)k;
		s->source = f[k];
		rb_lower_read(&reader, &f[k]);
		rb_lower_no_steps(l, "secrets", &f[k]);
	}
	s->optional = f[OPTIONAL].node != NULL && f[OPTIONAL].value.b;
	s->help = f[HELP].node != NULL ? f[HELP].value.s : RB_STR("");
}

static void
lower_handed(struct rb_lower *l, struct rb_secret *s, const struct rb_node *value)
{
	enum { OPTIONAL, HELP, TYPE, ROWS };
	struct rb_expr_ctx ctx = rb_lower_ctx(l, l->unit->scope);
	struct rb_field f[ROWS];

	rb_keys_decode(&ctx, value, rb_library_secret_keys, f, "a secret of a library");
	s->from = RB_SECRET_CALLER;
	s->optional = f[OPTIONAL].node != NULL && f[OPTIONAL].value.b;
	s->help = f[HELP].node != NULL ? f[HELP].value.s : RB_STR("");
}

void
rb_lower_secret_fields(struct rb_lower *l)
{
	const struct rb_node *node = rb_lower_top(l, "secrets");

	for (size_t i = 0; i < l->unit->nsecrets; i++) {
		if (l->unit->library)
			lower_handed(l, &l->unit->secrets[i], node->pairs[i].value);
		else
			lower_source(l, &l->unit->secrets[i], node->pairs[i].value);
	}
}

/* --- who names them --- */

/* Names of secrets that are near to what was written. */
static void
suggest(const struct rb_expr_ctx *ctx, struct rb_diag *diag, const struct rb_unit *unit, struct rb_str got)
{
	size_t n = rb_diags_near(ctx->diags, unit->nsecrets);
	struct rb_str *names = RB_ARRAY(ctx->arena, struct rb_str, n);

	for (size_t i = 0; i < n; i++)
		names[i] = unit->secrets[i].decl->name;
	rb_diag_suggest(ctx->diags, diag, got, names, n);
}

struct rb_decl *
rb_lower_find_secret(const struct rb_expr_ctx *ctx, const struct rb_unit *unit, const struct rb_node *name)
{
	struct rb_decl *d = rb_scope_find(ctx->scope, name->text, NULL);
	struct rb_diag *diag;

	if (d != NULL && d->kind == RB_DECL_SECRET) {
		d->used = true;
		return d;
	}
	diag = rb_diag_add(
	    ctx->diags, RB_E_SECRET, name->span, "there is no secret `%.*s`", RB_STR_ARG(name->text));
	suggest(ctx, diag, unit, name->text);
	if (diag->hint.n == 0)
		rb_diag_hint(ctx->diags, diag, "secrets are declared at the top of the file, in `secrets:`");
	return NULL;
}

/* --- handing over --- */

static const struct rb_secret *
secret_named(const struct rb_unit *callee, struct rb_str name)
{
	for (size_t i = 0; i < callee->nsecrets; i++)
		if (rb_str_eq(callee->secrets[i].decl->name, name))
			return &callee->secrets[i];
	return NULL;
}

static bool
is_handed(const struct rb_call *call, const struct rb_secret *to)
{
	for (size_t i = 0; i < call->nsecrets; i++)
		if (call->secrets[i].to == to)
			return true;
	return false;
}

/* `to`: the callee's name for it; `ours`: that of this file. */
static void
hand_one(struct rb_part *p, const struct rb_unit *callee, struct rb_call *call, const struct rb_node *to,
    const struct rb_node *ours)
{
	const struct rb_secret *s = secret_named(callee, to->text);
	const struct rb_decl *decl = rb_lower_find_secret(&p->ctx, p->lower->unit, ours);
	const struct rb_secret *from = decl != NULL ? secret_named(p->lower->unit, decl->name) : NULL;
	struct rb_diag *diag;

	if (s == NULL) {
		diag = rb_diag_add(p->ctx.diags, RB_E_SECRET, to->span, "`%.*s` takes no secret `%.*s`",
		    RB_STR_ARG(callee->id), RB_STR_ARG(to->text));
		suggest(&p->ctx, diag, callee, to->text);
		if (diag->hint.n == 0 && callee->nsecrets == 1)
			rb_diag_hint(p->ctx.diags, diag, "it takes one that it calls `%.*s`: %.*s: NAME",
			    RB_STR_ARG(callee->secrets[0].decl->name),
			    RB_STR_ARG(callee->secrets[0].decl->name));
		return;
	}
	if (from == NULL || is_handed(call, s))
		return;
	if (s->decl->type->base == RB_URL && from->decl->type->base != RB_URL) {
		diag = rb_diag_add(p->ctx.diags, RB_E_EXPR_TYPE, ours->span,
		    "`%.*s` of `%.*s` is a URL, and the secret `%.*s` is text", RB_STR_ARG(to->text),
		    RB_STR_ARG(callee->id), RB_STR_ARG(ours->text));
		rb_diag_hint(p->ctx.diags, diag, "say what it is where it is declared: %.*s: {type: url, …}",
		    RB_STR_ARG(ours->text));
	}
	call->secrets[call->nsecrets++] = (struct rb_hand_over){s, from, ours->span};
}

static void
check_missing(
    struct rb_part *p, const struct rb_unit *callee, const struct rb_call *call, const struct rb_node *node)
{
	for (size_t i = 0; i < callee->nsecrets; i++) {
		const struct rb_secret *s = &callee->secrets[i];
		struct rb_str name = s->decl->name;
		struct rb_diag *diag;

		if (s->optional || is_handed(call, s) ||
		    (node != NULL && node->kind == RB_NODE_MAP &&
			rb_node_get(node, rb_arena_str(p->ctx.arena, name).p) != NULL))
			continue;
		diag = rb_diag_add(p->ctx.diags, RB_E_MISSING, p->step->action_span,
		    "`%.*s` needs the secret `%.*s`%s%.*s", RB_STR_ARG(callee->id), RB_STR_ARG(name),
		    s->help.n > 0 ? ": " : "", RB_STR_ARG(s->help));
		rb_diag_hint(p->ctx.diags, diag,
		    "declare one at the top of the file, and hand it over with secrets: {%.*s: NAME}",
		    RB_STR_ARG(name));
	}
}

void
rb_lower_hand_over(struct rb_part *p, const struct rb_unit *callee, struct rb_call *call)
{
	const struct rb_node *node = p->nodes[RB_STEP_SECRETS];
	size_t n;

	if (node != NULL && rb_lower_field(p, &p->ctx, RB_STEP_SECRETS) == NULL)
		return;
	n = node == NULL ? 0 : node->kind == RB_NODE_SCALAR ? 1 : node->len;
	call->secrets = RB_ARRAY(p->ctx.arena, struct rb_hand_over, n);
	for (size_t i = 0; i < n; i++) {
		if (node->kind == RB_NODE_MAP)
			hand_one(p, callee, call, node->pairs[i].key, node->pairs[i].value);
		else if (node->kind == RB_NODE_LIST)
			hand_one(p, callee, call, node->items[i], node->items[i]);
		else
			hand_one(p, callee, call, node, node);
	}
	/* What another runbook is not handed comes from where it says itself. */
	if (callee->library)
		check_missing(p, callee, call, node);
}
