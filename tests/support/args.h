/* What the helper programs of the tests share: strict numbers from the command line, and an end of their own.
 * Ownership: nothing is owned. */
#ifndef SUPPORT_ARGS_H
#define SUPPORT_ARGS_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/str.h"

/* No helper outlives a test run that was killed: this is the longest that one may be asked to stay. */
enum { ARGS_SECONDS_MAX = 600 };

/* The whole of `text` as a decimal in [min, max]; otherwise says so, in the name of `what`, and exits 2. */
static inline int64_t
args_number(const char *what, const char *text, int64_t min, int64_t max)
{
	int64_t v = 0;
	if (rb_str_int(rb_str_c(text), &v) == 0 && v >= min && v <= max)
		return v;
	fprintf(
	    stderr, "%s: \"%s\" is not a number in %lld..%lld\n", what, text, (long long)min, (long long)max);
	exit(2);
}

/* Has SIGALRM end this process after so many seconds. An alarm survives exec, but not fork: each child that
 * stays needs its own. */
static inline void
args_end_after(const char *what, const char *seconds)
{
	(void)alarm((unsigned)args_number(what, seconds, 1, ARGS_SECONDS_MAX));
}

#endif
