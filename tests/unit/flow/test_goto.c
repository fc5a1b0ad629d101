/* Going back: what is forgotten, what stays, and how often it may be done. */
#include "mockdriver.h"

static void
test_facts_are_cleared(void **state)
{
	(void)state;
	mock_simply(
	    "values: {n: {type: int, value: 0}}\n"
	    "steps:\n"
	    "  - {id: before, look: pass}\n"
	    "  - {id: a, say: '${n} ${b.exit ?? 9} ${inner.exit ?? 9} ${c.exit ?? 9} ${before.exit}'}\n"
	    "  - {id: b, look: pass}\n"
	    "  - id: checks\n"
	    "    checks: [{id: c, look: pass}]\n"
	    "  - id: choose\n"
	    "    branch:\n"
	    "      - if: n == 0\n"
	    "        then:\n"
	    "          - {id: inner, look: pass}\n"
	    "          - {id: more, set: {n: 1}}\n"
	    "          - goto: a\n",
	    0,
	    "before passed\na say 0 9 9 9 0\na passed\nb passed\nc passed\nchecks passed\ninner passed\nmore "
	    "passed\n"
	    "step_9 edge goto goto a\nstep_9 passed\nchoose passed\n"
	    "a#2 say 1 9 9 9 0\na#2 passed\nb#2 passed\nc#2 passed\nchecks#2 passed\nchoose#2 "
	    "passed\nrun_end "
	    "resolved\n");
}

static void
test_bounded(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	mock_expect(&m,
	    "steps:\n"
	    "  - {id: a, look: pass}\n"
	    "  - {id: b, look: fail, on_fail: goto a}\n",
	    1,
	    "a passed\nb edge on_fail goto a\nb failed\na#2 passed\nb#2 edge on_fail goto a\nb#2 failed\n"
	    "a#3 passed\nb#3 failed\nrun_end failed\n");
	assert_non_null(strstr(m.reason.p,
	    "`b` failed: exit is 1, not 0; going back to `a` once more was refused: it was "
	    "visited 3 times, and its max_visits is 3"));
	mock_free(&m);
	mock_simply("steps:\n"
		    "  - {id: a, look: pass, max_visits: 1}\n"
		    "  - goto: a\n",
	    1, "a passed\nstep_2 failed\nrun_end failed\n");
	/* the refusal is caught by what encloses */
	mock_simply("steps:\n"
		    "  - id: outer\n"
		    "    block:\n"
		    "      - {id: a, look: pass, max_visits: 1, on_pass: goto a}\n"
		    "    on_fail: end escalated\n",
	    3, "a failed\nouter edge on_fail end escalated\nouter failed\nrun_end escalated\n");
}

/* A way back that goes through a person is bounded by the person. */
static void
test_unbounded_through_ask(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	for (size_t i = 0; i < 20; i++)
		m.answers[i] = i < 19 ? "again" : "enough";
	mock_run_text(&m, "steps:\n"
			  "  - {id: a, look: pass}\n"
			  "  - {id: menu, ask: What next?}\n"
			  "  - {if: menu.answer == 'again', goto: a}\n");
	assert_int_equal(m.end.exit, 0);
	assert_non_null(strstr(rb_buf_cstr(&m.trace), "a#20 passed\n"));
	mock_free(&m);
	/* only where it lies on the way */
	mock_init(&m);
	m.answers[0] = "again";
	mock_run_text(&m, "steps:\n"
			  "  - {id: menu, ask: What next?}\n"
			  "  - {id: a, look: pass}\n"
			  "  - goto: a\n");
	assert_int_equal(m.end.exit, 1);
	mock_free(&m);
}

/* A person who goes on gives the way back its number anew. */
static void
test_ask_begins_anew(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	for (size_t i = 0; i < 6; i++)
		m.answers[i] = i < 5 ? "again" : "enough";
	mock_run_text(&m, "steps:\n"
			  "  - {id: a, look: pass, max_visits: 2}\n"
			  "  - {id: b, look: 'pass, pass, pass, pass, fail, pass', on_fail: goto a}\n"
			  "  - {id: menu, ask: What next?}\n"
			  "  - {if: menu.answer == 'again', goto: a}\n");
	assert_int_equal(m.end.exit, 0);
	assert_non_null(strstr(rb_buf_cstr(&m.trace), "a#7 passed\n"));
	mock_free(&m);
}

/* An inner way back has its number anew each time that an outer one is taken. */
static void
test_nested_ways_back(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	mock_run_text(&m, "steps:\n"
			  "  - {id: a, look: pass, max_visits: 2}\n"
			  "  - {id: b, look: pass, max_visits: 2}\n"
			  "  - {id: c, look: 'fail, pass, fail, pass', on_fail: goto b}\n"
			  "  - {id: d, look: 'fail, pass', on_fail: goto a}\n");
	assert_int_equal(m.end.exit, 0);
	assert_non_null(strstr(rb_buf_cstr(&m.trace), "b#4 passed\nc#4 passed\nd#2 passed\n"));
	mock_free(&m);
}

static void
test_forward_is_free(void **state)
{
	(void)state;
	mock_simply("steps:\n"
		    "  - {id: a, look: pass, on_pass: goto c}\n"
		    "  - {id: b, look: pass}\n"
		    "  - {id: c, look: pass, max_visits: 1}\n",
	    0, "a edge on_pass goto c\na passed\nc passed\nrun_end resolved\n");
}

/* A change that failed and was continued over is forgiven when it is gone over again, and only then. */
static void
test_marks_are_cleared(void **state)
{
	(void)state;
	mock_simply("steps:\n"
		    "  - {id: a, run: 'fail, pass', on_fail: continue}\n"
		    "  - {id: b, look: 'fail, pass', on_fail: goto a}\n",
	    0,
	    "a edge on_fail continue\na failed\nb edge on_fail goto a\nb failed\na#2 passed\nb#2 "
	    "passed\nrun_end resolved\n");
	mock_simply("steps:\n"
		    "  - {id: a, run: fail, on_fail: continue}\n"
		    "  - {id: b, look: pass}\n"
		    "  - {id: c, look: 'fail, pass', on_fail: goto b}\n",
	    1,
	    "a edge on_fail continue\na failed\nb passed\nc edge on_fail goto b\nc failed\nb#2 passed\nc#2 "
	    "passed\n"
	    "run_end failed\n");
	/* also in a loop, whose items forget each other's facts but not that */
	mock_simply("steps:\n"
		    "  - id: each\n"
		    "    for_each: {in: [x, y], as: name}\n"
		    "    block: [{id: a, run: 'fail, pass', on_fail: continue}]\n",
	    1,
	    "each[0]/a edge on_fail continue\neach[0]/a failed\neach[0] passed\neach[1]/a passed\neach[1] "
	    "passed\neach passed\n"
	    "run_end failed\n");
}

static void
test_within_a_loop(void **state)
{
	(void)state;
	mock_simply("steps:\n"
		    "  - id: each\n"
		    "    for_each: {in: [x, y], as: name}\n"
		    "    block:\n"
		    "      - {id: a, look: pass, max_visits: 2}\n"
		    "      - {id: b, look: 'fail, pass, fail, pass', on_fail: goto a}\n",
	    0,
	    "each[0]/a passed\neach[0]/b edge on_fail goto a\neach[0]/b failed\neach[0]/a#2 "
	    "passed\neach[0]/b#2 passed\n"
	    "each[0] passed\n"
	    "each[1]/a passed\neach[1]/b edge on_fail goto a\neach[1]/b failed\neach[1]/a#2 "
	    "passed\neach[1]/b#2 passed\n"
	    "each[1] passed\neach passed\nrun_end resolved\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_facts_are_cleared),
	    cmocka_unit_test(test_bounded), cmocka_unit_test(test_unbounded_through_ask),
	    cmocka_unit_test(test_ask_begins_anew), cmocka_unit_test(test_nested_ways_back),
	    cmocka_unit_test(test_forward_is_free), cmocka_unit_test(test_marks_are_cleared),
	    cmocka_unit_test(test_within_a_loop)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
