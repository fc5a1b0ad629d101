/* The limits of loading: one more than is allowed gives RB_E_LIMIT, as many as are allowed do not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "kinds/kinds.h"
#include "lang/lower.h"

enum { TEXT_MAX = 8 << 20 };

/* Makes "cN" as a runbook: with `deep` one that runs c(N+1), up to `last`; else one that only says something.
 */
struct maker {
	size_t last;
	bool deep;
};

static const struct rb_source *
make(void *ctx, struct rb_arena *arena, bool library, struct rb_str name, const struct rb_source *from,
    struct rb_str *why)
{
	const struct maker *m = ctx;
	int64_t n = 0;
	struct rb_str text;

	(void)library;
	(void)from;
	(void)why;
	rb_str_int(rb_str_cut(name, 1, name.n), &n);
	if (m->deep && (size_t)n < m->last)
		text = rb_arena_fmt(arena, "runbook: x\nsteps: [{runbook: c%lld}]\n", (long long)n + 1);
	else
		text = RB_STR("runbook: x\nsteps: [{say: x}]\n");
	return rb_source_new(arena, name, text);
}

/* Whether loading says RB_E_LIMIT; anything else that it complains of fails the test. */
static bool
over(const struct rb_buf *text, struct maker *maker)
{
	struct rb_opener opener = {maker, make};
	struct rb_arena arena;
	struct rb_diags diags;
	struct rb_program *p;
	bool limit = false;

	assert_int_equal(text->lost, 0);
	rb_arena_init(&arena, NULL);
	rb_diags_init(&diags, &arena);
	p = rb_program_load(
	    &arena, rb_source_new(&arena, RB_STR("x.yaml"), rb_buf_view(text)), rb_kinds, &opener, &diags);
	for (size_t i = 0; i < diags.len; i++) {
		if (diags.items[i].severity != RB_ERROR)
			continue;
		limit = diags.items[i].code == RB_E_LIMIT;
		if (!limit)
			fail_msg("%.*s", RB_STR_ARG(diags.items[i].text));
	}
	assert_int_equal(p == NULL, limit);
	rb_program_free(p);
	rb_arena_free(&arena);
	return limit;
}

static bool
many_steps(size_t n)
{
	struct rb_buf b;
	bool r;

	rb_buf_init(&b, NULL, TEXT_MAX);
	rb_buf_c(&b, "runbook: x\nprocedures:\n  p:\n    steps:\n");
	for (size_t i = 0; i + 1 < n; i++)
		rb_buf_c(&b, "      - done\n");
	rb_buf_c(&b, "steps: [{say: x}]\n");
	r = over(&b, NULL);
	rb_buf_free(&b);
	return r;
}

static bool
many_files(size_t n)
{
	struct maker maker = {.deep = false};
	struct rb_buf b;
	bool r;

	rb_buf_init(&b, NULL, TEXT_MAX);
	rb_buf_c(&b, "runbook: x\nsteps:\n");
	for (size_t i = 1; i < n; i++)
		rb_buf_fmt(&b, "  - runbook: c%zu\n", i);
	r = over(&b, &maker);
	rb_buf_free(&b);
	return r;
}

static bool
deep_files(size_t n)
{
	struct maker maker = {.deep = true, .last = n - 1};
	struct rb_buf b;
	bool r;

	rb_buf_init(&b, NULL, TEXT_MAX);
	rb_buf_c(&b, "runbook: x\nsteps: [{runbook: c1}]\n");
	r = over(&b, &maker);
	rb_buf_free(&b);
	return r;
}

static bool
deep_calls(size_t n)
{
	struct rb_buf b;
	bool r;

	rb_buf_init(&b, NULL, TEXT_MAX);
	rb_buf_c(&b, "runbook: x\nsteps: [{call: p1}]\nprocedures:\n");
	for (size_t i = 1; i < n; i++)
		rb_buf_fmt(&b, "  p%zu: {steps: [{call: p%zu}]}\n", i, i + 1);
	rb_buf_fmt(&b, "  p%zu: {steps: [{say: x}]}\n", n);
	r = over(&b, NULL);
	rb_buf_free(&b);
	return r;
}

static bool
deep_names(size_t n)
{
	struct rb_buf b;
	bool r;

	rb_buf_init(&b, NULL, TEXT_MAX);
	rb_buf_c(&b, "runbook: x\nsteps: [{say: \"${v1}\"}]\nvalues:\n");
	for (size_t i = 1; i < n; i++)
		rb_buf_fmt(&b, "  v%zu: \"${v%zu}\"\n", i, i + 1);
	rb_buf_fmt(&b, "  v%zu: x\n", n);
	r = over(&b, NULL);
	rb_buf_free(&b);
	return r;
}

static bool
many_names(size_t n)
{
	struct rb_buf b;
	bool r;

	rb_buf_init(&b, NULL, TEXT_MAX);
	rb_buf_c(&b, "runbook: x\nsteps:\n  - look: uptime\n    match:\n");
	for (size_t i = 0; i < n; i++)
		rb_buf_fmt(&b, "      m%zu: x\n", i);
	r = over(&b, NULL);
	rb_buf_free(&b);
	return r;
}

static void
at_the_limit(bool (*load)(size_t n), size_t limit)
{
	assert_false(load(limit));
	assert_true(load(limit + 1));
}

static void
test_steps(void **state)
{
	(void)state;
	at_the_limit(many_steps, RB_STEPS_MAX);
}

static void
test_files(void **state)
{
	(void)state;
	at_the_limit(many_files, RB_UNITS_MAX);
}

static void
test_files_in_files(void **state)
{
	(void)state;
	at_the_limit(deep_files, RB_UNITS_DEEP);
}

static void
test_calls_in_calls(void **state)
{
	(void)state;
	at_the_limit(deep_calls, RB_CALLS_DEEP);
}

static void
test_names_from_names(void **state)
{
	(void)state;
	at_the_limit(deep_names, RB_NAMES_DEEP);
}

static void
test_names_of_a_step(void **state)
{
	(void)state;
	at_the_limit(many_names, RB_CAPTURES_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_steps),
	    cmocka_unit_test(test_files),
	    cmocka_unit_test(test_files_in_files),
	    cmocka_unit_test(test_calls_in_calls),
	    cmocka_unit_test(test_names_from_names),
	    cmocka_unit_test(test_names_of_a_step),
	};

	return cmocka_run_group_tests_name("limits", tests, NULL, NULL);
}
