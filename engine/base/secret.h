/* How long a secret may be, for who reads one, masks it, or writes of it. Nothing here is owned. */
#ifndef RB_BASE_SECRET_H
#define RB_BASE_SECRET_H

/* Bytes, newlines at the end not counted. A shorter one would be masked wherever its few letters stand. */
enum { RB_SECRET_MIN = 4, RB_SECRET_MAX = 65536 };

/* Stands where messages leave out the rest of a text. A secret that is cut there is known by it
 * (event/mask.h). */
#define RB_CUT "…"

#endif
