/* Writing all of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/write.h"

enum { MUCH = 1 << 20 }; /* more than a pipe holds */

static void *
read_to_end(void *ctx)
{
	static char bytes[4096];
	int *fd = ctx;
	size_t total = 0;
	ssize_t n;

	for (n = read(*fd, bytes, sizeof(bytes)); n > 0; n = read(*fd, bytes, sizeof(bytes)))
		total += (size_t)n;
	return (void *)(uintptr_t)total;
}

static void
test_waits_for_a_reader(void **state)
{
	static char much[MUCH];
	pthread_t reader;
	void *total;
	int ends[2];

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
	assert_int_equal(pthread_create(&reader, NULL, read_to_end, &ends[0]), 0);
	memset(much, 'x', sizeof(much));
	assert_int_equal(rb_write_all(ends[1], (struct rb_str){much, sizeof(much)}), 0);
	close(ends[1]);
	assert_int_equal(pthread_join(reader, &total), 0);
	assert_int_equal((uintptr_t)total, MUCH);
	close(ends[0]);
}

static void
test_failures(void **state)
{
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC), ends[2];

	(void)state;
	assert_true(full >= 0);
	assert_int_equal(rb_write_all(full, RB_STR("")), 0);
	assert_int_equal(rb_write_all(full, RB_STR("x")), -1);
	assert_int_equal(errno, ENOSPC);
	close(full);
	assert_int_equal(rb_write_all(full, RB_STR("x")), -1);
	assert_int_equal(errno, EBADF);

	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	close(ends[0]);
	assert_int_equal(rb_write_all(ends[1], RB_STR("x")), -1);
	assert_int_equal(errno, EPIPE);
	close(ends[1]);
}

static void
test_does_not_wait(void **state)
{
	char much[4096];
	int ends[2], n = 0;

	(void)state;
	memset(much, 'x', sizeof(much));
	assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	assert_int_equal(rb_write_now(ends[1], RB_STR("x")), 0);
	while (n < 100000 && rb_write_now(ends[1], (struct rb_str){much, sizeof(much)}) == 0)
		n++;
	assert_int_equal(errno, EAGAIN);
	assert_in_range(n, 1, 99999);
	close(ends[0]);
	close(ends[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_waits_for_a_reader),
	    cmocka_unit_test(test_does_not_wait), cmocka_unit_test(test_failures)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
