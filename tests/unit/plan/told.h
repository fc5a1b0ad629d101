/* What a plan tells of a runbook that is written in the test, one line an item: "step read
 * health|title|note". */
#ifndef TEST_PLAN_TOLD_H
#define TEST_PLAN_TOLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "kinds/kinds.h"
#include "plan/plan.h"

struct told {
	struct rb_arena arena;
	struct rb_diags diags;
	struct rb_program *program;
	struct rb_plan_options options;
	struct rb_plan_sum sum;
	struct rb_buf lines;
	size_t parts[RB_PLAN_PARTS];
	int result;
};

static inline void
told_item(void *ctx, const struct rb_plan_item *it)
{
	static const char *const effects[] = {
	    [RB_READ] = "reads ", [RB_CHANGE] = "CHANGES ", [RB_DANGER] = "DANGER "};
	struct told *t = ctx;

	t->parts[it->part]++;
	rb_buf_fmt(&t->lines, "%u %s %s%.*s|%.*s|%.*s\n", it->depth, rb_plan_part_words[it->part],
	    it->has_effect ? effects[it->effect] : "", RB_STR_ARG(it->name), RB_STR_ARG(it->text),
	    RB_STR_ARG(it->note));
}

static inline void
told_load(struct told *t, const char *steps)
{
	struct rb_str text;

	memset(t, 0, sizeof(*t));
	rb_arena_init(&t->arena, NULL);
	rb_diags_init(&t->diags, &t->arena);
	rb_buf_init(&t->lines, NULL, 64 << 20);
	text = rb_arena_fmt(&t->arena, "runbook: test\n%s", steps);
	t->program = rb_program_load(
	    &t->arena, rb_source_new(&t->arena, RB_STR("test.yaml"), text), rb_kinds, NULL, &t->diags);
	if (t->program == NULL) {
		rb_diags_render(&t->diags, false, &t->lines);
		print_error("%s", rb_buf_cstr(&t->lines));
	}
	assert_non_null(t->program);
	t->sum.arena = &t->arena;
}

static inline void
told_run(struct told *t)
{
	struct rb_plan_sink sink = {t, told_item};

	t->result = rb_plan_run(t->program, &t->options, &sink, &t->sum, &t->diags);
}

static inline void
told_free(struct told *t)
{
	rb_program_free(t->program);
	rb_buf_free(&t->lines);
	rb_arena_free(&t->arena);
}

static inline bool
told_has(const struct told *t, const char *text)
{
	bool found = strstr(rb_buf_cstr(&t->lines), text) != NULL;

	if (!found)
		print_message("not told: %s\n%s", text, rb_buf_cstr(&t->lines));
	return found;
}

static inline bool
told_lacks(const struct told *t, const char *text)
{
	bool found = strstr(rb_buf_cstr(&t->lines), text) != NULL;

	if (found)
		print_message("told, and should not be: %s\n%s", text, rb_buf_cstr(&t->lines));
	return !found;
}

#endif
