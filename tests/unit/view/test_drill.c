/* The end of a drill: the way, what would be changed, and what the looks have shown; from events made by
 * hand.
 */
#include "view/script.h"

static void
drill_start(struct stage *s)
{
	emit(s, RB_EV_RUN_START, NULL, "run", "20261122-030405-7f3a", "mode", "drill", "runbook", "api-down",
	    "title", "API server is down", "host", "web-3", NULL);
}

static void
drill_end(struct stage *s, const char *outcome, const char *reason)
{
	emit(s, RB_EV_RUN_END, NULL, "outcome", outcome, "exit", "1", "reason", reason, "elapsed", MS(41),
	    "steps", "3", "failed", "1", NULL);
}

/* What was shown from the report on. */
static const char *
report(struct stage *s)
{
	const char *text = stage_text(s), *from = strstr(text, "\n\n");

	return from != NULL ? from + 1 : text;
}

/* A drill that goes no further than to `free`, inside of `act`; an earlier branch is over by then. */
static void
play(struct stage *s)
{
	struct rb_where early = at("early", "early", "First"),
			act = at("step_3", "step_3", "Act on the cause"),
			free_ = at("free", "free", "Stop what holds it"), w;

	drill_start(s);
	step_start(s, &early, "branch");
	emit(s, RB_EV_BRANCH, &early, "condition", "a.b", "arm", "0", "why", "a.b = true", NULL);
	step_end(s, &early, "branch", "passed", "", "", MS(1));
	w = at("health", "health", "Does it answer?");
	step_start(s, &w, "http");
	emit(s, RB_EV_FINDING, &w, "what", "trouble", "kind", "http", "purpose", "action", "text",
	    "connection refused", NULL);
	emit(s, RB_EV_EDGE, &w, "outcome", "failed", "key", "on_fail", "to", "continue", NULL);
	step_end(s, &w, "http", "failed", "connection refused", "", MS(2));
	w = at("tool", "tool", "");
	step_start(s, &w, "look");
	emit(s, RB_EV_FINDING, &w, "what", "broken", "kind", "look", "purpose", "action", "text",
	    "exit 127, not here", NULL);
	emit(s, RB_EV_FINDING, &w, "what", "silent", "kind", "look", "purpose", "verify", "text", "none of 3",
	    NULL);
	step_end(s, &w, "look", "passed", "", "", MS(2));
	step_start(s, &act, "branch");
	emit(s, RB_EV_BRANCH, &act, "condition", "log.taken", "arm", "1", "why",
	    "log.taken: [Errno 98] in use", NULL);
	step_start(s, &free_, "process");
	emit(s, RB_EV_HALT, &free_, "why", "change", "kind", "process", "effect", "change", "does",
	    "stop process 42", "text", "`free` would change something", NULL);
	emit(s, RB_EV_WOULD, &free_, "kind", "process", "effect", "change", "title", "Stop what holds it",
	    "does", "stop process 42", "whom", "pid 42, python3 stale.py, user app", "open", "0", NULL);
	w = at("restart/start", "start", "");
	emit(s, RB_EV_WOULD, &w, "kind", "run", "effect", "danger", "does",
	    "cd /srv\nexec app --port \"$port\"\n", "values", "port=8000", "open", "0", NULL);
	w = at("each", "each", "");
	emit(s, RB_EV_WOULD, &w, "kind", "run", "effect", "change", "title", "Restart it", "does",
	    "restart web-1", "for", "web-1", "more", "7", "open", "1", NULL);
	step_end(s, &free_, "process", "not done", "`free` would change something", "", MS(0));
	step_end(s, &act, "branch", "not done", "`free` would change something", "", MS(0));
	drill_end(s, "drilled", "`free` would change something");
}

static void
test_report(void **state)
{
	struct stage s;

	(void)state;
	stage_open(&s, RB_VIEW_PLAIN, 100, false, false);
	play(&s);
	assert_string_equal(report(&s),
	    "\n"
	    "The way that a run would take today\n"
	    "  → Act on the cause                                  log.taken\n"
	    "      log.taken: [Errno 98] in use\n"
	    "\n"
	    "What it would change\n"
	    "  ▸ free     Stop what holds it                       stop process 42\n"
	    "      pid 42, python3 stale.py, user app\n"
	    "  ! restart/start DANGER: run\n"
	    "      cd /srv\n"
	    "      exec app --port \"$port\"\n"
	    "      port=8000\n"
	    "\n"
	    "What it might change, by what is not known yet\n"
	    "    each  Restart it: web-1, and 7 more\n"
	    "\n"
	    "Broken: looks that cannot do what they are for on this host\n"
	    "  ✗ tool          look                                     exit 127, not here\n"
	    "\n"
	    "Looks that work, and report trouble\n"
	    "  ✗ health        Does it answer?                          connection refused\n"
	    "\n"
	    "Looks that found nothing: do their patterns fit this host?\n"
	    "  ! tool          look                                     verify: none of 3\n"
	    "\n"
	    "drilled in 41ms: `free` would change something\n"
	    "3 steps, 1 did not pass · runbook show 7f3a\n"
	    "what would follow, step by step: runbook show 7f3a --plan\n");
	stage_close(&s);
}

/* Where it went on to the end: the last branch, and that nothing would be changed. */
static void
test_nothing(void **state)
{
	struct rb_where w = at("act", "act", "");
	struct stage s;

	(void)state;
	stage_open(&s, RB_VIEW_PLAIN, 80, false, true);
	drill_start(&s);
	step_start(&s, &w, "branch");
	emit(&s, RB_EV_BRANCH, &w, "arm", "-1", "why", "x.y = false", NULL);
	step_end(&s, &w, "branch", "passed", "", "", MS(1));
	drill_end(&s, "resolved", "");
	assert_string_equal(report(&s),
	    "\n"
	    "The way that a run would take today\n"
	    "  ->   act      branch   none of its conditions holds\n"
	    "         x.y = false\n"
	    "\n"
	    "Nothing would be changed\n"
	    "\n"
	    "drilled in 41ms: a run would end resolved - 3 steps - runbook show 7f3a\n");
	stage_close(&s);
}

/* A run has no report, whatever its record holds. */
static void
test_runs_have_none(void **state)
{
	struct rb_where w = at("act", "act", "");
	struct stage s;

	(void)state;
	stage_open(&s, RB_VIEW_PLAIN, 80, false, true);
	run_start(&s);
	step_start(&s, &w, "branch");
	emit(&s, RB_EV_BRANCH, &w, "condition", "x", "arm", "0", NULL);
	step_end(&s, &w, "branch", "passed", "", "", MS(1));
	drill_end(&s, "resolved", "");
	assert_null(strstr(stage_text(&s), "The way"));
	stage_close(&s);
}

/* What a program printed, or a transcript from elsewhere says, does nothing to the terminal. */
static void
test_hostile(void **state)
{
	struct rb_where w = at("a", "a\033[31m", "");
	struct stage s;
	const char *text;

	(void)state;
	stage_open(&s, RB_VIEW_PLAIN, 40, false, true);
	drill_start(&s);
	step_start(&s, &w, "look");
	emit(&s, RB_EV_FINDING, &w, "what", "broken", "text", "\033]52;c;aGk=\007 \033[2J", NULL);
	emit(&s, RB_EV_FINDING, &w, "what", "a word of a later version", "text", "still told", NULL);
	emit(&s, RB_EV_WOULD, &w, "does", "\033[1m\nsecond \033[8m line", "values", "a=\033c", "open", "0",
	    NULL);
	emit(&s, RB_EV_HALT, NULL, "why", "escalation", "text", "it would end failed", NULL);
	drill_end(&s, "drilled", "it would end failed");
	text = stage_text(&s);
	assert_null(strchr(text, '\033'));
	assert_null(strchr(text, '\007'));
	assert_non_null(strstr(text, "still told"));
	assert_non_null(strstr(text, "second"));
	stage_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_report), cmocka_unit_test(test_nothing),
	    cmocka_unit_test(test_runs_have_none), cmocka_unit_test(test_hostile)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
