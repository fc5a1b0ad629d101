/* Results as text, TAP and JUnit: of files and plays that are made by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "scenario/report.h"

static struct rb_buf out;

static int
set_up(void **state)
{
	(void)state;
	rb_buf_init(&out, NULL, 1 << 20);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	rb_buf_free(&out);
	return 0;
}

/* A play that failed twice, and could not have been played at all. */
static struct rb_played
bad_play(struct rb_arena *arena)
{
	struct rb_source *src =
	    rb_source_new(arena, RB_STR("a.test.yaml"), RB_STR("test: a.yaml\nscenarios:\n"));
	struct rb_finding *f = RB_ARRAY(arena, struct rb_finding, 2);
	struct rb_str *lines = RB_ARRAY(arena, struct rb_str, 2);
	struct rb_played p = {.verdict = RB_VERDICT_FAILED, .nfindings = 2, .findings = f};

	lines[0] = RB_STR("  health");
	lines[1] = RB_STR("- free\n+ start");
	f[0] = (struct rb_finding){
	    .span = {src, 13, 22}, .what = RB_STR("the path differs"), .nlines = 2, .lines = lines};
	f[1] = (struct rb_finding){.span = {src, 0, 4},
	    .what = RB_STR("it said something else\033[2J"),
	    .expected = RB_STR("one\ntwo"),
	    .actual = RB_STR("three")};
	rb_diags_init(&p.diags, arena);
	rb_diag_add(&p.diags, RB_E_INPUT, (struct rb_span){src, 0, 4}, "no result for `log`");
	return p;
}

static void
test_findings(void **state)
{
	struct rb_arena arena;
	struct rb_played p;

	(void)state;
	rb_arena_init(&arena, NULL);
	p = bad_play(&arena);
	rb_report_findings(&p, 2, false, &out);
	assert_non_null(strstr(rb_buf_cstr(&out), "  a.test.yaml:2: the path differs\n"
						  "      health\n"
						  "    - free\n"
						  "    + start\n"
						  "  a.test.yaml:1: it said something else\\e[2J\n"
						  "    expected\n"
						  "      one\n"
						  "      two\n"
						  "    actual    three\n"
						  "  a.test.yaml:1: no result for `log`\n"));
	rb_buf_clear(&out);
	rb_report_first(&p, &out);
	assert_string_equal(rb_buf_cstr(&out), "the path differs");
	rb_arena_free(&arena);
}

static void
test_text(void **state)
{
	struct rb_played passed = {.verdict = RB_VERDICT_PASSED};
	struct rb_report_case c = {.name = RB_STR("a name"), .verdict = RB_VERDICT_PASSED, .took = 1234567};
	struct rb_report_total t = {
	    .passed = 2, .failed = 1, .errors = 1, .broken = 2, .covered = true, .sum = {4, 3, 10, 9}};

	(void)state;
	rb_report_show_case(&c, &passed, (struct rb_report_ink){false, false}, &out);
	assert_string_equal(rb_buf_cstr(&out), "  ✓ a name                                          1.2ms\n");
	rb_buf_clear(&out);
	c.verdict = RB_VERDICT_ERROR;
	rb_report_show_case(&c, &passed, (struct rb_report_ink){true, true}, &out);
	assert_non_null(strstr(rb_buf_cstr(&out), "\033[31mERR \033[0m a name"));
	rb_buf_clear(&out);
	rb_report_show_total(&t, 12 * RB_MS, (struct rb_report_ink){false, false}, &out);
	assert_string_equal(rb_buf_cstr(&out),
	    "2 passed, 1 failed, 1 error, 2 files not loaded · steps 3/4 · edges 9/10 · 12ms\n");
}

static struct rb_report_file
thin_file(struct rb_arena *arena)
{
	static struct rb_report_case cases[3];
	static struct rb_cover_gap gap;
	static struct rb_str undone[2];
	struct rb_source *src = rb_source_new(arena, RB_STR("a.yaml"), RB_STR("runbook: a\nsteps: []\n"));

	cases[0] = (struct rb_report_case){
	    .name = RB_STR("fine # SKIP"), .verdict = RB_VERDICT_PASSED, .took = RB_MS};
	cases[1] = (struct rb_report_case){.name = RB_STR("<bad> & \"worse\"\x01"),
	    .verdict = RB_VERDICT_FAILED,
	    .first = RB_STR("a < b"),
	    .text = RB_STR("a < b\nc & d\n")};
	cases[2] = (struct rb_report_case){.name = RB_STR("broken"),
	    .verdict = RB_VERDICT_ERROR,
	    .first = RB_STR("x"),
	    .text = RB_STR("x\n")};
	gap = (struct rb_cover_gap){{src, 11, 16}, RB_STR("no scenario takes `on_fail` of `free`")};
	undone[0] = RB_STR("free");
	undone[1] = RB_STR("start");
	return (struct rb_report_file){.path = RB_STR("a.test.yaml"),
	    .ncases = 3,
	    .cases = cases,
	    .covered = true,
	    .sum = {3, 1, 8, 7},
	    .ngaps = 1,
	    .gaps = &gap,
	    .nundone = 2,
	    .undone = undone,
	    .least = 88};
}

static void
test_coverage(void **state)
{
	struct rb_arena arena;
	struct rb_report_file f;

	(void)state;
	rb_arena_init(&arena, NULL);
	f = thin_file(&arena);
	f.nunentered = 1;
	f.unentered = f.undone;
	assert_int_equal(rb_report_percent(&f.sum), 87);
	assert_false(rb_report_enough(&f));
	rb_report_show_coverage(&f, (struct rb_report_ink){false, true}, &out);
	assert_string_equal(rb_buf_cstr(&out),
	    "  steps 1/3 - edges 7/8: 87 % of the edges are less than the 88 % that --coverage asks for\n"
	    "    a.yaml:2: no scenario takes `on_fail` of `free`\n"
	    "    never performed: free, start\n"
	    "    never entered, their results given whole: free\n");
	f.least = 87;
	assert_true(rb_report_enough(&f));
	f.sum = (struct rb_cover_sum){0, 0, 0, 0};
	assert_int_equal(rb_report_percent(&f.sum), 100);
	f.sum = (struct rb_cover_sum){1, 1, 1000, 999};
	f.least = 100;
	assert_false(rb_report_enough(&f));
	rb_arena_free(&arena);
}

static void
test_tap(void **state)
{
	struct rb_arena arena;
	struct rb_report_file f;

	(void)state;
	rb_arena_init(&arena, NULL);
	f = thin_file(&arena);
	rb_tap_begin(&out);
	for (size_t i = 0; i < f.ncases; i++)
		rb_tap_case(i + 1, &f, &f.cases[i], &out);
	rb_tap_coverage(4, &f, &out);
	rb_tap_plan(4, &out);
	assert_string_equal(rb_buf_cstr(&out),
	    "TAP version 13\n"
	    "ok 1 - a.test.yaml: fine \\# SKIP\n"
	    "not ok 2 - a.test.yaml: <bad> & \"worse\"\\\\x01\n"
	    "# a < b\n"
	    "# c & d\n"
	    "not ok 3 - a.test.yaml: broken\n"
	    "# x\n"
	    "not ok 4 - a.test.yaml: coverage of 88 % of the edges\n"
	    "#   steps 1/3 · edges 7/8: 87 % of the edges are less than the 88 % that --coverage asks for\n"
	    "#     a.yaml:2: no scenario takes `on_fail` of `free`\n"
	    "#     never performed: free, start\n"
	    "1..4\n");
	rb_arena_free(&arena);
}

static void
test_junit(void **state)
{
	struct rb_report_file files[2] = {{.least = -1}, {.least = -1}};
	struct rb_arena arena;

	(void)state;
	rb_arena_init(&arena, NULL);
	files[0] = thin_file(&arena);
	files[1].path = RB_STR("b.test.yaml");
	files[1].problems = RB_STR("b.test.yaml:1:1: error\n");
	rb_junit(files, 2, &out);
	assert_string_equal(rb_buf_cstr(&out),
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<testsuites name=\"runbook test\" tests=\"5\" failures=\"2\" errors=\"2\" "
	    "time=\"0.001000\">\n"
	    "  <testsuite name=\"a.test.yaml\" tests=\"4\" failures=\"2\" errors=\"1\" "
	    "time=\"0.001000\" skipped=\"0\">\n"
	    "    <testcase classname=\"a\" name=\"fine # SKIP\" file=\"a.test.yaml\" time=\"0.001000\"/>\n"
	    "    <testcase classname=\"a\" name=\"&lt;bad&gt; &amp; &quot;worse&quot;\xef\xbf\xbd\""
	    " file=\"a.test.yaml\" time=\"0.000000\">\n"
	    "      <failure message=\"a &lt; b\" type=\"failure\">a &lt; b\nc &amp; d\n</failure>\n"
	    "    </testcase>\n"
	    "    <testcase classname=\"a\" name=\"broken\" file=\"a.test.yaml\" time=\"0.000000\">\n"
	    "      <error message=\"x\" type=\"error\">x\n</error>\n"
	    "    </testcase>\n"
	    "    <testcase classname=\"a\" name=\"coverage\" file=\"a.test.yaml\" time=\"0.000000\">\n"
	    "      <failure message=\"the scenarios take fewer of the edges than was asked for\" "
	    "type=\"failure\">"
	    "  steps 1/3 · edges 7/8: 87 % of the edges are less than the 88 % that --coverage asks for\n"
	    "    a.yaml:2: no scenario takes `on_fail` of `free`\n"
	    "    never performed: free, start\n"
	    "</failure>\n"
	    "    </testcase>\n"
	    "  </testsuite>\n"
	    "  <testsuite name=\"b.test.yaml\" tests=\"1\" failures=\"0\" errors=\"1\" "
	    "time=\"0.000000\" skipped=\"0\">\n"
	    "    <testcase classname=\"b\" name=\"can be loaded\" file=\"b.test.yaml\" time=\"0.000000\">\n"
	    "      <error message=\"the file, or the runbook that it tests, has errors\" type=\"error\">"
	    "b.test.yaml:1:1: error\n</error>\n"
	    "    </testcase>\n"
	    "  </testsuite>\n"
	    "</testsuites>\n");
	rb_arena_free(&arena);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_findings),
	    TEST(test_text),
	    TEST(test_coverage),
	    TEST(test_tap),
	    TEST(test_junit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
