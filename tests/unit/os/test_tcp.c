/* TCP exchanges: connect, send, read; each ending told apart. */
#include "server.h"
#include "support.h"

#include <stdlib.h>

#include "os/tcp.h"

struct fixture {
	struct rb_loop *loop;
	struct rb_http_client *names;
	struct server *server;
};

struct probe {
	struct rb_tcp *tcp;
	bool done, free_in_bytes;
	const char *enough; /* stop when this was read */
	struct rb_tcp_result r;
	struct rb_buf bytes;
};

static bool
on_bytes(void *ctx, struct rb_str bytes)
{
	struct probe *p = ctx;

	rb_buf_str(&p->bytes, bytes);
	if (p->free_in_bytes) {
		rb_tcp_free(p->tcp);
		p->tcp = NULL;
		return true;
	}
	return p->enough == NULL || strstr(rb_buf_cstr(&p->bytes), p->enough) == NULL;
}

static void
on_done(void *ctx, const struct rb_tcp_result *r)
{
	struct probe *p = ctx;

	assert_false(p->done);
	p->done = true;
	p->r = *r;
	rb_tcp_free(p->tcp);
	p->tcp = NULL;
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->loop = rb_loop_new(NULL);
	f->names = rb_http_client_new(f->loop);
	f->server = server_start();
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	rb_http_client_free(f->names);
	rb_loop_free(f->loop);
	server_stop(f->server);
	free(f);
	return 0;
}

static void
start(struct fixture *f, struct probe *p, struct rb_str host, uint16_t port, struct rb_str send, size_t read)
{
	const struct rb_tcp_request req = {.host = host, .port = port, .send = send, .read = read};
	const struct rb_tcp_handler h = {p, on_bytes, on_done};

	rb_buf_init(&p->bytes, NULL, 1 << 20);
	p->tcp = rb_tcp_start(f->loop, f->names, &req, &h);
	assert_false(p->done);
}

static struct rb_tcp_result
run(struct fixture *f, struct rb_str host, uint16_t port, struct rb_str send, size_t read,
    const char *expected)
{
	struct probe p = {0};

	start(f, &p, host, port, send, read);
	run_until(f->loop, &p.done);
	if (expected != NULL && strcmp(rb_buf_cstr(&p.bytes), expected) != 0)
		fail_msg("expected '%s', got '%s' (%s)", expected, rb_buf_cstr(&p.bytes), p.r.text);
	rb_buf_free(&p.bytes);
	return p.r;
}

static void
a_connection_is_enough_where_nothing_else_is_asked(void **state)
{
	struct fixture *f = *state;
	struct rb_tcp_result r = run(f, RB_STR("127.0.0.1"), f->server->port, RB_STR(""), 0, "");

	assert_int_equal(r.error, RB_HTTP_OK);
	assert_true(r.connected);
	assert_string_equal(r.peer, "127.0.0.1");
	assert_true(r.took > 0);
	assert_string_equal(r.text, "");
}

/* Of "." every 20 ms the third is asked for, so two pauses at least lie in between. */
static void
the_time_is_that_of_the_whole_exchange(void **state)
{
	struct fixture *f = *state;
	const char *head = "HTTP/1.1 200 OK\r\n\r\n...";
	struct rb_tcp_result r = run(f, RB_STR("127.0.0.1"), f->server->port,
	    RB_STR("GET /drip HTTP/1.0\r\n\r\n"), strlen(head), head);

	assert_int_equal(r.error, RB_HTTP_OK);
	assert_true(r.took >= 40 * RB_MS);
}

static void
what_is_sent_is_answered(void **state)
{
	struct fixture *f = *state;
	struct rb_tcp_result r;

	r = run(f, RB_STR("127.0.0.1"), f->server->port, RB_STR("GET /status/204 HTTP/1.0\r\n\r\n"), 12,
	    "HTTP/1.1 204");
	assert_int_equal(r.error, RB_HTTP_OK);
	assert_int_equal(r.bytes, 12);
	assert_false(r.closed);
	r = run(f, RB_STR("127.0.0.1"), f->server->port, RB_STR("GET /garbage HTTP/1.0\r\n\r\n"), 1000,
	    "SSH-2.0-OpenSSH_9.2\r\n");
	assert_true(r.closed);
	assert_int_equal(r.error, RB_HTTP_OK);
}

static void
a_large_text_is_sent_whole(void **state)
{
	struct fixture *f = *state;
	size_t n = 60000;
	char *text = malloc(n);
	struct rb_tcp_result r;

	memset(text, 'x', n);
	memcpy(text, "GET /echo HTTP/1.0\r\nX: ", 23);
	memcpy(text + n - 4, "\r\n\r\n", 4);
	r = run(f, RB_STR("127.0.0.1"), f->server->port, (struct rb_str){text, n}, 1 << 20, NULL);
	assert_true(r.bytes > n);
	free(text);
}

static void
names_and_localhost_are_resolved(void **state)
{
	struct fixture *f = *state;
	struct rb_tcp_result r;

	/* The server listens on 127.0.0.1 alone: ::1 is tried first, and given up. */
	r = run(f, RB_STR("localhost"), f->server->port, RB_STR("GET /garbage\r\n\r\n"), 8, "SSH-2.0-");
	assert_int_equal(r.error, RB_HTTP_OK);
	assert_string_equal(r.peer, "127.0.0.1");
	/* By name, through libcurl (a name of the loopback that any resolver of glibc's has). */
	r = run(f, RB_STR("ip6-localhost.invalid"), f->server->port, RB_STR(""), 0, "");
	assert_int_equal(r.error, RB_HTTP_RESOLVE);
	r = run(f, RB_STR("rb.localhost"), f->server->port, RB_STR("GET /garbage\r\n\r\n"), 8, NULL);
	assert_true(r.error == RB_HTTP_OK || r.error == RB_HTTP_RESOLVE); /* old libcurls ask the DNS */
	assert_true(r.error != RB_HTTP_OK || r.bytes == 8);
}

static void
failures_are_told_apart(void **state)
{
	struct fixture *f = *state;
	struct server *gone = server_start();
	uint16_t port = gone->port;
	struct rb_tcp_result r;
	char long_host[300];

	server_stop(gone);
	r = run(f, RB_STR("127.0.0.1"), port, RB_STR(""), 0, "");
	assert_int_equal(r.error, RB_HTTP_REFUSED);
	assert_string_equal(r.text, "connection refused");
	assert_false(r.connected);
	assert_int_equal(run(f, RB_STR("localhost"), port, RB_STR(""), 0, "").error, RB_HTTP_REFUSED);
	r = run(f, RB_STR("127.0.0.1"), f->server->port, RB_STR("GET /reset HTTP/1.0\r\n\r\n"), 10, "");
	assert_int_equal(r.error, RB_HTTP_RESET);
	assert_true(r.connected);
	assert_int_equal(run(f, RB_STR(""), port, RB_STR(""), 0, "").error, RB_HTTP_INVALID);
	assert_int_equal(run(f, RB_STR("a\0b"), port, RB_STR(""), 0, "").error, RB_HTTP_INVALID);
	assert_int_equal(run(f, RB_STR("user@host/path"), port, RB_STR(""), 0, "").error, RB_HTTP_INVALID);
	memset(long_host, 'a', sizeof(long_host));
	assert_int_equal(run(f, (struct rb_str){long_host, sizeof(long_host)}, port, RB_STR(""), 0, "").error,
	    RB_HTTP_INVALID);
	rb_http_client_free(f->names);
	f->names = NULL;
	assert_int_equal(run(f, RB_STR("some.name"), port, RB_STR(""), 0, "").error, RB_HTTP_UNAVAILABLE);
}

static void
a_callback_can_have_enough_or_free_it(void **state)
{
	struct fixture *f = *state;
	struct probe p = {.enough = "200 OK"};

	start(f, &p, RB_STR("127.0.0.1"), f->server->port, RB_STR("GET /endless HTTP/1.0\r\n\r\n"), SIZE_MAX);
	run_until(f->loop, &p.done);
	assert_int_equal(p.r.error, RB_HTTP_OK);
	assert_false(p.r.closed);
	rb_buf_free(&p.bytes);

	p = (struct probe){.free_in_bytes = true};
	start(f, &p, RB_STR("127.0.0.1"), f->server->port, RB_STR("GET /endless HTTP/1.0\r\n\r\n"), SIZE_MAX);
	for (int i = 0; i < 3000 && p.tcp != NULL; i++)
		run_for(f->loop, 20 * RB_MS);
	assert_null(p.tcp);
	run_for(f->loop, 100 * RB_MS);
	assert_false(p.done);
	rb_buf_free(&p.bytes);
}

static void
one_that_waits_for_ever_is_freed(void **state)
{
	struct fixture *f = *state;
	struct probe p = {0}, q = {0};

	start(f, &p, RB_STR("127.0.0.1"), f->server->port, RB_STR("GET /slow HTTP/1.0\r\n\r\n"), 10);
	start(f, &q, RB_STR("a.name.invalid"), f->server->port, RB_STR(""), 0);
	run_for(f->loop, 50 * RB_MS);
	rb_tcp_free(p.tcp);
	rb_tcp_free(q.tcp);
	run_for(f->loop, 20 * RB_MS);
	assert_false(p.done);
	rb_buf_free(&p.bytes);
	rb_buf_free(&q.bytes);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    TEST(a_connection_is_enough_where_nothing_else_is_asked),
	    TEST(the_time_is_that_of_the_whole_exchange),
	    TEST(what_is_sent_is_answered),
	    TEST(a_large_text_is_sent_whole),
	    TEST(names_and_localhost_are_resolved),
	    TEST(failures_are_told_apart),
	    TEST(a_callback_can_have_enough_or_free_it),
	    TEST(one_that_waits_for_ever_is_freed),
	};

	alarm(500);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
