/** Whether somebody else could have written what labsweep is about to follow. */
import { lstatSync, readdirSync, realpathSync, type Stats, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { groupName, hasAccessList, isPrivateGroup, ownAccounts, userName } from './accounts.ts';

const otherWrites = 0o002;
const groupWrites = 0o020;
const sticky = 0o1000;

/**
 * Who else may write a file or a folder that was found, where it lies, or what lies directly in it; null for nobody.
 *
 * @param path of something that is there; a link is followed, and is somebody's itself
 */
export function objection(path: string): string | null {
  const real = realpathSync(path);
  const owner = ownerObjection(path, lstatSync(path));
  if (owner !== null) return owner;
  for (const folder of new Set([dirname(path), dirname(real)])) {
    const found = folderObjection(folder);
    if (found !== null) return found;
  }
  return wholeObjection(real);
}

/** The same of a folder in which something is to be made. */
export function folderObjection(folder: string): string | null {
  const stats = statSync(folder);
  // In a sticky folder nobody takes away or replaces what is another's (unlink(2)).
  return (
    ownerObjection(folder, stats) ?? ((stats.mode & sticky) === 0 ? writersObjection(folder, stats) : null)
  );
}

/** Whether everybody may put files there, as in /tmp. */
export function isOpenToAll(folder: string): boolean {
  const { mode } = statSync(folder);
  return (mode & sticky) !== 0 && (mode & otherWrites) !== 0;
}

export const isOwn = (path: string): boolean => ownAccounts().has(lstatSync(path).uid);

function wholeObjection(path: string): string | null {
  const stats = statSync(path);
  const own = ownerObjection(path, stats) ?? writersObjection(path, stats);
  if (own !== null || !stats.isDirectory()) return own;
  for (const name of readdirSync(path)) {
    const entry = join(path, name);
    const found = lstatSync(entry, { throwIfNoEntry: false });
    if (found === undefined) continue; // a coordinator replaces its files all the time
    const because =
      ownerObjection(entry, found) ?? (found.isSymbolicLink() ? null : writersObjection(entry, found));
    if (because !== null) return because;
  }
  return null;
}

const ownerObjection = (path: string, { uid }: Stats): string | null =>
  ownAccounts().has(uid) ? null : `${path} belongs to ${userName(uid)}`;

function writersObjection(path: string, { uid, gid, mode }: Stats): string | null {
  if ((mode & otherWrites) !== 0) return `every user may write ${path}`;
  if ((mode & groupWrites) === 0) return null;
  // Under umask 002, as Debian and Red Hat have it for users with a group of their own.
  const isPrivate = isPrivateGroup(gid, uid) && !hasAccessList(path);
  return isPrivate ? null : `group ${groupName(gid)} may write ${path}`;
}
