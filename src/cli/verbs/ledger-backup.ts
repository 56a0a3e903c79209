import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { copyLedger } from '../../ledger/store/copy-ledger.ts';
import { writeWholeFile } from '../../ledger/store/whole-file.ts';
import { formatSize } from '../../model/size.ts';
import { counted } from '../../session/text/counted.ts';
import { CommandError, exitCode } from '../exit.ts';
import { checkLedger, harmIn, type LedgerCheck } from '../../session/ledger/ledger-check.ts';
import { namedLedger, requireLedger, requirePlaceFor } from '../../session/ledger/ledger-path.ts';
import { overwriteOption, stateOption } from '../options.ts';
import type { Verb } from '../verb.ts';

export const ledgerBackupVerb: Verb = (console) =>
  new Command('backup')
    .summary('copy the ledger to another file, also while a sweep runs')
    .description(
      'Copies the ledger as it is at this moment into one file, checks the copy, and only then gives it its name.\n' +
        'A coordinator goes on meanwhile. Artifacts and logs are not in it; they lie beside the ledger and on the hosts.',
    )
    .argument('<file>', 'where the copy goes')
    .addOption(overwriteOption())
    .addOption(stateOption())
    .addHelpText('after', '\nExample:\n  labsweep ledger backup ~/backups/lab.db --overwrite')
    .action((file: string, options: { state?: string; overwrite?: boolean }) => {
      const ledger = namedLedger(console, options.state);
      requireLedger(ledger);
      const path = resolve(console.cwd, file);
      requirePlaceFor(path, ledger, options.overwrite);
      const { events } = writeWholeFile(path, (unfinished) => {
        copyLedger(ledger, unfinished);
        return requireSound(ledger, checkLedger(unfinished));
      });
      console.out(
        `${file}: ${counted(events, 'event')}, ${formatSize(statSync(path).size)}; every hash is as it was written\n`,
      );
    });

/** A copy of a damaged ledger would take the place of an earlier one that is good. */
function requireSound(ledger: string, check: LedgerCheck): LedgerCheck {
  if (harmIn(check).length === 0) return check;
  throw new CommandError(
    `${ledger} is damaged, and nothing was copied; \`labsweep ledger verify\` says what can be saved.`,
    { exitCode: exitCode.failedInPart },
  );
}
