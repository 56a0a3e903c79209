#!/bin/bash
# hosts.sh FOLDER HIDDEN...: the first process of the hosts' world. Makes the bridge and the layers that the hosts have
# in common, says `ready`, and ends with its standard input: when the bed is closed, or whoever held it has died.
set -euo pipefail
folder=$1
shift
memory=$folder/memory

mount -t tmpfs -o mode=755 run /run
mkdir /run/netns
# An address of its own: else it has that of a port, and each change of it makes the laptop forget its neighbours.
ip link add bedbr0 address 02:53:50:4b:ff:01 type bridge
ip addr add 10.77.0.1/24 dev bedbr0
ip link set bedbr0 up

python=/usr/bin/python3
[ -x "$python" ] || python=$(command -v python3)
printf '%s' "$python" >"$memory/python"

bash "$(dirname "$(realpath "$0")")/layers.sh" "$memory" "$python" "$@"

echo ready
while read -r _; do :; done
