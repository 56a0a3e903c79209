import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { enginesCanBeMade, madeEngine } from './made-engine.ts';

const installationMs = 300_000;
/** Less than a third of what the smallest signal of the network takes in a thousand steps; noise is half a megabyte. */
const mostBytes = 3e6;

// A tensor of a few numbers is not seen in a process's memory: the engines' contract counts those.
describe.each([
  { engine: 'wasm', isHere: true },
  { engine: 'native', isHere: enginesCanBeMade() },
])('the memory of a process on $engine', ({ engine, isHere }) => {
  it.skipIf(!isHere).for([false, true])(
    'does not grow in a thousand steps, batchNorm %s',
    { timeout: installationMs },
    async (batchNorm) => {
      const folder = engine === 'native' ? await madeEngine() : '';
      expect(await grownBytes(engine, folder, String(batchNorm))).toBeLessThan(mostBytes);
    },
  );
});

describe('the measure of it', () => {
  it('sees a signal that each step forgets', { timeout: 120_000 }, async () => {
    expect(await grownBytes('wasm', '', 'true', 'leak')).toBeGreaterThan(2 * mostBytes);
  });
});

async function grownBytes(...words: readonly string[]): Promise<number> {
  const program = join(import.meta.dirname, 'thousand-steps.ts');
  const flags = ['--expose-gc', '--max-semi-space-size=1'];
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, program, ...words]);
  return Number(stdout);
}
