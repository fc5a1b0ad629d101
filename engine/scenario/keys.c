/* The vocabulary of scenario files: their key tables, from which decoding, messages and documentation follow.
 */
#include "scenario/state.h"

#define END                                                                                                  \
	{                                                                                                    \
		NULL, RB_K_TEXT, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL                                    \
	}
#define PLAYS "unit/scenario/test_play.c"
#define EXPECTS "unit/scenario/test_expect.c"
#define RESULTS "unit/scenario/test_results.c"

const struct rb_key rb_scenario_host_keys[] = {[RB_HOST_NAME] = {"name", RB_K_TEXT, 0, 0, NULL, NULL,
						   "host-1", "its name, which is `run.host`", "web-3", PLAYS},
    [RB_HOST_USER] = {"user", RB_K_TEXT, 0, 0, NULL, NULL, "operator",
	"who runs the runbook, which is `run.operator`", "root", PLAYS},
    [RB_HOST_OS] = {"os", RB_K_TEXT, 0, 0, NULL, NULL, "Linux", "its operating system, as `uname` says it",
	"Linux", PLAYS},
    [RB_HOST_COMMANDS] = {"commands", RB_K_TEXTS, 0, 0, NULL, NULL, "all",
	"the programs that it has, where it is not to have them all", "[bash, tail]", PLAYS},
    [RB_HOST_LACKS] = {"lacks", RB_K_TEXTS, 0, 0, NULL, NULL, "none", "programs that it does not have",
	"[docker]", PLAYS},
    [RB_HOST_ENV] = {"env", RB_K_DATA, 0, 0, "a map of names to texts", NULL, "all that is required",
	"the variables of the environment that are set", "{HOME: /root}", PLAYS},
    END};

const struct rb_key rb_scenario_file_keys[] = {
    [RB_TEST_TEST] = {"test", RB_K_TEXT, 0, 0, NULL, NULL, NULL,
	"the runbook that is tested: its path relative to this file", "api-down.yaml", PLAYS},
    [RB_TEST_LIBRARY] = {"library", RB_K_TEXT, 0, 0, NULL, NULL, NULL,
	"or the procedure of a library, as `use` names it", "port.free", PLAYS},
    [RB_TEST_INPUTS] = {"inputs", RB_K_INPUTS, 0, 0, NULL, NULL, NULL,
	"values of inputs, for all scenarios; a scenario's own go before them", "{root: /srv/app}", PLAYS},
    [RB_TEST_SECRETS] = {"secrets", RB_K_SECRETS, 0, 0, NULL, NULL, NULL,
	"values of secrets: none is ever fetched", "{db_password: hunter22}", PLAYS},
    [RB_TEST_HOST] = {"host", RB_K_TABLE, 0, 0, NULL, rb_scenario_host_keys, NULL,
	"what `requires`, `has` and `run` see of the host", "{name: web-3, lacks: [docker]}", PLAYS},
    [RB_TEST_RESULTS] = {"results", RB_K_DATA, 0, 0, "a map of ids to what they come to", NULL, NULL,
	"results of steps, for all scenarios; a scenario's own go before them", "{disk: {stdout: \"12%\"}}",
	PLAYS},
    [RB_TEST_SCENARIOS] = {"scenarios", RB_K_DATA, RB_KEY_REQUIRED, 0, "a list of scenarios", NULL, NULL,
	"a list of scenarios", NULL, PLAYS},
    END};

const struct rb_key rb_scenario_rule_keys[] = {[RB_RULE_CONTAINS] = {"contains", RB_K_TEXT, 0, 0, NULL, NULL,
						   NULL, "the text stands in it", "Port 8000", EXPECTS},
    [RB_RULE_EQUALS] = {"equals", RB_K_TEXT, 0, 0, NULL, NULL, NULL,
	"it is this text, but for newlines at the end", "done", EXPECTS},
    [RB_RULE_MATCHES] = {"matches", RB_K_TEXT, 0, 0, NULL, NULL, NULL, "the pattern is found in it",
	"/port [0-9]+/", EXPECTS},
    [RB_RULE_LACKS] = {"lacks", RB_K_TEXT, 0, 0, NULL, NULL, NULL, "the text or pattern is not found in it",
	"password", EXPECTS},
    END};

const struct rb_key rb_scenario_elapsed_keys[] = {[RB_ELAPSED_AT_LEAST] = {"at_least", RB_K_SPAN, 0, 0, NULL,
						      NULL, NULL, "so long, or longer", "15m", EXPECTS},
    [RB_ELAPSED_AT_MOST] = {"at_most", RB_K_SPAN, 0, 0, NULL, NULL, NULL, "so long, or shorter", "1h",
	EXPECTS},
    END};

const struct rb_key rb_scenario_expect_keys[] = {
    [RB_WANT_OUTCOME] = {"outcome", RB_K_WORD, 0, 0,
	"resolved failed escalated declined cancelled deadline environment", NULL, NULL, "how the run ends",
	"resolved", EXPECTS},
    [RB_WANT_EXIT] = {"exit", RB_K_COUNT, 0, 0, NULL, NULL, NULL, "the exit code that a run would have", "3",
	EXPECTS},
    [RB_WANT_REASON] = {"reason", RB_K_DATA, 0, 0,
	"a text, /pattern/, {contains: …}, {equals: …}, {lacks: …}", NULL, NULL,
	"the reason it gives: a scalar is contained in it, or found if it is a /pattern/",
	"the API does not start", EXPECTS},
    [RB_WANT_PATH] = {"path", RB_K_DATA, 0, 0, "a list of ids, or one", NULL, NULL,
	"the steps that are begun, in order: all with an id, but that the items of a `checks` or the steps "
	"of a call may be left out altogether",
	"[health, survey, free, start]", EXPECTS},
    [RB_WANT_REACHED] = {"reached", RB_K_DATA, 0, 0, "a list of ids, or one", NULL, NULL,
	"steps that are begun", "[free]", EXPECTS},
    [RB_WANT_NOT_REACHED] = {"not_reached", RB_K_DATA, 0, 0, "a list of ids, or one", NULL, NULL,
	"steps that are not", "[reinstall]", EXPECTS},
    [RB_WANT_CHANGES] = {"changes", RB_K_DATA, 0, 0, "a list of ids, or one", NULL, NULL,
	"the steps that would have changed something, in order; the id of a call stands for all in it",
	"[free, start]", EXPECTS},
    [RB_WANT_STATUSES] = {"statuses", RB_K_DATA, 0, 0, "a map of ids to outcomes, or to lists of these", NULL,
	NULL,
	"outcomes by id: passed, failed, timed_out, errored, skipped, declined, recovered, already_done, "
	"cancelled; a list has one for each visit, else it is the last",
	"{health: failed, free: passed}", EXPECTS},
    [RB_WANT_VALUES] = {"values", RB_K_DATA, 0, 0, "a map of expressions to values", NULL, NULL,
	"facts and values at the end, by expression", "{holder.pid: 4242, log.port_taken: true}", EXPECTS},
    [RB_WANT_OUTPUTS] = {"outputs", RB_K_DATA, 0, 0, "a map of outputs to values", NULL, NULL,
	"outputs of the procedure that the scenario starts at", "{freed: true}", EXPECTS},
    [RB_WANT_THAT] = {"that", RB_K_CONDS, 0, 0, NULL, NULL, NULL, "expressions that hold at the end",
	"[holder.pid == 4242]", EXPECTS},
    [RB_WANT_REQUESTS] = {"requests", RB_K_DATA, 0, 0,
	"a map of ids to keys and their values, or to lists of these", NULL, NULL,
	"what would have been done, by id and the keys of the action, `env`, `cwd`, `stdin`; of a call its "
	"`with`; only the keys that are named are compared, a list has one entry for each attempt",
	"{free: {stop: 4242}}", EXPECTS},
    [RB_WANT_ASKED] = {"asked", RB_K_DATA, 0, 0, "a list of ids, or a map of ids to texts", NULL, NULL,
	"the steps that ask a person, in order; or a mapping of these to what the question contains",
	"{free: \"Stop python3 stale.py\"}", EXPECTS},
    [RB_WANT_SAID] = {"said", RB_K_DATA, 0, 0, "a list of texts, or one", NULL, NULL,
	"what is said, in this order, among other things; an empty list if nothing is",
	"[\"Port 8000 is free\"]", EXPECTS},
    [RB_WANT_ELAPSED] = {"elapsed", RB_K_DATA, 0, 0, "a duration, or {at_least: 15m, at_most: 1h}", NULL,
	NULL, "how long the run takes: exactly, or `at_least` and `at_most`", "15m", EXPECTS},
    END};

const struct rb_key rb_scenario_keys[] = {
    [RB_SCEN_NAME] = {"name", RB_K_TEXT, RB_KEY_REQUIRED, 0, NULL, NULL, NULL,
	"its name, which no other of the file has", "a stale process holds the port", PLAYS},
    [RB_SCEN_NOTE] = {"note", RB_K_TEXT, 0, 0, NULL, NULL, NULL, "free text", "seen in March", PLAYS},
    [RB_SCEN_FROM] = {"from", RB_K_TEXT, 0, 0, NULL, NULL, NULL, "the procedure to start at, as with --from",
	"restart", PLAYS},
    [RB_SCEN_YES] = {"yes", RB_K_DATA, 0, 0, "`true`, or a list of ids", NULL, "false",
	"true answers plain confirmations, as --yes; a list of ids those of these, as --yes=ID", "[free]",
	PLAYS},
    [RB_SCEN_INPUTS] = {"inputs", RB_K_INPUTS, 0, 0, NULL, NULL, NULL, "values of inputs", "{port: 8001}",
	PLAYS},
    [RB_SCEN_RESULTS] = {"results", RB_K_DATA, 0, 0, "a map of ids to what they come to", NULL, NULL,
	"what each step that is started comes to, by id: `ID.ready`, `ID.verify`, `ID.done_if` for what "
	"looks for it, `CALL/ID` inside of what it calls",
	"{health: {refused: true}}", PLAYS},
    [RB_SCEN_ANSWERS] = {"answers", RB_K_DATA, 0, 0, "a map of ids to answers, or to lists of these", NULL,
	NULL,
	"answers to questions, by the id of the step that asks: yes, no, skip, abort, nobody; the text, "
	"number or choice; done; a list has one for each time",
	"{free: yes}", PLAYS},
    [RB_SCEN_SIGNALS] = {"signals", RB_K_DATA, 0, 0, "a list of {at: 5m, signal: INT}", NULL, NULL,
	"a list of signals that the run gets", "[{at: 5m, signal: INT}]", PLAYS},
    [RB_SCEN_EXPECT] = {"expect", RB_K_TABLE, 0, 0, NULL, rb_scenario_expect_keys, NULL,
	"what is expected of the run", "{outcome: resolved}", EXPECTS},
    END};

const struct rb_key rb_scenario_reply_keys[] = {
    [RB_REPLY_TAKES] = {"takes", RB_K_SPAN, 0, 0, NULL, NULL, "0s", "how long it takes, by the fake clock",
	"3s", RESULTS},
    [RB_REPLY_HANGS] = {"hangs", RB_K_FLAG, 0, 0, NULL, NULL, "false",
	"it never ends by itself, so that a timeout does it", "true", RESULTS},
    [RB_REPLY_FAILED] = {"failed", RB_K_TEXT, 0, 0, NULL, NULL, NULL, "it fails by itself: the reason",
	"no route to host", RESULTS},
    [RB_REPLY_ERROR] = {"error", RB_K_TEXT, 0, 0, NULL, NULL, NULL, "it cannot be started: the reason",
	"there is no program `tial`", RESULTS},
    [RB_REPLY_REFUSED] = {"refused", RB_K_FLAG, 0, 0, NULL, NULL, "false",
	"http and tcp: the connection is refused", "true", RESULTS},
    [RB_REPLY_REPEATS] = {"repeats", RB_K_FLAG, 0, 0, NULL, NULL, "false",
	"of the last in a list: it serves all further attempts too, however many there are", "true", RESULTS},
    END};

const struct rb_key rb_scenario_whole_keys[] = {
    [RB_WHOLE_OUTPUTS] = {"outputs", RB_K_DATA, 0, 0, "a map of outputs to values", NULL, NULL, "its outputs",
	"{ready: true}", RESULTS},
    [RB_WHOLE_FAILED] = {"failed", RB_K_TEXT, 0, 0, NULL, NULL, NULL, "it fails: the reason",
	"the database is down", RESULTS},
    [RB_WHOLE_TAKES] = {"takes", RB_K_SPAN, 0, 0, NULL, NULL, "0s", "how long it takes, by the fake clock",
	"20s", RESULTS},
    END};

const struct rb_key rb_scenario_answer_keys[] = {
    [RB_SAID_ANSWER] = {"answer", RB_K_DATA, RB_KEY_MAIN, 0, "a value, or a list of choices", NULL, NULL,
	"the answer: yes, no, skip, abort or nobody; a text, number or choice; a list of choices; done",
	"high", RESULTS},
    [RB_SAID_TAKES] = {"takes", RB_K_SPAN, 0, 0, NULL, NULL, "0s", "how long it takes, by the fake clock",
	"2m", RESULTS},
    [RB_SAID_DONE] = {"done", RB_K_FLAG, 0, 0, NULL, NULL, "true", "manual: whether it could be done",
	"false", RESULTS},
    [RB_SAID_NOTE] = {"note", RB_K_TEXT, 0, 0, NULL, NULL, NULL, "manual: what is noted",
	"the console is down", RESULTS},
    [RB_SAID_RECORD] = {"record", RB_K_DATA, 0, 0, "a map of names to values", NULL, NULL,
	"manual: what is noted down, by name", "{ticket: OPS-12}", RESULTS},
    END};

const struct rb_key rb_scenario_signal_keys[] = {
    [RB_SIGNAL_AT] = {"at", RB_K_SPAN, RB_KEY_REQUIRED, 0, NULL, NULL, NULL,
	"how long after the run's beginning", "5m", PLAYS},
    [RB_SIGNAL_SIGNAL] = {"signal", RB_K_WORD, RB_KEY_REQUIRED, 0, "INT TERM HUP", NULL, NULL, "which signal",
	"INT", PLAYS},
    END};

const struct rb_table_row rb_scenario_tables[] = {
    {"file", "a scenario file", rb_scenario_file_keys},
    {"host", "`host`", rb_scenario_host_keys},
    {"scenarios", "a scenario", rb_scenario_keys},
    {"results", "a result, beside the facts of the step's action", rb_scenario_reply_keys},
    {"results of calls", "a result of a whole call", rb_scenario_whole_keys},
    {"answers", "an answer", rb_scenario_answer_keys},
    {"signals", "a signal", rb_scenario_signal_keys},
    {"expect", "`expect`", rb_scenario_expect_keys},
    {"texts", "what is expected of a text", rb_scenario_rule_keys},
    {"elapsed", "`elapsed`", rb_scenario_elapsed_keys},
    {NULL, NULL, NULL},
};
