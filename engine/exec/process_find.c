/* Searching the kernel's table of processes. */
#include "exec/process_find.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "kinds/words.h"

static bool
is_ours(const struct rb_process_search *s, pid_t pid)
{
	for (size_t i = 0; i < s->nours; i++) {
		if (s->ours[i] == pid)
			return true;
	}
	return false;
}

static void
find_ours(struct rb_process_search *s)
{
	struct rb_proc p;
	pid_t pid = getpid();

	while (pid > 0 && s->nours < sizeof(s->ours) / sizeof(s->ours[0]) && rb_proc_read(pid, &p) == 0) {
		s->ours[s->nours++] = pid;
		pid = p.parent;
	}
}

static void
add(struct rb_process_search *s, const struct rb_proc *p, struct rb_str command)
{
	struct rb_buf user;

	s->items = rb_arena_grow(s->arena, s->items, sizeof(*s->items), s->len, &s->cap);
	rb_buf_init(&user, s->arena->alloc, RB_PROC_TEXT);
	rb_proc_user(p->id.pid, &user);
	/* One byte more than is ever shown, so that it shows that it was cut. */
	command = rb_str_cut(command, 0, RB_LINE_MAX + 1);
	s->items[s->len++] = (struct rb_found_process){
	    p->id, p->rss, rb_arena_str(s->arena, command), rb_arena_str(s->arena, rb_buf_view(&user))};
	rb_buf_free(&user);
}

static bool
try_pattern(void *ctx, const struct rb_proc *p)
{
	struct rb_process_search *s = ctx;
	struct rb_found where;
	struct rb_buf command;
	int r;

	if (is_ours(s, p->id.pid) || p->state == 'Z')
		return true;
	rb_buf_init(&command, s->arena->alloc, RB_PROC_CMDLINE);
	r = rb_proc_cmdline(p, &command) == 0
		? rb_pattern_find(s->pattern, rb_buf_view(&command), 0, &where, &s->limit)
		: 0;
	if (r == 1 && rb_proc_elsewhere(p->id.pid))
		s->elsewhere++;
	else if (r == 1 && s->len == RB_FOUND_MAX)
		s->over = true;
	else if (r == 1)
		add(s, p, rb_buf_view(&command));
	rb_buf_free(&command);
	return r >= 0 && !s->over;
}

int
rb_process_by_pattern(struct rb_process_search *s, struct rb_pattern *pattern, struct rb_str *why)
{
	s->pattern = pattern;
	find_ours(s);
	if (rb_proc_each(try_pattern, s) < 0) {
		*why = rb_arena_fmt(
		    s->arena, "the kernel's table of processes cannot be read: %s", strerror(errno));
		return -1;
	}
	if (s->limit != NULL) {
		*why = rb_arena_fmt(s->arena, "the pattern could not be decided: %s", s->limit);
		return -1;
	}
	if (s->over) {
		*why = rb_arena_fmt(
		    s->arena, "more than %d processes match: make the pattern narrower", RB_FOUND_MAX);
		return -1;
	}
	return 0;
}

int
rb_process_by_id(struct rb_process_search *s, struct rb_proc_id id, struct rb_str *why)
{
	int lives = rb_proc_lives(id);
	struct rb_buf command;
	struct rb_proc p;

	if (lives < 0) {
		*why =
		    rb_arena_fmt(s->arena, "pid %ld cannot be looked at: %s", (long)id.pid, strerror(errno));
		return -1;
	}
	if (lives == 0 || rb_proc_read(id.pid, &p) < 0)
		return 0;
	rb_buf_init(&command, s->arena->alloc, RB_PROC_CMDLINE);
	rb_proc_cmdline(&p, &command);
	add(s, &p, rb_buf_view(&command));
	rb_buf_free(&command);
	return 0;
}

int
rb_process_by_pidfile(struct rb_process_search *s, const char *path, bool *absent, struct rb_str *why)
{
	char text[RB_PROC_TEXT];
	struct rb_proc p;
	int64_t written;
	pid_t pid;

	if (rb_proc_pidfile(path, &pid, &written, text) < 0) {
		*absent = errno == ENOENT || errno == ENOTDIR || errno == EINVAL;
		*why = rb_arena_str(s->arena, rb_str_c(text));
		return -1;
	}
	if (rb_proc_read(pid, &p) < 0) {
		p.id = (struct rb_proc_id){.pid = pid};
	} else if (!rb_proc_fits_pidfile(p.id, written)) {
		*absent = true;
		*why = rb_arena_fmt(s->arena,
		    "pid %ld of %s began after that file was written: it is another process", (long)pid,
		    path);
		return -1;
	}
	return rb_process_by_id(s, p.id, why);
}

struct rb_str
rb_process_none(const struct rb_process_search *s)
{
	if (s->elsewhere == 0)
		return RB_STR(RB_SAYS_NO_PROCESS);
	if (s->elsewhere == 1)
		return RB_STR(RB_SAYS_NO_PROCESS " here; one in a container matches, and is left out");
	return rb_arena_fmt(
	    s->arena, RB_SAYS_NO_PROCESS " here; %zu in containers match, and are left out", s->elsewhere);
}
