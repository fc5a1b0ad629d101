/* The spawner: what a child gets, and how each failure to start is told apart. */
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "os/self.h"

static char folder[64];

static int
setup(void **state)
{
	(void)state;
	snprintf(folder, sizeof(folder), "/tmp/rb-spawn-XXXXXX");
	return mkdtemp(folder) != NULL ? 0 : -1;
}

static int
teardown(void **state)
{
	static const char *const argv[] = {"rm", "-rf", folder, NULL};
	struct rb_spawn req = request(argv);
	struct rb_spawned s;

	(void)state;
	if (rb_spawn(&req, &s) != 0)
		return -1;
	return waitpid(s.pid, NULL, 0) == s.pid ? 0 : -1;
}

static char *
path_in(char buf[PATH_MAX], const char *leaf)
{
	snprintf(buf, PATH_MAX, "%s/%s", folder, leaf);
	return buf;
}

static void
write_file(const char *leaf, const char *text, mode_t mode)
{
	char path[PATH_MAX];
	int fd = open(path_in(path, leaf), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	assert_int_equal(chmod(path, mode), 0);
}

/* Runs the request to its end with stdout in a pipe; returns its wait status. */
static int
run(struct rb_spawn *req, struct rb_buf *out)
{
	struct rb_spawned s;
	int status;

	req->out.mode = RB_IO_PIPE;
	if (rb_spawn(req, &s) != 0)
		fail_msg("%s", s.text);
	read_all(s.out, out);
	close(s.out);
	assert_int_equal(waitpid(s.pid, &status, 0), s.pid);
	return status;
}

static struct rb_buf
output_of(struct rb_spawn *req)
{
	struct rb_buf out;

	rb_buf_init(&out, NULL, 1 << 20);
	assert_int_equal(run(req, &out), 0);
	return out;
}

static struct rb_spawned
refused(const struct rb_spawn *req, enum rb_spawn_error error, const char *words)
{
	struct rb_spawned s;

	assert_int_equal(rb_spawn(req, &s), -1);
	if (s.error != error || strstr(s.text, words) == NULL)
		fail_msg("expected %s with '%s', got %s: %s", rb_spawn_error_name(error), words,
		    rb_spawn_error_name(s.error), s.text);
	assert_int_equal(s.pid, -1);
	assert_int_equal(s.out, -1);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* nothing of it is left */
	return s;
}

static int
open_descriptors(void)
{
	int n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static void
the_environment_is_the_given_one_and_whole(void **state)
{
	static const char *const argv[] = {"/usr/bin/env", NULL};
	static const char *const env[] = {"B=2", "A='; touch pwned; #", NULL};
	struct rb_spawn req = {.argv = argv, .env = env, .terminal = -1};
	struct rb_buf out = output_of(&req);

	(void)state;
	assert_string_equal(rb_buf_cstr(&out), "B=2\nA='; touch pwned; #\n");
	rb_buf_free(&out);
}

static void
a_child_sees_descriptors_0_to_2_only(void **state)
{
	static const char *const argv[] = {
	    "sh", "-c", "for i in 0 1 2 $(seq 3 120); do [ ! -e /proc/$$/fd/$i ] || echo $i; done", NULL};
	struct rb_spawn req = request(argv);
	struct rb_buf out;
	int extra[48];

	(void)state;
	for (int i = 0; i < 48; i++)
		extra[i] = dup(0); /* not close-on-exec */
	out = output_of(&req);
	assert_string_equal(rb_buf_cstr(&out), "0\n1\n2\n");
	rb_buf_free(&out);
	for (int i = 0; i < 48; i++)
		close(extra[i]);
}

static void
it_works_while_our_own_descriptors_are_closed(void **state)
{
	static const char *const argv[] = {"sh", "-c",
	    "cat; echo err >&2; for i in 0 1 2 $(seq 3 120); do [ ! -e /proc/$$/fd/$i ] || echo $i; done",
	    NULL};
	struct rb_spawn req = request(argv);
	struct rb_spawned s = {0};
	struct rb_buf out, err;
	int saved[3], status = -1, rc;

	(void)state;
	fflush(NULL);
	for (int i = 0; i < 3; i++) {
		saved[i] = fcntl(i, F_DUPFD_CLOEXEC, 100);
		close(i);
	}
	req.in = (struct rb_spawn_io){.mode = RB_IO_BYTES, .bytes = RB_STR("in\n")};
	req.out.mode = RB_IO_PIPE;
	req.err.mode = RB_IO_PIPE;
	rc = rb_spawn(&req, &s);
	for (int i = 0; i < 3; i++) {
		dup2(saved[i], i);
		close(saved[i]);
	}
	assert_int_equal(rc, 0);
	assert_true(s.out >= 3 && s.err >= 3);
	rb_buf_init(&out, NULL, 4096);
	rb_buf_init(&err, NULL, 4096);
	read_all(s.out, &out);
	read_all(s.err, &err);
	assert_int_equal(waitpid(s.pid, &status, 0), s.pid);
	assert_int_equal(status, 0);
	assert_string_equal(rb_buf_cstr(&out), "in\n0\n1\n2\n");
	assert_string_equal(rb_buf_cstr(&err), "err\n");
	close(s.out);
	close(s.err);
	rb_buf_free(&out);
	rb_buf_free(&err);
}

static void
signals_are_default_and_open_in_the_child_and_ours_stay(void **state)
{
	static const char *const argv[] = {"sed", "-n", "/^Sig[BIC]/p", "/proc/self/status", NULL};
	struct rb_spawn req = request(argv);
	struct sigaction chld, pipe_action;
	sigset_t alarm_only, now;
	struct rb_buf out;

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	sigemptyset(&alarm_only);
	sigaddset(&alarm_only, SIGALRM);
	sigprocmask(SIG_BLOCK, &alarm_only, NULL);
	out = output_of(&req);
	assert_string_equal(rb_buf_cstr(&out),
	    "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\nSigCgt:\t0000000000000000\n");
	sigprocmask(SIG_SETMASK, NULL, &now);
	assert_int_equal(sigismember(&now, SIGALRM), 1);
	assert_int_equal(sigismember(&now, SIGTERM), 0);
	sigaction(SIGPIPE, NULL, &pipe_action);
	assert_ptr_equal(pipe_action.sa_handler, SIG_IGN);
	sigaction(SIGCHLD, NULL, &chld);
	assert_ptr_equal(chld.sa_handler, SIG_DFL);
	sigprocmask(SIG_UNBLOCK, &alarm_only, NULL);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	rb_buf_free(&out);
}

static void
a_child_has_a_session_of_its_own_and_no_stdin(void **state)
{
	static const char *const argv[] = {
	    "sh", "-c", "cut -d' ' -f 1,5,6 /proc/$$/stat; readlink /proc/$$/fd/0", NULL};
	struct rb_spawn req = request(argv);
	struct rb_buf out = output_of(&req);
	int pid, group, session;
	char in[32];

	(void)state;
	assert_int_equal(sscanf(rb_buf_cstr(&out), "%d %d %d %31s", &pid, &group, &session, in), 4);
	assert_int_equal(pid, group);
	assert_int_equal(pid, session);
	assert_string_equal(in, "/dev/null");
	rb_buf_free(&out);
}

static void
stdin_takes_many_bytes_without_a_reader(void **state)
{
	static const char *const argv[] = {"wc", "-c", NULL};
	struct rb_spawn req = request(argv);
	size_t n = 3 << 20;
	char *bytes = calloc(1, n);
	struct rb_buf out;

	(void)state;
	req.in = (struct rb_spawn_io){.mode = RB_IO_BYTES, .bytes = {bytes, n}};
	out = output_of(&req);
	assert_string_equal(rb_buf_cstr(&out), "3145728\n");
	rb_buf_free(&out);
	free(bytes);
}

static void
output_is_appended_to_a_file_and_stderr_can_join_it(void **state)
{
	static const char *const argv[] = {"sh", "-c", "echo one; echo two >&2", NULL};
	struct rb_spawn req = request(argv);
	char path[PATH_MAX], text[64] = "";
	struct rb_spawned s;
	struct stat st;
	int fd;

	(void)state;
	req.out = (struct rb_spawn_io){.mode = RB_IO_FILE, .path = path_in(path, "log")};
	req.err.mode = RB_IO_JOIN;
	umask(022);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(rb_spawn(&req, &s), 0);
		assert_int_equal(waitpid(s.pid, NULL, 0), s.pid);
	}
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_int_equal(read(fd, text, sizeof(text) - 1), 16);
	assert_string_equal(text, "one\ntwo\none\ntwo\n");
	fstat(fd, &st);
	assert_int_equal(st.st_mode & 0777, 0644);
	close(fd);
	req.out.path = "/no/such/folder/log";
	refused(&req, RB_SPAWN_FILE, "/no/such/folder/log");
	assert_int_equal(mkfifo(path_in(path, "fifo"), 0600), 0);
	req.out.path = path;
	refused(&req, RB_SPAWN_FILE, "fifo"); /* no reader: told, not waited for */
}

static void
descriptors_of_ours_can_be_given_crosswise(void **state)
{
	static const char *const argv[] = {"sh", "-c", "echo out; echo err >&2", NULL};
	struct rb_spawn req = request(argv);
	int a[2], b[2], saved[3];
	struct rb_spawned s;
	char text[16] = "";
	int rc;

	(void)state;
	assert_int_equal(pipe2(a, O_CLOEXEC), 0);
	assert_int_equal(pipe2(b, O_CLOEXEC), 0);
	fflush(NULL);
	for (int i = 1; i < 3; i++) {
		saved[i] = fcntl(i, F_DUPFD_CLOEXEC, 100);
		dup2(i == 1 ? a[1] : b[1], i);
	}
	req.out = (struct rb_spawn_io){.mode = RB_IO_FD, .fd = 2};
	req.err = (struct rb_spawn_io){.mode = RB_IO_FD, .fd = 1};
	rc = rb_spawn(&req, &s);
	for (int i = 1; i < 3; i++) {
		dup2(saved[i], i);
		close(saved[i]);
	}
	assert_int_equal(rc, 0);
	assert_int_equal(waitpid(s.pid, NULL, 0), s.pid);
	assert_int_equal(read(b[0], text, sizeof(text)), 4);
	assert_memory_equal(text, "out\n", 4);
	assert_int_equal(read(a[0], text, sizeof(text)), 4);
	assert_memory_equal(text, "err\n", 4);
	for (int i = 0; i < 2; i++) {
		close(a[i]);
		close(b[i]);
	}
}

static void
the_working_folder_holds_for_relative_programs(void **state)
{
	static const char *const argv[] = {"./tool", NULL};
	static const char *const env[] = {"PATH=bin:/usr/bin:/bin", NULL};
	static const char *const by_name[] = {"inner", NULL};
	struct rb_spawn req = request(argv);
	struct rb_buf out;
	char path[PATH_MAX];

	(void)state;
	write_file("tool", "#!/bin/sh\npwd\n", 0755);
	req.cwd = folder;
	out = output_of(&req);
	assert_int_equal(strncmp(rb_buf_cstr(&out), folder, strlen(folder)), 0);
	rb_buf_free(&out);
	assert_int_equal(mkdir(path_in(path, "bin"), 0755), 0);
	write_file("bin/inner", "#!/bin/sh\necho inner\n", 0755);
	req.argv = by_name;
	req.env = env;
	out = output_of(&req);
	assert_string_equal(rb_buf_cstr(&out), "inner\n");
	rb_buf_free(&out);
}

static void
what_cannot_start_is_told_apart(void **state)
{
	const char *argv[] = {"rb-no-such-program", NULL, NULL};
	struct rb_spawn req = request(argv);
	char path[PATH_MAX];
	char *huge;
	int before = open_descriptors();

	(void)state;
	req.out.mode = req.err.mode = RB_IO_PIPE;
	refused(&req, RB_SPAWN_NOT_FOUND, "no program 'rb-no-such-program' in PATH (/usr/local/bin:");
	argv[0] = "/no/such/program";
	refused(&req, RB_SPAWN_NOT_FOUND, "'/no/such/program' does not exist");
	argv[0] = "";
	refused(&req, RB_SPAWN_NOT_FOUND, "empty");

	write_file("plain", "#!/bin/sh\n", 0644);
	argv[0] = path_in(path, "plain");
	refused(&req, RB_SPAWN_NOT_EXECUTABLE, "is not executable");
	argv[0] = folder;
	refused(&req, RB_SPAWN_NOT_EXECUTABLE, "is a folder");

	write_file("shebang", "#!/no/such/interpreter -x\n", 0755);
	argv[0] = path_in(path, "shebang");
	refused(&req, RB_SPAWN_BAD_INTERPRETER, "'/no/such/interpreter', which does not exist");
	write_file("crlf", "#!/bin/sh\r\necho\r\n", 0755);
	argv[0] = path_in(path, "crlf");
	refused(&req, RB_SPAWN_BAD_INTERPRETER, "CR LF");

	write_file("text", "echo no shebang\n", 0755);
	argv[0] = path_in(path, "text");
	refused(&req, RB_SPAWN_BAD_FORMAT, "#! line");

	argv[0] = "true";
	req.cwd = "/no/such/folder";
	refused(&req, RB_SPAWN_CWD, "'/no/such/folder' does not exist");
	req.cwd = path_in(path, "plain");
	refused(&req, RB_SPAWN_CWD, "is not a folder");
	req.cwd = NULL;

	huge = malloc(131073);
	memset(huge, 'x', 131072);
	huge[131072] = '\0';
	argv[1] = huge;
	refused(&req, RB_SPAWN_TOO_LONG, "too long");
	free(huge);
	argv[1] = NULL;
	assert_int_equal(open_descriptors(), before);
}

static void
a_closed_working_folder_is_told(void **state)
{
	static const char *const argv[] = {"true", NULL};
	struct rb_spawn req = request(argv);
	char path[PATH_MAX];
	int status;
	pid_t pid;

	(void)state;
	assert_int_equal(mkdir(path_in(path, "closed"), 0), 0);
	chmod(folder, 0755);
	req.cwd = path;
	pid = fork();
	if (pid == 0) {
		struct rb_spawned s;

		if (geteuid() == 0 && setuid(65534) != 0)
			_exit(2);
		_exit(rb_spawn(&req, &s) == -1 && s.error == RB_SPAWN_CWD &&
			      strstr(s.text, "may not be entered")
			  ? 0
			  : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void
no_descriptors_left_is_told_at_every_count(void **state)
{
	static const char *const argv[] = {"true", NULL};
	struct rb_spawn req = request(argv);
	struct rlimit limit, few;
	struct rb_spawned s;
	int before = open_descriptors();
	bool started = false;

	(void)state;
	getrlimit(RLIMIT_NOFILE, &limit);
	few = limit;
	req.in = (struct rb_spawn_io){.mode = RB_IO_BYTES, .bytes = RB_STR("x")};
	req.out.mode = req.err.mode = RB_IO_PIPE;
	req.cwd = "/";
	for (few.rlim_cur = 3; few.rlim_cur <= 32; few.rlim_cur++) {
		setrlimit(RLIMIT_NOFILE, &few);
		if (rb_spawn(&req, &s) == 0) {
			started = true;
			close(s.out);
			close(s.err);
			waitpid(s.pid, NULL, 0);
		} else {
			assert_false(started);
			assert_int_equal(s.error, RB_SPAWN_NO_FDS);
		}
		assert_int_equal(
		    open_descriptors(), before < (int)few.rlim_cur ? before : open_descriptors());
	}
	setrlimit(RLIMIT_NOFILE, &limit);
	assert_true(started);
	assert_int_equal(open_descriptors(), before);
}

static void
a_refused_fork_is_told(void **state)
{
	static const char *const argv[] = {"true", NULL};
	struct rb_spawn req = request(argv);
	struct rlimit none = {0, 0};
	int status;
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		struct rb_spawned s;

		/* The limit does not hold for root. */
		setrlimit(RLIMIT_NPROC, &none);
		if (geteuid() == 0 && setuid(65534) != 0)
			_exit(2);
		_exit(rb_spawn(&req, &s) == -1 && s.error == RB_SPAWN_REFUSED && strstr(s.text, "ulimit -u")
			  ? 0
			  : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void
the_oom_score_and_the_core_limit_are_set_for_the_child(void **state)
{
	static const char *const argv[] = {
	    "sh", "-c", "sleep 0.1; cat /proc/$$/oom_score_adj; ulimit -c; exit 0", NULL};
	struct rb_spawn req = request(argv);
	struct rlimit found;
	struct rb_buf out;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_CORE, &found), 0);
	if (found.rlim_max == 0) {
		skip();
		return;
	}
	req.oom_score_adj = RB_SPAWN_OOM;
	req.restore_core = true;
	req.core = (struct rlimit){.rlim_cur = 512 * 10, .rlim_max = found.rlim_max};
	out = output_of(&req);
	assert_int_equal(strncmp(rb_buf_cstr(&out), "500\n10\n", 4), 0);
	assert_int_equal(strncmp(rb_buf_cstr(&out) + 4, "0\n", 2) != 0, 1);
	rb_buf_free(&out);
}

static void
a_program_can_be_found_without_being_run(void **state)
{
	char path[PATH_MAX];

	(void)state;
	assert_int_equal(rb_spawn_find("sh", plain_env, NULL, path, sizeof(path)), RB_SPAWN_OK);
	assert_non_null(strstr(path, "/sh"));
	assert_int_equal(
	    rb_spawn_find("rb-no-such", plain_env, NULL, path, sizeof(path)), RB_SPAWN_NOT_FOUND);
	assert_int_equal(rb_spawn_find("sh", plain_env, "/no/such", path, sizeof(path)), RB_SPAWN_CWD);
	assert_int_equal(rb_spawn_find("sh", NULL, "/", path, sizeof(path)), RB_SPAWN_OK);
}

static void
the_programs_own_process_can_be_prepared(void **state)
{
	int status;
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		struct rlimit found, now;
		struct sigaction sa;

		signal(SIGCHLD, SIG_IGN);
		close(0);
		close(2);
		if (rb_self_fds() != 0 || fcntl(0, F_GETFD) < 0 || fcntl(2, F_GETFD) < 0)
			_exit(1);
		rb_self_signals();
		sigaction(SIGCHLD, NULL, &sa);
		if (sa.sa_handler != SIG_DFL)
			_exit(2);
		sigaction(SIGPIPE, NULL, &sa);
		if (sa.sa_handler != SIG_IGN)
			_exit(3);
		if (rb_self_no_core(&found) != 0 || getrlimit(RLIMIT_CORE, &now) != 0 || now.rlim_cur != 0 ||
		    now.rlim_max != found.rlim_max)
			_exit(4);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_environment_is_the_given_one_and_whole),
	    cmocka_unit_test(a_child_sees_descriptors_0_to_2_only),
	    cmocka_unit_test(it_works_while_our_own_descriptors_are_closed),
	    cmocka_unit_test(signals_are_default_and_open_in_the_child_and_ours_stay),
	    cmocka_unit_test(a_child_has_a_session_of_its_own_and_no_stdin),
	    cmocka_unit_test(stdin_takes_many_bytes_without_a_reader),
	    cmocka_unit_test(output_is_appended_to_a_file_and_stderr_can_join_it),
	    cmocka_unit_test(descriptors_of_ours_can_be_given_crosswise),
	    cmocka_unit_test(the_working_folder_holds_for_relative_programs),
	    cmocka_unit_test(what_cannot_start_is_told_apart),
	    cmocka_unit_test(a_closed_working_folder_is_told),
	    cmocka_unit_test(no_descriptors_left_is_told_at_every_count),
	    cmocka_unit_test(a_refused_fork_is_told),
	    cmocka_unit_test(the_oom_score_and_the_core_limit_are_set_for_the_child),
	    cmocka_unit_test(a_program_can_be_found_without_being_run),
	    cmocka_unit_test(the_programs_own_process_can_be_prepared),
	};

	alarm(500);
	return cmocka_run_group_tests(tests, setup, teardown);
}
