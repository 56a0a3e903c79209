/** Short versions of `npm run bench:faults`, which has the long ones. */
import { describe, expect, it } from 'vitest';
import { killCoordinators } from '../../bench/faults/coordinator-kills.ts';
import { storm } from '../../bench/faults/storm.ts';
import { openBed } from '../bed/bed.ts';
import { bedIsHere } from '../bed/whether-here.ts';

const isHere = bedIsHere();
/** Others than before each time; a failure says which. */
const seed = Date.now() % 1_000_000;

describe.skipIf(!isHere)('P1 P2 P3 a sweep whose coordinator is killed at random moments', () => {
  it('ends each time with the same leaderboard, each trial executed to its end once', {
    timeout: 120_000,
  }, async () => {
    await using bed = await openBed({ hosts: 4, all: { slots: 4 } });
    const rounds = await killCoordinators(bed, { rounds: 3, trials: 48, kills: 3, seconds: 0.3, seed });
    for (const round of rounds)
      expect(round, `seed ${round.seed}`).toMatchObject({ lost: 0, duplicated: 0, sameLeaderboard: true });
    expect(rounds.some(({ kills }) => kills > 0)).toBe(true);
  });
});

describe.skipIf(!isHere)('P1 P3 a lab in which everything goes wrong while a sweep runs', () => {
  it('has every result in the end, and only what was running at a fault ran again', {
    timeout: 120_000,
  }, async () => {
    await using bed = await openBed({ hosts: 5, all: { slots: 2 } });
    const report = await storm(bed, {
      seed,
      trials: 60,
      seconds: 1,
      counts: { 'power loss': 1, reboot: 1, cut: 1, 'agent killed': 1, 'coordinator killed': 1 },
      withinMs: 8_000,
      cutMs: [4_000, 7_000],
      downMs: [500, 2_000],
    });
    expect(report.wrong, `seed ${seed}: ${JSON.stringify(report.faults)}`).toEqual([]);
    expect(report.faults).toHaveLength(5);
  });
});
