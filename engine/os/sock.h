/* Who listens on a TCP port, from the kernel's tables. Ownership: everything in a report lives in the arena
 * that it was made in. */
#ifndef RB_OS_SOCK_H
#define RB_OS_SOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "os/proc.h"

/* Bounds of a report; more are counted out with `more`. */
enum { RB_SOCK_ADDRESSES = 256, RB_SOCK_HOLDERS = 256 };

struct rb_sock_holder {
	struct rb_proc_id id;
	pid_t parent;
	struct rb_str command; /* its command line, raw bytes */
	struct rb_str user;
};

struct rb_sock_report {
	bool listening;
	size_t naddresses;
	struct rb_str *addresses; /* "127.0.0.1:8000", "[::]:8000" */
	size_t nholders;
	struct rb_sock_holder *holders; /* by pid */
	/* The only holder whose parent is not a holder too (the master of a pre-fork server); NULL if there
	 * is none, or several: then it is for a person to choose. */
	const struct rb_sock_holder *main;
	bool unseen; /* some socket's holder cannot be seen: another user's, in another namespace, or the
			kernel's own */
	bool more;   /* a bound was met */
};

enum rb_sock_source { RB_SOCK_ANY, RB_SOCK_NETLINK, RB_SOCK_PROCFS };

/* Fills `r`. `from` is RB_SOCK_ANY but in tests: netlink, and /proc/net/tcp where that is refused. 0, or -1
 * with errno if neither can be read. */
int rb_sock_listeners(
    uint16_t port, enum rb_sock_source from, struct rb_arena *arena, struct rb_sock_report *r);

#endif
