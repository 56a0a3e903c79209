import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { commandHead, complaints } from '../model/reading.ts';

const text = readFileSync(new URL('../fixtures/found/bayes-habit.yaml', import.meta.url), 'utf8');

describe("P8 a sweep in another tool's words leads to labsweep's own", () => {
  it('key by key', () => {
    expect(complaints(text).map((line) => line.replace(/^sweeps\/x\.yaml:/, ''))).toEqual([
      '2:1  objective: is missing: what is ranked: {metric: val_accuracy, goal: maximize}',
      '3:1  method: is no key here: labsweep trains every point of `grid`, or draws some of them: `sample: {points: 20, seed: 1}`',
      '4:1  metric: is no key here: the metric that ranks the points stands in `objective: {metric: val_loss, goal: minimize}`',
      '5:1  parameters: is no key here: the parameters that vary stand in `grid`, each with its values: ' +
        '`grid: {lr: {from: 0.0001, to: 0.1, log: 4}, optimizer: [sgd, adam]}`; those with one value stand in `fixed: {epochs: 10}`',
      '9:1  early_terminate: is no key here: labsweep trains every point to its end; take this key out',
    ]);
  });

  it('and so do its axes', () => {
    const range =
      'is no key here: the values of a range are `{from: 0.1, to: 0.5, step: 0.1}`, or `{from: 0.0001, to: 0.1, log: 4}`';
    for (const [axis, said] of [
      ['{min: 0.1, max: 1}', [`grid.lr.min: ${range}`, `grid.lr.max: ${range}`]],
      [
        '{values: [1, null, [60, 60]]}',
        ['grid.lr.values: is no key here: the values stand there by themselves: `lr: [1,null,[60,60]]`'],
      ],
      ['{value: 0.1}', ['grid.lr.value: is no key here: one value stands in `fixed: {lr: 0.1}`']],
      [
        '{name: sgd}',
        [
          'grid.lr.name: "sgd" is not what a case sets, like {dropout: 0.5}; a mapping that is a value itself stands in a list',
        ],
      ],
    ] as const)
      expect(
        complaints(`${commandHead}grid: {lr: ${axis}}\n`).map((line) => line.replace(/^\S+ {2}/, '')),
      ).toEqual(said);
  });

  it('but cases may have such names', () => {
    expect(
      complaints(`${commandHead}grid: {size: {min: {layers: 2}, max: {layers: 8}, values: {layers: 3}}}\n`),
    ).toEqual([]);
  });

  it('and the program is named as a command', () => {
    expect(complaints('program: train.py\nobjective: {metric: a, goal: maximize}\n')).toEqual([
      'sweeps/x.yaml:1:10  program: there is no program train.py: it is one of toy, or {command: [python3, train.py, "{args}"]}',
    ]);
  });
});
