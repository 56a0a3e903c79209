#!/bin/bash
# layers.sh MEMORY PYTHON HIDDEN...: what lies between the machine's root and that of each host. `base` has the two
# people, sshd's first configuration and what stands in for the GPUs; it hides the HIDDEN folders (the laptop's own: a
# checkout, say, that no server would have). `without-node` hides every Node.
set -euo pipefail
memory=$1 python=$2
shift 2
machine=$(dirname "$(realpath "$0")")
base=$memory/base
programs=(/usr/local/sbin /usr/local/bin /usr/sbin /usr/bin /sbin /bin)

# hide LAYER PATH: a whiteout of overlayfs, for a path as it is once links to its folder are followed.
hide() {
  local folder
  folder=$(realpath "$(dirname "$2")")
  # Where its folder is hidden already, so is it: a whiteout takes no folder in its place.
  mkdir -p "$1$folder" 2>/dev/null || return 0
  [ -e "$1$folder/$(basename "$2")" ] || mknod "$1$folder/$(basename "$2")" c 0 0 2>/dev/null || true
}

people() {
  # Others with these names or numbers would be taken for them.
  awk -F: '$1 != "lab" && $1 != "mina" && $3 != 2000 && $3 != 2001' /etc/passwd
  printf '%s\n' 'lab:x:2000:2000::/home/lab:/bin/bash' 'mina:x:2001:2001::/home/mina:/bin/bash'
}

mkdir -p "$base/etc/ssh" "$base/usr/local/lib/bed" "$base/usr/local/bin" "$memory/without-node" "$memory/homes"
people >"$base/etc/passwd"
{ grep -vE '^(lab|mina):' /etc/group; printf '%s\n' 'lab:x:2000:' 'mina:x:2001:'; } >"$base/etc/group"
{ grep -vE '^(lab|mina):' /etc/shadow; printf '%s\n' 'lab:*:19000:0:99999:7:::' 'mina:*:19000:0:99999:7:::'; } >"$base/etc/shadow"
chmod 640 "$base/etc/shadow"
install -m 755 "$machine/init.sh" "$base/usr/local/lib/bed/init"
for name in loginctl systemd-run; do install -m 755 "$machine/$name.sh" "$base/usr/local/lib/bed/$name"; done
install -m 755 "$machine/date.sh" "$base/usr/local/lib/bed/date"
install -m 644 "$machine/clock.cjs" "$base/usr/local/lib/bed/clock.cjs"

# nvidia-smi sees the processes of every user; capabilities of an interpreter of its own let its stand-in do so too.
install -m 755 "$(realpath "$python")" "$base/usr/local/lib/bed/python3"
"$python" "$machine/see-all.py" "$base/usr/local/lib/bed/python3"
home=$("$python" -c 'import sys; print(sys.base_prefix)')
# env -S splits: an interpreter that was moved finds its library by PYTHONHOME.
{ printf '#!/usr/bin/env -S PYTHONHOME=%s /usr/local/lib/bed/python3 -S\n' "$home"; tail -n +2 "$machine/nvidia-smi.py"; } \
  >"$base/usr/local/lib/bed/nvidia-smi"
chmod 755 "$base/usr/local/lib/bed/nvidia-smi"

for folder in "${programs[@]}"; do
  [ -e "$folder/nvidia-smi" ] && hide "$base" "$folder/nvidia-smi"
  for name in node nodejs npm npx corepack; do
    if [ -e "$folder/$name" ] || [ -L "$folder/$name" ]; then hide "$memory/without-node" "$folder/$name"; fi
  done
done
for path in "$@"; do [ -e "$path" ] && hide "$base" "$path"; done
exit 0
