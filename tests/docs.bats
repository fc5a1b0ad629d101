#!/usr/bin/env bats
# The docs say what the program does: generated parts are the program's own, and examples load.

load support/helpers

setup() { sandbox; }

@test "docs/language.md is what the program says" {
  "$RUNBOOK" reference >language.md
  diff -u "$TOP/docs/language.md" language.md
}

@test "every YAML example of the README that is a runbook passes check" {
  awk -v RS='```' 'NR % 2 == 0 && sub(/^yaml\n/, "")' ORS='\0' "$TOP/README.md" >examples
  local n=0 example
  while IFS= read -r -d '' example; do
    case $example in
      runbook:*)
        n=$((n + 1))
        printf '%s' "$example" >"example-$n.yaml"
        "$RUNBOOK" check "example-$n.yaml"
        ;;
    esac
  done <examples
  [ "$n" -gt 0 ]
}

@test "the README's runbook runs" {
  awk -v RS='```' 'sub(/^yaml\nrunbook: disk-full/, "runbook: disk-full")' "$TOP/README.md" >disk-full.yaml
  mkdir folder
  run "$RUNBOOK" run disk-full.yaml --set "folder=$PWD/folder" --set limit=101
  has_status 0
  has 'are used'
}

@test "every shipped runbook and library procedure passes check without a warning" {
  local file
  for file in "$TOP"/runbooks/*.yaml; do
    run "$RUNBOOK" check "$file"
    has_status 0
    lacks warning
  done
  cd "$TOP/stdlib" || return 1
  for file in */*.yaml; do
    printf 'runbook: uses\ninputs: {port: {type: port, default: 9}}\nsteps:\n  - use: %s\n    with: {port: "${port}"}\n' \
      "$(echo "${file%.yaml}" | tr / .)" >"$BATS_TEST_TMPDIR/uses.yaml"
    "$RUNBOOK" check "$BATS_TEST_TMPDIR/uses.yaml"
  done
}

@test "every command of the help has a help of its own, and every word of the README's commands is one" {
  local command
  for command in $("$RUNBOOK" help | awk '/^Commands:/ {on = 1; next} /^$/ {on = 0} on {print $1}'); do
    run "$RUNBOOK" help "$command"
    has_status 0
    has "runbook $command"
  done
}
