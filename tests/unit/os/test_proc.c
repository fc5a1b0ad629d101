/* Process tables: identity, texts, pid files, ending what is not our child. */
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "os/proc.h"

struct stopped {
	bool done;
	enum rb_proc_stopped how;
	char text[RB_PROC_TEXT];
};

static void
on_stopped(void *ctx, enum rb_proc_stopped how, const char *text)
{
	struct stopped *s = ctx;

	assert_false(s->done);
	s->done = true;
	s->how = how;
	snprintf(s->text, sizeof(s->text), "%s", text);
}

static struct rb_proc_id
identity(pid_t pid)
{
	struct rb_proc p;

	assert_int_equal(rb_proc_read(pid, &p), 0);
	return p.id;
}

static struct stopped
stop(struct rb_loop *loop, struct rb_proc_id id, int64_t grace)
{
	struct stopped s = {0};
	struct rb_proc_stop *stop = rb_proc_stop(loop, id, grace, on_stopped, &s);

	assert_false(s.done);
	run_until(loop, &s.done);
	rb_proc_stop_free(stop);
	return s;
}

/* A shell that is a grandchild, and so not ours to wait for: its pid. */
static pid_t
start_orphan(const char *script)
{
	const char *const argv[] = {"sh", "-c", script, NULL};
	struct rb_spawn req = request(argv);
	struct rb_buf out;
	struct rb_spawned s;
	struct pollfd p;
	char line[32] = "";

	req.out.mode = RB_IO_PIPE;
	rb_buf_init(&out, NULL, 64);
	assert_int_equal(rb_spawn(&req, &s), 0);
	p = (struct pollfd){.fd = s.out, .events = POLLIN};
	assert_int_equal(poll(&p, 1, 60000), 1);
	assert_true(read(s.out, line, sizeof(line) - 1) > 0);
	close(s.out);
	waitpid(s.pid, NULL, 0);
	rb_buf_free(&out);
	return (pid_t)strtol(line, NULL, 10);
}

/* Waits until the kernel has set up what exec has begun: the spawner returns a little before that. */
static void
settle(pid_t pid)
{
	struct rb_buf text;
	struct rb_proc p;

	rb_buf_init(&text, NULL, 4096);
	do {
		rb_buf_clear(&text);
		assert_int_equal(rb_proc_read(pid, &p), 0);
		assert_int_equal(rb_proc_cmdline(&p, &text), 0);
	} while (rb_buf_cstr(&text)[0] == '[');
	rb_buf_free(&text);
}

static void
our_own_process_is_read_right(void **state)
{
	struct rb_buf text;
	struct rb_proc p;

	(void)state;
	assert_int_equal(rb_proc_read(getpid(), &p), 0);
	assert_int_equal(p.id.pid, getpid());
	assert_int_equal(p.parent, getppid());
	assert_int_equal(p.group, getpgrp());
	assert_int_equal(p.session, getsid(0));
	assert_int_equal(p.state, 'R');
	assert_true(p.alive);
	assert_true(p.rss > 100000 && p.rss < UINT64_C(1) << 40);
	assert_int_equal(rb_proc_lives(p.id), 1);
	p.id.start++;
	assert_int_equal(rb_proc_lives(p.id), 0);
	assert_true(rb_clock_wall() - rb_proc_started(identity(getpid())) < 100 * RB_SECOND);
	assert_true(rb_clock_wall() - rb_proc_started(identity(getpid())) > -RB_SECOND);
	rb_buf_init(&text, NULL, 4096);
	assert_int_equal(rb_proc_user(getpid(), &text), 0);
	if (geteuid() == 0)
		assert_string_equal(rb_buf_cstr(&text), "root");
	rb_buf_free(&text);
	assert_int_equal(rb_proc_read(0x3fffffff, &p), -1);
	assert_int_equal(errno, ENOENT);
}

static void
a_name_with_parentheses_and_blanks_does_not_confuse(void **state)
{
	char before[16];
	struct rb_proc p;

	(void)state;
	prctl(PR_GET_NAME, before);
	prctl(PR_SET_NAME, ") R 1 (a b");
	assert_int_equal(rb_proc_read(getpid(), &p), 0);
	prctl(PR_SET_NAME, before);
	assert_string_equal(p.comm, ") R 1 (a b");
	assert_int_equal(p.parent, getppid());
}

static void
a_command_line_is_joined_by_blanks(void **state)
{
	static const char *const argv[] = {"sleep", "20", NULL};
	struct rb_spawn req = request(argv);
	struct rb_spawned s;
	struct rb_buf text;
	struct rb_proc p;
	siginfo_t si;

	(void)state;
	rb_buf_init(&text, NULL, 4096);
	assert_int_equal(rb_spawn(&req, &s), 0);
	settle(s.pid);
	assert_int_equal(rb_proc_read(s.pid, &p), 0);
	assert_int_equal(rb_proc_cmdline(&p, &text), 0);
	assert_string_equal(rb_buf_cstr(&text), "sleep 20");
	kill(s.pid, SIGKILL);
	waitid(P_PID, (id_t)s.pid, &si, WEXITED | WNOWAIT);
	/* A zombie has no command line, and has ended. */
	rb_buf_clear(&text);
	assert_int_equal(rb_proc_read(s.pid, &p), 0);
	assert_int_equal(p.state, 'Z');
	assert_false(p.alive);
	assert_int_equal(rb_proc_lives(p.id), 0);
	assert_int_equal(rb_proc_cmdline(&p, &text), 0);
	assert_string_equal(rb_buf_cstr(&text), "[sleep]");
	waitpid(s.pid, NULL, 0);
	assert_int_equal(rb_proc_cmdline(&p, &text), -1);
	rb_buf_free(&text);
}

static void *
linger(void *ctx)
{
	(void)ctx;
	for (;;)
		pause();
	return NULL;
}

static void
a_process_whose_first_thread_ended_is_alive(void **state)
{
	struct rb_proc p = {0};
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		pthread_t thread;

		alarm(200);
		pthread_create(&thread, NULL, linger, NULL);
		pthread_exit(NULL);
	}
	for (int i = 0; i < 60000 && p.state != 'Z'; i++) {
		usleep(1000);
		assert_int_equal(rb_proc_read(pid, &p), 0);
	}
	assert_int_equal(p.state, 'Z');
	assert_true(p.alive);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void
an_environment_entry_is_found_whole_only(void **state)
{
	static const char *const argv[] = {"sleep", "20", NULL};
	static const char *const env[] = {
	    "PATH=/usr/bin:/bin", "XMARK=no", "MARK=abc", "LAST=MARK=xyz", NULL};
	struct rb_spawn req = {.argv = argv, .env = env, .terminal = -1};
	struct rb_spawned s;

	(void)state;
	assert_int_equal(rb_spawn(&req, &s), 0);
	settle(s.pid);
	assert_true(rb_proc_has_env(s.pid, "MARK=abc"));
	assert_true(rb_proc_has_env(s.pid, "LAST=MARK=xyz"));
	assert_false(rb_proc_has_env(s.pid, "MARK=ab"));
	assert_false(rb_proc_has_env(s.pid, "MARK=abcd"));
	assert_false(rb_proc_has_env(s.pid, "MARK=xyz"));
	assert_false(rb_proc_has_env(s.pid, "MARK=no"));
	kill(s.pid, SIGKILL);
	waitpid(s.pid, NULL, 0);
	assert_false(rb_proc_has_env(s.pid, "MARK=abc"));
}

static void
try_pidfile(const char *text, int expected, pid_t expected_pid, const char *words)
{
	char path[] = "/tmp/rb-pidfile-XXXXXX", why[RB_PROC_TEXT] = "";
	int fd = mkstemp(path);
	int64_t written = -7;
	pid_t pid = -7;

	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(futimens(fd, (struct timespec[2]){{1000, 0}, {1792000000, 5}}), 0);
	close(fd);
	assert_int_equal(rb_proc_pidfile(path, &pid, &written, why), expected);
	assert_int_equal(pid, expected == 0 ? expected_pid : -7);
	assert_int_equal(written, expected == 0 ? 1792000000 * RB_SECOND + 5 : -7);
	assert_non_null(strstr(why, words));
	unlink(path);
}

/* The first child of `pid`, once `pid` is there and has one; 0 if it has ended before. */
static pid_t
child_of(pid_t pid)
{
	char path[64], text[32];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%ld/task/%ld/children", (long)pid, (long)pid);
	for (int tries = 0; tries < 6000; tries++) {
		fd = open(path, O_RDONLY);
		n = fd >= 0 ? read(fd, text, sizeof(text) - 1) : -1;
		if (fd >= 0)
			close(fd);
		if (n > 0) {
			text[n] = '\0';
			return (pid_t)strtol(text, NULL, 10);
		}
		if (waitpid(pid, NULL, WNOHANG) == pid)
			return 0;
		usleep(10000);
	}
	return 0;
}

/* As another user's processes look: their namespace is not shown, the number of their ids is. */
static bool
elsewhere_as_nobody(pid_t pid)
{
	pid_t looker = fork();
	int status = 0;

	if (looker == 0) {
		if (setresgid(65534, 65534, 65534) != 0 || setresuid(65534, 65534, 65534) != 0)
			_exit(2);
		_exit(rb_proc_elsewhere(pid) ? 0 : 1);
	}
	assert_int_equal(waitpid(looker, &status, 0), looker);
	assert_true(WIFEXITED(status));
	assert_int_not_equal(WEXITSTATUS(status), 2);
	return WEXITSTATUS(status) == 0;
}

static void
one_in_a_container_is_elsewhere(void **state)
{
	pid_t outer, inner;

	(void)state;
	assert_false(rb_proc_elsewhere(getpid()));
	assert_false(rb_proc_elsewhere(1 << 30));
	outer = fork();
	if (outer == 0) {
		execlp("unshare", "unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "sleep", "20",
		    NULL);
		_exit(127);
	}
	inner = child_of(outer);
	if (inner == 0)
		skip(); /* no namespace may be made here */
	assert_false(rb_proc_elsewhere(outer));
	assert_true(rb_proc_elsewhere(inner));
	if (geteuid() == 0) {
		assert_false(elsewhere_as_nobody(outer));
		assert_true(elsewhere_as_nobody(inner));
	}
	kill(outer, SIGKILL);
	waitpid(outer, NULL, 0);
}

static void
pid_files(void **state)
{
	char path[64], why[RB_PROC_TEXT];
	int64_t written;
	pid_t pid;

	(void)state;
	try_pidfile("42\n", 0, 42, "");
	try_pidfile("  42", 0, 42, "");
	try_pidfile("42\n/var/lib/postgresql\n1700000000\n", 0, 42, "");
	try_pidfile("", -1, 0, "holds no process id");
	try_pidfile("\n", -1, 0, "holds no process id");
	try_pidfile("0\n", -1, 0, "holds no process id");
	try_pidfile("-1\n", -1, 0, "holds no process id");
	try_pidfile("42 43\n", -1, 0, "holds no process id");
	try_pidfile("99999999999\n", -1, 0, "holds no process id");
	assert_int_equal(rb_proc_pidfile("/no/such/file", &pid, &written, why), -1);
	assert_int_equal(errno, ENOENT);
	assert_non_null(strstr(why, "No such file"));
	assert_int_equal(rb_proc_pidfile("/tmp", &pid, &written, why), -1);
	assert_int_equal(errno, EBADF);
	snprintf(path, sizeof(path), "/tmp/rb-fifo-%d", (int)getpid());
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(rb_proc_pidfile(path, &pid, &written, why), -1);
	assert_non_null(strstr(why, "not a regular file"));
	unlink(path);
}

static void
a_process_that_began_after_its_pidfile_is_another(void **state)
{
	struct rb_proc_id id = identity(getpid());
	int64_t began = rb_proc_started(id);

	(void)state;
	assert_true(rb_proc_fits_pidfile(id, began));
	assert_true(rb_proc_fits_pidfile(id, began + 3600 * RB_SECOND));
	/* Forked once the file was there; the rest of the slack is for a slow test. */
	assert_true(rb_proc_fits_pidfile(id, began - RB_PROC_PIDFILE_SLACK / 10));
	assert_false(rb_proc_fits_pidfile(id, began - 5 * RB_PROC_PIDFILE_SLACK));
	assert_false(rb_proc_fits_pidfile(id, 0));
}

static void
a_stranger_is_stopped_by_term(void **state)
{
	struct rb_loop *loop = rb_loop_new(NULL);
	pid_t pid = start_orphan("sleep 60 >/dev/null & echo $!");
	struct stopped s = stop(loop, identity(pid), 60 * RB_SECOND);

	(void)state;
	assert_int_equal(s.how, RB_PROC_STOPPED_TERM);
	assert_non_null(strstr(s.text, "is gone after TERM"));
	rb_loop_free(loop);
}

static void
a_stopped_stranger_acts_on_term(void **state)
{
	struct rb_loop *loop = rb_loop_new(NULL);
	pid_t pid = start_orphan("sleep 60 >/dev/null & echo $!");

	(void)state;
	kill(pid, SIGSTOP);
	assert_int_equal(stop(loop, identity(pid), 60 * RB_SECOND).how, RB_PROC_STOPPED_TERM);
	rb_loop_free(loop);
}

static void
one_that_ignores_term_is_killed(void **state)
{
	struct rb_loop *loop = rb_loop_new(NULL);
	pid_t pid = start_orphan("sh -c 'trap \"\" TERM; echo $$; while :; do sleep 0.1; done >/dev/null' &");
	int64_t before = rb_clock_mono();
	struct stopped s = stop(loop, identity(pid), 200 * RB_MS);

	(void)state;
	assert_true(rb_clock_mono() - before >= 200 * RB_MS);
	assert_int_equal(s.how, RB_PROC_STOPPED_KILL);
	rb_loop_free(loop);
}

static void
another_process_under_that_pid_is_never_signalled(void **state)
{
	struct rb_loop *loop = rb_loop_new(NULL);
	pid_t pid = start_orphan("sleep 60 >/dev/null & echo $!");
	struct rb_proc_id id = identity(pid);
	struct stopped s;

	(void)state;
	id.start--;
	s = stop(loop, id, RB_SECOND);
	assert_int_equal(s.how, RB_PROC_STOPPED_BEFORE);
	assert_non_null(strstr(s.text, "another process"));
	assert_int_equal(rb_proc_signal(id, SIGKILL), -1);
	assert_int_equal(errno, ESRCH);
	assert_int_equal(kill(pid, 0), 0);
	id.start++;
	assert_int_equal(rb_proc_signal(id, SIGKILL), 0);
	id.pid = 0x3fffffff;
	assert_int_equal(stop(loop, id, RB_SECOND).how, RB_PROC_STOPPED_BEFORE);
	rb_loop_free(loop);
}

static void
what_the_run_depends_on_is_not_stopped(void **state)
{
	struct rb_loop *loop = rb_loop_new(NULL);

	(void)state;
	assert_int_equal(stop(loop, identity(getpid()), RB_SECOND).how, RB_PROC_STOP_FORBIDDEN);
	assert_int_equal(stop(loop, identity(getppid()), RB_SECOND).how, RB_PROC_STOP_FORBIDDEN);
	assert_int_equal(stop(loop, identity(1), RB_SECOND).how, RB_PROC_STOP_FORBIDDEN);
	rb_loop_free(loop);
}

static void
anothers_process_is_forbidden(void **state)
{
	int status;
	pid_t pid, victim = start_orphan("sleep 60 >/dev/null & echo $!");

	(void)state;
	if (geteuid() != 0) {
		kill(victim, SIGKILL);
		skip();
	}
	pid = fork();
	if (pid == 0) {
		struct rb_loop *loop = rb_loop_new(NULL);
		struct rb_proc_id id = identity(victim);

		if (setuid(65534) != 0)
			_exit(2);
		_exit(stop(loop, id, RB_SECOND).how == RB_PROC_STOP_FORBIDDEN ? 0 : 1);
	}
	waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
	assert_int_equal(kill(victim, SIGKILL), 0);
}

static bool
go_on(void *ctx, const struct rb_proc *p)
{
	(void)ctx;
	(void)p;
	return true;
}

static void
what_cannot_be_looked_at_is_not_gone(void **state)
{
	struct rb_loop *loop = rb_loop_new(NULL);
	pid_t pid = start_orphan("sleep 60 >/dev/null & echo $!");
	struct rb_proc_id id = identity(pid), none = {.pid = 0x3fffffff};
	struct rlimit old, few = {.rlim_cur = 40};
	int taken[64], n = 0, lives, each_of_none, each_of_one, signalled, error;
	struct stopped s;

	(void)state;
	assert_int_equal(rb_proc_lives(id), 1);
	assert_int_equal(rb_proc_lives(none), 0);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	few.rlim_max = old.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	for (taken[0] = dup(STDIN_FILENO); n < 63 && taken[n] >= 0; taken[n] = dup(STDIN_FILENO))
		n++;
	lives = rb_proc_lives(id);
	signalled = rb_proc_signal(id, SIGKILL);
	error = errno;
	each_of_none = rb_proc_each(go_on, NULL);
	close(taken[--n]);
	each_of_one = rb_proc_each(go_on, NULL); /* the folder can be opened, no process in it can */
	taken[n++] = dup(STDIN_FILENO);
	/* A stop has the loop's spare ones. */
	s = stop(loop, id, RB_SECOND);
	while (n > 0)
		close(taken[--n]);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	assert_int_equal(lives, -1);
	assert_int_equal(signalled, -1);
	assert_int_equal(error, EMFILE);
	assert_int_equal(each_of_none, -1);
	assert_int_equal(each_of_one, -1);
	assert_int_equal(s.how, RB_PROC_STOPPED_TERM);
	rb_loop_free(loop);
}

static void
a_stop_that_is_freed_sends_no_more(void **state)
{
	struct rb_loop *loop = rb_loop_new(NULL);
	pid_t pid = start_orphan("sh -c 'trap \"\" TERM; echo $$; while :; do sleep 0.1; done >/dev/null' &");
	struct stopped s = {0};
	struct rb_proc_stop *stop = rb_proc_stop(loop, identity(pid), RB_SECOND, on_stopped, &s);

	(void)state;
	run_for(loop, 30 * RB_MS);
	rb_proc_stop_free(stop);
	run_for(loop, 1200 * RB_MS);
	assert_false(s.done);
	assert_int_equal(kill(pid, SIGKILL), 0);
	rb_loop_free(loop);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(our_own_process_is_read_right),
	    cmocka_unit_test(a_name_with_parentheses_and_blanks_does_not_confuse),
	    cmocka_unit_test(a_command_line_is_joined_by_blanks),
	    cmocka_unit_test(a_process_whose_first_thread_ended_is_alive),
	    cmocka_unit_test(an_environment_entry_is_found_whole_only),
	    cmocka_unit_test(one_in_a_container_is_elsewhere),
	    cmocka_unit_test(pid_files),
	    cmocka_unit_test(a_process_that_began_after_its_pidfile_is_another),
	    cmocka_unit_test(a_stranger_is_stopped_by_term),
	    cmocka_unit_test(a_stopped_stranger_acts_on_term),
	    cmocka_unit_test(one_that_ignores_term_is_killed),
	    cmocka_unit_test(another_process_under_that_pid_is_never_signalled),
	    cmocka_unit_test(what_the_run_depends_on_is_not_stopped),
	    cmocka_unit_test(anothers_process_is_forbidden),
	    cmocka_unit_test(what_cannot_be_looked_at_is_not_gone),
	    cmocka_unit_test(a_stop_that_is_freed_sends_no_more),
	};

	alarm(500);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
