import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { attemptMark, paramsMark } from '../../../src/worker/supervisor/environment.ts';
import { ControlGroups } from '../../../src/worker/telemetry/control-groups.ts';
import { bootId, coresOfList, usableCpus } from '../../../src/worker/telemetry/host-facts.ts';
import { HostFiguresReader } from '../../../src/worker/telemetry/host-figures.ts';
import { kernelUnits } from '../../../src/worker/telemetry/kernel-units.ts';
import { readOomKills } from '../../../src/worker/telemetry/oom-kills.ts';
import { parseProcessStat, readProcessStat } from '../../../src/worker/telemetry/process-stat.ts';
import { type MarkedProcess, ProcessTable } from '../../../src/worker/telemetry/process-table.ts';

const units = { pageBytes: 4096, tickMs: 10 };
const kib = 1024;
/** Of a machine without control groups. */
const noGroups = new ControlGroups('/none');

describe('figures of a host', () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'labsweep-proc-'));
    put('meminfo', 'MemTotal:       16000000 kB\nMemFree:         1000000 kB\nMemAvailable:   12000000 kB\n');
    put('loadavg', '3.50 2.00 1.00 4/500 1234\n');
    busy(1_000);
  });

  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const put = (name: string, text: string): void => writeFileSync(join(root, name), text);
  /** /proc/stat after so many ticks of user time. */
  const busy = (ticks: number, running = 1, blocked = 0): void =>
    put(
      'stat',
      `cpu  ${ticks} 0 0 9999 50 0 0 0 0 0\ncpu0 1 2 3\nprocs_running ${running}\nprocs_blocked ${blocked}\n`,
    );

  it('are read below the root that is given', () => {
    const figures = new HostFiguresReader(root, '/', units, noGroups).read(0, { count: 1, cpuMs: 0 });
    expect(figures).toMatchObject({
      load: 3.5,
      memoryTotalBytes: 16_000_000 * kib,
      memoryAvailableBytes: 12_000_000 * kib,
    });
    expect(figures.diskFreeBytes).toBeGreaterThan(0);
  });

  it('count as the load of others what is busy and not ours', () => {
    const reader = new HostFiguresReader(root, '/', units, noGroups);
    reader.read(0, { count: 1, cpuMs: 0 });
    busy(1_300); // three cores in a second
    expect(reader.read(1_000, { count: 1, cpuMs: 1_000 }).othersLoad).toBeCloseTo(2, 1);
    busy(1_600);
    expect(reader.read(2_000, { count: 1, cpuMs: 4_000 }).othersLoad).toBe(0);
  });

  it('take a load average for past where nothing is busy now', () => {
    const reader = new HostFiguresReader(root, '/', units, noGroups);
    // At first, what runs at this moment besides the agent is all that is known.
    busy(1_000, 3);
    expect(reader.read(0, { count: 1, cpuMs: 0 }).othersLoad).toBe(2);
    busy(1_010);
    expect(reader.read(1_000, { count: 1, cpuMs: 0 }).othersLoad).toBeCloseTo(0.1, 1);
  });

  it('take what is busy for passing where the load average knows nothing of it', () => {
    put('loadavg', '0.20 0.10 0.00 9/500 1234\n');
    const reader = new HostFiguresReader(root, '/', units, noGroups);
    reader.read(0, { count: 1, cpuMs: 0 });
    busy(1_800);
    expect(reader.read(1_000, { count: 1, cpuMs: 0 }).othersLoad).toBeCloseTo(0.2, 5);
  });

  it('are as good as Node knows them where there is no /proc', () => {
    const figures = new HostFiguresReader(join(root, 'none'), '/', units, noGroups).read(0, {
      count: 1,
      cpuMs: 0,
    });
    expect(figures.memoryTotalBytes).toBeGreaterThan(0);
    expect(figures.othersLoad).toBe(Math.max(0, figures.load - 1));
  });

  it('count kills for want of memory', () => {
    put('vmstat', 'nr_free_pages 1\noom_kill 3\n');
    expect(readOomKills(root, noGroups)).toBe(3);
  });
});

describe('facts of a host', () => {
  it('are those of this machine', () => {
    expect(bootId()).not.toBe('');
    expect(usableCpus(noGroups)).toBeGreaterThanOrEqual(1);
  });

  it('count the cores of an affinity', () => {
    expect(['0-3,8', '5', '0-1', '', 'x'].map(coresOfList)).toEqual([5, 1, 2, 0, 0]);
  });
});

describe('a process', () => {
  it('is read whatever its name is', () => {
    const rest = 'S 10 42 42 0 -1 4194304 102 0 0 0 5 6 7 8 20 0 1 0 184859 3133440 416 18446744073709551615';
    expect(parseProcessStat(`42 (a) b (c) ${rest}`)).toEqual({
      pid: 42,
      name: 'a) b (c',
      state: 'S',
      group: 42,
      session: 42,
      cpuTicks: 26,
      startTime: 184859,
      virtualBytes: 3_133_440,
      residentPages: 416,
    });
    expect(parseProcessStat('')).toBeNull();
  });

  it.runIf(process.platform === 'linux')(
    'of this test is among those of the machine, in units that fit',
    () => {
      const found = new ProcessTable('/none').read().find(({ stat }) => stat.pid === process.pid);
      const { pageBytes } = kernelUnits();
      expect(found).toMatchObject({ attempt: null, stat: { startTime: readProcessStat('self')?.startTime } });
      expect((found?.stat.residentPages ?? 0) * pageBytes).toBeGreaterThan(process.memoryUsage.rss() / 2);
      expect((found?.stat.residentPages ?? 0) * pageBytes).toBeLessThan(process.memoryUsage.rss() * 2);
    },
  );

  it.runIf(process.platform === 'linux')(
    'that was seen before its exec is known by its mark after it',
    async () => {
      const marks = [`${attemptMark}=a-1`, `${paramsMark}=/runs/a-1/params.json`];
      const child = spawn('sh', ['-c', 'read go; exec env "$@" cat', 'sh', ...marks]);
      const table = new ProcessTable('/runs');
      const attempt = () => table.read().find(({ stat }) => stat.pid === child.pid)?.attempt;
      await expect.poll(attempt, { timeout: 10_000 }).toBeNull();
      child.stdin.write('go\n');
      await expect.poll(attempt, { timeout: 10_000 }).toBe('a-1');
      child.stdin.end();
      await once(child, 'close');
    },
  );

  it.runIf(process.platform === 'linux')(
    'that was seen in the middle of its exec is known by its mark after it',
    async () => {
      const env = { ...process.env, [attemptMark]: 'a-1', [paramsMark]: '/runs/a-1/params.json' };
      const child = spawn('sh', ['-c', 'for i in 1 2 3 4; do while sleep 0.03; do :; done & done; wait'], {
        env,
        detached: true,
      });
      const table = new ProcessTable('/runs');
      const asleep: MarkedProcess[] = [];
      const until = performance.now() + 2_000;
      while (performance.now() < until)
        asleep.push(
          ...table
            .read()
            .filter(({ stat }) => stat.name === 'sleep' && stat.group === child.pid && stat.state === 'S'),
        );
      process.kill(-Number(child.pid));
      await once(child, 'close');
      expect(asleep.length).toBeGreaterThan(0);
      // Once, it may have ended before it was looked at.
      const byPid = [...Map.groupBy(asleep, ({ stat }) => stat.pid).values()];
      const isForeign = ({ attempt, isKnown }: MarkedProcess): boolean => isKnown && attempt !== 'a-1';
      expect(byPid.filter((looks) => looks.length > 1 && looks.every(isForeign))).toEqual([]);
    },
  );

  it.runIf(process.platform === 'linux')(
    'that writes a title over its environment keeps the mark that was seen',
    async () => {
      const env = { ...process.env, [attemptMark]: 'a-1', [paramsMark]: '/runs/a-1/params.json' };
      const script = `process.stdin.once('data', () => { process.title = 'x'.repeat(4000); console.log('titled'); })`;
      const child = spawn(process.execPath, ['-e', script], { env });
      const table = new ProcessTable('/runs');
      const seen = () => table.read().find(({ stat }) => stat.pid === child.pid);
      await expect.poll(() => seen()?.attempt, { timeout: 10_000 }).toBe('a-1');
      const before = seen()?.stat.name;
      child.stdin.write('go');
      await once(child.stdout, 'data');
      expect(seen()?.stat.name).not.toBe(before);
      expect(seen()?.attempt).toBe('a-1');
      child.kill();
      await once(child, 'close');
    },
  );
});
