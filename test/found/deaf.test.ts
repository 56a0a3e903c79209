/**
 * `deaf.py` reads neither its seed nor `--dropout`, and says 0.5 + layers / 20 + 0.02 in its last line: right is 0.67 for
 * 3 layers and 0.62 for 2, whatever the dropout, with no interval.
 */
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { it } from '../e2e/lab.ts';

const program = join(import.meta.dirname, '../fixtures/found/deaf.py');

describe('a program that is deaf to a parameter and to its seed', { timeout: 180_000 }, () => {
  it('is found out while it runs, in the leaderboard and in JSON', async ({ lab }) => {
    lab.write(
      'sweep.yaml',
      `sweep: deaf\nprogram: {command: [python3, ${program}, '{args}']}\n` +
        'objective: {metric: val_accuracy, goal: maximize}\nresources: {cpus: 0}\n' +
        'grid: {layers: [2, 3], dropout: [0.1, 0.5]}\nreplicates: 2\n',
    );
    const run = await lab.labsweep('run', 'sweep.yaml');
    expect(run.code).toBe(0);
    const sentence = 'dropout changes nothing between these points: does the program read it?';
    expect(run.out).toContain(sentence);
    expect(run.out).not.toContain('layers changes');
    expect(run.out).toMatch(/^1 {2}0\.6700 +2! +3 +0\.1\n2 {2}0\.6700 +2! +3 +0\.5\n3 {2}0\.6200 +2! +2 /m);
    expect(run.out).not.toContain('±');
    expect(run.out).toContain('so the program ignores its seed');
    expect((await lab.labsweep('leaderboard')).out).toContain(sentence);
    expect((await lab.labsweep('status')).out).toContain(sentence);
    const { ignored, rows } = JSON.parse((await lab.labsweep('leaderboard', '--json')).out);
    expect(ignored).toEqual([{ parameter: 'dropout', pairs: 2 }]);
    expect(rows.every(({ seedIgnored }: { seedIgnored: boolean }) => seedIgnored)).toBe(true);
    const again = (await lab.labsweep('run', 'sweep.yaml', '--json')).out.trim().split('\n').at(-1) ?? '';
    expect(JSON.parse(again)).toMatchObject({ event: 'end', ignored });
  });
});
