/* A TCP exchange: connect, perhaps send, perhaps read. Ownership: the request is borrowed for the call and
 * copied; the exchange belongs to its caller until rb_tcp_free, and closes its connection there.
 *
 * Numeric addresses and "localhost" (both loopback addresses, v6 first) need nothing; other names are
 * resolved through libcurl, whose resolver can be given up on. A time-out is the caller's timer and
 * rb_tcp_free. */
#ifndef RB_OS_TCP_H
#define RB_OS_TCP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "os/http.h"
#include "os/loop.h"

enum { RB_TCP_TEXT = 256, RB_TCP_HOST = 255 };

struct rb_tcp_request {
	struct rb_str host; /* at most RB_TCP_HOST bytes; "[::1]" may have its brackets */
	uint16_t port;
	struct rb_str send; /* may be empty */
	size_t read;        /* bytes at most; 0: connected (and sent) is all that is asked */
};

struct rb_tcp_result {
	/* RB_HTTP_OK, INVALID, UNAVAILABLE, RESOLVE, REFUSED, UNREACHABLE, TIMED_OUT, RESET or OTHER. */
	enum rb_http_error error;
	char text[RB_TCP_TEXT]; /* for people; "" if all is well */
	bool connected;
	bool closed;    /* the other side closed before `read` bytes had come */
	uint64_t bytes; /* read */
	char peer[64];  /* its address */
	int64_t took; /* ns from the start until it was over: connected, sent, and read what was asked for */
};

struct rb_tcp_handler {
	void *ctx;
	/* Bytes as they come. True: go on; false: that is enough, `done` follows. NULL: counted only. */
	bool (*bytes)(void *ctx, struct rb_str bytes);
	/* Called once, from the loop. May free the exchange. */
	void (*done)(void *ctx, const struct rb_tcp_result *r);
};

struct rb_tcp;
/* Begins. Never fails: what is wrong is told to `done`. `names` may be NULL where no name is to be resolved.
 */
struct rb_tcp *rb_tcp_start(struct rb_loop *loop, struct rb_http_client *names,
    const struct rb_tcp_request *req, const struct rb_tcp_handler *h);
/* Closes; no callback follows. NULL is allowed. */
void rb_tcp_free(struct rb_tcp *t);

#endif
