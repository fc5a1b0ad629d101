/* Questions at a terminal: their forms, and the queue in which they wait. */
#include "exec/pty.h"

/* ---- keys ---- */

static void
a_key_confirms(void **state)
{
	struct stage s;
	const struct rb_answer *a;
	struct rb_question *q;

	(void)state;
	open_stage(&s);
	a = exchange(&s, question(&s, RB_ASK_CONFIRM), CONFIRM, "y");
	assert_int_equal(a->what, RB_ANSWERED);
	assert_true(a->value.kind == RB_V_BOOL && a->value.b);
	assert_true(rb_str_is(a->by, "terminal"));
	shows(&s, "y\r\n");
	assert_int_equal(exchange(&s, question(&s, RB_ASK_CONFIRM), CONFIRM, "N")->what, RB_DECLINES);
	assert_int_equal(exchange(&s, question(&s, RB_ASK_CONFIRM), CONFIRM, "a")->what, RB_ABORTS);
	assert_int_equal(exchange(&s, question(&s, RB_ASK_CONFIRM), CONFIRM, "\x04")->what, RB_DECLINES);
	q = question(&s, RB_ASK_CONFIRM);
	q->optional = true;
	assert_int_equal(exchange(&s, q, "[y]es [n]o [s]kip [!]shell [a]bort [?]  ", "s")->what, RB_SKIPS);
	close_stage(&s);
}

static void
other_keys_confirm_nothing(void **state)
{
	struct stage s;

	(void)state;
	open_stage(&s);
	ask(&s, question(&s, RB_ASK_CONFIRM));
	shows(&s, CONFIRM);
	/* Enter, a letter, an arrow, and skip where the step is not optional. */
	static const char *const wrong[] = {"\n", "x", "\033[A", "s", "\xff", "\xe2\x82\xac"};
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		type(&s, wrong[i]);
		shows(&s, "that key is no answer: " CONFIRM);
		assert_int_equal(s.told.n, 0);
	}
	type(&s, "?");
	shows(&s, "y  do it");
	shows(&s, "^C  ends the run");
	shows(&s, CONFIRM);
	type(&s, "y");
	assert_true(answered(&s, 1)->value.b);
	close_stage(&s);
}

static void
what_was_typed_before_the_question_answers_nothing(void **state)
{
	struct stage s;

	(void)state;
	open_stage(&s);
	type(&s, "yyyy\ny\n");
	shows(&s, "yyyy");
	ask(&s, question(&s, RB_ASK_CONFIRM));
	shows(&s, CONFIRM);
	for (int i = 0; i < 5; i++)
		rb_loop_step(s.loop, 10 * RB_MS);
	assert_int_equal(s.told.n, 0);
	type(&s, "n");
	assert_int_equal(answered(&s, 1)->what, RB_DECLINES);
	close_stage(&s);
}

static void
yes_and_no_are_answers(void **state)
{
	struct stage s;
	const struct rb_answer *a;

	(void)state;
	open_stage(&s);
	a = exchange(&s, question(&s, RB_ASK_YES_NO), CONFIRM, "n");
	assert_true(a->what == RB_ANSWERED && a->value.kind == RB_V_BOOL && !a->value.b);
	a = exchange(&s, question(&s, RB_ASK_YES_NO), CONFIRM, "y");
	assert_true(a->what == RB_ANSWERED && a->value.b);
	close_stage(&s);
}

/* ---- lines ---- */

static void
no_secret_is_shown(void **state)
{
	struct stage s;
	struct rb_question *q;
	struct rb_masker *m = rb_masker_new(NULL);

	(void)state;
	assert_int_equal(rb_masker_add(m, RB_STR("hunter2xyz")), 0);
	open_stage_with(&s, NULL, NULL, m);
	q = question(&s, RB_ASK_TYPED);
	q->expect = RB_STR("drop hunter2xyz");
	ask(&s, q);
	shows(&s, "type drop ***: ");
	type(&s, "drop\n");
	shows(&s, "type drop ***: ");
	type(&s, "drop hunter2xyz\n");
	assert_true(rb_str_is(answered(&s, 1)->value.s, "drop hunter2xyz"));
	close_stage(&s);
	rb_masker_free(m);
}

static void
the_exact_text_confirms(void **state)
{
	struct stage s;
	struct rb_question *q;
	const struct rb_answer *a;

	(void)state;
	open_stage(&s);
	q = question(&s, RB_ASK_TYPED);
	q->expect = RB_STR("prod-db");
	a = exchange(&s, q, "type prod-db: ", "prod-db\n");
	assert_true(a->what == RB_ANSWERED && rb_str_is(a->value.s, "prod-db"));
	q = question(&s, RB_ASK_TYPED);
	q->expect = RB_STR("prod-db");
	ask(&s, q);
	shows(&s, "type prod-db: ");
	static const char *const wrong[] = {"prod\n", "Prod-db\n", "yes\n", "y\n", "prod-db x\n", "skip\n"};
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		type(&s, wrong[i]);
		shows(&s, "is not it, to the letter; an empty line declines");
		shows(&s, "type prod-db: ");
	}
	type(&s, "\n");
	assert_int_equal(answered(&s, 2)->what, RB_DECLINES);
	q = question(&s, RB_ASK_TYPED);
	q->expect = RB_STR("x");
	q->optional = true;
	assert_int_equal(exchange(&s, q, "type x: ", "skip\n")->what, RB_SKIPS);
	close_stage(&s);
}

static void
texts_and_numbers(void **state)
{
	struct stage s;
	const struct rb_answer *a;

	(void)state;
	open_stage(&s);
	ask(&s, question(&s, RB_ASK_TEXT));
	shows(&s, "> ");
	type(&s, "  \n");
	shows(&s, "an answer is wanted; ^D declines");
	type(&s, "'; touch pwned; #\n");
	a = answered(&s, 1);
	assert_true(a->what == RB_ANSWERED && a->value.kind == RB_V_TEXT);
	assert_true(rb_str_is(a->value.s, "'; touch pwned; #"));
	assert_int_equal(exchange(&s, question(&s, RB_ASK_TEXT), "> ", "\x04")->what, RB_DECLINES);

	ask(&s, question(&s, RB_ASK_NUMBER));
	shows(&s, "> ");
	type(&s, "three\n");
	shows(&s, "`three` is no number");
	type(&s, "\n");
	shows(&s, "    is no number");
	type(&s, "nan\n");
	shows(&s, "`nan` is no number");
	type(&s, " -2.5 \n");
	a = answered(&s, 3);
	assert_true(a->value.kind == RB_V_NUMBER && a->value.d < -2.4 && a->value.d > -2.6);
	ask(&s, question(&s, RB_ASK_NUMBER));
	shows(&s, "> ");
	type(&s, "?\n");
	shows(&s, "a number answers");
	shows(&s, "> ");
	type(&s, "7\n");
	assert_int_equal(answered(&s, 4)->what, RB_ANSWERED);
	close_stage(&s);
}

static void
one_of_the_choices(void **state)
{
	struct stage s;
	const struct rb_answer *a;

	(void)state;
	open_stage(&s);
	ask(&s, question(&s, RB_ASK_CHOICE));
	shows(&s, "1-4> ");
	static const char *const wrong[] = {
	    "0\n", "5\n", "-1\n", "rest\n", "1,2\n", "99999999999999999999\n"};
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		type(&s, wrong[i]);
		shows(&s, "is none of them; give the number of one");
		shows(&s, "1-4> ");
	}
	type(&s, "4\n");
	a = answered(&s, 1);
	assert_true(a->value.kind == RB_V_INT && a->value.i == 30);
	assert_int_equal(exchange(&s, question(&s, RB_ASK_CHOICE), "1-4> ", "leave it\n")->value.i, 30);
	close_stage(&s);
}

static void
many(struct stage *s, const char *typed, size_t n, const int64_t *items)
{
	const struct rb_answer *a = exchange(s, question(s, RB_ASK_MANY), "as 1,3-5, or none> ", typed);

	assert_int_equal(a->what, RB_ANSWERED);
	assert_int_equal(a->value.kind, RB_V_LIST);
	assert_int_equal(a->value.list->len, n);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(a->value.list->items[i].i, items[i]);
}

static void
many_of_the_choices(void **state)
{
	struct stage s;

	(void)state;
	open_stage(&s);
	many(&s, "2\n", 1, (const int64_t[]){10});
	many(&s, "4, 1-2,2\n", 3, (const int64_t[]){0, 10, 30});
	many(&s, " leave it , restart\n", 2, (const int64_t[]){0, 30});
	many(&s, "none\n", 0, NULL);
	ask(&s, question(&s, RB_ASK_MANY));
	shows(&s, "> ");
	static const char *const wrong[] = {
	    "\n", ",\n", "1,\n", "3-1\n", "1-9\n", "0-2\n", "-\n", "1-2-3\n", "x\n"};
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		type(&s, wrong[i]);
		shows(&s, "is none of them; give numbers as 1,3-5, or none");
		shows(&s, "or none> ");
	}
	type(&s, "\x04");
	assert_int_equal(answered(&s, 5)->what, RB_DECLINES);
	close_stage(&s);
}

static void
what_was_done_by_hand_is_recorded(void **state)
{
	struct stage s;
	const struct rb_answer *a;
	struct rb_question *q;
	struct rb_value record;
	struct rb_str fields[] = {RB_STR_INIT("ticket"), RB_STR_INIT("who\033")};

	(void)state;
	open_stage(&s);
	q = question(&s, RB_ASK_MANUAL);
	q->nrecord = 2;
	q->record = fields;
	ask(&s, q);
	shows(&s, "[d]one [c]ould not [!]shell [a]bort [?]  ");
	type(&s, "d");
	shows(&s, "ticket> ");
	type(&s, "\n");
	shows(&s, "this is to be recorded");
	shows(&s, "ticket> ");
	type(&s, "INC-7\n");
	shows(&s, "who\\e> ");
	type(&s, "Ada\n");
	shows(&s, "note, or Enter> ");
	type(&s, "raised to 4 GiB\n");
	a = answered(&s, 1);
	assert_int_equal(a->what, RB_ANSWERED);
	assert_true(rb_v_get_c(a->value, "done").b);
	assert_true(rb_str_is(rb_v_get_c(a->value, "note").s, "raised to 4 GiB"));
	record = rb_v_get_c(a->value, "record");
	assert_int_equal(record.map->len, 2);
	assert_true(rb_str_is(rb_v_get_c(record, "ticket").s, "INC-7"));
	assert_true(rb_str_is(record.map->pairs[1].value.s, "Ada"));
	modes_are_back(&s);

	ask(&s, question(&s, RB_ASK_MANUAL));
	shows(&s, "[d]one");
	type(&s, "c");
	shows(&s, "why, or Enter> ");
	type(&s, "\n");
	a = answered(&s, 2);
	assert_true(!rb_v_get_c(a->value, "done").b);
	assert_int_equal(rb_v_get_c(a->value, "note").s.n, 0);
	assert_int_equal(rb_v_get_c(a->value, "record").map->len, 0);

	/* The end of input leaves a field, and is no note. */
	ask(&s, q);
	shows(&s, "[d]one");
	type(&s, "d");
	shows(&s, "ticket> ");
	type(&s, "\x04");
	assert_int_equal(answered(&s, 3)->what, RB_DECLINES);
	ask(&s, question(&s, RB_ASK_MANUAL));
	shows(&s, "[d]one");
	type(&s, "d");
	shows(&s, "Enter> ");
	type(&s, "\x04");
	assert_int_equal(answered(&s, 4)->what, RB_ANSWERED);
	close_stage(&s);
}

/* ---- the queue ---- */

static void
questions_wait_for_their_turn(void **state)
{
	struct stage s;
	struct rb_question *first, *second, *third;

	(void)state;
	open_stage(&s);
	first = question(&s, RB_ASK_CONFIRM);
	second = question(&s, RB_ASK_TEXT);
	third = question(&s, RB_ASK_CONFIRM);
	ask(&s, first);
	ask(&s, second);
	ask(&s, third);
	shows(&s, CONFIRM);
	assert_int_equal(s.told.n, 0);
	type(&s, "y");
	answered(&s, 1);
	assert_int_equal(s.told.ticket, first->ticket);
	shows(&s, "> ");
	/* One that waits is cancelled without being seen; the present one too. */
	s.console.cancel_ask(s.console.ctx, third->ticket);
	assert_int_equal(s.told.ticket, third->ticket);
	assert_int_equal(s.told.n, 2);
	s.console.cancel_ask(s.console.ctx, second->ticket);
	assert_int_equal(s.told.ticket, second->ticket);
	assert_int_equal(s.told.n, 3);
	assert_int_equal(s.paused, 0);
	modes_are_back(&s);
	for (int i = 0; i < 3; i++)
		rb_loop_step(s.loop, 10 * RB_MS);
	look(&s);
	assert_null(strstr(rb_buf_cstr(&s.screen), "[y]es"));
	close_stage(&s);
}

static void
a_step_may_have_the_terminal_meanwhile(void **state)
{
	struct stage s;
	struct rb_question *q;

	(void)state;
	open_stage(&s);
	q = question(&s, RB_ASK_CONFIRM);
	ask(&s, q);
	shows(&s, CONFIRM);
	s.console.away(s.console.ctx, true);
	modes_are_back(&s);
	type(&s, "y\n");
	for (int i = 0; i < 3; i++)
		rb_loop_step(s.loop, 10 * RB_MS);
	assert_int_equal(s.told.n, 0);
	tcflush(s.slave, TCIFLUSH);
	s.console.away(s.console.ctx, false);
	shows(&s, "? free   " CONFIRM);
	type(&s, "y");
	assert_true(answered(&s, 1)->value.b);
	/* What is asked while it is away waits; what is cancelled then is gone. */
	s.paused = 0;
	s.console.away(s.console.ctx, true);
	ask(&s, question(&s, RB_ASK_CONFIRM));
	q = question(&s, RB_ASK_TEXT);
	ask(&s, q);
	for (int i = 0; i < 3; i++)
		rb_loop_step(s.loop, 10 * RB_MS);
	s.console.cancel_ask(s.console.ctx, q->ticket);
	assert_int_equal(s.told.n, 2);
	s.console.away(s.console.ctx, false);
	shows(&s, CONFIRM);
	s.console.away(s.console.ctx, true);
	s.console.cancel_ask(s.console.ctx, s.ticket - 1);
	assert_int_equal(s.told.n, 3);
	s.console.away(s.console.ctx, false);
	close_stage(&s);
}

static void
a_terminal_that_goes_answers_nothing(void **state)
{
	struct stage s;
	struct rb_prompter_options o = {.fd = -1};
	struct rb_answer answer;
	int ends[2];

	(void)state;
	open_stage(&s);
	ask(&s, question(&s, RB_ASK_CONFIRM));
	shows(&s, CONFIRM);
	close(s.master);
	s.master = open("/dev/null", O_RDWR | O_CLOEXEC);
	assert_int_equal(answered(&s, 1)->what, RB_NOBODY);
	rb_prompter_free(s.p);
	/* And there may be none from the beginning. */
	assert_int_equal(pipe(ends), 0);
	o.loop = s.loop;
	o.fd = ends[0];
	s.p = rb_prompter_new(&o);
	s.console = rb_prompter_console(s.p);
	assert_int_equal(s.console.ask(s.console.ctx, question(&s, RB_ASK_TEXT), &answer), RB_DONE_NOW);
	assert_int_equal(answer.what, RB_NOBODY);
	assert_int_equal(rb_prompter_hidden(s.p, RB_STR("x"), &s.screen), -1);
	rb_prompter_free(s.p);
	close(ends[0]);
	close(ends[1]);
	rb_loop_free(s.loop);
	rb_arena_free(&s.arena);
	rb_buf_free(&s.screen);
	close(s.master);
	close(s.slave);
}

static void
freed_in_the_middle_it_gives_the_terminal_back(void **state)
{
	struct stage s;

	(void)state;
	open_stage(&s);
	ask(&s, question(&s, RB_ASK_CONFIRM));
	ask(&s, question(&s, RB_ASK_CONFIRM));
	shows(&s, CONFIRM);
	close_stage(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_key_confirms),
	    cmocka_unit_test(other_keys_confirm_nothing),
	    cmocka_unit_test(what_was_typed_before_the_question_answers_nothing),
	    cmocka_unit_test(yes_and_no_are_answers),
	    cmocka_unit_test(the_exact_text_confirms),
	    cmocka_unit_test(no_secret_is_shown),
	    cmocka_unit_test(texts_and_numbers),
	    cmocka_unit_test(one_of_the_choices),
	    cmocka_unit_test(many_of_the_choices),
	    cmocka_unit_test(what_was_done_by_hand_is_recorded),
	    cmocka_unit_test(questions_wait_for_their_turn),
	    cmocka_unit_test(a_step_may_have_the_terminal_meanwhile),
	    cmocka_unit_test(a_terminal_that_goes_answers_nothing),
	    cmocka_unit_test(freed_in_the_middle_it_gives_the_terminal_back),
	};

	alarm(500);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
