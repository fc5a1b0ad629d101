/* look and run for real: a child, its output, its end. */
#include <signal.h>
#include <string.h>

#include "exec/collect.h"
#include "kinds/words.h"
#include "os/spawn.h"
#include "os/tree.h"

/* How often a program that has the terminal is looked at. */
#define STOPPED_LOOK (100 * RB_MS)

struct script {
	struct rb_job *job;
	struct rb_collect *collect; /* NULL for an interactive step */
	struct rb_streams *streams;
	struct rb_tree *tree;
	struct rb_loop_child child;
	char cookie[RB_TREE_COOKIE_SIZE];
	struct rb_tty tty;
	bool has_tty;
	struct rb_loop_timer look; /* with the terminal: whether ^Z has stopped it */
	bool child_ended, output_closed, tree_done;
	bool incomplete;
	struct rb_exit how;
	struct rb_tree_result ending;
	bool ending_known;
};

static void finish(struct script *s);

static void
on_bytes(void *ctx, unsigned which, struct rb_str bytes)
{
	struct script *s = ctx;

	rb_collect_bytes(s->collect, which, bytes);
}

static void
on_closed(void *ctx, bool incomplete)
{
	struct script *s = ctx;

	s->output_closed = true;
	s->incomplete = incomplete;
	finish(s);
}

static void
on_ended(void *ctx, const struct rb_exit *how)
{
	struct script *s = ctx;

	s->child_ended = true;
	s->how = *how;
	/* P2: the step is over with its direct child; what still holds the pipe gets a bounded drain. */
	if (s->streams != NULL)
		rb_streams_drain(s->streams, RB_STREAMS_DRAIN);
	finish(s);
}

static void
on_tree(void *ctx, const struct rb_tree_result *r)
{
	struct script *s = ctx;

	s->ending = *r;
	s->ending_known = true;
	s->tree_done = true;
	if (r->child_lives && s->streams != NULL && !s->child_ended)
		rb_streams_drain(s->streams, 0);
	finish(s);
}

static void
on_look(void *ctx)
{
	struct script *s = ctx;

	if (s->child_ended)
		return;
	rb_loop_child_resume(&s->child);
	rb_loop_timer_set(s->job->x->loop, &s->look, rb_clock_add(rb_clock_mono(), STOPPED_LOOK));
}

static void
end_tree(struct script *s, int64_t grace)
{
	if (s->tree != NULL) {
		if (grace == 0)
			rb_tree_hurry(s->tree);
		return;
	}
	s->tree = rb_tree_end(s->job->x->loop, s->child.pid, s->cookie, grace, on_tree, s);
}

static void
on_stop(void *ctx)
{
	end_tree(ctx, RB_TREE_GRACE);
}

static void
cancel(struct rb_job *job, enum rb_cancel why)
{
	end_tree(job->state, why == RB_CANCEL_NOW ? 0 : RB_TREE_GRACE);
}

/* What attempt_end records beside the facts. */
static struct rb_value
record_of(const struct script *s)
{
	struct rb_facts f;
	struct rb_buf text;

	rb_facts_init(&f, s->job->arena, 6);
	rb_facts_add(&f, "pid", rb_v_int(s->child.pid));
	if (s->child_ended && !s->how.lost && s->how.signal == 0)
		rb_facts_add(&f, "exit", rb_v_int(s->how.code));
	if (s->child_ended && s->how.signal != 0)
		rb_facts_add(&f, "signal", rb_v_int(s->how.signal));
	if (s->incomplete)
		rb_facts_add(&f, "output_incomplete", rb_v_bool(true));
	if (s->ending_known && s->ending.nsurvivors > 0) {
		rb_buf_init(&text, s->job->x->opt.alloc, RB_FACT_TEXT_MAX);
		rb_tree_survivors_text(&s->ending, &text);
		rb_facts_add(&f, "survivors", rb_v_text(rb_arena_str(s->job->arena, rb_buf_view(&text))));
		rb_buf_free(&text);
	}
	return rb_facts_value(&f);
}

/* The facts of how it ended. */
static void
end_facts(struct script *s, struct rb_facts *f)
{
	rb_facts_add(f, "pid", rb_v_int(s->child.pid));
	rb_facts_add(f, "output_incomplete", rb_v_bool(s->incomplete));
	if (s->child_ended && s->how.signal != 0)
		rb_facts_add(f, "signal", rb_v_int(s->how.signal));
	else if (s->child_ended && !s->how.lost)
		rb_facts_add(f, "exit", rb_v_int(s->how.code));
}

static void
conclude(struct script *s)
{
	struct rb_job *job = s->job;
	bool wanted_stop = s->collect != NULL && rb_collect_stopped(s->collect);
	const struct rb_stop_on *stop_on = job->at->step->stop_on;
	struct rb_facts f;

	rb_facts_init(&f, job->arena, 8 + job->at->step->nmatches);
	end_facts(s, &f);
	if (s->collect != NULL) {
		rb_collect_end(s->collect);
		wanted_stop = rb_collect_stopped(s->collect);
		rb_collect_facts(s->collect, true, &f);
		rb_collect_excerpt(s->collect, &job->res);
	}
	job->res.facts = rb_facts_value(&f);
	job->res.record = record_of(s);
	if (!s->child_ended)
		job->res.summary = RB_STR("it could not be ended");
	else if (s->how.lost)
		job->res.summary = RB_STR("its exit status was lost");
	else if (s->how.signal != 0)
		job->res.summary = rb_script_signal(job->arena, s->how.signal);
	else
		job->res.summary = rb_arena_fmt(job->arena, RB_SAYS_EXIT, (long long)s->how.code);
	if (job->cancelled && job->why != RB_CANCEL_STOP) {
		rb_job_done(job, RB_ENDED_CANCELLED, RB_STR(RB_SAYS_ENDED));
	} else if (wanted_stop || job->cancelled) {
		job->res.stopped = true;
		job->res.summary = wanted_stop   ? RB_STR(RB_SAYS_STOP_SEEN)
				   : job->enough ? RB_STR(RB_SAYS_STOP_ENOUGH)
						 : RB_STR(RB_SAYS_STOPPED);
		rb_job_done(job, RB_ENDED_OK, RB_STR(""));
	} else if (!s->child_ended || s->how.lost) {
		rb_job_done(job, RB_ENDED_ERROR, job->res.summary);
	} else if (stop_on != NULL) {
		rb_job_done(job, RB_ENDED_FAILED, RB_STR(RB_SAYS_STOP_UNMET));
	} else if (s->how.signal != 0 && !rb_script_expects_signal(job->at->step)) {
		rb_job_done(job, RB_ENDED_FAILED, job->res.summary);
	} else {
		rb_job_done(job, RB_ENDED_OK, RB_STR(""));
	}
}

/* Concludes once all has come in: the child's end (or the certainty that it cannot be ended), the output, and
 * the ending of the tree where there is one. */
static void
finish(struct script *s)
{
	bool child_over = s->child_ended || (s->ending_known && s->ending.child_lives);

	if (!child_over || !s->output_closed || (s->tree != NULL && !s->tree_done))
		return;
	if (s->child_ended)
		rb_loop_child_reap(&s->child);
	if (s->has_tty) {
		rb_tty_take(&s->tty);
		rb_tty_close(&s->tty);
		s->has_tty = false;
		if (s->job->x->opt.console.away != NULL)
			s->job->x->opt.console.away(s->job->x->opt.console.ctx, false);
	}
	conclude(s);
}

static void
close_script(struct rb_job *job)
{
	struct script *s = job->state;

	if (s == NULL)
		return;
	rb_loop_child_remove(job->x->loop, &s->child);
	rb_loop_timer_clear(job->x->loop, &s->look);
	rb_tree_free(s->tree);
	rb_streams_free(s->streams);
	if (s->collect != NULL)
		rb_collect_free(s->collect);
	rb_alloc_free(job->x->opt.alloc, s);
}

static int
give_terminal(struct script *s, struct rb_spawn *req, struct rb_str *why)
{
	struct rb_exec *x = s->job->x;

	if (x->opt.tty < 0 || rb_tty_open(&s->tty, x->opt.tty) < 0) {
		*why = RB_STR("it is `interactive`, and there is no terminal");
		return -1;
	}
	s->has_tty = true;
	if (x->opt.console.away != NULL)
		x->opt.console.away(x->opt.console.ctx, true);
	req->terminal = s->tty.fd;
	req->in = (struct rb_spawn_io){.mode = RB_IO_FD, .fd = s->tty.fd};
	req->out = req->err = req->in;
	s->output_closed = true;
	return 0;
}

/* Who is to say that it is enough must be there, and know how. */
static int
tell_operator(struct rb_job *job, struct rb_str *why)
{
	const struct rb_stop_on *stop = job->at->step->stop_on;
	bool ends =
	    stop->pattern != NULL || stop->tmpl != NULL || (stop->after != NULL && stop->after->node != NULL);
	struct rb_event ev;

	if (job->x->opt.tty < 0) {
		*why = RB_STR(
		    "`stop_on` leaves it to the operator to say when it is enough, and there is no terminal");
		return ends ? 0 : -1;
	}
	rb_event_init(&ev, RB_EV_SAY, &job->at->where);
	rb_event_text(&ev, "text", RB_STR("Press Ctrl-C when you have seen enough; the run goes on."));
	rb_bus_emit(job->x->opt.bus, &ev);
	return 0;
}

static int
prepare(struct script *s, struct rb_spawn *req, struct rb_str *why)
{
	struct rb_job *job = s->job;
	const struct rb_request *r = job->at->request;

	if (rb_tree_cookie(s->cookie) < 0) {
		*why = RB_STR("the kernel gave no random numbers");
		return -1;
	}
	if (job->at->stop_by_operator && tell_operator(job, why) < 0)
		return -1;
	*why = RB_STR("");
	req->argv = rb_job_argv(job, why);
	if (req->argv == NULL)
		return -1;
	req->env = rb_job_environ(job, s->cookie);
	req->cwd = rb_job_path(job, r->cwd.kind == RB_V_TEXT ? r->cwd.s : RB_STR(""));
	req->terminal = -1;
	req->restore_core = job->x->opt.restore_core;
	req->core = job->x->opt.core;
	req->oom_score_adj = RB_SPAWN_OOM;
	if (job->at->step->interactive)
		return give_terminal(s, req, why);
	req->in.mode = RB_IO_NULL;
	if (r->stdin_.kind == RB_V_TEXT)
		req->in = (struct rb_spawn_io){.mode = RB_IO_BYTES, .bytes = r->stdin_.s};
	req->out.mode = RB_IO_PIPE;
	req->err.mode = RB_IO_PIPE;
	s->collect = rb_collect_new(job, 2, on_stop, s, why);
	return s->collect != NULL ? 0 : -1;
}

static void
start(struct rb_job *job)
{
	struct script *s = rb_alloc_zero(job->x->opt.alloc, 1, sizeof(*s));
	const struct rb_streams_handler handler = {s, on_bytes, on_closed};
	struct rb_str why = {"", 0};
	struct rb_spawned child;
	struct rb_spawn req;

	job->state = s;
	s->job = job;
	memset(&req, 0, sizeof(req));
	if (prepare(s, &req, &why) < 0) {
		rb_job_done(job, RB_ENDED_ERROR, why);
		return;
	}
	if (rb_spawn(&req, &child) < 0) {
		if (s->has_tty && job->x->opt.console.away != NULL)
			job->x->opt.console.away(job->x->opt.console.ctx, false);
		job->res.retriable = true;
		rb_job_done(job, RB_ENDED_ERROR, rb_arena_str(job->arena, rb_str_c(child.text)));
		return;
	}
	s->child = (struct rb_loop_child){.pid = child.pid, .ended = on_ended, .ctx = s};
	rb_loop_child_add(job->x->loop, &s->child);
	s->look = (struct rb_loop_timer){.fire = on_look, .ctx = s};
	if (s->has_tty)
		on_look(s);
	if (s->collect != NULL)
		s->streams = rb_streams_open(job->x->keeper, child.out, child.err, &handler);
}

const struct rb_runner rb_run_look = {
    .kind = &rb_kind_look, .start = start, .cancel = cancel, .close = close_script};
const struct rb_runner rb_run_run = {
    .kind = &rb_kind_run, .start = start, .cancel = cancel, .close = close_script};
