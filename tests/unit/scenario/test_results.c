/* Results: each kind completes what a scenario gives as its runner would, and time passes as it is said. */
#include "stage.h"

#define WHOLE_PROCEDURE                                                                                      \
	"procedures:\n"                                                                                      \
	"  p:\n"                                                                                             \
	"    outputs: {n: {type: int, value: i.n}}\n"                                                        \
	"    steps: [{id: i, look: \"echo 1\", capture: {n: int(this.stdout)}}]\n"

/* Facts that a script has without being given, and those that follow from others. */
static void
test_script(void **state)
{
	(void)state;
	stage_passes("steps:\n"
		     "  - {id: a, look: tail -n 1 log, match: {taken: in use}, capture: {n: "
		     "int(this.stdout)}, on_fail: continue}\n",
	    "    results: {a: {stdout: \"12\\n\", stderr: port in use}}\n"
	    "    expect:\n"
	    "      that: [a.exit == 0, a.n == 12, a.output == \"12\\nport in use\", a.taken, a.passed, not "
	    "a.output_incomplete]\n"
	    "      values: {a.taken.line: port in use, a.duration: 0s}\n");
	stage_passes("steps:\n  - {id: a, look: \"false\", on_fail: continue}\n",
	    "    results: {a: {exit: 3, stderr: boom}}\n"
	    "    expect: {that: [a.exit == 3, a.failed, 'a.error == \"exit is 3, not 0: boom\"']}\n");
	stage_passes("steps:\n  - {id: a, look: \"true\", on_fail: continue}\n",
	    "    results: {a: {signal: 9}}\n"
	    "    expect: {that: [a.signal == 9, not defined(a.exit), 'a.error == \"ended by signal 9 "
	    "(SIGKILL)\"']}\n");
	stage_passes("steps:\n  - {id: a, look: \"true\", expect: {signal: 9}}\n",
	    "    results: {a: {signal: 9}}\n    expect: {that: [a.passed]}\n");
	stage_expect("steps:\n  - {id: a, look: \"true\", on_fail: continue}\n",
	    "scenarios:\n  - {name: a, results: {a: {exit: 256}}}\n  - {name: b, results: {a: {signal: "
	    "0}}}\n",
	    "error\n"
	    "t.test.yaml:3:28: error: an `exit` is a number from 0 to 255, and a `signal` one from 1 to 64 "
	    "[E045]\n"
	    "    3 |   - {name: a, results: {a: {exit: 256}}}\n"
	    "      |                            ^^^^^^^^^^^\n"
	    "1 error\n"
	    "error\n"
	    "t.test.yaml:4:28: error: an `exit` is a number from 0 to 255, and a `signal` one from 1 to 64 "
	    "[E045]\n"
	    "    4 |   - {name: b, results: {a: {signal: 0}}}\n"
	    "      |                            ^^^^^^^^^^^\n"
	    "1 error\n");
	stage_passes("steps:\n  - {id: a, look: \"true\", on_fail: continue}\n",
	    "    results: {a: {error: there is no program tail}}\n"
	    "    expect: {statuses: {a: errored}, that: ['a.error == \"there is no program tail\"']}\n");
	stage_passes("steps:\n  - {id: a, look: \"true\", on_fail: continue}\n",
	    "    results: {a: {failed: no luck}}\n"
	    "    expect: {statuses: {a: failed}, that: ['a.error == \"no luck\"']}\n");
}

static void
test_http(void **state)
{
	static const char get[] = "steps:\n  - {id: a, http: \"http://h/x\", on_fail: continue}\n";

	(void)state;
	stage_passes(get,
	    "    results: {a: {}}\n"
	    "    expect: {that: [a.status == 200, 'a.body == \"\"', 'a.url == \"http://h/x\"', a.passed]}\n");
	stage_passes(get, "    results: {a: {json: {ok: true, n: 3}, headers: {X-Id: 7}}}\n"
			  "    expect: {that: [a.json.ok, a.json.n == 3, 'a.headers[\"content-type\"] == "
			  "\"application/json\"', "
			  "'a.headers[\"x-id\"] == \"7\"']}\n");
	stage_passes(get,
	    "    results: {a: {body: '{\"a\": 1}', takes: 2s}}\n"
	    "    expect: {that: [a.json.a == 1, a.time == 2s, a.duration == 2s], elapsed: 2s}\n");
	stage_passes(get, "    results: {a: {status: 503}}\n"
			  "    expect: {that: [a.status == 503, 'a.error == \"status is 503, not 2xx\"']}\n");
	stage_passes(get, "    results: {a: {refused: true}}\n"
			  "    expect: {that: [not defined(a.status), 'a.error == \"GET http://h/x: "
			  "connection refused\"']}\n");
	stage_passes("steps:\n  - {id: a, http: \"https://h/x\", expect: {cert: {valid_for: 14d}}, on_fail: "
		     "continue}\n",
	    "    results: {a: {cert: {valid_for: 3d}}}\n"
	    "    expect: {statuses: {a: failed}, that: [a.cert.expires - now() < 4d]}\n");
	stage_passes("steps:\n  - {id: a, http: \"https://h/x\", expect: {cert: {valid_for: 14d}}}\n",
	    "    results: {a: {cert: {expires: \"2026-02-01T00:00:00Z\"}}}\n"
	    "    expect: {that: [a.cert.valid_for == 31d]}\n");
}

static void
test_net(void **state)
{
	static const char
	    port[] = "steps:\n  - {id: a, port: 8000, on_fail: continue}\n",
	    tcp[] =
		"steps:\n  - {id: a, tcp: {address: \"h:1\", send: PING, until: +PONG}, on_fail: continue}\n";

	(void)state;
	stage_passes(port, "    results: {a: {}}\n"
			   "    expect: {that: [a.listening, a.unseen, not defined(a.pid), a.passed]}\n");
	stage_passes(port,
	    "    results: {a: {pid: 42, command: python3 x, user: app}}\n"
	    "    expect: {values: {a.pid: 42, a.process: 42}, that: [not a.unseen, count(a.holders) == 1, "
	    "'a.holders[0].command == \"python3 x\"']}\n");
	stage_passes(port, "    results: {a: {holders: [{pid: 1}, {pid: 2}]}}\n"
			   "    expect: {that: [not defined(a.pid), count(a.holders) == 2]}\n");
	stage_passes(port,
	    "    results: {a: {listening: false}}\n"
	    "    expect: {that: [not a.listening, 'a.error == \"nobody listens on port 8000\"']}\n");
	stage_passes(tcp, "    results: {a: {}}\n    expect: {that: [a.connected, a.passed]}\n");
	stage_passes(tcp,
	    "    results: {a: {reply: +PONG}}\n    expect: {that: [a.passed, 'a.reply == \"+PONG\"']}\n");
	stage_passes(tcp,
	    "    results: {a: {reply: -ERR}}\n"
	    "    expect: {that: ['a.error == \"the connection was closed before `until` was seen\"']}\n");
	stage_passes(tcp,
	    "    results: {a: {refused: true}}\n"
	    "    expect: {that: [not a.connected, 'a.error == \"h:1: connection refused\"']}\n");
}

static void
test_process(void **state)
{
	static const char find[] = "steps:\n  - {id: a, process: uvicorn, on_fail: continue}\n",
			  stop[] = "steps:\n"
				   "  - {id: a, process: uvicorn}\n"
				   "  - {id: b, process: {stop: \"${a.process}\"}}\n";

	(void)state;
	stage_passes(find,
	    "    results: {a: {}}\n    expect: {that: [a.count == 1, defined(a.pid), defined(a.process)]}\n");
	stage_passes(find,
	    "    results: {a: {pids: [7, 8], rss: 10MB, since: 2h}}\n"
	    "    expect: {that: [a.count == 2, not defined(a.pid), a.rss == 10MB, now() - a.since == 2h]}\n");
	stage_passes(find, "    results: {a: {count: 0}}\n"
			   "    expect: {that: [a.count == 0, 'a.error == \"there is no such process\"']}\n");
	stage_passes(stop,
	    "    results: {a: {pid: 7}, b: {}}\n"
	    "    expect: {that: ['b.stopped_by == \"TERM\"', b.pid == 7], requests: {b: {stop: 7}}}\n");
	stage_passes(stop, "    results: {a: {pid: 7}, b: {stopped_by: KILL, takes: 5s}}\n"
			   "    expect: {that: ['b.stopped_by == \"KILL\"'], elapsed: 5s, changes: [b]}\n");
	stage_expect(find, "scenarios:\n  - name: one\n    results: {a: {count: 1, processes: []}}\n",
	    "error\n"
	    "t.test.yaml:4:18: error: `count` is 1, and there are 0 `processes` [E045]\n"
	    "    4 |     results: {a: {count: 1, processes: []}}\n"
	    "      |                  ^^^^^^^^^^^^^^^^^^^^^^^^^\n"
	    "1 error\n");
}

static void
test_start(void **state)
{
	static const char ready[] = "steps:\n"
				    "  - id: a\n"
				    "    start: exec serve\n"
				    "    ready: {http: \"http://h/\", every: 1s}\n"
				    "    timeout: 10s\n"
				    "    on_fail: continue\n";

	(void)state;
	stage_passes("steps:\n  - {id: a, start: exec serve}\n",
	    "    results: {a: {pid: 5}}\n    expect: {that: [a.pid == 5, defined(a.process)]}\n");
	stage_passes(ready, "    results: {a: {}, a.ready: [{refused: true}, {status: 500}, {}]}\n"
			    "    expect: {that: [a.passed], elapsed: 2s, outcome: resolved}\n");
	stage_passes(ready, "    results: {a: {}, a.ready: {refused: true}}\n"
			    "    expect: {statuses: {a: timed_out}, elapsed: 10s, outcome: failed}\n");
	stage_passes(ready, "    results: {a: {exit: 1, takes: 2500ms}, a.ready: {refused: true}}\n"
			    "    expect: {that: ['a.error == \"it ended before it was ready (exit 1)\"', "
			    "a.exit == 1], elapsed: 2500ms}\n");
}

static void
test_stop_on(void **state)
{
	static const char
	    text[] = "steps:\n  - {id: a, look: tail -f log, stop_on: ready to serve, on_fail: continue}\n",
	    after[] = "steps:\n  - {id: a, look: tail -f log, stop_on: {after: 20s}, match: {seen: hello}}\n",
	    person[] = "steps:\n  - {id: a, look: tail -f log, stop_on: {operator: true}}\n";

	(void)state;
	stage_passes(
	    text, "    results: {a: {stdout: \"x\\nready to serve\\n\"}}\n    expect: {that: [a.passed]}\n");
	stage_passes(text, "    results: {a: {stdout: x}}\n"
			   "    expect: {that: ['a.error == \"it ended before `stop_on` was met\"']}\n");
	stage_passes(after,
	    "    results: {a: {stdout: hello}}\n    expect: {that: [a.passed, a.seen], elapsed: 20s}\n");
	stage_passes(person, "    results: {a: {}}\n    signals: [{at: 7s, signal: INT}]\n"
			     "    expect: {that: [a.passed], outcome: resolved, elapsed: 7s}\n");
}

/* A list has one for each attempt, in order of their starts: retries, polls, visits, items. */
static void
test_lists(void **state)
{
	(void)state;
	stage_passes("steps:\n  - {id: a, look: \"true\", retry: {times: 3, every: 10s}}\n",
	    "    results: {a: [{exit: 1}, {exit: 1, takes: 1s}, {}]}\n"
	    "    expect: {that: [a.attempts == 3], elapsed: 21s, statuses: {a: passed}}\n");
	stage_passes("steps:\n  - {id: a, run: fix, verify: {look: \"true\", within: 1m, every: 5s}}\n",
	    "    results: {a: {}, a.verify: [{exit: 1}, {exit: 1}, {}]}\n    expect: {elapsed: 10s}\n");
	stage_passes("steps:\n"
		     "  - {id: a, look: \"true\", max_visits: 3, on_fail: continue}\n"
		     "  - branch:\n"
		     "      - {if: a.failed, then: [{goto: a}]}\n",
	    "    results: {a: [{exit: 1}, {exit: 1}, {}]}\n"
	    "    expect: {statuses: {a: [failed, failed, passed]}, path: [a, a, a]}\n");
	stage_passes("steps:\n  - {id: a, for_each: {as: pod, in: [x, y, z]}, look: check $pod}\n",
	    "    results: {a: [{}, {}, {}]}\n"
	    "    expect: {path: [a], requests: {a: [{env: {pod: x}}, {env: {pod: y}}, {env: {pod: z}}]}}\n");
	stage_passes("steps:\n"
		     "  - id: a\n"
		     "    for_each: {as: pod, in: [x, y, z]}\n"
		     "    block:\n"
		     "      - {id: b, look: check $pod, on_fail: continue}\n"
		     "      - {id: c, if: b.failed, run: fix $pod}\n",
	    "    results: {b: {by_item: {x: {}, y: {exit: 1}, z: [{}]}}, c: {by_item: {y: {}}}}\n"
	    "    expect: {path: [a, b, b, c, b], changes: [c]}\n");
}

/* The last of a list may serve all that follow; but it must be reached, and be the last. */
static void
test_repeats(void **state)
{
	static const char polled[] =
	    "steps:\n  - {id: a, run: fix, verify: {look: \"true\", within: 20s, every: 5s}}\n";

	(void)state;
	stage_passes(polled, "    results: {a: {}, a.verify: [{exit: 1}, {exit: 2, repeats: true}]}\n"
			     "    expect: {outcome: failed, reason: exit is 2}\n");
	stage_passes("steps:\n  - {id: a, look: x, retry: {times: 5}, on_fail: continue}\n",
	    "    results: {a: [{exit: 1}, {exit: 2, repeats: true}]}\n"
	    "    expect: {that: [a.attempts == 5, a.exit == 2]}\n");
	stage_expect("steps:\n  - {id: a, look: x}\n",
	    "scenarios:\n  - name: one\n    results: {a: [{}, {exit: 2, repeats: true}]}\n",
	    "error\n"
	    "t.test.yaml:4:23: error: `a` was started 1 time, and has 2 results [E045]\n"
	    "    4 |     results: {a: [{}, {exit: 2, repeats: true}]}\n"
	    "      |                       ^^^^^^^^^^^^^^^^^^^^^^^^\n"
	    "      = the path was a\n"
	    "        the run ended resolved\n"
	    "1 error\n");
	stage_expect("steps:\n  - {id: a, look: x, retry: {times: 3}}\n",
	    "scenarios:\n  - {name: one, results: {a: [{exit: 1, repeats: true}, {}]}}\n"
	    "  - {name: two, results: {a: {exit: 1, repeats: true}}}\n",
	    "t.test.yaml:3:31: error: only the last result of a list repeats: those after it would never be "
	    "used [E026]\n"
	    "    3 |   - {name: one, results: {a: [{exit: 1, repeats: true}, {}]}}\n"
	    "      |                               ^^^^^^^^^^^^^^^^^^^^^^^^\n"
	    "t.test.yaml:4:30: error: a result that stands alone serves every attempt: `repeats` is for the "
	    "last of a list [E026]\n"
	    "    4 |   - {name: two, results: {a: {exit: 1, repeats: true}}}\n"
	    "      |                              ^^^^^^^^^^^^^^^^^^^^^^^^\n"
	    "2 errors\n");
}

/* Timeouts act on what hangs; facts that were there stay. */
static void
test_hangs(void **state)
{
	(void)state;
	stage_passes(
	    "steps:\n  - {id: a, look: slow, timeout: 30s, match: {x: hello}, on_timeout: continue}\n",
	    "    results: {a: {hangs: true, stdout: hello}}\n"
	    "    expect: {statuses: {a: timed_out}, elapsed: 30s, that: [a.x, not defined(a.exit)]}\n");
	stage_passes("steps:\n  - {id: a, http: \"http://h/\", timeout: 5s, on_fail: continue}\n",
	    "    results: {a: {hangs: true}}\n    expect: {statuses: {a: timed_out}, elapsed: 5s}\n");
	stage_passes("steps:\n  - {id: a, look: slow, timeout: 30s, on_timeout: continue}\n",
	    "    results: {a: {takes: 31s}}\n    expect: {statuses: {a: timed_out}, elapsed: 30s}\n");
	stage_passes("timeout: 1m\nsteps:\n  - {id: a, look: slow, timeout: 5m}\n",
	    "    results: {a: {hangs: true}}\n    expect: {outcome: deadline, exit: 4, elapsed: 1m}\n");
}

/* What stands for a whole call takes its time like a leaf: it is ended by what ends a leaf, and then has
 * found nothing. */
static void
test_whole_takes(void **state)
{
	static const char plain[] = "escalate: [{after: 30s, contact: them, steps: [{say: slow}]}]\n"
				    "steps:\n  - {id: a, call: p}\n" WHOLE_PROCEDURE,
			  limited[] = "steps:\n"
				      "  - {id: a, call: p, timeout: 10s, on_timeout: continue}\n"
				      "  - {say: 'n is ${a.n ?? 0}'}\n" WHOLE_PROCEDURE,
			  each[] =
			      "steps:\n  - {id: a, for_each: {as: x, in: [1, 2]}, call: p}\n" WHOLE_PROCEDURE,
			  verified[] = "steps:\n"
				       "  - {id: a, call: p, timeout: 10s, verify: {look: \"true\", within: "
				       "1m, every: 15s}}\n" WHOLE_PROCEDURE,
			  late[] = "timeout: 1m\nsteps:\n  - {id: a, call: p}\n" WHOLE_PROCEDURE;

	(void)state;
	stage_passes(plain, "    results: {a: {outputs: {n: 3}, takes: 40s}}\n"
			    "    expect: {elapsed: 40s, said: [slow], values: {a.n: 3, a.duration: 40s}}\n");
	stage_passes(plain, "    results: {a: {failed: no luck, takes: 20s}}\n"
			    "    expect: {elapsed: 20s, outcome: failed, statuses: {a: failed}}\n");
	stage_passes(limited, "    results: {a: {outputs: {n: 3}, takes: 10s}}\n"
			      "    expect: {elapsed: 10s, statuses: {a: passed}, said: [n is 3]}\n");
	stage_passes(limited, "    results: {a: {outputs: {n: 3}, takes: 11s}}\n"
			      "    expect: {elapsed: 10s, statuses: {a: timed_out}, said: [n is 0]}\n");
	stage_passes(each, "    results: {a: [{takes: 2s}, {takes: 3s}]}\n"
			   "    expect: {elapsed: 5s, statuses: {a: passed}}\n");
	stage_passes(verified, "    results: {a: {takes: 9s}, a.verify: [{exit: 1}, {exit: 1}, {}]}\n"
			       "    expect: {elapsed: 39s, statuses: {a: passed}}\n");
	stage_passes(late, "    results: {a: {takes: 2m}}\n"
			   "    expect: {elapsed: 1m, outcome: deadline, statuses: {a: cancelled}}\n");
	stage_passes(late, "    results: {a: {takes: 30s}}\n    signals: [{at: 5s, signal: INT}]\n"
			   "    expect: {elapsed: 5s, outcome: cancelled, exit: 130}\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_script),
	    cmocka_unit_test(test_http),
	    cmocka_unit_test(test_net),
	    cmocka_unit_test(test_process),
	    cmocka_unit_test(test_start),
	    cmocka_unit_test(test_stop_on),
	    cmocka_unit_test(test_lists),
	    cmocka_unit_test(test_repeats),
	    cmocka_unit_test(test_hangs),
	    cmocka_unit_test(test_whole_takes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
