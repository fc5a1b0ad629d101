/* All of some bytes to a descriptor. Ownership: both are borrowed. */
#ifndef RB_BASE_WRITE_H
#define RB_BASE_WRITE_H

#include "base/str.h"

/* Waits where a descriptor that does not block is full: who gave it to us reads it. 0, or -1 with errno; how
 * much was written then is not known. */
int rb_write_all(int fd, struct rb_str bytes);
/* The same where nobody may be waited for: a full descriptor that does not block is an error (EAGAIN). */
int rb_write_now(int fd, struct rb_str bytes);

#endif
