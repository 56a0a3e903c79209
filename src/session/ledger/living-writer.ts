import { livingHolder } from '../../ledger/store/living-holder.ts';
import { isAnswered } from '../../ledger/store/writer-socket.ts';
import { SessionError } from '../session-error.ts';

/**
 * Makes sure that nobody writes a ledger that is about to be replaced: what a coordinator goes on to commit would go
 * into the file that was set aside.
 *
 * @throws SessionError that names who does
 */
export async function requireNoWriter(folder: string): Promise<void> {
  const holder = livingHolder(folder);
  // A damaged ledger may not say any more who holds it; a coordinator that lives answers all the same.
  if (holder === null && !(await isAnswered(folder))) return;
  const who = holder === null ? 'a coordinator' : `process ${holder.pid} on ${holder.hostname}`;
  throw new SessionError(
    `${who} holds the ledger of ${folder}; end it by Ctrl-C first (its trials go on). Nothing was changed.`,
  );
}
