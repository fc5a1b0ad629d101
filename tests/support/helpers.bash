# What tests of the command share. In a .bats file: `load support/helpers`, then `setup() { sandbox; }` and
# `teardown() { end_all; }`.
#
# RUNBOOK is the command under test, SUPPORT the folder of the helper programs; both come from $B.
# shellcheck shell=bash disable=SC2154 # status, output and stderr are set by bats

bats_require_minimum_version 1.5.0

TOP=$(cd "$BATS_TEST_DIRNAME" && while [ ! -f Makefile ] && [ "$PWD" != / ]; do cd ..; done && pwd)
B=${B:-$TOP/build}
RUNBOOK=${RUNBOOK:-$B/runbook}
SUPPORT=$B/support
export TOP B RUNBOOK SUPPORT
# shellcheck source=tests/support/port.bash
. "$TOP/tests/support/port.bash"

# An empty folder, to stand in and to be at home in; bats removes it. No terminal, no colour, plain locale.
sandbox() {
  cd "$BATS_TEST_TMPDIR" || return 1
  SANDBOX=$(pwd -P)
  mkdir -p home state
  export HOME=$PWD/home XDG_STATE_HOME=$PWD/state LC_ALL=C.UTF-8 TZ=UTC
  unset NO_COLOR FORCE_COLOR "${!RUNBOOK_@}"
  STARTED=()
}

# Ends all that start_* began. In teardown, so that a failed test leaves nothing either.
end_all() {
  local pid
  for pid in "${STARTED[@]}"; do
    kill -KILL "$pid" 2>/dev/null || true
    # Waited for, or the shell would say "Killed" in the middle of the results.
    wait "$pid" 2>/dev/null || true
  done
  STARTED=()
}

# background COMMAND… — starts it; its pid is $BACKGROUND. (Descriptor 3 is how bats sees the end of a test.)
background() {
  "$@" 3>&- &
  BACKGROUND=$!
  STARTED+=("$BACKGROUND")
}

# within SECONDS COMMAND… — waits until the command is true.
within() {
  local limit=$1 end=$((SECONDS + $1))
  shift
  until "$@"; do
    if [ "$SECONDS" -ge "$end" ]; then
      echo "not true within $limit s: $*" >&2
      return 1
    fi
    sleep 0.02
  done
}

# eventually COMMAND… — the same, for what has to become true on the busiest of machines.
eventually() { within 60 "$@"; }

not() { ! "$@"; }
alive() { kill -0 "$1" 2>/dev/null; }
gone() { ! kill -0 "$1" 2>/dev/null; }

# start_httpd ROUTE… (see httpd.c) — sets HTTPD_PORT, HTTPD_URL, HTTPD_LOG, HTTPD_PID.
start_httpd() {
  HTTPD_LOG=$BATS_TEST_TMPDIR/httpd.log
  rm -f "$BATS_TEST_TMPDIR/httpd.port"
  background "$SUPPORT/httpd" 0 600 "$BATS_TEST_TMPDIR/httpd.port" "$HTTPD_LOG" "$@"
  HTTPD_PID=$BACKGROUND
  eventually test -s "$BATS_TEST_TMPDIR/httpd.port"
  HTTPD_PORT=$(<"$BATS_TEST_TMPDIR/httpd.port")
  HTTPD_URL=http://127.0.0.1:$HTTPD_PORT
  export HTTPD_PORT HTTPD_URL HTTPD_LOG HTTPD_PID
}

# start_holder [WORKERS [ignore-term]] (see holder.c) — sets HOLDER_PORT, HOLDER_PID.
start_holder() {
  rm -f "$BATS_TEST_TMPDIR/holder.port"
  background "$SUPPORT/holder" 0 600 "$BATS_TEST_TMPDIR/holder.port" "$@"
  HOLDER_PID=$BACKGROUND
  eventually test -s "$BATS_TEST_TMPDIR/holder.port"
  HOLDER_PORT=$(<"$BATS_TEST_TMPDIR/holder.port")
  export HOLDER_PORT HOLDER_PID
}

# write NAME — stdin into a file of the sandbox.
write() { cat >"$1"; }

# Assertions on what `run` left in $status, $output and, under --separate-stderr, $stderr.
has_status() {
  [ "$status" -eq "$1" ] && return 0
  printf 'exit status %s, expected %s; output:\n%s\n%s\n' "$status" "$1" "$output" "${stderr:-}" >&2
  return 1
}

has() {
  [[ $output$'\n'${stderr:-} == *"$1"* ]] && return 0
  printf 'not in the output: %s\noutput:\n%s\n%s\n' "$1" "$output" "${stderr:-}" >&2
  return 1
}

lacks() {
  [[ $output$'\n'${stderr:-} != *"$1"* ]] && return 0
  printf 'in the output, and should not be: %s\noutput:\n%s\n%s\n' "$1" "$output" "${stderr:-}" >&2
  return 1
}

# book NAME — stdin, a list of steps, as the runbook NAME.yaml.
book() {
  printf 'runbook: %s\nsteps:\n' "$1" >"$1.yaml"
  cat >>"$1.yaml"
}

# The transcript of the last run: by its time, since those of one second have names in no order.
transcript() {
  find "$XDG_STATE_HOME/runbook/runs" -name transcript.jsonl -printf '%T@ %p\n' 2>/dev/null | sort -n | tail -n 1 | cut -d ' ' -f 2-
}

# Its transcript is whole: each line is JSON, and nothing is missing up to its end.
is_whole() { "$SUPPORT/jsonl" "$(transcript)"; }

# in_transcript TEXT — a record holds it.
in_transcript() {
  grep -qF -e "$1" "$(transcript)" && return 0
  printf 'not in the transcript: %s\n' "$1" >&2
  cat "$(transcript)" >&2
  return 1
}

# pids_of TEXT — processes with TEXT in their command line that stand in the test's folder: others may run the same.
# The pattern is not what it finds: grep does not see itself.
pids_of() {
  local pattern pid
  pattern=$(printf '%s' "$1" | sed -e 's/[^A-Za-z0-9 ]/\\&/g' -e 's/ /[\\x00 ]/g')
  for pid in $(grep -laP -e "$pattern" /proc/[0-9]*/cmdline 2>/dev/null | sed -e 's|^/proc/||' -e 's|/cmdline$||'); do
    case $(readlink "/proc/$pid/cwd" 2>/dev/null) in
      "$SANDBOX" | "$SANDBOX"/*) echo "$pid" ;;
    esac
  done
}

none_of() { [ -z "$(pids_of "$1")" ]; }

# is_program PID NAME — it has got so far as to be that program: between fork and exec it is still a shell.
is_program() { [ "$(tr '\0' '\n' <"/proc/$1/cmdline" 2>/dev/null | head -n 1)" = "$2" ]; }

# watch_processes — writes the arguments of all processes into ./processes, over and over, until watched.
watch_processes() {
  background bash -c 'until [ -e watched ]; do cat /proc/[0-9]*/cmdline 2>/dev/null | tr "\0" " "; sleep 0.01; done >processes'
  WATCH=$BACKGROUND
  eventually test -s processes
}

# watched — ends it: before anything looks for a secret that should stand in no arguments, and has it in its own.
watched() {
  touch watched
  wait "$WATCH"
}

# The program was built with sanitizers: it needs more memory and time, and its own reserves.
sanitized() { grep -q __asan_init "$RUNBOOK"; }

# took MS AIM WHAT — says how long something took beside the time that it aims at. A busy machine is no failure of the
# program's: only what is nowhere near it fails the test.
took() {
  echo "# $3: $1 ms, aims at $2" >&3
  [ "$1" -le $(($2 * 8)) ]
}

# Milliseconds since some beginning.
now_ms() {
  local t=${EPOCHREALTIME/[.,]/}
  echo $((t / 1000))
}
