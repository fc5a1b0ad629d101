/* Loading runbooks from text, for the tests of what loading makes of them. Ownership: a struct loaded owns
 * its arena; loaded_free releases all. */
#ifndef TESTS_KINDS_LOAD_H
#define TESTS_KINDS_LOAD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "kinds/kinds.h"
#include "lang/program.h"

struct loaded {
	struct rb_arena arena;
	struct rb_diags diags;
	struct rb_program *program;
	const struct rb_unit *unit;
	struct rb_frame *frame;
	struct rb_eval ev;
};

/* The diagnostics, for the eyes of whoever mends the test. */
static void
loaded_print(struct loaded *l)
{
	struct rb_buf b;

	rb_buf_init(&b, NULL, 1 << 16);
	rb_diags_render(&l->diags, false, &b);
	print_error("%s", rb_buf_cstr(&b));
	rb_buf_free(&b);
}

static void
loaded_open(struct loaded *l, const char *text)
{
	memset(l, 0, sizeof(*l));
	rb_arena_init(&l->arena, NULL);
	rb_diags_init(&l->diags, &l->arena);
	l->program = rb_program_load(
	    &l->arena, rb_source_new(&l->arena, RB_STR("t.yaml"), rb_str_c(text)), rb_kinds, NULL, &l->diags);
	if (l->program == NULL) {
		loaded_print(l);
		fail();
		return;
	}
	l->unit = l->program->main;
	l->frame = rb_frame_new(NULL, l->unit->scope, NULL);
	l->ev = (struct rb_eval){.arena = &l->arena, .frame = l->frame};
}

static void
loaded_free(struct loaded *l)
{
	rb_frame_free(l->frame);
	rb_program_free(l->program);
	rb_arena_free(&l->arena);
}

#endif
