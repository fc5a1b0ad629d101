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
