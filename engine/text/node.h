/* A YAML document as a tree with positions. Ownership: the nodes live in the arena of their load. Scalars are
 * text: nothing here guesses a type. */
#ifndef RB_TEXT_NODE_H
#define RB_TEXT_NODE_H

#include "text/diag.h"

enum { RB_NODE_DEPTH = 32, RB_SCALAR_MAX = 256 * 1024 };

enum __attribute__((packed)) rb_node_kind { RB_NODE_SCALAR, RB_NODE_LIST, RB_NODE_MAP };

enum __attribute__((packed)) rb_scalar_style {
	RB_PLAIN,
	RB_SINGLE_QUOTED,
	RB_DOUBLE_QUOTED,
	RB_LITERAL,
	RB_FOLDED
};

struct rb_node;

struct rb_pair {
	const struct rb_node *key; /* a scalar */
	const struct rb_node *value;
};

/* Small, for a file has far more nodes than anything else. */
struct rb_node {
	enum rb_node_kind kind;
	enum rb_scalar_style style; /* of a scalar */
	bool empty_plain;           /* a scalar that was not written at all (`key:`) or is `~` or `null` */
	size_t len;                 /* items or pairs */
	struct rb_span span; /* of a scalar: with its quotes; of a list or map: its first line at least */
	struct rb_str text;  /* of a scalar: its value after YAML's unescaping */
	union {
		const struct rb_node **items; /* of a list */
		const struct rb_pair *pairs;  /* of a map */
	};
};

/* Reads a document by libyaml's event API. Returns the root, or NULL; what is wrong goes to `diags`, all of
 * it that can be found (libyaml stops at a syntax error). A document with errors other than of syntax still
 * has its tree, so that the checker can go on collecting. An empty document is RB_E_DOCUMENT. */
const struct rb_node *rb_yaml_load(
    struct rb_arena *arena, const struct rb_source *src, struct rb_diags *diags);

/* The value of a key in a map, or NULL (also where `map` is none). */
const struct rb_node *rb_node_get(const struct rb_node *map, const char *key);
/* "a text", "a list", "a mapping", "nothing": for messages. */
const char *rb_node_form(const struct rb_node *n);
/* Appends a text as a quoted scalar on one line: in double quotes where nothing in it has a meaning there,
 * else in single ones. For hints. */
void rb_yaml_quote(struct rb_str s, struct rb_buf *out);
/* The source offset of byte `i` of a scalar's text, for carets inside of it: exact for all styles (escapes,
 * indentation, folding and line ends are followed); the start of what the byte came from where that is one
 * thing, as an escape is. i may equal the text's length; beyond it, and in a block of blanks alone, the
 * scalar's start. */
size_t rb_node_offset(const struct rb_node *scalar, size_t i);
/* The span of bytes [from, to) of a scalar's text; the whole scalar where that cannot be known. */
struct rb_span rb_node_span(const struct rb_node *scalar, size_t from, size_t to);

#endif
