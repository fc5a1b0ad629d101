/* Coverage: which steps and edges plays take, and how what none takes is named. */
#include "scenario/cover.h"
#include "scenario/stage.h"

/* Plays every scenario of the file, and tells "steps a/b edges c/d", a line for each gap, and what was not
 * done. */
static void
covers(const char *runbook, const char *scenarios, const char *want)
{
	struct rb_cover_gap *gaps;
	struct rb_cover_sum sum;
	struct rb_cover *cover;
	struct rb_str *undone;
	struct stage s;
	size_t n;

	stage_init(&s);
	stage_add(&s, "t.yaml", runbook);
	stage_add(&s, "c.yaml", "runbook: c\nsteps:\n  - {id: e, look: x}\n");
	if (!stage_load(&s, scenarios))
		fail_msg("%s", rb_buf_cstr(&s.out));
	cover = rb_cover_new(&s.arena, s.file->program);
	for (size_t i = 0; i < s.file->n; i++) {
		const struct rb_sink *sink = rb_cover_sink(cover);
		const struct rb_play_options o = {.nsinks = 1, .sinks = &sink};

		rb_cover_begin(cover, s.file->items[i].from);
		rb_scenario_play(s.file, i, &o, &s.arena, &s.played);
		rb_cover_calls(cover, &s.played);
		/* Nothing is expected here but that it comes to its end. */
		if (!s.played.ended || s.played.nfindings > 0) {
			stage_tell(&s);
			fail_msg("%s", rb_buf_cstr(&s.out));
		}
	}
	rb_cover_count(cover, &sum);
	rb_cover_gaps(cover, &s.arena, &gaps, &n);
	rb_buf_fmt(
	    &s.out, "steps %zu/%zu edges %zu/%zu\n", sum.steps_done, sum.steps, sum.ways_taken, sum.ways);
	for (size_t i = 0; i < n; i++)
		rb_buf_fmt(&s.out, "%zu: %.*s\n", rb_source_pos(gaps[i].span.src, gaps[i].span.from).line,
		    RB_STR_ARG(gaps[i].text));
	rb_cover_undone(cover, &s.arena, &undone, &n);
	for (size_t i = 0; i < n; i++)
		rb_buf_fmt(&s.out, "undone: %.*s\n", RB_STR_ARG(undone[i]));
	rb_cover_unentered(cover, &s.arena, &undone, &n);
	for (size_t i = 0; i < n; i++)
		rb_buf_fmt(&s.out, "not entered: %.*s\n", RB_STR_ARG(undone[i]));
	assert_string_equal(rb_buf_cstr(&s.out), want);
	stage_free(&s);
}

#define HEAD "runbook: t\nsteps:\n"
#define PLAY "test: t.yaml\nscenarios:\n"

static void
test_pass_and_fail(void **state)
{
	(void)state;
	/* A failure that nothing takes is no edge of the file. */
	covers(
	    HEAD "  - {id: a, look: x}\n", PLAY "  - {name: p, results: {a: {}}}\n", "steps 1/1 edges 1/1\n");
	covers(HEAD "  - {id: a, look: x}\n", PLAY "  - {name: p, results: {a: {exit: 1}}}\n",
	    "steps 1/1 edges 0/1\n3: in no scenario `a` passes\n");
	covers(HEAD "  - id: a\n    look: x\n    on_fail: continue\n    on_timeout: {end: failed}\n",
	    PLAY "  - {name: p, results: {a: {}}}\n",
	    "steps 1/1 edges 1/3\n5: no scenario takes `on_fail` of `a`\n6: no scenario takes `on_timeout` "
	    "of `a`\n");
	covers(HEAD "  - id: a\n    look: x\n    on_fail: continue\n    on_timeout: {end: failed}\n",
	    PLAY "  - {name: p, results: {a: {}}}\n  - {name: f, results: {a: {exit: 1}}}\n"
		 "  - {name: t, results: {a: {hangs: true}}}\n",
	    "steps 1/1 edges 3/3\n");
	/* Its list of steps recovers it. */
	covers(HEAD "  - id: a\n    look: x\n    on_fail:\n      - {id: b, look: y}\n  - {id: c, look: z}\n",
	    PLAY "  - {name: f, results: {a: {exit: 1}, b: {}, c: {}}}\n",
	    "steps 3/3 edges 3/4\n3: in no scenario `a` passes\n");
}

static void
test_branch(void **state)
{
	static const char *const book = HEAD "  - {id: a, look: x, match: {one: one, two: two}}\n"
					     "  - id: b\n    branch:\n"
					     "      - if: a.one\n        then: [{id: c, look: y}]\n"
					     "      - if: a.two\n        then: [{end: resolved}]\n";

	(void)state;
	covers(book, PLAY "  - {name: one, results: {a: {stdout: one}, c: {}}}\n",
	    "steps 3/3 edges 4/7\n4: in no scenario none of the arms of `b` holds\n"
	    "8: no scenario takes `if a.two` of `b`\n9: no scenario comes to the `end` at line 9\n");
	/* A jump out of it is no way of its own. */
	covers(book, PLAY "  - {name: two, results: {a: {stdout: two}}}\n",
	    "steps 2/3 edges 3/7\n4: in no scenario `b` passes\n4: in no scenario none of the arms of `b` "
	    "holds\n"
	    "6: no scenario takes `if a.one` of `b`\n7: in no scenario `c` passes\nundone: c\n");
	covers(book,
	    PLAY "  - {name: one, results: {a: {stdout: one}, c: {}}}\n  - {name: two, results: {a: {stdout: "
		 "two}}}\n"
		 "  - {name: none, results: {a: {}}}\n",
	    "steps 3/3 edges 7/7\n");
	/* Behind arms that all end it nothing is reached, and so nothing is asked. */
	covers(HEAD
	    "  - {id: a, look: x, match: {one: one}}\n"
	    "  - branch:\n      - {if: a.one, then: {end: resolved}}\n      - {else: {end: failed}}\n",
	    PLAY "  - {name: one, results: {a: {stdout: one}}}\n  - {name: none, results: {a: {}}}\n",
	    "steps 2/2 edges 3/3\n");
}

static void
test_gates(void **state)
{
	static const char *const book = "runbook: t\ninputs: {on: {type: bool, default: true}}\nsteps:\n"
					"  - id: a\n    if: on\n    done_if: {look: x}\n    run: y\n"
					"    confirm: Really?\n    optional: true\n";

	(void)state;
	covers(book, PLAY "  - {name: yes, results: {a.done_if: {exit: 1}, a: {}}, answers: {a: yes}}\n",
	    "steps 1/1 edges 4/7\n5: no scenario skips `a` by its `if`\n"
	    "6: no scenario finds `a` done already (`done_if`)\n8: no scenario declines `a`\n");
	covers(book, PLAY "  - {name: off, inputs: {on: false}}\n",
	    "steps 0/1 edges 1/7\n4: in no scenario `a` passes\n5: in no scenario the `if` of `a` holds\n"
	    "6: no scenario finds `a` done already (`done_if`)\n"
	    "6: no scenario finds `a` still to be done (`done_if`)\n"
	    "8: no scenario confirms `a`\n8: no scenario declines `a`\nundone: a\n");
	covers(book,
	    PLAY "  - {name: off, inputs: {on: false}}\n  - {name: done, results: {a.done_if: {}}}\n"
		 "  - {name: yes, results: {a.done_if: {exit: 1}, a: {}}, answers: {a: yes}}\n"
		 "  - {name: no, results: {a.done_if: {exit: 1}}, answers: {a: no}}\n",
	    "steps 1/1 edges 7/7\n");
	/* Where declining ends the run, it does so in every runbook. */
	covers(HEAD "  - {id: a, run: y, confirm: Really?}\n",
	    PLAY "  - {name: yes, results: {a: {}}, answers: {a: yes}}\n", "steps 1/1 edges 2/2\n");
	covers(HEAD "  - {id: a, run: y, confirm: Really?}\n", PLAY "  - {name: no, answers: {a: no}}\n",
	    "steps 0/1 edges 0/2\n3: in no scenario `a` passes\n3: no scenario confirms `a`\nundone: a\n");
}

static void
test_loops(void **state)
{
	static const char *const book = HEAD "  - {id: a, look: x, capture: {all: lines(this.stdout)}}\n"
					     "  - id: b\n    for_each: {in: a.all, as: one}\n    look: y\n";

	(void)state;
	covers(book, PLAY "  - {name: some, results: {a: {stdout: \"1\\n2\\n\"}, b: {}}}\n",
	    "steps 2/2 edges 3/4\n5: no scenario has the loop `b` without items\n");
	covers(book, PLAY "  - {name: none, results: {a: {}}}\n",
	    "steps 2/2 edges 3/4\n5: no scenario gives the loop `b` an item\n");
	/* A list that is written out, or given by the operator, is as long as it is. */
	covers(HEAD "  - {id: b, for_each: {in: [p, q], as: one}, look: y}\n",
	    PLAY "  - {name: all, results: {b: {}}}\n", "steps 1/1 edges 2/2\n");
	/* An `if` of its items is judged for each of them. */
	covers(HEAD "  - {id: b, for_each: {in: [p, q], as: one}, if: one == \"p\", look: y}\n",
	    PLAY "  - {name: all, results: {b: {}}}\n", "steps 1/1 edges 4/4\n");
}

static void
test_jumps(void **state)
{
	static const char *const book = HEAD "  - id: a\n    look: x\n    on_fail: {goto: c}\n"
					     "  - if: a.exit == 0\n    end: resolved\n"
					     "  - {id: c, look: y}\n";

	(void)state;
	covers(book, PLAY "  - {name: p, results: {a: {}}}\n",
	    "steps 1/2 edges 3/6\n5: no scenario takes `on_fail` of `a`\n"
	    "6: no scenario skips the `end` at line 6 by its `if`\n8: in no scenario `c` passes\n"
	    "undone: c\n");
	covers(book, PLAY "  - {name: f, results: {a: {exit: 1}, c: {}}}\n",
	    "steps 2/2 edges 2/6\n3: in no scenario `a` passes\n"
	    "6: no scenario comes to the `end` at line 6\n"
	    "6: in no scenario the `if` of the `end` at line 6 holds\n"
	    "6: no scenario skips the `end` at line 6 by its `if`\n");
}

static void
test_procedures_and_rungs(void **state)
{
	static const char *const book =
	    "runbook: t\nescalate:\n  - after: 1m\n    steps: [{say: late}]\n"
	    "  - on: failed\n    steps: [{say: bad}]\n"
	    "steps:\n  - {id: a, look: x, timeout: 10m}\n  - {id: b, call: p}\n"
	    "finally:\n  - {id: z, look: x}\n"
	    "procedures:\n  p:\n    title: P\n    steps:\n      - {id: q, look: y}\n"
	    "  unused:\n    title: U\n    steps:\n      - {id: u, look: y}\n";

	(void)state;
	covers(book, PLAY "  - {name: p, results: {a: {}, b/q: {}, z: {}}}\n",
	    "steps 4/7 edges 4/9\n3: no scenario lets escalation 1 begin (after 1m)\n"
	    "4: in no scenario the `say` at line 4 passes\n"
	    "5: no scenario lets escalation 2 begin (on: failed)\n"
	    "6: in no scenario the `say` at line 6 passes\n20: in no scenario `u` passes\n"
	    "undone: the `say` at line 4\nundone: the `say` at line 6\nundone: u\n");
	covers(book,
	    PLAY "  - {name: p, results: {a: {takes: 2m}, b/q: {exit: 1}, z: {}}}\n"
		 "  - {name: q, results: {a: {}, b/q: {}, z: {}}}\n"
		 "  - {name: u, from: unused, results: {u: {}, z: {}}}\n",
	    "steps 7/7 edges 9/9\n");
}

static void
test_choices(void **state)
{
	static const char *const book = HEAD "  - id: a\n    ask:\n      question: Which?\n      choices:\n"
					     "        - {choice: one, then: [{id: b, look: x}]}\n"
					     "        - {choice: two, then: {end: resolved}}\n";

	(void)state;
	covers(book, PLAY "  - {name: one, results: {b: {}}, answers: {a: one}}\n",
	    "steps 2/2 edges 3/4\n8: no scenario takes `choice \"two\"` of `a`\n");
	covers(book,
	    PLAY "  - {name: one, results: {b: {}}, answers: {a: one}}\n  - {name: two, answers: {a: two}}\n",
	    "steps 2/2 edges 4/4\n");
	covers(HEAD "  - id: a\n    ask:\n      question: Which?\n      type: many\n      choices:\n"
		    "        - {choice: one, then: [{id: b, look: x}]}\n"
		    "        - {choice: two, then: [{id: c, look: x}]}\n",
	    PLAY "  - {name: both, results: {b: {}, c: {}}, answers: {a: [one, two]}}\n",
	    "steps 3/3 edges 5/5\n");
	/* A comma in a choice is its own. */
	covers(HEAD "  - id: a\n    ask:\n      question: Which?\n      type: many\n      choices:\n"
		    "        - {choice: \"b, c\", then: [{id: x, look: x}]}\n"
		    "        - {choice: b, then: [{id: y, look: x}]}\n"
		    "        - {choice: c, then: [{id: z, look: x}]}\n",
	    PLAY "  - {name: two, results: {y: {}, z: {}}, answers: {a: [b, c]}}\n",
	    "steps 3/4 edges 5/7\n8: no scenario takes `choice \"b, c\"` of `a`\n8: in no scenario `x` "
	    "passes\nundone: x\n");
}

/* A call that leads out of the file, and that no play goes into, is told of: nothing shows that what it calls
 * can come to such a result. */
static void
test_calls(void **state)
{
	static const char *const book = HEAD "  - {id: a, runbook: c.yaml}\n  - {id: b, call: q}\n"
					     "procedures:\n  q: {steps: [{id: d, look: x}]}\n";

	(void)state;
	covers(book, PLAY "  - {name: p, results: {a: {}, b: {}}, expect: {outcome: resolved}}\n",
	    "steps 2/3 edges 2/3\n6: in no scenario `d` passes\nundone: d\nnot entered: a\n");
	covers(book,
	    PLAY "  - {name: p, results: {a: {}, b: {}}, expect: {outcome: resolved}}\n"
		 "  - {name: q, results: {a/e: {}, b/d: {}}, expect: {outcome: resolved}}\n",
	    "steps 3/3 edges 3/3\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_pass_and_fail),
	    cmocka_unit_test(test_branch),
	    cmocka_unit_test(test_gates),
	    cmocka_unit_test(test_loops),
	    cmocka_unit_test(test_jumps),
	    cmocka_unit_test(test_procedures_and_rungs),
	    cmocka_unit_test(test_choices),
	    cmocka_unit_test(test_calls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
