import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { it } from './lab.ts';
import { shellSweep } from './sweeps.ts';

const leaves = [
  'printf words >"$LABSWEEP_ARTIFACTS/small.txt"',
  'mkdir "$LABSWEEP_ARTIFACTS/deep"',
  'head -c 3000000 /dev/zero >"$LABSWEEP_ARTIFACTS/deep/large.bin"',
  `echo '{"score": 1}'`,
].join('; ');

describe('P1 what a trial leaves behind', () => {
  it('lies in the state folder when the run is over: what came with its end, and what is larger', async ({
    lab,
  }) => {
    lab.write('sweep.yaml', shellSweep(leaves, 'grid: {x: [1]}\n'));
    expect(await lab.labsweep('run', 'sweep.yaml')).toMatchObject({ code: exitCode.done });
    const root = lab.path('.labsweep/artifacts');
    const [attempt = '', ...more] = readdirSync(root);
    expect(more).toEqual([]);
    const read = (name: string): Buffer => readFileSync(join(root, attempt, name));
    expect(read('small.txt').toString()).toBe('words');
    const zeros = createHash('sha256').update(Buffer.alloc(3_000_000)).digest('hex');
    expect(createHash('sha256').update(read('deep/large.bin')).digest('hex')).toBe(zeros);
    expect(readdirSync(join(root, attempt)).toSorted()).toEqual(['deep', 'small.txt']);
  });
});
