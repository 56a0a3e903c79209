import { Command } from 'commander';
import type { LedgerState } from '../../ledger/state.ts';
import { ask } from '../ask.ts';
import { CommandError } from '../exit.ts';
import { openState } from '../open.ts';
import { stateOption } from '../options.ts';
import type { Verb } from '../verb.ts';
import { trialsNamed } from '../trial-argument.ts';

export const retryVerb: Verb = (console) =>
  new Command('retry')
    .summary('queue failed trials again')
    .description('Forgets why trials failed and queues them again. `labsweep resume` then runs them.')
    .argument('[trial]', 'a trial or point: a prefix of its id, #rank, or layers=8,dropout=0.5')
    .option('--failed', 'every trial that failed')
    .addOption(stateOption())
    .addHelpText('after', '\nExample:\n  labsweep retry --failed && labsweep resume')
    .action(async (named: string | undefined, options: { failed?: boolean; state?: string }) => {
      if ((named === undefined) === (options.failed !== true))
        throw new CommandError('name a trial, or say --failed for all that failed.');
      const { folder, state } = openState(console, options);
      const trials = named === undefined ? failedTrials(state) : idsOf(trialsNamed(state, named));
      if (trials.length === 0) throw new CommandError('no trial has failed.');
      console.out(`${await ask(console, folder, { kind: 'retry', trials })}\n`);
    });

const failedTrials = (state: LedgerState): string[] =>
  idsOf([...state.trials.values()].filter(({ status }) => status.kind === 'failed'));

const idsOf = (trials: readonly { readonly id: string }[]): string[] => trials.map(({ id }) => id);
