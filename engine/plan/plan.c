/* A dry run from its beginning to its end: what is known of each file before it is walked, then the walk,
 * then what it comes to. */
#include "plan/state.h"

#include <string.h>

#include "base/clock.h"

enum {
	TEXT_MAX = 1 << 20,      /* bytes of one text in the making */
	VISITS_MOST = INT32_MAX, /* more are not counted */
};

/* ---- telling ---- */

void
rb_plan_item(struct rb_plan *p, const struct rb_plan_item *item)
{
	if (!rb_plan_kept(p, item))
		p->sink->item(p->sink->ctx, item);
}

void
rb_plan_tell(struct rb_plan *p, enum rb_plan_part part, unsigned depth, struct rb_str name,
    struct rb_str text, struct rb_str note)
{
	const struct rb_plan_item item = {
	    .part = part, .depth = depth, .name = name, .text = text, .note = note};

	rb_plan_item(p, &item);
}

struct rb_eval
rb_plan_eval(struct rb_plan *p)
{
	return (struct rb_eval){.arena = &p->scratch, .frame = p->at.frame, .wall = p->opt->wall};
}

struct rb_str
rb_plan_show(struct rb_plan *p, struct rb_value v)
{
	rb_buf_clear(&p->text);
	rb_value_show(v, &p->text);
	if (p->text.lost > 0)
		return rb_arena_fmt(&p->scratch, "%s… (%llu bytes more)", rb_buf_cstr(&p->text),
		    (unsigned long long)p->text.lost);
	return rb_arena_str(&p->scratch, rb_buf_view(&p->text));
}

struct rb_str
rb_plan_tmpl(struct rb_plan *p, const struct rb_tmpl *t)
{
	struct rb_eval ev = rb_plan_eval(p);

	return t != NULL ? rb_plan_show(p, rb_tmpl_eval(t, &ev)) : RB_STR("");
}

struct rb_str
rb_plan_why(struct rb_plan *p, struct rb_value v)
{
	if (v.kind == RB_V_UNSET)
		return rb_arena_fmt(&p->scratch, "`%.*s` would be unset here", RB_STR_ARG(v.s));
	return v.kind == RB_V_UNKNOWN ? RB_STR("") : v.s;
}

struct rb_str
rb_plan_name(struct rb_plan *p, const struct rb_step *step)
{
	const struct rb_source *src = step->unit->src;
	size_t line = rb_source_pos(src, step->span.from).line;

	if (step->has_id)
		return step->id;
	if (step->unit != p->program->main)
		return rb_arena_fmt(&p->arena, "%.*s:%zu", RB_STR_ARG(src->name), line);
	return rb_arena_fmt(&p->arena, "line %zu", line);
}

bool
rb_plan_first(struct rb_plan *p, const struct rb_step *step, unsigned bit)
{
	unsigned char *told = &rb_plan_unit_of(p, step->unit)->told[step->index];
	bool first = (*told & bit) == 0;

	*told = (unsigned char)(*told | bit);
	return first;
}

void
rb_plan_may_end(struct rb_plan *p, enum rb_end end)
{
	if (!p->at.called)
		p->sum.ends |= 1U << end;
	else if (end != RB_END_RESOLVED)
		p->leak = true;
}

/* ---- what is known of a file before it is walked ---- */

struct rb_str
rb_plan_key(const void *const *pointer)
{
	return (struct rb_str){(const char *)pointer, sizeof(*pointer)};
}

struct rb_plan_callee *
rb_plan_callee_of(struct rb_plan *p, const struct rb_call *call)
{
	const bool runbook = call->what == RB_CALL_RUNBOOK;
	const void *key = runbook ? (const void *)call->unit : (const void *)call->proc;
	struct rb_plan_callee *c = rb_map_get(&p->callees, rb_plan_key(&key));

	if (c != NULL)
		return c;
	c = RB_NEW(&p->arena, struct rb_plan_callee);
	c->unit = runbook ? call->unit : call->proc->unit;
	c->proc = runbook ? NULL : call->proc;
	c->inputs = runbook ? call->unit->inputs : call->proc->inputs;
	c->ninputs = runbook ? call->unit->ninputs : call->proc->ninputs;
	c->given = RB_ARRAY(&p->arena, bool, c->ninputs);
	rb_map_put(&p->callees, rb_plan_key(&key), c);
	return c;
}

/* A step that calls, and the inputs that it gives. */
static void
note_site(struct rb_plan *p, const struct rb_call *call)
{
	struct rb_plan_callee *callee = rb_plan_callee_of(p, call);

	callee->sites++;
	for (size_t i = 0; i < call->nwith; i++) {
		if (call->with[i].input != NULL)
			callee->given[call->with[i].input - callee->inputs] = true;
	}
}

struct going {
	struct rb_plan_unit *info;
	unsigned *farthest; /* by target: the last step that goes back to it, plus 1 */
};

static void
note_edge(struct going *g, const struct rb_step *from, const struct rb_edge *edge)
{
	unsigned at;

	if (edge->kind != RB_EDGE_GOTO || edge->target->index > from->last_inside)
		return;
	at = edge->target->index;
	g->info->wanted[at] = RB_PLAN_BACK;
	g->info->revisits = true;
	if (g->farthest[at] <= from->last_inside)
		g->farthest[at] = from->last_inside + 1;
}

static void
note_edges(struct going *g, const struct rb_step *s)
{
	note_edge(g, s, &s->on_pass);
	note_edge(g, s, &s->on_fail);
	note_edge(g, s, &s->on_timeout);
	note_edge(g, s, &s->edge);
	for (size_t i = 0; i < s->narms; i++)
		note_edge(g, s, &s->arms[i].edge);
}

/* A step is visited once, and once more for each way back over it. A target is come back to max_visits - 1
 * times; going back over it from further on lets its count begin anew (flow/unwind.c), so that what is inside
 * multiplies. */
static void
count_visits(struct going *g)
{
	const struct rb_unit *u = g->info->unit;
	int64_t *less = rb_alloc_zero(NULL, u->nsteps + 1, sizeof(*less)), sum = 1;

	for (size_t i = 0; i < u->nsteps; i++) {
		int64_t most = u->steps_in_order[i]->max_visits, jumps;

		sum -= less[i];
		if (g->farthest[i] > 0 && most > 1) {
			jumps = most - 1 < VISITS_MOST / sum ? (most - 1) * sum : VISITS_MOST;
			sum += jumps;
			less[g->farthest[i]] += jumps;
		}
		g->info->times[i] = sum < VISITS_MOST ? (uint32_t)sum : VISITS_MOST;
	}
	rb_alloc_free(NULL, less);
}

static void
count_effects(struct rb_plan_unit *info)
{
	const struct rb_unit *u = info->unit;

	for (size_t i = 0; i < u->nsteps; i++) {
		const struct rb_step *s = u->steps_in_order[i];
		bool leaf = s->op == RB_OP_LEAF;

		info->leaves[i + 1] = info->leaves[i] + leaf;
		info->changes[i + 1] = info->changes[i] + (leaf && s->effect == RB_CHANGE);
		info->dangers[i + 1] = info->dangers[i] + (leaf && s->effect == RB_DANGER);
		info->asks[i + 1] =
		    info->asks[i] + (s->confirm != NULL || (leaf && (s->kind->traits & RB_KIND_PEOPLE) != 0));
	}
}

static void
prepare(struct rb_plan *p, struct rb_plan_unit *info, const struct rb_unit *u)
{
	struct going g = {info, rb_alloc_zero(NULL, u->nsteps + 1, sizeof(*g.farthest))};
	uint32_t *counts = RB_ARRAY(&p->arena, uint32_t, 4 * (u->nsteps + 1));

	info->unit = u;
	info->times = RB_ARRAY(&p->arena, uint32_t, u->nsteps + 1);
	info->wanted = RB_ARRAY(&p->arena, uint32_t, u->nsteps + 1);
	info->told = RB_ARRAY(&p->arena, unsigned char, u->nsteps);
	info->set = RB_ARRAY(&p->arena, struct rb_plan_set, u->nvalues);
	info->leaves = counts;
	info->changes = counts + (u->nsteps + 1);
	info->dangers = counts + 2 * (u->nsteps + 1);
	info->asks = counts + 3 * (u->nsteps + 1);
	for (size_t i = 0; i < u->nsteps; i++) {
		const struct rb_step *s = u->steps_in_order[i];

		note_edges(&g, s);
		info->revisits = info->revisits || s->loop != NULL;
		if (s->op == RB_OP_CALL)
			note_site(p, s->call);
	}
	count_visits(&g);
	count_effects(info);
	rb_alloc_free(NULL, g.farthest);
}

struct rb_plan_unit *
rb_plan_unit_of(struct rb_plan *p, const struct rb_unit *unit)
{
	size_t i = 0;

	while (p->units[i].unit != unit)
		i++;
	return &p->units[i];
}

/* A procedure that is called from several places may find what is `set` with different values each time. */
static void
prepare_all(struct rb_plan *p)
{
	const struct rb_program *program = p->program;

	p->units = RB_ARRAY(&p->arena, struct rb_plan_unit, program->nunits);
	for (size_t i = 0; i < program->nunits; i++)
		prepare(p, &p->units[i], program->units[i]);
	for (size_t i = 0; i < p->callees.len; i++) {
		const struct rb_plan_callee *c = p->callees.entries[i].value;

		if (c->proc != NULL && c->sites > 1)
			rb_plan_unit_of(p, c->unit)->revisits = true;
	}
}

/* ---- what it comes to ---- */

static struct rb_str
counted(struct rb_plan *p, size_t n, const char *one, const char *many)
{
	return rb_arena_fmt(&p->scratch, "%zu %s", n, n == 1 ? one : many);
}

static void
total(struct rb_plan *p, const char *name, struct rb_str text, struct rb_str note)
{
	rb_plan_tell(p, RB_PLAN_ROW, 0, rb_str_c(name), text, note);
}

static void
total_asks(struct rb_plan *p)
{
	struct rb_str note = RB_STR("");

	if (p->sum.asks > 0) {
		if (p->asks_id > 0)
			note = rb_arena_fmt(&p->scratch, "--yes does not answer %s; give %s",
			    p->asks_id < p->sum.asks ? "all of them"
			    : p->sum.asks == 1       ? "it"
						     : "them",
			    rb_buf_cstr(&p->ids));
		else if (p->sum.answered < p->sum.asks)
			note = p->sum.asks == 1 ? RB_STR("--yes answers it") : RB_STR("--yes answers them");
		total(p, "asks", counted(p, p->sum.asks, "confirmation", "confirmations"), note);
	}
	if (p->sum.people > 0)
		total(p, "people",
		    counted(p, p->sum.people, "step is a question or work by hand",
			"steps are questions or work by hand"),
		    RB_STR("without a terminal nobody can answer, and the run would end there"));
	if (p->unanswered.len > 0 && (p->opt->yes || p->opt->nyes_ids > 0))
		total(p, "unanswered", rb_arena_str(&p->scratch, rb_buf_view(&p->unanswered)),
		    RB_STR("without a terminal the run would end at the first of them that it comes to"));
}

static void
total_time(struct rb_plan *p, struct rb_plan_time t)
{
	const struct rb_field *f = p->program->main->timeout;
	int64_t limit = rb_plan_duration(p, f, RB_NEVER);
	char text[RB_CLOCK_DURATION];
	struct rb_str note = RB_STR("");

	if (limit != RB_NEVER)
		note = rb_arena_fmt(&p->scratch, "the run's own limit is %s%s", rb_clock_exact(limit, text),
		    t.most > limit ? ": after it, nothing new would start" : "");
	total(p, "time", rb_time_whole(p, t), note);
}

/* Procedures that no step calls are on no path: they are for --from. */
static void
total_apart(struct rb_plan *p)
{
	const struct rb_unit *u = p->program->main;

	for (size_t i = 0; i < u->nprocs; i++) {
		const void *key = u->procs[i];

		if (u->procs[i] != p->at.proc && rb_map_get(&p->callees, rb_plan_key(&key)) == NULL)
			total(p, "apart", u->procs[i]->name,
			    rb_arena_fmt(&p->scratch, "no step calls it; --from %.*s starts at it",
				RB_STR_ARG(u->procs[i]->name)));
	}
}

/* Steps that were passed over, and told nowhere else. */
static size_t
count_hidden(const struct rb_plan *p)
{
	size_t n = 0;

	for (size_t k = 0; k < p->program->nunits; k++) {
		const struct rb_plan_unit *u = &p->units[k];

		for (size_t i = 0; i < u->unit->nsteps; i++) {
			bool leaf = u->unit->steps_in_order[i]->op == RB_OP_LEAF;

			n += leaf && (u->told[i] & (RB_PLAN_HIDDEN | RB_PLAN_TOLD_STEP)) == RB_PLAN_HIDDEN;
		}
	}
	return n;
}

static void
totals(struct rb_plan *p, struct rb_plan_time t)
{
	p->sum.hidden = count_hidden(p);
	rb_arena_clear(&p->scratch);
	rb_plan_tell(p, RB_PLAN_HEADING, 0, RB_STR(""), RB_STR("In all"), RB_STR(""));
	total(p, "steps",
	    rb_arena_fmt(&p->scratch, "%zu would read, %zu would change something, %zu %s dangerous",
		p->sum.reads, p->sum.changes, p->sum.dangers, p->sum.dangers == 1 ? "is" : "are"),
	    RB_STR(""));
	if (p->sum.hidden > 0)
		total(p, "left out",
		    counted(
			p, p->sum.hidden, "step that is not on this path", "steps that are not on this path"),
		    RB_STR(""));
	if (!p->opt->brief)
		total_apart(p);
	total_asks(p);
	total_time(p, t);
	for (size_t i = 0; i < p->opt->nassume; i++)
		total(p, i == 0 ? "assumed" : "", rb_str_c(p->opt->assume[i]), RB_STR(""));
	rb_plan_troubles(p);
}

/* ---- the whole ---- */

static int
find_from(struct rb_plan *p, const struct rb_procedure **from)
{
	const struct rb_unit *u = p->program->main;
	struct rb_str name = rb_str_c(p->opt->from);
	struct rb_diag *diag;
	struct rb_str *names;

	*from = NULL;
	if (p->opt->from == NULL)
		return 0;
	*from = rb_unit_proc(u, name);
	if (*from != NULL)
		return 0;
	diag = rb_diag_add(p->diags, RB_E_INPUT, (struct rb_span){NULL, 0, 0},
	    "--from %s: the runbook has no procedure of that name", p->opt->from);
	names = RB_ARRAY(&p->arena, struct rb_str, u->nprocs);
	for (size_t i = 0; i < u->nprocs; i++)
		names[i] = u->procs[i]->name;
	rb_diag_suggest(p->diags, diag, name, names, u->nprocs);
	return -1;
}

static void
tell_book(struct rb_plan *p)
{
	const struct rb_unit *u = p->program->main;

	rb_plan_tell(p, RB_PLAN_BOOK, 0, u->id, rb_unit_meta(u, "title"), u->src->name);
	rb_plan_inputs(p);
	rb_plan_needs(p, NULL, 0);
}

static int
walk(struct rb_plan *p)
{
	const struct rb_procedure *from;
	struct rb_plan_way way;

	if (find_from(p, &from) < 0 || rb_plan_assume(p) < 0)
		return -1;
	p->at = (struct rb_plan_place){.info = rb_plan_unit_of(p, p->program->main), .proc = from};
	if (p->opt->stand != NULL) {
		way = rb_plan_resume(p);
	} else {
		p->at.frame = rb_plan_settle(p);
		if (p->at.frame == NULL)
			return -1;
		tell_book(p);
		way = rb_plan_file(p, 0);
	}
	if (p->leak)
		rb_plan_may_end(p, RB_END_FAILED);
	totals(p, way.time);
	p->sum.most = way.time.most;
	p->sum.waits_for_people = way.time.people;
	if (p->at.frame != NULL)
		rb_frame_free(p->at.frame);
	return 0;
}

int
rb_plan_run(const struct rb_program *program, const struct rb_plan_options *options,
    const struct rb_plan_sink *sink, struct rb_plan_sum *sum, struct rb_diags *diags)
{
	struct rb_plan p = {.program = program, .opt = options, .sink = sink, .diags = diags};
	int r;

	rb_arena_init(&p.arena, options->alloc);
	rb_arena_init(&p.scratch, options->alloc);
	rb_map_init(&p.callees, &p.arena);
	rb_map_init(&p.assumed, &p.arena);
	rb_map_init(&p.commands, &p.arena);
	rb_buf_init(&p.text, options->alloc, TEXT_MAX);
	rb_buf_init(&p.ids, options->alloc, TEXT_MAX);
	rb_buf_init(&p.unanswered, options->alloc, TEXT_MAX);
	prepare_all(&p);
	p.sum.arena = sum != NULL ? sum->arena : &p.arena;
	r = walk(&p);
	if (sum != NULL)
		*sum = p.sum;
	rb_buf_free(&p.text);
	rb_buf_free(&p.ids);
	rb_buf_free(&p.unanswered);
	rb_arena_free(&p.scratch);
	rb_arena_free(&p.arena);
	return r;
}
