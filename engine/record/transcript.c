/* The transcript's writer. Its one duty: that what it said is on disk is on disk, whatever fails, and that
 * every file it leaves ends at the end of a record. */
#include "record/transcript.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "event/line.h"

/* Places are numbered: the given path, then one for each of config.places, then none. */
enum { GIVEN = 0, FIRST_FOLDER = 1, TEXT_MAX = 4 * PATH_MAX, KEEP_LINE = 1 << 20 };

struct rb_transcript {
	struct rb_transcript_config config;
	const struct rb_io *io;
	struct rb_sink sink;
	char given[PATH_MAX];      /* the given path, absolute */
	struct rb_buf line;        /* the present record */
	struct rb_buf unsynced;    /* records which the disk may not have yet, to be had again elsewhere */
	size_t written;            /* bytes of these that are in the present file */
	struct rb_rundir fallback; /* the run's folder in a later place, if has_fallback */
	bool has_fallback;
	size_t place;       /* number of the present place, or of the next to be tried */
	int fd;             /* its file, or -1 */
	struct rb_buf path; /* of that file */
	unsigned segment;   /* its number: 1, 2, … */
	uint64_t size;      /* end of its last whole record */
	uint64_t reserved;  /* disk is taken for it up to this offset */
	bool can_reserve;
	bool entry_synced;      /* the folders that lead to it are on disk */
	struct rb_buf troubles; /* what went wrong with the present event, not told yet */
	bool said_last;         /* the last resort was announced */
	int refused_by;         /* errno of the place that was given up last */
	int64_t wall, mono;     /* of the last event */
};

char *
rb_segment_name(unsigned number, char name[RB_SEGMENT_NAME])
{
	if (number == 1)
		snprintf(name, RB_SEGMENT_NAME, "transcript.jsonl");
	else
		snprintf(name, RB_SEGMENT_NAME, "transcript.%u.jsonl", number);
	return name;
}

/* Gives up the present place; `what` was being done to its file. */
static void
abandon(struct rb_transcript *t, const char *what, int error)
{
	if (t->troubles.len > 0)
		rb_buf_c(&t->troubles, "; ");
	rb_buf_fmt(&t->troubles, "the transcript cannot be kept in %s: %s: %s", rb_buf_cstr(&t->path), what,
	    strerror(error));
	if (t->fd >= 0)
		t->io->close(t->io->ctx, t->fd);
	t->fd = -1;
	t->place++;
	t->refused_by = error;
}

/* Keeps disk ready for n bytes and for the records after. Where the file system cannot, we go on without. */
static void
reserve(struct rb_transcript *t, size_t n)
{
	if (!t->can_reserve || t->size + n + RB_TRANSCRIPT_RESERVE / 2 <= t->reserved)
		return;
	if (t->io->reserve(t->io->ctx, t->fd, (off_t)t->size, (off_t)(n + RB_TRANSCRIPT_RESERVE)) == 0)
		t->reserved = t->size + n + RB_TRANSCRIPT_RESERVE;
	else if (errno != ENOSPC && errno != EDQUOT && errno != EINTR)
		t->can_reserve = false;
}

/* Writes one record in one write; on failure the file ends where it did before. */
static int
append(struct rb_transcript *t, struct rb_str record)
{
	ssize_t wrote;
	int error;

	reserve(t, record.n);
	do
		wrote = t->io->write(t->io->ctx, t->fd, record.p, record.n);
	while (wrote < 0 && errno == EINTR);
	if (wrote == (ssize_t)record.n) {
		t->size += record.n;
		return 0;
	}
	error = wrote < 0 ? errno : ENOSPC; /* a file takes less than it was given for want of room */
	if (wrote > 0)
		t->io->truncate(
		    t->io->ctx, t->fd, (off_t)t->size); /* should it fail, readers cut the torn line */
	errno = error;
	return -1;
}

/* Writes what is not in the present file yet. */
static int
write_pending(struct rb_transcript *t)
{
	while (t->written < t->unsynced.len) {
		const char *from = t->unsynced.p + t->written;
		const char *end = memchr(from, '\n', t->unsynced.len - t->written);
		size_t n = (size_t)(end - from) + 1;

		if (append(t, (struct rb_str){from, n}) < 0)
			return -1;
		t->written += n;
	}
	return 0;
}

static int
sync_folder_of(struct rb_transcript *t, const char *path)
{
	char folder[PATH_MAX];
	int dir, result, error;

	snprintf(folder, sizeof(folder), "%.*s", (int)(strrchr(path, '/') - path) + 1, path);
	dir = t->io->open(t->io->ctx, AT_FDCWD, folder, O_RDONLY | O_DIRECTORY, 0);
	if (dir < 0)
		return -1;
	result = t->io->sync(t->io->ctx, dir, true);
	error = errno;
	t->io->close(t->io->ctx, dir);
	errno = error;
	return result;
}

/* Puts all records on disk, and the first time the folder entries that lead to them. After a failure nothing
 * is known of what the file holds, and trying again would only seem to succeed: the place is given up. */
static int
sync_records(struct rb_transcript *t)
{
	if (t->io->sync(t->io->ctx, t->fd, false) < 0)
		return -1;
	if (!t->entry_synced) {
		if (t->place == GIVEN ? sync_folder_of(t, t->given) < 0
				      : rb_rundir_sync(t->has_fallback ? &t->fallback : t->config.dir) < 0)
			return -1;
		t->entry_synced = true;
	}
	if (t->unsynced.cap / 2 > RB_TRANSCRIPT_UNSYNCED)
		rb_buf_free(&t->unsynced);
	rb_buf_clear(&t->unsynced);
	t->written = 0;
	return 0;
}

/* The run's folder in the present place: its own, or the same made there. NULL and errno. */
static const struct rb_rundir *
folder_in_place(struct rb_transcript *t)
{
	size_t place = t->place - FIRST_FOLDER;
	struct rb_places only = {.place = {t->config.places->place[place]}, .n = 1};

	if (t->config.dir->fd >= 0 && t->config.dir->place == place)
		return t->config.dir;
	if (t->has_fallback)
		rb_rundir_close(&t->fallback);
	t->has_fallback = true;
	if (rb_rundir_make(&t->fallback, t->config.alloc, t->io, &only, t->config.dir->id, t->wall, NULL) < 0)
		return NULL;
	return &t->fallback;
}

/* Opens the segment's file in the present place; -1 and errno. */
static int
open_in_folder(struct rb_transcript *t)
{
	const struct rb_record_place *place = &t->config.places->place[t->place - FIRST_FOLDER];
	const struct rb_rundir *dir;
	char name[RB_SEGMENT_NAME];

	rb_segment_name(t->segment + 1, name);
	rb_buf_clear(&t->path);
	rb_buf_fmt(&t->path, "%s/%s/%s/%s", place->root, place->sub, t->config.dir->id, name);
	dir = folder_in_place(t);
	return dir != NULL ? rb_rundir_file(dir, name) : -1;
}

static int
open_given(struct rb_transcript *t)
{
	rb_buf_clear(&t->path);
	rb_buf_c(&t->path, t->given);
	return t->io->open(
	    t->io->ctx, AT_FDCWD, t->given, O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
}

/* The first record of a later segment, so that whoever finds it knows what it is. */
static int
write_heading(struct rb_transcript *t)
{
	struct rb_event ev;
	struct rb_buf text, line;
	int result;

	rb_event_init(&ev, RB_EV_WARNING, NULL);
	ev.wall = t->wall;
	ev.mono = t->mono;
	rb_buf_init(&text, t->config.alloc, TEXT_MAX);
	rb_buf_init(&line, t->config.alloc, RB_RECORD_LINE_MAX);
	rb_buf_fmt(
	    &text, "the transcript of run %s goes on here: %s", t->config.dir->id, rb_buf_cstr(&t->troubles));
	rb_event_text(&ev, "text", rb_buf_view(&text));
	rb_event_text(&ev, "code", RB_STR("transcript_continues"));
	rb_event_line(&ev, &line);
	result = append(t, rb_buf_view(&line));
	rb_buf_free(&text);
	rb_buf_free(&line);
	return result;
}

static void
begin_segment(struct rb_transcript *t)
{
	t->segment++;
	t->size = 0;
	t->reserved = 0;
	t->can_reserve = true;
	t->entry_synced = false;
	t->written = 0;
	t->io->lock(t->io->ctx, t->fd); /* for `runbook runs`, which asks whether somebody still writes */
}

/* Opens the next place that can be had; -1 when there is none. */
static int
open_next(struct rb_transcript *t)
{
	if (t->place == GIVEN && t->config.given == NULL)
		t->place = FIRST_FOLDER;
	if (t->place >= FIRST_FOLDER && t->config.dir->fd >= 0 &&
	    t->place - FIRST_FOLDER < t->config.dir->place)
		t->place =
		    FIRST_FOLDER + t->config.dir->place; /* those before it would not have the run's folder */
	while (t->place < FIRST_FOLDER + t->config.places->n) {
		t->fd = t->place == GIVEN ? open_given(t) : open_in_folder(t);
		if (t->fd < 0) {
			abandon(t, "opening it", errno);
			continue;
		}
		begin_segment(t);
		if (t->segment == 1 && t->troubles.len == 0)
			return 0;
		if (write_heading(t) == 0)
			return 0;
		abandon(t, "writing to it", errno);
	}
	return -1;
}

/* No place is left: what there is to say is said on stderr. */
static void
last_resort(struct rb_transcript *t)
{
	bool files = t->refused_by == EMFILE || t->refused_by == ENFILE;
	char text[320];
	int n;

	if (t->config.last_fd >= 0 && !t->said_last) {
		n = snprintf(text, sizeof(text),
		    "runbook: NO PLACE IS LEFT TO KEEP THE RECORD of run %s (%s). It follows here, and no "
		    "change will be started. %s.\n",
		    t->config.dir->id, strerror(t->refused_by),
		    files ? "Raise the limit of open files (ulimit -n)"
			  : "Free some disk space, or give --transcript a path that can be written");
		rb_io_write_all(t->io, t->config.last_fd, text, (size_t)n);
	}
	t->said_last = true;
	if (t->config.last_fd >= 0)
		rb_io_write_all(t->io, t->config.last_fd, t->unsynced.p, t->unsynced.len);
	rb_buf_clear(&t->unsynced);
	t->written = 0;
}

/* Keeps the present line. 0, or -1 when it is durable and no disk would have it. */
static int
keep(struct rb_transcript *t, bool durable)
{
	rb_buf_str(&t->unsynced, rb_buf_view(&t->line));
	for (;;) {
		if (t->fd < 0 && open_next(t) < 0) {
			last_resort(t);
			return durable ? -1 : 0;
		}
		if (write_pending(t) < 0)
			abandon(t, "writing to it", errno);
		else if ((!durable && t->unsynced.len < RB_TRANSCRIPT_UNSYNCED) || sync_records(t) == 0)
			return 0;
		else
			abandon(t, "putting it on disk", errno);
	}
}

/* The fields of attempt_end for each stream; an HTTP body stands where standard output would. */
static const char *const file_fields[RB_STREAMS][3] = {
    [RB_STDOUT] = {"stdout_file", "stdout_bytes", "stdout_left_out"},
    [RB_STDERR] = {"stderr_file", "stderr_bytes", "stderr_left_out"},
    [RB_BODY] = {"stdout_file", "stdout_bytes", "stdout_left_out"},
};

static bool
is_file_field(const char *name)
{
	for (size_t stream = 0; stream < RB_STREAMS; stream++) {
		for (size_t i = 0; i < 3; i++) {
			if (strcmp(name, file_fields[stream][i]) == 0)
				return true;
		}
	}
	return false;
}

/* Puts what became of the attempt's output into its last event, in place of what its emitter may have said.
 */
static void
add_files(struct rb_event *ev, const struct rb_output_file files[RB_STREAMS])
{
	size_t kept = 0;

	for (size_t i = 0; i < ev->nfields; i++) {
		if (!is_file_field(ev->fields[i].name))
			ev->fields[kept++] = ev->fields[i];
	}
	ev->nfields = kept;
	for (size_t stream = 0; stream < RB_STREAMS; stream++) {
		const struct rb_output_file *f = &files[stream];

		if (f->bytes == 0 || (stream == RB_STDOUT && files[RB_BODY].bytes > 0))
			continue;
		if (f->name[0] != '\0')
			rb_event_text(ev, file_fields[stream][0], rb_str_c(f->name));
		rb_event_num(ev, file_fields[stream][1], (int64_t)f->bytes);
		if (f->left_out > 0)
			rb_event_num(ev, file_fields[stream][2], (int64_t)f->left_out);
	}
}

static void
tell_troubles(struct rb_transcript *t)
{
	char text[TEXT_MAX];

	if (t->troubles.len == 0)
		return;
	snprintf(text, sizeof(text), "%s%s%s", rb_buf_cstr(&t->troubles),
	    t->fd >= 0 ? "; it goes on in " : "",
	    t->fd >= 0 ? rb_buf_cstr(&t->path) : "; no place is left for it");
	rb_buf_clear(&t->troubles);
	if (t->config.trouble != NULL)
		t->config.trouble(t->config.trouble_ctx, text);
}

static int
on_event(void *ctx, const struct rb_event *ev)
{
	struct rb_transcript *t = ctx;
	struct rb_output_file files[RB_STREAMS];
	struct rb_event with_files;
	int result;

	if (!rb_event_rows[ev->type].recorded)
		return 0;
	t->wall = ev->wall;
	t->mono = ev->mono;
	if (ev->type == RB_EV_ATTEMPT_END && t->config.outputs != NULL) {
		with_files = *ev;
		rb_outputs_end(t->config.outputs, &ev->where, files);
		add_files(&with_files, files);
		ev = &with_files;
	}
	rb_buf_clear(&t->line);
	rb_event_line(ev, &t->line);
	result = keep(t, ev->durable);
	if (t->line.cap > KEEP_LINE)
		rb_buf_free(&t->line);
	tell_troubles(t);
	return result;
}

static void
on_output(void *ctx, const struct rb_where *where, enum rb_stream stream, struct rb_str bytes)
{
	struct rb_transcript *t = ctx;

	if (t->config.outputs != NULL)
		rb_outputs_write(t->config.outputs, where, stream, bytes);
}

/* Leaves a note in the run's folder of where its transcript is. */
static void
point_to_given(struct rb_transcript *t)
{
	int fd = rb_rundir_file(t->config.dir, RB_TRANSCRIPT_POINTER);

	if (fd < 0)
		return;
	rb_io_write_all(t->io, fd, t->given, strlen(t->given));
	rb_io_write_all(t->io, fd, "\n", 1);
	t->io->close(t->io->ctx, fd);
}

static int
make_absolute(const char *path, char out[PATH_MAX])
{
	char cwd[PATH_MAX] = "";

	if (path[0] != '/' && getcwd(cwd, sizeof(cwd)) == NULL)
		return -1;
	if (snprintf(out, PATH_MAX, "%s%s%s", cwd, path[0] != '/' ? "/" : "", path) >= PATH_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return 0;
}

/* Whether opening the given path failed by a mistake in it, not by the state of the host. */
static bool
is_mistake(int error)
{
	return error == EEXIST || error == ELOOP || error == ENOENT || error == ENOTDIR || error == EISDIR ||
	       error == ENAMETOOLONG;
}

static int
start_at_given(struct rb_transcript *t, struct rb_buf *why)
{
	if (make_absolute(t->config.given, t->given) == 0)
		t->fd = open_given(t);
	if (t->fd >= 0) {
		begin_segment(t);
		point_to_given(t);
	} else if (is_mistake(errno)) {
		rb_buf_fmt(why, "runbook: the transcript cannot be written to %s: %s%s\n", t->config.given,
		    strerror(errno), errno == EEXIST ? "; a transcript is always a new file" : "");
		return -1;
	} else {
		abandon(t, "opening it", errno);
	}
	return 0;
}

int
rb_transcript_open(struct rb_transcript **out, const struct rb_transcript_config *config, struct rb_buf *why)
{
	struct rb_transcript *t = rb_alloc_zero(config->alloc, 1, sizeof(*t));

	t->config = *config;
	t->io = config->io != NULL ? config->io : &rb_io_system;
	t->sink = (struct rb_sink){t, on_event, on_output};
	t->fd = -1;
	t->wall = rb_clock_wall();
	rb_buf_init(&t->line, config->alloc, RB_RECORD_LINE_MAX);
	rb_buf_init(&t->unsynced, config->alloc, RB_TRANSCRIPT_UNSYNCED + RB_RECORD_LINE_MAX);
	rb_buf_init(&t->path, config->alloc, TEXT_MAX);
	rb_buf_init(&t->troubles, config->alloc, TEXT_MAX / 2);
	if (config->given != NULL && start_at_given(t, why) < 0) {
		rb_transcript_close(t);
		*out = NULL;
		return -1;
	}
	if (t->fd < 0)
		open_next(t); /* if there is no place, the first durable event is refused */
	*out = t;
	return 0;
}

void
rb_transcript_close(struct rb_transcript *t)
{
	if (t == NULL)
		return;
	if (t->fd >= 0) {
		if (t->reserved > t->size)
			t->io->truncate(t->io->ctx, t->fd, (off_t)t->size); /* gives back what was reserved */
		t->io->close(t->io->ctx, t->fd);
	}
	if (t->has_fallback)
		rb_rundir_close(&t->fallback);
	rb_buf_free(&t->line);
	rb_buf_free(&t->unsynced);
	rb_buf_free(&t->path);
	rb_buf_free(&t->troubles);
	rb_alloc_free(t->config.alloc, t);
}

const struct rb_sink *
rb_transcript_sink(const struct rb_transcript *t)
{
	return &t->sink;
}

const char *
rb_transcript_path(const struct rb_transcript *t)
{
	return t->fd >= 0 ? rb_buf_cstr(&t->path) : "";
}
