/* The bytes of one file with an index of its lines. Ownership: a source and its bytes live in the arena that
 * it was loaded into.
 *
 * Everything else points into a source by byte offset; line and column are computed only when a message is
 * printed. A line ends at LF (CR before it belongs to the line's end); libyaml's other breaks (NEL, LS, PS)
 * are no line ends here. */
#ifndef RB_TEXT_SOURCE_H
#define RB_TEXT_SOURCE_H

#include "base/arena.h"

enum { RB_SOURCE_MAX = 16 * 1024 * 1024 }; /* bytes of one file */

struct rb_source {
	struct rb_str name;  /* as shown in messages: the path as given, "<stdlib>/port.yaml" */
	struct rb_str path;  /* absolute path, or empty for an embedded file */
	struct rb_str bytes; /* without a byte-order mark */
	bool ascii;          /* each byte is a character */
	size_t lines;        /* one more than line feeds */
	uint32_t *starts;    /* offset of each line's first byte */
};

/* A range of bytes in a source. src NULL: no position (a message about the command line). */
struct rb_span {
	const struct rb_source *src;
	size_t from, to; /* [from, to) */
};

struct rb_pos {
	size_t line;   /* 1-based */
	size_t column; /* 1-based, in characters (code points) */
	size_t shown;  /* 0-based display column, tabs to multiples of 8, wide characters 2 */
};

/* Wraps bytes (copied into the arena). Never fails. */
struct rb_source *rb_source_new(struct rb_arena *arena, struct rb_str name, struct rb_str bytes);
/* Reads a regular file of at most RB_SOURCE_MAX bytes, without following what is no regular file (FIFO,
 * device: refused before it is opened for reading). NULL on failure, *why set to a sentence in the arena. */
struct rb_source *rb_source_load(struct rb_arena *arena, const char *path, struct rb_str *why);
/* 0 where the path is a regular file; -1 with the same sentence where rb_source_load would refuse it
 * unopened. For files that a library opens, which would wait for a pipe. */
int rb_source_regular(struct rb_arena *arena, const char *path, struct rb_str *why);
struct rb_pos rb_source_pos(const struct rb_source *src, size_t offset);
/* The text of a line (1-based), without its end. */
struct rb_str rb_source_line(const struct rb_source *src, size_t line);
/* The text of a span. */
struct rb_str rb_span_text(struct rb_span span);

#endif
