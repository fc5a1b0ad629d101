#!/usr/bin/env bats
# The command: exit codes, help, suggestions, what is shown where, and the runs that are kept.
# shellcheck disable=SC2016,SC2154 # the scripts are for the runbook's shell; bats sets status, output and stderr

load support/helpers

setup() { sandbox; }
teardown() { end_all; }

# A runbook of one step that passes.
fine() {
  book fine <<'YAML'
  - id: look
    title: Is it there?
    look: "true"
YAML
}

# --- exit codes (language, section 5) -------------------------------------------------------------------

@test "exit codes of runs: 0, 1, 3, 4, 5, 6" {
  fine
  run "$RUNBOOK" run fine.yaml
  has_status 0
  has resolved
  book failed <<'YAML'
  - look: "false"
YAML
  run "$RUNBOOK" run failed.yaml
  has_status 1
  book escalated <<'YAML'
  - end: {escalated: the leader is unknown}
YAML
  run "$RUNBOOK" run escalated.yaml
  has_status 3
  has 'the leader is unknown'
  book deadline <<'YAML'
  - look: sleep 20
YAML
  sed -i '1a timeout: 200ms' deadline.yaml
  run "$RUNBOOK" run deadline.yaml
  has_status 4
  book declined <<'YAML'
  - {id: stop, run: touch changed, confirm: Really?}
YAML
  run "$RUNBOOK" run declined.yaml
  has_status 5
  [ ! -e changed ]
  book lacks <<'YAML'
  - run: touch changed
YAML
  sed -i '1a requires: {commands: [no-such-command-4711]}' lacks.yaml
  run "$RUNBOOK" run lacks.yaml
  has_status 6
  has no-such-command-4711
  [ ! -e changed ]
}

@test "if several hold, the weightier one is the exit code" {
  # Escalated, and the closing phase fails as well: 3 before 1.
  book both <<'YAML'
  - end: escalated
finally:
  - look: "false"
YAML
  run "$RUNBOOK" run both.yaml
  has_status 3
  # The deadline, and a failure before it: 4 before 1.
  book late <<'YAML'
  - {run: "false", on_fail: continue}
  - look: sleep 20
YAML
  sed -i '1a timeout: 300ms' late.yaml
  run "$RUNBOOK" run late.yaml
  has_status 4
}

@test "exit 2: usage, a file that is not there, a file with errors, inputs that are missing; nothing is run" {
  book changes <<'YAML'
  - run: touch changed
  - say: ${name}
YAML
  sed -i '1a inputs: {name: {type: text}, n: {type: int, default: 1}}' changes.yaml
  for args in '' '--no-such-option' 'changes.yaml extra.yaml' 'none.yaml' 'changes.yaml' 'changes.yaml --set' \
    'changes.yaml --set name' 'changes.yaml --set name=x --set n=many' 'changes.yaml --set name=x --set nmae=y' \
    'changes.yaml --set name=x --inputs none.yaml' 'changes.yaml --set name=x --from nothing' \
    'changes.yaml --set name=x --quiet=yes'; do
    # shellcheck disable=SC2086 # words on purpose
    run --separate-stderr "$RUNBOOK" run $args
    if [ "$status" -ne 2 ] || [ -z "$stderr" ]; then
      echo "run $args: exit $status, stderr: $stderr" >&2
      return 1
    fi
  done
  [ ! -e changed ]
  [ ! -e state/runbook ]
  run "$RUNBOOK" run changes.yaml --set name=x
  has_status 0
}

@test "a file with errors: each with its place, its line and a caret; none of it runs" {
  cat >wrong.yaml <<'YAML'
runbook: wrong
steps:
  - id: first
    run: touch changed
  - id: second
    look: "true"
    tiemout: 5s
  - id: third
    look: "true"
    timeout: 5
YAML
  run --separate-stderr "$RUNBOOK" run wrong.yaml
  has_status 2
  [ -z "$output" ]
  has 'wrong.yaml:7:5: error:'
  has 'tiemout'
  has '    ^^^^^^^'
  has 'did you mean `timeout`?'
  has 'wrong.yaml:10:14: error:'
  has '2 errors'
  [ ! -e changed ]
}

# --- help -----------------------------------------------------------------------------------------------

@test "help fits a screen, begins with examples, and tells the exit codes" {
  run "$RUNBOOK" help
  has_status 0
  [ "${#lines[@]}" -le 30 ]
  for line in "${lines[@]}"; do [ "${#line}" -le 100 ]; done
  has 'runbook run api-down.yaml'
  has 'Exit codes'
  first=$output
  run "$RUNBOOK" --help
  has_status 0
  [ "$output" = "$first" ]
}

@test "no command: help, on stderr, exit 2" {
  run --separate-stderr "$RUNBOOK"
  has_status 2
  [ -z "$output" ]
  has 'Commands:'
}

@test "each command has its own help, the same by help and by --help, with its options" {
  for command in $("$RUNBOOK" help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'); do
    run "$RUNBOOK" help "$command"
    has_status 0
    has "runbook $command"
    by_help=$output
    run "$RUNBOOK" "$command" --help
    has_status 0
    [ "$output" = "$by_help" ]
  done
  run "$RUNBOOK" help run
  for option in --set --inputs --from --yes --transcript --json --quiet --no-color; do has "$option"; done
  run "$RUNBOOK" help nothing
  has_status 2
}

@test "a mistyped command or option gets a suggestion" {
  run "$RUNBOOK" rnu x.yaml
  has_status 2
  has 'did you mean `run`?'
  run "$RUNBOOK" run x.yaml --trasncript y
  has_status 2
  has 'did you mean --transcript?'
  run "$RUNBOOK" frobnicate
  has_status 2
  has 'runbook help'
}

@test "version, explain, reference" {
  run "$RUNBOOK" version
  has_status 0
  [[ $output =~ ^runbook\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
  run "$RUNBOOK" explain http
  has_status 0
  has url
  run "$RUNBOOK" explain on_fail
  has_status 0
  has 'failed, timed out or errored'
  run "$RUNBOOK" explain E021
  has_status 0
  run --separate-stderr "$RUNBOOK" explain on_fial
  has_status 2
  has on_fail
  run --separate-stderr "$RUNBOOK" explain http.healty
  has_status 2
  has 'did you mean `http.healthy`?'
  for word in scenario mock coverage; do
    run "$RUNBOOK" explain "$word"
    has_status 0
    has cenario
  done
  run "$RUNBOOK" reference
  has_status 0
  has '# '
  has on_timeout
  run "$RUNBOOK" reference transcript
  has_status 0
  has attempt_start
}

# --- check ----------------------------------------------------------------------------------------------

@test "check: exit 0 and a line each; exit 2 if one has an error; nothing is run or written" {
  fine
  book changes <<'YAML'
  - run: touch changed
YAML
  run "$RUNBOOK" check fine.yaml changes.yaml
  has_status 0
  [ "${#lines[@]}" -eq 2 ]
  [ ! -e changed ]
  [ ! -e state/runbook ]
  printf 'runbook: bad\nsteps: []\nstpes: []\n' >bad.yaml
  run --separate-stderr "$RUNBOOK" check fine.yaml bad.yaml
  has_status 2
  has 'bad.yaml:3:1: error:'
  has 'did you mean `steps`?'
  run "$RUNBOOK" check
  has_status 2
  run "$RUNBOOK" check none.yaml
  has_status 2
}

@test "check of a folder: all runbooks, procedures and scenario files below it, and no other YAML" {
  mkdir -p all/lib/port all/.hidden none
  printf 'runbook: fine\nsteps: [{id: a, look: uptime}]\n' >all/fine.yaml
  printf 'test: fine.yaml\nscenarios: [{name: a, results: {a: {}}, expect: {outcome: resolved}}]\n' >all/fine.test.yaml
  printf '# ours\nprocedure: port.own\nsteps: [{look: uptime}]\n' >all/lib/port/own.yaml
  printf 'services: {web: {image: x}}\n' >all/compose.yaml
  printf 'runbook: bad\n' >all/.hidden/bad.yaml
  run "$RUNBOOK" check all
  has_status 0
  [ "${#lines[@]}" -eq 3 ]
  has 'all/fine.test.yaml: fine, 1 scenario'
  has 'all/fine.yaml: fine, 1 step'
  has 'all/lib/port/own.yaml: fine, 1 step'
  printf 'runbook: bad\nstpes: []\n' >all/lib/bad.yaml
  run "$RUNBOOK" check all
  has_status 2
  has 'all/lib/bad.yaml:2:1: error'
  run "$RUNBOOK" check none
  has_status 2
  has 'none: there is no runbook below this folder'
}

@test "check: a warning is shown, and is no error" {
  book warned <<'YAML'
  - id: backend
    look: echo "$backend_exti"
YAML
  run "$RUNBOOK" check warned.yaml
  has_status 0
  has 'warning:'
  has backend_exti
}

# --- names, inputs, confirmations -----------------------------------------------------------------------

@test "a name that is a folder, or a link that leads nowhere, is told as what it is" {
  mkdir folder.yaml
  ln -s nowhere lost.yaml
  ln -s circle.yaml circle.yaml
  run "$RUNBOOK" run folder.yaml
  has_status 2
  has 'it is a directory'
  run "$RUNBOOK" check folder.yaml
  has_status 2
  has 'there is no runbook below this folder'
  run "$RUNBOOK" check circle.yaml
  has 'Too many levels of symbolic links'
  run "$RUNBOOK" check lost.yaml
  has 'No such file or directory'
}

@test "a runbook by name: from ./runbooks, then \$RUNBOOK_PATH" {
  fine
  mkdir -p runbooks other
  mv fine.yaml runbooks/here.yaml
  sed 's/Is it there/Elsewhere/' runbooks/here.yaml >other/there.yaml
  run "$RUNBOOK" run here
  has_status 0
  run "$RUNBOOK" run there
  has_status 2
  RUNBOOK_PATH=/no/such:$PWD/other run "$RUNBOOK" run there
  has_status 0
  has Elsewhere
}

@test "inputs: --set, then --inputs, then the environment, then the default" {
  book inputs <<'YAML'
  - say: "${a} ${b} ${c} ${d}"
YAML
  sed -i '1a inputs: {a: {type: text, default: "4"}, b: {type: text, default: "4"}, c: {type: text, default: "4"}, d: {type: text, default: "4"}}' inputs.yaml
  printf 'b: 2\na: 2\n' >in.yaml
  RUNBOOK_A=3 RUNBOOK_B=3 RUNBOOK_C=3 run "$RUNBOOK" run inputs.yaml --set a=1 --inputs in.yaml
  has_status 0
  has '1 2 3 4'
  sed -i 's/c: {type: text, default: "4"}/c: int/' inputs.yaml
  RUNBOOK_C=many run "$RUNBOOK" run inputs.yaml
  has_status 2
  has 'it comes from the environment variable RUNBOOK_C'
}

@test "--yes answers plain confirmations, --yes=ID those that want more" {
  book confirms <<'YAML'
  - {id: plain, run: "true", confirm: Really?}
  - {id: wipe, run: touch changed, effect: danger, confirm: Wipe it?}
YAML
  run "$RUNBOOK" run confirms.yaml
  has_status 5
  has plain
  run "$RUNBOOK" run confirms.yaml --yes
  has_status 5
  has wipe
  [ ! -e changed ]
  run "$RUNBOOK" run confirms.yaml --yes --yes=wipe
  has_status 0
  [ -e changed ]
  run "$RUNBOOK" run confirms.yaml --yes=plain --yes=wipe
  has_status 0
}

@test "--from starts at a procedure, after setup" {
  cat >from.yaml <<'YAML'
runbook: from
setup: [{id: prepare, look: "true"}]
steps: [{run: touch changed}]
procedures:
  restart: {steps: [{id: inner, look: "true"}]}
YAML
  run "$RUNBOOK" run from.yaml --from restart
  has_status 0
  has prepare
  has inner
  [ ! -e changed ]
}

@test "--from: inputs of the procedure are given and missed like those of the file" {
  cat >from.yaml <<'YAML'
runbook: from
inputs: {zone: {default: a}}
escalate: [{on: failed, steps: [{run: touch escalated}]}]
steps: [{look: 'test "$zone"'}]
procedures:
  restart:
    inputs:
      port: {type: int, min: 1, max: 5, help: The port to free}
      mode: {choices: [fast, slow], default: fast}
    steps: [{run: 'echo "$port $mode $zone" >changed'}]
YAML
  run "$RUNBOOK" run from.yaml --from restart
  has_status 2
  has 'the input `port` has no value: The port to free'
  run "$RUNBOOK" run from.yaml --from restart --set port=9
  has_status 2
  has 'more than 5'
  run "$RUNBOOK" run from.yaml --from restart --set prot=3
  has_status 2
  has 'there is no input `prot`'
  [ ! -e changed ] && [ ! -e escalated ]
  run "$RUNBOOK" run from.yaml --from restart --set port=3
  has_status 0
  [ "$(cat changed)" = '3 fast a' ]
  run env RUNBOOK_PORT=4 "$RUNBOOK" run from.yaml --from restart --set mode=slow --set zone=b
  has_status 0
  [ "$(cat changed)" = '4 slow b' ]
  # Without --from it is nobody's input.
  run "$RUNBOOK" run from.yaml --set port=3
  has_status 2
  run "$RUNBOOK" run from.yaml --from restart --set port=3 --dry-run
  has_status 0
}

@test "--yes=ID of a step that is not there is an error, before anything is done" {
  book confirms <<'YAML'
  - {id: clean, run: touch changed, confirm: Really?, effect: danger}
YAML
  run "$RUNBOOK" run confirms.yaml --yes=clena
  has_status 2
  has 'there is no step `clena`; did you mean `clean`?'
  run "$RUNBOOK" run confirms.yaml --yes=log
  has_status 2
  has 'there is no step `log`; approval is asked for by `clean`'
  run "$RUNBOOK" run confirms.yaml --yes=clena --dry-run
  has_status 2
  [ ! -e changed ]
}

@test "nobody to ask: said once, with what would answer it" {
  book asks <<'YAML'
  - {id: clean, run: touch changed, confirm: Really?, effect: danger}
YAML
  run "$RUNBOOK" run asks.yaml
  has_status 5
  has 'no terminal to ask at; --yes=clean answers it'
  [ "$(grep -c 'declined' <<<"$output")" -eq 1 ]
  book people <<'YAML'
  - {id: who, ask: Who is it?}
YAML
  run "$RUNBOOK" run people.yaml --yes
  has_status 5
  has 'no terminal to ask at, and --yes answers no `ask`'
}

@test "a condition on a fact that never came: where it stands, why there is none, what to write" {
  book unset <<'YAML'
  - {id: front, http: 'http://127.0.0.1:9/', on_fail: continue}
  - branch:
      - if: 1 == 1 and front.status == 502
        then: [{say: yes}]
YAML
  run "$RUNBOOK" run unset.yaml
  has_status 1
  has 'unset.yaml:'
  has 'errored: if: `front.status` is unset, since `front` did not pass: GET http://127.0.0.1:9/: connection refused'
  has '1 == 1 and (front.status ?? 0) == 502'
  has '2 steps, 2 did not pass'
  book guarded <<'YAML'
  - {id: front, http: 'http://127.0.0.1:9/', on_fail: continue}
  - if: (front.status ?? 0) != 502 and (front.status != 504 or front.status == 1)
    say: yes
YAML
  run "$RUNBOOK" run guarded.yaml
  has_status 1
  has '      4 |   - if: (front.status ?? 0) != 502 and (front.status != 504 or'
  has '        |                                         ^^^^^^^^^^^^'
  has '(front.status ?? 0) != 502 and ((front.status ?? 0) != 504 or (front.status ?? 0) == 1)'
}

@test "an input that is asked for says what it takes; choices have numbers" {
  cat >asked.yaml <<'YAML'
runbook: asked
inputs:
  n: {type: int, min: 1, max: 5, help: How many}
  colour: {choices: [red, green]}
steps: [{look: 'echo "$n $colour" >got'}]
YAML
  command -v script >/dev/null || skip "no script(1)"
  printf '9\n2\n2\n' | TERM=dumb script -qec "\"$RUNBOOK\" run asked.yaml" screen >/dev/null
  [ "$(cat got)" = '2 green' ]
  grep -q 'n: How many (int from 1 to 5)' screen
  grep -q 'more than 5' screen
  grep -q '  2  green' screen
}

@test "a narrow terminal: help and errors are wrapped between words, source lines are not" {
  command -v script >/dev/null || skip "no script(1)"
  book wrong <<'YAML'
  - lok: a rather long line of source text that no terminal of sixty columns can show it
YAML
  TERM=dumb script -qec "stty cols 60; \"$RUNBOOK\" help run; \"$RUNBOOK\" check wrong.yaml" screen >/dev/null || true
  tr -d '\r' <screen | grep -v '^Script' >text
  [ "$(grep -v '^ *[0-9]* |' text | awk '{ gsub(/[^ -~]/, "x") } length($0) > 60' | wc -l)" -le 3 ]
  grep -q 'no terminal of sixty columns can show it$' text
  grep -q '^ \{10,\}[a-z]' text
}

@test "what the host lacks: the run is not started, and says so" {
  cat >lacks.yaml <<'YAML'
runbook: lacks
requires: {commands: [no-such-command-4711]}
steps: [{look: "true"}]
YAML
  run "$RUNBOOK" run lacks.yaml
  has_status 6
  has 'not started: '
  lacks 'environment in'
}

@test "a failure that on_fail: continue takes still shows what was printed last" {
  book taken <<'YAML'
  - {look: "echo first >&2; echo the disk is full >&2; false", on_fail: continue}
  - {look: "echo only this; false", on_fail: continue}
  - checks:
      - {id: one, look: "echo no route >&2; false"}
      - {id: two, look: "true"}
    on_fail: continue
YAML
  run "$RUNBOOK" run taken.yaml
  has_status 0
  # stderr's last line stands in the reason, and so once
  has 'exit is 1, not 0: the disk is full'
  has 'exit is 1, not 0: no route'
  lacks 'stderr:'
  has 'stdout: only this'
}

# --- what is shown --------------------------------------------------------------------------------------

@test "not a terminal: plain lines, no escapes, no carriage returns" {
  fine
  run "$RUNBOOK" run fine.yaml
  has_status 0
  has 'Is it there?'
  lacks $'\033'
  lacks $'\r'
}

# on_terminal COMMAND… — with a terminal of its own; what came up on it is in $output.
on_terminal() {
  command -v script >/dev/null || skip "needs script(1)"
  local quoted
  printf -v quoted '%q ' "$@"
  run env TERM="${TERM_OF_TEST-xterm-256color}" script -qec "$quoted" /dev/null
}

@test "a terminal: colours, but not with NO_COLOR, --no-color or a dumb one" {
  fine
  on_terminal "$RUNBOOK" run fine.yaml
  has_status 0
  has $'\033['
  on_terminal env NO_COLOR=1 "$RUNBOOK" run fine.yaml
  lacks $'\033[3'
  on_terminal "$RUNBOOK" run fine.yaml --no-color
  lacks $'\033[3'
  TERM_OF_TEST=dumb on_terminal "$RUNBOOK" run fine.yaml
  lacks $'\033'
}

@test "a locale without UTF-8: nothing beyond ASCII in what is ours" {
  fine
  LC_ALL=C run "$RUNBOOK" run fine.yaml
  has_status 0
  [[ $output == "${output//[^[:ascii:]]/}" ]] || LC_ALL=C grep -vq '[^ -~]' <<<"$output"
  if LC_ALL=C grep -q '[^[:print:]]' <<<"$output"; then
    echo "$output" >&2
    return 1
  fi
}

@test "--json: nothing but JSON lines on stdout, the transcript's own records" {
  fine
  "$RUNBOOK" run fine.yaml --json >shown
  grep -v '"type":"progress"' shown >records
  "$SUPPORT/jsonl" records
  cmp records "$(transcript)"
}

@test "--quiet: nothing on stdout; the exit code and the record tell" {
  book failed <<'YAML'
  - look: "false"
YAML
  run "$RUNBOOK" run failed.yaml --quiet
  has_status 1
  [ -z "$output" ]
  is_whole
}

@test "a failed assertion: what was asked, what came, and where it stands" {
  book asserts <<'YAML'
  - id: version
    look: echo 'version 9'
    expect: {stdout: version 10}
YAML
  run "$RUNBOOK" run asserts.yaml
  has_status 1
  has 'asserts.yaml:5:22'
  has 'expect: {stdout: version 10}'
  has '^^^^^^^^^^'
  has 'version 10'
  has 'version 9'
}

# --- the runs that are kept -----------------------------------------------------------------------------

@test "runs: none yet, then newest first, and as JSON" {
  fine
  # Runs that had no better place are listed, too.
  if [ ! -e /run/runbook ] && [ ! -e "/dev/shm/runbook-$(id -u)" ]; then
    run "$RUNBOOK" runs
    has_status 0
    has 'No runs'
    run "$RUNBOOK" runs --json
    has_status 0
    [ -z "$output" ]
  fi
  book failed <<'YAML'
  - look: "false"
YAML
  "$RUNBOOK" run fine.yaml >/dev/null
  sleep 1.1
  "$RUNBOOK" run failed.yaml >/dev/null || true
  run "$RUNBOOK" runs
  has_status 0
  [ "${#lines[@]}" -ge 2 ]
  [[ ${lines[0]} == run*'started (UTC)'*outcome ]]
  [[ ${lines[1]} == *failed* ]]
  [[ ${lines[2]} == *resolved* ]]
  run "$RUNBOOK" runs --json
  [[ ${lines[0]} == '{"run":"'*'"runbook":"failed"'*'"exit":1'* ]]
}

@test "runs of one second stand in their order, and \`last\` is the newest" {
  for i in 1 2 3 4 5 6; do
    book "n$i" <<'YAML'
  - look: "true"
YAML
    "$RUNBOOK" run "n$i.yaml" >/dev/null
  done
  run "$RUNBOOK" runs
  for i in 1 2 3 4 5 6; do
    [[ ${lines[i]} == *" n$((7 - i)) "* ]]
  done
  run "$RUNBOOK" show last
  has_status 0
  has n6
}

@test "show: the inputs with their sources, and where all of it is" {
  cat >given.yaml <<'YAML'
runbook: given
inputs: {port: {type: port, default: 8000}, name: {}}
steps: [{look: 'echo "$name $port"'}]
YAML
  "$RUNBOOK" run given.yaml --set name=shop >live
  run ! grep -q 'port = 8000' live
  run "$RUNBOOK" show last
  has 'port = 8000 (default)'
  has 'name = shop (set)'
  has "the record and all output: $(dirname "$(transcript)")"
}

@test "show: what was shown live, by id, by its last part, by path; as JSON the records" {
  book shown <<'YAML'
  - id: a
    look: echo x
    match: {x: x}
  - id: fails
    look: echo y; exit 3
    on_fail:
      - say: mended
YAML
  # As it was live; and when, where and who.
  shown_again() {
    "$RUNBOOK" show "$1" >again
    sed -n 2p again | grep -q "^  2.* UTC · $(uname -n) · $(id -un)$"
    sed -e 2d -e '/^the record and all output: /d' again | diff live -
  }
  "$RUNBOOK" run shown.yaml >live
  id=$(basename "$(dirname "$(transcript)")")
  shown_again "$id"
  shown_again "${id##*-}"
  shown_again "$(transcript)"
  "$RUNBOOK" show "$id" --json >records
  cmp records "$(transcript)"
  run "$RUNBOOK" show nothing
  has_status 2
  has nothing
  run "$RUNBOOK" show
  has_status 2
}

@test "the record: folder 0700, files 0600, the output of each step, the source" {
  book kept <<'YAML'
  - id: writes
    look: echo out; echo err >&2
YAML
  "$RUNBOOK" run kept.yaml >/dev/null
  folder=$(dirname "$(transcript)")
  [ "$(stat -c %a "$folder")" = 700 ]
  for f in "$folder"/*; do [ "$(stat -c %a "$f")" = 600 ]; done
  [ "$(cat "$folder"/*writes*.stdout)" = out ]
  [ "$(cat "$folder"/*writes*.stderr)" = err ]
  cmp kept.yaml "$folder"/source-kept.yaml
  is_whole
}

@test "variables of the program's own are no inputs" {
  write ours.yaml <<'END'
runbook: ours
inputs: {state_dir: {type: text, default: mine}}
steps:
  - say: "it is ${state_dir}"
END
  RUNBOOK_STATE_DIR=$PWD/state run "$RUNBOOK" run ours.yaml
  has_status 0
  has 'it is mine'
}

@test "the disk of the output is full: 6 and a sentence; whoever read it has gone: nothing" {
  book full <<'YAML'
  - id: a
    look: echo a
YAML
  printf '%s\n' 'test: full.yaml' 'scenarios:' '  - {name: a, results: {a: {}}, expect: {outcome: resolved}}' >full.test.yaml
  "$RUNBOOK" run full.yaml >/dev/null
  quietly='trap "" PIPE; { "$0" "$@"; echo "$?" >code; } | true'
  for words in list 'list --lib' reference 'explain look' help version runs 'show last' 'show last --json' \
    'run full.yaml --dry-run' 'run full.yaml --dry-run --json' 'check full.yaml' 'check .' test 'test --tap' \
    'test --verbose' 'test --record last'; do
    echo "# $words"
    # shellcheck disable=SC2086 # words
    run -6 --separate-stderr bash -c '"$0" "$@" >/dev/full' "$RUNBOOK" $words
    [ "${stderr##*$'\n'}" = 'runbook: cannot write its output: No space left on device' ]
    # shellcheck disable=SC2086 # words
    run -0 --separate-stderr bash -c "$quietly" "$RUNBOOK" $words
    # What is said beside a scenario is no complaint.
    [ -z "${stderr#the scenario plays by the same path to the same end}" ]
    [ "$(<code)" -eq 0 ]
  done
}
