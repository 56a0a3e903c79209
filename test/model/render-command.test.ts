import { describe, expect, it } from 'vitest';
import { type CommandValues, renderCommand } from '../../src/model/command/render-command.ts';

const values: CommandValues = {
  params: { learningRate: 0.001, batch_size: 32, batchNorm: true, augment: false, family: 'vgg k3' },
  argStyle: 'plain',
  seed: 7,
  data: '/data/sc',
  checkpoint: '/run/checkpoint',
  artifacts: '/run/artifacts',
  trial: 'abcd',
  paramsFile: '/run/params.json',
  node: '/usr/bin/node',
};

describe('a command', () => {
  it.each([
    ['plain', ['--learningRate', '0.001', '--batch_size', '32', '--batchNorm', '--family', 'vgg k3']],
    ['kebab', ['--learning-rate', '0.001', '--batch-size', '32', '--batch-norm', '--family', 'vgg k3']],
    ['snake', ['--learning_rate', '0.001', '--batch_size', '32', '--batch_norm', '--family', 'vgg k3']],
    ['hydra', ['learningRate=0.001', 'batch_size=32', 'batchNorm=true', 'augment=false', 'family=vgg k3']],
  ] as const)('spells {args} in %s style', (argStyle, args) => {
    expect(renderCommand(['python3', 'train.py', '{args}'], { ...values, argStyle })).toEqual([
      'python3',
      'train.py',
      ...args,
    ]);
  });

  it('has the values of its names anywhere in an argument', () => {
    const command = [
      '{node}',
      '--lr={learningRate}:{seed}',
      '{params}',
      '{data}',
      '{checkpoint}',
      '{artifacts}',
      '{trial}',
    ];
    expect(renderCommand(command, values)).toEqual([
      '/usr/bin/node',
      '--lr=0.001:7',
      '/run/params.json',
      '/data/sc',
      '/run/checkpoint',
      '/run/artifacts',
      'abcd',
    ]);
  });

  it('keeps other braces, and what a value looks like is not read again', () => {
    expect(renderCommand(['{}', '{unknown}', '${seed}', '{toString}'], values)).toEqual([
      '{}',
      '{unknown}',
      '${seed}',
      '{toString}',
    ]);
    expect(renderCommand(['{x}'], { ...values, params: { x: '{seed} $& $1' } })).toEqual(['{seed} $& $1']);
  });
});
