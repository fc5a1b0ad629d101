/* One visit of a step: the order of its keys, attempts, deadlines, retries, probes, questions; and what is
 * told of it. */
#include "mockdriver.h"

static void
test_order_of_keys(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	m.all_events = true;
	m.answers[0] = "yes";
	mock_run_text(&m, "steps:\n"
			  "  - id: a\n"
			  "    if: 1 < 2\n"
			  "    done_if: {look: fail}\n"
			  "    confirm: Restart it?\n"
			  "    run: pass out=port=8000\n"
			  "    match: {port: '/port=(?<number>[0-9]+)/'}\n"
			  "    capture: {n: int(this.port.number)}\n"
			  "    expect: {exit: 0}\n"
			  "    verify: {look: pass}\n"
			  "    on_pass: continue\n");
	assert_string_equal(rb_buf_cstr(&m.trace), "a step_start\n"
						   "a attempt_start done_if read\n"
						   "a assertion exit is 1, not 0\n"
						   "a attempt_end done_if failed\n"
						   "a ask confirm Restart it?\n"
						   "a answer answered yes\n"
						   "a attempt_start action change\n"
						   "a attempt_end action passed\n"
						   "a attempt_start verify read\n"
						   "a attempt_end verify passed\n"
						   "a facts "
						   "{\"exit\":0,\"port\":{\"matched\":true,\"count\":1,"
						   "\"line\":\"port=8000\",\"lines\":[\"port=8000\"],"
						   "\"number\":\"8000\"},\"n\":8000}\n"
						   "a passed\n"
						   "run_end resolved\n");
	assert_string_equal(
	    rb_buf_cstr(&m.log), "enter test\ndone_if a\nask a: Restart it?\nstart a\nverify a\n");
	assert_int_equal(m.end.changes, 1);
	assert_int_equal(m.end.confirmed, 1);
	assert_int_equal(m.end.steps, 1);
	mock_free(&m);
}

static void
test_skipped_asks_nothing(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	mock_expect(&m, "steps:\n  - {id: a, if: 1 > 2, confirm: Sure?, run: pass, done_if: {look: pass}}\n",
	    0, "a skipped\nrun_end resolved\n");
	assert_string_equal(rb_buf_cstr(&m.log), "enter test\n");
	mock_free(&m);
	mock_init(&m);
	mock_expect(&m, "steps:\n  - {id: a, confirm: Sure?, run: pass, done_if: {look: pass}}\n", 0,
	    "a already done\nrun_end resolved\n");
	assert_string_equal(rb_buf_cstr(&m.log), "enter test\ndone_if a\n");
	mock_free(&m);
}

/* What cannot be judged starts nothing. */
static void
test_unset_starts_nothing(void **state)
{
	static const char *const steps[] = {
	    "if: late.exit == 0, look: pass",
	    "look: pass $late_exit",
	    "confirm: 'Stop ${late.exit}?', look: pass",
	    "run: pass, done_if: {look: error}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		struct mock m;
		char text[256];

		snprintf(text, sizeof(text),
		    "steps:\n  - {id: a, %s, on_fail: end escalated}\n  - {id: late, look: pass}\n",
		    steps[i]);
		mock_init(&m);
		mock_expect(&m, text, 3, "a edge on_fail end escalated\na errored\nrun_end escalated\n");
		assert_null(strstr(rb_buf_cstr(&m.log), "start"));
		mock_free(&m);
	}
}

/* P5: who was ended by its deadline has timed out, though it says that all went well. */
static void
test_timed_out_whatever_it_says(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	mock_expect(&m, "steps:\n  - {id: a, look: stubborn, timeout: 3s, on_timeout: end escalated}\n", 3,
	    "a edge on_timeout end escalated\na timed out\nrun_end escalated\n");
	assert_string_equal(rb_buf_cstr(&m.log), "enter test\nstart a\ncancel timeout\n");
	assert_int_equal(m.now, 5 * RB_SECOND);
	mock_free(&m);
}

/* At equal times a completion comes before a deadline. */
static void
test_just_in_time(void **state)
{
	(void)state;
	mock_simply("steps:\n  - {id: a, look: 3s pass, timeout: 3s}\n", 0, "a passed\nrun_end resolved\n");
	mock_simply(
	    "steps:\n  - {id: a, look: 3001ms pass, timeout: 3s}\n", 1, "a timed out\nrun_end failed\n");
}

static void
test_default_timeouts(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	mock_run_text(&m, "steps:\n  - {id: a, look: never, on_fail: continue}\n  - {id: b, run: never}\n");
	assert_int_equal(m.now, 30 * RB_SECOND + 5 * RB_MINUTE);
	mock_free(&m);
}

/* ---- retries ---- */

static void
test_retry(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	mock_expect(&m,
	    "steps:\n  - {id: a, look: 'fail, error, pass', retry: {times: 5, every: 2s, backoff: 3}}\n", 0,
	    "a passed\nrun_end resolved\n");
	assert_string_equal(rb_buf_cstr(&m.log), "enter test\nstart a\nstart a\nstart a\n");
	assert_int_equal(m.now, 8 * RB_SECOND); /* 2s and 6s */
	mock_free(&m);
	mock_init(&m);
	mock_expect(
	    &m, "steps:\n  - {id: a, look: fail, retry: {times: 3}}\n", 1, "a failed\nrun_end failed\n");
	assert_int_equal(m.now, 2 * RB_SECOND);
	mock_free(&m);
}

static void
test_retry_is_bounded_in_time(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	mock_run_text(&m, "steps:\n  - {id: a, look: 1s fail, retry: {for: 10s, every: 2s}}\n");
	assert_int_equal(m.end.exit, 1);
	/* attempts at 0, 3, 6 and 9 s; the last ends at 10 s, and there is no time for another */
	assert_string_equal(rb_buf_cstr(&m.log), "enter test\nstart a\nstart a\nstart a\nstart a\n");
	mock_free(&m);
	/* the last attempt is cut by the bound of all, not by its own timeout */
	mock_init(&m);
	mock_run_text(
	    &m, "steps:\n  - {id: a, look: 'fail, never', timeout: 20s, retry: {for: 10s, every: 2s}}\n");
	assert_int_equal(m.now, 10 * RB_SECOND);
	mock_free(&m);
}

static void
test_retry_of_changes(void **state)
{
	struct mock m;

	(void)state;
	/* a change is tried again only where that is said to be safe, or where nothing was started (P6) */
	mock_init(&m);
	mock_expect(&m, "steps:\n  - {id: a, run: 'fail, pass', retry: {times: 3, unsafe: true}}\n", 0,
	    "a passed\nrun_end resolved\n");
	mock_free(&m);
	/* the loader refuses a retry of a change that is not said to be safe, and flow would not do it
	 * either; */
	mock_init(&m);
	mock_load(&m, "steps:\n  - {id: a, run: 'fail, pass', retry: {times: 3, unsafe: true}}\n");
	m.program->main->steps->steps[0]->retry->unsafe = false;
	mock_start_flow(&m);
	mock_drive(&m);
	assert_int_equal(m.end.exit, 1);
	assert_string_equal(rb_buf_cstr(&m.log), "enter test\nstart a\n");
	mock_free(&m);
	/* but what was never started may be started again (P6) */
	mock_init(&m);
	mock_load(
	    &m, "steps:\n  - {id: a, run: 'retriable, error, pass', retry: {times: 3, unsafe: true}}\n");
	m.program->main->steps->steps[0]->retry->unsafe = false;
	mock_start_flow(&m);
	mock_drive(&m);
	assert_int_equal(m.end.exit, 1);
	assert_string_equal(rb_buf_cstr(&m.log), "enter test\nstart a\nstart a\n");
	mock_free(&m);
}

static void
test_retry_if(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	mock_run_text(&m,
	    "steps:\n  - {id: a, look: 'exit=75, exit=2, pass', retry: {times: 5, if: this.exit == 75}}\n");
	assert_int_equal(m.end.exit, 1);
	assert_string_equal(rb_buf_cstr(&m.log), "enter test\nstart a\nstart a\n");
	mock_free(&m);
}

/* An attempt that cannot be made at all is not tried again. */
static void
test_no_retry_of_nothing(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	mock_expect(&m,
	    "steps:\n  - {id: a, look: pass $late_exit, retry: {times: 5}}\n  - {id: late, look: pass}\n", 1,
	    "a errored\nrun_end failed\n");
	assert_int_equal(m.now, 0);
	mock_free(&m);
}

/* ---- probes ---- */

static void
test_verify(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	mock_expect(&m,
	    "steps:\n  - {id: a, run: pass, verify: {look: 'fail, error, pass', within: 10s, every: 2s}}\n",
	    0, "a passed\nrun_end resolved\n");
	assert_int_equal(m.now, 4 * RB_SECOND);
	mock_free(&m);
	/* one look by itself; it belongs to the step, not to its retry */
	mock_init(&m);
	mock_expect(&m, "steps:\n  - {id: a, look: pass, verify: {look: fail}, retry: {times: 4}}\n", 1,
	    "a failed\nrun_end failed\n");
	assert_string_equal(rb_buf_cstr(&m.log), "enter test\nstart a\nverify a\n");
	assert_non_null(strstr(m.reason.p, "verify: exit is 1, not 0"));
	mock_free(&m);
	/* a look does not last beyond the whole */
	mock_init(&m);
	mock_run_text(&m, "steps:\n  - {id: a, run: pass, verify: {look: never, within: 4s}}\n");
	assert_int_equal(m.end.exit, 1);
	assert_int_equal(m.now, 4 * RB_SECOND);
	mock_free(&m);
	/* what cannot be judged, to the end, is errored */
	mock_simply(
	    "steps:\n  - {id: a, run: pass, verify: {look: error}}\n", 1, "a errored\nrun_end failed\n");
}

/* The facts of the action are there for its verification. */
static void
test_verify_reads_the_step(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	mock_expect(&m,
	    "steps:\n"
	    "  - id: a\n"
	    "    look: pass out=42\n"
	    "    capture: {n: int(this.stdout)}\n"
	    "    verify: {look: pass $a_n}\n",
	    0, "a passed\nrun_end resolved\n");
	assert_string_equal(rb_buf_cstr(&m.log), "enter test\nstart a\nverify a a_n=42\n");
	mock_free(&m);
}

static void
test_ready(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	mock_expect(&m, "steps:\n  - {id: a, start: never, ready: {look: 'fail, error, pass'}}\n", 0,
	    "a passed\nrun_end resolved\n");
	assert_string_equal(
	    rb_buf_cstr(&m.log), "enter test\nstart a\nready a\nready a\nready a\ncancel detach\n");
	assert_int_equal(m.now, 500 * RB_MS);
	mock_free(&m);
	/* never ready */
	mock_init(&m);
	mock_expect(&m, "steps:\n  - {id: a, start: never, timeout: 5s, ready: {look: fail}}\n", 1,
	    "a timed out\nrun_end failed\n");
	assert_int_equal(m.now, 5 * RB_SECOND);
	assert_non_null(strstr(m.reason.p, "it was not ready: exit is 1, not 0"));
	mock_free(&m);
	/* never ready, in the middle of a look */
	mock_init(&m);
	m.all_events = true;
	mock_run_text(
	    &m, "steps:\n  - {id: a, start: stubborn, timeout: 5s, ready: {look: stubborn, timeout: 30s}}\n");
	assert_int_equal(m.end.exit, 1);
	assert_string_equal(
	    rb_buf_cstr(&m.log), "enter test\nstart a\nready a\ncancel abort\ncancel timeout\n");
	assert_non_null(strstr(rb_buf_cstr(&m.trace), "a attempt_end ready cancelled\n"));
	assert_non_null(strstr(rb_buf_cstr(&m.trace), "a attempt_end action timed out\n"));
	mock_free(&m);
	/* it ends by itself before it is ready */
	mock_init(&m);
	mock_expect(&m, "steps:\n  - {id: a, start: 1s pass, ready: {look: fail}}\n", 1,
	    "a failed\nrun_end failed\n");
	assert_non_null(strstr(m.reason.p, "it ended before it was ready"));
	mock_free(&m);
	/* and in the middle of a look, which is waited for */
	mock_init(&m);
	m.all_events = true;
	mock_run_text(&m, "steps:\n  - {id: a, start: 1s exit=3, ready: {look: stubborn}}\n");
	assert_string_equal(rb_buf_cstr(&m.trace),
	    "a step_start\na attempt_start action change\na attempt_start ready read\na attempt_end ready "
	    "cancelled\n"
	    "a attempt_end action failed\na facts {\"exit\":3}\na failed\nrun_end failed\n");
	assert_int_equal(m.now, 3 * RB_SECOND);
	mock_free(&m);
	/* without a probe the driver says when it is up */
	mock_simply("steps:\n  - {id: a, start: 1s pass}\n", 0, "a passed\nrun_end resolved\n");
}

/* ---- stop_on ---- */

static void
test_stop_on_after(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	mock_expect(&m, "steps:\n  - {id: a, look: never, stop_on: {after: 90s}}\n", 0,
	    "a passed\nrun_end resolved\n");
	assert_string_equal(rb_buf_cstr(&m.log), "enter test\nstart a\ncancel stop\n");
	assert_int_equal(m.now, 90 * RB_SECOND); /* and no other timeout */
	mock_free(&m);
}

/* ---- people ---- */

static void
test_declined(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	m.answers[0] = "no";
	mock_expect(&m,
	    "steps:\n"
	    "  - id: outer\n"
	    "    block: [{id: a, run: pass, confirm: Sure?, on_fail: continue}]\n"
	    "    on_fail: continue\n"
	    "    finally: [{id: tidy, look: pass}]\n"
	    "  - {id: b, look: pass}\n",
	    5, "a declined\nouter phase finally outer\ntidy passed\nouter cancelled\nrun_end declined\n");
	assert_string_equal(m.reason.p, "`a` was declined by the operator: Sure?");
	mock_free(&m);
	mock_simply("steps:\n  - {id: a, run: pass, confirm: Sure?}\n", 5, "a declined\nrun_end declined\n");
	mock_simply(
	    "steps:\n  - {id: a, run: pass, confirm: Sure?, optional: true}\n  - {id: b, look: pass}\n", 0,
	    "a skipped\nb passed\nrun_end resolved\n");
}

static void
test_danger_is_always_confirmed(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	m.answers[0] = "yes";
	mock_expect(&m, "steps:\n  - {id: drop, title: Drop it, run: pass, effect: danger}\n", 0,
	    "drop passed\nrun_end resolved\n");
	assert_string_equal(rb_buf_cstr(&m.log), "enter test\nask drop by id: Drop it: pass?\nstart drop\n");
	mock_free(&m);
	mock_simply(
	    "steps:\n  - {id: drop, run: pass, effect: danger}\n", 5, "drop declined\nrun_end declined\n");
}

static void
test_typed_confirmation(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	m.answers[0] = "web-3";
	mock_expect(&m, "steps:\n  - {id: a, run: pass, confirm: {text: Wipe?, type: '${run.host}'}}\n", 0,
	    "a passed\nrun_end resolved\n");
	mock_free(&m);
	mock_init(&m);
	m.answers[0] = "web-4";
	mock_expect(&m, "steps:\n  - {id: a, run: pass, confirm: {text: Wipe?, type: '${run.host}'}}\n", 5,
	    "a declined\nrun_end declined\n");
	mock_free(&m);
}

static void
test_answers_that_are_none(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	m.answers[0] = "skip";
	mock_expect(&m, "steps:\n  - {id: a, run: pass, confirm: Sure?}\n  - {id: b, look: pass}\n", 0,
	    "a skipped\nb passed\nrun_end resolved\n");
	mock_free(&m);
	mock_init(&m);
	m.answers[0] = "abort";
	mock_expect(&m, "steps:\n  - {id: a, run: pass, confirm: Sure?}\nfinally: [{id: tidy, look: pass}]\n",
	    130, "a cancelled\nwarning signal\nphase finally\ntidy passed\nrun_end cancelled\n");
	mock_free(&m);
}

static void
test_work_that_was_skipped_is_no_change(void **state)
{
	static const struct {
		const char *answer;
		size_t changes;
	} rows[] = {{"skip", 0}, {"done", 1}, {"could not", 1}};
	struct mock m;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mock_init(&m);
		m.answers[0] = rows[i].answer;
		mock_run_text(&m, "steps:\n  - {id: a, manual: Turn the valve, on_fail: end resolved}\n");
		assert_int_equal(m.end.changes, rows[i].changes);
		mock_free(&m);
	}
}

static void
test_ask_and_manual(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	m.answers[0] = "5s db2";
	m.answers[1] = "done";
	m.answers[2] = "could not";
	mock_expect(&m,
	    "steps:\n"
	    "  - {id: node, ask: Which one?}\n"
	    "  - {id: a, look: pass $node_answer}\n"
	    "  - {id: b, manual: Turn it on}\n"
	    "  - {id: c, manual: Turn it off, on_fail: end escalated}\n",
	    3,
	    "node passed\na passed\nb passed\nc edge on_fail end escalated\nc failed\nrun_end escalated\n");
	assert_non_null(strstr(rb_buf_cstr(&m.log), "start a node_answer=db2\n"));
	assert_int_equal(m.now, 5 * RB_SECOND);
	assert_int_equal(m.end.changes, 2);
	mock_free(&m);
	mock_simply("steps:\n  - {id: node, ask: Which one?}\n", 5, "node declined\nrun_end declined\n");
	/* people take their time, unless told otherwise */
	mock_init(&m);
	m.answers[0] = "2h db2";
	mock_expect(&m, "steps:\n  - {id: node, ask: Which one?, timeout: 1m, on_timeout: end escalated}\n",
	    3, "node edge on_timeout end escalated\nnode timed out\nrun_end escalated\n");
	assert_non_null(strstr(rb_buf_cstr(&m.log), "cancel ask\n"));
	mock_free(&m);
}

/* The choice leads into its arm; of many, into each of them, in the order of the file. */
static void
test_choices(void **state)
{
	static const char one[] = "steps:\n"
				  "  - id: menu\n"
				  "    ask:\n"
				  "      question: What now?\n"
				  "      choices:\n"
				  "        - {choice: mend, then: [{id: a, run: pass $menu_answer}]}\n"
				  "        - {choice: leave, then: end escalated}\n"
				  "        - {choice: look, then: [{id: b, look: fail}]}\n"
				  "        - nothing\n"
				  "  - {id: last, look: pass}\n";
	static const struct {
		const char *answer;
		int exit;
		const char *trace;
	} rows[] = {{"mend", 0, "a passed\nmenu passed\nlast passed\nrun_end resolved\n"},
	    {"leave", 3, "menu edge then end escalated\nmenu passed\nrun_end escalated\n"},
	    {"look", 1, "b failed\nmenu failed\nrun_end failed\n"},
	    {"nothing", 0, "menu passed\nlast passed\nrun_end resolved\n"}};
	struct mock m;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mock_init(&m);
		m.answers[0] = rows[i].answer;
		mock_expect(&m, one, rows[i].exit, rows[i].trace);
		mock_free(&m);
	}
	mock_init(&m);
	m.answers[0] = "c;a;plain";
	mock_expect(&m,
	    "steps:\n"
	    "  - id: menu\n"
	    "    ask:\n"
	    "      question: What now?\n"
	    "      type: many\n"
	    "      choices:\n"
	    "        - {choice: a, then: [{id: x, look: pass}]}\n"
	    "        - {choice: b, then: [{id: y, look: pass}]}\n"
	    "        - plain\n"
	    "        - {choice: c, then: [{id: z, look: pass}]}\n"
	    "    verify: {look: pass}\n",
	    0, "x passed\nz passed\nmenu passed\nrun_end resolved\n");
	assert_string_equal(
	    rb_buf_cstr(&m.log), "enter test\nask menu: What now?\nstart x\nstart z\nverify menu\n");
	mock_free(&m);
}

static void
test_say_and_wait(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	mock_expect(&m, "steps:\n  - {id: a, wait: 90s}\n  - {id: b, say: 'waited ${a.duration}'}\n", 0,
	    "a passed\nb say waited 1m30s\nb passed\nrun_end resolved\n");
	assert_int_equal(m.now, 90 * RB_SECOND);
	mock_free(&m);
	mock_simply("steps:\n  - {id: b, say: '${late.exit}'}\n  - {id: late, look: pass}\n", 1,
	    "b errored\nrun_end failed\n");
}

/* ---- the record ---- */

/* T2, T4: a change for which no durable record can be written is not started; reads go on. */
static void
test_no_record_no_change(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	m.no_disk = true;
	mock_expect(&m,
	    "steps:\n"
	    "  - {id: a, look: pass}\n"
	    "  - {id: b, run: pass, on_fail: continue}\n"
	    "  - {id: c, look: pass, on_pass: end resolved}\n",
	    6,
	    "a passed\nb edge on_fail continue\nb errored\nc edge on_pass end resolved\nc passed\nrun_end "
	    "environment\n");
	assert_string_equal(rb_buf_cstr(&m.log), "enter test\nstart a\nstart c\n");
	assert_string_equal(m.reason.p, "no durable record could be written");
	assert_int_equal(m.end.changes, 0);
	mock_free(&m);
}

static int
see_details(void *ctx, const struct rb_event *ev)
{
	char *seen = ctx;

	if (ev->type == RB_EV_ASSERTION && seen[0] == '\0')
		snprintf(seen, 400, "%.*s:%d:%d+%d [%.*s] want %.*s got %.*s from %.*s",
		    RB_STR_ARG(rb_event_get_text(ev, "file")), (int)rb_event_get_num(ev, "line", -1),
		    (int)rb_event_get_num(ev, "column", -1), (int)rb_event_get_num(ev, "width", -1),
		    RB_STR_ARG(rb_event_get_text(ev, "source")),
		    RB_STR_ARG(rb_event_get_text(ev, "expected")),
		    RB_STR_ARG(rb_event_get_text(ev, "actual")), RB_STR_ARG(rb_event_get_text(ev, "from")));
	return 0;
}

static void
test_assertion_event(void **state)
{
	struct mock m;
	char seen[400] = "";
	struct rb_sink sink = {.ctx = seen, .event = see_details};

	(void)state;
	mock_init(&m);
	mock_load(&m, "steps:\n  - id: a\n    look: pass out=hello\n    expect: {stdout: ready}\n");
	mock_start_flow(&m);
	rb_bus_add(m.bus, &sink);
	mock_drive(&m);
	assert_string_equal(seen,
	    "test.yaml:5:22+5 [    expect: {stdout: ready}] want \"ready\" got \"hello\" from pass "
	    "out=hello → exit 0 in 0ms");
	mock_free(&m);
}

static void
test_nobody_there(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	m.alone = true;
	mock_expect(&m,
	    "steps:\n  - {id: a, run: pass, interactive: true, optional: true}\n"
	    "  - {id: b, look: pass, stop_on: {operator: true, after: 5s}}\n"
	    "  - {id: c, look: pass, stop_on: {operator: true}}\n",
	    5, "a skipped\nb passed\nc declined\nrun_end declined\n");
	mock_free(&m);
	mock_simply("steps:\n  - {id: a, run: pass, interactive: true}\n", 0, "a passed\nrun_end resolved\n");
}

static int
see_where(void *ctx, const struct rb_event *ev)
{
	struct rb_buf *b = ctx;

	if (ev->type == RB_EV_STEP_START)
		rb_buf_fmt(b, "%.*s id=%.*s '%.*s' depth=%u visit=%u item=%d quiet=%d form=%.*s\n",
		    RB_STR_ARG(ev->where.step), RB_STR_ARG(ev->where.id), RB_STR_ARG(ev->where.title),
		    ev->where.depth, ev->where.visit, (int)ev->where.item,
		    (int)rb_event_get_num(ev, "quiet", 0), RB_STR_ARG(rb_event_get_text(ev, "form")));
	if (ev->type == RB_EV_ATTEMPT_START)
		rb_buf_fmt(b, "  attempt=%u durable=%d key=%.*s\n", ev->where.attempt, ev->durable,
		    RB_STR_ARG(rb_event_get_text(ev, "key")));
	return 0;
}

static void
test_where(void **state)
{
	struct mock m;
	struct rb_buf seen;
	struct rb_sink sink = {.ctx = &seen, .event = see_where};

	(void)state;
	mock_init(&m);
	rb_buf_init(&seen, NULL, 1 << 16);
	mock_load(&m, "steps:\n"
		      "  - id: pods\n"
		      "    title: Pod ${pod}\n"
		      "    for_each: {in: [x, y], as: pod}\n"
		      "    block:\n"
		      "      - {id: it, call: mend, with: {name: '${pod}'}}\n"
		      "  - id: all\n"
		      "    checks: [{id: c, look: pass}]\n"
		      "procedures:\n"
		      "  mend:\n"
		      "    inputs: {name: {type: text}}\n"
		      "    steps: [{id: fix, title: 'Mend ${name}', run: 'fail, pass', retry: {times: 2, "
		      "unsafe: true}}]\n");
	mock_start_flow(&m);
	rb_bus_add(m.bus, &sink);
	mock_drive(&m);
	assert_string_equal(rb_buf_cstr(&seen),
	    "pods id=pods 'Pod <pod>' depth=0 visit=1 item=-1 quiet=0 form=group\n"
	    "pods[0] id=pods 'Pod x' depth=1 visit=1 item=0 quiet=0 form=group\n"
	    "pods[0]/it id=it '' depth=2 visit=1 item=0 quiet=0 form=group\n"
	    "pods[0]/it/fix id=fix 'Mend x' depth=3 visit=1 item=-1 quiet=0 form=\n"
	    "  attempt=1 durable=1 key=7f3a/pods[0]/it/fix\n"
	    "  attempt=2 durable=1 key=7f3a/pods[0]/it/fix\n"
	    "pods[1] id=pods 'Pod y' depth=1 visit=1 item=1 quiet=0 form=group\n"
	    "pods[1]/it id=it '' depth=2 visit=1 item=1 quiet=0 form=group\n"
	    "pods[1]/it/fix id=fix 'Mend y' depth=3 visit=1 item=-1 quiet=0 form=\n"
	    "  attempt=1 durable=1 key=7f3a/pods[1]/it/fix\n"
	    "all id=all '' depth=0 visit=1 item=-1 quiet=0 form=table\n"
	    "c id=c '' depth=1 visit=1 item=-1 quiet=1 form=\n"
	    "  attempt=1 durable=0 key=\n");
	rb_buf_free(&seen);
	mock_free(&m);
}

/* What is secret is in no event; what is long is told by its length. */
static void
test_facts_event(void **state)
{
	struct mock m;
	struct rb_buf b;

	(void)state;
	mock_init(&m);
	m.all_events = true;
	mock_run_text(&m,
	    "steps:\n"
	    "  - id: a\n"
	    "    look: pass out=hunter2\n"
	    "    capture: {password: {value: this.stdout, secret: true}, n: 'len(this.stdout)'}\n"
	    "    expect: {stdout: other}\n");
	assert_non_null(strstr(rb_buf_cstr(&m.trace), "a facts {\"exit\":0,\"password\":\"***\",\"n\":7}\n"));
	assert_null(strstr(rb_buf_cstr(&m.trace), "\"hunter2"));
	mock_free(&m);
	mock_init(&m);
	rb_buf_init(&b, NULL, 1 << 16);
	m.all_events = true;
	rb_buf_c(&b, "steps:\n  - id: a\n    capture: {text: this.stdout}\n    look: pass out=");
	rb_buf_pad(&b, 'x', 9000);
	rb_buf_c(&b, "\n");
	mock_run_text(&m, rb_buf_cstr(&b));
	assert_non_null(strstr(rb_buf_cstr(&m.trace), "a facts {\"exit\":0,\"text\":\"(9002 bytes)\"}\n"));
	rb_buf_free(&b);
	mock_free(&m);
}

/* The pause between attempts stops growing at a day. */
static void
test_longest_pause(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	mock_run_text(&m, "steps: [{id: a, look: fail, retry: {times: 4, every: 20h, backoff: 10}}]\n");
	assert_int_equal(m.now, 20 * RB_HOUR + 2 * RB_DAY);
	mock_free(&m);
}

/* Completions that nobody waits for any more, and such that come twice, change nothing. */
static void
test_stray_completions(void **state)
{
	struct rb_result res = {.ended = RB_ENDED_FAILED};
	struct rb_answer answer = {.what = RB_DECLINES};
	struct mock m;

	(void)state;
	mock_init(&m);
	mock_load(&m, "steps:\n  - {id: a, look: 1s pass}\n");
	mock_start_flow(&m);
	assert_int_equal(rb_flow_advance(m.flow), 30 * RB_SECOND);
	rb_flow_complete(m.flow, 999, &res);
	rb_flow_answer(m.flow, m.jobs[0].ticket, &answer);
	m.now = RB_SECOND;
	m.jobs[0].used = false;
	m.running--;
	rb_flow_complete(m.flow, m.jobs[0].ticket, &m.jobs[0].res);
	rb_flow_complete(m.flow, m.jobs[0].ticket, &res);
	mock_drive(&m);
	assert_int_equal(m.end.exit, 0);
	mock_free(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_order_of_keys),
	    cmocka_unit_test(test_skipped_asks_nothing), cmocka_unit_test(test_unset_starts_nothing),
	    cmocka_unit_test(test_timed_out_whatever_it_says), cmocka_unit_test(test_just_in_time),
	    cmocka_unit_test(test_default_timeouts), cmocka_unit_test(test_retry),
	    cmocka_unit_test(test_retry_is_bounded_in_time), cmocka_unit_test(test_retry_of_changes),
	    cmocka_unit_test(test_retry_if), cmocka_unit_test(test_no_retry_of_nothing),
	    cmocka_unit_test(test_verify), cmocka_unit_test(test_verify_reads_the_step),
	    cmocka_unit_test(test_ready), cmocka_unit_test(test_stop_on_after),
	    cmocka_unit_test(test_declined), cmocka_unit_test(test_danger_is_always_confirmed),
	    cmocka_unit_test(test_typed_confirmation), cmocka_unit_test(test_answers_that_are_none),
	    cmocka_unit_test(test_work_that_was_skipped_is_no_change), cmocka_unit_test(test_ask_and_manual),
	    cmocka_unit_test(test_choices), cmocka_unit_test(test_say_and_wait),
	    cmocka_unit_test(test_no_record_no_change), cmocka_unit_test(test_assertion_event),
	    cmocka_unit_test(test_nobody_there), cmocka_unit_test(test_where),
	    cmocka_unit_test(test_facts_event), cmocka_unit_test(test_longest_pause),
	    cmocka_unit_test(test_stray_completions)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
