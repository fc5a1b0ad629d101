/* Texts written as YAML that rb_yaml_load reads back as the same texts. Ownership: the buffer is the
 * caller's, and nothing is kept. */
#ifndef RB_TEXT_YAML_WRITE_H
#define RB_TEXT_YAML_WRITE_H

#include <stdbool.h>

#include "base/buf.h"

/* Appends s on one line, plain where nobody could take it for something else, else in double quotes; good in
 * [] and {} too. False when it holds what no runbook may (bytes that are not UTF-8, NUL, what steers a
 * terminal): that was written as U+FFFD. */
bool rb_yaml_scalar(struct rb_buf *out, struct rb_str s);
/* The same, always in double quotes: where a plain `true` or 12 would not be text. */
bool rb_yaml_quoted(struct rb_buf *out, struct rb_str s);
/* The same for the value of a mapping's key that stands `indent` columns in, with the blank behind the colon
 * and the newline at the end: several lines become a block of lines where that can hold them. */
bool rb_yaml_text(struct rb_buf *out, struct rb_str s, unsigned indent);

#endif
