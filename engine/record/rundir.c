/* Where a run is kept. On a host in trouble the usual place may be full or read-only, so there are others;
 * those are shared with other users, and nothing is written there that another user could have prepared. */
#include "record/rundir.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

enum { SOURCE_MAX = 32 << 20, SYNC_LEVELS = 16 };

/* Crockford's base 32: no letter that is taken for a digit or another letter. */
static const char id_digits[] = "0123456789abcdefghjkmnpqrstvwxyz";

static const char *
from_environment(const char *name)
{
	return getenv(name);
}

static void
add_place(struct rb_places *places, const char *root, const char *sub, bool in_memory)
{
	places->place[places->n++] = (struct rb_record_place){root, sub, in_memory};
}

/* The value of a variable that must be an absolute path, or NULL. */
static const char *
absolute(const char *(*env)(const char *name), const char *name)
{
	const char *value = env(name);

	return value != NULL && value[0] == '/' ? value : NULL;
}

/* A relative $RUNBOOK_STATE_DIR is meant from the current folder; the XDG variables would be ignored. */
static const char *
state_dir(struct rb_arena *arena, const char *(*env)(const char *name))
{
	const char *value = env("RUNBOOK_STATE_DIR");
	char cwd[PATH_MAX];

	if (value == NULL || value[0] == '\0')
		return NULL;
	if (value[0] == '/')
		return rb_arena_str(arena, rb_str_c(value)).p;
	if (getcwd(cwd, sizeof(cwd)) == NULL)
		return NULL;
	return rb_arena_fmt(arena, "%s/%s", cwd, value).p;
}

void
rb_places_find(struct rb_places *places, struct rb_arena *arena, const char *(*env)(const char *name))
{
	const char *own, *state, *home, *runtime;

	if (env == NULL)
		env = from_environment;
	memset(places, 0, sizeof(*places));
	own = state_dir(arena, env);
	state = absolute(env, "XDG_STATE_HOME");
	home = absolute(env, "HOME");
	if (own != NULL)
		add_place(places, own, "runs", false);
	else if (state != NULL)
		add_place(places, rb_arena_str(arena, rb_str_c(state)).p, "runbook/runs", false);
	else if (home != NULL)
		add_place(places, rb_arena_str(arena, rb_str_c(home)).p, ".local/state/runbook/runs", false);

	runtime = absolute(env, "XDG_RUNTIME_DIR");
	if (runtime != NULL)
		add_place(places, rb_arena_str(arena, rb_str_c(runtime)).p, "runbook/runs", true);
	else if (geteuid() == 0)
		add_place(places, "/run", "runbook/runs", true);
	add_place(places, "/dev/shm", rb_arena_fmt(arena, "runbook-%u/runs", (unsigned)geteuid()).p, true);
}

static int
open_folder(const struct rb_io *io, int dir, const char *name, bool follow)
{
	return io->open(io->ctx, dir, name, O_RDONLY | O_DIRECTORY | (follow ? 0 : O_NOFOLLOW), 0);
}

/* Refuses a folder that another user could write to, or has made. */
static int
check_ours(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -1;
	if (st.st_uid != geteuid() || (st.st_mode & 077) != 0) {
		errno = EPERM;
		return -1;
	}
	return 0;
}

/* Opens `path` below dir (which it closes), making what is missing and counting it. A folder of ours alone is
 * not reached through a link. */
static int
descend(const struct rb_io *io, int dir, const char *path, bool ours, unsigned *made)
{
	char part[NAME_MAX + 1];

	while (dir >= 0 && *path != '\0') {
		size_t n = strcspn(path, "/");
		int next = -1, error = 0;

		if (n > 0 && n < sizeof(part)) {
			memcpy(part, path, n);
			part[n] = '\0';
			error = io->mkdir(io->ctx, dir, part, 0700) < 0 ? errno : 0;
			*made += error == 0 ? 1 : 0;
			next = open_folder(io, dir, part, !ours);
			if (next < 0 && errno == ENOENT)
				errno =
				    error; /* why it could not be made says more than that it is missing */
			if (next >= 0 && ours && check_ours(next) < 0) {
				error = errno;
				io->close(io->ctx, next);
				next = -1;
				errno = error;
			}
		} else if (n == 0) {
			path++;
			continue;
		} else {
			errno = ENAMETOOLONG;
		}
		error = errno;
		io->close(io->ctx, dir);
		errno = error;
		dir = next;
		path += n;
	}
	return dir;
}

static int
open_place(const struct rb_io *io, const struct rb_record_place *place, unsigned *made)
{
	int dir;

	if (place->in_memory)
		return descend(io, open_folder(io, AT_FDCWD, place->root, true), place->sub, true, made);
	dir = descend(io, open_folder(io, AT_FDCWD, "/", true), place->root, false, made);
	return descend(io, dir, place->sub, false, made);
}

int
rb_record_place_open(const struct rb_record_place *place)
{
	char path[PATH_MAX];
	int fd;

	if (snprintf(path, sizeof(path), "%s/%s", place->root, place->sub) >= (int)sizeof(path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0 && place->in_memory && check_ours(fd) < 0) {
		close(fd);
		errno = EPERM;
		return -1;
	}
	return fd;
}

static void
make_id(char id[RB_RUN_ID], int64_t wall)
{
	time_t seconds = (time_t)(wall / RB_SECOND);
	unsigned char chance[RB_RUN_SHORT];
	struct tm tm;
	size_t n;

	gmtime_r(&seconds, &tm);
	n = strftime(id, RB_RUN_ID - RB_RUN_SHORT, "%Y%m%d-%H%M%S-", &tm);
	if (getrandom(chance, sizeof(chance), GRND_NONBLOCK) != (ssize_t)sizeof(chance)) {
		/* Early after boot. An id need not be hard to guess, and one that is taken is tried again. */
		uint64_t mixed = (uint64_t)rb_clock_mono() * 0x9e3779b97f4a7c15U ^ (uint64_t)getpid();

		memcpy(chance, (const char *)&mixed + 4, sizeof(chance));
	}
	for (size_t i = 0; i < RB_RUN_SHORT; i++)
		id[n++] = id_digits[chance[i] % 32];
	id[n] = '\0';
}

bool
rb_run_id_valid(struct rb_str text)
{
	static const char form[] = "dddddddd-dddddd-xxxx";

	if (text.n != sizeof(form) - 1)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (form[i] == '-' ? c != '-'
				   : c == '\0' || strchr(id_digits, c) == NULL ||
					 (form[i] == 'd' && (c < '0' || c > '9')))
			return false;
	}
	return true;
}

/* The run's own folder in the place `runs`. */
static int
make_run(struct rb_rundir *dir, int runs, bool new_id, int64_t wall)
{
	for (unsigned tries = 0; tries < RB_RUN_TRIES; tries++) {
		if (new_id)
			make_id(dir->id, wall);
		if (dir->io->mkdir(dir->io->ctx, runs, dir->id, 0700) == 0)
			break;
		if (errno != EEXIST || !new_id || tries + 1 == RB_RUN_TRIES)
			return -1;
	}
	dir->fd = open_folder(dir->io, runs, dir->id, false);
	if (dir->fd < 0 || check_ours(dir->fd) < 0)
		return -1;
	return fchmod(dir->fd, 0700); /* the umask may have taken bits of ours away */
}

static void
close_folder(struct rb_rundir *dir)
{
	if (dir->fd >= 0)
		dir->io->close(dir->io->ctx, dir->fd);
	dir->fd = -1;
}

static int
make_at(struct rb_rundir *dir, const struct rb_record_place *place, bool new_id, int64_t wall)
{
	int runs, result = -1, error;

	dir->made = 0;
	runs = open_place(dir->io, place, &dir->made);
	if (runs < 0)
		return -1;
	if (make_run(dir, runs, new_id, wall) == 0)
		result = 0;
	error = errno;
	if (result < 0)
		close_folder(dir);
	dir->io->close(dir->io->ctx, runs);
	errno = error;
	return result;
}

int
rb_rundir_make(struct rb_rundir *dir, const struct rb_alloc *alloc, const struct rb_io *io,
    const struct rb_places *places, const char *id, int64_t wall, struct rb_buf *why)
{
	struct rb_buf path;
	int error = ENOENT;

	memset(dir, 0, sizeof(*dir));
	dir->alloc = alloc;
	dir->io = io != NULL ? io : &rb_io_system;
	dir->fd = -1;
	dir->place = places->n;
	if (id != NULL)
		snprintf(dir->id, sizeof(dir->id), "%s", id);
	else
		make_id(dir->id, wall);

	rb_buf_init(&path, alloc, PATH_MAX);
	for (size_t i = 0; i < places->n && dir->fd < 0; i++) {
		const struct rb_record_place *place = &places->place[i];

		if (make_at(dir, place, id == NULL, wall) == 0) {
			dir->place = i;
			dir->in_memory = place->in_memory;
			rb_buf_fmt(&path, "%s/%s/%s", place->root, place->sub, dir->id);
		} else {
			error = errno;
			if (why != NULL)
				rb_buf_fmt(why, "%s/%s: %s\n", place->root, place->sub, strerror(error));
		}
	}
	dir->path = rb_alloc_resize(alloc, NULL, path.len + 1);
	memcpy(dir->path, rb_buf_cstr(&path), path.len + 1);
	rb_buf_free(&path);
	errno = error;
	return dir->fd >= 0 ? 0 : -1;
}

void
rb_rundir_close(struct rb_rundir *dir)
{
	close_folder(dir);
	rb_alloc_free(dir->alloc, dir->path);
	dir->path = NULL;
}

void
rb_rundir_drop(struct rb_rundir *dir)
{
	if (dir->fd >= 0)
		rmdir(dir->path);
}

int
rb_rundir_file(const struct rb_rundir *dir, const char *name)
{
	if (dir->fd < 0) {
		errno = ENOENT;
		return -1;
	}
	return dir->io->open(
	    dir->io->ctx, dir->fd, name, O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
}

int
rb_rundir_sync(const struct rb_rundir *dir)
{
	int fd = dir->fd, result = dir->io->sync(dir->io->ctx, fd, true);

	for (unsigned level = 0; result == 0 && level <= dir->made && level < SYNC_LEVELS; level++) {
		int above = open_folder(dir->io, fd, "..", false);

		if (fd != dir->fd)
			dir->io->close(dir->io->ctx, fd);
		fd = above;
		result = above < 0 ? -1 : dir->io->sync(dir->io->ctx, above, true);
	}
	if (fd >= 0 && fd != dir->fd) {
		int error = errno;

		dir->io->close(dir->io->ctx, fd);
		errno = error;
	}
	return result;
}

/* "source-api-down.yaml", then "source-2-restart.yaml". */
static void
name_source(struct rb_rundir *dir, struct rb_str path, char name[RB_SOURCE_NAME])
{
	size_t n;

	path = rb_str_file(path);
	dir->sources++;
	n = dir->sources == 1 ? (size_t)snprintf(name, RB_SOURCE_NAME, "source-")
			      : (size_t)snprintf(name, RB_SOURCE_NAME, "source-%u-", dir->sources);
	for (size_t i = 0; i < path.n && n + 1 < RB_SOURCE_NAME; i++) {
		unsigned char c = (unsigned char)path.p[i];

		name[n++] = c <= ' ' || c >= 0x7f ? '_' : (char)c;
	}
	name[n] = '\0';
}

int
rb_rundir_source(struct rb_rundir *dir, const struct rb_masker *masker, struct rb_str path,
    struct rb_str text, char name[RB_SOURCE_NAME])
{
	struct rb_buf masked;
	int fd, result = -1, error;

	name_source(dir, path, name);
	fd = rb_rundir_file(dir, name);
	if (fd < 0)
		return -1;
	rb_buf_init(&masked, dir->alloc, SOURCE_MAX);
	rb_masker_text(masker, text, &masked);
	if (rb_io_write_all(dir->io, fd, masked.p, masked.len) == masked.len)
		result = 0;
	error = errno;
	rb_buf_free(&masked);
	dir->io->close(dir->io->ctx, fd);
	errno = error;
	return result;
}
