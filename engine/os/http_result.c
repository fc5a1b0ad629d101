/* What came of an HTTP transfer: header lines, certificates, and failures in words. */
#include "os/http_private.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "os/scan.h"

static const char *const error_names[RB_HTTP_ERRORS] = {
    [RB_HTTP_OK] = "ok",
    [RB_HTTP_INVALID] = "invalid",
    [RB_HTTP_UNAVAILABLE] = "unavailable",
    [RB_HTTP_RESOLVE] = "resolve",
    [RB_HTTP_REFUSED] = "refused",
    [RB_HTTP_UNREACHABLE] = "unreachable",
    [RB_HTTP_TIMED_OUT] = "timed_out",
    [RB_HTTP_TLS] = "tls",
    [RB_HTTP_RESET] = "reset",
    [RB_HTTP_PROTOCOL] = "protocol",
    [RB_HTTP_TOO_LARGE] = "too_large",
    [RB_HTTP_REDIRECT] = "redirect",
    [RB_HTTP_OTHER] = "other",
};

static const char *const tls_names[RB_HTTP_TLS_KINDS] = {
    [RB_HTTP_TLS_FINE] = "fine",
    [RB_HTTP_TLS_EXPIRED] = "expired",
    [RB_HTTP_TLS_NOT_YET] = "not_yet",
    [RB_HTTP_TLS_WRONG_HOST] = "wrong_host",
    [RB_HTTP_TLS_SELF_SIGNED] = "self_signed",
    [RB_HTTP_TLS_UNTRUSTED] = "untrusted",
    [RB_HTTP_TLS_FILE] = "file",
    [RB_HTTP_TLS_OTHER] = "other",
};

/* libcurl's codes; `text` NULL: it depends, or libcurl's own words are best. */
static const struct {
	CURLcode code;
	enum rb_http_error error;
	const char *text;
} codes[] = {
    {CURLE_URL_MALFORMAT, RB_HTTP_INVALID, NULL},
    {CURLE_UNSUPPORTED_PROTOCOL, RB_HTTP_UNAVAILABLE, NULL},
    {CURLE_NOT_BUILT_IN, RB_HTTP_UNAVAILABLE, NULL},
    {CURLE_COULDNT_RESOLVE_PROXY, RB_HTTP_RESOLVE, "the proxy's name has no address"},
    {CURLE_COULDNT_RESOLVE_HOST, RB_HTTP_RESOLVE, "the host's name has no address"},
    {CURLE_OPERATION_TIMEDOUT, RB_HTTP_TIMED_OUT, "timed out"},
    {CURLE_GOT_NOTHING, RB_HTTP_RESET, "the connection was closed without an answer"},
    {CURLE_SEND_ERROR, RB_HTTP_RESET, "the connection broke while the request was sent"},
    {CURLE_RECV_ERROR, RB_HTTP_RESET, "the connection broke before the answer was whole"},
    {CURLE_PARTIAL_FILE, RB_HTTP_RESET, "the connection was closed before the answer was whole"},
    {CURLE_WEIRD_SERVER_REPLY, RB_HTTP_PROTOCOL, "the answer is not HTTP"},
    {CURLE_HTTP2, RB_HTTP_PROTOCOL, NULL},
    {CURLE_HTTP2_STREAM, RB_HTTP_PROTOCOL, NULL},
    {CURLE_BAD_CONTENT_ENCODING, RB_HTTP_PROTOCOL, "the answer's compression is broken"},
    {CURLE_PEER_FAILED_VERIFICATION, RB_HTTP_TLS, NULL},
    {CURLE_SSL_CONNECT_ERROR, RB_HTTP_TLS, NULL},
    {CURLE_SSL_CERTPROBLEM, RB_HTTP_TLS, NULL},
    {CURLE_SSL_CIPHER, RB_HTTP_TLS, NULL},
    {CURLE_SSL_CACERT_BADFILE, RB_HTTP_TLS, NULL},
    {CURLE_SSL_CRL_BADFILE, RB_HTTP_TLS, NULL},
    {CURLE_SSL_ISSUER_ERROR, RB_HTTP_TLS, NULL},
    {CURLE_SSL_INVALIDCERTSTATUS, RB_HTTP_TLS, NULL},
    {CURLE_USE_SSL_FAILED, RB_HTTP_TLS, NULL},
};

/* OpenSSL's verification results (X509_V_ERR_…), as libcurl passes them on. */
static const struct {
	long result;
	enum rb_http_tls tls;
} verify_results[] = {
    {9, RB_HTTP_TLS_NOT_YET},
    {10, RB_HTTP_TLS_EXPIRED},
    {18, RB_HTTP_TLS_SELF_SIGNED},
    {19, RB_HTTP_TLS_SELF_SIGNED},
    {2, RB_HTTP_TLS_UNTRUSTED},
    {20, RB_HTTP_TLS_UNTRUSTED},
    {21, RB_HTTP_TLS_UNTRUSTED},
    {27, RB_HTTP_TLS_UNTRUSTED},
    {62, RB_HTTP_TLS_WRONG_HOST},
    {64, RB_HTTP_TLS_WRONG_HOST},
};

/* What other TLS libraries have instead: their words. */
static const struct {
	const char *words;
	enum rb_http_tls tls;
} verify_words[] = {
    {"expired", RB_HTTP_TLS_EXPIRED},
    {"not yet valid", RB_HTTP_TLS_NOT_YET},
    {"self-signed", RB_HTTP_TLS_SELF_SIGNED},
    {"self signed", RB_HTTP_TLS_SELF_SIGNED},
    {"subject name", RB_HTTP_TLS_WRONG_HOST},
    {"does not match", RB_HTTP_TLS_WRONG_HOST},
    {"issuer", RB_HTTP_TLS_UNTRUSTED},
    {"unknown ca", RB_HTTP_TLS_UNTRUSTED},
};

const char *
rb_http_error_name(enum rb_http_error e)
{
	return error_names[e];
}

const char *
rb_http_tls_name(enum rb_http_tls e)
{
	return tls_names[e];
}

int
rb_http_fail(struct rb_http *t, enum rb_http_error e, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	t->r.error = e;
	vsnprintf(t->r.text, sizeof(t->r.text), fmt, ap);
	va_end(ap);
	return -1;
}

struct rb_str
rb_http_header(const struct rb_http_result *r, const char *name, bool *found)
{
	for (size_t i = 0; i < r->nheaders; i++) {
		*found = r->headers[i].name.n == strlen(name) &&
			 strncasecmp(r->headers[i].name.p, name, r->headers[i].name.n) == 0;
		if (*found)
			return r->headers[i].value;
	}
	*found = false;
	return RB_STR("");
}

/* Header lines */

/* "HTTP/1.1 200 OK", "HTTP/2 200": a new answer begins. */
static bool
status_line(struct rb_http *t, struct rb_str line)
{
	const char *at = rb_arena_str(&t->hop, line).p;
	uint64_t major, minor = 0, status;

	at = rb_scan_uint(rb_scan_text(at, "HTTP/"), &major);
	if (at != NULL && *at == '.')
		at = rb_scan_uint(at + 1, &minor);
	at = rb_scan_uint(at, &status);
	if (at == NULL || major > 9 || minor > 9 || status > 999)
		return false;
	t->r.version = (int)(major * 10 + minor);
	t->r.status = (int)status;
	t->r.nheaders = 0;
	return true;
}

int
rb_http_header_line(struct rb_http *t, struct rb_str line)
{
	struct rb_http_header *h;
	size_t colon;

	t->bytes_seen += line.n;
	if (t->bytes_seen > RB_HTTP_HEADER_BYTES)
		return rb_http_fail(t, RB_HTTP_TOO_LARGE, "the answer's headers are longer than %d bytes",
		    RB_HTTP_HEADER_BYTES);
	if (rb_str_starts(line, "HTTP/") && status_line(t, line))
		return 0;
	if (rb_str_trim(line).n == 0)
		return 0;
	if (t->lines_seen++ == RB_HTTP_HEADERS)
		return rb_http_fail(
		    t, RB_HTTP_TOO_LARGE, "the answer has more than %d header lines", RB_HTTP_HEADERS);
	if (t->headers == NULL)
		t->headers = RB_ARRAY(&t->hop, struct rb_http_header, RB_HTTP_HEADERS);
	t->r.headers = t->headers;
	if ((line.p[0] == ' ' || line.p[0] == '\t') && t->r.nheaders > 0) {
		/* A folded line (RFC 9112, section 5.2) belongs to the one before. */
		h = &t->headers[t->r.nheaders - 1];
		h->value =
		    rb_arena_fmt(&t->hop, "%.*s %.*s", RB_STR_ARG(h->value), RB_STR_ARG(rb_str_trim(line)));
		return 0;
	}
	colon = rb_str_find(line, RB_STR(":"), 0);
	if (colon == SIZE_MAX)
		return 0;
	h = &t->headers[t->r.nheaders++];
	h->name = rb_arena_str(&t->hop, rb_str_cut(line, 0, colon));
	h->value = rb_arena_str(&t->hop, rb_str_trim(rb_str_cut(line, colon + 1, line.n)));
	return 0;
}

/* Certificates */

/* "Nov 22 07:02:00 2026 GMT" (OpenSSL) or "2026-11-22 07:02:00 GMT" (GnuTLS); 0 if it is neither. */
static int64_t
parse_date(const char *text)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	const char *at = rb_scan_int(text, &(int64_t){0});
	int64_t year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
	struct tm tm = {0};

	if (at != NULL) {
		at = rb_scan_int(text, &year);
		at = rb_scan_int(rb_scan_text(at, "-"), &month);
		at = rb_scan_int(rb_scan_text(at, "-"), &day);
	} else {
		while (month < 12 && strncmp(months + 3 * month, text, 3) != 0)
			month++;
		month++;
		at = rb_scan_int(rb_scan_skip(text, 1), &day);
	}
	at = rb_scan_int(at, &hour);
	at = rb_scan_int(rb_scan_text(at, ":"), &minute);
	at = rb_scan_int(rb_scan_text(at, ":"), &second);
	if (strchr(text, '-') == NULL)
		at = rb_scan_int(at, &year);
	if (at == NULL || month < 1 || month > 12 || year < 1900 || year > 9999 || day < 1 || day > 31 ||
	    hour < 0 || hour > 24 || minute < 0 || minute > 60 || second < 0 || second > 61)
		return 0;
	tm.tm_year = (int)year - 1900;
	tm.tm_mon = (int)month - 1;
	tm.tm_mday = (int)day;
	tm.tm_hour = (int)hour;
	tm.tm_min = (int)minute;
	tm.tm_sec = (int)second;
	return (int64_t)timegm(&tm);
}

/* The rest of the line if it begins with the prefix, else NULL. */
static const char *
after(const char *line, const char *prefix)
{
	return strncmp(line, prefix, strlen(prefix)) == 0 ? line + strlen(prefix) : NULL;
}

void
rb_http_collect_cert(struct rb_http *t)
{
	const struct curl_certinfo *info = NULL;
	struct rb_http_cert *cert = &t->r.cert;
	const char *v;

	if (rb_http_curl(t)->easy_getinfo(t->easy, CURLINFO_CERTINFO, &info) != CURLE_OK || info == NULL ||
	    info->num_of_certs < 1)
		return;
	cert->known = true;
	for (const struct curl_slist *l = info->certinfo[0]; l != NULL; l = l->next) {
		v = after(l->data, "Subject:");
		if (v != NULL)
			cert->subject = rb_arena_str(&t->arena, rb_str_c(v));
		v = after(l->data, "Issuer:");
		if (v != NULL)
			cert->issuer = rb_arena_str(&t->arena, rb_str_c(v));
		v = after(l->data, "Start date:");
		if (v != NULL)
			cert->not_before = parse_date(v);
		v = after(l->data, "Expire date:");
		if (v != NULL)
			cert->not_after = parse_date(v);
		v = after(l->data, "X509v3 Subject Alternative Name:");
		if (v != NULL)
			t->san = rb_arena_str(&t->arena, rb_str_c(v));
	}
}

static const char *
show_date(int64_t epoch, char buf[32])
{
	time_t when = (time_t)epoch;
	struct tm tm;

	if (epoch == 0 || gmtime_r(&when, &tm) == NULL || strftime(buf, 32, "%Y-%m-%d %H:%MZ", &tm) == 0)
		snprintf(buf, 32, "an unknown date");
	return buf;
}

static int
short_len(struct rb_str s)
{
	return (int)(s.n < 120 ? s.n : 120);
}

void
rb_http_tls_text(struct rb_http *t)
{
	const struct rb_http_cert *c = &t->r.cert;
	struct rb_str names = t->san.n > 0 ? t->san : c->subject;
	char *text = t->r.text;
	size_t n = sizeof(t->r.text);
	char date[32];

	switch (t->r.tls) {
	case RB_HTTP_TLS_EXPIRED:
		snprintf(text, n, "the server's certificate expired on %s", show_date(c->not_after, date));
		break;
	case RB_HTTP_TLS_NOT_YET:
		snprintf(text, n,
		    "the server's certificate is valid only from %s (is the clock of this host right?)",
		    show_date(c->not_before, date));
		break;
	case RB_HTTP_TLS_WRONG_HOST:
		snprintf(text, n, "the server's certificate is for another host: %.*s (expires %s)",
		    short_len(names), names.n > 0 ? names.p : "", show_date(c->not_after, date));
		break;
	case RB_HTTP_TLS_SELF_SIGNED:
		snprintf(text, n, "the server's certificate is self-signed: %.*s (expires %s)",
		    short_len(c->subject), c->known ? c->subject.p : "", show_date(c->not_after, date));
		break;
	case RB_HTTP_TLS_UNTRUSTED:
		snprintf(text, n,
		    "the issuer of the server's certificate is not trusted here: %.*s (expires %s)",
		    short_len(c->issuer), c->known ? c->issuer.p : "", show_date(c->not_after, date));
		break;
	default:
		break;
	}
}

/* Failures */

static void
set_tls_kind(struct rb_http *t, CURLcode code)
{
	long result = 0;

	t->r.tls = RB_HTTP_TLS_OTHER;
	if (code == CURLE_SSL_CACERT_BADFILE || code == CURLE_SSL_CERTPROBLEM ||
	    code == CURLE_SSL_CRL_BADFILE)
		t->r.tls = RB_HTTP_TLS_FILE;
	if (code != CURLE_PEER_FAILED_VERIFICATION)
		return;
	rb_http_curl(t)->easy_getinfo(t->easy, CURLINFO_SSL_VERIFYRESULT, &result);
	for (size_t i = 0; i < sizeof(verify_results) / sizeof(verify_results[0]); i++) {
		if (verify_results[i].result == result) {
			t->r.tls = verify_results[i].tls;
			return;
		}
	}
	for (size_t i = 0; i < sizeof(verify_words) / sizeof(verify_words[0]); i++) {
		if (strcasestr(t->error, verify_words[i].words) != NULL) {
			t->r.tls = verify_words[i].tls;
			return;
		}
	}
}

static void
set_connect_failure(struct rb_http *t)
{
	long os_errno = 0;

	rb_http_curl(t)->easy_getinfo(t->easy, CURLINFO_OS_ERRNO, &os_errno);
	switch (os_errno) {
	case ECONNREFUSED:
		rb_http_fail(t, RB_HTTP_REFUSED, "connection refused");
		break;
	case ETIMEDOUT:
		rb_http_fail(t, RB_HTTP_TIMED_OUT, "the connection timed out");
		break;
	case ECONNRESET:
		rb_http_fail(t, RB_HTTP_RESET, "connection reset");
		break;
	case ENOENT:
		rb_http_fail(t, RB_HTTP_UNREACHABLE, "the unix socket %.300s does not exist",
		    t->req.unix_socket.n > 0 ? t->req.unix_socket.p : "");
		break;
	case 0:
		rb_http_fail(t, RB_HTTP_UNREACHABLE, "no connection: %.400s", t->error);
		break;
	default:
		rb_http_fail(t, RB_HTTP_UNREACHABLE, "no connection: %s", strerror((int)os_errno));
		break;
	}
}

static void
set_failure(struct rb_http *t, CURLcode code)
{
	const char *words = t->error[0] != '\0' ? t->error : rb_http_curl(t)->easy_strerror(code);

	if (code == CURLE_COULDNT_CONNECT) {
		set_connect_failure(t);
		return;
	}
	/* An answer without a status line is taken for HTTP/0.9, and that for a protocol that is not
	 * supported. */
	if (code == CURLE_UNSUPPORTED_PROTOCOL && strstr(t->error, "HTTP/0.9") != NULL)
		code = CURLE_WEIRD_SERVER_REPLY;
	rb_http_fail(t, RB_HTTP_OTHER, "%.400s", words);
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		if (codes[i].code != code)
			continue;
		rb_http_fail(t, codes[i].error, "%.400s", codes[i].text != NULL ? codes[i].text : words);
		break;
	}
	if (t->r.error == RB_HTTP_TLS) {
		set_tls_kind(t, code);
		rb_http_tls_text(t);
	}
}

static int64_t
time_of(struct rb_http *t, CURLINFO which)
{
	curl_off_t us = 0;

	return rb_http_curl(t)->easy_getinfo(t->easy, which, &us) == CURLE_OK ? (int64_t)us * RB_US : 0;
}

/* The Location header, made absolute; as it came if it cannot be. (libcurl has this too, but with our
 * credentials in it.) */
static struct rb_str
resolve_location(struct rb_http *t)
{
	const struct rb_curl *curl = rb_http_curl(t);
	struct rb_str location;
	char *whole = NULL;
	CURLU *u = curl->url();
	bool found;

	location = rb_arena_str(&t->arena, rb_http_header(&t->r, "location", &found));
	if (curl->url_set(u, CURLUPART_URL, t->req.url.p, 0) == CURLUE_OK &&
	    curl->url_set(u, CURLUPART_URL, location.p, CURLU_NON_SUPPORT_SCHEME | CURLU_URLENCODE) ==
		CURLUE_OK &&
	    curl->url_get(u, CURLUPART_URL, &whole, 0) == CURLUE_OK)
		location = rb_arena_str(&t->arena, rb_str_c(whole));
	curl->free(whole);
	curl->url_cleanup(u);
	return location;
}

void
rb_http_collect(struct rb_http *t, CURLcode code)
{
	const struct rb_curl *curl = rb_http_curl(t);
	char *text = NULL;

	t->r.time.total = rb_clock_mono() - t->started;
	t->r.time.resolve = time_of(t, CURLINFO_NAMELOOKUP_TIME_T);
	t->r.time.connect = time_of(t, CURLINFO_CONNECT_TIME_T);
	t->r.time.tls = time_of(t, CURLINFO_APPCONNECT_TIME_T);
	t->r.time.first_byte = time_of(t, CURLINFO_STARTTRANSFER_TIME_T);
	if (curl->easy_getinfo(t->easy, CURLINFO_PRIMARY_IP, &text) == CURLE_OK && text != NULL &&
	    t->req.unix_socket.n == 0)
		t->r.peer = rb_arena_str(&t->arena, rb_str_c(text));
	if (rb_http_is_redirect(t))
		t->r.location = resolve_location(t);
	rb_http_collect_cert(t);
	/* A bound that one of our own callbacks has met stands: libcurl only knows that it was stopped. */
	if (code != CURLE_OK && t->r.error == RB_HTTP_OK)
		set_failure(t, code);
}
