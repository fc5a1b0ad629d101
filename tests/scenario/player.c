/* Scenarios, played, and nothing else: linked without the layers that execute (`make check-plan`), so that
 * what a test of a runbook can do is a property of the build.
 *
 *   player FILE.test.yaml
 *
 * The runbook stands beside the file. Prints a line for each scenario; exits 1 if one did not pass. */
#include <stdio.h>
#include <string.h>

#include "kinds/kinds.h"
#include "scenario/scenario.h"

enum { SOURCES_MAX = 64 };

/* The same file is the same source. */
struct sources {
	size_t n;
	const struct rb_source *items[SOURCES_MAX];
};

static const struct rb_source *
open_beside(void *ctx, struct rb_arena *arena, bool library, struct rb_str name, const struct rb_source *from,
    struct rb_str *why)
{
	struct sources *all = ctx;
	size_t folder = from->name.n;
	struct rb_str path;

	if (library) {
		*why = RB_STR("libraries are not looked for here");
		return NULL;
	}
	while (folder > 0 && from->name.p[folder - 1] != '/')
		folder--;
	path = rb_arena_fmt(arena, "%.*s%.*s", (int)folder, from->name.p, RB_STR_ARG(name));
	for (size_t i = 0; i < all->n; i++) {
		if (rb_str_eq(all->items[i]->name, path))
			return all->items[i];
	}
	if (all->n == SOURCES_MAX) {
		*why = RB_STR("too many files");
		return NULL;
	}
	all->items[all->n] = rb_source_load(arena, path.p, why);
	return all->items[all->n] != NULL ? all->items[all->n++] : NULL;
}

static void
print_problems(struct rb_diags *diags)
{
	struct rb_buf text;

	rb_buf_init(&text, NULL, SIZE_MAX);
	rb_diags_render(diags, false, &text);
	fputs(rb_buf_cstr(&text), stderr);
	rb_buf_free(&text);
}

static int
play_all(const struct rb_scenario_file *file)
{
	static const char *const verdicts[] = {"passed", "failed", "error"};
	const struct rb_play_options options = {.alloc = NULL};
	int r = 0;

	for (size_t i = 0; i < file->n; i++) {
		struct rb_played played;
		struct rb_arena arena;

		rb_arena_init(&arena, NULL);
		rb_scenario_play(file, i, &options, &arena, &played);
		printf("%s %.*s\n", verdicts[played.verdict], RB_STR_ARG(file->items[i].name));
		for (size_t k = 0; k < played.nfindings; k++)
			printf("  %.*s\n", RB_STR_ARG(played.findings[k].what));
		if (played.diags.errors > 0)
			print_problems(&played.diags);
		if (played.verdict != RB_VERDICT_PASSED)
			r = 1;
		rb_arena_free(&arena);
	}
	return r;
}

int
main(int argc, char **argv)
{
	struct sources sources = {.n = 0};
	const struct rb_opener opener = {&sources, open_beside};
	struct rb_scenario_file *file = NULL;
	const struct rb_source *src;
	struct rb_str why = {"", 0};
	struct rb_arena arena;
	struct rb_diags diags;
	int r = 2;

	if (argc != 2) {
		fputs("usage: player FILE.test.yaml\n", stderr);
		return 2;
	}
	rb_arena_init(&arena, NULL);
	rb_diags_init(&diags, &arena);
	src = rb_source_load(&arena, argv[1], &why);
	if (src != NULL)
		file = rb_scenario_load(&arena, src, rb_kinds, &opener, &diags);
	else
		fprintf(stderr, "%s: %.*s\n", argv[1], RB_STR_ARG(why));
	if (file != NULL)
		r = play_all(file);
	else
		print_problems(&diags);
	rb_scenario_free(file);
	rb_arena_free(&arena);
	return r;
}
