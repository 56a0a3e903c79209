/** Which file a verb of the ledger means. */
import { existsSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ledgerFile } from '../../ledger/store/ledger-file.ts';
import { openLedgerFile } from '../../ledger/store/reader.ts';
import type { Caller } from '../caller.ts';
import { SessionError } from '../session-error.ts';
import { requireStateFolder } from '../place/state-folder.ts';

/** The ledger of the state folder that is named, else of the nearest. @throws SessionError where there is none */
export const namedLedger = (caller: Caller, named: string | undefined): string =>
  join(requireStateFolder(caller, named), ledgerFile);

export function noLedger(path: string): SessionError {
  return basename(path) === ledgerFile
    ? new SessionError(`there is no ledger in ${dirname(path)}; \`labsweep run SWEEP\` starts one.`)
    : new SessionError(`${path}: there is no such ledger.`);
}

/** @throws SessionError where the file is none that this labsweep reads */
export function requireLedger(path: string): void {
  const opened = openLedgerFile(path);
  if (opened.kind === 'none') throw noLedger(path);
  if (opened.kind !== 'opened') throw new SessionError(opened.message);
}

/** @throws SessionError where nothing can be put there, or a file is there that was not said to be replaced */
export function requirePlaceFor(path: string, ledger: string, overwrite: boolean | undefined): void {
  if (!existsSync(dirname(path))) throw new SessionError(`${path}: there is no folder ${dirname(path)}.`);
  if (!existsSync(path)) return;
  if (!statSync(path).isFile()) throw new SessionError(`${path} is not a file; name one.`);
  if (realpathSync(path) === realpathSync(ledger)) throw new SessionError(`${path} is the ledger itself.`);
  if (overwrite !== true) throw new SessionError(`${path} is there already; --overwrite takes its place.`);
}
