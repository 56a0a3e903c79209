import { Command } from 'commander';
import type { Command as Asking } from '../../coordinator/core/command.ts';
import { isLeft } from '../../coordinator/core/run-commands.ts';
import type { LedgerState, Sweep } from '../../ledger/state.ts';
import { boardReporter } from '../board-reporter.ts';
import { storeFolder } from '../../session/content/named-content.ts';
import { CommandError, exitCodeOf } from '../exit.ts';
import { onInterrupt } from '../interrupt.ts';
import { readLab } from '../../session/lab/lab.ts';
import { rememberUsed } from '../../session/place/last-used.ts';
import { openState } from '../../session/ledger/open.ts';
import { breakLockOption, inventoryOption, jsonOption, stateOption } from '../options.ts';
import { requirePassedOf } from '../../session/program/passed-variables.ts';
import type { Verb } from '../verb.ts';
import { jsonReporter } from '../json-reporter.ts';
import { runSweep } from '../../session/run/run-sweep.ts';
import { sweepNamed } from '../sweep-argument.ts';

interface ResumeOptions {
  readonly state?: string;
  readonly inventory?: string;
  readonly json?: boolean;
  readonly breakLock?: boolean;
}

export const resumeVerb: Verb = (console, done) =>
  new Command('resume')
    .summary('go on with what was interrupted')
    .description(
      'Comes back to a sweep after a crash, Ctrl-C or `stop`, as it was declared: takes in what finished meanwhile,\n' +
        'adopts what still runs, and starts what is missing. Without a name it goes on with all that was asked for and\n' +
        'is not done, and opens nothing that was stopped; where all is done, with the sweep that was started last.',
    )
    .argument('[sweep]', 'its name (default: what is open and not done)')
    .addOption(stateOption())
    .addOption(inventoryOption())
    .addOption(breakLockOption())
    .addOption(jsonOption('events as NDJSON on standard output, the last one `end`'))
    .addHelpText('after', '\nExample:\n  labsweep resume')
    .action(async (named: string | undefined, options: ResumeOptions) => {
      const { folder, state } = openState(console, options);
      const { sweeps, command } = toResume(state, named);
      for (const { declaration } of sweeps)
        requirePassedOf(console, state.launches.get(declaration.launch)?.passEnv ?? []);
      const lab = readLab(console, { state: folder }, options.inventory);
      rememberUsed(console, { inventory: lab.inventory?.path ?? null });
      const outcome = await runSweep(console, {
        folder,
        store: storeFolder(folder),
        lab,
        awaited: sweeps.map(({ name }) => ({ sweep: name, trials: null })),
        command,
        breakLock: options.breakLock === true,
        foreground: false,
        isDetached: false,
        onInterrupt,
        reporterOf: (sweep) =>
          options.json === true ? jsonReporter(console, sweep) : boardReporter(console, sweep),
      });
      done(exitCodeOf[outcome]);
    });

interface ToResume {
  /** The one that was started last is the first. */
  readonly sweeps: readonly Sweep[];
  readonly command: Asking;
}

function toResume(state: LedgerState, named: string | undefined): ToResume {
  if (named !== undefined) return resuming(ownSweep(state, named));
  const left = [...state.sweeps.values()].filter(isLeft);
  if (left.length > 0)
    return {
      sweeps: left.toSorted((a, b) => (b.openedAt ?? 0) - (a.openedAt ?? 0)),
      command: { kind: 'resume', sweep: null },
    };
  const latest = ownSweep(state);
  if (latest.status.kind !== 'open') return resuming(latest);
  // Its host may still run what was given up there; a smaller run of it stays one.
  return { sweeps: [latest], command: { kind: 'go-on', asked: [{ sweep: latest.name, trials: null }] } };
}

/** @throws CommandError of one that was merged: the commands of another ledger never run here (P9) */
function ownSweep(state: LedgerState, named?: string): Sweep {
  const sweep = sweepNamed(state, named);
  if (!sweep.isImported) return sweep;
  throw new CommandError(
    `${sweep.name} was merged from another ledger, and its commands were not; \`labsweep run FILE\` runs a sweep file of yours.`,
  );
}

const resuming = (sweep: Sweep): ToResume => ({
  sweeps: [sweep],
  command: { kind: 'resume', sweep: sweep.name },
});
