/* What a condition says of the facts that it reads: without running anything, what must have been so for it
 * to come out true, or false; and which facts an expression cannot do without. Ownership: claims live in the
 * arena that they were asked with, and borrow from the program.
 *
 * `and`, `or`, `not`, `if … else`, `??` and defined() are followed as the evaluator follows them, so that
 * what a right side needs is known to be needed only where the left side let it be read. */
#ifndef RB_LANG_CLAIM_H
#define RB_LANG_CLAIM_H

#include "lang/expr.h"

enum { RB_CASES_MAX = 16 }; /* ways in which one condition may come out; more are told apart no further */

enum rb_claim_kind {
	RB_CLAIM_SET,     /* ->path was read, and has a value */
	RB_CLAIM_DEFINED, /* whether it has one is ->holds */
	RB_CLAIM_TRUTH,   /* it is true or false: ->holds */
	RB_CLAIM_EQUAL,   /* it is ->value, or is not */
	RB_CLAIM_BELOW,   /* it is less than ->value, or is not */
	RB_CLAIM_ABOVE,   /* it is more than ->value, or is not */
	RB_CLAIM_TEXT,    /* the condition ->text holds, or does not */
};

struct rb_claim {
	enum rb_claim_kind kind;
	bool holds;
	const struct rb_decl *decl; /* what the first name of the path is; NULL: of TEXT */
	unsigned up;
	struct rb_str path; /* "holder.pid" */
	struct rb_value value;
	struct rb_str text;            /* TEXT: in one spelling */
	const struct rb_expr *of;      /* TEXT: what it stands in, for its reads */
	const struct rb_claim *before; /* one that holds as well; NULL: there is no other */
};

/* One way in which an expression may come out: all claims of the chain hold. */
struct rb_cases {
	size_t n; /* 0: it cannot come out so */
	const struct rb_claim *items[RB_CASES_MAX];
};

/* 1 if it is always true, 0 if always false, without reading anything; else -1. */
int rb_expr_constant(const struct rb_expr *e);
/* Whether an expression over `this` has a value whatever text the output is: it compares, searches, trims,
 * counts. */
bool rb_expr_takes_any(const struct rb_expr *e);
/* The cases in which a condition comes out as `holds`, where those of `before` held before it (NULL: nothing
 * is known). */
void rb_claims(struct rb_arena *arena, const struct rb_expr *e, bool holds, const struct rb_cases *before,
    struct rb_cases *out);
/* The same for an expression that comes out as anything: what it reads is set. */
void rb_claims_read(
    struct rb_arena *arena, const struct rb_expr *e, const struct rb_cases *before, struct rb_cases *out);

/* What an expression reads and cannot do without: not under defined(), nor left of `??`, nor what is false
 * before a step was reached (passed, failed, skipped, timed_out). */
struct rb_need {
	const struct rb_decl *decl;
	unsigned up;
	struct rb_str path;          /* "holder.pid" */
	struct rb_span span;         /* where it is read */
	const struct rb_cases *when; /* what holds where it is read */
};
/* `before`: what holds where the expression stands; NULL: nothing is known. */
void rb_needs(struct rb_arena *arena, const struct rb_expr *e, const struct rb_cases *before,
    void (*fn)(void *ctx, const struct rb_need *need), void *ctx);

enum rb_accord {
	RB_ACCORD_YES,
	RB_ACCORD_NO,
	RB_ACCORD_OPEN, /* they speak of the same thing in ways that are not compared */
};
/* Whether two claims about one moment can hold together. */
enum rb_accord rb_claims_accord(const struct rb_claim *a, const struct rb_claim *b);
/* Whether it reads something of which `is` says so. */
bool rb_claim_reads(const struct rb_claim *c,
    bool (*is)(void *ctx, const struct rb_decl *decl, struct rb_str path), void *ctx);
/* The part of a path behind its first dot, as far as the next: "pid" of holder.pid; empty if there is none.
 */
struct rb_str rb_path_fact(struct rb_str path);

#endif
