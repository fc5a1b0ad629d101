/* What a program that is runbook, and not merely uses it, does to its own process at its start. Ownership:
 * nothing is owned. Nothing else in this library has process-wide effects, and nothing in it calls these. */
#ifndef RB_OS_SELF_H
#define RB_OS_SELF_H

#include <sys/resource.h>

/* Opens /dev/null on each of descriptors 0-2 that is closed, so that no file of ours lands there. 0, or -1
 * with errno. */
int rb_self_fds(void);
/* Ignores SIGPIPE and SIGXFSZ, so that writes fail with an error instead; gives SIGCHLD its default back, for
 * who inherits it ignored loses every exit status. */
void rb_self_signals(void);
/* No core dumps and no attaching: memory holds secrets. The limit that was found goes to `found`, for
 * rb_spawn's `core`. 0, or -1 with errno. */
int rb_self_no_core(struct rlimit *found);

#endif
