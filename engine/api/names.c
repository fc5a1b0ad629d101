/* Looking up what a command line names, before anything is started. */
#include "api/names.h"

enum { NEAR = 3 }; /* a name that is further away is no suggestion */

int
rb_names_from(const struct rb_program *program, const struct rb_run_options *options,
    const struct rb_procedure **from, struct rb_buf *problems)
{
	const struct rb_unit *unit = program->main;

	*from = NULL;
	if (options->from == NULL)
		return 0;
	*from = rb_unit_proc(unit, rb_str_c(options->from));
	if (*from != NULL)
		return 0;
	rb_buf_fmt(problems, "--from %s: the runbook has no procedure of that name", options->from);
	for (size_t i = 0; i < unit->nprocs; i++)
		rb_buf_fmt(problems, "%s%.*s", i == 0 ? "; it has " : ", ", RB_STR_ARG(unit->procs[i]->name));
	rb_buf_char(problems, '\n');
	return -1;
}

/* Whether a step has the id; *best becomes the nearest one, *least how far it is. */
static bool
has_step(const struct rb_unit *unit, struct rb_str id, struct rb_str *best, unsigned *least)
{
	for (size_t i = 0; i < unit->nsteps; i++) {
		const struct rb_step *step = unit->steps_in_order[i];
		unsigned d;

		if (rb_str_eq(step->id, id))
			return true;
		d = step->has_id ? rb_str_distance(step->id, id, NEAR) : NEAR + 1;
		if (d < *least) {
			*least = d;
			*best = step->id;
		}
	}
	return false;
}

int
rb_names_yes(const struct rb_program *program, const struct rb_run_options *options, struct rb_buf *problems)
{
	int r = 0;

	for (size_t i = 0; i < options->nyes_ids; i++) {
		struct rb_str id = rb_str_c(options->yes_ids[i]), best = {"", 0};
		unsigned least = NEAR + 1;
		bool found = false;

		for (size_t k = 0; k < program->nunits && !found; k++)
			found = has_step(program->units[k], id, &best, &least);
		if (found)
			continue;
		r = -1;
		rb_buf_fmt(problems, "--yes=%.*s: there is no step `%.*s`", RB_STR_ARG(id), RB_STR_ARG(id));
		if (best.n > 0)
			rb_buf_fmt(problems, "; did you mean `%.*s`?", RB_STR_ARG(best));
		rb_buf_char(problems, '\n');
	}
	return r;
}
