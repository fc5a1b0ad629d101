#!/usr/bin/env bats
# Looking is checked, not only declared: what `runbook check` says of looks that change something.

load support/helpers

setup() { sandbox; }
teardown() { end_all; }

@test "check warns of a look that changes something, at the word, and says how to mend it" {
  printf 'runbook: a\ntitle: A\nsteps:\n  - look: ls && touch x\n' >a.yaml
  run "$RUNBOOK" check a.yaml
  has_status 0
  has 'a.yaml:4:17: warning: `touch` changes something, but `look` only reads [W004]'
  has 'make it a `run`, or say why it is harmless: effect: {read: why}'
  [ ! -e x ]
}

@test "a reason takes the warning back; a run does not look for it" {
  printf 'runbook: a\ntitle: A\nsteps:\n  - {look: touch x, effect: {read: a mark}}\n' >a.yaml
  run "$RUNBOOK" check a.yaml
  has_status 0
  lacks W004
  printf 'runbook: b\ntitle: B\nsteps:\n  - look: touch x\n' >b.yaml
  run "$RUNBOOK" run b.yaml
  has_status 0
  lacks W004
}

@test "explain tells of W004 and E044" {
  run "$RUNBOOK" explain W004
  has_status 0
  has 'a look that changes something'
  run "$RUNBOOK" explain E044
  has_status 0
  has 'effect: {read:'
}

@test "what is piped into a shell, and what awk and SQL clients are given, is read too: a drill refuses it" {
  cat >a.yaml <<'EOF'
runbook: a
title: A
steps:
  - look: |
      echo 'uptime; touch x' | sh
      awk '{ print > "y" }' a.yaml
      psql -c "copy t to '/tmp/t'"
EOF
  run "$RUNBOOK" check a.yaml
  has_status 0
  has 'a.yaml:5:21: warning: `touch` changes something, but `look` only reads [W004]'
  has 'a.yaml:6:7: warning: `awk … > y` writes a file, but `look` only reads [W004]'
  has 'a.yaml:7:7: warning: `psql … copy` changes something, but `look` only reads [W004]'
  run "$RUNBOOK" drill a.yaml
  has_status 2
  has 'a.yaml:5:21: error: `touch` changes something, but `look` only reads [E044]'
  [ ! -e x ]
  [ ! -e y ]
}

@test "stdin of a look is read too, what comes from elsewhere cannot be told, and what tcp sends: a drill refuses it" {
  cat >a.yaml <<'EOF'
runbook: a
title: A
steps:
  - {look: bash, stdin: "touch x"}
  - {look: "bash < fix.sh"}
  - {look: "sleep 0 &"}
  - {tcp: {address: "127.0.0.1:9", send: "FLUSHALL\r\n"}}
EOF
  echo 'touch x' >fix.sh
  run "$RUNBOOK" drill a.yaml
  has_status 2
  has 'error: `touch` changes something, but `look` only reads [E044]'
  has 'error: `bash < fix.sh` runs what is not in this file, but `look` only reads [E044]'
  has 'error: `sleep … &` leaves a process behind, but `look` only reads [E044]'
  has 'error: `FLUSHALL` changes something, but `tcp` only reads [E044]'
  [ ! -e x ]
}
