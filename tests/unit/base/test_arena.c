/* Arenas, and the allocator hook beneath them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

/* Counts what is out, and can be told to fail. */
struct counter {
	size_t live;
	size_t taken;
	bool fail;
	jmp_buf out_of_memory;
	size_t asked;
};

static void *
counting_resize(void *ctx, void *p, size_t n)
{
	struct counter *c = ctx;

	if (n == 0) {
		c->live--;
		free(p);
		return NULL;
	}
	if (c->fail || n > (size_t)1 << 40)
		return NULL;
	if (p == NULL) {
		c->live++;
		c->taken++;
	}
	return realloc(p, n);
}

static void
counting_exhausted(void *ctx, size_t n)
{
	struct counter *c = ctx;

	c->asked = n;
	longjmp(c->out_of_memory, 1);
}

/* All that an arena has to be aligned for. */
struct aligned {
	void *p;
	int64_t i;
	double d;
};

static void
test_zeroed_and_aligned(void **state)
{
	struct counter c = {0};
	struct rb_alloc hook = {counting_resize, counting_exhausted, &c};
	struct rb_arena a;

	(void)state;
	rb_arena_init(&a, &hook);
	assert_int_equal(c.taken, 0);
	for (size_t n = 0; n < 3000; n += 7) {
		char *p = rb_arena_new(&a, n);

		assert_int_equal((uintptr_t)p % alignof(struct aligned), 0);
		rb_arena_str(&a, RB_STR("odd")); /* texts stand close */
		for (size_t i = 0; i < n; i++)
			assert_int_equal(p[i], 0);
		memset(p, 0xaa, n);
	}
	rb_arena_clear(&a);
	assert_int_equal(c.live, 1);
	for (int i = 0; i < 50; i++)
		assert_int_equal(*(char *)rb_arena_new(&a, 100), 0);
	assert_int_equal(c.live, 1);
	rb_arena_free(&a);
	assert_int_equal(c.live, 0);
	rb_arena_free(&a);
	rb_arena_clear(&a);
}

static void
test_large_and_many(void **state)
{
	struct counter c = {0};
	struct rb_alloc hook = {counting_resize, counting_exhausted, &c};
	struct rb_arena a;
	char *big;

	(void)state;
	rb_arena_init(&a, &hook);
	big = rb_arena_new(&a, 1 << 20);
	memset(big, 1, 1 << 20);
	assert_true(a.total >= 1 << 20);
	for (int i = 0; i < 100000; i++)
		rb_arena_new(&a, 16);
	assert_true(c.taken < 100);
	assert_int_equal(big[(1 << 20) - 1], 1);
	rb_arena_free(&a);
	assert_int_equal(c.live, 0);
}

static void
test_exhausted(void **state)
{
	struct counter c = {0};
	struct rb_alloc hook = {counting_resize, counting_exhausted, &c};
	struct rb_arena a;
	volatile int met = 0;

	(void)state;
	rb_arena_init(&a, &hook);
	if (setjmp(c.out_of_memory) == 0)
		rb_arena_array(&a, SIZE_MAX / 8, 16);
	else
		met++;
	c.asked = 0;
	if (setjmp(c.out_of_memory) == 0)
		rb_arena_new(&a, SIZE_MAX);
	else
		met++;
	assert_true(c.asked > SIZE_MAX / 2);
	c.fail = true;
	if (setjmp(c.out_of_memory) == 0)
		rb_alloc_zero(&hook, 3, 5);
	else
		met++;
	assert_int_equal(c.asked, 15);
	if (setjmp(c.out_of_memory) == 0)
		rb_alloc_zero(&hook, SIZE_MAX / 2, 3);
	else
		met++;
	assert_int_equal(met, 4);
	assert_int_equal(c.live, 0);
}

static void
test_text(void **state)
{
	struct rb_arena a;
	struct rb_str s;
	char bytes[] = "ab\0cd";

	(void)state;
	rb_arena_init(&a, NULL);
	s = rb_arena_str(&a, (struct rb_str){bytes, 5});
	bytes[0] = 'x';
	assert_int_equal(s.n, 5);
	assert_memory_equal(s.p, "ab\0cd", 6);
	assert_string_equal(rb_arena_str(&a, (struct rb_str){NULL, 0}).p, "");
	s = rb_arena_fmt(&a, "%s %d %05000d", "a", 7, 1);
	assert_int_equal(s.n, 5004);
	assert_int_equal(s.p[5004], '\0');
	assert_true(rb_str_starts(s, "a 7 000"));
	rb_arena_free(&a);
}

static void
test_grow(void **state)
{
	int *items = NULL;
	size_t cap = 0;

	(void)state;
	for (size_t len = 0; len < 1000; len++) {
		items = rb_alloc_grow(NULL, items, sizeof(*items), len, &cap);
		items[len] = (int)len;
	}
	assert_int_equal(cap, 1024);
	for (size_t i = 0; i < 1000; i++)
		assert_int_equal(items[i], i);
	rb_alloc_free(NULL, items);
	rb_alloc_free(NULL, NULL);
}

static void
test_grow_in_arena(void **state)
{
	struct rb_arena a;
	int *items = NULL, *first;
	size_t cap = 0;

	(void)state;
	rb_arena_init(&a, NULL);
	for (size_t len = 0; len < 1000; len++) {
		first = items;
		items = rb_arena_grow(&a, items, sizeof(*items), len, &cap);
		assert_true(len == 0 || (len & (len - 1)) == 0 || items == first);
		items[len] = (int)len;
	}
	assert_int_equal(cap, 1024);
	for (size_t i = 0; i < 1000; i++)
		assert_int_equal(items[i], i);
	rb_arena_free(&a);
}

/* Two large arrays that grow in turns: neither leaves copies behind. */
static void
test_large_growth(void **state)
{
	enum { MANY = 1 << 18 };
	size_t caps[2] = {0, 0};
	int *items[2] = {NULL, NULL};
	struct rb_arena a;

	(void)state;
	rb_arena_init(&a, NULL);
	for (size_t len = 0; len < MANY; len++) {
		for (int k = 0; k < 2; k++) {
			items[k] = rb_arena_grow(&a, items[k], sizeof(int), len, &caps[k]);
			assert_int_equal(items[k][caps[k] - 1], 0);
			items[k][len] = (int)len + k;
		}
		if (len % 1000 == 0)
			assert_string_equal(rb_arena_str(&a, RB_STR("between")).p, "between");
	}
	for (size_t len = 0; len < MANY; len++)
		assert_int_equal(items[1][len] - items[0][len], 1);
	assert_true(a.total < 2 * MANY * sizeof(int) + 1024 * 1024);
	rb_arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_zeroed_and_aligned),
	    cmocka_unit_test(test_large_and_many), cmocka_unit_test(test_exhausted),
	    cmocka_unit_test(test_text), cmocka_unit_test(test_grow), cmocka_unit_test(test_grow_in_arena),
	    cmocka_unit_test(test_large_growth)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
