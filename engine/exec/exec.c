/* The real driver: turns flow's attempts into jobs of the kinds' runners, and their ends into completions. */
#include "exec/exec.h"

#include <string.h>

#include "exec/hush.h"

const struct rb_runner *const rb_runners[] = {
    &rb_run_look, &rb_run_run, &rb_run_start, &rb_run_http, &rb_run_tcp, &rb_run_port, &rb_run_process, NULL};

static int64_t
driver_now(void *ctx)
{
	(void)ctx;
	return rb_clock_mono();
}

static int64_t
driver_wall(void *ctx)
{
	(void)ctx;
	return rb_clock_wall();
}

static void
unlink_job(struct rb_exec *x, const struct rb_job *job)
{
	struct rb_job **p = &x->jobs;

	while (*p != job)
		p = &(*p)->next;
	*p = job->next;
}

static void
free_job(struct rb_job *job)
{
	if (job->runner->close != NULL)
		job->runner->close(job);
	rb_alloc_free(job->x->opt.alloc, job);
}

void
rb_job_done(struct rb_job *job, enum rb_ended ended, struct rb_str reason)
{
	struct rb_exec *x = job->x;

	job->done = true;
	job->res.ended = ended;
	job->res.reason = reason;
	rb_hush_result(job);
	if (!job->waiting)
		return; /* start hands the result over */
	unlink_job(x, job);
	rb_flow_complete(x->flow, job->at->ticket, &job->res);
	free_job(job);
}

static const struct rb_runner *
runner_of(const struct rb_kind *kind)
{
	for (size_t i = 0; rb_runners[i] != NULL; i++) {
		if (rb_runners[i]->kind == kind)
			return rb_runners[i];
	}
	return NULL;
}

static enum rb_started
driver_start(void *ctx, const struct rb_attempt *at, struct rb_result *res)
{
	struct rb_exec *x = ctx;
	struct rb_job *job = rb_alloc_zero(x->opt.alloc, 1, sizeof(*job));
	struct rb_str why = {"", 0};

	job->x = x;
	job->at = at;
	job->arena = at->arena;
	job->runner = runner_of(at->step->kind);
	job->res.facts = rb_v_unset(RB_STR("facts"));
	job->res.record = rb_v_unset(RB_STR("record"));
	if (x->opt.drill && at->step->effect != RB_READ)
		rb_job_done(job, RB_ENDED_ERROR, RB_STR("a drill changes nothing"));
	else if (rb_hush_request(job, &why) < 0)
		rb_job_done(job, RB_ENDED_ERROR, why);
	else
		job->runner->start(job);
	if (job->done) {
		*res = job->res;
		free_job(job);
		return RB_DONE_NOW;
	}
	job->waiting = true;
	job->next = x->jobs;
	x->jobs = job;
	return RB_WAITS;
}

static void
driver_cancel(void *ctx, uint64_t ticket, enum rb_cancel why)
{
	struct rb_exec *x = ctx;

	for (struct rb_job *job = x->jobs; job != NULL; job = job->next) {
		if (job->at->ticket != ticket)
			continue;
		if (!job->cancelled) {
			job->cancelled = true;
			job->why = why;
		}
		job->runner->cancel(job, why);
		return;
	}
}

static enum rb_started
driver_ask(void *ctx, const struct rb_question *q, struct rb_answer *answer)
{
	struct rb_exec *x = ctx;

	memset(answer, 0, sizeof(*answer));
	if (rb_question_by_flag(q, x->opt.yes, x->opt.yes_ids, x->opt.nyes_ids)) {
		answer->what = RB_ANSWERED;
		answer->value = rb_v_bool(true);
		answer->by = RB_STR("flag");
		return RB_DONE_NOW;
	}
	if (x->opt.console.ask == NULL) {
		answer->what = RB_NOBODY;
		answer->value = rb_v_unset(RB_STR("answer"));
		answer->by = RB_STR("none");
		return RB_DONE_NOW;
	}
	return x->opt.console.ask(x->opt.console.ctx, q, answer);
}

static void
driver_cancel_ask(void *ctx, uint64_t ticket)
{
	struct rb_exec *x = ctx;

	if (x->opt.console.cancel_ask != NULL)
		x->opt.console.cancel_ask(x->opt.console.ctx, ticket);
}

static bool
driver_finish(void *ctx, bool now)
{
	return rb_daemons_finish(ctx, now);
}

static int
driver_enter(
    void *ctx, const struct rb_unit *unit, struct rb_frame *frame, struct rb_arena *arena, struct rb_str *why)
{
	struct rb_exec *x = ctx;

	return x->opt.enter != NULL ? x->opt.enter(x->opt.enter_ctx, unit, frame, arena, why) : 0;
}

struct rb_exec *
rb_exec_new(const struct rb_exec_options *options)
{
	struct rb_loop *loop = rb_loop_new(options->alloc);
	struct rb_exec *x;
	size_t n = 0;

	if (loop == NULL)
		return NULL;
	x = rb_alloc_zero(options->alloc, 1, sizeof(*x));
	x->opt = *options;
	x->loop = loop;
	x->keeper = rb_keeper_new(loop);
	x->http = rb_http_client_new(loop);
	rb_arena_init(&x->arena, options->alloc);
	while (options->environ_[n] != NULL)
		n++;
	x->base_env = RB_ARRAY(&x->arena, const char *, n + 1);
	memcpy(x->base_env, options->environ_, n * sizeof(*x->base_env));
	x->nbase_env = n;
	x->driver = (struct rb_driver){.ctx = x,
	    .now = driver_now,
	    .wall = driver_wall,
	    .start = driver_start,
	    .cancel = driver_cancel,
	    .ask = driver_ask,
	    .cancel_ask = driver_cancel_ask,
	    .enter = driver_enter,
	    .finish = driver_finish};
	return x;
}

void
rb_exec_set_console(struct rb_exec *x, const struct rb_console *console)
{
	x->opt.console = *console;
}

void
rb_exec_set_run_dir(struct rb_exec *x, const char *run_dir)
{
	x->opt.run_dir = run_dir;
}

void
rb_exec_hide(struct rb_exec *x, const char *name)
{
	size_t len = strlen(name), n = 0;

	for (size_t i = 0; i < x->nbase_env; i++) {
		if (strncmp(x->base_env[i], name, len) != 0 || x->base_env[i][len] != '=')
			x->base_env[n++] = x->base_env[i];
	}
	x->nbase_env = n;
}

void
rb_exec_free(struct rb_exec *x)
{
	if (x == NULL)
		return;
	while (x->jobs != NULL) {
		struct rb_job *job = x->jobs;

		x->jobs = job->next;
		free_job(job);
	}
	rb_daemons_free(x);
	rb_http_client_free(x->http);
	rb_keeper_free(x->keeper);
	rb_loop_free(x->loop);
	rb_arena_free(&x->arena);
	rb_alloc_free(x->opt.alloc, x);
}

const struct rb_driver *
rb_exec_driver(struct rb_exec *x)
{
	return &x->driver;
}

struct rb_loop *
rb_exec_loop(struct rb_exec *x)
{
	return x->loop;
}

void
rb_exec_attach(struct rb_exec *x, struct rb_flow *flow)
{
	x->flow = flow;
}

bool
rb_exec_enough(struct rb_exec *x)
{
	struct rb_job *next;
	bool any = false;

	for (struct rb_job *job = x->jobs; job != NULL; job = next) {
		next = job->next; /* the job may be over with its cancel */
		if (!job->at->stop_by_operator || job->cancelled)
			continue;
		any = job->cancelled = job->enough = true;
		job->why = RB_CANCEL_STOP;
		job->runner->cancel(job, RB_CANCEL_STOP);
	}
	return any;
}
