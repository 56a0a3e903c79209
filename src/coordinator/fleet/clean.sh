# Takes labsweep off a host, an act at a time: end, end-all, remove, or holds, which only looks.
: "${folder?}" "${marker?}" "${socket_parents?}" "${act?}"
. ./whose-folder.sh
. ./left-processes.sh
. ./remove-own.sh

tell() { printf 'labsweep-clean %s %s %s\n%s\n' "$1" "$2" "$folder" "${3:-}"; }

# find_missing: the real path of a folder that is gone, as what served it was told it.
find_missing() {
  below=
  while [ ! -d "$folder" ]; do
    folder=${folder%"${folder##*[!/]}"}
    below=/${folder##*/}$below
    folder=${folder%/*}/
  done
  folder=$(cd "$folder" && pwd -P)
  folder=${folder%/}$below
}

# go_there: false where there is no folder; what served it may still run.
go_there() {
  resolve_folder
  [ ! -L "$folder" ] || folder=$(readlink -f "$folder")
  belongs=nobody
  if [ ! -d "$folder" ]; then find_missing; return 1; fi
  open_up
  cd "$folder" && cd -P . && folder=$(pwd -P) && ls -A . >/dev/null || exit 1
  judge
  # Another's files stay as closed as they were.
  case $belongs in
    labsweep | earlier) find . -xdev -maxdepth 2 -user "$(id -u)" -type d ! -perm -700 \( -path './host*' -o -path ./agent -o -path './node*' \) -exec chmod u+rwx {} \; ;;
    *) [ -z "$closed" ] || chmod "$closed" . ;;
  esac
}

# open_up: a trial may have closed the folder that it ran in, and those above.
open_up() {
  closed=
  is_mine "$folder" && ! { [ -r "$folder" ] && [ -w "$folder" ] && [ -x "$folder" ]; } || return 0
  closed=$(stat -c %a "$folder") && chmod u+rwx "$folder"
}

ask() {
  for node in "$1" "$folder"/node/*/node "$(command -v node)"; do
    for agent in "agent/$2.mjs" $(ls -t agent/*.mjs 2>/dev/null); do
      [ -x "$node" ] && [ -f "$agent" ] && said=$("$node" "./$agent" holds --folder "$folder" 2>/dev/null) && return
    done
  done
}
field() { [ -f "$2" ] && sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" "$2" 2>/dev/null; }
holds() {
  what=nothing said=''
  for journal in host/*/journal.ndjson; do [ ! -s "$journal" ] || what=unread; done
  [ $what = unread ] || return
  for file in host/*/agent.json -; do
    ask "$(field node "$file")" "$(field build "$file")" && what='read' && return
  done
}

# Where agents listen (protocol/socket-folder.ts), claim room (claims.ts), and keep what the host bears (bearing-folder.ts).
remove_outside() {
  name=$(printf %s "$folder" | sha256sum | cut -c1-16)
  for parent in $socket_parents "/run/user/$(id -u)"; do
    sockets=$parent/labsweep-$(id -u)
    if [ ! -d "$sockets" ] || [ -L "$sockets" ] || ! is_mine "$sockets"; then continue; fi
    rm -f "$sockets/$name.sock" "$sockets/ceiling.json" "$sockets/moments" "$sockets/moments.old"
    rmdir "$sockets" 2>/dev/null
  done
  rm -f "/tmp/labsweep-claims/$(id -u)-$name.json"
  rmdir /tmp/labsweep-claims 2>/dev/null
}

clean() {
  LC_ALL=C
  export LC_ALL
  go_there || cd / || return
  case $1 in
    holds)
      holds
      tell "$what" 0 "$said"
      ;;
    end | end-all)
      running=0
      [ "$1" = end-all ] || running=$(trials | wc -l)
      if [ "$running" -gt 0 ]; then tell busy "$running"; return; fi
      connected=$(agents relay | wc -l)
      if end_everything; then tell ended "$connected"; else tell stays "$(echo "$found" | wc -l)"; fi
      remove_outside
      ;;
    remove)
      case $belongs in
        labsweep | earlier) remove_folder ;;
        others) if [ -n "$(own_names)" ]; then tell mixed 0 "$(own_names | tr '\n' ' ')"; else tell nothing 0; fi ;;
        *) tell nothing 0 ;;
      esac
      ;;
  esac
}

clean "$act" </dev/null
