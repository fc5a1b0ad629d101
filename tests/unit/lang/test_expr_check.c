/* Expressions: what is said of mistakes, and what is known before anything runs. */
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
mistakes_of_form(void **state)
{
	static const struct expect_row rows[] = {
	    {"", "0-0 the expression is empty"},
	    {"port ==", "7-7 the expression ends where a value is expected"},
	    {"(port", "5-5 the expression ends where `)` is expected"},
	    {"port = 1", "5-6 `=` means nothing here | `==` compares"},
	    {"flag && flag", "5-7 `&&` means nothing here | write `and`"},
	    {"flag || flag", "5-7 `||` means nothing here | write `or`"},
	    {"!flag", "0-1 `!` means nothing here | write `not`"},
	    {"flag AND flag", "5-8 `AND` stands where an operator or the end is expected | write `and`"},
	    {"flag ? 1 : 2", "5-6 `?` means nothing here | write `A if C else B`"},
	    {"$port", "0-1 `$` means nothing here | a name stands here without `$`"},
	    {"1 < 2 < 3", "6-7 comparisons do not chain | join two with `and`: a < b and b < c"},
	    {"'a' not in names", "4-7 `not` stands where an operator is expected | write `not x in list`"},
	    {"1 + not flag", "4-7 `not` stands where a value is expected | put it in parentheses: (not x)"},
	    {"lower name", "6-10 `name` stands where an operator or the end is expected"},
	    {"lower 'x'", "6-9 `'x'` stands where an operator is expected | a function's arguments stand in "
			  "parentheses: lower('x')"},
	    {"1 if flag", "9-9 the expression ends where `else` is expected"},
	    {"\"a\\", "0-1 this \" has no end"},
	    {"\"a\\d\"", "2-4 `\\d` is no escape | known are \\n \\r \\t \\\" \\\\ \\/ \\uXXXX; between "
			 "single quotes a "
			 "backslash is itself"},
	    {"\"\\ud800\"", "1-3 `\\u` is no escape | known are \\n \\r \\t \\\" \\\\ \\/ \\uXXXX; between "
			    "single quotes a "
			    "backslash is itself"},
	    {"012", "0-3 `012` begins with 0, which some read as octal | write it without the 0, or in "
		    "quotes if it is text"},
	    {"0x1F", "0-4 `0x1F` is not a number, duration or size | durations are written 90s, 15m, 1h30m; "
		     "sizes 200MB, "
		     "1GiB; text stands in quotes"},
	    {"1.2.3", "0-5 `1.2.3` is not a number | a version is written version(\"1.2.3\"), an address as "
		      "text in quotes"},
	    {"9223372036854775808", "0-19 `9223372036854775808` is larger than a 64-bit integer can hold"},
	    {"port +* 2", "6-7 `*` stands where a value is expected"},
	    {"port port", "5-9 `port` stands where an operator or the end is expected"},
	    {"name.", "5-5 the expression ends where the name of a member is expected"},
	    {"ports[1", "7-7 the expression ends where `]` is expected"},
	    {"[1, 2", "5-5 the expression ends where `,` or `]` is expected"},
	    {"grün", "2-4 `ü` means nothing here"},
	    {"lower(name)(1)", "11-12 `(` stands where an operator or the end is expected"},
	};

	EXPECT(*state, rows);
}

static void
mistakes_of_names(void **state)
{
	static const struct expect_row rows[] = {
	    {"flag == True", "8-12 there is no name `True` here | write `true`"},
	    {"'abc", "0-1 this ' has no end"},
	    {"name matches /a", "13-14 this regex has no closing /"},
	    {"prot", "0-4 there is no name `prot` here | did you mean `port`?"},
	    {"health.status == degraded",
		"17-25 there is no name `degraded` here | text stands in quotes: \"degraded\""},
	    {"first == 1",
		"0-5 there is no name `first` here | the function is called as first(list of T) → T"},
	    {"log.port_takn", "4-13 `log` has no fact `port_takn` | did you mean `port_taken`?"},
	    {"log.missing.modul",
		"12-17 `log.missing` has no group or member `modul` | did you mean `module`?"},
	    {"log.missing['modul']",
		"12-19 `log.missing` has no group or member `modul` | did you mean `module`?"},
	    {"log.zzzzzz",
		"4-10 `log` has no fact `zzzzzz` | there are `passed`, `failed`, `timed_out`, `skipped`, "
		"`duration`, `missing`, `quiet`, `port_taken`"},
	    {"port.x", "5-6 `port` is int, which has no member `x`"},
	    {"names.count", "6-11 `names` is list of text, which has no member `count` | write count(names)"},
	    {"name[0]", "5-6 `name` is text and cannot be indexed by `0`, which is int"},
	    {"names[1.5]", "6-9 `names` is list of text and cannot be indexed by `1.5`, which is number"},
	    {".x", "0-1 a leading `.` has a meaning only after `where` | as in: list where .name == \"a\""},
	    {"item", "0-4 `item` has a meaning only after `where` | as in: list where .name == \"a\""},
	    {"TOKEN", "0-5 the secret `TOKEN` may not be read here | name it in the step's `secrets:`, and "
		      "its command finds "
		      "it as $TOKEN"},
	    {"flag < true", "0-11 a bool has no order, so `<` means nothing | compare with `==` or `!=`"},
	    {"names where .x == 1", "13-14 `.` is text, which has no member `x`"},
	    {"host", "0-4 `host` is the variable of a loop (line 0) and exists only inside of it | outside, "
		     "read the loop's "
		     "`count`, `passed`, `failed` and `results`"},
	    {"inner.passed", "0-5 `inner` is a step inside of a loop (line 0): there is one for each item, "
			     "and none outside | "
			     "outside, read the loop's `count`, `passed`, `failed` and `results`"},
	};

	EXPECT(*state, rows);
}

static void
mistakes_of_types(void **state)
{
	static const struct expect_row rows[] = {
	    {"name + port", "0-11 `+` does not take text and int: `name` and `port` | write text(port) to "
			    "join, or int(name) "
			    "to add"},
	    {"name == 1", "0-9 `==` compares like with like: `name` is text, `1` is int | write int(name)"},
	    {"port == '8000'", "0-14 `==` compares like with like: `port` is int, `'8000'` is text | write "
			       "8000 without quotes"},
	    {"wait > 5", "0-8 `>` compares like with like: `wait` is duration, `5` is int | a duration has a "
			 "unit: 5s, 5m"},
	    {"limit < 10", "0-10 `<` compares like with like: `limit` is size, `10` is int | a size has a "
			   "unit: 10MB, 10GiB"},
	    {"wait + port",
		"0-11 `+` does not take duration and int: `wait` and `port` | write duration(port)"},
	    {"ver > 9.9", "0-9 `>` compares like with like: `ver` is version, `9.9` is number | write "
			  "version(\"9.9\")"},
	    {"flag == 'true'", "0-14 `==` compares like with like: `flag` is bool, `'true'` is text | write "
			       "true without quotes"},
	    {"log == true", "0-11 `==` compares like with like: `log` is step, `true` is bool | `log` is a "
			    "step; read one of "
			    "its facts: log.passed"},
	    {"'a' == names", "0-12 `==` compares like with like: `'a'` is text, `names` is list of text | "
			     "`in` looks for an "
			     "item in a list"},
	    {"wait * wait", "0-11 `*` does not take duration and duration: `wait` and `wait`"},
	    {"-name", "0-5 `-` needs a number or duration, and `name` is text"},
	    {"'a' in name", "7-11 `in` looks into a list, and `name` is text | write name contains 'a'"},
	    {"'1' in ports", "0-12 `'1'` is text and can never be an item of a list of int"},
	    {"name in ports",
		"0-13 `name` is text and can never be an item of a list of int | write int(name)"},
	    {"port contains 1", "0-4 `contains` looks into a text or a list, and `port` is int"},
	    {"name contains 1", "14-15 a text contains text, and `1` is int | write text(1), or \"1\""},
	    {"name matches 'a.*'",
		"13-18 `matches` needs a regex, and `'a.*'` is text | write /a.*/ between slashes, or "
		"`contains` for plain text"},
	    {"name matches name",
		"13-17 `matches` needs a regex, and `name` is text | write it as /…/, or declare the input "
		"with `type: regex`"},
	    {"port matches /1/", "0-4 `matches` looks into a text, and `port` is int | write text(port)"},
	    {"name == /a/", "8-11 a regex stands only after `matches` and in rows() | write text in quotes"},
	    {"port and flag", "0-4 `port` is int, and true or false is needed here | compare it: port > 0"},
	    {"not names",
		"4-9 `names` is list of text, and true or false is needed here | count it: count(names) > 0"},
	    {"flag and log",
		"9-12 `log` is step, and true or false is needed here | read one of its facts: log.passed"},
	    {"name where true", "0-4 `where` chooses from a list, and `name` is text | make a list of it: "
				"lines(x), table(x), "
				"rows(x, /…/)"},
	    {"never ?? 1", "0-10 both sides of `??` must be of one type: `never` is text, `1` is int"},
	    {"1 if flag else 'a'",
		"0-18 both values of `if … else` must be of one type: `1` is int, `'a'` is text"},
	    {"[1, 'a']", "4-7 a list holds one sort of value: `'a'` is text after int"},
	};

	EXPECT(*state, rows);
}

/* One mistake is told once, and what follows is still looked at. */
static void
all_mistakes_at_once(void **state)
{
	struct world *w = *state;

	assert_null(world_parse(w, "prot + 1 == 2 and log.nix and name == 1 and prot"));
	assert_int_equal(w->diags.len, 4);
	assert_int_equal(w->diags.items[0].code, RB_E_EXPR_NAME);
	assert_int_equal(w->diags.items[2].code, RB_E_EXPR_TYPE);
	assert_int_equal(w->diags.items[3].span.from, 44);
}

static void
patterns_are_checked_when_read(void **state)
{
	struct world *w = *state;

	assert_null(world_parse(w, "name matches /a(b/"));
	assert_int_equal(w->diags.len, 1);
	assert_int_equal(w->diags.items[0].code, RB_E_PATTERN);
	assert_true(w->diags.items[0].span.from >= 13);
	w->ctx.patterns = NULL;
	assert_null(world_parse(w, "name matches /a/"));
	assert_string_equal(world_complaint(w), "13-14 no regex may stand here");
}

/* Messages quote the beginning of a long expression, in whole characters. */
static void
long_expressions_are_quoted_in_part(void **state)
{
	struct world *w = *state;
	struct rb_buf b;

	rb_buf_init(&b, NULL, 4096);
	rb_buf_c(&b, "'x");
	for (int i = 0; i < 200; i++)
		rb_buf_c(&b, "é");
	rb_buf_c(&b, "' + port");
	assert_null(world_parse(w, rb_buf_cstr(&b)));
	assert_true(strlen(world_complaint(w)) < 600);
	assert_non_null(strstr(w->diags.items[0].text.p, "é…` and `port`"));
	rb_buf_free(&b);
}

/* Positions are those of the source, not of the text that YAML made of it. */
static void
carets_inside_of_quotes(void **state)
{
	struct world *w = *state;
	struct rb_source *src =
	    rb_source_new(&w->arena, RB_STR("t.yaml"), RB_STR("if: \"name \\x3d= 1 and prot\"\n"));
	const struct rb_node *root = rb_yaml_load(&w->arena, src, &w->diags), *n;

	assert_non_null(root);
	n = rb_node_get(root, "if");
	rb_diags_init(&w->diags, &w->arena);
	assert_null(rb_expr_parse(&w->ctx, n, 5, rb_str_cut(n->text, 5, n->text.n)));
	assert_non_null(strstr(world_complaint(w), "stands where a value is expected"));
	assert_int_equal(w->diags.items[0].span.from, 10);
	rb_diags_init(&w->diags, &w->arena);
	assert_null(rb_expr_parse(&w->ctx, n, 0, n->text));
	assert_int_equal(w->diags.len, 2);
	assert_int_equal(w->diags.items[1].span.from, 22);
	assert_int_equal(w->diags.items[1].span.to, 26);
}

static void
types_are_known_ahead(void **state)
{
	static const struct expect_row rows[] = {
	    {"1 / 1", "number"},
	    {"1 + 1", "int"},
	    {"1 + ratio", "number"},
	    {"data.n + 1", "JSON"},
	    {"data.s + 'x'", "text"},
	    {"data.n", "JSON"},
	    {"names where true", "list of text"},
	    {"data where true", "list"},
	    {"table_rows.NAME", "list of text"},
	    {"[[1]]", "list of list of int"},
	    {"pat", "regex"},
	    {"pat ?? name", "text"},
	    {"base_url ?? base_url", "url"},
	    {"nothing ?? ratio", "number"},
	    {"log.missing", "match"},
	    {"log", "step"},
	    {"now() - since", "duration"},
	    {"since - 1s", "time"},
	    {"limit / limit", "number"},
	    {"null ?? 1", "JSON"},
	};
	struct world *w = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct rb_expr *e = world_parse(w, rows[i].text);

		assert_non_null(e);
		rb_buf_clear(&w->out);
		rb_type_name(rb_expr_type(e), &w->out);
		assert_string_equal(rb_buf_cstr(&w->out), rows[i].want);
	}
}

static void
procedures_read_what_is_surely_there(void **state)
{
	struct world *w = *state;
	struct rb_expr *e;

	w->ctx.scope = &w->proc;
	assert_null(world_parse(w, "health.passed"));
	assert_string_equal(world_complaint(w),
	    "0-6 `health` (line 0) is outside of the procedure, which reads only inputs, values, secrets, "
	    "facts of "
	    "`setup`, and its own | give the procedure an input, and pass it with `with:`");
	e = world_parse(w, "port + target_port");
	assert_non_null(e);
	rb_frame_set(w->proc_frame, 0, rb_v_int(5));
	w->ev.frame = w->proc_frame;
	assert_string_equal(world_render(w, rb_expr_eval(e, &w->ev)), "8005");
	assert_non_null(world_parse(w, "prep.port_taken and flag"));
	assert_null(world_parse(w, "target_prot"));
	assert_non_null(strstr(world_complaint(w), "did you mean `target_port`?"));
}

static void
loops_open_their_names(void **state)
{
	struct world *w = *state;
	const struct rb_step *around[1] = {(const struct rb_step *)(const void *)&w->loop};

	w->ctx.around = around;
	w->ctx.naround = 1;
	assert_non_null(world_parse(w, "host == 'a' and inner.passed"));
}

static void
secrets_are_told(void **state)
{
	struct world *w = *state;
	struct rb_expr *e;

	assert_false(rb_expr_secret(world_parse(w, "name")));
	assert_true(rb_expr_secret(world_parse(w, "health.key")));
	assert_true(rb_expr_secret(world_parse(w, "'a' + health['key']")));
	w->ctx.secrets = true;
	e = world_parse(w, "'Bearer ' + TOKEN");
	assert_non_null(e);
	assert_true(rb_expr_secret(e));
	assert_string_equal(world_render(w, rb_expr_eval(e, &w->ev)), "\"Bearer s3cret\"");
}

static void
note_read(void *ctx, const struct rb_decl *decl, unsigned up, struct rb_str path, const struct rb_expr *at)
{
	struct rb_buf *out = ctx;

	assert_non_null(at);
	rb_buf_fmt(
	    out, "%s%.*s@%u(%.*s)", out->len > 0 ? " " : "", RB_STR_ARG(path), up, RB_STR_ARG(decl->name));
}

static void
reads_are_listed_once(void **state)
{
	struct world *w = *state;
	struct rb_expr *e =
	    world_parse(w, "log . missing.module == name and defined(health.json.a[port].b) and name == '' "
			   "and (log).missing and count(names where item == name) > 0");

	assert_non_null(e);
	rb_buf_clear(&w->out);
	rb_expr_reads(e, note_read, &w->out);
	assert_string_equal(rb_buf_cstr(&w->out),
	    "log.missing.module@0(log) name@0(name) health.json.a@0(health) "
	    "port@0(port) log.missing@0(log) names@0(names)");
	assert_true(rb_scope_find(&w->file, RB_STR("port"), NULL)->used);
	assert_false(rb_scope_find(&w->file, RB_STR("wait"), NULL)->used);
}

static void
repeated(struct rb_buf *b, const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		rb_buf_c(b, text);
}

/* Each way to nest, one level too deep. */
static void
depth_is_bounded(void **state)
{
	static const struct {
		const char *open, *middle, *close;
	} rows[] = {{"(", "1", ")"}, {"[", "1", "]"}, {"-", "1", ""}, {"not ", "true", ""}, {"1 + ", "1", ""},
	    {"", "1", " + 1"}, {"", "data", ".a"}, {"", "data", "[0]"}, {"lower(", "name", ")"},
	    {"1 if true else ", "2", ""}, {"names where ", "true", ""}, {"", "names", " where true"},
	    {"data ?? ", "1", ""}, {"(((((((", "1", ")))))))"}};
	struct world *w = *state;
	struct rb_buf b;

	rb_buf_init(&b, NULL, 1 << 20);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		rb_buf_clear(&b);
		repeated(&b, rows[i].open, RB_EXPR_DEPTH + 1);
		rb_buf_c(&b, rows[i].middle);
		repeated(&b, rows[i].close, RB_EXPR_DEPTH + 1);
		if (world_parse(w, rb_buf_cstr(&b)) != NULL)
			assert_string_equal(rb_buf_cstr(&b), "refused");
		assert_int_equal(w->diags.items[0].code, RB_E_LIMIT);
	}
	rb_buf_clear(&b);
	repeated(&b, "1 + ", RB_EXPR_DEPTH - 2);
	rb_buf_c(&b, "1");
	assert_non_null(world_parse(w, rb_buf_cstr(&b)));
	rb_buf_free(&b);
}

static void
length_is_bounded(void **state)
{
	struct world *w = *state;
	struct rb_buf b;

	rb_buf_init(&b, NULL, 1 << 20);
	rb_buf_c(&b, "'");
	repeated(&b, "x", RB_EXPR_MAX - 2);
	rb_buf_c(&b, "'");
	assert_non_null(world_parse(w, rb_buf_cstr(&b)));
	rb_buf_c(&b, " ");
	assert_null(world_parse(w, rb_buf_cstr(&b)));
	assert_int_equal(w->diags.items[0].code, RB_E_LIMIT);
	rb_buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(mistakes_of_form, setup, teardown),
	    cmocka_unit_test_setup_teardown(mistakes_of_names, setup, teardown),
	    cmocka_unit_test_setup_teardown(mistakes_of_types, setup, teardown),
	    cmocka_unit_test_setup_teardown(all_mistakes_at_once, setup, teardown),
	    cmocka_unit_test_setup_teardown(patterns_are_checked_when_read, setup, teardown),
	    cmocka_unit_test_setup_teardown(long_expressions_are_quoted_in_part, setup, teardown),
	    cmocka_unit_test_setup_teardown(carets_inside_of_quotes, setup, teardown),
	    cmocka_unit_test_setup_teardown(types_are_known_ahead, setup, teardown),
	    cmocka_unit_test_setup_teardown(procedures_read_what_is_surely_there, setup, teardown),
	    cmocka_unit_test_setup_teardown(loops_open_their_names, setup, teardown),
	    cmocka_unit_test_setup_teardown(secrets_are_told, setup, teardown),
	    cmocka_unit_test_setup_teardown(reads_are_listed_once, setup, teardown),
	    cmocka_unit_test_setup_teardown(depth_is_bounded, setup, teardown),
	    cmocka_unit_test_setup_teardown(length_is_bounded, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
