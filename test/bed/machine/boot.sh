#!/bin/bash
# boot.sh FOLDER NAME: runs in a host's new namespaces, makes its root and becomes its first process.
set -euo pipefail
folder=$1
# shellcheck source=/dev/null
. "$folder/hosts/$2/settings.sh"
memory=$folder/memory
host=$memory/hosts/$name
control=$folder/hosts/$name
root=$host/root

small_devices() {
  mount -t tmpfs -o mode=755,size=1m dev "$root/dev"
  mkdir "$root/dev/pts" "$root/dev/shm"
  for device in null zero full random urandom tty; do
    touch "$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
  done
  mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts "$root/dev/pts"
  mount -t tmpfs -o mode=1777,size=512m shm "$root/dev/shm"
  ln -s pts/ptmx "$root/dev/ptmx"
  # By this a machine behind WSL shows that it has a GPU; the bed has no bus of its own.
  if grep -q uuid "$control/gpus/gpus.json"; then touch "$root/dev/dxg"; fi
  ln -s /proc/self/fd "$root/dev/fd"
  ln -s /proc/self/fd/0 "$root/dev/stdin"
  ln -s /proc/self/fd/1 "$root/dev/stdout"
  ln -s /proc/self/fd/2 "$root/dev/stderr"
}

# Files of its own in place of the kernel's, as lxcfs does it.
own_figures() {
  for figure in meminfo loadavg stat; do mount --bind "$control/proc/$figure" "$root/proc/$figure"; done
  cat /proc/sys/kernel/random/uuid >"$host/boot_id"
  mount --bind "$host/boot_id" "$root/proc/sys/kernel/random/boot_id"
}

mount --make-rprivate /
lower=$memory/base:/
[ "$node" = yes ] || lower=$memory/without-node:$lower
mount -t overlay -o "lowerdir=$lower,upperdir=$host/changes,workdir=$host/work" root "$root"
mount -t proc proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys"
small_devices
own_figures
mount -t tmpfs -o mode=1777,size=2g tmp "$root/tmp"
mount -t tmpfs -o mode=755,size=64m run "$root/run"
mount -t tmpfs -o mode=700,size=16m root "$root/root"
mount --bind "$memory/homes/$home" "$root/home"
[ "$noexec" = no ] || mount -o remount,bind,noexec "$root/home"
mkdir "$root/run/bed" "$root/run/old"
mount --bind "$control/gpus" "$root/run/bed"
if [ "$node" = yes ] && [ -n "$node_file" ]; then mount --bind "$node_file" "$root/usr/local/bin/node"; fi
hostname "$name"
cd "$root"
pivot_root . run/old
cd /
umount -l /run/old
rmdir /run/old
exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin /usr/local/lib/bed/init
