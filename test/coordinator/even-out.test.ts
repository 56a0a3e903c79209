import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PointDeclaration } from '../../src/ledger/events.ts';
import { hostName, sweepName } from '../../src/model/ids.ts';
import { type ClockHost, LabOnAClock } from './lab-on-a-clock.ts';
import { calm } from './world.ts';
import { declarationOf, leasesIn, pointOf, points, sentIn, World } from './world.ts';

const hosts = (count: number, options: Partial<ClockHost> = {}): ClockHost[] =>
  Array.from({ length: count }, (_, index) => ({ name: `host${index}`, slots: 2, speed: 1, ...options }));

const trialsOf = (seconds: readonly number[], saysOperations = true): PointDeclaration[] =>
  seconds.map((each, x) =>
    pointOf(x, { params: { x, seconds: each }, operations: saysOperations ? each * 1e9 : null }),
  );

const equal = (count: number, seconds: number): PointDeclaration[] =>
  trialsOf(Array.from({ length: count }, () => seconds));

/** No schedule is shorter: the work over all slots, or the longest trial where it is run fastest. */
function idealSeconds(lab: readonly ClockHost[], points: readonly PointDeclaration[]): number {
  const seconds = points.map(({ params }) => Number(params['seconds']));
  const speed = lab.reduce((sum, host) => sum + host.slots * host.speed, 0);
  const fastest = Math.max(...lab.map((host) => host.speed));
  return Math.max(seconds.reduce((sum, each) => sum + each, 0) / speed, Math.max(...seconds) / fastest);
}

const took = (lab: readonly ClockHost[], points: readonly PointDeclaration[]) => {
  const world = new LabOnAClock(lab);
  world.declare(points);
  const seconds = world.untilRest();
  return { world, seconds };
};

/** Each computes for 10 s on a quiet machine. */
const computesMs = 120_000;

describe('hosts of different speed', () => {
  it('end a sweep within 1.05 of the ideal, one of 14 being 5 times faster', { timeout: computesMs }, () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 30, max: 300 }), { minLength: 400, maxLength: 600 }),
        fc.integer({ min: 0, max: 13 }),
        fc.integer({ min: 1, max: 4 }),
        (seconds, fastest, slots) => {
          const lab = hosts(14, { slots }).map((host, index) => ({
            ...host,
            speed: index === fastest ? 5 : 1,
          }));
          const points = trialsOf(seconds);
          const { world, seconds: total } = took(lab, points);
          expect(world.ran.size).toBe(points.length);
          expect(total).toBeLessThan(1.05 * idealSeconds(lab, points));
          expect([...world.ran.values()].every((ranOn) => ranOn.length === 1)).toBe(true);
          expect(world.takenBack).toBeLessThan(points.length / 2);
          // What is asked back is better off elsewhere: it does not go to and fro.
          const moved = [...world.state.ledger.trials.values()].map(({ attempts }) => attempts.length);
          expect(Math.max(...moved)).toBeLessThan(8);
        },
      ),
      // A smaller lab that fails says no more than the first one, and finding it takes minutes.
      { numRuns: 6, endOnFailure: true },
    );
  });
});

describe('hosts of equal speed', () => {
  it.each([
    ['no-ops', 0.003],
    ['trials of 0.1 s', 0.1],
    ['trials of 10 min', 600],
  ])('get equal shares of 200 equal %s', (_, seconds) => {
    for (const slots of [1, 8, 64]) {
      const { world } = took(hosts(4, { slots }), equal(200, seconds));
      for (const share of Object.values(world.shares())) expect(share).toBeGreaterThanOrEqual(40);
      for (const share of Object.values(world.shares())) expect(share).toBeLessThanOrEqual(60);
    }
  });
});

describe('what hosts have shown', () => {
  const fastest = ['host3', 'host7', 'host11'];
  const learnt = (): LabOnAClock => {
    const lab = hosts(14).map((host) => ({ ...host, speed: fastest.includes(host.name) ? 4 : 1 }));
    const world = new LabOnAClock(lab);
    world.declare(equal(140, 10));
    world.untilRest();
    return world;
  };

  it('sends a tail of three long trials to the fastest that idle', () => {
    const world = learnt();
    const long = [1, 2, 3].map((x) => pointOf(1_000 + x, { params: { x, seconds: 900 }, operations: 9e11 }));
    world.declare(long, { sweep: 'tail' });
    world.untilRest();
    expect(new Set(long.flatMap(({ trials }) => world.ran.get(trials[0] ?? '')))).toEqual(new Set(fastest));
  });

  it('gives whole sweeps away, so that hosts have work for the night', { timeout: computesMs }, () => {
    const world = learnt();
    const night = Array.from({ length: 1_500 }, (_, x) =>
      pointOf(2_000 + x, { params: { x, seconds: 300 }, operations: 3e11 }),
    );
    world.declare(night, { sweep: 'night' });
    world.until(world.clock.nowMs / 1_000 + 1);
    expect(world.state.ledger.sweeps.get(sweepName('night'))?.counts.queued).toBe(0);
    world.untilRest();
    const shares = world.shares();
    expect((shares['host3'] ?? 0) / (shares['host0'] ?? 1)).toBeGreaterThan(3);
  });
});

describe('before anything has ended', () => {
  it('gives just enough to hide the round trip, and all once the first have run for a while', () => {
    const world = new LabOnAClock(hosts(4));
    world.declare(equal(100, 3_600));
    world.until(5);
    const open = () => [...world.state.ledger.hosts.values()].map((host) => host.open.size);
    expect(open()).toEqual([4, 4, 4, 4]);
    world.until(20);
    expect(open()).toEqual([25, 25, 25, 25]);
  });
});

/** After the time in which maple has its share kept for it. */
function allOnCedar(world: World): string[] {
  world.ready('cedar');
  world.now += 10_000;
  world.post({ kind: 'plan' });
  return [...(world.state.ledger.hosts.get(hostName('cedar'))?.open ?? [])];
}

describe('P2 a take-back', () => {
  /** Cedar is leased all that it may have; then maple comes, idle. */
  const late = () => {
    const world = new World(['cedar', 'maple']);
    world.declare(declarationOf(), points(4));
    const leased = allOnCedar(world);
    return { world, leased, asked: sentIn(world.ready('maple'), 'take-back') };
  };

  it('asks, waits for the word of the host, commits and only then leases elsewhere', () => {
    const { world, leased, asked } = late();
    expect(asked).toEqual([{ kind: 'take-back', attempts: [leased[3], leased[2]] }]);
    expect(leasesIn(world.post({ kind: 'plan' }))).toEqual([]);
    const answered = world.say('cedar', { kind: 'taken-back', attempts: [leased[3] ?? ''], kept: [] });
    expect(answered[0]).toMatchObject({ kind: 'commit', events: [{ kind: 'taken-back', host: 'cedar' }] });
    expect(leasesIn(answered, 'maple')).toHaveLength(1);
  });

  it('is the only one of its host until it is answered', () => {
    const { world } = late();
    expect(sentIn(world.post({ kind: 'plan' }), 'take-back')).toEqual([]);
  });

  it('changes nothing where the host had started it', () => {
    const { world, leased } = late();
    const answered = world.say('cedar', { kind: 'taken-back', attempts: [], kept: [leased[3] ?? ''] });
    expect(answered.filter(({ kind }) => kind === 'commit')).toEqual([]);
    expect(world.state.ledger.hosts.get(hostName('cedar'))?.open.size).toBe(4);
  });

  it('is not asked of a host that is away', () => {
    const { world } = late();
    world.post({ kind: 'host-disconnected', host: hostName('cedar'), because: 'cut' });
    expect(sentIn(world.post({ kind: 'plan' }), 'take-back')).toEqual([]);
  });
});

describe('a host that lets nothing start for a while', () => {
  it('has what waits there taken to others', () => {
    const world = new World(['cedar', 'maple']);
    world.declare(declarationOf(), points(4));
    const leased = allOnCedar(world);
    const refusals = [{ kind: 'load' as const, othersLoad: 64, limit: 2 }];
    const holds = [{ attempt: leased[0] ?? '', refusals }];
    world.say('cedar', { kind: 'figures', figures: calm, holds, others: [] });
    world.now += 61_000;
    expect(sentIn(world.ready('maple'), 'take-back')).toEqual([
      { kind: 'take-back', attempts: leased.toReversed() },
    ]);
  });
});
