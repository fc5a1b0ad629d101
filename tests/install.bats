#!/usr/bin/env bats
# What `make install` lays down works from there: the program finds its runbooks wherever it was put, its pages' links
# lead somewhere, and a program around librunbook can be built from what is installed alone.
# shellcheck disable=SC2154 # output is what `run` left

load support/helpers

setup_file() {
  export ROOT=$BATS_FILE_TMPDIR/root
  by_make install >"$BATS_FILE_TMPDIR/log" 2>&1 || { cat "$BATS_FILE_TMPDIR/log" >&2; return 1; }
}

# by_make GOAL — for ROOT, out of what was built for these tests.
by_make() {
  local san=
  if sanitized; then san=SAN=1; fi
  (cd "$TOP" && env -u MAKEFLAGS -u MAKELEVEL make -s -j2 B="$B" $san "$1" prefix="$ROOT")
}

setup() { sandbox; }

teardown() { end_all; }

@test "the installed program finds its runbooks, also after the whole tree was moved" {
  run "$ROOT/bin/runbook" list
  has_status 0
  has 'api-service-down'
  lacks 'test'
  run "$ROOT/bin/runbook" check api-down
  has_status 0
  mv "$ROOT" "$PWD/elsewhere"
  run "$PWD/elsewhere/bin/runbook" run api-down --dry-run --brief --set root=/tmp
  local moved=$status
  run "$PWD/elsewhere/bin/runbook" run nothing-of-that-name
  mv "$PWD/elsewhere" "$ROOT"
  [ "$moved" -eq 0 ]
  has_status 2
  has "$PWD/elsewhere/share/runbook/runbooks"
}

@test "the installed runbooks pass their installed scenarios" {
  run "$ROOT/bin/runbook" test "$ROOT/share/runbook/runbooks" "$ROOT/share/doc/runbook/examples"
  has_status 0
  has ' 0 failed, 0 errors'
}

@test "every link of the installed pages leads to a file that is installed" {
  cd "$ROOT/share/doc/runbook"
  local page link broken=0 seen=0
  for page in README.md docs/*.md docs/stdlib/*.md; do
    while read -r link; do
      seen=$((seen + 1))
      [ -e "$(dirname "$page")/${link%%#*}" ] || { echo "$page: $link"; broken=1; }
    done < <(grep -oP '\]\(\K(?!https?:|#)[^)]+(?=\))' "$page")
  done
  [ "$seen" -gt 20 ]
  [ "$broken" = 0 ]
}

# Nothing but what is installed is compiled and linked with.
config() { PKG_CONFIG_PATH=$ROOT/lib/pkgconfig pkg-config "$@" runbook; }

# embed LIBRARY… — builds the installed example.
embed() {
  cp "$ROOT/share/doc/runbook/examples/embed/embed.c" .
  # shellcheck disable=SC2046 # words of pkg-config
  gcc -std=c11 -Wall -Wextra -Wpedantic -Werror -o embed $(config --cflags) embed.c "$@"
}

tells() {
  printf 'runbook: x\ninputs: {n: {type: int}}\nsteps:\n- {id: a, run: test "$n" = 3}\n- say: done\n' >x.yaml
  run --separate-stderr env LD_LIBRARY_PATH="$ROOT/lib" ./embed x.yaml n=3
  has_status 0
  has 'a: passed'
  has 'resolved: '
  run --separate-stderr env LD_LIBRARY_PATH="$ROOT/lib" ./embed x.yaml n=4
  has_status 1
  has 'a: failed'
  run --separate-stderr env LD_LIBRARY_PATH="$ROOT/lib" ./embed x.yaml n=many
  has_status 2
  has 'many'
  printf 'runbook: x\nsteps: [{id: a, rum: "true"}]\n' >x.yaml
  run --separate-stderr env LD_LIBRARY_PATH="$ROOT/lib" ./embed x.yaml
  has_status 2
  has 'did you mean `run`'
}

# what_is_there PROGRAM — skips where the test cannot be done, and says why.
what_is_there() {
  command -v pkg-config >/dev/null || skip 'pkg-config is not installed'
  command -v "$1" >/dev/null || skip "$1 is not installed"
  if sanitized; then skip 'the library was built with the sanitizers'; fi
}

@test "a program is linked with the shared library" {
  what_is_there gcc
  # shellcheck disable=SC2046
  embed $(config --libs)
  tells
  ldd embed | grep -qF "librunbook.so.0"
}

@test "a program is linked with the static library, which exports nothing but what is meant for it" {
  what_is_there gcc
  # shellcheck disable=SC2046
  embed $(config --libs --static | sed "s|-lrunbook|$ROOT/lib/librunbook.a|")
  tells
  run ! grep -qF librunbook <(ldd embed)
  [ -z "$(nm -g --defined-only "$ROOT/lib/librunbook.a" | awk 'NF == 3 && $3 !~ /^rb_/')" ]
  run ! grep -q ' rb_arena_init$' <(nm -g --defined-only "$ROOT/lib/librunbook.a")
}

@test "the headers can be used from C++" {
  what_is_there g++
  printf '#include <runbook.h>\nint main() { return rb_version()[0] == 0; }\n' >c.cpp
  # shellcheck disable=SC2046
  g++ -std=c++17 -Wall -Wextra -Werror -o c $(config --cflags) c.cpp $(config --libs)
  LD_LIBRARY_PATH=$ROOT/lib ./c
}

@test "what was installed can be taken away again" {
  by_make uninstall
  [ -z "$(find "$ROOT" -type f -o -type l)" ]
}
