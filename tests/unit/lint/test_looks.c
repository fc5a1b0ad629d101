/* Walks tests/lint/looks: `check` warns of each NAME.yaml with exactly NAME.warn, carets included, or not at
 * all; what is warned of in a step is refused by a drill.
 *
 * With ACCEPT=1 in the environment what comes out is written as what is expected: read the difference before
 * it is kept. Run from the top of the source. */
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
#include "lint/lint.h"

enum { PATH_BYTES = 512, TEXT_BYTES = 1 << 20 };

static const char TOP[] = "tests/lint/looks";

struct book {
	struct rb_arena arena;
	struct rb_diags diags;
	struct rb_program *program;
};

static void
book_open(struct book *b, struct rb_str text)
{
	rb_arena_init(&b->arena, NULL);
	rb_diags_init(&b->diags, &b->arena);
	b->program = rb_program_load(
	    &b->arena, rb_source_new(&b->arena, RB_STR("t.yaml"), text), rb_kinds, NULL, &b->diags);
}

static void
book_free(struct book *b)
{
	if (b->program != NULL)
		rb_program_free(b->program);
	rb_arena_free(&b->arena);
}

/* Only what the lint says, as text. */
static void
warn(struct rb_str text, struct rb_buf *out)
{
	struct rb_diags diags;
	struct book b;

	rb_buf_clear(out);
	book_open(&b, text);
	if (b.program == NULL)
		rb_diags_render(&b.diags, false, out);
	else {
		rb_diags_init(&diags, &b.arena);
		rb_lint_looks(b.program, &diags);
		if (diags.len > 0)
			rb_diags_render(&diags, false, out);
	}
	book_free(&b);
}

static void
read_file(const char *path, struct rb_buf *out)
{
	FILE *f = fopen(path, "rb");
	char piece[4096];

	rb_buf_clear(out);
	if (f == NULL)
		return;
	for (size_t n = fread(piece, 1, sizeof(piece), f); n > 0; n = fread(piece, 1, sizeof(piece), f))
		rb_buf_add(out, piece, n);
	fclose(f);
}

static void
accept(const char *path, const struct rb_buf *text)
{
	FILE *f;

	remove(path);
	if (text->len == 0)
		return;
	f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(text->p, 1, text->len, f), text->len);
	assert_int_equal(fclose(f), 0);
}

static void
corpus(void **state)
{
	struct rb_buf source, expected, got;
	const struct dirent *entry;
	DIR *dir = opendir(TOP);
	int files = 0, wrong = 0;

	(void)state;
	assert_non_null(dir);
	rb_buf_init(&source, NULL, TEXT_BYTES);
	rb_buf_init(&expected, NULL, TEXT_BYTES);
	rb_buf_init(&got, NULL, TEXT_BYTES);
	for (entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
		char path[PATH_BYTES];
		size_t n = strlen(entry->d_name);

		if (n < 6 || strcmp(entry->d_name + n - 5, ".yaml") != 0)
			continue;
		files++;
		snprintf(path, sizeof(path), "%s/%s", TOP, entry->d_name);
		read_file(path, &source);
		warn(rb_buf_view(&source), &got);
		snprintf(path, sizeof(path), "%s/%.*s.warn", TOP, (int)n - 5, entry->d_name);
		if (getenv("ACCEPT") != NULL)
			accept(path, &got);
		read_file(path, &expected);
		if (!rb_str_eq(rb_buf_view(&got), rb_buf_view(&expected))) {
			print_error("%s gives:\n%s", entry->d_name, rb_buf_cstr(&got));
			wrong++;
		}
	}
	closedir(dir);
	assert_true(files >= 2);
	assert_int_equal(wrong, 0);
	rb_buf_free(&source);
	rb_buf_free(&expected);
	rb_buf_free(&got);
}

/* What a drill refuses: the steps and their probes, as errors. */
static void
refused(void **state)
{
	struct rb_diags diags;
	struct book b;

	(void)state;
	book_open(&b,
	    RB_STR("runbook: a\ntitle: A\n"
		   "secrets: {token: {command: rm t; echo secret}, key: {command: curl -d a=b localhost}}\n"
		   "steps:\n"
		   "  - look: rm x\n"
		   "  - {run: ./x, verify: {look: touch y}}\n"
		   "  - {look: rm z, effect: {read: why not}}\n"));
	assert_non_null(b.program);
	rb_diags_init(&diags, &b.arena);
	assert_int_equal(rb_lint_refuse(b.program, &diags), 3);
	assert_int_equal(diags.errors, 3);
	for (size_t i = 0; i < diags.len; i++)
		assert_int_equal(diags.items[i].code, RB_E_LOOK_CHANGES);
	book_free(&b);
}

/* However much one command changes, only so much is told. */
static void
limits(void **state)
{
	struct rb_diags diags;
	struct rb_buf text;
	struct book b;

	(void)state;
	rb_buf_init(&text, NULL, TEXT_BYTES);
	rb_buf_c(&text, "runbook: a\ntitle: A\nsteps:\n  - look: |\n");
	for (int i = 0; i < 100; i++)
		rb_buf_fmt(&text, "      rm %d\n", i);
	book_open(&b, rb_buf_view(&text));
	assert_non_null(b.program);
	rb_diags_init(&diags, &b.arena);
	assert_int_equal(rb_lint_refuse(b.program, &diags), 100);
	assert_int_equal(diags.errors, 20);
	book_free(&b);
	rb_buf_free(&text);
}

/* ---- what is shipped ---- */

static const struct rb_source *
read_source(struct rb_arena *arena, const char *path)
{
	const struct rb_source *src;
	struct rb_buf text;

	rb_buf_init(&text, NULL, TEXT_BYTES);
	read_file(path, &text);
	src = rb_source_new(arena, rb_arena_str(arena, rb_str_c(path)), rb_buf_view(&text));
	rb_buf_free(&text);
	return src;
}

enum { PARTS_MAX = 200 };

/* Opens procedures of the standard library, and the runbooks that others run; each name gives the same
 * source. */
struct parts {
	size_t n;
	char names[PARTS_MAX][64];
	const struct rb_source *sources[PARTS_MAX];
};

static const struct rb_source *
open_part(void *ctx, struct rb_arena *arena, bool library, struct rb_str name, const struct rb_source *from,
    struct rb_str *why)
{
	size_t dot = rb_str_find(name, RB_STR("."), 0);
	struct parts *parts = ctx;
	char path[PATH_BYTES];

	(void)from;
	*why = RB_STR("there is no such file");
	for (size_t i = 0; i < parts->n; i++) {
		if (rb_str_is(name, parts->names[i]))
			return parts->sources[i];
	}
	if (dot == SIZE_MAX || parts->n == PARTS_MAX || name.n >= sizeof(parts->names[0]))
		return NULL;
	if (library)
		snprintf(path, sizeof(path), "stdlib/%.*s/%.*s.yaml", (int)dot, name.p,
		    (int)(name.n - dot - 1), name.p + dot + 1);
	else
		snprintf(path, sizeof(path), "runbooks/%.*s", RB_STR_ARG(name));
	memcpy(parts->names[parts->n], name.p, name.n);
	parts->sources[parts->n] = read_source(arena, path);
	return parts->sources[parts->n++];
}

/* Whether the files of a folder are without findings; library: it holds procedures of the library. Returns
 * how many there are. */
static int
clean(const char *folder, const char *library)
{
	static struct parts parts;
	struct rb_opener opener = {&parts, open_part};
	const struct dirent *entry;
	DIR *dir = opendir(folder);
	int files = 0;

	assert_non_null(dir);
	for (entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
		struct rb_str name = rb_str_c(entry->d_name);
		char path[PATH_BYTES], dotted[PATH_BYTES];
		const struct rb_source *src;
		struct rb_diags found;
		struct book b;

		if (!rb_str_ends(name, ".yaml") || rb_str_ends(name, ".test.yaml"))
			continue;
		files++;
		memset(&parts, 0, sizeof(parts));
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		rb_arena_init(&b.arena, NULL);
		rb_diags_init(&b.diags, &b.arena);
		rb_diags_init(&found, &b.arena);
		if (library != NULL) {
			struct rb_str why;

			snprintf(dotted, sizeof(dotted), "%s.%.*s", library, (int)name.n - 5, name.p);
			src = open_part(&parts, &b.arena, true, rb_str_c(dotted), NULL, &why);
			b.program = rb_program_load_library(
			    &b.arena, src, rb_str_c(dotted), rb_kinds, &opener, &b.diags);
		} else {
			src = read_source(&b.arena, path);
			b.program = rb_program_load(&b.arena, src, rb_kinds, &opener, &b.diags);
		}
		if (b.program != NULL)
			rb_lint_looks(b.program, &found);
		if (b.program == NULL || found.len > 0) {
			struct rb_buf text;

			rb_buf_init(&text, NULL, TEXT_BYTES);
			rb_diags_render(b.program == NULL ? &b.diags : &found, false, &text);
			print_error("%s", rb_buf_cstr(&text));
			rb_buf_free(&text);
		}
		assert_non_null(b.program);
		assert_int_equal(found.len, 0);
		book_free(&b);
	}
	closedir(dir);
	return files;
}

/* Nothing that is shipped is told of. */
static void
shipped(void **state)
{
	const struct dirent *entry;
	DIR *dir = opendir("stdlib");
	int files = 0;

	(void)state;
	assert_true(clean("runbooks", NULL) > 0);
	assert_true(clean("examples", NULL) > 0);
	assert_non_null(dir);
	for (entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
		char path[PATH_BYTES];

		if (entry->d_name[0] == '.' || strchr(entry->d_name, '.') != NULL)
			continue;
		snprintf(path, sizeof(path), "stdlib/%s", entry->d_name);
		files += clean(path, entry->d_name);
	}
	closedir(dir);
	assert_true(files > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(corpus),
	    cmocka_unit_test(refused),
	    cmocka_unit_test(limits),
	    cmocka_unit_test(shipped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
