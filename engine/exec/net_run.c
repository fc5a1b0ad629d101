/* tcp and port for real. */
#include <errno.h>
#include <string.h>

#include "exec/job.h"
#include "kinds/words.h"
#include "os/sock.h"
#include "os/tcp.h"

enum { REPLY_MAX = 64 * 1024, SUMMARY_COMMAND = 80 };

struct exchange {
	struct rb_job *job;
	struct rb_tcp *tcp;
	struct rb_pattern *until;
	bool until_made, seen;
	struct rb_buf reply;
	const char *limit; /* a pattern limit was met */
};

static bool
on_bytes(void *ctx, struct rb_str bytes)
{
	struct exchange *e = ctx;
	struct rb_found found;
	int r;

	rb_buf_str(&e->reply, bytes);
	r = rb_pattern_find(e->until, rb_buf_view(&e->reply), 0, &found, &e->limit);
	e->seen = r == 1;
	return r == 0;
}

static void
on_done(void *ctx, const struct rb_tcp_result *r)
{
	struct exchange *e = ctx;
	struct rb_job *job = e->job;
	struct rb_facts f;

	rb_facts_init(&f, job->arena, 4);
	rb_facts_add(&f, "connected", rb_v_bool(r->connected));
	if (r->connected) {
		rb_facts_add(&f, "address", rb_v_text(rb_arena_str(job->arena, rb_str_c(r->peer))));
		rb_facts_add(&f, "time", rb_v_of(RB_V_DURATION, r->took));
		rb_facts_add(&f, "reply", rb_v_text(rb_arena_str(job->arena, rb_buf_view(&e->reply))));
	}
	job->res.facts = rb_facts_value(&f);
	job->res.summary = r->connected ? rb_arena_fmt(job->arena, RB_SAYS_CONNECTED, r->peer) : RB_STR("");
	if (e->reply.len > 0) {
		job->res.excerpt = rb_job_cut(job, rb_buf_view(&e->reply), RB_LINE_MAX);
		job->res.excerpt_of = "reply";
	}
	job->res.nowhere = r->error == RB_HTTP_RESOLVE;
	if (r->error == RB_HTTP_INVALID || r->error == RB_HTTP_UNAVAILABLE)
		rb_job_done(job, RB_ENDED_ERROR, rb_arena_str(job->arena, rb_str_c(r->text)));
	else if (r->error != RB_HTTP_OK)
		rb_job_done(job, RB_ENDED_FAILED,
		    rb_arena_fmt(job->arena, RB_SAYS_NOT_CONNECTED,
			RB_STR_ARG(rb_job_text(job, RB_ARG_TCP_ADDRESS)), r->text));
	else if (e->limit != NULL)
		rb_job_done(job, RB_ENDED_ERROR,
		    rb_arena_fmt(job->arena, "`until` could not be decided: %s", e->limit));
	else if (e->until != NULL && !e->seen)
		rb_job_done(job, RB_ENDED_FAILED,
		    r->closed ? RB_STR(RB_SAYS_UNTIL_UNSEEN)
			      : RB_STR("64 KiB came, and `until` was not in them"));
	else
		rb_job_done(job, RB_ENDED_OK, RB_STR(""));
}

static void
cancel_tcp(struct rb_job *job, enum rb_cancel why)
{
	(void)why;
	rb_job_done(job, RB_ENDED_CANCELLED, RB_STR(RB_SAYS_ENDED));
}

static void
close_tcp(struct rb_job *job)
{
	struct exchange *e = job->state;

	if (e == NULL)
		return;
	rb_tcp_free(e->tcp);
	if (e->until_made)
		rb_pattern_close(e->until);
	rb_buf_free(&e->reply);
	rb_alloc_free(job->x->opt.alloc, e);
}

/* HOST:PORT, [V6]:PORT. */
static int
split_address(struct rb_str address, struct rb_str *host, uint16_t *port)
{
	int64_t number;
	size_t colon = address.n;

	while (colon > 0 && address.p[colon - 1] != ':')
		colon--;
	if (colon < 2 || rb_str_int(rb_str_cut(address, colon, address.n), &number) < 0 || number < 1 ||
	    number > 65535)
		return -1;
	*host = rb_str_cut(address, 0, colon - 1);
	*port = (uint16_t)number;
	if (host->p[0] != '[' && rb_str_find(*host, RB_STR(":"), 0) != SIZE_MAX)
		return -1;
	return 0;
}

static int
make_until(struct exchange *e, struct rb_str *why)
{
	const struct rb_field *f = &e->job->at->step->args[RB_ARG_TCP_UNTIL];
	struct rb_eval ev = {.arena = e->job->arena, .frame = e->job->at->frame, .wall = rb_clock_wall()};

	e->until = f->pattern;
	if (f->node == NULL || f->pattern != NULL)
		return 0;
	e->until = rb_tmpl_pattern(f->tmpl, &ev, why);
	e->until_made = e->until != NULL;
	return e->until_made ? 0 : -1;
}

static void
start_tcp(struct rb_job *job)
{
	struct exchange *e = rb_alloc_zero(job->x->opt.alloc, 1, sizeof(*e));
	struct rb_tcp_request req = {.send = rb_job_text(job, RB_ARG_TCP_SEND)};
	struct rb_tcp_handler handler = {e, on_bytes, on_done};
	struct rb_str address = rb_job_text(job, RB_ARG_TCP_ADDRESS), why = {"", 0};

	job->state = e;
	e->job = job;
	rb_buf_init(&e->reply, job->x->opt.alloc, REPLY_MAX);
	if (split_address(address, &req.host, &req.port) < 0) {
		rb_job_done(job, RB_ENDED_ERROR,
		    rb_arena_fmt(job->arena, "`%.*s` is no HOST:PORT (an IPv6 address stands in brackets)",
			RB_STR_ARG(address)));
		return;
	}
	if (make_until(e, &why) < 0) {
		rb_job_done(job, RB_ENDED_ERROR, why);
		return;
	}
	req.read = e->until != NULL ? REPLY_MAX : 0;
	e->tcp = rb_tcp_start(job->x->loop, job->x->http, &req, &handler);
}

const struct rb_runner rb_run_tcp = {
    .kind = &rb_kind_tcp, .start = start_tcp, .cancel = cancel_tcp, .close = close_tcp};

/* A command line for people: without NULs and bounded. */
static struct rb_str
command_text(struct rb_job *job, struct rb_str command)
{
	return rb_job_cut(job, command, RB_LINE_MAX);
}

static struct rb_value
holders_value(struct rb_job *job, const struct rb_sock_report *r)
{
	struct rb_value *items, list = rb_v_list(job->arena, r->nholders, &items);

	for (size_t i = 0; i < r->nholders; i++) {
		struct rb_facts f;

		rb_facts_init(&f, job->arena, 4);
		rb_facts_add(&f, "pid", rb_v_int(r->holders[i].id.pid));
		rb_facts_add(&f, "command", rb_v_text(command_text(job, r->holders[i].command)));
		rb_facts_add(&f, "user", rb_v_text(rb_arena_str(job->arena, r->holders[i].user)));
		rb_facts_add(&f, "process", rb_v_process(r->holders[i].id.pid, r->holders[i].id.start));
		items[i] = rb_facts_value(&f);
	}
	return list;
}

static void
start_port(struct rb_job *job)
{
	struct rb_value port = rb_job_value(job, RB_ARG_PORT_PORT);
	struct rb_sock_report r;
	struct rb_facts f;

	if (rb_sock_listeners((uint16_t)port.i, RB_SOCK_ANY, job->arena, &r) < 0) {
		rb_job_done(job, RB_ENDED_ERROR,
		    rb_arena_fmt(
			job->arena, "the kernel's table of sockets cannot be read: %s", strerror(errno)));
		return;
	}
	rb_facts_init(&f, job->arena, 8);
	rb_facts_add(&f, "listening", rb_v_bool(r.listening));
	rb_facts_add(&f, "unseen", rb_v_bool(r.unseen));
	rb_facts_add(&f, "holders", holders_value(job, &r));
	if (r.naddresses > 0)
		rb_facts_add(&f, "address", rb_v_text(r.addresses[0]));
	if (r.main != NULL) {
		rb_facts_add(&f, "pid", rb_v_int(r.main->id.pid));
		rb_facts_add(&f, "process", rb_v_process(r.main->id.pid, r.main->id.start));
		rb_facts_add(&f, "command", rb_v_text(command_text(job, r.main->command)));
		rb_facts_add(&f, "user", rb_v_text(r.main->user));
		job->res.summary = rb_arena_fmt(job->arena, RB_SAYS_HOLDER, (long long)r.main->id.pid,
		    RB_STR_ARG(rb_job_cut(job, r.main->command, SUMMARY_COMMAND)), RB_STR_ARG(r.main->user));
	} else if (r.nholders > 1) {
		job->res.summary = rb_arena_fmt(job->arena, RB_SAYS_HOLDERS, r.nholders);
	} else if (r.listening) {
		job->res.summary = RB_STR(RB_SAYS_HOLDER_UNSEEN);
	}
	job->res.facts = rb_facts_value(&f);
	if (r.listening)
		rb_job_done(job, RB_ENDED_OK, RB_STR(""));
	else
		rb_job_done(job, RB_ENDED_FAILED,
		    rb_arena_fmt(job->arena, RB_SAYS_NOBODY_LISTENS, (long long)port.i));
}

const struct rb_runner rb_run_port = {.kind = &rb_kind_port, .start = start_port};
