#!/bin/sh
# Runs all tests and sums them up: `make test` builds what is needed and calls it.
#
#   B=DIR tests/run.sh [PART]     only tests with PART in their name
#   SUITE=e2e …                   tests/e2e/*.bats instead: the runbooks on real systems (`make e2e`)
#   TEST_JOBS=N …                 so many programs of tests side by side; by default as many as there are processors
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
# What a whole program of tests may take, which ends what hangs: a busy machine is no failure.
limit=${TEST_SECONDS:-900}
logs=$B/tests
mkdir -p "$logs" || exit 1

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

# Runs one program of tests and says what came of it; "PASSED FAILED SKIPPED" is left beside its output. Called by
# the lines at the end through xargs, since a shell cannot wait for whichever ends first.
one() {
  name=$1 log=$logs/$(printf '%s' "$1" | tr / .).tap
  case $name in
    unit/*) CMOCKA_MESSAGE_OUTPUT=TAP $guard "$B/$name" ;;
    *.bats) $guard bats --tap "tests/$name" ;;
    *) $guard "tests/$name" ;;
  esac >"$log" 2>&1 </dev/null
  status=$?
  count "$status" <"$log" >"$log.count"
  read -r passed failed skipped <"$log.count"
  if [ "$failed" -eq 0 ]; then
    line=$(printf '%-32s %4d passed' "$name" "$passed")
    if [ "$suite" = e2e ]; then
      line="$line$(sed -n -e 's/^ok [0-9]* \(.*# skip.*\)/\n  skipped: \1/p' -e 's/^# \(.* aims at .*\)/\n  \1/p' "$log")"
    fi
    printf '%s\n' "$line"
    return
  fi
  # In one piece, or two of them would mix.
  printf '%-32s %4d passed, %d FAILED (exit status %d):\n%s\n' "$name" "$passed" "$failed" "$status" \
    "$(sed 's/^/  | /' "$log")"
}

# timeout(1) is everywhere that matters; where it is not, a hang is only seen by whoever waits.
guard=
if command -v timeout >/dev/null 2>&1; then guard="timeout -k 5 $limit"; fi

if [ "${1:-}" = --one ]; then
  one "$2"
  exit 0
fi

# The names of all that is to be run, one a line. The longest come first, so that nothing long is left at the end.
list() {
  if [ "$suite" = e2e ]; then
    # Those that start an engine of Docker wait for one another: others stand between them.
    grep -c docker_start tests/e2e/*.bats | awk -F '[/:]' '
      $4 > 0 { docker[++d] = $3; next }
      { plain[++p] = $3 }
      END {
        every = d > 0 ? int((p + d - 1) / d) : p
        for (i = j = 1; i <= d || j <= p;) {
          if (i <= d) print "e2e/" docker[i++]
          for (k = 0; k < every && j <= p; k++) print "e2e/" plain[j++]
        }
      }'
    return
  fi
  for t in tests/*.bats tests/*.tap; do
    case $t in
      *.bats) if [ -f "$t" ]; then echo "${t#tests/}"; fi ;;
      *) if [ -x "$t" ]; then echo "${t#tests/}"; fi ;;
    esac
  done
  for t in "$B"/unit/*/*; do
    # A program whose source is gone is left over from an older build.
    name=${t#"$B/unit/"}
    case $t in
      *.d) ;;
      *) if [ -x "$t" ] && [ -f "tests/unit/${name%/*}/test_${name##*/}.c" ]; then echo "unit/$name"; fi ;;
    esac
  done
}

rm -f "$logs"/*.count
passed=0 failed=0 skipped=0
list | grep -F -e "$part" >"$logs/list"
if [ -s "$logs/list" ]; then
  xargs <"$logs/list" -n 1 -P "${TEST_JOBS:-$(getconf _NPROCESSORS_ONLN)}" tests/run.sh --one
fi
while read -r name; do
  # Without a count, it did not come to its end.
  p=0 f=1 s=0
  c=$logs/$(printf '%s' "$name" | tr / .).tap.count
  if [ -f "$c" ]; then read -r p f s <"$c"; fi
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
done <"$logs/list"
if [ "$skipped" -gt 0 ]; then echo "$skipped skipped"; fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
