/* Key tables: the whole vocabulary of the language, and what decoding by them yields. Ownership: tables are
 * constants; fields live in the program's arena.
 *
 * From these rows come decoding, the messages for unknown keys, `runbook explain KEY`, docs/language.md and
 * (later) the JSON Schema. A key exists because its row exists. */
#ifndef RB_LANG_KEY_H
#define RB_LANG_KEY_H

#include "lang/pattern.h"
#include "lang/template.h"

/* What a key's value may be, and what its field then holds. */
enum rb_key_type {
	/* constants: ->value */
	RB_K_ID,     /* a name */
	RB_K_TEXT,   /* text without ${} */
	RB_K_TEXTS,  /* a list of such texts, or one: LIST of TEXT */
	RB_K_NAMES,  /* a list of names, or one: LIST of TEXT */
	RB_K_HANDED, /* the same, or a map of names to names, read from ->node */
	RB_K_DATE,   /* 2026-11-22: TEXT */
	RB_K_WORD,   /* one of ->choices: TEXT */
	RB_K_FLAG,   /* true or false */
	RB_K_COUNT,  /* a whole number of at least 0 */
	RB_K_SPAN,   /* a constant duration */
	/* values that may hold ${}: ->tmpl, read with rb_field_eval */
	RB_K_TITLE,    /* RB_PLACE_TITLE */
	RB_K_MESSAGE,  /* RB_PLACE_MESSAGE */
	RB_K_STRING,   /* RB_PLACE_TEXT */
	RB_K_PATH,     /* RB_PLACE_TEXT; relative ones stand in the runbook's folder or the step's cwd (row's
			  help) */
	RB_K_URL,      /* RB_PLACE_URL */
	RB_K_DURATION, /* a duration, or ${duration} */
	RB_K_SIZE,
	RB_K_INT,
	RB_K_NUMBER,
	RB_K_PORT,
	RB_K_BOOL,
	RB_K_PROCESS,    /* ${a process} */
	RB_K_STOP,       /* the same, or `true`: TEXT */
	RB_K_STRINGS,    /* a list of strings, or one; an element that is exactly ${list} is spliced */
	RB_K_STRING_MAP, /* name → string */
	RB_K_HEADERS,    /* name → RB_PLACE_HEADER; a list repeats the header */
	RB_K_JSON, /* any tree; ${} inside of texts, a whole ${x} keeps its type; plain scalars that are JSON
		      literals (true, 12, null) are those, quoted ones are text */
	RB_K_PATTERN, /* literal or /regex/ (RB_PLACE_REGEX): ->pattern, or ->tmpl when it has ${} */
	RB_K_SCRIPT,  /* a text: ->script; or a list: argv as RB_K_STRINGS */
	/* expressions: ->expr */
	RB_K_EXPR,
	RB_K_COND,  /* a bool */
	RB_K_CONDS, /* a list of conditions, or one: ->items */
	RB_K_ITEMS, /* an expression (text) or a list of strings */
	/* a table of its own (->sub): ->fields; a scalar stands for its RB_KEY_MAIN row */
	RB_K_TABLE,
	/* structures that the lowering reads from ->node by code of their own */
	RB_K_STEPS,
	RB_K_EDGE,
	RB_K_PROBE,
	RB_K_MATCHES,
	RB_K_CAPTURES,
	RB_K_EXPECT,
	RB_K_BRANCH,
	RB_K_INPUTS,
	RB_K_VALUES,
	RB_K_SECRETS,
	RB_K_PROCEDURES,
	RB_K_RUNGS,
	RB_K_OUTPUTS,
	RB_K_WITH,
	RB_K_SET,
	RB_K_EFFECT,
	RB_K_ASSERT,
	RB_K_DATA,
	RB_K_FIELDS,
	RB_K_CHOICES, /* ${a list}: ->tmpl; or a list of texts or of rb_choice_keys: ->items, their texts */
	RB_K_TARGET,  /* the name of a procedure of this file: TEXT */
	RB_K_LIBRARY, /* of one of a library: TEXT */
	RB_K_RUNBOOK, /* the path of another runbook: TEXT */
	RB_K_TYPE,    /* a word of rb_type_rows: TEXT */
	RB_K_TYPED,   /* a value of the type that ->choices names; in a table, of a type given beside it */
};

enum {
	RB_KEY_REQUIRED = 1 << 0,
	RB_KEY_MAIN = 1 << 1,    /* the row that a scalar or list in place of the table stands for */
	RB_KEY_LATER = 1 << 2,   /* reserved by the language, not in this version: RB_E_LATER */
	RB_KEY_SECRETS = 1 << 3, /* its templates may read secrets */
	RB_KEY_UPPER = 1 << 4,   /* names in it may be upper-case */
	RB_KEY_LINES =
	    1 << 5, /* what is no text becomes the text that a script would get: a list one item a line */
	RB_KEY_HYPHEN = 1 << 6, /* the name may have hyphens */
	RB_KEY_SUMMED = 1 << 7, /* the kind's summary, or another key, tells it too */
};

/* Where a step key may stand. */
enum {
	RB_ON_SCRIPT = 1 << 0, /* look, run */
	RB_ON_START = 1 << 1,
	RB_ON_HTTP = 1 << 2,
	RB_ON_PROBING = 1 << 3, /* tcp, port, process: the other leaves that look at or act on this host */
	RB_ON_PEOPLE = 1 << 4,  /* ask, manual */
	RB_ON_SAY = 1 << 5,     /* say, wait, set */
	RB_ON_GROUP = 1 << 6,   /* block, checks, branch */
	RB_ON_CALL = 1 << 7,    /* call, use, runbook */
	RB_ON_EDGE = 1 << 8,    /* goto, end, done, fail as list items */
	RB_ON_PROBE = 1 << 9,   /* also allowed on a probe: verify, done_if, ready */
	RB_ON_CHECK = 1 << 10,  /* also allowed on an item of checks */
	RB_ON_BLOCK = 1 << 11,  /* block alone */
	RB_ON_CHECKS = 1 << 12, /* checks alone */
	RB_ON_HANDED = 1 << 13, /* use, runbook: what may be handed secrets */
	RB_ON_LEAF = RB_ON_SCRIPT | RB_ON_START | RB_ON_HTTP | RB_ON_PROBING,
	RB_ON_ALL = RB_ON_LEAF | RB_ON_PEOPLE | RB_ON_SAY | RB_ON_GROUP | RB_ON_CALL,
};

struct rb_key {
	const char *name;
	enum rb_key_type type;
	unsigned flags;
	unsigned on;              /* RB_ON_ bits, for step keys; 0 elsewhere */
	const char *choices;      /* RB_K_WORD: "a b c"; RB_K_DATA: what it takes, in words */
	const struct rb_key *sub; /* RB_K_TABLE: ends with a NULL name */
	const char *dflt;         /* as shown; the code that reads the field applies it */
	const char *help;         /* one line, no full stop */
	const char *example;      /* YAML of the value on one line, or NULL */
	const char *test; /* the test that fails when the key's behaviour is taken away: path under tests/ */
};

struct rb_field {
	const struct rb_key *key;
	const struct rb_node *node; /* NULL: the key is not there */
	struct rb_value value;      /* constants */
	struct rb_tmpl *tmpl;
	struct rb_expr *expr;
	struct rb_pattern *pattern;
	struct rb_script *script;
	size_t len;              /* of items */
	struct rb_field *items;  /* elements of STRINGS, JSON lists; values of maps */
	struct rb_str *names;    /* keys of maps; NULL for lists */
	struct rb_field *fields; /* RB_K_TABLE, by row of key->sub */
};

enum { RB_WHERE_MAX = 80 }; /* bytes of a buffer for such a name that is made of a key's */
/* A constant has ->value, in the types that may hold ${} too, if what it stands for is known when the file is
 * read (a duration, a number, a port); texts always have ->tmpl.
 *
 * Decodes `node` (a map, or what stands for the RB_KEY_MAIN row) by the table into fields[0..n), n rows. Adds
 * diagnostics for unknown (with suggestion), missing and malformed ones; structures keep their node only.
 * Fields that failed have node NULL. `where` names the thing in messages: "a step", "`retry`". */
void rb_keys_decode(const struct rb_expr_ctx *ctx, const struct rb_node *node, const struct rb_key *rows,
    struct rb_field *fields, const char *where);
/* Decodes one value by a row; f->node stays NULL if it failed. Scripts know the names that `own_env` gives.
 */
void rb_field_decode(const struct rb_expr_ctx *ctx, const struct rb_key *key, const struct rb_node *node,
    const struct rb_str *own_env, size_t nown_env, struct rb_field *f);
/* A value of a declared type, or with type NULL one that is text (list of texts) unless it is exactly ${x}.
 */
void rb_field_typed(const struct rb_expr_ctx *ctx, const char *name, const struct rb_type_row *type,
    const struct rb_node *node, struct rb_field *f);
/* The static type of a decoded field's value. */
const struct rb_type *rb_field_type(const struct rb_expr_ctx *ctx, const struct rb_field *f);
/* Whether a plain scalar is a literal of JSON that would be written back the same: 1e3, 012 and 1.10 are
 * texts. */
bool rb_decode_json_literal(const struct rb_node *node, struct rb_value *out);
/* How many rows a table has; of `fields` decoded by it. */
size_t rb_keys_count(const struct rb_key *rows);
/* Which row is the RB_KEY_MAIN one; without one, the row that ends the table. */
size_t rb_key_main(const struct rb_key *rows);
/* The value of a field with its ${} filled in: TEXT, LIST, MAP or the typed value that its row asks for; an
 * absent field is UNSET; a value of the wrong type or out of range is ERROR. A pattern gives its text, for
 * rb_pattern_new (constant ones are compiled in ->pattern already). */
struct rb_value rb_field_eval(const struct rb_field *f, struct rb_eval *ev);
/* Turns a value into one of a declared type: texts are decoded, the rest must fit. ERROR says what does not.
 */
struct rb_value rb_value_as(struct rb_arena *arena, const struct rb_type_row *type, struct rb_value v);
/* Calls fn for each expression in a field: of templates, scripts' mentions, items, tables. */
void rb_field_exprs(const struct rb_field *f, void (*fn)(void *ctx, const struct rb_expr *e), void *fn_ctx);
/* The row of a name, or NULL. */
const struct rb_key *rb_key_find(const struct rb_key *rows, struct rb_str name);
/* Adds RB_E_LATER for a key or action that the language reserves. */
void rb_key_later(const struct rb_expr_ctx *ctx, const char *name, struct rb_span span);
/* "a duration", "a list of steps": what a key takes, for messages and the reference. */
const char *rb_key_type_name(enum rb_key_type type);
/* The same of one key, in its own words where it has them. */
const char *rb_key_takes(const struct rb_key *key);

/* The tables of the language itself; those of the leaf kinds stand with their kinds. Each ends with a NULL
 * name. */
extern const struct rb_key rb_runbook_keys[], rb_library_keys[], rb_procedure_keys[], rb_step_keys[];
extern const struct rb_key rb_input_keys[], rb_value_keys[], rb_secret_keys[], rb_requires_keys[],
    rb_defaults_keys[], rb_library_secret_keys[];
extern const struct rb_key rb_rung_keys[], rb_retry_keys[], rb_expect_keys[], rb_capture_keys[],
    rb_confirm_keys[];
extern const struct rb_key rb_for_each_keys[], rb_stop_on_keys[], rb_effect_keys[], rb_probe_keys[],
    rb_output_keys[];
extern const struct rb_key rb_arm_keys[], rb_end_keys[], rb_choice_keys[];

/* Actions that are no leaf kinds (branch, checks, block, call, …): for `explain` and the reference. */
struct rb_action_row {
	const char *name;
	enum rb_key_type type;
	unsigned on;
	const char *help;
	const char *example;
	const char *test;
	unsigned flags; /* RB_KEY_LATER */
};
extern const struct rb_action_row rb_action_rows[]; /* ends with a NULL name */

#endif
