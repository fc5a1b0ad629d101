#!/usr/bin/env bats
# runbooks/health-check-failing.yaml on a real uvicorn, with a real PostgreSQL behind it and a real nginx before it.
# shellcheck disable=SC2154 # status, output and stderr are set by bats

load ../support/helpers
load systems

SECRET='pw-Xyzzy-88!q'

setup_file() { pg_template "$SECRET" "create role shop login password '$SECRET'" 'create database shop owner shop'; }

setup() {
  sandbox
  app_make
  PORT=$(free_port)
}

teardown() {
  app_end
  pg_stop
  nginx_end
  end_all
}

# What the run logs in to the database with. (Not by env, whose arguments others could see.)
knowing() {
  export PGPASSWORD=${PASSWORD-$SECRET}
  "$@"
}

# play [OPTION…]
play() {
  run --separate-stderr knowing "$RUNBOOK" run "$TOP/runbooks/health-check-failing.yaml" \
    --set "port=$PORT" --set "process=$APP/venv/bin/python3" --set "log_file=$APP/logs/api.log" \
    --set restart_with=uvicorn --set "root=$APP" --set bind=127.0.0.1 "$@"
  echo "$output"
  echo "$stderr"
}

# with_database OPTION… — what tells the runbook of the database in $PG.
with_database() {
  local user=postgres
  [ "$(id -u)" -eq 0 ] || user=$(id -un)
  play --set db_name=shop --set db_user=shop --set "db_port=$PG_PORT" --set db_start_with=pg_ctl --set "db_data_dir=$PG" \
    --set "db_log_file=$PG/server.log" --set "db_os_user=$user" "$@"
}

# moody — an API whose mood is read once, when it starts: what a restart mends.
moody() {
  cat >"$APP/backend/api/main.py" <<'END'
import os, time
from fastapi import FastAPI, Response
mood = open("mood").read().strip() if os.path.exists("mood") else "well"
app = FastAPI()
@app.get("/health")
def health(response: Response):
    if mood == "slow":
        time.sleep(3)
    if mood == "fault":
        raise RuntimeError("a fault in the code")
    if mood == "redis":
        response.status_code = 503
        return {"status": "unhealthy", "components": {"redis": {"status": "DOWN"}, "disk": {"status": "UP"}}}
    return {"status": "healthy", "database": "up"}
END
  [ -z "${1:-}" ] || echo "$1" >"$APP/backend/mood"
}

better() { rm "$APP/backend/mood"; }

@test "health: the API is well: nothing is changed, and it is quick" {
  app_start "$PORT"
  local began
  began=$(now_ms)
  play </dev/null
  has_status 0
  has 'nothing was changed'
  took $(($(now_ms) - began)) 2000 'a run on the healthy API'
  alive "$APP_PID"
}

@test "health: the database is down: it is started by its own runbook, and the API is not restarted" {
  pg_make "$SECRET"
  app_start "$PORT" "DATABASE_URL=postgresql://shop:$SECRET@127.0.0.1:$PG_PORT/shop"
  with_database --yes
  has_status 0
  has 'its database is down'
  has 'it did not run'
  has 'the database answers again, and the API is well'
  alive "$APP_PID"
  answers "$PORT"
  nowhere "$SECRET"
}

@test "health: the database is started, and an API that does not find it again by itself is restarted" {
  pg_make "$SECRET"
  # It looks for its database once, when it starts.
  cat >"$APP/backend/api/main.py" <<END
import socket
from fastapi import FastAPI, Response
app = FastAPI()
found = socket.socket().connect_ex(("127.0.0.1", $PG_PORT)) == 0
@app.get("/health")
def health(response: Response):
    response.status_code = 200 if found else 503
    return {"status": "healthy" if found else "unhealthy", "database": "up" if found else "down"}
END
  app_start "$PORT"
  with_database --yes --set recovers_within=2s
  has_status 0
  has 'it did not find its database again by itself'
  gone "$APP_PID"
  answers "$PORT"
  [ -s "$PG/postmaster.pid" ]
}

@test "health: the database refuses the API's password: escalated with its reason, nothing is restarted" {
  pg_make "$SECRET"
  pg_start
  app_start "$PORT" "DATABASE_URL=postgresql://shop:wrong-one@127.0.0.1:$PG_PORT/shop"
  PASSWORD=wrong-one with_database --yes
  has_status 3
  has 'password authentication failed'
  alive "$APP_PID"
}

@test "health: the database is down, and this run was not told of it: escalated to its runbook" {
  pg_make "$SECRET"
  app_start "$PORT" "DATABASE_URL=postgresql://shop:$SECRET@127.0.0.1:$PG_PORT/shop"
  start_httpd /slack/s3cr3t-hook status=200 body=ok
  SLACK_WEBHOOK_URL=$HTTPD_URL/slack/s3cr3t-hook play --yes --set contact='team shop'
  has_status 3
  has 'run database-connection-failure.yaml'
  grep -qF 'team shop, please look' "$HTTPD_LOG"
  nowhere s3cr3t-hook
  alive "$APP_PID"
}

@test "health: another dependency is down: named, and nothing is restarted" {
  moody redis
  app_start "$PORT"
  play --yes
  has_status 3
  has 'the API says that redis is down'
  alive "$APP_PID"
}

@test "health: it answers too slowly: restarted after a confirmation, by the process that holds the port" {
  moody slow
  app_start "$PORT"
  better
  play --set slow_over=2s </dev/null
  has_status 5
  alive "$APP_PID"
  play --set slow_over=2s --yes
  has_status 0
  has "pid $APP_PID"
  has 'it answered too slowly'
  gone "$APP_PID"
  answers "$PORT"
}

@test "health: it answers 500, and the restart does not help: escalated" {
  moody fault
  app_start "$PORT"
  play --yes --set recovers_within=2s
  has_status 3
  has 'the API is still not well'
}

@test "health: it answers 500, and a restart helps" {
  moody fault
  app_start "$PORT"
  better
  play --yes
  has_status 0
  has 'it answered with 500'
  answers "$PORT"
}

@test "health: it does not run: started" {
  play --yes
  has_status 0
  has 'No process of the API runs'
  answers "$PORT"
}

@test "health: it runs without listening: this process is stopped, and it is started" {
  background "$APP/venv/bin/python3" -c 'import time; time.sleep(600)'
  local deaf=$BACKGROUND
  eventually is_program "$deaf" "$APP/venv/bin/python3"
  play --yes
  has_status 0
  has 'it ran without listening'
  gone "$deaf"
  answers "$PORT"
}

@test "health: nobody told how to restart it: done by hand, and proved" {
  moody fault
  app_start "$PORT"
  better
  local old=$APP_PID
  (eventually grep -rqF 'Restart the API, since it answered' "$XDG_STATE_HOME" && kill "$old" &&
    eventually not says_something "$PORT" && app_start "$PORT" && echo "$APP_PID" >"$APP/uvicorn.pid") 3>&- &
  STARTED+=("$!")
  OPERATOR_AFTER=$APP/uvicorn.pid run "$PYTHON" "$TOP/tests/e2e/operator.py" 240 '[d]one' d 'note, or Enter>' $'\n' -- "$RUNBOOK" run \
    "$TOP/runbooks/health-check-failing.yaml" --set "port=$PORT" --set "process=$APP/venv/bin/python3"
  echo "$output"
  has_status 0
  answers "$PORT"
}

@test "health: it listens on another port: both are named, nothing is restarted" {
  app_start "$PORT"
  local real=$PORT
  PORT=$(free_port)
  play --yes
  has_status 3
  has "listens on port $real, and is asked for on $PORT"
  alive "$APP_PID"
}

@test "health: its port is held by another program: named, and left alone" {
  background "$SUPPORT/holder" "$PORT" 600 "$PWD/held"
  local holder=$BACKGROUND
  eventually test -s held
  play --yes
  has_status 3
  has "pid $holder"
  has 'api-down.yaml'
  alive "$holder"
}

@test "health: the check asks for a path that is not there: told, nothing is restarted" {
  app_start "$PORT"
  play --set "check_url=http://127.0.0.1:$PORT/healthz" --yes
  has_status 3
  has '/healthz answers 404'
  alive "$APP_PID"
}

# through_nginx OPTION… — with nginx before it.
through_nginx() {
  play --set "proxy_url=http://127.0.0.1:$NGINX_PORT/health" --set "nginx_config=$NGINX/nginx.conf" \
    --set "nginx_pidfile=$NGINX/nginx.pid" "$@"
}

@test "health: the proxy has not read its configuration: it is reloaded, the API is not restarted" {
  app_start "$PORT"
  nginx_make 1
  nginx_start
  eventually test -s "$NGINX/nginx.pid"
  local master
  master=$(<"$NGINX/nginx.pid")
  sed -i "s|proxy_pass http://127.0.0.1:1;|proxy_pass http://127.0.0.1:$PORT;|" "$NGINX/nginx.conf"
  through_nginx --yes
  has_status 0
  has 'the proxy did not lead to it'
  curl -fsS -o /dev/null "http://127.0.0.1:$NGINX_PORT/health"
  [ "$(<"$NGINX/nginx.pid")" = "$master" ]
  alive "$APP_PID"
}

@test "health: the proxy leads elsewhere, or its configuration is broken: told, and not reloaded" {
  app_start "$PORT"
  nginx_make 1
  nginx_start
  eventually test -s "$NGINX/nginx.pid"
  through_nginx --yes
  has_status 3
  has "does not lead to port $PORT"
  sed -i 's|proxy_pass|proxy_paas|' "$NGINX/nginx.conf"
  through_nginx --yes
  has_status 3
  has 'unknown directive "proxy_paas"'
}

@test "health: a drill says that it would restart the API, and does not" {
  moody fault
  app_start "$PORT"
  run "$RUNBOOK" drill "$TOP/runbooks/health-check-failing.yaml" --set "port=$PORT" \
    --set "process=$APP/venv/bin/python3" --set restart_with=uvicorn --set "root=$APP" </dev/null
  has_status 1
  has "pid $APP_PID"
  has 'launch'
  alive "$APP_PID"
  [ ! -e "$APP/uvicorn.pid" ]
}

@test "health: inputs that cannot be are refused before the first step" {
  PORT=70000 play
  has_status 2
  has '70000'
  play --set check_url=health
  has_status 2
  [ -z "$(find "$XDG_STATE_HOME" -name transcript.jsonl)" ]
}
