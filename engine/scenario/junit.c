/* Results as the XML that JUnit's reports have, which CI systems read: there is no standard, so only what all
 * of them know is written. */
#include <string.h>

#include "scenario/report.h"

/* Characters that XML 1.0 has no way to write (2.2) become U+FFFD. */
static bool
is_char(uint32_t cp)
{
	return cp == '\t' || cp == '\n' || cp == '\r' || (cp >= 0x20 && cp != 0xfffe && cp != 0xffff);
}

static void
put_text(struct rb_str s, bool attribute, struct rb_buf *out)
{
	static const struct {
		char c;
		const char *entity;
		bool attribute; /* needed there only */
	} entities[] = {{'&', "&amp;", false}, {'<', "&lt;", false}, {'>', "&gt;", false},
	    {'"', "&quot;", true}, {'\n', "&#10;", true}, {'\t', "&#9;", true}, {'\r', "&#13;", false}};
	size_t len;

	for (size_t i = 0; i < s.n; i += len) {
		const char *entity = NULL;
		uint32_t cp = 0;

		len = rb_utf8_next(s.p + i, s.n - i, &cp);
		if (len == 0 || !is_char(cp)) {
			len = len > 0 ? len : 1;
			rb_buf_c(out, "\xef\xbf\xbd");
			continue;
		}
		for (size_t e = 0; len == 1 && e < sizeof(entities) / sizeof(entities[0]); e++) {
			if (entities[e].c == s.p[i] && (attribute || !entities[e].attribute))
				entity = entities[e].entity;
		}
		if (entity != NULL)
			rb_buf_c(out, entity);
		else
			rb_buf_add(out, s.p + i, len);
	}
}

static void
attribute(const char *name, struct rb_str value, struct rb_buf *out)
{
	rb_buf_fmt(out, " %s=\"", name);
	put_text(value, true, out);
	rb_buf_char(out, '"');
}

static void
count(const char *name, size_t n, struct rb_buf *out)
{
	rb_buf_fmt(out, " %s=\"%zu\"", name, n);
}

/* In seconds, to the microsecond. */
static void
seconds(int64_t ns, struct rb_buf *out)
{
	rb_buf_fmt(
	    out, " time=\"%lld.%06lld\"", (long long)(ns / RB_SECOND), (long long)(ns % RB_SECOND / RB_US));
}

static void
put_bad(const char *element, struct rb_str first, struct rb_str text, struct rb_buf *out)
{
	rb_buf_fmt(out, "      <%s", element);
	attribute("message", first, out);
	attribute("type", rb_str_c(element), out);
	rb_buf_char(out, '>');
	put_text(text, false, out);
	rb_buf_fmt(out, "</%s>\n", element);
}

static void
open_case(struct rb_str file, struct rb_str name, int64_t took, struct rb_buf *out)
{
	size_t end = rb_str_ends(file, RB_SCENARIO_SUFFIX) ? file.n - strlen(RB_SCENARIO_SUFFIX) : file.n;

	rb_buf_c(out, "    <testcase");
	/* Some take what stands behind the last dot for the class, and the rest for its package. */
	attribute("classname", rb_str_cut(file, 0, end), out);
	attribute("name", name, out);
	attribute("file", file, out);
	seconds(took, out);
}

static void
put_case(struct rb_str file, const struct rb_report_case *c, struct rb_buf *out)
{
	open_case(file, c->name, c->took, out);
	if (c->verdict == RB_VERDICT_PASSED) {
		rb_buf_c(out, "/>\n");
		return;
	}
	rb_buf_c(out, ">\n");
	put_bad(c->verdict == RB_VERDICT_FAILED ? "failure" : "error", c->first, c->text, out);
	rb_buf_c(out, "    </testcase>\n");
}

struct tally {
	size_t tests, failures, errors;
	int64_t took;
};

static struct tally
tally_of(const struct rb_report_file *f)
{
	struct tally t = {f->ncases, 0, 0, 0};

	for (size_t i = 0; i < f->ncases; i++) {
		t.failures += f->cases[i].verdict == RB_VERDICT_FAILED;
		t.errors += f->cases[i].verdict == RB_VERDICT_ERROR;
		t.took += f->cases[i].took;
	}
	if (f->problems.n > 0) {
		t.tests++;
		t.errors++;
	}
	if (!rb_report_enough(f)) {
		t.tests++;
		t.failures++;
	}
	return t;
}

static void
counts(const struct tally *t, struct rb_buf *out)
{
	count("tests", t->tests, out);
	count("failures", t->failures, out);
	count("errors", t->errors, out);
	seconds(t->took, out);
}

static void
put_file(const struct rb_report_file *f, struct rb_buf *out)
{
	struct tally t = tally_of(f);
	struct rb_buf text;

	rb_buf_c(out, "  <testsuite");
	attribute("name", f->path, out);
	counts(&t, out);
	count("skipped", 0, out);
	rb_buf_c(out, ">\n");
	for (size_t i = 0; i < f->ncases; i++)
		put_case(f->path, &f->cases[i], out);
	if (f->problems.n > 0) {
		open_case(f->path, RB_STR("can be loaded"), 0, out);
		rb_buf_c(out, ">\n");
		put_bad(
		    "error", RB_STR("the file, or the runbook that it tests, has errors"), f->problems, out);
		rb_buf_c(out, "    </testcase>\n");
	}
	if (!rb_report_enough(f)) {
		rb_buf_init(&text, out->alloc, RB_REPORT_MAX);
		rb_report_show_coverage(f, (struct rb_report_ink){false, false}, &text);
		open_case(f->path, RB_STR("coverage"), 0, out);
		rb_buf_c(out, ">\n");
		put_bad("failure", RB_STR("the scenarios take fewer of the edges than was asked for"),
		    rb_buf_view(&text), out);
		rb_buf_c(out, "    </testcase>\n");
		rb_buf_free(&text);
	}
	rb_buf_c(out, "  </testsuite>\n");
}

void
rb_junit(const struct rb_report_file *files, size_t n, struct rb_buf *out)
{
	struct tally all = {0, 0, 0, 0};

	for (size_t i = 0; i < n; i++) {
		struct tally t = tally_of(&files[i]);

		all.tests += t.tests;
		all.failures += t.failures;
		all.errors += t.errors;
		all.took += t.took;
	}
	rb_buf_c(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"runbook test\"");
	counts(&all, out);
	rb_buf_c(out, ">\n");
	for (size_t i = 0; i < n; i++)
		put_file(&files[i], out);
	rb_buf_c(out, "</testsuites>\n");
}
