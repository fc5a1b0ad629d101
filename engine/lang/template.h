/* Templates: text with ${EXPR}, substituted once, where we own the grammar. `$${` is a literal `${`.
 * Ownership: lives in the program's arena. */
#ifndef RB_LANG_TEMPLATE_H
#define RB_LANG_TEMPLATE_H

#include "lang/expr.h"

/* Where the result goes decides how a value is put in. */
enum rb_place {
	RB_PLACE_TITLE,   /* for eyes: an unset value shows as <unset> */
	RB_PLACE_MESSAGE, /* for eyes, strictly: say, confirm, ask */
	RB_PLACE_TEXT, /* as it is: one argv element, stdin, body text, a file's path. NUL is refused in argv
			*/
	RB_PLACE_URL,  /* url-typed value whole at the start; else percent-encoded by position (RFC 3986) */
	RB_PLACE_HEADER, /* CR, LF and NUL refused (RFC 9110, 5.5) */
	RB_PLACE_REGEX,  /* quoted, so that it matches itself */
};

enum { RB_TMPL_EXPRS = 1024 }; /* ${} in one template */

struct rb_tmpl;

/* NULL if there was an error (added to ctx->diags). */
struct rb_tmpl *rb_tmpl_parse(
    const struct rb_expr_ctx *ctx, const struct rb_node *scalar, enum rb_place place);
/* True if it has no ${}. */
bool rb_tmpl_constant(const struct rb_tmpl *t);
/* If the whole is exactly one ${x}: that expression; else NULL. */
const struct rb_expr *rb_tmpl_whole(const struct rb_tmpl *t);
/* Whether it reads a secret. */
bool rb_tmpl_secret(const struct rb_tmpl *t);
struct rb_str rb_tmpl_source(const struct rb_tmpl *t);
/* The value: TEXT, or for a field that is exactly ${x} x's own value with its type (not in URL, HEADER and
 * REGEX places, which are text always). UNKNOWN's marker holds the known text with <holder.pid> in it. */
struct rb_value rb_tmpl_eval(const struct rb_tmpl *t, struct rb_eval *ev);
/* A pattern like those that a REGEX place makes, with "X" for each value: for its groups. The caller closes
 * it. NULL, *why and *at (in the sample) as in rb_pattern_new. */
struct rb_pattern;
struct rb_pattern *rb_tmpl_sample(
    const struct rb_tmpl *t, struct rb_arena *arena, struct rb_str *why, size_t *at);
/* The pattern that a REGEX template makes. The caller closes it. NULL, and *why says why there is none. */
struct rb_pattern *rb_tmpl_pattern(const struct rb_tmpl *t, struct rb_eval *ev, struct rb_str *why);
/* For each expression in it. */
void rb_tmpl_exprs(const struct rb_tmpl *t, void (*fn)(void *ctx, const struct rb_expr *e), void *fn_ctx);

/* Scripts: text of look/run/start, a constant. What it mentions is found at load time. */
struct rb_mention {
	struct rb_str name; /* as in the shell: holder_pid */
	const struct rb_decl *decl;
	struct rb_expr *expr; /* holder.pid */
	bool guarded;         /* every mention is ${x:-…}, ${x-…} or ${x+…}: may be unset */
};
struct rb_script {
	struct rb_str text;
	size_t nmentions;
	struct rb_mention *mentions;
};
/* Finds the facts that the text mentions as $name or ${name…}, here-documents and $((name)) included; adds
 * RB_E_INJECTION for {{ known.name }}, ${known.name} and $step.fact (with the fix), RB_W_MISTYPED for names
 * near to known ones. `own_env`: names that the step's `env` and `secrets` give (they win, and are no
 * mentions). NULL if there was an error. */
struct rb_script *rb_script_parse(const struct rb_expr_ctx *ctx, const struct rb_node *scalar,
    const struct rb_str *own_env, size_t nown_env);

#endif
