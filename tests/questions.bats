#!/usr/bin/env bats
# Questions at a terminal while what is shown goes elsewhere.
# shellcheck disable=SC2154 # output is what `run` left

load support/helpers

setup() {
  sandbox
  command -v script >/dev/null || skip 'script(1) is not installed'
  cat >asks.yaml <<'YAML'
runbook: asks
secrets: {token: {env: THE_TOKEN}}
steps:
  - {id: leak, look: echo "key $token", secrets: [token], capture: {said: trim(this.stdout)}}
  - id: act
    run: touch acted
    confirm: Sure of ${leak.said}?
  - id: pick
    ask: {question: Which one?, choices: [red, green]}
  - say: took ${pick.answer}
YAML
}

teardown() { end_all; }

# at_terminal SHELL-COMMAND — with a terminal of its own, at which y and 2 are typed, each once its question has come
# up there. What came up is in the file screen.
at_terminal() {
  mkfifo typed
  THE_TOKEN=s3cr3t-of-test script -qefc "$1" screen <>typed >/dev/null 2>&1 3>&- &
  local terminal=$!
  STARTED+=("$terminal")
  eventually grep -qF '[y]es' screen
  printf y >typed
  eventually grep -qF '1-2>' screen
  printf '2\n' >typed
  wait "$terminal"
}

@test "output goes to a file: the whole question comes up at the terminal, masked, and is answered there" {
  at_terminal '"$RUNBOOK" run asks.yaml >log'
  [ -e acted ]
  grep -qF '? act  Sure of key ' screen
  grep -qF '  touch acted' screen
  grep -qF '  2  green' screen
  run ! grep -qF s3cr3t-of-test screen log
  grep -qF 'took green' log
  grep -qF 'Sure of key ***' log
  run ! grep -qF '[y]es' log
}

@test "output goes through tee: questions are asked" {
  at_terminal '"$RUNBOOK" run asks.yaml | tee log'
  [ -e acted ]
  grep -qF 'took green' log
}

@test "--json and --quiet answer nothing, and say so in the record" {
  THE_TOKEN=s3cr3t-of-test run script -qec '"$RUNBOOK" run asks.yaml --quiet' /dev/null
  [ ! -e acted ]
  in_transcript 'no terminal to ask at'
}
