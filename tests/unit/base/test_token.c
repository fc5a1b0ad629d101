/* Words of HTTP: every byte, by the list of the standard. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/token.h"

static void
every_byte(void **state)
{
	static const char others[] = "!#$%&'*+-.^_`|~";

	(void)state;
	for (int i = 0; i < 256; i++) {
		char c = (char)i;
		bool fits = (i >= '0' && i <= '9') || (i >= 'A' && i <= 'Z') || (i >= 'a' && i <= 'z') ||
			    (i != 0 && memchr(others, i, sizeof(others)) != NULL);

		assert_int_equal(rb_is_token((struct rb_str){&c, 1}), fits);
	}
}

static void
whole_words(void **state)
{
	(void)state;
	assert_true(rb_is_token(RB_STR("X-Request-Id")));
	assert_false(rb_is_token(RB_STR("")));
	assert_false(rb_is_token(RB_STR("X-Request-Id:")));
	assert_false(rb_is_token(RB_STR("X Request")));
	assert_false(rb_is_token(RB_STR("X\0")));
	assert_false(rb_is_token(RB_STR("Größe")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_byte),
	    cmocka_unit_test(whole_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
