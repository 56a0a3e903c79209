import { Command } from 'commander';
import type { CoordinatorState } from '../../coordinator/hosts/state.ts';
import { isBusy } from '../../ledger/sweeps.ts';
import { ask } from '../../session/run/ask.ts';
import { readLab } from '../../session/lab/lab.ts';
import { openState } from '../../session/ledger/open.ts';
import { allOption, inventoryOption, stateOption } from '../options.ts';
import type { Verb } from '../verb.ts';
import { sweepMeant } from '../sweep-argument.ts';

interface StopOptions {
  readonly all?: boolean;
  readonly state?: string;
  readonly inventory?: string;
}

export const stopVerb: Verb = (console) =>
  new Command('stop')
    .summary('end a sweep: what waits and what runs')
    .description(
      'Ends a sweep: what waits and what runs of it. `labsweep run` or `resume` goes on with it later.',
    )
    .argument('[sweep]', 'its name (default: the only one that is open)')
    .addOption(allOption())
    .addOption(stateOption())
    .addOption(inventoryOption())
    .addHelpText('after', '\nExample:\n  labsweep stop quickstart')
    .action(async (named: string | undefined, options: StopOptions) => {
      const { folder, state } = openState(console, options);
      const sweep = sweepMeant(state, named, options.all === true, isBusy);
      const lab = readLab(console, { state: folder }, options.inventory);
      const afterwards = { lab, isDone: nothingRunsOn };
      console.out(`${await ask(console, folder, { kind: 'stop', sweep }, afterwards)}\n`);
    });

/** What another sweep wants as well goes on. */
const nothingRunsOn = ({ ledger }: CoordinatorState): boolean =>
  [...ledger.sweeps.values()]
    .filter(({ status, counts }) => status.kind === 'stopped' && counts.leased + counts.running > 0)
    .flatMap(({ order }) => order)
    .filter(({ status }) => status.kind === 'leased' || status.kind === 'running')
    .every(({ sweeps }) => sweeps.some((name) => ledger.sweeps.get(name)?.status.kind !== 'stopped'));
