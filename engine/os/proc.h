/* Processes, from /proc: who runs, and ending one that is not our child. Ownership: texts are appended to
 * buffers of the caller; a stop belongs to its caller until rb_proc_stop_free.
 *
 * A pid alone names nobody: numbers are reused. A process is its pid and its start time. */
#ifndef RB_OS_PROC_H
#define RB_OS_PROC_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "os/loop.h"

enum { RB_PROC_COMM = 64, RB_PROC_CMDLINE = 65536, RB_PROC_ENVIRON = 1 << 20, RB_PROC_TEXT = 256 };

struct rb_proc_id {
	pid_t pid;
	uint64_t start; /* clock ticks after boot: field 22 of /proc/PID/stat */
};

struct rb_proc {
	struct rb_proc_id id;
	pid_t parent, group, session;
	char state;              /* R S D Z T … of its first thread */
	bool alive;              /* some thread of it still runs */
	char comm[RB_PROC_COMM]; /* raw bytes */
	uint64_t rss;            /* bytes in memory */
};

/* What the kernel tells of a pid. 0, or -1 with errno (ENOENT: there is none; else /proc is not there). */
int rb_proc_read(pid_t pid, struct rb_proc *p);
/* Calls `each` for every process, until it returns false. 0, or -1 with errno if /proc cannot be read, or not
 * to its end (EMFILE): what was not found then may well be there. */
int rb_proc_each(bool (*each)(void *ctx, const struct rb_proc *p), void *ctx);
/* Appends the command line, arguments joined by blanks; "[comm]" where there is none (kernel threads,
 * zombies). At most RB_PROC_CMDLINE bytes. 0, or -1 if the process is gone. */
int rb_proc_cmdline(const struct rb_proc *p, struct rb_buf *out);
/* Appends the user's name, from /etc/passwd alone (a directory service may be what is down), else the number.
 * 0, or -1 if the process is gone. */
int rb_proc_user(pid_t pid, struct rb_buf *out);
/* Whether the process still is the one that was meant, and has not ended (a zombie has): 1 or 0; -1 with
 * errno where the kernel did not tell (EMFILE, no /proc). */
int rb_proc_lives(struct rb_proc_id id);
/* Whether it runs in another PID namespace than we do (a container of this host): true only where the kernel
 * tells so. */
bool rb_proc_elsewhere(pid_t pid);
/* When it started: ns since the epoch, to 10 ms. */
int64_t rb_proc_started(struct rb_proc_id id);
/* Searches its environment, as far as it may be read (RB_PROC_ENVIRON bytes), for the entry "NAME=value". */
bool rb_proc_has_env(pid_t pid, const char *entry);
/* Reads a pid file: a decimal number, alone on the first line (PostgreSQL's go on after it). 0, or -1 with
 * the reason in `why` (RB_PROC_TEXT bytes) and errno: ENOENT or ENOTDIR if there is no such file, EINVAL if
 * no process id is in it, else it could not be looked at. `written` gets when it was written last, ns since
 * the epoch. That the process lives, and is the right one, is not said by it: rb_proc_fits_pidfile. */
int rb_proc_pidfile(const char *path, pid_t *pid, int64_t *written, char *why);
/* How much later than its pidfile a process may begin, ns: one that is forked once the file is there, and
 * file systems that keep a time to 2 s only. */
#define RB_PROC_PIDFILE_SLACK (2 * RB_SECOND)
/* Whether it can be the one that a pidfile was written for, at `written`: it has not begun after that. */
bool rb_proc_fits_pidfile(struct rb_proc_id id, int64_t written);

/* pidfd_open(2); close-on-exec. -1 with errno. */
int rb_proc_pidfd(pid_t pid);
/* Signals the process if it still is the one that was meant: through a pidfd, with the start time checked
 * after it was opened, else (no pidfds here) by kill right after the check. 0; -1 with errno, ESRCH if it is
 * gone. Takes two descriptors for its time. */
int rb_proc_signal(struct rb_proc_id id, int sig);

enum rb_proc_stopped {
	RB_PROC_STOPPED_TERM,   /* gone after TERM */
	RB_PROC_STOPPED_KILL,   /* gone after KILL */
	RB_PROC_STOPPED_BEFORE, /* it was gone already, or its pid is another process now: nothing was
				   signalled */
	RB_PROC_STOP_FORBIDDEN, /* EPERM; or pid 1, ourselves, or an ancestor of ours */
	RB_PROC_STOP_SURVIVED,  /* still there 2 s after KILL */
};

/* After KILL, ns. */
#define RB_PROC_PATIENCE (2 * RB_SECOND)

struct rb_proc_stop;
/* Ends a process that is not our child: checks its identity, TERM (and CONT), waits `grace` ns, KILL. `text`
 * is for people
 * ("pid 42 is gone after TERM"). `done` is called once, from the loop, and may free the stop. */
struct rb_proc_stop *rb_proc_stop(struct rb_loop *loop, struct rb_proc_id id, int64_t grace,
    void (*done)(void *ctx, enum rb_proc_stopped how, const char *text), void *ctx);
/* Frees it; before `done` nothing more is signalled. NULL is allowed. */
void rb_proc_stop_free(struct rb_proc_stop *s);

#endif
