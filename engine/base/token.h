/* Words of HTTP. Ownership: a word is borrowed. */
#ifndef RB_BASE_TOKEN_H
#define RB_BASE_TOKEN_H

#include "base/str.h"

/* Whether it can be a method or the name of a header (RFC 9110, 5.6.2). No locale is consulted. */
bool rb_is_token(struct rb_str s);

#endif
