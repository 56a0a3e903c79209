#!/bin/bash
# hold.sh FOLDER HOME HIDDEN...: holds a bed's private world for as long as its standard input stays open.
#
# It runs in a network and mount namespace of its own: that is the laptop, whose HOME is an overlay (nothing is written
# to the real one) with the bed's .ssh in it. Inside it begins a second one for the hosts, with a PID namespace: when
# its first process ends, the kernel ends everything in there, and the mounts and interfaces go with the namespaces.
# Says `hosts PID` when the hosts' world is there.
set -euo pipefail
folder=$1 home=$2
shift 2
machine=$(dirname "$(realpath "$0")")
memory=$folder/memory

ip link set lo up
mount -t tmpfs -o mode=755,size=16g bed "$memory"
mkdir -p "$memory/laptop/changes" "$memory/laptop/work"
mount -t overlay -o "lowerdir=$home,upperdir=$memory/laptop/changes,workdir=$memory/laptop/work" laptop "$home"
mkdir -p "$home/.ssh"
mount --bind "$folder/laptop-ssh" "$home/.ssh"

# A command in the background would read from /dev/null.
exec 3<&0
unshare --mount --propagation private --pid --fork --kill-child --mount-proc -- \
  bash "$machine/hosts.sh" "$folder" "$@" <&3 &
hosts=$!
exec 3<&- </dev/null
trap '' INT TERM
echo "hosts $hosts"
wait "$hosts" || true

# What was started on the laptop and is still there, in whichever session: all of it has this network.
network=$(readlink /proc/self/ns/net | tr -dc 0-9)
others() {
  find /proc -maxdepth 3 -path '/proc/[0-9]*/ns/net' -lname "net:?$network?" ! -path "/proc/$$/*" 2>/dev/null | cut -d/ -f3
}
for _ in {1..100}; do
  left=0
  # The search finds itself, and is gone before it could be ended.
  for pid in $(others); do kill -KILL "$pid" 2>/dev/null && left=1; done
  [ "$left" = 1 ] || break
done
cd /
umount -l "$home/.ssh" "$home" "$memory"
rm -rf "$folder"
