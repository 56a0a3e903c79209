import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { noCeiling } from '../../src/model/ceiling.ts';
import { parseHours } from '../../src/model/inventory/hours.ts';
import type { DevicePolicy } from '../../src/model/inventory/inventory.ts';
import { deviceRefusalText } from '../../src/model/refusal/device-refusal.ts';
import type { Resources } from '../../src/model/resources.ts';
import type { GpuFigures } from '../../src/protocol/messages.ts';
import { admit } from '../../src/throttle/admission.ts';
import { admitDevice, chooseDevice } from '../../src/throttle/devices.ts';
import type { GpuLoad, HostLoad, OthersClaim, OurShare, StartRequest } from '../../src/throttle/host-load.ts';
import { idleHost } from '../../src/throttle/idle-host.ts';
import { waitsForOurs } from '../../src/throttle/lasting.ts';
import { defaultLimits, limitsOf, noLimits } from '../../src/throttle/limits.ts';
import { heldAfter, unheld } from '../../src/throttle/marks.ts';
import { gpuHeadroomBytes } from '../../src/throttle/room.ts';
import { plainShare } from '../plain-share.ts';

const gib = 1024 ** 3;
const card = 16 * gib;

const gpu = (
  index: number,
  figures: Partial<GpuFigures> | null = {},
  more: Partial<GpuLoad> = {},
): GpuLoad => ({
  uuid: `GPU-${index}`,
  index,
  memoryBytes: card,
  problem: null,
  figures:
    figures === null
      ? null
      : {
          uuid: `GPU-${index}`,
          memoryUsedBytes: 0,
          memoryTotalBytes: card,
          utilisation: 0,
          temperatureCelsius: 40,
          powerWatts: null,
          powerLimitWatts: null,
          othersProcesses: 0,
          strangers: null,
          others: [],
          problem: null,
          ageMs: 0,
          running: 0,
          oursBytes: 0,
          room: null,
          ...figures,
        },
  figuresAgeMs: 0,
  held: unheld,
  idleWatts: null,
  othersSince: null,
  relievedAt: Number.NEGATIVE_INFINITY,
  ...more,
});

const host = (gpus: readonly GpuLoad[] | null, more: Partial<HostLoad> = {}): HostLoad => ({
  ...idleHost(
    {
      cpus: 64,
      memoryBytes: 256 * gib,
      gpus: null,
      gpuProblem: null,
      gpusBroken: false,
      memoryOfGroup: false,
      diskBytes: null,
      folder: '/lab',
      user: 'sweep',
    },
    defaultLimits,
  ),
  gpus,
  ...more,
});

const request = (more: Partial<Resources> = {}, gpuObserved = true): StartRequest => ({
  resources: { cpus: 1, gpus: 1, gpuMemoryBytes: gib, hostMemoryBytes: gib, diskBytes: null, ...more },
  declaredHostBytes: gib,
  shapeObserved: true,
  gpuObserved,
  draw: 1,
  isKnown: true,
  busy: null,
  alone: false,
});

const share = (device: string, gpuMemoryBytes: number, more: Partial<OurShare> = {}): OurShare => ({
  ...plainShare,
  resources: { cpus: 1, gpus: 1, gpuMemoryBytes, hostMemoryBytes: 0, diskBytes: null },
  measuredBytes: 0,
  device,
  ...more,
});

/** What one card has against a trial. */
const against = (load: GpuLoad, more: Partial<HostLoad> = {}, asked: StartRequest = request()) =>
  admitDevice(asked, load, host([load], more));

const policy = (more: Partial<DevicePolicy>): Partial<HostLoad> => ({
  limits: limitsOf({
    ...noLimits,
    devices: [{ gpu: 0, owner: null, policy: null, hours: null, off: null, ...more }],
  }),
});

const claim = (gpuBytes: number, gpuShownBytes = 0, device = 'GPU-0'): OthersClaim => ({
  user: 'ana',
  device,
  gpuBytes,
  gpuShownBytes,
  hostBytes: 0,
  hostShownBytes: 0,
  announcedAt: null,
  session: null,
});

describe('P4 what other accounts start on a GPU', () => {
  const freeBytes = (usedBytes: number, ...claims: readonly OthersClaim[]): number => {
    const [refusal] = against(
      gpu(0, { memoryUsedBytes: usedBytes }),
      { claims },
      request({ gpuMemoryBytes: card }),
    );
    return refusal?.kind === 'gpu-memory' ? refusal.freeBytes : Number.NaN;
  };
  const usable = card - gpuHeadroomBytes(card, defaultLimits);

  it('counts with all that it may take, and once', () => {
    expect(freeBytes(0, claim(5 * gib))).toBe(usable - 5 * gib);
    expect(freeBytes(2 * gib, claim(5 * gib, 2 * gib))).toBe(usable - 5 * gib);
    expect(freeBytes(2 * gib, claim(5 * gib))).toBe(usable - 7 * gib);
  });

  it('counts with what it takes where that is more than was said', () => {
    expect(freeBytes(6 * gib, claim(5 * gib, 6 * gib))).toBe(usable - 6 * gib);
  });

  it('is not taken to show before the figures have it: the driver lists a process before it counts its memory', () => {
    expect(freeBytes(0, claim(5 * gib, 5 * gib))).toBe(usable - 5 * gib);
  });

  it('counts on that GPU alone', () => {
    expect(freeBytes(0, claim(5 * gib, 0, 'GPU-1'))).toBe(usable);
  });
});

describe('a GPU takes a trial', () => {
  it('where nothing is against it', () => {
    expect(against(gpu(0))).toEqual([]);
  });

  it('P4 only if its predicted peak is free once ours have reached theirs', () => {
    // 16 GiB − 5 % − 8 predicted of ours − 2 of others = 5.2; one of ours has touched 3 of its 8.
    const load = gpu(0, { memoryUsedBytes: 5 * gib });
    const ours = [share('GPU-0', 8 * gib, { gpuMeasuredBytes: 3 * gib })];
    expect(against(load, { ours }, request({ gpuMemoryBytes: 5.1 * gib }))).toEqual([]);
    expect(against(load, { ours }, request({ gpuMemoryBytes: 5.3 * gib }))).toEqual([
      {
        kind: 'gpu-memory',
        needBytes: 5.3 * gib,
        freeBytes: expect.closeTo(5.2 * gib, -3),
        totalBytes: card,
        claimed: [],
      },
    ]);
  });

  it('whatever runs on another', () => {
    const ours = [share('GPU-1', 15 * gib, { gpuRamping: true })];
    expect(against(gpu(0), { ours }, request({}, false))).toEqual([]);
  });

  it('not above its marks, by what was measured', () => {
    const hot = gpu(
      0,
      { temperatureCelsius: 80 },
      { held: { utilisation: false, temperatureCelsius: true } },
    );
    expect(against(hot)).toEqual([{ kind: 'gpu-temperature', celsius: 80, limitCelsius: 78 }]);
    const busy = gpu(0, { utilisation: 0.9 }, { held: { utilisation: true, temperatureCelsius: false } });
    expect(against(busy)).toEqual([{ kind: 'gpu-utilisation', utilisation: 0.9, limit: 0.85 }]);
  });

  it('not on figures that are old, or none, or of one that does not work', () => {
    expect(against(gpu(0, {}, { figuresAgeMs: 3_001 }))).toEqual([{ kind: 'gpu-stale', ageMs: 3_001 }]);
    expect(against(gpu(0, null, { figuresAgeMs: 5 }))).toEqual([{ kind: 'gpu-stale', ageMs: 5 }]);
    expect(against(gpu(0, { problem: 'GPU is lost' }))).toEqual([
      { kind: 'gpu-failed', because: 'GPU is lost' },
    ]);
    // Its last figures were good.
    expect(against(gpu(0, {}, { problem: 'nvidia-smi shows it no more' }))).toEqual([
      { kind: 'gpu-failed', because: 'nvidia-smi shows it no more' },
    ]);
  });

  it('not while the first of another unknown shape settles there', () => {
    const ours = [share('GPU-0', 0, { attempt: 'a-7', gpuRamping: true })];
    expect(against(gpu(0), { ours }, request({}, false))).toEqual([{ kind: 'gpu-ramp', attempt: 'a-7' }]);
    expect(against(gpu(0), { ours }, request({}, true))).toEqual([]);
  });
});

describe('the power of a host', () => {
  const drawing = (index: number, powerWatts: number): GpuLoad =>
    gpu(index, { powerWatts, powerLimitWatts: 220 }, { idleWatts: 20 });
  const asked = { ...request(), draw: 0.5 };
  const running = share('GPU-1', gib, { attempt: 'a-7', watts: 200 });

  it('is not asked more than its ceiling, with all that has still to show what it takes', () => {
    const ceiling = { ...noCeiling, watts: 360, borneWatts: 1_000 };
    const against = (here: number, there: number, ours: readonly OurShare[]) => {
      const gpus = [drawing(0, here), drawing(1, there)];
      const load = host(gpus, { ceiling, ours });
      return gpus.slice(0, 1).flatMap((one) => admitDevice(asked, one, load));
    };
    expect(against(20, 220, [running])).toEqual([]);
    expect(against(20, 20, [{ ...running, hasShownPower: false }])).toEqual([]);
    expect(against(60, 220, [running])).toEqual([
      { kind: 'gpu-power', watts: 380, limitWatts: 0.97 * 360, diedWatts: null },
    ]);
    expect(against(60, 20, [{ ...running, hasShownPower: false }])).toMatchObject([{ watts: 380 }]);
    // No GPU takes more than its limit, however many share it; and one trial alone is always let in.
    expect(against(220, 20, [running])).toEqual([]);
    expect(against(220, 220, [])).toEqual([]);
  });

  it('is left to what stands still there before anything starts beside it', () => {
    const ceiling = { ...noCeiling, watts: 360, borneWatts: 1_000 };
    const gpus = [drawing(0, 20), drawing(1, 220), drawing(2, 20)];
    const still = share('GPU-2', gib, {
      attempt: 'a-8',
      watts: 0,
      hasShownPower: false,
      suspended: { since: 0, because: 'the GPUs took 400 W' },
    });
    const against = (ours: readonly OurShare[]) =>
      gpus
        .slice(0, 1)
        .flatMap((one) => admitDevice({ ...asked, draw: 0.4 }, one, host(gpus, { ceiling, ours })));
    expect(against([running])).toEqual([]);
    expect(against([running, still])).toEqual([
      { kind: 'gpu-power', watts: 340, limitWatts: expect.closeTo(0.93 * 360), diedWatts: null },
    ]);
  });

  it('lets one alone in whatever the ceiling, unless the host went down under one alone', () => {
    const died = { at: 0, watts: 200, celsius: null, memoryBytes: null, running: 1 };
    const ceiling = { ...noCeiling, watts: 100 };
    const alone = (running: number) => {
      const one = drawing(0, 20);
      const load = host([one], { ceiling: { ...ceiling, died: { ...died, running } } });
      return admitDevice({ ...asked, draw: 1 }, one, load);
    };
    expect(alone(2)).toEqual([]);
    expect(alone(1)).toMatchObject([{ kind: 'gpu-power', watts: 220, limitWatts: 97, diedWatts: 200 }]);
  });

  it('and its heat hold starts earlier where the host went down under less', () => {
    const warm = gpu(0, { temperatureCelsius: 78 });
    expect(admitDevice(asked, warm, host([warm]))).toEqual([]);
    const ceiling = { ...noCeiling, celsius: 80 };
    expect(admitDevice(asked, warm, host([warm], { ceiling }))).toEqual([
      { kind: 'gpu-temperature', celsius: 78, limitCelsius: 77 },
    ]);
  });

  it('waits for no trial on the cores, which shows none', () => {
    const onCores = { ...plainShare, attempt: 'a-8', hasShownPower: false };
    const load = host([drawing(0, 20), drawing(1, 220)], { ours: [running, onCores] });
    const [empty] = load.gpus ?? [];
    expect(empty && admitDevice(asked, empty, load)).toEqual([]);
  });

  it('keeps nobody waiting where the driver tells no limit', () => {
    const ours = [{ ...running, hasShownPower: false }];
    const load = host([gpu(0), gpu(1)], { ceiling: { ...noCeiling, watts: 1 }, ours });
    expect(admitDevice(asked, gpu(0), load)).toEqual([]);
  });

  it('and heat that a trial of ours stands still for give their GPU to nobody else', () => {
    const suspended = { since: 0, because: 'GPU 0 was at 91 °C' };
    const ours = [share('GPU-0', gib, { attempt: 'a-7', suspended })];
    expect(admitDevice(asked, gpu(0), host([gpu(0)], { ours }))).toEqual([
      { kind: 'gpu-suspended', attempt: 'a-7', because: 'GPU 0 was at 91 °C' },
    ]);
  });
});

describe('a GPU that somebody owns', () => {
  const inUse = gpu(0, { othersProcesses: 1 });
  const somebody = { processes: 1, users: [], idleMs: 0, idleAfterMs: 600_000 };

  it('is ours while nobody else computes on it, unless the inventory says otherwise', () => {
    expect(against(gpu(0), policy({ owner: 'mina' }))).toEqual([]);
    expect(against(inUse, policy({ owner: 'mina' }))).toEqual([
      { kind: 'gpu-owner', owner: 'mina', ...somebody },
    ]);
    expect(against(inUse, policy({ owner: 'mina', policy: 'shared' }))).toEqual([]);
    expect(against(inUse, policy({ policy: 'idle-only' }))).toMatchObject([{ kind: 'gpu-owner' }]);
  });

  it('that nobody owns is left to whoever computes on it, unless the inventory says that all share it', () => {
    const taken = [{ kind: 'gpu-others', ...somebody }];
    expect(against(inUse)).toEqual(taken);
    expect(against(inUse, policy({}))).toEqual(taken);
    expect(against(inUse, policy({ policy: 'shared' }))).toEqual([]);
  });

  it('is there for its owner at any time', () => {
    for (const kept of ['idle-only', 'reserved'] as const)
      expect(against(inUse, policy({ owner: 'sweep', policy: kept }))).toEqual([]);
  });

  it('is never ours where it is reserved or off', () => {
    expect(against(gpu(0), policy({ owner: 'mina', policy: 'reserved' }))).toEqual([
      { kind: 'gpu-reserved', owner: 'mina', hours: null },
    ]);
    expect(against(gpu(0), policy({ off: 'fan broken' }))).toEqual([
      { kind: 'gpu-off', because: 'fan broken' },
    ]);
  });

  it('is its owner’s alone in the hours for which it is reserved, and used only while idle outside them', () => {
    const hours = parseHours('Mon 8-18');
    const at = (weekMinute: number | null, load = gpu(0), owner = 'mina') => {
      const { figures } = host([]);
      if (figures === null) throw new Error('an idle host has figures');
      const said = { ...policy({ owner, policy: 'reserved', hours }), figures: { ...figures, weekMinute } };
      return against(load, said).map(deviceRefusalText);
    };
    expect(at(8 * 60)).toEqual(["is reserved for mina: Mon 8-18, by the host's clock"]);
    expect(at(8 * 60 - 1)).toEqual([]);
    expect(at(18 * 60)).toEqual([]);
    expect(at(18 * 60, inUse)).toEqual(["is mina's, used only while idle: 1 process of others is on it"]);
    expect(at(8 * 60, inUse, 'sweep')).toEqual([]);
    // What waits only for an hour to pass is no misfit.
    expect(at(null)).toEqual([]);
  });

  it('is shared with what is idle on it, whose memory is taken all the same', () => {
    const idle = { user: 'mina', processes: 1, are: 'idle', idleMs: 700_000 } as const;
    const notebook = gpu(0, { othersProcesses: 1, strangers: 0, others: [idle], memoryUsedBytes: card / 2 });
    expect(against(notebook)).toEqual([]);
    expect(against(notebook, policy({ owner: 'mina' }))).toEqual([]);
    expect(against(notebook, {}, request({ gpuMemoryBytes: 0.6 * card })).map(({ kind }) => kind)).toEqual([
      'gpu-memory',
    ]);
  });

  it('says who is on it, and from when on it would be shared', () => {
    const quiet = { user: 'mina', processes: 2, are: 'in-use', idleMs: 240_000 } as const;
    const trials = { user: 'jonas', processes: 1, are: 'trials', idleMs: 0 } as const;
    const load = gpu(0, { othersProcesses: 3, strangers: 2, others: [quiet, trials] });
    expect(against(load, policy({ owner: 'mina' })).map(deviceRefusalText)).toEqual([
      "is mina's, used only while idle: 2 processes of mina are on it, and have computed nothing for 4 min: after 10 min trials run beside them",
    ]);
  });
});

describe('a host', () => {
  it('takes a trial that one of its GPUs takes, and else says what each has against it', () => {
    const full = gpu(0, { memoryUsedBytes: card });
    expect(admit(request(), host([full, gpu(1)]))).toEqual([]);
    expect(admit(request(), host([full, gpu(1, { problem: 'GPU is lost' })]))).toEqual([
      {
        kind: 'gpus',
        devices: [
          { device: 'GPU-0', index: 0, refusals: [expect.objectContaining({ kind: 'gpu-memory' })] },
          { device: 'GPU-1', index: 1, refusals: [{ kind: 'gpu-failed', because: 'GPU is lost' }] },
        ],
      },
    ]);
  });

  it('without a GPU refuses who needs one, and takes who needs none or says nothing', () => {
    expect(admit(request(), host([], { gpuProblem: 'No devices were found' }))).toEqual([
      { kind: 'no-gpu', because: 'No devices were found' },
    ]);
    expect(admit(request({ gpus: null }), host([]))).toEqual([]);
    expect(chooseDevice(request({ gpus: null }), host([]))).toBe('cpu');
  });

  it('whose driver has not been heard keeps all waiting that may need one', () => {
    expect(admit(request({ gpus: null }), host(null))).toMatchObject([{ kind: 'preparing' }]);
    expect(admit(request({ gpus: 0 }), host(null))).toEqual([]);
  });

  it('gives a trial that says nothing of GPUs one where it has any', () => {
    expect(chooseDevice(request({ gpus: null }), host([gpu(0)]))).toBe('GPU-0');
    expect(chooseDevice(request({ gpus: 0 }), host([gpu(0)]))).toBe('cpu');
  });

  it('gives the GPU with the fewest of ours, then the one with most room', () => {
    expect(chooseDevice(request(), host([gpu(0), gpu(1)], { ours: [share('GPU-0', gib)] }))).toBe('GPU-1');
    expect(chooseDevice(request(), host([gpu(0, { memoryUsedBytes: gib }), gpu(1)]))).toBe('GPU-1');
    expect(chooseDevice(request(), host([gpu(0, { memoryUsedBytes: card })]))).toBeNull();
  });

  it('can never take what no GPU of it holds', () => {
    const [refusal] = admit(request({ gpuMemoryBytes: 17 * gib }), host([gpu(0)]));
    expect(refusal && waitsForOurs(refusal, host([gpu(0)]))).toBe(false);
    const [passing] = admit(request({ gpuMemoryBytes: 8 * gib }), host([gpu(0, { memoryUsedBytes: card })]));
    expect(passing && waitsForOurs(passing, host([gpu(0)]))).toBe(true);
  });
});

describe('marks', () => {
  it('hold from the high one until the low one, whatever comes between', () => {
    const readings = [0.5, 0.94, 0.95, 0.9, 0.86, 0.85, 0.9, 1, 0.2];
    let held = unheld;
    const seen = readings.map((utilisation) => {
      held = heldAfter(held, { utilisation, temperatureCelsius: null }, defaultLimits);
      return held.utilisation;
    });
    expect(seen).toEqual([false, false, true, true, true, false, false, true, false]);
  });

  it('move together where the inventory moves them', () => {
    expect(limitsOf({ ...noLimits, utilisation: 0.8, temperatureCelsius: 70 })).toMatchObject({
      utilisation: { hold: 0.8, release: expect.closeTo(0.7) },
      temperatureCelsius: { hold: 70, release: 63 },
    });
  });

  it('hold nothing that the driver does not tell', () => {
    const held = heldAfter(
      { utilisation: true, temperatureCelsius: true },
      { utilisation: null, temperatureCelsius: null },
      defaultLimits,
    );
    expect(held).toEqual(unheld);
  });
});

describe('P4 placements on GPUs', () => {
  const trial = fc.record({
    gigabytes: fc.integer({ min: 0, max: 20 }),
    grown: fc.double({ min: 0, max: 1, noNaN: true }),
  });

  it('never exceed the memory of any of them, whatever is asked for in whatever order', () => {
    fc.assert(
      fc.property(
        fc.array(trial, { maxLength: 30 }),
        fc.array(fc.integer({ min: 0, max: 16 }), { minLength: 1, maxLength: 4 }),
        (trials, others) => {
          const ours: OurShare[] = [];
          const on = (uuid: string): OurShare[] => ours.filter(({ device }) => device === uuid);
          for (const [number, { gigabytes, grown }] of trials.entries()) {
            const gpus = others.map((used, index) => {
              const measured = on(`GPU-${index}`).map(({ gpuMeasuredBytes }) => gpuMeasuredBytes ?? 0);
              return gpu(index, {
                memoryUsedBytes: measured.reduce((sum, bytes) => sum + bytes, used * gib),
              });
            });
            const load = host(gpus, { ours });
            const asked = request({ gpuMemoryBytes: gigabytes * gib });
            const device = chooseDevice(asked, load);
            if (device !== null && admit(asked, load).length === 0)
              ours.push(
                share(device, gigabytes * gib, {
                  attempt: `a-${number}`,
                  gpuMeasuredBytes: gigabytes * gib * grown,
                }),
              );
          }
          for (const [index, used] of others.entries()) {
            const here = on(`GPU-${index}`);
            const peaks = here.reduce((sum, { resources }) => sum + (resources.gpuMemoryBytes ?? 0), 0);
            if (here.length > 0)
              expect(peaks + used * gib + gpuHeadroomBytes(card, defaultLimits)).toBeLessThanOrEqual(
                card + 1,
              );
          }
        },
      ),
    );
  });
});
