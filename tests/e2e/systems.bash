# The real systems that the runbooks are tested on: an API under uvicorn, PostgreSQL, nginx, a receiver of web
# hooks, Docker Engine with Compose. All of them listen on loopback, live below the test's folder, and are ended
# by who started them. In a .bats file, after `load ../support/helpers`: `load systems`.
# shellcheck shell=bash disable=SC2154

PYTHON=/usr/bin/python3

# need COMMAND… — skips the test by name where one of them is not there.
need() {
  local c
  for c; do command -v "$c" >/dev/null || skip "$c is not installed (tools/deps.sh e2e)"; done
}

# nowhere TEXT — it stands in no record of the sandbox, nor in what the last `run` showed.
nowhere() {
  lacks "$1"
  ! grep -rqF -e "$1" "$XDG_STATE_HOME"
}

# ---- the API ----

# app_make — an application in ./app: backend/, venv/ (with the distribution's packages), logs/, models/.
# Sets APP. Without a pip of its own, which takes seconds to install, unless APP_PIP is set.
app_make() {
  "$PYTHON" -c 'import fastapi, uvicorn, psycopg2' 2>/dev/null ||
    skip "python3-fastapi, uvicorn and python3-psycopg2 are not installed (tools/deps.sh e2e)"
  APP=$PWD/app
  mkdir -p "$APP/backend/api" "$APP/logs" "$APP/models" "$APP/frontend"
  if [ -n "${APP_PIP:-}" ]; then
    "$PYTHON" -m venv --system-site-packages "$APP/venv"
  else
    "$PYTHON" -m venv --system-site-packages --without-pip "$APP/venv"
  fi
  cat >"$APP/venv/bin/uvicorn" <<END
#!$APP/venv/bin/python3
import sys
from uvicorn.main import main
if __name__ == "__main__":  # what its workers import has to do nothing
    sys.exit(main())
END
  chmod +x "$APP/venv/bin/uvicorn"
  cp "$TOP/tests/e2e/app/main.py" "$APP/backend/api/main.py"
  : >"$APP/backend/api/__init__.py"
  : >"$APP/backend/requirements.txt"
  : >"$APP/logs/api.log"
  echo weights >"$APP/models/churn.bin"
}

# The API that a runbook has left running is ended by its pidfile, after its command line has shown that it is
# ours.
app_end() {
  local pid
  [ -s "${APP:-}/uvicorn.pid" ] || return 0
  pid=$(<"$APP/uvicorn.pid")
  if tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -qF "$APP/venv/bin/"; then
    # With its workers: what a runbook starts leads a group of its own.
    kill -KILL -- "-$pid" 2>/dev/null || kill -KILL "$pid"
  fi
}

# app_start PORT [WORD=VALUE…] — begins it as its operators would, and waits until it answers something.
app_start() {
  local port=$1
  shift
  (cd "$APP/backend" && exec env "$@" ../venv/bin/uvicorn api.main:app --host 127.0.0.1 --port "$port" \
    >>../logs/uvicorn.log 2>&1 3>&-) &
  APP_PID=$!
  STARTED+=("$APP_PID")
  eventually says_something "$port"
}

# answers PORT [PATH] — what the application itself says, by another client than the runbook's.
answers() { curl -fsS --max-time 30 -o /dev/null "http://127.0.0.1:$1${2:-/health}"; }

says_something() { curl -sS --max-time 30 -o /dev/null "http://127.0.0.1:$1/health" 2>/dev/null; }

# ---- PostgreSQL ----

pg_program() { find /usr/lib/postgresql/*/bin -name "$1" 2>/dev/null | sort -V | tail -n 1; }

# PostgreSQL does not run as root.
as_postgres() {
  if [ "$(id -u)" -eq 0 ]; then setpriv --reuid=postgres --regid=postgres --clear-groups -- "$@"; else "$@"; fi
}

# pg_initdb DIR PASSWORD — an empty cluster of the superuser `app`.
pg_initdb() {
  printf '%s\n' "$2" >"$1.password"
  if [ "$(id -u)" -eq 0 ]; then chown postgres "$1" "$1.password"; fi
  as_postgres "$(pg_program initdb)" -D "$1" -U app --pwfile="$1.password" --auth-host=scram-sha-256 \
    --auth-local=trust --no-sync >"$1.initdb" 2>&1
  rm -f "$1.password"
}

# mktemp's folders are closed to others, of whom PostgreSQL's user is one.
pg_may_enter() {
  local d=$1
  [ "$(id -u)" -eq 0 ] || return 0
  while [ "$d" != / ] && [ "$d" != /tmp ]; do
    chmod a+x "$d"
    d=$(dirname "$d")
  done
}

# pg_template PASSWORD [SQL…] — in setup_file: a cluster that each pg_make of the file copies, since initdb takes
# longer than most tests. Sets PG_TEMPLATE.
pg_template() {
  local sql password=$1
  shift
  [ -n "$(pg_program initdb)" ] || return 0
  export PG_TEMPLATE=$BATS_FILE_TMPDIR/pg
  mkdir "$PG_TEMPLATE"
  pg_may_enter "$PG_TEMPLATE"
  pg_initdb "$PG_TEMPLATE" "$password"
  for sql; do
    printf '%s\n' "$sql" | as_postgres "$(pg_program postgres)" --single -D "$PG_TEMPLATE" -F postgres >/dev/null
  done
}

# pg_make PASSWORD [SETTING…] — a cluster in ./pg with the user and the database `app`, that wants the password
# on TCP. Sets PG, PG_PORT.
pg_make() {
  local password=$1 setting
  shift
  [ -n "$(pg_program initdb)" ] || skip "postgresql is not installed (tools/deps.sh e2e)"
  PG=$PWD/pg
  PG_PORT=$(free_port)
  mkdir -p "$PG"
  pg_may_enter "$PG"
  if [ -n "${PG_TEMPLATE:-}" ]; then cp -a "$PG_TEMPLATE/." "$PG"; else pg_initdb "$PG" "$password"; fi
  {
    echo "port = $PG_PORT"
    echo "listen_addresses = '127.0.0.1'"
    echo "unix_socket_directories = '$PG'"
    echo "fsync = off"
    for setting; do echo "$setting"; done
  } >>"$PG/postgresql.conf"
}

pg_start() {
  as_postgres "$(pg_program pg_ctl)" -D "$PG" -w -t 120 -l "$PG/server.log" start >/dev/null 3>&-
}

# pg_stop [MODE] — smart, fast or immediate.
pg_stop() {
  [ -s "${PG:-}/postmaster.pid" ] || return 0
  as_postgres "$(pg_program pg_ctl)" -D "$PG" -m "${1:-immediate}" -t 120 -w stop >/dev/null
}

pg_sql() { as_postgres "$(pg_program psql)" -h "$PG" -p "$PG_PORT" -U app -d "${PG_DATABASE:-postgres}" -XAtqc "$1"; }

# pg_hold NAME USER PASSWORD DATABASE SQL — a session over TCP that does SQL and then waits for more; returns once it is
# logged in, and ends with the test. A session that has just ended keeps its slot for a moment, so one that is
# refused for want of a slot is begun again.
pg_hold() {
  local in i
  rm -f "$1.in"
  mkfifo "$1.in"
  # Open for reading too, so that no psql's end closes it.
  exec {in}<>"$1.in"
  for ((i = 0; i < 50; i++)); do
    PGPASSWORD=$3 PGAPPNAME=$1 "$(pg_program psql)" -XAtqw -h 127.0.0.1 -p "$PG_PORT" -U "$2" -d "$4" \
      <"$1.in" >"$1.out" 2>&1 3>&- &
    STARTED+=("$!")
    echo '\echo logged in' >&"$in"
    eventually pg_answered "$1.out" || break
    if grep -qxF 'logged in' "$1.out"; then
      echo "$5" >&"$in"
      return 0
    fi
    grep -qF 'connection slots' "$1.out" || break
    # It did not read what was written for it.
    read -r -t 1 <&"$in" || true
  done
  cat "$1.out" >&2
  return 1
}
pg_answered() { [ -s "$1" ]; }

# ---- nginx ----

# nginx_make UPSTREAM_PORT — nginx before the API, in ./nginx. Sets NGINX, NGINX_PORT.
nginx_make() {
  need nginx
  NGINX=$PWD/nginx
  NGINX_PORT=$(free_port)
  mkdir -p "$NGINX/tmp"
  cat >"$NGINX/nginx.conf" <<END
pid $NGINX/nginx.pid;
error_log $NGINX/error.log;
worker_processes 1;
events { worker_connections 64; }
http {
  access_log $NGINX/access.log;
  client_body_temp_path $NGINX/tmp/body;
  proxy_temp_path $NGINX/tmp/proxy;
  fastcgi_temp_path $NGINX/tmp/fastcgi;
  uwsgi_temp_path $NGINX/tmp/uwsgi;
  scgi_temp_path $NGINX/tmp/scgi;
  server {
    listen 127.0.0.1:$NGINX_PORT;
    location / { proxy_pass http://127.0.0.1:$1; proxy_connect_timeout 2s; }
  }
}
END
}

nginx_start() { nginx -c "$NGINX/nginx.conf" 3>&-; }

nginx_end() {
  [ -s "${NGINX:-}/nginx.pid" ] || return 0
  kill -QUIT "$(<"$NGINX/nginx.pid")" 2>/dev/null || true
}

# ---- Docker Engine and Compose ----

# docker_start — an engine of this file's own, and the image `minroot`; in setup_file. Sets DOCKER_DIR,
# DOCKER_HOST; or DOCKER_WHY, why there is none.
docker_start() {
  export DOCKER_WHY='' DOCKER_DIR=$BATS_FILE_TMPDIR/docker
  if [ "$(id -u)" -ne 0 ]; then
    DOCKER_WHY='an engine can be started by root only'
  elif ! command -v dockerd >/dev/null || ! command -v docker >/dev/null; then
    DOCKER_WHY='docker.io is not installed (tools/deps.sh e2e)'
  elif ! command -v docker-compose >/dev/null && ! docker compose version >/dev/null 2>&1; then
    DOCKER_WHY='docker-compose is not installed (tools/deps.sh e2e)'
  elif ! [ -x /bin/busybox ] || ldd /bin/busybox >/dev/null 2>&1; then
    DOCKER_WHY='busybox-static is not installed (tools/deps.sh e2e)'
  fi
  [ -z "$DOCKER_WHY" ] || return 0
  # One at a time on this host: an engine that starts throws away the rules by which another's containers reach one
  # another. The lock ends with the shell of this file's tests.
  exec {DOCKER_LOCK}>/tmp/runbook-docker.lock
  flock -w 400 "$DOCKER_LOCK" || true
  # A socket's path has 107 bytes at most.
  DOCKER_SOCKET_DIR=$(mktemp -d /tmp/rb-docker.XXXXXX)
  export DOCKER_SOCKET_DIR DOCKER_HOST=unix://$DOCKER_SOCKET_DIR/docker.sock
  mkdir -p "$DOCKER_DIR"
  dockerd --data-root "$DOCKER_DIR/data" --exec-root "$DOCKER_SOCKET_DIR/exec" -p "$DOCKER_DIR/pid" \
    -H "$DOCKER_HOST" >"$DOCKER_DIR/log" 2>&1 3>&- {DOCKER_LOCK}>&- &
  DOCKER_PID=$!
  export DOCKER_PID
  within 120 docker_is_decided || true
  if ! docker info >/dev/null 2>&1; then
    DOCKER_WHY="the engine does not start: $(tail -n 1 "$DOCKER_DIR/log")"
    docker_end
    return 0
  fi
  minroot | docker import - minroot >/dev/null
}

docker_is_decided() { docker info >/dev/null 2>&1 || gone "$DOCKER_PID"; }

# A root without programs, as a tar file: those of this host are seen through a volume of /usr, and busybox
# stands in /opt.
minroot() {
  local root=$DOCKER_DIR/root l
  mkdir -p "$root"/{etc,tmp,proc,sys,dev,usr,var,run,opt}
  for l in bin sbin lib lib64; do ln -sfn "usr/$l" "$root/$l"; done
  cp /bin/busybox "$root/opt/busybox"
  for l in sh ping nc httpd sleep cat grep wget; do ln -sfn busybox "$root/opt/$l"; done
  printf 'root:x:0:0:root:/:/bin/sh\npostgres:x:999:999::/tmp:/bin/sh\n' >"$root/etc/passwd"
  printf 'root:x:0:\npostgres:x:999:\n' >"$root/etc/group"
  chmod 1777 "$root/tmp"
  tar -C "$root" -c .
}

# In setup of each test.
need_docker() { [ -z "$DOCKER_WHY" ] || skip "$DOCKER_WHY"; }

# docker_end — in teardown_file.
docker_end() {
  local left
  [ -n "${DOCKER_PID:-}" ] || return 0
  left=$(docker ps -aq 2>/dev/null) || true
  # shellcheck disable=SC2086 # ids, one a word
  [ -z "$left" ] || docker rm -f $left >/dev/null 2>&1 || true
  docker network prune -f >/dev/null 2>&1 || true
  kill -TERM "$DOCKER_PID" 2>/dev/null || true
  eventually gone "$DOCKER_PID" || true
  kill -KILL "$DOCKER_PID" 2>/dev/null || true
  # A container on the host's network leaves its network namespace mounted.
  umount "$DOCKER_SOCKET_DIR"/exec/netns/* 2>/dev/null || true
  rm -rf "$DOCKER_SOCKET_DIR"
}

# stack_make — a Compose project in ./stack: `backend` (the API under uvicorn) and `db` (PostgreSQL), from
# minroot. Sets STACK, STACK_PORT. What a test wants otherwise it writes into docker-compose.override.yml.
stack_make() {
  STACK=$PWD/stack
  STACK_PORT=$(free_port)
  mkdir -p "$STACK/backend/api" "$STACK/logs" "$STACK/db"
  cp "$TOP/tests/e2e/app/main.py" "$STACK/backend/api/main.py"
  : >"$STACK/backend/api/__init__.py"
  chmod 1777 "$STACK/logs" "$STACK/db"
  # fsync is of no use to a database that lives as long as a test.
  cat >"$STACK/db/start" <<END
#!/bin/sh
set -eu
bin=\$(ls -d /usr/lib/postgresql/*/bin | tail -n 1)
mkdir -p /tmp/data /tmp/run
[ -s /tmp/data/PG_VERSION ] || {
  echo hunter22 >/tmp/password
  "\$bin/initdb" -D /tmp/data -U scheduler --pwfile=/tmp/password --auth-host=scram-sha-256 --auth-local=trust --no-sync
  rm /tmp/password
  echo 'host all all all scram-sha-256' >>/tmp/data/pg_hba.conf
}
exec "\$bin/postgres" -D /tmp/data -c listen_addresses='*' -c unix_socket_directories=/tmp/run -c fsync=off
END
  chmod +x "$STACK/db/start"
  cat >"$STACK/docker-compose.yml" <<END
version: "2.4"
services:
  backend:
    image: minroot
    command: [/usr/bin/python3, -m, uvicorn, "api.main:app", --host, 0.0.0.0, --port, "8000"]
    working_dir: /srv/backend
    environment:
      PATH: /usr/local/bin:/usr/bin:/usr/sbin:/opt
      PYTHONDONTWRITEBYTECODE: "1"
      DATABASE_URL: postgresql://scheduler:hunter22@db:5432/postgres
    volumes: ["/usr:/usr:ro", "./backend:/srv/backend:ro", "./logs:/srv/logs"]
    ports: ["127.0.0.1:$STACK_PORT:8000"]
    depends_on: [db]
    stop_grace_period: 2s
    healthcheck:
      test: [CMD, /opt/wget, -q, -O, /dev/null, "http://127.0.0.1:8000/health"]
      interval: 1s
      timeout: 30s
      retries: 3
      start_period: 60s
  db:
    image: minroot
    command: [/srv/db/start]
    user: postgres
    environment:
      PATH: /usr/local/bin:/usr/bin:/usr/sbin:/opt
      PGHOST: /tmp/run
      PGDATABASE: postgres
    volumes: ["/usr:/usr:ro", "./db:/srv/db:ro"]
    stop_signal: SIGINT # as PostgreSQL's own image has it
    stop_grace_period: 2s
    healthcheck:
      test: [CMD, /bin/sh, -c, "exec \$\$(ls -d /usr/lib/postgresql/*/bin | tail -n 1)/pg_isready -q -h /tmp/run"]
      interval: 1s
      timeout: 30s
      retries: 5
      start_period: 60s
END
}

# compose WORD… — on the project in ./stack, in whatever form this host has.
compose() {
  if docker compose version >/dev/null 2>&1; then
    docker compose --project-directory "$STACK" -f "$STACK/docker-compose.yml" "$@"
  else
    docker-compose --project-directory "$STACK" -f "$STACK/docker-compose.yml" "$@"
  fi
}

# container SERVICE — the id of its container, also of one that does not run.
container() { docker ps -aq --filter label=com.docker.compose.project=stack --filter "label=com.docker.compose.service=$1"; }

# Both containers run, their health checks say so, and the API answers.
stack_is_healthy() {
  local s
  for s in backend db; do
    docker inspect --format '{{.State.Status}} {{.State.Health.Status}}' "$(container $s)" 2>/dev/null |
      grep -qx 'running healthy' || return 1
  done
  answers "$STACK_PORT" 2>/dev/null
}

stack_end() { [ -z "${STACK:-}" ] || compose down -t 1 --remove-orphans >/dev/null 2>&1 || true; }

# ---- a host of its own, that systemd runs ----

# host_make — its /etc and /var in ./host; in a test, before host_start.
host_make() {
  local f
  [ "$(id -u)" -eq 0 ] || skip 'a host of its own can be made by root only'
  [ -x /usr/lib/systemd/systemd ] || [ -x /lib/systemd/systemd ] || skip 'systemd is not installed (tools/deps.sh e2e)'
  unshare --mount --pid --ipc --uts --net --cgroup --fork true 2>/dev/null || skip 'there are no namespaces here'
  unshare --mount --propagation private mount -t cgroup2 none /mnt 2>/dev/null || skip 'there are no control groups (v2) here'
  mkdir -p host/etc/systemd/system host/var/log host/var/spool/cron/crontabs
  for f in passwd group nsswitch.conf login.defs pam.d security alternatives ld.so.cache; do
    if [ -e "/etc/$f" ]; then cp -a "/etc/$f" host/etc/; fi
  done
  ln -s /run host/var/run
  ln -s ../run/lock host/var/lock
  echo shop-1 >host/etc/hostname
  tr -d - </proc/sys/kernel/random/uuid >host/etc/machine-id
  # Its users enter the test's folder.
  pg_may_enter "$PWD"
}

# host_start — switches it on, and waits until systemd has started all that it was told to. Sets HOST.
host_start() {
  local i
  rm -f host/pid
  background unshare --mount --propagation private bash "$TOP/tests/e2e/host.bash" "$PWD/host" "$TOP" "$B" "$PWD" >host/log 2>&1
  HOST_STARTER=$BACKGROUND
  for ((i = 0; i < 1200; i++)); do
    if [ -s host/pid ] && in_host systemctl is-system-running --wait >host/state 2>/dev/null; then return 0; fi
    # "degraded": it runs, and one of its units does not.
    if grep -qs degraded host/state; then return 0; fi
    alive "$HOST_STARTER" || break
    sleep 0.05
  done
  echo "no host can be started: $(cat host/state host/log)" >&2
  return 1
}

# in_host COMMAND… — does it there, in the same folder.
in_host() {
  # shellcheck disable=SC2016 # for the shell inside
  nsenter -t "$(<host/pid)" --mount --uts --ipc --net --pid --cgroup \
    bash -c 'cd "$0" && exec "$@"' "$PWD" "$@"
}

# host_end — switches it off, as a power failure would.
host_end() {
  local pid
  [ -s host/pid ] || return 0
  pid=$(<host/pid)
  rm host/pid
  # The first process of a namespace: no number that somebody else has got since.
  if grep -qE '^NSpid:.*[[:space:]]1$' "/proc/$pid/status" 2>/dev/null; then kill -KILL "$pid"; fi
  # By then its control groups are gone.
  wait "$HOST_STARTER" 2>/dev/null || true
}
