/* Texts that were written as YAML read back as they were. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "text/node.h"
#include "text/yaml_write.h"

/* What `text` reads back as, as the value of a key in a list, and inside of {}; both must be the same. */
static void
check(const char *p, size_t n, const char *want, size_t wanted, bool whole)
{
	struct rb_str text = {p, n};
	const struct rb_node *root, *map;
	struct rb_arena arena;
	struct rb_diags diags;
	struct rb_buf b;

	rb_arena_init(&arena, NULL);
	rb_diags_init(&diags, &arena);
	rb_buf_init(&b, NULL, 1 << 20);
	rb_buf_c(&b, "- {flow: ");
	assert_int_equal(rb_yaml_scalar(&b, text), whole);
	rb_buf_c(&b, ", more: x}\n- block:");
	assert_int_equal(rb_yaml_text(&b, text, 2), whole);
	rb_buf_c(&b, "  more: x\n");
	root = rb_yaml_load(&arena, rb_source_new(&arena, RB_STR("made.yaml"), rb_buf_view(&b)), &diags);
	if (root == NULL || diags.len > 0) {
		rb_diags_render(&diags, false, &b);
		print_message("%s\n", rb_buf_cstr(&b));
	}
	assert_non_null(root);
	assert_int_equal(diags.len, 0);
	for (size_t i = 0; i < 2; i++) {
		map = root->items[i];
		assert_int_equal(map->len, 2);
		assert_int_equal(map->pairs[0].value->text.n, wanted);
		assert_memory_equal(map->pairs[0].value->text.p, want, wanted);
	}
	rb_buf_free(&b);
	rb_arena_free(&arena);
}

static void
test_same(void **state)
{
	static const char *const texts[] = {"", "word", "/srv/app", "8000", "-1", "~", "null", "true", "- x",
	    "a: b", "x # y", "Restart #2", "[Errno 98] Address already in use", "{}", "'quoted'",
	    "\"quoted\"", "back\\slash \\d \\b", "tab\tinside", "\ttab", "one\ntwo", "one\ntwo\n",
	    "one\ntwo\n\n\n", "\n", "\n\nx\n", " first\nsecond\n", "  \n x\n", "  \n\n",
	    "trailing  \nblanks \n", "\r\n", "a\r\nb\r\n", "\x1b[31mred\x1b[0m\n", "bell\x07",
	    "caf\xc3\xa9\n\xe2\x9c\x93\n", "%a", "@b", "`c`", "!d", "&e", "*f", "? g", "| h", "> i",
	    "---\n...\n", "--- x", "...", "# no comment\n# nor this\n", "a\n\tb\n", "${x} $y {{z}}", ": ",
	    "x:", "a, b", "line\n# x\n  deep\nback", "<<", "=", "\xf0\x9f\x98\x80", "1e3", "12:30:45"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		check(texts[i], strlen(texts[i]), texts[i], strlen(texts[i]), true);
}

static void
test_replaced(void **state)
{
	(void)state;
	check("a\0b", 3,
	    "a\xef\xbf\xbd"
	    "b",
	    5, false);
	check("\xff\xfe\n", 3, "\xef\xbf\xbd\xef\xbf\xbd\n", 7, false);
	check("\xe2\x80\xae"
	      "evil",
	    7,
	    "\xef\xbf\xbd"
	    "evil",
	    7, false);
	check("\xe2\x80\xa8", 3, "\xef\xbf\xbd", 3, false);
	check("\x7f", 1, "\xef\xbf\xbd", 3, false);
}

static void
test_form(void **state)
{
	struct rb_buf b;

	(void)state;
	rb_buf_init(&b, NULL, 4096);
	rb_buf_c(&b, "out:");
	rb_yaml_text(&b, RB_STR("one\n\n two\n"), 4);
	assert_string_equal(rb_buf_cstr(&b), "out: |\n      one\n\n       two\n");
	rb_buf_clear(&b);
	rb_yaml_text(&b, RB_STR(" one\ntwo"), 0);
	assert_string_equal(rb_buf_cstr(&b), " |2-\n   one\n  two\n");
	rb_buf_clear(&b);
	rb_yaml_text(&b, RB_STR("8000"), 0);
	assert_string_equal(rb_buf_cstr(&b), " 8000\n");
	rb_buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_same),
	    cmocka_unit_test(test_replaced),
	    cmocka_unit_test(test_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
