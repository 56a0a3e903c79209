# take_folder TOKEN: makes $folder labsweep's, if it may be, and says $ownership, $in_the_way and $problem. Nothing is
# written where it may not be.
. ./whose-folder.sh

said_of() { { LC_ALL=C; export LC_ALL; "$@"; } 2>&1 >/dev/null | one_line; }

# at_folder: makes it the working directory, by its real path.
at_folder() {
  resolve_folder
  if [ -L "$folder" ]; then folder=$(readlink -f "$folder" || printf %s "$folder"); fi
  case $folder/ in */../*) [ -d "$folder" ] || { problem='it does not exist, and has .. in its path'; return 1; } ;; esac
  [ -d "$folder" ] || problem=$(said_of mkdir -p "$folder")
  [ -z "$problem" ] || return
  problem=$(said_of cd "$folder")
  [ -z "$problem" ] && cd "$folder" && cd -P . && folder=$(pwd -P) || return
  # What cannot be listed looks empty.
  problem=$(said_of ls -A .)
  [ -z "$problem" ]
}

is_open() { case $(ls -ld .) in ????????w*) return 0 ;; esac; return 1; }
# A file server may give the files of its users another owner: what was made just now has it as well.
find_stranger() {
  made=$(owner_of "$1")
  for name in . agent host incoming node content; do
    if ! is_there "$name" || [ -L "$name" ]; then continue; fi
    case $(owner_of "$name") in 0 | "$(id -u)" | "$made") continue ;; esac
    # shellcheck disable=SC2012 # the owner stands before the name
    ownership=stranger in_the_way=$(ls -ld "$name" | awk '{ print $3 }')
    [ "$name" = . ] || folder=${folder%/}/$name
    return
  done
}
mark() {
  problem=$( (LC_ALL=C; export LC_ALL; set -C; echo "This folder is labsweep's: hosts clean removes what labsweep made in it." >"$marker") 2>&1 | one_line)
  is_marked || return
  problem=
  survey
  [ -z "$foreign" ] || [ $belongs = earlier ] || { rm -f "$marker"; return 1; }
}
linked_part() {
  for name in agent host incoming node content; do
    [ -L $name ] || continue
    # Many hosts may have one content store.
    if [ $name = content ] && [ -f content/id ]; then continue; fi
    in_the_way=$name
    return 0
  done
  return 1
}

take_folder() {
  ownership=unusable in_the_way='' problem=''
  at_folder || return
  judge
  if is_above_home && { [ $belongs = nobody ] || has_marker; }; then ownership=home; return; fi
  if [ $belongs = others ]; then ownership=others in_the_way=$foreign; return; fi
  # One's own that was in use already is closed to others below.
  if is_open && { [ $belongs = nobody ] || ! is_mine .; }; then ownership=open; return; fi
  if linked_part; then ownership='link'; return; fi
  problem=$(said_of touch ".try-$1")
  [ -z "$problem" ] || return
  find_stranger ".try-$1"
  rm -f ".try-$1"
  [ $ownership != stranger ] || return
  if [ $belongs != labsweep ] && ! mark; then
    [ -n "$problem" ] || ownership=others in_the_way=$foreign
    return
  fi
  # Who could write there could have a program run in this user's name.
  ! is_mine . || chmod go-w . 2>/dev/null
  problem=$(said_of mkdir -p content agent incoming)
  [ -n "$problem" ] || ownership=ours
}
