/* The `log` of look and run. The bytes are not those of the record: this file has no bound, and is the
 * runbook's. */
#include "exec/steplog.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/write.h"

enum { STREAMS = 2, HELD_MAX = 1 << 20 };

struct rb_steplog {
	struct rb_job *job;
	const char *path;
	int fd;
	bool failed;
	struct rb_mask_stream *masks[STREAMS]; /* NULL: there is nothing to mask */
	struct rb_buf safe;
};

struct rb_steplog *
rb_steplog_open(struct rb_job *job, struct rb_str *why)
{
	const struct rb_value path = job->at->request->log;
	const struct rb_masker *masker = job->x->opt.masker;
	struct rb_steplog *l;
	const char *file;
	int fd;

	if (path.kind != RB_V_TEXT || job->x->opt.drill)
		return NULL;
	file = rb_job_path(job, path.s);
	/* NONBLOCK: a FIFO that nobody reads is an error, not a run that hangs. */
	fd = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0644);
	if (fd < 0) {
		*why = rb_arena_fmt(job->arena, "its log %s cannot be opened: %s", file, strerror(errno));
		return NULL;
	}
	l = rb_alloc_zero(job->x->opt.alloc, 1, sizeof(*l));
	l->job = job;
	l->path = file;
	l->fd = fd;
	rb_buf_init(&l->safe, job->x->opt.alloc, HELD_MAX);
	for (size_t i = 0; rb_masker_active(masker) && i < STREAMS; i++)
		l->masks[i] = rb_mask_stream_new(masker, job->x->opt.alloc);
	return l;
}

static void
tell_failure(struct rb_steplog *l, int error)
{
	struct rb_str text = rb_arena_fmt(l->job->arena,
	    "the log %s could not be written: %s; the record of the run has the output", l->path,
	    strerror(error));
	struct rb_event ev;

	l->failed = true;
	rb_event_init(&ev, RB_EV_WARNING, &l->job->at->where);
	rb_event_text(&ev, "text", text);
	rb_event_text(&ev, "code", RB_STR("log_failed"));
	rb_bus_emit(l->job->x->opt.bus, &ev);
}

static void
put(struct rb_steplog *l, struct rb_str bytes)
{
	if (!l->failed && rb_write_now(l->fd, bytes) != 0)
		tell_failure(l, errno);
}

void
rb_steplog_write(struct rb_steplog *l, enum rb_stream stream, struct rb_str bytes)
{
	if (l->masks[stream] == NULL) {
		put(l, bytes);
		return;
	}
	rb_buf_clear(&l->safe);
	rb_mask_stream_feed(l->masks[stream], bytes, &l->safe);
	put(l, rb_buf_view(&l->safe));
}

void
rb_steplog_close(struct rb_steplog *l)
{
	if (l == NULL)
		return;
	for (size_t i = 0; i < STREAMS; i++) {
		if (l->masks[i] == NULL)
			continue;
		rb_buf_clear(&l->safe);
		rb_mask_stream_end(l->masks[i], &l->safe);
		put(l, rb_buf_view(&l->safe));
		rb_mask_stream_free(l->masks[i]);
	}
	close(l->fd);
	rb_buf_free(&l->safe);
	rb_alloc_free(l->job->x->opt.alloc, l);
}
