/* Loads damaged runbooks: each file of tests/lang with bytes taken out, put in, or lines moved. Whatever
 * comes of it, it must come without a crash, and a program only without an error. The damage is the same at
 * each run. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kinds/kinds.h"
#include "lang/program.h"

enum { EACH = 24, ROUNDS = 20, FILE_MAX = 20000, PATH_BYTES = 512 };

static uint32_t
next(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

/* One piece of damage; returns the new length, at most FILE_MAX. */
static size_t
damage(char *text, size_t n, uint32_t *seed)
{
	static const char *const pieces[] = {"{", "}", "[", "]", ": ", "- ", "\n", "\"", "'", "${", "}",
	    "${this.x}", "null", "~", "  ", "/", "\\", "=", ",", "a: b", "- done\n", "goto a", "{end: x}",
	    "true", "0", "\xc3\xa9", "on_fail: []", "for_each: {}", "if: a.b.c", "steps: []", "- steps", "#",
	    " #x", "(?<a>b)", "secrets: [a]"};
	size_t at = n > 0 ? next(seed) % n : 0, len, gone;
	const char *piece;

	switch (next(seed) % 3) {
	case 0: /* out */
		gone = 1 + next(seed) % 12;
		if (gone > n - at)
			gone = n - at;
		memmove(text + at, text + at + gone, n - at - gone);
		return n - gone;
	case 1: /* in */
		piece = pieces[next(seed) % (sizeof(pieces) / sizeof(*pieces))];
		len = strlen(piece);
		if (n + len > FILE_MAX)
			return n;
		memmove(text + at + len, text + at, n - at);
		memcpy(text + at, piece, len);
		return n + len;
	default: /* a stretch copied over another */
		len = next(seed) % 40;
		gone = n > 0 ? next(seed) % n : 0;
		if (len > n - at)
			len = n - at;
		if (len > n - gone)
			len = n - gone;
		memmove(text + gone, text + at, len);
		return n;
	}
}

static const struct rb_source *
open_itself(void *ctx, struct rb_arena *arena, bool library, struct rb_str name, const struct rb_source *from,
    struct rb_str *why)
{
	(void)arena;
	(void)library;
	(void)name;
	*why = RB_STR("there is none");
	return name.n % 2 == 0 ? from : *(const struct rb_source **)ctx;
}

static void
load(const char *text, size_t n)
{
	const struct rb_source *none = NULL;
	struct rb_opener opener = {&none, open_itself};
	struct rb_arena arena;
	struct rb_diags diags;
	struct rb_program *p;
	struct rb_buf out;

	rb_arena_init(&arena, NULL);
	rb_diags_init(&diags, &arena);
	p = rb_program_load(&arena, rb_source_new(&arena, RB_STR("x.yaml"), (struct rb_str){text, n}),
	    rb_kinds, &opener, &diags);
	assert_int_equal(p != NULL, diags.errors == 0);
	rb_buf_init(&out, NULL, 1 << 20);
	rb_diags_render(&diags, false, &out);
	rb_buf_free(&out);
	rb_program_free(p);
	rb_arena_free(&arena);
}

static void
each_file(const char *dir, uint32_t round)
{
	static char text[FILE_MAX + 1], copy[FILE_MAX + 1];
	char path[PATH_BYTES];
	struct dirent *e;
	DIR *d = opendir(dir);

	assert_non_null(d);
	for (e = readdir(d); e != NULL; e = readdir(d)) {
		uint32_t seed = round;
		size_t n, len;
		FILE *f;

		if (strstr(e->d_name, ".yaml") == NULL)
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		f = fopen(path, "rb");
		assert_non_null(f);
		n = fread(text, 1, FILE_MAX, f);
		fclose(f);
		for (int i = 0; i < EACH; i++) {
			memcpy(copy, text, n);
			len = n;
			for (uint32_t k = 0, times = 1 + next(&seed) % 4; k < times; k++)
				len = damage(copy, len, &seed);
			load(copy, len);
		}
	}
	closedir(d);
}

static void
test_damaged_bad_files(void **state)
{
	(void)state;
	each_file("tests/lang/bad", 1);
}

static void
test_damaged_good_files(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < ROUNDS; i++)
		each_file("tests/lang/ok", i);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_damaged_bad_files),
	    cmocka_unit_test(test_damaged_good_files),
	};

	return cmocka_run_group_tests_name("mutations", tests, NULL, NULL);
}
