/* The one spawner: descriptors are made here, the child only puts them in place. Between the fork and the
 * exec the child shares our memory (vfork semantics: no copy of page tables, whatever our size), so it does
 * nothing there but system calls on what was prepared, with every signal blocked. */
#include "os/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/write.h"
#include "os/spawn_find.h"

enum {
	CHILD_STACK = 32 * 1024,
	FIRST_FREE = 3,        /* the first descriptor that is nobody's standard one */
	CLOSE_LIMIT = 1 << 20, /* where close_range(2) is missing: no loop beyond it */
};

/* How far the child came. */
enum stage { STAGE_SESSION, STAGE_TERMINAL, STAGE_LIMITS, STAGE_IO, STAGE_CWD, STAGE_EXEC };

static const char *const stage_text[] = {
    [STAGE_SESSION] = "its session could not be made",
    [STAGE_TERMINAL] = "the terminal could not be handed over",
    [STAGE_LIMITS] = "its limits could not be set",
    [STAGE_IO] = "its input and output could not be connected",
};

static const char *const error_name[RB_SPAWN_ERRORS] = {
    [RB_SPAWN_OK] = "ok",
    [RB_SPAWN_NOT_FOUND] = "not_found",
    [RB_SPAWN_NOT_EXECUTABLE] = "not_executable",
    [RB_SPAWN_BAD_INTERPRETER] = "bad_interpreter",
    [RB_SPAWN_BAD_FORMAT] = "bad_format",
    [RB_SPAWN_TOO_LONG] = "too_long",
    [RB_SPAWN_CWD] = "cwd",
    [RB_SPAWN_FILE] = "file",
    [RB_SPAWN_NO_FDS] = "no_descriptors",
    [RB_SPAWN_REFUSED] = "refused",
    [RB_SPAWN_OTHER] = "other",
};

/* What goes through the close-on-exec pipe when the program could not be started. */
struct report {
	int stage;
	int errnum;
};

/* Everything that the child needs, made before the fork. All descriptors are at FIRST_FREE or above, so that
 * putting 0-2 in place overwrites none of them; -1 where there is none. */
struct plan {
	const struct rb_spawn *req;
	char path[PATH_MAX];
	int cwd, terminal;
	int io[3];
	int ours[3]; /* our ends of pipes */
	int report[2];
	char stack[CHILD_STACK] __attribute__((aligned(16)));
};

const char *
rb_spawn_error_name(enum rb_spawn_error e)
{
	return error_name[e];
}

/* Moves a descriptor out of 0-2, where it lands if our own are closed. -1 with errno. */
static int
lift(int fd)
{
	int up, saved;

	if (fd < 0 || fd >= FIRST_FREE)
		return fd;
	up = fcntl(fd, F_DUPFD_CLOEXEC, FIRST_FREE);
	saved = errno;
	close(fd);
	errno = saved;
	return up;
}

static int
make_pipe(int *in, int *out)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) != 0)
		return -1;
	*in = lift(ends[0]);
	*out = lift(ends[1]);
	return *in >= 0 && *out >= 0 ? 0 : -1;
}

/* A file of these bytes without a name, sealed so that the child can only read it. */
static int
make_bytes(struct rb_str bytes)
{
	int fd = memfd_create("stdin", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	int saved;

	if (fd >= 0 && rb_write_all(fd, bytes) != 0) {
		saved = errno;
		close(fd);
		errno = saved;
		return -1;
	}
	if (fd >= 0) {
		lseek(fd, 0, SEEK_SET);
		fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE);
	}
	return lift(fd);
}

static int
make_file(const char *path)
{
	/* Not blocking for the open alone: a FIFO without a reader is an error, not a wait. */
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0644);

	if (fd >= 0)
		fcntl(fd, F_SETFL, O_APPEND);
	return lift(fd);
}

static int
make_null(void)
{
	return lift(open("/dev/null", O_RDWR | O_CLOEXEC));
}

static int
make_copy(int fd)
{
	int copy = fd >= 0 ? fcntl(fd, F_DUPFD_CLOEXEC, FIRST_FREE) : -1;

	return copy >= 0 || (fd >= 0 && errno != EBADF) ? copy : make_null();
}

/* Makes the child's descriptor `which`. -1 with errno. */
static int
make_io(struct plan *p, const struct rb_spawn_io *io, int which)
{
	switch (io->mode) {
	case RB_IO_BYTES:
		p->io[which] = make_bytes(io->bytes);
		break;
	case RB_IO_PIPE:
		if (make_pipe(&p->ours[which], &p->io[which]) != 0)
			return -1;
		fcntl(p->ours[which], F_SETFL, O_NONBLOCK);
		break;
	case RB_IO_FILE:
		p->io[which] = make_file(io->path);
		break;
	case RB_IO_FD:
		p->io[which] = make_copy(io->fd);
		break;
	case RB_IO_JOIN:
		p->io[which] = make_copy(p->io[STDOUT_FILENO]);
		break;
	case RB_IO_NULL:
		p->io[which] = make_null();
		break;
	}
	return p->io[which] >= 0 ? 0 : -1;
}

/* The child. It runs in our memory: no allocation, no stdio, no sanitizer's bookkeeping. */

__attribute__((no_sanitize("address", "undefined"))) static void
close_others(unsigned from)
{
	struct rlimit limit;

#ifdef SYS_close_range
	if (syscall(SYS_close_range, from, ~0U, 0) == 0)
		return;
#endif
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur > CLOSE_LIMIT)
		limit.rlim_cur = CLOSE_LIMIT;
	for (unsigned fd = from; fd < limit.rlim_cur; fd++)
		close((int)fd);
}

__attribute__((no_sanitize("address", "undefined"))) static int
prepare_child(const struct plan *p)
{
	const struct rb_spawn *req = p->req;

	if (p->terminal < 0) {
		if (setsid() < 0)
			return STAGE_SESSION;
	} else {
		if (setpgid(0, 0) != 0)
			return STAGE_SESSION;
		/* From here and not from the parent, which is suspended until the exec. SIGTTOU is blocked.
		 */
		if (tcsetpgrp(p->terminal, getpid()) != 0)
			return STAGE_TERMINAL;
	}
	if (req->restore_core && setrlimit(RLIMIT_CORE, &req->core) != 0)
		return STAGE_LIMITS;
	if (p->cwd >= 0 && fchdir(p->cwd) != 0)
		return STAGE_CWD;
	for (int i = 0; i < 3; i++)
		if (dup2(p->io[i], i) < 0)
			return STAGE_IO;
	return -1;
}

__attribute__((no_sanitize("address", "undefined"))) static void
set_default(int sig)
{
	/* All zero: SIG_DFL, no flags, no mask, in the kernel's layout as in ours. */
	static const struct sigaction dfl;

	/* By the system call: the C library keeps 32 and 33 for itself, while a parent may have left them
	 * ignored. */
	if (sig != SIGKILL && sig != SIGSTOP)
		syscall(SYS_rt_sigaction, sig, &dfl, NULL, (size_t)(NSIG / 8));
}

__attribute__((no_sanitize("address", "undefined"))) static int
child(void *arg)
{
	const struct plan *p = arg;
	struct report r;
	sigset_t none;
	int report_fd = FIRST_FREE;
	ssize_t n;

	/* Before the mask is opened: a handler of ours must not run here. Those that are ignored would stay
	 * so. */
	for (int sig = 1; sig < NSIG; sig++)
		set_default(sig);

	r.stage = prepare_child(p);
	if (r.stage < 0) {
		if (p->report[1] == FIRST_FREE || dup3(p->report[1], FIRST_FREE, O_CLOEXEC) == FIRST_FREE) {
			close_others(FIRST_FREE + 1);
			sigemptyset(&none);
			sigprocmask(SIG_SETMASK, &none, NULL);
			execve(p->path, (char *const *)(uintptr_t)p->req->argv,
			    (char *const *)(uintptr_t)p->req->env);
			r.stage = STAGE_EXEC;
		} else {
			report_fd = p->report[1];
			r.stage = STAGE_IO;
		}
	} else {
		report_fd = p->report[1];
	}
	r.errnum = errno;
	n = write(report_fd, &r, sizeof(r));
	(void)n;
	_exit(127);
}

/* The parent */

static int
fail(struct rb_spawned *out, enum rb_spawn_error error, int errnum)
{
	out->error = error;
	out->errnum = errnum;
	return -1;
}

static int
fail_folder(const struct rb_spawn *req, struct rb_spawned *out, int errnum)
{
	const char *why = errnum == ENOENT    ? "does not exist"
			  : errnum == ENOTDIR ? "is not a folder"
			  : errnum == EACCES  ? "may not be entered by this user"
					      : strerror(errnum);

	snprintf(out->text, sizeof(out->text), "the working folder '%.400s' %s", req->cwd, why);
	return fail(out, rb_spawn_errno(errnum) == RB_SPAWN_NO_FDS ? RB_SPAWN_NO_FDS : RB_SPAWN_CWD, errnum);
}

static int
fail_refused(struct rb_spawned *out, int errnum)
{
	struct rlimit limit;

	if (errnum == EAGAIN && getrlimit(RLIMIT_NPROC, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
		snprintf(out->text, sizeof(out->text),
		    "the kernel refused another process: this user may have %ju (ulimit -u), or the cgroup "
		    "is full",
		    (uintmax_t)limit.rlim_cur);
	else
		snprintf(
		    out->text, sizeof(out->text), "the kernel refused another process: %s", strerror(errnum));
	return fail(out, RB_SPAWN_REFUSED, errnum);
}

/* Opens all that the child needs. */
static int
prepare(struct plan *p, struct rb_spawned *out)
{
	const struct rb_spawn *req = p->req;
	const struct rb_spawn_io *io[3] = {&req->in, &req->out, &req->err};
	enum rb_spawn_error e;

	if (req->cwd != NULL) {
		p->cwd = lift(open(req->cwd, O_PATH | O_DIRECTORY | O_CLOEXEC));
		if (p->cwd < 0)
			return fail_folder(req, out, errno);
	}
	e = rb_spawn_look(
	    p->cwd >= 0 ? p->cwd : AT_FDCWD, req->argv[0], req->env, p->path, sizeof(p->path), out->text);
	if (e != RB_SPAWN_OK)
		return fail(out, e, 0);
	for (int i = 0; i < 3; i++) {
		if (make_io(p, io[i], i) == 0)
			continue;
		e = rb_spawn_errno(errno);
		if (io[i]->mode == RB_IO_FILE && e == RB_SPAWN_OTHER) {
			snprintf(out->text, sizeof(out->text),
			    "the output file '%.400s' cannot be opened: %s", io[i]->path, strerror(errno));
			return fail(out, RB_SPAWN_FILE, errno);
		}
		snprintf(out->text, sizeof(out->text), "%s: %s", stage_text[STAGE_IO], strerror(errno));
		return fail(out, e, errno);
	}
	if (req->terminal >= 0)
		p->terminal = fcntl(req->terminal, F_DUPFD_CLOEXEC, FIRST_FREE);
	if ((req->terminal >= 0 && p->terminal < 0) || make_pipe(&p->report[0], &p->report[1]) != 0) {
		snprintf(
		    out->text, sizeof(out->text), "its descriptors could not be made: %s", strerror(errno));
		return fail(out, rb_spawn_errno(errno), errno);
	}
	return 0;
}

/* A child that failed after it had the terminal has left it to nobody. */
static void
take_back(int terminal)
{
	sigset_t ttou, before;

	sigemptyset(&ttou);
	sigaddset(&ttou, SIGTTOU);
	pthread_sigmask(SIG_BLOCK, &ttou, &before);
	tcsetpgrp(terminal, getpgrp());
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* Forks; returns the pid once the program runs, or -1. */
static pid_t
launch(struct plan *p, struct rb_spawned *out)
{
	struct report r = {0};
	sigset_t all, before;
	ssize_t n;
	pid_t pid;
	int errnum;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	pid = clone(child, p->stack + sizeof(p->stack), CLONE_VM | CLONE_VFORK | SIGCHLD, p);
	errnum = errno;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (pid < 0) {
		fail_refused(out, errnum);
		return -1;
	}
	/* Ours first, or the read would wait for ourselves. */
	close(p->report[1]);
	p->report[1] = -1;
	do
		n = read(p->report[0], &r, sizeof(r));
	while (n < 0 && errno == EINTR);
	if (n != (ssize_t)sizeof(r))
		return pid;

	do
		n = waitpid(pid, NULL, 0);
	while (n < 0 && errno == EINTR);
	if (p->terminal >= 0)
		take_back(p->terminal);
	if (r.stage == STAGE_EXEC) {
		fail(out,
		    rb_spawn_explain(p->cwd >= 0 ? p->cwd : AT_FDCWD, p->path, p->req, r.errnum, out->text),
		    r.errnum);
	} else if (r.stage == STAGE_CWD) {
		fail_folder(p->req, out, r.errnum);
	} else {
		snprintf(out->text, sizeof(out->text), "%s: %s", stage_text[r.stage], strerror(r.errnum));
		fail(out, rb_spawn_errno(r.errnum), r.errnum);
	}
	return -1;
}

/* Written from here, after the exec, and never mind if it fails: what is forbidden must not forbid the step.
 */
static void
set_oom_score(pid_t pid, int adj)
{
	char path[64], text[16];
	int fd, len;

	snprintf(path, sizeof(path), "/proc/%ld/oom_score_adj", (long)pid);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	len = snprintf(text, sizeof(text), "%d", adj);
	if (write(fd, text, (size_t)len) < 0)
		errno = 0;
	close(fd);
}

static void
shut(int fd)
{
	if (fd >= 0)
		close(fd);
}

int
rb_spawn(const struct rb_spawn *req, struct rb_spawned *out)
{
	struct plan p;

	memset(out, 0, sizeof(*out));
	out->pid = out->out = out->err = -1;
	p.req = req;
	p.cwd = p.terminal = p.report[0] = p.report[1] = -1;
	for (int i = 0; i < 3; i++)
		p.io[i] = p.ours[i] = -1;

	if (prepare(&p, out) == 0)
		out->pid = launch(&p, out);
	if (out->pid > 0) {
		out->started = rb_clock_mono();
		out->out = p.ours[STDOUT_FILENO];
		out->err = p.ours[STDERR_FILENO];
		if (req->oom_score_adj != 0)
			set_oom_score(out->pid, req->oom_score_adj);
	} else {
		shut(p.ours[STDOUT_FILENO]);
		shut(p.ours[STDERR_FILENO]);
	}
	for (int i = 0; i < 3; i++)
		shut(p.io[i]);
	shut(p.cwd);
	shut(p.terminal);
	shut(p.report[0]);
	shut(p.report[1]);
	return out->pid > 0 ? 0 : -1;
}
