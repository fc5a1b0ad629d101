/* What people see of a run, live or from its transcript. Ownership: a view owns its state and borrows its
 * descriptor; it is a sink of the bus until it is freed.
 *
 * Three forms of the same events: live (a terminal that can be redrawn), plain (lines only: pipes, dumb
 * terminals, logs), JSON (one event a line, as the transcript's records). Everything untrusted is escaped
 * (reliability I6). */
#ifndef RB_VIEW_VIEW_H
#define RB_VIEW_VIEW_H

#include "event/bus.h"

enum rb_view_form { RB_VIEW_LIVE, RB_VIEW_PLAIN, RB_VIEW_JSON };

struct rb_view_options {
	const struct rb_alloc *alloc;
	enum rb_view_form form;
	int fd;
	bool colour;
	bool ascii;                   /* no characters beyond ASCII: "ok", "FAIL", "->" for ✓ ✗ → */
	unsigned (*width)(void *ctx); /* columns now, 0: lines are never wrapped; NULL: 80 */
	void *width_ctx;
	const char *folder;  /* of a replay: where the run's outputs are; may be NULL */
	bool replay;         /* events come from a transcript: times are those recorded, nothing is live */
	const char *command; /* name to show in "runbook show ID" */
};

struct rb_view;

/* The options are copied; what they point to must live as long as the view. */
struct rb_view *rb_view_new(const struct rb_view_options *options);
/* Shows what was held, takes the live line away, and frees it; NULL is allowed. It must be no sink any more.
 */
void rb_view_free(struct rb_view *v);
/* What to add to the bus; it is the view's. */
const struct rb_sink *rb_view_sink(struct rb_view *v);
/* errno where its descriptor did not take all that was shown, 0 where it did. */
int rb_view_error(const struct rb_view *v);
/* Redraws the live line (elapsed time, last output); returns the monotonic time (ns) at which it wants to be
 * called again, RB_NEVER if nothing moves. */
int64_t rb_view_tick(struct rb_view *v, int64_t now);
/* Takes the live line away before somebody else writes to the terminal (a prompt, an interactive step), and
 * lets it come back. Events between are held and shown afterwards. A question that was asked is written
 * first, on a line that stays open: whoever takes the answer continues that line and ends it. */
void rb_view_pause(struct rb_view *v, bool paused);
/* After the last event of a record that has no end (yet, if its program still runs): which steps are under
 * way, and which questions open. */
void rb_view_unended(struct rb_view *v, bool running);
/* Writes text of ours (a hint of the prompt) above the live line, escaped by the caller. */
void rb_view_print(struct rb_view *v, struct rb_str text);

#endif
