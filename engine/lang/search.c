/* Searching a text for a pattern.
 *
 * A search must end in time whatever the text is. It is tried first with few backtracking steps allowed, over
 * slices of start positions, which decides nearly every search at full speed. A slice that needs more is
 * searched again with the full match limit by a second code, which has a callout before each item: the
 * callout reads the clock. (The match limit alone does not bound time: one step can compare or skip the whole
 * text.) The clock is the thread's CPU time, so that a host without a free CPU does not fail a search that is
 * in order. */
#include <string.h>
#include <time.h>

#include "lang/pattern_impl.h"

/* Stands for each byte that is no UTF-8 while a regex is searched: SUB, "used in place of a character that
 * has been found to be invalid" (ECMA-48). PCRE2's own way, PCRE2_MATCH_INVALID_UTF, lets no match cross such
 * a byte, so that one letter in Latin-1 would hide a line's cause; and its JIT in 10.42 reads past the end of
 * the subject. */
static const char SUBSTITUTE = 0x1a;

enum {
	SLICE_FIRST = 1024, /* at most, before the clock is first read */
	CAREFUL_SLICE = 16, /* start positions between two clock readings where callouts cannot be had */
	SLICE_MAX = 16384,
	SLICE_MIN = 16,
	SLICE_WORK = 1 << 26, /* start positions × bytes ahead of them, in one slice */
	QUICK_MIN = 50,       /* steps from one place, of a quick try */
	CALLOUTS_PER_CLOCK = 64,
};

static const char TOO_MANY_STEPS[] =
    "the pattern backtracks too much on this text (over 100,000 steps from one place)";
static const char TOO_LARGE[] = "the pattern needs more than 20 MiB of memory on this text";
static const char TOO_SLOW[] = "the pattern takes more than 50 ms on this text";
static const char GAVE_UP[] = "the regex engine gave up on this text";

int64_t
rb_regex_clock(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * RB_SECOND + t.tv_nsec;
}

int64_t
rb_pattern_spent(const struct rb_pattern *p)
{
	return p->regex != NULL ? p->regex->spent : 0;
}

/* ---- bytes that are no UTF-8 ---- */

size_t
rb_regex_valid(struct rb_str text)
{
	size_t at = rb_ascii_run(text);

	while (at < text.n) {
		uint32_t cp;
		size_t n = rb_utf8_next(text.p + at, text.n - at, &cp);

		if (n == 0)
			return at;
		at += n;
		at += rb_ascii_run(rb_str_cut(text, at, text.n));
	}
	return text.n;
}

void
rb_regex_mend(struct rb_str text, size_t valid, char *to)
{
	memcpy(to, text.p, text.n);
	while (valid < text.n) {
		to[valid++] = SUBSTITUTE;
		valid += rb_regex_valid(rb_str_cut(text, valid, text.n));
	}
}

/* ---- searching ---- */

int
rb_regex_try(struct rb_regex *re, const pcre2_code *code, struct rb_str subject, size_t from, size_t last,
    uint32_t limit)
{
	PCRE2_SPTR bytes = (PCRE2_SPTR)(subject.p != NULL ? subject.p : "");
	int rc;

	pcre2_set_offset_limit(re->limits, last);
	pcre2_set_match_limit(re->limits, limit);
	rc = pcre2_match(code, bytes, subject.n, from, PCRE2_NO_UTF_CHECK, re->data, re->limits);
	if (rc == PCRE2_ERROR_JIT_STACKLIMIT && re->stack == NULL) {
		re->stack = pcre2_jit_stack_create(RB_PATTERN_STACK / 16, RB_PATTERN_STACK, re->memory);
		pcre2_jit_stack_assign(re->limits, NULL, re->stack);
		rc = pcre2_match(code, bytes, subject.n, from, PCRE2_NO_UTF_CHECK, re->data, re->limits);
	}
	if (rc == PCRE2_ERROR_JIT_STACKLIMIT)
		rc = pcre2_match(
		    code, bytes, subject.n, from, PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT, re->data, re->limits);
	return rc;
}

static int
read_clock(pcre2_callout_block *block, void *regex)
{
	struct rb_regex *re = regex;

	(void)block;
	re->callouts++;
	return re->callouts % CALLOUTS_PER_CLOCK == 0 && rb_regex_clock() > re->until ? PCRE2_ERROR_CALLOUT
										      : 0;
}

static void
make_timed(struct rb_regex *re)
{
	int error;
	size_t at;

	if (re->timed != NULL || re->untimed)
		return;
	re->timed = rb_regex_compile(re, PCRE2_AUTO_CALLOUT, &error, &at);
	re->untimed = re->timed == NULL;
	if (re->timed == NULL)
		return;
	(void)pcre2_jit_compile(re->timed, PCRE2_JIT_COMPLETE);
	pcre2_set_callout(re->limits, read_clock, re);
}

/* The first position from `at` on at which a character starts. */
static size_t
next_start(struct rb_str subject, size_t at)
{
	while (at < subject.n && ((unsigned char)subject.p[at] & 0xc0) == 0x80)
		at++;
	return at;
}

/* Searches start positions from..last with the full limit and the clock read on the way. */
static int
search_carefully(struct rb_regex *re, struct rb_str subject, size_t from, size_t last)
{
	int rc = PCRE2_ERROR_NOMATCH;

	make_timed(re);
	while (rc == PCRE2_ERROR_NOMATCH && from <= last) {
		size_t to =
		    re->timed == NULL && last - from >= CAREFUL_SLICE ? from + CAREFUL_SLICE - 1 : last;

		if (rb_regex_clock() > re->until)
			return PCRE2_ERROR_CALLOUT;
		rc = rb_regex_try(
		    re, re->timed != NULL ? re->timed : re->code, subject, from, to, RB_PATTERN_MATCH_LIMIT);
		from = next_start(subject, to + 1);
	}
	return rc;
}

/* The most start positions for one slice of a subject: the longer it is, the more a single one may cost. */
static size_t
slice_most(struct rb_str subject)
{
	size_t most = SLICE_WORK / (subject.n + 1);

	return most < SLICE_MIN ? SLICE_MIN : most > SLICE_MAX ? SLICE_MAX : most;
}

/* The longer the subject, the more a single step may cost. */
static uint32_t
quick_limit(struct rb_str subject)
{
	size_t most = SLICE_WORK / (subject.n + 1);

	return most < QUICK_MIN                ? QUICK_MIN
	       : most > RB_PATTERN_QUICK_LIMIT ? RB_PATTERN_QUICK_LIMIT
					       : (uint32_t)most;
}

static size_t
slice_last(struct rb_str subject, size_t from, size_t slice)
{
	return subject.n - from >= slice ? from + slice - 1 : subject.n;
}

/* Goes on where the first quick try did not decide: rc is what it said for start positions from..last. */
static int
search_on(struct rb_regex *re, struct rb_str subject, size_t from, size_t last, int rc)
{
	size_t most = slice_most(subject), slice = last - from + 1;
	int64_t began = rb_regex_clock(), now = began;

	re->until = began + RB_PATTERN_BUDGET;
	for (;;) {
		int64_t then = now;

		if (rc == PCRE2_ERROR_MATCHLIMIT)
			rc = search_carefully(re, subject, from, last);
		now = rb_regex_clock();
		if (rc != PCRE2_ERROR_NOMATCH || last >= subject.n)
			break;
		if (now > re->until) {
			rc = PCRE2_ERROR_CALLOUT;
			break;
		}
		slice = now - then < RB_MS ? slice * 2 : slice / 2;
		slice = slice > most ? most : slice;
		slice = slice < SLICE_MIN ? SLICE_MIN : slice;
		from = next_start(subject, last + 1);
		last = slice_last(subject, from, slice);
		rc = rb_regex_try(re, re->code, subject, from, last, quick_limit(subject));
	}
	re->spent += now - began;
	return rc;
}

static int
search(struct rb_regex *re, struct rb_str subject, size_t from)
{
	size_t most = slice_most(subject);
	size_t last = slice_last(subject, from, most < SLICE_FIRST ? most : SLICE_FIRST);
	int rc = rb_regex_try(re, re->code, subject, from, last, quick_limit(subject));

	if (rc >= 0 || (rc == PCRE2_ERROR_NOMATCH && last == subject.n))
		return rc;
	return search_on(re, subject, from, last, rc);
}

static const char *
reason(int rc)
{
	switch (rc) {
	case PCRE2_ERROR_MATCHLIMIT:
		return TOO_MANY_STEPS;
	case PCRE2_ERROR_HEAPLIMIT:
	case PCRE2_ERROR_NOMEMORY:
		return TOO_LARGE;
	case PCRE2_ERROR_CALLOUT:
		return TOO_SLOW;
	default:
		return GAVE_UP;
	}
}

static int
find_literal(struct rb_str needle, struct rb_str subject, size_t from, struct rb_found *out)
{
	size_t at = rb_str_find(subject, needle, from);

	if (at == SIZE_MAX)
		return 0;
	if (out != NULL) {
		out->from = at;
		out->to = at + needle.n;
	}
	return 1;
}

static void
read_groups(const struct rb_pattern *p, struct rb_str subject, struct rb_found *out)
{
	const size_t *ends = pcre2_get_ovector_pointer(p->regex->data);

	out->from = ends[0];
	out->to = ends[1];
	for (size_t i = 0; i < p->ngroups; i++) {
		size_t a = ends[2 * p->numbers[i]], b = ends[2 * p->numbers[i] + 1];

		out->groups[i] = a == PCRE2_UNSET ? (struct rb_str){NULL, 0} : rb_str_cut(subject, a, b);
	}
}

int
rb_pattern_find(
    const struct rb_pattern *p, struct rb_str subject, size_t from, struct rb_found *out, const char **why)
{
	struct rb_str searched = subject;
	char *mended = NULL;
	size_t valid;
	int rc;

	*why = NULL;
	if (from > subject.n)
		return 0;
	if (p->regex == NULL)
		return find_literal(p->text, subject, from, out);
	rb_pattern_ready(p);
	valid = rb_regex_valid(subject);
	if (valid < subject.n) {
		mended = rb_alloc_resize(p->alloc, NULL, subject.n);
		rb_regex_mend(subject, valid, mended);
		searched.p = mended;
	}
	rc = search(p->regex, searched, next_start(searched, from));
	rb_alloc_free(p->alloc, mended);
	if (rc == PCRE2_ERROR_NOMATCH)
		return 0;
	if (rc < 0) {
		*why = reason(rc);
		return -1;
	}
	if (out != NULL)
		read_groups(p, subject, out);
	return 1;
}
