import { Command, Option } from 'commander';
import { trialsOf } from '../../ledger/sweeps.ts';
import { boardReporter } from '../board-reporter.ts';
import { exitCodeOf } from '../exit.ts';
import { onInterrupt } from '../interrupt.ts';
import { chooseSweep } from '../../session/sweep/chosen-sweep.ts';
import { storeFolder } from '../../session/content/named-content.ts';
import { type ChangeOptions, declareSweep } from '../../session/sweep/declare.ts';
import { runDetached } from '../../session/run/detach.ts';
import { readLab } from '../../session/lab/lab.ts';
import { rememberUsed } from '../../session/place/last-used.ts';
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
import { stateFolderInLab, stateFolderOf } from '../../session/place/state-folder.ts';
import type { SweepOptions } from '../../session/sweep/sweep-source.ts';

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
      const { loaded, part, beside } = chooseSweep(console, path, options);
      const there = stateFolderOf(console, loaded.folder, options.state);
      const places = { sweep: loaded.folder, state: there ?? undefined };
      const lab = readLab(console, places, options.inventory);
      const agentFolders = lab.hosts.map((host) => host.folder);
      const folder = stateFolderInLab(console, loaded.folder, { there, named: options.state }, agentFolders);
      const declared = await declareSweep(console, loaded, folder, lab.inventory?.path ?? null, options);
      const { declaration } = declared;
      const name = declaration.sweep;
      rememberUsed(console, { state: folder, inventory: lab.inventory?.path ?? null });
      if (beside !== null)
        console.tell(`Sweep ${name}: other trials than those of ${path}, so ${beside} stays as it is.\n`);
      const all = { declaration, points: [...declared.points] };
      const request = {
        folder,
        store: storeFolder(folder),
        lab,
        awaited: [{ sweep: name, trials: part === null ? null : trialsOf(declared, part) }],
        command:
          part === null ? { kind: 'run' as const, ...all } : { kind: 'run-part' as const, ...all, part },
        breakLock: options.breakLock === true,
        foreground: false,
        isDetached: false,
      };
      if (options.detach === true) return done(exitCodeOf[await runDetached(console, request)]);
      const reporterOf = (sweep: string): RunReporter =>
        options.json === true ? jsonReporter(console, sweep) : boardReporter(console, sweep);
      done(exitCodeOf[await runSweep(console, { ...request, onInterrupt, reporterOf })]);
    });
