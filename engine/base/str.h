/* A slice of bytes. Ownership: a slice owns nothing; it lives as long as what it points into.
 *
 * Slices made by an arena or taken from a literal are followed by a NUL byte, which is not counted, so
 * that they can be handed to C functions; slices cut out of other slices are not. */
#ifndef RB_BASE_STR_H
#define RB_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/export.h"

RB_C_BEGIN

struct rb_str {
	const char *p; /* may be NULL when n is 0 */
	size_t n;      /* bytes */
};

#define RB_STR(literal) ((struct rb_str){"" literal, sizeof(literal) - 1})
/* The same as an initializer of static data. */
#define RB_STR_INIT(literal)                                                                                 \
	{                                                                                                    \
		"" literal, sizeof(literal) - 1                                                              \
	}

/* For printf's "%.*s". */
#define RB_STR_ARG(s) ((int)(s).n), ((s).p != NULL ? (s).p : "")

/* Some of these stand here in full: a file is read word by word with them, and most of the words that they
 * are given are constants. */

/* The slice of a NUL-terminated string (NULL gives the empty slice). */
RB_API inline struct rb_str
rb_str_c(const char *s)
{
	struct rb_str slice = {s != NULL ? s : "", s != NULL ? strlen(s) : 0};

	return slice;
}

/* The same bytes; empty slices are equal. */
RB_API inline bool
rb_str_eq(struct rb_str a, struct rb_str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* b must not be NULL. */
RB_API inline bool
rb_str_is(struct rb_str a, const char *b)
{
	/* Of the words of a table hardly two begin alike. */
	if (a.n == 0 || a.p[0] != b[0])
		return a.n == 0 && b[0] == '\0';
	return a.n == strlen(b) && memcmp(a.p, b, a.n) == 0;
}

/* Byte order, as memcmp, shorter first. */
int rb_str_cmp(struct rb_str a, struct rb_str b);

/* Whether it begins, or ends, with these bytes; "" is part of everything. */
inline bool
rb_str_starts(struct rb_str s, const char *prefix)
{
	size_t n = strlen(prefix);

	return s.n >= n && (n == 0 || memcmp(s.p, prefix, n) == 0);
}

inline bool
rb_str_ends(struct rb_str s, const char *suffix)
{
	size_t n = strlen(suffix);

	return s.n >= n && (n == 0 || memcmp(s.p + s.n - n, suffix, n) == 0);
}

/* Offset of the first `needle` at or after `from`, or SIZE_MAX. */
size_t rb_str_find(struct rb_str s, struct rb_str needle, size_t from);
/* Bytes [from, to), clamped to the slice. */
inline struct rb_str
rb_str_cut(struct rb_str s, size_t from, size_t to)
{
	if (to > s.n)
		to = s.n;
	if (from > to)
		from = to;
	if (from > 0)
		s.p += from;
	s.n = to - from;
	return s;
}

/* Without leading and trailing blanks (space, tab, CR, LF). */
struct rb_str rb_str_trim(struct rb_str s);
/* Without the trailing newlines that `$( )` would drop (LF, and CR before it). */
struct rb_str rb_str_chomp(struct rb_str s);
/* Of a path: up to its last slash, with it; and what stands behind. "a/b/" and "c" of "a/b/c"; "" and "c" of
 * "c". */
struct rb_str rb_str_folder(struct rb_str path);
struct rb_str rb_str_file(struct rb_str path);

/* Parses the whole of s as a decimal integer with optional sign. 0, or -1 if it is none or overflows. */
int rb_str_int(struct rb_str s, int64_t *out);
/* Parses the whole of s as a finite decimal number (123, -1.5, 2e3). 0 or -1. No locale is consulted. */
int rb_str_number(struct rb_str s, double *out);

enum { RB_NUMBER_TEXT = 32 };
/* The shortest decimal text that reads back as v: "8000", "0.1", "1e+300"; "nan", "inf", "-inf". No locale is
 * consulted. Returns buf. */
char *rb_number_text(double v, char buf[RB_NUMBER_TEXT]);

enum { RB_DISTANCE_MAX = 16 };
/* Levenshtein distance in bytes, bounded: returns `limit + 1` when it is more than `limit` (at most
 * RB_DISTANCE_MAX; larger ones are taken for it). For "did you mean". */
unsigned rb_str_distance(struct rb_str a, struct rb_str b, unsigned limit);

/* How many bytes from the start are ASCII. */
size_t rb_ascii_run(struct rb_str s);
/* Length in bytes of the UTF-8 sequence at s[0..n): 1..4, or 0 if it is malformed (overlong, surrogate,
 * above U+10FFFF, truncated); *cp gets the code point (RFC 3629). */
size_t rb_utf8_next(const char *s, size_t n, uint32_t *cp);
/* Terminal columns of a code point: 0 (combining, control), 1 or 2 (East Asian wide, emoji). */
int rb_utf8_width(uint32_t cp);
/* Whether showing the code point could deceive or steer a terminal: controls (C0, DEL, C1), line and
 * paragraph separators, bidirectional controls, the byte-order mark. Tab and line feed are among them:
 * whoever means to let these through says so. */
bool rb_utf8_steers(uint32_t cp);
/* Terminal columns of a slice; a malformed byte counts 1. */
size_t rb_str_width(struct rb_str s);

RB_C_END

#endif
