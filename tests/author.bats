#!/usr/bin/env bats
# Finding runs and runbooks, having them explained, and checking them in a pipeline.
# shellcheck disable=SC2016,SC2154 # $names are the runbook's; bats sets status, output and stderr

load support/helpers

setup() { sandbox; }
teardown() { end_all; }

# A runbook with all that `explain` tells.
told() {
  cat >told.yaml <<'YAML'
runbook: told
title: The thing is down
description: Nobody can reach the thing.
impact: Nobody can work.
owner: Team T
contact: "#team-t"
symptoms: [it is slow, it is gone]
links: ["https://wiki.example/thing"]
requires: {commands: [bash, cat], user: root}
inputs:
  root: {type: dir, help: Where it is}
  port: {type: port, default: 8000, help: Where it listens}
secrets:
  token: {env: THE_TOKEN, optional: true, help: Of the interface}
steps:
  - id: look
    title: Is it there?
    look: 'test -d "$root" && echo "$port"'
  - id: mend
    title: Mend port ${port}
    secrets: [token]
    run: 'echo "$token"'
  - {id: freed, use: port.free, with: {port: "${port}"}}
procedures:
  restart:
    title: Start it again
    inputs: {grace: {type: duration, default: 10s, help: How long it may take}}
    steps:
      - {id: again, title: Start it, run: 'echo "$grace"'}
YAML
}

# --- explain --------------------------------------------------------------------------------------------

@test "explain of a runbook: what it is for, takes, needs and may change; by file and by name" {
  told
  run "$RUNBOOK" explain told.yaml
  has_status 0
  has 'told, a runbook: The thing is down'
  has 'Nobody can reach the thing.'
  has 'contact    #team-t'
  has 'symptoms   it is slow, it is gone'
  has 'commands   bash, cat'
  has 'user       root'
  has 'root           Where it is (dir, required)'
  has 'port           Where it listens (port, default 8000)'
  has 'token          Of the interface (from the environment variable THE_TOKEN, optional)'
  has 'restart        CHANGES  Start it again'
  has 'grace          How long it may take (duration, default 10s)'
  has 'mend           CHANGES  Mend port <port>'
  has 'freed          CHANGES  Free port <port>'
  has 'again          CHANGES  Start it'
  lacks 'look           '
  has 'runbook run told.yaml --dry-run --set root=…'
  run "$RUNBOOK" explain told
  has_status 0
  has 'told, a runbook: The thing is down'
  has 'runbook run told --dry-run --set root=…'
}

@test "explain: a runbook that only looks says so" {
  printf 'runbook: r\nsteps: [{look: "true"}]\n' >r.yaml
  run "$RUNBOOK" explain r.yaml
  has_status 0
  has 'it changes nothing: it only looks'
}

@test "explain: words come before runbooks, a path is always a file, what is wrong is told" {
  printf 'runbook: http\ntitle: Mine\nsteps: [{say: x}]\n' >http.yaml
  run "$RUNBOOK" explain http
  has 'http, an action'
  lacks Mine
  run "$RUNBOOK" explain ./http.yaml
  has_status 0
  has 'http, a runbook: Mine'
  printf 'runbook: bad\nsteps: [{sya: x}]\n' >bad.yaml
  run --separate-stderr "$RUNBOOK" explain bad
  has_status 2
  [ -z "$output" ]
  [[ $stderr == *'bad.yaml:2:'*'sya'* ]]
  run "$RUNBOOK" explain ./none.yaml
  has_status 2
  has 'none.yaml'
  run "$RUNBOOK" explain nothing-of-that-name
  has_status 2
  has 'there is nothing called'
  run "$RUNBOOK" explain
  has_status 2
}

@test "explain: procedures of one's own lib/, by name and by path" {
  mkdir -p lib/my lib/port
  printf 'procedure: my.thing\ntitle: Do my thing\nsteps: [{say: x}]\n' >lib/my/thing.yaml
  printf 'procedure: port.free\ntitle: My way to free it\nsteps: [{say: x}]\n' >lib/port/free.yaml
  run "$RUNBOOK" explain my.thing
  has_status 0
  has 'my.thing, a procedure of the library: Do my thing'
  run "$RUNBOOK" explain lib/my/thing.yaml
  has_status 0
  has 'Do my thing'
  # As in a runbook here, it stands in for the program's own.
  run "$RUNBOOK" explain port.free
  has 'My way to free it'
}

@test "explain of a key or an action: its keys with what they take, and topics of two words" {
  run "$RUNBOOK" explain retry
  has 'every              pause between two attempts (a duration: 500ms, 90s, 1h30m, default 1s)'
  run "$RUNBOOK" explain escalate
  has 'contact            who is told'
  run "$RUNBOOK" explain port
  has 'port               TCP port on this host (a port: 1 to 65535, required)'
  run "$RUNBOOK" explain exit codes
  has_status 0
  has 'Exit codes'
  run "$RUNBOOK" explain 'exit codes'
  has_status 0
}

@test "a run that did not help names the contact; one that did, or was declined, does not" {
  for end in failed escalated resolved; do
    printf 'runbook: r\ncontact: "#team-t"\nsteps: [{end: %s}]\n' "$end" >r.yaml
    run "$RUNBOOK" run r.yaml
    if [ "$end" = resolved ]; then lacks 'contact:'; else has 'contact: #team-t'; fi
  done
  run "$RUNBOOK" show last
  lacks 'contact:'
  printf 'runbook: r\ncontact: "#team-t"\nsteps: [{run: "true", confirm: Really?}]\n' >r.yaml
  run "$RUNBOOK" run r.yaml
  has_status 5
  lacks 'contact:'
}

# --- check ----------------------------------------------------------------------------------------------

# A runbook with two warnings.
doubtful() {
  cat >doubtful.yaml <<'YAML'
runbook: doubtful
inputs: {n: {type: path, default: /tmp/x}}
steps:
  - run: rm -rf "$nn"/
YAML
}

@test "check --strict: warnings are exit 1, errors 2, neither 0" {
  doubtful
  printf 'runbook: fine\nsteps: [{say: x}]\n' >fine.yaml
  printf 'runbook: bad\nsteps: [{sya: x}]\n' >bad.yaml
  run "$RUNBOOK" check doubtful.yaml
  has_status 0
  run "$RUNBOOK" check doubtful.yaml --strict
  has_status 1
  run "$RUNBOOK" check --strict fine.yaml
  has_status 0
  run "$RUNBOOK" check --strict fine.yaml doubtful.yaml bad.yaml
  has_status 2
  run "$RUNBOOK" check --strict
  has_status 2
  has 'check needs a runbook or a folder'
  run "$RUNBOOK" check --stric doubtful.yaml
  has_status 2
  has 'did you mean --strict?'
}

@test "check --json: one object a line, on stdout, and nothing else" {
  doubtful
  printf 'runbook: bad\nsteps: [{sya: x}]\n' >bad.yaml
  run --separate-stderr "$RUNBOOK" check --json doubtful.yaml bad.yaml
  has_status 2
  [ -z "$stderr" ]
  [ "${#lines[@]}" -eq 3 ]
  python3 - "${lines[@]}" <<'PY'
import json, sys
unused, unset, error = map(json.loads, sys.argv[1:])
assert set(unset) == {"file", "line", "column", "severity", "code", "message", "hint"}, unset
assert (unset["file"], unset["line"], unset["severity"], unset["code"]) == ("doubtful.yaml", 4, "warning", "W001")
assert "did you mean $n?" in unset["hint"]
assert unused["code"] == "W002"
assert (error["file"], error["line"], error["severity"]) == ("bad.yaml", 2, "error")
PY
  printf 'runbook: fine\nsteps: [{say: x}]\n' >fine.yaml
  run "$RUNBOOK" check --json fine.yaml
  has_status 0
  [ -z "$output" ]
  # What has no place in a file has none in the object.
  run "$RUNBOOK" check --json none.yaml
  has_status 2
  has '"file":null,"line":null'
}

@test "check and test take names" {
  mkdir runbooks
  printf 'runbook: one\nsteps: [{id: s, look: "true"}]\n' >runbooks/one.yaml
  run "$RUNBOOK" test one
  has_status 2
  has 'has no scenarios'
  has 'scenarios:'
  # What the message shows is one that passes.
  sed -n 's/^  //p' <<<"$output" >runbooks/one.test.yaml
  sed -i 's/results: {}/results: {s: {}}/' runbooks/one.test.yaml
  run "$RUNBOOK" test one
  has_status 0
  has '1 passed'
  run "$RUNBOOK" check one
  has_status 0
  run "$RUNBOOK" test two
  has_status 2
  has 'no runbook of that name'
}

@test "a variable that nothing sets: the input of a near name first, and no empty text beside rm" {
  doubtful
  run "$RUNBOOK" check doubtful.yaml
  has 'did you mean $n?'
  has '${nn:?}'
  lacks '${nn:-}'
  sed -i 's/rm -rf/echo/' doubtful.yaml
  run "$RUNBOOK" check doubtful.yaml
  has 'did you mean $n?'
  has '${nn:-}'
}

@test "a mistyped runbook: the near one of its folder, or of the places that are searched" {
  mkdir runbooks
  printf 'runbook: disk-full\nsteps: [{say: x}]\n' >runbooks/disk-full.yaml
  run "$RUNBOOK" run disk-ful
  has_status 2
  has 'did you mean `disk-full`?'
  run "$RUNBOOK" run runbooks/disk-ful.yaml
  has_status 2
  has 'did you mean `runbooks/disk-full.yaml`?'
  run "$RUNBOOK" run quite-another
  lacks 'did you mean'
}

# --- runs -----------------------------------------------------------------------------------------------

@test "runs: of one runbook, by outcome, by time, so many; wrong filters are errors" {
  printf 'runbook: good\nsteps: [{look: "true"}]\n' >good.yaml
  printf 'runbook: poor\nsteps: [{look: "false"}]\n' >poor.yaml
  "$RUNBOOK" run --quiet good.yaml
  "$RUNBOOK" run --quiet poor.yaml || true
  "$RUNBOOK" run --quiet good.yaml
  run "$RUNBOOK" runs good
  has_status 0
  [ "$(grep -c ' good ' <<<"$output")" -eq 2 ]
  lacks poor
  run "$RUNBOOK" runs good -n 1
  [ "$(grep -c ' good ' <<<"$output")" -eq 1 ]
  run "$RUNBOOK" runs poor --outcome failed --since 1h --json
  [ "${#lines[@]}" -eq 1 ]
  has '"outcome":"failed"'
  run "$RUNBOOK" runs poor --outcome resolved
  has_status 0
  has 'None of the'
  run "$RUNBOOK" runs absent
  has_status 0
  has 'No run of `absent`'
  for wrong in '--outcome fine' '--since yesterday' '--since 0s' '-n 0' '-n many' 'good poor' '-n'; do
    # shellcheck disable=SC2086 # words on purpose
    run "$RUNBOOK" runs $wrong
    has_status 2
  done
}

@test "runs: what to do about one that cannot be read" {
  mkdir -p state/runbook/runs/20260101-000000-abcd
  run "$RUNBOOK" runs --outcome unreadable
  has_status 0
  has 'unreadable: it has no transcript'
  has 'remove the folder'
  has '/state/runbook/runs/20260101-000000-abcd'
}

# --- the rest -------------------------------------------------------------------------------------------

@test "-V is the version; help takes one command" {
  run "$RUNBOOK" -V
  has_status 0
  [[ $output == 'runbook '* ]]
  run "$RUNBOOK" help run extra
  has_status 2
  has 'extra'
}

@test "the bound of a duration that hangs on what is found: the larger of two, the least that is known" {
  cat >time.yaml <<'YAML'
runbook: time
steps:
  - {id: a, look: "true", on_fail: continue}
  - {id: either, look: "true", timeout: "${5s if a.passed else 500ms}"}
  - {id: least, look: "true", timeout: '${min(3s, a.duration)}'}
  - {id: most, look: "true", timeout: '${max(3s, a.duration)}'}
YAML
  run "$RUNBOOK" run time.yaml --dry-run
  has_status 0
  [[ $output =~ either[^$'\n']*'up to 5s' ]]
  [[ $output =~ least[^$'\n']*'up to 3s' ]]
  [[ $output =~ most[^$'\n']*'no limit' ]]
}
