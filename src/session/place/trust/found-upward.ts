/** Files that nobody has named are looked for upward, and followed only where nobody else could have put them there. */
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Caller } from '../../caller.ts';
import { SessionError } from '../../session-error.ts';
import { quoted } from '../../text/quoted.ts';
import { folderObjection, isOpenToAll, isOwn, objection } from './objection.ts';
import { isTrusted } from './trusted-folders.ts';

/**
 * @param nearest what lies at or above a folder
 * @throws SessionError where somebody else may write it
 */
export function findUpward(
  caller: Caller,
  from: string,
  nearest: (from: string) => string | null,
): string | null {
  const found = nearest(from);
  if (found === null) return null;
  const folder = dirname(found);
  const isFollowed = isTrusted(caller, folder);
  if (!isFollowed && isOpenToAll(folder) && !isOwn(found)) {
    sayPassedBy(caller, found);
    return folder === dirname(folder) ? null : findUpward(caller, dirname(folder), nearest);
  }
  if (!existsSync(found))
    throw new SessionError(`${found} is a link that leads nowhere; mend it or remove it.`);
  if (isFollowed) return found;
  const because = objection(found);
  if (because !== null) throw notOwn(`${found} is not used`, because, folder);
  return found;
}

/** @throws SessionError where what is made in the folder would not be found again */
export function requireOwnFolder(caller: Caller, folder: string): void {
  const because = isTrusted(caller, folder) ? null : folderObjection(folder);
  if (because !== null) throw notOwn(`no .labsweep is made in ${folder}`, because, folder);
}

const passedBy = new Set<string>();

/** Once: a command looks for a state folder and an inventory, from one place and another. */
function sayPassedBy(caller: Caller, found: string): void {
  if (passedBy.has(found)) return;
  passedBy.add(found);
  caller.tell(
    `${found} belongs to another user and is passed by: every user may put files into ${dirname(found)}.\n`,
  );
}

const notOwn = (what: string, because: string, folder: string): SessionError =>
  new SessionError(
    `${what}: ${because}. Whoever can write an inventory or a ledger can run commands as you.\n` +
      `If you trust everybody who can write there, type: labsweep trust ${quoted(folder)}`,
  );
