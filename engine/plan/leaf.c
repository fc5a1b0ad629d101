/* A leaf step: its row, and what it would do exactly. All of it is read from the request that a run would
 * perform (rb_step_resolve), so that what is told and what is done cannot differ. */
#include "plan/state.h"

#include "base/clock.h"
#include "kinds/kinds.h"
#include "lang/pause.h"

void
rb_plan_detail(struct rb_plan *p, unsigned depth, const char *name, struct rb_str text, const char *note)
{
	rb_plan_tell(p, RB_PLAN_DETAIL, depth, rb_str_c(name), text, rb_str_c(note));
}

/* ---- commands ---- */

static bool
is_command(const struct rb_request *req)
{
	return (req->kind->on & (RB_ON_SCRIPT | RB_ON_START)) != 0;
}

static void
tell_script(struct rb_plan *p, const struct rb_request *req, struct rb_str text, unsigned depth, bool in_row)
{
	text = rb_str_chomp(text);
	for (size_t at = 0; !in_row && at <= text.n;) {
		size_t end = rb_str_find(text, RB_STR("\n"), at);
		struct rb_str line = rb_str_cut(text, at, end);

		rb_plan_tell(p, RB_PLAN_EXACT, depth, RB_STR(""),
		    rb_arena_fmt(&p->scratch, "%s%.*s", line.n > 0 ? "| " : "|", RB_STR_ARG(line)),
		    RB_STR(""));
		if (end == SIZE_MAX)
			break;
		at = end + 1;
	}
	if (rb_str_is(req->step->shell, "sh"))
		rb_plan_detail(p, depth, "shell", RB_STR("sh"), "");
	rb_plan_programs(p, text, req->env, depth);
}

static struct rb_str
argv_text(struct rb_plan *p, struct rb_value list)
{
	rb_buf_clear(&p->text);
	for (size_t i = 0; i < list.list->len; i++) {
		if (i > 0)
			rb_buf_char(&p->text, ' ');
		rb_plan_quote(&p->text, list.list->items[i]);
	}
	return rb_arena_str(&p->scratch, rb_buf_view(&p->text));
}

static void
put_variable(struct rb_buf *out, const struct rb_vpair *pair, bool secret)
{
	rb_buf_fmt(out, "%.*s=", RB_STR_ARG(pair->key));
	if (secret && pair->value.kind != RB_V_UNKNOWN)
		rb_buf_fmt(out, "<secret:%.*s>", RB_STR_ARG(pair->key));
	else if (pair->value.kind == RB_V_ERROR)
		rb_buf_c(out, "<cannot be had>");
	else
		rb_plan_quote(out, pair->value);
}

static void
put_variables(struct rb_buf *out, struct rb_value env, bool secret)
{
	for (size_t i = 0; env.kind == RB_V_MAP && i < env.map->len; i++) {
		put_variable(out, &env.map->pairs[i], secret);
		rb_buf_char(out, '\n');
	}
}

static void
tell_variables(struct rb_plan *p, struct rb_value env, bool secret, unsigned depth)
{
	for (size_t i = 0; env.kind == RB_V_MAP && i < env.map->len; i++) {
		rb_buf_clear(&p->text);
		put_variable(&p->text, &env.map->pairs[i], secret);
		rb_plan_tell(p, RB_PLAN_EXACT, depth, RB_STR(""),
		    rb_arena_str(&p->scratch, rb_buf_view(&p->text)), RB_STR(""));
	}
}

static void
tell_io(struct rb_plan *p, const struct rb_request *req, unsigned depth)
{
	const struct {
		const char *name;
		struct rb_value value;
	} rows[] = {{"in", req->cwd}, {"stdin", req->stdin_}, {"log", req->log}, {"pidfile", req->pidfile}};

	for (size_t i = 0; is_command(req) && i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].value.kind != RB_V_UNSET && rows[i].value.kind != RB_V_ERROR)
			rb_plan_detail(p, depth, rows[i].name, rb_plan_show(p, rows[i].value), "");
	}
	if (is_command(req)) {
		rb_plan_folder(p, req->cwd, false, depth);
		rb_plan_folder(p, req->log, true, depth);
		rb_plan_folder(p, req->pidfile, true, depth);
	}
	if (req->step->interactive)
		rb_plan_detail(p, depth, "terminal", RB_STR("it would have the terminal for itself"), "");
}

/* ---- what its keys say ---- */

/* The rest of its keys: headers, bodies, graces. */
static void
tell_keys(struct rb_plan *p, const struct rb_request *req, unsigned depth)
{
	for (size_t i = 0; req->kind->keys[i].name != NULL; i++) {
		const struct rb_key *key = &req->kind->keys[i];
		struct rb_value v = req->values[i];

		if (v.kind == RB_V_UNSET || v.kind == RB_V_ERROR ||
		    (key->flags & (RB_KEY_MAIN | RB_KEY_SUMMED)) != 0 ||
		    (key->type == RB_K_CHOICES && req->step->narms > 0))
			continue;
		if (key->type != RB_K_HEADERS) {
			rb_plan_detail(p, depth, key->name, rb_plan_show(p, v), "");
			continue;
		}
		for (size_t k = 0; v.kind == RB_V_MAP && k < v.map->len; k++)
			rb_plan_detail(p, depth, "header",
			    rb_arena_fmt(&p->scratch, "%.*s: %.*s", RB_STR_ARG(v.map->pairs[k].key),
				RB_STR_ARG(rb_plan_show(p, v.map->pairs[k].value))),
			    "");
	}
}

static struct rb_str
want_text(struct rb_plan *p, const struct rb_assert *a)
{
	struct rb_eval ev = rb_plan_eval(p);
	struct rb_json j;
	struct rb_value v;

	if (a->pattern != NULL)
		return rb_pattern_text(a->pattern);
	if (a->tmpl != NULL)
		return rb_plan_tmpl(p, a->tmpl);
	if (a->want == NULL || a->want->node == NULL)
		return rb_span_text(a->span);
	v = rb_field_eval(a->want, &ev);
	if (v.kind != RB_V_TEXT && v.kind != RB_V_LIST && v.kind != RB_V_MAP)
		return rb_plan_show(p, v);
	rb_buf_clear(&p->text);
	rb_json_init(&j, &p->text);
	rb_value_json(v, &j);
	return rb_arena_str(&p->scratch, rb_buf_view(&p->text));
}

static void
tell_asserts(struct rb_plan *p, const struct rb_step *step, unsigned depth)
{
	static const char *const ops[] = {
	    [RB_ASSERT_EQUALS] = "is",
	    [RB_ASSERT_CONTAINS] = "contains",
	    [RB_ASSERT_MATCHES] = "matches",
	    [RB_ASSERT_LACKS] = "lacks",
	    [RB_ASSERT_ONE_OF] = "is",
	    [RB_ASSERT_AT_MOST] = "is at most",
	    [RB_ASSERT_AT_LEAST] = "is at least",
	};

	for (size_t i = 0; i < step->nasserts; i++) {
		const struct rb_assert *a = &step->asserts[i];
		/* What holds without being written stands at the action: it goes without saying. */
		bool implied = a->op == RB_ASSERT_ONE_OF && a->span.from == step->action_span.from &&
			       a->span.to == step->action_span.to;

		if (a->op == RB_ASSERT_TRUE)
			rb_plan_detail(p, depth, "expects", rb_expr_text(a->that), "");
		else if (!implied)
			rb_plan_detail(p, depth, "expects",
			    rb_arena_fmt(&p->scratch, "%.*s %s %.*s", RB_STR_ARG(a->name), ops[a->op],
				RB_STR_ARG(want_text(p, a))),
			    "");
	}
}

static void
tell_findings(struct rb_plan *p, const struct rb_step *step, unsigned depth)
{
	for (size_t i = 0; i < step->nmatches; i++) {
		const struct rb_match_key *m = &step->matches[i];

		rb_plan_detail(p, depth, "match",
		    rb_arena_fmt(&p->scratch, "%.*s: %.*s", RB_STR_ARG(m->name),
			RB_STR_ARG(
			    m->pattern != NULL ? rb_pattern_text(m->pattern) : rb_plan_tmpl(p, m->tmpl))),
		    "");
	}
	for (size_t i = 0; i < step->ncaptures; i++) {
		const struct rb_capture *c = &step->captures[i];

		rb_plan_detail(p, depth, "takes",
		    rb_arena_fmt(
			&p->scratch, "%.*s = %.*s", RB_STR_ARG(c->name), RB_STR_ARG(rb_expr_text(c->value))),
		    c->secret ? "secret" : "");
	}
}

static void
tell_retry(struct rb_plan *p, const struct rb_step *step, unsigned depth)
{
	const struct rb_retry *r = step->retry;
	char every[RB_CLOCK_DURATION], within[RB_CLOCK_DURATION];
	int64_t pause, limit;

	if (r == NULL)
		return;
	pause = rb_plan_duration(p, r->every, RB_PAUSE_EVERY);
	limit = rb_plan_duration(p, r->within, RB_NEVER);
	if (limit == 0) {
		rb_plan_detail(p, depth, "again", RB_STR("not at all: there is no time for it"), "");
		return;
	}
	rb_buf_clear(&p->text);
	if (r->times > 0)
		rb_buf_fmt(&p->text, "up to %lld attempts, ", (long long)r->times);
	rb_buf_fmt(&p->text, "%s apart",
	    pause == RB_NEVER ? "a time that is not known" : rb_clock_exact(pause, every));
	if (r->backoff != 1) {
		char factor[RB_NUMBER_TEXT];

		rb_buf_fmt(&p->text, " at first, each pause %s times the one before",
		    rb_number_text(r->backoff, factor));
	}
	if (limit != RB_NEVER)
		rb_buf_fmt(&p->text, ", for %s in all", rb_clock_exact(limit, within));
	if (r->cond != NULL)
		rb_buf_fmt(&p->text, ", if %.*s", RB_STR_ARG(rb_expr_text(r->cond)));
	rb_plan_detail(p, depth, "again", rb_arena_str(&p->scratch, rb_buf_view(&p->text)), "");
}

static void
tell_stop_on(struct rb_plan *p, const struct rb_step *step, unsigned depth)
{
	const struct rb_stop_on *s = step->stop_on;
	char after[RB_CLOCK_DURATION];
	int64_t time;

	if (s == NULL)
		return;
	if (s->pattern != NULL || s->tmpl != NULL)
		rb_plan_detail(p, depth, "stops",
		    s->pattern != NULL ? rb_pattern_text(s->pattern) : rb_plan_tmpl(p, s->tmpl),
		    "when its output says this");
	if (s->operator_)
		rb_plan_detail(p, depth, "stops", RB_STR("when the operator says so"), "");
	time = rb_plan_duration(p, s->after, -1);
	if (time >= 0)
		rb_plan_detail(p, depth, "stops",
		    time == RB_NEVER ? RB_STR("after a time that is not known")
				     : rb_arena_fmt(&p->scratch, "after %s", rb_clock_exact(time, after)),
		    "");
}

/* ---- requests ---- */

static struct rb_str
summary_of(struct rb_plan *p, const struct rb_request *req)
{
	size_t main = rb_key_main(req->kind->keys);

	/* What cannot be resolved has no whole first line: its main key must do. */
	if (req->why.kind == RB_V_ERROR && req->kind->keys[main].name != NULL)
		return rb_plan_show(p, req->values[main]);
	if (req->kind->summary == NULL)
		return RB_STR("");
	rb_buf_clear(&p->text);
	req->kind->summary(req, &p->text);
	return rb_arena_str(&p->scratch, rb_buf_view(&p->text));
}

/* What it does in one line, exactly; empty where a line does not hold it. */
static struct rb_str
one_line(struct rb_plan *p, const struct rb_request *req)
{
	struct rb_value v = req->values[RB_ARG_SCRIPT_SCRIPT];

	if (!is_command(req))
		return summary_of(p, req);
	if (v.kind == RB_V_LIST)
		return argv_text(p, v);
	if (v.kind != RB_V_TEXT || rb_str_find(rb_str_chomp(v.s), RB_STR("\n"), 0) != SIZE_MAX)
		return RB_STR("");
	return rb_str_chomp(v.s);
}

/* `in_row`: its one line stands in the step's row already. */
static void
tell_request(struct rb_plan *p, const struct rb_request *req, unsigned depth, bool in_row)
{
	struct rb_value v = req->values[RB_ARG_SCRIPT_SCRIPT];

	if (is_command(req) && v.kind == RB_V_LIST) {
		if (!in_row)
			rb_plan_detail(p, depth, "argv", argv_text(p, v), "");
		if (v.list->len > 0 && v.list->items[0].kind == RB_V_TEXT)
			rb_plan_program(p, v.list->items[0].s, depth);
	} else if (is_command(req) && v.kind == RB_V_TEXT) {
		tell_script(p, req, v.s, depth, in_row);
	} else if (!in_row) {
		rb_plan_tell(p, RB_PLAN_EXACT, depth, RB_STR(""), summary_of(p, req), RB_STR(""));
	}
	tell_variables(p, req->env, false, depth);
	tell_variables(p, req->secret_env, true, depth);
	if (!is_command(req))
		tell_keys(p, req, depth);
	tell_io(p, req, depth);
	if (req->why.kind == RB_V_ERROR)
		rb_plan_trouble(p, depth,
		    rb_arena_fmt(&p->scratch, "it could not be performed: %.*s", RB_STR_ARG(req->why.s)));
}

void
rb_plan_probe(struct rb_plan *p, const char *label, const struct rb_probe *probe, unsigned depth)
{
	struct rb_eval ev = rb_plan_eval(p);
	struct rb_request *req;
	struct rb_str line;

	if (probe == NULL)
		return;
	req = rb_step_resolve(probe->step, &ev);
	line = one_line(p, req);
	rb_plan_detail(p, depth, label, line.n > 0 ? line : RB_STR("this look passes:"),
	    rb_time_text(p, rb_time_probe(p, probe)).p);
	tell_request(p, req, depth + 1, line.n > 0);
	tell_findings(p, probe->step, depth + 1);
	tell_asserts(p, probe->step, depth + 1);
}

void
rb_plan_done_if(struct rb_plan *p, const struct rb_step *step, unsigned depth)
{
	if (step->done_if == NULL)
		return;
	if (step == p->now) {
		rb_plan_detail(p, depth, "first",
		    RB_STR("it was looked whether there is something to do: there is"), "");
		return;
	}
	rb_plan_probe(p, "first", step->done_if, depth);
	rb_plan_detail(p, depth, "", RB_STR("if that passes, there is nothing to do"), "");
}

/* False if it was counted before. */
static bool
count(struct rb_plan *p, const struct rb_step *step)
{
	rb_plan_tally_leaf(p, step);
	if (!rb_plan_first(p, step, RB_PLAN_TOLD_STEP))
		return false;
	if (step->effect == RB_DANGER)
		p->sum.dangers++;
	else if (step->effect == RB_CHANGE)
		p->sum.changes++;
	else
		p->sum.reads++;
	if ((step->kind->traits & RB_KIND_PEOPLE) != 0) {
		p->sum.people++;
		rb_plan_unanswered(p, step);
		p->sum.declines = p->sum.declines || !step->optional;
	}
	return true;
}

static void
tell_row(struct rb_plan *p, const struct rb_step *step, struct rb_str text, bool exact, unsigned depth)
{
	rb_plan_item(p, &(struct rb_plan_item){.part = exact ? RB_PLAN_COMMAND : RB_PLAN_STEP,
			    .depth = depth,
			    .has_effect = true,
			    .effect = step->effect,
			    .name = step->has_id ? step->id : RB_STR(""),
			    .text = text,
			    .note = rb_time_text(p, rb_time_leaf(p, step))});
}

/* ---- what would be changed ---- */

static struct rb_plan_change *
new_change(struct rb_plan *p)
{
	struct rb_plan_sum *sum = &p->sum;

	sum->would = rb_arena_grow(sum->arena, sum->would, sizeof(*sum->would), sum->nwould, &p->cap);
	return &sum->would[sum->nwould++];
}

/* All that it would do, exactly: as tell_request has it, in one text. */
static struct rb_str
whole_of(struct rb_plan *p, const struct rb_request *req)
{
	struct rb_value v = is_command(req) ? req->values[RB_ARG_SCRIPT_SCRIPT] : rb_v_null();

	if (v.kind == RB_V_LIST)
		return argv_text(p, v);
	return v.kind == RB_V_TEXT ? rb_str_chomp(v.s) : summary_of(p, req);
}

static struct rb_str
variables_of(struct rb_plan *p, const struct rb_request *req)
{
	rb_buf_clear(&p->text);
	put_variables(&p->text, req->env, false);
	put_variables(&p->text, req->secret_env, true);
	return rb_str_chomp(rb_buf_view(&p->text));
}

/* The processes that it would stop, as they are now. */
static struct rb_str
whom_of(struct rb_plan *p, const struct rb_request *req)
{
	const struct rb_plan_host *host = &p->opt->host;
	const struct rb_field *f = &req->step->args[RB_ARG_PROCESS_PATTERN];
	struct rb_plan_target target = {.pattern = f->pattern};
	struct rb_eval ev = rb_plan_eval(p);
	struct rb_pattern *made = NULL;
	struct rb_str why;

	if (host->processes == NULL || req->kind != &rb_kind_process || p->anew > 0 ||
	    req->why.kind == RB_V_ERROR)
		return RB_STR("");
	target.process = req->values[RB_ARG_PROCESS_STOP];
	if (target.process.kind != RB_V_PROCESS)
		target.process = req->values[RB_ARG_PROCESS_PROCESS];
	if (req->values[RB_ARG_PROCESS_PIDFILE].kind == RB_V_TEXT)
		target.pidfile = rb_plan_path(p, req->values[RB_ARG_PROCESS_PIDFILE].s).p;
	if (f->tmpl != NULL && rb_v_known(req->values[RB_ARG_PROCESS_PATTERN]))
		target.pattern = made = rb_tmpl_pattern(f->tmpl, &ev, &why);
	rb_buf_clear(&p->text);
	host->processes(host->ctx, &target, &p->text);
	if (made != NULL)
		rb_pattern_close(made);
	return rb_str_chomp(rb_buf_view(&p->text));
}

static void
note_change(struct rb_plan *p, const struct rb_step *step, const struct rb_request *req, struct rb_str item,
    size_t more)
{
	struct rb_plan_change *c = new_change(p);
	struct rb_arena *arena = p->sum.arena;

	*c = (struct rb_plan_change){.step = step,
	    .effect = step->effect,
	    .title = rb_arena_str(arena, rb_plan_tmpl(p, step->title)),
	    .path = rb_arena_fmt(arena, "%.*s%.*s", RB_STR_ARG(p->at.path), RB_STR_ARG(step->id)),
	    .request = rb_arena_str(arena, whole_of(p, req)),
	    .item = rb_arena_str(arena, item),
	    .more = more,
	    .open = p->open > 0,
	    .back = p->again > 0};
	c->values = rb_arena_str(arena, variables_of(p, req));
	c->whom = rb_arena_str(arena, whom_of(p, req));
}

/* Each item of a loop of its own, as far as they are known. */
static void
note_changes(struct rb_plan *p, const struct rb_step *step, const struct rb_request *req,
    const struct rb_plan_lead *lead)
{
	struct rb_value *item, before;
	size_t n;

	if (step->loop == NULL || lead->items < 0) {
		note_change(p, step, req, RB_STR(""), 0);
		return;
	}
	n = lead->list.kind == RB_V_LIST ? lead->list.list->len : 0;
	item = &p->at.frame->slots[step->loop->as->slot].value;
	before = *item;
	for (size_t i = 0; i < n && i < RB_PLAN_ITEMS_SHOWN; i++) {
		struct rb_eval ev = rb_plan_eval(p);

		*item = lead->list.list->items[i];
		req = rb_step_resolve(step, &ev);
		note_change(p, step, req, rb_plan_show(p, *item),
		    i + 1 == RB_PLAN_ITEMS_SHOWN ? n - RB_PLAN_ITEMS_SHOWN : 0);
	}
	*item = before;
}

void
rb_plan_leaf(struct rb_plan *p, const struct rb_step *step, struct rb_plan_lead *lead, unsigned depth)
{
	struct rb_eval ev = rb_plan_eval(p);
	struct rb_request *req = rb_step_resolve(step, &ev);
	const char *label = step->kind->verb;
	struct rb_str line = one_line(p, req), title = rb_plan_tmpl(p, step->title);
	bool in_row = title.n == 0 && label == NULL && line.n > 0;

	bool first = count(p, step);

	p->telling = step;

	/* Without id, title and command there is still the word for what it does. */
	if (!in_row && !step->has_id && title.n == 0)
		title = rb_str_c(step->action);
	tell_row(p, step, in_row ? line : title, in_row, depth);
	if (step->note != NULL)
		rb_plan_tell(p, RB_PLAN_NOTE, depth, RB_STR(""), rb_plan_tmpl(p, step->note), RB_STR(""));
	rb_plan_lead(p, step, lead, depth);
	if (step->effect != RB_READ && (first || p->again == 0))
		note_changes(p, step, req, lead);
	if (step->effect_why.n > 0)
		rb_plan_detail(p, depth, step->effect == RB_READ ? "reads" : "effect", step->effect_why, "");
	rb_plan_done_if(p, step, depth);
	rb_plan_confirm(p, step, depth);
	if (label != NULL)
		rb_plan_detail(p, depth, label, line, "");
	tell_request(p, req, depth, in_row || label != NULL);
	tell_stop_on(p, step, depth);
	tell_findings(p, step, depth);
	tell_asserts(p, step, depth);
	rb_plan_probe(p, "ready", step->ready, depth);
	tell_retry(p, step, depth);
	rb_plan_probe(p, "verifies", step->verify, depth);
	if ((step->kind->traits & RB_KIND_STAYS) != 0)
		rb_plan_detail(p, depth, "stays",
		    step->keep ? RB_STR("it outlives the run") : RB_STR("it is ended with the run"), "");
}
