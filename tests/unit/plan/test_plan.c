/* The walk as items: what is told once, what is left out, and the limits. Whole plans are in tests/plan/. */
#include "told.h"

/* How many rows a step has. */
static size_t
times_told(struct told *t, const struct rb_step *s)
{
	static const char *const before[] = {"step ", "reads ", "CHANGES ", "DANGER "};
	size_t seen = 0;

	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
		struct rb_str name = rb_arena_fmt(&t->arena, "%s%.*s|", before[i], RB_STR_ARG(s->id));
		const char *at = strstr(rb_buf_cstr(&t->lines), name.p);

		for (; at != NULL; at = strstr(at + 1, name.p))
			seen++;
	}
	return seen;
}

static void
test_every_step_once(void **state)
{
	struct told t;

	(void)state;
	told_load(&t, "steps:\n"
		      "  - {id: one, look: a, match: {x: x}, on_fail: [{id: mend, run: m}]}\n"
		      "  - id: fork\n"
		      "    branch:\n"
		      "      - {if: one.x, then: [{id: two, run: b}]}\n"
		      "      - {else: [{id: three, look: c}]}\n"
		      "  - {id: first, call: p}\n"
		      "  - {id: second, call: p}\n"
		      "  - {id: block, block: [{id: four, look: d}], finally: [{id: five, run: e}]}\n"
		      "  - {id: loop, for_each: {in: [a, b], as: x}, look: echo $x}\n"
		      "procedures: {p: {steps: [{id: six, run: f}]}}\n"
		      "escalate: [{after: 1m, steps: [{id: seven, say: hi}]}]\n"
		      "finally: [{id: eight, look: g}]\n");
	told_run(&t);
	assert_int_equal(t.result, 0);
	for (size_t i = 0; i < t.program->main->nsteps; i++)
		assert_int_equal(times_told(&t, t.program->main->steps_in_order[i]), 1);
	assert_true(told_has(&t, "row steps|6 would read, 4 would change something, 0 are dangerous|"));
	told_free(&t);
}

/* A made id stands nowhere in the file: what has none is called by its title, or by what it does. */
static void
test_steps_without_ids(void **state)
{
	struct told t;

	(void)state;
	told_load(&t, "steps:\n"
		      "  - look: a\n"
		      "  - {title: Look there, look: b}\n"
		      "  - say: c\n"
		      "  - block: [{wait: 1s}]\n"
		      "  - {if: 1 > 2, run: d}\n"
		      "  - {end: failed}\n"
		      "  - {run: e}\n");
	told_run(&t);
	assert_true(told_lacks(&t, "step_"));
	assert_true(told_has(&t, "0 command reads |a|up to 30s\n"
				 "0 step reads |Look there|up to 30s\n"
				 "0 exact || b|\n"
				 "0 step reads |say|\n"));
	assert_true(told_has(&t, "0 step |block|\n1 step reads |wait|up to 1s\n"));
	assert_true(told_has(&t, "0 step |run: d|would be skipped\n"));
	assert_true(told_has(&t, "note |line 9 is not on this path|"));
	told_free(&t);
}

/* ---- paths ---- */

static const char three_arms[] = "steps:\n"
				 "  - {id: log, look: a, match: {x: x, y: y}}\n"
				 "  - branch:\n"
				 "      - {if: log.x, then: [{id: ax, run: b}]}\n"
				 "      - {if: log.y, then: [{id: ay, run: c}, end: failed]}\n"
				 "      - {else: [{id: az, run: d}]}\n"
				 "  - {id: after, look: e}\n";

static void
test_all_arms(void **state)
{
	struct told t;

	(void)state;
	told_load(&t, three_arms);
	told_run(&t);
	assert_true(told_has(&t, "command CHANGES ax|b|"));
	assert_true(told_has(&t, "command CHANGES ay|c|"));
	assert_true(told_has(&t, "command CHANGES az|d|"));
	assert_true(told_has(&t, "command reads after|e|"));
	assert_true(told_has(&t, "fact log.x|a line of `log` matches x|"));
	told_free(&t);
}

static void
test_assumptions_leave_one_arm(void **state)
{
	static const char *const assume[] = {"not log.x", "log.y"};
	struct told t;

	(void)state;
	told_load(&t, three_arms);
	t.options.assume = assume;
	t.options.nassume = 2;
	told_run(&t);
	assert_true(told_has(&t, "arm |if log.x|not on this path\n"));
	assert_true(told_has(&t, "arm |if log.y|on this path\n"));
	assert_true(told_has(&t, "CHANGES ay|c|"));
	assert_true(told_lacks(&t, "|b|"));
	assert_true(told_lacks(&t, "|d|"));
	/* That arm ends the run, so that nothing follows. */
	assert_true(told_lacks(&t, "after|e|"));
	assert_true(told_has(&t, "note |after is not on this path|"));
	assert_true(told_has(&t, "row left out|3 steps that are not on this path|"));
	told_free(&t);
}

/* A second call with other inputs must not hide behind what was decided for the first. */
static void
test_shared_procedure_is_not_decided(void **state)
{
	struct told t;

	(void)state;
	told_load(&t, "steps:\n"
		      "  - {call: p, with: {site: a}}\n"
		      "  - {call: p, with: {site: b}}\n"
		      "procedures:\n"
		      "  p:\n"
		      "    inputs: {site: {type: text}}\n"
		      "    steps: [{id: only_b, if: 'site == \"b\"', run: rm}]\n");
	told_run(&t);
	assert_true(told_has(&t, "CHANGES only_b|rm|"));
	told_free(&t);
}

/* The first caller sees its own values; those that give others share one telling; nested calls do not
 * multiply. */
static void
test_callee_is_told_at_most_twice(void **state)
{
	struct rb_buf text;
	struct told t;
	size_t seen = 0;

	(void)state;
	told_load(&t, "steps:\n"
		      "  - {id: one, call: p, with: {n: '1'}}\n"
		      "  - {id: two, call: p, with: {n: '2'}}\n"
		      "  - {id: three, call: p, with: {n: '1'}}\n"
		      "  - {id: four, call: p, with: {n: '3'}}\n"
		      "procedures: {p: {inputs: {n: {type: int}}, steps: [{id: act, run: 'do $n'}]}}\n");
	told_run(&t);
	assert_true(told_has(&t, "0 step one|calls p|one of 4 steps that do so\n0 detail with|n = 1|\n"
				 "1 command CHANGES act|do $n|up to 5m\n1 exact |n=1|\n"));
	assert_true(
	    told_has(&t, "0 detail with|n = 2|\n1 command CHANGES act|do $n|up to 5m\n1 exact |n=<n>|\n"));
	assert_true(told_has(&t, "0 step three|calls p|one of 4 steps that do so\n0 detail with|n = 1|\n"
				 "0 note |as shown above, under one|\n"));
	assert_true(told_has(&t, "0 detail with|n = 3|\n0 note |as shown above, under two|\n"));
	assert_int_equal(t.sum.changes, 1);
	assert_int_equal(t.sum.nwould, 2);
	assert_string_equal(t.sum.would[0].values.p, "n=1");
	told_free(&t);

	/* Twenty procedures, each of which calls the next one twice. */
	rb_buf_init(&text, NULL, 1 << 16);
	rb_buf_c(&text, "steps: [{call: p0, with: {n: '0'}}]\nprocedures:\n");
	for (int i = 0; i < 20; i++)
		rb_buf_fmt(&text,
		    "  p%d:\n    inputs: {n: {type: int}}\n    steps:\n"
		    "      - {call: p%d, with: {n: '1'}}\n      - {call: p%d, with: {n: '2'}}\n",
		    i, i + 1, i + 1);
	rb_buf_c(&text, "  p20: {inputs: {n: {type: int}}, steps: [{id: last, look: 'do $n'}]}\n");
	told_load(&t, rb_buf_cstr(&text));
	told_run(&t);
	for (const char *at = strstr(rb_buf_cstr(&t.lines), "reads last|"); at != NULL;
	     at = strstr(at + 1, "reads last|"))
		seen++;
	assert_int_equal(seen, 2);
	told_free(&t);
	rb_buf_free(&text);
}

/* The same of a value that is another one when the step is come back to. */
static void
test_value_of_a_later_visit(void **state)
{
	struct told t;

	(void)state;
	told_load(&t, "values: {tries: {value: '0', type: int}}\n"
		      "steps:\n"
		      "  - {id: top, look: a}\n"
		      "  - {id: second, if: tries > 0, run: rm}\n"
		      "  - {id: count, set: {tries: '${tries + 1}'}}\n"
		      "  - {id: back, look: b, on_fail: goto top}\n");
	told_run(&t);
	assert_true(told_has(&t, "CHANGES second|rm|"));
	told_free(&t);
}

/* What a `goto` may have jumped over is not sure to have been done. */
static void
test_value_that_was_jumped_over(void **state)
{
	struct told t;

	(void)state;
	told_load(&t, "values: {v: one}\n"
		      "steps:\n"
		      "  - {id: a, look: a, on_fail: goto c}\n"
		      "  - {id: b, set: {v: two}}\n"
		      "  - {id: c, if: 'v == \"one\"', run: rm}\n");
	told_run(&t);
	assert_true(told_has(&t, "CHANGES c|rm|"));
	told_free(&t);
}

static void
test_unset_facts_are_told(void **state)
{
	struct told t;

	(void)state;
	told_load(&t, "steps:\n"
		      "  - {id: a, look: echo $late_exit}\n"
		      "  - {id: late, look: b}\n"
		      "  - {id: c, look: 'echo $late_exit'}\n");
	told_run(&t);
	assert_true(told_has(&t, "trouble |it could not be performed: `$late_exit`: `late.exit` is unset"));
	assert_true(told_has(&t, "exact |late_exit=<late.exit>|"));
	told_free(&t);
}

/* ---- nothing is told of what is wrong ---- */

static void
test_wrong_options(void **state)
{
	static const struct {
		const char *from, *assume, *why;
	} rows[] = {
	    {"nope", NULL, "--from nope: the runbook has no procedure of that name"},
	    {NULL, "nope.x", "--assume \"nope.x\": there is no step `nope`"},
	    {NULL, "a.exit=yes", "--assume \"a.exit=yes\": `yes` is not a whole number, as 42"},
	    {NULL, "a", "--assume \"a\": `a` is no fact of a step"},
	    {NULL, "a.exit + 1", "--assume \"a.exit + 1\": it is not one fact alone"},
	    {NULL, "a.stdout=", NULL},
	    {NULL, "a.failed=true", NULL},
	    {NULL, "not a.failed", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct told t;

		told_load(&t, "steps: [{id: a, look: b}]\n");
		t.options.from = rows[i].from;
		t.options.assume = &rows[i].assume;
		t.options.nassume = rows[i].assume != NULL;
		told_run(&t);
		assert_int_equal(t.result, rows[i].why != NULL ? -1 : 0);
		assert_int_equal(t.lines.len == 0, rows[i].why != NULL);
		if (rows[i].why != NULL)
			assert_string_equal(t.diags.items[0].text.p, rows[i].why);
		told_free(&t);
	}
}

/* ---- hosts ---- */

static bool
lacks_all(void *ctx, const char *name)
{
	(void)ctx;
	(void)name;
	return false;
}

static bool
lacks_nope(void *ctx, const char *name)
{
	(void)ctx;
	return strstr(name, "nope") == NULL;
}

static void
test_host(void **state)
{
	const char *steps = "requires: {commands: [jq], optional: [docker]}\n"
			    "steps:\n"
			    "  - {id: a, look: echo hi}\n"
			    "  - {id: b, look: [lsof, -i]}\n"
			    "  - {id: c, if: has.docker, look: docker ps}\n";
	struct told t;

	(void)state;
	told_load(&t, steps);
	told_run(&t);
	/* Where nothing is known of a host, nothing is said of it. */
	assert_int_equal(t.parts[RB_PLAN_TROUBLE], 0);
	assert_true(told_has(&t, "reads c|docker ps|"));
	assert_true(told_has(&t, "detail if|has.docker|else it would be skipped"));
	told_free(&t);

	told_load(&t, steps);
	t.options.host.has_command = lacks_all;
	told_run(&t);
	assert_true(told_has(&t, "the run would not begin: there is no program `jq`"));
	assert_true(told_has(&t, "the run would not begin: its scripts need bash"));
	assert_true(told_has(&t, "trouble |there is no program `lsof` on this host|"));
	assert_true(told_has(&t, "step c||would be skipped"));
	told_free(&t);
}

/* What a script asks for before it uses it, and what it finds by a PATH of its own, is not missed. */
static void
test_programs_of_scripts(void **state)
{
	static const struct {
		const char *script;
		bool missed;
	} rows[] = {
	    {"nope", true},
	    {"true && nope -x", true},
	    {"sudo nope", true},
	    {"echo \"$(nope)\"", true},
	    {"/opt/nope", true},
	    {"echo nope", false},
	    {"./nope", false},
	    {"\"$nope\"", false},
	    {"nope() { true; }; nope", false},
	    {"command -v nope && nope", false},
	    {"PATH=/opt/bin; nope", false},
	    {". /etc/profile; nope", false},
	    {"busybox nope", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rb_buf text;
		struct told t;

		rb_buf_init(&text, NULL, 4096);
		rb_buf_fmt(&text, "steps:\n  - id: a\n    look: |\n      %s\n", rows[i].script);
		told_load(&t, rb_buf_cstr(&text));
		t.options.host.has_command = lacks_nope;
		told_run(&t);
		if (rows[i].missed)
			assert_true(told_has(&t, "nope` on this host"));
		else
			assert_int_equal(t.parts[RB_PLAN_TROUBLE], 0);
		told_free(&t);
		rb_buf_free(&text);
	}
}

/* ---- what it comes to ---- */

static void
test_how_it_ends(void **state)
{
	enum {
		RESOLVED = 1 << RB_END_RESOLVED,
		FAILED = 1 << RB_END_FAILED,
		ESCALATED = 1 << RB_END_ESCALATED
	};
	static const struct {
		const char *steps;
		unsigned ends;
	} rows[] = {
	    {"[{say: a}]", RESOLVED},
	    {"[{look: a}]", RESOLVED | FAILED},
	    {"[{look: a, on_fail: continue}]", RESOLVED},
	    {"[{run: a, on_fail: continue}]", RESOLVED | FAILED},
	    {"[{look: a, on_fail: end escalated}]", RESOLVED | ESCALATED},
	    {"[{look: a, on_fail: [{say: b}]}]", RESOLVED},
	    {"[{look: a, on_fail: [{look: b}]}]", RESOLVED | FAILED},
	    {"[{look: a, on_pass: end resolved, on_fail: end failed}]", RESOLVED | FAILED},
	    {"[{end: escalated}]", ESCALATED},
	    {"[{block: [{look: a}], on_fail: end escalated}]", RESOLVED | ESCALATED},
	    {"[{checks: [{look: a}], on_fail: continue}]", RESOLVED},
	    {"[{call: p, on_fail: continue}]", RESOLVED},
	    {"[{call: p}]", FAILED},
	    {"[{call: p, on_fail: end escalated}, {look: a}]", ESCALATED},
	    {"[{call: either}]", RESOLVED | FAILED},
	    {"[{call: inner}, {look: a}]", FAILED},
	    {"[{call: p, on_fail: continue}, {call: p}]", FAILED},
	    {"[{call: p, if: run.host == 'x'}]", RESOLVED | FAILED},
	    {"[{call: p, done_if: {look: a}}]", RESOLVED | FAILED},
	    {"[{call: p, confirm: Sure?, optional: true}]", RESOLVED | FAILED},
	    {"[{block: [{call: p}], finally: [{look: a}]}]", FAILED},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rb_buf text;
		struct told t;

		rb_buf_init(&text, NULL, 4096);
		rb_buf_fmt(&text,
		    "steps: %s\n"
		    "procedures:\n"
		    "  p: {steps: [{fail: no}]}\n"
		    "  either: {steps: [{id: l, look: a, on_fail: continue}, {branch: [{if: l.passed, then: "
		    "[done]}]}, {fail: no}]}\n"
		    "  inner: {steps: [{call: p}, {look: b}], finally: [{look: c}]}\n",
		    rows[i].steps);
		told_load(&t, rb_buf_cstr(&text));
		told_run(&t);
		if (t.sum.ends != rows[i].ends)
			print_message("%s\n", rows[i].steps);
		assert_int_equal(t.sum.ends, rows[i].ends);
		told_free(&t);
		rb_buf_free(&text);
	}
}

static void
test_what_would_be_changed(void **state)
{
	struct rb_plan_sum *sum;
	struct told t;

	(void)state;
	told_load(&t, "inputs: {port: {type: port, default: 80}}\n"
		      "steps:\n"
		      "  - {id: seen, look: a, match: {x: x}}\n"
		      "  - {id: words, run: [kill, '${seen.exit}'], effect: danger}\n"
		      "  - {id: text, run: \"one\\ntwo $port\\n\"}\n"
		      "  - {id: maybe, if: seen.x, run: b}\n"
		      "  - {id: each, for_each: {in: [a, b], as: x}, run: 'c $x'}\n"
		      "  - {id: all, for_each: {in: lines(seen.stdout), as: y}, run: 'd $y'}\n");
	told_run(&t);
	sum = &t.sum;
	assert_int_equal(sum->nwould, 6);
	assert_int_equal(sum->would[0].effect, RB_DANGER);
	assert_string_equal(sum->would[0].request.p, "kill <seen.exit>");
	assert_string_equal(sum->would[1].request.p, "one\ntwo $port");
	assert_string_equal(sum->would[1].values.p, "port=80");
	assert_false(sum->would[1].open);
	assert_true(sum->would[2].open);
	assert_string_equal(sum->would[3].values.p, "x=a");
	assert_string_equal(sum->would[4].item.p, "b");
	assert_string_equal(sum->would[5].values.p, "y=<y>");
	assert_string_equal(sum->would[5].item.p, "");
	assert_int_equal(sum->reads, 1);
	assert_int_equal(sum->changes, 4);
	assert_int_equal(sum->dangers, 1);
	told_free(&t);
}

/* ---- limits ---- */

static size_t
groups_of(size_t steps)
{
	struct rb_buf text;
	struct told t;
	size_t groups;

	rb_buf_init(&text, NULL, 1 << 20);
	rb_buf_c(&text, "steps:\n");
	for (size_t i = 0; i < steps; i++)
		rb_buf_c(&text, "  - look: a\n");
	told_load(&t, rb_buf_cstr(&text));
	told_run(&t);
	groups = t.parts[RB_PLAN_GROUP];
	told_free(&t);
	rb_buf_free(&text);
	return groups;
}

static void
test_groups(void **state)
{
	(void)state;
	assert_int_equal(groups_of(RB_PLAN_GROUP_STEPS), 0);
	assert_int_equal(groups_of(RB_PLAN_GROUP_STEPS + 1), 2);
	assert_int_equal(groups_of(2 * RB_PLAN_GROUP_STEPS), 2);
}

static void
test_items_shown(void **state)
{
	struct rb_buf text;
	struct told t;

	(void)state;
	rb_buf_init(&text, NULL, 1 << 20);
	rb_buf_c(&text, "steps:\n  - run: echo $x\n    for_each: {as: x, in: [i0");
	for (int i = 1; i <= RB_PLAN_ITEMS_SHOWN; i++)
		rb_buf_fmt(&text, ", i%d", i);
	rb_buf_c(&text, "]}\n");
	told_load(&t, rb_buf_cstr(&text));
	told_run(&t);
	assert_true(told_has(&t, "i18, i19 and 1 more|21 times\n"));
	assert_int_equal(t.sum.nwould, RB_PLAN_ITEMS_SHOWN);
	assert_int_equal(t.sum.would[RB_PLAN_ITEMS_SHOWN - 2].more, 0);
	assert_int_equal(t.sum.would[RB_PLAN_ITEMS_SHOWN - 1].more, 1);
	told_free(&t);
	rb_buf_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_every_step_once),
	    cmocka_unit_test(test_steps_without_ids),
	    cmocka_unit_test(test_all_arms),
	    cmocka_unit_test(test_assumptions_leave_one_arm),
	    cmocka_unit_test(test_shared_procedure_is_not_decided),
	    cmocka_unit_test(test_callee_is_told_at_most_twice),
	    cmocka_unit_test(test_value_of_a_later_visit),
	    cmocka_unit_test(test_value_that_was_jumped_over),
	    cmocka_unit_test(test_unset_facts_are_told),
	    cmocka_unit_test(test_wrong_options),
	    cmocka_unit_test(test_host),
	    cmocka_unit_test(test_programs_of_scripts),
	    cmocka_unit_test(test_how_it_ends),
	    cmocka_unit_test(test_what_would_be_changed),
	    cmocka_unit_test(test_groups),
	    cmocka_unit_test(test_items_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
