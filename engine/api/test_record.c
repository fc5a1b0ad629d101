/* A scenario from the record of a run, for `runbook test --record`. */
#include <string.h>

#include "api/book.h"
#include "api/scenarios.h"
#include "api/tape.h"
#include "kinds/kinds.h"
#include "scenario/report.h"

struct recording {
	struct rb_arena arena;
	struct rb_library library;
	struct rb_record record;
	struct rb_tape tape;
	struct rb_program *program;
};

static void
tell(struct rb_diags *diags, struct rb_buf *notes)
{
	if (notes->len > 0 && notes->p[notes->len - 1] != '\n')
		rb_buf_char(notes, '\n');
	rb_diags_render(diags, false, notes);
}

/* What the file says now is what the scenario is about; where the run had another one, that is told. */
static void
compare_source(struct recording *r, const struct rb_source *now, struct rb_buf *notes)
{
	const struct rb_source *then;
	struct rb_str why;

	if (r->tape.source.n == 0 || rb_str_find(r->tape.source, RB_STR("/"), 0) != SIZE_MAX)
		return;
	then = rb_source_load(&r->arena,
	    rb_arena_fmt(&r->arena, "%.*s/%.*s", RB_STR_ARG(r->record.folder), RB_STR_ARG(r->tape.source)).p,
	    &why);
	/* The copy is masked: of one with a mask in it nobody knows. */
	if (then == NULL || rb_str_eq(then->bytes, now->bytes) ||
	    rb_str_find(then->bytes, RB_STR(RB_MASK), 0) != SIZE_MAX)
		return;
	rb_buf_fmt(notes, "%.*s has changed since that run\n", RB_STR_ARG(now->name));
}

/* The runbook of the run, from where it was then. */
static int
load_runbook(struct recording *r, struct rb_buf *notes)
{
	struct rb_opener opener = rb_library_opener(&r->library);
	const struct rb_source *src;
	struct rb_diags diags;
	struct rb_str why;

	src = rb_library_main(&r->library, &r->arena, r->tape.file.p, &why);
	if (src == NULL) {
		rb_buf_fmt(notes, "the runbook of run %.*s cannot be had: %.*s: %.*s\n",
		    RB_STR_ARG(r->tape.run), RB_STR_ARG(r->tape.file), RB_STR_ARG(why));
		return -1;
	}
	compare_source(r, src, notes);
	rb_diags_init(&diags, &r->arena);
	r->program = rb_program_load(&r->arena, src, rb_kinds, &opener, &diags);
	if (r->program == NULL) {
		tell(&diags, notes);
		return -1;
	}
	r->tape.program = r->program;
	if (r->tape.from_name.n == 0)
		return 0;
	r->tape.from = rb_unit_proc(r->program->main, r->tape.from_name);
	if (r->tape.from != NULL)
		return 0;
	rb_buf_fmt(notes, "%.*s has no procedure `%.*s` any more, at which that run started\n",
	    RB_STR_ARG(r->tape.file), RB_STR_ARG(r->tape.from_name));
	return -1;
}

static struct rb_str
file_name(struct rb_str path)
{
	size_t slash = path.n;

	while (slash > 0 && path.p[slash - 1] != '/')
		slash--;
	return rb_str_cut(path, slash, path.n);
}

/* Plays what was written, as it will be when it stands beside its runbook. */
static int
try_out(struct recording *r, const struct rb_buf *text, struct rb_buf *notes)
{
	struct rb_opener opener = rb_scenario_opener(&r->library);
	struct rb_str folder = rb_str_cut(r->tape.file, 0, r->tape.file.n - file_name(r->tape.file).n);
	struct rb_source *src = rb_source_new(&r->arena, RB_STR("<recorded>"), rb_buf_view(text));
	struct rb_play_options o = {.alloc = r->arena.alloc};
	struct rb_scenario_file *file;
	struct rb_played played;
	struct rb_diags diags;
	bool passed;

	src->path = rb_arena_fmt(&r->arena, "%.*srecorded%s", RB_STR_ARG(folder), RB_SCENARIO_SUFFIX);
	rb_diags_init(&diags, &r->arena);
	file = rb_scenario_load(&r->arena, src, rb_kinds, &opener, &diags);
	if (file == NULL) {
		rb_buf_c(notes, "the scenario must be mended before it can be played:\n");
		tell(&diags, notes);
		return 1;
	}
	rb_scenario_play(file, 0, &o, &r->arena, &played);
	passed = played.verdict == RB_VERDICT_PASSED;
	if (!passed) {
		rb_buf_c(notes, "the scenario does not pass as it is:\n");
		rb_report_findings(&played, 2, false, notes);
	}
	rb_scenario_free(file);
	return passed ? 0 : 1;
}

static int
record(struct recording *r, const char *run, const char *name, struct rb_buf *out, struct rb_buf *notes)
{
	if (rb_record_find(&r->arena, run, &r->record, notes) != 0 ||
	    rb_tape_head(&r->tape, &r->arena, &r->record, notes) != 0) {
		rb_buf_char(notes, '\n');
		return -1;
	}
	if (!rb_str_is(r->tape.mode, "run")) {
		rb_buf_fmt(notes,
		    "run %.*s was a %.*s: only a run went all of its way, so only of one a scenario can be "
		    "made\n",
		    RB_STR_ARG(r->tape.run), RB_STR_ARG(r->tape.mode));
		return -1;
	}
	if (load_runbook(r, notes) != 0)
		return -1;
	if (rb_tape_read(&r->tape, &r->record, notes) != 0) {
		rb_buf_char(notes, '\n');
		return -1;
	}
	if (r->tape.results.len + r->tape.answers.len == 0 && rb_str_is(r->tape.outcome, "environment")) {
		rb_buf_fmt(notes,
		    "run %.*s ended before its first step, by what the host lacked: there is nothing in it "
		    "to "
		    "record\n",
		    RB_STR_ARG(r->tape.run));
		return -1;
	}
	if (r->tape.unknown.n > 0)
		rb_buf_fmt(notes, "the step %.*s of that run is not in the runbook any more, and left out\n",
		    RB_STR_ARG(r->tape.unknown));
	rb_tape_write(&r->tape, r->record.folder, name, file_name(r->tape.file), out);
	return try_out(r, out, notes);
}

int
rb_test_record(const char *run, const char *name, struct rb_buf *out, struct rb_buf *notes)
{
	struct recording r = {.program = NULL};
	int result;

	rb_arena_init(&r.arena, out->alloc);
	rb_library_init(&r.library, &r.arena);
	result = record(&r, run, name, out, notes);
	if (r.program != NULL)
		rb_program_free(r.program);
	rb_arena_free(&r.arena);
	return result;
}
