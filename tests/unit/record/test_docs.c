/* docs/transcript.md against the code: its tables are generated, and its example is read. */
#include "record/support.h"

#include "event/line.h"
#include "record/parse.h"

#define PAGE "docs/transcript.md"
#define BEGIN "<!-- begin -->\n"
#define END "<!-- end -->\n"

static void
tables_are_those_of_the_code(void **state)
{
	struct rb_str page = slurp(PAGE);
	size_t from = rb_str_find(page, RB_STR(BEGIN), 0), to = rb_str_find(page, RB_STR(END), 0);
	struct rb_buf reference, whole;

	(void)state;
	assert_true(from != SIZE_MAX && to != SIZE_MAX && from < to);
	from += strlen(BEGIN);
	rb_buf_init(&reference, NULL, 1 << 20);
	rb_buf_init(&whole, NULL, 1 << 20);
	rb_event_reference(&reference);
	if (getenv("RB_WRITE_DOCS") != NULL) {
		rb_buf_str(&whole, rb_str_cut(page, 0, from));
		rb_buf_str(&whole, rb_buf_view(&reference));
		rb_buf_str(&whole, rb_str_cut(page, to, page.n));
		spit(PAGE, rb_buf_view(&whole));
	} else if (!rb_str_eq(rb_str_cut(page, from, to), rb_buf_view(&reference))) {
		fail_msg(PAGE " is not up to date; the comment in it says how to write its tables anew");
	}
	rb_buf_free(&reference);
	rb_buf_free(&whole);
	drop(page);
}

static void
every_type_is_told(void **state)
{
	struct rb_str page = slurp(PAGE);

	(void)state;
	for (size_t type = 0; type < RB_EV_TYPES; type++) {
		char heading[64];

		snprintf(heading, sizeof(heading), "\n### `%s`\n", rb_event_rows[type].name);
		assert_int_not_equal(rb_str_find(page, rb_str_c(heading), 0), SIZE_MAX);
	}
	drop(page);
}

static void
the_example_is_a_transcript(void **state)
{
	struct rb_str page = slurp(PAGE);
	size_t from = rb_str_find(page, RB_STR("```json\n"), 0), end;
	struct rb_arena arena;
	uint64_t records = 0;

	(void)state;
	assert_int_not_equal(from, SIZE_MAX);
	rb_arena_init(&arena, NULL);
	for (from += 8; page.p[from] == '{'; from = end + 1) {
		char why[RB_PARSE_WHY] = "";
		struct rb_event ev;

		end = rb_str_find(page, RB_STR("\n"), from);
		if (rb_record_parse(&arena, rb_str_cut(page, from, end), &ev, why) != 0)
			fail_msg("record %u: %s", (unsigned)records + 1, why);
		assert_int_equal(ev.seq, ++records);
	}
	assert_true(records > 2);
	rb_arena_free(&arena);
	drop(page);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(tables_are_those_of_the_code),
	    cmocka_unit_test(every_type_is_told),
	    cmocka_unit_test(the_example_is_a_transcript),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
