/* The forms in which a secret can turn up in what commands print. Ownership: a form lives for the length of
 * the call that it is passed to, in memory that is wiped afterwards. */
#ifndef RB_EVENT_FORMS_H
#define RB_EVENT_FORMS_H

#include "base/alloc.h"
#include "base/str.h"

enum { RB_FORMS_MAX = 128 };

/* Calls `each` for every form of `secret`, at least `min` bytes long, some of them more than once; for a
 * secret of one line there are at most RB_FORMS_MAX:
 *
 *   as it is; with CRLF line ends; each of its lines without the blanks around it;
 *   URL-encoded and JSON-escaped, once and twice; with the entities of HTML; shell-quoted: the whole and
 *   each line;
 *   base64 and base64url of the whole, with and without padding and final newline, wrapped as base64(1) and
 *   PEM wrap it, and as a part of something longer, at each of the three shifts;
 *   hexadecimal of the whole in lower and upper case.
 *
 * Newlines at the end of the secret do not belong to it. */
void rb_forms_each(const struct rb_alloc *alloc, struct rb_str secret, size_t min,
    void (*each)(void *ctx, struct rb_str form), void *ctx);
/* The secret without the newlines at its end. */
struct rb_str rb_forms_bare(struct rb_str secret);

#endif
