/** What older versions of labsweep left behind, as fixtures/older/record.sh recorded it. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { machineName } from '../../src/worker/spool/machine-name.ts';
import { it, type Lab } from './lab.ts';

const older = join(import.meta.dirname, '../fixtures/older');
const versions = readdirSync(older).filter((name) => name.endsWith('.tgz'));

/** @returns what this machine has of the host's folder */
function unpack(lab: Lab, version: string): string {
  const inventory = lab.read('inventory.json');
  const { status, stderr } = spawnSync('tar', ['-xzf', join(older, version), '-C', lab.folder]);
  expect({ status, stderr: String(stderr) }).toEqual({ status: 0, stderr: '' });
  lab.write('inventory.json', inventory);
  const own = join(lab.host, 'host', machineName(lab.host));
  rmSync(own, { recursive: true });
  renameSync(join(lab.host, 'machine'), own);
  return own;
}

/** Attempts that a host has run, each with the `layers` of its point. */
const attemptsIn = (host: string): Map<string, number> =>
  new Map(
    readdirSync(join(host, 'runs')).map((attempt) => {
      const { layers }: { layers: number } = JSON.parse(
        readFileSync(join(host, 'runs', attempt, 'params.json'), 'utf8'),
      );
      return [attempt, layers];
    }),
  );

interface Board {
  readonly rows: readonly {
    readonly params: { readonly layers: number };
    readonly replicates: { readonly done: number };
  }[];
}

describe('P1 a sweep whose coordinator was killed under an older labsweep', () => {
  it.for(versions)('%s goes on with what its ledger and its host hold', async (version, { lab }) => {
    const host = unpack(lab, version);
    const before = attemptsIn(host);
    const status = await lab.labsweep('status');
    expect(status.out).toMatch(/^lab: open, \d+ succeeded, 2 running/);

    const resumed = await lab.labsweep('resume', 'lab', '--break-lock');
    expect(resumed.err).toContain(
      'lab: 16 succeeded, 8 failed; first val_accuracy 0.7325 (layers=4 plain; 2 points may be the best)',
    );
    expect(resumed.code).toBe(exitCode.failedInPart);
    // Only those that have failed are tried again.
    const later = [...attemptsIn(host)].filter(([attempt]) => !before.has(attempt));
    expect(new Set(later.map(([, layers]) => layers))).toEqual(new Set([5]));

    const again = await lab.labsweep('run', 'lab.yaml');
    expect(again.err).toContain('0 trials trained');
    const board: Board = JSON.parse((await lab.labsweep('leaderboard', 'lab', '--json')).out);
    expect(board.rows.map(({ params, replicates }) => [params.layers, replicates.done])).toEqual([
      [4, 4],
      [4, 4],
      [3, 4],
      [3, 4],
    ]);
    expect(await lab.labsweep('ledger', 'verify')).toMatchObject({ code: exitCode.done });
  });
});
