/* Text from elsewhere, made safe to show: it can do nothing to a terminal but be read (reliability I6).
 * Ownership: appends to the caller's buffer and keeps nothing.
 *
 * Controls become \e \r \a \x07 …, C1 and invisible or direction-changing code points \u202e, bytes that are
 * not UTF-8 \xff. */
#ifndef RB_BASE_ESCAPE_H
#define RB_BASE_ESCAPE_H

#include "base/buf.h"

enum {
	RB_ESCAPE_LINES = 1 << 0, /* newlines and tabs stay; else they are \n and \t */
	RB_ESCAPE_ASCII = 1 << 1, /* what is beyond ASCII is escaped as well */
};

/* Appends the whole of s. */
void rb_escape(struct rb_buf *out, struct rb_str s, unsigned flags);
enum { RB_ESCAPE_CHAR = 16 };
/* The first character of s, which must not be empty: returns its bytes; `shown` gets its escape, or "" if it
 * may stand as it is. */
size_t rb_escape_char(struct rb_str s, unsigned flags, char shown[RB_ESCAPE_CHAR]);

#endif
