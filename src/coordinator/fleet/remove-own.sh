# remove_folder: removes what labsweep made in the folder that is the working directory, and the folder where nothing else
# is in it. Only names that labsweep gives are removed, at their places: a person may have put files between them, and a
# marker may have been copied to where it does not belong.
#
# find follows no link, stays on its file system (-xdev), and is told of what is mounted there from the same one (bind
# mounts), which -xdev does not see. The marker goes last: by it a clean that was cut can be repeated.

# own_names: those at the top in which labsweep makes files. A ledger has its programs and data in content.
own_names() {
  for name in * .[!.]*; do
    if ! is_there "$name" || ! is_own_name "$name"; then continue; fi
    [ "$name" = content ] && has_ledger || echo "$name"
  done
}

# own_paths NAME: what labsweep makes in one of those, as patterns of find.
own_paths() {
  case $1 in
    content) printf '%s\n' content/id "content/$sixteen*" 'content/tmp.*' ;;
    agent) echo "agent/$sixteen.mjs*" ;;
    incoming) echo "incoming/$sixteen*" ;;
    node) for path in node/v[0-9]*/node node/v[0-9]*/node.*; do plain "$path"; done ;;
    host) for machine in host/*; do ! is_machine "$machine" || machine_paths "$machine"; done ;;
  esac
}
# is_machine FOLDER: by the machine's id, or by a file of an agent.
is_machine() {
  # shellcheck disable=SC2254 # it is a pattern
  case ${1#host/} in $sixteen$sixteen) return 0 ;; esac
  for path in "$1"/machine.json "$1"/agent.json "$1"/agent.log "$1"/journal.ndjson "$1"/serving.*; do
    if is_there "$path"; then return 0; fi
  done
  return 1
}
# Files by which it is known go once its folders have gone: a clean that was cut, or met a mount, can be repeated.
machine_paths() {
  folders=
  for path in "$1"/runs "$1"/checkpoints "$1"/restored "$1"/activations "$1"/python "$1"/setups; do
    is_there "$path" && folders=yes && plain "$path"
  done
  [ -z "$folders" ] || return
  for path in "$1"/*; do
    case ${path##*/} in journal.ndjson* | agent.json* | agent.log* | machine.json* | serving.* | check-*.log) plain "$path" ;; esac
  done
}
# plain PATH: none of labsweep's own has a character that means something in a pattern.
plain() { case $1 in *[!-0-9A-Za-z_./]*) ;; *) echo "$1" ;; esac; }

# mounts: what is mounted below the folder, as patterns of find.
mounts() {
  while IFS=' ' read -r _ _ _ _ point _; do
    # The kernel writes blanks and backslashes in octal (proc(5)), which printf reads in a format.
    # shellcheck disable=SC2059
    case $point in *\\*) point=$(printf "$(printf %s "$point" | sed 's/%/%%/g')") ;; esac
    case $point in "$folder"/*) ;; *) continue ;; esac
    printf '%s\n' "./${point#"$folder"/}" | sed 's/[][*?\\]/\\&/g'
  done </proc/self/mountinfo
}

# find_own NAME ACTION...: for all that labsweep made there.
find_own() {
  within=$1
  shift
  set -f
  blanks=$IFS IFS='
'
  for path in $(mounts); do set -- ! -path "$path" ! -path "$path/*" "$@"; done
  IFS=$blanks or=
  set -- ')' "$@"
  for path in $(set +f; own_paths "$within"); do
    set -- -path "./$path" -o -path "./$path/*" $or "$@"
    or=-o
  done
  set +f
  [ -z "$or" ] || find "./$within" -xdev $depth '(' "$@"
}

remove_names() {
  # Not every busybox can, by which no link that is put in its way meanwhile is followed.
  if find "./$marker" -maxdepth 0 -name '' -delete 2>/dev/null; then deletes=yes; else deletes=no; fi
  for name in $(own_names); do
    depth=
    # What is no folder is none of labsweep's, but for what a look leaves, and a link that has been put in a folder's place.
    case $name in .*) rm -f "./$name" ;; esac
    if [ -L "$name" ]; then rm -f "./$name"; fi
    [ -d "$name" ] || continue
    # Content is read-only, and programs close folders of theirs, and those above.
    case $name in host) levels=1 ;; *) levels=0 ;; esac
    find "./$name" -xdev -maxdepth $levels -type d ! -perm -700 -exec chmod u+rwx {} \;
    find_own "$name" -type d ! -perm -700 -exec chmod u+rwx {} \;
    if [ $deletes = yes ]; then find_own "$name" -delete
    else
      depth=-depth
      find_own "$name" '(' -type d -exec rmdir {} \; -o -exec rm -f {} \; ')'
    fi
    rmdir "./$name"/* "./$name" 2>/dev/null
  done
}

# find_kept: $kept, something that labsweep made and that is there still.
find_kept() {
  depth='' kept=''
  for name in $(own_names); do
    [ -L "$name" ] || [ -n "$kept" ] || kept=$(find_own "$name" -print 2>/dev/null | head -n 1)
  done
}
size() { for name in $(own_names); do du -skx "./$name"; done 2>/dev/null | awk '{ sum += $1 } END { print sum + 0 }'; }

# others_left: $foreign, with what lies where labsweep had files.
others_left() {
  survey
  for name in $(own_names); do
    # shellcheck disable=SC2012 # for people
    if [ -d "$name" ]; then inner=$(ls -A "./$name" | head -n 3 | sed "s|^|$name/|" | tr '\n' ' '); else inner=$name; fi
    foreign="$foreign${foreign:+, }${inner% }"
  done
}

remove_folder() {
  is_marked || ( set -C; : >"$marker" ) 2>/dev/null
  kib=$(size)
  # A run that is connected may come back meanwhile.
  for _ in 1 2 3; do
    remove_names
    end_everything
    remove_outside
    remove_names 2>/dev/null
    find_kept
    [ -n "$kept" ] || break
  done
  if [ -n "$kept" ]; then tell kept 0 "$kept"; return; fi
  kib=$((kib - $(size)))
  others_left
  if [ -n "$foreign" ]; then
    has_ledger || rm -f "$marker"
    tell emptied "$kib" "$foreign"
    return
  fi
  rm -f "$marker" && cd / || return
  rmdir "$folder" 2>/dev/null
  if [ -d "$folder" ]; then tell emptied "$kib"; else tell removed "$kib"; fi
}
