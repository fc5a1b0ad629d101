/* Patterns: literal text, or /regex/flags (PCRE2). Ownership: a pattern owns a compiled PCRE2 code outside of
 * the arena; rb_pattern_close frees it (a program closes all of its own).
 *
 * Limits (reliability, Parsers): match limit 100,000, heap 20 MiB, pattern 4 KiB, \C refused; a budget of CPU
 * time for each search, since the match limit begins anew at each start position and one step of it may read
 * the whole text.
 *
 * A search writes to memory of its pattern: a pattern is searched by one thread at a time. */
#ifndef RB_LANG_PATTERN_H
#define RB_LANG_PATTERN_H

#include "base/clock.h"
#include "base/map.h"

enum { RB_PATTERN_MAX = 4096, RB_PATTERN_GROUPS = 16 };
#define RB_PATTERN_BUDGET                                                                                    \
	(50 * RB_MS) /* CPU time of one search in one subject (reliability case 45: < 100 ms) */

struct rb_pattern;

/* Compiles text as written in the runbook: "/…/flags" (flags of i m s x) is a regex, all else is literal. In
 * a regex ^ and $ stand for the ends of each line (LF, CR LF or CR). On failure NULL, *why a sentence, *at
 * the offset in text: also for an empty pattern, two groups of one name, and what may be a path or a regex
 * (/tmp/a/). */
struct rb_pattern *rb_pattern_new(struct rb_arena *arena, struct rb_str text, struct rb_str *why, size_t *at);
void rb_pattern_close(struct rb_pattern *p); /* NULL is allowed */
/* Makes ready for searching (machine code, memory), which else the first search does. */
void rb_pattern_ready(const struct rb_pattern *p);
/* Whether text is written as a regex. */
bool rb_pattern_is_regex(struct rb_str text);
/* Adds text to `out` so that it matches itself inside of a regex, whatever the flags. Bytes that are no UTF-8
 * come out as the characters of the same number. */
struct rb_buf;
void rb_pattern_quote(struct rb_str text, struct rb_buf *out);
struct rb_str rb_pattern_text(const struct rb_pattern *p); /* as written */
/* Named groups, in order of their numbers. */
size_t rb_pattern_groups(const struct rb_pattern *p);
struct rb_str rb_pattern_group(const struct rb_pattern *p, size_t i);

/* All patterns of a program (patterns.c), which are closed together. Zeroed, it is empty; the arenas that it
 * is given live as long as it does. */
struct rb_patterns {
	size_t len, cap;
	struct rb_pattern **items; /* in the arena */
	struct rb_map by_text;     /* those of rb_patterns_new */
};

/* As rb_pattern_new, but the pattern is the table's, and compiled once for all places with the same text. */
struct rb_pattern *rb_patterns_new(
    struct rb_patterns *all, struct rb_arena *arena, struct rb_str text, struct rb_str *why, size_t *at);
/* Takes over a pattern that was made otherwise. */
void rb_patterns_keep(struct rb_patterns *all, struct rb_arena *arena, struct rb_pattern *p);
void rb_patterns_close(struct rb_patterns *all);

struct rb_found {
	size_t from, to;                         /* of the whole match */
	struct rb_str groups[RB_PATTERN_GROUPS]; /* by rb_pattern_group order; p NULL: did not take part */
};
/* Searches subject from an offset. A byte of it that is no UTF-8 is to a regex one character which is no
 * letter, digit or blank. 1 found, 0 not, -1 undecided: *why (a constant) says which limit was met. */
int rb_pattern_find(
    const struct rb_pattern *p, struct rb_str subject, size_t from, struct rb_found *out, const char **why);

/* The streaming matcher behind `match`: fed with raw bytes of a stream, splits them into lines by itself, in
 * constant memory. Facts depend on the bytes, never on how they were split. A line over RB_LINE_MAX is cut
 * and flagged. A pattern is tried on each line without its end. */
enum { RB_LINE_MAX = 16 * 1024, RB_MATCH_LINES = 20, RB_MATCH_STREAMS = 2 };

struct rb_match_row {
	struct rb_str name;
	struct rb_pattern *pattern;
};

struct rb_matcher;
/* `streams` is 2 for scripts (stdout, stderr), 1 for a body. */
struct rb_matcher *rb_matcher_new(
    const struct rb_alloc *alloc, const struct rb_match_row *rows, size_t n, unsigned streams);
void rb_matcher_free(struct rb_matcher *m);
/* Feeds bytes of a stream (0 or 1). */
void rb_matcher_feed(struct rb_matcher *m, unsigned stream, struct rb_str bytes);
/* The end of all streams: unfinished last lines count. */
void rb_matcher_end(struct rb_matcher *m);

struct rb_match_fact {
	bool matched;
	uint64_t count;     /* lines that matched, over both streams */
	struct rb_str line; /* last matching line: of stdout first, then of stderr, so stderr's wins */
	size_t nlines;      /* last 20 of them in that same order */
	struct rb_str lines[RB_MATCH_LINES];
	struct rb_str groups[RB_PATTERN_GROUPS]; /* of the last match */
	bool cut;                                /* a line it was tried on was longer than RB_LINE_MAX */
	const char *error; /* a limit was met: the fact is undecided, this (constant) says why; else NULL */
};
/* The result of row i: of the lines that ended so far, of all of them after rb_matcher_end. Borrowed from the
 * matcher until it is fed again. */
void rb_matcher_fact(const struct rb_matcher *m, size_t i, struct rb_match_fact *out);

#endif
