/* What happens in a run, as values: the one language between the scheduler and everything that shows or
 * keeps a run. The table of types and fields (event.c) is the source of docs/transcript.md.
 *
 * Ownership: an event borrows every text in it for the length of the call that it is passed to; a sink that
 * keeps something copies it. */
#ifndef RB_EVENT_EVENT_H
#define RB_EVENT_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

RB_C_BEGIN

enum { RB_TRANSCRIPT_VERSION = 1, RB_EVENT_FIELDS = 24 };

enum rb_event_type {
	RB_EV_RUN_START,     /* the first record of a run */
	RB_EV_INPUT,         /* one settled input, and where it came from */
	RB_EV_HOST,          /* programs that a file looks for on the host, and that are not there */
	RB_EV_PHASE,         /* setup, steps, rung, finally begins */
	RB_EV_STEP_START,    /* a visit of a step begins (before its `if`) */
	RB_EV_ATTEMPT_START, /* an attempt of its action begins; durable for a change or a danger */
	RB_EV_PROGRESS,      /* last line of output, for live views; never recorded */
	RB_EV_ASSERTION,     /* one assertion that did not hold, with its evidence */
	RB_EV_ATTEMPT_END,   /* the attempt is over: its child was reaped, its answer read */
	RB_EV_FACTS,         /* what the step found: matches and captures */
	RB_EV_RETRY,         /* another attempt follows after a pause */
	RB_EV_ITEM,          /* a loop turns to its next item */
	RB_EV_IF,            /* whether the condition of a step held, and why */
	RB_EV_BRANCH,        /* which arm was taken, and why */
	RB_EV_EDGE,          /* an outcome took an edge other than "next" */
	RB_EV_STEP_END,      /* the visit is over, with its outcome */
	RB_EV_ASK,           /* a question to the operator */
	RB_EV_ANSWER,        /* and its answer */
	RB_EV_SAY,           /* a message of the runbook to the operator */
	RB_EV_NOTE,          /* a note of the operator */
	RB_EV_FINDING,       /* of a drill: what a look has shown of itself */
	RB_EV_HALT,          /* of a drill: it goes no further */
	RB_EV_PREVIEW,       /* of a drill: one item of what a run would do from there on */
	RB_EV_WOULD,         /* of a drill: a change that a run would make, or might */
	RB_EV_WARNING,       /* the program's own trouble: a sink lost, survivors of a sweep */
	RB_EV_RUN_END,       /* the last record of a run */
	RB_EV_TYPES
};

/* What a step is to whoever shows it: `form` of its step_start. */
enum rb_form {
	RB_FORM_STEP,     /* does something, and has a line of its own; not written */
	RB_FORM_GROUP,    /* holds other steps */
	RB_FORM_LIBRARY,  /* the same, and what happens inside of it is its own affair */
	RB_FORM_BRANCH,   /* the same, and the arm that is taken says what it is about */
	RB_FORM_TABLE,    /* the same, side by side: a row for each */
	RB_FORM_EDGE,     /* leads elsewhere, and does nothing */
	RB_FORM_MESSAGE,  /* says something */
	RB_FORM_QUESTION, /* a person answers it, or does it by hand */
	RB_FORM_FINDING,  /* a look that is asked for what it finds, not only for whether it passes */
	RB_FORMS
};
extern RB_API const char *const rb_form_words[RB_FORMS];

/* Which step an event speaks of. All zero for events of the run itself. */
struct rb_where {
	struct rb_str step;  /* instance path: "restart/start", "pods[2]/check"; "free#2": its second visit */
	struct rb_str id;    /* the step's own id ("start"), or what was made for it ("step_3") */
	struct rb_str title; /* with its values filled in; may be empty */
	unsigned depth;      /* how many steps enclose it, for indentation */
	unsigned visit;      /* 1, 2, … */
	unsigned attempt;    /* 1, 2, … within the visit; 0 outside of attempts */
	int64_t item;        /* index within the innermost loop, or -1 */
};

enum rb_event_field_type {
	RB_EVF_TEXT, /* free text: masked before every sink */
	RB_EVF_WORD, /* structural text (an outcome, an id, a path of ours): never masked */
	RB_EVF_INT,  /* 64-bit */
	RB_EVF_NS,   /* a duration in nanoseconds; shown as milliseconds in the transcript */
	RB_EVF_BOOL,
	RB_EVF_JSON, /* JSON text whose strings are free text: masked string by string before it is kept */
};

struct rb_event_field {
	const char *name; /* from the type's table row */
	enum rb_event_field_type type;
	struct rb_str text; /* TEXT, WORD, JSON */
	int64_t num;        /* INT, NS, BOOL */
};

struct rb_event {
	enum rb_event_type type;
	bool durable; /* must be on disk before the emit returns (reliability T2) */
	uint64_t seq; /* stamped by the bus: 1, 2, … without a gap in one run */
	int64_t wall; /* ns since the epoch, stamped by the bus */
	int64_t mono; /* ns, stamped by the bus */
	struct rb_where where;
	size_t nfields;
	struct rb_event_field fields[RB_EVENT_FIELDS];
};

/* The table behind docs/transcript.md. */
struct rb_event_field_row {
	const char *name;
	enum rb_event_field_type type;
	const char *help;
};
struct rb_event_row {
	const char *name; /* as in the transcript: "step_start" */
	const char *help;
	bool recorded;
	const struct rb_event_field_row *fields; /* ends with a NULL name */
};
extern RB_API const struct rb_event_row rb_event_rows[RB_EV_TYPES];

/* Starts an event of a type; `where` may be NULL. */
void rb_event_init(struct rb_event *ev, enum rb_event_type type, const struct rb_where *where);
/* Sets a field. The name must stand in the type's row with this type (asserted). */
void rb_event_text(struct rb_event *ev, const char *name, struct rb_str text); /* TEXT, WORD or JSON */
void rb_event_num(struct rb_event *ev, const char *name, int64_t num);         /* INT, NS or BOOL */
/* The field, or NULL. */
RB_API const struct rb_event_field *rb_event_get(const struct rb_event *ev, const char *name);
/* Its text, or the empty slice; its number, or `otherwise`. */
RB_API struct rb_str rb_event_get_text(const struct rb_event *ev, const char *name);
RB_API int64_t rb_event_get_num(const struct rb_event *ev, const char *name, int64_t otherwise);

RB_C_END

#endif
