/* What is left of a run that has come to a point: the step that comes next, what follows it in its list, then
 * in each list around that, outwards, and the phases that close. The steps that enclose the point are told
 * once more, as under way, so that what is left stands where it does in a plan of the whole. */
#include "plan/state.h"

#include "kinds/kinds.h"

struct resume {
	struct rb_plan *p;
	size_t ncopies;
	struct copy {
		const struct rb_frame *of;
		struct rb_frame *own;
	} * copies; /* the frame of the run's file is the first */
};

/* ---- frames: what was found is read, and never written to ---- */

/* Of a step that keeps its output from everybody, only what says nothing of it. */
static struct rb_value
without_secrets(struct rb_plan *p, const struct rb_step *step, struct rb_value facts)
{
	struct rb_vpair *pairs;
	struct rb_value safe;

	if (facts.kind != RB_V_MAP || !rb_step_keeps_secret(step))
		return facts;
	safe = rb_v_map(&p->arena, facts.map->len, &pairs);
	for (size_t i = 0; i < facts.map->len; i++) {
		struct rb_value v = facts.map->pairs[i].value;
		bool says =
		    v.kind == RB_V_TEXT || v.kind == RB_V_LIST || v.kind == RB_V_MAP || v.kind == RB_V_MATCH;

		pairs[i] = facts.map->pairs[i];
		for (size_t k = 0; k < step->ncaptures && !says; k++)
			says = step->captures[k].secret && rb_str_eq(step->captures[k].name, pairs[i].key);
		if (v.kind == RB_V_MATCH)
			pairs[i].value = rb_v_bool(rb_v_plain(v).b);
		else if (says)
			pairs[i].value = rb_v_unknown(rb_arena_fmt(
			    &p->arena, "<secret:%.*s.%.*s>", RB_STR_ARG(step->id), RB_STR_ARG(pairs[i].key)));
	}
	return safe;
}

/* `call`: what led there; NULL: nothing. */
static struct rb_frame *
own_frame(struct resume *r, const struct rb_unit *unit, const struct rb_call *call, const struct rb_frame *of)
{
	const struct rb_scope *scope = of->scope;
	struct rb_frame *file = NULL, *own;

	for (size_t i = 0; i < r->ncopies; i++) {
		if (r->copies[i].of == of)
			return r->copies[i].own;
	}
	if (of->file != of)
		file = own_frame(r, unit, call, of->file);
	own = rb_frame_new(r->p->opt->alloc, scope, file);
	for (size_t i = 0; i < scope->slots; i++)
		own->slots[i].value = of->slots[i].value;
	for (size_t i = 0; i < scope->decls.len; i++) {
		const struct rb_decl *d = scope->decls.entries[i].value;

		if (d->kind == RB_DECL_STEP && d->step != NULL)
			own->slots[d->slot].value = without_secrets(r->p, d->step, own->slots[d->slot].value);
	}
	if (of->file == of)
		rb_plan_secrets(r->p, unit, own);
	if (of->file == of && call != NULL && call->what == RB_CALL_LIBRARY)
		rb_plan_keep_back(call, own);
	r->copies[r->ncopies++] = (struct copy){of, own};
	return own;
}

/* ---- what is under way ---- */

static struct rb_plan_way resume_list(struct resume *r, size_t k, unsigned depth);
static struct rb_plan_way resume_level(struct resume *r, size_t i, unsigned depth);

static const struct rb_stand_level *
level_of(const struct rb_plan *p)
{
	return &p->opt->stand->levels[p->at.entry->level];
}

/* Whether the loop of a step of the chain goes round now, and where; the stand tells it of the innermost. */
static struct rb_plan_lead
lead_of(const struct rb_plan *p, size_t k)
{
	const struct rb_plan_entry *e = p->at.entry;
	const struct rb_step *step = e->chain[k];
	struct rb_plan_lead lead = {.truth = 1, .at = -1, .items = 1};
	bool innermost = true;

	if (step->loop == NULL)
		return lead;
	for (size_t i = k + 1; i < e->n; i++)
		innermost = innermost && e->chain[i]->loop == NULL;
	lead.under_way = rb_v_known(p->at.frame->slots[step->loop->as->slot].value);
	lead.at = innermost ? level_of(p)->item : -1;
	return lead;
}

static struct rb_plan_way
resume_call(struct resume *r, const struct rb_step *step, unsigned depth)
{
	struct rb_plan *p = r->p;
	const struct rb_stand_level *inner = level_of(p) + 1;
	struct rb_plan_parting parted = p->parted;
	struct rb_plan_place outer = p->at;
	struct rb_plan_way way;

	if (step->title != NULL)
		rb_plan_tell(p, RB_PLAN_NOTE, depth, RB_STR(""), rb_plan_called(p, step->call), RB_STR(""));
	p->at.path = rb_arena_fmt(&p->arena, "%.*s%.*s/", RB_STR_ARG(outer.path), RB_STR_ARG(step->id));
	way = resume_level(r, outer.entry->level + 1, depth + 1);
	way.on = inner->phase < RB_STAND_RUNGS ? way.on || p->at.left : inner->end == RB_END_RESOLVED;
	p->at = outer;
	p->parted = parted;
	p->leak = p->leak || !way.on;
	return way;
}

/* An arm: of a branch, or of the answer to a question, which may have chosen further ones. */
static struct rb_plan_way
resume_arm(struct resume *r, size_t k, size_t arm, unsigned depth)
{
	struct rb_plan *p = r->p;
	const struct rb_step *step = p->at.entry->chain[k];
	struct rb_plan_way way, rest;
	struct rb_eval ev = rb_plan_eval(p);

	if (step->op == RB_OP_BRANCH) {
		rb_plan_arm(p, &step->arms[arm], "on this path", depth);
		return resume_list(r, k + 1, depth + 2);
	}
	rb_plan_tell(p, RB_PLAN_ARM, depth, RB_STR(""),
	    rb_arena_fmt(&p->scratch, "if the answer is %.*s",
		RB_STR_ARG(rb_plan_show(p, rb_field_eval(&step->args[RB_ARG_ASK_CHOICES].items[arm], &ev)))),
	    RB_STR("on this path"));
	way = resume_list(r, k + 1, depth + 2);
	rest = rb_plan_choices_from(p, step, arm + 1, depth);
	return (struct rb_plan_way){way.on && rest.on, rb_time_add(way.time, rest.time)};
}

/* The list of an edge: *edge gets true, if it is one. */
static struct rb_plan_way
resume_edge(struct resume *r, size_t k, bool *edge, unsigned depth)
{
	struct rb_plan *p = r->p;
	const struct rb_step *step = p->at.entry->chain[k];
	const struct {
		const struct rb_edge *edge;
		const char *when;
	} rows[] = {{&step->on_pass, "if it passes"}, {&step->on_fail, "if it fails"},
	    {&step->on_timeout, "if it takes too long"}};

	*edge = false;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].edge->steps == NULL || rows[i].edge->steps != p->at.entry->chain[k + 1]->list)
			continue;
		*edge = true;
		rb_plan_tell(p, RB_PLAN_EDGE, depth, rb_str_c(rows[i].when),
		    rb_plan_edge(p, step, rows[i].edge), RB_STR(""));
		return resume_list(r, k + 1, depth + 2);
	}
	return (struct rb_plan_way){true, {0}};
}

/* How the step was left already, or NULL. */
static const struct rb_stand_left *
left_of(const struct rb_plan *p, const struct rb_step *step, bool loop)
{
	const struct rb_stand_level *level = level_of(p);

	for (size_t i = 0; i < level->nleft; i++) {
		if (level->left[i].step == step && level->left[i].loop == loop)
			return &level->left[i];
	}
	return NULL;
}

/* Behind the `finally` of a block it goes on as its body was left. */
static struct rb_plan_way
as_left(struct resume *r, const struct rb_step *block, struct rb_plan_way way, bool *edge, unsigned depth)
{
	const struct rb_stand_left *left = left_of(r->p, block, false);

	if (left == NULL)
		return way;
	way.on = false;
	*edge = left->edge.kind != RB_EDGE_NONE;
	if (*edge)
		rb_plan_tell(r->p, RB_PLAN_EDGE, depth, RB_STR(""), rb_plan_edge(r->p, block, &left->edge),
		    RB_STR(""));
	else
		r->p->leak = true;
	return way;
}

/* What is left of the inside of a step that encloses the point. */
static struct rb_plan_way
resume_inside(struct resume *r, size_t k, bool *edge, unsigned depth)
{
	struct rb_plan *p = r->p;
	const struct rb_plan_entry *e = p->at.entry;
	const struct rb_step *step = e->chain[k];
	const struct rb_list *list;

	*edge = false;
	if (k + 1 == e->n)
		return resume_call(r, step, depth);
	list = e->chain[k + 1]->list;
	for (size_t i = 0; i < step->narms; i++) {
		if (step->arms[i].steps == list)
			return resume_arm(r, k, i, depth);
	}
	if (list == step->body)
		return rb_plan_block_end(p, step, resume_list(r, k + 1, depth + 1), depth);
	if (list == step->finally) {
		rb_plan_tell(
		    p, RB_PLAN_HEADING, depth + 1, RB_STR(""), RB_STR("finally"), RB_STR("however it ends"));
		return as_left(r, step, resume_list(r, k + 1, depth + 1), edge, depth);
	}
	return resume_edge(r, k, edge, depth);
}

/* "then for web2, web3" */
static void
tell_items_left(struct rb_plan *p, const struct rb_plan_lead *lead, unsigned depth)
{
	struct rb_str note = RB_STR("how many is not known");

	rb_buf_clear(&p->text);
	rb_buf_c(&p->text, lead->items < 0 ? "then for the items that are left" : "then for ");
	for (int64_t i = 1; i < lead->items && i <= RB_PLAN_ITEMS_SHOWN; i++) {
		if (i > 1)
			rb_buf_c(&p->text, ", ");
		rb_value_show(lead->list.list->items[i], &p->text);
	}
	if (lead->items > RB_PLAN_ITEMS_SHOWN + 1)
		rb_buf_fmt(&p->text, " and %lld more", (long long)lead->items - 1 - RB_PLAN_ITEMS_SHOWN);
	if (lead->items >= 0)
		note = rb_arena_fmt(
		    &p->scratch, "%lld time%s", (long long)lead->items - 1, lead->items == 2 ? "" : "s");
	rb_plan_tell(p, RB_PLAN_HEADING, depth + 1, RB_STR(""),
	    rb_arena_str(&p->scratch, rb_buf_view(&p->text)), note);
}

/* The items of a loop around the point that come after the current one. */
static struct rb_plan_way
items_left(struct rb_plan *p, const struct rb_step *step, const struct rb_plan_lead *lead,
    struct rb_plan_way way, unsigned depth)
{
	struct rb_value *item = &p->at.frame->slots[step->loop->as->slot].value;
	struct rb_value next = rb_v_unknown(RB_STR(""));
	struct rb_plan_way rest;

	if (!lead->under_way || lead->items == 1)
		return way;
	if (lead->items == 2)
		next = lead->list.list->items[1];
	*item = rb_value_copy(&p->arena, next);
	tell_items_left(p, lead, depth);
	if (step->last_inside > step->index)
		rb_plan_forget(p, step->index + 1, step->last_inside);
	p->uncertain++;
	p->anew++;
	rest = rb_plan_inside(p, step, depth);
	p->uncertain--;
	p->anew--;
	if (lead->items < 0 && rest.time.most > 0)
		rest.time = rb_time_endless(rest.time, step, RB_PLAN_HOW_MANY);
	else if (lead->items > 0)
		rest.time = rb_time_by(rest.time, (uint64_t)lead->items - 1);
	*item = rb_v_unknown(RB_STR(""));
	way.time = rb_time_add(way.time, rest.time);
	return way;
}

static void
tell_under_way(struct rb_plan *p, const struct rb_step *step, struct rb_plan_lead *lead, unsigned depth)
{
	rb_arena_clear(&p->scratch);
	if (step->op == RB_OP_LEAF)
		rb_plan_tell(p, RB_PLAN_STEP, depth, step->has_id ? step->id : RB_STR(""),
		    rb_plan_tmpl(p, step->title), RB_STR("was done"));
	else
		rb_plan_group_row(p, step, RB_STR("is under way"), depth);
	rb_plan_lead(p, step, lead, depth);
}

/* A step that encloses the point, or that calls what does. */
static struct rb_plan_way
resume_around(struct resume *r, size_t k, unsigned depth)
{
	struct rb_plan *p = r->p;
	const struct rb_step *step = p->at.entry->chain[k];
	struct rb_plan_lead lead = lead_of(p, k);
	struct rb_plan_way way;
	bool leaks = p->leak, edge, several;

	p->leak = false;
	tell_under_way(p, step, &lead, depth);
	/* The list of its items must outlive the scratch of what is inside. */
	if (lead.list.kind == RB_V_LIST)
		lead.list = rb_value_copy(&p->arena, lead.list);
	rb_plan_probe(p, "verifies", step->op == RB_OP_LEAF ? NULL : step->verify, depth);
	several = step->loop != NULL || step->finally != NULL;
	p->bound += several;
	way = resume_inside(r, k, &edge, depth);
	p->bound -= several;
	if (!edge) {
		if (step->loop != NULL && (way.on || !step->loop->stop_on_fail))
			way = items_left(p, step, &lead, way, depth);
		if (step->loop != NULL && left_of(p, step, true) != NULL) {
			way.on = false;
			p->leak = true;
		}
		if (step->verify != NULL && step->op != RB_OP_LEAF)
			way.time = rb_time_add(way.time, rb_time_probe(p, step->verify));
		if (step->op != RB_OP_LEAF)
			rb_plan_walked(p, step);
		way = rb_plan_edges(p, step, way, depth);
	}
	if (step->op == RB_OP_CALL)
		way.time = rb_time_by(way.time, p->at.info->times[step->index]);
	p->leak = p->leak || leaks;
	return way;
}

/* The step that comes next. */
static struct rb_plan_way
resume_step(struct resume *r, size_t k, unsigned depth)
{
	struct rb_plan *p = r->p;
	const struct rb_plan_entry *e = p->at.entry;
	const struct rb_step *step = e->chain[k];
	struct rb_plan_lead lead;
	struct rb_plan_way way = {true, {0}};

	if (k + 1 < e->n || e->level + 1 < p->opt->stand->n)
		return resume_around(r, k, depth);
	rb_arena_clear(&p->scratch);
	if (step->op == RB_OP_EDGE)
		return rb_plan_part_of(p, step->list, step->at, step->at + 1, way, depth);
	p->now = step;
	lead = lead_of(p, k);
	way = rb_plan_step(p, step, &lead, depth);
	p->now = NULL;
	return way;
}

/* chain[k], and what follows it in its list. */
static struct rb_plan_way
resume_list(struct resume *r, size_t k, unsigned depth)
{
	struct rb_plan *p = r->p;
	const struct rb_step *step = p->at.entry->chain[k];
	struct rb_plan_way way = resume_step(r, k, depth);

	way = rb_plan_part_of(p, step->list, step->at + 1, step->list->len, way, depth);
	return rb_plan_again(p, k, way, depth);
}

/* ---- files and procedures that are under way ---- */

static struct rb_plan_entry *
make_entry(struct rb_plan *p, size_t level)
{
	const struct rb_stand_level *l = &p->opt->stand->levels[level];
	struct rb_plan_entry *e = RB_NEW(&p->arena, struct rb_plan_entry);

	e->level = level;
	for (const struct rb_step *s = l->step; s != NULL; s = s->parent)
		e->n++;
	e->chain = RB_ARRAY(&p->arena, const struct rb_step *, e->n);
	e->back = RB_ARRAY(&p->arena, struct rb_plan_back, e->n);
	for (const struct rb_step *s = l->step, **at = e->chain + e->n; s != NULL; s = s->parent)
		*--at = s;
	for (size_t k = 0; k < e->n; k++)
		e->back[k].to = SIZE_MAX;
	return e;
}

static void
heading(struct rb_plan *p, const char *text, const char *note, unsigned depth)
{
	rb_plan_tell(p, RB_PLAN_HEADING, depth, RB_STR(""), rb_str_c(text), rb_str_c(note));
}

static struct rb_plan_way
resume_procedure(struct resume *r, const struct rb_stand_level *l, bool from, unsigned depth)
{
	struct rb_plan *p = r->p;
	struct rb_plan_way way, last;

	if (from)
		rb_plan_tell(p, RB_PLAN_HEADING, depth, RB_STR(""),
		    rb_arena_fmt(&p->scratch, "Procedure %.*s", RB_STR_ARG(l->proc->name)),
		    RB_STR("from here on"));
	/* What is left of a phase that closes comes behind every way. */
	p->bound += l->phase == RB_STAND_FINALLY;
	if (l->phase == RB_STAND_FINALLY) {
		heading(p, from ? "Finally" : "finally", "from here on", depth);
		return resume_list(r, 0, depth);
	}
	way = resume_list(r, 0, depth);
	way.time = rb_time_to_end(p, way.time);
	last = rb_plan_closing(
	    p, from ? "Finally" : "finally", l->proc->finally, "however the procedure ends", depth);
	way.time = rb_time_add(way.time, last.time);
	return way;
}

/* The rung in which the point is, and those behind it. */
static struct rb_plan_time
resume_rungs(struct resume *r, const struct rb_stand_level *l, unsigned depth)
{
	struct rb_plan *p = r->p;
	struct rb_plan_time t;
	size_t i = 0;

	if (l->step == NULL)
		return rb_plan_rungs(p, 0, (int)l->end, depth);
	while (i < l->unit->nrungs && l->unit->rungs[i].steps != p->at.entry->chain[0]->list)
		i++;
	heading(p, "Escalation", "from here on", depth);
	t = resume_list(r, 0, depth).time;
	return rb_time_add(t, rb_plan_rungs(p, i + 1, (int)l->end, depth));
}

/* Setup or steps, up to their end. */
static struct rb_plan_way
resume_body(struct resume *r, const struct rb_stand_level *l, size_t i, unsigned depth)
{
	struct rb_plan *p = r->p;
	struct rb_plan_place place = p->at;
	struct rb_plan_way way, last;

	if (l->phase == RB_STAND_SETUP) {
		heading(p, "Setup", "from here on", depth);
		way = resume_list(r, 0, depth);
		p->at.entry = NULL;
		p->before = way.time;
		last = rb_plan_body(p, way.on, depth);
		p->at.entry = place.entry;
		return (struct rb_plan_way){last.on, rb_time_add(way.time, last.time)};
	}
	if (l->step != NULL) {
		heading(p, "Steps", "from here on", depth);
		return resume_list(r, 0, depth);
	}
	way = resume_level(r, i + 1, depth);
	p->at = place;
	return way;
}

static struct rb_plan_way
resume_file(struct resume *r, const struct rb_stand_level *l, size_t i, unsigned depth)
{
	struct rb_plan *p = r->p;
	struct rb_plan_way way = {true, {0}};

	p->bound += l->phase == RB_STAND_RUNGS || l->phase == RB_STAND_FINALLY;
	if (l->phase == RB_STAND_SETUP || l->phase == RB_STAND_STEPS) {
		way = resume_body(r, l, i, depth);
		way.time = rb_time_to_end(p, way.time);
		if (way.on)
			rb_plan_may_end(p, RB_END_RESOLVED);
		way.time = rb_time_add(way.time, rb_plan_rungs(p, 0, -1, depth));
	} else {
		rb_plan_may_end(p, l->end);
	}
	if (l->phase == RB_STAND_RUNGS)
		way.time = resume_rungs(r, l, depth);
	if (l->phase != RB_STAND_FINALLY) {
		way.time = rb_time_add(
		    way.time, rb_plan_closing(p, "Finally", l->unit->finally, "however it ends", depth).time);
		return way;
	}
	heading(p, "Finally", "from here on", depth);
	return resume_list(r, 0, depth);
}

/* Level i of the stand with those inside of it; p->at.path is set. The place is left there. */
static struct rb_plan_way
resume_level(struct resume *r, size_t i, unsigned depth)
{
	struct rb_plan *p = r->p;
	const struct rb_stand_level *l = &p->opt->stand->levels[i];
	bool from = i == 1 && l[-1].step == NULL;

	p->at = (struct rb_plan_place){.info = rb_plan_unit_of(p, l->unit),
	    .proc = i == 0 ? p->at.proc : l->proc,
	    .frame = own_frame(r, l->unit, i > 0 && !from ? l[-1].step->call : NULL, l->frame),
	    .called = i > 0 && !from,
	    .path = p->at.path,
	    .entry = make_entry(p, i)};
	rb_arena_clear(&p->scratch);
	return l->proc != NULL ? resume_procedure(r, l, from, depth) : resume_file(r, l, i, depth);
}

struct rb_plan_way
rb_plan_resume(struct rb_plan *p)
{
	struct resume r = {.p = p};
	struct rb_plan_place outermost;
	struct rb_plan_way way;

	r.copies = RB_ARRAY(&p->arena, struct copy, 2 * p->opt->stand->n);
	own_frame(&r, p->program->main, NULL, p->opt->stand->levels[0].frame->file);
	way = resume_level(&r, 0, 0);
	outermost = (struct rb_plan_place){
	    .info = rb_plan_unit_of(p, p->program->main), .proc = p->at.proc, .frame = r.copies[0].own};
	p->at = outermost;
	for (size_t i = r.ncopies; i-- > 1;)
		rb_frame_free(r.copies[i].own);
	return way;
}
