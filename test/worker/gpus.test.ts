import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DeviceRefusal } from '../../src/model/refusal/device-refusal.ts';
import { type Refusal, refusalSchema } from '../../src/model/refusal/refusal.ts';
import { gpuFiguresSchema } from '../../src/protocol/host-facts.ts';
import type { FromAgent, GpuFigures, HostFacts, Lease } from '../../src/protocol/messages.ts';
import { Driver, gpu } from './driver.ts';
import { fixture, Host, launchOf, leaseOf, type Writer } from './real-agent.ts';

/** The machine may be busy. */
const patiently = { timeout: 15_000 };
const gib = 1024 ** 3;
const waits = launchOf([fixture('never-ends')]);

let host: Host;
let driver: Driver;

beforeEach(() => {
  host = new Host();
  driver = new Driver();
});

afterEach(async () => {
  await host.dispose();
  await expect.poll(() => driver.processes()).toEqual([]);
  rmSync(driver.folder, { recursive: true });
});

async function connected(): Promise<Writer> {
  await host.serve(60_000, { ...process.env, PATH: `${driver.folder}:${process.env['PATH'] ?? ''}` });
  const writer = await host.connect();
  await writer.greet();
  return writer;
}

const needs = (attempt: string, gigabytes: number, more: Partial<Lease['resources']> = {}): Lease =>
  leaseOf(attempt, {
    shape: `shape of ${attempt}`,
    resources: {
      cpus: 0,
      gpus: 1,
      gpuMemoryBytes: gigabytes * gib,
      hostMemoryBytes: 0,
      diskBytes: null,
      ...more,
    },
  });

const deviceOf = async (writer: Writer, attempt: string): Promise<string | undefined> =>
  (await writer.started(attempt)).attempts.find((one) => one.attempt === attempt)?.device;

/** With the greeting or later, as the driver has it. */
const factsOf = (writer: Writer): Extract<FromAgent, { kind: 'welcome' }>['facts'] | undefined =>
  writer.heard
    .flatMap((said) => (said.kind === 'welcome' || said.kind === 'facts' ? [said.facts] : []))
    .at(-1);

/** The latest that the agent said holds its queue. */
function refusalsNow(writer: Writer): readonly Refusal[] {
  const said = writer.heard.findLast(
    (message): message is Extract<FromAgent, { kind: 'figures' }> => message.kind === 'figures',
  );
  return said?.holds.flatMap(({ refusals }) => refusals.map((one) => refusalSchema.parse(one))) ?? [];
}

const gpusIn = (said: FromAgent): (readonly GpuFigures[])[] =>
  said.kind === 'figures' ? [said.figures.gpus.map((gpu) => gpuFiguresSchema.parse(gpu))] : [];

/** By GPU, the kinds that keep the first of the queue from it. */
const holdsOf = (writer: Writer): DeviceRefusal['kind'][][] =>
  refusalsNow(writer).flatMap((refusal) =>
    refusal.kind === 'gpus' ? refusal.devices.map(({ refusals }) => refusals.map(({ kind }) => kind)) : [],
  );

const held = (writer: Writer, ...kinds: DeviceRefusal['kind'][][]): Promise<void> =>
  expect.poll(() => holdsOf(writer), { timeout: 10_000 }).toEqual(kinds);

const gpuFigures = (writer: Writer, index: number): Promise<GpuFigures> =>
  writer
    .hears('figures', ({ figures }) => figures.gpus.length > index)
    .then(({ figures }) => figures.gpus[index] as GpuFigures);

describe.runIf(process.platform === 'linux')('the GPUs of a host', () => {
  it('are found, and trials spread over them, each seeing its own', async () => {
    const writer = await connected();
    await gpuFigures(writer, 1);
    expect(factsOf(writer)).toMatchObject({
      gpus: [
        { uuid: gpu(0), index: 0, name: 'NVIDIA RTX A4000', memoryBytes: 16 * gib },
        { uuid: gpu(1), index: 1 },
      ],
      gpuProblem: null,
    } satisfies { gpus: unknown; gpuProblem: HostFacts['gpuProblem'] });
    const shows = launchOf([
      'sh',
      '-c',
      'echo "sees [$CUDA_VISIBLE_DEVICES] by $CUDA_DEVICE_ORDER"; sleep 600',
    ]);
    writer.lease(shows, needs('a-1', 4), needs('a-2', 4), needs('a-3', 4), needs('a-4', 0, { gpus: 0 }));
    expect(await Promise.all(['a-1', 'a-2'].map((attempt) => deviceOf(writer, attempt)))).toEqual([
      gpu(0),
      gpu(1),
    ]);
    await writer.logHas('a-2', `sees [${gpu(1)}] by PCI_BUS_ID`);
    await writer.logHas('a-4', 'sees []');
  });

  it('are given to no trial whose engine for them is not there: it would hold one, and train on the cores', async () => {
    const writer = await connected();
    await gpuFigures(writer, 1);
    const engines = [{ name: 'gpu', hash: 'e'.repeat(64), isForGpus: true }];
    const shows = launchOf(['sh', '-c', 'echo "sees [$CUDA_VISIBLE_DEVICES]"; sleep 600'], { engines });
    writer.lease(shows, needs('a-1', 4, { gpus: null }), needs('a-2', 0, { gpus: 0 }));
    const { outcome } = (await writer.ended('a-1')).end;
    expect(outcome).toMatchObject({ kind: 'not-started', reason: 'content-missing' });
    expect(outcome).toMatchObject({ message: 'the engine gpu is not on this host' });
    await writer.logHas('a-2', 'sees []');
  });

  it('P4 take what fits into their memory with what others hold, and no more', async () => {
    driver.tell(1, { used: 12 * 1024 });
    const writer = await connected();
    writer.lease(waits, needs('a-1', 9), needs('a-2', 9));
    expect(await deviceOf(writer, 'a-1')).toBe(gpu(0));
    await held(writer, ['gpu-memory', 'gpu-ramp'], ['gpu-memory']);
    driver.tell(1, { used: 100 });
    expect(await deviceOf(writer, 'a-2')).toBe(gpu(1));
  });

  it('count what our processes hold of them as ours', async () => {
    const writer = await connected();
    writer.lease(waits, needs('a-1', 4));
    await writer.logHas('a-1', 'ready');
    const [pid = 0] = host.survivors();
    driver.tell(0, { used: 6 * 1024 });
    await writer.hears('figures', (said) => said.figures.gpus[0]?.memoryUsedBytes === 6 * gib);
    driver.put('apps', `${gpu(0)}, ${pid}, 5000\n${gpu(0)}, 1, 900\n`);
    const { figures } = await writer.hears('figures', (said) => (said.figures.gpus[0]?.oursBytes ?? 0) > 0);
    expect(figures.gpus[0]).toMatchObject({
      memoryUsedBytes: 6 * gib,
      oursBytes: 5000 * 2 ** 20,
      othersProcesses: 1,
      running: 1,
    });
    writer.send({ kind: 'cancel', attempts: ['a-1'] });
    expect((await writer.ended('a-1')).end).toMatchObject({
      device: gpu(0),
      peakGpuMemoryBytes: 5000 * 2 ** 20,
    });
    // The driver still lists it, which makes it nobody else's.
    const told = writer.heard.length;
    await expect
      .poll(() => writer.heard.slice(told).flatMap(gpusIn).at(-1)?.[0], patiently)
      .toMatchObject({ running: 0, othersProcesses: 1 });
  });

  it('take nothing from their high mark on until they are down at the low one', async () => {
    driver.tell(0, { celsius: 90 });
    driver.tell(1, { busy: 99 });
    const writer = await connected();
    writer.lease(waits, needs('a-1', 1), needs('a-2', 1));
    await held(writer, ['gpu-temperature'], ['gpu-utilisation']);
    driver.tell(0, { celsius: 80 });
    driver.tell(1, { busy: 90 });
    await writer.hears('figures', ({ figures }) => figures.gpus[0]?.temperatureCelsius === 80);
    await held(writer, ['gpu-temperature'], ['gpu-utilisation']);
    driver.tell(1, { busy: 80 });
    expect(await deviceOf(writer, 'a-1')).toBe(gpu(1));
    driver.tell(0, { celsius: 77 });
    expect(await deviceOf(writer, 'a-2')).toBe(gpu(0));
  });

  it('take nothing while the driver hangs, and the host goes on', async () => {
    const writer = await connected();
    await gpuFigures(writer, 1);
    driver.put('hangs', '');
    await writer.hears('figures', ({ figures }) => (figures.gpus[0]?.ageMs ?? 0) > 3_000);
    writer.lease(waits, needs('a-1', 1));
    await held(writer, ['gpu-stale'], ['gpu-stale']);
    writer.lease(waits, needs('a-2', 0, { gpus: 0 }));
    expect(await deviceOf(writer, 'a-2')).toBe('cpu');
    await expect
      .poll(() => factsOf(writer)?.gpuProblem, { timeout: 10_000 })
      .toBe('nvidia-smi does not answer');
    driver.forget('hangs');
    expect(await deviceOf(writer, 'a-1')).toBe(gpu(0));
  }, 20_000);

  it('are none on a machine that has none, whatever a driver says that is installed there', async () => {
    const words = readFileSync(join(import.meta.dirname, '../fixtures/nvidia-smi/no-driver.txt'), 'utf8');
    driver.put('fails', words);
    const writer = await connected();
    writer.lease(waits, needs('a-1', 1), needs('a-2', 1, { gpus: null }));
    await expect
      .poll(() => refusalsNow(writer), { timeout: 10_000 })
      .toEqual([{ kind: 'no-gpu', because: null }]);
    expect(await deviceOf(writer, 'a-2')).toBe('cpu');
  });

  it('that the successor of an agent finds taken stay so', async () => {
    const writer = await connected();
    writer.lease(waits, needs('a-1', 9));
    await writer.started('a-1');
    await host.kill('SIGKILL');
    await expect.poll(() => driver.processes()).toEqual([]);
    driver.tell(1, { used: 12 * 1024 });
    const next = await connected();
    await next.hears('state', ({ running }) => running[0]?.device === gpu(0));
    next.lease(waits, needs('a-2', 9));
    await held(next, ['gpu-memory', 'gpu-ramp'], ['gpu-memory']);
  });
});

describe('a host without nvidia-smi', () => {
  it('is one like another: it has no GPUs, and what says nothing of them runs', async () => {
    await host.serve(60_000, { ...process.env, PATH: '/usr/bin:/bin' });
    const writer = await host.connect();
    await writer.greet();
    const { facts } = await writer.hears('welcome');
    expect(facts).toMatchObject({ gpus: [], gpuProblem: null });
    writer.lease(waits, needs('a-1', 1, { gpus: null }));
    expect(await deviceOf(writer, 'a-1')).toBe('cpu');
  });
});
