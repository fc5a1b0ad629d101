/* Looking up what a command line names, before anything is started. */
#include "api/names.h"

enum {
	NEAR = 3,        /* a name that is further away is no suggestion */
	ASKING_MAX = 12, /* ids that one message lists */
};

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

/* Whether a step has the id. */
static bool
has_step(const struct rb_program *program, struct rb_str id)
{
	for (size_t i = 0; i < program->nunits; i++) {
		const struct rb_unit *unit = program->units[i];

		for (size_t k = 0; k < unit->nsteps; k++) {
			if (rb_str_eq(unit->steps_in_order[k]->id, id))
				return true;
		}
	}
	return false;
}

/* The steps that ask for approval, each id once: the nearest, or all of them while they are few. */
static void
tell_asking(const struct rb_program *program, struct rb_str id, struct rb_buf *problems)
{
	struct rb_str ids[ASKING_MAX], best = {"", 0};
	/* Of a short id, half of its letters are no suggestion either. */
	unsigned most = id.n < (size_t)2 * NEAR ? (unsigned)id.n / 2 : NEAR, least = most + 1;
	size_t n = 0;

	for (size_t i = 0; i < program->nunits; i++) {
		for (size_t k = 0; k < program->units[i]->nsteps; k++) {
			const struct rb_step *step = program->units[i]->steps_in_order[k];
			size_t at = 0;
			unsigned d;

			if (step->confirm == NULL || !step->has_id)
				continue;
			d = rb_str_distance(step->id, id, most);
			if (d < least) {
				least = d;
				best = step->id;
			}
			while (at < n && !rb_str_eq(ids[at], step->id))
				at++;
			if (at == n && n < ASKING_MAX)
				ids[n++] = step->id;
		}
	}
	if (best.n > 0)
		rb_buf_fmt(problems, "; did you mean `%.*s`?", RB_STR_ARG(best));
	else if (n == 0)
		rb_buf_c(problems, "; no step with an id asks for approval");
	for (size_t i = 0; best.n == 0 && i < n; i++)
		rb_buf_fmt(
		    problems, "%s`%.*s`", i == 0 ? "; approval is asked for by " : ", ", RB_STR_ARG(ids[i]));
	if (best.n == 0 && n == ASKING_MAX)
		rb_buf_c(problems, " and others");
}

int
rb_names_yes(const struct rb_program *program, const struct rb_run_options *options, struct rb_buf *problems)
{
	int r = 0;

	for (size_t i = 0; i < options->nyes_ids; i++) {
		struct rb_str id = rb_str_c(options->yes_ids[i]);

		if (has_step(program, id))
			continue;
		r = -1;
		rb_buf_fmt(problems, "--yes=%.*s: there is no step `%.*s`", RB_STR_ARG(id), RB_STR_ARG(id));
		tell_asking(program, id, problems);
		rb_buf_char(problems, '\n');
	}
	return r;
}
