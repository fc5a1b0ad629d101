/* A stage for tests of scenarios: runbooks and a scenario file as texts, played, and what came of it as text.
 * Ownership: a struct stage owns its arena; stage_free releases all. */
#ifndef TESTS_SCENARIO_STAGE_H
#define TESTS_SCENARIO_STAGE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kinds/kinds.h"
#include "scenario/scenario.h"

enum { STAGE_FILES = 8 };

struct stage {
	struct rb_arena arena;
	struct rb_diags diags;
	struct {
		const char *name, *text;
		const struct rb_source *src;
	} files[STAGE_FILES];
	struct rb_scenario_file *file;
	struct rb_played played; /* the last */
	struct rb_buf out;
};

static inline const struct rb_source *
stage_find(void *ctx, struct rb_arena *arena, bool library, struct rb_str name, const struct rb_source *from,
    struct rb_str *why)
{
	struct stage *s = ctx;

	(void)library;
	(void)from;
	for (size_t i = 0; i < STAGE_FILES && s->files[i].name != NULL; i++) {
		if (!rb_str_is(name, s->files[i].name))
			continue;
		if (s->files[i].src == NULL)
			s->files[i].src = rb_source_new(arena, name, rb_str_c(s->files[i].text));
		return s->files[i].src;
	}
	*why = RB_STR("there is no such file");
	return NULL;
}

static inline void
stage_init(struct stage *s)
{
	memset(s, 0, sizeof(*s));
	rb_arena_init(&s->arena, NULL);
	rb_diags_init(&s->diags, &s->arena);
	rb_buf_init(&s->out, NULL, 1 << 20);
}

static inline void
stage_free(struct stage *s)
{
	rb_scenario_free(s->file);
	rb_buf_free(&s->out);
	rb_arena_free(&s->arena);
}

static inline void
stage_add(struct stage *s, const char *name, const char *text)
{
	for (size_t i = 0; i < STAGE_FILES; i++) {
		if (s->files[i].name == NULL) {
			s->files[i].name = name;
			s->files[i].text = text;
			return;
		}
	}
	fail();
}

/* Loads the scenario file; what is wrong with it is in ->out. */
static inline bool
stage_load(struct stage *s, const char *text)
{
	struct rb_opener opener = {s, stage_find};

	s->file = rb_scenario_load(&s->arena, rb_source_new(&s->arena, RB_STR("t.test.yaml"), rb_str_c(text)),
	    rb_kinds, &opener, &s->diags);
	if (s->file == NULL)
		rb_diags_render(&s->diags, false, &s->out);
	return s->file != NULL;
}

static inline void
stage_tell(struct stage *s)
{
	static const char *const verdicts[] = {"passed", "failed", "error"};
	struct rb_played *p = &s->played;

	rb_buf_fmt(&s->out, "%s\n", verdicts[p->verdict]);
	if (p->diags.len > 0)
		rb_diags_render(&p->diags, false, &s->out);
	for (size_t i = 0; i < p->nfindings; i++) {
		const struct rb_finding *f = &p->findings[i];

		rb_buf_fmt(&s->out, "%zu %.*s: %.*s\n", rb_source_pos(f->span.src, f->span.from).line,
		    RB_STR_ARG(f->key), RB_STR_ARG(f->what));
		if (f->expected.n > 0)
			rb_buf_fmt(&s->out, "  expected %.*s\n", RB_STR_ARG(f->expected));
		if (f->actual.n > 0)
			rb_buf_fmt(&s->out, "  actual   %.*s\n", RB_STR_ARG(f->actual));
		for (size_t k = 0; k < f->nlines; k++)
			rb_buf_fmt(&s->out, "  | %.*s\n", RB_STR_ARG(f->lines[k]));
	}
}

/* Plays all scenarios, and tells of each. */
static inline void
stage_play(struct stage *s)
{
	struct rb_play_options o = {.alloc = NULL};

	for (size_t i = 0; i < s->file->n; i++) {
		rb_scenario_play(s->file, i, &o, &s->arena, &s->played);
		stage_tell(s);
	}
}

static inline void
stage_compare(struct stage *s, const char *want)
{
	if (strcmp(rb_buf_cstr(&s->out), want) != 0)
		fail_msg("came\n%s--- wanted\n%s", rb_buf_cstr(&s->out), want);
}

/* A runbook, its scenario file below `test:`, and what comes of it. */
static inline void
stage_expect(const char *runbook, const char *scenarios, const char *want)
{
	struct stage s;

	stage_init(&s);
	stage_add(&s, "t.yaml", rb_arena_fmt(&s.arena, "runbook: t\n%s", runbook).p);
	if (stage_load(&s, rb_arena_fmt(&s.arena, "test: t.yaml\n%s", scenarios).p))
		stage_play(&s);
	stage_compare(&s, want);
	stage_free(&s);
}

/* One scenario, indented by four, which passes. */
static inline void
stage_passes(const char *runbook, const char *scenario)
{
	struct rb_buf b;

	rb_buf_init(&b, NULL, 1 << 20);
	rb_buf_fmt(&b, "scenarios:\n  - name: one\n%s", scenario);
	stage_expect(runbook, rb_buf_cstr(&b), "passed\n");
	rb_buf_free(&b);
}

#endif
