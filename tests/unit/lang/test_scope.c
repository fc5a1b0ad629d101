/* Names and frames. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "lang/scope.h"

struct fixture {
	struct rb_arena arena;
	struct rb_diags diags;
	struct rb_scope file, proc;
};

static int
setup(void **state)
{
	struct fixture *f = rb_alloc_zero(NULL, 1, sizeof(*f));

	rb_arena_init(&f->arena, NULL);
	rb_diags_init(&f->diags, &f->arena);
	rb_scope_init(&f->file, &f->arena, NULL);
	rb_scope_init(&f->proc, &f->arena, &f->file);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	rb_arena_free(&f->arena);
	rb_alloc_free(NULL, f);
	return 0;
}

static struct rb_decl *
declare(struct fixture *f, struct rb_scope *scope, enum rb_decl_kind kind, const char *name,
    const struct rb_type *type)
{
	return rb_scope_declare(
	    scope, &f->arena, kind, rb_str_c(name), type, (struct rb_span){NULL, scope->slots, 0}, &f->diags);
}

static void
finding(void **state)
{
	struct fixture *f = *state;
	struct rb_decl *port = declare(f, &f->file, RB_DECL_INPUT, "port", &rb_types[RB_INT]);
	struct rb_decl *own = declare(f, &f->proc, RB_DECL_INPUT, "own", &rb_types[RB_TEXT]);
	unsigned up = 7;

	assert_ptr_equal(rb_scope_find(&f->file, RB_STR("port"), &up), port);
	assert_int_equal(up, 0);
	assert_ptr_equal(rb_scope_find(&f->proc, RB_STR("port"), &up), port);
	assert_int_equal(up, 1);
	assert_ptr_equal(rb_scope_find(&f->proc, RB_STR("own"), &up), own);
	assert_int_equal(up, 0);
	assert_null(rb_scope_find(&f->file, RB_STR("own"), &up));
	assert_int_equal(own->slot, 0);
	assert_true(f->proc.procedure);
	assert_false(f->file.procedure);
}

static void
repeated_names(void **state)
{
	struct fixture *f = *state;
	struct rb_decl *a = declare(f, &f->file, RB_DECL_STEP, "a", NULL);
	struct rb_decl *run = declare(f, &f->file, RB_DECL_BUILTIN, "run", NULL);

	assert_ptr_equal(declare(f, &f->file, RB_DECL_INPUT, "a", NULL), a);
	assert_int_equal(f->diags.items[0].code, RB_E_REPEATED);
	assert_ptr_equal(declare(f, &f->proc, RB_DECL_STEP, "a", NULL), a);
	assert_int_equal(f->diags.items[1].code, RB_E_REPEATED);
	assert_non_null(strstr(f->diags.items[1].hint.p, "procedure"));
	assert_ptr_equal(declare(f, &f->file, RB_DECL_STEP, "run", NULL), run);
	assert_int_equal(f->diags.items[2].code, RB_E_NAME);
	assert_int_equal(f->file.slots, 2);
	assert_int_equal(f->proc.slots, 0);
}

static const struct rb_member module[] = {{{"module", 6}, &rb_types[RB_TEXT], false, NULL}};
static const struct rb_type match = {.base = RB_MATCH, .len = 1, .members = module};
static const struct rb_member facts[] = {{{"line", 4}, &rb_types[RB_TEXT], false, NULL},
    {{"missing", 7}, &match, false, NULL}, {{"timed_out", 9}, &rb_types[RB_BOOL], false, NULL}};
static const struct rb_type step = {.base = RB_STEP, .len = 3, .members = facts};

/* Names as a script sees them, in both orders of declaring. */
static void
clashes(void **state)
{
	static const struct {
		const char *name;
		bool clash;
	} rows[] = {{"log_line", true}, {"log_missing", true}, {"log_missing_module", true},
	    {"log_timed_out", true}, {"log_lines", false}, {"log_timed", false}, {"logline", false},
	    {"log_", false}, {"x_log_line", false}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows) * 2; i++) {
		bool first = i % 2 == 0;
		struct fixture *f;
		void *fresh;

		(void)state;
		setup(&fresh);
		f = fresh;
		if (first)
			declare(f, &f->file, RB_DECL_INPUT, rows[i / 2].name, &rb_types[RB_TEXT]);
		declare(f, &f->file, RB_DECL_STEP, "log", &step);
		if (!first)
			declare(f, &f->file, RB_DECL_INPUT, rows[i / 2].name, &rb_types[RB_TEXT]);
		rb_scope_clashes(&f->file, &f->diags);
		assert_int_equal(f->diags.errors, rows[i / 2].clash);
		teardown(&fresh);
	}
}

static void
clashes_of_facts_of_one_step(void **state)
{
	static const struct rb_member bytes[] = {{{"bytes", 5}, &rb_types[RB_TEXT], false, NULL}},
				      b_x[] = {{{"b_x", 3}, &rb_types[RB_TEXT], false, NULL}},
				      x[] = {{{"x", 1}, &rb_types[RB_TEXT], false, NULL}};
	static const struct rb_type most = {.base = RB_MATCH, .len = 1, .members = bytes},
				    low = {.base = RB_MATCH, .len = 1, .members = b_x},
				    low_b = {.base = RB_MATCH, .len = 1, .members = x};
	static const struct rb_member of_info[] = {{{"most", 4}, &most, false, NULL},
	    {{"most_bytes", 10}, &rb_types[RB_INT], false, NULL}, {{"low", 3}, &low, false, NULL},
	    {{"low_b", 5}, &low_b, false, NULL}, {{"mostly_bytes", 12}, &rb_types[RB_INT], false, NULL}};
	static const struct rb_type info = {.base = RB_STEP, .len = 5, .members = of_info};
	struct fixture *f = *state;

	declare(f, &f->file, RB_DECL_STEP, "info", &info);
	rb_scope_clashes(&f->file, &f->diags);
	assert_int_equal(f->diags.len, 2);
	assert_int_equal(f->diags.items[0].code, RB_E_NAME);
	assert_string_equal(f->diags.items[0].text.p,
	    "in a script, $info_most_bytes would mean both `most_bytes` and a part of `most`, two facts of "
	    "`info`");
	assert_string_equal(f->diags.items[1].text.p,
	    "in a script, $info_low_b_x would mean both a part of `low_b` and a part of `low`, two facts of "
	    "`info`");
}

static void
clashes_of_facts_with_facts(void **state)
{
	static const struct rb_member rest[] = {{{"b_line", 6}, &rb_types[RB_TEXT], false, NULL}};
	static const struct rb_type other = {.base = RB_STEP, .len = 1, .members = rest};
	struct fixture *f = *state;

	declare(f, &f->file, RB_DECL_STEP, "a_b", &step);
	declare(f, &f->proc, RB_DECL_STEP, "log_missing", &rb_types[RB_TEXT]);
	declare(f, &f->file, RB_DECL_STEP, "a", &other);
	declare(f, &f->file, RB_DECL_STEP, "log", &step);
	rb_scope_clashes(&f->file, &f->diags);
	assert_int_equal(f->diags.len, 1);
	assert_int_equal(f->diags.items[0].code, RB_E_NAME);
	assert_string_equal(f->diags.items[0].text.p,
	    "in a script, $a_b_line would mean both a fact of `a_b` and a fact of `a` (line 0)");
	rb_scope_clashes(&f->proc, &f->diags);
	assert_int_equal(f->diags.len, 2);
	assert_string_equal(f->diags.items[1].text.p,
	    "in a script, $log_missing would mean both `log_missing` and a fact of `log` (line 0)");
}

static void
facts_that_steer(void **state)
{
	static const struct rb_member members[] = {{{"proxy", 5}, &rb_types[RB_TEXT], false, NULL},
	    {{"preload", 7}, &rb_types[RB_TEXT], false, NULL}, {{"env", 3}, &rb_types[RB_TEXT], false, NULL}};
	static const struct rb_type t = {.base = RB_STEP, .len = 3, .members = members};
	static const char *const names[] = {"http", "ld", "bash", "other", NULL};

	for (size_t i = 0; names[i] != NULL; i++) {
		struct fixture *f;
		void *fresh;

		(void)state;
		setup(&fresh);
		f = fresh;
		declare(f, &f->file, RB_DECL_STEP, names[i], &t);
		rb_scope_clashes(&f->file, &f->diags);
		/* `proxy` is refused under every name; LD_ takes all three of its facts. */
		assert_int_equal(f->diags.len > 0 ? f->diags.items[0].code : RB_CODES, RB_E_NAME);
		teardown(&fresh);
	}
}

/* The check costs what the names cost, not their square. */
static void
many_names(void **state)
{
	struct fixture *f = *state;
	int64_t before = rb_clock_mono();
	char name[32];

	for (int i = 0; i < 10000; i++) {
		snprintf(name, sizeof(name), "step_%d_x", i);
		declare(f, &f->file, RB_DECL_STEP, name, &step);
	}
	rb_scope_clashes(&f->file, &f->diags);
	assert_int_equal(f->diags.errors, 0);
	assert_true(rb_clock_mono() - before < 2 * RB_SECOND);
}

static void
refused_names(void **state)
{
	static const struct {
		const char *name;
		bool upper, fine;
	} rows[] = {
	    {"port", false, true},
	    {"a", false, true},
	    {"a_1", false, true},
	    {"user", false, true},
	    {"home", false, true},
	    {"TOKEN", true, true},
	    {"Token_2", true, true},
	    {"patha", false, true},
	    {"count", false, true},
	    {"", false, false},
	    {"1a", false, false},
	    {"_a", false, false},
	    {"a-b", false, false},
	    {"a.b", false, false},
	    {"é", false, false},
	    {"Port", false, false},
	    {"path", false, false},
	    {"PATH", true, false},
	    {"Path", true, false},
	    {"ifs", false, false},
	    {"env", false, false},
	    {"bash_env", false, false},
	    {"ld_preload", false, false},
	    {"LD_AUDIT", true, false},
	    {"dyld_x", false, false},
	    {"http_proxy", false, false},
	    {"ALL_PROXY", true, false},
	    {"bash_func_x", false, false},
	    {"ps4", false, false},
	    {"prompt_command", false, false},
	    {"node_options", false, false},
	    {"perl5opt", false, false},
	    {"pythonpath", false, false},
	    {"git_ssh_command", false, false},
	    {"SECONDS", true, false},
	    {"seconds", false, true},
	    {"runbook_port", false, false},
	    {"and", false, false},
	    {"or", false, false},
	    {"not", false, false},
	    {"in", false, false},
	    {"contains", false, false},
	    {"matches", false, false},
	    {"where", false, false},
	    {"if", false, false},
	    {"else", false, false},
	    {"true", false, false},
	    {"false", false, false},
	    {"null", false, false},
	    {"this", false, false},
	    {"item", false, false},
	};
	char longest[RB_NAME_MAX + 2];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if ((rb_name_refused(rb_str_c(rows[i].name), rows[i].upper) == NULL) != rows[i].fine)
			assert_string_equal(rows[i].name, rows[i].fine ? "accepted" : "refused");
	memset(longest, 'a', sizeof(longest));
	assert_null(rb_name_refused((struct rb_str){longest, RB_NAME_MAX}, false));
	assert_non_null(rb_name_refused((struct rb_str){longest, RB_NAME_MAX + 1}, false));
}

static void
frames(void **state)
{
	struct fixture *f = *state;
	struct rb_decl *a = declare(f, &f->file, RB_DECL_INPUT, "a", &rb_types[RB_TEXT]);
	struct rb_decl *b = declare(f, &f->proc, RB_DECL_INPUT, "b", &rb_types[RB_TEXT]);
	struct rb_frame *file = rb_frame_new(NULL, &f->file, NULL);
	struct rb_frame *call = rb_frame_new(NULL, &f->proc, file);
	char text[] = "hello";
	struct rb_value v = rb_frame_get(call, 1, a->slot);

	assert_int_equal(v.kind, RB_V_UNSET);
	assert_true(rb_str_is(v.s, "a"));
	rb_frame_set(file, a->slot, rb_v_text(rb_str_c(text)));
	text[0] = 'x';
	assert_true(rb_str_is(rb_frame_get(call, 1, a->slot).s, "hello"));
	assert_true(rb_str_is(rb_frame_get(file, 0, a->slot).s, "hello"));
	assert_int_equal(rb_frame_get(call, 0, b->slot).kind, RB_V_UNSET);
	/* A value that borrows from what it replaces. */
	rb_frame_set(file, a->slot, rb_v_text(rb_str_cut(rb_frame_get(file, 0, a->slot).s, 1, 3)));
	assert_true(rb_str_is(rb_frame_get(file, 0, a->slot).s, "el"));
	rb_frame_clear(file, a->slot);
	v = rb_frame_get(file, 0, a->slot);
	assert_int_equal(v.kind, RB_V_UNSET);
	assert_true(rb_str_is(v.s, "a"));
	rb_frame_free(call);
	rb_frame_free(file);
	rb_frame_free(NULL);
}

/* A step that is visited a thousand times keeps only its last visit. */
static void
slots_do_not_grow(void **state)
{
	struct fixture *f = *state;
	struct rb_frame *file;
	size_t after_one;
	char text[1000];

	memset(text, 'x', sizeof(text));
	declare(f, &f->file, RB_DECL_STEP, "a", &step);
	file = rb_frame_new(NULL, &f->file, NULL);
	rb_frame_set(file, 0, rb_v_text((struct rb_str){text, sizeof(text)}));
	after_one = file->slots[0].arena.total;
	for (int i = 0; i < 1000; i++)
		rb_frame_set(file, 0, rb_v_text((struct rb_str){text, sizeof(text)}));
	assert_int_equal(file->slots[0].arena.total, after_one);
	rb_frame_free(file);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(finding, setup, teardown),
	    cmocka_unit_test_setup_teardown(repeated_names, setup, teardown),
	    cmocka_unit_test(clashes),
	    cmocka_unit_test_setup_teardown(clashes_of_facts_of_one_step, setup, teardown),
	    cmocka_unit_test_setup_teardown(clashes_of_facts_with_facts, setup, teardown),
	    cmocka_unit_test(facts_that_steer),
	    cmocka_unit_test_setup_teardown(many_names, setup, teardown),
	    cmocka_unit_test(refused_names),
	    cmocka_unit_test_setup_teardown(frames, setup, teardown),
	    cmocka_unit_test_setup_teardown(slots_do_not_grow, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
