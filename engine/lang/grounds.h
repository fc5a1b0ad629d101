/* Grounds: what a condition stood on, and what a step found, as one line for people and as JSON for the
 * record. Ownership: the texts are made in the arena that the call names. */
#ifndef RB_LANG_GROUNDS_H
#define RB_LANG_GROUNDS_H

#include "lang/program.h"

enum {
	RB_FACT_SHOWN_MAX = 8192, /* bytes of one fact in a `facts` event */
	RB_SUMMARY_MAX = 400,     /* bytes of one line for people */
};

/* Calls fn for each part that an expression reads, once each, in order, with its text and its value:
 * `health.headers["x"]` and not the headers around it; of `results where .exit > 1` the "results.exit" of all
 * items. as_told is v as others may see it: a secret, and what a step that keeps its output secret printed,
 * is "***". */
void rb_grounds_each(const struct rb_expr *e, struct rb_eval *ev,
    void (*fn)(void *ctx, struct rb_str path, struct rb_value v, struct rb_value as_told), void *ctx);
/* What n conditions read, each once: *why is "limit = 1; log.full: no match", *facts a JSON object. A map
 * is told by its size. */
void rb_grounds(const struct rb_expr *const *conds, size_t n, struct rb_eval *ev, struct rb_str *why,
    struct rb_str *facts);
/* What an assertion of this step read of its own facts (`this`) and of others: "this.used = 20; limit = 1".
 * Empty where it read nothing, and for a step that keeps its output secret. */
struct rb_str rb_grounds_of_assertion(
    const struct rb_step *step, const struct rb_expr *that, struct rb_eval *ev);
/* The facts of a step as a JSON object, empty if there are none to tell, and one line of what it captured and
 * matched. */
void rb_grounds_found(const struct rb_step *step, struct rb_value facts, struct rb_arena *arena,
    struct rb_str *json, struct rb_str *line);

#endif
