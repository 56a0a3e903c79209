/** One look at a host: what labsweep needs to know before an agent can run there, by plain sh alone. */
import { z } from 'zod';
import { printable } from '../../model/printed/printable.ts';
import { saidName } from '../../model/said.ts';
import { leftBehindCommands, leftBehindSchema } from './left-behind.ts';
import { ownershipSchema, takeFolderCommands } from './own-folder.ts';
import type { OwnNode } from './own-node.ts';
import type { Transport } from '../transport/transport.ts';
import { TransportError } from '../transport/transport.ts';

/** What is looked for on a host. */
export interface Wanted {
  /** labsweep's folder there: absolute, or below `~`. */
  readonly folder: string;
  /** On this machine, the Node that runs here: the folder's copy of it is the one that the agent runs by. Null elsewhere. */
  readonly own: OwnNode | null;
  /** Names the agent's file: the first 16 digits of its SHA-256. */
  readonly build: string;
}

const startedSchema = z.object({ socket: saidName, pid: z.number(), build: saidName });

const probeSchema = ownershipSchema.extend({
  user: saidName,
  /** The login shell. */
  shell: saidName,
  home: saidName,
  /** labsweep's folder: its real path. */
  folder: saidName,
  /** Why the folder cannot be written, in the system's words; empty where it can. */
  folderProblem: saidName,
  /** Whether a file in it can be run; a mount option may forbid it. */
  runs: z.enum(['yes', 'no']).default('no'),
  /** The kind of its file system, as stat names it. */
  fileSystem: saidName,
  freeKib: z.coerce.number().nullable().catch(null),
  /** The same for all hosts that share the folder; of one that takes no file, this look's own. */
  folderId: saidName.default(''),
  os: saidName,
  arch: saidName,
  /** As `glibc 2.36`; empty where it is another C library. */
  glibc: saidName,
  /** Its machine id (machine-id(5)); its name where it has none. */
  machine: saidName,
  hostname: saidName,
  /** Another after each boot: clones of one disk image have the same machine id. */
  bootId: saidName,
  /** The 1-minute load average, and the cores. */
  load: z.coerce.number().nullable().catch(null),
  cores: z.coerce.number().nullable().catch(null),
  /** Seconds of the host's clock. */
  clock: z.coerce.number(),
  /** A Node that ran, with its version; empty where there is none of 16 or later. */
  node: saidName,
  nodeVersion: saidName,
  leftBehind: leftBehindSchema,
  agent: z.enum(['yes', 'no']),
  started: z.string().transform((line) => startedSchema.safeParse(parseJson(line)).data ?? null),
  /** Why the agent did not start, in its own words; empty where it did or was not there to be started. */
  startProblem: saidName,
});

export type Probe = Readonly<z.infer<typeof probeSchema>> & {
  /** What the login shell's own files printed before. */
  readonly noise: string;
};

/** What the agent is built for. */
const oldestNode = 16;

const marker = 'labsweep-probe-1';

/** An agent may take 15 s to start on a busy host; a home whose server is gone takes for ever. */
const patienceMs = 60_000;

/** Looks at a host, and starts the agent where all that it needs is there. @throws TransportError */
export async function probe(
  transport: Transport,
  wanted: Wanted,
  token: string,
  withinMs = patienceMs,
): Promise<Probe> {
  const asked = transport.exec(['sh'], probeScript(wanted, token));
  const { code, stdout, stderr } = await within(withinMs, asked);
  const said = readProbe(stdout);
  if (said !== null) return { ...said, folderId: said.folderId || token };
  const words = printable(`${stdout}${stderr}`)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join(' / ')
    .slice(0, 500);
  throw new TransportError(
    'command',
    'what it is told to run does not run. Do login files there (~/.bashrc, ~/.cshrc) exit, ask something or start ' +
      `another shell, or has this account a forced command? It said ${words === '' ? `nothing (exit code ${code})` : words}`,
  );
}

/** What hangs on the host is left to it. */
async function within<T>(limitMs: number, asked: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const message =
    `nothing that it is told to run ends within ${limitMs / 1_000} s. Is a file server that its home lies on away, ` +
    'or does a login file there wait for something?';
  const timer = setTimeout(() => late.reject(new TransportError('command', message)), limitMs);
  asked.catch(() => {}); // it may end in whichever way, later
  try {
    return await Promise.race([asked, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Null where the answer is no probe's. */
export function readProbe(stdout: string): Probe | null {
  const at = stdout.indexOf(`${marker}\n`);
  if (at < 0) return null;
  const values = stdout
    .slice(at)
    .split('\n')
    .map((line): [string, string] => [line.split(' ', 1)[0] ?? '', line.slice(line.indexOf(' ') + 1)]);
  const read = probeSchema.safeParse(Object.fromEntries(values));
  return read.success ? { ...read.data, noise: stdout.slice(0, at).trim() } : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/**
 * What differs comes in here-documents, whose delimiter is quoted: sh expands nothing in them (POSIX, 2.7.4). All
 * of it is a function, so that sh has read its standard input to the end before a command could take some of it.
 */
function probeScript({ folder, own, build }: Wanted, token: string): string {
  const given = { folder, own: own?.version ?? '', original: own?.path ?? '', build, token };
  for (const word of Object.values(given))
    if (/[\n\0]/.test(word))
      throw new TransportError('command', `${JSON.stringify(word)} has a line break in it`);
  const values = Object.entries(given).map(
    ([name, value]) => `IFS= read -r ${name} <<'labsweep-end'\n${value}\nlabsweep-end\n`,
  );
  return values.join('') + probeCommands;
}

const probeCommands = `${leftBehindCommands}${takeFolderCommands}
say() { printf '%s %s\\n' "$1" "$2"; }
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
  [ \${#sum} = 64 ] || ! command -v sha256sum >/dev/null && is_whole "$1" "$sum" && echo kept >"$1.boot"
}

look() {
  # Where a login file has read of these lines, nothing of what follows is what was meant.
  [ -n "$folder" ] && [ -n "$token" ] || return
  echo ${marker}
  umask 077
  take_folder "$token"
  cd /
  arch=$(uname -m)
  say user "$(id -un)"
  say shell "\${SHELL:-}"
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
  printf '#!/bin/sh\\n' >"$folder/.run-$token" 2>/dev/null && chmod 700 "$folder/.run-$token"
  runs=no
  if "$folder/.run-$token" 2>/dev/null; then runs=yes; fi
  say runs $runs
  rm -f "$folder/.run-$token"

  found= version= kept=$folder/node/v$own-$arch/node
  if [ -z "$own" ]; then set -- "$folder"/node/*-"$arch"/node "$(command -v node)" /usr/local/bin/node "$HOME"/.nvm/versions/node/*/bin/node
  # Where nothing may run in the folder, or a copy finds its libraries no more, it is used where it lies.
  elif [ $runs = no ] || is_kept "$kept"; then set -- "$kept" "$original"
  else set --; fi
  for candidate; do
    version=$(is_kept "$candidate" && version_of "$candidate")
    major=\${version%%.*}
    case $major in '' | *[!0-9]*) continue ;; esac
    if [ "$major" -ge ${oldestNode} ]; then found=$candidate; break; fi
  done
  say node "$found"
  say nodeVersion "$version"

  leave_behind
  say leftBehind "$left"
  agent=$folder/agent/$build.mjs
  started= problem=
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
`;
