/** Everything that a trial finds when it starts: its folder, its parameters, its working directory, its argv. */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { contentPath } from '../../content/store.ts';
import { contentHash } from '../../model/ids.ts';
import type { HostSettings } from '../../model/inventory.ts';
import type { Launch } from '../../model/launch.ts';
import type { Outcome } from '../../model/outcome.ts';
import { renderCommand } from '../../model/render-command.ts';
import type { Lease } from '../../protocol/messages.ts';
import { localData, type Prepared, type Surroundings } from '../core/preparation.ts';
import { checkpointFolder, type HostFolder, type RunFolder, runFolder } from '../spool/host-folder.ts';
import { reopen } from '../spool/reopen.ts';
import { trialEnvironment } from './environment.ts';
import { localDataProblem } from '../preparation/local-data.ts';
import { findProgram, programProblem, searchPath } from './program-path.ts';
import { wordFor } from './wrapper.ts';

export interface PreparedTrial {
  readonly kind: 'prepared';
  readonly run: RunFolder;
  readonly argv: readonly string[];
  /** What it has besides what it inherits. */
  readonly environment: Readonly<Record<string, string>>;
}

interface NotPrepared {
  readonly kind: 'not-prepared';
  readonly outcome: Outcome;
}

/** What is the same for every trial of a launch, and costs a look at the disk. */
export class LaunchPlaces {
  readonly #host: HostFolder;
  readonly #entries = new Map<string, readonly string[]>();
  readonly #present = new Set<string>();
  readonly #programs = new Map<string, string>();

  constructor(host: HostFolder) {
    this.#host = host;
  }

  /** Top-level entries of a snapshot; null where it is not on this host. */
  entriesOf(hash: string): readonly string[] | null {
    const known = this.#entries.get(hash);
    if (known !== undefined) return known;
    if (!this.has(hash)) return null;
    const entries = readdirSync(this.pathOf(hash));
    this.#entries.set(hash, entries);
    return entries;
  }

  pathOf(hash: string): string {
    return contentPath(this.#host.content, contentHash(hash));
  }

  has(hash: string): boolean {
    if (!this.#present.has(hash) && existsSync(`${this.pathOf(hash)}.ready`)) this.#present.add(hash);
    return this.#present.has(hash);
  }

  /** A program by its name alone is looked for once, and then only held to be there still. */
  findProgram(name: string, path: string, workFolder: string): ReturnType<typeof findProgram> {
    const key = `${name}\0${path}`;
    const known = this.#programs.get(key);
    const found = findProgram(known ?? name, path, workFolder);
    if (found.kind === 'found' && !name.includes('/')) this.#programs.set(key, found.path);
    else this.#programs.delete(key);
    return known !== undefined && found.kind !== 'found' ? findProgram(name, path, workFolder) : found;
  }
}

/** With what trials are prepared. */
export interface Preparing {
  readonly host: HostFolder;
  readonly places: LaunchPlaces;
  /** What trials inherit of the agent's environment. */
  readonly base: Readonly<Record<string, string>>;
  /** Called once the attempt has its folder. */
  readonly note: () => void;
}

/** Makes an attempt's folder. What stands in the way is an outcome: nothing of the program has run then. */
export function prepareTrial(
  preparing: Preparing,
  lease: Lease,
  launch: Launch,
  surroundings: Surroundings,
): PreparedTrial | NotPrepared {
  try {
    return prepare(preparing, lease, launch, surroundings);
  } catch (error) {
    return { kind: 'not-prepared', outcome: outcomeOfError(error, `attempt ${lease.attempt}`) };
  }
}

function prepare(
  { host, places, base, note }: Preparing,
  lease: Lease,
  launch: Launch,
  surroundings: Surroundings,
): PreparedTrial | NotPrepared {
  const { prepared, settings } = surroundings;
  const entries = launch.files === null ? [] : places.entriesOf(launch.files);
  if (entries === null)
    return notStarted('content-missing', `the program's files (${launch.files}) are not on this host`);
  const data = dataOf(places, launch, settings);
  if (data.kind === 'missing') return notStarted('data-missing', data.message);

  const run = runFolder(host, lease.attempt);
  mkdirSync(run.root); // fails where the attempt was begun before: it is never run a second time
  note();
  mkdirSync(run.work);
  mkdirSync(run.artifacts);
  writeFileSync(run.params, JSON.stringify(lease.params));
  // What `setup` made is looked at each time: it may have been written to since.
  if (prepared.files !== null) linkEntries(prepared.files, readdirSync(prepared.files), run.work);
  else if (launch.files !== null) linkEntries(places.pathOf(launch.files), entries, run.work);
  const checkpoint = checkpointFolder(host, lease.trial);
  makeIfMissing(checkpoint);

  const environment = trialEnvironment(lease, launch, surroundings, {
    run,
    checkpoint,
    data: data.path,
    engines: Object.fromEntries(
      launch.engines.flatMap(({ name, hash }) => (places.has(hash) ? [[name, places.pathOf(hash)]] : [])),
    ),
    base,
  });
  const [name = '', ...rest] = renderCommand(launch.command, {
    params: lease.params,
    argStyle: launch.argStyle,
    seed: lease.seed,
    data: data.path,
    checkpoint,
    artifacts: run.artifacts,
    trial: lease.trial,
    paramsFile: run.params,
    node: process.execPath,
  });
  const path = searchPath(prepared, environment['PATH'] ?? base['PATH'] ?? '');
  const program = places.findProgram(name, path, run.work);
  switch (program.kind) {
    case 'found':
      return { kind: 'prepared', run, argv: argvOf(prepared, name, program.path, rest), environment };
    case 'missing':
      return notStarted('no-such-program', programProblem(name, program, run.work));
    case 'not-executable':
      return notStarted('not-executable', programProblem(name, program, run.work));
    default:
      return program satisfies never;
  }
}

const argvOf = ({ activation }: Prepared, name: string, path: string, rest: readonly string[]): string[] =>
  activation.length === 0 ? [wordFor(name, path), ...rest] : [...activation, name, ...rest];

type Data =
  | { readonly kind: 'there'; readonly path: string | null }
  | { readonly kind: 'missing'; readonly message: string };

function dataOf(places: LaunchPlaces, launch: Launch, settings: HostSettings): Data {
  const { data } = launch;
  const local = localData(launch, settings);
  if (local !== null) {
    const problem = localDataProblem(local);
    return problem === null ? { kind: 'there', path: local } : { kind: 'missing', message: problem };
  }
  if (data?.kind !== 'content') return { kind: 'there', path: null };
  if (places.has(data.hash)) return { kind: 'there', path: places.pathOf(data.hash) };
  return { kind: 'missing', message: `the data set (${data.hash}) is not on this host` };
}

/** An earlier attempt may have put a file or a pipe in its place, which nobody goes on from. */
function makeIfMissing(folder: string): void {
  try {
    mkdirSync(folder);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    const found = lstatSync(folder);
    if (found.isDirectory()) return reopen(folder);
    if (found.isSymbolicLink()) return;
    unlinkSync(folder);
    mkdirSync(folder);
  }
}

/** Each top-level entry by its name: a program finds its files where it runs, and writes beside them, not into them. */
function linkEntries(snapshot: string, entries: readonly string[], work: string): void {
  for (const entry of entries) symlinkSync(`${snapshot}/${entry}`, `${work}/${entry}`);
}

const notStarted = (
  reason: Extract<Outcome, { kind: 'not-started' }>['reason'],
  message: string,
): NotPrepared => ({ kind: 'not-prepared', outcome: { kind: 'not-started', reason, message } });

/** What no host could start, by the error that says so (execve(2), and Node's own for what it does not even try). */
const ownFault: Readonly<Record<string, string>> = {
  E2BIG:
    'could not be started: its arguments and its environment are too long for the system (128 KiB for one of them, ' +
    'about 2 MiB together); hand long values over in the file that `{params}` names',
  ERR_INVALID_ARG_VALUE:
    'could not be started: one of its arguments or variables has a NUL character, which no program can be given',
};

/** What an error of the system means for a start. */
export function outcomeOfError(error: unknown, what: string): Outcome {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  const words = error instanceof Error ? error.message : String(error);
  if (code === 'EEXIST') return { kind: 'lost', reason: 'unknown-to-host' };
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return {
      kind: 'not-started',
      reason: 'no-space',
      message: `its disk has no room for ${what} (${words}); make room there`,
    };
  const own = typeof code === 'string' ? ownFault[code] : undefined;
  if (own !== undefined)
    return { kind: 'failed', reason: 'exit', exitCode: null, signal: null, message: own };
  return { kind: 'not-started', reason: 'spawn', message: `${what} cannot be started: ${words}` };
}
