import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { copyLedger } from '../../ledger/store/copy-ledger.ts';
import { ledgerFile } from '../../ledger/store/ledger-file.ts';
import { replaceLedger } from '../../ledger/store/replace-ledger.ts';
import { counted } from '../../session/text/counted.ts';
import { CommandError } from '../exit.ts';
import { checkLedger, harmIn } from '../../session/ledger/ledger-check.ts';
import { requireLedger } from '../../session/ledger/ledger-path.ts';
import { requireNoWriter } from '../../session/ledger/living-writer.ts';
import { momentText } from '../../session/text/moment-text.ts';
import { stateOption } from '../options.ts';
import { requireStateFolder } from '../../session/place/state-folder.ts';
import type { Verb } from '../verb.ts';

export const ledgerRestoreVerb: Verb = (console) =>
  new Command('restore')
    .summary('go on with a backup, or with what was recovered')
    .description(
      "Puts a copy of another ledger in the place of the state folder's, and keeps the former in a folder beside it.\n" +
        'What hosts hold of the time between is taken in by `labsweep resume`; what they gave away by then is trained again.',
    )
    .argument('<file>', 'a ledger that verifies; it stays as it is')
    .addOption(stateOption())
    .addHelpText('after', '\nExample:\n  labsweep ledger restore ~/backups/lab.db && labsweep resume')
    .action(async (file: string, options: { state?: string }) => {
      const folder = requireStateFolder(console, options.state);
      const path = resolve(console.cwd, file);
      requireLedger(path);
      const check = checkLedger(path);
      if (harmIn(check).length > 0)
        throw new CommandError(
          `${file} is damaged; \`labsweep ledger verify ${file}\` says what can be saved. Nothing was changed.`,
        );
      await requireNoWriter(folder);
      const former = existsSync(join(folder, ledgerFile));
      const aside = `ledger-until-${momentText(Date.now()).replace(' ', 'T').replaceAll(':', '')}`;
      replaceLedger(folder, aside, (unfinished) => copyLedger(path, unfinished));
      console.out(
        `The ledger has ${counted(check.events, 'event')} now; \`labsweep resume\` goes on with it.\n`,
      );
      if (former) console.tell(`The former one is kept in ${join(folder, aside)}.\n`);
    });
