import { Command } from 'commander';
import { boardReporter } from '../board-reporter.ts';
import { storeFolder } from '../named-content.ts';
import { readLab } from '../lab.ts';
import { rememberUsed } from '../last-used.ts';
import { openState } from '../open.ts';
import { breakLockOption, inventoryOption, jsonOption, stateOption } from '../options.ts';
import { requirePassedOf } from '../passed-variables.ts';
import type { Verb } from '../verb.ts';
import { jsonReporter } from '../run-reporter.ts';
import { runSweep } from '../run-sweep.ts';
import { sweepNamed } from '../sweep-argument.ts';

interface ResumeOptions {
  readonly state?: string;
  readonly inventory?: string;
  readonly json?: boolean;
  readonly breakLock?: boolean;
}

export const resumeVerb: Verb = (console, done) =>
  new Command('resume')
    .summary('go on with what was interrupted')
    .description(
      'Comes back to a sweep after a crash, Ctrl-C or `stop`, as it was declared: takes in what finished meanwhile,\n' +
        'adopts what still runs, and starts what is missing.',
    )
    .argument('[sweep]', 'its name (default: the latest)')
    .addOption(stateOption())
    .addOption(inventoryOption())
    .addOption(breakLockOption())
    .addOption(jsonOption('events as NDJSON on standard output, the last one `end`'))
    .addHelpText('after', '\nExample:\n  labsweep resume')
    .action(async (named: string | undefined, options: ResumeOptions) => {
      const { folder, state } = openState(console, options);
      const { name, declaration } = sweepNamed(state, named);
      requirePassedOf(console, declaration.spec.passEnv);
      const lab = readLab(console, { state: folder }, options.inventory);
      rememberUsed(console, { inventory: lab.inventory?.path ?? null });
      done(
        await runSweep(console, {
          folder,
          store: storeFolder(folder),
          lab,
          sweep: name,
          command: { kind: 'resume', sweep: name },
          breakLock: options.breakLock === true,
          foreground: false,
          reporter: options.json === true ? jsonReporter(console, name) : boardReporter(console, name),
        }),
      );
    });
