#!/usr/bin/env bats
# runbooks/api-down.yaml on a real uvicorn, FastAPI and PostgreSQL, broken in the ways that the runbook names.

load ../support/helpers
load systems

# A password that stands nowhere by accident.
SECRET='Zyx$9@quartz%41jumps'
SECRET_IN_URL='Zyx%249%40quartz%2541jumps'

setup() {
  sandbox
  app_make
  PORT=$(free_port)
}

teardown() {
  app_end
  pg_stop || true
  end_all
  if [ -n "${UNMOUNT:-}" ]; then umount "$UNMOUNT"; fi
  if [ -n "${MUTABLE:-}" ]; then chattr -i "$MUTABLE"; fi
  if [ -n "${CGROUP:-}" ]; then
    eventually rmdir "$CGROUP"
  fi
}

# api_down [OPTION…] — the runbook on ./app. A port on which nothing of this test listens is its PORT.
# shellcheck disable=SC2154
api_down() {
  run --separate-stderr "$RUNBOOK" run "${BOOK:-$TOP/runbooks/api-down.yaml}" --set "root=$APP" --set "port=$PORT" \
    --set host=127.0.0.1 "$@"
  echo "$output"
  echo "$stderr"
}

# As above, with the database in ./pg, whose password stands in the API's .env alone.
api_down_with_pg() {
  api_down --set db_start_with=pg_ctl --set "db_data_dir=$PG" --set "db_log_file=$PG/server.log" \
    --set db_admin=app --set "db_admin_host=$PG" --set db_idle_over=1s "$@"
}

# hold_port — another program takes the port. Sets HOLDER.
hold_port() {
  background "$SUPPORT/holder" "$PORT" 600 "$PWD/held"
  HOLDER=$BACKGROUND
  eventually test -s held
}

# try_start — what an operator's own attempt leaves in the log.
try_start() {
  (cd "$APP/backend" && exec timeout 60 ../venv/bin/uvicorn api.main:app --host 127.0.0.1 --port "$PORT") \
    >>"$APP/logs/uvicorn.log" 2>&1 || true
}

# with_database [PASSWORD_IN_URL] — PostgreSQL in ./pg, that the API uses.
with_database() {
  pg_make "$SECRET" 'max_connections = 10' 'superuser_reserved_connections = 3'
  pg_start
  # A user of its own, that has no part in the connections which are kept for superusers.
  pg_sql "create role shop login password '$SECRET'"
  echo "DATABASE_URL=postgresql://shop:${1:-$SECRET_IN_URL}@127.0.0.1:$PG_PORT/postgres" >"$APP/backend/.env"
}

runbook_pid() { cat "$APP/uvicorn.pid"; }

# The secret is nowhere that others could read it: on the terminal, in the record, in the arguments of processes.
kept_secret() {
  lacks "$SECRET"
  lacks "$SECRET_IN_URL"
  holds_no_secret "$XDG_STATE_HOME"
  holds_no_secret "$APP/logs"
  if [ -e processes ]; then
    watched
    # Some of what was seen is this test's own, or nothing was looked at.
    grep -qF 'runbook run' processes
    holds_no_secret processes
  fi
}

# holds_no_secret FILE|FOLDER. What is looked for comes from a file, or this would be the process that shows it.
holds_no_secret() {
  printf '%s\n' "$SECRET" "$SECRET_IN_URL" >"$BATS_TEST_TMPDIR/secrets"
  if grep -rFf "$BATS_TEST_TMPDIR/secrets" -- "$1" >&2; then
    echo "the secret stands in $1" >&2
    return 1
  fi
}

# A wheel of one module, to be installed without a network.
make_wheel() {
  mkdir -p wheels
  "$PYTHON" - "wheels/shopconfig-1.0-py3-none-any.whl" <<'END'
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w") as z:
    z.writestr("shopconfig.py", "NAME = 'shop'\n")
    z.writestr("shopconfig-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: shopconfig\nVersion: 1.0\n")
    z.writestr("shopconfig-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
    z.writestr("shopconfig-1.0.dist-info/RECORD", "")
END
}

need_pip() { "$PYTHON" -m pip --version >/dev/null 2>&1 || skip "python3-pip is not installed (tools/deps.sh e2e)"; }

# ---- the port and the process ----

@test "the port is taken by another program: it is stopped, and the API answers within a second of its own start" {
  local own before runs
  # How long the application takes by itself, the second time, when its files are in memory.
  app_start "$PORT"
  kill -KILL "$APP_PID"
  eventually gone "$APP_PID"
  before=$(now_ms)
  app_start "$PORT"
  own=$(($(now_ms) - before))
  kill -KILL "$APP_PID"
  eventually gone "$APP_PID"
  hold_port
  try_start
  grep -qi 'address already in use' "$APP/logs/uvicorn.log"
  before=$(now_ms)
  api_down --yes
  runs=$(($(now_ms) - before))
  has_status 0
  has "pid $HOLDER"
  has 'resolved'
  gone "$HOLDER"
  answers "$PORT"
  took "$runs" $((own + 1000)) "port taken, from start to an answering API (which starts in $own ms by itself)"
}

@test "the process was killed: it is started, and nothing else is touched" {
  app_start "$PORT"
  kill -KILL "$APP_PID"
  eventually gone "$APP_PID"
  local other
  other=$(free_port)
  background "$SUPPORT/holder" "$other" 600 other
  eventually test -s other
  api_down --yes
  has_status 0
  answers "$PORT"
  answers "$PORT" /api/clients/
  alive "$BACKGROUND"
  alive "$(runbook_pid)"
}

@test "uvicorn hangs: this one is stopped and started again, that of another application stays" {
  local hung other other_port inside
  app_start "$PORT"
  hung=$APP_PID
  # What an API in a container of this host looks like from outside: the same application, and the same port there.
  background bash -c 'exec -a "python3 -m uvicorn api.main:app --host 0.0.0.0 --port '"$PORT"'" sleep 600'
  inside=$BACKGROUND
  other_port=$(free_port)
  app_start "$other_port"
  other=$APP_PID
  kill -STOP "$hung"
  api_down --yes
  has_status 0
  has 'timed out'
  has 'gone after TERM'
  gone "$hung"
  alive "$other"
  alive "$inside"
  answers "$PORT"
  answers "$other_port"
}

@test "a second run on the healthy API changes nothing, in less than 2 s" {
  local pid before
  api_down --yes
  has_status 0
  pid=$(runbook_pid)
  find "$APP" -path '*/logs/*' -prune -o -printf '%p %T@ %s\n' | sort >files
  before=$(now_ms)
  api_down </dev/null
  before=$(($(now_ms) - before))
  has_status 0
  took "$before" 2000 'a second run on the healthy API'
  has 'the API answers on all of its endpoints'
  [ "$(runbook_pid)" = "$pid" ]
  alive "$pid"
  find "$APP" -path '*/logs/*' -prune -o -printf '%p %T@ %s\n' | sort | diff files -
}

@test "nobody can be asked: nothing is stopped, exit 5" {
  hold_port
  api_down </dev/null
  has_status 5
  alive "$HOLDER"
  [ ! -e "$APP/uvicorn.pid" ]
}

@test "the quick way: what runs is stopped, the API is started, its health is told" {
  app_start "$PORT"
  api_down --from quick --yes
  has_status 0
  has 'API is running'
  has '"status":"healthy"'
  gone "$APP_PID"
  answers "$PORT"
}

@test "the quick way, and the API does not start: what uvicorn said is shown" {
  echo 'raise SystemExit("the moon is in the wrong house")' >"$APP/backend/api/main.py"
  api_down --from quick --yes
  has_status 1
  has 'the moon is in the wrong house'
  has 'the API did not start'
}

# ---- the code and its packages ----

@test "a module is missing: the packages are installed, and the API answers" {
  need_pip
  make_wheel
  echo "$PWD/wheels/shopconfig-1.0-py3-none-any.whl" >"$APP/backend/requirements.txt"
  sed -i '1i import shopconfig' "$APP/backend/api/main.py"
  try_start
  grep -q "No module named 'shopconfig'" "$APP/logs/uvicorn.log"
  api_down --yes
  has_status 0
  has 'shopconfig is missing'
  answers "$PORT"
}

@test "a module is missing, and no log says so before the start: the start tells, and it is installed" {
  need_pip
  make_wheel
  echo "$PWD/wheels/shopconfig-1.0-py3-none-any.whl" >"$APP/backend/requirements.txt"
  sed -i '1i import shopconfig' "$APP/backend/api/main.py"
  api_down --yes
  has_status 0
  has 'The start has shown what is wrong'
  answers "$PORT"
}

@test "a module is missing and cannot be installed: escalated, nothing runs, the right people are told" {
  need_pip
  echo /nonexistent/shopconfig-1.0-py3-none-any.whl >"$APP/backend/requirements.txt"
  sed -i '1i import shopconfig' "$APP/backend/api/main.py"
  try_start
  start_httpd /slack status=200 body=ok
  SLACK_WEBHOOK_URL=$HTTPD_URL/slack api_down --yes
  has_status 3
  has 'the packages could not be installed'
  has 'A minimal application runs'
  run ! answers "$PORT"
  [ "$(grep -c 'its runbook did not mend it' "$HTTPD_LOG")" -eq 1 ]
}

@test "main.py has a syntax error: escalated with its line, and what runs is not stopped" {
  # It runs, and is not healthy.
  echo 'DATABASE_URL=postgresql://shop@127.0.0.1:1/shop' >"$APP/backend/.env"
  app_start "$PORT"
  echo 'def broken(:' >>"$APP/backend/api/main.py"
  api_down --yes
  has_status 3
  has "main.py:$(wc -l <"$APP/backend/api/main.py"): invalid syntax"
  alive "$APP_PID"
  [ ! -e "$APP/uvicorn.pid" ]
}

@test "the start fails for a reason of its own: all it depends on is looked at, and a debug start shows why" {
  echo 'raise RuntimeError("no licence for this host")' >>"$APP/backend/api/main.py"
  start_httpd /slack status=200 body=ok
  SLACK_WEBHOOK_URL=$HTTPD_URL/slack api_down --yes
  has_status 3
  has 'the API does not start: RuntimeError: no licence for this host'
  has 'Does the virtual environment'
  has 'Start the API with --log-level debug'
  has 'How busy is it?'
  run ! answers "$PORT"
  [ "$(grep -c 'its runbook did not mend it' "$HTTPD_LOG")" -eq 1 ]
}

@test "the API starts and does not become healthy: it is left running, since that is more than nothing" {
  sed -i 's/"status": "healthy"/"status": "degraded"/' "$APP/backend/api/main.py"
  # Several times what it takes by itself, on this machine.
  local own
  own=$(now_ms)
  app_start "$PORT"
  own=$(($(now_ms) - own))
  kill -KILL "$APP_PID"
  eventually gone "$APP_PID"
  api_down --yes --set start_within="$((2000 + 3 * own))ms"
  has_status 3
  has 'the API does not start'
  has 'degraded'
  lacks '--log-level debug'
  answers "$PORT" /api/clients/
  alive "$(runbook_pid)"
}

@test "a debug start by hand: what runs is stopped after a confirmation, and it ends when it is ready" {
  app_start "$PORT"
  api_down --from debug --yes
  has_status 0
  gone "$APP_PID"
  has 'Uvicorn running on'
  run ! answers "$PORT"
}

@test "a setting is missing in .env: its name is told, no value is shown, and nobody need answer" {
  printf 'DATABASE_URL=\nMAIL_TOKEN=%s\n' "$SECRET" >"$APP/backend/.env"
  sed -i 's/^app = FastAPI()/api_key = {"A": 1}["API_KEY"]\napp = FastAPI()/' "$APP/backend/api/main.py"
  api_down --yes --set 'env_names=["API_KEY", "MAIL_TOKEN"]'
  has_status 3
  has 'lacks a value for API_KEY'
  kept_secret
}

# ---- the database ----

@test "the database is down: it is started, and the API, which only waited, is not" {
  with_database
  app_start "$PORT"
  pg_stop
  run ! answers "$PORT"
  watch_processes
  api_down_with_pg --yes
  has_status 0
  [ "$(pg_sql 'select 1')" = 1 ]
  answers "$PORT"
  has '✓ ok_errors'
  alive "$APP_PID"
  [ ! -e "$APP/uvicorn.pid" ]
  kept_secret
  # It would be found if it stood there.
  echo "$SECRET" >>"$XDG_STATE_HOME/planted"
  run ! holds_no_secret "$XDG_STATE_HOME"
}

@test "the database and the API are down: both are started" {
  with_database
  pg_stop
  api_down_with_pg --yes
  has_status 0
  answers "$PORT" /api/status/database
  kept_secret
}

@test "the password of the database is wrong: escalated, told, never shown, and nothing is restarted" {
  with_database "${SECRET_IN_URL}x"
  app_start "$PORT"
  start_httpd /slack status=200 body=ok
  watch_processes
  SLACK_WEBHOOK_URL=$HTTPD_URL/slack api_down --yes --set db_start_with=pg_ctl \
    --set "db_data_dir=$PG" --set db_admin=app --set "db_admin_host=$PG"
  has_status 3
  has 'the database does not answer'
  alive "$APP_PID"
  [ ! -e "$APP/uvicorn.pid" ]
  has 'password authentication failed for user "shop"'
  grep -q 'its runbook did not mend it' "$HTTPD_LOG"
  # The runbook of the database, which was called, leaves it to its caller.
  [ "$(grep -c '"target":"/slack"' "$HTTPD_LOG")" = 1 ]
  holds_no_secret "$HTTPD_LOG"
  kept_secret
}

@test "the database has no connection left: idle ones are ended, and the API answers" {
  with_database
  app_start "$PORT"
  answers "$PORT"
  # More than there are connections, since the API may hold one still; those that come too late are refused.
  local i
  for ((i = 0; i < 12; i++)); do
    PGPASSWORD=$SECRET background "$(pg_program psql)" -qX -h 127.0.0.1 -p "$PG_PORT" -U shop postgres \
      -c 'select 1' -c '\! sleep 600' >/dev/null 2>&1
  done
  eventually bash -c "! curl -fs -o /dev/null http://127.0.0.1:$PORT/health"
  eventually idle_for_long
  api_down_with_pg --yes
  has_status 0
  answers "$PORT"
  alive "$APP_PID"
  kept_secret
}

# What db_idle_over=1s takes for idle, of nearly all connections.
idle_for_long() {
  [ "$(pg_sql "select count(*) from pg_stat_activity where state = 'idle' and state_change < now() - interval '1.1 s'")" -ge 5 ]
}

@test "the database is found in DATABASE_URL, however it is written" {
  local url said
  app_start "$PORT"
  while read -r url said; do
    printf 'A=b\nexport DATABASE_URL="%s"\n' "$url" >"$APP/backend/.env"
    api_down --set 'endpoints=["/api/clients/"]'
    has "known: $said"
    lacks "${SECRET_IN_URL}"
    lacks "$SECRET"
  done <<END
postgresql+psycopg2://shop:$SECRET_IN_URL@[::1]:5433/db?sslmode=require host=::1 port=5433 user=shop name=db
postgres://shop:$SECRET_IN_URL@[::1]/db host=::1 port=5432 user=shop name=db
postgresql://shop:$SECRET_IN_URL@db.example host=db.example port=5432 user=shop name=shop
postgresql://localhost:5499/db host=localhost port=5499 user=postgres name=db
END
}

# ---- the host ----

# Root may write whatever the modes say, so that the folder is made immutable.
@test "the logs cannot be written: escalated, and nothing is started or stopped" {
  need chattr
  MUTABLE=$APP/logs
  if ! chattr +i "$MUTABLE" 2>/dev/null; then
    MUTABLE=
    skip "this file system or user cannot make a folder immutable"
  fi
  hold_port
  api_down --yes
  has_status 3
  has "$APP/logs may not be written"
  alive "$HOLDER"
  [ ! -e "$APP/uvicorn.pid" ]
}

@test "the disk of the logs is full: what is large is shown, nothing is removed, escalated" {
  [ "$(id -u)" -eq 0 ] || skip 'only root mounts a small disk'
  mount -t tmpfs -o size=256k none "$APP/logs" || skip 'no small disk can be mounted here'
  UNMOUNT=$APP/logs
  : >"$APP/logs/api.log"
  mkdir "$APP/logs/old"
  head -c 1M /dev/zero >"$APP/logs/old/api.log.1" 2>/dev/null || true
  api_down --yes
  has_status 3
  has 'No space left on device'
  has 'is 100 % full'
  has "$APP/logs/old"
  [ "$(stat -c %s "$APP/logs/old/api.log.1")" -gt 200000 ]
  [ ! -e "$APP/uvicorn.pid" ]
}

@test "the kernel ended it for want of memory: it is started with fewer workers" {
  local limit=memory.limit_in_bytes
  CGROUP=
  [ "$(id -u)" -eq 0 ] || skip 'only root makes a group with a memory limit'
  if [ -e /sys/fs/cgroup/memory/memory.limit_in_bytes ]; then
    CGROUP=/sys/fs/cgroup/memory/runbook-e2e-$$
  elif grep -qs memory /sys/fs/cgroup/cgroup.subtree_control; then
    CGROUP=/sys/fs/cgroup/runbook-e2e-$$
    limit=memory.max
  else
    skip 'there is no memory controller here'
  fi
  mkdir "$CGROUP"
  echo $((160 << 20)) >"$CGROUP/$limit"
  app_start "$PORT"
  echo "$APP_PID" >"$CGROUP/cgroup.procs"
  curl -sS --max-time 10 "http://127.0.0.1:$PORT/api/errors?kind=memory" >/dev/null 2>&1 || true
  eventually gone "$APP_PID"
  dmesg 2>/dev/null | grep -q "Killed process $APP_PID (uvicorn)" || skip 'the kernel does not tell this user whom it ended'
  api_down --yes --set workers=4
  has_status 0
  has "Killed process $APP_PID (uvicorn)"
  answers "$PORT"
  tr '\0' ' ' <"/proc/$(runbook_pid)/cmdline" | grep -q -- '--workers 2'
}

@test "memory is short right now: the caches are dropped after a confirmation" {
  [ "$(id -u)" -eq 0 ] || skip 'only root drops the caches'
  api_down --yes --set min_memory=100
  has_status 0
  has 'Drop the caches'
  answers "$PORT"
}

@test "the frontend cannot reach the API: it is told, and the API, which is well, is left alone" {
  local pid
  api_down --yes
  has_status 0
  pid=$(runbook_pid)
  api_down --yes --set "public_url=http://127.0.0.1:$(free_port)" --set frontend=http://shop.example
  has_status 0
  has '✗ ok_frontend'
  has '✗ ok_cors'
  has 'add_middleware(CORSMiddleware'
  has 'Which rules are there for port'
  [ "$(runbook_pid)" = "$pid" ]
}

@test "nginx in front of the API: the frontend is asked through it" {
  nginx_make "$PORT"
  nginx_start
  api_down --yes --set "public_url=http://127.0.0.1:$NGINX_PORT"
  local ran=$status
  nginx_end
  [ "$ran" -eq 0 ]
  has '✓ ok_frontend'
}

# ---- prevention ----

# A scratch crontab, so that nobody's own is touched.
@test "cron watches the API: the line is installed once, notes when the API is down, and is no second time" {
  mkdir bin
  cat >bin/crontab <<END
#!/bin/sh
case \$1 in
  -l) cat "$PWD/table" 2>/dev/null || { echo 'no crontab for root' >&2; exit 1; } ;;
  -) cat >"$PWD/table" ;;
esac
END
  chmod +x bin/crontab
  PATH=$PWD/bin:$PATH api_down --from install_cron --yes
  has_status 0
  grep -qF '*/5 * * * * ' table
  cp table first
  PATH=$PWD/bin:$PATH api_down --from install_cron --yes
  has_status 0
  cmp table first
  # What cron would do.
  sed 's|^\*/5 \* \* \* \* ||' table >line
  sh line 2>/dev/null
  grep -q 'API down at' "$APP/logs/api_monitor.log"
  app_start "$PORT"
  : >"$APP/logs/api_monitor.log"
  sh line
  [ ! -s "$APP/logs/api_monitor.log" ]
}

@test "a unit keeps the API running: where systemd does not run this host, that is said, and nothing is written" {
  if [ -d /run/systemd/system ]; then skip 'systemd runs this host'; fi
  api_down --from install_unit --set user=daemon --yes
  has_status 1
  has 'systemd does not run this host'
}

@test "a minimal application runs in isolation, and leaves nothing" {
  api_down --from isolate
  has_status 0
  has 'Does a minimal application answer?'
  none_of "$APP/venv/bin/python -"
}

# ---- bad input ----

@test "bad input is refused before the first step" {
  api_down --set port=70000
  has_status 2
  has 'port'
  api_down --set "root=$PWD/nowhere"
  has_status 2
  has "$PWD/nowhere"
  rm -r "$APP/logs"
  api_down --yes
  has_status 2
  has "$APP/logs"
  [ -z "$(transcript)" ]
}
