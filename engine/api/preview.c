/* The dry run: a plan of this host, written as text. It has the layers that execute beside it only to ask
 * them what this host has; what could change anything stands in none of the calls made here. */
#include <limits.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "api/book.h"
#include "api/inputs.h"
#include "api/names.h"
#include "api/offers.h"
#include "exec/host.h"
#include "os/spawn.h"
#include "plan/layout.h"

struct preview {
	const struct rb_run_options *opt;
	struct rb_arena arena;
};

/* ---- what this host has ---- */

static bool
has_command(void *ctx, const char *name)
{
	const struct preview *v = ctx;
	char path[PATH_MAX];

	return rb_spawn_find(name, v->opt->environ_, NULL, path, sizeof(path)) == RB_SPAWN_OK;
}

static bool
has_env(void *ctx, struct rb_str name)
{
	const struct preview *v = ctx;

	for (size_t i = 0; v->opt->environ_[i] != NULL; i++) {
		if (strncmp(v->opt->environ_[i], name.p, name.n) == 0 && v->opt->environ_[i][name.n] == '=')
			return true;
	}
	return false;
}

static const char *
lacks_path(void *ctx, const struct rb_input *input, struct rb_str path)
{
	struct preview *v = ctx;

	return rb_input_lacks(&v->arena, input, path);
}

static struct rb_plan_host
host_of(struct preview *v)
{
	struct rb_plan_host host = {
	    .ctx = v, .has_command = has_command, .has_env = has_env, .lacks_path = lacks_path};
	struct utsname u;
	struct rb_buf b;

	rb_buf_init(&b, v->opt->alloc, RB_LINE_MAX);
	rb_host_name(&b);
	host.name = rb_arena_str(&v->arena, rb_buf_view(&b));
	rb_buf_clear(&b);
	rb_host_user(&b);
	host.user = rb_arena_str(&v->arena, rb_buf_view(&b));
	rb_buf_free(&b);
	if (uname(&u) == 0)
		host.os = rb_arena_str(&v->arena, rb_str_c(u.sysname));
	return host;
}

/* ---- the plan ---- */

static void
write_out(void *ctx, struct rb_str text)
{
	const struct preview *v = ctx;

	while (text.n > 0) {
		ssize_t n = write(v->opt->show_fd, text.p, text.n);

		if (n <= 0)
			return;
		text = rb_str_cut(text, (size_t)n, text.n);
	}
}

static int
tell(struct preview *v, const struct rb_program *program, const struct rb_plan_options *plan,
    struct rb_diags *diags)
{
	const struct rb_run_options *o = v->opt;
	struct rb_layout layout;
	struct rb_plan_sink sink;
	int r;

	rb_layout_init(&layout, o->alloc, write_out, v);
	layout.colour = o->colour;
	layout.ascii = o->ascii;
	if (o->width != NULL)
		layout.width = o->width(o->width_ctx);
	sink = rb_layout_sink(&layout);
	r = rb_plan_run(program, plan, &sink, diags);
	rb_layout_end(&layout);
	return r;
}

int
rb_run_preview(struct rb_book *book, const struct rb_run_options *options, struct rb_buf *problems)
{
	struct preview v = {.opt = options};
	const struct rb_unit *unit = book->program->main;
	struct rb_plan_options plan = {.alloc = options->alloc,
	    .from = options->from,
	    .assume = options->assume,
	    .nassume = options->nassume,
	    .yes = options->yes,
	    .yes_ids = options->yes_ids,
	    .nyes_ids = options->nyes_ids,
	    .wall = rb_clock_wall()};
	const struct rb_procedure *from;
	struct rb_offers offers;
	struct rb_diags diags;
	int r = -1;

	rb_arena_init(&v.arena, options->alloc);
	rb_diags_init(&diags, &v.arena);
	if (rb_names_from(book->program, options, &from, problems) == 0 &&
	    rb_names_yes(book->program, options, problems) == 0 &&
	    rb_offers_collect(&v.arena, &diags, unit, from, options, &offers) == 0) {
		plan.offers = offers.file;
		plan.noffers = offers.nfile;
		plan.host = host_of(&v);
		r = tell(&v, book->program, &plan, &diags);
	}
	if (diags.errors > 0)
		rb_diags_render(&diags, options->problems_colour, problems);
	rb_arena_free(&v.arena);
	return r;
}
