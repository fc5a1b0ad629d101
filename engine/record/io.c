/* The real system calls behind the record. */
#include "record/io.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static int
sys_open(void *ctx, int dir, const char *name, int flags, mode_t mode)
{
	(void)ctx;
	return openat(dir, name, flags | O_CLOEXEC, mode);
}

static int
sys_mkdir(void *ctx, int dir, const char *name, mode_t mode)
{
	(void)ctx;
	return mkdirat(dir, name, mode);
}

static ssize_t
sys_write(void *ctx, int fd, const void *p, size_t n)
{
	(void)ctx;
	return write(fd, p, n);
}

static ssize_t
sys_pwrite(void *ctx, int fd, const void *p, size_t n, off_t at)
{
	(void)ctx;
	return pwrite(fd, p, n, at);
}

static int
sys_sync(void *ctx, int fd, bool folder)
{
	(void)ctx;
	return folder ? fsync(fd) : fdatasync(fd);
}

static int
sys_truncate(void *ctx, int fd, off_t size)
{
	(void)ctx;
	return ftruncate(fd, size);
}

static int
sys_reserve(void *ctx, int fd, off_t from, off_t n)
{
	(void)ctx;
#ifdef FALLOC_FL_KEEP_SIZE
	return fallocate(fd, FALLOC_FL_KEEP_SIZE, from, n);
#else
	(void)fd;
	(void)from;
	(void)n;
	errno = EOPNOTSUPP;
	return -1;
#endif
}

static int
sys_lock(void *ctx, int fd)
{
	(void)ctx;
	return flock(fd, LOCK_EX | LOCK_NB);
}

static int
sys_unlink(void *ctx, int dir, const char *name)
{
	(void)ctx;
	return unlinkat(dir, name, 0);
}

static int
sys_close(void *ctx, int fd)
{
	(void)ctx;
	return close(fd);
}

const struct rb_io rb_io_system = {NULL, sys_open, sys_mkdir, sys_write, sys_pwrite, sys_sync, sys_truncate,
    sys_reserve, sys_lock, sys_unlink, sys_close};

size_t
rb_io_write_all(const struct rb_io *io, int fd, const char *p, size_t n)
{
	size_t done = 0;

	while (done < n) {
		ssize_t wrote = io->write(io->ctx, fd, p + done, n - done);

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote == 0)
			errno =
			    EIO; /* POSIX leaves this open; without progress there is no point in going on */
		if (wrote <= 0)
			break;
		done += (size_t)wrote;
	}
	return done;
}
