#!/usr/bin/env bats
# The tools around the engine: the checks fail on what they are there for, dependencies are found without a
# network, the test runner counts what it should, and the demo leaves nothing behind.

load support/helpers

setup() { sandbox; }
teardown() { end_all; }

# --- check-layers ---------------------------------------------------------------------------------------

# A tree of three layers that keeps all rules; the tests plant one breach each.
tree() {
  mkdir -p engine/base engine/text engine/os
  write Makefile <<'MAKE'
DEPS_base :=
DEPS_text := base
DEPS_os := base
MAKE
  write engine/base/str.h <<'C'
int rb_str_len(const char *s);
C
  write engine/text/node.c <<'C'
/* The word system() in a comment, and "atoi(" in a string, are no calls: int x = 1; */
#include <stdio.h>
#include "base/str.h"
#include "text/node.h"
#include "generated.h"

int
rb_node(const char *s)
{
	if (rb_str_len(s) == 1 && rb_str_len("popen(s) = 1") != 2)
		return 1;
	while (rb_str_len(s) <= 3 ||
	    rb_str_len(s) >= 4)
		return 2;
	for (int i = 0; i < 3; i++)
		s = s + i;
	return rb_node_of(&(struct rb_x){.a = 1});
}
C
}

layers() { run "$TOP/tools/check-layers" "$PWD"; }

@test "check-layers: a tree that keeps the rules passes" {
  tree
  layers
  has_status 0
  [ -z "$output" ]
}

@test "check-layers: this project passes" {
  run "$TOP/tools/check-layers" "$TOP"
  has_status 0
}

@test "check-layers: an include that the row does not allow is named with file, line and row" {
  tree
  printf '#include "os/spawn.h"\n' >>engine/text/node.c
  layers
  has_status 1
  has 'engine/text/node.c:19: include "os/spawn.h": engine/text/ may include only: text base'
}

@test "check-layers: the table is the Makefile's: another row allows it" {
  tree
  printf '#include "os/spawn.h"\n' >>engine/text/node.c
  sed -i 's/^DEPS_text := base$/DEPS_text := os base/' Makefile
  layers
  has_status 0
}

@test "check-layers: angle brackets, dots, short names and unknown layers do not get around it" {
  tree
  mkdir engine/shadow
  printf '#include <os/spawn.h>\n#include "../os/spawn.h"\n#include "node.h"\n' >engine/text/more.c
  touch engine/text/node.h
  printf '#include "base/str.h"\n' >engine/shadow/x.c
  layers
  has_status 1
  has 'engine/text/more.c:1: include "os/spawn.h"'
  has 'engine/text/more.c:2: include "../os/spawn.h": no dots'
  has 'engine/text/more.c:3: include "node.h": write its layer: "text/node.h"'
  has 'engine/shadow/x.c:1: engine/shadow/ is no layer'
}

@test "check-layers: rows that include each other are a cycle" {
  tree
  sed -i 's/^DEPS_base :=$/DEPS_base := text/' Makefile
  layers
  has_status 1
  has 'Makefile:1: a cycle: DEPS_base and DEPS_text name each other'
}

@test "check-layers: a Makefile without the table is an error, not a pass" {
  tree
  printf 'all:\n' >Makefile
  layers
  has_status 1
  has 'the table of layers is gone'
}

@test "check-layers: each banned call is found, and its safe neighbours are not" {
  tree
  for call in system popen sprintf vsprintf strcpy strcat atoi atol gets alloca; do
    printf '\t%s(x);\n' "$call"
  done >engine/text/banned.c
  printf '\tsnprintf(x);\n\tfgets(x);\n\tstrncat(x);\n\tvsnprintf(x);\n\tmy_system(x);\n' >engine/text/fine.c
  layers
  has_status 1
  [ "${#lines[@]}" -eq 10 ]
  has 'engine/text/banned.c:1: banned call: system()'
  has 'engine/text/banned.c:10: banned call: alloca()'
  lacks fine.c
}

@test "check-layers: an assignment in a condition is found, also over two lines" {
  tree
  printf '\tif (ready &&\n\t    (x = next()) != 0)\n\t\twhile ((c = *p++))\n\t\t\tif (a == b) c = d;\n' >engine/text/assign.c
  layers
  has_status 1
  [ "${#lines[@]}" -eq 2 ]
  has 'engine/text/assign.c:2: assignment in a condition'
  has 'engine/text/assign.c:3: assignment in a condition'
}

@test "check-layers: a marker of unfinished work is found, a template of mkdtemp is not" {
  tree
  printf '/* %s: later */\n' 'TO''DO' >engine/text/later.h
  printf 'static const char name[] = "work.XXXXXX";\n' >engine/text/name.c
  layers
  has_status 1
  [ "${#lines[@]}" -eq 1 ]
  has 'engine/text/later.h:1: a marker of unfinished work'
}

# --- check-symbols --------------------------------------------------------------------------------------

library() {
  cc -std=c11 -fPIC -c -o x.o -x c - && ar rcs x.a x.o
}

@test "check-symbols: constant tables and rb_ names pass" {
  library <<'C'
static const char *const words[] = {"a", "b"};
static const int numbers[] = {1, 2};
static int twice(int i) { return numbers[i & 1] * 2; }
const char *rb_word(int i) { static const int shift = 1; return words[(twice(i) + shift) & 1]; }
C
  run "$TOP/tools/check-symbols" x.a
  has_status 0
  [ -z "$output" ]
}

@test "check-symbols: writable variables of each kind and foreign names are found" {
  library <<'C'
static int counter;
static int start = 4;
static _Thread_local int mine = 1;
int count(void) { static int calls; return ++calls + ++counter + ++start + ++mine; }
C
  run "$TOP/tools/check-symbols" x.a
  has_status 1
  for name in '"counter" in .bss' '"start" in .data' '"mine" in .tdata' '"calls' 'exported name "count"'; do
    has "$name"
  done
}

# --- deps.sh --------------------------------------------------------------------------------------------

# A PATH with the tools that the script itself needs, and no compiler, no package manager.
bare_path() {
  mkdir bin
  for tool in sh sed sort tr id printf cat make bash bats git; do
    ln -s "$(command -v "$tool")" "bin/$tool"
  done
}

@test "deps: where all is there, it says nothing and does nothing" {
  run --separate-stderr "$TOP/tools/deps.sh" test
  has_status 0
  [ -z "$output$stderr" ]
}

@test "deps: without a known package manager it fails, and names the packages" {
  bare_path
  PATH=$PWD/bin run "$TOP/tools/deps.sh" test
  has_status 1
  has 'no package manager that this script knows'
  for package in gcc libyaml-dev libpcre2-dev libjansson-dev libcurl4-openssl-dev libcmocka-dev; do
    has "$package"
  done
  lacks shellcheck
}

@test "deps: each manager gets its own names, once, without asking; only what the mode needs" {
  bare_path
  local row manager expected
  for row in 'apt-get:install -y --no-install-recommends gcc libc6-dev libcurl4-openssl-dev' \
    'dnf:install -y gcc glibc-devel jansson-devel' 'apk:add curl-dev gcc jansson-dev' \
    'pacman:-S --needed --noconfirm curl gcc glibc jansson' 'brew:install curl gcc jansson'; do
    manager=${row%%:*}
    expected=${row#*:}
    printf '#!/bin/sh\necho "%s $*" >>calls\n' "$manager" >"bin/$manager"
    chmod +x "bin/$manager"
    # An id of 0: no sudo is asked for, on whatever account the tests run.
    printf '#!/bin/sh\necho 0\n' >id.sh && chmod +x id.sh && ln -sf "$PWD/id.sh" bin/id
    rm -f calls
    PATH=$PWD/bin run "$TOP/tools/deps.sh" build
    has_status 1
    has "deps: installing: $manager $expected"
    has 'installed, and still missing: command:cc,gcc,clang'
    [[ $(<calls) == "$manager $expected"* ]]
    [[ $(<calls) != *cmocka* ]]
    rm "bin/$manager"
  done
}

@test "deps: a package that meets two needs is named once" {
  bare_path
  rm bin/id
  printf '#!/bin/sh\necho 0\n' >bin/id && chmod +x bin/id
  printf '#!/bin/sh\n' >bin/dnf && chmod +x bin/dnf
  PATH=$PWD/bin run "$TOP/tools/deps.sh" check
  has 'command:clang-format command:clang-tidy'
  [ "$(grep -o clang-tools-extra <<<"$output" | wc -l)" -eq 1 ]
}

@test "deps: not root and no sudo: it says what to run" {
  bare_path
  printf '#!/bin/sh\nexit 9\n' >bin/apk && chmod +x bin/apk
  rm bin/id && printf '#!/bin/sh\necho 1000\n' >bin/id && chmod +x bin/id
  PATH=$PWD/bin run "$TOP/tools/deps.sh" build
  has_status 1
  has 'to install as root: apk add curl-dev gcc'
}

@test "deps: -n only says" {
  bare_path
  printf '#!/bin/sh\ntouch called\n' >bin/apt-get && chmod +x bin/apt-get
  PATH=$PWD/bin run "$TOP/tools/deps.sh" -n build
  has_status 1
  has 'deps: missing: command:cc,gcc,clang header:stdlib.h'
  [ ! -e called ]
}

@test "deps: another mode is a usage error" {
  run "$TOP/tools/deps.sh" everything
  has_status 2
  has 'tools/deps.sh [-n] build|test|check|e2e'
}

# --- run.sh ---------------------------------------------------------------------------------------------

# A project of its own with test programs that print what is given.
suite() {
  mkdir -p tests build
  cp "$TOP/tests/run.sh" tests/
}

tap() {
  printf '#!/bin/sh\ncat <<"END"\n%s\nEND\nexit %s\n' "$2" "$3" >"tests/$1.tap"
  chmod +x "tests/$1.tap"
}

@test "run.sh: sums passed, failed and skipped; the last line is the sum" {
  suite
  tap a $'1..3\nok 1 - x\nok 2 - y # SKIP no ipv6\nok 3 - z' 0
  tap b $'1..2\nok 1 - x\nnot ok 2 - y' 1
  B=build run tests/run.sh
  has_status 1
  [ "${lines[-1]}" = '3 passed, 1 failed' ]
  [ "${lines[-2]}" = '1 skipped' ]
}

@test "run.sh: all passed is exit 0; nothing run is not" {
  suite
  B=build run tests/run.sh
  has_status 1
  [ "${lines[-1]}" = '0 passed, 0 failed' ]
  tap a $'1..1\nok 1 - x' 0
  B=build run tests/run.sh
  has_status 0
  [ "${lines[-1]}" = '1 passed, 0 failed' ]
}

@test "run.sh: a crash, a short plan, no plan and a lie in the output are failures or nothing" {
  suite
  tap crash $'1..2\nok 1 - x\nok 2 - y' 139
  tap short $'1..2\nok 1 - x' 0
  tap none 'all is well' 0
  tap liar $'1..1\nok 7 - printed by the test\nok 1 - x' 0
  B=build run tests/run.sh
  has_status 1
  [ "${lines[-1]}" = '4 passed, 3 failed' ]
}

# --- The demo -------------------------------------------------------------------------------------------

# Stands in for the runbook: ends the stale worker, and starts the API.
mender() {
  write mender <<'SH'
#!/bin/bash
for a in "$@"; do
  case $a in
    root=*) root=${a#root=} ;;
    port=*) port=${a#port=} ;;
  esac
done
echo "$*" >"$TEST_FOLDER/args"
echo "$root" >"$TEST_FOLDER/root"
for e in /proc/[0-9]*/exe; do
  if [ "$e" -ef "$root/venv/bin/old-worker" ]; then
    e=${e%/exe}
    kill -KILL "${e#/proc/}"
  fi
done
[ -z "${MENDER_FAILS:-}" ] || exit "$MENDER_FAILS"
[ -z "${MENDER_WAITS:-}" ] || sleep 20
cd "$root/backend" || exit 1
setsid ../venv/bin/uvicorn api.main:app --host 127.0.0.1 --port "$port" >../logs/uvicorn.log 2>&1 </dev/null &
for _ in {1..600}; do
  grep -q 'Uvicorn running' ../logs/uvicorn.log && exit 0
  sleep 0.1
done
exit 1
SH
  chmod +x mender
  export TEST_FOLDER=$PWD RUNBOOK=$PWD/mender TMPDIR=$PWD
}

# True if no process runs a program of the demo's folder any more, and the folder is gone.
nothing_left() {
  local e root
  root=$(<root)
  [ ! -e "$root" ] || return 1
  for e in /proc/[0-9]*/exe; do
    case $(readlink "$e") in
      "$root"/*) return 1 ;;
    esac
  done
}

@test "demo: breaks the API, has it mended, and leaves nothing" {
  mender
  run "$TOP/examples/demo/demo.sh" "$B"
  has_status 0
  has "address already in use"
  has 'GET /health: HTTP/1.1 503 Service Unavailable'
  has 'GET /health: HTTP/1.1 200 OK  {"status": "healthy"}'
  grep -q -- "api-down.yaml --yes --set root=$(<root) --set port=" args
  nothing_left
}

@test "demo: a runbook that fails fails the demo, which shows the logs and leaves nothing" {
  mender
  MENDER_FAILS=3 run "$TOP/examples/demo/demo.sh" "$B"
  has_status 1
  has 'the runbook ended with exit status 3'
  nothing_left
}

@test "demo: a runbook that only says it has mended is found out" {
  mender
  write mender <<'SH'
#!/bin/sh
for a in "$@"; do
  case $a in root=*) echo "${a#root=}" >"$TEST_FOLDER/root" ;; esac
done
SH
  run "$TOP/examples/demo/demo.sh" "$B"
  has_status 1
  has 'the runbook ended well, but GET /health gives'
  nothing_left
}

@test "demo: TERM in the middle leaves nothing" {
  mender
  MENDER_WAITS=1 background setsid "$TOP/examples/demo/demo.sh" "$B" >/dev/null 2>&1
  eventually test -s root
  # To the whole group, as a terminal would: the demo's trap waits for what runs in front of it.
  kill -TERM -- "-$BACKGROUND"
  eventually nothing_left
}

# --- Helper programs ------------------------------------------------------------------------------------

@test "support: flood writes exactly what it is asked for, its last line alone on one" {
  for n in 4 5 80 81 100000; do
    [ "$("$SUPPORT/flood" stdout "$n" END | wc -c)" -eq "$n" ]
    [ "$("$SUPPORT/flood" stdout "$n" END | tail -n 1)" = END ]
  done
  run "$SUPPORT/flood" stdout 3 END
  has_status 2
}

@test "support: httpd answers by its routes, in their order, and logs each request" {
  start_httpd /health times=1 status=503 /health 'body={"status":"healthy"}' 'header=X-A: b' /echo method=POST echo
  run curl -s -o /dev/null -w '%{http_code}' "$HTTPD_URL/health"
  [ "$output" = 503 ]
  run curl -si "$HTTPD_URL/health?q=1"
  has 'HTTP/1.1 200 OK'
  has 'X-A: b'
  has '{"status":"healthy"}'
  run curl -s --data 'a b' "$HTTPD_URL/echo"
  has '"method":"POST"'
  has '"body":"a b"'
  run curl -s -o /dev/null -w '%{http_code}' "$HTTPD_URL/echo"
  [ "$output" = 404 ]
  [ "$(wc -l <"$HTTPD_LOG")" -eq 4 ]
}

@test "support: httpd can hold, reset, drip, and promise more than it gives" {
  start_httpd /silent silent /reset then=reset length=100 body=abc /drip delay=100 drip=40/20 body=abcdef /short length=9 body=abc
  run curl -sm 0.3 "$HTTPD_URL/silent"
  has_status 28
  run curl -s "$HTTPD_URL/reset"
  has_status 56
  run curl -s "$HTTPD_URL/short"
  has_status 18
  run curl -s "$HTTPD_URL/drip"
  [ "$output" = abcdef ]
}

@test "support: httpd refuses what is too large or no request, and sends no body to HEAD" {
  start_httpd /health body=abc
  run bash -c 'head -c 1048577 /dev/zero | curl -s -o /dev/null -w "%{http_code}" --data-binary @- "$HTTPD_URL/health"'
  [ "$output" = 413 ]
  run bash -c 'exec 3<>"/dev/tcp/127.0.0.1/$HTTPD_PORT"; printf "nonsense\r\n\r\n" >&3; cat <&3'
  has 'HTTP/1.1 400 Bad Request'
  run bash -c 'exec 3<>"/dev/tcp/127.0.0.1/$HTTPD_PORT"; printf "HEAD /health HTTP/1.1\r\n\r\n" >&3; cat <&3; echo .'
  has $'content-length: 3\r\n\r\n.'
}

requests() { [ "$(wc -l <"$HTTPD_LOG")" -ge "$1" ]; }

@test "support: httpd goes on serving when more connect than it has room for" {
  start_httpd /silent silent /health body=ok
  local pids=()
  for _ in {1..63}; do
    curl -sm 5 "$HTTPD_URL/silent" >/dev/null 3>&- &
    pids+=("$!")
  done
  # Each is written down when it has been taken.
  eventually requests 63
  run curl -sm 60 "$HTTPD_URL/health"
  [ "$output" = ok ]
  for _ in 1 2; do
    curl -sm 5 "$HTTPD_URL/silent" >/dev/null 3>&- &
    pids+=("$!")
  done
  # Now it is full: this one waits until one of the others has gone, and is answered then.
  run curl -sm 60 "$HTTPD_URL/health"
  [ "$output" = ok ]
  wait "${pids[@]}" || true
}

@test "support: argdump gives arguments back byte for byte" {
  run env -i 'A=x y' "$SUPPORT/argdump" $'two\nlines' $'\xff' ''
  has_status 0
  has '"two\nlines",{"base64":"/w=="},""]'
  has '"env":{"A":"x y"}'
}

@test "support: a holder holds its port, a free port is free" {
  start_holder 2
  run "$SUPPORT/holder" "$HOLDER_PORT" 1 port
  has_status 1
  has 'Address already in use'
  run free_port
  has_status 0
  [ "$output" -gt 1023 ]
  [ "$output" -ne "$HOLDER_PORT" ]
}
