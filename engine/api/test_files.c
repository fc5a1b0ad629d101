/* Finding scenario files, and for `check` also runbooks and the procedures of libraries. */
#include "api/test_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "api/library.h"
#include "api/runbook.h"
#include "scenario/scenario.h"

#define RUNBOOK_SUFFIX ".yaml"

static int
add(struct rb_test_files *f, const char *path, struct rb_buf *why)
{
	for (size_t i = 0; i < f->n; i++) {
		if (strcmp(f->paths[i], path) == 0)
			return 0;
	}
	if (f->n == RB_TEST_FILES) {
		rb_buf_fmt(why, "more than %d scenario files: name fewer folders", RB_TEST_FILES);
		return -1;
	}
	f->paths = rb_arena_grow(f->arena, f->paths, sizeof(*f->paths), f->n, &f->cap);
	f->paths[f->n++] = path;
	return 0;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The entries of a folder in the order of their names; -1 with errno. */
static int
entries(struct rb_arena *arena, const char *path, const char ***names, size_t *n)
{
	DIR *dir = opendir(path);
	size_t cap = 0;

	*names = NULL;
	*n = 0;
	if (dir == NULL)
		return -1;
	for (const struct dirent *e = readdir(dir); e != NULL; e = readdir(dir)) {
		if (e->d_name[0] == '.')
			continue;
		*names = rb_arena_grow(arena, *names, sizeof(**names), *n, &cap);
		(*names)[(*n)++] = rb_arena_str(arena, rb_str_c(e->d_name)).p;
	}
	closedir(dir);
	if (*n > 0)
		qsort(*names, *n, sizeof(**names), by_name);
	return 0;
}

/* Other YAML stands beside runbooks, too. */
static bool
is_runbook(const char *path)
{
	const struct rb_source *src;
	struct rb_arena arena;
	struct rb_str why;
	bool is = false;

	rb_arena_init(&arena, NULL);
	src = rb_source_load(&arena, path, &why);
	if (src != NULL)
		is = rb_library_says(src, "runbook:").n > 0 || rb_library_procedure(src).n > 0;
	rb_arena_free(&arena);
	return is;
}

static bool
is_wanted(const struct rb_test_files *f, const char *path)
{
	struct rb_str name = rb_str_c(path);

	return rb_str_ends(name, RB_SCENARIO_SUFFIX) ||
	       (f->runbooks && rb_str_ends(name, RUNBOOK_SUFFIX) && is_runbook(path));
}

static int
add_folder(struct rb_test_files *f, const char *path, unsigned depth, struct rb_buf *why)
{
	bool here = strcmp(path, ".") == 0, slash = path[0] != '\0' && path[strlen(path) - 1] == '/';
	const char **names;
	struct stat st;
	size_t n;
	int r = 0;

	if (depth > RB_TEST_DEPTH) {
		rb_buf_fmt(why, "%s: more than %d folders within one another", path, RB_TEST_DEPTH);
		return -1;
	}
	if (entries(f->arena, path, &names, &n) != 0) {
		rb_buf_fmt(why, "%s: cannot be read: %s", path, strerror(errno));
		return -1;
	}
	for (size_t i = 0; i < n && r == 0; i++) {
		const char *below = here    ? names[i]
				    : slash ? rb_arena_fmt(f->arena, "%s%s", path, names[i]).p
					    : rb_arena_fmt(f->arena, "%s/%s", path, names[i]).p;

		if (lstat(below, &st) != 0)
			continue; /* gone meanwhile */
		if (S_ISDIR(st.st_mode))
			r = add_folder(f, below, depth + 1, why);
		else if (is_wanted(f, below))
			r = add(f, below, why);
	}
	return r;
}

/* "api-down.yaml" → "api-down.test.yaml". */
static int
add_beside(struct rb_test_files *f, const char *path, struct rb_buf *why)
{
	struct rb_str stem = rb_str_c(path), beside;
	struct stat st;

	if (!rb_str_ends(stem, RUNBOOK_SUFFIX)) {
		rb_buf_fmt(why, "%s: is neither a scenario file (*%s) nor a runbook (*%s)", path,
		    RB_SCENARIO_SUFFIX, RUNBOOK_SUFFIX);
		return -1;
	}
	beside = rb_arena_fmt(
	    f->arena, "%.*s%s", (int)(stem.n - strlen(RUNBOOK_SUFFIX)), stem.p, RB_SCENARIO_SUFFIX);
	if (stat(beside.p, &st) == 0)
		return add(f, beside.p, why);
	rb_buf_fmt(why,
	    "%s: has no scenarios: they stand beside it, in %s, which begins so:\n"
	    "  test: %s\n  scenarios:\n    - name: all is well\n      results: {}\n"
	    "      expect: {outcome: resolved}",
	    path, beside.p, strrchr(path, '/') != NULL ? strrchr(path, '/') + 1 : path);
	return -1;
}

int
rb_test_files_add(struct rb_test_files *f, const char *path, struct rb_buf *why)
{
	struct stat st;

	if (stat(path, &st) != 0) {
		int error = errno;
		const char *found = strchr(path, '/') == NULL ? rb_library_path(f->arena, path) : NULL;

		if (found != NULL)
			return add_beside(f, found, why);
		rb_buf_fmt(why, "%s: %s", path, strerror(error));
		if (strchr(path, '/') == NULL && !rb_str_ends(rb_str_c(path), RUNBOOK_SUFFIX))
			rb_buf_c(why, ", and there is no runbook of that name (`runbook list`)");
		return -1;
	}
	if (S_ISDIR(st.st_mode))
		return add_folder(f, path, 0, why);
	if (rb_str_ends(rb_str_c(path), RB_SCENARIO_SUFFIX))
		return add(f, path, why);
	return add_beside(f, path, why);
}

bool
rb_is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

int
rb_each_below(
    const char *folder, void (*each)(void *ctx, const char *path), void *ctx, struct rb_buf *problems)
{
	struct rb_test_files f = {.runbooks = true};
	struct rb_arena arena;
	int r;

	rb_arena_init(&arena, NULL);
	f.arena = &arena;
	r = add_folder(&f, folder, 0, problems);
	if (r == 0 && f.n == 0) {
		rb_buf_fmt(problems, "%s: there is no runbook below this folder", folder);
		r = -1;
	}
	for (size_t i = 0; i < f.n && r == 0; i++)
		each(ctx, f.paths[i]);
	rb_arena_free(&arena);
	return r;
}
