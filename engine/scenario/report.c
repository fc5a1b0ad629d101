/* Results for people. */
#include "scenario/report.h"

#include "base/escape.h"

enum { NAME_COLUMNS = 48, PERCENT = 100 };

static const char *const sgr[] = {"\033[32m", "\033[31m", "\033[2m", "\033[0m"};
enum ink { GOOD, BAD, DIM, PLAIN };

static void
ink(struct rb_buf *out, bool colour, enum ink which)
{
	if (colour)
		rb_buf_c(out, sgr[which]);
}

/* Lines that are safe to show, each with its indent. */
static void
put_lines(struct rb_str text, unsigned indent, struct rb_buf *out)
{
	size_t end;

	for (size_t at = 0; at < text.n; at = end + 1) {
		end = rb_str_find(text, RB_STR("\n"), at);
		end = end == SIZE_MAX ? text.n : end;
		if (end > at)
			rb_buf_pad(out, ' ', indent);
		rb_buf_str(out, rb_str_cut(text, at, end));
		rb_buf_char(out, '\n');
	}
}

static void
lines(struct rb_str text, unsigned indent, struct rb_buf *out)
{
	struct rb_buf safe;

	rb_buf_init(&safe, out->alloc, RB_REPORT_MAX);
	rb_escape(&safe, text, RB_ESCAPE_LINES);
	put_lines(rb_buf_view(&safe), indent, out);
	rb_buf_free(&safe);
}

static void
place(struct rb_span span, struct rb_buf *out)
{
	struct rb_pos pos;

	if (span.src == NULL)
		return;
	pos = rb_source_pos(span.src, span.from);
	rb_buf_fmt(out, "%.*s:%zu: ", RB_STR_ARG(span.src->name), pos.line);
}

/* "expected  …": what goes over several lines stands below its word. */
static void
side(const char *word, struct rb_str text, unsigned indent, struct rb_buf *out)
{
	if (text.n == 0)
		return;
	rb_buf_pad(out, ' ', indent);
	if (rb_str_find(text, RB_STR("\n"), 0) == SIZE_MAX) {
		rb_buf_fmt(out, "%-10s", word);
		rb_escape(out, text, 0);
		rb_buf_char(out, '\n');
		return;
	}
	rb_buf_fmt(out, "%s\n", word);
	lines(text, indent + 2, out);
}

static void
put_finding(const struct rb_finding *f, unsigned indent, struct rb_buf *out)
{
	rb_buf_pad(out, ' ', indent);
	place(f->span, out);
	rb_escape(out, f->what, 0);
	rb_buf_char(out, '\n');
	side("expected", f->expected, indent + 2, out);
	side("actual", f->actual, indent + 2, out);
	for (size_t i = 0; i < f->nlines; i++)
		lines(f->lines[i], indent + 2, out);
}

/* A result that was lacking or not used where the run went another way than was expected: no more than a
 * line, since it is not what is to be mended. */
static void
put_consequence(const struct rb_diag *d, unsigned indent, struct rb_buf *out)
{
	rb_buf_pad(out, ' ', indent);
	place(d->span, out);
	rb_escape(out, d->text, 0);
	rb_buf_char(out, '\n');
}

void
rb_report_findings(const struct rb_played *played, unsigned indent, bool colour, struct rb_buf *out)
{
	struct rb_buf text;

	for (size_t i = 0; i < played->nfindings; i++)
		put_finding(&played->findings[i], indent, out);
	rb_buf_init(&text, out->alloc, RB_REPORT_MAX);
	for (size_t i = 0; i < played->diags.len; i++) {
		const struct rb_diag *d = &played->diags.items[i];

		if (played->nfindings > 0) {
			put_consequence(d, indent, out);
			continue;
		}
		rb_buf_clear(&text);
		rb_diag_render(d, colour, &text);
		put_lines(rb_buf_view(&text), indent, out);
	}
	rb_buf_free(&text);
}

void
rb_report_first(const struct rb_played *played, struct rb_buf *out)
{
	if (played->nfindings > 0)
		rb_buf_str(out, played->findings[0].what);
	else if (played->diags.len > 0)
		rb_buf_str(out, played->diags.items[0].text);
}

void
rb_report_show_case(const struct rb_report_case *c, const struct rb_played *played, struct rb_report_ink how,
    struct rb_buf *out)
{
	static const char *const marks[][2] = {[RB_VERDICT_PASSED] = {"✓", "ok  "},
	    [RB_VERDICT_FAILED] = {"✗", "FAIL"},
	    [RB_VERDICT_ERROR] = {"!", "ERR "}};
	size_t width = rb_str_width(c->name);
	char took[RB_CLOCK_DURATION];

	rb_buf_c(out, "  ");
	ink(out, how.colour, c->verdict == RB_VERDICT_PASSED ? GOOD : BAD);
	rb_buf_c(out, marks[c->verdict][how.ascii]);
	ink(out, how.colour, PLAIN);
	rb_buf_char(out, ' ');
	rb_escape(out, c->name, how.ascii ? RB_ESCAPE_ASCII : 0);
	rb_buf_pad(out, ' ', width < NAME_COLUMNS ? NAME_COLUMNS - width : 1);
	ink(out, how.colour, DIM);
	/* Scenarios take microseconds, and 0ms would tell nothing. */
	if (c->took < 10 * RB_MS)
		rb_buf_fmt(out, "%lld.%lldms", (long long)(c->took / RB_MS),
		    (long long)(c->took / (RB_MS / 10) % 10));
	else
		rb_buf_c(out, rb_clock_human(c->took, took));
	ink(out, how.colour, PLAIN);
	rb_buf_char(out, '\n');
	rb_report_findings(played, 4, how.colour, out);
}

/* ---- coverage ---- */

int64_t
rb_report_percent(const struct rb_cover_sum *sum)
{
	return sum->ways > 0 ? (int64_t)(sum->ways_taken * PERCENT / sum->ways) : PERCENT;
}

bool
rb_report_enough(const struct rb_report_file *f)
{
	return !f->covered || f->least < 0 || rb_report_percent(&f->sum) >= f->least;
}

static const char *
dot(struct rb_report_ink how)
{
	return how.ascii ? " - " : " · ";
}

static void
put_sum(const struct rb_cover_sum *sum, struct rb_report_ink how, struct rb_buf *out)
{
	rb_buf_fmt(out, "steps %zu/%zu%sedges %zu/%zu", sum->steps_done, sum->steps, dot(how),
	    sum->ways_taken, sum->ways);
}

static void
put_names(const char *heading, const struct rb_str *names, size_t n, struct rb_buf *out)
{
	for (size_t i = 0; i < n; i++) {
		rb_buf_fmt(out, "%s%s", i == 0 ? "    " : ", ", i == 0 ? heading : "");
		rb_escape(out, names[i], 0);
	}
	if (n > 0)
		rb_buf_char(out, '\n');
}

void
rb_report_show_coverage(const struct rb_report_file *f, struct rb_report_ink how, struct rb_buf *out)
{
	if (!f->covered)
		return;
	rb_buf_c(out, "  ");
	put_sum(&f->sum, how, out);
	if (!rb_report_enough(f))
		rb_buf_fmt(out, ": %lld %% of the edges are less than the %lld %% that --coverage asks for",
		    (long long)rb_report_percent(&f->sum), (long long)f->least);
	rb_buf_char(out, '\n');
	for (size_t i = 0; i < f->ngaps; i++) {
		rb_buf_c(out, "    ");
		place(f->gaps[i].span, out);
		rb_escape(out, f->gaps[i].text, 0);
		rb_buf_char(out, '\n');
	}
	put_names("never performed: ", f->undone, f->nundone, out);
	put_names("never entered, their results given whole: ", f->unentered, f->nunentered, out);
}

void
rb_report_show_total(
    const struct rb_report_total *t, int64_t took, struct rb_report_ink how, struct rb_buf *out)
{
	char time[RB_CLOCK_DURATION];
	bool good = t->failed + t->errors + t->broken + t->thin == 0;

	ink(out, how.colour, good ? GOOD : BAD);
	rb_buf_fmt(out, "%zu passed, %zu failed, %zu error%s", t->passed, t->failed, t->errors,
	    t->errors == 1 ? "" : "s");
	ink(out, how.colour, PLAIN);
	if (t->broken > 0)
		rb_buf_fmt(out, ", %zu file%s not loaded", t->broken, t->broken == 1 ? "" : "s");
	if (t->covered) {
		rb_buf_c(out, dot(how));
		put_sum(&t->sum, how, out);
	}
	rb_buf_fmt(out, "%s%s\n", dot(how), rb_clock_human(took, time));
}
