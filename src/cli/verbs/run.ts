import { Command, Option } from 'commander';
import { boardReporter } from '../board-reporter.ts';
import { storeFolder } from '../named-content.ts';
import { type ChangeOptions, declareSweep } from '../declare.ts';
import { runDetached } from '../detach.ts';
import { readLab } from '../lab.ts';
import { rememberUsed } from '../last-used.ts';
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
import { jsonReporter } from '../run-reporter.ts';
import { runSweep } from '../run-sweep.ts';
import { stateFolderFor } from '../state-folder.ts';
import { loadSweep, type SweepOptions } from '../sweep-source.ts';

interface RunOptions extends SweepOptions, ChangeOptions {
  readonly state?: string;
  readonly inventory?: string;
  readonly json?: boolean;
  readonly breakLock?: boolean;
  readonly detach?: boolean;
}

export const runVerb: Verb = (console, done) =>
  new Command('run')
    .summary('run a sweep, or go on with it')
    .description(
      'Runs a sweep to its end, on every host of the inventory. What has a result already is not trained again;\n' +
        'on a sweep that was interrupted, `run` goes on where it stood. Ctrl-C leaves the trials running.',
    )
    .argument('<sweep>', 'the sweep file')
    .addOption(setOption())
    .addOption(limitOption())
    .addOption(replicatesOption())
    .addOption(nameOption())
    .addOption(keepOption())
    .addOption(freshOption())
    .addOption(stateOption())
    .addOption(inventoryOption())
    .addOption(yesOption())
    .addOption(breakLockOption())
    .addOption(new Option('--detach', 'leave the coordinator in the background, and end').conflicts('json'))
    .addOption(jsonOption('events as NDJSON on standard output, the last one `end`'))
    .addHelpText('after', '\nExample:\n  labsweep run sweeps/quickstart.yaml --set fixed.epochs=2 --limit 3')
    .action(async (path: string, options: RunOptions) => {
      const loaded = loadSweep(console, path, options);
      const folder = stateFolderFor(console, loaded.folder, options.state);
      const lab = readLab(console, { sweep: loaded.folder, state: folder }, options.inventory);
      const { declaration, points } = await declareSweep(console, loaded, folder, options);
      const name = declaration.sweep;
      rememberUsed(console, { state: folder, inventory: lab.inventory?.path ?? null });
      const request = {
        folder,
        store: storeFolder(folder),
        lab,
        sweep: name,
        command: { kind: 'run' as const, declaration, points: [...points] },
        breakLock: options.breakLock === true,
      };
      if (options.detach === true) return done(await runDetached(console, request));
      const reporter = options.json === true ? jsonReporter(console, name) : boardReporter(console, name);
      done(await runSweep(console, { ...request, foreground: false, reporter }));
    });
