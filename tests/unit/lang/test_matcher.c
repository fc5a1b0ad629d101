/* The streaming matcher: its facts against a plain line by line reference, however the bytes are split. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "lang/pattern_impl.h"

enum { ROWS_MAX = 48 };

struct fixture {
	struct rb_arena arena;
	struct rb_match_row rows[ROWS_MAX];
	size_t n;
	uint64_t seed;
};

static int
setup(void **state)
{
	struct fixture *f = rb_alloc_zero(NULL, 1, sizeof(*f));

	rb_arena_init(&f->arena, NULL);
	f->seed = 42;
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < f->n; i++)
		rb_pattern_close(f->rows[i].pattern);
	rb_arena_free(&f->arena);
	rb_alloc_free(NULL, f);
	return 0;
}

static uint32_t
any(struct fixture *f, uint32_t below)
{
	f->seed = f->seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(f->seed >> 33) % below;
}

static void
add(struct fixture *f, const char *pattern)
{
	struct rb_str why;
	size_t at;
	struct rb_pattern *p = rb_pattern_new(&f->arena, rb_str_c(pattern), &why, &at);

	if (p == NULL)
		fail_msg("%s: %.*s", pattern, RB_STR_ARG(why));
	f->rows[f->n].name = rb_str_c("x");
	f->rows[f->n++].pattern = p;
}

static struct rb_matcher *
match(struct fixture *f, const char *out, const char *err)
{
	struct rb_matcher *m = rb_matcher_new(NULL, f->rows, f->n, 2);

	rb_matcher_feed(m, 0, rb_str_c(out));
	rb_matcher_feed(m, 1, rb_str_c(err));
	rb_matcher_end(m);
	return m;
}

static struct rb_match_fact
fact(const struct rb_matcher *m, size_t i)
{
	struct rb_match_fact out;

	rb_matcher_fact(m, i, &out);
	return out;
}

/* ---- the reference ---- */

/* Every line of one stream that row i matches, in the plainest way. */
static void
reference(struct fixture *f, size_t i, struct rb_str bytes, struct rb_match_fact *out)
{
	const struct rb_pattern *p = f->rows[i].pattern;

	for (size_t at = 0, end; at < bytes.n; at = end + 1) {
		struct rb_found found;
		struct rb_str line;
		const char *why;

		for (end = at; end < bytes.n && bytes.p[end] != '\n'; end++)
			;
		line = rb_str_cut(bytes, at, end);
		if (end < bytes.n && rb_str_ends(line, "\r"))
			line.n--;
		if (line.n > RB_LINE_MAX) {
			line.n = RB_LINE_MAX;
			out->cut = true;
		}
		if (rb_pattern_find(p, line, 0, &found, &why) != 1)
			continue;
		out->matched = true;
		out->count++;
		out->line = line;
		if (out->nlines == RB_MATCH_LINES)
			memmove(out->lines, out->lines + 1, --out->nlines * sizeof(out->lines[0]));
		out->lines[out->nlines++] = line;
		for (size_t k = 0; k < rb_pattern_groups(p); k++)
			out->groups[k] = found.groups[k];
	}
}

static bool
same(struct rb_str a, struct rb_str b)
{
	return rb_str_eq(a, b) && (a.p == NULL) == (b.p == NULL);
}

static void
check_row(struct fixture *f, const struct rb_matcher *m, size_t i, const struct rb_str streams[2])
{
	struct rb_match_fact want = {.matched = false}, got = fact(m, i);
	bool ok;

	for (int s = 0; s < 2; s++)
		reference(f, i, streams[s], &want);
	ok = got.matched == want.matched && got.count == want.count && got.nlines == want.nlines &&
	     same(got.line, want.line) && got.cut == want.cut && got.error == NULL;
	for (size_t k = 0; ok && k < want.nlines; k++)
		ok = same(got.lines[k], want.lines[k]);
	for (size_t k = 0; ok && k < RB_PATTERN_GROUPS; k++)
		ok = same(got.groups[k], want.groups[k]);
	if (!ok)
		fail_msg("%.*s: count %llu for %llu, last `%.*s` for `%.*s`",
		    RB_STR_ARG(rb_pattern_text(f->rows[i].pattern)), (unsigned long long)got.count,
		    (unsigned long long)want.count, RB_STR_ARG(got.line), RB_STR_ARG(want.line));
}

/* Feeds the streams in random pieces, in random turns, from memory of exactly that size. */
static void
check_split(struct fixture *f, const struct rb_str streams[2], uint32_t piece)
{
	struct rb_matcher *m = rb_matcher_new(NULL, f->rows, f->n, 2);
	size_t at[2] = {0, 0};

	while (at[0] < streams[0].n || at[1] < streams[1].n) {
		unsigned s = any(f, 2);
		struct rb_str part = rb_str_cut(streams[s], at[s], at[s] + 1 + any(f, piece));
		char *copy = rb_alloc_resize(NULL, NULL, part.n + 1);

		if (part.n > 0)
			memcpy(copy, part.p, part.n);
		rb_matcher_feed(m, s, (struct rb_str){copy, part.n});
		at[s] += part.n;
		rb_alloc_free(NULL, copy);
	}
	rb_matcher_end(m);
	for (size_t i = 0; i < f->n; i++)
		check_row(f, m, i, streams);
	rb_matcher_free(m);
}

static struct rb_str
noise(struct fixture *f, const char *const *alphabet, uint32_t letters, size_t n)
{
	char *p = rb_arena_new(&f->arena, n + 8);
	size_t len = 0;

	while (len < n) {
		const char *letter = alphabet[any(f, letters)];
		size_t size = letter[0] == '\0' ? 1 : strlen(letter);

		memcpy(p + len, letter, size);
		len += size;
	}
	return (struct rb_str){p, n};
}

static const char *const PATTERNS[] = {"a", "ab", "a\nb", "b\r", "\xff", "/a/", "/^ab/", "/ab$/", "/^$/",
    "/^a*$/", "/a[^b]*b/", "/(?<x>a)(?<y>b)?/", "/\\s+b/", "/b\\s*$/", "/\\bab\\b/", "/\\Bb/", "/[^a]b/i",
    "/(a|ab)(c|bcd)?(?<rest>b*)/", "/a.b/s", "/a\\Ra/", "/a\\z/", "/\\Ab/", "/a(?!\\n)/", "/(?<!a)b/",
    "/(?<=^)b/", "/a++b/", "/[^a]*+$/", "/(?>[^b]*)b/", "/a[^x]*?b/", "/\\W$/", "/\\D\\d*/", "/(?<e>)$/",
    "/é/", "/^.é?.$/", "/a\\Kb/", "/(\\w)\\1/", "/b[\\r]?$/", "/x|y|b.$/", "/a b/x", "/\\Gb/",
    "/(?:a|b)*(?<c>b)$/", "/$/"};
enum { NPATTERNS = sizeof(PATTERNS) / sizeof(PATTERNS[0]) };

static void
add_all(struct fixture *f)
{
	for (size_t i = 0; i < NPATTERNS; i++)
		add(f, PATTERNS[i]);
}

static void
test_random_bytes_and_splits(void **state)
{
	static const char *const letters[] = {
	    "a", "b", "a", "b", "\n", "\n", " ", "\r", "\r\n", "é", "\xff", "\xc3", ""};
	static const char *const lines[] = {"a", "b", "a", "b", "\n", " ", "1", "é", "x", "A"};
	struct fixture *f = *state;

	add_all(f);
	for (int i = 0; i < 60; i++) {
		struct rb_str streams[2];
		size_t n = 1 + any(f, 4000);

		if (i % 2 == 0) {
			streams[0] = noise(f, letters, 13, n);
			streams[1] = noise(f, letters, 13, any(f, 200));
		} else {
			streams[0] = noise(f, lines, 10, n);
			streams[1] = noise(f, lines, 10, any(f, 200));
		}
		check_split(f, streams, 1);
		check_split(f, streams, 7);
		check_split(f, streams, 100);
		check_split(f, streams, 5000);
	}
}

static void
test_large_blocks(void **state)
{
	static const char *const lines[] = {
	    "abcd ", "lorem ipsum dolor", "\n", "\n", "error 5", "é", "a", "\xff", "x=1"};
	struct fixture *f = *state;
	struct rb_str streams[2];

	add_all(f);
	add(f, "/error (?<n>\\d)x/");
	add(f, "/ipsum\\s+d/");
	streams[0] = noise(f, lines, 9, 300000);
	streams[1] = noise(f, lines, 9, 70000);
	check_split(f, streams, 300000);
	check_split(f, streams, 65536);
	check_split(f, streams, 4096);
}

static void
test_long_lines(void **state)
{
	static const int sizes[] = {
	    RB_LINE_MAX - 1, RB_LINE_MAX, RB_LINE_MAX + 1, RB_LINE_MAX + 2, 5 * RB_LINE_MAX};
	static const char *const ends[] = {"\n", "\r\n", "\r", "", "\nb\n"};
	struct fixture *f = *state;

	add(f, "a");
	add(f, "/^a*$/");
	add(f, "/(?<last>.)$/");
	add(f, "/\\r/");
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		for (size_t k = 0; k < sizeof(ends) / sizeof(ends[0]); k++) {
			size_t n = (size_t)sizes[i];
			char *p = rb_arena_new(&f->arena, n + 32);
			struct rb_str streams[2];

			memset(p, 'a', n);
			memcpy(p + n, ends[k], strlen(ends[k]));
			streams[0] = (struct rb_str){p, n + strlen(ends[k])};
			streams[1] = RB_STR("x\na\n");
			check_split(f, streams, 1000000);
			check_split(f, streams, 1000);
			/* A cut that leaves a CR as the last byte must not lose it. */
			p[RB_LINE_MAX - 1] = '\r';
			check_split(f, streams, 1000000);
			check_split(f, streams, 3000);
		}
	}
}

static void
test_cut_is_flagged(void **state)
{
	struct fixture *f = *state;
	char *p = rb_arena_new(&f->arena, RB_LINE_MAX + 8);
	struct rb_matcher *m;

	add(f, "a");
	add(f, "needle");
	memset(p, 'a', RB_LINE_MAX + 1);
	m = match(f, p, "");
	assert_true(fact(m, 0).cut);
	assert_int_equal(fact(m, 0).line.n, RB_LINE_MAX);
	assert_true(fact(m, 1).cut); /* it may have been in what was cut off */
	assert_false(fact(m, 1).matched);
	rb_matcher_free(m);
	p[RB_LINE_MAX] = '\0';
	m = match(f, p, "");
	assert_false(fact(m, 0).cut);
	rb_matcher_free(m);
}

static void
test_streams_in_order(void **state)
{
	struct fixture *f = *state;
	struct rb_matcher *m;

	add(f, "/(?<who>\\w+) failed/");
	m = rb_matcher_new(NULL, f->rows, f->n, 2);
	/* stderr comes first in time; in the facts stdout goes first. */
	rb_matcher_feed(m, 1, RB_STR("err1 failed\nerr2 fai"));
	rb_matcher_feed(m, 0, RB_STR("out1 failed\nout2 failed\nfine"));
	assert_int_equal(fact(m, 0).count, 3);
	rb_matcher_feed(m, 1, RB_STR("led"));
	rb_matcher_end(m);
	assert_int_equal(fact(m, 0).count, 4);
	assert_true(rb_str_is(fact(m, 0).line, "err2 failed"));
	assert_true(rb_str_is(fact(m, 0).groups[0], "err2"));
	assert_int_equal(fact(m, 0).nlines, 4);
	assert_true(rb_str_is(fact(m, 0).lines[0], "out1 failed"));
	assert_true(rb_str_is(fact(m, 0).lines[2], "err1 failed"));
	rb_matcher_free(m);

	m = match(f, "out1 failed", "");
	assert_true(rb_str_is(fact(m, 0).groups[0], "out1"));
	rb_matcher_free(m);

	m = match(f, "", "");
	assert_false(fact(m, 0).matched);
	assert_int_equal(fact(m, 0).nlines, 0);
	assert_null(fact(m, 0).groups[0].p);
	rb_matcher_free(m);
}

static void
test_last_twenty(void **state)
{
	struct fixture *f = *state;
	char out[1024] = "", err[1024] = "";
	struct rb_matcher *m;

	add(f, "/x(?<n>\\d+)/");
	for (int i = 0; i < 50; i++)
		snprintf(out + strlen(out), sizeof(out) - strlen(out), "x%d\n", i);
	for (int i = 100; i < 107; i++)
		snprintf(err + strlen(err), sizeof(err) - strlen(err), "x%d\n", i);
	m = match(f, out, err);
	assert_int_equal(fact(m, 0).count, 57);
	assert_int_equal(fact(m, 0).nlines, RB_MATCH_LINES);
	assert_true(rb_str_is(fact(m, 0).lines[0], "x37"));
	assert_true(rb_str_is(fact(m, 0).lines[12], "x49"));
	assert_true(rb_str_is(fact(m, 0).lines[13], "x100"));
	assert_true(rb_str_is(fact(m, 0).lines[19], "x106"));
	rb_matcher_free(m);
}

static void
test_one_stream(void **state)
{
	struct fixture *f = *state;
	struct rb_matcher *m;

	add(f, "a");
	m = rb_matcher_new(NULL, f->rows, f->n, 1);
	rb_matcher_feed(m, 0, RB_STR("a\na"));
	rb_matcher_feed(m, 1, RB_STR("a\n")); /* there is no such stream */
	rb_matcher_end(m);
	assert_int_equal(fact(m, 0).count, 2);
	rb_matcher_free(m);
	rb_matcher_free(NULL);
	m = rb_matcher_new(NULL, NULL, 0, 2);
	rb_matcher_feed(m, 0, RB_STR("a\n"));
	rb_matcher_end(m);
	rb_matcher_free(m);
}

/* A limit makes the fact undecided, whichever way the line was searched, and no other row suffers. */
static void
test_limit_is_an_error(void **state)
{
	struct fixture *f = *state;
	char line[400];

	add(f, "/(?:a|b)*(?:a|b)*(?:a|b)*[0-9]/");
	add(f, "/a$/");
	memset(line, 'a', sizeof(line));
	line[sizeof(line) - 1] = '\0';
	for (int i = 0; i < 2; i++) {
		struct rb_matcher *m = rb_matcher_new(NULL, f->rows, f->n, 2);

		rb_matcher_feed(m, 0, RB_STR("a7\nfine\n"));
		rb_matcher_feed(m, 0, rb_str_c(line));
		if (i == 0)
			rb_matcher_feed(m, 0, RB_STR("\n"));
		rb_matcher_end(m);
		assert_non_null(fact(m, 0).error);
		assert_null(fact(m, 1).error);
		assert_int_equal(fact(m, 1).count, 1);
		rb_matcher_free(m);
	}
}

/* Many lines that each take long but decide: the row's budget ends it, and no other row with the pattern. */
static void
test_budget_of_a_row(void **state)
{
	struct fixture *f = *state;
	struct rb_matcher *m, *other;
	char line[2002];
	int64_t began = rb_regex_clock();
	int fed = 0;

	add(f, "/(a*)\\1[0-9]/");
	memset(line, 'a', sizeof(line));
	line[sizeof(line) - 2] = '\n';
	m = rb_matcher_new(NULL, f->rows, f->n, 1);
	other = rb_matcher_new(NULL, f->rows, f->n, 1);
	while (fact(m, 0).error == NULL && fed++ < 100000)
		rb_matcher_feed(m, 0, (struct rb_str){line, sizeof(line) - 1});
	assert_non_null(fact(m, 0).error);
	assert_true(rb_regex_clock() - began < 10 * RB_SECOND);
	rb_matcher_feed(other, 0, RB_STR("a7\n"));
	assert_null(fact(other, 0).error);
	assert_int_equal(fact(other, 0).count, 1);
	rb_matcher_free(m);
	rb_matcher_free(other);
}

static void
test_which_patterns_are_scanned(void **state)
{
	static const char *const yes[] = {"a", "a+b", "a+?b", "[+]+", "[^]]+x", "[]a]b", "[[:alpha:]]+x",
	    "(?:a|b)*c", "(?<n>x)", "(?P<n>x)", "(?i)a", "(?i:a)", "(?-i)a", "\\d+ms$", "^a", "\\bOOM\\b",
	    "\\x{41}+", "\\p{L}+", "\\++", "\\Qa(?=\\Eb", "a{2,3}b", "No module named '(?<module>[^']+)'",
	    "a\\/b", "(a)\\1", "(?|(a)|(b))"};
	static const char *const no[] = {"a++", "a*+", "a?+", "a{2}+", "(?>a)", "(?=a)", "(?!a)", "(?<=a)",
	    "(?<!a)", "\\Aa", "a\\z", "a\\Z", "\\Ga", "a\\Kb", "\\Ra", "\\Xa", "(?(1)a)", "(?R)", "(?1)",
	    "(?&n)", "(?P>n)", "(?P=n)", "\\g1", "\\g<1>", "(*ACCEPT)", "(*atomic:a)", "(?-m)^a", "(?^)^a",
	    "(?x) a", "(?#c)a", "[[:<:]]a", "[\\Q]\\E]a", "(?C)a", "\\cAa"};

	(void)state;
	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
		if (!rb_regex_scannable(rb_str_c(yes[i]), PCRE2_MULTILINE))
			fail_msg("%s is not scanned", yes[i]);
	}
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++) {
		if (rb_regex_scannable(rb_str_c(no[i]), PCRE2_MULTILINE))
			fail_msg("%s is scanned", no[i]);
	}
	assert_false(rb_regex_scannable(RB_STR("a"), PCRE2_MULTILINE | PCRE2_EXTENDED));
}

static struct rb_str
random_pattern(struct fixture *f, char *text, size_t most)
{
	static const char *const pieces[] = {"a", "b", " ", "[^a]", "[ab]", ".", "\\s", "\\W", "\\w", "\\b",
	    "^", "$", "(", ")", "(?:", "|", "*", "+", "?", "*?", "+?", "{1,2}", "\\1", "(?i)", "(?<n>", "\\B",
	    "\\r", "[^b]*"};
	size_t n = 1;

	text[0] = '/';
	for (uint32_t left = 1 + any(f, 8); left > 0 && n + 8 < most; left--) {
		const char *piece = pieces[any(f, sizeof(pieces) / sizeof(pieces[0]))];

		memcpy(text + n, piece, strlen(piece));
		n += strlen(piece);
	}
	text[n++] = '/';
	return (struct rb_str){text, n};
}

/* The argument of scan.c, tried on patterns nobody chose. */
static void
test_random_patterns(void **state)
{
	static const char *const letters[] = {"a", "b", "\n", " ", "A", "\xff", "é"};
	struct fixture *f = *state;
	int tried = 0;

	for (int i = 0; i < 4000; i++) {
		char text[64];
		struct rb_str why, streams[2];
		size_t at;
		struct rb_pattern *p =
		    rb_pattern_new(&f->arena, random_pattern(f, text, sizeof(text)), &why, &at);

		if (p != NULL) {
			tried++;
			f->rows[0].pattern = p;
			f->n = 1;
			for (int k = 0; k < 4; k++) {
				streams[0] = noise(f, letters, 7, 1 + any(f, 60));
				streams[1] = RB_STR("");
				check_split(f, streams, 100);
			}
			rb_pattern_close(p);
			f->n = 0;
		}
		rb_arena_clear(&f->arena);
	}
	assert_true(tried > 1000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_random_bytes_and_splits, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_large_blocks, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_long_lines, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_cut_is_flagged, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_streams_in_order, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_last_twenty, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_one_stream, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_limit_is_an_error, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_budget_of_a_row, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_which_patterns_are_scanned, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_random_patterns, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
