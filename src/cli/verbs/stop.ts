import { Command } from 'commander';
import { sweepName } from '../../model/ids.ts';
import { existingStateFolder } from '../command-state.ts';
import { readLedgerState } from '../declare.ts';
import { readLab } from '../lab.ts';
import { inventoryOption, stateOption } from '../options.ts';
import type { Verb } from '../program.ts';
import { stopSweeps } from '../stop-sweeps.ts';
import { sweepOf } from '../verdict.ts';

export const stopVerb: Verb = (console) =>
  new Command('stop')
    .summary('end a sweep: what waits and what runs')
    .description('Ends a sweep, or every sweep of the ledger. `labsweep run` goes on with it later.')
    .argument('[sweep]', 'its name')
    .addOption(stateOption())
    .addOption(inventoryOption())
    .addHelpText('after', '\nExample:\n  labsweep stop quickstart')
    .action(async (sweep: string | undefined, options: { state?: string; inventory?: string }) => {
      const folder = existingStateFolder(console, options.state);
      if (sweep !== undefined) sweepOf(readLedgerState(folder), sweepName(sweep));
      const hosts = readLab(console, folder, options.inventory);
      console.out(`${await stopSweeps(console, folder, hosts, sweep ?? null)}\n`);
    });
