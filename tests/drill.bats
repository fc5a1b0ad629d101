#!/usr/bin/env bats
# `runbook drill`: what reads is done for real, and nothing is changed. How it goes through a runbook is
# tests/unit/flow/test_drill.c; here are real looks, what is printed and kept, and how it ends.

load support/helpers

setup() { sandbox; }
teardown() { end_all; }

drill() { run --separate-stderr "$RUNBOOK" drill "$@"; }

# A service that is ill, the port of which somebody holds, and what would be done about it.
service() {
  write service.yaml <<'YAML'
runbook: service
title: The service is ill
inputs:
  url: {type: url}
  port: {type: port}
  mark: {type: path}
escalate:
  - after: 1ms
    steps: [{run: touch escalated}]
steps:
  - id: health
    title: Is it well?
    http: ${url}/health
    on_pass: {end: resolved}
    on_fail: continue
  - id: log
    look: "printf '%s\\n' started 'FATAL: address already in use'"
    match: {taken: /already in use/, missing: no module}
    log: looked.log
  - id: holder
    port: ${port}
  - title: Act
    branch:
      - if: log.missing
        then: [{id: install, run: touch "$mark-install"}]
      - if: log.taken and holder.listening
        then:
          - id: free
            process: {stop: "${holder.process}"}
            confirm: Stop ${holder.pid}?
  - id: tell
    http: {url: "${url}/hook", method: POST, json: {pid: "${holder.pid}"}}
  - id: restart
    run: touch "$mark" && echo made
    match: {made: made}
  - title: And then
    branch:
      - if: restart.made
        then: [{id: then_this, run: echo then "$holder_pid"}]
      - else: [{id: else_that, run: echo else "$port"}]
finally:
  - run: touch "$mark-finally"
YAML
}

@test "it goes up to the first change, and tells the rest with what it found" {
  service
  start_holder
  start_httpd /health status=503 body=ill
  drill service.yaml --set url="$HTTPD_URL" --set port="$HOLDER_PORT" --set mark="$PWD/mark"
  has_status 1
  # what it found, for real
  has '503'
  has "pid $HOLDER_PID"
  # the way, and what it stands on
  has 'The way that a run would take today'
  has 'log.taken and holder.listening'
  has 'FATAL: address already in use'
  # what would be changed, with its values
  has "stop process $HOLDER_PID"
  has "      pid $HOLDER_PID, $SUPPORT/holder"
  has "POST $HTTPD_URL/hook"
  has "mark=$PWD/mark"
  # what hangs on a change that was not made
  has 'What it might change, by what is not known yet'
  has 'then_this'
  has 'else_that'
  has 'drilled in'
  # and nothing of the plan, which stands in the record
  lacks 'Steps · from here on'
  has "what would follow, step by step: runbook show"
  has '`free` would change something'
  [ -z "$stderr" ]
  # and none of it was done
  alive "$HOLDER_PID"
  [ ! -e mark ] && [ ! -e mark-finally ] && [ ! -e mark-install ] && [ ! -e escalated ] && [ ! -e looked.log ]
  [ "$(grep -c . "$HTTPD_LOG")" -eq 1 ]
  grep -q '"GET"' "$HTTPD_LOG"
}

@test "--plan also tells all of what would follow" {
  service
  start_holder
  start_httpd /health status=503
  drill service.yaml --plan --set url="$HTTPD_URL" --set port="$HOLDER_PORT" --set mark="$PWD/mark"
  has_status 1
  has 'Steps · from here on'
  has "asks     Stop $HOLDER_PID?"
  has "holder_pid=$HOLDER_PID"
  has 'What it would change'
  lacks 'what would follow, step by step'
}

@test "what stands in the way of what would follow is said at the end, with its step" {
  write way.yaml <<'YAML'
runbook: way
inputs: {root: {type: path}}
steps:
  - {id: look, look: echo}
  - {id: begin, start: 'exec "$root/bin/app"', cwd: "${root}/app", log: "${root}/logs/app.log", ready: {look: 'true'}}
  - {id: bare, run: [no-such-program-here]}
YAML
  drill way.yaml --set root="$PWD/none"
  has_status 1
  has "What stands in the way"
  has "  ! begin    there is no program \`$PWD/none/bin/app\` on this host"
  has "there is no folder $PWD/none/app now"
  has "there is no folder $PWD/none/logs now"
  has "there is no program \`no-such-program-here\` on this host"
  in_transcript '"what":"in_the_way"'
}

@test "of a stop by pattern, the processes that match now are told" {
  # Of all processes of this host, this one is this test's.
  local nap=6125.$BASHPID
  book pattern <<YAML
  - {id: look, look: echo}
  - {id: kill, process: {pattern: "sleep $nap", stop: true}}
YAML
  background sleep "$nap"
  eventually is_program "$BACKGROUND" sleep
  drill pattern.yaml
  has "stop every process whose command line has sleep $nap"
  has "pid $BACKGROUND, sleep $nap, user $(id -un)"
  alive "$BACKGROUND"
}

@test "what changes only on a way back is told apart, and a step that is skipped says why" {
  book back <<'YAML'
  - {id: look, look: echo 1, capture: {n: number(this.stdout)}}
  - {id: mend, title: Mend it, if: look.n > 1, run: echo mend}
  - {id: act, title: Act, run: echo act, on_fail: goto look}
YAML
  drill back.yaml
  has_status 1
  has 'skipped: if look.n > 1 · look.n = 1'
  local back=${output#*What it might change if it goes back to an earlier step}
  [ "$back" != "$output" ]
  [[ ${back%%drilled in*} == *'mend  Mend it'* && ${back%%drilled in*} != *'act  Act'* ]]
}

@test "what did not pass inside of a procedure of the library that passed is not trouble" {
  local port
  port=$(free_port)
  book inside <<YAML
  - {id: holder, use: port.holder, with: {port: $port}}
YAML
  drill inside.yaml
  lacks 'report trouble'
}

@test "where nothing would be changed, it says so and is silent to cron" {
  service
  start_holder
  start_httpd /health
  drill service.yaml --set url="$HTTPD_URL" --set port="$HOLDER_PORT" --set mark="$PWD/mark-finally"
  has_status 1 # its finally changes something
  has 'touch "$mark-finally"'
  [ ! -e mark-finally ] && [ ! -e mark-finally-finally ]
  book well <<'YAML'
  - {id: a, look: echo well, match: {well: well}}
  - {if: a.well, end: {resolved: all is well}}
  - {run: touch changed}
YAML
  drill well.yaml
  has_status 0
  has 'Nothing would be changed'
  has 'a run would end resolved'
  drill well.yaml --quiet
  has_status 0
  [ -z "$output$stderr" ]
  [ ! -e changed ]
}

@test "looks that are broken are told apart from looks that report trouble" {
  start_httpd /gone status=410 /ill status=500 /page body=hello
  write looks.yaml <<YAML
runbook: looks
steps:
  - {id: program, look: no-such-program-here --version, on_fail: continue}
  - {id: refused, tcp: "127.0.0.1:1", on_fail: continue}
  - {id: gone, http: $HTTPD_URL/gone, on_fail: continue}
  - {id: moved, http: $HTTPD_URL/nothing-here, on_fail: continue}
  - {id: meant, http: $HTTPD_URL/nothing-here, expect: {status: 404}}
  - {id: ill, http: $HTTPD_URL/ill, on_fail: continue}
  - {id: json, http: $HTTPD_URL/page, expect: {json: {a: b}}, on_fail: continue}
  - {id: slow, look: sleep 5, timeout: 200ms, on_fail: continue}
  - {id: quiet, look: "echo one; echo two", match: {x: three, y: four}}
  - {id: assertion, look: exit 3, on_fail: continue}
YAML
  drill looks.yaml
  has_status 7
  local broken=${output#*Broken: looks that cannot} trouble silent
  trouble=${broken#*Looks that work, and report trouble}
  silent=${trouble#*Looks that found nothing}
  broken=${broken%%Looks that work*}
  trouble=${trouble%%Looks that found nothing*}
  for word in 'program ' 'no-such-program-here: command not found' 'gone ' '410: what was at this URL is gone' 'moved ' \
    '404: nothing is at this URL' 'json '; do
    [[ $broken == *"$word"* ]] || { echo "not told as broken: $word"; echo "$broken"; return 1; }
  done
  for word in 'refused ' 'ill ' 'slow ' 'assertion '; do
    [[ $trouble == *"$word"* && $broken != *"$word"* ]] || { echo "not told as trouble: $word"; echo "$output"; return 1; }
  done
  [[ $silent == *'none of its 2 patterns matched any of 2 lines'* ]]
  [[ $broken$trouble$silent != *'  meant '* ]]
  [ "$(grep -c '"type":"finding"' "$(transcript)")" -eq 9 ]
  in_transcript '"broken":4'
}

@test "a broken look wins over a change, and a remark over nothing" {
  book both <<'YAML'
  - {id: a, look: no-such-program-here, on_fail: continue}
  - {id: b, run: touch changed}
YAML
  drill both.yaml
  has_status 7
  book remark <<'YAML'
  - {id: a, look: echo x, match: {y: why}}
YAML
  drill remark.yaml
  has_status 0
  has 'its pattern matched none of 1 line'
}

@test "what says that it looks, and plainly changes something, is refused before anything ran" {
  write looks.yaml <<'YAML'
runbook: looks
steps:
  - {id: first, look: touch ran}
  - id: second
    run: "true"
    done_if: {look: rm -f there}
  - {id: why, look: touch lock, effect: {read: the lock is the look}}
procedures:
  p: {title: Apart, steps: [{look: systemctl restart api}]}
YAML
  drill looks.yaml
  has_status 2
  has 'looks.yaml:3:'
  has 'looks.yaml:6:'
  has 'looks.yaml:9:'
  lacks 'looks.yaml:7:'
  has '3 errors'
  has 'nothing was done'
  [ ! -e ran ] && [ ! -e state/runbook ]
}

@test "a child that lacks what it requires is a broken step of its parent" {
  write child.yaml <<'YAML'
runbook: child
requires: {commands: [no-such-program-here]}
steps: [{look: "true"}]
YAML
  book parent <<'YAML'
  - {id: c, runbook: child.yaml, on_fail: continue}
YAML
  drill parent.yaml
  has_status 7
  has 'there is no program `no-such-program-here`'
}

@test "a question that nobody answers is where it stops; both ways are told" {
  book question <<'YAML'
  - id: which
    ask:
      question: Which one?
      choices:
        - {choice: this, then: [{id: this_way, run: echo this}]}
        - {choice: that, then: [{id: that_way, run: echo that}]}
  - {id: after, run: echo after}
YAML
  drill question.yaml </dev/null
  has_status 5
  has 'wants a person, and none is there'
  has 'this_way'
  has 'that_way'
  has 'after'
}

@test "what the runbook requires and the host lacks is the environment's failure" {
  write lacking.yaml <<'YAML'
runbook: lacking
requires: {commands: [no-such-program-here]}
steps: [{look: touch looked, effect: {read: a test}}]
YAML
  drill lacking.yaml
  has_status 6
  has 'there is no program `no-such-program-here`'
  [ ! -e looked ]
}

@test "a runbook with mistakes, wrong inputs and options of a run are refused" {
  echo 'runbook: x' >x.yaml
  drill x.yaml
  has_status 2
  book fine <<<'  - {look: "true"}'
  drill fine.yaml --set nothing=1
  has_status 2
  drill fine.yaml --yes
  has_status 2
  has 'drill has no option --yes'
  drill
  has_status 2
  has 'drill needs a runbook'
  [ ! -e state/runbook ]
}

@test "secrets are masked in what is told of changes" {
  write secret.yaml <<'YAML'
runbook: secret
secrets:
  token: {env: TOKEN}
steps:
  - id: leak
    look: echo "found $token"
    secrets: [token]
    capture: {said: this.stdout}
  - {id: use, run: curl -u "x:$token" -d "$leak_said" localhost, secrets: [token]}
  - {id: after, run: ["logger", "${leak.said}"]}
YAML
  TOKEN=hush-hush-42 drill secret.yaml
  has_status 1
  lacks hush-hush-42
  has 'logger'
  run grep -r hush-hush-42 state
  has_status 1
  TOKEN=hush-hush-42 drill secret.yaml --json
  lacks hush-hush-42
}

@test "a fact that is kept secret was found, and is not told" {
  book kept <<'YAML'
  - id: key
    look: echo hush-"$((40 + 2))"-hush
    capture: {text: {value: trim(this.stdout), secret: true}}
  - {id: use, run: echo used}
  - {id: also, if: key.text == "x", run: echo also}
YAML
  drill kept.yaml --plan
  has_status 1
  has '· is secret'
  lacks 'key was not done'
  lacks hush-42-hush
}

@test "a change behind a way out that may be taken is not said to be made" {
  book out <<'YAML'
  - {id: first, run: echo first}
  - {id: well, look: echo well, match: {fine: well}, on_pass: {end: resolved}, on_fail: continue}
  - {id: drastic, run: echo drastic}
YAML
  drill out.yaml
  has_status 1
  local sure=${output#*What it would change} maybe
  maybe=${sure#*What it might change}
  sure=${sure%%What it might change*}
  [[ $sure == *'first '* && $sure != *'drastic '* && $maybe == *'drastic '* ]]
}

# after STEPS — the drill of a file whose first step stops it in a `finally`, and then goes on with `drastic`.
after() {
  { cat; echo '  - {id: drastic, run: echo drastic}'; } | book after
  drill after.yaml --plan
  has_status 1
  has '▸ finally'
  has 'clean  echo clean'
}

@test "what comes behind a finally hangs on how what it closes was left" {
  after <<'YAML'
  - block: [{look: "true"}, {end: {resolved: fine}}]
    finally: [{id: clean, run: echo clean}]
YAML
  has '→ the run would end resolved'
  has 'drastic is not on this path'
  after <<'YAML'
  - block: [{look: "false"}]
    finally: [{id: clean, run: echo clean}]
    on_fail: [{id: mend, run: echo mend}]
  - {id: behind, run: echo behind}
  - goto: last
  - {id: between, run: echo between}
  - {id: last, look: echo last}
YAML
  has 'mend  echo mend'
  has 'behind  echo behind'
  has 'between is not on this path'
  has 'drastic  echo drastic'
  after <<'YAML'
  - for_each: {in: [1, 2], as: x}
    block: [{look: "false"}]
    finally: [{id: clean, run: echo clean}]
YAML
  lacks 'then for 2'
  has 'drastic is not on this path'
  after <<'YAML'
  - {id: first, look: "true"}
  - block: [{look: "true"}, {goto: drastic}]
    finally: [{id: clean, run: echo clean}]
  - {id: between, run: echo between}
YAML
  has '→ goes to drastic'
  has 'between is not on this path'
  has 'drastic  echo drastic'
  after <<'YAML'
  - for_each: {in: [1, 2], as: x, stop_on_fail: false}
    block: [{look: 'test "$x" = 2'}]
    finally: [{id: clean, if: 'x == "2"', run: echo clean}]
YAML
  has 'drastic is not on this path'
  write part.yaml <<'YAML'
runbook: part
steps:
  - call: part
  - {id: drastic, run: echo drastic}
procedures:
  part:
    steps: [{look: "false"}]
    finally: [{id: clean, run: echo clean}]
YAML
  drill part.yaml --plan
  has_status 1
  has 'drastic is not on this path'
}

@test "a secret that cannot be had breaks the looks that read it, and no others" {
  write lacking.yaml <<'YAML'
runbook: lacking
secrets:
  token: {env: NO_SUCH_TOKEN}
  typed: {prompt: The password}
steps:
  - {id: first, look: echo here}
  - {id: asks, look: 'test -n "$token"', secrets: [token], on_fail: continue}
  - {id: login, look: 'test -n "$typed"', secrets: [typed], on_fail: continue}
  - {id: last, look: echo there}
YAML
  drill lacking.yaml
  has_status 7
  has '✓ first'
  has '✓ last'
  has 'Broken: looks that cannot do what they are for'
  has '✗ asks'
  has 'secret `token`'
  has '✗ login'
  has 'secret `typed`'
  run -6 "$RUNBOOK" run lacking.yaml
  has 'secret `token`'
}

@test "the command of a secret that plainly changes something is refused" {
  write secret.yaml <<'YAML'
runbook: secret
secrets:
  token: {command: touch made; echo hush-hush-42}
steps:
  - {id: use, look: 'test -n "$token"', secrets: [token]}
YAML
  drill secret.yaml
  has_status 2
  has 'secret.yaml:3:20: error: `touch` changes something, but the command of a secret only reads [E044]'
  [ ! -e made ] && [ ! -e state/runbook ]
}

@test "its record is one of a drill, whole, and shown again as it was" {
  service
  start_holder
  start_httpd /health status=503
  drill service.yaml --plan --set url="$HTTPD_URL" --set port="$HOLDER_PORT" --set mark="$PWD/mark"
  local shown=$output
  is_whole
  in_transcript '"mode":"drill"'
  in_transcript '"type":"halt"'
  in_transcript "\"does\":\"stop process $HOLDER_PID\""
  in_transcript '"type":"would"'
  in_transcript '"outcome":"not done"'
  in_transcript '"outcome":"drilled","exit":1'
  run "$RUNBOOK" show last
  has_status 0
  lacks 'Steps · from here on'
  run "$RUNBOOK" show last --plan
  has_status 0
  # all of the preview and of the report, word for word
  [ "${output#*Steps · from here on}" != "$output" ]
  diff <(sed -n '/^Steps · from here on/,/^drilled/p' <<<"$shown" | sed '$d') \
    <(sed -n '/^Steps · from here on/,/^drilled/p' <<<"$output" | sed '$d')
  run "$RUNBOOK" runs
  has 'drill: `free` would change something'
  run "$RUNBOOK" runs --json
  has '"mode":"drill"'
}

@test "as JSON it is one event a line, with each change that would be made" {
  service
  start_holder
  start_httpd /health status=503
  drill service.yaml --set url="$HTTPD_URL" --set port="$HOLDER_PORT" --set mark="$PWD/mark" --json
  has_status 1
  [ "$(grep -vc '^{"seq":.*}$' <<<"$output")" -eq 0 ]
  [ "$(grep -c '"type":"would"' <<<"$output")" -eq 7 ]
  grep '"type":"would"' <<<"$output" | grep '"id":"tell"' | grep -q "\"does\":\"POST $HTTPD_URL/hook"
  grep '"type":"would"' <<<"$output" | grep '"id":"then_this"' | grep -q '"open":true'
}

@test "a procedure, a child runbook, a library, a loop: it goes in, and stops inside" {
  write child.yaml <<'YAML'
runbook: child
inputs: {name: {type: text}}
steps:
  - {id: see, look: echo "saw $name", match: {saw: /saw (?<what>\w+)/}}
  - for_each: {in: ["one", "two", "three"], as: n}
    id: each
    run: touch "$n-$see_saw_what"
YAML
  write parent.yaml <<'YAML'
runbook: parent
steps:
  - {id: a, call: inner, with: {who: bob}}
  - {id: later, run: touch later}
procedures:
  inner:
    title: Inside
    inputs: {who: {type: text}}
    steps:
      - {id: c, runbook: child.yaml, with: {name: "${who}"}}
YAML
  drill parent.yaml
  has_status 1
  has 'see_saw_what=bob'
  has 'later'
  in_transcript '"step":"a/c/each[0]"'
  [ ! -e one-bob ] && [ ! -e later ]
  drill parent.yaml --from inner --set who=eve
  has_status 1
  has 'see_saw_what=eve'
}

@test "an interrupt ends it, with nothing left behind" {
  book slow <<'YAML'
  - {id: a, look: sleep 61.5}
  - {id: b, run: touch changed}
YAML
  background "$RUNBOOK" drill slow.yaml --quiet
  local pid=$BACKGROUND
  eventually not none_of 'sleep 61.5'
  kill -TERM "$pid"
  local code=0
  wait "$pid" || code=$?
  [ "$code" -eq 143 ]
  none_of 'sleep 61.5'
  [ ! -e changed ]
}

@test "the example of docs/preview.md is what is printed" {
  sed -n '/^## The drill/,$p' "$TOP/docs/preview.md" >doc.md
  awk '/^```yaml$/ { on = 1; next } /^```$/ { on = 0 } on' doc.md >stale-lock.yaml
  awk '/^\$ runbook drill/ { on = 1; next } /^```$/ { on = 0 } on' doc.md >expected
  mkdir locks
  touch locks/report.lock
  drill stale-lock.yaml
  has_status 7
  # Times and ids are those of the moment, and with them the blanks before them.
  steady() { sed -E 's/ +[0-9.]+m?s /  TIME /; s/in [0-9.]+m?s:/in TIME:/; s/(run|show) [0-9a-z]{4}( |$)/\1 ID\2/'; }
  diff -u <(steady <expected) <(steady <<<"$output")
}

@test "its help tells the exit codes" {
  run "$RUNBOOK" help drill
  has_status 0
  has '7      a look is broken'
  lacks '--yes'
  run "$RUNBOOK" help
  has 'drill '
}
