import { existsSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { Command } from 'commander';
import { stateFolderName } from '../../ledger/store/state-folder.ts';
import { CommandError } from '../exit.ts';
import { isOpenToAll, objection } from '../../session/place/trust/objection.ts';
import { isTrusted, trustFile, trustFolder } from '../../session/place/trust/trusted-folders.ts';
import type { Verb } from '../verb.ts';

export const trustVerb: Verb = (console) =>
  new Command('trust')
    .summary("use the inventory and the ledger of a folder that is another's")
    .description(
      'An inventory.json or .labsweep that is found by looking upward is used only where nobody but you and root may write\n' +
        'it. This says that those of a folder are used all the same, as of a lab that shares them: all who may write there\n' +
        'can run commands as you.',
    )
    .argument('<folder>', 'where inventory.json or .labsweep lies')
    .addHelpText('after', '\nExample:\n  labsweep trust /srv/lab')
    .action((name: string) => {
      const folder = folderOf(resolve(console.cwd, name));
      if (isOpenToAll(folder))
        throw new CommandError(
          `every user may put files into ${folder}; name yours by --inventory and --state instead.`,
        );
      // The list of trusted folders has a line for each.
      if (/[\n\r]/.test(realpathSync(folder)))
        throw new CommandError('a folder with a line break in its path cannot be trusted; rename it.');
      const file = trustFile(console);
      if (file === null) throw new CommandError('there is no home to note that in; set HOME.');
      const because = existsSync(file) ? objection(file) : null;
      if (because !== null)
        throw new CommandError(
          `${file} would not count: ${because}. Make it yours alone (chown, chmod go-w), then type this again.`,
        );
      if (isTrusted(console, folder)) return console.out(`${folder} is trusted already\n`);
      trustFolder(file, folder);
      console.out(`${folder} is trusted from now on; ${file} says so\n`);
    });

/** Of one of the two files, where it lies. @throws CommandError for anything else that is no folder */
function folderOf(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw new CommandError(`${path}: there is no such folder.`);
  return stats.isDirectory() && basename(path) !== stateFolderName ? path : dirname(path);
}
