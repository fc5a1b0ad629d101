/* Steps that hold others: branch, checks, block with its finally, for_each, set. */
#include "mockdriver.h"

#include "event/mask.h"

/* ---- branch ---- */

static void
test_branch(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	m.all_events = true;
	mock_run_text(&m,
	    "steps:\n"
	    "  - {id: log, look: 'pass out=EADDRINUSE', match: {taken: EADDRINUSE, gone: ENOENT}}\n"
	    "  - id: choose\n"
	    "    branch:\n"
	    "      - if: log.gone\n"
	    "        then: [{id: a, look: pass}]\n"
	    "      - if: log.taken and log.exit == 0 and not log.gone\n"
	    "        then: [{id: b, look: pass}]\n"
	    "      - else: [{id: c, look: pass}]\n");
	assert_non_null(
	    strstr(rb_buf_cstr(&m.trace), "choose branch log.taken and log.exit == 0 and not log.gone "
					  "log.taken: EADDRINUSE; log.exit = 0; log.gone: no match\n"));
	assert_non_null(strstr(rb_buf_cstr(&m.trace), "b passed\nchoose passed\n"));
	assert_null(strstr(rb_buf_cstr(&m.log), "start a"));
	assert_null(strstr(rb_buf_cstr(&m.log), "start c"));
	mock_free(&m);
}

static void
test_branch_else_and_none(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	m.all_events = true;
	mock_run_text(&m, "values: {n: '3'}\n"
			  "steps:\n"
			  "  - id: one\n"
			  "    branch:\n"
			  "      - {if: '1 > 2', then: end failed}\n"
			  "      - {else: [{id: c, look: pass}]}\n"
			  "  - id: two\n"
			  "    branch:\n"
			  "      - {if: '1 > 2', then: end failed}\n");
	assert_int_equal(m.end.exit, 0);
	assert_non_null(strstr(rb_buf_cstr(&m.trace), "one step_start\none branch\n"));
	assert_non_null(strstr(rb_buf_cstr(&m.trace), "c passed\none passed\n"));
	assert_non_null(strstr(rb_buf_cstr(&m.trace), "two branch\ntwo passed\n"));
	mock_free(&m);
}

static void
test_branch_undecided(void **state)
{
	(void)state;
	mock_simply("steps:\n"
		    "  - id: choose\n"
		    "    branch:\n"
		    "      - {if: late.exit == 0, then: end resolved}\n"
		    "      - {else: end resolved}\n"
		    "    on_fail: end escalated\n"
		    "  - {id: late, look: pass}\n",
	    3, "choose edge on_fail end escalated\nchoose errored\nrun_end escalated\n");
}

static void
test_branch_edges(void **state)
{
	(void)state;
	mock_simply("steps:\n"
		    "  - id: choose\n"
		    "    branch:\n"
		    "      - {if: 1 < 2, then: goto last}\n"
		    "  - {id: not_here, look: pass}\n"
		    "  - {id: last, look: pass}\n",
	    0, "choose edge then goto last\nchoose passed\nlast passed\nrun_end resolved\n");
	mock_simply("steps:\n"
		    "  - id: choose\n"
		    "    branch:\n"
		    "      - if: 1 < 2\n"
		    "        then:\n"
		    "          - end: {escalated: nobody knows}\n"
		    "  - {id: not_here, look: pass}\n",
	    3, "step_2 edge end end escalated\nstep_2 passed\nchoose passed\nrun_end escalated\n");
}

/* ---- checks ---- */

static void
test_checks_run_all(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	mock_expect(&m,
	    "steps:\n"
	    "  - id: all\n"
	    "    checks:\n"
	    "      - {id: a, look: 3s fail}\n"
	    "      - {id: b, look: 1s pass}\n"
	    "      - {id: c, look: 2s error}\n"
	    "      - {id: d, look: never, timeout: 4s}\n"
	    "    on_fail: continue\n"
	    "  - {id: e, look: pass $a_exit $b_exit}\n",
	    0,
	    "b passed\nc errored\na failed\nd timed out\nall edge on_fail continue\nall failed\ne "
	    "passed\nrun_end resolved\n");
	assert_int_equal(m.most_running, 4);
	assert_int_equal(m.now, 4 * RB_SECOND);
	assert_non_null(strstr(rb_buf_cstr(&m.log), "start e a_exit=1 b_exit=0\n"));
	assert_int_equal(m.end.steps, 2); /* a table is one step */
	mock_free(&m);
}

static void
test_checks_max(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	mock_expect(&m,
	    "steps:\n"
	    "  - id: all\n"
	    "    max: 2\n"
	    "    checks:\n"
	    "      - {id: a, look: 3s pass}\n"
	    "      - {id: b, look: 1s pass}\n"
	    "      - {id: c, look: 1s pass}\n"
	    "      - {id: d, look: 1s pass}\n",
	    0, "b passed\nc passed\nd passed\na passed\nall passed\nrun_end resolved\n");
	assert_int_equal(m.most_running, 2);
	assert_int_equal(m.now, 3 * RB_SECOND);
	mock_free(&m);
}

static void
test_checks_reason(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	mock_run_text(&m, "steps:\n  - id: all\n    checks: [{id: a, look: fail}, {id: b, look: pass}, {id: "
			  "c, look: error}]\n");
	assert_string_equal(
	    m.reason.p, "2 of 3 failed: `a` failed: exit is 1, not 0; `c` errored: cannot start");
	mock_free(&m);
}

static void
test_checks_cut(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	m.signals[0].at = 2 * RB_SECOND;
	m.signals[0].signo = SIGTERM;
	mock_expect(&m,
	    "steps:\n"
	    "  - id: all\n"
	    "    max: 2\n"
	    "    checks:\n"
	    "      - {id: a, look: never}\n"
	    "      - {id: b, look: 1s pass}\n"
	    "      - {id: c, look: never}\n"
	    "      - {id: d, look: pass}\n"
	    "    on_fail: continue\n",
	    143, "b passed\nwarning signal\nc cancelled\na cancelled\nall cancelled\nrun_end cancelled\n");
	mock_free(&m);
}

/* ---- block ---- */

static void
test_finally(void **state)
{
	(void)state;
	mock_simply("steps:\n"
		    "  - id: outer\n"
		    "    block: [{id: a, look: fail}]\n"
		    "    finally: [{id: tidy, run: pass}]\n"
		    "    on_fail: continue\n"
		    "  - {id: b, look: pass}\n",
	    1,
	    "a failed\nouter phase finally outer\ntidy passed\nouter edge on_fail continue\nouter failed\nb "
	    "passed\n"
	    "run_end failed\n");
	/* every way out goes through it */
	mock_simply("steps:\n"
		    "  - id: outer\n"
		    "    block:\n"
		    "      - id: inner\n"
		    "        block: [{id: a, look: fail, on_fail: goto last}]\n"
		    "        finally: [{id: tidy, look: pass}]\n"
		    "    finally: [{id: tidy_too, look: pass}]\n"
		    "  - {id: not_here, look: pass}\n"
		    "  - {id: last, look: pass}\n",
	    0,
	    "a edge on_fail goto last\na failed\ninner phase finally inner\ntidy passed\ninner passed\n"
	    "outer phase finally outer\ntidy_too passed\nouter passed\nlast passed\nrun_end resolved\n");
	mock_simply("steps:\n"
		    "  - id: outer\n"
		    "    block: [{id: a, look: pass, on_pass: end resolved}]\n"
		    "    finally: [{id: tidy, look: fail}]\n"
		    "finally: [{id: tidy_all, look: pass}]\n",
	    0,
	    "a edge on_pass end resolved\na passed\nouter phase finally outer\ntidy failed\nouter "
	    "passed\nphase finally\n"
	    "tidy_all passed\nrun_end resolved\n");
}

static void
test_finally_fails(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	mock_expect(&m,
	    "steps:\n"
	    "  - id: outer\n"
	    "    block: [{id: a, look: pass}]\n"
	    "    finally: [{id: tidy, look: fail}]\n",
	    1, "a passed\nouter phase finally outer\ntidy failed\nouter failed\nrun_end failed\n");
	assert_string_equal(m.reason.p, "its finally failed: `tidy` failed: exit is 1, not 0");
	mock_free(&m);
}

/* A finally that hangs is ended by the limit of closing phases, and what was found before stands. */
static void
test_finally_has_a_limit(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	mock_expect(&m,
	    "steps:\n"
	    "  - id: outer\n"
	    "    block: [{id: a, look: fail}]\n"
	    "    finally: [{id: tidy, run: never, timeout: 1h}]\n",
	    1, "a failed\nouter phase finally outer\ntidy cancelled\nouter failed\nrun_end failed\n");
	assert_int_equal(m.now, 5 * RB_MINUTE);
	mock_free(&m);
}

/* The deadline of a group ends what is inside, whatever it is; the group has timed out, and its finally runs.
 */
static void
test_group_timeout(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	mock_expect(&m,
	    "steps:\n"
	    "  - id: outer\n"
	    "    timeout: 10s\n"
	    "    block:\n"
	    "      - id: inner\n"
	    "        block: [{id: a, look: never, on_fail: continue}]\n"
	    "        on_fail: continue\n"
	    "      - {id: not_here, look: pass}\n"
	    "    finally: [{id: tidy, look: 3s pass}]\n"
	    "    on_timeout: [{id: mend, look: pass}]\n"
	    "  - {id: b, look: pass}\n",
	    0,
	    "a cancelled\ninner cancelled\nouter phase finally outer\ntidy passed\nouter edge on_timeout "
	    "steps\nmend passed\n"
	    "outer recovered\nb passed\nrun_end resolved\n");
	assert_int_equal(m.now, 13 * RB_SECOND);
	mock_free(&m);
}

static void
test_group_timeout_of_checks(void **state)
{
	(void)state;
	mock_simply("steps:\n"
		    "  - id: all\n"
		    "    timeout: 2s\n"
		    "    checks: [{id: a, look: never}, {id: b, look: 1s pass}]\n"
		    "    on_fail: end escalated\n",
	    3, "b passed\na cancelled\nall edge on_fail end escalated\nall timed out\nrun_end escalated\n");
}

static void
test_group_confirm_done_if_verify(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	m.answers[0] = "yes";
	mock_expect(&m,
	    "steps:\n"
	    "  - id: outer\n"
	    "    confirm: All of it?\n"
	    "    done_if: {look: fail}\n"
	    "    verify: {look: fail}\n"
	    "    block: [{id: a, run: pass}]\n"
	    "    on_fail: end escalated\n",
	    3, "a passed\nouter edge on_fail end escalated\nouter failed\nrun_end escalated\n");
	assert_string_equal(
	    rb_buf_cstr(&m.log), "enter test\ndone_if outer\nask outer: All of it?\nstart a\nverify outer\n");
	mock_free(&m);
}

/* ---- for_each ---- */

static void
test_loop(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	mock_expect(&m,
	    "steps:\n"
	    "  - {id: list, look: 'pass out=p1;p2;p3;q4', capture: {all: 'split(this.stdout, \";\")'}}\n"
	    "  - id: pods\n"
	    "    for_each: {in: list.all, as: pod, where: 'pod matches /^p/', stop_on_fail: false}\n"
	    "    look: 'pass $pod, fail $pod, pass $pod'\n"
	    "    on_fail: continue\n"
	    "  - {id: b, say: '${pods.count} ${pods.passed} ${pods.failed}'}\n",
	    0,
	    "list passed\npods[0] passed\npods[1] failed\npods[2] passed\npods edge on_fail continue\npods "
	    "failed\n"
	    "b say 3 2 1\nb passed\nrun_end resolved\n");
	assert_non_null(strstr(
	    rb_buf_cstr(&m.log), "start pods[0] pod=p1\nstart pods[1] pod=p2\nstart pods[2] pod=p3\n"));
	mock_free(&m);
}

static void
test_loop_stops_on_fail(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	mock_expect(&m, "steps:\n  - {id: pods, for_each: {in: [x, y, z], as: pod}, look: 'pass, fail'}\n", 1,
	    "pods[0] passed\npods[1] failed\npods warning items_left_out\npods failed\nrun_end failed\n");
	assert_string_equal(m.reason.p, "1 of 3 items failed, 1 not done: `pods` failed: exit is 1, not 0");
	mock_free(&m);
	/* The last one leaves nothing out. */
	mock_init(&m);
	mock_expect(&m, "steps:\n  - {id: pods, for_each: {in: [x, y], as: pod}, look: 'pass, fail'}\n", 1,
	    "pods[0] passed\npods[1] failed\npods failed\nrun_end failed\n");
	assert_string_equal(m.reason.p, "1 of 2 items failed: `pods` failed: exit is 1, not 0");
	mock_free(&m);
}

/* A confirmation says what it is for: the script, cut where it is long, unless its own text has it. */
static void
test_confirm_shows_the_script(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	m.answers[0] = "no";
	mock_run_text(&m, "steps:\n  - {id: a, confirm: Go?, run: pass}\n");
	assert_string_equal(m.does, "pass");
	mock_free(&m);
	mock_init(&m);
	m.answers[0] = "no";
	mock_run_text(
	    &m, "steps:\n  - {id: a, confirm: Go?, run: \"pass\\n2\\n3\\n4\\n5\\n6\\n7\\n8\\n\"}\n");
	assert_string_equal(m.does, "pass\n2\n3\n4\n5\n6\n… 2 lines more");
	mock_free(&m);
	mock_init(&m);
	m.answers[0] = "no";
	mock_run_text(&m, "steps:\n  - {id: a, confirm: Go?, run: \"pass\\n2\\n3\\n4\\n5\\n6\\n7\\n\"}\n");
	assert_string_equal(m.does, "pass\n2\n3\n4\n5\n6\n7");
	mock_free(&m);
}

/* Of a group it is the changes inside, with those of what it calls; looks are none. */
static void
test_confirm_shows_the_changes_inside(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	m.answers[0] = "no";
	mock_run_text(&m,
	    "values: {base: 7}\n"
	    "steps:\n"
	    "  - {id: look, look: pass}\n"
	    "  - id: g\n"
	    "    confirm: Go?\n"
	    "    block:\n"
	    "      - {id: a, title: \"Put ${base}\", run: pass}\n"
	    "      - {id: l, look: pass}\n"
	    "      - {id: c, call: mend, with: {n: 1}}\n"
	    "    on_fail: [{id: e, run: pass}]\n"
	    "  - {id: after, run: pass}\n"
	    "procedures:\n"
	    "  mend: {inputs: {n: {type: int}}, steps: [{id: m, title: \"Mend ${n}\", run: pass}]}\n");
	assert_string_equal(m.does, "- a: Put 7\n- m: Mend ${n}\n- e");
	mock_free(&m);
	mock_init(&m);
	m.answers[0] = "no";
	mock_run_text(&m,
	    "steps:\n  - id: g\n    confirm: Go?\n    block:\n"
	    "      - {id: a, run: pass}\n      - {id: b, run: pass}\n      - {id: c, run: pass}\n"
	    "      - {id: d, run: pass}\n      - {id: e, run: pass}\n      - {id: f, run: pass}\n"
	    "      - {id: h, run: pass}\n      - {id: i, run: pass}\n");
	assert_string_equal(m.does, "- a\n- b\n- c\n- d\n- e\n- f\n… and 2 more changes");
	mock_free(&m);
}

/* A long line leaves room for those below it. */
static void
test_confirm_cuts_long_lines(void **state)
{
	struct mock m;
	struct rb_buf b;

	(void)state;
	mock_init(&m);
	rb_buf_init(&b, NULL, SIZE_MAX);
	rb_buf_c(&b, "steps:\n  - {id: a, confirm: Go?, run: \"");
	rb_buf_pad(&b, 'x', 199);
	rb_buf_c(&b, "ä");
	rb_buf_pad(&b, 'x', 20000);
	rb_buf_c(&b, "\\nrm -rf x\"}\n");
	m.answers[0] = "no";
	mock_run_text(&m, rb_buf_cstr(&b));
	rb_buf_clear(&b);
	rb_buf_pad(&b, 'x', 199);
	rb_buf_c(&b, "…\nrm -rf x");
	assert_string_equal(m.does, rb_buf_cstr(&b));
	mock_free(&m);
	/* Nor can lines that are all long hide that there are more. */
	mock_init(&m);
	rb_buf_clear(&b);
	rb_buf_c(&b, "steps:\n  - {id: a, confirm: Go?, run: \"");
	for (size_t i = 0; i < 9; i++) {
		rb_buf_pad(&b, 'x', 9000);
		rb_buf_c(&b, "\\n");
	}
	rb_buf_c(&b, "\"}\n");
	m.answers[0] = "no";
	mock_run_text(&m, rb_buf_cstr(&b));
	assert_non_null(strstr(m.does, "x…\n… 3 lines more"));
	rb_buf_free(&b);
	mock_free(&m);
}

#define LONG_SECRET "Zq7-vTr9-wKp2-mXs4-uYd6-nBg8-cJh3-eFa5"

/* What events say of a step and of its question, as a record has it. */
struct masked {
	struct rb_masker *masker;
	struct rb_buf text;
};

static int
take_masked(void *ctx, const struct rb_event *ev)
{
	static const char *const fields[] = {"does", "title", "note", "question", "expect"};
	struct masked *to = ctx;

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		rb_masker_text(to->masker, rb_event_get_text(ev, fields[i]), &to->text);
	return 0;
}

/* Wherever a text is cut, what is left of a secret there is not shown. */
static void
test_cut_texts_hide_secrets(void **state)
{
	static const struct {
		const char *before, *after; /* of the long text, in the runbook */
		size_t bound;               /* where it is cut, as bytes of that text */
	} rows[] = {
	    {"  - {id: a, confirm: '", "', run: pass}\n", 16384},
	    {"  - {id: a, confirm: {text: Go?, type: '", "'}, run: pass}\n", 16384},
	    {"  - {id: a, effect: danger, run: '", "'}\n", 16384 - 3},
	    {"  - {id: a, confirm: Go?, run: '", "'}\n", 16384},
	    {"  - {id: a, confirm: Go?, run: \"", "\\nrm -rf x\"}\n", 200},
	    {"  - {id: a, confirm: Go?, block: [{id: b, title: '", "', run: pass}]}\n", 16384 - 5},
	    {"  - {id: a, note: '", "', confirm: Go?, run: pass}\n", 16384},
	    {"  - {id: a, confirm: Go?, call: p}\nprocedures:\n  p: {title: '", "', steps: [{run: pass}]}\n",
		16384},
	    {"  - {id: a, confirm: Go?, run: '", "'}\n", 400},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct masked to = {.masker = rb_masker_new(NULL)};
		struct rb_sink sink = {.ctx = &to, .event = take_masked};
		struct mock m;
		struct rb_buf b;

		mock_init(&m);
		rb_buf_init(&to.text, NULL, SIZE_MAX);
		rb_buf_init(&b, NULL, SIZE_MAX);
		assert_int_equal(rb_masker_add(to.masker, RB_STR(LONG_SECRET)), 0);
		rb_buf_fmt(&b, "steps:\n%s", rows[i].before);
		rb_buf_pad(&b, 'x', rows[i].bound - 20);
		rb_buf_fmt(&b, "%s%s", LONG_SECRET, rows[i].after);
		m.answers[0] = "no";
		mock_load(&m, rb_buf_cstr(&b));
		mock_start_flow(&m);
		rb_bus_add(m.bus, &sink);
		mock_drive(&m);
		if (strstr(rb_buf_cstr(&to.text), "xxx***") == NULL)
			fail_msg("row %zu: the secret was not come to", i);
		if (strstr(rb_buf_cstr(&to.text), "Zq7-v") != NULL)
			fail_msg("row %zu shows the beginning of a secret", i);
		rb_buf_free(&b);
		rb_buf_free(&to.text);
		mock_free(&m);
		rb_masker_free(to.masker);
	}
}

/* What cannot be done is not asked about. */
static void
test_confirm_of_an_unset_value(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	m.answers[0] = "yes";
	mock_expect(&m,
	    "steps:\n  - {id: a, effect: danger, run: pass $late_exit}\n  - {id: late, look: pass}\n", 1,
	    "a errored\nrun_end failed\n");
	assert_null(strstr(rb_buf_cstr(&m.log), "ask"));
	assert_non_null(strstr(m.reason.p, "late.exit"));
	mock_free(&m);
}

/* Calls of calls, more than can be gone through: it ends, and says that it did not count them all. */
static void
test_confirm_counts_no_end_of_changes(void **state)
{
	struct mock m;
	struct rb_buf b;

	(void)state;
	mock_init(&m);
	m.answers[0] = "no";
	rb_buf_init(&b, NULL, SIZE_MAX);
	rb_buf_c(&b, "steps: [{id: g, confirm: Go?, call: p0}]\nprocedures:\n");
	for (int i = 0; i < 30; i++)
		rb_buf_fmt(&b, "  p%d: {steps: [{call: p%d}, {call: p%d}]}\n", i, i + 1, i + 1);
	rb_buf_c(&b, "  p30: {steps: [{id: z, run: pass}]}\n");
	mock_run_text(&m, rb_buf_cstr(&b));
	assert_non_null(strstr(m.does, "- z\n… and at least 995 more changes"));
	rb_buf_free(&b);
	mock_free(&m);
}

static void
test_loop_confirms_once(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	m.answers[0] = "yes";
	m.answers[1] = "yes";
	mock_expect(&m,
	    "steps:\n"
	    "  - {id: a, for_each: {in: [x, y], as: pod}, confirm: Delete these?, run: pass}\n"
	    "  - {id: b, for_each: {in: [x, y], as: it}, confirm: 'Delete ${it}?', run: pass, effect: "
	    "danger}\n",
	    0, "a[0] passed\na[1] passed\na passed\nb[0] passed\nb[1] passed\nb passed\nrun_end resolved\n");
	assert_string_equal(rb_buf_cstr(&m.log),
	    "enter test\nask a: Delete these?\n- x\n- y\nstart a[0]\nstart a[1]\n"
	    "ask b by id: Delete x?\nDelete y?\nstart b[0]\nstart b[1]\n");
	mock_free(&m);
}

static void
test_loop_results(void **state)
{
	(void)state;
	mock_simply(
	    "steps:\n"
	    "  - id: pods\n"
	    "    for_each: {in: [x, y, z], as: pod, stop_on_fail: false}\n"
	    "    look: 'pass, exit=3, pass'\n"
	    "    on_fail: continue\n"
	    "  - id: b\n"
	    "    say: '${first(pods.results where .failed).item} ${first(pods.results where .failed).exit} "
	    "${len(pods.results)}'\n",
	    0,
	    "pods[0] passed\npods[1] failed\npods[2] passed\npods edge on_fail continue\npods failed\n"
	    "b say y 3 3\nb passed\nrun_end resolved\n");
}

/* `if` and `done_if` that read the item are asked for each item; an `if` that does not, once for the loop. */
static void
test_loop_keys_of_items(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	mock_expect(&m,
	    "steps:\n"
	    "  - id: a\n"
	    "    for_each: {in: [x, y, z], as: pod}\n"
	    "    if: pod != 'y'\n"
	    "    done_if: {look: 'pass $pod, fail $pod'}\n"
	    "    run: pass $pod\n"
	    "  - {id: b, for_each: {in: [x, y], as: it}, if: a.count == 2, run: pass}\n",
	    0, "a[0] already done\na[1] skipped\na[2] passed\na passed\nb skipped\nrun_end resolved\n");
	assert_string_equal(
	    rb_buf_cstr(&m.log), "enter test\ndone_if a[0] pod=x\ndone_if a[2] pod=z\nstart a[2] pod=z\n");
	mock_free(&m);
}

static void
test_loop_over_nothing(void **state)
{
	(void)state;
	mock_simply("steps:\n"
		    "  - id: a\n"
		    "    for_each: {in: [x, y], as: pod, where: pod == 'z'}\n"
		    "    confirm: Sure?\n"
		    "    run: pass\n",
	    0, "a passed\nrun_end resolved\n");
	mock_simply("steps:\n"
		    "  - {id: a, for_each: {in: late.list, as: pod}, run: pass}\n"
		    "  - {id: late, look: pass, capture: {list: 'lines(this.stdout)'}}\n",
	    1, "a errored\nrun_end failed\n");
}

/* What one item found is not there for the next one. */
static void
test_loop_items_start_clean(void **state)
{
	(void)state;
	mock_simply("steps:\n"
		    "  - id: pods\n"
		    "    for_each: {in: [x, y], as: pod}\n"
		    "    block:\n"
		    "      - {id: a, if: pod == 'x', look: pass out=1, capture: {n: int(this.stdout)}}\n"
		    "      - {id: b, say: '${pod} ${a.n ?? 0}'}\n",
	    0,
	    "pods[0]/a passed\npods[0]/b say x 1\npods[0]/b passed\npods[0] passed\n"
	    "pods[1]/a skipped\npods[1]/b say y 0\npods[1]/b passed\npods[1] passed\npods passed\nrun_end "
	    "resolved\n");
}

static void
test_set(void **state)
{
	(void)state;
	mock_simply("values: {node: db1, other: db2}\n"
		    "steps:\n"
		    "  - set: {node: '${other}', other: '${node}'}\n"
		    "  - {id: b, say: '${node} ${other}'}\n"
		    "  - call: change\n"
		    "  - {id: c, say: '${node}'}\n"
		    "procedures:\n"
		    "  change: {steps: [{set: {node: db3}}]}\n",
	    0,
	    "step_1 passed\nb say db2 db1\nb passed\nstep_3/step_5 passed\nstep_3 passed\nc say db3\nc "
	    "passed\n"
	    "run_end resolved\n");
}

/* The deadline of a step that is over at once is not that of what its edge runs. */
static void
test_deadline_ends_with_the_inside(void **state)
{
	(void)state;
	mock_simply("steps:\n"
		    "  - id: choose\n"
		    "    timeout: 5s\n"
		    "    branch: [{if: missing.stdout == 'x', then: continue}]\n"
		    "    on_fail: [{id: slow, look: pass 10s}]\n"
		    "  - {id: missing, look: pass}\n",
	    0,
	    "choose edge on_fail steps\nslow passed\nchoose recovered\nmissing passed\nrun_end resolved\n");
	mock_simply("steps:\n"
		    "  - id: choose\n"
		    "    timeout: 5s\n"
		    "    branch: [{if: '1 < 2', then: continue}]\n"
		    "    verify: {look: pass 10s}\n",
	    0, "choose passed\nrun_end resolved\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_branch),
	    cmocka_unit_test(test_branch_else_and_none), cmocka_unit_test(test_branch_undecided),
	    cmocka_unit_test(test_branch_edges), cmocka_unit_test(test_checks_run_all),
	    cmocka_unit_test(test_checks_max), cmocka_unit_test(test_checks_reason),
	    cmocka_unit_test(test_checks_cut), cmocka_unit_test(test_finally),
	    cmocka_unit_test(test_finally_fails), cmocka_unit_test(test_finally_has_a_limit),
	    cmocka_unit_test(test_group_timeout), cmocka_unit_test(test_group_timeout_of_checks),
	    cmocka_unit_test(test_group_confirm_done_if_verify), cmocka_unit_test(test_loop),
	    cmocka_unit_test(test_loop_stops_on_fail), cmocka_unit_test(test_confirm_shows_the_script),
	    cmocka_unit_test(test_confirm_shows_the_changes_inside),
	    cmocka_unit_test(test_confirm_cuts_long_lines), cmocka_unit_test(test_cut_texts_hide_secrets),
	    cmocka_unit_test(test_confirm_of_an_unset_value),
	    cmocka_unit_test(test_confirm_counts_no_end_of_changes),
	    cmocka_unit_test(test_loop_confirms_once), cmocka_unit_test(test_loop_results),
	    cmocka_unit_test(test_loop_keys_of_items), cmocka_unit_test(test_loop_over_nothing),
	    cmocka_unit_test(test_loop_items_start_clean), cmocka_unit_test(test_set),
	    cmocka_unit_test(test_deadline_ends_with_the_inside)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
