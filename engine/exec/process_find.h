/* Processes of this host by a pattern, a pidfile or their identity: what `process` looks for, and what a
 * drill tells of those that would be stopped. Ownership: what is found lives in the arena of the search. */
#ifndef RB_EXEC_PROCESS_FIND_H
#define RB_EXEC_PROCESS_FIND_H

#include "base/arena.h"
#include "lang/pattern.h"
#include "os/proc.h"

enum { RB_FOUND_MAX = 4096 }; /* processes of one search; more are an error */

struct rb_found_process {
	struct rb_proc_id id;
	uint64_t rss;
	struct rb_str command, user;
};

struct rb_process_search {
	struct rb_arena *arena; /* zeroed else */
	size_t len, cap;
	struct rb_found_process *items;
	/* while it searches */
	struct rb_pattern *pattern;
	const char *limit;
	bool over;
	size_t elsewhere; /* that the pattern fits, and that run in other PID namespaces: left out */
	pid_t ours[64];   /* this process and its ancestors, which no pattern may find */
	size_t nours;
};

/* What a pattern finds are processes of our own PID namespace: one in a container of this host has the same
 * command line, and was not meant. An identity or a pidfile names any.
 *
 * All of these: 0, also if there is none; or -1 with the reason in *why: the search could not be made. */
int rb_process_by_pattern(struct rb_process_search *s, struct rb_pattern *pattern, struct rb_str *why);
int rb_process_by_id(struct rb_process_search *s, struct rb_proc_id id, struct rb_str *why);
/* *absent: there is no such file, no process id in it, or its number is that of another process by now. */
int rb_process_by_pidfile(struct rb_process_search *s, const char *path, bool *absent, struct rb_str *why);
/* What is said where none was found. */
struct rb_str rb_process_none(const struct rb_process_search *s);

#endif
