/* Process tables, from /proc: what the kernel tells of a pid, identities, signals that cannot meet the wrong
 * process. */
#include "os/proc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "os/scan.h"

enum { PATH_SIZE = 64, STAT_SIZE = 1024, STATUS_SIZE = 4096, PIDFILE_SIZE = 64, PASSWD_LINE = 512 };

static int
open_of(pid_t pid, const char *leaf)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), "/proc/%ld/%s", (long)pid, leaf);
	return open(path, O_RDONLY | O_CLOEXEC);
}

static ssize_t
read_some(int fd, char *p, size_t n)
{
	ssize_t got;

	do
		got = read(fd, p, n);
	while (got < 0 && errno == EINTR);
	return got;
}

/* Reads up to size - 1 bytes of a file of a process and ends them with NUL. -1 with errno. */
static ssize_t
slurp(pid_t pid, const char *leaf, char *buf, size_t size)
{
	int fd = open_of(pid, leaf);
	ssize_t n;
	int saved;

	if (fd < 0)
		return -1;
	n = read_some(fd, buf, size - 1);
	saved = errno;
	close(fd);
	if (n < 0) {
		errno = saved;
		return -1;
	}
	buf[n] = '\0';
	return n;
}

int
rb_proc_read(pid_t pid, struct rb_proc *p)
{
	char stat[STAT_SIZE];
	const char *open_paren, *rest, *at;
	size_t comm;
	int64_t parent, group, session, threads, pages;

	errno = 0;
	if (slurp(pid, "stat", stat, sizeof(stat)) <= 0) {
		if (errno == ESRCH || errno == 0)
			errno = ENOENT; /* it ended between the open and the read */
		return -1;
	}
	memset(p, 0, sizeof(*p));
	/* The name may hold blanks and parentheses of its own: it ends at the last one. */
	open_paren = strchr(stat, '(');
	rest = strrchr(stat, ')');
	if (open_paren == NULL || rest == NULL || rest < open_paren) {
		errno = EPROTO;
		return -1;
	}
	comm = (size_t)(rest - open_paren - 1);
	if (comm > sizeof(p->comm) - 1)
		comm = sizeof(p->comm) - 1;
	memcpy(p->comm, open_paren + 1, comm);
	/* Field 3 of proc(5) is a letter; from 4 on they are numbers. */
	rest = rb_scan_text(rest, ") ");
	p->state = rest != NULL ? *rest : '\0';
	at = rb_scan_skip(rest, 1);
	at = rb_scan_int(at, &parent);
	at = rb_scan_int(at, &group);
	at = rb_scan_int(at, &session);
	at = rb_scan_int(rb_scan_skip(at, 13), &threads); /* field 20 */
	at = rb_scan_uint(rb_scan_skip(at, 1), &p->id.start);
	at = rb_scan_int(rb_scan_skip(at, 1), &pages); /* field 24 */
	if (at == NULL) {
		errno = EPROTO;
		return -1;
	}
	/* A first thread that has ended shows Z while the others live on; of a dead one none is counted. */
	p->alive = (p->state != 'Z' && p->state != 'X') || threads > 1;
	p->id.pid = pid;
	p->parent = (pid_t)parent;
	p->group = (pid_t)group;
	p->session = (pid_t)session;
	p->rss = pages > 0 ? (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE) : 0;
	return 0;
}

/* Whether what failed is ours: too little of something, not a process that has just ended or is not shown. */
static bool
is_shortage(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOMEM;
}

int
rb_proc_each(bool (*each)(void *ctx, const struct rb_proc *p), void *ctx)
{
	DIR *dir = opendir("/proc");
	struct dirent *e;
	struct rb_proc p;
	int64_t pid;
	int short_of = 0;

	if (dir == NULL)
		return -1;
	for (e = readdir(dir); e != NULL; e = readdir(dir)) {
		if (e->d_name[0] < '1' || e->d_name[0] > '9' || rb_str_int(rb_str_c(e->d_name), &pid) != 0)
			continue;
		if (rb_proc_read((pid_t)pid, &p) != 0) {
			if (is_shortage(errno)) {
				short_of = errno;
				break;
			}
		} else if (!each(ctx, &p)) {
			break;
		}
	}
	closedir(dir);
	errno = short_of;
	return short_of == 0 ? 0 : -1;
}

int
rb_proc_cmdline(const struct rb_proc *p, struct rb_buf *out)
{
	int fd = open_of(p->id.pid, "cmdline");
	size_t total = 0, blanks = 0;
	char chunk[4096];
	ssize_t n;

	if (fd < 0)
		return -1;
	for (;;) {
		n = read_some(fd, chunk, sizeof(chunk));
		if (n <= 0 || total >= RB_PROC_CMDLINE)
			break;
		for (ssize_t i = 0; i < n && total < RB_PROC_CMDLINE; i++) {
			if (chunk[i] == '\0') {
				blanks++; /* the last ones end the line: they are not written */
				continue;
			}
			rb_buf_pad(out, ' ', total > 0 ? blanks : 0);
			total += blanks + 1;
			blanks = 0;
			rb_buf_char(out, chunk[i]);
		}
	}
	close(fd);
	if (n < 0)
		return -1;
	if (total == 0)
		rb_buf_fmt(out, "[%s]", p->comm);
	return 0;
}

/* True if the passwd(5) line is of this uid; its name is cut free with a NUL. */
static bool
line_is_of(char *line, int64_t uid)
{
	char *name_end = strchr(line, ':');
	char *uid_text = name_end != NULL ? strchr(name_end + 1, ':') : NULL;
	char *uid_end = uid_text != NULL ? strchr(uid_text + 1, ':') : NULL;
	int64_t v;

	if (uid_end == NULL || name_end == line)
		return false;
	*uid_end = '\0';
	if (rb_str_int(rb_str_c(uid_text + 1), &v) != 0 || v != uid)
		return false;
	*name_end = '\0';
	return true;
}

/* Appends the name of a uid; false if /etc/passwd has none. */
static bool
user_name(int64_t uid, struct rb_buf *out)
{
	int fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC);
	char chunk[4096], line[PASSWD_LINE];
	bool found = false;
	size_t len = 0;
	ssize_t n;

	if (fd < 0)
		return false;
	for (n = read_some(fd, chunk, sizeof(chunk)); n > 0 && !found;
	     n = read_some(fd, chunk, sizeof(chunk))) {
		for (ssize_t i = 0; i < n && !found; i++) {
			if (chunk[i] != '\n') {
				if (len < sizeof(line) - 1)
					line[len++] = chunk[i];
				continue;
			}
			line[len] = '\0';
			len = 0;
			found = line_is_of(line, uid);
		}
	}
	close(fd);
	if (found)
		rb_buf_c(out, line);
	return found;
}

int
rb_proc_user(pid_t pid, struct rb_buf *out)
{
	char status[STATUS_SIZE];
	const char *line;
	uint64_t uid;

	if (slurp(pid, "status", status, sizeof(status)) <= 0)
		return -1;
	line = rb_scan_text(strstr(status, "\nUid:"), "\nUid:");
	/* The second one is the effective user, which ps shows too. */
	if (rb_scan_uint(rb_scan_skip(line, 1), &uid) == NULL || uid > UINT32_MAX)
		return -1;
	if (!user_name((int64_t)uid, out))
		rb_buf_fmt(out, "%" PRIu64, uid);
	return 0;
}

int
rb_proc_lives(struct rb_proc_id id)
{
	struct rb_proc p;

	if (rb_proc_read(id.pid, &p) == 0)
		return p.id.start == id.start && p.alive;
	if (errno != ENOENT)
		return -1;
	/* It has ended, or it is not shown to us: another user's under hidepid, or all of them without /proc.
	 */
	if (kill(id.pid, 0) != 0 && errno == ESRCH)
		return 0;
	errno = EACCES;
	return -1;
}

/* How many process ids it has: one in each namespace from that of /proc down to its own. 0 if that is not
 * told. */
static size_t
count_ids(pid_t pid)
{
	char status[STATUS_SIZE];
	const char *at;
	uint64_t id;
	size_t n = 0;

	if (slurp(pid, "status", status, sizeof(status)) <= 0)
		return 0;
	at = rb_scan_text(strstr(status, "\nNSpid:"), "\nNSpid:");
	for (at = rb_scan_uint(at, &id); at != NULL; at = rb_scan_uint(at, &id))
		n++;
	return n;
}

bool
rb_proc_elsewhere(pid_t pid)
{
	char path[PATH_SIZE];
	struct stat ours, its;
	size_t n, m;

	snprintf(path, sizeof(path), "/proc/%ld/ns/pid", (long)pid);
	if (stat("/proc/self/ns/pid", &ours) == 0 && stat(path, &its) == 0)
		return ours.st_ino != its.st_ino || ours.st_dev != its.st_dev;
	/* The namespace of another user's process is not shown; how many ids it has is. */
	n = count_ids(getpid());
	m = count_ids(pid);
	return n > 0 && m > 0 && n != m;
}

int64_t
rb_proc_started(struct rb_proc_id id)
{
	int64_t hz = sysconf(_SC_CLK_TCK);
	int64_t since_boot = (int64_t)(id.start / (uint64_t)hz) * RB_SECOND +
			     (int64_t)(id.start % (uint64_t)hz) * RB_SECOND / hz;
	struct timespec up;

	clock_gettime(CLOCK_BOOTTIME, &up);
	return rb_clock_wall() - ((int64_t)up.tv_sec * RB_SECOND + up.tv_nsec) + since_boot;
}

bool
rb_proc_has_env(pid_t pid, const char *entry)
{
	int fd = open_of(pid, "environ");
	size_t len = strlen(entry), matched = 0, total = 0;
	bool alive = true, found = false; /* alive: the current entry has matched so far */
	char chunk[16384];
	ssize_t n;

	if (fd < 0)
		return false;
	for (n = read_some(fd, chunk, sizeof(chunk)); n > 0 && !found && total < RB_PROC_ENVIRON;
	     n = read_some(fd, chunk, sizeof(chunk))) {
		total += (size_t)n;
		for (ssize_t i = 0; i < n && !found; i++) {
			if (chunk[i] == '\0') {
				found = alive && matched == len;
				alive = true;
				matched = 0;
			} else if (alive && matched < len && chunk[i] == entry[matched]) {
				matched++;
			} else {
				alive = false;
			}
		}
	}
	close(fd);
	return found;
}

int
rb_proc_pidfile(const char *path, pid_t *pid, int64_t *written, char *why)
{
	/* Not blocking: it may be a FIFO, which is refused once that is known. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	char text[PIDFILE_SIZE];
	struct rb_str s;
	struct stat st;
	int64_t v;
	ssize_t n;
	int rc = -1, error;

	if (fd < 0) {
		error = errno;
		snprintf(why, RB_PROC_TEXT, "%.180s: %s", path, strerror(error));
		errno = error;
		return -1;
	}
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		error = EBADF;
		snprintf(why, RB_PROC_TEXT, "%.180s: not a regular file", path);
		goto out;
	}
	n = read_some(fd, text, sizeof(text));
	error = errno;
	if (n < 0) {
		snprintf(why, RB_PROC_TEXT, "%.180s: %s", path, strerror(error));
		goto out;
	}
	s = (struct rb_str){text, (size_t)n};
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '\n')
			s.n = i;
	if (rb_str_int(rb_str_trim(s), &v) != 0 || v < 1 || v > INT32_MAX) {
		error = EINVAL;
		snprintf(why, RB_PROC_TEXT, "%.180s: holds no process id", path);
		goto out;
	}
	*pid = (pid_t)v;
	*written = (int64_t)st.st_mtim.tv_sec * RB_SECOND + st.st_mtim.tv_nsec;
	rc = 0;
out:
	close(fd);
	errno = error;
	return rc;
}

bool
rb_proc_fits_pidfile(struct rb_proc_id id, int64_t written)
{
	return rb_proc_started(id) <= rb_clock_add(written, RB_PROC_PIDFILE_SLACK);
}

int
rb_proc_pidfd(pid_t pid)
{
#ifdef SYS_pidfd_open
	return (int)syscall(SYS_pidfd_open, pid, 0);
#else
	(void)pid;
	errno = ENOSYS;
	return -1;
#endif
}

int
rb_proc_signal(struct rb_proc_id id, int sig)
{
	int fd = rb_proc_pidfd(id.pid);
	int rc, saved;

	if (fd < 0 && errno == ESRCH)
		return -1;
	/* With the pidfd open, what the check sees is what will be signalled. */
	rc = rb_proc_lives(id);
	if (rc != 1) {
		saved = rc == 0 ? ESRCH : errno;
		if (fd >= 0)
			close(fd);
		errno = saved;
		return -1;
	}
	if (fd < 0)
		return kill(id.pid, sig);
#ifdef SYS_pidfd_send_signal
	rc = (int)syscall(SYS_pidfd_send_signal, fd, sig, NULL, 0);
#else
	rc = kill(id.pid, sig);
#endif
	saved = errno;
	close(fd);
	errno = saved;
	return rc;
}
