/* Which scenario files are meant. Ownership: all in the arena that is given. */
#ifndef RB_API_TEST_FILES_H
#define RB_API_TEST_FILES_H

#include "base/arena.h"
#include "base/buf.h"

enum {
	RB_TEST_DEPTH = 32,     /* folders within folders */
	RB_TEST_FILES = 100000, /* scenario files of one call */
};

struct rb_test_files {
	struct rb_arena *arena;
	size_t n, cap;
	const char **paths; /* as they are shown: relative ones stay so */
	bool runbooks;      /* of folders: also runbooks and procedures */
};

/* Adds what a path means: a scenario file, a runbook (or the name of one) with a scenario file beside it, or
 * a folder with all scenario files below it, in the order of their names; links to folders are not followed,
 * hidden ones left out. 0, or -1 with a sentence in `why`. */
int rb_test_files_add(struct rb_test_files *files, const char *path, struct rb_buf *why);

#endif
