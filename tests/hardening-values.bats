#!/usr/bin/env bats
# Hostile values and secrets: what would leak, mean something else, or pass by accident.
# shellcheck disable=SC2016 # scripts of runbooks, not ours

load support/helpers

setup() { sandbox; }
teardown() { end_all; }

# No file of the run, and nothing that was shown, holds the text.
nowhere() {
  lacks "$1" || return 1
  ! grep -rFl --exclude='source-*' -e "$1" state
}

@test "the command of a secret does not find another secret in its environment" {
  write r.yaml <<'E'
runbook: r
secrets:
  second: {command: 'env | grep -q sesame && echo found-it || echo not-there'}
  FIRST: {env: FIRST}
steps:
  - id: a
    secrets: [second, FIRST]
    look: '[ "$second" = not-there ]'
E
  FIRST=sesame-open-1 run "$RUNBOOK" run r.yaml
  has_status 0
}

@test "what the command of a secret says is shown, masked and escaped" {
  write r.yaml <<'E'
runbook: r
secrets:
  first: {env: FIRST}
  second: {command: 'printf "touch the key of %s \033]0;x\007\n" sesame-"open-1" >&2; echo abcdefgh'}
steps:
  - id: a
    secrets: [second, first]
    look: '[ "$second" = abcdefgh ]'
E
  FIRST=sesame-open-1 run "$RUNBOOK" run r.yaml
  has_status 0
  has 'touch the key of *** \e]0;x\a'
  nowhere sesame-open-1
}

@test "what the command of a secret says is masked with its own secret, and left out where it failed" {
  write r.yaml <<'E'
runbook: r
secrets: {s: {command: 'echo "unlocked opensesame1" >&2; echo opensesame1; exit "$(cat code)"'}}
steps: [{id: a, secrets: [s], look: 'true'}]
E
  echo 0 >code
  run "$RUNBOOK" run r.yaml
  has_status 0
  has 'unlocked ***'
  nowhere opensesame1
  echo 1 >code
  run "$RUNBOOK" run r.yaml
  has_status 6
  has 'its command failed with exit 1; what it said on stderr could hold the secret and is shown at a terminal only'
  nowhere opensesame1
}

@test "the parts of a URL that is a secret are masked in what a server and a client say" {
  write r.yaml <<'E'
runbook: r
secrets: {hook: {env: HOOK, type: url}, db: {env: DB}}
steps:
  - id: tell
    secrets: [hook, db]
    look: |
      echo "no route ${hook#http://*/}"
      echo "<b>${db##*=}</b>" | sed 's/"/\&quot;/g'
      rest=${db#*:*:}; echo "refused ${rest%%@*}"
    capture: {said: this.stdout}
  - end: {failed: "it said ${tell.said}"}
E
  HOOK=http://127.0.0.1:1/services/T0000/XXXXsecretXXXX DB='pg://app:pa%24sW0rd@h/x?key=pass"word9' \
    run "$RUNBOOK" run r.yaml
  has_status 1
  has 'it said'
  has 'refused ***'
  has '<b>***</b>'
  nowhere XXXXsecretXXXX
  nowhere sW0rd
  nowhere word9
}

@test "the command of a secret is run whole or not at all" {
  words=$(printf 'w%d, ' {1..80})
  write r.yaml <<E
runbook: r
secrets: {s: {command: [echo, ${words%, }]}}
steps: [{id: a, secrets: [s], look: 'true'}]
E
  run "$RUNBOOK" run r.yaml
  has_status 6
  has 'has 81 words'
}

@test "a captured secret is refused in an argument, whatever way it came" {
  write r.yaml <<'E'
runbook: r
values: {v: x}
steps:
  - id: login
    look: echo sesame"-open-1"
    capture:
      pw: {value: trim(this.stdout), secret: true}
      all: {value: lines(this.stdout), secret: true}
  - set: {v: "${login.pw}"}
  - {id: by_set, look: [touch, by_set, "${v}"], on_fail: continue}
  - {id: by_call, call: p, with: {x: "${login.pw}"}, on_fail: continue}
  - {id: by_loop, for_each: {in: login.all, as: it}, look: [touch, by_loop, "-${it}"], on_fail: continue}
  - {id: by_env, look: '[ "$v" = "sesame"-open-1 ]'}
  - {id: named, look: 'true', log: "name-${v}", on_fail: continue}
procedures:
  p:
    inputs: {x: {type: text}}
    steps: [{id: inside, look: [touch, by_call, "${x}"]}]
E
  run "$RUNBOOK" run r.yaml
  has_status 0
  [ "$(grep -c 'argument 2 of its command holds a secret' <<<"$output")" -ge 3 ]
  has 'the name of the file would hold a secret'
  run ls
  [ "$output" = "$(printf 'home\nr.yaml\nstate')" ]
  nowhere sesame-open-1
}

@test "a word of the runbook may be an argument although a secret is the same word" {
  write r.yaml <<'E'
runbook: r
secrets: {s: {env: S}}
steps:
  - {id: a, look: [echo, prod-east]}
  - {id: b, secrets: [s], look: 'true'}
E
  S=prod-east run "$RUNBOOK" run r.yaml
  has_status 0
}

@test "a step with a secret capture tells nothing of what its patterns matched" {
  write r.yaml <<'E'
runbook: r
steps:
  - id: login
    look: echo "key sesame""-open-1 end"; exit 3
    capture: {pw: {value: json(this.stdout), secret: true}}
    match: {key: /key (?<of>\S+)/}
    expect: {stdout: other}
    on_fail: continue
  - branch:
      - if: login.key and login.key.line contains "key" and login.stdout contains "end"
        then: [{say: seen}]
E
  run "$RUNBOOK" run r.yaml
  has_status 0
  has seen
  nowhere sesame-open-1
}

@test "a step with a secret capture quotes nothing of its output in errors" {
  write r.yaml <<'E'
runbook: r
steps:
  - id: capture
    look: echo sesame"-open-1"
    capture: {pw: {value: json(this.stdout), secret: true, default: '"none-at-all"'}, n: int(this.stdout)}
    on_fail: continue
  - id: expect
    look: echo sesame"-open-1"
    capture: {pw: {value: json(this.stdout), secret: true, default: '"none-at-all"'}}
    expect: {that: [int(this.stdout) > 3]}
    on_fail: continue
  - id: retry
    look: echo sesame"-open-1"; exit 1
    capture: {pw: {value: json(this.stdout), secret: true, default: '"none-at-all"'}}
    retry: {times: 2, every: 10ms, if: int(this.stdout) > 3}
    on_fail: continue
E
  run "$RUNBOOK" run r.yaml
  has_status 0
  has 'capture `n`: it could not be had; what it was made of is secret'
  has 'what it was to be judged by is secret'
  nowhere sesame-open-1
}

@test "a secret is not told by halves: across reads, at a cut, at the beginning of an excerpt" {
  write r.yaml <<'E'
runbook: r
secrets: {s: {env: S}}
steps:
  - id: halves
    secrets: [s]
    look: printf '%s' "${s:0:9}"; sleep 0.2; printf '%s' "${s:9}"; sleep 0.2; printf 'x\n'
  - id: excerpt
    secrets: [s]
    look: printf '%s' "$s"; head -c 4090 /dev/zero | tr '\0' x; exit 3
    on_fail: continue
  - id: actual
    secrets: [s]
    look: head -c 390 /dev/zero | tr '\0' x; printf '%s' "$s"; head -c 400 /dev/zero | tr '\0' x
    expect: {stdout: other}
    on_fail: continue
  - id: broken
    secrets: [s]
    look: printf '{"a":%s' "$s"
    capture: {j: json(this.stdout)}
    on_fail: continue
  - id: daemon
    secrets: [s]
    start: printf '%s' "$s"; head -c 4090 /dev/zero | tr '\0' x; exit 3
    log: daemon.log
    on_fail: continue
E
  S=sesame-openthedoor-1 run "$RUNBOOK" run r.yaml --json
  has_status 1
  for part in sesame same-open thedoor; do nowhere "$part"; done
}

@test "of a long secret that a program printed over and over before it died no part is in the record" {
  write r.yaml <<'E'
runbook: r
secrets: {s: {env: S}}
steps:
  - id: lines
    secrets: [s]
    start: for i in {1..99}; do printf '%s\n' "$s"; done; echo over; exit 3
    ready: {look: 'false', every: 10ms}
    log: lines.log
    on_fail: continue
  - id: unbroken
    secrets: [s]
    start: for i in {1..99}; do printf '%s' "$s"; done; exit 3
    ready: {look: 'false', every: 10ms}
    log: unbroken.log
    on_fail: continue
E
  S=$(printf 'sesame%04d' {1..200}) run "$RUNBOOK" run r.yaml --json
  has_status 1
  [ "$(wc -c <unbroken.log)" -eq 198000 ]
  has over
  nowhere sesame
  nowhere 0123
}

@test "an optional secret whose file is there and cannot be read is an error that says why" {
  write r.yaml <<'E'
runbook: r
secrets: {s: {file: it/secret, optional: true}}
steps: [{id: a, secrets: [s], look: '[ "${s:-none}" = none ]'}]
E
  sed 's|file: it/secret|credential: secret|' r.yaml >c.yaml
  try() {
    run "$RUNBOOK" run r.yaml
    "$@" || return 1
    CREDENTIALS_DIRECTORY=$PWD/it run "$RUNBOOK" run c.yaml
    "$@"
  }
  unread() { has_status 6 && has "it/secret: $1"; }
  # Neither in a folder that is not there nor under what is no folder.
  try has_status 0
  touch it
  try has_status 0
  rm it
  mkdir -p it/secret
  try unread 'it is a directory, not a regular file'
  rmdir it/secret
  truncate -s 17M it/secret
  try unread 'it is larger than 16 MiB'
  rm it/secret
  ln -s secret it/secret
  try unread 'Too many levels of symbolic links'
  rm it/secret
  if [ "$(id -u)" -ne 0 ]; then
    install -m 0 /dev/null it/secret
    try unread 'Permission denied'
  fi
}

@test "a path that is empty or holds a NUL is refused, not taken for another one" {
  write r.yaml <<'E'
runbook: r
steps:
  - id: a
    look: printf 'made\0up'
    capture: {nul: this.stdout, none: '""'}
  - {id: log, look: echo hi, log: "${a.nul}", on_fail: continue}
  - {id: cwd, look: touch here, cwd: "${a.none}", on_fail: continue}
E
  run "$RUNBOOK" run r.yaml
  has_status 0
  has '`log`: the path holds a NUL byte'
  has '`cwd`: the path is empty'
  [ ! -e made ]
  [ ! -e here ]
}

@test "an expected text that came out empty does not hold by accident" {
  write r.yaml <<'E'
runbook: r
steps:
  - {id: a, look: 'true', capture: {none: this.stdout}}
  - {id: b, look: echo hi, expect: {stdout: "${a.none}"}}
E
  run "$RUNBOOK" run r.yaml
  has_status 1
  has 'every text contains the empty one'
}

@test "a signal ends the wait for the command of a secret" {
  write r.yaml <<'E'
runbook: r
secrets: {s: {command: 'touch begun; sleep 60; echo abcdefgh'}}
steps: [{id: a, secrets: [s], run: touch ran}]
E
  background "$RUNBOOK" run r.yaml
  eventually test -e begun
  kill -TERM "$BACKGROUND"
  code=0
  wait "$BACKGROUND" || code=$?
  [ "$code" -eq 143 ]
  [ ! -e ran ]
}

@test "a transcript from elsewhere can do nothing to the terminal, and what is none is an error" {
  write r.yaml <<'E'
runbook: honest
steps: [{id: a, look: 'true'}]
E
  "$RUNBOOK" run r.yaml >/dev/null
  runs=state/runbook/runs
  sed -i 's/"runbook":"honest"/"runbook":"\\u001b]0;x\\u0007"/' "$runs"/*/transcript.jsonl
  run "$RUNBOOK" runs
  has_status 0
  has '\e]0;x\a'
  lacks $'\e'
  mkdir "$runs/20200101-000000-zzzz"
  mkfifo "$runs/20200101-000000-zzzz/transcript.jsonl"
  run "$RUNBOOK" show zzzz
  has_status 2
  has 'it has no transcript'
}
