import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { IdleProcesses } from '../../../src/worker/telemetry/idle-processes.ts';
import { parseGpuLine } from '../../../src/worker/telemetry/nvidia-smi-lines.ts';
import { type ActivityLine, ActivityTable } from '../../../src/worker/telemetry/process-activity.ts';

const recorded = (name: string): (readonly [number, number | null, boolean | null])[] => {
  const text = readFileSync(join(import.meta.dirname, `../../fixtures/nvidia-smi/pmon-${name}.txt`), 'utf8');
  const table = new ActivityTable();
  return text.split('\n').flatMap((line) => {
    const read = table.read(line);
    return read === null ? [] : [[read.index, read.pid, read.computes] as const];
  });
};

describe('nvidia-smi pmon', () => {
  it.each([
    [
      'rtx-3060-ti',
      [
        [0, 22_010, true],
        [0, 22_010, true],
      ],
    ],
    [
      '595.84',
      [
        [0, 7_338, null],
        [0, 100_949, true],
        [0, 100_973, true],
      ],
    ],
    [
      'idle-h20',
      [
        [0, 883_875, null],
        [1, null, null],
        [2, null, null],
      ],
    ],
  ])('of %s tells which process computes', (name, lines) => {
    expect(recorded(name)).toEqual(lines);
  });

  it('tells nothing in words, and of columns where its head says that they are', () => {
    const table = new ActivityTable();
    expect(table.read('Process monitoring is not supported on this device')).toBeNull();
    expect(table.read('')).toBeNull();
    // As with `-s um` of driver 550, whose memory comes first; a program may have a number for its name.
    table.read('# gpu        pid  type    fb    ccpm  sm   mem   enc   dec   jpg   ofa   command');
    expect(table.read('    0     447153     C  7669     -     0     -     -     -     -     -   7')).toEqual({
      index: 0,
      pid: 447_153,
      computes: false,
    });
  });
});

/** A GPU with a notebook (1) and a trial of ours (7). */
class Lab {
  readonly #idle = new IdleProcesses();
  #now = 0;

  /** A second later. @param utilisation per cent */
  sample({
    utilisation = '0',
    ours = false,
    bytes = 100,
    isNamed = true,
    activity = [],
  }: {
    utilisation?: string;
    ours?: boolean;
    bytes?: number;
    isNamed?: boolean;
    activity?: readonly ActivityLine[];
  }): number {
    this.#now += 1_000;
    const gpu = parseGpuLine(`0, GPU-a, X, 16, 4, ${utilisation}, 30, 20, [N/A]`);
    if (gpu === null) throw new Error('the line was one of a GPU');
    const apps = [...(isNamed ? [1] : []), ...(ours ? [7] : [])].map((pid) => ({
      uuid: 'GPU-a',
      pid,
      bytes,
    }));
    this.#idle.look({ gpus: [{ gpu }], apps, activity, isOurs: (pid) => pid === 7, now: this.#now });
    return this.#idle.idleMs({ uuid: 'GPU-a', pid: 1 }, this.#now) / 1_000;
  }

  /** For so many seconds. @returns for how many the notebook has been idle */
  samples(seconds: number, what: Parameters<Lab['sample']>[0]): number {
    for (let second = 1; second < seconds; second += 1) this.sample(what);
    return this.sample(what);
  }
}

const line = (pid: number, computes: boolean | null): ActivityLine => ({ index: 0, pid, computes });

describe('a process on a GPU', () => {
  it('that has just come has just computed, and is idle from then on where nothing computes', () => {
    expect(new Lab().samples(61, {})).toBe(60);
  });

  it('is idle beside trials that compute, where the driver tells of each', () => {
    const lab = new Lab();
    lab.samples(61, { activity: [line(1, null)] });
    const beside = { utilisation: '90', ours: true };
    // The driver tells of the GPU first.
    lab.sample({ ...beside, activity: [line(1, null), line(7, null)] });
    expect(lab.samples(60, { ...beside, activity: [line(1, null), line(7, true)] })).toBe(121);
    expect(lab.samples(60, { ...beside, activity: [line(1, false), line(7, true)] })).toBe(181);
  });

  it('is idle no more once the driver says that it computes, beside ours as well', () => {
    const lab = new Lab();
    lab.samples(60, { utilisation: '90', ours: true, activity: [line(1, null), line(7, true)] });
    expect(lab.sample({ utilisation: '95', ours: true, activity: [line(1, true), line(7, true)] })).toBe(0);
  });

  it('is idle no more when it takes or gives back memory', () => {
    const lab = new Lab();
    expect(lab.samples(10, {})).toBe(9);
    expect(lab.sample({ bytes: 200 })).toBe(0);
  });

  it('computes while its GPU does, where the driver does not tell of processes', () => {
    const lab = new Lab();
    expect(lab.samples(10, {})).toBe(9);
    expect(lab.sample({ utilisation: '3' })).toBe(0);
    expect(lab.samples(10, {})).toBe(10);
    expect(lab.sample({ utilisation: '[N/A]' })).toBe(0);
  });

  it('is taken to compute beside ours, where the driver does not tell of processes', () => {
    const lab = new Lab();
    lab.samples(60, {});
    const beside = { utilisation: '90', ours: true };
    expect(lab.samples(3, beside)).toBe(62);
    expect(lab.sample(beside)).toBe(0);
    expect(lab.sample({ ...beside, activity: [line(1, null), line(7, null)] })).toBe(0);
  });

  it('is taken to compute again once a driver that told of processes does so no more', () => {
    const lab = new Lab();
    const beside = { utilisation: '90', ours: true };
    expect(lab.samples(60, { ...beside, activity: [line(1, null), line(7, true)] })).toBe(59);
    // It may be late.
    expect(lab.samples(15, beside)).toBe(74);
    expect(lab.samples(4, beside)).toBe(0);
  });

  it('that is not named for a while stays idle', () => {
    const lab = new Lab();
    expect(lab.samples(10, {})).toBe(9);
    lab.samples(20, { isNamed: false });
    expect(lab.sample({})).toBe(30);
    lab.samples(40, { isNamed: false });
    expect(lab.sample({})).toBe(0);
  });
});
