import { text } from 'node:stream/consumers';
import { Command } from 'commander';
import { z } from 'zod';
import { askedSchema } from '../../coordinator/core/command.ts';
import { boardReporter } from '../board-reporter.ts';
import { exitCodeOf } from '../exit.ts';
import { onInterrupt } from '../interrupt.ts';
import { readLab } from '../../session/lab/lab.ts';
import { storeFolder } from '../../session/content/named-content.ts';
import { openState } from '../../session/ledger/open.ts';
import { inventoryOption, stateOption } from '../options.ts';
import { runSweep } from '../../session/run/run-sweep.ts';
import type { Verb } from '../verb.ts';
import { awaitedOf } from '../../session/run/watched.ts';

/** Typed by nobody: how a command leaves sweeps to a coordinator in the background, with their names on its standard input. */
export const coordinateVerb: Verb = (console, done) =>
  new Command('coordinate')
    .description('Goes on with sweeps that another command has left, as JSON on standard input.')
    .addOption(stateOption())
    .addOption(inventoryOption())
    .action(async (options: { state?: string; inventory?: string }) => {
      const asked = z.array(askedSchema).parse(JSON.parse(await text(process.stdin)));
      const { folder } = openState(console, options);
      const outcome = await runSweep(console, {
        folder,
        store: storeFolder(folder),
        lab: readLab(console, { state: folder }, options.inventory),
        awaited: asked.map(awaitedOf),
        command: { kind: 'go-on', asked },
        breakLock: false,
        lacksGpuEngine: false,
        foreground: false,
        isDetached: true,
        onInterrupt,
        reporterOf: (sweep) => boardReporter(console, sweep),
      });
      done(exitCodeOf[outcome]);
    });
