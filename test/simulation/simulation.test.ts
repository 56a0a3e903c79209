import { describe, expect, it } from 'vitest';
import { simulate } from './simulate.ts';

const seeds = 200;

describe('P1 P2 P3 P4 under crashes, cuts, power losses, full disks, broken hosts and changes of mind', () => {
  it(`hold after every step of ${seeds} simulated sweeps, each of which comes to its end`, () => {
    const runs = Array.from({ length: seeds }, (_, index) => simulate(index + 1));
    expect(
      runs.filter(({ breach }) => breach !== null).map(({ seed, breach }) => ({ seed, breach })),
    ).toEqual([]);
    const faults = runs.reduce((sum, run) => sum + run.faults, 0);
    expect(faults).toBeGreaterThan(10 * seeds);
    expect(runs.reduce((sum, run) => sum + run.takenBack, 0)).toBeGreaterThan(5 * seeds);
  });

  it('replays a seed to the same story', () => {
    expect(simulate(7).story).toEqual(simulate(7).story);
  });
});
