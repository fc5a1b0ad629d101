/* Pipes that were cut. The shell tells only the status; which of its pipes may have been cut the text tells.
 */
#include "lang/pipe.h"

#include <string.h>

#include "lang/kind.h"
#include "lang/shell_words.h"

/* Programs that end as soon as they know enough, and the options that make others so. */
static const struct {
	const char *program, *options; /* letters; NULL: always */
} early[] = {{"head", NULL}, {"grep", "qm"}, {"egrep", "qm"}, {"fgrep", "qm"}};

/* Empty where it is made only at run. */
static struct rb_str
program_of(const struct rb_shell_command *c)
{
	return c->nwords > 0 && c->words[0].constant ? rb_str_file(c->words[0].text) : RB_STR("");
}

static bool
has_option(const struct rb_shell_command *c, const char *letters)
{
	for (size_t i = 1; i < c->nwords; i++) {
		struct rb_str word = c->words[i].text;

		for (size_t k = 1; word.n > 1 && word.p[0] == '-' && word.p[1] != '-' && k < word.n; k++)
			if (strchr(letters, word.p[k]) != NULL)
				return true;
	}
	return false;
}

static bool
ends_early(const struct rb_shell_command *c)
{
	for (size_t i = 0; i < sizeof(early) / sizeof(early[0]); i++)
		if (rb_str_is(program_of(c), early[i].program))
			return early[i].options == NULL || has_option(c, early[i].options);
	return false;
}

struct rb_str
rb_pipe_cut(const struct rb_step *step, struct rb_arena *arena)
{
	const struct rb_script *script = rb_step_script(step);
	const struct rb_shell_command *all, *likely = NULL, *any = NULL, *at;
	size_t nlikely = 0, n = 0;

	all = script != NULL ? rb_shell_commands(arena, script->text) : NULL;
	for (const struct rb_shell_command *c = all; c != NULL; c = c->next) {
		if (c->feeds_on == NULL || c->given_to != NULL)
			continue;
		any = c;
		n++;
		if (!ends_early(c))
			continue;
		likely = c;
		nlikely++;
	}
	if (n == 0)
		return RB_STR("");
	at = nlikely == 1 ? likely : nlikely == 0 && n == 1 ? any : NULL;
	if (at == NULL || program_of(at).n == 0 || program_of(at->feeds_on).n == 0)
		return RB_STR("in one of its pipes a program ended before it had read all, which cut off the "
			      "one before");
	return rb_arena_fmt(arena, "`%.*s` was cut off, since `%.*s` ended before it had read all",
	    RB_STR_ARG(program_of(at->feeds_on)), RB_STR_ARG(program_of(at)));
}
