/* Steps as people see them: one row for each that is over, a table for `checks`, a line for each way taken.
 */
#include <stdio.h>
#include <string.h>

#include "view/state.h"

enum { SHORT_LABEL = 16 }; /* columns of a label that several fit in one row of */

static const struct shown_outcome {
	const char *name;
	enum rb_mark mark;
	bool passed;
	bool timed;        /* its duration says something */
	const char *word;  /* before the reason; NULL: the reason is enough */
	const char *alone; /* where there is no reason */
} outcomes[] = {
    {"passed", RB_MARK_GOOD, true, true, NULL, ""},
    {"already done", RB_MARK_GOOD, true, true, NULL, "already done"},
    {"recovered", RB_MARK_MENDED, true, true, "recovered after", "recovered"},
    {"failed", RB_MARK_BAD, false, true, NULL, "failed"},
    {"timed out", RB_MARK_BAD, false, true, "timed out", "timed out"},
    {"errored", RB_MARK_BAD, false, true, "errored", "errored"},
    {"cancelled", RB_MARK_BAD, false, true, "cancelled", "cancelled"},
    {"skipped", RB_MARK_NONE, true, false, NULL, "skipped"},
    {"declined", RB_MARK_NONE, false, false, "declined", "declined"},
    {"not done", RB_MARK_NONE, false, false, "not done", "not done"},
    {"unknown", RB_MARK_LOOK, false, false, "unknown", "unknown how it ended"},
};

static const struct shown_outcome *
outcome_of(struct rb_str name)
{
	for (size_t i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++) {
		if (rb_str_is(name, outcomes[i].name))
			return &outcomes[i];
	}
	return &outcomes[sizeof(outcomes) / sizeof(outcomes[0]) - 1];
}

static bool
is_passed(struct rb_str outcome)
{
	return outcome_of(outcome)->passed;
}

/* ---- headings ---- */

static void
put_heading(struct rb_view *v, struct rb_open *o)
{
	struct rb_page_row row = {.mark = RB_MARK_PART, .indent = o->indent};

	o->heading = false;
	if (o->where.title.n == 0 && o->does.n == 0 && o->item.n == 0)
		return;
	rb_live_clear(v);
	row.id = rb_open_id(v, o);
	row.title = rb_open_title(v, o);
	rb_page_row(&v->page, &row);
}

static void
put_note(struct rb_view *v, struct rb_open *o)
{
	if (o->note.n == 0)
		return;
	rb_live_clear(v);
	rb_head_step_note(v, o->indent, o->note);
	o->note = RB_STR("");
}

void
rb_lines_headings(struct rb_view *v, struct rb_str path)
{
	unsigned indent = rb_open_indent(path);

	for (struct rb_open *o = v->open; o != NULL; o = o->next) {
		if (o->indent != indent)
			continue;
		if (o->heading && !rb_str_eq(o->where.step, path))
			put_heading(v, o);
		put_note(v, o);
	}
}

/* Groups around a line that did not pass need not say so again. */
static void
mark_bad(struct rb_view *v, const struct rb_open *o)
{
	for (struct rb_open *group = v->open; group != NULL; group = group->next) {
		if (group->where.depth < o->where.depth && group->indent == o->indent)
			group->bad_inside = true;
	}
}

/* ---- rows ---- */

/* Somebody takes the outcome: a list of steps, another step, `continue`. */
static bool
is_taken(const struct rb_open *o)
{
	return o->continued || rb_str_is(o->edge_to, "steps") || rb_str_is(o->edge_to, "continue") ||
	       rb_str_starts(o->edge_to, "goto ");
}

static bool
says_nothing(struct rb_str summary)
{
	return rb_str_is(summary, "exit 0");
}

/* What there is to say of it, in one line; without the reason where assertions follow that begin with it. */
static struct rb_str
text_of(struct rb_view *v, const struct rb_open *o, bool assertions_follow)
{
	const struct shown_outcome *is = outcome_of(o->outcome);
	struct rb_arena *scratch = &v->page.scratch;
	struct rb_str text = o->reason, dot = rb_page_dot(&v->page);

	if (rb_str_is(o->outcome, "passed"))
		text = o->found.n > 0 ? o->found : says_nothing(o->summary) ? RB_STR("") : o->summary;
	text = rb_page_safe(&v->page, text, 0);
	if (text.n == 0 && o->cond.n > 0 && rb_str_is(o->outcome, "skipped"))
		text = rb_arena_fmt(scratch, "skipped: if %.*s%.*s%.*s",
		    RB_STR_ARG(rb_skipped_condition(v, rb_page_safe(&v->page, o->cond, 0))),
		    RB_STR_ARG(o->stood_on.n > 0 ? dot : o->stood_on),
		    RB_STR_ARG(rb_page_safe(&v->page, o->stood_on, 0)));
	if (assertions_follow && rb_failure_says(o, o->reason))
		text = RB_STR("");
	else if (text.n == 0)
		text = rb_str_c(is->alone);
	else if (is->word != NULL && !rb_str_starts(text, is->word))
		text = rb_arena_fmt(scratch, "%s: %.*s", is->word, RB_STR_ARG(text));
	if (o->attempts > 1 && !o->group)
		text = rb_arena_fmt(scratch, "%.*s%.*s%llu attempts", RB_STR_ARG(text),
		    RB_STR_ARG(text.n > 0 ? dot : text), (unsigned long long)o->attempts);
	if (o->incomplete)
		text = rb_arena_fmt(scratch, "%.*s%.*ssomething that it left behind holds its output open",
		    RB_STR_ARG(text), RB_STR_ARG(text.n > 0 ? dot : text));
	return text;
}

static void
put_row(struct rb_view *v, const struct rb_open *o, unsigned indent, struct rb_str text)
{
	const struct shown_outcome *is = outcome_of(o->outcome);
	char took[RB_CLOCK_DURATION];
	struct rb_page_row row = {.mark = is->mark, .indent = indent, .text = text};

	row.id = rb_open_id(v, o);
	row.title = rb_open_title(v, o);
	if (is->timed)
		row.time =
		    rb_arena_fmt(&v->page.scratch, "%s", rb_clock_human(o->duration - o->people, took));
	if (is->mark == RB_MARK_BAD && (o->continued || rb_str_is(o->edge_to, "continue")))
		row.mark = RB_MARK_FAINT;
	if (row.mark == RB_MARK_FAINT || row.mark == RB_MARK_NONE)
		row.ink = RB_INK_DIM;
	rb_page_row(&v->page, &row);
}

static bool
is_failure(const struct rb_open *o)
{
	return rb_str_is(o->outcome, "failed") || rb_str_is(o->outcome, "timed out") ||
	       rb_str_is(o->outcome, "errored");
}

/* ---- tables ---- */

static bool
tells_more(const struct rb_open *row)
{
	return row->found.n > 0 || row->form == RB_FORM_FINDING || row->attempts > 1;
}

static struct rb_str
short_label(struct rb_view *v, const struct rb_open *row)
{
	return row->where.title.n > 0 ? rb_page_safe(&v->page, row->where.title, 0) : rb_open_id(v, row);
}

/* "health ✓  clients ✓": all rows in one line, where nothing more is to be said. False if they need lines. */
static bool
inline_rows(struct rb_view *v, const struct rb_open *table, struct rb_str *text)
{
	struct rb_str mark = rb_str_trim(rb_page_mark(&v->page, RB_MARK_GOOD));
	struct rb_buf b;
	bool fits = true;

	rb_buf_init(&b, v->opt.alloc, RB_PAGE_TEXT);
	for (const struct rb_open *row = table->rows; row != NULL && fits; row = row->row) {
		struct rb_str label = short_label(v, row);

		fits = rb_str_is(row->outcome, "passed") && !tells_more(row) && label.n > 0 &&
		       rb_str_width(label) <= SHORT_LABEL;
		rb_buf_fmt(&b, "%s%.*s %.*s", b.len > 0 ? "  " : "", RB_STR_ARG(label), RB_STR_ARG(mark));
	}
	*text = rb_arena_str(&v->page.scratch, rb_buf_view(&b));
	rb_buf_free(&b);
	return fits;
}

static void
put_table(struct rb_view *v, const struct rb_open *table, bool taken)
{
	unsigned n = 0, bad = 0;
	struct rb_str text;

	for (const struct rb_open *row = table->rows; row != NULL; row = row->row) {
		n++;
		bad += row->over && !is_passed(row->outcome);
	}
	if (bad == 0 && rb_str_is(table->outcome, "passed") && inline_rows(v, table, &text)) {
		put_row(v, table, table->indent, text);
		return;
	}
	text = RB_STR("");
	if (bad > 0 && rb_str_is(table->outcome, "failed"))
		text = rb_arena_fmt(&v->page.scratch, "%u of %u did not pass", bad, n);
	else if (!rb_str_is(table->outcome, "passed"))
		text = text_of(v, table, false);
	put_row(v, table, table->indent, text);
	for (struct rb_open *row = table->rows; row != NULL; row = row->row) {
		if (!row->over)
			continue;
		row->continued = row->continued || taken;
		put_row(v, row, table->indent + 2, text_of(v, row, false));
		if (taken && is_failure(row))
			rb_failure_last_line(v, row, 2);
	}
	for (struct rb_open *row = table->rows; row != NULL; row = row->row) {
		if (row->over && !taken && !is_passed(row->outcome))
			rb_failure_show(v, row);
	}
}

/* ---- the end of a step ---- */

static bool
wants_row(const struct rb_open *o)
{
	if (rb_str_is(o->outcome, "not done"))
		return false; /* what a drill did not do is told as what a run would do */
	if (o->form == RB_FORM_EDGE || (o->shown && !rb_str_is(o->outcome, "recovered")))
		return false;
	if (o->asked && rb_str_is(o->outcome, "declined"))
		return false; /* the question stands there with its answer, and the closing line says why */
	/* What did not pass inside of a library's procedure leaves open whether that did. */
	if (rb_str_is(o->outcome, "passed") && o->form == RB_FORM_LIBRARY && o->bad_inside && !o->loop)
		return true;
	if (rb_str_is(o->outcome, "passed"))
		return (!o->group || o->form == RB_FORM_TABLE) && o->form != RB_FORM_MESSAGE &&
		       !(o->asked && o->form == RB_FORM_QUESTION) && !o->loop;
	if (is_passed(o->outcome) || (o->form == RB_FORM_TABLE && !o->loop))
		return true;
	return !(o->group && o->bad_inside);
}

/* What failed first, for the closing lines. */
static void
note_first(struct rb_view *v, const struct rb_open *o)
{
	const struct rb_open *row = o->rows;
	struct rb_str id, text;

	if (v->first.n > 0)
		return;
	while (row != NULL && !(row->over && is_failure(row)))
		row = row->row;
	if (row != NULL)
		o = row;
	id = rb_open_id(v, o);
	if (id.n == 0)
		id = rb_open_title(v, o);
	text = text_of(v, o, false);
	v->first_id = rb_arena_str(&v->arena, o->where.id);
	v->first_reason = rb_arena_str(&v->arena, o->reason);
	v->first_words = rb_arena_str(&v->arena, rb_failure_last_words(v, o));
	v->first_begun = o->begun;
	v->first = rb_arena_fmt(&v->arena, "%.*s: %.*s", RB_STR_ARG(id), RB_STR_ARG(text));
}

/* What failed inside of a step that somebody took is no reason of the end. */
static void
forget_first(struct rb_view *v, const struct rb_open *o)
{
	bool mended = is_taken(o) || rb_str_is(o->outcome, "recovered");

	if (v->first.n > 0 && mended && v->first_begun >= o->begun)
		v->first = RB_STR("");
}

static void
put_step(struct rb_view *v, struct rb_open *o)
{
	bool uncaught = is_failure(o) && !is_taken(o);

	if (v->skipped.n == 0 || !rb_str_is(o->outcome, "skipped"))
		rb_live_clear(v);
	rb_lines_headings(v, o->where.step);
	if (rb_skipped_take(v, o, text_of(v, o, false)))
		return;
	rb_live_clear(v);
	if (!rb_str_is(o->outcome, "skipped"))
		put_note(v, o);
	if (o->form == RB_FORM_TABLE && o->rows != NULL)
		put_table(v, o, !uncaught);
	else
		put_row(v, o, o->indent, text_of(v, o, uncaught));
	if (uncaught && o->rows == NULL)
		rb_failure_show(v, o);
	else if (is_failure(o) && o->rows == NULL && !o->group)
		rb_failure_last_line(v, o, 0);
	if (uncaught && !o->loop)
		note_first(v, o);
	if (!is_passed(o->outcome))
		mark_bad(v, o);
}

/* Where an edge leads, in words. */
static struct rb_str
way_of(struct rb_view *v, const struct rb_open *o)
{
	struct rb_page *p = &v->page;
	struct rb_str to = rb_page_safe(p, o->edge_to, 0), leaves = rb_page_safe(p, o->edge_leaves, 0);

	if (rb_str_is(to, "steps"))
		return rb_arena_fmt(&p->scratch, "it %.*s: the steps of %.*s",
		    RB_STR_ARG(rb_page_safe(p, o->outcome, 0)), RB_STR_ARG(rb_page_safe(p, o->edge_key, 0)));
	return leaves.n == 0
		   ? to
		   : rb_arena_fmt(&p->scratch, "%.*s: leaves \"%.*s\"", RB_STR_ARG(to), RB_STR_ARG(leaves));
}

static void
put_way(struct rb_view *v, struct rb_open *o)
{
	struct rb_page_row row = {.mark = RB_MARK_WAY, .indent = o->indent};
	struct rb_str to = rb_page_safe(&v->page, o->edge_to, 0),
		      reason = rb_page_safe(&v->page, o->edge_reason, 0);

	if (to.n == 0 || rb_str_is(to, "continue"))
		return;
	rb_live_clear(v);
	rb_lines_headings(v, o->where.step);
	row.title = way_of(v, o);
	if (reason.n > 0)
		row.title =
		    rb_arena_fmt(&v->page.scratch, "%.*s: %.*s", RB_STR_ARG(row.title), RB_STR_ARG(reason));
	/* Of `if: …` with `end: …` the facts are all that there is to be seen. */
	if (o->form == RB_FORM_EDGE) {
		row.text = rb_page_safe(&v->page, o->stood_on, 0);
		row.ink = RB_INK_DIM;
	}
	rb_page_row(&v->page, &row);
	o->edge_to = RB_STR("");
}

void
rb_lines_step_start(struct rb_view *v, const struct rb_event *ev)
{
	struct rb_open *o = rb_open_begin(v, ev);

	/* Items of a loop, and rows of a table, would say it again and again, or where they do not stand. */
	if (o->item.n == 0 && !o->quiet)
		o->note = rb_arena_str(&o->arena, rb_event_get_text(ev, "note"));
}

/* The note stands there before anything is done: of a step that is skipped it would say what is not so. */
void
rb_lines_attempt(struct rb_view *v, const struct rb_event *ev)
{
	struct rb_open *o = rb_open_find(v, ev->where.step);

	rb_open_attempt(v, ev);
	if (v->skipped.n > 0)
		rb_live_clear(v);
	if (o == NULL)
		return;
	rb_changes_begun(v, o, ev);
	if (o->note.n > 0)
		rb_lines_headings(v, o->where.step);
}

void
rb_lines_step_end(struct rb_view *v, const struct rb_event *ev)
{
	struct rb_open *o = rb_open_end(v, ev);

	if (o == NULL)
		return;
	if (is_passed(o->outcome))
		rb_drilled_passed(v, o);
	rb_lines_output_end(v, o);
	rb_changes_ended(v, o, outcome_of(o->outcome)->mark, text_of(v, o, false));
	if (o->table != NULL)
		return; /* it is shown with its table, which owns it from here */
	if (wants_row(o))
		put_step(v, o);
	else if (!is_passed(o->outcome))
		mark_bad(v, o);
	forget_first(v, o);
	put_way(v, o);
	rb_open_free(v, o);
}

void
rb_lines_edge(struct rb_view *v, const struct rb_event *ev)
{
	struct rb_open *o = rb_open_find(v, ev->where.step);

	rb_drilled_edge(v, ev);
	if (o == NULL)
		return;
	o->edge_key = rb_arena_str(&o->arena, rb_event_get_text(ev, "key"));
	o->edge_to = rb_arena_str(&o->arena, rb_event_get_text(ev, "to"));
	o->edge_leaves = rb_arena_str(&o->arena, rb_event_get_text(ev, "leaves"));
	o->edge_reason = rb_arena_str(&o->arena, rb_event_get_text(ev, "reason"));
	if (!rb_str_is(o->edge_to, "steps"))
		return; /* told after the step's own row */
	/* Its steps run before the visit is over, so that what they answer to is shown now. */
	o->outcome = rb_arena_str(&o->arena, rb_event_get_text(ev, "outcome"));
	o->duration = ev->mono - o->begun;
	if (wants_row(o))
		put_step(v, o);
	o->shown = true;
	put_way(v, o);
}

void
rb_lines_if(struct rb_view *v, const struct rb_event *ev)
{
	struct rb_open *o = rb_open_find(v, ev->where.step);

	rb_drilled_if(v, ev);
	if (o == NULL)
		return;
	o->cond = rb_arena_str(&o->arena, rb_event_get_text(ev, "condition"));
	o->stood_on = rb_arena_str(&o->arena, rb_event_get_text(ev, "why"));
}

void
rb_lines_branch(struct rb_view *v, const struct rb_event *ev)
{
	struct rb_open *o = rb_open_find(v, ev->where.step);
	struct rb_str cond = rb_page_safe(&v->page, rb_event_get_text(ev, "condition"), 0);
	struct rb_page_row row = {.mark = RB_MARK_WAY, .title = cond, .ink = RB_INK_DIM};

	rb_drilled_branch(v, ev);
	rb_live_clear(v);
	rb_lines_headings(v, ev->where.step);
	row.indent = o != NULL ? o->indent : 0;
	row.text = rb_page_safe(&v->page, rb_event_get_text(ev, "why"), 0);
	if (rb_event_get_num(ev, "arm", 0) < 0)
		row.title = RB_STR("no condition holds: it goes on");
	else if (cond.n == 0)
		row.title = RB_STR("else");
	rb_page_row(&v->page, &row);
}

/* ---- retries ---- */

/* In lines that stay, a step that is tried a thousand times must not fill the log: a line where the reason is
 * a new one, and at attempts 2, 4, 8, … */
static bool
worth_a_line(struct rb_open *o, struct rb_str reason)
{
	uint64_t n = o->attempts + 1;
	bool news = !rb_str_eq(rb_buf_view(&o->retried), rb_str_cut(reason, 0, RB_VIEW_LAST_MAX));

	rb_buf_clear(&o->retried);
	rb_buf_str(&o->retried, reason);
	return news || (n & (n - 1)) == 0;
}

void
rb_lines_retry(struct rb_view *v, const struct rb_event *ev)
{
	struct rb_open *o = rb_open_find(v, ev->where.step);
	struct rb_str reason = rb_event_get_text(ev, "reason");
	int64_t times = rb_event_get_num(ev, "times", 0);
	char pause[RB_CLOCK_DURATION], of[24] = "";
	struct rb_page_row row = {.mark = RB_MARK_AGAIN, .ink = RB_INK_DIM};

	if (o == NULL)
		return;
	rb_clock_human(rb_event_get_num(ev, "pause", 0), pause);
	if (times > 0)
		snprintf(of, sizeof(of), " of %lld", (long long)times);
	rb_buf_clear(&o->last);
	rb_buf_fmt(&o->last, "attempt %llu%s, again in %s: ", (unsigned long long)o->attempts, of, pause);
	rb_buf_str(&o->last, reason);
	if (v->opt.form == RB_VIEW_LIVE || o->quiet || !worth_a_line(o, reason))
		return;
	rb_live_clear(v);
	rb_lines_headings(v, o->where.step);
	row.indent = o->indent;
	row.id = rb_open_id(v, o);
	row.title = rb_arena_fmt(
	    &v->page.scratch, "attempt %llu%s, again in %s", (unsigned long long)o->attempts, of, pause);
	row.text = rb_page_safe(&v->page, reason, 0);
	rb_page_row(&v->page, &row);
}

/* ---- output as it comes ---- */

static void
put_output_line(struct rb_view *v, struct rb_open *o, struct rb_str line)
{
	struct rb_page *p = &v->page;
	struct rb_page_row row = {.mark = RB_MARK_PART, .indent = o->indent};
	size_t column = rb_page_start(p, o->indent);

	rb_live_clear(v);
	rb_lines_headings(v, o->where.step);
	if (!o->named) {
		row.id = rb_open_id(v, o);
		row.title = rb_open_title(v, o);
		rb_page_row(p, &row);
		o->named = true;
	}
	rb_page_pad(p, column);
	rb_page_ink(p, RB_INK_DIM, RB_STR("| "));
	/* No blanks are taken off its beginning: they are the output's own. */
	while (line.n > 0 && line.p[0] == ' ') {
		rb_page_c(p, " ");
		line = rb_str_cut(line, 1, line.n);
	}
	rb_page_ink(p, RB_INK_NONE, rb_page_safe(p, line, RB_ESCAPE_LINES));
	rb_page_c(p, "\n");
	rb_page_forget(p);
}

void
rb_lines_output(struct rb_view *v, struct rb_open *o, enum rb_stream stream, struct rb_str bytes)
{
	struct rb_buf *line = &o->lines[stream];

	while (bytes.n > 0) {
		const char *nl = memchr(bytes.p, '\n', bytes.n);
		size_t n = nl != NULL ? (size_t)(nl - bytes.p) : bytes.n;

		rb_buf_add(line, bytes.p, n);
		if (nl == NULL)
			return;
		put_output_line(v, o, rb_buf_view(line));
		rb_buf_clear(line);
		bytes = rb_str_cut(bytes, n + 1, bytes.n);
	}
}

void
rb_lines_output_end(struct rb_view *v, struct rb_open *o)
{
	for (int i = 0; i < RB_STREAMS; i++) {
		if (o->lines[i].len > 0)
			put_output_line(v, o, rb_buf_view(&o->lines[i]));
		rb_buf_clear(&o->lines[i]);
	}
}
