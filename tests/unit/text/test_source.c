/* Sources: lines, columns, and what is refused to be read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "text/source.h"

struct fixture {
	struct rb_arena arena;
	char folder[64];
};

static int
set_up(void **state)
{
	static struct fixture f;

	rb_arena_init(&f.arena, NULL);
	snprintf(f.folder, sizeof(f.folder), "/tmp/rb-source-XXXXXX");
	*state = &f;
	return mkdtemp(f.folder) != NULL ? 0 : -1;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	rb_arena_free(&f->arena);
	return rmdir(f->folder);
}

static void
assert_pos(const struct rb_source *src, size_t offset, size_t line, size_t column, size_t shown)
{
	struct rb_pos pos = rb_source_pos(src, offset);

	assert_int_equal(pos.line, line);
	assert_int_equal(pos.column, column);
	assert_int_equal(pos.shown, shown);
}

static void
test_positions(void **state)
{
	struct fixture *f = *state;
	struct rb_source *src = rb_source_new(&f->arena, RB_STR("x"), RB_STR("ab\r\n\tc\n中é\xff!\n"));

	assert_int_equal(src->lines, 4);
	assert_pos(src, 0, 1, 1, 0);
	assert_pos(src, 2, 1, 3, 2);
	assert_pos(src, 4, 2, 1, 0);
	assert_pos(src, 5, 2, 2, 8);
	assert_pos(src, 7, 3, 1, 0);
	assert_pos(src, 10, 3, 2, 2);
	assert_pos(src, 12, 3, 3, 3);
	assert_pos(src, 13, 3, 4, 4);
	assert_pos(src, 15, 4, 1, 0);
	assert_pos(src, 99, 4, 1, 0);
	assert_true(rb_str_is(rb_source_line(src, 1), "ab"));
	assert_true(rb_str_is(rb_source_line(src, 2), "\tc"));
	assert_true(rb_str_is(rb_source_line(src, 4), ""));
	assert_true(rb_str_is(rb_source_line(src, 0), ""));
	assert_true(rb_str_is(rb_source_line(src, 5), ""));
	assert_true(rb_str_is(rb_span_text((struct rb_span){src, 1, 3}), "b\r"));
	assert_true(rb_str_is(rb_span_text((struct rb_span){NULL, 1, 3}), ""));
}

static void
test_empty_and_mark(void **state)
{
	struct fixture *f = *state;
	struct rb_source *src = rb_source_new(&f->arena, RB_STR("x"), (struct rb_str){NULL, 0});

	assert_int_equal(src->lines, 1);
	assert_pos(src, 0, 1, 1, 0);
	src = rb_source_new(&f->arena, RB_STR("x"),
	    RB_STR("\xef\xbb\xbf"
		   "a"));
	assert_true(rb_str_is(src->bytes, "a"));
	src = rb_source_new(&f->arena, RB_STR("x"), RB_STR("no end"));
	assert_true(rb_str_is(rb_source_line(src, 1), "no end"));
}

static void
write_file(const char *path, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, "a: b\n", 5), 5);
	assert_int_equal(ftruncate(fd, (off_t)size), 0);
	close(fd);
}

static void
test_load(void **state)
{
	struct fixture *f = *state;
	struct rb_source *src;
	struct rb_str why;
	char path[128], cwd[4096];

	snprintf(path, sizeof(path), "%s/a.yaml", f->folder);
	write_file(path, 5);
	src = rb_source_load(&f->arena, path, &why);
	assert_non_null(src);
	assert_true(rb_str_is(src->bytes, "a: b\n"));
	assert_true(rb_str_is(src->name, path));
	/* The name is as given, the path absolute. */
	assert_non_null(getcwd(cwd, sizeof(cwd)));
	assert_int_equal(chdir(f->folder), 0);
	src = rb_source_load(&f->arena, "./a.yaml", &why);
	assert_int_equal(chdir(cwd), 0);
	assert_non_null(src);
	assert_true(rb_str_is(src->name, "./a.yaml"));
	assert_true(rb_str_is(src->path, path));
	write_file(path, RB_SOURCE_MAX);
	src = rb_source_load(&f->arena, path, &why);
	assert_non_null(src);
	assert_int_equal(src->bytes.n, RB_SOURCE_MAX);
	write_file(path, (size_t)RB_SOURCE_MAX + 1);
	assert_null(rb_source_load(&f->arena, path, &why));
	assert_true(rb_str_ends(why, "a.yaml: it is larger than 16 MiB"));
	write_file(path, (size_t)1 << 30);
	assert_null(rb_source_load(&f->arena, path, &why));
	assert_true(rb_str_ends(why, "it is larger than 16 MiB"));
	unlink(path);
	/* Says that it is empty, and is not. */
	src = rb_source_load(&f->arena, "/proc/self/status", &why);
	if (src != NULL)
		assert_true(src->bytes.n > 0);
}

static void
test_refused(void **state)
{
	struct fixture *f = *state;
	struct rb_str why;
	char path[128];

	snprintf(path, sizeof(path), "%s/pipe", f->folder);
	assert_null(rb_source_load(&f->arena, path, &why));
	assert_true(rb_str_ends(why, "/pipe: No such file or directory"));
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_null(rb_source_load(&f->arena, path, &why));
	assert_true(rb_str_ends(why, "it is a pipe, not a regular file"));
	unlink(path);
	assert_null(rb_source_load(&f->arena, "/dev/zero", &why));
	assert_true(rb_str_is(why, "cannot read /dev/zero: it is a device, not a regular file"));
	assert_null(rb_source_load(&f->arena, "/", &why));
	assert_true(rb_str_is(why, "cannot read /: it is a directory, not a regular file"));
}

#define TEST(f) cmocka_unit_test_setup_teardown((f), set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_positions), TEST(test_empty_and_mark), TEST(test_load), TEST(test_refused)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
