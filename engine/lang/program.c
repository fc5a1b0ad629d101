/* Questions to a loaded program. */
#include "lang/program.h"

#include <limits.h>
#include <stddef.h>

const char *const rb_effect_words[RB_EFFECTS] = {
    [RB_READ] = "read", [RB_CHANGE] = "change", [RB_DANGER] = "danger"};

const char *const rb_end_words[RB_ENDS] = {
    [RB_END_RESOLVED] = "resolved", [RB_END_FAILED] = "failed", [RB_END_ESCALATED] = "escalated"};

void
rb_program_free(struct rb_program *p)
{
	if (p != NULL)
		rb_patterns_close(&p->patterns);
}

static const struct rb_step *
step_in(const struct rb_scope *scope, struct rb_str id)
{
	const struct rb_decl *d = rb_map_get(&scope->decls, id);

	return d != NULL && d->kind == RB_DECL_STEP ? d->step : NULL;
}

const struct rb_step *
rb_unit_step(const struct rb_unit *u, struct rb_str id)
{
	const struct rb_step *s = step_in(u->scope, id);

	for (size_t i = 0; s == NULL && i < u->nprocs; i++)
		s = step_in(u->procs[i]->scope, id);
	return s;
}

const struct rb_capture *
rb_step_capture(const struct rb_step *step, struct rb_str name)
{
	for (size_t i = 0; i < step->ncaptures; i++) {
		if (rb_str_eq(step->captures[i].name, name))
			return &step->captures[i];
	}
	return NULL;
}

bool
rb_step_keeps_secret(const struct rb_step *step)
{
	for (size_t i = 0; i < step->ncaptures; i++) {
		if (step->captures[i].secret)
			return true;
	}
	return false;
}

static void
widen(const struct rb_list *list, unsigned *first, unsigned *end)
{
	if (list == NULL || list->len == 0)
		return;
	if (list->steps[0]->index < *first)
		*first = list->steps[0]->index;
	if (list->steps[list->len - 1]->last_inside >= *end)
		*end = list->steps[list->len - 1]->last_inside + 1;
}

void
rb_proc_steps(const struct rb_procedure *proc, unsigned *first, unsigned *n)
{
	unsigned from = UINT_MAX, end = 0;

	widen(proc->steps, &from, &end);
	widen(proc->finally, &from, &end);
	*first = from < end ? from : 0;
	*n = from < end ? end - from : 0;
}

const struct rb_procedure *
rb_unit_proc(const struct rb_unit *u, struct rb_str name)
{
	for (size_t i = 0; i < u->nprocs; i++)
		if (rb_str_eq(u->procs[i]->name, name))
			return u->procs[i];
	return NULL;
}

struct rb_str
rb_unit_meta(const struct rb_unit *u, const char *key)
{
	const struct rb_key *rows = u->library ? rb_library_keys : rb_runbook_keys;
	const struct rb_key *row = rb_key_find(rows, rb_str_c(key));

	if (row == NULL || u->fields == NULL)
		return RB_STR("");
	if (u->fields[row - rows].value.kind == RB_V_TEXT)
		return u->fields[row - rows].value.s;
	return u->fields[row - rows].tmpl != NULL ? rb_tmpl_source(u->fields[row - rows].tmpl) : RB_STR("");
}
