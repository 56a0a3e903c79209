import { Command } from 'commander';
import type { LedgerState, Sweep } from '../../ledger/state.ts';
import { boardReporter } from '../board-reporter.ts';
import { existingStateFolder } from '../command-state.ts';
import { readLedgerState } from '../declare.ts';
import { CommandError } from '../exit.ts';
import { readLab } from '../lab.ts';
import { breakLockOption, inventoryOption, jsonOption, stateOption } from '../options.ts';
import type { Verb } from '../program.ts';
import { jsonReporter } from '../run-reporter.ts';
import { runSweep } from '../run-sweep.ts';
import { sweepOf } from '../verdict.ts';

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
        'adopts what still runs, and starts what is missing.',
    )
    .argument('[sweep]', 'its name (default: the latest)')
    .addOption(stateOption())
    .addOption(inventoryOption())
    .addOption(breakLockOption())
    .addOption(jsonOption('events as NDJSON on standard output, the last one `end`'))
    .addHelpText('after', '\nExample:\n  labsweep resume')
    .action(async (named: string | undefined, options: ResumeOptions) => {
      const folder = existingStateFolder(console, options.state);
      const ledger = readLedgerState(folder);
      const { name } = named === undefined ? latestSweep(ledger) : sweepOf(ledger, named);
      done(
        await runSweep(console, {
          folder,
          hosts: readLab(console, folder, options.inventory),
          sweep: name,
          command: { kind: 'resume', sweep: name },
          breakLock: options.breakLock === true,
          reporter: options.json === true ? jsonReporter(console, name) : boardReporter(console, name),
        }),
      );
    });

function latestSweep(ledger: LedgerState): Sweep {
  const [first, ...others] = ledger.sweeps.values();
  if (first === undefined) throw new CommandError('there is no sweep to resume. `labsweep run SWEEP` starts one.');
  return others.reduce((latest, sweep) => (sweep.declaredAt >= latest.declaredAt ? sweep : latest), first);
}
