/* What the tests of view/ share: runs made by hand, event by event, and what a view makes of them. Ownership:
 * a stage owns its view and the file that it writes to; texts of events live for the call. */
#ifndef RB_TESTS_VIEW_SCRIPT_H
#define RB_TESTS_VIEW_SCRIPT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "view/view.h"

struct stage {
	struct rb_view *view;
	const struct rb_sink *sink;
	int fd;
	unsigned width;
	int64_t now;
	char *text; /* what was read last */
};

static unsigned
stage_width(void *ctx)
{
	return ((struct stage *)ctx)->width;
}

static inline void
stage_open(struct stage *s, enum rb_view_form form, unsigned width, bool colour, bool ascii)
{
	char path[] = "/tmp/rb-view-XXXXXX";
	struct rb_view_options o = {.form = form,
	    .colour = colour,
	    .ascii = ascii,
	    .width = stage_width,
	    .width_ctx = s,
	    .command = "runbook"};

	memset(s, 0, sizeof(*s));
	s->width = width;
	s->fd = mkstemp(path);
	assert_true(s->fd >= 0);
	unlink(path);
	o.fd = s->fd;
	s->view = rb_view_new(&o);
	s->sink = rb_view_sink(s->view);
	s->now = RB_SECOND;
}

/* All that was written so far, and forgets it. */
static inline const char *
stage_text(struct stage *s)
{
	off_t n = lseek(s->fd, 0, SEEK_CUR);

	free(s->text);
	s->text = calloc(1, (size_t)n + 1);
	assert_int_equal(pread(s->fd, s->text, (size_t)n, 0), n);
	assert_int_equal(ftruncate(s->fd, 0), 0);
	lseek(s->fd, 0, SEEK_SET);
	return s->text;
}

static inline void
stage_close(struct stage *s)
{
	rb_view_free(s->view);
	free(s->text);
	close(s->fd);
}

static inline struct rb_where
at(const char *path, const char *id, const char *title)
{
	return (struct rb_where){
	    .step = rb_str_c(path), .id = rb_str_c(id), .title = rb_str_c(title), .visit = 1, .item = -1};
}

/* The form that flow gives with such an action. */
static inline const char *
form_of(struct rb_str kind)
{
	static const struct {
		const char *kind;
		enum rb_form form;
	} rows[] = {{"block", RB_FORM_GROUP}, {"call", RB_FORM_GROUP}, {"runbook", RB_FORM_GROUP},
	    {"use", RB_FORM_LIBRARY}, {"branch", RB_FORM_BRANCH}, {"checks", RB_FORM_TABLE},
	    {"end", RB_FORM_EDGE}, {"goto", RB_FORM_EDGE}, {"done", RB_FORM_EDGE}, {"fail", RB_FORM_EDGE},
	    {"say", RB_FORM_MESSAGE}, {"ask", RB_FORM_QUESTION}, {"manual", RB_FORM_QUESTION},
	    {"port", RB_FORM_FINDING}, {"process", RB_FORM_FINDING}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rb_str_is(kind, rows[i].kind))
			return rb_form_words[rows[i].form];
	}
	return "";
}

/* Emits an event: pairs of a field's name and its text (numbers and durations in ns as decimal text), ending
 * with NULL. */
static inline void
emit(struct stage *s, enum rb_event_type type, const struct rb_where *where, ...)
{
	struct rb_event ev;
	const char *name;
	va_list ap;

	rb_event_init(&ev, type, where);
	ev.mono = s->now;
	ev.wall = 1795316645 * RB_SECOND + 678 * RB_MS; /* 2026-11-22T03:04:05.678Z */
	ev.seq = 1;
	va_start(ap, where);
	for (name = va_arg(ap, const char *); name != NULL; name = va_arg(ap, const char *)) {
		const struct rb_event_field_row *row = rb_event_rows[type].fields;
		const char *text = va_arg(ap, const char *);

		while (row->name != NULL && strcmp(row->name, name) != 0)
			row++;
		if (row->name == NULL)
			fail_msg("%s has no field %s", rb_event_rows[type].name, name);
		if (row->type == RB_EVF_INT || row->type == RB_EVF_NS || row->type == RB_EVF_BOOL)
			rb_event_num(&ev, name, strtoll(text, NULL, 10));
		else
			rb_event_text(&ev, name, rb_str_c(text));
	}
	va_end(ap);
	if (type == RB_EV_STEP_START)
		rb_event_text(&ev, "form", rb_str_c(form_of(rb_event_get_text(&ev, "kind"))));
	assert_int_equal(s->sink->event(s->sink->ctx, &ev), 0);
}

#define MS(n) #n "000000"

static inline void
run_start(struct stage *s)
{
	emit(s, RB_EV_RUN_START, NULL, "run", "20261122-030405-7f3a", "mode", "run", "runbook", "api-down",
	    "title", "API server is down", "host", "web-3", "operator", "app", "timeout", "900000000000",
	    NULL);
}

static inline void
step_start(struct stage *s, const struct rb_where *w, const char *kind)
{
	emit(s, RB_EV_STEP_START, w, "kind", kind, NULL);
}

/* One attempt from its start to its end, which took so long. */
static inline void
attempt(
    struct stage *s, const struct rb_where *w, const char *outcome, const char *reason, const char *summary)
{
	struct rb_where where = *w;

	where.attempt = where.attempt > 0 ? where.attempt : 1;
	emit(s, RB_EV_ATTEMPT_START, &where, "purpose", "action", NULL);
	emit(s, RB_EV_ATTEMPT_END, &where, "purpose", "action", "outcome", outcome, "reason", reason,
	    "summary", summary, NULL);
}

static inline void
step_end(struct stage *s, const struct rb_where *w, const char *kind, const char *outcome, const char *reason,
    const char *summary, const char *ns)
{
	emit(s, RB_EV_STEP_END, w, "outcome", outcome, "reason", reason, "summary", summary, "kind", kind,
	    "duration", ns, NULL);
}

/* A step that passes. */
static inline void
passes(struct stage *s, const char *id, const char *title, const char *summary, const char *ns)
{
	struct rb_where w = at(id, id, title);

	step_start(s, &w, "look");
	attempt(s, &w, "passed", "", summary);
	step_end(s, &w, "look", "passed", "", summary, ns);
}

/* All that was written since is exactly this. */
static inline void
expect(struct stage *s, const char *text)
{
	assert_string_equal(stage_text(s), text);
}

static inline void
output_of(struct stage *s, const struct rb_where *w, enum rb_stream stream, const char *text)
{
	s->sink->output(s->sink->ctx, w, stream, rb_str_c(text));
}

#endif
