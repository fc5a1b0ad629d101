/* Ending a process tree: a state machine on the loop. Each look at /proc finds the members that live; what
 * the phase asks for is sent to them; with none left, or no patience, it is over.
 *
 * There is no cgroup of our own to kill: making one needs a delegated cgroup v2, which the hosts that need
 * this most do not have. The cookie works everywhere. */
#include "os/tree.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/proc.h"

/* Between two looks: doubling. */
#define PAUSE_FIRST (2 * RB_MS)
#define PAUSE_MAX (100 * RB_MS)
/* Before the look that makes sure. */
#define PAUSE_SURE (5 * RB_MS)

struct member {
	struct rb_proc_id id;
	pid_t parent;
	bool found; /* belongs to the tree */
	bool escaped;
	char state;
	char comm[RB_TREE_COMM];
};

struct members {
	struct member *items;
	size_t len, cap;
};

struct rb_tree {
	struct rb_loop *loop;
	struct rb_proc_id child;
	char cookie[sizeof(RB_TREE_COOKIE) + RB_TREE_COOKIE_SIZE +
		    1]; /* the whole entry; "" if there is none */
	void (*done)(void *ctx, const struct rb_tree_result *r);
	void *ctx;
	int phase; /* 0: not begun, SIGTERM, SIGKILL */
	int64_t grace, deadline, pause;
	bool clear; /* the last look has found nobody */
	struct rb_loop_timer tick;
	struct rb_loop_fd end; /* the child's pidfd; fd is -1 where there is none */
	struct members seen;   /* all that began after the child, by the last look */
	struct members live;   /* those of the tree */
	struct members asked;  /* those that have had TERM: a second one may mean something else to them */
	struct rb_tree_result result;
};

int
rb_tree_cookie(char out[RB_TREE_COOKIE_SIZE])
{
	unsigned char raw[(RB_TREE_COOKIE_SIZE - 1) / 2];

	if (getrandom(raw, sizeof(raw), GRND_NONBLOCK) != (ssize_t)sizeof(raw))
		return -1;
	for (size_t i = 0; i < sizeof(raw); i++)
		snprintf(out + 2 * i, 3, "%02x", raw[i]);
	return 0;
}

void
rb_tree_survivors_text(const struct rb_tree_result *r, struct rb_buf *out)
{
	for (size_t i = 0; i < r->nsurvivors && i < RB_TREE_SURVIVORS; i++) {
		const struct rb_tree_survivor *v = &r->survivors[i];

		rb_buf_fmt(out, "%s%ld %s", i > 0 ? ", " : "", (long)v->pid, v->comm);
		if (v->state == 'D')
			rb_buf_c(out, " (in uninterruptible sleep)");
		else if (v->forbidden)
			rb_buf_c(out, " (not ours to end)");
	}
	if (r->nsurvivors > RB_TREE_SURVIVORS)
		rb_buf_fmt(out, " and %zu more", r->nsurvivors - RB_TREE_SURVIVORS);
}

static struct member *
add(struct rb_tree *t, struct members *m)
{
	m->items = rb_alloc_grow(rb_loop_alloc(t->loop), m->items, sizeof(*m->items), m->len, &m->cap);
	memset(&m->items[m->len], 0, sizeof(*m->items));
	return &m->items[m->len++];
}

static bool
was_asked(const struct rb_tree *t, struct rb_proc_id id)
{
	for (size_t i = 0; i < t->asked.len; i++)
		if (t->asked.items[i].id.pid == id.pid && t->asked.items[i].id.start == id.start)
			return true;
	return false;
}

/* Notes whatever is no older than the child: nothing else can descend from it. */
static bool
note(void *ctx, const struct rb_proc *p)
{
	struct rb_tree *t = ctx;
	bool inside = p->group == t->child.pid || p->session == t->child.pid || p->id.pid == t->child.pid;
	struct member *m;

	if (!p->alive || p->id.start < t->child.start || p->id.pid == getpid() || p->id.pid == 1)
		return true;
	m = add(t, &t->seen);
	m->id = p->id;
	m->parent = p->parent;
	m->escaped = !inside;
	/* One that was found once stays found: its parent may have ended since. */
	m->found = inside || was_asked(t, p->id);
	m->state = p->state;
	snprintf(m->comm, sizeof(m->comm), "%.15s", p->comm);
	return true;
}

static bool
is_found(const struct rb_tree *t, pid_t pid)
{
	for (size_t i = 0; i < t->seen.len; i++)
		if (t->seen.items[i].id.pid == pid)
			return t->seen.items[i].found;
	return false;
}

/* Finds the descendants of those that were found, to the last one. */
static void
find_descendants(struct rb_tree *t)
{
	bool again;

	do {
		again = false;
		for (size_t i = 0; i < t->seen.len; i++) {
			struct member *m = &t->seen.items[i];

			if (!m->found && is_found(t, m->parent))
				m->found = again = true;
		}
	} while (again);
}

/* Whether the child itself lives: known without /proc, where it may not be shown (hidepid) or not be read. */
static bool
child_lives(const struct rb_tree *t)
{
	siginfo_t si;
	int rc;

	memset(&si, 0, sizeof(si));
	do
		rc = waitid(P_PID, (id_t)t->child.pid, &si, WEXITED | WNOHANG | WNOWAIT);
	while (rc != 0 && errno == EINTR);
	return rc == 0 && si.si_pid == 0;
}

static bool
has_child(const struct rb_tree *t)
{
	for (size_t i = 0; i < t->live.len; i++)
		if (t->live.items[i].id.pid == t->child.pid)
			return true;
	return false;
}

/* Finds who lives. */
static void
look(struct rb_tree *t)
{
	t->live.len = t->seen.len = 0;
	/* What cannot be read leaves the group, which is signalled unseen, and the child. */
	rb_proc_each(note, t);
	find_descendants(t);
	for (size_t i = 0; i < t->seen.len && t->cookie[0] != '\0'; i++) {
		struct member *m = &t->seen.items[i];

		m->found = m->found || rb_proc_has_env(m->id.pid, t->cookie);
	}
	find_descendants(t);
	for (size_t i = 0; i < t->seen.len; i++)
		if (t->seen.items[i].found)
			*add(t, &t->live) = t->seen.items[i];
	if (!has_child(t) && child_lives(t))
		add(t, &t->live)->id = t->child;
}

static void
finish(struct rb_tree *t)
{
	rb_loop_timer_clear(t->loop, &t->tick);
	rb_loop_fd_remove(t->loop, &t->end);
	t->done(t->ctx, &t->result);
}

/* Asks each member that has not been asked yet. The group is asked as one, so that no fork slips through. */
static void
ask(struct rb_tree *t, bool first)
{
	for (size_t i = 0; i < t->live.len; i++) {
		struct member *m = &t->live.items[i];
		bool by_group = first && !m->escaped;

		if (was_asked(t, m->id))
			continue;
		t->result.escaped += m->escaped;
		if (!by_group) {
			rb_proc_signal(m->id, SIGTERM);
			rb_proc_signal(m->id, SIGCONT);
		}
		add(t, &t->asked)->id = m->id;
	}
	if (first) {
		kill(-t->child.pid, SIGTERM);
		kill(-t->child.pid, SIGCONT);
	}
}

static void
end_all(struct rb_tree *t)
{
	t->result.killed = true;
	kill(-t->child.pid, SIGKILL);
	for (size_t i = 0; i < t->live.len; i++) {
		struct member *m = &t->live.items[i];

		if (!was_asked(t, m->id)) {
			t->result.escaped += m->escaped;
			add(t, &t->asked)->id = m->id;
		}
		rb_proc_signal(m->id, SIGKILL);
	}
}

static void
give_up(struct rb_tree *t)
{
	struct rb_tree_result *r = &t->result;

	r->nsurvivors = t->live.len;
	for (size_t i = 0; i < t->live.len; i++) {
		const struct member *m = &t->live.items[i];

		if (m->id.pid == t->child.pid)
			r->child_lives = true;
		if (i >= RB_TREE_SURVIVORS)
			continue;
		r->survivors[i].pid = m->id.pid;
		r->survivors[i].state = m->state;
		memcpy(r->survivors[i].comm, m->comm, sizeof(m->comm));
		r->survivors[i].forbidden = kill(m->id.pid, 0) != 0 && errno == EPERM;
	}
	finish(t);
}

static void
begin_kill(struct rb_tree *t)
{
	t->phase = SIGKILL;
	t->deadline = rb_clock_add(rb_clock_mono(), RB_TREE_PATIENCE);
	t->pause = PAUSE_FIRST;
}

static void
tick(void *ctx)
{
	struct rb_tree *t = ctx;
	bool first = t->phase == 0;
	int64_t now, next;

	rb_loop_lend(t->loop);
	look(t);
	rb_loop_keep(t->loop);
	now = rb_clock_mono();
	if (t->live.len == 0 && !t->clear) {
		/* Once more: one that was between fork and exec, or in the middle of an exec, shows no mark.
		 */
		t->clear = true;
		rb_loop_timer_set(t->loop, &t->tick, now + PAUSE_SURE);
		return;
	}
	if (t->live.len == 0) {
		finish(t);
		return;
	}
	t->clear = false;
	if (first) {
		t->phase = SIGTERM;
		t->deadline = rb_clock_add(now, t->grace);
	}
	if (t->phase == SIGTERM && now >= t->deadline)
		begin_kill(t);
	if (t->phase == SIGKILL && now >= t->deadline) {
		give_up(t);
		return;
	}
	rb_loop_lend(t->loop);
	if (t->phase == SIGKILL)
		end_all(t);
	else
		ask(t, first);
	rb_loop_keep(t->loop);
	next = rb_clock_add(now, t->pause);
	rb_loop_timer_set(t->loop, &t->tick, next < t->deadline ? next : t->deadline);
	t->pause = t->pause * 2 < PAUSE_MAX ? t->pause * 2 : PAUSE_MAX;
}

/* The child has ended: a look at once, without waiting for the pause. */
static void
ended(void *ctx, unsigned events)
{
	struct rb_tree *t = ctx;

	(void)events;
	rb_loop_fd_remove(t->loop, &t->end);
	if (t->phase != 0)
		rb_loop_timer_set(t->loop, &t->tick, rb_clock_mono());
}

struct rb_tree *
rb_tree_end(struct rb_loop *loop, pid_t pid, const char *cookie, int64_t grace,
    void (*done)(void *ctx, const struct rb_tree_result *r), void *ctx)
{
	struct rb_tree *t = rb_alloc_zero(rb_loop_alloc(loop), 1, sizeof(*t));
	struct rb_proc p;

	t->loop = loop;
	t->done = done;
	t->ctx = ctx;
	t->grace = grace;
	t->pause = PAUSE_FIRST;
	t->tick.fire = tick;
	t->tick.ctx = t;
	t->child.pid = pid;
	if (rb_proc_read(pid, &p) == 0)
		t->child = p.id;
	if (cookie != NULL)
		snprintf(t->cookie, sizeof(t->cookie), RB_TREE_COOKIE "=%s", cookie);
	t->end = (struct rb_loop_fd){.want = RB_LOOP_READ, .ready = ended, .ctx = t};
	t->end.fd = rb_proc_pidfd(pid);
	if (t->end.fd >= 0)
		rb_loop_fd_add(loop, &t->end);
	rb_loop_timer_set(loop, &t->tick, rb_clock_mono());
	return t;
}

void
rb_tree_hurry(struct rb_tree *t)
{
	t->grace = 0;
	if (t->phase == SIGTERM) {
		t->deadline = rb_clock_mono();
		rb_loop_timer_set(t->loop, &t->tick, t->deadline);
	}
}

void
rb_tree_free(struct rb_tree *t)
{
	if (t == NULL)
		return;
	rb_loop_timer_clear(t->loop, &t->tick);
	rb_loop_fd_remove(t->loop, &t->end);
	if (t->end.fd >= 0)
		close(t->end.fd);
	rb_alloc_free(rb_loop_alloc(t->loop), t->seen.items);
	rb_alloc_free(rb_loop_alloc(t->loop), t->live.items);
	rb_alloc_free(rb_loop_alloc(t->loop), t->asked.items);
	rb_alloc_free(rb_loop_alloc(t->loop), t);
}
