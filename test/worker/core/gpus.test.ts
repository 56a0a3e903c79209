import { describe, expect, it } from 'vitest';
import { type Lease, nothingPredicted } from '../../../src/protocol/messages.ts';
import type { MeasuredGpu, MeasuredShare } from '../../../src/worker/core/event.ts';
import { plainGpu } from '../../plain-gpu.ts';
import { factsOf, figuresOf, leaseOf, World } from './world.ts';

const gib = 1024 ** 3;
const gpu = (index: number): string => `GPU-${index}`;
const found = [0, 1].map((index) => ({
  uuid: gpu(index),
  index,
  name: 'A4000',
  memoryBytes: 16 * gib,
  problem: null,
}));

/** A host with two GPUs of 16 GiB, whose agent has a writer and figures. */
class GpuWorld {
  readonly world: World;

  constructor(gpus: number) {
    this.world = World.greeted(factsOf({ gpus: found.slice(0, gpus), cpus: 16 }));
    this.sample();
    this.world.forgetMessages();
  }

  /** A second later. @param shares what attempts hold of their GPUs, as their processes are listed */
  sample(shares: Readonly<Record<string, number>> = {}, figures: readonly Partial<MeasuredGpu>[] = []): void {
    this.world.now += 1_000;
    const deviceOf = (attempt: string): string | undefined => this.world.state.attempts.get(attempt)?.device;
    const heldOn = (uuid: string): number =>
      Object.entries(shares).reduce(
        (sum, [attempt, bytes]) => sum + (deviceOf(attempt) === uuid ? bytes : 0),
        0,
      );
    const gpus = (this.world.state.facts.gpus ?? []).map(
      ({ uuid, memoryBytes }, index): MeasuredGpu => ({
        uuid,
        memoryUsedBytes: heldOn(uuid),
        memoryTotalBytes: memoryBytes,
        utilisation: 0,
        temperatureCelsius: 40,
        powerWatts: null,
        powerLimitWatts: null,
        others: [],
        problem: null,
        ageMs: 0,
        listsProcesses: true,
        ...figures[index],
      }),
    );
    const measured = Object.entries(shares).map(
      ([attempt, gpuMemoryBytes], index): MeasuredShare => ({
        attempt,
        cpuMs: this.world.now,
        memoryBytes: 0,
        gpuMemoryBytes,
        startTime: index + 1,
        suspended: false,
        hasCheckpoint: false,
      }),
    );
    this.world.post({ kind: 'sampled', figures: figuresOf({ gpus }), shares: measured });
  }

  /** Starts what may start. @returns the attempts with their devices */
  started(): Record<string, string | undefined> {
    const attempts = this.world.spawnAll();
    return Object.fromEntries(attempts.map((id) => [id, this.world.state.attempts.get(id)?.device]));
  }
}

/** A lease of a shape of its own. @param memory GiB of a GPU; null where the sweep does not say */
const needs = (attempt: string, memory: number | null, gpus: Lease['resources']['gpus'] = 1): Lease => {
  const lease = leaseOf(attempt, { cpus: 0, memory: 0, shape: `shape-${attempt}` });
  const gpuMemoryBytes = memory === null ? null : memory * gib;
  return { ...lease, resources: { ...lease.resources, gpus, gpuMemoryBytes } };
};

describe('an attempt on a GPU', () => {
  it('keeps it through the journal, and is told with it', () => {
    const { world } = new GpuWorld(2);
    world.lease(needs('a-1', 4), needs('a-2', 4));
    expect(world.take('spawn')).toMatchObject({ surroundings: { device: gpu(0) } });
    world.post({ kind: 'spawned', at: null, attempt: 'a-1', process: { pid: 7, startTime: 3 }, oomKills: 0 });
    world.spawnAll();
    world.now += 100;
    world.post({ kind: 'tick' });
    expect(world.hear('started').attempts).toEqual([
      { attempt: 'a-1', device: gpu(0) },
      { attempt: 'a-2', device: gpu(1) },
    ]);
    expect(world.next().state.attempts.get('a-2')).toMatchObject({ device: gpu(1) });
    world.expectSnapshotEqual();
    world.finish('a-2');
    expect(world.take('send-end').end).toMatchObject({ device: gpu(1), peakGpuMemoryBytes: null });
  });

  it('was on the CPU where the journal does not say', () => {
    const { world } = new GpuWorld(1);
    world.lease(leaseOf('a-1'));
    world.spawnAll();
    const old = world.journal.map((line) => line.replace(',"device":"cpu"', ''));
    world.journal.splice(0, world.journal.length, ...old);
    expect(world.next().state.attempts.get('a-1')).toMatchObject({ device: 'cpu' });
  });
});

/** The lab has seen what such trials keep busy. */
const seenElsewhere = ({ world }: GpuWorld): void => {
  const predicted = { ...nothingPredicted, gpuBusy: 0.2 };
  const shapes = ['shape-a-1', 'shape-a-2'].map((shape) => ({ shape, predicted, seconds: null }));
  world.say(1, { kind: 'expect', shapes });
};

describe('the ramp guard of a GPU', () => {
  it('lets the next unknown one in when the memory of the first has settled', () => {
    const gpus = new GpuWorld(1);
    gpus.world.lease(needs('a-1', 2), needs('a-2', 2));
    expect(gpus.started()).toEqual({ 'a-1': gpu(0) });
    for (const gigabytes of [0, 0.4, 1.2, 1.2]) {
      gpus.sample({ 'a-1': gigabytes * gib });
      expect(gpus.started()).toEqual({});
    }
    gpus.sample({ 'a-1': 1.21 * gib });
    expect(gpus.started()).toEqual({ 'a-2': gpu(0) });
  });

  it.each([
    ['says nothing of its memory', null],
    ['takes more than its sweep says', 1],
  ])(
    'puts nothing beside one that %s before its like was seen to its end, here or elsewhere',
    (_, declared) => {
      const gpus = new GpuWorld(1);
      gpus.world.lease(needs('a-1', declared), needs('a-2', declared));
      gpus.started();
      for (let second = 0; second < 60; second += 1) gpus.sample({ 'a-1': 1.2 * gib });
      expect(gpus.started()).toEqual({});
      seenElsewhere(gpus);
      gpus.sample({ 'a-1': 1.2 * gib });
      expect(gpus.started()).toEqual({ 'a-2': gpu(0) });
    },
  );

  it('gives up on one that does not touch its GPU', () => {
    const gpus = new GpuWorld(1);
    gpus.world.lease(needs('a-1', 2), needs('a-2', 2));
    gpus.started();
    for (let second = 0; second < 29; second += 1) gpus.sample({ 'a-1': 0 });
    expect(gpus.started()).toEqual({});
    gpus.sample({ 'a-1': 0 });
    expect(gpus.started()).toEqual({ 'a-2': gpu(0) });
  });

  it('holds no more once what the sweep says was borne out', () => {
    const gpus = new GpuWorld(1);
    gpus.world.lease(needs('a-1', 2));
    gpus.started();
    gpus.sample({ 'a-1': 1.5 * gib });
    gpus.world.finish('a-1');
    gpus.world.lease(needs('a-2', 2), needs('a-3', 2), needs('a-4', 1), needs('a-5', 1));
    // What says less than its like took is a guess again.
    expect(gpus.started()).toEqual({ 'a-2': gpu(0), 'a-3': gpu(0), 'a-4': gpu(0) });
  });
});

describe('what a sweep does not say of GPU memory', () => {
  it('is taken to be what its like takes there', () => {
    const gpus = new GpuWorld(1);
    gpus.world.lease(needs('a-1', null));
    gpus.started();
    gpus.sample({ 'a-1': 6 * gib }, [{ memoryUsedBytes: 6 * gib }]);
    gpus.world.finish('a-1');
    gpus.sample();
    gpus.world.lease(needs('a-2', null), needs('a-3', null), needs('a-4', null));
    expect(gpus.started()).toEqual({ 'a-2': gpu(0), 'a-3': gpu(0) });
    expect(gpus.world.state.attempts.get('a-4')).toMatchObject({ status: { kind: 'waiting' } });
  });

  it('is what came on top of all that the GPU held where the driver lists no processes', () => {
    const gpus = new GpuWorld(1);
    const used = (gigabytes: number) => [{ memoryUsedBytes: gigabytes * gib, listsProcesses: false }];
    gpus.world.lease(needs('a-1', null));
    gpus.started();
    gpus.sample({ 'a-1': 0 }, used(1));
    gpus.sample({ 'a-1': 0 }, used(8));
    gpus.world.finish('a-1');
    expect(gpus.world.take('send-end').end.peakGpuMemoryBytes).toBe(7 * gib);
  });

  it('is never more than all hold, whatever processes the driver still names', () => {
    const gpus = new GpuWorld(1);
    gpus.world.lease(needs('a-1', null));
    gpus.started();
    // A process was followed by another, and for a moment both are on the list.
    gpus.sample({ 'a-1': 12 * gib }, [{ memoryUsedBytes: 6 * gib }]);
    gpus.world.finish('a-1');
    expect(gpus.world.take('send-end').end.peakGpuMemoryBytes).toBe(6 * gib);
  });

  it('is no GPU at all on a host without', () => {
    const gpus = new GpuWorld(0);
    gpus.world.lease(needs('a-1', null, null), needs('a-2', null, null));
    expect(gpus.started()).toEqual({ 'a-1': 'cpu', 'a-2': 'cpu' });
  });
});

describe('an attempt that waits for a GPU', () => {
  it('is passed by what needs none, and not by what would take from it', () => {
    const gpus = new GpuWorld(1);
    gpus.world.lease(needs('a-1', 10));
    gpus.started();
    for (const _ of [1, 2, 3]) gpus.sample({ 'a-1': 10 * gib }, [{ memoryUsedBytes: 10 * gib }]);
    gpus.world.lease(needs('a-2', 8), needs('a-3', 1), needs('a-4', null, 0));
    expect(gpus.started()).toEqual({ 'a-4': 'cpu' });
  });

  it('that none here could ever hold keeps nobody waiting', () => {
    const gpus = new GpuWorld(1);
    gpus.world.lease(needs('a-1', 17), needs('a-2', 1));
    expect(gpus.started()).toEqual({ 'a-2': gpu(0) });
  });

  it('starts when the GPUs are found, and its writer is told of them', () => {
    const { world } = new GpuWorld(0);
    world.post({ kind: 'booted', facts: factsOf({ gpus: null }) });
    world.lease(needs('a-1', 1));
    expect(world.spawnAll()).toEqual([]);
    world.post({ kind: 'gpus-found', gpus: found, problem: null, broken: false });
    expect(world.hear('facts').facts.gpus).toEqual(found);
    expect(world.spawnAll()).toEqual([]); // they have no figures yet
    const gpus = found.map(({ uuid, memoryBytes }) => ({
      ...plainGpu(uuid, 0, memoryBytes),
      listsProcesses: false,
    }));
    world.post({ kind: 'sampled', figures: figuresOf({ gpus }), shares: [] });
    expect(world.spawnAll()).toEqual(['a-1']);
  });
});
