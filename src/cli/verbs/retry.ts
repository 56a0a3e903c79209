import { Command } from 'commander';
import type { LedgerState, Trial } from '../../ledger/state.ts';
import { ask } from '../../session/run/ask.ts';
import { CommandError } from '../exit.ts';
import { openState } from '../../session/ledger/open.ts';
import { stateOption } from '../options.ts';
import type { Verb } from '../verb.ts';
import { sweepNamed } from '../../session/ledger/named-sweep.ts';
import { trialsNamed } from '../trial-argument.ts';
import type { TrialId } from '../../model/ids.ts';

export const retryVerb: Verb = (console) =>
  new Command('retry')
    .summary('queue failed trials again')
    .description(
      'Forgets why trials failed and queues them again; one that you name also where it was cancelled. `labsweep resume`\n' +
        'then runs them. A sweep that was paused, or stopped by a person, stays so; one that stopped by itself is open\n' +
        'again, with what that had cancelled.',
    )
    .argument(
      '[name]',
      'a trial or point: a prefix of its id, #rank, or layers=8,dropout=0.5; with --failed a sweep',
    )
    .option('--failed', 'every trial that failed, of the sweep or of all')
    .addOption(stateOption())
    .addHelpText('after', '\nExample:\n  labsweep retry --failed && labsweep resume')
    .action(async (named: string | undefined, options: { failed?: boolean; state?: string }) => {
      if (named === undefined && options.failed !== true)
        throw new CommandError('name a trial, or say --failed for all that failed.');
      const { folder, state } = openState(console, options);
      const trials = options.failed === true ? failedTrials(state, named) : trialsMeant(state, named);
      if (trials.length === 0) throw new CommandError('no trial has failed.');
      console.out(`${await ask(console, folder, { kind: 'retry', trials })}\n`);
    });

function trialsMeant(state: LedgerState, named: string | undefined): TrialId[] {
  return named === undefined ? [] : idsOf(trialsNamed(state, named));
}

function failedTrials(state: LedgerState, sweep: string | undefined): TrialId[] {
  const trials = sweep === undefined ? [...state.trials.values()] : sweepNamed(state, sweep).order;
  return idsOf(trials.filter(({ status }) => status.kind === 'failed'));
}

const idsOf = (trials: readonly Trial[]): TrialId[] => trials.map(({ id }) => id);
