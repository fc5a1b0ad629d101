/* Expressions: what they give. */
#include "lang/exprs.h"

static int
setup(void **state)
{
	struct world *w = rb_alloc_zero(NULL, 1, sizeof(*w));

	world_init(w);
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	world_free(*state);
	rb_alloc_free(NULL, *state);
	return 0;
}

static void
literals(void **state)
{
	static const struct expect_row rows[] = {
	    {"12", "12"},
	    {"0", "0"},
	    {"1.5", "1.5"},
	    {"2e3", "2000"},
	    {"2e-3", "0.002"},
	    {"9223372036854775807", "9223372036854775807"},
	    {"-9223372036854775807 - 1", "-9223372036854775808"},
	    {"90s", "1m30s"},
	    {"1h30m", "1h30m"},
	    {"500ms", "500ms"},
	    {"200MB", "200MB"},
	    {"1GiB", "1GiB"},
	    {"1.5KiB", "1536B"},
	    {"\"a\\n\\u00e9\\u20ac\\\"\\\\\"", "\"a\\né€\\\"\\\\\""},
	    {"'a\\d'", "\"a\\\\d\""},
	    {"''", "\"\""},
	    {"true", "true"},
	    {"null", "null"},
	    {"[]", "[]"},
	    {"[1, 2.5, ]", "[1,2.5]"},
	    {"['a', name]", "[\"a\",\"api\"]"},
	    {" \n(1)\t", "1"},
	};

	EXPECT(*state, rows);
}

static void
binding(void **state)
{
	static const struct expect_row rows[] = {
	    {"1 + 2 * 3", "7"},
	    {"(1 + 2) * 3", "9"},
	    {"10 - 3 - 2", "5"},
	    {"2 - -3", "5"},
	    {"--3", "3"},
	    {"not false and false", "false"},
	    {"not (false and false)", "true"},
	    {"not 1 == 2", "true"},
	    {"not not true", "true"},
	    {"true or false and false", "true"},
	    {"1 + 1 == 2 and 'a' < 'b'", "true"},
	    {"nothing ?? 1 + 2", "3"},
	    {"nothing ?? nothing ?? 4", "4"},
	    {"nothing ?? 0 > 5", "false"},
	    {"1 if false else 2 if false else 3", "3"},
	    {"1 if true else 2 if false else 3", "1"},
	    {"(1 if flag else 2) + 1", "2"},
	    {"names where item == 'b'", "[\"b\",\"b\"]"},
	    {"names where item != 'a' and item != 'c'", "[\"b\",\"b\"]"},
	    {"names where item > 'a' where item < 'c'", "[\"b\",\"b\"]"},
	    {"'a' in names where item != 'a'", "false"},
	    {"count(names where item == 'b') > 1", "true"},
	    {"8 / 2 / 2", "2"},
	    {"7 / 2", "3.5"},
	    {"names[0] + names[1]", "\"ba\""},
	};

	EXPECT(*state, rows);
}

static void
arithmetic(void **state)
{
	static const struct expect_row rows[] = {
	    {"port + 1", "8001"},
	    {"1 + 0.5", "1.5"},
	    {"ratio * 4", "2"},
	    {"9223372036854775807 + 1", "error `9223372036854775807 + 1` is out of range"},
	    {"-(-9223372036854775807 - 1)", "error `-(-9223372036854775807 - 1)` is out of range"},
	    {"4611686018427387904 * 2", "error `4611686018427387904 * 2` is out of range"},
	    {"1 / 0", "error `1 / 0` divides by zero"},
	    {"1 / 0.0", "error `1 / 0.0` divides by zero"},
	    {"1s / 0", "error `1s / 0` divides by zero"},
	    {"1e308 * 10", "error `1e308 * 10` is out of range"},
	    {"wait + 30s", "2m"},
	    {"wait - 2m", "-30s"},
	    {"-wait", "-1m30s"},
	    {"wait * 2", "3m"},
	    {"2 * wait", "3m"},
	    {"wait * 0.5", "45s"},
	    {"wait / 2", "45s"},
	    {"wait / 30s", "3"},
	    {"limit / 1MB", "200"},
	    {"limit + 1GB", "1200MB"},
	    {"limit * 2", "400MB"},
	    {"limit / 3", "66666666B"},
	    {"since + 90s", "1970-01-01T00:01:30.000Z"},
	    {"90s + since", "1970-01-01T00:01:30.000Z"},
	    {"now() - since", "16m40s"},
	    {"now() - 10s > since", "true"},
	    {"7d * 100000000000", "error `7d * 100000000000` is out of range"},
	    {"name + '-' + 'x'", "\"api-x\""},
	    {"base_url + '/h'", "\"http://h:1/h\""},
	    {"data.n + 1", "4"},
	    {"data.s + 1", "error `+` does not take text \"x\" and int 1 (`data.s + 1`)"},
	    {"data.s + 'y'", "\"xy\""},
	    {"data.z + 1", "error `+` does not take null and int 1 (`data.z + 1`)"},
	};

	EXPECT(*state, rows);
}

static void
comparisons(void **state)
{
	static const struct expect_row rows[] = {
	    {"port == 8000", "true"},
	    {"port == 8000.0", "true"},
	    {"9007199254740993 == 9007199254740992.0", "false"},
	    {"port != 8000", "false"},
	    {"name == 'api'", "true"},
	    {"name < 'apj'", "true"},
	    {"wait >= 90s", "true"},
	    {"limit > 1GB", "false"},
	    {"ver > '9.9'", "true"},
	    {"version('9.10') > version('9.9')", "true"},
	    {"version('v1.2') == version('1.2.0')", "true"},
	    {"version('1.0rc1') < version('1.0')", "true"},
	    {"flag == true", "true"},
	    {"log.missing == true", "true"},
	    {"names == ['b', 'a', 'b']", "true"},
	    {"names == []", "false"},
	    {"holder == holder", "true"},
	    {"data.n == 3", "true"},
	    {"data.z == null", "true"},
	    {"data.n == null", "false"},
	    {"data.n == '3'", "error `==` compares like with like: `data.n` is int 3, `'3'` is text \"3\""},
	    {"data.s > 3", "error `>` compares like with like: `data.s` is text \"x\", `3` is int 3"},
	    {"data.deep == data.deep", "true"},
	    {"2 in ports", "true"},
	    {"4 in ports", "false"},
	    {"port in [80, 443]", "false"},
	    {"1 in data.list", "true"},
	    {"2 in data.list", "error `2 in data.list` looks for int 2 in a list that holds text \"a\""},
	    {"1 in data.n", "error `in` looks into a list, and `data.n` is int 3"},
	    {"ports contains 3", "true"},
	    {"name contains 'p'", "true"},
	    {"name contains 'P'", "false"},
	    {"name contains ''", "true"},
	    {"data.s contains 1", "error `contains` looks for text in text, or for an item in a list: "
				  "`data.s` is text \"x\", `1` is int 1"},
	    {"name matches /^A/i", "true"},
	    {"name matches /^A/", "false"},
	    {"name matches /[/]/", "false"},
	    {"'a/b' matches /\\//", "true"},
	    {"name matches pat", "true"},
	    {"not name matches pat", "false"},
	};

	EXPECT(*state, rows);
}

static void
members(void **state)
{
	static const struct expect_row rows[] = {
	    {"log.missing.module", "\"uvicorn\""},
	    {"log.missing.count + 1", "3"},
	    {"log.missing and not log.quiet", "true"},
	    {"log.quiet.module", "unset log.quiet.module"},
	    {"log.missing['module']", "\"uvicorn\""},
	    {"health.status >= 500", "true"},
	    {"health.json.status == 'degraded'", "true"},
	    {"health.json.checks.db", "\"down\""},
	    {"health.json.none.deeper", "unset health.json.none"},
	    {"health.json['status']", "\"degraded\""},
	    {"health.json.status.x",
		"error `health.json.status.x`: there is no member `x` of text \"degraded\""},
	    {"health.body", "unset health.body"},
	    {"unreached.status", "unset unreached.status"},
	    {"unreached.json.x", "unset unreached.json"},
	    {"unreached.passed or unreached.failed or unreached.skipped or unreached.timed_out", "false"},
	    {"unreached.duration", "unset unreached.duration"},
	    {"health.timed_out", "unset health.timed_out"},
	    {"never", "unset never"},
	    {"data.z.x", "unset data.z.x"},
	    {"this.status", "200"},
	    {"this.key", "unset this.key"},
	    {"ports[0]", "3"},
	    {"ports[-1]", "2"},
	    {"ports[3]", "unset ports[3]"},
	    {"ports[-4]", "unset ports[-4]"},
	    {"[][0]", "unset [][0]"},
	    {"data.list[1]", "\"a\""},
	    {"data['n']", "3"},
	    {"data['list'][0]", "1"},
	    {"data.list['n']", "error `data.list['n']`: there is no member `n` of int 1"},
	    {"data.members.Member", "[\"pg1\",\"pg2\"]"},
	    {"first(data.members where .Role == \"Leader\").Member", "\"pg1\""},
	    {"first(data.members where .Role == 'None').Member",
		"unset first(data.members where .Role == 'None')"},
	    {"data.members where .Missing == 1", "unset .Missing"},
	    {"(data.members where (.Missing ?? 1) == 1).Member", "[\"pg1\",\"pg2\"]"},
	    {"data.members.Missing", "unset data.members.Missing"},
	    {"table_rows.NAME", "[\"db\",\"web\"]"},
	    {"table_rows[1]['CPU %']", "\"80%\""},
	    {"table_rows['CPU %']", "[\"12.5%\",\"80%\"]"},
	    {"(table_rows where number(.item ?? item['CPU %']) > 50).NAME", "[\"web\"]"},
	    {"data.members where count(data.list where item == 1) == 1 and .Role == 'Replica'",
		"error `==` compares like with like: `item` is text \"a\", `1` is int 1"},
	    {"environment == 'prod'", "true"},
	    {"environment.bastion", "\"jump.prod\""},
	    {"environment + '!'", "\"prod!\""},
	};

	EXPECT(*state, rows);
}

static void
undecided(void **state)
{
	static const struct expect_row rows[] = {
	    {"later", "unknown <later>"},
	    {"later_flag", "unknown <later_flag>"},
	    {"later + 'x'", "unknown <later>"},
	    {"later == 'x'", "unknown <later>"},
	    {"'x' if later_flag else 'y'", "unknown <later_flag>"},
	    {"later_flag and false", "false"},
	    {"later_flag and true", "unknown <later_flag>"},
	    {"false and later_flag", "false"},
	    {"true and later_flag", "unknown <later_flag>"},
	    {"later_flag or true", "true"},
	    {"later_flag or false", "unknown <later_flag>"},
	    {"later_flag or never == 'x'", "unknown <later_flag>"},
	    {"not later_flag", "unknown <later_flag>"},
	    {"never == 'x' and false", "unset never"},
	    {"false and never == 'x'", "false"},
	    {"true or never == 'x'", "true"},
	    {"never == 'x' or true", "unset never"},
	    {"true and never == 'x'", "unset never"},
	    {"never ?? 'd'", "\"d\""},
	    {"later ?? 'd'", "unknown <later>"},
	    {"(1 / 0) ?? 2", "error `1 / 0` divides by zero"},
	    {"data.z ?? 5", "5"},
	    {"defined(never)", "false"},
	    {"defined(data.z)", "false"},
	    {"defined(data.n)", "true"},
	    {"defined(later)", "unknown <later>"},
	    {"defined(unreached)", "false"},
	    {"defined(log)", "true"},
	    {"defined(1 / 0)", "error `1 / 0` divides by zero"},
	    {"[name, never]", "unset never"},
	    {"count([later, never])", "unknown <later>"},
	    {"data.n and true", "error `data.n` is int 3, and true or false is needed"},
	    {"data.b and true", "true"},
	    {"not data.s", "error `data.s` is text \"x\", and true or false is needed"},
	};

	EXPECT(*state, rows);
}

/* A pattern that explodes is undecided: neither true nor false. */
static void
patterns_have_limits(void **state)
{
	struct world *w = *state;
	struct rb_expr *e = world_parse(w, "never matches /(?:a|b)*(?:a|b)*(?:a|b)*[0-9]/");
	char text[241];

	for (size_t i = 0; i < sizeof(text) - 1; i++)
		text[i] = i % 2 == 0 ? 'a' : 'b';
	text[sizeof(text) - 1] = '\0';
	world_set(w, "never", rb_v_text(rb_str_c(text)));
	assert_non_null(strstr(world_render(w, rb_expr_eval(e, &w->ev)), "could not be decided: "));
	world_set(w, "pat", rb_v_text(RB_STR("/(/")));
	e = world_parse(w, "name matches pat");
	assert_non_null(
	    strstr(world_render(w, rb_expr_eval(e, &w->ev)), "error `/(/`: this is not a valid regex: "));
}

static void
conditions(void **state)
{
	struct world *w = *state;
	struct rb_source *src = rb_source_new(&w->arena, RB_STR("t"), RB_STR("port"));
	struct rb_node node = {.text = src->bytes, .span = {src, 0, 4}};
	struct rb_value why;
	struct rb_expr *e;

	assert_null(rb_expr_parse_bool(&w->ctx, &node, 0, node.text));
	assert_int_equal(w->diags.items[0].code, RB_E_EXPR_TYPE);
	e = rb_expr_parse_bool(&w->ctx, NULL, 0, RB_STR("log.missing"));
	assert_non_null(e);
	assert_int_equal(rb_expr_truth(e, &w->ev, &why), 1);
	e = rb_expr_parse_bool(&w->ctx, NULL, 0, RB_STR("data.n"));
	assert_int_equal(rb_expr_truth(e, &w->ev, &why), -1);
	assert_int_equal(why.kind, RB_V_ERROR);
	e = rb_expr_parse_bool(&w->ctx, NULL, 0, RB_STR("unreached.json.ok"));
	assert_int_equal(rb_expr_truth(e, &w->ev, &why), -1);
	assert_int_equal(why.kind, RB_V_UNSET);
}

static void
texts_are_bounded(void **state)
{
	struct world *w = *state;
	struct rb_expr *e = world_parse(w, "never + never");
	struct rb_buf b;

	rb_buf_init(&b, NULL, RB_EXPR_TEXT_MAX);
	rb_buf_pad(&b, 'x', RB_EXPR_TEXT_MAX / 2);
	world_set(w, "never", rb_v_text(rb_buf_view(&b)));
	assert_int_equal(rb_expr_eval(e, &w->ev).kind, RB_V_TEXT);
	rb_buf_c(&b, "x");
	world_set(w, "never", rb_v_text(rb_buf_view(&b)));
	assert_string_equal(world_render(w, rb_expr_eval(e, &w->ev)),
	    "error `never + never` would make a text longer than 16 MiB");
	rb_buf_free(&b);
}

/* A small generator of its own, so that a failure can be had again. */
static uint32_t
next_random(uint32_t *state)
{
	*state = *state * 1664525U + 1013904223U;
	return *state >> 8;
}

static const char *const values[] = {"port", "name", "names", "data", "log", "health", "1", "1.5", "90s",
    "1MB", "'x'", "\"\\n\"", "/a+/", "first(names)", "count(ports)", "table(name)", "rows(name, /(?<a>.)/)",
    "all(flags)", "max(ports)", "sort(names)", "int(name)", "this", "item", "null", "true", "later", "never",
    "unique(data.list)", "sum(ports)", "json(name)", "split(name)", "-ports[0]", "not flag", "data.list",
    ".Role", "data.members", "(ports)", "[1, 2]", "number(data.s)", "flag", "wait", "since", "limit",
    "text(data)", "len(names)", "log.missing", "unreached.json"};
static const char *const joints[] = {" + ", " - ", " * ", " / ", " == ", " < ", " in ", " contains ",
    " matches ", " where ", " ?? ", " if ", " else ", " and ", " or ", ".json", ".missing", "[-1]", "['n']",
    "[0] ", ", "};
static const char *const scraps[] = {".", "[", "]", "(", ")", ",", "first(", "not ", "/", "\\", "\"", "'",
    "\xff", "\xc3\xa9", "", "0", "9999999999999999999", "\n", " "};
#define PICK(list, seed) (list)[next_random(seed) % (sizeof(list) / sizeof(*(list)))]

/* Bytes at random; pieces at random; or values with operators between them, most of which are well formed. */
static void
make_hostile(struct rb_buf *text, unsigned round, uint32_t *seed)
{
	size_t count = 1 + next_random(seed) % 10;

	for (size_t i = 0; i < count; i++) {
		if (round % 4 == 0)
			rb_buf_char(text, (char)next_random(seed));
		else if (round % 4 == 1 && next_random(seed) % 2 == 0)
			rb_buf_c(text, PICK(scraps, seed));
		else
			rb_buf_c(text, i % 2 == 0 ? PICK(values, seed) : PICK(joints, seed));
	}
}

/* Whatever the text, reading ends with an expression or a diagnostic, and an expression with a value. */
static void
hostile_texts(void **state)
{
	struct world *w = *state;
	uint32_t seed = 20261122;
	unsigned good = 0;
	struct rb_buf text;

	rb_buf_init(&text, NULL, 4096);
	for (unsigned round = 0; round < 20000; round++) {
		struct rb_expr *e;

		rb_buf_clear(&text);
		make_hostile(&text, round, &seed);
		rb_diags_init(&w->diags, &w->arena);
		e = rb_expr_parse(&w->ctx, NULL, 0, rb_buf_view(&text));
		assert_int_equal(e == NULL, w->diags.len > 0);
		if (e == NULL)
			continue;
		good++;
		rb_buf_clear(&w->out);
		rb_value_show(rb_expr_eval(e, &w->ev), &w->out);
	}
	assert_true(good > 1000);
	rb_buf_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(literals, setup, teardown),
	    cmocka_unit_test_setup_teardown(binding, setup, teardown),
	    cmocka_unit_test_setup_teardown(arithmetic, setup, teardown),
	    cmocka_unit_test_setup_teardown(comparisons, setup, teardown),
	    cmocka_unit_test_setup_teardown(members, setup, teardown),
	    cmocka_unit_test_setup_teardown(undecided, setup, teardown),
	    cmocka_unit_test_setup_teardown(patterns_have_limits, setup, teardown),
	    cmocka_unit_test_setup_teardown(conditions, setup, teardown),
	    cmocka_unit_test_setup_teardown(texts_are_bounded, setup, teardown),
	    cmocka_unit_test_setup_teardown(hostile_texts, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
