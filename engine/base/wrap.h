/* Breaking text into lines, between words. Ownership: lines are slices of the text. */
#ifndef RB_BASE_WRAP_H
#define RB_BASE_WRAP_H

#include "base/str.h"

/* Takes the next line, of at most `columns` columns, off the head of *rest: up to a newline, or the last
 * blank that fits; a word that is wider than a line is broken. What the line ended with (newline, blanks) is
 * in neither. `begun`: something stands before it on its line, so that the first one may stay empty. */
struct rb_str rb_wrap_line(struct rb_str *rest, size_t columns, bool begun);
/* Bytes of the character at the head of s, which is not empty, and its columns; a malformed byte has 1. */
size_t rb_wrap_char(struct rb_str s, size_t *columns);

#endif
