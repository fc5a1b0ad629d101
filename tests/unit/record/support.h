/* What the tests of the record share: a folder that goes away, places in it, and system calls that fail when
 * they are told to. */
#ifndef TESTS_RECORD_SUPPORT_H
#define TESTS_RECORD_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "record/reader.h"
#include "record/past.h"
#include "record/transcript.h"

enum op { OPEN, MKDIR, WRITE, PWRITE, SYNC, TRUNCATE, RESERVE, LOCK, UNLINK, OPS };

/* Fails the n-th call of one kind, once or from then on. */
struct faulty {
	struct rb_io io;
	enum op op;
	unsigned nth; /* 1, 2, …; 0: none fails */
	bool sticky;
	int error;
	bool half;         /* a write takes half of its bytes first */
	const char *under; /* only calls on what lies below this path; NULL: all */
	unsigned count[OPS];
	char log[4096]; /* a letter for each call: o m w p s S(folder) t r l u */
};

struct world {
	char root[PATH_MAX - 512];
	char first[PATH_MAX - 256], second[PATH_MAX - 256];
	struct rb_places places; /* first/runs, and second/runs, which is "in memory" */
	struct rb_places memory; /* only the second */
	struct faulty faulty;
	struct rb_buf why;
};

static inline bool
fails(struct faulty *f, enum op op, char letter, int fd)
{
	char link[64], path[PATH_MAX] = "";
	size_t used = strlen(f->log);
	ssize_t n;

	if (used + 1 < sizeof(f->log))
		f->log[used] = letter;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	path[n > 0 ? n : 0] = '\0';
	if (f->under != NULL && strncmp(path, f->under, strlen(f->under)) != 0)
		return false;
	f->count[op]++;
	if (f->nth == 0 || f->op != op || f->count[op] < f->nth || (!f->sticky && f->count[op] > f->nth))
		return false;
	errno = f->error;
	return true;
}

static inline int
faulty_open(void *ctx, int dir, const char *name, int flags, mode_t mode)
{
	/* only files that are made: what is opened to be looked at or synced fails by its sync */
	return (flags & O_CREAT) != 0 && fails(ctx, OPEN, 'o', dir)
		   ? -1
		   : rb_io_system.open(NULL, dir, name, flags, mode);
}

static inline int
faulty_mkdir(void *ctx, int dir, const char *name, mode_t mode)
{
	return fails(ctx, MKDIR, 'm', dir) ? -1 : rb_io_system.mkdir(NULL, dir, name, mode);
}

static inline ssize_t
faulty_write(void *ctx, int fd, const void *p, size_t n)
{
	struct faulty *f = ctx;

	if (!fails(f, WRITE, 'w', fd))
		return rb_io_system.write(NULL, fd, p, n);
	if (!f->half || n < 2)
		return -1;
	return rb_io_system.write(NULL, fd, p, n / 2);
}

static inline ssize_t
faulty_pwrite(void *ctx, int fd, const void *p, size_t n, off_t at)
{
	return fails(ctx, PWRITE, 'p', fd) ? -1 : rb_io_system.pwrite(NULL, fd, p, n, at);
}

static inline int
faulty_sync(void *ctx, int fd, bool folder)
{
	return fails(ctx, SYNC, folder ? 'S' : 's', fd) ? -1 : 0; /* the real one only costs time here */
}

static inline int
faulty_truncate(void *ctx, int fd, off_t size)
{
	return fails(ctx, TRUNCATE, 't', fd) ? -1 : rb_io_system.truncate(NULL, fd, size);
}

static inline int
faulty_reserve(void *ctx, int fd, off_t from, off_t n)
{
	return fails(ctx, RESERVE, 'r', fd) ? -1 : rb_io_system.reserve(NULL, fd, from, n);
}

static inline int
faulty_lock(void *ctx, int fd)
{
	return fails(ctx, LOCK, 'l', fd) ? -1 : rb_io_system.lock(NULL, fd);
}

static inline int
faulty_unlink(void *ctx, int dir, const char *name)
{
	return fails(ctx, UNLINK, 'u', dir) ? -1 : rb_io_system.unlink(NULL, dir, name);
}

static inline int
faulty_close(void *ctx, int fd)
{
	(void)ctx;
	return close(fd);
}

static inline void
world_open(struct world *w)
{
	const char *tmp = getenv("TMPDIR");

	memset(w, 0, sizeof(*w));
	if (tmp == NULL)
		tmp = access("/dev/shm", W_OK) == 0 ? "/dev/shm"
						    : "/tmp"; /* hundreds of folders: not on a busy disk */
	snprintf(w->root, sizeof(w->root), "%s/rb-record-XXXXXX", tmp);
	assert_non_null(mkdtemp(w->root));
	snprintf(w->first, sizeof(w->first), "%s/first", w->root);
	snprintf(w->second, sizeof(w->second), "%s/second", w->root);
	assert_int_equal(mkdir(w->second, 0700), 0);
	w->places.place[0] = (struct rb_record_place){w->first, "runs", false};
	w->places.place[1] = (struct rb_record_place){w->second, "runs", true};
	w->places.n = 2;
	w->memory = (struct rb_places){.place = {w->places.place[1]}, .n = 1};
	w->faulty.io = (struct rb_io){&w->faulty, faulty_open, faulty_mkdir, faulty_write, faulty_pwrite,
	    faulty_sync, faulty_truncate, faulty_reserve, faulty_lock, faulty_unlink, faulty_close};
	rb_buf_init(&w->why, NULL, 65536);
}

static inline void
remove_below(int dir, const char *name)
{
	int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *list = fd >= 0 ? fdopendir(fd) : NULL;

	if (list != NULL) {
		for (const struct dirent *e = readdir(list); e != NULL; e = readdir(list)) {
			if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
				remove_below(dirfd(list), e->d_name);
		}
		closedir(list);
	}
	unlinkat(dir, name, list != NULL ? AT_REMOVEDIR : 0);
}

static inline void
world_close(struct world *w)
{
	rb_buf_free(&w->why);
	remove_below(AT_FDCWD, w->root);
}

/* The whole file, to be freed. */
static inline struct rb_str
slurp(const char *path)
{
	FILE *f = fopen(path, "rb");
	struct stat st;
	char *p;

	if (f == NULL)
		fail_msg("%s: %s", path, strerror(errno));
	assert_int_equal(fstat(fileno(f), &st), 0);
	p = malloc((size_t)st.st_size + 1);
	assert_int_equal(fread(p, 1, (size_t)st.st_size, f), st.st_size);
	p[st.st_size] = '\0';
	fclose(f);
	return (struct rb_str){p, (size_t)st.st_size};
}

static inline void
drop(struct rb_str text)
{
	free((char *)(uintptr_t)text.p);
}

static inline void
spit(const char *path, struct rb_str text)
{
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(text.p, 1, text.n, f), text.n);
	fclose(f);
}

static inline mode_t
mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(lstat(path, &st), 0);
	return st.st_mode & 07777;
}

static inline bool
exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

#endif
