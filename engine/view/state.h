/* What a view keeps of the run that it shows, shared by the files of this folder and by nobody else.
 * Ownership: the view owns the open visits, each with arenas for its texts; a table owns the visits of its
 * rows until it is shown. */
#ifndef RB_VIEW_STATE_H
#define RB_VIEW_STATE_H

#include "base/clock.h"
#include "view/page.h"
#include "view/view.h"

enum {
	RB_VIEW_COLUMNS = 80,    /* where lines are not wrapped, but something must have an end */
	RB_VIEW_TAIL = 4096,     /* bytes of output kept for a failure */
	RB_VIEW_EXCERPT = 10,    /* lines of it that are shown */
	RB_VIEW_ASSERTIONS = 8,  /* assertions shown of one failure */
	RB_VIEW_LINE_MAX = 4096, /* bytes of a line of output that is shown as it comes */
	RB_VIEW_LAST_MAX = 600,  /* bytes of the last line that the live line shows */
};

/* An assertion that did not hold, kept until it is known whether anybody took it. */
struct rb_failure {
	struct rb_failure *next;
	struct rb_str file, source, what, hint, expected, actual, from, excerpt, excerpt_of;
	int64_t line, column, width;
};

/* A visit of a step that has begun. */
struct rb_open {
	struct rb_open *next; /* in the view: oldest first */
	struct rb_open *row;  /* in a table: in the order of their start */
	struct rb_arena arena;
	struct rb_str excerpt, excerpt_of; /* of the last attempt, in `attempt` */
	struct rb_arena attempt;           /* emptied when an attempt begins */
	struct rb_where where;
	enum rb_form form;
	struct rb_str kind;
	struct rb_str does; /* stands for a title */
	struct rb_str note; /* its note, while it is due: before the first line of it, or from inside */
	struct rb_str item; /* of a loop: the item that it is at; of an item: itself; "2/3: web-1" */
	unsigned indent;    /* columns */
	bool quiet;         /* a row of a table, or an edge that is no step of its own */
	bool group;         /* holds other steps */
	bool loop;          /* the items stand inside of it */
	bool heading;       /* its heading is due before the first line from inside */
	bool bad_inside;    /* something inside was shown that did not pass */
	bool shown;         /* its row was shown before its end */
	bool asked;         /* its question was shown, and with it what it is about */
	bool all_output;    /* `show: output` */
	bool no_output;     /* `show: none` */
	bool named;         /* its output was shown, and before it whose it is */
	bool under_way;     /* its action has begun, and not ended */
	struct rb_str effect;
	int64_t begun, timeout;
	int64_t since; /* the attempt began, which the timeout is a limit of */
	int64_t since_wall;

	struct rb_change *change; /* its line among what the run has changed; NULL: none, or one too many */
	bool counted;             /* it is among what the run has changed */

	struct rb_open *table;             /* whose row it is */
	struct rb_open *rows, **rows_tail; /* of a table (checks) */

	struct rb_failure *failures, **failures_tail; /* of the last attempt */
	struct rb_buf tails[RB_STREAMS];
	struct rb_buf lines[RB_STREAMS]; /* unfinished lines, for all_output */
	struct rb_buf last;              /* what the live line tells: the last line of output, a pause */
	bool incomplete;
	uint64_t attempts;     /* of the action */
	struct rb_buf retried; /* the reason that was told last */

	struct rb_str found;          /* its facts in one line */
	struct rb_str cond, stood_on; /* its `if`, and the facts that decided it */
	struct rb_str edge_key, edge_to, edge_leaves, edge_reason;
	/* at its end */
	bool over, continued;
	struct rb_str outcome, reason, summary;
	int64_t duration;
	int64_t people; /* of which somebody thought about its confirmation */
};

/* A question: its row is written when somebody begins to answer it. */
struct rb_asked {
	struct rb_asked *next;
	struct rb_arena arena;
	struct rb_where where;
	struct rb_str form, text, does, only, choices, by;
	bool danger;
	unsigned indent;
	bool shown;
};

/* Steps in a row that were skipped, and are shown once something else is. */
struct rb_skipped {
	struct rb_arena arena;
	unsigned n, same;      /* `same`: of the last name in a row */
	unsigned nnames, more; /* `more`: steps behind the names that are told */
	unsigned indent, depth;
	struct rb_str id, title, text; /* of the first */
	struct rb_str last;
	struct rb_buf names;
};

struct rb_view {
	struct rb_view_options opt;
	struct rb_sink sink;
	struct rb_page page;
	bool paused;
	int dead; /* errno of the write that its descriptor did not take; 0: it takes them */

	struct rb_arena arena; /* texts of the run */
	struct rb_str run;     /* the last part of its id */
	struct rb_str host;
	struct rb_str contact; /* of the runbook's owner; may be empty */
	bool setup;            /* a setup was shown */
	struct rb_str first;   /* what failed first, and nobody took */
	struct rb_str first_id, first_reason;
	struct rb_str first_words; /* what it printed last */
	struct rb_str inputs; /* those that are not at their default, until the first event behind them */
	struct rb_skipped skipped;
	struct rb_change *changes, *changes_end;
	size_t nchanges;
	int64_t first_begun; /* when that step began */
	bool drill, halted;
	bool planned;                               /* what would follow was shown */
	struct rb_report_line *report, *report_end; /* of a drill: what its end tells */

	struct rb_open *open;
	struct rb_asked *asked;

	/* live.c */
	bool drawn; /* the live line stands there now */
	int64_t drawn_at;
	unsigned frame;
};

/* ---- open.c ---- */
/* The open visit with this instance path, or NULL. */
struct rb_open *rb_open_find(const struct rb_view *v, struct rb_str path);
/* Opens the visit that step_start tells of: last of all, and in its table if it is a row of one. */
struct rb_open *rb_open_begin(struct rb_view *v, const struct rb_event *ev);
/* step_end: fills in how it ended and takes it out of the open ones. The caller frees it, unless it has a
 * table, which does. NULL if it is none (a transcript without its beginning). */
struct rb_open *rb_open_end(struct rb_view *v, const struct rb_event *ev);
/* With the rows of its table that are over; those that are not stay open, without a table. */
void rb_open_free(struct rb_view *v, struct rb_open *o);
/* What the visit is called: its id, with the number of its visit from the second on, empty if the id was made
 * for it; its title, with the item. Safe texts (page.h). */
struct rb_str rb_open_id(struct rb_view *v, const struct rb_open *o);
struct rb_str rb_open_title(struct rb_view *v, const struct rb_open *o);
struct rb_str rb_open_id_of(struct rb_view *v, const struct rb_where *where);
/* Where its line stands alone: its path, unless ids in it were made. */
struct rb_str rb_open_name(struct rb_view *v, const struct rb_where *where);
/* The columns by which lines of this step are indented: those of an escalation stand apart. */
unsigned rb_open_indent(struct rb_str path);
/* What becomes of the open visit by the event of that name; nothing where it is not open. rb_open_attempt_end
 * also tells which processes are still alive; rb_open_progress keeps the line for the live line. */
void rb_open_attempt(struct rb_view *v, const struct rb_event *ev);
void rb_open_attempt_end(struct rb_view *v, const struct rb_event *ev);
void rb_open_facts(struct rb_view *v, const struct rb_event *ev);
void rb_open_item(struct rb_view *v, const struct rb_event *ev);
void rb_open_progress(struct rb_view *v, const struct rb_event *ev);

/* ---- unended.c ---- */
/* As rb_view_unended: a row for each open visit whose action is under way, or that is asked about. */
void rb_unended_show(struct rb_view *v, bool running);

/* ---- lines.c ---- */
/* Each keeps, or shows, what the event of its name tells of a step; the row of a step is shown at its end. */
void rb_lines_step_start(struct rb_view *v, const struct rb_event *ev);
void rb_lines_step_end(struct rb_view *v, const struct rb_event *ev);
void rb_lines_if(struct rb_view *v, const struct rb_event *ev);
void rb_lines_branch(struct rb_view *v, const struct rb_event *ev);
void rb_lines_edge(struct rb_view *v, const struct rb_event *ev);
void rb_lines_retry(struct rb_view *v, const struct rb_event *ev);
void rb_lines_attempt(struct rb_view *v, const struct rb_event *ev);
/* Headings and notes that are due before a line of this step. */
void rb_lines_headings(struct rb_view *v, struct rb_str path);
/* Output of a step with `show: output`: its whole lines; at its end the one that has no newline. */
void rb_lines_output(struct rb_view *v, struct rb_open *o, enum rb_stream stream, struct rb_str bytes);
void rb_lines_output_end(struct rb_view *v, struct rb_open *o);

/* ---- skipped.c ---- */
/* Keeps the row of a step that was skipped, to be shown with those that follow; false: it is to be shown now.
 */
bool rb_skipped_take(struct rb_view *v, const struct rb_open *o, struct rb_str text);
/* Of a condition what is shown beside "skipped". */
struct rb_str rb_skipped_condition(struct rb_view *v, struct rb_str cond);
/* Shows those that are kept. */
void rb_skipped_show(struct rb_view *v);

/* ---- changes.c ---- */
/* An attempt begins; the visit is over, with what its row says. */
void rb_changes_begun(struct rb_view *v, struct rb_open *o, const struct rb_event *ev);
void rb_changes_ended(struct rb_view *v, struct rb_open *o, enum rb_mark mark, struct rb_str text);
/* The list, if anything was changed. */
void rb_changes_show(struct rb_view *v);

/* ---- failure.c ---- */
/* Keeps an assertion that did not hold, until the next attempt of its step begins. */
void rb_failure_add(struct rb_view *v, const struct rb_event *ev);
/* Forgets the assertions, the reason and the excerpt of the last attempt: all of o->attempt. */
void rb_failure_forget(struct rb_open *o);
/* Keeps the last RB_VIEW_TAIL bytes of each stream, as they came. */
void rb_failure_tail(struct rb_open *o, enum rb_stream stream, struct rb_str bytes);
/* Whether the assertions begin with this very reason. */
bool rb_failure_says(const struct rb_open *o, struct rb_str reason);
/* The assertions, or what it printed last. */
void rb_failure_show(struct rb_view *v, const struct rb_open *o);
/* The last line that it printed: "stderr: …"; empty where there is none, or the reason has it. */
struct rb_str rb_failure_last_words(struct rb_view *v, const struct rb_open *o);
/* Of one that somebody took: the last line that it printed, which mostly says why; `more` columns further in.
 */
void rb_failure_last_line(struct rb_view *v, const struct rb_open *o, unsigned more);

/* ---- head.c ---- */
/* The first lines; of a run that is over with when, where and by whom. Keeps the run's id and host. */
void rb_head_run_start(struct rb_view *v, const struct rb_event *ev);
/* What the run was given: of a run that is over each input, else those that are not at their default, once
 * all of them are known. */
void rb_head_input(struct rb_view *v, const struct rb_event *ev);
void rb_head_inputs(struct rb_view *v);
/* The heading of a phase, or of a rung; none for steps that come first. */
void rb_head_phase(struct rb_view *v, const struct rb_event *ev);
/* The runbook's own note beside a step, when the step begins. `text` is not yet safe. */
void rb_head_step_note(struct rb_view *v, unsigned indent, struct rb_str text);
/* What the runbook says; what somebody noted down while it ran. */
void rb_head_say(struct rb_view *v, const struct rb_event *ev);
void rb_head_note(struct rb_view *v, const struct rb_event *ev);
/* A line that wants attention; the text is safe. */
void rb_head_attention(struct rb_view *v, unsigned indent, struct rb_str text);
void rb_head_warning(struct rb_view *v, const struct rb_event *ev);
/* The closing lines, behind the list of changes, or a drill's report. */
void rb_head_run_end(struct rb_view *v, const struct rb_event *ev);

/* ---- drill.c ---- */
/* Each keeps what the event of its name tells, for the report; of a run nothing. */
void rb_drilled_branch(struct rb_view *v, const struct rb_event *ev);
void rb_drilled_if(struct rb_view *v, const struct rb_event *ev);
void rb_drilled_edge(struct rb_view *v, const struct rb_event *ev);
void rb_drilled_finding(struct rb_view *v, const struct rb_event *ev);
void rb_drilled_would(struct rb_view *v, const struct rb_event *ev);
/* A step passed: what it found inside of a library's procedure is left out. */
void rb_drilled_passed(struct rb_view *v, const struct rb_open *o);
/* It goes no further: the ways that it stands in now are those that are told. */
void rb_drilled_halt(struct rb_view *v, const struct rb_event *ev);
/* What was kept of these, before the closing lines. */
void rb_drilled_report(struct rb_view *v);

/* ---- question.c ---- */
/* Keeps the question; it is shown by rb_question_show, or with its answer. */
void rb_question_ask(struct rb_view *v, const struct rb_event *ev);
/* Shows question and answer, unless whoever asked has done so, and forgets it. */
void rb_question_answer(struct rb_view *v, const struct rb_event *ev);
/* Somebody is about to answer: writes the row of the first question that was not shown, without its newline.
 */
void rb_question_show(struct rb_view *v);
void rb_question_free(struct rb_view *v); /* those that have no answer */

/* ---- live.c ---- */
/* Before anything is written: takes the live line away, and shows what was kept for later. */
void rb_live_clear(struct rb_view *v);
/* As rb_view_tick: draws the line if it is time to. */
int64_t rb_live_tick(struct rb_view *v, int64_t now);

/* ---- json.c ---- */
/* The event as a line of JSON, however long its fields are up to RB_RECORD_LINE_MAX. */
void rb_json_event(struct rb_view *v, const struct rb_event *ev);
/* Takes the next string out of JSON text (of a list of strings, or of one), unescaped; false when there is
 * none. */
bool rb_json_next_string(struct rb_str *rest, struct rb_buf *out);

#endif
