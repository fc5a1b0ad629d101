/* Playing: where a scenario starts, what it is given, who answers, how time passes, and what ends it. */
#include "stage.h"

static void
test_inputs(void **state)
{
	static const char book[] = "inputs: {root: {type: dir}, port: {type: port, default: 8000}}\n"
				   "values: {log: \"${root}/log\"}\n"
				   "steps:\n  - {id: a, look: tail \"$log\" $port}\n";

	(void)state;
	stage_expect(book,
	    "inputs: {root: /srv, port: 1}\n"
	    "results: {a: {}}\n"
	    "scenarios:\n"
	    "  - name: those of the file\n"
	    "    expect: {requests: {a: {env: {log: /srv/log, port: \"1\"}}}}\n"
	    "  - name: its own go before them\n"
	    "    inputs: {port: 2}\n"
	    "    expect: {requests: {a: {env: {log: /srv/log, port: \"2\"}}}, values: {port: 2}}\n",
	    "passed\n"
	    "passed\n");
	/* What is wrong with them is told when the file is loaded: `check` plays nothing. */
	stage_expect(book,
	    "inputs: {root: /srv}\n"
	    "scenarios:\n"
	    "  - name: what does not fit\n"
	    "    inputs: {port: 70000}\n",
	    "t.test.yaml:5:14: error: input `port`: `70000` is not a port number, 1 to 65535 [E043]\n"
	    "    5 |     inputs: {port: 70000}\n"
	    "      |              ^^^^\n"
	    "1 error\n");
}

static void
test_host(void **state)
{
	static const char book[] =
	    "requires: {commands: [jq], optional: [docker], env: [HOME], user: root, os: Linux}\n"
	    "steps:\n  - {id: a, if: has.docker, look: \"true\"}\n  - say: on ${run.host}\n";

	(void)state;
	stage_expect(book,
	    "host: {name: web-3, user: root}\nscenarios:\n  - name: all is there\n    results: {a: {}}\n"
	    "    expect: {said: on web-3, path: [a]}\n",
	    "passed\n");
	stage_expect(book,
	    "host: {user: root, lacks: [docker]}\nscenarios:\n  - name: docker is not\n"
	    "    expect: {said: on host-1, path: [], statuses: {a: skipped}}\n",
	    "passed\n");
	stage_expect(book,
	    "host: {commands: [docker], env: {PATH: /bin}, os: FreeBSD}\nscenarios:\n  - name: nothing fits\n"
	    "    expect:\n"
	    "      outcome: environment\n"
	    "      exit: 6\n"
	    "      path: []\n"
	    "      reason: /no program `jq`.*bash.*HOME is not set.*user root, not operator.*FreeBSD/\n",
	    "passed\n");
}

static void
test_secrets(void **state)
{
	static const char book[] = "secrets:\n"
				   "  token: {env: API_TOKEN}\n"
				   "  spare: {env: SPARE, optional: true}\n"
				   "steps:\n"
				   "  - {id: a, run: call, secrets: [token, spare]}\n"
				   "  - {id: b, look: cat log, match: {it: /x(?<y>.*)/}}\n";

	(void)state;
	stage_expect(book,
	    "secrets: {token: hunter22}\nscenarios:\n  - name: one\n    results: {a: {}, b: {stdout: x "
	    "hunter22}}\n"
	    "    expect: {requests: {a: {env: {token: hunter22}}}, values: {b.it.y: \" hunter22\"}}\n",
	    "passed\n");
	/* Reports go to logs, as what a run shows does. */
	stage_expect(book,
	    "secrets: {token: hunter22}\nscenarios:\n  - name: one\n    results: {a: {}, b: {stdout: x "
	    "hunter22}}\n"
	    "    expect: {values: {b.it.y: other}, that: [\"not (b.stdout matches /hunter22/)\"]}\n",
	    "failed\n"
	    "6 values: `b.it.y` has another value\n"
	    "  expected \"other\"\n"
	    "  actual   \" ***\"\n"
	    "6 that: `not (b.stdout matches /***/)` does not hold\n"
	    "  | `b.stdout` is \"x ***\"\n");
	stage_expect(book, "scenarios:\n  - name: one\n    results: {a: {}, b: {}}\n",
	    "error\n"
	    "t.test.yaml:3:11: error: the secret `token` has no value here [E045]\n"
	    "    3 |   - name: one\n"
	    "      |           ^^^\n"
	    "      = secrets are never fetched in a test: write `secrets: {token: …}` at the top\n"
	    "1 error\n");
}

static void
test_from(void **state)
{
	static const char book[] = "inputs: {root: {type: text, default: /srv}}\n"
				   "setup:\n  - {id: first, look: \"true\"}\n"
				   "steps:\n  - {id: a, call: restart, with: {port: 1}}\n"
				   "procedures:\n"
				   "  restart:\n"
				   "    inputs: {port: {type: port}}\n"
				   "    outputs: {pid: {type: int, value: launch.pid}}\n"
				   "    steps:\n      - {id: launch, start: exec serve $port $root}\n";

	(void)state;
	stage_expect(book,
	    "inputs: {port: 5}\nresults: {first: {}}\nscenarios:\n"
	    "  - name: at the procedure\n    from: restart\n    results: {launch: {pid: 77}}\n"
	    "    expect:\n"
	    "      path: [first, launch]\n"
	    "      outputs: {pid: 77}\n"
	    "      values: {launch.pid: 77, port: 5}\n"
	    "      requests: {launch: {env: {port: \"5\", root: /srv}}}\n"
	    "  - name: from the beginning\n    results: {a/launch: {}}\n"
	    "    expect: {path: [first, a, a/launch], changes: [a/launch], values: {a.pid: 1002}}\n"
	    "  - name: its inside may be left out\n    results: {a/launch: {}}\n"
	    "    expect: {path: [first, a], changes: [a], requests: {a: {with: {port: 1}}}}\n",
	    "passed\npassed\npassed\n");
	stage_expect(book,
	    "results: {first: {}}\nscenarios:\n  - name: without its input\n    from: restart\n",
	    "t.test.yaml:4:11: error: the input `port` has no value here [E045]\n"
	    "    4 |   - name: without its input\n"
	    "      |           ^^^^^^^^^^^^^^^^^\n"
	    "      = write `inputs: {port: …}`, here or at the top for all scenarios\n"
	    "1 error\n");
}

/* A step inside of what a step calls that is called from there; a child runbook; both loops and visits fall
 * away. */
static void
test_calls(void **state)
{
	struct stage s;

	(void)state;
	stage_passes("steps:\n  - {id: a, for_each: {as: x, in: [1, 2]}, call: outer}\n"
		     "procedures:\n"
		     "  outer: {steps: [{id: b, call: inner}, {id: b2, look: \"true\"}]}\n"
		     "  inner: {steps: [{id: c, look: \"true\"}]}\n",
	    "    results: {a/b/c: [{}, {}], a/b2: {by_item: {\"1\": {}, \"2\": {}}}}\n"
	    "    expect: {path: [a, a/b, a/b/c, a/b2, a/b, a/b/c, a/b2]}\n");
	stage_init(&s);
	stage_add(&s, "t.yaml",
	    "runbook: t\nsteps:\n  - {id: db, runbook: child.yaml, with: {host: h1}, on_fail: continue}\n");
	stage_add(&s, "child.yaml",
	    "runbook: child\ninputs: {host: {type: text}}\nrequires: {commands: [psql]}\n"
	    "steps:\n  - {id: ping, look: psql $host}\n");
	if (stage_load(&s,
		"test: t.yaml\nscenarios:\n"
		"  - name: entered\n    results: {db/ping: {}}\n    expect: {path: [db, db/ping], outcome: "
		"resolved}\n"
		"  - name: its inside fails\n    results: {db/ping: {exit: 1}}\n"
		"    expect: {statuses: {db: failed, db/ping: failed}}\n"
		"  - name: the whole\n    results: {db: {}}\n"
		"    expect: {path: [db], not_reached: [db/ping], requests: {db: {with: {host: h1}}}}\n"
		"  - name: the whole fails\n    results: {db: {failed: no database}}\n"
		"    expect: {statuses: {db: failed}, that: ['db.error == \"no database\"']}\n"))
		stage_play(&s);
	stage_compare(&s, "passed\npassed\npassed\npassed\n");
	stage_free(&s);
}

static void
test_whole_calls(void **state)
{
	static const char book[] =
	    "steps:\n"
	    "  - {id: a, call: check, on_fail: continue}\n"
	    "  - {id: b, if: a.ready ?? false, run: go $a_count}\n"
	    "procedures:\n"
	    "  check:\n"
	    "    outputs: {ready: {type: bool, value: c.passed}, count: {type: int, value: int(c.stdout)}}\n"
	    "    steps: [{id: c, run: count}]\n";

	(void)state;
	stage_expect(book,
	    "results: {a: {outputs: {ready: true, count: 3}}}\n"
	    "scenarios:\n"
	    "  - name: stands for it\n    results: {b: {}}\n"
	    "    expect: {changes: [a, b], requests: {b: {env: {a_count: \"3\"}}}, values: {a.count: 3}}\n"
	    "  - name: another one\n    results: {a: {outputs: {ready: false}}}\n"
	    "    expect: {path: [a], changes: [a]}\n"
	    "  - name: fails\n    results: {a: {failed: down}}\n"
	    "    expect: {path: [a], outcome: failed}\n"
	    "  - name: entered all the same\n    results: {a/c: {stdout: \"9\"}, b: {}}\n"
	    "    expect: {changes: [a/c, b], values: {a.count: 9}}\n",
	    "passed\npassed\npassed\npassed\n");
}

static void
test_library(void **state)
{
	struct stage s;

	(void)state;
	stage_init(&s);
	stage_add(&s, "port.free",
	    "procedure: port.free\n"
	    "title: Free a port\n"
	    "inputs: {port: {type: port}}\n"
	    "secrets: {token: {help: for it}}\n"
	    "outputs: {freed: {type: bool, value: not holder.listening}}\n"
	    "steps:\n"
	    "  - {id: holder, port: \"${port}\", on_fail: continue}\n"
	    "  - {id: tell, http: {url: \"http://h/\", headers: {X: \"${token}\"}}, secrets: [token], if: "
	    "holder.listening}\n");
	if (stage_load(&s, "library: port.free\ninputs: {port: 80}\nsecrets: {token: abcdef}\nscenarios:\n"
			   "  - name: free\n    results: {holder: {listening: false}}\n"
			   "    expect: {path: [holder], outputs: {freed: true}, outcome: resolved}\n"
			   "  - name: taken\n    results: {holder: {pid: 3}, tell: {}}\n"
			   "    expect: {path: [holder, tell], outputs: {freed: false}, requests: {tell: "
			   "{headers: {X: abcdef}}}}\n"))
		stage_play(&s);
	stage_compare(&s, "passed\npassed\n");
	stage_free(&s);
}

static void
test_answers(void **state)
{
	static const char confirm[] =
	    "steps:\n  - {id: a, run: rm, confirm: Really?, optional: true}\n  - {id: b, look: \"true\"}\n",
			  strict[] = "steps:\n  - {id: a, run: rm, confirm: {text: Really?, type: DROP}}\n",
			  ask[] = "steps:\n"
				  "  - {id: a, ask: {question: Which?, choices: [red, green]}}\n"
				  "  - {id: n, ask: {question: How many?, type: number}}\n"
				  "  - {id: m, ask: {question: Some?, type: many, choices: [x, y, z]}}\n"
				  "  - {id: q, ask: {question: Sure?, type: yes_no}}\n"
				  "  - {id: t, ask: What?}\n"
				  "  - {id: d, manual: {text: Do it, record: [ticket]}}\n";

	(void)state;
	stage_expect(confirm,
	    "results: {b: {}}\nscenarios:\n"
	    "  - {name: y, answers: {a: yes}, results: {a: {}}, expect: {changes: [a], asked: [a]}}\n"
	    "  - {name: n, answers: {a: no}, expect: {changes: [], statuses: {a: skipped}, path: [b]}}\n"
	    "  - {name: s, answers: {a: skip}, expect: {statuses: {a: skipped}}}\n"
	    "  - {name: o, answers: {a: nobody}, expect: {statuses: {a: skipped}}}\n"
	    "  - {name: f, yes: true, results: {a: {}}, expect: {changes: [a], asked: []}}\n"
	    "  - {name: t, answers: {a: {answer: yes, takes: 2m}}, results: {a: {}}, expect: {elapsed: "
	    "2m}}\n",
	    "passed\npassed\npassed\npassed\npassed\npassed\n");
	stage_expect(strict,
	    "scenarios:\n"
	    "  - {name: y, answers: {a: DROP}, results: {a: {}}, expect: {changes: [a]}}\n"
	    "  - {name: w, answers: {a: yes}, results: {a: {}}, expect: {changes: [a]}}\n"
	    "  - {name: i, yes: [a], results: {a: {}}, expect: {changes: [a]}}\n"
	    "  - {name: n, answers: {a: no}, expect: {outcome: declined, exit: 5, statuses: {a: declined}}}\n"
	    "  - {name: x, answers: {a: dorp}, expect: {outcome: declined}}\n"
	    "  - {name: a, answers: {a: abort}, expect: {outcome: cancelled, exit: 130}}\n",
	    "passed\npassed\npassed\npassed\npassed\npassed\n");
	stage_expect(ask,
	    "scenarios:\n"
	    "  - name: one\n"
	    "    answers: {a: green, n: 2.5, m: [x, z], q: no, t: some text, d: {record: {ticket: OPS-1}, "
	    "takes: 1h}}\n"
	    "    expect:\n"
	    "      asked: [a, n, m, q, t, d]\n"
	    "      that: ['a.answer == \"green\"', n.answer == 2.5, count(m.answer) == 2, not q.answer, "
	    "'t.answer == \"some text\"', 'd.ticket == \"OPS-1\"']\n"
	    "      elapsed: 1h\n"
	    "  - name: two\n"
	    "    answers: {a: red, n: 1, m: y, q: yes, t: x, d: {done: false, note: no console}}\n"
	    "    expect: {outcome: failed, reason: no console}\n"
	    "  - name: three\n"
	    "    answers: {a: nobody}\n"
	    "    expect: {outcome: declined}\n",
	    "passed\npassed\npassed\n");
}

/* Each visit of a question has its answer. */
static void
test_answers_in_turn(void **state)
{
	(void)state;
	stage_passes("steps:\n"
		     "  - {id: a, ask: {question: Again?, type: yes_no}}\n"
		     "  - branch:\n"
		     "      - {if: a.answer, then: [{goto: a}]}\n",
	    "    answers: {a: [yes, {answer: yes, takes: 3s}, no]}\n    expect: {asked: [a, a, a], elapsed: "
	    "3s}\n");
}

static void
test_time(void **state)
{
	static const char book[] = "escalate:\n"
				   "  - {after: 15m, contact: boss, steps: [{id: page, run: page}]}\n"
				   "  - {on: failed, steps: [{say: it failed}]}\n"
				   "steps:\n"
				   "  - {id: a, look: slow, timeout: 20m}\n"
				   "  - wait: 1m\n"
				   "finally:\n  - {id: last, look: \"true\"}\n";

	(void)state;
	stage_expect(book,
	    "results: {last: {}}\nscenarios:\n"
	    "  - {name: in time, results: {a: {takes: 10m}}, expect: {elapsed: 11m, changes: [], said: []}}\n"
	    "  - {name: late, results: {a: {takes: 16m}, page: {}}, expect: {elapsed: 17m, changes: [page], "
	    "path: [a, page, last]}}\n"
	    "  - name: too late\n    results: {a: {hangs: true}, page: {}}\n"
	    "    expect: {elapsed: {at_least: 20m, at_most: 20m}, outcome: failed, said: it failed}\n",
	    "passed\npassed\npassed\n");
}

static void
test_signals(void **state)
{
	static const char book[] = "steps:\n  - {id: a, run: slow, timeout: 1h}\n  - {id: b, run: next}\n"
				   "finally:\n  - {id: last, look: \"true\"}\n";

	(void)state;
	stage_expect(book,
	    "results: {last: {}}\nscenarios:\n"
	    "  - name: INT ends it\n    results: {a: {hangs: true}}\n    signals: [{at: 5m, signal: INT}]\n"
	    "    expect: {outcome: cancelled, exit: 130, elapsed: 5m, path: [a, last]}\n"
	    "  - name: TERM too\n    results: {a: {takes: 10m}}\n    signals: [{at: 5m, signal: TERM}]\n"
	    "    expect: {outcome: cancelled, exit: 143, elapsed: 5m}\n"
	    "  - name: HUP lets the step finish\n    results: {a: {takes: 10m}}\n    signals: [{at: 5m, "
	    "signal: HUP}]\n"
	    "    expect: {exit: 129, elapsed: 10m, changes: [a], statuses: {a: passed}}\n"
	    "  - name: it never comes\n    results: {a: {}, b: {}}\n    signals: [{at: 5m, signal: INT}]\n",
	    "passed\npassed\npassed\nerror\n"
	    "t.test.yaml:18:15: error: the signal never came: the run had ended after 0s [E045]\n"
	    "   18 |     signals: [{at: 5m, signal: INT}]\n"
	    "      |               ^^^^^^^^^^^^^^^^^^^^^\n"
	    "1 error\n");
}

/* What cannot end is told, and so is what goes on and on. */
static void
test_bounds(void **state)
{
	(void)state;
	stage_expect("steps:\n  - {id: a, ask: Name?}\n", "scenarios:\n  - {name: one}\n",
	    "error\n"
	    "t.test.yaml:3:12: error: `a` asks, and there is no answer: \"Name?\" [E045]\n"
	    "    3 |   - {name: one}\n"
	    "      |            ^^^\n"
	    "      = write `a: …` under `answers`\n"
	    "        it came here by a\n"
	    "1 error\n");
	stage_expect("steps:\n  - {id: a, look: x, stop_on: {operator: true}}\n",
	    "scenarios:\n  - {name: one, results: {a: {}}}\n",
	    "error\n"
	    "t.test.yaml:3:12: error: the run waits for ever: what it has started does not end, and has no "
	    "timeout [E045]\n"
	    "    3 |   - {name: one, results: {a: {}}}\n"
	    "      |            ^^^\n"
	    "      = it came here by a\n"
	    "1 error\n");
	stage_expect("steps:\n  - wait: 31d\n", "scenarios:\n  - {name: one}\n",
	    "error\n"
	    "t.test.yaml:3:12: error: the run takes more than 30 days by the fake clock [E045]\n"
	    "    3 |   - {name: one}\n"
	    "      |            ^^^\n"
	    "      = it came here by no step with an id\n"
	    "1 error\n");
	stage_expect("steps:\n  - {id: a, look: x, retry: {every: 1ms, for: 20d}, timeout: 1s}\n",
	    "scenarios:\n  - {name: one, results: {a: {exit: 1}}}\n",
	    "error\n"
	    "t.test.yaml:3:12: error: the run goes on and on: there were more than 1,000,000 events [E045]\n"
	    "    3 |   - {name: one, results: {a: {exit: 1}}}\n"
	    "      |            ^^^\n"
	    "      = it came here by a\n"
	    "1 error\n");
}

/* One scenario more than a file may have. */
static void
test_most(void **state)
{
	struct stage s;
	struct rb_buf b;

	(void)state;
	for (int more = 0; more < 2; more++) {
		stage_init(&s);
		stage_add(&s, "t.yaml", "runbook: t\nsteps:\n  - say: x\n");
		rb_buf_init(&b, NULL, 1 << 24);
		rb_buf_c(&b, "test: t.yaml\nscenarios:\n");
		for (int i = 0; i < RB_SCENARIOS_MAX + more; i++)
			rb_buf_fmt(&b, "- name: s%d\n", i);
		assert_int_equal(stage_load(&s, rb_buf_cstr(&b)), !more);
		assert_true(!more ||
			    strstr(rb_buf_cstr(&s.out), "a file has at most 10000 scenarios [E028]") != NULL);
		rb_buf_free(&b);
		stage_free(&s);
	}
}

/* Names that results have for instance paths. */
static void
test_names(void **state)
{
	static const struct {
		const char *path, *name;
	} rows[] = {{"a", "a"}, {"a#3", "a"}, {"a[2]", "a"}, {"a#2[0]/b", "b"}, {"c/d", "c/d"},
	    {"c[1]/d#2", "c/d"}, {"c#4/e[7]/f", "c/f"}, {"a/b/x", NULL}, {"", NULL}, {"c/a", NULL},
	    {"c//d", NULL}, {"[1]", NULL}};
	struct rb_buf name;
	struct stage s;

	(void)state;
	stage_init(&s);
	stage_add(&s, "t.yaml",
	    "runbook: t\nsteps:\n"
	    "  - {id: a, for_each: {as: x, in: [1]}, block: [{id: b, say: \"${x}\"}]}\n"
	    "  - {id: c, call: p}\n"
	    "procedures:\n"
	    "  p: {steps: [{id: d, say: x}, {id: e, for_each: {as: y, in: [1]}, block: [{id: f, say: "
	    "\"${y}\"}]}]}\n");
	assert_true(stage_load(&s, "test: t.yaml\nscenarios: [{name: one}]\n"));
	rb_buf_init(&name, NULL, 100);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct rb_step *step;

		rb_buf_clear(&name);
		step = rb_scenario_step(s.file->program, NULL, rb_str_c(rows[i].path), &name);
		assert_int_equal(step != NULL, rows[i].name != NULL);
		if (rows[i].name != NULL)
			assert_string_equal(rb_buf_cstr(&name), rows[i].name);
	}
	rb_buf_free(&name);
	stage_free(&s);
}

/* The same file plays the same way, as often as is asked. */
static void
test_again(void **state)
{
	struct rb_play_options o = {.alloc = NULL};
	struct rb_played first, again;
	struct stage s;

	(void)state;
	stage_init(&s);
	stage_add(&s, "t.yaml", "runbook: t\nsteps:\n  - {id: a, look: \"true\", retry: {times: 2}}\n");
	assert_true(stage_load(&s, "test: t.yaml\nscenarios:\n  - {name: one, results: {a: [{exit: 1}, {}]}, "
				   "expect: {outcome: resolved}}\n"));
	rb_scenario_play(s.file, 0, &o, &s.arena, &first);
	rb_scenario_play(s.file, 0, &o, &s.arena, &again);
	assert_int_equal(first.verdict, RB_VERDICT_PASSED);
	assert_int_equal(again.verdict, RB_VERDICT_PASSED);
	assert_int_equal(first.events, again.events);
	assert_int_equal(again.npath, 1);
	assert_true(rb_str_is(again.path[0], "a"));
	assert_int_equal(again.end.elapsed, RB_SECOND);
	stage_free(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_inputs),
	    cmocka_unit_test(test_host),
	    cmocka_unit_test(test_secrets),
	    cmocka_unit_test(test_from),
	    cmocka_unit_test(test_calls),
	    cmocka_unit_test(test_whole_calls),
	    cmocka_unit_test(test_library),
	    cmocka_unit_test(test_answers),
	    cmocka_unit_test(test_answers_in_turn),
	    cmocka_unit_test(test_time),
	    cmocka_unit_test(test_signals),
	    cmocka_unit_test(test_bounds),
	    cmocka_unit_test(test_most),
	    cmocka_unit_test(test_names),
	    cmocka_unit_test(test_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
