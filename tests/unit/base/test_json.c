/* The JSON writer; jansson reads back what it wrote. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <jansson.h>
#include <math.h>
#include <string.h>

#include "base/json.h"

struct fixture {
	struct rb_buf buf;
	struct rb_json json;
};

static int
set_up(void **state)
{
	static struct fixture f;

	rb_buf_init(&f.buf, NULL, 1 << 20);
	rb_json_init(&f.json, &f.buf);
	*state = &f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	rb_buf_free(&f->buf);
	return 0;
}

enum { DEEP = 64 };

static void
test_shape(void **state)
{
	struct fixture *f = *state;
	struct rb_json *j = &f->json;

	rb_json_open(j, '{');
	rb_json_key(j, "a");
	rb_json_int(j, INT64_MIN);
	rb_json_key(j, "b");
	rb_json_open(j, '[');
	rb_json_close(j, ']');
	rb_json_key_str(j, RB_STR("c\"\n"));
	rb_json_open(j, '[');
	rb_json_bool(j, true);
	rb_json_null(j);
	rb_json_open(j, '{');
	rb_json_close(j, '}');
	rb_json_raw(j, RB_STR("[1]"));
	rb_json_close(j, ']');
	rb_json_key(j, "d");
	rb_json_bool(j, false);
	rb_json_close(j, '}');
	assert_string_equal(rb_buf_cstr(&f->buf),
	    "{\"a\":-9223372036854775808,\"b\":[],\"c\\\"\\n\":[true,null,{},[1]],\"d\":false}");
}

static void
test_lines(void **state)
{
	struct fixture *f = *state;

	/* Values at the top are separate texts: no comma between them. */
	rb_json_int(&f->json, 1);
	rb_buf_char(&f->buf, '\n');
	rb_json_open(&f->json, '[');
	rb_json_close(&f->json, ']');
	rb_buf_char(&f->buf, '\n');
	rb_json_c(&f->json, "x");
	assert_string_equal(rb_buf_cstr(&f->buf), "1\n[]\n\"x\"");
}

static void
test_deep(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 3 * DEEP; i++)
		rb_json_open(&f->json, '[');
	for (int i = 0; i < 3 * DEEP; i++) {
		rb_json_close(&f->json, ']');
		if (i < 3 * DEEP - 1)
			rb_json_int(&f->json, 1);
	}
	assert_int_equal(f->buf.len, 3 * DEEP * 2 + (3 * DEEP - 1) * 2);
	assert_true(rb_str_ends(rb_buf_view(&f->buf), "],1],1],1]"));
}

static void
test_text(void **state)
{
	struct fixture *f = *state;
	struct rb_str all = RB_STR("q\"b\\s/\b\f\n\r\t\0\x1b\x7f é 中 😀");
	json_t *back;

	rb_json_str(&f->json, all);
	back = json_loads(rb_buf_cstr(&f->buf), JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
	assert_non_null(back);
	assert_int_equal(json_string_length(back), all.n);
	assert_memory_equal(json_string_value(back), all.p, all.n);
	json_decref(back);
	assert_null(memchr(f->buf.p, '\x1b', f->buf.len));
	rb_buf_clear(&f->buf);
	rb_json_str(&f->json, RB_STR("\xc2\x9b\xe2\x80\xa8\xe2\x80\xae"));
	assert_string_equal(rb_buf_cstr(&f->buf), "\"\\u009b\\u2028\\u202e\"");
	rb_buf_clear(&f->buf);
	rb_json_str(&f->json, RB_STR("a\xff\xe2\x82z"));
	assert_string_equal(rb_buf_cstr(&f->buf), "\"a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz\"");
	rb_buf_clear(&f->buf);
	rb_json_str(&f->json, (struct rb_str){NULL, 0});
	assert_string_equal(rb_buf_cstr(&f->buf), "\"\"");
}

static void
test_bytes(void **state)
{
	struct fixture *f = *state;

	rb_json_open(&f->json, '[');
	rb_json_bytes(&f->json, RB_STR("é"));
	rb_json_bytes(&f->json, RB_STR("a\xff\0b"));
	rb_json_bytes(&f->json, RB_STR("x"));
	rb_json_close(&f->json, ']');
	assert_string_equal(rb_buf_cstr(&f->buf), "[\"é\",{\"base64\":\"Yf8AYg==\"},\"x\"]");
}

static void
test_number(void **state)
{
	struct fixture *f = *state;

	rb_json_open(&f->json, '[');
	rb_json_number(&f->json, 0.1);
	rb_json_number(&f->json, 1e300);
	rb_json_number(&f->json, 8000);
	rb_json_number(&f->json, NAN);
	rb_json_number(&f->json, -INFINITY);
	rb_json_close(&f->json, ']');
	assert_string_equal(rb_buf_cstr(&f->buf), "[0.1,1e+300,8000,null,null]");
}

static void
test_base64(void **state)
{
	/* RFC 4648, section 10 */
	static const char *const rows[][2] = {{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"},
	    {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}, {"\xff\xef\xbe", "/+++"}};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		rb_buf_clear(&f->buf);
		rb_base64(&f->buf, rb_str_c(rows[i][0]));
		assert_string_equal(rb_buf_cstr(&f->buf), rows[i][1]);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown((f), set_up, tear_down)

static void
test_unescape(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {{"plain", "plain"}, {"a\\n\\t\\\"\\/\\\\", "a\n\t\"/\\"},
	    {"\\u0041\\u00e9\\u20AC", "A\xc3\xa9\xe2\x82\xac"}, {"\\ud83d\\ude00!", "\xf0\x9f\x98\x80!"},
	    {"cut\\u12", "cut"}, {"end\\", "end\\"}};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		rb_buf_clear(&f->buf);
		rb_json_unescape(rb_str_c(rows[i].in), &f->buf);
		assert_string_equal(rb_buf_cstr(&f->buf), rows[i].out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {TEST(test_shape), TEST(test_lines), TEST(test_deep),
	    TEST(test_text), TEST(test_bytes), TEST(test_number), TEST(test_unescape), TEST(test_base64)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
