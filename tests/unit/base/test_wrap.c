/* Lines between words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/wrap.h"

enum { ALL_MAX = 4096 };

/* The lines of a text, each in brackets; only the first has something before it. */
static void
wrapped(const char *text, size_t columns, bool begun, const char *expected)
{
	struct rb_str rest = rb_str_c(text);
	struct rb_buf b;

	rb_buf_init(&b, NULL, ALL_MAX);
	do {
		struct rb_str line = rb_wrap_line(&rest, columns, begun);

		rb_buf_fmt(&b, "[%.*s]", RB_STR_ARG(line));
		begun = false;
		assert_int_equal(b.lost, 0);
	} while (rest.n > 0);
	assert_string_equal(rb_buf_cstr(&b), expected);
	rb_buf_free(&b);
}

static void
test_words(void **state)
{
	(void)state;
	wrapped("one two three", 7, false, "[one two][three]");
	wrapped("one two three", 8, false, "[one two][three]");
	wrapped("one two three", 13, false, "[one two three]");
	wrapped("one two three", SIZE_MAX, false, "[one two three]");
	wrapped("", 5, false, "[]");
	wrapped("one  two", 4, false, "[one][two]");
	wrapped("a\nb c", 9, false, "[a][b c]");
	wrapped("a\n\nb", 9, false, "[a][][b]");
	wrapped("a\n", 9, false, "[a]");
}

static void
test_words_that_do_not_fit(void **state)
{
	(void)state;
	wrapped("abcdef gh", 3, false, "[abc][def][gh]");
	/* A path is broken behind a slash, but not where that would leave most of the line empty. */
	wrapped("/srv/app/logs", 10, false, "[/srv/app/][logs]");
	wrapped("/srv/application", 10, false, "[/srv/appli][cation]");
	/* Where nothing fits, a line still takes something. */
	wrapped("ab", 0, false, "[a][b]");
}

static void
test_behind_something(void **state)
{
	(void)state;
	wrapped("abcdef gh", 3, true, "[][abc][def][gh]");
	wrapped("abc", 2, true, "[][ab][c]");
	wrapped("abc", 3, true, "[abc]");
}

static void
test_columns(void **state)
{
	size_t w;

	(void)state;
	wrapped("日本 語", 4, false, "[日本][語]");
	wrapped("日本語", 3, false, "[日][本][語]");
	wrapped("日", 1, false, "[日]");
	assert_int_equal(rb_wrap_char(RB_STR("日本"), &w), 3);
	assert_int_equal(w, 2);
	assert_int_equal(rb_wrap_char(RB_STR("\xff"), &w), 1);
	assert_int_equal(w, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_words),
	    cmocka_unit_test(test_words_that_do_not_fit),
	    cmocka_unit_test(test_behind_something),
	    cmocka_unit_test(test_columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
