import { readFileSync, rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseHours } from '../../src/model/inventory/hours.ts';
import type { Lease } from '../../src/protocol/messages.ts';
import { noLimits } from '../../src/throttle/limits.ts';
import { Driver, gpu } from './driver.ts';
import { fixture, holdsOf, Host, launchOf, type LeaseInput, leaseOf, type Writer } from './real-agent.ts';

const gib = 1024 ** 3;
/** The machine may be busy. */
const patiently = { timeout: 20_000 };
const saves = launchOf([fixture('saves-on-sigterm')]);
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

const onGpu = (attempt: string, more: Partial<LeaseInput> = {}): Lease =>
  leaseOf(attempt, {
    resources: { cpus: 0, gpus: 1, gpuMemoryBytes: gib, hostMemoryBytes: 0, diskBytes: null },
    ...more,
  });

/** As ps(1) says them: T is stopped. */
function statesOf(attempt: string): string[] {
  const session = host.wrapper(attempt);
  return host
    .survivors()
    .map((pid) => (/\) (\w) \d+ \d+ (\d+)/.exec(statOf(pid)) ?? []).slice(1))
    .flatMap(([state = '', of]) => (Number(of) === session ? [state] : []));
}

function statOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return '';
  }
}

const areStopped = (attempt: string): boolean => {
  const states = statesOf(attempt);
  return states.length > 0 && states.every((state) => state === 'T');
};

const stillOf = (writer: Writer) =>
  writer.heard.flatMap((said) => (said.kind === 'figures' ? [said.figures.still ?? []] : [])).at(-1);

describe.runIf(process.platform === 'linux')('a trial on a GPU that is too hot', () => {
  it('stands still with all of its processes, through the death of its agent, and goes on when it is cool', {
    timeout: 90_000,
  }, async () => {
    const writer = await connected();
    writer.lease(waits, onGpu('a-1'));
    await writer.logHas('a-1', 'ready');
    driver.tell(0, { celsius: 91 });
    await expect.poll(() => areStopped('a-1'), patiently).toBe(true);
    await expect
      .poll(() => stillOf(writer), patiently)
      .toMatchObject([{ attempt: 'a-1', because: 'GPU 0 was at 91 °C, and 88 °C are too hot there' }]);

    await host.kill('SIGKILL');
    const next = await connected();
    await expect.poll(() => stillOf(next), patiently).toMatchObject([{ attempt: 'a-1' }]);
    expect(areStopped('a-1')).toBe(true);

    driver.tell(0, { celsius: 79 });
    await expect.poll(() => statesOf('a-1').includes('T'), patiently).toBe(false);
    next.send({ kind: 'cancel', attempts: ['a-1'] });
    expect((await next.ended('a-1')).end.outcome).toEqual({ kind: 'cancelled' });
  });

  it('ends when it is told to, and leaves nothing behind', { timeout: 60_000 }, async () => {
    const writer = await connected();
    writer.lease(waits, onGpu('a-1'));
    await writer.logHas('a-1', 'ready');
    driver.tell(0, { celsius: 91 });
    await expect.poll(() => areStopped('a-1'), patiently).toBe(true);
    writer.send({ kind: 'cancel', attempts: ['a-1'] });
    expect((await writer.ended('a-1')).end.outcome).toEqual({ kind: 'cancelled' });
    expect(host.survivors()).toEqual([]);
  });
});

describe.runIf(process.platform === 'linux')('a trial to whose GPU somebody else comes', () => {
  it('saves what it has and is gone within 10 s, and the next attempt goes on from that', {
    timeout: 60_000,
  }, async () => {
    const writer = await connected();
    writer.lease(saves, onGpu('a-1', { trial: 'one' }));
    await writer.logHas('a-1', 'ready');
    const devices = [{ gpu: 0, owner: 'mina', policy: null, hours: null, off: null }];
    writer.send({ kind: 'limits', limits: { ...noLimits, devices } });
    const came = Date.now();
    driver.put('apps', `${gpu(0)}, 1, 900\n`);
    const { end } = await writer.ended('a-1');
    expect(Date.now() - came).toBeLessThan(10_000);
    expect(end.outcome).toEqual({ kind: 'evicted', over: 'others', message: 'mina computes on GPU 0' });
    writer.lease(saves, onGpu('a-2', { trial: 'one', continues: 'a-1' }));
    expect((await writer.ended('a-2')).end.outcome).toEqual({ kind: 'succeeded' });
  });

  it('leaves when the hours begin for which the GPU is reserved, and others start there when they are over', {
    timeout: 60_000,
  }, async () => {
    const writer = await connected();
    const reserve = (gpus: readonly number[], hours: string): void => {
      const said = { owner: 'mina', policy: 'reserved', hours: parseHours(hours), off: null } as const;
      writer.send({
        kind: 'limits',
        limits: { ...noLimits, devices: gpus.map((index) => ({ gpu: index, ...said })) },
      });
    };
    writer.lease(waits, onGpu('a-1', { trial: 'one' }));
    await writer.logHas('a-1', 'ready');
    reserve([0, 1], '00:00-24:00');
    expect((await writer.ended('a-1')).end.outcome).toEqual({
      kind: 'evicted',
      over: 'others',
      message: 'GPU 0 is reserved for mina now',
    });
    writer.lease(waits, onGpu('a-2', { trial: 'two' }));
    await expect
      .poll(() => holdsOf(writer), patiently)
      .toContain("GPU 0 is reserved for mina: 00:00-24:00, by the host's clock");
    // Three days from now, by this machine's own clock.
    const day = new Date(Date.now() + 3 * 24 * 3_600_000).toLocaleDateString('en', { weekday: 'short' });
    reserve([0, 1], `${day} 08:00-18:00`);
    expect((await writer.started('a-2')).attempts[0]?.device).toBe(gpu(0));
  });

  it('goes on where it has nothing to go on from, and ours never signal what is not ours', {
    timeout: 60_000,
  }, async () => {
    const writer = await connected();
    writer.lease(waits, onGpu('a-1'));
    await writer.logHas('a-1', 'ready');
    driver.put('apps', `${gpu(0)}, ${process.pid}, 900\n`);
    await writer.hears('figures', ({ figures }) => figures.gpus[0]?.othersProcesses === 1);
    const told = writer.heard.length;
    await expect
      .poll(() => writer.heard.slice(told).filter(({ kind }) => kind === 'figures').length, patiently)
      .toBeGreaterThan(8);
    expect(host.survivors().length).toBeGreaterThan(0);
    writer.lease(waits, onGpu('a-2', { trial: 'two' }));
    expect((await writer.started('a-2')).attempts[0]?.device).toBe(gpu(1));
  });
});
