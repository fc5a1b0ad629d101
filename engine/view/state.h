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
	int64_t begun, timeout;
	int64_t since; /* the attempt began, which the timeout is a limit of */

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
	struct rb_str edge_key, edge_to, edge_reason;
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
	struct rb_str form, text, does, choices, by;
	unsigned indent;
	bool shown;
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
	bool setup;          /* a setup was shown */
	struct rb_str first; /* what failed first, and nobody took */
	struct rb_str first_id, first_reason;
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
struct rb_open *rb_open_begin(struct rb_view *v, const struct rb_event *ev);
/* Fills in how it ended and takes it out of the open ones; NULL if it is none (a transcript without its
 * beginning). */
struct rb_open *rb_open_end(struct rb_view *v, const struct rb_event *ev);
void rb_open_free(struct rb_view *v, struct rb_open *o);
/* What the visit is called: its id, unless that was made for it; its title, with the item. Safe texts. */
struct rb_str rb_open_id(struct rb_view *v, const struct rb_open *o);
struct rb_str rb_open_title(struct rb_view *v, const struct rb_open *o);
struct rb_str rb_open_id_of(struct rb_view *v, const struct rb_where *where);
/* The columns by which lines of this step are indented: those of an escalation stand apart. */
unsigned rb_open_indent(struct rb_str path);
/* Events of attempts. */
void rb_open_attempt(struct rb_view *v, const struct rb_event *ev);
void rb_open_attempt_end(struct rb_view *v, const struct rb_event *ev);
void rb_open_facts(struct rb_view *v, const struct rb_event *ev);
void rb_open_item(struct rb_view *v, const struct rb_event *ev);
void rb_open_progress(struct rb_view *v, const struct rb_event *ev);

/* ---- lines.c ---- */
bool rb_lines_passed(struct rb_str outcome);
void rb_lines_step_start(struct rb_view *v, const struct rb_event *ev);
void rb_lines_step_end(struct rb_view *v, const struct rb_event *ev);
void rb_lines_if(struct rb_view *v, const struct rb_event *ev);
void rb_lines_branch(struct rb_view *v, const struct rb_event *ev);
void rb_lines_edge(struct rb_view *v, const struct rb_event *ev);
void rb_lines_retry(struct rb_view *v, const struct rb_event *ev);
void rb_lines_attempt(struct rb_view *v, const struct rb_event *ev);
/* Headings and notes that are due before a line of this step. */
void rb_lines_headings(struct rb_view *v, struct rb_str path);
/* Output of a step with `show: output`. */
void rb_lines_output(struct rb_view *v, struct rb_open *o, enum rb_stream stream, struct rb_str bytes);
void rb_lines_output_end(struct rb_view *v, struct rb_open *o);

/* ---- failure.c ---- */
void rb_failure_add(struct rb_view *v, const struct rb_event *ev);
void rb_failure_forget(struct rb_open *o);
void rb_failure_tail(struct rb_open *o, enum rb_stream stream, struct rb_str bytes);
/* Whether the assertions begin with this very reason. */
bool rb_failure_says(const struct rb_open *o, struct rb_str reason);
/* The assertions, or what it printed last. */
void rb_failure_show(struct rb_view *v, const struct rb_open *o);
/* Of one that somebody took: the last line that it printed, which mostly says why. */
void rb_failure_last_line(struct rb_view *v, const struct rb_open *o, unsigned more);

/* ---- head.c ---- */
void rb_head_run_start(struct rb_view *v, const struct rb_event *ev);
/* What the run was given: of a run that is over. */
void rb_head_input(struct rb_view *v, const struct rb_event *ev);
void rb_head_phase(struct rb_view *v, const struct rb_event *ev);
/* The runbook's own note beside a step, when the step begins. */
/* The note of a step. */
void rb_head_step_note(struct rb_view *v, unsigned indent, struct rb_str text);
void rb_head_say(struct rb_view *v, const struct rb_event *ev);
void rb_head_note(struct rb_view *v, const struct rb_event *ev);
/* A line that wants attention; the text is safe. */
void rb_head_attention(struct rb_view *v, unsigned indent, struct rb_str text);
void rb_head_warning(struct rb_view *v, const struct rb_event *ev);
void rb_head_run_end(struct rb_view *v, const struct rb_event *ev);

/* ---- drill.c ---- */
void rb_drilled_branch(struct rb_view *v, const struct rb_event *ev);
void rb_drilled_if(struct rb_view *v, const struct rb_event *ev);
void rb_drilled_edge(struct rb_view *v, const struct rb_event *ev);
void rb_drilled_finding(struct rb_view *v, const struct rb_event *ev);
void rb_drilled_would(struct rb_view *v, const struct rb_event *ev);
/* A step passed. */
void rb_drilled_passed(struct rb_view *v, const struct rb_open *o);
void rb_drilled_halt(struct rb_view *v, const struct rb_event *ev);
/* What was kept of these, before the closing lines. */
void rb_drilled_report(struct rb_view *v);

/* ---- question.c ---- */
void rb_question_ask(struct rb_view *v, const struct rb_event *ev);
void rb_question_answer(struct rb_view *v, const struct rb_event *ev);
/* Somebody is about to answer: writes the row of the first question that was not shown, without its newline.
 */
void rb_question_show(struct rb_view *v);
void rb_question_free(struct rb_view *v);

/* ---- live.c ---- */
void rb_live_clear(struct rb_view *v);
int64_t rb_live_tick(struct rb_view *v, int64_t now);

/* ---- json.c ---- */
void rb_json_event(struct rb_view *v, const struct rb_event *ev);
/* Takes the next string out of JSON text (of a list of strings, or of one), unescaped; false when there is
 * none. */
bool rb_json_next_string(struct rb_str *rest, struct rb_buf *out);

#endif
