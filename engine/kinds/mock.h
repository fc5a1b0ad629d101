/* Results of tests, completed: what the `mock` hooks of the kinds share. Ownership: everything is made in the
 * arena of the rb_mock. */
#ifndef RB_KINDS_MOCK_H
#define RB_KINDS_MOCK_H

#include "kinds/kinds.h"
#include "kinds/words.h"

/* The facts of a result in the making: those that were given, then what is added. */
struct rb_mocked {
	const struct rb_mock *m;
	size_t len, cap;
	struct rb_vpair *pairs;
};

/* Begins with the facts that were given; m must live as long. */
void rb_mocked_init(struct rb_mocked *k, const struct rb_mock *m);
/* A fact that was given or added, or UNSET; whether there is one. */
struct rb_value rb_mocked_get(const struct rb_mocked *k, const char *name);
bool rb_mocked_has(const struct rb_mocked *k, const char *name);
/* Whether a number was given that is not from `least` to `most`. */
bool rb_mocked_outside(const struct rb_mocked *k, const char *name, int64_t least, int64_t most);
/* Sets a fact, also one that was given. */
void rb_mocked_set(struct rb_mocked *k, const char *name, struct rb_value v);
/* Sets a fact that was not given. */
void rb_mocked_add(struct rb_mocked *k, const char *name, struct rb_value v);
/* Takes a fact out, if it is there. */
void rb_mocked_drop(struct rb_mocked *k, const char *name);
/* All of them as a MAP, for res->facts. */
struct rb_value rb_mocked_value(const struct rb_mocked *k);
/* -1, with why the facts given cannot be. */
int rb_mocked_refuse(struct rb_result *res, struct rb_arena *arena, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* "pid 42, python3, user app": of what is known of it. */
struct rb_str rb_mocked_holder(const struct rb_mocked *k);

/* The end of a text, for messages. */
struct rb_str rb_mocked_tail(struct rb_value text);

#endif
