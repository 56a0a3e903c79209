/** The folders whose inventory.json and `.labsweep` a person has said to trust, a line each. */
import { appendFileSync, existsSync, mkdirSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Caller } from '../../caller.ts';
import { packageFolder } from '../../package-files.ts';
import { objection } from './objection.ts';

/** Null where the person has no home. */
export function trustFile({ env }: Caller): string | null {
  const { HOME: home, XDG_CONFIG_HOME: config } = env;
  if (config?.startsWith('/') === true) return join(config, 'labsweep/trusted');
  return home === undefined || home === '' ? null : join(home, '.config/labsweep/trusted');
}

/** What lies beside the labsweep that runs is as good as its code, whoever owns a checkout that was mounted. */
export function isTrusted(caller: Caller, folder: string): boolean {
  const real = realpathSync(folder);
  return real === realpathSync(packageFolder) || trustedFolders(caller).includes(real);
}

export function trustFolder(file: string, folder: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  appendFileSync(file, `${realpathSync(folder)}\n`, { mode: 0o600 });
}

function trustedFolders(caller: Caller): readonly string[] {
  const file = trustFile(caller);
  if (file === null || !existsSync(file) || objection(file) !== null) return [];
  return readFileSync(file, 'utf8').split('\n').filter(Boolean);
}
