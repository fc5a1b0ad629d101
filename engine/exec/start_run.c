/* start for real: a program that stays. Its output goes to a file, never to a pipe of ours, so that it
 * outlives us. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "exec/collect.h"
#include "kinds/words.h"
#include "os/proc.h"
#include "os/spawn.h"
#include "os/tree.h"

/* Without a `ready` probe: a program that is still there after this long counts as started. */
#define STAYS_FOR (500 * RB_MS)

struct staying {
	struct rb_job *job;
	struct rb_loop_child child;
	struct rb_loop_timer timer;
	struct rb_tree *tree;
	char cookie[RB_TREE_COOKIE_SIZE];
	const char *log; /* NULL: /dev/null */
	off_t log_from;  /* where its own output begins */
	bool child_ended, tree_done, handed_over;
	struct rb_exit how;
	struct rb_tree_result ending;
};

/* The end of what it has written to its log, for messages. More is read than is shown, and masked before it
 * is cut: a secret that the cut goes through would be known no more. */
static void
read_excerpt(struct staying *s)
{
	enum { READ = RB_TAIL + RB_SECRET_MAX };
	struct rb_job *job = s->job;
	char *text = rb_arena_new(job->arena, READ);
	off_t from = s->log_from;
	struct rb_str end;
	struct rb_buf safe;
	struct stat st;
	ssize_t n;
	int fd;

	if (s->log == NULL)
		return;
	fd = open(s->log, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0 && st.st_size - from > READ)
		from = st.st_size - READ;
	n = pread(fd, text, READ, from);
	close(fd);
	if (n <= 0)
		return;
	end = (struct rb_str){text, (size_t)n};
	/* It begins anywhere, also within a secret, of which the masker would not know the rest. */
	if (from > s->log_from)
		end = rb_str_cut(end, rb_str_find(end, RB_STR("\n"), 0), end.n);
	rb_buf_init(&safe, job->x->opt.alloc, SIZE_MAX);
	rb_masker_text(job->x->opt.masker, end, &safe);
	job->res.excerpt = rb_arena_str(job->arena,
	    rb_str_cut(rb_buf_view(&safe), safe.len > RB_TAIL ? safe.len - RB_TAIL : 0, safe.len));
	job->res.excerpt_of = "log";
	rb_buf_free(&safe);
}

static void
conclude(struct staying *s, enum rb_ended ended, struct rb_str reason)
{
	struct rb_job *job = s->job;
	struct rb_facts f, record;
	struct rb_buf text;
	struct rb_proc p;

	rb_facts_init(&f, job->arena, 4);
	rb_facts_init(&record, job->arena, 4);
	rb_facts_add(&f, "pid", rb_v_int(s->child.pid));
	rb_facts_add(&record, "pid", rb_v_int(s->child.pid));
	if (s->child_ended && s->how.signal != 0) {
		rb_facts_add(&f, "signal", rb_v_int(s->how.signal));
		rb_facts_add(&record, "signal", rb_v_int(s->how.signal));
	} else if (s->child_ended && !s->how.lost) {
		rb_facts_add(&f, "exit", rb_v_int(s->how.code));
		rb_facts_add(&record, "exit", rb_v_int(s->how.code));
	}
	if (s->ending.nsurvivors > 0) {
		rb_buf_init(&text, job->x->opt.alloc, RB_FACT_TEXT_MAX);
		rb_tree_survivors_text(&s->ending, &text);
		rb_facts_add(&record, "survivors", rb_v_text(rb_arena_str(job->arena, rb_buf_view(&text))));
		rb_buf_free(&text);
	}
	if (ended == RB_ENDED_OK && rb_proc_read(s->child.pid, &p) == 0)
		rb_facts_add(&f, "process", rb_v_process(p.id.pid, p.id.start));
	job->res.facts = rb_facts_value(&f);
	job->res.record = rb_facts_value(&record);
	if (ended == RB_ENDED_OK)
		job->res.summary = rb_arena_fmt(job->arena, RB_SAYS_PID, (long long)s->child.pid);
	else
		read_excerpt(s);
	rb_job_done(job, ended, reason);
}

/* The program stays: from here it is watched beside the run. */
static void
hand_over(struct staying *s)
{
	s->handed_over = true;
	rb_loop_child_remove(s->job->x->loop, &s->child);
	rb_daemon_add(s->job->x, s->job->at->step, s->child.pid, s->cookie);
	conclude(s, RB_ENDED_OK, RB_STR(""));
}

static void
finish(struct staying *s)
{
	struct rb_job *job = s->job;
	struct rb_str reason;

	if (s->tree != NULL && !s->tree_done)
		return;
	if (s->child_ended)
		rb_loop_child_reap(&s->child);
	if (job->cancelled) {
		conclude(s, RB_ENDED_CANCELLED, RB_STR(RB_SAYS_ENDED));
		return;
	}
	if (s->how.lost)
		reason = RB_STR("it ended before it was ready, and its exit status was lost");
	else if (s->how.signal != 0)
		reason = rb_arena_fmt(job->arena, RB_SAYS_EARLY_SIGNAL, (long long)s->how.signal);
	else
		reason = rb_arena_fmt(job->arena, RB_SAYS_EARLY_EXIT, (long long)s->how.code);
	conclude(s, RB_ENDED_FAILED, reason);
}

static void
on_ended(void *ctx, const struct rb_exit *how)
{
	struct staying *s = ctx;

	s->child_ended = true;
	s->how = *how;
	finish(s);
}

static void
on_tree(void *ctx, const struct rb_tree_result *r)
{
	struct staying *s = ctx;

	s->ending = *r;
	s->tree_done = true;
	if (s->child_ended || r->child_lives)
		finish(s);
}

static void
on_timer(void *ctx)
{
	hand_over(ctx);
}

static void
cancel(struct rb_job *job, enum rb_cancel why)
{
	struct staying *s = job->state;

	if (why == RB_CANCEL_DETACH || why == RB_CANCEL_STOP) {
		/* One that was told to end is ending, and is nothing to be kept. */
		if (s->tree != NULL)
			return;
		job->cancelled = false;
		if (!s->child_ended)
			hand_over(s);
		return;
	}
	rb_loop_timer_clear(job->x->loop, &s->timer);
	if (s->tree == NULL)
		s->tree = rb_tree_end(job->x->loop, s->child.pid, s->cookie,
		    why == RB_CANCEL_NOW ? 0 : RB_TREE_GRACE, on_tree, s);
	else if (why == RB_CANCEL_NOW)
		rb_tree_hurry(s->tree);
}

/* The pid, alone on its line, replacing what was there. */
static int
write_pidfile(struct rb_job *job, const char *path, pid_t pid, struct rb_str *why)
{
	struct rb_str text = rb_arena_fmt(job->arena, "%ld\n", (long)pid);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644);
	int error = errno;
	ssize_t n;

	if (fd >= 0) {
		n = write(fd, text.p, text.n);
		error = n == (ssize_t)text.n ? 0 : n < 0 ? errno : ENOSPC;
		close(fd);
		if (error == 0)
			return 0;
	}
	*why =
	    rb_arena_fmt(job->arena, "it was started (pid %ld), but the pidfile %s could not be written: %s",
		(long)pid, path, strerror(error));
	return -1;
}

/* In the run's own folder, whose files are the user's alone: made here, since the spawner makes those that
 * others may read. It is there already when the step is tried again; what else stands in the way the spawner
 * tells. */
static const char *
own_log(struct rb_job *job)
{
	const char *path = rb_arena_fmt(job->arena, "%s/%.*s.%u.log", job->x->opt.run_dir,
	    RB_STR_ARG(job->at->step->id), job->at->where.visit)
			       .p;
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd >= 0)
		close(fd);
	return path;
}

/* The file for its output, and where its own part begins. */
static void
choose_log(struct staying *s, struct rb_spawn *req)
{
	struct rb_job *job = s->job;
	struct stat st;

	if (job->at->request->log.kind == RB_V_TEXT)
		s->log = rb_job_path(job, job->at->request->log.s);
	else if (job->x->opt.run_dir != NULL)
		s->log = own_log(job);
	if (s->log == NULL) {
		req->out.mode = req->err.mode = RB_IO_NULL;
		return;
	}
	if (stat(s->log, &st) == 0)
		s->log_from = st.st_size;
	req->out = (struct rb_spawn_io){.mode = RB_IO_FILE, .path = s->log};
	req->err.mode = RB_IO_JOIN;
}

static void
start(struct rb_job *job)
{
	struct staying *s = rb_alloc_zero(job->x->opt.alloc, 1, sizeof(*s));
	const struct rb_request *r = job->at->request;
	struct rb_str why = {"", 0};
	struct rb_spawned child;
	struct rb_spawn req;

	job->state = s;
	s->job = job;
	memset(&req, 0, sizeof(req));
	req.argv = rb_job_argv(job, &why);
	if (req.argv == NULL || rb_tree_cookie(s->cookie) < 0) {
		rb_job_done(
		    job, RB_ENDED_ERROR, why.n > 0 ? why : RB_STR("the kernel gave no random numbers"));
		return;
	}
	req.env = rb_job_environ(job, s->cookie);
	req.cwd = rb_job_path(job, r->cwd.kind == RB_V_TEXT ? r->cwd.s : RB_STR(""));
	req.terminal = -1;
	req.restore_core = job->x->opt.restore_core;
	req.core = job->x->opt.core;
	choose_log(s, &req);
	if (rb_spawn(&req, &child) < 0) {
		job->res.retriable = true;
		rb_job_done(job, RB_ENDED_ERROR, rb_arena_str(job->arena, rb_str_c(child.text)));
		return;
	}
	s->child = (struct rb_loop_child){.pid = child.pid, .ended = on_ended, .ctx = s};
	rb_loop_child_add(job->x->loop, &s->child);
	if (r->pidfile.kind == RB_V_TEXT &&
	    write_pidfile(job, rb_job_path(job, r->pidfile.s), child.pid, &why) < 0) {
		/* The program runs, and the run must say so: it is kept, and the step has failed. */
		s->handed_over = true;
		rb_loop_child_remove(job->x->loop, &s->child);
		rb_daemon_add(job->x, job->at->step, child.pid, s->cookie);
		conclude(s, RB_ENDED_FAILED, why);
		return;
	}
	s->timer = (struct rb_loop_timer){.fire = on_timer, .ctx = s};
	if (job->at->step->ready == NULL)
		rb_loop_timer_set(job->x->loop, &s->timer, rb_clock_add(rb_clock_mono(), STAYS_FOR));
}

static void
close_staying(struct rb_job *job)
{
	struct staying *s = job->state;

	if (s == NULL)
		return;
	rb_loop_timer_clear(job->x->loop, &s->timer);
	if (!s->handed_over)
		rb_loop_child_remove(job->x->loop, &s->child);
	rb_tree_free(s->tree);
	rb_alloc_free(job->x->opt.alloc, s);
}

const struct rb_runner rb_run_start = {
    .kind = &rb_kind_start, .start = start, .cancel = cancel, .close = close_staying};
