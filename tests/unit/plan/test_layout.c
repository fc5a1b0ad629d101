/* Items as lines: the margin, wrapping, what is narrow, and texts that mean harm. */
#include "told.h"

#include "plan/layout.h"

struct sheet {
	struct rb_layout layout;
	struct rb_buf text;
	size_t pieces;
	bool whole_lines;
};

static void
take(void *ctx, struct rb_str text)
{
	struct sheet *s = ctx;

	s->pieces++;
	s->whole_lines = s->whole_lines && text.n > 0 && text.p[text.n - 1] == '\n';
	rb_buf_str(&s->text, text);
}

static void
open_sheet(struct sheet *s, unsigned width)
{
	memset(s, 0, sizeof(*s));
	s->whole_lines = true;
	rb_buf_init(&s->text, NULL, 64 << 20);
	rb_layout_init(&s->layout, NULL, take, s);
	s->layout.width = width;
}

static void
lay(struct sheet *s, struct rb_plan_item it)
{
	struct rb_plan_sink sink = rb_layout_sink(&s->layout);

	sink.item(sink.ctx, &it);
}

static void
expect(struct sheet *s, const char *text)
{
	rb_layout_end(&s->layout);
	assert_string_equal(rb_buf_cstr(&s->text), text);
	assert_true(s->whole_lines);
	rb_buf_free(&s->text);
}

static const struct rb_plan_item change = {.part = RB_PLAN_STEP,
    .depth = 1,
    .has_effect = true,
    .effect = RB_CHANGE,
    .name = RB_STR_INIT("fix"),
    .text = RB_STR_INIT("Mend it"),
    .note = RB_STR_INIT("up to 5s")};

static void
test_margin(void **state)
{
	struct sheet s;

	(void)state;
	open_sheet(&s, RB_LAYOUT_NARROW);
	lay(&s, change);
	expect(&s, "CHANGES    fix  Mend it · up to 5s\n");
	open_sheet(&s, RB_LAYOUT_NARROW - 1);
	lay(&s, change);
	expect(&s, "!    fix  Mend it · up to 5s\n");
	open_sheet(&s, 0);
	s.layout.ascii = true;
	lay(&s, change);
	expect(&s, "CHANGES    fix  Mend it - up to 5s\n");
}

static void
test_wrapping(void **state)
{
	struct rb_plan_item it = {
	    .part = RB_PLAN_DETAIL, .name = RB_STR("says"), .text = RB_STR("one two three four five six")};
	struct sheet s;

	(void)state;
	open_sheet(&s, RB_LAYOUT_LEAST);
	lay(&s, it);
	expect(&s, "     says     one two three\n"
		   "              four five six\n");
	/* Fewer columns are taken for so many; none are no limit. */
	open_sheet(&s, 1);
	lay(&s, it);
	expect(&s, "     says     one two three\n"
		   "              four five six\n");
	open_sheet(&s, 0);
	lay(&s, it);
	expect(&s, "           says     one two three four five six\n");
	/* What is exact goes on further in, so that its beginning is seen; only what is wider than a line is
	 * broken within a word. */
	it.part = RB_PLAN_EXACT;
	open_sheet(&s, RB_LAYOUT_LEAST);
	lay(&s, it);
	expect(&s, "     one two three four five\n"
		   "         six\n");
	open_sheet(&s, RB_LAYOUT_LEAST);
	it.text = RB_STR("root=/srv/app/releases/2026-11-22/current");
	lay(&s, it);
	expect(&s, "     root=/srv/app/releases/\n"
		   "         2026-11-22/current\n");
	open_sheet(&s, 0);
	lay(&s, it);
	expect(&s, "           root=/srv/app/releases/2026-11-22/current\n");
	/* A tab stays where the line need not be broken. */
	it.text = RB_STR("\tif x");
	open_sheet(&s, RB_LAYOUT_LEAST);
	lay(&s, it);
	expect(&s, "     \tif x\n");
	it.text = RB_STR("\tif one two three four");
	open_sheet(&s, RB_LAYOUT_LEAST);
	lay(&s, it);
	expect(&s, "             if one two three\n"
		   "         four\n");
}

static void
test_remark_on_its_own_line(void **state)
{
	struct rb_plan_item it = change;
	struct sheet s;

	(void)state;
	open_sheet(&s, 31);
	it.depth = 0;
	lay(&s, it);
	expect(&s, "!  fix  Mend it · up to 5s\n");
	open_sheet(&s, RB_LAYOUT_LEAST);
	it.note = RB_STR("up to 5s, or longer");
	lay(&s, it);
	expect(&s, "!  fix  Mend it\n     up to 5s, or longer\n");
}

static void
test_step_without_id(void **state)
{
	struct rb_plan_item it = change;
	struct sheet s;

	(void)state;
	it.name = RB_STR("");
	it.depth = 0;
	open_sheet(&s, 80);
	lay(&s, it);
	expect(&s, "CHANGES  Mend it · up to 5s\n");
}

static void
test_fact_that_is_not_known(void **state)
{
	struct rb_plan_item it = {.part = RB_PLAN_FACT,
	    .name = RB_STR("free.passed"),
	    .text = RB_STR("the step passed"),
	    .note = RB_STR("free was not done")};
	struct sheet s;

	(void)state;
	open_sheet(&s, 80);
	lay(&s, it);
	expect(&s, "             free.passed · the step passed · free was not done\n");
}

static void
test_harm(void **state)
{
	static const enum rb_plan_part parts[] = {RB_PLAN_BOOK, RB_PLAN_HEADING, RB_PLAN_GROUP, RB_PLAN_ROW,
	    RB_PLAN_STEP, RB_PLAN_COMMAND, RB_PLAN_EXACT, RB_PLAN_DETAIL, RB_PLAN_ARM, RB_PLAN_FACT,
	    RB_PLAN_EDGE, RB_PLAN_NOTE, RB_PLAN_TROUBLE};
	struct rb_str harm = RB_STR("a\033]52;c;x\007\r\n\xe2\x80\xae\xff z");

	(void)state;
	assert_int_equal(sizeof(parts) / sizeof(parts[0]), RB_PLAN_PARTS);
	for (size_t i = 0; i < RB_PLAN_PARTS; i++) {
		struct sheet s;
		struct rb_str shown;

		open_sheet(&s, 80);
		lay(&s, (struct rb_plan_item){.part = parts[i], .name = harm, .text = harm, .note = harm});
		rb_layout_end(&s.layout);
		shown = rb_buf_view(&s.text);
		for (size_t k = 0; k < shown.n; k++)
			assert_true((unsigned char)shown.p[k] >= ' ' || shown.p[k] == '\n');
		assert_int_equal(rb_str_find(shown, RB_STR("\xe2\x80\xae"), 0), SIZE_MAX);
		assert_int_equal(rb_str_find(shown, RB_STR("\xff"), 0), SIZE_MAX);
		rb_buf_free(&s.text);
	}
}

static void
test_deep(void **state)
{
	struct sheet s;

	(void)state;
	open_sheet(&s, 40);
	lay(&s, (struct rb_plan_item){.part = RB_PLAN_NOTE, .depth = 5000, .text = RB_STR("deep down here")});
	rb_layout_end(&s.layout);
	assert_true(s.text.len < 400);
	rb_buf_free(&s.text);
}

static void
test_pieces(void **state)
{
	struct sheet s;

	(void)state;
	open_sheet(&s, 80);
	for (int i = 0; i < 10000; i++)
		lay(&s, change);
	assert_true(s.pieces >= 5);
	assert_true(s.layout.out.len < 128 * 1024);
	rb_layout_end(&s.layout);
	assert_true(s.whole_lines);
	assert_int_equal(s.text.len, 10000 * strlen("CHANGES    fix  Mend it · up to 5s\n"));
	rb_buf_free(&s.text);
}

/* One line for a step, with the beginning of what it asks; where that has no room, it stands below. How many
 * looks there are is not worth a line; what may be changed is. */
static void
test_brief(void **state)
{
	static const struct {
		unsigned width;
		const char *name, *text, *line;
	} rows[] = {
	    {60, "if", "log.taken", "CHANGES    fix  Mend it · if log.taken\n"},
	    {50, "if", "log.taken and holder.listening",
		"!    fix  Mend it · if log.taken and holder.liste…\n"},
	    {34, "if", "log.taken and holder.listening",
		"!    fix  Mend it\n       if log.taken and holder.li…\n"},
	    {60, "looks", "2 looks", "CHANGES    fix  Mend it · 2 looks\n"},
	    {30, "looks", "40 looks, 3 more", "!    fix  Mend it\n"},
	    {30, "inside", "may change: a/stop, b/start",
		"!    fix  Mend it\n       may change: a/stop,\n"
		"       b/start\n"},
	    {60, "in", "/srv", "CHANGES    fix  Mend it\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rb_plan_item it = {.part = RB_PLAN_DETAIL,
		    .depth = 1,
		    .name = rb_str_c(rows[i].name),
		    .text = rb_str_c(rows[i].text)};
		struct sheet s;

		open_sheet(&s, rows[i].width);
		s.layout.brief = true;
		lay(&s, change);
		lay(&s, it);
		expect(&s, rows[i].line);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_margin),
	    cmocka_unit_test(test_wrapping),
	    cmocka_unit_test(test_brief),
	    cmocka_unit_test(test_remark_on_its_own_line),
	    cmocka_unit_test(test_step_without_id),
	    cmocka_unit_test(test_fact_that_is_not_known),
	    cmocka_unit_test(test_harm),
	    cmocka_unit_test(test_deep),
	    cmocka_unit_test(test_pieces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
