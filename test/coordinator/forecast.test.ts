import { describe, expect, it } from 'vitest';
import { forecast, type KnownHost } from '../../src/coordinator/forecast.ts';
import type { PointDeclaration } from '../../src/ledger/events.ts';
import { sweepName, trialId } from '../../src/model/ids.ts';
import type { Resources } from '../../src/model/resources.ts';
import type { HostFacts } from '../../src/protocol/messages.ts';
import { LedgerBuilder } from '../ledger-builder.ts';
import { plainHost } from '../plain-host.ts';
import { calm, declarationOf, endOf, factsOf, pointOf } from './world.ts';

type Declaration = ReturnType<typeof declarationOf>;

const gib = 2 ** 30;

const known = (name: string, facts: Partial<HostFacts> | null): KnownHost => ({
  listed: plainHost(name),
  facts: facts === null ? null : { ...factsOf(16), ...facts },
  figures: null,
});

const cards = (count: number, name: string, memoryBytes = 8 * gib): Partial<HostFacts> => ({
  gpus: Array.from({ length: count }, (_, index) => ({
    uuid: `GPU-${name}-${index}`,
    index,
    name,
    memoryBytes,
    problem: null,
  })),
});

const onGpus: Resources = {
  cpus: 1,
  gpus: 1,
  gpuMemoryBytes: 4 * gib,
  hostMemoryBytes: gib,
  diskBytes: null,
};

const sweepOf = (trials: number, resources: Resources): PointDeclaration[] =>
  Array.from({ length: trials }, (_, x) => pointOf(x, { resources }));

/** A ledger in which so many of these trials have run on hosts with one kind of GPU each, for so many seconds. */
function ledgerWith(
  points: readonly PointDeclaration[],
  ran: readonly (readonly [string, string, number])[],
) {
  const built = new LedgerBuilder();
  built.add({ kind: 'sweep-declared', at: 0, declaration: declarationOf() });
  built.add({ kind: 'points-declared', at: 0, sweep: 'lab', points: [...points] });
  built.add({ kind: 'sweep-opened', at: 0, sweep: 'lab', part: null });
  for (const [place, [host, gpuName, seconds]] of ran.entries()) {
    const attempt = built.start(trialId(`trial-${place}`), host, `GPU-${gpuName}-0`);
    const end = {
      ...endOf({ kind: 'succeeded' }, 1),
      seconds,
      soloSeconds: seconds,
      gpuName,
      device: 'GPU-0',
    };
    const peaks = { peakMemoryBytes: 2 * gib, peakGpuMemoryBytes: 5 * gib, gpuBusy: 1 };
    built.add({ kind: 'ended', at: 1, attempt, host, end: { ...end, ...peaks } });
  }
  return built.state;
}

const forecastOf = (
  ledger: LedgerBuilder['state'],
  hosts: readonly KnownHost[],
  points: readonly PointDeclaration[],
  meant = points,
  declaration = declarationOf(),
  besides: Parameters<typeof forecast>[3] = new Map(),
) =>
  forecast(
    ledger,
    hosts,
    {
      declared: { declaration, points },
      meant: new Set(meant.flatMap(({ trials }) => trials.map(trialId))),
    },
    besides,
    2_000,
  );

describe('what a run would make of a sweep', () => {
  const points = sweepOf(24, onGpus);
  const fast = known('fast', cards(2, 'large'));
  const slow = known('slow', cards(2, 'small'));

  it('knows how much each host would take before anything has run, and not for how long', () => {
    const { eta, hosts } = forecastOf(ledgerWith([], []), [fast, slow], points);
    expect(eta).toBeNull();
    expect(hosts.map(({ trials, seconds }) => ({ trials, seconds }))).toEqual([
      { trials: 12, seconds: null },
      { trials: 12, seconds: null },
    ]);
  });

  it('gives faster hosts more, and says how long that takes, and every trial of it', () => {
    const ran = [
      ['fast', 'large', 100],
      ['slow', 'small', 300],
    ] as const;
    const { eta, hosts, predict } = forecastOf(ledgerWith(points, ran), [fast, slow], points);
    const [first, second] = hosts.map(({ trials }) => trials ?? 0);
    expect((first ?? 0) + (second ?? 0)).toBe(22);
    expect(first).toBeGreaterThan((second ?? 0) * 1.5);
    expect(eta?.seconds).toBeGreaterThan(700);
    expect(eta?.seconds).toBeLessThan(1_100);
    expect(eta?.low).toBeLessThan(eta?.seconds ?? 0);
    expect(eta?.high).toBeGreaterThan(eta?.seconds ?? 0);
    expect(hosts[0]?.seconds).toBeLessThanOrEqual(eta?.seconds ?? 0);
    const { seconds, gpuMemoryBytes, hostMemoryBytes } = predict(points[20] ?? pointOf(20));
    expect(seconds).toBeGreaterThan(100);
    expect(seconds).toBeLessThan(300);
    // They took more than was declared.
    expect(gpuMemoryBytes).toBeGreaterThan(5 * gib);
    expect(hostMemoryBytes).toBeGreaterThan(2 * gib);
  });

  it('is of the trials alone that are asked for', () => {
    const { hosts } = forecastOf(ledgerWith([], []), [fast], points, points.slice(0, 3));
    expect(hosts[0]?.trials).toBe(3);
  });

  it('says why a host takes none, and counts none that was never seen', () => {
    const { hosts } = forecastOf(
      ledgerWith([], []),
      [known('bare', { gpus: [] }), known('unseen', null), fast],
      points,
    );
    expect(hosts.map(({ trials, refusal }) => [trials, refusal?.kind ?? null])).toEqual([
      [0, 'no-gpu'],
      [null, 'preparing'],
      [24, null],
    ]);
  });

  it('predicts nothing of a GPU where none is taken', () => {
    const onCores = sweepOf(2, { ...onGpus, gpus: 0 });
    const { predict } = forecastOf(ledgerWith([], []), [fast], onCores);
    expect(predict(onCores[0] ?? pointOf(0))).toEqual({
      seconds: null,
      gpuMemoryBytes: null,
      hostMemoryBytes: gib,
    });
  });
});

describe('how many trials of a sweep a plan has at once', () => {
  const onCores: Resources = { ...onGpus, gpus: 0, gpuMemoryBytes: null };
  const points = sweepOf(16, onCores);
  const host = known('cedar', { cpus: 8, memoryBytes: 64 * gib, gpus: [] });
  const ran = [['cedar', 'none', 100]] as const;
  const secondsOf = (...of: [readonly KnownHost[], readonly PointDeclaration[], Declaration?]): number =>
    forecastOf(ledgerWith(of[1], ran), of[0], of[1], of[1], of[2]).eta?.seconds ?? Number.NaN;

  it('is as many as cores allow', () => {
    expect(secondsOf([host], points)).toBeCloseTo(200, -1);
  });

  it('is no more than the sweep allows', () => {
    expect(secondsOf([host], points, declarationOf({ concurrent: 3 }))).toBeCloseTo(500, -1);
  });

  it('is no more than the memory of the host holds', () => {
    const large = sweepOf(16, { ...onCores, hostMemoryBytes: 40 * gib });
    expect(secondsOf([host], large)).toBeCloseTo(1_500, -1);
  });

  it('is none where the disk has no room for what they write', () => {
    const writing = sweepOf(16, { ...onCores, diskBytes: 50 * gib });
    const figures = { ...calm, diskFreeBytes: 20 * gib };
    const { eta, hosts } = forecastOf(ledgerWith(writing, ran), [{ ...host, figures }], writing);
    expect(eta).toBeNull();
    expect(hosts[0]).toMatchObject({ trials: 0, refusal: { kind: 'disk', freeBytes: 20 * gib } });
    expect(secondsOf([{ ...host, figures: { ...calm, diskFreeBytes: 100 * gib } }], writing)).toBeCloseTo(
      200,
      -1,
    );
  });

  it('leaves room for what else the coordinator was asked for', () => {
    const built = (): LedgerBuilder['state'] => ledgerWith(points, ran);
    const mine = Array.from({ length: 16 }, (_, x) => pointOf(100 + x, { resources: onCores }));
    const declaration = declarationOf({ sweep: 'mine' });
    const alone = forecastOf(built(), [host], mine, mine, declaration);
    const beside = forecastOf(built(), [host], mine, mine, declaration, new Map([[sweepName('lab'), null]]));
    expect(alone.eta?.seconds).toBeCloseTo(200, -1);
    expect(beside.eta?.seconds).toBeGreaterThan(350);
    expect(beside.hosts[0]?.trials).toBe(16);
  });

  it('is no fewer on the GPUs for what the cores have to do, nor the other way round', () => {
    const mixed = known('cedar', { cpus: 8, ...cards(2, 'large') });
    const training = Array.from({ length: 8 }, (_, x) => pointOf(100 + x, { resources: onGpus }));
    const lab = (): LedgerBuilder['state'] => ledgerWith(points, ran);
    const secondsBeside = (besides: Parameters<typeof forecast>[3]): number =>
      forecastOf(lab(), [mixed], training, training, declarationOf({ sweep: 'mine' }), besides).eta
        ?.seconds ?? Number.NaN;
    expect(secondsBeside(new Map())).toBeGreaterThan(300);
    expect(secondsBeside(new Map([[sweepName('lab'), null]]))).toBeCloseTo(secondsBeside(new Map()), -1);
  });
});
