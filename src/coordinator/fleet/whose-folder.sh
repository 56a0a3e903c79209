# judge: whose the folder is that is the working directory ($belongs: labsweep, nobody, earlier, others), and is_own_name:
# which names at its top are labsweep's.
#
# A folder of a labsweep that made no markers is known by its layout. A power loss may have emptied or removed any file of
# it, so folders and the shape of names decide, and no content. Where its sweeps were run in a home, their ledger lies in
# it as well.

is_own_name() {
  case $1 in
    content | agent | incoming | host | node) return 0 ;;
    .try-* | .run-* | .said-*) case ${1#.*-} in *[!0-9a-f]*) return 1 ;; ????????????) return 0 ;; esac ;;
  esac
  return 1
}
sixteen=$(printf '[0-9a-f]%.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16)
is_there() { [ -e "$1" ] || [ -L "$1" ]; }
# shellcheck disable=SC2012 # the owner stands before the name
owner_of() { ls -nd "$1" | awk '{ print $3 }'; }
# shellcheck disable=SC3067 # not POSIX, and in dash, bash and busybox
is_mine() { [ -O "$1" ]; }
has_marker() { [ -f "$marker" ] && [ ! -L "$marker" ]; }
# A marker may have been copied into a home, or put there by somebody else where many may write.
is_marked() {
  has_marker && ! is_above_home || return
  case $(owner_of "$marker") in 0 | "$(id -u)" | "$(owner_of .)") return 0 ;; esac
  return 1
}
is_above_home() {
  [ -n "${HOME:-}" ] || return
  case $(cd "$HOME" 2>/dev/null && pwd -P)/ in "${PWD%/}"/*) return 0 ;; esac
  return 1
}
has_ledger() { [ -f ledger.db ] && [ ! -L ledger.db ]; }
is_double() { has_ledger && [ "${PWD##*/}" = .labsweep ]; }

# resolve_folder: of $folder as the inventory has it, the path.
# shellcheck disable=SC2088 # the ~ is the inventory's
resolve_folder() {
  case $folder in '~') folder=$HOME ;; '~/'*) folder=$HOME/${folder#'~/'} ;; /*) ;; *) folder=$HOME/$folder ;; esac
}

# survey: $foreign, names that are not labsweep's (3 of them), and whether one of labsweep's has something in it.
survey() {
  foreign='' count=0 filled=no
  for name in * .[!.]* ..?*; do
    is_there "$name" || continue
    if [ "$name" = "$marker" ] && is_marked; then continue; fi
    if ! is_own_name "$name"; then
      count=$((count + 1))
      if [ "$count" -le 3 ]; then foreign="$foreign${foreign:+, }$name"; elif [ "$count" = 4 ]; then foreign="$foreign, …"; fi
    else
      # Those of a look that goes on now are there before the marker.
      case $name in .*) ;; *) [ ! -L "$name" ] && [ -d "$name" ] && [ -z "$(ls -A "./$name" 2>&1)" ] || filled=yes ;; esac
    fi
  done
  foreign=$(printf %s "$foreign" | tr '\n' ' ')
}

# all_like FOLDER PATTERN...: whether all names in it are so.
all_like() {
  within=$1
  shift
  for path in "$within"/* "$within"/.[!.]*; do
    is_there "$path" || continue
    fits=no
    # shellcheck disable=SC2254 # it is a pattern
    for pattern in "$@" '.nfs*'; do case ${path##*/} in $pattern) fits=yes ;; esac; done
    [ $fits = yes ] || return 1
  done
}
is_earlier() {
  if is_double; then kept='*'; else kept=id; fi
  all_like agent "$sixteen.mjs*" && all_like node 'v[0-9]*' && all_like host '[0-9A-Za-z]*' || return
  all_like content id "$sixteen*" 'tmp.*' "$kept" && all_like incoming "$sixteen*" || return
  # shellcheck disable=SC2231 # it is a pattern
  for path in host/*/runs agent/$sixteen.mjs node/v*/node.sum content/id content/$sixteen*.ready; do
    # A state folder has its own programs in content.
    case $path in content/*.ready) ! has_ledger || continue ;; esac
    if is_there "$path" && [ ! -L "$path" ]; then return 0; fi
  done
  return 1
}

judge() {
  survey
  if is_marked; then belongs=labsweep
  elif [ -n "$foreign" ] && { ! is_double || ! is_earlier; }; then belongs=others
  elif [ $filled = no ] && [ -z "$foreign" ]; then belongs=nobody
  elif is_earlier; then belongs=earlier
  else
    # shellcheck disable=SC2012 # for people
    belongs=others foreign=${foreign:-$(ls -A | head -n 3 | tr '\n' ' ')}
  fi
}
