/* What the files of this folder share, and nobody else sees. Ownership: what is loaded lives in the arena of
 * its file, what is played in that of its play; nodes are borrowed from the source's arena. */
#ifndef RB_SCENARIO_STATE_H
#define RB_SCENARIO_STATE_H

#include "event/mask.h"
#include "lang/expr.h"
#include "scenario/scenario.h"

/* The rows of the tables (keys.c). */
enum {
	RB_TEST_TEST,
	RB_TEST_LIBRARY,
	RB_TEST_INPUTS,
	RB_TEST_SECRETS,
	RB_TEST_HOST,
	RB_TEST_RESULTS,
	RB_TEST_SCENARIOS,
	RB_TEST_KEYS
};
enum { RB_HOST_NAME, RB_HOST_USER, RB_HOST_OS, RB_HOST_COMMANDS, RB_HOST_LACKS, RB_HOST_ENV, RB_HOST_KEYS };
enum {
	RB_SCEN_NAME,
	RB_SCEN_NOTE,
	RB_SCEN_FROM,
	RB_SCEN_YES,
	RB_SCEN_INPUTS,
	RB_SCEN_RESULTS,
	RB_SCEN_ANSWERS,
	RB_SCEN_SIGNALS,
	RB_SCEN_EXPECT,
	RB_SCEN_KEYS
};
enum {
	RB_WANT_OUTCOME,
	RB_WANT_EXIT,
	RB_WANT_REASON,
	RB_WANT_PATH,
	RB_WANT_REACHED,
	RB_WANT_NOT_REACHED,
	RB_WANT_CHANGES,
	RB_WANT_STATUSES,
	RB_WANT_VALUES,
	RB_WANT_OUTPUTS,
	RB_WANT_THAT,
	RB_WANT_REQUESTS,
	RB_WANT_ASKED,
	RB_WANT_SAID,
	RB_WANT_ELAPSED,
	RB_WANT_KEYS
};
/* Of a result, beside the facts of its kind; and of what stands for a whole call. */
enum {
	RB_REPLY_TAKES,
	RB_REPLY_HANGS,
	RB_REPLY_FAILED,
	RB_REPLY_ERROR,
	RB_REPLY_REFUSED,
	RB_REPLY_REPEATS,
	RB_REPLY_KEYS
};
enum { RB_WHOLE_OUTPUTS, RB_WHOLE_FAILED, RB_WHOLE_TAKES, RB_WHOLE_KEYS };
enum { RB_SAID_ANSWER, RB_SAID_TAKES, RB_SAID_DONE, RB_SAID_NOTE, RB_SAID_RECORD, RB_SAID_KEYS };
enum { RB_SIGNAL_AT, RB_SIGNAL_SIGNAL, RB_SIGNAL_KEYS };
enum { RB_RULE_CONTAINS, RB_RULE_EQUALS, RB_RULE_MATCHES, RB_RULE_LACKS, RB_RULE_KEYS };
enum { RB_ELAPSED_AT_LEAST, RB_ELAPSED_AT_MOST, RB_ELAPSED_KEYS };

extern const struct rb_key rb_scenario_file_keys[], rb_scenario_host_keys[], rb_scenario_keys[],
    rb_scenario_expect_keys[], rb_scenario_reply_keys[], rb_scenario_whole_keys[], rb_scenario_answer_keys[],
    rb_scenario_signal_keys[], rb_scenario_rule_keys[], rb_scenario_elapsed_keys[];

/* ---- names.c ---- */

/* A step as results, answers and expectations name it. */
struct rb_named {
	struct rb_str key;           /* "restart/launch", "start.ready" */
	struct rb_span span;         /* where it is named */
	const struct rb_step *owner; /* the step */
	const struct rb_step *step;  /* the same, or its probe */
	enum rb_purpose purpose;
};

/* A load under way. */
struct rb_scenario_load {
	struct rb_arena *arena;
	struct rb_diags *diags;
	struct rb_scenario_file *file;
	struct rb_expr_ctx
	    ctx; /* ->scope: where ids and expressions of this place are looked up; NULL: anywhere */
};

/* 0, or -1 after a diagnostic. */
int rb_named_find(const struct rb_scenario_load *l, const struct rb_node *node, struct rb_named *out);
/* "`free`", or where a step without an id stands: "`step_4` (line 12: it has no id)". In the arena. */
struct rb_str rb_named_show(struct rb_arena *arena, struct rb_str key, const struct rb_step *owner);
/* ".ready" of what looks for a step; empty for its action. */
const char *rb_named_suffix(enum rb_purpose purpose);
/* The last part of an instance path is an item of a loop: "pods[2]". */
bool rb_path_is_item(struct rb_str path);

/* ---- value.c ---- */

/* A node as a value of a type, without ${}. `name` is for messages. 0, or -1 after a diagnostic. */
int rb_scenario_value(const struct rb_scenario_load *l, const struct rb_type *type, const char *name,
    const struct rb_node *node, struct rb_value *out);
/* A tree of texts, as an inputs file gives it. */
struct rb_value rb_scenario_texts(struct rb_arena *arena, const struct rb_node *node);
/* A value for messages, bounded: texts in quotes. */
struct rb_str rb_scenario_show(struct rb_arena *arena, struct rb_value v);

/* ---- rule.c ---- */

/* What is asked of a text. */
struct rb_rule {
	int how; /* RB_RULE_CONTAINS, … */
	struct rb_str text;
	struct rb_pattern *pattern; /* in place of the text; the program's list closes it */
	struct rb_span span;
};

/* A scalar is `dflt` (CONTAINS or EQUALS), or a pattern if it is written as one; a map names it. 0, or -1
 * after a diagnostic. */
int rb_rule_read(const struct rb_scenario_load *l, const char *name, const struct rb_node *node, int dflt,
    struct rb_rule *out);
/* Whether the text is as asked; of EQUALS newlines at the end do not count. */
bool rb_rule_holds(const struct rb_rule *r, struct rb_str text);
/* For people: "a text that matches /x/"; of EQUALS the text itself. */
struct rb_str rb_rule_show(struct rb_arena *arena, const struct rb_rule *r);
/* What is asked of a value that may hold others: of maps the keys named, of lists all of it. */
struct rb_wanted {
	enum { RB_WANTED_RULE, RB_WANTED_LIST, RB_WANTED_MAP } form;
	struct rb_rule rule;
	size_t n;
	struct rb_str *names; /* MAP */
	struct rb_wanted *items;
};
/* The first place where a value is not as it was wanted. */
struct rb_differs {
	struct rb_str at; /* "env.port"; empty: the whole */
	struct rb_str expected, actual;
};
/* A scalar must be equal, or match; a map may name a rule, else it asks of its keys. 0, or -1 after a
 * diagnostic. */
int rb_wanted_read(
    const struct rb_scenario_load *l, const char *name, const struct rb_node *node, struct rb_wanted *out);
/* False with where they differ first: below `at`, the path of v. UNSET members differ from whatever is asked.
 */
bool rb_wanted_holds(const struct rb_wanted *w, struct rb_value v, struct rb_str at, struct rb_arena *arena,
    struct rb_differs *out);

/* ---- replies.c ---- */

/* What one attempt comes to; or one call, if it is a `whole`. */
struct rb_mock_reply {
	struct rb_span span;
	struct rb_value facts; /* MAP */
	bool takes_time, hangs, refused, has_failed, has_error;
	bool repeats; /* the last of a list: it serves all attempts that follow */
	int64_t takes;
	struct rb_str failed, error;
};

/* The replies for one step, or for one item of its loop. */
struct rb_mock_replies {
	struct rb_str item; /* text of the item */
	struct rb_span span;
	bool each; /* one for each attempt; else items[0] serves them all */
	size_t n;
	struct rb_mock_reply *items;
	size_t number; /* its counter in a play */
};

/* What `results` says of one step, or of one call. */
struct rb_mock_of {
	struct rb_named at;
	bool whole, by_item;
	size_t n; /* by_item: as many as it names; else 1 */
	struct rb_mock_replies *replies;
};

/* `results`: of a scenario, or of the whole file. */
struct rb_mocks {
	struct rb_map by_key; /* → struct rb_mock_of * */
	size_t counters;
};

/* `results`, in the scope of l->ctx. */
void rb_mocks_read(struct rb_scenario_load *l, const struct rb_node *node, struct rb_mocks *out);

/* ---- answers.c ---- */

/* What the operator says to one step, as written: one answer for each time, or a list of them in turn. */
struct rb_answers_of {
	struct rb_named at;
	const struct rb_node *node;
	size_t number;
};

/* `answers` of a scenario. */
struct rb_answers {
	struct rb_map by_key; /* → struct rb_answers_of * */
};

/* Whether a step asks before it acts, which --yes may answer. */
bool rb_asks_first(const struct rb_step *s);
/* `answers`, kept as written by the steps that ask; node may be NULL. */
void rb_answers_read(struct rb_scenario_load *l, const struct rb_node *node, struct rb_answers *out);

/* ---- wants.c ---- */

/* A list of steps that is expected; not `given`: nothing is. */
struct rb_want_steps {
	bool given;
	struct rb_span span;
	size_t n;
	struct rb_named *items;
};
/* What a step is expected to come to. */
struct rb_want_status {
	struct rb_named at;
	size_t n; /* of its visits; 1: of the last */
	enum rb_outcome *outcomes;
	bool each;
};
/* What a fact, a value or an output is expected to be. */
struct rb_want_value {
	struct rb_span span;
	struct rb_str name;
	const struct rb_expr *expr;
	const struct rb_type_row *as; /* of an output: its declared type; may be NULL */
	struct rb_value value;
};
/* What a step is expected to be asked to do. */
struct rb_want_request {
	struct rb_named at;
	bool each; /* a list: one for each attempt; else items[0] holds of all of them */
	size_t n;
	struct rb_wanted *items; /* MAP */
};
/* What a step is expected to ask. */
struct rb_want_question {
	struct rb_named at;
	struct rb_rule rule;
};

/* `expect`, checked. */
struct rb_wants {
	const struct rb_field *fields; /* by RB_WANT_; NULL: there is no `expect` */
	enum rb_ending ending;
	struct rb_rule reason;
	struct rb_want_steps path, reached, not_reached, changes, asked;
	size_t nstatuses, nvalues, noutputs, nrequests, nquestions, nsaid;
	struct rb_want_status *statuses;
	struct rb_want_value *values, *outputs;
	struct rb_want_request *requests;
	struct rb_want_question *questions; /* of an `asked` that is a map */
	struct rb_rule *said;
	int64_t at_least, at_most; /* elapsed */
};

/* `expect` of a scenario, in the scope of l->ctx; diagnostics for what cannot hold. */
void rb_wants_read(struct rb_scenario_load *l, const struct rb_scenario *s, const struct rb_node *node,
    struct rb_wants *out);
/* Outcome words as scenarios write them: timed_out. */
struct rb_str rb_outcome_word(struct rb_arena *arena, enum rb_outcome o);

/* ---- what a file and a scenario hold ---- */

/* An input or secret that is given: a text, or a tree of them. */
struct rb_given {
	struct rb_str name;
	struct rb_value value;
	struct rb_span span;
};

/* A signal that the run is sent: `at` ns after its beginning. */
struct rb_scenario_signal {
	int64_t at;
	int signo;
	struct rb_span span;
};

/* What a scenario says; its name and where it begins are in scenario.h. */
struct rb_scenario_inside {
	bool yes;
	size_t nyes_ids, ninputs, nsignals;
	struct rb_str *yes_ids;
	struct rb_given *inputs; /* its own, then those of the file that it does not have */
	struct rb_mocks mocks;
	struct rb_answers answers;
	struct rb_scenario_signal *signals;
	struct rb_wants wants;
};

/* What a file says for all of its scenarios. */
struct rb_scenario_shared {
	const struct rb_node *root;
	struct rb_field *host; /* by RB_HOST_; NULL: none */
	size_t ninputs, nsecrets;
	struct rb_given *inputs, *secrets;
	struct rb_mocks mocks;
};

/* ---- inputs.c ---- */

/* A mapping of names to values, as texts, with room for `room` more. */
struct rb_given *rb_given_read(
    const struct rb_scenario_load *l, const struct rb_field *f, size_t room, size_t *n);
/* Those that are given for all scenarios, each for those that have it; those of a scenario. */
void rb_inputs_read_shared(
    const struct rb_scenario_load *l, const struct rb_field *f, struct rb_scenario_shared *shared);
void rb_inputs_read(const struct rb_scenario_load *l, const struct rb_field *f, struct rb_scenario *s);
/* Settles inputs and values into o->frame, that of the file, and makes the offers for the procedure that the
 * scenario starts at. `settled` (may be NULL) is told of each. 0, or -1 after diagnostics. */
int rb_inputs_settle(const struct rb_scenario_load *l, const struct rb_unit *unit,
    const struct rb_scenario *s, struct rb_flow_options *o,
    void (*settled)(void *ctx, const struct rb_input *input, struct rb_value value, const char *source),
    void *ctx);

/* ---- watch.c: what happens in a play, as far as expectations ask ---- */

/* A visit of a step that has begun, in the order of their beginnings. */
struct rb_seen_step {
	struct rb_str key, path;
	const struct rb_step *step;
	bool over, skipped;
	struct rb_str outcome, reason; /* once over */
	struct rb_str because;         /* the decision before it; may be empty */
	struct rb_str own;             /* what became of its `if`; may be empty */
};

/* A change that was made, in order. */
struct rb_seen_change {
	struct rb_str key;
	const struct rb_step *step;
	size_t at; /* how many steps had begun */
};

struct rb_watch {
	struct rb_arena *arena;
	const struct rb_scenario_file *file;
	const struct rb_scenario *scenario;
	struct rb_sink sink;
	struct rb_map by_path; /* → index + 1 of its step */
	struct rb_map items;   /* "pods[2]" → its text */
	size_t nsteps, cap_steps, nchanges, cap_changes, nsaid, cap_said;
	struct rb_seen_step *steps;
	struct rb_seen_change *changes;
	struct rb_str *said;
	size_t nerrors, cap_errors;
	struct rb_str *errors;         /* paths of what a result of the scenario says could not be started */
	struct rb_str because, failed; /* failed: the reason of the last attempt that did not pass */
	struct rb_str ended_by;        /* the edge that ends the run; empty where it is none */
	struct rb_buf name;
	uint64_t events;
};

/* Nothing seen yet; w->sink is for the play's bus. Its lists live in the arena. */
void rb_watch_init(struct rb_watch *w, struct rb_arena *arena, const struct rb_scenario_file *file,
    const struct rb_scenario *scenario);
void rb_watch_free(struct rb_watch *w);
/* The key of an instance path, with the step. Good until the next call. */
struct rb_str rb_watch_key(struct rb_watch *w, struct rb_str path, const struct rb_step **step);
/* A change that was made: also by what stands for a whole call. */
void rb_watch_changed(struct rb_watch *w, struct rb_str key, const struct rb_step *step);
/* A result of the scenario says that what stands at the path could not be started. */
void rb_watch_error(struct rb_watch *w, struct rb_str path);
/* The text of the innermost item that the path stands in; empty p NULL where there is none. */
struct rb_str rb_watch_item(const struct rb_watch *w, struct rb_str path);

/* ---- play.c, driver.c, answers.c ---- */

/* An attempt or a question whose end is to come. */
struct rb_due {
	uint64_t ticket;
	int64_t at;
	bool question, stays; /* stays: a program that goes on until it is let go */
	bool by_operator;
	const struct rb_attempt *attempt; /* with its reply and pid, should it be ended from outside */
	const struct rb_mock_reply *reply;
	int64_t pid;
	struct rb_result res;
	struct rb_answer answer;
	struct rb_due *next;
};

/* A question that was put, in order. */
struct rb_asked {
	struct rb_str key, text;
	const struct rb_step *step;
};

/* A play under way: what rb_driver's ctx points to. `arena` is the caller's, and outlives it. */
struct rb_play {
	const struct rb_scenario_file *file;
	const struct rb_scenario *scenario;
	const struct rb_play_options *opt;
	struct rb_arena *arena;
	struct rb_played *out;
	struct rb_scenario_load load; /* for what is read while playing: diagnostics go to the play */
	struct rb_driver driver;
	struct rb_bus *bus;
	struct rb_masker *masker;
	struct rb_flow *flow;
	struct rb_watch watch;
	int64_t now;
	int64_t pid;                  /* the last that was made up */
	struct rb_due *due;           /* in the order in which they were started */
	unsigned *used, *used_shared; /* by rb_mock_replies.number */
	unsigned *answered;           /* by rb_answers_of.number */
	bool *in_turn;                /* the same: its answers are a list of one each time */
	unsigned *compared;           /* by place in wants.requests */
	size_t signals;               /* that were sent */
	size_t nasked, cap_asked;
	struct rb_asked *asked;
	size_t cap_findings, cap_calls;
	bool valued; /* values and outputs were compared */
};

#define RB_PLAY_BEGIN RB_DAY                           /* where the fake clock stands at first */
#define RB_PLAY_WALL ((int64_t)1767225600 * RB_SECOND) /* and the wall clock: 2026-01-01T00:00:00Z */

/* Makes p->driver: the scenario's results, a person who answers as it says, and the fake clock. */
void rb_play_driver(struct rb_play *p);
/* Completes what is due; true if there was anything. */
bool rb_play_complete(struct rb_play *p);
/* When the next of it is, or the next signal (p->now's clock, ns); RB_NEVER: nothing is to come. */
int64_t rb_play_next(const struct rb_play *p);
/* Forgets all that is due. */
void rb_play_drop(struct rb_play *p);
/* Something that will be completed at a time, last in order; the caller fills in what with. The play owns it.
 */
struct rb_due *rb_play_due(struct rb_play *p, uint64_t ticket, int64_t at);
/* What stands for the host: `requires`, `has`, secrets. */
int rb_play_enter(void *ctx, const struct rb_unit *unit, struct rb_frame *frame, struct rb_arena *arena,
    struct rb_str *why);
/* A text of the host: as given, or its default. */
struct rb_str rb_play_host(const struct rb_play *p, int row);
/* rb_driver.ask */
enum rb_started rb_play_ask(void *ctx, const struct rb_question *q, struct rb_answer *answer);
/* "health → survey → free": the steps so far, of many the last. */
struct rb_str rb_play_path(const struct rb_play *p);
/* "the run ended resolved by the `end` at line 9: all is well"; empty where it did not come to its end. */
struct rb_str rb_play_end(const struct rb_play *p);
/* "2nd" */
struct rb_str rb_play_nth(struct rb_arena *arena, unsigned n);

/* ---- supply.c ---- */

/* The result of an attempt from a reply; *stays: it goes on until it is ended. 0, or -1 after a diagnostic.
 */
int rb_supply(struct rb_play *p, const struct rb_attempt *at, const struct rb_mock_reply *reply,
    struct rb_result *res, bool *stays);
/* The same where the attempt is ended from outside, by its timeout say, before the reply was due. */
void rb_supply_cut(struct rb_play *p, struct rb_due *due);
/* The result has come: its texts to who looks at the output of a run, masked like that. */
void rb_supply_tell(struct rb_play *p, const struct rb_attempt *at, const struct rb_result *res);

/* ---- compare.c, and its parts ---- */

/* What the scenario expects. */
const struct rb_wants *rb_play_wants(const struct rb_play *p);
/* The field of a key of `expect`, or NULL. */
const struct rb_field *rb_play_wanted(const struct rb_play *p, int row);
/* One more thing that is not as expected: `span` in the scenario, the key of `expect`, a sentence. The play
 * owns it; it stays in its place until the next one. */
struct rb_finding *rb_play_finding(struct rb_play *p, struct rb_span span, const char *key, const char *fmt,
    ...) __attribute__((format(printf, 4, 5)));
/* A finding of two values. */
void rb_play_differs(struct rb_play *p, struct rb_span span, const char *key, struct rb_str what,
    struct rb_str expected, struct rb_str actual);
/* A further line of a finding. */
void rb_play_line(struct rb_play *p, struct rb_finding *f, struct rb_str line);
/* What would have been done by an attempt, and what would have been called; at the end, how often. */
void rb_compare_request(struct rb_play *p, struct rb_str key, const struct rb_request *req);
void rb_compare_call(
    struct rb_play *p, struct rb_str key, const struct rb_call *call, const struct rb_frame *frame);
void rb_compare_requests(struct rb_play *p);
/* Facts, values and outputs, in the frame of what the scenario starts at, at its end; and where there was
 * none. */
void rb_compare_values(struct rb_play *p, const struct rb_frame *frame);
void rb_compare_unvalued(struct rb_play *p);
/* Ids in order: NULL if they are as expected, else the finding; *at is where they differ first. */
struct rb_finding *rb_compare_lists(struct rb_play *p, const struct rb_want_steps *w, const char *key,
    const char *what, const struct rb_str *actual, size_t n, size_t *at);
/* `path`; `reached` and `not_reached`, whose key it is; `changes`: each adds its findings. */
void rb_compare_path(struct rb_play *p);
void rb_compare_reached(struct rb_play *p, const struct rb_want_steps *w, const char *key, bool reached);
void rb_compare_changes(struct rb_play *p);
/* All that is compared once the run is over. */
void rb_compare_end(struct rb_play *p);
/* What was given and never used (unused.c). */
void rb_compare_unused(struct rb_play *p);

#endif
