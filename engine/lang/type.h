/* Static types of expressions. Ownership: types live in the arena of the program that declares them; the
 * basic ones are constants. */
#ifndef RB_LANG_TYPE_H
#define RB_LANG_TYPE_H

#include "base/buf.h"
#include "base/map.h"

enum rb_base {
	RB_ANY, /* JSON: checked when it is read */
	RB_BOOL,
	RB_INT,      /* 64-bit; a port is an int with a range */
	RB_NUMBER,   /* double; a percent is a number */
	RB_TEXT,     /* bytes; may hold anything but where it goes decides */
	RB_URL,      /* text that is a URL: stands whole at the start of a url field */
	RB_PATH,     /* text that is a path (path, file, dir) */
	RB_REGEX,    /* text that is a pattern */
	RB_VERSION,  /* text that compares by its numeric parts: 9.10 > 9.9 */
	RB_DURATION, /* ns */
	RB_SIZE,     /* bytes */
	RB_TIME,     /* ns since the epoch */
	RB_PROCESS,  /* a process on this host: pid and start time */
	RB_LIST,     /* of ->item */
	RB_RECORD,   /* known members; without any, an open one: each member is of ->item (RB_ANY if NULL) */
	RB_MATCH,    /* what a match name is: a bool with members (count, line, lines, named groups) */
	RB_STEP,     /* a step's facts: a record that exists, empty, before the step was reached */
	RB_BASES
};

struct rb_type;

struct rb_member {
	struct rb_str name;
	const struct rb_type *type;
	bool secret;      /* its value is masked and kept from argv */
	const char *help; /* one line, may be NULL */
};

struct rb_type {
	enum rb_base base;
	const struct rb_type *item; /* RB_LIST, open RB_RECORD; NULL is RB_ANY */
	size_t len;                 /* RB_RECORD, RB_MATCH, RB_STEP; a text of a choice that carries data */
	const struct rb_member *members;
};

/* The basic types, without members or items. rb_type_list_any is a list of RB_ANY. */
extern const struct rb_type rb_types[RB_BASES];
extern const struct rb_type rb_type_list_any, rb_type_list_text;
/* The members that each match name has beside its named groups: count, line, lines. */
extern const struct rb_member rb_match_members[3];
/* What a match name is whose pattern has no named groups. */
extern const struct rb_type rb_type_match;

/* A list type. */
const struct rb_type *rb_type_list(struct rb_arena *arena, const struct rb_type *item);
/* What its items are: never NULL. */
const struct rb_type *rb_type_item(const struct rb_type *t);
/* The member of that name, or NULL. */
const struct rb_member *rb_type_member(const struct rb_type *t, struct rb_str name);
/* Text, url, path, regex: all hold text and mix freely. */
bool rb_type_texty(const struct rb_type *t);
/* "int", "list of text", "match": for messages. */
void rb_type_name(const struct rb_type *t, struct rb_buf *out);

/* The words of `type:` in inputs, values and captures. */
struct rb_type_row {
	const char *name; /* text, int, number, percent, size, duration, time, bool, port, url, path, file,
			     dir, version, … */
	enum rb_base base;
	const char *help; /* what a value looks like */
};
extern const struct rb_type_row rb_type_rows[]; /* ends with a NULL name */
/* The row of such a word, or NULL. */
const struct rb_type_row *rb_type_row(struct rb_str name);

#endif
