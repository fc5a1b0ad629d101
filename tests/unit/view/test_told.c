/* What is told once rather than again and again: skipped steps in a row, what was changed, what failed first,
 * inputs that are not at their default; and what must not be overlooked: danger. */
#include <stdio.h>

#include "script.h"

static void
skips(struct stage *s, const char *id, const char *title, unsigned depth)
{
	struct rb_where w = at(id, id, title);

	w.depth = depth;
	step_start(s, &w, "look");
	emit(s, RB_EV_IF, &w, "condition", "port == 1", "held", "0", "why", "port = 8080", NULL);
	step_end(s, &w, "look", "skipped", "", "", "0");
}

static void
skipped_steps_in_a_row_are_one_line(void **state)
{
	struct stage s;

	(void)state;
	stage_open(&s, RB_VIEW_PLAIN, 100, false, false);
	skips(&s, "a", "A", 0);
	skips(&s, "b", "B", 0);
	skips(&s, "b", "B", 0);
	skips(&s, "c", "C", 0);
	expect(&s, "");
	passes(&s, "d", "D", "", MS(1));
	expect(&s, "  – skipped: a, b (2), c\n"
		   "  ✓ d        D                                  1ms\n");
	/* One alone says why, and another depth is another line. */
	skips(&s, "e", "E", 0);
	skips(&s, "f", "F", 1);
	skips(&s, "g", "G", 1);
	emit(&s, RB_EV_SAY, NULL, "text", "so", NULL);
	expect(&s,
	    "  – e        E                                        skipped: if port == 1 · port = 8080\n"
	    "  – skipped: f, g\n"
	    "  » so\n");
	/* What is left when the run breaks off is not lost. */
	skips(&s, "h", "H", 0);
	rb_view_unended(s.view, false);
	skips(&s, "i", "I", 0);
	expect(&s, "");
	rb_view_print(s.view, RB_STR("more\n"));
	expect(&s, "  – skipped: h, i\nmore\n");
	stage_close(&s);
}

/* Of a long row the first are named, and memory is taken for them alone. */
static void
many_skipped_steps_are_counted(void **state)
{
	static const char names[] =
	    "  – skipped: s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, s12, s13, s14, s15, "
	    "s16, s17, s18, s19, s20 (2)";
	char want[256], tail[32], id[16];
	struct stage s;

	(void)state;
	stage_open(&s, RB_VIEW_PLAIN, 200, false, false);
	/* Once with the twentieth as the last, then with as many behind it that nobody reads. */
	for (int more = 0; more <= 9980; more += 9980) {
		for (int i = 1; i <= 20 + more; i++) {
			snprintf(id, sizeof(id), "s%d", i);
			skips(&s, id, "S", 0);
			if (i == 20)
				skips(&s, id, "S", 0);
		}
		snprintf(tail, sizeof(tail), " … and %d more", more);
		snprintf(want, sizeof(want), "%s%s\n  » so\n", names, more > 0 ? tail : "");
		emit(&s, RB_EV_SAY, NULL, "text", "so", NULL);
		expect(&s, want);
	}
	stage_close(&s);
}

static void
the_operators_own_skip_has_its_line(void **state)
{
	struct rb_where w = at("x", "x", "X");
	struct stage s;

	(void)state;
	stage_open(&s, RB_VIEW_PLAIN, 100, false, false);
	step_start(&s, &w, "run");
	step_end(&s, &w, "run", "skipped", "the operator skipped it", "", "0");
	expect(&s, "  – x        X                                        the operator skipped it\n");
	stage_close(&s);
}

static void
changes(struct stage *s, const char *id, const char *outcome, const char *reason)
{
	struct rb_where w = at(id, id, "Do it");

	step_start(s, &w, "run");
	w.attempt = 1;
	emit(s, RB_EV_ATTEMPT_START, &w, "purpose", "action", "effect", "change", NULL);
	emit(s, RB_EV_ATTEMPT_START, &w, "purpose", "verify", "effect", "read", NULL);
	w.attempt = 0;
	step_end(s, &w, "run", outcome, reason, "", MS(1));
}

static void
run_ends(struct stage *s, const char *outcome, const char *reason)
{
	emit(s, RB_EV_RUN_END, NULL, "outcome", outcome, "reason", reason, "elapsed", MS(3), "steps", "1",
	    NULL);
}

static void
the_end_lists_what_was_changed(void **state)
{
	struct stage s;

	(void)state;
	stage_open(&s, RB_VIEW_PLAIN, 100, false, false);
	changes(&s, "stop", "passed", "");
	changes(&s, "start", "failed", "exit is 1, not 0");
	changes(&s, "byhand", "declined", "nobody was there");
	passes(&s, "look", "Look", "", MS(1));
	stage_text(&s);
	run_ends(&s, "failed", "`start` failed: exit is 1, not 0");
	expect(&s, "\nWhat it changed\n"
		   "  ✓ stop     Do it\n"
		   "  ✗ start    Do it                                    exit is 1, not 0\n"
		   "\n"
		   "failed in 3ms: `start` failed: exit is 1, not 0\n"
		   "1 step\n");
	stage_close(&s);
}

static void
where_nothing_was_changed_nothing_is_listed(void **state)
{
	struct stage s;

	(void)state;
	stage_open(&s, RB_VIEW_PLAIN, 100, false, false);
	passes(&s, "look", "Look", "", MS(1));
	changes(&s, "byhand", "skipped", "nobody was there");
	stage_text(&s);
	run_ends(&s, "resolved", "");
	expect(&s, "resolved in 3ms · 1 step\n");
	stage_close(&s);
}

static void
ten_changes_are_listed_and_the_rest_is_counted(void **state)
{
	char id[16];
	struct stage s;
	const char *text;

	(void)state;
	stage_open(&s, RB_VIEW_PLAIN, 100, false, false);
	for (unsigned i = 1; i <= 13; i++) {
		snprintf(id, sizeof(id), "c%u", i);
		changes(&s, id, "passed", "");
	}
	stage_text(&s);
	run_ends(&s, "resolved", "");
	text = stage_text(&s);
	assert_non_null(strstr(text, "  ✓ c10      Do it\n    and 3 more\n\nresolved"));
	stage_close(&s);
}

static void
what_was_mended_is_not_what_failed_first(void **state)
{
	struct rb_where block = at("b", "b", "B"), inner = at("b/i", "i", "I");
	struct stage s;
	const char *text;

	(void)state;
	inner.depth = 1;
	stage_open(&s, RB_VIEW_PLAIN, 100, false, false);
	step_start(&s, &block, "block");
	step_start(&s, &inner, "look");
	attempt(&s, &inner, "failed", "exit is 3, not 0", "");
	step_end(&s, &inner, "look", "failed", "exit is 3, not 0", "", MS(1));
	emit(&s, RB_EV_EDGE, &block, "outcome", "failed", "key", "on_fail", "to", "steps", NULL);
	step_end(&s, &block, "block", "recovered", "`i` failed: exit is 3, not 0", "", MS(2));
	stage_text(&s);
	run_ends(&s, "failed", "another thing");
	text = stage_text(&s);
	assert_null(strstr(text, "first to fail"));
	stage_close(&s);
}

static void
the_first_to_fail_has_its_last_words(void **state)
{
	struct rb_where w = at("again", "again", "Is there room?");
	struct stage s;

	(void)state;
	stage_open(&s, RB_VIEW_PLAIN, 100, false, false);
	step_start(&s, &w, "look");
	attempt(&s, &w, "failed", "this.used < limit does not hold", "");
	output_of(&s, &w, RB_STDERR, "first\nthe disk is on fire\n");
	emit(&s, RB_EV_EDGE, &w, "outcome", "failed", "key", "on_fail", "to", "end escalated", NULL);
	step_end(&s, &w, "look", "failed", "this.used < limit does not hold", "", MS(1));
	stage_text(&s);
	run_ends(&s, "escalated", "still full");
	expect(&s, "escalated in 3ms: still full\n"
		   "first to fail: again: this.used < limit does not hold\n"
		   "  stderr: the disk is on fire\n"
		   "1 step\n");
	stage_close(&s);
}

static void
inputs_that_were_given_stand_below_the_head(void **state)
{
	struct rb_where w = at("a", "a", "A");
	struct stage s;

	(void)state;
	stage_open(&s, RB_VIEW_PLAIN, 100, false, false);
	emit(&s, RB_EV_INPUT, NULL, "name", "port", "value", "8001", "source", "set", NULL);
	emit(&s, RB_EV_INPUT, NULL, "name", "limit", "value", "50", "source", "default", NULL);
	emit(&s, RB_EV_INPUT, NULL, "name", "who", "value", "app", "source", "environment", NULL);
	expect(&s, "");
	step_start(&s, &w, "look");
	expect(&s, "  port = 8001 (set) · who = app (environment)\n");
	step_end(&s, &w, "look", "passed", "", "", MS(1));
	expect(&s, "  ✓ a        A                                  1ms\n");
	stage_close(&s);
}

static void
danger_is_a_word_in_question_and_row(void **state)
{
	struct rb_where w = at("drop", "drop", "Drop it");
	struct stage s;

	(void)state;
	stage_open(&s, RB_VIEW_PLAIN, 100, true, false);
	emit(&s, RB_EV_STEP_START, &w, "kind", "run", "effect", "danger", NULL);
	emit(&s, RB_EV_ASK, &w, "form", "confirm", "question", "Drop it?", "effect", "danger", "does",
	    "dropdb shop", "only", "only as user root", NULL);
	rb_view_pause(s.view, true);
	rb_view_pause(s.view, false);
	expect(&s, "  \033[33m?\033[0m \033[1mdrop\033[0m     \033[31mDANGER:\033[0m Drop it?\n"
		   "               \033[2mdropdb shop\033[0m\n"
		   "               \033[2monly as user root\033[0m\n"
		   "             ");
	emit(&s, RB_EV_ANSWER, &w, "value", "true", "by", "terminal", "operator", "root", "outcome",
	    "answered", NULL);
	emit(&s, RB_EV_STEP_END, &w, "kind", "run", "outcome", "passed", "duration", MS(1), NULL);
	assert_non_null(strstr(stage_text(&s), "DANGER: Drop it"));
	stage_close(&s);
}

static void
what_has_no_title_is_called_by_what_it_does(void **state)
{
	struct rb_where call = at("cl", "cl", ""), inner = at("cl/in", "in", "Inner");
	struct stage s;

	(void)state;
	inner.depth = 1;
	stage_open(&s, RB_VIEW_PLAIN, 100, false, false);
	emit(&s, RB_EV_STEP_START, &call, "kind", "call", "does", "Who holds port 8000?", NULL);
	step_start(&s, &inner, "look");
	emit(&s, RB_EV_EDGE, &inner, "outcome", "passed", "key", "on_pass", "to", "done", "leaves",
	    "Who holds port 8000?", NULL);
	step_end(&s, &inner, "look", "passed", "", "", MS(1));
	expect(&s, "  ▸ cl       Who holds port 8000?\n"
		   "  ✓ in       Inner                              1ms\n"
		   "  → done: leaves \"Who holds port 8000?\"\n");
	stage_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(skipped_steps_in_a_row_are_one_line),
	    cmocka_unit_test(many_skipped_steps_are_counted),
	    cmocka_unit_test(the_operators_own_skip_has_its_line),
	    cmocka_unit_test(the_end_lists_what_was_changed),
	    cmocka_unit_test(where_nothing_was_changed_nothing_is_listed),
	    cmocka_unit_test(ten_changes_are_listed_and_the_rest_is_counted),
	    cmocka_unit_test(what_was_mended_is_not_what_failed_first),
	    cmocka_unit_test(the_first_to_fail_has_its_last_words),
	    cmocka_unit_test(inputs_that_were_given_stand_below_the_head),
	    cmocka_unit_test(danger_is_a_word_in_question_and_row),
	    cmocka_unit_test(what_has_no_title_is_called_by_what_it_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
