import { describe, expect, it } from 'vitest';
import { hostName } from '../../src/model/ids.ts';
import { breaksAtOnce, type ClockHost, LabOnAClock } from './lab-on-a-clock.ts';
import type { Outcome } from '../../src/model/result/outcome.ts';
import { declarationOf, endOf, leasesIn, pointOf, points, World } from './world.ts';

const lab = (...broken: readonly string[]): LabOnAClock =>
  new LabOnAClock(
    ['alder', 'birch', 'cedar', 'maple'].map(
      (name): ClockHost => ({
        name,
        slots: 4,
        speed: 1,
        ...(broken.includes(name) ? { breaks: breaksAtOnce } : {}),
      }),
    ),
  );

const trials = (count: number, seconds: number) =>
  Array.from({ length: count }, (_, x) => pointOf(x, { params: { x, seconds } }));

const countsOf = (world: LabOnAClock) => [...world.state.ledger.sweeps.values()][0]?.counts;
const quarantineOf = (world: LabOnAClock, name: string) =>
  world.state.ledger.hosts.get(hostName(name))?.quarantine;

describe('a host that fails everything, among four', () => {
  for (const retries of [0, 1])
    for (const seconds of [0.05, 2, 600])
      it(`is quarantined and the sweep ends whole: trials of ${seconds} s, ${retries} retries`, () => {
        const world = lab('birch');
        world.declare(trials(200, seconds), { retries });
        world.untilRest();
        expect(countsOf(world)).toMatchObject({ succeeded: 200, failed: 0, queued: 0 });
        expect(quarantineOf(world, 'birch')).toMatch(/exit code 127/);
        for (const name of ['alder', 'cedar', 'maple']) expect(quarantineOf(world, name)).toBeNull();
      });

  it('gets little before anything is known: it would be through with the sweep at once', () => {
    const world = lab('birch');
    world.declare(trials(200, 600));
    world.until(50);
    const attempts = [...world.state.ledger.attempts.values()];
    const failed = attempts.filter(({ status }) => status.kind === 'ended');
    expect(failed.length).toBeLessThanOrEqual(10);
    expect(world.state.ledger.hosts.get(hostName('birch'))?.open.size).toBe(0);
  });

  it('does not stop the sweep: that takes the same failure on two hosts', () => {
    const world = lab('birch');
    world.declare(trials(20, 2));
    world.untilRest();
    expect([...world.state.ledger.sweeps.values()][0]?.status.kind).toBe('open');
  });
});

describe('a sweep that fails everywhere in the same way', () => {
  it('stops, and no host is blamed', () => {
    const world = lab('alder', 'birch', 'cedar', 'maple');
    world.declare(trials(200, 2));
    world.untilRest();
    expect([...world.state.ledger.sweeps.values()][0]?.status).toMatchObject({ by: 'same-failure' });
    for (const { quarantine } of world.state.ledger.hosts.values()) expect(quarantine).toBeNull();
    expect(world.state.ledger.attempts.size).toBeLessThanOrEqual(4 * 8);
  });

  it('stops where the only host that is there fails it', () => {
    const world = new LabOnAClock([
      { name: 'alder', slots: 4, speed: 1, breaks: breaksAtOnce },
      { name: 'birch', slots: 4, speed: 1, readyAfter: 1e9 },
    ]);
    world.declare(trials(20, 2));
    world.post({ kind: 'host-disconnected', host: hostName('birch'), because: 'no route' });
    world.untilRest(100);
    expect([...world.state.ledger.sweeps.values()][0]?.status).toMatchObject({ by: 'same-failure' });
  });
});

describe('a person', () => {
  const ask = (world: LabOnAClock, command: object) =>
    world.post({ kind: 'asked', by: 9, command: command as never });

  it.each([
    [{ kind: 'drain', host: 'birch' }, 'drained'],
    [{ kind: 'off', host: 'birch', because: 'PSU broken' }, 'PSU broken'],
  ])(
    'closes a host: what waits runs elsewhere, what runs goes to its end, and it comes back',
    (command, because) => {
      const world = lab();
      world.declare(trials(100, 30));
      world.until(35);
      ask(world, command);
      world.until(36);
      const birch = world.state.ledger.hosts.get(hostName('birch'));
      expect(birch?.closed).toBe(because);
      expect(birch?.open.size).toBe(4);
      world.until(95);
      expect(birch?.open.size).toBe(0);
      ask(world, { kind: 'on', host: 'birch' });
      world.until(96);
      expect(birch?.open.size).toBeGreaterThan(0);
      world.untilRest();
      expect(countsOf(world)).toMatchObject({ succeeded: 100 });
      expect([...world.ran.values()].every((ranOn) => ranOn.length === 1)).toBe(true);
    },
  );

  it('lifts a quarantine', () => {
    const world = lab('birch');
    world.declare(trials(200, 2));
    world.until(30);
    expect(quarantineOf(world, 'birch')).not.toBeNull();
    ask(world, { kind: 'on', host: 'birch' });
    world.until(30.1);
    expect(quarantineOf(world, 'birch')).toBeNull();
  });
});

describe('a host that gives each trial up at once, and blames nobody', () => {
  it.each<Outcome>([
    { kind: 'evicted', over: 'others', message: 'its owner came back' },
    { kind: 'cancelled' },
    { kind: 'lost', reason: 'shutdown' },
  ])('$kind: the trial runs on another one', (outcome) => {
    const world = new World(['cedar', 'birch']);
    world.declare(declarationOf(), points(1));
    let [next = ''] = leasesIn(world.ready('cedar'), 'cedar');
    world.ready('birch');
    let times = 0;
    for (; next !== '' && times < 20; times += 1)
      [next = ''] = leasesIn(world.end(next, endOf(outcome), 'cedar'), 'cedar');
    expect(times).toBeLessThan(20);
    expect([...(world.state.ledger.hosts.get(hostName('birch'))?.open ?? [])]).toHaveLength(1);
  });
});
