/* The key tables of steps: the keys that stand beside an action, the maps below them, and the actions that
 * are no leaf kinds. The enum in lower.h numbers the rows of rb_step_keys. */
#include "lang/lower.h"

#include <stddef.h>

#define ROW(name, type, flags, on, dflt, help, example, test)                                                \
	{                                                                                                    \
		name, type, flags, on, NULL, NULL, dflt, help, example, test                                 \
	}
#define WORDS(name, on, words, dflt, help, example, test)                                                    \
	{                                                                                                    \
		name, RB_K_WORD, 0, on, words, NULL, dflt, help, example, test                               \
	}
#define TABLE(name, on, sub, help, example, test)                                                            \
	{                                                                                                    \
		name, RB_K_TABLE, 0, on, NULL, sub, NULL, help, example, test                                \
	}
#define END ROW(NULL, RB_K_TEXT, 0, 0, NULL, NULL, NULL, NULL)

enum {
	ON_COMMAND = RB_ON_SCRIPT | RB_ON_START,
	ON_LOOKING = RB_ON_PROBE | RB_ON_CHECK, /* all that only looks */
	ON_ACTING = RB_ON_LEAF | RB_ON_GROUP | RB_ON_CALL,
};

const struct rb_key rb_retry_keys[] = {
    ROW("times", RB_K_COUNT, RB_KEY_MAIN, 0, NULL, "attempts in all, the first one included", "5",
	"run/retry.yaml"),
    ROW("every", RB_K_DURATION, 0, 0, "1s", "pause between two attempts", "2s", "run/retry.yaml"),
    ROW("backoff", RB_K_NUMBER, 0, 0, "1", "each pause is this many times the one before", "2",
	"run/retry_backoff.yaml"),
    ROW("for", RB_K_DURATION, 0, 0, NULL, "time limit of all attempts together; 0s: there is one", "60s",
	"run/retry_for.yaml"),
    ROW("if", RB_K_COND, 0, 0, NULL, "condition over `this`: only then is it tried again",
	"this.status == 503", "run/retry_if.yaml"),
    ROW("unsafe", RB_K_FLAG, 0, 0, "false", "a change may be tried again", "true",
	"lang/bad/retry-change.yaml"),
    END,
};

const struct rb_key rb_confirm_keys[] = {
    ROW("text", RB_K_MESSAGE, RB_KEY_MAIN | RB_KEY_REQUIRED, 0, NULL, "the question",
	"Stop ${holder.command}?", "run/confirm.yaml"),
    ROW("type", RB_K_MESSAGE, 0, 0, NULL, "what must be typed to confirm", "${database}",
	"run/confirm_type.yaml"),
    ROW("by", RB_K_TEXT, 0, 0, NULL, "role or person who must confirm", "incident commander",
	"run/confirm_by.yaml"),
    END,
};

const struct rb_key rb_for_each_keys[] = {
    ROW("in", RB_K_ITEMS, RB_KEY_REQUIRED, 0, NULL, "expression for a list, or the list itself", "pods.names",
	"run/for_each.yaml"),
    ROW("as", RB_K_ID, RB_KEY_REQUIRED, 0, NULL, "name of the item, inside", "pod", "run/for_each.yaml"),
    ROW("where", RB_K_COND, 0, 0, NULL, "condition over the item", "pod.ready == \"0/1\"",
	"run/for_each_where.yaml"),
    ROW("parallel", RB_K_COUNT, 0, 0, "1", "how many at a time; this version does one", "1",
	"lang/bad/later.yaml"),
    ROW("stop_on_fail", RB_K_FLAG, 0, 0, "true", "end with the first item that fails", "false",
	"run/for_each_stop_on_fail.yaml"),
    END,
};

const struct rb_key rb_stop_on_keys[] = {
    ROW("pattern", RB_K_PATTERN, RB_KEY_MAIN, 0, NULL, "text or /regex/ in its output", "/Ready in/",
	"run/stop_on.yaml"),
    ROW("operator", RB_K_FLAG, 0, 0, "false", "the operator says when", "true", "run/stop_on_operator.yaml"),
    ROW("after", RB_K_DURATION, 0, 0, NULL, "a time after which it is enough", "20s",
	"run/stop_on_after.yaml"),
    END,
};

const struct rb_key rb_effect_keys[] = {
    ROW("read", RB_K_TEXT, 0, 0, NULL, "it only reads, and why", "lists the pods", "lang/ok/effect.yaml"),
    ROW("change", RB_K_TEXT, 0, 0, NULL, "it changes something", "restarts the pod", "lang/ok/effect.yaml"),
    ROW("danger", RB_K_TEXT, 0, 0, NULL, "it is always confirmed", "deletes the volume", "run/effect.yaml"),
    END,
};

const struct rb_key rb_probe_keys[] = {
    ROW("within", RB_K_DURATION, 0, 0, NULL,
	"look again until it holds, for this long; of `verify` only, since `done_if` looks once and `ready` "
	"until the step's `timeout`",
	"30s", "run/verify_within.yaml"),
    ROW("every", RB_K_DURATION, 0, 0, "1s", "pause between two looks; of `verify` and `ready`", "500ms",
	"run/verify_within.yaml"),
    END,
};

const struct rb_key rb_capture_keys[] = {
    ROW("value", RB_K_EXPR, RB_KEY_MAIN | RB_KEY_REQUIRED, 0, NULL, "expression over `this`",
	"first(lines(this.stdout))", "run/capture.yaml"),
    ROW("type", RB_K_TYPE, 0, 0, "the expression's", "what it is; text is read as that", "int",
	"run/capture_type.yaml"),
    ROW("secret", RB_K_FLAG, 0, 0, "false", "it is masked, and the step's output is kept from every record",
	"true", "run/capture_secret.yaml"),
    ROW("default", RB_K_TYPED, 0, 0, NULL, "its value where there is none", "0", "run/capture_default.yaml"),
    END,
};

static const struct rb_key cert_keys[] = {
    ROW("valid_for", RB_K_DURATION, RB_KEY_REQUIRED, 0, NULL, "time that the certificate must still have",
	"14d", "run/expect_cert.yaml"),
    END,
};

const struct rb_key rb_expect_keys[] = {
    [RB_EXPECT_EXIT] = ROW("exit", RB_K_ASSERT, 0, RB_ON_SCRIPT, "0",
	"exit code: a number, a range (1-3), or a list", "[0, 1]", "run/expect_exit.yaml"),
    [RB_EXPECT_SIGNAL] = ROW("signal", RB_K_ASSERT, 0, RB_ON_SCRIPT, NULL,
	"signal that ended it: TERM, 9, or a list", "TERM", "run/expect_signal.yaml"),
    [RB_EXPECT_STDOUT] = ROW("stdout", RB_K_ASSERT, 0, RB_ON_SCRIPT, NULL,
	"text that it contains, /regex/ that it matches, {equals: …}, {lacks: …}, or a list of these",
	"/^ok$/", "run/expect_stdout.yaml"),
    [RB_EXPECT_STDERR] = ROW("stderr", RB_K_ASSERT, 0, RB_ON_SCRIPT, NULL, "the same for standard error",
	"{lacks: error}", "run/expect_stderr.yaml"),
    [RB_EXPECT_OUTPUT] = ROW("output", RB_K_ASSERT, 0, RB_ON_SCRIPT, NULL, "the same for both together",
	"ready", "run/expect_output.yaml"),
    [RB_EXPECT_STATUS] = ROW("status", RB_K_ASSERT, 0, RB_ON_HTTP, "2xx",
	"status: 200, 2xx, 200-299, or a list", "[200, 204]", "run/expect_status.yaml"),
    [RB_EXPECT_HEADER] = ROW("header", RB_K_ASSERT, 0, RB_ON_HTTP, NULL,
	"headers by name, each as for stdout", "{Content-Type: json}", "run/expect_header.yaml"),
    [RB_EXPECT_BODY] = ROW(
	"body", RB_K_ASSERT, 0, RB_ON_HTTP, NULL, "the body, as for stdout", "pong", "run/expect_body.yaml"),
    [RB_EXPECT_JSON] =
	ROW("json", RB_K_ASSERT, 0, RB_ON_HTTP, NULL, "values in the body's JSON by path: they are equal",
	    "{status: healthy, \"items[0].id\": 7}", "run/expect_json.yaml"),
    [RB_EXPECT_WITHIN] = ROW("within", RB_K_DURATION, 0, RB_ON_HTTP, NULL,
	"the longest time that the answer may take", "500ms", "run/expect_within.yaml"),
    [RB_EXPECT_CERT] = {"cert", RB_K_TABLE, 0, RB_ON_HTTP, NULL, cert_keys, NULL, "the server's certificate",
	"{valid_for: 14d}", "run/expect_cert.yaml"},
    [RB_EXPECT_REDIRECT] = ROW("redirect", RB_K_ASSERT, 0, RB_ON_HTTP, NULL,
	"where it redirects to, as for stdout", "/login", "run/expect_redirect.yaml"),
    [RB_EXPECT_THAT] = ROW("that", RB_K_CONDS, 0, RB_ON_LEAF, NULL, "conditions over `this`",
	"[this.exit < 2]", "run/expect_that.yaml"),
    END,
};

const struct rb_key rb_arm_keys[] = {
    ROW("if", RB_K_COND, 0, 0, NULL, "condition: the first arm whose condition holds is taken", "log.missing",
	"run/branch.yaml"),
    ROW("then", RB_K_EDGE, 0, 0, NULL, "its steps, or an edge", "[{run: make install}]", "run/branch.yaml"),
    ROW("else", RB_K_EDGE, 0, 0, NULL, "steps or edge for when no condition held", "end escalated",
	"run/branch_else.yaml"),
    END,
};

const struct rb_key rb_choice_keys[] = {
    ROW("choice", RB_K_MESSAGE, RB_KEY_REQUIRED, 0, NULL, "what is chosen", "restart it",
	"run/ask_choices.yaml"),
    ROW("then", RB_K_EDGE, 0, 0, NULL, "its steps, or an edge", "[{run: make restart}]",
	"run/ask_choices.yaml"),
    END,
};

const struct rb_key rb_end_keys[] = {
    ROW("resolved", RB_K_TITLE, 0, 0, NULL, "the run ends resolved; the reason is kept", "not needed",
	"run/end.yaml"),
    ROW("failed", RB_K_TITLE, 0, 0, NULL, "the run ends failed; the reason is kept", "no backup is there",
	"run/end.yaml"),
    ROW("escalated", RB_K_TITLE, 0, 0, NULL, "the run ends escalated; the reason is kept",
	"the leader is unknown", "run/end.yaml"),
    END,
};

#define LATER(name, help)                                                                                    \
	ROW(name, RB_K_TYPED, RB_KEY_LATER, RB_ON_ALL, NULL, help, NULL, "lang/bad/later.yaml")

const struct rb_key rb_step_keys[] = {
    [RB_STEP_ID] = ROW("id", RB_K_ID, 0, RB_ON_ALL | RB_ON_CHECK, "made: step_3",
	"name of the step and of its facts; `goto` finds it", "health", "run/goto.yaml"),
    [RB_STEP_TITLE] = ROW("title", RB_K_TITLE, 0, RB_ON_ALL | RB_ON_EDGE | ON_LOOKING, NULL,
	"what it is about, in a few words; an unset value shows as <unset>", "Does the API answer?",
	"run/title.yaml"),
    [RB_STEP_NOTE] = ROW("note", RB_K_TITLE, 0, RB_ON_ALL | RB_ON_EDGE | ON_LOOKING, NULL,
	"more about it, for whoever runs it", "The first start takes a minute", "run/note.yaml"),
    [RB_STEP_IF] = ROW("if", RB_K_COND, 0, RB_ON_ALL | RB_ON_EDGE | RB_ON_CHECK, NULL,
	"condition: if it is false, the step is skipped", "log.port_taken", "run/if.yaml"),
    [RB_STEP_FOR_EACH] = {"for_each", RB_K_TABLE, 0, RB_ON_ALL, NULL, rb_for_each_keys, NULL,
	"does the step once for each item of a list", "{in: pods.names, as: pod}", "run/for_each.yaml"},
    [RB_STEP_DONE_IF] = ROW("done_if", RB_K_PROBE, 0, ON_ACTING | RB_ON_PEOPLE, NULL,
	"a look before the action: if it passes, the step is done already", "{port: 8000}",
	"run/done_if.yaml"),
    [RB_STEP_CONFIRM] =
	TABLE("confirm", ON_ACTING, rb_confirm_keys, "asks before the action; refused, the run ends",
	    "Stop ${holder.command} (pid ${holder.pid})?", "run/confirm.yaml"),
    [RB_STEP_OPTIONAL] = ROW("optional", RB_K_FLAG, 0, RB_ON_ALL, "false",
	"declined, it is skipped and the run goes on", "true", "run/optional.yaml"),
    [RB_STEP_TIMEOUT] = ROW("timeout", RB_K_DURATION, 0, ON_ACTING | RB_ON_PEOPLE | ON_LOOKING, "the kind's",
	"time limit of one attempt", "5s", "run/timeout.yaml"),
    [RB_STEP_RETRY] = TABLE("retry", RB_ON_LEAF | RB_ON_CHECK, rb_retry_keys,
	"tries again what failed; a change only with `unsafe: true`", "{times: 5, every: 2s}",
	"run/retry.yaml"),
    [RB_STEP_STOP_ON] = TABLE("stop_on", RB_ON_SCRIPT, rb_stop_on_keys,
	"passes a command that does not end by itself, and ends it, at the moment it has said this",
	"Ready in", "run/stop_on.yaml"),
    [RB_STEP_MATCH] = ROW("match", RB_K_MATCHES, 0, RB_ON_SCRIPT | RB_ON_HTTP | ON_LOOKING, NULL,
	"patterns for the lines of its output or body; each name is a fact",
	"{port_taken: /already in use/i}", "run/match.yaml"),
    [RB_STEP_CAPTURE] = ROW("capture", RB_K_CAPTURES, 0, RB_ON_LEAF | RB_ON_CHECK, NULL,
	"facts made of what it gave, by name: expressions over `this`", "{n: int(this.stdout)}",
	"run/capture.yaml"),
    [RB_STEP_EXPECT] = {"expect", RB_K_EXPECT, 0, RB_ON_LEAF | ON_LOOKING, NULL, rb_expect_keys, NULL,
	"what must hold for it to pass", "{status: 200, json: {status: healthy}}", "run/expect_status.yaml"},
    [RB_STEP_VERIFY] = ROW("verify", RB_K_PROBE, 0, ON_ACTING | RB_ON_PEOPLE, NULL,
	"a look after the action, repeated for `within`; if it does not pass, the step has failed",
	"{http: \"${base_url}/health\", within: 30s}", "run/verify.yaml"),
    [RB_STEP_ON_PASS] = ROW("on_pass", RB_K_EDGE, 0, RB_ON_ALL, "the next step", "where to go when it passed",
	"end resolved", "run/on_pass.yaml"),
    [RB_STEP_ON_FAIL] = ROW("on_fail", RB_K_EDGE, 0, RB_ON_ALL, "what encloses it fails",
	"where to go when it failed, timed out or errored", "continue", "run/on_fail.yaml"),
    [RB_STEP_ON_TIMEOUT] = ROW("on_timeout", RB_K_EDGE, 0, RB_ON_ALL, "on_fail",
	"where to go when it timed out", "end escalated", "run/on_timeout.yaml"),
    [RB_STEP_MAX_VISITS] = ROW("max_visits", RB_K_COUNT, 0, RB_ON_ALL, "3", "how often `goto` may come here",
	"5", "run/max_visits.yaml"),
    [RB_STEP_EFFECT] = ROW("effect", RB_K_EFFECT, 0, RB_ON_LEAF | RB_ON_PEOPLE | ON_LOOKING, "the action's",
	"what it does to the world: `danger` always asks; a reason makes a `run` a reading one", "danger",
	"run/effect.yaml"),
    [RB_STEP_ENV] =
	ROW("env", RB_K_STRING_MAP, RB_KEY_SECRETS | RB_KEY_UPPER, ON_COMMAND | RB_ON_GROUP | ON_LOOKING,
	    NULL, "environment variables, for it and what stands inside", "{LANG: C}", "run/env.yaml"),
    [RB_STEP_SECRETS] =
	ROW("secrets", RB_K_HANDED, RB_KEY_UPPER, RB_ON_LEAF | RB_ON_GROUP | ON_LOOKING | RB_ON_HANDED, NULL,
	    "secrets that it, and what stands inside, gets; that a library or runbook is handed",
	    "[db_password]", "run/secrets.yaml"),
    [RB_STEP_CWD] = ROW("cwd", RB_K_PATH, 0, ON_COMMAND | RB_ON_GROUP | ON_LOOKING, "the folder of the file",
	"working folder, for it and what stands inside", "${root}/backend", "run/cwd.yaml"),
    [RB_STEP_SHELL] = WORDS("shell", ON_COMMAND | RB_ON_GROUP | ON_LOOKING, "bash sh", "bash",
	"bash -eu -o pipefail, or sh -eu", "sh", "run/shell.yaml"),
    [RB_STEP_STDIN] = ROW("stdin", RB_K_STRING, RB_KEY_SECRETS | RB_KEY_LINES, RB_ON_SCRIPT | ON_LOOKING,
	"nothing", "text for its standard input", "${names}", "run/stdin.yaml"),
    [RB_STEP_INTERACTIVE] = ROW("interactive", RB_K_FLAG, 0, RB_ON_SCRIPT, "false",
	"it gets the terminal: a password prompt, a database client", "true", "run/interactive.yaml"),
    [RB_STEP_SHOW] = WORDS("show", ON_COMMAND | RB_ON_GROUP | RB_ON_CHECK, "line output none", "line",
	"what the terminal shows of its output: the last line while it runs, all, or nothing", "output",
	"run/show.yaml"),
    [RB_STEP_LOG] = ROW("log", RB_K_PATH, 0, ON_COMMAND, NULL, "file that its output is added to",
	"${root}/logs/api.log", "run/log.yaml"),
    [RB_STEP_WITH] = ROW("with", RB_K_WITH, 0, RB_ON_CALL, NULL, "values for the inputs of what is called",
	"{port: 8000}", "run/with.yaml"),
    [RB_STEP_READY] =
	ROW("ready", RB_K_PROBE, 0, RB_ON_START, NULL, "a look, repeated until it passes: then it is up",
	    "{http: \"${base_url}/health\"}", "run/ready.yaml"),
    [RB_STEP_PIDFILE] = ROW("pidfile", RB_K_PATH, 0, RB_ON_START, NULL,
	"file that its process id is written to", "/run/api.pid", "run/pidfile.yaml"),
    [RB_STEP_KEEP] = ROW(
	"keep", RB_K_FLAG, 0, RB_ON_START, "true", "whether it outlives the run", "false", "run/keep.yaml"),
    [RB_STEP_MAX] = ROW(
	"max", RB_K_COUNT, 0, RB_ON_CHECKS, "all", "how many checks at a time", "4", "run/checks_max.yaml"),
    [RB_STEP_FINALLY] = ROW("finally", RB_K_STEPS, 0, RB_ON_BLOCK, NULL, "steps at its end, however it ends",
	"[{run: umount /mnt/backup}]", "run/block_finally.yaml"),
    [RB_STEP_UNDO] = LATER("undo", "the way back"),
    [RB_STEP_USER] = LATER("user", "who runs it"),
    [RB_STEP_TARGET] = LATER("target", "where it runs"),
    END,
};

const struct rb_action_row rb_action_rows[] = {
    {"set", RB_K_SET, RB_ON_SAY, "gives values new ones", "set: {node: \"${first(pods.names)}\"}",
	"run/set.yaml", 0},
    {"branch", RB_K_BRANCH, RB_ON_GROUP, "takes the first arm whose condition holds",
	"branch: [{if: log.missing, then: [{run: make install}]}, {else: end escalated}]", "run/branch.yaml",
	0},
    {"checks", RB_K_STEPS, RB_ON_GROUP | RB_ON_CHECKS,
	"looks side by side: all of them, always; passes if all do",
	"checks: [{id: web, http: \"${base_url}/health\"}, {id: db, tcp: \"127.0.0.1:5432\"}]",
	"run/checks.yaml", 0},
    {"block", RB_K_STEPS, RB_ON_GROUP | RB_ON_BLOCK,
	"steps that belong together, with edges and a `finally` of their own",
	"block: [{run: make stop}, {run: make start}]", "run/block.yaml", 0},
    {"call", RB_K_TARGET, RB_ON_CALL, "runs a procedure of this file; its outputs are facts of the step",
	"call: restart", "run/call.yaml", 0},
    {"use", RB_K_LIBRARY, RB_ON_CALL | RB_ON_HANDED, "runs a procedure of a library", "use: port.free",
	"run/use.yaml", 0},
    {"runbook", RB_K_RUNBOOK, RB_ON_CALL | RB_ON_HANDED, "runs another runbook; passes if that ends resolved",
	"runbook: database-connection-failure.yaml", "run/runbook.yaml", 0},
    {"goto", RB_K_EDGE, RB_ON_EDGE, "goes to a step of its own list or one around it", "goto: verify",
	"run/goto.yaml", 0},
    {"end", RB_K_EDGE, RB_ON_EDGE, "ends the run: resolved, failed or escalated, with a reason if you like",
	"end: {resolved: not needed}", "run/end.yaml", 0},
    {"done", RB_K_EDGE, RB_ON_EDGE, "leaves the procedure, passed", "done", "run/done.yaml", 0},
    {"fail", RB_K_EDGE, RB_ON_EDGE, "leaves the procedure, failed, for this reason", "fail: no node is left",
	"run/fail.yaml", 0},
    {"file", RB_K_TYPED, RB_ON_LEAF, "edits a file", NULL, "lang/bad/later.yaml", RB_KEY_LATER},
    {"parallel", RB_K_TYPED, RB_ON_GROUP, "blocks side by side", NULL, "lang/bad/later.yaml", RB_KEY_LATER},
    {NULL, RB_K_TEXT, 0, NULL, NULL, NULL, 0},
};
