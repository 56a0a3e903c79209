/** Which file a verb of the ledger means. */
import { existsSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ledgerFile } from '../../ledger/store/ledger-file.ts';
import { openLedgerFile } from '../../ledger/store/reader.ts';
import type { Console } from '../../cli/console.ts';
import { CommandError } from '../../cli/exit.ts';
import { requireStateFolder } from '../place/state-folder.ts';

/** The ledger of the state folder that is named, else of the nearest. @throws CommandError where there is none */
export const namedLedger = (console: Console, named: string | undefined): string =>
  join(requireStateFolder(console, named), ledgerFile);

export function noLedger(path: string): CommandError {
  return basename(path) === ledgerFile
    ? new CommandError(`there is no ledger in ${dirname(path)}; \`labsweep run SWEEP\` starts one.`)
    : new CommandError(`${path}: there is no such ledger.`);
}

/** @throws CommandError where the file is none that this labsweep reads */
export function requireLedger(path: string): void {
  const opened = openLedgerFile(path);
  if (opened.kind === 'none') throw noLedger(path);
  if (opened.kind !== 'opened') throw new CommandError(opened.message);
}

/** @throws CommandError where nothing can be put there, or a file is there that was not said to be replaced */
export function requirePlaceFor(path: string, ledger: string, overwrite: boolean | undefined): void {
  if (!existsSync(dirname(path))) throw new CommandError(`${path}: there is no folder ${dirname(path)}.`);
  if (!existsSync(path)) return;
  if (!statSync(path).isFile()) throw new CommandError(`${path} is not a file; name one.`);
  if (realpathSync(path) === realpathSync(ledger)) throw new CommandError(`${path} is the ledger itself.`);
  if (overwrite !== true) throw new CommandError(`${path} is there already; --overwrite takes its place.`);
}
