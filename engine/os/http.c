/* HTTP transfers on the loop: the client, which is libcurl's multi_socket interface on our descriptors and
 * timers, and the life of a transfer through its redirects. */
#include "os/http_private.h"

#include <ctype.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

/* A descriptor that libcurl wants to have watched. */
struct sock {
	struct rb_http_client *client;
	struct rb_loop_fd watch;
};

struct rb_http_client {
	struct rb_loop *loop;
	struct rb_curl curl;
	CURLM *multi; /* NULL before the first transfer */
	struct rb_http *transfers;
	struct rb_loop_timer timer;
	bool inside;    /* libcurl is on the stack: its handles may not be touched */
	bool sigpipe;   /* SIGPIPE is not ignored: TLS writes need a guard */
	bool cancelled; /* a transfer was cancelled while inside */
};

/* Keeps SIGPIPE from ending the program for the length of a call, without a process-wide effect: libcurl's
 * own way changes the disposition for all threads. */
struct guard {
	bool on, pending;
	sigset_t before;
};

static void
enter(struct rb_http_client *c, struct guard *g)
{
	sigset_t pipe_only, pending;

	c->inside = true;
	g->on = c->sigpipe;
	if (!g->on)
		return;
	sigemptyset(&pipe_only);
	sigaddset(&pipe_only, SIGPIPE);
	sigpending(&pending);
	g->pending = sigismember(&pending, SIGPIPE) == 1;
	pthread_sigmask(SIG_BLOCK, &pipe_only, &g->before);
}

static void
leave(struct rb_http_client *c, const struct guard *g)
{
	const struct timespec none = {0};
	sigset_t pipe_only;

	c->inside = false;
	if (!g->on)
		return;
	sigemptyset(&pipe_only);
	sigaddset(&pipe_only, SIGPIPE);
	if (!g->pending)
		sigtimedwait(&pipe_only, NULL, &none);
	pthread_sigmask(SIG_SETMASK, &g->before, NULL);
}

const struct rb_curl *
rb_http_curl(const struct rb_http *t)
{
	return &t->client->curl;
}

/* Ends the current hop: libcurl's part of the transfer. */
static void
end_hop(struct rb_http *t)
{
	struct rb_http_client *c = t->client;
	struct guard g;

	if (t->easy != NULL) {
		enter(c, &g);
		c->curl.multi_remove_handle(c->multi, t->easy);
		c->curl.easy_cleanup(t->easy);
		leave(c, &g);
		t->easy = NULL;
	}
	if (t->lines != NULL)
		c->curl.slist_free_all(t->lines);
	if (t->connect_to != NULL)
		c->curl.slist_free_all(t->connect_to);
	t->lines = t->connect_to = NULL;
}

static void
destroy(struct rb_http *t)
{
	struct rb_http_client *c = t->client;

	end_hop(t);
	rb_loop_timer_clear(c->loop, &t->begin);
	*t->link = t->next;
	if (t->next != NULL)
		t->next->link = t->link;
	rb_arena_free(&t->hop);
	rb_arena_free(&t->arena);
	rb_alloc_free(rb_loop_alloc(c->loop), t);
}

static void
finish(struct rb_http *t)
{
	t->r.url = t->req.url;
	if (t->r.time.total == 0) /* else it has ended before a look at its certificate */
		t->r.time.total = rb_clock_mono() - t->started;
	if (t->mode == RB_HTTP_CONNECT) {
		t->connected(t->h.ctx, -1, &t->r);
		return; /* and may be gone now */
	}
	t->finishing = true;
	if (t->h.done != NULL)
		t->h.done(t->h.ctx, &t->r);
	destroy(t);
}

static void
begin_soon(struct rb_http *t)
{
	rb_loop_timer_set(t->client->loop, &t->begin, rb_clock_mono());
}

/* Redirects */

static bool
same_origin(const struct rb_http_origin *a, const struct rb_http_origin *b)
{
	return rb_str_eq(a->scheme, b->scheme) && rb_str_eq(a->port, b->port) && a->host.n == b->host.n &&
	       strncasecmp(a->host.p, b->host.p, a->host.n) == 0;
}

/* Turns the request into that for the location of its answer. 0, or -1 with error and text. */
static int
redirect(struct rb_http *t)
{
	struct rb_http_origin from, to;
	char why[RB_HTTP_TEXT];
	bool post = rb_str_is(t->req.method, "POST");

	if (t->r.redirects >= t->req.follow)
		return rb_http_fail(t, RB_HTTP_REDIRECT, "more than %u redirects, the last to %.300s",
		    t->req.follow, t->r.location.n > 0 ? t->r.location.p : "nowhere");
	if (t->r.location.n == 0)
		return rb_http_fail(t, RB_HTTP_REDIRECT, "a redirect to a location that is none");
	if (rb_http_parse_url(t, t->req.url, RB_HTTP_REDIRECT, &from) != 0 ||
	    rb_http_parse_url(t, t->r.location, RB_HTTP_REDIRECT, &to) != 0) {
		memcpy(why, t->r.text, sizeof(why));
		return rb_http_fail(t, RB_HTTP_REDIRECT, "a redirect that is not followed: %.400s", why);
	}
	/* Once left, the origin's credentials stay behind also if the way leads back there: whoever sent us
	 * back chose the path. */
	t->strange = t->strange || !same_origin(&from, &to);
	if ((t->r.status == 303 && !rb_str_is(t->req.method, "HEAD")) ||
	    ((t->r.status == 301 || t->r.status == 302) && post)) {
		t->req.method = RB_STR("GET");
		t->req.has_body = false;
		t->req.body = RB_STR("");
	}
	if (t->strange && t->req.has_body)
		return rb_http_fail(t, RB_HTTP_REDIRECT,
		    "a redirect to another origin, %.300s, would take the request's body there: name that "
		    "URL itself",
		    t->r.location.p);
	t->req.url = t->r.location;
	t->r.redirects++;
	return 0;
}

/* The certificate was refused before libcurl could show it: a second handshake, which accepts it, does. */
static bool
wants_look(const struct rb_http *t)
{
	return t->mode == RB_HTTP_TRANSFER && t->r.error == RB_HTTP_TLS && !t->r.cert.known &&
	       t->r.tls >= RB_HTTP_TLS_EXPIRED && t->r.tls <= RB_HTTP_TLS_UNTRUSTED;
}

/* A hop has ended. Last: the transfer may be gone after it. */
static void
hop_done(struct rb_http *t, CURLcode code)
{
	curl_socket_t fd = -1;

	if (t->mode == RB_HTTP_LOOK) {
		rb_http_collect_cert(t);
		rb_http_tls_text(t);
		finish(t);
		return;
	}
	rb_http_collect(t, code);
	if (t->mode == RB_HTTP_CONNECT && t->r.error == RB_HTTP_OK) {
		rb_http_curl(t)->easy_getinfo(t->easy, CURLINFO_ACTIVESOCKET, &fd);
		if (fd >= 0) {
			t->connected(t->h.ctx, fd, &t->r);
			return;
		}
		rb_http_fail(t, RB_HTTP_OTHER, "libcurl has lost the connection that it made");
	}
	if (wants_look(t)) {
		end_hop(t);
		t->mode = RB_HTTP_LOOK;
		begin_soon(t);
		return;
	}
	if (t->r.error == RB_HTTP_OK && t->req.follow > 0 && t->mode == RB_HTTP_TRANSFER &&
	    rb_http_is_redirect(t) && redirect(t) == 0) {
		end_hop(t);
		begin_soon(t);
		return;
	}
	finish(t);
}

/* The client */

static void
sweep(struct rb_http_client *c)
{
	struct rb_http *next;

	c->cancelled = false;
	for (struct rb_http *t = c->transfers; t != NULL; t = next) {
		next = t->next;
		if (t->cancelled)
			destroy(t);
	}
}

/* Tells the ends that libcurl has queued. */
static void
tell(struct rb_http_client *c)
{
	CURLMsg *m;
	int left;

	if (c->cancelled)
		sweep(c);
	for (m = c->curl.multi_info_read(c->multi, &left); m != NULL;
	     m = c->curl.multi_info_read(c->multi, &left)) {
		CURLcode code = m->data.result;
		char *private = NULL;

		if (m->msg != CURLMSG_DONE)
			continue;
		c->curl.easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &private);
		hop_done((struct rb_http *)(void *)private, code);
	}
}

static void
act(struct rb_http_client *c, curl_socket_t fd, int events)
{
	struct guard g;
	int running;

	enter(c, &g);
	c->curl.multi_socket_action(c->multi, fd, events, &running);
	leave(c, &g);
	tell(c);
}

static void
sock_ready(void *ctx, unsigned events)
{
	struct sock *s = ctx;
	int curl_events = 0;

	if ((events & RB_LOOP_READ) != 0)
		curl_events |= CURL_CSELECT_IN;
	if ((events & RB_LOOP_WRITE) != 0)
		curl_events |= CURL_CSELECT_OUT;
	act(s->client, s->watch.fd, curl_events);
}

static void
timer_fired(void *ctx)
{
	act(ctx, CURL_SOCKET_TIMEOUT, 0);
}

static int
on_socket(CURL *easy, curl_socket_t fd, int what, void *ctx, void *assigned)
{
	struct rb_http_client *c = ctx;
	struct sock *s = assigned;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (s != NULL)
			rb_loop_fd_remove(c->loop, &s->watch);
		rb_alloc_free(rb_loop_alloc(c->loop), s);
		c->curl.multi_assign(c->multi, fd, NULL);
		return 0;
	}
	if (s == NULL) {
		s = rb_alloc_zero(rb_loop_alloc(c->loop), 1, sizeof(*s));
		s->client = c;
		s->watch = (struct rb_loop_fd){.fd = fd, .ready = sock_ready, .ctx = s};
		c->curl.multi_assign(c->multi, fd, s);
		rb_loop_fd_add(c->loop, &s->watch);
	}
	rb_loop_fd_want(c->loop, &s->watch,
	    what == CURL_POLL_IN    ? RB_LOOP_READ
	    : what == CURL_POLL_OUT ? RB_LOOP_WRITE
				    : RB_LOOP_READ | RB_LOOP_WRITE);
	return 0;
}

static int
on_timer(CURLM *multi, long ms, void *ctx)
{
	struct rb_http_client *c = ctx;

	(void)multi;
	rb_loop_timer_set(c->loop, &c->timer, ms < 0 ? RB_NEVER : rb_clock_add(rb_clock_mono(), ms * RB_MS));
	return 0;
}

struct rb_http_client *
rb_http_client_new(struct rb_loop *loop)
{
	struct rb_http_client *c = rb_alloc_zero(rb_loop_alloc(loop), 1, sizeof(*c));

	c->loop = loop;
	c->timer.fire = timer_fired;
	c->timer.ctx = c;
	return c;
}

void
rb_http_client_free(struct rb_http_client *c)
{
	if (c == NULL)
		return;
	while (c->transfers != NULL)
		destroy(c->transfers);
	if (c->multi != NULL) {
		struct guard g;

		enter(c, &g);
		c->curl.multi_cleanup(c->multi);
		c->curl.global_cleanup();
		leave(c, &g);
	}
	rb_loop_timer_clear(c->loop, &c->timer);
	rb_alloc_free(rb_loop_alloc(c->loop), c);
}

/* Loads libcurl for the client's first transfer. 0, or -1 with error and text. */
static int
load(struct rb_http *t)
{
	struct rb_http_client *c = t->client;
	struct sigaction sa;
	char why[RB_HTTP_TEXT];

	if (c->multi != NULL)
		return 0;
	if (rb_curl_load(&c->curl, why, sizeof(why)) != 0)
		return rb_http_fail(t, RB_HTTP_UNAVAILABLE, "%.500s", why);
	if (c->curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return rb_http_fail(t, RB_HTTP_UNAVAILABLE, "libcurl could not be initialized");
	c->multi = c->curl.multi_init();
	if (c->multi == NULL) {
		c->curl.global_cleanup();
		return rb_http_fail(t, RB_HTTP_UNAVAILABLE, "libcurl has no memory for its transfers");
	}
	c->curl.multi_setopt(c->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	c->curl.multi_setopt(c->multi, CURLMOPT_SOCKETDATA, c);
	c->curl.multi_setopt(c->multi, CURLMOPT_TIMERFUNCTION, on_timer);
	c->curl.multi_setopt(c->multi, CURLMOPT_TIMERDATA, c);
	c->sigpipe = sigaction(SIGPIPE, NULL, &sa) != 0 || sa.sa_handler != SIG_IGN;
	return 0;
}

/* Transfers */

/* Begins a hop. Last: the transfer may be gone after it. */
static void
begin(void *ctx)
{
	struct rb_http *t = ctx;
	struct rb_http_result fresh = {.redirects = t->r.redirects};
	struct guard g;

	rb_arena_clear(&t->hop);
	if (t->mode != RB_HTTP_LOOK) {
		t->r = fresh;
		t->headers = NULL;
		t->lines_seen = t->bytes_seen = 0;
		t->dropped = 0;
		t->san = RB_STR("");
	}
	if (load(t) != 0 ||
	    (t->r.redirects == 0 && t->mode == RB_HTTP_TRANSFER && rb_http_validate(t) != 0) ||
	    rb_http_prepare(t) != 0) {
		finish(t);
		return;
	}
	enter(t->client, &g);
	if (rb_http_curl(t)->multi_add_handle(t->client->multi, t->easy) != CURLM_OK)
		rb_http_fail(t, RB_HTTP_OTHER, "libcurl refused the transfer");
	leave(t->client, &g);
	if (t->r.error != RB_HTTP_OK && t->mode != RB_HTTP_LOOK)
		finish(t);
}

static struct rb_http *
new_transfer(struct rb_http_client *c)
{
	struct rb_http *t = rb_alloc_zero(rb_loop_alloc(c->loop), 1, sizeof(*t));

	t->client = c;
	t->next = c->transfers;
	t->link = &c->transfers;
	if (t->next != NULL)
		t->next->link = &t->next;
	c->transfers = t;
	rb_arena_init(&t->arena, rb_loop_alloc(c->loop));
	rb_arena_init(&t->hop, rb_loop_alloc(c->loop));
	t->begin.fire = begin;
	t->begin.ctx = t;
	t->started = rb_clock_mono();
	begin_soon(t);
	return t;
}

/* Copies the request into the transfer's arena. */
static void
copy(struct rb_http *t, const struct rb_http_request *req)
{
	struct rb_http_request *q = &t->req;
	struct rb_str *texts[] = {&q->url, &q->body, &q->tls.ca_file, &q->tls.cert_file, &q->tls.key_file,
	    &q->tls.server_name, &q->unix_socket, &q->proxy, &q->user, &q->secret, &q->method};
	struct rb_http_header *headers;
	struct rb_str *resolve;

	*q = *req;
	if (q->method.n == 0)
		q->method = RB_STR("GET");
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		*texts[i] = rb_arena_str(&t->arena, *texts[i]);
	headers = RB_ARRAY(&t->arena, struct rb_http_header, q->nheaders);
	for (size_t i = 0; i < q->nheaders; i++) {
		headers[i].name = rb_arena_str(&t->arena, req->headers[i].name);
		headers[i].value = rb_arena_str(&t->arena, req->headers[i].value);
	}
	q->headers = headers;
	resolve = RB_ARRAY(&t->arena, struct rb_str, q->nresolve);
	for (size_t i = 0; i < q->nresolve; i++)
		resolve[i] = rb_arena_str(&t->arena, req->resolve[i]);
	q->resolve = resolve;
	if (q->max_body == 0)
		q->max_body = RB_HTTP_BODY;
	if (q->follow > RB_HTTP_REDIRECTS)
		q->follow = RB_HTTP_REDIRECTS;
}

struct rb_http *
rb_http_start(struct rb_http_client *c, const struct rb_http_request *req, const struct rb_http_handler *h)
{
	struct rb_http *t = new_transfer(c);

	t->h = *h;
	copy(t, req);
	return t;
}

struct rb_http *
rb_http_connect(struct rb_http_client *c, struct rb_str host, uint16_t port, void *ctx,
    void (*connected)(void *ctx, int fd, const struct rb_http_result *r))
{
	struct rb_http_request req = {.method = RB_STR("GET")};
	struct rb_http *t = new_transfer(c);

	t->mode = RB_HTTP_CONNECT;
	t->h.ctx = ctx;
	t->connected = connected;
	req.url = rb_arena_fmt(&t->arena, "http://%.*s:%u/", RB_STR_ARG(host), (unsigned)port);
	/* A name and nothing else: what would be another part of a URL spoils it, and is refused as
	 * malformed. */
	for (size_t i = 0; i < host.n; i++)
		if ((unsigned char)host.p[i] < 0x80 && !isalnum((unsigned char)host.p[i]) &&
		    (host.p[i] == '\0' || strchr(".-_[]:", host.p[i]) == NULL))
			req.url = RB_STR("http:// ");
	copy(t, &req);
	return t;
}

void
rb_http_cancel(struct rb_http *t)
{
	if (t == NULL || t->cancelled || t->finishing)
		return;
	t->cancelled = true;
	if (t->client->inside) {
		t->client->cancelled = true;
		return;
	}
	destroy(t);
}
