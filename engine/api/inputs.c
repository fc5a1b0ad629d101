/* Inputs and the people who give them: looking at the paths that are given (the run refuses what is not
 * there, the dry run tells it), and asking for what was not. */
#include "api/inputs.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "lang/pattern.h"

const char *
rb_input_lacks(struct rb_arena *arena, const struct rb_input *input, struct rb_str path)
{
	bool folder = strcmp(input->type->name, "dir") == 0, file = strcmp(input->type->name, "file") == 0;
	struct stat st;

	if (!folder && !file)
		return NULL;
	if (stat(rb_arena_str(arena, path).p, &st) < 0)
		return errno == ENOENT ? (folder ? "there is no such folder" : "there is no such file")
				       : strerror(errno);
	if (folder != S_ISDIR(st.st_mode))
		return folder ? "it is no folder" : "it is a folder, not a file";
	return NULL;
}

/* "an int from 1 to 5" */
static void
add_wanted(const struct rb_input *input, struct rb_buf *out)
{
	bool min = input->min.kind != RB_V_UNSET, max = input->max.kind != RB_V_UNSET;

	rb_buf_c(out, input->type->name);
	if (min) {
		rb_buf_c(out, max ? " from " : ", at least ");
		rb_value_show(input->min, out);
	}
	if (max) {
		rb_buf_c(out, min ? " to " : ", at most ");
		rb_value_show(input->max, out);
	}
	if (input->pattern != NULL) {
		rb_buf_c(out, " like ");
		rb_buf_str(out, rb_pattern_text(input->pattern));
	}
}

static void
add_choices(const struct rb_input *input, struct rb_buf *out)
{
	for (size_t i = 0; i < input->nchoices; i++) {
		rb_buf_fmt(out, "%3zu  ", i + 1);
		rb_value_show(input->choices[i], out);
		rb_buf_char(out, '\n');
	}
}

struct rb_str
rb_input_question(struct rb_arena *arena, const struct rb_input *input, struct rb_str why)
{
	struct rb_str s;
	struct rb_buf b;

	rb_buf_init(&b, arena->alloc, RB_ENV_MAX);
	if (why.n > 0)
		rb_buf_fmt(&b, "%.*s\n", RB_STR_ARG(why));
	else
		add_choices(input, &b);
	rb_buf_str(&b, input->name);
	if (input->help.n > 0)
		rb_buf_fmt(&b, ": %.*s", RB_STR_ARG(input->help));
	rb_buf_c(&b, " (");
	if (input->nchoices > 0)
		rb_buf_fmt(&b, "one of them, or 1-%zu", input->nchoices);
	else
		add_wanted(input, &b);
	rb_buf_char(&b, ')');
	s = rb_arena_str(arena, rb_buf_view(&b));
	rb_buf_free(&b);
	return s;
}

struct rb_str
rb_input_typed(struct rb_arena *arena, const struct rb_input *input, struct rb_str typed)
{
	struct rb_str s = rb_arena_str(arena, typed);
	struct rb_buf b;
	int64_t n;

	if (rb_str_int(rb_str_trim(s), &n) != 0 || n < 1 || (uint64_t)n > input->nchoices)
		return s;
	rb_buf_init(&b, arena->alloc, RB_ENV_MAX);
	/* A choice that is spelled like a number is meant before the number of one. */
	for (size_t i = 0; i < input->nchoices; i++) {
		rb_buf_clear(&b);
		rb_value_show(input->choices[i], &b);
		if (rb_str_eq(rb_buf_view(&b), rb_str_trim(s)))
			break;
		if (i + 1 == input->nchoices) {
			rb_buf_clear(&b);
			rb_value_show(input->choices[n - 1], &b);
		}
	}
	s = rb_arena_str(arena, rb_buf_view(&b));
	rb_buf_free(&b);
	return s;
}
