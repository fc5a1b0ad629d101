/* Slices, numbers in text, distances, UTF-8. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

static void
test_compare(void **state)
{
	(void)state;
	assert_true(rb_str_eq(RB_STR(""), (struct rb_str){NULL, 0}));
	assert_true(rb_str_eq(rb_str_c(NULL), RB_STR("")));
	assert_false(rb_str_eq(RB_STR("a"), RB_STR("ab")));
	assert_true(rb_str_eq(RB_STR("a\0b"), RB_STR("a\0b")));
	assert_false(rb_str_eq(RB_STR("a\0b"), RB_STR("a\0c")));
	assert_true(rb_str_is(RB_STR("abc"), "abc"));
	assert_true(rb_str_cmp(RB_STR("a"), RB_STR("b")) < 0);
	assert_true(rb_str_cmp(RB_STR("ab"), RB_STR("a")) > 0);
	assert_true(rb_str_cmp(RB_STR("a"), RB_STR("ab")) < 0);
	assert_int_equal(rb_str_cmp(RB_STR("a"), RB_STR("a")), 0);
	assert_true(rb_str_cmp(RB_STR("\xff"), RB_STR("a")) > 0);
	assert_true(rb_str_starts(RB_STR("http://"), "http"));
	assert_false(rb_str_starts(RB_STR("ht"), "http"));
	assert_true(rb_str_starts(rb_str_c(NULL), ""));
	assert_true(rb_str_ends(RB_STR("a.yaml"), ".yaml"));
	assert_false(rb_str_ends(RB_STR("yaml"), ".yaml"));
}

static void
test_cut(void **state)
{
	struct rb_str s = RB_STR(" \tab c\r\n");

	(void)state;
	assert_true(rb_str_is(rb_str_trim(s), "ab c"));
	assert_int_equal(rb_str_trim(RB_STR(" \r\n")).n, 0);
	assert_true(rb_str_is(rb_str_cut(s, 2, 4), "ab"));
	assert_true(rb_str_is(rb_str_cut(s, 6, 100), "\r\n"));
	assert_int_equal(rb_str_cut(s, 50, 100).n, 0);
	assert_int_equal(rb_str_cut(s, 4, 2).n, 0);
	assert_true(rb_str_is(rb_str_chomp(RB_STR("a\nb\r\n\n\n")), "a\nb"));
	assert_true(rb_str_is(rb_str_chomp(RB_STR("a\r")), "a\r"));
	assert_int_equal(rb_str_chomp(RB_STR("\n\r\n")).n, 0);
	assert_int_equal(rb_str_find(RB_STR("abcabc"), RB_STR("bc"), 0), 1);
	assert_int_equal(rb_str_find(RB_STR("abcabc"), RB_STR("bc"), 2), 4);
	assert_true(rb_str_find(RB_STR("abcabc"), RB_STR("bc"), 5) == SIZE_MAX);
	assert_true(rb_str_find(RB_STR("a"), RB_STR("abc"), 0) == SIZE_MAX);
	assert_true(rb_str_find(RB_STR("a"), RB_STR("a"), 9) == SIZE_MAX);
	assert_int_equal(rb_str_find(RB_STR("abc"), RB_STR(""), 3), 3);
	assert_int_equal(rb_str_find(RB_STR("aaab"), RB_STR("aab"), 0), 1);
}

static void
test_int(void **state)
{
	static const char *const bad[] = {"", "-", "+", "1 ", " 1", "0x10", "1e3", "1.0",
	    "9223372036854775808", "-9223372036854775809", "--1", "99999999999999999999999"};
	int64_t v = 7;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(rb_str_int(rb_str_c(bad[i]), &v), -1);
	assert_int_equal(v, 7);
	assert_int_equal(rb_str_int(RB_STR("9223372036854775807"), &v), 0);
	assert_true(v == INT64_MAX);
	assert_int_equal(rb_str_int(RB_STR("-9223372036854775808"), &v), 0);
	assert_true(v == INT64_MIN);
	assert_int_equal(rb_str_int(RB_STR("+012"), &v), 0);
	assert_int_equal(v, 12);
	assert_int_equal(rb_str_int(rb_str_cut(RB_STR("123456"), 0, 3), &v), 0);
	assert_int_equal(v, 123);
}

static void
check_number(const char *text, double want)
{
	double v = NAN;

	if (rb_str_number(rb_str_c(text), &v) != 0)
		fail_msg("%.40s is no number", text);
	if (memcmp(&v, &want, sizeof(v)) != 0)
		fail_msg("%.40s is %.17g, not %.17g", text, v, want);
}

static void
test_number(void **state)
{
	static const char *const bad[] = {"", "-", ".", ".5", "5.", "1e", "1e+", "e1", "nan", "inf", "0x10",
	    "1 ", " 1", "1,5", "1e309", "-1e309", "1e99999999999999999999", "1.5.2", "1e1.5"};
	static const char *const good[] = {"0", "-0", "123", "-1.5", "2e3", "+7", "0.1", "1e-400", "4.9e-324",
	    "2.2250738585072011e-308", "1.7976931348623157e308", "9007199254740993",
	    "0.000000000000000000000001e24", "100000000000000000000000000000000000000000", "1E5",
	    "0e999999999999999999"};
	char *deep = malloc(3000);
	double v;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(rb_str_number(rb_str_c(bad[i]), &v), -1);
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		check_number(good[i], strtod(good[i], NULL));
	/* Just above half-way between 1 and its successor: decided by the 2,000th digit alone. */
	assert_non_null(deep);
	snprintf(deep, 3000, "1.00000000000000011102230246251565404236316680908203125%01900d1", 0);
	check_number(deep, nextafter(1, 2));
	deep[strlen(deep) - 1] = '0';
	check_number(deep, 1);
	/* And the same as an integer with a negative exponent. */
	snprintf(deep, 3000, "100000000000000011102230246251565404236316680908203125%01900d1e-1954", 0);
	check_number(deep, nextafter(1, 2));
	free(deep);
}

static void
test_number_text(void **state)
{
	static const struct {
		double v;
		const char *text;
	} rows[] = {{0, "0"}, {-0.0, "-0"}, {8000, "8000"}, {0.1, "0.1"}, {0.1 + 0.2, "0.30000000000000004"},
	    {1e20, "100000000000000000000"}, {1e21, "1e+21"},
	    {123456789012345680000.0, "123456789012345680000"}, {1e-6, "0.000001"}, {1e-7, "1e-7"},
	    {-1.5e300, "-1.5e+300"}, {5e-324, "5e-324"}, {100, "100"}, {-12.5, "-12.5"}, {INFINITY, "inf"},
	    {-INFINITY, "-inf"}, {NAN, "nan"}};
	char buf[RB_NUMBER_TEXT];
	uint64_t seed = 12345, bits;
	double v, back;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(rb_number_text(rows[i].v, buf), rows[i].text);
	for (int i = 0; i < 20000; i++) {
		seed = seed * 6364136223846793005U + 1442695040888963407U;
		bits = seed ^ seed >> 29;
		memcpy(&v, &bits, sizeof(v));
		if (!isfinite(v))
			continue;
		assert_int_equal(rb_str_number(rb_str_c(rb_number_text(v, buf)), &back), 0);
		assert_memory_equal(&v, &back, sizeof(v));
	}
}

static void
test_no_locale(void **state)
{
	static const char *const names[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE", "fr_FR"};
	char buf[RB_NUMBER_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (setlocale(LC_NUMERIC, names[i]) == NULL)
			continue;
		check_number("1.5", 1.5);
		assert_string_equal(rb_number_text(1.5, buf), "1.5");
		setlocale(LC_NUMERIC, "C");
		return;
	}
	skip(); /* no locale with a decimal comma is installed */
}

static void
test_distance(void **state)
{
	(void)state;
	assert_int_equal(rb_str_distance(RB_STR("timeout"), RB_STR("timeout"), 3), 0);
	assert_int_equal(rb_str_distance(RB_STR("tiemout"), RB_STR("timeout"), 3), 2);
	assert_int_equal(rb_str_distance(RB_STR("kitten"), RB_STR("sitting"), 3), 3);
	assert_int_equal(rb_str_distance(RB_STR("kitten"), RB_STR("sitting"), 2), 3);
	assert_int_equal(rb_str_distance(RB_STR(""), RB_STR("abc"), 3), 3);
	assert_int_equal(rb_str_distance(RB_STR("abc"), RB_STR(""), 2), 3);
	assert_int_equal(rb_str_distance(RB_STR("abc"), RB_STR("xyz"), 0), 1);
	assert_int_equal(rb_str_distance(RB_STR(""), RB_STR(""), 0), 0);
	assert_int_equal(rb_str_distance(RB_STR("flaw"), RB_STR("lawn"), 5), 2);
	assert_int_equal(
	    rb_str_distance(RB_STR("abcdefghijklmnopqrst"), RB_STR(""), 1000), RB_DISTANCE_MAX + 1);
}

static void
test_utf8(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		uint32_t cp;
	} rows[] = {{"a", 1, 'a'}, {"\xc2\x80", 2, 0x80}, {"\xdf\xbf", 2, 0x7ff}, {"\xe0\xa0\x80", 3, 0x800},
	    {"\xe2\x82\xac", 3, 0x20ac}, {"\xef\xbf\xbf", 3, 0xffff}, {"\xf0\x90\x80\x80", 4, 0x10000},
	    {"\xf4\x8f\xbf\xbf", 4, 0x10ffff}, {"\xc0\x80", 0, 0}, {"\xc1\xbf", 0, 0}, {"\xe0\x9f\xbf", 0, 0},
	    {"\xf0\x8f\xbf\xbf", 0, 0}, {"\xed\xa0\x80", 0, 0}, {"\xf4\x90\x80\x80", 0, 0},
	    {"\xf5\x80\x80\x80", 0, 0}, {"\x80", 0, 0}, {"\xff", 0, 0}, {"\xe2\x82", 0, 0},
	    {"\xe2\x28\xa1", 0, 0}, {"", 0, 0}};
	uint32_t cp = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(rb_utf8_next(rows[i].bytes, strlen(rows[i].bytes), &cp), rows[i].len);
		if (rows[i].len > 0)
			assert_int_equal(cp, rows[i].cp);
	}
	assert_int_equal(rb_utf8_next("\0", 1, &cp), 1);
	assert_int_equal(cp, 0);
}

static void
test_width(void **state)
{
	(void)state;
	assert_int_equal(rb_utf8_width('a'), 1);
	assert_int_equal(rb_utf8_width('\n'), 0);
	assert_int_equal(rb_utf8_width(0x301), 0);
	assert_int_equal(rb_utf8_width(0xe9), 1);
	assert_int_equal(rb_utf8_width(0x4e2d), 2);
	assert_int_equal(rb_utf8_width(0xd55c), 2);
	assert_int_equal(rb_utf8_width(0xff21), 2);
	assert_int_equal(rb_utf8_width(0x1f600), 2);
	assert_int_equal(rb_utf8_width(0x2713), 1);
	assert_int_equal(rb_utf8_width(0x2192), 1);
	assert_int_equal(rb_utf8_width(0xfe0f), 0);
	assert_int_equal(rb_str_width(RB_STR("a\xe4\xb8\xad"
					     "e\xcc\x81\xff")),
	    5);
	assert_true(rb_utf8_steers(0x1b));
	assert_true(rb_utf8_steers(0x85));
	assert_true(rb_utf8_steers(0x202e));
	assert_true(rb_utf8_steers(0x2067));
	assert_true(rb_utf8_steers(0xfeff));
	assert_false(rb_utf8_steers(0xa0));
	assert_false(rb_utf8_steers(0x200d)); /* the joiner that emoji need */
	assert_false(rb_utf8_steers('~'));
}

static void
test_paths(void **state)
{
	static const struct {
		const char *path, *folder, *file;
	} rows[] = {{"a/b/c", "a/b/", "c"}, {"c", "", "c"}, {"/c", "/", "c"}, {"a/", "a/", ""}, {"", "", ""}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(rb_str_is(rb_str_folder(rb_str_c(rows[i].path)), rows[i].folder));
		assert_true(rb_str_is(rb_str_file(rb_str_c(rows[i].path)), rows[i].file));
	}
}

/* Short texts and long ones are searched in two ways. */
static void
test_find_at_any_length(void **state)
{
	char text[600];

	(void)state;
	memset(text, 'a', sizeof(text));
	for (size_t n = 3; n <= sizeof(text); n++) {
		struct rb_str s = {text, n};

		assert_true(rb_str_find(s, RB_STR("ab"), 0) == SIZE_MAX);
		text[n - 1] = 'b';
		assert_int_equal(rb_str_find(s, RB_STR("ab"), 0), n - 2);
		assert_true(rb_str_find(s, RB_STR("ab"), n - 1) == SIZE_MAX);
		text[n - 1] = 'a';
	}
}

static void
test_ascii_run(void **state)
{
	char text[40];

	(void)state;
	assert_int_equal(rb_ascii_run(RB_STR("")), 0);
	memset(text, 0x7f, sizeof(text));
	for (size_t n = 0; n <= sizeof(text); n++) {
		assert_int_equal(rb_ascii_run((struct rb_str){text, n}), n);
		for (size_t i = 0; i < n; i++) {
			text[i] = (char)0x80;
			assert_int_equal(rb_ascii_run((struct rb_str){text, n}), i);
			text[i] = 0x7f;
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_compare),
	    cmocka_unit_test(test_find_at_any_length), cmocka_unit_test(test_ascii_run),
	    cmocka_unit_test(test_cut), cmocka_unit_test(test_paths), cmocka_unit_test(test_int),
	    cmocka_unit_test(test_number), cmocka_unit_test(test_number_text),
	    cmocka_unit_test(test_no_locale), cmocka_unit_test(test_distance), cmocka_unit_test(test_utf8),
	    cmocka_unit_test(test_width)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
