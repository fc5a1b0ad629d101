/* The transcript's reader: lines of a file, segments of a run, and the checks that hold between records. */
#include "record/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "event/line.h"
#include "record/parse.h"

enum { CHUNK = 65536, KEEP_ARENA = 1 << 20 };

/* The lines of one file. */
struct lines {
	const char *path;
	int fd;
	struct rb_buf bytes; /* read, not handed out yet, from `from` on */
	size_t from;
	size_t searched; /* bytes behind `from` that hold no newline */
	uint64_t number; /* of the last line */
	bool eof;
};

struct reading {
	int (*event)(void *ctx, const struct rb_event *ev);
	void *ctx;
	struct rb_arena arena;
	struct rb_read *read;
	struct rb_buf *why;
	uint64_t next; /* seq of the next record */
};

/* A FIFO or device in the transcript's place must not be waited for, nor a link be followed. */
static int
open_lines(struct lines *l, const struct rb_alloc *alloc, const char *path, struct rb_buf *why)
{
	struct stat st;

	memset(l, 0, sizeof(*l));
	l->path = path;
	rb_buf_init(&l->bytes, alloc, RB_RECORD_LINE_MAX + CHUNK);
	l->fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (l->fd < 0) {
		rb_buf_fmt(why, "%s: cannot be opened: %s", path, strerror(errno));
		return -1;
	}
	if (fstat(l->fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		rb_buf_fmt(why, "%s: is no regular file", path);
		return -1;
	}
	return 0;
}

static void
close_lines(struct lines *l)
{
	if (l->fd >= 0)
		close(l->fd);
	rb_buf_free(&l->bytes);
}

static int
fill(struct lines *l, struct rb_buf *why)
{
	char chunk[CHUNK];
	ssize_t got;

	rb_buf_shift(&l->bytes, l->from);
	l->from = 0;
	do
		got = read(l->fd, chunk, sizeof(chunk));
	while (got < 0 && errno == EINTR);
	if (got < 0) {
		rb_buf_fmt(why, "%s: cannot be read: %s", l->path, strerror(errno));
		return -1;
	}
	l->eof = got == 0;
	rb_buf_add(&l->bytes, chunk, (size_t)got);
	return 0;
}

/* The next whole line, without its newline: 1; 0 at the end, where what is left is a torn line; -1. */
static int
next_line(struct lines *l, struct rb_str *line, struct rb_buf *why)
{
	for (;;) {
		const char *from = rb_buf_cstr(&l->bytes) + l->from;
		size_t n = l->bytes.len - l->from;
		const char *end = memchr(from + l->searched, '\n', n - l->searched);

		if (end != NULL) {
			*line = (struct rb_str){from, (size_t)(end - from)};
			l->from += line->n + 1;
			l->searched = 0;
			l->number++;
			return 1;
		}
		l->searched = n;
		if (l->eof) {
			*line = (struct rb_str){from, n};
			return 0;
		}
		if (n > RB_RECORD_LINE_MAX) {
			rb_buf_fmt(why, "%s:%" PRIu64 ": the line is longer than a record can be", l->path,
			    l->number + 1);
			return -1;
		}
		if (fill(l, why) < 0)
			return -1;
	}
}

static int
refuse(struct reading *r, const struct lines *l, const char *what)
{
	rb_buf_fmt(r->why, "%s:%" PRIu64 ": %s", l->path, l->number, what);
	return -1;
}

static int
check_order(struct reading *r, const struct lines *l, const struct rb_event *ev, bool known)
{
	if (ev->seq == 0) {
		if (l->number == 1)
			return 0;
		return refuse(
		    r, l, "the record says that a segment begins here, but it stands in the middle of one");
	}
	if (ev->seq != r->next) {
		rb_buf_fmt(r->why,
		    "%s:%" PRIu64 ": record %" PRIu64 " stands where record %" PRIu64 " is due", l->path,
		    l->number, ev->seq, r->next);
		return -1;
	}
	if (r->read->ended)
		return refuse(r, l, "the run ended before this record");
	if (ev->seq == 1 && (!known || ev->type != RB_EV_RUN_START))
		return refuse(r, l, "the first record is not run_start");
	if (ev->seq == 1 && rb_event_get_num(ev, "version", 0) != RB_TRANSCRIPT_VERSION) {
		rb_buf_fmt(r->why,
		    "%s:%" PRIu64 ": the transcript has version %" PRId64 ", and only %d can be read here",
		    l->path, l->number, rb_event_get_num(ev, "version", 0), RB_TRANSCRIPT_VERSION);
		return -1;
	}
	r->next++;
	return 0;
}

static int
take_line(struct reading *r, const struct lines *l, struct rb_str line)
{
	char what[RB_PARSE_WHY];
	struct rb_event ev = {0};
	int parsed;

	if (r->arena.total > KEEP_ARENA)
		rb_arena_free(&r->arena);
	else
		rb_arena_clear(&r->arena);
	parsed = rb_record_parse(&r->arena, line, &ev, what);
	if (parsed < 0)
		return refuse(r, l, what);
	if (check_order(r, l, &ev, parsed == 0) < 0)
		return -1;
	if (ev.seq != 0)
		r->read->last = ev.seq;
	if (parsed > 0) {
		r->read->unknown++;
		return 0;
	}
	r->read->records++;
	r->read->ended = ev.seq != 0 && ev.type == RB_EV_RUN_END;
	return r->event(r->ctx, &ev);
}

/* Reads one segment up to the record at which the next one begins (`stop`: its seq). */
static int
read_segment(struct reading *r, const struct rb_alloc *alloc, const char *path, uint64_t stop, bool last)
{
	struct rb_str line = {"", 0};
	struct lines l;
	int more = open_lines(&l, alloc, path, r->why), result = more;

	while (result == 0 && r->next < stop) {
		more = next_line(&l, &line, r->why);
		if (more <= 0) {
			result = more;
			break;
		}
		result = take_line(r, &l, line);
	}
	if (result == 0 && more == 0 && last)
		r->read->torn = line.n;
	close_lines(&l);
	return result;
}

/* The seq of a segment's first record of the run; UINT64_MAX if it has none. What is wrong in it is found
 * when it is read. */
static uint64_t
first_seq(const struct rb_alloc *alloc, const char *path)
{
	char what[RB_PARSE_WHY];
	struct rb_buf why;
	uint64_t seq = UINT64_MAX;
	struct rb_arena arena;
	struct rb_event ev = {0};
	struct rb_str line;
	struct lines l;

	rb_arena_init(&arena, alloc);
	rb_buf_init(&why, alloc, RB_PARSE_WHY);
	if (open_lines(&l, alloc, path, &why) == 0) {
		while (seq == UINT64_MAX && next_line(&l, &line, &why) > 0 &&
		       rb_record_parse(&arena, line, &ev, what) >= 0) {
			if (ev.seq != 0)
				seq = ev.seq;
		}
	}
	close_lines(&l);
	rb_buf_free(&why);
	rb_arena_free(&arena);
	return seq;
}

int
rb_transcript_read(const struct rb_alloc *alloc, const char *const *paths, size_t n,
    int (*event)(void *ctx, const struct rb_event *ev), void *ctx, struct rb_read *read, struct rb_buf *why)
{
	struct reading r = {.event = event, .ctx = ctx, .read = read, .why = why, .next = 1};
	int result = 0;

	memset(read, 0, sizeof(*read));
	rb_arena_init(&r.arena, alloc);
	for (size_t i = 0; i < n && result == 0; i++) {
		uint64_t stop = UINT64_MAX;

		for (size_t later = i + 1; later < n; later++) {
			uint64_t first = first_seq(alloc, paths[later]);

			if (first < stop)
				stop = first;
		}
		result = read_segment(&r, alloc, paths[i], stop, i + 1 == n);
	}
	rb_arena_free(&r.arena);
	return result;
}
