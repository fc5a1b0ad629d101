/* Source files: reading one, and turning byte offsets into lines and columns when a message needs them. */
#include "text/source.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TAB_STOP = 8 };

/* Sets lines and starts. There is one line more than line feeds: a position at the end of the file is in it.
 */
static void
index_lines(struct rb_arena *arena, struct rb_source *src)
{
	const char *p = src->bytes.p, *end = p + src->bytes.n, *lf;
	size_t line = 0;

	src->lines = 1;
	for (lf = memchr(p, '\n', src->bytes.n); lf != NULL;
	     lf = memchr(lf + 1, '\n', (size_t)(end - lf - 1)))
		src->lines++;
	src->starts = RB_ARRAY(arena, uint32_t, src->lines);
	for (lf = memchr(p, '\n', src->bytes.n); lf != NULL;
	     lf = memchr(lf + 1, '\n', (size_t)(end - lf - 1)))
		src->starts[++line] = (uint32_t)(lf + 1 - p);
}

/* The bytes are the arena's. */
static struct rb_source *
wrap(struct rb_arena *arena, struct rb_str name, struct rb_str bytes)
{
	struct rb_source *src = RB_NEW(arena, struct rb_source);

	src->name = rb_arena_str(arena, name);
	src->path = rb_arena_str(arena, RB_STR(""));
	src->bytes = rb_str_starts(bytes, "\xef\xbb\xbf") ? rb_str_cut(bytes, 3, bytes.n) : bytes;
	src->ascii = rb_ascii_run(src->bytes) == src->bytes.n;
	index_lines(arena, src);
	return src;
}

struct rb_source *
rb_source_new(struct rb_arena *arena, struct rb_str name, struct rb_str bytes)
{
	return wrap(arena, name, rb_arena_str(arena, bytes));
}

static const char *
kind_of_file(mode_t mode)
{
	if (S_ISDIR(mode))
		return "a directory";
	if (S_ISFIFO(mode))
		return "a pipe";
	if (S_ISSOCK(mode))
		return "a socket";
	return "a device";
}

/* Reads until end of file or until `max` bytes are had. Returns how many, or -1 with errno. */
static ssize_t
read_up_to(int fd, char *to, size_t max)
{
	size_t have = 0;

	while (have < max) {
		ssize_t n = read(fd, to + have, max - have);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		have += (size_t)n;
	}
	return (ssize_t)have;
}

int
rb_source_regular(struct rb_arena *arena, const char *path, struct rb_str *why)
{
	struct stat st;

	if (stat(path, &st) != 0) {
		*why = rb_arena_fmt(arena, "cannot read %s: %s", path, strerror(errno));
		return -1;
	}
	if (!S_ISREG(st.st_mode)) {
		*why = rb_arena_fmt(
		    arena, "cannot read %s: it is %s, not a regular file", path, kind_of_file(st.st_mode));
		return -1;
	}
	return 0;
}

/* An open descriptor of a regular file, or -1 and *why. What is no regular file is not opened at all: opening
 * a device can have effects, and opening a pipe waits. O_NONBLOCK guards against a swap between the two
 * calls. */
static int
open_regular(struct rb_arena *arena, const char *path, struct rb_str *why)
{
	struct stat st;
	int fd;

	if (rb_source_regular(arena, path, why) != 0)
		return -1;
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		*why = rb_arena_fmt(
		    arena, "cannot read %s: %s", path, fd < 0 ? strerror(errno) : "it was replaced");
		if (fd >= 0)
			close(fd);
		return -1;
	}
	return fd;
}

/* Reads all of a file that says how long it is; bytes.p NULL where it has become longer, or says that it is
 * empty as those of /proc do. 0, or -1 with errno. */
static int
read_sized(struct rb_arena *arena, int fd, size_t size, struct rb_str *bytes)
{
	char *p = size > 0 ? rb_arena_new(arena, size + 1) : NULL;
	ssize_t n = p != NULL ? read_up_to(fd, p, size + 1) : 0;

	if (n < 0)
		return -1;
	if (p == NULL || (size_t)n > size)
		return lseek(fd, 0, SEEK_SET) < 0 ? -1 : 0;
	*bytes = (struct rb_str){p, (size_t)n};
	return 0;
}

/* Reads all of a file, which may be longer than allowed by one byte. 0, or -1 with errno. */
static int
read_all(struct rb_arena *arena, int fd, struct rb_str *bytes)
{
	char *p = rb_alloc_resize(arena->alloc, NULL, RB_SOURCE_MAX + 1);
	ssize_t n = read_up_to(fd, p, RB_SOURCE_MAX + 1);
	int error = errno;

	if (n >= 0)
		*bytes = rb_arena_str(arena, (struct rb_str){p, (size_t)n});
	rb_alloc_free(arena->alloc, p);
	errno = error;
	return n >= 0 ? 0 : -1;
}

struct rb_source *
rb_source_load(struct rb_arena *arena, const char *path, struct rb_str *why)
{
	struct rb_str bytes = {NULL, 0};
	struct rb_source *src = NULL;
	char absolute[PATH_MAX];
	struct stat st;
	int fd, rc;

	fd = open_regular(arena, path, why);
	if (fd < 0)
		return NULL;
	rc = fstat(fd, &st);
	if (rc == 0 && st.st_size > RB_SOURCE_MAX)
		bytes.n = RB_SOURCE_MAX + 1;
	else if (rc == 0)
		rc = read_sized(arena, fd, (size_t)st.st_size, &bytes);
	if (rc == 0 && bytes.p == NULL && bytes.n == 0)
		rc = read_all(arena, fd, &bytes);
	if (rc != 0) {
		*why = rb_arena_fmt(arena, "cannot read %s: %s", path, strerror(errno));
	} else if (bytes.n > RB_SOURCE_MAX) {
		*why = rb_arena_fmt(
		    arena, "cannot read %s: it is larger than %d MiB", path, RB_SOURCE_MAX >> 20);
	} else if (realpath(path, absolute) == NULL) {
		*why = rb_arena_fmt(arena, "cannot find the full path of %s: %s", path, strerror(errno));
	} else {
		src = wrap(arena, rb_str_c(path), bytes);
		src->path = rb_arena_str(arena, rb_str_c(absolute));
	}
	close(fd);
	return src;
}

/* Index of the line that holds the offset. */
static size_t
line_of(const struct rb_source *src, size_t offset)
{
	size_t low = 0, high = src->lines;

	while (high - low > 1) {
		size_t mid = low + (high - low) / 2;

		if (src->starts[mid] <= offset)
			low = mid;
		else
			high = mid;
	}
	return low;
}

struct rb_pos
rb_source_pos(const struct rb_source *src, size_t offset)
{
	struct rb_pos pos = {.column = 1};
	size_t line, i;
	uint32_t cp;

	if (offset > src->bytes.n)
		offset = src->bytes.n;
	line = line_of(src, offset);
	pos.line = line + 1;
	for (i = src->starts[line]; i < offset; pos.column++) {
		size_t len = rb_utf8_next(src->bytes.p + i, src->bytes.n - i, &cp);

		if (len == 0)
			pos.shown++;
		else if (cp == '\t')
			pos.shown += TAB_STOP - pos.shown % TAB_STOP;
		else
			pos.shown += (size_t)rb_utf8_width(cp);
		i += len == 0 ? 1 : len;
	}
	return pos;
}

struct rb_str
rb_source_line(const struct rb_source *src, size_t line)
{
	size_t from, to;

	if (line == 0 || line > src->lines)
		return (struct rb_str){"", 0};
	from = src->starts[line - 1];
	to = line < src->lines ? src->starts[line] - 1 : src->bytes.n;
	if (line < src->lines && to > from && src->bytes.p[to - 1] == '\r')
		to--;
	return rb_str_cut(src->bytes, from, to);
}

struct rb_str
rb_span_text(struct rb_span span)
{
	return span.src != NULL ? rb_str_cut(span.src->bytes, span.from, span.to) : (struct rb_str){"", 0};
}
