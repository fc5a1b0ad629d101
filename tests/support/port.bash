# A port for a test to listen on, for helpers.bash and tests/run.tap.
# shellcheck shell=bash

# free_port — prints a port of 127.0.0.1 on which nobody listens. Each call gives the next one, so that no two tests
# side by side have the same, and none of those that the kernel gives to who connects: one of them could be taken
# between the choice and its use.
free_port() {
  (
    first=10000 end=32768 port='' low=''
    read -r low _ </proc/sys/net/ipv4/ip_local_port_range || true
    if [ -n "$low" ] && [ "$low" -lt "$end" ] && [ "$low" -ge $((first + 2000)) ]; then end=$low; fi
    exec 9<>"/tmp/runbook-ports-$UID" || exit 1
    if command -v flock >/dev/null; then flock 9; fi
    read -r port <&9 || true
    case $port in '' | *[!0-9]*) port=$((first + $$ % (end - first))) ;; esac
    for ((i = first; i < end; i++)); do
      port=$((port + 1))
      if [ "$port" -lt "$first" ] || [ "$port" -ge "$end" ]; then port=$first; fi
      if ! (: <>"/dev/tcp/127.0.0.1/$port"); then break; fi
    done
    echo "$port" >"/tmp/runbook-ports-$UID"
    echo "$port"
  ) 2>/dev/null
}
