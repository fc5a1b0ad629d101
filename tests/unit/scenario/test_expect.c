/* Expectations: what holds passes; what does not is told with what came, and why. */
#include "stage.h"

static const char book[] =
    "inputs: {port: {type: port, default: 8000}}\n"
    "values: {mode: soft}\n"
    "steps:\n"
    "  - id: health\n"
    "    http: http://h:${port}/health\n"
    "    on_pass: {end: {resolved: it is healthy}}\n"
    "    on_fail: continue\n"
    "  - id: survey\n"
    "    checks:\n"
    "      - {id: holder, port: \"${port}\"}\n"
    "      - {id: log, look: tail log, match: {taken: in use}}\n"
    "    on_fail: continue\n"
    "  - branch:\n"
    "      - if: log.taken\n"
    "        then:\n"
    "          - {id: free, run: free \"$port\" \"$mode\", confirm: \"Free ${port}?\"}\n"
    "      - else:\n"
    "          - say: Port ${port} is free\n"
    "          - {id: fix, run: fix}\n"
    "  - set: {mode: hard}\n"
    "  - {id: start, call: restart, on_fail: {end: {escalated: it does not start}}}\n"
    "procedures:\n"
    "  restart:\n"
    "    steps:\n"
    "      - {id: stop, run: stop}\n"
    "      - {id: launch, run: launch}\n";

/* A stale process holds the port: the scenario without its `expect`, which each test adds. */
static void
stale(const char *expect, const char *want)
{
	struct rb_buf b;

	rb_buf_init(&b, NULL, 1 << 16);
	rb_buf_fmt(&b,
	    "scenarios:\n"
	    "  - name: stale\n"
	    "    results: {health: {refused: true}, holder: {pid: 7}, log: {stdout: in use}, free: {}, "
	    "start/stop: {}, "
	    "start/launch: {takes: 3s}}\n"
	    "    answers: {free: yes}\n"
	    "    expect: %s\n",
	    expect);
	stage_expect(book, rb_buf_cstr(&b), want);
	rb_buf_free(&b);
}

static void
test_all_hold(void **state)
{
	static const char *const good[] = {"{outcome: resolved, exit: 0}",
	    "{path: [health, survey, free, start]}", "{path: [health, survey, holder, log, free, start]}",
	    "{path: [health, survey, free, start, start/stop, start/launch]}",
	    "{reached: [free, start/stop], not_reached: [fix]}",
	    "{changes: [free, start/stop, start/launch]}", "{changes: [free, start]}",
	    "{statuses: {health: failed, survey: passed, free: passed, start/stop: passed, start: [passed]}}",
	    "{values: {holder.pid: 7, log.taken: true, mode: hard, port: 8000, log.taken.count: 1, "
	    "holder.process: 7}}",
	    "{that: [holder.pid == 7 and log.taken, \"mode == 'hard'\"]}",
	    "{requests: {health: {url: /health$/, method: GET}, free: {env: {port: \"8000\", mode: soft}}, "
	    "holder: {port: 8000}}}",
	    "{requests: {free: {script: {contains: free}}, log: {script: tail log}}}", "{asked: [free]}",
	    "{asked: {free: Free 8000}}", "{asked: {free: {equals: \"Free 8000?\"}}}", "{said: []}",
	    "{elapsed: 3s}", "{elapsed: {at_least: 1s}}", "{elapsed: {at_most: 3s}}"};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		stale(good[i], "passed\n");
}

static void
test_end(void **state)
{
	(void)state;
	stale("{outcome: failed, exit: 1, reason: sad, elapsed: 2s}",
	    "failed\n"
	    "6 outcome: the run has another outcome\n"
	    "  expected failed\n"
	    "  actual   resolved\n"
	    "6 exit: the run has another exit code\n"
	    "  expected 1\n"
	    "  actual   0 (resolved)\n"
	    "6 reason: the run gives another reason\n"
	    "  expected a text with \"sad\" in it\n"
	    "  actual   \"\"\n"
	    "6 elapsed: the run takes more time\n"
	    "  expected 2s\n"
	    "  actual   3s\n");
	stale("{elapsed: {at_least: 4s, at_most: 5s}}", "failed\n"
							"6 elapsed: the run takes less time\n"
							"  expected 4s to 5s\n"
							"  actual   3s\n");
}

static void
test_path(void **state)
{
	(void)state;
	stale("{path: [health, survey, fix, start]}",
	    "failed\n"
	    "6 path: the path differs: `fix` was expected, and `free` came\n"
	    "  |   health\n"
	    "  |   survey\n"
	    "  | - fix\n"
	    "  | + free\n"
	    "  |   start\n"
	    "  | since `log.taken` held: log.taken: in use\n");
	stale("{path: [health, survey, free]}",
	    "failed\n"
	    "6 path: the path differs: nothing more was expected, and `start` came\n"
	    "  |   health\n"
	    "  |   survey\n"
	    "  |   free\n"
	    "  | + start\n"
	    "  | since `log.taken` held: log.taken: in use\n");
	stale("{path: [health, survey, holder, log, free, start, start/launch]}",
	    "failed\n"
	    "6 path: the path differs: `start/launch` was expected, and `start/stop` came\n"
	    "  |   … 3 that are the same\n"
	    "  |   log\n"
	    "  |   free\n"
	    "  |   start\n"
	    "  | + start/stop\n"
	    "  |   start/launch\n"
	    "  | since `log.taken` held: log.taken: in use\n");
	stage_expect(book,
	    "scenarios:\n  - {name: one, results: {health: {}}, expect: {path: [health, survey]}}\n",
	    "failed\n"
	    "3 path: the path differs: `survey` was expected, and nothing more came\n"
	    "  |   health\n"
	    "  | - survey\n"
	    "  | since `health` passed, and its `on_pass` is `end resolved`\n"
	    "  | the run ended resolved, by `on_pass` of `health`: it is healthy\n");
	stale("{reached: [fix], not_reached: [free]}",
	    "failed\n"
	    "6 reached: `fix` was not reached\n"
	    "  | the path was health → survey → holder → log → free → start → start/stop → start/launch\n"
	    "  | the run ended resolved\n"
	    "6 not_reached: `free` was reached\n"
	    "  | the path was health → survey → holder → log → free → start → start/stop → start/launch\n");
}

static void
test_changes(void **state)
{
	(void)state;
	stale("{changes: [start]}", "failed\n"
				    "6 changes: the changes differ: `start` was expected, and `free` came\n"
				    "  | + free\n"
				    "  |   start\n");
	stale("{changes: [free, start/launch]}",
	    "failed\n"
	    "6 changes: the changes differ: `start/launch` was expected, and `start/stop` came\n"
	    "  |   free\n"
	    "  | + start/stop\n"
	    "  |   start/launch\n");
}

static void
test_facts(void **state)
{
	(void)state;
	stale("{statuses: {health: passed, fix: passed, free: [passed, passed]}}",
	    "failed\n"
	    "6 statuses: `health` has another outcome\n"
	    "  expected passed\n"
	    "  actual   failed\n"
	    "  | GET http://h:8000/health: connection refused\n"
	    "6 statuses: `fix` was not reached\n"
	    "6 statuses: `free` has another outcome\n"
	    "  expected passed, passed\n"
	    "  actual   passed\n");
	stale("{values: {holder.pid: 8, holder.user: app}, that: [holder.pid > 7, holder.user == \"app\"]}",
	    "failed\n"
	    "6 values: `holder.pid` has another value\n"
	    "  expected 8\n"
	    "  actual   7\n"
	    "6 values: `holder.user` has another value\n"
	    "  expected \"app\"\n"
	    "  actual   unset\n"
	    "6 that: `holder.pid > 7` does not hold\n"
	    "  | `holder.pid` is 7\n"
	    "6 that: `holder.user == \"app\"` cannot be decided\n"
	    "  actual   `holder.user` is unset\n"
	    "  | `holder.user` is unset\n");
	stage_expect(book,
	    "scenarios:\n  - name: one\n    from: restart\n    results: {stop: {}, launch: {}}\n"
	    "    inputs: {port: 1}\n    expect: {values: {launch.exit: 1}}\n",
	    "failed\n"
	    "7 values: `launch.exit` has another value\n"
	    "  expected 1\n"
	    "  actual   0\n");
}

static void
test_requests(void **state)
{
	(void)state;
	stale("{requests: {free: {env: {port: 80}, cwd: /srv}, fix: {script: x}}}",
	    "failed\n"
	    "6 requests: `free` would have had another `env.port`\n"
	    "  expected \"80\"\n"
	    "  actual   \"8000\"\n"
	    "6 requests: `free` would have had another `cwd`\n"
	    "  expected \"/srv\"\n"
	    "  actual   unset\n"
	    "6 requests: `fix` was never started\n");
	stale("{requests: {free: [{env: {port: \"8000\"}}, {}], health: {url: {lacks: health}}}}",
	    "failed\n"
	    "6 requests: `free` was started another number of times\n"
	    "  expected 2\n"
	    "  actual   1\n"
	    "6 requests: `health` would have had another `url`\n"
	    "  expected a text without \"health\"\n"
	    "  actual   \"http://h:8000/health\"\n");
}

static void
test_people(void **state)
{
	(void)state;
	stale("{asked: [], said: [Port]}",
	    "failed\n"
	    "6 asked: the questions differ: nothing more was expected, and `free` came\n"
	    "  | + free\n"
	    "6 said: this was not said\n"
	    "  expected a text with \"Port\" in it\n");
	stale("{asked: {free: Stop it}}", "failed\n"
					  "6 asked: `free` asks another question\n"
					  "  expected a text with \"Stop it\" in it\n"
					  "  actual   \"Free 8000?\"\n");
	stage_expect("steps:\n  - say: one\n  - say: two\n",
	    "scenarios:\n  - {name: a, expect: {said: [one, two]}}\n  - {name: b, expect: {said: [two, "
	    "/o.e/]}}\n",
	    "passed\n"
	    "failed\n"
	    "4 said: this was not said after what stands before it\n"
	    "  expected a text that matches /o.e/\n"
	    "  | said: \"one\"\n"
	    "  | said: \"two\"\n");
	stage_expect("steps:\n  - say: one\n  - say: two\n",
	    "scenarios:\n  - {name: a, expect: {said: []}}\n",
	    "failed\n"
	    "3 said: something was said\n"
	    "  expected nothing\n"
	    "  actual   \"one\"\n");
}

/* A scenario that would pass however the run ends tests nothing. */
static void
test_nothing(void **state)
{
	(void)state;
	stage_expect("steps:\n  - {id: a, look: x}\n",
	    "scenarios:\n  - {name: one, results: {a: {exit: 1}}}\n",
	    "error\n"
	    "t.test.yaml:3:12: error: nothing is expected: it would pass however the run ends [E045]\n"
	    "    3 |   - {name: one, results: {a: {exit: 1}}}\n"
	    "      |            ^^^\n"
	    "      = this run ended failed, and came by a: write `expect: {outcome: failed, …}`\n"
	    "1 error\n");
}

/* What a play lacks, or has too much. */
static void
test_unused(void **state)
{
	(void)state;
	stage_expect("steps:\n  - {id: a, look: x}\n  - {look: y}\n",
	    "scenarios:\n  - name: one\n    results: {a: [{}, {}]}\n",
	    "error\n"
	    "t.test.yaml:3:11: error: there is no result for `step_2` (t.yaml:4; it has no id: give it one) "
	    "(its 1st attempt) "
	    "[E045]\n"
	    "    3 |   - name: one\n"
	    "      |           ^^^\n"
	    "      = write `step_2: {}` under `results` for one that passes\n"
	    "        the facts of `look` are exit, signal, "
	    "stdout, stderr, output, "
	    "pid, output_incomplete\n"
	    "        it came here by a\n"
	    "1 error\n");
	stage_expect("steps:\n  - {id: a, look: x}\n  - {id: b, if: a.failed, look: y, confirm: Go?}\n",
	    "scenarios:\n  - name: one\n    results: {a: [{}, {}], b: {}}\n    answers: {b: yes}\n",
	    "error\n"
	    "t.test.yaml:4:23: error: `a` was started 1 time, and has 2 results [E045]\n"
	    "    4 |     results: {a: [{}, {}], b: {}}\n"
	    "      |                       ^^\n"
	    "      = the path was a\n"
	    "        decided last: `if: a.failed` of `b` did not hold: a.failed = false\n"
	    "        the run ended resolved\n"
	    "t.test.yaml:4:28: error: this result was not used: `b` was never started [E045]\n"
	    "    4 |     results: {a: [{}, {}], b: {}}\n"
	    "      |                            ^\n"
	    "t.test.yaml:5:15: error: this answer was not used: `b` never asked [E045]\n"
	    "    5 |     answers: {b: yes}\n"
	    "      |               ^\n"
	    "3 errors\n");
	stage_expect("steps:\n  - {id: a, look: x, retry: {times: 3}}\n",
	    "scenarios:\n  - name: one\n    results: {a: [{exit: 1}, {exit: 1}]}\n",
	    "error\n"
	    "t.test.yaml:4:18: error: `a` is started for the 3rd time, and has 2 results [E045]\n"
	    "    4 |     results: {a: [{exit: 1}, {exit: 1}]}\n"
	    "      |                  ^^^^^^^^^^^^^^^^^^^^^^\n"
	    "      = a list has one result for each attempt; with `repeats: true` its last serves all that "
	    "follow, and one that is no list serves them all\n"
	    "        it came here by a\n"
	    "1 error\n");
	/* Items of a `checks` tell at once what they lack. */
	stage_expect("steps:\n  - checks:\n      - {id: a, look: x}\n      - {id: b, http: \"http://h/\"}\n",
	    "scenarios:\n  - name: one\n    expect: {path: [a, b]}\n",
	    "error\n"
	    "t.test.yaml:3:11: error: there is no result for `a` (its 1st attempt) [E045]\n"
	    "    3 |   - name: one\n"
	    "      |           ^^^\n"
	    "      = write `a: {}` under `results` for one that passes\n"
	    "        the facts of `look` are exit, signal, stdout, "
	    "stderr, output, pid, "
	    "output_incomplete\n"
	    "        it came here by a\n"
	    "t.test.yaml:3:11: error: there is no result for `b` (its 1st attempt) [E045]\n"
	    "    3 |   - name: one\n"
	    "      |           ^^^\n"
	    "      = write `b: {}` under `results` for one that passes\n"
	    "        the facts of `http` are status, headers, body, "
	    "json, time, url, "
	    "redirect, cert\n"
	    "        it came here by a → b\n"
	    "2 errors\n");
	stage_expect("steps:\n  - {id: a, for_each: {as: p, in: [x, y]}, look: c $p}\n",
	    "scenarios:\n  - name: one\n    results: {a: {by_item: {x: {}, z: {}}}}\n",
	    "error\n"
	    "t.test.yaml:3:11: error: there is no result for `a` (its 1st attempt of item `y`) [E045]\n"
	    "    3 |   - name: one\n"
	    "      |           ^^^\n"
	    "      = write `a: {}` under `results` for one that passes\n"
	    "        the facts of `look` are exit, signal, stdout, "
	    "stderr, output, pid, "
	    "output_incomplete\n"
	    "        it came here by a\n"
	    "1 error\n");
	stage_expect("steps:\n  - {id: a, for_each: {as: p, in: [x]}, look: c $p}\n",
	    "scenarios:\n  - name: one\n    results: {a: {by_item: {x: {}, z: {}}}}\n",
	    "error\n"
	    "t.test.yaml:4:39: error: this result was not used: `a` was never started for an item `z` "
	    "[E045]\n"
	    "    4 |     results: {a: {by_item: {x: {}, z: {}}}}\n"
	    "      |                                       ^^\n"
	    "      = the path was a\n"
	    "        the run ended resolved\n"
	    "1 error\n");
}

/* A run that lacks a result still tells where it went astray. */
static void
test_astray(void **state)
{
	(void)state;
	stage_expect(book,
	    "scenarios:\n"
	    "  - name: one\n"
	    "    results: {health: {refused: true}, holder: {}, log: {stdout: fine}, free: {}}\n"
	    "    answers: {free: yes}\n"
	    "    expect: {path: [health, survey, free, start]}\n",
	    "error\n"
	    "t.test.yaml:3:11: error: there is no result for `fix` (its 1st attempt) [E045]\n"
	    "    3 |   - name: one\n"
	    "      |           ^^^\n"
	    "      = write `fix: {}` under `results` for one that passes\n"
	    "        the facts of `run` are exit, signal, stdout, "
	    "stderr, output, pid, "
	    "output_incomplete\n"
	    "        it came here by health → survey → holder → log → fix\n"
	    "        `else` was taken, since no condition held: log.taken: no match\n"
	    "1 error\n"
	    "6 path: the path differs: `free` was expected, and `fix` came\n"
	    "  |   health\n"
	    "  |   survey\n"
	    "  | - free\n"
	    "  | - start\n"
	    "  | + fix\n"
	    "  | since `else` was taken, since no condition held: log.taken: no match\n");
}

/* What contradicts itself only where it is performed. */
static void
test_contradictions(void **state)
{
	(void)state;
	stage_expect("steps:\n  - {id: a, look: x, on_fail: continue}\n  - {id: b, http: \"http://h/\"}\n  - "
		     "{id: c, port: 1}\n",
	    "results: {b: {}, c: {}}\n"
	    "scenarios:\n"
	    "  - {name: o, results: {a: {exit: 1, signal: 2}}}\n"
	    "  - {name: p, results: {a: {output: x}}}\n"
	    "  - {name: q, results: {a: {}, b: {json: 1, body: x}}}\n"
	    "  - {name: r, results: {a: {}, b: {refused: true, status: 200}}}\n"
	    "  - {name: s, results: {a: {}, c: {listening: false, pid: 3}}}\n"
	    "  - {name: t, results: {a: {}, b: {headers: [x]}}}\n"
	    "  - {name: u, results: {a: {}, c: {holders: [3]}}}\n",
	    "error\n"
	    "t.test.yaml:4:28: error: a command ends by itself, with an `exit`, or by a `signal`: give one "
	    "of the two [E045]\n"
	    "    4 |   - {name: o, results: {a: {exit: 1, signal: 2}}}\n"
	    "      |                            ^^^^^^^^^^^^^^^^^^^^\n"
	    "1 error\n"
	    "error\n"
	    "t.test.yaml:5:28: error: `output` is `stdout` followed by `stderr`: give these [E045]\n"
	    "    5 |   - {name: p, results: {a: {output: x}}}\n"
	    "      |                            ^^^^^^^^^^^\n"
	    "1 error\n"
	    "error\n"
	    "t.test.yaml:6:35: error: `json` is the `body` read as JSON: give one of the two [E045]\n"
	    "    6 |   - {name: q, results: {a: {}, b: {json: 1, body: x}}}\n"
	    "      |                                   ^^^^^^^^^^^^^^^^^^\n"
	    "1 error\n"
	    "error\n"
	    "t.test.yaml:7:35: error: a connection that was refused has no answer, and so no `status` "
	    "[E045]\n"
	    "    7 |   - {name: r, results: {a: {}, b: {refused: true, status: 200}}}\n"
	    "      |                                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
	    "1 error\n"
	    "error\n"
	    "t.test.yaml:8:35: error: where nobody listens there is no `pid` [E045]\n"
	    "    8 |   - {name: s, results: {a: {}, c: {listening: false, pid: 3}}}\n"
	    "      |                                   ^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
	    "1 error\n"
	    "error\n"
	    "t.test.yaml:9:35: error: `headers` is a mapping of names to texts [E045]\n"
	    "    9 |   - {name: t, results: {a: {}, b: {headers: [x]}}}\n"
	    "      |                                   ^^^^^^^^^^^^^^\n"
	    "1 error\n"
	    "error\n"
	    "t.test.yaml:10:35: error: `holders` is a list of mappings with `pid`, `command` and `user` "
	    "[E045]\n"
	    "   10 |   - {name: u, results: {a: {}, c: {holders: [3]}}}\n"
	    "      |                                   ^^^^^^^^^^^^^^\n"
	    "1 error\n");
}

/* What stands in `expect` is read where the scenario starts: the facts of a procedure's own steps. */
static void
test_own_facts(void **state)
{
	(void)state;
	stage_passes("steps:\n"
		     "  - {id: z, look: x}\n"
		     "procedures:\n"
		     "  q: {title: Q, steps: [{id: inner, look: y}]}\n",
	    "    from: q\n"
	    "    results: {inner: {stdout: hi}}\n"
	    "    expect: {that: ['inner.stdout == \"hi\"', inner.passed], values: {inner.exit: 0}}\n");
}

/* Conditions of steps, and of edges in a list, are decisions as those of branches. */
static void
test_decisions(void **state)
{
	(void)state;
	stage_expect("steps:\n"
		     "  - {id: a, look: x, capture: {n: int(this.stdout)}}\n"
		     "  - {if: a.n < 10, end: {resolved: few}}\n"
		     "  - {id: b, if: a.n < 100, look: y}\n"
		     "  - {id: c, look: z, on_fail: [{id: d, look: w}]}\n",
	    "results: {b: {}, c: {exit: 1}, d: {}}\n"
	    "scenarios:\n"
	    "  - {name: o, results: {a: {stdout: 5}}, expect: {path: [a, b, c]}}\n"
	    "  - {name: p, results: {a: {stdout: 50}}, expect: {path: [a]}}\n"
	    "  - {name: q, results: {a: {stdout: 500}}, expect: {path: [a, b, c, d]}}\n"
	    "  - {name: r, results: {a: {stdout: 50}}, expect: {path: [a, c]}}\n"
	    "  - {name: s, results: {a: {stdout: 500}}, expect: {path: [a, c]}}\n",
	    "failed\n"
	    "4 path: the path differs: `b` was expected, and nothing more came\n"
	    "  |   a\n"
	    "  | - b\n"
	    "  | - c\n"
	    "  | since `if: a.n < 10` of the `end` at line 4 held: a.n = 5\n"
	    "  | the run ended resolved, by the `end` at line 4: few\n"
	    "failed\n"
	    "5 path: the path differs: nothing more was expected, and `b` came\n"
	    "  |   a\n"
	    "  | + b\n"
	    "  | + c\n"
	    "  | + d\n"
	    "  | since `if: a.n < 100` of `b` held: a.n = 50\n"
	    "failed\n"
	    "6 path: the path differs: `b` was expected, and `c` came\n"
	    "  |   a\n"
	    "  | - b\n"
	    "  |   c\n"
	    "  |   d\n"
	    "  | since `if: a.n < 100` of `b` did not hold: a.n = 500\n"
	    "failed\n"
	    "7 path: the path differs: `c` was expected, and `b` came\n"
	    "  |   a\n"
	    "  | + b\n"
	    "  |   c\n"
	    "  | + d\n"
	    "  | since `if: a.n < 100` of `b` held: a.n = 50\n"
	    "failed\n"
	    "8 path: the path differs: nothing more was expected, and `d` came\n"
	    "  |   a\n"
	    "  |   c\n"
	    "  | + d\n"
	    "  | since `c` failed: exit is 1, not 0, and its `on_fail` has steps\n");
}

/* A step that errors is a mistake somewhere: no test passes over it that does not say so. */
static void
test_errors(void **state)
{
	(void)state;
	stage_expect("steps:\n"
		     "  - {id: c, call: p, on_fail: continue}\n"
		     "procedures:\n"
		     "  p:\n"
		     "    steps:\n"
		     "      - {id: a, http: \"http://h/\", on_fail: continue}\n"
		     "      - {id: b, branch: [{if: a.status == 200, then: [{say: hi}]}]}\n",
	    "results: {c/a: {refused: true}}\n"
	    "scenarios:\n"
	    "  - {name: o, expect: {statuses: {c: failed}}}\n"
	    "  - {name: p, expect: {statuses: {c/b: errored}}}\n"
	    "  - {name: q, results: {c: {failed: no}}, expect: {outcome: resolved}}\n"
	    "  - {name: r, results: {c/a: {error: no curl}}, expect: {outcome: resolved}}\n",
	    "failed\n"
	    "4 statuses: `c/b` errored, which nothing here says\n"
	    "  | if: `a.status` is unset, since `a` did not pass: GET http://h/: connection refused\n"
	    "  | where that is meant, expect `statuses: {c/b: errored}`\n"
	    "passed\n"
	    "passed\n"
	    "failed\n"
	    "7 statuses: `c/b` errored, which nothing here says\n"
	    "  | if: `a.status` is unset, since `a` did not pass: no curl\n"
	    "  | where that is meant, expect `statuses: {c/b: errored}`\n");
	stage_expect("steps:\n"
		     "  - {id: a, http: \"http://h/\", on_fail: continue}\n"
		     "  - {id: b, look: test \"$a_status\" = 200}\n",
	    "results: {a: {refused: true}}\n"
	    "scenarios:\n"
	    "  - {name: o, expect: {outcome: failed}}\n"
	    "  - {name: p, expect: {reason: is unset}}\n"
	    "  - {name: q, results: {a: {}, b: {error: no bash}}, expect: {outcome: failed}}\n",
	    "failed\n"
	    "4 statuses: `b` errored, which nothing here says\n"
	    "  | `$a_status`: `a.status` is unset, since `a` did not pass: GET http://h/: connection "
	    "refused; "
	    "where that is meant, write ${a_status:-}\n"
	    "  | where that is meant, expect `statuses: {b: errored}`\n"
	    "passed\n"
	    "passed\n");
}

/* Answers that answer another question. */
static void
test_answers(void **state)
{
	(void)state;
	stage_expect("steps:\n"
		     "  - {id: a, ask: {question: Which?, choices: [red, green]}}\n"
		     "  - {id: b, run: x, confirm: Sure?}\n"
		     "  - {id: c, manual: {text: Do it, record: [ticket]}}\n"
		     "  - {id: d, ask: {question: How many?, type: number}}\n",
	    "results: {b: {}}\n"
	    "scenarios:\n"
	    "  - {name: o, answers: {a: gren}}\n"
	    "  - {name: p, answers: {a: red, b: perhaps}}\n"
	    "  - {name: q, answers: {a: red, b: yes, c: done}}\n"
	    "  - {name: r, answers: {a: red, b: yes, c: {record: {ticket: x}}, d: many}}\n"
	    "  - {name: s, answers: {a: red, b: skip}}\n",
	    "error\n"
	    "t.test.yaml:4:28: error: `gren` is none of the choices of \"Which?\": red, green [E045]\n"
	    "    4 |   - {name: o, answers: {a: gren}}\n"
	    "      |                            ^^^^\n"
	    "      = did you mean `green`?\n"
	    "1 error\n"
	    "error\n"
	    "t.test.yaml:5:36: error: the question is \"Sure?\": it is confirmed with yes, no, skip, abort "
	    "or nobody [E045]\n"
	    "    5 |   - {name: p, answers: {a: red, b: perhaps}}\n"
	    "      |                                    ^^^^^^^\n"
	    "1 error\n"
	    "error\n"
	    "t.test.yaml:6:44: error: \"Do it\" asks for `ticket`: write {record: {ticket: …}} [E045]\n"
	    "    6 |   - {name: q, answers: {a: red, b: yes, c: done}}\n"
	    "      |                                            ^^^^\n"
	    "1 error\n"
	    "error\n"
	    "t.test.yaml:7:70: error: the question is \"How many?\": it is answered with a number, as 3 or "
	    "-1.5 [E045]\n"
	    "    7 |   - {name: r, answers: {a: red, b: yes, c: {record: {ticket: x}}, d: many}}\n"
	    "      |                                                                      ^^^^\n"
	    "1 error\n"
	    "error\n"
	    "t.test.yaml:8:36: error: the question is \"Sure?\": only a step that is `optional` can be "
	    "skipped [E045]\n"
	    "    8 |   - {name: s, answers: {a: red, b: skip}}\n"
	    "      |                                    ^^^^\n"
	    "1 error\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_all_hold),
	    cmocka_unit_test(test_end),
	    cmocka_unit_test(test_path),
	    cmocka_unit_test(test_changes),
	    cmocka_unit_test(test_facts),
	    cmocka_unit_test(test_requests),
	    cmocka_unit_test(test_people),
	    cmocka_unit_test(test_nothing),
	    cmocka_unit_test(test_unused),
	    cmocka_unit_test(test_astray),
	    cmocka_unit_test(test_contradictions),
	    cmocka_unit_test(test_own_facts),
	    cmocka_unit_test(test_decisions),
	    cmocka_unit_test(test_errors),
	    cmocka_unit_test(test_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
