# One look at a host, by plain sh alone: a line of a name and a value each. Starts the agent where all that it needs is
# there. All of it is a function, so that sh has read its standard input to the end before a command could take some of it.
: "${folder?}" "${marker?}" "${own?}" "${original?}" "${build?}" "${token?}"
. ./left-behind.sh
. ./take-folder.sh

say() { printf '%s %s\n' "$1" "$2"; }
one_line() { head -n 1 | cut -c1-1000; }
machine_id() {
  for file in /etc/machine-id /var/lib/dbus/machine-id; do
    id=$(cat "$file" 2>/dev/null)
    case $id in '' | uninitialized | *[!0-9A-Za-z]*) ;; *) echo "$id"; return ;; esac
  done
  uname -n
}
version_of() { [ -n "$1" ] && [ -x "$1" ] && "$1" -p process.versions.node 2>/dev/null; }

# is_whole FILE DIGITS: whether its SHA-256 begins so. A power loss may have left a part of it, or nothing but its size.
is_whole() {
  [ -s "$1" ] || return
  sum=$(sha256sum 2>/dev/null <"$1") || return 0
  case $sum in "$2"*) return 0 ;; *) return 1 ;; esac
}

# is_kept FILE: whether a Node that was put there is whole: looked at once, in a boot after the one in which it came.
is_kept() {
  case $1 in "$folder"/node/*) ;; *) return 0 ;; esac
  [ -x "$1" ] || return
  boot=$(cat "$1.boot" 2>/dev/null)
  case $boot in kept | "$(cat /proc/sys/kernel/random/boot_id 2>/dev/null)") return 0 ;; esac
  sum=$(cut -c1-64 "$1.sum" 2>/dev/null)
  [ ${#sum} = 64 ] || ! command -v sha256sum >/dev/null && is_whole "$1" "$sum" && echo kept >"$1.boot"
}

look() {
  # Where a login file has read of these lines, nothing of what follows is what was meant.
  [ -n "$folder" ] && [ -n "$token" ] || return
  echo labsweep-probe-1
  umask 077
  take_folder "$token"
  cd /
  arch=$(uname -m)
  say user "$(id -un)"
  say shell "${SHELL:-}"
  say home "$HOME"
  say folder "$folder"
  say ownership "$ownership"
  say inTheWay "$in_the_way"
  say folderProblem "$problem"
  say fileSystem "$(stat -f -c %T "$folder" 2>/dev/null)"
  say freeKib "$(df -Pk "$folder" 2>/dev/null | awk 'END { print $4 }')"
  say os "$(uname -s)"
  say arch "$arch"
  say glibc "$(getconf GNU_LIBC_VERSION 2>/dev/null)"
  say machine "$(machine_id)"
  say hostname "$(uname -n)"
  say bootId "$(cat /proc/sys/kernel/random/boot_id 2>/dev/null)"
  say load "$(cut -d' ' -f1 /proc/loadavg 2>/dev/null)"
  say cores "$(getconf _NPROCESSORS_ONLN 2>/dev/null)"
  say clock "$(date +%s)"

  # Nothing below writes into a folder that is not labsweep's.
  [ "$ownership" = ours ] || folder=/dev/null
  # A file that one host makes and the others find: noclobber makes it once (POSIX, set -C). A full disk leaves it empty.
  ( set -C; echo "$token" >"$folder/content/id" ) 2>/dev/null || [ -s "$folder/content/id" ] || ( echo "$token" >"$folder/content/id" ) 2>/dev/null
  say folderId "$(cat "$folder/content/id" 2>/dev/null)"
  printf '#!/bin/sh\n' >"$folder/.run-$token" 2>/dev/null && chmod 700 "$folder/.run-$token"
  runs=no
  if "$folder/.run-$token" 2>/dev/null; then runs=yes; fi
  say runs $runs
  rm -f "$folder/.run-$token"

  found='' version='' kept=$folder/node/v$own-$arch/node
  if [ -z "$own" ]; then set -- "$folder"/node/*-"$arch"/node "$(command -v node)" /usr/local/bin/node "$HOME"/.nvm/versions/node/*/bin/node
  # Where nothing may run in the folder, or a copy finds its libraries no more, it is used where it lies.
  elif [ $runs = no ] || is_kept "$kept"; then set -- "$kept" "$original"
  else set --; fi
  for candidate; do
    version=$(is_kept "$candidate" && version_of "$candidate")
    major=${version%%.*}
    case $major in '' | *[!0-9]*) continue ;; esac
    # What the agent is built for.
    if [ "$major" -ge 16 ]; then found=$candidate; break; fi
  done
  say node "$found"
  say nodeVersion "$version"

  leave_behind
  say leftBehind "$left"
  agent=$folder/agent/$build.mjs
  started='' problem=''
  if is_whole "$agent" "$build"; then
    say agent yes
    if [ -n "$found" ]; then
      said=$($keep "$found" "$agent" start --folder "$folder" 2>"$folder/.said-$token") && started=$said
      [ -n "$started" ] || problem=$(one_line <"$folder/.said-$token")
      rm -f "$folder/.said-$token"
    fi
  else
    say agent no
  fi
  say started "$started"
  say startProblem "$problem"
}

look </dev/null
