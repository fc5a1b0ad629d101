/* The streaming matcher: lines out of raw bytes, tried against the rows of `match` as they come, in memory
 * that does not grow with the stream. Facts are functions of the bytes; how these were cut into reads, and
 * which of the two ways of searching was taken, cannot be seen in them. */
#include <string.h>

#include "lang/pattern_impl.h"

enum {
	BLOCK_MAX = 64 * 1024, /* bytes searched in one go */
	STRIKES = 4,           /* slow blocks before a row goes line by line for good */
	LINE_ROUND = 64,       /* kept lines grow by this */
};

/* CPU time that a row may spend in difficult searches: this much, and more for each byte that was fed.
 * Without it, lines that each just stay within RB_PATTERN_BUDGET could hold up the run for ever. */
#define ROW_BUDGET RB_SECOND
#define ROW_BUDGET_BYTE RB_US /* 1 MB/s; what is in order does hundreds */
static const char ROW_SLOW[] = "the pattern takes too long on these lines";

struct kept_line {
	char *p;
	size_t n, cap;
};

/* What one row knows of one stream. */
struct tally {
	uint64_t count;
	struct kept_line lines[RB_MATCH_LINES];  /* ring: match number i stands at i % RB_MATCH_LINES */
	struct rb_str groups[RB_PATTERN_GROUPS]; /* of the last match, inside of its line */
};

struct row {
	const struct rb_pattern *pattern;
	bool possible; /* a literal with a line feed in it is in no line */
	unsigned strikes;
	int64_t spent; /* CPU time of its difficult searches, ns; other rows may have the same pattern */
	const char *error;
	struct tally tallies[RB_MATCH_STREAMS];
};

struct stream {
	char *line;    /* the unfinished line: its first RB_LINE_MAX bytes */
	size_t length; /* of all of it so far; 0: none has begun */
	char last;     /* its last byte so far */
	bool cut;      /* some line was longer than RB_LINE_MAX */
};

struct rb_matcher {
	const struct rb_alloc *alloc;
	size_t nrows;
	struct row *rows;
	unsigned nstreams;
	struct stream streams[RB_MATCH_STREAMS];
	uint64_t bytes; /* fed, in all */
	char *mended;   /* BLOCK_MAX bytes, once a block was no UTF-8 */
};

/* Lines of a block that a row matched: how many, and the last ones. */
struct hits {
	uint64_t count;
	struct rb_str lines[RB_MATCH_LINES]; /* ring, like a tally's */
};

struct rb_matcher *
rb_matcher_new(const struct rb_alloc *alloc, const struct rb_match_row *rows, size_t n, unsigned streams)
{
	struct rb_matcher *m = rb_alloc_zero(alloc, 1, sizeof(*m));

	m->alloc = alloc;
	m->nrows = n;
	m->rows = rb_alloc_zero(alloc, n > 0 ? n : 1, sizeof(*m->rows));
	m->nstreams = streams < RB_MATCH_STREAMS ? streams : RB_MATCH_STREAMS;
	for (unsigned i = 0; i < m->nstreams; i++)
		m->streams[i].line = rb_alloc_resize(alloc, NULL, RB_LINE_MAX);
	for (size_t i = 0; i < n; i++) {
		const struct rb_pattern *p = rows[i].pattern;

		rb_pattern_ready(p);
		m->rows[i].pattern = p;
		m->rows[i].possible = p->regex != NULL || rb_str_find(p->text, RB_STR("\n"), 0) == SIZE_MAX;
	}
	return m;
}

void
rb_matcher_free(struct rb_matcher *m)
{
	if (m == NULL)
		return;
	for (size_t i = 0; i < m->nrows; i++) {
		for (unsigned s = 0; s < m->nstreams; s++) {
			for (size_t k = 0; k < RB_MATCH_LINES; k++)
				rb_alloc_free(m->alloc, m->rows[i].tallies[s].lines[k].p);
		}
	}
	for (unsigned i = 0; i < m->nstreams; i++)
		rb_alloc_free(m->alloc, m->streams[i].line);
	rb_alloc_free(m->alloc, m->mended);
	rb_alloc_free(m->alloc, m->rows);
	rb_alloc_free(m->alloc, m);
}

/* Searches a line for the row's pattern, as rb_pattern_find. */
static int
find(struct row *row, struct rb_str line, struct rb_found *found)
{
	int64_t before = rb_pattern_spent(row->pattern);
	int rc = rb_pattern_find(row->pattern, line, 0, found, &row->error);

	row->spent += rb_pattern_spent(row->pattern) - before;
	return rc;
}

/* ---- keeping what matched ---- */

static void
hit(struct hits *h, struct rb_str line)
{
	h->lines[h->count % RB_MATCH_LINES] = line;
	h->count++;
}

static void
keep_line(struct rb_matcher *m, struct kept_line *to, struct rb_str line)
{
	if (to->cap < line.n || to->p == NULL) {
		to->cap = (line.n / LINE_ROUND + 1) * LINE_ROUND;
		to->p = rb_alloc_resize(m->alloc, to->p, to->cap);
	}
	if (line.n > 0)
		memcpy(to->p, line.p, line.n);
	to->n = line.n;
}

/* Adds a block's hits to the tally: only lines that stay are copied, only the last is searched for groups. */
static void
keep_hits(struct rb_matcher *m, struct row *row, struct tally *t, const struct hits *h)
{
	uint64_t first = h->count > RB_MATCH_LINES ? h->count - RB_MATCH_LINES : 0;
	struct kept_line *last;
	struct rb_found found;

	if (h->count == 0)
		return;
	for (uint64_t i = first; i < h->count; i++)
		keep_line(m, &t->lines[(t->count + i) % RB_MATCH_LINES], h->lines[i % RB_MATCH_LINES]);
	t->count += h->count;
	if (rb_pattern_groups(row->pattern) == 0)
		return;
	last = &t->lines[(t->count - 1) % RB_MATCH_LINES];
	memset(&found, 0, sizeof(found));
	if (find(row, (struct rb_str){last->p, last->n}, &found) == 1)
		memcpy(t->groups, found.groups, sizeof(t->groups));
}

/* ---- the two ways of searching a block ---- */

/* Takes the next line off: without its end, and without what is over RB_LINE_MAX. */
static struct rb_str
take_line(struct rb_str *rest, bool *cut)
{
	const char *end = rest->n > 0 ? memchr(rest->p, '\n', rest->n) : NULL;
	struct rb_str line = {rest->p, end != NULL ? (size_t)(end - rest->p) : rest->n};

	*rest = rb_str_cut(*rest, line.n + 1, rest->n);
	if (end != NULL && line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	if (line.n > RB_LINE_MAX) {
		line.n = RB_LINE_MAX;
		*cut = true;
	}
	return line;
}

/* Tries each line by itself; there is at least one. */
static void
search_lines(struct rb_matcher *m, struct row *row, struct rb_str rest, struct hits *h)
{
	int64_t most = ROW_BUDGET + (int64_t)m->bytes * ROW_BUDGET_BYTE;
	bool cut;

	do {
		struct rb_str line = take_line(&rest, &cut);

		if (find(row, line, NULL) == 1)
			hit(h, line);
		if (row->error == NULL && row->spent > most)
			row->error = ROW_SLOW;
	} while (row->error == NULL && rest.n > 0);
}

/* Searches a block of whole lines in one go, up to where that does not decide or does not pay. Returns what
 * is left for search_lines, p NULL for nothing. `mended` is the block as the engine may see it, NULL for the
 * block itself. */
static struct rb_str
search_block(struct row *row, struct rb_str block, const char *mended, struct hits *h)
{
	/* A literal is searched in the bytes as they are. */
	bool as_is = mended == NULL || row->pattern->regex == NULL;
	const struct rb_str searched = {as_is ? block.p : mended, block.n};
	size_t at = 0, wasted = 0;

	while (at < block.n && row->error == NULL) {
		size_t start, end;
		const char *from, *to;
		struct rb_str line;
		int rc = rb_pattern_scan(row->pattern, searched, at, &start, &end);

		if (rc == 0 || (rc == 1 && start >= block.n))
			return (struct rb_str){NULL, 0};
		if (rc < 0 || wasted > block.n) {
			row->strikes++;
			return rb_str_cut(block, at, block.n);
		}
		from = memrchr(block.p + at, '\n', start - at);
		from = from != NULL ? from + 1 : block.p + at;
		to = memchr(block.p + start, '\n', block.n - start);
		line = (struct rb_str){from, (size_t)(to - from)};
		at = (size_t)(to - block.p) + 1;
		/* A match that ends within the line is the line's own. */
		if (end < at || find(row, line, NULL) == 1)
			hit(h, line);
		else
			wasted += end - start;
	}
	return (struct rb_str){NULL, 0};
}

/* Whether some line has more than RB_LINE_MAX bytes before its line feed. Looks back for one from that far
 * ahead, again and again, so it touches few of the bytes. */
static bool
has_long_line(struct rb_str block)
{
	while (block.n > RB_LINE_MAX) {
		const char *end = memrchr(block.p, '\n', RB_LINE_MAX + 1);

		if (end == NULL)
			return true;
		block = rb_str_cut(block, (size_t)(end - block.p) + 1, block.n);
	}
	return false;
}

/* The block as UTF-8, of the same length; NULL if it is that already. */
static const char *
mend_block(struct rb_matcher *m, struct rb_str block)
{
	size_t valid = rb_regex_valid(block);

	if (valid == block.n)
		return NULL;
	if (m->mended == NULL)
		m->mended = rb_alloc_resize(m->alloc, NULL, BLOCK_MAX);
	rb_regex_mend(block, valid, m->mended);
	return m->mended;
}

/* `block` is one or more whole lines with their line feeds, or (`whole` false) a line without. */
static void
search_rows(struct rb_matcher *m, unsigned stream, struct rb_str block, bool whole)
{
	bool plain = whole && !has_long_line(block) && memchr(block.p, '\r', block.n) == NULL;

	const char *mended = plain ? mend_block(m, block) : NULL;

	if (whole && !plain) {
		struct rb_str rest = block;

		while (rest.n > 0)
			take_line(&rest, &m->streams[stream].cut);
	}
	for (size_t i = 0; i < m->nrows; i++) {
		struct row *row = &m->rows[i];
		struct rb_str rest = block;
		struct hits h;

		if (row->error != NULL || !row->possible)
			continue;
		h.count = 0;
		if (plain && row->pattern->scannable && row->strikes < STRIKES)
			rest = search_block(row, block, mended, &h);
		if (rest.p != NULL)
			search_lines(m, row, rest, &h);
		keep_hits(m, row, &row->tallies[stream], &h);
	}
}

/* ---- the stream ---- */

/* Adds to the unfinished line; what is over RB_LINE_MAX is only counted. */
static void
hold(struct stream *s, struct rb_str bytes)
{
	size_t room = s->length < RB_LINE_MAX ? RB_LINE_MAX - s->length : 0;

	if (bytes.n == 0)
		return;
	memcpy(s->line + (RB_LINE_MAX - room), bytes.p, bytes.n < room ? bytes.n : room);
	s->length += bytes.n;
	s->last = bytes.p[bytes.n - 1];
}

/* Ends the unfinished line, by a line feed (before which CR is no part of it) or by the end of the stream. */
static void
release(struct rb_matcher *m, unsigned stream, bool fed)
{
	struct stream *s = &m->streams[stream];
	size_t n = s->length - (fed && s->last == '\r' ? 1 : 0);

	if (n > RB_LINE_MAX)
		s->cut = true;
	s->length = 0;
	search_rows(m, stream, (struct rb_str){s->line, n < RB_LINE_MAX ? n : RB_LINE_MAX}, false);
}

void
rb_matcher_feed(struct rb_matcher *m, unsigned stream, struct rb_str bytes)
{
	struct stream *s = &m->streams[stream];

	if (stream >= m->nstreams)
		return;
	m->bytes += bytes.n;
	while (bytes.n > 0) {
		size_t n = bytes.n < BLOCK_MAX ? bytes.n : BLOCK_MAX;
		const char *end = s->length > 0 ? memchr(bytes.p, '\n', n) : memrchr(bytes.p, '\n', n);

		n = end != NULL ? (size_t)(end - bytes.p) + 1 : n;
		if (end == NULL) {
			hold(s, rb_str_cut(bytes, 0, n));
		} else if (s->length > 0) {
			hold(s, rb_str_cut(bytes, 0, n - 1));
			release(m, stream, true);
		} else {
			search_rows(m, stream, rb_str_cut(bytes, 0, n), true);
		}
		bytes = rb_str_cut(bytes, n, bytes.n);
	}
}

void
rb_matcher_end(struct rb_matcher *m)
{
	for (unsigned i = 0; i < m->nstreams; i++) {
		if (m->streams[i].length > 0)
			release(m, i, false);
	}
}

/* ---- the result ---- */

static size_t
kept(const struct tally *t)
{
	return t->count < RB_MATCH_LINES ? (size_t)t->count : RB_MATCH_LINES;
}

/* Adds the last n lines of a tally. */
static void
show_lines(const struct tally *t, size_t n, struct rb_match_fact *out)
{
	for (uint64_t i = t->count - n; i < t->count; i++) {
		const struct kept_line *line = &t->lines[i % RB_MATCH_LINES];

		out->lines[out->nlines++] = (struct rb_str){line->p, line->n};
	}
}

void
rb_matcher_fact(const struct rb_matcher *m, size_t i, struct rb_match_fact *out)
{
	const struct row *row = &m->rows[i];
	const struct tally *first = &row->tallies[0], *second = &row->tallies[1];
	const struct tally *last = second->count > 0 ? second : first;
	size_t room = RB_MATCH_LINES - kept(second);

	memset(out, 0, sizeof(*out));
	out->count = first->count + second->count;
	out->matched = out->count > 0;
	show_lines(first, kept(first) < room ? kept(first) : room, out);
	show_lines(second, kept(second), out);
	if (out->nlines > 0)
		out->line = out->lines[out->nlines - 1];
	memcpy(out->groups, last->groups, sizeof(out->groups));
	for (unsigned s = 0; s < m->nstreams; s++)
		out->cut = out->cut || m->streams[s].cut;
	out->error = row->error;
}
