/* Where files come from: runbooks by path or name, library procedures from lib/ beside the file and from
 * those embedded in the program. Ownership: sources live in the arena that they are opened with. */
#ifndef RB_API_LIBRARY_H
#define RB_API_LIBRARY_H

#include "lang/program.h"

/* A file of stdlib/, made part of the program by tools/embed.sh. */
struct rb_embedded {
	const char *name; /* "port/free.yaml" */
	const unsigned char *bytes;
	size_t len;
};
extern const struct rb_embedded rb_embedded[]; /* ends with a NULL name */

/* Opened files by absolute path, so that the same file is the same source. */
struct rb_library {
	struct rb_map files;
};

/* Nothing opened yet. The arena must live as long as what is opened. */
void rb_library_init(struct rb_library *l, struct rb_arena *arena);
/* The runbook of the command line: a path, or a name. NULL with *why. */
const struct rb_source *rb_library_main(
    struct rb_library *l, struct rb_arena *arena, const char *name, struct rb_str *why);
/* The path of the runbook that has the name (no path), NULL if none is found by it. */
const char *rb_library_path(struct rb_arena *arena, const char *name);
/* The folders in which a runbook is searched by its name, in their order; empty behind the last. */
struct rb_str rb_library_folder(struct rb_arena *arena, size_t i);
/* What stands behind a key such as "runbook:" at the beginning of a line; empty if there is none. */
struct rb_str rb_library_says(const struct rb_source *src, const char *key);
/* The name that a library file gives its procedure, in its bytes; empty for a runbook. */
struct rb_str rb_library_procedure(const struct rb_source *src);
/* How a load opens what a file uses; it borrows l. */
struct rb_opener rb_library_opener(struct rb_library *l);
/* The name of an embedded procedure: "port/free.yaml" is port.free. */
struct rb_str rb_library_dotted(struct rb_arena *arena, const char *file);
/* The embedded procedure that a name was probably meant to be; empty if none is near. */
struct rb_str rb_library_near(struct rb_arena *arena, struct rb_str name);

#endif
