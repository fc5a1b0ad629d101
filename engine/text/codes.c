/* The code table: what each diagnostic means, for `runbook explain`. A code keeps its number for ever; a new
 * one takes the next free number of its letter, whatever its place in the enum. */
#include "text/diag.h"

const struct rb_code_row rb_code_rows[RB_CODES] = {
    [RB_E_FILE] = {"E001", "the file cannot be read",
	"A runbook is one regular file of at most 16 MiB. Pipes, devices and\n"
	"directories are refused before they are opened, so that checking a file never\n"
	"waits and never has an effect.\n"
	"\n"
	"Wrong:\n"
	"  runbook check <(generate-runbook)\n"
	"Right:\n"
	"  generate-runbook >api.yaml && runbook check api.yaml\n"},
    [RB_E_UTF8] = {"E002", "a character that a runbook may not hold",
	"A runbook is UTF-8 text. NUL and other control characters, line separators\n"
	"that only some programs honour, byte-order marks inside the file, and the\n"
	"controls that reverse the direction of text are refused: with them, what you\n"
	"read in an editor is not what runs.\n"
	"\n"
	"Wrong:\n"
	"  title: Stop<U+202E>the API\n"
	"Right:\n"
	"  title: Stop the API\n"
	"\n"
	"The message names the code point. If a program must be sent such a character,\n"
	"let the script make it: printf '\\033[0m'.\n"},
    [RB_E_YAML] = {"E003", "this is not valid YAML",
	"The file could not be read further than the place shown, so that what follows\n"
	"it was not checked. The cause often stands a line or two above it: a quote or\n"
	"bracket that was not closed, a line indented by one blank too many or too few.\n"
	"\n"
	"Wrong:\n"
	"  steps:\n"
	"    - title: Look\n"
	"       look: uptime\n"
	"Right:\n"
	"  steps:\n"
	"    - title: Look\n"
	"      look: uptime\n"},
    [RB_E_DEPTH] = {"E004", "nested too deeply",
	"Lists and mappings may stand inside each other up to 32 levels. A runbook that\n"
	"needs more is easier to read, and to run from the middle, when a part of it\n"
	"becomes a procedure.\n"
	"\n"
	"Wrong:\n"
	"  [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[x]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]\n"
	"Right:\n"
	"  procedures:\n"
	"    restart:\n"
	"      steps: [...]\n"},
    [RB_E_SCALAR] = {"E005", "a text that is too long",
	"One text may have 256 KiB. A script of that size belongs in a file of its own,\n"
	"beside the runbook.\n"
	"\n"
	"Wrong:\n"
	"  run: |\n"
	"    (300 kB of script)\n"
	"Right:\n"
	"  run: ./repair.sh\n"},
    [RB_E_DOCUMENT] = {"E006", "not exactly one document",
	"A file holds one runbook. YAML's --- starts another document, which would\n"
	"never be run; a file without any content is refused too.\n"
	"\n"
	"Wrong:\n"
	"  runbook: one\n"
	"  ---\n"
	"  runbook: two\n"
	"Right:\n"
	"  one.yaml and two.yaml\n"},
    [RB_E_ANCHOR] = {"E007", "anchors, aliases and merge keys are not used",
	"YAML's &name, *name and <<: make a step's meaning depend on a place far away\n"
	"from it, so they are not part of the language. Use `defaults`, `values`, or a\n"
	"procedure that is called with inputs. A text that begins with & or * needs\n"
	"quotes.\n"
	"\n"
	"Wrong:\n"
	"  path: *.log\n"
	"Right:\n"
	"  path: \"*.log\"\n"},
    [RB_E_TAG] = {"E008", "tags are not used",
	"YAML takes a word that starts with ! for a tag and drops it from the value: a\n"
	"negated command would run without its negation. Quote a command; write `not`\n"
	"in an expression.\n"
	"\n"
	"Wrong:\n"
	"  look: ! grep -q ERROR app.log\n"
	"  if: !log.database\n"
	"Right:\n"
	"  look: '! grep -q ERROR app.log'\n"
	"  if: not log.database\n"},
    [RB_E_DUPLICATE] = {"E009", "a key stands twice",
	"Of two equal keys in one mapping only one could count, and nobody can tell\n"
	"which one was meant. The message names the line of the first.\n"
	"\n"
	"Wrong:\n"
	"  timeout: 5s\n"
	"  timeout: 30s\n"
	"Right:\n"
	"  timeout: 30s\n"},
    [RB_E_KEYFORM] = {"E010", "a key that is not plain text",
	"The keys of a mapping are names. A list or mapping as a key usually comes from\n"
	"braces that were meant as text: in YAML {{ name }} is a mapping inside a\n"
	"mapping. A value is written ${name}, in quotes where braces or brackets\n"
	"surround it.\n"
	"\n"
	"Wrong:\n"
	"  title: {{ service }} is down\n"
	"Right:\n"
	"  title: ${service} is down\n"},
    [RB_E_TRAP_COMMENT] = {"E011", "a text cut off by #",
	"In YAML a # after a blank starts a comment, and the rest of the line is\n"
	"dropped without a word. A # that is followed by a blank is taken for a real\n"
	"comment; one that is followed by text is taken for this trap.\n"
	"\n"
	"Wrong:\n"
	"  title: Restart #2\n"
	"Right:\n"
	"  title: \"Restart #2\"\n"
	"\n"
	"A comment is written with a blank: # like this.\n"},
    [RB_E_TRAP_LIST] = {"E012", "a text in brackets read as a list",
	"A value that begins with [ is a list in YAML. Log messages such as [Errno 98]\n"
	"and shell tests such as [ -f x ] need quotes.\n"
	"\n"
	"Wrong:\n"
	"  look: [ -f /run/app.pid ]\n"
	"Right:\n"
	"  look: '[ -f /run/app.pid ]'\n"
	"\n"
	"A command given as a list of arguments is fine: look: [test, -f,\n"
	"/run/app.pid].\n"},
    [RB_E_TRAP_ESCAPE] = {"E013", "a backslash in double quotes",
	"Between double quotes YAML gives the backslash a meaning of its own: \"\\b\" is\n"
	"the backspace character, \"\\d\" is not allowed at all. Patterns and scripts\n"
	"belong between single quotes, where a backslash is a backslash, or in a block\n"
	"after |.\n"
	"\n"
	"Wrong:\n"
	"  match: {slow: \"/took \\d+s\\b/\"}\n"
	"Right:\n"
	"  match: {slow: '/took \\d+s\\b/'}\n"},
    [RB_E_TRAP_BRACES] = {"E014", "${…} unquoted inside of {} or []",
	"Inside of brackets and braces YAML takes the { of ${name} for a mapping of its\n"
	"own. Put the text between quotes there; on a line of its own it needs none.\n"
	"\n"
	"Wrong:\n"
	"  with: {text: API down on ${run.host}}\n"
	"Right:\n"
	"  with: {text: \"API down on ${run.host}\"}\n"},
    [RB_E_TRAP_COLON] = {"E015", "a colon and a blank inside of a text",
	"A colon followed by a blank ends a key in YAML, wherever it stands on the\n"
	"line. A text that holds one needs quotes.\n"
	"\n"
	"Wrong:\n"
	"  title: Restart: the API\n"
	"Right:\n"
	"  title: \"Restart: the API\"\n"},
    [RB_E_TRAP_FOLD] = {"E016", "a script whose lines are joined",
	"After > YAML joins the lines of a text with blanks, and so it does with an\n"
	"unquoted text that goes on in the next line. A script would run as one line,\n"
	"with another meaning. Use |, which keeps the lines.\n"
	"\n"
	"Wrong:\n"
	"  run: >\n"
	"    cd /srv/app\n"
	"    ./restart\n"
	"Right:\n"
	"  run: |\n"
	"    cd /srv/app\n"
	"    ./restart\n"
	"\n"
	"To break one long command, use | and end the line with a backslash.\n"},
    [RB_E_TRAP_QUOTE] = {"E017", "text after a closing quote",
	"A value that begins with a quote ends at the next one in YAML; what follows\n"
	"has no place to go. Put the whole value between quotes of the other kind, or\n"
	"in a block after |.\n"
	"\n"
	"Wrong:\n"
	"  run: \"$python\" -m venv .\n"
	"Right:\n"
	"  run: '\"$python\" -m venv .'\n"},
    [RB_E_TRAP_TAB] = {"E018", "a tab in the indentation",
	"YAML is indented with blanks only, since tabs have no agreed width. Inside of\n"
	"a script after |, tabs may follow the indentation of every line but the first.\n"
	"\n"
	"Wrong:\n"
	"  steps:\n"
	"  <tab>- look: uptime\n"
	"Right:\n"
	"  steps:\n"
	"    - look: uptime\n"},
    [RB_E_KEY] = {"E019", "an unknown key, or one that has no place here",
	"Every key must be known, so that a mistyped one is not silently without\n"
	"effect. Some keys belong to certain actions only: `ready` to `start`, `with`\n"
	"to `call`, `use` and `runbook`.\n"
	"\n"
	"Wrong:\n"
	"  - look: uptime\n"
	"    tiemout: 5s\n"
	"Right:\n"
	"  - look: uptime\n"
	"    timeout: 5s\n"
	"\n"
	"`runbook explain KIND` lists the keys of an action.\n"},
    [RB_E_MISSING] = {"E020", "a required key is missing",
	"The mapping lacks a key without which it has no meaning.\n"
	"\n"
	"Wrong:\n"
	"  runbook: api-down\n"
	"  steps: [...]\n"
	"Right:\n"
	"  runbook: api-down\n"
	"  title: API server is down\n"
	"  steps: [...]\n"},
    [RB_E_TYPE] = {"E021", "a value of the wrong form",
	"The type of a value comes from its key, never from how it is spelled. Booleans\n"
	"are true and false, durations and sizes carry a unit, lists are lists even\n"
	"with one item.\n"
	"\n"
	"Wrong:\n"
	"  timeout: 5\n"
	"  interactive: yes\n"
	"Right:\n"
	"  timeout: 5s\n"
	"  interactive: true\n"},
    [RB_E_NAME] = {"E022", "a name that cannot be used",
	"Names of inputs, values, steps and captures are lower-case letters, digits and\n"
	"_, beginning with a letter, so that they are names in the shell too. Names\n"
	"that steer a program (PATH, IFS, LD_PRELOAD, http_proxy, ...) and built-in\n"
	"names are refused, and so are two names that become the same shell variable:\n"
	"a.b and a_b.\n"
	"\n"
	"Wrong:\n"
	"  inputs:\n"
	"    Base-URL: {type: url}\n"
	"Right:\n"
	"  inputs:\n"
	"    base_url: {type: url}\n"},
    [RB_E_REPEATED] = {"E023", "an id is used twice",
	"Inputs, values and steps of a file share one set of names, so that a fact\n"
	"always has one source. A procedure has a set of its own, which may not repeat\n"
	"the file's.\n"
	"\n"
	"Wrong:\n"
	"  - id: check\n"
	"    look: uptime\n"
	"  - id: check\n"
	"    look: free\n"
	"Right:\n"
	"  - id: load\n"
	"    look: uptime\n"
	"  - id: memory\n"
	"    look: free\n"},
    [RB_E_ACTION] = {"E024", "not exactly one action",
	"A step does one thing: look, run, start, http, tcp, port, process, wait, ask,\n"
	"manual, say, set, branch, checks, block, call, use or runbook. Two things are\n"
	"two steps; a heading with steps below it is a block.\n"
	"\n"
	"Wrong:\n"
	"  - title: Restart\n"
	"    run: systemctl stop app\n"
	"    look: uptime\n"
	"Right:\n"
	"  - run: systemctl stop app\n"
	"  - look: uptime\n"},
    [RB_E_EMPTY] = {"E025", "an empty list or mapping",
	"A list without entries would assert nothing or do nothing, and pass. Fill it\n"
	"or take the key away.\n"
	"\n"
	"Wrong:\n"
	"  expect: {that: []}\n"
	"Right:\n"
	"  expect: {that: [health.status == 200]}\n"},
    [RB_E_CONFLICT] = {"E026", "keys that exclude each other",
	"Two keys that stand together contradict each other, so one of them would be\n"
	"without effect.\n"
	"\n"
	"Wrong:\n"
	"  http: {url: ..., json: {a: 1}, body: text}\n"
	"Right:\n"
	"  http: {url: ..., json: {a: 1}}\n"},
    [RB_E_RANGE] = {"E027", "a value out of range",
	"The value has the right form, but it is smaller or larger than its key allows.\n"
	"The message names the bounds.\n"
	"\n"
	"Wrong:\n"
	"  port: 80000\n"
	"Right:\n"
	"  port: 8000\n"},
    [RB_E_LIMIT] = {"E028", "more than the language allows",
	"Limits keep a runbook readable and its check fast. The message names the\n"
	"limit.\n"
	"\n"
	"Wrong:\n"
	"  a pattern of 10,000 characters\n"
	"Right:\n"
	"  two patterns, or a script that does the search\n"},
    [RB_E_EXPR] = {"E029", "an expression that cannot be read",
	"Expressions are conditions such as health.status == 200 and not log.missing.\n"
	"They know and, or, not, ==, !=, <, <=, >, >=, in, contains, matches, where,\n"
	"??, if else, and functions. Texts in them are quoted.\n"
	"\n"
	"Wrong:\n"
	"  if: health.status = 200 && holder.command == uvicorn\n"
	"Right:\n"
	"  if: health.status == 200 and holder.command == \"uvicorn\"\n"},
    [RB_E_EXPR_NAME] = {"E030", "an unknown name",
	"A name in an expression is an input, a value, a step's id followed by one of\n"
	"its facts, or built in (run, has). It must be declared in this file, or in\n"
	"this procedure.\n"
	"\n"
	"Wrong:\n"
	"  if: helth.passed\n"
	"Right:\n"
	"  if: health.passed\n"},
    [RB_E_EXPR_TYPE] = {"E031", "types that do not fit",
	"Text and numbers are not compared or added to each other silently. What a\n"
	"script printed is text; int(), number(), size(), duration() and version()\n"
	"convert it.\n"
	"\n"
	"Wrong:\n"
	"  if: count.stdout > 5\n"
	"Right:\n"
	"  if: int(count.stdout) > 5\n"},
    [RB_E_EXPR_CALL] = {"E032", "a function that is unknown, or called wrongly",
	"The message names the arguments that the function takes.\n"
	"\n"
	"Wrong:\n"
	"  if: length(pods) > 3\n"
	"Right:\n"
	"  if: len(pods) > 3\n"},
    [RB_E_TEMPLATE] = {"E033", "${…} that is not well formed",
	"In a text ${ begins an expression that } ends. Write $${ for the two\n"
	"characters themselves.\n"
	"\n"
	"Wrong:\n"
	"  title: Port ${port\n"
	"Right:\n"
	"  title: Port ${port}\n"},
    [RB_E_PATTERN] = {"E034", "a pattern that cannot be used",
	"A text between slashes is a regular expression (PCRE2), with i, s and x as\n"
	"options behind it; any other text is searched for as it stands. A pattern has\n"
	"at most 4 KiB, and \\C is refused.\n"
	"\n"
	"Wrong:\n"
	"  match: {slow: '/took (\\d+s/'}\n"
	"Right:\n"
	"  match: {slow: '/took (\\d+)s/'}\n"},
    [RB_E_INJECTION] = {"E035", "a value written into a script",
	"The text of look, run and start is never filled in: a value that holds a quote\n"
	"or a semicolon would become code. A script reads values as environment\n"
	"variables: holder.pid is \"$holder_pid\".\n"
	"\n"
	"Wrong:\n"
	"  run: kill {{ holder.pid }}\n"
	"Right:\n"
	"  run: kill \"$holder_pid\"\n"
	"\n"
	"Braces that are the program's own, as in docker ps --format '{{.Names}}', are\n"
	"left alone.\n"},
    [RB_E_SECRET] = {"E036", "a secret where it may not stand",
	"A secret goes only to the steps that name it under secrets:, as an environment\n"
	"variable or as a field of an http step; never into a command line, where every\n"
	"user of the host can read it. A secret needs 4 characters at least, or masking\n"
	"it would mask everything.\n"
	"\n"
	"Wrong:\n"
	"  look: [psql, \"--password=${db_password}\"]\n"
	"Right:\n"
	"  look: psql -c 'select 1'\n"
	"  secrets: [PGPASSWORD]\n"},
    [RB_E_TARGET] = {"E037", "a way to nowhere",
	"goto and call need a step or procedure that exists. goto reaches the lists\n"
	"that it stands in, never the inside of an arm, loop, procedure or finally.\n"
	"\n"
	"Wrong:\n"
	"  on_fail: goto verfiy\n"
	"Right:\n"
	"  on_fail: goto verify\n"},
    [RB_E_EDGE] = {"E038", "an edge that has no place here",
	"What follows a step is continue, goto ID, end resolved, end failed, end\n"
	"escalated, or a list of steps. A procedure is left with done or fail, not with\n"
	"end; a probe and a finally have no such edges.\n"
	"\n"
	"Wrong:\n"
	"  on_fail: retry\n"
	"Right:\n"
	"  retry: {times: 3, every: 2s}\n"},
    [RB_E_CYCLE] = {"E039", "a runbook or procedure that contains itself",
	"Procedures and runbooks may call each other, but not in a circle: such a run\n"
	"would never end. To repeat something, use retry, for_each, verify with within,\n"
	"or goto.\n"
	"\n"
	"Wrong:\n"
	"  procedures:\n"
	"    a: {steps: [{call: a}]}\n"
	"Right:\n"
	"  retry: {times: 3, every: 5s}\n"},
    [RB_E_PROBE] = {"E040", "a probe that may not be one",
	"verify, done_if, ready and the items of checks only read. They are one action\n"
	"that reads, without edges, questions to a person, or facts of the steps beside\n"
	"them.\n"
	"\n"
	"Wrong:\n"
	"  done_if: {run: touch /run/ok}\n"
	"Right:\n"
	"  done_if: {look: test -e /run/ok}\n"},
    [RB_E_UNSAFE] = {"E041", "a change that could happen twice",
	"A step that changes something is not repeated by itself: its first attempt may\n"
	"have done half of it. Say retry.unsafe: true where a second attempt does no\n"
	"harm, or make it safe with done_if.\n"
	"\n"
	"Wrong:\n"
	"  run: ./migrate.sh\n"
	"  retry: {times: 3}\n"
	"Right:\n"
	"  run: ./migrate.sh\n"
	"  retry: {times: 3, unsafe: true}\n"},
    [RB_E_LATER] = {"E042", "not in this version",
	"The key is reserved for a later version of the language. It is refused now, so\n"
	"that no runbook relies on something that has no effect yet.\n"
	"\n"
	"Wrong:\n"
	"  parallel: [...]\n"
	"Right:\n"
	"  checks: [...]\n"},
    [RB_E_INPUT] = {"E043", "an input that does not fit",
	"The value given for an input is missing or does not fit its declaration.\n"
	"Inputs come from --set name=value, --inputs FILE, an environment variable\n"
	"RUNBOOK_NAME, or an answer at the terminal, in this order.\n"
	"\n"
	"Wrong:\n"
	"  runbook run api.yaml --set port=http\n"
	"Right:\n"
	"  runbook run api.yaml --set port=8000\n"},
    [RB_W_MISTYPED] = {"W001", "a shell variable that nothing sets",
	"The script uses a variable that no input, value, fact or env entry gives, and\n"
	"that it does not set itself. The shell stops at an unset variable, in the\n"
	"middle of the script. Upper-case names are taken to come from the environment;\n"
	"where a lower-case one does too, name it in requires.env. ${name:-} may be\n"
	"unset. Facts are variables as $step_fact, but for members of JSON and columns\n"
	"of tables, whose names are known only when it runs: give these a name with\n"
	"`capture` or `env`.\n"
	"\n"
	"Wrong:\n"
	"  run: kill \"$holder_pdi\"\n"
	"Right:\n"
	"  run: kill \"$holder_pid\"\n"},
    [RB_W_UNUSED] = {"W002", "declared and never used",
	"An input, value or capture that nothing reads is either left over or mistyped\n"
	"elsewhere.\n"
	"\n"
	"Wrong:\n"
	"  values: {backend: /srv/app}\n"
	"Right:\n"
	"  cwd: ${backend}\n"},
    [RB_W_STYLE] = {"W003", "works, but not as its author hopes",
	"The runbook is valid, and the message says what is likely to surprise during\n"
	"an incident.\n"
	"\n"
	"Wrong:\n"
	"  - run: pkill -f python\n"
	"Right:\n"
	"  - process: {stop: \"${holder.process}\"}\n"},
};
