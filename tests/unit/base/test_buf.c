/* Bounded buffers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/buf.h"

static void
test_append(void **state)
{
	struct rb_buf b;

	(void)state;
	rb_buf_init(&b, NULL, SIZE_MAX);
	assert_string_equal(rb_buf_cstr(&b), "");
	assert_int_equal(rb_buf_view(&b).n, 0);
	rb_buf_c(&b, "ab");
	rb_buf_char(&b, 'c');
	rb_buf_str(&b, RB_STR("d\0e"));
	rb_buf_str(&b, (struct rb_str){NULL, 0});
	rb_buf_pad(&b, ' ', 2);
	rb_buf_fmt(&b, "%d", 42);
	assert_int_equal(b.len, 10);
	assert_memory_equal(b.p, "abcd\0e  42", 11);
	rb_buf_shift(&b, 3);
	assert_memory_equal(b.p, "d\0e  42", 8);
	rb_buf_shift(&b, 100);
	assert_int_equal(b.len, 0);
	rb_buf_free(&b);
	assert_null(b.p);
	rb_buf_c(&b, "again");
	assert_string_equal(rb_buf_cstr(&b), "again");
	rb_buf_free(&b);
}

static void
test_long_format(void **state)
{
	struct rb_buf b;

	(void)state;
	rb_buf_init(&b, NULL, 1 << 20);
	for (int n = 250; n < 260; n++) {
		rb_buf_clear(&b);
		rb_buf_fmt(&b, "%0*d|", n, 7);
		assert_int_equal(b.len, n + 1);
		assert_int_equal(b.p[n - 1], '7');
		assert_int_equal(b.p[n], '|');
	}
	rb_buf_free(&b);
}

static void
test_bound(void **state)
{
	struct rb_buf b;

	(void)state;
	rb_buf_init(&b, NULL, 10);
	rb_buf_c(&b, "12345678");
	assert_int_equal(b.lost, 0);
	rb_buf_c(&b, "9abcd");
	assert_string_equal(rb_buf_cstr(&b), "123456789a");
	assert_int_equal(b.lost, 3);
	rb_buf_pad(&b, ' ', 100);
	rb_buf_fmt(&b, "%0300d", 0);
	assert_int_equal(b.lost, 403);
	assert_int_equal(b.len, 10);
	assert_true(b.cap <= 11);
	rb_buf_shift(&b, 9);
	rb_buf_char(&b, 'z');
	assert_string_equal(rb_buf_cstr(&b), "az");
	rb_buf_clear(&b);
	assert_int_equal(b.lost, 0);
	assert_string_equal(rb_buf_cstr(&b), "");
	rb_buf_free(&b);
	rb_buf_init(&b, NULL, 0);
	rb_buf_c(&b, "x");
	assert_int_equal(b.lost, 1);
	assert_string_equal(rb_buf_cstr(&b), "");
	rb_buf_free(&b);
}

static void
test_tail(void **state)
{
	struct rb_buf b;

	(void)state;
	rb_buf_init(&b, NULL, 8);
	rb_buf_tail(&b, RB_STR("abc"), 4);
	rb_buf_tail(&b, RB_STR("defgh"), 4);
	rb_buf_tail(&b, RB_STR("ij"), 4);
	assert_string_equal(rb_buf_cstr(&b), "efghij"); /* the last 4 at least */
	for (char c = '0'; c <= '9'; c++)
		rb_buf_tail(&b, (struct rb_str){&c, 1}, 4);
	assert_true(b.len >= 4);
	assert_memory_equal(b.p + b.len - 4, "6789", 4);
	rb_buf_tail(&b, RB_STR("a long line, the last of which is kept"), 4);
	assert_string_equal(rb_buf_cstr(&b), "kept");
	assert_int_equal(b.lost, 0);
	rb_buf_free(&b);
}

static void
test_cut(void **state)
{
	struct rb_buf b;

	(void)state;
	rb_buf_init(&b, NULL, 8);
	rb_buf_cut(&b, "...");
	assert_string_equal(rb_buf_cstr(&b), "");
	rb_buf_c(&b, "12345678");
	rb_buf_cut(&b, "...");
	assert_string_equal(rb_buf_cstr(&b), "12345678"); /* all of it is there */
	rb_buf_char(&b, '9');
	rb_buf_cut(&b, "...");
	assert_string_equal(rb_buf_cstr(&b), "12345...");
	assert_int_equal(b.lost, 4);
	rb_buf_clear(&b);
	rb_buf_c(&b, "1234ä6789");
	rb_buf_cut(&b, "...");
	assert_string_equal(rb_buf_cstr(&b), "1234...");
	rb_buf_free(&b);
	rb_buf_init(&b, NULL, 2);
	rb_buf_c(&b, "abc");
	rb_buf_cut(&b, "...");
	assert_string_equal(rb_buf_cstr(&b), "..");
	rb_buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_append), cmocka_unit_test(test_long_format),
	    cmocka_unit_test(test_bound), cmocka_unit_test(test_tail), cmocka_unit_test(test_cut)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
