/* Diagnostics: collected, never printed on the way. Ownership: a list and all its texts live in its arena.
 *
 * A diagnostic has a code (E014, W003) that `runbook explain CODE` describes; the table of codes is codes.c.
 */
#ifndef RB_TEXT_DIAG_H
#define RB_TEXT_DIAG_H

#include "base/buf.h"
#include "text/source.h"

enum rb_severity { RB_NOTE, RB_WARNING, RB_ERROR };

/* One row for each class of message. Text that `explain` prints; add rows at the end of their group only. */
enum rb_code {
	/* reading the file */
	RB_E_FILE,      /* cannot be read, too large, not a regular file */
	RB_E_UTF8,      /* not UTF-8, NUL, bidi, line separators, control characters */
	RB_E_YAML,      /* libyaml's own complaint */
	RB_E_DEPTH,     /* nested deeper than the limit */
	RB_E_SCALAR,    /* a scalar over the limit */
	RB_E_DOCUMENT,  /* a second document, or none */
	RB_E_ANCHOR,    /* anchors, aliases, merge keys */
	RB_E_TAG,       /* tags; `! cmd` */
	RB_E_DUPLICATE, /* a key twice in one mapping */
	RB_E_KEYFORM,   /* a key that is not plain text */
	/* YAML's traps, found from the source text */
	RB_E_TRAP_COMMENT, /* a plain scalar cut by " #" */
	RB_E_TRAP_LIST,    /* [Errno 98] or [ -f x ] read as a list */
	RB_E_TRAP_ESCAPE,  /* "\b" or "\d" in double quotes */
	RB_E_TRAP_BRACES,  /* ${x} unquoted in {} or [] */
	RB_E_TRAP_COLON,   /* ": " inside a plain scalar */
	RB_E_TRAP_FOLD,    /* run: > folds lines */
	RB_E_TRAP_QUOTE,   /* "$a" -m x: a quoted scalar with text after it */
	RB_E_TRAP_TAB,     /* a tab in the indentation */
	/* keys and values */
	RB_E_KEY,      /* unknown key, or one that does not apply here */
	RB_E_MISSING,  /* a required key is missing */
	RB_E_TYPE,     /* a value of the wrong form */
	RB_E_NAME,     /* a name of the wrong form, refused, reserved, or colliding */
	RB_E_REPEATED, /* an id twice */
	RB_E_ACTION,   /* no action, or two */
	RB_E_EMPTY,    /* an empty list that would assert or do nothing */
	RB_E_CONFLICT, /* two keys that exclude each other */
	RB_E_RANGE,    /* out of range */
	RB_E_LIMIT,    /* more than the language allows */
	/* expressions, templates, patterns */
	RB_E_EXPR,      /* syntax */
	RB_E_EXPR_NAME, /* unknown name or member */
	RB_E_EXPR_TYPE, /* static types do not fit */
	RB_E_EXPR_CALL, /* unknown function, wrong arguments */
	RB_E_TEMPLATE,  /* ${…} that is not well formed */
	RB_E_URL,       /* a URL that is none, or holds what it may not */
	RB_E_PATTERN,   /* a regex that PCRE2 refuses */
	RB_E_INJECTION, /* {{ name }} or ${a.b} in a script */
	RB_E_SECRET,    /* a secret where it may not stand, or too short */
	/* the graph */
	RB_E_TARGET, /* goto/call to nothing, or across a border */
	RB_E_EDGE,   /* an edge that may not stand here */
	RB_E_CYCLE,  /* runbooks or procedures that contain themselves */
	RB_E_PROBE,  /* a probe that may not be one */
	RB_E_UNSAFE, /* retry of a change without unsafe, and the like */
	RB_E_LATER,  /* in the language's future, not in this version */
	/* inputs at run time */
	RB_E_INPUT, /* a value that does not fit its declaration, or is missing */
	/* tests of runbooks */
	RB_E_SCENARIO, /* a result, answer or expectation that does not fit the runbook */
	/* drill */
	RB_E_LOOK_CHANGES, /* what W004 warns of, where it would be done for real */
	/* warnings of check */
	RB_W_MISTYPED,     /* $name in a script that nothing defines, near to one that exists */
	RB_W_UNUSED,       /* declared and never used */
	RB_W_STYLE,        /* will work, but not as its author hopes */
	RB_W_LOOK_CHANGES, /* a step that looks, with a command that plainly changes something */
	RB_W_UNSET,        /* a fact that some path to its reader leaves unset */
	RB_W_UNREACHED,    /* a step, arm or procedure that nothing leads to */
	RB_W_CIRCLE,       /* a circle of gotos that nothing leads out of */
	RB_W_ENDING,       /* a path that falls off the end of a file which names its endings */
	RB_W_BOUND,        /* the limits that are written allow more than the run's timeout */
	RB_CODES
};

struct rb_code_row {
	const char *code;    /* "E014" */
	const char *title;   /* one line */
	const char *explain; /* paragraph(s) for `runbook explain` with the fix */
};
extern const struct rb_code_row rb_code_rows[RB_CODES];

struct rb_diag {
	enum rb_severity severity;
	enum rb_code code;
	struct rb_span span;
	struct rb_str text; /* what is wrong, one sentence without a full stop */
	struct rb_str hint; /* how to mend it; may be empty; may hold several lines */
};

enum { RB_DIAGS_MAX = 200 }; /* further ones are only counted */

struct rb_diags {
	struct rb_arena *arena;
	struct rb_diag *items;
	size_t len, cap;
	size_t errors, warnings; /* all of them, kept or not */
};

/* An empty list; its texts will be made in the arena. */
void rb_diags_init(struct rb_diags *d, struct rb_arena *arena);
/* Adds an error (E_…) or warning (W_…). The same code at the same place with the same text is added once. The
 * returned diagnostic may be given hints until the list is sorted; it is a dummy when it was there already or
 * the list is full. */
struct rb_diag *rb_diag_add(struct rb_diags *d, enum rb_code code, struct rb_span span, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* Adds a line (or lines) to the hint. */
void rb_diag_hint(struct rb_diags *d, struct rb_diag *diag, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* "did you mean `x`?" as a hint, if one of the n candidates is near enough to `got`. */
void rb_diag_suggest(
    struct rb_diags *d, struct rb_diag *diag, struct rb_str got, const struct rb_str *candidates, size_t n);
enum { RB_NEAR_MAX = 1000 };
/* How many of n candidates are worth looking through for a suggestion: none when the list is full, since
 * nobody will see it; at most RB_NEAR_MAX, so that a file with thousands of mistakes is told in linear time.
 */
size_t rb_diags_near(const struct rb_diags *d, size_t n);
/* In order of files (as first spoken of) and positions; what has no position comes first. */
void rb_diags_sort(struct rb_diags *d);

/* Renders one diagnostic:
 *   api.yaml:31:18: error: unknown key `tiemout` [E021]
 *      31 |     tiemout: 5s
 *         |     ^^^^^^^
 *         = did you mean `timeout`?
 * `colour` adds SGR sequences. What comes from the file is shown with control characters escaped. */
void rb_diag_render(const struct rb_diag *diag, bool colour, struct rb_buf *out);
/* All of them, sorted, with a closing count line. */
void rb_diags_render(struct rb_diags *d, bool colour, struct rb_buf *out);
/* The same as JSON, one object a line: file, line, column (null where it has no position), severity, code,
 * message, hint (empty where there is none). */
void rb_diags_json(struct rb_diags *d, struct rb_buf *out);

#endif
