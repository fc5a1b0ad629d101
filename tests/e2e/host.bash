#!/bin/bash
# A host of its own, that systemd runs: started by `host_start` of systems.bash, as root.
#
#   unshare --mount --propagation private bash host.bash ROOT FOLDER…
#
# ROOT has the etc/ and var/ of that host, and gets its pid (as seen from outside) and log. Its programs are those of
# this host's /usr, which it can read only; it sees the FOLDERs at the paths that they have here. What the kernel has
# only once (its settings, its modules, its clock) cannot be changed from in there.
set -euo pipefail

ROOT=$1
NEW=$ROOT/new
shift

# The first process of the host, in namespaces of its own: makes its file system and becomes systemd.
first() {
  local name f pid
  mount -t tmpfs -o mode=755 none "$NEW"
  cd "$NEW"
  mkdir -p usr etc var run tmp proc sys dev root old
  for f in /bin /sbin /lib /lib32 /lib64 /libx32; do
    if [ -L "$f" ]; then cp -P "$f" .; fi
  done
  mount --rbind /usr usr
  mount -o remount,bind,ro usr
  mount --bind "$ROOT/etc" etc
  mount --bind "$ROOT/var" var
  mount -t tmpfs -o mode=755 none run
  mount -t tmpfs -o mode=1777 none tmp
  for f; do
    mkdir -p ".$f"
    mount --bind "$f" ".$f"
  done

  mount -t proc none proc
  mount --bind proc/sys proc/sys
  mount -o remount,bind,ro proc/sys
  mount -t sysfs -o ro none sys
  mount -t cgroup2 none sys/fs/cgroup
  mount -t tmpfs -o mode=755 none dev
  while read -r name f; do
    # shellcheck disable=SC2086 # type and numbers are words
    mknod -m 666 "dev/$name" $f
  done <<'NODES'
null c 1 3
zero c 1 5
full c 1 7
random c 1 8
urandom c 1 9
tty c 5 0
NODES
  ln -s /proc/self/fd dev/fd
  mkdir dev/shm dev/pts
  mount -t tmpfs -o mode=1777 none dev/shm
  mount -t devpts -o newinstance,ptmxmode=666 none dev/pts
  ln -s pts/ptmx dev/ptmx

  # Of what a distribution has started with its hosts nothing is wanted here but the journal, which a socket starts;
  # Debian's systemd-tmpfiles would empty /tmp, in which FOLDERs may stand.
  for f in sysinit multi-user local-fs timers; do
    if [ -d "usr/lib/systemd/system/$f.target.wants" ]; then
      mount -t tmpfs -o mode=755 none "usr/lib/systemd/system/$f.target.wants"
    fi
  done

  # As seen by the process file system of outside, where this process is not the first.
  read -r name _ </proc/self/stat
  exec {pid}>"$ROOT/pid"
  pivot_root . old
  umount -l /old
  rmdir /old
  # Told only now: who enters before this is still on the host outside, whose systemd would answer.
  echo "$name" >&"$pid"
  exec {pid}>&-
  exec env -i container=runbook-e2e PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin LANG=C.UTF-8 \
    setpriv --bounding-set -sys_module,-sys_time,-sys_rawio,-mac_admin,-mac_override \
    "$(command -v /usr/lib/systemd/systemd /lib/systemd/systemd | head -n 1)" --system --unit=multi-user.target
}

if [ -n "${HOST_FIRST:-}" ]; then
  first "$@"
fi

# A group of its own for its processes, or it would take itself for whoever orders those of the whole kernel.
mkdir -p "$ROOT/groups" "$NEW"
mount -t cgroup2 none "$ROOT/groups"
group=$ROOT/groups/runbook-e2e-$$
mkdir "$group"
echo $$ >"$group/cgroup.procs"
status=0
# It ends by itself where nobody is left to end it.
HOST_FIRST=1 timeout -s KILL 900 unshare --mount --propagation private --pid --ipc --uts --net --cgroup --fork --kill-child \
  bash "$0" "$ROOT" "$@" || status=$?
echo $$ >"$ROOT/groups/cgroup.procs"
# What was killed with its first process may take a moment to be gone.
for ((i = 0; i < 100; i++)); do
  if find "$group" -depth -type d -exec rmdir {} + 2>/dev/null; then break; fi
  sleep 0.05
done
exit "$status"
