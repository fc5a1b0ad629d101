/* What people see of steps: rows, tables, ways taken, failures. */
#include "view/script.h"

#include <stdio.h>

#define HEAD "api-down · API server is down                                    run 7f3a · 15m left\n"

/* ---- outcomes ---- */

static void
every_outcome_is_told(void **state)
{
	static const char *const rows[][2] = {{"already done", ""}, {"recovered", "exit 1 is not 0"},
	    {"timed out", "took longer than 5s"}, {"errored", "no program 'x' in PATH"},
	    {"cancelled", "interrupted"}, {"skipped", ""}, {"skipped", "the operator skipped it"},
	    {"declined", "the operator declined"}, {"declined", ""}, {"unknown", ""},
	    {"something new", "odd"}};
	struct stage s;

	(void)state;
	stage_open(&s, RB_VIEW_PLAIN, 120, false, false);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rb_where w = at("s", "s", "S");

		step_start(&s, &w, "run");
		step_end(&s, &w, "run", rows[i][0], rows[i][1], "", MS(7));
	}
	expect(&s, "  ✓ s        S                                  7ms   already done\n"
		   "  ✓ s        S                                  7ms   recovered after: exit 1 is not 0\n"
		   "  ✗ s        S                                  7ms   timed out: took longer than 5s\n"
		   "  ✗ s        S                                  7ms   errored: no program 'x' in PATH\n"
		   "  ✗ s        S                                  7ms   cancelled: interrupted\n"
		   "  – s        S                                        skipped\n"
		   "  – s        S                                        the operator skipped it\n"
		   "  – s        S                                        declined: the operator declined\n"
		   "  – s        S                                        declined\n"
		   "  ! s        S                                        unknown how it ended\n"
		   "  ! s        S                                        unknown: odd\n");
	stage_close(&s);
}

/* Where it stands, why, and what to write: an errored step is told as a broken assertion is. */
static void
what_errored_is_told_with_its_place(void **state)
{
	struct rb_where w = at("step_2", "step_2", "");
	struct stage s;

	(void)state;
	stage_open(&s, RB_VIEW_PLAIN, 120, false, false);
	emit(&s, RB_EV_STEP_START, &w, "kind", "look", "does", "uptime", NULL);
	emit(&s, RB_EV_ASSERTION, &w, "file", "a.yaml", "line", "7", "column", "9", "width", "12", "source",
	    "    if: front.status == 502", "what", "if: `front.status` is unset", "hint",
	    "(front.status ?? 0) == 502", NULL);
	step_end(&s, &w, "look", "errored", "if: `front.status` is unset", "", MS(1));
	expect(&s, "  ✗ uptime                                      1ms\n"
		   "  a.yaml:7:9: errored: if: `front.status` is unset\n"
		   "      7 |     if: front.status == 502\n"
		   "        |         ^^^^^^^^^^^^\n"
		   "        write     (front.status ?? 0) == 502\n");
	stage_close(&s);
}

static void
what_was_taken_shows_its_last_line_only(void **state)
{
	struct rb_where w = at("a", "a", "A"), loop = at("l", "l", "L"), item = at("l[0]", "l", "L");
	struct stage s;

	(void)state;
	stage_open(&s, RB_VIEW_PLAIN, 80, false, false);
	step_start(&s, &w, "look");
	w.attempt = 1;
	emit(&s, RB_EV_ATTEMPT_START, &w, "purpose", "action", NULL);
	output_of(&s, &w, RB_STDERR, "first\nthe disk \033[1mis full\n\n");
	output_of(&s, &w, RB_STDOUT, "not this\n");
	emit(&s, RB_EV_EDGE, &w, "outcome", "failed", "key", "on_fail", "to", "continue", NULL);
	step_end(&s, &w, "look", "failed", "exit is 1, not 0", "", MS(7));
	expect(&s, "  ✗ a        A                                  7ms   exit is 1, not 0\n"
		   "             stderr: the disk \\e[1mis full\n");
	/* What a loop that was taken has failed on is not what the run ends for. */
	run_start(&s);
	step_start(&s, &loop, "look");
	emit(&s, RB_EV_ITEM, &loop, "name", "n", "value", "1", "index", "0", "of", "1", NULL);
	step_start(&s, &item, "look");
	step_end(&s, &item, "look", "failed", "exit is 1, not 0", "", MS(7));
	emit(&s, RB_EV_EDGE, &loop, "outcome", "failed", "key", "on_fail", "to", "continue", NULL);
	step_end(&s, &loop, "look", "failed", "1 of 1 items failed", "", MS(7));
	stage_text(&s);
	emit(&s, RB_EV_RUN_END, NULL, "outcome", "failed", "exit", "1", "elapsed", MS(8), "steps", "2",
	    "failed", "2", NULL);
	expect(&s, "failed in 8ms\n2 steps, 2 did not pass · runbook show 7f3a\n");
	stage_close(&s);
}

static void
attempts_are_counted_and_lines_of_retries_bounded(void **state)
{
	struct rb_where w = at("db", "db", "Is the database up?");
	struct stage s;
	unsigned lines = 0;

	(void)state;
	stage_open(&s, RB_VIEW_PLAIN, 120, false, false);
	step_start(&s, &w, "tcp");
	for (unsigned i = 1; i <= 1000; i++) {
		w.attempt = i;
		attempt(&s, &w, "failed", "connection refused", "");
		emit(&s, RB_EV_RETRY, &w, "pause", MS(2000), "times", "1001", "reason", "connection refused",
		    NULL);
	}
	for (const char *p = stage_text(&s); *p != '\0'; p++)
		lines += *p == '\n';
	assert_int_equal(lines, 9); /* before attempts 2, 4, … 512 */
	w.attempt = 1001;
	emit(&s, RB_EV_RETRY, &w, "pause", MS(2000), "reason", "no route to host", NULL);
	expect(&s, "  ↻ db       attempt 1000, again in 2.0s              no route to host\n");
	attempt(&s, &w, "passed", "", "connected to 10.0.0.7");
	w.attempt = 0;
	step_end(&s, &w, "tcp", "passed", "", "connected to 10.0.0.7", MS(2002000));
	expect(&s,
	    "  ✓ db       Is the database up?             33m22s   connected to 10.0.0.7 · 1001 attempts\n");
	stage_close(&s);
}

static void
what_an_outcome_leads_to_follows_its_row(void **state)
{
	struct rb_where w = at("a", "a", "A"), inner = at("b", "b", "B");
	struct stage s;

	(void)state;
	stage_open(&s, RB_VIEW_PLAIN, 120, false, false);
	step_start(&s, &w, "run");
	emit(&s, RB_EV_EDGE, &w, "outcome", "failed", "key", "on_fail", "to", "goto verify", NULL);
	step_end(&s, &w, "run", "failed", "exit 1", "", MS(1));
	expect(&s, "  ✗ a        A                                  1ms   exit 1\n"
		   "  → goto verify\n");
	/* A list of steps runs before the visit is over: what it answers to is told first. */
	step_start(&s, &w, "run");
	s.now += 3 * RB_MS;
	attempt(&s, &w, "failed", "exit 2", "");
	emit(&s, RB_EV_EDGE, &w, "outcome", "failed", "key", "on_fail", "to", "steps", NULL);
	step_start(&s, &inner, "run");
	step_end(&s, &inner, "run", "passed", "", "", MS(1));
	step_end(&s, &w, "run", "recovered", "exit 2", "", MS(9));
	expect(&s, "  ✗ a        A                                  3ms   exit 2\n"
		   "  → it failed: the steps of on_fail\n"
		   "  ✓ b        B                                  1ms\n"
		   "  ✓ a        A                                  9ms   recovered after: exit 2\n");
	/* An edge as an item of a list is no step. */
	w = at("step_4", "step_4", "");
	emit(&s, RB_EV_STEP_START, &w, "kind", "end", "quiet", "1", NULL);
	emit(&s, RB_EV_EDGE, &w, "outcome", "passed", "key", "end", "to", "end escalated", "reason",
	    "nobody knows", NULL);
	emit(&s, RB_EV_STEP_END, &w, "outcome", "passed", "kind", "end", "quiet", "1", NULL);
	expect(&s, "  → end escalated: nobody knows\n");
	stage_close(&s);
}

static void
branches_say_why(void **state)
{
	struct rb_where w = at("step_1", "step_1", "");
	struct stage s;

	(void)state;
	stage_open(&s, RB_VIEW_PLAIN, 100, false, false);
	step_start(&s, &w, "branch");
	emit(&s, RB_EV_BRANCH, &w, "condition", "", "arm", "2", "why", "log.missing: no match; n = 3", NULL);
	emit(&s, RB_EV_BRANCH, &w, "arm", "-1", "why", "n = 3", NULL);
	expect(&s, "  → else                                              log.missing: no match; n = 3\n"
		   "  → no condition holds: it goes on                    n = 3\n");
	stage_close(&s);
}

/* ---- groups, loops, tables ---- */

static void
a_group_has_a_heading_and_is_silent_about_what_was_told_inside(void **state)
{
	struct rb_where group = at("restart", "restart", "Restart it"),
			w = at("restart/stop", "stop", "Stop it"), outer;
	struct stage s;

	(void)state;
	stage_open(&s, RB_VIEW_PLAIN, 100, false, false);
	outer = at("step_1", "step_1", "");
	w.depth = 2;
	group.depth = 1;
	step_start(&s, &outer, "block");
	step_start(&s, &group, "call");
	expect(&s, "");
	step_start(&s, &w, "run");
	step_end(&s, &w, "run", "failed", "exit 1", "", MS(1));
	step_end(&s, &group, "call", "failed", "`stop` failed: exit 1", "", MS(2));
	step_end(&s, &outer, "block", "failed", "`stop` failed: exit 1", "", MS(2));
	expect(&s, "  ▸ restart  Restart it\n"
		   "  ✗ stop     Stop it                            1ms   exit 1\n");
	/* What it has to say for itself it says. */
	step_start(&s, &group, "call");
	step_end(&s, &group, "call", "timed out", "took longer than 1m", "", MS(60000));
	step_start(&s, &group, "call");
	step_end(&s, &group, "call", "skipped", "", "", "0");
	expect(&s, "  ✗ restart  Restart it                       1m00s   timed out: took longer than 1m\n"
		   "  – restart  Restart it                               skipped\n");
	stage_close(&s);
}

static void
a_note_comes_before_its_step(void **state)
{
	struct rb_where group = at("g", "g", "A group"), w = at("g/a", "a", "A"), item = at("l[0]", "l", "");
	struct stage s;

	(void)state;
	stage_open(&s, RB_VIEW_PLAIN, 100, false, false);
	emit(&s, RB_EV_STEP_START, &group, "kind", "block", "note", "of the group", NULL);
	emit(&s, RB_EV_STEP_START, &w, "kind", "run", "note", "ask Ada first\nbefore noon", NULL);
	step_end(&s, &w, "run", "passed", "", "", MS(1));
	expect(&s, "  ▸ g        A group\n"
		   "    of the group\n"
		   "    ask Ada first\n"
		   "    before noon\n"
		   "  ✓ a        A                                  1ms\n");
	/* A loop says it once, not with every item. */
	w = at("l", "l", "L");
	emit(&s, RB_EV_STEP_START, &w, "kind", "run", "note", "once", NULL);
	emit(&s, RB_EV_ITEM, &w, "value", "1", "index", "0", "of", "9", NULL);
	emit(&s, RB_EV_STEP_START, &item, "kind", "run", "note", "once", NULL);
	emit(&s, RB_EV_ATTEMPT_START, &item, "purpose", "action", NULL);
	step_end(&s, &item, "run", "passed", "", "", MS(1));
	expect(&s, "    once\n"
		   "  ✓ l        run (1/9: 1)                       1ms\n");
	stage_close(&s);
}

/* A note is there before the step acts, and of one that is skipped it is not said at all. */
static void
a_note_waits_for_its_step(void **state)
{
	struct rb_where group = at("g", "g", "A group"), w = at("g/a", "a", "A");
	struct stage s;

	(void)state;
	stage_open(&s, RB_VIEW_PLAIN, 100, false, false);
	emit(&s, RB_EV_STEP_START, &group, "kind", "block", "note", "of the group", NULL);
	expect(&s, "");
	emit(&s, RB_EV_STEP_START, &w, "kind", "run", "note", "ask Ada first", NULL);
	expect(&s, "");
	emit(&s, RB_EV_ATTEMPT_START, &w, "purpose", "action", NULL);
	expect(&s, "  ▸ g        A group\n"
		   "    of the group\n"
		   "    ask Ada first\n");
	step_end(&s, &w, "run", "passed", "", "", MS(1));
	expect(&s, "  ✓ a        A                                  1ms\n");
	w = at("b", "b", "B");
	emit(&s, RB_EV_STEP_START, &w, "kind", "use", "note", "not today", NULL);
	step_end(&s, &w, "use", "skipped", "", "", MS(1));
	expect(&s, "  – b        B                                        skipped\n");
	stage_close(&s);
}

static void
the_items_of_a_loop_are_told_apart(void **state)
{
	static const char *const values[] = {"\"/api/clients\"", "\"a\\u202eb\"", "{\"name\":\"x\"}", "7"};
	struct rb_where loop = at("verify", "verify", "Does /api/clients answer?"), w;
	struct stage s;
	char path[32], index[16];

	(void)state;
	stage_open(&s, RB_VIEW_PLAIN, 100, false, false);
	step_start(&s, &loop, "http");
	for (int i = 0; i < 4; i++) {
		snprintf(path, sizeof(path), "verify[%d]", i);
		snprintf(index, sizeof(index), "%d", i);
		emit(&s, RB_EV_ITEM, &loop, "name", "path", "value", values[i], "index", index, "of", "4",
		    NULL);
		w = at(path, "verify", "Does /api/clients answer?");
		w.depth = 1;
		w.item = i;
		step_start(&s, &w, "http");
		step_end(
		    &s, &w, "http", i == 3 ? "failed" : "passed", i == 3 ? "status is 500" : "", "", MS(2));
	}
	step_end(&s, &loop, "http", "failed", "1 of 4 items failed: status is 500", "", MS(9));
	expect(&s, "  ✓ verify   Does /api/clients answer? (1/4)    2ms\n"
		   "  ✓ verify   Does /api/clients answer? (2/4: a\\u202eb)  2ms\n"
		   "  ✓ verify   Does /api/clients answer? (3/4)    2ms\n"
		   "  ✗ verify   Does /api/clients answer? (4/4: 7) 2ms   status is 500\n");
	stage_close(&s);
}

static void
table(struct stage *s, bool continued)
{
	struct rb_where t = at("survey", "survey", "What is wrong?"),
			a = at("worker", "worker", "Is uvicorn running?"),
			b = at("log", "log", "What does the log say?");

	a.depth = b.depth = 1;
	step_start(s, &t, "checks");
	emit(s, RB_EV_STEP_START, &a, "kind", "process", "quiet", "1", NULL);
	emit(s, RB_EV_STEP_START, &b, "kind", "look", "quiet", "1", NULL);
	emit(s, RB_EV_ATTEMPT_START, &a, "purpose", "action", NULL);
	emit(s, RB_EV_FACTS, &b, "summary", "killed: Out of memory", NULL);
	/* The order of the rows is that of the file, not that in which they end. */
	emit(s, RB_EV_STEP_END, &b, "outcome", "passed", "summary", "exit 0", "kind", "look", "duration",
	    MS(4), "quiet", "1", NULL);
	emit(s, RB_EV_ASSERTION, &a, "file", "x.yaml", "line", "7", "column", "5", "width", "3", "source",
	    "    abc: 1", "what", "count is not 2", "expected", "2", "actual", "0", NULL);
	emit(s, RB_EV_STEP_END, &a, "outcome", "failed", "reason", "there is no such process", "kind",
	    "process", "duration", MS(9), "quiet", "1", NULL);
	if (continued)
		emit(s, RB_EV_EDGE, &t, "outcome", "failed", "key", "on_fail", "to", "continue", NULL);
	emit(s, RB_EV_STEP_END, &t, "outcome", "failed", "reason",
	    "`worker` failed: there is no such process", "kind", "checks", "duration", MS(11), "continued",
	    continued ? "1" : "0", NULL);
}

static void
checks_are_one_table(void **state)
{
	struct stage s;

	(void)state;
	stage_open(&s, RB_VIEW_PLAIN, 100, true, false);
	table(&s, true);
	expect(&s, "  \033[2m✗\033[0m \033[1msurvey\033[0m   What is wrong?                    "
		   "\033[2m11ms\033[0m   \033[2m1 of 2 did "
		   "not pass\033[0m\n"
		   "    \033[2m✗\033[0m \033[1mworker\033[0m   Is uvicorn running?              "
		   "\033[2m9ms\033[0m   \033[2mthere is no "
		   "such process\033[0m\n"
		   "    \033[32m✓\033[0m \033[1mlog\033[0m      What does the log say?           "
		   "\033[2m4ms\033[0m   killed: Out of "
		   "memory\n");
	stage_close(&s);
	/* Nobody takes it: what was asked and what came follows the table. */
	stage_open(&s, RB_VIEW_PLAIN, 100, false, false);
	table(&s, false);
	expect(&s, "  ✗ survey   What is wrong?                    11ms   1 of 2 did not pass\n"
		   "    ✗ worker   Is uvicorn running?              9ms   there is no such process\n"
		   "    ✓ log      What does the log say?           4ms   killed: Out of memory\n"
		   "  x.yaml:7:5: failed: count is not 2\n"
		   "      7 |     abc: 1\n"
		   "        |     ^^^\n"
		   "        expected  2\n"
		   "        actual    0\n");
	stage_close(&s);
}

static void
a_table_that_never_ends_is_freed(void **state)
{
	struct rb_where t = at("survey", "survey", ""), a = at("worker", "worker", "");
	struct stage s;

	(void)state;
	a.depth = 1;
	stage_open(&s, RB_VIEW_PLAIN, 100, false, false);
	step_start(&s, &t, "checks");
	emit(&s, RB_EV_STEP_START, &a, "kind", "process", "quiet", "1", NULL);
	emit(&s, RB_EV_STEP_END, &a, "outcome", "passed", "quiet", "1", NULL);
	a = at("other", "other", "");
	a.depth = 1;
	emit(&s, RB_EV_STEP_START, &a, "kind", "process", "quiet", "1", NULL);
	stage_close(&s);
}

/* ---- failures ---- */

static void
fails(struct stage *s, const struct rb_where *w, const char *source, const char *column, const char *width)
{
	step_start(s, w, "http");
	emit(s, RB_EV_ATTEMPT_START, w, "purpose", "action", NULL);
	emit(s, RB_EV_ASSERTION, w, "file", "api-down.yaml", "line", "31", "column", column, "width", width,
	    "source", source, "what", "json.status is not \"healthy\"", "expected", "\"healthy\"", "actual",
	    "\"degraded\"", "from", "GET http://127.0.0.1:8000/health → 200 in 14ms", "excerpt",
	    "{\"status\": \"degraded\", \"db\": \"down\"}\n", "excerpt_of", "body", NULL);
	emit(s, RB_EV_ATTEMPT_END, w, "purpose", "action", "outcome", "failed", "reason",
	    "json.status is not \"healthy\"", NULL);
	step_end(s, w, "http", "failed", "json.status is not \"healthy\"", "", MS(14));
}

static void
a_failed_assertion_shows_what_was_asked_and_what_came(void **state)
{
	struct rb_where w = at("health", "health", "Does the API answer?");
	struct stage s;

	(void)state;
	stage_open(&s, RB_VIEW_PLAIN, 80, false, false);
	fails(&s, &w, "    expect: {status: 200, json: {status: healthy}}", "34", "15");
	expect(&s, "  ✗ health   Does the API answer?              14ms\n"
		   "  api-down.yaml:31:34: failed: json.status is not \"healthy\"\n"
		   "     31 |     expect: {status: 200, json: {status: healthy}}\n"
		   "        |                                  ^^^^^^^^^^^^^^^\n"
		   "        expected  \"healthy\"\n"
		   "        actual    \"degraded\"\n"
		   "        from      GET http://127.0.0.1:8000/health → 200 in 14ms\n"
		   "        body      {\"status\": \"degraded\", \"db\": \"down\"}\n");
	emit(&s, RB_EV_RUN_END, NULL, "outcome", "failed", "exit", "1", "reason",
	    "`health` failed: json.status is not \"healthy\"", "elapsed", MS(14), "steps", "1", "failed", "1",
	    NULL);
	expect(&s, "failed in 14ms: `health` failed: json.status is not \"healthy\"\n"
		   "1 step, 1 did not pass\n");
	stage_close(&s);
}

static void
carets_stand_under_what_they_mean(void **state)
{
	struct rb_where w = at("h", "h", "H");
	struct stage s;
	const char *text;

	(void)state;
	stage_open(&s, RB_VIEW_PLAIN, 80, false, false);
	/* Wide characters and combining ones before it, and in it. */
	fails(&s, &w, "  日本 e\xcc\x81: 漢字", "10", "2");
	text = stage_text(&s);
	assert_non_null(strstr(text, "     31 |   日本 e\xcc\x81: 漢字\n"
				     "        |           ^^^^\n"));
	/* Past its end; a width that is too large. */
	fails(&s, &w, "  a: b", "40", "99");
	text = stage_text(&s);
	assert_non_null(strstr(text, "     31 |   a: b\n"
				     "        |       ^\n"));
	stage_close(&s);
	/* A long line is shown around them. */
	stage_open(&s, RB_VIEW_PLAIN, 40, false, false);
	fails(&s, &w,
	    "    expect: {status: 200, json: {status: healthy}}  # and much more that is not asked for", "34",
	    "15");
	text = stage_text(&s);
	assert_non_null(strstr(text, "     31 | 0, json: {status: healthy}}  …\n"
				     "        |           ^^^^^^^^^^^^^^^\n"));
	stage_close(&s);
}

static void
without_an_assertion_the_last_output_is_shown(void **state)
{
	struct rb_where w = at("start", "start", "Start it");
	struct stage s;
	char line[32];

	(void)state;
	stage_open(&s, RB_VIEW_PLAIN, 100, false, false);
	step_start(&s, &w, "run");
	emit(&s, RB_EV_ATTEMPT_START, &w, "purpose", "action", NULL);
	for (int i = 1; i <= 5000; i++) {
		snprintf(line, sizeof(line), "line %d\n", i);
		output_of(&s, &w, RB_STDERR, line);
	}
	output_of(&s, &w, RB_STDOUT, "not this\n");
	step_end(&s, &w, "run", "timed out", "took longer than 1s", "", MS(1000));
	assert_non_null(strstr(stage_text(&s), "        stderr    … "));
	assert_non_null(strstr(s.text, "                  line 4991\n                  line 4992\n"));
	assert_non_null(strstr(s.text, "                  line 5000\n"));
	assert_null(strstr(s.text, "line 4990\n"));
	assert_null(strstr(s.text, "not this"));
	/* An attempt begins with nothing. */
	step_start(&s, &w, "run");
	emit(&s, RB_EV_ATTEMPT_START, &w, "purpose", "action", NULL);
	output_of(&s, &w, RB_STDOUT, "of the first\n");
	emit(&s, RB_EV_ATTEMPT_START, &w, "purpose", "action", NULL);
	step_end(&s, &w, "run", "failed", "exit 1", "", MS(1));
	expect(&s, "  ✗ start    Start it                           1ms   exit 1\n");
	stage_close(&s);
}

static void
only_the_last_attempt_and_few_of_many_assertions_are_shown(void **state)
{
	struct rb_where w = at("a", "a", "A");
	struct stage s;

	(void)state;
	stage_open(&s, RB_VIEW_PLAIN, 100, false, false);
	step_start(&s, &w, "http");
	for (int i = 0; i < 3; i++) {
		emit(&s, RB_EV_ATTEMPT_START, &w, "purpose", "verify", NULL);
		for (int k = 0; k < 10; k++)
			emit(&s, RB_EV_ASSERTION, &w, "what", "x is not y", NULL);
	}
	step_end(&s, &w, "http", "failed", "verify: x is not y", "", MS(1));
	expect(&s, "  ✗ a        A                                  1ms   verify: x is not y\n"
		   "  failed: x is not y\n  failed: x is not y\n  failed: x is not y\n  failed: x is not y\n"
		   "  failed: x is not y\n  failed: x is not y\n  failed: x is not y\n  failed: x is not y\n"
		   "        and 2 more that did not hold\n");
	stage_close(&s);
}

static void
the_closing_lines_name_what_failed_first(void **state)
{
	struct rb_where w = at("start", "start", "Start the API");
	struct stage s;

	(void)state;
	stage_open(&s, RB_VIEW_PLAIN, 100, false, false);
	run_start(&s);
	step_start(&s, &w, "start");
	emit(&s, RB_EV_EDGE, &w, "outcome", "timed out", "key", "on_fail", "to", "end escalated", "reason",
	    "the API does not start", NULL);
	step_end(&s, &w, "start", "timed out", "took longer than 1m", "", MS(60000));
	emit(&s, RB_EV_RUN_END, NULL, "outcome", "escalated", "exit", "3", "reason", "the API does not start",
	    "elapsed", MS(64000), "steps", "9", "failed", "1", "changes", "3", "confirmed", "1", NULL);
	expect(&s,
	    HEAD "  ✗ start    Start the API                    1m00s   timed out: took longer than 1m\n"
		 "  → end escalated: the API does not start\n"
		 "escalated in 1m04s: the API does not start\n"
		 "first to fail: start: timed out: took longer than 1m\n"
		 "9 steps, 1 did not pass, 3 changes, 1 confirmation · runbook show 7f3a\n");
	stage_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_outcome_is_told),
	    cmocka_unit_test(attempts_are_counted_and_lines_of_retries_bounded),
	    cmocka_unit_test(what_an_outcome_leads_to_follows_its_row),
	    cmocka_unit_test(branches_say_why),
	    cmocka_unit_test(a_group_has_a_heading_and_is_silent_about_what_was_told_inside),
	    cmocka_unit_test(a_note_comes_before_its_step),
	    cmocka_unit_test(a_note_waits_for_its_step),
	    cmocka_unit_test(the_items_of_a_loop_are_told_apart),
	    cmocka_unit_test(checks_are_one_table),
	    cmocka_unit_test(a_table_that_never_ends_is_freed),
	    cmocka_unit_test(a_failed_assertion_shows_what_was_asked_and_what_came),
	    cmocka_unit_test(carets_stand_under_what_they_mean),
	    cmocka_unit_test(without_an_assertion_the_last_output_is_shown),
	    cmocka_unit_test(only_the_last_attempt_and_few_of_many_assertions_are_shown),
	    cmocka_unit_test(the_closing_lines_name_what_failed_first),
	    cmocka_unit_test(what_errored_is_told_with_its_place),
	    cmocka_unit_test(what_was_taken_shows_its_last_line_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
