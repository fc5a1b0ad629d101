/* A TCP exchange: connect, perhaps send, perhaps read, on the loop. */
#include "os/tcp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { READ_CHUNK = 16384, CANDIDATES = 2 };

struct rb_tcp {
	struct rb_loop *loop;
	struct rb_http_client *names;
	struct rb_tcp_handler h;
	char host[RB_TCP_HOST + 1];
	uint16_t port;
	char *send; /* a copy */
	size_t send_len, sent, read;
	struct sockaddr_storage candidates[CANDIDATES];
	size_t ncandidates, tried;
	struct rb_http *link;    /* a connection by name: it owns the descriptor then */
	struct rb_loop_fd watch; /* fd is -1 while there is none */
	struct rb_loop_timer begin;
	int64_t started;
	bool early; /* an error that is known already is to be told */
	bool busy;  /* inside the bytes callback: a free must wait */
	bool dead;
	struct rb_tcp_result r;
	char buf[READ_CHUNK];
};

static void
disconnect(struct rb_tcp *t)
{
	rb_loop_fd_remove(t->loop, &t->watch);
	if (t->link != NULL)
		rb_http_cancel(t->link);
	else if (t->watch.fd >= 0)
		close(t->watch.fd);
	t->link = NULL;
	t->watch.fd = -1;
}

/* Told last: the callback may free the exchange. */
static void
finish(struct rb_tcp *t)
{
	disconnect(t);
	t->r.took = rb_clock_mono() - t->started;
	t->h.done(t->h.ctx, &t->r);
}

static void
set_error(struct rb_tcp *t, int err)
{
	static const struct {
		int err;
		enum rb_http_error error;
		const char *text;
	} rows[] = {
	    {ECONNREFUSED, RB_HTTP_REFUSED, "connection refused"},
	    {ETIMEDOUT, RB_HTTP_TIMED_OUT, "the connection timed out"},
	    {ECONNRESET, RB_HTTP_RESET, "connection reset"},
	    {EPIPE, RB_HTTP_RESET, "the other side closed before all was sent"},
	    {EHOSTUNREACH, RB_HTTP_UNREACHABLE, "no route to the host"},
	    {ENETUNREACH, RB_HTTP_UNREACHABLE, "the network is unreachable"},
	    {EADDRNOTAVAIL, RB_HTTP_UNREACHABLE, "no local address can reach it"},
	    {EAFNOSUPPORT, RB_HTTP_UNREACHABLE, "this host has no such network protocol"},
	};

	t->r.error = RB_HTTP_OTHER;
	snprintf(t->r.text, sizeof(t->r.text), "%s", strerror(err));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].err != err)
			continue;
		t->r.error = rows[i].error;
		snprintf(t->r.text, sizeof(t->r.text), "%s", rows[i].text);
	}
}

static void
name_peer(struct rb_tcp *t)
{
	struct sockaddr_storage a;
	socklen_t n = sizeof(a);

	memset(&a, 0, sizeof(a));
	if (getpeername(t->watch.fd, (struct sockaddr *)&a, &n) != 0)
		return;
	if (a.ss_family == AF_INET6)
		inet_ntop(AF_INET6, &((struct sockaddr_in6 *)&a)->sin6_addr, t->r.peer, sizeof(t->r.peer));
	else if (a.ss_family == AF_INET)
		inet_ntop(AF_INET, &((struct sockaddr_in *)&a)->sin_addr, t->r.peer, sizeof(t->r.peer));
}

/* Reads once. True if the exchange goes on. */
static bool
receive(struct rb_tcp *t)
{
	size_t room = t->read - (size_t)t->r.bytes;
	bool more = true;
	ssize_t n = recv(t->watch.fd, t->buf, room < sizeof(t->buf) ? room : sizeof(t->buf), 0);

	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
		return true;
	if (n < 0) {
		set_error(t, errno);
		return false;
	}
	if (n == 0) {
		t->r.closed = true;
		return false;
	}
	t->r.bytes += (uint64_t)n;
	if (t->h.bytes != NULL) {
		t->busy = true;
		more = t->h.bytes(t->h.ctx, (struct rb_str){t->buf, (size_t)n});
		t->busy = false;
	}
	return more && t->r.bytes < t->read;
}

/* Sends once. True if the exchange goes on. */
static bool
transmit(struct rb_tcp *t)
{
	ssize_t n = send(t->watch.fd, t->send + t->sent, t->send_len - t->sent, MSG_NOSIGNAL);

	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
		return true;
	if (n < 0) {
		set_error(t, errno);
		return false;
	}
	t->sent += (size_t)n;
	if (t->sent < t->send_len)
		return true;
	rb_loop_fd_want(t->loop, &t->watch, RB_LOOP_READ);
	return t->read > 0;
}

static void
ready(void *ctx, unsigned events)
{
	struct rb_tcp *t = ctx;
	bool more = t->sent < t->send_len ? transmit(t) : receive(t);

	(void)events;
	if (t->dead)
		rb_alloc_free(rb_loop_alloc(t->loop), t);
	else if (!more)
		finish(t);
}

/* The connection stands. */
static void
established(struct rb_tcp *t)
{
	t->r.connected = true;
	name_peer(t);
	if (t->send_len == 0 && t->read == 0) {
		finish(t);
		return;
	}
	t->watch.ready = ready;
	rb_loop_fd_want(t->loop, &t->watch, t->send_len > 0 ? RB_LOOP_WRITE : RB_LOOP_READ);
	rb_loop_fd_add(t->loop, &t->watch);
}

static void try_next(struct rb_tcp *t, int err);

static void
connect_ready(void *ctx, unsigned events)
{
	struct rb_tcp *t = ctx;
	int err = 0;
	socklen_t n = sizeof(err);

	(void)events;
	if (getsockopt(t->watch.fd, SOL_SOCKET, SO_ERROR, &err, &n) != 0)
		err = errno;
	if (err != 0)
		try_next(t, err);
	else
		established(t);
}

/* Connects to the next candidate; `err` is what the one before met. */
static void
try_next(struct rb_tcp *t, int err)
{
	const struct sockaddr_storage *a;
	socklen_t n;

	for (;;) {
		disconnect(t);
		if (t->tried == t->ncandidates) {
			set_error(t, err);
			finish(t);
			return;
		}
		a = &t->candidates[t->tried++];
		n = a->ss_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
		t->watch.fd = socket(a->ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		if (t->watch.fd < 0) {
			err = errno;
			continue;
		}
		if (connect(t->watch.fd, (const struct sockaddr *)a, n) == 0) {
			established(t);
			return;
		}
		err = errno;
		if (err != EINPROGRESS && err != EINTR)
			continue;
		t->watch.ready = connect_ready;
		rb_loop_fd_want(t->loop, &t->watch, RB_LOOP_WRITE);
		rb_loop_fd_add(t->loop, &t->watch);
		return;
	}
}

static void
connected(void *ctx, int fd, const struct rb_http_result *r)
{
	struct rb_tcp *t = ctx;

	if (fd < 0) {
		t->r.error = r->error;
		snprintf(t->r.text, sizeof(t->r.text), "%.250s", r->text);
		finish(t);
		return;
	}
	t->watch.fd = fd;
	established(t);
}

/* Adds a numeric address ("127.0.0.1", "::1", "fe80::1%eth0"). False if it is none. */
static bool
add_numeric(struct rb_tcp *t, const char *text)
{
	struct sockaddr_storage *a = &t->candidates[t->ncandidates];
	struct sockaddr_in *v4 = (struct sockaddr_in *)a;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)a;
	char bare[RB_TCP_HOST + 1];
	size_t zone = strcspn(text, "%");

	snprintf(bare, sizeof(bare), "%.*s", (int)zone, text);
	memset(a, 0, sizeof(*a));
	if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(t->port);
	} else if (inet_pton(AF_INET6, bare, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons(t->port);
		v6->sin6_scope_id = text[zone] == '%' ? if_nametoindex(text + zone + 1) : 0;
	} else {
		return false;
	}
	t->ncandidates++;
	return true;
}

static void
begin(void *ctx)
{
	struct rb_tcp *t = ctx;

	if (t->early) {
		finish(t);
		return;
	}
	if (strcasecmp(t->host, "localhost") == 0) {
		add_numeric(t, "::1");
		add_numeric(t, "127.0.0.1");
	}
	if (t->ncandidates > 0 || add_numeric(t, t->host)) {
		try_next(t, 0);
		return;
	}
	if (t->names == NULL) {
		t->r.error = RB_HTTP_UNAVAILABLE;
		snprintf(t->r.text, sizeof(t->r.text), "the name %.200s cannot be resolved here", t->host);
		finish(t);
		return;
	}
	t->link = rb_http_connect(t->names, rb_str_c(t->host), t->port, t, connected);
}

/* Copies the host without its brackets; what is no host at all is told from the loop. */
static void
set_host(struct rb_tcp *t, struct rb_str host)
{
	if (host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']')
		host = rb_str_cut(host, 1, host.n - 1);
	if (host.n == 0 || host.n > RB_TCP_HOST || memchr(host.p, '\0', host.n) != NULL) {
		t->early = true;
		t->r.error = RB_HTTP_INVALID;
		snprintf(t->r.text, sizeof(t->r.text),
		    "the host is empty, longer than %d bytes, or holds a NUL byte", RB_TCP_HOST);
		return;
	}
	memcpy(t->host, host.p, host.n);
}

struct rb_tcp *
rb_tcp_start(struct rb_loop *loop, struct rb_http_client *names, const struct rb_tcp_request *req,
    const struct rb_tcp_handler *h)
{
	struct rb_tcp *t = rb_alloc_zero(rb_loop_alloc(loop), 1, sizeof(*t));

	t->loop = loop;
	t->names = names;
	t->h = *h;
	t->port = req->port;
	t->read = req->read;
	t->send_len = req->send.n;
	if (req->send.n > 0) {
		t->send = rb_alloc_resize(rb_loop_alloc(loop), NULL, req->send.n);
		memcpy(t->send, req->send.p, req->send.n);
	}
	set_host(t, req->host);
	t->watch = (struct rb_loop_fd){.fd = -1, .ctx = t};
	t->begin.fire = begin;
	t->begin.ctx = t;
	t->started = rb_clock_mono();
	rb_loop_timer_set(loop, &t->begin, t->started);
	return t;
}

void
rb_tcp_free(struct rb_tcp *t)
{
	if (t == NULL)
		return;
	disconnect(t);
	rb_loop_timer_clear(t->loop, &t->begin);
	rb_alloc_free(rb_loop_alloc(t->loop), t->send);
	t->send = NULL;
	t->dead = true;
	if (!t->busy)
		rb_alloc_free(rb_loop_alloc(t->loop), t);
}
