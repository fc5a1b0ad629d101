/* Finding a program, and telling why one could not be started. execve(2) says ENOENT for four things and
 * EACCES for three: a person needs to know which. */
#include "os/spawn_find.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char DEFAULT_PATH[] = "/usr/local/bin:/usr/bin:/bin";

/* A file's first bytes, as much as the kernel reads for a #! line. */
enum { HEAD = 256 };

static const char *
path_of(const char *const *env)
{
	for (; env != NULL && *env != NULL; env++)
		if (strncmp(*env, "PATH=", 5) == 0)
			return *env + 5;
	return DEFAULT_PATH;
}

/* Whether the file there can be run as far as can be seen: 0, or an errno. */
static int
try_file(int at, const char *path)
{
	struct stat st;

	if (fstatat(at, path, &st, 0) != 0)
		return errno;
	if (S_ISDIR(st.st_mode))
		return EISDIR;
	if (!S_ISREG(st.st_mode))
		return EACCES;
	return faccessat(at, path, X_OK, AT_EACCESS) == 0 ? 0 : errno;
}

static enum rb_spawn_error
refuse(const char *path, int err, char *text)
{
	switch (err) {
	case ENOENT:
	case ENOTDIR:
		snprintf(text, RB_SPAWN_TEXT, "'%.400s' does not exist", path);
		return RB_SPAWN_NOT_FOUND;
	case EISDIR:
		snprintf(text, RB_SPAWN_TEXT, "'%.400s' is a folder, not a program", path);
		return RB_SPAWN_NOT_EXECUTABLE;
	case EACCES:
		snprintf(text, RB_SPAWN_TEXT, "'%.400s' is not executable for this user", path);
		return RB_SPAWN_NOT_EXECUTABLE;
	default:
		snprintf(text, RB_SPAWN_TEXT, "'%.400s': %s", path, strerror(err));
		return rb_spawn_errno(err);
	}
}

enum rb_spawn_error
rb_spawn_look(int at, const char *name, const char *const *env, char *path, size_t n, char *text)
{
	const char *all = path_of(env);
	const char *dir = all;
	char forbidden[PATH_MAX];
	int len, err;

	if (name == NULL || *name == '\0') {
		snprintf(text, RB_SPAWN_TEXT, "the program's name is empty");
		return RB_SPAWN_NOT_FOUND;
	}
	if (strchr(name, '/') != NULL) {
		len = snprintf(path, n, "%s", name);
		err = len < 0 || (size_t)len >= n ? ENAMETOOLONG : try_file(at, path);
		return err == 0 ? RB_SPAWN_OK : refuse(name, err, text);
	}
	forbidden[0] = '\0';
	for (;;) {
		size_t end = strcspn(dir, ":");

		len = snprintf(path, n, "%.*s%s%s", (int)end, dir, end > 0 ? "/" : "./", name);
		err = len < 0 || (size_t)len >= n ? ENAMETOOLONG : try_file(at, path);
		if (err == 0)
			return RB_SPAWN_OK;
		/* Like every shell: a file that may not be run is told only if no other is found. */
		if (err == EACCES && fstatat(at, path, &(struct stat){0}, 0) == 0 && forbidden[0] == '\0')
			snprintf(forbidden, sizeof(forbidden), "%s", path);
		if (dir[end] == '\0')
			break;
		dir += end + 1;
	}
	path[0] = '\0';
	if (forbidden[0] != '\0')
		return refuse(forbidden, EACCES, text);
	snprintf(text, RB_SPAWN_TEXT, "no program '%.150s' in PATH (%.300s)", name, all);
	return RB_SPAWN_NOT_FOUND;
}

enum rb_spawn_error
rb_spawn_errno(int errnum)
{
	switch (errnum) {
	case EMFILE:
	case ENFILE:
		return RB_SPAWN_NO_FDS;
	case EAGAIN:
	case ENOMEM:
		return RB_SPAWN_REFUSED;
	case E2BIG:
		return RB_SPAWN_TOO_LONG;
	default:
		return RB_SPAWN_OTHER;
	}
}

/* Reads the head of a file and ends it with NUL; its length, 0 if it cannot be read. */
static size_t
head_of(int at, const char *path, char head[HEAD])
{
	int fd = openat(at, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	ssize_t n = 0;

	if (fd >= 0) {
		n = read(fd, head, HEAD - 1);
		close(fd);
	}
	if (n < 0)
		n = 0;
	head[n] = '\0';
	return (size_t)n;
}

/* The interpreter's path out of a #! line, cut free within `head`; NULL if it is none. */
static const char *
interpreter(char *head)
{
	char *p = head + 2;

	if (strncmp(head, "#!", 2) != 0)
		return NULL;
	p += strspn(p, " \t");
	p[strcspn(p, " \t\n")] = '\0';
	return p;
}

static enum rb_spawn_error
explain_missing(int at, const char *path, char *text)
{
	char head[HEAD];
	size_t n = head_of(at, path, head);
	const char *needs = interpreter(head);
	size_t len;

	if (faccessat(at, path, F_OK, 0) != 0)
		return refuse(path, ENOENT, text);
	if (needs == NULL) {
		snprintf(text, RB_SPAWN_TEXT, "'%.300s' %s", path,
		    n == 0 ? "needs an interpreter or loader that does not exist"
			   : "needs a dynamic loader that does not exist: it was built for another system");
		return RB_SPAWN_BAD_INTERPRETER;
	}
	len = strlen(needs);
	if (len > 0 && needs[len - 1] == '\r')
		snprintf(text, RB_SPAWN_TEXT,
		    "'%.200s' asks for the interpreter '%.*s' with a carriage return after it: its lines end "
		    "in CR LF",
		    path, (int)(len - 1), needs);
	else
		snprintf(text, RB_SPAWN_TEXT,
		    "'%.200s' asks for the interpreter '%.200s', which does not exist", path, needs);
	return RB_SPAWN_BAD_INTERPRETER;
}

static enum rb_spawn_error
explain_forbidden(int at, const char *path, int errnum, char *text)
{
	char head[HEAD];
	const char *needs;

	head_of(at, path, head);
	needs = interpreter(head);
	if (needs != NULL && try_file(at, needs) != 0)
		snprintf(text, RB_SPAWN_TEXT,
		    "'%.200s' asks for the interpreter '%.200s', which is not executable", path, needs);
	else
		snprintf(text, RB_SPAWN_TEXT,
		    "'%.300s' may not be executed here: %s (a mount with noexec, or a policy)", path,
		    strerror(errnum));
	return RB_SPAWN_NOT_EXECUTABLE;
}

/* The longest string of a list; adds what the list takes to *total. */
static const char *
longest(const char *const *list, size_t *total, const char *best)
{
	for (; list != NULL && *list != NULL; list++) {
		*total += strlen(*list) + 1 + sizeof(char *);
		if (best == NULL || strlen(*list) > strlen(best))
			best = *list;
	}
	return best;
}

static void
explain_long(const struct rb_spawn *req, char *text)
{
	size_t total = 0;
	const char *best = longest(req->argv, &total, NULL);

	best = longest(req->env, &total, best);
	snprintf(text, RB_SPAWN_TEXT,
	    "arguments and environment are too long: %zu bytes in all, the longest %zu (%.40s%s); one may "
	    "have 131071",
	    total, best != NULL ? strlen(best) : 0, best != NULL ? best : "",
	    best != NULL && strlen(best) > 40 ? "…" : "");
}

enum rb_spawn_error
rb_spawn_explain(int at, const char *path, const struct rb_spawn *req, int errnum, char *text)
{
	switch (errnum) {
	case ENOENT:
	case ENOTDIR:
		return explain_missing(at, path, text);
	case EACCES:
	case EPERM:
		return explain_forbidden(at, path, errnum, text);
	case ENOEXEC:
	case EINVAL:
	case ELIBBAD:
		snprintf(text, RB_SPAWN_TEXT,
		    "'%.300s' is neither a program of this machine nor a script with a #! line", path);
		return RB_SPAWN_BAD_FORMAT;
	case ELOOP:
		snprintf(
		    text, RB_SPAWN_TEXT, "'%.300s' has interpreters of interpreters, too many of them", path);
		return RB_SPAWN_BAD_INTERPRETER;
	case E2BIG:
		explain_long(req, text);
		return RB_SPAWN_TOO_LONG;
	case ETXTBSY:
		snprintf(text, RB_SPAWN_TEXT, "'%.300s' is open for writing at this moment", path);
		return RB_SPAWN_OTHER;
	default:
		snprintf(text, RB_SPAWN_TEXT, "'%.300s' could not be started: %s", path, strerror(errnum));
		return rb_spawn_errno(errnum);
	}
}

enum rb_spawn_error
rb_spawn_find(const char *name, const char *const *env, const char *cwd, char *path, size_t n)
{
	int at = cwd != NULL ? open(cwd, O_PATH | O_DIRECTORY | O_CLOEXEC) : AT_FDCWD;
	char text[RB_SPAWN_TEXT];
	enum rb_spawn_error e;

	path[0] = '\0';
	if (cwd != NULL && at < 0)
		return RB_SPAWN_CWD;
	e = rb_spawn_look(at, name, env, path, n, text);
	if (cwd != NULL)
		close(at);
	return e;
}
