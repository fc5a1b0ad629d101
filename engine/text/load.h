/* The parts of rb_yaml_load, for each other only: what is looked for before libyaml, where it stops, and in
 * what it accepts. Ownership: nothing is kept; diagnostics go to the list of the caller. */
#ifndef RB_TEXT_LOAD_H
#define RB_TEXT_LOAD_H

#include "text/node.h"

/* Looks for what is not UTF-8 and for characters that a runbook may not hold (vet.c). Returns 0, or -1 when
 * there were any: libyaml would then count lines and characters otherwise than we do, so it is not asked. */
int rb_vet(const struct rb_source *src, struct rb_diags *diags);

/* Where and why libyaml stopped. */
struct rb_stop {
	const char *problem; /* in libyaml's words */
	const char *context; /* likewise; may be NULL */
	size_t at;           /* byte offset of the problem */
	size_t context_at;   /* of what was being read; = at where there is no context */
};

/* Says in plain words why libyaml stopped (stop.c); the fallback when no trap explains it. */
void rb_stop_explain(const struct rb_source *src, const struct rb_stop *stop, struct rb_diags *diags);

/* YAML's own traps, recognised from the source text: in a tree that was loaded, whole or up to a stop
 * (traps.c); and at a stop, where the return value says whether one explains it (stop_traps.c). */
void rb_traps(const struct rb_source *src, const struct rb_node *root, struct rb_diags *diags);
bool rb_traps_at_stop(const struct rb_source *src, const struct rb_stop *stop, struct rb_diags *diags);

/* A value as it stands in a line of the source, found without YAML (mend.c). */
struct rb_item {
	size_t from;  /* its key, or itself where there is none */
	size_t value; /* itself */
	size_t to;    /* where it ends on this line, blanks not counted */
	bool flow;    /* inside of [] or {} that opened on this line */
};

/* The item of the line that holds offset `at`; with up = 1 the item whose brackets it stands in, and so on.
 */
struct rb_item rb_item_at(const struct rb_source *src, size_t at, unsigned up);
/* The key of an item, or empty. */
struct rb_str rb_item_key(const struct rb_source *src, struct rb_item item);
/* Whether a key's value is a script: look, run, start. */
bool rb_is_script_key(struct rb_str key);
/* Adds the hint "write `key: "value"`" with the value quoted, when it fits on a line. */
void rb_mend_quote(
    const struct rb_source *src, struct rb_item item, struct rb_diags *diags, struct rb_diag *diag);

#endif
