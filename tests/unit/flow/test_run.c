/* A run as a whole: its phases, its deadline, escalation beside it, signals, and the exit code that comes of
 * it. */
#include "mockdriver.h"

static void
test_phases(void **state)
{
	(void)state;
	mock_simply("setup: [{id: s, look: pass}]\n"
		    "steps: [{id: a, look: pass}]\n"
		    "finally: [{id: f, look: pass}]\n",
	    0, "phase setup\ns passed\na passed\nphase finally\nf passed\nrun_end resolved\n");
	mock_simply("setup: [{id: s, look: fail}]\n"
		    "steps: [{id: a, look: pass}]\n"
		    "finally: [{id: f, look: pass}]\n",
	    1, "phase setup\ns failed\nphase finally\nf passed\nrun_end failed\n");
}

/* The failure of a finally only turns resolved into failed. */
static void
test_finally_fails(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	mock_expect(&m, "steps: [{id: a, look: pass}]\nfinally: [{id: f, look: fail}]\n", 1,
	    "a passed\nphase finally\nf failed\nrun_end failed\n");
	assert_string_equal(m.reason.p, "finally failed: `f` failed: exit is 1, not 0");
	mock_free(&m);
	mock_simply("steps: [{id: a, look: pass, on_pass: end escalated}]\nfinally: [{id: f, look: fail}]\n",
	    3, "a edge on_pass end escalated\na passed\nphase finally\nf failed\nrun_end escalated\n");
	mock_init(&m);
	mock_expect(&m, "steps: [{id: a, look: pass}]\nfinally: [{id: f, look: never, timeout: 2h}]\n", 1,
	    "a passed\nphase finally\nf cancelled\nrun_end failed\n");
	assert_int_equal(m.now, 5 * RB_MINUTE);
	mock_free(&m);
}

static void
test_may_not_enter(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	m.refuse = "test";
	mock_expect(
	    &m, "steps: [{id: a, look: pass}]\nfinally: [{id: f, look: pass}]\n", 6, "run_end environment\n");
	assert_string_equal(m.reason.p, "`docker` is not installed");
	mock_free(&m);
}

static void
test_end_reason(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	mock_run_text(
	    &m, "steps:\n  - {id: a, look: pass}\n  - end: {resolved: 'not needed, exit was ${a.exit}'}\n");
	assert_int_equal(m.end.exit, 0);
	assert_string_equal(m.reason.p, "not needed, exit was 0");
	assert_int_equal(m.end.elapsed, 0);
	assert_int_equal(m.end.steps, 1);
	mock_free(&m);
}

/* ---- the deadline ---- */

static void
test_deadline_cuts_reads(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	mock_expect(&m,
	    "timeout: 10s\n"
	    "steps:\n"
	    "  - {id: a, look: never, on_fail: continue}\n"
	    "  - {id: b, look: pass}\n"
	    "finally: [{id: f, look: 3s pass}]\n",
	    4, "a cancelled\nphase finally\nf passed\nrun_end deadline\n");
	assert_string_equal(rb_buf_cstr(&m.log), "enter test\nstart a\ncancel abort\nstart f\n");
	assert_string_equal(m.reason.p, "the time of the run, 10s, is over");
	mock_free(&m);
}

static void
test_deadline_lets_changes_finish(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	mock_expect(&m,
	    "timeout: 10s\n"
	    "steps:\n"
	    "  - {id: a, run: 15s pass}\n"
	    "  - {id: b, look: pass}\n",
	    4, "a passed\nrun_end deadline\n");
	assert_int_equal(m.now, 15 * RB_SECOND);
	mock_free(&m);
	/* under its own timeout, and without another attempt, look, or step of an edge */
	mock_init(&m);
	mock_expect(&m,
	    "timeout: 10s\n"
	    "steps:\n"
	    "  - {id: a, run: never, timeout: 20s, retry: {times: 3, unsafe: true}, on_fail: [{id: b, look: "
	    "pass}]}\n",
	    4, "a edge on_fail steps\na timed out\nrun_end deadline\n");
	assert_int_equal(m.now, 20 * RB_SECOND);
	mock_free(&m);
	mock_simply("timeout: 10s\n"
		    "steps:\n"
		    "  - {id: a, run: 15s pass, verify: {look: pass}}\n",
	    4, "a cancelled\nrun_end deadline\n");
}

static void
test_deadline_in_pauses_and_questions(void **state)
{
	struct mock m;

	(void)state;
	mock_simply("timeout: 10s\nsteps: [{id: a, look: fail, retry: {for: 1h, every: 7s}}]\n", 4,
	    "a cancelled\nrun_end deadline\n");
	mock_simply(
	    "timeout: 10s\nsteps: [{id: a, run: pass, verify: {look: fail, within: 1h, every: 7s}}]\n", 4,
	    "a cancelled\nrun_end deadline\n");
	mock_simply("timeout: 10s\nsteps: [{id: a, wait: 1h}]\n", 4, "a cancelled\nrun_end deadline\n");
	mock_init(&m);
	m.answers[0] = "1h yes";
	mock_expect(&m, "timeout: 10s\nsteps: [{id: a, run: pass, confirm: Sure?}]\n", 4,
	    "a cancelled\nrun_end deadline\n");
	mock_free(&m);
	mock_init(&m);
	m.answers[0] = "1h done";
	mock_expect(
	    &m, "timeout: 10s\nsteps: [{id: a, manual: Do it}]\n", 4, "a cancelled\nrun_end deadline\n");
	mock_free(&m);
}

/* ---- escalation ---- */

static void
test_fifteen_minutes(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	mock_expect(&m,
	    "escalate:\n"
	    "  - after: 15m\n"
	    "    contact: backend-team\n"
	    "    steps: [{id: page, run: 2s pass}]\n"
	    "  - after: 1h\n"
	    "    steps: [{id: wake, run: pass}]\n"
	    "  - on: failed\n"
	    "    steps: [{id: post, run: pass}]\n"
	    "steps:\n"
	    "  - {id: a, run: 20m pass, timeout: 30m}\n",
	    0, "phase escalation backend-team\nescalation[0]/page passed\na passed\nrun_end resolved\n");
	assert_int_equal(m.now, 20 * RB_MINUTE);
	assert_int_equal(m.most_running, 2);
	mock_free(&m);
}

static void
test_on_failed(void **state)
{
	(void)state;
	mock_simply("escalate:\n"
		    "  - {on: failed, contact: lead, steps: [{id: post, run: pass}]}\n"
		    "  - {after: 15m, steps: [{id: page, run: pass}]}\n"
		    "steps: [{id: a, look: fail}]\n"
		    "finally: [{id: f, look: pass}]\n",
	    1,
	    "a failed\nphase escalation lead\nescalation[0]/post passed\nphase finally\nf passed\nrun_end "
	    "failed\n");
	mock_simply("escalate: [{on: failed, steps: [{id: post, run: pass}]}]\n"
		    "steps: [{id: a, look: fail, on_fail: end escalated}]\n",
	    3, "a edge on_fail end escalated\na failed\nrun_end escalated\n");
	mock_simply("timeout: 5s\n"
		    "escalate: [{on: failed, steps: [{id: post, run: pass}]}]\n"
		    "steps: [{id: a, look: never}]\n",
	    4, "a cancelled\nphase escalation\nescalation[0]/post passed\nrun_end deadline\n");
}

static void
test_end_escalated_fires(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	mock_expect(&m,
	    "escalate:\n"
	    "  - {after: 5m, contact: first, steps: [{id: one, run: pass}]}\n"
	    "  - {after: 15m, contact: second, steps: [{id: two, run: 10s pass}]}\n"
	    "steps:\n"
	    "  - {id: w, wait: 6m}\n"
	    "  - end: escalated\n"
	    "finally: [{id: f, look: pass}]\n",
	    3,
	    "phase escalation first\nescalation[0]/one passed\nw passed\nstep_4 edge end end "
	    "escalated\nstep_4 passed\n"
	    "phase escalation second\nescalation[1]/two passed\nphase finally\nf passed\nrun_end "
	    "escalated\n");
	assert_int_equal(m.now, 6 * RB_MINUTE + 10 * RB_SECOND);
	mock_free(&m);
}

/* A rung changes nothing in the run: its failure, its decline and its limit are warnings. */
static void
test_rungs_keep_to_themselves(void **state)
{
	struct mock m;

	(void)state;
	mock_simply("escalate: [{after: 1m, steps: [{id: page, run: fail}]}]\n"
		    "steps: [{id: w, wait: 2m}]\n",
	    0,
	    "phase escalation\nescalation[0]/page failed\nwarning rung_failed\nw passed\nrun_end resolved\n");
	mock_simply("escalate: [{after: 1m, steps: [{id: page, run: pass, confirm: Sure?}]}]\n"
		    "steps: [{id: w, wait: 2m}]\n",
	    0,
	    "phase escalation\nescalation[0]/page declined\nwarning rung_failed\nw passed\nrun_end "
	    "resolved\n");
	mock_init(&m);
	mock_expect(&m,
	    "escalate: [{after: 1m, steps: [{id: page, run: never, timeout: 3h}]}]\n"
	    "steps: [{id: w, wait: 2m}]\n",
	    0,
	    "phase escalation\nw passed\nescalation[0]/page cancelled\nwarning rung_failed\nrun_end "
	    "resolved\n");
	assert_int_equal(m.now, 7 * RB_MINUTE);
	mock_free(&m);
}

/* The deadline of the run does not reach a rung that runs. */
static void
test_deadline_spares_rungs(void **state)
{
	(void)state;
	mock_simply("timeout: 2m\n"
		    "escalate: [{after: 1m, steps: [{id: page, look: 90s pass, timeout: 1h}, {id: more, "
		    "look: pass}]}]\n"
		    "steps: [{id: w, look: never, timeout: 1h}]\n",
	    4,
	    "phase escalation\nw cancelled\nescalation[0]/page passed\nescalation[0]/more passed\nrun_end "
	    "deadline\n");
}

/* ---- signals ---- */

static const char signalled[] =
    "steps:\n"
    "  - id: outer\n"
    "    block:\n"
    "      - {id: a, run: stubborn, on_fail: continue, retry: {times: 3, unsafe: true}}\n"
    "      - {id: b, look: pass}\n"
    "    on_fail: continue\n"
    "    finally: [{id: tidy, run: 3s pass}]\n"
    "  - {id: c, look: pass}\n"
    "finally: [{id: f, run: pass}]\n";

static void
test_interrupt(void **state)
{
	static const struct {
		int signo, exit;
	} rows[] = {{SIGINT, 130}, {SIGTERM, 143}};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct mock m;

		mock_init(&m);
		m.signals[0].at = RB_SECOND;
		m.signals[0].signo = rows[i].signo;
		mock_expect(&m, signalled, rows[i].exit,
		    "warning signal\na cancelled\nouter phase finally outer\ntidy passed\nouter "
		    "cancelled\nphase finally\n"
		    "f passed\nrun_end cancelled\n");
		assert_string_equal(
		    rb_buf_cstr(&m.log), "enter test\nstart a\ncancel abort\nstart tidy\nstart f\n");
		mock_free(&m);
	}
}

static void
test_interrupt_twice(void **state)
{
	struct mock m;

	(void)state;
	/* while the step is being ended */
	mock_init(&m);
	m.signals[0].at = RB_SECOND;
	m.signals[0].signo = SIGINT;
	m.signals[1].at = 2 * RB_SECOND;
	m.signals[1].signo = SIGTERM;
	mock_expect(&m, signalled, 130,
	    "warning signal\nwarning signal\na cancelled\nouter cancelled\nrun_end cancelled\n");
	assert_string_equal(rb_buf_cstr(&m.log), "enter test\nstart a\ncancel abort\ncancel now\n");
	assert_int_equal(m.now, 2 * RB_SECOND);
	mock_free(&m);
	/* while a finally runs */
	mock_init(&m);
	m.signals[0].at = RB_SECOND;
	m.signals[0].signo = SIGINT;
	m.signals[1].at = 4 * RB_SECOND;
	m.signals[1].signo = SIGINT;
	mock_expect(&m, signalled, 130,
	    "warning signal\na cancelled\nouter phase finally outer\nwarning signal\ntidy cancelled\nouter "
	    "cancelled\n"
	    "run_end cancelled\n");
	mock_free(&m);
}

/* The end waits for what ends with the run, and an operator who does not wait gets it at once. */
static void
test_finish(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	m.stays_until = 5 * RB_SECOND;
	mock_expect(&m, "steps: [{id: a, look: pass}]\n", 0, "a passed\nrun_end resolved\n");
	assert_int_equal(m.now, 5 * RB_SECOND);
	assert_int_equal(m.end.elapsed, 5 * RB_SECOND);
	mock_free(&m);
	mock_init(&m);
	m.stays_until = RB_MINUTE;
	m.signals[0].at = 4 * RB_SECOND;
	m.signals[0].signo = SIGINT;
	mock_expect(&m, "steps: [{id: a, look: pass}]\n", 0, "a passed\nrun_end resolved\n");
	assert_int_equal(m.now, 4 * RB_SECOND);
	mock_free(&m);
}

static void
test_interrupt_cuts_rungs(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	m.signals[0].at = 90 * RB_SECOND;
	m.signals[0].signo = SIGINT;
	mock_expect(&m,
	    "escalate:\n"
	    "  - {after: 1m, steps: [{id: page, run: never}]}\n"
	    "  - {after: 10m, steps: [{id: more, run: never}]}\n"
	    "  - {on: failed, steps: [{id: post, run: never}]}\n"
	    "steps: [{id: w, wait: 1h}]\n",
	    130,
	    "phase escalation\nwarning signal\nw cancelled\nescalation[0]/page cancelled\nwarning "
	    "rung_failed\n"
	    "run_end cancelled\n");
	mock_free(&m);
}

static void
test_hangup(void **state)
{
	struct mock m;

	(void)state;
	/* the step finishes, nothing follows, and a finally makes no change either */
	mock_init(&m);
	m.signals[0].at = RB_SECOND;
	m.signals[0].signo = SIGHUP;
	mock_expect(&m,
	    "steps:\n"
	    "  - {id: a, run: 5s pass, verify: {look: pass}}\n"
	    "  - {id: b, look: pass}\n"
	    "finally: [{id: f, look: pass}, {id: g, run: pass}]\n",
	    129, "warning signal\na passed\nphase finally\nf passed\ng errored\nrun_end cancelled\n");
	assert_string_equal(rb_buf_cstr(&m.log), "enter test\nstart a\nverify a\nstart f\n");
	mock_free(&m);
	/* nobody is left to be asked */
	mock_init(&m);
	m.answers[0] = "1h yes";
	m.signals[0].at = RB_SECOND;
	m.signals[0].signo = SIGHUP;
	mock_expect(&m, "steps: [{id: a, run: pass, confirm: Sure?}]\n", 129,
	    "warning signal\na cancelled\nrun_end cancelled\n");
	mock_free(&m);
}

static void
test_signal_and_hangup(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	m.signals[0].at = RB_SECOND;
	m.signals[0].signo = SIGHUP;
	m.signals[1].at = 2 * RB_SECOND;
	m.signals[1].signo = SIGTERM;
	mock_expect(&m, "steps: [{id: a, run: never}]\n", 129,
	    "warning signal\nwarning signal\na cancelled\nrun_end cancelled\n");
	mock_free(&m);
}

/* ---- exit codes ---- */

static void
test_precedence(void **state)
{
	static const char declines[] = "steps:\n"
				       "  - {id: a, run: pass, on_fail: continue}\n"
				       "  - {id: b, look: 5s pass, confirm: Sure?}\n"
				       "finally: [{id: f, look: 5s pass}]\n";
	struct mock m;

	(void)state;
	/* a signal, then 6, then 5 */
	mock_init(&m);
	m.no_disk = true;
	mock_run_text(&m, declines);
	assert_int_equal(m.end.exit, 6);
	mock_free(&m);
	mock_init(&m);
	m.no_disk = true;
	m.signals[0].at = RB_SECOND;
	m.signals[0].signo = SIGTERM;
	mock_run_text(&m, declines);
	assert_int_equal(m.end.exit, 143);
	mock_free(&m);
	mock_init(&m);
	mock_run_text(&m, declines);
	assert_int_equal(m.end.exit, 5);
	mock_free(&m);
}

/* `run.elapsed` is now, whenever it is read. */
static void
test_elapsed(void **state)
{
	(void)state;
	mock_simply("steps:\n"
		    "  - {id: a, say: '${run.elapsed} ${run.id}'}\n"
		    "  - {id: b, wait: 90s}\n"
		    "  - {id: c, say: '${run.elapsed} ${run.host}'}\n",
	    0, "a say 0s 7f3a\na passed\nb passed\nc say 1m30s web-3\nc passed\nrun_end resolved\n");
}

/* A flow that is dropped in the middle of everything gives all of its memory back. */
static void
test_free_in_the_middle(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	m.answers[0] = "1h yes";
	mock_load(&m, "escalate: [{after: 1s, steps: [{id: page, run: never}]}]\n"
		      "steps:\n"
		      "  - id: all\n"
		      "    for_each: {in: [x], as: it}\n"
		      "    block:\n"
		      "      - {id: p, call: mend}\n"
		      "procedures:\n"
		      "  mend:\n"
		      "    steps:\n"
		      "      - id: checks\n"
		      "        checks: [{id: a, look: never}, {id: b, look: fail, retry: {times: 9}}]\n");
	mock_start_flow(&m);
	for (size_t i = 0; i < 20; i++) {
		m.now = rb_flow_advance(m.flow);
		if (m.now > RB_SECOND)
			break;
	}
	assert_int_equal(m.running, 2);
	rb_flow_free(m.flow);
	m.flow = NULL;
	assert_int_equal(m.live, 0);
	mock_free(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_phases),
	    cmocka_unit_test(test_finally_fails), cmocka_unit_test(test_may_not_enter),
	    cmocka_unit_test(test_end_reason), cmocka_unit_test(test_deadline_cuts_reads),
	    cmocka_unit_test(test_deadline_lets_changes_finish),
	    cmocka_unit_test(test_deadline_in_pauses_and_questions), cmocka_unit_test(test_fifteen_minutes),
	    cmocka_unit_test(test_on_failed), cmocka_unit_test(test_end_escalated_fires),
	    cmocka_unit_test(test_rungs_keep_to_themselves), cmocka_unit_test(test_deadline_spares_rungs),
	    cmocka_unit_test(test_interrupt), cmocka_unit_test(test_interrupt_twice),
	    cmocka_unit_test(test_finish), cmocka_unit_test(test_interrupt_cuts_rungs),
	    cmocka_unit_test(test_hangup), cmocka_unit_test(test_signal_and_hangup),
	    cmocka_unit_test(test_precedence), cmocka_unit_test(test_elapsed),
	    cmocka_unit_test(test_free_in_the_middle)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
