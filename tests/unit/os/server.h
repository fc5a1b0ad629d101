/* A tiny HTTP server for the tests: threads in the test's own process, one a connection. What it answers is
 * in the path: see answer(). Ownership: rb_server_stop ends it; connections that hang are shut down then. */
#ifndef RB_TESTS_OS_SERVER_H
#define RB_TESTS_OS_SERVER_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { SERVER_CONNECTIONS = 256, SERVER_REQUEST = 65536 };

struct server {
	int fd;
	uint16_t port;
	char url[64]; /* "http://127.0.0.1:PORT" */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_t connections[SERVER_CONNECTIONS];
	int fds[SERVER_CONNECTIONS];
	int n;
	char log[SERVER_REQUEST]; /* all requests */
	size_t log_len;
};

struct connection {
	struct server *s;
	int fd;
};

static inline bool
say(int fd, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t w = send(fd, p, n, MSG_NOSIGNAL);

		if (w <= 0)
			return false;
		p += w;
		n -= (size_t)w;
	}
	return true;
}

static inline bool
says(int fd, const char *text)
{
	return say(fd, text, strlen(text));
}

/* A gzip stream of zeros without end: fixed Huffman codes, each 13 bits one match of 258 bytes. */
static inline void
bomb(int fd)
{
	unsigned char out[4096] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3};
	size_t n = 10;
	uint64_t bits = 0;
	unsigned have = 0;

#define BITS(value, count)                                                                                   \
	do {                                                                                                 \
		for (int b_ = (count)-1; b_ >= 0; b_--) {                                                    \
			bits |= (uint64_t)(((value) >> b_) & 1) << have++;                                   \
			if (have == 8) {                                                                     \
				out[n++] = (unsigned char)bits;                                              \
				bits = have = 0;                                                             \
			}                                                                                    \
		}                                                                                            \
	} while (0)
	BITS(1, 1); /* the last block */
	BITS(2, 2); /* type 01, low bit first */
	BITS(0x30, 8);
	for (;;) {
		BITS(0xc5, 8);
		BITS(0, 5);
		if (n > sizeof(out) - 8) {
			if (!say(fd, (char *)out, n))
				return;
			n = 0;
		}
	}
#undef BITS
}

static inline void
answer(int fd, const char *path, const char *request)
{
	char head[1024];
	long count;
	int status;
	const char *to;

	if (strncmp(path, "/redirect/", 10) == 0) {
		status = (int)strtol(path + 10, NULL, 10);
		to = strchr(path + 10, '/') + 1;
		snprintf(head, sizeof(head),
		    "HTTP/1.1 %d Moved\r\nLocation: %.900s\r\nContent-Length: 5\r\nConnection: "
		    "close\r\n\r\nmoved",
		    status, to);
		says(fd, head);
	} else if (strncmp(path, "/echo", 5) == 0) {
		snprintf(head, sizeof(head),
		    "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n", strlen(request));
		if (says(fd, head))
			says(fd, request);
	} else if (strncmp(path, "/status/", 8) == 0) {
		snprintf(head, sizeof(head),
		    "HTTP/1.1 %.20s X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", path + 8);
		says(fd, head);
	} else if (strncmp(path, "/headers/", 9) == 0) {
		count = strtol(path + 9, NULL, 10);
		says(fd, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n");
		for (long i = 0; i < count; i++) {
			snprintf(head, sizeof(head), "X-%ld: v\r\n", i);
			if (!says(fd, head))
				return;
		}
		says(fd, "\r\n");
	} else if (strcmp(path, "/long-headers") == 0) {
		memset(head, 'x', sizeof(head));
		says(fd, "HTTP/1.1 200 OK\r\n");
		while (says(fd, "A: ") && say(fd, head, sizeof(head)) && says(fd, "\r\n"))
			continue;
	} else if (strcmp(path, "/interim") == 0) {
		while (says(fd, "HTTP/1.1 102 Wait\r\nX: y\r\n\r\n"))
			continue;
	} else if (strcmp(path, "/endless") == 0) {
		memset(head, 'x', sizeof(head));
		says(fd, "HTTP/1.1 200 OK\r\n\r\n");
		while (say(fd, head, sizeof(head)))
			continue;
	} else if (strcmp(path, "/bomb") == 0) {
		says(fd, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n");
		bomb(fd);
	} else if (strcmp(path, "/drip") == 0) {
		says(fd, "HTTP/1.1 200 OK\r\n\r\n");
		while (says(fd, "."))
			usleep(20000);
	} else if (strcmp(path, "/slow") == 0) {
		(void)!read(fd, head, sizeof(head)); /* until the other side goes */
	} else if (strcmp(path, "/partial") == 0) {
		says(fd, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this");
	} else if (strcmp(path, "/garbage") == 0) {
		says(fd, "SSH-2.0-OpenSSH_9.2\r\n");
	} else if (strcmp(path, "/reset") == 0) {
		struct linger at_once = {1, 0};

		setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	} else if (strcmp(path, "/close") != 0) {
		says(fd, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Test: One\r\nx-test: two\r\nX-Folded: "
			 "a\r\n  b\r\n"
			 "X-Empty:\r\nConnection: close\r\n\r\nhello");
	}
}

static inline void *
serve_one(void *ctx)
{
	struct connection c = *(struct connection *)ctx;
	char *request = calloc(1, SERVER_REQUEST + 1), path[8192] = "";
	size_t n = 0;
	const char *body, *length;

	free(ctx);
	while (n < SERVER_REQUEST) {
		ssize_t r = recv(c.fd, request + n, SERVER_REQUEST - n, 0);

		if (r <= 0)
			break;
		n += (size_t)r;
		if (request[0] == 0x16) {
			says(c.fd, "HTTP/1.1 400 this is not a TLS port\r\n\r\n");
			break;
		}
		body = strstr(request, "\r\n\r\n");
		if (body == NULL)
			continue;
		length = strcasestr(request, "\r\ncontent-length:");
		if (length == NULL || n >= (size_t)(body - request) + 4 + strtoul(length + 17, NULL, 10))
			break;
	}
	pthread_mutex_lock(&c.s->lock);
	if (c.s->log_len + n < sizeof(c.s->log)) {
		memcpy(c.s->log + c.s->log_len, request, n);
		c.s->log_len += n;
	}
	pthread_mutex_unlock(&c.s->lock);
	if (sscanf(request, "%*31s %8191s", path) == 1)
		answer(c.fd, path, request);
	/* Not close: the number must stay ours until the server stops. */
	if (strcmp(path, "/reset") == 0) {
		int null = dup(0);

		dup2(null, c.fd);
		close(null);
	} else {
		shutdown(c.fd, SHUT_RDWR);
	}
	free(request);
	return NULL;
}

static inline void *
serve(void *ctx)
{
	struct server *s = ctx;

	for (;;) {
		int fd = accept(s->fd, NULL, NULL);
		struct connection *c;

		if (fd < 0 || s->n == SERVER_CONNECTIONS)
			return NULL;
		c = malloc(sizeof(*c));
		*c = (struct connection){s, fd};
		pthread_mutex_lock(&s->lock);
		s->fds[s->n] = fd;
		pthread_create(&s->connections[s->n], NULL, serve_one, c);
		s->n++;
		pthread_mutex_unlock(&s->lock);
	}
}

static inline void
server_listen(struct server *s, int family, const struct sockaddr *a, socklen_t n)
{
	s->fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (s->fd < 0 || bind(s->fd, a, n) != 0 || listen(s->fd, 128) != 0)
		abort();
	pthread_mutex_init(&s->lock, NULL);
	pthread_create(&s->thread, NULL, serve, s);
}

static inline struct server *
server_start(void)
{
	struct server *s = calloc(1, sizeof(*s));
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof(a);

	server_listen(s, AF_INET, (struct sockaddr *)&a, n);
	if (getsockname(s->fd, (struct sockaddr *)&a, &n) != 0)
		abort();
	s->port = ntohs(a.sin_port);
	snprintf(s->url, sizeof(s->url), "http://127.0.0.1:%u", (unsigned)s->port);
	return s;
}

static inline struct server *
server_start_unix(const char *path)
{
	struct server *s = calloc(1, sizeof(*s));
	struct sockaddr_un a = {.sun_family = AF_UNIX};

	snprintf(a.sun_path, sizeof(a.sun_path), "%s", path);
	server_listen(s, AF_UNIX, (struct sockaddr *)&a, sizeof(a));
	return s;
}

static inline void
server_stop(struct server *s)
{
	shutdown(s->fd, SHUT_RDWR);
	pthread_join(s->thread, NULL);
	close(s->fd);
	for (int i = 0; i < s->n; i++) {
		shutdown(s->fds[i], SHUT_RDWR);
		pthread_join(s->connections[i], NULL);
		close(s->fds[i]);
	}
	pthread_mutex_destroy(&s->lock);
	free(s);
}

#endif
