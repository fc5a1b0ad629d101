/* What people see of a whole run, and the forms that a view has: hand-made events in, exact text out. */
#include "view/script.h"

#include <signal.h>
#include <stdio.h>

#define HEAD "api-down · API server is down                                    run 7f3a · 15m left\n"

/* ---- runs ---- */

/* The run of the README: a failure that is continued over, a finding, a branch, a confirmation, a table. */
static void
play(struct stage *s)
{
	struct rb_where w = at("health", "health", "Does the API answer?"), branch, table, row;
	static const char *const rows[] = {"health", "clients", "database"};
	const char *refused = "GET http://127.0.0.1:8000/health: connection refused";

	run_start(s);
	emit(s, RB_EV_PHASE, NULL, "name", "steps", NULL);
	step_start(s, &w, "http");
	attempt(s, &w, "failed", refused, "");
	emit(s, RB_EV_EDGE, &w, "outcome", "failed", "key", "on_fail", "to", "continue", NULL);
	emit(s, RB_EV_STEP_END, &w, "outcome", "failed", "reason", refused, "kind", "http", "duration",
	    MS(12), "continued", "1", NULL);
	w = at("log", "log", "What does the log say?");
	step_start(s, &w, "look");
	attempt(s, &w, "passed", "", "exit 0");
	emit(s, RB_EV_FACTS, &w, "summary", "port_taken: [Errno 98] Address already in use", NULL);
	step_end(s, &w, "look", "passed", "", "exit 0", MS(3));
	branch = at("step_3", "step_3", "Act on the cause");
	step_start(s, &branch, "branch");
	emit(s, RB_EV_BRANCH, &branch, "condition", "log.port_taken", "arm", "0", "why",
	    "log.port_taken: [Errno 98] Address already in use", NULL);
	passes(s, "holder", "Who holds port 8000?", "pid 4242, python3 stale.py, user app", MS(5));
	w = at("free", "free", "Stop the process");
	step_start(s, &w, "process");
	emit(s, RB_EV_ASK, &w, "form", "confirm", "question", "Stop python3 stale.py (pid 4242)?", NULL);
	emit(s, RB_EV_ANSWER, &w, "value", "true", "by", "flag", "operator", "app", "outcome", "answered",
	    "duration", MS(9000), NULL);
	attempt(s, &w, "passed", "", "gone after TERM");
	/* The time that somebody thought about it is not the step's. */
	step_end(s, &w, "process", "passed", "", "gone after TERM", MS(9210));
	step_end(s, &branch, "branch", "passed", "", "", MS(220));
	table = at("verify", "verify", "Do the key endpoints answer?");
	step_start(s, &table, "checks");
	for (int i = 0; i < 3; i++) {
		row = at(rows[i], "step_8", rows[i]);
		row.depth = 1;
		emit(s, RB_EV_STEP_START, &row, "kind", "http", "quiet", "1", NULL);
		attempt(s, &row, "passed", "", "GET http://127.0.0.1:8000/ → 200");
		emit(s, RB_EV_STEP_END, &row, "outcome", "passed", "summary",
		    "GET http://127.0.0.1:8000/ → 200", "kind", "http", "duration", MS(9), "quiet", "1",
		    NULL);
	}
	emit(s, RB_EV_EDGE, &table, "outcome", "passed", "key", "on_pass", "to", "end resolved", "reason",
	    "the API answers", NULL);
	step_end(s, &table, "checks", "passed", "", "", MS(31));
	emit(s, RB_EV_RUN_END, NULL, "outcome", "resolved", "elapsed", MS(4100), "steps", "7", "changes", "1",
	    "confirmed", "1", "failed", "1", NULL);
}

static void
a_run_in_120_columns(void **state)
{
	struct stage s;

	(void)state;
	stage_open(&s, RB_VIEW_PLAIN, 120, false, false);
	play(&s);
	expect(&s, HEAD
	    "  ✗ health   Does the API answer?              12ms   GET http://127.0.0.1:8000/health: "
	    "connection refused\n"
	    "  ✓ log      What does the log say?             3ms   port_taken: [Errno 98] Address already in "
	    "use\n"
	    "  → log.port_taken                                    log.port_taken: [Errno 98] Address "
	    "already in use\n"
	    "  ✓ holder   Who holds port 8000?               5ms   pid 4242, python3 stale.py, user app\n"
	    "  ? free     Stop python3 stale.py (pid 4242)? on host web-3   yes (--yes)\n"
	    "  ✓ free     Stop the process                 210ms   gone after TERM\n"
	    "  ✓ verify   Do the key endpoints answer?      31ms   health ✓  clients ✓  database ✓\n"
	    "  → end resolved: the API answers\n"
	    "resolved in 4.1s · 7 steps, 1 change confirmed · runbook show 7f3a\n");
	stage_close(&s);
}

static void
a_run_in_80_columns(void **state)
{
	struct stage s;

	(void)state;
	stage_open(&s, RB_VIEW_PLAIN, 80, false, false);
	play(&s);
	expect(&s, "api-down · API server is down                                run 7f3a · 15m left\n"
		   "  ✗ health   Does the API answer?              12ms\n"
		   "             GET http://127.0.0.1:8000/health: connection refused\n"
		   "  ✓ log      What does the log say?             3ms\n"
		   "             port_taken: [Errno 98] Address already in use\n"
		   "  → log.port_taken   log.port_taken: [Errno 98] Address already in use\n"
		   "  ✓ holder   Who holds port 8000?               5ms\n"
		   "             pid 4242, python3 stale.py, user app\n"
		   "  ? free     Stop python3 stale.py (pid 4242)? on host web-3   yes (--yes)\n"
		   "  ✓ free     Stop the process                 210ms   gone after TERM\n"
		   "  ✓ verify   Do the key endpoints answer?      31ms\n"
		   "             health ✓  clients ✓  database ✓\n"
		   "  → end resolved: the API answers\n"
		   "resolved in 4.1s · 7 steps, 1 change confirmed · runbook show 7f3a\n");
	stage_close(&s);
}

static void
a_run_in_40_columns(void **state)
{
	struct stage s;

	(void)state;
	stage_open(&s, RB_VIEW_PLAIN, 40, false, false);
	play(&s);
	expect(&s, "api-down · API server is down\n"
		   "  run 7f3a · 15m left\n"
		   "  ✗ health Does the API answer?  12ms\n"
		   "    GET http://127.0.0.1:8000/health:\n"
		   "    connection refused\n"
		   "  ✓ log What does the log say?  3ms\n"
		   "    port_taken: [Errno 98] Address\n"
		   "    already in use\n"
		   "  → log.port_taken\n"
		   "    log.port_taken: [Errno 98] Address\n"
		   "    already in use\n"
		   "  ✓ holder Who holds port 8000?  5ms\n"
		   "    pid 4242, python3 stale.py, user app\n"
		   "  ? free Stop python3 stale.py (pid\n"
		   "    4242)? on host web-3   yes (--yes)\n"
		   "  ✓ free Stop the process  210ms\n"
		   "    gone after TERM\n"
		   "  ✓ verify Do the key endpoints\n"
		   "    answer?  31ms\n"
		   "    health ✓  clients ✓  database ✓\n"
		   "  → end resolved: the API answers\n"
		   "resolved in 4.1s · 7 steps, 1 change\n"
		   "  confirmed · runbook show 7f3a\n");
	stage_close(&s);
}

static void
a_run_whose_lines_are_never_wrapped(void **state)
{
	struct stage s;
	unsigned lines = 0;

	(void)state;
	stage_open(&s, RB_VIEW_PLAIN, 0, false, false);
	play(&s);
	for (const char *p = stage_text(&s); *p != '\0'; p++)
		lines += *p == '\n';
	assert_int_equal(lines, 10);
	stage_close(&s);
}

static void
a_run_in_ascii(void **state)
{
	struct stage s;

	(void)state;
	stage_open(&s, RB_VIEW_PLAIN, 120, false, true);
	play(&s);
	expect(&s,
	    "api-down - API server is down                                    run 7f3a - 15m left\n"
	    "  fail health   Does the API answer?              12ms   GET http://127.0.0.1:8000/health: "
	    "connection refused\n"
	    "  ok   log      What does the log say?             3ms   port_taken: [Errno 98] Address already "
	    "in "
	    "use\n"
	    "  ->   log.port_taken                                    log.port_taken: [Errno 98] Address "
	    "already "
	    "in use\n"
	    "  ok   holder   Who holds port 8000?               5ms   pid 4242, python3 stale.py, user app\n"
	    "  ?    free     Stop python3 stale.py (pid 4242)? on host web-3   yes (--yes)\n"
	    "  ok   free     Stop the process                 210ms   gone after TERM\n"
	    "  ok   verify   Do the key endpoints answer?      31ms   health ok  clients ok  database ok\n"
	    "  ->   end resolved: the API answers\n"
	    "resolved in 4.1s - 7 steps, 1 change confirmed - runbook show 7f3a\n");
	stage_close(&s);
	stage_open(&s, RB_VIEW_PLAIN, 120, false, true);
	passes(&s, "x", "Überfällig → läuft…", "→ 200 · ✓", MS(1));
	expect(&s, "  ok   x        \\u00dcberf\\u00e4llig -> l\\u00e4uft...  1ms   -> 200 - ok\n");
	stage_close(&s);
}

static void
colours_tell_nothing_that_words_do_not(void **state)
{
	struct stage s;
	struct rb_where w = at("b", "b", "B");

	(void)state;
	stage_open(&s, RB_VIEW_PLAIN, 100, true, false);
	passes(&s, "a", "A", "fine", MS(1));
	step_start(&s, &w, "run");
	step_end(&s, &w, "run", "timed out", "took longer than 1s", "", MS(1000));
	expect(&s, "  \033[32m✓\033[0m \033[1ma\033[0m        A                                  "
		   "\033[2m1ms\033[0m   fine\n"
		   "  \033[31m✗\033[0m \033[1mb\033[0m        B                                 "
		   "\033[2m1.0s\033[0m   timed "
		   "out: took longer than 1s\n");
	stage_close(&s);
}

/* ---- messages ---- */

static void
messages_phases_and_escalations(void **state)
{
	struct rb_where say = at("step_2", "step_2", ""),
			rung = at("escalation[0]/tell", "tell", "Tell the team");
	struct stage s;

	(void)state;
	stage_open(&s, RB_VIEW_PLAIN, 60, false, false);
	emit(&s, RB_EV_PHASE, NULL, "name", "setup", NULL);
	emit(&s, RB_EV_PHASE, NULL, "name", "steps", NULL);
	step_start(&s, &say, "say");
	emit(&s, RB_EV_SAY, &say, "text",
	    "The log says that the database connection failed, so\nthe backend team must look at the "
	    "database first.",
	    NULL);
	step_end(&s, &say, "say", "passed", "", "", "0");
	emit(&s, RB_EV_PHASE, NULL, "name", "escalation", "title", "backend-team", "after", MS(900000), NULL);
	step_start(&s, &rung, "run");
	step_end(&s, &rung, "run", "passed", "", "sent", MS(3));
	emit(&s, RB_EV_WARNING, NULL, "text", "the transcript cannot be written any more", "code",
	    "transcript_degraded", NULL);
	emit(&s, RB_EV_NOTE, NULL, "text", "called Ada", "operator", "app", NULL);
	emit(&s, RB_EV_PHASE, NULL, "name", "finally", NULL);
	expect(&s, "  ▸ setup\n"
		   "  ▸ steps\n"
		   "  » The log says that the database connection failed, so\n"
		   "    the backend team must look at the database first.\n"
		   "  ! escalation after 15m · backend-team\n"
		   "    ✓ tell     Tell the team                    3ms   sent\n"
		   "  ! the transcript cannot be written any more\n"
		   "  » note of app: called Ada\n"
		   "  ▸ finally\n");
	stage_close(&s);
}

static void
survivors_and_open_output_are_told(void **state)
{
	struct rb_where w = at("a", "a", "A");
	struct stage s;

	(void)state;
	stage_open(&s, RB_VIEW_PLAIN, 100, false, false);
	step_start(&s, &w, "run");
	emit(&s, RB_EV_ATTEMPT_START, &w, "purpose", "action", NULL);
	emit(&s, RB_EV_ATTEMPT_END, &w, "purpose", "action", "outcome", "passed", "output_incomplete", "1",
	    "survivors", "4242 sleep", NULL);
	step_end(&s, &w, "run", "passed", "", "exit 0", MS(1));
	expect(&s, "  ! a: still alive after it was ended: 4242 sleep\n"
		   "  ✓ a        A                                  1ms\n"
		   "             something that it left behind holds its output open\n");
	stage_close(&s);
}

static void
output_is_shown_as_it_comes_where_that_is_asked(void **state)
{
	struct rb_where w = at("a", "a", "A");
	struct stage s;

	(void)state;
	stage_open(&s, RB_VIEW_PLAIN, 100, false, false);
	emit(&s, RB_EV_STEP_START, &w, "kind", "run", "show", "output", NULL);
	output_of(&s, &w, RB_STDOUT, "  one\ntw");
	output_of(&s, &w, RB_STDERR, "\033[2Jerr\n");
	output_of(&s, &w, RB_STDOUT, "o\n\nthree");
	step_end(&s, &w, "run", "passed", "", "exit 0", MS(1));
	expect(&s, "  ▸ a        A\n"
		   "    |   one\n"
		   "    | \\e[2Jerr\n"
		   "    | two\n"
		   "    | \n"
		   "    | three\n"
		   "  ✓ a        A                                  1ms\n");
	stage_close(&s);
}

/* ---- hostile text ---- */

#define HOSTILE                                                                                              \
	"\033]52;c;cm0gLXJm\a\xe2\x80\xae\xc2\x9b"                                                           \
	"31m\r\n\x7f\xff"

static void
nothing_that_came_from_elsewhere_reaches_the_terminal_raw(void **state)
{
	struct rb_where w = at("a\033[2J", "b\033[2J", HOSTILE), loop = at("l", "l", HOSTILE),
			item = at("l[0]", "l", "");
	enum rb_view_form forms[] = {RB_VIEW_PLAIN, RB_VIEW_LIVE, RB_VIEW_JSON};
	struct stage s;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		stage_open(&s, forms[i], 80, false, false);
		emit(&s, RB_EV_RUN_START, NULL, "runbook", HOSTILE, "title", HOSTILE, "host", HOSTILE,
		    "operator", HOSTILE, "run", HOSTILE, "mode", HOSTILE, "from", HOSTILE, NULL);
		emit(&s, RB_EV_PHASE, NULL, "name", HOSTILE, "title", HOSTILE, NULL);
		emit(&s, RB_EV_PHASE, NULL, "name", "escalation", "title", HOSTILE, NULL);
		emit(&s, RB_EV_STEP_START, &w, "kind", HOSTILE, "note", HOSTILE, NULL);
		emit(&s, RB_EV_ATTEMPT_START, &w, "purpose", "action", NULL);
		emit(&s, RB_EV_PROGRESS, &w, "line", HOSTILE, NULL);
		rb_view_tick(s.view, s.now + RB_SECOND);
		output_of(&s, &w, RB_STDERR, HOSTILE);
		emit(&s, RB_EV_RETRY, &w, "reason", HOSTILE, NULL);
		emit(&s, RB_EV_ASSERTION, &w, "file", HOSTILE, "source", HOSTILE, "what", HOSTILE, "expected",
		    HOSTILE, "actual", HOSTILE, "from", HOSTILE, "excerpt", HOSTILE, "excerpt_of", HOSTILE,
		    "line", "3", "column", "4", "width", "5", NULL);
		emit(&s, RB_EV_ATTEMPT_END, &w, "purpose", "action", "outcome", "failed", "reason", HOSTILE,
		    "summary", HOSTILE, "survivors", HOSTILE, NULL);
		emit(&s, RB_EV_BRANCH, &w, "condition", HOSTILE, "why", HOSTILE, "arm", "0", NULL);
		emit(&s, RB_EV_ASK, &w, "form", "choice", "question", HOSTILE, "choices",
		    "[\"\\u001b[2J\",\"\\ud83d\\ude00\"]", NULL);
		rb_view_pause(s.view, true);
		rb_view_pause(s.view, false);
		emit(&s, RB_EV_ASK, &w, "form", "confirm", "question", HOSTILE, "by", HOSTILE, NULL);
		emit(&s, RB_EV_ANSWER, &w, "value", HOSTILE, "by", HOSTILE, "operator", HOSTILE, "outcome",
		    HOSTILE, NULL);
		emit(&s, RB_EV_ANSWER, &w, "value", HOSTILE, "by", "terminal", "operator", HOSTILE, "outcome",
		    "answered", NULL);
		emit(&s, RB_EV_FACTS, &w, "summary", HOSTILE, NULL);
		emit(&s, RB_EV_EDGE, &w, "key", HOSTILE, "to", HOSTILE, "reason", HOSTILE, NULL);
		step_end(&s, &w, HOSTILE, "failed", HOSTILE, HOSTILE, MS(1));
		step_start(&s, &loop, "http");
		emit(&s, RB_EV_ITEM, &loop, "value", "\"\\u001b[2J\\ud800\\u0000\"", NULL);
		step_start(&s, &item, "http");
		step_end(&s, &item, "http", "passed", "", HOSTILE, MS(1));
		emit(&s, RB_EV_SAY, &w, "text", HOSTILE, NULL);
		emit(&s, RB_EV_NOTE, &w, "text", HOSTILE, "operator", HOSTILE, NULL);
		emit(&s, RB_EV_WARNING, &w, "text", HOSTILE, NULL);
		emit(&s, RB_EV_RUN_END, NULL, "outcome", HOSTILE, "reason", HOSTILE, NULL);
		for (const char *p = stage_text(&s); *p != '\0'; p++) {
			unsigned char c = (unsigned char)*p;

			/* The live line's own control sequence: back, and erase. */
			if (forms[i] == RB_VIEW_LIVE && strncmp(p, "\r\033[K", 4) == 0) {
				p += 3;
				continue;
			}
			if ((c < 0x20 && c != '\n') || c == 0x7f || c == 0xff)
				fail_msg("form %zu: a byte %02x in: %s", i, c, p);
		}
		assert_null(strstr(s.text, "\xe2\x80\xae"));
		assert_null(strstr(s.text, "\xc2\x9b"));
		stage_close(&s);
	}
}

static void
very_long_texts_are_cut_and_said_to_be(void **state)
{
	size_t n = 1 << 20;
	char *text = malloc(n + 1);
	struct rb_where w = at("a", "a", "");
	struct stage s;

	(void)state;
	memset(text, 'x', n);
	text[n] = '\0';
	w.title = rb_str_c(text);
	stage_open(&s, RB_VIEW_PLAIN, 80, false, false);
	step_start(&s, &w, "look");
	step_end(&s, &w, "look", "failed", text, "", MS(1));
	assert_true(strlen(stage_text(&s)) < 100000);
	assert_non_null(strstr(s.text, "bytes more"));
	stage_close(&s);
	free(text);
}

static void
events_of_steps_that_never_began_do_no_harm(void **state)
{
	struct rb_where w = at("ghost", "ghost", "Ghost");
	struct stage s;

	(void)state;
	stage_open(&s, RB_VIEW_PLAIN, 80, false, false);
	for (int type = 0; type < RB_EV_TYPES; type++) {
		struct rb_event ev;

		rb_event_init(&ev, (enum rb_event_type)type, &w);
		s.sink->event(s.sink->ctx, &ev);
		rb_event_init(&ev, (enum rb_event_type)type, NULL);
		s.sink->event(s.sink->ctx, &ev);
	}
	output_of(&s, &w, RB_STDOUT, "x");
	stage_text(&s);
	stage_close(&s);
}

/* ---- other forms ---- */

static void
json_is_one_event_a_line(void **state)
{
	struct rb_where w = at("a", "a", "A");
	struct stage s;

	(void)state;
	stage_open(&s, RB_VIEW_JSON, 10, true, true);
	emit(&s, RB_EV_PROGRESS, &w, "line", "one\ntwo", NULL);
	rb_view_pause(s.view, true); /* nothing is held: nobody reads this at a terminal */
	emit(&s, RB_EV_SAY, &w, "text", "x", NULL);
	rb_view_print(s.view, RB_STR("no"));
	assert_true(rb_view_tick(s.view, 0) == RB_NEVER);
	expect(&s, "{\"seq\":1,\"type\":\"progress\",\"time\":\"2026-11-22T03:04:05.678Z\",\"mono_ns\":"
		   "1000000000,\"step\":\"a\","
		   "\"id\":\"a\",\"step_title\":\"A\",\"visit\":1,\"line\":\"one\\ntwo\"}\n"
		   "{\"seq\":1,\"type\":\"say\",\"time\":\"2026-11-22T03:04:05.678Z\",\"mono_ns\":1000000000,"
		   "\"step\":\"a\","
		   "\"id\":\"a\",\"step_title\":\"A\",\"visit\":1,\"text\":\"x\"}\n");
	stage_close(&s);
}

static void
a_replay_tells_when_where_and_by_whom(void **state)
{
	struct rb_view_options o = {.form = RB_VIEW_PLAIN, .replay = true, .command = "runbook"};
	struct stage s;

	(void)state;
	stage_open(&s, RB_VIEW_PLAIN, 80, false, false);
	rb_view_free(s.view);
	o.fd = s.fd;
	s.view = rb_view_new(&o);
	s.sink = rb_view_sink(s.view);
	run_start(&s);
	expect(&s, "api-down · API server is down                             run 7f3a · 15m at most\n"
		   "  2026-11-22 03:04:05 UTC · web-3 · app\n");
	stage_close(&s);
}

static void
a_reader_that_goes_away_ends_nothing(void **state)
{
	struct stage s;
	int ends[2];
	struct rb_view_options o = {.form = RB_VIEW_PLAIN};

	(void)state;
	assert_int_equal(pipe(ends), 0);
	stage_open(&s, RB_VIEW_PLAIN, 80, false, false);
	rb_view_free(s.view);
	o.fd = ends[1];
	s.view = rb_view_new(&o);
	s.sink = rb_view_sink(s.view);
	close(ends[0]);
	play(&s);
	play(&s);
	stage_close(&s);
	close(ends[1]);
}

static void
what_is_held_is_bounded(void **state)
{
	char text[4096];
	struct stage s;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	stage_open(&s, RB_VIEW_PLAIN, 0, false, false);
	rb_view_pause(s.view, true);
	for (int i = 0; i < 2000; i++)
		emit(&s, RB_EV_WARNING, NULL, "text", text, NULL);
	rb_view_pause(s.view, false);
	assert_true(strlen(stage_text(&s)) < (4 << 20) + 100);
	assert_non_null(strstr(s.text, "bytes are not shown here"));
	emit(&s, RB_EV_WARNING, NULL, "text", "and on", NULL);
	expect(&s, "  ! and on\n");
	stage_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_run_in_120_columns),
	    cmocka_unit_test(a_run_in_80_columns),
	    cmocka_unit_test(a_run_in_40_columns),
	    cmocka_unit_test(a_run_whose_lines_are_never_wrapped),
	    cmocka_unit_test(a_run_in_ascii),
	    cmocka_unit_test(colours_tell_nothing_that_words_do_not),
	    cmocka_unit_test(messages_phases_and_escalations),
	    cmocka_unit_test(survivors_and_open_output_are_told),
	    cmocka_unit_test(output_is_shown_as_it_comes_where_that_is_asked),
	    cmocka_unit_test(nothing_that_came_from_elsewhere_reaches_the_terminal_raw),
	    cmocka_unit_test(very_long_texts_are_cut_and_said_to_be),
	    cmocka_unit_test(events_of_steps_that_never_began_do_no_harm),
	    cmocka_unit_test(json_is_one_event_a_line),
	    cmocka_unit_test(a_replay_tells_when_where_and_by_whom),
	    cmocka_unit_test(a_reader_that_goes_away_ends_nothing),
	    cmocka_unit_test(what_is_held_is_bounded),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
