/* Pauses between attempts, summed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lang/pause.h"

static void
sums(void **state)
{
	static const struct {
		int64_t every;
		double backoff;
		int64_t n, sum;
	} rows[] = {
	    {RB_SECOND, 1, 0, 0},
	    {RB_SECOND, 1, 1, 0},
	    {RB_SECOND, 1, 4, 3 * RB_SECOND},
	    {RB_SECOND, 2, 4, 7 * RB_SECOND},
	    {RB_SECOND, 0.5, 3, RB_SECOND + RB_SECOND / 2},
	    {0, 2, 1000000, 0},
	    {RB_HOUR, 24, 4, RB_HOUR + 2 * RB_DAY}, /* a pause grows to a day, and no longer */
	    {RB_NEVER, 1, 2, RB_NEVER},
	    {RB_NEVER, 1, 1, 0},
	    {RB_DAY, 1, INT64_MAX, RB_NEVER},
	    {RB_DAY, 3, INT64_MAX, RB_NEVER},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_int_equal(rb_pauses(rows[i].every, rows[i].backoff, rows[i].n), rows[i].sum);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(sums)};

	return cmocka_run_group_tests_name("pause", tests, NULL, NULL);
}
