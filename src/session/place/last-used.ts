/**
 * Which state folder and inventory the last command in a folder used, so that it is said where another one is found.
 * Kept in the user's cache: it is for a sentence, and nothing depends on it.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { Caller } from '../caller.ts';

const mostFolders = 100;

const placesSchema = z.object({
  cwd: z.string(),
  state: z.string().nullable(),
  inventory: z.string().nullable(),
});
type Places = z.infer<typeof placesSchema>;

/** Null for what no command here has used, as far as is known. */
export const lastUsed = (caller: Caller): Omit<Places, 'cwd'> =>
  all(caller).find(({ cwd }) => cwd === caller.cwd) ?? { state: null, inventory: null };

export function rememberUsed(caller: Caller, used: Partial<Omit<Places, 'cwd'>>): void {
  const file = cacheFile(caller);
  const before = lastUsed(caller);
  const now = { ...before, ...used };
  if (file === null || (now.state === before.state && now.inventory === before.inventory)) return;
  const others = all(caller).filter(({ cwd }) => cwd !== caller.cwd);
  const places = [{ cwd: caller.cwd, ...now }, ...others].slice(0, mostFolders);
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(`${file}.${process.pid}`, JSON.stringify(places), { mode: 0o600 });
    renameSync(`${file}.${process.pid}`, file);
  } catch {
    // A home that cannot be written is no reason to do nothing.
  }
}

function all(caller: Caller): readonly Places[] {
  const file = cacheFile(caller);
  if (file === null) return [];
  try {
    return z.array(placesSchema).parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return [];
  }
}

function cacheFile({ env }: Caller): string | null {
  const { HOME: home, XDG_CACHE_HOME: cache } = env;
  if (cache?.startsWith('/') === true) return join(cache, 'labsweep/last-used.json');
  return home === undefined || home === '' ? null : join(home, '.cache/labsweep/last-used.json');
}
