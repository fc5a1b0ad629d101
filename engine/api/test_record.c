/* A scenario from the record of a run, for `runbook test --record`. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
	/* Where the scenario will stand. */
	struct rb_str path, folder;      /* absolute; the folder ends with a slash */
	const struct rb_source *already; /* what stands there; NULL: nothing */
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

/* ---- where it will stand ---- */

static int
find_place(struct recording *r, const char *path, struct rb_buf *notes)
{
	struct rb_str given = rb_str_c(path != NULL ? path : "recorded" RB_SCENARIO_SUFFIX),
		      name = rb_str_file(given), folder = rb_str_folder(given), why = RB_STR("");
	char real[PATH_MAX];

	if (!rb_str_ends(name, RB_SCENARIO_SUFFIX)) {
		rb_buf_fmt(notes, "%s: the name of a scenario file ends with " RB_SCENARIO_SUFFIX "\n", path);
		return -1;
	}
	if (realpath(folder.n > 0 ? rb_arena_str(&r->arena, folder).p : ".", real) == NULL) {
		rb_buf_fmt(notes, "%.*s: %s\n", RB_STR_ARG(given), strerror(errno));
		return -1;
	}
	r->folder = rb_arena_fmt(&r->arena, "%s%s", real, strcmp(real, "/") == 0 ? "" : "/");
	r->path = rb_arena_fmt(&r->arena, "%.*s%.*s", RB_STR_ARG(r->folder), RB_STR_ARG(name));
	if (path == NULL || (access(r->path.p, F_OK) != 0 && errno == ENOENT))
		return 0;
	r->already = rb_source_load(&r->arena, r->path.p, &why);
	if (r->already == NULL)
		rb_buf_fmt(notes, "%s: %.*s\n", path, RB_STR_ARG(why));
	return r->already != NULL ? 0 : -1;
}

/* The runbook as `test` has it: relative to the folder, where it is in it; else its whole path. */
static struct rb_str
book_from_there(const struct recording *r)
{
	struct rb_str file = r->tape.file;

	return rb_str_starts(file, r->folder.p) ? rb_str_cut(file, r->folder.n, file.n) : file;
}

/* Plays what was written, as it will stand there. */
static int
try_out(struct recording *r, struct rb_buf *out, struct rb_buf *notes)
{
	struct rb_opener opener = rb_scenario_opener(&r->library);
	struct rb_str text = r->already == NULL
				 ? rb_buf_view(out)
				 : rb_arena_fmt(&r->arena, "%.*s%.*s", RB_STR_ARG(r->already->bytes),
				       RB_STR_ARG(rb_buf_view(out)));
	struct rb_source *src =
	    rb_source_new(&r->arena, r->already == NULL ? RB_STR("<recorded>") : rb_str_file(r->path), text);
	struct rb_play_options o = {.alloc = r->arena.alloc};
	struct rb_scenario_file *file;
	struct rb_played played;
	struct rb_diags diags;
	bool passed;

	src->path = r->path;
	rb_diags_init(&diags, &r->arena);
	file = rb_scenario_load(&r->arena, src, rb_kinds, &opener, &diags);
	if (file == NULL) {
		rb_buf_c(notes, r->already == NULL
				    ? "the scenario must be mended before it can be played:\n"
				    : "nothing is added: the file would not load with the scenario at its "
				      "end, where its `scenarios` are to stand:\n");
		tell(&diags, notes);
		if (r->already != NULL)
			rb_buf_clear(out);
		return r->already == NULL ? 1 : -1;
	}
	rb_scenario_play(file, file->n - 1, &o, &r->arena, &played);
	passed = played.verdict == RB_VERDICT_PASSED;
	if (passed) {
		rb_buf_c(notes, "the scenario plays by the same path to the same end\n");
	} else {
		rb_buf_c(notes, "the scenario does not pass as it is:\n");
		rb_report_findings(&played, 2, false, notes);
	}
	rb_scenario_free(file);
	return passed ? 0 : 1;
}

/* What is to be added to the file; or the whole of it. */
static int
write_scenario(struct recording *r, const char *name, struct rb_buf *out, struct rb_buf *notes)
{
	struct rb_str book = r->already == NULL ? book_from_there(r) : (struct rb_str){NULL, 0};

	if (r->already != NULL)
		rb_buf_c(out, rb_str_ends(r->already->bytes, "\n") ? "\n" : "\n\n");
	if (rb_tape_write(&r->tape, r->record.folder, name, book, out) == 0)
		return 0;
	rb_buf_clear(out);
	rb_buf_fmt(notes, "run %.*s gave more than the %d MiB that a scenario file may have\n",
	    RB_STR_ARG(r->tape.run), RB_SOURCE_MAX >> 20);
	return -1;
}

static int
record(struct recording *r, const char *run, const char *name, const char *path, struct rb_buf *out,
    struct rb_buf *notes)
{
	if (find_place(r, path, notes) != 0)
		return -1;
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
	if (write_scenario(r, name, out, notes) != 0)
		return -1;
	return try_out(r, out, notes);
}

int
rb_test_record(const char *run, const char *name, const char *path, struct rb_buf *out, struct rb_buf *notes)
{
	struct recording r = {.program = NULL};
	int result;

	rb_arena_init(&r.arena, out->alloc);
	rb_library_init(&r.library, &r.arena);
	result = record(&r, run, name, path, out, notes);
	if (r.program != NULL)
		rb_program_free(r.program);
	rb_arena_free(&r.arena);
	return result;
}
