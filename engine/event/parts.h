/* What a URL opens a door with, apart from the URL as a whole. Ownership: a part lives for the length of the
 * call that it is passed to, in memory that is wiped afterwards. */
#ifndef RB_EVENT_PARTS_H
#define RB_EVENT_PARTS_H

#include "base/alloc.h"
#include "base/str.h"

/* From so many bytes on a part of a URL is taken for a secret by itself: a shorter one is a word, which would
 * be masked wherever it stands ("health", "require"). Not so what stands for a password. */
enum { RB_PART_MIN = 8 };
/* A part of RB_PART_MIN bytes looks like a token if it has a digit or a capital letter, a longer one always.
 */
enum { RB_PART_LONG = 16 };

/* Calls `each` for the parts of a secret of the form SCHEME://… without blanks, whatever its type is; for no
 * part of any other secret:
 *
 *   user:password and the password, of `min` bytes and more; the user where it looks like a token;
 *   the path of http and https with its slash, and what the query and the fragment have after a `=`, of
 *   RB_PART_MIN bytes and more; a shorter one together with its name, of `min` bytes and more;
 *   each segment of a path that looks like a token;
 *
 * each as it stands, and percent-decoded where that is another text. */
void rb_parts_each(const struct rb_alloc *alloc, struct rb_str secret, size_t min,
    void (*each)(void *ctx, struct rb_str part), void *ctx);

#endif
