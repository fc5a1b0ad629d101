/* The dry run: a plan of this host, written as text or as JSON lines. It has the layers that execute beside
 * it only to ask them what this host has; what could change anything stands in none of the calls made here.
 */
#include <errno.h>
#include <string.h>

#include "api/book.h"
#include "api/names.h"
#include "api/offers.h"
#include "api/outlook.h"
#include "base/write.h"
#include "plan/layout.h"
#include "plan/lines.h"

/* Where the text goes. */
struct output {
	int fd;
	int failed; /* errno of what it did not take; 0: nothing yet */
};

static void
write_out(void *ctx, struct rb_str text)
{
	struct output *out = ctx;

	if (out->failed == 0 && rb_write_all(out->fd, text) != 0)
		out->failed = errno;
}

static int
tell_people(const struct rb_run_options *o, const struct rb_program *program,
    const struct rb_plan_options *plan, struct output *out, struct rb_diags *diags)
{
	struct rb_layout layout;
	struct rb_plan_sink sink;
	int r;

	rb_layout_init(&layout, o->alloc, write_out, out);
	layout.colour = o->colour;
	layout.ascii = o->ascii;
	layout.brief = plan->brief;
	if (o->width != NULL)
		layout.width = o->width(o->width_ctx);
	sink = rb_layout_sink(&layout);
	r = rb_plan_run(program, plan, &sink, NULL, diags);
	rb_layout_end(&layout);
	return r;
}

static int
tell_machines(const struct rb_run_options *o, const struct rb_program *program,
    const struct rb_plan_options *plan, struct output *out, struct rb_diags *diags)
{
	struct rb_plan_lines lines;
	struct rb_plan_sink sink;
	struct rb_plan_sum sum;
	struct rb_arena arena;
	int r;

	rb_arena_init(&arena, o->alloc);
	memset(&sum, 0, sizeof(sum));
	sum.arena = &arena;
	rb_plan_lines_init(&lines, o->alloc, write_out, out);
	sink = rb_plan_lines_sink(&lines);
	r = rb_plan_run(program, plan, &sink, &sum, diags);
	if (r == 0)
		rb_plan_lines_sum(&lines, &sum);
	rb_plan_lines_end(&lines);
	rb_arena_free(&arena);
	return r;
}

int
rb_run_preview(struct rb_book *book, const struct rb_run_options *options, struct rb_buf *problems)
{
	const struct rb_unit *unit = book->program->main;
	struct rb_plan_options plan = {.alloc = options->alloc,
	    .from = options->from,
	    .assume = options->assume,
	    .nassume = options->nassume,
	    .brief = options->brief,
	    .yes = options->yes,
	    .yes_ids = options->yes_ids,
	    .nyes_ids = options->nyes_ids,
	    .wall = rb_clock_wall()};
	struct output out = {.fd = options->show_fd};
	const struct rb_procedure *from;
	struct rb_outlook look;
	struct rb_offers offers;
	struct rb_diags diags;
	int r = -1;

	rb_outlook_init(&look, options, &plan.host);
	rb_diags_init(&diags, &look.arena);
	if (rb_names_from(book->program, options, &from, problems) == 0 &&
	    rb_names_yes(book->program, options, problems) == 0 &&
	    rb_offers_collect(&look.arena, &diags, unit, from, options, &offers) == 0) {
		plan.offers = offers.file;
		plan.noffers = offers.nfile;
		plan.from_offers = offers.from;
		plan.nfrom_offers = offers.nfrom;
		r = options->show == RB_SHOW_JSON ? tell_machines(options, book->program, &plan, &out, &diags)
						  : tell_people(options, book->program, &plan, &out, &diags);
	}
	if (diags.errors > 0)
		rb_diags_render(&diags, options->problems_colour, problems);
	rb_outlook_free(&look);
	if (r != 0 || out.failed == 0)
		return r;
	errno = out.failed;
	return RB_UNWRITTEN;
}
