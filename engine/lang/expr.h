/* The one expression language: conditions, captures, assertions. Ownership: an expression lives in the
 * program's arena; evaluation makes its values in the arena of its rb_eval.
 *
 * Grammar, lowest binding first (rb_oper_rows has the table):
 *   A if C else B · or · and · not · == != < <= > >= in contains matches · where · ?? · + - · * / · unary - ·
 *   .member [index] f(args) · literals: 12 1.5 90s 200MB "text" 'text' true false null [a, b]
 *   /re/i (after `matches` and in rows())
 * `.name` inside `where` is the item's member, `item` the item, `this` the step's own result. What follows
 * `where` reaches as far as `and`, `or` and comparisons do; operators of one level group to the left,
 * comparisons do not chain.
 *
 * int / int is a number; int(x) cuts it. Arithmetic that overflows is an ERROR. `and`, `or` look at their
 * left side first; an UNSET or ERROR there is the result, an UNKNOWN gives way to a right side that decides
 * alone. */
#ifndef RB_LANG_EXPR_H
#define RB_LANG_EXPR_H

#include "lang/pattern.h"
#include "lang/scope.h"
#include "text/node.h"

enum {
	RB_EXPR_MAX = 16 * 1024,             /* bytes of one expression */
	RB_EXPR_DEPTH = 64,                  /* nested operations */
	RB_EXPR_TEXT_MAX = 16 * 1024 * 1024, /* bytes of a text that `+` makes */
	RB_EXPR_CELLS = 1 << 20,             /* cells of one table() */
};

struct rb_expr;

/* What an expression may see while it is checked. */
struct rb_expr_ctx {
	struct rb_arena *arena;
	struct rb_diags *diags;
	struct rb_scope *scope;
	const struct rb_type *self;          /* type of `this`, or NULL where there is none */
	const struct rb_step *const *around; /* looping steps around this place, innermost last */
	size_t naround;
	const struct rb_step *step;   /* whose action this is; NULL elsewhere */
	bool secrets;                 /* secrets may be read here (fields of http, env) */
	struct rb_patterns *patterns; /* gets the regexes of expressions; NULL: a regex is refused here */
};

/* Parses and checks `text`, which stands at text_at within the scalar `node` (for positions). NULL if there
 * was an error (added to diags). */
struct rb_expr *rb_expr_parse(
    const struct rb_expr_ctx *ctx, const struct rb_node *node, size_t text_at, struct rb_str text);
/* The same, and its type must be usable as a bool (bool, match, any). */
struct rb_expr *rb_expr_parse_bool(
    const struct rb_expr_ctx *ctx, const struct rb_node *node, size_t text_at, struct rb_str text);
const struct rb_type *rb_expr_type(const struct rb_expr *e);
struct rb_str rb_expr_text(const struct rb_expr *e);
struct rb_span rb_expr_span(const struct rb_expr *e);
/* True if it reads a secret (or a secret capture). */
bool rb_expr_secret(const struct rb_expr *e);

struct rb_eval {
	struct rb_arena *arena; /* where values are made */
	const struct rb_frame *frame;
	struct rb_value self; /* `this` */
	struct rb_value item; /* inside `where`: set by the evaluator */
	int64_t wall;         /* now(), ns since the epoch */
};

/* The value; UNSET, UNKNOWN or ERROR say why there is none. `and`/`or` decide over an UNKNOWN side when the
 * other side decides alone; UNSET under `??` and `defined` is caught. */
struct rb_value rb_expr_eval(const struct rb_expr *e, struct rb_eval *ev);
/* Its value; or of a duration that is UNKNOWN yet, the longest that it may come to: `a if c else b` is the
 * longer of the two, min() the shortest that is known. UNKNOWN where there is no such bound. */
struct rb_value rb_expr_bound(const struct rb_expr *e, struct rb_eval *ev);
/* As a condition: 1 true, 0 false, -1 undecided: *why gets the UNSET, UNKNOWN or ERROR. */
int rb_expr_truth(const struct rb_expr *e, struct rb_eval *ev, struct rb_value *why);

/* Calls fn for each name or member path that the expression reads ("log.port_taken", "health.status"), once
 * each, in order: decl is what its first name is, path the whole of it. */
void rb_expr_reads(const struct rb_expr *e,
    void (*fn)(
	void *ctx, const struct rb_decl *decl, unsigned up, struct rb_str path, const struct rb_expr *at),
    void *ctx);

/* The functions: what `explain` and docs/language.md print, then what the checker and the evaluator use. */
struct rb_x;
struct rb_checker;
struct rb_func_row {
	const char *name;      /* "first" */
	const char *signature; /* "first(list of T) → T" */
	const char *help;
	unsigned min, max; /* number of arguments */
	/* The result's type; arguments are checked before. Adds diagnostics. */
	const struct rb_type *(*check)(struct rb_checker *c, struct rb_x *call);
	bool lazy; /* `run` gets no args: it evaluates them itself */
	/* The result. Of args each is known. */
	struct rb_value (*run)(struct rb_eval *ev, const struct rb_x *call, struct rb_value *args);
};
extern const struct rb_func_row rb_func_rows[]; /* ends with a NULL name */

/* The operators, lowest binding first; those of one level have the same `binds`. */
struct rb_oper_row {
	const char *name; /* "??" */
	unsigned binds;
	int op; /* the parser's */
	const char *help;
};
extern const struct rb_oper_row rb_oper_rows[]; /* ends with a NULL name */

#endif
