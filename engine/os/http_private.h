/* What the files of HTTP share: http.c (client and transfers on the loop), http_hop.c (one request handed to
 * libcurl), http_result.c (what came of it, in words). Ownership: as http.h. */
#ifndef RB_OS_HTTP_PRIVATE_H
#define RB_OS_HTTP_PRIVATE_H

#include "base/arena.h"
#include "os/curl_table.h"
#include "os/http.h"

enum rb_http_mode {
	RB_HTTP_TRANSFER,
	RB_HTTP_CONNECT, /* a connection is all that is wanted */
	RB_HTTP_LOOK,    /* a handshake that accepts any certificate, to show the one that was refused */
};

struct rb_http {
	struct rb_http_client *client;
	struct rb_http *next, **link; /* in the client's list */
	struct rb_http_handler h;
	void (*connected)(void *ctx, int fd, const struct rb_http_result *r);
	enum rb_http_mode mode;
	struct rb_http_request req; /* its texts in `arena`; url is that of the current hop */
	struct rb_arena arena;      /* lives as long as the transfer */
	struct rb_arena hop;        /* lives as long as a hop */
	struct rb_loop_timer begin; /* the next hop, or the telling of an early error */
	bool cancelled;             /* no callback any more; freed as soon as libcurl allows */
	bool finishing;             /* inside `done` */
	bool strange;               /* redirected away from the origin: its credentials stay behind */
	int64_t started;

	/* Of the current hop */
	CURL *easy;
	struct curl_slist *lines, *connect_to;
	char error[CURL_ERROR_SIZE];
	size_t lines_seen, bytes_seen;  /* of headers, interim answers included */
	uint64_t dropped;               /* body bytes of a redirect that is followed */
	struct rb_http_header *headers; /* RB_HTTP_HEADERS of them */
	struct rb_str san;              /* names of the server's certificate */
	struct rb_http_result r;
};

/* The parts of a URL that make an origin, in an arena. */
struct rb_http_origin {
	struct rb_str scheme, host, port;
};

/* http_hop.c */

/* Refuses what must not reach the network. 0, or -1 with t->r.error and text. */
int rb_http_validate(struct rb_http *t);
/* Refuses a URL that is malformed, of another scheme, or bears credentials; gives its origin. 0, or -1 as
 * above, with `error`. */
int rb_http_parse_url(
    struct rb_http *t, struct rb_str url, enum rb_http_error error, struct rb_http_origin *origin);
/* Makes t->easy for t->req and t->mode. 0, or -1 as above. */
int rb_http_prepare(struct rb_http *t);
/* True if the answer is a redirect, wherever it leads. */
bool rb_http_is_redirect(const struct rb_http *t);

/* http_result.c */

/* Takes in one header line. 0, or -1 with TOO_LARGE set. */
int rb_http_header_line(struct rb_http *t, struct rb_str line);
/* Fills t->r from the hop's end. */
void rb_http_collect(struct rb_http *t, CURLcode code);
/* Fills the certificate, if libcurl has it. */
void rb_http_collect_cert(struct rb_http *t);
/* Writes t->r.text of a TLS failure, with what is known of the certificate. */
void rb_http_tls_text(struct rb_http *t);
/* Sets error and text; returns -1. */
int rb_http_fail(struct rb_http *t, enum rb_http_error e, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* libcurl's functions, loaded with the client. */
const struct rb_curl *rb_http_curl(const struct rb_http *t);

#endif
