/** Root writes into what is read-only by its mode: a program of root sees it in a mount namespace in which nobody can. */
import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { findProgram } from '../supervisor/program-path.ts';
import type { Place } from './place.ts';

/** An account's PATH need not have what its administrator has. */
const systemPath = '/usr/sbin:/usr/bin:/sbin:/bin';
const limitMs = 10_000;

/**
 * A command to stand before an argv, for which a folder is mounted read-only then; empty where modes hold for this account.
 * Null where the host does not let root mount: most containers do not.
 *
 * Mounts that are made on the host later are seen still (`slave`), and those in here are not seen there: an unshare(1) that
 * does not know the word would put them on the host, and fails.
 */
export async function readOnlyView(place: Place, folder: string): Promise<readonly string[] | null> {
  if (process.getuid?.() !== 0) return [];
  const path = `${place.environment['PATH'] ?? ''}:${systemPath}`;
  const [unshare, mount] = ['unshare', 'mount'].map((name) => findProgram(name, path, '/'));
  if (unshare?.kind !== 'found' || mount?.kind !== 'found') return null;
  const script = '"$0" --bind "$1" "$1" && "$0" -o remount,bind,ro "$1" && shift && exec "$@"';
  const command = [
    unshare.path,
    '--mount',
    '--propagation',
    'slave',
    '/bin/sh',
    '-c',
    script,
    mount.path,
    folder,
  ];
  const log = `${place.host.root}/check-${randomBytes(4).toString('hex')}.log`;
  writeFileSync(log, '', { mode: 0o600 });
  try {
    const { environment } = place;
    const isReadOnly = ['/bin/sh', '-c', '! touch -c "$0"', folder];
    const argv = [...command, ...isReadOnly];
    const step = { argv, folder: '/', environment, log, limitMs, running: () => {} };
    return (await place.steps.run(step)).kind === 'done' ? command : null;
  } finally {
    rmSync(log, { force: true });
  }
}
