#!/usr/bin/env bash
# Breaks a small API on purpose and lets `runbook run runbooks/api-down.yaml` mend it: what `make demo` shows.
#
#   examples/demo/demo.sh BUILD_DIR
#
# All happens in a throwaway folder, on a port of this machine, with processes that end here; the record of
# the run stays in BUILD_DIR/demo. Exits 0 only if the runbook did, and the API answers.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
build=$(cd "${1:?usage: demo.sh BUILD_DIR}" && pwd)
runbook=${RUNBOOK:-$build/runbook}
# Whatever happens to this script, nothing that it started outlives this.
lifetime=300
root=
stale=

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
if [ ! -t 1 ] || [ -n "${NO_COLOR:-}" ]; then say() { printf '\n%s\n' "$*"; }; fi

# GET $1 from the API, without curl: prints the status line and the body; fails if no answer comes.
get() {
  local line status body=
  # In a subshell, since a redirection that fails would end this one.
  (
    exec 3<>"/dev/tcp/127.0.0.1/$port" || exit 1
    printf 'GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n' "$1" >&3
    IFS= read -r -t 3 status <&3 || exit 1
    while IFS= read -r -t 3 line <&3 && [ "${line%$'\r'}" != "" ]; do :; done
    IFS= read -r -t 3 -d '' body <&3 || true
    printf '%s  %s\n' "${status%$'\r'}" "$body"
    case $status in
      *" 200 "*) ;;
      *) exit 1 ;;
    esac
  ) 2>/dev/null
}

# Ends each process that runs the programs of the throwaway folder, and none else: they are copies, so the
# same file in /proc/PID/exe is proof. The API is among them; the runbook, not this script, started it.
end_processes() {
  local signal exe left
  for signal in TERM KILL; do
    for _ in 1 2 3 4 5 6 7 8 9 10; do
      left=no
      for exe in /proc/[0-9]*/exe; do
        if [ "$exe" -ef "$root/venv/bin/uvicorn" ] || [ "$exe" -ef "$root/venv/bin/old-worker" ]; then
          left=yes
          exe=${exe%/exe}
          kill -s "$signal" "${exe#/proc/}" 2>/dev/null || true
        fi
      done
      [ "$left" = yes ] || return 0
      sleep 0.1
    done
  done
  echo "demo: something in $root would not end" >&2
  return 1
}

# shellcheck disable=SC2317 # called by the trap
finish() {
  local status=$?
  trap - EXIT INT TERM HUP
  if [ -n "$root" ]; then
    end_processes || status=1
    rm -rf "$root"
  fi
  exit "$status"
}

[ -x "$runbook" ] || {
  echo "demo: $runbook is not there: run make first" >&2
  exit 2
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP
root=$(mktemp -d "${TMPDIR:-/tmp}/runbook-demo.XXXXXX")

say "1. An application, installed in $root"
mkdir -p "$root/backend/api" "$root/venv/bin" "$root/logs"
cp "$here/main.py" "$root/backend/api/main.py"
printf 'fastapi>=0.92\nuvicorn>=0.17\n' >"$root/backend/requirements.txt"
cp "$build/examples/demo/demo_api" "$root/venv/bin/uvicorn"
cp "$build/examples/demo/stale" "$root/venv/bin/old-worker"
: >"$root/venv/bin/activate"

say "2. Its port is held by a stale worker that answers nothing useful"
"$root/venv/bin/old-worker" 8000 error "$lifetime" "$root/port" &
stale=$!
for _ in {1..100}; do
  if [ -s "$root/port" ]; then break; fi
  sleep 0.02
done
[ -s "$root/port" ] || {
  echo "demo: the stale worker did not start" >&2
  exit 1
}
port=$(<"$root/port")
echo "pid $stale holds port $port$([ "$port" = 8000 ] || echo " (8000 is taken on this machine)")"

say "3. So the API cannot start, and its log says why"
(cd "$root/backend" && DEMO_API_SECONDS=5 ../venv/bin/uvicorn api.main:app --host 0.0.0.0 --port "$port") \
  >"$root/logs/api.log" 2>&1 || true
tail -n 3 "$root/logs/api.log"
echo "GET /health: $(get /health || true)"

say "4. runbook run runbooks/api-down.yaml --yes --set root=$root --set port=$port"
# What `start` leaves running is the demo's API: give it an end of its own.
export DEMO_API_SECONDS=$lifetime
mkdir -p "$build/demo"
status=0
XDG_STATE_HOME=$build/demo "$runbook" run "$top/runbooks/api-down.yaml" --yes \
  --set "root=$root" --set "port=$port" </dev/null || status=$?
[ "$status" -eq 0 ] || {
  echo "demo: the runbook ended with exit status $status" >&2
  for log in "$root"/logs/*.log; do
    printf '\n%s:\n' "$log" >&2
    tail -n 20 "$log" >&2
  done
  exit 1
}

say "5. The API answers"
answer=$(get /health) || {
  echo "demo: the runbook ended well, but GET /health gives: ${answer:-no answer}" >&2
  exit 1
}
echo "GET /health: $answer"
echo
echo "What the demo started ends now, and its folder goes. The record of the run stays:"
echo "  XDG_STATE_HOME=$build/demo $runbook runs"
