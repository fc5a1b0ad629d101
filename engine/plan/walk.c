/* The walk: lists and steps in the order of the file, each once, with what is known of the path that leads to
 * them. */
#include "plan/state.h"

#include <string.h>

/* ---- steps that are not on the path ---- */

void
rb_plan_hide(struct rb_plan *p, const struct rb_step *first, const struct rb_step *last)
{
	unsigned char *told = p->at.info->told;

	for (unsigned i = first->index; i <= last->last_inside; i++)
		told[i] |= RB_PLAN_HIDDEN;
}

static void
tell_hidden(struct rb_plan *p, const struct rb_list *list, size_t from, size_t to, unsigned depth)
{
	const struct rb_step *first, *last;

	if (from >= to)
		return;
	first = list->steps[from];
	last = list->steps[to - 1];
	rb_arena_clear(&p->scratch);
	rb_plan_hide(p, first, last);
	rb_plan_tell(p, RB_PLAN_NOTE, depth, RB_STR(""),
	    to - from == 1
		? rb_arena_fmt(&p->scratch, "%.*s is not on this path", RB_STR_ARG(rb_plan_name(p, first)))
		: rb_arena_fmt(&p->scratch, "%.*s to %.*s (%zu steps) are not on this path",
		      RB_STR_ARG(rb_plan_name(p, first)), RB_STR_ARG(rb_plan_name(p, last)), to - from),
	    RB_STR(""));
}

/* ---- long lists ---- */

static void
tell_group(struct rb_plan *p, const struct rb_list *list, size_t from, unsigned depth)
{
	const struct rb_plan_unit *u = p->at.info;
	size_t next = (from / RB_PLAN_GROUP_STEPS + 1) * RB_PLAN_GROUP_STEPS;
	size_t to = next < list->len ? next : list->len;
	size_t a = list->steps[from]->index, b = list->steps[to - 1]->last_inside + (size_t)1;
	uint32_t changes = u->changes[b] - u->changes[a], dangers = u->dangers[b] - u->dangers[a];

	rb_arena_clear(&p->scratch);
	rb_plan_tell(p, RB_PLAN_GROUP, depth, RB_STR(""),
	    rb_arena_fmt(&p->scratch, "steps %zu to %zu of %zu", from + 1, to, list->len),
	    rb_arena_fmt(&p->scratch, "%u read, %u change, %u dangerous, %u ask",
		u->leaves[b] - u->leaves[a] - changes - dangers, changes, dangers, u->asks[b] - u->asks[a]));
}

/* ---- ways by `goto` ---- */

void
rb_plan_want(struct rb_plan *p, const struct rb_step *from, const struct rb_step *to)
{
	uint32_t *wanted = &p->at.info->wanted[to->index];

	if (*wanted == 0 || *wanted > from->index + 1)
		*wanted = from->index + 1;
	p->jumps++;
	if (to->index > from->index && to->index > p->at.ahead)
		p->at.ahead = to->index;
}

/* ---- what stands before a step ---- */

/* `if`: 1, 0, or -1 when it is not known. */
static int
truth_of(struct rb_plan *p, const struct rb_step *step, struct rb_value *why)
{
	struct rb_eval ev = rb_plan_eval(p);

	*why = rb_v_unknown(RB_STR(""));
	if (step->if_ == NULL)
		return rb_plan_fact(p, step, "skipped") == 1 ? 0 : 1;
	if (rb_plan_fact(p, step, "skipped") >= 0)
		return !rb_plan_fact(p, step, "skipped");
	return rb_expr_truth(step->if_, &ev, why);
}

static void
tell_if(struct rb_plan *p, const struct rb_step *step, int truth, struct rb_value why, unsigned depth)
{
	const char *note = "it holds";

	if (step->if_ == NULL)
		return;
	if (truth == 0)
		note = "it does not hold";
	else if (truth < 0)
		note = step->op == RB_OP_EDGE ? "else it goes on" : "else it would be skipped";
	rb_plan_tell(p, RB_PLAN_DETAIL, depth, RB_STR("if"), rb_expr_text(step->if_), rb_str_c(note));
	rb_plan_words(p, step->if_, depth);
	if (truth < 0 && why.kind != RB_V_UNKNOWN)
		rb_plan_trouble(p, depth, rb_plan_why(p, why));
}

/* The items of a loop: their number, or -1. The loop's variable is unknown inside. */
static int64_t
loop_items(struct rb_plan *p, const struct rb_loop *loop, struct rb_value *list)
{
	struct rb_eval ev = rb_plan_eval(p);
	struct rb_value *items, *kept, why;
	size_t n = 0;

	*list = loop->in != NULL ? rb_expr_eval(loop->in, &ev) : rb_field_eval(loop->items, &ev);
	if (list->kind != RB_V_LIST)
		return -1;
	for (size_t i = 0; i < list->list->len; i++) {
		if (list->list->items[i].kind == RB_V_UNKNOWN && list->list->len == 1)
			return -1;
	}
	if (loop->where == NULL)
		return (int64_t)list->list->len;
	items = RB_ARRAY(&p->scratch, struct rb_value, list->list->len);
	for (size_t i = 0; i < list->list->len; i++) {
		int truth;

		p->at.frame->slots[loop->as->slot].value = list->list->items[i];
		truth = rb_expr_truth(loop->where, &ev, &why);
		if (truth < 0)
			return -1;
		if (truth > 0)
			items[n++] = list->list->items[i];
	}
	*list = rb_v_list(&p->scratch, n, &kept);
	if (n > 0)
		memcpy(kept, items, n * sizeof(*kept));
	return (int64_t)n;
}

/* The items from the current one on: the one at `at`, or, where that is not known, the first that is alike.
 */
static struct rb_value
from_current(struct rb_plan *p, struct rb_value list, struct rb_value current, int64_t given)
{
	struct rb_value *items, rest;
	size_t at = given >= 0 && (size_t)given < list.list->len ? (size_t)given : 0;

	while (at < list.list->len && !rb_value_eq(list.list->items[at], current))
		at++;
	if (at == list.list->len)
		return current;
	rest = rb_v_list(&p->scratch, list.list->len - at, &items);
	memcpy(items, list.list->items + at, rest.list->len * sizeof(*items));
	return rest;
}

static struct rb_str
loop_text(struct rb_plan *p, const struct rb_loop *loop, const struct rb_plan_lead *lead)
{
	rb_buf_clear(&p->text);
	rb_buf_fmt(&p->text, "%.*s", RB_STR_ARG(loop->as->name));
	if (loop->in != NULL)
		rb_buf_fmt(&p->text, " in %.*s", RB_STR_ARG(rb_expr_text(loop->in)));
	if (loop->where != NULL)
		rb_buf_fmt(&p->text, " where %.*s", RB_STR_ARG(rb_expr_text(loop->where)));
	for (int64_t i = 0; i < lead->items && i < RB_PLAN_ITEMS_SHOWN; i++) {
		rb_buf_c(&p->text, i == 0 ? ": " : lead->under_way && i == 1 ? ", then " : ", ");
		rb_value_show(lead->list.list->items[i], &p->text);
	}
	if (lead->items > RB_PLAN_ITEMS_SHOWN)
		rb_buf_fmt(&p->text, " and %lld more", (long long)lead->items - RB_PLAN_ITEMS_SHOWN);
	return rb_arena_str(&p->scratch, rb_buf_view(&p->text));
}

static struct rb_str
loop_note(struct rb_plan *p, const struct rb_plan_lead *lead)
{
	if (lead->items < 0)
		return RB_STR("how many is not known");
	return rb_arena_fmt(&p->scratch, lead->under_way ? "%lld left" : "%lld time%s",
	    (long long)lead->items, lead->items == 1 ? "" : "s");
}

static void
tell_loop(struct rb_plan *p, const struct rb_step *step, struct rb_plan_lead *lead, unsigned depth)
{
	const struct rb_loop *loop = step->loop;
	struct rb_value *item, current;

	lead->items = 1;
	if (loop == NULL)
		return;
	item = &p->at.frame->slots[loop->as->slot].value;
	current = *item;
	lead->items = loop_items(p, loop, &lead->list);
	if (lead->under_way && lead->items >= 0) {
		lead->list = from_current(p, lead->list, current, lead->at);
		lead->items = lead->list.kind == RB_V_LIST ? (int64_t)lead->list.list->len : -1;
	}
	*item = lead->under_way ? current : rb_v_unknown(RB_STR(""));
	rb_plan_tell(
	    p, RB_PLAN_DETAIL, depth, RB_STR("for each"), loop_text(p, loop, lead), loop_note(p, lead));
	if (lead->list.kind == RB_V_UNSET || lead->list.kind == RB_V_ERROR)
		rb_plan_trouble(p, depth, rb_plan_why(p, lead->list));
	if (!loop->stop_on_fail)
		rb_plan_tell(p, RB_PLAN_DETAIL, depth, RB_STR(""),
		    RB_STR("it goes on behind an item that fails"), RB_STR(""));
}

void
rb_plan_lead(struct rb_plan *p, const struct rb_step *step, struct rb_plan_lead *lead, unsigned depth)
{
	tell_if(p, step, lead->truth, lead->why, depth);
	tell_loop(p, step, lead, depth);
}

/* ---- groups ---- */

/* Looks side by side: at most the longest, or as many as take turns. */
static struct rb_plan_time
side_by_side(struct rb_plan_time sum, struct rb_plan_time longest, const struct rb_step *step)
{
	int64_t max = step->max_parallel;
	struct rb_plan_time t = longest;

	if (max <= 0 || (size_t)max >= step->body->len)
		return longest;
	if (sum.most != RB_NEVER && sum.most / max < RB_NEVER - longest.most)
		t.most = sum.most / max + longest.most < sum.most ? sum.most / max + longest.most : sum.most;
	return t;
}

static struct rb_plan_way walk_step(struct rb_plan *p, const struct rb_step *step, unsigned depth);

static struct rb_plan_way
walk_checks(struct rb_plan *p, const struct rb_step *step, unsigned depth)
{
	struct rb_plan_time sum = {0}, longest = {0};

	for (size_t i = 0; i < step->body->len; i++) {
		struct rb_plan_way way = walk_step(p, step->body->steps[i], depth + 1);

		sum = rb_time_add(sum, way.time);
		longest = rb_time_max(longest, way.time);
	}
	return (struct rb_plan_way){true, side_by_side(sum, longest, step)};
}

struct rb_plan_way
rb_plan_block_end(struct rb_plan *p, const struct rb_step *step, struct rb_plan_way way, unsigned depth)
{
	struct rb_plan_way last;

	last = rb_plan_closing(p, "finally", step->finally, "however it ends", depth + 1);
	way.on = way.on && last.on;
	way.time = rb_time_add(way.time, last.time);
	return way;
}

/* How many steps call the same. */
static struct rb_str
several(struct rb_plan *p, const struct rb_call *call)
{
	size_t sites = rb_plan_callee_of(p, call)->sites;

	return sites > 1 ? rb_arena_fmt(&p->scratch, "one of %zu steps that do so", sites) : RB_STR("");
}

static struct rb_str
looks_note(struct rb_plan *p, const struct rb_step *step)
{
	if (step->body->len == 1)
		return RB_STR("1 look");
	if (step->max_parallel > 0)
		return rb_arena_fmt(
		    &p->scratch, "%zu looks, %lld at a time", step->body->len, (long long)step->max_parallel);
	return rb_arena_fmt(&p->scratch, "%zu looks side by side", step->body->len);
}

static struct rb_str
group_note(struct rb_plan *p, const struct rb_step *step)
{
	if (step->op == RB_OP_CHECKS)
		return looks_note(p, step);
	if (step->op == RB_OP_BRANCH)
		return RB_STR("the first that holds");
	return step->op == RB_OP_CALL ? several(p, step->call) : RB_STR("");
}

void
rb_plan_group_row(struct rb_plan *p, const struct rb_step *step, struct rb_str note, unsigned depth)
{
	struct rb_str text = rb_plan_tmpl(p, step->title), own = group_note(p, step);

	if (text.n == 0 && step->op == RB_OP_CALL)
		text = rb_plan_called(p, step->call);
	else if (text.n == 0 && !step->has_id)
		text = rb_str_c(step->action);
	if (own.n > 0 && note.n > 0)
		own = rb_arena_fmt(&p->scratch, "%.*s, %.*s", RB_STR_ARG(note), RB_STR_ARG(own));
	rb_plan_first(p, step, RB_PLAN_TOLD_STEP);
	p->telling = step;
	rb_plan_tell(
	    p, RB_PLAN_STEP, depth, step->has_id ? step->id : RB_STR(""), text, own.n > 0 ? own : note);
	if (step->note != NULL)
		rb_plan_tell(p, RB_PLAN_NOTE, depth, RB_STR(""), rb_plan_tmpl(p, step->note), RB_STR(""));
}

static struct rb_plan_way
walk_inside(struct rb_plan *p, const struct rb_step *step, unsigned depth)
{
	switch (step->op) {
	case RB_OP_BRANCH:
		return rb_plan_branch(p, step, depth);
	case RB_OP_CHECKS:
		return walk_checks(p, step, depth);
	case RB_OP_BLOCK:
		return rb_plan_block_end(p, step, rb_plan_list(p, step->body, depth + 1), depth);
	case RB_OP_CALL:
		return rb_plan_call(p, step, depth);
	case RB_OP_SET:
		rb_plan_set(p, step, depth);
		break;
	case RB_OP_LEAF:
	case RB_OP_EDGE:
		break;
	}
	return (struct rb_plan_way){true, {0}};
}

struct rb_plan_way
rb_plan_inside(struct rb_plan *p, const struct rb_step *step, unsigned depth)
{
	bool folded = p->fold.of == step;
	struct rb_plan_way way;

	p->fold.silent += folded;
	way = walk_inside(p, step, depth);
	p->fold.silent -= folded;
	return way;
}

/* The looks and questions around a step that is no leaf. */
static struct rb_plan_time
time_around(struct rb_plan *p, const struct rb_step *step)
{
	struct rb_plan_time t = {.people = step->confirm != NULL, .who = step->confirm != NULL ? step : NULL};

	if (step->done_if != NULL)
		t = rb_time_add(t, rb_time_probe(p, step->done_if));
	if (step->verify != NULL)
		t = rb_time_add(t, rb_time_probe(p, step->verify));
	return t;
}

static struct rb_plan_way
walk_group(struct rb_plan *p, const struct rb_step *step, unsigned depth)
{
	struct rb_plan_time around = time_around(p, step);
	struct rb_plan_way way;

	rb_plan_done_if(p, step, depth);
	rb_plan_confirm(p, step, depth);
	rb_plan_probe(p, "verifies", step->verify, depth);
	p->before = rb_time_add(p->before, around);
	p->bound += step->finally != NULL;
	way = rb_plan_inside(p, step, depth);
	p->bound -= step->finally != NULL;
	if (step->timeout != NULL && step->timeout->node != NULL) {
		int64_t limit = rb_plan_duration(p, step->timeout, RB_NEVER);

		if (limit < way.time.most)
			way.time = (struct rb_plan_time){
			    .most = limit, .people = way.time.people, .who = way.time.who};
	}
	way.time = rb_time_add(way.time, around);
	/* What is done already passes. */
	way.on = way.on || (step->done_if != NULL && step != p->now);
	return way;
}

/* ---- a step ---- */

/* `- goto: x`, `- end: resolved`. */
static struct rb_plan_way
walk_edge(struct rb_plan *p, const struct rb_step *step, unsigned depth)
{
	struct rb_value why;
	int truth = truth_of(p, step, &why);

	p->telling = step;
	if (truth == 0 && p->opt->brief)
		return (struct rb_plan_way){true, {0}};
	rb_plan_tell(p, RB_PLAN_EDGE, depth, RB_STR(""),
	    truth == 0 ? RB_STR("goes on") : rb_plan_edge(p, step, &step->edge), RB_STR(""));
	tell_if(p, step, truth, why, depth);
	return (struct rb_plan_way){truth != 1, {0}};
}

static struct rb_plan_way
skipped(struct rb_plan *p, const struct rb_step *step, unsigned depth)
{
	struct rb_str text = rb_plan_tmpl(p, step->title);

	p->fold.silent += p->opt->brief;
	if (text.n == 0 && !step->has_id)
		text = rb_arena_fmt(&p->scratch, "%s: %.*s", step->action,
		    RB_STR_ARG(rb_str_trim(rb_span_text(step->action_span))));
	rb_plan_tell(
	    p, RB_PLAN_STEP, depth, step->has_id ? step->id : RB_STR(""), text, RB_STR("would be skipped"));
	tell_if(p, step, 0, rb_v_unknown(RB_STR("")), depth);
	p->fold.silent -= p->opt->brief;
	rb_plan_hide(p, step, step);
	rb_plan_skipped(p, step);
	return (struct rb_plan_way){true, {0}};
}

static struct rb_plan_way
walk_leaf(struct rb_plan *p, const struct rb_step *step, struct rb_plan_lead *lead, unsigned depth)
{
	struct rb_plan_way way = {true, rb_time_leaf(p, step)}, then;

	rb_plan_leaf(p, step, lead, depth);
	if (step->narms == 0)
		return way;
	p->before = rb_time_add(p->before, way.time);
	then = rb_plan_choices_from(p, step, 0, depth);
	return (struct rb_plan_way){then.on, rb_time_add(way.time, then.time)};
}

struct rb_plan_way
rb_plan_step(struct rb_plan *p, const struct rb_step *step, struct rb_plan_lead *lead, unsigned depth)
{
	unsigned uncertain = p->uncertain, open = p->open;
	bool leaks = p->leak, told = (p->at.info->told[step->index] & RB_PLAN_TOLD_STEP) != 0;
	struct rb_value assumed;
	struct rb_plan_way way;

	p->leak = false;
	p->uncertain += lead->truth < 0 || step->loop != NULL;
	p->open += lead->truth < 0;
	p->bound += step->loop != NULL;
	if (step->loop != NULL && !lead->under_way)
		p->at.frame->slots[step->loop->as->slot].value = rb_v_unknown(RB_STR(""));
	if (step->op == RB_OP_LEAF) {
		way = walk_leaf(p, step, lead, depth);
	} else {
		bool folded = rb_plan_fold(p, step), dull = rb_plan_is_dull(p, step);

		p->fold.silent += dull;
		rb_plan_group_row(p, step, RB_STR(""), depth);
		rb_plan_lead(p, step, lead, depth);
		way = walk_group(p, step, depth);
		p->fold.silent -= dull;
		if (folded)
			rb_plan_unfold(p, depth);
	}
	way.on = way.on || lead->truth < 0 || step->loop != NULL;
	if (lead->items < 0 && way.time.most > 0)
		way.time = rb_time_endless(way.time, step, RB_PLAN_HOW_MANY);
	else if (lead->items >= 0)
		way.time = rb_time_by(way.time, (uint64_t)lead->items);
	assumed = rb_plan_assumed(p, step->decl);
	if (p->assumed.len > 0)
		rb_plan_judge(p, step, depth);
	rb_plan_walked(p, step);
	p->bound -= step->loop != NULL;
	way = rb_plan_edges(p, step, way, depth);
	rb_plan_unjudge(p, step, assumed);
	/* Declined, what is optional is skipped. */
	way.on = way.on || lead->truth < 0 || (step->optional && step->confirm != NULL);
	/* Groups have it from the steps inside of them; what is called counts its own visits. */
	if (step->op == RB_OP_LEAF || step->op == RB_OP_CALL)
		way.time = rb_time_by(way.time, p->again > 0 && told ? 0 : p->at.info->times[step->index]);
	p->uncertain = uncertain;
	p->open = open;
	p->leak = p->leak || leaks;
	return way;
}

static struct rb_plan_way
walk_step(struct rb_plan *p, const struct rb_step *step, unsigned depth)
{
	struct rb_plan_lead lead = {.items = 1};

	rb_arena_clear(&p->scratch);
	if (step->op == RB_OP_EDGE)
		return walk_edge(p, step, depth);
	lead.truth = truth_of(p, step, &lead.why);
	return lead.truth == 0 ? skipped(p, step, depth) : rb_plan_step(p, step, &lead, depth);
}

/* Whether a `goto` leads to a step. One that goes back from further down is itself come to over the step, or
 * by a way that leads past it. */
static bool
comes_here(const struct rb_plan *p, const struct rb_step *step, bool on)
{
	uint32_t wanted = p->at.info->wanted[step->index];

	return wanted != 0 && (wanted != RB_PLAN_BACK || on || p->at.ahead > step->index);
}

/* All of its ways end the run, so that nothing comes behind them. */
static bool
ends_all(const struct rb_plan *p, const struct rb_list *list, size_t jumps)
{
	for (size_t i = 0; i < list->len; i++) {
		if (p->at.info->times[list->steps[i]->index] > 1)
			return false;
	}
	return !p->at.called && p->bound == 0 && p->jumps == jumps;
}

struct rb_plan_way
rb_plan_part_of(struct rb_plan *p, const struct rb_list *list, size_t from, size_t to, struct rb_plan_way way,
    unsigned depth)
{
	struct rb_plan_way one;
	size_t hidden = from; /* steps from here on were not on the path */
	size_t jumps = p->jumps;
	unsigned open = p->open;
	struct rb_plan_time before = p->before;

	for (size_t i = from; i < to; i++) {
		const struct rb_step *step = list->steps[i];

		if (comes_here(p, step, way.on)) {
			tell_hidden(p, list, hidden, way.on ? hidden : i, depth);
			rb_plan_forget_values(p, p->at.info->wanted[step->index]);
			way.on = true;
		}
		if (!way.on)
			continue;
		if (list->len > RB_PLAN_GROUP_STEPS && (i == from || i % RB_PLAN_GROUP_STEPS == 0))
			tell_group(p, list, i, depth);
		p->open = open + (p->parted.ended || step->index < p->parted.upto);
		p->before = rb_time_add(before, way.time);
		one = walk_step(p, step, depth);
		way.time = rb_time_add(way.time, one.time);
		way.on = one.on;
		hidden = i + 1;
	}
	p->open = open;
	p->before = before;
	if (!way.on)
		tell_hidden(p, list, hidden, to, depth);
	if (!way.on && ends_all(p, list, jumps)) {
		p->over = rb_time_max(p->over, rb_time_add(before, way.time));
		way.time = (struct rb_plan_time){0};
	}
	return way;
}

struct rb_plan_way
rb_plan_list(struct rb_plan *p, const struct rb_list *list, unsigned depth)
{
	struct rb_plan_way way = {true, {0}};

	return list != NULL ? rb_plan_part_of(p, list, 0, list->len, way, depth) : way;
}
