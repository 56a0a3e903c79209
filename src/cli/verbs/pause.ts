import { Command } from 'commander';
import type { CoordinatorState } from '../../coordinator/hosts/state.ts';
import { isBusy } from '../../ledger/sweeps.ts';
import { ask } from '../../session/run/ask.ts';
import { readLab } from '../../session/lab/lab.ts';
import { openState } from '../../session/ledger/open.ts';
import { allOption, inventoryOption, stateOption } from '../options.ts';
import { sweepMeant } from '../sweep-argument.ts';
import type { Verb } from '../verb.ts';

interface PauseOptions {
  readonly all?: boolean;
  readonly state?: string;
  readonly inventory?: string;
}

export const pauseVerb: Verb = (console) =>
  new Command('pause')
    .summary('start nothing more of a sweep')
    .description(
      'Starts nothing more of a sweep; what runs goes to its end. `labsweep resume` goes on with it.',
    )
    .argument('[sweep]', 'its name (default: the only one that is open)')
    .addOption(allOption())
    .addOption(stateOption())
    .addOption(inventoryOption())
    .addHelpText('after', '\nExample:\n  labsweep pause quickstart')
    .action(async (named: string | undefined, options: PauseOptions) => {
      const { folder, state } = openState(console, options);
      const sweep = sweepMeant(
        state,
        named,
        options.all === true,
        (one) => one.status.kind === 'open' && isBusy(one),
      );
      const lab = readLab(console, { state: folder }, options.inventory);
      const afterwards = { lab, isDone: nothingWaitsOnHosts };
      console.out(`${await ask(console, folder, { kind: 'pause', sweep }, afterwards)}\n`);
    });

/** What another sweep wants as well stays there. */
const nothingWaitsOnHosts = ({ ledger }: CoordinatorState): boolean =>
  [...ledger.sweeps.values()]
    .filter(({ status, counts }) => status.kind === 'paused' && counts.leased > 0)
    .flatMap(({ order }) => order)
    .filter(({ status }) => status.kind === 'leased')
    .every(({ sweeps }) => sweeps.some((name) => ledger.sweeps.get(name)?.status.kind !== 'paused'));
