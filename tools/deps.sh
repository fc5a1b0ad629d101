#!/bin/sh
# Installs what is missing to build, test or check runbook; does nothing, and needs no network, when all
# is there.
#
#   tools/deps.sh [-n] build|test|check|e2e
#
#   build  what `make` and `make demo` need
#   test   build, and what `make test` needs
#   check  test, and the linters of `make check`
#   e2e    test, and the systems that the runbooks are for: uvicorn with FastAPI, PostgreSQL, nginx, Docker,
#          systemd (but no systemd-coredump, which takes over the core dumps of the host with its installation)
#   -n     only say what is missing: exit 1 if anything is
#
# What is there is found by looking, each time, not by remembering: one run of the preprocessor over all
# headers takes 20 ms, and a stamp file would go on saying yes after a package was removed.
#
# Lists are words in one string, since POSIX sh has no arrays, and are split on purpose:
# shellcheck disable=SC2086
set -eu

# What must be there | for which mode | its package on: apt | dnf | apk | pacman | brew ("-": comes with
# the system, or there is none). A `header:` is found by the compiler, a `command:` in PATH, a `python:`
# by importing it, a `glob:` as a file. The first name of `command:a,b` or `glob:a,b` that is there will do (so that
# systemd is not asked of Alpine, which has none).
needs() {
  cat <<'TABLE'
command:cc,gcc,clang            build gcc                  gcc              gcc           gcc            gcc
command:make                    build make                 make             make          make           make
command:bash                    build bash                 bash             bash          bash           bash
header:stdlib.h                 build libc6-dev            glibc-devel      musl-dev      glibc          -
header:linux/inet_diag.h        build linux-libc-dev       kernel-headers   linux-headers linux-api-headers -
header:yaml.h                   build libyaml-dev          libyaml-devel    yaml-dev      libyaml        libyaml
header:pcre2.h                  build libpcre2-dev         pcre2-devel      pcre2-dev     pcre2          pcre2
header:jansson.h                build libjansson-dev       jansson-devel    jansson-dev   jansson        jansson
header:curl/curl.h              build libcurl4-openssl-dev libcurl-devel    curl-dev      curl           curl
header:cmocka.h                 test  libcmocka-dev        libcmocka-devel  cmocka-dev    cmocka         cmocka
command:bats                    test  bats                 bats             bats          bats           bats-core
command:curl                    test  curl                 curl             curl          curl           curl
command:git                     test  git                  git              git           git            git
command:clang                   check clang                clang            clang         clang          llvm
command:clang-format            check clang-format         clang-tools-extra clang-extra-tools clang     clang-format
command:clang-tidy              check clang-tidy           clang-tools-extra clang-extra-tools clang     llvm
command:cppcheck                check cppcheck             cppcheck         cppcheck      cppcheck       cppcheck
command:shellcheck              check shellcheck           ShellCheck       shellcheck    shellcheck     shellcheck
command:uvicorn                 e2e   uvicorn              python3-uvicorn  uvicorn       uvicorn        -
python:fastapi                  e2e   python3-fastapi      python3-fastapi  py3-fastapi   python-fastapi -
python:psycopg2                 e2e   python3-psycopg2     python3-psycopg2 py3-psycopg2  python-psycopg2 -
python:ensurepip                e2e   python3-venv         python3          python3       python         -
command:psql                    e2e   postgresql-client    postgresql       postgresql-client postgresql postgresql
glob:/usr/lib/postgresql/*/bin/initdb,/usr/bin/initdb e2e postgresql postgresql-server postgresql postgresql postgresql
command:nginx                   e2e   nginx                nginx            nginx         nginx          nginx
command:redis-server            e2e   redis-server         redis            redis         redis          redis
command:openssl                 e2e   openssl              openssl          openssl       openssl        openssl
command:dockerd                 e2e   docker.io            moby-engine      docker-engine docker         -
command:docker                  e2e   docker.io            moby-engine      docker-cli    docker         -
command:docker-compose          e2e   docker-compose       docker-compose   docker-cli-compose docker-compose -
command:busybox                 e2e   busybox-static       busybox          busybox-static busybox       -
command:ip                      e2e   iproute2             iproute          iproute2      iproute2       -
command:iptables                e2e   iptables             iptables-nft     iptables      iptables       -
command:nft                     e2e   nftables             nftables         nftables      nftables       -
command:ufw                     e2e   ufw                  ufw              ufw           ufw            -
command:crontab                 e2e   cron                 cronie           -             cronie         -
command:pgrep                   e2e   procps               procps-ng        procps        procps-ng      -
glob:/usr/lib/systemd/systemd,/lib/systemd/systemd,/etc/alpine-release e2e systemd systemd - systemd -
TABLE
}

# Manager | the column of its packages above | how it is told to install them.
managers() {
  cat <<'TABLE'
apt-get 3 apt-get install -y --no-install-recommends
dnf     4 dnf install -y
apk     5 apk add
pacman  6 pacman -S --needed --noconfirm
brew    7 brew install
TABLE
}

usage() {
  sed -n '/^#   /s/^#   //p' "$0"
}

die() {
  printf 'deps: %s\n' "$*" >&2
  exit 1
}

# Is `mode` $1 part of the mode that was asked for?
wanted() {
  case $mode:$1 in
    *:build | test:test | check:test | e2e:test | check:check | e2e:e2e) return 0 ;;
    *) return 1 ;;
  esac
}

# The compiler to ask for headers: $CC if set, as make would; else the first that is there.
compiler() {
  for c in ${CC:-} cc gcc clang; do
    if command -v "$c" >/dev/null 2>&1; then
      printf '%s\n' "$c"
      return
    fi
  done
}

# Where Homebrew keeps headers, since no compiler looks there by itself; mk/extra.mk adds the same.
brew_flags() {
  for d in /opt/homebrew /home/linuxbrew/.linuxbrew; do
    if [ -d "$d/include" ]; then printf -- '-I%s/include ' "$d"; fi
  done
}

# Can the preprocessor find these headers, all of them?
have_headers() {
  [ -n "$cc" ] || return 1
  for h in "$@"; do
    # pcre2.h insists on it.
    printf '#define PCRE2_CODE_UNIT_WIDTH 8\n'
    # cmocka.h wants these before it.
    printf '#include <stdarg.h>\n#include <stddef.h>\n#include <stdint.h>\n#include <setjmp.h>\n'
    printf '#include <%s>\n' "$h"
  done | "$cc" -E -x c $brew - >/dev/null 2>&1
}

have() {
  case $1 in
    header:*) have_headers "${1#header:}" ;;
    python:*)
      # The system's first: that is the one which its uvicorn runs on, whatever stands before it in PATH.
      /usr/bin/python3 -c "import ${1#python:}" >/dev/null 2>&1 || python3 -c "import ${1#python:}" >/dev/null 2>&1
      ;;
    command:* | glob:*)
      names=${1#*:}
      while [ -n "$names" ]; do
        case $1 in
          command:*) if command -v "${names%%,*}" >/dev/null 2>&1; then return 0; fi ;;
          glob:*) for f in ${names%%,*}; do if [ -e "$f" ]; then return 0; fi; done ;;
        esac
        case $names in
          *,*) names=${names#*,} ;;
          *) names= ;;
        esac
      done
      return 1
      ;;
  esac
}

# Prints the needs of this mode that are not met, one a line.
missing() {
  # All headers at once first: nearly always they are there, and then one compiler run says so.
  headers=$(needs | while read -r need for _; do
    if wanted "$for"; then case $need in header:*) printf '%s ' "${need#header:}" ;; esac fi
  done)
  headers_known=no
  if have_headers $headers; then headers_known=yes; fi
  needs | while read -r need for _; do
    wanted "$for" || continue
    case $headers_known:$need in yes:header:*) continue ;; esac
    have "$need" || printf '%s\n' "$need"
  done
}

# Prints the packages of the needs in $1 from column $2 of the table, each once, in one line.
packages() {
  for need in $1; do
    needs | while read -r line; do
          set -- "$need" "$2" $line
      if [ "$1" = "$3" ]; then
        shift "$(($2 + 1))"
        if [ "$1" != - ]; then printf '%s\n' "$1"; fi
        break
      fi
    done
  done | sort -u | tr '\n' ' '
}

install() {
  found=$(managers | while read -r tool column command; do
    if command -v "$tool" >/dev/null 2>&1; then
      printf '%s %s %s\n' "$tool" "$column" "$command"
      break
    fi
  done)
  if [ -z "$found" ]; then
    printf 'deps: no package manager that this script knows (apt-get, dnf, apk, pacman, brew).\n' >&2
    printf 'deps: please install what has these (names as on Debian):\n' >&2
    printf '  %s\n' "$(packages "$1" 3)" >&2
    exit 1
  fi
  set -- "$1" $found
  lacking=$1 tool=$2 column=$3
  shift 3
  list=$(packages "$lacking" "$column")
  [ -n "$list" ] || die "$tool has no package for what is missing:" $lacking
  as_root=
  # Homebrew refuses to run as root; all others need it.
  if [ "$tool" != brew ] && [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null 2>&1 || die "to install as root: $* $list"
    as_root=sudo
  fi
  echo "deps: missing:" $lacking
  echo "deps: installing:" $as_root "$@" $list
  if ! $as_root "$@" $list; then
    # An image that was never updated has no package lists; that is apt's commonest failure.
    [ "$tool" = apt-get ] || die "$tool could not install: $list"
    echo "deps: once more, with fresh package lists"
    $as_root apt-get update || die "apt-get update failed; is the network there?"
      $as_root "$@" $list || die "$tool could not install: $list"
  fi
}

only_say=no
if [ "${1:-}" = -n ]; then
  only_say=yes
  shift
fi
mode=${1:-}
case $mode in
  build | test | check | e2e) ;;
  *)
    usage >&2
    exit 2
    ;;
esac
cc=$(compiler)
brew=$(brew_flags)
lacking=$(missing)
[ -n "$lacking" ] || exit 0
if [ "$only_say" = yes ]; then
  echo "deps: missing:" $lacking
  exit 1
fi
install "$lacking"
cc=$(compiler)
brew=$(brew_flags)
lacking=$(missing)
[ -z "$lacking" ] || die "installed, and still missing:" $lacking
