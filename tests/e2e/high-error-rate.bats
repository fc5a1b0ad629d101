#!/usr/bin/env bats
# runbooks/high-error-rate.yaml on a real nginx before a real uvicorn.
# shellcheck disable=SC2154 # status, output and stderr are set by bats

load ../support/helpers
load systems

setup() {
  sandbox
  app_make
  PORT=$(free_port)
}

teardown() {
  app_end
  nginx_end
  end_all
}

# front UPSTREAM_PORT — nginx, which names the upstream in its log.
front() {
  nginx_make "$1"
  sed -i -e "s|access_log .*;|log_format up '\$remote_addr - \$remote_user [\$time_local] \"\$request\" \$status \$body_bytes_sent upstream=\$upstream_addr'; access_log $NGINX/access.log up;|" \
    -e 's|proxy_connect_timeout 2s;|proxy_connect_timeout 2s; proxy_read_timeout 1s;|' "$NGINX/nginx.conf"
  nginx_start
  eventually test -s "$NGINX/nginx.pid"
}

# ask PATH COUNT
ask() {
  local i
  for ((i = 0; i < $2; i++)); do curl -s -o /dev/null "http://127.0.0.1:$NGINX_PORT$1" || true; done
}

# users PATH… — who ask these again and again, until the test ends.
users() {
  local paths=("${@/#/http://127.0.0.1:$NGINX_PORT}")
  (while sleep 0.05; do curl -s -o /dev/null "${paths[@]}" || true; done) >/dev/null 2>&1 3>&- &
  STARTED+=("$!")
}

# words [OPTION…] — the runbook on them, as its operator would call it.
words() {
  WORDS=("$RUNBOOK" run "$TOP/runbooks/high-error-rate.yaml"
    --set "access_log=$NGINX/access.log" --set "error_log=$NGINX/error.log" --set "nginx_config=$NGINX/nginx.conf"
    --set "nginx_pidfile=$NGINX/nginx.pid" --set "port=$PORT" --set "proxied_url=http://127.0.0.1:$NGINX_PORT/health"
    --set "process=$APP/venv/bin/python3" --set restart_with=uvicorn --set "root=$APP" --set bind=127.0.0.1
    --set "api_log=$APP/logs/uvicorn.log" --set watch=10s "$@")
}

# play [OPTION…]
play() {
  words "$@"
  run --separate-stderr "${WORDS[@]}"
  echo "$output"
  echo "$stderr"
}

@test "errors: few enough: nothing is changed, and it is quick" {
  app_start "$PORT"
  front "$PORT"
  ask /health 30
  local began
  began=$(now_ms)
  play </dev/null
  has_status 0
  has '0 of 30 failed, 0.0 %'
  took $(($(now_ms) - began)) 2000 'a run without errors'
  alive "$APP_PID"
}

@test "errors: the API is down: started by the runbook of the health check, and the rate falls" {
  front "$PORT"
  ask /health 30
  users /health
  play --yes
  has_status 0
  has 'status 502'
  has "upstream 127.0.0.1:$PORT"
  has 'The API itself does not answer well'
  has 'the API did not answer'
  answers "$PORT"
  answers "$NGINX_PORT"
}

@test "errors: nginx leads elsewhere, and its file is right: reloaded after a confirmation, and the rate falls" {
  app_start "$PORT"
  front 1
  local master
  master=$(<"$NGINX/nginx.pid")
  ask /health 30
  sed -i "s|127.0.0.1:1;|127.0.0.1:$PORT;|" "$NGINX/nginx.conf"
  users /health
  play </dev/null
  has_status 5
  has 'hands the requests to http://127.0.0.1:1/health'
  run ! answers "$NGINX_PORT"
  play --yes
  has_status 0
  has 'has read its configuration again'
  [ "$(<"$NGINX/nginx.pid")" = "$master" ]
  alive "$APP_PID"
  answers "$NGINX_PORT"
}

@test "errors: nginx leads elsewhere, and its file is broken: told with the line, nothing is reloaded" {
  app_start "$PORT"
  front 1
  ask /health 30
  sed -i "s|proxy_pass|proxy_paas|" "$NGINX/nginx.conf"
  play --yes
  has_status 3
  has 'unknown directive "proxy_paas"'
  alive "$APP_PID"
}

@test "errors: nginx is mended, and one path still fails: escalated with the rate that is left" {
  app_start "$PORT"
  front 1
  ask /health 30
  sed -i "s|127.0.0.1:1;|127.0.0.1:$PORT;|" "$NGINX/nginx.conf"
  users /health '/api/errors?kind=fault'
  play --yes --set watch=3s
  has_status 3
  has 'new requests still failed'
}

@test "errors: one path is faulty: named without its query, with the API's exception and its counters; nothing is changed" {
  app_start "$PORT"
  front "$PORT"
  ask /health 30
  ask '/api/errors?kind=fault&token=t0ken-zz' 10
  start_httpd /metrics 'body=# TYPE http_requests_total counter
http_requests_total{handler="/api/errors",status="500"} 10
http_requests_total{handler="/health",status="200"} 30
' /slack/s3cr3t-hook status=200
  SLACK_WEBHOOK_URL=$HTTPD_URL/slack/s3cr3t-hook play --yes --set "counters_url=$HTTPD_URL/metrics" --set contact='team shop'
  has_status 3
  has 'only /api/errors fails (100 % of all errors; elsewhere 0 % fail)'
  has 'RuntimeError: a fault in the code'
  has '10 of 40 requests'
  has '10 of 10 /api/errors'
  grep -qF 'team shop, please look' "$HTTPD_LOG"
  nowhere t0ken-zz
  nowhere s3cr3t-hook
  alive "$APP_PID"
}

@test "errors: the API answers too late: who asks the most, and nobody relieves it: escalated" {
  app_start "$PORT"
  front "$PORT"
  ask /health 5
  ask '/api/errors?kind=slow' 2
  play --yes </dev/null
  has_status 3
  has 'status 504'
  has 'the API is overloaded (it answers too late)'
  has ' 127.0.0.1'
  alive "$APP_PID"
}

@test "errors: it was deployed just now: a roll-back is asked for first, nothing else is touched" {
  app_start "$PORT"
  front "$PORT"
  ask /health 10
  ask '/api/errors?kind=fault' 10
  ln -s release-2 current
  play --yes --set "marker=$PWD/current" </dev/null
  has_status 3
  has 'nobody rolled it back'
  touch -h -d '2 days ago' current
  play --yes --set "marker=$PWD/current" </dev/null
  has_status 3
  has 'only /api/errors fails'
  alive "$APP_PID"
}

@test "errors: it was deployed just now, and is rolled back by hand: the rate falls" {
  app_start "$PORT"
  front "$PORT"
  ask '/api/errors?kind=fault' 20
  ln -s release-2 current
  users /health
  words --set "marker=$PWD/current"
  run "$PYTHON" "$TOP/tests/e2e/operator.py" 40 '[d]one' d 'version>' $'1.4.0\n' 'note, or Enter>' $'\n' -- "${WORDS[@]}"
  echo "$output"
  has_status 0
  has 'the last deployment was rolled back to 1.4.0'
  alive "$APP_PID"
}

@test "errors: a drill says that it would reload nginx, and does not" {
  app_start "$PORT"
  front 1
  ask /health 30
  sed -i "s|127.0.0.1:1;|127.0.0.1:$PORT;|" "$NGINX/nginx.conf"
  words
  WORDS[1]=drill
  run "${WORDS[@]}" </dev/null
  has_status 1
  has '-s reload'
  run ! answers "$NGINX_PORT"
}

@test "errors: the log is empty: told, not taken for a rate of 0" {
  app_start "$PORT"
  front "$PORT"
  : >"$NGINX/access.log"
  play
  has_status 3
  has 'has no request'
}

@test "errors: inputs that cannot be are refused before the first step" {
  NGINX=$PWD/none NGINX_PORT=1
  play
  has_status 2
  has 'access.log'
  front "$PORT"
  play --set most=200
  has_status 2
  play --set port=70000
  has_status 2
}
