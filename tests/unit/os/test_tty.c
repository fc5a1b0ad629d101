/* The terminal, on a pseudo-terminal of the test's own. */
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

#include "os/tty.h"

struct pty {
	int master, slave;
};

static struct pty
open_pty(void)
{
	struct pty p;
	char name[64];

	p.master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(p.master >= 0);
	assert_int_equal(grantpt(p.master), 0);
	assert_int_equal(unlockpt(p.master), 0);
	assert_int_equal(ptsname_r(p.master, name, sizeof(name)), 0);
	p.slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(p.slave >= 0);
	return p;
}

static void
type(const struct pty *p, const char *text)
{
	struct pollfd in = {.fd = p->slave, .events = POLLIN};

	assert_int_equal(write(p->master, text, strlen(text)), strlen(text));
	assert_int_equal(poll(&in, 1, 60000), 1);
}

/* What the terminal has echoed. */
static void
echoed(const struct pty *p, const char *expected)
{
	struct pollfd in = {.fd = p->master, .events = POLLIN};
	char text[256] = "";
	size_t n = 0;

	/* All that is expected, however long it takes, and then no more. */
	while (poll(&in, 1, n < strlen(expected) ? 60000 : 50) == 1 && n < sizeof(text) - 1) {
		ssize_t got = read(p->master, text + n, sizeof(text) - 1 - n);

		assert_true(got > 0);
		n += (size_t)got;
	}
	assert_string_equal(text, expected);
}

static void
keys_come_one_by_one_without_echo(void **state)
{
	struct pty p = open_pty();
	struct termios before, after;
	struct rb_tty t;

	(void)state;
	tcgetattr(p.slave, &before);
	assert_int_equal(rb_tty_open(&t, p.slave), 0);
	assert_int_equal(rb_tty_keys(&t), 0);
	type(&p, "yn\xc3\xa9\x1b[A\x1b[1;5Cx\x1bOPz");
	assert_int_equal(rb_tty_key(&t), 'y');
	assert_int_equal(rb_tty_key(&t), 'n');
	assert_int_equal(rb_tty_key(&t), 0xe9);
	assert_int_equal(rb_tty_key(&t), RB_TTY_OTHER);
	assert_int_equal(rb_tty_key(&t), RB_TTY_OTHER);
	assert_int_equal(rb_tty_key(&t), 'x');
	assert_int_equal(rb_tty_key(&t), RB_TTY_OTHER);
	assert_int_equal(rb_tty_key(&t), 'z');
	type(&p, "\xff\x04");
	assert_int_equal(rb_tty_key(&t), RB_TTY_OTHER);
	assert_int_equal(rb_tty_key(&t), RB_TTY_EOF);
	echoed(&p, "");
	rb_tty_close(&t);
	tcgetattr(p.slave, &after);
	assert_int_equal(after.c_lflag, before.c_lflag);
	assert_int_equal(after.c_cc[VMIN], before.c_cc[VMIN]);
	assert_true(fcntl(p.slave, F_GETFD) >= 0); /* not ours to close */
	close(p.slave);
	close(p.master);
}

static void
a_hidden_line_is_not_echoed_and_what_was_typed_ahead_is_dropped(void **state)
{
	struct pty p = open_pty();
	struct rb_buf line;
	struct rb_tty t;

	(void)state;
	rb_buf_init(&line, NULL, 4096);
	assert_int_equal(rb_tty_open(&t, p.slave), 0);
	type(&p, "ahead\n");
	echoed(&p, "ahead\r\n");
	assert_int_equal(rb_tty_hidden(&t), 0);
	type(&p, "s3cret\n");
	assert_int_equal(rb_tty_line(&t, &line), 1);
	assert_string_equal(rb_buf_cstr(&line), "s3cret");
	echoed(&p, "\r\n");
	assert_int_equal(rb_tty_restore(&t), 0);
	rb_buf_clear(&line);
	type(&p, "seen\n");
	echoed(&p, "seen\r\n");
	assert_int_equal(rb_tty_line(&t, &line), 1);
	type(&p, "\x04");
	assert_int_equal(rb_tty_line(&t, &line), -1);
	rb_tty_hidden(&t);
	assert_int_equal(rb_tty_restore(&t), 0);
	type(&p, "x\n");
	echoed(&p, "x\r\n");
	close(p.master);
	assert_int_equal(rb_tty_line(&t, &line) >= 0 ? rb_tty_line(&t, &line) : -1, -1); /* hung up */
	rb_tty_close(&t);
	close(p.slave);
	rb_buf_free(&line);
}

static void
what_is_no_terminal(void **state)
{
	struct rb_tty t;
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(rb_tty_open(&t, ends[0]), -1);
	rb_tty_close(&t);
	close(ends[0]);
	close(ends[1]);
}

#define CHECK(condition)                                                                                     \
	do {                                                                                                 \
		if (!(condition))                                                                            \
			_exit(__LINE__ % 250 + 1);                                                           \
	} while (0)

/* A session of its own with the terminal as its controlling one: what an interactive step lives in. */
static void
session(const struct pty *p)
{
	static const char *const argv[] = {
	    "sh", "-c", "stty -echo; cut -d' ' -f 5,8 /proc/$$/stat; kill -INT $$; sleep 5", NULL};
	static const char *const wrong[] = {"/no/such", NULL};
	static const char *const bad[] = {"/dev/shm/rb-tty-bad", NULL};
	struct rb_spawn req = request(argv);
	struct rb_spawned s;
	struct rb_tty t;
	struct rb_buf out;
	int group, foreground, status;

	alarm(200);
	CHECK(setsid() > 0);
	CHECK(ioctl(p->slave, TIOCSCTTY, 0) == 0);
	CHECK(rb_tty_open(&t, -1) == 0);
	CHECK(rb_tty_foreground(&t));
	CHECK(rb_tty_keys(&t) == 0);

	req.terminal = t.fd;
	req.in = (struct rb_spawn_io){.mode = RB_IO_FD, .fd = p->slave};
	req.out.mode = RB_IO_PIPE;
	CHECK(rb_tty_restore(&t) == 0);
	CHECK(rb_spawn(&req, &s) == 0);
	rb_buf_init(&out, NULL, 4096);
	/* Its group has the foreground, in our session; it was ended by its own signal, and we were not. */
	CHECK(waitpid(s.pid, &status, 0) == s.pid);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT);
	read_all(s.out, &out);
	CHECK(sscanf(rb_buf_cstr(&out), "%d %d", &group, &foreground) == 2);
	CHECK(group == s.pid && foreground == s.pid);
	CHECK(!rb_tty_foreground(&t));
	CHECK(rb_tty_keys(&t) == -1 && errno == EIO); /* and does not stop us */
	CHECK(rb_tty_take(&t) == 0);
	CHECK(rb_tty_foreground(&t));

	/* The echo that it switched off is back. */
	struct termios now;
	CHECK(tcgetattr(t.fd, &now) == 0 && (now.c_lflag & ECHO) != 0);

	/* A program that cannot start leaves the terminal with us. */
	req.argv = wrong;
	CHECK(rb_spawn(&req, &s) == -1 && s.error == RB_SPAWN_NOT_FOUND);
	CHECK(rb_tty_foreground(&t));
	int fd = open(bad[0], O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	CHECK(fd >= 0 && write(fd, "#!/no/such\n", 11) == 11);
	close(fd);
	req.argv = bad;
	CHECK(rb_spawn(&req, &s) == -1 && s.error == RB_SPAWN_BAD_INTERPRETER);
	unlink(bad[0]);
	CHECK(rb_tty_foreground(&t));
	rb_tty_close(&t);
	rb_buf_free(&out);
	_exit(0);
}

static void
the_foreground_goes_to_a_child_and_comes_back(void **state)
{
	struct pty p = open_pty();
	int status;
	pid_t pid = fork();

	(void)state;
	if (pid == 0)
		session(&p);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	close(p.slave);
	close(p.master);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(keys_come_one_by_one_without_echo),
	    cmocka_unit_test(a_hidden_line_is_not_echoed_and_what_was_typed_ahead_is_dropped),
	    cmocka_unit_test(what_is_no_terminal),
	    cmocka_unit_test(the_foreground_goes_to_a_child_and_comes_back),
	};

	alarm(500);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
