/* The language described by its own tables: docs/language.md and `runbook explain`. Ownership: text is
 * appended to the caller's buffer. */
#ifndef RB_LANG_REFERENCE_H
#define RB_LANG_REFERENCE_H

#include "lang/kind.h"

/* The whole reference as Markdown. `outcomes` is the section on outcomes of steps, which the scheduler's
 * table gives; may be empty. */
void rb_language_doc(const struct rb_kind *const *kinds, struct rb_str outcomes, struct rb_buf *out);
/* Explains an action, a key, a fact, a type, a function, a member of `run` (run.host), a topic, or a code
 * (E014). 0; or -1 if there is no such word, and then what is near to it is appended, one word a line. */
int rb_language_explain(const char *word, const struct rb_kind *const *kinds, struct rb_buf *out);

/* What no table has, by the words that `explain` finds it by: blanks between. `text` is Markdown. */
struct rb_topic_row {
	const char *words;
	const char *title;
	const char *text;
};
extern const struct rb_topic_row rb_topic_rows[]; /* ends with NULL words */
/* Whether it is found by the word, one of its `words`. */
bool rb_topic_is(const struct rb_topic_row *topic, struct rb_str word);

/* The facts that a step with for_each has instead of a step's own. */
extern const struct rb_fact_row rb_loop_fact_rows[]; /* ends with a NULL name */

/* The key tables below the top ones, by the key that they belong to: what the reference and `explain` walk.
 */
struct rb_table_row {
	const char *name;  /* "inputs.NAME", "retry" */
	const char *title; /* what an entry of it is */
	const struct rb_key *keys;
};
extern const struct rb_table_row rb_table_rows[]; /* ends with a NULL name */

/* The same for a vocabulary of its own, which has tables like these and actions none (scenario files). */
void rb_tables_doc(const struct rb_table_row *tables, struct rb_buf *out);
/* 0, or -1 if no table has such a key: then nothing is appended. */
int rb_tables_explain(const char *word, const struct rb_table_row *tables, struct rb_buf *out);

#endif
