#!/usr/bin/env bats
# `runbook run --dry-run`: it tells, and does nothing. What it tells is in tests/plan/.

load support/helpers

setup() { sandbox; }
teardown() { end_all; }

small() {
  write small.yaml <<'YAML'
runbook: small
inputs:
  root: {type: dir, help: Where it is installed}
requires: {commands: [no-such-program-here]}
steps:
  - id: look_there
    look: touch pwned; ls "$root"
    match: {bad: bad}
  - if: look_there.bad
    id: change_it
    run: touch pwned
    confirm: Touch ${root}?
  - http: http://127.0.0.1:1/pwned
finally:
  - run: touch pwned
YAML
}

# uses NAME FILE — a step that uses a procedure of the library, with its secrets, and a value for each input that needs one.
uses() {
  awk -v use="$1" '
    BEGIN {
      fits["url"] = "http://127.0.0.1:1"; fits["list"] = "[a]"; fits["map"] = "{a: b}"; fits["duration"] = "1s"
      fits["size"] = "1MB"; fits["bool"] = "true"; fits["version"] = "1.0"; fits["dir"] = "/"; fits["path"] = "/x"
      # those that want a form of their own
      named["unit"] = "x.service"; named["to"] = "a@example.org"; named["schedule"] = "\"@daily\""
    }
    /^[a-z]/ { part = $1 }
    part == "secrets:" && /^  [a-z]/ {
      name = $1; sub(/:.*/, "", name); names = names (names == "" ? "" : ", ") name
      declared = declared "  " name ": {env: NO_SUCH, optional: true" (/type: url/ ? ", type: url" : "") "}\n"
    }
    part == "inputs:" && /^  [a-z]/ && !/default:/ && !/required: false/ {
      name = $1; sub(/:.*/, "", name)
      match($0, /type: *[a-z]+/); type = substr($0, RSTART, RLENGTH); sub(/type: */, "", type)
      value = type in fits ? fits[type] : "\"1\""
      if (name in named) value = named[name]
      if (match($0, /choices: *\[[^],]*/)) { value = substr($0, RSTART, RLENGTH); sub(/choices: *\[/, "", value) }
      with = with "      " name ": " value "\n"
    }
    END {
      if (declared != "") printf "secrets:\n%s", declared
      printf "steps:\n  - use: %s\n", use
      if (names != "") printf "    secrets: [%s]\n", names
      if (with != "") printf "    with:\n%s", with
    }' "$2"
}

# Every runbook, example and library procedure of the tree; the latter through a runbook that uses them.
all_files() {
  find "$TOP/runbooks" "$TOP/examples" "$TOP/tests/run" "$TOP/tests/plan" -maxdepth 2 -name '*.yaml' 2>/dev/null | while IFS= read -r f; do
    grep -q '^runbook:' "$f" && echo "$f"
  done
  find "$TOP/stdlib" -name '*.yaml' ! -name '*.test.yaml' 2>/dev/null | while IFS= read -r f; do
    local name=${f#"$TOP/stdlib/"}
    name=${name%.yaml}
    name=${name//\//.}
    {
      echo 'runbook: uses'
      uses "$name" "$f"
    } >"uses-${name//./-}.yaml"
    echo "$PWD/uses-${name//./-}.yaml"
  done
}

@test "a dry run tells what would be done, and does none of it" {
  small
  run "$RUNBOOK" run small.yaml --dry-run --set root="$PWD"
  has_status 0
  has "reads    look_there  touch pwned; ls"
  has "root=$PWD"
  has "CHANGES  change_it  touch pwned"
  has "asks     Touch $PWD? · --yes answers it"
  has "GET http://127.0.0.1:1/pwned"
  [ ! -e pwned ]
}

@test "no folder of a run is made, and nothing at home" {
  small
  run "$RUNBOOK" run small.yaml --dry-run
  has_status 0
  [ -z "$(find home state -mindepth 1)" ]
}

@test "a missing input is unknown, and nobody is asked" {
  small
  run "$RUNBOOK" run small.yaml --dry-run
  has_status 0
  has "root        <root> · would be asked for: Where it is installed"
  has "root=<root>"
}

@test "what this host lacks is told: programs, folders" {
  small
  run "$RUNBOOK" run small.yaml --dry-run --set root=/no/such/folder
  has_status 0
  has "the run would not begin: there is no program \`no-such-program-here\`"
  has "root: there is no such folder"
}

@test "--assume narrows it to one path" {
  small
  run "$RUNBOOK" run small.yaml --dry-run --assume "not look_there.bad"
  has_status 0
  has "change_it · would be skipped"
  lacks "Touch"
}

@test "--brief tells a step in a line, what is in the way, and what it comes to" {
  small
  run "$RUNBOOK" run small.yaml --dry-run --brief --set root="$PWD"
  has_status 0
  has "reads    look_there  touch pwned; ls"
  has "CHANGES  change_it  touch pwned · if look_there.bad · asks: Touch $PWD?"
  has "Finally"
  has "! the run would not begin: there is no program \`no-such-program-here\`"
  has "in the way  1 thing"
  lacks "marked with"
  lacks "root=$PWD"
  lacks "match"
  run -2 "$RUNBOOK" run small.yaml --brief
  has "--brief belongs to --dry-run"
  run -2 "$RUNBOOK" run small.yaml --dry-run --brief --json
  has "--brief is for people"
}

@test "inputs come from the environment and from a file too, with their source" {
  small
  echo 'root: /tmp' >in.yaml
  run "$RUNBOOK" run small.yaml --dry-run --inputs in.yaml
  has "root        /tmp · from the file of inputs"
  RUNBOOK_ROOT=/usr run "$RUNBOOK" run small.yaml --dry-run
  has "root        /usr · from the environment"
}

@test "a wrong runbook, input, assumption or option exits 2, and nothing is told" {
  small
  run -2 --separate-stderr "$RUNBOOK" run small.yaml --dry-run --assume nope.x
  [ -z "$output" ]
  has "there is no step \`nope\`"
  run -2 --separate-stderr "$RUNBOOK" run small.yaml --dry-run --set nope=1
  [ -z "$output" ]
  echo 'runbook: bad' >bad.yaml
  run -2 --separate-stderr "$RUNBOOK" run bad.yaml --dry-run
  [ -z "$output" ]
  run -2 "$RUNBOOK" run small.yaml --assume look_there.bad
  has "--assume belongs to --dry-run"
  run -2 "$RUNBOOK" run small.yaml --dry-run --transcript t.jsonl
  has "a dry run writes nothing"
  run -2 "$RUNBOOK" run small.yaml --dry-run --quiet
  has "leave --quiet away"
  [ ! -e t.jsonl ]
}

@test "--json tells the same as objects, a line each, and what it comes to" {
  small
  run -0 --separate-stderr "$RUNBOOK" run small.yaml --dry-run --json --set root="$PWD"
  python3 -c 'import json, sys; [json.loads(line) for line in sys.stdin]' <<<"$output"
  has '{"part":"command","depth":0,"effect":"read","name":"look_there","text":"touch pwned; ls'
  has '{"part":"trouble","depth":0,"text":"the run would not begin: there is no program `no-such-program-here`'
  has '"part":"total","reads":2,"changes":2,'
  has '{"step":"change_it","kind":"run","effect":"change","does":"touch pwned","open":true,'
  # Nothing is told of what is wrong.
  run -2 --separate-stderr "$RUNBOOK" run small.yaml --dry-run --json --set nope=1
  [ -z "$output" ]
}

@test "the inputs of --from are checked and told" {
  cat >from.yaml <<'YAML'
runbook: from
steps:
  - {call: fix, with: {port: 1}}
procedures:
  fix:
    inputs: {port: {type: port}, how: {type: text, default: slow}}
    steps: [{id: act, run: 'fix $port $how'}]
YAML
  RUNBOOK_HOW=fast run "$RUNBOOK" run from.yaml --dry-run --from fix --set port=9000
  has_status 0
  has "port        9000 · --set"
  has "how         fast · from the environment"
  has "port=9000"
  run "$RUNBOOK" run from.yaml --dry-run --from fix
  has_status 0
  has "port        <port> · would be asked for"
  run -2 --separate-stderr "$RUNBOOK" run from.yaml --dry-run --from fix --set port=90000
  [ -z "$output" ]
}

@test "strace: one exec, no process, no connection, no file opened for writing, for every file of the tree" {
  command -v strace >/dev/null || skip "strace is not installed"
  strace -o probe -e trace=execve true 2>/dev/null || skip "strace may not trace here"
  local f n=0 tags=()
  while IFS= read -r f; do
    rm -f trace
    status=0
    # LeakSanitizer cannot work under a tracer.
    (cd "$(dirname "$f")" && env -i ASAN_OPTIONS=detect_leaks=0 strace -f -o "$BATS_TEST_TMPDIR/trace" "$RUNBOOK" run "$f" --dry-run >"$BATS_TEST_TMPDIR/told" 2>&1) || status=$?
    case $status$f in
      0*) ;;
      *"$BATS_TEST_TMPDIR"/uses-* | *"$TOP"/runbooks/*) tags+=("$f: $(<"$BATS_TEST_TMPDIR/told")") ;;
      *) continue ;; # a test of what is wrong: there is nothing to tell
    esac
    n=$((n + 1))
    [ "$(grep -c 'execve' trace)" -eq 1 ] || tags+=("$f: exec")
    if grep -Eq '(connect|socket|bind|v?fork|clone3?|unlink|unlinkat|rename|renameat2?|mkdir|mkdirat|truncate|chmod|kill)\(' trace; then
      tags+=("$f: $(grep -Em1 '(connect|socket|bind|v?fork|clone3?|unlink|unlinkat|rename|renameat2?|mkdir|mkdirat|truncate|chmod|kill)\(' trace)")
    fi
    if grep -Eq 'open(at)?2?\(.*O_(WRONLY|RDWR|CREAT|TRUNC|APPEND)' trace; then
      tags+=("$f: $(grep -Em1 'open(at)?2?\(.*O_(WRONLY|RDWR|CREAT|TRUNC|APPEND)' trace)")
    fi
  done < <(all_files)
  printf '%s\n' "${tags[@]}"
  [ "${#tags[@]}" -eq 0 ]
  [ "$n" -gt 10 ]
}

@test "it works with an empty environment and no folder to stand in" {
  small
  mkdir gone
  local file=$PWD/small.yaml
  cd gone
  rmdir ../gone
  run env -i "$RUNBOOK" run "$file" --dry-run
  has_status 0
  has "CHANGES"
}

@test "it works on a read-only root" {
  small
  unshare -rm true 2>/dev/null || unshare -m true 2>/dev/null || skip "no mount namespace can be made here"
  local user=-r
  if [ "$(id -u)" -eq 0 ]; then user=; fi
  # shellcheck disable=SC2086 # nothing, or one word
  unshare $user -m sh -c 'mount --rbind -o ro / /mnt && mount -o remount,bind,ro /mnt' 2>/dev/null || skip "no read-only mount can be made here"
  # shellcheck disable=SC2016,SC2086 # the inner shell expands them
  run unshare $user -m sh -c 'mount --rbind / /mnt && mount -o remount,bind,ro /mnt && exec chroot /mnt env -i "$1" run "$2" --dry-run' sh "$RUNBOOK" "$PWD/small.yaml"
  has_status 0
  has "CHANGES"
}

# big BRANCHES — a runbook of five steps for each branch.
big() {
  awk -v n="$1" 'BEGIN {
    print "runbook: big\ninputs:\n  port: {type: port, default: 8000}\nsteps:"
    for (i = 0; i < n; i++) {
      print "  - id: s" i "\n    look: echo " i " $port\n    match: {bad: /bad/, worse: worse}\n    on_fail: continue"
      print "  - branch:\n      - if: s" i ".bad\n        then:\n          - id: f" i "\n            run: fix it"
      print "      - if: s" i ".worse\n        then:\n          - id: g" i "\n            run: mend it"
      print "      - else:\n          - say: fine"
    }
  }'
}

# Sets `took` to the milliseconds of processor time: the least of three, since what else runs takes of the caches.
timed() {
  local TIMEFORMAT=%U%S
  # Two numbers with three decimals each, without a blank between them.
  took=$(for _ in 1 2 3; do { time "$@" >told 2>/dev/null; } 2>&1; done |
    awk '{ n = index($0, "."); ms = (substr($0, 1, n + 3) + substr($0, n + 4)) * 1000; if (NR == 1 || ms < least) least = ms }
      END { printf "%d", least }')
}

@test "10,000 steps with 2,000 branches are told in under a second, in groups; the cost grows linearly" {
  case ${ASAN_OPTIONS:-}$(nm "$RUNBOOK" 2>/dev/null | grep -m1 -c __asan_init) in
    *1) skip "sanitizers take their own time" ;;
  esac
  big 2000 >big.yaml
  big 8000 >bigger.yaml
  timed "$RUNBOOK" run big.yaml --dry-run
  local small=$took
  grep -q "steps 101 to 200 of 4000" told
  grep -q "4000 would read, 4000 would change something" told
  timed "$RUNBOOK" run bigger.yaml --dry-run
  echo "10,000 steps: $small ms; 40,000: $took ms"
  # Nearly linear, wherever it runs; a second is what it aims at.
  took "$small" 1000 '10,000 steps with 2,000 branches, of processor time'
  [ "$took" -lt $((small * 10)) ]
}

# open_of STEP — whether the last line of a JSON dry run leaves its change open.
open_of() {
  sed -n "s/.*{\"step\":\"$1\",[^}]*\"open\":\([a-z]*\).*/\1/p" <<<"$output"
}

@test "as JSON, what stands behind a way out that may be taken is open" {
  book ways <<'YAML'
  - {id: before, run: echo before}
  - {id: look, look: echo one, match: {one: one}}
  - if: look.one
    goto: later
  - {id: between, run: echo between}
  - {id: later, run: echo later}
  - {id: tried, look: echo two, on_fail: {end: escalated}}
  - {id: after, run: echo after}
  - call: part
  - {id: beyond, run: echo beyond}
  - {id: well, look: echo well, on_pass: {end: resolved}, on_fail: continue}
  - {id: last, run: echo last}
procedures:
  part:
    steps:
      - {id: again, look: echo again, on_pass: done, on_fail: continue}
      - {id: inside, run: echo inside}
finally:
  - {id: end, run: echo end}
YAML
  run -0 "$RUNBOOK" run ways.yaml --dry-run --json
  for step in before later after beyond end; do [ "$(open_of $step)" = false ]; done
  for step in between step_8/inside last; do [ "$(open_of ${step/\//\\/})" = true ]; done
}

@test "going back once too often is a way that a run may end" {
  book back <<'YAML'
  - {id: first, look: echo first}
  - {id: second, look: echo second, on_fail: goto first}
YAML
  run -0 "$RUNBOOK" run back.yaml --dry-run --json
  has '"ends":["resolved","failed"]'
  book back <<'YAML'
  - {id: first, look: echo first, on_fail: continue}
YAML
  run -0 "$RUNBOOK" run back.yaml --dry-run --json
  has '"ends":["resolved"]'
}

@test "what nobody answers is a way that a run may end" {
  book asks <<'YAML'
  - {id: sure, run: echo one, confirm: Sure?}
YAML
  run -0 "$RUNBOOK" run asks.yaml --dry-run --json
  has '"ends":["resolved","failed","declined"]'
  run -0 "$RUNBOOK" run asks.yaml --dry-run --json --yes
  has '"ends":["resolved","failed"]'
}

@test "the examples of docs/preview.md are what is printed" {
  local doc=$TOP/docs/preview.md command='' line inside='' n=0
  # The first YAML example is theirs; that of the drill is tests/drill.bats's.
  awk '/^```yaml$/ { on = !seen++; next } /^```$/ { on = 0 } on' "$doc" >disk-full.yaml
  mkdir bin
  ln -s "$RUNBOOK" bin/runbook
  # The host of the examples has these, whatever this one lacks.
  for line in df find bash; do [ -n "$(command -v $line)" ] || ln -s /bin/sh "bin/$line"; done
  while IFS= read -r line; do
    case $inside$line in
      '```console') inside=yes ;;
      'yes$ runbook drill '*) inside='' ;;
      'yes```')
        PATH=$PWD/bin:$PATH bash -c "$command" >actual
        diff -u expected actual
        n=$((n + 1))
        inside=''
        ;;
      'yes$ '*)
        command=${line#\$ }
        : >expected
        ;;
      yes*) printf '%s\n' "$line" >>expected ;;
    esac
  done <"$doc"
  [ "$n" -eq 4 ]
}
