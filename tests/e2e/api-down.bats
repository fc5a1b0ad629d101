#!/usr/bin/env bats
# runbooks/api-down.yaml on a real uvicorn and FastAPI, broken in the ways that the runbook names.

load ../support/helpers

PYTHON=/usr/bin/python3

# An application in ./app: backend/, venv/ (with the distribution's packages), logs/.
setup() {
  "$PYTHON" -c 'import fastapi, uvicorn' 2>/dev/null || skip "python3-fastapi and uvicorn are not installed (tools/deps.sh e2e)"
  sandbox
  APP=$PWD/app
  mkdir -p "$APP/backend/api" "$APP/logs"
  "$PYTHON" -m venv --system-site-packages "$APP/venv"
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

# The API that a test left running is ended by its pidfile, after its command line has shown that it is ours.
teardown() {
  local pid
  if [ -s "$APP/uvicorn.pid" ]; then
    pid=$(<"$APP/uvicorn.pid")
    if tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -q "$APP/venv/bin/uvicorn"; then kill -KILL "$pid"; fi
  fi
  end_all
}

api_down() {
  run --separate-stderr "$RUNBOOK" run "$TOP/runbooks/api-down.yaml" --set "root=$APP" --set "port=$PORT" \
    --set host=127.0.0.1 "$@"
  echo "$output"
  echo "$stderr"
}

# What the application itself says, by another client than the runbook's.
answers() {
  "$PYTHON" - "$PORT" <<'END'
import sys, urllib.request
with urllib.request.urlopen(f"http://127.0.0.1:{sys.argv[1]}/health", timeout=5) as r:
    sys.exit(r.status != 200)
END
}

@test "the port is taken by a stale process: it is stopped, and the API answers" {
  "$SUPPORT/holder" "$PORT" 120 "$PWD/held" 3>&- &
  STARTED+=("$!")
  local holder=$!
  eventually test -s held
  (cd "$APP/backend" && ../venv/bin/uvicorn api.main:app --port "$PORT" >../logs/api.log 2>&1) || true
  grep -qi 'address already in use' "$APP/logs/api.log"
  api_down --yes
  has_status 0
  has "pid $holder"
  has 'resolved'
  gone "$holder"
  answers
}

@test "the process is dead and the port is clean: it is started" {
  api_down --yes
  has_status 0
  has 'Port '"$PORT"' is free'
  answers
}

@test "a second run on the healthy API changes nothing" {
  api_down --yes
  has_status 0
  local pid
  pid=$(<"$APP/uvicorn.pid")
  api_down
  has_status 0
  has 'says that it is healthy'
  [ "$(<"$APP/uvicorn.pid")" = "$pid" ]
  kill -0 "$pid"
}

@test "a module is missing: the packages are installed, and the API answers" {
  mkdir -p "$APP/wheels"
  "$PYTHON" - "$APP/wheels" <<'END'
import sys, zipfile
with zipfile.ZipFile(sys.argv[1] + "/shopconfig-1.0-py3-none-any.whl", "w") as z:
    z.writestr("shopconfig.py", "NAME = 'shop'\n")
    z.writestr("shopconfig-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: shopconfig\nVersion: 1.0\n")
    z.writestr("shopconfig-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
    z.writestr("shopconfig-1.0.dist-info/RECORD", "")
END
  echo "$APP/wheels/shopconfig-1.0-py3-none-any.whl" >"$APP/backend/requirements.txt"
  sed -i '1i import shopconfig' "$APP/backend/api/main.py"
  (cd "$APP/backend" && ../venv/bin/uvicorn api.main:app --port "$PORT" >../logs/api.log 2>&1) || true
  grep -q "No module named 'shopconfig'" "$APP/logs/api.log"
  api_down --yes
  has_status 0
  has 'reinstall'
  answers
}

@test "a module is missing and cannot be installed: escalated, and nothing is left running" {
  echo /nonexistent/shopconfig-1.0-py3-none-any.whl >"$APP/backend/requirements.txt"
  sed -i '1i import shopconfig' "$APP/backend/api/main.py"
  (cd "$APP/backend" && ../venv/bin/uvicorn api.main:app --port "$PORT" >../logs/api.log 2>&1) || true
  api_down --yes
  has_status 3
  has 'the packages could not be installed'
  run ! answers
}

@test "the database does not answer: escalated without touching the API" {
  echo 'ERROR Database connection failed: connection refused' >"$APP/logs/api.log"
  api_down --yes
  has_status 3
  has 'the database does not answer'
  [ ! -e "$APP/uvicorn.pid" ]
}

@test "nobody can be asked: nothing is stopped, exit 5" {
  "$SUPPORT/holder" "$PORT" 120 "$PWD/held" 3>&- &
  STARTED+=("$!")
  local holder=$!
  eventually test -s held
  api_down </dev/null
  has_status 5
  kill -0 "$holder"
}
