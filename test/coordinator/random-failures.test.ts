import { describe, expect, it } from 'vitest';
import { hostName } from '../../src/model/ids.ts';
import { Random } from '../simulation/random.ts';
import { breaksAtOnce, type ClockHost, LabOnAClock } from './lab-on-a-clock.ts';
import { failure, pointOf } from './world.ts';

const names = ['alder', 'birch', 'cedar'];

interface Asked {
  readonly seed: number;
  /** Of the attempts, this share fails, wherever and whatever they are. */
  readonly share: number;
  readonly trials?: number;
  readonly retries?: number;
  readonly slots?: number;
  readonly broken?: readonly string[];
  /** When what is broken works again, in seconds. */
  readonly mendedAfter?: number;
  /** Trials that fail wherever they run. */
  readonly bad?: (x: number) => boolean;
}

function sweepOf({ seed, share, trials = 300, retries = 1, slots = 2, ...lab }: Asked): LabOnAClock {
  const random = new Random(seed);
  const unlucky = { ...breaksAtOnce, outcome: failure(), logTail: 'unlucky' };
  const { broken = [], mendedAfter = 1e9, bad = () => false } = lab;
  const world: LabOnAClock = new LabOnAClock(
    names.map(
      (name): ClockHost => ({
        name,
        slots,
        speed: 1,
        fails: (x) => {
          if (broken.includes(name) && world.clock.nowMs < mendedAfter * 1_000)
            // Each in its own way: what fails alike on two hosts is the launch's.
            return { ...breaksAtOnce, logTail: `${name} is broken` };
          return bad(x) || random.chance(share) ? unlucky : null;
        },
      }),
    ),
  );
  const points = Array.from({ length: trials }, (_, x) => pointOf(x, { params: { x, seconds: 1 } }));
  world.declare(points, { retries });
  world.untilRest(20_000);
  return world;
}

const seeds = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

/** Attempts that ended on each host. */
const endedOn = (world: LabOnAClock): number[] =>
  names.map(
    (name) =>
      [...world.state.ledger.attempts.values()].filter(
        ({ host, status }) => host === name && status.kind === 'ended',
      ).length,
  );

const leftOut = (world: LabOnAClock): string[] =>
  names.filter((name) => (world.state.fleet.get(hostName(name))?.doubt.lapses ?? 0) > 0);

describe('trials that fail at random, wherever they run', () => {
  it.each([0.05, 0.2, 0.3, 0.5, 0.8])(
    'leave no host out, and use all alike: a share of %d of them',
    (share) => {
      for (const seed of seeds(10)) {
        const world = sweepOf({ seed, share });
        const used = endedOn(world);
        // What fails, fails at once: a host that is unlucky gets through more.
        const isStopped = [...world.state.ledger.sweeps.values()][0]?.status.kind === 'stopped';
        if (!isStopped)
          expect(Math.min(...used) / Math.max(...used), `seed ${seed}: ${used.join()}`).toBeGreaterThan(0.6);
        for (const { quarantine } of world.state.ledger.hosts.values()) expect(quarantine).toBeNull();
      }
    },
  );

  it.each([0, 0.05, 0.2, 0.3])(
    'keep no broken host from being found within 10 trials: a share of %d',
    (share) => {
      for (const seed of seeds(20)) {
        const world = sweepOf({ seed, share, broken: ['birch'] });
        const before = [...world.state.ledger.attempts.values()].filter(
          ({ host, status }) => host === 'birch' && status.kind === 'ended' && status.at < 60_000,
        );
        expect(before.length, `seed ${seed}`).toBeLessThanOrEqual(10);
        expect(leftOut(world)).toEqual(['birch']);
        // Where many fail anywhere, some sweeps are over before it is certain.
        if (share <= 0.05)
          expect(world.state.ledger.hosts.get(hostName('birch'))?.quarantine).toMatch(
            /^the last \d+ trials failed there, and \d+ of them succeeded on other hosts: /,
          );
        if (share === 0) expect([...world.state.ledger.sweeps.values()][0]?.counts.succeeded).toBe(300);
      }
    },
  );
});

describe('trials that fail wherever they run', () => {
  it('are no fault of the host that was given all of them', () => {
    // In the order of the grid, so that they come in a row.
    for (const retries of [0, 1]) {
      const world = sweepOf({ seed: 1, share: 0, retries, bad: (x) => x >= 100 && x < 160 });
      for (const { quarantine } of world.state.ledger.hosts.values()) expect(quarantine).toBeNull();
      expect([...world.state.ledger.sweeps.values()][0]?.counts).toMatchObject({
        succeeded: 240,
        failed: 60,
      });
    }
  });
});

describe('hosts that fail everything', () => {
  it('are found where they are half of the lab, and none of what they failed is lost', () => {
    for (const retries of [0, 1]) {
      const world = sweepOf({ seed: 1, share: 0, retries, broken: ['birch', 'cedar'] });
      expect([...world.state.ledger.sweeps.values()][0]?.counts).toMatchObject({ succeeded: 300, failed: 0 });
      expect(leftOut(world)).toEqual(['birch', 'cedar']);
    }
  });

  it('are used again one trial at a time, and as before once one has succeeded there', () => {
    const world = sweepOf({ seed: 1, share: 0, trials: 2_000, broken: ['birch'], mendedAfter: 100 });
    const ended = [...world.state.ledger.attempts.values()].filter(({ host }) => host === 'birch');
    const between = (from: number, to: number): number =>
      ended.filter(({ status }) => status.kind === 'ended' && status.at >= from && status.at < to).length;
    expect(between(0, 55_000)).toBe(10);
    // After a minute, and two more: then it works again.
    expect(between(55_000, 120_000)).toBe(1);
    expect(between(120_000, 300_000)).toBeGreaterThan(100);
    expect(world.state.ledger.hosts.get(hostName('birch'))?.quarantine).toBeNull();
    expect([...world.state.ledger.sweeps.values()][0]?.counts.succeeded).toBe(2_000);
  });
});
