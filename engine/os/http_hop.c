/* One HTTP request handed to libcurl: what is refused before a connection is made, and every option that is
 * set. */
#include "os/http_private.h"

#include <string.h>
#include <strings.h>

#include "base/token.h"

enum { METHOD_MAX = 32 };

/* The certificate of a server that was refused is looked at this long at most (ms). */
#define LOOK_LIMIT 1000L

static const struct {
	enum rb_http_version version;
	long curl;
} versions[] = {
    {RB_HTTP_ANY, CURL_HTTP_VERSION_2TLS},
    {RB_HTTP_1_0, CURL_HTTP_VERSION_1_0},
    {RB_HTTP_1_1, CURL_HTTP_VERSION_1_1},
    {RB_HTTP_2, CURL_HTTP_VERSION_2_0},
    {RB_HTTP_2_PRIOR, CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE},
};

static bool
has_line_break(struct rb_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '\r' || s.p[i] == '\n' || s.p[i] == '\0')
			return true;
	return false;
}

static int
check_text(struct rb_http *t, struct rb_str s, const char *what)
{
	if (!has_line_break(s))
		return 0;
	return rb_http_fail(t, RB_HTTP_INVALID, "%s holds a CR, LF or NUL byte: nothing was sent", what);
}

static bool
has_scheme(struct rb_str url, const char *scheme)
{
	return url.n > strlen(scheme) && strncasecmp(url.p, scheme, strlen(scheme)) == 0;
}

int
rb_http_parse_url(
    struct rb_http *t, struct rb_str url, enum rb_http_error error, struct rb_http_origin *origin)
{
	const struct rb_curl *curl = rb_http_curl(t);
	CURLU *u;
	CURLUcode rc;
	char *part[3] = {NULL, NULL, NULL};
	int ok = -1;

	for (size_t i = 0; i < url.n; i++)
		if ((unsigned char)url.p[i] <= ' ' || url.p[i] == 0x7f)
			return rb_http_fail(
			    t, error, "the URL holds a blank or control character (byte %zu)", i + 1);
	if (url.n > RB_HTTP_URL)
		return rb_http_fail(t, error, "the URL is longer than %d bytes", RB_HTTP_URL);
	if (!has_scheme(url, "http://") && !has_scheme(url, "https://"))
		return rb_http_fail(t, error, "'%.*s' is neither http:// nor https://",
		    (int)(url.n < 200 ? url.n : 200), url.p);

	u = curl->url();
	rc = curl->url_set(u, CURLUPART_URL, url.p, CURLU_DISALLOW_USER);
	if (rc == CURLUE_OK)
		rc = curl->url_get(u, CURLUPART_SCHEME, &part[0], 0);
	if (rc == CURLUE_OK)
		rc = curl->url_get(u, CURLUPART_HOST, &part[1], 0);
	if (rc == CURLUE_OK)
		rc = curl->url_get(u, CURLUPART_PORT, &part[2], CURLU_DEFAULT_PORT);
	if (rc == CURLUE_USER_NOT_ALLOWED) {
		rb_http_fail(t, error, "the URL holds a user or password: these belong in `auth`");
	} else if (rc != CURLUE_OK) {
		rb_http_fail(t, error, "the URL is malformed: %.*s", (int)(url.n < 200 ? url.n : 200), url.p);
	} else {
		origin->scheme = rb_arena_str(&t->hop, rb_str_c(part[0]));
		origin->host = rb_arena_str(&t->hop, rb_str_c(part[1]));
		origin->port = rb_arena_str(&t->hop, rb_str_c(part[2]));
		ok = 0;
	}
	for (int i = 0; i < 3; i++)
		curl->free(part[i]);
	curl->url_cleanup(u);
	return ok;
}

int
rb_http_validate(struct rb_http *t)
{
	const struct rb_http_request *q = &t->req;
	struct rb_http_origin origin;

	if (!rb_is_token(q->method) || q->method.n > METHOD_MAX)
		return rb_http_fail(t, RB_HTTP_INVALID, "the method is not a word of letters");
	for (size_t i = 0; i < q->nheaders; i++) {
		if (!rb_is_token(q->headers[i].name))
			return rb_http_fail(
			    t, RB_HTTP_INVALID, "the name of header %zu is not a header name", i + 1);
		if (check_text(t, q->headers[i].value, "a header") != 0)
			return -1;
	}
	for (size_t i = 0; i < q->nresolve; i++)
		if (check_text(t, q->resolve[i], "`resolve`") != 0)
			return -1;
	if (check_text(t, q->user, "the user") != 0 ||
	    check_text(t, q->secret, "the password or token") != 0 ||
	    check_text(t, q->proxy, "the proxy") != 0 ||
	    check_text(t, q->unix_socket, "the unix socket") != 0 ||
	    check_text(t, q->tls.server_name, "the server name") != 0)
		return -1;
	if (q->auth == RB_HTTP_BASIC && rb_str_find(q->user, RB_STR(":"), 0) != SIZE_MAX)
		return rb_http_fail(t, RB_HTTP_INVALID, "a user's name may not hold a colon (RFC 7617)");
	return rb_http_parse_url(t, q->url, RB_HTTP_INVALID, &origin);
}

/* True if the header may go to an origin that it was not given for. */
static bool
is_harmless(struct rb_str name)
{
	static const char *const harmless[] = {"accept", "accept-encoding", "accept-language", "user-agent"};

	for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++)
		if (name.n == strlen(harmless[i]) && strncasecmp(name.p, harmless[i], name.n) == 0)
			return true;
	return false;
}

static bool
has_header(const struct rb_http *t, const char *name)
{
	for (size_t i = 0; i < t->req.nheaders; i++)
		if (t->req.headers[i].name.n == strlen(name) &&
		    strncasecmp(t->req.headers[i].name.p, name, t->req.headers[i].name.n) == 0)
			return true;
	return false;
}

static void
add_line(struct rb_http *t, struct rb_str line)
{
	t->lines = rb_http_curl(t)->slist_append(t->lines, line.p);
}

/* Header lines, in libcurl's grammar: "Name;" sends an empty one, "Name:" keeps its own from being sent. */
static void
set_lines(struct rb_http *t, struct rb_str authority)
{
	for (size_t i = 0; i < t->req.nheaders; i++) {
		const struct rb_http_header *h = &t->req.headers[i];

		if (t->strange && !is_harmless(h->name))
			continue;
		/* What spoke of a body that a redirect has dropped. */
		if (t->r.redirects > 0 && !t->req.has_body && h->name.n > 8 &&
		    strncasecmp(h->name.p, "content-", 8) == 0)
			continue;
		if (rb_str_trim(h->value).n == 0)
			add_line(t, rb_arena_fmt(&t->hop, "%.*s;", RB_STR_ARG(h->name)));
		else
			add_line(t,
			    rb_arena_fmt(&t->hop, "%.*s: %.*s", RB_STR_ARG(h->name), RB_STR_ARG(h->value)));
	}
	if (t->req.has_body && !has_header(t, "content-type"))
		add_line(t, RB_STR("Content-Type:"));
	if (!has_header(t, "expect"))
		add_line(t, RB_STR("Expect:")); /* a wait of a second where servers do not know it */
	if (authority.n > 0 && (t->strange || !has_header(t, "host")))
		add_line(t, rb_arena_fmt(&t->hop, "Host: %.*s", RB_STR_ARG(authority)));
}

/* Sets an option; the first failure is kept. */
#define SET(t, rc, option, value)                                                                            \
	do {                                                                                                 \
		if (*(rc) == CURLE_OK)                                                                       \
			*(rc) = rb_http_curl(t)->easy_setopt((t)->easy, (option), (value));                  \
	} while (0)
/* Sets an option that older libraries lack and that is none of the promises. */
#define SET_IF_KNOWN(t, option, value) (void)rb_http_curl(t)->easy_setopt((t)->easy, (option), (value))

static size_t
on_header(char *p, size_t size, size_t n, void *ctx) /* NOLINT(readability-non-const-parameter): libcurl's */
{
	struct rb_http *t = ctx;

	if (t->cancelled || rb_http_header_line(t, (struct rb_str){p, size * n}) != 0)
		return 0;
	return size * n;
}

bool
rb_http_is_redirect(const struct rb_http *t)
{
	bool found;

	switch (t->r.status) {
	case 301:
	case 302:
	case 303:
	case 307:
	case 308:
		rb_http_header(&t->r, "location", &found);
		return found;
	default:
		return false;
	}
}

static size_t
on_body(char *p, size_t size, size_t n, void *ctx) /* NOLINT(readability-non-const-parameter): libcurl's */
{
	struct rb_http *t = ctx;
	size_t len = size * n;
	bool follow = rb_http_is_redirect(t) && t->r.redirects < t->req.follow;
	uint64_t *count = follow ? &t->dropped : &t->r.body;
	uint64_t room = t->req.max_body - *count;
	size_t take = len < room ? len : (size_t)room;

	if (t->cancelled)
		return 0;
	*count += take;
	if (!follow && take > 0 && t->h.body != NULL)
		t->h.body(t->h.ctx, (struct rb_str){p, take});
	if (t->cancelled)
		return 0;
	if (take < len) {
		rb_http_fail(t, RB_HTTP_TOO_LARGE, "the body is longer than %ju bytes (max_body)",
		    (uintmax_t)t->req.max_body);
		return 0;
	}
	return len;
}

static void
set_method(struct rb_http *t, CURLcode *rc)
{
	struct rb_str m = t->req.method;

	if (rb_str_is(m, "HEAD")) {
		SET(t, rc, CURLOPT_NOBODY, 1L);
		return;
	}
	if (t->req.has_body || rb_str_is(m, "POST") || rb_str_is(m, "PUT") || rb_str_is(m, "PATCH")) {
		SET(t, rc, CURLOPT_POST, 1L);
		SET(t, rc, CURLOPT_POSTFIELDS, t->req.body.n > 0 ? t->req.body.p : "");
		SET(t, rc, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)t->req.body.n);
	} else {
		SET(t, rc, CURLOPT_HTTPGET, 1L);
	}
	SET(t, rc, CURLOPT_CUSTOMREQUEST, m.p);
}

static void
set_auth(struct rb_http *t, CURLcode *rc)
{
	if (t->strange || t->req.auth == RB_HTTP_NO_AUTH)
		return;
	if (t->req.auth == RB_HTTP_BASIC) {
		SET(t, rc, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
		SET(t, rc, CURLOPT_USERNAME, t->req.user.p);
		SET(t, rc, CURLOPT_PASSWORD, t->req.secret.p);
	} else {
		SET(t, rc, CURLOPT_HTTPAUTH, (long)CURLAUTH_BEARER);
		SET(t, rc, CURLOPT_XOAUTH2_BEARER, t->req.secret.p);
	}
}

static void
set_tls(struct rb_http *t, CURLcode *rc)
{
	bool any = t->req.tls.insecure || t->mode == RB_HTTP_LOOK;

	SET(t, rc, CURLOPT_SSL_VERIFYPEER, any ? 0L : 1L);
	SET(t, rc, CURLOPT_SSL_VERIFYHOST, any ? 0L : 2L);
	/* Each transfer makes its own TLS connection: one that is reused or resumed shows no certificate. */
	SET(t, rc, CURLOPT_FRESH_CONNECT, 1L);
	SET(t, rc, CURLOPT_FORBID_REUSE, 1L);
	SET(t, rc, CURLOPT_SSL_SESSIONID_CACHE, 0L);
	SET_IF_KNOWN(t, CURLOPT_CERTINFO, 1L);
	if (t->req.tls.ca_file.n > 0) {
		SET(t, rc, CURLOPT_CAINFO, t->req.tls.ca_file.p);
		SET_IF_KNOWN(t, CURLOPT_CAPATH, (char *)NULL);
	}
	if (t->req.tls.cert_file.n > 0 && !t->strange) {
		SET(t, rc, CURLOPT_SSLCERT, t->req.tls.cert_file.p);
		SET(t, rc, CURLOPT_SSLKEY,
		    t->req.tls.key_file.n > 0 ? t->req.tls.key_file.p : t->req.tls.cert_file.p);
	}
}

/* The address that `resolve` names for this origin; empty if none. */
static struct rb_str
resolved(const struct rb_http *t, const struct rb_http_origin *o)
{
	for (size_t i = 0; i < t->req.nresolve; i++) {
		struct rb_str entry = t->req.resolve[i];
		size_t key = o->host.n + 1 + o->port.n;

		if (entry.n > key + 1 && strncasecmp(entry.p, o->host.p, o->host.n) == 0 &&
		    entry.p[o->host.n] == ':' && memcmp(entry.p + o->host.n + 1, o->port.p, o->port.n) == 0 &&
		    entry.p[key] == ':')
			return rb_str_cut(entry, key + 1, entry.n);
	}
	return RB_STR("");
}

/* Where to connect, if not to what the URL says: for `resolve`, by libcurl's CONNECT_TO, which is the
 * transfer's alone (its own RESOLVE fills a cache that all transfers share); for `server_name`, by asking for
 * that name and connecting to the other. Returns the URL for libcurl; the Host header that goes with it to
 * `authority`. */
static const char *
set_target(struct rb_http *t, const struct rb_http_origin *o, struct rb_str *authority, CURLcode *rc)
{
	const struct rb_curl *curl = rb_http_curl(t);
	struct rb_str to = resolved(t, o);
	struct rb_str name = t->req.tls.server_name;
	const char *url = t->req.url.p;
	bool v6 = to.n > 0 && to.p[0] != '[' && rb_str_find(to, RB_STR(":"), 0) != SIZE_MAX;
	bool is_default = rb_str_is(o->port, rb_str_is(o->scheme, "https") ? "443" : "80");
	char *whole = NULL;
	CURLU *u;

	*authority = RB_STR("");
	if (name.n > 0 && !t->strange && rb_str_is(o->scheme, "https")) {
		u = curl->url();
		if (curl->url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK &&
		    curl->url_set(u, CURLUPART_HOST, name.p, 0) == CURLUE_OK &&
		    curl->url_get(u, CURLUPART_URL, &whole, 0) == CURLUE_OK)
			url = rb_arena_str(&t->hop, rb_str_c(whole)).p;
		else
			*rc = CURLE_URL_MALFORMAT;
		curl->free(whole);
		curl->url_cleanup(u);
		*authority = is_default ? o->host : rb_arena_fmt(&t->hop, "%s:%s", o->host.p, o->port.p);
		if (to.n == 0)
			to = o->host;
	}
	if (to.n > 0) {
		t->connect_to = curl->slist_append(NULL,
		    rb_arena_fmt(&t->hop, v6 ? "::[%.*s]:%s" : "::%.*s:%s", RB_STR_ARG(to), o->port.p).p);
		SET(t, rc, CURLOPT_CONNECT_TO, t->connect_to);
	}
	return url;
}

static void
set_protocols(struct rb_http *t, CURLcode *rc)
{
#if LIBCURL_VERSION_NUM >= 0x075500
	if (rb_http_curl(t)->easy_setopt(t->easy, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK)
		return;
#endif
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
	SET(t, rc, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#pragma GCC diagnostic pop
}

/* What is asked for over the connection. */
static void
set_request(struct rb_http *t, struct rb_str authority, CURLcode *rc)
{
	SET(t, rc, CURLOPT_USERAGENT, "runbook");
	if (t->req.compressed)
		SET(t, rc, CURLOPT_ACCEPT_ENCODING, "");
	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++)
		if (versions[i].version == t->req.version)
			SET(t, rc, CURLOPT_HTTP_VERSION, versions[i].curl);
	set_method(t, rc);
	set_auth(t, rc);
	set_lines(t, authority);
	SET(t, rc, CURLOPT_HTTPHEADER, t->lines);
	SET(t, rc, CURLOPT_HEADERFUNCTION, on_header);
	SET(t, rc, CURLOPT_HEADERDATA, (void *)t);
	SET(t, rc, CURLOPT_WRITEFUNCTION, on_body);
	SET(t, rc, CURLOPT_WRITEDATA, (void *)t);
}

/* How the connection is made. */
static void
set_connection(struct rb_http *t, const struct rb_http_origin *o, const char *url, CURLcode *rc)
{
	SET(t, rc, CURLOPT_URL, url);
	set_protocols(t, rc);
	SET(t, rc, CURLOPT_PRIVATE, (void *)t);
	SET(t, rc, CURLOPT_ERRORBUFFER, t->error);
	SET(t, rc, CURLOPT_NOSIGNAL, 1L);
#if LIBCURL_VERSION_NUM >= 0x075700
	SET_IF_KNOWN(t, CURLOPT_QUICK_EXIT, 1L);
#endif
	/* Empty, not unset: these keep the variables of the environment out. */
	SET(t, rc, CURLOPT_PROXY, t->req.proxy.n > 0 ? t->req.proxy.p : "");
	SET(t, rc, CURLOPT_NOPROXY, "");
	SET(t, rc, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	SET_IF_KNOWN(t, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	SET(t, rc, CURLOPT_FOLLOWLOCATION, 0L);
	if (t->req.unix_socket.n > 0)
		SET(t, rc, CURLOPT_UNIX_SOCKET_PATH, t->req.unix_socket.p);
	if (rb_str_is(o->scheme, "https"))
		set_tls(t, rc);
	if (t->mode != RB_HTTP_TRANSFER) {
		SET(t, rc, CURLOPT_CONNECT_ONLY, 1L);
		SET(t, rc, CURLOPT_FRESH_CONNECT, 1L);
		if (t->mode == RB_HTTP_LOOK)
			SET(t, rc, CURLOPT_TIMEOUT_MS, LOOK_LIMIT);
	}
}

int
rb_http_prepare(struct rb_http *t)
{
	struct rb_http_origin o = {RB_STR(""), RB_STR(""), RB_STR("")};
	struct rb_str authority;
	const char *url;
	CURLcode rc = CURLE_OK;

	if (rb_http_parse_url(t, t->req.url, RB_HTTP_INVALID, &o) != 0)
		return -1;
	t->easy = rb_http_curl(t)->easy_init();
	if (t->easy == NULL)
		return rb_http_fail(t, RB_HTTP_OTHER, "libcurl has no memory for a transfer");
	t->error[0] = '\0';
	url = set_target(t, &o, &authority, &rc);
	set_connection(t, &o, url, &rc);
	if (t->mode == RB_HTTP_TRANSFER)
		set_request(t, authority, &rc);
	if (rc == CURLE_OK)
		return 0;
	if (rc == CURLE_URL_MALFORMAT)
		return rb_http_fail(t, RB_HTTP_INVALID, "the server name is malformed");
	return rb_http_fail(t, RB_HTTP_UNAVAILABLE,
	    "this libcurl lacks something that the request asks for: %s", rb_http_curl(t)->easy_strerror(rc));
}
