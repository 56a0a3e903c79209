/** One look at a host: what labsweep needs to know before an agent can run there, by plain sh alone. */
import { z } from 'zod';
import { printable } from '../../model/printed/printable.ts';
import { saidName } from '../../model/said.ts';
import { folderMarker } from '../../protocol/folder-marker.ts';
import { scriptText } from '../../script-text.ts';
import { given } from './given.ts';
import { leftBehindSchema } from './left-behind.ts';
import { ownershipSchema } from './own-folder.ts';
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

const script = scriptText('probe.sh', import.meta.url);

const probeScript = ({ folder, own, build }: Wanted, token: string): string =>
  given(
    {
      folder,
      marker: folderMarker,
      own: own?.version ?? '',
      original: own?.path ?? '',
      build,
      token,
    },
    script,
  );
