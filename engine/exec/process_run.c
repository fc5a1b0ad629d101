/* process for real: finds processes, and stops those that were identified. */
#include <string.h>

#include "exec/job.h"
#include "exec/process_find.h"
#include "kinds/words.h"

enum {
	SUMMARY_COMMAND = 80,
	/* of those that a pattern has stopped */
	ENDED_SHOWN = 4,
	ENDED_COMMAND = 40,
};

struct search {
	struct rb_job *job;
	struct rb_pattern *pattern;
	bool pattern_made;
	struct rb_process_search found;
	/* ending them, one after the other */
	struct rb_proc_stop *stop;
	size_t next;
	int64_t grace;
	bool killed;
	size_t *ended; /* which of the found were ended by this, and were not gone before */
	size_t nended;
	bool absent; /* no pidfile, no pid in it, or that of another process: an answer, not an error */
};

static int
make_pattern(struct search *s, struct rb_str *why)
{
	const struct rb_field *f = &s->job->at->step->args[RB_ARG_PROCESS_PATTERN];
	struct rb_eval ev = {.arena = s->job->arena, .frame = s->job->at->frame, .wall = rb_clock_wall()};

	s->pattern = f->pattern;
	if (s->pattern != NULL)
		return 0;
	s->pattern = rb_tmpl_pattern(f->tmpl, &ev, why);
	s->pattern_made = s->pattern != NULL;
	return s->pattern_made ? 0 : -1;
}

/* 0, or -1 with a reason: the search itself could not be made. */
static int
search(struct search *s, struct rb_str *why)
{
	struct rb_value pidfile = rb_job_value(s->job, RB_ARG_PROCESS_PIDFILE),
			process = rb_job_value(s->job, RB_ARG_PROCESS_PROCESS),
			stop = rb_job_value(s->job, RB_ARG_PROCESS_STOP);
	const char *limit = NULL;
	struct rb_found nothing;

	if (stop.kind == RB_V_PROCESS)
		process = stop;
	if (process.kind == RB_V_PROCESS)
		return rb_process_by_id(
		    &s->found, (struct rb_proc_id){(pid_t)process.process.pid, process.process.start}, why);
	if (pidfile.kind == RB_V_TEXT)
		return rb_process_by_pidfile(&s->found, rb_job_path(s->job, pidfile.s), &s->absent, why);
	if (make_pattern(s, why) < 0)
		return -1;
	if (stop.kind != RB_V_UNSET && rb_pattern_find(s->pattern, RB_STR(""), 0, &nothing, &limit) == 1) {
		*why = RB_STR("a pattern that an empty text fits " RB_SAYS_TOO_BROAD);
		return -1;
	}
	return rb_process_by_pattern(&s->found, s->pattern, why);
}

static void
add_facts(struct search *s, struct rb_facts *f)
{
	struct rb_arena *arena = s->job->arena;
	struct rb_value *pids, *processes, pid_list = rb_v_list(arena, s->found.len, &pids),
					   process_list = rb_v_list(arena, s->found.len, &processes);
	int64_t since = RB_NEVER;
	uint64_t rss = 0;

	for (size_t i = 0; i < s->found.len; i++) {
		int64_t started = rb_proc_started(s->found.items[i].id);

		pids[i] = rb_v_int(s->found.items[i].id.pid);
		processes[i] = rb_v_process(s->found.items[i].id.pid, s->found.items[i].id.start);
		rss += s->found.items[i].rss;
		since = started < since ? started : since;
	}
	rb_facts_add(f, "count", rb_v_int((int64_t)s->found.len));
	rb_facts_add(f, "pids", pid_list);
	rb_facts_add(f, "processes", process_list);
	rb_facts_add(f, "rss", rb_v_of(RB_V_SIZE, (int64_t)rss));
	if (s->found.len == 0)
		return;
	rb_facts_add(f, "since", rb_v_of(RB_V_TIME, since));
	rb_facts_add(f, "command", rb_v_text(rb_job_cut(s->job, s->found.items[0].command, RB_LINE_MAX)));
	rb_facts_add(f, "user", rb_v_text(s->found.items[0].user));
	if (s->found.len == 1) {
		rb_facts_add(f, "pid", pids[0]);
		rb_facts_add(f, "process", processes[0]);
		s->job->res.summary = rb_arena_fmt(arena, RB_SAYS_HOLDER, (long long)s->found.items[0].id.pid,
		    RB_STR_ARG(rb_job_cut(s->job, s->found.items[0].command, SUMMARY_COMMAND)),
		    RB_STR_ARG(s->found.items[0].user));
	} else {
		s->job->res.summary = rb_arena_fmt(arena, RB_SAYS_PROCESSES, s->found.len);
	}
}

/* Those that were ended, by pid and command: a pattern may have fitted what nobody meant, and whoever has to
 * start that again must know what it was. */
static void
ended_text(const struct search *s, struct rb_buf *out)
{
	for (size_t i = 0; i < s->nended && i < ENDED_SHOWN; i++) {
		const struct rb_found_process *p = &s->found.items[s->ended[i]];

		rb_buf_fmt(out, "%spid %lld, %.*s", i > 0 ? "; " : "", (long long)p->id.pid,
		    RB_STR_ARG(rb_job_cut(s->job, p->command, ENDED_COMMAND)));
	}
	if (s->nended > ENDED_SHOWN)
		rb_buf_fmt(out, "; and %zu more", s->nended - ENDED_SHOWN);
}

static struct rb_str
gone_text(const struct search *s, const char *by)
{
	struct rb_arena *arena = s->job->arena;
	struct rb_str text;
	struct rb_buf who;

	if (s->nended == 0)
		return RB_STR(RB_SAYS_GONE_BEFORE);
	text = s->nended == 1
		   ? rb_arena_fmt(arena, RB_SAYS_GONE_AFTER, RB_STR_ARG(rb_str_c(by)))
		   : rb_arena_fmt(arena, RB_SAYS_ALL_GONE_AFTER, s->nended, RB_STR_ARG(rb_str_c(by)));
	if (s->pattern == NULL)
		return text;
	rb_buf_init(&who, s->job->x->opt.alloc, RB_LINE_MAX);
	ended_text(s, &who);
	text = rb_arena_fmt(arena, "%.*s: %.*s", RB_STR_ARG(text), RB_STR_ARG(rb_buf_view(&who)));
	rb_buf_free(&who);
	return text;
}

/* Some were ended before one could not be: that is no longer as it was. */
static struct rb_str
half_done(const struct search *s, struct rb_str reason)
{
	struct rb_buf who;

	if (s->nended == 0)
		return reason;
	rb_buf_init(&who, s->job->x->opt.alloc, RB_LINE_MAX);
	ended_text(s, &who);
	reason = rb_arena_fmt(s->job->arena, "%.*s; ended before that: %.*s", RB_STR_ARG(reason),
	    RB_STR_ARG(rb_buf_view(&who)));
	rb_buf_free(&who);
	return reason;
}

static void
conclude(struct search *s, enum rb_ended ended, struct rb_str reason)
{
	struct rb_facts f;

	rb_facts_init(&f, s->job->arena, 12);
	add_facts(s, &f);
	if (rb_job_value(s->job, RB_ARG_PROCESS_STOP).kind != RB_V_UNSET && ended == RB_ENDED_OK) {
		const char *by = s->nended == 0 ? "gone" : s->killed ? "KILL" : "TERM";

		rb_facts_add(&f, "stopped_by", rb_v_text(rb_str_c(by)));
		s->job->res.summary = gone_text(s, by);
	} else if (s->nended > 0) {
		/* Of one that took too long the flow tells its own reason. */
		s->job->res.summary = half_done(s, RB_STR("not all of them were ended"));
	}
	s->job->res.facts = rb_facts_value(&f);
	rb_job_done(s->job, ended, reason);
}

static void stop_next(struct search *s);

static void
on_stopped(void *ctx, enum rb_proc_stopped how, const char *text)
{
	struct search *s = ctx;

	rb_proc_stop_free(s->stop);
	s->stop = NULL;
	if (how == RB_PROC_STOP_FORBIDDEN || how == RB_PROC_STOP_SURVIVED) {
		conclude(s, RB_ENDED_FAILED, half_done(s, rb_arena_str(s->job->arena, rb_str_c(text))));
		return;
	}
	if (how != RB_PROC_STOPPED_BEFORE)
		s->ended[s->nended++] = s->next;
	s->killed = s->killed || how == RB_PROC_STOPPED_KILL;
	s->next++;
	stop_next(s);
}

static void
stop_next(struct search *s)
{
	if (s->job->cancelled) {
		conclude(s, RB_ENDED_CANCELLED, RB_STR(RB_SAYS_ENDED));
		return;
	}
	if (s->next == s->found.len) {
		conclude(s, RB_ENDED_OK, RB_STR(""));
		return;
	}
	s->stop = rb_proc_stop(s->job->x->loop, s->found.items[s->next].id, s->grace, on_stopped, s);
}

static void
start(struct rb_job *job)
{
	struct search *s = rb_alloc_zero(job->x->opt.alloc, 1, sizeof(*s));
	struct rb_value stop = rb_job_value(job, RB_ARG_PROCESS_STOP),
			grace = rb_job_value(job, RB_ARG_PROCESS_GRACE);
	struct rb_str why = {"", 0};
	int searched;

	job->state = s;
	s->job = job;
	s->found.arena = job->arena;
	s->grace = grace.kind == RB_V_DURATION ? grace.i : RB_PROCESS_GRACE_DEFAULT;
	rb_loop_lend(job->x->loop);
	searched = search(s, &why);
	rb_loop_keep(job->x->loop);
	if (searched < 0) {
		if (stop.kind != RB_V_UNSET)
			why = rb_arena_fmt(job->arena, "%.*s; nothing was stopped", RB_STR_ARG(why));
		rb_job_done(job, s->absent ? RB_ENDED_FAILED : RB_ENDED_ERROR, why);
		return;
	}
	s->ended = RB_ARRAY(job->arena, size_t, s->found.len);
	if (stop.kind != RB_V_UNSET)
		stop_next(s); /* none left to stop is what was asked for */
	else if (s->found.len == 0)
		conclude(s, RB_ENDED_FAILED, rb_process_none(&s->found));
	else
		conclude(s, RB_ENDED_OK, RB_STR(""));
}

static void
cancel(struct rb_job *job, enum rb_cancel why)
{
	struct search *s = job->state;

	(void)why;
	rb_proc_stop_free(s->stop);
	s->stop = NULL;
	conclude(s, RB_ENDED_CANCELLED, half_done(s, RB_STR(RB_SAYS_ENDED)));
}

static void
close_search(struct rb_job *job)
{
	struct search *s = job->state;

	if (s == NULL)
		return;
	rb_proc_stop_free(s->stop);
	if (s->pattern_made)
		rb_pattern_close(s->pattern);
	rb_alloc_free(job->x->opt.alloc, s);
}

const struct rb_runner rb_run_process = {
    .kind = &rb_kind_process, .start = start, .cancel = cancel, .close = close_search};
