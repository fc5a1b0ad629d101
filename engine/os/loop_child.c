/* Children of the loop: told of their end through pidfds, with a look now and then where there are none. */
#include "os/loop_private.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/proc.h"

/* Tells the end of a child that has ended. False if it has not. */
static bool
look(struct rb_loop_child *c)
{
	struct rb_exit how = {0};
	siginfo_t si;
	int rc;

	memset(&si, 0, sizeof(si));
	do
		rc = waitid(P_PID, (id_t)c->pid, &si, WEXITED | WNOHANG | WNOWAIT);
	while (rc != 0 && errno == EINTR);
	if (rc == 0 && si.si_pid == 0)
		return false;
	if (rc != 0)
		how.lost = true;
	else if (si.si_code == CLD_EXITED)
		how.code = si.si_status;
	else
		how.signal = si.si_status;
	how.core = rc == 0 && si.si_code == CLD_DUMPED;
	rb_loop_child_remove(c->loop, c);
	c->ended(c->ctx, &how);
	return true;
}

void
rb_loop_child_ready(void *ctx, unsigned events)
{
	(void)events;
	look(ctx);
}

void
rb_loop_child_add(struct rb_loop *loop, struct rb_loop_child *c)
{
	if (c->loop != NULL)
		return;
	c->loop = loop;
	c->watch = (struct rb_loop_fd){.want = RB_LOOP_READ, .ready = rb_loop_child_ready, .ctx = c};
	c->watch.fd = rb_proc_pidfd(c->pid);
	if (c->watch.fd >= 0) {
		rb_loop_fd_add(loop, &c->watch);
		return;
	}
	c->next = loop->plain;
	loop->plain = c;
}

void
rb_loop_child_remove(struct rb_loop *loop, struct rb_loop_child *c)
{
	struct rb_loop_child **p = &loop->plain;

	if (c->loop == NULL)
		return;
	c->loop = NULL;
	if (c->watch.fd >= 0) {
		rb_loop_fd_remove(loop, &c->watch);
		close(c->watch.fd);
		return;
	}
	if (loop->walk == c)
		loop->walk = c->next;
	while (*p != c)
		p = &(*p)->next;
	*p = c->next;
}

void
rb_loop_child_resume(const struct rb_loop_child *c)
{
	siginfo_t si;

	memset(&si, 0, sizeof(si));
	if (waitid(P_PID, (id_t)c->pid, &si, WSTOPPED | WNOHANG) == 0 && si.si_pid == c->pid)
		kill(-c->pid, SIGCONT);
}

int
rb_loop_child_reap(struct rb_loop_child *c)
{
	siginfo_t si;
	int rc;

	memset(&si, 0, sizeof(si));
	do
		rc = waitid(P_PID, (id_t)c->pid, &si, WEXITED | WNOHANG);
	while (rc != 0 && errno == EINTR);
	if (rc == 0 && si.si_pid == 0)
		return -1;
	if (c->loop != NULL)
		rb_loop_child_remove(c->loop, c);
	return 0;
}

int
rb_loop_look(struct rb_loop *loop)
{
	int ran = 0;

	loop->walk = loop->plain;
	while (loop->walk != NULL) {
		struct rb_loop_child *c = loop->walk;

		loop->walk = c->next;
		if (look(c))
			ran++;
	}
	return ran;
}
