/* Escaping: what is shown can do nothing to a terminal but be read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/escape.h"

static void
check(struct rb_str in, unsigned flags, const char *expected)
{
	struct rb_buf out;

	rb_buf_init(&out, NULL, 4096);
	rb_escape(&out, in, flags);
	assert_string_equal(rb_buf_cstr(&out), expected);
	rb_buf_free(&out);
}

static void
what_is_harmless_stays(void **state)
{
	(void)state;
	check(RB_STR(""), 0, "");
	check(RB_STR("plain ~ caf\xc3\xa9 \xe4\xb8\xad \xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb"), 0,
	    "plain ~ caf\xc3\xa9 \xe4\xb8\xad \xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb");
	check(RB_STR("back\\slash"), 0, "back\\slash");
}

static void
controls_are_told(void **state)
{
	(void)state;
	check(RB_STR("\033]52;c;aGk=\a"), RB_ESCAPE_LINES, "\\e]52;c;aGk=\\a");
	check(RB_STR("\0\x01\x7f"), RB_ESCAPE_LINES, "\\x00\\x01\\x7f");
	check(RB_STR("\b\f\v\r"), RB_ESCAPE_LINES, "\\b\\f\\v\\r");
	check(RB_STR("\xc2\x9b"
		     "31m"),
	    0, "\\u009b31m");
}

static void
lines_stay_only_where_they_may(void **state)
{
	(void)state;
	check(RB_STR("a\tb\nc\r\n"), RB_ESCAPE_LINES, "a\tb\nc\\r\n");
	check(RB_STR("a\tb\nc"), 0, "a\\tb\\nc");
}

static void
what_hides_or_turns_text_is_told(void **state)
{
	(void)state;
	check(RB_STR("a\xe2\x80\xae"
		     "b\xe2\x81\xa6"),
	    RB_ESCAPE_LINES, "a\\u202eb\\u2066");
	check(RB_STR("\xe2\x80\xa8\xe2\x80\x8b\xc2\xad\xef\xbb\xbf"), 0, "\\u2028\\u200b\\u00ad\\ufeff");
	check(RB_STR("\xf3\xa0\x80\xa1"), 0, "\\U000e0021");
}

static void
bytes_that_are_no_text_are_told(void **state)
{
	(void)state;
	check(RB_STR("\x9b"
		     "31m"),
	    0, "\\x9b31m");
	check(RB_STR("\xff\xc3(\xed\xa0\x80"), 0, "\\xff\\xc3(\\xed\\xa0\\x80");
	check(RB_STR("ends \xe2\x80"), 0, "ends \\xe2\\x80");
}

static void
ascii_only(void **state)
{
	(void)state;
	check(RB_STR("caf\xc3\xa9 \xf0\x9f\x92\xbb\n"), RB_ESCAPE_ASCII, "caf\\u00e9 \\U0001f4bb\\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_harmless_stays),
	    cmocka_unit_test(controls_are_told),
	    cmocka_unit_test(lines_stay_only_where_they_may),
	    cmocka_unit_test(what_hides_or_turns_text_is_told),
	    cmocka_unit_test(bytes_that_are_no_text_are_told),
	    cmocka_unit_test(ascii_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
