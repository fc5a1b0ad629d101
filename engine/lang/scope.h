/* Names: what is declared where (static), and where its value is at run time. Ownership: scopes live in the
 * program's arena. A frame lives as long as its file instance or call; each slot owns the arena of its value,
 * so that a step that is visited a thousand times keeps only its last visit.
 *
 * A file has one flat scope (inputs, values, secrets, steps, loop variables); each procedure has one of its
 * own, whose `outer` is the file's. An expression names a slot by (up, slot): up 0 is the own frame, 1 the
 * file's. */
#ifndef RB_LANG_SCOPE_H
#define RB_LANG_SCOPE_H

#include "lang/value.h"
#include "text/diag.h"

enum { RB_NAME_MAX = 64 }; /* characters of a name */

struct rb_step;

enum rb_decl_kind {
	RB_DECL_INPUT,
	RB_DECL_VALUE, /* `values`; `set` may change it */
	RB_DECL_SECRET,
	RB_DECL_STEP,
	RB_DECL_LOOP,    /* loop variable: visible within its step only */
	RB_DECL_BUILTIN, /* run, has */
};

struct rb_decl {
	enum rb_decl_kind kind;
	struct rb_str name;
	const struct rb_type *type;
	struct rb_span span;
	unsigned slot;
	const struct rb_step *step;   /* RB_DECL_STEP: the step; RB_DECL_LOOP: the looping step */
	const struct rb_step *within; /* innermost looping step around it: invisible outside of that one */
	bool from_setup;              /* RB_DECL_STEP of `setup`: procedures may read it too */
	bool used;                    /* something reads it */
	bool disputed;                /* something else was to have this name too, which was told */
};

struct rb_scope {
	const struct rb_scope *outer; /* of a procedure: the file's; else NULL */
	bool procedure;
	struct rb_map decls; /* name → struct rb_decl * */
	unsigned slots;
};

/* An empty scope: a file's, or with `outer` (the file's) a procedure's. */
void rb_scope_init(struct rb_scope *scope, struct rb_arena *arena, const struct rb_scope *outer);
/* Declares a name. Where it stands already, here or outside, adds RB_E_REPEATED (RB_E_NAME for a built-in
 * one) and returns the earlier one. The form of the name is the caller's to judge: rb_name_refused. */
struct rb_decl *rb_scope_declare(struct rb_scope *scope, struct rb_arena *arena, enum rb_decl_kind kind,
    struct rb_str name, const struct rb_type *type, struct rb_span span, struct rb_diags *diags);
/* Once all names are declared and their types known: adds RB_E_NAME for names that a script could not tell
 * apart
 * (`log_line` beside `log.line`, both $log_line), and for facts that would steer a child (`http.proxy`). */
void rb_scope_clashes(const struct rb_scope *scope, struct rb_diags *diags);
/* Finds a name here or outside; *up gets 0 or 1. NULL if there is none. */
struct rb_decl *rb_scope_find(const struct rb_scope *scope, struct rb_str name, unsigned *up);

/* Whether a name has the form [a-z][a-z0-9_]* (`upper`: letters of both cases), and is none of those that
 * steer a child (PATH, IFS, ENV, BASH_ENV, LD_*, DYLD_*, *_proxy, BASH_FUNC_*, …), which are refused whatever
 * their case, nor a word of the expression language. NULL if it is fine, else a sentence that says why not.
 */
const char *rb_name_refused(struct rb_str name, bool upper);

struct rb_slot {
	struct rb_value value; /* UNSET until set */
	struct rb_arena arena; /* of the value */
};

struct rb_frame {
	const struct rb_scope *scope;
	struct rb_frame *file; /* the file's frame; itself for a file's own */
	const struct rb_alloc *alloc;
	struct rb_slot *slots; /* scope->slots of them */
};

/* Slots all UNSET, by their names. `file`: of a procedure, its file's frame, which must live as long; NULL
 * for a file's own. */
struct rb_frame *rb_frame_new(
    const struct rb_alloc *alloc, const struct rb_scope *scope, struct rb_frame *file);
/* With its values; NULL is allowed. */
void rb_frame_free(struct rb_frame *f);
/* Copies the value into the slot, freeing what stood there. */
void rb_frame_set(struct rb_frame *f, unsigned slot, struct rb_value v);
void rb_frame_clear(struct rb_frame *f, unsigned slot); /* UNSET again */
/* The slot of this frame, or with `up` of its file's; good until that is set again. */
struct rb_value rb_frame_get(const struct rb_frame *f, unsigned up, unsigned slot);

#endif
