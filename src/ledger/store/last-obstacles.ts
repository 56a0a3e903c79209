/** Why no host could go on with a sweep when its coordinator ended, for who asks afterwards. Beside the ledger, no part of it. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { hostNameSchema, sweepNameSchema, type SweepName } from '../../model/ids.ts';
import { refusalSchema } from '../../model/refusal/refusal.ts';

const fileName = 'obstacles.json';
const obstaclesSchema = z.array(z.object({ host: hostNameSchema, refusal: refusalSchema }));
const fileSchema = z.array(z.object({ sweep: sweepNameSchema, obstacles: obstaclesSchema }));

export type Obstacles = Readonly<z.infer<typeof obstaclesSchema>>;
export type LastObstacles = ReadonlyMap<SweepName, Obstacles>;

export function readLastObstacles(folder: string): LastObstacles {
  try {
    const file = fileSchema.parse(JSON.parse(readFileSync(join(folder, fileName), 'utf8')));
    return new Map(file.map(({ sweep, obstacles }) => [sweep, obstacles]));
  } catch {
    return new Map();
  }
}

/**
 * Called by the writer alone, before it gives the ledger back. What was known of other sweeps stays.
 *
 * @param now of each sweep that was asked for; null where nothing kept it from going on
 */
export function writeLastObstacles(folder: string, now: ReadonlyMap<SweepName, Obstacles | null>): void {
  const before = readLastObstacles(folder);
  const known = new Map<SweepName, Obstacles>(before);
  for (const [sweep, obstacles] of now)
    if (obstacles === null) known.delete(sweep);
    else known.set(sweep, obstacles);
  if (known.size + before.size === 0) return;
  const path = join(folder, fileName);
  const next = `${path}.next`;
  const file = [...known].map(([sweep, obstacles]) => ({ sweep, obstacles }));
  writeFileSync(next, `${JSON.stringify(file)}\n`, { mode: 0o600 });
  renameSync(next, path);
}
