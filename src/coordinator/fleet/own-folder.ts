/**
 * Whether a folder on a host is labsweep's. It is, if it was absent or empty when labsweep first entered it, and a marker
 * in it says so from then on. The marker is created before anything else, and by `set -C` only once (O_EXCL): of two
 * hosts or accounts that enter an empty folder together, one marks it and the other finds it marked. An empty folder is
 * marked where it is, not replaced: whoever stands in it would write into a folder that is gone, and its owner, mode,
 * quota and mount would change. What lies there afterwards is looked at once more, for who was faster than the marker.
 */
import { z } from 'zod';
import { saidName } from '../../model/said.ts';
import { folderMarker } from '../../protocol/folder-marker.ts';

/** What a look finds out about the folder. */
export const ownershipSchema = z.object({
  /**
   * - `ours`: it is labsweep's, marked
   * - `others`: it has files that labsweep did not make
   * - `home`: it is the home folder, or above it
   * - `open`: it is empty, and everybody may write there, as in /tmp
   * - `stranger`: it belongs to another user, who could change the programs that run from it
   * - `link`: one of its parts is a link
   * - `unusable`: the folder cannot be made, read or written
   */
  ownership: z.enum(['ours', 'others', 'home', 'open', 'stranger', 'link', 'unusable']),
  /** Names of some files that are in the way, or of the user whose folder it is. */
  inTheWay: saidName.default(''),
});
export type Ownership = Readonly<z.infer<typeof ownershipSchema>>;

/** Why labsweep does not use a folder, and the remedy; null where it does, or where the system's own words say why. */
export function notOursText({ ownership, inTheWay }: Ownership, folder: string): string | null {
  const below = `${folder === '/' ? '' : folder}/labsweep`;
  const remedy = `use a folder of its own: ${below} ("folder" in inventory.json)`;
  switch (ownership) {
    case 'ours':
    case 'unusable':
      return null;
    case 'others':
      return `${folder} has files that labsweep did not make there (${inTheWay}); ${remedy}`;
    case 'home':
      return `${folder} is a home folder, or has one in it; ${remedy}`;
    case 'open':
      return `every user of the host may write in ${folder}; ${remedy}`;
    case 'stranger':
      return (
        `${folder} belongs to another user (${inTheWay}), who could change the programs that run from there ` +
        'in your name; use a folder of your own ("folder" in inventory.json)'
      );
    case 'link':
      return (
        `${folder}/${inTheWay} is a link, and labsweep writes through none; remove the link, or ` +
        'give the host another "folder" in inventory.json'
      );
    default:
      return ownership satisfies never;
  }
}

/**
 * For scripts: `judge` says whose the folder is that is the working directory (`$belongs`: labsweep, nobody, earlier,
 * others), and `is_own_name` which names at its top are labsweep's.
 *
 * A folder of a labsweep that made no markers is known by its layout. A power loss may have emptied or removed any file of
 * it, so folders and the shape of names decide, and no content. Where its sweeps were run in a home, their ledger lies in
 * it as well.
 */
export const judgeCommands = `
marker=${folderMarker}
is_own_name() {
  case $1 in
    content | agent | incoming | host | node) return 0 ;;
    .try-* | .run-* | .said-*) case \${1#.*-} in *[!0-9a-f]*) return 1 ;; ????????????) return 0 ;; esac ;;
  esac
  return 1
}
sixteen=$(printf '[0-9a-f]%.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16)
is_there() { [ -e "$1" ] || [ -L "$1" ]; }
owner_of() { ls -nd "$1" | awk '{ print $3 }'; }
has_marker() { [ -f "$marker" ] && [ ! -L "$marker" ]; }
# A marker may have been copied into a home, or put there by somebody else where many may write.
is_marked() {
  has_marker && ! is_above_home || return
  case $(owner_of "$marker") in 0 | "$(id -u)" | "$(owner_of .)") return 0 ;; esac
  return 1
}
is_above_home() {
  [ -n "\${HOME:-}" ] || return
  case $(cd "$HOME" 2>/dev/null && pwd -P)/ in "\${PWD%/}"/*) return 0 ;; esac
  return 1
}
has_ledger() { [ -f ledger.db ] && [ ! -L ledger.db ]; }
is_double() { has_ledger && [ "\${PWD##*/}" = .labsweep ]; }

# survey: $foreign, names that are not labsweep's (3 of them), and whether one of labsweep's has something in it.
survey() {
  foreign= count=0 filled=no
  for name in * .[!.]* ..?*; do
    is_there "$name" || continue
    if [ "$name" = "$marker" ] && is_marked; then continue; fi
    if ! is_own_name "$name"; then
      count=$((count + 1))
      if [ "$count" -le 3 ]; then foreign="$foreign\${foreign:+, }$name"; elif [ "$count" = 4 ]; then foreign="$foreign, …"; fi
    else
      # Those of a look that goes on now are there before the marker.
      case $name in .*) ;; *) [ ! -L "$name" ] && [ -d "$name" ] && [ -z "$(ls -A "./$name" 2>&1)" ] || filled=yes ;; esac
    fi
  done
  foreign=$(printf %s "$foreign" | tr '\\n' ' ')
}

# all_like FOLDER PATTERN...: whether all names in it are so.
all_like() {
  within=$1
  shift
  for path in "$within"/* "$within"/.[!.]*; do
    is_there "$path" || continue
    fits=no
    for pattern in "$@" '.nfs*'; do case \${path##*/} in $pattern) fits=yes ;; esac; done
    [ $fits = yes ] || return 1
  done
}
is_earlier() {
  if is_double; then kept='*'; else kept=id; fi
  all_like agent "$sixteen.mjs*" && all_like node 'v[0-9]*' && all_like host '[0-9A-Za-z]*' || return
  all_like content id "$sixteen*" 'tmp.*' "$kept" && all_like incoming "$sixteen*" || return
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
  else belongs=others foreign=\${foreign:-$(ls -A | head -n 3 | tr '\\n' ' ')}; fi
}
`;

/**
 * For the probe's script: `take_folder TOKEN` makes the folder `$folder` labsweep's, if it may be, and says `$ownership`,
 * `$in_the_way` and `$problem`. Nothing is written where it may not be.
 */
export const takeFolderCommands = `${judgeCommands}
said_of() { { LC_ALL=C; export LC_ALL; "$@"; } 2>&1 >/dev/null | one_line; }

# at_folder: makes it the working directory, by its real path.
at_folder() {
  case $folder in '~') folder=$HOME ;; '~/'*) folder=$HOME/\${folder#'~/'} ;; /*) ;; *) folder=$HOME/$folder ;; esac
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
    is_there "$name" && [ ! -L "$name" ] || continue
    case $(owner_of "$name") in 0 | "$(id -u)" | "$made") continue ;; esac
    ownership=stranger in_the_way=$(ls -ld "$name" | awk '{ print $3 }')
    [ "$name" = . ] || folder=\${folder%/}/$name
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
    [ $name = content ] && [ -f content/id ] || { in_the_way=$name; return 0; }
  done
  return 1
}

take_folder() {
  ownership=unusable in_the_way= problem=
  at_folder || return
  judge
  if is_above_home && { [ $belongs = nobody ] || has_marker; }; then ownership=home; return; fi
  if [ $belongs = others ]; then ownership=others in_the_way=$foreign; return; fi
  # One's own that was in use already is closed to others below.
  if is_open && { [ $belongs = nobody ] || [ ! -O . ]; }; then ownership=open; return; fi
  if linked_part; then ownership=link; return; fi
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
  [ ! -O . ] || chmod go-w . 2>/dev/null
  problem=$(said_of mkdir -p content agent incoming)
  [ -n "$problem" ] || ownership=ours
}
`;
