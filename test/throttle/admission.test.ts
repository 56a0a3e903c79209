import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Resources } from '../../src/model/resources.ts';
import type { HostFigures } from '../../src/protocol/messages.ts';
import { admit } from '../../src/throttle/admission.ts';
import { noCeiling } from '../../src/model/ceiling.ts';
import type { HostLoad, OurShare } from '../../src/throttle/host-load.ts';
import { heldBy } from '../../src/throttle/host-marks.ts';
import { defaultLimits, limitsOf, noLimits } from '../../src/throttle/limits.ts';
import { headroomBytes } from '../../src/throttle/room.ts';
import { plainShare } from '../plain-share.ts';

const [mib, gib] = [1024 ** 2, 1024 ** 3];

const need = (more: Partial<Resources> = {}): Resources => ({
  cpus: 1,
  gpus: 0,
  gpuMemoryBytes: null,
  hostMemoryBytes: gib,
  diskBytes: null,
  ...more,
});

const share = (more: Partial<OurShare> & { needs?: Partial<Resources> } = {}): OurShare => ({
  ...plainShare,
  resources: need(more.needs),
  ...more,
});

const host = (
  more: Partial<Omit<HostLoad, 'figures'>> & { figures?: Partial<HostFigures> } = {},
): HostLoad => ({
  mode: { kind: 'open' },
  cpus: 4,
  gpus: [],
  gpuProblem: null,
  gpusBroken: false,
  memoryOfGroup: false,
  diskBytes: null,
  user: 'mina',
  folder: '/lab',
  figuresAgeMs: 0,
  figuresProblem: null,
  held: heldBy(null),
  limits: defaultLimits,
  ceiling: noCeiling,
  ours: [],
  claims: [],
  untold: null,
  left: [],
  ...more,
  figures: {
    load: 0,
    othersLoad: 0,
    cores: null,
    memoryPressure: null,
    swapInBytes: null,
    memoryTotalBytes: 16 * gib,
    memoryAvailableBytes: 15 * gib,
    diskFreeBytes: 100 * gib,
    cpusTaken: 0,
    ceiling: null,
    still: [],
    lastOnes: [],
    hold: null,
    weekMinute: null,
    lost: [],
    room: null,
    running: 0,
    gpus: [],
    ...more.figures,
  },
});

/** What is known of a trial whose like was seen, and asks for no GPU. What it is declared to take is the test's to say. */
const seen = {
  declaredHostBytes: Number.MAX_SAFE_INTEGER,
  shapeObserved: true,
  gpuObserved: true,
  draw: 1,
  isKnown: true,
  busy: null,
  alone: false,
} as const;

const ask = (load: HostLoad, needs: Partial<Resources> = {}, shapeObserved = true) =>
  admit(
    {
      resources: need(needs),
      ...seen,
      declaredHostBytes: need(needs).hostMemoryBytes,
      shapeObserved,
      gpuObserved: shapeObserved,
    },
    load,
  );

describe('a start is refused', () => {
  it('nowhere on a host with room', () => {
    expect(ask(host())).toEqual([]);
  });

  it('on a host that is off or paused, with what was said of it', () => {
    expect(ask(host({ mode: { kind: 'off', because: 'PSU broken' } }))).toEqual([
      { kind: 'off', because: 'PSU broken' },
    ]);
    expect(ask(host({ mode: { kind: 'paused' } }))).toEqual([{ kind: 'paused' }]);
    const hold = { file: '/tmp/labsweep-hold', user: 'mina', ms: 1_000 };
    expect(ask(host({ figures: { hold } }))).toEqual([{ kind: 'hold', ...hold }]);
  });

  it('where another account claims the memory: all of it before it shows in the figures, and nothing twice', () => {
    const claimed = (shownBytes: number) => {
      const hostShownBytes = shownBytes;
      const claim = {
        user: 'ada',
        device: 'cpu',
        gpuBytes: 0,
        gpuShownBytes: 0,
        hostBytes: 6 * gib,
        hostShownBytes,
      };
      const figures = { memoryAvailableBytes: 15 * gib - shownBytes };
      const load = host({ figures, claims: [{ ...claim, session: null, announcedAt: null }] });
      return ask(load, { hostMemoryBytes: 8 * gib });
    };
    // 16 GiB, of which 1.6 are left free, 1 is in use and 6 are claimed.
    for (const shownBytes of [0, 2 * gib, 6 * gib])
      expect(claimed(shownBytes)).toMatchObject([
        { kind: 'memory', needBytes: 8 * gib, freeBytes: expect.closeTo(7.4 * gib, -3) },
      ]);
    expect(ask(host(), { hostMemoryBytes: 8 * gib })).toEqual([]);
  });

  it('for memory that is feared, unless nothing else runs there and most of it is free', () => {
    const feared = (load: HostLoad) =>
      admit({ ...seen, declaredHostBytes: null, resources: need({ hostMemoryBytes: 15.5 * gib }) }, load);
    const free = (bytes: number) => ({ memoryAvailableBytes: bytes * gib });
    expect(feared(host({ figures: free(11) }))).toEqual([]);
    expect(feared(host({ figures: free(10) }))).toMatchObject([{ kind: 'memory' }]);
    const beside = host({ figures: free(15), ours: [share({ needs: { cpus: 0, hostMemoryBytes: 0 } })] });
    expect(feared(beside)).toMatchObject([{ kind: 'memory' }]);
    // What is declared is more than the host ever gives.
    expect(ask(host({ figures: free(16) }), { hostMemoryBytes: 15.5 * gib })).toMatchObject([
      { kind: 'memory' },
    ]);
  });

  it('on figures older than 3 s, and before the first', () => {
    expect(ask(host({ figuresAgeMs: 3_000 }))).toEqual([]);
    expect(ask(host({ figuresAgeMs: 3_001 }))).toEqual([{ kind: 'stale', ageMs: 3_001, because: null }]);
    const problem = { figuresAgeMs: 3_001, figuresProblem: 'no more files' };
    expect(ask(host(problem))).toMatchObject([{ kind: 'stale', because: 'no more files' }]);
    expect(admit({ resources: need(), ...seen }, { ...host(), figures: null })).toMatchObject([
      { kind: 'stale' },
    ]);
  });

  it('for a GPU where there is none', () => {
    expect(ask(host(), { gpus: 1 })).toEqual([{ kind: 'no-gpu', because: null }]);
  });

  it('where all slots are taken: four a core, or as many as the inventory says', () => {
    const idle = Array.from({ length: 16 }, () => share({ needs: { cpus: 0, hostMemoryBytes: 0 } }));
    expect(ask(host({ ours: idle.slice(1) }), { cpus: 0 })).toEqual([]);
    expect(ask(host({ ours: idle }), { cpus: 0 })).toEqual([{ kind: 'slots', running: 16, limit: 16 }]);
    const limits = { ...defaultLimits, slots: 1 };
    expect(ask(host({ ours: idle.slice(0, 1), limits }))).toEqual([{ kind: 'slots', running: 1, limit: 1 }]);
  });

  it('where its cores are taken by ours; `cpus: 0` takes none', () => {
    const ours = [share({ needs: { cpus: 3 } })];
    expect(ask(host({ ours }))).toEqual([]);
    expect(ask(host({ ours }), { cpus: 2 })).toEqual([
      { kind: 'cpus', needCpus: 2, freeCpus: 1, totalCpus: 4 },
    ]);
    expect(ask(host({ ours: [share({ needs: { cpus: 4 } })] }), { cpus: 0 })).toEqual([]);
  });

  it('where the inventory gives ours fewer cores than there are, or more', () => {
    const ours = [share({ needs: { cpus: 2 } })];
    const limits = limitsOf({ ...noLimits, cpus: 2 });
    expect(ask(host({ ours, limits }))).toEqual([{ kind: 'cpus', needCpus: 1, freeCpus: 0, totalCpus: 2 }]);
    expect(ask(host({ ours, limits: limitsOf({ ...noLimits, cpus: 8 }) }), { cpus: 6 })).toEqual([]);
  });

  it('for more cores than there are only while others hold some', () => {
    expect(ask(host(), { cpus: 64 })).toEqual([]);
    expect(ask(host({ ours: [share()] }), { cpus: 64 })).toMatchObject([{ kind: 'cpus', needCpus: 64 }]);
  });

  it('P4 where its predicted peak is more than what is left when ours have reached theirs', () => {
    // 16 GiB − 1.6 headroom − 1 used by others = 13.4; one of ours has touched 2 of its 8.
    const ours = [share({ needs: { hostMemoryBytes: 8 * gib }, measuredBytes: 2 * gib })];
    const figures = { memoryAvailableBytes: 13 * gib };
    expect(ask(host({ ours, figures }), { hostMemoryBytes: 5.3 * gib })).toEqual([]);
    expect(ask(host({ ours, figures }), { hostMemoryBytes: 5.5 * gib })).toMatchObject([
      { kind: 'memory', needBytes: 5.5 * gib, freeBytes: expect.closeTo(5.4 * gib, -6) },
    ]);
  });

  it('P4 where ours have outgrown their prediction', () => {
    const ours = [share({ needs: { hostMemoryBytes: gib }, measuredBytes: 13 * gib })];
    expect(ask(host({ ours, figures: { memoryAvailableBytes: 2 * gib } }))).toMatchObject([
      { kind: 'memory' },
    ]);
  });

  it('on a host whose memory is overdrawn, even for what takes none', () => {
    expect(ask(host({ figures: { memoryAvailableBytes: gib } }), { hostMemoryBytes: 0 })).toMatchObject([
      { kind: 'memory', freeBytes: 0 },
    ]);
  });

  it('on a host of which the inventory leaves all memory free, which is said', () => {
    const memoryHeadroomBytes = 100 * gib;
    expect(
      ask(host({ limits: { ...defaultLimits, memoryHeadroomBytes } }), { hostMemoryBytes: 0 }),
    ).toMatchObject([{ kind: 'memory', keptBytes: memoryHeadroomBytes }]);
  });

  it('where others want every core, unless it takes none', () => {
    const held = { ...heldBy(null), othersLoadPerCpu: true };
    const figures = { othersLoad: 4 };
    expect(ask(host({ figures }))).toEqual([]);
    expect(ask(host({ held, figures }))).toEqual([{ kind: 'load', othersLoad: 4, limit: 3 }]);
    expect(ask(host({ held, figures: { ...figures, cores: 64 } }))).toMatchObject([{ limit: 48 }]);
    expect(ask(host({ held, figures }), { cpus: 0 })).toEqual([]);
  });

  it('where memory is short, unless it takes none', () => {
    const held = { ...heldBy(null), memoryPressure: true, swapInBytes: true };
    const figures = { memoryPressure: 0.4, swapInBytes: 12 * mib };
    expect(ask(host({ figures }))).toEqual([]);
    expect(ask(host({ held, figures }))).toEqual([
      { kind: 'pressure', share: 0.4, limit: 0.05 },
      { kind: 'swap', bytes: 12 * mib, limitBytes: mib / 4 },
    ]);
    expect(ask(host({ held, figures }), { hostMemoryBytes: 0 })).toEqual([]);
  });

  it('where the disk has less than 2 GiB and what it writes', () => {
    expect(ask(host({ figures: { diskFreeBytes: 2 * gib } }))).toEqual([]);
    const full = { kind: 'disk', folder: '/lab', totalBytes: null };
    expect(ask(host({ figures: { diskFreeBytes: gib } }))).toEqual([
      { ...full, freeBytes: gib, limitBytes: 2 * gib, askedBytes: 0 },
    ]);
    expect(ask(host({ figures: { diskFreeBytes: 3 * gib } }), { diskBytes: 2 * gib })).toEqual([
      { ...full, freeBytes: 3 * gib, limitBytes: 4 * gib, askedBytes: 2 * gib },
    ]);
  });

  it('while another unknown one settles, if it may be large itself', () => {
    const load = host({ ours: [share({ attempt: 'a-7', ramping: true })] });
    expect(ask(load, { hostMemoryBytes: 2 * gib }, false)).toEqual([{ kind: 'ramp', attempt: 'a-7' }]);
    expect(ask(load, { hostMemoryBytes: null }, false)).toEqual([{ kind: 'ramp', attempt: 'a-7' }]);
    expect(ask(load, { hostMemoryBytes: 2 * gib }, true)).toEqual([]);
    expect(ask(load, { hostMemoryBytes: 0.5 * gib }, false)).toEqual([]);
    expect(ask(load, { cpus: 0, hostMemoryBytes: null }, false)).toEqual([]);
  });

  it('by every rule that is against it, in the order of the table', () => {
    const ours = Array.from({ length: 16 }, () => share());
    const load = host({
      mode: { kind: 'paused' },
      figuresAgeMs: 9_000,
      ours,
      held: { othersLoadPerCpu: true, memoryPressure: true, swapInBytes: true },
      figures: { othersLoad: 9, diskFreeBytes: 0, memoryPressure: 0.5, swapInBytes: 1e9 },
    });
    expect(ask(load, { gpus: 1 }).map(({ kind }) => kind)).toEqual([
      'paused',
      'stale',
      'no-gpu',
      'slots',
      'cpus',
      'memory',
      'load',
      'pressure',
      'swap',
      'disk',
    ]);
  });
});

describe('P5: the memory under which a host went down', () => {
  const ceiling = { ...noCeiling, memoryBytes: 10 * gib };

  it('is a limit for the second trial, and none for one alone', () => {
    const figures = { memoryAvailableBytes: 16 * gib };
    expect(ask(host({ ceiling, figures }), { hostMemoryBytes: 12 * gib })).toEqual([]);
    const ours = [share({ needs: { hostMemoryBytes: 6 * gib } })];
    expect(ask(host({ ceiling, figures, ours }), { hostMemoryBytes: 4 * gib })).toEqual([]);
    expect(ask(host({ ceiling, figures, ours }), { hostMemoryBytes: 5 * gib })).toMatchObject([
      { kind: 'memory', freeBytes: 4 * gib },
    ]);
  });
});

describe('P4 placements', () => {
  const trial = fc.record({
    cpus: fc.integer({ min: 0, max: 4 }),
    memory: fc.integer({ min: 0, max: 8 }),
    grown: fc.double({ min: 0, max: 1, noNaN: true }),
  });

  it('never exceed the room, whatever is asked for in whatever order', () => {
    fc.assert(
      fc.property(
        fc.array(trial, { maxLength: 40 }),
        fc.integer({ min: 1, max: 16 }),
        fc.integer({ min: 2, max: 32 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.option(fc.integer({ min: 1, max: 6 })),
        (trials, cpus, totalGib, othersShare, slots) => {
          const total = totalGib * gib;
          const others = total * othersShare;
          const limits = limitsOf({ ...noLimits, slots });
          const ours: OurShare[] = [];
          for (const { cpus: needCpus, memory, grown } of trials) {
            const measured = ours.reduce((sum, { measuredBytes }) => sum + (measuredBytes ?? 0), 0);
            const figures = {
              memoryTotalBytes: total,
              memoryAvailableBytes: Math.max(0, total - others - measured),
            };
            const resources = need({ cpus: needCpus, hostMemoryBytes: memory * gib });
            const load = host({ cpus, limits, ours, figures });
            if (admit({ resources, ...seen }, load).length > 0) continue;
            ours.push({
              ...plainShare,
              attempt: `a-${ours.length}`,
              resources,
              measuredBytes: memory * gib * grown,
            });
          }
          const peaks = ours.reduce((sum, { resources }) => sum + (resources.hostMemoryBytes ?? 0), 0);
          const taken = ours.reduce((sum, { resources }) => sum + Math.min(resources.cpus, cpus), 0);
          if (ours.length > 0)
            expect(peaks + others + headroomBytes(total, limits)).toBeLessThanOrEqual(total + 1);
          expect(taken).toBeLessThanOrEqual(cpus);
          expect(ours.length).toBeLessThanOrEqual(slots ?? cpus * 4);
        },
      ),
    );
  });
});

describe('memory that is left free', () => {
  const mib = 1024 ** 2;
  const freeOf = (totalBytes: number, hostMemoryBytes: number | null = null): number =>
    headroomBytes(totalBytes, limitsOf({ ...noLimits, hostMemoryBytes }));

  it('is a tenth, and 1 GiB at least where there is as much to spare', () => {
    expect(freeOf(64 * gib)).toBeCloseTo(6.4 * gib);
    expect(freeOf(9 * gib)).toBe(gib);
    expect(freeOf(600 * mib)).toBe(75 * mib);
  });

  it('is what the inventory says, and a tenth at least', () => {
    expect(freeOf(600 * mib, gib)).toBe(gib);
    expect(freeOf(64 * gib, 2 * gib)).toBeCloseTo(6.4 * gib);
  });
});
