/** Two accounts on one GPU, each with an agent, trials and a notebook of its own. Needs root. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type HostFigures, hostFiguresSchema, type Lease } from '../../src/protocol/messages.ts';
import { noLimits } from '../../src/throttle/limits.ts';
import { Driver, gpu } from './driver.ts';
import { fixture, holdsOf, Host, launchOf, leaseOf, type Writer } from './real-agent.ts';

const gib = 1024 ** 3;
const patiently = { timeout: 20_000 };
const waits = launchOf([fixture('never-ends')]);
const saves = launchOf(['sh', '-c', 'echo 1 >"$LABSWEEP_CHECKPOINT/epoch"; echo ready; exec sleep 100000']);
/** The second GPU of the driver is of no use, and who idles for 3 s is idle. */
const onlyFirst = {
  ...noLimits,
  idleAfterMs: 3_000,
  devices: [{ gpu: 1, owner: null, policy: null, hours: null, off: 'it is broken' }],
};
const [ana, jonas] = [
  { uid: 64_001, gid: 64_001 },
  { uid: 64_002, gid: 64_002 },
];

let driver: Driver;
let hosts: Host[];
let notebook: ChildProcess;

const isHere = process.getuid?.() === 0 && process.platform === 'linux';

beforeEach(() => {
  driver = new Driver();
  chmodSync(driver.folder, 0o755);
  hosts = [ana, jonas].map((account) => new Host(account));
  notebook = spawn('sleep', ['100000'], { ...ana, stdio: 'ignore' });
});

afterEach(async () => {
  notebook.kill('SIGKILL');
  for (const host of hosts) await host.dispose();
  await expect.poll(() => driver.processes()).toEqual([]);
  rmSync(driver.folder, { recursive: true });
});

async function agents(): Promise<[Writer, Writer]> {
  const path = `${driver.folder}:${process.env['PATH'] ?? ''}`;
  const writers: Writer[] = [];
  for (const host of hosts) {
    await host.serve(60_000, { ...process.env, PATH: path, HOME: host.folder, SHELL: '/bin/sh' });
    const writer = await host.connect();
    await writer.greet();
    writer.send({ kind: 'limits', limits: onlyFirst });
    writers.push(writer);
  }
  const [first, second] = writers;
  if (first === undefined || second === undefined) throw new Error('there are two hosts');
  return [first, second];
}

const onGpu = (attempt: string): Lease =>
  leaseOf(attempt, {
    trial: `trial-${attempt}`,
    shape: `shape-${attempt}`,
    resources: { cpus: 0, gpus: 1, gpuMemoryBytes: 4 * gib, hostMemoryBytes: 0, diskBytes: null },
  });

/** What the driver says of GPU 0: who holds MiB of it, and who computes. */
function lists(...processes: readonly (readonly [pid: number, computes: boolean])[]): void {
  driver.put('apps', processes.map(([pid]) => `${gpu(0)}, ${pid}, 1000\n`).join(''));
  driver.put(
    'pmon',
    processes
      .map(
        ([pid, computes]) =>
          `    0  ${pid}     C    ${computes ? '40    9' : '-    -'}     -     -   python3\n`,
      )
      .join(''),
  );
  const busy = processes.some(([, computes]) => computes) ? 40 : 0;
  driver.tell(0, { used: 100 + 1_000 * processes.length, busy });
}

const pidOf = (place: 0 | 1): number => hosts[place]?.survivors()[0] ?? 0;

function figuresOf(writer: Writer): HostFigures | null {
  const said = writer.heard.findLast(({ kind }) => kind === 'figures');
  return said?.kind === 'figures' ? hostFiguresSchema.parse(said.figures) : null;
}

const othersOf = (writer: Writer): unknown =>
  figuresOf(writer)?.gpus[0]?.others.map(({ user, are }) => `${user ?? 'somebody'} ${are}`);

describe.runIf(isHere)('P4 two accounts on one GPU', { timeout: 90_000 }, () => {
  it('make way for what the other forgot there, once that computes again, and not for the other’s trials', async () => {
    const [anas, jonass] = await agents();
    anas.lease(waits, onGpu('a-1'));
    await anas.logHas('a-1', 'ready');
    lists([pidOf(0), true]);
    // Her trial is nobody to make way for, and his starts beside it.
    await expect.poll(() => othersOf(jonass), patiently).toEqual(['user 64001 trials']);
    jonass.lease(saves, onGpu('j-1'));
    await jonass.logHas('j-1', 'ready');
    lists([pidOf(0), true], [pidOf(1), true]);
    await expect.poll(() => othersOf(anas), patiently).toEqual(['user 64002 trials']);
    expect(figuresOf(jonass)?.gpus[0]).toMatchObject({ othersProcesses: 1, strangers: 0, running: 1 });

    // What she forgot there has just come, so it is in use; then it is idle.
    jonass.send({ kind: 'cancel', attempts: ['j-1'] });
    await jonass.ended('j-1');
    const forgotten = notebook.pid ?? 0;
    lists([pidOf(0), true], [forgotten, false]);
    await expect.poll(() => othersOf(jonass), patiently).toContain('user 64001 in-use');
    jonass.lease(saves, onGpu('j-2'));
    await expect
      .poll(() => holdsOf(jonass), patiently)
      .toContain('GPU 0 is in use: 1 process of user 64001 is on it');
    await jonass.logHas('j-2', 'ready');
    expect(othersOf(jonass)).toEqual(['user 64001 trials', 'user 64001 idle']);

    const woke = performance.now();
    lists([pidOf(0), true], [forgotten, true], [pidOf(1), true]);
    const { end } = await jonass.ended('j-2');
    expect(performance.now() - woke).toBeLessThan(10_000);
    expect(end.outcome).toEqual({
      kind: 'evicted',
      over: 'others',
      message: 'somebody else computes on GPU 0',
    });
    // Her own trial has nothing to go on from: it is the last one there.
    await expect
      .poll(() => figuresOf(anas)?.lastOnes, patiently)
      .toEqual([{ attempt: 'a-1', because: 'user 64001 computes on GPU 0' }]);
    expect(hosts[0]?.survivors()).not.toEqual([]);
  });

  it('are both kept from a host by a file that either touches', async () => {
    const [anas, jonass] = await agents();
    anas.lease(waits, onGpu('a-1'));
    jonass.lease(saves, onGpu('j-1'));
    await Promise.all([anas.logHas('a-1', 'ready'), jonass.logHas('j-1', 'ready')]);
    for (const host of hosts) writeFileSync(host.holdFile, '');
    expect((await jonass.ended('j-1')).end.outcome).toMatchObject({ kind: 'evicted', over: 'others' });
    await expect.poll(() => figuresOf(anas)?.lastOnes, patiently).toMatchObject([{ attempt: 'a-1' }]);
    jonass.lease(waits, leaseOf('j-2', { trial: 'two' }));
    const held = `user 0 has kept the host free for`;
    await expect.poll(() => holdsOf(jonass).replace('root', 'user 0'), patiently).toContain(held);
    for (const host of hosts) rmSync(host.holdFile);
    await jonass.started('j-2');
  });
});
