/** Everything that a trial finds when it starts: its folder, its parameters, its working directory, its argv. */
import { nodePath } from '../node-path.ts';
import { existsSync, lstatSync, mkdirSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { contentPath } from '../../content/store.ts';
import type { ContentHash } from '../../model/ids.ts';
import type { HostSettings } from '../../model/inventory/inventory.ts';
import type { Launch } from '../../model/launch.ts';
import { type Outcome, wantedSpace } from '../../model/result/outcome.ts';
import { renderCommand } from '../../model/command/render-command.ts';
import { fillBoth, missingText } from '../../model/command/variables.ts';
import { jsonText } from '../../model/value.ts';
import type { Lease } from '../../protocol/messages.ts';
import { localData, type Prepared, type Surroundings } from '../core/preparation.ts';
import { checkpointFolder, type HostFolder, type RunFolder, runFolder } from '../spool/host-folder.ts';
import type { Sound } from '../spool/content-keeper.ts';
import { reopen } from '../spool/reopen.ts';
import { trialEnvironment } from './environment.ts';
import { localDataProblem } from '../preparation/local-data.ts';
import type { WorkCopy } from './launch-report.ts';
import { type FoundProgram, findProgram, pathOfSweep, programProblem, searchPath } from './program-path.ts';
import { wordFor } from './wrapper.ts';

export interface PreparedTrial {
  readonly kind: 'prepared';
  readonly run: RunFolder;
  /** What its working directory is yet to be made of; null where it is there, and empty. */
  readonly copy: WorkCopy | null;
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
  readonly #present = new Set<string>();
  readonly #programs = new Map<string, string>();

  constructor(host: HostFolder) {
    this.#host = host;
  }

  pathOf(hash: ContentHash): string {
    return contentPath(this.#host.content, hash);
  }

  has(hash: ContentHash): boolean {
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
  /** What a snapshot was found to be; null where it is not on this host, whole. */
  readonly foundSound: (files: ContentHash) => Sound | null;
  /** The umask of a login. */
  readonly umask: number;
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
    const outcome = outcomeOfError(error, `attempt ${lease.attempt}`);
    if (wantedSpace(outcome)) discard(runFolder(preparing.host, lease.attempt).root);
    return { kind: 'not-prepared', outcome };
  }
}

/** What has run has left a record of it there; this has not. */
function discard(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // It is in nobody's way.
  }
}

function prepare(
  preparing: Preparing,
  lease: Lease,
  launch: Launch,
  surroundings: Surroundings,
): PreparedTrial | NotPrepared {
  const { host, places, base, note } = preparing;
  const { prepared, settings } = surroundings;
  const data = dataOf(places, launch, settings);
  if (data.kind === 'missing') return notStarted('data-missing', data.message);

  const { values: own, missing } = fillBoth(settings.env, launch.env, base);
  // Login files are read anew after the launch was prepared.
  const [unset] = missing;
  if (unset !== undefined) return notStarted('setup', missingText(unset));

  const engine = missingEngine(places, launch, surroundings);
  if (engine !== null) return notStarted('content-missing', `the engine ${engine} is not on this host`);

  const run = runFolder(host, lease.attempt);
  const copy = copyOf(preparing, launch, prepared, run.work);
  if (copy === 'missing')
    return notStarted('content-missing', `the program's files (${launch.files}) are not on this host`);
  mkdirSync(run.root); // fails where the attempt was begun before: it is never run a second time
  note();
  if (copy === null) mkdirSync(run.work);
  mkdirSync(run.artifacts);
  writeFileSync(run.params, jsonText(lease.params));
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
    own,
  });
  const [name = '', ...rest] = renderCommand(launch.command, {
    params: lease.params,
    argStyle: launch.argStyle,
    booleans: launch.booleans,
    seed: lease.seed,
    data: data.path,
    checkpoint,
    artifacts: run.artifacts,
    trial: lease.trial,
    paramsFile: run.params,
    node: nodePath,
  });
  const path = searchPath(prepared, environment['PATH'] ?? base['PATH'] ?? '');
  const ownPath = pathOfSweep(prepared, launch);
  // Its own file is looked for where it is copied from.
  const source = copy?.from ?? run.work;
  const found = places.findProgram(name, path, source);
  const program = isOwnFile(name) ? copied(found, join(run.work, name)) : found;
  switch (program.kind) {
    case 'found':
      return { kind: 'prepared', run, copy, argv: argvOf(prepared, name, program.path, rest), environment };
    case 'missing':
      return notStarted('no-such-program', programProblem(name, program, source, ownPath));
    case 'not-executable':
      return notStarted('not-executable', programProblem(name, program, source, ownPath));
    default:
      return program satisfies never;
  }
}

/** The program's files as they were snapshotted, or as `setup` left them. */
function copyOf(
  { places, foundSound, umask }: Preparing,
  { files }: Launch,
  { setup }: Prepared,
  to: string,
): WorkCopy | 'missing' | null {
  const snapshot = files === null ? null : places.pathOf(files);
  if (setup !== null) return { from: setup.folder, began: setup.began, to, umask: null, print: null };
  if (files === null || snapshot === null) return null;
  const sound = foundSound(files);
  return sound === null ? 'missing' : { from: snapshot, to, umask, began: null, ...sound };
}

const isOwnFile = (name: string): boolean => name.includes('/') && !isAbsolute(name);

const copied = (found: FoundProgram, path: string): FoundProgram =>
  found.kind === 'missing' ? { ...found, searched: path } : { ...found, path };

const argvOf = (
  { setup, activation }: Prepared,
  name: string,
  path: string,
  rest: readonly string[],
): string[] => {
  const before = setup?.before ?? [];
  return [...before, ...activation, activation.length === 0 ? wordFor(name, path) : name, ...rest];
};

type Data =
  | { readonly kind: 'there'; readonly path: string | null }
  | { readonly kind: 'missing'; readonly message: string };

/** On the cores a trial that holds a GPU would take days: it waits until what computes there has come. */
const missingEngine = (places: LaunchPlaces, { engines }: Launch, { device }: Surroundings): string | null =>
  device === 'cpu'
    ? null
    : (engines.find(({ isForGpus, hash }) => isForGpus && !places.has(hash))?.name ?? null);

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
