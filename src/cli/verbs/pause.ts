import { Command } from 'commander';
import type { CoordinatorState } from '../../coordinator/core/state.ts';
import { ask } from '../ask.ts';
import { readLab } from '../lab.ts';
import { openState } from '../open.ts';
import { inventoryOption, stateOption } from '../options.ts';
import { sweepNamed } from '../sweep-argument.ts';
import type { Verb } from '../verb.ts';

export const pauseVerb: Verb = (console) =>
  new Command('pause')
    .summary('start nothing more of a sweep')
    .description(
      'Starts nothing more of a sweep, or of any; what runs goes to its end. `labsweep resume` goes on with it.',
    )
    .argument('[sweep]', 'its name')
    .addOption(stateOption())
    .addOption(inventoryOption())
    .addHelpText('after', '\nExample:\n  labsweep pause quickstart')
    .action(async (named: string | undefined, options: { state?: string; inventory?: string }) => {
      const { folder, state } = openState(console, options);
      const sweep = named === undefined ? null : sweepNamed(state, named).name;
      const { hosts } = readLab(console, { state: folder }, options.inventory);
      console.out(
        `${await ask(console, folder, { kind: 'pause', sweep }, { hosts, isDone: nothingWaitsOnHosts })}\n`,
      );
    });

const nothingWaitsOnHosts = ({ ledger }: CoordinatorState): boolean =>
  [...ledger.sweeps.values()].every(({ status, counts }) => status.kind !== 'paused' || counts.leased === 0);
