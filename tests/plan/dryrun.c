/* A dry run and nothing else: linked without the layers that execute (`make check-plan`), so that what it can
 * do is a property of the build. tests/plan.tap compares what it prints; the host that it tells of is made
 * up.
 *
 *   dryrun FILE [--set NAME=VALUE]… [--assume FACT]… [--from PROCEDURE] [--give NAME=VALUE]… [--yes]
 * [--yes=ID]
 *          [--lacks PROGRAM]… [--width N] [--ascii] [--colour] [--brief] [--json]
 *
 * --give is --set for the inputs of PROCEDURE. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kinds/kinds.h"
#include "plan/layout.h"
#include "plan/lines.h"

enum { WORDS_MAX = 64 };

struct options {
	struct rb_plan_options plan;
	struct rb_offer offers[WORDS_MAX], given[WORDS_MAX];
	const char *assume[WORDS_MAX], *ids[WORDS_MAX], *lacks[WORDS_MAX];
	size_t nlacks;
	unsigned width;
	bool ascii, colour, json;
};

static bool
has_command(void *ctx, const char *name)
{
	const struct options *o = ctx;

	for (size_t i = 0; i < o->nlacks; i++) {
		if (strcmp(o->lacks[i], name) == 0)
			return false;
	}
	return true;
}

static bool
has_folder(void *ctx, const char *path)
{
	(void)ctx;
	return strstr(path, "no-such") == NULL;
}

static bool
has_env(void *ctx, struct rb_str name)
{
	(void)ctx;
	return !rb_str_starts(name, "NO_SUCH");
}

/* Files beside the one that names them; the procedures of libraries in lib/. The same file is the same
 * source. */
struct files {
	struct rb_map all;
};

static const struct rb_source *
open_file(void *ctx, struct rb_arena *arena, bool library, struct rb_str name, const struct rb_source *from,
    struct rb_str *why)
{
	struct files *files = ctx;
	struct rb_str path = library ? rb_arena_fmt(arena, "lib/%.*s.yaml", RB_STR_ARG(name)) : name;
	struct rb_source *src;

	for (size_t i = 4; library && i + 5 < path.n; i++) {
		if (path.p[i] == '.')
			((char *)(uintptr_t)path.p)[i] = '/';
	}
	(void)from;
	src = rb_map_get(&files->all, path);
	if (src != NULL)
		return src;
	src = rb_source_load(arena, rb_arena_str(arena, path).p, why);
	if (src == NULL)
		return NULL;
	src->name = src->path = path;
	rb_map_put(&files->all, path, src);
	return src;
}

static void
put(void *ctx, struct rb_str text)
{
	fwrite(text.p, 1, text.n, ctx);
}

static int
problems(struct rb_diags *diags)
{
	struct rb_buf out;

	if (diags->errors == 0)
		return 0;
	rb_buf_init(&out, NULL, 1 << 20);
	rb_diags_render(diags, false, &out);
	put(stdout, rb_buf_view(&out));
	rb_buf_free(&out);
	return -1;
}

static int
tell(const struct rb_program *program, struct options *o, struct rb_diags *diags)
{
	struct rb_plan_sink sink;
	struct rb_layout layout;
	int r;

	rb_layout_init(&layout, NULL, put, stdout);
	layout.width = o->width;
	layout.ascii = o->ascii;
	layout.brief = o->plan.brief;
	layout.colour = o->colour;
	sink = rb_layout_sink(&layout);
	r = rb_plan_run(program, &o->plan, &sink, NULL, diags);
	rb_layout_end(&layout);
	return r;
}

static int
tell_json(const struct rb_program *program, struct options *o, struct rb_arena *arena, struct rb_diags *diags)
{
	struct rb_plan_sum sum = {.arena = arena};
	struct rb_plan_lines lines;
	struct rb_plan_sink sink;
	int r;

	rb_plan_lines_init(&lines, NULL, put, stdout);
	sink = rb_plan_lines_sink(&lines);
	r = rb_plan_run(program, &o->plan, &sink, &sum, diags);
	if (r == 0)
		rb_plan_lines_sum(&lines, &sum);
	rb_plan_lines_end(&lines);
	return r;
}

static int
plan(const char *file, struct options *o)
{
	struct files files;
	struct rb_opener opener = {&files, open_file};
	struct rb_program *program = NULL;
	struct rb_arena arena;
	struct rb_diags diags;
	struct rb_str why;
	const struct rb_source *src;
	int r = -1;

	rb_arena_init(&arena, NULL);
	rb_diags_init(&diags, &arena);
	rb_map_init(&files.all, &arena);
	src = open_file(&files, &arena, false, rb_str_c(file), NULL, &why);
	if (src != NULL)
		program = rb_program_load(&arena, src, rb_kinds, &opener, &diags);
	else
		printf("%s: %.*s\n", file, RB_STR_ARG(why));
	if (program != NULL) {
		r = o->json ? tell_json(program, o, &arena, &diags) : tell(program, o, &diags);
		rb_program_free(program);
	}
	if (problems(&diags) != 0)
		r = -1;
	rb_arena_free(&arena);
	return r == 0 ? 0 : 2;
}

static const char *
value(char **argv, int *i)
{
	if (argv[*i + 1] == NULL) {
		fprintf(stderr, "dryrun: %s needs a value\n", argv[*i]);
		exit(2);
	}
	return argv[++*i];
}

static struct rb_offer
offer(const char *text)
{
	const char *eq = strchr(text, '=');

	if (eq == NULL)
		exit(2);
	return (struct rb_offer){
	    {text, (size_t)(eq - text)}, rb_v_text(rb_str_c(eq + 1)), "set", {NULL, 0, 0}};
}

static void
take(struct options *o, char **argv, int *i)
{
	const char *arg = argv[*i];

	if (strcmp(arg, "--set") == 0) {
		o->offers[o->plan.noffers++] = offer(value(argv, i));
	} else if (strcmp(arg, "--give") == 0) {
		o->given[o->plan.nfrom_offers++] = offer(value(argv, i));
	} else if (strcmp(arg, "--assume") == 0) {
		o->assume[o->plan.nassume++] = value(argv, i);
	} else if (strcmp(arg, "--from") == 0) {
		o->plan.from = value(argv, i);
	} else if (strcmp(arg, "--yes") == 0) {
		o->plan.yes = true;
	} else if (strncmp(arg, "--yes=", 6) == 0) {
		o->ids[o->plan.nyes_ids++] = arg + 6;
	} else if (strcmp(arg, "--lacks") == 0) {
		o->lacks[o->nlacks++] = value(argv, i);
	} else if (strcmp(arg, "--width") == 0) {
		o->width = (unsigned)strtoul(value(argv, i), NULL, 10);
	} else if (strcmp(arg, "--ascii") == 0) {
		o->ascii = true;
	} else if (strcmp(arg, "--colour") == 0) {
		o->colour = true;
	} else if (strcmp(arg, "--brief") == 0) {
		o->plan.brief = true;
	} else if (strcmp(arg, "--json") == 0) {
		o->json = true;
	} else {
		fprintf(stderr, "dryrun: what is %s?\n", arg);
		exit(2);
	}
}

int
main(int argc, char **argv)
{
	static struct options o;
	const char *file = NULL;

	o.width = 100;
	o.plan.assume = o.assume;
	o.plan.offers = o.offers;
	o.plan.from_offers = o.given;
	o.plan.yes_ids = o.ids;
	o.plan.host = (struct rb_plan_host){.ctx = &o,
	    .has_command = has_command,
	    .has_env = has_env,
	    .has_folder = has_folder,
	    .name = RB_STR("web-3"),
	    .user = RB_STR("app"),
	    .os = RB_STR("Linux")};
	for (int i = 1; i < argc; i++) {
		if (argv[i][0] != '-' && file == NULL)
			file = argv[i];
		else if (o.plan.noffers < WORDS_MAX && o.plan.nfrom_offers < WORDS_MAX &&
			 o.plan.nassume < WORDS_MAX && o.plan.nyes_ids < WORDS_MAX && o.nlacks < WORDS_MAX)
			take(&o, argv, &i);
	}
	return file != NULL ? plan(file, &o) : 2;
}
