/* Frames: procedures, library procedures, child runbooks; what goes in, what comes out, how they are left. */
#include "mockdriver.h"

static void
test_inputs_and_outputs(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	mock_expect(&m,
	    "values: {base: {type: port, value: 8000}}\n"
	    "steps:\n"
	    "  - {id: a, call: find, with: {port: '${base}'}}\n"
	    "  - {id: b, look: pass $a_pid}\n"
	    "procedures:\n"
	    "  find:\n"
	    "    inputs: {port: {type: port}, name: {type: text, default: 'p-${port}'}}\n"
	    "    outputs: {pid: {type: int, value: holder.found}}\n"
	    "    steps:\n"
	    "      - {id: holder, look: pass out=4242 $port $name $base, capture: {found: "
	    "int(this.stdout)}}\n",
	    0, "a/holder passed\na passed\nb passed\nrun_end resolved\n");
	assert_string_equal(rb_buf_cstr(&m.log),
	    "enter test\nstart a/holder port=8000 name=p-8000 base=8000\nstart b a_pid=4242\n");
	mock_free(&m);
}

static void
test_bad_input(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	mock_expect(&m,
	    "steps:\n"
	    "  - {id: look_up, look: pass out=99999}\n"
	    "  - {id: a, call: find, with: {port: '${int(look_up.stdout)}'}, on_fail: end escalated}\n"
	    "procedures:\n"
	    "  find:\n"
	    "    inputs: {port: {type: port}}\n"
	    "    steps: [{id: b, look: pass}]\n",
	    3, "look_up passed\na edge on_fail end escalated\na errored\nrun_end escalated\n");
	assert_non_null(strstr(m.reason.p, "port"));
	mock_free(&m);
}

static void
test_done_and_fail(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	mock_expect(&m,
	    "steps:\n"
	    "  - {id: a, call: one}\n"
	    "  - {id: b, call: two, on_fail: end escalated}\n"
	    "procedures:\n"
	    "  one:\n"
	    "    steps:\n"
	    "      - id: inner\n"
	    "        block:\n"
	    "          - done\n"
	    "      - {id: not_here, look: pass}\n"
	    "    finally: [{id: tidy, look: pass}]\n"
	    "  two:\n"
	    "    steps:\n"
	    "      - {id: c, look: pass}\n"
	    "      - {fail: 'no node ${c.exit} is left'}\n",
	    3,
	    "a/step_4 edge done done\na/step_4 passed\na/inner passed\na phase finally one\na/tidy passed\na "
	    "passed\n"
	    "b/c passed\nb/step_8 edge fail fail\nb/step_8 failed\nb edge on_fail end escalated\nb "
	    "failed\nrun_end escalated\n");
	assert_string_equal(m.reason.p, "`b` failed: no node 0 is left");
	mock_free(&m);
}

/* A change that was only continued over in a procedure is the failure of the file. */
static void
test_marks_come_home(void **state)
{
	static const char procedure[] = "procedures:\n"
					"  mend: {steps: [{id: m, run: fail, on_fail: continue}]}\n";
	struct mock m;
	char text[512];

	(void)state;
	mock_init(&m);
	snprintf(text, sizeof(text), "steps:\n  - {id: a, call: mend}\n%s", procedure);
	mock_expect(&m, text, 1, "a/m edge on_fail continue\na/m failed\na passed\nrun_end failed\n");
	assert_string_equal(m.reason.p,
	    "`m` failed: exit is 1, not 0; it changes something, and the run only went on over it");
	mock_free(&m);
	/* and going back over the call clears it */
	mock_init(&m);
	m.answers[0] = "again";
	m.answers[1] = "enough";
	snprintf(text, sizeof(text),
	    "steps:\n"
	    "  - {id: first, ask: Again?}\n"
	    "  - {if: first.answer == 'enough', end: resolved}\n"
	    "  - {id: a, call: mend}\n"
	    "  - goto: first\n"
	    "%s",
	    procedure);
	mock_run_text(&m, text);
	assert_int_equal(m.end.exit, 0);
	mock_free(&m);
}

static void
test_finally_of_a_procedure(void **state)
{
	(void)state;
	mock_simply("steps:\n"
		    "  - {id: a, call: mend, on_fail: continue}\n"
		    "procedures:\n"
		    "  mend:\n"
		    "    steps: [{id: m, look: fail}]\n"
		    "    finally: [{id: tidy, look: pass}]\n",
	    0,
	    "a/m failed\na phase finally mend\na/tidy passed\na edge on_fail continue\na failed\nrun_end "
	    "resolved\n");
	mock_simply("steps:\n"
		    "  - {id: a, call: mend}\n"
		    "procedures:\n"
		    "  mend:\n"
		    "    steps: [{id: m, look: pass}]\n"
		    "    finally: [{id: tidy, look: fail}]\n",
	    1, "a/m passed\na phase finally mend\na/tidy failed\na failed\nrun_end failed\n");
}

static void
test_from(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	m.from = "mend";
	mock_expect(&m,
	    "setup: [{id: s, look: pass out=7}]\n"
	    "steps: [{id: not_here, look: pass}]\n"
	    "finally: [{id: tidy, look: pass}]\n"
	    "procedures:\n"
	    "  mend: {steps: [{id: m, look: pass $s_exit}, {fail: enough}]}\n",
	    1,
	    "phase setup\ns passed\nm passed\nstep_5 edge fail fail\nstep_5 failed\nphase finally\ntidy "
	    "passed\nrun_end failed\n");
	assert_string_equal(m.reason.p, "enough");
	assert_non_null(strstr(rb_buf_cstr(&m.log), "start m s_exit=0\n"));
	mock_free(&m);
}

static void
test_library(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	m.files[0] = (struct mock_file){"port.free", "procedure: port.free\n"
						     "inputs: {port: {type: port}}\n"
						     "outputs: {n: {type: int, value: l.exit}}\n"
						     "steps: [{id: l, look: exit=0 $port}]\n"};
	mock_expect(&m,
	    "steps:\n"
	    "  - {id: a, use: port.free, with: {port: 80}}\n"
	    "  - {id: b, look: pass $a_n}\n",
	    0, "a/l passed\na passed\nb passed\nrun_end resolved\n");
	assert_string_equal(rb_buf_cstr(&m.log), "enter test\nstart a/l port=80\nstart b a_n=0\n");
	mock_free(&m);
}

/* ---- child runbooks ---- */

static const char child[] = "runbook: child\n"
			    "inputs: {how: {type: text}}\n"
			    "setup: [{id: s, look: pass}]\n"
			    "steps:\n"
			    "  - {if: \"how == 'escalated'\", end: escalated}\n"
			    "  - {if: \"how == 'resolved'\", end: resolved}\n"
			    "  - {id: c, run: fail, on_fail: continue, if: \"how == 'over'\"}\n"
			    "finally: [{id: tidy, look: pass}]\n";

static void
run_child(const char *how, int exit_, const char *reason)
{
	struct mock m;
	char text[256];

	mock_init(&m);
	m.files[0] = (struct mock_file){"child.yaml", child};
	snprintf(text, sizeof(text),
	    "steps:\n  - {id: a, runbook: child.yaml, with: {how: %s}}\n  - {id: b, look: pass}\n", how);
	mock_run_text(&m, text);
	assert_int_equal(m.end.exit, exit_);
	assert_string_equal(m.reason.p, reason);
	assert_non_null(strstr(rb_buf_cstr(&m.trace), "a phase setup\na/s passed\n"));
	assert_non_null(strstr(rb_buf_cstr(&m.trace), "a phase finally\na/tidy passed\n"));
	assert_non_null(strstr(rb_buf_cstr(&m.log), "enter test\nenter child\n"));
	mock_free(&m);
}

static void
test_child_endings(void **state)
{
	(void)state;
	run_child("resolved", 0, "");
	run_child("none", 0, "");
	run_child("escalated", 1, "`a` failed: runbook child ended escalated");
	run_child("over", 1,
	    "`a` failed: runbook child ended failed: `c` failed: exit is 1, not 0; it changes something, and "
	    "the run only went on over it");
}

static void
test_child_may_not_enter(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	m.files[0] = (struct mock_file){"child.yaml", child};
	m.refuse = "child";
	mock_expect(&m, "steps:\n  - {id: a, runbook: child.yaml, with: {how: x}, on_fail: end escalated}\n",
	    3, "a edge on_fail end escalated\na errored\nrun_end escalated\n");
	assert_string_equal(m.reason.p, "`a` errored: `docker` is not installed");
	mock_free(&m);
}

/* A decline ends the whole run, also from inside of a child. */
static void
test_child_declined(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	m.files[0] = (struct mock_file){"child.yaml", "runbook: child\nsteps: [{id: c, run: pass, confirm: "
						      "Sure?}]\nfinally: [{id: tidy, look: pass}]\n"};
	mock_expect(&m, "steps:\n  - {id: a, runbook: child.yaml, on_fail: continue}\n", 5,
	    "a/c declined\na phase finally\na/tidy passed\na cancelled\nrun_end declined\n");
	mock_free(&m);
}

static void
test_child_deadline(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	m.files[0] = (struct mock_file){"child.yaml", "runbook: child\ntimeout: 10s\nsteps: [{id: c, look: "
						      "never}]\nfinally: [{id: tidy, look: pass}]\n"};
	mock_expect(&m, "steps:\n  - {id: a, runbook: child.yaml, on_fail: [{id: b, look: pass}]}\n", 0,
	    "a/c cancelled\na phase finally\na/tidy passed\na edge on_fail steps\nb passed\na "
	    "recovered\nrun_end resolved\n");
	assert_int_equal(m.now, 10 * RB_SECOND);
	mock_free(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_inputs_and_outputs),
	    cmocka_unit_test(test_bad_input), cmocka_unit_test(test_done_and_fail),
	    cmocka_unit_test(test_marks_come_home), cmocka_unit_test(test_finally_of_a_procedure),
	    cmocka_unit_test(test_from), cmocka_unit_test(test_library), cmocka_unit_test(test_child_endings),
	    cmocka_unit_test(test_child_may_not_enter), cmocka_unit_test(test_child_declined),
	    cmocka_unit_test(test_child_deadline)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
