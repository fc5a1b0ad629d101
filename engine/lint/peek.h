/* Looking at the bytes of a text, and past its end: what the readers of awk, sed, SQL and other code share.
 * Pure; nothing here is owned. */
#ifndef RB_LINT_PEEK_H
#define RB_LINT_PEEK_H

#include <string.h>

#include "base/str.h"

/* NUL past the end. */
static inline char
rb_peek(struct rb_str text, size_t i)
{
	return i < text.n ? text.p[i] : '\0';
}

/* NUL is in no set. */
static inline bool
rb_peek_in(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

/* Of a name, at its beginning. */
static inline bool
rb_peek_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* Of a name: a letter, a digit or _. */
static inline bool
rb_peek_name(char c)
{
	return rb_peek_letter(c) || (c >= '0' && c <= '9');
}

#endif
