#!/bin/bash
# host.sh VERB NAME...: what can happen to a host. Runs in the hosts' world of the bed in $BED_FOLDER.
set -euo pipefail
machine=$(dirname "$(realpath "$0")")
memory=$BED_FOLDER/memory
verb=${1:-help}
shift || true

# of NAME: its settings (name, index, address, home, …) and where it lies.
of() {
  # shellcheck source=/dev/null
  . "$BED_FOLDER/hosts/$1/settings.sh" || { echo "there is no host $1" >&2; exit 2; }
  host=$memory/hosts/$name
  control=$BED_FOLDER/hosts/$name
  # The bridge's end of its cable; the two ends of the line that `wan` puts between.
  cable=vh$index near=wb$index far=wr$index
  mac=02:53:50:4b:00:$(printf %02x "$index")
}

# The unshare process that a host hangs on; nothing where it is down.
holder() { cat "$host/unshare.pid" 2>/dev/null || true; }
init() {
  local pid
  pid=$(holder)
  [ -z "$pid" ] || tr -d ' ' 2>/dev/null <"/proc/$pid/task/$pid/children" || true
}

# What survives a reboot: the host's own layer, its key and name, the homes.
create() {
  [ ! -d "$host" ] || return 0
  local etc=$host/changes/etc
  mkdir -p "$etc/ssh" "$host/work" "$host/root" "$host/changes/usr/local/bin"
  ssh-keygen -q -t ed25519 -N '' -f "$control/hostkey" -C "$name"
  install -m 600 "$control/hostkey" "$etc/ssh/ssh_host_ed25519_key"
  cp "$control/hostkey.pub" "$etc/ssh/ssh_host_ed25519_key.pub"
  tr -d - </proc/sys/kernel/random/uuid >"$etc/machine-id"
  echo "$name" >"$etc/hostname"
  printf '127.0.0.1 localhost %s\n' "$name" >"$etc/hosts"
  cp "$control/sshd_config" "$etc/ssh/sshd_config"
  [ "$shell" = /bin/bash ] || sed "s|^\(lab:.*:\)/bin/bash$|\1$shell|" "$memory/base/etc/passwd" >"$etc/passwd"
  [ "$kill_user_processes" = no ] || create_login_manager
  [ "$clock_ahead" = 0 ] || { echo "$clock_ahead" >"$etc/clock-ahead"; ln -s ../lib/bed/date "$host/changes/usr/local/bin/date"; }
  [ "$nvidia_smi" = no ] || ln -s ../lib/bed/nvidia-smi "$host/changes/usr/local/bin/nvidia-smi"
  [ -z "$node_file" ] || touch "$host/changes/usr/local/bin/node"
  create_homes
}

create_login_manager() {
  local name
  touch "$host/changes/etc/kill-user-processes"
  mkdir -p "$host/changes/var/lib/systemd/linger"
  chmod 1777 "$host/changes/var/lib/systemd/linger"
  for name in loginctl systemd-run; do ln -s "../lib/bed/$name" "$host/changes/usr/local/bin/$name"; done
}

# Several hosts may have the same: the first that gets the lock makes it.
create_homes() {
  local homes=$memory/homes/$home person
  exec 9>"$homes.lock"
  flock 9
  if [ ! -d "$homes" ]; then
    mkdir "$homes"
    [ "$home_kib" = 0 ] || mount -t tmpfs -o "mode=755,size=${home_kib}k" home "$homes"
    for person in lab mina; do
      mkdir -p "$homes/$person/.ssh"
      cp "$BED_FOLDER/laptop-ssh/id_ed25519.pub" "$homes/$person/.ssh/authorized_keys"
      chmod 700 "$homes/$person/.ssh"
      chown -R "$(id_of "$person")" "$homes/$person"
    done
    cp -rT "$control/home" "$homes/lab"
    chown -R 2000:2000 "$homes/lab"
    touch "$homes.made"
  fi
  exec 9>&-
}
id_of() { [ "$1" = lab ] && echo 2000:2000 || echo 2001:2001; }

start() {
  [ -z "$(init)" ] || { echo "$name is up already" >&2; return 1; }
  create
  ip netns add "$name"
  ip link add "$cable" type veth peer name eth0 address "$mac" netns "$name"
  ip link set "$cable" master bedbr0 up
  ip -n "$name" addr add "$address/24" dev eth0
  ip -n "$name" link set lo up
  ip -n "$name" link set eth0 up
  ip -n "$name" route add default via 10.77.0.1
  local seconds
  seconds=$(cut -d. -f1 /proc/uptime)
  setsid nsenter "--net=/run/netns/$name" unshare --mount --pid --uts --ipc --time --boottime "-$seconds" \
    --fork --kill-child -- bash "$machine/boot.sh" "$BED_FOLDER" "$name" </dev/null >"$control/console" 2>&1 &
  echo $! >"$host/unshare.pid"
  [ ! -f "$host/wan" ] || lay_line
  until_it_listens
  announce
}

# As a network card does when its link is up: whoever had given the host up knows the way again.
announce() { ip neigh replace "$address" lladdr "$mac" dev bedbr0 nud reachable; }

# Asks the kernel of the host's network: a connection would count for sshd's MaxStartups and penalties.
until_it_listens() {
  local pid
  for _ in {1..1000}; do
    pid=$(init)
    if [ -n "$pid" ] && grep -q ':0016 .* 0A ' "/proc/$pid/net/tcp" 2>/dev/null; then return 0; fi
    [ -d "/proc/$(holder)" ] || break
    sleep 0.01
  done
  echo "$name did not come up: $(tail -n 3 "$control/console" "$host/changes/var/log/sshd.log" 2>&1)" >&2
  return 1
}

# unplug: its end, once the processes are gone.
unplug() {
  take_line
  rm -f "$host/unshare.pid"
  ip netns del "$name" 2>/dev/null || true
  ip neigh del "$address" dev bedbr0 2>/dev/null || true
  ip link del "$cable" 2>/dev/null || true
}
until_it_is_gone() {
  local pid
  pid=$(holder)
  for _ in {1..500}; do
    [ -n "$pid" ] && [ -d "/proc/$pid" ] || return 0
    sleep 0.01
  done
  echo "$name does not end" >&2
  return 1
}

# As `shutdown` does it: every process hears TERM and has 2 s, and the connections are closed.
halt() {
  local pid
  pid=$(init)
  [ -z "$pid" ] || kill -TERM "$pid"
  until_it_is_gone
  unplug
}
# Power loss: nothing hears of it, and no FIN leaves the host.
crash() {
  local pid
  ip link set "$cable" down 2>/dev/null || true
  pid=$(init)
  [ -z "$pid" ] || kill -KILL "$pid"
  until_it_is_gone
  unplug
}

# torn SEED: what was written last had not reached the disk. A home that several have is a server's, which has power.
torn() {
  [ "$home" != "own-$name" ] || "$(cat "$memory/python")" -S "$machine/tear.py" "$1" "$memory/homes/$home.made" "$memory/homes/$home"
}

# The bridge's port that leads to the host, whether or not a line is between.
port() { if [ -f "$host/wan.pid" ]; then echo "$near"; else echo "$cable"; fi; }

# Somewhere on the way every packet is dropped, and neither side sees anything: the laptop still knows the way, so it is
# not even told "no route to host", as it is of a host that is cut off.
drop() {
  ip neigh replace "$address" lladdr "$mac" dev bedbr0 nud permanent
  ip link set "$(port)" nomaster
}
undrop() {
  ip link set "$(port)" master bedbr0
  announce
}

# wan DELAY_MS [JITTER_MS [LOSS_PERCENT [RATE_MBIT]]], each way; it stays there when the host reboots.
wan() {
  unwan
  echo "$*" >"$host/wan"
  [ -z "$(init)" ] || lay_line
}
unwan() {
  rm -f "$host/wan"
  take_line
}
lay_line() {
  local shape
  read -ra shape <"$host/wan"
  # Without ARP: the laptop would answer the host from the near end of its cable, and the two would talk past the line.
  ip link set "$cable" nomaster arp off
  ip link add "$near" type veth peer name "$far"
  ip link set "$near" master bedbr0 up
  ip link set "$far" up arp off
  setsid "$(cat "$memory/python")" -S "$machine/wanpipe.py" "$far" "$cable" "${shape[@]}" \
    >"$control/wan.log" 2>&1 </dev/null &
  echo $! >"$host/wan.pid"
  for _ in {1..500}; do
    if grep -q joined "$control/wan.log"; then return 0; fi
    [ -d "/proc/$!" ] || break
    sleep 0.01
  done
  echo "no line to $name: $(tail -n 3 "$control/wan.log")" >&2
  return 1
}
take_line() {
  [ -f "$host/wan.pid" ] || return 0
  kill "$(cat "$host/wan.pid")" 2>/dev/null || true
  rm -f "$host/wan.pid"
  ip link del "$near"
  ip link set "$cable" master bedbr0 arp on up
}

# One way only: what the host says is lost, or what it is told. Neither side is told of it, and no RST comes.
one_way() {
  [ -f "$host/wan.pid" ] || wan 0
  kill "-$1" "$(cat "$host/wan.pid")"
}

inside() {
  local pid
  pid=$(init)
  [ -n "$pid" ] || { echo "$name is down" >&2; return 1; }
  exec nsenter --target "$pid" --mount --uts --ipc --net --pid --time -- \
    env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root "$@"
}

case $verb in
  up)
    starting=()
    for each in "$@"; do (of "$each"; start) & starting+=($!); done
    failed=0
    for pid in "${starting[@]}"; do wait "$pid" || failed=1; done
    exit "$failed"
    ;;
  status)
    for each in "$BED_FOLDER"/hosts/*/; do
      (of "$(basename "$each")"; printf '%s %s %s\n' "$name" "$address" "$([ -n "$(init)" ] && echo up || echo down)")
    done
    ;;
  crash)
    of "$1"
    crash
    [ "${2:-}" != --torn ] || torn "${3:?a seed}"
    ;;
  start | halt) of "$1"; "$verb" ;;
  reboot) of "$1"; crash; start ;;
  # The cable is pulled: the host sees it too.
  cut) of "$1"; ip link set "$cable" down ;;
  heal) of "$1"; ip link set "$cable" up; announce ;;
  drop | undrop) of "$1"; "$verb" ;;
  wan) of "$1"; shift; wan "$@" ;;
  unwan) of "$1"; unwan ;;
  mute) of "$1"; one_way USR1 ;;
  deafen) of "$1"; one_way USR2 ;;
  both-ways) of "$1"; one_way HUP ;;
  exec) of "$1"; shift; inside "$@" ;;
  *)
    echo 'bed status | start|halt|crash|reboot|cut|heal|drop|undrop HOST | crash HOST --torn SEED'
    echo '    wan HOST DELAY_MS [JITTER_MS [LOSS_PERCENT [MBIT]]] | unwan HOST | mute|deafen|both-ways HOST'
    echo '    exec HOST COMMAND...'
    ;;
esac
