/* What moves and waits: questions, and the live line. */
#include "view/script.h"

/* ---- questions ---- */

static void
a_question_waits_on_an_open_line_for_its_answer(void **state)
{
	struct rb_where w = at("free", "free", "Stop it"), other = at("b", "b", "B");
	struct stage s;

	(void)state;
	stage_open(&s, RB_VIEW_LIVE, 100, false, false);
	run_start(&s);
	stage_text(&s);
	step_start(&s, &w, "process");
	emit(&s, RB_EV_ASK, &w, "form", "confirm", "question", "Stop it?", NULL);
	expect(&s, "");
	rb_view_pause(s.view, true);
	expect(&s, "  ? free     Stop it? on host web-3   ");
	/* What happens meanwhile is held, and nothing is drawn. */
	passes(&s, "b", "B", "", MS(1));
	emit(&s, RB_EV_ASK, &other, "form", "text", "question", "Who?", NULL);
	assert_true(rb_view_tick(s.view, s.now + RB_MINUTE) == RB_NEVER);
	expect(&s, "");
	rb_view_pause(s.view, false);
	expect(&s, "  ✓ b        B                                  1ms\n");
	emit(&s, RB_EV_ANSWER, &w, "value", "true", "by", "terminal", "outcome", "answered", NULL);
	expect(&s, "");
	rb_view_pause(s.view, true);
	expect(&s, "  ? b        Who?   ");
	rb_view_pause(s.view, false);
	emit(&s, RB_EV_ANSWER, &other, "value", "Ada", "by", "terminal", "outcome", "answered", NULL);
	rb_view_pause(s.view, true); /* a step has the terminal: no question is out */
	expect(&s, "");
	rb_view_pause(s.view, false);
	stage_close(&s);
}

static void
a_question_comes_with_what_bears_on_it(void **state)
{
	struct rb_where w = at("drop", "drop", "Drop it");
	struct stage s;

	(void)state;
	stage_open(&s, RB_VIEW_PLAIN, 100, false, false);
	run_start(&s);
	stage_text(&s);
	emit(&s, RB_EV_STEP_START, &w, "kind", "run", "note", "There is no way back.\nThe dump is in /srv.",
	    NULL);
	emit(&s, RB_EV_ASK, &w, "form", "confirm", "question", "Drop it?", "by", "the owner", NULL);
	rb_view_pause(s.view, true);
	expect(&s, "    There is no way back.\n"
		   "    The dump is in /srv.\n"
		   "  ? drop     Drop it? on host web-3 (for the owner to say)\n"
		   "             ");
	stage_close(&s);
}

static void
a_confirmation_shows_what_will_be_done(void **state)
{
	struct rb_where w = at("clean", "clean", "");
	struct stage s;

	(void)state;
	stage_open(&s, RB_VIEW_PLAIN, 100, false, false);
	emit(&s, RB_EV_ASK, &w, "form", "confirm", "question", "Remove it?", "does",
	    "rm -rf \033[31m/srv\n… 2 lines more", NULL);
	rb_view_pause(s.view, true);
	expect(&s, "  ? clean    Remove it?\n"
		   "               rm -rf \\e[31m/srv\n"
		   "               … 2 lines more\n"
		   "             ");
	stage_close(&s);
}

/* The closing line says why nobody answered; neither the question nor a row of the step says it again. */
static void
a_question_that_nobody_answers_is_told_once(void **state)
{
	struct rb_where w = at("clean", "clean", "Clean");
	struct stage s;

	(void)state;
	stage_open(&s, RB_VIEW_PLAIN, 100, false, false);
	step_start(&s, &w, "run");
	emit(&s, RB_EV_ASK, &w, "form", "confirm", "question", "Go?", NULL);
	emit(&s, RB_EV_ANSWER, &w, "by", "none", "outcome", "declined", NULL);
	step_end(&s, &w, "run", "declined", "no terminal; --yes answers it", "", MS(1));
	expect(&s, "  ? clean    Go?   no answer\n");
	stage_close(&s);
}

static void
choices_are_numbered(void **state)
{
	struct rb_where w = at("how", "how", "");
	struct stage s;

	(void)state;
	stage_open(&s, RB_VIEW_PLAIN, 100, false, false);
	emit(&s, RB_EV_ASK, &w, "form", "choice", "question", "Which way?", "choices",
	    "[\"restart\", \"leave \\\"it\\\"\",\"\\u00fc\"]", NULL);
	rb_view_pause(s.view, true);
	expect(&s, "  ? how      Which way?\n"
		   "               1  restart\n"
		   "               2  leave \"it\"\n"
		   "               3  ü\n"
		   "             ");
	stage_close(&s);
}

static void
answers_say_whose_they_are(void **state)
{
	static const char *const rows[][5] = {
	    {"confirm", "true", "flag", "answered", "  ? a        Go?   yes (--yes)\n"},
	    {"confirm", "", "none", "declined", "  ? a        Go?   no answer\n"},
	    {"yes_no", "false", "terminal", "answered", "  ? a        Go?   no (app)\n"},
	    {"text", "node-2", "scenario", "answered", "  ? a        Go?   node-2 (scenario)\n"},
	    {"manual", "done: raised to 4 GiB", "terminal", "answered",
		"  ? a        Go?   done: raised to 4 GiB (app)\n"},
	    {"confirm", "", "terminal", "cancelled", "  ? a        Go?   cancelled (app)\n"},
	};
	struct rb_where w = at("a", "a", "A");
	struct stage s;

	(void)state;
	stage_open(&s, RB_VIEW_PLAIN, 100, false, false);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		emit(&s, RB_EV_ASK, &w, "form", rows[i][0], "question", "Go?", NULL);
		emit(&s, RB_EV_ANSWER, &w, "value", rows[i][1], "by", rows[i][2], "outcome", rows[i][3],
		    "operator", "app", NULL);
		expect(&s, rows[i][4]);
	}
	/* A step that is nothing but its question has no row of its own when it passed. */
	step_start(&s, &w, "manual");
	emit(&s, RB_EV_ASK, &w, "form", "manual", "question", "Call Ada", NULL);
	emit(&s, RB_EV_ANSWER, &w, "value", "could not", "by", "terminal", "outcome", "answered", NULL);
	step_end(&s, &w, "manual", "failed", "the operator could not do it", "", MS(9));
	expect(&s, "  ? a        Call Ada   could not\n"
		   "  ✗ a        A                                  9ms   the operator could not do it\n");
	stage_close(&s);
}

/* ---- the live line ---- */

static void
the_live_line_is_drawn_in_place(void **state)
{
	struct rb_where w = at("start", "start", "Start the API");
	struct stage s;
	int64_t t;

	(void)state;
	stage_open(&s, RB_VIEW_LIVE, 80, false, false);
	t = s.now;
	assert_true(rb_view_tick(s.view, t) == RB_NEVER);
	emit(&s, RB_EV_STEP_START, &w, "kind", "start", "timeout", MS(60000), NULL);
	/* What is over at once needs none. */
	assert_true(rb_view_tick(s.view, t) > t);
	expect(&s, "");
	emit(&s, RB_EV_PROGRESS, &w, "line", "INFO: Waiting for application startup, which takes its time.",
	    NULL);
	assert_true(rb_view_tick(s.view, t + 800 * RB_MS) == t + 900 * RB_MS);
	expect(&s, "\r\033[K  ⠋ start    Start the API                  0.8s/1m   INFO: Waiting for applic…");
	assert_int_equal(rb_str_width(rb_str_c(s.text + 4)), 79);
	/* Not more often than it can be read. */
	rb_view_tick(s.view, t + 850 * RB_MS);
	expect(&s, "");
	rb_view_tick(s.view, t + 900 * RB_MS);
	expect(&s, "\r\033[K  ⠙ start    Start the API                  0.9s/1m   INFO: Waiting for applic…");
	/* A line comes above it; it is back at the next tick. */
	emit(&s, RB_EV_WARNING, NULL, "text", "careful", NULL);
	expect(&s, "\r\033[K  ! careful\n");
	rb_view_print(s.view, RB_STR("hint"));
	rb_view_tick(s.view, t + 901 * RB_MS);
	expect(&s, "hint\n\r\033[K  ⠹ start    Start the API                  0.9s/1m   INFO: Waiting for "
		   "applic…");
	step_end(&s, &w, "start", "passed", "", "pid 7", MS(950));
	expect(&s, "\r\033[K  ✓ start    Start the API                    950ms   pid 7\n");
	assert_true(rb_view_tick(s.view, t + RB_SECOND) == RB_NEVER);
	/* `show: none` keeps the output off the terminal. */
	emit(&s, RB_EV_STEP_START, &w, "kind", "run", "show", "none", NULL);
	emit(&s, RB_EV_PROGRESS, &w, "line", "not for everybody", NULL);
	rb_view_tick(s.view, t + RB_SECOND);
	assert_null(strstr(stage_text(&s), "everybody"));
	stage_close(&s);
}

static void
the_live_line_never_wraps(void **state)
{
	struct rb_where w =
	    at("start", "a-rather-long-id-for-a-step", "Start the API and wait until it is 健康健康健康");
	struct stage s;

	(void)state;
	stage_open(&s, RB_VIEW_LIVE, 80, false, false);
	emit(&s, RB_EV_STEP_START, &w, "kind", "start", "timeout", MS(60000), NULL);
	emit(&s, RB_EV_PROGRESS, &w, "line", "日本語日本語日本語日本語日本語日本語日本語日本語日本語日本語",
	    NULL);
	/* The window is resized between the draws. */
	for (unsigned width = 1; width < 200; width++) {
		const char *line;

		s.width = width;
		rb_view_tick(s.view, s.now + (int64_t)(width + 2) * RB_SECOND);
		line = stage_text(&s);
		if (line[0] != '\0' && rb_str_width(rb_str_c(line + 4)) >= width)
			fail_msg("%u columns: %s", width, line + 4);
	}
	stage_close(&s);
}

static void
a_table_and_a_pause_are_told_live(void **state)
{
	struct rb_where t = at("survey", "survey", "What is wrong?"), a = at("worker", "worker", ""),
			w = at("db", "db", "Up?");
	struct stage s;

	(void)state;
	stage_open(&s, RB_VIEW_LIVE, 80, false, true);
	a.depth = 1;
	step_start(&s, &t, "checks");
	emit(&s, RB_EV_STEP_START, &a, "kind", "process", "quiet", "1", NULL);
	rb_view_tick(s.view, s.now + RB_SECOND);
	expect(&s, "\r\033[K  |    survey   What is wrong?                    1.0s   0/1 worker");
	emit(&s, RB_EV_STEP_END, &a, "outcome", "passed", "kind", "process", "quiet", "1", NULL);
	step_end(&s, &t, "checks", "passed", "", "", MS(1000));
	stage_text(&s);
	step_start(&s, &w, "tcp");
	attempt(&s, &w, "failed", "refused", "");
	emit(&s, RB_EV_RETRY, &w, "pause", MS(2000), "times", "5", "reason", "refused", NULL);
	rb_view_tick(s.view, s.now + RB_SECOND);
	expect(&s, "\r\033[K  /    db       Up?                               1.0s   attempt 1 of 5, aga...");
	emit(&s, RB_EV_ATTEMPT_END, &w, "purpose", "ready", "outcome", "failed", "reason", "no", NULL);
	rb_view_tick(s.view, s.now + 2 * RB_SECOND);
	expect(&s, "\r\033[K  -    db       Up?                               2.0s   not ready yet: no");
	stage_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_question_waits_on_an_open_line_for_its_answer),
	    cmocka_unit_test(a_question_comes_with_what_bears_on_it),
	    cmocka_unit_test(a_confirmation_shows_what_will_be_done),
	    cmocka_unit_test(a_question_that_nobody_answers_is_told_once),
	    cmocka_unit_test(choices_are_numbered),
	    cmocka_unit_test(answers_say_whose_they_are),
	    cmocka_unit_test(the_live_line_is_drawn_in_place),
	    cmocka_unit_test(the_live_line_never_wraps),
	    cmocka_unit_test(a_table_and_a_pause_are_told_live),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
