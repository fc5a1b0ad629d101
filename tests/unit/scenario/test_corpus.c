/* Walks tests/scenario/bad: each NAME.yaml is a scenario file that is refused, or cannot be played, with
 * exactly the diagnostics of NAME.err, carets included.
 *
 * The runbooks that these test are in tests/scenario/parts. With ACCEPT=1 in the environment what comes out
 * is written as what is expected: read the difference before it is kept. Run from the top of the source. */
#include <dirent.h>

#include "stage.h"

enum { PATH_BYTES = 600, FILES_MAX = 200 };

static const char TOP[] = "tests/scenario";

static void
read_file(const char *path, struct rb_buf *out)
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

static const struct rb_source *
open_part(void *ctx, struct rb_arena *arena, bool library, struct rb_str name, const struct rb_source *from,
    struct rb_str *why)
{
	const struct rb_source *src = NULL;
	char path[PATH_BYTES];
	struct rb_buf b;

	(void)ctx;
	(void)from;
	snprintf(path, sizeof(path), "%s/parts/%.*s%s", TOP, RB_STR_ARG(name), library ? ".yaml" : "");
	rb_buf_init(&b, NULL, 1 << 20);
	read_file(path, &b);
	if (b.len > 0)
		src = rb_source_new(arena, rb_arena_str(arena, name), rb_buf_view(&b));
	else
		*why = RB_STR("there is no such file");
	rb_buf_free(&b);
	return src;
}

static void
test_file(void **state)
{
	const char *name = *state;
	struct rb_opener opener = {NULL, open_part};
	char path[PATH_BYTES];
	struct rb_buf text;
	struct stage s;

	stage_init(&s);
	rb_buf_init(&text, NULL, 1 << 20);
	snprintf(path, sizeof(path), "%s/bad/%s.yaml", TOP, name);
	read_file(path, &text);
	snprintf(path, sizeof(path), "%s.test.yaml", name);
	s.file = rb_scenario_load(&s.arena,
	    rb_source_new(&s.arena, rb_arena_str(&s.arena, rb_str_c(path)), rb_buf_view(&text)), rb_kinds,
	    &opener, &s.diags);
	if (s.file == NULL)
		rb_diags_render(&s.diags, false, &s.out);
	else
		stage_play(&s);
	snprintf(path, sizeof(path), "%s/bad/%s.err", TOP, name);
	if (getenv("ACCEPT") != NULL) {
		FILE *f = fopen(path, "wb");

		assert_non_null(f);
		assert_int_equal(fwrite(rb_buf_cstr(&s.out), 1, s.out.len, f), s.out.len);
		assert_int_equal(fclose(f), 0);
	} else {
		read_file(path, &text);
		stage_compare(&s, rb_buf_cstr(&text));
	}
	assert_true(s.file == NULL || s.played.verdict == RB_VERDICT_ERROR);
	rb_buf_free(&text);
	stage_free(&s);
}

static int
is_case(const struct dirent *e)
{
	return rb_str_ends(rb_str_c(e->d_name), ".yaml");
}

int
main(void)
{
	struct CMUnitTest tests[FILES_MAX];
	struct dirent **files;
	char path[PATH_BYTES];
	int n, failed;

	snprintf(path, sizeof(path), "%s/bad", TOP);
	n = scandir(path, &files, is_case, alphasort);
	if (n < 1 || n > FILES_MAX) {
		fprintf(stderr, "%s: no cases (run from the top of the source)\n", path);
		return 2;
	}
	for (int i = 0; i < n; i++) {
		files[i]->d_name[strlen(files[i]->d_name) - strlen(".yaml")] = '\0';
		tests[i] = (struct CMUnitTest){files[i]->d_name, test_file, NULL, NULL, files[i]->d_name};
	}
	failed = _cmocka_run_group_tests("scenario corpus", tests, (size_t)n, NULL, NULL);
	for (int i = 0; i < n; i++)
		free(files[i]);
	free(files);
	return failed;
}
