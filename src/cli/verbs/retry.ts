import { Command } from 'commander';
import type { LedgerState } from '../../ledger/state.ts';
import { askCoordinator, existingStateFolder } from '../command-state.ts';
import { readLedgerState } from '../declare.ts';
import { CommandError } from '../exit.ts';
import { stateOption } from '../options.ts';
import type { Verb } from '../program.ts';
import { oneTrial } from '../trial-argument.ts';

export const retryVerb: Verb = (console) =>
  new Command('retry')
    .summary('queue failed trials again')
    .description('Forgets why trials failed and queues them again. `labsweep resume` then runs them.')
    .argument('[trial]', 'a trial: a prefix of its id, #rank, or parameters like layers=8,dropout=0.5')
    .option('--failed', 'every trial that failed')
    .addOption(stateOption())
    .addHelpText('after', '\nExample:\n  labsweep retry --failed && labsweep resume')
    .action(async (trial: string | undefined, options: { failed?: boolean; state?: string }) => {
      if ((trial === undefined) === (options.failed !== true))
        throw new CommandError('name a trial, or say --failed for all that failed.');
      const folder = existingStateFolder(console, options.state);
      const ledger = readLedgerState(folder);
      const trials = trial === undefined ? failedTrials(ledger) : [oneTrial(ledger, trial).id];
      console.out(`${await askCoordinator(console, folder, { kind: 'retry', trials })}\n`);
    });

const failedTrials = (ledger: LedgerState): string[] =>
  [...ledger.trials.values()].filter(({ status }) => status.kind === 'failed').map(({ id }) => id);
