import { describe, expect, it } from 'vitest';
import { renderCommand } from '../../src/model/command/render-command.ts';
import { complaints, pointsOf, sweepOf } from './reading.ts';

const sweep = (command: string, rest: string, keys = ''): string =>
  `program: {command: ${command}${keys}}\nobjective: {metric: a, goal: maximize}\n${rest}\n`;
const train = '[train, "{args}"]';

/** What each point's program is started with. */
function commandsOf(text: string): string[][] {
  const { program } = sweepOf(text);
  if (program.kind !== 'command') throw new TypeError('is no command');
  return pointsOf(text).map(({ params }) =>
    renderCommand(program.command, {
      params,
      argStyle: program.argStyle,
      booleans: program.booleans,
      seed: 7,
      data: '/data',
      checkpoint: '/checkpoint',
      artifacts: '/artifacts',
      trial: 'abcd',
      paramsFile: '/params.json',
      node: '/node',
    }).slice(1),
  );
}

const threeWays = (on: string, pair: string, value: string): string =>
  'varies, and programs take true and false in three ways; write into `program` the one that yours takes: ' +
  `\`booleans: flag\` (${on} for true, nothing for false), \`booleans: pair\` (${on} for true, ${pair} for false), ` +
  `\`booleans: value\` (${value})`;

describe('P8 a boolean that varies through {args} says how it is passed', () => {
  it.each([
    ['', '--batchNorm', '--no-batchNorm', '--batchNorm true for true, --batchNorm false for false'],
    [
      ', argStyle: kebab',
      '--batch-norm',
      '--no-batch-norm',
      '--batch-norm true for true, --batch-norm false for false',
    ],
    [
      ', argStyle: snake',
      '--batch_norm',
      '--no-batch_norm',
      '--batch_norm true for true, --batch_norm false for false',
    ],
    [
      ', argStyle: equals',
      '--batchNorm',
      '--no-batchNorm',
      '--batchNorm=true for true, --batchNorm=false for false',
    ],
  ])('or is refused, with its three ways%s', (keys, on, pair, value) => {
    expect(complaints(sweep(train, 'grid: {batchNorm: [true, false]}', keys))).toEqual([
      `sweeps/x.yaml:3:8  grid.batchNorm: ${threeWays(on, pair, value)}`,
    ]);
  });

  it.each([
    ['in named cases', 'grid: {k: {a: {x: true}, b: {x: false}}}', 'grid.k.a.x'],
    ['where a case leaves it out', 'grid: {k: {a: {x: false}, b: {}}}', 'grid.k.a.x'],
    ['from grid to grid', 'grid: [{x: [true]}, {x: [false], y: [1]}]', 'grid[0].x'],
    ['where one grid alone has it', 'fixed: {z: 1}\ngrid: [{x: [false]}, {y: [1]}]', 'grid[0].x'],
    ['beside a word', 'grid: {x: [auto, false]}', 'grid.x'],
    [
      'where a rule leaves it out at some points',
      'grid: {x: [true, false], y: [1, 2]}\nexclude: [{x: false, y: 1, because: no}]',
      'grid.x',
    ],
  ])('%s', (_, rest, key) => {
    expect(complaints(sweep(train, rest))).toEqual([
      expect.stringContaining(`  ${key}: varies, and programs`),
    ]);
  });

  it.each([
    ['that is fixed', 'fixed: {x: false}'],
    ['that is one value', 'grid: {x: [false]}'],
    ['that a rule leaves out', 'grid: {x: [true, false]}\nexclude: [{x: false, because: no}]'],
    ['that is true where it is set', 'grid: {k: {a: {x: true}, b: {}}}'],
    ['inside of a list', 'grid: {x: [[true], [false]]}'],
  ])('one %s need not', (_, rest) => {
    expect(complaints(sweep(train, rest))).toEqual([]);
  });

  it('nor one that the command passes itself, or that the program reads elsewhere', () => {
    const grid = 'grid: {x: [true, false]}';
    expect(complaints(sweep('[train, "--x={x}", "{args}"]', grid))).toEqual([]);
    expect(complaints(sweep('[train, "{params}"]', grid))).toEqual([]);
    expect(complaints(sweep('[train]', grid))).toEqual([]);
    expect(complaints(sweep(train, grid, ', argStyle: hydra'))).toEqual([]);
    expect(complaints(sweep('[train, "run-{x}", "{args}"]', grid))).not.toEqual([]);
  });

  it('and is passed so', () => {
    const grid = 'grid: {useBias: [true, false]}';
    const ways = (keys: string): string[] =>
      commandsOf(sweep(train, grid, keys)).map((words) => words.join(' '));
    expect(ways(', booleans: flag')).toEqual(['--useBias', '']);
    expect(ways(', booleans: pair')).toEqual(['--useBias', '--no-useBias']);
    expect(ways(', booleans: pair, argStyle: kebab')).toEqual(['--use-bias', '--no-use-bias']);
    expect(ways(', booleans: value')).toEqual(['--useBias true', '--useBias false']);
    expect(ways(', booleans: value, argStyle: equals')).toEqual(['--useBias=true', '--useBias=false']);
    expect(ways(', argStyle: hydra')).toEqual(['useBias=true', 'useBias=false']);
  });

  it('Hydra knows no flags', () => {
    expect(complaints(sweep(train, 'grid: {x: [true, false]}', ', argStyle: hydra, booleans: pair'))).toEqual(
      [
        'sweeps/x.yaml:1:66  program.booleans: Hydra has no flags, it takes name=true and name=false; take this key out',
      ],
    );
    expect(complaints(sweep(train, 'fixed: {x: {é: 1}}', ', argStyle: hydra'))).toEqual([
      'sweeps/x.yaml:3:9  fixed.x: has the name "é", which Hydra\'s command line cannot write; let the program read the file that {params} names',
    ]);
  });
});

describe('{args}', () => {
  const [values] = ['fixed: {a: -1e-7, b: [60, 60], c: null, d: "", e: -x, f: 1}'];
  it.each([
    ['', ['--a=-1e-7', '--b', '[60,60]', '--c', 'null', '--d', '', '--e=-x', '--f', '1']],
    [', argStyle: equals', ['--a=-1e-7', '--b=[60,60]', '--c=null', '--d=', '--e=-x', '--f=1']],
    [', argStyle: hydra', ['a=-1e-7', 'b=[60,60]', 'c=null', "d=''", "e='-x'", 'f=1']],
  ])('passes values%s', (keys, args) => {
    expect(commandsOf(sweep(train, values ?? '', keys))).toEqual([args]);
  });

  it('passes no two parameters by one name', () => {
    const fixed = 'fixed: {learningRate: 1, learning_rate: 2}';
    expect(complaints(sweep(train, fixed, ', argStyle: kebab'))).toEqual([
      'sweeps/x.yaml:3:9  fixed.learningRate: reaches the program as --learning-rate, and so does learning_rate; give one of them another name',
      'sweeps/x.yaml:3:26  fixed.learning_rate: reaches the program as --learning-rate, and so does learningRate; give one of them another name',
    ]);
    for (const rest of ['grid: [{aB: [1]}, {a_b: [1]}]', 'grid: {k: {x: {aB: 1}, y: {a_b: 1}}}'])
      expect(complaints(sweep(train, rest, ', argStyle: kebab'))).toEqual([]);
    expect(complaints(sweep(train, fixed))).toEqual([]);
  });

  it('writes an override that the command has itself as Hydra reads it', () => {
    const words = 'grid: {tag: ["null", "1e-5", "x,y", adam, null, [1, a b]]}';
    const hydra = sweep(
      `[train, '+tag={tag}', '--config-name={tag}', "'{tag}'"]`,
      words,
      ', argStyle: hydra',
    );
    expect(commandsOf(hydra).map(([override]) => override)).toEqual([
      "+tag='null'",
      "+tag='1e-5'",
      "+tag='x,y'",
      '+tag=adam',
      '+tag=null',
      '+tag=[1,a b]',
    ]);
    expect(commandsOf(hydra)[2]?.slice(1)).toEqual(['--config-name=x,y', "'x,y'"]);
    expect(commandsOf(hydra.replace('hydra', 'equals'))[0]?.[0]).toBe('+tag=null');
  });

  it('leaves out what the command passes itself', () => {
    const fixed = 'fixed: {lr: 1, wd: 2, width: 3}';
    expect(commandsOf(sweep('[train, "--rate={lr}", "{wd}", "{args}"]', fixed))).toEqual([
      ['--rate=1', '2', '--width', '3'],
    ]);
  });

  it('passes what a longer text of the command only tells of', () => {
    expect(commandsOf(sweep('[train, "--out=runs/{lr}-{wd}", "{args}"]', 'fixed: {lr: 1, wd: 2}'))).toEqual([
      ['--out=runs/1-2', '--lr', '1', '--wd', '2'],
    ]);
  });
});

describe("a parameter may have a name of labsweep's own", () => {
  const fixed = 'fixed: {data: 1, trial: 2, checkpoint: 3, params: 4, artifacts: 5, node: 6, seed: 8}';

  it('{params.data} is the parameter, and {args} passes it', () => {
    expect(commandsOf(sweep('[train, "{params.data}", "{args}"]', fixed))).toEqual([
      ['1', ...'--trial 2 --checkpoint 3 --params 4 --artifacts 5 --node 6 --seed 8'.split(' ')],
    ]);
    expect(commandsOf(sweep('[train, "x{params.seed}", "{params.lr}"]', 'fixed: {seed: 8, lr: 9}'))).toEqual([
      ['x8', '9'],
    ]);
    expect(commandsOf(sweep('[train, "{params.args}"]', 'fixed: {args: 3}'))).toEqual([['3']]);
  });

  it("the bare word is labsweep's own where no parameter has the name", () => {
    expect(commandsOf(sweep('[train, "{seed}", "{trial}", "{args}"]', 'fixed: {data: 1}'))).toEqual([
      ['7', 'abcd', '--data', '1'],
    ]);
  });

  it.each([
    [
      'data',
      "{data} could be labsweep's own or the parameter data; write {params.data} for the parameter, or give it another name",
    ],
    [
      'params',
      "{params} could be labsweep's own or the parameter params; write {params.params} for the parameter, or give it another name",
    ],
    [
      'seed',
      "{seed} could be labsweep's own or the parameter seed; write {params.seed} for the parameter, or take it out of `fixed` and write `seeds: […]`",
    ],
    [
      'args',
      "{args} could be labsweep's own or the parameter args; name the parameters one by one, this one as {params.args}, or give it another name",
    ],
  ])('and refused where it could be both: %s', (name, complaint) => {
    expect(complaints(sweep(`[train, "{${name}}"]`, `fixed: {${name}: 3}`))).toEqual([
      `sweeps/x.yaml:1:28  program.command[1]: ${complaint}`,
    ]);
  });

  it('and so is a name that two parameters could be meant by', () => {
    expect(complaints(sweep('[train, "{params.data}"]', 'fixed: {data: 1, params.data: 2}'))).toEqual([
      'sweeps/x.yaml:1:28  program.command[1]: {params.data} could be the parameter data or the parameter params.data; give one of them another name',
    ]);
    expect(commandsOf(sweep('[train, "{params.lr}"]', 'fixed: {params.lr: 2}'))).toEqual([['2']]);
  });

  it('one that the command leaves out is asked for by the name that it has there', () => {
    expect(complaints(sweep('[train, "{lr}"]', 'grid: {lr: [1], data: [2]}'))).toEqual([
      'sweeps/x.yaml:3:17  grid.data: varies, and the command leaves it out; add {params.data}, or {args} for all',
    ]);
    expect(complaints(sweep('[train, "{params.lrr}", "{lr}"]', 'grid: {lr: [1]}'))).toEqual([
      'sweeps/x.yaml:1:28  program.command[1]: {params.lrr} is no parameter of this sweep; did you mean {params.lr}?',
    ]);
  });
});

describe('P8 a seed in a grid leads to `seeds`', () => {
  const leads = (axis: string, key: string, line: string): void => {
    expect(complaints(sweep(train, `grid: {lr: [1, 2], ${axis}}`))).toEqual([
      expect.stringMatching(
        new RegExp(`  ${key}: would make a point of each seed.* write \`${line}\` beside \`grid\``),
      ),
    ]);
  };
  it.each([
    ['seed: [1, 2, 3]', 'grid\\.seed', 'replicates: 3'],
    ['seed: [7, 3]', 'grid\\.seed', 'seeds: \\[7, 3\\]'],
    ['seed: {from: 5, to: 8}', 'grid\\.seed', 'seeds: \\[5, 6, 7, 8\\]'],
    ['k: {a: {seed: 4}, b: {seed: 9}}', 'grid\\.k\\.a\\.seed', 'seeds: \\[4, 9\\]'],
    ['seed: [a, null]', 'grid\\.seed', 'seeds: \\[1, 2, 3\\]'],
  ])('%s', (axis, key, line) => leads(axis, key, line));

  it('also of a built-in program', () => {
    expect(
      complaints('program: toy\nobjective: {metric: score, goal: maximize}\ngrid: {seed: [1, 2]}\n'),
    ).toEqual([expect.stringContaining('write `replicates: 2` beside `grid`')]);
  });
});
