import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { isPlainFile } from '../../ledger/store/plain-file.ts';
import { salvage } from '../../ledger/store/salvage.ts';
import { writeWholeFile } from '../../ledger/store/whole-file.ts';
import { writeRecovered } from '../../ledger/store/write-recovered.ts';
import { counted } from '../../session/text/counted.ts';
import { CommandError, exitCode } from '../exit.ts';
import { savedText } from '../ledger-text.ts';
import { savedOf } from '../../session/ledger/ledger-check.ts';
import { namedLedger, noLedger, requirePlaceFor } from '../../session/ledger/ledger-path.ts';
import { overwriteOption, stateOption } from '../options.ts';
import type { Verb } from '../verb.ts';

interface RecoverOptions {
  readonly from?: string;
  readonly state?: string;
  readonly overwrite?: boolean;
}

export const ledgerRecoverVerb: Verb = (console) =>
  new Command('recover')
    .summary('save what is good of a damaged ledger')
    .description(
      'Writes a new ledger with every event of a damaged one up to the first that is not as it was written, and with\n' +
        'the metrics lines that match. The damaged file stays as it is. `labsweep ledger restore` goes on with the new one.',
    )
    .argument('<file>', 'where the new ledger goes')
    .option('--from <file>', "another damaged ledger's file (default: that of the state folder)")
    .addOption(overwriteOption())
    .addOption(stateOption())
    .addHelpText(
      'after',
      '\nExample:\n  labsweep ledger recover saved.db && labsweep ledger restore saved.db && labsweep resume',
    )
    .action((file: string, options: RecoverOptions) => {
      const { from, state, overwrite } = options;
      const ledger = from === undefined ? namedLedger(console, state) : resolve(console.cwd, from);
      if (!existsSync(ledger)) throw noLedger(ledger);
      if (!isPlainFile(ledger)) throw new CommandError(`${ledger} is no ledger of labsweep.`);
      const path = resolve(console.cwd, file);
      requirePlaceFor(path, ledger, overwrite);
      const saved = salvage(ledger);
      if (saved.events.length === 0)
        throw new CommandError(
          `${ledger}: no event of it is as it was written. \`labsweep ledger restore FILE\` goes on from a backup.`,
          { exitCode: exitCode.failedInPart },
        );
      writeWholeFile(path, (unfinished) => writeRecovered(saved, unfinished, Date.now()));
      console.out(`${file}: ${savedText(savedOf(saved))}\n`);
      if (saved.lostMetrics.length > 0)
        console.tell(
          `The metrics lines of ${counted(saved.lostMetrics.length, 'attempt')} are lost; their results are not.\n`,
        );
    });
