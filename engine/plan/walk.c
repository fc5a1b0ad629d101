/* The walk: lists and steps in the order of the file, each once, with what is known of the path that leads to
 * them. */
#include "plan/state.h"

#include <string.h>

/* ---- steps that are not on the path ---- */

void
rb_plan_hide(struct rb_plan *p, const struct rb_step *first, const struct rb_step *last)
{
	const uint32_t *leaves = p->at.info->leaves;

	p->hidden += leaves[last->last_inside + 1] - leaves[first->index];
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
	    to - from == 1 ? rb_arena_fmt(&p->scratch, "%.*s is not on this path", RB_STR_ARG(first->id))
			   : rb_arena_fmt(&p->scratch, "%.*s to %.*s (%zu steps) are not on this path",
				 RB_STR_ARG(first->id), RB_STR_ARG(last->id), to - from),
	    RB_STR(""));
}

/* ---- long lists ---- */

static void
tell_group(struct rb_plan *p, const struct rb_list *list, size_t from, unsigned depth)
{
	const struct rb_plan_unit *u = p->at.info;
	size_t to = from + RB_PLAN_GROUP_STEPS < list->len ? from + RB_PLAN_GROUP_STEPS : list->len;
	size_t a = list->steps[from]->index, b = list->steps[to - 1]->last_inside + (size_t)1;
	uint32_t changes = u->changes[b] - u->changes[a], dangers = u->dangers[b] - u->dangers[a];

	rb_arena_clear(&p->scratch);
	rb_plan_tell(p, RB_PLAN_GROUP, depth, RB_STR(""),
	    rb_arena_fmt(&p->scratch, "steps %zu to %zu of %zu", from + 1, to, list->len),
	    rb_arena_fmt(&p->scratch, "%u read, %u change, %u dangerous, %u ask",
		u->leaves[b] - u->leaves[a] - changes - dangers, changes, dangers, u->asks[b] - u->asks[a]));
}

/* ---- values that are `set` ---- */

void
rb_plan_want(struct rb_plan *p, const struct rb_step *from, const struct rb_step *to)
{
	uint32_t *wanted = &p->at.info->wanted[to->index];

	if (*wanted == 0 || *wanted > from->index + 1)
		*wanted = from->index + 1;
}

static void
make_unknown(struct rb_plan *p, const struct rb_decl *decl)
{
	rb_frame_clear(p->at.frame->file, decl->slot);
	p->at.frame->file->slots[decl->slot].value = rb_v_unknown(RB_STR(""));
}

/* At a step that is come to by `goto` too: whether the path led over what is `set` in between is not sure. */
static void
forget_values(struct rb_plan *p, uint32_t wanted)
{
	struct rb_plan_unit *u = p->at.info;
	size_t kept = 0;

	for (size_t i = 0; i < u->nset; i++) {
		if (u->set[i].at >= wanted)
			make_unknown(p, u->set[i].decl);
		else
			u->set[kept++] = u->set[i];
	}
	u->nset = kept;
}

static void
note_set(struct rb_plan *p, const struct rb_decl *decl, const struct rb_step *step)
{
	struct rb_plan_unit *u = p->at.info;
	size_t i = 0;

	while (i < u->nset && u->set[i].decl != decl)
		i++;
	u->set[i] = (struct rb_plan_set){decl, step->index};
	if (i == u->nset)
		u->nset++;
}

static void
walk_set(struct rb_plan *p, const struct rb_step *step, unsigned depth)
{
	for (size_t i = 0; i < step->nsets; i++) {
		const struct rb_setter *s = &step->sets[i];
		struct rb_eval ev = rb_plan_eval(p);
		struct rb_value v = rb_field_eval(&s->value, &ev);
		bool scalar = s->value.node->kind == RB_NODE_SCALAR;

		rb_plan_tell(p, RB_PLAN_DETAIL, depth, RB_STR("sets"),
		    rb_arena_fmt(&p->scratch, "%.*s = %.*s", RB_STR_ARG(s->decl->name),
			RB_STR_ARG(
			    v.kind == RB_V_UNKNOWN && scalar ? s->value.node->text : rb_plan_show(p, v))),
		    RB_STR(""));
		if (v.kind == RB_V_UNSET || v.kind == RB_V_ERROR)
			rb_plan_tell(p, RB_PLAN_TROUBLE, depth, RB_STR(""), rb_plan_why(p, v), RB_STR(""));
		if (p->uncertain > 0 || p->at.info->revisits || !rb_v_known(v)) {
			make_unknown(p, s->decl);
		} else {
			rb_frame_set(p->at.frame->file, s->decl->slot, v);
			note_set(p, s->decl, step);
		}
	}
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
		rb_plan_tell(p, RB_PLAN_TROUBLE, depth, RB_STR(""), rb_plan_why(p, why), RB_STR(""));
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

static int64_t
tell_loop(struct rb_plan *p, const struct rb_step *step, unsigned depth)
{
	const struct rb_loop *loop = step->loop;
	struct rb_value list;
	int64_t n;

	if (loop == NULL)
		return 1;
	n = loop_items(p, loop, &list);
	p->at.frame->slots[loop->as->slot].value = rb_v_unknown(RB_STR(""));
	rb_buf_clear(&p->text);
	rb_buf_fmt(&p->text, "%.*s", RB_STR_ARG(loop->as->name));
	if (loop->in != NULL)
		rb_buf_fmt(&p->text, " in %.*s", RB_STR_ARG(rb_expr_text(loop->in)));
	if (loop->where != NULL)
		rb_buf_fmt(&p->text, " where %.*s", RB_STR_ARG(rb_expr_text(loop->where)));
	for (int64_t i = 0; i < n && i < RB_PLAN_ITEMS_SHOWN; i++) {
		rb_buf_c(&p->text, i == 0 ? ": " : ", ");
		rb_value_show(list.list->items[i], &p->text);
	}
	if (n > RB_PLAN_ITEMS_SHOWN)
		rb_buf_fmt(&p->text, " and %lld more", (long long)n - RB_PLAN_ITEMS_SHOWN);
	rb_plan_tell(p, RB_PLAN_DETAIL, depth, RB_STR("for each"),
	    rb_arena_str(&p->scratch, rb_buf_view(&p->text)),
	    n < 0 ? RB_STR("how many is not known")
		  : rb_arena_fmt(&p->scratch, "%lld time%s", (long long)n, n == 1 ? "" : "s"));
	if (list.kind == RB_V_UNSET || list.kind == RB_V_ERROR)
		rb_plan_tell(p, RB_PLAN_TROUBLE, depth, RB_STR(""), rb_plan_why(p, list), RB_STR(""));
	if (!loop->stop_on_fail)
		rb_plan_tell(p, RB_PLAN_DETAIL, depth, RB_STR(""),
		    RB_STR("it goes on behind an item that fails"), RB_STR(""));
	return n;
}

void
rb_plan_lead(struct rb_plan *p, const struct rb_step *step, struct rb_plan_lead *lead, unsigned depth)
{
	tell_if(p, step, lead->truth, lead->why, depth);
	lead->items = tell_loop(p, step, depth);
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
	struct rb_plan_time sum = {0, false}, longest = {0, false};

	for (size_t i = 0; i < step->body->len; i++) {
		struct rb_plan_way way = walk_step(p, step->body->steps[i], depth + 1);

		sum = rb_time_add(sum, way.time);
		longest = rb_time_max(longest, way.time);
	}
	return (struct rb_plan_way){true, side_by_side(sum, longest, step)};
}

static struct rb_plan_way
walk_block(struct rb_plan *p, const struct rb_step *step, unsigned depth)
{
	struct rb_plan_way way = rb_plan_list(p, step->body, depth + 1), last;

	if (step->finally == NULL)
		return way;
	rb_plan_tell(p, RB_PLAN_HEADING, depth + 1, RB_STR(""), RB_STR("finally"), RB_STR("however it ends"));
	last = rb_plan_list(p, step->finally, depth + 1);
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
group_note(struct rb_plan *p, const struct rb_step *step)
{
	if (step->op == RB_OP_CHECKS)
		return step->max_parallel > 0
			   ? rb_arena_fmt(&p->scratch, "%zu looks, %lld at a time", step->body->len,
				 (long long)step->max_parallel)
			   : rb_arena_fmt(&p->scratch, "%zu looks side by side", step->body->len);
	if (step->op == RB_OP_BRANCH)
		return RB_STR("the first that holds");
	return step->op == RB_OP_CALL ? several(p, step->call) : RB_STR("");
}

static void
tell_group_row(struct rb_plan *p, const struct rb_step *step, unsigned depth)
{
	struct rb_str text = rb_plan_tmpl(p, step->title);

	if (text.n == 0 && step->op == RB_OP_CALL)
		text = rb_plan_called(p, step->call);
	rb_plan_tell(p, RB_PLAN_STEP, depth, step->id, text, group_note(p, step));
	if (step->note != NULL)
		rb_plan_tell(p, RB_PLAN_NOTE, depth, RB_STR(""), rb_plan_tmpl(p, step->note), RB_STR(""));
}

static struct rb_plan_way
walk_group(struct rb_plan *p, const struct rb_step *step, unsigned depth)
{
	struct rb_plan_time around = {0, step->confirm != NULL};
	struct rb_plan_way way = {true, {0, false}};

	rb_plan_probe(p, "first", step->done_if, depth);
	rb_plan_confirm(p, step, depth);
	if (step->done_if != NULL)
		around = rb_time_add(around, rb_time_probe(p, step->done_if));
	if (step->verify != NULL)
		around = rb_time_add(around, rb_time_probe(p, step->verify));
	rb_plan_probe(p, "verifies", step->verify, depth);
	switch (step->op) {
	case RB_OP_BRANCH:
		way = rb_plan_branch(p, step, depth);
		break;
	case RB_OP_CHECKS:
		way = walk_checks(p, step, depth);
		break;
	case RB_OP_BLOCK:
		way = walk_block(p, step, depth);
		break;
	case RB_OP_CALL:
		way = rb_plan_call(p, step, depth);
		break;
	case RB_OP_SET:
		walk_set(p, step, depth);
		break;
	case RB_OP_LEAF:
	case RB_OP_EDGE:
		break;
	}
	if (step->timeout != NULL && step->timeout->node != NULL) {
		struct rb_plan_time limit = {rb_plan_duration(p, step->timeout, RB_NEVER), way.time.people};

		if (limit.most < way.time.most)
			way.time = limit;
	}
	way.time = rb_time_add(way.time, around);
	return way;
}

/* ---- a step ---- */

/* `- goto: x`, `- end: resolved`. */
static struct rb_plan_way
walk_edge(struct rb_plan *p, const struct rb_step *step, unsigned depth)
{
	struct rb_value why;
	int truth = truth_of(p, step, &why);

	rb_plan_tell(p, RB_PLAN_EDGE, depth, RB_STR(""),
	    truth == 0 ? RB_STR("goes on") : rb_plan_edge(p, step, &step->edge), RB_STR(""));
	tell_if(p, step, truth, why, depth);
	return (struct rb_plan_way){truth != 1, {0, false}};
}

static struct rb_plan_way
skipped(struct rb_plan *p, const struct rb_step *step, unsigned depth)
{
	rb_plan_item(p, &(struct rb_plan_item){.part = RB_PLAN_STEP,
			    .depth = depth,
			    .has_effect = false,
			    .name = step->id,
			    .text = rb_plan_tmpl(p, step->title),
			    .note = RB_STR("would be skipped")});
	tell_if(p, step, 0, rb_v_unknown(RB_STR("")), depth);
	rb_plan_hide(p, step, step);
	rb_plan_skipped(p, step);
	return (struct rb_plan_way){true, {0, false}};
}

static struct rb_plan_way
walk_leaf(struct rb_plan *p, const struct rb_step *step, struct rb_plan_lead *lead, unsigned depth)
{
	struct rb_plan_way way = {true, rb_time_leaf(p, step)}, then;

	rb_plan_leaf(p, step, lead, depth);
	if (step->narms == 0)
		return way;
	then = rb_plan_choices(p, step, depth);
	return (struct rb_plan_way){then.on, rb_time_add(way.time, then.time)};
}

static struct rb_plan_way
walk_step(struct rb_plan *p, const struct rb_step *step, unsigned depth)
{
	struct rb_plan_way way;
	unsigned uncertain = p->uncertain;
	struct rb_plan_lead lead = {.items = 1};

	rb_arena_clear(&p->scratch);
	if (step->op == RB_OP_EDGE)
		return walk_edge(p, step, depth);
	lead.truth = truth_of(p, step, &lead.why);
	if (lead.truth == 0)
		return skipped(p, step, depth);
	p->uncertain += lead.truth < 0 || step->loop != NULL;
	if (step->loop != NULL)
		p->at.frame->slots[step->loop->as->slot].value = rb_v_unknown(RB_STR(""));
	if (step->op == RB_OP_LEAF) {
		way = walk_leaf(p, step, &lead, depth);
	} else {
		tell_group_row(p, step, depth);
		rb_plan_lead(p, step, &lead, depth);
		way = walk_group(p, step, depth);
	}
	way.on = way.on || lead.truth < 0 || step->loop != NULL;
	if (lead.items < 0 && way.time.most > 0)
		way.time.most = RB_NEVER;
	else if (lead.items >= 0)
		way.time = rb_time_by(way.time, (uint64_t)lead.items);
	rb_plan_walked(p, step);
	way = rb_plan_edges(p, step, way, depth);
	way.on = way.on || lead.truth < 0;
	/* Groups have it from the steps inside of them; what is called counts its own visits. */
	if (step->op == RB_OP_LEAF || step->op == RB_OP_CALL)
		way.time = rb_time_by(way.time, p->at.info->times[step->index]);
	p->uncertain = uncertain;
	return way;
}

struct rb_plan_way
rb_plan_list(struct rb_plan *p, const struct rb_list *list, unsigned depth)
{
	struct rb_plan_way way = {true, {0, false}}, one;
	size_t hidden = 0; /* steps from here on were not on the path */

	for (size_t i = 0; list != NULL && i < list->len; i++) {
		const struct rb_step *step = list->steps[i];

		if (p->at.info->wanted[step->index] != 0) {
			tell_hidden(p, list, hidden, way.on ? hidden : i, depth);
			forget_values(p, p->at.info->wanted[step->index]);
			way.on = true;
		}
		if (!way.on)
			continue;
		if (list->len > RB_PLAN_GROUP_STEPS && i % RB_PLAN_GROUP_STEPS == 0)
			tell_group(p, list, i, depth);
		one = walk_step(p, step, depth);
		way.time = rb_time_add(way.time, one.time);
		way.on = one.on;
		hidden = i + 1;
	}
	if (list != NULL && !way.on)
		tell_hidden(p, list, hidden, list->len, depth);
	return way;
}
