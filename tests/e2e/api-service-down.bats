#!/usr/bin/env bats
# runbooks/api-service-down.yaml on a real Docker Engine with Compose: uvicorn with FastAPI and PostgreSQL, each in
# its container, broken in the ways that the runbook names. One project serves the whole file; a test that ends with
# a healthy one leaves it to the next.
# shellcheck disable=SC2154,SC2034 # output and stderr are what `run` left; BATS_TEST_TMPDIR is for the helpers

load ../support/helpers
load systems

# What must be found nowhere.
PAGER_KEY=p4ger-k3y-Zq9
SLACK_KEY=sl4ck-k3y-Zq9
DB_PASSWORD=hunter22 # of stack_make

setup_file() {
  docker_start
  [ -z "$DOCKER_WHY" ] || return 0
  cd "$BATS_FILE_TMPDIR" || return 1
  BATS_TEST_TMPDIR=$BATS_FILE_TMPDIR
  STARTED=()
  stack_make
  export STACK STACK_PORT
  # The tests' own fault: it stays until the container is made anew, or until the folder is mended.
  cat >>"$STACK/backend/api/main.py" <<'PY'


@app.middleware("http")
async def broken(request, call_next):
    if pathlib.Path("/tmp/broken").exists() or pathlib.Path("/srv/backend/broken").exists():
        return Response("Internal Server Error", status_code=500)
    return await call_next(request)
PY
  compose up -d >/dev/null 2>&1
}

teardown_file() { docker_end; }

setup() {
  need_docker
  sandbox
  rm -f "$STACK/docker-compose.override.yml" "$STACK/backend/broken"
  # A container that was only kept from answering soon answers again.
  if ! within 5 stack_is_healthy 2>/dev/null; then
    in_stack rm --stop --force backend db >/dev/null 2>&1
    in_stack up -d >/dev/null 2>&1
    within 120 stack_is_healthy
  fi
  OPTIONS=()
  start_httpd /v2/enqueue status=202 /slack body=ok
  BACKEND=$(started backend)
  DB=$(started db)
}

teardown() { end_all; }

# in_stack WORD… — Compose as an operator calls it, with docker-compose.override.yml.
in_stack() {
  if docker compose version >/dev/null 2>&1; then
    (cd "$STACK" && docker compose "$@")
  else
    (cd "$STACK" && docker-compose "$@")
  fi
}

# Which container it is, and since when it runs.
started() { docker inspect --format '{{.Id}} {{.State.StartedAt}}' "$(container "$1")"; }

# What the run has to tell people by. (Not by env, whose arguments others could see.)
tell() {
  export PAGERDUTY_ROUTING_KEY=$PAGER_KEY SLACK_INCIDENTS_URL="$HTTPD_URL/${SLACK_ROUTE-slack}?key=$SLACK_KEY"
  "$@"
}

runbook_words() {
  WORDS=("$RUNBOOK" "$1" "$TOP/runbooks/api-service-down.yaml" --set "folder=$STACK" --set "port=$STACK_PORT"
    --set "pagerduty=$HTTPD_URL" --set within=60s "${@:2}")
}

api_service_down() {
  runbook_words run "$@"
  run --separate-stderr tell "${WORDS[@]}"
  echo "$output"
  echo "$stderr"
}

# at_terminal PATTERN ANSWER… — the same by an operator who answers (see operator.py), with the options of OPTIONS.
at_terminal() {
  runbook_words run "${OPTIONS[@]}"
  run tell "$PYTHON" "$TOP/tests/e2e/operator.py" 240 "$@" -- "${WORDS[@]}"
  echo "$output"
}

paged() { [ "$(grep -c '"target":"/v2/enqueue"' "$HTTPD_LOG")" = "$1" ]; }
slacked() { [ "$(grep -c '"target":"/slack?' "$HTTPD_LOG")" = "$1" ]; }
nobody_told() { [ ! -s "$HTTPD_LOG" ]; }

@test "all is well: resolved in less than 2 s, nothing is changed, nobody is told" {
  local before
  before=$(now_ms)
  api_service_down
  has_status 0
  took $(($(now_ms) - before)) 2000 'a run on the healthy service'
  lacks ' change'
  [ "$(started backend)" = "$BACKEND" ]
  [ "$(started db)" = "$DB" ]
  nobody_told
}

@test "the container is stopped: a drill says that it would be started, a run starts it, and nothing else is touched" {
  docker stop -t 1 "$(container backend)" >/dev/null
  runbook_words drill
  run --separate-stderr tell "${WORDS[@]}"
  has_status 1
  has 'Start backend'
  has 'would change something'
  run ! answers "$STACK_PORT"
  api_service_down
  has_status 0
  has 'repair == "start"'
  answers "$STACK_PORT"
  [ "$(started backend | cut -d ' ' -f 1)" = "${BACKEND% *}" ]
  [ "$(started db)" = "$DB" ]
  nobody_told
}

@test "the database is down: it is started, the API is restarted" {
  docker stop -t 3 "$(container db)" >/dev/null
  api_service_down --yes
  has_status 0
  has 'database_up'
  lacks 'anew?'
  answers "$STACK_PORT"
  [ "$(started db | cut -d ' ' -f 1)" = "${DB% *}" ]
  [ "$(started backend | cut -d ' ' -f 1)" = "${BACKEND% *}" ]
  [ "$(started backend)" != "$BACKEND" ]
  nobody_told
}

# A server that shuts down while somebody is still logged in runs, and refuses everybody else.
@test "the database runs and takes no connection: it is restarted, the API after it" {
  docker exec -d "$(container db)" psql -U scheduler -c 'select pg_sleep(600)'
  eventually somebody_sleeps
  docker kill -s TERM "$(container db)" >/dev/null
  eventually refuses
  api_service_down --yes
  has_status 0
  has 'rejecting connections'
  has 'database_restart'
  answers "$STACK_PORT"
  [ "$(started db | cut -d ' ' -f 1)" = "${DB% *}" ]
  [ "$(started db)" != "$DB" ]
  [ "$(started backend)" != "$BACKEND" ]
  nobody_told
}
somebody_sleeps() {
  [ "$(docker exec "$(container db)" psql -U scheduler -XAtqc "select count(*) from pg_stat_activity where query like '%pg_sleep(600)'
    and pid <> pg_backend_pid()")" = 1 ]
}
refuses() { ! docker exec "$(container db)" pg_isready -q; }

@test "the network between the two is cut: the container is put back into it, and goes on running" {
  docker network disconnect stack_default "$(container backend)"
  run ! answers "$STACK_PORT"
  api_service_down --yes
  has_status 0
  has 'into the network stack_default'
  answers "$STACK_PORT"
  docker exec "$(container backend)" /opt/ping -c 1 db
  [ "$(started backend)" = "$BACKEND" ]
  [ "$(started db)" = "$DB" ]
  nobody_told
}

@test "all looks well, and the API does not answer: its container is made anew" {
  docker exec "$(container backend)" /opt/busybox touch /tmp/broken
  api_service_down </dev/null
  has_status 5
  [ "$(started backend)" = "$BACKEND" ]
  # A port at which nobody listens, so that the way is asked for too.
  api_service_down --yes --set database_port=1
  has_status 0
  has 'Nothing of this says why'
  grep -rqF '3 packets transmitted, 3 packets received' "$XDG_STATE_HOME"
  has 'Application startup complete'
  answers "$STACK_PORT"
  [ "$(started backend | cut -d ' ' -f 1)" != "${BACKEND% *}" ]
  [ "$(started db)" = "$DB" ]
  nobody_told
}

@test "PostgreSQL has no connection left: the API is restarted, and gives back its own" {
  docker exec -d "$(container backend)" /usr/bin/python3 -c '
import os, psycopg2, time
kept = []
while True:
    try:
        kept.append(psycopg2.connect(os.environ["DATABASE_URL"]))
    except psycopg2.OperationalError:
        time.sleep(0.1)'
  eventually no_connection
  run ! answers "$STACK_PORT"
  api_service_down --yes
  has_status 0
  has 'sorry, too many clients already'
  has 'repair == "restart"'
  lacks 'anew?'
  answers "$STACK_PORT"
  [ "$(started backend | cut -d ' ' -f 1)" = "${BACKEND% *}" ]
  [ "$(started backend)" != "$BACKEND" ]
  [ "$(started db)" = "$DB" ]
  nobody_told
}
no_connection() {
  docker exec "$(container db)" psql -U scheduler -c 'select 1' 2>&1 | grep -qF 'too many clients'
}

@test "it ends as soon as it starts: paged and left as it is with nobody to ask, mended and made anew with an operator" {
  write "$STACK/docker-compose.override.yml" <<'YML'
version: "2.4"
services:
  backend:
    restart: always
    command: [/bin/sh, -c, "echo 'FATAL: no setting SECRET_SALT'; exit 3"]
YML
  in_stack up -d --no-deps backend >/dev/null 2>&1
  eventually restarted
  local made
  made=$(container backend)
  api_service_down --yes </dev/null
  has_status 3
  has 'FATAL: no setting SECRET_SALT'
  has 'ends as soon as it starts'
  paged 1
  slacked 1
  grep -qF 'the lead of the backend team is paged' "$HTTPD_LOG"
  [ "$(container backend)" = "$made" ]

  rm "$STACK/docker-compose.override.yml"
  at_terminal '[d]one' d 'or Enter>' $'set the salt\n' '[y]es' y '1-2>' $'now\n' \
    'What happened' $'Nobody could log in\n' 'When did' $'at 3, until 4\n' 'root cause' $'A salt was missing\n' \
    'What helped' $'The salt\n' 'prevented' $'A check at deploy\n' 'does not know' y 'left to do' $'The check: Ann\n'
  has_status 0
  answers "$STACK_PORT"
  in_transcript 'A salt was missing'
  in_transcript 'The check: Ann'
  has 'Add this failure to the runbook'
  [ "$(container backend)" != "$made" ]
  [ "$(started db)" = "$DB" ]
  paged 1
}
restarted() { [ "$(docker inspect --format '{{.RestartCount}}' "$(container backend)")" -gt 1 ]; }

@test "its memory is exhausted: the operator gives it more, and it is made anew" {
  write "$STACK/docker-compose.override.yml" <<'YML'
version: "2.4"
services:
  backend:
    mem_limit: 12m
YML
  in_stack up -d --no-deps backend >/dev/null 2>&1 || true
  eventually ended
  eventually out_of_memory
  rm "$STACK/docker-compose.override.yml"
  at_terminal '[d]one' d 'or Enter>' $'\n' '[y]es' y '1-2>' $'later\n'
  has_status 0
  has 'has no memory left'
  answers "$STACK_PORT"
  [ "$(docker inspect --format '{{.HostConfig.Memory}}' "$(container backend)")" = 0 ]
  [ "$(started db)" = "$DB" ]
  nobody_told
}
ended() { [ "$(docker inspect --format '{{.State.Status}}' "$(container backend)")" = exited ]; }
out_of_memory() { [ "$(docker inspect --format '{{.State.OOMKilled}}' "$(container backend)")" = true ]; }

@test "nothing helps, and the time is over: paged and told once, a failover is considered, and no secret is anywhere" {
  touch "$STACK/backend/broken"
  watch_processes
  OPTIONS=(--yes --set page_after=1s --set within=3s)
  at_terminal '[d]one' d 'decision>' $'to the other site\n' 'or Enter>' $'\n'
  watched
  has_status 3
  has 'the API does not answer'
  has 'answers with status 500'
  in_transcript 'to the other site'
  paged 1
  slacked 1
  # Before the end, and not at it.
  [[ ${output%%manual_restart*} == *'escalation after 1s'* ]]
  grep -qF "$PAGER_KEY" "$HTTPD_LOG"
  grep -qF "$SLACK_KEY" "$HTTPD_LOG"
  grep -qF 'pg_isready' processes
  local secret
  for secret in "$PAGER_KEY" "$SLACK_KEY" "$DB_PASSWORD"; do
    lacks "$secret"
    run ! grep -rqF -e "$secret" "$XDG_STATE_HOME"
    run ! grep -qF -e "$secret" processes
  done
}

@test "the time is over, and then it answers: those who were paged are told" {
  docker stop -t 1 "$(container backend)" >/dev/null
  api_service_down --set page_after=1s
  has_status 0
  paged 2
  grep -qF 'resolve' "$HTTPD_LOG"
  grep -qF 'answers again' "$HTTPD_LOG"
}

@test "neither PagerDuty nor Slack can be told: the run says whom to tell by hand" {
  mkdir empty
  PAGER_KEY='' SLACK_ROUTE=nowhere api_service_down --set "folder=$PWD/empty" --set port=1 --set 'contact=Ann, +49 30 123'
  has_status 3
  has "the compose file in $PWD/empty cannot be used"
  has 'Page Ann, +49 30 123 by hand'
  has 'Write to #incidents by hand'
}

@test "a wrong port, a folder that is not there: refused before the first step" {
  api_service_down --set port=70000
  has_status 2
  has 'port'
  api_service_down --set folder=/nonexistent
  has_status 2
  has 'folder'
  nobody_told
}

@test "a host without docker is told what to install" {
  mkdir bin
  local p
  for p in bash sh env cat; do ln -s "$(command -v $p)" "bin/$p"; done
  runbook_words run
  run --separate-stderr env PATH="$PWD/bin" "${WORDS[@]}"
  has_status 6
  has 'docker'
}
