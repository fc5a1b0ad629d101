/* Drills: how far they go, where they stand then, what never runs in them, and what they say of the looks. */
#include "mockdriver.h"

/* ---- the stand as a line of the trace ---- */

static void
halted(void *ctx, const struct rb_stand *stand, enum rb_halt why)
{
	static const char *const phases[] = {[RB_STAND_SETUP] = "setup",
	    [RB_STAND_STEPS] = "steps",
	    [RB_STAND_RUNGS] = "rungs",
	    [RB_STAND_FINALLY] = "finally"};
	static const char *const ends[] = {
	    [RB_END_RESOLVED] = "resolved", [RB_END_FAILED] = "failed", [RB_END_ESCALATED] = "escalated"};
	struct mock *m = ctx;

	(void)why;
	rb_buf_c(&m->trace, "stand");
	for (size_t i = 0; i < stand->n; i++) {
		const struct rb_stand_level *l = &stand->levels[i];

		rb_buf_fmt(&m->trace, "%s %.*s.%s", i > 0 ? " >" : "",
		    RB_STR_ARG(l->proc != NULL ? l->proc->name : l->unit->id), phases[l->phase]);
		if (l->phase == RB_STAND_RUNGS || l->phase == RB_STAND_FINALLY)
			rb_buf_fmt(&m->trace, "(%s)", ends[l->end]);
		if (l->step != NULL)
			rb_buf_fmt(&m->trace, ".%.*s", RB_STR_ARG(l->step->id));
		if (l->items >= 0)
			rb_buf_fmt(&m->trace, "[%lld/%lld]", (long long)l->item, (long long)l->items);
		assert_ptr_equal(l->frame->scope, l->proc != NULL ? l->proc->scope : l->unit->scope);
	}
	rb_buf_char(&m->trace, '\n');
}

static const struct rb_drill *
drill_of(struct mock *m)
{
	static struct rb_drill drill;

	drill = (struct rb_drill){.ctx = m, .halted = halted};
	return &drill;
}

/* Drills a runbook: its exit, its trace, and what the driver was told. NULL log: not looked at. */
static void
expect(const char *text, int exit_, const char *trace, const char *log)
{
	struct mock m;

	mock_init(&m);
	m.drill = drill_of(&m);
	m.alone = true;
	m.no_disk = true; /* nothing that a drill tells has to be on disk before it goes on */
	mock_expect(&m, text, exit_, trace);
	assert_int_equal(m.end.changes, 0);
	if (log != NULL)
		mock_same(&m.log, log, text);
	mock_free(&m);
}

/* ---- how far it goes ---- */

static void
test_stops_at_the_first_change(void **state)
{
	(void)state;
	expect("steps:\n"
	       "  - {id: a, look: pass}\n"
	       "  - {id: b, run: pass, confirm: Really?}\n"
	       "  - {id: c, look: pass}\n"
	       "finally:\n"
	       "  - {id: f, look: pass}\n",
	    1, "a passed\nb halt change pass\nstand test.steps.b\nb not done\nrun_end drilled\n",
	    "enter test\nstart a\n");
	/* whatever kind of change it is */
	expect("steps:\n  - {id: a, start: pass}\n", 1,
	    "a halt change pass\nstand test.steps.a\na not done\nrun_end drilled\n", "enter test\n");
	expect("steps:\n  - {id: a, manual: do it}\n", 1,
	    "a halt change\nstand test.steps.a\na not done\nrun_end drilled\n", "enter test\n");
	expect("steps:\n  - {id: a, run: pass, effect: danger}\n", 1,
	    "a halt change pass\nstand test.steps.a\na not done\nrun_end drilled\n", "enter test\n");
}

static void
test_nothing_to_change(void **state)
{
	(void)state;
	expect("steps:\n"
	       "  - {id: a, look: pass, on_pass: end resolved}\n"
	       "  - {id: b, run: pass}\n"
	       "finally:\n"
	       "  - {id: f, look: pass}\n",
	    0, "a edge on_pass end resolved\na passed\nphase finally\nf passed\nrun_end resolved\n",
	    "enter test\nstart a\nstart f\n");
	expect("steps:\n  - {id: a, look: pass, on_pass: end escalated}\n", 1,
	    "a edge on_pass end escalated\na passed\nrun_end escalated\n", NULL);
	expect("steps:\n  - {id: a, look: fail}\n", 1,
	    "a finding trouble exit is 1, not 0\na failed\nrun_end failed\n", NULL);
}

/* What stands before a change is looked at for real. */
static void
test_if_and_done_if(void **state)
{
	(void)state;
	expect("steps:\n"
	       "  - {id: a, look: pass}\n"
	       "  - {id: b, if: a.failed, run: pass}\n"
	       "  - {id: c, run: pass, done_if: {look: pass}}\n"
	       "  - {id: d, run: pass, done_if: {look: fail}}\n",
	    1,
	    "a passed\nb skipped\nc already done\nd halt change pass\nstand test.steps.d\nd not done\n"
	    "run_end drilled\n",
	    "enter test\nstart a\ndone_if c\ndone_if d\n");
}

static void
test_branches_are_taken(void **state)
{
	(void)state;
	expect("steps:\n"
	       "  - id: a\n"
	       "    look: pass out=taken\n"
	       "    match: {taken: taken, free: free}\n"
	       "  - id: act\n"
	       "    branch:\n"
	       "      - {if: a.free, then: [{id: x, run: pass}]}\n"
	       "      - {if: a.taken, then: [{id: y, look: pass}, {id: z, run: pass}]}\n",
	    1,
	    "a passed\ny passed\nz halt change pass\nstand test.steps.z\nz not done\nact not done\nrun_end "
	    "drilled\n",
	    NULL);
	/* the steps of an edge are a branch as well */
	expect("steps:\n  - {id: a, look: fail, on_fail: [{id: m, run: pass}]}\n", 1,
	    "a finding trouble exit is 1, not 0\na edge on_fail steps\nm halt change pass\nstand "
	    "test.steps.m\n"
	    "m not done\na failed\nrun_end drilled\n",
	    NULL);
}

static void
test_retries_and_deadlines(void **state)
{
	(void)state;
	expect("steps:\n"
	       "  - {id: a, look: \"fail, fail, pass\", retry: {times: 3, every: 1s}}\n"
	       "  - {id: b, look: never, timeout: 2s, on_timeout: continue}\n",
	    0,
	    "a passed\nb finding trouble took longer than 2s\nb edge on_timeout continue\nb timed out\n"
	    "run_end resolved\n",
	    "enter test\nstart a\nstart a\nstart a\nstart b\ncancel timeout\n");
}

/* ---- where it stands ---- */

static void
test_levels(void **state)
{
	static const char child[] = "runbook: child\n"
				    "steps:\n"
				    "  - {id: s, look: pass}\n"
				    "  - id: each\n"
				    "    for_each: {as: n, in: [\"1\", \"2\", \"3\"]}\n"
				    "    if: n != \"1\"\n"
				    "    call: p\n"
				    "procedures:\n"
				    "  p:\n"
				    "    steps:\n"
				    "      - {id: t, look: pass}\n"
				    "      - {id: u, run: pass}\n";
	struct mock m;

	(void)state;
	mock_init(&m);
	m.files[0] = (struct mock_file){"child.yaml", child};
	m.drill = drill_of(&m);
	m.alone = true;
	mock_expect(&m,
	    "steps:\n"
	    "  - id: b\n"
	    "    block:\n"
	    "      - {id: r, runbook: child.yaml}\n"
	    "    finally:\n"
	    "      - {id: f, look: pass}\n"
	    "  - {id: after, look: pass}\n",
	    1,
	    "r/s passed\nr/each[0] skipped\nr/each[1]/t passed\nr/each[1]/u halt change pass\n"
	    "stand test.steps.r > child.steps.each[1/3] > p.steps.u\n"
	    "r/each[1]/u not done\nr/each[1] not done\nr/each not done\nr not done\nb not done\n"
	    "run_end drilled\n");
	mock_free(&m);
	mock_init(&m);
	m.from = "p";
	m.drill = drill_of(&m);
	m.alone = true;
	mock_expect(&m,
	    "steps:\n  - {id: a, call: p}\n"
	    "procedures:\n  p: {steps: [{id: u, run: pass}]}\n",
	    1, "u halt change pass\nstand test.steps > p.steps.u\nu not done\nrun_end drilled\n");
	mock_free(&m);
}

static void
test_phases(void **state)
{
	(void)state;
	expect("setup:\n  - {id: s, run: pass}\nsteps:\n  - {id: a, look: pass}\n", 1,
	    "phase setup\ns halt change pass\nstand test.setup.s\ns not done\nrun_end drilled\n", NULL);
	expect("steps:\n  - {id: a, look: pass}\nfinally:\n  - {id: f, run: pass}\n  - {id: g, look: pass}\n",
	    1,
	    "a passed\nphase finally\nf halt change pass\nstand test.finally(resolved).f\nf not done\n"
	    "run_end drilled\n",
	    NULL);
	expect("steps:\n  - {id: a, look: fail}\nfinally:\n  - {id: f, run: pass}\n", 1,
	    "a finding trouble exit is 1, not 0\na failed\nphase finally\nf halt change pass\n"
	    "stand test.finally(failed).f\nf not done\nrun_end drilled\n",
	    NULL);
	/* of a block, and of a procedure */
	expect("steps:\n"
	       "  - id: b\n    block: [{id: x, look: pass}]\n    finally: [{id: y, run: pass}]\n",
	    1,
	    "x passed\nb phase finally b\ny halt change pass\nstand test.steps.y\ny not done\nb not done\n"
	    "run_end drilled\n",
	    NULL);
}

/* A loop over changes is not asked for as a whole: it stops at the first item that would be done. */
static void
test_loops(void **state)
{
	(void)state;
	expect("steps:\n"
	       "  - {id: a, for_each: {as: m, in: [\"1\"], where: m == \"0\"}, run: pass, confirm: All of "
	       "them?}\n"
	       "  - id: b\n"
	       "    for_each: {as: n, in: [\"1\", \"2\"]}\n"
	       "    run: pass\n"
	       "    confirm: Both?\n"
	       "    done_if: {look: pass}\n"
	       "  - {id: c, for_each: {as: o, in: [\"1\", \"2\"]}, run: pass}\n",
	    1,
	    "a passed\nb[0] already done\nb[1] already done\nb passed\nc[0] halt change pass\n"
	    "stand test.steps.c[0/2]\nc[0] not done\nc not done\nrun_end drilled\n",
	    NULL);
}

/* What stands around a change is not asked for; what only reads is. */
static void
test_confirmations(void **state)
{
	struct mock m;

	(void)state;
	expect("steps:\n"
	       "  - id: b\n"
	       "    confirm: Go in?\n"
	       "    block: [{id: x, look: pass}, {id: y, run: pass, effect: danger}]\n",
	    1, "x passed\ny halt change pass\nstand test.steps.y\ny not done\nb not done\nrun_end drilled\n",
	    "enter test\nstart x\n");
	expect("steps:\n  - {id: a, look: pass, confirm: It takes an hour. Now?}\n", 5,
	    "a halt answer pass\nstand test.steps.a\na not done\nrun_end drilled\n", NULL);
	mock_init(&m);
	m.drill = drill_of(&m);
	m.alone = false;
	m.answers[0] = "yes";
	mock_expect(
	    &m, "steps:\n  - {id: a, look: pass, confirm: Now?}\n", 0, "a passed\nrun_end resolved\n");
	mock_free(&m);
}

/* ---- what never runs ---- */

static void
test_escalations_never_run(void **state)
{
	static const char rungs[] = "escalate:\n"
				    "  - {after: 1s, contact: x, steps: [{id: r1, look: pass}]}\n"
				    "  - {on: failed, steps: [{id: r2, look: pass}]}\n";
	char text[600];

	(void)state;
	snprintf(text, sizeof(text), "%ssteps:\n  - {id: a, look: pass 5s}\n", rungs);
	expect(text, 0, "a passed\nrun_end resolved\n", "enter test\nstart a\n");
	snprintf(
	    text, sizeof(text), "%ssteps:\n  - {id: a, look: fail}\nfinally: [{id: f, look: pass}]\n", rungs);
	expect(text, 1,
	    "a finding trouble exit is 1, not 0\na failed\nhalt escalation\nstand "
	    "test.rungs(failed)\nrun_end "
	    "drilled\n",
	    "enter test\nstart a\n");
	snprintf(text, sizeof(text), "%ssteps:\n  - {id: a, look: pass, on_pass: end escalated}\n", rungs);
	expect(text, 1,
	    "a edge on_pass end escalated\na passed\nhalt escalation\nstand test.rungs(escalated)\n"
	    "run_end drilled\n",
	    NULL);
}

/* ---- what hangs on a person ---- */

static void
test_answers(void **state)
{
	static const char asks[] = "steps:\n"
				   "  - {id: q, ask: Which?}\n"
				   "  - {id: a, look: pass}\n";
	struct mock m;

	(void)state;
	expect(asks, 5, "q halt answer\nstand test.steps.q\nq not done\nrun_end drilled\n", NULL);
	mock_init(&m);
	m.drill = drill_of(&m);
	m.alone = false;
	m.answers[0] = "this";
	mock_expect(&m, asks, 0, "q passed\na passed\nrun_end resolved\n");
	mock_free(&m);
	mock_init(&m);
	m.drill = drill_of(&m);
	m.alone = false;
	m.answers[0] = "no";
	mock_expect(&m, asks, 5, "q declined\nrun_end declined\n");
	mock_free(&m);
	/* what may be left out is */
	expect(
	    "steps:\n  - {id: q, ask: Which?, optional: true}\n", 0, "q skipped\nrun_end resolved\n", NULL);
	/* a program that wants the terminal, and one that only a person can end */
	expect("steps:\n  - {id: a, look: pass, interactive: true}\n", 5,
	    "a halt answer pass\nstand test.steps.a\na not done\nrun_end drilled\n", "enter test\n");
	expect("steps:\n  - {id: a, look: pass, stop_on: {operator: true}}\n", 5,
	    "a halt answer pass\nstand test.steps.a\na not done\nrun_end drilled\n", "enter test\n");
}

/* ---- what it says of the looks ---- */

static void
test_findings(void **state)
{
	(void)state;
	expect("steps:\n  - {id: a, look: exit=127, on_fail: continue}\n", 7,
	    "a finding broken exit 127, a program that it runs is not here\na edge on_fail continue\na "
	    "failed\n"
	    "run_end resolved\n",
	    NULL);
	expect("steps:\n  - {id: a, look: exit=126}\n", 7,
	    "a finding broken exit 126, a program that it runs cannot be executed\na failed\nrun_end "
	    "failed\n",
	    NULL);
	/* where that is what was asked for, it is none */
	expect("steps:\n  - {id: a, look: exit=127, expect: {exit: 127}}\n", 0,
	    "a passed\nrun_end resolved\n", NULL);
	expect("steps:\n  - {id: a, look: error, on_fail: continue}\n  - {id: b, run: pass}\n", 7,
	    "a finding broken cannot start\na edge on_fail continue\na errored\nb halt change pass\n"
	    "stand test.steps.b\nb not done\nrun_end drilled\n",
	    NULL);
	expect("steps:\n  - {id: a, look: pass out=x, capture: {n: int(this.stdout)}, on_fail: continue}\n",
	    7,
	    "a finding broken capture `n`: `int(this.stdout)`: text \"x\" is not a whole number\na edge "
	    "on_fail "
	    "continue\na errored\n"
	    "run_end resolved\n",
	    NULL);
	expect("steps:\n  - {id: a, look: nowhere}\n", 7,
	    "a finding broken nobody knows its name\na failed\nrun_end failed\n", NULL);
	/* only how it ended counts, not the attempts before */
	expect("steps:\n  - {id: a, look: \"exit=127, pass\", retry: {times: 2}}\n", 0,
	    "a passed\nrun_end resolved\n", NULL);
	expect("steps:\n  - {id: a, run: pass, done_if: {look: exit=127}}\n", 7,
	    "a finding broken exit 127, a program that it runs is not here\na halt change pass\n"
	    "stand test.steps.a\na not done\nrun_end drilled\n",
	    NULL);
	expect("steps:\n  - {id: a, look: pass, verify: {look: fail}, on_fail: continue}\n", 0,
	    "a finding trouble exit is 1, not 0\na edge on_fail continue\na failed\nrun_end resolved\n",
	    NULL);
	expect("steps:\n  - {id: a, look: pass}\n  - {id: b, if: c.exit == 0, look: pass}\n"
	       "  - {id: c, look: pass}\n",
	    7,
	    "a passed\nb finding broken if: `c.exit` is unset, since `c` was not reached\nb errored\nrun_end "
	    "failed\n",
	    NULL);
}

static void
test_silence(void **state)
{
	(void)state;
	expect("steps:\n  - {id: a, look: pass out=abc, match: {x: foo, y: bar}}\n", 0,
	    "a finding silent none of its 2 patterns matched any of 1 line\na passed\nrun_end resolved\n",
	    NULL);
	expect("steps:\n  - {id: a, look: pass out=abc, match: {x: foo, y: abc}}\n", 0,
	    "a passed\nrun_end resolved\n", NULL);
	expect("steps:\n  - {id: a, look: pass, match: {x: foo}}\n", 0, "a passed\nrun_end resolved\n", NULL);
}

/* ---- signals, and the environment ---- */

static void
test_exits(void **state)
{
	struct mock m;

	(void)state;
	mock_init(&m);
	m.drill = drill_of(&m);
	m.alone = true;
	m.signals[0].at = RB_SECOND;
	m.signals[0].signo = SIGTERM;
	mock_expect(&m,
	    "steps:\n  - {id: a, look: exit=127, on_fail: continue}\n  - {id: b, look: pass 5s}\n  - {id: c, "
	    "run: pass}\n",
	    143,
	    "a finding broken exit 127, a program that it runs is not here\na edge on_fail continue\na "
	    "failed\n"
	    "warning signal\nb cancelled\nrun_end cancelled\n");
	mock_free(&m);
	mock_init(&m);
	m.drill = drill_of(&m);
	m.alone = true;
	m.refuse = "test";
	mock_expect(&m, "steps:\n  - {id: a, look: pass}\n", 6, "run_end environment\n");
	mock_free(&m);
	/* the run's own deadline */
	expect(
	    "timeout: 1s\nsteps:\n  - {id: a, look: pass 5s}\n", 1, "a cancelled\nrun_end deadline\n", NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_stops_at_the_first_change),
	    cmocka_unit_test(test_nothing_to_change), cmocka_unit_test(test_if_and_done_if),
	    cmocka_unit_test(test_branches_are_taken), cmocka_unit_test(test_retries_and_deadlines),
	    cmocka_unit_test(test_levels), cmocka_unit_test(test_phases), cmocka_unit_test(test_loops),
	    cmocka_unit_test(test_confirmations), cmocka_unit_test(test_escalations_never_run),
	    cmocka_unit_test(test_answers), cmocka_unit_test(test_findings), cmocka_unit_test(test_silence),
	    cmocka_unit_test(test_exits)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
