/* Programs that stay after their step: reaped when they end, ended with the run where the runbook says so. */
#include <string.h>

#include "exec/job.h"
#include "os/tree.h"

struct rb_daemon {
	struct rb_exec *x;
	struct rb_loop_child child;
	struct rb_tree *tree;
	char cookie[RB_TREE_COOKIE_SIZE];
	bool keep, gone;
	struct rb_daemon *next;
};

static void
on_ended(void *ctx, const struct rb_exit *how)
{
	struct rb_daemon *d = ctx;

	(void)how;
	if (d->tree != NULL)
		return; /* reaped after the ending has looked at its group */
	rb_loop_child_reap(&d->child);
	d->gone = true;
}

static void
on_tree(void *ctx, const struct rb_tree_result *r)
{
	struct rb_daemon *d = ctx;

	if (!r->child_lives)
		rb_loop_child_reap(&d->child);
	d->gone = true;
}

void
rb_daemon_add(struct rb_exec *x, pid_t pid, const char *cookie, bool keep)
{
	struct rb_daemon *d = rb_alloc_zero(x->opt.alloc, 1, sizeof(*d));

	d->x = x;
	d->keep = keep;
	memcpy(d->cookie, cookie, RB_TREE_COOKIE_SIZE);
	d->child = (struct rb_loop_child){.pid = pid, .ended = on_ended, .ctx = d};
	d->next = x->daemons;
	x->daemons = d;
	rb_loop_child_add(x->loop, &d->child);
}

bool
rb_daemons_finish(struct rb_exec *x)
{
	bool all = true;

	for (struct rb_daemon *d = x->daemons; d != NULL; d = d->next) {
		if (d->keep || d->gone)
			continue;
		if (d->tree == NULL)
			d->tree = rb_tree_end(x->loop, d->child.pid, d->cookie, RB_TREE_GRACE, on_tree, d);
		all = false;
	}
	return all;
}

void
rb_daemons_free(struct rb_exec *x)
{
	while (x->daemons != NULL) {
		struct rb_daemon *d = x->daemons;

		x->daemons = d->next;
		rb_loop_child_remove(x->loop, &d->child);
		rb_tree_free(d->tree);
		rb_alloc_free(x->opt.alloc, d);
	}
}
