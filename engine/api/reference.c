/* The reference: what the key tables, the outcome table and the event table say, as text. */
#include "api/library.h"
#include "api/runbook.h"
#include "event/line.h"
#include "flow/flow.h"
#include "kinds/kinds.h"
#include "lang/reference.h"
#include "scenario/scenario.h"

enum { OUTCOMES_MAX = 1 << 16 };

/* The table of outcomes as Markdown, from flow's rows. */
static void
outcome_table(struct rb_buf *out)
{
	static const char *const defaults[] = {[RB_GO_NEXT] = "next step",
	    [RB_GO_UP] = "the enclosing step fails",
	    [RB_GO_UNWIND] = "no edge takes it",
	    [RB_GO_STOP] = "the run ends"};

	rb_buf_c(out, "| outcome | when | goes to |\n|---|---|---|\n");
	for (size_t i = 0; i < RB_OUTCOMES; i++) {
		const struct rb_outcome_row *row = &rb_outcome_rows[i];

		rb_buf_fmt(out, "| %s | %s | ", row->name, row->when);
		for (size_t k = 0; k < sizeof(row->edges) / sizeof(row->edges[0]) && row->edges[k] != NULL;
		     k++)
			rb_buf_fmt(out, "`%s`, else ", row->edges[k]);
		rb_buf_fmt(out, "%s |\n", defaults[row->dflt]);
	}
}

void
rb_reference(struct rb_buf *out)
{
	struct rb_buf outcomes;

	rb_buf_init(&outcomes, out->alloc, OUTCOMES_MAX);
	outcome_table(&outcomes);
	rb_language_doc(rb_kinds, rb_buf_view(&outcomes), out);
	rb_buf_free(&outcomes);
}

void
rb_reference_transcript(struct rb_buf *out)
{
	rb_event_reference(out);
}

void
rb_reference_scenario(struct rb_buf *out)
{
	rb_tables_doc(rb_scenario_tables, out);
}

/* What a word means in scenario files, behind what it means in runbooks. */
static int
explain_scenario(const char *word, bool behind, struct rb_buf *out)
{
	struct rb_buf found;
	int r;

	rb_buf_init(&found, out->alloc, OUTCOMES_MAX);
	r = rb_tables_explain(word, rb_scenario_tables, &found);
	if (r == 0 && behind)
		rb_buf_c(out, "\nIn a scenario file:\n");
	if (r == 0)
		rb_buf_str(out, rb_buf_view(&found));
	rb_buf_free(&found);
	return r;
}

int
rb_reference_explain(const char *word, struct rb_buf *out)
{
	struct rb_arena arena;
	struct rb_str procedure;
	struct rb_buf near;
	int r;

	for (size_t i = 0; i < RB_OUTCOMES; i++) {
		if (rb_str_is(rb_str_c(rb_outcome_rows[i].name), word)) {
			rb_buf_fmt(out, "%s — outcome of a step\n  %s\n", word, rb_outcome_rows[i].when);
			return 0;
		}
	}
	rb_buf_init(&near, out->alloc, OUTCOMES_MAX);
	r = rb_language_explain(word, rb_kinds, &near);
	if (r == 0)
		rb_buf_str(out, rb_buf_view(&near));
	if (explain_scenario(word, r == 0, out) == 0 || r == 0) {
		rb_buf_free(&near);
		return 0;
	}
	rb_buf_fmt(out, "runbook: there is nothing called `%s`", word);
	rb_arena_init(&arena, out->alloc);
	procedure = rb_library_near(&arena, rb_str_c(word));
	if (procedure.n > 0)
		rb_buf_fmt(out, "; did you mean `%.*s`?\n", RB_STR_ARG(procedure));
	else if (near.len > 0)
		rb_buf_fmt(out, "; near to it:\n%s", rb_buf_cstr(&near));
	else
		rb_buf_c(out, "; `runbook reference` has everything\n");
	rb_arena_free(&arena);
	rb_buf_free(&near);
	return -1;
}
