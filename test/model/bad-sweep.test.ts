import { describe, expect, it } from 'vitest';
import { cpuMsOf } from './cpu-time.ts';
import { commandHead, complaints, toyHead } from './reading.ts';

const objective = 'objective: {metric: val_accuracy, goal: maximize}\n';

describe('P8 a sweep file that is no YAML is refused at its place', () => {
  it.each([
    ['', 'sweeps/x.yaml:1:1  is empty; a sweep starts with `sweep: NAME` and a `program:`'],
    ['# only a comment\n', 'sweeps/x.yaml:1:1  is empty; a sweep starts with `sweep: NAME` and a `program:`'],
    ['- 3\n', 'sweeps/x.yaml:1:1  a list is not a mapping of keys'],
    ['train it please\n', 'sweeps/x.yaml:1:1  "train it please" is not a mapping of keys'],
    ['fixed:\n\ta: 1\n', 'sweeps/x.yaml:2:1  a tab indents this line; YAML takes spaces'],
    ['program: toy\nprogram: toy\n', 'sweeps/x.yaml:2:1  program is there twice in one mapping; keep one'],
    [': toy\n: toy\n', 'sweeps/x.yaml:2:1  an empty key is there twice in one mapping; keep one'],
    [
      'program: toy\n---\nprogram: toy\n',
      'sweeps/x.yaml:2:1  a second document starts here; a sweep file is one',
    ],
  ])('%j', (text, complaint) => {
    expect(complaints(text)).toEqual([complaint]);
  });

  it('is never thrown, whatever the bytes', () => {
    for (const text of [
      '{',
      '[',
      '"',
      '\u0000',
      '? - :',
      '&a *a',
      '%YAML 9',
      '!!python/object {}',
      ': :',
      '}\t{',
    ])
      expect(complaints(text).length, JSON.stringify(text)).toBeGreaterThan(0);
  });
});

describe('P8 an unknown key is named with the nearest known one', () => {
  it.each([
    [
      `program: toy\n${objective}metrics: {csv: a.csv}\n`,
      'sweeps/x.yaml:3:1  metrics: is a key of `program`; move it there',
    ],
    [
      `program: toy\n${objective}resources: {memory: 2 GB}\n`,
      'sweeps/x.yaml:3:13  resources.memory: is no key here; did you mean gpuMemory or hostMemory?',
    ],
    [`program: toy\n${objective}gird: {}\n`, 'sweeps/x.yaml:3:1  gird: is no key here; did you mean grid?'],
    [
      'program: toy\nobjective: {metric: a, goal: maximize, att: best}\n',
      'sweeps/x.yaml:2:40  objective.att: is no key here; did you mean at?',
    ],
    [
      `program: {comand: [a]}\n${objective}`,
      'sweeps/x.yaml:1:1  program.command: is missing: a list like [python3, train.py, "{args}"]',
    ],
    [
      `${toyHead}fixed: {dropuot: 0.1}\n`,
      'sweeps/x.yaml:3:9  fixed.dropuot: is no parameter of toy; did you mean dropout?',
    ],
    [
      `${toyHead}grid:\n  Layers: [3]\n`,
      'sweeps/x.yaml:4:3  grid.Layers: is no parameter of toy; did you mean layers?',
    ],
    [
      `${toyHead}grid:\n  width:\n    wide: {chanels: 3}\n`,
      'sweeps/x.yaml:5:12  grid.width.wide.chanels: is no parameter of toy; its parameters are layers, dropout, batchNorm, engine',
    ],
    [
      `program: toi\n${objective}`,
      'sweeps/x.yaml:1:10  program: there is no program toi: it is one of toy, or {command: [python3, train.py, "{args}"]}; did you mean toy?',
    ],
    [
      'program: toy\nobjective: {metric: a, goal: maximise}\n',
      'sweeps/x.yaml:2:30  objective.goal: "maximise" is not one of maximize, minimize; did you mean maximize?',
    ],
    [
      `${toyHead}exclude: [{layrs: 3, because: too slow}]\n`,
      'sweeps/x.yaml:3:12  exclude[0].layrs: is no parameter of this sweep; did you mean layers?',
    ],
  ])('%j', (text, complaint) => {
    expect(complaints(text)).toContain(complaint);
  });

  it('says where a key belongs that stands too deep', () => {
    expect(complaints('program: toy\nobjective: {metric: a, goal: maximize, selectOnTest: true}\n')).toEqual([
      'sweeps/x.yaml:2:40  objective.selectOnTest: is a key of the file itself; move it to the first level',
    ]);
  });

  it.each([
    ['setup: make', '1:32  program.setup: "make" is not a list like [make, -j4]'],
    ['setup: []', '1:32  program.setup: an empty list is not a list like [make, -j4]'],
    [
      'metrics: {stdout: ["loss {loss} acc {acc:.3f}"]}',
      '1:44  program.metrics.stdout[0]: "loss {loss} acc {acc:.3f}" is not a pattern with the metric alone in braces, like "loss {loss} acc {acc}"',
    ],
    ['passEnv: KEY', '1:34  program.passEnv: "KEY" is not a list of names: [WANDB_API_KEY]'],
    ['passEnv: ["A B"]', '1:35  program.passEnv[0]: "A B" is not the name of a variable, like WANDB_API_KEY'],
    [
      'passEnv: [LABSWEEP_SEED]',
      "1:35  program.passEnv[0]: LABSWEEP_SEED is labsweep's own; give the variable another name",
    ],
    [
      'env: {KEY: 1}, passEnv: [KEY]',
      '1:50  program.passEnv[0]: KEY stands in `env` as well; keep one of the two',
    ],
    ['passEnv: [KEY, KEY]', '1:40  program.passEnv[1]: KEY is there twice'],
  ])('refuses `%s`', (keys, said) => {
    expect(complaints(`program: {command: [a], ${keys}}\n${objective}`)).toEqual([`sweeps/x.yaml:${said}`]);
  });
});

describe('P8 a value of the wrong kind is refused with what would be right', () => {
  it.each([
    [
      'program: toy\n',
      'sweeps/x.yaml:1:1  objective: is missing: what is ranked: {metric: val_accuracy, goal: maximize}',
    ],
    [
      objective,
      'sweeps/x.yaml:1:1  program: is missing: the name of a program, or {command: [python3, train.py, "{args}"]}',
    ],
    [
      `program: 3\n${objective}`,
      'sweeps/x.yaml:1:10  program: 3 is not the name of a program, or {command: [python3, train.py, "{args}"]}',
    ],
    [
      `program: {command: python3 train.py}\n${objective}`,
      'sweeps/x.yaml:1:20  program.command: "python3 train.py" is not a list like [python3, train.py, "{args}"]',
    ],
    [
      `${toyHead}timeout: 3 parsecs\n`,
      'sweeps/x.yaml:3:10  timeout: "3 parsecs" is not a duration: 90s, 15 min, 1h 30min or a number of seconds',
    ],
    [
      `${toyHead}resources: {hostMemory: lots}\n`,
      'sweeps/x.yaml:3:25  resources.hostMemory: "lots" is not a size: 500 MB, 8GB, 7.5 GiB or a number of bytes',
    ],
    [
      `${toyHead}resources: {gpus: 2}\n`,
      'sweeps/x.yaml:3:19  resources.gpus: 2 is not the GPUs of a trial: 0 or 1',
    ],
    [`${toyHead}retries: -1\n`, 'sweeps/x.yaml:3:10  retries: -1 is not a whole number from 0'],
    [
      `${toyHead}replicates: 2.5\n`,
      'sweeps/x.yaml:3:13  replicates: 2.5 is not a whole number of replicates, 1 or more',
    ],
    [
      `${toyHead}fixed: {dropout: .nan}\n`,
      'sweeps/x.yaml:3:18  fixed.dropout: NaN is not a number, a word, true, false, null, a list or a mapping',
    ],
    [
      `${toyHead}fixed: {dropout: }\n`,
      'sweeps/x.yaml:3:18  fixed.dropout: is missing: a number, a word, true, false, null, a list or a mapping',
    ],
    [
      `${toyHead}grid: {layers: {from: 3, to: 9}}\nexclude: [{layers: {from: 8, to: 9}, because: too deep}]\n`,
      'sweeps/x.yaml:4:20  exclude[0].layers: no point has {"from":8,"to":9}; write a value, or a list of values',
    ],
    [
      `${toyHead}exclude: [{layers: 3}]\n`,
      'sweeps/x.yaml:3:11  exclude[0].because: is missing: a sentence that says why',
    ],
    [
      `${toyHead}exclude: [{because: why not}]\n`,
      'sweeps/x.yaml:3:11  exclude[0]: names no parameter: {layers: 9, because: …}',
    ],
    [
      `${toyHead}sweep: my sweep\n`,
      'sweeps/x.yaml:3:8  sweep: "my sweep" is not a name: letters, digits, `.`, `_` and `-`, a letter or a digit first',
    ],
    [
      `${toyHead}data: {name: sc, words: [yes, no, yes]}\n`,
      'sweeps/x.yaml:3:35  data.words[2]: yes is there twice; each word is one class',
    ],
    [
      `${toyHead}data: {path: sc, version: 1}\n`,
      'sweeps/x.yaml:3:14  data.path: "sc" is not a path on the hosts, from /',
    ],
    [`${toyHead}seeds: [1, 2, 1]\n`, 'sweeps/x.yaml:3:15  seeds[2]: 1 is there twice'],
    [
      `${toyHead}seeds: [1]\nreplicates: 2\n`,
      'sweeps/x.yaml:3:8  seeds: stands beside `replicates`; keep one of the two',
    ],
  ])('%j', (text, complaint) => {
    expect(complaints(text)).toContain(complaint);
  });

  it('all are heard at once, in the order of the file', () => {
    expect(complaints(`program: toi\n${objective}retries: x\ntimeout: y\nfixed: {a b: 3}\n`)).toEqual([
      'sweeps/x.yaml:3:10  retries: "x" is not a whole number from 0',
      'sweeps/x.yaml:4:10  timeout: "y" is not a duration: 90s, 15 min, 1h 30min or a number of seconds',
      'sweeps/x.yaml:5:9  fixed["a b"]: is no name for a parameter: letters, digits, `_`, `.` and `-`, a letter first',
    ]);
  });
});

describe('P8 a grid that cannot be meant is refused', () => {
  it.each([
    ['layers: []', 'sweeps/x.yaml:4:11  grid.layers: is empty; an axis has at least one value'],
    ['layers: {}', 'sweeps/x.yaml:4:11  grid.layers: is empty; an axis has at least one value'],
    ['layers: [3, 4, 3]', 'sweeps/x.yaml:4:18  grid.layers[2]: 3 is there twice'],
    [
      'layers: 3',
      'sweeps/x.yaml:4:11  grid.layers: 3 is not an axis: a list, {from, to, step}, {from, to, log: n} or named cases',
    ],
    ['layers: {from: 3, too: 9}', 'sweeps/x.yaml:4:21  grid.layers.too: is no key here; did you mean to?'],
    [
      'layers: {from: 3, to: 9, step: 4}',
      'sweeps/x.yaml:4:11  grid.layers: steps of 4 from 3 miss 9; the last one before it is 7',
    ],
    [
      'layers: {from: 9, to: 3}',
      'sweeps/x.yaml:4:11  grid.layers: 9 is above 3; swap them or write step: -1',
    ],
    ['layers: {from: 3, to: 9, step: 0}', 'sweeps/x.yaml:4:11  grid.layers: step 0 leads nowhere'],
    [
      'dropout: {from: 0, to: 0.5, log: 3}',
      'sweeps/x.yaml:4:12  grid.dropout: a log range lies above 0, and 0 does not',
    ],
    ['kind: {a: {dropout: 0}, b: {dropout: 0}}', 'sweeps/x.yaml:4:27  grid.kind.b: sets the same as a'],
    ['layers: [3, 12, 4]', 'sweeps/x.yaml:4:15  grid.layers[1]: 12 is too deep; the deepest is 9'],
    ['dropout: [0, 1.5]', 'sweeps/x.yaml:4:16  grid.dropout[1]: 1.5 is not in [0, 1)'],
    ['layers: {from: 9, to: 10}', 'sweeps/x.yaml:4:11  grid.layers: 10 is too deep; the deepest is 9'],
    [
      'kind: {deep: {layers: 12}}',
      'sweeps/x.yaml:4:25  grid.kind.deep.layers: 12 is too deep; the deepest is 9',
    ],
    [
      'engine: [wasm, native]',
      'sweeps/x.yaml:4:3  grid.engine: does not change what a trial is, so that its values would be one trial; move it to `fixed`',
    ],
  ])('%s', (axis, complaint) => {
    expect(complaints(`${toyHead}grid:\n  ${axis}\n`)).toContain(complaint);
  });

  it('names the deepest once, at the value that is too deep, however many points have it', () => {
    expect(
      complaints(`${toyHead}grid:\n  layers: [3, 12]\n  dropout: {from: 0, to: 0.9, step: 0.01}\n`),
    ).toEqual(['sweeps/x.yaml:4:15  grid.layers[1]: 12 is too deep; the deepest is 9']);
  });

  it('a parameter has one source: both places are named', () => {
    expect(complaints(`${toyHead}fixed: {layers: 3}\ngrid:\n  layers: [3]\n`)).toEqual([
      'sweeps/x.yaml:5:3  grid.layers: layers is set by fixed.layers (line 3) as well; keep one',
    ]);
    expect(
      complaints(`${toyHead}grid:\n  dropout: [0.1]\n  kind:\n    BN: {dropout: 0, batchNorm: true}\n`),
    ).toEqual([
      'sweeps/x.yaml:6:10  grid.kind.BN.dropout: dropout is set by grid.dropout (line 4) as well; keep one',
    ]);
  });

  it('in a list of grids says which', () => {
    expect(complaints(`${toyHead}grid:\n  - layers: [3]\n  - layers: [4, 4]\n`)).toEqual([
      'sweeps/x.yaml:5:17  grid[1].layers[1]: 4 is there twice',
    ]);
    expect(complaints(`${toyHead}grid:\n  - layers: [3]\n  - layers: [4, 40]\n`)).toEqual([
      'sweeps/x.yaml:5:17  grid[1].layers[1]: 40 is too deep; the deepest is 9',
    ]);
  });

  it('ten million points are refused in milliseconds, and sample named', () => {
    const axes = 'abcdefg'.split('').map((name) => `  ${name}: {from: 1, to: 10}\n`);
    const text = `${commandHead}grid:\n${axes.join('')}`;
    expect(cpuMsOf(() => complaints(text))).toBeLessThan(100);
    expect(complaints(text)).toEqual([
      'sweeps/x.yaml:4:3  grid: 10,000,000 trials are more than 1,000,000; draw some of them with `sample: {points: 500, seed: 1}`',
    ]);
  });

  it('a grid of which everything is excluded has nothing to run', () => {
    expect(
      complaints(`${toyHead}grid: {layers: [3, 4]}\nexclude: [{layers: [3, 4], because: no}]\n`),
    ).toEqual(['sweeps/x.yaml:4:10  exclude: leaves no point of the grid']);
  });
});

describe('P7 an objective on a test figure', () => {
  const text = 'program: toy\nobjective: {metric: test_accuracy, goal: maximize}\n';
  it('is refused', () => {
    expect(complaints(text)).toEqual([
      'sweeps/x.yaml:2:21  objective.metric: test_accuracy is a test figure: choose on a validation metric, or write `selectOnTest: true` beside `objective` and have every table say so',
    ]);
  });
  it('unless the sweep insists', () => {
    expect(complaints(`${text}selectOnTest: true\n`)).toEqual([]);
  });
});
