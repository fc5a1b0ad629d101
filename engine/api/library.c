/* Finding files. */
#include "api/library.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NEAR = 3 }; /* a name that is further away is no suggestion */

/* Where an installation keeps its runbooks, below its prefix; and the prefix of a program that stands in no
 * bin/. */
#define RUNBOOKS "/share/runbook/runbooks"
#define USUAL_PREFIX "/usr/local"
#define SUFFIX ".yaml" /* of a runbook's file */

void
rb_library_init(struct rb_library *l, struct rb_arena *arena)
{
	rb_map_init(&l->files, arena);
}

/* Opens by path; `shown` is how messages name it. */
static const struct rb_source *
open_file(
    struct rb_library *l, struct rb_arena *arena, struct rb_str shown, const char *path, struct rb_str *why)
{
	char real[PATH_MAX];
	struct rb_source *src;

	if (realpath(path, real) == NULL) {
		*why = rb_arena_fmt(arena, "%s", strerror(errno));
		return NULL;
	}
	src = rb_map_get(&l->files, rb_str_c(real));
	if (src != NULL)
		return src;
	src = rb_source_load(arena, real, why);
	if (src == NULL)
		return NULL;
	src->name = rb_arena_str(arena, shown);
	src->path = rb_arena_str(arena, rb_str_c(real));
	rb_map_put(&l->files, src->path, src);
	return src;
}

static bool
exists(const char *path)
{
	return access(path, F_OK) == 0;
}

/* Also a link that leads nowhere. */
static bool
is_there(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

/* A folder of the same name hides no runbook. */
static bool
is_file(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && !S_ISDIR(st.st_mode);
}

/* folder/name.yaml, or NULL. */
static const char *
in_folder(struct rb_arena *arena, struct rb_str folder, const char *name)
{
	struct rb_str path = rb_arena_fmt(arena, "%.*s/%s.yaml", RB_STR_ARG(folder), name);

	return exists(path.p) ? path.p : NULL;
}

/* Beside the bin/ that the program stands in, so that an installation may be anywhere, and be moved. */
static struct rb_str
installed(struct rb_arena *arena)
{
	char exe[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe));
	size_t end = n > 0 && n < (ssize_t)sizeof(exe) ? (size_t)n : 0;

	while (end > 0 && exe[end - 1] != '/')
		end--;
	if (!rb_str_ends((struct rb_str){exe, end}, "/bin/"))
		return RB_STR(USUAL_PREFIX RUNBOOKS);
	return rb_arena_fmt(arena, "%.*s%s", (int)(end - strlen("/bin/")), exe, RUNBOOKS);
}

struct rb_str
rb_library_folder(struct rb_arena *arena, size_t i)
{
	struct rb_str rest = rb_str_c(getenv("RUNBOOK_PATH"));

	if (i < 2)
		return i == 0 ? RB_STR("runbooks") : RB_STR(".");
	for (i -= 2; rest.n > 0; i--) {
		size_t colon = rb_str_find(rest, RB_STR(":"), 0);

		if (i == 0)
			return colon == 0 ? RB_STR(".") : rb_arena_str(arena, rb_str_cut(rest, 0, colon));
		rest = colon == SIZE_MAX ? RB_STR("") : rb_str_cut(rest, colon + 1, rest.n);
	}
	return i == 0 ? installed(arena) : RB_STR("");
}

const char *
rb_library_path(struct rb_arena *arena, const char *name)
{
	const char *found = NULL;

	for (size_t i = 0; found == NULL; i++) {
		struct rb_str folder = rb_library_folder(arena, i);

		if (folder.n == 0)
			return NULL;
		found = in_folder(arena, folder, name);
	}
	return found;
}

/* The runbook of one folder that a mistyped name was probably meant to be: nearer than *least, which is then
 * that. */
static void
near_in(struct rb_arena *arena, const char *folder, struct rb_str name, unsigned *least, struct rb_str *best)
{
	bool whole = rb_str_ends(name, SUFFIX);
	DIR *dir = opendir(folder);

	if (dir == NULL)
		return;
	for (const struct dirent *e = readdir(dir); e != NULL; e = readdir(dir)) {
		struct rb_str file = rb_str_c(e->d_name);
		unsigned d;

		if (!rb_str_ends(file, SUFFIX) || rb_str_ends(file, ".test" SUFFIX))
			continue;
		if (!whole)
			file.n -= strlen(SUFFIX);
		d = rb_str_distance(file, name, *least);
		if (d < *least) {
			*least = d;
			*best = rb_arena_str(arena, file);
		}
	}
	closedir(dir);
}

/* "; did you mean `disk-full.yaml`?", or nothing. */
static struct rb_str
meant(struct rb_arena *arena, const char *path)
{
	struct rb_str folder = rb_str_folder(rb_str_c(path)),
		      name = rb_str_cut(rb_str_c(path), folder.n, strlen(path)), best = RB_STR("");
	size_t stem = name.n - (rb_str_ends(name, SUFFIX) ? strlen(SUFFIX) : 0);
	/* Half of its letters are no suggestion. */
	unsigned least = (stem < (size_t)2 * NEAR ? (unsigned)stem / 2 : NEAR) + 1;

	if (folder.n > 0)
		near_in(arena, rb_arena_str(arena, folder).p, name, &least, &best);
	for (size_t i = 0; folder.n == 0; i++) {
		struct rb_str place = rb_library_folder(arena, i);

		if (place.n == 0)
			break;
		near_in(arena, place.p, name, &least, &best);
	}
	if (best.n == 0)
		return best;
	return rb_arena_fmt(arena, "; did you mean `%.*s%.*s`?", RB_STR_ARG(folder), RB_STR_ARG(best));
}

const struct rb_source *
rb_library_main(struct rb_library *l, struct rb_arena *arena, const char *name, struct rb_str *why)
{
	const char *path = name;

	if (strchr(name, '/') == NULL && !is_file(name)) {
		path = rb_library_path(arena, name);
		/* What is there and cannot be read, as a folder, is told as what it is. */
		if (path == NULL && is_there(name))
			path = name;
		if (path == NULL) {
			*why = rb_arena_fmt(arena,
			    "there is no such file, and no runbook of that name here, in ./runbooks, in "
			    "$RUNBOOK_PATH or in %.*s%.*s",
			    RB_STR_ARG(installed(arena)), RB_STR_ARG(meant(arena, name)));
			return NULL;
		}
	} else if (!is_there(path)) {
		*why = rb_arena_fmt(arena, "%s%.*s", strerror(ENOENT), RB_STR_ARG(meant(arena, path)));
		return NULL;
	}
	return open_file(l, arena, rb_str_c(path), path, why);
}

struct rb_str
rb_library_dotted(struct rb_arena *arena, const char *file)
{
	struct rb_str name =
	    rb_arena_str(arena, rb_str_cut(rb_str_c(file), 0, strlen(file) - strlen(".yaml")));

	for (size_t i = 0; i < name.n; i++) {
		if (name.p[i] == '/')
			((char *)(uintptr_t)name.p)[i] = '.';
	}
	return name;
}

struct rb_str
rb_library_near(struct rb_arena *arena, struct rb_str name)
{
	struct rb_str best = RB_STR("");
	unsigned least = NEAR + 1;

	for (size_t i = 0; rb_embedded[i].name != NULL; i++) {
		struct rb_str other = rb_library_dotted(arena, rb_embedded[i].name);
		unsigned d = rb_str_distance(other, name, NEAR);

		if (d < least) {
			least = d;
			best = other;
		}
	}
	return best;
}

/* `file` is that of `name`. */
static const struct rb_source *
open_embedded(struct rb_library *l, struct rb_arena *arena, struct rb_str procedure, struct rb_str file,
    struct rb_str *why)
{
	struct rb_str name = rb_arena_fmt(arena, "<stdlib>/%.*s", RB_STR_ARG(file));
	struct rb_source *src = rb_map_get(&l->files, name);
	struct rb_str near;

	if (src != NULL)
		return src;
	for (size_t i = 0; rb_embedded[i].name != NULL; i++) {
		if (!rb_str_is(file, rb_embedded[i].name))
			continue;
		src = rb_source_new(
		    arena, name, (struct rb_str){(const char *)rb_embedded[i].bytes, rb_embedded[i].len});
		rb_map_put(&l->files, name, src);
		return src;
	}
	near = rb_library_near(arena, procedure);
	*why = rb_arena_fmt(arena,
	    "there is no such procedure in lib/ beside this file or in the standard library%s%.*s%s",
	    near.n > 0 ? "; did you mean `" : "", RB_STR_ARG(near), near.n > 0 ? "`?" : "");
	return NULL;
}

struct rb_str
rb_library_says(const struct rb_source *src, const char *key)
{
	struct rb_str text = src->bytes, word = rb_str_c(key), line;

	for (size_t at = rb_str_find(text, word, 0); at != SIZE_MAX; at = rb_str_find(text, word, at + 1)) {
		if (at > 0 && text.p[at - 1] != '\n')
			continue;
		line = rb_str_cut(text, at + word.n, rb_str_find(text, RB_STR("\n"), at));
		return rb_str_trim(rb_str_cut(line, 0, rb_str_find(line, RB_STR(" #"), 0)));
	}
	return RB_STR("");
}

struct rb_str
rb_library_procedure(const struct rb_source *src)
{
	return rb_library_says(src, "procedure:");
}

/* How much of a library file's path is up to its lib/ and with it; 0 for what stands in none. */
static size_t
library_root(struct rb_str path)
{
	static const char lib[] = "lib/";
	const size_t n = sizeof(lib) - 1;

	for (size_t i = path.n; i >= n; i--) {
		if (memcmp(path.p + i - n, lib, n) == 0 && (i == n || path.p[i - n - 1] == '/'))
			return i;
	}
	return 0;
}

/* Where the procedures are that a file uses: lib/ beside it, or the lib/ that it stands in itself. Appended
 * to what comes before it in `path`, which is the file's. */
static struct rb_str
library_of(struct rb_arena *arena, const struct rb_source *from, struct rb_str path)
{
	size_t n = rb_library_procedure(from).n > 0 ? library_root(path) : 0;

	if (n > 0)
		return rb_str_cut(path, 0, n);
	return rb_arena_fmt(arena, "%.*slib/", RB_STR_ARG(rb_str_folder(path)));
}

/* "port.free" → port/free.yaml: in lib/ of the file that uses it, else embedded. */
static const struct rb_source *
open_procedure(struct rb_library *l, struct rb_arena *arena, struct rb_str name, const struct rb_source *from,
    struct rb_str *why)
{
	struct rb_str file = rb_arena_fmt(arena, "%.*s.yaml", RB_STR_ARG(name)), path, shown;

	for (size_t i = 0; i < name.n; i++) {
		if (file.p[i] == '.')
			((char *)(uintptr_t)file.p)[i] = '/';
	}
	if (from->path.n > 0) {
		path = rb_arena_fmt(
		    arena, "%.*s%.*s", RB_STR_ARG(library_of(arena, from, from->path)), RB_STR_ARG(file));
		shown = rb_arena_fmt(
		    arena, "%.*s%.*s", RB_STR_ARG(library_of(arena, from, from->name)), RB_STR_ARG(file));
		if (exists(path.p))
			return open_file(l, arena, shown, path.p, why);
	}
	return open_embedded(l, arena, name, file, why);
}

static const struct rb_source *
open_any(void *ctx, struct rb_arena *arena, bool library, struct rb_str name, const struct rb_source *from,
    struct rb_str *why)
{
	struct rb_str path = name, shown = name;

	if (library)
		return open_procedure(ctx, arena, name, from, why);
	if (name.n > 0 && name.p[0] != '/') {
		path =
		    rb_arena_fmt(arena, "%.*s%.*s", RB_STR_ARG(rb_str_folder(from->path)), RB_STR_ARG(name));
		shown =
		    rb_arena_fmt(arena, "%.*s%.*s", RB_STR_ARG(rb_str_folder(from->name)), RB_STR_ARG(name));
	}
	return open_file(ctx, arena, shown, rb_arena_str(arena, path).p, why);
}

struct rb_opener
rb_library_opener(struct rb_library *l)
{
	return (struct rb_opener){l, open_any};
}
