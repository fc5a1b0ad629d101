/* process: finds processes of this host, and stops one that was identified. */
#include "kinds/mock.h"

enum {
	MOCKED_MAX = 4096, /* processes that a test can make up */
	STOPS_FROM = 3,    /* characters of a pattern that may stop something */
};

static const struct rb_key keys[] = {
    [RB_ARG_PROCESS_PATTERN] = {"pattern", RB_K_PATTERN, RB_KEY_MAIN, 0, NULL, NULL, NULL,
	"text or /regex/ in the command line; this program, its parents, and processes in containers of this "
	"host are left out",
	"uvicorn api.main:app", "run/process.yaml"},
    [RB_ARG_PROCESS_PIDFILE] = {"pidfile", RB_K_PATH, RB_KEY_SUMMED, 0, NULL, NULL, NULL,
	"file that holds a process id; a process that began after the file was written is not taken for it",
	"/run/api.pid", "run/process_pidfile.yaml"},
    [RB_ARG_PROCESS_PROCESS] = {"process", RB_K_PROCESS, RB_KEY_SUMMED, 0, NULL, NULL, NULL,
	"a process that another step found", "${holder.process}", "run/process_process.yaml"},
    [RB_ARG_PROCESS_STOP] = {"stop", RB_K_STOP, RB_KEY_SUMMED, 0, NULL, NULL, NULL,
	"the process to stop, or `true` for all that the other keys find: TERM, the grace, KILL; its "
	"identity is "
	"checked again before each signal; a pattern that stops has at least 3 characters",
	"${holder.process}", "run/process_stop.yaml"},
    [RB_ARG_PROCESS_GRACE] = {"grace", RB_K_DURATION, 0, 0, NULL, NULL, "5s", "time between TERM and KILL",
	"10s", "run/process_grace.yaml"},
    {NULL, RB_K_TEXT, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL},
};

static const struct rb_type pids = {RB_LIST, &rb_types[RB_INT], 0, NULL};
static const struct rb_type processes = {RB_LIST, &rb_types[RB_PROCESS], 0, NULL};

static const struct rb_fact_row facts[] = {
    {"count", &rb_types[RB_INT], "how many there are"},
    {"pids", &pids, "their process ids"},
    {"processes", &processes, "the processes, for `process:`"},
    {"pid", &rb_types[RB_INT], "process id, if there is one only; else unset"},
    {"process", &rb_types[RB_PROCESS], "the process, if there is one only; else unset"},
    {"command", &rb_types[RB_TEXT], "command line of the first; unset when there is none"},
    {"user", &rb_types[RB_TEXT], "user of the first; unset when there is none"},
    {"rss", &rb_types[RB_SIZE], "resident memory, all of them"},
    {"since", &rb_types[RB_TIME], "start of the oldest; unset when there is none"},
    {"stopped_by", &rb_types[RB_TEXT], "with `stop`: TERM, KILL, or gone when it had ended before"},
    {NULL, NULL, NULL},
};

static bool
is_true(const struct rb_field *f)
{
	return f->value.kind == RB_V_TEXT;
}

/* What a pattern of a blank or two fits is half of the host. */
static bool
is_too_broad(struct rb_str pattern)
{
	size_t end = pattern.n;

	if (rb_pattern_is_regex(pattern)) {
		while (pattern.p[end - 1] != '/')
			end--;
		pattern = rb_str_cut(pattern, 1, end - 1);
	}
	return rb_str_width(rb_str_trim(pattern)) < STOPS_FROM;
}

static bool
is_confirmed(const struct rb_step *step)
{
	while (step != NULL && step->confirm == NULL)
		step = step->parent;
	return step != NULL;
}

/* All that a pattern fits is stopped, also what its author did not think of. */
static void
check_pattern_stops(const struct rb_expr_ctx *ctx, const struct rb_step *step)
{
	const struct rb_field *pattern = &step->args[RB_ARG_PROCESS_PATTERN];
	struct rb_diag *d;

	if (pattern->pattern != NULL && is_too_broad(rb_pattern_text(pattern->pattern))) {
		rb_diag_add(ctx->diags, RB_E_RANGE, pattern->node->span,
		    "a pattern of less than %d characters " RB_SAYS_TOO_BROAD, STOPS_FROM);
		return;
	}
	if (is_confirmed(step))
		return;
	d = rb_diag_add(ctx->diags, RB_W_STYLE, step->action_span,
	    "this stops every process whose command line has the pattern, an editor of a file of that name "
	    "too, "
	    "and nobody is asked before");
	rb_diag_hint(ctx->diags, d,
	    "add `confirm`, or stop one process that a step found: process: {stop: \"${holder.process}\"}");
}

static void
check(const struct rb_expr_ctx *ctx, struct rb_step *step)
{
	const struct rb_field *stop = &step->args[RB_ARG_PROCESS_STOP];
	unsigned sources = 0;

	for (int i = RB_ARG_PROCESS_PATTERN; i <= RB_ARG_PROCESS_PROCESS; i++)
		sources += step->args[i].node != NULL;
	if (stop->node != NULL && !is_true(stop)) {
		if (sources > 0)
			rb_diag_add(ctx->diags, RB_E_CONFLICT, stop->node->span,
			    "`stop` names the process itself, or is `true` beside `pattern`, `pidfile` or "
			    "`process`");
		return;
	}
	if (sources != 1)
		rb_diag_add(ctx->diags, RB_E_CONFLICT, step->action_span,
		    "`process` needs one of `pattern`, `pidfile`, `process` or `stop`");
	else if (stop->node != NULL && step->args[RB_ARG_PROCESS_PATTERN].node != NULL)
		check_pattern_stops(ctx, step);
}

static enum rb_effect
effect_of(const struct rb_step *step)
{
	return step->args[RB_ARG_PROCESS_STOP].node != NULL ? RB_CHANGE : RB_READ;
}

static int
resolve(struct rb_request *req, struct rb_eval *ev)
{
	struct rb_value *stop = &req->values[RB_ARG_PROCESS_STOP],
			*pattern = &req->values[RB_ARG_PROCESS_PATTERN];

	if (stop->kind == RB_V_UNSET || stop->kind == RB_V_PROCESS || stop->kind == RB_V_UNKNOWN)
		return 0;
	if (stop->kind == RB_V_TEXT && rb_str_is(stop->s, "true")) {
		if (pattern->kind != RB_V_TEXT || !is_too_broad(pattern->s))
			return 0;
		req->why = rb_v_error(
		    ev->arena, "a pattern of less than %d characters " RB_SAYS_TOO_BROAD, STOPS_FROM);
		return -1;
	}
	req->why =
	    rb_v_error(ev->arena, "`stop` takes a process that a step found, such as ${holder.process}; "
				  "a bare number or name may be another process by now");
	return -1;
}

static void
summary(const struct rb_request *req, struct rb_buf *out)
{
	static const char *const names[] = {"process matching ", "process of ", "process "};
	struct rb_value stop = req->values[RB_ARG_PROCESS_STOP],
			pattern = req->values[RB_ARG_PROCESS_PATTERN];

	if (stop.kind == RB_V_TEXT && pattern.kind != RB_V_UNSET) {
		rb_buf_c(out, pattern.kind == RB_V_TEXT && !rb_pattern_is_regex(pattern.s)
				  ? "stop every process whose command line has "
				  : "stop every process whose command line matches ");
		rb_value_show(pattern, out);
		return;
	}
	if (stop.kind != RB_V_UNSET)
		rb_buf_c(out, "stop ");
	if (stop.kind != RB_V_UNSET && stop.kind != RB_V_TEXT) {
		rb_buf_c(out, "process ");
		rb_value_show(stop, out);
		return;
	}
	for (int i = RB_ARG_PROCESS_PATTERN; i <= RB_ARG_PROCESS_PROCESS; i++) {
		if (req->values[i].kind != RB_V_UNSET) {
			rb_buf_c(out, names[i]);
			rb_value_show(req->values[i], out);
			return;
		}
	}
}

/* ---- results of tests ---- */

static struct rb_value
mock_pids(const struct rb_mocked *k, size_t n, bool as_processes)
{
	struct rb_value given = rb_mocked_get(k, "pids"), pid = rb_mocked_get(k, "pid"), list, *items;

	list = rb_v_list(k->m->arena, n, &items);
	for (size_t i = 0; i < n; i++) {
		int64_t one = given.kind == RB_V_LIST ? given.list->items[i].i
			      : pid.kind == RB_V_INT  ? pid.i
						      : k->m->pid + (int64_t)i;

		items[i] = as_processes ? rb_v_process(one, 1) : rb_v_int(one);
	}
	return list;
}

/* How many there are: as many as are told of, or one. -1 where that contradicts itself. */
static int64_t
mock_count(const struct rb_mocked *k, struct rb_result *res)
{
	struct rb_value count = rb_mocked_get(k, "count"), all = rb_mocked_get(k, "pids"),
			named = rb_mocked_get(k, "processes");
	int64_t n = all.kind == RB_V_LIST ? (int64_t)all.list->len : count.kind == RB_V_INT ? count.i : 1;

	if (count.kind == RB_V_INT && count.i != n)
		return rb_mocked_refuse(res, k->m->arena, "`count` is %lld, and there are %lld `pids`",
		    (long long)count.i, (long long)n);
	if (named.kind == RB_V_LIST && (int64_t)named.list->len != n)
		return rb_mocked_refuse(res, k->m->arena, "`count` is %lld, and there are %lld `processes`",
		    (long long)n, (long long)named.list->len);
	if (n < 0 || n > MOCKED_MAX)
		return rb_mocked_refuse(
		    res, k->m->arena, "`count` is a number from 0 to %d", (int)MOCKED_MAX);
	if (n != 1 && rb_mocked_has(k, "pid"))
		return rb_mocked_refuse(
		    res, k->m->arena, "`pid` is there only where there is one process: give `pids`");
	return n;
}

static int
mock(const struct rb_mock *m, struct rb_result *res)
{
	bool stop = m->request->values[RB_ARG_PROCESS_STOP].kind != RB_V_UNSET;
	struct rb_value target = m->request->values[RB_ARG_PROCESS_STOP];
	struct rb_mocked k;
	struct rb_value by;
	int64_t n;

	rb_mocked_init(&k, m);
	n = mock_count(&k, res);
	if (n < 0)
		return -1;
	if (n == 1 && target.kind == RB_V_PROCESS && !rb_mocked_has(&k, "pids"))
		rb_mocked_add(&k, "pid", rb_v_int(target.process.pid));
	rb_mocked_add(&k, "processes", mock_pids(&k, (size_t)n, true));
	rb_mocked_add(&k, "pids", mock_pids(&k, (size_t)n, false));
	rb_mocked_add(&k, "count", rb_v_int(n));
	if (n == 1) {
		rb_mocked_add(&k, "pid", rb_mocked_get(&k, "pids").list->items[0]);
		rb_mocked_add(&k, "process", rb_mocked_get(&k, "processes").list->items[0]);
	}
	res->ended = n > 0 || stop ? RB_ENDED_OK : RB_ENDED_FAILED;
	if (m->cut)
		rb_mocked_drop(&k, "stopped_by");
	if (stop && !m->cut) {
		rb_mocked_add(&k, "stopped_by", rb_v_text(n > 0 ? RB_STR("TERM") : RB_STR("gone")));
		by = rb_mocked_get(&k, "stopped_by");
		res->summary =
		    rb_str_is(by.s, "gone") ? RB_STR(RB_SAYS_GONE_BEFORE)
		    : n == 1                ? rb_arena_fmt(m->arena, RB_SAYS_GONE_AFTER, RB_STR_ARG(by.s))
			     : rb_arena_fmt(m->arena, RB_SAYS_ALL_GONE_AFTER, (size_t)n, RB_STR_ARG(by.s));
	} else if (n == 0) {
		res->reason = RB_STR(RB_SAYS_NO_PROCESS);
	} else {
		res->summary =
		    n == 1 ? rb_mocked_holder(&k) : rb_arena_fmt(m->arena, RB_SAYS_PROCESSES, (size_t)n);
	}
	res->facts = rb_mocked_value(&k);
	return 0;
}

const struct rb_kind rb_kind_process = {
    .name = "process",
    .help = "processes of this host by pattern, pidfile or identity; fails if there is none; with `stop`, "
	    "ends one",
    .example = "process: {stop: \"${holder.process}\", grace: 10s}",
    .on = RB_ON_PROBING,
    .traits = RB_KIND_ACTS | RB_KIND_FINDS,
    .effect = RB_READ,
    .timeout = 30 * RB_SECOND,
    .keys = keys,
    .facts = facts,
    .test = "run/process.yaml",
    .check = check,
    .effect_of = effect_of,
    .resolve = resolve,
    .summary = summary,
    .mock = mock,
};
