/** Users and groups of this machine, as its name service knows them (nsswitch.conf(5): files, LDAP, …). */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Whose files are as good as one's own: the user, root, and who has become root by sudo. */
export function ownAccounts(): ReadonlySet<number> {
  const user = process.getuid?.() ?? 0;
  const behind = process.env['SUDO_UID'] ?? '';
  return new Set([user, 0, ...(user === 0 && /^\d+$/.test(behind) ? [Number(behind)] : [])]);
}

export const userName = (uid: number): string => look('passwd', uid)?.[0] ?? `user ${uid}`;
export const groupName = (gid: number): string => look('group', gid)?.[0] ?? String(gid);

/** Whether a group is one user's own: it has that user's name, is the first of that user, and nobody else is in it. */
export function isPrivateGroup(gid: number, uid: number): boolean {
  const [user, , , first] = look('passwd', uid) ?? [];
  const [group, , , members = ''] = look('group', gid) ?? [];
  const isAlone = members.split(',').every((member) => member === '' || member === user);
  return (
    user !== undefined && group === user && first === String(gid) && isAlone && !isFirstOfOthers(gid, user)
  );
}

/** Of the users that this machine itself has; a directory service may not list its own. */
const isFirstOfOthers = (gid: number, user: string): boolean =>
  readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .some(([name, , , first]) => first === String(gid) && name !== user);

/** getent(1); null where there is no such entry, or nobody to ask. */
function look(database: 'passwd' | 'group', id: number): readonly string[] | null {
  try {
    return execFileSync('getent', [database, String(id)], { encoding: 'utf8', stdio: 'pipe' })
      .trimEnd()
      .split(':');
  } catch {
    return null;
  }
}

/** Whether a file lets in more users than its mode says: `ls` marks an access control list by `+` (POSIX, ls). */
export function hasAccessList(path: string): boolean {
  try {
    const env = { ...process.env, LC_ALL: 'C' };
    return /^.{10}\+/m.test(
      execFileSync('ls', ['-ldnq', '--', path], { encoding: 'utf8', stdio: 'pipe', env }),
    );
  } catch {
    return true;
  }
}
