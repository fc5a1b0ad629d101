/* Which runs there are, and how each of them stands: from the first and the last record of its transcript. */
#include "record/past.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "event/line.h"
#include "record/parse.h"
#include "record/transcript.h"

enum {
	SEGMENTS_MAX = 64, /* a run has one, and one more for each place that failed */
	ENDS = 16384,      /* bytes read at first from either end of a file */
	ID_SECOND = 15,    /* characters of an id that tell its second: 20261122-030405 */
	CANDIDATES = 5,    /* named when a text means several runs */
	PATH_TEXT = PATH_MAX + 64,
};

struct ids {
	struct rb_arena *arena;
	struct rb_places places; /* those that can be read */
	struct rb_str *id;
	size_t n, cap;
};

static int
newer_first(const void *a, const void *b)
{
	return -rb_str_cmp(*(const struct rb_str *)a, *(const struct rb_str *)b);
}

/* Adds a place with its ids; -1 with errno when it is there and cannot be read. One that another user could
 * have prepared is as good as not there. */
static int
add_ids(struct ids *ids, const struct rb_record_place *place)
{
	int fd = rb_record_place_open(place);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;

	if (dir == NULL) {
		int error = errno;

		if (fd >= 0)
			close(fd);
		errno = error;
		return error == ENOENT || error == ENOTDIR || error == EPERM ? 0 : -1;
	}
	for (const struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
		struct rb_str name = rb_str_c(entry->d_name);

		if (!rb_run_id_valid(name))
			continue;
		ids->id = rb_alloc_grow(ids->arena->alloc, ids->id, sizeof(*ids->id), ids->n, &ids->cap);
		ids->id[ids->n++] = rb_arena_str(ids->arena, name);
	}
	closedir(dir);
	ids->places.place[ids->places.n++] = *place;
	return 0;
}

/* All ids, newest first, each once. The array is to be freed. */
static int
collect_ids(struct ids *ids, struct rb_arena *arena, const struct rb_places *places, struct rb_buf *why)
{
	size_t kept = 0;

	memset(ids, 0, sizeof(*ids));
	ids->arena = arena;
	for (size_t i = 0; i < places->n; i++) {
		const struct rb_record_place *place = &places->place[i];

		if (add_ids(ids, place) < 0) {
			rb_buf_fmt(
			    why, "%s/%s: cannot be read: %s", place->root, place->sub, strerror(errno));
			return -1;
		}
	}
	if (ids->n > 1)
		qsort(ids->id, ids->n, sizeof(*ids->id), newer_first);
	for (size_t i = 0; i < ids->n; i++) {
		if (kept == 0 || !rb_str_eq(ids->id[kept - 1], ids->id[i]))
			ids->id[kept++] = ids->id[i];
	}
	ids->n = kept;
	return 0;
}

static bool
is_file(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISREG(st.st_mode);
}

/* The path in a run's "transcript.at", or "". */
static void
read_pointer(const char *folder, char out[PATH_MAX])
{
	char path[PATH_TEXT];
	ssize_t got = -1;
	int fd;

	out[0] = '\0';
	snprintf(path, sizeof(path), "%s/%s", folder, RB_TRANSCRIPT_POINTER);
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return;
	got = read(fd, out, PATH_MAX - 1);
	close(fd);
	out[got > 0 ? got : 0] = '\0';
	out[strcspn(out, "\n")] = '\0';
}

/* Finds the run's segments in all places. */
static void
find_segments(struct rb_arena *arena, const struct rb_places *places, struct rb_past_run *run)
{
	run->segments = RB_ARRAY(arena, struct rb_str, SEGMENTS_MAX);
	for (unsigned number = 1; number <= SEGMENTS_MAX; number++) {
		char folder[PATH_MAX], path[PATH_TEXT], pointed[PATH_MAX], name[RB_SEGMENT_NAME];
		bool found = false;

		for (size_t i = 0; i < places->n && !found; i++) {
			snprintf(folder, sizeof(folder), "%s/%s/%.*s", places->place[i].root,
			    places->place[i].sub, RB_STR_ARG(run->id));
			if (run->folder.n == 0 && access(folder, F_OK) == 0)
				run->folder = rb_arena_str(arena, rb_str_c(folder));
			snprintf(path, sizeof(path), "%s/%s", folder, rb_segment_name(number, name));
			found = is_file(path);
			if (!found && number == 1) {
				read_pointer(folder, pointed);
				found = pointed[0] == '/' && is_file(pointed);
				if (found)
					snprintf(path, sizeof(path), "%s", pointed);
			}
		}
		/* The first may be in a place that is not there now; the others follow one another. */
		if (!found && number > 1)
			break;
		if (!found)
			continue;
		run->segments[run->nsegments++] = rb_arena_str(arena, rb_str_c(path));
	}
}

/* The event in the first line of the file, but for a segment's heading: up to the second. -1: `why`. */
static int
first_event(struct rb_arena *arena, struct rb_str bytes, struct rb_event *ev, char why[RB_PARSE_WHY])
{
	for (size_t from = 0, lines = 0; lines < 2; lines++) {
		size_t end = rb_str_find(bytes, RB_STR("\n"), from);

		if (end == SIZE_MAX)
			break;
		if (rb_record_parse(arena, rb_str_cut(bytes, from, end), ev, why) < 0)
			return -1;
		if (ev->seq != 0)
			return 0;
		from = end + 1;
	}
	snprintf(why, RB_PARSE_WHY, "it holds no record");
	return -1;
}

/* The event in the last whole line that begins in `bytes`. */
static int
last_event(struct rb_arena *arena, struct rb_str bytes, bool whole_file, struct rb_event *ev)
{
	char why[RB_PARSE_WHY];
	size_t end = bytes.n, from;

	while (end > 0 && bytes.p[end - 1] != '\n')
		end--;
	if (end == 0)
		return -1;
	from = --end;
	while (from > 0 && bytes.p[from - 1] != '\n')
		from--;
	if (from == 0 && !whole_file)
		return -1;
	return rb_record_parse(arena, rb_str_cut(bytes, from, end), ev, why) < 0 || ev->seq == 0 ? -1 : 0;
}

/* Up to n bytes from the start or the end of the file. */
static struct rb_str
read_part(struct rb_arena *arena, int fd, off_t size, size_t n, bool at_end)
{
	size_t want = (off_t)n < size ? n : (size_t)size;
	off_t from = at_end ? size - (off_t)want : 0;
	char *p = rb_arena_new(arena, want);
	ssize_t got = pread(fd, p, want, from);

	return (struct rb_str){p, got > 0 ? (size_t)got : 0};
}

/* Reads the first (or last) record of the file, taking more of it until the record fits. */
static int
read_end(struct rb_arena *arena, int fd, bool at_end, struct rb_event *ev, char why[RB_PARSE_WHY])
{
	struct stat st;
	int result = -1;

	if (fstat(fd, &st) < 0)
		return -1;
	snprintf(why, RB_PARSE_WHY, "it is empty");
	for (size_t n = ENDS; result < 0 && n <= RB_RECORD_LINE_MAX; n *= 8) {
		struct rb_str bytes = read_part(arena, fd, st.st_size, n, at_end);

		result = at_end ? last_event(arena, bytes, (off_t)bytes.n == st.st_size, ev)
				: first_event(arena, bytes, ev, why);
		if ((off_t)bytes.n == st.st_size)
			break;
	}
	return result;
}

static struct rb_str
kept(struct rb_arena *arena, const struct rb_event *ev, const char *field)
{
	return rb_arena_str(arena, rb_event_get_text(ev, field));
}

static void
take_start(struct rb_arena *arena, struct rb_past_run *run, const struct rb_event *ev)
{
	run->runbook = kept(arena, ev, "runbook");
	run->title = kept(arena, ev, "title");
	run->user = kept(arena, ev, "operator");
	run->host = kept(arena, ev, "host");
	run->mode = kept(arena, ev, "mode");
	run->pid = rb_event_get_num(ev, "pid", 0);
	run->started = ev->wall;
}

static void
take_end(struct rb_arena *arena, struct rb_past_run *run, const struct rb_event *ev, int64_t began)
{
	run->elapsed = ev->mono - began;
	if (ev->type != RB_EV_RUN_END)
		return;
	run->state = RB_RUN_ENDED;
	run->outcome = kept(arena, ev, "outcome");
	run->reason = kept(arena, ev, "reason");
	run->elapsed = rb_event_get_num(ev, "elapsed", run->elapsed);
	run->exit = rb_event_get_num(ev, "exit", -1);
}

static int
open_segment(struct rb_str path)
{
	return open(path.p, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
}

/* Opens the first segment that holds anything: of a place that was full from the start only the name is left.
 */
static int
open_first(const struct rb_past_run *run)
{
	int fd = -1;
	struct stat st;

	for (size_t i = 0; i < run->nsegments; i++) {
		if (fd >= 0)
			close(fd);
		fd = open_segment(run->segments[i]);
		if (fd < 0 || fstat(fd, &st) < 0 || st.st_size > 0)
			break;
	}
	return fd;
}

/* The writer holds a lock on the segment that it writes, and it goes with the writer. */
static bool
is_written(int fd)
{
	return flock(fd, LOCK_SH | LOCK_NB) < 0 && errno == EWOULDBLOCK;
}

static void
read_ends(struct rb_arena *arena, struct rb_past_run *run)
{
	struct rb_arena scratch;
	char why[RB_PARSE_WHY] = "it has no transcript";
	struct rb_event ev = {0};
	int64_t began = 0;
	int fd = open_first(run), result = -1;

	rb_arena_init(&scratch, arena->alloc);
	if (fd >= 0) {
		result = read_end(&scratch, fd, false, &ev, why);
		close(fd);
	} else if (run->nsegments > 0) {
		snprintf(why, sizeof(why), "%s", strerror(errno));
	}
	if (result != 0 || ev.type != RB_EV_RUN_START) {
		run->state = RB_RUN_UNREADABLE;
		run->why =
		    rb_arena_str(arena, result == 0 ? RB_STR("its beginning is missing") : rb_str_c(why));
		rb_arena_free(&scratch);
		return;
	}
	take_start(arena, run, &ev);
	began = ev.mono;
	run->state = RB_RUN_DIED;
	result = -1;
	for (size_t i = run->nsegments; i > 0 && result < 0; i--) {
		fd = open_segment(run->segments[i - 1]);
		if (fd < 0)
			continue;
		if (i == run->nsegments && is_written(fd))
			run->state = RB_RUN_RUNNING;
		result = read_end(&scratch, fd, true, &ev, why);
		close(fd);
		if (result == 0)
			take_end(arena, run, &ev, began);
	}
	rb_arena_free(&scratch);
}

/* The id begins with the time of the start, to the second. */
static int64_t
time_of(struct rb_str id)
{
	struct tm tm = {0};
	const char *end = strptime(id.p, "%Y%m%d-%H%M%S", &tm);

	return end != NULL ? (int64_t)timegm(&tm) * RB_SECOND : 0;
}

static void
describe(struct rb_arena *arena, const struct rb_places *places, struct rb_str id, struct rb_past_run *run)
{
	memset(run, 0, sizeof(*run));
	run->id = id;
	run->exit = -1;
	run->started = time_of(id);
	find_segments(arena, places, run);
	read_ends(arena, run);
}

static bool
same_second(struct rb_str a, struct rb_str b)
{
	return rb_str_eq(rb_str_cut(a, 0, ID_SECOND), rb_str_cut(b, 0, ID_SECOND));
}

/* Ids tell seconds; of runs that were begun in the same one the records know the order. */
static int
begun_later_first(const void *a, const void *b)
{
	const struct rb_past_run *one = a, *other = b;

	if (one->started != other->started)
		return one->started < other->started ? 1 : -1;
	return newer_first(&one->id, &other->id);
}

int
rb_past_list(struct rb_arena *arena, const struct rb_places *places, size_t max, struct rb_past_run **runs,
    size_t *n, struct rb_buf *why)
{
	struct ids ids;
	int result = collect_ids(&ids, arena, places, why);

	*n = result < 0 ? 0 : max != 0 && max < ids.n ? max : ids.n;
	*runs = RB_ARRAY(arena, struct rb_past_run, *n);
	for (size_t i = 0; i < *n; i++)
		describe(arena, &ids.places, ids.id[i], &(*runs)[i]);
	for (size_t i = 0, from = 0; i < *n; i = from) {
		for (from = i; from < *n && same_second((*runs)[i].id, (*runs)[from].id);)
			from++;
		qsort(*runs + i, from - i, sizeof(**runs), begun_later_first);
	}
	rb_alloc_free(arena->alloc, ids.id);
	return result;
}

static bool
means(struct rb_str text, struct rb_str id)
{
	return text.n <= id.n && (rb_str_eq(text, rb_str_cut(id, 0, text.n)) ||
				     rb_str_eq(text, rb_str_cut(id, id.n - text.n, id.n)));
}

/* Finds what the text means: 0; -1 with `found` NULL when there is none, or the first and the others. */
static int
choose(const struct ids *ids, struct rb_str text, const struct rb_str **found, struct rb_buf *others)
{
	size_t candidates = 0;

	for (size_t i = 0; i < ids->n; i++) {
		if (!means(text, ids->id[i]))
			continue;
		if (candidates++ == 0)
			*found = &ids->id[i];
		else if (candidates <= CANDIDATES)
			rb_buf_fmt(others, ", %.*s", RB_STR_ARG(ids->id[i]));
		if (text.n == ids->id[i].n)
			return 0;
	}
	if (candidates == 1)
		return 0;
	if (candidates > CANDIDATES)
		rb_buf_fmt(others, " and %zu more", candidates - CANDIDATES);
	return -1;
}

/* The newest of all. 0, or -1 when there is none. */
static int
find_newest(struct rb_arena *arena, const struct ids *ids, struct rb_past_run *run)
{
	for (size_t i = 0; i < ids->n && same_second(ids->id[0], ids->id[i]); i++) {
		struct rb_past_run other;

		describe(arena, &ids->places, ids->id[i], &other);
		if (i == 0 || begun_later_first(run, &other) > 0)
			*run = other;
	}
	return ids->n > 0 ? 0 : -1;
}

int
rb_past_find(struct rb_arena *arena, const struct rb_places *places, struct rb_str text,
    struct rb_past_run *run, struct rb_buf *why)
{
	struct rb_buf others;
	const struct rb_str *found = NULL;
	struct ids ids;
	int result = collect_ids(&ids, arena, places, why);

	rb_buf_init(&others, arena->alloc, 1024);
	if (result == 0 && (text.n == 0 || rb_str_is(text, "last"))) {
		result = find_newest(arena, &ids, run);
		if (result < 0)
			rb_buf_c(why, "no run is kept here");
	} else if (result == 0) {
		result = choose(&ids, text, &found, &others);
		if (result == 0 && found != NULL)
			describe(arena, &ids.places, *found, run);
		else if (found != NULL)
			rb_buf_fmt(why, "\"%.*s\" means several runs: %.*s%s", RB_STR_ARG(text),
			    RB_STR_ARG(*found), rb_buf_cstr(&others));
		else
			rb_buf_fmt(
			    why, "no run \"%.*s\" is kept here; runbook runs lists them", RB_STR_ARG(text));
	}
	rb_buf_free(&others);
	rb_alloc_free(arena->alloc, ids.id);
	return result;
}

void
rb_past_outcome(const struct rb_past_run *run, int64_t now, struct rb_buf *out)
{
	char age[RB_CLOCK_DURATION];

	switch (run->state) {
	case RB_RUN_ENDED:
		if (rb_str_is(run->mode, "drill"))
			rb_buf_c(out, "drill: ");
		/* One that went no further says at which step. */
		rb_buf_str(out,
		    rb_str_is(run->outcome, "drilled") && run->reason.n > 0 ? run->reason : run->outcome);
		break;
	case RB_RUN_RUNNING:
		rb_buf_fmt(out, "still running (pid %" PRId64 ")", run->pid);
		break;
	case RB_RUN_DIED:
		rb_buf_fmt(out, "died (started %s ago)",
		    rb_clock_human(now > run->started ? now - run->started : 0, age));
		break;
	case RB_RUN_UNREADABLE:
		rb_buf_fmt(out, "unreadable: %.*s", RB_STR_ARG(run->why));
		break;
	}
}
