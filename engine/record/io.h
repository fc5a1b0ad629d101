/* The system calls that the record is written with, as a table, so that tests can fail each of them.
 * Ownership: descriptors belong to whoever opened them, until close. All answer as the calls do: -1 and
 * errno. */
#ifndef RB_RECORD_IO_H
#define RB_RECORD_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct rb_io {
	void *ctx;
	int (*open)(void *ctx, int dir, const char *name, int flags, mode_t mode);
	int (*mkdir)(void *ctx, int dir, const char *name, mode_t mode);
	ssize_t (*write)(void *ctx, int fd, const void *p, size_t n);
	/* At an offset, for files that were not opened with O_APPEND. */
	ssize_t (*pwrite)(void *ctx, int fd, const void *p, size_t n, off_t at);
	/* fdatasync for files; fsync for folders. */
	int (*sync)(void *ctx, int fd, bool folder);
	int (*truncate)(void *ctx, int fd, off_t size);
	/* Takes `n` bytes of disk behind `from` for later writes; the file keeps its size. */
	int (*reserve)(void *ctx, int fd, off_t from, off_t n);
	/* Marks the file as being written: the lock goes when the descriptor is closed, by death too. */
	int (*lock)(void *ctx, int fd);
	int (*unlink)(void *ctx, int dir, const char *name);
	int (*close)(void *ctx, int fd);
};

extern const struct rb_io rb_io_system;

/* Writes all of it, in as many calls as it takes. How much was written; less than n only with errno set. */
size_t rb_io_write_all(const struct rb_io *io, int fd, const char *p, size_t n);

#endif
