/* One line of a transcript, read back as the event that it was. Ownership: the event's texts live in the
 * arena that is given. */
#ifndef RB_RECORD_PARSE_H
#define RB_RECORD_PARSE_H

#include "base/arena.h"
#include "event/event.h"

enum { RB_PARSE_WHY = 160 };

/* Reads the line (without its newline). 0; 1 when its type is unknown here, so that only seq, wall, mono are
 * set (of a later version, to be passed over); -1 with what is wrong in `why`. Unknown keys are passed over.
 */
int rb_record_parse(struct rb_arena *arena, struct rb_str line, struct rb_event *ev, char why[RB_PARSE_WHY]);

#endif
