#!/usr/bin/env bats
# Processes, and what they do to a run: the numbered cases of the reliability brief, through the command.
# shellcheck disable=SC2016,SC2154 # the scripts are for the runbook's shell; bats sets status and output

load support/helpers

setup() { sandbox; }

# alone COMMAND… — with /run and /dev/shm of its own: what falls back to them leaves nothing on this host.
alone() {
  if ! unshare -m mount -t tmpfs none /run 2>/dev/null; then skip "needs the right to mount"; fi
  run unshare -m bash -c 'mount -t tmpfs none /run && mount -t tmpfs none /dev/shm && exec "$@"' bash "$@"
}
teardown() { end_all; }

# --- ends (cases 1 to 6) --------------------------------------------------------------------------------

@test "a daemon that holds stdout does not hold the step, and says so in the record" {
  book daemon <<'YAML'
  - id: leaves
    look: '"$SUPPORT/daemon_holding_stdout" 60'
    match: {daemon: '/daemon (?<pid>\d+)/'}
  - id: lives
    look: kill -0 "$leaves_daemon_pid"; sleep 0.3; kill -0 "$leaves_daemon_pid"; kill -KILL "$leaves_daemon_pid"
YAML
  start=$(now_ms)
  run "$RUNBOOK" run daemon.yaml
  has_status 0
  [ $(($(now_ms) - start)) -lt 40000 ]
  in_transcript '"output_incomplete":true'
  is_whole
}

@test "a chattering daemon is not killed by the end of its pipe while the run lasts" {
  book chatter <<'YAML'
  - id: leaves
    look: '"$SUPPORT/daemon_holding_stdout" 60 chatter'
    match: {daemon: '/daemon (?<pid>\d+)/'}
  - id: lives
    look: sleep 0.5; kill -0 "$leaves_daemon_pid"; kill -KILL "$leaves_daemon_pid"
YAML
  run "$RUNBOOK" run chatter.yaml
  has_status 0
  is_whole
}

@test "sleep 60 & echo x: the step ends, and a normal end kills nothing" {
  book background <<'YAML'
  - id: leaves
    look: sleep 60.101 & echo x
    expect: {stdout: x}
YAML
  run "$RUNBOOK" run background.yaml
  has_status 0
  in_transcript '"output_incomplete":true'
  pid=$(pids_of 'sleep 60.101')
  [ -n "$pid" ]
  kill -KILL "$pid"
}

@test "sleep, pipe, subshell and group under bash and sh: timed out after 1 s, and nothing is left alive" {
  {
    printf 'runbook: timeouts\nsteps:\n  - id: all\n    checks:\n'
    for shell in bash sh; do
      n=0
      for script in 'sleep 60.2; true' 'sleep 60.2 & wait' '(sleep 60.2)' 'sleep 60.2 | cat' \
        'setsid sleep 300.2 & sleep 60.2' 'sh -c "sleep 60.2; :" & sh -c "sleep 60.2; :"; true'; do
        n=$((n + 1))
        printf "      - {id: %s%d, shell: %s, timeout: 1s, look: '%s'}\n" "$shell" "$n" "$shell" "$script"
      done
    done
  } >timeouts.yaml
  start=$(now_ms)
  run "$RUNBOOK" run timeouts.yaml
  has_status 1
  [ $(($(now_ms) - start)) -lt 50000 ]
  [ "$(grep -c '"type":"step_end".*"outcome":"timed out"' "$(transcript)")" -eq 12 ]
  none_of 'sleep 60.2'
  none_of 'sleep 300.2'
  is_whole
}

# timed_out RUNBOOK — a run whose step `stays` was timed out when it had got so far as to be ready for TERM. On a busy
# machine it may take longer than the first of these timeouts until it is.
timed_out() {
  local limit
  for limit in 300ms 3s 30s; do
    sed "s/LIMIT/$limit/" "$1" >limited.yaml
    start=$(now_ms)
    run "$RUNBOOK" run limited.yaml
    has_status 1
    in_transcript '"outcome":"timed out"'
    if grep -qx ready "$(dirname "$(transcript)")"/*stays*.stdout; then return 0; fi
  done
  echo 'it was not ready for TERM within 30 s' >&2
  return 1
}

@test "TERM ignored: killed after the grace" {
  book stubborn <<'YAML'
  - id: stays
    timeout: LIMIT
    look: exec "$SUPPORT/ignore_term" 120
YAML
  timed_out stubborn.yaml
  took=$(($(now_ms) - start))
  [ "$took" -ge 5000 ]
  [ "$took" -lt 90000 ]
  in_transcript '"signal":9'
  none_of "$SUPPORT/ignore_term"
}

@test "exit 0 on TERM: still timed out" {
  book polite <<'YAML'
  - id: stays
    timeout: LIMIT
    look: exec "$SUPPORT/ignore_term" 120 exit-zero
YAML
  timed_out polite.yaml
  in_transcript '"exit":0'
}

@test "a step that stops itself is ended all the same" {
  book stopped <<'YAML'
  - id: stops
    timeout: 300ms
    look: kill -STOP $$; sleep 20.6
YAML
  run "$RUNBOOK" run stopped.yaml
  has_status 1
  in_transcript '"outcome":"timed out"'
  none_of 'sleep 20.6'
}

# --- what a child gets (cases 7 and 8) ------------------------------------------------------------------

@test "signals ignored and blocked by who started us are neither in children, nor in our way" {
  if ! env --ignore-signal=CHLD,PIPE --block-signal=ALRM,TERM true 2>/dev/null; then skip "env cannot ignore signals"; fi
  book signals <<'YAML'
  - id: child
    look: ["${dump}"]
    expect: {stdout: ['"blocked":[]', '"ignored":[]', '"fds":[0,1,2]']}
  - id: times_out
    timeout: 200ms
    look: sleep 20.7
    on_fail: continue
YAML
  sed -i '1a inputs: {dump: {type: file}}' signals.yaml
  run env --ignore-signal=CHLD,PIPE,TERM --block-signal=ALRM,TERM "$RUNBOOK" run signals.yaml --set "dump=$SUPPORT/argdump"
  has_status 0
  none_of 'sleep 20.7'
}

@test "descriptors 0 to 2 closed: the child has three of its own, and the record is whole" {
  book fds <<'YAML'
  - id: child
    look: ["${dump}"]
    expect: {stdout: '"fds":[0,1,2]'}
YAML
  sed -i '1a inputs: {dump: {type: file}}' fds.yaml
  "$RUNBOOK" run fds.yaml --set "dump=$SUPPORT/argdump" <&- >&- 2>&-
  is_whole
}

@test "descriptors 3 to 50 open: none of them gets to the child" {
  book fds <<'YAML'
  - id: child
    look: ["${dump}"]
    expect: {stdout: '"fds":[0,1,2]'}
YAML
  sed -i '1a inputs: {dump: {type: file}}' fds.yaml
  run bash -c 'for ((i = 3; i <= 50; i++)); do eval "exec $i</dev/null"; done; exec "$0" run fds.yaml --set "dump=$1"' \
    "$RUNBOOK" "$SUPPORT/argdump"
  has_status 0
}

@test "standard input of the command is not the step's" {
  book input <<'YAML'
  - id: reads
    look: cat
    expect: {stdout: {equals: ""}}
YAML
  run "$RUNBOOK" run input.yaml <<<'not for the step'
  has_status 0
}

@test "the environment, the working folder and the arguments are as they were given" {
  book exact <<'YAML'
  - id: child
    look: ["${dump}", "", "a b", "${evil}"]
    env: {GIVEN: "it's \"x\""}
    expect: {stdout: ['"argv":["${dump}","","a b","$(id) `id` ''"]', '"GIVEN":"it''s \"x\""', '"INHERITED":"1"']}
YAML
  sed -i '1a inputs: {dump: {type: file}, evil: {type: text}}' exact.yaml
  INHERITED=1 run "$RUNBOOK" run exact.yaml --set "dump=$SUPPORT/argdump" --set 'evil=$(id) `id` '\'
  has_status 0
}

# --- output (cases 9, 10, 24) ---------------------------------------------------------------------------

@test "1 GiB of output: bounded memory, an exact count, and the pattern on its last line is seen" {
  if sanitized; then skip "sanitizers need memory of their own"; fi
  book flood <<'YAML'
  - id: much
    timeout: 2m
    look: '"$SUPPORT/flood" stdout 1073741824 "the very last line"'
    match: {last: /^the very last line$/, none: /never/, any: '/x{3}/'}
  - id: seen
    if: much.last and not much.none
    look: "true"
    on_pass: end resolved
  - end: {failed: the last line was not seen}
YAML
  run "$SUPPORT/maxrss" rss "$RUNBOOK" run flood.yaml
  has_status 0
  echo "memory: $(<rss) KiB" >&2
  [ "$(<rss)" -lt 16384 ]
  in_transcript '"stdout_bytes":1073741824'
  # What is kept on disk is bounded, too.
  [ "$(du -sm state | cut -f1)" -le 70 ]
  is_whole
}

@test "both pipes filled: no deadlock" {
  book both <<'YAML'
  - id: much
    look: '"$SUPPORT/flood" both 20000000 end'
    match: {last: /^end$/}
    expect: {that: this.last.count == 2}
YAML
  run "$RUNBOOK" run both.yaml
  has_status 0
  in_transcript '"stdout_bytes":20000000'
  in_transcript '"stderr_bytes":20000000'
}

@test "escapes in output are escaped on the terminal, and exact in the record" {
  book escapes <<'YAML'
  - id: writes
    show: output
    look: printf '\033]52;c;aGk=\007\033[31mred\033[0m\n'
  - id: fails
    look: printf '\033[2Jgone\n' >&2; exit 1
YAML
  run "$RUNBOOK" run escapes.yaml
  has_status 1
  lacks $'\033'
  lacks $'\007'
  has 'red'
  printf '\033]52;c;aGk=\007\033[31mred\033[0m\n' >expected
  cmp expected "$(dirname "$(transcript)")"/001-writes.1.stdout
}

@test "what a program that stays prints is for the user of the run alone, if the run keeps it" {
  book stays <<'YAML'
  - id: ours
    start: echo of ours; exit 3
    ready: {look: 'false', every: 10ms}
    retry: {times: 2, every: 10ms, unsafe: true}
    on_fail: continue
  - id: theirs
    start: echo of theirs; exit 3
    ready: {look: 'false', every: 10ms}
    log: theirs.log
    on_fail: continue
YAML
  umask 022
  run "$RUNBOOK" run stays.yaml
  has_status 1
  log=$(dirname "$(transcript)")/ours.1.log
  [ "$(stat -c %a "$log")" = 600 ]
  [ "$(<"$log")" = $'of ours\nof ours' ]
  [ "$(stat -c %a theirs.log)" = 644 ]
}

# --- what cannot be started (cases 11, 12, 50) ----------------------------------------------------------

@test "fork refused: errored, and no later change starts" {
  if [ "$(id -u)" -ne 0 ] || ! command -v setpriv >/dev/null || ! command -v prlimit >/dev/null; then
    skip "needs root, setpriv and prlimit: the limit does not hold for root itself"
  fi
  # A user of no other processes, who must reach the program.
  open=$(mktemp -d /tmp/runbook-nproc.XXXXXX)
  cp "$RUNBOOK" "$open/runbook"
  cat >"$open/nproc.yaml" <<'YAML'
runbook: nproc
steps:
  - id: forks
    look: "true"
  - id: change
    run: touch changed
YAML
  chmod -R 777 "$open"
  cd "$open" || return 1
  run env XDG_STATE_HOME="$open/state" setpriv --reuid="$((64000 + BASHPID % 1000))" --clear-groups \
    prlimit --nproc=1 "$open/runbook" run nproc.yaml
  changed=no
  if [ -e changed ]; then changed=yes; fi
  records=$(cat state/runbook/runs/*/transcript.jsonl)
  cd / && rm -rf "$open"
  has_status 1
  [ "$changed" = no ]
  [[ $records == *'"outcome":"errored"'* ]]
}

@test "few descriptors: clean errors, never a crash" {
  book few <<'YAML'
  - id: a
    look: echo x
  - id: b
    checks:
      - {id: c, look: echo y}
      - {id: d, look: echo z}
YAML
  for n in 5 6 7 8 9 10 11 12 13 14 15 16 18 20 24 32; do
    # 127 is the loader's own, which has no descriptors either.
    status=0
    output=$(bash -c 'ulimit -n "$1" && exec "$0" run few.yaml' "$RUNBOOK" "$n" 2>&1) || status=$?
    case $status in
      0 | 1 | 2 | 6) ;;
      127) [[ $output == *"shared libraries"* ]] ;;
      *)
        echo "with $n descriptors: exit $status: $output" >&2
        return 1
        ;;
    esac
  done
  [ "$status" -eq 0 ]
}

@test "no HOME, no TMPDIR, no PATH but one: a run works" {
  book bare <<'YAML'
  - id: a
    look: echo "$PATH"
    expect: {stdout: {equals: "/usr/bin:/bin\n"}}
YAML
  run env -i PATH=/usr/bin:/bin XDG_STATE_HOME="$PWD/state" "$RUNBOOK" run bare.yaml
  has_status 0
  alone env -i PATH=/usr/bin:/bin "$RUNBOOK" run bare.yaml
  has_status 0
}

# --- signals (case 14) ----------------------------------------------------------------------------------

# Starts the runbook $1 in the background. (A shell has its background commands ignore SIGINT, which the command would
# respect.)
start() {
  env --default-signal=INT "$RUNBOOK" run "$1" >shown 2>&1 3>&- &
  SLOW=$!
  STARTED+=("$SLOW")
}

# start_slow RUNBOOK SECONDS — and waits until its step runs `sleep SECONDS`, not only the shell that will.
start_slow() {
  start "$1"
  eventually sleeps "$2"
}

sleeps() {
  local pid
  for pid in $(pids_of "sleep $1"); do
    if is_program "$pid" sleep; then return 0; fi
  done
  return 1
}

# ends_with STATUS — waits for what start_slow began.
ends_with() {
  local status=0
  wait "$SLOW" || status=$?
  [ "$status" -eq "$1" ] && return 0
  printf 'exit status %s, expected %s\n' "$status" "$1" >&2
  cat shown >&2
  return 1
}

@test "SIGINT: the step is ended, finally runs, exit 130" {
  cat >int.yaml <<'YAML'
runbook: int
steps:
  - id: slow
    look: sleep 30.14
finally:
  - id: closing
    run: touch closed
YAML
  start_slow int.yaml 30.14
  kill -INT "$SLOW"
  ends_with 130
  [ -e closed ]
  none_of 'sleep 30.14'
  is_whole
}

@test "SIGINT twice: killed at once, nothing is cleaned up, and the transcript has its end" {
  cat >twice.yaml <<'YAML'
runbook: twice
steps:
  - id: slow
    look: trap '' TERM INT; sleep 30.15; sleep 30.15
finally:
  - id: closing
    run: touch closed
YAML
  start_slow twice.yaml 30.15
  kill -INT "$SLOW"
  eventually grep -q interrupted shown
  kill -INT "$SLOW"
  ends_with 130
  [ ! -e closed ]
  in_transcript 'interrupted again: what runs is killed'
  none_of 'sleep 30.15'
  is_whole
}

@test "SIGTERM: exit 143; SIGHUP: the step may finish, no other change starts, exit 129" {
  book term <<'YAML'
  - id: slow
    look: sleep 30.16
YAML
  start_slow term.yaml 30.16
  kill -TERM "$SLOW"
  ends_with 143
  is_whole
  book hup <<'YAML'
  - id: slow
    run: touch begun; until [ -e go ]; do sleep 0.05; done; touch finished
  - id: change
    run: touch changed
YAML
  start hup.yaml
  eventually test -e begun
  kill -HUP "$SLOW"
  eventually grep -q 'the terminal was lost' shown
  touch go
  ends_with 129
  [ -e finished ]
  [ ! -e changed ]
  is_whole
}

@test "killed: the transcript is whole up to the last record, and runs and show say that it died, and during what" {
  book killed <<'YAML'
  - id: slow
    run: sleep 30.17
YAML
  start_slow killed.yaml 30.17
  run "$RUNBOOK" show last
  has 'under way since'
  kill -KILL "$SLOW"
  wait "$SLOW" || true
  "$SUPPORT/jsonl" "$(transcript)" --open
  in_transcript '"type":"attempt_start"'
  run "$RUNBOOK" runs
  has died
  run "$RUNBOOK" show "$(basename "$(dirname "$(transcript)")")"
  has 'no end'
  has 'unknown: this change began at'
  pid=$(pids_of 'sleep 30.17')
  # shellcheck disable=SC2086 # none or more
  kill -KILL $pid
}

# --- secrets (cases 25 and 30) --------------------------------------------------------------------------

@test "a secret that is split at every offset between two reads is nowhere in the record" {
  cat >split.yaml <<'YAML'
runbook: split
inputs: {offsets: {type: list}}
secrets: {token: {env: THE_TOKEN}}
steps:
  - id: writes
    for_each: {in: offsets, as: n}
    secrets: [token]
    look: printf 'before %s' "${token:0:$n}"; sleep 0.03; printf '%s after\n' "${token:$n}"
YAML
  offsets='offsets: ['
  for ((i = 0; i <= 16; i++)); do offsets+="$i, "; done
  printf '%s]\n' "${offsets%, }" >in.yaml
  THE_TOKEN=abcdefghABCDEFGH run "$RUNBOOK" run split.yaml --inputs in.yaml --json
  has_status 0
  lacks abcdefghABCDEFGH
  [ "$(cat state/runbook/runs/*/*.stdout | grep -cF 'before *** after')" -eq 17 ]
  if grep -rqF abcdefghABCDEFGH state; then return 1; fi
}

@test "a secret stands in no command line while the run lasts" {
  cat >cmdline.yaml <<'YAML'
runbook: cmdline
secrets: {token: {env: THE_TOKEN}}
steps:
  - id: uses
    secrets: [token]
    look: until [ -e enough ]; do echo "$token" | cat >/dev/null; sleep 0.05; done
YAML
  THE_TOKEN=cmdline-secret-30 "$RUNBOOK" run cmdline.yaml >shown 2>&1 3>&- &
  pid=$!
  STARTED+=("$pid")
  samples=0
  echo cmdline-secret-30 >pattern
  while alive "$pid"; do
    if cat /proc/[0-9]*/cmdline 2>/dev/null | grep -aqFf pattern; then return 1; fi
    samples=$((samples + 1))
    if [ "$samples" -gt 5 ]; then touch enough; fi
  done
  wait "$pid"
  [ "$samples" -gt 5 ]
}

# --- the record (cases 31, 38, 52) ----------------------------------------------------------------------

@test "the disk of the record is full: the next place is used, said loudly, and the outcome is the true one" {
  book full <<'YAML'
  - id: much
    look: '"$SUPPORT/flood" stdout 3000000'
  - id: change
    run: touch changed
YAML
  mkdir small
  alone bash -c 'mount -t tmpfs -o size=256k none small && XDG_STATE_HOME=$PWD/small "$0" run full.yaml --json' "$RUNBOOK"
  has_status 0
  [ -e changed ]
  has '"type":"run_end"'
  has '"code":"transcript_degraded"'
}

@test "a state folder that cannot be written: another place is used, and the run goes on" {
  book readonly <<'YAML'
  - id: change
    run: touch changed
YAML
  mkdir fixed
  alone bash -c '
    mount -t tmpfs -o ro none fixed && XDG_STATE_HOME=$PWD/fixed "$0" run readonly.yaml &&
      "$SUPPORT/jsonl" "$(find /run /dev/shm -name transcript.jsonl)"' "$RUNBOOK"
  has_status 0
  has 'which is not the usual place ('
  [ -e changed ]
}

@test "no place for a record is left: a read runs, a change does not start, exit 6" {
  if ! unshare -m true 2>/dev/null; then skip "needs the right to mount"; fi
  book nowhere <<'YAML'
  - id: read
    look: "true"
  - id: change
    run: touch changed
YAML
  mkdir fixed
  run unshare -m bash -c '
    for d in fixed /run /dev/shm; do mount -t tmpfs -o ro none "$d" || exit 99; done
    unset XDG_RUNTIME_DIR
    XDG_STATE_HOME=$PWD/fixed exec "$0" run nowhere.yaml' "$RUNBOOK"
  if [ "$status" -eq 99 ]; then skip "cannot mount over all of these"; fi
  has_status 6
  has read
  [ ! -e changed ]
}

@test "a transcript that is a symlink, a FIFO or there already is refused, and nothing is run" {
  book refused <<'YAML'
  - id: change
    run: touch changed
YAML
  ln -s target link
  mkfifo fifo
  echo mine >there
  for f in link fifo there; do
    run "$RUNBOOK" run refused.yaml --transcript "$f"
    has 'runbook: the transcript cannot be written to'
    [ -z "$(ls "$XDG_STATE_HOME/runbook/runs")" ]
    [ "$status" -ne 0 ]
    has "$f"
    [ ! -e changed ]
  done
  [ ! -e target ]
  [ "$(<there)" = mine ]
  run "$RUNBOOK" run refused.yaml --transcript new.jsonl
  has_status 0
  "$SUPPORT/jsonl" new.jsonl
  [ "$(stat -c %a new.jsonl)" = 600 ]
}

@test "a runbook that is a FIFO, a device or endless is refused" {
  mkfifo fifo
  for f in fifo /dev/zero; do
    run timeout 60 "$RUNBOOK" run "$f"
    has_status 2
    run timeout 60 "$RUNBOOK" check "$f"
    has_status 2
  done
  truncate -s 1G sparse.yaml
  run timeout 60 "$RUNBOOK" check sparse.yaml
  has_status 2
}

@test "who reads our output has gone, or its disk is full: the run goes on to its own end" {
  book output <<'YAML'
  - id: a
    show: output
    look: seq 1 20000
  - id: change
    run: touch changed
YAML
  # shellcheck disable=SC2094 # the pipe is what is tested
  { "$RUNBOOK" run output.yaml; echo "$?" >code; } | head -n 1 >/dev/null
  eventually test -s code
  [ "$(<code)" -eq 0 ]
  [ -e changed ]
  is_whole
  "$RUNBOOK" run output.yaml >/dev/full
}
