/* Words of the language that no key table has, as the reference prints them and `explain` finds them: what a
 * name means that is always there, how a run ends, and longer examples of what one line cannot show. */
#include <string.h>

#include "lang/kind.h"
#include "lang/reference.h"

const struct rb_topic_row rb_topic_rows[] = {
    {"this", "`this`",
	"What the attempt of the step itself found: its own facts, without those that are known only once\n"
	"the step is over (`passed`, `error`, `attempts`, `duration`). It stands in `capture`, in `expect:\n"
	"{that: […]}` and in `retry: {if: …}`. Later steps read the same facts by the step's id.\n"
	"\n"
	"```yaml\n"
	"- id: usage\n"
	"  look: df --output=pcent / | tail -n 1\n"
	"  capture: {used: 'number(trim(this.stdout))'}\n"
	"  expect: {that: ['this.used < 90']}\n"
	"- say: ${usage.used} % are used\n"
	"```\n"},
    {"facts fact", "Facts",
	"What a step found. They are read by its id (`health.status`), in a script as `$health_status`. "
	"Every\n"
	"step has those of the table \"Facts of every step\", its action gives more, and each name of "
	"`match` and\n"
	"`capture` is one. Inside of a procedure they stay there, but for its `outputs`.\n"
	"\n"
	"```yaml\n"
	"- {id: health, http: \"http://127.0.0.1:8000/health\", on_fail: continue}\n"
	"- if: health.failed\n"
	"  look: echo \"the answer was ${health_status:-none}\"\n"
	"```\n"},
    {"unset defined", "Unset",
	"A fact is unset where its step was skipped or not reached, could not find it, or where what it "
	"stands\n"
	"for is not there: `web.status` when no answer came. `passed`, `failed`, `timed_out` and `skipped` "
	"are\n"
	"never unset. To read an unset one is an error, so that nothing goes on with an empty text by "
	"accident;\n"
	"`??` gives another value and `defined` asks. In titles, notes and the reasons of `end` it shows as\n"
	"`<unset>`. In a script write `${web_status:-}`.\n"
	"\n"
	"```yaml\n"
	"- {id: web, http: \"http://127.0.0.1:8000/\", on_fail: continue}\n"
	"- if: (web.status ?? 0) == 502\n"
	"  say: a proxy answers, and what is behind it does not\n"
	"```\n"},
    {"results loop items", "Results of a loop",
	"A step with `for_each` has, beside `error`, `duration` and the like, the facts below. `passed` and\n"
	"`failed` are numbers there. What its items found is in `results`, a list in the order of the "
	"items:\n"
	"`ping.results[0].exit` is of the first, `ping.results.exit` the list of all. A loop ends with the "
	"first\n"
	"item that fails, unless `stop_on_fail` is false, so that `results` may be shorter than `count`.\n"
	"\n"
	"```yaml\n"
	"- id: ping\n"
	"  for_each: {in: [web-1, web-2], as: node, stop_on_fail: false}\n"
	"  look: ping -c 1 \"$node\"\n"
	"  on_fail: continue\n"
	"- say: ${ping.failed} of ${ping.count} are away\n"
	"- if: any(ping.results where .failed)\n"
	"  say: away are ${(ping.results where .failed).item}\n"
	"```\n"},
    {"exit-codes exit-code exitcode codes outcome outcomes resolved failed escalated deadline environment 0 "
     "1 2 3 4 "
     "5 6 7 128",
	"Exit codes",
	"Of `runbook run`:\n"
	"\n"
	"| code | the run ended |\n"
	"|---:|---|\n"
	"| 0 | resolved |\n"
	"| 1 | failed |\n"
	"| 2 | before it began: wrong usage, or a runbook or input with mistakes |\n"
	"| 3 | escalated |\n"
	"| 4 | at its time limit |\n"
	"| 5 | since it needs an operator: declined, or nobody could be asked |\n"
	"| 6 | since the environment failed: something that it requires is missing, or the record cannot be "
	"written |\n"
	"| 128+n | by signal n |\n"
	"\n"
	"If several hold, the first of: signal, 6, 5, 4, 3, 1. Of `runbook drill`:\n"
	"\n"
	"| code | the drill found |\n"
	"|---:|---|\n"
	"| 0 | nothing that a run would change: it would end resolved |\n"
	"| 1 | a change that a run would make, or that it would end otherwise |\n"
	"| 2 | nothing, since it did not begin: as above, or a look that plainly changes something |\n"
	"| 5 | a question that nobody was there to answer |\n"
	"| 6 | that something is missing which the runbook requires |\n"
	"| 7 | a look that is broken: it cannot do what it is for on this host |\n"
	"| 128+n | nothing more, since signal n ended it |\n"
	"\n"
	"If several hold, the first of: signal, 6, 7, 5, 1. `runbook check` exits with 0; 1 if there are\n"
	"warnings and `--strict` is given; 2 if there is a mistake.\n"},
    {"drill drills", "Drills",
	"`runbook drill` does what a run does, but for what changes something: it looks for real, takes the\n"
	"branches that a run would take, and halts at the first change. From there it tells the rest as a "
	"dry\n"
	"run does, with what it has found. Its exit codes are its own.\n"},
    {"escalation escalations escalate rung rungs", "Escalation",
	"`escalate` has rungs, which tell people and change nothing in the run. One with `after` runs "
	"beside\n"
	"the run when that time has passed. A run that ends escalated before that sets it off at once; one "
	"that "
	"ends\n"
	"otherwise drops it. One with `on: failed` runs when the run ends failed, or by its `timeout`, and "
	"at no\n"
	"other end.\n"},
    {"--yes yes confirm approval danger", "Confirmations",
	"`confirm` asks before a step acts; `effect: danger` always does. `--yes` answers plain "
	"confirmations;\n"
	"those that name a person (`by`), want something typed (`type`) or belong to a danger are answered "
	"by\n"
	"name only: `--yes=ID`. Without a terminal and without either, the step is declined and the run "
	"ends\n"
	"with exit code 5, or goes on where the step is `optional`. Questions of `ask` and `manual` are not\n"
	"confirmations: no `--yes` answers them.\n"
	"\n"
	"```yaml\n"
	"- id: clean\n"
	"  run: rm -rf /var/tmp/build\n"
	"  confirm: Remove the build folder?\n"
	"- id: drop\n"
	"  run: dropdb staging\n"
	"  effect: danger\n"
	"  confirm: {text: Drop the database?, type: staging}\n"
	"```\n"
	"\n"
	"`--yes` answers the first of these, `--yes=drop` the second.\n"},
    {"reserved names name", "Names that cannot be given",
	"- words of expressions: `and`, `or`, `not`, `in`, `contains`, `matches`, `where`, `if`, `else`, "
	"`true`,\n"
	"  `false`, `null`, `this`, `item`\n"
	"- what the program gives itself: `run`, and `has` where `requires` names programs; all that begins "
	"with\n"
	"  `runbook_`\n"
	"- variables that steer what a child executes: `path`, `ifs`, `env`, `bash_env`, `ld_*`, `dyld_*`,\n"
	"  `*_proxy`, `pythonpath` and their like, in upper or lower case\n"
	"- variables that the shell sets: `UID`, `PPID`, `RANDOM`, `SECONDS`, `LINENO`, `PWD`, `SHLVL` and "
	"their\n"
	"  like\n"
	"\n"
	"And two names that would be the same variable of a script: a step `a` with the fact `b_c` beside a "
	"step\n"
	"`a_b` with the fact `c`, or two facts of a step: `most_bytes` beside the group `bytes` of a match\n"
	"`most`.\n"},
    {"record records transcript runs", "Records",
	"Each run has a folder of its own, with a transcript, the output of its steps and the runbook as it "
	"was.\n"
	"`runbook runs` lists those of the three places where records may be (docs/transcript.md has them); "
	"where\n"
	"`RUNBOOK_STATE_DIR` is set, it takes the place of the first. `runbook show RUN` tells one again. "
	"The "
	"program never\n"
	"removes any: how long they are kept is for whoever owns the host to say. Secrets are masked in\n"
	"all of it.\n"},
    {"branch", "A branch",
	"```yaml\n"
	"- id: web\n"
	"  http: http://127.0.0.1:8000/health\n"
	"  on_fail: continue\n"
	"- branch:\n"
	"    - if: web.passed\n"
	"      then: end resolved\n"
	"    - if: (web.status ?? 0) >= 500\n"
	"      then:\n"
	"        - run: systemctl restart api\n"
	"        - {wait: 5s}\n"
	"    - else: end escalated\n"
	"```\n"},
    {"table rows", "A table",
	"`table` reads a header row and columns that are two blanks apart at least; cells are texts. A line\n"
	"whose cells neither begin nor end where their header does is an error: df, ps and ss have single\n"
	"blanks between columns, and are read with `rows`. Inside of\n"
	"`where`, `.name` is a cell; a name that has blanks or signs is written `item[\"CPU %\"]`. `rows` "
	"reads\n"
	"lines without a header, by the named groups of a regex. Cells are no variables of a script: give "
	"one a\n"
	"name with `capture`, or with `env` in a loop.\n"
	"\n"
	"```yaml\n"
	"- id: pods\n"
	"  look: kubectl get pods\n"
	"  capture:\n"
	"    all: table(this.stdout)\n"
	"    away: 'this.all where .STATUS != \"Running\"'\n"
	"- for_each: {in: pods.away, as: pod}\n"
	"  look: kubectl logs \"$pod_name\" --tail 20\n"
	"  env: {pod_name: \"${pod.NAME}\"}\n"
	"- id: disks\n"
	"  look: df --output=pcent,target\n"
	"  capture: {full: 'rows(this.stdout, /(?<used>\\d+)% (?<disk>\\S+)/) where int(.used) > 90'}\n"
	"- say: \"full: ${disks.full.disk}\"\n"
	"```\n"},
    {"stop", "Stopping a process",
	"`stop` takes a process that a step found, or with `true` all that the same step finds. A bare "
	"number,\n"
	"or a name, is an error of the file: it may be another process by the time.\n"
	"\n"
	"```yaml\n"
	"- {id: holder, port: 8000}\n"
	"- process: {stop: \"${holder.process}\", grace: 10s}\n"
	"  confirm: Stop ${holder.command}?\n"
	"- process: {pattern: \"uvicorn api:app\", stop: true}\n"
	"```\n"},
    {"secrets", "Secrets that are handed over",
	"A library has no secrets of its own: it declares which it takes, and whoever uses it hands them "
	"over\n"
	"in `secrets` of the step, as a map of the library's names to those of the file, or as a list where "
	"both\n"
	"are called the same. They reach the steps of the library that name them, and nothing else. What a\n"
	"secret is for, and whether it may be left away, `runbook explain notify.slack` tells.\n"
	"\n"
	"```\n"
	"secrets:\n"
	"  slack_url: {env: SLACK_WEBHOOK_URL, type: url}\n"
	"steps:\n"
	"  - use: notify.slack\n"
	"    with: {text: The API is down}\n"
	"    secrets: {webhook: slack_url}\n"
	"```\n"
	"\n"
	"In the library stands `secrets: {webhook: {type: url, help: URL of the webhook}}`. Only a secret of "
	"the\n"
	"type url can begin the URL of a request.\n"
	"\n"
	"Another runbook has sources of its own. What `secrets` of a `runbook` step hands over takes their "
	"place:\n"
	"the source is then asked only where this file has no value to hand over.\n"
	"\n"
	"```\n"
	"secrets:\n"
	"  url_password: {command: [settings, get, DATABASE_PASSWORD], optional: true}\n"
	"steps:\n"
	"  - runbook: database-connection-failure.yaml\n"
	"    secrets: {db_password: url_password}\n"
	"```\n"},
    {"scenario scenarios test tests", "Tests of runbooks",
	"`runbook test` plays a runbook in scenarios: each gives the results that steps would have had on "
	"that\n"
	"day, and the answers of the operator, and says what is to come of it. Nothing is executed. They "
	"stand\n"
	"beside the runbook, in `NAME.test.yaml`; docs/testing-runbooks.md has all of it.\n"
	"\n"
	"```\n"
	"test: queue-stuck.yaml\n"
	"scenarios:\n"
	"  - name: a worker that hangs is restarted\n"
	"    results:\n"
	"      depth: {json: {waiting: 5000}}\n"
	"      worker: {count: 1}\n"
	"      restart: {}\n"
	"    answers: {restart: yes}\n"
	"    expect: {outcome: resolved, changes: [restart]}\n"
	"```\n"},
    {"mock mocks mocked result", "Results of a scenario",
	"What a step found on that day stands under its id in `results`, by the names of its facts "
	"(`runbook\n"
	"explain http` lists those of an action); a list gives one to each attempt or visit. What is left "
	"away gets\n"
	"the value of an ordinary success. Steps inside of a call are named `CALL/STEP`; `CALL: {outputs: "
	"{…}}`\n"
	"stands for the whole call, and then nothing inside of it is tested.\n"
	"\n"
	"```\n"
	"results:\n"
	"  front: {status: 502}\n"
	"  holder/seen: {pid: 4242, command: python3 stale.py, user: app}\n"
	"  restart: [{exit: 1}, {exit: 0}]\n"
	"  late: {takes: 30s}\n"
	"  gone: {failed: connection refused}\n"
	"```\n"},
    {"coverage edge edges", "Coverage of scenarios",
	"Behind the scenarios of a file `runbook test` says how many of the runbook's steps they perform, "
	"and "
	"how\n"
	"many of its edges they take: arms of branches, both ways of an `if`, `on_pass`, `on_fail`, "
	"confirmations,\n"
	"choices, loops, ends. Each edge that none takes is told with its line. `--coverage 100` fails where "
	"one is\n"
	"left out.\n"},
    {NULL, NULL, NULL},
};

/* "exit codes" is found as exit-codes. */
static bool
is_word(struct rb_str known, struct rb_str word)
{
	size_t i = 0;

	if (known.n != word.n)
		return false;
	while (i < word.n && known.p[i] == (word.p[i] == ' ' ? '-' : word.p[i]))
		i++;
	return i == word.n;
}

bool
rb_topic_is(const struct rb_topic_row *topic, struct rb_str word)
{
	const char *p = topic->words;

	while (*p != '\0') {
		size_t n = strcspn(p, " ");

		if (is_word((struct rb_str){p, n}, word))
			return true;
		p += n + (p[n] == ' ');
	}
	return false;
}
