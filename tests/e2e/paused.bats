#!/usr/bin/env bats
# runbooks/api-service-down.yaml on containers that somebody has paused: frozen by the kernel, and neither stopped nor
# answering.
# shellcheck disable=SC2154,SC2034 # output and stderr are what `run` left; BATS_TEST_TMPDIR is for the helpers

load ../support/helpers
load systems

setup_file() {
  docker_start
  [ -z "$DOCKER_WHY" ] || return 0
  cd "$BATS_FILE_TMPDIR" || return 1
  BATS_TEST_TMPDIR=$BATS_FILE_TMPDIR
  STARTED=()
  stack_make
  export STACK STACK_PORT
  compose up -d >/dev/null 2>&1
}

teardown_file() { docker_end; }

setup() {
  need_docker
  sandbox
  eventually stack_is_healthy
  BACKEND=$(container backend)
  DB=$(container db)
}

teardown() {
  [ -n "$DOCKER_WHY" ] || docker unpause "$BACKEND" "$DB" >/dev/null 2>&1 || true
  end_all
}

state() { docker inspect --format '{{.State.Status}} {{.State.StartedAt}}' "$1"; }

api_service_down() {
  run --separate-stderr "$RUNBOOK" run "$TOP/runbooks/api-service-down.yaml" --set "folder=$STACK" --set "port=$STACK_PORT" "$@"
  echo "$output"
  echo "$stderr"
}

@test "the containers of both are paused: they go on as they were, after a confirmation" {
  local backend db
  backend=$(state "$BACKEND")
  db=$(state "$DB")
  docker pause "$BACKEND" "$DB" >/dev/null
  [ "$(state "$DB")" = "${db/running/paused}" ]
  api_service_down --yes
  has_status 0
  has 'Somebody has paused backend, db. Have it go on?'
  has '1 change'
  [ "$(state "$BACKEND")" = "$backend" ]
  [ "$(state "$DB")" = "$db" ]
  answers "$STACK_PORT"
}
