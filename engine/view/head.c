/* What stands around the steps: the head of a run, its phases and messages, and its closing lines. */
#include <stdio.h>
#include <string.h>

#include "view/state.h"

enum {
	HEAD_COLUMNS = 84,  /* the head's right side stands no further right */
	INPUT_COLUMNS = 60, /* of the value of an input */
};

/* The last part of an id: "7f3a" of "20261122-030405-7f3a". */
static struct rb_str
short_id(struct rb_str id)
{
	size_t n = id.n;

	while (n > 0 && id.p[n - 1] != '-')
		n--;
	return rb_str_cut(id, n, id.n);
}

/* " · " between what is there already and what follows. */
static void
dot(struct rb_view *v, struct rb_buf *b)
{
	if (b->len > 0)
		rb_buf_str(b, rb_page_dot(&v->page));
}

/* "run 7f3a · 15m left" */
static struct rb_str
head_right(struct rb_view *v, const struct rb_event *ev)
{
	struct rb_str mode = rb_event_get_text(ev, "mode"), from = rb_event_get_text(ev, "from");
	int64_t timeout = rb_event_get_num(ev, "timeout", 0);
	char left[RB_CLOCK_DURATION];
	struct rb_buf b;
	struct rb_str s;

	rb_buf_init(&b, v->opt.alloc, RB_PAGE_TEXT);
	if (v->run.n > 0)
		rb_buf_fmt(&b, "run %.*s", RB_STR_ARG(rb_page_safe(&v->page, v->run, 0)));
	if (mode.n > 0 && !rb_str_is(mode, "run")) {
		dot(v, &b);
		rb_buf_str(&b, rb_page_safe(&v->page, mode, 0));
	}
	if (from.n > 0) {
		dot(v, &b);
		rb_buf_fmt(&b, "from %.*s", RB_STR_ARG(rb_page_safe(&v->page, from, 0)));
	}
	if (timeout > 0) {
		dot(v, &b);
		rb_buf_fmt(&b, "%s %s", rb_clock_exact(timeout, left), v->opt.replay ? "at most" : "left");
	}
	s = rb_arena_str(&v->page.scratch, rb_buf_view(&b));
	rb_buf_free(&b);
	return s;
}

/* When, where and by whom: of a run that is over. */
static void
put_circumstances(struct rb_view *v, const struct rb_event *ev)
{
	struct rb_page *p = &v->page;
	struct rb_str who = rb_page_safe(p, rb_event_get_text(ev, "operator"), 0),
		      host = rb_page_safe(p, v->host, 0), sep = rb_page_dot(p);
	char time[RB_CLOCK_RFC3339];
	struct rb_str line;

	rb_clock_rfc3339(ev->wall, time);
	line = rb_arena_fmt(&p->scratch, "%.10s %.8s UTC%.*s%.*s%.*s%.*s", time, time + 11,
	    RB_STR_ARG(host.n > 0 ? sep : host), RB_STR_ARG(host), RB_STR_ARG(who.n > 0 ? sep : who),
	    RB_STR_ARG(who));
	rb_page_pad(p, RB_PAGE_MARGIN);
	rb_page_wrap(p, RB_INK_DIM, line, RB_PAGE_MARGIN, RB_PAGE_MARGIN, 0);
	rb_page_c(p, "\n");
}

void
rb_head_run_start(struct rb_view *v, const struct rb_event *ev)
{
	struct rb_page *p = &v->page;
	struct rb_str id = rb_page_safe(p, rb_event_get_text(ev, "runbook"), 0),
		      title = rb_page_safe(p, rb_event_get_text(ev, "title"), 0), right;
	size_t column, width;

	v->run = rb_arena_str(&v->arena, short_id(rb_event_get_text(ev, "run")));
	v->host = rb_arena_str(&v->arena, rb_event_get_text(ev, "host"));
	v->contact = rb_arena_str(&v->arena, rb_event_get_text(ev, "contact"));
	v->drill = rb_str_is(rb_event_get_text(ev, "mode"), "drill");
	right = head_right(v, ev);
	width = p->width > 0 && p->width < HEAD_COLUMNS ? p->width : HEAD_COLUMNS;
	column = rb_page_wrap(p, RB_INK_STRONG, id, 0, RB_PAGE_MARGIN, 0);
	if (title.n > 0) {
		rb_page_ink(p, RB_INK_NONE, rb_page_dot(p));
		column = rb_page_wrap(p, RB_INK_NONE, title, column + 3, RB_PAGE_MARGIN, 0);
	}
	if (right.n > 0 && column + 2 + rb_str_width(right) <= width) {
		rb_page_pad(p, width - column - rb_str_width(right));
		rb_page_ink(p, RB_INK_DIM, right);
	} else if (right.n > 0) {
		rb_page_c(p, "\n");
		rb_page_pad(p, RB_PAGE_MARGIN);
		rb_page_wrap(p, RB_INK_DIM, right, RB_PAGE_MARGIN, RB_PAGE_MARGIN, 0);
	}
	rb_page_c(p, "\n");
	if (v->opt.replay)
		put_circumstances(v, ev);
}

void
rb_head_input(struct rb_view *v, const struct rb_event *ev)
{
	struct rb_page *p = &v->page;
	struct rb_str name = rb_page_safe(p, rb_event_get_text(ev, "name"), 0),
		      value = rb_page_safe(p, rb_event_get_text(ev, "value"), 0),
		      source = rb_page_safe(p, rb_event_get_text(ev, "source"), 0);

	if (!v->opt.replay && !rb_str_is(source, "default"))
		v->inputs = rb_arena_fmt(&v->arena, "%.*s%.*s%.*s = %.*s (%.*s)", RB_STR_ARG(v->inputs),
		    RB_STR_ARG(v->inputs.n > 0 ? rb_page_dot(p) : v->inputs), RB_STR_ARG(name),
		    RB_STR_ARG(rb_page_clip(p, value, INPUT_COLUMNS)), RB_STR_ARG(source));
	if (!v->opt.replay)
		return;
	rb_page_pad(p, RB_PAGE_MARGIN);
	rb_page_wrap(p, RB_INK_DIM,
	    rb_arena_fmt(
		&p->scratch, "%.*s = %.*s (%.*s)", RB_STR_ARG(name), RB_STR_ARG(value), RB_STR_ARG(source)),
	    RB_PAGE_MARGIN, RB_PAGE_MARGIN + 2, 0);
	rb_page_c(p, "\n");
}

void
rb_head_inputs(struct rb_view *v)
{
	if (v->inputs.n == 0)
		return;
	rb_page_pad(&v->page, RB_PAGE_MARGIN);
	rb_page_wrap(&v->page, RB_INK_DIM, v->inputs, RB_PAGE_MARGIN, RB_PAGE_MARGIN + 2, 0);
	rb_page_c(&v->page, "\n");
	v->inputs = RB_STR("");
}

/* ---- phases and messages ---- */

/* A line of text of its own, wrapped behind its mark. */
static void
put_message(struct rb_view *v, enum rb_mark mark, unsigned indent, enum rb_ink ink, struct rb_str text)
{
	size_t column;

	rb_live_clear(v);
	column = rb_page_begin(&v->page, mark, indent);
	rb_page_wrap(&v->page, ink, text, column, column, 0);
	rb_page_c(&v->page, "\n");
}

static void
put_rung(struct rb_view *v, const struct rb_event *ev, struct rb_str contact)
{
	int64_t after = rb_event_get_num(ev, "after", 0);
	char text[RB_CLOCK_DURATION];
	struct rb_buf b;

	rb_buf_init(&b, v->opt.alloc, RB_PAGE_TEXT);
	rb_buf_c(&b, "escalation");
	if (after > 0)
		rb_buf_fmt(&b, " after %s", rb_clock_exact(after, text));
	if (contact.n > 0) {
		dot(v, &b);
		rb_buf_str(&b, contact);
	}
	put_message(v, RB_MARK_LOOK, 0, RB_INK_STRONG, rb_buf_view(&b));
	rb_buf_free(&b);
}

void
rb_head_phase(struct rb_view *v, const struct rb_event *ev)
{
	struct rb_str name = rb_event_get_text(ev, "name"),
		      title = rb_page_safe(&v->page, rb_event_get_text(ev, "title"), 0);
	unsigned indent = rb_open_indent(ev->where.step);

	if (rb_str_is(name, "escalation")) {
		put_rung(v, ev, title);
		return;
	}
	/* That the steps begin is news only after something else. */
	if (rb_str_is(name, "steps") && !v->setup)
		return;
	v->setup = rb_str_is(name, "setup");
	name = rb_page_safe(&v->page, name, 0);
	if (title.n > 0)
		name = rb_arena_fmt(&v->page.scratch, "%.*s%.*s%.*s", RB_STR_ARG(name),
		    RB_STR_ARG(rb_page_dot(&v->page)), RB_STR_ARG(title));
	put_message(v, RB_MARK_PART, indent, RB_INK_DIM, name);
}

void
rb_head_step_note(struct rb_view *v, unsigned indent, struct rb_str text)
{
	put_message(v, RB_MARK_BLANK, indent, RB_INK_DIM, rb_page_safe(&v->page, text, RB_ESCAPE_LINES));
}

void
rb_head_say(struct rb_view *v, const struct rb_event *ev)
{
	rb_live_clear(v);
	rb_lines_headings(v, ev->where.step);
	put_message(v, RB_MARK_SAY, rb_open_indent(ev->where.step), RB_INK_STRONG,
	    rb_page_safe(&v->page, rb_event_get_text(ev, "text"), RB_ESCAPE_LINES));
}

void
rb_head_note(struct rb_view *v, const struct rb_event *ev)
{
	struct rb_str text = rb_page_safe(&v->page, rb_event_get_text(ev, "text"), RB_ESCAPE_LINES),
		      who = rb_page_safe(&v->page, rb_event_get_text(ev, "operator"), 0);

	text = rb_arena_fmt(
	    &v->page.scratch, "note%s%.*s: %.*s", who.n > 0 ? " of " : "", RB_STR_ARG(who), RB_STR_ARG(text));
	put_message(v, RB_MARK_SAY, rb_open_indent(ev->where.step), RB_INK_NONE, text);
}

void
rb_head_attention(struct rb_view *v, unsigned indent, struct rb_str text)
{
	put_message(v, RB_MARK_LOOK, indent, RB_INK_ASK, text);
}

void
rb_head_warning(struct rb_view *v, const struct rb_event *ev)
{
	rb_head_attention(v, rb_open_indent(ev->where.step),
	    rb_page_safe(&v->page, rb_event_get_text(ev, "text"), RB_ESCAPE_LINES));
}

/* ---- the end ---- */

static void
count(struct rb_buf *b, int64_t n, const char *one, const char *many)
{
	if (n <= 0)
		return;
	if (b->len > 0)
		rb_buf_c(b, ", ");
	rb_buf_fmt(b, "%lld %s", (long long)n, n == 1 ? one : many);
}

/* "7 steps, 1 change confirmed · runbook show 7f3a" */
static struct rb_str
counts(struct rb_view *v, const struct rb_event *ev, bool resolved)
{
	int64_t changes = rb_event_get_num(ev, "changes", 0),
		confirmed = rb_event_get_num(ev, "confirmed", 0);
	struct rb_buf b;
	struct rb_str s;

	rb_buf_init(&b, v->opt.alloc, RB_PAGE_TEXT);
	count(&b, rb_event_get_num(ev, "steps", 0), "step", "steps");
	if (!resolved)
		count(&b, rb_event_get_num(ev, "failed", 0), "did not pass", "did not pass");
	if (changes > 0 && changes == confirmed) {
		count(&b, changes, "change confirmed", "changes confirmed");
	} else {
		count(&b, changes, "change", "changes");
		count(&b, confirmed, "confirmation", "confirmations");
	}
	if (v->run.n > 0) {
		dot(v, &b);
		rb_buf_fmt(&b, "%s show %.*s", v->opt.command != NULL ? v->opt.command : "runbook",
		    RB_STR_ARG(rb_page_safe(&v->page, v->run, 0)));
	}
	s = rb_arena_str(&v->page.scratch, rb_buf_view(&b));
	rb_buf_free(&b);
	return s;
}

static void
put_line(struct rb_view *v, struct rb_str text)
{
	rb_page_wrap(&v->page, RB_INK_NONE, text, 0, RB_PAGE_MARGIN, 0);
	rb_page_c(&v->page, "\n");
}

static void
put_folder(struct rb_view *v)
{
	struct rb_page *p = &v->page;

	if (v->opt.folder == NULL)
		return;
	put_line(v, rb_arena_fmt(&p->scratch, "the record and all output: %.*s",
			RB_STR_ARG(rb_page_safe(p, rb_str_c(v->opt.folder), 0))));
}

/* Nothing was begun: what a run of no length came to is no news beside why. */
static bool
not_started(const struct rb_event *ev)
{
	return rb_str_is(rb_event_get_text(ev, "outcome"), "environment") &&
	       rb_event_get_num(ev, "steps", 0) == 0;
}

/* What failed first, where the reason does not name it anyway. */
static bool
needs_first(struct rb_view *v, struct rb_str reason)
{
	struct rb_str quoted = rb_arena_fmt(&v->page.scratch, "`%.*s`", RB_STR_ARG(v->first_id));

	return v->first.n > 0 && rb_str_find(reason, quoted, 0) == SIZE_MAX &&
	       (v->first_reason.n == 0 || rb_str_find(reason, v->first_reason, 0) == SIZE_MAX);
}

static void
put_first(struct rb_view *v)
{
	struct rb_page *p = &v->page;

	put_line(v, rb_arena_fmt(&p->scratch, "first to fail: %.*s", RB_STR_ARG(v->first)));
	if (v->first_words.n == 0)
		return;
	rb_page_pad(p, RB_PAGE_MARGIN);
	rb_page_wrap(p, RB_INK_DIM, v->first_words, RB_PAGE_MARGIN, RB_PAGE_MARGIN + 2, 0);
	rb_page_c(p, "\n");
}

static void
put_not_started(struct rb_view *v, struct rb_str reason)
{
	struct rb_page *p = &v->page;
	struct rb_str word = RB_STR("not started");

	rb_page_ink(p, RB_INK_BAD, word);
	rb_page_wrap(p, RB_INK_NONE, rb_arena_fmt(&p->scratch, ": %.*s", RB_STR_ARG(reason)),
	    rb_str_width(word), RB_PAGE_MARGIN, 0);
	rb_page_c(p, "\n");
}

/* A drill that came to the end has not ended so itself: nobody was told of an escalation. */
static void
tell_drilled(struct rb_view *v, struct rb_str *outcome, struct rb_str *reason)
{
	static const char *const ends[] = {"resolved", "failed", "escalated", "deadline"};

	for (size_t i = 0; v->drill && i < sizeof(ends) / sizeof(ends[0]); i++) {
		if (!rb_str_is(*outcome, ends[i]))
			continue;
		*reason = rb_arena_fmt(&v->page.scratch, "a run would end %s%s%.*s",
		    i == 3 ? "at its time limit" : ends[i], reason->n > 0 ? ": " : "", RB_STR_ARG(*reason));
		*outcome = RB_STR("drilled");
		return;
	}
}

static enum rb_ink
ink_of(struct rb_str outcome, bool resolved)
{
	if (resolved)
		return RB_INK_GOOD;
	return rb_str_is(outcome, "escalated") || rb_str_is(outcome, "drilled") ? RB_INK_ASK : RB_INK_BAD;
}

/* Whom to turn to where the runbook did not help. What the operator ended needs nobody. */
static void
put_contact(struct rb_view *v, struct rb_str outcome)
{
	static const char *const ends[] = {"failed", "escalated", "deadline", "environment"};

	for (size_t i = 0; v->contact.n > 0 && !v->drill && i < sizeof(ends) / sizeof(ends[0]); i++) {
		if (rb_str_is(outcome, ends[i]))
			put_line(v, rb_arena_fmt(&v->page.scratch, "contact: %.*s",
					RB_STR_ARG(rb_page_safe(&v->page, v->contact, 0))));
	}
}

void
rb_head_run_end(struct rb_view *v, const struct rb_event *ev)
{
	struct rb_page *p = &v->page;
	struct rb_str outcome = rb_page_safe(p, rb_event_get_text(ev, "outcome"), 0),
		      reason = rb_page_safe(p, rb_event_get_text(ev, "reason"), 0), numbers;
	bool resolved = rb_str_is(outcome, "resolved");
	char took[RB_CLOCK_DURATION];
	struct rb_str more;

	rb_live_clear(v);
	numbers = counts(v, ev, resolved);
	if (not_started(ev)) {
		put_not_started(v, reason);
		put_line(v, numbers);
		put_folder(v);
		return;
	}
	if (v->drill)
		rb_drilled_report(v);
	else
		rb_changes_show(v);
	tell_drilled(v, &outcome, &reason);
	rb_clock_human(rb_event_get_num(ev, "elapsed", 0), took);
	more = rb_arena_fmt(&p->scratch, " in %s%s%.*s", took, reason.n > 0 ? ": " : "", RB_STR_ARG(reason));
	if (resolved)
		more = rb_arena_fmt(&p->scratch, "%.*s%.*s%.*s", RB_STR_ARG(more), RB_STR_ARG(rb_page_dot(p)),
		    RB_STR_ARG(numbers));
	rb_page_ink(p, ink_of(outcome, resolved), outcome);
	rb_page_wrap(p, RB_INK_NONE, more, rb_str_width(outcome), RB_PAGE_MARGIN, 0);
	rb_page_c(p, "\n");
	if (!resolved && needs_first(v, rb_event_get_text(ev, "reason")))
		put_first(v);
	if (!resolved)
		put_line(v, numbers);
	put_contact(v, outcome);
	if (v->halted && !v->planned && v->run.n > 0)
		put_line(v, rb_arena_fmt(&p->scratch, "what would follow, step by step: %s show %.*s --plan",
				v->opt.command != NULL ? v->opt.command : "runbook",
				RB_STR_ARG(rb_page_safe(p, v->run, 0))));
	put_folder(v);
}
