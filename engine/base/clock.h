/* Times. All durations and deadlines are int64_t nanoseconds on the monotonic clock (clock_gettime(2)
 * CLOCK_MONOTONIC), which steps of the wall clock do not move; wall time is only for showing. */
#ifndef RB_BASE_CLOCK_H
#define RB_BASE_CLOCK_H

#include <stdint.h>

#include "base/str.h"

RB_C_BEGIN

#define RB_NS ((int64_t)1)
#define RB_US (1000 * RB_NS)
#define RB_MS (1000 * RB_US)
#define RB_SECOND (1000 * RB_MS)
#define RB_MINUTE (60 * RB_SECOND)
#define RB_HOUR (60 * RB_MINUTE)
#define RB_DAY (24 * RB_HOUR)
/* "No deadline": later than every time. */
#define RB_NEVER INT64_MAX

enum { RB_CLOCK_RFC3339 = 32, RB_CLOCK_DURATION = 32 };

RB_API int64_t rb_clock_mono(void); /* ns */
RB_API int64_t rb_clock_wall(void); /* ns since 1970-01-01T00:00:00Z */
/* a + b, saturating; RB_NEVER plus anything is RB_NEVER. */
int64_t rb_clock_add(int64_t a, int64_t b);
/* "2026-11-22T03:04:05.678Z" (RFC 3339, UTC, milliseconds). Returns buf. */
RB_API char *rb_clock_rfc3339(int64_t wall_ns, char buf[RB_CLOCK_RFC3339]);
/* For people: "12ms", "4.1s", "59s" (from 10 s on, whole seconds), "2m05s", "1h30m", "3d04h"; cut, not
 * rounded; RB_NEVER is "never". Returns buf. */
RB_API char *rb_clock_human(int64_t ns, char buf[RB_CLOCK_DURATION]);
/* As a runbook writes it: "90s" → "1m30s", "1500ms" → "1s500ms", 0 → "0s"; exact to the millisecond, the
 * smallest unit that a runbook can write; RB_NEVER is "never". Returns buf. */
char *rb_clock_exact(int64_t ns, char buf[RB_CLOCK_DURATION]);
/* Parses "90s", "15m", "1h30m", "500ms", "7d": digits with unit ms, s, m, h or d, largest first, each once.
 * 0, or -1 if it is none, has no unit, or overflows. "0s" is 0. Negative durations are none. */
int rb_clock_parse(struct rb_str text, int64_t *ns);

RB_C_END

#endif
