/* The small HTTP server: one poll(2) loop over the listener, a signalfd and a bounded table of connections,
 * each of which reads one request, waits if its reply says so, writes, and closes. */
#include "tiny_http.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CHUNK = 16384, BACKLOG = 64 };

enum state { FREE, READING, WAITING, WRITING, HOLDING };

struct conn {
	enum state state;
	int fd;
	int64_t due; /* READING, WRITING: gives up; WAITING: writes on */
	struct rb_buf in;
	struct tiny_reply reply;
	char peer[TINY_PEER];
};

/* A server while it serves: the caller's settings, and its connections. */
struct serving {
	struct tiny_server *s;
	struct conn conns[TINY_CONNECTIONS];
};

static const struct {
	unsigned status;
	const char *reason;
} reasons[] = {
    {200, "OK"},
    {201, "Created"},
    {204, "No Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {307, "Temporary Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {408, "Request Timeout"},
    {413, "Content Too Large"},
    {429, "Too Many Requests"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
};

const char *
tiny_reason(unsigned status)
{
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if (reasons[i].status == status)
			return reasons[i].reason;
	}
	return "Unknown";
}

void
tiny_head(struct tiny_reply *reply, unsigned status, const char *type, uint64_t length)
{
	rb_buf_fmt(&reply->bytes, "HTTP/1.1 %u %s\r\nserver: tiny\r\nconnection: close\r\n", status,
	    tiny_reason(status));
	if (reply->header != NULL)
		rb_buf_fmt(&reply->bytes, "%s\r\n", reply->header);
	if (type != NULL)
		rb_buf_fmt(&reply->bytes, "content-type: %s\r\n", type);
	rb_buf_fmt(&reply->bytes, "content-length: %llu\r\n\r\n", (unsigned long long)length);
}

void
tiny_json(struct tiny_reply *reply, unsigned status, const char *json)
{
	tiny_head(reply, status, "application/json", strlen(json));
	rb_buf_c(&reply->bytes, json);
}

int
tiny_listen(const char *host, const char *port, char error[TINY_ERROR])
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
	struct addrinfo *list = NULL;
	int rc = getaddrinfo(host, port, &hints, &list);
	if (rc != 0) {
		snprintf(error, TINY_ERROR, "%s port %s: %s", host, port, gai_strerror(rc));
		errno = EADDRNOTAVAIL;
		return -1;
	}
	const char *what = "socket";
	int fd = socket(list->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int on = 1;
	if (fd >= 0) {
		what = "bind";
		(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
		rc = bind(fd, list->ai_addr, list->ai_addrlen);
		if (rc == 0) {
			what = "listen";
			rc = listen(fd, BACKLOG);
		}
	}
	freeaddrinfo(list);
	if (fd >= 0 && rc == 0)
		return fd;
	int saved = errno;
	snprintf(error, TINY_ERROR, "%s %s port %s: %s", what, host, port, strerror(saved));
	if (fd >= 0)
		close(fd);
	errno = saved;
	return -1;
}

unsigned
tiny_port(int listener)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} at = {0};
	socklen_t n = sizeof(at);
	if (getsockname(listener, &at.any, &n) != 0)
		return 0;
	return ntohs(at.any.sa_family == AF_INET6 ? at.v6.sin6_port : at.v4.sin_port);
}

int
tiny_write_port(const char *path, unsigned port)
{
	char temporary[4096];
	int n = snprintf(temporary, sizeof(temporary), "%s.%d", path, (int)getpid());
	if (n < 0 || (size_t)n >= sizeof(temporary)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	FILE *f = fopen(temporary, "we");
	if (f == NULL)
		return -1;
	int wrote = fprintf(f, "%u\n", port);
	if (fclose(f) != 0 || wrote < 0 || rename(temporary, path) != 0) {
		int saved = errno;
		(void)unlink(temporary);
		errno = saved;
		return -1;
	}
	return 0;
}

static void
conn_close(struct conn *c, bool reset)
{
	if (reset) {
		struct linger none = {.l_onoff = 1, .l_linger = 0};
		(void)setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
	}
	close(c->fd);
	rb_buf_free(&c->in);
	rb_buf_free(&c->reply.bytes);
	c->state = FREE;
}

static int64_t
idle_deadline(void)
{
	return rb_clock_add(rb_clock_mono(), TINY_IDLE_SECONDS * RB_SECOND);
}

static void
accept_one(struct serving *v)
{
	struct conn *c = NULL;
	for (size_t i = 0; i < TINY_CONNECTIONS && c == NULL; i++) {
		if (v->conns[i].state == FREE)
			c = &v->conns[i];
	}
	struct sockaddr_storage from = {0};
	socklen_t n = sizeof(from);
	int fd = c == NULL
		     ? -1
		     : accept4(v->s->listener, (struct sockaddr *)&from, &n, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0)
		return;
	memset(c, 0, sizeof(*c));
	c->fd = fd;
	c->state = READING;
	c->due = idle_deadline();
	rb_buf_init(&c->in, NULL, TINY_REQUEST_MAX);
	rb_buf_init(&c->reply.bytes, NULL, TINY_REPLY_MAX);
	char host[40], port[8];
	if (getnameinfo((struct sockaddr *)&from, n, host, sizeof(host), port, sizeof(port),
		NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		snprintf(c->peer, sizeof(c->peer), "unknown");
	else
		snprintf(c->peer, sizeof(c->peer), "%s:%s", host, port);
}

/* The bytes of the body that the head announces, or -1 if its value is no length; 0 without the header. */
static int64_t
body_length(struct rb_str head)
{
	static const char name[] = "content-length:";
	int64_t length = 0;
	for (size_t at = 0; at < head.n;) {
		size_t end = rb_str_find(head, RB_STR("\r\n"), at);
		struct rb_str line = rb_str_cut(head, at, end);
		if (line.n >= sizeof(name) - 1 && strncasecmp(line.p, name, sizeof(name) - 1) == 0) {
			struct rb_str value = rb_str_trim(rb_str_cut(line, sizeof(name) - 1, line.n));
			if (rb_str_int(value, &length) != 0 || length < 0)
				return -1;
		}
		if (end == SIZE_MAX)
			break;
		at = end + 2;
	}
	return length;
}

static void
start_reply(struct conn *c)
{
	c->state = WAITING;
	c->due = rb_clock_add(rb_clock_mono(), c->reply.delay);
}

static void
refuse(struct conn *c, unsigned status)
{
	tiny_head(&c->reply, status, NULL, 0);
	start_reply(c);
}

/* An answer to HEAD is the head of the answer to GET (RFC 9110, 9.3.2). */
static void
drop_body(struct tiny_reply *r)
{
	size_t blank = rb_str_find(rb_buf_view(&r->bytes), RB_STR("\r\n\r\n"), 0);
	if (blank != SIZE_MAX)
		r->bytes.len = blank + 4;
	r->filler = 0;
}

/* Looks whether the request is whole, and if so has it answered. */
static void
try_answer(struct serving *v, struct conn *c)
{
	struct rb_str in = rb_buf_view(&c->in);
	size_t blank = rb_str_find(in, RB_STR("\r\n\r\n"), 0);
	if (blank == SIZE_MAX) {
		if (c->in.lost > 0)
			refuse(c, 413);
		return;
	}
	size_t line_end = rb_str_find(in, RB_STR("\r\n"), 0);
	struct rb_str line = rb_str_cut(in, 0, line_end);
	size_t first = rb_str_find(line, RB_STR(" "), 0);
	size_t second = first == SIZE_MAX ? SIZE_MAX : rb_str_find(line, RB_STR(" "), first + 1);
	struct tiny_request q = {.head = rb_str_cut(in, line_end + 2, blank), .peer = c->peer};
	int64_t length = body_length(q.head);
	if (second == SIZE_MAX || length < 0) {
		refuse(c, 400);
		return;
	}
	q.method = rb_str_cut(line, 0, first);
	q.target = rb_str_cut(line, first + 1, second);
	if (length > TINY_REQUEST_MAX || c->in.lost > 0) {
		refuse(c, 413);
		return;
	}
	if (in.n - (blank + 4) < (size_t)length)
		return;
	q.body = rb_str_cut(in, blank + 4, blank + 4 + (size_t)length);
	v->s->answer(v->s->ctx, &q, &c->reply);
	if (rb_str_is(q.method, "HEAD"))
		drop_body(&c->reply);
	start_reply(c);
}

static void
conn_read(struct serving *v, struct conn *c)
{
	char chunk[CHUNK];
	ssize_t n = read(c->fd, chunk, sizeof(chunk));
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		conn_close(c, false);
		return;
	}
	/* While HOLDING, only the peer's end is waited for. */
	if (c->state != READING)
		return;
	rb_buf_add(&c->in, chunk, (size_t)n);
	c->due = idle_deadline();
	try_answer(v, c);
}

static void
conn_finish(struct conn *c)
{
	if (c->reply.end == TINY_HOLD) {
		c->state = HOLDING;
		c->due = RB_NEVER;
		return;
	}
	conn_close(c, c->reply.end == TINY_RESET);
}

static void
conn_write(struct conn *c)
{
	char filler[CHUNK];
	struct tiny_reply *r = &c->reply;
	struct rb_str next = rb_buf_view(&r->bytes);
	if (next.n == 0 && r->filler > 0) {
		size_t n = r->filler < sizeof(filler) ? (size_t)r->filler : sizeof(filler);
		memset(filler, 'x', n);
		next = (struct rb_str){filler, n};
	}
	if (r->drip > 0)
		next = rb_str_cut(next, 0, r->drip);
	ssize_t n = next.n == 0 ? 0 : write(c->fd, next.p, next.n);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < 0) {
		conn_close(c, false);
		return;
	}
	if (r->bytes.len > 0)
		rb_buf_shift(&r->bytes, (size_t)n);
	else
		r->filler -= (uint64_t)n;
	if (r->bytes.len == 0 && r->filler == 0) {
		conn_finish(c);
		return;
	}
	c->due = idle_deadline();
	if (r->drip > 0) {
		c->state = WAITING;
		c->due = rb_clock_add(rb_clock_mono(), r->drip_every);
	}
}

static void
conn_due(struct conn *c)
{
	if (c->state == WAITING) {
		c->state = WRITING;
		c->due = idle_deadline();
	} else
		conn_close(c, false);
}

/* Milliseconds until `at`, rounded up, for poll(2). */
static int
poll_time(int64_t at)
{
	if (at == RB_NEVER)
		return -1;
	int64_t left = at - rb_clock_mono();
	if (left <= 0)
		return 0;
	return left > RB_HOUR ? (int)(RB_HOUR / RB_MS) : (int)((left + RB_MS - 1) / RB_MS);
}

static void
dispatch(struct serving *v, struct conn *c, short seen)
{
	if ((seen & (POLLIN | POLLHUP | POLLERR)) != 0 && (c->state == READING || c->state == HOLDING))
		conn_read(v, c);
	else if ((seen & (POLLHUP | POLLERR)) != 0)
		conn_close(c, false);
	else if ((seen & POLLOUT) != 0)
		conn_write(c);
}

/* One turn of the loop. 0: go on; 1: a signal to stop came; -1: poll failed. `stopping` takes no new ones. */
static int
turn(struct serving *v, int signals, int64_t until, bool stopping)
{
	struct pollfd fds[TINY_CONNECTIONS + 2];
	struct conn *of[TINY_CONNECTIONS + 2];
	nfds_t n = 2;
	int64_t wake = until, now = rb_clock_mono();
	for (size_t i = 0; i < TINY_CONNECTIONS; i++) {
		struct conn *c = &v->conns[i];
		if (c->state != FREE && c->due <= now)
			conn_due(c);
		if (c->state == FREE)
			continue;
		wake = c->due < wake ? c->due : wake;
		of[n] = c;
		fds[n] = (struct pollfd){.fd = c->fd, .events = POLLIN};
		/* One that waits must not wake us for each byte that its peer has sent. */
		if (c->state == WAITING || c->state == WRITING)
			fds[n].events = c->state == WAITING ? 0 : POLLOUT;
		n++;
	}
	bool full = n == TINY_CONNECTIONS + 2;
	fds[0] = (struct pollfd){.fd = signals, .events = POLLIN};
	fds[1] = (struct pollfd){.fd = stopping || full ? -1 : v->s->listener, .events = POLLIN};
	if (poll(fds, n, poll_time(wake)) < 0)
		return errno == EINTR ? 0 : -1;
	if (fds[0].revents != 0) {
		struct signalfd_siginfo seen;
		return read(signals, &seen, sizeof(seen)) == (ssize_t)sizeof(seen) ? 1 : 0;
	}
	for (nfds_t i = 2; i < n; i++) {
		if (fds[i].revents != 0)
			dispatch(v, of[i], fds[i].revents);
	}
	if (fds[1].revents != 0)
		accept_one(v);
	return 0;
}

/* Is a reply being waited for or written? */
static bool
busy(const struct serving *v)
{
	for (size_t i = 0; i < TINY_CONNECTIONS; i++) {
		if (v->conns[i].state == WAITING || v->conns[i].state == WRITING)
			return true;
	}
	return false;
}

int
tiny_serve(struct tiny_server *s)
{
	struct serving v = {.s = s};
	sigset_t stop;
	sigemptyset(&stop);
	sigaddset(&stop, SIGTERM);
	sigaddset(&stop, SIGINT);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)sigprocmask(SIG_BLOCK, &stop, NULL);
	int signals = signalfd(-1, &stop, SFD_CLOEXEC | SFD_NONBLOCK);
	if (signals < 0)
		return -1;
	int rc = 0;
	while (rc == 0 && rb_clock_mono() < s->until)
		rc = turn(&v, signals, s->until, false);
	int saved = errno;
	close(s->listener);
	int64_t until = rb_clock_add(rb_clock_mono(), TINY_STOP_SECONDS * RB_SECOND);
	bool failed = rc < 0;
	for (rc = 0; !failed && rc == 0 && busy(&v) && rb_clock_mono() < until;)
		rc = turn(&v, signals, until, true);
	for (size_t i = 0; i < TINY_CONNECTIONS; i++) {
		if (v.conns[i].state != FREE)
			conn_close(&v.conns[i], false);
	}
	close(signals);
	errno = saved;
	return failed ? -1 : 0;
}
