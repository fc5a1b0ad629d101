/* A view: hands each event to what shows it, and writes what came of it. */
#include "view/view.h"

#include <errno.h>
#include <string.h>

#include "base/write.h"
#include "view/state.h"

/* What people see of an event; JSON has all of them. */
static void (*const shown[RB_EV_TYPES])(struct rb_view *v, const struct rb_event *ev) = {
    [RB_EV_RUN_START] = rb_head_run_start,
    [RB_EV_INPUT] = rb_head_input,
    [RB_EV_PHASE] = rb_head_phase,
    [RB_EV_STEP_START] = rb_lines_step_start,
    [RB_EV_IF] = rb_lines_if,
    [RB_EV_ATTEMPT_START] = rb_lines_attempt,
    [RB_EV_PROGRESS] = rb_open_progress,
    [RB_EV_ASSERTION] = rb_failure_add,
    [RB_EV_ATTEMPT_END] = rb_open_attempt_end,
    [RB_EV_FACTS] = rb_open_facts,
    [RB_EV_RETRY] = rb_lines_retry,
    [RB_EV_ITEM] = rb_open_item,
    [RB_EV_BRANCH] = rb_lines_branch,
    [RB_EV_EDGE] = rb_lines_edge,
    [RB_EV_STEP_END] = rb_lines_step_end,
    [RB_EV_ASK] = rb_question_ask,
    [RB_EV_ANSWER] = rb_question_answer,
    [RB_EV_SAY] = rb_head_say,
    [RB_EV_NOTE] = rb_head_note,
    [RB_EV_WARNING] = rb_head_warning,
    [RB_EV_FINDING] = rb_drilled_finding,
    [RB_EV_HALT] = rb_drilled_halt,
    [RB_EV_WOULD] = rb_drilled_would,
    [RB_EV_RUN_END] = rb_head_run_end,
};

/* ---- writing ---- */

/* Whoever read it may be gone: the run and its record go on. */
static void
write_all(struct rb_view *v)
{
	if (v->dead == 0 && rb_write_all(v->opt.fd, rb_buf_view(&v->page.out)) != 0)
		v->dead = errno;
}

static void
flush(struct rb_view *v)
{
	struct rb_buf *out = &v->page.out;

	rb_page_forget(&v->page);
	if (v->paused || out->len == 0)
		return;
	if (out->lost > 0) {
		uint64_t lost = out->lost;

		write_all(v);
		rb_buf_clear(out);
		rb_buf_fmt(out, "\n(%llu bytes are not shown here; runbook show has them)\n",
		    (unsigned long long)lost);
	}
	write_all(v);
	rb_buf_clear(out);
}

static void
measure(struct rb_view *v)
{
	v->page.width = v->opt.width != NULL ? v->opt.width(v->opt.width_ctx) : RB_VIEW_COLUMNS;
}

/* ---- the sink ---- */

static int
on_event(void *ctx, const struct rb_event *ev)
{
	struct rb_view *v = ctx;

	if (v->dead)
		return 0;
	if (v->opt.form == RB_VIEW_JSON) {
		rb_json_event(v, ev);
	} else if (shown[ev->type] != NULL) {
		measure(v);
		if (ev->type != RB_EV_INPUT)
			rb_head_inputs(v);
		shown[ev->type](v, ev);
	}
	flush(v);
	return 0;
}

static void
on_output(void *ctx, const struct rb_where *where, enum rb_stream stream, struct rb_str bytes)
{
	struct rb_view *v = ctx;
	struct rb_open *o = v->dead || v->opt.form == RB_VIEW_JSON ? NULL : rb_open_find(v, where->step);

	if (o == NULL)
		return;
	rb_failure_tail(o, stream, bytes);
	if (!o->all_output)
		return;
	measure(v);
	rb_lines_output(v, o, stream, bytes);
	flush(v);
}

struct rb_view *
rb_view_new(const struct rb_view_options *options)
{
	struct rb_view *v = rb_alloc_zero(options->alloc, 1, sizeof(*v));

	v->opt = *options;
	v->sink = (struct rb_sink){v, on_event, on_output};
	rb_arena_init(&v->arena, options->alloc);
	rb_arena_init(&v->skipped.arena, options->alloc);
	rb_buf_init(&v->skipped.names, options->alloc, SIZE_MAX);
	rb_page_init(&v->page, options->alloc, options->colour, options->ascii);
	return v;
}

void
rb_view_free(struct rb_view *v)
{
	if (v == NULL)
		return;
	v->paused = false;
	rb_live_clear(v);
	flush(v);
	while (v->open != NULL) {
		struct rb_open *o = v->open;

		v->open = o->next;
		rb_open_free(v, o);
	}
	rb_question_free(v);
	rb_page_free(&v->page);
	rb_arena_free(&v->skipped.arena);
	rb_buf_free(&v->skipped.names);
	rb_arena_free(&v->arena);
	rb_alloc_free(v->opt.alloc, v);
}

int
rb_view_error(const struct rb_view *v)
{
	return v->dead;
}

const struct rb_sink *
rb_view_sink(struct rb_view *v)
{
	return &v->sink;
}

int64_t
rb_view_tick(struct rb_view *v, int64_t now)
{
	int64_t next;

	if (v->opt.form != RB_VIEW_LIVE || v->paused || v->dead)
		return RB_NEVER;
	measure(v);
	next = rb_live_tick(v, now);
	flush(v);
	return next;
}

void
rb_view_pause(struct rb_view *v, bool paused)
{
	if (v->opt.form == RB_VIEW_JSON || v->paused == paused)
		return;
	measure(v);
	if (paused) {
		rb_live_clear(v);
		rb_question_show(v);
		flush(v);
	}
	v->paused = paused;
	flush(v);
}

void
rb_view_unended(struct rb_view *v, bool running)
{
	if (v->dead || v->opt.form == RB_VIEW_JSON)
		return; /* in JSON the records are all that there is */
	measure(v);
	rb_unended_show(v, running);
	flush(v);
}

void
rb_view_print(struct rb_view *v, struct rb_str text)
{
	if (v->opt.form == RB_VIEW_JSON)
		return;
	rb_live_clear(v);
	v->planned = true;
	rb_buf_str(&v->page.out, text);
	if (text.n > 0 && text.p[text.n - 1] != '\n')
		rb_buf_char(&v->page.out, '\n');
	flush(v);
}
