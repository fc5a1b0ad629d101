#!/usr/bin/env bats
# Procedures of the library on the systems that they are for: PostgreSQL, Redis, nginx, Compose, and who is told.
# shellcheck disable=SC2154 # output and stderr are what `run` left

load ../support/helpers
load systems

setup_file() { docker_start; }
teardown_file() { docker_end; }

setup() { sandbox; }

teardown() {
  stack_end
  pg_stop
  nginx_end
  end_all
}

# play [OPTION…] — runs book.yaml; what it says comes as lines with "= " before them.
play() {
  run --separate-stderr "$RUNBOOK" run book.yaml "$@"
  echo "$output"
  echo "$stderr"
}

# ---- PostgreSQL ----

postgres_book() {
  write book.yaml <<END
runbook: postgres
inputs:
  user: {type: text, default: app}
  most: {type: percent, default: 90}
  sql: {type: text, default: "select 1, 'two'"}
  limit: {type: duration, default: 60s}
secrets: {db_password: {env: DB_PASSWORD, optional: true}}
steps:
  - id: r
    use: postgres.ready
    with: {port: $PG_PORT, user: "\${user}"}
    secrets: {password: db_password}
    on_fail: continue
  - say: "problem=\${r.problem} accepts=\${r.accepts} logged_in=\${r.logged_in}"
  - id: q
    use: postgres.query
    with: {port: $PG_PORT, user: "\${user}", sql: "\${sql}", timeout: "\${limit}"}
    secrets: {password: db_password}
    on_fail: continue
  - say: "value=\${q.value ?? \"none\"} rows=\${q.rows ?? []} \${q.error ?? \"\"}"
  - id: c
    use: postgres.connections
    with: {port: $PG_PORT, user: "\${user}", most: "\${most}"}
    secrets: {password: db_password}
    on_fail: continue
  - say: "used=\${c.used ?? 0} limit=\${c.limit ?? 0} full=\${c.full}"
END
}

@test "postgres: it runs, with the password by the environment only" {
  pg_make 'pw-Xyzzy-77' 'max_connections = 9' 'superuser_reserved_connections = 3'
  pg_start
  postgres_book
  watch_processes
  DB_PASSWORD='pw-Xyzzy-77' play --set sql='select 1, pg_sleep(0.8)'
  watched
  has_status 0
  has 'problem=none accepts=true logged_in=true'
  has 'value=1'
  # Those of the two steps before may not have gone yet.
  [[ $output =~ used=[123]' limit=6 full=false' ]]
  nowhere 'pw-Xyzzy-77'
  grep -qF 'pg_sleep(0.8)' processes
  run ! grep -qF 'pw-Xyzzy-77' processes
}

@test "postgres: wrong password, no password, no such user" {
  pg_make 'pw-Xyzzy-77'
  pg_start
  postgres_book
  DB_PASSWORD='not-the-one' play
  has 'problem=wrong_password accepts=true logged_in=false'
  has 'password authentication failed for user "app"'
  play
  has 'problem=wrong_password'
  has 'no password supplied'
}

@test "postgres: it does not run" {
  pg_make 'pw-Xyzzy-77'
  postgres_book
  play
  has 'problem=not_running accepts=false'
  has 'value=none'
  has 'full=false'
}

@test "postgres: too many connections" {
  pg_make 'pw-Xyzzy-77' 'max_connections = 6' 'superuser_reserved_connections = 3'
  pg_start
  pg_sql "create role plain login password 'pw-Plain-1'"
  local i
  for i in 1 2 3; do pg_hold "held.$i" plain pw-Plain-1 postgres 'select pg_sleep(600);'; done
  postgres_book
  DB_PASSWORD=pw-Plain-1 play --set user=plain
  has 'problem=too_many_connections accepts=true logged_in=false'
  has 'full=true'
  DB_PASSWORD='pw-Xyzzy-77' play
  has 'problem=none'
  # The session of the step before may not have gone yet.
  [[ $output =~ used=[456]' limit=3 full=true' ]]
}

@test "postgres: a query cannot write, nor run a command of psql" {
  pg_make 'pw-Xyzzy-77'
  pg_start
  postgres_book
  DB_PASSWORD='pw-Xyzzy-77' play --set sql='create table made(a int)'
  has 'cannot execute CREATE TABLE in a read-only transaction'
  [ "$(pg_sql "select count(*) from pg_class where relname = 'made'")" = 0 ]
  DB_PASSWORD='pw-Xyzzy-77' play --set sql='\! touch made'
  has 'does not match'
  [ ! -e made ]
  DB_PASSWORD='pw-Xyzzy-77' play --set sql='select pg_sleep(60)' --set limit=2s
  has 'canceling statement due to statement timeout'
}

# ---- Redis ----

redis_book() {
  write book.yaml <<END
runbook: redis
secrets: {pw: {env: REDIS_PASSWORD, optional: true}}
steps:
  - {id: r, use: redis.ping, with: {port: $REDIS_PORT}, secrets: {password: pw}, on_fail: continue}
  - say: "passed=\${r.passed} wants=\${r.wants_password} wrong=\${r.wrong_password} unsaved=\${r.cannot_save} reply=\${r.reply ?? \"none\"}"
END
}

redis_cannot_save() {
  REDISCLI_AUTH='p w"x\1' redis-cli -p "$REDIS_PORT" info persistence | grep -q '^rdb_last_bgsave_status:err'
}

@test "redis: it answers; it wants a password, and gets the wrong and the right one; it is down" {
  need redis-server redis-cli
  REDIS_PORT=$(free_port)
  redis-server --port "$REDIS_PORT" --bind 127.0.0.1 --dir "$PWD" --save "" >redis.log 2>&1 3>&- &
  local server=$!
  STARTED+=("$server")
  eventually redis-cli -p "$REDIS_PORT" ping
  redis_book
  play
  has 'passed=true wants=false wrong=false unsaved=false reply=+PONG'
  redis-cli -p "$REDIS_PORT" config set requirepass 'p w"x\1' >/dev/null
  play
  has 'passed=false wants=true'
  REDIS_PASSWORD=not-the-one play
  has 'passed=false wants=false wrong=true'
  REDIS_PASSWORD='p w"x\1' play
  has 'passed=true'
  nowhere 'p w"x'
  # A folder stands where the data is to be saved.
  mkdir dump.rdb
  REDISCLI_AUTH='p w"x\1' redis-cli -p "$REDIS_PORT" config set save '3600 1' >/dev/null
  REDISCLI_AUTH='p w"x\1' redis-cli -p "$REDIS_PORT" bgsave >/dev/null
  eventually redis_cannot_save
  REDIS_PASSWORD='p w"x\1' play
  has 'passed=false wants=false wrong=false unsaved=true reply=-MISCONF'
  REDISCLI_AUTH='p w"x\1' redis-cli -p "$REDIS_PORT" config set requirepass '' >/dev/null
  play
  has 'passed=false wants=false wrong=false unsaved=true reply=-MISCONF'
  redis-cli -p "$REDIS_PORT" config set save '' >/dev/null # it would not end before it has saved
  kill -TERM "$server"
  wait "$server" || true
  play
  has 'connection refused'
}

# ---- nginx ----

nginx_book() {
  write book.yaml <<END
runbook: nginx
inputs: {within: {type: duration, default: 60s}}
steps:
  - {id: t, use: nginx.test, with: {config: $NGINX/nginx.conf}, on_fail: continue}
  - say: "sound=\${t.passed} \${t.problem ?? \"\"}"
  - {id: r, use: nginx.reload, with: {config: $NGINX/nginx.conf, pidfile: $NGINX/nginx.pid, within: "\${within}"}, on_fail: continue}
  - say: "reloaded=\${r.passed} \${r.error ?? \"\"}"
END
}

@test "nginx: it takes a new configuration, refuses a broken one, and says where it kept the old" {
  nginx_make 1
  nginx_book
  play
  has 'nginx does not run, so there is nothing to reload'
  nginx_start
  local master
  eventually test -s "$NGINX/nginx.pid"
  master=$(<"$NGINX/nginx.pid")
  sed -i 's|proxy_pass [^;]*;|return 200 new;|; s|proxy_connect_timeout 2s;||' "$NGINX/nginx.conf"
  play
  has_status 0
  has 'reloaded=true'
  eventually says_new
  [ "$(<"$NGINX/nginx.pid")" = "$master" ]

  sed -i 's|return 200 new;|retrun 200 other;|' "$NGINX/nginx.conf"
  play
  has 'unknown directive "retrun"'
  has 'reloaded=false'
  [ "$(curl -s "http://127.0.0.1:$NGINX_PORT/")" = new ]

  # Sound as far as -t can see, and of no use: the port is another's.
  start_holder
  sed -i "s|retrun 200 other;|return 200 other;|; s|listen 127.0.0.1:[0-9]*;|listen 127.0.0.1:$HOLDER_PORT;|" "$NGINX/nginx.conf"
  play --set within=3s
  has 'reloaded=false'
  has 'nginx keeps its old workers'
}

says_new() { [ "$(curl -s "http://127.0.0.1:$NGINX_PORT/")" = new ]; }

# ---- who is told ----

@test "notify: Slack, PagerDuty and a webhook get it, and no record has what opens them" {
  start_httpd /services/T0/s3cr3t-path status=503 times=1 /services/T0/s3cr3t-path body=ok \
    /v2/enqueue status=202 /hook status=204
  write book.yaml <<END
runbook: notify
secrets:
  slack: {env: SLACK_URL, type: url}
  pager: {env: PAGER_KEY}
  hook: {env: HOOK_URL, type: url}
  token: {env: HOOK_TOKEN}
steps:
  - {id: s, use: notify.slack, with: {text: "down on \"web\""}, secrets: {webhook: slack}}
  - {id: p, use: notify.pagerduty, with: {summary: API down, api: "$HTTPD_URL", key: api-down}, secrets: {routing_key: pager}}
  - {id: w, use: notify.webhook, with: {text: hello}, secrets: {webhook: hook, token: token}}
END
  SLACK_URL=$HTTPD_URL/services/T0/s3cr3t-path PAGER_KEY=p4ger-key-1 HOOK_URL=$HTTPD_URL/hook HOOK_TOKEN=t0ken-zz play
  has_status 0
  nowhere s3cr3t-path
  nowhere p4ger-key-1
  nowhere t0ken-zz
  [ "$(grep -c s3cr3t-path "$HTTPD_LOG")" = 2 ]
  grep -qF 'down on' "$HTTPD_LOG"
  grep -qF 'p4ger-key-1' "$HTTPD_LOG"
  grep -qF 'api-down' "$HTTPD_LOG"
  grep -qF 'Bearer t0ken-zz' "$HTTPD_LOG"
}

@test "notify: nobody takes it, and the reason has no secret in it" {
  write book.yaml <<END
runbook: notify
secrets: {slack: {env: SLACK_URL, type: url}}
steps:
  - {id: s, use: notify.slack, with: {text: down}, secrets: {webhook: slack}}
END
  SLACK_URL=http://127.0.0.1:1/services/s3cr3t-path play
  has_status 1
  has 'Slack did not take the message'
  nowhere s3cr3t-path
  SLACK_URL=hooks.slack.com/s3cr3t-path play
  has_status 6
  has 'it is no url'
  nowhere s3cr3t-path
}

@test "notify: an e-mail by sendmail, and a mail server that cannot be reached" {
  mkdir bin
  write bin/sendmail <<'END'
#!/bin/sh
echo "arguments: $*" >sent
cat >>sent
END
  chmod +x bin/sendmail
  write book.yaml <<END
runbook: mail
inputs: {smtp: {type: text, default: ""}}
steps:
  - {id: m, use: notify.email, with: {to: a@example.com, subject: "Größe", text: "line 1\n.\nline 3", from: ops@example.com, smtp: "\${smtp}"}}
  - say: "by=\${m.by}"
END
  PATH=$PWD/bin:$PATH play
  has_status 0
  has 'by=sendmail'
  grep -qxF 'arguments: -t -i -f ops@example.com' sent
  grep -qxF 'To: a@example.com' sent
  grep -qxF "Subject: =?UTF-8?B?$(printf Größe | base64)?=" sent
  grep -qxF 'line 3' sent
  need curl
  play --set smtp=smtp://127.0.0.1:1
  has_status 1
  has 'the mail was not sent: curl:'
}

# ---- Compose ----

# A project of containers that do next to nothing.
small_stack() {
  need_docker
  STACK=$PWD/shop
  mkdir "$STACK"
  cat >"$STACK/docker-compose.yml" <<'END'
version: "2.4"
services:
  backend:
    image: minroot
    command: [/opt/sh, -c, "echo starting; /opt/sleep 1; echo startup complete; trap 'exit 0' TERM; while :; do /opt/sleep 1; done"]
    depends_on: [db]
  db:
    image: minroot
    command: [/opt/sh, -c, "/opt/sleep 1; echo x > /tmp/ready; trap 'exit 0' TERM; while :; do /opt/sleep 1; done"]
    healthcheck: {test: [CMD, /opt/cat, /tmp/ready], interval: 1s, timeout: 30s, retries: 5}
  crash:
    image: minroot
    restart: always
    command: [/opt/sh, -c, "echo fatal error; exit 3"]
END
}

@test "compose: status, up, restart, logs, exec, stats" {
  small_stack
  write book.yaml <<END
runbook: compose
inputs: {folder: {type: dir, default: "$STACK"}}
steps:
  - {id: before, use: compose.status, with: {folder: "\${folder}", service: backend}}
  - say: "before: \${before.state} running=\${before.running}"
  - {id: up, use: compose.up, with: {folder: "\${folder}", service: backend}}
  - {id: db, use: compose.restart, with: {folder: "\${folder}", service: db, grace: 2s}}
  - say: "db: \${db.state}"
  - {id: after, use: compose.status, with: {folder: "\${folder}", service: backend}}
  - say: "after: \${after.state} running=\${after.running} down=\${after.down.service}"
  - {id: follow, use: compose.logs, with: {folder: "\${folder}", service: backend, until: startup complete, within: 60s}}
  - say: "said=\${follow.said}"
  - {id: ping, use: compose.exec, with: {folder: "\${folder}", service: backend, command: [/opt/ping, -c, "1", db], reads: true}}
  - say: "ping: \${ping.stdout}"
  - {id: stats, use: docker.stats, with: {containers: "\${after.containers}"}}
  - say: "stats: \${count(stats.rows)}"
END
  play --yes
  has_status 0
  has 'before: absent running=false'
  has 'running healthy'
  has 'after: running running=true down=crash'
  has 'said=true'
  has '1 packets received'
  has 'stats: 2'
}

@test "compose: a container that starts again and again is told, and is not taken for a healthy one" {
  small_stack
  write book.yaml <<END
runbook: crash
steps:
  - {id: up, use: compose.up, with: {folder: "$STACK", service: crash, within: 3s}, on_fail: continue}
  - say: "up: \${up.error}"
  - {id: now, use: compose.status, with: {folder: "$STACK", service: crash}}
  - say: "restarting=\${now.restarting} running=\${now.running}"
  - {id: log, use: compose.logs, with: {folder: "$STACK", service: crash}}
  - say: "found=\${log.found}"
END
  # In the moment between two of its lives docker-compose has, now and then, no line of its log.
  local i
  for i in 1 2 3 4; do
    play
    if [[ $output == *found=true* ]]; then break; fi
  done
  has 'not healthy after'
  has 'restarting=true running=false'
  has 'found=true'
}

@test "compose: no such service, no compose file, no daemon" {
  small_stack
  mkdir empty
  write book.yaml <<END
runbook: wrong
steps:
  - {id: a, use: compose.status, with: {folder: "$STACK", service: frontend}, on_fail: continue}
  - {id: b, use: compose.status, with: {folder: "$PWD/empty"}, on_fail: continue}
  - say: "\${a.error} / \${b.error}"
END
  play
  has 'has no service frontend, only'
  has "the compose file in $PWD/empty cannot be used"
  DOCKER_HOST=unix://$PWD/none play
  has 'the Docker daemon does not answer'
}

# ---- systemd ----

@test "systemd: a host that it does not run is told so, and nothing is written" {
  if [ -d /run/systemd/system ]; then skip 'systemd runs this host'; fi
  mkdir units
  write book.yaml <<END
runbook: unit
steps:
  - {id: s, use: systemd.status, with: {unit: api.service}, on_fail: continue}
  - {id: i, use: systemd.install_unit, with: {unit: api.service, content: "[Service]", folder: "$PWD/units"}}
END
  play --yes
  has_status 1
  has 'systemd does not run this host'
  [ -z "$(ls units)" ]
}
