/* Diagnostics: collecting them, and what they look like. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "text/diag.h"

struct fixture {
	struct rb_arena arena;
	struct rb_diags diags;
	struct rb_buf out;
};

static int
set_up(void **state)
{
	static struct fixture f;

	rb_arena_init(&f.arena, NULL);
	rb_diags_init(&f.diags, &f.arena);
	rb_buf_init(&f.out, NULL, 1 << 20);
	*state = &f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	rb_arena_free(&f->arena);
	rb_buf_free(&f->out);
	return 0;
}

static struct rb_source *
source(struct fixture *f, const char *text)
{
	return rb_source_new(&f->arena, RB_STR("api.yaml"), rb_str_c(text));
}

/* What one error on [from, to) of a text looks like. */
static const char *
shown(struct fixture *f, const char *text, size_t from, size_t to)
{
	struct rb_span span = {source(f, text), from, to};

	rb_diags_init(&f->diags, &f->arena);
	rb_buf_clear(&f->out);
	rb_diag_render(rb_diag_add(&f->diags, RB_E_YAML, span, "wrong"), false, &f->out);
	return rb_buf_cstr(&f->out);
}

static void
test_form(void **state)
{
	struct fixture *f = *state;
	struct rb_source *src = source(f, "steps:\n  - tiemout: 5s\n");
	struct rb_diag *diag =
	    rb_diag_add(&f->diags, RB_E_KEY, (struct rb_span){src, 11, 18}, "unknown key `%s`", "tiemout");
	struct rb_str keys[] = {RB_STR("title"), RB_STR("timeout"), RB_STR("time")};

	rb_diag_suggest(&f->diags, diag, RB_STR("tiemout"), keys, 3);
	rb_diag_hint(&f->diags, diag, "second line");
	rb_diags_render(&f->diags, false, &f->out);
	assert_string_equal(rb_buf_cstr(&f->out), "api.yaml:2:5: error: unknown key `tiemout` [E019]\n"
						  "    2 |   - tiemout: 5s\n"
						  "      |     ^^^^^^^\n"
						  "      = did you mean `timeout`?\n"
						  "        second line\n"
						  "1 error\n");
}

static void
test_no_position(void **state)
{
	struct fixture *f = *state;

	rb_diag_add(&f->diags, RB_E_INPUT, (struct rb_span){NULL, 0, 0}, "no input `port`");
	rb_diags_render(&f->diags, false, &f->out);
	assert_string_equal(rb_buf_cstr(&f->out), "error: no input `port` [E043]\n1 error\n");
}

static void
test_alignment(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(shown(f, "\ta: b", 4, 5), "api.yaml:1:5: error: wrong [E003]\n"
						      "    1 |         a: b\n"
						      "      |            ^\n");
	assert_string_equal(shown(f, "中文: b", 0, 6), "api.yaml:1:1: error: wrong [E003]\n"
						       "    1 | 中文: b\n"
						       "      | ^^^^\n");
	assert_string_equal(shown(f, "中e\xcc\x81: b", 7, 8), "api.yaml:1:5: error: wrong [E003]\n"
							      "    1 | 中e\xcc\x81: b\n"
							      "      |     ^\n");
	/* Steering characters are shown as escapes, and the carets know it. */
	assert_string_equal(shown(f, "\x1b[31m\xe2\x80\xae\xff x", 9, 11),
	    "api.yaml:1:8: error: wrong [E003]\n"
	    "    1 | \\e[31m\\u202e\\xff x\n"
	    "      |                 ^^\n");
	/* At the end of a line, of the file, and over several lines. */
	assert_string_equal(shown(f, "a:\nb", 2, 2), "api.yaml:1:3: error: wrong [E003]\n"
						     "    1 | a:\n"
						     "      |   ^\n");
	assert_string_equal(shown(f, "a\n", 2, 2), "api.yaml:2:1: error: wrong [E003]\n"
						   "    2 |\n"
						   "      | ^\n");
	assert_string_equal(shown(f, "a: |\r\n  b\r\n", 3, 9), "api.yaml:1:4: error: wrong [E003]\n"
							       "    1 | a: |\n"
							       "      |    ^\n");
}

static void
test_long_line(void **state)
{
	struct fixture *f = *state;
	char text[1001];
	const char *second, *caret, *line;

	memset(text, 'a', 1000);
	text[1000] = '\0';
	text[500] = '!';
	line = strchr(shown(f, text, 500, 501), '\n') + 1;
	second = strchr(line, '\n') + 1;
	assert_true(second - line < 150);
	caret = strchr(second, '^');
	assert_non_null(caret);
	/* The ellipsis has one column and three bytes. */
	assert_int_equal(line[caret - second + 2], '!');
	assert_true(rb_str_starts(rb_str_c(line), "    1 | …a"));
	assert_non_null(strstr(line, "a…\n"));
	text[160] = '\0';
	assert_null(strstr(shown(f, text, 0, 1), "…"));
	/* At the very end of the line, and carets that would leave the window. */
	memset(text, 'a', 1000);
	assert_null(strstr(shown(f, text, 1000, 1000), "a…"));
	second = strrchr(shown(f, text, 0, 1000), '|');
	assert_true(strlen(second) < 130);
}

static void
test_big_line_number(void **state)
{
	struct fixture *f = *state;
	struct rb_buf text;

	rb_buf_init(&text, NULL, 1 << 20);
	rb_buf_pad(&text, '\n', 123455);
	rb_buf_c(&text, "x");
	assert_string_equal(shown(f, rb_buf_cstr(&text), 123455, 123456),
	    "api.yaml:123456:1: error: wrong [E003]\n"
	    "123456 | x\n"
	    "       | ^\n");
	rb_buf_free(&text);
}

static void
test_order(void **state)
{
	struct fixture *f = *state;
	struct rb_source *one = source(f, "aaaaaa"), *two = source(f, "bbbbbb");

	rb_diag_add(&f->diags, RB_E_KEY, (struct rb_span){two, 3, 4}, "1");
	rb_diag_add(&f->diags, RB_E_KEY, (struct rb_span){one, 5, 6}, "2");
	rb_diag_add(&f->diags, RB_W_STYLE, (struct rb_span){two, 1, 2}, "3");
	rb_diag_add(&f->diags, RB_E_TYPE, (struct rb_span){one, 2, 3}, "4");
	rb_diag_add(&f->diags, RB_E_FILE, (struct rb_span){NULL, 0, 0}, "5");
	rb_diag_add(&f->diags, RB_E_TYPE, (struct rb_span){one, 5, 6}, "6");
	rb_diags_sort(&f->diags);
	for (size_t i = 0; i < 6; i++)
		assert_true(rb_str_eq(f->diags.items[i].text, rb_str_cut(RB_STR("531426"), i, i + 1)));
	rb_diags_render(&f->diags, false, &f->out);
	assert_true(rb_str_ends(rb_buf_view(&f->out), "\n5 errors, 1 warning\n"));
}

static void
test_once(void **state)
{
	struct fixture *f = *state;
	struct rb_source *src = source(f, "aaaaaa");
	struct rb_span span = {src, 1, 2};

	rb_diag_add(&f->diags, RB_E_MISSING, span, "`title` is missing");
	rb_diag_hint(&f->diags, rb_diag_add(&f->diags, RB_E_MISSING, span, "`title` is missing"), "lost");
	rb_diag_add(&f->diags, RB_E_MISSING, span, "`steps` is missing");
	rb_diag_add(&f->diags, RB_E_TYPE, span, "`title` is missing");
	assert_int_equal(f->diags.len, 3);
	assert_int_equal(f->diags.errors, 3);
	assert_int_equal(f->diags.items[0].hint.n, 0);
}

static void
test_limit(void **state)
{
	struct fixture *f = *state;
	struct rb_source *src = source(f, "a");
	struct rb_diag *first = NULL, *last = NULL;

	for (int i = 0; i < RB_DIAGS_MAX + 17; i++) {
		last = rb_diag_add(&f->diags, RB_E_TYPE, (struct rb_span){src, 0, 1}, "%d", i);
		first = first == NULL ? last : first;
		assert_non_null(last);
	}
	rb_diag_hint(&f->diags, last, "goes nowhere");
	rb_diag_hint(&f->diags, first, "still where it was");
	assert_true(rb_str_is(f->diags.items[0].hint, "still where it was"));
	assert_int_equal(f->diags.len, RB_DIAGS_MAX);
	assert_int_equal(f->diags.errors, RB_DIAGS_MAX + 17);
	rb_diags_render(&f->diags, false, &f->out);
	assert_true(rb_str_ends(rb_buf_view(&f->out), "\n217 errors; 200 are shown\n"));
}

static void
test_suggest(void **state)
{
	static const struct {
		const char *got, *hint;
	} rows[] = {{"titel", "did you mean `title`?"}, {"desc", "did you mean `description`?"}, {"x", ""},
	    {"idd", "did you mean `id`?"}, {"title", ""}, {"entirely", ""},
	    {"Title", "did you mean `title`?"}};
	struct fixture *f = *state;
	struct rb_str keys[] = {RB_STR("title"), RB_STR("description"), RB_STR("id")};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rb_diag diag = {.hint = RB_STR("")};

		rb_diag_suggest(&f->diags, &diag, rb_str_c(rows[i].got), keys, 3);
		if (!rb_str_is(diag.hint, rows[i].hint))
			fail_msg("%s: %.*s", rows[i].got, RB_STR_ARG(diag.hint));
	}
}

static void
test_message_is_escaped(void **state)
{
	struct fixture *f = *state;
	struct rb_diag *diag = rb_diag_add(
	    &f->diags, RB_E_KEY, (struct rb_span){NULL, 0, 0}, "unknown key `%s`", "a\x1b]52;c\x07\xc2\x9b");

	rb_diag_hint(&f->diags, diag, "x\x1b\ny");
	rb_diag_render(diag, false, &f->out);
	assert_string_equal(rb_buf_cstr(&f->out),
	    "error: unknown key `a\\e]52;c\\a\\u009b` [E019]\n      = x\\e\n        y\n");
}

static void
test_colour(void **state)
{
	struct fixture *f = *state;
	size_t on = 0, off = 0;

	rb_diag_add(&f->diags, RB_W_STYLE, (struct rb_span){source(f, "abc"), 1, 2}, "hm");
	rb_diags_render(&f->diags, true, &f->out);
	assert_true(rb_str_starts(
	    rb_buf_view(&f->out), "\033[1mapi.yaml:1:2:\033[0m \033[1;33mwarning\033[0m: hm [W003]\n"));
	for (size_t i = 0; i < f->out.len; i++) {
		if (f->out.p[i] != '\033')
			continue;
		if (strncmp(f->out.p + i, "\033[0m", 4) == 0)
			off++;
		else
			on++;
	}
	assert_int_equal(on, off);
	rb_buf_clear(&f->out);
	rb_diags_render(&f->diags, false, &f->out);
	assert_null(strchr(rb_buf_cstr(&f->out), '\033'));
	rb_diags_init(&f->diags, &f->arena);
	rb_buf_clear(&f->out);
	rb_diags_render(&f->diags, false, &f->out);
	assert_int_equal(f->out.len, 0);
}

/* Codes are unique, of their group's letter, and explained with an example of each kind. */
static void
test_codes(void **state)
{
	(void)state;
	for (int i = 0; i < RB_CODES; i++) {
		const struct rb_code_row *row = &rb_code_rows[i];

		assert_non_null(row->code);
		assert_int_equal(strlen(row->code), 4);
		assert_int_equal(row->code[0], i >= RB_W_MISTYPED ? 'W' : 'E');
		assert_true(strlen(row->title) > 0 && strlen(row->title) < 72);
		assert_non_null(strstr(row->explain, "\nWrong:\n  "));
		assert_non_null(strstr(row->explain, "\nRight:\n  "));
		for (int k = 0; k < i; k++)
			assert_string_not_equal(row->code, rb_code_rows[k].code);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown((f), set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {TEST(test_form), TEST(test_no_position), TEST(test_alignment),
	    TEST(test_long_line), TEST(test_big_line_number), TEST(test_order), TEST(test_once),
	    TEST(test_limit), TEST(test_suggest), TEST(test_message_is_escaped), TEST(test_colour),
	    TEST(test_codes)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
