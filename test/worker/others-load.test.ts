/** What others want of the cores while ours run, by this machine's kernel; and a kernel that cannot be asked any more. Needs root. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FromAgent, type HostFigures, hostFiguresSchema } from '../../src/protocol/messages.ts';
import { noLimits } from '../../src/throttle/limits.ts';
import { fixture, Host, launchOf, leaseOf, type Writer } from './real-agent.ts';

const mina = 64_001;
const isHere = process.getuid?.() === 0 && process.platform === 'linux';

let host: Host;
const loops: ChildProcess[] = [];
beforeEach(() => {
  host = new Host();
});
afterEach(async () => {
  for (const loop of loops.splice(0)) loop.kill('SIGKILL');
  await host.dispose();
});

type Told = Extract<FromAgent, { kind: 'figures' }>;
const lastOf = (writer: Writer): Told | undefined =>
  writer.heard.findLast((message): message is Told => message.kind === 'figures');
const figuresOf = (writer: Writer): HostFigures | null => {
  const told = lastOf(writer);
  return told === undefined ? null : hostFiguresSchema.parse(told.figures);
};
const soon = { timeout: 40_000, interval: 200 };

function burn(count: number): void {
  for (let made = 0; made < count; made += 1)
    loops.push(
      spawn('setpriv', ['--reuid', `${mina}`, '--clear-groups', 'sh', '-c', 'while :; do :; done'], {
        stdio: 'ignore',
      }),
    );
}

/** Threads of this machine that can run now, but those of these processes. */
function runnableBut(ours: ReadonlySet<number>): number {
  const threads = readdirSync('/proc').flatMap((pid) => {
    try {
      return /^\d+$/.test(pid) && !ours.has(Number(pid))
        ? readdirSync(`/proc/${pid}/task`).map((thread) => `/proc/${pid}/task/${thread}/stat`)
        : [];
    } catch {
      return [];
    }
  });
  return threads.filter((path) => {
    try {
      return /\) R /.test(readFileSync(path, 'latin1'));
    } catch {
      return false;
    }
  }).length;
}

describe.skipIf(!isHere)('P4 nine busy loops of another user', () => {
  it('are nine, whatever share of the cores is left to them by trials that are busy as well', {
    timeout: 180_000,
  }, async () => {
    const writer = await host.writer();
    const trials = Array.from({ length: 8 }, (_, place) => leaseOf(`a-${place}`));
    writer.lease(launchOf([fixture('spins')]), ...trials);
    await Promise.all(trials.map(({ attempt }) => writer.started(attempt)));
    burn(9);
    await expect.poll(() => figuresOf(writer)?.othersLoad ?? 0, soon).toBeGreaterThan(8);
    // On a machine with nobody else on it they are nine; here, whoever else is there counts as well.
    const ours = new Set([...host.survivors(), process.pid, host.agent?.pid ?? 0]);
    const seen: number[] = [];
    await expect.poll(() => seen.push(runnableBut(ours)), { timeout: 60_000, interval: 300 }).toBe(30);
    const others = seen.reduce((sum, count) => sum + count, 0) / seen.length;
    expect(others).toBeGreaterThan(8);
    expect(Math.abs((figuresOf(writer)?.othersLoad ?? 0) - others)).toBeLessThan(4);
    for (const loop of loops.splice(0)) loop.kill('SIGKILL');
    await expect.poll(() => figuresOf(writer)?.othersLoad ?? 99, soon).toBeLessThan(others - 5);
    expect(figuresOf(writer)?.running).toBe(8);
  });
});

describe.skipIf(!isHere)('P6 an agent that cannot read what the kernel tells', () => {
  it('starts nothing and says why, lets its trials run, and goes on by itself', {
    timeout: 60_000,
  }, async () => {
    const writer = await host.writer();
    const slots = (count: number): void =>
      writer.send({ kind: 'limits', limits: { ...noLimits, slots: count, load: 1_000 } });
    slots(1);
    writer.lease(launchOf([fixture('never-ends')]), leaseOf('a-1'), leaseOf('a-2'));
    await writer.started('a-1');
    await writer.logHas('a-1', 'ready');
    const agent = `${host.agent?.pid ?? 0}`;
    const before = /Max open files +(\d+)/.exec(readFileSync(`/proc/${agent}/limits`, 'utf8'))?.[1];
    execFileSync('prlimit', ['--pid', agent, '--nofile=1:']);
    const holds = (): unknown[] => lastOf(writer)?.holds.flatMap(({ refusals }) => refusals) ?? [];
    const stale = { kind: 'stale', because: '/proc/stat could be read before, and cannot be read now' };
    await expect.poll(holds, soon).toMatchObject([stale, { kind: 'slots' }]);
    slots(2);
    await expect.poll(holds, soon).toMatchObject([stale]);
    const wrapper = host.wrapper('a-1');
    execFileSync('prlimit', ['--pid', agent, `--nofile=${before}:`]);
    await writer.started('a-2');
    expect(writer.heard.some(({ kind }) => kind === 'ended')).toBe(false);
    expect(host.wrapper('a-1')).toBe(wrapper);
    expect(host.agent?.pid).toBe(Number(agent));
  });
});
