/* What flow keeps of a run, shared by the files of this folder and by nobody else. Ownership: the flow owns
 * strands, a strand owns the activations of its stack, a visit owns its attempts and questions; each has an
 * arena for its texts.
 *
 * A strand is one line of execution with an explicit stack, so that a hundred thousand steps need no more C
 * stack than one: the main line, each item of a `checks`, each escalation rung. On its stack stand lists
 * (steps that run one after the other), visits (of one step each; lifecycle.c has the table of their states)
 * and instances (a file or procedure with its frame). Only the top of a stack moves; what it comes to is left
 * in the strand (`left`) for what stands below it. */
#ifndef RB_FLOW_STATE_H
#define RB_FLOW_STATE_H

#include "flow/flow.h"
#include "lang/pause.h"
#include "lang/grounds.h"
#include "lang/settle.h"

enum {
	RB_DOES_LINES = 6,     /* lines of a script, or changes of a group, that a confirmation shows */
	RB_REASON_MAX = 600,   /* bytes of a reason; longer ones are cut */
	RB_FLOW_TURNS = 256,   /* turns of strands in one advance, before it returns to its caller */
	RB_STRAND_STEPS = 64,  /* moves of one strand in a row, before the next one has its turn */
	RB_FLOW_TICKETS = 256, /* chains of the table of outstanding tickets */
	RB_QUESTION_MAX = 16384,
};
#define RB_READY_EVERY_DEFAULT (250 * RB_MS) /* the same of `ready` */
#define RB_CLOSING_LIMIT (5 * RB_MINUTE)     /* of a `finally`, and of rungs once the steps have ended */

/* ---- small things ---- */

/* Why something came out as it did: a sentence without a full stop, with a NUL behind it; empty: there is
 * none. */
struct rb_reason {
	size_t n;
	char p[RB_REASON_MAX];
};

/* A deadline of flow's own. It belongs to what it stands in, and must be stopped before that is freed.
 * Zeroed: not set. */
struct rb_timer {
	int64_t when;
	uint64_t seq; /* equal times fire in the order in which they were set */
	size_t at;    /* place in the heap + 1; 0: not set */
	void (*fire)(struct rb_flow *f, void *ctx);
	void *ctx;
};

/* Those that are set: a heap by time, then by seq. */
struct rb_timers {
	struct rb_timer **heap;
	size_t len, cap;
	uint64_t seq;
};

/* How strongly what is inside of an activation is told to end. */
enum rb_cut {
	RB_CUT_NONE,
	RB_CUT_SOFT,     /* the terminal is lost: the step may finish, nothing else begins */
	RB_CUT_DEADLINE, /* the run's time is over: a change that runs may finish, all else ends */
	RB_CUT_HARD,     /* all ends */
};

/* Why what is around a step is left as well, up to where the jump is caught. */
enum rb_jump_kind {
	RB_JUMP_NONE,
	RB_JUMP_GOTO,
	RB_JUMP_END,
	RB_JUMP_DONE,
	RB_JUMP_FAIL,
	RB_JUMP_DECLINE,
	RB_JUMP_CANCEL,
	RB_JUMP_HALT, /* a drill goes no further */
};

/* How what stood above on a stack was left. */
struct rb_left {
	bool is; /* there is news */
	enum { RB_LEFT_PASSED, RB_LEFT_FAILED, RB_LEFT_JUMPING } how;
	enum rb_jump_kind jump;
	const struct rb_step *from, *target; /* GOTO */
	enum rb_end end;                     /* END */
	struct rb_reason reason;
};

/* What a drill has to say of a look. */
enum rb_health {
	RB_HEALTH_FINE,
	RB_HEALTH_SILENT,  /* it has output, and none of its patterns matched any of it */
	RB_HEALTH_TROUBLE, /* it works, and reports trouble */
	RB_HEALTH_BROKEN,  /* it cannot do what it is for */
};

/* Something that the driver will complete. */
struct rb_pending {
	uint64_t ticket;
	struct rb_pending *chain; /* in the table of tickets */
	struct rb_pending *next;  /* in the queue of completions */
	bool listed, queued;
	bool question;
	struct rb_visit *visit;
};

/* ---- a run ---- */

/* An activation: what stands on a strand's stack. It is the first member of a list, a visit or an instance,
 * and `kind` says of which. */
struct rb_act {
	enum { RB_ACT_LIST, RB_ACT_VISIT, RB_ACT_INST } kind;
	struct rb_strand *strand;
	struct rb_act *below; /* of the bottom of a strand: the activation that started the strand, or NULL */
	struct rb_inst *inst; /* whose frame the steps inside use */
	/* for what is inside: */
	struct rb_str prefix; /* of instance paths: "restart/", "pods[2]/" */
	unsigned depth;
	int64_t item;
	bool quiet;
	/* what is inside of a shield is not reached by the cuts of what is outside */
	bool shield;
	enum rb_cut cut;
	struct rb_reason *cut_why; /* set with cut */
	struct rb_timer limit;     /* cuts what is inside */
};

/* The steps of a list, one after the other; `at` is the next one, or the one that runs. */
struct rb_list_act {
	struct rb_act a;
	const struct rb_list *list;
	size_t at;
};

/* What an instance remembers of each of its steps. */
struct rb_seen {
	uint32_t visits;  /* for instance paths */
	uint32_t bounded; /* visits that count against max_visits */
	bool asked;       /* its `ask` was answered */
	bool continued;   /* a change in it failed and was only continued over */
};

/* What an instance does: its phases, in the order in which it comes to them. */
enum rb_phase {
	RB_PHASE_BEGIN,
	RB_PHASE_SETUP,
	RB_PHASE_STEPS,
	RB_PHASE_RUNGS,
	RB_PHASE_FINALLY,
	RB_PHASE_OVER
};

/* A rung of an escalation, in a run of its file. It waits for its time, or stays idle until the run has
 * failed. */
struct rb_rung_run {
	struct rb_inst *inst;
	const struct rb_rung *rung;
	enum { RB_RUNG_IDLE, RB_RUNG_WAITS, RB_RUNG_RUNS, RB_RUNG_OVER } is;
	int64_t after;
	struct rb_timer timer;
	struct rb_strand *strand; /* while it runs */
	struct rb_reason contact;
};

/* The change that failed and was only continued over, of those that count: the first. */
struct rb_continued {
	const struct rb_step *mark; /* whose mark of `seen` it is; NULL: none is known */
	struct rb_reason why;       /* in words, with the step */
};

/* A file or a procedure that runs, with its frame. */
struct rb_inst {
	struct rb_act a;
	struct rb_arena arena;
	const struct rb_unit *unit;
	const struct rb_procedure *proc; /* NULL: a file */
	struct rb_frame *frame;
	struct rb_frame *library; /* the file's frame of a library procedure; owned, else NULL */
	struct rb_visit *call;    /* that called it; NULL for the run itself and for its `from` */
	bool is_from;             /* the procedure that the run was started at */
	unsigned base;            /* index of the first step in `seen` */
	size_t nseen;
	struct rb_seen *seen;
	size_t continued; /* how many of them are marked */
	struct rb_continued over;
	enum rb_phase phase;
	int64_t begun, limit;
	struct rb_left ended; /* how its steps were left */
	enum rb_ending ending;
	size_t nrungs, running;
	struct rb_rung_run *rungs;
};

/* An attempt of a leaf under way. */
struct rb_try {
	struct rb_pending p;
	struct rb_attempt pub;
	struct rb_arena arena;
	struct rb_result res;
	enum rb_effect effect;
	bool done;       /* res is in */
	bool unresolved; /* its request could not be made: no other attempt will be any better */
	bool started;    /* attempt_start was emitted */
	bool cancelled;
	enum rb_cancel why; /* when cancelled */
	int64_t begun;
	struct rb_asking *asking; /* a person's answer stands behind it */
	/* after judging: */
	enum rb_outcome outcome;
	struct rb_judged judged;
};

/* A question under way. */
struct rb_asking {
	struct rb_pending p;
	struct rb_question q;
	struct rb_answer answer;
	struct rb_arena arena;
	int64_t begun;
	bool done, cancelled;
};

/* Looks of a probe, one after the other. */
struct rb_poll {
	const struct rb_probe *probe;
	enum rb_purpose purpose;
	int64_t until; /* no look begins, or lasts, beyond; RB_NEVER: one look with its own timeout */
	int64_t every;
	bool once;
	unsigned looks;
	struct rb_reason reason; /* of the last look */
};

/* Where a visit is in its life (lifecycle.c). */
enum rb_state {
	RB_S_IF,      /* `if` */
	RB_S_DONE_IF, /* looks of `done_if` */
	RB_S_CONFIRM, /* the question is out */
	RB_S_ACT,     /* the attempt is out, or what is inside runs */
	RB_S_READY,   /* a `start` runs and is looked at */
	RB_S_DETACH,  /* it is ready; the driver lets go of it */
	RB_S_RETRY,   /* between attempts */
	RB_S_VERIFY,  /* looks of `verify` */
	RB_S_FINALLY, /* a block's `finally` runs */
	RB_S_SETTLE,  /* the outcome is known: facts, edge */
	RB_S_EDGE,    /* the steps of its edge run */
	RB_S_ENDING,  /* what is out was told to end */
	RB_S_OVER,
	RB_STATES
};

/* What moves it on: what its handlers return, and what comes from outside. */
enum rb_signal {
	RB_SIG_NONE, /* wait */
	RB_SIG_GO,   /* enter the state */
	RB_SIG_YES,
	RB_SIG_NO,
	RB_SIG_BAD,
	RB_SIG_STAYS,    /* a `start` with `ready` was started */
	RB_SIG_ENDED,    /* the attempt was completed */
	RB_SIG_LOOKED,   /* a look was completed */
	RB_SIG_ANSWERED, /* a question was answered */
	RB_SIG_TIME,     /* the timer of the attempt or the pause */
	RB_SIG_TICK,     /* the timer of the looks */
	RB_SIG_LEFT,     /* what stood above is over: strand->left */
	RB_SIG_OUT,      /* what is inside is over: visit->inside */
	RB_SIG_CUT,      /* end now */
	RB_SIGS
};

enum rb_role { RB_ROLE_PLAIN, RB_ROLE_LOOP, RB_ROLE_ITEM };

/* What the visit of a loop goes over, in its arena. */
struct rb_loop_run {
	size_t n, at, passed, failed;
	struct rb_value *items;
	struct rb_value *results; /* NULL: nothing reads them */
	struct rb_reason first;   /* of the first item that failed */
};

struct rb_visit {
	struct rb_act a;
	const struct rb_step *step;
	enum rb_role role;
	bool is_item; /* an item of `checks`, at the bottom of its strand */
	enum rb_state state;
	struct rb_arena arena;
	bool began; /* step_start was emitted, and what follows is set */
	struct rb_where where;
	int64_t begun, begun_wall;
	/* how it ends */
	enum rb_outcome outcome;
	struct rb_reason reason;
	bool own_failure;      /* it did not pass by itself, rather than by something inside */
	bool blamed;           /* ERRORED: where was told with the attempt */
	struct rb_span blame;  /* ERRORED otherwise: where; src NULL: its action */
	struct rb_str advice;  /* what can be written there instead; may be empty */
	bool continued;        /* on_fail: continue took it */
	struct rb_left inside; /* how what is inside was left; at its end: how the step itself is left */
	/* what is out, and until when */
	struct rb_try *main, *look;
	struct rb_asking *asking;
	struct rb_timer timer, tick, stop;
	struct rb_poll poll;
	/* attempts, and what the last of them found */
	unsigned attempts;
	int64_t retry_until, pause;
	struct rb_arena found;
	struct rb_value facts; /* MAP or UNSET */
	struct rb_str summary;
	enum rb_health health; /* of a drill, with its reason */
	struct rb_str health_why;
	bool early;      /* a `start` that ended before it was ready */
	bool retriable;  /* nothing was started */
	bool unresolved; /* its request could not be made */
	/* steps that hold others */
	int64_t limit;                        /* their own deadline */
	bool timed_out_inside;                /* it has cut what is inside */
	size_t *chosen, nchosen, next_chosen; /* arms that an answer chose, in the order of the file */
	struct rb_loop_run *loop;             /* NULL until its items are known */
	size_t next, running, bad;            /* checks: next item, how many are out, and did not pass */
};

/* A line of execution. It is on the queue when it has something to do, and freed when its stack is empty. */
struct rb_strand {
	struct rb_flow *flow;
	struct rb_strand *prev, *next_strand; /* all of them */
	struct rb_strand *next;               /* in the queue */
	bool queued;
	struct rb_act *starter; /* what it was started by: below its bottom; NULL: the main line */
	struct rb_act *top;
	struct rb_left left;
	struct rb_visit *checks;  /* of an item: whose item it is */
	struct rb_rung_run *rung; /* of a rung */
};

/* A run. Nothing of it lives longer, but what was emitted. */
struct rb_flow {
	const struct rb_alloc *alloc;
	const struct rb_program *program;
	const struct rb_driver *driver;
	struct rb_bus *bus;
	struct rb_flow_options options;
	struct rb_arena arena;
	struct rb_timers timers;
	struct rb_strand *strands;
	struct rb_strand *queue, **queue_end;
	struct rb_pending *tickets[RB_FLOW_TICKETS];
	size_t outstanding;
	uint64_t ticket;
	struct rb_pending *completed, **completed_end;
	struct rb_inst *root;
	int64_t begun;
	bool is_over; /* all steps are; `closed` once nothing is left of the run, which is when it ends */
	bool closed;
	/* sticky: what the exit code is made of */
	int signo;                  /* the first signal */
	unsigned interrupts, taken; /* INT and TERM: arrived, dealt with */
	bool hangup, hangup_taken;
	bool aborted;     /* an answer ended the run, and not a signal from outside */
	bool now;         /* a second interrupt: no `finally`, no patience */
	bool environment; /* no record, or its requirements are not met */
	struct rb_reason environment_why;
	bool halted; /* a drill: all that is left is to unwind, and nothing runs on the way */
	enum rb_halt halted_why;
	struct rb_run_end end;
};

/* ---- reason.c ---- */
/* Sets the text, cut at a whole character where it is longer than RB_REASON_MAX. What it is set to may be, or
 * be made of, what stands in it. The text is r's own: good until the next one is set. */
void rb_reason_set(struct rb_reason *r, struct rb_str s);
void rb_reason_fmt(struct rb_reason *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
struct rb_str rb_reason_str(const struct rb_reason *r);
/* Why a value is none: "`a.b` is unset, since …" with what the frame knows, or the text of its ERROR. */
void rb_reason_value(struct rb_reason *r, const struct rb_frame *frame, const char *what, struct rb_value v);

/* ---- timer.c ---- */
/* Sets it anew, whether it was set or not, for `when` (monotonic, ns); RB_NEVER only stops it. `fire` is
 * called once, with the timer no longer set; the caller keeps t and ctx until then, or until the timer is
 * stopped. */
void rb_timer_set(
    struct rb_flow *f, struct rb_timer *t, int64_t when, void (*fire)(struct rb_flow *, void *), void *ctx);
void rb_timer_stop(struct rb_flow *f, struct rb_timer *t); /* also when it is not set */
/* A timer that is set brings a result: it comes before the deadlines of the same time, as completions do. */
void rb_timer_first(struct rb_flow *f, struct rb_timer *t);
/* Fires the first timer that is due at `now`; false if there is none. */
bool rb_timer_fire(struct rb_flow *f, int64_t now);
/* When the next one is due (monotonic, ns); RB_NEVER: none is set. */
int64_t rb_timer_next(const struct rb_flow *f);

/* ---- flow.c ---- */
/* The driver's monotonic clock, ns. */
int64_t rb_flow_now(const struct rb_flow *f);
/* An evaluation in an instance's frame; what it makes is in the arena. `this` and `item` are unset in it. */
struct rb_eval rb_flow_eval(const struct rb_flow *f, const struct rb_inst *in, struct rb_arena *arena);
/* A duration of the runbook (ns): `dflt` where the field is NULL or not written. 0, or -1 and a reason. */
int rb_flow_duration(const struct rb_flow *f, const struct rb_inst *in, const struct rb_field *field,
    int64_t dflt, int64_t *ns, struct rb_reason *why);
/* While it is listed, a completion with p's ticket is p's. What is not listed may be dropped as well. */
void rb_flow_list_ticket(struct rb_flow *f, struct rb_pending *p);
void rb_flow_drop_ticket(struct rb_flow *f, struct rb_pending *p);
/* The root instance has ended: makes f->end of what it came to. */
void rb_flow_over(struct rb_flow *f);
/* A signal has not been dealt with yet: strands wait until it was. */
bool rb_flow_signalled(const struct rb_flow *f);

/* ---- strand.c ---- */
/* An empty strand of the flow's, below which stands `starter` (NULL: the main line). It frees itself when its
 * stack has become empty in a turn, and tells whose item or rung it is. */
struct rb_strand *rb_strand_new(struct rb_flow *f, struct rb_act *starter);
void rb_strand_free(struct rb_strand *s); /* with all that stands on its stack */
/* It has something to do: queues it for a turn, once. */
void rb_strand_wake(struct rb_strand *s);
/* Moves it until it waits or has had its turn. May free it. */
void rb_strand_turn(struct rb_strand *s);
/* Puts an activation on top; it inherits prefix, depth, item, quietness and instance from what it stands on,
 * and is the strand's to free from here. */
void rb_strand_push(struct rb_strand *s, struct rb_act *act);
/* Takes the top off without freeing it. */
void rb_strand_pop(struct rb_strand *s);
/* Puts the steps of a list (not NULL) on top, to be run from the first on, and wakes the strand. */
struct rb_list_act *rb_list_push(struct rb_strand *s, const struct rb_list *list);
/* A `finally`, or a rung: nothing outside reaches into it; it has a limit of its own. */
struct rb_list_act *rb_list_push_shielded(struct rb_strand *s, const struct rb_list *list);
/* Leaves word for what stands below, and wakes the strand: that all passed; that it failed; that something
 * further out is to be looked for (GOTO and END fill in `target` and `end` of `left` themselves). */
void rb_left_passed(struct rb_strand *s);
void rb_left_failed(struct rb_strand *s, struct rb_str reason);
void rb_left_jump(struct rb_strand *s, enum rb_jump_kind jump, struct rb_str reason);

/* ---- unwind.c ---- */
/* The strongest cut that reaches this activation; *why (may be NULL) says why. */
enum rb_cut rb_cut_at(const struct rb_flow *f, const struct rb_act *a, struct rb_str *why);
/* Cuts what is inside of `a`, unless it is cut as strongly already, and tells what waits there. */
void rb_cut(struct rb_flow *f, struct rb_act *a, enum rb_cut cut, struct rb_str why);
/* Cuts hard when RB_CLOSING_LIMIT, from now on, is over, and says so. */
void rb_cut_closing(struct rb_flow *f, struct rb_act *a);
/* Takes back its own cut and its limit; a must have it done before it is freed. */
void rb_uncut(struct rb_flow *f, struct rb_act *a);
/* Tells every visit that waits and is cut. */
void rb_cut_tell(struct rb_flow *f);
/* What the instance remembers of a step; NULL for probes, and for steps of other files or procedures. */
struct rb_seen *rb_seen_of(struct rb_inst *in, const struct rb_step *step);
/* Marks the step; `why` says what failed. */
void rb_seen_continued(struct rb_inst *in, const struct rb_step *step, const struct rb_reason *why);
/* Whether `from` may go to `target`: 0, or -1 and a reason (max_visits). */
int rb_goto_allowed(
    struct rb_inst *in, const struct rb_step *from, const struct rb_step *target, struct rb_reason *why);
/* The jump has reached the list of its target: clears what stands from there to where it came from. */
void rb_goto_arrive(struct rb_inst *in, const struct rb_step *from, const struct rb_step *target);
/* Forgets facts, marks and visits of the steps inside of a looping step, and the step's own facts. */
void rb_loop_clear(struct rb_inst *in, const struct rb_step *loop);

/* ---- visit.c ---- */
struct rb_flow *rb_visit_flow(const struct rb_visit *v); /* whose it is */
/* A new visit on top, in the state IF, and wakes the strand, which frees it. `item`: its index in the
 * innermost loop, -1 outside of one. Nothing is told before rb_visit_begin. */
struct rb_visit *rb_visit_push(
    struct rb_strand *s, const struct rb_step *step, enum rb_role role, int64_t item);
/* Counts the visit, names it and tells of its start: not at its push, since an item of `checks` may wait for
 * its turn. */
void rb_visit_begin(struct rb_visit *v);
/* Frees it with what is out; it must have been taken off its strand. */
void rb_visit_free(struct rb_visit *v);
/* Sets an outcome that did not pass, found by the step itself. */
void rb_visit_fail(struct rb_visit *v, enum rb_outcome outcome, struct rb_str reason);
/* Errored, since this condition has no truth: `what` names its key, `why` is what came of it. */
void rb_visit_undecided(
    struct rb_visit *v, const char *what, const struct rb_expr *cond, struct rb_value why);
/* Keeps what an attempt found, in place of what the one before found. */
void rb_visit_found(struct rb_visit *v, struct rb_try *t);
/* Those of the attempt, the looks and `stop_on`; not that of what is inside. */
void rb_visit_stop_timers(struct rb_visit *v);
/* The `if` that this visit has to judge; NULL: none. */
const struct rb_expr *rb_visit_if(const struct rb_visit *v);
/* Whether a template reads a loop variable: then it belongs to each item, not to the loop. */
bool rb_tmpl_reads_loop(const struct rb_tmpl *t, const struct rb_loop *loop);

/* ---- called.c ---- */
/* What a step without a title is shown by; empty for one that has a title, and where nothing is to be said.
 */
struct rb_str rb_visit_does(struct rb_visit *v);
/* The note of the step, as its title is shown: what is unset is no error in it. */
struct rb_str rb_visit_note(struct rb_visit *v);
/* What `done` leaves: the procedure, as the step that calls it has it where it has a title. */
struct rb_str rb_visit_leaves(struct rb_visit *v);

/* ---- lifecycle.c ---- */
/* Moves the visit through its states until it waits. It may be over then, and freed. A signal that has no
 * place in its state is let go. */
void rb_visit_signal(struct rb_visit *v, enum rb_signal sig);
/* The `fire` of a timer whose ctx is a visit: signals TIME. */
void rb_visit_time_is_due(struct rb_flow *f, void *ctx);

/* What returns a signal, from here on, is done by the table of lifecycle.c: it is the next signal for the
 * visit, NONE where that has to wait. */

/* ---- retry.c ---- */
/* Before the first attempt: sets its pause and the end of all attempts. 0, or -1 with the visit's reason. */
int rb_retry_bound(struct rb_visit *v);
/* An attempt did not pass: NONE, with the timer of the next one set and told; or NO, where none follows. */
enum rb_signal rb_retry_decide(struct rb_visit *v);

/* ---- ending.c ---- */
/* The visit is cut: gives it the outcome and reason of that, then as rb_ending_all. */
enum rb_signal rb_ending_cut(struct rb_visit *v);
/* Tells all that is out to end; YES when nothing is. */
enum rb_signal rb_ending_all(struct rb_visit *v);
/* Tells the ends of what has ended since, and frees it; YES when nothing is out any more. */
enum rb_signal rb_ending_drain(struct rb_visit *v);
/* Whether it waits for something that a cut of this strength ends. */
bool rb_visit_cuttable(const struct rb_visit *v, enum rb_cut cut);

/* ---- settle.c ---- */
/* SETTLE: keeps and tells the facts, picks the edge, begins its steps (NONE) or leaves (OUT). EDGE: the steps
 * of the edge are over, and decide the outcome. OUT: tells the end, leaves word below, and frees the visit.
 */
enum rb_signal rb_settle_step(struct rb_visit *v);
enum rb_signal rb_settle_edge_left(struct rb_visit *v);
enum rb_signal rb_settle_over(struct rb_visit *v);
/* Puts the step's facts as they are now into its slot. */
void rb_settle_facts(struct rb_visit *v);
/* An edge that leads away (goto, end, done, fail) as what is left: fills all of *left. 0, or -1 and a reason:
 * its target may not be visited again. */
int rb_edge_jump(struct rb_visit *v, const struct rb_edge *edge, struct rb_left *left, struct rb_reason *why);
/* "goto verify": where an edge leads, for events; a constant, or in the arena. */
struct rb_str rb_edge_to(const struct rb_edge *edge, struct rb_arena *arena);

/* ---- drill.c, health.c: nothing of it happens in a run ---- */
/* Whether this visit is where the drill goes no further: before its confirmation, or of what was answered
 * when nobody was there. */
bool rb_drill_halts(const struct rb_visit *v);
bool rb_drill_wants_person(const struct rb_visit *v, const struct rb_asking *a);
/* Whether the step is confirmed in a run only: the drill changes nothing of what it asks for. */
bool rb_drill_unasked(const struct rb_visit *v);
/* Goes no further than to this visit: tells of it, and leaves all that is around it. */
enum rb_signal rb_drill_halt(struct rb_visit *v, enum rb_halt why);
/* The steps of a file have ended: true if that would set off an escalation, which is where the drill ends. */
bool rb_drill_ended(struct rb_inst *in);
/* What an attempt has shown of the look itself, with a reason; FINE in a run. */
enum rb_health rb_drill_health(
    const struct rb_flow *f, const struct rb_try *t, const struct rb_reason *reason, struct rb_reason *why);
/* Keeps it of an attempt of the action; tells it once the visit is over; tells it of the last look of a
 * probe. FINE is not told, and of a probe only BROKEN, or the TROUBLE of a `verify`. */
void rb_drill_found(struct rb_visit *v, const struct rb_try *t);
void rb_drill_visited(struct rb_visit *v);
void rb_drill_looked(struct rb_visit *v, enum rb_health health, const struct rb_reason *why);
/* The judgement itself, of a judged attempt: `why` (not NULL) gets what is wrong, `reason` where no more is
 * known. */
enum rb_health rb_health_of(const struct rb_try *t, const struct rb_reason *reason, struct rb_reason *why);

/* ---- inside.c, loop.c, checks.c: what a step that is no leaf does ---- */
/* Begins it, with its deadline: NONE where something runs inside; OUT where it is over, with v->inside; NO
 * where it errored. */
enum rb_signal rb_inside_begin(struct rb_visit *v);
/* Runs the arms that were chosen, one after the other; OUT when all of them are over. */
enum rb_signal rb_chosen_next(struct rb_visit *v);
/* Finds out its items, before its confirmation. 0, or -1 with the visit's reason and outcome. */
int rb_loop_prepare(struct rb_visit *v);
/* Begins the next item (NONE), or ends the loop (OUT, with v->inside). */
enum rb_signal rb_loop_next(struct rb_visit *v);
/* An item was left as v->inside says: counts it, then as rb_loop_next. */
enum rb_signal rb_loop_left(struct rb_visit *v);
/* count, passed, failed, and results where something reads them: fills at most 4 pairs, returns how many. */
size_t rb_loop_count_facts(const struct rb_visit *v, struct rb_arena *arena, struct rb_vpair *pairs);
/* Starts its items, each on a strand of its own: OUT where there is nothing to be waited for. */
enum rb_signal rb_checks_begin(struct rb_visit *v);
/* The strand of an item of v is over: starts the next one, or leaves word on v's strand after the last. */
void rb_checks_item_over(struct rb_visit *v, const struct rb_left *left);

/* ---- attempt.c ---- */
/* Begins an attempt of `step` (the visit's, or that of a probe), which must end by `until` (monotonic, ns).
 * It may be done on return, or wait for a person. The caller frees it. */
struct rb_try *rb_try_start(
    struct rb_visit *v, const struct rb_step *step, enum rb_purpose purpose, int64_t until);
/* Tells the driver to end it. It is completed all the same, later; what is done or completed already is not
 * told. */
void rb_try_cancel(struct rb_try *t, enum rb_cancel why);
/* Judges a completed attempt: t->outcome, reason and facts; emits what it has to tell. */
void rb_try_judge(struct rb_visit *v, struct rb_try *t, struct rb_reason *reason);
/* With its question, and its ticket: a completion that comes later is let go. */
void rb_try_free(struct rb_flow *f, struct rb_try *t);

/* ---- ask.c ---- */
/* Asks for the visit's confirmation: ANSWERED when it was answered at once, YES when none is needed, BAD when
 * it cannot be asked (cut, or its text errored). */
enum rb_signal rb_confirm_ask(struct rb_visit *v);
/* The answer is in: YES; NO, with the outcome that it makes; BAD, where a drill halts at it. */
enum rb_signal rb_confirm_answered(struct rb_visit *v);
/* confirm.c: fills in the question; 0, or -1 with the visit's reason. */
int rb_confirm_fill(struct rb_visit *v, struct rb_asking *a);
/* Whether the step needs a person at a terminal, and there is none; and what that makes of its visit. */
bool rb_ask_is_alone(const struct rb_visit *v);
void rb_ask_alone(struct rb_visit *v);
/* Puts the question of a step for people; its attempt waits for the answer. */
void rb_people_ask(struct rb_visit *v, struct rb_try *t);
/* The answer is in: fills the attempt's result; ENDED, or what else follows from it. */
enum rb_signal rb_people_answered(struct rb_visit *v);
/* As rb_try_cancel and rb_try_free. */
void rb_asking_cancel(struct rb_flow *f, struct rb_asking *a);
void rb_asking_free(struct rb_flow *f, struct rb_asking *a);

/* ---- probes.c: YES when a look passed; NO when the time for looks is over; BAD when a look errored, with
 * the reason in v->poll; CUT ---- */
/* Begins to look for the visit; no look lasts beyond `until` (monotonic, ns). */
enum rb_signal rb_poll_begin(
    struct rb_visit *v, const struct rb_probe *probe, enum rb_purpose purpose, int64_t until);
/* The look was completed: judges it. */
enum rb_signal rb_poll_looked(struct rb_visit *v);
/* The tick: looks once more, or ends the look that is out, whose deadline it was. */
enum rb_signal rb_poll_look(struct rb_visit *v);

/* ---- call.c, phase.c, escalate.c ---- */
/* Pushes the instance of what the step calls. 0; 1 where the driver stands in for it: v->facts and v->inside
 * are set, and the timer if that takes time; or -1 with the visit's reason. */
int rb_call_begin(struct rb_visit *v);
/* Pushes the run's own file, with the frame of the flow's options, which it frees. */
struct rb_inst *rb_inst_root(struct rb_flow *f, struct rb_strand *s);
/* Pushes the procedure that the run was asked to start at, above the instance of its file. 0, or -1 and a
 * reason. */
int rb_inst_from(struct rb_inst *root, struct rb_reason *why);
/* What the host must have for its file (rb_driver.enter): 0, or -1 and a reason. */
int rb_inst_enter(struct rb_inst *in, struct rb_reason *why);
/* Brings `run.elapsed` up to date, where something reads it. */
void rb_inst_refresh(struct rb_inst *in);
/* Moves it to its next phase; false when it waits. May pop and free it. */
bool rb_inst_move(struct rb_inst *in);
/* With its frames, and its rungs' timers. Its strand must have it no more. */
void rb_inst_free(struct rb_inst *in);
/* Sets the timers of the rungs of a file that begins; a drill has no rungs. */
void rb_rungs_begin(struct rb_inst *in);
/* The steps have ended: drops what waits, or fires it. */
void rb_rungs_ended(struct rb_inst *in);
/* Ends those that run, of every file: cuts them hard, since `why`. */
void rb_rungs_cut(struct rb_flow *f, struct rb_str why);
/* The strand of a rung is over: one that did not pass is a warning. Wakes the file's strand. */
void rb_rung_over(struct rb_rung_run *r, const struct rb_left *left);
/* Stops the timers of those that wait. */
void rb_rungs_stop(struct rb_inst *in);

/* ---- emit.c: each tells the event of its name; event/event.c says what the fields mean. An
 * empty text is left out where an event can be without it ---- */
/* `where` is the step that the phase belongs to, NULL for the run's own; `after`: of a rung, the time (ns)
 * that set it off, else 0. */
void rb_emit_phase(
    struct rb_inst *in, const struct rb_where *where, const char *name, struct rb_str title, int64_t after);
/* v->where is complete; the outcome is final. */
void rb_emit_step_start(struct rb_visit *v);
void rb_emit_step_end(struct rb_visit *v);
/* 0, or -1: it is a change, and no durable record of it could be written: it must not be done. */
int rb_emit_attempt_start(struct rb_visit *v, struct rb_try *t);
/* Of a judged attempt, with what the driver and the kind have left to be recorded. */
void rb_emit_attempt_end(struct rb_visit *v, struct rb_try *t, const struct rb_reason *reason);
/* The assertions that did not hold; of an attempt that errored, the place of what could not be decided. */
void rb_emit_broken(struct rb_visit *v, struct rb_try *t, const struct rb_reason *reason);
/* The same for what a visit itself could not decide. */
void rb_emit_undecided(struct rb_visit *v);
/* Those of a step's facts that something reads, if any. `facts` is a MAP. */
void rb_emit_facts(struct rb_visit *v, struct rb_value facts);
/* `pause` in ns; `times`: attempts at most, 0 where only `for` bounds them. */
void rb_emit_retry(struct rb_visit *v, int64_t pause, int64_t times);
/* The loop comes to an item: `index` from 0 on. */
void rb_emit_item(struct rb_visit *v, struct rb_value item, size_t index, size_t of);
/* Decisions: the condition as written, what it stood on in words, and those facts as JSON (rb_grounds). `arm`
 * is an index, -1 where none holds; the condition of `else` is empty. */
void rb_emit_if(struct rb_visit *v, struct rb_str cond, bool held, struct rb_str why, struct rb_str facts);
void rb_emit_branch(
    struct rb_visit *v, struct rb_str cond, int64_t arm, struct rb_str why, struct rb_str facts);
/* An edge is taken: by the step's key ("on_fail"), or its own word where it stands as a step; `to` of
 * rb_edge_to. */
void rb_emit_edge(struct rb_visit *v, const char *key, struct rb_str to, struct rb_str reason);
/* A question is put; it was answered, also by nobody, or cancelled: after that the asking may be freed. */
void rb_emit_ask(struct rb_visit *v, const struct rb_question *q);
void rb_emit_answer(struct rb_visit *v, const struct rb_asking *a);
/* What the runbook says, with its values filled in. */
void rb_emit_say(struct rb_visit *v, struct rb_str said);
/* `where` NULL: of the run. `code` is what tests and tools know it by. */
void rb_emit_warning(struct rb_flow *f, const struct rb_where *where, const char *code, struct rb_str said);
/* What a drill found of a look (purpose ACTION) or of a probe; said: why. */
void rb_emit_finding(struct rb_visit *v, enum rb_health health, enum rb_purpose purpose, struct rb_str said);
/* A drill goes no further. where and step: NULL at the end of the steps; why: "change", "answer",
 * "escalation". */
void rb_emit_halt(struct rb_flow *f, const struct rb_where *where, const struct rb_step *step,
    const char *why, struct rb_str does, struct rb_str said);
/* f->end, which is complete. */
void rb_emit_run_end(struct rb_flow *f);

#endif
