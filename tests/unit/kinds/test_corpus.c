/* Walks tests/lang: each bad/NAME.yaml is refused with exactly the diagnostics of bad/NAME.err, carets
 * included; each ok/NAME.yaml loads, with exactly the warnings of ok/NAME.warn, or with none.
 *
 * Other files that these name are in parts/. With ACCEPT=1 in the environment what comes out is written as
 * what is expected: read the difference before it is kept. Run from the top of the source. */
#include <dirent.h>
#include <errno.h>
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

enum { PATH_BYTES = 512, FILES_MAX = 1000, TEXT_MAX = 1 << 20, PARTS_MAX = 32 };

static const char TOP[] = "tests/lang";

struct file {
	char dir[8], name[PATH_BYTES];
};

/* --- files --- */

static void
read_all(const char *path, struct rb_buf *out)
{
	FILE *f = fopen(path, "rb");
	char piece[4096];
	size_t n;

	rb_buf_clear(out);
	if (f == NULL)
		return;
	for (n = fread(piece, 1, sizeof(piece), f); n > 0; n = fread(piece, 1, sizeof(piece), f))
		rb_buf_add(out, piece, n);
	fclose(f);
}

static void
write_all(const char *path, struct rb_str text)
{
	FILE *f;

	if (text.n == 0) {
		remove(path);
		return;
	}
	f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(text.p, 1, text.n, f), text.n);
	assert_int_equal(fclose(f), 0);
}

static struct rb_source *
load_source(struct rb_arena *arena, const char *path, const char *shown)
{
	struct rb_buf b;
	struct rb_source *src;

	rb_buf_init(&b, NULL, 64 << 20);
	read_all(path, &b);
	src =
	    rb_source_new(arena, rb_arena_str(arena, rb_str_c(shown)), rb_arena_str(arena, rb_buf_view(&b)));
	rb_buf_free(&b);
	return src;
}

/* Opens from parts/; the same name gives the same source, the file under test included. */
struct parts {
	const struct rb_source *main;
	size_t n;
	struct rb_source *sources[PARTS_MAX];
};

static const struct rb_source *
open_part(void *ctx, struct rb_arena *arena, bool library, struct rb_str name, const struct rb_source *from,
    struct rb_str *why)
{
	struct parts *parts = ctx;
	char path[PATH_BYTES + 32], shown[PATH_BYTES];
	FILE *f;

	(void)from;
	snprintf(shown, sizeof(shown), "%.*s%s", RB_STR_ARG(name), library ? ".yaml" : "");
	if (rb_str_is(parts->main->name, shown))
		return parts->main;
	for (size_t i = 0; i < parts->n; i++)
		if (rb_str_is(parts->sources[i]->name, shown))
			return parts->sources[i];
	snprintf(path, sizeof(path), "%s/parts/%s", TOP, shown);
	f = fopen(path, "rb");
	if (f == NULL || parts->n == PARTS_MAX) {
		*why = RB_STR("there is no such file");
		if (f != NULL)
			fclose(f);
		return NULL;
	}
	fclose(f);
	parts->sources[parts->n] = load_source(arena, path, shown);
	return parts->sources[parts->n++];
}

/* --- one file --- */

static void
compare(const char *path, struct rb_str got)
{
	struct rb_buf want;

	if (getenv("ACCEPT") != NULL) {
		write_all(path, got);
		return;
	}
	rb_buf_init(&want, NULL, TEXT_MAX);
	read_all(path, &want);
	if (!rb_str_eq(rb_buf_view(&want), got)) {
		print_error("--- %s\n%.*s--- but it is\n%.*s---\n", path, RB_STR_ARG(rb_buf_view(&want)),
		    RB_STR_ARG(got));
		fail();
	}
	rb_buf_free(&want);
}

static void
test_file(void **state)
{
	const struct file *file = *state;
	bool bad = strcmp(file->dir, "bad") == 0;
	char path[PATH_BYTES + 64], shown[PATH_BYTES + 8];
	struct parts parts = {.main = NULL};
	struct rb_opener opener = {&parts, open_part};
	struct rb_arena arena;
	struct rb_diags diags;
	struct rb_program *program;
	struct rb_buf out;

	rb_arena_init(&arena, NULL);
	rb_diags_init(&diags, &arena);
	rb_buf_init(&out, NULL, TEXT_MAX);
	snprintf(path, sizeof(path), "%s/%s/%s.yaml", TOP, file->dir, file->name);
	snprintf(shown, sizeof(shown), "%s.yaml", file->name);
	parts.main = load_source(&arena, path, shown);
	program = rb_program_load(&arena, parts.main, rb_kinds, &opener, &diags);
	if (diags.errors + diags.warnings > 0)
		rb_diags_render(&diags, false, &out);
	snprintf(path, sizeof(path), "%s/%s/%s.%s", TOP, file->dir, file->name, bad ? "err" : "warn");
	compare(path, rb_buf_view(&out));
	if (bad)
		assert_null(program);
	else
		assert_non_null(program);
	rb_program_free(program);
	rb_buf_free(&out);
	rb_arena_free(&arena);
}

/* --- all files --- */

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct file *)a)->name, ((const struct file *)b)->name);
}

static size_t
list(const char *dir, struct file *files, size_t max)
{
	char path[PATH_BYTES];
	struct dirent *e;
	size_t n = 0;
	DIR *d;

	snprintf(path, sizeof(path), "%s/%s", TOP, dir);
	d = opendir(path);
	if (d == NULL) {
		fprintf(stderr, "%s: %s (run from the top of the source)\n", path, strerror(errno));
		exit(2);
	}
	for (e = readdir(d); e != NULL && n < max; e = readdir(d)) {
		size_t len = strlen(e->d_name);

		if (len < 6 || strcmp(e->d_name + len - 5, ".yaml") != 0)
			continue;
		snprintf(files[n].dir, sizeof(files[n].dir), "%s", dir);
		snprintf(files[n].name, sizeof(files[n].name), "%.*s", (int)(len - 5), e->d_name);
		n++;
	}
	closedir(d);
	qsort(files, n, sizeof(*files), by_name);
	return n;
}

int
main(void)
{
	struct file *files = calloc(FILES_MAX, sizeof(*files));
	struct CMUnitTest *tests = calloc(FILES_MAX, sizeof(*tests));
	char(*names)[PATH_BYTES + 16] = calloc(FILES_MAX, sizeof(*names));
	size_t n;
	int failed;

	if (files == NULL || tests == NULL || names == NULL)
		return 2;
	n = list("bad", files, FILES_MAX);
	n += list("ok", files + n, FILES_MAX - n);
	for (size_t i = 0; i < n; i++) {
		snprintf(names[i], sizeof(names[i]), "%s/%s", files[i].dir, files[i].name);
		tests[i] = (struct CMUnitTest){names[i], test_file, NULL, NULL, &files[i]};
	}
	failed = _cmocka_run_group_tests("corpus", tests, n, NULL, NULL);
	free(names);
	free(tests);
	free(files);
	return failed;
}
