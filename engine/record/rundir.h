/* The folder of a run, which holds its transcript, the output of its steps and the runbook's source.
 * Ownership: a rundir owns its descriptor and texts until rb_rundir_close; places belong to their arena. */
#ifndef RB_RECORD_RUNDIR_H
#define RB_RECORD_RUNDIR_H

#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "event/mask.h"
#include "record/io.h"

enum {
	RB_PLACES = 3,
	RB_RUN_ID = 24,       /* "20261122-030405-7f3a" and its NUL */
	RB_RUN_SHORT = 4,     /* characters after the last "-": the short id, shown and typed */
	RB_RUN_TRIES = 16,    /* ids tried when one is taken */
	RB_SOURCE_NAME = 128, /* bytes of a source's file name in the folder */
};

/* A folder that holds the folders of runs. */
struct rb_record_place {
	const char *root; /* absolute */
	const char *sub;  /* relative to root; made, 0700, when missing */
	bool in_memory;   /* tmpfs: gone with the host, and small; every folder of sub must be ours alone */
};

struct rb_places {
	struct rb_record_place place[RB_PLACES];
	size_t n;
};

/* Where runs are kept, best first: $RUNBOOK_STATE_DIR/runs, else $XDG_STATE_HOME/runbook/runs, else
 * $HOME/.local/state/runbook/runs; then $XDG_RUNTIME_DIR (for root /run) and /dev/shm. `env` answers as
 * getenv(3) does; NULL: getenv itself. */
void rb_places_find(struct rb_places *places, struct rb_arena *arena, const char *(*env)(const char *name));

struct rb_rundir {
	const struct rb_alloc *alloc;
	const struct rb_io *io;
	char id[RB_RUN_ID];
	int fd;       /* the folder, or -1 */
	char *path;   /* absolute; "" without a folder */
	size_t place; /* index of its place; places->n without a folder */
	bool in_memory;
	unsigned made; /* folders above it that were made for it, whose entries are to be synced too */
	unsigned sources;
};

/* Makes the folder of a new run in the first place where it can be made. `id` NULL: a new
 * id, of `wall` (ns since the epoch) and chance. 0, or -1 when no place would have it: then the rundir has an
 * id but no folder. What was in the way at each place is appended to `why` (may be NULL), a line each. The
 * rundir must be closed in both cases. */
int rb_rundir_make(struct rb_rundir *dir, const struct rb_alloc *alloc, const struct rb_io *io,
    const struct rb_places *places, const char *id, int64_t wall, struct rb_buf *why);
/* The folder and what is in it stay. */
void rb_rundir_close(struct rb_rundir *dir);
/* For a run that does not begin after all: takes the folder away again, if nothing was put into it. */
void rb_rundir_drop(struct rb_rundir *dir);

/* Opens a new file of the run for appending: 0600, never one that is there, never through a link. Descriptor,
 * or -1 and errno. */
int rb_rundir_file(const struct rb_rundir *dir, const char *name);
/* Makes the folder itself last: its entries, its own entry in the folder above, and those made with it. 0, or
 * -1 and errno. */
int rb_rundir_sync(const struct rb_rundir *dir);
/* Keeps a copy of a source that the run was loaded from, masked; `path` gives the name. The name of the copy
 * goes to `name`. 0, or -1 and errno. */
int rb_rundir_source(struct rb_rundir *dir, const struct rb_masker *masker, struct rb_str path,
    struct rb_str text, char name[RB_SOURCE_NAME]);

/* Opens the place for reading. Descriptor, or -1 and errno (ENOENT: no run was kept there yet; EPERM: in
 * memory, and another user could have made it). */
int rb_record_place_open(const struct rb_record_place *place);
/* Whether the text has the form of a run's id. */
bool rb_run_id_valid(struct rb_str text);

#endif
