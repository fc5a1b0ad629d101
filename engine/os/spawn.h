/* The one spawner. Ownership: the request is borrowed for the call; the child (its zombie) and the read ends
 * of its pipes become the caller's.
 *
 * A child gets descriptors 0, 1 and 2 and no other, default signal dispositions, an empty signal mask, and
 * exactly the environment that is given. It works while our own 0-2 are closed. Nothing here blocks but the
 * fork itself, which has vfork semantics: the call returns when the program runs or could not be started. */
#ifndef RB_OS_SPAWN_H
#define RB_OS_SPAWN_H

#include <stdbool.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "base/str.h"

enum { RB_SPAWN_TEXT = 512, RB_SPAWN_OOM = 500 };

/* Why a program was not started. All but OK are outcome `errored` (reliability P6). */
enum rb_spawn_error {
	RB_SPAWN_OK,
	RB_SPAWN_NOT_FOUND,       /* no such file, or in no folder of PATH */
	RB_SPAWN_NOT_EXECUTABLE,  /* the file is there; its mode, mount or kind forbids to run it */
	RB_SPAWN_BAD_INTERPRETER, /* the file is there; what its #! line or ELF header names is not */
	RB_SPAWN_BAD_FORMAT,      /* neither a binary of this machine nor a script with a #! line */
	RB_SPAWN_TOO_LONG,        /* arguments and environment exceed what the kernel takes */
	RB_SPAWN_CWD,             /* the working folder is missing or closed to us */
	RB_SPAWN_FILE,            /* the file for its output cannot be opened */
	RB_SPAWN_NO_FDS,          /* no descriptors are left, here or in the system */
	RB_SPAWN_REFUSED,         /* the kernel refused another process: limit, or out of memory */
	RB_SPAWN_OTHER,
	RB_SPAWN_ERRORS
};

/* "not found", "refused", … for transcripts. */
const char *rb_spawn_error_name(enum rb_spawn_error e);

enum rb_spawn_io_mode {
	RB_IO_NULL,  /* /dev/null */
	RB_IO_BYTES, /* stdin only: these bytes, then end of file (in memory, never in a named file) */
	RB_IO_PIPE,  /* stdout, stderr only: a pipe, whose read end (non-blocking, close-on-exec) we get */
	RB_IO_FILE,  /* stdout, stderr only: appended to this file, created 0644 if missing */
	RB_IO_FD,    /* this descriptor of ours (0-2: inherited; -1 or closed: /dev/null) */
	RB_IO_JOIN,  /* stderr only: where stdout goes */
};

struct rb_spawn_io {
	enum rb_spawn_io_mode mode;
	struct rb_str bytes; /* RB_IO_BYTES */
	const char *path;    /* RB_IO_FILE; relative to our own folder, not to cwd */
	int fd;              /* RB_IO_FD; borrowed */
};

struct rb_spawn {
	/* argv[0] is looked up in the PATH that stands in `env` (the system's default path if none does),
	 * unless it has a slash; relative ones count from `cwd`. */
	const char *const *argv;
	const char *const *env; /* "NAME=value", ends with NULL; given whole */
	const char *cwd;        /* NULL: ours */
	struct rb_spawn_io in, out, err;
	/* -1: the child gets a session of its own and no terminal. Else: our session, a group of its own, and
	 * the foreground of this terminal; the caller takes it back with rb_tty_take when the child has
	 * ended. */
	int terminal;
	/* Set `core` again in the child, for a program that has lowered its own (rb_self_no_core). */
	bool restore_core;
	struct rlimit core;
	/* Written to the child's oom_score_adj, best effort; 0: left alone. */
	int oom_score_adj;
};

struct rb_spawned {
	pid_t pid;       /* also its group, and its session unless it has the terminal; -1 if not started */
	int out, err;    /* read ends for RB_IO_PIPE, else -1 */
	int64_t started; /* monotonic ns, when the program ran */
	enum rb_spawn_error error;
	int errnum;               /* the kernel's errno, or 0 */
	char text[RB_SPAWN_TEXT]; /* the reason for people, one line, no trailing period: "no program 'x' in
				     …" */
};

/* Starts the program. 0, or -1 with error, errnum and text set, no child left, no descriptor open. */
int rb_spawn(const struct rb_spawn *req, struct rb_spawned *out);

/* Where `name` is found as rb_spawn would find it, for `requires` and previews: writes the path to `path`
 * (size n, PATH_MAX is enough). Its error, RB_SPAWN_OK if it can be run as far as can be seen. */
enum rb_spawn_error rb_spawn_find(
    const char *name, const char *const *env, const char *cwd, char *path, size_t n);

#endif
