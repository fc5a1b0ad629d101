#!/usr/bin/env bats
# Tests of runbooks, through the command: what is found, what is told, that a planted fault is, and that a run becomes a
# scenario.

load support/helpers

setup() {
  sandbox
  export PATH=$PATH
}
teardown() { end_all; }

# A runbook with one of each thing that decides, and its scenarios.
small() {
  write small.yaml <<'YAML'
runbook: small
inputs: {port: {type: port, default: 8000}}
steps:
  - id: health
    http: http://127.0.0.1:${port}/health
    on_pass: {end: resolved}
    on_fail: continue
  - id: log
    look: tail -n 5 /var/log/api.log
    match: {taken: /address already in use/i}
  - branch:
      - if: log.taken
        then:
          - id: free
            run: fuser -k "$port/tcp"
            confirm: Free port ${port}?
      - else:
          - say: nothing is known
  - id: start
    run: systemctl start api
    on_fail: {end: {escalated: it does not start}}
YAML
  write small.test.yaml <<'YAML'
test: small.yaml
scenarios:
  - name: healthy
    results: {health: {}}
    expect: {outcome: resolved, path: [health]}
  - name: taken
    results:
      health: {refused: true}
      log: {stdout: "Address already in use\n"}
      free: {}
      start: {}
    answers: {free: yes}
    expect: {outcome: resolved, path: [health, log, free, start], changes: [free, start]}
  - name: unknown cause
    results: {health: {status: 500}, log: {}, start: {exit: 1}}
    expect: {outcome: escalated, path: [health, log, start]}
YAML
}

@test "all scenarios pass: exit 0, a line each, and what is covered" {
  small
  run "$RUNBOOK" test small.test.yaml
  has_status 0
  has '✓ healthy'
  has '✓ taken'
  has '3 passed, 0 failed, 0 errors · steps 6/6 · edges 11/11'
}

@test "a runbook means the file beside it, a folder all below it, nothing the folder here" {
  small
  mkdir -p a/b .hidden
  cp small.yaml small.test.yaml a/b
  cp small.test.yaml .hidden
  ln -s ../a a/loop
  run "$RUNBOOK" test small.yaml
  has_status 0
  [ "${lines[0]}" = small.test.yaml ]
  run "$RUNBOOK" test a
  has_status 0
  [ "${lines[0]}" = a/b/small.test.yaml ]
  has '3 passed'
  run "$RUNBOOK" test
  has_status 0
  has '6 passed'
  run "$RUNBOOK" test small.yaml small.test.yaml .
  has_status 0
  has '6 passed'
}

@test "what is no scenario file, has none, or is not there: exit 2 and what to do" {
  small
  run "$RUNBOOK" test nothing.yaml
  has_status 2
  has 'nothing.yaml: No such file'
  rm small.test.yaml
  run "$RUNBOOK" test small.yaml
  has_status 2
  has 'small.yaml: has no scenarios: they stand beside it, in small.test.yaml'
  run "$RUNBOOK" test
  has_status 2
  has 'there are no scenario files (*.test.yaml) here'
  echo x >notes.txt
  run "$RUNBOOK" test notes.txt
  has_status 2
  has 'is neither a scenario file'
}

@test "options that do not go together, and mistyped ones" {
  small
  run "$RUNBOOK" test --coverage 120
  has_status 2
  has 'from 0 to 100'
  run "$RUNBOOK" test --only taken --coverage 100
  has_status 2
  run "$RUNBOOK" test --tap --verbose
  has_status 2
  run "$RUNBOOK" test --record last small.yaml
  has_status 2
  has 'only --name and --append go with it'
  run "$RUNBOOK" test --name x
  has_status 2
  run "$RUNBOOK" test --junitt x
  has_status 2
  has 'did you mean --junit?'
}

@test "--only plays some, says nothing of coverage, and complains where there are none" {
  small
  run "$RUNBOOK" test --only taken
  has_status 0
  has '1 passed'
  lacks edges
  run "$RUNBOOK" test --only nope
  has_status 2
  has 'no scenario has `nope` in its name; there are `healthy`, `taken`, `unknown cause`'
  # A whole name is that scenario alone.
  sed -i 's/unknown cause/taken twice/' small.test.yaml
  run "$RUNBOOK" test --only tak
  has '2 passed'
  run "$RUNBOOK" test --only taken
  has '1 passed'
}

@test "coverage: what no scenario takes is named with its line, and --coverage fails" {
  small
  sed -i '/name: unknown cause/,$d' small.test.yaml
  run "$RUNBOOK" test
  has_status 0
  has 'small.yaml:17: no scenario takes `else` of the `branch` at line 11'
  has 'small.yaml:21: no scenario takes `on_fail` of `start`'
  has 'never performed: the `say` at line 18'
  run "$RUNBOOK" test --coverage 100
  has_status 1
  has '% of the edges are less than the 100 %'
  run "$RUNBOOK" test --coverage 50
  has_status 0
}

@test "TAP and JUnit tell the same, and JUnit is XML" {
  small
  sed -i 's/outcome: escalated/outcome: failed/; s/name: taken/name: "taken <\&> # 1"/' small.test.yaml
  echo 'test: none.yaml' >broken.test.yaml
  run "$RUNBOOK" test --tap --junit report.xml --coverage 100
  has_status 2
  has 'not ok 1 - broken.test.yaml: can be loaded'
  has 'ok 2 - small.test.yaml: healthy'
  has 'ok 3 - small.test.yaml: taken <&> \# 1'
  has 'not ok 4 - small.test.yaml: unknown cause'
  has 'ok 5 - small.test.yaml: coverage of 100 % of the edges'
  has '1..5'
  grep -q '<testsuites name="runbook test" tests="4" failures="1" errors="1"' report.xml
  grep -q '<testcase classname="small" name="taken &lt;&amp;&gt; # 1" file="small.test.yaml"' report.xml
  grep -q '<failure message="' report.xml
  if command -v python3 >/dev/null; then python3 -c 'import sys, xml.dom.minidom as m; m.parse(sys.argv[1])' report.xml; fi
  run "$RUNBOOK" test --junit /nowhere/report.xml
  has_status 2
  has 'cannot be written to /nowhere/report.xml'
  mkfifo pipe
  run timeout 60 "$RUNBOOK" test --junit pipe
  has_status 2
  has 'cannot be written to pipe: nobody reads from that pipe'
}

@test "--verbose shows the play" {
  small
  run "$RUNBOOK" test --verbose --only taken
  has_status 0
  has '→ log.taken'
  lacks 'runbook show' # there is no such run
}

@test "--verbose says what each attempt was given, in few lines" {
  write many.yaml <<'YAML'
runbook: many
secrets: {token: {env: TOKEN}}
steps:
  - {id: which, ask: {question: Which?, choices: [a, b]}}
  - {id: log, look: tail log, on_fail: continue}
  - {id: api, http: "http://127.0.0.1:1/", retry: {times: 9, every: 1s}, secrets: [token]}
  - {id: whole, call: find}
  - {id: entered, call: find}
  - {id: late, look: slow, timeout: 5s, on_fail: continue}
procedures:
  find:
    outputs: {n: {type: int, value: inner.n}}
    steps: [{id: inner, look: wc -l log, capture: {n: int(this.stdout)}}]
YAML
  write many.test.yaml <<'YAML'
test: many.yaml
secrets: {token: hunter22-stand-in}
scenarios:
  - name: one
    answers: {which: a}
    results:
      log: {exit: 3, stdout: "1\n2\n3\n4\n5\n", stderr: "bad\x07\n"}
      api: [{status: 503, body: busy}, {status: 503, body: busy}, {status: 503, body: busy}, {body: hunter22-stand-in}]
      whole: {outputs: {n: 7}}
      entered/inner: {stdout: "4"}
      late: {hangs: true, stdout: begun}
    expect: {outcome: resolved}
YAML
  run "$RUNBOOK" test --verbose
  has_status 0
  has '    ‹ log: exit 3
      stdout  1
              2
              3
              … 2 lines more
      stderr  bad\a
  ✗ log'
  # What a poll says again and again is said once.
  [ "$(grep -c '‹ api: status 503' <<<"$output")" -eq 1 ]
  has '    ‹ api: status 200
      body    ***'
  has '    ‹ whole: outputs {"n":7}'
  has '    ‹ entered/inner: exit 0
      stdout  4'
  has '    ‹ late: took longer than 5s'
  lacks '‹ which'
  lacks hunter22
}

@test "a report fits the terminal that it is shown on, and is not broken elsewhere" {
  command -v script >/dev/null || skip "no script(1)"
  small
  sed -i 's/path: \[health, log, start\]/path: [health, free]/' small.test.yaml
  run "$RUNBOOK" test
  has_status 1
  has 'small.test.yaml:16: the path differs: `free` was expected, and `log` came'
  TERM=dumb script -qec "stty cols 50; \"$RUNBOOK\" test" screen >/dev/null || true
  has_narrow() { grep -qF "$1" screen || { cat screen >&2; return 1; }; }
  has_narrow '    small.test.yaml:16: the path differs: `free`'
  has_narrow '      was expected, and `log` came'
  [ "$(tr -d '\r' <screen | grep -v '^Script' | wc -L)" -le 55 ]
}

@test "check judges the inputs of scenarios as a play would, with their places" {
  write asks.yaml <<'YAML'
runbook: asks
inputs: {port: {type: port}, mode: {type: text, choices: [soft, hard], default: soft}}
steps:
  - {id: log, look: 'echo "$port" "$mode"'}
YAML
  write asks.test.yaml <<'YAML'
test: asks.yaml
results: {log: {}}
scenarios:
  - {name: mistyped, inputs: {prot: 80}, expect: {outcome: resolved}}
  - {name: no port, inputs: {port: high}, expect: {outcome: resolved}}
  - {name: no choice, inputs: {port: 80, mode: softly}, expect: {outcome: resolved}}
YAML
  local command
  for command in check test; do
    run "$RUNBOOK" "$command" asks.test.yaml
    has_status 2
    has 'asks.test.yaml:4:12: error: the input `port` has no value here'
    has 'asks.test.yaml:4:31: error: there is no input `prot`'
    has 'did you mean `port`?'
    has 'asks.test.yaml:5:30: error: input `port`: `high` is not a port'
    has 'asks.test.yaml:6:42: error: input `mode`: `softly` is none of soft, hard'
  done
}

@test "nothing is executed, connected to or written" {
  write evil.yaml <<'YAML'
runbook: evil
secrets: {token: {command: [touch, pwned-secret]}}
steps:
  - id: look
    look: touch pwned-look
  - id: change
    run: touch pwned-run
    log: pwned-log
    secrets: [token]
  - id: stay
    start: touch pwned-start
    pidfile: pwned-pid
YAML
  write evil.test.yaml <<'YAML'
test: evil.yaml
secrets: {token: a-stand-in}
scenarios:
  - {name: all, results: {look: {}, change: {}, stay: {}}, expect: {outcome: resolved}}
YAML
  run "$RUNBOOK" test
  has_status 0
  [ -z "$(ls -d pwned* state/* 2>/dev/null)" ]
}

# A run and a play of the same, each attempt of which is ended by its timeout; what they say of the facts is the same.
@test "what is ended by its timeout has the facts that it has in a run" {
  write late.in <<'YAML'
runbook: late
inputs: {port: {type: port, default: 8000}}
steps:
  - {id: look, look: 'printf "12\n"; sleep 20; true', match: {n: "12"}, timeout: LIMIT, on_fail: continue}
  - {id: work, run: 'printf boom >&2; sleep 20; true', capture: {n: int(this.stdout)}, timeout: LIMIT, on_fail: continue}
  - {id: start, start: exec sleep 20, ready: {tcp: "127.0.0.1:1", every: 100ms}, timeout: LIMIT, on_fail: continue}
  - {id: http, http: "http://127.0.0.1:${port}/x", match: {ok: ok}, timeout: LIMIT, on_fail: continue}
  - {id: tcp, tcp: {address: "127.0.0.1:${port}", send: x, until: never}, timeout: LIMIT, on_fail: continue}
  - {id: target, start: "trap '' TERM; while :; do sleep 1; done", pidfile: target.pid}
  - {id: stop, process: {stop: "${target.process}", grace: 10s}, timeout: LIMIT, on_fail: continue}
  - say: >-
      look ${look.timed_out} ${look.error ?? ""} ${look.signal ?? 0} ${look.exit ?? 999} ${defined(look.pid)}
      ${trim(look.stdout)} ${defined(look.n)} ${look.output_incomplete}
  - say: >-
      work ${work.timed_out} ${work.error ?? ""} ${work.signal ?? 0} ${work.exit ?? 999} ${work.output} ${defined(work.n)}
  - say: >-
      start ${start.timed_out} ${start.error ?? ""} ${start.signal ?? 0} ${start.exit ?? 999} ${defined(start.pid)}
      ${defined(start.process)}
  - say: >-
      http ${http.timed_out} ${http.error ?? ""} ${http.status ?? 0} ${http.body ?? "no body"} ${defined(http.ok)}
      ${defined(http.headers)} ${defined(http.json)} ${defined(http.time)} ${defined(http.url)}
  - say: >-
      tcp ${tcp.timed_out} ${tcp.error ?? ""} ${defined(tcp.connected)} ${defined(tcp.address)} ${defined(tcp.time)}
      ${defined(tcp.reply)}
  - say: >-
      stop ${stop.timed_out} ${stop.error ?? ""} ${stop.count ?? 999} ${defined(stop.pid)} ${stop.stopped_by ?? "no"}
YAML
  write late.test.yaml <<'YAML'
test: late.yaml
scenarios:
  - name: all are late
    results:
      look: {hangs: true, stdout: "12\n"}
      work: {takes: 20s, exit: 1, stderr: boom}
      start: {}
      start.ready: {refused: true}
      http: {status: 502, body: ok, takes: 20s}
      tcp: {hangs: true}
      target: {}
      stop: {takes: 10s}
    expect: {outcome: failed}
YAML
  start_httpd /x silent delay=20000
  # On a busy machine the first of these may be over before what is started has said or done anything.
  local limit
  for limit in 300ms 2s 6s; do
    sed "s/LIMIT/$limit/" late.in >late.yaml
    "$RUNBOOK" run late.yaml --set port="$HTTPD_PORT" >run.out 2>&1 || true
    STARTED+=("$(<target.pid)")
    "$RUNBOOK" test --verbose late.test.yaml >test.out
    grep '^  »' run.out >run.said
    grep '^  »' test.out >test.said
    [ "$(wc -l <run.said)" -eq 6 ]
    if diff run.said test.said; then return 0; fi
  done
  return 1
}

@test "a secret of a scenario is masked in what is told" {
  write told.yaml <<'YAML'
runbook: told
secrets: {token: {env: TOKEN}}
steps:
  - id: look
    look: echo "$token"
    secrets: [token]
    expect: {stdout: nothing}
YAML
  write told.test.yaml <<'YAML'
test: told.yaml
secrets: {token: hunter22-stand-in}
scenarios:
  - {name: one, results: {look: {stdout: hunter22-stand-in}}, expect: {outcome: resolved}}
YAML
  run "$RUNBOOK" test --verbose
  has_status 1
  lacks hunter22
  has '***'
}

@test "a runbook that a scenario file names is loaded with all its errors; check looks at scenario files too" {
  small
  sed -i 's/^    look:/    lokk:/' small.yaml
  run "$RUNBOOK" test
  has_status 2
  has 'small.yaml:9'
  has 'did you mean `look`?'
  has '1 file not loaded'
  run "$RUNBOOK" check small.test.yaml
  has_status 2
  small
  run "$RUNBOOK" check small.yaml small.test.yaml
  has_status 0
  has 'small.test.yaml: fine, 3 scenarios'
  run "$RUNBOOK" run small.test.yaml
  has_status 2
  has 'this is a scenario file, no runbook'
}

# one LINE — the scenario file of `small` with that line in place of the results of "healthy".
one() {
  small
  sed -i "s|    results: {health: {}}|    $1|" small.test.yaml
  run "$RUNBOOK" test small.test.yaml
}

@test "bad input: mocks for unknown ids and fields, of the wrong shape, for branches, unused and missing" {
  one 'results: {helth: {}}'
  has_status 2
  has 'small.test.yaml:4:'
  has 'did you mean `health`?'
  one 'results: {health: {statuss: 200}}'
  has_status 2
  has 'did you mean `status`?'
  one 'results: {health: {status: fine}}'
  has_status 2
  has 'small.test.yaml:4:'
  one 'results: {health: 200}'
  has_status 2
  has 'small.test.yaml:4:'
  one 'results: {health: {}, start: {}}'
  has_status 2
  has 'small.test.yaml:4:'
  has 'never'
  one 'results: {}'
  has_status 2
  has 'health'
  one 'reslts: {}'
  has_status 2
  has 'did you mean `results`?'
}

@test "a scenario for a runbook that is missing, and a file without scenarios" {
  echo 'test: none.yaml
scenarios: [{name: x}]' >x.test.yaml
  run "$RUNBOOK" test x.test.yaml
  has_status 2
  has 'x.test.yaml:1:7'
  echo 'test: small.yaml' >x.test.yaml
  small
  run "$RUNBOOK" test x.test.yaml
  has_status 2
  has 'x.test.yaml:1:'
}

# --- the shipped runbook --------------------------------------------------------------------------------

# plant FROM TO — a copy of api-down.yaml with a fault, which its scenarios must find.
plant() {
  cp "$TOP/runbooks/api-down.yaml" "$TOP/runbooks/api-down.test.yaml" "$TOP/runbooks/database-connection-failure.yaml" .
  cp api-down.yaml before.yaml
  sed -i "$1" api-down.yaml
  if cmp -s before.yaml api-down.yaml; then
    echo "the fault was not planted: $1" >&2
    return 1
  fi
  run "$RUNBOOK" check api-down.yaml
  has_status 0
  run "$RUNBOOK" test api-down.yaml
  has_status 1
}

@test "api-down: a branch that was turned around is found" {
  plant 's/if: ok_health.failed or ok_endpoints.failed/if: not ok_health.failed/'
  has '✗ the API is healthy, so nothing is done'
  has '`last` was expected, and `told` came'
  has 'since `not ok_health.failed` held: ok_health.failed = false'
}

@test "api-down: a pattern that no longer matches is found" {
  plant 's|missing: /ModuleNotFoundError.ImportError/|missing: /ModuleNotFuondError/|'
  has '✗ the start shows that a module is missing, which is installed'
  has 'the path differs'
  has 'why.missing: no match'
}

@test "api-down: a wrong order is found" {
  # What a lack of memory needs after the restart instead of before.
  cp "$TOP/runbooks/api-down.yaml" "$TOP/runbooks/api-down.test.yaml" "$TOP/runbooks/database-connection-failure.yaml" .
  awk '
    /^  - id: low_memory$/ { hold = 1 }
    /^  # --- Step 3/ { hold = 0; late = 1 }
    /^  # --- Steps 4/ && late { printf "%s", held; late = 0 }
    hold { held = held $0 "\n"; next }
    { print }' api-down.yaml >swapped.yaml
  mv swapped.yaml api-down.yaml
  run "$RUNBOOK" test api-down.yaml
  has_status 1
  has '✗ the kernel ended it for want of memory, so that it gets fewer workers'
  has '`restart/start` would have had another `env.count`'
}

# --- from a run to a scenario ---------------------------------------------------------------------------

# recorded FILE — a scenario of the last run of FILE passes, and says what the run did.
recorded() {
  run --separate-stderr "$RUNBOOK" test --record last
  printf '%s\n' "$output" >"${1%.yaml}.test.yaml"
  if [ "$status" -ne 0 ]; then
    printf 'exit status %s:\n%s\n%s\n' "$status" "${stderr:-}" "$output" >&2
    return 1
  fi
  run "$RUNBOOK" test "$1"
  has_status 0
}

@test "--record: retries, captures, loops, calls, checks, confirmations" {
  start_httpd /health status=200 'body={"status":"healthy","n":[1,2]}' /down status=503 body=no
  write rec.yaml <<YAML
runbook: rec
inputs: {word: {type: text}, many: {type: list, default: [a]}, port: {type: port, default: $HTTPD_PORT}}
secrets: {token: {env: TOKEN}}
steps:
  - id: health
    http: http://127.0.0.1:\${port}/health
    expect: {json: {status: healthy}}
  - id: down
    http: http://127.0.0.1:\${port}/down
    on_fail: continue
  - id: refused
    http: http://127.0.0.1:1/
    on_fail: continue
  - id: survey
    checks:
      - {id: holder, port: "\${port}"}
      - {id: free, port: 1}
      - {id: procs, process: a process that is not there}
      - {id: conn, tcp: "127.0.0.1:1"}
      - {id: look, look: "printf ' two\\\\n\\\\nlines\\\\n'; echo bad >&2; exit 3", expect: {exit: 3, stderr: bad}}
    on_fail: continue
  - id: again
    look: 'echo x >>tries; [ "\$(wc -l <tries)" -ge 3 ]'
    retry: {times: 5, every: 10ms}
  - id: each
    for_each: {in: many, as: which}
    block:
      - id: one
        look: echo "\$which"
        capture: {said: trim(this.stdout)}
  - id: called
    call: proc
    with: {text: "\${word}"}
  - id: act
    run: echo "\$token"
    secrets: [token]
    confirm: Act on \${word}?
    verify: {look: "true"}
  - id: slow
    look: sleep 5
    timeout: 50ms
    on_timeout: continue
  - id: left_out
    if: word == "no"
    look: "true"
  - id: missing
    look: [there-is-no-such-program]
    on_fail: {end: {escalated: "the end, of \${called.out}"}}
procedures:
  proc:
    inputs: {text: {type: text}}
    outputs: {out: {type: text, value: inner.said}}
    steps:
      - id: inner
        look: printf '%s' "\$text"
        capture: {said: this.stdout}
YAML
  TOKEN=hunter22-secret run "$RUNBOOK" run rec.yaml --yes --set 'word=it is: "so" #1' --set 'many=["a","b c"]'
  has_status 3
  recorded rec.yaml
  lacks hunter22
  run ! grep -q hunter22 rec.test.yaml
  grep -q 'refused: {refused: true}' rec.test.yaml
  grep -q 'free: {listening: false}' rec.test.yaml
  grep -q 'procs: {count: 0}' rec.test.yaml
  grep -q 'slow: {hangs: true}' rec.test.yaml
  grep -q 'token: stand-in-1' rec.test.yaml
  grep -q 'Where \*\*\* stands' rec.test.yaml
  grep -q 'changes: \[act\]' rec.test.yaml
  grep -q 'called/inner: {stdout: "it is: \\"so\\" #1"}' rec.test.yaml
  run ! grep -q left_out rec.test.yaml
}

@test "--record: headers that are read, programs that the host lacks, the lines of a long output that are looked for" {
  start_httpd /x status=200 'header=X-Build: 77' 'header=Build: 1' 'header=Set-Cookie: session=hunter22' body=ok
  write rec.yaml <<YAML
runbook: rec
requires: {optional: [no-such-program-1, sh]}
inputs: {port: {type: port, default: $HTTPD_PORT}}
steps:
  - {id: checked, http: "http://127.0.0.1:\${port}/x", expect: {header: {X-Build: "77"}}}
  - {id: taken, http: "http://127.0.0.1:\${port}/x", capture: {build: 'int(this.headers["x-build"])'}}
  - {id: unread, http: "http://127.0.0.1:\${port}/x"}
  - branch:
      - {if: has.no_such_program_1, then: [{id: never, look: "true"}]}
      - {if: taken.build == 77, then: [{id: there, look: "true"}]}
  - id: long
    look: seq 60000; echo needle; seq 60000
    match: {needle: needle}
    expect: {that: [this.needle]}
YAML
  "$RUNBOOK" run rec.yaml
  in_transcript '"answer_headers":{"x-build":"77"}'
  run ! grep -q 'hunter22' "$(transcript)"
  run --separate-stderr "$RUNBOOK" test --record last
  has_status 0
  [ "$stderr" = 'the scenario plays by the same path to the same end' ]
  has 'lacks: [no-such-program-1]'
  has 'unread: {body: ok}'
  has 'checked: {headers: {x-build: "77"}, body: ok}'
  has 'bytes of its output, but not the lines that its `match` finds'
  [ "${#output}" -lt 500000 ]
  # Appended, the host is the file's to say.
  printf 'test: rec.yaml\nhost: {lacks: [no-such-program-1]}\nscenarios:\n' >rec.test.yaml
  printf '  - {name: x, from: none}\n' >>rec.test.yaml
  sed -i '$d' rec.test.yaml
  printf '  - name: too early\n    results: {checked: {headers: {x-build: 1}}}\n    expect: {outcome: failed}\n' >>rec.test.yaml
  run "$RUNBOOK" test --record last --append rec.test.yaml
  has_status 0
  grep -q '# The host lacked programs, which is said at the top of the file: `host: {lacks: \[no-such-program-1\]}`.' rec.test.yaml
  run "$RUNBOOK" test rec.yaml
  has_status 0
  has '2 passed'
}

@test "--record: a name, a drill or a dead run, an unknown run, a runbook that is gone" {
  book one <<'YAML'
  - id: a
    look: "true"
YAML
  "$RUNBOOK" run one.yaml
  run "$RUNBOOK" test --record last --name 'it went well'
  has_status 0
  has 'name: "it went well"'
  run "$RUNBOOK" test --record nope
  has_status 2
  has nope
  mv one.yaml other.yaml
  run "$RUNBOOK" test --record last
  has_status 2
  has 'one.yaml'
  printf 'runbook: one\nsteps:\n  - id: b\n    look: "true"\n' >one.yaml
  run "$RUNBOOK" test --record last
  has 'has changed since that run'
}

@test "--record --append: a file is made, grows, and is left alone where it would not load" {
  book one <<'YAML'
  - id: a
    look: echo hi
YAML
  "$RUNBOOK" run one.yaml
  mkdir sub
  # From another folder: `test` says where the runbook is from there.
  (cd sub && "$RUNBOOK" test --record last) >sub/far.test.yaml
  grep -q "^test: $PWD/one.yaml" sub/far.test.yaml
  "$RUNBOOK" test sub/far.test.yaml
  (cd sub && "$RUNBOOK" test --record last --append ../one.test.yaml)
  grep -q '^test: one.yaml' one.test.yaml
  "$RUNBOOK" test --record last --append one.test.yaml --name 'the second'
  run "$RUNBOOK" test one.yaml
  has_status 0
  has '2 passed'
  cp one.test.yaml before
  run "$RUNBOOK" test --record last --append one.test.yaml --name 'the second'
  has_status 2
  has 'nothing is added'
  has 'the second'
  printf 'results: {a: {}}\n' >>one.test.yaml
  cp one.test.yaml before
  run "$RUNBOOK" test --record last --append one.test.yaml --name 'the third'
  has_status 2
  cmp one.test.yaml before
  run "$RUNBOOK" test --record last --append nowhere/one.test.yaml
  has_status 2
  has 'No such file'
  run "$RUNBOOK" test --record last --append one.yaml
  has_status 2
  has '.test.yaml'
  run "$RUNBOOK" test --append one.test.yaml
  has_status 2
  has '--record'
}

@test "--record: looks that find nothing are one result, however many there was time for" {
  write looks.yaml <<'YAML'
runbook: looks
steps:
  - id: same
    run: "true"
    verify: {look: exit 3, within: 1s, every: 50ms}
    on_fail: continue
  - id: changing
    start: exec sleep 90
    ready: {look: "[ -e seen ] && exit 1; touch seen; exit 2", every: 50ms}
    timeout: 3s
    on_fail: continue
  - {id: late, look: "[ -e late ] || { touch late; exit 4; }", retry: {for: 1m, every: 50ms}}
YAML
  run "$RUNBOOK" run looks.yaml --yes
  recorded looks.yaml
  grep -qx ' *same.verify: {exit: 3.*}' looks.test.yaml
  grep -A2 'changing.ready:' looks.test.yaml | grep -qx ' *- {exit: 2.*}'
  grep -A2 'changing.ready:' looks.test.yaml | grep -qx ' *- {exit: 1, repeats: true.*}'
  grep -A1 'late:' looks.test.yaml | grep -qx ' *- {exit: 4.*}'
  run grep -c repeats looks.test.yaml
  [ "$output" = 1 ]
}

# plays_again NAME — runs tests/run/NAME.yaml, and plays the scenario of that run; what went wrong is in `told`.
plays_again() {
  "$TOP/tests/run.tap" --one "$1" >/dev/null 2>&1 || true
  cd "$WORK/$1" || return 1
  told=$(XDG_STATE_HOME=$PWD/state "$RUNBOOK" test --record last 2>&1 >"$1.test.yaml") && told=$("$RUNBOOK" test "$1.yaml" 2>&1)
}

@test "--record: runs of all kinds become scenarios that pass" {
  local name told
  export WORK=$PWD/work ACCEPT=
  mkdir work
  for name in ask ask_type block_finally branch call capture_default checks confirm_type_id declined done_if escalate \
    for_each for_each_where goto http_follow http_tls from manual_record port process process_stop ready retry_for runbook \
    setup signal_int stop_on_after stop_on_operator tcp timeout verify_within; do
    plays_again "$name" || {
      printf '%s:\n%s\n' "$name" "$told" >&2
      cat "$name.test.yaml" >&2
      return 1
    }
  done
}
