/* Maps that keep insertion order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "base/map.h"

static void
test_small(void **state)
{
	struct rb_arena a;
	struct rb_map m;
	char key[] = "one";
	int one = 1, two = 2, other = 3;

	(void)state;
	rb_arena_init(&a, NULL);
	rb_map_init(&m, &a);
	assert_null(rb_map_get(&m, RB_STR("one")));
	assert_null(rb_map_put(&m, rb_str_c(key), &one));
	key[0] = 'x';
	assert_ptr_equal(rb_map_get(&m, RB_STR("one")), &one);
	assert_null(rb_map_put(&m, RB_STR("two"), &two));
	assert_ptr_equal(rb_map_put(&m, RB_STR("one"), &other), &one);
	assert_ptr_equal(rb_map_get(&m, RB_STR("one")), &other);
	assert_int_equal(m.len, 2);
	assert_null(rb_map_get(&m, RB_STR("")));
	assert_null(rb_map_put(&m, RB_STR(""), &one));
	assert_ptr_equal(rb_map_get(&m, RB_STR("")), &one);
	rb_arena_free(&a);
}

static void
test_many_in_order(void **state)
{
	enum { MANY = 20000 };
	static int values[MANY];
	struct rb_arena a;
	struct rb_map m;
	char key[32];

	(void)state;
	rb_arena_init(&a, NULL);
	rb_map_init(&m, &a);
	for (int i = 0; i < MANY; i++) {
		snprintf(key, sizeof(key), "key%d", i);
		assert_null(rb_map_put(&m, rb_str_c(key), &values[i]));
	}
	assert_int_equal(m.len, MANY);
	for (int i = 0; i < MANY; i++) {
		snprintf(key, sizeof(key), "key%d", i);
		assert_ptr_equal(rb_map_get(&m, rb_str_c(key)), &values[i]);
		assert_true(rb_str_is(m.entries[i].key, key));
	}
	assert_null(rb_map_get(&m, RB_STR("key20000")));
	rb_arena_free(&a);
}

/* These words have one hash each (FNV-1a, 32 bits). */
static void
test_same_hash(void **state)
{
	static const char *const words[] = {
	    "liquid", "costarring", "altarages", "zinke", "altarage", "zinkes"};
	enum { WORDS = sizeof(words) / sizeof(*words) };
	static int values[WORDS];
	struct rb_arena a;
	struct rb_map m;

	(void)state;
	rb_arena_init(&a, NULL);
	rb_map_init(&m, &a);
	for (size_t i = 0; i < WORDS; i++) {
		assert_null(rb_map_get(&m, rb_str_c(words[i])));
		assert_null(rb_map_put(&m, rb_str_c(words[i]), &values[i]));
	}
	for (size_t i = 0; i < WORDS; i++)
		assert_ptr_equal(rb_map_get(&m, rb_str_c(words[i])), &values[i]);
	rb_arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_small), cmocka_unit_test(test_many_in_order),
	    cmocka_unit_test(test_same_hash)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
