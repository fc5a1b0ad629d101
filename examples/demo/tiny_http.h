/* A small HTTP/1.1 server for one process: the ground of the demo's API, of the stale process that is in
 * its way, and of the server that the tests talk to. Not for production: one request a connection, no TLS.
 *
 * Ownership: the server owns its connections and their buffers; a request lives for the call of `answer`;
 * what `answer` appends to a reply's bytes belongs to the server. */
#ifndef DEMO_TINY_HTTP_H
#define DEMO_TINY_HTTP_H

#include "base/buf.h"
#include "base/clock.h"

enum {
	TINY_CONNECTIONS = 64,      /* at a time; more wait in the kernel's queue */
	TINY_REQUEST_MAX = 1 << 20, /* bytes of head and body; more is answered 413 */
	TINY_REPLY_MAX = 64 << 20,  /* bytes of a reply, `filler` not counted */
	TINY_IDLE_SECONDS = 30,     /* without a byte from or to the peer, the connection is closed */
	TINY_STOP_SECONDS = 5,      /* for replies under way, once told to stop */
	TINY_PEER = 64,
	TINY_ERROR = 256,
};

struct tiny_request {
	struct rb_str method, target;
	struct rb_str head; /* the header lines, without the request line and the empty line */
	struct rb_str body;
	const char *peer; /* "127.0.0.1:54321" */
};

/* What happens to the connection when the reply is out. */
enum tiny_end {
	TINY_CLOSE, /* closed in order */
	TINY_HOLD,  /* kept until the peer closes */
	TINY_RESET, /* broken: the peer sees ECONNRESET */
};

struct tiny_reply {
	struct rb_buf bytes; /* status line, headers and body, as they go out */
	uint64_t filler;     /* so many bytes 'x' after them */
	int64_t delay;       /* ns before the first byte */
	size_t drip;         /* bytes at a time, 0: as fast as it goes */
	int64_t drip_every;  /* ns between them */
	enum tiny_end end;
	const char
	    *header; /* one more header line, without its CRLF; NULL: none. Lives as long as the server */
};

struct tiny_server {
	int listener;  /* from tiny_listen; tiny_serve closes it */
	int64_t until; /* monotonic ns at which it stops by itself; RB_NEVER */
	void (*answer)(void *ctx, const struct tiny_request *request, struct tiny_reply *reply);
	void *ctx;
};

/* Listens on host and port ("0": the kernel chooses). The descriptor, or -1 with errno, and `error` holding
 * what failed in words. */
int tiny_listen(const char *host, const char *port, char error[TINY_ERROR]);
/* The port that a listening descriptor has, or 0. */
unsigned tiny_port(int listener);
/* Serves until SIGTERM, SIGINT or `until`: then takes no new connection, finishes the replies under way, and
 * returns 0. -1 with errno if it cannot go on. Blocks these two signals and ignores SIGPIPE. */
int tiny_serve(struct tiny_server *s);
/* Starts a reply: status line, and the headers that each of ours has. `type` may be NULL: no body. */
void tiny_head(struct tiny_reply *reply, unsigned status, const char *type, uint64_t length);
/* A whole reply with a JSON body. */
void tiny_json(struct tiny_reply *reply, unsigned status, const char *json);
/* "OK", "Not Found"; "Unknown" for a status that is not in the table. */
const char *tiny_reason(unsigned status);
/* Writes the port with a newline to `path`, whole or not at all, so that who waits for the file can read it.
 * 0, or -1 with errno. */
int tiny_write_port(const char *path, unsigned port);

#endif
