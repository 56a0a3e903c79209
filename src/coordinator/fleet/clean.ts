/** Takes labsweep off a host: first its agent, then its folder. */
import { z } from 'zod';
import { type Holding, holdingSchema } from '../../protocol/messages.ts';
import { type Transport, TransportError } from '../transport/transport.ts';

export type Ended =
  | { readonly kind: 'ended'; readonly folder: string }
  | { readonly kind: 'nothing'; readonly folder: string }
  /** Processes of trials run there, of this ledger or another. */
  | { readonly kind: 'busy'; readonly folder: string; readonly processes: number };

export type Removed =
  | { readonly kind: 'removed'; readonly folder: string; readonly kib: number }
  | { readonly kind: 'nothing'; readonly folder: string };

/**
 * Ends the agent of a folder on a host. Hosts that share the folder all end theirs before it is removed.
 *
 * @param force ends what runs there as well
 * @throws TransportError
 */
export async function endAgent(transport: Transport, folder: string, force: boolean): Promise<Ended> {
  const { what, count, path } = await tell(transport, folder, force ? 'end-all' : 'end');
  if (what === 'busy') return { kind: 'busy', folder: path, processes: count };
  return what === 'ended' ? { kind: 'ended', folder: path } : { kind: 'nothing', folder: path };
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
  return { kind: 'unread', because: `the agent in ${path} does not say what is held there` };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Removes the folder, if it is one of labsweep's. @throws TransportError */
export async function removeFolder(transport: Transport, folder: string): Promise<Removed> {
  const { what, count, path } = await tell(transport, folder, 'remove');
  return what === 'removed'
    ? { kind: 'removed', folder: path, kib: count }
    : { kind: 'nothing', folder: path };
}

async function tell(
  transport: Transport,
  folder: string,
  act: 'end' | 'end-all' | 'remove' | 'holds',
): Promise<{ what: string; count: number; path: string; said: string }> {
  if (/[\n\0]/.test(folder)) throw new TransportError('command', 'the folder has a line break in it');
  const { stdout, stderr } = await transport.exec(['sh'], script(folder, act));
  const [, what, count, path, said = ''] = /^labsweep-clean (\w+) (\d+) (.*)$(?:\n(.*))?/m.exec(stdout) ?? [];
  if (what === undefined || path === undefined)
    throw new TransportError('io', `${folder} cannot be removed: ${stderr.trim() || stdout.trim()}`);
  return { what, count: Number(count), path, said };
}

/** A folder counts as labsweep's by its id file (probe.ts): nothing else is removed. */
const script = (folder: string, act: string): string => `IFS= read -r folder <<'labsweep-end'
${folder}
labsweep-end
tell() { printf 'labsweep-clean %s %s %s\\n' "$1" "$2" "$folder"; }

attempts() { grep -lzs "^LABSWEEP_CHECKPOINT=$folder/" /proc/[0-9]*/environ | cut -d/ -f3; }
agents() { sed -n 's/.*"pid":\\([0-9]*\\).*/\\1/p' "$folder"/host/"$(cat /etc/machine-id)"/agent.json 2>/dev/null; }
is_agent() { tr '\\0' ' ' <"/proc/$1/cmdline" 2>/dev/null | grep -qF " serve --folder $folder"; }

end_agent() {
  for pid in $(agents); do
    is_agent "$pid" || continue
    kill -TERM "$pid"
    for _ in 1 2 3 4 5 6 7 8 9 10; do is_agent "$pid" && sleep 0.1; done
    is_agent "$pid" && kill -KILL "$pid"
  done
  for pid in $(attempts); do kill -KILL "$pid" 2>/dev/null; done
  # What a killed agent left (endpoint.ts names it).
  sockets=/tmp/labsweep-$(id -u)
  rm -f "$sockets/$(printf %s "$folder" | sha256sum | cut -c1-16).sock"
  rmdir "$sockets" 2>/dev/null
  tell ended 0
}

clean() {
  case $folder in '~') folder=$HOME ;; '~/'*) folder=$HOME/\${folder#'~/'} ;; esac
  [ -d "$folder" ] && folder=$(cd "$folder" && pwd -P)
  [ -f "$folder/content/id" ] || { tell nothing 0; return; }
  case $1 in
    holds)
      what=nothing
      for file in "$folder"/host/*/agent.json; do
        [ -f "$file" ] || continue
        what=unread
        node=$(sed -n 's/.*"node":"\\([^"]*\\)".*/\\1/p' "$file")
        agent=$folder/agent/$(sed -n 's/.*"build":"\\([0-9a-f]*\\)".*/\\1/p' "$file").mjs
        said=$("$node" "$agent" holds --folder "$folder" 2>/dev/null) || continue
        what=read
        break
      done
      tell "$what" 0
      printf '%s\\n' "$said"
      ;;
    end)
      running=$(attempts | wc -l)
      if [ "$running" -gt 0 ]; then tell busy "$running"; else end_agent; fi
      ;;
    end-all) end_agent ;;
    remove)
      kib=$(du -sk "$folder" | cut -f1)
      # Folders of the content store are read-only. The id goes last: by it what is left can be cleaned again.
      chmod -R u+w -- "$folder"
      find "$folder" -mindepth 1 ! -path "$folder/content" ! -path "$folder/content/id" -delete
      rm -rf -- "$folder"
      [ -e "$folder" ] || tell removed "$kib"
      ;;
  esac
}

clean ${act} </dev/null
`;
