/* A run: puts together the program, its inputs, the record, what is shown, the scheduler and the driver, and
 * turns the loop. */
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/book.h"
#include "api/drill.h"
#include "api/inputs.h"
#include "api/names.h"
#include "api/offers.h"
#include "api/told.h"
#include "exec/host.h"
#include "exec/prompt.h"
#include "flow/flow.h"
#include "lang/run_value.h"
#include "os/self.h"
#include "record/transcript.h"
#include "view/view.h"

enum { REFUSED_MAX = 16384 }; /* bytes: RB_PLACES lines with a path in each */

/* An input as it was settled, for the record. */
struct settled {
	struct rb_str name, value;
	const char *source;
	struct settled *next;
};

struct rb_run {
	struct rb_run_options opt;
	struct rb_book *book;
	struct rb_arena arena;
	struct rb_masker *masker;
	struct rb_bus *bus;
	struct rb_exec *exec;
	struct rb_prompter *prompter;
	struct rb_view *view;
	struct rb_teller teller; /* of a drill, with the view */
	struct rb_driller driller;
	struct rb_sink listener;
	struct rb_places places;
	struct rb_rundir dir;
	struct rb_buf refused; /* places that would not have it, and why, a line each */
	bool has_dir;
	struct rb_outputs *outputs;
	struct rb_transcript *transcript;
	struct rb_host host;
	struct rb_flow *flow;
	struct settled *settled, **settled_tail;
	struct rb_str host_name, user;
	int64_t started;
	_Atomic int signals[3]; /* how many SIGINT, SIGTERM, SIGHUP came and were not yet told */
	int64_t due;
	bool done;
	struct rb_run_end end;
	struct rb_str reason; /* of the end, masked: results leave the program as events do */
};

static const int signal_numbers[] = {SIGINT, SIGTERM, SIGHUP};

const char *
rb_version(void)
{
	return "0.1.0";
}

/* ---- inputs ---- */

static int
ask_input(void *ctx, const struct rb_input *input, struct rb_str why, struct rb_str *text)
{
	struct rb_run *r = ctx;
	struct rb_str question;
	struct rb_buf typed;
	int got;

	if (r->prompter == NULL)
		return 0;
	question = rb_input_question(&r->arena, input, why);
	rb_buf_init(&typed, r->opt.alloc, RB_ENV_MAX);
	got = rb_prompter_line(r->prompter, question, &typed);
	*text = rb_input_typed(&r->arena, input, rb_buf_view(&typed));
	rb_buf_free(&typed);
	return got == 0;
}

static const char *
path_exists(void *ctx, const struct rb_input *input, struct rb_str path)
{
	struct rb_run *r = ctx;

	return rb_input_lacks(&r->arena, input, path);
}

static void
note_settled(void *ctx, const struct rb_input *input, struct rb_value value, const char *source)
{
	struct rb_run *r = ctx;
	struct settled *s = RB_NEW(&r->arena, struct settled);
	struct rb_buf text;

	rb_buf_init(&text, r->opt.alloc, RB_ENV_MAX);
	rb_value_show(value, &text);
	*s = (struct settled){input->name, rb_arena_str(&r->arena, rb_buf_view(&text)), source, NULL};
	rb_buf_free(&text);
	*r->settled_tail = s;
	r->settled_tail = &s->next;
}

/* Inputs and values into a new frame of the file, and what was given for the procedure to start at; -1 with
 * all that is wrong in `problems`. */
static int
settle(struct rb_run *r, struct rb_flow_options *o, struct rb_buf *problems)
{
	const struct rb_unit *unit = r->book->program->main;
	struct rb_frame *frame = rb_frame_new(r->opt.alloc, unit->scope, NULL);
	struct rb_offers offers;
	struct rb_diags diags;
	struct rb_settle s = {.arena = &r->arena,
	    .diags = &diags,
	    .wall = r->started,
	    .ask = ask_input,
	    .exists = path_exists,
	    .settled = note_settled,
	    .ctx = r};

	rb_diags_init(&diags, &r->arena);
	if (rb_offers_collect(&r->arena, &diags, unit, o->from, &r->opt, &offers) == 0) {
		s.offers = offers.file;
		s.noffers = offers.nfile;
		if (rb_settle_inputs(&s, unit->inputs, unit->ninputs, frame) == 0 &&
		    rb_settle_values(&s, unit, frame) == 0 && o->from != NULL)
			rb_offers_from(&s, o->from, frame, r->opt.alloc, &offers);
	}
	if (diags.errors > 0) {
		rb_diags_render(&diags, r->opt.problems_colour, problems);
		rb_frame_free(frame);
		return -1;
	}
	o->frame = frame;
	o->from_offers = offers.from;
	o->nfrom_offers = offers.nfrom;
	return 0;
}

/* ---- the record ---- */

static void
trouble(void *ctx, const char *text)
{
	struct rb_run *r = ctx;
	struct rb_event ev;

	rb_event_init(&ev, RB_EV_WARNING, NULL);
	rb_event_text(&ev, "text", rb_str_c(text));
	rb_event_text(&ev, "code", RB_STR("transcript_degraded"));
	rb_bus_emit(r->bus, &ev);
}

static int
open_record(struct rb_run *r, struct rb_buf *problems)
{
	struct rb_transcript_config config;

	rb_places_find(&r->places, &r->arena, NULL);
	rb_rundir_make(&r->dir, r->opt.alloc, NULL, &r->places, NULL, r->started, &r->refused);
	r->has_dir = true;
	rb_exec_set_run_dir(r->exec, r->dir.path[0] != '\0' ? r->dir.path : NULL);
	r->outputs = rb_outputs_new(r->opt.alloc, &r->dir, 0, 0, trouble, r);
	config = (struct rb_transcript_config){.alloc = r->opt.alloc,
	    .places = &r->places,
	    .dir = &r->dir,
	    .given = r->opt.transcript,
	    .outputs = r->outputs,
	    .last_fd = STDERR_FILENO,
	    .trouble = trouble,
	    .trouble_ctx = r};
	if (rb_transcript_open(&r->transcript, &config, problems) < 0) {
		rb_rundir_drop(&r->dir);
		return -1;
	}
	rb_bus_add(r->bus, rb_transcript_sink(r->transcript));
	return 0;
}

/* Whoever looks for the record later looks where it usually is. */
static void
tell_other_place(struct rb_run *r)
{
	struct rb_str refused = rb_buf_view(&r->refused);

	refused = rb_str_cut(refused, 0, rb_str_find(refused, RB_STR("\n"), 0));
	if (r->dir.path[0] != '\0' && refused.n > 0)
		trouble(r,
		    rb_arena_fmt(&r->arena, "the record is kept in %s, which is not the usual place (%.*s)",
			r->dir.path, RB_STR_ARG(refused))
			.p);
}

static void
emit_start(struct rb_run *r)
{
	const struct rb_unit *unit = r->book->program->main;
	char copy[RB_SOURCE_NAME] = "", other[RB_SOURCE_NAME] = "";
	struct rb_event ev;

	for (size_t i = 0; i < r->book->program->nunits; i++) {
		const struct rb_source *src = r->book->program->units[i]->src;

		if (r->dir.path[0] != '\0')
			rb_rundir_source(&r->dir, r->masker, src->name, src->bytes, i == 0 ? copy : other);
	}
	rb_event_init(&ev, RB_EV_RUN_START, NULL);
	rb_event_num(&ev, "version", RB_TRANSCRIPT_VERSION);
	rb_event_text(&ev, "program", rb_str_c(rb_version()));
	rb_event_text(&ev, "run", rb_str_c(r->dir.id));
	rb_event_text(&ev, "mode", r->opt.drill ? RB_STR("drill") : RB_STR("run"));
	rb_event_text(&ev, "runbook", unit->id);
	rb_event_text(&ev, "title", rb_unit_meta(unit, "title"));
	if (rb_unit_meta(unit, "contact").n > 0)
		rb_event_text(&ev, "contact", rb_unit_meta(unit, "contact"));
	rb_event_text(&ev, "file", unit->src->path.n > 0 ? unit->src->path : unit->src->name);
	rb_event_text(&ev, "source", rb_str_c(copy));
	if (r->opt.from != NULL)
		rb_event_text(&ev, "from", rb_str_c(r->opt.from));
	rb_event_text(&ev, "host", r->host_name);
	rb_event_text(&ev, "operator", r->user);
	rb_event_num(&ev, "pid", getpid());
	rb_event_num(&ev, "terminal", r->prompter != NULL);
	rb_event_num(&ev, "steps", (int64_t)unit->nsteps);
	if (unit->timeout != NULL && unit->timeout->value.kind == RB_V_DURATION)
		rb_event_num(&ev, "timeout", unit->timeout->value.i);
	rb_bus_emit(r->bus, &ev);
	for (const struct settled *s = r->settled; s != NULL; s = s->next) {
		rb_event_init(&ev, RB_EV_INPUT, NULL);
		rb_event_text(&ev, "name", s->name);
		rb_event_text(&ev, "value", s->value);
		rb_event_text(&ev, "source", rb_str_c(s->source));
		rb_bus_emit(r->bus, &ev);
	}
}

/* ---- putting it together ---- */

static int
listen_event(void *ctx, const struct rb_event *ev)
{
	struct rb_run *r = ctx;

	r->opt.event(r->opt.event_ctx, ev);
	return 0;
}

static void
open_view(struct rb_run *r)
{
	static const enum rb_view_form forms[] = {
	    [RB_SHOW_LIVE] = RB_VIEW_LIVE, [RB_SHOW_PLAIN] = RB_VIEW_PLAIN, [RB_SHOW_JSON] = RB_VIEW_JSON};
	struct rb_view_options o = {.alloc = r->opt.alloc,
	    .fd = r->opt.show_fd,
	    .colour = r->opt.colour,
	    .ascii = r->opt.ascii,
	    .width = r->opt.width,
	    .width_ctx = r->opt.width_ctx,
	    .command = "runbook"};

	if (r->opt.show != RB_SHOW_NOTHING) {
		o.form = forms[r->opt.show];
		r->view = rb_view_new(&o);
		rb_teller_init(&r->teller, &r->opt, r->view);
		if (r->opt.drill)
			rb_bus_add(r->bus, &r->teller.sink);
		rb_bus_add(r->bus, rb_view_sink(r->view));
	}
	if (r->opt.event != NULL) {
		r->listener = (struct rb_sink){.ctx = r, .event = listen_event};
		rb_bus_add(r->bus, &r->listener);
	}
}

static void
pause_view(void *ctx, bool paused)
{
	struct rb_run *r = ctx;

	if (r->view != NULL)
		rb_view_pause(r->view, paused);
}

/* Tells the flow of the signals that came; true if one of them asks the run to end. */
static bool
pass_signals(struct rb_run *r)
{
	bool ends = false;

	for (size_t i = 0; i < sizeof(signal_numbers) / sizeof(signal_numbers[0]); i++) {
		for (int n = atomic_exchange(&r->signals[i], 0); n > 0 && r->flow != NULL; n--) {
			if (signal_numbers[i] == SIGINT && rb_exec_enough(r->exec))
				continue;
			rb_flow_signal(r->flow, signal_numbers[i]);
			ends = true;
		}
	}
	return ends;
}

static void
on_wake(void *ctx)
{
	pass_signals(ctx);
}

/* For what waits without the loop. The flow acts on the signal once it goes on. */
static bool
is_interrupted(void *ctx)
{
	return pass_signals(ctx);
}

static int
open_driver(struct rb_run *r, struct rb_buf *problems)
{
	struct rb_exec_options o = {.alloc = r->opt.alloc,
	    .bus = r->bus,
	    .masker = r->masker,
	    .environ_ = r->opt.environ_,
	    .home = r->book->program->main->src->path,
	    .tty = r->opt.terminal,
	    .restore_core = r->opt.restore_core,
	    .core = {r->opt.core_soft, r->opt.core_hard},
	    .enter = rb_host_enter,
	    .enter_ctx = &r->host,
	    .yes = r->opt.yes,
	    .nyes_ids = r->opt.nyes_ids,
	    .drill = r->opt.drill};
	struct rb_str *ids = RB_ARRAY(&r->arena, struct rb_str, r->opt.nyes_ids);
	struct rb_console console;

	for (size_t i = 0; i < r->opt.nyes_ids; i++)
		ids[i] = rb_str_c(r->opt.yes_ids[i]);
	o.yes_ids = ids;
	r->exec = rb_exec_new(&o);
	if (r->exec == NULL) {
		rb_buf_fmt(problems, "no event loop could be made: %s\n", strerror(errno));
		return -1;
	}
	rb_loop_on_wake(rb_exec_loop(r->exec), on_wake, r);
	r->host = (struct rb_host){.x = r->exec,
	    .alloc = r->opt.alloc,
	    .environ_ = r->opt.environ_,
	    .masker = r->masker,
	    .interrupted = is_interrupted,
	    .interrupted_ctx = r,
	    .drill = r->opt.drill};
	if (r->opt.terminal >= 0) {
		struct rb_prompter_options p = {.alloc = r->opt.alloc,
		    .loop = rb_exec_loop(r->exec),
		    .fd = r->opt.terminal,
		    .bus = r->bus,
		    .pause = isatty(r->opt.show_fd) == 1 ? pause_view : NULL,
		    .pause_ctx = r,
		    .masker = r->masker,
		    .ascii = r->opt.ascii,
		    .environ_ = r->opt.environ_};

		r->prompter = rb_prompter_new(&p);
		console = rb_prompter_console(r->prompter);
		rb_exec_set_console(r->exec, &console);
		r->host.hidden = rb_prompter_hidden;
		r->host.hidden_ctx = r->prompter;
	}
	return 0;
}

static void
who_and_where(struct rb_run *r)
{
	struct rb_buf b;

	rb_buf_init(&b, r->opt.alloc, RB_LINE_MAX);
	rb_host_name(&b);
	r->host_name = rb_arena_str(&r->arena, rb_buf_view(&b));
	rb_buf_clear(&b);
	rb_host_user(&b);
	r->user = rb_arena_str(&r->arena, rb_buf_view(&b));
	rb_buf_free(&b);
}

static int
begin(struct rb_run *r, struct rb_buf *problems)
{
	struct rb_flow_options o = {.alloc = r->opt.alloc};

	if (r->opt.drill) {
		rb_driller_init(&r->driller, r->book->program, &r->opt, r->bus);
		o.drill = &r->driller.drill;
		if (rb_driller_accepts(r->book->program, &r->opt, problems) < 0)
			return -1;
	}
	if (rb_names_from(r->book->program, &r->opt, &o.from, problems) < 0 ||
	    rb_names_yes(r->book->program, &r->opt, problems) < 0 || open_driver(r, problems) < 0 ||
	    settle(r, &o, problems) < 0)
		return -1;
	if (open_record(r, problems) < 0) {
		rb_frame_free(o.frame);
		return -1;
	}
	open_view(r);
	who_and_where(r);
	emit_start(r);
	tell_other_place(r);
	o.run = rb_run_value(&r->arena, &(struct rb_run_facts){.id = rb_str_c(r->dir.id),
					    .host = r->host_name,
					    .operator_ = r->user,
					    .started = r->started,
					    .transcript = rb_str_c(rb_transcript_path(r->transcript))});
	o.alone = r->prompter == NULL;
	r->flow = rb_flow_new(r->book->program, rb_exec_driver(r->exec), r->bus, &o);
	rb_exec_attach(r->exec, r->flow);
	if (r->prompter != NULL)
		rb_prompter_attach(r->prompter, r->flow);
	return 0;
}

int
rb_run_new(
    struct rb_run **out, struct rb_book *book, const struct rb_run_options *options, struct rb_buf *problems)
{
	struct rb_run *r = rb_alloc_zero(options->alloc, 1, sizeof(*r));

	r->opt = *options;
	r->book = book;
	r->settled_tail = &r->settled;
	r->started = rb_clock_wall();
	rb_arena_init(&r->arena, options->alloc);
	rb_buf_init(&r->refused, options->alloc, REFUSED_MAX);
	r->masker = rb_masker_new(options->alloc);
	r->bus = rb_bus_new(options->alloc, r->masker, NULL, NULL, NULL);
	if (begin(r, problems) < 0) {
		rb_run_free(r);
		return -1;
	}
	*out = r;
	return 0;
}

void
rb_run_free(struct rb_run *r)
{
	if (r == NULL)
		return;
	if (r->flow != NULL)
		rb_flow_free(r->flow);
	if (r->prompter != NULL)
		rb_prompter_free(r->prompter);
	rb_exec_free(r->exec);
	if (r->view != NULL) {
		rb_teller_free(&r->teller);
		rb_view_free(r->view);
	}
	if (r->transcript != NULL)
		rb_transcript_close(r->transcript);
	if (r->outputs != NULL)
		rb_outputs_free(r->outputs);
	if (r->has_dir)
		rb_rundir_close(&r->dir);
	rb_bus_free(r->bus);
	rb_masker_free(r->masker);
	rb_buf_free(&r->refused);
	rb_arena_free(&r->arena);
	rb_alloc_free(r->opt.alloc, r);
}

/* ---- turning the loop ---- */

static void
advance(struct rb_run *r)
{
	int64_t now = rb_clock_mono(), wake = rb_flow_advance(r->flow), tick = RB_NEVER;
	struct rb_buf reason;

	if (r->view != NULL)
		tick = rb_view_tick(r->view, now);
	r->due = wake < tick ? wake : tick;
	if (!rb_flow_done(r->flow, &r->end))
		return;
	rb_buf_init(&reason, r->opt.alloc, SIZE_MAX);
	rb_masker_text(r->masker, r->end.reason, &reason);
	r->reason = rb_arena_str(&r->arena, rb_buf_view(&reason));
	rb_buf_free(&reason);
	r->done = true;
}

void
rb_run_step(struct rb_run *r, int64_t timeout)
{
	int64_t left;

	if (r->done)
		return;
	advance(r);
	if (r->done)
		return;
	left = r->due == RB_NEVER ? RB_NEVER : r->due - rb_clock_mono();
	if (left < 0)
		left = 0;
	rb_loop_step(rb_exec_loop(r->exec), left < timeout ? left : timeout);
	advance(r);
}

bool
rb_run_done(struct rb_run *r, struct rb_run_result *result)
{
	if (!r->done)
		return false;
	*result =
	    (struct rb_run_result){r->end.exit, rb_ending_words[r->end.ending], r->reason, r->end.elapsed};
	return true;
}

void
rb_run_wait(struct rb_run *r, struct rb_run_result *result)
{
	while (!rb_run_done(r, result))
		rb_run_step(r, RB_NEVER);
}

size_t
rb_run_fds(struct rb_run *r, struct pollfd *fds, size_t cap)
{
	return rb_loop_fds(rb_exec_loop(r->exec), fds, cap);
}

int64_t
rb_run_due(struct rb_run *r)
{
	int64_t loop = rb_loop_due(rb_exec_loop(r->exec));

	return r->due < loop ? r->due : loop;
}

void
rb_run_signal(struct rb_run *r, int signo)
{
	for (size_t i = 0; i < sizeof(signal_numbers) / sizeof(signal_numbers[0]); i++) {
		if (signal_numbers[i] == signo)
			atomic_fetch_add(&r->signals[i], 1);
	}
	rb_loop_wake(rb_exec_loop(r->exec));
}

const char *
rb_run_id(const struct rb_run *r)
{
	return r->dir.id;
}

const char *
rb_run_transcript(const struct rb_run *r)
{
	return rb_transcript_path(r->transcript);
}

void
rb_self_prepare(struct rb_run_options *options)
{
	struct rlimit core;

	rb_self_fds();
	rb_self_signals();
	if (rb_self_no_core(&core) == 0) {
		options->restore_core = true;
		options->core_soft = core.rlim_cur;
		options->core_hard = core.rlim_max;
	}
}
