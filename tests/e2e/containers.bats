#!/usr/bin/env bats
# Ports that a container holds, on a real Docker Engine: they are told from those of this host's own processes, and
# what only passes connections on to a container is left alone.
# shellcheck disable=SC2154,SC2016 # output and stderr are what `run` left

load ../support/helpers
load systems

setup_file() { docker_start; }
teardown_file() { docker_end; }

setup() {
  need_docker
  sandbox
  CONTAINER=web-$BATS_TEST_NUMBER
}

teardown() {
  end_all
  docker rm -f "$CONTAINER" >/dev/null 2>&1 || true
}

# contain WORD… — a container that serves an empty folder; the words go to `docker run`, and the port of its httpd last.
contain() {
  local port=${*: -1}
  docker run -d --name "$CONTAINER" -v /usr:/usr:ro "${@:1:$#-1}" minroot /opt/busybox httpd -f -p "$port" >/dev/null
}

listens() { grep -qi ": [0-9A-F]*:$(printf %04X "$1") [0-9A-F]*:0000 0A" /proc/net/tcp /proc/net/tcp6; }

is_running() { [ "$(docker inspect --format '{{.State.Running}}' "$CONTAINER")" = true ]; }

# look_at PORT — what port.holder says of it.
look_at() {
  write look.yaml <<END
runbook: look
steps:
  - id: seen
    use: port.holder
    with: {port: $1}
  - say: "container=\${seen.container ?? \"none\"} engine=\${seen.engine ?? \"none\"} held by \${seen.words}"
END
  run "$RUNBOOK" run look.yaml
}

# free PORT — port.free, with every confirmation given.
free() {
  printf 'runbook: free\nsteps:\n  - use: port.free\n    with: {port: %s}\n' "$1" >free.yaml
  run "$RUNBOOK" run free.yaml --yes
}

@test "a port that a container publishes: its name is told, and docker-proxy is not killed" {
  port=$(free_port)
  contain -p "127.0.0.1:$port:80" 80
  eventually listens "$port"
  look_at "$port"
  has_status 0
  has "container=$CONTAINER engine=docker held by"
  has "for container $CONTAINER (docker)"
  free "$port"
  has_status 1
  has "stop it with \`docker stop $CONTAINER\`"
  is_running
  listens "$port"
  # The advice is good.
  docker stop -t 1 "$CONTAINER" >/dev/null
  free "$port"
  has_status 0
}

@test "a port that is published on IPv4 and IPv6, by two docker-proxies, is one container's" {
  port=$(free_port)
  contain -p "$port:80" 80
  eventually listens "$port"
  look_at "$port"
  has_status 0
  has "container=$CONTAINER engine=docker"
  free "$port"
  has_status 1
  has "stop it with \`docker stop $CONTAINER\`"
  is_running
}

@test "an engine that does not answer: that it is a container is told all the same" {
  port=$(free_port)
  contain -p "127.0.0.1:$port:80" 80
  eventually listens "$port"
  address=$(docker inspect --format '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' "$CONTAINER")
  local engine=$DOCKER_HOST
  DOCKER_HOST=unix://$PWD/none look_at "$port"
  has "for the container at $address (docker)"
  DOCKER_HOST=unix://$PWD/none free "$port"
  has_status 1
  has '`docker ps` shows which one'
  [ "$DOCKER_HOST" = "$engine" ]
  is_running
}

@test "who may not see docker-proxy, but may ask the engine, is told the container" {
  port=$(free_port)
  contain -p "127.0.0.1:$port:80" 80
  eventually listens "$port"
  look_at "$port"
  # Another user, who may use the engine as a member of its group does.
  pg_may_enter "$PWD"
  chmod -R a+rwX home state
  chmod a+rx "$DOCKER_SOCKET_DIR"
  chmod a+rw "$DOCKER_SOCKET_DIR/docker.sock"
  cp "$RUNBOOK" ./runbook
  run setpriv --reuid=65534 --regid=65534 --clear-groups ./runbook run look.yaml
  has_status 0
  has "container=$CONTAINER engine=docker held by a process for container $CONTAINER (docker)"
}

@test "a container on the host's network: its process is not killed, its id is told" {
  port=$(free_port)
  contain --network host "$port"
  eventually listens "$port"
  id=$(docker ps --no-trunc -q --filter "name=$CONTAINER")
  look_at "$port"
  has_status 0
  has "container=${id:0:12} engine=docker"
  has "in container ${id:0:12} (docker)"
  free "$port"
  has_status 1
  has "stop it with \`docker stop ${id:0:12}\`"
  is_running
}

@test "what a rootless engine holds is known by its name, and left alone" {
  cp "$SUPPORT/holder" rootlesskit
  background ./rootlesskit 0 600 "$PWD/holder.port"
  eventually test -s holder.port
  port=$(<holder.port)
  look_at "$port"
  has_status 0
  has 'container=none engine=docker'
  has 'for one of the containers of rootlesskit (docker)'
  free "$port"
  has_status 1
  has '`docker ps` shows which one'
  alive "$BACKGROUND"
}

@test "a process of this host is none of a container, beside some that are" {
  contain -p "127.0.0.1:$(free_port):80" 80
  start_holder
  look_at "$HOLDER_PORT"
  has_status 0
  has "container=none engine=none held by"
  free "$HOLDER_PORT"
  has_status 0
  eventually gone "$HOLDER_PID"
  is_running
}

@test "api-down: a container holds the port, and the operator is told how to stop it" {
  app_make
  port=$(free_port)
  contain -p "127.0.0.1:$port:80" 80
  eventually listens "$port"
  run "$RUNBOOK" run "$TOP/runbooks/api-down.yaml" --yes --set root="$APP" --set port="$port" --set start_within=5s
  app_end
  has_status 3
  has "stop it with \`docker stop $CONTAINER\`"
  is_running
}
