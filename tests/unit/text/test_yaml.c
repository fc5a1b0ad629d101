/* Documents → nodes: texts, spans, offsets inside of texts, limits, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

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
	rb_diags_init(&f.diags, &f.arena);
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
load_bytes(struct fixture *f, struct rb_str bytes)
{
	rb_diags_init(&f->diags, &f->arena);
	f->src = rb_source_new(&f->arena, RB_STR("x.yaml"), bytes);
	return rb_yaml_load(&f->arena, f->src, &f->diags);
}

static const struct rb_node *
load(struct fixture *f, const char *text)
{
	return load_bytes(f, rb_str_c(text));
}

/* Loads what must be without error. */
static const struct rb_node *
load_well(struct fixture *f, const char *text)
{
	const struct rb_node *root = load(f, text);

	if (root == NULL || f->diags.len > 0)
		fail_msg("%s: %.*s", text,
		    RB_STR_ARG(f->diags.len > 0 ? f->diags.items[0].text : RB_STR("nothing")));
	return root;
}

/* Each row: a text, and the one error in it with its line and column. */
struct bad_row {
	const char *text;
	enum rb_code code;
	size_t line, column;
	const char *message; /* part of it */
};

static void
check_bad(struct fixture *f, const struct bad_row *row, bool has_tree)
{
	const struct rb_node *root = load(f, row->text);
	struct rb_pos pos;

	if (f->diags.len != 1)
		fail_msg("%s: %zu errors", row->text, f->diags.len);
	pos = rb_source_pos(f->src, f->diags.items[0].span.from);
	if (f->diags.items[0].code != row->code || pos.line != row->line || pos.column != row->column ||
	    strstr(f->diags.items[0].text.p, row->message) == NULL)
		fail_msg("%s: %s at %zu:%zu: %s", row->text, rb_code_rows[f->diags.items[0].code].code,
		    pos.line, pos.column, f->diags.items[0].text.p);
	if ((root != NULL) != has_tree)
		fail_msg("%s: a tree is %swanted", row->text, has_tree ? "" : "not ");
}

static void
test_tree(void **state)
{
	struct fixture *f = *state;
	const struct rb_node *root =
	    load_well(f, "a: 1\nlist:\n- x\n- {b: 'it''s', c: \"\"}\nnone:\ntilde: ~\nnull: null\n"
			 "text: |\n  one\n  two\n\n# end\n");
	const struct rb_node *list = rb_node_get(root, "list"), *map;

	assert_int_equal(root->kind, RB_NODE_MAP);
	assert_int_equal(root->len, 6);
	assert_true(rb_str_is(rb_node_get(root, "a")->text, "1"));
	assert_int_equal(list->kind, RB_NODE_LIST);
	assert_int_equal(list->len, 2);
	map = list->items[1];
	assert_true(rb_str_is(rb_node_get(map, "b")->text, "it's"));
	assert_true(rb_str_is(rb_span_text(rb_node_get(map, "b")->span), "'it''s'"));
	assert_true(rb_str_is(rb_span_text(map->span), "{b: 'it''s', c: \"\"}"));
	assert_true(rb_str_is(rb_span_text(list->span), "- x\n- {b: 'it''s', c: \"\"}"));
	assert_string_equal(rb_node_form(rb_node_get(map, "c")), "a text");
	assert_false(rb_node_get(map, "c")->empty_plain);
	assert_string_equal(rb_node_form(rb_node_get(root, "none")), "nothing");
	assert_string_equal(rb_node_form(rb_node_get(root, "tilde")), "nothing");
	assert_string_equal(rb_node_form(rb_node_get(root, "null")), "nothing");
	assert_string_equal(rb_node_form(list), "a list");
	assert_string_equal(rb_node_form(map), "a mapping");
	assert_true(rb_str_is(rb_node_get(root, "text")->text, "one\ntwo\n"));
	assert_true(rb_str_is(rb_span_text(rb_node_get(root, "text")->span), "|\n  one\n  two"));
	assert_null(rb_node_get(root, "b"));
	assert_null(rb_node_get(list, "a"));
	assert_null(rb_node_get(NULL, "a"));
}

static void
test_texts_are_texts(void **state)
{
	static const char *const texts[] = {
	    "no", "012", "190:20:30", "1e3", "yes", "0x10", "2026-11-22", ".5", "=", "-1"};
	struct fixture *f = *state;
	char doc[64];

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		snprintf(doc, sizeof(doc), "a: %s\n", texts[i]);
		assert_true(rb_str_is(rb_node_get(load_well(f, doc), "a")->text, texts[i]));
		assert_false(rb_node_get(load_well(f, doc), "a")->empty_plain);
	}
}

/* Marks are characters; spans are bytes. */
static void
test_spans_behind_wide_text(void **state)
{
	struct fixture *f = *state;
	const struct rb_node *root = load_well(f, "é: 中文 x\n😀: [ä, \"ö ü\", {k: 'ß'}]\r\nend: last\r\n");
	const struct rb_node *list = root->pairs[1].value;

	assert_true(rb_str_is(rb_span_text(root->pairs[0].key->span), "é"));
	assert_true(rb_str_is(rb_span_text(root->pairs[0].value->span), "中文 x"));
	assert_true(rb_str_is(rb_span_text(root->pairs[1].key->span), "😀"));
	assert_true(rb_str_is(rb_span_text(list->items[0]->span), "ä"));
	assert_true(rb_str_is(rb_span_text(list->items[1]->span), "\"ö ü\""));
	assert_true(rb_str_is(rb_span_text(rb_node_get(list->items[2], "k")->span), "'ß'"));
	assert_true(rb_str_is(rb_span_text(rb_node_get(root, "end")->span), "last"));
}

/* Texts for which the offset of every byte is checked: where it stands for itself, the source must hold it
 * there. */
static void
test_offsets_of_copies(void **state)
{
	static const char *const texts[] = {"a: plain words here # c\n",
	    "a: one\n  two   \n\n  three\n\n\n  four\nb: 1\n", "a: 'single ''quoted'' text'\n",
	    "a: 'one   \n   two\n\n\n  three'\n", "a: ' lead\n  trail '\n",
	    "a: \"x\\ty \\\"q\\\" \\u00e9 \\x41\\U0001F600z\"\n", "a: \"one\n  two\n\n  three\"\n",
	    "a: \"one \\\n   two\\\n\n  \\  three\\n\"\n", "a: |\n  one\n    two\n\n  three\n",
	    "a: |+\n  one\n\n\n", "a: |-\n  one\n\n\nb: 1\n", "a: |2\n    two\n   one\n  zero\nb: 1\n",
	    "a: | # comment\n\n\n   one\n   two\n", "- - a: |\n      deep\n        er\n      end\n",
	    "a: |\n  y\n  \tx\n", "a: >\n  one\n  two\n\n  three\n    more\n  four\n\n\n  five\n",
	    "a: >-\n  one\n\n\n  two\n   x\n\n   y\n  z\n", "a: >+\n\n  one\n  two\n\n\n",
	    "a: |\r\n  one\r\n  two\r\n\r\n  three\r\n", "a: >\r\n  one\r\n  two\r\n\r\n  three\r\n",
	    "a: \"one\r\n  two\r\n\r\n  three\"\r\n", "a: 'x\r\n y'\r\n", "a: é 中\n  ü\n",
	    "a: |\n  é\n  中\n", "a: ''\n", "a: \"\"\n", "a: |\nb: 1\n", "a: [x y, 'z']\n",
	    "a: |1\n  x\n   \n y\n", "a: >\n  \n  x\n   \n  y\n", "a: \"\\L\\P\\N\\_x\"\n"};
	struct fixture *f = *state;

	for (size_t t = 0; t < sizeof(texts) / sizeof(texts[0]); t++) {
		const struct rb_node *n = load(f, texts[t]);
		size_t before = 0, at;

		if (n == NULL)
			fail_msg("%s is refused", texts[t]);
		while (n->kind != RB_NODE_SCALAR)
			n = n->kind == RB_NODE_LIST ? n->items[0] : n->pairs[0].value;
		for (size_t i = 0; i < n->text.n; i++) {
			at = rb_node_offset(n, i);
			if (at < before || at >= f->src->bytes.n)
				fail_msg("%s: byte %zu at %zu, before it %zu", texts[t], i, at, before);
			before = at;
			if (f->src->bytes.p[at] == n->text.p[i])
				continue;
			/* What stands for something else: an escape, a doubled quote, a fold. */
			if (f->src->bytes.p[at] == '\\' ||
			    (n->text.p[i] == ' ' && strchr("\r\n", f->src->bytes.p[at])) ||
			    (n->text.p[i] == '\n' && f->src->bytes.p[at] == '\r'))
				continue;
			fail_msg("%s: byte %zu '%c' is not '%c' at %zu", texts[t], i, n->text.p[i],
			    f->src->bytes.p[at], at);
		}
		at = rb_node_offset(n, n->text.n);
		if (n->text.n > 0 && (at <= before || at > f->src->bytes.n))
			fail_msg("%s: the end is at %zu, the last byte at %zu", texts[t], at, before);
		assert_int_equal(rb_node_offset(n, n->text.n + 1), n->span.from);
	}
}

static void
test_offsets_exactly(void **state)
{
	static const struct {
		const char *doc;
		size_t i, offset;
	} rows[] = {{"a: bcd", 0, 3}, {"a: bcd", 2, 5}, {"a: bcd", 3, 6}, {"a: 'b''c'", 1, 5},
	    {"a: 'b''c'", 2, 7}, {"a: 'b''c'", 3, 8}, {"a: \"\\tb\"", 0, 4}, {"a: \"\\tb\"", 1, 6},
	    {"a: \"\\u00e9b\"", 1, 4}, {"a: \"\\u00e9b\"", 2, 10}, {"a: b\n  c", 1, 4}, {"a: b\n  c", 2, 7},
	    {"a: b\n\n  c", 1, 5}, {"a: |\n  b\n  c\n", 0, 7}, {"a: |\n  b\n  c\n", 1, 8},
	    {"a: |\n  b\n  c\n", 2, 11}, {"a: |\n  b\n  c\n", 4, 13}, {"a: >\n  b\n  c\n", 1, 8},
	    {"a: >\n  b\n  c\n", 2, 11}, {"a:", 0, 2}, {"a: \"b\\\n   c\"", 1, 10}, {"a: |+\n\n\n", 1, 3},
	    {"a: bc", 3, 3}, {"a: b  \n  c", 1, 6}};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t at = rb_node_offset(rb_node_get(load(f, rows[i].doc), "a"), rows[i].i);

		if (at != rows[i].offset)
			fail_msg(
			    "%s: byte %zu is at %zu, not %zu", rows[i].doc, rows[i].i, at, rows[i].offset);
	}
}

static void
test_refused(void **state)
{
	static const struct bad_row rows[] = {
	    {"a: 1\nb: &x 2\n", RB_E_ANCHOR, 2, 4, "`&x`"},
	    {"a: &x\n  b: 1\n", RB_E_ANCHOR, 1, 4, "`&x`"},
	    {"a: &x [1]\n", RB_E_ANCHOR, 1, 4, "`&x`"},
	    {"a: *x\n", RB_E_ANCHOR, 1, 4, "`*x`"},
	    {"<<: {a: 1}\n", RB_E_ANCHOR, 1, 1, "merge"},
	    {"a: !!str 1\n", RB_E_TAG, 1, 4, "`!!str`"},
	    {"a: !x [1]\n", RB_E_TAG, 1, 4, "`!x`"},
	    {"a: 1\n---\nb: 1\n", RB_E_DOCUMENT, 2, 1, "second"},
	    {"a: 1\nb: 2\na: 3\n", RB_E_DUPLICATE, 3, 1, "first on line 1"},
	    {"{a: 1, \"a\": 3}\n", RB_E_DUPLICATE, 1, 8, "`a`"},
	    {"? [a]\n: 1\n", RB_E_KEYFORM, 1, 3, "a list cannot be a key"},
	    {"a: {{x}: 1}\n", RB_E_KEYFORM, 1, 5, "a mapping cannot be a key"},
	    {"?\n: 1\n", RB_E_KEYFORM, 1, 2, "no key"},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_bad(f, &rows[i], true);
	load_well(f, "'<<': 1\n");
	load_well(f, "%YAML 1.1\n---\na: 1\n...\n");
}

static void
test_empty(void **state)
{
	static const char *const texts[] = {"", "\n\n", "# nothing\n", "---\n", "---\n...\n"};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_null(load(f, texts[i]));
		assert_int_equal(f->diags.len, 1);
		assert_int_equal(f->diags.items[0].code, RB_E_DOCUMENT);
	}
}

/* After a repeated key the first stays, also in a large mapping. */
static void
test_repeated_keys(void **state)
{
	struct fixture *f = *state;
	const struct rb_node *root = load(f, "a: 1\nb: 2\na: 3\nb: 4\n");
	struct rb_buf doc;

	assert_int_equal(f->diags.errors, 2);
	assert_int_equal(root->len, 2);
	assert_true(rb_str_is(rb_node_get(root, "a")->text, "1"));
	rb_buf_init(&doc, NULL, 1 << 20);
	for (int i = 0; i < 100; i++)
		rb_buf_fmt(&doc, "k%d: %d\n", i % 60, i);
	root = load(f, rb_buf_cstr(&doc));
	assert_int_equal(f->diags.errors, 40);
	assert_int_equal(root->len, 60);
	assert_true(rb_str_is(rb_node_get(root, "k3")->text, "3"));
	assert_non_null(strstr(f->diags.items[39].text.p, "first on line 40"));
	rb_buf_free(&doc);
}

static void
test_characters(void **state)
{
	static const struct {
		const char *bytes;
		size_t n, column;
		const char *message;
	} rows[] = {
	    {"a: \0b", 5, 4, "U+0000 (NUL)"},
	    {"a: \x1b[0m", 7, 4, "U+001B (escape)"},
	    {"a: \x7f", 4, 4, "U+007F (delete)"},
	    {"a: \x01", 4, 4, "U+0001 (control character)"},
	    {"a: \xc2\x85", 5, 4, "U+0085 (next line)"},
	    {"a: \xc2\x9b", 5, 4, "U+009B"},
	    {"é: \xe2\x80\xa8", 7, 4, "U+2028 (line separator)"},
	    {"a: \xe2\x80\xa9", 6, 4, "U+2029"},
	    {"a: \xe2\x80\xae", 6, 4, "U+202E (right-to-left override)"},
	    {"a: \xe2\x81\xa6", 6, 4, "U+2066"},
	    {"a: \xe2\x80\x8f", 6, 4, "U+200F"},
	    {"a: \xef\xbb\xbf", 6, 4, "U+FEFF (byte-order mark)"},
	    {"a: \xef\xbf\xbf", 6, 4, "U+FFFF (not a character)"},
	    {"a: b\rc: d", 9, 5, "carriage return"},
	    {"a: \xff\xfe", 5, 4, "0xFF is not UTF-8"},
	    {"a: \xc3", 4, 4, "0xC3 is not UTF-8"},
	    {"a: \xed\xa0\x80", 6, 4, "0xED is not UTF-8"},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_null(load_bytes(f, (struct rb_str){rows[i].bytes, rows[i].n}));
		assert_int_equal(f->diags.len, 1);
		assert_int_equal(f->diags.items[0].code, RB_E_UTF8);
		if (strstr(f->diags.items[0].text.p, rows[i].message) == NULL)
			fail_msg("%s: %s", rows[i].message, f->diags.items[0].text.p);
		assert_int_equal(rb_source_pos(f->src, f->diags.items[0].span.from).column, rows[i].column);
	}
	assert_null(load(f, "a: \x01\nb: \x02\n"));
	assert_int_equal(f->diags.len, 2);
	/* What is allowed: tabs in texts, line ends of both kinds, joiners, a byte-order mark at the start.
	 */
	load_well(f, "\xef\xbb\xbf"
		     "a: b\tc\r\nb: \xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb\xc2\xa0\n");
}

static void
test_binary_ends_early(void **state)
{
	struct fixture *f = *state;
	struct rb_buf doc;

	rb_buf_init(&doc, NULL, 1 << 20);
	for (int i = 0; i < 100000; i++)
		rb_buf_add(&doc, "\xff\x01", 2);
	assert_null(load_bytes(f, rb_buf_view(&doc)));
	assert_true(f->diags.errors <= 20);
	rb_buf_free(&doc);
}

static void
test_escaped_characters(void **state)
{
	static const char *const bad[] = {
	    "a: \"\\x00\"\n", "a: \"\\u202e\"\n", "a: \"\\u2028\"\n", "a: \"\\U0000feff\"\n"};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		load(f, bad[i]);
		assert_int_equal(f->diags.len, 1);
		assert_int_equal(f->diags.items[0].code, RB_E_UTF8);
		assert_int_equal(f->diags.items[0].span.from, 4);
	}
	load_well(f, "a: \"\\x1b[0m \\t \\n \\\\u202e \\u00e9\"\n");
}

static void
test_depth(void **state)
{
	static const char *const units[] = {"[", "{", "- ", "? ", "{a: "};
	struct fixture *f = *state;
	struct timespec before, after;
	struct rb_buf doc;
	double ms;

	rb_buf_init(&doc, NULL, 1 << 20);
	rb_buf_pad(&doc, '[', RB_NODE_DEPTH);
	rb_buf_pad(&doc, ']', RB_NODE_DEPTH);
	load_well(f, rb_buf_cstr(&doc));
	for (size_t u = 0; u < sizeof(units) / sizeof(units[0]); u++) {
		rb_buf_clear(&doc);
		for (int i = 0; i < 100000; i++)
			rb_buf_c(&doc, units[u]);
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
		assert_null(load(f, rb_buf_cstr(&doc)));
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
		ms = (double)(after.tv_sec - before.tv_sec) * 1e3 +
		     (double)(after.tv_nsec - before.tv_nsec) / 1e6;
		if (ms > 100)
			fail_msg("100,000 of %s took %.0f ms", units[u], ms);
		assert_int_equal(f->diags.len, 1);
		assert_int_equal(f->diags.items[0].code, RB_E_DEPTH);
	}
	rb_buf_free(&doc);
}

static void
test_scalar_limit(void **state)
{
	struct fixture *f = *state;
	struct rb_buf doc;

	rb_buf_init(&doc, NULL, 1 << 20);
	rb_buf_c(&doc, "a: ");
	rb_buf_pad(&doc, 'x', RB_SCALAR_MAX);
	load_well(f, rb_buf_cstr(&doc));
	rb_buf_char(&doc, 'x');
	assert_non_null(load(f, rb_buf_cstr(&doc)));
	assert_int_equal(f->diags.len, 1);
	assert_int_equal(f->diags.items[0].code, RB_E_SCALAR);
	rb_buf_free(&doc);
}

static void
test_large(void **state)
{
	enum { STEPS = 20000 };
	struct fixture *f = *state;
	const struct rb_node *steps;
	struct rb_buf doc;

	rb_buf_init(&doc, NULL, 1 << 24);
	rb_buf_c(&doc, "steps:\n");
	for (int i = 0; i < STEPS; i++)
		rb_buf_fmt(&doc, "  - id: s%d\n    title: Ä %d\n    look: [echo, \"%d\"]\n", i, i, i);
	steps = rb_node_get(load_well(f, rb_buf_cstr(&doc)), "steps");
	assert_int_equal(steps->len, STEPS);
	assert_true(rb_str_is(rb_span_text(rb_node_get(steps->items[STEPS - 1], "title")->span), "Ä 19999"));
	assert_int_equal(rb_source_pos(f->src, steps->items[STEPS - 1]->span.from).line, 3 * STEPS - 1);
	rb_buf_free(&doc);
}

static void
test_syntax(void **state)
{
	static const struct bad_row rows[] = {
	    {"a: [1, 2\nb: c\n", RB_E_YAML, 1, 4, "bracket is not closed"},
	    {"a: {b: 1\n", RB_E_YAML, 1, 4, "bracket is not closed"},
	    {"a: \"never\nb: c\n", RB_E_YAML, 1, 4, "quote is never closed"},
	    {"a: 'never\nb: c\n", RB_E_YAML, 1, 4, "quote is never closed"},
	    {"a: - b\n", RB_E_YAML, 1, 4, "list item has no place"},
	    {"a: b\n c: d\n", RB_E_YAML, 2, 2, "`c:` is indented further than `a:` above it"},
	    {"a:\n  b: 1\n c: 2\n", RB_E_YAML, 3, 2, "mapping that begins on line 1"},
	    {"a:\n  - x\n - y\n", RB_E_YAML, 3, 2, "mapping that begins on line 1"},
	    {"- a\nb: c\n", RB_E_YAML, 2, 1, "list that begins on line 1"},
	    {"a: b\nfoo\nc: d\n", RB_E_YAML, 2, 1, "neither `key: value` nor"},
	    {"a: b\ntitle:x\nc: d\n", RB_E_YAML, 2, 6, "blank is missing"},
	    {"title:x\nc: d\n", RB_E_YAML, 1, 6, "blank is missing"},
	    {"a: [\"x\" \"y\"]\n", RB_E_YAML, 1, 9, "`,` or `]` is missing"},
	    {"a: [b {c: 1}]\n", RB_E_YAML, 1, 7, "`,` or `]` is missing"},
	    {"%foo\n", RB_E_YAML, 1, 1, "directive"},
	    {"a: @b\n", RB_E_YAML, 1, 4, "begins with @"},
	    {"a: | b\n", RB_E_YAML, 1, 4, "begins with | or >"},
	    {": b\n", RB_E_KEYFORM, 1, 1, "no key before"},
	    {"é: 中 [\n]: x: y\n", RB_E_YAML, 2, 1, ""},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_bad(f, &rows[i], false);
}

/* What was found before libyaml stopped is reported too. */
static void
test_errors_before_a_stop(void **state)
{
	struct fixture *f = *state;

	assert_null(load(f, "a: 1\na: 2\nb: *x\nc: Restart #2\nd: 1\ne: [\n"));
	assert_int_equal(f->diags.len, 4);
	rb_diags_sort(&f->diags);
	assert_int_equal(f->diags.items[0].code, RB_E_DUPLICATE);
	assert_int_equal(f->diags.items[1].code, RB_E_ANCHOR);
	assert_int_equal(f->diags.items[2].code, RB_E_TRAP_COMMENT);
	assert_int_equal(f->diags.items[3].code, RB_E_YAML);
}

#define TEST(f) cmocka_unit_test_setup_teardown((f), set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {TEST(test_tree), TEST(test_texts_are_texts),
	    TEST(test_spans_behind_wide_text), TEST(test_offsets_of_copies), TEST(test_offsets_exactly),
	    TEST(test_refused), TEST(test_empty), TEST(test_repeated_keys), TEST(test_characters),
	    TEST(test_binary_ends_early), TEST(test_escaped_characters), TEST(test_depth),
	    TEST(test_scalar_limit), TEST(test_large), TEST(test_syntax), TEST(test_errors_before_a_stop)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
