/* What a scenario gives and the run never came to: an error, since a test must stand on what it says. */
#include "scenario/state.h"

/* Once is enough. */
static void
hint_path(struct rb_play *p, struct rb_diag *diag)
{
	if (p->load.diags->errors > 1)
		return;
	rb_diag_hint(p->load.diags, diag, "the path was %.*s", RB_STR_ARG(rb_play_path(p)));
	if (p->watch.because.n > 0)
		rb_diag_hint(p->load.diags, diag, "decided last: %.*s", RB_STR_ARG(p->watch.because));
	rb_diag_hint(p->load.diags, diag, "%.*s", RB_STR_ARG(rb_play_end(p)));
}

static void
unused_replies(struct rb_play *p, const struct rb_mock_of *m, const struct rb_mock_replies *r)
{
	unsigned used = p->used[r->number];
	struct rb_diag *diag;

	if (m->by_item && used == 0)
		diag = rb_diag_add(p->load.diags, RB_E_SCENARIO, r->span,
		    "this result was not used: `%.*s` was never started for an item `%.*s`",
		    RB_STR_ARG(m->at.key), RB_STR_ARG(r->item));
	else if (r->each && used < r->n)
		diag = rb_diag_add(p->load.diags, RB_E_SCENARIO, r->items[used].span,
		    "`%.*s` was started %u time%s, and has %zu results", RB_STR_ARG(m->at.key), used,
		    used == 1 ? "" : "s", r->n);
	else
		return;
	hint_path(p, diag);
}

static void
unused_mock(struct rb_play *p, const struct rb_mock_of *m)
{
	unsigned used = 0;

	for (size_t i = 0; i < m->n; i++)
		used += p->used[m->replies[i].number];
	if (used == 0) {
		hint_path(p, rb_diag_add(p->load.diags, RB_E_SCENARIO, m->at.span,
				 "this result was not used: %.*s was never %s",
				 RB_STR_ARG(rb_named_show(p->arena, m->at.key, m->at.owner)),
				 m->whole ? "called" : "started"));
		return;
	}
	for (size_t i = 0; i < m->n; i++)
		unused_replies(p, m, &m->replies[i]);
}

static void
unused_answer(struct rb_play *p, const struct rb_answers_of *a)
{
	unsigned n = p->answered[a->number];

	if (n == 0)
		hint_path(p, rb_diag_add(p->load.diags, RB_E_SCENARIO, a->at.span,
				 "this answer was not used: %.*s never asked",
				 RB_STR_ARG(rb_named_show(p->arena, a->at.key, a->at.owner))));
	else if (p->in_turn[a->number] && n < a->node->len)
		hint_path(p, rb_diag_add(p->load.diags, RB_E_SCENARIO, a->node->items[n]->span,
				 "`%.*s` asked %u time%s, and has %zu answers", RB_STR_ARG(a->at.key), n,
				 n == 1 ? "" : "s", a->node->len));
}

void
rb_compare_unused(struct rb_play *p)
{
	const struct rb_scenario_inside *in = p->scenario->inside;
	char took[RB_CLOCK_DURATION];

	for (size_t i = 0; i < in->mocks.by_key.len; i++)
		unused_mock(p, in->mocks.by_key.entries[i].value);
	for (size_t i = 0; i < in->answers.by_key.len; i++)
		unused_answer(p, in->answers.by_key.entries[i].value);
	for (size_t i = p->signals; i < in->nsignals; i++)
		rb_diag_add(p->load.diags, RB_E_SCENARIO, in->signals[i].span,
		    "the signal never came: the run had ended after %s",
		    rb_clock_exact(p->out->end.elapsed, took));
}
