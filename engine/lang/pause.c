/* The sum of growing pauses, one by one as far as it matters. */
#include "lang/pause.h"

enum { COUNTED = 1000 }; /* one by one; by then each is the longest, or next to nothing */

int64_t
rb_pauses(int64_t every, double backoff, int64_t n)
{
	double pause = (double)every;
	int64_t sum = 0, i, rest;

	if (every == RB_NEVER || n <= 1)
		return n <= 1 ? 0 : RB_NEVER;
	for (i = 1; i < n && i < COUNTED && backoff != 1; i++) {
		sum = rb_clock_add(sum, (int64_t)pause);
		pause = pause * backoff < (double)RB_PAUSE_MOST ? pause * backoff : (double)RB_PAUSE_MOST;
	}
	rest = n - i;
	if ((int64_t)pause > 0 && rest > RB_NEVER / (int64_t)pause)
		return RB_NEVER;
	return rb_clock_add(sum, (int64_t)pause * rest);
}
