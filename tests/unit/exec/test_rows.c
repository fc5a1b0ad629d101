/* Every row of the tables names the test that fails when its behaviour is taken away: here it is seen that
 * each test is there, and that the key stands in it. Run from the top of the tree. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "exec/job.h"

enum { FILE_BYTES_MAX = 1 << 20, PATH_BYTES = 512, DEPTH_MAX = 8 };

static size_t missing;

/* What is wrong is told all at once. */
static void
complain(const char *table, const char *row, const char *what, const char *test)
{
	missing++;
	print_error("%s, `%s`: %s: %s\n", table, row, what, test != NULL ? test : "none");
}

static bool
read_test(const char *test, struct rb_buf *out)
{
	char path[PATH_BYTES], bytes[4096];
	FILE *f;

	snprintf(path, sizeof(path), "tests/%s", test);
	f = fopen(path, "re");
	if (f == NULL)
		return false;
	for (size_t n = fread(bytes, 1, sizeof(bytes), f); n > 0; n = fread(bytes, 1, sizeof(bytes), f))
		rb_buf_add(out, bytes, n);
	fclose(f);
	return true;
}

/* "NAME:" as a key, or NAME in what an edge or a word says. A row for the scalar form need not be written
 * out. */
static bool
mentions(struct rb_str text, const char *name)
{
	size_t n = strlen(name);

	for (size_t at = rb_str_find(text, rb_str_c(name), 0); at != SIZE_MAX;
	     at = rb_str_find(text, rb_str_c(name), at + 1)) {
		char before = at > 0 ? text.p[at - 1] : ' ', after = at + n < text.n ? text.p[at + n] : ' ';

		if (strchr(" \t\n-{[\"'", before) != NULL && strchr(" \t\n:,}]\"'", after) != NULL)
			return true;
	}
	return false;
}

static void
check_row(const char *table, const char *name, const char *test, bool written)
{
	struct rb_buf text;

	if (test == NULL) {
		complain(table, name, "names no test", NULL);
		return;
	}
	rb_buf_init(&text, NULL, FILE_BYTES_MAX);
	if (!read_test(test, &text))
		complain(table, name, "its test is not there", test);
	else if (written && !mentions(rb_buf_view(&text), name))
		complain(table, name, "does not stand in its test", test);
	rb_buf_free(&text);
}

static void
check_keys(const char *table, const struct rb_key *rows, unsigned depth)
{
	assert_true(depth < DEPTH_MAX);
	for (; rows->name != NULL; rows++) {
		/* What is reserved for later is tested together; library files and child runbooks stand
		 * elsewhere. */
		bool written = (rows->flags & (RB_KEY_MAIN | RB_KEY_LATER)) == 0 && rows->test != NULL &&
			       strncmp(rows->test, "run/", 4) == 0 && strncmp(rows->test, "run/use", 7) != 0;

		check_row(table, rows->name, rows->test, written);
		if (rows->sub != NULL)
			check_keys(rows->name, rows->sub, depth + 1);
	}
}

static void
every_key_names_a_test_in_which_it_stands(void **state)
{
	static const struct {
		const char *name;
		const struct rb_key *rows;
	} tables[] = {{"runbook", rb_runbook_keys}, {"library", rb_library_keys},
	    {"procedure", rb_procedure_keys}, {"step", rb_step_keys}, {"input", rb_input_keys},
	    {"value", rb_value_keys}, {"secret", rb_secret_keys}, {"requires", rb_requires_keys},
	    {"defaults", rb_defaults_keys}, {"rung", rb_rung_keys}, {"retry", rb_retry_keys},
	    {"expect", rb_expect_keys}, {"capture", rb_capture_keys}, {"confirm", rb_confirm_keys},
	    {"for_each", rb_for_each_keys}, {"stop_on", rb_stop_on_keys}, {"effect", rb_effect_keys},
	    {"probe", rb_probe_keys}, {"output", rb_output_keys}, {"arm", rb_arm_keys}, {"end", rb_end_keys},
	    {"choice", rb_choice_keys}};

	(void)state;
	missing = 0;
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		check_keys(tables[i].name, tables[i].rows, 0);
	assert_int_equal(missing, 0);
}

static void
every_action_and_kind_names_a_test_in_which_it_stands(void **state)
{
	(void)state;
	missing = 0;
	for (const struct rb_action_row *row = rb_action_rows; row->name != NULL; row++)
		check_row("actions", row->name, row->test, (row->flags & RB_KEY_LATER) == 0);
	for (size_t i = 0; rb_kinds[i] != NULL; i++) {
		check_row("kinds", rb_kinds[i]->name, rb_kinds[i]->test, true);
		check_keys(rb_kinds[i]->name, rb_kinds[i]->keys, 0);
	}
	assert_int_equal(missing, 0);
}

static void
every_outcome_names_a_test(void **state)
{
	(void)state;
	missing = 0;
	for (size_t i = 0; i < RB_OUTCOMES; i++)
		check_row("outcomes", rb_outcome_rows[i].name, rb_outcome_rows[i].test, false);
	assert_int_equal(missing, 0);
}

/* Each leaf kind that flow does not perform by itself has its runner. */
static void
every_kind_can_be_performed(void **state)
{
	(void)state;
	for (size_t i = 0; rb_kinds[i] != NULL; i++) {
		bool here = (rb_kinds[i]->traits & (RB_KIND_SAYS | RB_KIND_WAITS | RB_KIND_PEOPLE)) != 0;
		bool found = false;

		for (size_t k = 0; rb_runners[k] != NULL; k++)
			found = found || rb_runners[k]->kind == rb_kinds[i];
		if (found == here)
			fail_msg("the kind %s has %s", rb_kinds[i]->name,
			    found ? "a runner too many" : "no runner");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_key_names_a_test_in_which_it_stands),
	    cmocka_unit_test(every_action_and_kind_names_a_test_in_which_it_stands),
	    cmocka_unit_test(every_outcome_names_a_test),
	    cmocka_unit_test(every_kind_can_be_performed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
