/* Tests of runbooks: loads scenario files, plays their scenarios, and tells of the results. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "api/book.h"
#include "api/scenarios.h"
#include "api/test_files.h"
#include "base/write.h"
#include "kinds/kinds.h"
#include "scenario/report.h"
#include "view/view.h"

enum { NAMES_SHOWN = 10 }; /* where none has the name that was asked for */

struct tester {
	const struct rb_test_options *opt;
	struct rb_arena arena; /* of all files, and of what the reports keep */
	struct rb_arena play;  /* of the scenario at hand */
	struct rb_library library;
	struct rb_test_files found;
	struct rb_report_file *files;
	struct rb_scenario_file **loaded;
	size_t nfiles;
	size_t number; /* of TAP */
	struct rb_report_total total;
	struct rb_buf out; /* on its way to show_fd */
	int unwritten;     /* errno where that did not take it; 0: it did */
};

/* ---- files ---- */

/* A procedure is that of the file beside its scenarios, where they have its name: net/wait.test.yaml tests
 * net/wait.yaml, wherever that library stands, and not what the program has of it. */
static const struct rb_source *
open_beside(void *ctx, struct rb_arena *arena, bool library, struct rb_str name, const struct rb_source *from,
    struct rb_str *why)
{
	struct rb_opener opener = rb_library_opener(ctx);
	size_t suffix = strlen(RB_SCENARIO_SUFFIX), stem = from->path.n - suffix, dot = 0;
	const struct rb_source *src;

	if (!library || !rb_str_ends(from->path, RB_SCENARIO_SUFFIX) || stem <= name.n)
		return opener.open(opener.ctx, arena, library, name, from, why);
	for (size_t i = 0; i < name.n; i++) {
		char c = from->path.p[stem - name.n + i];

		if (name.p[i] == '.')
			dot = i + 1;
		if (c != (name.p[i] == '.' ? '/' : name.p[i]))
			return opener.open(opener.ctx, arena, library, name, from, why);
	}
	src = opener.open(opener.ctx, arena, false,
	    rb_arena_fmt(arena, "%.*s.yaml", RB_STR_ARG(rb_str_cut(name, dot, name.n))), from, why);
	return src != NULL ? src : opener.open(opener.ctx, arena, library, name, from, why);
}

struct rb_opener
rb_scenario_opener(struct rb_library *library)
{
	return (struct rb_opener){library, open_beside};
}

static void
flush(struct tester *t)
{
	struct rb_buf laid;

	if (t->opt->layout != NULL && !t->opt->tap) {
		rb_buf_init(&laid, t->opt->alloc, RB_REPORT_MAX);
		t->opt->layout(rb_buf_view(&t->out), &laid);
		rb_buf_clear(&t->out);
		rb_buf_str(&t->out, rb_buf_view(&laid));
		rb_buf_free(&laid);
	}
	if (t->unwritten == 0 && rb_write_all(t->opt->show_fd, rb_buf_view(&t->out)) != 0)
		t->unwritten = errno;
	rb_buf_clear(&t->out);
}

static void
flush_said(void *ctx)
{
	flush(ctx);
}

static struct rb_report_ink
ink_of(const struct tester *t)
{
	return (struct rb_report_ink){t->opt->colour, t->opt->ascii};
}

/* ---- one scenario ---- */

/* Which of a file's scenarios are played: with `only` the one of that name, else all that have it in theirs.
 * False: none. */
static bool
choose(const struct tester *t, const struct rb_scenario_file *file, bool *wanted)
{
	struct rb_str only = t->opt->only != NULL ? rb_str_c(t->opt->only) : RB_STR("");
	bool named = false, any = false;

	for (size_t i = 0; i < file->n; i++)
		named = named || rb_str_eq(file->items[i].name, only);
	for (size_t i = 0; i < file->n; i++)
		wanted[i] = named ? rb_str_eq(file->items[i].name, only)
				  : rb_str_find(file->items[i].name, only, 0) != SIZE_MAX;
	for (size_t i = 0; i < file->n; i++)
		any = any || wanted[i];
	return any;
}

static void
play(struct tester *t, const struct rb_scenario_file *file, size_t i, struct rb_cover *cover,
    struct rb_played *played)
{
	const struct rb_view_options how = {.alloc = t->opt->alloc,
	    .form = RB_VIEW_PLAIN,
	    .fd = t->opt->show_fd,
	    .colour = t->opt->colour,
	    .ascii = t->opt->ascii,
	    .width = t->opt->width,
	    .width_ctx = t->opt->width_ctx,
	    .replay = true,
	    .command = "runbook"};
	struct rb_view *view = NULL;
	const struct rb_sink *sinks[3] = {rb_cover_sink(cover)};
	struct rb_play_options o = {.alloc = t->opt->alloc, .nsinks = 1, .sinks = sinks};

	rb_cover_begin(cover, file->items[i].from);
	if (t->opt->verbose) {
		flush(t);
		sinks[o.nsinks++] = rb_said_sink(rb_said_new(&t->play, ink_of(t), &t->out, flush_said, t));
		view = rb_view_new(&how);
		sinks[o.nsinks++] = rb_view_sink(view);
	}
	rb_scenario_play(file, i, &o, &t->play, played);
	rb_cover_calls(cover, played);
	if (view != NULL && t->unwritten == 0)
		t->unwritten = rb_view_error(view);
	rb_view_free(view);
}

static void
count(struct rb_report_total *total, enum rb_verdict verdict)
{
	size_t *counters[] = {[RB_VERDICT_PASSED] = &total->passed,
	    [RB_VERDICT_FAILED] = &total->failed,
	    [RB_VERDICT_ERROR] = &total->errors};

	(*counters[verdict])++;
}

static void
run_case(struct tester *t, struct rb_report_file *f, const struct rb_scenario_file *file, size_t i,
    struct rb_cover *cover)
{
	struct rb_report_case *c = &f->cases[f->ncases++];
	int64_t begun = rb_clock_mono();
	struct rb_played played;
	struct rb_buf text;

	play(t, file, i, cover, &played);
	c->name = file->items[i].name;
	c->took = rb_clock_mono() - begun;
	/* Where it went another way than was expected, what it lacked on that is not the trouble. */
	c->verdict = played.nfindings > 0 ? RB_VERDICT_FAILED : played.verdict;
	if (c->verdict != RB_VERDICT_PASSED) {
		rb_buf_init(&text, t->opt->alloc, RB_REPORT_MAX);
		rb_report_first(&played, &text);
		c->first = rb_arena_str(&t->arena, rb_buf_view(&text));
		rb_buf_clear(&text);
		rb_report_findings(&played, 0, false, &text);
		c->text = rb_arena_str(&t->arena, rb_buf_view(&text));
		rb_buf_free(&text);
	}
	count(&t->total, c->verdict);
	if (t->opt->tap)
		rb_tap_case(++t->number, f, c, &t->out);
	else
		rb_report_show_case(c, &played, ink_of(t), &t->out);
	flush(t);
	rb_arena_clear(&t->play);
}

/* ---- one file ---- */

static void
tell_broken(struct tester *t, struct rb_report_file *f, struct rb_diags *diags)
{
	struct rb_buf text;

	rb_buf_init(&text, t->opt->alloc, RB_REPORT_MAX);
	rb_diags_render(diags, false, &text);
	f->problems = rb_arena_str(&t->arena, rb_buf_view(&text));
	rb_buf_free(&text);
	t->total.broken++;
	if (t->opt->tap)
		rb_tap_broken(++t->number, f, &t->out);
	else
		rb_diags_render(diags, t->opt->colour, &t->out);
	flush(t);
}

static void
tell_coverage(struct tester *t, struct rb_report_file *f, const struct rb_cover *cover)
{
	struct rb_cover_gap *gaps;
	struct rb_str *undone, *unentered;

	/* Some of the scenarios say nothing of what all of them cover. */
	f->covered = t->opt->only == NULL;
	f->least = t->opt->coverage;
	if (!f->covered)
		return;
	rb_cover_count(cover, &f->sum);
	rb_cover_gaps(cover, &t->arena, &gaps, &f->ngaps);
	rb_cover_undone(cover, &t->arena, &undone, &f->nundone);
	rb_cover_unentered(cover, &t->arena, &unentered, &f->nunentered);
	f->gaps = gaps;
	f->undone = undone;
	f->unentered = unentered;
	t->total.covered = true;
	t->total.sum.steps += f->sum.steps;
	t->total.sum.steps_done += f->sum.steps_done;
	t->total.sum.ways += f->sum.ways;
	t->total.sum.ways_taken += f->sum.ways_taken;
	t->total.thin += !rb_report_enough(f);
	if (!t->opt->tap)
		rb_report_show_coverage(f, ink_of(t), &t->out);
	else if (f->least >= 0)
		rb_tap_coverage(++t->number, f, &t->out);
	flush(t);
}

static struct rb_scenario_file *
load(struct rb_library *library, struct rb_arena *arena, const char *path, struct rb_diags *diags)
{
	struct rb_opener opener = rb_scenario_opener(library);
	const struct rb_source *src;
	struct rb_str why;

	rb_diags_init(diags, arena);
	src = rb_library_main(library, arena, path, &why);
	if (src == NULL) {
		rb_diag_add(
		    diags, RB_E_FILE, (struct rb_span){NULL, 0, 0}, "%s: %.*s", path, RB_STR_ARG(why));
		return NULL;
	}
	return rb_scenario_load(arena, src, rb_kinds, &opener, diags);
}

static void
run_file(struct tester *t, const char *path)
{
	struct rb_report_file *f = &t->files[t->nfiles];
	struct rb_scenario_file *file;
	struct rb_cover *cover;
	struct rb_diags diags;
	bool *wanted;

	f->path = rb_str_c(path);
	f->least = -1;
	file = load(&t->library, &t->arena, path, &diags);
	t->loaded[t->nfiles++] = file;
	wanted = RB_ARRAY(&t->arena, bool, file != NULL ? file->n : 0);
	if (file != NULL && !choose(t, file, wanted))
		return;
	if (!t->opt->tap)
		rb_buf_fmt(&t->out, "%s\n", path);
	if (file == NULL) {
		tell_broken(t, f, &diags);
		return;
	}
	if (diags.len > 0 && !t->opt->tap)
		rb_diags_render(&diags, t->opt->colour, &t->out);
	cover = rb_cover_new(&t->arena, file->program);
	f->cases = RB_ARRAY(&t->arena, struct rb_report_case, file->n);
	for (size_t i = 0; i < file->n; i++) {
		if (wanted[i])
			run_case(t, f, file, i, cover);
	}
	tell_coverage(t, f, cover);
}

/* ---- all of them ---- */

static int
find(struct tester *t, struct rb_buf *problems)
{
	const struct rb_test_options *o = t->opt;
	int r = 0;

	for (size_t i = 0; i < o->npaths && r == 0; i++)
		r = rb_test_files_add(&t->found, o->paths[i], problems);
	if (o->npaths == 0)
		r = rb_test_files_add(&t->found, ".", problems);
	if (r == 0 && t->found.n == 0) {
		rb_buf_fmt(problems, "there are no scenario files (*%s) here", RB_SCENARIO_SUFFIX);
		r = -1;
	}
	if (r != 0)
		rb_buf_char(problems, '\n');
	return r;
}

static int
write_junit(struct tester *t, struct rb_buf *problems)
{
	const char *path = t->opt->junit;
	/* A named pipe is opened where somebody reads it, and refused where nobody does: none is waited for.
	 */
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NONBLOCK, 0666), r = 0, flags;
	struct rb_buf xml;

	rb_buf_init(&xml, t->opt->alloc, RB_REPORT_MAX);
	rb_junit(t->files, t->nfiles, &xml);
	if (fd >= 0) {
		flags = fcntl(fd, F_GETFL);
		r = flags < 0 || fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) < 0
			? -1
			: rb_write_all(fd, rb_buf_view(&xml));
	}
	if (fd < 0 || close(fd) != 0)
		r = -1;
	if (r != 0)
		rb_buf_fmt(problems, "the report cannot be written to %s: %s\n", path,
		    fd < 0 && errno == ENXIO ? "nobody reads from that pipe" : strerror(errno));
	rb_buf_free(&xml);
	return r;
}

static int
exit_code(const struct rb_report_total *t)
{
	if (t->broken > 0)
		return RB_EXIT_USAGE;
	if (t->failed > 0)
		return RB_EXIT_FAILED;
	if (t->errors > 0)
		return RB_EXIT_USAGE;
	return t->thin > 0 ? RB_EXIT_FAILED : RB_EXIT_RESOLVED;
}

static void
none_chosen(const struct tester *t, struct rb_buf *problems)
{
	size_t n = 0;

	rb_buf_fmt(problems, "no scenario has `%s` in its name; there %s", t->opt->only,
	    t->nfiles == 1 && t->loaded[0]->n == 1 ? "is" : "are");
	for (size_t i = 0; i < t->nfiles; i++) {
		for (size_t k = 0; k < t->loaded[i]->n; k++, n++) {
			if (n < NAMES_SHOWN)
				rb_buf_fmt(problems, "%s `%.*s`", n > 0 ? "," : "",
				    RB_STR_ARG(t->loaded[i]->items[k].name));
		}
	}
	if (n > NAMES_SHOWN)
		rb_buf_fmt(problems, ", and %zu more", n - NAMES_SHOWN);
	rb_buf_char(problems, '\n');
}

static int
run_all(struct tester *t, struct rb_test_result *result, struct rb_buf *problems)
{
	int64_t begun = rb_clock_mono();
	size_t n;

	if (t->opt->tap)
		rb_tap_begin(&t->out);
	t->files = RB_ARRAY(&t->arena, struct rb_report_file, t->found.n);
	t->loaded = RB_ARRAY(&t->arena, struct rb_scenario_file *, t->found.n);
	for (size_t i = 0; i < t->found.n; i++)
		run_file(t, t->found.paths[i]);
	n = t->total.passed + t->total.failed + t->total.errors;
	if (t->opt->tap)
		rb_tap_plan(t->number, &t->out);
	else
		rb_report_show_total(&t->total, rb_clock_mono() - begun, ink_of(t), &t->out);
	flush(t);
	*result = (struct rb_test_result){.passed = t->total.passed,
	    .failed = t->total.failed,
	    .errors = t->total.errors,
	    .broken = t->total.broken,
	    .exit = exit_code(&t->total)};
	if (t->opt->junit != NULL && write_junit(t, problems) != 0)
		return -1;
	if (n + t->total.broken == 0 && t->opt->only != NULL) {
		none_chosen(t, problems);
		return -1;
	}
	return 0;
}

int
rb_test_run(const struct rb_test_options *options, struct rb_test_result *result, struct rb_buf *problems)
{
	struct tester t = {.opt = options};
	int r;

	memset(result, 0, sizeof(*result));
	result->exit = RB_EXIT_USAGE;
	rb_arena_init(&t.arena, options->alloc);
	rb_arena_init(&t.play, options->alloc);
	rb_buf_init(&t.out, options->alloc, RB_REPORT_MAX);
	rb_library_init(&t.library, &t.arena);
	t.found.arena = &t.arena;
	r = find(&t, problems);
	if (r == 0)
		r = run_all(&t, result, problems);
	if (r != 0)
		result->exit = RB_EXIT_USAGE;
	for (size_t i = 0; i < t.nfiles; i++)
		rb_scenario_free(t.loaded[i]);
	rb_buf_free(&t.out);
	rb_arena_free(&t.play);
	rb_arena_free(&t.arena);
	if (r != 0 || t.unwritten == 0)
		return r;
	errno = t.unwritten;
	return RB_UNWRITTEN;
}

bool
rb_test_is_file(const char *path)
{
	return rb_str_ends(rb_str_c(path), RB_SCENARIO_SUFFIX);
}

int64_t
rb_test_check(const char *path, bool json, bool colour, size_t *warnings, struct rb_buf *out)
{
	struct rb_scenario_file *file;
	struct rb_library library;
	struct rb_arena arena;
	struct rb_diags diags;
	int64_t n;

	rb_arena_init(&arena, out->alloc);
	rb_library_init(&library, &arena);
	file = load(&library, &arena, path, &diags);
	n = file != NULL ? (int64_t)file->n : -1;
	if (json)
		rb_diags_json(&diags, out);
	else if (diags.len > 0)
		rb_diags_render(&diags, colour, out);
	*warnings = diags.warnings;
	rb_scenario_free(file);
	rb_arena_free(&arena);
	return n;
}
