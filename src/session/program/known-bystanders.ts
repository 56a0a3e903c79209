/** Bystanders that no later command could know by itself: the log of an earlier one, an inventory that was named then. */
import { readFileSync, realpathSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { z } from 'zod';
import type { BystanderKind } from './bystanders.ts';
import { ownOutputs } from './own-output.ts';

const kindSchema = z.enum([
  'output of labsweep',
  'printed by labsweep',
  'inventory',
]) satisfies z.ZodType<BystanderKind>;
/** By absolute path. */
const knownSchema = z.record(z.string(), kindSchema);
type Known = ReadonlyMap<string, z.infer<typeof kindSchema>>;

const fileIn = (stateFolder: string): string => join(stateFolder, 'bystanders.json');

export function knownBystanders(stateFolder: string | null): Known {
  try {
    const text = stateFolder === null ? '{}' : readFileSync(fileIn(stateFolder), 'utf8');
    return new Map(Object.entries(knownSchema.parse(JSON.parse(text))));
  } catch {
    return new Map(); // none was noted
  }
}

export function noteBystanders(stateFolder: string, found: ReadonlyMap<string, BystanderKind>): void {
  const before = knownBystanders(stateFolder);
  const all = new Map(before);
  for (const [path, kind] of found) {
    const read = kindSchema.safeParse(kind);
    if (read.success && (read.data !== 'printed by labsweep' || !all.has(path))) all.set(path, read.data);
  }
  if ([...all].every(([path, kind]) => before.get(path) === kind)) return;
  const file = fileIn(stateFolder);
  try {
    writeFileSync(`${file}.${process.pid}`, JSON.stringify(Object.fromEntries(all)), { mode: 0o600 });
    renameSync(`${file}.${process.pid}`, file);
  } catch {
    // Somebody else's state folder, or a full disk: a command that reads goes on.
  }
}

/** `labsweep leaderboard > table.txt` beside a program: what lies below the place of the state folder may be a program's. */
export function noteOutputs(stateFolder: string): void {
  const place = `${realpathSync(dirname(stateFolder))}${sep}`;
  const beside = ownOutputs().flatMap(({ path }) => (path?.startsWith(place) === true ? [path] : []));
  noteBystanders(stateFolder, new Map(beside.map((path) => [path, 'printed by labsweep'])));
}
