#!/usr/bin/env bats
# net.firewall on the firewalls themselves: what it says of their rules, beside what a neighbour's connection meets.
# The rules are those of a network namespace of the test's own.
# shellcheck disable=SC2154,SC2120 # status, output and stderr are set by bats; reaches is called through others too

load ../support/helpers
load systems

setup() {
  sandbox
  [ "$(id -u)" -eq 0 ] || skip 'only root has a network of its own'
  need ip
  unshare --net --mount true 2>/dev/null || skip 'there are no namespaces here'
}

teardown() { end_all; }

# fence — a network whose port 8000 is served, and a neighbour on the same wire. Sets INSIDE and NEIGHBOUR, processes
# in them.
fence() {
  background unshare --net sleep 300
  NEIGHBOUR=$BACKGROUND
  eventually apart "$NEIGHBOUR"
  background unshare --net --mount --propagation private sleep 300
  INSIDE=$BACKGROUND
  eventually apart "$INSIDE"
  # What a firewall keeps in /run is its own as well.
  inside mount -t tmpfs none /run
  inside ip link set lo up
  inside ip link add here type veth peer name there netns "$NEIGHBOUR" || skip 'there are no virtual wires here'
  inside ip address add 10.66.0.1/24 dev here
  inside ip link set here up
  neighbour ip address add 10.66.0.2/24 dev there
  neighbour ip link set there up
  background inside "$PYTHON" -I -m http.server --bind 0.0.0.0 8000 >/dev/null 2>&1
  eventually reaches 1
  write book.yaml <<'END'
runbook: firewall
steps:
  - {id: f, use: net.firewall, with: {port: 8000}}
  - say: "= ${f.tool} ${f.verdict}"
END
}

apart() { [ "$(readlink "/proc/$1/ns/net")" != "$(readlink /proc/self/ns/net)" ] && grep -q sleep "/proc/$1/comm"; }

# inside COMMAND… — does it there, in the same folder.
inside() {
  # shellcheck disable=SC2016 # for the shell inside
  nsenter -t "$INSIDE" --net --mount -- bash -c 'cd "$0" && exec "$@"' "$PWD" "$@"
}

# neighbour COMMAND… — does it at the other end of the wire.
neighbour() { nsenter -t "$NEIGHBOUR" --net -- "$@"; }

# reaches [SECONDS] — the neighbour gets an answer from port 8000, and need not wait longer to be let in.
reaches() { neighbour curl -fsS --connect-timeout "${1:-20}" --max-time 40 -o /dev/null http://10.66.0.1:8000/ 2>/dev/null; }

# hide COMMAND… — not there inside.
hide() {
  local c
  for c; do
    if command -v "$c" >/dev/null; then inside mount --bind /dev/null "$(command -v "$c")"; fi
  done
}

# says TOOL VERDICT — the procedure says so, and with "open" and "blocked" that is what the neighbour meets.
says() {
  run --separate-stderr inside "$RUNBOOK" run book.yaml
  [[ $output == *"= $1 $2"* ]] || {
    printf 'expected %s %s, of these rules:\n%s\n%s\n' "$1" "$2" "$(inside "${RULES[@]}")" "$output$stderr" >&2
    return 1
  }
  case $2 in
    open) reaches ;;
    blocked) run ! reaches 1 ;;
  esac
}

# nft_rules — stdin, as all the rules that there are.
nft_rules() { { echo 'flush ruleset' && cat; } | inside nft -f -; }

# nft_input POLICY RULE…
nft_input() {
  local policy=$1
  shift
  {
    echo 'table inet filter {'
    echo '  chain input {'
    echo "    type filter hook input priority 0; policy $policy;"
    echo '    iif lo accept'
    echo '    ct state established,related accept'
    printf '    %s\n' "$@"
    echo '  }'
    echo '}'
  } | nft_rules
}

@test "firewall: nft" {
  need nft
  fence
  hide ufw
  RULES=(nft list ruleset)
  says none open
  nft_input accept 'tcp dport 22 drop'
  says nft open
  nft_input accept 'tcp dport 7990-8010 drop'
  says nft blocked
  nft_input accept 'tcp dport { 22, 8000 } counter reject'
  says nft blocked
  nft_input accept 'udp dport 8000 drop'
  says none open
  nft_input drop 'tcp dport 22 accept'
  says nft blocked
  nft_input drop 'tcp dport 8000 ct state new accept'
  says nft open
  nft_input accept 'tcp dport 22 accept' 'reject with icmpx admin-prohibited'
  says nft blocked
  nft_input drop 'tcp dport vmap { 22 : accept, 8000 : accept }'
  says nft open
  nft_input accept 'tcp dport vmap { 22 : accept, 8000 : drop }'
  says nft blocked
  nft_input drop 'ip saddr 192.0.2.0/24 tcp dport 8000 accept'
  says nft unclear
  nft_input accept 'tcp dport 8000 accept' 'tcp dport 8000 drop'
  says nft unclear
}

@test "firewall: nft, chain by chain" {
  need nft
  fence
  hide ufw
  RULES=(nft list ruleset)
  # Reached, whatever comes in.
  nft_rules <<'END'
table inet fw {
  chain web { tcp dport 8000 accept; }
  chain zone { jump web; }
  chain in { type filter hook input priority 0; policy drop; jump zone; }
}
END
  says nft open
  # Reached by some.
  nft_rules <<'END'
table inet fw {
  chain web { tcp dport 8000 accept; }
  chain in { type filter hook input priority 0; policy drop; iifname "tun0" jump web; }
}
END
  says nft unclear
  # Not reached by what comes in: another hook's, another family's.
  nft_rules <<'END'
table ip docker {
  chain published { tcp dport 8000 drop; }
  chain forward { type filter hook forward priority 0; policy drop; jump published; }
}
table ip6 filter {
  chain in { type filter hook input priority 0; policy drop; }
}
END
  says none open
}

# Both ways in which iptables keeps its rules; where nft is there too, it shows those of iptables-nft as its own.
iptables_verdicts() {
  inside "$1" -P INPUT ACCEPT
  says none open
  inside "$1" -A INPUT -p tcp --dport 22 -j DROP
  says "$2" open
  inside "$1" -A INPUT -p tcp --dport 7990:8010 -j REJECT
  says "$2" blocked
  inside "$1" -F
  inside "$1" -A INPUT -i lo -j ACCEPT
  inside "$1" -A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
  inside "$1" -P INPUT DROP
  says "$2" blocked
  inside "$1" -N web
  inside "$1" -A web -p tcp -m multiport --dports 443,8000 -j ACCEPT
  # Nothing leads to it yet.
  says "$2" blocked
  inside "$1" -A INPUT -j web
  says "$2" open
  inside "$1" -F web
  inside "$1" -A web -p tcp -s 192.0.2.0/24 --dport 8000 -j ACCEPT
  says "$2" unclear
}

@test "firewall: iptables" {
  need iptables
  fence
  hide ufw nft
  RULES=(iptables -S)
  iptables_verdicts iptables iptables
}

@test "firewall: iptables, seen by nft" {
  need nft iptables
  iptables --version | grep -q nf_tables || skip 'this iptables keeps its rules apart from those of nft'
  fence
  hide ufw
  RULES=(nft list ruleset)
  iptables_verdicts iptables nft
}

@test "firewall: ufw" {
  need ufw
  fence
  # Its settings are this test's own, and the kernel's are left alone.
  cp -a /etc/ufw ufw
  sed 's/^IPT_SYSCTL=.*/IPT_SYSCTL=/; s/^IPV6=.*/IPV6=no/' /etc/default/ufw >ufw.default
  inside mount --bind "$PWD/ufw" /etc/ufw
  inside mount --bind "$PWD/ufw.default" /etc/default/ufw
  RULES=(ufw status verbose)
  says none open
  inside ufw --force enable >/dev/null
  inside ufw default deny incoming >/dev/null
  says ufw blocked
  inside ufw allow 8000/udp >/dev/null
  says ufw blocked
  inside ufw allow 7990:8010/tcp >/dev/null
  says ufw open
  inside ufw insert 1 deny 8000 >/dev/null
  says ufw unclear
  inside ufw delete allow 7990:8010/tcp >/dev/null
  says ufw blocked
  inside ufw delete deny 8000 >/dev/null
  inside ufw allow from 192.0.2.0/24 to any port 8000 proto tcp >/dev/null
  says ufw unclear
  inside ufw default allow incoming >/dev/null
  inside ufw delete allow from 192.0.2.0/24 to any port 8000 proto tcp >/dev/null
  says ufw open
}

@test "firewall: who may not read its rules is told so" {
  need nft setpriv
  fence
  hide ufw iptables
  pg_may_enter "$PWD"
  chmod a+rwx . state home
  chmod a+r book.yaml
  setpriv --reuid=daemon --regid=daemon --clear-groups test -x "$RUNBOOK" || skip 'another user may not run the command from here'
  run --separate-stderr inside setpriv --reuid=daemon --regid=daemon --clear-groups "$RUNBOOK" run book.yaml
  echo "$output$stderr"
  has_status 1
  has 'only root may read the rules of the firewall: run this as root'
}
