/* A run that has come to a point, made by hand: frames with facts, and the levels of a stand. */
#ifndef TEST_PLAN_STOOD_H
#define TEST_PLAN_STOOD_H

#include "told.h"

enum { STOOD_LEVELS = 4 };

struct stood {
	struct told t;
	struct rb_stand stand;
	struct rb_stand_level levels[STOOD_LEVELS];
	struct rb_frame *frames[STOOD_LEVELS];
};

/* A runbook that stands in its steps; the caller says at which one. */
static inline void
stood_load(struct stood *s, const char *steps)
{
	memset(s, 0, sizeof(*s));
	told_load(&s->t, steps);
	s->stand.levels = s->levels;
	s->stand.n = 1;
	s->levels[0] = (struct rb_stand_level){.unit = s->t.program->main,
	    .phase = RB_STAND_STEPS,
	    .frame = rb_frame_new(NULL, s->t.program->main->scope, NULL),
	    .item = -1,
	    .items = -1};
	s->frames[0] = s->levels[0].frame;
	s->t.options.stand = &s->stand;
}

static inline void
stood_free(struct stood *s)
{
	for (size_t i = STOOD_LEVELS; i-- > 0;) {
		if (s->frames[i] != NULL)
			rb_frame_free(s->frames[i]);
	}
	told_free(&s->t);
}

/* A name of a level's scope. */
static inline struct rb_decl *
stood_decl(const struct stood *s, size_t level, const char *name)
{
	struct rb_decl *d = rb_scope_find(s->levels[level].frame->scope, rb_str_c(name), NULL);

	assert_non_null(d);
	return d;
}

static inline const struct rb_step *
stood_step(const struct stood *s, size_t level, const char *id)
{
	return stood_decl(s, level, id)->step;
}

/* Facts of a step, or a value, as JSON. Names in `match` of the step that are an object become matches: their
 * first member is whether it matched. */
static inline void
stood_knows(struct stood *s, size_t level, const char *name, const char *json)
{
	struct rb_decl *d = stood_decl(s, level, name);
	struct rb_value v = rb_value_from_json(&s->t.arena, rb_str_c(json));

	assert_int_not_equal(v.kind, RB_V_ERROR);
	for (size_t i = 0; d->step != NULL && v.kind == RB_V_MAP && i < v.map->len; i++) {
		for (size_t k = 0; k < d->step->nmatches; k++) {
			if (rb_str_eq(d->step->matches[k].name, v.map->pairs[i].key))
				v.map->pairs[i].value.kind = RB_V_MATCH;
		}
	}
	rb_frame_set(s->levels[level].frame, d->slot, v);
}

static inline void
stood_at(struct stood *s, const char *id)
{
	s->levels[s->stand.n - 1].step = stood_step(s, s->stand.n - 1, id);
}

/* The step of the innermost level calls a procedure of the file, which is entered. */
static inline void
stood_enter(struct stood *s, const struct rb_procedure *proc)
{
	size_t i = s->stand.n++;

	assert_true(i < STOOD_LEVELS);
	s->levels[i] = (struct rb_stand_level){.unit = proc->unit,
	    .proc = proc,
	    .phase = RB_STAND_STEPS,
	    .frame = rb_frame_new(NULL, proc->scope, s->levels[0].frame),
	    .item = -1,
	    .items = -1};
	s->frames[i] = s->levels[i].frame;
}

#endif
