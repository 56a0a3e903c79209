import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { changed } from '../ledger/store/damaged.ts';
import { it } from './lab.ts';
import { counts, shellSweep } from './sweeps.ts';

describe('P1 a ledger that a disk has damaged', () => {
  it('is told by `run` with the commands that help; after these, what was saved is not trained again', async ({
    lab,
  }) => {
    lab.write('sweep.yaml', shellSweep(counts(lab.path('done')), 'grid: {x: {from: 1, to: 12}}\n'));
    expect(await lab.labsweep('run', 'sweep.yaml')).toMatchObject({ code: exitCode.done });
    const before = JSON.parse((await lab.labsweep('leaderboard', '--json')).out);
    const path = lab.path('.labsweep/ledger.db');
    writeFileSync(path, changed(readFileSync(path), '"score":7'));

    const run = await lab.labsweep('run', 'sweep.yaml');
    expect(run.code).toBe(exitCode.failedInPart);
    expect(run.err).toMatch(
      /LAB\/\.labsweep\/ledger\.db: event \d+ is not what was written \(its hash differs\); the \d+/,
    );
    expect(run.err).toContain('`labsweep ledger recover FILE` saves it.');

    const verified = JSON.parse((await lab.labsweep('ledger', 'verify', '--json')).out);
    expect(verified.saved.results).toBeLessThan(12);
    expect(await lab.labsweep('ledger', 'recover', 'saved.db')).toMatchObject({ code: exitCode.done });
    expect(await lab.labsweep('ledger', 'restore', 'saved.db')).toMatchObject({ code: exitCode.done });
    const trained = lab.read('done').trim().split('\n').length;
    const again = await lab.labsweep('run', 'sweep.yaml');
    expect(again.code, again.err).toBe(exitCode.done);
    const board = JSON.parse((await lab.labsweep('leaderboard', '--json')).out);
    expect(board.rows.map((row: { metrics: object }) => row.metrics)).toEqual(
      before.rows.map((row: { metrics: object }) => row.metrics),
    );
    expect(lab.read('done').trim().split('\n')).toHaveLength(trained + 12 - verified.saved.results);
    expect(await lab.labsweep('ledger', 'verify')).toMatchObject({ code: exitCode.done });
  });
});
