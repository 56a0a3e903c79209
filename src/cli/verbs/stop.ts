import { Command } from 'commander';
import type { CoordinatorState } from '../../coordinator/core/state.ts';
import { ask } from '../ask.ts';
import { readLab } from '../lab.ts';
import { openState } from '../open.ts';
import { inventoryOption, stateOption } from '../options.ts';
import type { Verb } from '../verb.ts';
import { sweepNamed } from '../sweep-argument.ts';

export const stopVerb: Verb = (console) =>
  new Command('stop')
    .summary('end a sweep: what waits and what runs')
    .description('Ends a sweep, or every sweep of the ledger. `labsweep run` goes on with it later.')
    .argument('[sweep]', 'its name')
    .addOption(stateOption())
    .addOption(inventoryOption())
    .addHelpText('after', '\nExample:\n  labsweep stop quickstart')
    .action(async (named: string | undefined, options: { state?: string; inventory?: string }) => {
      const { folder, state } = openState(console, options);
      const sweep = named === undefined ? null : sweepNamed(state, named).name;
      const { hosts } = readLab(console, { state: folder }, options.inventory);
      console.out(
        `${await ask(console, folder, { kind: 'stop', sweep }, { hosts, isDone: nothingRunsOn })}\n`,
      );
    });

const nothingRunsOn = ({ ledger }: CoordinatorState): boolean =>
  [...ledger.sweeps.values()].every(
    ({ status, counts }) => status.kind !== 'stopped' || counts.leased + counts.running === 0,
  );
