/* HTTP transfers over libcurl, on the loop. Ownership: a request is borrowed for the call and copied; a
 * transfer belongs to the client and dies after its `done`, or with rb_http_cancel; results are good for the
 * length of the call.
 *
 * libcurl is loaded at the first transfer, not before. http and https only. Environment proxies, .netrc and
 * every other configuration outside of the request are ignored. A time-out is the caller's timer and
 * rb_http_cancel. Redirects are followed here, one transfer each: credentials, custom headers and client
 * certificates stay with the origin (scheme, host, port) that they were given for; a body is never sent on to
 * another one.
 *
 * curl_global_init is called with the first transfer of each client and undone when the client is freed;
 * libcurl counts these. Before libcurl 7.84 that call is not safe while other threads run: create clients
 * from one thread there. */
#ifndef RB_OS_HTTP_H
#define RB_OS_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "os/loop.h"

enum {
	RB_HTTP_TEXT = 512,
	RB_HTTP_HEADERS = 256,             /* header lines of one answer, interim answers included */
	RB_HTTP_HEADER_BYTES = 128 * 1024, /* and their bytes */
	RB_HTTP_REDIRECTS = 50,            /* upper bound of `follow` */
	RB_HTTP_URL = 64 * 1024,           /* bytes of a URL */
};
/* Bytes of a body, after decompression, where the request names no bound. */
#define RB_HTTP_BODY ((uint64_t)64 * 1024 * 1024)

struct rb_http_header {
	struct rb_str name, value;
};

enum rb_http_version { RB_HTTP_ANY, RB_HTTP_1_0, RB_HTTP_1_1, RB_HTTP_2, RB_HTTP_2_PRIOR };
enum rb_http_auth { RB_HTTP_NO_AUTH, RB_HTTP_BASIC, RB_HTTP_BEARER };

struct rb_http_request {
	struct rb_str method; /* empty: GET */
	struct rb_str url;    /* without user and password: these belong in `auth` */
	const struct rb_http_header *headers;
	size_t nheaders;
	bool has_body;
	struct rb_str body;
	unsigned follow; /* redirects at most; 0: none */
	struct {
		bool insecure;             /* accept any certificate */
		struct rb_str ca_file;     /* PEM; empty: the system's */
		struct rb_str cert_file;   /* PEM */
		struct rb_str key_file;    /* PEM; empty: in cert_file */
		struct rb_str server_name; /* asked for and verified instead of the URL's host */
	} tls;
	struct rb_str unix_socket;    /* path; empty: TCP */
	const struct rb_str *resolve; /* "host:port:address": for this transfer alone */
	size_t nresolve;
	struct rb_str proxy; /* URL; empty: none */
	enum rb_http_version version;
	bool compressed;   /* offer compression, and undo it */
	uint64_t max_body; /* bytes; 0: RB_HTTP_BODY */
	enum rb_http_auth auth;
	struct rb_str user;   /* RB_HTTP_BASIC */
	struct rb_str secret; /* the password, or the bearer token */
};

enum rb_http_error {
	RB_HTTP_OK,      /* an answer came, whatever its status */
	RB_HTTP_INVALID, /* the request is refused: CR, LF or NUL in it, another scheme, a malformed URL */
	RB_HTTP_UNAVAILABLE, /* libcurl cannot be loaded, or lacks what was asked for */
	RB_HTTP_RESOLVE,     /* the host's name has no address */
	RB_HTTP_REFUSED,     /* connection refused */
	RB_HTTP_UNREACHABLE, /* no route, network down, no such unix socket */
	RB_HTTP_TIMED_OUT,   /* the kernel or libcurl gave up (the caller's own deadline cancels instead) */
	RB_HTTP_TLS,         /* see `tls` */
	RB_HTTP_RESET,       /* the connection broke, or closed before the answer was whole */
	RB_HTTP_PROTOCOL,    /* the answer is not HTTP, or broken */
	RB_HTTP_TOO_LARGE,   /* one of the bounds above: `text` says which */
	RB_HTTP_REDIRECT,    /* too many redirects, or one that must not be followed */
	RB_HTTP_OTHER,
	RB_HTTP_ERRORS
};

enum rb_http_tls {
	RB_HTTP_TLS_FINE,
	RB_HTTP_TLS_EXPIRED,
	RB_HTTP_TLS_NOT_YET,     /* valid only later: or our clock is wrong */
	RB_HTTP_TLS_WRONG_HOST,  /* for another name */
	RB_HTTP_TLS_SELF_SIGNED, /* by itself, or by a root that is not trusted here */
	RB_HTTP_TLS_UNTRUSTED,   /* its issuer is not known here */
	RB_HTTP_TLS_FILE,        /* a CA, certificate or key file of ours cannot be used */
	RB_HTTP_TLS_OTHER,
	RB_HTTP_TLS_KINDS
};

/* The server's own certificate. */
struct rb_http_cert {
	bool known;
	struct rb_str subject, issuer;
	int64_t not_before, not_after; /* seconds since the epoch; 0: could not be read */
};

struct rb_http_result {
	enum rb_http_error error;
	enum rb_http_tls tls;                 /* with RB_HTTP_TLS */
	char text[RB_HTTP_TEXT];              /* for people: "connection refused"; "" with RB_HTTP_OK */
	int status;                           /* of the last answer; 0: none came */
	int version;                          /* 10, 11, 20, 30; 0: not known */
	const struct rb_http_header *headers; /* of the last answer, names as sent */
	size_t nheaders;
	uint64_t body;          /* bytes given to `body` */
	struct rb_str url;      /* the last one asked, after redirects */
	struct rb_str location; /* absolute, if the answer is a redirect that was not followed */
	unsigned redirects;     /* followed */
	struct rb_str peer;     /* address that answered; empty: none, or a unix socket */
	struct rb_http_cert cert;
	/* ns from the start (of the last transfer, after redirects); 0: did not come to it. */
	struct {
		int64_t resolve, connect, tls, first_byte;
		int64_t total; /* with all redirects */
	} time;
};

struct rb_http_handler {
	void *ctx;
	/* Bytes of the last answer's body (not of redirects that are followed). May cancel. NULL: counted
	 * only. */
	void (*body)(void *ctx, struct rb_str bytes);
	/* Called once, from the loop, unless the transfer was cancelled; the transfer is gone after it. */
	void (*done)(void *ctx, const struct rb_http_result *r);
};

struct rb_http_client;
struct rb_http;

/* Takes no resources yet. Free it before the loop, and not from a callback; transfers still running are
 * cancelled. */
struct rb_http_client *rb_http_client_new(struct rb_loop *loop);
void rb_http_client_free(struct rb_http_client *c);

/* Starts a transfer. Never fails: what is wrong is told to `done`, later, from the loop. */
struct rb_http *rb_http_start(
    struct rb_http_client *c, const struct rb_http_request *req, const struct rb_http_handler *h);
/* Ends it: no callback follows. NULL is allowed. */
void rb_http_cancel(struct rb_http *t);

/* The value of the first header of that name, in any case; empty with *found false if there is none. */
struct rb_str rb_http_header(const struct rb_http_result *r, const char *name, bool *found);
/* "refused", "timed_out", … and "expired", "wrong_host", … for transcripts. */
const char *rb_http_error_name(enum rb_http_error e);
const char *rb_http_tls_name(enum rb_http_tls e);

/* A connection by name, for tcp.c: resolves and connects, sends nothing. `connected` is called once, from the
 * loop: fd is -1 on failure (see r), else good until rb_http_cancel, which closes it. Unlike others the
 * transfer stays. */
struct rb_http *rb_http_connect(struct rb_http_client *c, struct rb_str host, uint16_t port, void *ctx,
    void (*connected)(void *ctx, int fd, const struct rb_http_result *r));

#endif
