/* What is told of a run that has come to a point. */
#include "stood.h"

static const char api_down[] =
    "inputs: {port: {type: port, default: 8000}}\n"
    "steps:\n"
    "  - {id: health, http: 'http://127.0.0.1:${port}/health', on_pass: end resolved, on_fail: continue}\n"
    "  - id: survey\n"
    "    checks:\n"
    "      - {id: holder, port: '${port}'}\n"
    "      - {id: log, look: cat log, match: {taken: already in use, missing: /No module (?<module>.*)/}}\n"
    "    on_fail: continue\n"
    "  - id: act\n"
    "    branch:\n"
    "      - if: log.taken and holder.listening\n"
    "        then:\n"
    "          - {id: free, process: {stop: '${holder.process}'}, confirm: 'Stop ${holder.pid}?'}\n"
    "          - {id: freed, look: 'echo $holder_pid', if: free.passed}\n"
    "      - if: log.missing\n"
    "        then: [{id: install, run: 'pip install \"$log_missing_module\"'}]\n"
    "  - {id: tail, look: tail log, match: {worse: worse}}\n"
    "  - {id: wipe, if: tail.worse, run: 'rm log'}\n"
    "  - {id: again, if: log.missing, run: 'pip check'}\n"
    "  - {id: restart, call: restart, on_fail: end escalated}\n"
    "  - {id: verify, http: 'http://127.0.0.1:${port}/health', on_fail: goto survey}\n"
    "procedures:\n"
    "  restart:\n"
    "    steps:\n"
    "      - {id: start, run: 'start --port $port'}\n"
    "finally: [{id: last, look: date}]\n";

static void
know_taken(struct stood *s)
{
	struct rb_decl *holder = stood_decl(s, 0, "holder");
	struct rb_value facts;
	struct rb_vpair *pairs;

	stood_knows(s, 0, "port", "8000");
	stood_knows(s, 0, "health", "{\"passed\": false, \"failed\": true, \"status\": 503}");
	facts = rb_v_map(&s->t.arena, 5, &pairs);
	pairs[0] = (struct rb_vpair){RB_STR("passed"), rb_v_bool(true)};
	pairs[1] = (struct rb_vpair){RB_STR("failed"), rb_v_bool(false)};
	pairs[2] = (struct rb_vpair){RB_STR("listening"), rb_v_bool(true)};
	pairs[3] = (struct rb_vpair){RB_STR("pid"), rb_v_int(4242)};
	pairs[4] = (struct rb_vpair){RB_STR("process"), rb_v_process(4242, 7)};
	rb_frame_set(s->levels[0].frame, holder->slot, facts);
	stood_knows(s, 0, "log",
	    "{\"passed\": true, \"failed\": false, \"taken\": {\"matched\": true, \"count\": 1, \"line\": "
	    "\"[Errno 98] address already in use\"}, \"missing\": {\"matched\": false, \"count\": 0}}");
}

static void
test_branch_that_is_decided(void **state)
{
	struct stood s;

	(void)state;
	stood_load(&s, api_down);
	know_taken(&s);
	stood_at(&s, "free");
	told_run(&s.t);
	assert_int_equal(s.t.result, 0);
	/* What was done is not told again, but for what is under way. */
	assert_true(told_lacks(&s.t, "row port"));
	assert_true(told_lacks(&s.t, "GET http://127.0.0.1:8000/health|up to 10s\n0 edge if it passes"));
	assert_true(told_has(&s.t,
	    "0 heading |Steps|from here on\n"
	    "0 step act||is under way, the first that holds\n"
	    "0 arm |if log.taken and holder.listening|on this path\n"
	    "0 fact log.taken|was seen: [Errno 98] address already in use|\n"
	    "0 fact holder.listening|is true, as found|\n"
	    "2 command CHANGES free|stop process 4242|up to 30s, and what people take\n"
	    "2 detail asks|Stop 4242?|--yes answers it\n"
	    "2 command reads freed|echo $holder_pid|up to 30s\n"
	    "2 detail if|free.passed|else it would be skipped\n"
	    "2 fact free.passed|the step passed; false before it was reached|free was not done\n"
	    "2 exact |holder_pid=4242|\n"
	    "0 command reads tail|tail log|up to 30s\n"));
	assert_true(told_has(&s.t, "fact tail.worse|a line of `tail` matches worse|tail was not done\n"));
	assert_true(told_has(&s.t, "step again||would be skipped\n"
				   "0 detail if|log.missing|it does not hold\n"
				   "0 fact log.missing|was not seen|\n"));
	assert_true(
	    told_has(&s.t, "command CHANGES start|start --port $port|up to 5m\n1 exact |port=8000|\n"));
	assert_true(told_has(&s.t, "heading |Finally|however it ends\n0 command reads last|date|"));
	stood_free(&s);
}

static void
test_sum(void **state)
{
	static const struct {
		const char *path, *request, *values;
		bool open;
	} rows[] = {
	    {"free", "stop process 4242", "", false},
	    {"wipe", "rm log", "", true},
	    {"restart/start", "start --port $port", "port=8000", false},
	    {"install", "pip install \"$log_missing_module\"", "log_missing_module=<log.missing.module>",
		true},
	    {"again", "pip check", "", true},
	};
	struct rb_plan_sum *sum;
	struct stood s;

	(void)state;
	stood_load(&s, api_down);
	know_taken(&s);
	stood_at(&s, "free");
	told_run(&s.t);
	sum = &s.t.sum;
	assert_int_equal(sum->nwould, sizeof(rows) / sizeof(rows[0]));
	for (size_t i = 0; i < sum->nwould; i++) {
		assert_string_equal(sum->would[i].path.p, rows[i].path);
		assert_string_equal(sum->would[i].request.p, rows[i].request);
		assert_string_equal(sum->would[i].values.p, rows[i].values);
		assert_int_equal(sum->would[i].open, rows[i].open);
		assert_int_equal(sum->would[i].effect, RB_CHANGE);
	}
	/* Steps that are told twice, since it may go back to them, count once. */
	assert_int_equal(sum->changes, 5);
	assert_int_equal(sum->asks, 1);
	assert_int_equal(sum->ends, 1U << RB_END_RESOLVED | 1U << RB_END_FAILED | 1U << RB_END_ESCALATED);
	assert_true(sum->waits_for_people);
	stood_free(&s);
}

/* What was done before the point is told where it may be done again, with both arms. */
static void
test_going_back(void **state)
{
	struct stood s;

	(void)state;
	stood_load(&s, api_down);
	know_taken(&s);
	stood_at(&s, "free");
	told_run(&s.t);
	assert_true(
	    told_has(&s.t, "0 edge if it fails|goes back to survey, which is visited at most 3 times|\n"
			   "0 heading |If it goes back to survey|what is found then is not known now\n"
			   "0 step survey||2 looks side by side\n"));
	assert_true(told_has(&s.t, "2 command CHANGES install|"));
	/* Behind it nothing is: the file ends there. */
	assert_true(told_has(&s.t, "visited at most 3 times|\n0 heading |Finally|"));
	stood_free(&s);
}

static void
test_frames_are_only_read(void **state)
{
	struct rb_value before[16];
	struct rb_frame *frame;
	struct stood s;

	(void)state;
	stood_load(&s, api_down);
	know_taken(&s);
	stood_at(&s, "free");
	frame = s.levels[0].frame;
	assert_true(frame->scope->slots <= 16);
	for (unsigned i = 0; i < frame->scope->slots; i++)
		before[i] = frame->slots[i].value;
	told_run(&s.t);
	for (unsigned i = 0; i < frame->scope->slots; i++)
		assert_memory_equal(&before[i], &frame->slots[i].value, sizeof(before[i]));
	stood_free(&s);
}

/* ---- places ---- */

/* In what a step calls: the procedure goes on, then its caller. */
static void
test_inside_of_a_call(void **state)
{
	struct stood s;

	(void)state;
	stood_load(&s, "steps:\n"
		       "  - {id: seen, look: a, match: {bad: bad}}\n"
		       "  - {id: outer, call: fix, with: {n: '7'}, on_fail: end escalated}\n"
		       "  - {id: after, if: seen.bad, run: b}\n"
		       "procedures:\n"
		       "  fix:\n"
		       "    inputs: {n: {type: int}}\n"
		       "    steps:\n"
		       "      - {id: first, look: c}\n"
		       "      - {id: second, run: 'd $n'}\n"
		       "      - {id: third, look: e}\n"
		       "    finally: [{id: tidy, look: f}]\n");
	stood_knows(&s, 0, "seen", "{\"passed\": true, \"bad\": {\"matched\": true, \"count\": 1}}");
	stood_at(&s, "outer");
	stood_enter(&s, rb_unit_proc(s.t.program->main, RB_STR("fix")));
	stood_knows(&s, 1, "n", "7");
	stood_at(&s, "second");
	told_run(&s.t);
	assert_true(told_has(&s.t, "0 step outer|calls fix|is under way\n"
				   "1 command CHANGES second|d $n|up to 5m\n"
				   "1 exact |n=7|\n"
				   "1 command reads third|e|up to 30s\n"
				   "1 heading |finally|however the procedure ends\n"
				   "1 command reads tidy|f|up to 30s\n"
				   "0 edge if it fails|the run would end escalated|\n"
				   "0 command CHANGES after|b|up to 5m\n"
				   "0 detail if|seen.bad|it holds\n"
				   "0 fact seen.bad|was seen|\n"));
	assert_true(told_lacks(&s.t, "first|c|"));
	assert_string_equal(s.t.sum.would[0].path.p, "outer/second");
	stood_free(&s);
}

static void
test_started_at_a_procedure(void **state)
{
	struct stood s;

	(void)state;
	stood_load(&s, "steps: [{id: other, run: a}]\n"
		       "procedures: {fix: {steps: [{id: one, run: b}], finally: [{id: two, look: c}]}}\n"
		       "finally: [{id: three, look: d}]\n");
	s.t.options.from = "fix";
	stood_enter(&s, rb_unit_proc(s.t.program->main, RB_STR("fix")));
	stood_at(&s, "one");
	told_run(&s.t);
	assert_true(told_has(&s.t, "0 heading |Procedure fix|from here on\n"
				   "0 command CHANGES one|b|up to 5m\n"
				   "0 heading |Finally|however the procedure ends\n"
				   "0 command reads two|c|up to 30s\n"
				   "0 heading |Finally|however it ends\n"
				   "0 command reads three|d|up to 30s\n"));
	assert_true(told_lacks(&s.t, "other|a|"));
	stood_free(&s);
}

static void
test_setup_comes_before_the_steps(void **state)
{
	struct stood s;

	(void)state;
	stood_load(&s, "setup: [{id: one, run: a}, {id: two, look: b}]\n"
		       "steps: [{id: three, look: c}]\n");
	s.levels[0].phase = RB_STAND_SETUP;
	stood_at(&s, "one");
	told_run(&s.t);
	assert_true(told_has(&s.t, "0 heading |Setup|from here on\n"
				   "0 command CHANGES one|a|up to 5m\n"
				   "0 command reads two|b|up to 30s\n"
				   "0 heading |Steps|\n"
				   "0 command reads three|c|up to 30s\n"));
	stood_free(&s);
}

static const char closing[] = "steps: [{id: one, look: a}]\n"
			      "escalate:\n"
			      "  - {after: 5m, steps: [{id: late, run: b}]}\n"
			      "  - {'on': failed, steps: [{id: bad, run: c}]}\n"
			      "finally: [{id: two, look: d}, {id: three, run: e}, {id: four, look: f}]\n";

static void
test_finally(void **state)
{
	struct stood s;

	(void)state;
	stood_load(&s, closing);
	s.levels[0].phase = RB_STAND_FINALLY;
	s.levels[0].end = RB_END_ESCALATED;
	stood_at(&s, "three");
	told_run(&s.t);
	assert_true(told_has(&s.t, "0 heading |Finally|from here on\n"
				   "0 command CHANGES three|e|up to 5m\n"
				   "0 command reads four|f|up to 30s\n"
				   "0 heading |In all|"));
	assert_true((s.t.sum.ends & 1U << RB_END_ESCALATED) != 0);
	assert_true((s.t.sum.ends & 1U << RB_END_RESOLVED) == 0);
	stood_free(&s);
}

/* The end is there: only the rungs that it sets off are told, and surely. */
static void
test_rungs(void **state)
{
	static const struct {
		enum rb_end end;
		const char *told, *not_told;
	} rows[] = {
	    {RB_END_FAILED, "0 heading |Since it ends failed|\n0 command CHANGES bad|c|", "late|b|"},
	    {RB_END_ESCALATED, "0 heading |Since it ends escalated|\n0 command CHANGES late|b|", "bad|c|"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct stood s;

		stood_load(&s, closing);
		s.levels[0].phase = RB_STAND_RUNGS;
		s.levels[0].end = rows[i].end;
		told_run(&s.t);
		assert_true(told_has(&s.t, rows[i].told));
		assert_true(told_lacks(&s.t, rows[i].not_told));
		assert_false(s.t.sum.would[0].open);
		assert_true(told_has(&s.t, "command CHANGES three|e|"));
		stood_free(&s);
	}
}

static void
test_list_of_an_edge(void **state)
{
	struct stood s;

	(void)state;
	stood_load(&s, "steps:\n"
		       "  - id: look\n"
		       "    look: a\n"
		       "    on_pass: end resolved\n"
		       "    on_fail: [{id: mend, run: b}, {id: check, look: c}]\n"
		       "  - {id: after, look: d}\n");
	stood_knows(&s, 0, "look", "{\"passed\": false, \"failed\": true}");
	stood_at(&s, "mend");
	told_run(&s.t);
	assert_true(told_has(&s.t, "0 step look||was done\n"
				   "0 edge if it fails|these steps, and it goes on if they pass|\n"
				   "2 command CHANGES mend|b|up to 5m\n"
				   "2 command reads check|c|up to 30s\n"
				   "0 command reads after|d|up to 30s\n"));
	assert_true(told_lacks(&s.t, "if it passes"));
	stood_free(&s);
}

static void
test_block_ends_with_its_finally(void **state)
{
	struct stood s;

	(void)state;
	stood_load(&s, "steps:\n"
		       "  - id: group\n"
		       "    block: [{id: one, look: a}, {id: two, run: b}]\n"
		       "    finally: [{id: three, look: c}, {id: four, look: d}]\n"
		       "    verify: {look: e}\n");
	stood_at(&s, "two");
	told_run(&s.t);
	assert_true(told_has(&s.t, "0 step group||is under way\n"
				   "0 detail verifies|e|up to 30s\n"
				   "1 command CHANGES two|b|up to 5m\n"
				   "1 heading |finally|however it ends\n"
				   "1 command reads three|c|up to 30s\n"));
	rb_buf_clear(&s.t.lines);
	stood_at(&s, "four");
	told_run(&s.t);
	assert_true(told_has(&s.t, "1 heading |finally|however it ends\n1 command reads four|d|up to 30s\n"));
	assert_true(told_lacks(&s.t, "three"));
	stood_free(&s);
}

/* ---- questions ---- */

static void
test_question_leaves_its_arms_open(void **state)
{
	struct stood s;

	(void)state;
	stood_load(&s, "steps:\n"
		       "  - id: q\n"
		       "    ask: {question: Which?, choices: [{choice: a, then: [{id: one, run: b}]}, "
		       "{choice: c, then: end failed}]}\n"
		       "  - {id: after, look: d}\n");
	stood_at(&s, "q");
	told_run(&s.t);
	assert_true(told_has(&s.t, "0 step reads q||as long as people take\n0 detail asks|Which?|\n"));
	assert_true(told_has(&s.t, "arm |if the answer is a|\n2 command CHANGES one|b|"));
	assert_true(told_has(&s.t, "arm |if the answer is c|\n2 edge |the run would end failed|\n"));
	assert_true(s.t.sum.would[0].open);
	stood_free(&s);
}

/* Of several answers that were given, those behind the point come too, and the others do not. */
static void
test_answers_that_were_given(void **state)
{
	struct stood s;

	(void)state;
	stood_load(&s,
	    "steps:\n"
	    "  - id: q\n"
	    "    ask:\n"
	    "      question: Which?\n"
	    "      type: many\n"
	    "      choices: [{choice: a, then: [{id: one, run: b}]}, {choice: c, then: [{id: two, run: d}]},"
	    " {choice: e, then: [{id: three, run: f}]}]\n");
	stood_knows(&s, 0, "q", "{\"passed\": true, \"answer\": [\"a\", \"e\"]}");
	stood_at(&s, "one");
	told_run(&s.t);
	assert_true(told_has(&s.t, "arm |if the answer is a|on this path\n2 command CHANGES one|b|up to 5m\n"
				   "0 arm |if the answer is e|on this path\n2 command CHANGES three|f|"));
	assert_true(told_lacks(&s.t, "two|d|"));
	assert_false(s.t.sum.would[1].open);
	stood_free(&s);
}

static void
test_done_if_was_looked_at(void **state)
{
	struct stood s;

	(void)state;
	stood_load(&s, "steps:\n"
		       "  - {id: one, run: a, done_if: {look: b}}\n"
		       "  - {id: two, run: c, done_if: {look: d}}\n");
	stood_at(&s, "one");
	told_run(&s.t);
	assert_true(told_has(&s.t, "detail first|it was looked whether there is something to do: there is|"));
	assert_true(told_lacks(&s.t, "first|b|"));
	assert_true(told_has(&s.t, "detail first|d|"));
	stood_free(&s);
}

/* ---- loops ---- */

static void
test_items_of_its_own_loop(void **state)
{
	struct stood s;

	(void)state;
	stood_load(&s, "steps:\n"
		       "  - {id: each, for_each: {in: [a, b, c], as: x}, run: 'fix $x'}\n"
		       "  - {id: after, look: d}\n");
	stood_knows(&s, 0, "x", "\"b\"");
	stood_at(&s, "each");
	s.levels[0].item = 1;
	s.levels[0].items = 3;
	told_run(&s.t);
	assert_true(told_has(&s.t, "0 command CHANGES each|fix $x|up to 5m\n"
				   "0 detail for each|x: b, then c|2 left\n"
				   "0 exact |x=b|\n"));
	assert_int_equal(s.t.sum.nwould, 2);
	assert_string_equal(s.t.sum.would[0].item.p, "b");
	assert_string_equal(s.t.sum.would[0].values.p, "x=b");
	assert_string_equal(s.t.sum.would[1].values.p, "x=c");
	assert_true(told_has(&s.t, "row time|up to 10m30s|"));
	stood_free(&s);
}

/* The rest of this round, then the rounds of the items that are left, with what they will find. */
static void
test_items_of_a_loop_around(void **state)
{
	struct stood s;

	(void)state;
	stood_load(&s, "steps:\n"
		       "  - id: each\n"
		       "    for_each: {in: [a, b, c], as: x}\n"
		       "    block:\n"
		       "      - {id: seen, look: 'see $x', match: {bad: bad}}\n"
		       "      - {id: mend, if: seen.bad, run: 'fix $x'}\n"
		       "  - {id: after, look: d}\n");
	stood_knows(&s, 0, "x", "\"b\"");
	stood_knows(&s, 0, "seen", "{\"passed\": true, \"bad\": {\"matched\": true, \"count\": 1}}");
	stood_at(&s, "mend");
	s.levels[0].item = 1;
	s.levels[0].items = 3;
	told_run(&s.t);
	assert_true(told_has(&s.t, "0 step each||is under way\n"
				   "0 detail for each|x: b, then c|2 left\n"
				   "1 command CHANGES mend|fix $x|up to 5m\n"
				   "1 detail if|seen.bad|it holds\n"
				   "1 fact seen.bad|was seen|\n"
				   "1 exact |x=b|\n"
				   "1 heading |then for c|1 time\n"
				   "1 command reads seen|see $x|up to 30s\n"
				   "1 exact |x=c|\n"));
	assert_true(told_has(&s.t, "detail if|seen.bad|else it would be skipped\n"
				   "1 fact seen.bad|a line of `seen` matches bad|\n"
				   "1 exact |x=c|\n"
				   "0 command reads after|d|"));
	assert_int_equal(s.t.sum.changes, 1);
	stood_free(&s);
}

/* ---- secrets ---- */

static void
test_secrets_that_were_found(void **state)
{
	struct stood s;

	(void)state;
	stood_load(&s,
	    "secrets: {TOKEN: {env: TOKEN}}\n"
	    "steps:\n"
	    "  - {id: login, look: a, match: {ok: ok}, capture: {key: {value: this.stdout, secret: true}}}\n"
	    "  - id: use\n"
	    "    if: login.ok\n"
	    "    secrets: [TOKEN]\n"
	    "    http: {url: 'http://h/', method: POST, headers: {A: '${login.key}', B: '${TOKEN}'}}\n");
	stood_knows(&s, 0, "TOKEN", "\"hunter1\"");
	stood_knows(&s, 0, "login",
	    "{\"passed\": true, \"stdout\": \"hunter2\", \"key\": \"hunter3\", \"exit\": 0,"
	    " \"ok\": {\"matched\": true, \"count\": 1, \"line\": \"hunter4\"}}");
	stood_at(&s, "use");
	told_run(&s.t);
	assert_true(told_lacks(&s.t, "hunter"));
	assert_true(told_has(&s.t, "fact login.ok|is true, as found|"));
	assert_true(told_has(&s.t, "A: <secret:login.key>"));
	assert_true(told_has(&s.t, "B: <secret:TOKEN>"));
	stood_free(&s);
}

/* ---- anywhere ---- */

static const char everything[] =
    "inputs: {port: {type: port, default: 80}}\n"
    "values: {tries: {value: '0', type: int}}\n"
    "setup: [{id: s1, look: a}, {id: s2, run: b}]\n"
    "steps:\n"
    "  - {id: m1, look: a, match: {x: x}, on_fail: [{id: f1, run: b}, {id: f2, look: c}]}\n"
    "  - id: m2\n"
    "    branch:\n"
    "      - {if: m1.x, then: [{id: b1, run: d}, {id: b2, set: {tries: '${tries + 1}'}}]}\n"
    "      - {else: [{goto: m1}]}\n"
    "  - id: m3\n"
    "    for_each: {in: [p, q, r], as: i}\n"
    "    block:\n"
    "      - {id: l1, look: 'e $i'}\n"
    "      - id: l2\n"
    "        for_each: {in: lines(l1.stdout), as: j}\n"
    "        block: [{id: l3, run: 'f $i $j'}, {id: l4, look: g, on_fail: goto l3}]\n"
    "    finally: [{id: l5, run: h}]\n"
    "  - {id: m4, checks: [{id: c1, look: i}, {id: c2, look: j}], on_fail: continue}\n"
    "  - id: m5\n"
    "    ask: {question: q, choices: [{choice: a, then: [{id: a1, run: k}]}, {choice: b, then: goto m1}]}\n"
    "  - {id: m6, call: proc, on_fail: goto m2}\n"
    "  - {id: m7, manual: l, verify: {look: m}}\n"
    "procedures:\n"
    "  proc:\n"
    "    steps: [{id: p1, run: n}, {id: p2, block: [{id: p3, run: o, on_fail: [{id: p4, run: p}]}]}]\n"
    "    finally: [{id: p5, run: q}]\n"
    "escalate: [{after: 1m, steps: [{id: r1, run: r}]}, {'on': failed, steps: [{id: r2, run: s}]}]\n"
    "finally: [{id: e1, run: t}, {id: e2, block: [{id: e3, run: u}]}]\n";

/* The phase of the file in which a step stands, by the list that it is in at the top. */
static enum rb_stand_phase
phase_of(const struct rb_unit *u, const struct rb_step *step)
{
	while (step->parent != NULL)
		step = step->parent;
	if (step->list == u->setup)
		return RB_STAND_SETUP;
	if (step->list == u->finally || (step->proc != NULL && step->list == step->proc->finally))
		return RB_STAND_FINALLY;
	return step->list == u->steps || step->proc != NULL ? RB_STAND_STEPS : RB_STAND_RUNGS;
}

/* At whatever step a run has come to, its plan begins with that step and comes to an end. */
static void
test_every_step(void **state)
{
	struct stood s;
	size_t n;

	(void)state;
	stood_load(&s, everything);
	n = s.t.program->main->nsteps;
	stood_free(&s);
	for (size_t i = 0; i < 2 * n; i++) {
		const struct rb_step *step;
		struct rb_unit *u;
		struct rb_str row;

		stood_load(&s, everything);
		u = s.t.program->main;
		step = u->steps_in_order[i % n];
		if (i < n) {
			stood_knows(&s, 0, "i", "\"q\"");
			stood_knows(&s, 0, "j", "\"z\"");
			stood_knows(
			    &s, 0, "m1", "{\"passed\": true, \"x\": {\"matched\": true, \"count\": 1}}");
		}
		if (step->proc != NULL) {
			stood_at(&s, "m6");
			stood_enter(&s, step->proc);
		}
		s.levels[s.stand.n - 1].step = step;
		s.levels[s.stand.n - 1].phase = phase_of(u, step);
		told_run(&s.t);
		assert_int_equal(s.t.result, 0);
		row = rb_arena_fmt(&s.t.arena, " %.*s|", RB_STR_ARG(step->id));
		if (step->op != RB_OP_EDGE)
			assert_true(told_has(&s.t, row.p));
		assert_true(told_has(&s.t, "heading |In all|"));
		stood_free(&s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_branch_that_is_decided),
	    cmocka_unit_test(test_sum),
	    cmocka_unit_test(test_going_back),
	    cmocka_unit_test(test_frames_are_only_read),
	    cmocka_unit_test(test_inside_of_a_call),
	    cmocka_unit_test(test_started_at_a_procedure),
	    cmocka_unit_test(test_setup_comes_before_the_steps),
	    cmocka_unit_test(test_finally),
	    cmocka_unit_test(test_rungs),
	    cmocka_unit_test(test_list_of_an_edge),
	    cmocka_unit_test(test_block_ends_with_its_finally),
	    cmocka_unit_test(test_question_leaves_its_arms_open),
	    cmocka_unit_test(test_answers_that_were_given),
	    cmocka_unit_test(test_done_if_was_looked_at),
	    cmocka_unit_test(test_items_of_its_own_loop),
	    cmocka_unit_test(test_items_of_a_loop_around),
	    cmocka_unit_test(test_secrets_that_were_found),
	    cmocka_unit_test(test_every_step),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
