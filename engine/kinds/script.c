/* look, run and start: commands. Their text is a constant; values reach it as environment variables. */
#include "kinds/kinds.h"

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
};

const struct rb_kind rb_kind_start = {
    .name = "start",
    .help = "a program that stays; it outlives the run unless `keep: false`",
    .example = "start: exec venv/bin/uvicorn api.main:app --port \"$port\"",
    .on = RB_ON_START,
    .traits = RB_KIND_STAYS | RB_KIND_NO_PROBE,
    .effect = RB_CHANGE,
    .timeout = 60 * RB_SECOND,
    .keys = look_keys,
    .facts = start_facts,
    .test = "run/start.yaml",
    .summary = summary,
};
