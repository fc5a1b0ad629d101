/* Patterns: the written form, compiling, searching, and the limits. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "lang/pattern_impl.h"

/* Four times what a search may take by its design, for valgrind's sake and busy hosts'. */
#define MOST_TIME (400 * RB_MS)

struct fixture {
	struct rb_arena arena;
	struct rb_str why;
	size_t at;
};

static int
setup(void **state)
{
	struct fixture *f = rb_alloc_zero(NULL, 1, sizeof(*f));

	rb_arena_init(&f->arena, NULL);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	rb_arena_free(&f->arena);
	rb_alloc_free(NULL, f);
	return 0;
}

static struct rb_pattern *
make(struct fixture *f, const char *text)
{
	f->why = RB_STR("");
	f->at = SIZE_MAX;
	return rb_pattern_new(&f->arena, rb_str_c(text), &f->why, &f->at);
}

static struct rb_pattern *
must(struct fixture *f, const char *text)
{
	struct rb_pattern *p = make(f, text);

	if (p == NULL)
		fail_msg("%s: %.*s", text, RB_STR_ARG(f->why));
	return p;
}

static int
find(struct fixture *f, const char *pattern, struct rb_str subject, struct rb_found *out)
{
	struct rb_pattern *p = must(f, pattern);
	const char *why;
	int rc = rb_pattern_find(p, subject, 0, out, &why);

	assert_true((rc < 0) == (why != NULL));
	rb_pattern_close(p);
	return rc;
}

static void
test_written_form(void **state)
{
	static const struct {
		const char *pattern, *text;
		int found;
	} rows[] = {
	    {"a.c", "abc", 0},
	    {"a.c", "xa.cx", 1},
	    {"/a.c/", "abc", 1},
	    {"/ABC/", "abc", 0},
	    {"/ABC/i", "abc", 1},
	    {"/a.c/", "a\nc", 0},
	    {"/a.c/s", "a\nc", 1},
	    {"/a b # c/x", "ab", 1},
	    {"/^b$/", "a\nb\nc", 1},
	    {"/^b$/", "a\r\nb\r\nc", 1},
	    {"/^b$/m", "a\nb\nc", 1},
	    {"/x/ims", "X", 1},
	    {"/", "a/b", 1},
	    {"/var/log", "in /var/log today", 1},
	    {"/usr/bin/env", "#!/usr/bin/env", 1},
	    {"/tmp", "xtmp", 0},
	    {"/a\\/b/", "a/b", 1},
	    {"/GET /api/v[0-9]/", "GET /api/v2", 1},
	    {"ends/i", "x ends/i", 1},
	    {"$x", "a $x", 1},
	    {"/é+/i", "É", 1},
	    {"/^.$/", "é", 1},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (find(*state, rows[i].pattern, rb_str_c(rows[i].text), NULL) != rows[i].found)
			fail_msg("%s in %s", rows[i].pattern, rows[i].text);
	}
}

static void
test_refused(void **state)
{
	static const struct {
		const char *pattern;
		size_t at;
		const char *why;
	} rows[] = {
	    {"", 0, "an empty pattern matches everything"},
	    {"//", 0, "an empty pattern matches everything"},
	    {"/a(b/", 4, "this is not a valid regex: missing closing parenthesis"},
	    {"/[z-a]/", 4, "this is not a valid regex: range out of order in character class"},
	    {"/*a/", 1, "this is not a valid regex: quantifier does not follow a repeatable item"},
	    {"/a\\Cb/", 4, "this is not a valid regex: using \\C is disabled by the application"},
	    {"/(?<a>x)(?<a>y)/", 13,
		"this is not a valid regex: two named subpatterns have the same name (PCRE2_DUPNAMES not "
		"set)"},
	    {"/(?J)(?<a>x)|(?<a>y)/", 0, "two groups of a pattern cannot have one name: (?J) is not allowed"},
	    {"/fo+/g", 5, "a regex has no flag `g`; there are i, m, s and x"},
	    {"/fo+/ig", 6, "a regex has no flag `g`; there are i, m, s and x"},
	    {"/var/log/", 0,
		"this may be a path or a regex: for a regex write each slash inside it as `\\/`, for a path "
		"write "
		"`/\\/path\\//`"},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rb_pattern *p = make(f, rows[i].pattern);

		assert_null(p);
		assert_string_equal(f->why.p, rows[i].why);
		assert_int_equal(f->at, rows[i].at);
	}
}

static void
test_invalid_utf8_in_a_pattern(void **state)
{
	struct fixture *f = *state;

	assert_null(make(f, "/a\xff/"));
	assert_true(rb_str_starts(f->why, "this is not a valid regex: UTF-8 error"));
}

static void
test_limits_of_size(void **state)
{
	struct fixture *f = *state;
	char text[RB_PATTERN_MAX + 2], groups[400] = "/";
	struct rb_pattern *p;

	memset(text, 'a', sizeof(text));
	text[RB_PATTERN_MAX] = '\0';
	rb_pattern_close(must(f, text));
	text[RB_PATTERN_MAX] = 'a';
	text[RB_PATTERN_MAX + 1] = '\0';
	assert_null(make(f, text));
	assert_string_equal(f->why.p, "a pattern may have 4096 bytes, this one has 4097");

	for (int i = 0; i < RB_PATTERN_GROUPS; i++)
		snprintf(groups + strlen(groups), sizeof(groups) - strlen(groups), "(?<g%d>x)", i);
	p = must(f, rb_arena_fmt(&f->arena, "%s/", groups).p);
	assert_int_equal(rb_pattern_groups(p), RB_PATTERN_GROUPS);
	assert_true(rb_str_is(rb_pattern_group(p, 10), "g10"));
	rb_pattern_close(p);
	assert_null(make(f, rb_arena_fmt(&f->arena, "%s(?<more>x)/", groups).p));
	assert_string_equal(f->why.p, "a pattern can have 16 named groups, this one has 17");
}

static void
test_groups(void **state)
{
	struct fixture *f = *state;
	struct rb_pattern *p = must(f, "/(?<zeta>a)(x)(?<beta>b)?(?<empty>)/");
	struct rb_found found;
	const char *why;

	assert_int_equal(rb_pattern_groups(p), 3);
	assert_true(rb_str_is(rb_pattern_group(p, 0), "zeta"));
	assert_true(rb_str_is(rb_pattern_group(p, 1), "beta"));
	assert_true(rb_str_is(rb_pattern_text(p), "/(?<zeta>a)(x)(?<beta>b)?(?<empty>)/"));
	assert_int_equal(rb_pattern_find(p, RB_STR("__ax__axb"), 0, &found, &why), 1);
	assert_int_equal(found.from, 2);
	assert_int_equal(found.to, 4);
	assert_true(rb_str_is(found.groups[0], "a"));
	assert_null(found.groups[1].p);
	assert_non_null(found.groups[2].p);
	assert_int_equal(found.groups[2].n, 0);
	assert_int_equal(rb_pattern_find(p, RB_STR("__ax__axb"), found.to, &found, &why), 1);
	assert_int_equal(found.from, 6);
	assert_true(rb_str_is(found.groups[1], "b"));
	assert_int_equal(rb_pattern_find(p, RB_STR("__ax__axb"), found.to, &found, &why), 0);
	assert_int_equal(rb_pattern_find(p, RB_STR("ax"), 3, &found, &why), 0);
	rb_pattern_close(p);
}

static void
test_any_bytes(void **state)
{
	struct rb_found found;

	assert_int_equal(find(*state, "/b+/", RB_STR("\xff\xfe\0bb\x80"), &found), 1);
	assert_int_equal(found.from, 3);
	assert_int_equal(found.to, 5);
	/* A name in Latin-1 does not hide the line, and comes out byte by byte. */
	assert_int_equal(
	    find(*state, "/user (?<name>\\S+) failed/", RB_STR("\xe9 user Jos\xe9 failed"), &found), 1);
	assert_true(rb_str_is(found.groups[0], "Jos\xe9"));
	assert_int_equal(found.from, 2);
	assert_int_equal(find(*state, "/^a[^b]{3}b$/",
			     RB_STR("a\xf0\x9f\x98"
				    "b"),
			     NULL),
	    1);
	assert_int_equal(find(*state, "/\\w|\\s|\\d|\\xe9|\\x{fffd}/", RB_STR("\xe9\xff"), NULL), 0);
	assert_int_equal(find(*state, "\xe9", RB_STR("a\xe9"), NULL), 1);
	assert_int_equal(rb_regex_valid(RB_STR("12345678abc\xc3\xa9 and more\xc3")), 22);
	assert_int_equal(rb_regex_valid(RB_STR("1234567\xc3\xa9 and more")), 18);
	assert_int_equal(find(*state, "/\\x{0}c/", RB_STR("b\0c"), NULL), 1);
	assert_int_equal(find(*state, "/x/", (struct rb_str){NULL, 0}, NULL), 0);
	assert_int_equal(find(*state, "/^$/", (struct rb_str){NULL, 0}, NULL), 1);
}

/* A slice of start positions may end inside of a character. */
static void
test_matches_beyond_the_first_slices(void **state)
{
	struct fixture *f = *state;
	size_t n = 200000;
	char *text = rb_arena_new(&f->arena, n + 16);
	struct rb_pattern *p = must(f, "/(?<=é)é(?<x>\\d)é/"), *end = must(f, "/\\d$/");

	for (size_t shift = 0; shift < 3; shift++) {
		struct rb_found found;
		const char *why;

		memset(text, '_', shift);
		for (size_t i = shift; i < n; i += 2)
			memcpy(text + i, "é", 2);
		for (size_t k = 1020; k < n - 8; k *= 2) {
			size_t at = shift + k;

			memcpy(text + at, "7", 1);
			memcpy(text + at + 1, "é", 2);
			assert_int_equal(rb_pattern_find(p, (struct rb_str){text, n}, 0, &found, &why), 1);
			assert_int_equal(found.from, at - 2);
			assert_true(rb_str_is(found.groups[0], "7"));
			for (size_t i = shift; i < n; i += 2)
				memcpy(text + i, "é", 2);
		}
		assert_int_equal(rb_pattern_find(p, (struct rb_str){text, n}, 0, &found, &why), 0);
		text[n] = '5';
		assert_int_equal(rb_pattern_find(end, (struct rb_str){text, n + 1}, 0, &found, &why), 1);
		assert_int_equal(found.from, n);
	}
	rb_pattern_close(end);
	rb_pattern_close(p);
}

static int64_t
cpu_of(const struct rb_pattern *p, struct rb_str subject, int *rc, const char **why)
{
	int64_t began = rb_regex_clock();

	*rc = rb_pattern_find(p, subject, 0, NULL, why);
	return rb_regex_clock() - began;
}

/* Reliability, case 45: searches that would take from seconds to years end in time, with a reason. */
static void
test_exploding(void **state)
{
	static const struct {
		const char *pattern;
		size_t n;
	} rows[] = {
	    {"/(?:a|b)*(?:a|b)*(?:a|b)*[0-9]/", 240},
	    {"/(?:a|b)*(?:a|b)*(?:a|b)*[0-9]/", 1000000},
	    {"/(a+)+[0-9]/", 16384},
	    {"/(a*)\\1[0-9]/", 16384},
	    {"/(a*)\\1[0-9]/i", 1000000},
	    {"/(a*)(a*)\\1\\2[0-9]/i", 1000000},
	    {"/a*?a*?a*?a*?[0-9]/", 1000000},
	    {"/(?=(a+))\\1+[0-9]/", 1000000},
	    {"/(?:a?){40}a{40}[0-9]/", 300},
	    {"/([a-z])*([a-z])*([a-z])*[0-9]/", 1000000},
	    {"/[^b]*+(?<=[0-9])/", 1000000},
	    {"/(?:[^b]*+(?<=[0-9])|a)+[0-9]/", 1000000},
	    {"/(?<x>a(?&x)?a)[0-9]/", 16384},
	    {"/(?R)?a(?R)?[0-9]/", 4096},
	    {"/a.*b.*c/s", 1000000},
	};
	struct fixture *f = *state;
	char *text = rb_arena_new(&f->arena, 1000000);

	memset(text, 'a', 1000000);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rb_pattern *p = must(f, rows[i].pattern);
		const char *why;
		int rc;
		int64_t took = cpu_of(p, (struct rb_str){text, rows[i].n}, &rc, &why);

		assert_int_equal(rc, -1);
		if (took > MOST_TIME)
			fail_msg("%s in %zu: %.1f ms", rows[i].pattern, rows[i].n, (double)took / 1e6);
		rb_pattern_close(p);
	}
}

static void
test_reasons(void **state)
{
	struct fixture *f = *state;
	struct rb_pattern *p = must(f, "/(?:a|b)*(?:a|b)*(?:a|b)*[0-9]/"), *slow = must(f, "/(a*)\\1[0-9]/i");
	char *text = rb_arena_new(&f->arena, 500000);
	const char *why;

	memset(text, 'a', 500000);
	assert_int_equal(rb_pattern_find(p, (struct rb_str){text, 240}, 0, NULL, &why), -1);
	assert_string_equal(
	    why, "the pattern backtracks too much on this text (over 100,000 steps from one place)");
	assert_true(rb_pattern_spent(p) > 0);
	assert_int_equal(rb_pattern_find(slow, (struct rb_str){text, 500000}, 0, NULL, &why), -1);
	assert_string_equal(why, "the pattern takes more than 50 ms on this text");
	/* After a limit the pattern is as good as new. */
	assert_int_equal(rb_pattern_find(p, RB_STR("abab7"), 0, NULL, &why), 1);
	assert_int_equal(rb_pattern_find(slow, RB_STR("aa1"), 0, NULL, &why), 1);
	rb_pattern_close(p);
	rb_pattern_close(slow);
}

/* The interpreter's frames, large where there are many groups. */
static void
test_limit_of_memory(void **state)
{
	struct fixture *f = *state;
	char *text = rb_arena_new(&f->arena, 30000);
	struct rb_pattern *p;
	struct rb_buf b;
	const char *why;

	rb_buf_init(&b, NULL, RB_PATTERN_MAX);
	rb_buf_c(&b, "/(*NO_JIT)^(?:a|x");
	for (int i = 0; i < 200; i++)
		rb_buf_c(&b, "(b)");
	rb_buf_c(&b, ")*$/");
	p = must(f, rb_buf_cstr(&b));
	memset(text, 'a', 30000);
	assert_int_equal(rb_pattern_find(p, (struct rb_str){text, 2000}, 0, NULL, &why), 1);
	assert_int_equal(rb_pattern_find(p, (struct rb_str){text, 30000}, 0, NULL, &why), -1);
	assert_string_equal(why, "the pattern needs more than 20 MiB of memory on this text");
	rb_pattern_close(p);
	rb_buf_free(&b);
}

/* More steps than the first try allows, and more JIT stack than the machine's own, are no failure. */
static void
test_hard_but_decided(void **state)
{
	struct fixture *f = *state;
	char *text = rb_arena_new(&f->arena, 20001);

	memset(text, 'a', 20000);
	text[20000] = '!';
	assert_int_equal(find(f, "/^(?:a|b)*!$/", (struct rb_str){text, 20001}, NULL), 1);
	assert_int_equal(find(f, "/^(?:(a)|b)*(?<end>!)$/", (struct rb_str){text + 10000, 10001}, NULL), 1);
	assert_int_equal(find(f, "/^(.*?)(.*?)!!$/", (struct rb_str){text + 19900, 101}, NULL), 0);
}

static void
test_quote(void **state)
{
	static const char *const texts[] = {"a.c", "'; touch pwned; #", "\\E.*\\Q", "[x]{2}(y)|^$",
	    "/path/to x", "é→\n\t", "a#b c", "x-y_z", "]", "${x}"};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		for (int form = 0; form < 3; form++) {
			struct rb_buf b;
			struct rb_found found;
			struct rb_str subject = rb_arena_fmt(&f->arena, "aZ%sZa", texts[i]);

			rb_buf_init(&b, NULL, RB_PATTERN_MAX);
			rb_buf_c(&b, form < 2 ? "/Z" : "/(?:Z)");
			rb_pattern_quote(rb_str_c(texts[i]), &b);
			rb_buf_c(&b, form == 0 ? "Z/" : form == 1 ? "Z/x" : "Z/isx");
			assert_int_equal(find(f, rb_buf_cstr(&b), subject, &found), 1);
			assert_int_equal(found.from, 1);
			assert_int_equal(found.to, subject.n - 1);
			assert_int_equal(find(f, rb_buf_cstr(&b), RB_STR("ZZabcxyZ"), NULL), 0);
			rb_buf_free(&b);
		}
	}
}

static void
test_is_regex(void **state)
{
	(void)state;
	assert_true(rb_pattern_is_regex(RB_STR("/a/")));
	assert_true(rb_pattern_is_regex(RB_STR("/a/imsx")));
	assert_false(rb_pattern_is_regex(RB_STR("//")));
	assert_false(rb_pattern_is_regex(RB_STR("/")));
	assert_false(rb_pattern_is_regex(RB_STR("/a")));
	assert_false(rb_pattern_is_regex(RB_STR("a/")));
	assert_false(rb_pattern_is_regex(RB_STR("/a/b")));
	assert_false(rb_pattern_is_regex(RB_STR("/a/I")));
	assert_false(rb_pattern_is_regex(RB_STR("")));
}

/* Without machine code (a host that forbids writing any) everything means the same. */
static void
test_interpreted(void **state)
{
	struct fixture *f = *state;
	struct rb_pattern *p = must(f, "/(*NO_JIT)(?<=é)é(?<x>\\d)é/"),
			  *hard = must(f, "/(*NO_JIT)(a*)\\1[0-9]/i");
	size_t n = 100000, machine_code; /* small enough for the budget of a search under sanitizers */
	char *text = rb_arena_new(&f->arena, n);
	struct rb_found found;
	const char *why;

	for (size_t i = 0; i < n; i += 2)
		memcpy(text + i, "é", 2);
	assert_int_equal(rb_pattern_find(p, (struct rb_str){text, n}, 0, &found, &why), 0);
	memcpy(text + 60000, "8é\xff", 4);
	assert_int_equal(rb_pattern_find(p, (struct rb_str){text, n}, 0, &found, &why), 1);
	assert_int_equal(found.from, 59998);
	assert_int_equal(pcre2_pattern_info(p->regex->code, PCRE2_INFO_JITSIZE, &machine_code), 0);
	assert_int_equal(machine_code, 0);
	memset(text, 'a', n);
	assert_int_equal(rb_pattern_find(hard, (struct rb_str){text, n}, 0, &found, &why), -1);
	rb_pattern_close(hard);
	rb_pattern_close(p);
}

/* Whatever is in it, a pattern compiles or is refused, and a search ends. */
static void
test_hostile_patterns(void **state)
{
	static const char pieces[] = "()[]{}*+?|^$\\.ab01-,:<>=!PQEKRXGA";
	const struct rb_str subject = RB_STR("aab01ba-\nab{}()a\xff\xc3 b");
	struct fixture *f = *state;
	uint64_t seed = 12345;

	for (int i = 0; i < 20000; i++) {
		char text[24];
		size_t n = 1;
		struct rb_pattern *p;

		text[0] = '/';
		while (n < 20) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			if ((seed >> 60) == 0 && n > 1)
				break;
			text[n++] = pieces[(seed >> 33) % (sizeof(pieces) - 1)];
		}
		text[n++] = '/';
		text[n] = '\0';
		p = make(f, text);
		if (p != NULL) {
			const char *why;
			struct rb_found found;

			rb_pattern_find(p, subject, 0, &found, &why);
			rb_pattern_close(p);
		} else {
			assert_true(f->why.n > 0);
			assert_true(f->at <= n);
		}
		rb_arena_clear(&f->arena);
	}
}

/* A text is compiled once, wherever it stands; what is no pattern is told each time. */
static void
test_table(void **state)
{
	struct fixture *f = *state;
	struct rb_patterns all = {0};
	struct rb_pattern *first = rb_patterns_new(&all, &f->arena, RB_STR("/a(?<n>b)/"), &f->why, &f->at);
	const char *why;

	assert_non_null(first);
	assert_ptr_equal(rb_patterns_new(&all, &f->arena, RB_STR("/a(?<n>b)/"), &f->why, &f->at), first);
	assert_ptr_not_equal(rb_patterns_new(&all, &f->arena, RB_STR("/a(?<n>b)/i"), &f->why, &f->at), first);
	for (int i = 0; i < 2; i++) {
		f->why = RB_STR("");
		assert_null(rb_patterns_new(&all, &f->arena, RB_STR("/(/"), &f->why, &f->at));
		assert_true(f->why.n > 0);
	}
	rb_patterns_keep(&all, &f->arena, must(f, "/a(?<n>b)/"));
	assert_ptr_equal(rb_patterns_new(&all, &f->arena, RB_STR("/a(?<n>b)/"), &f->why, &f->at), first);
	assert_int_equal(all.len, 3);
	assert_int_equal(rb_pattern_find(first, RB_STR("xab"), 0, NULL, &why), 1);
	rb_patterns_close(&all);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_written_form, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_invalid_utf8_in_a_pattern, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_limits_of_size, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_groups, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_any_bytes, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_matches_beyond_the_first_slices, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_exploding, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_reasons, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_limit_of_memory, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_hard_but_decided, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_quote, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_is_regex, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_interpreted, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_hostile_patterns, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_table, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
