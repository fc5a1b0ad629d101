/* What the results of a play said, attempt by attempt, for `--verbose`: a sink beside the view, so that an
 * author sees what a branch stood on. Of texts the first lines. */
#include <string.h>

#include "base/escape.h"
#include "scenario/report.h"

enum {
	LINES = 3,     /* of each text that are shown */
	COLUMNS = 160, /* of each line */
	BYTES = 4096,  /* of each text that are kept */
	IN_LINE = 4,   /* indents */
	IN_TEXT = 6,
	NAME = 8, /* columns of "stdout  " */
};

/* What was heard of an attempt that has not ended. */
struct heard {
	struct rb_str path;
	char text[RB_STREAMS][BYTES];
	size_t n[RB_STREAMS], more[RB_STREAMS]; /* more: bytes beyond */
	struct heard *next;
};

struct rb_said {
	struct rb_sink sink;
	struct rb_arena *arena;
	struct rb_report_ink how;
	struct rb_buf *out;
	void (*flush)(void *ctx); /* before the view says anything of the same event */
	void *ctx;
	struct heard *open, *spare;
	struct rb_str calls;  /* path of the step that began last; empty unless it calls something */
	struct rb_str asks;   /* path of an attempt that only a person can end */
	struct rb_str before; /* what was said last: the same again is left out, as a poll says it */
};

static void
put_escaped(const struct rb_said *s, struct rb_str text)
{
	rb_escape(s->out, text, s->how.ascii ? RB_ESCAPE_ASCII : 0);
}

/* A step is called as results name it, but for its visits and items. */
static void
begin_line(const struct rb_said *s, const struct rb_event *ev)
{
	rb_buf_pad(s->out, ' ', IN_LINE);
	rb_buf_c(s->out, s->how.ascii ? "< " : "‹ ");
	put_escaped(s, ev->where.step);
}

/* ---- texts ---- */

static struct heard *
heard_of(struct rb_said *s, struct rb_str path)
{
	struct heard *h = s->open;

	while (h != NULL && !rb_str_eq(h->path, path))
		h = h->next;
	if (h != NULL)
		return h;
	h = s->spare;
	if (h != NULL)
		s->spare = h->next;
	else
		h = RB_NEW(s->arena, struct heard);
	memset(h->n, 0, sizeof(h->n));
	memset(h->more, 0, sizeof(h->more));
	h->path = rb_arena_str(s->arena, path);
	h->next = s->open;
	s->open = h;
	return h;
}

static void
on_output(void *ctx, const struct rb_where *where, enum rb_stream stream, struct rb_str bytes)
{
	struct heard *h = heard_of(ctx, where->step);
	size_t room = BYTES - h->n[stream], n = bytes.n < room ? bytes.n : room;

	memcpy(h->text[stream] + h->n[stream], bytes.p, n);
	h->n[stream] += n;
	h->more[stream] += bytes.n - n;
}

static size_t
count_lines(struct rb_str text)
{
	size_t n = 0, at = 0;

	for (; at < text.n; n++) {
		size_t end = rb_str_find(text, RB_STR("\n"), at);

		at = end == SIZE_MAX ? text.n : end + 1;
	}
	return n;
}

/* As many columns of a line as are shown. */
static struct rb_str
cut_line(struct rb_str line)
{
	size_t at = 0, columns = 0;

	while (at < line.n && columns < COLUMNS) {
		uint32_t cp = 0;
		size_t n = rb_utf8_next(line.p + at, line.n - at, &cp);

		at += n > 0 ? n : 1;
		columns++;
	}
	return rb_str_cut(line, 0, at);
}

static void
put_stream(const struct rb_said *s, const struct heard *h, enum rb_stream stream)
{
	static const char *const names[] = {
	    [RB_STDOUT] = "stdout", [RB_STDERR] = "stderr", [RB_BODY] = "body"};
	struct rb_str text = {h->text[stream], h->n[stream]};
	const char *dots = s->how.ascii ? "..." : "…";
	size_t lines = count_lines(text), at = 0;

	for (size_t i = 0; i < LINES && at < text.n; i++) {
		size_t end = rb_str_find(text, RB_STR("\n"), at);
		struct rb_str line = rb_str_cut(text, at, end), shown = cut_line(line);

		rb_buf_pad(s->out, ' ', IN_TEXT);
		rb_buf_fmt(s->out, "%-*s", NAME, i == 0 ? names[stream] : "");
		put_escaped(s, shown);
		rb_buf_fmt(s->out, "%s\n", shown.n < line.n ? dots : "");
		at = end == SIZE_MAX ? text.n : end + 1;
	}
	if (h->more[stream] > 0) {
		rb_buf_pad(s->out, ' ', IN_TEXT + NAME);
		rb_buf_fmt(s->out, "%s %zu bytes more\n", dots, text.n - at + h->more[stream]);
	} else if (lines > LINES) {
		rb_buf_pad(s->out, ' ', IN_TEXT + NAME);
		rb_buf_fmt(
		    s->out, "%s %zu line%s more\n", dots, lines - LINES, lines == LINES + 1 ? "" : "s");
	}
}

/* ---- attempts ---- */

/* The number that a script or an answer comes to; else the line that was made of what was seen. */
static void
put_summary(const struct rb_said *s, const struct rb_event *ev)
{
	static const struct {
		const char *field, *before;
	} numbers[] = {{"signal", "ended by signal "}, {"exit", "exit "}, {"status", "status "}};
	struct rb_str summary = rb_event_get_text(ev, "summary"), reason = rb_event_get_text(ev, "reason"),
		      outcome = rb_event_get_text(ev, "outcome");

	if (rb_str_is(outcome, "timed out") || rb_str_is(outcome, "cancelled")) {
		put_escaped(s, reason);
		return;
	}
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (rb_event_get(ev, numbers[i].field) == NULL)
			continue;
		rb_buf_fmt(s->out, "%s%lld", numbers[i].before,
		    (long long)rb_event_get_num(ev, numbers[i].field, 0));
		return;
	}
	if (summary.n > 0)
		put_escaped(s, summary);
	else
		put_escaped(s, reason.n > 0 ? reason : outcome);
}

static void
attempt_start(struct rb_said *s, const struct rb_event *ev)
{
	struct rb_str kind = rb_event_get_text(ev, "kind");

	if (rb_str_is(kind, "ask") || rb_str_is(kind, "manual"))
		s->asks = rb_arena_str(s->arena, ev->where.step);
}

static void
attempt_end(struct rb_said *s, const struct rb_event *ev)
{
	struct rb_str purpose = rb_event_get_text(ev, "purpose");
	bool action = rb_str_is(purpose, rb_purpose_words[RB_FOR_ACTION]);
	struct heard **at = &s->open, *h;

	/* Its answer stands in the view. */
	if (action && rb_str_eq(s->asks, ev->where.step))
		return;
	begin_line(s, ev);
	if (!action)
		rb_buf_fmt(s->out, ".%.*s", RB_STR_ARG(purpose));
	rb_buf_c(s->out, ": ");
	put_summary(s, ev);
	rb_buf_char(s->out, '\n');
	while (*at != NULL && !rb_str_eq((*at)->path, ev->where.step))
		at = &(*at)->next;
	h = *at;
	if (h == NULL)
		return;
	for (int i = 0; i < RB_STREAMS; i++)
		put_stream(s, h, (enum rb_stream)i);
	*at = h->next;
	h->next = s->spare;
	s->spare = h;
}

/* ---- whole calls ---- */

static void
step_start(struct rb_said *s, const struct rb_event *ev)
{
	static const char *const calls[] = {"call", "use", "runbook"};
	struct rb_str kind = rb_event_get_text(ev, "kind");

	s->calls = RB_STR("");
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		if (rb_str_is(kind, calls[i]))
			s->calls = rb_arena_str(s->arena, ev->where.step);
	}
}

/* A call in which no step began: the scenario gave what it comes to. */
static void
facts(struct rb_said *s, const struct rb_event *ev)
{
	struct rb_str json = rb_event_get_text(ev, "facts"), shown = cut_line(json);

	if (s->calls.n == 0 || !rb_str_eq(s->calls, ev->where.step))
		return;
	begin_line(s, ev);
	rb_buf_c(s->out, ": outputs ");
	put_escaped(s, shown);
	rb_buf_fmt(s->out, "%s\n", shown.n == json.n ? "" : s->how.ascii ? "..." : "…");
}

static int
on_event(void *ctx, const struct rb_event *ev)
{
	static void (*const takes[RB_EV_TYPES])(struct rb_said *, const struct rb_event *) = {
	    [RB_EV_STEP_START] = step_start,
	    [RB_EV_ATTEMPT_START] = attempt_start,
	    [RB_EV_ATTEMPT_END] = attempt_end,
	    [RB_EV_FACTS] = facts};

	struct rb_said *s = ctx;

	if (takes[ev->type] == NULL)
		return 0;
	takes[ev->type](s, ev);
	if (s->out->len == 0)
		return 0;
	if (rb_str_eq(rb_buf_view(s->out), s->before)) {
		rb_buf_clear(s->out);
		return 0;
	}
	s->before = rb_arena_str(s->arena, rb_buf_view(s->out));
	s->flush(s->ctx);
	return 0;
}

struct rb_said *
rb_said_new(
    struct rb_arena *arena, struct rb_report_ink how, struct rb_buf *out, void (*flush)(void *ctx), void *ctx)
{
	struct rb_said *s = RB_NEW(arena, struct rb_said);

	s->sink = (struct rb_sink){.ctx = s, .event = on_event, .output = on_output};
	s->arena = arena;
	s->how = how;
	s->out = out;
	s->flush = flush;
	s->ctx = ctx;
	s->calls = s->asks = s->before = RB_STR("");
	return s;
}

const struct rb_sink *
rb_said_sink(const struct rb_said *s)
{
	return &s->sink;
}
