/* Values: copying, comparing, showing them, and reading them from text and JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "lang/value.h"

struct fixture {
	struct rb_arena arena;
	struct rb_buf out;
};

static int
setup(void **state)
{
	struct fixture *f = rb_alloc_zero(NULL, 1, sizeof(*f));

	rb_arena_init(&f->arena, NULL);
	rb_buf_init(&f->out, NULL, 1 << 20);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	rb_buf_free(&f->out);
	rb_arena_free(&f->arena);
	rb_alloc_free(NULL, f);
	return 0;
}

static struct rb_value
json(struct fixture *f, const char *text)
{
	return rb_value_from_json(&f->arena, rb_str_c(text));
}

static const char *
shown(struct fixture *f, struct rb_value v)
{
	rb_buf_clear(&f->out);
	rb_value_show(v, &f->out);
	return rb_buf_cstr(&f->out);
}

static const char *
as_json(struct fixture *f, struct rb_value v)
{
	struct rb_json j;

	rb_buf_clear(&f->out);
	rb_json_init(&j, &f->out);
	rb_value_json(v, &j);
	return rb_buf_cstr(&f->out);
}

/* The environment string, or "! why". */
static const char *
as_env(struct fixture *f, struct rb_value v)
{
	const char *why;

	rb_buf_clear(&f->out);
	if (rb_value_env(v, &f->out, &why) == 0)
		return rb_buf_cstr(&f->out);
	rb_buf_clear(&f->out);
	rb_buf_fmt(&f->out, "! %s", why);
	return rb_buf_cstr(&f->out);
}

static struct rb_value
match_of(struct fixture *f, bool truth)
{
	struct rb_vpair *pairs;
	struct rb_value v = rb_v_map(&f->arena, 2, &pairs);

	pairs[0] = (struct rb_vpair){RB_STR("matched"), rb_v_bool(truth)};
	pairs[1] = (struct rb_vpair){RB_STR("count"), rb_v_int(2)};
	v.kind = RB_V_MATCH;
	return v;
}

static void
copies_are_deep(void **state)
{
	struct fixture *f = *state;
	char text[] = "{\"a\": [\"x\", {\"b\": null}], \"n\": 1.5}";
	struct rb_arena other;
	struct rb_value v, copy;

	rb_arena_init(&other, NULL);
	v = rb_value_from_json(&other, rb_str_c(text));
	copy = rb_value_copy(&f->arena, v);
	rb_arena_free(&other);
	memset(text, 'x', sizeof(text) - 1);
	assert_string_equal(as_json(f, copy), "{\"a\":[\"x\",{\"b\":null}],\"n\":1.5}");
}

static void
members(void **state)
{
	struct fixture *f = *state;
	struct rb_value v = json(f, "{\"a\": 1}");

	assert_int_equal(rb_v_get_c(v, "a").i, 1);
	assert_int_equal(rb_v_get_c(v, "b").kind, RB_V_UNSET);
	assert_true(rb_str_is(rb_v_get_c(v, "b").s, "b"));
	assert_int_equal(rb_v_get_c(rb_v_int(1), "b").kind, RB_V_UNSET);
	assert_int_equal(rb_v_get_c(match_of(f, true), "count").i, 2);
	assert_true(rb_v_plain(match_of(f, true)).b);
	assert_false(rb_v_known(rb_v_unset(RB_STR("x"))));
	assert_false(rb_v_known(rb_v_unknown(RB_STR("x"))));
	assert_false(rb_v_known(rb_v_error(&f->arena, "%s", "x")));
	assert_true(rb_v_known(rb_v_null()));
}

static void
equality(void **state)
{
	struct fixture *f = *state;

	assert_true(rb_value_eq(json(f, "{\"a\": 1, \"b\": [2]}"), json(f, "{\"b\": [2.0], \"a\": 1}")));
	assert_false(rb_value_eq(json(f, "{\"a\": 1}"), json(f, "{\"a\": 1, \"b\": 2}")));
	assert_false(rb_value_eq(json(f, "{\"a\": 1, \"c\": 2}"), json(f, "{\"a\": 1, \"b\": 2}")));
	assert_false(rb_value_eq(json(f, "[1, 2]"), json(f, "[2, 1]")));
	assert_true(rb_value_eq(rb_v_null(), rb_v_null()));
	assert_false(rb_value_eq(rb_v_null(), rb_v_bool(false)));
	assert_false(rb_value_eq(rb_v_int(1), rb_v_text(RB_STR("1"))));
	assert_false(rb_value_eq(rb_v_of(RB_V_SIZE, 1), rb_v_of(RB_V_DURATION, 1)));
	assert_false(rb_value_eq(rb_v_unset(RB_STR("")), rb_v_unset(RB_STR(""))));
	assert_true(rb_value_eq(rb_v_text(RB_STR("a\0b")), rb_v_text(RB_STR("a\0b"))));
	assert_false(rb_value_eq(rb_v_process(1, 2), rb_v_process(1, 3)));
}

static void
order(void **state)
{
	static const struct {
		const char *a, *b;
		int want;
	} versions[] = {{"9.10", "9.9", 1}, {"9.9", "9.10", -1}, {"1.2", "1.2.0", 0}, {"v1.2", "1.2", 0},
	    {"1.02", "1.2", 0}, {"1.0", "1.0rc1", 1}, {"1.0rc1", "1.0rc2", -1}, {"1.0rc10", "1.0rc9", 1},
	    {"2", "10", -1}, {"", "", 0}, {"", "1", -1}, {"1-2", "1.3", -1},
	    {"99999999999999999999", "100000000000000000000", -1}, {"1.0", "1.0.1", -1}};

	(void)state;
	for (size_t i = 0; i < sizeof(versions) / sizeof(*versions); i++) {
		struct rb_value a = rb_v_version(rb_str_c(versions[i].a)),
				b = rb_v_version(rb_str_c(versions[i].b));

		assert_int_equal(rb_value_cmp(a, b), versions[i].want);
		assert_int_equal(rb_value_cmp(b, a), -versions[i].want);
	}
	assert_int_equal(rb_value_cmp(rb_v_int(1), rb_v_number(1.5)), -1);
	assert_int_equal(rb_value_cmp(rb_v_number(1.5), rb_v_int(1)), 1);
	assert_int_equal(rb_value_cmp(rb_v_int(INT64_MAX), rb_v_number(9223372036854775808.0)), -1);
	assert_int_equal(rb_value_cmp(rb_v_int(INT64_MIN), rb_v_number(-9223372036854775808.0)), 0);
	assert_int_equal(rb_value_cmp(rb_v_int(INT64_MIN), rb_v_number(-1e300)), 1);
	assert_int_equal(rb_value_cmp(rb_v_int(-1), rb_v_number(-1.5)), 1);
	assert_int_equal(rb_value_cmp(rb_v_text(RB_STR("a")), rb_v_text(RB_STR("ab"))), -1);
	assert_int_equal(rb_value_cmp(rb_v_text(RB_STR("10.1")), rb_v_version(RB_STR("9.1"))), 1);
	assert_int_equal(rb_value_cmp(rb_v_bool(true), rb_v_bool(true)), RB_NO_ORDER);
	assert_int_equal(rb_value_cmp(rb_v_int(1), rb_v_of(RB_V_SIZE, 1)), RB_NO_ORDER);
}

static void
showing(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(shown(f, rb_v_unset(RB_STR("a"))), "<unset>");
	assert_string_equal(shown(f, rb_v_unknown(RB_STR("<a.b>"))), "<a.b>");
	assert_string_equal(shown(f, rb_v_number(0.1)), "0.1");
	assert_string_equal(shown(f, rb_v_of(RB_V_DURATION, 90 * RB_SECOND)), "1m30s");
	assert_string_equal(shown(f, rb_v_of(RB_V_DURATION, -RB_SECOND)), "-1s");
	assert_string_equal(shown(f, rb_v_of(RB_V_DURATION, 0)), "0s");
	assert_string_equal(shown(f, rb_v_of(RB_V_SIZE, 0)), "0B");
	assert_string_equal(shown(f, rb_v_of(RB_V_SIZE, 200000000)), "200MB");
	assert_string_equal(shown(f, rb_v_of(RB_V_SIZE, 1 << 20)), "1MiB");
	assert_string_equal(shown(f, rb_v_of(RB_V_SIZE, 1500)), "1500B");
	assert_string_equal(shown(f, rb_v_of(RB_V_SIZE, -1000)), "-1kB");
	assert_string_equal(shown(f, rb_v_of(RB_V_TIME, 0)), "1970-01-01T00:00:00.000Z");
	assert_string_equal(shown(f, rb_v_process(42, 7)), "42");
	assert_string_equal(shown(f, json(f, "[1, \"a\", [2], {\"b\": null}]")), "1, a, [2], {\"b\":null}");
	assert_string_equal(shown(f, json(f, "{\"a\": true}")), "{\"a\":true}");
	assert_string_equal(shown(f, match_of(f, false)), "false");
}

static void
environment(void **state)
{
	struct fixture *f = *state;
	struct rb_buf b;

	assert_string_equal(as_env(f, rb_v_text(RB_STR("a b\n\n"))), "a b");
	assert_string_equal(as_env(f, rb_v_text(RB_STR("\na"))), "\na");
	assert_string_equal(as_env(f, rb_v_text(RB_STR("'; touch pwned; #"))), "'; touch pwned; #");
	assert_string_equal(as_env(f, rb_v_of(RB_V_DURATION, 90 * RB_SECOND)), "90");
	assert_string_equal(as_env(f, rb_v_of(RB_V_DURATION, 1500 * RB_MS)), "1.5");
	assert_string_equal(as_env(f, rb_v_of(RB_V_DURATION, -500 * RB_MS)), "-0.5");
	assert_string_equal(as_env(f, rb_v_of(RB_V_DURATION, 1)), "0.000000001");
	assert_string_equal(as_env(f, rb_v_of(RB_V_SIZE, 200000000)), "200000000");
	assert_string_equal(as_env(f, rb_v_bool(true)), "true");
	assert_string_equal(as_env(f, match_of(f, true)), "true");
	assert_string_equal(as_env(f, rb_v_process(42, 7)), "42");
	assert_string_equal(as_env(f, json(f, "[1, \"a b\", [2, 3]]")), "1\na b\n[2,3]");
	assert_string_equal(as_env(f, json(f, "[]")), "");
	assert_string_equal(as_env(f, json(f, "{\"a\": \"x\\ny\"}")), "{\"a\":\"x\\ny\"}");
	assert_string_equal(
	    as_env(f, rb_v_text(RB_STR("a\0b"))), "! it holds a NUL byte, which no environment variable can");
	assert_string_equal(as_env(f, json(f, "[\"a\\nb\"]")),
	    "! an item of the list holds a line break, so that lines and items would not agree");
	assert_string_equal(
	    as_env(f, json(f, "[\"a\\u0000\"]")), "! it holds a NUL byte, which no environment variable can");
	assert_string_equal(as_env(f, rb_v_unset(RB_STR("x"))), "! it was never set");
	assert_string_equal(as_env(f, rb_v_unknown(RB_STR("x"))), "! it is not known here");
	rb_buf_init(&b, NULL, RB_ENV_MAX + 1);
	rb_buf_pad(&b, 'x', RB_ENV_MAX);
	assert_int_equal(strlen(as_env(f, rb_v_text(rb_buf_view(&b)))), RB_ENV_MAX);
	rb_buf_char(&b, 'x');
	assert_string_equal(as_env(f, rb_v_text(rb_buf_view(&b))),
	    "! it is longer than 131071 bytes, the most that an environment variable holds");
	rb_buf_free(&b);
}

static void
json_out(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(as_json(f, rb_v_of(RB_V_DURATION, 90 * RB_SECOND)), "\"1m30s\"");
	assert_string_equal(as_json(f, rb_v_of(RB_V_SIZE, 1000)), "\"1kB\"");
	assert_string_equal(as_json(f, rb_v_process(42, 7)), "{\"pid\":42,\"start\":7}");
	assert_string_equal(as_json(f, rb_v_unset(RB_STR("a"))), "null");
	assert_string_equal(as_json(f, rb_v_unknown(RB_STR("<a>"))), "\"<a>\"");
	assert_string_equal(as_json(f, rb_v_text(RB_STR("a\xff"))), "{\"base64\":\"Yf8=\"}");
	assert_string_equal(as_json(f, match_of(f, true)), "{\"matched\":true,\"count\":2}");
}

static void
json_in(void **state)
{
	static const struct {
		const char *text, *want; /* as JSON again, or the error */
	} rows[] = {
	    {"1", "1"},
	    {" [1.0, -0, 1e2] ", "[1,0,100]"},
	    {"\"\\u0041\\ud83d\\ude00\"", "\"A😀\""},
	    {"\"a\\u0000b\"", "\"a\\u0000b\""},
	    {"{\"\": {}}", "{\"\":{}}"},
	    {"{\"b\": 1, \"a\": 2}", "{\"b\":1,\"a\":2}"},
	    {"9223372036854775807", "9223372036854775807"},
	    {"-9223372036854775808", "-9223372036854775808"},
	    {"9223372036854775808", "JSON: the number 9223372036854775808 on line 1 is out of range (64-bit "
				    "integers, finite doubles)"},
	    {"[1,\n 1e999]",
		"JSON: the number 1e999 on line 2 is out of range (64-bit integers, finite doubles)"},
	    {"{\"a\": 1, \"a\": 2}", "JSON: a key stands twice in one object (line 1, column 12)"},
	    {"{\"a\\u0000\": 1}", "JSON: a key holds a NUL character (line 1, column 10)"},
	    {"", "not JSON: the text is empty"},
	    {" \n", "not JSON: the text is empty"},
	    {"{\"a\": 1", "not JSON: line 1, "},
	    {"[1,]", "not JSON: line 1, column 4: "},
	    {"[1]\n x", "not JSON: line 2, "},
	    {"nan", "not JSON: line 1, "},
	    {"01", "not JSON: line 1, "},
	    {"'a'", "not JSON: line 1, "},
	    {"\"a\tb\"", "not JSON: line 1, "},
	    {"[\"\xff\"]", "JSON: the text is not UTF-8 (line 1)"},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct rb_value v = json(f, rows[i].text);
		const char *got = v.kind == RB_V_ERROR ? v.s.p : as_json(f, v);

		/* The rest of a complaint is the library's own wording. */
		if (strncmp(rows[i].want, "not JSON: line", 14) == 0 && strlen(got) > strlen(rows[i].want))
			assert_memory_equal(got, rows[i].want, strlen(rows[i].want));
		else
			assert_string_equal(got, rows[i].want);
	}
}

static void
json_depth(void **state)
{
	struct fixture *f = *state;
	struct rb_buf b;

	rb_buf_init(&b, NULL, 1 << 20);
	rb_buf_pad(&b, '[', RB_JSON_IN_DEPTH);
	rb_buf_pad(&b, ']', RB_JSON_IN_DEPTH);
	assert_int_equal(rb_value_from_json(&f->arena, rb_buf_view(&b)).kind, RB_V_LIST);
	rb_buf_clear(&b);
	rb_buf_pad(&b, '[', RB_JSON_IN_DEPTH + 1);
	rb_buf_pad(&b, ']', RB_JSON_IN_DEPTH + 1);
	assert_string_equal(rb_value_from_json(&f->arena, rb_buf_view(&b)).s.p,
	    "JSON: nested deeper than 64 levels at byte 64");
	rb_buf_clear(&b);
	rb_buf_pad(&b, '[', 100000);
	assert_int_equal(rb_value_from_json(&f->arena, rb_buf_view(&b)).kind, RB_V_ERROR);
	/* Brackets within strings are no depth. */
	rb_buf_clear(&b);
	rb_buf_c(&b, "\"\\\"");
	rb_buf_pad(&b, '[', 100);
	rb_buf_c(&b, "\"");
	assert_int_equal(rb_value_from_json(&f->arena, rb_buf_view(&b)).kind, RB_V_TEXT);
	rb_buf_free(&b);
}

static void
declared_types(void **state)
{
	static const struct {
		const char *type, *text, *want; /* shown, or NULL: refused */
	} rows[] = {
	    {"text", "no", "no"},
	    {"text", "012", "012"},
	    {"text", "", ""},
	    {"int", "42", "42"},
	    {"int", "-1", "-1"},
	    {"int", "0", "0"},
	    {"int", "012", NULL},
	    {"int", "+1", NULL},
	    {"int", "1e3", NULL},
	    {"int", "1.0", NULL},
	    {"int", " 1", NULL},
	    {"int", "0x10", NULL},
	    {"int", "9223372036854775808", NULL},
	    {"int", "190:20:30", NULL},
	    {"int", "", NULL},
	    {"number", "1.5", "1.5"},
	    {"number", "-2", "-2"},
	    {"number", "1e3", "1000"},
	    {"number", "nan", NULL},
	    {"number", "inf", NULL},
	    {"number", "01.5", NULL},
	    {"number", "0.5", "0.5"},
	    {"percent", "90%", "90"},
	    {"percent", "90", "90"},
	    {"percent", "%", NULL},
	    {"percent", "90%%", NULL},
	    {"port", "8000", "8000"},
	    {"port", "65535", "65535"},
	    {"port", "0", NULL},
	    {"port", "65536", NULL},
	    {"bool", "true", "true"},
	    {"bool", "no", NULL},
	    {"bool", "True", NULL},
	    {"bool", "1", NULL},
	    {"duration", "90s", "1m30s"},
	    {"duration", "5", NULL},
	    {"duration", "-1s", NULL},
	    {"duration", "1 fortnight", NULL},
	    {"time", "2026-11-22T03:04:05Z", "2026-11-22T03:04:05.000Z"},
	    {"time", "2026-11-22T03:04:05.678Z", "2026-11-22T03:04:05.678Z"},
	    {"time", "2026-11-22T03:04:05.678912345Z", "2026-11-22T03:04:05.678Z"},
	    {"time", "1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z"},
	    {"time", "2024-02-29T23:59:59Z", "2024-02-29T23:59:59.000Z"},
	    {"time", "2026-02-29T00:00:00Z", NULL},
	    {"time", "2026-11-22T03:04:05.Z", NULL},
	    {"time", "2026-11-22T03:04:05.6789123456Z", NULL},
	    {"time", "2026-11-22T03:04:05", NULL},
	    {"time", "2026-11-22T03:04:05,5Z", NULL},
	    {"time", "2026-11-22", NULL},
	    {"time", "2026-13-22T03:04:05Z", NULL},
	    {"time", "2026-11-22T03:04:05+01:00", NULL},
	    {"size", "200MB", "200MB"},
	    {"size", "1.5GiB", "1536MiB"},
	    {"size", "200", NULL},
	    {"size", "1mb", NULL},
	    {"url", "http://127.0.0.1:8000", "http://127.0.0.1:8000"},
	    {"url", "HTTPS://x/y?z#q", "HTTPS://x/y?z#q"},
	    {"url", "127.0.0.1:8000", NULL},
	    {"url", "http://", NULL},
	    {"url", "http:///x", NULL},
	    {"url", "http://a b", NULL},
	    {"url", "://x", NULL},
	    {"url", "1a://x", NULL},
	    {"url", "http://x\n", NULL},
	    {"path", "a/b", "a/b"},
	    {"dir", "/", "/"},
	    {"file", "", NULL},
	    {"version", "9.10", "9.10"},
	    {"version", "v1", "v1"},
	    {"version", "latest", NULL},
	    {"version", "v", NULL},
	    {"version", "1 2", NULL},
	    {"regex", "/a+/i", "/a+/i"},
	    {"regex", "a+", "a+"},
	    {"regex", "/(/", NULL},
	    {"list", "[1, 2]", "1, 2"},
	    {"list", "{}", NULL},
	    {"list", "1, 2", NULL},
	    {"map", "{\"a\": 1}", "{\"a\":1}"},
	    {"map", "[]", NULL},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct rb_value v =
		    rb_value_parse(&f->arena, rb_type_row(rb_str_c(rows[i].type)), rb_str_c(rows[i].text));

		if (rows[i].want != NULL)
			assert_string_equal(shown(f, v), rows[i].want);
		else if (v.kind != RB_V_ERROR)
			assert_string_equal(rows[i].text, rows[i].type);
	}
	assert_string_equal(rb_value_parse(&f->arena, rb_type_row(RB_STR("duration")), RB_STR("5")).s.p,
	    "`5` is not a time with a unit, as 90s or 1h30m");
	assert_string_equal(rb_value_parse(&f->arena, rb_type_row(RB_STR("port")), RB_STR("")).s.p,
	    "an empty text is not a port number, 1 to 65535");
	assert_int_equal(
	    rb_value_parse(&f->arena, rb_type_row(RB_STR("path")), RB_STR("a\0b")).kind, RB_V_ERROR);
}

static void
sizes(void **state)
{
	static const struct {
		const char *text;
		int64_t bytes; /* -1: refused */
	} rows[] = {{"0", 0}, {"0B", 0}, {"1B", 1}, {"1kB", 1000}, {"1KiB", 1024}, {"1TiB", 1LL << 40},
	    {"1.25GiB", 1342177280}, {"0.5kB", 500}, {"0.000001TiB", 1099511}, {"0.0000001TiB", -1},
	    {"1.5B", -1}, {"1.kB", -1}, {".5kB", -1}, {"1", -1}, {"00", -1}, {"01MB", -1}, {"-1MB", -1},
	    {"1 MB", -1}, {"1MBx", -1}, {"MB", -1}, {"", -1}, {"9223372036854775807B", INT64_MAX},
	    {"9223372036854775808B", -1}, {"9300000TB", -1}, {"8388607TiB", 8388607LL << 40},
	    {"8388608TiB", -1}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		int64_t got = -1;

		if (rb_size_parse(rb_str_c(rows[i].text), &got) != (rows[i].bytes < 0 ? -1 : 0))
			assert_string_equal(rows[i].text, rows[i].bytes < 0 ? "refused" : "accepted");
		assert_int_equal(got, rows[i].bytes);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(copies_are_deep, setup, teardown),
	    cmocka_unit_test_setup_teardown(members, setup, teardown),
	    cmocka_unit_test_setup_teardown(equality, setup, teardown),
	    cmocka_unit_test_setup_teardown(order, setup, teardown),
	    cmocka_unit_test_setup_teardown(showing, setup, teardown),
	    cmocka_unit_test_setup_teardown(environment, setup, teardown),
	    cmocka_unit_test_setup_teardown(json_out, setup, teardown),
	    cmocka_unit_test_setup_teardown(json_in, setup, teardown),
	    cmocka_unit_test_setup_teardown(json_depth, setup, teardown),
	    cmocka_unit_test_setup_teardown(declared_types, setup, teardown),
	    cmocka_unit_test_setup_teardown(sizes, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
