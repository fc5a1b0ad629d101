/* Who listens: found through both kernel tables, with the master of a forked listener told. */
#include "support.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "os/sock.h"

/* Listens on a free port of the loopback. */
static int
listener(int family, uint16_t *port)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	struct sockaddr *a = family == AF_INET6 ? (struct sockaddr *)&v6 : (struct sockaddr *)&v4;
	socklen_t n = family == AF_INET6 ? sizeof(v6) : sizeof(v4);
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, a, n) != 0 || listen(fd, 5) != 0 || getsockname(fd, a, &n) != 0) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	*port = ntohs(family == AF_INET6 ? v6.sin6_port : v4.sin_port);
	return fd;
}

/* A master that listens and two workers that hold the same socket; pids[0] is the master. */
static uint16_t
start_prefork(pid_t pids[3])
{
	struct {
		uint16_t port;
		pid_t pids[3];
	} told = {0};
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	if (fork() == 0) {
		alarm(300);
		told.pids[0] = getpid();
		if (listener(AF_INET, &told.port) < 0)
			_exit(1);
		for (int i = 1; i < 3; i++) {
			told.pids[i] = fork();
			if (told.pids[i] == 0) {
				alarm(300);
				for (;;)
					pause();
			}
		}
		if (write(ends[1], &told, sizeof(told)) != sizeof(told))
			_exit(1);
		for (;;)
			pause();
	}
	assert_int_equal(read(ends[0], &told, sizeof(told)), sizeof(told));
	close(ends[0]);
	close(ends[1]);
	memcpy(pids, told.pids, sizeof(told.pids));
	return told.port;
}

static void
a_port_that_nobody_listens_on(void **state)
{
	struct rb_sock_report r;
	struct rb_arena arena;
	uint16_t port = 0;
	int fd = listener(AF_INET, &port);

	(void)state;
	close(fd);
	rb_arena_init(&arena, NULL);
	for (int from = RB_SOCK_ANY; from <= RB_SOCK_PROCFS; from++) {
		assert_int_equal(rb_sock_listeners(port, (enum rb_sock_source)from, &arena, &r), 0);
		assert_false(r.listening);
		assert_false(r.unseen);
		assert_int_equal(r.nholders, 0);
		assert_null(r.main);
	}
	rb_arena_free(&arena);
}

static void
we_ourselves_listen(void **state)
{
	static const int families[] = {AF_INET, AF_INET6};
	static const char *const formats[] = {"127.0.0.1:%u", "[::1]:%u"};

	(void)state;
	for (int i = 0; i < 2; i++) {
		uint16_t port = 0;
		int fd = listener(families[i], &port);
		char address[64];

		if (fd < 0)
			continue; /* a host without IPv6 */
		snprintf(address, sizeof(address), i == 0 ? formats[0] : formats[1], (unsigned)port);
		for (int from = RB_SOCK_ANY; from <= RB_SOCK_PROCFS; from++) {
			struct rb_sock_report r;
			struct rb_arena arena;

			rb_arena_init(&arena, NULL);
			assert_int_equal(rb_sock_listeners(port, (enum rb_sock_source)from, &arena, &r), 0);
			assert_true(r.listening);
			assert_int_equal(r.naddresses, 1);
			assert_string_equal(r.addresses[0].p, address);
			assert_int_equal(r.nholders, 1);
			assert_int_equal(r.holders[0].id.pid, getpid());
			assert_int_equal(r.holders[0].parent, getppid());
			assert_int_equal(rb_proc_lives(r.holders[0].id), 1);
			assert_non_null(strstr(r.holders[0].command.p, "sock"));
			assert_true(r.holders[0].user.n > 0);
			assert_ptr_equal(r.main, &r.holders[0]);
			rb_arena_free(&arena);
		}
		close(fd);
	}
}

static void
a_connection_is_not_a_listener(void **state)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct rb_sock_report r;
	struct rb_arena arena;
	socklen_t n = sizeof(a);
	uint16_t port = 0;
	int fd = listener(AF_INET, &port), client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)state;
	a.sin_port = htons(port);
	assert_int_equal(connect(client, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(getsockname(client, (struct sockaddr *)&a, &n), 0);
	rb_arena_init(&arena, NULL);
	assert_int_equal(rb_sock_listeners(ntohs(a.sin_port), RB_SOCK_ANY, &arena, &r), 0);
	assert_false(r.listening);
	assert_int_equal(rb_sock_listeners(ntohs(a.sin_port), RB_SOCK_PROCFS, &arena, &r), 0);
	assert_false(r.listening);
	rb_arena_free(&arena);
	close(client);
	close(fd);
}

static void
the_master_of_a_forked_listener_is_told(void **state)
{
	struct rb_sock_report r;
	struct rb_arena arena;
	pid_t pids[3];
	uint16_t port = start_prefork(pids);

	(void)state;
	rb_arena_init(&arena, NULL);
	assert_int_equal(rb_sock_listeners(port, RB_SOCK_ANY, &arena, &r), 0);
	assert_int_equal(r.nholders, 3);
	assert_non_null(r.main);
	assert_int_equal(r.main->id.pid, pids[0]);
	assert_false(r.unseen);

	/* Without its master two workers hold it, neither the other's parent: there is no one to name. */
	kill(pids[0], SIGKILL);
	waitpid(pids[0], NULL, 0);
	assert_int_equal(rb_sock_listeners(port, RB_SOCK_ANY, &arena, &r), 0);
	assert_true(r.listening);
	assert_int_equal(r.nholders, 2);
	assert_null(r.main);
	kill(pids[1], SIGKILL);
	kill(pids[2], SIGKILL);
	rb_arena_free(&arena);
}

static void
anothers_holder_is_unseen_and_that_is_said(void **state)
{
	struct rb_arena arena;
	pid_t pid, pids[3];
	uint16_t port;
	int status;

	(void)state;
	if (geteuid() != 0)
		skip();
	port = start_prefork(pids);
	pid = fork();
	if (pid == 0) {
		struct rb_sock_report r;

		if (setuid(65534) != 0)
			_exit(2);
		rb_arena_init(&arena, NULL);
		if (rb_sock_listeners(port, RB_SOCK_ANY, &arena, &r) != 0)
			_exit(3);
		_exit(r.listening && r.unseen && r.nholders == 0 && r.main == NULL ? 0 : 1);
	}
	waitpid(pid, &status, 0);
	for (int i = 0; i < 3; i++)
		kill(pids[i], SIGKILL);
	waitpid(pids[0], NULL, 0);
	assert_int_equal(status, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_port_that_nobody_listens_on),
	    cmocka_unit_test(we_ourselves_listen),
	    cmocka_unit_test(a_connection_is_not_a_listener),
	    cmocka_unit_test(the_master_of_a_forked_listener_is_told),
	    cmocka_unit_test(anothers_holder_is_unseen_and_that_is_said),
	};

	alarm(500);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
