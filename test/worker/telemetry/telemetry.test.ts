import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { attemptMark, paramsMark } from '../../../src/worker/supervisor/environment.ts';
import { ControlGroups } from '../../../src/worker/telemetry/control-groups.ts';
import { bootId, coresOfList, usableCpus } from '../../../src/worker/telemetry/host-facts.ts';
import { HostFiguresReader } from '../../../src/worker/telemetry/host-figures.ts';
import { kernelUnits } from '../../../src/worker/telemetry/kernel-units.ts';
import { readOomKills } from '../../../src/worker/telemetry/oom-kills.ts';
import type { OurDemand } from '../../../src/worker/telemetry/others-load.ts';
import { parseProcessStat, readProcessStat } from '../../../src/worker/telemetry/process-stat.ts';
import { type MarkedProcess, ProcessTable } from '../../../src/worker/telemetry/process-table.ts';

const units = { pageBytes: 4096, tickMs: 10 };
/** One trial of ours, that has taken nothing. */
const ours: OurDemand = { count: 1, cpuMs: 0, runnable: 0, blocked: 0, stuckOthers: 0 };
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
    const figures = new HostFiguresReader(root, '/', units, noGroups).read(0, ours);
    expect(figures).toMatchObject({
      load: 3.5,
      memoryTotalBytes: 16_000_000 * kib,
      memoryAvailableBytes: 12_000_000 * kib,
    });
    expect(figures.diskFreeBytes).toBeGreaterThan(0);
  });

  it('count as the load of others what can run and is not ours, also while ours have their share', () => {
    const reader = new HostFiguresReader(root, '/', units, noGroups);
    put('loadavg', '11.00 9.00 5.00 9/500 1234\n');
    const loads = Array.from({ length: 12 }, (_, second) => {
      // The agent that looks, nine busy loops of somebody and two trials of ours: each trial has half a core.
      busy(1_000 + second * 200, 12);
      return reader.read(second * 1_000, { ...ours, count: 2, cpuMs: second * 1_000, runnable: 2 })
        .othersLoad;
    });
    expect(loads).toEqual(loads.map(() => 9));
  });

  it('count as the load of others the cores that they had, where looks met them asleep', () => {
    const reader = new HostFiguresReader(root, '/', units, noGroups);
    reader.read(0, ours);
    busy(1_300); // three cores in a second
    expect(reader.read(1_000, { ...ours, cpuMs: 1_000 }).othersLoad).toBeCloseTo(2, 5);
  });

  it('take the mean of 10 s, in which ours count less where they were seen more often than all', () => {
    const reader = new HostFiguresReader(root, '/', units, noGroups);
    put('loadavg', '2.00 2.00 2.00 9/500 1234\n');
    const load = (second: number, running: number, runnable: number): number => {
      busy(1_000, running);
      return reader.read(second * 1_000, { ...ours, runnable }).othersLoad;
    };
    expect([load(0, 3, 0), load(1, 1, 1), load(2, 3, 0)]).toEqual([2, 0.5, 1]);
    // Ten seconds later, nothing of that is left.
    expect(load(12, 5, 0)).toBe(2);
    expect(load(13, 5, 0)).toBe(3);
  });

  it('take a load average for past where nothing can run now, and what can for passing where it knows nothing of it', () => {
    busy(1_000, 3);
    expect(new HostFiguresReader(root, '/', units, noGroups).read(0, ours).othersLoad).toBe(2);
    put('loadavg', '0.20 0.10 0.00 9/500 1234\n');
    expect(new HostFiguresReader(root, '/', units, noGroups).read(0, ours).othersLoad).toBeCloseTo(0.2, 5);
  });

  it('count who waits for a disk, unless it is one of ours or gets nothing any more', () => {
    const reader = new HostFiguresReader(root, '/', units, noGroups);
    put('loadavg', '9.00 9.00 9.00 9/500 1234\n');
    busy(1_000, 1, 7);
    expect(reader.read(0, { ...ours, blocked: 1, stuckOthers: 4 }).othersLoad).toBe(2);
  });

  it('tell of the cores of the machine, of pressure and of swap where the kernel does', () => {
    const reader = new HostFiguresReader(root, '/', units, noGroups);
    expect(reader.read(0, ours)).toMatchObject({ cores: 1, memoryPressure: null, swapInBytes: null });
    mkdirSync(join(root, 'pressure'));
    put(
      'pressure/memory',
      'some avg10=12.50 avg60=1.00 avg300=0.10 total=1\nfull avg10=3.00 avg60=0 avg300=0 total=1\n',
    );
    put('vmstat', 'pgpgin 7\npswpin 1000\npswpout 3\n');
    expect(reader.read(1_000, ours)).toMatchObject({ memoryPressure: 0.125, swapInBytes: null });
    put('vmstat', 'pswpin 1256\n');
    expect(reader.read(3_000, ours)).toMatchObject({ swapInBytes: 128 * 4096 });
    expect(reader.read(11_000, ours)).toMatchObject({ swapInBytes: (256 * 4096) / 10 });
    expect(reader.read(13_500, ours)).toMatchObject({ swapInBytes: 0 });
  });

  it('are as good as Node knows them where there is no /proc', () => {
    const figures = new HostFiguresReader(join(root, 'none'), '/', units, noGroups).read(0, ours);
    expect(figures.memoryTotalBytes).toBeGreaterThan(0);
    expect(figures.othersLoad).toBe(Math.max(0, figures.load - 1));
  });

  it('are none where the kernel has told before and tells nothing now', () => {
    const reader = new HostFiguresReader(root, '/', units, noGroups);
    reader.read(0, ours);
    rmSync(join(root, 'stat'));
    expect(() => reader.read(1_000, ours)).toThrow('stat could be read before, and cannot be read now');
    busy(1_000);
    expect(reader.read(2_000, ours).othersLoad).toBeGreaterThanOrEqual(0);
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
      threads: 1,
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
