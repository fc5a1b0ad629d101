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

# front UPSTREAM_PORT [TIMEOUT] — nginx, which names the upstream in its log, and waits so long for it.
front() {
  nginx_make "$1"
  sed -i -e "s|access_log .*;|log_format up '\$remote_addr - \$remote_user [\$time_local] \"\$request\" \$status \$body_bytes_sent upstream=\$upstream_addr'; access_log $NGINX/access.log up;|" \
    -e 's|proxy_connect_timeout 2s;|proxy_connect_timeout 2s; proxy_read_timeout '"${2:-60s};|" "$NGINX/nginx.conf"
  nginx_start
  eventually test -s "$NGINX/nginx.pid"
}

# ask PATH COUNT — and waits until nginx has written them down, which it does once it has answered.
ask() {
  local i before
  before=$(wc -l <"$NGINX/access.log")
  for ((i = 0; i < $2; i++)); do curl -s -o /dev/null "http://127.0.0.1:$NGINX_PORT$1" || true; done
  eventually logged $((before + $2))
}
logged() { [ "$(wc -l <"$NGINX/access.log")" -ge "$1" ]; }

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

@test "errors: what failed before the window is left out, of nginx's own complaints too; the window and its bound are told" {
  app_start "$PORT"
  front "$PORT"
  # Before nginx's own lines, as they would stand: an hour ago all failed, since nginx had no connection left.
  ask /health 5
  local i hour_ago
  hour_ago=$(date -d '1 hour ago' '+%d/%b/%Y:%H:%M:%S %z')
  for ((i = 0; i < 40; i++)); do echo "127.0.0.1 - - [$hour_ago] \"GET /old HTTP/1.1\" 503 9"; done >early
  cat "$NGINX/access.log" >>early
  cat early >"$NGINX/access.log"
  date -d '1 hour ago' '+%Y/%m/%d %H:%M:%S [alert] 7#7: 64 worker_connections are not enough' >>"$NGINX/error.log"
  play --yes
  has_status 0
  has '0 % of the 5 requests of the last 5m ended with 5xx'
  # The API answers and nginx complains of nothing since then: that it was full is an hour old.
  ask '/api/errors?kind=fault' 5
  play --yes
  has_status 3
  has '5 of 10 failed, 50.0 %'
  has 'only /api/errors fails'
  # Of a longer window it is part; one that is more than may be looked at says so.
  play --yes --set window=2h </dev/null
  has_status 3
  # The run before has asked through nginx too.
  [[ $output =~ 45\ of\ 5[01]\ failed ]]
  has 'overload'
  play --yes --set window=2h --set requests=20 --set most=100
  has_status 0
  has 'of the last 20 requests ended with 5xx'
}

@test "errors: a log whose times cannot be read: the last requests count, and that is said" {
  app_start "$PORT"
  front "$PORT"
  ask /health 5
  sed -E 's/ \[[^]]*\]//' "$NGINX/access.log" >timeless.log
  play --yes --set "access_log=$PWD/timeless.log"
  has_status 0
  has 'since the log has no times that can be read'
  has '0 % of the last 5 requests ended with 5xx'
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
  front "$PORT" 2s
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
  run "$PYTHON" "$TOP/tests/e2e/operator.py" 240 '[d]one' d 'version>' $'1.4.0\n' 'note, or Enter>' $'\n' -- "${WORDS[@]}"
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
