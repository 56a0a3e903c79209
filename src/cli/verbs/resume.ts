import { Command } from 'commander';
import { openState } from '../../session/ledger/open.ts';
import { orderResume } from '../../session/run/resume-order.ts';
import type { RunReporter } from '../../session/run/run-reporter.ts';
import { runSweep } from '../../session/run/run-sweep.ts';
import { boardReporter } from '../board-reporter.ts';
import { exitCodeOf } from '../exit.ts';
import { onInterrupt } from '../interrupt.ts';
import { jsonReporter } from '../json-reporter.ts';
import { breakLockOption, inventoryOption, jsonOption, stateOption } from '../options.ts';
import type { Verb } from '../verb.ts';
import type { SweepName } from '../../model/ids.ts';

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
        'is not done, and opens nothing that was stopped or paused, which takes its name; where all is done, with the\n' +
        'sweep that was started last.',
    )
    .argument('[sweep]', 'its name (default: what is open and not done)')
    .addOption(stateOption())
    .addOption(inventoryOption())
    .addOption(breakLockOption())
    .addOption(jsonOption('events as NDJSON on standard output, the last one `end`'))
    .addHelpText('after', '\nExample:\n  labsweep resume')
    .action(async (named: string | undefined, options: ResumeOptions) => {
      const order = orderResume(console, openState(console, options), named, options);
      const reporterOf = (sweep: SweepName): RunReporter =>
        options.json === true ? jsonReporter(console, sweep) : boardReporter(console, sweep);
      done(exitCodeOf[await runSweep(console, { ...order, onInterrupt, reporterOf })]);
    });
