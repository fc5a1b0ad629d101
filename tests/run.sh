#!/bin/sh
# Runs all tests and sums them up: `make test` builds what is needed and calls it.
#
#   B=DIR tests/run.sh [PART]     only tests with PART in their name
#   SUITE=e2e …                   tests/e2e/*.bats instead: the runbooks on real systems (`make e2e`)
#
# Every kind of test speaks TAP, so one count holds for all of them:
#   $B/unit/LAYER/NOUN   cmocka programs
#   tests/*.tap          executables that print TAP themselves: the data-driven tests
#   tests/*.bats         tests of the command
# One that ends badly, or before its plan is done, counts as one more failure. The full output is kept in
# $B/tests/. The last line is "N passed, N failed"; exits 1 if any failed, or none ran.
set -u
B=${B:-build}
part=${1:-}
suite=${SUITE:-}
cd "$(dirname "$0")/.." || exit 1
case $B in
  /*) ;;
  *) B=$PWD/$B ;;
esac
export B
# What a whole program of tests may take; a single test has far tighter limits.
limit=${TEST_SECONDS:-300}
logs=$B/tests
mkdir -p "$logs" || exit 1
passed=0 failed=0 skipped=0

# Reads TAP; prints "passed failed skipped". $1: the exit status of what wrote it. Results count in sequence
# only, so that a test which happens to print "ok 7" does not add to them.
count() {
  awk -v status="$1" '
    /^1\.\.[0-9]+/ { plan = substr($1, 4) + 0; planned = 1 }
    {
      bad = sub(/^not ok /, "")
      if (!bad && !sub(/^ok /, ""))
        next
      if ($1 + 0 != seen + 1)
        next
      seen++
      if ($0 ~ /# *[Ss][Kk][Ii][Pp]/)
        skipped++
      else if (bad)
        failed++
      else
        passed++
    }
    END {
      if (!planned || seen != plan || (status != 0 && failed == 0))
        failed++
      print passed + 0, failed + 0, skipped + 0
    }'
}

# one NAME COMMAND…
one() {
  name=$1
  shift
  case $name in
    *"$part"*) ;;
    *) return ;;
  esac
  log=$logs/$(printf '%s' "$name" | tr / .).tap
  "$@" >"$log" 2>&1 </dev/null
  status=$?
  # shellcheck disable=SC2046 # three numbers
  set -- $(count "$status" <"$log")
  passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3))
  if [ "$2" -eq 0 ]; then
    printf '%-32s %4d passed\n' "$name" "$1"
    if [ -n "$suite" ]; then sed -n 's/^ok [0-9]* \(.*# skip.*\)/  skipped: \1/p' "$log"; fi
    return
  fi
  printf '%-32s %4d passed, %d FAILED (exit status %d):\n' "$name" "$1" "$2" "$status"
  sed 's/^/  | /' "$log"
}

# timeout(1) is everywhere that matters; where it is not, a hang is only seen by whoever waits.
guard=
if command -v timeout >/dev/null 2>&1; then guard="timeout -k 5 $limit"; fi

if [ "$suite" = e2e ]; then
  set -- tests/e2e/*.bats
else
  set -- tests/*.bats
fi
for t in "$B"/unit/*/*; do
  if [ -n "$suite" ]; then break; fi
  case $t in
    *.d) continue ;;
  esac
  # A program whose source is gone is left over from an older build.
  name=${t#"$B/unit/"}
  if [ -x "$t" ] && [ -f "tests/unit/${name%/*}/test_${name##*/}.c" ]; then
    # shellcheck disable=SC2086 # words on purpose
    CMOCKA_MESSAGE_OUTPUT=TAP one "unit/$name" $guard "$t"
  fi
done
for t in tests/*.tap; do
  if [ -n "$suite" ]; then break; fi
  # shellcheck disable=SC2086 # words on purpose
  if [ -x "$t" ]; then one "${t#tests/}" $guard "$t"; fi
done
for t; do
  # shellcheck disable=SC2086 # words on purpose
  if [ -f "$t" ]; then one "${t#tests/}" $guard bats --tap "$t"; fi
done

if [ "$skipped" -gt 0 ]; then echo "$skipped skipped"; fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
