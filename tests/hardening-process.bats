#!/usr/bin/env bats
# Process trees, descriptors, signals and disks at their worst, through the command.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # the scripts are for the runbook's shell; bats sets status and output

load support/helpers

setup() { sandbox; }
teardown() { end_all; }

@test "a child with a session and an environment of its own is ended with its step" {
  book escaped <<'YAML'
  - id: slow
    run: |
      trap '' TERM
      env -i setsid sleep 31.1 >/dev/null 2>&1 &
      sleep 31.2
      sleep 31.2
    timeout: 300ms
YAML
  run "$RUNBOOK" run escaped.yaml
  has_status 1
  has 'timed out'
  none_of 'sleep 31.1'
  none_of 'sleep 31.2'
  is_whole
}

@test "descriptors run out beside many running checks: none is left alive, and the run does not hang" {
  {
    printf 'runbook: many\nsteps:\n  - id: all\n    on_fail: continue\n    checks:\n'
    for i in 1 2 3 4 5 6 7 8; do
      printf '      - {id: c%s, look: "trap %s TERM; setsid sleep 31.3 & sleep 31.3; sleep 31.3", timeout: 300ms}\n' "$i" "''"
    done
  } >many.yaml
  # Side by side, since each has to wait until those which ignore TERM are killed.
  with_descriptors() {
    run timeout -k 1 120 bash -c 'ulimit -n "$1" && exec "$0" run many.yaml' "$RUNBOOK" "$1"
    has_status 0 && lacks 'still alive'
  }
  local n pids=()
  for n in 22 24 25 26 27 28 30 33 36; do
    with_descriptors "$n" 3>&- &
    pids+=("$!")
  done
  for n in "${pids[@]}"; do wait "$n"; done
  none_of 'sleep 31.3'
}

@test "keep: false ends what a program left behind, too" {
  book left <<'YAML'
  - id: app
    start: sleep 31.4 & echo "$!" >left; until [ -e go ]; do sleep 0.05; done; touch over
    keep: false
  - id: later
    run: touch go; until [ -e over ]; do sleep 0.05; done; sleep 0.2; kill -0 "$(cat left)"
YAML
  run "$RUNBOOK" run left.yaml
  has_status 0
  none_of 'sleep 31.4'
  is_whole
}

@test "an operator who interrupts again does not wait for what ends with the run" {
  book stubborn <<'YAML'
  - id: app
    start: trap '' TERM; touch begun; while :; do sleep 0.1; done
    keep: false
    log: app.log
  - id: slow
    look: sleep 31.5
YAML
  # Those that ignore TERM are killed after 5 s. A busy machine may need as long once; what never is quicker fails.
  local status start i
  for i in 1 2 3; do
    rm -f begun
    env --default-signal=INT "$RUNBOOK" run stubborn.yaml >shown 2>&1 3>&- &
    slow=$!
    STARTED+=("$slow")
    eventually test -e begun
    eventually not none_of 'sleep 31.5'
    start=$(now_ms)
    kill -INT "$slow"
    eventually none_of 'sleep 31.5'
    eventually grep -q interrupted shown
    kill -INT "$slow"
    status=0
    wait "$slow" || status=$?
    [ "$status" -eq 130 ]
    is_whole
    if [ $(($(now_ms) - start)) -lt 4500 ]; then return 0; fi
  done
  echo 'it waited for the program that ignores TERM' >&2
  return 1
}

@test "^Z at a program that has the terminal does not stop the run for ever" {
  command -v script >/dev/null || skip "script(1) is not installed"
  book shell <<'YAML'
  - id: talk
    run: touch begun; until [ -e go ]; do sleep 0.1; done; echo over
    interactive: true
YAML
  typing() {
    eventually test -e begun
    printf '\032'
    sleep 0.5
    touch go
    eventually test -e ended
  }
  (typing || true) 3>&- | (
    timeout -k 1 120 script -qec "\"$RUNBOOK\" run shell.yaml" screen
    echo "$?" >ended
  ) >/dev/null
  [ "$(<ended)" -eq 0 ]
  grep -q over screen
  grep -q resolved screen
}

@test "a terminal that is lost while a question stands has declined nothing" {
  command -v script >/dev/null || skip "script(1) is not installed"
  book asks <<'YAML'
  - id: act
    run: touch acted
    confirm: Sure?
YAML
  # Nobody types, nor has gone.
  mkfifo typed
  script -qec "\"$RUNBOOK\" run asks.yaml" /dev/null <>typed >shown 2>&1 3>&- &
  terminal=$!
  STARTED+=("$terminal")
  eventually in_transcript '"type":"ask"'
  kill -KILL "$terminal"
  wait "$terminal" 2>/dev/null || true
  eventually in_transcript '"type":"run_end"'
  [ ! -e acted ]
  run ! grep -q 'was declined by' "$(transcript)"
}

@test "the record began on a full disk: runs and show tell of it, and the disk is told of once" {
  if ! unshare -m mount -t tmpfs none /run 2>/dev/null; then skip "needs the right to mount"; fi
  book full <<'YAML'
  - {id: a, look: echo one}
  - {id: b, look: echo two}
  - {id: c, run: touch changed}
YAML
  mkdir small
  cat >inside <<'SH'
mount -t tmpfs none /run && mount -t tmpfs none /dev/shm && mount -t tmpfs -o size=64k none small || exit 9
head -c 1000000 /dev/zero >small/fill 2>/dev/null
export XDG_STATE_HOME=$PWD/small
"$RUNBOOK" run full.yaml || exit 8
"$RUNBOOK" runs
umount small
echo AWAY
"$RUNBOOK" runs
"$RUNBOOK" show last | tail -n 1
SH
  run unshare -m bash inside
  has_status 0
  lacks unreadable
  lacks 1970
  [ "$(grep -c 'not kept any more' <<<"${output%%AWAY*}")" -eq 1 ]
  [ "$(grep -c "full .* resolved" <<<"$output")" -eq 2 ]
}

@test "an interrupt while secrets are loaded starts no command of another one" {
  cat >secrets.yaml <<'YAML'
runbook: secrets
secrets:
  first: {command: "touch first; sleep 31.6", optional: true}
  second: {command: "touch second; echo longenough", optional: true}
steps: [{id: a, secrets: [first, second], look: 'true'}]
YAML
  env --default-signal=INT "$RUNBOOK" run secrets.yaml >shown 2>&1 3>&- &
  STARTED+=("$!")
  eventually test -e first
  kill -INT "${STARTED[0]}"
  status=0
  wait "${STARTED[0]}" || status=$?
  cat shown
  [ "$status" -eq 130 ]
  [ ! -e second ]
  none_of 'sleep 31.6'
}

@test "a process in a container is not found by a pattern, nor stopped; a pidfile that names it finds it" {
  if ! unshare --pid --fork --mount-proc true 2>/dev/null; then skip "needs the right to make a PID namespace"; fi
  # Of all processes of this host, these are this test's.
  local nap=3191.$BASHPID
  background unshare --pid --fork --kill-child --mount-proc sleep "$nap"
  outer=$BACKGROUND
  eventually grep -q . "/proc/$outer/task/$outer/children"
  inner=$(tr -d ' ' <"/proc/$outer/task/$outer/children")
  eventually grep -q '^sleep' "/proc/$inner/cmdline"
  echo "$inner" >inner.pid
  book contained <<YAML
  - id: seen
    process: /^sleep $nap\$/
    on_fail: continue
  - {process: {pidfile: inner.pid}}
  - process: {pattern: '/^sleep $nap\$/', stop: true}
YAML
  run "$RUNBOOK" run contained.yaml
  has_status 0
  has 'there is no such process here; one in a container matches, and is left out'
  kill -0 "$inner"
  run "$RUNBOOK" drill contained.yaml
  [ "$(grep -c 'one in a container matches, and is left out' <<<"$output")" = 3 ]
  # Beside it, one of this host is the one that is meant.
  background sleep "$nap"
  eventually is_program "$BACKGROUND" sleep
  run "$RUNBOOK" run contained.yaml
  has_status 0
  has "pid $BACKGROUND, sleep $nap"
  kill -0 "$inner"
  eventually not kill -0 "$BACKGROUND"
}

@test "a pattern that fits nearly all processes stops none" {
  book broad <<'YAML'
  - {id: stop, process: {pattern: "${name}", stop: true}, confirm: Stop?}
YAML
  sed -i 's/^steps:/inputs: {name: {type: regex}}\nsteps:/' broad.yaml
  local name
  for name in ' ' 'sh' '/a/i' '/(|sleep)/'; do
    run "$RUNBOOK" run broad.yaml --yes --set "name=$name"
    has_status 1
    has 'would stop processes that nobody meant'
  done
}

@test "those that a pattern has stopped are counted and named" {
  local nap=6126.$BASHPID first
  book several <<YAML
  - {id: stop, process: {pattern: '/^sleep $nap\$/', stop: true}}
YAML
  background sleep "$nap"
  first=$BACKGROUND
  eventually is_program "$first" sleep
  background sleep "$nap"
  eventually is_program "$BACKGROUND" sleep
  run "$RUNBOOK" check several.yaml
  has 'nobody is asked before [W003]'
  run "$RUNBOOK" run several.yaml
  has_status 0
  has '2 processes gone after TERM'
  has "pid $first, sleep $nap"
  has "pid $BACKGROUND, sleep $nap"
}

@test "a pipe for a certificate is refused, and holds nothing up" {
  mkfifo ca
  book tls <<'YAML'
  - {id: ask, http: {url: "https://127.0.0.1:9/", tls: {ca: ca}}}
YAML
  run timeout 60 "$RUNBOOK" run tls.yaml
  has_status 1
  has 'it is a pipe, not a regular file'
}
