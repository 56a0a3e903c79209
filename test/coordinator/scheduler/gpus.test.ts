import { describe, expect, it } from 'vitest';
import { parallelOf } from '../../../src/coordinator/hosts/backlog.ts';
import { stranded } from '../../../src/coordinator/stranded.ts';
import { hostName, sweepName } from '../../../src/model/ids.ts';
import type { Resources } from '../../../src/model/resources.ts';
import type { GpuFacts, HostFacts } from '../../../src/protocol/messages.ts';
import { plainGpu } from '../../plain-gpu.ts';
import { calm, declarationOf, factsOf, leasesIn, pointOf, World } from '../world.ts';

const gib = 1024 ** 3;
const cards = (...gigabytes: readonly number[]): GpuFacts[] =>
  gigabytes.map((memory, index) => ({
    uuid: `GPU-${index}`,
    index,
    name: 'A4000',
    memoryBytes: memory * gib,
    problem: null,
  }));

const needs = (gpus: Resources['gpus'], gigabytes: number | null = null): Resources => ({
  cpus: 1,
  gpus,
  gpuMemoryBytes: gigabytes === null ? null : gigabytes * gib,
  hostMemoryBytes: null,
  diskBytes: null,
});

const declared = (resources: Resources, count = 4, hosts: readonly string[] = ['cedar']): World => {
  const world = new World(hosts);
  world.declare(
    declarationOf(),
    Array.from({ length: count }, (_, x) => pointOf(x, { resources })),
  );
  return world;
};

const gpusAre = (world: World, host: string, facts: Partial<HostFacts>) =>
  world.say(host, { kind: 'facts', facts: { ...factsOf(16), ...facts } });

const reasons = (world: World) => {
  const sweep = world.state.ledger.sweeps.get(sweepName('lab'));
  return sweep === undefined ? null : stranded(world.state, sweep);
};

const parallel = (world: World): number => {
  const sweep = world.state.ledger.sweeps.get(sweepName('lab'));
  const host = world.state.fleet.get(hostName('cedar'));
  if (sweep === undefined || host === undefined) throw new Error('both were declared');
  return parallelOf(sweep, host, world.now);
};

describe('a sweep that needs GPUs', () => {
  it('is leased to hosts that have one alone', () => {
    const world = declared(needs(1), 4, ['cedar', 'birch']);
    world.ready('cedar');
    world.connect('birch');
    gpusAre(world, 'birch', { gpus: cards(16) });
    const leases = world.post({ kind: 'launch-ready', host: hostName('birch'), launch: 'launch-1' });
    expect(leasesIn(leases, 'cedar')).toEqual([]);
    expect(leasesIn(leases, 'birch').length).toBeGreaterThan(0);
  });

  it('goes nowhere where no host has one, with what the driver says as the reason', () => {
    const world = declared(needs(1));
    world.ready('cedar');
    expect(reasons(world)).toEqual([{ host: 'cedar', refusal: { kind: 'no-gpu', because: null } }]);
    gpusAre(world, 'cedar', { gpuProblem: 'No devices were found' });
    expect(reasons(world)).toMatchObject([{ refusal: { because: 'No devices were found' } }]);
  });

  it('waits a while for a driver that has told of its GPUs and fails now, and then goes nowhere', () => {
    const world = declared(needs(1));
    world.ready('cedar');
    gpusAre(world, 'cedar', { gpus: cards(16), gpuProblem: 'version mismatch', gpusBroken: true });
    const silentFor = (ageMs: number): void => {
      const none = { othersProcesses: 0, strangers: null, others: [], running: 0, oursBytes: 0, room: null };
      const figures = { ...calm, gpus: [{ ...plainGpu('GPU-0', 0, 16 * gib), ...none, ageMs }] };
      world.say('cedar', { kind: 'figures', figures, holds: [], others: [] });
    };
    silentFor(10_000);
    expect(reasons(world)).toBeNull();
    silentFor(5 * 60_000);
    expect(reasons(world)).toEqual([
      { host: 'cedar', refusal: { kind: 'gpus-broken', because: 'version mismatch' } },
    ]);
  });

  it('counts on no GPU that does not work', () => {
    const world = declared(needs(1, 5), 40);
    world.ready('cedar');
    const broken = cards(16).map((card) => ({ ...card, problem: 'GPU requires reset' }));
    const good = cards(16, 16).slice(1);
    gpusAre(world, 'cedar', { gpus: [...broken, ...good] });
    expect(parallel(world)).toBe(1);
    expect(reasons(world)).toBeNull();
  });

  it('goes nowhere where no GPU works', () => {
    const world = declared(needs(1));
    world.ready('cedar');
    gpusAre(world, 'cedar', { gpus: cards(16).map((card) => ({ ...card, problem: 'GPU requires reset' })) });
    const refusals = [{ kind: 'gpu-failed', because: 'GPU requires reset' }];
    expect(reasons(world)).toMatchObject([{ refusal: { kind: 'gpus', devices: [{ refusals }] } }]);
  });

  it('waits for a host whose driver has not been heard, and is leased to it when it is', () => {
    const world = declared(needs(1));
    world.connect('cedar');
    gpusAre(world, 'cedar', { gpus: null });
    const before = world.post({ kind: 'launch-ready', host: hostName('cedar'), launch: 'launch-1' });
    expect(leasesIn(before)).toEqual([]);
    expect(reasons(world)).toBeNull();
    expect(leasesIn(gpusAre(world, 'cedar', { gpus: cards(16) })).length).toBeGreaterThan(0);
  });

  it('P4 is not leased to a host none of whose GPUs could hold a trial, and says by how much', () => {
    const world = declared(needs(1, 20));
    world.ready('cedar');
    expect(leasesIn(gpusAre(world, 'cedar', { gpus: cards(16, 20) }))).toEqual([]);
    const lacks = (index: number, gigabytes: number): unknown => ({
      device: `GPU-${index}`,
      index,
      refusals: [
        {
          kind: 'gpu-memory',
          claimed: [],
          needBytes: 20 * gib,
          freeBytes: gigabytes * gib * 0.95,
          totalBytes: gigabytes * gib,
        },
      ],
    });
    expect(reasons(world)).toEqual([
      { host: 'cedar', refusal: { kind: 'gpus', devices: [lacks(0, 16), lacks(1, 20)] } },
    ]);
  });

  it('counts on one at once for each GPU of a host, before it is known what such trials take', () => {
    const world = declared(needs(1, 5), 40);
    world.ready('cedar');
    gpusAre(world, 'cedar', { gpus: cards(16, 24) });
    expect(parallel(world)).toBe(2);
  });
});

describe('a sweep that says nothing of GPUs', () => {
  it('takes one each where there are any, else cores', () => {
    const world = declared(needs(null), 40);
    world.ready('cedar');
    gpusAre(world, 'cedar', { gpus: cards(16, 24) });
    expect(parallel(world)).toBe(2);
    gpusAre(world, 'cedar', { gpus: [] });
    expect(parallel(world)).toBe(16);
  });
});
