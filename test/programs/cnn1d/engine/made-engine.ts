import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { installEngine } from '../../../../src/programs/cnn1d/engine/install/install-engine.ts';
import { releases } from '../../../../src/programs/cnn1d/engine/install/releases.ts';

const caches = join(import.meta.dirname, '../../../../node_modules/.cache/labsweep-engines');
const tools = [['npm'], ['python3', '-m', 'pip'], ['g++'], ['strip']];

/**
 * Whether the tools of an installation are here; one line says which is missing where not. Where LABSWEEP_NATIVE=required
 * says that the engine must be tested, tests fail instead. @throws where they must run and cannot
 */
export function enginesCanBeMade(): boolean {
  const missing = tools.filter((words) => !isHere(words));
  const named = missing.map((words) => words.join(' ')).join(', ');
  if (missing.length > 0 && process.env['LABSWEEP_NATIVE'] === 'required')
    throw new Error(`LABSWEEP_NATIVE=required, but there is no ${named}`);
  if (missing.length > 0) process.stderr.write(`The engine native is not tested: there is no ${named}.\n`);
  return missing.length === 0;
}

function isHere([tool = '', ...args]: readonly string[]): boolean {
  try {
    execFileSync(tool, [...args, '--version'], { stdio: 'ignore' });
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
  const { folder } = await installEngine('native', draft, () => {}, new AbortController().signal);
  try {
    renameSync(folder, place);
  } catch {
    // Another test was as fast.
  }
  rmSync(draft, { recursive: true });
  return place;
}
