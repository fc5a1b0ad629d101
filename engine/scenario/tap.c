/* Results as TAP (testanything.org, version 13), for harnesses. */
#include "base/escape.h"
#include "scenario/report.h"

/* In a description "#" begins a directive, and what is no word of one is not to become one: both it and the
 * backslash, which says so, stand behind one. */
static void
describe(struct rb_str s, struct rb_buf *out)
{
	struct rb_buf safe;

	rb_buf_init(&safe, out->alloc, RB_REPORT_MAX);
	rb_escape(&safe, s, 0);
	for (size_t i = 0; i < safe.len; i++) {
		if (safe.p[i] == '#' || safe.p[i] == '\\')
			rb_buf_char(out, '\\');
		rb_buf_char(out, safe.p[i]);
	}
	rb_buf_free(&safe);
}

static void
result(bool ok, size_t number, struct rb_str path, struct rb_str name, struct rb_buf *out)
{
	rb_buf_fmt(out, "%sok %zu - ", ok ? "" : "not ", number);
	describe(path, out);
	rb_buf_c(out, ": ");
	describe(name, out);
	rb_buf_char(out, '\n');
}

static void
comment(struct rb_str text, struct rb_buf *out)
{
	size_t end;

	for (size_t at = 0; at < text.n; at = end + 1) {
		end = rb_str_find(text, RB_STR("\n"), at);
		end = end == SIZE_MAX ? text.n : end;
		rb_buf_c(out, "# ");
		rb_buf_str(out, rb_str_cut(text, at, end));
		rb_buf_char(out, '\n');
	}
}

void
rb_tap_case(size_t number, const struct rb_report_file *f, const struct rb_report_case *c, struct rb_buf *out)
{
	result(c->verdict == RB_VERDICT_PASSED, number, f->path, c->name, out);
	comment(c->text, out);
}

void
rb_tap_broken(size_t number, const struct rb_report_file *f, struct rb_buf *out)
{
	result(false, number, f->path, RB_STR("can be loaded"), out);
	comment(f->problems, out);
}

void
rb_tap_coverage(size_t number, const struct rb_report_file *f, struct rb_buf *out)
{
	struct rb_buf text, name;

	rb_buf_init(&text, out->alloc, RB_REPORT_MAX);
	rb_buf_init(&name, out->alloc, RB_LINE_MAX);
	rb_buf_fmt(&name, "coverage of %lld %% of the edges", (long long)f->least);
	result(rb_report_enough(f), number, f->path, rb_buf_view(&name), out);
	rb_report_show_coverage(f, (struct rb_report_ink){false, false}, &text);
	comment(rb_buf_view(&text), out);
	rb_buf_free(&name);
	rb_buf_free(&text);
}

void
rb_tap_begin(struct rb_buf *out)
{
	rb_buf_c(out, "TAP version 13\n");
}

void
rb_tap_plan(size_t tests, struct rb_buf *out)
{
	rb_buf_fmt(out, "1..%zu\n", tests);
}
