/* The runs that are kept on this host: listing and showing them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "api/book.h"
#include "api/records.h"
#include "api/told.h"
#include "base/escape.h"
#include "base/json.h"
#include "record/reader.h"
#include "view/view.h"

enum { TEXT_MAX = 16 * 1024 * 1024 };

static const char *
outcome_word(const struct rb_past_run *p)
{
	static const char *const words[] = {[RB_RUN_ENDED] = "",
	    [RB_RUN_RUNNING] = "running",
	    [RB_RUN_DIED] = "died",
	    [RB_RUN_UNREADABLE] = "unreadable"};

	return p->state == RB_RUN_ENDED ? p->outcome.p : words[p->state];
}

const char *const *
rb_record_outcomes(void)
{
	static const char *const words[] = {"resolved", "failed", "escalated", "declined", "cancelled",
	    "deadline", "environment", "drilled", "running", "died", "unreadable", NULL};

	return words;
}

static bool
is_wanted(const struct rb_past_run *p, const struct rb_record_filter *f, int64_t now)
{
	if (f->runbook != NULL && !rb_str_is(p->runbook, f->runbook))
		return false;
	if (f->outcome != NULL && strcmp(outcome_word(p), f->outcome) != 0)
		return false;
	return f->since == 0 || p->started >= now - f->since;
}

static void
row_json(const struct rb_past_run *p, struct rb_buf *out)
{
	char started[RB_CLOCK_RFC3339];
	struct rb_json j;

	rb_json_init(&j, out);
	rb_json_open(&j, '{');
	rb_json_key(&j, "run");
	rb_json_str(&j, p->id);
	rb_json_key(&j, "mode");
	rb_json_str(&j, p->mode);
	rb_json_key(&j, "runbook");
	rb_json_str(&j, p->runbook);
	rb_json_key(&j, "title");
	rb_json_str(&j, p->title);
	rb_json_key(&j, "started");
	rb_json_c(&j, rb_clock_rfc3339(p->started, started));
	rb_json_key(&j, "operator");
	rb_json_str(&j, p->user);
	rb_json_key(&j, "outcome");
	rb_json_c(&j, outcome_word(p));
	rb_json_key(&j, "elapsed_ms");
	rb_json_int(&j, p->elapsed / RB_MS);
	rb_json_key(&j, "exit");
	if (p->exit >= 0)
		rb_json_int(&j, p->exit);
	else
		rb_json_null(&j);
	rb_json_key(&j, "folder");
	rb_json_str(&j, p->folder);
	rb_json_close(&j, '}');
	rb_buf_char(out, '\n');
}

static void
row_text(const struct rb_past_run *p, struct rb_buf *out)
{
	char started[RB_CLOCK_RFC3339], elapsed[RB_CLOCK_DURATION];
	struct rb_buf outcome, row;

	rb_buf_init(&outcome, out->alloc, (size_t)RB_EVENT_FIELDS * 64);
	rb_past_outcome(p, rb_clock_wall(), &outcome);
	rb_clock_rfc3339(p->started, started);
	started[19] = '\0'; /* to the second, in UTC as the head of the table says */
	rb_buf_init(&row, out->alloc, TEXT_MAX);
	rb_buf_fmt(&row, "%.*s  %.10s %s  %-12.*s %-20.*s %8s  %s", RB_STR_ARG(p->id), started, started + 11,
	    RB_STR_ARG(p->user), RB_STR_ARG(p->runbook), rb_clock_human(p->elapsed, elapsed),
	    rb_buf_cstr(&outcome));
	/* A transcript may come from elsewhere: what it says of itself can do nothing to the terminal. */
	rb_escape(out, rb_buf_view(&row), 0);
	rb_buf_char(out, '\n');
	rb_buf_free(&row);
	rb_buf_free(&outcome);
}

/* A run whose record could not be begun, or was cut by somebody, stays in the list until its folder goes. */
static void
advise(const struct rb_past_run *runs, size_t n, struct rb_buf *out)
{
	bool told = false;

	for (size_t i = 0; i < n; i++) {
		if (runs[i].state != RB_RUN_UNREADABLE)
			continue;
		if (!told)
			rb_buf_c(out,
			    "\nUnreadable: what there is of such a run is in its folder; remove the folder "
			    "to have it off this list:\n");
		told = true;
		rb_buf_c(out, "  ");
		rb_escape(out, runs[i].folder, 0);
		rb_buf_char(out, '\n');
	}
}

static void
none(const struct rb_record_filter *f, size_t kept, struct rb_buf *out)
{
	if (kept == 0)
		rb_buf_c(out, "No runs are kept on this host yet.\n");
	else if (f->runbook != NULL && f->outcome == NULL && f->since == 0)
		rb_buf_fmt(out, "No run of `%s` is kept on this host.\n", f->runbook);
	else
		rb_buf_fmt(out, "None of the %zu runs that are kept on this host is such a one.\n", kept);
}

int
rb_record_list(const struct rb_record_filter *filter, bool json, struct rb_buf *out)
{
	size_t most = filter->most > 0 ? filter->most : RB_RECORDS, kept = 0, n = 0;
	bool all = filter->runbook == NULL && filter->outcome == NULL && filter->since == 0;
	int64_t now = rb_clock_wall();
	struct rb_places places;
	struct rb_past_run *runs;
	struct rb_arena arena;
	int r;

	rb_arena_init(&arena, out->alloc);
	rb_places_find(&places, &arena, NULL);
	r = rb_past_list(&arena, &places, all ? most : 0, &runs, &kept, out);
	for (size_t i = 0; r == 0 && i < kept && n < most; i++) {
		if (is_wanted(&runs[i], filter, now))
			runs[n++] = runs[i];
	}
	if (n > 0 && !json)
		rb_buf_fmt(out, "%-20s  %-19s  %-12s %-20s %8s  %s\n", "run", "started (UTC)", "by",
		    "runbook", "took", "outcome");
	for (size_t i = 0; i < n; i++)
		(json ? row_json : row_text)(&runs[i], out);
	if (r == 0 && !json) {
		advise(runs, n, out);
		if (n == 0)
			none(filter, kept, out);
	}
	rb_arena_free(&arena);
	return r;
}

/* What an event of a transcript is shown by, in their order. */
struct shows {
	struct rb_teller teller;
	const struct rb_sink *view;
};

static int
show_event(void *ctx, const struct rb_event *ev)
{
	struct shows *s = ctx;

	s->teller.sink.event(s->teller.sink.ctx, ev);
	s->view->event(s->view->ctx, ev);
	return 0;
}

/* A transcript by its path, or by that of its folder: 1 with it in *path, 0 if the text is no path, -1 if
 * nothing is there. */
static int
path_of(struct rb_arena *arena, const char *run, const char **path, struct rb_buf *why)
{
	struct stat st;

	if (strchr(run, '/') == NULL)
		return 0;
	if (stat(run, &st) < 0) {
		rb_buf_fmt(why, "%s: %s", run, strerror(errno));
		return -1;
	}
	*path = S_ISDIR(st.st_mode) ? rb_arena_fmt(arena, "%s/transcript.jsonl", run).p : run;
	return 1;
}

static int
replay(const struct rb_run_options *options, const struct rb_view_options *o, const struct rb_record *record,
    bool *ended, int *unwritten, struct rb_buf *why)
{
	struct rb_view *view = rb_view_new(o);
	struct shows shows = {.view = rb_view_sink(view)};
	struct rb_read read;
	int r;

	rb_teller_init(&shows.teller, options, view);
	r = rb_transcript_read(o->alloc, record->paths, record->npaths, show_event, &shows, &read, why);
	rb_teller_free(&shows.teller);
	if (r == 0 && !read.ended)
		rb_view_unended(view, record->past.state == RB_RUN_RUNNING);
	*unwritten = rb_view_error(view);
	rb_view_free(view);
	*ended = r == 0 && read.ended;
	return r;
}

/* The folder of a path, "." where it names none. */
static struct rb_str
folder_of(struct rb_arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/');

	return rb_arena_str(
	    arena, slash == NULL ? RB_STR(".") : (struct rb_str){path, (size_t)(slash - path)});
}

int
rb_record_find(struct rb_arena *arena, const char *run, struct rb_record *record, struct rb_buf *why)
{
	struct rb_places places;
	const char *path;
	int r = path_of(arena, run, &path, why);

	*record = (struct rb_record){.npaths = 1};
	if (r < 0)
		return -1;
	if (r == 1) {
		record->paths = RB_ARRAY(arena, const char *, 1);
		record->paths[0] = path;
		record->folder = folder_of(arena, path);
		return 0;
	}
	rb_places_find(&places, arena, NULL);
	if (rb_past_find(arena, &places, rb_str_c(run), &record->past, why) != 0)
		return -1;
	if (record->past.nsegments == 0) {
		rb_past_outcome(&record->past, rb_clock_wall(), why);
		return -1;
	}
	record->npaths = record->past.nsegments;
	record->paths = RB_ARRAY(arena, const char *, record->npaths);
	for (size_t i = 0; i < record->npaths; i++)
		record->paths[i] = record->past.segments[i].p;
	record->folder = record->past.folder;
	return 0;
}

int
rb_record_show(const char *run, const struct rb_run_options *options, struct rb_buf *why)
{
	struct rb_view_options o = {.alloc = options->alloc,
	    .form = options->show == RB_SHOW_JSON ? RB_VIEW_JSON : RB_VIEW_PLAIN,
	    .fd = options->show_fd,
	    .colour = options->colour,
	    .ascii = options->ascii,
	    .width = options->width,
	    .width_ctx = options->width_ctx,
	    .replay = true,
	    .command = "runbook"};
	struct rb_record record;
	struct rb_arena arena;
	bool ended = false;
	int r, unwritten = 0;

	rb_arena_init(&arena, options->alloc);
	r = rb_record_find(&arena, run, &record, why);
	if (r == 0) {
		if (record.past.nsegments > 0)
			o.folder = record.past.folder.p;
		r = replay(options, &o, &record, &ended, &unwritten, why);
	}
	if (r == 0 && !ended) {
		rb_buf_c(why, "the transcript has no end");
		if (record.past.nsegments > 0) {
			char time[RB_CLOCK_RFC3339];

			rb_buf_c(why, ": ");
			rb_past_outcome(&record.past, rb_clock_wall(), why);
			rb_clock_rfc3339(record.past.started + record.past.elapsed, time);
			rb_buf_fmt(why, "; its last record is of %.10s %.8s UTC; what it has left is in %.*s",
			    time, time + 11, RB_STR_ARG(record.past.folder));
		}
	}
	rb_arena_free(&arena);
	if (r != 0 || unwritten == 0)
		return r;
	errno = unwritten;
	return RB_UNWRITTEN;
}
