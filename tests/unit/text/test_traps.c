/* The traps of YAML: each is named at its place with the mended line, and what only looks like one is left
 * alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "text/node.h"

struct fixture {
	struct rb_arena arena;
	struct rb_diags diags;
	const struct rb_source *src;
};

static int
set_up(void **state)
{
	static struct fixture f;

	rb_arena_init(&f.arena, NULL);
	*state = &f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	rb_arena_free(&f->arena);
	return 0;
}

static const struct rb_node *
load(struct fixture *f, const char *text)
{
	rb_diags_init(&f->diags, &f->arena);
	f->src = rb_source_new(&f->arena, RB_STR("x.yaml"), rb_str_c(text));
	return rb_yaml_load(&f->arena, f->src, &f->diags);
}

struct row {
	const char *text;
	enum rb_code code;
	const char *carets; /* the source text under them */
	const char *hint;   /* its first line */
};

static void
check(struct fixture *f, const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct rb_diag *diag;
		struct rb_str hint;

		load(f, rows[i].text);
		if (f->diags.len != 1)
			fail_msg("%s: %zu errors", rows[i].text, f->diags.len);
		diag = &f->diags.items[0];
		hint = rb_str_cut(diag->hint, 0, rb_str_find(diag->hint, RB_STR("\n"), 0));
		if (diag->code != rows[i].code)
			fail_msg("%s: %s: %s", rows[i].text, rb_code_rows[diag->code].code, diag->text.p);
		if (!rb_str_is(rb_span_text(diag->span), rows[i].carets))
			fail_msg("%s: at \"%.*s\"", rows[i].text, RB_STR_ARG(rb_span_text(diag->span)));
		if (!rb_str_is(hint, rows[i].hint))
			fail_msg("%s: hint: %.*s", rows[i].text, RB_STR_ARG(hint));
	}
}

#define CHECK(f, rows) check((f), (rows), sizeof(rows) / sizeof((rows)[0]))

static void
check_left_alone(struct fixture *f, const char *const *texts, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (load(f, texts[i]) == NULL || f->diags.len > 0)
			fail_msg(
			    "%s: %s", texts[i], f->diags.len > 0 ? f->diags.items[0].text.p : "not loaded");
	}
}

#define LEFT_ALONE(f, texts) check_left_alone((f), (texts), sizeof(texts) / sizeof((texts)[0]))

static void
test_comment(void **state)
{
	static const struct row rows[] = {
	    {"title: Restart #2\n", RB_E_TRAP_COMMENT, "#2", "write: title: \"Restart #2\""},
	    {"title: Restart #2\r\nb: 1\r\n", RB_E_TRAP_COMMENT, "#2", "write: title: \"Restart #2\""},
	    {"channel: #ops", RB_E_TRAP_COMMENT, "#ops", "write: channel: \"#ops\""},
	    {"- - id: a\n    title: Say \"#1\" #2 now\n", RB_E_TRAP_COMMENT, "#2 now",
		"write: title: 'Say \"#1\" #2 now'"},
	    {"symptoms:\n  - taken #98 x\n  - y\n", RB_E_TRAP_COMMENT, "#98 x", "write: \"taken #98 x\""},
	    {"- {id: a, title: Restart #2}\n- b\n", RB_E_TRAP_COMMENT, "#2}", "write: title: \"Restart #2\""},
	    {"title: Restart #2 of\n  the workers\nb: 1\n", RB_E_TRAP_COMMENT, "#2 of",
		"write: title: \"Restart #2 of\""},
	    {"tags: [a, b #c, d]\ne: f\n", RB_E_TRAP_COMMENT, "#c, d]", "write: \"b #c\""},
	    {"run: echo \"a # b\"\n", RB_E_TRAP_COMMENT, "# b\"", "write: run: 'echo \"a # b\"'"},
	};
	static const char *const fine[] = {"a: b # c\n", "a: b  # c\n", "a: b #\n", "a: b ## c\n",
	    "a: # c\n  b: 1\n", "a: b#c\n", "a: \"b\" #c\n", "a: #all\n  - b\n", "a: |\n  b #c\n",
	    "#a\nb: c\n", "a: 'x #2'\n", "a: it's # so\n", "a: [b, c] #d\n", "a: b # \"c\"\n"};
	struct fixture *f = *state;

	CHECK(f, rows);
	LEFT_ALONE(f, fine);
}

static void
test_list(void **state)
{
	static const struct row rows[] = {
	    {"match:\n  a: [Errno 98] Address taken\n  b: c\n", RB_E_TRAP_LIST, "[Errno 98]",
		"write: a: \"[Errno 98] Address taken\""},
	    {"match: {a: [Errno 98] Address taken, b: c}\n", RB_E_TRAP_LIST, "[Errno 98]",
		"write: a: \"[Errno 98] Address taken\""},
	    {"- [Errno 98] taken\n- b\n", RB_E_TRAP_LIST, "[Errno 98]", "write: \"[Errno 98] taken\""},
	    {"a: [Errno 98]\n", RB_E_TRAP_LIST, "[Errno 98]", "write: a: \"[Errno 98]\""},
	    {"a: [error] disk full\nb: 1\n", RB_E_TRAP_LIST, "disk full", "write: a: \"[error] disk full\""},
	    {"a: {x} y\nb: 1\n", RB_E_TRAP_LIST, "y", "write: a: \"{x} y\""},
	    {"look: [ -f /run/x ]\n", RB_E_TRAP_LIST, "[ -f /run/x ]", "write: look: \"[ -f /run/x ]\""},
	    {"look: [[ -f /run/x ]]\n", RB_E_TRAP_LIST, "[[ -f /run/x ]]",
		"write: look: \"[[ -f /run/x ]]\""},
	    {"look: [ -f x ] && y\n", RB_E_TRAP_LIST, "[ -f x ]", "write: look: \"[ -f x ] && y\""},
	    {"- look: [ \"$a\" = b ]\n  title: t\n", RB_E_TRAP_LIST, "[ \"$a\" = b ]",
		"write: look: '[ \"$a\" = b ]'"},
	    {"done_if: {look: [ -f x ]}\n", RB_E_TRAP_LIST, "[ -f x ]", "write: look: \"[ -f x ]\""},
	    {"run: [systemctl restart x]\n", RB_E_TRAP_LIST, "[systemctl restart x]",
		"write: run: \"[systemctl restart x]\""},
	};
	static const char *const fine[] = {"run: [systemctl, restart, x]\n", "look: [uptime]\n",
	    "look:\n  - echo\n  - a b\n", "look: [\"my program\"]\n", "alerts: [Service Down]\n",
	    "with: {start: [a b]}\n"};
	struct fixture *f = *state;

	CHECK(f, rows);
	LEFT_ALONE(f, fine);
}

static void
test_escape(void **state)
{
	static const struct row rows[] = {
	    {"a: \"/x\\b/\"\n", RB_E_TRAP_ESCAPE, "\\b", "write: a: '/x\\b/'"},
	    {"a: \"/x\\d/\"\n", RB_E_TRAP_ESCAPE, "\\d", "write: a: '/x\\d/'"},
	    {"a: {b: \"/it's \\d/\", c: 1}\n", RB_E_TRAP_ESCAPE, "\\d", "write: b: '/it''s \\d/'"},
	    {"a: \"\\\"\\\\ \\s\"\n", RB_E_TRAP_ESCAPE, "\\s", "write: a: '\"\\ \\s'"},
	    {"a: \"x\\0\"\n", RB_E_TRAP_ESCAPE, "\\0", "write: a: 'x\\0'"},
	    {"a: \"C:\\users\"\n", RB_E_TRAP_ESCAPE, "\\u", "write: a: 'C:\\users'"},
	    {"a: \"\\xzz\"\n", RB_E_TRAP_ESCAPE, "\\x", "write: a: '\\xzz'"},
	    {"a: \"\\ud800\"\n", RB_E_TRAP_ESCAPE, "\\u", "write: a: '\\ud800'"},
	    {"\"\\b\": 1\n", RB_E_TRAP_ESCAPE, "\\b", "write: '\"\\b\": 1'"},
	};
	static const char *const fine[] = {"a: \"\\n\\t\\r\\\"\\\\ \\/\"\n", "a: '\\b\\d'\n", "a: /\\b\\d/\n",
	    "a: \"\\\\b\"\n", "a: \"\\u00e9\\x1b\"\n", "a: \"b\\\n  c\"\n"};
	struct fixture *f = *state;

	CHECK(f, rows);
	LEFT_ALONE(f, fine);
}

static void
test_braces(void **state)
{
	static const struct row rows[] = {
	    {"with: {text: API on ${run.host}, a: b}\n", RB_E_TRAP_BRACES, "${run.host}",
		"write: text: \"API on ${run.host}\""},
	    {"argv: [ls, ${x}]\n", RB_E_TRAP_BRACES, "${x}", "write: \"${x}\""},
	    {"a: [${x}]\n", RB_E_TRAP_BRACES, "${x}", "write: \"${x}\""},
	    {"- {http: ${url}/x, id: a}\n", RB_E_TRAP_BRACES, "${url}", "write: http: \"${url}/x\""},
	};
	static const char *const fine[] = {"a: ${x}\n", "- ${x}/y\n", "a: {b: \"${x}\"}\n", "a: [$x]\n"};
	struct fixture *f = *state;

	CHECK(f, rows);
	LEFT_ALONE(f, fine);
	load(f, "title: {{ name }} is down\n");
	assert_int_equal(f->diags.items[0].code, RB_E_KEYFORM);
	assert_non_null(strstr(f->diags.items[0].hint.p, "${name}"));
}

static void
test_colon(void **state)
{
	static const struct row rows[] = {
	    {"title: Restart: the API\n", RB_E_TRAP_COLON, ":", "write: title: \"Restart: the API\""},
	    {"- id: a\n  title: Restart: the API # now\n", RB_E_TRAP_COLON, ":",
		"write: title: \"Restart: the API\""},
	    {"a: {title: Restart: the API, b: c}\n", RB_E_TRAP_COLON, ":",
		"write: title: \"Restart: the API\""},
	    {"run: echo 'a: b'\n", RB_E_TRAP_COLON, ":", "write: run: \"echo 'a: b'\""},
	    {"title: Restart:\nb: 1\n", RB_E_TRAP_COLON, ":", "write: title: \"Restart:\""},
	};
	static const char *const fine[] = {
	    "a: http://x:80/y\n", "a: 12:30\n", "a: \"b: c\"\n", "a: |\n  b: c\n"};
	struct fixture *f = *state;

	CHECK(f, rows);
	LEFT_ALONE(f, fine);
}

static void
test_fold(void **state)
{
	static const struct row rows[] = {
	    {"run: >\n  a\n  b\n", RB_E_TRAP_FOLD, ">", "write: run: |"},
	    {"- look: >-\n    a\n", RB_E_TRAP_FOLD, ">", "write: look: |"},
	    {"start: >\n  a\n", RB_E_TRAP_FOLD, ">", "write: start: |"},
	    {"run: cd /x\n  rm y\n", RB_E_TRAP_FOLD, "cd /x\n  rm y",
		"write `run: |` and the script in the lines below it"},
	};
	static const char *const fine[] = {"description: >\n  a\n  b\n", "run: |\n  a\n  b\n", "run: a\n",
	    "with:\n  start: >\n    a\n    b\n", "env: {x: y}\nrun: \"a \\\n  b\"\n"};
	struct fixture *f = *state;

	CHECK(f, rows);
	LEFT_ALONE(f, fine);
}

static void
test_tag(void **state)
{
	static const struct row rows[] = {
	    {"look: ! grep -q x y\n", RB_E_TAG, "!", "write: look: \"! grep -q x y\""},
	    {"look: !grep 'x y'\n", RB_E_TAG, "!grep", "write: look: \"!grep 'x y'\""},
	    {"if: !log.database\n", RB_E_TAG, "!log.database", "in an expression write `not`"},
	    {"- {if: !a, b: c}\n", RB_E_TAG, "!a", "in an expression write `not`"},
	    {"run: !x!y z\n", RB_E_TAG, "!", "write: run: \"!x!y z\""},
	    {"a: !!int 3\n", RB_E_TAG, "!!int", "leave it out: the type of a value comes from its key"},
	};
	static const char *const fine[] = {"a: b!\n", "a: '! b'\n", "a: x != y\n"};
	struct fixture *f = *state;

	CHECK(f, rows);
	LEFT_ALONE(f, fine);
}

static void
test_quote(void **state)
{
	static const struct row rows[] = {
	    {"run: \"$a\" -m x\n", RB_E_TRAP_QUOTE, "-m x", "write: run: '\"$a\" -m x'"},
	    {"- \"$a\" -m x\n- b\n", RB_E_TRAP_QUOTE, "-m x", "write: '\"$a\" -m x'"},
	    {"a: {b: \"$a\" -m x, c: d}\n", RB_E_TRAP_QUOTE, "-m x, c: d}", "write: b: '\"$a\" -m x'"},
	    {"title: 'it's down'\n", RB_E_TRAP_QUOTE, "s down'", "write: title: \"'it's down'\""},
	    {"run: \"$a\"/bin/x\nb: 1\n", RB_E_TRAP_QUOTE, "/bin/x", "write: run: '\"$a\"/bin/x'"},
	};
	static const char *const fine[] = {"run: x \"$a\" -m\n", "a: \"b\" # c\n", "\"a\": b\n"};
	struct fixture *f = *state;

	CHECK(f, rows);
	LEFT_ALONE(f, fine);
}

static void
test_tab(void **state)
{
	static const struct row rows[] = {
	    {"a:\n\tb: c\n", RB_E_TRAP_TAB, "\t", "indent with blanks"},
	    {"a:\n  b: c\n\td: e\n", RB_E_TRAP_TAB, "\t", "indent with blanks"},
	    {"a:\n  \t- b\n", RB_E_TRAP_TAB, "\t", "indent with blanks"},
	    {"a: |\n  \tb\n", RB_E_TRAP_TAB, "\t", "indent with blanks"},
	};
	static const char *const fine[] = {"a:\tb\n", "a: |\n  b\n  \tc\n", "a: b\tc\n"};
	struct fixture *f = *state;

	CHECK(f, rows);
	LEFT_ALONE(f, fine);
}

static void
test_first_characters(void **state)
{
	static const struct row rows[] = {
	    {"path: *.log\n", RB_E_ANCHOR, "*", "write: path: \"*.log\""},
	    {"path: *log\n", RB_E_ANCHOR, "*log", "write: path: \"*log\""},
	    {"a: & b\n", RB_E_ANCHOR, "&", "write: a: \"& b\""},
	    {"a: @b\n", RB_E_YAML, "@", "write: a: \"@b\""},
	    {"a: `b`\n", RB_E_YAML, "`", "write: a: \"`b`\""},
	    {"a: | b\n", RB_E_YAML, "|", "write: a: \"| b\""},
	    {"a: %b\n", RB_E_YAML, "%", "write: a: \"%b\""},
	};
	struct fixture *f = *state;

	CHECK(f, rows);
}

/* Lines that nobody wrote by hand: many traps, one line of megabytes, unclosed everything. Linear, and no
 * hint. */
static void
test_hostile_lines(void **state)
{
	static const char *const units[] = {
	    "\"\\b\",", "[a #b\n", "{a: [", "\"x\" ", "${", "'", "- \"$a\" x\n", "a: b: ", "\t- "};
	struct fixture *f = *state;
	struct rb_buf doc;

	rb_buf_init(&doc, NULL, 1 << 22);
	for (size_t u = 0; u < sizeof(units) / sizeof(units[0]); u++) {
		rb_buf_clear(&doc);
		rb_buf_char(&doc, '[');
		for (int i = 0; i < 50000; i++)
			rb_buf_c(&doc, units[u]);
		load(f, rb_buf_cstr(&doc));
		assert_true(f->diags.errors > 0);
		assert_true(f->diags.len <= RB_DIAGS_MAX);
	}
	rb_buf_free(&doc);
}

/* Every prefix of a file with a bit of everything, and every file with one byte changed, is read or refused.
 */
static void
test_damage(void **state)
{
	static const char whole[] =
	    "a: [x, 'y''', \"z\\n\"] # c\nb: |2-\n    t\n  u\nc: >\n  v\n\n  w\n? d\n: {e: ${f}, g: *h}\n"
	    "i: !j &k l #m\n- n: \"$o\" p\r\n\tq: 'é中'\n";
	static const char bytes[] = "\"'#:[]{}!&*|>-?,\t\n\\ %@`\xc3\x80";
	char text[sizeof(whole)];
	struct fixture *f = *state;
	struct rb_buf out;

	rb_buf_init(&out, NULL, 1 << 20);
	for (size_t n = 0; n < sizeof(whole) - 1; n++) {
		for (size_t b = 0; b < sizeof(bytes); b++) {
			struct rb_str damaged = {text, b == 0 ? n : sizeof(whole) - 1};

			memcpy(text, whole, sizeof(whole));
			text[n] = b == 0 ? whole[n] : bytes[b - 1];
			rb_arena_clear(&f->arena);
			rb_diags_init(&f->diags, &f->arena);
			f->src = rb_source_new(&f->arena, RB_STR("x.yaml"), damaged);
			if (rb_yaml_load(&f->arena, f->src, &f->diags) == NULL)
				assert_true(f->diags.errors > 0);
			for (size_t i = 0; i < f->diags.len; i++) {
				assert_true(f->diags.items[i].span.from <= f->diags.items[i].span.to);
				assert_true(f->diags.items[i].span.to <= damaged.n + 1);
			}
			rb_buf_clear(&out);
			rb_diags_render(&f->diags, false, &out);
		}
	}
	rb_buf_free(&out);
}

#define TEST(f) cmocka_unit_test_setup_teardown((f), set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {TEST(test_comment), TEST(test_list), TEST(test_escape),
	    TEST(test_braces), TEST(test_colon), TEST(test_fold), TEST(test_tag), TEST(test_quote),
	    TEST(test_tab), TEST(test_first_characters), TEST(test_hostile_lines), TEST(test_damage)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
