import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { installEngine } from '../../../../src/programs/cnn1d/engine/install/install-engine.ts';
import { releases } from '../../../../src/programs/cnn1d/engine/install/releases.ts';

const caches = join(import.meta.dirname, '../../../../node_modules/.cache/labsweep-engines');
const tools = ['npm', 'python3', 'g++', 'strip'];

/** Whether the tools of an installation are here; says which is missing where not. */
export function enginesCanBeMade(): boolean {
  const missing = tools.filter((tool) => !isHere(tool));
  if (missing.length > 0)
    process.stderr.write(`The engine native is not tested: there is no ${missing.join(', ')}.\n`);
  return missing.length === 0;
}

function isHere(tool: string): boolean {
  try {
    execFileSync(tool, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** The engine native, made with the product's own installer; once for all tests of this checkout. */
export async function madeEngine(): Promise<string> {
  const release = createHash('sha256').update(JSON.stringify(releases.native)).digest('hex').slice(0, 12);
  const place = join(caches, release);
  if (existsSync(place)) return place;
  mkdirSync(caches, { recursive: true });
  const draft = await mkdtemp(join(caches, 'draft-'));
  await installEngine('native', draft, () => {});
  try {
    renameSync(draft, place);
  } catch {
    // Another test was as fast.
    rmSync(draft, { recursive: true });
  }
  return place;
}
