import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isUnknownField,
  parseAppLine,
  parseGpuLine,
} from '../../../src/worker/telemetry/nvidia-smi-lines.ts';

const folder = join(import.meta.dirname, '../../fixtures/nvidia-smi');
const linesOf = (name: string): string[] =>
  readFileSync(join(folder, `${name}.txt`), 'utf8')
    .split('\n')
    .filter((line) => line !== '');
const gpusOf = (name: string) => linesOf(name).flatMap((line) => parseGpuLine(line) ?? []);
const mib = 2 ** 20;

describe('a line of nvidia-smi', () => {
  it('is a GPU with its figures', () => {
    expect(gpusOf('550.54-rtx-4080-and-3090')).toEqual([
      {
        uuid: 'GPU-e4252fcb-8ed4-ef11-71cd-d36a23871c75',
        index: 0,
        name: 'NVIDIA GeForce RTX 4080 SUPER',
        memory: { usedBytes: 5120 * mib, totalBytes: 16376 * mib },
        utilisation: 0.97,
        temperatureCelsius: 71,
        powerWatts: 301.22,
        powerLimitWatts: null,
        problem: null,
      },
      expect.objectContaining({ index: 1, utilisation: 0, problem: null }),
    ]);
  });

  it.each([
    ['418.87-gtx-780', { utilisation: null, temperatureCelsius: 41, powerWatts: null, problem: null }],
    ['440.64-rtx-2080', { utilisation: 0.86, temperatureCelsius: 45, powerWatts: 176.98, problem: null }],
    ['450.66-gtx-780', { utilisation: null, temperatureCelsius: 38, powerWatts: null, problem: null }],
    ['470.256-v100-and-p40', { name: 'Tesla V100-SXM2-16GB', temperatureCelsius: 34, problem: null }],
    ['525.105-unknown-errors', { utilisation: null, temperatureCelsius: null, problem: null }],
    ['580.95-h100', { name: 'NVIDIA H100 80GB HBM3', powerWatts: 69.98, problem: null }],
  ])('of driver %s has null for what the driver does not tell', (name, gpu) => {
    expect(gpusOf(name)[0]).toMatchObject(gpu);
  });

  it('of a GPU that works in the memory of its host says so', () => {
    expect(gpusOf('580.126-gb10')).toMatchObject([{ memory: 'host', utilisation: 0.96, problem: null }]);
  });

  it('of a GPU that cannot be used says why', () => {
    expect(gpusOf('575.57-requires-reset')).toMatchObject([{ problem: 'GPU requires reset' }]);
    expect(gpusOf('535.86-a800-mig')).toMatchObject([{ problem: expect.stringContaining('split by MIG') }]);
    expect(parseGpuLine('0, GPU-a, X, 100, [Unknown Error], 0, 30, 20')).toMatchObject({
      problem: 'its memory reads [Unknown Error]',
    });
  });

  it.each(['no-devices', 'no-driver', 'version-mismatch', '418.87-gtx-780-old-field'])(
    'is only words in %s',
    (name) => {
      expect(linesOf(name).map(parseGpuLine)).toEqual(linesOf(name).map(() => null));
      expect(linesOf(name).map(parseAppLine)).toEqual(linesOf(name).map(() => null));
    },
  );

  it('may be about one GPU and leave the others as they are', () => {
    expect(linesOf('535.183-fallen-off-the-bus').map((line) => parseGpuLine(line)?.index)).toEqual([
      0,
      undefined,
    ]);
  });

  it('tells of a driver that is too old for a column', () => {
    expect(linesOf('418.87-gtx-780-old-field').map(isUnknownField)).toEqual([true]);
    expect(linesOf('no-driver').map(isUnknownField)).toEqual([false]);
  });

  it('is a process on a GPU, its memory 0 where the driver does not tell', () => {
    expect(linesOf('apps-535.183').map(parseAppLine)).toEqual([
      { uuid: 'GPU-358353dd-5933-1dc6-ac0d-e1189b063e4c', pid: 4054862, bytes: 990 * mib },
      { uuid: 'GPU-358353dd-5933-1dc6-ac0d-e1189b063e4c', pid: 4055325, bytes: 2404 * mib },
      { uuid: 'GPU-e4252fcb-8ed4-ef11-71cd-d36a23871c75', pid: 77, bytes: 0 },
      null,
    ]);
    expect(linesOf('apps-418.87').map(parseAppLine)).toMatchObject([{ pid: 1628, bytes: 0 }]);
  });

  it('is never a fault of ours, whatever it holds', () => {
    const all = readdirSync(folder).flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'));
    const torn = fc.tuple(fc.constantFrom(...all), fc.nat(200)).map(([line, at]) => line.slice(0, at));
    fc.assert(
      fc.property(fc.oneof(fc.string(), torn), (line) => {
        const gpu = parseGpuLine(line);
        parseAppLine(line);
        if (gpu !== null && gpu.memory !== 'host') expect(gpu.memory.totalBytes).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
