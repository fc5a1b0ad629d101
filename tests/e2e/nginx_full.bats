#!/usr/bin/env bats
# runbooks/high-error-rate.yaml on an nginx whose connections are all in use, by clients that never finish their requests.
# shellcheck disable=SC2154 # status, output and stderr are set by bats

load ../support/helpers
load systems

setup() {
  sandbox
  app_make
  PORT=$(free_port)
  app_start "$PORT"
  nginx_make "$PORT"
  sed -i -e 's/worker_connections [0-9]*;/worker_connections 16;/' -e 's/^http {/http { client_header_timeout 10m;/' "$NGINX/nginx.conf"
  nginx_start
  eventually through_nginx 200
}

teardown() {
  app_end
  nginx_end
  end_all
}

# through_nginx STATUS — that is what the page answers.
through_nginx() { [ "$(curl -s -o /dev/null -w '%{http_code}' --max-time 20 "http://127.0.0.1:$NGINX_PORT/health")" = "$1" ]; }

# hold_all — clients that begin a request and then wait, as many as it takes: nginx has a connection left for whoever
# asks, and none to the API.
hold_all() {
  local i c
  for ((i = 0; i < 16; i++)); do
    exec {c}<>"/dev/tcp/127.0.0.1/$NGINX_PORT"
    printf 'GET /health HTTP/1.1\r\nHost: slow\r\n' >&"$c"
    if through_nginx 500; then return 0; fi
  done
  return 1
}

words() {
  WORDS=("$RUNBOOK" run "$TOP/runbooks/high-error-rate.yaml"
    --set "access_log=$NGINX/access.log" --set "error_log=$NGINX/error.log" --set "nginx_config=$NGINX/nginx.conf"
    --set "nginx_pidfile=$NGINX/nginx.pid" --set "port=$PORT" --set "proxied_url=http://127.0.0.1:$NGINX_PORT/health"
    --set "process=$APP/venv/bin/python3" --set watch=2s "$@")
}

@test "errors: nginx has no connection left: told as that, nothing is reloaded or restarted, and nobody relieves it: escalated" {
  local before
  hold_all
  before=$(<"$NGINX/nginx.pid")
  words --yes
  run --separate-stderr "${WORDS[@]}"
  echo "$output$stderr"
  has_status 3
  has 'the API is overloaded (worker_connections are not enough)'
  has 'Who asks the most?'
  lacks 'Have nginx read its configuration again'
  alive "$APP_PID"
  [ "$(<"$NGINX/nginx.pid")" = "$before" ]
  through_nginx 500
}

raise() {
  sed -i 's/worker_connections [0-9]*;/worker_connections 256;/' "$NGINX/nginx.conf"
  nginx -c "$NGINX/nginx.conf" -s reload 2>/dev/null
}

@test "errors: nginx has no connection left, and is given more by hand: the page answers again" {
  hold_all
  words
  (eventually grep -rqF 'raise worker_connections' "$XDG_STATE_HOME" && raise && eventually through_nginx 200 && touch raised) >raising 2>&1 3>&- &
  STARTED+=("$!")
  OPERATOR_AFTER=$PWD/raised run "$PYTHON" "$TOP/tests/e2e/operator.py" 120 '[d]one' d 'or Enter>' $'\n' -- "${WORDS[@]}"
  echo "$output"
  cat raising
  has_status 0
  has 'it was overloaded'
  through_nginx 200
  alive "$APP_PID"
}
