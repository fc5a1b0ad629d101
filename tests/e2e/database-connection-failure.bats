#!/usr/bin/env bats
# runbooks/database-connection-failure.yaml on a real PostgreSQL, broken in the ways that the runbook names.
# shellcheck disable=SC2154 # status, output and stderr are set by bats

load ../support/helpers
load systems

SECRET='pw-Xyzzy-77!q'

setup() { sandbox; }

teardown() {
  pg_stop
  [ -z "${FULL:-}" ] || umount -l "$FULL"
  app_end
  end_all
}

# The user `shop` and the database `shop`, as an application has them; `app` is the superuser.
setup_file() { pg_template "$SECRET" "create role shop login password '$SECRET'" 'create database shop owner shop'; }

database() {
  pg_make "$SECRET" "$@"
  pg_start
}

os_user() { if [ "$(id -u)" -eq 0 ]; then echo postgres; else id -un; fi; }

# What the run logs in with. (Not by env, whose arguments others could see.)
knowing() {
  export PGPASSWORD=${PASSWORD-$SECRET}
  "$@"
}

# words [OPTION…] — the runbook on that server, as its operator would call it.
words() {
  WORDS=("$RUNBOOK" run "$TOP/runbooks/database-connection-failure.yaml" --set "port=$PG_PORT" --set user=shop
    --set database=shop --set start_with=pg_ctl --set "data_dir=$PG" --set "log_file=$PG/server.log"
    --set "os_user=$(os_user)" --set admin_user=app --set "admin_host=$PG" "$@")
}

# play [OPTION…]
play() {
  words "$@"
  run --separate-stderr knowing env "PATH=${PLAY_PATH:-$PATH}" "${WORDS[@]}"
  echo "$output"
  echo "$stderr"
}

# mended_by_hand TEXT FUNCTION [OPTION…] — an operator is asked to do something (TEXT is in the question), does
# FUNCTION, and then says that it is done.
mended_by_hand() {
  local text=$1 mend=$2
  words "${@:3}"
  (eventually grep -rqF -e "$text" "$XDG_STATE_HOME" && "$mend" && touch mended) >mending 2>&1 3>&- &
  STARTED+=("$!")
  OPERATOR_AFTER=mended run knowing "$PYTHON" "$TOP/tests/e2e/operator.py" 240 '[d]one' d 'or Enter>' $'\n' -- "${WORDS[@]}"
  echo "$output"
}

postmaster() { head -n 1 "$PG/postmaster.pid"; }

# What the application would do: another client than the runbook's, over TCP.
logs_in() {
  PGPASSWORD=$SECRET "$(pg_program psql)" -XAtqw -h 127.0.0.1 -p "$PG_PORT" -U shop -d shop -c 'select 1' >/dev/null 2>&1
}

# hold NAME [SQL] — a session of `shop` that does SQL and then waits for more.
hold() { pg_hold "$1" shop "$SECRET" shop "${2:-select 1;}"; }

sessions() { pg_sql "select count(*) from pg_stat_activity where usename = 'shop' and application_name like '$1'"; }
has_sessions() { [ "$(sessions "$1")" = "$2" ]; }

@test "database: it does not run, and is started" {
  database
  pg_stop fast
  play --yes
  has_status 0
  has 'by_pg_ctl'
  has 'the database answers again: it did not run'
  logs_in
  [ "$(stat -c %U "/proc/$(postmaster)")" = "$(os_user)" ]
}

@test "database: it was killed, and is started without anybody touching postmaster.pid" {
  database
  local pid
  pid=$(postmaster)
  kill -KILL "$pid"
  # Its children end by themselves, and somebody has to reap it; until then the server's own check refuses to start.
  eventually nobody_in "$PG"
  eventually gone "$pid"
  [ -e "$PG/postmaster.pid" ]
  play --yes
  has_status 0
  logs_in
}

nobody_in() { ! readlink /proc/[0-9]*/cwd | grep -qxF -e "$1"; }

@test "database: a second run on a healthy one changes nothing, and is quick" {
  database
  local before after began
  before=$(postmaster)
  began=$(now_ms)
  play </dev/null
  has_status 0
  has 'the database answers; nothing was changed'
  took $(($(now_ms) - began)) 2000 'a second run on the healthy database'
  after=$(postmaster)
  [ "$before" = "$after" ]
}

@test "database: nobody can be asked, so it is not started, exit 5" {
  database
  pg_stop fast
  play </dev/null
  has_status 5
  [ ! -e "$PG/postmaster.pid" ]
}

@test "database: its configuration is broken: escalated with the line, and it was not touched" {
  database
  pg_stop fast
  echo 'max_connectoins = 10' >>"$PG/postgresql.conf"
  local before
  before=$(cksum <"$PG/postgresql.conf")
  play --yes
  has_status 3
  has 'max_connectoins'
  [ "$(cksum <"$PG/postgresql.conf")" = "$before" ]
}

@test "database: it runs on another port: escalated with that port, nothing started" {
  database
  local real=$PG_PORT pid
  pid=$(postmaster)
  PG_PORT=$(free_port)
  play --yes
  has_status 3
  has "on port $real and not on $PG_PORT"
  [ "$(postmaster)" = "$pid" ]
}

@test "database: it does not listen on the address that is asked: told, and not restarted" {
  database
  local pid
  pid=$(postmaster)
  play --set host=127.0.0.2 --set "admin_host=$PG" --yes </dev/null
  has_status 3
  has 'listens on 127.0.0.1 only, and is asked for on 127.0.0.2'
  [ "$(postmaster)" = "$pid" ]
}

@test "database: it does not listen on the address that is asked: mended by hand, and proved" {
  database
  mended_by_hand "set listen_addresses in $PG" listens_more --set host=127.0.0.2 --set "admin_host=$PG"
  has_status 0
  has 'it did not listen on the address'
}
listens_more() {
  sed -i "s/^listen_addresses = .*/listen_addresses = '127.0.0.1,127.0.0.2'/" "$PG/postgresql.conf"
  printf 'host all all 127.0.0.0/8 scram-sha-256\n' >>"$PG/pg_hba.conf"
  pg_stop fast
  pg_start
}

@test "database: nobody told what starts it: started by hand, and proved" {
  database
  pg_stop fast
  mended_by_hand 'Start PostgreSQL on 127.0.0.1' pg_start --set start_with=none
  has_status 0
  logs_in
}

@test "database: it is on another host: told why it cannot be reached, and nothing is started here" {
  database
  pg_stop fast
  play --set host=db.invalid --set "admin_host=$PG" --yes
  has_status 3
  has 'db.invalid is another host (port'
  [ ! -e "$PG/postmaster.pid" ]
}

@test "database: its port is held by another program: that one is named and lives on" {
  database
  pg_stop fast
  background "$SUPPORT/holder" "$PG_PORT" 600 "$PWD/held"
  local holder=$BACKGROUND
  eventually test -s held
  play --yes
  has_status 3
  has "pid $holder"
  alive "$holder"
  [ ! -e "$PG/postmaster.pid" ]
}

@test "database: it is recovering: waited for, nothing changed" {
  database
  pg_stop fast
  # It recovers until the run has seen it.
  echo "restore_command = 'until [ -e \"$PWD/seen\" ]; do sleep 0.1; done; false'" >>"$PG/postgresql.conf"
  as_postgres touch "$PG/recovery.signal"
  as_postgres "$(pg_program pg_ctl)" -D "$PG" -W -l "$PG/server.log" start >/dev/null 3>&-
  eventually rejects
  local pid
  pid=$(postmaster)
  (eventually grep -rqF --include=transcript.jsonl '"id":"recovery"' "$XDG_STATE_HOME" && touch seen) 3>&- &
  STARTED+=("$!")
  play </dev/null
  has_status 0
  has 'recovery'
  has 'given time'
  [ "$(postmaster)" = "$pid" ]
  logs_in
}
rejects() {
  local code=0
  "$(pg_program pg_isready)" -q -h 127.0.0.1 -p "$PG_PORT" || code=$?
  [ "$code" = 1 ]
}

@test "database: connections used up by idle ones: these are ended after a confirmation, the working one is not" {
  database 'max_connections = 7' 'superuser_reserved_connections = 3'
  hold idle-1
  hold idle-2
  hold open-1 'begin; select 1;'
  hold works 'select pg_sleep(600);'
  eventually has_sessions '%' 4
  eventually refused
  # Nobody says yes: nothing is ended.
  sleep 1.1
  play --set idle_over=1s </dev/null
  has_status 5
  has_sessions '%' 4
  play --set idle_over=1s --yes
  has_status 0
  has 'End these 3 idle connections?'
  has '3 were ended'
  has 'idle connections had used up all of them'
  [ "$(sessions works)" = 1 ]
  eventually has_sessions 'idle%' 0
  eventually logs_in
}
refused() { ! logs_in; }

@test "database: connections used up by work: escalated with who holds them, none is ended" {
  database 'max_connections = 5' 'superuser_reserved_connections = 3'
  hold works-1 'select pg_sleep(600);'
  hold works-2 'select pg_sleep(600);'
  eventually has_sessions 'works%' 2
  eventually refused
  play --yes
  has_status 3
  has 'works-1'
  has 'none of them may be ended'
  has_sessions 'works%' 2
}

@test "database: wrong password: names and whom to ask, Slack is told, the password is nowhere" {
  database
  start_httpd /slack/s3cr3t-hook status=200 body=ok
  printf 'DATABASE_URL=postgresql://shop:%s@127.0.0.1/shop\n' "$SECRET" >env-file
  watch_processes
  # It lives too shortly to be caught for sure: each psql also writes down itself what others could see of it.
  mkdir -p bin
  printf '#!/bin/sh\ntr "\\0" " " </proc/$$/cmdline >>"%s/cmdlines"\nexec "%s" "$@"\n' "$PWD" "$(command -v psql)" >bin/psql
  chmod +x bin/psql
  PATH=$PWD/bin:$PATH PASSWORD='not-The-One-9' SLACK_WEBHOOK_URL=$HTTPD_URL/slack/s3cr3t-hook play --set "env_file=$PWD/env-file" --set contact='team shop'
  watched
  cat cmdlines >>processes
  has_status 3
  has 'password authentication failed for user "shop"'
  has 'DATABASE_URL'
  has 'The role shop may log in'
  has 'team shop must compare'
  grep -qF 'team shop, please look' "$HTTPD_LOG"
  nowhere "$SECRET"
  nowhere 'not-The-One-9'
  nowhere 's3cr3t-hook'
  grep -qF psql cmdlines
  run ! grep -qF -e "$SECRET" -e 'not-The-One-9' processes
}

@test "database: no password, an expired one, a variable that is missing: each is told" {
  database
  echo 'OTHER=1' >env-file
  PASSWORD='' play
  has_status 3
  has 'set PGPASSWORD and run it again'
  PASSWORD=xxxx play --set "env_file=$PWD/env-file"
  has_status 3
  has 'env-file lacks a value for DATABASE_URL'
  pg_sql "alter role shop valid until '2001-02-03'"
  play
  has_status 3
  has 'had a password until 2001-02-03'
  PASSWORD=xxxx play --set user=nobody_here
  has_status 3
  has 'The server has no role nobody_here'
}

@test "database: pg_hba.conf does not let it in: told with its rules, and not changed" {
  database
  printf 'local all all trust\nhost all app 127.0.0.1/32 scram-sha-256\n' | as_postgres tee "$PG/pg_hba.conf" >/dev/null
  pg_sql 'select pg_reload_conf()' >/dev/null
  eventually refused
  local before
  before=$(cksum <"$PG/pg_hba.conf")
  play --yes </dev/null
  has_status 3
  has 'no pg_hba.conf entry'
  has '127.0.0.1'
  [ "$(cksum <"$PG/pg_hba.conf")" = "$before" ]
}

@test "database: pg_hba.conf does not let it in: mended by hand, and proved" {
  database
  printf 'local all all trust\nhost all app 127.0.0.1/32 scram-sha-256\n' | as_postgres tee "$PG/pg_hba.conf" >/dev/null
  pg_sql 'select pg_reload_conf()' >/dev/null
  eventually refused
  mended_by_hand 'If shop shall use shop' lets_in
  has_status 0
  has 'shop was not let in'
  logs_in
}
lets_in() {
  printf 'host shop shop 127.0.0.1/32 scram-sha-256\n' >>"$PG/pg_hba.conf"
  pg_sql 'select pg_reload_conf()'
}

@test "database: there is no such database: those that are there are named" {
  database
  play --set database=shopp
  has_status 3
  has 'has no database shopp (only'
  has 'shop'
}

# A server whose data stand on a small file system that is full, so that it does not start.
full() {
  [ "$(id -u)" -eq 0 ] || skip 'a small file system can be mounted by root only'
  FULL=$PWD/pg
  mkdir pg
  mount -t tmpfs -o size=96m tmpfs pg 2>/dev/null || {
    FULL=
    skip 'no file system can be mounted here'
  }
  database
  mkdir -p "$PG/log"
  chown postgres "$PG/log"
}
fill() {
  pg_stop fast
  as_postgres sh -c 'cat /dev/zero >"$1/base/filler"' sh "$PG" 2>/dev/null || true
}

@test "database: its disk is full: rotated logs go after a confirmation, pg_wal is untouched, and it starts" {
  full
  as_postgres dd if=/dev/zero of="$PG/log/postgresql-old.log" bs=1M count=20 status=none
  echo new | as_postgres tee "$PG/log/postgresql-new.log" >/dev/null
  touch -d '3 days ago' "$PG/log/postgresql-old.log"
  fill
  local wal
  wal=$(ls "$PG/pg_wal")
  play --set "log_file=$PG/log/postgresql-today.log" </dev/null
  has_status 5
  [ -e "$PG/log/postgresql-old.log" ]
  play --set "log_file=$PG/log/postgresql-today.log" --yes
  has_status 0
  has 'its disk was full'
  [ ! -e "$PG/log/postgresql-old.log" ]
  [ -e "$PG/log/postgresql-new.log" ]
  local segment
  for segment in $wal; do [ -e "$PG/pg_wal/$segment" ]; done
  logs_in
}

@test "database: its disk is full while it runs: users get in and cannot write, until room is made" {
  full
  as_postgres dd if=/dev/zero of="$PG/log/postgresql-old.log" bs=1M count=30 status=none
  touch -d '3 days ago' "$PG/log/postgresql-old.log"
  # The first login to a database writes a file.
  logs_in
  as_postgres sh -c 'cat /dev/zero >"$1/base/filler"' sh "$PG" 2>/dev/null || true
  local pid
  pid=$(postmaster)
  logs_in
  run ! pg_sql "create table made as select repeat('x', 2000) from generate_series(1, 5000)"
  play --set "log_file=$PG/log/postgresql-today.log" --yes
  has_status 0
  has 'its disk was full'
  pg_sql "create table made as select repeat('x', 2000) from generate_series(1, 5000)"
  [ "$(postmaster)" = "$pid" ]
}

@test "database: its disk is full and nothing may go: escalated with what is large, nothing removed" {
  full
  fill
  local before
  before=$(find "$PG" -type f | sort | cksum)
  play --set "log_file=$PG/log/postgresql-today.log" --yes
  has_status 3
  has 'must make room'
  has "$PG/base"
  [ "$(find "$PG" -type f | sort | cksum)" = "$before" ]
}

@test "database: the application is asked too, before and after" {
  app_make
  database
  local port url
  port=$(free_port)
  url=http://127.0.0.1:$port/api/status/database
  app_start "$port" "DATABASE_URL=postgresql://shop:$SECRET@127.0.0.1:$PG_PORT/shop"
  pg_stop fast
  play --set "status_url=$url" --yes
  has_status 0
  has 'app_again'
  curl -fsS -o /dev/null "$url"
  # It answers, and the application has another password.
  kill "$APP_PID"
  eventually gone "$APP_PID"
  app_start "$port" "DATABASE_URL=postgresql://shop:other@127.0.0.1:$PG_PORT/shop"
  play --set "status_url=$url" --yes
  has_status 3
  has 'does not reach it'
}

@test "database: Debian's pg_ctlcluster starts it" {
  [ "$(id -u)" -eq 0 ] || skip 'a cluster of Debian can be made by root only'
  need pg_createcluster pg_ctlcluster
  export PG_CLUSTER_CONF_ROOT=$PWD/etc
  mkdir etc data
  chmod a+x "$BATS_RUN_TMPDIR" "$BATS_TEST_TMPDIR" "$(dirname "$BATS_TEST_TMPDIR")" "$(dirname "$BATS_RUN_TMPDIR")"
  chown postgres data etc
  local version
  version=$(basename "$(dirname "$(dirname "$(pg_program initdb)")")")
  PG=$PWD/data PG_PORT=$(free_port)
  pg_createcluster -d "$PG" -s "$PG" -p "$PG_PORT" -l "$PWD/data.log" "$version" rbtest -- --no-sync -A trust >create.log 2>&1
  play --set start_with=pg_ctlcluster --set "cluster=$version/rbtest" --set user=postgres --set database=postgres \
    --set "host=$PG" --set "log_file=$PWD/data.log" --yes
  has_status 0
  has 'Start the cluster'
  [ "$(pg_ctlcluster "$version" rbtest status | grep -c 'server is running')" = 1 ]
}

@test "database: systemd is to start it where it does not run: told so" {
  if [ -d /run/systemd/system ]; then skip 'systemd runs this host'; fi
  database
  pg_stop fast
  play --set start_with=systemd --yes
  has_status 3
  has 'systemd does not run this host'
}

@test "database: a drill says what it would start, and starts nothing" {
  database
  pg_stop fast
  words
  WORDS[1]=drill
  run knowing "${WORDS[@]}" </dev/null
  has_status 1
  has 'begin/by_pg_ctl'
  has "Start the server of $PG"
  [ ! -e "$PG/postmaster.pid" ]
}

@test "database: an input that cannot be and a host without psql are refused before the first step" {
  PG_PORT=70000 PG=/nowhere
  play
  has_status 2
  has '70000'
  PG_PORT=5432
  mkdir bin
  local c
  for c in bash tail df awk; do ln -s "$(command -v $c)" bin/; done
  PLAY_PATH=$PWD/bin play
  has_status 6
  has 'psql'
}
