import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { noCeiling } from '../../src/model/ceiling.ts';
import { parseHours } from '../../src/model/inventory/hours.ts';
import type { DevicePolicy } from '../../src/model/inventory/inventory.ts';
import type { GpuFigures } from '../../src/protocol/messages.ts';
import type { GpuLoad, HostLoad, OurShare } from '../../src/throttle/host-load.ts';
import { idleHost } from '../../src/throttle/idle-host.ts';
import { defaultLimits } from '../../src/throttle/limits.ts';
import { relieve } from '../../src/throttle/relief.ts';
import { plainShare } from '../plain-share.ts';

const gib = 1024 ** 3;
const minute = 60_000;
const now = 60 * minute;

const gpu = (index: number, figures: Partial<GpuFigures> = {}, more: Partial<GpuLoad> = {}): GpuLoad => {
  const facts = { uuid: `GPU-${index}`, index, name: 'A4000', memoryBytes: 16 * gib, problem: null };
  const [idle] = host([facts]).gpus ?? [];
  if (idle?.figures === undefined || idle.figures === null) throw new Error('an idle GPU has figures');
  const shown = {
    strangers: null,
    others: [],
    temperatureCelsius: 60,
    powerWatts: 100,
    powerLimitWatts: 200,
    ...figures,
  };
  return { ...idle, idleWatts: 20, ...more, figures: { ...idle.figures, ...shown } };
};

type Facts = Parameters<typeof idleHost>[0];

const host = (gpus: Facts['gpus'], memoryBytes = 64 * gib): HostLoad =>
  idleHost(
    {
      cpus: 64,
      memoryBytes,
      gpus,
      gpuProblem: null,
      gpusBroken: false,
      memoryOfGroup: false,
      diskBytes: null,
      folder: '/lab',
      user: 'sweep',
    },
    defaultLimits,
  );

const loaded = (
  gpus: readonly GpuLoad[],
  ours: readonly OurShare[],
  more: Partial<HostLoad> = {},
): HostLoad => ({
  ...host([]),
  gpus,
  ours,
  ...more,
});

const on = (index: number, attempt: string, more: Partial<OurShare> = {}): OurShare => ({
  ...plainShare,
  attempt,
  device: `GPU-${index}`,
  watts: 80,
  ...more,
});

const someone = { since: now - 10_000, figures: { othersProcesses: 1 } };
const beside = (index = 0): GpuLoad => gpu(index, someone.figures, { othersSince: someone.since });
const policy = (more: Partial<DevicePolicy>): Pick<HostLoad, 'limits'> => ({
  limits: {
    ...defaultLimits,
    devices: [{ gpu: 0, owner: null, policy: null, hours: null, off: null, ...more }],
  },
});

describe('a GPU on which somebody else begins to compute', () => {
  it('is left by what can go on elsewhere; the rest goes to its end', () => {
    const ours = [on(0, 'a-1', { hasCheckpoint: true }), on(0, 'a-2'), on(1, 'a-3', { hasCheckpoint: true })];
    expect(relieve(loaded([beside(), gpu(1)], ours), now)).toEqual([
      { kind: 'evict', attempt: 'a-1', over: 'others', because: 'somebody else computes on GPU 0' },
    ]);
  });

  it.each([{ owner: 'mina' }, { owner: 'mina', policy: 'idle-only' as const }])(
    'is left by all where it is kept for its owner: %j',
    (said) => {
      const given = relieve(loaded([beside()], [on(0, 'a-1'), on(0, 'a-2')], policy(said)), now);
      expect(given.map(({ kind, attempt }) => [kind, attempt])).toEqual([
        ['evict', 'a-1'],
        ['evict', 'a-2'],
      ]);
      expect(given[0]).toMatchObject({ because: 'mina computes on GPU 0' });
    },
  );

  it('is not left where the inventory says that all share it, nor for who only looked', () => {
    const ours = [on(0, 'a-1', { hasCheckpoint: true })];
    expect(relieve(loaded([beside()], ours, policy({ policy: 'shared' })), now)).toEqual([]);
    const first = gpu(0, someone.figures, { othersSince: now - 1_000 });
    expect(relieve(loaded([first], ours), now)).toEqual([]);
  });

  it('is left by all when the hours begin for which it is reserved', () => {
    const reserved = policy({ owner: 'mina', policy: 'reserved', hours: parseHours('8-18') });
    const { figures } = host([]);
    if (figures === null) throw new Error('an idle host has figures');
    const at = (weekMinute: number) =>
      relieve(
        loaded([gpu(0), gpu(1)], [on(0, 'a-1'), on(1, 'a-2')], {
          ...reserved,
          figures: { ...figures, weekMinute },
        }),
        now,
      );
    expect(at(8 * 60 - 1)).toEqual([]);
    expect(at(8 * 60)).toEqual([
      { kind: 'evict', attempt: 'a-1', over: 'others', because: 'GPU 0 is reserved for mina now' },
    ]);
  });

  it('is not left twice by what ends already', () => {
    const ours = [on(0, 'a-1', { hasCheckpoint: true, isEnding: true })];
    expect(relieve(loaded([beside()], ours), now)).toEqual([]);
  });
});

describe('a host that somebody keeps free', () => {
  it('is left by what can go on elsewhere, on whichever device; the rest goes to its end', () => {
    const ours = [
      on(0, 'a-1', { hasCheckpoint: true }),
      on(0, 'a-2'),
      { ...plainShare, attempt: 'a-3', hasCheckpoint: true },
      on(0, 'a-4', { hasCheckpoint: true, isEnding: true }),
    ];
    const { figures } = host([]);
    if (figures === null) throw new Error('an idle host has figures');
    const hold = { file: '/tmp/labsweep-hold', user: 'mina', ms: 1_000 };
    const because = 'somebody keeps the host free by touching /tmp/labsweep-hold';
    expect(relieve(loaded([gpu(0)], ours, { figures: { ...figures, hold } }), now)).toEqual(
      ['a-1', 'a-3'].map((attempt) => ({ kind: 'evict', attempt, over: 'others', because })),
    );
  });
});

describe('heat', () => {
  it('suspends the youngest of the GPU that is too hot, one at a time', () => {
    const ours = [
      on(0, 'old', { startedAt: 1 }),
      on(0, 'young', { startedAt: 2 }),
      on(1, 'else', { startedAt: 3 }),
    ];
    const hot = gpu(0, { temperatureCelsius: 88 });
    expect(relieve(loaded([hot, gpu(1)], ours), now)).toEqual([
      { kind: 'suspend', attempt: 'young', because: 'GPU 0 was at 88 °C, and 88 °C are too hot there' },
    ]);
    const justRelieved = gpu(0, { temperatureCelsius: 88 }, { relievedAt: now - 1_000 });
    expect(relieve(loaded([justRelieved, gpu(1)], ours), now)).toEqual([]);
  });

  it('suspends earlier where the host went down under less', () => {
    const ceiling = { ...noCeiling, celsius: 80 };
    const warm = gpu(0, { temperatureCelsius: 81 });
    expect(relieve(loaded([warm], [on(0, 'a-1')], { ceiling }), now)).toMatchObject([{ kind: 'suspend' }]);
    expect(relieve(loaded([warm], [on(0, 'a-1')]), now)).toEqual([]);
  });

  it('lets the one that was suspended first go on once it is 8 °C cooler', () => {
    const still = (since: number) => ({ since, because: 'it was hot' });
    const ours = [
      on(0, 'late', { suspended: still(now - 20_000) }),
      on(0, 'first', { suspended: still(now - 40_000) }),
    ];
    expect(relieve(loaded([gpu(0, { temperatureCelsius: 81 })], ours), now)).toEqual([]);
    expect(relieve(loaded([gpu(0, { temperatureCelsius: 80 })], ours), now)).toEqual([
      { kind: 'resume', attempt: 'first' },
    ]);
  });

  it('after 10 minutes sends elsewhere what can go on there, and never ends what cannot', () => {
    const suspended = { since: now - 10 * minute, because: 'GPU 0 was at 91 °C' };
    const hot = gpu(0, { temperatureCelsius: 86 });
    expect(relieve(loaded([hot], [on(0, 'a-1', { suspended, hasCheckpoint: true })]), now)).toEqual([
      {
        kind: 'evict',
        attempt: 'a-1',
        over: 'strain',
        because: 'it stood still for 10 min: GPU 0 was at 91 °C',
      },
    ]);
    expect(relieve(loaded([hot], [on(0, 'a-1', { suspended })]), now)).toEqual([]);
  });
});

describe('power', () => {
  const ceiling = { ...noCeiling, watts: 250 };
  const high = { powerWatts: 150 };

  it('over the ceiling suspends the youngest of the host, and one alone goes on', () => {
    const both = [on(0, 'old', { startedAt: 1 }), on(1, 'young', { startedAt: 2 })];
    expect(relieve(loaded([gpu(0, high), gpu(1, high)], both, { ceiling }), now)).toEqual([
      { kind: 'suspend', attempt: 'young', because: 'the GPUs took 300 W, and the host bears 250 W' },
    ]);
    expect(relieve(loaded([gpu(0, high), gpu(1, high)], [on(0, 'only')], { ceiling }), now)).toEqual([]);
  });

  it('lets go on what fits 7 % under the ceiling, or what would be the only one', () => {
    const suspended = { since: now - minute, because: 'power' };
    const waits = on(1, 'waits', { suspended, watts: 80 });
    const gpus = (watts: number) => [gpu(0, { powerWatts: watts - 20 }), gpu(1, { powerWatts: 20 })];
    const given = (watts: number, ours: OurShare[]) => relieve(loaded(gpus(watts), ours, { ceiling }), now);
    expect(given(160, [on(0, 'runs'), waits])).toEqual([]);
    expect(given(150, [on(0, 'runs'), waits])).toEqual([{ kind: 'resume', attempt: 'waits' }]);
    expect(given(240, [waits])).toEqual([{ kind: 'resume', attempt: 'waits' }]);
  });
});

describe('memory', () => {
  const figuresOf = (usedShare: number): HostLoad['figures'] => {
    const { figures } = host([]);
    return figures === null ? null : { ...figures, memoryAvailableBytes: 64 * gib * (1 - usedShare) };
  };
  const taking = (measured: number, expected: number): Pick<OurShare, 'measuredBytes' | 'resources'> => ({
    measuredBytes: measured * gib,
    resources: { ...plainShare.resources, hostMemoryBytes: expected * gib },
  });
  const ours = [
    on(0, 'old', { startedAt: 1, ...taking(20, 20), hasCheckpoint: true }),
    on(1, 'mid', { startedAt: 2, ...taking(10, 10), hasCheckpoint: true }),
    on(1, 'young', { startedAt: 3, ...taking(10, 10) }),
  ];

  it('of the host at 95 % sends away the youngest that can go on elsewhere, and waits until it is gone', () => {
    const full = { figures: figuresOf(0.96) };
    expect(relieve(loaded([gpu(0), gpu(1)], ours, full), now)).toMatchObject([
      { kind: 'evict', attempt: 'mid', over: 'memory' },
    ]);
    const leaving = ours.map((share) => (share.attempt === 'mid' ? { ...share, isEnding: true } : share));
    expect(relieve(loaded([gpu(0), gpu(1)], leaving, full), now)).toEqual([]);
    expect(relieve(loaded([gpu(0), gpu(1)], ours, { figures: figuresOf(0.94) }), now)).toEqual([]);
  });

  it('of the host is given back by what takes more than was expected, and not by who keeps to it', () => {
    const leak = on(0, 'leak', { startedAt: 0, ...taking(24, 10) });
    const full = { figures: figuresOf(0.96) };
    expect(relieve(loaded([], [leak, ...ours], full), now)).toMatchObject([
      { attempt: 'leak', over: 'memory' },
    ]);
    // Of samples that differ by a little nothing is made.
    const steady = { ...leak, ...taking(10.5, 10) };
    expect(relieve(loaded([], [steady, ...ours], full), now)).toMatchObject([{ attempt: 'mid' }]);
  });

  it('of the host is given back by whom nobody knows, where it holds more than all others', () => {
    const leak = on(0, 'leak', { startedAt: 0, isGuessed: true, ...taking(24, 48) });
    const full = { figures: figuresOf(0.96) };
    const others = ours.slice(1);
    expect(relieve(loaded([], [leak, ...others], full), now)).toMatchObject([{ attempt: 'leak' }]);
    const small = { ...leak, ...taking(16, 32) };
    expect(relieve(loaded([], [small, ...others], full), now)).toMatchObject([{ attempt: 'mid' }]);
  });

  it('takes one without a checkpoint where there is no other, and nobody where others fill the host', () => {
    const full = { figures: figuresOf(0.96) };
    expect(relieve(loaded([], [on(0, 'a-1', { measuredBytes: 10 * gib })], full), now)).toMatchObject([
      { kind: 'evict', attempt: 'a-1' },
    ]);
    expect(relieve(loaded([], [on(0, 'a-1', { measuredBytes: 1 })], full), now)).toEqual([]);
  });

  it('of a GPU at 98.5 % sends one of several away, and leaves one alone to it', () => {
    const full = gpu(1, { memoryUsedBytes: 15.8 * gib, memoryTotalBytes: 16 * gib });
    expect(relieve(loaded([gpu(0), full], ours), now)).toMatchObject([
      { kind: 'evict', attempt: 'mid', over: 'gpu-memory' },
    ]);
    expect(relieve(loaded([gpu(0), full], [on(1, 'a-1')]), now)).toEqual([]);
  });
});

describe('nothing gives way', () => {
  it('by old figures', () => {
    const hot = gpu(0, { temperatureCelsius: 99 });
    expect(relieve(loaded([hot], [on(0, 'a-1')], { figuresAgeMs: 4_000 }), now)).toEqual([]);
  });

  const share = fc.record({
    device: fc.integer({ min: 0, max: 1 }),
    startedAt: fc.nat(1_000),
    hasCheckpoint: fc.boolean(),
    isEnding: fc.boolean(),
    suspended: fc.option(fc.record({ since: fc.nat(now), because: fc.constant('it was hot') })),
    measuredBytes: fc.option(fc.nat(30 * gib)),
  });

  it('but what is ours, once, and for heat or power never for good without a checkpoint, whatever the host carries', () => {
    fc.assert(
      fc.property(
        fc.array(share, { maxLength: 6 }),
        fc.record({ celsius: fc.nat(110), watts: fc.nat(300), used: fc.nat(16 * gib), others: fc.nat(2) }),
        fc.option(fc.nat(400)),
        (all, { celsius, watts, used, others }, ceilingWatts) => {
          const ours = all.map(({ device, ...more }, index) => on(device, `a-${index}`, more));
          const figures = { temperatureCelsius: celsius, powerWatts: watts, memoryUsedBytes: used };
          const gpus = [0, 1].map((index) =>
            gpu(index, { ...figures, othersProcesses: others }, { othersSince: others > 0 ? 0 : null }),
          );
          const given = relieve(loaded(gpus, ours, { ceiling: { ...noCeiling, watts: ceilingWatts } }), now);
          const attempts = given.map(({ attempt }) => attempt);
          expect(new Set(attempts).size).toBe(attempts.length);
          for (const relief of given) {
            const of = ours.find(({ attempt }) => attempt === relief.attempt);
            expect(of?.isEnding).toBe(false);
            if (relief.kind === 'evict' && relief.over === 'strain') expect(of?.hasCheckpoint).toBe(true);
            if (relief.kind === 'suspend') expect(of?.suspended).toBeNull();
            if (relief.kind === 'resume') expect(of?.suspended).not.toBeNull();
          }
        },
      ),
    );
  });
});
