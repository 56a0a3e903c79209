/** What is read of a trial's output, and how a trial is found its program and its environment. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CsvRows } from '../../../src/worker/supervisor/csv-rows.ts';
import { inherited, trialEnvironment } from '../../../src/worker/supervisor/environment.ts';
import { readNumber } from '../../../src/model/printed/printed-number.ts';
import { parseMetricsLine } from '../../../src/worker/supervisor/metrics-line.ts';
import { outcomeOfError } from '../../../src/worker/supervisor/prepare.ts';
import { findProgram } from '../../../src/worker/supervisor/program-path.ts';
import { StdoutPatterns } from '../../../src/worker/supervisor/stdout-patterns.ts';
import { openHostFolder, runFolder } from '../../../src/worker/spool/host-folder.ts';
import { noSettings } from '../../../src/model/inventory/inventory.ts';
import { nothingPrepared } from '../../../src/worker/core/preparation.ts';
import { cpuMsOf } from '../../model/cpu-time.ts';
import { fillBoth } from '../../../src/model/command/variables.ts';
import { launchOf, leaseOf } from '../real-agent.ts';

const tailLines = (...texts: string[]) => texts.map((text, at) => ({ text, at }));

describe('a metrics line', () => {
  it.each([
    [
      '{"step": 1, "score": 0.5, "phase": "warm-up", "best": true, "note": null}',
      { step: 1, score: 0.5, phase: 'warm-up', best: true, note: null },
    ],
    [
      '  {"score": NaN, "loss": -Infinity, "name": "NaN is \\"NaN\\""}\r',
      { score: 'NaN', loss: '-Infinity', name: 'NaN is "NaN"' },
    ],
    ['{"score": 1e999}', { score: 'Infinity' }],
    ['{"score": 1, "confusion": [[1, 2], [3, 4]], "by": {"word": 1}}', { score: 1 }],
    ['{"confusion": [1]}', null],
    ['{}', null],
    ['[1, 2]', null],
    ['{"score": 1} and more', null],
    ['{"score": }', null],
    ['score: 1', null],
    ['', null],
  ])('%s', (text, line) => {
    expect(parseMetricsLine(text)).toEqual(line);
  });

  it('has numbers as programs print them', () => {
    const texts = ['0.91', '-1e-3', '+.5', '7.', 'nan', '-NaN', 'inf', '-Infinity', 'good', ''];
    expect(texts.map(readNumber)).toEqual([
      0.91,
      -0.001,
      0.5,
      7,
      'NaN',
      'NaN',
      'Infinity',
      '-Infinity',
      null,
      null,
    ]);
  });
});

describe('patterns of the output', () => {
  it('take numbers of one line, and of the lines after it until one comes again, as one', () => {
    const patterns = new StdoutPatterns([
      'Epoch {epoch}/',
      'loss: {loss} - val_acc: {val_accuracy}',
      'lr={lr}',
    ]);
    const lines = ['Epoch 1/3', 'loss: 0.5 - val_acc: .25', 'lr=1e-3', 'nothing', 'Epoch 2/3'];
    expect(patterns.read(tailLines(...lines), false)).toEqual([
      { epoch: 1, loss: 0.5, val_accuracy: 0.25, lr: 0.001 },
    ]);
    expect(patterns.read(tailLines('loss: nan - val_acc: 0.5'), true)).toEqual([
      { epoch: 2, loss: 'NaN', val_accuracy: 0.5 },
    ]);
    expect(patterns.read([], true)).toEqual([]);
  });

  it('are taken by the letter but for their spaces', () => {
    const patterns = new StdoutPatterns(['[acc] (top 1): {acc}%']);
    expect(patterns.read(tailLines('val [acc] (top   1): 91.5%'), true)).toEqual([{ acc: 91.5 }]);
    expect(patterns.read(tailLines('val a (top 1): 91.5%'), true)).toEqual([]);
  });
});

/** `acc: {acc}` in a line: what is read, or the pattern that would have read it. */
const around: readonly [line: string, read: number | string | null][] = [
  ['acc: 0.9', 0.9],
  ['- acc: 0.9', 0.9],
  ['[acc: 0.9]', 0.9],
  ['loss: 0.3, acc: 0.9, lr: 0.1', 0.9],
  ['Epoch 3: acc: 0.9', 0.9],
  ['epoch 3 acc: 0.9', 0.9],
  ['loss: nan acc: 0.9', 0.9],
  ['loss: N/A acc: 0.9', 0.9],
  ['optimizer=adam acc: 0.9', 0.9],
  ['10/10 - 5ms/step acc: 0.9', 0.9],
  ['INFO acc: 0.9', 0.9],
  ['INFO:root:acc: 0.9', 0.9],
  ['2024-01-01 12:00:00,123 acc: 0.9', 0.9],
  ['│ acc: 0.9 │', 0.9],
  ['loss: 0.3 and acc: 0.9', 0.9],
  ['best acc: 0.99 | acc: 0.9', 0.9],
  ['acc: 0.91±0.02', 0.91],
  ['acc: 0.9*', 0.9],
  ['acc: 0.9 / loss: 0.3', 0.9],
  ['acc: 0.9 (acc: 0.9)', 0.9],
  ['acc: 0.5\b\b\b0.9', 0.9],
  ['acc: 0.5\b\b\b\b\b\b\b\bacc: 0.9\b\b', 0.9],
  ['acc: 0,91', '0,91'],
  ["acc: 1'234.5", "1'234.5"],
  ['acc: 1 234.5 now', '1 234.5'],
  ['acc: 1\u00a0234.5', '1\u00a0234.5'],
  ['acc: 1\u202f234\u202f567', '1\u202f234\u202f567'],
  ['acc: 9907 / 10000 (99%)', '9907 / 10000'],
  ['acc: 1.5 × 10^-3', '1.5 × 10^-3'],
  ['acc: 1.5*10^-3', '1.5*10^-3'],
  ['train: loss 0.1 - acc: 0.99 | val: loss 0.3 - acc: 0.8', '0.99 and 0.8 (in one line)'],
  ['acc: N/A | acc: 0.8', 0.8],
  ['acc: 0.9s', '0.9s'],
  ['acc: ０.９', '０.９'],
  ['best acc: 0.99', 'best acc: {acc}'],
  ['Epoch 3: best acc: 0.99', 'best acc: {acc}'],
  ['(best acc: 0.99)', 'best acc: {acc}'],
  ['test_acc: 0.99', 'test_acc: {acc}'],
  ['my-acc: 0.99', 'my-acc: {acc}'],
  ['val/acc: 0.99', 'val/acc: {acc}'],
  ['top5.acc: 0.99', 'top5.acc: {acc}'],
  ["[100]\tvalid_0's acc: 0.99", "valid_0's acc: {acc}"],
  ['acc_top5: 0.99', null],
  ['accuracy: 0.99', null],
];

describe('a pattern, and the words around it', () => {
  it.each(around)('%s', (line, read) => {
    const patterns = new StdoutPatterns(['acc: {acc}']);
    const [found] = patterns.read(tailLines(line), true);
    expect(found?.['acc'] ?? patterns.passedOver).toBe(read);
  });

  it('reads whole numbers between its own words, and sentences', () => {
    const read = (pattern: string, line: string) => new StdoutPatterns([pattern]).read(tailLines(line), true);
    expect(read('Accuracy: {right}/{all}', 'Accuracy: 70/100')).toEqual([{ right: 70, all: 100 }]);
    expect(read('acc {acc}.', 'acc 0.91.')).toEqual([{ acc: 0.91 }]);
    expect(read('acc {acc}.', 'acc 0.7.1')).toEqual([]);
    expect(read('{acc}% right', '1,234.5% right')).toEqual([]);
    expect(read('{acc}% right', 'now 91.5% right')).toEqual([{ acc: 91.5 }]);
    for (const text of ["1'234.5", '1\u00a0234.5', '\u22120.5', '9907 / 10000'])
      expect(read('{acc} right', `${text} right`)).toEqual([]);
  });

  it('says from where another agent has to read', () => {
    const patterns = new StdoutPatterns(['acc: {acc}']);
    patterns.read(
      [
        { text: 'acc: 0.8', at: 10 },
        { text: 'words', at: 20 },
        { text: 'acc: 0.9', at: 30 },
      ],
      false,
    );
    expect(patterns.openAt).toBe(30);
    patterns.read([], true);
    expect(patterns.openAt).toBeNull();
  });

  it('takes the time that the line takes', () => {
    const patterns = new StdoutPatterns(['acc: {acc}', '{x}% right', ' b: {b}']);
    for (const sign of ['acc: ', 'best acc: 1 ', ' ', '1', 'a.', 'tensor(', '\u001b[']) {
      const line = tailLines(sign.repeat(20_000));
      expect(
        cpuMsOf(() => void patterns.read(line, false)),
        sign,
      ).toBeLessThan(3_000);
    }
  });
});

describe('rows of a CSV file', () => {
  it('are lines named by the first', () => {
    const rows = new CsvRows();
    expect(rows.take(Buffer.from('epoch,"val, top",note,\n'), false)).toEqual([]);
    const more = rows.take(Buffer.from('1, 0.5 ,"a ""b"", c",x\n2,nan,,\n'), false);
    expect(more.map(({ line }) => line)).toEqual([
      { epoch: 1, 'val, top': 0.5, note: 'a "b", c' },
      { epoch: 2, 'val, top': 'NaN' },
    ]);
  });
});

describe('a program', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'labsweep-program-'));
    for (const name of ['a', 'b', 'work']) mkdirSync(join(folder, name));
    const put = (path: string, mode: number): void => {
      writeFileSync(join(folder, path), '');
      chmodSync(join(folder, path), mode);
    };
    put('a/train', 0o600);
    put('b/train', 0o700);
    put('a/locked', 0o600);
    put('work/run.sh', 0o700);
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const find = (name: string) => findProgram(name, `${folder}/a:${folder}/b`, join(folder, 'work'));

  it('is the first on the PATH that can be executed', () => {
    expect(find('train')).toEqual({ kind: 'found', path: join(folder, 'b/train') });
  });

  it('with a slash lies in the working directory, or where its path says', () => {
    expect(find('./run.sh')).toEqual({ kind: 'found', path: join(folder, 'work/run.sh') });
    expect(find(join(folder, 'b/train'))).toEqual({ kind: 'found', path: join(folder, 'b/train') });
    expect(find('./none')).toEqual({ kind: 'missing', searched: join(folder, 'work/none') });
  });

  it('that is nowhere, or may not be executed, is told apart', () => {
    expect(find('none')).toEqual({ kind: 'missing', searched: `${folder}/a:${folder}/b` });
    expect(find('locked')).toEqual({
      kind: 'not-executable',
      path: join(folder, 'a/locked'),
      isDenied: false,
    });
    expect(find('../a')).toMatchObject({ kind: 'missing' });
  });

  it('has the contract above the sweep’s env, and that above what the agent has', () => {
    const run = runFolder(openHostFolder(folder, 'cedar'), 'a-1');
    const base = inherited({ PATH: '/bin', HOME: '/home/ada', LABSWEEP_TRIAL: 'outer' });
    const env = { HOME: '/other', MKL_NUM_THREADS: '7', LABSWEEP_SEED: 'mine', LABSWEEP_WORDS: 'yes,no' };
    const { values: own } = fillBoth({ HOME: '/host' }, env, base);
    const added = trialEnvironment(
      leaseOf('a-1', {
        resources: { cpus: 2.5, gpus: 0, gpuMemoryBytes: null, hostMemoryBytes: null, diskBytes: null },
      }),
      launchOf(['train'], { env }),
      { prepared: nothingPrepared, settings: noSettings, passed: {}, device: 'cpu' },
      { run, checkpoint: '/checkpoint', data: null, engines: {}, base: { PATH: '/bin' }, own },
    );
    expect({ ...base, ...added }).toMatchObject({
      PATH: '/bin',
      HOME: '/other',
      OMP_NUM_THREADS: '2',
      MKL_NUM_THREADS: '7',
      LABSWEEP_SEED: '1',
      LABSWEEP_WORDS: 'yes,no',
      LABSWEEP_TRIAL: 'trial-of-a-1',
    });
  });
});

describe('an error of the system at a start', () => {
  const error = (code: string): Error => Object.assign(new Error(`${code}: words`), { code });

  it('is no space where the disk is full, another failure of the host else', () => {
    expect(outcomeOfError(error('ENOSPC'), 'attempt a-1')).toEqual({
      kind: 'not-started',
      reason: 'no-space',
      message: 'its disk has no room for attempt a-1 (ENOSPC: words); make room there',
    });
    expect(outcomeOfError(error('EDQUOT'), 'x')).toMatchObject({ reason: 'no-space' });
    expect(outcomeOfError(error('EAGAIN'), 'x')).toMatchObject({ kind: 'not-started', reason: 'spawn' });
  });

  it('is no second start of an attempt whose folder is there', () => {
    expect(outcomeOfError(error('EEXIST'), 'x')).toEqual({ kind: 'lost', reason: 'unknown-to-host' });
  });
});
