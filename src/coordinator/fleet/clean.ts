/** Takes labsweep off a host: first its agent, then its folder. */
import { z } from 'zod';
import { printable } from '../../model/printed/printable.ts';
import { type Holding, holdingSchema } from '../../protocol/messages.ts';
import { socketParents } from '../../protocol/socket-folder.ts';
import { type Transport, TransportError } from '../transport/transport.ts';
import { processCommands } from './left-processes.ts';
import { judgeCommands } from './own-folder.ts';
import { removeCommands } from './remove-own.ts';

export type Ended =
  /** `connected` coordinators had it at work until now, and will come back. */
  | { readonly kind: 'ended'; readonly folder: string; readonly connected: number }
  | { readonly kind: 'nothing'; readonly folder: string }
  /** Processes of trials run there, of this ledger or another. */
  | { readonly kind: 'busy'; readonly folder: string; readonly processes: number }
  /** Processes of labsweep's do not end. */
  | { readonly kind: 'stays'; readonly folder: string; readonly processes: number };

export type Removed =
  | { readonly kind: 'removed'; readonly folder: string; readonly kib: number }
  /** What labsweep made is gone; `left` was made by others, and so the folder is left too. */
  | { readonly kind: 'emptied'; readonly folder: string; readonly kib: number; readonly left: string }
  /** It is not labsweep's, but has `names` that labsweep may have made. */
  | { readonly kind: 'mixed'; readonly folder: string; readonly names: string }
  | { readonly kind: 'nothing'; readonly folder: string };

/**
 * Ends the agent of a folder on a host. Hosts that share the folder all end theirs before it is removed.
 *
 * @param force ends what runs there as well
 * @throws TransportError
 */
export async function endAgent(transport: Transport, folder: string, force: boolean): Promise<Ended> {
  const { what, count, path } = await tell(transport, folder, force ? 'end-all' : 'end');
  if (what === 'busy' || what === 'stays') return { kind: what, folder: path, processes: count };
  return what === 'ended'
    ? { kind: 'ended', folder: path, connected: count }
    : { kind: 'nothing', folder: path };
}

export type Held =
  | { readonly kind: 'held'; readonly holdings: readonly Holding[] }
  /** The agent that served there last cannot be asked. */
  | { readonly kind: 'unread'; readonly because: string };

/** What ledgers still have in a folder on a host: what removing it would lose. @throws TransportError */
export async function heldThere(transport: Transport, folder: string): Promise<Held> {
  const { what, path, said } = await tell(transport, folder, 'holds');
  if (what === 'nothing') return { kind: 'held', holdings: [] };
  const holdings = z.array(holdingSchema).safeParse(parseJson(said));
  if (holdings.success) return { kind: 'held', holdings: holdings.data };
  return { kind: 'unread', because: `no agent in ${path} can read what ledgers have there` };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Removes what labsweep made in a folder of its own, and the folder where nothing else is in it. @throws TransportError */
export async function removeFolder(transport: Transport, folder: string): Promise<Removed> {
  const { what, count, path, said, complaint } = await tell(transport, folder, 'remove');
  switch (what) {
    case 'kept':
      throw new TransportError('io', `${path} cannot be removed: ${said} stays there (${complaint})`);
    case 'removed':
      return { kind: 'removed', folder: path, kib: count };
    case 'emptied':
      return { kind: 'emptied', folder: path, kib: count, left: printable(said) };
    case 'mixed':
      return { kind: 'mixed', folder: path, names: said.trim() };
    default:
      return { kind: 'nothing', folder: path };
  }
}

async function tell(
  transport: Transport,
  folder: string,
  act: 'end' | 'end-all' | 'remove' | 'holds',
): Promise<{ what: string; count: number; path: string; said: string; complaint: string }> {
  if (/[\n\0]/.test(folder)) throw new TransportError('command', 'the folder has a line break in it');
  const { stdout, stderr } = await transport.exec(['sh'], script(folder, act));
  const [, what, count, path, said = ''] = /^labsweep-clean (\w+) (\d+) (.*)$(?:\n(.*))?/m.exec(stdout) ?? [];
  if (what === undefined || path === undefined)
    throw new TransportError('io', `${folder} cannot be removed: ${firstLine(stderr) || firstLine(stdout)}`);
  return {
    what,
    count: Number(count),
    path,
    said,
    complaint: firstLine(stderr) || 'something goes on there',
  };
}

const firstLine = (text: string): string => printable(text.trim().split('\n', 1)[0] ?? '');

const script = (folder: string, act: string): string => `IFS= read -r folder <<'labsweep-end'
${folder}
labsweep-end
${judgeCommands}${processCommands}${removeCommands}
tell() { printf 'labsweep-clean %s %s %s\\n%s\\n' "$1" "$2" "$folder" "\${3:-}"; }

# find_missing: the real path of a folder that is gone, as what served it was told it.
find_missing() {
  below=
  while [ ! -d "$folder" ]; do
    folder=\${folder%"\${folder##*[!/]}"}
    below=/\${folder##*/}$below
    folder=\${folder%/*}/
  done
  folder=$(cd "$folder" && pwd -P)
  folder=\${folder%/}$below
}

# go_there: false where there is no folder; what served it may still run.
go_there() {
  case $folder in '~') folder=$HOME ;; '~/'*) folder=$HOME/\${folder#'~/'} ;; /*) ;; *) folder=$HOME/$folder ;; esac
  [ ! -L "$folder" ] || folder=$(readlink -f "$folder")
  belongs=nobody
  if [ ! -d "$folder" ]; then find_missing; return 1; fi
  open_up
  cd "$folder" && cd -P . && folder=$(pwd -P) && ls -A . >/dev/null || exit 1
  judge
  # Another's files stay as closed as they were.
  case $belongs in
    labsweep | earlier) find . -xdev -maxdepth 2 -user "$(id -u)" -type d ! -perm -700 \\( -path './host*' -o -path ./agent -o -path './node*' \\) -exec chmod u+rwx {} \\; ;;
    *) [ -z "$closed" ] || chmod "$closed" . ;;
  esac
}

# open_up: a trial may have closed the folder that it ran in, and those above.
open_up() {
  closed=
  [ -O "$folder" ] && ! { [ -r "$folder" ] && [ -w "$folder" ] && [ -x "$folder" ]; } || return 0
  closed=$(stat -c %a "$folder") && chmod u+rwx "$folder"
}

ask() {
  for node in "$1" "$folder"/node/*/node "$(command -v node)"; do
    for agent in "agent/$2.mjs" $(ls -t agent/*.mjs 2>/dev/null); do
      [ -x "$node" ] && [ -f "$agent" ] && said=$("$node" "./$agent" holds --folder "$folder" 2>/dev/null) && return
    done
  done
}
field() { [ -f "$2" ] && sed -n "s/.*\\"$1\\":\\"\\([^\\"]*\\)\\".*/\\1/p" "$2" 2>/dev/null; }
holds() {
  what=nothing said=
  for journal in host/*/journal.ndjson; do [ ! -s "$journal" ] || what=unread; done
  [ $what = unread ] || return
  for file in host/*/agent.json -; do
    ask "$(field node "$file")" "$(field build "$file")" && what=read && return
  done
}

# Where agents listen (protocol/socket-folder.ts), claim room (claims.ts), and keep what the host bears (bearing-folder.ts).
remove_outside() {
  name=$(printf %s "$folder" | sha256sum | cut -c1-16)
  for parent in ${socketParents.join(' ')} "/run/user/$(id -u)"; do
    sockets=$parent/labsweep-$(id -u)
    [ -d "$sockets" ] && [ ! -L "$sockets" ] && [ -O "$sockets" ] || continue
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
        others) if [ -n "$(own_names)" ]; then tell mixed 0 "$(own_names | tr '\\n' ' ')"; else tell nothing 0; fi ;;
        *) tell nothing 0 ;;
      esac
      ;;
  esac
}

clean ${act} </dev/null
`;
