/* Templates: what each place makes of text and values, and what it refuses. */
#include "lang/exprs.h"
#include "lang/pattern.h"
#include "lang/template.h"

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

static const struct rb_node *
scalar(struct world *w, const char *text)
{
	struct rb_source *src = rb_source_new(&w->arena, RB_STR("t.yaml"), rb_str_c(text));
	struct rb_node *node = RB_NEW(&w->arena, struct rb_node);

	node->kind = RB_NODE_SCALAR;
	node->style = RB_PLAIN;
	node->text = src->bytes;
	node->span = (struct rb_span){src, 0, src->bytes.n};
	rb_diags_init(&w->diags, &w->arena);
	return node;
}

static struct rb_tmpl *
parse(struct world *w, enum rb_place place, const char *text)
{
	return rb_tmpl_parse(&w->ctx, scalar(w, text), place);
}

static void
expect(struct world *w, enum rb_place place, const struct expect_row *rows, size_t n)
{
	unsigned wrong = 0;

	for (size_t i = 0; i < n; i++) {
		struct rb_tmpl *t = parse(w, place, rows[i].text);
		const char *got = t != NULL ? world_render(w, rb_tmpl_eval(t, &w->ev)) : world_complaint(w);

		if (strcmp(got, rows[i].want) == 0)
			continue;
		wrong++;
		print_error("%s\n  want  %s\n  got   %s\n", rows[i].text, rows[i].want, got);
	}
	assert_int_equal(wrong, 0);
}
#define EXPECT_AT(w, place, rows) expect((w), (place), (rows), sizeof(rows) / sizeof(*(rows)))

static void
texts(void **state)
{
	static const struct expect_row rows[] = {
	    {"", "\"\""},
	    {"plain", "\"plain\""},
	    {"a ${port} b", "\"a 8000 b\""},
	    {"${name}-${port}", "\"api-8000\""},
	    {"$${name}", "\"${name}\""},
	    {"a $${b} ${port}", "\"a ${b} 8000\""},
	    {"$$${port}", "\"$${port}\""},
	    {"cost: 5$ or $5 {x} }", "\"cost: 5$ or $5 {x} }\""},
	    {"${\"a}b\"}!", "\"a}b!\""},
	    {"${'}'}!", "\"}!\""},
	    {"${\"\\\"}\"}!", "\"\\\"}!\""},
	    {"${name matches /a{1}/}!", "\"true!\""},
	    {"${name matches /\\}/}!", "\"false!\""},
	    {"${ratio / 2}/${port / 2}!", "\"0.25/4000!\""},
	    {"${ name }!", "\"api!\""},
	    {"wait ${wait}, ${limit}", "\"wait 1m30s, 200MB\""},
	    {"all: ${names}", "\"all: b, a, b\""},
	    /* exactly one: the value itself */
	    {"${port}", "8000"},
	    {"${wait}", "1m30s"},
	    {"${names}", "[\"b\",\"a\",\"b\"]"},
	    {"${data.z}", "null"},
	    {"${never}", "unset never"},
	    {"${later}", "unknown <later>"},
	    /* not known, not there */
	    {"x ${later} y ${port}", "unknown x <later> y 8000"},
	    {"x ${never}", "unset never"},
	    {"${later} ${never}", "unset never"},
	    {"x ${never ?? \"d\"}", "\"x d\""},
	    {"x ${data.z}", "error ${data.z}: null has no text"},
	    {"x ${1 / 0}", "error `1 / 0` divides by zero"},
	};

	EXPECT_AT(*state, RB_PLACE_TEXT, rows);
}

static void
for_eyes(void **state)
{
	static const struct expect_row titles[] = {
	    {"Port ${port}", "\"Port 8000\""},
	    {"${port}", "\"8000\""},
	    {"Stop ${never} now", "\"Stop <unset> now\""},
	    {"${never}", "\"<unset>\""},
	    {"Stop ${later}", "\"Stop <later>\""},
	    {"is ${data.z}", "\"is null\""},
	    {"n ${1 / 0}", "\"n <error>\""},
	};
	static const struct expect_row messages[] = {
	    {"Port ${port}", "\"Port 8000\""},
	    {"${port}", "\"8000\""},
	    {"Stop ${never}", "unset never"},
	    {"Stop ${later}", "unknown Stop <later>"},
	    {"is ${data.z}", "\"is null\""},
	};

	EXPECT_AT(*state, RB_PLACE_TITLE, titles);
	EXPECT_AT(*state, RB_PLACE_MESSAGE, messages);
}

static void
urls(void **state)
{
	static const struct expect_row rows[] = {
	    {"http://h/a", "\"http://h/a\""},
	    {"${base_url}/health", "\"http://h:1/health\""},
	    {"${base_url}", "\"http://h:1\""},
	    {"http://127.0.0.1:${port}/x", "\"http://127.0.0.1:8000/x\""},
	    {"http://${name}.example.org/", "\"http://api.example.org/\""},
	    {"http://h/${name + '/../x'}/y", "\"http://h/api%2F..%2Fx/y\""},
	    {"http://h/?q=${name + '&a=b#c d+'}", "\"http://h/?q=api%26a%3Db%23c%20d%2B\""},
	    {"http://h/a#${name + '?'}", "\"http://h/a#api%3F\""},
	    {"http://h/?to=${base_url}", "\"http://h/?to=http%3A%2F%2Fh%3A1\""},
	    {"http://h/${\"'; touch pwned; #\"}", "\"http://h/%27%3B%20touch%20pwned%3B%20%23\""},
	    {"http://h/${name + \"\\r\\nX: y\"}", "\"http://h/api%0D%0AX%3A%20y\""},
	    {"http://h/?query=up{job=\"api\"} == ${port}",
		"\"http://h/?query=up%7Bjob=%22api%22%7D%20==%208000\""},
	    {"http://${'::1'}:${port}/", "\"http://[::1]:8000/\""},
	    {"${base_url}/${later}?x=${name}", "unknown http://h:1/<later>?x=api"},
	    {"http://${later}:${port}/x", "unknown http://<later>:8000/x"},
	    {"${base_url}/${never}", "unset never"},
	    {"http://h/${data.z}", "error ${data.z}: null has no text"},
	    /* a value may not change where the request goes */
	    {"http://${name + '/x'}/",
		"error ${name + '/x'}: a host has only letters, digits, dots and hyphens, or is an address"},
	    {"http://${name + '@evil'}/", "error ${name + '@evil'}: a host has only letters, digits, dots "
					  "and hyphens, or is an address"},
	    {"http://${''}/", "error ${''}: the URL has no host"},
	    {"http://h:${name}/", "error ${name}: a port is a number from 1 to 65535"},
	    {"http://h:${port}${port}/", "error a port is a number from 1 to 65535"},
	    {"http://h/a/${'..'}/b",
		"error a value may not make a path segment `.` or `..`, which leads elsewhere"},
	    {"http://h/.${'.'}",
		"error a value may not make a path segment `.` or `..`, which leads elsewhere"},
	    {"${base_url}health", "error after a whole URL the text goes on with / or ?"},
	    /* what is wrong before any value is known */
	    {"http://user:pw@h/", "0-17 a URL may not hold a user or password; use `auth`"},
	    {"http://user@h/${port}", "0-14 a URL may not hold a user or password; use `auth`"},
	    {"/health", "0-7 a URL begins with http:// or https://, or with a value of type url"},
	    {"localhost:8000/x", "0-16 a URL begins with http:// or https://, or with a value of type url"},
	    {"http${port}://h/", "0-4 a URL begins with http:// or https://, or with a value of type url"},
	    {"http://", "0-7 the URL has no host"},
	    {"", "0-0 a URL begins with http:// or https://, or with a value of type url"},
	    {"http://h:80000/", "0-15 a port is a number from 1 to 65535"},
	    {"http://h/50%",
		"0-12 % begins an escape of two hexadecimal digits; for the sign itself write %25"},
	    {"http://h\n/", "0-10 a URL may not hold line ends or control characters"},
	    {"${name}/health", "2-6 a URL can only begin with a value of type url; `name` is of type text | "
			       "declare it with `type: url`, "
			       "or write the scheme out: http://${…}"},
	};

	EXPECT_AT(*state, RB_PLACE_URL, rows);
}

static void
headers(void **state)
{
	static const struct expect_row rows[] = {
	    {"Bearer ${name}", "\"Bearer api\""},
	    {"${port}", "\"8000\""},
	    {"${\"'; touch pwned; #\"}", "\"'; touch pwned; #\""},
	    {"x ${\"a\\r\\nX-Evil: 1\"}",
		"error ${\"a\\r\\nX-Evil: 1\"}: a header may not hold line ends or NUL"},
	    {"${\"a\\n\"}", "error ${\"a\\n\"}: a header may not hold line ends or NUL"},
	    {"${\"a\\u0000\"}", "error ${\"a\\u0000\"}: a header may not hold line ends or NUL"},
	    {"a\nb", "0-3 a header is one line: it may not hold line ends"},
	};

	EXPECT_AT(*state, RB_PLACE_HEADER, rows);
}

static void
mistakes(void **state)
{
	static const struct expect_row rows[] = {
	    {"a ${port", "2-4 this `${` is never closed | close it with }, or write $${ for the characters "
			 "themselves"},
	    {"${\"}", "0-2 this `${` is never closed | close it with }, or write $${ for the characters "
		      "themselves"},
	    {"a ${}", "2-5 there is nothing in this ${} | write $${ for the characters themselves"},
	    {"a ${ }", "2-6 there is nothing in this ${} | write $${ for the characters themselves"},
	    {"${port:-80}", "0-11 this is the shell's way to write a default | here it is ${port ?? \"80\"}"},
	    {"x ${log}", "2-8 `log` is a step, which has no text | name one of its facts, as ${log.passed}"},
	    {"on port $port",
		"8-13 `$port` stays as it stands here: this is no script | the value is written ${port}"},
	};
	struct world *w = *state;
	unsigned wrong = 0;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		parse(w, RB_PLACE_TEXT, rows[i].text);
		if (strcmp(world_complaint(w), rows[i].want) == 0)
			continue;
		wrong++;
		print_error("%s\n  want  %s\n  got   %s\n", rows[i].text, rows[i].want, world_complaint(w));
	}
	assert_int_equal(wrong, 0);
	/* The expression's own diagnostics stand at their place in the text. */
	assert_null(parse(w, RB_PLACE_TEXT, "a ${port} b ${prot} ${nmae}"));
	assert_int_equal(w->diags.errors, 2);
	assert_int_equal(w->diags.items[0].code, RB_E_EXPR_NAME);
	assert_int_equal(w->diags.items[0].span.from, 14);
	assert_int_equal(w->diags.items[1].span.from, 22);
	/* Not names of this file: no warning. */
	assert_non_null(parse(w, RB_PLACE_TEXT, "$HOME $1 $ports_of $log $"));
	assert_int_equal(w->diags.len, 0);
}

static void
limit_of_expressions(void **state)
{
	struct world *w = *state;
	struct rb_buf b;

	rb_buf_init(&b, NULL, RB_SCALAR_MAX);
	for (int i = 0; i < RB_TMPL_EXPRS; i++)
		rb_buf_c(&b, "${port}$port");
	assert_non_null(parse(w, RB_PLACE_TEXT, rb_buf_cstr(&b)));
	assert_int_equal(w->diags.warnings, 1);
	rb_buf_c(&b, "${port}");
	assert_null(parse(w, RB_PLACE_TEXT, rb_buf_cstr(&b)));
	assert_int_equal(w->diags.len, 2);
	assert_int_equal(w->diags.items[1].code, RB_E_LIMIT);
	rb_buf_free(&b);
}

/* A value that makes a pattern too long is told, as any other pattern. */
static void
limit_of_regexes(void **state)
{
	struct world *w = *state;
	struct rb_tmpl *t = parse(w, RB_PLACE_REGEX, "/^${never}/");
	struct rb_str why, text;
	struct rb_buf b;

	rb_buf_init(&b, NULL, 64 * 1024);
	rb_buf_pad(&b, '(', 64 * 1024);
	world_set(w, "never", rb_v_text(rb_buf_view(&b)));
	assert_null(rb_tmpl_pattern(t, &w->ev, &why));
	text = rb_arena_fmt(
	    &w->arena, "a pattern may have %d bytes, this one has %d", RB_PATTERN_MAX, 2 * 64 * 1024 + 3);
	assert_true(rb_str_eq(why, text));
	rb_buf_free(&b);
}

/* What a REGEX place makes matches the value, whatever is in it, and nothing else. */
static void
regexes(void **state)
{
	static const char *const values[] = {"a.c", "/.*/", "/a/i", "\\E.*", "'; touch pwned; #", "x/y",
	    "/tmp", "", "[", "é\n", ".*|", "(b", "\\E", "\\", "a\nb", "/", "/srv/shop (old)/c++", "$", "^",
	    "#"};
	struct world *w = *state;

	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		static const char *const forms[] = {
		    "/^<${never}>$/", "/<${never}>/x", "<${never}>", "${never}"};

		for (size_t k = 0; k < sizeof(forms) / sizeof(*forms); k++) {
			struct rb_tmpl *t = parse(w, RB_PLACE_REGEX, forms[k]);
			struct rb_str why, text = rb_arena_fmt(&w->arena, k < 3 ? "<%s>" : "%s", values[i]);
			struct rb_pattern *p;
			struct rb_found found;
			struct rb_value v;
			const char *limit;
			size_t at;

			assert_non_null(t);
			world_set(w, "never", rb_v_text(rb_str_c(values[i])));
			v = rb_tmpl_eval(t, &w->ev);
			assert_int_equal(v.kind, RB_V_TEXT);
			p = rb_pattern_new(&w->arena, v.s, &why, &at);
			if (text.n == 0) {
				assert_null(p);
				continue;
			}
			if (p == NULL)
				fail_msg("%s with %s: %.*s", forms[k], values[i], RB_STR_ARG(why));
			assert_int_equal(rb_pattern_find(p, text, 0, &found, &limit), 1);
			assert_int_equal(found.from, 0);
			assert_int_equal(found.to, text.n);
			assert_int_equal(rb_pattern_find(p, RB_STR("<abc> aI TMP xIy"), 0, NULL, &limit), 0);
			rb_pattern_close(p);
		}
	}
}

static void
regex_rules(void **state)
{
	static const struct expect_row rows[] = {
	    {"${pat}", "\"/^a.i$/\""}, /* of type regex: a pattern itself */
	    {"x${pat}", "\"x/^a.i$/\""},
	    {"/x${pat}/", "\"/x\\\\/\\\\^a\\\\.i\\\\$\\\\//\""},
	    {"/(?<n>${name})/", "\"/(?<n>api)/\""},
	    {"/a(${name}/", "10-11 this is not a valid regex: missing closing parenthesis"},
	    {"/${name}[/i", "9-10 this is not a valid regex: missing terminating ] for character class"},
	    {"/${name}*?{/", "\"/api*?{/\""},
	    {"/(?<n>${later})/", "unknown /(?<n><later>)/"},
	    /* what stands before a value takes no part of it */
	    {"/a\\${name}/", "3-10 a value in a regex matches itself as it is: leave out the `\\` before it"},
	    {"/a\\\\${name}/", "\"/a\\\\\\\\api/\""},
	    {"/\\Qa.${name}\\E/",
		"5-12 a value in a regex matches itself as it is: leave out the `\\Q` before it"},
	    {"/\\Qa.\\E${name}/", "\"/\\\\Qa.\\\\Eapi/\""},
	    {"/(a)\\1${name}/",
		"6-13 what stands before would take this value in: write (?:${…}), or `\\{` for a brace"},
	    {"/(a)\\1(?:${name})/", "\"/(a)\\\\1(?:api)/\""},
	    {"/a{${name}}/",
		"3-10 what stands before would take this value in: write (?:${…}), or `\\{` for a brace"},
	    {"/a\\{${name}}/", "\"/a\\\\{api}/\""},
	    /* nor is a value a flag: these are paths */
	    {"/a/${name}", "\"/\\\\/a\\\\/api/\""},
	};
	struct world *w = *state;
	struct rb_tmpl *t;
	struct rb_pattern *p;
	struct rb_str why;
	size_t at;

	EXPECT_AT(w, RB_PLACE_REGEX, rows);
	t = parse(w, RB_PLACE_REGEX, "/(?<first>${name}) (?<second>.)/");
	p = rb_tmpl_sample(t, &w->arena, &why, &at);
	assert_int_equal(rb_pattern_groups(p), 2);
	assert_true(rb_str_is(rb_pattern_group(p, 1), "second"));
	rb_pattern_close(p);
}

static void
count_expr(void *ctx, const struct rb_expr *e)
{
	rb_buf_fmt(ctx, "%.*s;", RB_STR_ARG(rb_expr_text(e)));
}

static void
what_a_template_is(void **state)
{
	struct world *w = *state;
	struct rb_tmpl *t = parse(w, RB_PLACE_TEXT, "a ${port} ${names[0]}");

	assert_false(rb_tmpl_constant(t));
	assert_null(rb_tmpl_whole(t));
	assert_false(rb_tmpl_secret(t));
	assert_true(rb_str_is(rb_tmpl_source(t), "a ${port} ${names[0]}"));
	rb_buf_clear(&w->out);
	rb_tmpl_exprs(t, count_expr, &w->out);
	assert_string_equal(rb_buf_cstr(&w->out), "port;names[0];");
	t = parse(w, RB_PLACE_TEXT, "$${x}");
	assert_true(rb_tmpl_constant(t));
	t = parse(w, RB_PLACE_TEXT, "${port}");
	assert_non_null(rb_tmpl_whole(t));
	assert_null(parse(w, RB_PLACE_TEXT, "x ${TOKEN}"));
	assert_int_equal(w->diags.items[0].code, RB_E_SECRET);
	w->ctx.secrets = true;
	t = parse(w, RB_PLACE_TEXT, "x ${TOKEN}");
	assert_true(rb_tmpl_secret(t));
	assert_true(rb_tmpl_secret(parse(w, RB_PLACE_TEXT, "x ${health.key}")));
}

/* Nothing in a text can make the reader go astray, in any place. */
static void
hostile(void **state)
{
	static const char *const pieces[] = {"${", "}", "$", "{", "\"", "'", "/", "\\", "port", "a", ":-",
	    "http://", "@", "?", "%", "$${", "matches ", "\n", "[", "(", ".", "..", "é", "\\Q", "\\E",
	    "${name}", "${base_url}", "#", "*"};
	struct world *w = *state;
	uint64_t seed = 7;

	for (int i = 0; i < 30000; i++) {
		char text[256];
		size_t n = 0;
		struct rb_tmpl *t;

		for (int k = 0; k < 12; k++) {
			const char *piece;

			seed = seed * 6364136223846793005u + 1442695040888963407u;
			piece = pieces[(seed >> 33) % (sizeof(pieces) / sizeof(*pieces))];
			memcpy(text + n, piece, strlen(piece) + 1);
			n += strlen(piece);
		}
		t = parse(w, (enum rb_place)(i % (RB_PLACE_REGEX + 1)), text);
		assert_true((t == NULL) == (w->diags.errors > 0));
		if (t != NULL)
			rb_tmpl_eval(t, &w->ev);
		for (size_t k = 0; k < w->diags.len; k++) {
			struct rb_span span = w->diags.items[k].span;

			if (span.from > span.to || span.to > n)
				fail_msg("`%s`: %s", text, world_complaint(w));
		}
		if (i % 1000 == 999) {
			teardown(state);
			setup(state);
			w = *state;
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(texts, setup, teardown),
	    cmocka_unit_test_setup_teardown(for_eyes, setup, teardown),
	    cmocka_unit_test_setup_teardown(urls, setup, teardown),
	    cmocka_unit_test_setup_teardown(headers, setup, teardown),
	    cmocka_unit_test_setup_teardown(mistakes, setup, teardown),
	    cmocka_unit_test_setup_teardown(limit_of_expressions, setup, teardown),
	    cmocka_unit_test_setup_teardown(regexes, setup, teardown),
	    cmocka_unit_test_setup_teardown(limit_of_regexes, setup, teardown),
	    cmocka_unit_test_setup_teardown(regex_rules, setup, teardown),
	    cmocka_unit_test_setup_teardown(what_a_template_is, setup, teardown),
	    cmocka_unit_test_setup_teardown(hostile, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
