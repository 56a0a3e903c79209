import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chooseSweep } from '../../src/session/sweep/chosen-sweep.ts';
import { type Console, processConsole } from '../../src/cli/console.ts';
import type { SweepOptions } from '../../src/session/sweep/sweep-source.ts';

let folder = '';
let console: Console = processConsole();
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'labsweep-chosen-'));
  console = { ...processConsole(), cwd: folder };
  writeFileSync(
    join(folder, 'lab.yaml'),
    'program: {command: [train, "{args}"]}\nobjective: {metric: score, goal: maximize}\n' +
      'fixed: {epochs: 9}\ngrid: {x: [1, 2, 3], y: [5, 6]}\nreplicates: 3\n',
  );
  writeFileSync(
    join(folder, 'huge.yaml'),
    'program: {command: [train, "{args}"]}\nobjective: {metric: score, goal: maximize}\n' +
      'grid: {x: {from: 1, to: 300000}}\n',
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

const chosen = (options: SweepOptions, file = 'lab.yaml') => {
  const { loaded, part, beside } = chooseSweep(console, file, options);
  const { name, seeds } = loaded.sweep;
  return { name, points: loaded.points.length, replicates: seeds.length, part, beside };
};
const lab = { name: 'lab', points: 6, replicates: 3, beside: null };
const seeds = [1, 2, 3];

describe('P3 options of the command line', () => {
  test.for<[string, SweepOptions, object]>([
    ['none', {}, { ...lab, part: null }],
    ['fewer points', { limit: 2 }, { ...lab, part: { points: [0, 1], seeds } }],
    ['fewer replicates', { replicates: 1 }, { ...lab, part: { points: [0, 1, 2, 3, 4, 5], seeds: [1] } }],
    ['a smaller grid', { set: ['grid.x=[2]'] }, { ...lab, part: { points: [2, 3], seeds } }],
    ['another seed of the file', { set: ['replicates=2'] }, { ...lab, part: expect.anything() }],
    ['more points than there are', { limit: 100 }, { ...lab, part: null }],
    ['a name', { name: 'quick', limit: 1 }, { ...lab, name: 'quick', part: { points: [0], seeds } }],
    ['a priority, which makes no other trials', { set: ['priority=5'] }, { ...lab, part: null }],
    ['a name as a key', { set: ['sweep=quick'] }, { ...lab, name: 'quick', part: null }],
  ])('%s: a part of the sweep, which stays whole', ([, options, expected]) => {
    expect(chosen(options)).toEqual(expected);
  });

  test.for<[string, SweepOptions, object]>([
    ['other parameters', { set: ['fixed.epochs=2'] }, { name: 'lab-epochs-2', part: null, beside: 'lab' }],
    [
      'and fewer of them',
      { set: ['fixed.epochs=2'], limit: 1 },
      { name: 'lab-epochs-2', points: 6, part: { points: [0], seeds }, beside: 'lab' },
    ],
    [
      'other parameters, urgently',
      { set: ['fixed.epochs=2', 'priority=5'] },
      { name: 'lab-epochs-2', part: null, beside: 'lab' },
    ],
    ['more replicates', { replicates: 5 }, { name: 'lab-replicates-5', replicates: 5, part: null }],
    ['other limits', { set: ['timeout=1h'] }, { name: 'lab-timeout-1h', part: null, beside: 'lab' }],
    ['with a name', { set: ['fixed.epochs=2'], name: 'quick' }, { name: 'quick', beside: null }],
  ])('%s: a sweep of its own', ([, options, expected]) => {
    expect(chosen(options)).toMatchObject(expected);
  });

  test('a part of a file that has too many trials to be declared is a sweep of its own', () => {
    expect(chosen({ limit: 3 }, 'huge.yaml')).toMatchObject({ name: 'huge-limit-3', points: 3, part: null });
  });
});
