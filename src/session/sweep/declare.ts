/** From a sweep file to what is asked of the coordinator: files and data set taken in, trials named. */
import type { Declared } from '../../coordinator/declaration.ts';
import { fold } from '../../ledger/fold.ts';
import { emptyLedger, type LedgerState } from '../../ledger/state.ts';
import { openReader } from '../../ledger/store/reader.ts';
import { argsNote } from './args-note.ts';
import type { UsedPlaces } from '../program/bystanders.ts';
import type { Caller } from '../caller.ts';
import { requireData, resolveData } from '../content/data-sets.ts';
import { enginesFor } from '../content/engines.ts';
import { SessionError } from '../session-error.ts';
import { type Decision, keptProgram, trialsBefore } from '../program/kept-program.ts';
import { declareAnew, requireDecision } from './lacking.ts';
import { noteBystanders } from '../program/known-bystanders.ts';
import { leavingOf, requireLeave } from './leaving.ts';
import { storeFolder } from '../content/named-content.ts';
import { requirePassed } from '../program/passed-variables.ts';
import { type ReadProgram, readProgram } from '../program/program-files.ts';
import { priorityNote } from './priority-note.ts';
import { seedNote } from './seed-note.ts';
import { announceNew } from '../place/state-folder.ts';
import type { LoadedSweep } from './sweep-source.ts';

/** What becomes of results that were earned before a change. */
export interface ChangeOptions extends Decision {
  /** What the file has no more may be ended, and leave the leaderboard. */
  readonly prune?: boolean;
  /** What is said besides the file, as of `SweepOptions`. */
  readonly set?: readonly string[];
}

/** @throws SessionError where a file, a word or a decision is missing: nothing has started */
export async function declareSweep(
  caller: Caller,
  loaded: LoadedSweep,
  stateFolder: string,
  inventory: string | null,
  options: ChangeOptions,
): Promise<Declared> {
  // All that may be refused is asked before anything is written, so that a refusal leaves nothing behind.
  const read = await checkProgram(caller, loaded, { state: stateFolder, inventory });
  const { program } = read;
  const ledger = readLedgerState(stateFolder);
  requireData(stateFolder, loaded);
  announceNew(caller, stateFolder);
  const data = await resolveData(stateFolder, loaded, program.description, (name) =>
    caller.tell(`Importing the data set ${name}, which comes with labsweep.\n`),
  );
  const asked = { ledger, loaded, read, data, stateFolder };
  const kept = await keptProgram(asked, options);
  const anew = declareAnew(ledger, loaded, kept, data, options);
  const { declared } = anew;
  requireDecision(ledger, anew, options);
  if (options.prune !== true) {
    const decided = new Set([...anew.replaced, ...(options.fresh === true ? trialsBefore(asked) : [])]);
    await requireLeave(caller, declared, leavingOf(ledger, declared, decided));
  }
  const notes = [
    argsNote(loaded.sweep),
    await seedNote(loaded, read.files),
    priorityNote(ledger, declared.declaration, options.set),
  ];
  for (const note of notes) if (note !== null) caller.tell(`${note}\n`);
  await read.keep(storeFolder(stateFolder));
  if (read.files !== null) noteBystanders(stateFolder, read.files.bystanders.places);
  return declared;
}

/**
 * What is asked of a program by all who read a sweep, whether they run it, plan it or check hosts for it.
 *
 * @param places the state folder is null where there is none yet
 * @throws SessionError where `run` would refuse it
 */
export async function checkProgram(
  caller: Caller,
  loaded: LoadedSweep,
  places: Omit<UsedPlaces, 'sweepFiles'>,
): Promise<ReadProgram> {
  requirePassed(caller, loaded);
  const engines = enginesFor(places.state, loaded);
  const read = await readProgram(caller, loaded, places);
  const { program } = read;
  return { ...read, program: { ...program, launch: { ...program.launch, engines } } };
}

/** What the ledger of a state folder holds now; empty where there is none. */
export function readLedgerState(stateFolder: string): LedgerState {
  const opened = openReader(stateFolder);
  if (opened.kind === 'none') return emptyLedger();
  if (opened.kind !== 'opened') throw new SessionError(opened.message);
  return opened.reader.read(0).events.reduce(fold, emptyLedger());
}
