/* HTTP against a server that misbehaves in every way that a broken service does. */
#include "server.h"
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "os/http.h"

struct fixture {
	struct rb_loop *loop;
	struct rb_http_client *client;
	struct server *server, *other;
};

/* One transfer and a copy of what came of it. */
struct probe {
	struct rb_http *transfer;
	bool done, cancel_in_body;
	struct rb_http_result r;
	struct rb_buf body;
	char location[512], url[512], peer[64], header[64];
	char subject[128], issuer[128];
};

static void
on_body(void *ctx, struct rb_str bytes)
{
	struct probe *p = ctx;

	assert_false(p->done);
	rb_buf_str(&p->body, bytes);
	if (p->cancel_in_body) {
		rb_http_cancel(p->transfer);
		p->transfer = NULL;
	}
}

static void
keep(char *to, size_t n, struct rb_str s)
{
	snprintf(to, n, "%.*s", RB_STR_ARG(s));
}

static void
on_done(void *ctx, const struct rb_http_result *r)
{
	struct probe *p = ctx;
	bool found;

	assert_false(p->done);
	p->done = true;
	p->r = *r;
	keep(p->location, sizeof(p->location), r->location);
	keep(p->url, sizeof(p->url), r->url);
	keep(p->peer, sizeof(p->peer), r->peer);
	keep(p->subject, sizeof(p->subject), r->cert.subject);
	keep(p->issuer, sizeof(p->issuer), r->cert.issuer);
	keep(p->header, sizeof(p->header), rb_http_header(r, "x-test", &found));
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->loop = rb_loop_new(NULL);
	f->client = rb_http_client_new(f->loop);
	f->server = server_start();
	f->other = server_start();
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	rb_http_client_free(f->client);
	rb_loop_free(f->loop);
	server_stop(f->server);
	server_stop(f->other);
	free(f);
	return 0;
}

static void
start(struct fixture *f, struct probe *p, const struct rb_http_request *req)
{
	const struct rb_http_handler h = {p, on_body, on_done};

	memset(p, 0, sizeof(*p));
	rb_buf_init(&p->body, NULL, 1 << 20);
	p->transfer = rb_http_start(f->client, req, &h);
	assert_false(p->done);
}

/* Runs a request to its end; free p->body after it. */
static void
run(struct fixture *f, struct probe *p, const struct rb_http_request *req)
{
	start(f, p, req);
	run_until(f->loop, &p->done);
}

static struct rb_http_request
get(char *url, size_t n, const struct server *s, const char *path)
{
	snprintf(url, n, "%s%s", s->url, path);
	return (struct rb_http_request){.url = rb_str_c(url)};
}

/* GET of a path of the server, to its end: error, with words of its text. */
static void
expect_error(struct fixture *f, struct rb_http_request *req, enum rb_http_error error, const char *words)
{
	struct probe p;

	run(f, &p, req);
	if (p.r.error != error || strstr(p.r.text, words) == NULL)
		fail_msg("expected %s with '%s', got %s: %s", rb_http_error_name(error), words,
		    rb_http_error_name(p.r.error), p.r.text);
	rb_buf_free(&p.body);
}

static void
expect_path_error(struct fixture *f, const char *path, enum rb_http_error error, const char *words)
{
	char url[256];
	struct rb_http_request req = get(url, sizeof(url), f->server, path);

	expect_error(f, &req, error, words);
}

static void
an_answer_comes_whole(void **state)
{
	struct fixture *f = *state;
	char url[256];
	struct rb_http_request req = get(url, sizeof(url), f->server, "/ok");
	struct probe p;

	run(f, &p, &req);
	assert_int_equal(p.r.error, RB_HTTP_OK);
	assert_string_equal(p.r.text, "");
	assert_int_equal(p.r.status, 200);
	assert_int_equal(p.r.version, 11);
	assert_string_equal(rb_buf_cstr(&p.body), "hello");
	assert_int_equal(p.r.body, 5);
	assert_string_equal(p.header, "One");
	assert_string_equal(p.url, url);
	assert_string_equal(p.peer, "127.0.0.1");
	assert_false(p.r.cert.known);
	assert_true(p.r.time.total > 0 && p.r.time.first_byte > 0 && p.r.time.first_byte <= p.r.time.total);
	rb_buf_free(&p.body);
}

static void
check_headers(void *ctx, const struct rb_http_result *r)
{
	bool found;

	assert_int_equal(r->nheaders, 6);
	assert_true(rb_str_is(r->headers[1].name, "X-Test"));
	assert_true(rb_str_is(r->headers[2].value, "two"));
	assert_true(rb_str_is(rb_http_header(r, "x-folded", &found), "a b"));
	assert_true(rb_str_is(rb_http_header(r, "X-EMPTY", &found), ""));
	assert_true(found);
	rb_http_header(r, "x-missing", &found);
	assert_false(found);
	*(bool *)ctx = true;
}

static void
headers_keep_their_names_and_are_found_in_any_case(void **state)
{
	struct fixture *f = *state;
	char url[256];
	struct rb_http_request req = get(url, sizeof(url), f->server, "/ok");
	bool done = false;
	const struct rb_http_handler h = {&done, NULL, check_headers};

	rb_http_start(f->client, &req, &h);
	run_until(f->loop, &done);
}

static void
a_request_is_sent_as_it_was_given(void **state)
{
	const struct rb_http_header headers[] = {
	    {RB_STR("X-Shell"), RB_STR("'; touch pwned; #")}, {RB_STR("X-Empty"), RB_STR("")}};
	struct fixture *f = *state;
	char url[256];
	struct rb_http_request req = get(url, sizeof(url), f->server, "/echo?a=1%20b");
	struct probe p;
	const char *text;

	req.method = RB_STR("PATCH");
	req.headers = headers;
	req.nheaders = 2;
	req.has_body = true;
	req.body = RB_STR("{\"a\": 1}");
	setenv("http_proxy", "http://127.0.0.1:9", 1);
	setenv("ALL_PROXY", "http://127.0.0.1:9", 1);
	run(f, &p, &req);
	unsetenv("http_proxy");
	unsetenv("ALL_PROXY");
	text = rb_buf_cstr(&p.body);
	assert_int_equal(p.r.status, 200);
	assert_non_null(strstr(text, "PATCH /echo?a=1%20b HTTP/1.1\r\n"));
	assert_non_null(strstr(text, "\r\nX-Shell: '; touch pwned; #\r\n"));
	assert_non_null(strstr(text, "\r\nX-Empty:\r\n"));
	assert_non_null(strstr(text, "\r\nContent-Length: 8\r\n"));
	assert_non_null(strstr(text, "\r\n\r\n{\"a\": 1}"));
	assert_null(strstr(text, "Content-Type"));
	assert_null(strstr(text, "Expect"));
	assert_null(strstr(text, "Authorization"));
	rb_buf_free(&p.body);
}

static void
methods_and_bodies(void **state)
{
	static const struct {
		const char *method;
		bool body;
		const char *first, *length;
	} rows[] = {
	    {"", false, "GET /echo", NULL},
	    {"POST", false, "POST /echo", "Content-Length: 0"},
	    {"PUT", true, "PUT /echo", "Content-Length: 2"},
	    {"DELETE", false, "DELETE /echo", NULL},
	    {"GET", true, "GET /echo", "Content-Length: 2"},
	    {"PURGE", false, "PURGE /echo", NULL},
	};
	struct fixture *f = *state;
	char url[256];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rb_http_request req = get(url, sizeof(url), f->server, "/echo");
		struct probe p;

		req.method = rb_str_c(rows[i].method);
		req.has_body = rows[i].body;
		req.body = rows[i].body ? RB_STR("hi") : RB_STR("");
		run(f, &p, &req);
		assert_int_equal(strncmp(rb_buf_cstr(&p.body), rows[i].first, strlen(rows[i].first)), 0);
		assert_int_equal(
		    strstr(rb_buf_cstr(&p.body), "Content-Length") != NULL, rows[i].length != NULL);
		if (rows[i].length != NULL)
			assert_non_null(strstr(rb_buf_cstr(&p.body), rows[i].length));
		rb_buf_free(&p.body);
	}
}

static void
what_must_not_be_sent_is_refused_before_connecting(void **state)
{
	static const char *const urls[] = {"file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/",
	    "127.0.0.1", "", "http://", "http://127.0.0.1:99999/", "http://127.0.0.1/a b",
	    "http://127.0.0.1/\r\nX: y", "http://user:pw@127.0.0.1/", "httpx://127.0.0.1/", "http"};
	const struct rb_http_header bad_value = {RB_STR("X-A"), RB_STR("a\r\nX-B: b")};
	const struct rb_http_header bad_nul = {RB_STR("X-A"), RB_STR("a\0b")};
	const struct rb_http_header bad_name = {RB_STR("X-A: b\r\nX"), RB_STR("a")};
	const struct rb_http_header *const bad[] = {&bad_value, &bad_nul, &bad_name};
	struct fixture *f = *state;
	struct rb_http_request req = {.method = RB_STR("GET")};
	char url[256];

	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		req.url = rb_str_c(urls[i]);
		expect_error(f, &req, RB_HTTP_INVALID, "");
	}
	req = get(url, sizeof(url), f->server, "/ok");
	for (size_t i = 0; i < 3; i++) {
		req.headers = bad[i];
		req.nheaders = 1;
		expect_error(f, &req, RB_HTTP_INVALID, "header");
	}
	req.nheaders = 0;
	req.method = RB_STR("GET /x HTTP/1.1\r\n");
	expect_error(f, &req, RB_HTTP_INVALID, "method");
	req.method = RB_STR("");
	req.auth = RB_HTTP_BEARER;
	req.secret = RB_STR("abc\r\nX: y");
	expect_error(f, &req, RB_HTTP_INVALID, "token");
	req.auth = RB_HTTP_NO_AUTH;
	req.secret = RB_STR("");
	req.url = (struct rb_str){"http://127.0.0.1/\0x", 19};
	expect_error(f, &req, RB_HTTP_INVALID, "control");
	assert_int_equal(f->server->log_len, 0);
}

static void
failures_are_told_apart(void **state)
{
	struct fixture *f = *state;
	struct server *gone = server_start();
	char url[256];
	struct rb_http_request req = get(url, sizeof(url), gone, "/");

	server_stop(gone);
	expect_error(f, &req, RB_HTTP_REFUSED, "connection refused");
	req.url = RB_STR("http://no-such-host.invalid/");
	expect_error(f, &req, RB_HTTP_RESOLVE, "has no address");
	expect_path_error(f, "/close", RB_HTTP_RESET, "without an answer");
	expect_path_error(f, "/reset", RB_HTTP_RESET, "");
	expect_path_error(f, "/partial", RB_HTTP_RESET, "before the answer was whole");
	expect_path_error(f, "/garbage", RB_HTTP_PROTOCOL, "not HTTP");
	req.url = RB_STR("http://localhost/");
	req.unix_socket = RB_STR("/no/such/socket");
	expect_error(f, &req, RB_HTTP_UNREACHABLE, "");
}

static void
bounds_are_kept_and_named(void **state)
{
	struct fixture *f = *state;
	char url[256], path[64];
	struct rb_http_request req;
	struct probe p;

	expect_path_error(f, "/headers/10000", RB_HTTP_TOO_LARGE, "more than 256 header lines");
	expect_path_error(f, "/long-headers", RB_HTTP_TOO_LARGE, "headers are longer than");
	expect_path_error(f, "/interim", RB_HTTP_TOO_LARGE, "header");
	snprintf(path, sizeof(path), "/headers/%d", RB_HTTP_HEADERS - 1);
	req = get(url, sizeof(url), f->server, path);
	run(f, &p, &req); /* with Content-Length: exactly as many as may be */
	assert_int_equal(p.r.error, RB_HTTP_OK);
	assert_int_equal(p.r.nheaders, RB_HTTP_HEADERS);
	rb_buf_free(&p.body);

	req = get(url, sizeof(url), f->server, "/endless");
	req.max_body = 1000;
	run(f, &p, &req);
	assert_int_equal(p.r.error, RB_HTTP_TOO_LARGE);
	assert_non_null(strstr(p.r.text, "1000 bytes"));
	assert_int_equal(p.r.body, 1000);
	assert_int_equal(p.body.len, 1000);
	assert_int_equal(p.r.status, 200);
	rb_buf_free(&p.body);

	req = get(url, sizeof(url), f->server, "/ok");
	req.max_body = 5;
	run(f, &p, &req);
	assert_int_equal(p.r.error, RB_HTTP_OK);
	rb_buf_free(&p.body);
}

static void
a_gzip_bomb_is_counted_after_decompression(void **state)
{
	struct fixture *f = *state;
	char url[256];
	struct rb_http_request req = get(url, sizeof(url), f->server, "/bomb");
	struct probe p;

	req.compressed = true;
	req.max_body = 10 << 20;
	run(f, &p, &req);
	assert_int_equal(p.r.error, RB_HTTP_TOO_LARGE);
	assert_int_equal(p.r.body, 10 << 20);
	assert_int_equal(p.body.len + p.body.lost, 10 << 20);
	assert_int_equal(p.body.p[100], 0); /* zeros: it was undone */
	rb_buf_free(&p.body);
}

static void
a_transfer_that_never_ends_is_cancelled(void **state)
{
	static const char *const paths[] = {"/slow", "/drip", "/endless"};
	struct fixture *f = *state;
	char url[256];

	for (size_t i = 0; i < 3; i++) {
		struct rb_http_request req = get(url, sizeof(url), f->server, paths[i]);
		struct probe p;

		req.max_body = UINT64_C(1) << 40;
		start(f, &p, &req);
		run_for(f->loop, 100 * RB_MS);
		assert_false(p.done);
		rb_http_cancel(p.transfer);
		run_for(f->loop, 20 * RB_MS);
		assert_false(p.done);
		rb_buf_free(&p.body);
	}
}

static void
a_body_callback_may_cancel(void **state)
{
	struct fixture *f = *state;
	char url[256];
	struct rb_http_request req = get(url, sizeof(url), f->server, "/endless");
	struct probe p;

	start(f, &p, &req);
	p.cancel_in_body = true;
	for (int i = 0; i < 3000 && p.transfer != NULL; i++)
		run_for(f->loop, 20 * RB_MS);
	assert_null(p.transfer);
	run_for(f->loop, 100 * RB_MS);
	assert_false(p.done);
	assert_true(p.body.len > 0 && p.body.len < 100000); /* one piece, and no more */
	rb_buf_free(&p.body);
}

static void
a_client_with_transfers_can_be_freed(void **state)
{
	struct fixture *f = *state;
	char url[256];
	struct rb_http_request req = get(url, sizeof(url), f->server, "/drip");
	struct probe p, q;

	start(f, &p, &req);
	run_for(f->loop, 50 * RB_MS);
	start(f, &q, &req); /* not even begun */
	rb_http_client_free(f->client);
	f->client = rb_http_client_new(f->loop);
	run_for(f->loop, 20 * RB_MS);
	assert_false(p.done || q.done);
	rb_buf_free(&p.body);
	rb_buf_free(&q.body);
}

static void
many_at_once(void **state)
{
	enum { MANY = 100 };
	struct fixture *f = *state;
	char url[256];
	struct rb_http_request req = get(url, sizeof(url), f->server, "/ok");
	struct probe *p = calloc(MANY, sizeof(*p));

	for (int i = 0; i < MANY; i++)
		start(f, &p[i], &req);
	for (int i = 0; i < MANY; i++) {
		run_until(f->loop, &p[i].done);
		assert_int_equal(p[i].r.status, 200);
		assert_string_equal(rb_buf_cstr(&p[i].body), "hello");
		rb_buf_free(&p[i].body);
	}
	free(p);
}

/* Redirects */

static struct rb_http_request
redirecting(char *url, size_t n, const struct server *from, int status, const char *to_base, const char *to)
{
	snprintf(url, n, "%s/redirect/%d/%s%s", from->url, status, to_base, to);
	return (struct rb_http_request){.url = rb_str_c(url), .follow = 3};
}

static void
a_redirect_is_an_answer_unless_it_is_followed(void **state)
{
	struct fixture *f = *state;
	char url[256], to[256];
	struct rb_http_request req = redirecting(url, sizeof(url), f->server, 302, "", "/ok");
	struct probe p;

	req.follow = 0;
	run(f, &p, &req);
	assert_int_equal(p.r.error, RB_HTTP_OK);
	assert_int_equal(p.r.status, 302);
	snprintf(to, sizeof(to), "%s/ok", f->server->url);
	assert_string_equal(p.location, to);
	assert_string_equal(rb_buf_cstr(&p.body), "moved");
	rb_buf_free(&p.body);

	req.follow = 1;
	run(f, &p, &req);
	assert_int_equal(p.r.error, RB_HTTP_OK);
	assert_int_equal(p.r.status, 200);
	assert_int_equal(p.r.redirects, 1);
	assert_string_equal(p.url, to);
	assert_string_equal(rb_buf_cstr(&p.body), "hello");
	rb_buf_free(&p.body);
}

static void
credentials_stay_with_their_origin(void **state)
{
	const struct rb_http_header headers[] = {{RB_STR("X-Api-Key"), RB_STR("key-secret")},
	    {RB_STR("Cookie"), RB_STR("session=cookie-secret")}, {RB_STR("Accept"), RB_STR("text/x")}};
	struct fixture *f = *state;
	char url[512];
	struct probe p;

	for (int kind = RB_HTTP_BASIC; kind <= RB_HTTP_BEARER; kind++) {
		struct rb_http_request req =
		    redirecting(url, sizeof(url), f->server, 302, f->other->url, "/echo");

		req.headers = headers;
		req.nheaders = 3;
		req.auth = (enum rb_http_auth)kind;
		req.user = RB_STR("u");
		req.secret = RB_STR("auth-secret");
		run(f, &p, &req);
		assert_int_equal(p.r.status, 200);
		assert_null(strstr(f->other->log, "secret"));
		assert_null(strstr(f->other->log, "Authorization"));
		assert_non_null(strstr(f->other->log, "Accept: text/x"));
		assert_non_null(strstr(f->server->log, "key-secret"));
		assert_non_null(
		    strstr(f->server->log, kind == RB_HTTP_BASIC ? "Authorization: Basic dTphdXRoLXNlY3JldA=="
								 : "Authorization: Bearer auth-secret"));
		rb_buf_free(&p.body);

		/* Within the origin they go along. */
		req = redirecting(url, sizeof(url), f->server, 307, "", "/echo");
		req.headers = headers;
		req.nheaders = 3;
		req.auth = (enum rb_http_auth)kind;
		req.user = RB_STR("u");
		req.secret = RB_STR("auth-secret");
		run(f, &p, &req);
		assert_non_null(strstr(rb_buf_cstr(&p.body), "key-secret"));
		assert_non_null(strstr(rb_buf_cstr(&p.body), "Authorization"));
		rb_buf_free(&p.body);
	}
}

static void
credentials_do_not_come_back_once_the_origin_was_left(void **state)
{
	const struct rb_http_header header = {RB_STR("X-Api-Key"), RB_STR("key-secret")};
	struct fixture *f = *state;
	char url[512], back[256];
	struct rb_http_request req;
	struct probe p;

	snprintf(back, sizeof(back), "%s/redirect/302/%s/echo", f->other->url, f->server->url);
	req = redirecting(url, sizeof(url), f->server, 302, back, "");
	req.headers = &header;
	req.nheaders = 1;
	run(f, &p, &req);
	assert_int_equal(p.r.status, 200);
	assert_int_equal(p.r.redirects, 2);
	assert_null(strstr(rb_buf_cstr(&p.body), "key-secret"));
	rb_buf_free(&p.body);
}

static void
redirects_that_must_not_be_followed(void **state)
{
	struct fixture *f = *state;
	char url[512];
	struct rb_http_request req = redirecting(url, sizeof(url), f->server, 302, "file:///etc/passwd", "");

	expect_error(f, &req, RB_HTTP_REDIRECT, "file:///etc/passwd");
	req = redirecting(url, sizeof(url), f->server, 302, "ftp://127.0.0.1/", "");
	expect_error(f, &req, RB_HTTP_REDIRECT, "neither http:// nor https://");
	req = redirecting(url, sizeof(url), f->server, 302, "http://u:p@127.0.0.1/", "");
	expect_error(f, &req, RB_HTTP_REDIRECT, "user or password");
	req = redirecting(url, sizeof(url), f->server, 307, f->other->url, "/echo");
	req.method = RB_STR("POST");
	req.has_body = true;
	req.body = RB_STR("body-secret");
	expect_error(f, &req, RB_HTTP_REDIRECT, "would take the request's body there");
	assert_int_equal(f->other->log_len, 0);
	req = redirecting(url, sizeof(url), f->server, 302, "/redirect/302//redirect/302/", "/ok");
	req.follow = 2;
	expect_error(f, &req, RB_HTTP_REDIRECT, "more than 2 redirects");
}

static void
a_post_becomes_a_get_where_the_status_says_so(void **state)
{
	static const struct {
		int status;
		const char *first;
		bool body;
	} rows[] = {{301, "GET ", false}, {302, "GET ", false}, {303, "GET ", false}, {307, "POST ", true},
	    {308, "POST ", true}};
	const struct rb_http_header type = {RB_STR("Content-Type"), RB_STR("text/z")};
	struct fixture *f = *state;
	char url[512];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rb_http_request req =
		    redirecting(url, sizeof(url), f->server, rows[i].status, "", "/echo");
		struct probe p;

		req.method = RB_STR("POST");
		req.has_body = true;
		req.body = RB_STR("the-body");
		req.headers = &type;
		req.nheaders = 1;
		run(f, &p, &req);
		assert_int_equal(strncmp(rb_buf_cstr(&p.body), rows[i].first, strlen(rows[i].first)), 0);
		assert_int_equal(strstr(rb_buf_cstr(&p.body), "the-body") != NULL, rows[i].body);
		assert_int_equal(strstr(rb_buf_cstr(&p.body), "text/z") != NULL, rows[i].body);
		rb_buf_free(&p.body);
	}
}

/* Ways to connect */

static void
resolve_holds_for_one_transfer_alone(void **state)
{
	struct fixture *f = *state;
	char url[256], entry[256];
	struct rb_str resolve;
	struct rb_http_request req = {.resolve = &resolve, .nresolve = 1};
	struct probe p;

	snprintf(url, sizeof(url), "http://api.invalid:%u/echo", (unsigned)f->server->port);
	snprintf(entry, sizeof(entry), "api.invalid:%u:127.0.0.1", (unsigned)f->server->port);
	req.url = rb_str_c(url);
	resolve = rb_str_c(entry);
	run(f, &p, &req);
	assert_int_equal(p.r.status, 200);
	assert_non_null(strstr(rb_buf_cstr(&p.body), "Host: api.invalid:"));
	rb_buf_free(&p.body);
	req.nresolve = 0;
	expect_error(f, &req, RB_HTTP_RESOLVE, "");
}

static void
a_unix_socket_and_a_proxy(void **state)
{
	struct fixture *f = *state;
	char path[64], proxy[64];
	struct rb_http_request req = {.url = RB_STR("http://docker/echo")};
	struct server *s;
	struct probe p;

	snprintf(path, sizeof(path), "/tmp/rb-http-%d.sock", (int)getpid());
	s = server_start_unix(path);
	req.unix_socket = rb_str_c(path);
	run(f, &p, &req);
	assert_int_equal(p.r.status, 200);
	assert_string_equal(p.peer, "");
	assert_non_null(strstr(rb_buf_cstr(&p.body), "Host: docker\r\n"));
	rb_buf_free(&p.body);
	unlink(path);
	server_stop(s);

	snprintf(proxy, sizeof(proxy), "%s", f->server->url);
	req = (struct rb_http_request){.url = RB_STR("http://behind.invalid/echo"), .proxy = rb_str_c(proxy)};
	setenv("no_proxy", "*", 1);
	run(f, &p, &req);
	unsetenv("no_proxy");
	assert_non_null(strstr(f->server->log, "GET http://behind.invalid/echo HTTP/1.1"));
	rb_buf_free(&p.body);
}

/* TLS, against `openssl s_server` */

struct tls_server {
	struct rb_spawned s;
	uint16_t port;
	char url[64];
};

/* A port at which nobody listens, of those that the kernel does not give to who connects: it would be taken
 * now and then, before s_server has it. */
static uint16_t
free_port(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

	for (unsigned i = 0; i < 1000; i++) {
		uint16_t port = (uint16_t)(2000 + ((unsigned)getpid() * 7 + i) % 8000);
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), rc;

		a.sin_port = htons(port);
		rc = bind(fd, (struct sockaddr *)&a, sizeof(a));
		close(fd);
		if (rc == 0)
			return port;
	}
	fail_msg("no port is free");
	return 0;
}

/* False if there is no openssl here. */
static bool
tls_start(struct tls_server *t, const char *cert)
{
	char path[256], port[16];
	const char *const argv[] = {"timeout", "300", "openssl", "s_server", "-accept", port, "-cert", path,
	    "-key", path, "-www", "-quiet", NULL};
	struct rb_spawn req = request(argv);
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

	t->port = free_port();
	snprintf(port, sizeof(port), "%u", (unsigned)t->port);
	snprintf(path, sizeof(path), "tests/unit/os/tls/%s.pem", cert);
	snprintf(t->url, sizeof(t->url), "https://localhost:%u/", (unsigned)t->port);
	if (rb_spawn_find("openssl", plain_env, NULL, (char[4096]){0}, 4096) != RB_SPAWN_OK ||
	    access(path, R_OK) != 0)
		return false;
	assert_int_equal(rb_spawn(&req, &t->s), 0);
	a.sin_port = htons(t->port);
	for (int i = 0; i < 6000; i++) {
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		int rc = connect(fd, (struct sockaddr *)&a, sizeof(a));

		close(fd);
		if (rc == 0)
			return true;
		usleep(10000);
	}
	fail_msg("openssl s_server did not listen");
	return false;
}

static void
tls_stop(const struct tls_server *t)
{
	kill(-t->s.pid, SIGKILL);
	waitpid(t->s.pid, NULL, 0);
}

static struct rb_http_request
tls_get(const struct tls_server *t)
{
	return (struct rb_http_request){
	    .url = rb_str_c(t->url), .tls.ca_file = RB_STR("tests/unit/os/tls/ca.pem")};
}

static void
a_good_certificate_is_shown_at_every_transfer(void **state)
{
	struct fixture *f = *state;
	struct rb_http_request req;
	struct tls_server t;
	struct probe p;

	if (!tls_start(&t, "good"))
		skip();
	req = tls_get(&t);
	for (int i = 0; i < 2; i++) {
		run(f, &p, &req);
		assert_string_equal(p.r.text, "");
		assert_int_equal(p.r.status, 200);
		assert_true(p.r.cert.known);
		assert_non_null(strstr(p.subject, "localhost"));
		assert_non_null(strstr(p.issuer, "runbook test CA"));
		assert_true(p.r.cert.not_before == INT64_C(1577836800)); /* 2020-01-01 */
		assert_true(p.r.cert.not_after == INT64_C(4102444799));  /* 2099-12-31 23:59:59 */
		assert_true(p.r.time.tls > 0);
		rb_buf_free(&p.body);
	}
	/* Without the CA nobody vouches for it; and it can be accepted all the same. */
	req.tls.ca_file = RB_STR("");
	run(f, &p, &req);
	assert_int_equal(p.r.error, RB_HTTP_TLS);
	assert_int_equal(p.r.tls, RB_HTTP_TLS_UNTRUSTED);
	assert_non_null(strstr(p.r.text, "runbook test CA"));
	assert_non_null(strstr(p.r.text, "2099-12-31"));
	rb_buf_free(&p.body);
	req.tls.insecure = true;
	run(f, &p, &req);
	assert_int_equal(p.r.status, 200);
	rb_buf_free(&p.body);
	tls_stop(&t);
}

static void
bad_certificates_are_told_apart_with_their_dates(void **state)
{
	static const struct {
		const char *cert;
		enum rb_http_tls tls;
		const char *words, *date;
	} rows[] = {
	    {"expired", RB_HTTP_TLS_EXPIRED, "expired on", "2021-02-03 04:05Z"},
	    {"future", RB_HTTP_TLS_NOT_YET, "valid only from", "2098-01-01"},
	    {"other", RB_HTTP_TLS_WRONG_HOST, "other.example", "2099-12-31"},
	    {"self", RB_HTTP_TLS_SELF_SIGNED, "self-signed", "2099-12-31"},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rb_http_request req;
		struct tls_server t;
		struct probe p;

		if (!tls_start(&t, rows[i].cert))
			skip();
		req = tls_get(&t);
		run(f, &p, &req);
		if (p.r.error != RB_HTTP_TLS || p.r.tls != rows[i].tls ||
		    strstr(p.r.text, rows[i].words) == NULL || strstr(p.r.text, rows[i].date) == NULL)
			fail_msg("%s: got %s/%s: %s", rows[i].cert, rb_http_error_name(p.r.error),
			    rb_http_tls_name(p.r.tls), p.r.text);
		assert_true(p.r.cert.known);
		assert_int_equal(p.r.status, 0);
		rb_buf_free(&p.body);
		tls_stop(&t);
	}
}

static void
a_server_name_is_asked_for_instead_of_the_host(void **state)
{
	struct fixture *f = *state;
	struct rb_http_request req;
	struct tls_server t;
	char url[64];

	if (!tls_start(&t, "other"))
		skip();
	req = tls_get(&t);
	snprintf(url, sizeof(url), "https://127.0.0.1:%u/", (unsigned)t.port);
	req.url = rb_str_c(url);
	req.tls.server_name = RB_STR("other.example");
	expect_error(f, &req, RB_HTTP_OK, "");
	req.tls.server_name = RB_STR("another.example");
	expect_error(f, &req, RB_HTTP_TLS, "for another host");
	req = tls_get(&t);
	req.tls.ca_file = RB_STR("/no/such/ca.pem");
	expect_error(f, &req, RB_HTTP_TLS, "");
	tls_stop(&t);
}

static void
plain_http_on_a_tls_port_and_back(void **state)
{
	struct fixture *f = *state;
	char url[64];
	struct rb_http_request req = {.url = {url, 0}};

	snprintf(url, sizeof(url), "https://127.0.0.1:%u/ok", (unsigned)f->server->port);
	req.url = rb_str_c(url);
	expect_error(f, &req, RB_HTTP_TLS, "");
}

static void
sigpipe_is_neither_met_nor_changed(void **state)
{
	struct fixture *f = *state;
	struct sigaction sa;
	sigset_t mask;

	sigaction(SIGPIPE, NULL, &sa);
	assert_ptr_equal(sa.sa_handler, SIG_DFL);
	expect_path_error(f, "/reset", RB_HTTP_RESET, "");
	sigaction(SIGPIPE, NULL, &sa);
	assert_ptr_equal(sa.sa_handler, SIG_DFL);
	pthread_sigmask(SIG_SETMASK, NULL, &mask);
	assert_int_equal(sigismember(&mask, SIGPIPE), 0);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    TEST(an_answer_comes_whole),
	    TEST(headers_keep_their_names_and_are_found_in_any_case),
	    TEST(a_request_is_sent_as_it_was_given),
	    TEST(methods_and_bodies),
	    TEST(what_must_not_be_sent_is_refused_before_connecting),
	    TEST(failures_are_told_apart),
	    TEST(bounds_are_kept_and_named),
	    TEST(a_gzip_bomb_is_counted_after_decompression),
	    TEST(a_transfer_that_never_ends_is_cancelled),
	    TEST(a_body_callback_may_cancel),
	    TEST(a_client_with_transfers_can_be_freed),
	    TEST(many_at_once),
	    TEST(a_redirect_is_an_answer_unless_it_is_followed),
	    TEST(credentials_stay_with_their_origin),
	    TEST(credentials_do_not_come_back_once_the_origin_was_left),
	    TEST(redirects_that_must_not_be_followed),
	    TEST(a_post_becomes_a_get_where_the_status_says_so),
	    TEST(resolve_holds_for_one_transfer_alone),
	    TEST(a_unix_socket_and_a_proxy),
	    TEST(a_good_certificate_is_shown_at_every_transfer),
	    TEST(bad_certificates_are_told_apart_with_their_dates),
	    TEST(a_server_name_is_asked_for_instead_of_the_host),
	    TEST(plain_http_on_a_tls_port_and_back),
	    TEST(sigpipe_is_neither_met_nor_changed),
	};

	alarm(500);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
