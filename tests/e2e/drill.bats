#!/usr/bin/env bats
# `runbook drill` of runbooks/api-down.yaml on a real uvicorn and FastAPI whose port is taken: it names the right
# branch and the right process, and leaves the host as it was.

load ../support/helpers

PYTHON=/usr/bin/python3

# As in api-down.bats: an application in ./app, with backend/, venv/, logs/.
setup() {
  "$PYTHON" -c 'import fastapi, uvicorn' 2>/dev/null || skip "python3-fastapi and uvicorn are not installed (tools/deps.sh e2e)"
  sandbox
  APP=$PWD/app
  mkdir -p "$APP/backend/api" "$APP/logs"
  "$PYTHON" -m venv --system-site-packages --without-pip "$APP/venv"
  cat >"$APP/venv/bin/uvicorn" <<END
#!$APP/venv/bin/python3
import sys
from uvicorn.main import main
sys.exit(main())
END
  chmod +x "$APP/venv/bin/uvicorn"
  cp "$TOP/examples/demo/main.py" "$APP/backend/api/main.py"
  : >"$APP/backend/api/__init__.py"
  : >"$APP/backend/requirements.txt"
  : >"$APP/logs/api.log"
  PORT=$(free_port)
}
teardown() { end_all; }

drill() {
  run --separate-stderr "$RUNBOOK" drill "$TOP/runbooks/api-down.yaml" --set "root=$APP" --set "port=$PORT" \
    --set host=127.0.0.1 "$@"
  echo "$output"
  echo "$stderr"
}

# What a drill must not change: processes (pid, start, command), files of the application (content, owner, mode, times)
# and listening sockets. Of processes and sockets those that have to do with this test, since others work on this host
# as well: by the test's folder in the command line, by the port, and by who holds the socket.
photograph() {
  local pid fd
  {
    echo processes and their sockets
    for pid in $(pids_of "$PWD"); do
      echo "$pid $(sed 's/^.*) //' "/proc/$pid/stat" | cut -d ' ' -f 20) $(tr '\0' ' ' <"/proc/$pid/cmdline")"
      for fd in "/proc/$pid/fd"/*; do readlink "$fd" | grep '^socket:' | sed "s/^/$pid /"; done
    done | sort
    echo listeners
    awk -v port="$(printf ':%04X' "$PORT")" '$4 == "0A" && index($2, port) { print FILENAME, $2, $10 }' /proc/net/tcp /proc/net/tcp6
    echo files
    find "$APP" -printf '%p %y %s %m %u %T@ %C@\n' | sort
    find "$APP" -type f -not -path '*/venv/*' -exec sha256sum {} + | sort
  } >"$1"
}

taken() {
  background "$SUPPORT/holder" "$PORT" 600 "$PWD/held"
  HOLDER=$BACKGROUND
  eventually test -s held
  (cd "$APP/backend" && ../venv/bin/uvicorn api.main:app --port "$PORT" >../logs/api.log 2>&1) || true
  grep -qi 'address already in use' "$APP/logs/api.log"
}

@test "with its port taken: the right branch, the right pid, and nothing is touched" {
  taken
  photograph before
  drill
  photograph after
  has_status 1
  diff before after
  # the way: to what frees the port, by what the log says
  has "Stop what holds port $PORT"
  has 'port_taken: '
  has 'address already in use'
  [[ ${output#*The way that a run would take today} == *'holder'*'What it would change'*'free'*"stop process $HOLDER"* ]]
  has "pid $HOLDER"
  # and what follows it, with what is known: the question that a run would ask stands in the record
  in_transcript "(pid $HOLDER, user $(id -un)), which holds port $PORT"
  has "port=$PORT"
  has '`stop` would change something'
  in_transcript "\"does\":\"stop process $HOLDER\""
  alive "$HOLDER"
}

@test "with a healthy API: nothing would be changed, exit 0" {
  (cd "$APP/backend" && exec ../venv/bin/uvicorn api.main:app --port "$PORT" >../logs/api.log 2>&1 3>&-) &
  STARTED+=("$!")
  eventually "$PYTHON" -c "import urllib.request as u; u.urlopen('http://127.0.0.1:$PORT/health', timeout=2)" 2>/dev/null
  # It writes its access log while it answers: only that file may grow.
  drill
  has_status 0
  has 'Nothing would be changed'
  drill --quiet
  has_status 0
  [ -z "$output$stderr" ]
}

@test "with the API dead: it would be started, and is not" {
  photograph before
  drill
  photograph after
  has_status 1
  diff before after
  has 'would change something'
  has "exec \"\$venv/bin/uvicorn\""
  [ ! -e "$APP/uvicorn.pid" ]
}
