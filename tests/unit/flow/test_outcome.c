/* Every outcome of a step against every edge that it may have: the table of language.md, section 3, cell by
 * cell. */
#include "mockdriver.h"

enum { KEYS = 3, KINDS = 7 };

static const char *const keys[KEYS] = {"on_pass", "on_fail", "on_timeout"};

/* A step that comes to each outcome, and which edges may take it. `without`: the exit of a run that nothing
 * takes. */
static const struct {
	const char *name, *step;
	enum rb_outcome outcome;
	bool taken[KEYS];
	bool passed;
	int without;
} cases[] = {
    {"passed", "look: pass", RB_PASSED, {true, false, false}, true, 0},
    {"already done", "run: pass\n    done_if: {look: pass}", RB_ALREADY_DONE, {true, false, false}, true, 0},
    {"failed", "look: fail", RB_FAILED, {false, true, false}, false, 1},
    {"timed out", "look: never\n    timeout: 2s", RB_TIMED_OUT, {false, true, true}, false, 1},
    {"errored", "look: error", RB_ERRORED, {false, true, false}, false, 1},
    {"cancelled", "look: never", RB_CANCELLED, {false, false, false}, false, 130},
    {"skipped", "look: pass\n    if: 1 > 2", RB_SKIPPED, {false, false, false}, true, 0},
    {"declined", "look: pass\n    confirm: Really?", RB_DECLINED, {false, false, false}, false, 5},
};

/* An edge, and what it leads to where it is taken: the end of the run, and whether `next` and `last` are
 * reached. */
static const struct {
	const char *edge;
	int exit;
	bool mends, next, last;
} kinds[KINDS] = {
    {"continue", 0, false, true, true},
    {"goto last", 0, false, false, true},
    {"end resolved", 0, false, false, false},
    {"end failed", 1, false, false, false},
    {"end escalated", 3, false, false, false},
    {"[{id: mend, look: pass}]", 0, true, true, true},
    {"[{id: mend, look: fail}]", 1, true, false, false},
};

static bool
has_line(const struct mock *m, const char *line)
{
	return strstr(rb_buf_cstr(&m->trace), line) != NULL;
}

static void
run_cell(struct mock *m, size_t c, const char *edges)
{
	const char *text;

	mock_init(m);
	if (cases[c].outcome == RB_CANCELLED) {
		m->signals[0].at = RB_SECOND;
		m->signals[0].signo = SIGINT;
	}
	text = rb_arena_fmt(&m->arena,
	    "steps:\n  - id: a\n    %s\n%s  - id: next\n    look: pass\n  - id: last\n    look: pass\n",
	    cases[c].step, edges)
		   .p;
	mock_run_text(m, text);
}

static void
check_cell(size_t c, size_t key, size_t kind)
{
	bool taken = cases[c].taken[key], on = !taken && cases[c].passed;
	const char *outcome = cases[c].name;
	struct mock m;
	char edge[80], line[80];

	snprintf(edge, sizeof(edge), "    %s: %s\n", keys[key], kinds[kind].edge);
	run_cell(&m, c, edge);
	if (taken && kinds[kind].mends && kinds[kind].exit == 0 && !cases[c].passed)
		outcome = "recovered";
	if (taken && kinds[kind].mends && kinds[kind].exit != 0 && cases[c].passed)
		outcome = "failed"; /* the steps of its own on_pass */
	snprintf(line, sizeof(line), "a %s\n", outcome);
	if (!has_line(&m, line) || m.end.exit != (taken ? kinds[kind].exit : cases[c].without) ||
	    has_line(&m, "next passed") != (taken ? kinds[kind].next : on) ||
	    has_line(&m, "last passed") != (taken ? kinds[kind].last : on) ||
	    has_line(&m, "mend ") != (taken && kinds[kind].mends))
		fail_msg(
		    "%s with%scame to exit %d\n%s", cases[c].name, edge, m.end.exit, rb_buf_cstr(&m.trace));
	mock_free(&m);
}

static void
test_every_cell(void **state)
{
	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		for (size_t key = 0; key < KEYS; key++) {
			for (size_t kind = 0; kind < KINDS; kind++)
				check_cell(c, key, kind);
		}
	}
}

static void
test_without_edges(void **state)
{
	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct mock m;

		run_cell(&m, c, "");
		assert_int_equal(m.end.exit, cases[c].without);
		assert_int_equal(has_line(&m, "last passed"), cases[c].passed);
		mock_free(&m);
	}
}

/* on_timeout goes before on_fail, and only for what timed out. */
static void
test_timeout_has_its_own(void **state)
{
	(void)state;
	mock_simply("steps:\n"
		    "  - {id: a, look: never, timeout: 1s, on_timeout: end escalated, on_fail: end failed}\n",
	    3, "a edge on_timeout end escalated\na timed out\nrun_end escalated\n");
	mock_simply("steps:\n"
		    "  - {id: a, look: fail, on_timeout: end escalated, on_fail: end failed}\n",
	    1, "a edge on_fail end failed\na failed\nrun_end failed\n");
}

/* The rows that the reference prints say the same as the cells above. */
static void
test_rows(void **state)
{
	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		const struct rb_outcome_row *row = &rb_outcome_rows[cases[c].outcome];
		bool listed[KEYS] = {false, false, false};

		assert_string_equal(row->name, cases[c].name);
		assert_int_equal(row->passed, cases[c].passed);
		assert_int_equal(row->exit, cases[c].without);
		for (size_t i = 0; i < 3 && row->edges[i] != NULL; i++) {
			for (size_t k = 0; k < KEYS; k++)
				listed[k] = listed[k] || strcmp(row->edges[i], keys[k]) == 0;
		}
		assert_memory_equal(listed, cases[c].taken, sizeof(listed));
		assert_int_equal(row->catchable, cases[c].taken[1]);
	}
	for (size_t o = 0; o < RB_OUTCOMES; o++)
		assert_non_null(rb_outcome_rows[o].when);
}

/* ---- changes that are only continued over ---- */

static void
test_continued_over(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	mock_expect(&m,
	    "steps:\n"
	    "  - {id: a, run: fail, on_fail: continue}\n"
	    "  - {id: b, look: pass}\n",
	    1, "a edge on_fail continue\na failed\nb passed\nrun_end failed\n");
	assert_string_equal(m.reason.p,
	    "`a` failed: exit is 1, not 0; it changes something, and the run only went on over it");
	mock_free(&m);
	/* a read may fail and be continued over; a change that recovered is no failure; an explicit end
	 * stands */
	mock_simply("steps:\n"
		    "  - {id: a, look: fail, on_fail: continue}\n",
	    0, "a edge on_fail continue\na failed\nrun_end resolved\n");
	mock_simply("steps:\n"
		    "  - {id: a, run: fail, on_fail: [{id: b, run: pass}]}\n",
	    0, "a edge on_fail steps\nb passed\na recovered\nrun_end resolved\n");
	mock_simply("steps:\n"
		    "  - {id: a, run: fail, on_fail: continue}\n"
		    "  - {id: b, look: pass, on_pass: end resolved}\n",
	    0,
	    "a edge on_fail continue\na failed\nb edge on_pass end resolved\nb passed\nrun_end resolved\n");
	mock_simply("steps:\n"
		    "  - {id: a, run: never, timeout: 1s, on_timeout: continue}\n",
	    1, "a edge on_timeout continue\na timed out\nrun_end failed\n");
}

/* ---- what an edge does not take fails the step that encloses it ---- */

static void
test_up_through_block(void **state)
{
	(void)state;
	mock_simply("steps:\n"
		    "  - id: outer\n"
		    "    block:\n"
		    "      - id: inner\n"
		    "        block:\n"
		    "          - {id: a, look: fail}\n"
		    "          - {id: never_here, look: pass}\n"
		    "    on_fail: continue\n"
		    "  - {id: b, look: pass}\n",
	    0,
	    "a failed\ninner failed\nouter edge on_fail continue\nouter failed\nb passed\nrun_end "
	    "resolved\n");
}

static void
test_up_through_arm_loop_checks(void **state)
{
	(void)state;
	mock_simply("steps:\n"
		    "  - id: choose\n"
		    "    branch:\n"
		    "      - if: 1 < 2\n"
		    "        then: [{id: a, look: error}]\n"
		    "    on_fail: end escalated\n",
	    3, "a errored\nchoose edge on_fail end escalated\nchoose failed\nrun_end escalated\n");
	mock_simply("steps:\n"
		    "  - id: each\n"
		    "    for_each: {in: [x, y], as: name}\n"
		    "    look: fail\n"
		    "    on_fail: end escalated\n",
	    3,
	    "each[0] failed\neach warning items_left_out\neach edge on_fail end escalated\neach "
	    "failed\nrun_end escalated\n");
	mock_simply("steps:\n"
		    "  - id: all\n"
		    "    checks:\n"
		    "      - {id: one, look: fail}\n"
		    "      - {id: two, look: pass}\n"
		    "    on_fail: end escalated\n",
	    3, "one failed\ntwo passed\nall edge on_fail end escalated\nall failed\nrun_end escalated\n");
	mock_simply("steps:\n"
		    "  - call: mend\n"
		    "    id: it\n"
		    "    on_fail: end escalated\n"
		    "procedures:\n"
		    "  mend:\n"
		    "    steps: [{id: a, run: fail}]\n",
	    3, "it/a failed\nit edge on_fail end escalated\nit failed\nrun_end escalated\n");
}

/* A failing list of an edge leaves the step as it was, with nothing of its own to catch that. */
static void
test_edge_list_fails(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	mock_expect(&m,
	    "steps:\n"
	    "  - id: outer\n"
	    "    block:\n"
	    "      - {id: a, look: fail, on_fail: [{id: b, look: error}]}\n"
	    "    on_fail: [{id: c, look: pass}]\n"
	    "  - {id: d, look: pass}\n",
	    0,
	    "a edge on_fail steps\nb errored\na failed\n"
	    "outer edge on_fail steps\nc passed\nouter recovered\nd passed\nrun_end resolved\n");
	mock_free(&m);
	/* the reason names both */
	mock_init(&m);
	mock_run_text(&m, "steps:\n  - {id: a, look: fail, on_fail: [{id: b, look: error}]}\n");
	assert_non_null(strstr(m.reason.p, "`a` failed"));
	assert_non_null(strstr(m.reason.p, "then `b` errored: cannot start"));
	mock_free(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_cell),
	    cmocka_unit_test(test_without_edges), cmocka_unit_test(test_timeout_has_its_own),
	    cmocka_unit_test(test_rows), cmocka_unit_test(test_continued_over),
	    cmocka_unit_test(test_up_through_block), cmocka_unit_test(test_up_through_arm_loop_checks),
	    cmocka_unit_test(test_edge_list_fails)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
