/* Static types. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lang/type.h"

static void
assert_name(const struct rb_type *t, const char *want)
{
	struct rb_buf b;

	rb_buf_init(&b, NULL, 256);
	rb_type_name(t, &b);
	assert_string_equal(rb_buf_cstr(&b), want);
	rb_buf_free(&b);
}

static void
names(void **state)
{
	struct rb_arena a;

	(void)state;
	rb_arena_init(&a, NULL);
	for (int i = 0; i < RB_BASES; i++) {
		struct rb_buf b;

		assert_int_equal(rb_types[i].base, i);
		rb_buf_init(&b, NULL, 256);
		rb_type_name(&rb_types[i], &b);
		assert_true(b.len > 0);
		rb_buf_free(&b);
	}
	assert_name(&rb_types[RB_ANY], "JSON");
	assert_name(&rb_types[RB_LIST], "list");
	assert_name(&rb_type_list_any, "list");
	assert_name(&rb_type_list_text, "list of text");
	assert_name(rb_type_list(&a, rb_type_list(&a, &rb_types[RB_INT])), "list of list of int");
	rb_arena_free(&a);
}

static void
lists_of_common_types_are_shared(void **state)
{
	struct rb_arena a;

	(void)state;
	rb_arena_init(&a, NULL);
	assert_ptr_equal(rb_type_list(&a, &rb_types[RB_ANY]), &rb_type_list_any);
	assert_ptr_equal(rb_type_list(&a, &rb_types[RB_TEXT]), &rb_type_list_text);
	assert_int_equal(rb_type_item(rb_type_list(&a, &rb_types[RB_SIZE]))->base, RB_SIZE);
	assert_int_equal(rb_type_item(&rb_types[RB_LIST])->base, RB_ANY);
	rb_arena_free(&a);
}

static void
members(void **state)
{
	static const struct rb_type match = {.base = RB_MATCH, .len = 3, .members = rb_match_members};
	const struct rb_member *m = rb_type_member(&match, RB_STR("lines"));

	(void)state;
	assert_non_null(m);
	assert_ptr_equal(m->type, &rb_type_list_text);
	assert_null(rb_type_member(&match, RB_STR("line ")));
	assert_null(rb_type_member(&rb_types[RB_ANY], RB_STR("count")));
}

static void
texts(void **state)
{
	static const enum rb_base texty[] = {RB_TEXT, RB_URL, RB_PATH, RB_REGEX};
	unsigned n = 0;

	(void)state;
	for (size_t i = 0; i < 4; i++)
		assert_true(rb_type_texty(&rb_types[texty[i]]));
	for (int i = 0; i < RB_BASES; i++)
		n += rb_type_texty(&rb_types[i]);
	assert_int_equal(n, 4);
}

/* The words of `type:` that the language promises. */
static void
declared_words(void **state)
{
	static const struct {
		const char *name;
		enum rb_base base;
	} rows[] = {{"text", RB_TEXT}, {"int", RB_INT}, {"number", RB_NUMBER}, {"percent", RB_NUMBER},
	    {"size", RB_SIZE}, {"duration", RB_DURATION}, {"time", RB_TIME}, {"bool", RB_BOOL},
	    {"port", RB_INT}, {"url", RB_URL}, {"path", RB_PATH}, {"file", RB_PATH}, {"dir", RB_PATH},
	    {"version", RB_VERSION}, {"regex", RB_REGEX}, {"list", RB_LIST}, {"map", RB_RECORD}};
	size_t n = 0;

	(void)state;
	for (; n < sizeof(rows) / sizeof(*rows); n++) {
		const struct rb_type_row *row = rb_type_row(rb_str_c(rows[n].name));

		assert_non_null(row);
		assert_int_equal(row->base, rows[n].base);
		assert_true(strlen(row->help) > 0);
	}
	assert_null(rb_type_rows[n].name);
	assert_null(rb_type_row(RB_STR("string")));
	assert_null(rb_type_row(RB_STR("")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names),
	    cmocka_unit_test(lists_of_common_types_are_shared),
	    cmocka_unit_test(members),
	    cmocka_unit_test(texts),
	    cmocka_unit_test(declared_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
