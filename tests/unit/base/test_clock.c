/* Clocks, and durations as text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/clock.h"

static void
test_parse(void **state)
{
	static const struct {
		const char *text;
		int64_t ns;
	} rows[] = {{"0s", 0}, {"90s", 90 * RB_SECOND}, {"15m", 15 * RB_MINUTE}, {"1h30m", 90 * RB_MINUTE},
	    {"500ms", 500 * RB_MS}, {"7d", 7 * RB_DAY},
	    {"1d2h3m4s5ms", RB_DAY + 2 * RB_HOUR + 3 * RB_MINUTE + 4 * RB_SECOND + 5 * RB_MS},
	    {"1s500ms", 1500 * RB_MS}, {"106751d", 106751 * RB_DAY}};
	static const char *const bad[] = {"", "5", "-1s", "+1s", "1 fortnight", "1fortnight", "1.5s", "s",
	    "1s1s", "1m1h", "1ms1s", "1s ", " 1s", "1 s", "1S", "106752d", "9999999999999999999s", "1h30",
	    "90sec"};
	int64_t ns = 42;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (rb_clock_parse(rb_str_c(bad[i]), &ns) != -1)
			fail_msg("\"%s\" is taken for a duration", bad[i]);
	}
	assert_int_equal(rb_clock_parse(RB_STR("1s\0"), &ns), -1);
	assert_int_equal(ns, 42);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(rb_clock_parse(rb_str_c(rows[i].text), &ns), 0);
		assert_true(ns == rows[i].ns);
	}
}

static void
test_exact(void **state)
{
	static const struct {
		int64_t ns;
		const char *text;
	} rows[] = {{0, "0s"}, {90 * RB_SECOND, "1m30s"}, {1500 * RB_MS, "1s500ms"}, {RB_DAY, "1d"},
	    {RB_NEVER, "never"}, {-RB_SECOND, "-1s"}, {RB_MS - 1, "0s"}, {-1, "0s"},
	    {RB_NEVER - 1, "106751d23h47m16s854ms"}, {INT64_MIN, "-106751d23h47m16s854ms"}};
	char buf[RB_CLOCK_DURATION];
	int64_t back;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(rb_clock_exact(rows[i].ns, buf), rows[i].text);
	for (int64_t ns = 1; ns < INT64_MAX / 7; ns = ns * 7 + 1) {
		assert_int_equal(rb_clock_parse(rb_str_c(rb_clock_exact(ns, buf)), &back), 0);
		assert_true(back == ns / RB_MS * RB_MS);
	}
}

static void
test_human(void **state)
{
	static const struct {
		int64_t ns;
		const char *text;
	} rows[] = {{0, "0ms"}, {RB_US, "0ms"}, {12 * RB_MS, "12ms"}, {RB_SECOND - 1, "999ms"},
	    {RB_SECOND, "1.0s"}, {4190 * RB_MS, "4.1s"}, {10 * RB_SECOND - 1, "9.9s"},
	    {10 * RB_SECOND, "10s"}, {59999 * RB_MS, "59s"}, {125 * RB_SECOND, "2m05s"},
	    {RB_HOUR - 1, "59m59s"}, {90 * RB_MINUTE, "1h30m"}, {76 * RB_HOUR, "3d04h"}, {RB_NEVER, "never"},
	    {-4100 * RB_MS, "-4.1s"}, {INT64_MIN, "-106751d23h"}};
	char buf[RB_CLOCK_DURATION];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(rb_clock_human(rows[i].ns, buf), rows[i].text);
}

static void
test_rfc3339(void **state)
{
	char buf[RB_CLOCK_RFC3339];

	(void)state;
	assert_string_equal(rb_clock_rfc3339(0, buf), "1970-01-01T00:00:00.000Z");
	assert_string_equal(rb_clock_rfc3339(1795316645678 * RB_MS, buf), "2026-11-22T03:04:05.678Z");
	assert_string_equal(rb_clock_rfc3339(-1, buf), "1969-12-31T23:59:59.999Z");
	assert_string_equal(rb_clock_rfc3339(INT64_MAX, buf), "2262-04-11T23:47:16.854Z");
	assert_string_equal(rb_clock_rfc3339(INT64_MIN, buf), "1677-09-21T00:12:43.145Z");
}

static void
test_add(void **state)
{
	(void)state;
	assert_true(rb_clock_add(RB_SECOND, RB_MS) == 1001 * RB_MS);
	assert_true(rb_clock_add(INT64_MAX - 1, 5) == RB_NEVER);
	assert_true(rb_clock_add(RB_NEVER, -RB_DAY) == RB_NEVER);
	assert_true(rb_clock_add(-RB_DAY, RB_NEVER) == RB_NEVER);
	assert_true(rb_clock_add(INT64_MIN, -1) == INT64_MIN);
}

static void
test_clocks(void **state)
{
	int64_t before = rb_clock_mono();

	(void)state;
	assert_true(before > 0);
	assert_true(rb_clock_mono() >= before);
	assert_true(rb_clock_wall() > 1700000000 * RB_SECOND);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_parse), cmocka_unit_test(test_exact),
	    cmocka_unit_test(test_human), cmocka_unit_test(test_rfc3339), cmocka_unit_test(test_add),
	    cmocka_unit_test(test_clocks)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
