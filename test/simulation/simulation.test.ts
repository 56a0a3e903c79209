import { describe, expect, it } from 'vitest';
import { type Simulated, simulate } from './simulate.ts';

const seeds = 50;
const batches = [0, 1, 2, 3, 4, 5].map((batch) => batch * seeds + 1);

describe('P1 P2 P3 P4 under crashes, cuts, power losses, full disks, broken hosts and changes of mind', () => {
  const runs: Simulated[] = [];

  it.each(batches)(`hold after every step of ${seeds} simulated sweeps from seed %i, and all end`, (from) => {
    const batch = Array.from({ length: seeds }, (_, index) => simulate(from + index));
    expect(
      batch.filter(({ breach }) => breach !== null).map(({ seed, breach }) => ({ seed, breach })),
    ).toEqual([]);
    runs.push(...batch);
  });

  it('are put to the test: faults, attempts that are asked back, given up in a silence, and back', () => {
    const each = (
      key: 'faults' | 'takenBack' | 'presumedLost' | 'returned' | 'carried' | 'stopped' | 'evicted',
    ): number => runs.reduce((sum, run) => sum + run[key], 0) / runs.length;
    expect(each('faults')).toBeGreaterThan(10);
    expect(each('takenBack')).toBeGreaterThan(5);
    expect(each('presumedLost')).toBeGreaterThan(0.5);
    expect(each('returned')).toBeGreaterThan(0.1);
    expect(each('carried')).toBeGreaterThan(0.5);
    expect(each('stopped')).toBeGreaterThan(0.2);
    expect(each('evicted')).toBeGreaterThan(0.05);
  });

  it('replays a seed to the same story', () => {
    expect(simulate(7).story).toEqual(simulate(7).story);
  });
});
