/* The key tables of a file: what stands at the top of a runbook, a library file or a procedure, and in the
 * maps below these. The tables of steps are in keys_step.c, those of the leaf kinds with their kinds. */
#include "lang/key.h"

#include <stddef.h>

/* A row that does not depend on the action of a step. */
#define ROW(name, type, flags, dflt, help, example, test)                                                    \
	{                                                                                                    \
		name, type, flags, 0, NULL, NULL, dflt, help, example, test                                  \
	}
#define WORDS(name, flags, words, dflt, help, example, test)                                                 \
	{                                                                                                    \
		name, RB_K_WORD, flags, 0, words, NULL, dflt, help, example, test                            \
	}
#define TABLE(name, flags, sub, help, example, test)                                                         \
	{                                                                                                    \
		name, RB_K_TABLE, flags, 0, NULL, sub, NULL, help, example, test                             \
	}
#define LATER(name, help) ROW(name, RB_K_TYPED, RB_KEY_LATER, NULL, help, NULL, "lang/bad/later.yaml")
#define END ROW(NULL, RB_K_TEXT, 0, NULL, NULL, NULL, NULL)

const struct rb_key rb_requires_keys[] = {
    ROW("commands", RB_K_TEXTS, 0, NULL, "programs that must be in PATH", "[bash, tail]",
	"run/requires_commands.yaml"),
    ROW("optional", RB_K_TEXTS, 0, NULL, "programs that may be there: `has.docker` says whether", "[docker]",
	"run/requires_optional.yaml"),
    ROW("env", RB_K_TEXTS, 0, NULL, "environment variables that must be set", "[KUBECONFIG]",
	"run/requires_env.yaml"),
    ROW("user", RB_K_TEXT, 0, NULL, "user that must run it", "root", "run/requires_user.yaml"),
    ROW("host", RB_K_PATTERN, 0, NULL, "pattern for the name of the host", "/^web-/",
	"run/requires_host.yaml"),
    ROW("os", RB_K_TEXTS, 0, NULL, "operating systems, as `uname` names them in lower case", "[linux]",
	"run/requires_os.yaml"),
    ROW("that", RB_K_CONDS, 0, NULL, "conditions over inputs and values", "[port > 1024]",
	"run/requires_that.yaml"),
    END,
};

const struct rb_key rb_defaults_keys[] = {
    ROW("timeout", RB_K_DURATION, 0, "the kind's", "time limit of one attempt, for steps that run something",
	"20s", "run/defaults_timeout.yaml"),
    WORDS("shell", 0, "bash sh", "bash", "shell of the scripts", "sh", "run/defaults_shell.yaml"),
    WORDS("show", 0, "line output none", "line", "what the terminal shows of the output of steps", "output",
	"run/defaults_show.yaml"),
    END,
};

const struct rb_key rb_runbook_keys[] = {
    ROW("runbook", RB_K_ID, RB_KEY_REQUIRED | RB_KEY_HYPHEN, NULL, "name of the runbook; may have hyphens",
	"api-down", "lang/bad/runbook-missing.yaml"),
    ROW("title", RB_K_TEXT, 0, NULL, "what is wrong, or what this does, in a few words", "API server is down",
	"lang/ok/metadata.yaml"),
    ROW("description", RB_K_TEXT, 0, NULL, "when to use it", "The HTTP API does not answer",
	"lang/ok/metadata.yaml"),
    ROW("impact", RB_K_TEXT, 0, NULL, "who feels it, and how", "No customer can log in",
	"lang/ok/metadata.yaml"),
    ROW("severity", RB_K_TEXT, 0, NULL, "how bad it is, in your own words", "high", "lang/ok/metadata.yaml"),
    ROW("service", RB_K_TEXT, 0, NULL, "service that it is about", "api", "lang/ok/metadata.yaml"),
    ROW("owner", RB_K_TEXT, 0, NULL, "team that keeps it true", "Backend Team", "lang/ok/metadata.yaml"),
    ROW("contact", RB_K_TEXT, 0, NULL, "how to reach the owner", "\"#backend\"", "lang/ok/metadata.yaml"),
    ROW("tags", RB_K_TEXTS, 0, NULL, "words to find it by", "[api, http]", "lang/ok/metadata.yaml"),
    ROW("symptoms", RB_K_TEXTS, 0, NULL, "what people or logs say when it applies",
	"[Address already in use]", "lang/ok/metadata.yaml"),
    ROW("alerts", RB_K_TEXTS, 0, NULL, "names of the alerts that lead here", "[APIServiceDown]",
	"lang/ok/metadata.yaml"),
    ROW("related", RB_K_TEXTS, 0, NULL, "other runbooks to look at", "[database-down.yaml]",
	"lang/ok/metadata.yaml"),
    ROW("links", RB_K_TEXTS, 0, NULL, "pages to look at", "[\"https://wiki.example/api\"]",
	"lang/ok/metadata.yaml"),
    ROW("reviewed", RB_K_DATE, 0, NULL, "day on which somebody last checked that it is true", "2026-11-22",
	"lang/bad/date.yaml"),
    ROW("review_every", RB_K_SPAN, 0, NULL, "how long a review holds", "90d", "lang/bad/review-every.yaml"),
    WORDS("language", 0, "1", "1", "version of this language", "1", "lang/bad/language.yaml"),
    ROW("inputs", RB_K_INPUTS, 0, NULL, "values that whoever runs it gives, by name",
	"{port: {type: port, default: 8000}}", "run/inputs.yaml"),
    ROW("values", RB_K_VALUES, 0, NULL, "values computed once from the inputs, by name; `set` changes them",
	"{log_file: \"${root}/api.log\"}", "run/values.yaml"),
    ROW("secrets", RB_K_SECRETS, 0, NULL,
	"secrets and where each comes from; a step gets those that it names",
	"{db_password: {env: PGPASSWORD}}", "run/secrets.yaml"),
    TABLE("requires", 0, rb_requires_keys, "what must hold before the first step", "{commands: [bash, tail]}",
	"run/requires_commands.yaml"),
    TABLE("defaults", 0, rb_defaults_keys, "what steps do where they do not say otherwise", "{timeout: 20s}",
	"run/defaults_timeout.yaml"),
    ROW("env", RB_K_STRING_MAP, RB_KEY_UPPER, NULL, "environment variables for every command of the file",
	"{LANG: C}", "run/env.yaml"),
    LATER("target", "where the commands run"),
    LATER("user", "who runs the commands"),
    ROW("cwd", RB_K_PATH, 0, "the folder of the file", "working folder of every command of the file",
	"${root}", "run/cwd.yaml"),
    ROW("timeout", RB_K_DURATION, 0, NULL, "time limit of the whole run: then nothing new starts", "30m",
	"run/run_timeout.yaml"),
    ROW("setup", RB_K_STEPS, 0, NULL, "steps that always run first, whatever the entry point",
	"[{look: \"true\"}]", "run/setup.yaml"),
    ROW("steps", RB_K_STEPS, RB_KEY_REQUIRED, NULL, "the steps, from the first to the last",
	"[{look: uptime}]", "lang/bad/steps-missing.yaml"),
    ROW("procedures", RB_K_PROCEDURES, 0, NULL, "named lists of steps that run only when called",
	"{restart: {steps: [{run: make restart}]}}", "run/call.yaml"),
    ROW("escalate", RB_K_RUNGS, 0, NULL,
	"who is told, and how: after some time or when the run ends escalated, or when it ends failed",
	"[{after: 15m, contact: backend-team}]", "run/escalate.yaml"),
    ROW("finally", RB_K_STEPS, 0, NULL,
	"steps that run at the end, however it ends; a failure turns resolved into failed", "[{say: done}]",
	"run/finally.yaml"),
    LATER("follow_up", "what is to be done after the incident"),
    END,
};

const struct rb_key rb_library_keys[] = {
    ROW("procedure", RB_K_TEXT, RB_KEY_REQUIRED, NULL, "dotted name by which `use` finds it", "port.free",
	"lang/bad/library-name.yaml"),
    ROW("title", RB_K_TITLE, 0, NULL, "what it does, in a few words", "Free a port", "lang/ok/use.yaml"),
    ROW("description", RB_K_TEXT, 0, NULL, "when to use it", "Stops what listens on a port",
	"lang/ok/use.yaml"),
    WORDS("language", 0, "1", "1", "version of this language", "1", "lang/bad/language.yaml"),
    ROW("inputs", RB_K_INPUTS, 0, NULL, "what its caller gives with `with`", "{port: {type: port}}",
	"run/use.yaml"),
    ROW("outputs", RB_K_OUTPUTS, 0, NULL, "facts that its caller gets",
	"{pid: {type: int, value: holder.pid}}", "run/use.yaml"),
    ROW("secrets", RB_K_SECRETS, 0, NULL,
	"secrets that its caller hands over; a step gets those that it names",
	"{webhook: {type: url, help: URL of the webhook}}", "run/use_secrets.yaml"),
    ROW("env", RB_K_STRING_MAP, RB_KEY_UPPER, NULL, "environment variables for its commands", "{LANG: C}",
	"run/use_env.yaml"),
    ROW("cwd", RB_K_PATH, 0, NULL, "working folder of its commands", "${root}", "run/use_env.yaml"),
    ROW("steps", RB_K_STEPS, RB_KEY_REQUIRED, NULL, "its steps", "[{look: uptime}]", "run/use.yaml"),
    ROW("finally", RB_K_STEPS, 0, NULL, "steps that run at its end, however it ends", "[{say: done}]",
	"run/use.yaml"),
    END,
};

const struct rb_key rb_procedure_keys[] = {
    ROW("title", RB_K_TITLE, 0, NULL, "what it does, in a few words", "Start the API",
	"lang/ok/procedures.yaml"),
    ROW("description", RB_K_TEXT, 0, NULL, "when to use it", "Starts the API and waits for it",
	"lang/ok/procedures.yaml"),
    ROW("inputs", RB_K_INPUTS, 0, NULL, "what its caller gives with `with`", "{node: {type: text}}",
	"run/procedure_inputs.yaml"),
    ROW("outputs", RB_K_OUTPUTS, 0, NULL, "facts that its caller gets",
	"{pid: {type: int, value: holder.pid}}", "run/procedure_outputs.yaml"),
    ROW("env", RB_K_STRING_MAP, RB_KEY_SECRETS | RB_KEY_UPPER, NULL, "environment variables for its commands",
	"{LANG: C}", "run/env.yaml"),
    ROW("secrets", RB_K_NAMES, RB_KEY_UPPER, NULL, "secrets that its steps get", "[db_password]",
	"run/secrets.yaml"),
    ROW("cwd", RB_K_PATH, 0, NULL, "working folder of its commands", "${root}", "run/cwd.yaml"),
    LATER("target", "where its commands run"),
    LATER("user", "who runs its commands"),
    ROW("steps", RB_K_STEPS, RB_KEY_REQUIRED, NULL, "its steps", "[{look: uptime}]", "run/call.yaml"),
    ROW("finally", RB_K_STEPS, 0, NULL, "steps that run at its end, however it ends", "[{say: done}]",
	"run/procedure_finally.yaml"),
    END,
};

const struct rb_key rb_input_keys[] = {
    ROW("type", RB_K_TYPE, RB_KEY_MAIN, "text", "what it is; the text that is given is read as that", "port",
	"run/inputs.yaml"),
    ROW("default", RB_K_TYPED, 0, NULL, "its value where none is given; may use other inputs", "8000",
	"run/inputs.yaml"),
    ROW("required", RB_K_FLAG, 0, "true without a default", "whether it must have a value", "false",
	"run/input_required.yaml"),
    ROW("pattern", RB_K_PATTERN, 0, NULL, "what its text must match", "/^db[0-9]+$/",
	"run/input_pattern.yaml"),
    ROW("min", RB_K_TYPED, 0, NULL, "least value", "1", "run/input_min.yaml"),
    ROW("max", RB_K_TYPED, 0, NULL, "greatest value", "10", "run/input_max.yaml"),
    ROW("choices", RB_K_DATA, 0, NULL,
	"the values to choose from; as a map, each carries data: `environment.bastion`",
	"[staging, production]", "run/input_choices.yaml"),
    ROW("fields", RB_K_FIELDS, 0, NULL, "types of the data that choices carry, by name", "{bastion: text}",
	"run/input_fields.yaml"),
    ROW("help", RB_K_TEXT, 0, NULL, "one line for whoever gives it", "Port that the API listens on",
	"lang/ok/inputs.yaml"),
    END,
};

const struct rb_key rb_value_keys[] = {
    ROW("value", RB_K_TYPED, RB_KEY_MAIN | RB_KEY_REQUIRED, NULL,
	"the value; text, unless it is exactly ${x}", "${root}/backend", "run/values.yaml"),
    ROW("type", RB_K_TYPE, 0, "text", "what it is", "int", "run/value_type.yaml"),
    END,
};

const struct rb_key rb_secret_keys[] = {
    ROW("env", RB_K_TEXT, 0, NULL, "environment variable that holds it", "PGPASSWORD", "run/secrets.yaml"),
    ROW("file", RB_K_PATH, 0, NULL, "file that holds it", "/run/secrets/db", "run/secret_file.yaml"),
    ROW("credential", RB_K_TEXT, 0, NULL, "name of a file in $CREDENTIALS_DIRECTORY", "db",
	"run/secret_credential.yaml"),
    ROW("command", RB_K_SCRIPT, 0, NULL, "command that prints it", "pass show db", "run/secret_command.yaml"),
    ROW("prompt", RB_K_MESSAGE, 0, NULL, "question to ask for it, without echo", "Password of the database",
	"run/secret_prompt.yaml"),
    ROW("optional", RB_K_FLAG, 0, "false",
	"it may be missing: then it is unset; one that is there and too short to be masked stops the run all "
	"the same",
	"true", "run/secret_optional.yaml"),
    ROW("help", RB_K_TEXT, 0, NULL, "one line about it", "Password of the database", "lang/ok/secrets.yaml"),
    WORDS("type", 0, "text url", "text", "what it is; only a url can begin the URL of a request", "url",
	"run/secret_type.yaml"),
    END,
};

const struct rb_key rb_library_secret_keys[] = {
    ROW("optional", RB_K_FLAG, 0, "false", "its caller may leave it away: then it is unset", "true",
	"run/use_secrets.yaml"),
    ROW("help", RB_K_TEXT, 0, NULL, "one line for whoever hands it over", "URL of the webhook",
	"lang/bad/use-secrets.yaml"),
    WORDS("type", 0, "text url", "text", "what it is; only a url can begin the URL of a request", "url",
	"lang/bad/use-secrets.yaml"),
    END,
};

const struct rb_key rb_rung_keys[] = {
    ROW("after", RB_K_DURATION, 0, NULL,
	"how long after the start of the run; at once where the run ends escalated before that, and not at "
	"all where it ends otherwise",
	"15m", "run/escalate.yaml"),
    WORDS("on", 0, "failed", NULL, "the ending at which it runs; the `timeout` of the run counts as failed",
	"failed", "run/escalate_on.yaml"),
    ROW("contact", RB_K_TITLE, 0, NULL, "who is told", "backend-team", "run/escalate.yaml"),
    ROW("steps", RB_K_STEPS, 0, NULL, "steps that tell them; they change nothing in the run",
	"[{say: escalated}]", "run/escalate.yaml"),
    END,
};

const struct rb_key rb_output_keys[] = {
    ROW("value", RB_K_EXPR, RB_KEY_MAIN | RB_KEY_REQUIRED, NULL, "expression over the steps of the procedure",
	"holder.pid", "run/procedure_outputs.yaml"),
    ROW("type", RB_K_TYPE, 0, "the expression's", "what it is", "int", "run/procedure_outputs.yaml"),
    ROW("help", RB_K_TEXT, 0, NULL, "one line for whoever reads it", "Process id of the holder",
	"lang/ok/procedures.yaml"),
    END,
};

/* What to do in this version instead of what the language reserves. */
static const struct {
	const char *name, *instead;
} later[] = {
    {"file", "write the file in a script, with `run`"},
    {"for_each.parallel", "leave it away: the items are done one after the other"},
    {"parallel", "run the blocks one after the other, or look side by side with `checks`"},
    {"undo", "write the way back as a procedure, and `call` it from `on_fail`"},
    {"target", "run the remote program in the script: `ssh host …`, `docker exec …`, `kubectl exec …`"},
    {"user", "use `sudo -u NAME` in the script"},
    {"follow_up", "write it in `description` for now"},
};

void
rb_key_later(const struct rb_expr_ctx *ctx, const char *name, struct rb_span span)
{
	struct rb_diag *diag = rb_diag_add(ctx->diags, RB_E_LATER, span, "`%s` is not in this version", name);

	for (size_t i = 0; i < sizeof(later) / sizeof(*later); i++)
		if (rb_str_is(rb_str_c(name), later[i].name))
			rb_diag_hint(ctx->diags, diag, "%s", later[i].instead);
}

const struct rb_key *
rb_key_find(const struct rb_key *rows, struct rb_str name)
{
	for (const struct rb_key *row = rows; row->name != NULL; row++)
		if (rb_str_is(name, row->name))
			return row;
	return NULL;
}

size_t
rb_keys_count(const struct rb_key *rows)
{
	size_t n = 0;

	while (rows[n].name != NULL)
		n++;
	return n;
}

size_t
rb_key_main(const struct rb_key *rows)
{
	size_t i = 0;

	while (rows[i].name != NULL && (rows[i].flags & RB_KEY_MAIN) == 0)
		i++;
	return i;
}

/* By enum rb_key_type, since a switch of so many arms hides a gap less well. */
static const char *const type_names[] = {
    [RB_K_ID] = "a name",
    [RB_K_TEXT] = "text",
    [RB_K_TEXTS] = "a list of texts, or one",
    [RB_K_NAMES] = "a list of names, or one",
    [RB_K_HANDED] = "a list of names, or one; beside `use` and `runbook` also a map of its names to ours",
    [RB_K_DATE] = "a date: 2026-11-22",
    [RB_K_WORD] = "a word",
    [RB_K_FLAG] = "true or false",
    [RB_K_COUNT] = "a whole number",
    [RB_K_SPAN] = "a duration: 90s, 15m, 7d",
    [RB_K_TITLE] = "text",
    [RB_K_MESSAGE] = "text",
    [RB_K_STRING] = "text",
    [RB_K_PATH] = "a path",
    [RB_K_URL] = "a URL",
    [RB_K_DURATION] = "a duration: 500ms, 90s, 1h30m",
    [RB_K_SIZE] = "a size: 200MB, 1GiB",
    [RB_K_INT] = "a whole number",
    [RB_K_NUMBER] = "a number",
    [RB_K_PORT] = "a port: 1 to 65535",
    [RB_K_BOOL] = "true or false",
    [RB_K_PROCESS] = "a process that a step found: ${holder.process}",
    [RB_K_STOP] = "a process that a step found: ${holder.process}, or `true`",
    [RB_K_STRINGS] = "a list of texts, or one",
    [RB_K_STRING_MAP] = "a map of names to texts",
    [RB_K_HEADERS] = "a map of header names to texts",
    [RB_K_JSON] = "any value",
    [RB_K_PATTERN] = "text, or /regex/",
    [RB_K_SCRIPT] = "a script, or a list: a program and its arguments",
    [RB_K_EXPR] = "an expression",
    [RB_K_COND] = "a condition",
    [RB_K_CONDS] = "a list of conditions, or one",
    [RB_K_ITEMS] = "an expression for a list, or a list of texts",
    [RB_K_TABLE] = "a map",
    [RB_K_STEPS] = "a list of steps",
    [RB_K_EDGE] = "`continue`, `goto ID`, `end resolved|failed|escalated`, or a list of steps",
    [RB_K_PROBE] = "a step that only looks",
    [RB_K_MATCHES] = "a map of names to patterns",
    [RB_K_CAPTURES] = "a map of names to expressions over `this`",
    [RB_K_EXPECT] = "a map of what must hold",
    [RB_K_BRANCH] = "a list of `if`/`then`, and an `else`",
    [RB_K_INPUTS] = "a map of inputs",
    [RB_K_VALUES] = "a map of values",
    [RB_K_SECRETS] = "a map of secrets",
    [RB_K_PROCEDURES] = "a map of procedures",
    [RB_K_RUNGS] = "a list of rungs",
    [RB_K_OUTPUTS] = "a map of outputs",
    [RB_K_WITH] = "a map of inputs to values",
    [RB_K_SET] = "a map of values",
    [RB_K_EFFECT] = "`change` or `danger`, or a map with the reason: {read: only lists}",
    [RB_K_ASSERT] = "what must hold",
    [RB_K_DATA] = "a list of values, or a map of texts to their data",
    [RB_K_FIELDS] = "a map of names to types",
    [RB_K_CHOICES] = "a list of choices",
    [RB_K_TARGET] = "the name of a procedure of this file",
    [RB_K_LIBRARY] = "the name of a procedure of a library",
    [RB_K_RUNBOOK] = "the path of a runbook, from this file",
    [RB_K_TYPE] = "a type",
    [RB_K_TYPED] = "a value of its type",
};

const char *
rb_key_type_name(enum rb_key_type type)
{
	return type_names[type];
}

const char *
rb_key_takes(const struct rb_key *key)
{
	return key->type == RB_K_DATA && key->choices != NULL ? key->choices : rb_key_type_name(key->type);
}
