import { Command, Option } from 'commander';
import { type OrderOptions, orderSweep } from '../../session/run/sweep-order.ts';
import { boardReporter } from '../board-reporter.ts';
import { exitCodeOf } from '../exit.ts';
import { onInterrupt } from '../interrupt.ts';
import { runDetached } from '../../session/run/detach.ts';
import {
  breakLockOption,
  freshOption,
  inventoryOption,
  jsonOption,
  keepOption,
  limitOption,
  nameOption,
  replicatesOption,
  setOption,
  stateOption,
  yesOption,
} from '../options.ts';
import type { Verb } from '../verb.ts';
import { jsonReporter } from '../json-reporter.ts';
import type { RunReporter } from '../../session/run/run-reporter.ts';
import { runSweep } from '../../session/run/run-sweep.ts';
import type { SweepName } from '../../model/ids.ts';

interface RunOptions extends OrderOptions {
  readonly json?: boolean;
  readonly detach?: boolean;
}

export const runVerb: Verb = (console, done) =>
  new Command('run')
    .summary('run a sweep, or go on with it')
    .description(
      'Runs a sweep to its end, on every host of the inventory. What has a result already is not trained again;\n' +
        'on a sweep that was interrupted, `run` goes on where it stood. Ctrl-C leaves the trials running.\n' +
        '--limit, --replicates and --set run a part of the sweep, or trials that it does not have under another\n' +
        'name; they take nothing out of it. What its file lost leaves it after a question, or with --prune.',
    )
    .argument('<sweep>', 'the sweep file')
    .addOption(setOption())
    .addOption(limitOption())
    .addOption(replicatesOption())
    .addOption(nameOption())
    .addOption(keepOption())
    .addOption(freshOption())
    .addOption(new Option('--prune', 'what the file has no more may be ended and leave the leaderboard'))
    .addOption(stateOption())
    .addOption(inventoryOption())
    .addOption(yesOption())
    .addOption(breakLockOption())
    .addOption(new Option('--detach', 'leave the coordinator in the background, and end').conflicts('json'))
    .addOption(jsonOption('events as NDJSON on standard output, the last one `end`'))
    .addHelpText('after', '\nExample:\n  labsweep run sweeps/quickstart.yaml --set fixed.epochs=2 --limit 3')
    .action(async (path: string, options: RunOptions) => {
      const order = await orderSweep(console, path, options);
      if (options.detach === true) return done(exitCodeOf[await runDetached(console, order)]);
      const reporterOf = (sweep: SweepName): RunReporter =>
        options.json === true ? jsonReporter(console, sweep) : boardReporter(console, sweep);
      done(exitCodeOf[await runSweep(console, { ...order, onInterrupt, reporterOf })]);
    });
