/* From nodes to the program graph: what the files lower_*.c share, and nobody else sees. Ownership: all of it
 * lives in the program's arena; nodes are borrowed from the arena of their file, which is the same one.
 *
 * A file is lowered in this order: shape (lower_shape.c: steps, lists, ids, file order), declarations
 * (lower_decl.c), then each step in file order, procedures first (lower_step.c and those that it calls:
 * probes, matches, assertions, edges, calls), last what needs the whole file (lower_effect.c). */
#ifndef RB_LANG_LOWER_H
#define RB_LANG_LOWER_H

#include "lang/kind.h"

enum {
	RB_STEPS_MAX = 100000, /* steps of a file */
	RB_UNITS_MAX = 256,    /* files of a program */
	RB_UNITS_DEEP = 16,    /* files that name files that name files */
	RB_NAMES_DEEP =
	    256,            /* inputs or values that are computed from others that are computed from others */
	RB_CALLS_DEEP = 64, /* procedures that call procedures */
	RB_CAPTURES_MAX = 256, /* match names, captures, outputs of one step */
	RB_VISITS_DEFAULT = 3,
};

/* The rows of rb_step_keys. */
enum {
	RB_STEP_ID,
	RB_STEP_TITLE,
	RB_STEP_NOTE,
	RB_STEP_IF,
	RB_STEP_FOR_EACH,
	RB_STEP_DONE_IF,
	RB_STEP_CONFIRM,
	RB_STEP_OPTIONAL,
	RB_STEP_TIMEOUT,
	RB_STEP_RETRY,
	RB_STEP_STOP_ON,
	RB_STEP_MATCH,
	RB_STEP_CAPTURE,
	RB_STEP_EXPECT,
	RB_STEP_VERIFY,
	RB_STEP_ON_PASS,
	RB_STEP_ON_FAIL,
	RB_STEP_ON_TIMEOUT,
	RB_STEP_MAX_VISITS,
	RB_STEP_EFFECT,
	RB_STEP_ENV,
	RB_STEP_SECRETS,
	RB_STEP_CWD,
	RB_STEP_SHELL,
	RB_STEP_STDIN,
	RB_STEP_INTERACTIVE,
	RB_STEP_SHOW,
	RB_STEP_LOG,
	RB_STEP_WITH,
	RB_STEP_READY,
	RB_STEP_PIDFILE,
	RB_STEP_KEEP,
	RB_STEP_MAX,
	RB_STEP_FINALLY,
	RB_STEP_UNDO,
	RB_STEP_USER,
	RB_STEP_TARGET,
	RB_STEP_KEYS
};

/* The rows of rb_expect_keys. */
enum {
	RB_EXPECT_EXIT,
	RB_EXPECT_SIGNAL,
	RB_EXPECT_STDOUT,
	RB_EXPECT_STDERR,
	RB_EXPECT_OUTPUT,
	RB_EXPECT_STATUS,
	RB_EXPECT_HEADER,
	RB_EXPECT_BODY,
	RB_EXPECT_JSON,
	RB_EXPECT_WITHIN,
	RB_EXPECT_CERT,
	RB_EXPECT_REDIRECT,
	RB_EXPECT_THAT,
	RB_EXPECT_KEYS
};

/* What a word in a step's map is: one of the three. */
struct rb_word {
	const struct rb_key *key;
	const struct rb_kind *kind;
	const struct rb_action_row *action;
};

/* One load: a program in the making. */
struct rb_load {
	struct rb_program *program;
	struct rb_arena *arena;
	struct rb_diags *diags;
	const struct rb_opener *opener;
	struct rb_map words;                         /* name → struct rb_word * */
	size_t errors;                               /* that were there before */
	size_t depth;                                /* files being lowered, one inside the other */
	const struct rb_source *open[RB_UNITS_DEEP]; /* these */
	const struct rb_type **kind_facts;           /* by kind: facts of a step without match and capture */
	struct rb_expr **implied;          /* by kind: the subject of what is asserted without being said */
	const struct rb_type *plain_facts; /* of steps that are no leaves */
};

/* What a step takes over from what encloses it. */
struct rb_inherit {
	size_t nenv;
	struct rb_env_key *env;
	size_t nsecrets;
	struct rb_decl **secrets;
	struct rb_field *cwd, *timeout; /* may be NULL */
	struct rb_str shell, show;
};

/* Where in a file a step stands, which decides what its edges may do. */
enum { RB_IN_SETUP = 1 << 0, RB_IN_FINALLY = 1 << 1, RB_IN_RUNG = 1 << 2 };

/* What the shape pass leaves for the later ones: one for each step, by its index. */
struct rb_seed {
	const struct rb_node *node;       /* its map; a scalar for `- done` */
	const struct rb_word **words;     /* of each pair of node; NULL for an unknown key */
	const struct rb_pair *action;     /* NULL: none, or two */
	unsigned place;                   /* RB_IN_ bits */
	const struct rb_step *loop;       /* innermost looping step around it */
	enum rb_effect inside;            /* highest of the step and of all that stands in it */
	const struct rb_inherit *inherit; /* for what stands in it */
};

/* One file in the making. */
struct rb_lower {
	struct rb_load *load;
	struct rb_unit *unit;
	const struct rb_node *root;
	struct rb_arena scratch; /* what is not needed any more when the file is lowered */
	size_t cap_steps;
	struct rb_seed *seeds; /* as long, too; not in an arena, since it grows */
	struct rb_procs {
		const struct rb_node *node;
		unsigned from, to; /* its steps: [from, to) */
		enum { RB_PROC_NEW, RB_PROC_OPEN, RB_PROC_DONE } state;
	} * procs;                /* beside unit->procs */
	struct rb_map proc_names; /* name → struct rb_procs * */
};

/* A step or probe that is being lowered: its keys, and the context of its expressions. */
struct rb_part {
	struct rb_lower *lower;
	struct rb_step *step;
	const struct rb_seed *seed; /* NULL for probes */
	struct rb_expr_ctx ctx;
	struct rb_expr_ctx outer;                    /* the same without the step's own loop variable */
	const struct rb_step *around[RB_NODE_DEPTH]; /* looping steps around it, and itself if it is one */
	const struct rb_node *nodes[RB_STEP_KEYS];
	const struct rb_type *self; /* type of `this`, once its facts are known */
};

/* ---- lower_file.c ---- */

/* Lowers a source that is named at `from`: a runbook, or with a `library` name the procedure of that name.
 * NULL if it cannot be read as YAML, or contains itself. The same source gives the same unit. */
struct rb_unit *rb_lower_unit(
    struct rb_load *load, const struct rb_source *src, struct rb_str library, struct rb_span from);
/* The value of a key at the top of the file, or NULL. */
const struct rb_node *rb_lower_top(const struct rb_lower *l, const char *name);
/* A context for expressions in a scope. */
struct rb_expr_ctx rb_lower_ctx(const struct rb_lower *l, struct rb_scope *scope);

/* ---- lower_shape.c ---- */

struct rb_spot {
	struct rb_procedure *proc; /* NULL outside of procedures */
	struct rb_scope *scope;
	struct rb_step *parent;     /* enclosing step */
	const struct rb_step *loop; /* innermost enclosing looping step */
	unsigned place;
	bool checks; /* items of `checks` */
};
/* The steps of a list, which is the value of `name`. NULL if it is none, or empty. */
struct rb_list *rb_lower_list(
    struct rb_lower *l, const char *name, const struct rb_node *node, struct rb_spot spot, bool closed);
/* Ends the making of a file: its steps go into the program's arena, the seeds go. */
void rb_lower_settle(struct rb_lower *l);
/* The words of steps, from the tables and the kinds. */
void rb_lower_words(struct rb_load *load);

/* ---- lower_input.c ---- */

/* Declares inputs with their types; lower_input_fields then decodes what they say, once all names are
 * declared. */
void rb_lower_declare_inputs(struct rb_lower *l, const struct rb_node *node, struct rb_scope *scope,
    struct rb_input **inputs, size_t *n);
void rb_lower_input_fields(struct rb_lower *l, const struct rb_node *node, struct rb_scope *scope,
    struct rb_input *inputs, size_t n);

/* ---- lower_decl.c ---- */

/* `run`, and `has` with the programs that `requires` makes optional: "docker-compose" is has.docker_compose.
 */
void rb_lower_builtins(struct rb_lower *l);
/* Declares values; the other decodes what they say. */
void rb_lower_declare_values(struct rb_lower *l);
void rb_lower_value_fields(struct rb_lower *l);
/* Inputs and values come before the first step: what they read must be there then, and not go round in a
 * circle. */
void rb_lower_before_steps(struct rb_lower *l, struct rb_scope *scope, const struct rb_input *inputs,
    size_t ninputs, const struct rb_value_decl *values, size_t nvalues);
/* Refuses reads of steps in what is evaluated before the first of them. */
void rb_lower_no_steps(struct rb_lower *l, const char *what, const struct rb_field *f);
/* Refuses that a found text becomes a pattern: a capture or output of `type: regex` must be one already. Any
 * of both may be NULL. */
void rb_lower_no_pattern(
    const struct rb_expr_ctx *ctx, const struct rb_type_row *type, const struct rb_expr *value);
/* Warns of what is declared and never read. */
void rb_lower_unused(struct rb_lower *l);

/* ---- lower_secret.c ---- */

/* Declares the secrets of a file; the other decodes where they come from. */
void rb_lower_declare_secrets(struct rb_lower *l);
void rb_lower_secret_fields(struct rb_lower *l);
/* The secret of that name, marked as used; or NULL after a diagnostic. */
struct rb_decl *rb_lower_find_secret(
    const struct rb_expr_ctx *ctx, const struct rb_unit *unit, const struct rb_node *name);
/* What a `use` hands over to the library: fills call->secrets. */
void rb_lower_hand_over(struct rb_part *p, const struct rb_unit *callee, struct rb_call *call);

/* ---- lower_inherit.c ---- */

/* What a file hands down in a scope, or a procedure of it: `node` is its map, or NULL. */
const struct rb_inherit *rb_lower_base(
    struct rb_lower *l, struct rb_scope *scope, const struct rb_node *node);
/* Resolves env, secrets, cwd, shell, show of a part, from what encloses it and its own keys. */
const struct rb_inherit *rb_lower_inherit(struct rb_part *p, const struct rb_inherit *outer);

/* ---- lower_keys.c ---- */

/* The keys of a part's map into ->nodes; diagnostics for those that do not belong there: not to the action
 * (`on`), or with `role` (RB_ON_CHECK, RB_ON_PROBE) not to a probe. `words` may be NULL; keys of `also` are
 * left to the caller. */
void rb_lower_keys(struct rb_part *p, const struct rb_node *map, const struct rb_word *const *words,
    unsigned on, unsigned role, const struct rb_key *also);

/* ---- lower_step.c ---- */

/* Lowers the steps [from, to). */
void rb_lower_steps(struct rb_lower *l, unsigned from, unsigned to, const struct rb_inherit *base);
/* A part for a step or probe in the scope of a step, with the looping steps around it. */
void rb_lower_part(struct rb_part *p, struct rb_lower *l, struct rb_step *s, const struct rb_seed *seed);
/* A leaf, also a probe: how it runs, its action, facts, assertions, effect. */
void rb_lower_leaf(struct rb_part *p, const struct rb_node *value);
/* A field in the program's arena, or NULL if the key is not there or was wrong. */
struct rb_field *rb_lower_field(struct rb_part *p, const struct rb_expr_ctx *ctx, int row);
/* ---- lower_reads.c ---- */

/* Who reads: a step (NULL: a file or procedure), which may read the secrets that were named for it. */
struct rb_reader {
	struct rb_lower *lower;
	struct rb_step *step;
	size_t nsecrets;
	struct rb_decl *const *secrets;
};
/* What is read: output that is mentioned is kept for facts; a secret that was not named is an error. */
void rb_lower_read(const struct rb_reader *r, const struct rb_field *f);
/* The same for a part. */
void rb_lower_reads(struct rb_part *p, const struct rb_expr *e);
void rb_lower_field_reads(struct rb_part *p, const struct rb_field *f);

/* ---- lower_facts.c ---- */

/* Facts that a step of the kind has without match and capture. */
const struct rb_type *rb_lower_kind_facts(struct rb_load *load, const struct rb_kind *kind);
/* A guess for what is read before its step was lowered: names are right, types are any. */
const struct rb_type *rb_lower_guess(
    struct rb_load *load, const struct rb_step *step, const struct rb_seed *seed);
/* match, capture: patterns, types, p->self and the step's ->facts. */
void rb_lower_facts(struct rb_part *p);
/* The step's own facts with n more, whose names must be new. */
const struct rb_type *rb_lower_extend(
    struct rb_part *p, const struct rb_type *base, const struct rb_member *more, size_t n);
/* Facts of a step with for_each, as seen from outside of it. */
const struct rb_type *rb_lower_loop_facts(struct rb_load *load);

/* ---- lower_expect.c ---- */

/* All of `expect`, and what an action asserts without being told to; after rb_lower_facts. */
void rb_lower_expect(struct rb_part *p);
/* One more assertion of the step, to be filled in; it stays in its place until the next one is made. */
struct rb_assert *rb_lower_assert(
    struct rb_part *p, enum rb_assert_op op, struct rb_str name, struct rb_span span);
/* What is asserted of, an expression over `this`, such as "this.exit". */
struct rb_expr *rb_lower_subject(struct rb_part *p, const char *text);

/* ---- lower_ranges.c ---- */

/* The value of `exit`, `signal` or `status`, a row of rb_expect_keys. */
void rb_lower_ranges(struct rb_part *p, int row, const struct rb_node *node);

/* ---- lower_probe.c ---- */

/* A probe of a part. NULL if it is not there or was wrong. */
struct rb_probe *rb_lower_probe(struct rb_part *p, int row);

/* ---- lower_group.c ---- */

/* The value of the action: arms, choices with `then`, values. */
void rb_lower_branch(struct rb_part *p, const struct rb_node *value);
void rb_lower_choices(struct rb_part *p, const struct rb_node *value);
void rb_lower_set(struct rb_part *p, const struct rb_node *value);

/* ---- lower_edge.c ---- */

/* An edge as written, but for a list of steps, which the shape pass has lowered: edge->steps stays. */
void rb_lower_edge(struct rb_part *p, const struct rb_node *node, struct rb_edge *edge);
/* The edge that a list item is: `- done`, `- goto: x`. */
void rb_lower_edge_item(struct rb_part *p);

/* ---- lower_call.c ---- */

/* call, use, runbook: what is called, `with`, its secrets and outputs; after rb_lower_heads. */
void rb_lower_call(struct rb_part *p);

/* ---- lower_proc.c ---- */

/* Procedures: their names, scopes, inputs and steps; in the shape pass. */
void rb_lower_procs(struct rb_lower *l, const struct rb_node *node);
/* The one procedure of a library file. */
void rb_lower_library_proc(struct rb_lower *l, struct rb_str name);
/* Their inputs' fields and what is known of their outputs, for the steps that call them. */
void rb_lower_heads(struct rb_lower *l);
/* Their steps, those of the called before those of the callers; adds RB_E_CYCLE. */
void rb_lower_bodies(struct rb_lower *l);

/* ---- lower_effect.c ---- */

/* The effects of groups and calls in [from, to), whose steps are lowered, and what follows from them: retries
 * that are not safe, confirmations of dangers. Returns the highest. */
enum rb_effect rb_lower_effects(struct rb_lower *l, unsigned from, unsigned to);

#endif
