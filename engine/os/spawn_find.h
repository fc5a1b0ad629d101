/* Finding a program, and telling why one could not be started: spawn.c's other half. Ownership: paths and
 * texts are written to memory of the caller. */
#ifndef RB_OS_SPAWN_FIND_H
#define RB_OS_SPAWN_FIND_H

#include "os/spawn.h"

/* Finds `name` in the PATH of `env`, relative folders counting from the descriptor `at` (AT_FDCWD, or of the
 * child's working folder). RB_SPAWN_OK with the path in `path`, else the error with its reason in `text`
 * (RB_SPAWN_TEXT). */
enum rb_spawn_error rb_spawn_look(
    int at, const char *name, const char *const *env, char *path, size_t n, char *text);

/* What an execve(2) of `path` that failed with `errnum` has met; writes `text`. */
enum rb_spawn_error rb_spawn_explain(
    int at, const char *path, const struct rb_spawn *req, int errnum, char *text);

/* What a call with no more to say than its errno has met (no descriptors, no memory, …). */
enum rb_spawn_error rb_spawn_errno(int errnum);

#endif
