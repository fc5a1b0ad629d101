/* look, run and start: commands. Their text is a constant; values reach it as environment variables. */
#include "kinds/mock.h"

#include <signal.h>
#include <string.h>

static const struct rb_key look_keys[] = {
    [RB_ARG_SCRIPT_SCRIPT] = {"script", RB_K_SCRIPT, RB_KEY_MAIN | RB_KEY_REQUIRED, 0, NULL, NULL, NULL,
	"a shell script as text, or a list: a program and its arguments, without a shell",
	"tail -n 200 \"$log_file\"", "run/look.yaml"},
    {NULL, RB_K_TEXT, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL},
};

static const struct rb_fact_row facts[] = {
    {"exit", &rb_types[RB_INT], "exit status; unset if a signal ended it or it could not start"},
    {"signal", &rb_types[RB_INT], "number of the signal that ended it; unset otherwise"},
    {"stdout", &rb_types[RB_TEXT], "what it wrote to standard output, up to 1 MiB"},
    {"stderr", &rb_types[RB_TEXT], "what it wrote to standard error, up to 1 MiB"},
    {"output", &rb_types[RB_TEXT], "stdout followed by stderr"},
    {"pid", &rb_types[RB_INT], "process id it had"},
    {"output_incomplete", &rb_types[RB_BOOL], "a process that it left behind still held its output open"},
    {NULL, NULL, NULL},
};

static const struct rb_fact_row start_facts[] = {
    {"pid", &rb_types[RB_INT], "process id of the program"},
    {"process", &rb_types[RB_PROCESS], "the program, for `process:`"},
    {"exit", &rb_types[RB_INT], "exit status, if it ended before it was ready; else unset"},
    {"signal", &rb_types[RB_INT], "signal, if one ended it before it was ready; else unset"},
    {NULL, NULL, NULL},
};

/* The first line of a script, or the words of an argv list. */
static void
summary(const struct rb_request *req, struct rb_buf *out)
{
	struct rb_value v = req->values[RB_ARG_SCRIPT_SCRIPT];
	size_t end;

	if (v.kind == RB_V_LIST) {
		for (size_t i = 0; i < v.list->len; i++) {
			if (i > 0)
				rb_buf_char(out, ' ');
			rb_value_show(v.list->items[i], out);
		}
		return;
	}
	if (v.kind != RB_V_TEXT)
		return;
	v.s = rb_str_trim(v.s);
	end = rb_str_find(v.s, RB_STR("\n"), 0);
	if (end == SIZE_MAX) {
		rb_buf_str(out, v.s);
	} else {
		rb_buf_str(out, rb_str_cut(v.s, 0, end));
		rb_buf_c(out, " …");
	}
}

/* ---- results of tests ---- */

bool
rb_script_expects_signal(const struct rb_step *step)
{
	for (size_t i = 0; i < step->nasserts; i++) {
		if (rb_str_is(step->asserts[i].name, "signal"))
			return true;
	}
	return false;
}

struct rb_str
rb_script_signal(struct rb_arena *arena, int64_t number)
{
	const char *name = number > 0 && number < NSIG ? sigabbrev_np((int)number) : NULL;

	return name != NULL ? rb_arena_fmt(arena, RB_SAYS_SIGNAL, (long long)number, name)
			    : rb_arena_fmt(arena, RB_SAYS_SIGNAL_NUMBER, (long long)number);
}

/* What a child leaves to the record: its pid, and how it ended. */
static struct rb_value
mock_record(const struct rb_mocked *k, const char *end)
{
	struct rb_vpair *pairs;
	struct rb_value record = rb_v_map(k->m->arena, end != NULL ? 2 : 1, &pairs);

	pairs[0] = (struct rb_vpair){RB_STR("pid"), rb_mocked_get(k, "pid")};
	if (end != NULL)
		pairs[1] = (struct rb_vpair){rb_str_c(end), rb_mocked_get(k, end)};
	return record;
}

/* -1 for an end that no command comes to. */
static int
check_end(const struct rb_mocked *k, struct rb_result *res)
{
	if (rb_mocked_has(k, "exit") && rb_mocked_has(k, "signal"))
		return rb_mocked_refuse(res, k->m->arena,
		    "a command ends by itself, with an `exit`, or by a `signal`: give one of the two");
	if (rb_mocked_outside(k, "exit", 0, RB_EXIT_MAX) || rb_mocked_outside(k, "signal", 1, RB_SIGNAL_MAX))
		return rb_mocked_refuse(res, k->m->arena,
		    "an `exit` is a number from 0 to %d, and a `signal` one from 1 to %d", (int)RB_EXIT_MAX,
		    (int)RB_SIGNAL_MAX);
	return 0;
}

/* Whoever is ended from outside gets TERM first, and seldom waits for more. */
static void
mock_cut(struct rb_mocked *k)
{
	if (!k->m->cut)
		return;
	rb_mocked_drop(k, "exit");
	rb_mocked_add(k, "signal", rb_v_int(SIGTERM));
}

static struct rb_str
joined(struct rb_arena *arena, struct rb_str a, struct rb_str b)
{
	return rb_arena_fmt(arena, "%.*s%.*s", RB_STR_ARG(a), RB_STR_ARG(b));
}

static int
mock_script(const struct rb_mock *m, struct rb_result *res)
{
	struct rb_value out, err;
	struct rb_mocked k;

	rb_mocked_init(&k, m);
	if (check_end(&k, res) < 0)
		return -1;
	if (rb_mocked_has(&k, "output"))
		return rb_mocked_refuse(
		    res, m->arena, "`output` is `stdout` followed by `stderr`: give these");
	rb_mocked_add(&k, "stdout", rb_v_text(RB_STR("")));
	rb_mocked_add(&k, "stderr", rb_v_text(RB_STR("")));
	out = rb_mocked_get(&k, "stdout");
	err = rb_mocked_get(&k, "stderr");
	rb_mocked_add(&k, "output", rb_v_text(joined(m->arena, out.s, err.s)));
	rb_mocked_add(&k, "pid", rb_v_int(m->pid));
	rb_mocked_add(&k, "output_incomplete", rb_v_bool(false));
	mock_cut(&k);
	res->ended = RB_ENDED_OK;
	if (rb_mocked_has(&k, "signal")) {
		res->summary = rb_script_signal(m->arena, rb_mocked_get(&k, "signal").i);
		res->record = mock_record(&k, "signal");
		if (!rb_script_expects_signal(m->request->step)) {
			res->ended = RB_ENDED_FAILED;
			res->reason = res->summary;
		}
	} else {
		rb_mocked_add(&k, "exit", rb_v_int(0));
		res->summary = rb_arena_fmt(m->arena, RB_SAYS_EXIT, (long long)rb_mocked_get(&k, "exit").i);
		res->record = mock_record(&k, "exit");
	}
	res->excerpt = rb_mocked_tail(err.s.n > 0 ? err : out);
	res->excerpt_of = err.s.n > 0 ? "stderr" : "stdout";
	res->facts = rb_mocked_value(&k);
	return 0;
}

/* A program that stays passes; one with an end has ended too early. */
static int
mock_start(const struct rb_mock *m, struct rb_result *res)
{
	struct rb_mocked k;

	rb_mocked_init(&k, m);
	if (check_end(&k, res) < 0)
		return -1;
	rb_mocked_add(&k, "pid", rb_v_int(m->pid));
	mock_cut(&k);
	res->ended = RB_ENDED_FAILED;
	if (rb_mocked_has(&k, "exit")) {
		res->reason =
		    rb_arena_fmt(m->arena, RB_SAYS_EARLY_EXIT, (long long)rb_mocked_get(&k, "exit").i);
		res->record = mock_record(&k, "exit");
	} else if (rb_mocked_has(&k, "signal")) {
		res->reason =
		    rb_arena_fmt(m->arena, RB_SAYS_EARLY_SIGNAL, (long long)rb_mocked_get(&k, "signal").i);
		res->record = mock_record(&k, "signal");
	} else {
		res->ended = RB_ENDED_OK;
		res->summary = rb_arena_fmt(m->arena, RB_SAYS_PID, (long long)rb_mocked_get(&k, "pid").i);
		res->record = mock_record(&k, NULL);
		rb_mocked_add(&k, "process", rb_v_process(rb_mocked_get(&k, "pid").i, 1));
	}
	res->facts = rb_mocked_value(&k);
	return 0;
}

const struct rb_kind rb_kind_look = {
    .name = "look",
    .help = "a command that only reads",
    .example = "look: tail -n 200 \"$log_file\"",
    .on = RB_ON_SCRIPT,
    .traits = RB_KIND_OUTPUT,
    .effect = RB_READ,
    .timeout = 30 * RB_SECOND,
    .keys = look_keys,
    .facts = facts,
    .test = "run/look.yaml",
    .summary = summary,
    .mock = mock_script,
};

const struct rb_kind rb_kind_run = {
    .name = "run",
    .help = "a command that changes something",
    .example = "run: systemctl restart api",
    .on = RB_ON_SCRIPT,
    .traits = RB_KIND_OUTPUT,
    .effect = RB_CHANGE,
    .timeout = 5 * RB_MINUTE,
    .keys = look_keys,
    .facts = facts,
    .test = "run/run.yaml",
    .summary = summary,
    .mock = mock_script,
};

const struct rb_kind rb_kind_start = {
    .name = "start",
    .help = "a program that stays; it outlives the run unless `keep: false`",
    .example = "start: exec venv/bin/uvicorn api.main:app --port \"$port\"",
    .on = RB_ON_START,
    .traits = RB_KIND_STAYS | RB_KIND_NO_PROBE | RB_KIND_ACTS,
    .effect = RB_CHANGE,
    .timeout = 60 * RB_SECOND,
    .keys = look_keys,
    .facts = start_facts,
    .test = "run/start.yaml",
    .summary = summary,
    .mock = mock_start,
};
