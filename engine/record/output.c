/* Output files. The first half of a file is written as it comes, so that it can be followed; then the newest
 * bytes go round in a ring beside it ("….tail"), and are appended when the attempt ends. No memory grows with
 * output. */
#include "record/output.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SLUG = 96, COPY = 64 << 10 };

struct file {
	struct rb_output_file is;
	bool open;    /* something came */
	int fd, ring; /* -1: none */
	uint64_t head_max, tail_max;
	uint64_t head;  /* bytes in the file */
	uint64_t round; /* bytes that went through the ring; it holds the last tail_max of them */
	uint64_t noted; /* bytes whose absence the file tells of */
	int error;      /* errno of what went wrong; nothing more is written then */
};

struct attempt {
	struct rb_where where; /* of its texts, only `step` is kept */
	char *step;
	unsigned number;
	struct file file[RB_STREAMS];
};

struct rb_outputs {
	const struct rb_alloc *alloc;
	const struct rb_io *io;
	const struct rb_rundir *dir;
	uint64_t file_max, run_left;
	void (*trouble)(void *ctx, const char *text);
	void *trouble_ctx;
	int told;                  /* the last errno that was told */
	struct attempt **attempts; /* open ones */
	size_t n, cap;
	unsigned numbered;
};

static const char *const stream_names[RB_STREAMS] = {
    [RB_STDOUT] = "stdout", [RB_STDERR] = "stderr", [RB_BODY] = "body"};

struct rb_outputs *
rb_outputs_new(const struct rb_alloc *alloc, const struct rb_rundir *dir, uint64_t file_max, uint64_t run_max,
    void (*trouble)(void *ctx, const char *text), void *trouble_ctx)
{
	struct rb_outputs *o = rb_alloc_zero(alloc, 1, sizeof(*o));

	o->alloc = alloc;
	o->io = dir->io;
	o->dir = dir;
	o->file_max = file_max != 0 ? file_max : dir->in_memory ? RB_OUTPUT_FILE_MEMORY : RB_OUTPUT_FILE;
	o->run_left = run_max != 0 ? run_max : dir->in_memory ? RB_OUTPUT_RUN_MEMORY : RB_OUTPUT_RUN;
	o->trouble = trouble;
	o->trouble_ctx = trouble_ctx;
	return o;
}

static bool
same_attempt(const struct rb_where *a, const struct rb_where *b)
{
	return a->attempt == b->attempt && a->visit == b->visit && a->item == b->item &&
	       rb_str_eq(a->step, b->step);
}

/* Index of the open attempt, or o->n. The newest comes first: it is mostly the one that writes. */
static size_t
find(const struct rb_outputs *o, const struct rb_where *where)
{
	for (size_t i = o->n; i > 0; i--) {
		if (same_attempt(&o->attempts[i - 1]->where, where))
			return i - 1;
	}
	return o->n;
}

static struct attempt *
add_attempt(struct rb_outputs *o, const struct rb_where *where)
{
	struct attempt *a = rb_alloc_zero(o->alloc, 1, sizeof(*a));

	a->step = rb_alloc_resize(o->alloc, NULL, where->step.n + 1);
	if (where->step.n > 0)
		memcpy(a->step, where->step.p, where->step.n);
	a->where = *where;
	a->where.step.p = a->step;
	a->where.id = a->where.title = (struct rb_str){"", 0};
	a->number = ++o->numbered;
	for (size_t i = 0; i < RB_STREAMS; i++)
		a->file[i].fd = a->file[i].ring = -1;
	o->attempts = rb_alloc_grow(o->alloc, o->attempts, sizeof(struct attempt *), o->n, &o->cap);
	o->attempts[o->n++] = a;
	return a;
}

/* "pods[2]/check" → "pods-2-check". */
static void
slug(struct rb_str step, char out[SLUG])
{
	size_t n = 0;

	for (size_t i = 0; i < step.n && n + 1 < SLUG; i++) {
		char c = step.p[i];
		bool plain =
		    (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';

		if (plain)
			out[n++] = c;
		else if (n > 0 && out[n - 1] != '-')
			out[n++] = '-';
	}
	while (n > 0 && out[n - 1] == '-')
		n--;
	out[n] = '\0';
}

static void
fail(struct rb_outputs *o, struct file *f, const struct attempt *a, enum rb_stream stream, int error)
{
	char text[512];

	f->error = error != 0 ? error : EIO;
	/* A full disk fails each step that follows: that is told once, not with each line of the view. */
	if (o->trouble == NULL || o->told == f->error)
		return;
	o->told = f->error;
	snprintf(text, sizeof(text),
	    "the %s of step %.*s is not kept any more, only counted, as will be others: %s: %s",
	    stream_names[stream], a->where.step.n < 200 ? (int)a->where.step.n : 200, a->step, f->is.name,
	    strerror(f->error));
	o->trouble(o->trouble_ctx, text);
}

static void
open_file(struct rb_outputs *o, struct attempt *a, enum rb_stream stream)
{
	struct file *f = &a->file[stream];
	uint64_t max = o->file_max < o->run_left ? o->file_max : o->run_left;
	char step[SLUG];

	if (max < RB_OUTPUT_LEAST && max < o->file_max)
		max = o->file_max < RB_OUTPUT_LEAST ? o->file_max : RB_OUTPUT_LEAST;
	slug(a->where.step, step);
	f->open = true;
	f->head_max = max / 2;
	f->tail_max = max - f->head_max;
	snprintf(f->is.name, sizeof(f->is.name), "%03u-%s.%u.%s", a->number, step,
	    a->where.attempt > 0 ? a->where.attempt : 1, stream_names[stream]);
	f->fd = rb_rundir_file(o->dir, f->is.name);
	if (f->fd < 0) {
		fail(o, f, a, stream, errno);
		f->is.name[0] = '\0';
	}
}

static int
open_ring(struct rb_outputs *o, struct file *f)
{
	char name[RB_OUTPUT_NAME + 8];

	snprintf(name, sizeof(name), "%s.tail", f->is.name);
	f->ring = o->io->open(o->io->ctx, o->dir->fd, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
	return f->ring < 0 ? -1 : 0;
}

/* Adds to the ring; -1 with errno when less than all could be written. */
static int
write_ring(struct rb_outputs *o, struct file *f, struct rb_str bytes)
{
	if (f->ring < 0 && open_ring(o, f) < 0)
		return -1;
	while (bytes.n > 0) {
		uint64_t at = f->round % f->tail_max;
		size_t n = bytes.n < f->tail_max - at ? bytes.n : (size_t)(f->tail_max - at);
		ssize_t wrote = o->io->pwrite(o->io->ctx, f->ring, bytes.p, n, (off_t)at);

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote == 0)
			errno = EIO;
		if (wrote <= 0)
			return -1;
		f->round += (uint64_t)wrote;
		bytes = rb_str_cut(bytes, (size_t)wrote, bytes.n);
	}
	return 0;
}

void
rb_outputs_write(
    struct rb_outputs *o, const struct rb_where *where, enum rb_stream stream, struct rb_str bytes)
{
	size_t index = find(o, where), n;
	struct attempt *a;
	struct file *f;

	if (bytes.n == 0)
		return;
	a = index < o->n ? o->attempts[index] : add_attempt(o, where);
	f = &a->file[stream];
	if (!f->open)
		open_file(o, a, stream);
	f->is.bytes += bytes.n;
	if (f->error != 0)
		return;
	n = bytes.n < f->head_max - f->head ? bytes.n : (size_t)(f->head_max - f->head);
	if (n > 0) {
		size_t wrote = rb_io_write_all(o->io, f->fd, bytes.p, n);

		f->head += wrote;
		if (wrote < n) {
			fail(o, f, a, stream, errno);
			return;
		}
		bytes = rb_str_cut(bytes, n, bytes.n);
	}
	if (bytes.n > 0 && write_ring(o, f, bytes) < 0)
		fail(o, f, a, stream, errno);
}

/* Appends the ring's bytes [from, to) to the file; how many of them are there now. */
static uint64_t
copy_ring(struct rb_outputs *o, struct file *f, uint64_t from, uint64_t to)
{
	uint64_t at = from;
	char part[COPY];

	while (at < to) {
		uint64_t in_ring = at % f->tail_max;
		uint64_t n = to - at < sizeof(part) ? to - at : sizeof(part);
		ssize_t got;
		size_t wrote;

		if (n > f->tail_max - in_ring)
			n = f->tail_max - in_ring;
		got = pread(f->ring, part, (size_t)n, (off_t)in_ring);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		wrote = rb_io_write_all(o->io, f->fd, part, (size_t)got);
		at += wrote;
		if (wrote < (size_t)got)
			break;
	}
	return at - from;
}

/* A line of our own at the end of the file, which has `size` bytes. 0, or -1 and errno: then the file is as
 * it was, and only the record has the count. */
static int
note(struct rb_outputs *o, struct file *f, uint64_t size, uint64_t bytes, const char *why)
{
	char line[256];
	size_t n, wrote;
	int error;

	if (bytes == 0)
		return 0;
	n = (size_t)snprintf(line, sizeof(line), "\n… %" PRIu64 " bytes left out%s%s …\n", bytes,
	    why[0] != '\0' ? ": " : "", why);
	wrote = rb_io_write_all(o->io, f->fd, line, n);
	if (wrote == n)
		return 0;
	error = errno;
	if (wrote > 0)
		o->io->truncate(o->io->ctx, f->fd, (off_t)size);
	errno = error;
	return -1;
}

/* Brings the tail into the file, after a note of what is missing before it; how many of its bytes are there
 * now. */
static uint64_t
append_tail(struct rb_outputs *o, struct file *f)
{
	uint64_t kept = f->round < f->tail_max ? f->round : f->tail_max, copied;

	if (note(o, f, f->head, f->round - kept, "") < 0) {
		f->error = errno; /* a tail without the note would pass for what follows the head */
		return 0;
	}
	f->noted = f->round - kept;
	errno = 0;
	copied = f->ring >= 0 ? copy_ring(o, f, f->round - kept, f->round) : 0;
	if (copied < kept && f->error == 0)
		f->error = errno != 0 ? errno : EIO;
	return copied;
}

static void
finish(struct rb_outputs *o, struct file *f)
{
	uint64_t copied = 0;
	char name[RB_OUTPUT_NAME + 8];
	struct stat st;

	if (!f->open)
		return;
	if (f->fd >= 0) {
		copied = append_tail(o, f);
		if (fstat(f->fd, &st) == 0)
			note(o, f, (uint64_t)st.st_size, f->is.bytes - f->head - copied - f->noted,
			    strerror(f->error));
		o->io->close(o->io->ctx, f->fd);
	}
	if (f->ring >= 0) {
		o->io->close(o->io->ctx, f->ring);
		snprintf(name, sizeof(name), "%s.tail", f->is.name);
		o->io->unlink(o->io->ctx, o->dir->fd, name);
	}
	f->is.left_out = f->is.bytes - f->head - copied;
	o->run_left -= f->head + copied < o->run_left ? f->head + copied : o->run_left;
}

void
rb_outputs_end(struct rb_outputs *o, const struct rb_where *where, struct rb_output_file files[RB_STREAMS])
{
	size_t index = find(o, where);
	struct attempt *a;

	memset(files, 0, RB_STREAMS * sizeof(files[0]));
	if (index == o->n)
		return;
	a = o->attempts[index];
	for (size_t i = 0; i < RB_STREAMS; i++) {
		finish(o, &a->file[i]);
		files[i] = a->file[i].is;
	}
	o->n--;
	memmove(o->attempts + index, o->attempts + index + 1, (o->n - index) * sizeof(struct attempt *));
	rb_alloc_free(o->alloc, a->step);
	rb_alloc_free(o->alloc, a);
}

void
rb_outputs_free(struct rb_outputs *o)
{
	struct rb_output_file files[RB_STREAMS];

	if (o == NULL)
		return;
	while (o->n > 0)
		rb_outputs_end(o, &o->attempts[o->n - 1]->where, files);
	rb_alloc_free(o->alloc, o->attempts);
	rb_alloc_free(o->alloc, o);
}
