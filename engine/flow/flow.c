/* The run as seen from outside: begun, moved on, told what was completed, and over. */
#include "flow/state.h"

#include <assert.h>
#include <signal.h>
#include <string.h>

enum {
	EXIT_SIGNAL = 128,
	EXIT_BROKEN = 7,
	EXIT_ENVIRONMENT = 6,
	EXIT_OPERATOR = 5,
	EXIT_DEADLINE = 4,
	EXIT_ESCALATED = 3,
	EXIT_FAILED = 1
};

int64_t
rb_flow_now(const struct rb_flow *f)
{
	return f->driver->now(f->driver->ctx);
}

struct rb_eval
rb_flow_eval(const struct rb_flow *f, const struct rb_inst *in, struct rb_arena *arena)
{
	return (struct rb_eval){.arena = arena,
	    .frame = in->frame,
	    .self = rb_v_unset(RB_STR("this")),
	    .item = rb_v_unset(RB_STR("item")),
	    .wall = f->driver->wall(f->driver->ctx)};
}

int
rb_flow_duration(const struct rb_flow *f, const struct rb_inst *in, const struct rb_field *field,
    int64_t dflt, int64_t *ns, struct rb_reason *why)
{
	struct rb_arena arena;
	struct rb_value v;
	struct rb_eval ev;
	int r = 0;

	*ns = dflt;
	if (field == NULL || field->node == NULL)
		return 0;
	rb_arena_init(&arena, f->alloc);
	ev = rb_flow_eval(f, in, &arena);
	v = rb_field_eval(field, &ev);
	if (v.kind == RB_V_DURATION && v.i >= 0) {
		*ns = v.i;
	} else {
		if (rb_v_known(v))
			v = rb_v_error(&arena, "it is no duration");
		rb_reason_value(why, in->frame, field->key != NULL ? field->key->name : "a duration", v);
		r = -1;
	}
	rb_arena_free(&arena);
	return r;
}

/* ---- tickets ---- */

static struct rb_pending **
chain_of(struct rb_flow *f, uint64_t ticket)
{
	return &f->tickets[ticket % RB_FLOW_TICKETS];
}

void
rb_flow_list_ticket(struct rb_flow *f, struct rb_pending *p)
{
	struct rb_pending **chain = chain_of(f, p->ticket);

	p->chain = *chain;
	*chain = p;
	p->listed = true;
	f->outstanding++;
}

void
rb_flow_drop_ticket(struct rb_flow *f, struct rb_pending *p)
{
	struct rb_pending **at = chain_of(f, p->ticket);

	if (!p->listed)
		return;
	while (*at != p)
		at = &(*at)->chain;
	*at = p->chain;
	p->listed = false;
	f->outstanding--;
}

static struct rb_pending *
find_ticket(struct rb_flow *f, uint64_t ticket, bool question)
{
	struct rb_pending *p = *chain_of(f, ticket);

	while (p != NULL && p->ticket != ticket)
		p = p->chain;
	/* A completion is taken once, and as what it was asked for. */
	return p != NULL && p->question == question && !p->queued ? p : NULL;
}

static void
queue_completion(struct rb_flow *f, struct rb_pending *p)
{
	p->queued = true;
	p->next = NULL;
	*f->completed_end = p;
	f->completed_end = &p->next;
}

void
rb_flow_complete(struct rb_flow *f, uint64_t ticket, const struct rb_result *res)
{
	struct rb_pending *p = find_ticket(f, ticket, false);

	if (p == NULL)
		return;
	((struct rb_try *)p)->res = *res;
	queue_completion(f, p);
}

void
rb_flow_answer(struct rb_flow *f, uint64_t ticket, const struct rb_answer *answer)
{
	struct rb_pending *p = find_ticket(f, ticket, true);

	if (p == NULL)
		return;
	((struct rb_asking *)p)->answer = *answer;
	queue_completion(f, p);
}

static bool
take_completion(struct rb_flow *f)
{
	struct rb_pending *p = f->completed;
	struct rb_visit *v;

	if (p == NULL)
		return false;
	f->completed = p->next;
	if (f->completed == NULL)
		f->completed_end = &f->completed;
	rb_flow_drop_ticket(f, p);
	v = p->visit;
	if (p->question) {
		((struct rb_asking *)p)->done = true;
		rb_visit_signal(v, RB_SIG_ANSWERED);
		return true;
	}
	((struct rb_try *)p)->done = true;
	rb_visit_signal(v, (struct rb_try *)p == v->look ? RB_SIG_LOOKED : RB_SIG_ENDED);
	return true;
}

/* ---- signals ---- */

void
rb_flow_signal(struct rb_flow *f, int signo)
{
	if (f->signo == 0)
		f->signo = signo;
	if (signo == SIGHUP)
		f->hangup = true;
	else
		f->interrupts++;
}

bool
rb_flow_signalled(const struct rb_flow *f)
{
	return f->root != NULL && (f->taken < f->interrupts || (f->hangup && !f->hangup_taken));
}

static void
interrupted(struct rb_flow *f)
{
	struct rb_str why = f->aborted            ? RB_STR("the operator ended the run")
			    : f->signo == SIGTERM ? RB_STR("ended by SIGTERM")
						  : RB_STR("interrupted");

	f->taken++;
	if (f->taken > 1) {
		f->now = true;
		rb_emit_warning(f, NULL, "signal",
		    RB_STR("interrupted again: what runs is killed, and nothing is cleaned up"));
		rb_cut_tell(f);
		return;
	}
	rb_emit_warning(f, NULL, "signal",
	    rb_arena_fmt(&f->arena,
		"%.*s: what runs is ended, then `finally` runs; interrupt %sto end at once", RB_STR_ARG(why),
		f->aborted ? "" : "again "));
	rb_cut(f, &f->root->a, RB_CUT_HARD, why);
	rb_rungs_cut(f, why);
}

static bool
take_signal(struct rb_flow *f)
{
	if (!rb_flow_signalled(f))
		return false;
	if (f->taken < f->interrupts) {
		interrupted(f);
	} else {
		f->hangup_taken = true;
		rb_emit_warning(f, NULL, "signal",
		    RB_STR("the terminal was lost: the step may finish, no other change starts"));
		rb_cut(f, &f->root->a, RB_CUT_SOFT, RB_STR("the terminal was lost"));
	}
	return true;
}

/* ---- the run ---- */

struct rb_flow *
rb_flow_new(const struct rb_program *program, const struct rb_driver *driver, struct rb_bus *bus,
    const struct rb_flow_options *options)
{
	struct rb_flow *f = rb_alloc_zero(options->alloc, 1, sizeof(*f));

	f->alloc = options->alloc;
	f->program = program;
	f->driver = driver;
	f->bus = bus;
	f->options = *options;
	rb_arena_init(&f->arena, f->alloc);
	f->options.run = rb_value_copy(&f->arena, options->run);
	f->queue_end = &f->queue;
	f->completed_end = &f->completed;
	f->begun = rb_flow_now(f);
	f->root = rb_inst_root(f, rb_strand_new(f, NULL));
	return f;
}

void
rb_flow_free(struct rb_flow *f)
{
	if (f == NULL)
		return;
	while (f->strands != NULL)
		rb_strand_free(f->strands);
	rb_alloc_free(f->alloc, f->timers.heap);
	rb_arena_free(&f->arena);
	rb_alloc_free(f->alloc, f);
}

static struct rb_strand *
next_strand(struct rb_flow *f)
{
	struct rb_strand *s = f->queue;

	if (s == NULL)
		return NULL;
	f->queue = s->next;
	if (f->queue == NULL)
		f->queue_end = &f->queue;
	s->queued = false;
	return s;
}

/* The end of the run, once nothing of it is left. What interrupts it here has nothing to cut but this wait.
 */
static void
close_run(struct rb_flow *f)
{
	bool now = f->now || f->taken < f->interrupts;

	if (!f->is_over || f->closed || f->strands != NULL || f->outstanding > 0)
		return;
	if (f->driver->finish != NULL && !f->driver->finish(f->driver->ctx, now))
		return;
	f->closed = true;
	f->end.elapsed = rb_flow_now(f) - f->begun;
	rb_emit_run_end(f);
}

int64_t
rb_flow_advance(struct rb_flow *f)
{
	unsigned turns = 0;

	for (;;) {
		struct rb_strand *s;

		/* The order of these lines is the order of things at equal times. */
		if (take_completion(f) || take_signal(f) || rb_timer_fire(f, rb_flow_now(f)))
			continue;
		s = next_strand(f);
		if (s == NULL) {
			close_run(f);
			return rb_timer_next(f);
		}
		rb_strand_turn(s);
		if (++turns >= RB_FLOW_TURNS)
			return rb_flow_now(f);
	}
}

/* What a drill comes to: whether the runbook could do what it is for today, and whether all is well. */
static int
judge_drill(const struct rb_flow *f, const struct rb_run_end *end)
{
	bool wants_person = end->ending == RB_RUN_DECLINED || (f->halted && f->halted_why == RB_HALT_ANSWER);

	if (f->signo != 0 || f->environment)
		return end->exit;
	if (end->broken > 0)
		return EXIT_BROKEN;
	if (wants_person)
		return EXIT_OPERATOR;
	return end->exit != 0 ? EXIT_FAILED : 0;
}

/* In the order of precedence (language.md, section 5). */
static void
judge_run(struct rb_flow *f, const struct rb_inst *in)
{
	static const int exits[] = {[RB_RUN_RESOLVED] = 0,
	    [RB_RUN_FAILED] = EXIT_FAILED,
	    [RB_RUN_ESCALATED] = EXIT_ESCALATED,
	    [RB_RUN_DECLINED] = EXIT_OPERATOR,
	    [RB_RUN_CANCELLED] = EXIT_SIGNAL + SIGINT,
	    [RB_RUN_DEADLINE] = EXIT_DEADLINE,
	    [RB_RUN_ENVIRONMENT] = EXIT_ENVIRONMENT,
	    [RB_RUN_DRILLED] = EXIT_FAILED};
	struct rb_run_end *end = &f->end;

	end->ending = in->ending;
	end->reason = rb_arena_str(&f->arena, rb_reason_str(&in->ended.reason));
	if (f->environment) {
		end->ending = RB_RUN_ENVIRONMENT;
		end->reason = rb_arena_str(&f->arena, rb_reason_str(&f->environment_why));
	}
	if (f->signo != 0)
		end->ending = RB_RUN_CANCELLED;
	end->exit = f->signo != 0 ? EXIT_SIGNAL + f->signo : exits[end->ending];
	if (f->options.drill != NULL)
		end->exit = judge_drill(f, end);
}

void
rb_flow_over(struct rb_flow *f)
{
	judge_run(f, f->root);
	f->is_over = true;
}

bool
rb_flow_done(const struct rb_flow *f, struct rb_run_end *end)
{
	if (!f->closed)
		return false;
	*end = f->end;
	return true;
}
