/* A checked program: the step graph that the dry run walks and the scheduler drives. Ownership: everything in
 * it lives in the program's arena and is read only after loading; patterns are closed by rb_program_free. */
#ifndef RB_LANG_PROGRAM_H
#define RB_LANG_PROGRAM_H

#include "lang/key.h"

struct rb_kind;
struct rb_unit;
struct rb_procedure;

enum rb_effect { RB_READ, RB_CHANGE, RB_DANGER, RB_EFFECTS };
/* "read", "change", "danger": as files and records have them. */
extern const char *const rb_effect_words[RB_EFFECTS];

/* All that flow knows of a step. */
enum rb_op {
	RB_OP_LEAF,   /* ->kind, ->args */
	RB_OP_BRANCH, /* ->arms */
	RB_OP_CHECKS, /* ->body: probes side by side */
	RB_OP_BLOCK,  /* ->body, ->finally */
	RB_OP_CALL,   /* ->call */
	RB_OP_SET,    /* ->sets */
	RB_OP_EDGE,   /* goto, end, done, fail as a list item: ->edge */
};

enum __attribute__((packed)) rb_end { RB_END_RESOLVED, RB_END_FAILED, RB_END_ESCALATED, RB_ENDS };
extern const char *const rb_end_words[RB_ENDS]; /* "resolved", as it is written behind `end` */

enum __attribute__((packed)) rb_edge_kind {
	RB_EDGE_NONE, /* not given: the outcome's default */
	RB_EDGE_CONTINUE,
	RB_EDGE_GOTO,  /* ->target */
	RB_EDGE_END,   /* ->end, ->reason */
	RB_EDGE_DONE,  /* leaves the procedure, passed */
	RB_EDGE_FAIL,  /* leaves the procedure, failed: ->reason */
	RB_EDGE_STEPS, /* ->steps: recovers the step if it passes */
};

struct rb_edge {
	enum rb_edge_kind kind;
	enum rb_end end;
	struct rb_span span;
	const struct rb_step *target;
	struct rb_tmpl *reason; /* may be NULL */
	struct rb_list *steps;
};

/* Steps that run one after the other. */
struct rb_list {
	struct rb_step *owner; /* the step it stands in, or NULL at the top of a file, procedure or phase */
	bool closed; /* goto may not come in from outside: arm, loop, procedure, finally, edge list */
	size_t len;
	struct rb_step **steps;
};

struct rb_arm {
	struct rb_expr *cond; /* NULL: else */
	struct rb_span span;
	struct rb_list *steps; /* or */
	struct rb_edge edge;   /* kind NONE when it has steps */
};

struct rb_loop {
	struct rb_span span;
	struct rb_expr *in;     /* a list; or */
	struct rb_field *items; /* a list written out */
	struct rb_decl *as;     /* the loop variable */
	struct rb_expr *where;  /* may be NULL; reads the loop variable */
	bool stop_on_fail;      /* default true */
};

struct rb_retry {
	struct rb_span span;
	int64_t times;           /* attempts in all; 0: not bounded by number */
	struct rb_field *every;  /* pause; default 1s */
	double backoff;          /* factor on each further pause; default 1 */
	struct rb_field *within; /* `for`: bounds all attempts; may be NULL */
	struct rb_expr *cond;    /* `if`, over this; may be NULL */
	bool unsafe;             /* a change may be retried */
};

struct rb_confirm {
	struct rb_span span;
	struct rb_tmpl *text; /* NULL: made from the step (danger without confirm) */
	struct rb_tmpl *type; /* what must be typed; may be NULL */
	struct rb_str by;     /* role or person who must confirm; may be empty */
	bool needs_id;        /* --yes alone does not answer it: names a person, wants typing, or danger */
};

/* A probe: done_if, verify, ready. */
struct rb_probe {
	struct rb_step *step;            /* a leaf without id, edges, scope entry */
	struct rb_field *within, *every; /* polling; may be NULL */
};

struct rb_match_key {
	struct rb_str name;
	struct rb_span span;
	struct rb_pattern *pattern; /* or, when it has ${}: */
	struct rb_tmpl *tmpl;
};

struct rb_capture {
	struct rb_str name;
	struct rb_span span;
	struct rb_expr *value;
	const struct rb_type_row *type; /* NULL: the expression's own */
	bool secret;
	struct rb_field *dflt; /* may be NULL */
};

enum rb_assert_op {
	RB_ASSERT_TRUE,   /* ->that */
	RB_ASSERT_EQUALS, /* deep equality (json), or equality as text */
	RB_ASSERT_CONTAINS,
	RB_ASSERT_MATCHES,  /* ->pattern or ->tmpl */
	RB_ASSERT_LACKS,    /* neither contains nor matches */
	RB_ASSERT_ONE_OF,   /* exit, signal, status: ->ranges */
	RB_ASSERT_AT_MOST,  /* within: duration */
	RB_ASSERT_AT_LEAST, /* cert.valid_for */
};

struct rb_range {
	int64_t from, to; /* inclusive; 2xx is 200..299 */
};

struct rb_assert {
	enum rb_assert_op op;
	struct rb_span span;
	struct rb_str name;      /* "json.status", "exit", "that" */
	struct rb_expr *subject; /* over this: this.json.status; NULL for `that` */
	struct rb_expr *that;
	struct rb_field *want; /* EQUALS, CONTAINS, AT_MOST, AT_LEAST, LACKS */
	struct rb_pattern *pattern;
	struct rb_tmpl *tmpl;
	size_t nranges;
	struct rb_range *ranges;
};

struct rb_stop_on {
	struct rb_span span;
	struct rb_pattern *pattern; /* or ->tmpl; or neither */
	struct rb_tmpl *tmpl;
	bool operator_;         /* the operator says when */
	struct rb_field *after; /* a duration; may be NULL */
};

struct rb_setter {
	struct rb_decl *decl; /* a value */
	struct rb_field value;
};

enum rb_callee { RB_CALL_PROCEDURE, RB_CALL_LIBRARY, RB_CALL_RUNBOOK };

struct rb_binding {
	struct rb_str name;
	struct rb_field value;
	const struct rb_input *input;
};

/* A secret of the caller that a library or another runbook gets, under the name that it has there. */
struct rb_hand_over {
	const struct rb_secret *to;
	const struct rb_secret *from; /* in the caller's file */
	struct rb_span span;
};

struct rb_call {
	enum rb_callee what;
	struct rb_span span;
	struct rb_str name;              /* as written */
	const struct rb_procedure *proc; /* PROCEDURE, LIBRARY */
	const struct rb_unit *unit;      /* RUNBOOK */
	size_t nwith;
	struct rb_binding *with;
	size_t nsecrets;
	struct rb_hand_over *secrets; /* LIBRARY, RUNBOOK */
};

struct rb_env_key {
	struct rb_str name;
	struct rb_field value;
};

/* An expression that reads headers of an HTTP step's answer. */
struct rb_header_read {
	struct rb_str text;
	struct rb_header_read *next;
};

struct rb_step {
	enum rb_op op;
	const struct rb_kind *kind; /* LEAF */
	const char *action;         /* the action's key: "look", "branch", "goto" */
	const struct rb_unit *unit;
	const struct rb_procedure *proc; /* NULL outside of procedures */
	const struct rb_scope *scope;
	struct rb_decl *decl;   /* NULL for probes and edges */
	struct rb_list *list;   /* the list it stands in; NULL for probes */
	size_t at;              /* its place there */
	struct rb_step *parent; /* enclosing step, or NULL */
	unsigned index;         /* file order within its unit, 0-based; probes share their owner's */
	unsigned last_inside;   /* highest index of the steps inside of it; its own when there is none */
	struct rb_str id;       /* as written, or made: "step_3" */
	bool has_id;
	bool probe;                   /* a probe or an item of checks */
	struct rb_span span;          /* from its first key */
	struct rb_span action_span;   /* the action's value */
	enum rb_effect effect;        /* highest inside */
	struct rb_str effect_why;     /* reason given for effect: {read: why} */
	struct rb_tmpl *title, *note; /* may be NULL */

	/* in the order in which they take effect */
	struct rb_loop *loop;
	struct rb_expr *if_;
	struct rb_probe *done_if;
	struct rb_confirm *confirm;
	struct rb_field *timeout; /* as written, or from defaults; NULL: the kind's */
	struct rb_retry *retry;
	struct rb_stop_on *stop_on;
	size_t nmatches;
	struct rb_match_key *matches;
	size_t ncaptures;
	struct rb_capture *captures;
	size_t nasserts; /* with the implied ones (exit 0, status 2xx) */
	struct rb_assert *asserts;
	struct rb_probe *verify;
	struct rb_edge on_pass, on_fail, on_timeout;
	int64_t max_visits; /* default 3 */
	bool optional;      /* declined = skipped */

	/* how it runs; inherited ones are resolved here already */
	size_t nenv;
	struct rb_env_key *env;
	size_t nsecrets;
	struct rb_decl **secrets; /* delivered to it */
	struct rb_field *cwd, *stdin_;
	struct rb_str shell; /* "bash" or "sh" */
	bool interactive;
	bool keeps_stdout, keeps_stderr,
	    keeps_body; /* something mentions them, so their text is kept for facts */
	struct rb_header_read *header_reads;
	struct rb_str show; /* "output", "none", … see the row of `show` */
	struct rb_field *log;
	struct rb_field *pidfile; /* start; may be NULL */
	bool keep;                /* start: it outlives the run (default true) */

	/* by op */
	struct rb_field *args;  /* LEAF: by row of kind->keys */
	struct rb_probe *ready; /* LEAF start */
	size_t narms;
	struct rb_arm *arms;     /* BRANCH; or of an `ask` whose choices have `then`: one arm a choice */
	struct rb_list *body;    /* BLOCK, CHECKS */
	int64_t max_parallel;    /* CHECKS: `max`, 0: all */
	struct rb_list *finally; /* BLOCK */
	struct rb_call *call;
	size_t nsets;
	struct rb_setter *sets;
	struct rb_edge edge;         /* EDGE */
	const struct rb_type *facts; /* type of its facts: RB_STEP */
};

struct rb_input {
	struct rb_str name;
	struct rb_span span;
	const struct rb_type_row *type;
	struct rb_decl *decl;
	struct rb_field *dflt; /* may be NULL */
	bool required;         /* has no default */
	struct rb_pattern *pattern;
	struct rb_value min, max; /* UNSET: none */
	size_t nchoices;
	struct rb_value *choices;     /* texts or typed values */
	struct rb_value *choice_data; /* MAP each, when choices carry data; else NULL */
	struct rb_str help;
};

struct rb_value_decl {
	struct rb_decl *decl;
	struct rb_field value;
	const struct rb_type_row *type; /* NULL: the field's own */
};

enum rb_secret_from {
	RB_SECRET_ENV,
	RB_SECRET_FILE,
	RB_SECRET_CREDENTIAL,
	RB_SECRET_COMMAND,
	RB_SECRET_PROMPT,
	RB_SECRET_CALLER /* of a library: whoever uses it hands it over */
};

struct rb_secret {
	struct rb_decl *decl; /* ->type is text or url */
	struct rb_span span;
	enum rb_secret_from from;
	struct rb_field source; /* name, path, argv/script, or question; none of the caller's */
	bool optional;          /* missing: unset, no error */
	struct rb_str help;
};

struct rb_requires {
	struct rb_span span;
	struct rb_field *fields; /* by row of rb_requires_keys; NULL when the file has none */
};

struct rb_rung {
	struct rb_span span;
	struct rb_field *after; /* duration; NULL for `on: failed` */
	bool on_failed;
	struct rb_tmpl *contact;
	struct rb_list *steps;
};

struct rb_output {
	struct rb_str name, help;
	const struct rb_type_row *type;
	struct rb_expr *value;
};

struct rb_procedure {
	struct rb_str name; /* "restart", "port.free" */
	struct rb_span span;
	const struct rb_unit *unit;
	struct rb_scope *scope;
	struct rb_tmpl *title;
	struct rb_str help;
	size_t ninputs;
	struct rb_input *inputs;
	size_t noutputs;
	struct rb_output *outputs;
	struct rb_list *steps, *finally; /* finally may be NULL */
	enum rb_effect effect;
};

/* One loaded file. */
struct rb_unit {
	const struct rb_source *src;
	bool library;
	struct rb_field *fields; /* by row of rb_runbook_keys or rb_library_keys: title, owner, severity, … */
	struct rb_str id;
	struct rb_scope *scope;
	struct rb_decl *run, *has; /* the built-in records; has may be NULL */
	size_t ninputs, nvalues, nsecrets, nprocs, nrungs, nsteps;
	struct rb_input *inputs;
	struct rb_value_decl *values;
	struct rb_secret *secrets;
	struct rb_requires requires;
	struct rb_procedure **procs; /* a library has one */
	struct rb_rung *rungs;
	struct rb_step **steps_in_order;         /* every step of the file by ->index */
	struct rb_list *setup, *steps, *finally; /* setup and finally may be NULL */
	struct rb_field *timeout;                /* the run's; may be NULL */
	enum rb_effect effect;
};

struct rb_program {
	struct rb_arena *arena;
	struct rb_unit *main;
	size_t nunits;
	struct rb_unit **units;             /* main first, each file once */
	const struct rb_kind *const *kinds; /* ends with NULL */
	struct rb_patterns patterns;        /* all that were compiled, to be closed */
};

/* Finds other files for `runbook:` and `use:`. lang makes no system call of its own. */
struct rb_opener {
	void *ctx;
	/* A runbook by its path as written (relative to the folder of `from`), or a library procedure by its
	 * dotted name. NULL: *why says why. The same file must come back as the same source. */
	const struct rb_source *(*open)(void *ctx, struct rb_arena *arena, bool library, struct rb_str name,
	    const struct rb_source *from, struct rb_str *why);
};

/* Loads and checks a runbook with all that it names. NULL if there was any error; all that were found are in
 * diags (warnings also when it succeeds). */
struct rb_program *rb_program_load(struct rb_arena *arena, const struct rb_source *src,
    const struct rb_kind *const *kinds, const struct rb_opener *opener, struct rb_diags *diags);
/* The same for the library procedure of that name alone, which a run can start at: main->procs[0]. */
struct rb_program *rb_program_load_library(struct rb_arena *arena, const struct rb_source *src,
    struct rb_str name, const struct rb_kind *const *kinds, const struct rb_opener *opener,
    struct rb_diags *diags);
void rb_program_free(struct rb_program *p); /* closes patterns; the arena is the caller's */
/* The step of an id in a unit, or NULL; a procedure by name, or NULL. */
const struct rb_step *rb_unit_step(const struct rb_unit *u, struct rb_str id);
const struct rb_procedure *rb_unit_proc(const struct rb_unit *u, struct rb_str name);
/* The step's capture of a name, or NULL. */
const struct rb_capture *rb_step_capture(const struct rb_step *step, struct rb_str name);
/* Where a procedure's steps stand in its file, in a row: the index of the first, and their number; 0 and 0 if
 * it has none. */
void rb_proc_steps(const struct rb_procedure *proc, unsigned *first, unsigned *n);
/* True if a capture of the step is secret: none of its output reaches a sink. */
bool rb_step_keeps_secret(const struct rb_step *step);
/* Whether an expression names this header (in lower case) of the step's answer. */
bool rb_step_reads_header(const struct rb_step *step, struct rb_str name);
/* The file's metadata by key name: its constant text, or empty. */
struct rb_str rb_unit_meta(const struct rb_unit *u, const char *key);

#endif
