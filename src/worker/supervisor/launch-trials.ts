import { nodePath } from '../node-path.ts';
import type * as processes from 'node:child_process';
import type * as files from 'node:fs';
import type * as crypto from 'node:crypto';
import {
  changedCode,
  type LauncherRequest,
  type LaunchReport,
  type OverRequest,
  type StartRequest,
  type WorkCopy,
} from './launch-report.ts';
import { type Kept, spareCopies } from './spare-copies.ts';
import { treeCopies } from './tree-copies.ts';
import { type InSteps, treeFiles } from './tree-files.ts';
import { wrapper } from './wrapper.ts';

/** A small young generation, and no helpers that collect garbage. */
const smallMemory = ['--max-semi-space-size=1', '--v8-pool-size=0'];

/** Of trials that have ended: how much is left of their copies of the program's files as it was copied. */
export interface MostKept {
  readonly copies: number;
  readonly files: number;
  readonly bytes: number;
}
const usuallyKept: MostKept = { copies: 1_000, files: 100_000, bytes: 1e9 };

type Inherited = Readonly<NodeJS.ProcessEnv>;

const texts = `[${[treeFiles, treeCopies, spareCopies].map(String).join(', ')}]`;

/** The command that starts trials for the process whose child it is. */
export const launcherCommand = (mostKept = usuallyKept): string[] => [
  nodePath,
  ...smallMemory,
  '-e',
  `(${launchTrials.toString()})(require, ${texts}, ${JSON.stringify({ wrapper, changedCode, mostKept })})`,
];

/**
 * All that a launcher does: it makes working directories and starts trials for the agent whose child it is, tells how they
 * went, and ends with its agent; trials run on.
 *
 * Copies are made here and not by the agent, which listens to what runs meanwhile: one after the other, in slices, so that
 * trials that need none do not wait for them. What may be removed is removed when nothing is to be copied.
 *
 * It is handed to Node as text, so it refers to nothing outside of itself, and nothing else is in that process's
 * memory: Node forks to start a program, a fork copies the page tables of all that the parent holds, and 10 MB more
 * cost a trial 0.4 ms.
 */
function launchTrials(
  load: NodeJS.Require,
  [filesOf, copiesOf, sparesOf]: [typeof treeFiles, typeof treeCopies, typeof spareCopies],
  constants: {
    readonly wrapper: string;
    readonly changedCode: string;
    readonly mostKept: MostKept;
  },
): void {
  const { spawn }: typeof processes = load('node:child_process');
  const fileSystem: typeof files = load('node:fs');
  const { createHash }: typeof crypto = load('node:crypto');
  const { closeSync, mkdirSync, openSync, rmSync } = fileSystem;
  const tree = filesOf(fileSystem);
  const copies = copiesOf(fileSystem, createHash, tree);
  const spares = sparesOf(fileSystem, tree, copies);
  const sliceMs = 4;
  const mostToRemove = 4;
  process.title = 'labsweep launcher';
  const agent = process.ppid;
  // Each look at `process.env` would ask the system for every variable.
  let inherited: Inherited = { ...process.env };

  const report = (said: LaunchReport): void => void process.stdout.write(`${JSON.stringify(said)}\n`);

  const codeOf = (error: unknown): string | null =>
    error instanceof Error && 'code' in error ? String(error.code) : null;

  const fail = (attempt: string, error: unknown, code = codeOf(error)): void => {
    // Nothing of it ran: its copy may go to the next one.
    keepFor({ kind: 'over', attempt, succeeded: true });
    const message = error instanceof Error ? error.message : String(error);
    report({ kind: 'failed', attempt, code, message });
  };

  /** Its own session, so that one signal reaches all of it; its output to a file, since it outlives the agent. */
  const startWrapper = (
    { argv, workFolder, log, environment }: StartRequest,
    base: Inherited,
  ): processes.ChildProcess => {
    const output = openSync(log, 'a', 0o600);
    try {
      return spawn('/bin/sh', ['-c', constants.wrapper, 'labsweep', ...argv], {
        cwd: workFolder,
        env: { ...base, ...environment },
        detached: true,
        stdio: ['ignore', output, output],
      });
    } finally {
      closeSync(output);
    }
  };

  const start = (request: StartRequest, base: Inherited): void => {
    const { attempt } = request;
    try {
      const child = startWrapper(request, base);
      child.once('error', (error) => fail(attempt, error));
      if (child.pid === undefined) return;
      report({ kind: 'started', attempt, pid: child.pid });
      child.once('exit', () => report({ kind: 'exited', attempt }));
    } catch (error) {
      fail(attempt, error);
    }
  };

  /** @param base what trials inherited when it was asked for: its program was looked for by that */
  function* copyAndStart(request: StartRequest, copy: WorkCopy, base: Inherited): InSteps<void> {
    const { attempt, workFolder } = request;
    try {
      mkdirSync(workFolder, { mode: 0o700 });
      const copied = (yield* handOn(copy)) ?? (yield* copies.copy(copy));
      // One list for all copies of a tree: what a launcher holds, each start pays for.
      const other = [...kept, ...made.values()].find((one) => isAlike(one, { ...copy, print: copied.print }));
      made.set(attempt, spares.keep(copy, { ...copied, entries: other?.entries ?? copied.entries }));
      if (copy.print !== null && copied.print !== copy.print)
        throw Object.assign(new Error(`${copy.from} was written to`), { code: constants.changedCode });
    } catch (error) {
      made.delete(attempt);
      discard(workFolder);
      // Of a snapshot something was taken away while it was copied.
      const isGone = copy.print !== null && codeOf(error) === 'ENOENT';
      fail(attempt, error, isGone ? constants.changedCode : codeOf(error));
      return;
    }
    start(request, base);
  }

  /** A disk that is full needs the room. */
  const discard = (folder: string): void => {
    try {
      rmSync(folder, { recursive: true, force: true });
    } catch {
      // It is removed with all else of the attempt.
    }
  };

  /** Copies of trials that run, and of those that have ended, the oldest first. */
  const made = new Map<string, Kept>();
  const kept: (Kept & { readonly isSpare: boolean })[] = [];

  const ofKept = { files: 0, bytes: 0 };
  const count = (copy: Kept, sign: 1 | -1): void => {
    ofKept.files += sign * copy.files;
    ofKept.bytes += sign * copy.bytes;
  };

  /** Null where there is no copy to be had of one that has ended. */
  function* handOn(copy: WorkCopy): InSteps<Kept | null> {
    const spare = kept.find((one) => one.isSpare && isAlike(one, copy));
    if (spare === undefined) return null;
    kept.splice(kept.indexOf(spare), 1);
    count(spare, -1);
    const copiedAnew = yield* spares.handOn(spare, copy.to);
    // What was not moved is in nobody's count any more.
    if (copiedAnew !== 0) toRemove.push(spares.remove(spare));
    if (copiedAnew !== null) return spare;
    rmSync(copy.to, { recursive: true, force: true });
    mkdirSync(copy.to, { mode: 0o700 });
    return null;
  }

  const isAlike = (one: Kept, { from, umask, began, print }: WorkCopy): boolean =>
    one.from === from &&
    one.umask === umask &&
    one.began === began &&
    (print === null || one.print === print);

  /** An attempt is over. Its copy goes when there are too many. */
  const keepFor = ({ attempt, succeeded }: OverRequest): void => {
    const copy = made.get(attempt);
    if (copy === undefined) return;
    made.delete(attempt);
    kept.push({ ...copy, isSpare: succeeded });
    count(copy, 1);
    const { files, bytes, copies: most } = constants.mostKept;
    while (kept.length > most || ofKept.files > files || ofKept.bytes > bytes) {
      const oldest = kept.shift();
      if (oldest === undefined) return;
      count(oldest, -1);
      toRemove.push(spares.remove(oldest));
    }
  };

  const [toCopy, toRemove]: [InSteps<void>[], InSteps<void>[]] = [[], []];

  const workASlice = (): void => {
    const until = performance.now() + sliceMs;
    while (performance.now() < until) {
      endWithAgent();
      // Where copies never end, what is beyond the bound goes before them.
      const jobs = toCopy.length > 0 && toRemove.length <= mostToRemove ? toCopy : toRemove;
      if (jobs[0]?.next().done === true) jobs.shift();
      if (toCopy.length + toRemove.length === 0) return;
    }
    setImmediate(workASlice);
  };

  const take = (request: LauncherRequest): void => {
    if (request.kind === 'inherit') {
      inherited = { ...request.environment };
      return;
    }
    const isIdle = toCopy.length + toRemove.length === 0;
    if (request.kind === 'over') keepFor(request);
    else if (request.copy === null) start(request, inherited);
    else toCopy.push(copyAndStart(request, request.copy, inherited));
    if (isIdle && toCopy.length + toRemove.length > 0) setImmediate(workASlice);
  };

  /** What a dead agent has asked for, its successor holds for never started. */
  const endWithAgent = (): void => {
    if (process.ppid !== agent) process.exit();
  };

  let rest = '';
  process.stdin.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      endWithAgent();
      const request: LauncherRequest = JSON.parse(line);
      take(request);
    }
  });
  process.stdin.on('end', () => process.exit());
  process.stdout.on('error', () => process.exit());
}
