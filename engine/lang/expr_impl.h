/* Inside of the expression language: tokens, nodes, and what its files hand each other (lex → parse → check →
 * eval), and those that walk the tree for what it says (claim.c, expr_bound.c, grounds.c, unset.c).
 * Ownership: nodes live in the program's arena beside their rb_expr; what an evaluation makes is in the arena
 * of its rb_eval, the rest it borrows from where it stands. */
#ifndef RB_LANG_EXPR_IMPL_H
#define RB_LANG_EXPR_IMPL_H

#include "lang/expr.h"
#include "lang/pattern.h"

enum rb_xop {
	RB_X_CONST, /* ->value */
	RB_X_NAME,  /* ->decl, ->up */
	RB_X_THIS,
	RB_X_ITEM,   /* the item of the innermost `where` */
	RB_X_MEMBER, /* args[0], ->name */
	RB_X_INDEX,  /* args[0] [ args[1] ] */
	RB_X_LIST,   /* args */
	RB_X_CALL,   /* ->func, args */
	RB_X_REGEX,  /* ->pattern */
	RB_X_NOT,
	RB_X_NEG,
	RB_X_OR,
	RB_X_AND,
	RB_X_EQ,
	RB_X_NE,
	RB_X_LT,
	RB_X_LE,
	RB_X_GT,
	RB_X_GE,
	RB_X_IN,
	RB_X_CONTAINS,
	RB_X_MATCHES,
	RB_X_WHERE,
	RB_X_DEFAULT, /* ?? */
	RB_X_ADD,
	RB_X_SUB,
	RB_X_MUL,
	RB_X_DIV,
	RB_X_IF, /* args: value, condition, other value */
};

struct rb_x {
	enum rb_xop op;
	unsigned depth;
	struct rb_str src;   /* its text, a slice of the expression's */
	struct rb_str shown; /* the same for messages: cut where it is long */
	const struct rb_type *type;
	size_t len;
	struct rb_x **args;
	struct rb_str name;
	struct rb_value value;
	const struct rb_decl *decl;
	unsigned up;
	const struct rb_func_row *func;
	struct rb_pattern *pattern;
};

/* A name or member path that an expression reads. */
struct rb_read {
	const struct rb_decl *decl;
	unsigned up;
	struct rb_str path;
};

struct rb_expr {
	struct rb_str text;
	struct rb_span span;
	struct rb_x *root;
	bool secret;
	size_t nreads;
	struct rb_read *reads;
};

/* The state of reading one expression: by the lexer, the parser and the checker in turn. */
struct rb_checker {
	const struct rb_expr_ctx *ctx;
	const struct rb_node *node; /* NULL: no positions */
	size_t text_at;
	struct rb_str text; /* in the arena */
	bool failed;
	bool secret;
	const struct rb_type *item; /* inside of `where`; else NULL */
	size_t nreads, reads_cap;
	struct rb_read *reads;
};

/* --- expr_lex.c --- */

enum rb_token_kind {
	RB_T_END,
	RB_T_CONST, /* ->value */
	RB_T_REGEX,
	RB_T_WORD, /* a name or a word of the language */
	RB_T_MARK, /* an operator or punctuation */
	RB_T_BAD,  /* a diagnostic was added */
};

struct rb_token {
	enum rb_token_kind kind;
	size_t from, to;
	struct rb_str text;
	struct rb_value value;
};

/* The next token from *at on. `operand`: a value is expected, so that `/` begins a regex. */
struct rb_token rb_lex(struct rb_checker *c, size_t *at, bool operand);
/* What to write instead of a sign or word of other languages (`&&`, `=`, `True`); NULL if it is none. */
const char *rb_lex_slip(struct rb_str text);

/* --- expr_parse.c --- */

/* The tree, or NULL with c->failed. */
struct rb_x *rb_parse(struct rb_checker *c);

/* --- expr_check.c, expr_names.c --- */

/* Gives x and all below it their types, names and functions. */
void rb_check(struct rb_checker *c, struct rb_x *x);
/* The same for the whole expression, which must be usable as a bool if it is a condition. */
void rb_check_root(struct rb_checker *c, struct rb_x *x, bool condition);
/* Marks the expression as failed; the place of x (or of bytes of the text) for the diagnostic that follows.
 */
struct rb_span rb_check_fail(struct rb_checker *c, const struct rb_x *x);
struct rb_span rb_check_fail_at(struct rb_checker *c, size_t from, size_t to);
/* The type's name for a message, in the arena. */
const char *rb_check_type_name(struct rb_checker *c, const struct rb_type *t);
/* A type that holds what both hold, or NULL. */
const struct rb_type *rb_check_unify(struct rb_checker *c, const struct rb_type *a, const struct rb_type *b);

/* Of x with that operation, whose operands are checked: gives it its type, and its slot or member; adds what
 * is not there. */
void rb_check_name(struct rb_checker *c, struct rb_x *x);
void rb_check_member(struct rb_checker *c, struct rb_x *x);
void rb_check_index(struct rb_checker *c, struct rb_x *x);
/* The names of a chain of members with dots between, blanks and parentheses of the text left out. */
struct rb_str rb_x_path(struct rb_arena *arena, const struct rb_x *x);
/* Notes what a chain of members reads, once. */
void rb_check_read(struct rb_checker *c, const struct rb_x *x);

/* --- expr_ops.c --- */

/* Sorts: types that mix freely are one. */
enum rb_sort {
	RB_S_ANY,
	RB_S_NULL,
	RB_S_BOOL,
	RB_S_NUMERIC,
	RB_S_TEXT,
	RB_S_DURATION,
	RB_S_SIZE,
	RB_S_TIME,
	RB_S_PROCESS,
	RB_S_LIST,
	RB_S_RECORD,
	RB_S_STEP
};
/* A MATCH counts as the bool that it stands for. Of a value (expr_calc.c) only if it is known. */
enum rb_sort rb_sort_of(const struct rb_type *t);
enum rb_sort rb_sort_of_value(struct rb_value v);
/* "==" of RB_X_EQ. */
const char *rb_x_sign(enum rb_xop op);
/* The type of a binary operator over checked operands (== … contains matches, + - * /); adds what does not
 * fit. */
const struct rb_type *rb_ops_check(struct rb_checker *c, struct rb_x *x);

/* --- expr_calc.c --- */

/* Arithmetic: which sorts go together, and how. Ends with RB_X_CONST. */
struct rb_arith_row {
	enum rb_xop op;
	enum rb_sort left, right;
	enum rb_base result;
	enum rb_value_kind kind; /* of INTS and SCALE */
	enum { RB_ARITH_INTS, RB_ARITH_NUMBERS, RB_ARITH_JOIN, RB_ARITH_SCALE, RB_ARITH_RATIO } how;
};
extern const struct rb_arith_row rb_arith_rows[];

/* The value of a binary operator, and of the minus before one; operands are known and plain. ERROR where it
 * overflows, or is not defined. */
struct rb_value rb_ops_eval(struct rb_eval *ev, const struct rb_x *x, struct rb_value a, struct rb_value b);
struct rb_value rb_ops_negate(struct rb_eval *ev, const struct rb_x *x, struct rb_value v);
/* a + b of two numbers, durations, sizes: for sum(). */
struct rb_value rb_ops_add(struct rb_eval *ev, const struct rb_x *x, struct rb_value a, struct rb_value b);
/* d without its fraction. -1 if it is out of range. */
int rb_x_whole(double d, int64_t *out);
/* "text \"abc\"", "int 200", "null": for messages, in the arena. */
const char *rb_x_describe(struct rb_arena *arena, struct rb_value v);

/* --- expr_eval.c --- */

/* The value of a checked expression: what it makes is in ev->arena, the rest is borrowed from where it
 * stands. */
struct rb_value rb_x_eval(struct rb_eval *ev, const struct rb_x *x);
/* As a condition: 1, 0, or -1 with the reason in *why. */
int rb_x_truth(struct rb_eval *ev, const struct rb_x *x, struct rb_value *why);
/* Evaluates the list of a `where` and its condition for each item: hits[i] tells which fit. -1: *list gets
 * what stands in the way (UNSET, UNKNOWN, ERROR). */
int rb_x_where(struct rb_eval *ev, const struct rb_x *x, struct rb_value *list, bool **hits);

/* Facts that are false, and not unset, of a step that was not reached. */
bool rb_fact_false_before(struct rb_str fact);

/* --- functions.c --- */

/* The row of a function, or NULL. */
const struct rb_func_row *rb_func_find(struct rb_str name);
/* Arguments' number and types; sets x->func and x->type. */
void rb_func_check(struct rb_checker *c, struct rb_x *x);

#endif
