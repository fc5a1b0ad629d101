/* What must not grow: the C stack with the length of a runbook, memory with the turns of a poll or a loop.
 * And the order of things, which must not depend on how completions come in. */
#include "mockdriver.h"

enum { MANY_STEPS = 100000, MANY_TURNS = 100000 };

static int
count_ends(void *ctx, const struct rb_event *ev)
{
	if (ev->type == RB_EV_STEP_END)
		++*(size_t *)ctx;
	return 0;
}

static enum rb_started
begin_quietly(void *ctx, const struct rb_attempt *at, struct rb_result *res)
{
	struct mock *m = ctx;
	struct rb_vpair *pairs;
	char here;

	/* How deep the C stack is, as seen from the driver. */
	if (m->stack_top == NULL)
		m->stack_top = &here;
	if (m->stack_top - &here > m->stack_deep)
		m->stack_deep = m->stack_top - &here;
	res->ended = rb_str_is(at->request->values[0].s, "fail") ? RB_ENDED_FAILED : RB_ENDED_OK;
	res->reason = RB_STR("no");
	res->facts = rb_v_map(at->arena, 1, &pairs);
	pairs[0] = (struct rb_vpair){RB_STR("exit"), rb_v_int(0)};
	return RB_DONE_NOW;
}

/* Runs without a trace; returns how many steps ended. */
static size_t
run_quietly(struct mock *m, const char *text)
{
	size_t ends = 0;
	struct rb_sink sink = {.ctx = &ends, .event = count_ends};

	mock_load(m, text);
	mock_start_flow(m);
	m->driver.start = begin_quietly;
	rb_bus_remove(m->bus, &m->sink);
	rb_bus_add(m->bus, &sink);
	mock_drive(m);
	return ends;
}

static void
test_many_steps(void **state)
{
	struct mock m;
	struct rb_buf b;

	(void)state;
	mock_init(&m);
	rb_buf_init(&b, NULL, SIZE_MAX);
	rb_buf_c(&b, "steps:\n");
	for (size_t i = 0; i < MANY_STEPS; i++)
		rb_buf_c(&b, "  - look: pass\n");
	assert_int_equal(run_quietly(&m, rb_buf_cstr(&b)), MANY_STEPS);
	assert_int_equal(m.end.exit, 0);
	assert_int_equal(m.end.steps, MANY_STEPS);
	assert_true(m.stack_deep < 1024);
	rb_buf_free(&b);
	mock_free(&m);
}

/* A hundred thousand visits by one loop, each with a frame of its own. */
static void
test_many_items(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	assert_int_equal(run_quietly(&m, "values: {text: {type: text, value: x}}\n"
					 "steps:\n"
					 "  - {id: a, look: pass, max_visits: 100000}\n"
					 "  - {id: b, call: p}\n"
					 "  - {id: c, look: fail, on_fail: goto a}\n"
					 "procedures:\n"
					 "  p: {steps: [{id: q, look: pass}]}\n"),
	    4 * (size_t)MANY_TURNS);
	assert_int_equal(m.end.exit, 1);
	assert_true(m.stack_deep < 1024);
	assert_true(m.peak < 64 * 1024);
	mock_free(&m);
}

static void
test_long_polls(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	assert_int_equal(
	    run_quietly(&m, "steps: [{id: a, run: pass, verify: {look: fail, within: 2h, every: 10ms}}]\n"),
	    1);
	assert_int_equal(m.end.exit, 1);
	assert_true(m.peak < 64 * 1024);
	mock_free(&m);
	mock_init(&m);
	assert_int_equal(run_quietly(&m, "steps: [{id: a, look: fail, retry: {for: 2h, every: 10ms}}]\n"), 1);
	assert_true(m.peak < 64 * 1024);
	mock_free(&m);
}

/* An advance gives its caller the chance to look around, in the middle of steps that never wait. */
static void
test_advance_returns(void **state)
{
	struct mock m;
	struct rb_buf b;

	(void)state;
	mock_init(&m);
	rb_buf_init(&b, NULL, SIZE_MAX);
	rb_buf_c(&b, "steps:\n");
	for (size_t i = 0; i < MANY_STEPS; i++)
		rb_buf_c(&b, "  - look: pass\n");
	mock_load(&m, rb_buf_cstr(&b));
	mock_start_flow(&m);
	m.driver.start = begin_quietly;
	rb_bus_remove(m.bus, &m.sink);
	assert_int_equal(rb_flow_advance(m.flow), m.now);
	assert_false(rb_flow_done(m.flow, &m.end));
	rb_flow_signal(m.flow, SIGINT);
	mock_drive(&m);
	assert_int_equal(m.end.exit, 130);
	assert_true(m.end.steps < MANY_STEPS);
	rb_buf_free(&b);
	mock_free(&m);
}

static void
test_many_checks(void **state)
{
	struct mock m;
	struct rb_buf b;

	(void)state;
	mock_init(&m);
	rb_buf_init(&b, NULL, SIZE_MAX);
	rb_buf_c(&b, "steps:\n  - id: all\n    max: 100\n    checks:\n");
	for (size_t i = 0; i < 2000; i++)
		rb_buf_fmt(&b, "      - {id: c%zu, look: %zus pass}\n", i, i % 7 + 1);
	mock_run_text(&m, rb_buf_cstr(&b));
	assert_int_equal(m.end.exit, 0);
	assert_int_equal(m.most_running, 100);
	rb_buf_free(&b);
	mock_free(&m);
}

/* Of two things at one time the completion comes first, whatever order they were asked for in; and the same
 * run gives the same record. */
static void
test_same_record(void **state)
{
	static const char text[] = "escalate: [{after: 3s, steps: [{id: page, look: pass}]}]\n"
				   "steps:\n"
				   "  - id: all\n"
				   "    on_fail: continue\n"
				   "    checks:\n"
				   "      - {id: a, look: 3s pass, timeout: 3s}\n"
				   "      - {id: b, look: never, timeout: 3s}\n"
				   "      - {id: c, look: 'fail, pass', retry: {times: 2, every: 3s}}\n"
				   "  - {id: d, look: pass}\n";
	static const char trace[] =
	    "a passed\nphase escalation\nc passed\nescalation[0]/page passed\nb timed out\n"
	    "all edge on_fail continue\nall failed\nd passed\nrun_end resolved\n";
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct mock m;

		mock_init(&m);
		mock_expect(&m, text, 0, trace);
		mock_free(&m);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_many_steps),
	    cmocka_unit_test(test_many_items), cmocka_unit_test(test_long_polls),
	    cmocka_unit_test(test_advance_returns), cmocka_unit_test(test_many_checks),
	    cmocka_unit_test(test_same_record)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
