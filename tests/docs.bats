#!/usr/bin/env bats
# The docs say what the program does: generated parts are the program's own, and examples load.

load support/helpers

setup() { sandbox; }
teardown() { end_all; }

@test "docs/language.md and docs/stdlib/ are what the program says (make docs)" {
  "$TOP/tools/docs.sh" "$RUNBOOK" docs
  diff -u "$TOP/docs/language.md" docs/language.md
  diff -ru "$TOP/docs/stdlib" docs/stdlib
}

@test "runbook list finds runbooks by name: the first folder wins, what is none is left out, errors are said" {
  mkdir -p runbooks more
  printf 'runbook: one\ntitle: The one\nseverity: high\nsteps: [{say: hello}]\n' >runbooks/one.yaml
  printf 'runbook: other\ntitle: The other\nsteps: [{say: hello}]\n' >more/one.yaml
  printf 'runbook: two\nsteps: [{sya: hello}]\n' >more/two.yaml
  printf 'port: 8001\n' >more/inputs.yaml
  printf 'test: two.yaml\n' >more/two.test.yaml
  RUNBOOK_PATH=$PWD/more run "$RUNBOOK" list
  has_status 0
  [[ $output =~ one\ +high\ +The\ one ]]
  has "cannot be run: runbook check $PWD/more/two.yaml"
  lacks 'The other'
  [ "${#lines[@]}" -eq 2 ]
  RUNBOOK_PATH=$PWD/more run "$RUNBOOK" list --json
  has '"name":"one","file":"runbooks/one.yaml","ok":true'
  run "$RUNBOOK" list nothing
  has_status 2
}

@test "runbook list --lib and explain show every procedure of the library" {
  local file name n=0
  run "$RUNBOOK" list --lib
  has_status 0
  lacks error
  for file in "$TOP"/stdlib/*/*.yaml; do
    case $file in *.test.yaml) continue ;; esac
    name=$(basename "$(dirname "$file")").$(basename "$file" .yaml)
    n=$((n + 1))
    has "$name "
    "$RUNBOOK" explain "$name" | grep -q "^$name, a procedure of the library: "
    [ -s "$TOP/docs/stdlib/$name.md" ]
  done
  [ "$n" -gt 1 ]
  [ "$("$RUNBOOK" list --lib --json | grep -c '^{"procedure":')" -eq "$n" ]
  # An input without a default that need not be given.
  run "$RUNBOOK" explain compose.logs
  has 'the log is not followed (regex, optional)'
  has 'with: {folder: "${folder}", service: "${service}"}'
}

@test "docs/testing-runbooks.md: the tables are the program's, the examples pass, and what it shows is what comes" {
  mkdir docs
  cp "$TOP/docs/testing-runbooks.md" docs
  "$TOP/tools/docs.sh" "$RUNBOOK" docs
  diff -u "$TOP/docs/testing-runbooks.md" docs/testing-runbooks.md
  awk -v RS='```' 'sub(/^yaml\nrunbook: queue-stuck/, "runbook: queue-stuck")' docs/testing-runbooks.md >queue-stuck.yaml
  awk -v RS='```' 'sub(/^yaml\ntest: queue-stuck.yaml/, "test: queue-stuck.yaml")' docs/testing-runbooks.md >queue-stuck.test.yaml
  run "$RUNBOOK" check queue-stuck.yaml queue-stuck.test.yaml
  has_status 0
  lacks warning
  run "$RUNBOOK" test --coverage 100 queue-stuck.yaml
  has_status 0
  # All but the times stands in the page.
  while IFS= read -r line; do
    line=$(printf '%s' "$line" | sed -E 's/ +[0-9.]+ms$//; s/ · [0-9]+ms$//')
    grep -qF -e "$line" docs/testing-runbooks.md || {
      printf 'not in the page: %s\n' "$line" >&2
      return 1
    }
  done <<<"$output"
  sed -i 's/depth.waiting <= most/depth.waiting >= most/' queue-stuck.yaml
  run "$RUNBOOK" test queue-stuck.yaml --only hangs
  has_status 1
  has '✗ a worker that hangs is restarted'
  # So does what is told of the first difference, with the decision that led to it.
  while IFS= read -r line; do
    grep -qF -e "$(printf '%s' "$line" | sed -E 's/ +[0-9.]+ms$//')" docs/testing-runbooks.md || {
      printf 'not in the page: %s\n' "$line" >&2
      return 1
    }
  done < <(printf '%s\n' "$output" | sed '/the run ended/q')
  has 'depth.waiting = 5000; most = 100'
}

# extract FILE — its YAML examples that are runbooks, as example-1.yaml and so on; $n is their number.
extract() {
  local example
  awk -v RS='```' 'NR % 2 == 0 && sub(/^yaml\n/, "")' ORS='\0' "$1" >examples
  n=0
  while IFS= read -r -d '' example; do
    case $example in
      runbook:*)
        n=$((n + 1))
        printf '%s' "$example" >"example-$n.yaml"
        ;;
    esac
  done <examples
}

@test "every YAML example of the README and of the cookbook that is a runbook passes check without a warning" {
  local file least i
  for file in README.md:1 docs/cookbook.md:8; do
    least=${file#*:}
    extract "$TOP/${file%:*}"
    [ "$n" -ge "$least" ]
    for ((i = 1; i <= n; i++)); do
      run "$RUNBOOK" check "example-$i.yaml"
      has_status 0
      lacks warning
    done
  done
}

# cook NAME OPTION… — runs the runbook of that name of the cookbook, with a home of its own for each call.
cook() {
  local name=$1
  shift
  extract "$TOP/docs/cookbook.md"
  run "$RUNBOOK" run "$(grep -l "^runbook: $name\$" example-*.yaml)" "$@" </dev/null
}

@test "the cookbook's runbooks do what it says of them" {
  mkdir folder
  cook inodes --set "folder=$PWD/folder" --set limit=101
  has_status 0
  has '% are used'
  printf "ModuleNotFoundError: No module named 'yaml'\n" >app.log
  cook log-causes --set "log=$PWD/app.log"
  has_status 3
  has 'the module yaml is missing'
  start_httpd /health status=502 body={}
  cook front-and-back --set "url=$HTTPD_URL"
  has_status 3
  has 'the proxy answers'
  cook front-and-back --set url=http://127.0.0.1:1
  has_status 3
  has 'nobody answers'
  cook full-disks --set limit=100
  has_status 0
  has '0 disks are over 100'
  cook swap-off --set "marker=$PWD/marker" --yes
  has_status 0
  [ -e marker ]
  cook swap-off --set "marker=$PWD/marker"
  has_status 0
  rm marker
  cook swap-off --set "marker=$PWD/marker"
  has_status 0
  has 'the page stays as it was'
  cook two-copies --set "from=$PWD/app.log" --set "folder=$PWD/folder"
  has_status 0
  [ -z "$(ls folder)" ]
  cook failover
  has_status 5
}

@test "examples/database-backup.yaml keeps what is whole, and leaves nothing of the rest" {
  local room='--set room=1kB'
  mkdir bin backups
  cat >bin/pg_dump <<'END'
#!/bin/sh
[ "$PGPASSWORD" = hunter22 ] && [ "$1" != broken ] || exit 1
echo "-- $1 of $PGHOST as $PGUSER"
END
  chmod +x bin/pg_dump
  export PATH=$PWD/bin:$PATH PGPASSWORD=hunter22
  # shellcheck disable=SC2086 # two words
  run "$RUNBOOK" run "$TOP/examples/database-backup.yaml" --set "folder=$PWD/backups" $room
  has_status 0
  has '2 backups in'
  lacks hunter22
  [ "$(gzip -dc backups/app.sql.gz)" = "-- app of localhost as backup" ]
  # shellcheck disable=SC2086
  run "$RUNBOOK" run "$TOP/examples/database-backup.yaml" --set "folder=$PWD/backups" $room \
    --set 'databases=["broken","orders"]'
  has_status 3
  has 'no backup of broken'
  has '1 of 2 databases have no backup'
  [ "$(ls backups | tr '\n' ' ')" = "app.sql.gz billing.sql.gz orders.sql.gz " ]
}

@test "examples/rolling-restart.yaml stops at the first node that does not come back" {
  mkdir bin
  cat >bin/ssh <<'END'
#!/bin/sh
shift 2
echo "$*" >>"$HOME/ssh.log"
case "$*" in "bad sudo"*) exit 1 ;; esac
echo active
END
  chmod +x bin/ssh
  export PATH=$PWD/bin:$PATH
  run "$RUNBOOK" run "$TOP/examples/rolling-restart.yaml" --yes --set 'nodes=["one","two"]'
  has_status 0
  has '2 nodes were restarted'
  run "$RUNBOOK" run "$TOP/examples/rolling-restart.yaml" --yes --set 'nodes=["bad","three"]'
  has_status 3
  has '0 of 2 nodes were restarted'
  run ! grep -q 'three sudo' "$HOME/ssh.log"
  run "$RUNBOOK" run "$TOP/examples/rolling-restart.yaml" --yes --set 'nodes=["one"]'
  has_status 3
  has 'only 1 of 1 nodes'
}

@test "the README's runbook runs, and its scenarios pass" {
  awk -v RS='```' 'sub(/^yaml\nrunbook: disk-full/, "runbook: disk-full")' "$TOP/README.md" >disk-full.yaml
  mkdir folder
  run "$RUNBOOK" run disk-full.yaml --set "folder=$PWD/folder" --set limit=101
  has_status 0
  has 'are used'
  awk -v RS='```' 'sub(/^yaml\ntest: disk-full/, "test: disk-full")' "$TOP/README.md" >disk-full.test.yaml
  run "$RUNBOOK" test disk-full.yaml --coverage 100
  has_status 0
  has '3 passed, 0 failed'
  has 'edges 9/9'
}

@test "every shipped runbook, example and library procedure passes check without a warning" {
  local file
  for file in "$TOP"/runbooks/*.yaml "$TOP"/examples/*.yaml "$TOP"/stdlib/*/*.yaml; do
    [ -e "$file" ] || continue
    run "$RUNBOOK" check "$file"
    has_status 0
    lacks warning
  done
}

@test "what is no runbook is told so: a library procedure can be checked, but not run" {
  run "$RUNBOOK" run "$TOP/stdlib/port/free.yaml"
  has_status 2
  has 'a step does it with `use: port.free`'
  sed 's/port: ${port}/port: ${prot}/' "$TOP/stdlib/port/free.yaml" >free.yaml
  run "$RUNBOOK" check free.yaml
  has_status 2
  has 'did you mean `port`?'
}

@test "procedures of a lib/ of one's own use one another, and hide those of the standard library" {
  mkdir -p lib/port lib/web
  printf 'procedure: port.free\ntitle: Ours\nsteps:\n  - say: ours\n' >lib/port/free.yaml
  printf 'procedure: web.up\ntitle: Up\nsteps:\n  - use: port.free\n' >lib/web/up.yaml
  printf 'runbook: uses\nsteps:\n  - use: web.up\n' >uses.yaml
  run "$RUNBOOK" run uses.yaml
  has_status 0
  has ours
  run "$RUNBOOK" check lib/web/up.yaml
  has_status 0
  cd lib && run "$RUNBOOK" check web/up.yaml
  has_status 0
}

@test "every command of the help has a help of its own, and every word of the README's commands is one" {
  local command
  for command in $("$RUNBOOK" help | awk '/^Commands:/ {on = 1; next} /^$/ {on = 0} on {print $1}'); do
    run "$RUNBOOK" help "$command"
    has_status 0
    has "runbook $command"
  done
}

@test "docs/runbooks.md names steps and tests that exist" {
  local line book='' id part test n=0 bad=0
  while IFS= read -r line; do
    case $line in
      '## runbooks/'*)
        book=${line#'## '}
        [ -e "$TOP/$book" ]
        ;;
      '| Section '* | '|---'*) ;;
      '| '*)
        # | section | lines | `step` … | "test" … or the reason why there is none |
        for id in $(cut -d '|' -f 4 <<<"$line" | grep -o '`[^`]*`' | tr -d '`'); do
          n=$((n + 1))
          for part in ${id//\// }; do
            if ! grep -qE "id: $part([,}]|\$)|^  $part:\$" "$TOP/$book"; then
              echo "$book has no step $id"
              bad=1
            fi
          done
        done
        while IFS= read -r test; do
          # Those of what several runbooks stand on, as systemd, have files of their own.
          if ! grep -qF "@test $test {" "$TOP"/tests/e2e/*.bats; then
            echo "tests/e2e has no test $test, which is named under $book"
            bad=1
          fi
        done < <(cut -d '|' -f 5 <<<"$line" | grep -o '"[^"]*"')
        ;;
    esac
  done <"$TOP/docs/runbooks.md"
  [ "$bad" -eq 0 ]
  [ "$n" -gt 50 ]
}
