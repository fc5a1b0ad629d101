/* The pauses between the attempts of a step: how long all of them take. Pure. */
#ifndef RB_LANG_PAUSE_H
#define RB_LANG_PAUSE_H

#include <stdint.h>

#include "base/clock.h"

#define RB_PAUSE_EVERY RB_SECOND /* where `retry` says no `every` */
#define RB_PAUSE_MOST RB_DAY     /* where a growing pause stops */

/* The sum, in ns, of the pauses between n attempts, of which the first is `every` long and each further one
 * `backoff` times the one before. RB_NEVER if it cannot be counted. */
int64_t rb_pauses(int64_t every, double backoff, int64_t n);

#endif
