/* Ways in words, for messages of `check` and for the list of what no test takes. */
#include "lang/graph.h"

#include "base/clock.h"
#include "lang/kind.h"

enum { COND_SHOWN = 60 }; /* bytes of a condition */

struct rb_str
rb_step_called(struct rb_arena *arena, const struct rb_step *step)
{
	struct rb_pos pos;

	if (step->has_id || step->span.src == NULL)
		return step->id;
	pos = rb_source_pos(step->span.src, step->span.from);
	return rb_arena_fmt(arena, "the `%s` at line %zu", step->action, pos.line);
}

struct rb_str
rb_step_quoted(struct rb_arena *arena, const struct rb_step *step)
{
	struct rb_str called = rb_step_called(arena, step);

	return step->has_id ? rb_arena_fmt(arena, "`%.*s`", RB_STR_ARG(called)) : called;
}

/* On one line, cut between characters. */
static struct rb_str
brief(struct rb_arena *arena, struct rb_str s)
{
	size_t end = rb_str_find(s, RB_STR("\n"), 0);

	if (end == SIZE_MAX)
		end = s.n;
	if (end > COND_SHOWN)
		end = COND_SHOWN;
	while (end > 0 && end < s.n && ((unsigned char)s.p[end] & 0xC0) == 0x80)
		end--;
	return end == s.n ? s : rb_arena_fmt(arena, "%.*s…", (int)end, s.p);
}

/* The text of a choice, as it is written. */
static struct rb_str
choice_text(const struct rb_step *s, uint32_t arm)
{
	for (size_t i = 0; s->kind->keys[i].name != NULL; i++) {
		const struct rb_field *f = &s->args[i];

		if (s->kind->keys[i].type == RB_K_CHOICES && arm < f->len && f->items[arm].node != NULL &&
		    f->items[arm].node->kind == RB_NODE_SCALAR)
			return f->items[arm].node->text;
	}
	return RB_STR("");
}

static struct rb_str
arm_why(struct rb_arena *arena, const struct rb_step *s, uint32_t i)
{
	const struct rb_expr *cond = s->arms[i].cond;
	struct rb_str text;

	if (s->op == RB_OP_BRANCH && cond == NULL)
		return RB_STR("else");
	if (s->op == RB_OP_BRANCH)
		return rb_arena_fmt(arena, "if %.*s", RB_STR_ARG(brief(arena, rb_expr_text(cond))));
	text = choice_text(s, i);
	if (text.n == 0)
		return rb_arena_fmt(arena, "choice %u", i + 1);
	return rb_arena_fmt(arena, "choice \"%.*s\"", RB_STR_ARG(brief(arena, text)));
}

static struct rb_str
rung_why(struct rb_arena *arena, const struct rb_graph *g, const struct rb_way *w)
{
	const struct rb_rung *r = &g->unit->rungs[w->arm];

	if (r->on_failed)
		return RB_STR("on: failed");
	if (r->after == NULL || r->after->node == NULL || r->after->node->kind != RB_NODE_SCALAR)
		return RB_STR("after some time");
	return rb_arena_fmt(arena, "after %.*s", RB_STR_ARG(r->after->node->text));
}

struct rb_str
rb_way_why(struct rb_arena *arena, const struct rb_graph *g, const struct rb_way *w)
{
	static const struct {
		const char *implied, *written;
	} words[RB_WAYS] = {
	    [RB_WAY_GO] = {"it goes on", "it goes on"},
	    [RB_WAY_IF] = {"its `if` holds", "its `if` holds"},
	    [RB_WAY_SKIP] = {"skipped", "skipped"},
	    [RB_WAY_ITEMS] = {"items", "items"},
	    [RB_WAY_EMPTY] = {"no items", "no items"},
	    [RB_WAY_NOT_DONE] = {"not done yet", "not done yet"},
	    [RB_WAY_DONE] = {"done already", "done already"},
	    [RB_WAY_CONFIRMED] = {"confirmed", "confirmed"},
	    [RB_WAY_DECLINED] = {"declined", "declined"},
	    [RB_WAY_ARM] = {"", ""},
	    [RB_WAY_NO_ARM] = {"no arm holds", "no arm holds"},
	    [RB_WAY_PASS] = {"it passes", "on_pass"},
	    [RB_WAY_FAIL] = {"it fails", "on_fail"},
	    [RB_WAY_LATE] = {"it takes too long", "on_timeout"},
	    [RB_WAY_JUMP] = {"it is reached", "it is reached"},
	    [RB_WAY_RUNG] = {"", ""},
	    [RB_WAY_UNWIND] = {"it is left", "it is left"},
	};

	if (w->kind == RB_WAY_ARM && w->step != NULL)
		return arm_why(arena, w->step, w->arm);
	if (w->kind == RB_WAY_RUNG)
		return rung_why(arena, g, w);
	if (w->kind == RB_WAY_UNWIND && g->points[w->from].kind == RB_AT_FAILED)
		return rb_str_c(words[RB_WAY_FAIL].implied);
	if (w->kind == RB_WAY_NO_ARM && w->step != NULL && w->step->op != RB_OP_BRANCH)
		return rb_arena_fmt(arena, "not %.*s", RB_STR_ARG(arm_why(arena, w->step, w->arm)));
	return rb_str_c(w->written ? words[w->kind].written : words[w->kind].implied);
}

/* The one way by which it goes on from a point without anything that the file says; NULL: there is none. */
static const struct rb_way *
onward(const struct rb_graph *g, const struct rb_point *p)
{
	const struct rb_way *only = NULL;

	for (uint32_t i = p->out; i < p->out + p->nout; i++) {
		const struct rb_way *w = &g->ways[g->out[i]];

		if (w->kind == RB_WAY_UNWIND)
			continue;
		if (only != NULL || w->written)
			return NULL;
		only = w;
	}
	return only;
}

static struct rb_str
over_text(const struct rb_graph *g, enum rb_over over)
{
	static const char *const file[RB_OVERS] = {"the end of the file", "the run fails", "end resolved",
	    "end failed", "end escalated", "done", "fail", "the run ends, declined"};
	static const char *const proc[RB_OVERS] = {"the end of the procedure", "the procedure fails",
	    "end resolved", "end failed", "end escalated", "done", "fail", "the run ends, declined"};

	return rb_str_c(g->proc != NULL ? proc[over] : file[over]);
}

/* Where it leads: the step that comes next, an ending, or empty for the inside of its own step. */
static struct rb_str
target(struct rb_arena *arena, const struct rb_graph *g, const struct rb_way *w)
{
	const struct rb_point *p = &g->points[w->to];
	size_t most = g->npoints;

	while (p->kind != RB_AT_STEP && p->kind != RB_AT_OVER && most-- > 0) {
		const struct rb_way *next = onward(g, p);

		if (next == NULL || (p->step == w->step && p->kind < RB_AT_PASSED))
			break;
		p = &g->points[next->to];
	}
	switch (p->kind) {
	case RB_AT_STEP:
		return rb_step_called(arena, p->step);
	case RB_AT_OVER:
		return over_text(g, p->over);
	case RB_AT_FINALLY:
		return RB_STR("finally");
	default:
		break;
	}
	if (p->step == NULL || p->step == w->step)
		return RB_STR("");
	return rb_arena_fmt(arena, "the end of %.*s", RB_STR_ARG(rb_step_called(arena, p->step)));
}

struct rb_str
rb_way_text(struct rb_arena *arena, const struct rb_graph *g, const struct rb_way *w)
{
	struct rb_str from = w->step != NULL          ? rb_step_called(arena, w->step)
			     : w->kind == RB_WAY_RUNG ? RB_STR("escalate")
						      : RB_STR("the run");
	struct rb_str to = target(arena, g, w), why = rb_way_why(arena, g, w);

	return rb_arena_fmt(arena, "%.*s%s%.*s: %.*s", RB_STR_ARG(from), to.n > 0 ? " → " : "",
	    RB_STR_ARG(to), RB_STR_ARG(why));
}

struct rb_span
rb_way_span(const struct rb_graph *g, const struct rb_way *w)
{
	const struct rb_step *s = w->step;

	if (w->edge != NULL && w->edge->span.src != NULL)
		return w->edge->span;
	switch (w->kind) {
	case RB_WAY_RUNG:
		return g->unit->rungs[w->arm].span;
	case RB_WAY_IF:
	case RB_WAY_SKIP:
		return rb_expr_span(s->if_);
	case RB_WAY_ITEMS:
	case RB_WAY_EMPTY:
		return s->loop->span;
	case RB_WAY_NOT_DONE:
	case RB_WAY_DONE:
		return s->done_if->step->span;
	case RB_WAY_CONFIRMED:
	case RB_WAY_DECLINED:
		return s->confirm->span;
	case RB_WAY_ARM:
		return s->arms[w->arm].span;
	default:
		break;
	}
	if (s != NULL)
		return s->span;
	return (struct rb_span){g->unit->src, 0, 0};
}
