import { describe, expect, it } from 'vitest';
import { parseGpuLine } from '../../../src/worker/telemetry/nvidia-smi-lines.ts';
import { ToldGpus } from '../../../src/worker/telemetry/told-gpus.ts';

const good = { total: '16384', temperature: '41' };

/** A row of a card, as nvidia-smi prints it. */
function row(index: number, { total, temperature }: typeof good) {
  const line = parseGpuLine(`${index}, GPU-${index}, A4000, ${total}, 100, 0, ${temperature}, 40.10, [N/A]`);
  if (line === null) throw new Error('no row');
  return line;
}

const needsReset = { ...good, temperature: '[GPU requires reset]' };
const unreadable = { ...good, total: '[Unknown Error]' };

/** What is wrong with each card after these rows, one a second. */
function troublesAfter(...rows: readonly ReturnType<typeof row>[]): (string | null)[] {
  const told = new ToldGpus();
  rows.forEach((line, second) => told.hear(line, second * 1_000));
  return told.described().map(({ trouble }) => trouble);
}

const times = (count: number, line: ReturnType<typeof row>) => Array.from({ length: count }, () => line);

describe('a GPU that the driver tells of', () => {
  it('with trouble from the first row on cannot be used', () => {
    expect(troublesAfter(row(0, good), row(1, needsReset))).toEqual([null, 'GPU requires reset']);
  });

  it('that has worked has trouble once that lasts for a minute, and none with the first good row', () => {
    const soon = [row(0, good), ...times(59, row(0, needsReset))];
    expect(troublesAfter(...soon)).toEqual([null]);
    expect(troublesAfter(...soon, row(0, needsReset))).toEqual(['GPU requires reset']);
    expect(troublesAfter(...soon, row(0, needsReset), row(0, good))).toEqual([null]);
  });

  it('whose row is gone beside others is no GPU any more after a minute', () => {
    const rest = times(59, row(1, good));
    expect(troublesAfter(row(0, good), ...rest)).toEqual([null, null]);
    expect(troublesAfter(row(0, good), ...rest, row(1, good))).toEqual(['nvidia-smi shows it no more', null]);
    expect(troublesAfter(row(0, good), ...rest, row(1, good), row(0, good))).toEqual([null, null]);
  });

  it('keeps its size while its memory cannot be read', () => {
    const told = new ToldGpus();
    told.hear(row(0, good), 0);
    told.hear(row(0, unreadable), 1_000);
    expect(told.described()[0]?.gpu.memory).toMatchObject({ totalBytes: 16 * 2 ** 30 });
  });
});
