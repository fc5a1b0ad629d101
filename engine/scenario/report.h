/* The results of tests, for people, as TAP and as JUnit's XML. Ownership: a report borrows all that it is
 * given for the length of a call; the buffers are the caller's.
 *
 * Text and TAP are told scenario by scenario, so that a long series shows where it is; JUnit counts first,
 * and therefore comes at the end, of cases that were kept. */
#ifndef RB_SCENARIO_REPORT_H
#define RB_SCENARIO_REPORT_H

#include "scenario/cover.h"
#include "scenario/scenario.h"

enum { RB_REPORT_MAX = 64 << 20 }; /* bytes of a report: further text is cut */

/* One scenario, over. */
struct rb_report_case {
	struct rb_str name;
	enum rb_verdict verdict;
	int64_t took;        /* real time, ns */
	struct rb_str first; /* one line: the first thing that is wrong; empty where it passed */
	struct rb_str text;  /* all of it in lines, without colour */
};

/* One scenario file, over. */
struct rb_report_file {
	struct rb_str path;     /* as it is shown */
	struct rb_str problems; /* of one that could not be loaded: its diagnostics, without colour */
	size_t ncases;
	struct rb_report_case *cases;
	bool covered; /* sum and gaps hold */
	struct rb_cover_sum sum;
	size_t ngaps, nundone, nunentered;
	const struct rb_cover_gap *gaps;
	const struct rb_str *undone, *unentered;
	int64_t least; /* of --coverage: percent of the ways, -1: none was asked for */
};

struct rb_report_total {
	size_t passed, failed, errors; /* scenarios */
	size_t broken;                 /* files that could not be loaded */
	size_t thin;                   /* files below the coverage that was asked for */
	bool covered;
	struct rb_cover_sum sum;
};

struct rb_report_ink {
	bool colour, ascii;
};

/* What each attempt of a play was given as its result, in few lines, and each call that was given as a whole:
 * a sink, to be added before that of the view. It lives in the arena; what it says is appended to `out`, and
 * `flush` is called then. */
struct rb_said;
struct rb_said *rb_said_new(struct rb_arena *arena, struct rb_report_ink how, struct rb_buf *out,
    void (*flush)(void *ctx), void *ctx);
const struct rb_sink *rb_said_sink(const struct rb_said *s);

/* What is wrong with a play, as lines indented by `indent`, appended; nothing where it passed. */
void rb_report_findings(const struct rb_played *played, unsigned indent, bool colour, struct rb_buf *out);
/* The first of it, in one line without its place; appended. */
void rb_report_first(const struct rb_played *played, struct rb_buf *out);

/* "  ✓ the port is held   0.2ms", and for what did not pass its findings. */
void rb_report_show_case(const struct rb_report_case *c, const struct rb_played *played,
    struct rb_report_ink how, struct rb_buf *out);
/* Coverage with its gaps. */
void rb_report_show_coverage(const struct rb_report_file *f, struct rb_report_ink how, struct rb_buf *out);
/* "12 passed, 1 failed, 0 errors · steps 31/31 · edges 44/46 · 3ms" */
void rb_report_show_total(
    const struct rb_report_total *t, int64_t took, struct rb_report_ink how, struct rb_buf *out);
/* Whether the file has the coverage that was asked for. */
bool rb_report_enough(const struct rb_report_file *f);
/* Of the ways, in percent, rounded down: 100 is all of them. */
int64_t rb_report_percent(const struct rb_cover_sum *sum);

/* TAP version 13, first its first line; `number` counts from 1. Coverage is one test more where it was asked
 * for. */
void rb_tap_begin(struct rb_buf *out);
void rb_tap_case(
    size_t number, const struct rb_report_file *f, const struct rb_report_case *c, struct rb_buf *out);
void rb_tap_broken(size_t number, const struct rb_report_file *f, struct rb_buf *out);
void rb_tap_coverage(size_t number, const struct rb_report_file *f, struct rb_buf *out);
void rb_tap_plan(size_t tests, struct rb_buf *out);

/* The XML that CI systems read: a suite a file, a case a scenario. */
void rb_junit(const struct rb_report_file *files, size_t n, struct rb_buf *out);

#endif
