#!/usr/bin/env bats
# Procedures and runbooks that hang on systemd, on a host whose first process it is: its units, its journal, the core
# dumps that it keeps.
# shellcheck disable=SC2154 # status, output and stderr are set by bats

load ../support/helpers
load systems

setup() {
  umask 022
  sandbox
  host_make
}

teardown() {
  host_end
  end_all
}

# play FILE [OPTION…] — a run on the host.
play() {
  run --separate-stderr in_host "$RUNBOOK" run "$@"
  echo "$output"
  echo "$stderr"
}

# unit NAME — stdin, as the file of a unit.
unit() { cat >"host/etc/systemd/system/$1"; }

# property UNIT NAME — what systemd says of it.
property() { in_host systemctl show --property="$2" --value -- "$1"; }

is() { [ "$(property "$1" "$2")" = "$3" ]; }

is_no_longer() { [ "$(property "$1" "$2")" != "$3" ]; }

# units_installed — the files that stand where those of the operator do.
units_installed() { (cd host/etc/systemd/system && find . -type f | sort | tr '\n' ' '); }

journal_has() { in_host journalctl -q --no-pager -u "$1" | grep -qF -e "$2"; }

# ---- the API ----

api_down() {
  play "$TOP/runbooks/api-down.yaml" --set "root=$APP" --set port=8000 --set host=127.0.0.1 --set unit=shop.service --yes "$@"
}

api_answers() { in_host curl -fsS --max-time 5 -o /dev/null http://127.0.0.1:8000/health 2>/dev/null; }

# uvicorns — how many of them were begun, not counting those that these begin themselves.
uvicorns() { in_host pgrep -cf "^$APP/venv/bin/python3 $APP/venv/bin/uvicorn" || true; }

# The unit waits 10 s before it starts the API again: too long for a test.
sooner() {
  mkdir host/etc/systemd/system/shop.service.d
  printf '[Service]\nRestartSec=200ms\n' | unit shop.service.d/sooner.conf
}

# The API under its unit, as the runbook installs it. Sets API, its pid.
api_installed() {
  app_make
  host_start
  sooner
  api_down --from install_unit --set user=daemon
  has_status 0
  API=$(property shop.service MainPID)
}

@test "systemd: the API is handed over to a unit, which starts it again when it is killed, and with the host" {
  local by_hand pid
  app_make
  host_start
  sooner
  # Mended by the runbook, which knows no unit yet.
  api_down
  has_status 0
  by_hand=$(<"$APP/uvicorn.pid")
  api_answers
  api_down --from install_unit --set user=daemon
  has_status 0
  has '+ExecStart='
  has 'gone after TERM'
  is shop.service ActiveState active
  is shop.service UnitFileState enabled
  api_answers
  pid=$(property shop.service MainPID)
  [ "$pid" != "$by_hand" ]
  [ "$(in_host ps -o user= -p "$pid")" = daemon ]
  [ "$(uvicorns)" = 1 ]

  # A second time there is nothing to do.
  api_down --from install_unit --set user=daemon
  has_status 0
  lacks 'Restart shop.service'
  is shop.service MainPID "$pid"
  [ "$(units_installed)" = './shop.service ./shop.service.d/sooner.conf ' ]

  in_host kill -KILL "$pid"
  eventually is shop.service NRestarts 1
  eventually api_answers
  is_no_longer shop.service MainPID "$pid"

  host_end
  host_start
  eventually api_answers
  is shop.service NRestarts 0
}

@test "systemd: an API that systemd keeps hangs, or has crashed and lost its port: systemd restarts it, nothing is started beside it" {
  local holder
  api_installed
  # It hangs.
  in_host kill -STOP "$API"
  api_down
  has_status 0
  has 'Have systemd restart the API'
  has 'Restart shop.service?'
  lacks 'gone after'
  api_answers
  is_no_longer shop.service MainPID "$API"
  [ "$(uvicorns)" = 1 ]
  rm -f "$APP/uvicorn.pid"

  # It crashed, and another program has its port.
  in_host kill -SEGV "$(property shop.service MainPID)"
  eventually is shop.service NRestarts 1
  in_host systemctl stop shop.service
  background in_host "$SUPPORT/holder" 8000 120 "$PWD/held"
  eventually test -s held
  holder=$(in_host pgrep -f "^$SUPPORT/holder 8000")
  api_down
  has_status 0
  has "Failed with result 'signal'"
  has "pid $holder"
  has 'gone after TERM'
  has 'Restart shop.service?'
  api_answers
  [ -z "$(in_host pgrep -f "^$SUPPORT/holder 8000")" ]
  [ "$(uvicorns)" = 1 ]
  [ ! -e "$APP/uvicorn.pid" ]
}

@test "systemd: an API that systemd keeps and that cannot start: escalated with what it said" {
  api_installed
  echo 'raise RuntimeError("no licence for this host")' >>"$APP/backend/api/main.py"
  in_host kill -KILL "$API"
  eventually is_no_longer shop.service NRestarts 0
  api_down --set start_within=2s
  has_status 3
  has 'Restart shop.service?'
  has 'no licence for this host'
  [ ! -e "$APP/uvicorn.pid" ]
  is shop.service UnitFileState enabled
}

# An API that reads its mood when it starts: what a restart mends.
moody_api() {
  write api.py <<'END'
import http.server, json, os
mood = open("mood").read().strip() if os.path.exists("mood") else "healthy"
class API(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if mood == "healthy" else 500)
        self.end_headers()
        self.wfile.write(json.dumps({"status": mood}).encode())
http.server.ThreadingHTTPServer(("127.0.0.1", 8000), API).serve_forever()
END
  unit shop.service <<END
[Service]
WorkingDirectory=$PWD
ExecStart=$PYTHON $PWD/api.py
END
}

health_check() {
  play "$TOP/runbooks/health-check-failing.yaml" --set port=8000 --set "process=$PWD/api.py" --set restart_with=systemd \
    --set unit=shop.service --yes
}

api_says_something() { in_host curl -sS -o /dev/null http://127.0.0.1:8000/health 2>/dev/null; }

@test "systemd: the health check fails, and the API's unit is restarted" {
  moody_api
  echo broken >mood
  host_start
  in_host systemctl start shop.service
  eventually api_says_something
  rm mood
  health_check
  has_status 0
  has 'it answered with 500'
  has 'Restart shop.service?'
  has 'the API is well again'
  api_answers
}

# ---- the database ----

# PostgreSQL is that of ./pg, which its unit starts on the host.
database_down() {
  PGPASSWORD=$SECRET play "$TOP/runbooks/database-connection-failure.yaml" --set "port=$PG_PORT" --set user=app \
    --set database=postgres --set start_with=systemd --set unit=shop-db.service --set "data_dir=$PG" \
    --set admin_user=app --set "admin_host=$PG" --yes
}

@test "systemd: the database does not run: its unit is started, and where it cannot it is escalated with the reason" {
  SECRET='pw-Xyzzy-81!q'
  pg_make "$SECRET"
  unit shop-db.service <<END
[Service]
Type=notify
User=postgres
ExecStart=$(pg_program postgres) -D $PG
END
  host_start
  database_down
  has_status 0
  has 'Restart shop-db.service?'
  is shop-db.service ActiveState active
  nowhere "$SECRET"

  in_host systemctl stop shop-db.service
  echo 'shared_bufers = 1' >>"$PG/postgresql.conf"
  database_down
  has_status 3
  has 'unrecognized configuration parameter "shared_bufers"'
  has 'systemctl could not restart shop-db.service'
  is shop-db.service ActiveState failed
}

# ---- the library ----

# units_book UNIT… — restarts them one after the other, and says what came of each.
units_book() {
  local u
  echo 'runbook: units'
  echo 'steps:'
  for u; do
    echo "  - {id: $u, use: systemd.restart, with: {unit: $u.service, settle: $([ $u = falls ] && echo 3s || echo 100ms)}, on_fail: continue}"
    echo "  - say: '$u: \${$u.active} \${$u.error if $u.failed else \"\"}'"
  done
}

@test "systemd: units that start, that do not, and why" {
  unit web.service <<<$'[Service]\nExecStart=/bin/sleep 1000'
  unit pre.service <<<$'[Service]\nExecStartPre=/bin/sh -c "echo no door; exit 3"\nExecStart=/bin/sleep 1000'
  unit mute.service <<<$'[Service]\nType=notify\nTimeoutStartSec=1\nExecStart=/bin/sleep 1000'
  unit needs.service <<<$'[Unit]\nRequires=nothing.service\n[Service]\nExecStart=/bin/sleep 1000'
  unit typo.service <<<$'[Service]\nExecStrat=/bin/sleep 1000'
  unit once.service <<<$'[Service]\nType=oneshot\nExecStart=/bin/true'
  unit falls.service <<<$'[Unit]\nStartLimitIntervalSec=0\n[Service]\nExecStart=/bin/false\nRestart=always\nRestartSec=50ms'
  ln -s /dev/null host/etc/systemd/system/masked.service
  host_start
  units_book web pre mute needs typo once falls masked absent >units.yaml
  COLUMNS=1000 play units.yaml --yes
  has 'web: active'
  is web.service ActiveState active
  has 'pre: failed systemctl could not restart pre.service: Job for pre.service failed because the control process exited with error code. pre.service is failed (exit-code)'
  has 'no door'
  has 'mute: failed systemctl could not restart mute.service: Job for mute.service failed because a timeout was exceeded. mute.service is failed (timeout)'
  has 'needs: inactive systemctl could not restart needs.service: Failed to restart needs.service: Unit nothing.service not found. needs.service is inactive'
  has 'Unknown key'
  has 'systemd cannot use the file of typo.service (bad-setting)'
  has 'once: inactive'
  lacks 'once.service is'
  [[ $output == *'falls.service fell over after its restart'* || $output == *'falls.service is activating, auto-restart (exit-code 1)'* ]]
  has 'masked.service is masked, so that systemd refuses to start it: systemctl unmask masked.service'
  has 'absent: inactive systemctl could not restart absent.service: Failed to restart absent.service: Unit absent.service not found. this host has no unit absent.service'
}

@test "systemd: a unit that systemd has given up is restarted once its cause is mended" {
  unit tired.service <<END
[Unit]
StartLimitIntervalSec=1h
StartLimitBurst=1
[Service]
ExecStartPre=/bin/test -e $PWD/mended
ExecStart=/bin/sleep 1000
END
  host_start
  run ! in_host systemctl start tired.service
  touch mended
  # This is not what keeps it down any more: it has been started too often.
  run ! in_host systemctl start tired.service
  units_book tired >tired.yaml
  play tired.yaml --yes
  has_status 0
  is tired.service ActiveState active
}

@test "systemd: a unit file that systemd would not take is not written; one that it takes keeps the old beside it" {
  local before new
  write book.yaml <<'END'
runbook: install
inputs: {content: {type: text}}
steps:
  - {id: i, use: systemd.install_unit, with: {unit: web.service, content: "${content}", restart: "true"}}
  - say: "changed=${i.changed} backup=${i.backup}"
END
  # A neighbour that is not as systemd wants it is no fault of the new one.
  unit neighbour.service <<<$'[Service]\nKillMode=none\nExecStart=/bin/true\nColour=blue'
  host_start
  before=$(units_installed)
  play book.yaml --yes --set content=$'[Service]\nExecStart=/bin/sleep 1000\nRestrat=always'
  has_status 1
  has 'systemd does not take it: web.service:3: Unknown key'
  play book.yaml --yes --set content=$'[Service]\nExecStart=/nowhere/program'
  has_status 1
  has '/nowhere/program is not executable'
  play book.yaml --yes --set content=$'[Unit]\nRequires=nothing.service\n[Service]\nExecStart=/bin/sleep 1000'
  has_status 1
  has 'Unit nothing.service not found'
  new=$'[Unit]\nWants=neighbour.service\n[Service]\nExecStart=/bin/sleep 1000\n[Install]\nWantedBy=multi-user.target'
  play book.yaml --set "content=$new" </dev/null
  has_status 5
  [ "$(units_installed)" = "$before" ]

  play book.yaml --yes --set "content=$new"
  has_status 0
  has 'changed=true backup='
  is web.service ActiveState active
  is web.service UnitFileState enabled
  play book.yaml --yes --set "content=${new/1000/2000}"
  has_status 0
  has '-ExecStart=/bin/sleep 1000'
  has '+ExecStart=/bin/sleep 2000'
  has 'backup=/etc/systemd/system/web.service.20'
  grep -qx 'ExecStart=/bin/sleep 1000' host/etc/systemd/system/web.service.*.bak
  [ "$(in_host ps -o args= -p "$(property web.service MainPID)")" = '/bin/sleep 2000' ]
}

# crash_book UNIT — did its program crash?
crash_book() {
  write book.yaml <<END
runbook: crash
steps:
  - {id: c, use: process.crashes, with: {program: rb-crasher, unit: $1}}
  - say: 'crashed=\${c.crashed} \${c.line if c.crashed else ""}'
END
}

@test "systemd: whether a unit crashed: it runs, was stopped by somebody, was killed, ended with an error" {
  unit well.service <<<$'[Service]\nExecStart=/bin/sleep 1000'
  unit killed.service <<<$'[Service]\nExecStart=/bin/sleep 1000'
  unit error.service <<<$'[Service]\nExecStart=/bin/sh -c "exit 3"'
  host_start
  in_host systemctl start well.service killed.service error.service
  crash_book well.service
  play book.yaml
  has 'crashed=false'
  in_host systemctl stop well.service
  play book.yaml
  has 'crashed=false'
  in_host kill -SEGV "$(property killed.service MainPID)"
  eventually journal_has killed.service 'Failed with result'
  crash_book killed.service
  play book.yaml
  has 'crashed=true'
  eventually journal_has error.service 'Failed with result'
  crash_book error.service
  play book.yaml
  has 'crashed=true'
}

dumped() { in_host coredumpctl -q --no-pager --no-legend list rb-crasher >/dev/null 2>&1; }

# Whom the kernel hands core dumps is one setting for all hosts of the kernel, which a test does not touch. So it is the
# test that calls systemd-coredump, as the kernel would.
@test "systemd: a core dump tells that a program crashed" {
  local keeper pid
  for keeper in /usr/lib/systemd/systemd-coredump /lib/systemd/systemd-coredump ''; do
    if [ -x "$keeper" ]; then break; fi
  done
  [ -n "$keeper" ] || skip 'systemd-coredump is not installed; tools/deps.sh leaves it out, since it takes over the core dumps of this host'
  cp "$(command -v sleep)" rb-crasher
  crash_book web.service
  host_start
  play book.yaml
  has 'crashed=false'
  background in_host ./rb-crasher 1000
  eventually in_host pgrep -x rb-crasher
  pid=$(in_host pgrep -x rb-crasher)
  echo core | in_host "$keeper" "$pid" 0 0 11 "$(date +%s)" 18446744073709551615 shop-1
  eventually dumped
  play book.yaml
  has 'crashed=true'
  has 'SIGSEGV'
}

# ---- cron ----

@test "systemd: cron takes the line that watches the API, once, and leaves the others" {
  need crontab cron
  app_make
  host_start
  in_host systemctl start cron.service
  in_host sh -c 'echo "0 4 * * * /srv/backup" | crontab -'
  api_down --from install_cron
  has_status 0
  lacks 'cron is not running'
  [ "$(in_host crontab -l | wc -l)" = 2 ]
  in_host crontab -l | grep -qxF '0 4 * * * /srv/backup'
  in_host crontab -l | grep -F '*/5 * * * * curl -fsS' | grep -qF "$APP/logs/api_monitor.log"
  api_down --from install_cron
  has_status 0
  [ "$(in_host crontab -l | wc -l)" = 2 ]
}
