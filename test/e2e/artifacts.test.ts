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

  it('is told where it did not come back, by the run, by show and by the leaderboard', async ({ lab }) => {
    const large =
      'head -c 3000000 /dev/zero >"$LABSWEEP_ARTIFACTS/large.bin"; ln -s "$PWD/../log" "$LABSWEEP_ARTIFACTS/log"';
    lab.write('sweep.yaml', shellSweep(`${large}; ${leaves}`, 'grid: {x: [1]}\nartifacts: {max: 4 MB}\n'));
    const run = await lab.labsweep('run', 'sweep.yaml');
    expect(run.code).toBe(exitCode.done);
    const [show, leaderboard] = [await lab.labsweep('show', '#1'), await lab.labsweep('leaderboard')];
    for (const said of [run.err, show.out, leaderboard.out]) {
      expect(said).toContain(
        '1 of 4 artifacts stayed on here: it is a link out of the folder of artifacts (log)',
      );
      expect(said).toContain('1 of 3 artifacts (3 MB) stayed on here: a trial brings back 4 MB at most');
    }
    const [document] = [JSON.parse((await lab.labsweep('show', '#1', '--json')).out)];
    expect(document.attempts[0]).toMatchObject({
      unlisted: [{ why: 'link-leaves', count: 1, path: 'log' }],
      left: [expect.stringContaining('copy the files there'), expect.stringContaining('artifacts: {max: …}')],
    });
  });
});
