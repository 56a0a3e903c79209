import { existsSync, realpathSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { fold } from '../../ledger/fold.ts';
import { isDone } from '../../ledger/results.ts';
import { emptyLedger, type LedgerState } from '../../ledger/state.ts';
import { ledgerFile } from '../../ledger/store/ledger-file.ts';
import { type LedgerReader, openLedgerFile } from '../../ledger/store/reader.ts';
import { stateFolderIn } from '../../ledger/store/state-folder.ts';
import { askEach } from '../../session/run/ask.ts';
import type { Console } from '../console.ts';
import { counted } from '../../session/text/counted.ts';
import { readLedgerState } from '../../session/sweep/declare.ts';
import { CommandError } from '../exit.ts';
import { checkLedger, type LedgerCheck } from '../../session/ledger/ledger-check.ts';
import { findingText } from '../ledger-text.ts';
import { importCommands, bringsResult, requirePlausible } from '../../session/ledger/foreign-results.ts';
import { stateOption } from '../options.ts';
import { announceNew, stateFolderFor } from '../../session/place/state-folder.ts';
import { rememberUsed } from '../../session/place/last-used.ts';
import type { Verb } from '../verb.ts';

export const mergeVerb: Verb = (console) =>
  new Command('merge')
    .summary("take in what others' ledgers have finished")
    .description(
      'Takes the results of other ledgers into this one, also while a sweep runs: they count in `leaderboard` and `plan`,\n' +
        'and `run` does not train them again. Ledgers may come in any order, and more than once. Artifacts stay where they are.',
    )
    .argument(
      '<ledger...>',
      "others' state folders or what holds them, or files that `labsweep ledger backup` made",
    )
    .addOption(stateOption())
    .addHelpText(
      'after',
      '\nExample:\n  labsweep merge ~ana/sweeps/.labsweep ben.db && labsweep leaderboard lab',
    )
    .action(async (paths: readonly string[], options: { state?: string }) => {
      const folder = stateFolderFor(console, console.cwd, options.state);
      // All are read before anything is taken in, so that a refusal leaves nothing behind.
      const others = paths.map((path) => openOther(console, path, folder));
      announceNew(console, folder);
      for (const other of others) console.out(`${await mergeOne(console, folder, other)}\n`);
      rememberUsed(console, { state: folder });
    });

interface Other {
  /** As the person named it. */
  readonly name: string;
  readonly path: string;
  readonly reader: LedgerReader;
  readonly state: LedgerState;
}

/** @throws CommandError, or LedgerDamagedError, where there is no ledger to read */
function openOther(console: Console, name: string, folder: string): Other {
  const path = ledgerAt(resolve(console.cwd, name));
  const own = join(folder, ledgerFile);
  if (existsSync(path) && existsSync(own) && realpathSync(path) === realpathSync(own))
    throw new CommandError(`${name} is this ledger itself.`);
  const opened = openLedgerFile(path);
  if (opened.kind === 'none')
    throw new CommandError(
      `${name}: there is no such ledger; name a .labsweep or a file of \`labsweep ledger backup\`.`,
    );
  if (opened.kind !== 'opened') throw new CommandError(opened.message);
  const { reader } = opened;
  requireHonest(name, checkLedger(path));
  const state = reader.read(0).events.reduce(fold, emptyLedger());
  requirePlausible(name, state);
  return { name, path, reader, state };
}

/** Lines that were lost there are left out; whatever else is not as labsweep writes it makes all of it doubtful. */
function requireHonest(name: string, { findings }: LedgerCheck): void {
  const [finding] = findings.filter(({ kind }) => kind !== 'metrics-differ');
  if (finding !== undefined)
    throw new CommandError(`${name} is damaged, and nothing of it was taken in: ${findingText(finding)}.`);
}

/** Of a file itself, of a state folder, or of a folder that has one. */
function ledgerAt(path: string): string {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return path;
  const within = join(stateFolderIn(path) ?? path, ledgerFile);
  return existsSync(within) ? within : join(path, ledgerFile);
}

async function mergeOne(
  console: Console,
  folder: string,
  { name, path, reader, state }: Other,
): Promise<string> {
  const before = readLedgerState(folder);
  const offered = [...state.attempts.values()].filter(
    (attempt) => bringsResult(attempt) && !before.attempts.has(attempt.id),
  );
  const commands = importCommands(state, reader, path, ({ id }) => !before.attempts.has(id));
  await askEach(console, folder, commands);
  const after = readLedgerState(folder);
  const attempts = [...after.attempts.values()].filter(
    ({ id }) => !before.attempts.has(id) && state.attempts.has(id),
  );
  const leftOut = offered.length - attempts.length;
  if (offered.length === 0) return `${name}: nothing that is not here already`;
  const trials = new Set(attempts.map(({ trial }) => trial));
  const gained = [...trials].filter((id) => !isDone(before, id));
  const twice = attempts.length - gained.length;
  const unasked = gained.filter((id) => after.trials.get(id)?.sweeps.length === 0).length;
  return [
    `${name}: ${counted(gained.length, 'result')} taken in`,
    ...(leftOut > 0 ? [`${leftOut} left out: they lack the objective of the sweep here`] : []),
    ...(twice > 0 ? [`${twice} of trials that had one already`] : []),
    ...(unasked > 0 ? [`${unasked} of points that no sweep here holds: they count once one does`] : []),
  ].join(', ');
}
