import { describe, expect, it } from 'vitest';
import { lostPlaces } from '../../../src/coordinator/hosts/host-use.ts';
import { timesLeft } from '../../../src/coordinator/scheduler/time-left.ts';
import { etaText } from '../../../src/board/text.ts';
import type { Eta } from '../../../src/model/eta.ts';
import { hostName, sweepName } from '../../../src/model/ids.ts';
import type { HostFigures } from '../../../src/protocol/messages.ts';
import { noLimits } from '../../../src/throttle/limits.ts';
import { plainHost } from '../../plain-host.ts';
import { calm, declarationOf, endOf, pointOf, points, World } from '../world.ts';

const trialSeconds = 100;

/** Hosts with a sweep of equal trials, of which each runs so many at once. */
function labOf(trials: number, hosts: readonly string[] = ['cedar'], slots = 1): World {
  const world = new World(hosts.map((name) => plainHost(name, { ...noLimits, slots })));
  world.declare(declarationOf(), points(trials));
  for (const host of hosts) world.ready(host);
  return world;
}

const eta = ({ state, now }: World, sweep = 'lab'): Eta | null =>
  timesLeft(state, now).get(sweepName(sweep)) ?? null;

function known(world: World, sweep = 'lab'): Eta {
  const left = eta(world, sweep);
  if (left === null) throw new Error('a trial has ended');
  return left;
}

/** The next that waits on a host begins there. */
function begin(world: World, host: string): string {
  const record = world.state.ledger.hosts.get(hostName(host));
  const next = [...(record?.open ?? [])].find((id) => record?.running.has(id) === false);
  if (next === undefined) throw new Error('nothing waits there');
  world.say(host, { kind: 'started', attempts: [{ attempt: next, device: 'cpu' }] });
  return next;
}

const end = (world: World, host: string, attempt: string, seconds = trialSeconds): void =>
  void world.end(attempt, { ...endOf({ kind: 'succeeded' }, 1), seconds, soloSeconds: seconds }, host);

/** So many trials, one after the other. */
function work(world: World, trials: number, host = 'cedar', seconds = trialSeconds): void {
  for (let count = 0; count < trials; count += 1) {
    const attempt = begin(world, host);
    world.pass(seconds * 1_000);
    end(world, host, attempt, seconds);
  }
}

const say = (world: World, host: string, figures: Partial<HostFigures>): void =>
  void world.say(host, { kind: 'figures', figures: { ...calm, ...figures }, holds: [], others: [] });

describe('the time left', () => {
  it('is not known before a trial has ended, nor where no host takes one', () => {
    const world = labOf(4);
    expect(eta(world)).toBeNull();
    work(world, 1);
    expect(eta(world)).not.toBeNull();
    world.post({ kind: 'host-disconnected', host: hostName('cedar'), because: 'cut' });
    expect(eta(world)).toBeNull();
  });

  it('of the last trials is a figure, or unknown, while their host is out of reach', () => {
    const world = labOf(2);
    work(world, 1);
    begin(world, 'cedar');
    for (const seconds of [10, 200]) {
      world.pass(seconds * 1_000);
      world.post({ kind: 'host-disconnected', host: hostName('cedar'), because: 'cut' });
      const left = eta(world);
      expect(left === null ? [] : [left.seconds, left.low, left.high].filter(Number.isNaN)).toEqual([]);
    }
  });

  it('is what waits, one after the other, and what is left of what runs', () => {
    const world = labOf(6);
    work(world, 2);
    begin(world, 'cedar');
    world.pass(40_000);
    expect(known(world).seconds).toBeCloseTo(3 * trialSeconds + 60, -1);
  });

  it('is shared by hosts', () => {
    const world = labOf(12, ['cedar', 'birch']);
    work(world, 1, 'cedar');
    work(world, 1, 'birch');
    expect(known(world).seconds).toBeLessThan(6.5 * trialSeconds);
  });

  it('takes nothing for done in which a trial stood still', () => {
    const world = labOf(3);
    work(world, 1);
    const attempt = begin(world, 'cedar');
    world.pass(90_000);
    const before = known(world).seconds;
    say(world, 'cedar', { running: 1, lost: [{ attempt, ms: 80_000 }] });
    expect(known(world).seconds).toBeCloseTo(before + 80, -1);
  });

  it('lets what stands still wait for room before it goes on', () => {
    const world = labOf(3, ['cedar'], 2);
    const [one, other] = [begin(world, 'cedar'), begin(world, 'cedar')];
    world.pass(trialSeconds * 1_000);
    end(world, 'cedar', one);
    const third = begin(world, 'cedar');
    // The other has done nothing yet, and goes on once the third has ended.
    const still = [{ attempt: other, ms: trialSeconds * 1_000, because: 'too hot' }];
    say(world, 'cedar', { running: 2, still, lost: [{ attempt: other, ms: trialSeconds * 1_000 }] });
    expect(third).not.toBe(other);
    expect(known(world).seconds).toBeCloseTo(2 * trialSeconds, -1);
  });

  it('counts places that were lost so far as lost again', () => {
    const [good, bad] = [labOf(20), labOf(20)];
    for (const world of [good, bad]) work(world, 2);
    // Half an hour in which something was against it, with all of that waiting.
    bad.pass(1_800_000);
    expect(known(bad).seconds).toBeGreaterThan(known(good).seconds * 1.4);
    expect(known(bad).low).toBeLessThan(known(good).seconds);
    expect(known(bad).high).toBeGreaterThan(known(good).high * 1.4);
  });

  it('does not count as lost what idles since nothing waits', () => {
    const world = labOf(1, ['cedar', 'birch']);
    const { fleet, ledger } = world.state;
    const holder = [...ledger.hosts.values()].find(({ open }) => open.size > 0);
    if (holder === undefined) throw new Error('it was leased to one of them');
    begin(world, holder.name);
    world.pass(1_800_000);
    for (const host of fleet.values()) expect(lostPlaces(host)).toBeCloseTo(0);
  });

  it('lies within what is said, which is the narrower the better trials keep to what was expected', () => {
    const [steady, erratic] = [labOf(40), labOf(40)];
    work(steady, 12);
    for (let round = 0; round < 6; round += 1) {
      work(erratic, 1, 'cedar', trialSeconds * 0.6);
      work(erratic, 1, 'cedar', trialSeconds * 1.6);
    }
    const width = ({ seconds, low, high }: Eta): number => (high - low) / seconds;
    for (const world of [steady, erratic]) {
      const { seconds, low, high } = known(world);
      expect(low).toBeLessThan(seconds);
      expect(high).toBeGreaterThan(seconds);
    }
    expect(width(known(erratic))).toBeGreaterThan(width(known(steady)) * 2);
  });

  it('is nothing once the last has ended', () => {
    const world = labOf(1);
    work(world, 1);
    expect(known(world)).toEqual({ seconds: 0, low: 0, high: 0, overdue: false });
  });
});

/** Of another sweep, in which none is among the first one's trials. */
const otherPoints = (count: number) => Array.from({ length: count }, (_, x) => pointOf(1_000 + x));

describe('the time left of several sweeps on the same hosts', () => {
  it('is that of all of them where they take turns', () => {
    const world = labOf(12);
    work(world, 2);
    const alone = known(world).seconds;
    world.declare(declarationOf({ sweep: 'other' }), otherPoints(5));
    expect(known(world, 'other').seconds).toBeGreaterThan(9 * trialSeconds);
    expect(known(world, 'other').seconds).toBeLessThan(11 * trialSeconds);
    expect(known(world).seconds).toBeCloseTo(alone + 5 * trialSeconds, -1);
  });

  it('waits for what is more urgent, which waits for nothing', () => {
    const world = labOf(12);
    work(world, 2);
    const alone = known(world);
    world.declare(declarationOf({ sweep: 'urgent', priority: 5 }), otherPoints(5));
    expect(known(world, 'urgent').seconds).toBeCloseTo(5 * trialSeconds, -1);
    expect(known(world).seconds).toBeCloseTo(alone.seconds + 5 * trialSeconds, -1);
  });

  it('counts a trial of both once', () => {
    const world = labOf(12);
    work(world, 2);
    const alone = known(world).seconds;
    world.declare(declarationOf({ sweep: 'other' }), points(12).slice(6));
    expect(known(world).seconds).toBeCloseTo(alone, -1);
    expect(known(world, 'other').seconds).toBeLessThanOrEqual(alone);
  });
});

describe('the time left of trials', () => {
  it('keeps to how many a sweep may have at once', () => {
    const world = labOf(22, ['cedar', 'birch'], 2);
    work(world, 2);
    expect(known(world).seconds).toBeLessThan(7 * trialSeconds);
    world.declare(declarationOf({ concurrent: 2 }), points(22));
    expect(known(world).seconds).toBeGreaterThan(9 * trialSeconds);
  });

  it('is known the less, the more of it is of values that none had which has ended', () => {
    const wide = points(40).map((point, x) =>
      pointOf(x, { ...point, params: { channels: x < 20 ? 32 : 128 } }),
    );
    const world = new World([plainHost('cedar', { ...noLimits, slots: 1 })]);
    world.declare(declarationOf(), wide);
    world.ready('cedar');
    work(world, 15);
    const before = known(world);
    // 5 more of 32 channels, and 20 of 128, which may take four times as long.
    expect(before.high / before.seconds).toBeGreaterThan(2.5);
    expect(before.low / before.seconds).toBeLessThan(0.6);
    work(world, 6);
    const after = known(world);
    expect(after.high / after.seconds).toBeLessThan(1.5);
    expect(after.low / after.seconds).toBeGreaterThan(0.7);
  });

  it('outlives another timeout in the sweep file', () => {
    const world = labOf(6);
    work(world, 3);
    const { spec } = declarationOf();
    const before = known(world).seconds;
    world.declare(declarationOf({ launch: 'launch-2', spec: { ...spec, timeoutMs: 1_000_000 } }), points(6));
    world.post({ kind: 'launch-ready', host: hostName('cedar'), launch: 'launch-2' });
    expect(known(world).seconds).toBeCloseTo(before, -1);
    const changed = { ...spec, command: ['false'] };
    world.declare(declarationOf({ launch: 'launch-3', spec: changed }), points(6));
    world.post({ kind: 'launch-ready', host: hostName('cedar'), launch: 'launch-3' });
    expect(eta(world)).toBeNull();
  });
});

describe('nobody says that a sweep is about done', () => {
  it('whose last trial runs for longer than was expected', () => {
    const world = labOf(3);
    work(world, 2, 'cedar', 0.2);
    begin(world, 'cedar');
    world.pass(4_000);
    const { high, overdue } = known(world);
    expect(overdue).toBe(true);
    expect(high).toBeGreaterThan(4);
    expect(etaText(known(world))).toBe('runs longer than expected, maybe up to 8 s more');
  });

  it('but for what trials always differ by', () => {
    const world = labOf(3);
    work(world, 2);
    begin(world, 'cedar');
    world.pass(trialSeconds * 1_000 + 5_000);
    expect(known(world).overdue).toBe(false);
  });

  it('that is paused, for somebody else to go on with', () => {
    const world = labOf(6);
    work(world, 3);
    world.post({ kind: 'asked', by: 1, command: { kind: 'pause', sweep: 'lab' } });
    expect(eta(world)).toBeNull();
  });

  it('of which something runs on a host that takes no more', () => {
    const world = labOf(4, ['cedar', 'birch']);
    work(world, 1, 'cedar');
    work(world, 1, 'birch');
    begin(world, 'cedar');
    const attempt = begin(world, 'birch');
    world.post({ kind: 'host-disconnected', host: hostName('cedar'), because: 'cut' });
    world.pass(20_000);
    end(world, 'birch', attempt, 20);
    expect(known(world).seconds).toBeGreaterThan(50);
  });

  it('of which something fits no host that is there', () => {
    const large = {
      cpus: 1,
      gpus: 0,
      gpuMemoryBytes: null,
      hostMemoryBytes: 2 ** 40,
      diskBytes: null,
    } as const;
    const world = new World(['cedar', 'birch']);
    world.declare(declarationOf(), [...points(2), pointOf(2, { resources: large })]);
    world.ready('cedar');
    work(world, 2);
    expect(eta(world)).toBeNull();
  });
});
