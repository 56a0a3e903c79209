/** From a sweep file to what is asked of the coordinator: files and data set taken in, trials named. */
import { z } from 'zod';
import {
  type Declared,
  declare,
  type ResolvedData,
  type ResolvedProgram,
} from '../coordinator/declaration.ts';
import { fold } from '../ledger/fold.ts';
import { isDone } from '../ledger/results.ts';
import { emptyLedger, type LedgerState, type Sweep } from '../ledger/state.ts';
import { openReader } from '../ledger/store/reader.ts';
import { canonicalJson } from '../model/canonical.ts';
import type { ProgramIdentity } from '../model/identity.ts';
import { contentHash, sweepName, trialId } from '../model/ids.ts';
import type { Console } from './console.ts';
import { requireData, resolveData } from './data-sets.ts';
import { storeFolder } from './named-content.ts';
import { enginesFor } from './engines.ts';
import { CommandError } from './exit.ts';
import { leavingOf, requireLeave } from './leaving.ts';
import { requirePassed } from './passed-variables.ts';
import { type ReadProgram, readProgram } from './program-files.ts';
import { announceNew } from './state-folder.ts';
import type { LoadedSweep } from './sweep-source.ts';

/** What becomes of results that a program's files were changed since. */
export interface ChangeOptions {
  readonly keep?: boolean;
  readonly fresh?: boolean;
  /** What the file has no more may be ended, and leave the leaderboard. */
  readonly prune?: boolean;
}

/** @throws CommandError where a file, a word or a decision is missing: nothing has started */
export async function declareSweep(
  console: Console,
  loaded: LoadedSweep,
  stateFolder: string,
  options: ChangeOptions,
): Promise<Declared> {
  // All that may be refused is asked before anything is written, so that a refusal leaves nothing behind.
  const { program, keep } = await checkProgram(console, loaded, stateFolder);
  const ledger = readLedgerState(stateFolder);
  requireData(stateFolder, loaded);
  announceNew(console, stateFolder);
  const data = await resolveData(stateFolder, loaded, program.description, (name) =>
    console.err(`Importing the data set ${name}, which comes with labsweep.\n`),
  );
  const kept = keptProgram(ledger, loaded, program, data, options);
  const declared = declare(loaded.sweep, loaded.path, loaded.points, kept, data);
  if (options.prune !== true) {
    const decided = options.fresh === true ? trialsBefore(ledger, loaded, program, data) : new Set<string>();
    await requireLeave(console, declared, leavingOf(ledger, declared, decided));
  }
  await keep(storeFolder(stateFolder));
  return declared;
}

/** Trials of the file with the program as it was when the sweep was declared: `--fresh` gives up their results. */
function trialsBefore(
  ledger: LedgerState,
  loaded: LoadedSweep,
  program: ResolvedProgram,
  data: ResolvedData | null,
): ReadonlySet<string> {
  const before = ledger.sweeps.get(sweepName(loaded.sweep.name));
  const identity = before === undefined ? null : earlierIdentity(before, program.identity);
  if (identity === null) return new Set();
  const { points } = declare(loaded.sweep, loaded.path, loaded.points, { ...program, identity }, data);
  return new Set(points.flatMap(({ trials }) => trials));
}

/**
 * What is asked of a program by all who read a sweep, whether they run it, plan it or check hosts for it.
 *
 * @param stateFolder null where there is none yet
 * @throws CommandError where `run` would refuse it
 */
export async function checkProgram(
  console: Console,
  loaded: LoadedSweep,
  stateFolder: string | null,
): Promise<ReadProgram> {
  requirePassed(console, loaded);
  const engines = enginesFor(stateFolder, loaded);
  const { program, keep } = await readProgram(console, loaded);
  return { program: { ...program, launch: { ...program.launch, engines } }, keep };
}

/** What the ledger of a state folder holds now; empty where there is none. */
export function readLedgerState(stateFolder: string): LedgerState {
  const opened = openReader(stateFolder);
  if (opened.kind === 'none') return emptyLedger();
  if (opened.kind !== 'opened') throw new CommandError(opened.message);
  return opened.reader.read(0).events.reduce(fold, emptyLedger());
}

/**
 * A program whose files changed since results were earned with them: the person says whether these still count
 * (`--keep`: trials keep the identity of the old files) or are trained anew (`--fresh`).
 */
export function keptProgram(
  ledger: LedgerState,
  loaded: LoadedSweep,
  program: ResolvedProgram,
  data: ResolvedData | null,
  { keep, fresh }: ChangeOptions,
): ResolvedProgram {
  const before = ledger.sweeps.get(sweepName(loaded.sweep.name));
  const earlier = before === undefined ? null : earlierIdentity(before, program.identity);
  if (
    before === undefined ||
    earlier === null ||
    before.counts.succeeded + before.counts.diverged === 0 ||
    fresh === true
  )
    return program;
  const kept = { ...program, identity: earlier };
  if (keep === true) return kept;
  const atStake = countKept(ledger, declare(loaded.sweep, loaded.path, loaded.points, kept, data));
  if (atStake === 0) return program;
  throw new CommandError(
    `the files of ${program.name} changed since ${atStake} ${atStake === 1 ? 'result' : 'results'} of sweep ${before.name} ` +
      `(${shortFiles(earlier)} → ${shortFiles(program.identity)}).\n` +
      'Say --keep to go on with these results, or --fresh to train them anew with the files as they are.',
  );
}

const identitySchema = z.object({ kind: z.literal('command'), files: z.string().nullable() }).loose();

/** The identity that the sweep's results have, where it differs from the present one in the files alone. */
function earlierIdentity(sweep: Sweep, now: ProgramIdentity): ProgramIdentity | null {
  const before = identitySchema.safeParse(sweep.declaration.program);
  if (!before.success || now.kind !== 'command' || before.data.files === now.files) return null;
  const { files } = before.data;
  const earlier: ProgramIdentity = { ...now, files: files === null ? null : contentHash(files) };
  return canonicalJson(earlier) === canonicalJson(sweep.declaration.program) ? earlier : null;
}

const countKept = (ledger: LedgerState, { points }: Declared): number =>
  points.flatMap(({ trials }) => trials).filter((id) => isDone(ledger, trialId(id))).length;

const shortFiles = (identity: ProgramIdentity): string =>
  identity.kind === 'command' ? (identity.files ?? 'no files').slice(0, 8) : identity.name;
