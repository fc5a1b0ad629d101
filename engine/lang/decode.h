/* What the files of decoding share. Ownership: everything is made in the arena of the context. */
#ifndef RB_LANG_DECODE_H
#define RB_LANG_DECODE_H

#include "lang/key.h"

/* One value that is being decoded. */
struct rb_decode {
	const struct rb_expr_ctx *ctx;
	const struct rb_key *key;
	const char *name; /* for messages: that of the key, also for what stands inside of its value */
	const struct rb_str *own_env;
	size_t nown_env;
};

/* True for a scalar that was written; else adds a diagnostic. */
bool rb_decode_scalar(const struct rb_decode *d, const struct rb_node *node);
/* "`timeout` takes a duration, not a list". */
void rb_decode_form(const struct rb_decode *d, const struct rb_node *node);
/* Whether there is a ${} in a scalar. */
bool rb_decode_fills(const struct rb_node *node);
/* A constant duration; false with a diagnostic that names the form. */
bool rb_decode_duration(const struct rb_decode *d, const struct rb_node *node, struct rb_value *out);
/* Whether pair i of a map is what a comma inside of { } has cut off from the value before it. */
bool rb_decode_cut_off(const struct rb_node *map, size_t i);
/* The word of rb_type_rows for the key types that are a scalar of one type, or NULL. */
const char *rb_decode_type_of(enum rb_key_type type);

/* The decoders of the key types (decode_value.c, decode_code.c): each fills in `f`, of the row d->key, from
 * the node at that key. True if the field is good, else a diagnostic was added. */

/* A text with ${}. */
bool rb_decode_tmpl(const struct rb_decode *d, const struct rb_node *node, struct rb_field *f);
/* A scalar of the one type that rb_decode_type_of names. */
bool rb_decode_scalar_value(const struct rb_decode *d, const struct rb_node *node, struct rb_field *f);
/* A process: ${} of a fact that is one. */
bool rb_decode_process(const struct rb_decode *d, const struct rb_node *node, struct rb_field *f);
/* The same, or `true`. */
bool rb_decode_stop(const struct rb_decode *d, const struct rb_node *node, struct rb_field *f);
/* One text, or a list of them. */
bool rb_decode_strings(const struct rb_decode *d, const struct rb_node *node, struct rb_field *f);
/* A map of texts. */
bool rb_decode_string_map(const struct rb_decode *d, const struct rb_node *node, struct rb_field *f);
/* A map of header names to one text, or to several. */
bool rb_decode_headers(const struct rb_decode *d, const struct rb_node *node, struct rb_field *f);
/* Any value, with ${} in its texts. */
bool rb_decode_json(const struct rb_decode *d, const struct rb_node *node, struct rb_field *f);
/* A pattern, in which ${} stands for literal text. */
bool rb_decode_pattern(const struct rb_decode *d, const struct rb_node *node, struct rb_field *f);
/* A script, or the list of a program and its arguments. */
bool rb_decode_script(const struct rb_decode *d, const struct rb_node *node, struct rb_field *f);
/* An expression. */
bool rb_decode_expr(const struct rb_decode *d, const struct rb_node *node, struct rb_field *f);
/* One condition, or a list that holds if each does. */
bool rb_decode_conds(const struct rb_decode *d, const struct rb_node *node, struct rb_field *f);
/* What a loop goes over: a list of texts, or an expression that gives one. */
bool rb_decode_items(const struct rb_decode *d, const struct rb_node *node, struct rb_field *f);
/* What may be answered: a list, or ${} of one. */
bool rb_decode_choices(const struct rb_decode *d, const struct rb_node *node, struct rb_field *f);

#endif
