/* Looking at the paths that are given for inputs: for the run, which refuses what is not there, and for the
 * dry run, which tells it. */
#include "api/inputs.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

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
