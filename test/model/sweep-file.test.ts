import { describe, expect, it } from 'vitest';
import { complaints, sweepOf, toyHead } from './reading.ts';

describe('a sweep file', () => {
  it('has its defaults filled in', () => {
    expect(sweepOf(toyHead)).toEqual({
      name: 'x',
      program: { kind: 'builtin', name: 'toy' },
      data: null,
      objective: { metric: 'val_accuracy', goal: 'maximize', at: 'final', selectOnTest: false },
      fixed: {},
      grids: [[]],
      exclude: [],
      sample: null,
      limit: null,
      seeds: [1],
      resources: { cpus: null, gpus: null, gpuMemoryBytes: null, hostMemoryBytes: null, diskBytes: null },
      hosts: [],
      timeoutMs: null,
      stallAfterMs: 900_000,
      retries: 1,
      concurrent: null,
      priority: 0,
      artifacts: { fetch: ['**'], maxBytes: 50_000_000 },
    });
  });

  it('says everything that it can say', () => {
    const sweep = sweepOf(`
sweep: full
program:
  command: [python3, train.py, "{args}", --gpus, 1]
  files: ../my-model
  argStyle: kebab
  booleans: pair
  env: {OMP_NUM_THREADS: 1, MODE: fast}
  activate: module load cuda/12.3 && conda activate tf2
  python: requirements.txt
  setup: [make, -j, 4]
  passEnv: [WANDB_API_KEY]
  metrics: {stdout: ['val_acc: {val_accuracy}'], csv: history.csv}
data: {name: speech, words: [yes, no]}
objective: {metric: loss, goal: minimize, at: best}
fixed: {lr: 1e-3}
grid: {depth: [1, 2]}
exclude: [{depth: 2, lr: [0.001], because: slow}]
seeds: [7, 3]
resources: {cpus: 0, gpus: 0, gpuMemory: 2 GiB, hostMemory: 500MB, disk: 1000}
hosts: cuda12
timeout: 1h 30min
stallAfter: none
retries: 0
concurrent: 4
priority: -3
artifacts: {fetch: ['*.json'], max: 1 MB}
`);
    expect(sweep).toEqual({
      name: 'full',
      program: {
        kind: 'command',
        command: ['python3', 'train.py', '{args}', '--gpus', '1'],
        files: 'my-model',
        argStyle: 'kebab',
        booleans: 'pair',
        env: { OMP_NUM_THREADS: '1', MODE: 'fast' },
        activate: 'module load cuda/12.3 && conda activate tf2',
        python: 'sweeps/requirements.txt',
        setup: ['make', '-j', '4'],
        passEnv: ['WANDB_API_KEY'],
        metrics: { stdout: ['val_acc: {val_accuracy}'], csv: 'history.csv' },
      },
      data: { kind: 'named', name: 'speech', words: ['yes', 'no'] },
      objective: { metric: 'loss', goal: 'minimize', at: 'best', selectOnTest: false },
      fixed: { lr: 0.001 },
      grids: [[{ kind: 'list', name: 'depth', values: [1, 2] }]],
      exclude: [{ when: { depth: [2], lr: [0.001] }, because: 'slow' }],
      sample: null,
      limit: null,
      seeds: [7, 3],
      resources: { cpus: 0, gpus: 0, gpuMemoryBytes: 2 ** 31, hostMemoryBytes: 5e8, diskBytes: 1000 },
      hosts: ['cuda12'],
      timeoutMs: 5_400_000,
      stallAfterMs: null,
      retries: 0,
      concurrent: 4,
      priority: -3,
      artifacts: { fetch: ['*.json'], maxBytes: 1_000_000 },
    });
  });

  it('replicate r has seed r', () => {
    expect(sweepOf(`${toyHead}replicates: 3\n`).seeds).toEqual([1, 2, 3]);
  });

  it('names data on the hosts by path and version', () => {
    expect(sweepOf(`${toyHead}data: {path: /data/sc, version: 2}\n`).data).toEqual({
      kind: 'path',
      path: '/data/sc',
      version: '2',
    });
  });

  it('reads `no` as a word', () => {
    expect(sweepOf(`${toyHead}data: {name: sc, words: [yes, no, on, off]}\n`).data).toMatchObject({
      words: ['yes', 'no', 'on', 'off'],
    });
  });
});

describe('extends', () => {
  const base = `${toyHead}sweep: base\nfixed: {dropout: 0.1, batchNorm: true}\ngrid: {layers: [3, 4]}\nreplicates: 3\n`;
  const files = { 'sweeps/base.yaml': base, 'shared/base.yaml': base };

  it('starts from another file: fixed and grid are merged, the rest replaced, the name its own', () => {
    const sweep = sweepOf('extends: ./base.yaml\nfixed: {dropout: 0.2}\nseeds: [9]\n', { files });
    expect(sweep).toMatchObject({ name: 'x', fixed: { dropout: 0.2, batchNorm: true }, seeds: [9] });
    expect(sweep.grids).toEqual([[{ kind: 'list', name: 'layers', values: [3, 4] }]]);
  });

  it('takes a key away by null', () => {
    const sweep = sweepOf('extends: base.yaml\ngrid: {layers: null}\nfixed: {layers: 5}\n', { files });
    expect(sweep).toMatchObject({ grids: [[]], fixed: { layers: 5 } });
  });

  it('reports what is wrong where it stands', () => {
    expect(complaints('extends: ../shared/base.yaml\nfixed: {dropout: 2}\n', { files })).toEqual([
      'sweeps/x.yaml:2:18  fixed.dropout: 2 is not in [0, 1)',
    ]);
    expect(complaints('extends: ../shared/base.yaml\nfixed: {layers: 3}\n', { files })).toEqual([
      'shared/base.yaml:5:8  grid.layers: layers is set by fixed.layers (line 2) as well; keep one',
    ]);
  });

  it('finds the files of a program beside the file that names them', () => {
    const other =
      'program: {command: [train, "{args}"], files: ./model}\nobjective: {metric: a, goal: maximize}\n';
    const sweep = sweepOf('extends: ../lab/base.yaml\n', { files: { 'lab/base.yaml': other } });
    expect(sweep.program).toMatchObject({ files: 'lab/model' });
  });

  it('of a file that is not there, or of itself, is refused', () => {
    expect(complaints('extends: gone.yaml\n')).toEqual([
      'sweeps/x.yaml:1:10  extends: there is no file sweeps/gone.yaml',
    ]);
    expect(complaints('extends: x.yaml\n', { files: { 'sweeps/x.yaml': '' } })).toEqual([
      'sweeps/x.yaml:1:10  extends: sweeps/x.yaml is extended by itself',
    ]);
  });
});

describe('the command line', () => {
  const text = `${toyHead}fixed: {dropout: 0.1}\ngrid: {layers: [3, 4]}\nseeds: [7, 8, 9]\n`;

  it('--set changes a value, adds one, and takes one away', () => {
    const set = ['fixed.dropout=0.3', 'fixed.batchNorm=true', 'timeout=2h', 'grid.layers=[5]'];
    expect(sweepOf(text, { set })).toMatchObject({
      fixed: { dropout: 0.3, batchNorm: true },
      timeoutMs: 7_200_000,
      grids: [[{ values: [5] }]],
    });
    expect(sweepOf(text, { set: ['grid.layers=null', 'fixed.layers=5'] })).toMatchObject({ grids: [[]] });
  });

  it('--replicates takes the first of the listed seeds', () => {
    expect(sweepOf(text, { replicates: 1 }).seeds).toEqual([7]);
    expect(sweepOf(toyHead, { replicates: 2 }).seeds).toEqual([1, 2]);
  });

  it('--name is the name', () => {
    expect(sweepOf(text, { name: 'monday' }).name).toBe('monday');
  });

  it.each([
    [
      'fixed.dropuot=3',
      '--set fixed.dropuot=3  fixed.dropuot: is no parameter of toy; did you mean dropout?',
    ],
    ['retries=many', '--set retries=many  retries: "many" is not a whole number from 0'],
    ['dropout', '--set dropout  write KEY=VALUE, like --set fixed.epochs=2'],
    ['fixed.dropout=[', '--set fixed.dropout=[  "[" is no value; write a number, a word or [a, list]'],
    ['program.env.A=1', '--set program.env.A=1  program.env.A: program is "toy"; set program as a whole'],
    ['fixed.layers=3', 'sweeps/x.yaml:4:8  grid.layers: layers is set by fixed.layers as well; keep one'],
  ])('--set %s is refused where it is wrong', (set, complaint) => {
    expect(complaints(text, { set: [set] })).toContain(complaint);
  });

  it('--limit 0 and more replicates than seeds are refused', () => {
    expect(complaints(text, { limit: 0 })).toEqual(['--limit  0 is no whole number of points from 1']);
    expect(complaints(text, { replicates: 4 })).toEqual([
      'sweeps/x.yaml:5:8  seeds: has 3 and --replicates asks for 4; add seeds here',
    ]);
  });
});
