import { describe, expect, it } from 'vitest';
import { simulate } from './simulate.ts';

const seeds = 50;
const batches = [0, 1, 2, 3, 4, 5].map((batch) => batch * seeds + 1);

describe('P1 P2 P3 P4 under crashes, cuts, power losses, full disks, broken hosts and changes of mind', () => {
  it.each(batches)(`hold after every step of ${seeds} simulated sweeps from seed %i, and all end`, (from) => {
    const runs = Array.from({ length: seeds }, (_, index) => simulate(from + index));
    expect(
      runs.filter(({ breach }) => breach !== null).map(({ seed, breach }) => ({ seed, breach })),
    ).toEqual([]);
    const total = (key: 'faults' | 'takenBack' | 'presumedLost' | 'returned'): number =>
      runs.reduce((sum, run) => sum + run[key], 0);
    expect(total('faults')).toBeGreaterThan(10 * seeds);
    expect(total('takenBack')).toBeGreaterThan(5 * seeds);
    expect(total('presumedLost')).toBeGreaterThan(0);
    expect(total('returned')).toBeGreaterThan(0);
  });

  it('replays a seed to the same story', () => {
    expect(simulate(7).story).toEqual(simulate(7).story);
  });
});
