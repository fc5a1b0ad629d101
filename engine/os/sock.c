/* Who listens on a TCP port: sockets from netlink (or /proc/net/tcp), then the processes that hold their
 * inodes. */
#include "os/sock.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "os/scan.h"

/* The state of a listening socket, in both tables. */
enum { STATE_LISTEN = 10 };

/* A listening socket: its inode, and whether somebody who holds it was seen. */
struct listener {
	uint64_t inode;
	bool seen;
};

struct search {
	struct rb_arena *arena;
	struct rb_sock_report *r;
	uint16_t port;
	struct listener listeners[RB_SOCK_ADDRESSES];
	size_t n;
};

static void
add_listener(struct search *s, int family, const void *address, uint64_t inode)
{
	char text[INET6_ADDRSTRLEN];

	s->r->listening = true;
	if (s->n == RB_SOCK_ADDRESSES) {
		s->r->more = true;
		return;
	}
	inet_ntop(family, address, text, sizeof(text));
	s->r->addresses[s->n] =
	    rb_arena_fmt(s->arena, family == AF_INET6 ? "[%s]:%u" : "%s:%u", text, (unsigned)s->port);
	/* Sockets of the kernel itself have no inode: nobody can be seen to hold them. */
	s->listeners[s->n++].inode = inode;
	s->r->naddresses = s->n;
}

/* Netlink */

/* Takes one reply apart. 1: the dump goes on; 0: it is complete; -1 with errno. */
static int
netlink_reply(struct search *s, const char *p, size_t n)
{
	while (n >= sizeof(struct nlmsghdr)) {
		struct inet_diag_msg msg;
		struct nlmsghdr h;
		size_t step;

		memcpy(&h, p, sizeof(h));
		if (h.nlmsg_len < sizeof(h) || h.nlmsg_len > n)
			break;
		if (h.nlmsg_type == NLMSG_DONE)
			return 0;
		if (h.nlmsg_type == NLMSG_ERROR) {
			struct nlmsgerr e = {0};

			if (h.nlmsg_len >= NLMSG_LENGTH(sizeof(e)))
				memcpy(&e, p + NLMSG_HDRLEN, sizeof(e));
			errno = e.error < 0 ? -e.error : EPROTO;
			return -1;
		}
		if (h.nlmsg_len >= NLMSG_LENGTH(sizeof(msg))) {
			memcpy(&msg, p + NLMSG_HDRLEN, sizeof(msg));
			if (msg.idiag_state == STATE_LISTEN && ntohs(msg.id.idiag_sport) == s->port)
				add_listener(s, msg.idiag_family, msg.id.idiag_src, msg.idiag_inode);
		}
		step = NLMSG_ALIGN(h.nlmsg_len);
		p += step < n ? step : n;
		n -= step < n ? step : n;
	}
	return 1;
}

/* One dump of listening sockets on the port. 0, or -1 with errno. */
static int
netlink_dump(struct search *s, int fd, unsigned char family)
{
	struct {
		struct nlmsghdr h;
		struct inet_diag_req_v2 req;
	} ask;
	char reply[16384];
	ssize_t n;
	int more = 1;

	memset(&ask, 0, sizeof(ask));
	ask.h.nlmsg_len = sizeof(ask);
	ask.h.nlmsg_type = SOCK_DIAG_BY_FAMILY;
	ask.h.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	ask.req.sdiag_family = family;
	ask.req.sdiag_protocol = IPPROTO_TCP;
	ask.req.idiag_states = 1U << STATE_LISTEN;
	ask.req.id.idiag_sport = htons(s->port);
	if (send(fd, &ask, sizeof(ask), 0) != (ssize_t)sizeof(ask))
		return -1;
	while (more > 0) {
		n = recv(fd, reply, sizeof(reply), 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		more = netlink_reply(s, reply, (size_t)n);
	}
	return more;
}

static int
from_netlink(struct search *s)
{
	struct timeval limit = {.tv_sec = 2};
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	int rc = -1;

	if (fd < 0)
		return -1;
	/* The kernel answers at once; should one not, the caller must not hang. */
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	if (netlink_dump(s, fd, AF_INET) == 0) {
		/* A kernel without IPv6 refuses this dump: there is nothing to miss then. */
		rc = netlink_dump(s, fd, AF_INET6) == 0 || errno == ENOENT || errno == EAFNOSUPPORT ? 0 : -1;
	}
	close(fd);
	return rc;
}

/* /proc/net/tcp and tcp6 */

/* Reads "0100007F:1F90": each word of the address is in the byte order of this machine. NULL if it is none.
 */
static const char *
parse_address(const char *text, int family, unsigned char address[16], uint64_t *port)
{
	size_t words = family == AF_INET6 ? 4 : 1;
	uint64_t v;
	uint32_t word;

	for (size_t i = 0; i < words; i++) {
		text = rb_scan_hex(text, 8, &v);
		word = (uint32_t)v;
		memcpy(address + 4 * i, &word, sizeof(word));
	}
	return rb_scan_hex(rb_scan_text(text, ":"), 4, port);
}

/* "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 12345 …" */
static int
from_table(struct search *s, const char *path, int family)
{
	FILE *f = fopen(path, "re");
	unsigned char address[16];
	uint64_t state, port, inode;
	char line[512];

	if (f == NULL)
		return -1;
	while (fgets(line, sizeof(line), f) != NULL) {
		const char *at = parse_address(rb_scan_skip(line, 1), family, address, &port);

		at = rb_scan_hex(rb_scan_skip(at, 1), 2, &state);
		if (rb_scan_uint(rb_scan_skip(at, 5), &inode) == NULL)
			continue; /* the heading */
		if (state == STATE_LISTEN && port == s->port)
			add_listener(s, family, address, inode);
	}
	fclose(f);
	return 0;
}

static int
from_procfs(struct search *s)
{
	if (from_table(s, "/proc/net/tcp", AF_INET) != 0)
		return -1;
	if (from_table(s, "/proc/net/tcp6", AF_INET6) != 0 && errno != ENOENT)
		return -1;
	return 0;
}

/* Holders */

/* Opens a process's descriptors; NULL with errno (EACCES: not ours to see). */
static DIR *
descriptors_of(pid_t pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%ld/fd", (long)pid);
	return opendir(path);
}

/* Marks the listeners that a process holds; true if it holds any. */
static bool
holds(struct search *s, pid_t pid)
{
	DIR *dir = descriptors_of(pid);
	const struct dirent *e;
	char target[64];
	uint64_t inode;
	bool any = false;

	if (dir == NULL)
		return false;
	for (e = readdir(dir); e != NULL; e = readdir(dir)) {
		ssize_t n = readlinkat(dirfd(dir), e->d_name, target, sizeof(target) - 1);

		if (n <= 0)
			continue;
		target[n] = '\0';
		if (rb_scan_uint(rb_scan_text(target, "socket:["), &inode) == NULL)
			continue;
		for (size_t i = 0; i < s->n; i++) {
			if (s->listeners[i].inode == inode && inode != 0)
				any = s->listeners[i].seen = true;
		}
	}
	closedir(dir);
	return any;
}

static bool
look_at(void *ctx, const struct rb_proc *p)
{
	struct search *s = ctx;
	struct rb_sock_holder *h;
	struct rb_buf text;

	if (!holds(s, p->id.pid))
		return true;
	if (s->r->nholders == RB_SOCK_HOLDERS) {
		s->r->more = true;
		return true;
	}
	h = &s->r->holders[s->r->nholders++];
	h->id = p->id;
	h->parent = p->parent;
	rb_buf_init(&text, NULL, RB_PROC_CMDLINE);
	rb_proc_cmdline(p, &text);
	h->command = rb_arena_str(s->arena, rb_buf_view(&text));
	rb_buf_clear(&text);
	rb_proc_user(p->id.pid, &text);
	h->user = rb_arena_str(s->arena, rb_buf_view(&text));
	rb_buf_free(&text);
	return true;
}

static int
by_pid(const void *a, const void *b)
{
	const struct rb_sock_holder *x = a, *y = b;

	return (x->id.pid > y->id.pid) - (x->id.pid < y->id.pid);
}

static bool
is_holder(const struct rb_sock_report *r, pid_t pid)
{
	for (size_t i = 0; i < r->nholders; i++)
		if (r->holders[i].id.pid == pid)
			return true;
	return false;
}

/* Finds the one holder whose parent is none; and whether there may be others, which cannot be seen. */
static void
settle(struct search *s)
{
	struct rb_sock_report *r = s->r;
	size_t roots = 0;

	for (size_t i = 0; i < s->n; i++)
		if (!s->listeners[i].seen)
			r->unseen = true;
	for (size_t i = 0; i < r->nholders; i++) {
		DIR *dir;

		if (is_holder(r, r->holders[i].parent))
			continue;
		r->main = &r->holders[i];
		roots++;
		/* A parent that may not be looked into can well be the master that opened the socket. */
		dir = r->holders[i].parent > 1 ? descriptors_of(r->holders[i].parent) : NULL;
		if (dir != NULL)
			closedir(dir);
		else if (r->holders[i].parent > 1 && errno == EACCES)
			r->unseen = true;
	}
	if (roots != 1)
		r->main = NULL;
}

int
rb_sock_listeners(uint16_t port, enum rb_sock_source from, struct rb_arena *arena, struct rb_sock_report *r)
{
	struct search s = {.arena = arena, .r = r, .port = port};
	int rc = -1;

	memset(r, 0, sizeof(*r));
	r->addresses = RB_ARRAY(arena, struct rb_str, RB_SOCK_ADDRESSES);
	if (from != RB_SOCK_PROCFS)
		rc = from_netlink(&s);
	if (rc != 0 && from != RB_SOCK_NETLINK) {
		/* What a dump that broke off has told is told again. */
		s.n = r->naddresses = 0;
		r->listening = r->more = false;
		rc = from_procfs(&s);
	}
	if (rc != 0 || s.n == 0)
		return rc;
	r->holders = RB_ARRAY(arena, struct rb_sock_holder, RB_SOCK_HOLDERS);
	if (rb_proc_each(look_at, &s) != 0)
		r->unseen = true;
	if (r->nholders > 1)
		qsort(r->holders, r->nholders, sizeof(r->holders[0]), by_pid);
	settle(&s);
	return 0;
}
