/* Numbers out of hostile text. */
#include "support.h"

#include "os/scan.h"

static void
numbers_are_read_whole_or_not_at_all(void **state)
{
	uint64_t u;
	int64_t i;

	(void)state;
	assert_string_equal(rb_scan_uint("  42 x", &u), " x");
	assert_int_equal(u, 42);
	assert_non_null(rb_scan_uint("18446744073709551615", &u));
	assert_true(u == UINT64_MAX);
	assert_null(rb_scan_uint("18446744073709551616", &u));
	assert_null(rb_scan_uint("-1", &u));
	assert_null(rb_scan_uint("x", &u));
	assert_null(rb_scan_uint("", &u));
	assert_non_null(rb_scan_int("-9223372036854775807", &i));
	assert_true(i == -INT64_MAX);
	assert_null(rb_scan_int("9223372036854775808", &i));
	assert_null(rb_scan_int("-", &i));
	assert_null(rb_scan_int("--1", &i));
	assert_string_equal(rb_scan_hex("0100007F:1F90", 8, &u), ":1F90");
	assert_true(u == 0x0100007f);
	assert_string_equal(rb_scan_hex("abcdef", 4, &u), "ef");
	assert_null(rb_scan_hex("g", 4, &u));
}

static void
calls_follow_each_other_with_one_check(void **state)
{
	uint64_t u = 0;

	(void)state;
	assert_non_null(rb_scan_uint(rb_scan_text(rb_scan_skip("a b c:7", 2), " c:"), &u));
	assert_int_equal(u, 7);
	assert_null(rb_scan_uint(rb_scan_text(rb_scan_skip("a b", 3), ""), &u));
	assert_null(rb_scan_text("HTT", "HTTP/"));
	assert_null(rb_scan_hex(NULL, 1, &u));
	assert_null(rb_scan_int(NULL, &(int64_t){0}));
	assert_string_equal(rb_scan_skip("a", 1), "");
	assert_string_equal(rb_scan_skip("a", 0), "a");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(numbers_are_read_whole_or_not_at_all),
	    cmocka_unit_test(calls_follow_each_other_with_one_check),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
